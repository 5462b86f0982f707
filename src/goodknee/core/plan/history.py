"""What is known of the runner up to one day, as the facts of the day are made from it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Literal

from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.red_flags import Hold
from goodknee.core.model import Answer, Side
from goodknee.core.track.diary import SIDES, DiaryDay, DiarySession

ONE_DAY: Final = timedelta(days=1)
#: With fewer mornings the last one known is the usual one.
USUAL_MORNINGS: Final = 3
#: An entry with one of these tells of a session that took place.
_TOOK_PLACE: Final = ("done", "minutes", "pain_during", "pain_after", "settle_minutes", "forced_stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCheck:
    """What the last check comes to today, after the visits and the signs since.

    Attributes:
        answers: As they were given.
        pain: Pain of each knee, by question.
        holds: What warning signs block.
        all_answered: Every safety question was.
        looked_at: Answers behind warning signs that a clinician has cleared.
    """

    day: date
    answers: Mapping[str, Value]
    pain: Mapping[Side, Mapping[str, int | None]]
    holds: frozenset[Hold]
    all_answered: bool
    looked_at: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneRun:
    """One run, imported or typed, on the runner's local day; None where it was not measured.

    Attributes:
        level: Level of walking and running that it was meant to be; None: none.
    """

    id: str | None = None
    day: date
    distance_m: float | None = None
    minutes: float | None = None
    cadence_spm: float | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that the facts of a day are made from; nothing in it is later than that day.

    Attributes:
        check: None before the first check.
        diary: One row a day and knee, oldest first.
        runs: Imported runs.
        levels: Day → level of walking and running that was advised.
        planned: Planned session → whether it is strength work.
        plan: Facts that only the plan in force knows (``comes_from: plan``).
        knee_load: Upper edge of the usual knee load of one run, and the load of one easy flat km, BW s.
    """

    check: LastCheck | None = None
    diary: Sequence[DiaryDay] = ()
    runs: Sequence[DoneRun] = ()
    levels: Mapping[date, int] = field(default_factory=dict)
    planned: Mapping[str, bool] = field(default_factory=dict)
    plan: Mapping[str, Value] = field(default_factory=dict)
    knee_load: tuple[float, float] | None = None

    @property
    def sore(self) -> tuple[Side, ...]:
        """The knees that hurt: as the check says, and any that the diary has pain of."""
        named = self.check.answers.get("side") if self.check else None
        told = {day.side for day in self.diary if any(_hurts(key, day.answers[key]) for key in day.answers)}
        found = [side for side in SIDES if named in {side, "both"} or side in told]
        return tuple(found) or SIDES


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One run or strength session as one knee took it; ``answers`` are the diary's."""

    day: date
    kind: Literal["run", "strength"]
    answers: Mapping[str, Answer]
    run: DoneRun | None = None

    def number(self, key: str) -> float | None:
        """Return the answer to a key that asks for a number."""
        answer = self.answers.get(key)
        return None if answer is None or isinstance(answer, str) else float(answer)

    def yes_no(self, key: str) -> bool | None:
        """Return the answer to a key that asks yes or no."""
        answer = self.answers.get(key)
        return answer if isinstance(answer, bool) else None


class Knee:
    """One knee's diary, with its sessions in their order and its mornings.

    Args:
        history: All that is known.
        side: Which knee.
        stands_in: The check is fresh, so its answers on the last run stand in for the diary.

    Attributes:
        days: Day → what counts for this knee.
        runs: Oldest first, those of the person, with what this knee tells of them.
        strength: Oldest first.
    """

    def __init__(self, history: History, side: Side, *, stands_in: bool) -> None:
        self.side = side
        self.stands_in = stands_in
        self.days = {day.day: day for day in history.diary if day.side == side}
        self.mornings = {
            day.day: pain for day in self.days.values() if (pain := day.number("pain_morning")) is not None
        }
        self._morning_days = sorted(self.mornings)
        self._pains = [self.mornings[day] for day in self._morning_days]
        runs = [*_runs(history, self.days)]
        if stands_in and history.check is not None:
            runs = _with_run_of_check(runs, history.check)
        self.runs = sorted(runs, key=lambda session: session.day)
        self.strength = sorted(_strength(history, self.days), key=lambda session: session.day)

    @property
    def sessions(self) -> list[Session]:
        """All of them, oldest first; on one day strength stands first."""
        return sorted([*self.strength, *self.runs], key=lambda session: session.day)

    def usual_morning(self, *, up_to: date, before: date) -> float | None:
        """Return the usual morning pain: the mean of the last 3 mornings, or the last one known.

        Args:
            up_to: The last morning that counts; none so early: the last one known before ``before``.
            before: The morning that is held against it.
        """
        known = self._pains[: bisect_right(self._morning_days, up_to)]
        if len(known) >= USUAL_MORNINGS:
            return sum(known[-USUAL_MORNINGS:]) / USUAL_MORNINGS
        earlier = bisect_left(self._morning_days, before)
        return self._pains[earlier - 1] if earlier else None

    def rise_after(self, day: date) -> int | None:
        """Return how much worse the morning after a day was than usual, points; half points round up."""
        return self._rise(day + ONE_DAY, up_to=day)

    def rise_on(self, today: date) -> int | None:
        """Return how much worse this morning is than before the last session."""
        last = max((session.day for session in self.sessions if session.day < today), default=today - ONE_DAY)
        return self._rise(today, up_to=last)

    def _rise(self, morning: date, *, up_to: date) -> int | None:
        usual = self.usual_morning(up_to=up_to, before=morning)
        pain = self.mornings.get(morning)
        return None if pain is None or usual is None else math.floor(pain - usual + 0.5)


