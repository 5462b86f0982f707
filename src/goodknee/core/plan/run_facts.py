"""Facts of runs: the last one, how it settled, how far of late, and where the runner is on the levels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.plan.run_return import PainLimits, RunReturn
from goodknee.core.plan.history import DoneRun, History, Knee, Session
from goodknee.core.track.told import why_skipped

Known = dict[str, Value]
_METRES_A_KM: Final = 1000
#: The days that facts named after them look back on.
_LAST_6_DAYS: Final = 6
_LAST_14_DAYS: Final = 14


def run_facts(history: History, knee: Knee, knowledge: Knowledge, *, today: date) -> Known:
    """Return the facts of the last run and of the last weeks; none of the last run when none is known."""
    known = _lately(history, knee, knowledge, today)
    if history.knee_load is not None:
        known["knee_load_usual_high_bw_s"], known["knee_load_easy_km_bw_s"] = history.knee_load
    if not knee.runs:
        return known
    last = knee.runs[-1]
    since = (today - last.day).days
    return known | {
        **_of_last(last, knee),
        "days_since_last_run": since,
        "days_off": since,
        "off_reason": _off_reason(knee, knowledge, since=last.day),
    }


def _of_last(last: Session, knee: Knee) -> Known:
    during, after = last.number("pain_during"), last.number("pain_after")
    before = last.number("pain_before")
    started = max((pain for pain in (during, after) if pain is not None), default=None)
    run = last.run or DoneRun(day=last.day)
    return {
        "run_pain_nprs": during,
        "run_settle_minutes": last.number("settle_minutes"),
        "run_morning_rise_nprs": knee.rise_after(last.day),
        "run_forced_stop": last.yes_no("forced_stop"),
        "run_limp": last.yes_no("limp"),
        "run_painkiller": last.yes_no("painkiller"),
        "pain_with_run": None if started is None or before is None else started > 0 and before == 0,
        "last_run_distance_m": run.distance_m,
        "last_run_minutes": run.minutes if run.minutes is not None else last.number("minutes"),
    }


def _lately(history: History, knee: Knee, knowledge: Knowledge, today: date) -> Known:
    """Return how far, how often and with how many steps of late; the check stands in without any run."""
    window = knowledge.load.session_spike.window_days
    limits = knowledge.run_return.limits
    recent = [run for run in knee.runs if 0 < (today - run.day).days <= window]
    lengths = [run.run.distance_m for run in recent if run.run and run.run.distance_m is not None]
    calm = [
        run.run.distance_m
        for run in recent
        if run.run and run.run.distance_m is not None and _kept(run, knee, limits)
    ]
    steps = [run.run.cadence_spm for run in recent if run.run and run.run.cadence_spm is not None]
    typed_km = None
    if history.check is not None and knee.stands_in:
        typed_km = history.check.answers.get("longest_run_30d_km")
    if isinstance(typed_km, int | float):
        lengths.append(typed_km * _METRES_A_KM)
    known: Known = {
        "longest_run_30d_m": max(lengths, default=None),
        "calm_distance_m": max(calm, default=None),
        "runs_6d": _days_run(knee, knowledge.run_return, today) if knee.runs else None,
        "flat_run_ok_min": _longest_flat(knee, limits),
    }
    if steps:
        known["cadence_spm"] = median(steps)
    return known


def _days_run(knee: Knee, way: RunReturn, today: date) -> int:
    """Return the days with a run of late; the walk that the lowest level is counts as none."""
    walks = {level.number for level in way.levels.levels if level.walk_only_min is not None}
    days = {run.day for run in knee.runs if run.run is None or run.run.level not in walks}
    return sum(0 < (today - day).days <= _LAST_6_DAYS for day in days)


def _longest_flat(knee: Knee, limits: PainLimits) -> float | None:
    # Runs on the levels are flat; of other runs the diary does not tell it.
    on_levels = [run for run in knee.runs if run.run and run.run.level is not None]
    return max(
        (
            run.run.minutes
            for run in on_levels
            if run.run and run.run.minutes is not None and _kept(run, knee, limits)
        ),
        default=None,
    )


def _off_reason(knee: Knee, knowledge: Knowledge, *, since: date) -> Value:
    told = [
        session.answers["skipped"]
        for day in knee.days.values()
        if day.day > since
        for session in day.sessions
        if "skipped" in session.answers
    ]
    reasons = {why_skipped(str(text), knowledge.log) for text in told}
    return None if not reasons else "knee" if "knee" in reasons else "other"


def _kept(run: Session, knee: Knee, limits: PainLimits) -> bool | None:
    """Tell whether a run kept to every pain limit; None when that is not known."""
    if any(run.yes_no(key) for key in ("forced_stop", "limp", "painkiller")):
        return False
    held = [
        _at_most(run.number("pain_during"), limits.during_up_to_nprs),
        _at_most(run.number("settle_minutes"), limits.settle_within_min),
        _at_most(knee.rise_after(run.day), limits.morning_rise_up_to_nprs),
    ]
    return None if None in held and False not in held else all(held)


def _at_most(value: float | None, limit: float) -> bool | None:
    return None if value is None else value <= limit


def level_facts(history: History, knee: Knee, knowledge: Knowledge, *, today: date) -> Known:
    """Return where the runner is on the levels of walking and running, from the runs meant to be on one."""
    runs = [run for run in knee.runs if run.run is not None and run.run.level is not None]
    if not runs:
        return {"level_on_record": False} if history.check is not None else {}
    way = knowledge.run_return
    numbers = [_number(run) for run in runs]
    reviewed = history.check.day if history.check is not None else None
    drops = sum(
        after < before and (today - run.day).days < _LAST_14_DAYS and (reviewed is None or run.day > reviewed)
        for before, after, run in zip(numbers, numbers[1:], runs[1:], strict=False)
    )
    done, passed = _done_and_passed(runs, knee, way)
    needed = way.levels.levels[numbers[-1]].sessions_needed
    return {
        "level_on_record": True,
        "level_number": numbers[-1],
        "level_passed": passed,
        "level_done": done,
        "level_sessions_to_go": None if needed is None else max(0, needed - done),
        "level_drops_14d": drops,
    }


def _number(run: Session) -> int:
    assert run.run is not None
    assert run.run.level is not None
    return run.run.level


def _done_and_passed(runs: Sequence[Session], knee: Knee, way: RunReturn) -> tuple[int, int | None]:
    """Return how often the last level was run well in a row, and the highest level passed and not lost again.

    A run counts with every check passed and known. A level is passed once it was run well often enough, and
    lost again by stepping down to it or below.
    """
    done, before = 0, None
    passed: int | None = None
    for run in runs:
        number = _number(run)
        if before is not None and number < before and passed is not None and number <= passed:
            passed = number - 1 if number > 0 else None
        done = (done if number == before else 0) + 1 if _kept(run, knee, way.limits) else 0
        needed = way.levels.levels[number].sessions_needed
        if needed is not None and done >= needed:
            passed = max(number, passed or 0)
        before = number
    return done, passed
