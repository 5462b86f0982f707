"""The self tests: the difference between the legs, the facts that a result gives, and when one is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from goodknee.core.knowledge.plan.self_tests import SelfTest, SelfTests
from goodknee.core.model import Side, StoredEntry, TestResult
from goodknee.core.track.diary import SIDES, current


@dataclass(frozen=True, slots=True, kw_only=True)
class LegsCompared:
    """How the legs compare in the first value of a test.

    Attributes:
        value: As ``unit`` says: stronger minus weaker leg, or 100 × weaker / stronger.
        unit: The test's own, or "%".
        worse: The worse leg, "left" or "right"; None when both are alike.
    """

    value: float
    unit: str
    worse: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestState:
    """Where one test stands.

    Attributes:
        last: Day on which it was last done; None: never.
        result: What it gave then.
        legs: How the legs compare; None where the pack compares none, or one leg is missing.
        due_on: When it is due; today when it was never done.
    """

    test: SelfTest
    last: date | None
    result: TestResult
    legs: LegsCompared | None
    due_on: date


def states(
    rows: Iterable[StoredEntry],
    tests: SelfTests,
    *,
    today: date,
    scored: Mapping[str, tuple[date, float]] | None = None,
) -> tuple[SelfTestState, ...]:
    """Return where each test stands, in the order of the pack.

    Args:
        rows: The diary as it is stored.
        tests: The pack's tests.
        today: Later entries are left out.
        scored: Questionnaire → its last score and the day of it.
    """
    entries = [entry for entry in current(rows) if entry.day <= today]
    return tuple(_state(test, entries, scored or {}, today) for test in tests.tests)


def _state(
    test: SelfTest, entries: Iterable[StoredEntry], scored: Mapping[str, tuple[date, float]], today: date
) -> SelfTestState:
    done: dict[date, TestResult] = {}
    if test.score is not None and test.score in scored:
        day, score = scored[test.score]
        done[day] = {"once": (score,)}
    for entry in entries:
        if test.id in entry.tests:
            done[entry.day] = {**done.get(entry.day, {}), **entry.tests[test.id]}
        elif not set(test.told_by).isdisjoint(entry.answers):
            done.setdefault(entry.day, {})
    last = max((day for day in done if day <= today), default=None)
    result: TestResult = done[last] if last else {}
    return SelfTestState(
        test=test,
        last=last,
        result=result,
        legs=compare_legs(test, result),
        due_on=due_on(test, last, today=today),
    )


def due_on(test: SelfTest, last: date | None, *, today: date) -> date:
    """Return the day on which a test is due; today when it was never done. It may lie behind."""
    return today if last is None else last + timedelta(weeks=test.again_after_weeks)


def compare_legs(test: SelfTest, result: TestResult) -> LegsCompared | None:
    """Return how the legs compare, as the pack says; None without both legs."""
    legs = {side: float(result[side][0]) for side in SIDES if result.get(side)}
    if test.compare is None or len(legs) < len(SIDES):
        return None
    low, high = sorted(legs.values())
    worse_value = low if test.better == "higher" else high
    worse = None if low == high else next(side for side, value in legs.items() if value == worse_value)
    if test.compare == "difference":
        return LegsCompared(value=high - low, unit=test.unit, worse=worse)
    return LegsCompared(value=100 * low / high, unit="%", worse=worse) if high > 0 else None


def facts_of(test: SelfTest, result: TestResult, *, side: Side | None = None) -> dict[str, float | bool]:
    """Return the facts that a result gives; what is missing is left out.

    Of counts and seconds the weaker leg counts. Pain is that of the knee ``side``; without one, of the worse.
    """
    own = {leg for leg in result if side in (None, leg) or leg == "once" or test.better == "higher"}
    facts: dict[str, float | bool] = {}
    for place, part in enumerate(test.parts):
        values = [of_leg[place] for leg, of_leg in result.items() if leg in own and len(of_leg) > place]
        if part.fact is not None and values:
            facts[part.fact] = _worse(test, values)
    legs = compare_legs(test, result)
    if test.compared_as is not None and legs is not None:
        facts[test.compared_as] = legs.value
    return facts


def _worse(test: SelfTest, values: list[float | bool]) -> float | bool:
    # Of yes and no the no is worse: steady or not.
    lowest = test.better == "higher" or any(isinstance(value, bool) for value in values)
    return min(values) if lowest else max(values)
