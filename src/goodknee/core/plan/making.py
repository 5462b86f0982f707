"""A plan in the making: what it is made from, and what every step of making it asks of a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from goodknee.core.knowledge.plan.course import FlareDay
from goodknee.core.plan.phase import Knees, Standing, flare_of_day
from goodknee.core.plan.placement import DAYS
from goodknee.core.plan.plan_rules import PlanRules
from goodknee.core.plan.sessions import PersonWeek


@dataclass(slots=True)
class Making:
    """What a plan is made from, and what is noted on the way.

    Attributes:
        notes: Rules that speak of the whole plan.
        power: Jumps and hops may be in it.
        run_min: Minutes of the next run, with the walk before it.
        first_lifted: Day of the first strength session.
        caps: Limits that bit: cap → the most that it left.
    """

    knees: Knees
    person: PersonWeek
    stands: Standing
    rules: PlanRules
    today: date
    until: date
    notes: list[str]
    power: bool
    run_min: float = 0.0
    first_lifted: date | None = None
    caps: dict[str, float] = field(default_factory=dict)

    def walk_test_min(self) -> float:
        """Return the minutes of the walk that opens the way back to running."""
        return self.rules.way.levels.levels[0].walk_only_min or 0.0

    def is_open(self, day: date) -> bool:
        """Tell whether anything may be planned on that day."""
        away = self.person.away_on(day)
        if self.person.days_most == 0 or day.weekday() not in self.person.free_days:
            return False
        return away is None or away.kind == "travel"

    def is_kept(self, day: date, kind: str) -> bool:
        """Tell whether the plan in force has such a session on that day."""
        return day in self.person.kept_days.get(kind, frozenset())

    def has_race(self, day: date) -> bool:
        """Tell whether a race is on that day."""
        return any(race.on == day for race in self.person.races)

    def flare_on(self, day: date) -> FlareDay | None:
        """Return what a flare asks of that day; None: nothing."""
        return flare_of_day(day, self.stands, self.rules, today=self.today)

    def all_days(self) -> Iterator[date]:
        """Yield the days of the plan."""
        return days_between(self.today, self.until)

    def is_quiet(self, day: date) -> bool:
        """Tell whether neither illness, nor travel, nor a flare asks for this day."""
        return self.person.away_on(day) is None and self.flare_on(day) is None


def days_between(since: date, until: date) -> Iterator[date]:
    """Yield each day, both ends included."""
    return (since + timedelta(days=number) for number in range((until - since).days + 1))


def firsts(since: date, until: date) -> Iterator[date]:
    """Yield the first day of each week of the plan."""
    return (since + timedelta(days=number) for number in range(0, (until - since).days + 1, DAYS))


def days_of(first: date) -> Iterator[tuple[int, date]]:
    """Yield the days of a week of the plan, with their places in it."""
    return ((number, first + timedelta(days=number)) for number in range(DAYS))
