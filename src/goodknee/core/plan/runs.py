"""The runs of the next weeks: from where they start, and step by step while every run stays calm."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from goodknee.core.knowledge.plan.rehab import Phase
from goodknee.core.knowledge.plan.run_return import Level, WalkRun
from goodknee.core.plan.phase import Knees
from goodknee.core.plan.plan_rules import PlanRules
from goodknee.core.plan.run_limits import LONGEST, LookedAt, RunAllowed, look_at, tightest
from goodknee.core.plan.sessions import PersonWeek

#: Phases whose running may grow past the levels.
GROWING: Final = frozenset({"growing_flat", "speed_and_hills", "full"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """From where the runs of a plan start.

    Attributes:
        when: ``now``; ``after_tests``: the entry tests come first; ``walk``: walks alone; ``none``.
        allowed: The limits of the next run, of both knees together.
        why: Rules that led there.
        held: Nothing grows: a warning sign, or the last 48 hours.
        missing: Facts that are not known.
    """

    when: Literal["now", "after_tests", "walk", "none"]
    allowed: RunAllowed | None
    why: tuple[str, ...]
    level_done: int = 0
    held: bool = False
    first_share: float = 1.0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """One run or walk of a plan.

    Attributes:
        minutes: Of running and walking, without the walk before; None: not known.
        distance_m: Of all of it; None: the minutes count.
        share_of_last_pct: Share of the last run, where neither is known.
    """

    kind: Literal["walk", "walk_run", "run"]
    walk_run: WalkRun | None
    minutes: float | None
    distance_m: float | None
    level: Level | None
    why: tuple[str, ...]
    share_of_last_pct: float | None = None

    @property
    def running_min(self) -> float | None:
        """Minutes of running."""
        if self.walk_run is not None:
            return self.walk_run.run_min * (self.walk_run.repeats or 1)
        return 0.0 if self.kind == "walk" else self.minutes


def run_start(knees: Knees, phase: Phase, rules: PlanRules) -> RunStart:
    """Return whether, from when and within which limits there are runs."""
    looked = [look_at(known, rules.day) for known in knees.values()]
    held = _held_by(looked)
    if held:
        return RunStart(when="none", allowed=None, why=held)
    if phase.running == "none_or_walk":
        limp = any(known.get("limp") is True for known in knees.values())
        return RunStart(when="none" if limp else "walk", allowed=None, why=(phase.id,))
    if any("days_since_last_run" not in known for known in knees.values()):
        return RunStart(when="none", allowed=None, why=("runs_unknown",), missing=("days_since_last_run",))
    tests_first = _tests_first(looked)
    if tests_first:
        # What comes after the tests is shown as it is when they are passed.
        after = [look_at({**known, **_PASSED}, rules.day) for known in knees.values()]
        looked = [each for each in after if each.run.level is not None] or after
    allowed = tightest([each.run for each in looked])
    why = tuple(dict.fromkeys(rule for each in looked for rule in _way_of(each)))
    if not why:
        missing = tuple(key for key in _RUN_FACTS if any(key not in known for known in knees.values()))
        return RunStart(when="none", allowed=None, why=("runs_unknown",), missing=missing)
    same = (known for known in knees.values() if known.get("level_number") == allowed.level)
    return RunStart(
        when="after_tests" if tests_first else "now",
        allowed=allowed,
        why=why,
        level_done=min((known.get("level_done", 0) for known in same), default=0),
        held=any(known.get("increase_held") is True for known in knees.values()),
        first_share=min((_first_share(each) for each in looked), default=1.0),
    )


#: The facts of a runner who has passed the entry tests.
_PASSED: Final = {"hard_tests_passed": True, "entry_tests_passed": True}
#: What the way back asks of the last run.
_RUN_FACTS: Final = ("run_pain_nprs", "run_settle_minutes", "run_morning_rise_nprs")


def _held_by(looked: Sequence[LookedAt]) -> tuple[str, ...]:
    """Return the rules of the day that leave no run for the weeks ahead, until the check or a review."""
    rules = (each.rule for knee in looked for each in knee.judged.rules)
    held = (
        rule.id
        for rule in rules
        if rule.run.check_again or rule.run.plan_review or rule.verdict == "see_clinician"
    )
    return tuple(dict.fromkeys(held))


def _way_of(looked: LookedAt) -> Iterator[str]:
    if looked.judged.way is not None:
        yield looked.judged.way.rule.id
    if looked.judged.pause is not None:
        yield looked.judged.pause[0].id


def _tests_first(looked: Sequence[LookedAt]) -> bool:
    return any(
        (each.judged.pause is not None and each.judged.pause[0].entry_tests) or each.merged.entry_tests
        for each in looked
        if each.known.get("hard_tests_passed") is not True
    )


def _first_share(looked: LookedAt) -> float:
    """Return how far the first week stays under the share of the calm distance that is allowed."""
    way = looked.judged.way
    share = way.rule.run.share_of_calm_pct if way is not None else None
    return share[0] / share[1] if share else 1.0


def run_plan(
    start: RunStart,
    days: Sequence[tuple[date, bool]],
    knees: Knees,
    phase: Phase,
    person: PersonWeek,
    rules: PlanRules,
    *,
    today: date,
    cuts: Mapping[date, tuple[float, str]],
) -> list[RunSpec]:
    """Return one run for each day, in their order, as if every run before it stayed calm.

    Args:
        start: From where they start.
        days: Each run day, and whether it is the hardest run of its week.
        knees: Facts of each knee.
        phase: Whether running may grow past the levels.
        person: The week, the pace and the runs of late.
        rules: The pack, ready.
        today: The first day of the plan.
        cuts: Day → share of a calm run that is left on it, and the rule that says so.
    """
    if start.when == "walk" or start.allowed is None:
        walk = rules.way.levels.levels[0]
        return [_of_level(walk, None, None, start.why) for _ in days]
    specs: list[RunSpec] = []
    state = _State(start, knees, phase, person, rules)
    before = today
    for day, hardest in days:
        paused = state.after_pause((day - before).days)
        before = day
        spec = state.next((day - today).days // 7, hardest=hardest, first=not specs)
        spec = replace(spec, why=(*paused, *spec.why))
        share, rule = cuts.get(day, (1.0, ""))
        specs.append(shortened(spec, share, (rule,)) if share < 1 else spec)
        if share == 1:
            state.passed(spec)
    return specs


class _State:
    """The way so far, run by run: the level and how often it was done, or the longest run."""

    def __init__(
        self, start: RunStart, knees: Knees, phase: Phase, person: PersonWeek, rules: PlanRules
    ) -> None:
        assert start.allowed is not None
        self._start, self._allowed, self._person, self._rules = start, start.allowed, person, rules
        self._grows = phase.running in GROWING and not start.held and start.allowed.no_increase_h is None
        self._per_week = person.runs_per_week or rules.way.levels.runs_per_week
        self._level, self._done = start.allowed.level, start.level_done
        longest = [known[LONGEST] for known in knees.values() if LONGEST in known]
        self._longest_m = min(longest) if longest else None

    def after_pause(self, days_off: int) -> tuple[str, ...]:
        """Go back as far as the table of pauses says after so many days without a run; return its rule."""
        if self._level is None:
            return ()
        breaks = self._rules.way.breaks
        known = {
            "level_on_record": True,
            "days_off": days_off,
            "off_reason": "other",
            "run_forced_stop": False,
        }
        row = next((row for row, when in self._rules.day.breaks if when.check(known)), None)
        if row is None or row.from_level == "current":
            return ()
        passed = max(0, self._level - 1)
        start = row.level if row.from_level == "zero" else max(breaks.floor_level, passed + row.level)
        self._level, self._done = min(self._level, start), 0
        return (row.id,)

    def next(self, week: int, *, hardest: bool, first: bool) -> RunSpec:
        """Return the next run of the way."""
        why = self._start.why if first else ("if_calm",)
        levels = self._rules.way.levels.levels
        if self._level is None or self._level >= len(levels) - 1:
            return self._own(week, hardest=hardest, why=why)
        level, step = levels[self._level], None
        if level.steps_min:
            step = self._next_step(level)
        most = (
            self._allowed.max_minutes if self._level == self._allowed.level and not level.steps_min else None
        )
        return _of_level(level, step, most, (level.id, *why))

    def _next_step(self, level: Level) -> float:
        """Return the minutes of the next step of a level, at most the cap over the one before."""
        step = level.steps_min[min(self._done, len(level.steps_min) - 1)]
        before = (
            level.steps_min[self._done - 1]
            if 0 < self._done <= len(level.steps_min)
            else self._rules.way.levels.levels[level.number - 1].running_min
        )
        return step if before is None else min(step, math.floor(before * self._rules.longest_times))

    def passed(self, spec: RunSpec) -> None:
        """Take note that this run stayed calm."""
        if self._level is None or spec.level is None:
            return
        self._done += 1
        if self._done >= (spec.level.sessions_needed or 1) and not self._start.held:
            self._level, self._done = self._level + 1, 0

    def _own(self, week: int, *, hardest: bool, why: tuple[str, ...]) -> RunSpec:
        """Return a run past the levels, or beside them: by its distance."""
        cap = self._allowed.max_distance_m
        if cap is not None and self._longest_m is not None and not (hardest and self._grows):
            cap = min(cap, self._longest_m)
        if cap is None:
            share = self._allowed.share_of_last_pct
            return RunSpec(
                kind="walk_run" if self._allowed.walk_run else "run",
                walk_run=self._allowed.walk_run,
                minutes=self._allowed.max_minutes,
                distance_m=None,
                level=None,
                why=why,
                share_of_last_pct=share,
            )
        distance = cap * (self._start.first_share if week == 0 else 1.0)
        if self._person.week_m and not (hardest and self._grows):
            distance = min(distance, self._person.week_m / self._per_week)
        minutes = _minutes(distance, self._person.easy_speed_mps, self._allowed.speed_factor)
        walk_run = _repeats_within(self._allowed.walk_run, minutes)
        return RunSpec(
            kind="walk_run" if walk_run else "run",
            walk_run=walk_run,
            minutes=minutes,
            distance_m=distance,
            level=None,
            why=("own_week", *why, *self._allowed.limited_by),
        )


def _of_level(level: Level, step_min: float | None, most_min: float | None, why: tuple[str, ...]) -> RunSpec:
    if level.walk_run is None:
        return RunSpec(
            kind="walk",
            walk_run=None,
            minutes=level.walk_only_min,
            distance_m=None,
            level=level,
            why=tuple(dict.fromkeys((level.id, *why))),
        )
    turn = level.walk_run if step_min is None else replace(level.walk_run, run_min=step_min)
    if most_min is not None:
        turn = _turns_within(turn, most_min)
    return RunSpec(
        kind="walk_run" if turn.walk_min else "run",
        walk_run=turn,
        minutes=(turn.run_min + turn.walk_min) * (turn.repeats or 1),
        distance_m=None,
        level=level,
        why=why,
    )


def _turns_within(turn: WalkRun, most_min: float) -> WalkRun:
    """Return fewer turns, or one shorter one, so that the whole keeps to the minutes."""
    each = turn.run_min + turn.walk_min
    if each * (turn.repeats or 1) <= most_min:
        return turn
    if each <= most_min:
        return replace(turn, repeats=int(most_min // each))
    return replace(turn, run_min=max(0.0, most_min - turn.walk_min), repeats=1)


def _repeats_within(turn: WalkRun | None, minutes: float | None) -> WalkRun | None:
    if turn is None or minutes is None:
        return turn
    return replace(turn, repeats=max(1, int(minutes // (turn.run_min + turn.walk_min))))


def _minutes(distance_m: float, speed_mps: float | None, factor: float | None) -> float | None:
    if speed_mps is None:
        return None
    return float(round(distance_m / (speed_mps * (factor or 1.0)) / 60))


def shortened(spec: RunSpec, share: float, why: tuple[str, ...]) -> RunSpec:
    """Return a share of a run, never more."""
    turn = spec.walk_run
    if turn is not None and (turn.repeats or 1) > 1:
        turn = replace(turn, repeats=max(1, int((turn.repeats or 1) * share)))
    elif turn is not None:
        turn = replace(turn, run_min=turn.run_min * share)
    minutes = None if spec.minutes is None else spec.minutes * share
    if turn is not None and spec.level is not None:
        minutes = (turn.run_min + turn.walk_min) * (turn.repeats or 1)
    return replace(
        spec,
        walk_run=turn,
        minutes=minutes,
        distance_m=None if spec.distance_m is None else spec.distance_m * share,
        share_of_last_pct=None if spec.share_of_last_pct is None else spec.share_of_last_pct * share,
        why=(*why, *spec.why),
    )


def fitted(spec: RunSpec, minutes: float) -> RunSpec:
    """Return the run cut to so many minutes, never made longer."""
    if spec.minutes is None or spec.minutes <= minutes:
        return spec
    turn = spec.walk_run
    if turn is not None and spec.level is not None:
        repeats = int(minutes // (turn.run_min + turn.walk_min)) if (turn.repeats or 1) > 1 else 0
        if repeats:
            turn = replace(turn, repeats=repeats)
            return replace(spec, walk_run=turn, minutes=repeats * (turn.run_min + turn.walk_min))
    share = minutes / spec.minutes
    return shortened(spec, max(0.0, share), ())
