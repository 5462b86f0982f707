"""The questions in the terminal: a screen at a time, numbers to tick, back, skip, how to tell, and stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from goodknee.core.assess.answers import NOT_SURE, check_answers, legal_values
from goodknee.core.assess.questionnaire import Interview, Screen
from goodknee.core.knowledge.questions import Part, Question, Questions
from goodknee.core.words import Words
from goodknee.errors import AnswerError

#: Enough for the first useful answer, and what can wait.
FIRST_PARTS: Final[tuple[Part, ...]] = ("urgent", "symptoms", "warning_signs", "baseline")
LATER_PARTS: Final[tuple[Part, ...]] = ("details", "person", "risk")
#: Answers of these parts stay true for longer; a new check does not ask for them again.
KEPT_PARTS: Final[tuple[Part, ...]] = ("person", "risk", "supplements")

Move = Literal["back", "skip", "quit", "help"]
_MOVES: Final[Mapping[str, Move]] = {
    "b": "back", "back": "back", "s": "skip", "skip": "skip", "q": "quit", "quit": "quit",
    "h": "help", "help": "help",
}  # fmt: skip
_YES_NO: Final = {"y": True, "yes": True, "n": False, "no": False}
#: Choices that fit into one line of a narrow terminal stand in one.
ONE_LINE: Final = 56


class QuitError(Exception):
    """The runner stops here; ``step`` holds what was answered.

    Attributes:
        interrupted: By Ctrl-C or the end of the input, not by saying so.
    """

    def __init__(self, step: Interview, *, interrupted: bool) -> None:
        super().__init__()
        self.step = step
        self.interrupted = interrupted


class _Back(Exception):  # noqa: N818 - a move of the runner, no error
    pass


class _Quit(Exception):  # noqa: N818 - a move of the runner, no error
    def __init__(self, *, interrupted: bool = False) -> None:
        super().__init__()
        self.interrupted = interrupted


class Tell(Protocol):
    """Shows a paragraph with what stands before its first line."""

    def __call__(self, text: str, lead: str = "") -> None:
        """Show it."""
        ...


@dataclass(frozen=True, kw_only=True)
class TerminalInterview:
    """Walks through the screens of an interview with somebody at a terminal.

    Attributes:
        questions: The pack's questions.
        words: The fixed words around the questions.
        ask: Shows a prompt and returns the line that was typed.
        tell: Shows a paragraph.
        after: Called after each screen; True ends the questions.
    """

    questions: Questions
    words: Words
    ask: Callable[[str], str]
    tell: Tell
    after: Callable[[Interview], bool] = lambda _: False

    def walk(self, step: Interview) -> Interview:
        """Ask everything that applies and is not answered yet; return the step after the last answer.

        Raises:
            QuitError: The runner stops.
        """
        while (screen := step.screen) is not None:
            self._title(step, screen)
            try:
                step = self._screen(step, screen)
            except _Back:
                if step.earlier is None:
                    self.tell(self.words.say("check.ask.first_screen"))
                step = step.back()
                continue
            if self.after(step):
                break
        return step

    def _title(self, step: Interview, screen: Screen) -> None:
        at, of = step.place
        self.tell("")
        self.tell(self.words.say("check.ask.title", title=screen.group.title, at=at, of=of))

    def _screen(self, step: Interview, screen: Screen) -> Interview:
        given: dict[str, Any] = {}
        try:
            if screen.ticks:
                given |= self._ticks(screen)
            for question, keys in screen.fields:
                for key in keys:
                    given[key] = self._field(question, key, screen)
        except _Quit as quit_:
            answered = {key: answer for key, answer in given.items() if answer is not None}
            raise QuitError(step.with_answers(answered), interrupted=quit_.interrupted) from None
        except _Back:
            if not given:
                raise
            return step  # the first "back" begins this screen again
        return step.next(fields=given)

    def _ticks(self, screen: Screen) -> dict[str, Any]:
        """Return yes, no or not sure for each line; None for all of them when the screen is skipped."""
        keys = [tick.key for tick in screen.ticks]
        if len(keys) == 1:
            return {keys[0]: self._field(screen.ticks[0], keys[0], screen)}
        for number, tick in enumerate(screen.ticks, start=1):
            self.tell(tick.text, lead=f"{number:>2}  ")
        self.tell(self.words.say("check.ask.none"), lead=" 0  ")
        while True:
            typed = self._typed(self.words.say("check.hint.ticks"), screen)
            if typed is None:
                return dict.fromkeys(keys)
            ticked = _ticked(typed, most=len(keys))
            if ticked is not None:
                return {key: ticked.get(number, False) for number, key in enumerate(keys, start=1)}
            self.tell(self.words.say("check.ask.ticks_again", most=len(keys)))

    def _field(self, question: Question, key: str, screen: Screen) -> Any:
        """Return the answer to a question that stands on its own, or None when it was skipped."""
        self._question(question, key, screen)
        hint = _hint(question, self.words)
        while True:
            typed = self._typed(hint, screen)
            if typed is None:
                return None
            try:
                answer = NOT_SURE if typed == "?" else _answer(typed, question)
                return check_answers({key: answer}, self.questions)[key]
            except AnswerError:
                legal = hint if question.options or question.type == "bool" else legal_values(question)
                self.tell(self.words.say("check.ask.again", legal=legal))

    def _question(self, question: Question, key: str, screen: Screen) -> None:
        side = key.removeprefix(question.key).removeprefix("_")
        both = len(dict(screen.fields).get(question, ())) > 1
        knee = self.words.say(f"check.ask.knee.{side}") if both else ""
        self.tell(f"{question.text} {knee}".strip())
        choices = [
            f"{number} {option.replace('_', ' ')}" for number, option in enumerate(question.options, start=1)
        ]
        in_a_line = "   ".join(choices)
        for line in choices if len(in_a_line) > ONE_LINE else filter(None, [in_a_line]):
            self.tell(line, lead="    ")
        if question.note and question.options:
            self.tell(question.note, lead="    ")

    def _typed(self, hint: str, screen: Screen) -> str | None:
        """Return what was typed; None for a skip."""
        while True:
            try:
                typed = self.ask(f"  [{hint}] > ").strip()
            except UnicodeDecodeError:  # bytes that are no text: as if nothing was typed
                continue
            except (EOFError, KeyboardInterrupt):
                raise _Quit(interrupted=True) from None
            match _MOVES.get(typed.lower()):
                case "quit":
                    raise _Quit
                case "back":
                    raise _Back
                case "skip":
                    return None
                case "help":
                    self._help(screen)
                case _ if typed:
                    return typed

    def _help(self, screen: Screen) -> None:
        self.tell(self.words.say("check.ask.moves"))
        for question in (*screen.ticks, *(field for field, _ in screen.fields)):
            if question.note:
                self.tell(f"{question.text} {question.note}", lead="- ")


def _hint(question: Question, words: Words) -> str:
    most = len(question.options)
    match question.type:
        case "list":
            return words.say("check.hint.list", most=most)
        case "enum":
            return words.say("check.hint.enum", most=most)
        case "bool" | "numbers" | "date" | "country" | "text":
            return words.say(f"check.hint.{question.type}")
        case _:
            return question.unit or f"{question.min:g}-{question.max:g}"


def _answer(typed: str, question: Question) -> Any:
    match question.type:
        case "bool":
            return _YES_NO.get(typed.lower(), typed)
        case "enum" | "list":
            return _chosen(typed, question)
        case "int" | "float":
            return _number(typed)
        case "numbers":
            return [_number(word) for word in typed.replace(",", " ").split()]
        case _:
            return typed


def _chosen(typed: str, question: Question) -> Any:
    numbers = _numbers(typed, most=len(question.options))
    if numbers == (0,) and question.type == "list":
        return []
    if numbers is None or 0 in numbers:
        return typed.replace(" ", "_")
    words = [question.options[number - 1] for number in numbers]
    return words if question.type == "list" else words[0] if len(words) == 1 else typed


def _ticked(typed: str, *, most: int) -> dict[int, bool | str] | None:
    """Return the lines that are ticked, or marked "not sure" as in ``2?``; None when it is not to be read."""
    words = typed.replace(",", " ").split()
    numbers = _numbers(" ".join(word.removesuffix("?") for word in words), most=most)
    if numbers is None or (0 in numbers and (len(numbers) > 1 or "?" in typed)):
        return None
    return {int(word.removesuffix("?")): NOT_SURE if word.endswith("?") else True for word in words}


def _numbers(typed: str, *, most: int) -> tuple[int, ...] | None:
    words = typed.replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdigit() and int(word) <= most for word in words):
        return None
    return tuple(dict.fromkeys(map(int, words)))


def _number(typed: str) -> float | str:
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        return typed
