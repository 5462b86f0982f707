"""The risk profile: each factor in pairs, what files add, and what must hold for any answers at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from goodknee.core.assess.answers import check_answers
from goodknee.core.assess.conditions import Facts, keys_of, leaves_of
from goodknee.core.assess.risk import RiskProfile, profile, ready
from goodknee.core.knowledge.conditions import Leaf
from goodknee.core.knowledge.questions import Question, Questions
from goodknee.core.knowledge.risk import Prevention, RiskFactor, RiskFactors

CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def load(path: str) -> Any:
    return yaml.load((CHECKOUT / path).read_text(encoding="utf-8"), yaml.CSafeLoader)


def pack(file: str, kind: Any) -> Any:
    raw = json.dumps(load(f"src/goodknee/knowledge/{file}"), default=str)
    return TypeAdapter(kind).validate_json(raw, strict=True)


QUESTIONS: Questions = pack("questions.yaml", Questions)
RISK: RiskFactors = pack("risk_factors.yaml", RiskFactors)
READY = ready(RISK)
FACTORS = {factor.id: factor for factor in RISK.factors}
ASKED = {factor.id for factor in RISK.factors if factor.present_when is not None}
PAIRS = load("tests/cases/risk.yaml")["pairs"]
#: Facts that are worked out or measured, with what they are worked out from.
WORKED_OUT = {
    "spike_pct": {"longest_run_30d_km", "planned_longest_run_km"},
    "weekly_change_pct": {"km_last_4_weeks"},
    "chair_symmetry_pct": {"chair_rises_left_30s", "chair_rises_right_30s"},
    "bmi": {"mass_kg", "height_m"},
}


def profiled(answers: Mapping[str, Any], files: Mapping[str, float | None] | None = None) -> RiskProfile:
    return profile(Facts.of(check_answers(answers, QUESTIONS), QUESTIONS), READY, files)


def present(found: RiskProfile) -> set[str]:
    return {one.factor.id for one in found.present}


def absent(found: RiskProfile) -> set[str]:
    return {factor.id for factor in found.absent}


def unknown(found: RiskProfile) -> set[str]:
    return {factor.id for factor in found.unknown}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["factor"])
def test_a_factor_applies_on_one_side_and_not_on_the_other(pair: Any) -> None:
    applies, does_not = (
        profiled(side.get("answers", {}), side.get("files")) for side in (pair["applies"], pair["does_not"])
    )
    assert pair["factor"] in present(applies)
    assert pair["factor"] in absent(does_not)


def test_every_factor_that_is_asked_has_a_pair() -> None:
    assert {pair["factor"] for pair in PAIRS} == ASKED


def test_without_answers_nothing_applies_and_nothing_is_ruled_out() -> None:
    nobody = profiled({})
    assert (present(nobody), absent(nobody), unknown(nobody)) == (set(), set(), ASKED)


@pytest.mark.parametrize(
    "answers",
    [
        {"longest_run_30d_km": 0, "planned_longest_run_km": 5},
        {"planned_longest_run_km": 5},
        {"km_last_4_weeks": [0, 0, 0, 10]},
        {"chair_rises_left_30s": 0, "chair_rises_right_30s": 0},
        {"mass_kg": 120},
    ],
)
def test_what_cannot_be_worked_out_is_unknown(answers: dict[str, Any]) -> None:
    assert {"session_spike", "weekly_jump", "quadriceps_weakness", "bmi"} <= unknown(profiled(answers))


def test_a_measurement_that_is_missing_leaves_the_typed_answer() -> None:
    files = {"spike_pct": None, "weekly_change_pct": float("nan"), "cadence_spm": None}
    answers = {"longest_run_30d_km": 10, "planned_longest_run_km": 12, "cadence_spm": 160}
    assert present(profiled(answers, files)) == {"session_spike", "cadence"}


def test_the_facts_that_made_it_apply_are_kept() -> None:
    found = profiled({"longest_run_30d_km": 10, "planned_longest_run_km": 12})
    assert dict(found.present[0].facts) == {
        "longest_run_30d_km": 10,
        "planned_longest_run_km": 12,
        "spike_pct": 20,
    }


def test_what_the_article_blames_and_studies_refute_is_shown_as_refuted() -> None:
    runner = {"age_years": 28, "mass_kg": 100, "height_m": 1.7, "side_plank_knees_s": 10}
    found = profiled(runner)
    refuted = {one.factor.id for one in found.present if one.factor.direction == "against"}
    assert refuted == {"age", "bmi", "hip_weakness"}
    assert all(FACTORS[one].in_article for one in refuted)


def test_what_studies_support_and_can_be_changed_is_told_first() -> None:
    runner = {
        "age_years": 28,
        "sex": "female",
        "months_running": 3,
        "sleep_hours": 5,
        "told_leg_length": True,
    }
    found = profiled({**runner, "longest_run_30d_km": 5, "planned_longest_run_km": 9})
    assert [one.factor.id for one in found.present] == [
        "session_spike",
        "sleep",
        "sex_female",
        "novice",
        "leg_length",
        "age",
    ]


def an_answer(question: Question) -> st.SearchStrategy[Any]:
    low, high = question.min or 0, question.max or 100
    match question.type:
        case "bool":
            return st.booleans()
        case "enum":
            return st.sampled_from(question.options)
        case "list":
            return st.lists(st.sampled_from(question.options), max_size=3, unique=True)
        case "numbers":
            size = question.length or 4
            return st.lists(st.floats(0, 100), min_size=size, max_size=size)
        case "float":
            return st.floats(low, high)
        case _:
            return st.integers(int(low), int(high))


KEYS = sorted({key for factor in RISK.factors for key in factor.asks})
ANSWERS = st.fixed_dictionaries({}, optional={key: an_answer(QUESTIONS.by_key[key]) for key in KEYS})
FILES = st.fixed_dictionaries(
    {},
    optional={
        key: st.one_of(st.none(), st.floats(-100, 400))
        for key in ("spike_pct", "weekly_change_pct", "cadence_spm")
    },
)


@given(ANSWERS, FILES)
def test_each_factor_stands_in_exactly_one_list(
    answers: dict[str, Any], files: dict[str, float | None]
) -> None:
    found = profiled(answers, files)
    lists = [*(one.factor.id for one in found.present), *absent(found), *unknown(found)]
    assert sorted(lists) == sorted(ASKED)
    assert all(one.facts for one in found.present)


@given(ANSWERS, st.data())
def test_one_answer_more_never_makes_a_known_factor_unknown(
    answers: dict[str, Any], data: st.DataObject
) -> None:
    fewer = {key: value for key, value in answers.items() if data.draw(st.booleans(), label=key)}
    assert unknown(profiled(answers)) <= unknown(profiled(fewer))


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(answers: dict[str, Any], chance: Any) -> None:
    shuffled = list(answers.items())
    chance.shuffle(shuffled)
    assert profiled(dict(shuffled)) == profiled(answers)


@given(ANSWERS)
def test_left_and_right_are_alike(answers: dict[str, Any]) -> None:
    turned = dict(answers)
    keys = ("chair_rises_left_30s", "chair_rises_right_30s")
    for key, other in (keys, keys[::-1]):
        turned.pop(key, None)
        if other in answers:
            turned[key] = answers[other]
    assert present(profiled(turned)) == present(profiled(answers))


def test_a_larger_measured_spike_never_takes_the_factor_away() -> None:
    answers = {"longest_run_30d_km": 10, "planned_longest_run_km": 12}
    assert all(
        "session_spike" in present(profiled(answers, {"spike_pct": pct})) for pct in (-50, 0, 10, 11, 300)
    )


# --- the pack itself ---


def test_factors_look_at_declared_answers_and_legal_values() -> None:
    for factor in RISK.factors:
        if factor.present_when is None:
            assert factor.asks == ()
            continue
        looked_at: set[str] = set()
        for key in keys_of(factor.present_when):
            looked_at |= WORKED_OUT.get(key, {key})
        assert looked_at == set(factor.asks), factor.id
        for leaf in leaves_of(factor.present_when):
            assert isinstance(leaf, Leaf)
            if leaf.f is None and leaf.comparison in {"eq", "in", "has_any"}:
                wanted = leaf.wanted if isinstance(leaf.wanted, tuple) else (leaf.wanted,)
                assert set(wanted) <= set(QUESTIONS.by_key[leaf.key].options), factor.id


def test_ids_are_unique_and_what_is_pointed_at_exists() -> None:
    assert len(FACTORS) == len(RISK.factors)
    claims = {claim["id"] for claim in load("src/goodknee/knowledge/claims.yaml")["claims"]}
    sources = set(load("src/goodknee/knowledge/sources.yaml"))
    entries: tuple[RiskFactor | Prevention, ...] = (*RISK.factors, *RISK.prevention)
    for entry in entries:
        assert set(entry.claims) <= claims
        assert set(entry.sources) <= sources


def test_verdict_grade_and_direction_agree() -> None:
    for factor in RISK.factors:
        refuted = factor.verdict in {"refuted", "not_supported_for_pfp", "not_supported_as_cause"}
        assert not refuted or (factor.direction, factor.grade) == ("against", "B"), factor.id
        if factor.verdict.startswith("supported"):
            assert factor.direction == "for", factor.id
        if factor.verdict.startswith("conflicting"):
            assert (factor.direction, factor.grade) == ("mixed", "D"), factor.id
        assert (factor.grade == "F") == (factor.direction == "neutral"), factor.id


def test_nobody_is_blamed_and_no_chance_is_given() -> None:
    shown = [text for one in RISK.factors for text in (one.name, one.says, one.what_to_do)]
    shown += [RISK.key_message, RISK.other_sports, *(one.says for one in RISK.prevention)]
    banned = ("%", "percent", "should have", "failed", "your risk", "you have ", "fat", "obese", "!")
    assert [text for text in shown if any(word in text.lower() for word in banned)] == []
