"""Score a questionnaire: from answers to one number, with what is missing and what a change means."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from statistics import fmean
from typing import Any, Final, Literal

from goodknee.core.knowledge.proms import Instrument, Item, OfficialForm, Option, Proms, Range, Threshold
from goodknee.errors import AnswerError

#: The key under which the total of an official form is typed; ``score`` is taken for the same.
TOTAL: Final = "total"
_ALSO_TOTAL: Final = "score"
#: Scores are shown to this many decimals.
_DECIMALS: Final = 1
_LONGEST_NAME: Final = 80

Verdict = Literal["better", "no_meaningful_change", "worse", "too_few"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One filled-in questionnaire.

    Attributes:
        score: None when too little was answered: nothing is made up for a missing answer.
        parts: What was answered, in points, by key.
        missing: Keys of what was asked and not answered.
        mdc: The smallest change beyond noise, for as many activities as were rated.
        warnings: Keys of answers that may be a warning sign.
        note: What the runner reads beside the score.
    """

    instrument: Instrument
    score: float | None
    parts: Mapping[str, float]
    missing: tuple[str, ...]
    mdc: Threshold | None
    warnings: tuple[str, ...]
    note: str

    @property
    def valid(self) -> bool:
        """Whether there is a score under the rule for missing answers."""
        return self.score is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that may be answered: its key, the question, the legal values, and what each code means."""

    key: str
    text: str
    legal: str
    labels: Mapping[int, str]
    needed: bool


def find_instrument(name: str, proms: Proms) -> Instrument:
    """Return the instrument with this id or other name.

    Raises:
        AnswerError: There is none.
    """
    instrument = proms.by_name.get(name.strip().lower())
    if instrument is None:
        raise AnswerError(
            f"There is no questionnaire named {_shown(name)}.",
            where="INSTRUMENT",
            next_step=f"Choose one of {', '.join(each.id for each in proms.instruments)}.",
        )
    return instrument


def asked(instrument: Instrument) -> tuple[Asked, ...]:
    """Return what may be answered, in order."""
    if instrument.activities is not None:
        own = instrument.activities
        legal = f"{_range(own.rating)}, for {own.at_least} to {own.at_most} activities"
        return (Asked(key="the activity in your words", text=own.text, legal=legal, labels={}, needed=True),)
    items = [
        Asked(
            key=item.key,
            text=item.text,
            legal=_legal(item),
            labels={option.code: option.label for option in item.options},
            needed=item.needed,
        )
        for item in instrument.by_key.values()
    ]
    if instrument.form is not None:
        form = instrument.form
        legal = _range(_total_range(instrument, form))
        total = Asked(key=TOTAL, text=form.get_it, legal=legal, labels={}, needed=True)
        return (total, *items)
    return tuple(items)


def score(instrument: Instrument, answers: Mapping[Any, Any], proms: Proms) -> Score:
    """Score the answers.

    Args:
        instrument: The questionnaire.
        answers: The code of the chosen option or the number, by key; None is not answered.
        proms: The pack's sentences about scores.

    Raises:
        AnswerError: A key is unknown or a value is not legal.
    """
    if instrument.activities is not None:
        return _of_activities(instrument, answers, proms)
    if instrument.form is not None and not {TOTAL, _ALSO_TOTAL}.isdisjoint(answers):
        return _of_total(instrument, instrument.form, answers, proms)
    chosen = dict(_chosen(instrument, answers))
    return _score(
        instrument,
        {key: points for key, (points, _) in chosen.items()},
        proms,
        missing=tuple(
            item.key for item in instrument.by_key.values() if item.needed and item.key not in chosen
        ),
        warnings=tuple(key for key, (_, option) in chosen.items() if option is not None and option.warning),
    )


def _of_activities(instrument: Instrument, answers: Mapping[Any, Any], proms: Proms) -> Score:
    own = instrument.activities
    assert own is not None
    named = {_name(key): value for key, value in answers.items()}
    if len(named) > own.at_most:
        raise AnswerError(
            f"{len(named)} activities are named.",
            where=instrument.id,
            next_step=f"Name {own.at_least} to {own.at_most} activities.",
        )
    parts = {name: _number(name, value, own.rating) for name, value in named.items() if value is not None}
    missing = tuple(name for name in named if name not in parts)
    return _score(instrument, parts, proms, missing=missing)


def _name(key: object) -> str:
    name = key.strip() if isinstance(key, str) else ""
    if not 0 < len(name) <= _LONGEST_NAME:
        raise AnswerError(
            f"{_shown(key)} is not the name of an activity.",
            where=_shown(key),
            next_step=f"Name the activity in 1 to {_LONGEST_NAME} letters.",
        )
    return name


def _of_total(instrument: Instrument, form: OfficialForm, answers: Mapping[Any, Any], proms: Proms) -> Score:
    more = [key for key in answers if key not in {TOTAL, _ALSO_TOTAL}] or list(answers)[1:]
    if more:
        raise AnswerError(
            f"The total is given, and {_shown(more[0])} as well.",
            where=_shown(more[0]),
            next_step=f"Give the total alone, or leave {TOTAL} out and give the answers.",
        )
    (value,) = answers.values()
    total = None if value is None else _number(TOTAL, value, _total_range(instrument, form))
    return Score(
        instrument=instrument,
        score=total,
        parts={} if total is None else {TOTAL: total},
        missing=(TOTAL,) if total is None else (),
        mdc=instrument.mdc,
        warnings=(),
        note=_note(instrument, proms, valid=total is not None, warned=False),
    )


def _total_range(instrument: Instrument, form: OfficialForm) -> Range:
    low, high = instrument.range
    return Range(low=low, high=high, whole=form.total_is_whole)


def _chosen(
    instrument: Instrument, answers: Mapping[Any, Any]
) -> Iterator[tuple[str, tuple[float, Option | None]]]:
    for key, value in answers.items():
        item = instrument.by_key.get(key) if isinstance(key, str) else None
        if item is None:
            raise _unknown_key(key, instrument)
        if value is None:
            continue
        if item.range is not None:
            yield item.key, (_number(item.key, value, item.range), None)
        else:
            option = _option(item, value)
            yield item.key, (option.points, option)


def _option(item: Item, value: object) -> Option:
    for option in item.options:
        if option.code == value and not isinstance(value, bool):
            return option
    raise _not_legal(item.key, value, _legal(item))


def _number(key: str, value: object, legal: Range) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not legal.low <= value <= legal.high or (legal.whole and value != int(value)):  # type: ignore[operator, call-overload] # a finite number by now
        raise _not_legal(key, value, _range(legal))
    return float(value)  # type: ignore[arg-type] # a finite number by now


def _score(
    instrument: Instrument,
    parts: Mapping[str, float],
    proms: Proms,
    *,
    missing: tuple[str, ...],
    warnings: tuple[str, ...] = (),
) -> Score:
    value = _value(instrument, parts)
    one_of_many = len(parts) == 1 and instrument.mdc_of_one is not None
    return Score(
        instrument=instrument,
        score=value,
        parts=parts,
        missing=missing,
        mdc=instrument.mdc_of_one if one_of_many else instrument.mdc,
        warnings=warnings,
        note=_note(instrument, proms, valid=value is not None, warned=bool(warnings)),
    )


def _value(instrument: Instrument, parts: Mapping[str, float]) -> float | None:
    how = instrument.scoring
    if how.of == "item":
        raw = parts.get(how.item or "")
    elif len(parts) < how.needs:
        raw = None
    else:
        raw = sum(parts.values()) if how.of == "sum" else fmean(parts.values())
    return None if raw is None else round(how.plus + how.times * raw, _DECIMALS)


def _note(instrument: Instrument, proms: Proms, *, valid: bool, warned: bool) -> str:
    said = (
        proms.warning if warned else "",
        "" if valid else f"{proms.incomplete} {instrument.scoring.rule}",
        proms.adapted if instrument.adapted else "",
        instrument.note,
    )
    return " ".join(filter(None, said))


def change(before: float | None, after: float | None, instrument: Instrument) -> Verdict:
    """Return what the change between two scores of one runner means.

    It means something from the smallest change that matters on; where no study knows one, from the smallest
    change beyond noise on. With a score missing there is nothing to compare.
    """
    least = instrument.mcid or instrument.mdc
    if before is None or after is None or least is None:
        return "too_few"
    gain = round(after - before if instrument.better == "higher" else before - after, _DECIMALS)
    if gain >= least.value:
        return "better"
    return "worse" if -gain >= least.value else "no_meaningful_change"


def next_due(last: date | None, instrument: Instrument, *, today: date) -> date:
    """Return the day on which the questionnaire is due next: today, when it was never scored."""
    return today if last is None else last + timedelta(days=instrument.every_days)


def _legal(item: Item) -> str:
    if item.range is not None:
        return _range(item.range)
    return f"one of {', '.join(str(option.code) for option in item.options)}"


def _range(legal: Range) -> str:
    return f"a {'whole ' if legal.whole else ''}number from {legal.low:g} to {legal.high:g}"


def _unknown_key(key: object, instrument: Instrument) -> AnswerError:
    keys = [*([TOTAL] if instrument.form else []), *instrument.by_key]
    near = get_close_matches(str(key), keys, n=3)
    return AnswerError(
        f"{instrument.id} has no question {_shown(key)}.",
        where=_shown(key),
        next_step=f"Did you mean {' or '.join(near)}?" if near else f"Its keys are {', '.join(keys)}.",
    )


def _not_legal(key: str, value: object, legal: str) -> AnswerError:
    return AnswerError(
        f"{_shown(value)} is not an answer to {key}.", where=key, next_step=f"{key} takes {legal}."
    )


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 3] + "..."
