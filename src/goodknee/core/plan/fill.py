"""What each day of a plan holds, once the days of runs and strength work are chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from goodknee.core.assess.conditions import keys_of
from goodknee.core.knowledge.plan.rehab import Phase
from goodknee.core.knowledge.plan.self_tests import SelfTest
from goodknee.core.plan import session_content as content
from goodknee.core.plan.making import Making, days_of, firsts
from goodknee.core.plan.notes import rest_of, stricter
from goodknee.core.plan.phase import ceiling_of, flare_reasons
from goodknee.core.plan.placement import DAYS
from goodknee.core.plan.rehab import strength_session
from goodknee.core.plan.run_limits import LONGEST
from goodknee.core.plan.runs import RunSpec, RunStart, fitted, shortened
from goodknee.core.plan.sessions import PlanDay, Session


def fill(
    making: Making,
    phase: Phase,
    start: RunStart,
    runs: Mapping[date, RunSpec],
    lifted: Collection[date],
    test_day: date | None,
) -> tuple[PlanDay, ...]:
    """Return the days of the plan with everything that they hold."""
    rules, person = making.rules, making.person
    held: dict[date, list[Session]] = {day: [] for day in making.all_days()}
    for day, spec in runs.items():
        held[day].append(content.run(day, spec, start, person, rules))
    for day in sorted(lifted):
        held[day].append(_strength(making, day, phase, with_run=held[day]))
    if test_day is not None:
        held[test_day].append(_entry_tests(making, test_day))
    _add_races(making, held)
    _add_optional(making, held, phase)
    _add_rest(making, held)
    order = content.KINDS.index
    return tuple(
        PlanDay(day=day, sessions=tuple(sorted(sessions, key=lambda each: order(each.kind))))
        for day, sessions in held.items()
    )


def tapered(making: Making, day: date, spec: RunSpec) -> RunSpec:
    """Return the run cut for a race that is near, and to the minutes of its day."""
    taper = making.rules.course.race_taper
    if spec.level is None and any(0 < (race.on - day).days <= taper.days[1] for race in making.person.races):
        spec = shortened(spec, 1 - taper.volume_cut_pct[0] / 100, ("race_taper",))
    minutes = making.person.minutes.get(day.weekday())
    if minutes is None:
        return spec
    walk = 0.0 if spec.kind == "walk" else making.rules.way.levels.warm_up_min[0]
    return fitted(spec, minutes - walk)


def _strength(making: Making, day: date, phase: Phase, *, with_run: Sequence[Session]) -> Session:
    rules, person, stands = making.rules, making.person, making.stands
    flare = making.flare_on(day)
    limit = person.minutes.get(day.weekday())
    left = None if limit is None else limit - sum(each.minutes or 0.0 for each in with_run)
    away = person.away_on(day)
    calm = stands.in_flare is not None and flare is None
    change = "hold" if flare is not None or calm else stands.change
    first = day == making.first_lifted
    ceiling = ceiling_of(flare, stands, making.knees, rules) if flare is not None or first else None
    session = strength_session(
        phase,
        stricter(making.knees),
        rules,
        kit=person.equipment if away is None else frozenset(),
        change=change if change != "phase_down" else "hold",
        ceiling=ceiling,
        power=making.power,
        minutes=phase.session.minutes if left is None else min(left, phase.session.minutes),
        now=person.exercises,
    )
    why = [*flare_reasons(flare)]
    if stands.change_by is not None and flare is None and not calm:
        why.append(stands.change_by)
    if left is not None and left < phase.session.minutes:
        why.append("short_of_minutes")
    if away is not None:
        why.append(away.kind)
    return content.strength(day, session, phase, stands, person, rules, why=why, with_run=bool(with_run))


def _entry_tests(making: Making, day: date) -> Session:
    """Return the tests that open the way back to running, as far as phase and minutes hold them."""
    rules, phase = making.rules, making.stands.phase
    asked = {
        key for test in rules.way.entry_tests.tests if phase not in test.not_in for key in keys_of(test.check)
    }
    due = [each for each in rules.tests if asked & set(each.gives) and phase in each.phases]
    walk = [each for each in due if set(each.gives) & set(keys_of(rules.way.entry_tests.tests[0].check))]
    others = [each for each in due if each not in walk]
    minutes, each_min = making.walk_test_min(), rules.week.sizes.test_min
    limit = making.person.minutes.get(day.weekday())
    fit = len(others) if limit is None else min(len(others), int((limit - minutes) // each_min))
    due = [*others[:fit], *walk]
    return content.tests(day, due, rules, why=("tests_first",), minutes=minutes + each_min * fit)


def _add_races(making: Making, held: dict[date, list[Session]]) -> None:
    opens = making.rules.day.opens["race"]
    for race in making.person.races:
        if race.on not in held:
            continue
        longest = min((known.get(LONGEST, 0.0) for known in making.knees.values()), default=0.0)
        ready = all(opens(known) is True for known in making.knees.values())
        if ready and race.distance_m <= longest * making.rules.longest_times:
            held[race.on].append(content.race(race.on, race.distance_m, making.rules))
        elif "race_not_yet" not in making.notes:
            making.notes.append("race_not_yet")


def _add_optional(making: Making, held: dict[date, list[Session]], phase: Phase) -> None:
    """Put due tests, one session of other sport and one of stretching into days that hold nothing."""
    sizes = making.rules.week.sizes
    for first in firsts(making.today, making.until):
        days = [day for _, day in days_of(first) if making.is_open(day) and day in held]
        active = sum(bool(held[day]) for _, day in days_of(first) if day in held)
        most = sizes.active_days_most
        if making.person.days_most is not None:
            most = min(most, making.person.days_most)
        _add_tests(making, held, first, days, phase, room=active < most)
        active = sum(bool(held[day]) for _, day in days_of(first) if day in held)
        for add in (_other_sport, _stretches):
            free = [day for day in days if not held[day] and making.is_quiet(day)]
            session = add(making, free, phase) if free and active < most else None
            if session is not None:
                held[session[0]].append(session[1])
                active += 1


def _add_tests(
    making: Making,
    held: dict[date, list[Session]],
    first: date,
    days: Sequence[date],
    phase: Phase,
    *,
    room: bool,
) -> None:
    """Put the tests that the end of the phase asks for into a free day, else before strength work."""
    if first != making.today or making.stands.in_flare is not None or phase.exit is None:
        return
    asked = set(keys_of(phase.exit))
    due = [each for each in making.rules.tests if phase.id in each.phases and asked & set(each.gives)]
    due = [each for each in due if _is_due(making, each, first)][: making.rules.week.sizes.tests_at_once]
    free = [day for day in days if not held[day] and making.person.away_on(day) is None]
    with_strength = [day for day in days if [each.kind for each in held[day]] == ["strength"]]
    for day in free if free and room else with_strength:
        minutes = making.person.minutes.get(day.weekday())
        left = None if minutes is None else minutes - sum(each.minutes or 0.0 for each in held[day])
        each_min = making.rules.week.sizes.test_min
        fit = due if left is None else due[: max(0, int(left // each_min))]
        if fit:
            minutes = each_min * len(fit)
            held[day].append(content.tests(day, fit, making.rules, why=(phase.id,), minutes=minutes))
            return


def _is_due(making: Making, test: SelfTest, day: date) -> bool:
    done = making.person.tests_done.get(test.id)
    return done is None or (day - done).days >= DAYS * test.again_after_weeks


def _other_sport(making: Making, free: Sequence[date], phase: Phase) -> tuple[date, Session] | None:
    ways = [each for each in making.rules.course.cross_training if phase.id in each.phases]
    at_hand = [
        each
        for each in ways
        if not making.person.equipment.isdisjoint(making.rules.exercises[each.exercise].equipment)
    ]
    without = [each for each in ways if not making.rules.exercises[each.exercise].equipment]
    chosen = next(iter((*at_hand, *without)), None)
    if chosen is None or any(known.get("limp") is True for known in making.knees.values()):
        return None
    day = free[len(free) // 2]
    return day, content.cross_training(day, chosen, making.person, making.rules)


def _stretches(making: Making, free: Sequence[date], phase: Phase) -> tuple[date, Session] | None:
    return free[0], content.stretching(free[0], phase, making.person, making.rules)


def _add_rest(making: Making, held: dict[date, list[Session]]) -> None:
    lessons = list(making.person.lessons)
    for number, (day, sessions) in enumerate(held.items()):
        if sessions:
            continue
        rest = rest_of(day, making.person, making.rules, why=("rest_days_per_week",))
        if lessons and number // DAYS >= len(making.person.lessons) - len(lessons):
            lesson = lessons.pop(0)
            rest = replace(rest, details={**rest.details, "lesson": {"id": lesson[0], "title": lesson[1]}})
        sessions.append(rest)
