"""Conditions: three-valued, with a trace that holds by itself, and the same when compiled."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from goodknee.core.assess.compiled import compiled
from goodknee.core.assess.conditions import (
    NOT_ASKED,
    Facts,
    evaluate,
    keys_of,
    leaves_of,
    true_leaves,
    unknown_keys,
)
from goodknee.core.knowledge.conditions import All, AnyOf, AtLeast, Condition, Leaf
from goodknee.core.knowledge.questions import Derived, Group, Question, Questions

CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)


def read(text: str) -> Condition:
    return CONDITION.validate_json(json.dumps(yaml.safe_load(text)), strict=True)


def worth(text: str, **known: Any) -> bool | None:
    return evaluate(read(text), Facts.measured(known))


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("{q: a, is: true}", True, False),
        ("{q: a, is: false}", False, True),
        ("{f: a, is: true}", True, False),
        ("{q: a, eq: slight}", "slight", "none"),
        ("{q: a, eq: 0}", 0, 1),
        ("{q: a, in: [slight, clear]}", "clear", "none"),
        ("{q: a, lt: 12}", 11, 12),
        ("{q: a, lte: 17}", 17, 18),
        ("{q: a, gt: 50}", 51, 50),
        ("{q: a, gte: 55}", 55, 54),
        ("{q: a, lt: 6.5}", 6.4, 6.5),
        ("{q: a, has: squat}", ("squat", "sitting"), ("sitting",)),
        ("{q: a, has_any: [squat, sitting]}", ("running", "sitting"), ("running",)),
        ("{q: a, lacks: outer}", ("front",), ("front", "outer")),
        ("{count_of: [g, o, t], in: a, gte: 2}", ("g", "o", "b"), ("g", "b")),
        ("{count_of: [g, t], in: a, gte: 2, form: extract}", ("t:extract", "g"), ("t:food", "g")),
    ],
)  # fmt: skip
def test_a_comparison_is_true_false_or_unknown(text: str, yes: Any, no: Any) -> None:
    assert worth(text, a=yes) is True
    assert worth(text, a=no) is False
    assert worth(text) is None
    assert evaluate(read(text), Facts({"a": NOT_ASKED})) is False


def test_a_comparison_of_two_answers() -> None:
    text = "{q: weeks_active_care, gt_key: weeks_since_onset}"
    assert worth(text, weeks_active_care=3, weeks_since_onset=2) is True
    assert worth(text, weeks_active_care=2, weeks_since_onset=2) is False
    assert worth(text, weeks_active_care=3) is None
    assert evaluate(read(text), Facts({"weeks_active_care": 3, "weeks_since_onset": NOT_ASKED})) is False


def test_an_answer_can_be_asked_whether_it_is_missing() -> None:
    assert worth("{q: a, is: unknown}") is True
    assert worth("{q: a, is: unknown}", a="not sure") is True
    assert worth("{q: a, is: unknown}", a=False) is False
    assert evaluate(read("{q: a, is: unknown}"), Facts({"a": NOT_ASKED})) is False


@pytest.mark.parametrize(
    ("form", "food", "concentrate", "extract"),
    [
        ("food", True, False, False),
        ("capsule", False, True, False),
        ("powder", False, True, False),
        ("concentrate", False, True, True),
        ("extract", False, True, True),
        (None, False, True, True),
    ],
)
def test_an_unknown_form_of_a_product_counts_as_the_stronger_one(
    form: str | None, food: bool, concentrate: bool, extract: bool
) -> None:
    given = [
        worth(f"{{product_form: {each}}}", product_form=form) for each in ("food", "concentrate", "extract")
    ]
    assert given == [food, concentrate, extract]


def test_symptoms_are_words_of_one_answer() -> None:
    text = "{symptom_any: [dark_urine, pale_stool]}"
    assert worth(text, symptoms=("dark_urine",)) is True
    assert worth(text, symptoms=("widespread_hives",)) is False
    assert worth(text) is None


@pytest.mark.parametrize("missing", [None, "not sure", "unknown", (), float("nan")])
def test_what_is_not_known_is_unknown_and_never_no(missing: Any) -> None:
    assert worth("{q: a, is: false}", a=missing) is None
    assert worth("{q: a, gte: 1}", a=missing) is None
    assert worth("{q: a, lacks: outer}", a=missing) is None


@pytest.mark.parametrize(
    "text",
    [
        "{q: a}",
        "{is: true}",
        "{q: a, f: b, is: true}",
        "{q: a, is: true, eq: 1}",
        "{q: a, is: maybe}",
        "{q: a, is_: true}",
        "{q: a, equals: 1}",
        "{all: [{q: a, is: true}], any: []}",
        "{at_least: 2}",
        "{q: a, gte: '2'}",
        "{q: a, lt: .nan}",
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read(text)


THREE = (True, False, None)


@pytest.mark.parametrize("a", THREE)
@pytest.mark.parametrize("b", THREE)
@pytest.mark.parametrize("c", THREE)
def test_all_any_and_at_least_follow_the_three_valued_tables(
    a: bool | None, b: bool | None, c: bool | None
) -> None:
    """An unknown part stands for both: a condition is certain when both ways of it agree."""
    parts = "[{q: a, is: true}, {q: b, is: true}, {q: c, is: true}]"
    worlds = [
        (x, y, z)
        for x in ((True, False) if a is None else (a,))
        for y in ((True, False) if b is None else (b,))
        for z in ((True, False) if c is None else (c,))
    ]
    for text, n in ((f"{{any: {parts}}}", 1), (f"{{at_least: 2, of: {parts}}}", 2), (f"{{all: {parts}}}", 3)):
        possible = {sum(world) >= n for world in worlds}
        assert worth(text, a=a, b=b, c=c) is (possible.pop() if len(possible) == 1 else None)


def test_without_parts_all_is_true_and_any_is_false() -> None:
    assert worth("{all: []}") is True
    assert worth("{any: []}") is False


KEYS = ("a", "b", "n", "w", "l")
LEAVES = st.one_of(
    st.builds(Leaf, q=st.sampled_from(("a", "b")), is_=st.sampled_from((True, False, "unknown"))),
    st.builds(Leaf, q=st.just("n"), gte=st.integers(0, 3)),
    st.builds(Leaf, f=st.just("n"), lt=st.integers(0, 3)),
    st.builds(Leaf, q=st.just("w"), in_=st.sampled_from((("x",), ("x", "y")))),
    st.builds(Leaf, q=st.just("l"), has=st.sampled_from(("x", "y"))),
    st.builds(Leaf, q=st.just("l"), lacks=st.sampled_from(("x", "y"))),
    st.builds(Leaf, q=st.just("n"), gt_key=st.just("m")),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.builds(All, all_=st.lists(part, max_size=3).map(tuple)),
        st.builds(AnyOf, any_=st.lists(part, max_size=3).map(tuple)),
        st.builds(AtLeast, at_least=st.integers(1, 3), of=st.lists(part, max_size=4).map(tuple)),
    ),
    max_leaves=8,
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from((True, False, NOT_ASKED)),
        "b": st.sampled_from((True, False, NOT_ASKED)),
        "n": st.sampled_from((0, 1, 2, 3, NOT_ASKED)),
        "m": st.sampled_from((0, 1, 2, 3, NOT_ASKED)),
        "w": st.sampled_from(("x", "y", "z", NOT_ASKED)),
        "l": st.sampled_from((("x",), ("y",), ("x", "y"), ("z",), NOT_ASKED)),
    },
).map(Facts)


@given(CONDITIONS, FACTS)
def test_compiled_is_the_same_as_plain(condition: Condition, facts: Facts) -> None:
    assert compiled(condition)(facts.known) is evaluate(condition, facts)


@given(CONDITIONS, FACTS)
def test_a_trace_alone_makes_its_condition_true_again(condition: Condition, facts: Facts) -> None:
    trace = true_leaves(condition, facts)
    if evaluate(condition, facts):
        again = Facts({seen.key: seen.value for seen in trace if seen.value is not None})
        assert evaluate(condition, again) is True
    else:
        assert trace == ()


@given(CONDITIONS, FACTS)
def test_unknown_keys_are_open_and_settle_the_condition(condition: Condition, facts: Facts) -> None:
    keys = unknown_keys(condition, facts)
    assert bool(keys) == (evaluate(condition, facts) is None)
    assert all(facts.get(key) is None and key in keys_of(condition) for key in keys)


@given(CONDITIONS, FACTS, st.sampled_from(KEYS), st.data())
def test_a_further_answer_never_changes_what_was_certain(
    condition: Condition, facts: Facts, key: str, data: st.DataObject
) -> None:
    before = evaluate(condition, facts)
    more = data.draw(FACTS)
    asks_for_gaps = any(isinstance(leaf, Leaf) and leaf.is_ == "unknown" for leaf in leaves_of(condition))
    if before is not None and not asks_for_gaps and facts.get(key) is None and more.get(key) is not None:
        assert evaluate(condition, Facts({**facts.known, key: more.get(key)})) is before


def question(key: str, ask_when: str | None = None) -> Question:
    when = None if ask_when is None else read(ask_when)
    return Question(key=key, text="?", type="bool", group="g", screen="tick", ask_when=when)


SOME = Questions(
    resume_within_days=1,
    reviewed_on=date(2026, 11, 22),
    groups=(Group(id="g", title="G", part="urgent"),),
    questions=(
        question("parent"),
        question("child", "{q: parent, is: true}"),
        question("grandchild", "{q: child, is: true}"),
    ),
    derived=(
        Derived(key="bent", value=True, when=read("{q: straight, is: false}")),
        Derived(key="risk", value=True, when=read("{q: pill, is: true}"), overrules=True),
    ),
)


def test_a_question_that_did_not_apply_makes_conditions_on_it_false() -> None:
    assert Facts.of({"parent": False}, SOME).known == {
        "parent": False,
        "child": NOT_ASKED,
        "grandchild": NOT_ASKED,
    }
    assert Facts.of({}, SOME).get("child") is None
    assert Facts.of({"parent": True}, SOME).get("child") is None
    assert Facts.of({"parent": False, "child": True}, SOME).get("child") is True


def test_a_derived_answer_fills_a_gap_and_overrules_only_to_the_safer_side() -> None:
    assert Facts.of({"straight": False}, SOME).get("bent") is True
    assert Facts.of({"straight": False, "bent": False}, SOME).get("bent") is False
    assert Facts.of({"pill": True, "risk": False}, SOME).get("risk") is True
    assert Facts.of({"pill": False, "risk": True}, SOME).get("risk") is True


def test_more_facts_win_over_earlier_ones() -> None:
    facts = Facts.measured({"a": 1, "b": 2}).also({"b": 3, "c": float("nan")})
    assert facts.known == {"a": 1, "b": 3}
