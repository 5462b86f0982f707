"""The plan's part of the pack: every rule on both sides of its edge, and what must hold for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack_files import cases

from goodknee.core.assess.conditions import Facts, evaluate
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.plan.exercises import exercises_by_id
from goodknee.readers.knowledge import load_knowledge

PACK = load_knowledge()
TODAY, REHAB = cases("today.yaml"), cases("rehab.yaml")
VERDICTS = PACK.today.verdicts
EXERCISES = exercises_by_id(PACK.exercises)
ORDER = {each.id: each.order for each in PACK.joint_load.classes}


class Conditional(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def when(self) -> Condition: ...


def facts_of(calm: Mapping[str, Any], *changes: Mapping[str, Any]) -> Facts:
    known = dict(calm)
    for change in changes:
        known |= change
    assert set(known) <= set(PACK.facts.by_id), set(known) - set(PACK.facts.by_id)
    return Facts.measured(known)


def fired(facts: Facts) -> dict[str, str]:
    """The plain reading of rules/today.yaml: rule → verdict, of all rules that hold."""
    return {rule.id: rule.verdict for rule in PACK.today.rules if evaluate(rule.when, facts) is True}


def verdict(facts: Facts) -> str:
    return min(fired(facts).values(), key=VERDICTS.index, default="go")


def first(rules: Iterable[Conditional], facts: Facts) -> str | None:
    return next((rule.id for rule in rules if evaluate(rule.when, facts) is True), None)


def zone(facts: Facts) -> str:
    zones = PACK.today.zones
    needs = zones.green_needs + (zones.green_needs_run if facts.get("session_kind") == "run" else ())
    for each in zones.zones:
        if each.when is not None and evaluate(each.when, facts) is True:
            return each.id
    return "green" if all(facts.get(need) is not None for need in needs) else zones.unknown_is


@pytest.mark.parametrize("case", TODAY["rules"], ids=lambda case: case["rule"])
def test_each_rule_of_the_day_holds_on_one_side_of_its_edge(case: Any) -> None:
    facts = facts_of(TODAY["calm"], case["facts"])
    assert case["rule"] in fired(facts)
    assert verdict(facts) == case["verdict"]
    for change in case["but_not"]:
        assert case["rule"] not in fired(facts_of(TODAY["calm"], case["facts"], change)), change


def test_each_rule_of_the_day_has_a_case() -> None:
    assert {rule.id for rule in PACK.today.rules} == {case["rule"] for case in TODAY["rules"]}


def test_a_calm_day_is_go() -> None:
    assert fired(facts_of(TODAY["calm"])) == {}


@pytest.mark.parametrize("case", TODAY["zones"])
def test_zones(case: Any) -> None:
    assert zone(facts_of(TODAY["calm"], case["facts"])) == case["is"]
    assert zone(facts_of(TODAY["calm"], case["facts"], case["but_not"])) == case["then"]


FIRST_MATCH: list[tuple[Any, Any, Any]] = [
    *((PACK.run_return.tracks, TODAY["calm"], case) for case in TODAY["tracks"]),
    *((PACK.run_return.decisions, TODAY["calm"], case) for case in TODAY["decisions"]),
    *((PACK.run_return.breaks.rows, TODAY["calm"], case) for case in TODAY["breaks"]),
    *((PACK.rehab.phase_rules.steps, REHAB["calm"], case) for case in REHAB["phase_rules"]),
    *((PACK.rehab.decisions.steps, REHAB["calm"], case) for case in REHAB["decisions"]),
]


@pytest.mark.parametrize(("rules", "calm", "case"), FIRST_MATCH)
def test_the_first_that_is_true(rules: Any, calm: Any, case: Any) -> None:
    assert first(rules, facts_of(calm, case["facts"])) == case["is"]
    assert first(rules, facts_of(calm, case["facts"], case["but_not"])) == case["then"]


def test_each_line_of_a_table_has_a_case() -> None:
    for rules in {id(rules): rules for rules, _, _ in FIRST_MATCH}.values():
        named = {
            word for tried, _, case in FIRST_MATCH if tried is rules for word in (case["is"], case["then"])
        }
        assert {rule.id for rule in rules} <= named


@pytest.mark.parametrize("which", ["entry", "exit"])
def test_phases_open_and_close_on_their_edges(which: str) -> None:
    phases = {phase.id: phase for phase in PACK.rehab.phases}
    for case in REHAB[which]:
        check = getattr(phases[case["phase"]], which)
        assert evaluate(check, facts_of(REHAB["calm"], case["facts"])) is True, case
        for change in case["but_not"]:
            assert evaluate(check, facts_of(REHAB["calm"], case["facts"], change)) is not True, change
    tried = {case["phase"] for case in REHAB[which]}
    assert tried == {phase.id for phase in phases.values() if getattr(phase, which) is not None}


PAINS = ("pain_worst_3d_nprs", "stairs_up_nprs", "pain_morning_nprs", "run_pain_nprs")
POINTS = st.integers(0, 10)


@given(pains=st.fixed_dictionaries(dict.fromkeys(PAINS, POINTS)), key=st.sampled_from(PAINS), more=POINTS)
def test_more_pain_never_makes_the_day_milder(pains: dict[str, int], key: str, more: int) -> None:
    before = facts_of(TODAY["calm"], pains)
    after = facts_of(TODAY["calm"], pains, {key: min(10, pains[key] + more)})
    assert VERDICTS.index(verdict(after)) <= VERDICTS.index(verdict(before))


@given(
    pains=st.fixed_dictionaries(dict.fromkeys(PAINS, POINTS)),
    missing=st.sampled_from(
        (
            "days_since_check_in",
            "days_since_last_run",
            "run_pain_nprs",
            "run_settle_minutes",
            "pain_morning_nprs",
        )
    ),
)
def test_a_missing_value_never_gives_a_free_day(pains: dict[str, int], missing: str) -> None:
    assert verdict(facts_of(TODAY["calm"], pains, {missing: None})) != "go"


def test_a_worse_run_never_lifts_the_level() -> None:
    levels = {rule.id: rule.run.level_change for rule in PACK.run_return.decisions}

    def change(pain: int, settle: int, rise: int) -> int:
        ran = {"run_pain_nprs": pain, "run_settle_minutes": settle, "run_morning_rise_nprs": rise}
        decided = first(PACK.run_return.decisions, facts_of(TODAY["calm"], ran, {"level_sessions_to_go": 0}))
        moved = levels[decided or ""]
        assert moved is not None
        return moved

    settles, rises = (0, 60, 61, 1440, 1441), range(-2, 4)
    for settle in settles:
        for rise in rises:
            assert all(change(low, settle, rise) >= change(low + 1, settle, rise) for low in range(10))
    for pain in range(11):
        for rise in rises:
            assert all(change(pain, low, rise) >= change(pain, high, rise) for low, high in pairwise(settles))
        for settle in settles:
            assert all(change(pain, settle, low) >= change(pain, settle, low + 1) for low in rises[:-1])


#: What the article names, in its words.
ARTICLE = (
    "dynamic warm-up", "power and multi-joint exercises", "isolation exercises", "lunges", "squats",
    "side leg lifts", "glute bridge lifts", "yoga", "swimming and water aerobics", "light cycling",
    "standing toe reach", "standing heel grab", "lying cross-ankle hip stretch", "hamstring strength",
    "plyometrics", "sport cord drills", "cardiovascular training", "posture exercises (Egoscue and similar)",
)  # fmt: skip


def test_every_exercise_of_the_article_is_there() -> None:
    assert tuple(line.article for line in PACK.rehab.article) == ARTICLE
    empty = [line.article for line in PACK.rehab.article if not line.exercises]
    assert empty == ["posture exercises (Egoscue and similar)"]


def test_every_exercise_can_be_planned() -> None:
    """In a session, on the way up or down from one, or as a way to stay fit."""
    sessions = [phase.session for phase in PACK.rehab.phases]
    ahead = [
        name
        for session in sessions
        for block in PACK.rehab.sessions.order
        for planned in getattr(session, block)
        for name in (planned.exercise, planned.otherwise)
        if name
    ] + [each.exercise for each in PACK.course.cross_training]
    reached: set[str] = set()
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += [*EXERCISES[name].progress_to, *EXERCISES[name].regress_to]
    assert set(EXERCISES) - reached == set()


def test_a_flare_leaves_something_to_do_on_each_of_its_days() -> None:
    kindest = min(ORDER[day.pfj_class_to] for day in PACK.course.flare.days)
    for phase in PACK.rehab.phases:
        names = [planned.exercise for planned in phase.session.isolation]
        assert any(ORDER[EXERCISES[name].pfj_class] <= kindest for name in names), phase.id
    days = [day.days for day in PACK.course.flare.days]
    assert days[0][0] == 1
    assert all(before[1] + 1 == after[0] for before, after in pairwise(days))


def test_strength_breaks_meet() -> None:
    days = [row.days for row in PACK.course.strength_breaks]
    assert days[0][0] == 0
    assert all(before[1] + 1 == after[0] for before, after in pairwise(days))


def test_every_level_says_how_long_it_is() -> None:
    minutes = [(level.total_min, level.running_min) for level in PACK.run_return.levels.levels]
    assert minutes == [
        (30, 0), (24, 8), (24, 12), (25, 15), (25, 20), (28, 24), (27, 24), (26, 24), (20, 20), (25, 25),
        (30, 30), (40, 40), (None, None),
    ]  # fmt: skip
