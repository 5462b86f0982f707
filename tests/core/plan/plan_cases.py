"""Runners of the plan's tests: the calm one of tests/cases/plan.yaml, and changes to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.pack_files import cases

from goodknee.core.assess.conditions import Facts
from goodknee.core.load.other_load import Coarse
from goodknee.core.plan.sessions import Away, PersonWeek, Plan, Race
from goodknee.core.plan.week import make_plan
from goodknee.readers.knowledge import load_knowledge

PACK = load_knowledge()
CASES = cases("plan.yaml")
MONDAY = date(2026, 11, 23)
CALM_WEEK = PersonWeek(
    sore=("right",),
    easy_speed_mps=2.6,
    easy_km_bw_s=Coarse(value=1000.0, low=700.0, high=1400.0),
    runs_per_week=3,
    week_m=18_000.0,
)


def facts_of(changes: Mapping[str, Any] | None = None) -> Facts:
    known = {**CASES["calm"], **(changes or {})}
    assert set(known) <= set(PACK.facts.by_id), set(known) - set(PACK.facts.by_id)
    return Facts.measured(known)


def week_of(changes: Mapping[str, Any] | None = None) -> PersonWeek:
    given = dict(changes or {})
    week = CALM_WEEK
    if "minutes" in given:
        week = replace(week, minutes=dict.fromkeys(range(7), float(given["minutes"])))
    if "free_days" in given:
        week = replace(week, free_days=frozenset(given["free_days"]))
    if "equipment" in given:
        week = replace(week, equipment=frozenset(given["equipment"]))
    if "last_strength" in given:
        week = replace(week, last_strength=MONDAY + timedelta(days=given["last_strength"]))
    if "away" in given:
        kind, first, last = given["away"]
        since, until = (MONDAY + timedelta(days=number) for number in (first, last))
        week = replace(week, away=(Away(kind=kind, since=since, until=until),))
    if "race" in given:
        ahead, distance_m = given["race"]
        week = replace(week, races=(Race(on=MONDAY + timedelta(days=ahead), distance_m=distance_m),))
    return week


def plan_of(facts: Mapping[str, Any] | None = None, week: PersonWeek = CALM_WEEK, **more: Any) -> Plan:
    return make_plan({"right": facts_of(facts)}, week, PACK, today=MONDAY, **more)
