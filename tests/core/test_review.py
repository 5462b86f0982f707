"""Who stands for an item of the pack, and when that ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.told import Told

from goodknee.core.knowledge.review import ReviewerRole, ReviewNeed, Reviews, SignOff
from goodknee.core.review import State, changes, review, unknown_sign_offs
from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.knowledge_items import items_of, own_roles

ITEM = "red_flags.yaml: RF01"
DOCTOR = SignOff(
    item=ITEM, reviewer="A", role="physician", signed_on=date(2026, 1, 31), content="c1", conflict=None
)
PHYSIO = replace(DOCTOR, reviewer="B", role="physiotherapist", signed_on=date(2026, 3, 1))
NEED = ReviewNeed(role="physician", again_after_months=12)


def state(*sign_offs: SignOff, content: str = "c1", today: date = date(2026, 6, 1)) -> State:
    reviews = Reviews(people_needed=2, needs={"red_flags.yaml": NEED}, sign_offs=sign_offs)
    (item,) = review({ITEM: content, "other.yaml: x": "c9"}, reviews, today=today)
    return item.state


def test_two_people_one_of_the_needed_role() -> None:
    assert state() is State.NEVER
    assert state(DOCTOR) is State.TOO_FEW
    assert state(DOCTOR, PHYSIO) is State.SIGNED
    assert state(DOCTOR, replace(DOCTOR, role="coach")) is State.TOO_FEW  # the same person twice
    assert state(replace(DOCTOR, role="coach"), PHYSIO) is State.TOO_FEW  # no physician


def test_an_item_may_need_another_role_than_its_file() -> None:
    reviews = Reviews(people_needed=2, needs={"red_flags.yaml": NEED}, sign_offs=(DOCTOR, PHYSIO))
    roles: dict[str, ReviewerRole] = {ITEM: "dietitian"}
    (item,) = review({ITEM: "c1"}, reviews, today=date(2026, 6, 1), own_roles=roles)
    assert (item.role, item.state) == ("dietitian", State.TOO_FEW)
    knowledge = load_knowledge()
    assert own_roles(knowledge)["claims.yaml: C097"] == "dietitian"
    assert "claims.yaml: C001" not in own_roles(knowledge)


def test_every_part_of_the_pack_that_advises_needs_a_review() -> None:
    knowledge = load_knowledge()
    advises = {
        sentence.where.partition(".yaml")[0] + ".yaml"
        for sentence in Told(knowledge).sentences
        if sentence.advice
    }
    told_by_rules = {"words/en.yaml"}  # its sentences that advise are named by the rules of the runs
    assert advises - told_by_rules <= set(knowledge.reviews.needs)


def test_a_conflict_of_interest_does_not_count() -> None:
    assert state(replace(DOCTOR, conflict="sells the brace"), PHYSIO) is State.TOO_FEW


def test_a_sign_off_is_void_when_the_item_changed() -> None:
    assert state(DOCTOR, PHYSIO, content="c2") is State.CHANGED
    assert state(DOCTOR, replace(PHYSIO, content="c2"), content="c2") is State.TOO_FEW


@pytest.mark.parametrize(
    ("today", "then"), [(date(2027, 1, 27), State.SIGNED), (date(2027, 1, 28), State.OVERDUE)]
)
def test_a_review_runs_out_with_its_oldest_needed_signature(today: date, then: State) -> None:
    assert state(DOCTOR, PHYSIO, today=today) is then


def test_sign_offs_of_items_that_are_gone_are_found() -> None:
    reviews = Reviews(people_needed=2, needs={}, sign_offs=(DOCTOR,))
    assert unknown_sign_offs({"x": "y"}, reviews) == (DOCTOR,)


def test_changes_name_what_came_changed_and_went() -> None:
    told = changes({"a": "1", "b": "1"}, {"b": "2", "c": "1"})
    assert (told.added, told.changed, told.removed) == (("c",), ("b",), ("a",))


def test_a_fingerprint_tells_one_item_from_its_change() -> None:
    red_flags = load_knowledge().red_flags
    first, *others = red_flags.rules
    changed = replace(red_flags, rules=(replace(first, action="Wait."), *others))
    before, now = items_of("red_flags.yaml", red_flags), items_of("red_flags.yaml", changed)
    assert before == items_of("red_flags.yaml", load_knowledge().red_flags)
    assert changes(before, now).changed == (f"red_flags.yaml: {first.id}",)
