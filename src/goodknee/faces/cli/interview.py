"""The questions in the terminal: a screen at a time, numbers to tick, back, skip and quit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from goodknee.core.assess.answers import NOT_SURE, check_answers, legal_values
from goodknee.core.assess.questionnaire import Interview, Screen
from goodknee.core.knowledge.questions import Part, Question, Questions
from goodknee.errors import AnswerError

#: Enough for the first useful answer, and what can wait.
FIRST_PARTS: Final[tuple[Part, ...]] = ("urgent", "symptoms", "warning_signs", "baseline")
LATER_PARTS: Final[tuple[Part, ...]] = ("person", "week", "risk")
#: Answers of these parts stay true for longer; a new check does not ask for them again.
KEPT_PARTS: Final[tuple[Part, ...]] = (*LATER_PARTS, "supplements")

Move = Literal["back", "skip", "quit"]
_MOVES: Final[Mapping[str, Move]] = {
    "b": "back", "back": "back", "s": "skip", "skip": "skip", "q": "quit", "quit": "quit",
}  # fmt: skip
_YES_NO: Final = {"y": True, "yes": True, "n": False, "no": False}
HELP: Final = "? not sure · s skip · b back · q quit"


class QuitError(Exception):
    """The runner wants to stop; nothing of this interview is kept."""


class _Back(Exception):  # noqa: N818 - a move of the runner, no error
    pass


@dataclass(frozen=True, kw_only=True)
class TerminalInterview:
    """Walks through the screens of an interview with somebody at a terminal.

    Attributes:
        questions: The pack's questions.
        ask: Shows a prompt and returns the line that was typed.
        say: Shows a line.
        stop: Tells after each screen whether the answers so far cannot wait for more.
    """

    questions: Questions
    ask: Callable[[str], str]
    say: Callable[[str], None]
    stop: Callable[[Mapping[str, Any]], bool] = lambda _: False

    def walk(self, parts: tuple[Part, ...], answers: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask everything in these parts that applies and is not answered yet; return all answers.

        Raises:
            QuitError: The runner typed q.
        """
        step = Interview(questions=self.questions, parts=parts, answers=dict(answers or {}))
        while (screen := step.screen) is not None:
            self._title(step, screen)
            try:
                step = self._screen(step, screen)
            except _Back:
                step = step.back()
                continue
            if self.stop(step.answers):
                break
        return dict(step.answers)

    def _title(self, step: Interview, screen: Screen) -> None:
        fewest, most = step.screens_left
        left = str(fewest) if fewest == most else f"{fewest} to {most}"
        self.say(f"\n{screen.group.title}   ({left} to go)")

    def _screen(self, step: Interview, screen: Screen) -> Interview:
        ticked = self._ticks(screen) if screen.ticks else ()
        fields: dict[str, Any] = {}
        # Visits name warning signs by their id, which is told after the questions: `check --seen` takes them.
        asked = [
            (question, key) for question, keys in screen.fields for key in keys if question.type != "visits"
        ]
        for question, key in asked:
            answer = self._field(question, key)
            if answer is not None:
                fields[key] = answer
        if ticked is not None:
            return step.next(ticked, fields)
        # A skipped line is never a no: it stays open, and is not asked again here.
        left_open = dict.fromkeys(tick.key for tick in screen.ticks)
        return replace(step.next(fields={**left_open, **fields}), passed=step.passed | set(screen.keys))

    def _ticks(self, screen: Screen) -> tuple[str, ...] | None:
        """Return the keys that were ticked, none of them for "none of these", or None when skipped."""
        self.say("Type the numbers of all that apply, like 1 3. Type 0 for none of these.")
        for number, tick in enumerate(screen.ticks, start=1):
            self.say(f"  {number:>2}  {tick.text}")
        self.say("   0  None of these")
        while True:
            typed = self._typed("s skip · b back · q quit")
            if typed == "skip":
                return None
            numbers = _numbers(typed, most=len(screen.ticks))
            if numbers is not None and not (0 in numbers and len(numbers) > 1):
                return tuple(screen.ticks[number - 1].key for number in numbers if number)
            self.say(f"Numbers from 1 to {len(screen.ticks)}, or 0 for none of these.")

    def _field(self, question: Question, key: str) -> Any:
        """Return the answer to a question that stands on its own, or None when it was skipped."""
        side = key.removeprefix(question.key).removeprefix("_")
        self.say(f"{question.text}{f' ({side} knee)' if side else ''}")
        if question.note and question.type == "enum":
            self.say(f"      {question.note}")
        for number, option in enumerate(question.options, start=1):
            self.say(f"  {number:>2}  {option.replace('_', ' ')}")
        hint = _hint(question)
        while True:
            typed = self._typed(f"{hint} · {HELP}")
            if typed == "skip":
                return None
            try:
                answer = NOT_SURE if typed == "?" else _answer(typed, question)
                return check_answers({key: answer}, self.questions)[key]
            except AnswerError:
                self.say(f"That is not one of the answers. Type {hint}.")

    def _typed(self, hint: str) -> str:
        """Return what was typed; "skip" for a skip."""
        while True:
            typed = self.ask(f"[{hint}] > ").strip()
            match _MOVES.get(typed.lower()):
                case "quit":
                    raise QuitError
                case "back":
                    raise _Back
                case "skip":
                    return "skip"
                case _ if typed:
                    return typed


def _hint(question: Question) -> str:
    if question.options:
        return f"{'numbers' if question.type == 'list' else 'a number'} from 1 to {len(question.options)}"
    return "y or n" if question.type == "bool" else legal_values(question)


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
    if numbers is None or 0 in numbers:
        return typed
    words = [question.options[number - 1] for number in numbers]
    return words if question.type == "list" else words[0] if len(words) == 1 else typed


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
