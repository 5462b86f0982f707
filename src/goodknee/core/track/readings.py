"""What was told and run, as one row of readings a measure: who was measured, when, and how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from goodknee.core.knowledge.progress import Measure
from goodknee.core.model import Answer, Side, StoredScore
from goodknee.core.track.diary import DiaryDay

DAYS_PER_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of one measure on one local day.

    Attributes:
        knee: None when it is about the person.
        painkiller: Taken that day: the value may be too low.
    """

    day: date
    knee: Side | None
    value: float
    painkiller: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedRun:
    """One run as progress sees it.

    Attributes:
        day: The runner's local day.
        distance_m: None where it was not measured.
        minutes: Without pauses; None where it was not measured.
        pain_began_m: How far it had gone when the runner marked that pain began; None without a mark.
    """

    id: str
    day: date
    distance_m: float | None
    minutes: float | None
    pain_began_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSaid:
    """What a check adds: the pain it asked for, by knee and question, on its day."""

    day: date
    pain: Mapping[Side, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that progress is made from, in any order.

    Attributes:
        planned: For each session of the plan that was due, whether it was done; None: not told.
    """

    days: Sequence[DiaryDay] = ()
    runs: Sequence[TrackedRun] = ()
    scores: Sequence[StoredScore] = ()
    checks: Sequence[CheckSaid] = ()
    planned: Sequence[bool | None] | None = None

    def until(self, today: date) -> Told:
        """Return what was known on that day: nothing of a later one."""
        return self._of(lambda day: day <= today)

    def since(self, first: date) -> Told:
        """Return what is of that day and later."""
        return self._of(lambda day: day >= first)

    def _of(self, holds: Callable[[date], bool]) -> Told:
        return Told(
            days=[each for each in self.days if holds(each.day)],
            runs=[each for each in self.runs if holds(each.day)],
            scores=[each for each in self.scores if holds(each.day)],
            checks=[each for each in self.checks if holds(each.day)],
            planned=self.planned,
        )


def readings(measure: Measure, told: Told, *, today: date) -> tuple[Reading, ...]:
    """Return the readings of one measure, oldest first, one a day and knee.

    What the diary says of a day goes before what a check says of it. A day that lacks the answer is not in
    there.
    """
    if measure.of == "runs":
        found = _week_distance(told.runs, today) if measure.key == "week_m" else _pain_free(told)
    else:
        found = _of_diary(measure, told.days)
    by_place = {(each.day, each.knee): each for each in _of_checks(measure, told.checks)}
    by_place |= {(each.day, each.knee): each for each in _highest(found)}
    return tuple(sorted(by_place.values(), key=_place))


def score_readings(scores: Iterable[StoredScore], instrument: str) -> tuple[Reading, ...]:
    """Return the scores of one questionnaire, oldest first, the last one of each day."""
    own = sorted((each for each in scores if each.instrument == instrument), key=lambda each: each.id)
    of_day = {each.day: Reading(day=each.day, knee=None, value=each.value) for each in own}
    return tuple(of_day[day] for day in sorted(of_day))


def took_painkiller(day: DiaryDay) -> bool:
    """Tell whether a painkiller was told for that day."""
    return any(answers.get("painkiller") is True for answers in _all_answers(day))


def _all_answers(day: DiaryDay) -> Iterator[Mapping[str, Answer]]:
    yield day.answers
    yield from (session.answers for session in day.sessions)


def _of_diary(measure: Measure, days: Iterable[DiaryDay]) -> Iterator[Reading]:
    for day in days:
        for value in _values(measure, day):
            yield Reading(day=day.day, knee=day.side, value=value, painkiller=took_painkiller(day))


def _values(measure: Measure, day: DiaryDay) -> Iterator[float]:
    if measure.of == "test":
        result = day.tests.get(measure.key, {}).get(day.side, ())
        if len(result) > measure.part:
            yield float(result[measure.part])
    elif measure.of == "session":
        yield from (
            number for each in day.sessions if (number := _number(each.answers, measure.key)) is not None
        )
    elif (number := day.number(measure.key)) is not None:
        yield number


def _number(answers: Mapping[str, Answer], key: str) -> float | None:
    answer = answers.get(key)
    return None if answer is None or isinstance(answer, str) else float(answer)


def _pain_free(told: Told) -> Iterator[Reading]:
    """Yield how far each run went without pain: all the way, or up to the runner's mark."""
    by_run = {run.id: run for run in told.runs}
    for day in told.days:
        for session in day.sessions:
            run = by_run.get(session.run_id or "")
            pain = _number(session.answers, "pain_during")
            if run is None or pain is None:
                continue
            metres = run.distance_m if pain == 0 else run.pain_began_m
            if metres is not None:
                yield Reading(day=run.day, knee=day.side, value=metres, painkiller=took_painkiller(day))


def _week_distance(runs: Sequence[TrackedRun], today: date) -> Iterator[Reading]:
    """Yield the distance of each week that is over; one without a run, or with one unmeasured, is missing."""
    weeks: dict[date, list[float | None]] = defaultdict(list)
    for run in runs:
        weeks[run.day - timedelta(days=run.day.weekday())].append(run.distance_m)
    for monday, distances in weeks.items():
        measured = [each for each in distances if each is not None]
        if monday + timedelta(days=DAYS_PER_WEEK) <= today and len(measured) == len(distances):
            yield Reading(day=monday, knee=None, value=sum(sorted(measured)))


def _of_checks(measure: Measure, checks: Iterable[CheckSaid]) -> Iterator[Reading]:
    for check in sorted(checks, key=lambda each: each.day):
        for knee, pain in check.pain.items():
            if measure.check_key and measure.check_key in pain:
                yield Reading(day=check.day, knee=knee, value=pain[measure.check_key])


def _highest(found: Iterable[Reading]) -> Iterator[Reading]:
    """Yield the highest value of each day and knee."""
    of_day: dict[tuple[date, Side | None], list[Reading]] = defaultdict(list)
    for each in found:
        of_day[each.day, each.knee].append(each)
    for of_one in of_day.values():
        yield max(of_one, key=lambda each: (each.value, not each.painkiller))


def _place(reading: Reading) -> tuple[date, str]:
    return reading.day, reading.knee or ""
