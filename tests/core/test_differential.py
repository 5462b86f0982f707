"""The differential: textbook pictures, both sides of every number, and what holds for any answers at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from goodknee.core.assess.answers import check_answers
from goodknee.core.assess.compiled import CertainlyTrue
from goodknee.core.assess.conditions import Facts, evaluate, keys_of, leaves_of, true_leaves
from goodknee.core.assess.differential import Candidate, Ranking, ReadyDifferential, rank, ready
from goodknee.core.knowledge.conditions import Leaf
from goodknee.core.knowledge.differential import Differential, Feature, Weight
from goodknee.core.knowledge.questions import Question, Questions

CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def load(path: str) -> Any:
    return yaml.load((CHECKOUT / path).read_text(encoding="utf-8"), yaml.CSafeLoader)


def pack(file: str, kind: Any) -> Any:
    raw = json.dumps(load(f"src/goodknee/knowledge/{file}"), default=str)
    return TypeAdapter(kind).validate_json(raw, strict=True)


QUESTIONS: Questions = pack("questions.yaml", Questions)
DIFFERENTIAL: Differential = pack("differential.yaml", Differential)
READY = ready(DIFFERENTIAL)
FEATURES = {feature.id: feature for pattern in DIFFERENTIAL.patterns for feature in pattern.features}
CASES = load("tests/cases/differential.yaml")


def facts_of(answers: Mapping[str, Any]) -> Facts:
    return Facts.of(check_answers(answers, QUESTIONS), QUESTIONS)


def ranked(answers: Mapping[str, Any], differential: ReadyDifferential = READY) -> Ranking:
    return rank(facts_of(answers), differential)


def order(ranking: Ranking) -> list[str]:
    return [candidate.pattern.id for candidate in ranking.candidates]


def found(ranking: Ranking, pattern: str) -> Candidate:
    return next(one for one in ranking.candidates if one.pattern.id == pattern)


# --- textbook pictures ---


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_the_expected_pattern_is_among_the_first_three(case: Any) -> None:
    ranking = ranked(case["answers"])
    assert order(ranking).index(case["expect"]) < (1 if case.get("first") else 3), order(ranking)[:4]
    assert found(ranking, case["expect"]).for_


def test_every_pattern_has_two_pictures_and_leads_one() -> None:
    patterns = {pattern.id for pattern in DIFFERENTIAL.patterns}
    pictures = Counter(case["expect"] for case in CASES["cases"] if not case["id"].startswith("textbook"))
    assert {pattern for pattern in patterns if pictures[pattern] < 2} == set()
    assert patterns - {order(ranked(case["answers"]))[0] for case in CASES["cases"]} == set()


@pytest.mark.parametrize(
    "edge", CASES["edges"], ids=lambda edge: f"{edge['feature']} {edge['holds'][edge['key']]}"
)
def test_a_number_holds_on_its_own_side_only(edge: Any) -> None:
    feature = FEATURES[edge["feature"]]
    pattern = edge["feature"].partition(".")[0]

    def signs(answers: Mapping[str, Any]) -> list[Feature]:
        return [sign.feature for sign in found(ranked(answers), pattern).signs]

    assert feature in signs(edge["holds"])
    assert feature not in signs(edge["does_not"])


def test_every_number_in_a_feature_has_its_pair() -> None:
    def numbers(feature: Feature) -> int:
        return sum(isinstance(leaf, Leaf) and leaf.comparison in NUMERIC for leaf in leaves_of(feature.when))

    expected = {feature.id: n for feature in FEATURES.values() if (n := numbers(feature))}
    assert Counter(edge["feature"] for edge in CASES["edges"]) == expected


NUMERIC = {"lt", "lte", "gt", "gte"}


# --- the rule of the ranking ---


def invented(*weights: Weight) -> ReadyDifferential:
    """One pattern with these weights, each on an answer of its own (``k0``, ``k1`` …), and one without."""
    template = next(iter(FEATURES.values()))
    features = tuple(
        replace(template, id=f"p.f{n}", when=Leaf(q=f"k{n}", is_=True), weight=weight, says="So it is.")
        for n, weight in enumerate(weights)
    )
    first, second = DIFFERENTIAL.patterns[:2]
    return ready(
        replace(DIFFERENTIAL, patterns=(replace(first, features=features), replace(second, features=())))
    )


def weighed(true: int, *weights: Weight) -> Candidate:
    """Return the invented pattern when the first ``true`` of its features hold and the others are unknown."""
    facts = Facts.measured({f"k{n}": True for n in range(true)})
    return found(rank(facts, invented(*weights)), DIFFERENTIAL.patterns[0].id)


@pytest.mark.parametrize(
    ("weights", "points", "fit"),
    [
        (("strong_for", "for", "for"), 5, "strong"),
        (("strong_for", "for"), 4, "moderate"),
        (("for", "for"), 2, "moderate"),
        (("for",), 1, "weak"),
        ((), 0, "weak"),
        (("against",), -1, "against"),
        (("strong_for", "strong_against"), 0, "weak"),
        (("for", "strong_against"), -2, "against"),
    ],
)
def test_the_fit_follows_the_points(weights: tuple[Weight, ...], points: int, fit: str) -> None:
    candidate = weighed(len(weights), *weights)
    assert (candidate.evidence_points, candidate.fit) == (points, fit)
    assert candidate.score == points + DIFFERENTIAL.ranking.prior_points[candidate.pattern.prior_class]


WEIGHTS = st.lists(st.sampled_from(("strong_for", "for", "against", "strong_against")), max_size=8)
FITS = ("against", "weak", "moderate", "strong")


@given(WEIGHTS, st.sampled_from(("strong_for", "for")))
def test_one_more_sign_for_never_lowers_the_fit(weights: list[Weight], more: Weight) -> None:
    before, after = weighed(len(weights), *weights), weighed(len(weights) + 1, *weights, more)
    assert after.score > before.score
    assert FITS.index(after.fit) >= FITS.index(before.fit)


@given(WEIGHTS, st.integers(0, 8))
def test_a_feature_that_is_unknown_or_false_counts_nothing(weights: list[Weight], true: int) -> None:
    known = weights[:true]
    for rest in ({}, {f"k{n}": False for n in range(len(known), len(weights))}):
        facts = Facts.measured({**{f"k{n}": True for n in range(len(known))}, **rest})
        candidate = found(rank(facts, invented(*weights)), DIFFERENTIAL.patterns[0].id)
        assert candidate.evidence_points == weighed(len(known), *known).evidence_points


def test_without_answers_nothing_speaks_and_the_common_come_first() -> None:
    ranking = ranked({})
    assert all(not one.signs and one.fit == "weak" for one in ranking.candidates)
    assert order(ranking)[:4] == ["pfp", "itbs", "meniscus", "patellar_tendinopathy"]
    assert ranking.caution == DIFFERENTIAL.ranking.one_way.says


def test_the_list_is_called_unclear_below_four_answers_or_two_points() -> None:
    three = {"location": ["front"], "aggravated_by": ["squat", "stairs_down"], "onset": "gradual"}
    assert ranked(three).caution
    assert ranked({**three, "age_years": 30}).caution is None
    vague = {"location": ["diffuse"], "aggravated_by": ["running"], "age_years": 30, "onset": "sudden"}
    assert ranked(vague).candidates[0].evidence_points < DIFFERENTIAL.ranking.one_way.at_least_points
    assert ranked(vague).caution


def test_three_are_shown_and_a_tie_with_the_third_when_it_fits() -> None:
    patterns = [replace(pattern, features=()) for pattern in DIFFERENTIAL.patterns[:5]]
    two_points = replace(
        next(iter(FEATURES.values())), weight="strong_for", when=Leaf(q="k", is_=True), says="So."
    )
    alike = tuple(replace(one, prior_class="rare", features=(two_points,)) for one in patterns)
    against = replace(alike[4], features=(replace(two_points, weight="against"),))
    invented_one = ready(replace(DIFFERENTIAL, patterns=(*alike[:4], against)))
    assert len(rank(Facts.measured({"k": True}), invented_one).shown) == 4
    assert len(rank(Facts.measured({}), invented_one).shown) == 3


# --- any answers at all ---


def an_answer(question: Question) -> st.SearchStrategy[Any]:
    match question.type:
        case "bool":
            return st.booleans()
        case "enum":
            return st.sampled_from(question.options)
        case "list":
            return st.lists(st.sampled_from(question.options), max_size=3, unique=True)
        case _:
            return st.integers(int(question.min or 0), int(min(question.max or 100, 100)))


KEYS = dict.fromkeys(key for feature in FEATURES.values() for key in keys_of(feature.when))
#: Answers to questions that hang on no other: any mix of them is legal.
FREE = [QUESTIONS.by_key[key] for key in KEYS if QUESTIONS.by_key[key].ask_when is None]
ANSWERS = st.fixed_dictionaries({}, optional={question.key: an_answer(question) for question in FREE})
INJURED = st.fixed_dictionaries(
    {"recent_trauma": st.just(True), "swelling": st.sampled_from(("slight", "clear"))},
    optional={
        key: an_answer(QUESTIONS.by_key[key]) for key in ("twist_with_pop", "swelling_onset", "location")
    },
)
ANYBODY = st.one_of(ANSWERS, st.builds(lambda one, other: {**one, **other}, ANSWERS, INJURED))


def plainly(facts: Facts) -> dict[str, tuple[int, list[str]]]:
    """The ranking without anything clever: pattern → score and ids of its true features."""
    rule = DIFFERENTIAL.ranking
    true = {
        pattern.id: [one for one in pattern.features if evaluate(one.when, facts)]
        for pattern in DIFFERENTIAL.patterns
    }
    return {
        pattern.id: (
            rule.prior_points[pattern.prior_class]
            + sum(rule.weight_points[one.weight] for one in true[pattern.id]),
            [one.id for one in true[pattern.id]],
        )
        for pattern in DIFFERENTIAL.patterns
    }


@given(ANYBODY)
def test_the_fast_ranking_is_the_plain_one(answers: dict[str, Any]) -> None:
    facts = facts_of(answers)
    ranking = rank(facts, READY)
    fast = {
        one.pattern.id: (one.score, [sign.feature.id for sign in one.signs]) for one in ranking.candidates
    }
    assert fast == plainly(facts)
    scores = [one.score for one in ranking.candidates]
    assert scores == sorted(scores, reverse=True)


@given(ANYBODY)
def test_every_sign_stands_on_answers_that_were_given_and_names_them(answers: dict[str, Any]) -> None:
    facts = facts_of(answers)
    for candidate in rank(facts, READY).candidates:
        for sign in candidate.signs:
            seen = true_leaves(sign.feature.when, facts)
            assert seen
            assert all(one.key in facts.known for one in seen)
            assert evaluate(sign.feature.when, Facts.measured({one.key: one.value for one in seen})) is True
            assert "{" not in sign.says
            assert "  " not in sign.says
            assert ": ." not in sign.says


@given(ANYBODY)
def test_left_and_right_are_alike(answers: dict[str, Any]) -> None:
    left, right = (rank(facts_of({**answers, "side": side}), READY) for side in ("left", "right"))
    assert [(one.pattern.id, one.score, one.signs) for one in left.candidates] == [
        (one.pattern.id, one.score, one.signs) for one in right.candidates
    ]
    assert (len(left.shown), left.caution) == (len(right.shown), right.caution)


@given(ANYBODY, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(answers: dict[str, Any], chance: Any) -> None:
    shuffled = list(answers.items())
    chance.shuffle(shuffled)
    assert ranked(dict(shuffled)) == ranked(answers)


@given(ANYBODY)
def test_all_that_certainly_holds_is_woken(answers: dict[str, Any]) -> None:
    facts = facts_of(answers)
    conditions = [one for pattern in DIFFERENTIAL.patterns for one in (f.when for f in pattern.features)]
    assert CertainlyTrue(conditions)(facts.known) == [
        n for n, one in enumerate(conditions) if evaluate(one, facts)
    ]


# --- the pack itself ---


def legal(leaf: Leaf) -> bool:
    question = QUESTIONS.answered_by[leaf.key]
    match leaf.comparison:
        case "is":
            return question.type == "bool"
        case "lt" | "lte" | "gt" | "gte":
            low, high = question.min, question.max
            assert isinstance(leaf.wanted, int)
            return question.type in {"int", "float"} and (low or 0) <= leaf.wanted <= (high or 1000)
        case "has" | "has_any" | "lacks":
            wanted = leaf.wanted if isinstance(leaf.wanted, tuple) else (leaf.wanted,)
            return question.type == "list" and set(wanted) <= set(question.options)
        case _:
            wanted = leaf.wanted if isinstance(leaf.wanted, tuple) else (leaf.wanted,)
            return question.type == "enum" and set(wanted) <= set(question.options)


@pytest.mark.parametrize("feature", FEATURES.values(), ids=lambda feature: feature.id)
def test_a_feature_asks_of_declared_answers_and_can_be_told(feature: Feature) -> None:
    leaves = [leaf for leaf in leaves_of(feature.when) if isinstance(leaf, Leaf)]
    assert all(legal(leaf) for leaf in leaves)
    slots = {name for _, name, _, _ in Formatter().parse(feature.says) if name}
    assert slots <= {*keys_of(feature.when), "ticked"}
    for key in slots & set(DIFFERENTIAL.words.values):
        assert set(QUESTIONS.by_key[key].options) - {"none"} <= set(DIFFERENTIAL.words.values[key])
    if "ticked" in slots:
        assert {leaf.key for leaf in leaves if leaf.is_ is True} <= set(DIFFERENTIAL.words.ticked)


def test_ids_are_unique_and_what_is_pointed_at_exists() -> None:
    ids = [feature.id for pattern in DIFFERENTIAL.patterns for feature in pattern.features]
    assert len(ids) == len(set(ids))
    flags = {rule["id"] for rule in load("src/goodknee/knowledge/red_flags.yaml")["rules"]}
    tests = {test.id for test in DIFFERENTIAL.tests}
    sources = set(load("src/goodknee/knowledge/sources.yaml"))
    for pattern in DIFFERENTIAL.patterns:
        assert all(feature.id.startswith(f"{pattern.id}.") for feature in pattern.features)
        assert set(pattern.red_flags) <= flags
        assert set(pattern.tests) <= tests
        assert {*pattern.sources, *(one for f in pattern.features for one in f.sources)} <= sources


def test_every_feature_can_speak() -> None:
    """No dead features: each weight is told by one of the pictures or by a person made for it."""
    for feature in FEATURES.values():
        condition = feature.when
        told = CertainlyTrue([condition])
        assert any(told(facts_of(answers).known) for answers in made_for(feature)), feature.id


def made_for(feature: Feature) -> list[dict[str, Any]]:
    people = [case["answers"] for case in CASES["cases"]] + [edge["holds"] for edge in CASES["edges"]]
    person: dict[str, Any] = {}
    for leaf in leaves_of(feature.when):
        assert isinstance(leaf, Leaf)
        wanted = leaf.wanted[0] if isinstance(leaf.wanted, tuple) else leaf.wanted
        if leaf.comparison in {"is", "eq", "in"}:
            person[leaf.key] = wanted
        elif leaf.comparison in {"has", "has_any"}:
            person[leaf.key] = [*person.get(leaf.key, []), wanted]
    return [*people, person]


def test_nothing_is_called_a_diagnosis_or_a_chance() -> None:
    shown = [feature.says for feature in FEATURES.values()]
    shown += [text for pattern in DIFFERENTIAL.patterns for text in (pattern.name, pattern.next_step)]
    banned = ("%", "per cent", "diagnos", "you have ", "!")
    assert [text for text in shown if any(word in text.lower() for word in banned)] == []
