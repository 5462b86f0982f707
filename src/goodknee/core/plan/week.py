"""The next weeks: runs, strength work, tests and the rest, placed into the days that this runner has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from goodknee.core.assess.compiled import Known
from goodknee.core.assess.conditions import Facts
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.rehab import Phase
from goodknee.core.model import Side
from goodknee.core.plan.fill import fill, tapered
from goodknee.core.plan.making import Making, days_between, days_of, firsts
from goodknee.core.plan.notes import any_true, finished, notes_for, relapse_sign, rest_of
from goodknee.core.plan.phase import Knees, standing
from goodknee.core.plan.placement import DAYS, Placement, WeekShape, place
from goodknee.core.plan.plan_rules import PlanRules, plan_rules
from goodknee.core.plan.runs import RunSpec, RunStart, run_plan, run_start
from goodknee.core.plan.sessions import PersonWeek, Plan, PlanDay

HOURS_OF_DAY: Final = 24
#: Caps of one run's distance; the other limits of a run are rules that stand in its reasons.
_CAPS_OF_DISTANCE: Final = frozenset({"single_run", "single_run_in_plan", "knee_load"})
#: A run so near to a limit was set by it; this leaves room for arithmetic alone.
_AS_GOOD_AS: Final = 1 - 1e-9


def make_plan(
    facts: Mapping[Side, Facts],
    person_week: PersonWeek,
    knowledge: Knowledge,
    *,
    today: date,
    weeks: int = 2,
) -> Plan:
    """Propose the next weeks, from today on.

    Args:
        facts: Facts of ``plans/facts.yaml`` of each sore knee; what is not known is left out. The stricter
            knee counts.
        person_week: When, for how long and with what this runner can train, and what they did of late.
        knowledge: The pack.
        today: The runner's local day; the first of the plan.
        weeks: How many, 1 to ``sizes.weeks_most`` of ``plans/week.yaml``.
    """
    rules = plan_rules(knowledge)
    weeks = max(1, min(weeks, rules.week.sizes.weeks_most))
    knees: Knees = {side: _with_exit_of_p0(of_knee.known, rules) for side, of_knee in facts.items()}
    until = today + timedelta(days=DAYS * weeks - 1)
    if any(known.get("strength_held") is True for known in knees.values()):
        held = finished(rules, knees, today, until, None, (), notes=("held",))
        return replace(held, blocked=True)
    stands = standing(knees, rules)
    notes = [*notes_for(knees, rules), *stands.why]
    if stands.phase is None:
        days = tuple(
            PlanDay(day=day, sessions=(rest_of(day, person_week, rules, why=stands.why or ("ask_first",)),))
            for day in days_between(today, until)
        )
        return finished(rules, knees, today, until, None, days, notes=notes, missing=stands.missing)
    if person_week.stepped_up and stands.change == "step_up":
        stands = replace(stands, change="hold", change_by=None)
    power = all(note.power for note, holds in rules.people if any_true(holds, knees))
    return _placed_and_filled(Making(knees, person_week, stands, rules, today, until, notes, power))


def _placed_and_filled(making: Making) -> Plan:
    """Place everything, then say what each day holds."""
    person, rules, today, notes = making.person, making.rules, making.today, making.notes
    assert making.stands.phase is not None
    phase = _phase_after_break(making, rules.phases[making.stands.phase])
    if relapse_sign(making) is not None:
        phase = min(phase, rules.phases[rules.course.relapse.week_1_phase], key=lambda each: each.id)
    if phase.id == list(rules.phases)[-1]:
        notes.append("maintenance")
    start = run_start(making.knees, phase, rules)
    if start.when == "none":
        notes += start.why
    if not person.free_days or person.days_most == 0:
        notes.append("no_free_day")
    test_day = _test_day(making, start)
    making.run_min = _minutes_of_run(making, start, phase)
    placed = _placed(making, start, phase, test_day)
    run_days = [
        (day, bool(week.hardest >> number & 1))
        for first, week in placed
        for number, day in days_of(first)
        if week.runs >> number & 1
    ]
    cuts = dict(_cuts(making, [day for day, _ in run_days]))
    specs = run_plan(start, run_days, making.knees, phase, person, rules, today=today, cuts=cuts)
    if start.when == "after_tests" and run_days:
        specs = [replace(spec, why=("tests_first", *spec.why)) for spec in specs]
    runs = {day: tapered(making, day, spec) for (day, _), spec in zip(run_days, specs, strict=True)}
    strength = {
        day for first, week in placed for number, day in days_of(first) if week.strength >> number & 1
    }
    making.first_lifted = min(strength, default=None)
    days = fill(making, phase, start, runs, strength, test_day)
    _tell_caps(making, start, specs)
    missing = (*making.stands.missing, *start.missing)
    return finished(
        rules, making.knees, today, making.until, phase, days, notes=notes, caps=making.caps, missing=missing
    )


def _cuts(making: Making, days: Sequence[date]) -> Iterator[tuple[date, tuple[float, str]]]:
    """Yield the days on which a run is cut to a share of a calm one, and by which rule."""
    sign = relapse_sign(making)
    for day in days:
        flare = making.flare_on(day)
        if flare is not None:
            yield day, (flare.running_share_pct / 100, "flare")
        elif sign is not None and (day - making.today).days < DAYS:
            yield day, (making.rules.course.relapse.week_1_running_share_pct / 100, sign)


def _phase_after_break(making: Making, phase: Phase) -> Phase:
    """Return the phase to go on with after days without strength work."""
    last = making.person.last_strength
    if last is None or phase.id == "P0":
        return phase
    days = (making.today - last).days
    rows = making.rules.course.strength_breaks
    row = next((each for each in rows if each.days[0] <= days <= each.days[1]), rows[0])
    if row == rows[0]:
        return phase
    making.notes.append(row.id)
    order = list(making.rules.phases)
    lower = max(1, order.index(phase.id) - row.phases_lower)
    return making.rules.phases[row.restart_phase or order[lower]]


def _minutes_of_run(making: Making, start: RunStart, phase: Phase) -> float:
    """Return the minutes of the next run, with the walk before it."""
    next_run = run_plan(
        start,
        [(making.today, True)],
        making.knees,
        phase,
        making.person,
        making.rules,
        today=making.today,
        cuts={},
    )[0]
    return making.rules.way.levels.warm_up_min[1] + (next_run.minutes or 0.0)


def _test_day(making: Making, start: RunStart) -> date | None:
    """Return the first day for the tests that open the way back to running; the walk must fit into it."""
    if start.when != "after_tests":
        return None
    walk = making.walk_test_min()
    return next(
        (
            day
            for day in making.all_days()
            if making.is_open(day)
            and making.flare_on(day) is None
            and making.person.minutes.get(day.weekday(), walk) >= walk
        ),
        None,
    )


def _placed(
    making: Making, start: RunStart, phase: Phase, test_day: date | None
) -> list[tuple[date, Placement]]:
    placed: list[tuple[date, Placement]] = []
    runs = _bits_before(making.today, making.person.recent_runs)
    last = making.person.last_strength
    strength = _bits_before(making.today, (last,) if last else ())
    for first in firsts(making.today, making.until):
        shape = _shape(making, first, start, phase, test_day, runs, strength, placed)
        week = place(shape)
        placed.append((first, week))
        runs, strength = week.runs >> 1, week.strength >> 1
    return placed


def _shape(
    making: Making,
    first: date,
    start: RunStart,
    phase: Phase,
    test_day: date | None,
    runs_before: int,
    strength_before: int,
    placed: Sequence[tuple[date, Placement]],
) -> WeekShape:
    rules, person = making.rules, making.person
    wanted = _runs_wanted(making, start)
    low, high = phase.sessions_per_week
    lifts = max(low, min(high, rules.rehab.dose.sessions_for_success))
    if relapse_sign(making) is not None:
        lifts = min(lifts, rules.course.relapse.week_1_sessions)
    active = rules.week.sizes.active_days_most
    if person.days_most is not None:
        active = min(active, person.days_most)
    tested = test_day is not None and 0 <= (test_day - first).days < DAYS
    run_days = _bits(first, lambda day: _may_run(making, day, start, test_day))
    strength_days = _bits(first, lambda day: _may_lift(making, day, test_day))
    before = placed[-1][1] if placed else None
    # On the days of a flare every run is cut, so none of them is a hard one.
    all_easy = all(making.flare_on(day) is not None for _, day in days_of(first))
    return WeekShape(
        run_days=run_days if wanted else 0,
        strength_days=strength_days,
        both_days=_bits(first, lambda day: _holds_both(making, day)),
        runs=wanted,
        runs_most=wanted,
        run_gap=2 if _rest_between(making, start) else 1,
        strength=int(lifts),
        strength_enough=int(min(lifts, rules.rehab.dose.sessions_for_success)),
        strength_gap=round(rules.gaps["hard_strength_gap_h"][0] / HOURS_OF_DAY),
        hard_gap=0 if all_easy else round(rules.gaps["strength_before_hard_run_h"][0] / HOURS_OF_DAY),
        active_most=max(0, active - tested),
        long_day=_bits(first, lambda day: day.weekday() == person.long_run_day),
        runs_before=runs_before,
        strength_before=strength_before,
        runs_kept=_bits(first, lambda day: making.is_kept(day, "run")) or (before.runs if before else 0),
        strength_kept=_bits(first, lambda day: making.is_kept(day, "strength"))
        or (before.strength if before else 0),
    )


def _runs_wanted(making: Making, start: RunStart) -> int:
    """Return runs a week under every cap on their number."""
    if start.when == "none":
        return 0
    levels = making.rules.way.levels
    allowed = start.allowed
    on_levels = allowed is None or (allowed.level is not None and allowed.level < len(levels.levels) - 1)
    wanted = levels.runs_per_week if on_levels else making.person.runs_per_week or levels.runs_per_week
    most = float(DAYS - making.rules.gaps["rest_days_per_week"][0])
    if most < wanted:
        wanted, making.caps["rest_days_per_week"] = int(most), most
    for cap in making.rules.day.caps:
        if cap.cap.unit != "runs" or cap.cap.warn_above >= wanted:
            continue
        if cap.when is None or any(cap.when.check(known) for known in making.knees.values()):
            wanted, making.caps[cap.cap.id] = int(cap.cap.warn_above), cap.cap.warn_above
    return wanted


def _rest_between(making: Making, start: RunStart) -> bool:
    allowed = start.allowed
    if allowed is None or start.when == "after_tests" or allowed.walk_run is not None:
        return True
    return allowed.level is not None and allowed.level <= making.rules.way.levels.rest_day_to_level


def _may_run(making: Making, day: date, start: RunStart, test_day: date | None) -> bool:
    if not making.is_open(day) or (
        making.person.run_days is not None and day.weekday() not in making.person.run_days
    ):
        return False
    flare = making.flare_on(day)
    if flare is not None and (flare.running_share_pct == 0 or _moved_by_flare(making, day, "run")):
        return False
    since = min(((day - done).days for done in making.person.recent_runs if done <= day), default=DAYS)
    if since < (2 if _rest_between(making, start) else 1):
        return False
    # The morning after the tests is part of them.
    if start.when == "after_tests" and (test_day is None or (day - test_day).days < 2):
        return False
    minutes = making.person.minutes.get(day.weekday())
    walk, _ = making.rules.way.levels.warm_up_min
    return (minutes is None or minutes >= 2 * walk) and not making.has_race(day)


def _may_lift(making: Making, day: date, test_day: date | None) -> bool:
    if not making.is_open(day) or day == test_day or making.has_race(day):
        return False
    if making.flare_on(day) is not None and _moved_by_flare(making, day, "strength"):
        return False
    last, gap = making.person.last_strength, making.rules.gaps["hard_strength_gap_h"][0]
    if last is not None and 0 <= (day - last).days * HOURS_OF_DAY < gap:
        return False
    minutes = making.person.minutes.get(day.weekday())
    if minutes is not None and minutes < making.rules.week.sizes.strength_shortest_min:
        return False
    last_heavy = making.rules.course.race_taper.last_heavy_legs_days_before[0]
    return not any(0 < (race.on - day).days < last_heavy for race in making.person.races)


def _holds_both(making: Making, day: date) -> bool:
    """Tell whether a run and a strength session fit into the minutes of the day together."""
    minutes = making.person.minutes.get(day.weekday())
    return minutes is None or minutes >= making.run_min + making.rules.rehab.sessions.main_minutes[0]


def _moved_by_flare(making: Making, day: date, kind: str) -> bool:
    """Tell whether the plan in force has such sessions, yet none on that day: a flare moves nothing."""
    ahead = any(kept >= making.today for kept in making.person.kept_days.get(kind, ()))
    return ahead and not making.is_kept(day, kind)


def _tell_caps(making: Making, start: RunStart, specs: Sequence[RunSpec]) -> None:
    """Take note of each limit that set a run, and of runs that did not fit."""
    longest = max((spec.distance_m for spec in specs if spec.distance_m is not None), default=None)
    if start.allowed is not None and start.allowed.max_distance_m is not None and longest is not None:
        limit = start.allowed.max_distance_m
        bit = {rule for rule in start.allowed.limited_by if rule in _CAPS_OF_DISTANCE}
        making.caps.update(dict.fromkeys(sorted(bit), limit) if longest >= limit * _AS_GOOD_AS else {})
    wanted = _runs_wanted(making, start)
    weeks = ((making.until - making.today).days + 1) // DAYS
    if start.when == "now" and len(specs) < wanted * weeks and "no_free_day" not in making.notes:
        making.notes.append("fewer_runs")


def _with_exit_of_p0(known: Known, rules: PlanRules) -> Known:
    settled = rules.exits["P0"](known)
    return known if settled is None else {**known, "p0_exit_now": settled}


def _bits(first: date, holds: Callable[[date], bool]) -> int:
    return sum(1 << number for number, day in days_of(first) if holds(day))


def _bits_before(today: date, days: Iterable[date]) -> int:
    """Return the six days before as bits, yesterday the highest."""
    ago = ((today - day).days for day in days)
    return sum(1 << (DAYS - 1 - each) for each in {*ago} if 0 < each < DAYS)
