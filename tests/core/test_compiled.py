"""Many conditions asked at once give what each gives alone, whatever its form."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from goodknee.core.assess.compiled import CertainlyTrue
from goodknee.core.assess.conditions import NOT_ASKED, Facts, evaluate
from goodknee.core.knowledge.conditions import All, AnyOf, AtLeast, Condition, CountOf, Leaf, ProductForm

LEAVES: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Leaf, q=st.sampled_from(("a", "b")), is_=st.sampled_from((True, False, "unknown"))),
    st.builds(Leaf, q=st.just("n"), gte=st.integers(0, 3)),
    st.builds(Leaf, q=st.just("n"), gt_key=st.just("m")),
    st.builds(Leaf, q=st.just("n"), eq=st.integers(0, 3)),
    st.builds(Leaf, q=st.just("w"), in_=st.sampled_from((("x",), ("x", "y")))),
    st.builds(Leaf, q=st.just("l"), has=st.sampled_from(("x", "y"))),
    st.builds(Leaf, q=st.just("l"), has_any=st.just(("x", "y"))),
    st.builds(Leaf, q=st.just("l"), lacks=st.sampled_from(("x", "y"))),
    st.builds(CountOf, count_of=st.just(("x", "y")), in_=st.just("l"), gte=st.integers(1, 2)),
    st.builds(ProductForm, product_form=st.sampled_from(("food", "extract"))),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.builds(All, all_=st.lists(part, max_size=3).map(tuple)),
        st.builds(AnyOf, any_=st.lists(part, max_size=3).map(tuple)),
        st.builds(AtLeast, at_least=st.integers(0, 3), of=st.lists(part, max_size=4).map(tuple)),
    ),
    max_leaves=6,
)
KNOWN: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from((True, False, NOT_ASKED)),
        "b": st.sampled_from((True, False, NOT_ASKED)),
        "n": st.sampled_from((0, 1, 2, 3, NOT_ASKED)),
        "m": st.sampled_from((0, 1, 2, 3, NOT_ASKED)),
        "w": st.sampled_from(("x", "y", "z", NOT_ASKED)),
        "l": st.sampled_from((("x",), ("y",), ("x", "y"), ("z",), NOT_ASKED)),
        "product_form": st.sampled_from(("food", "concentrate", "extract")),
    },
)


@given(st.lists(CONDITIONS, max_size=5), KNOWN)
def test_asked_at_once_is_the_same_as_asked_one_by_one(
    conditions: list[Condition], known: dict[str, Any]
) -> None:
    one_by_one = [number for number, one in enumerate(conditions) if evaluate(one, Facts(known)) is True]
    assert CertainlyTrue(conditions)(known) == one_by_one
