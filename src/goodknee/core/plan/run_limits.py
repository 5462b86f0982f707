"""How far, how long, how fast and how flat today's run may be: every limit holds, and says what set it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from goodknee.core.assess.compiled import Known
from goodknee.core.knowledge.plan.run_return import BreakRow, Level, WalkRun
from goodknee.core.model import Limit
from goodknee.core.plan.day_rules import DayRules, Judged, judge

#: What bounds another distance from above when that one is not known: no run was longer than the longest.
LONGEST: Final = "longest_run_30d_m"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAllowed:
    """Upper limits of today's run; None: nothing limits it here.

    Attributes:
        max_distance_m: Metres, walks included.
        max_minutes: Minutes, walks included.
        speed_factor: Share of the usual easy speed, at most.
        flat: No hills and no stairs.
        cadence_target_spm: Steps a minute to try, both feet; None: as usual.
        walk_run: Running and walking in turn.
        level: Level of walking and running; None: not on the levels.
        share_of_last_pct: Share of the last run, at most, also when its length is not known.
        no_increase_h: Hours in which nothing may grow.
        more_often_shorter: Better several short runs than few long ones.
        limited_by: Rule, cap or level that set the distance, then the one that set the minutes.
    """

    max_distance_m: float | None
    max_minutes: float | None
    speed_factor: float | None
    flat: bool
    cadence_target_spm: float | None
    walk_run: WalkRun | None
    level: int | None
    share_of_last_pct: float | None
    no_increase_h: float | None
    more_often_shorter: bool
    limited_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What all rules that hold make of the next run, the strictest of each; ``None``: none touches it."""

    level_change: int | None
    share_of_calm_pct: tuple[float, str] | None
    share_of_last_pct: tuple[float, str] | None
    slower_pct: float | None
    walk_run: WalkRun | None
    flat: bool
    no_increase_h: float | None
    more_often_shorter: bool
    check_again: bool
    entry_tests: bool
    plan_review: bool


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One knee: its facts, what holds, and the run that is left."""

    known: Known
    judged: Judged
    merged: Merged
    run: RunAllowed


def look_at(known: Known, rules: DayRules) -> LookedAt:
    """Return what the rules make of one knee, and of today's run."""
    judged = judge(known, rules)
    merged = merge(judged)
    return LookedAt(known, judged, merged, allowed_run(known, judged, merged, rules))


def merge(judged: Judged) -> Merged:
    """Return the strictest of everything that the rules make of the next run."""
    changes = [(each.rule.run, each.rule.id) for each in judged.rules]
    runs = [run for run, _ in changes]
    hours = _most(run.no_increase_h for run in runs)
    levels = [run.level_change for run in runs if run.level_change is not None]
    if hours is not None:
        levels.append(0)
    return Merged(
        level_change=min(levels, default=None),
        share_of_calm_pct=min(
            ((run.share_of_calm_pct[1], by) for run, by in changes if run.share_of_calm_pct), default=None
        ),
        share_of_last_pct=min(
            ((run.share_of_last_pct, by) for run, by in changes if run.share_of_last_pct is not None),
            default=None,
        ),
        slower_pct=_most(run.slower_pct[0] if run.slower_pct else None for run in runs),
        walk_run=min((run.walk_run for run in runs if run.walk_run), key=_share_run, default=None),
        flat=any(run.flat for run in runs),
        no_increase_h=hours,
        more_often_shorter=any(run.more_often_shorter for run in runs),
        check_again=any(run.check_again for run in runs),
        entry_tests=any(run.entry_tests for run in runs),
        plan_review=any(run.plan_review for run in runs),
    )


def allowed_run(known: Known, judged: Judged, merged: Merged, rules: DayRules) -> RunAllowed:
    """Return today's run under every limit at once."""
    level, minutes = _level(known, judged, merged, rules)
    distance = _distance(known, merged, rules)
    share = merged.share_of_last_pct
    last_minutes = known.get("last_run_minutes")
    if share is not None and last_minutes is not None:
        minutes = minutes.at_most(last_minutes * share[0] / 100, share[1])
    walks = level is not None and level.walk_only_min is not None
    speed = rules.way.speed.slower_pct[0] if _stays_closed(known, rules, "speed", level) else None
    slower = _most((merged.slower_pct, speed))
    return RunAllowed(
        max_distance_m=_or_none(distance.value),
        max_minutes=_or_none(minutes.value),
        speed_factor=None if slower is None or walks else round(1 - slower / 100, 3),
        flat=merged.flat or _stays_closed(known, rules, "uphill", level),
        cadence_target_spm=None if walks else _cadence(known, rules),
        walk_run=_walk_run(known, level, merged),
        level=None if level is None else level.number,
        share_of_last_pct=None if share is None else share[0],
        no_increase_h=merged.no_increase_h,
        more_often_shorter=merged.more_often_shorter,
        limited_by=tuple(limit.by for limit in (distance, minutes) if limit.by is not None),
    )


