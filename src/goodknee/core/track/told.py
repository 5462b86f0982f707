"""What may be told to the diary: every answer is checked against its key, and written in one form."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, Final, Literal

from goodknee.core.knowledge.plan.facts import FactVocabulary
from goodknee.core.knowledge.plan.log import LogKey, LogKeys, Takes
from goodknee.core.knowledge.plan.self_tests import SelfTest, SelfTestPart, SelfTests
from goodknee.core.model import Answer, DiaryEntry, Side, TestResult
from goodknee.core.track.diary import SIDES
from goodknee.errors import AnswerError

#: Keys that say what an entry is about; they are no answers.
ABOUT: Final = ("day", "side", "run", "session")
_YES_NO: Final[Mapping[str, bool]] = {"yes": True, "true": True, "no": False, "false": False}
_ID_LETTERS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the pack lets an entry hold.

    Attributes:
        exercises: Ids of all exercises.
    """

    keys: LogKeys
    facts: FactVocabulary
    tests: SelfTests
    exercises: Collection[str]

    def takes(self, key: LogKey | SelfTestPart) -> Takes:
        """Return what a key, or one value of a test, may be."""
        if key.takes is not None:
            return key.takes
        return Takes.of(key.fact or "", self.facts)

    def test(self, name: str) -> SelfTest | None:
        """Return a self test by its id, or None."""
        return next((test for test in self.tests.tests if test.id == name), None)


def check_entry(
    given: Mapping[Any, Any],
    vocabulary: Vocabulary,
    *,
    today: date,
    now: datetime,
    usual_side: Side | None = None,
    may_be_empty: bool = False,
) -> DiaryEntry:
    """Return what was told as an entry; a value of None was not told.

    Args:
        given: Key → value, dashes or underscores; ``day``, ``side``, ``run`` and ``session`` beside answers.
        vocabulary: What may be told.
        today: The runner's local day; the entry is of that day when it names none.
        now: This instant.
        usual_side: The knee that is meant when none is named; None when it must be named.
        may_be_empty: Nothing told is no error: an entry is withdrawn.

    Raises:
        AnswerError: A key is unknown, a value is of the wrong kind or out of range, the day lies ahead, two
            answers say the opposite, no knee is named, or nothing was told. Nothing may be stored then.
    """
    told = {_key(key): value for key, value in given.items() if value is not None}
    side = _side(told)
    answers = {
        key: _answer(key, value, vocabulary)
        for key, value in told.items()
        if key not in ABOUT and vocabulary.test(key) is None
    }
    _check_opposites(answers, vocabulary.keys)
    if any(vocabulary.keys.by_id[key].about == "knee" for key in answers):
        side = side or _needed(usual_side, next(iter(answers)))
    tests = {
        test.id: _result(value, test, side, vocabulary)
        for key, value in told.items()
        if (test := vocabulary.test(key)) is not None
    }
    if not (answers or tests or may_be_empty):
        raise AnswerError(
            "Nothing was told.", where="log", next_step="Say at least one, like --pain-morning 2."
        )
    return DiaryEntry(
        day=_day(told.get("day", today), today),
        side=side,
        answers=answers,
        tests=tests,
        run_id=_id(told, "run"),
        session_id=_id(told, "session"),
        entered_at=now,
    )


def told_again(entry: DiaryEntry) -> dict[str, Any]:
    """Return an entry as it may be given to ``check_entry`` once more."""
    about = {"day": entry.day, "side": entry.side, "run": entry.run_id, "session": entry.session_id}
    return {**about, **entry.answers, **entry.tests}


def why_skipped(text: str, keys: LogKeys) -> str:
    """Return the id of the reason that a text gives for a skipped session."""
    words = set("".join(sign if sign.isalnum() else " " for sign in text.lower()).split())
    return next(
        reason.id for reason in keys.skip_reasons if not reason.words or words.intersection(reason.words)
    )


def legal_values(takes: Takes) -> str:
    """Return in words what may be answered."""
    match takes.type:
        case "bool":
            return "yes or no"
        case "enum":
            return f"one of {', '.join(takes.options)}"
        case "text":
            return f"a text of 1 to {takes.most_letters} letters"
        case "exercise":
            return "the id of an exercise"
    kind = "a whole number" if takes.type == "count" else "a number"
    low = "" if takes.min is None else f" from {takes.min:g}"
    high = "" if takes.max is None else f" to {takes.max:g}"
    # A scale such as 0-10 is told by its ends.
    unit = f" ({takes.unit})" if takes.unit and not takes.unit[0].isdigit() else ""
    return f"{kind}{low}{high}{unit}"


def _key(key: object) -> str:
    return str(key).strip().replace("-", "_")


def _answer(key: str, value: Any, vocabulary: Vocabulary) -> Answer:
    known = vocabulary.keys.by_id.get(key)
    if known is None:
        raise _unknown(key, vocabulary)
    return _checked(key, value, vocabulary.takes(known), vocabulary)


