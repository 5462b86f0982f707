"""The earliest honest date for a race, under every limit of the plan, in a few ways that it may go.

No forecast of a knee: it counts the steps that the plan takes, as fast as its limits allow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from goodknee.core.assess.conditions import Facts
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.rehab import Phase
from goodknee.core.knowledge.plan.week import Scenario
from goodknee.core.model import Reason, Side
from goodknee.core.plan.phase import Knees, Standing, standing
from goodknee.core.plan.plan_rules import PlanRules, plan_rules
from goodknee.core.plan.run_limits import LONGEST
from goodknee.core.plan.runs import GROWING, RunStart, run_start
from goodknee.core.plan.sessions import PersonWeek

WEEK_DAYS: Final = 7
SECONDS_A_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step on the way to a goal, and when it is reached at the earliest."""

    what: str
    rule: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which the next months may go.

    Attributes:
        earliest: First day for the race; None: the way is not open, or longer than is looked at.
        in_time: It is not later than the day that was asked for.
    """

    scenario: Scenario
    earliest: date | None
    in_time: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalAnswer:
    """The answer for one goal.

    Attributes:
        held: Rules that leave no way to a date for now; empty when there is one.
        missing: Facts that would be needed.
    """

    distance_m: float
    on: date
    ways: tuple[Way, ...]
    held: tuple[str, ...]
    missing: tuple[str, ...]
    reasons: Mapping[str, Reason]
    blocked: bool


def earliest_dates(
    facts: Mapping[Side, Facts],
    person_week: PersonWeek,
    knowledge: Knowledge,
    *,
    distance_m: float,
    on: date,
    today: date,
) -> GoalAnswer:
    """Return the earliest date of a race of this distance in each scenario of the pack.

    Args:
        facts: Facts of each sore knee; what is not known is left out.
        person_week: The runner's week: runs a week and easy pace.
        knowledge: The pack.
        distance_m: Distance of the race.
        on: The day that the runner has in mind.
        today: The runner's local day.
    """
    rules = plan_rules(knowledge)
    knees: Knees = {side: each.known for side, each in facts.items()}
    blocked = any(known.get("strength_held") is True for known in knees.values())
    stands = standing(knees, rules)
    held: tuple[str, ...] = ("held",) if blocked else ()
    missing: tuple[str, ...] = stands.missing
    start = None
    if stands.phase is not None and not blocked:
        start = run_start(knees, rules.phases[stands.phase], rules)
        missing = (*missing, *start.missing)
        held = start.why if start.when == "none" else ()
    elif not blocked:
        held = stands.why
    ways = []
    for scenario in rules.week.goal.scenarios:
        steps = (
            []
            if start is None or held
            else _steps(scenario, start, stands, knees, person_week, rules, today, distance_m)
        )
        last = steps[-1].on if steps else None
        reach = last is not None and (last - today).days <= WEEK_DAYS * rules.week.goal.weeks_most
        earliest = last if reach else None
        in_time = earliest is not None and earliest <= on
        ways.append(Way(scenario=scenario, earliest=earliest, in_time=in_time, steps=tuple(steps)))
    told = dict.fromkeys((*held, *(step.rule for way in ways for step in way.steps)))
    return GoalAnswer(
        distance_m=distance_m,
        on=on,
        ways=tuple(ways),
        held=held,
        missing=tuple(dict.fromkeys(missing)),
        reasons={rule: rules.reasons[rule] for rule in told if rule in rules.reasons},
        blocked=blocked,
    )


def _steps(
    scenario: Scenario,
    start: RunStart,
    stands: Standing,
    knees: Knees,
    person: PersonWeek,
    rules: PlanRules,
    today: date,
    distance_m: float,
) -> list[Step]:
    """Return what is reached when, the race last."""
    steps: list[Step] = []
    days = _days_before_running(scenario, start, stands, rules)
    if days:
        steps.append(_step("Running begins", start.why[0], today, days))
    on_levels = _runs_on_levels(scenario, start, rules)
    if on_levels:
        days += on_levels * WEEK_DAYS / rules.way.levels.runs_per_week
        days += _days_of_flares(scenario, rules, on_levels=True)
        steps.append(
            _step("All levels done, 40 minutes without a break", rules.way.levels.levels[-2].id, today, days)
        )
    opens = _days_to_growth(scenario, stands, knees, rules)
    longest = _longest_now(on_levels > 0, start, knees, person, rules)
    needed = distance_m / rules.longest_times
    if longest < needed:
        days = max(days, opens)
        grown = math.ceil(math.log(needed / longest) / math.log(rules.longest_times) - 1e-9)
        days += grown * WEEK_DAYS * scenario.grow_every_weeks
        steps.append(_step("Longest run long enough", "single_run_in_plan", today, days))
    if on_levels == 0:
        days += _days_of_flares(scenario, rules, on_levels=False)
    # Two full weeks of the own running, all calm, come before any race.
    days += _weeks_before_race(rules) * WEEK_DAYS
    steps.append(_step("The race", "BB8", today, days))
    return steps


def _step(what: str, rule: str, today: date, days: float) -> Step:
    return Step(what=what, rule=rule, on=today + timedelta(days=math.ceil(days)))


def _days_before_running(scenario: Scenario, start: RunStart, stands: Standing, rules: PlanRules) -> float:
    """Return the days until the first run: the knee settles, then the tests."""
    days = 0.0
    if stands.in_flare is not None:
        days = max(0.0, rules.course.flare.days[-1].days[1] - stands.in_flare + 1)
    if start.when == "walk":
        settle: Phase = rules.phases["P0"]
        days = max(days, settle.weeks[1] * WEEK_DAYS * scenario.settles_at_share)
    if start.when in {"walk", "after_tests"}:
        days += 2  # the day of the tests, and the morning after them
    return days


def _runs_on_levels(scenario: Scenario, start: RunStart, rules: PlanRules) -> int:
    """Return the calm runs that are left on the levels; 0: the runner is not on them."""
    levels = rules.way.levels.levels
    if start.when == "walk":
        first, done = rules.way.breaks.floor_level, 0
    elif start.allowed is None or start.allowed.level is None or start.allowed.level >= len(levels) - 1:
        return 0
    else:
        first, done = start.allowed.level, start.level_done
    runs = sum((level.sessions_needed or 0) for level in levels[first:]) - done
    return max(0, math.ceil(runs * scenario.runs_needed_times))


def _days_to_growth(scenario: Scenario, stands: Standing, knees: Knees, rules: PlanRules) -> float:
    """Return the days until distance may grow: the phase that lets it is usually that far away."""
    assert stands.phase is not None
    if rules.phases[stands.phase].running in GROWING:
        return 0.0
    phase = next(each for each in rules.phases.values() if each.running in GROWING)
    low, high = phase.weeks
    usual = low if scenario.settles_at_share < 1 else high
    done = min((known.get("weeks_in_programme", 0.0) for known in knees.values()), default=0.0)
    return max(0.0, (usual - done) * WEEK_DAYS)


def _longest_now(
    after_levels: bool, start: RunStart, knees: Knees, person: PersonWeek, rules: PlanRules
) -> float:
    """Return the longest run from which the distance grows, metres."""
    speed = person.easy_speed_mps or 0.0
    last = rules.way.levels.levels[-2].running_min or 0.0
    slower = 1 - rules.way.speed.slower_pct[0] / 100
    of_levels = last * SECONDS_A_MINUTE * speed * slower
    known: list[float] = [each[LONGEST] for each in knees.values() if LONGEST in each]
    if after_levels:
        # Who ran freely before grows from there again: a setback brings no run forward.
        on_record = any(each.get("level_on_record") is True for each in knees.values())
        return max(1.0, of_levels if on_record else min((of_levels, *known)))
    allowed = start.allowed.max_distance_m if start.allowed else None
    longest = min([*known, *([allowed] if allowed is not None else [])], default=of_levels)
    return max(longest, 1.0)


def _days_of_flares(scenario: Scenario, rules: PlanRules, *, on_levels: bool) -> float:
    days: float = rules.course.flare.days[-1].days[1]
    if on_levels:
        lost = [each.sessions_needed or 0 for each in rules.way.levels.levels[1 : 1 + scenario.levels_lost]]
        days += sum(lost) * WEEK_DAYS / rules.way.levels.runs_per_week
    return scenario.flares * days


def _weeks_before_race(rules: PlanRules) -> float:
    """Return the weeks at the own full week that open a race."""
    race = next(each for each in rules.way.bring_back.steps if each.what == "race")
    return float(getattr(race.opens, "gte", None) or 0)