def _level(known: Known, judged: Judged, merged: Merged, rules: DayRules) -> tuple[Level | None, Limit]:
    """Return the level of today's run and its minutes; None when the runner is not on the levels."""
    levels = rules.way.levels.levels
    before = known.get("level_number") if known.get("level_on_record") is True else None
    number = None if before is None else before + (merged.level_change or 0)
    if judged.pause is not None:
        start = _start_level(known, judged.pause[0], rules)
        number = start if number is None else min(number, start)
    if number is None:
        return None, Limit()
    level = levels[max(0, min(number, len(levels) - 1))]
    limit = _at_most(Limit(), _minutes(level, known), level.id)
    if judged.way is not None and before is not None and judged.way.rank < rules.rank["go"]:
        # Some lower levels last longer than the next one, with walks in between: a run that was too much
        # never makes the next one longer.
        for other in levels[level.number + 1 : before + 2]:
            limit = _at_most(limit, _minutes(other, known), judged.way.rule.id)
    return level, limit


def _start_level(known: Known, row: BreakRow, rules: DayRules) -> int:
    """Return where the way starts again after a stop or a pause."""
    breaks, tests = rules.way.breaks, rules.way.entry_tests
    start = row.level
    if row.from_level == "last_passed":
        start = max(breaks.floor_level, known.get("level_passed", 0) + row.level)
    if row.entry_tests and known.get("entry_tests_passed") is not True:
        start -= tests.else_levels_lower
    return max(0, start)


def _minutes(level: Level, known: Known) -> float | None:
    """Return the minutes of one session, walks included; a level of several steps starts at its first."""
    if not level.steps_min:
        return level.total_min
    done = known.get("level_done", 0) if known.get("level_number") == level.number else 0
    return level.steps_min[min(done, len(level.steps_min) - 1)]


def _walk_run(known: Known, level: Level | None, merged: Merged) -> WalkRun | None:
    if level is None:
        return merged.walk_run
    if level.walk_only_min is not None:
        return WalkRun(run_min=0, walk_min=level.walk_only_min, repeats=1)
    minutes = _minutes(level, known)
    if level.walk_run is None or not level.steps_min or minutes is None:
        return level.walk_run
    return replace(level.walk_run, run_min=minutes)


def _distance(known: Known, merged: Merged, rules: DayRules) -> Limit:
    longest = known.get(LONGEST)
    limit = Limit()
    for share, of_fact in (
        (merged.share_of_calm_pct, "calm_distance_m"),
        (merged.share_of_last_pct, "last_run_distance_m"),
    ):
        whole = known.get(of_fact, longest)
        if share is not None and whole is not None:
            limit = limit.at_most(whole * share[0] / 100, share[1])
    if merged.no_increase_h is not None and longest is not None:
        limit = limit.at_most(longest, "no_increase")
    for cap in rules.caps:
        if cap.cap.of_fact in _METRES and (cap.when is None or cap.when.check(known)):
            whole = _METRES[cap.cap.of_fact](known)
            if whole is not None:
                limit = limit.at_most(whole * (1 + cap.cap.warn_above / 100), cap.cap.id)
    return limit


def _flat_easy_metres(known: Known) -> float | None:
    """Return how far on the flat, at easy pace, the usual knee load of one run reaches."""
    most, per_km = known.get("knee_load_usual_high_bw_s"), known.get("knee_load_easy_km_bw_s")
    return None if most is None or not per_km else 1000 * most / per_km


#: Fact that a cap of one run is a share of → the same in metres.
_METRES: Final[dict[str | None, Any]] = {
    LONGEST: lambda known: known.get(LONGEST),
    "knee_load_usual_high_bw_s": _flat_easy_metres,
}


def _stays_closed(known: Known, rules: DayRules, what: str, level: Level | None) -> bool:
    """Tell whether this stays closed for now: on the levels, until its step of bringing back opens."""
    return level is not None and rules.opens[what](known) is not True


def _cadence(known: Known, rules: DayRules) -> float | None:
    steps = known.get("cadence_spm")
    if steps is None or not rules.cadence_when(known) or rules.cadence_not_when(known):
        return None
    cue = rules.way.cadence
    return float(round(steps * (1 + min(cue.first_change_pct, cue.most_change_pct) / 100)))


def _share_run(each: WalkRun) -> float:
    return each.run_min / (each.run_min + each.walk_min)


def _at_most(limit: Limit, cap: float | None, by: str) -> Limit:
    return limit if cap is None else limit.at_most(cap, by)


def _most(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _least(values: Iterable[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _or_none(value: float) -> float | None:
    return None if math.isinf(value) else value


def tightest(runs: Sequence[RunAllowed]) -> RunAllowed:
    """Return the run that keeps the limits of every knee."""
    if len(runs) == 1:
        return runs[0]
    walks = [run.walk_run for run in runs if run.walk_run is not None]
    targets = [run.cadence_target_spm for run in runs]
    return RunAllowed(
        max_distance_m=_least(run.max_distance_m for run in runs),
        max_minutes=_least(run.max_minutes for run in runs),
        speed_factor=_least(run.speed_factor for run in runs),
        flat=any(run.flat for run in runs),
        cadence_target_spm=None if None in targets else _least(targets),
        walk_run=min(walks, key=_share_run, default=None),
        level=min((run.level for run in runs if run.level is not None), default=None),
        share_of_last_pct=_least(run.share_of_last_pct for run in runs),
        no_increase_h=_most(run.no_increase_h for run in runs),
        more_often_shorter=any(run.more_often_shorter for run in runs),
        limited_by=tuple(dict.fromkeys(by for run in runs for by in run.limited_by)),
    )