def _unknown(key: str, vocabulary: Vocabulary) -> AnswerError:
    tests = (test.id for test in vocabulary.tests.tests if test.parts)
    near = get_close_matches(key, [*ABOUT, *vocabulary.keys.by_id, *tests], n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "See them with: goodknee log --help"
    return AnswerError(f"The diary has no key {_shown(key)}.", where=key[:80] or "log", next_step=hint)


def _checked(key: str, value: Any, takes: Takes, vocabulary: Vocabulary) -> Answer:
    read = _READERS[takes.type](value, takes)
    if read is None or (takes.type == "exercise" and read not in vocabulary.exercises):
        near = get_close_matches(str(value), vocabulary.exercises) if takes.type == "exercise" else []
        raise AnswerError(
            f"{_shown(value)} is not an answer to {key}.",
            where=key,
            next_step=f"{key} takes {legal_values(takes)}{', such as ' + near[0] if near else ''}. "
            "Nothing was stored.",
        )
    return read


def _check_opposites(answers: Mapping[str, Answer], keys: LogKeys) -> None:
    for key, answer in answers.items():
        for other in keys.by_id[key].not_with:
            if answer is True and other in answers:
                raise AnswerError(
                    f"{key} and {other} cannot both be told.",
                    where=f"{key}, {other}",
                    next_step="Leave one of them out. Nothing was stored.",
                )


def _side(told: Mapping[str, Any]) -> Side | None:
    side = told.get("side")
    if side is None:
        return None
    for known in SIDES:
        if side == known:
            return known
    raise AnswerError(
        f"{_shown(side)} is not a knee.",
        where="side",
        next_step="side takes left or right: one entry for each knee. Nothing was stored.",
    )


def _needed(side: Side | None, key: str) -> Side:
    if side is None:
        raise AnswerError(
            f"Which knee is meant with {key}?",
            where="side",
            next_step="Say --side left or --side right. Nothing was stored.",
        )
    return side


def _day(value: Any, today: date) -> date:
    day = value
    if isinstance(value, datetime):
        day = value.date()
    elif isinstance(value, str):
        try:
            day = date.fromisoformat(value.strip())
        except ValueError:
            day = None
    if not isinstance(day, date):
        raise AnswerError(
            f"{_shown(value)} is not a day.",
            where="day",
            next_step="Write it as 2026-05-17. Nothing was stored.",
        )
    if day > today:
        raise AnswerError(
            f"{day.isoformat()} lies ahead; the diary is about what was.",
            where="day",
            next_step=f"Give a day up to {today.isoformat()}. Nothing was stored.",
        )
    return day


def _id(told: Mapping[str, Any], key: Literal["run", "session"]) -> str | None:
    value = told.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > _ID_LETTERS:
        raise AnswerError(
            f"{_shown(value)} is not the id of a {key}.",
            where=key,
            next_step=f"Give its id, in quotes in a file: goodknee {'runs' if key == 'run' else 'plan'} "
            "lists them. Nothing was stored.",
        )
    return value.strip()


def _result(value: Any, test: SelfTest, side: Side | None, vocabulary: Vocabulary) -> TestResult:
    if test.told_by:
        raise AnswerError(
            f"{test.id} is told by {' and '.join(test.told_by)}.",
            where=test.id,
            next_step=f"Use --{test.told_by[0].replace('_', '-')} in its place. Nothing was stored.",
        )
    return {leg: _values(of_leg, test, vocabulary) for leg, of_leg in _by_leg(value, test, side)}


def _by_leg(
    value: Any, test: SelfTest, side: Side | None
) -> Iterator[tuple[Literal["left", "right", "once"], Any]]:
    """Yield each leg with its value; a value alone is that of the side of the entry."""
    legs: tuple[Literal["left", "right", "once"], ...] = SIDES if test.sides == "each" else ("once",)
    if not isinstance(value, Mapping):
        yield (side or _needed(None, test.id)) if test.sides == "each" else "once", value
        return
    if not value or not set(value) <= set(legs):
        raise AnswerError(
            f"{_shown(dict(value))} is not a result of {test.id}.",
            where=test.id,
            next_step=f"It has results for {' and '.join(legs)}. Nothing was stored.",
        )
    yield from ((leg, value[leg]) for leg in legs if value.get(leg) is not None)


def _values(value: Any, test: SelfTest, vocabulary: Vocabulary) -> tuple[float | bool, ...]:
    values = list(value) if isinstance(value, list | tuple) else [value]
    if not 1 <= len(values) <= len(test.parts):
        asks = "; ".join(part.asks for part in test.parts)
        raise AnswerError(
            f"{_shown(value)} is not a result of {test.id}.",
            where=test.id,
            next_step=f"Give in this order: {asks} Nothing was stored.",
        )
    checked = (
        _checked(test.id, each, vocabulary.takes(part), vocabulary)
        for each, part in zip(values, test.parts, strict=False)
    )
    return tuple(each for each in checked if not isinstance(each, str))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _yes_no(value: Any) -> bool | None:
    if isinstance(value, str):
        return _YES_NO.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _number(value: Any, takes: Takes) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if takes.type == "count" and value != int(value):
        return None
    inside = (takes.min is None or value >= takes.min) and (takes.max is None or value <= takes.max)
    # One form for one value: 3.0 is 3.
    return (int(value) if value == int(value) else value) if inside else None


def _word(value: Any, takes: Takes) -> str | None:
    return value if isinstance(value, str) and value in takes.options else None


def _text(value: Any, takes: Takes) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= (takes.most_letters or _ID_LETTERS) else None


_READERS: Final[Mapping[str, Callable[[Any, Takes], Answer | None]]] = {
    "bool": lambda value, _: _yes_no(value),
    "number": _number,
    "count": _number,
    "enum": _word,
    "text": _text,
    "exercise": _text,
}