def _hurts(key: str, answer: Answer) -> bool:
    return key.startswith("pain") and not isinstance(answer, str) and answer > 0


def _runs(history: History, days: Mapping[date, DiaryDay]) -> Iterator[Session]:
    """Yield every run with what this knee tells of it; a session without a name is of the day's only run."""
    by_day: dict[date, list[DoneRun]] = {}
    for run in (*history.runs, *_typed_runs(history)):
        by_day.setdefault(run.day, []).append(run)
    for day, runs in by_day.items():
        told = [each for each in days[day].sessions if not _is_strength(each, history)] if day in days else []
        for run in runs:
            own = next((each for each in told if each.run_id is not None and each.run_id == run.id), None)
            if own is None and len(runs) == 1:
                own = next((each for each in told if each.run_id is None), None)
            level = run.level if run.level is not None else history.levels.get(day)
            yield Session(
                day=day,
                kind="run",
                answers={**own.answers} if own else {},
                run=replace(run, level=level),
            )


def _with_run_of_check(runs: list[Session], check: LastCheck) -> list[Session]:
    """Return the runs with the last one of the check; what the diary tells of that run goes first."""
    since = check.answers.get("days_since_last_run")
    if not isinstance(since, int) or isinstance(since, bool):
        return runs
    day = check.day - since * ONE_DAY
    told = {key: check.answers.get(question) for key, question in _OF_CHECK.items()}
    answers = {key: value for key, value in told.items() if isinstance(value, bool | int | float)}
    same_day = [run for run in runs if run.day == day]
    if not same_day:
        return [*runs, Session(day=day, kind="run", answers=answers, run=DoneRun(day=day))]
    return [replace(run, answers={**answers, **run.answers}) if run is same_day[-1] else run for run in runs]


#: Key of the diary → question of the check about the last run.
_OF_CHECK: Final = {
    "pain_during": "last_run_pain_max",
    "settle_minutes": "last_run_settle_minutes",
    "forced_stop": "pain_stopped_run",
    "painkiller": "painkiller_before_run",
}


def _typed_runs(history: History) -> Iterator[DoneRun]:
    """Yield runs that the diary tells of and no file holds; told for two knees they are one."""
    recorded_ids = {run.id for run in history.runs}
    recorded_days = {run.day for run in history.runs}
    seen: set[tuple[date, str | None]] = set()
    for day in history.diary:
        for told in day.sessions:
            name = told.run_id or told.session_id
            recorded = day.day in recorded_days if told.run_id is None else told.run_id in recorded_ids
            if recorded or (day.day, name) in seen or not _took_place(told) or _is_strength(told, history):
                continue
            seen.add((day.day, name))
            minutes = told.answers.get("minutes")
            yield DoneRun(
                id=told.run_id,
                day=day.day,
                minutes=float(minutes) if isinstance(minutes, int | float) else None,
            )


def _strength(history: History, days: Mapping[date, DiaryDay]) -> Iterator[Session]:
    for day in days.values():
        for told in day.sessions:
            if _is_strength(told, history) and _took_place(told):
                yield Session(day=day.day, kind="strength", answers=told.answers)


def _is_strength(told: DiarySession, history: History) -> bool:
    by_exercise = bool(told.exercises) or "exercise" in told.answers
    return by_exercise or history.planned.get(told.session_id or "", False)


def _took_place(told: DiarySession) -> bool:
    if "skipped" in told.answers or told.answers.get("done") is False:
        return False
    return bool(told.exercises) or any(key in told.answers for key in _TOOK_PLACE)
