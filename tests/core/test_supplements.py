"""Supplement safety: each rule on both sides of its edge, and no illness ever makes a product milder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack_files import cases, pack_file

from goodknee.core.assess.conditions import keys_of
from goodknee.core.assess.supplements import (
    Person,
    Safety,
    painkiller_safety,
    product_safety,
    unknown_product_safety,
)
from goodknee.core.knowledge.claims import Claims
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.supplements import Supplements

SUPPLEMENTS: Supplements = pack_file("supplements.yaml", Supplements)
QUESTIONS: Questions = pack_file("questions.yaml", Questions)
PRODUCTS = {product.id: product for product in SUPPLEMENTS.products}
RULES = {
    rule.id: rule
    for rules in (
        SUPPLEMENTS.rules,
        SUPPLEMENTS.painkillers.rules,
        *(product.rules for product in SUPPLEMENTS.products),
    )
    for rule in rules
}
KEYS = tuple(
    dict.fromkeys(key for rule in RULES.values() for key in keys_of(rule.when) if key != "product_form")
)
YES_NO = tuple(key for key in KEYS if QUESTIONS.by_key[key].type == "bool")
#: A person of 40 without medicines, conditions or products.
ELSE_NO: Mapping[str, Any] = {
    **dict.fromkeys(YES_NO, False),
    "pregnant": False,
    "age_years": 40,
    "surgery_in_days": None,
    "recreational_user_of": (),
    "symptoms": (),
}
PAIRS, VERDICTS = cases("supplements.yaml")["pairs"], cases("supplements.yaml")["verdicts"]
LEVELS = (*SUPPLEMENTS.levels, None)


def safety(product: str, answers: Mapping[str, Any]) -> Safety:
    answers = {key: tuple(value) if isinstance(value, list) else value for key, value in answers.items()}
    person = Person.of(answers, QUESTIONS, SUPPLEMENTS)
    if product == SUPPLEMENTS.painkillers.id:
        return painkiller_safety(SUPPLEMENTS, person)
    return product_safety(PRODUCTS[product], SUPPLEMENTS, person)


def held(case: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    notes = safety(case["product"], {**ELSE_NO, **answers}).notes
    return [note.level for note in notes if note.rule == case["rule"] and not note.assumed]


@pytest.mark.parametrize("case", PAIRS, ids=lambda case: f"{case['rule']} {case['holds']}")
def test_each_rule_on_both_sides_of_its_edge(case: dict[str, Any]) -> None:
    assert held(case, case["holds"]) == [case["level"]]
    if case["silent"] is not None:
        assert held(case, case["silent"]) == []


def test_each_rule_has_a_pair() -> None:
    assert {case["rule"] for case in PAIRS} == set(RULES)


@pytest.mark.parametrize("case", VERDICTS, ids=lambda case: str(case["name"]))
def test_what_a_product_comes_to(case: dict[str, Any]) -> None:
    answers = {**(ELSE_NO if case["else_no"] else {}), **case["answers"]}
    found = safety(case["product"], answers)
    assert (found.level, found.as_food) == (case["level"], case["as_food"])


def test_an_assumption_is_named_and_asked_again_first() -> None:
    found = safety("ginger", {**ELSE_NO, "anticoagulant": None, "bleeding_risk": None})
    assert {key for note in found.notes for key in note.assumed} == {"anticoagulant"}
    assert found.unanswered[0] == "anticoagulant"
    assert not any(note.assumed for note in safety("ginger", {**ELSE_NO, "anticoagulant": True}).notes)


def test_food_is_offered_where_food_is_fine() -> None:
    assert safety("green_tea", ELSE_NO).food
    assert safety("green_tea", {**ELSE_NO, "liver_disease": True}).food is None
    assert safety("cordyceps", ELSE_NO).food is None


def test_a_product_that_is_not_in_the_list_gets_the_general_rules() -> None:
    person = Person.of({**ELSE_NO, "cancer_treatment": True}, QUESTIONS, SUPPLEMENTS)
    found = unknown_product_safety("creatine", SUPPLEMENTS, person)
    assert (found.name, found.level) == ("creatine", "ask_clinician")


def test_each_rule_speaks_of_known_products_and_keys() -> None:
    claims = {claim.id for claim in pack_file("claims.yaml", Claims).claims}
    assert {product for rule in RULES.values() for product in rule.applies_to} <= set(PRODUCTS)
    assert {claim for product in SUPPLEMENTS.products for claim in product.claims} <= claims
    assert len(RULES) == sum(len(product.rules) for product in SUPPLEMENTS.products) + len(
        SUPPLEMENTS.rules
    ) + len(SUPPLEMENTS.painkillers.rules)
    counted = {
        *SUPPLEMENTS.unanswered_counts_as_yes,
        *SUPPLEMENTS.not_sure_counts_as_yes,
        *SUPPLEMENTS.not_sure_counts_as,
        *SUPPLEMENTS.left_open_is_none,
    }
    assert counted <= set(QUESTIONS.by_key)
    assert tuple(SUPPLEMENTS.levels) == LEVELS[:-1]


answer = st.sampled_from([True, False, None, "not sure"])
yes_no = st.fixed_dictionaries({}, optional=dict.fromkeys((*YES_NO, "pregnant"), answer))


@given(answers=yes_no, key=st.sampled_from(YES_NO), product=st.sampled_from([*PRODUCTS, "nsaids"]))
def test_adding_a_medicine_or_illness_never_makes_it_milder(
    answers: dict[str, Any], key: str, product: str
) -> None:
    before = safety(product, {**answers, key: False})
    after = safety(product, {**answers, key: True})
    assert LEVELS.index(after.level) <= LEVELS.index(before.level)
    assert LEVELS.index(after.as_food) <= LEVELS.index(before.as_food)


@given(answers=yes_no, key=st.sampled_from(YES_NO), product=st.sampled_from([*PRODUCTS, "nsaids"]))
def test_taking_back_a_no_never_makes_it_milder(answers: dict[str, Any], key: str, product: str) -> None:
    before = safety(product, {**answers, key: False})
    after = safety(product, {**answers, key: None})
    assert LEVELS.index(after.level) <= LEVELS.index(before.level)


@given(answers=yes_no, product=st.sampled_from(list(PRODUCTS)))
def test_food_is_never_stricter_than_pills(answers: dict[str, Any], product: str) -> None:
    found = safety(product, answers)
    assert LEVELS.index(found.level) <= LEVELS.index(found.as_food)
