"""The check as a service: what it keeps, what a visit lifts, and that it can be replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.pack_files import cases

from goodknee.core.assess.answers import check_answers
from goodknee.core.knowledge import Knowledge
from goodknee.errors import AnswerError
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import (
    Assessment,
    CheckPack,
    altered,
    assess,
    latest,
    latest_answers,
    look_at,
    note_visit,
    preview,
    replay,
)
from goodknee.services.assess_document import assess_document
from goodknee.services.review_pack import review_document, review_pack
from goodknee.stores.store import Store, open_store

KNOWLEDGE = load_knowledge()
PACK = CheckPack.of(KNOWLEDGE)
CLEAN: dict[str, Any] = cases("red_flags.yaml")["clean"]
TODAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store", create=True) as store:
        yield store


def check(store: Store, *, days: int = 0, pack: CheckPack = PACK, **answers: Any) -> Assessment:
    given = {**CLEAN, **answers}
    return assess(
        given, pack=pack, store=store, now=NOW + timedelta(days=days), today=TODAY + timedelta(days=days)
    )


def seen(store: Store, *, days: int = 0, on: date | None = None, **more: Any) -> Assessment:
    today = TODAY + timedelta(days=days)
    now = NOW + timedelta(days=days, minutes=1)
    return note_visit("Dr Roy", on or today, pack=PACK, store=store, now=now, today=today, **more)


def now_in(store: Store, *, days: int = 0) -> Assessment:
    found = latest(PACK, store, today=TODAY + timedelta(days=days))
    assert found
    return found


def document(**answers: Any) -> dict[str, Any]:
    given = check_answers({**CLEAN, **answers}, PACK.questions)
    return assess_document(look_at(given, PACK, day=TODAY, at=NOW, today=TODAY), PACK)


def test_the_document_has_the_agreed_keys() -> None:
    made = document(fever_or_unwell=True, hot=True, side="left", pain_usual=4)
    assert (made["urgency"], made["blocked"]) == ("emergency", True)
    assert {"running", "strength"} <= set(made["holds"])
    assert {"id", "urgency", "reason", "sources"} <= set(made["red_flags"][0])
    assert all({"id", "name", "fit", "for", "against"} <= set(one) for one in made["differential"])
    keys = {"id", "modifiable", "grade", "direction", "what_to_do"}
    assert all(keys <= set(one) for one in made["risk_factors"])
    assert made["baseline"]["left"]["pain_usual"] == 4
    assert made["baseline"]["right"]["pain_usual"] is None
    assert made["knowledge_version"] == KNOWLEDGE.pack.version
    assert made["unanswered"] == []
    assert json.loads(json.dumps(made)) == made


def test_every_source_in_the_document_is_in_the_pack() -> None:
    made = document(fever_or_unwell=True, hot=True, location=["front"], aggravated_by=["squat"])
    told = (
        *made["red_flags"], *made["differential"], *made["risk_factors"], made["for_now"]["running"],
        *document()["for_now"]["exercises"],
    )  # fmt: skip
    assert all(each["sources"] and set(each["sources"]) <= set(KNOWLEDGE.sources) for each in told)


def test_the_patterns_are_there_when_blocked_too() -> None:
    made = document(foot_cold_pale_numb=True, location=["front"], aggravated_by=["squat"])
    assert made["blocked"]
    assert made["differential"][0]["id"] == "pfp"


def test_the_emergency_number_is_that_of_the_country() -> None:
    assert "911" in document(country="US")["emergency_number"]
    assert "local" in document()["emergency_number"]


def test_an_answer_that_is_not_legal_keeps_nothing(store: Store) -> None:
    for wrong in (
        {"age_years": 210},
        {"trauma_days": 3},
        {"hott": True},
        {"swelling": "huge"},
        {"seen_for_rule": ["RF999 2026-05-01 cleared"]},
        {"seen_for_rule": ["RF32 2099-05-01 cleared"]},
    ):
        with pytest.raises(AnswerError):
            check(store, **wrong)
    assert store.checks() == []


def test_a_check_is_kept_with_all_that_made_it(store: Store) -> None:
    check(store, side="left", location=["front"])
    (kept,) = store.checks()
    assert kept.answers["location"] == ["front"]
    assert (kept.knowledge_version, kept.day) == (KNOWLEDGE.pack.version, TODAY)
    assert kept.code_version
    assert len(kept.input_sha256) == 64
    check(store, side="right")
    assert "location" not in latest_answers(store)
    assert store.checks()[1].input_sha256 != kept.input_sha256


def test_a_preview_keeps_nothing(store: Store) -> None:
    preview(CLEAN, pack=PACK, store=store, now=NOW, today=TODAY)
    assert store.checks() == []


# Visits

STUCK: dict[str, Any] = {"locked": True}


def test_a_visit_lifts_the_block_and_stays_on_show(store: Store) -> None:
    assert check(store, **STUCK).signs.blocked
    after = seen(store)
    assert not after.signs.blocked
    made = assess_document(after, PACK)
    assert made["red_flags"][0]["seen_on"] == TODAY.isoformat()
    assert not check(store, days=1, **STUCK).signs.blocked


def test_a_visit_that_did_not_clear_lifts_nothing(store: Store) -> None:
    check(store, **STUCK)
    assert seen(store, cleared=False).signs.blocked


def test_a_visit_for_one_rule_lifts_only_that_one(store: Store) -> None:
    first = check(store, **STUCK, foot_cold_pale_numb=True)
    assert first.signs.urgency == "emergency"
    rules = [sign.rule.id for sign in first.signs.screening.fired if sign.urgency != "emergency"]
    assert seen(store, rules=rules).signs.urgency == "emergency"


def test_a_new_sign_or_a_worse_knee_blocks_again(store: Store) -> None:
    check(store, **STUCK)
    seen(store)
    assert check(store, days=1, **STUCK, foot_cold_pale_numb=True).signs.blocked
    assert not check(store, days=2, **STUCK).signs.blocked
    assert check(store, days=3, **STUCK, improving="worse").signs.blocked
    assert check(store, days=4, **STUCK).signs.blocked


def test_a_sign_that_went_and_came_back_blocks_again(store: Store) -> None:
    check(store, **STUCK)
    seen(store)
    assert not check(store, days=1).signs.blocked
    assert check(store, days=2, **STUCK).signs.blocked


def test_a_visit_before_the_knee_got_worse_does_not_count(store: Store) -> None:
    check(store, **STUCK)
    check(store, days=5, **STUCK, improving="worse")
    assert seen(store, days=6, on=TODAY + timedelta(days=2)).signs.blocked
    assert not seen(store, days=6, on=TODAY + timedelta(days=6)).signs.blocked


@pytest.mark.parametrize(("days_ago", "counts"), [(84, True), (85, False), (0, True), (-1, False)])
def test_a_visit_counts_for_twelve_weeks_and_never_lies_ahead(
    store: Store, days_ago: int, counts: bool
) -> None:
    check(store, days=-100, **STUCK)
    on = TODAY - timedelta(days=days_ago)
    if counts:
        assert not seen(store, on=on).signs.blocked
    else:
        with pytest.raises(AnswerError, match="visit counts"):
            seen(store, on=on)
        assert store.visits() == []
    line = f"{PACK.red_flags.rules[0].rule.id} {on} cleared"
    first = CLEAN | {"foot_cold_pale_numb": True, "seen_for_rule": [line]}
    told = preview(first, pack=PACK, store=store, now=NOW, today=TODAY)
    assert told.signs.screening.fired[0].rule.id == PACK.red_flags.rules[0].rule.id
    assert told.signs.blocked is not counts


def test_a_visit_needs_a_check_and_one_of_its_signs(store: Store) -> None:
    with pytest.raises(AnswerError, match="no check yet"):
        seen(store)
    check(store, **STUCK)
    with pytest.raises(AnswerError, match="RF01 is no warning sign"):
        seen(store, rules=["RF01"])
    assert store.visits() == []


# The first answer


@pytest.mark.parametrize(
    ("answers", "rule", "may_run"),
    [
        ({"last_run_pain_max": 2, "last_run_settle_minutes": 60}, "keep", True),
        ({"last_run_pain_max": 3}, "reduce", True),
        ({"last_run_settle_minutes": 61}, "reduce", True),
        ({"last_run_pain_max": 5}, "reduce", True),
        ({"last_run_pain_max": 6}, "settle", False),
        ({"pain_worst_3d": 5}, "keep", True),
        ({"pain_worst_3d": 6}, "settle", False),
        ({"pain_worst_3d_left": 1, "pain_worst_3d_right": 6, "side": "both"}, "settle", False),
        ({"days_since_last_run": 6}, "keep", True),
        ({"days_since_last_run": 7}, "after_a_break", False),
        ({"days_since_last_run": None}, "last_run_unknown", False),
        ({"last_run_pain_max": "not sure"}, "last_run_unknown", False),
        ({"pain_worst_3d": None}, "last_run_unknown", False),
        ({"recent_trauma": None}, "open_questions", False),
        ({"foot_cold_pale_numb": True}, "held", False),
    ],
)
def test_leave_to_run_needs_answers(answers: dict[str, Any], rule: str, may_run: bool) -> None:
    calm = {
        "days_since_last_run": 2,
        "last_run_pain_max": 1,
        "last_run_settle_minutes": 10,
        "pain_worst_3d": 2,
    }
    told = document(**{**calm, **answers})["for_now"]
    assert (told["running"]["rule"], told["running"]["may_run"]) == (rule, may_run)


def test_three_exercises_unless_they_wait() -> None:
    assert len(document()["for_now"]["exercises"]) == 3
    assert document(**STUCK)["for_now"]["exercises"] == []
    assert document(hot=None)["for_now"]["exercises"] == []


# Replay


def a_year(store: Store) -> None:
    check(store, side="left", location=["front"])
    check(store, days=3, **STUCK)
    seen(store, days=4)
    check(store, days=5, **STUCK)
    check(store, days=6, **STUCK, improving="worse")
    check(store, days=9, country="DE", longest_run_30d_km=8, planned_longest_run_km=12, swelling=None)


def test_stored_checks_replay_to_the_same_result(store: Store) -> None:
    a_year(store)
    for kept, again in replay(store, CheckPack.of(load_knowledge())):
        assert again == kept.result
    assert altered(store, PACK) == []


def test_a_changed_pack_names_the_checks_that_it_would_alter(store: Store) -> None:
    a_year(store)

    def read(name: str) -> Any:
        part = KNOWLEDGE.read(name)
        if name != "red_flags.yaml":
            return part
        rules = tuple(rule for rule in part.rules if rule.id != stuck)
        return replace(part, rules=rules)

    fired = store.checks()[1].result["red_flags"]
    stuck = fired[0]["id"]
    changed = Knowledge(read)
    done = review_pack(changed, store, today=TODAY, installed=KNOWLEDGE)
    assert {one.check.id for one in done.altered} == {2, 3, 4}
    assert all("red_flags" in one.parts for one in done.altered)
    assert done.changes
    assert done.changes.removed == (f"red_flags.yaml: {stuck}",)
    told = review_document(done)
    assert told["altered_checks"][0]["urgency"]["from"] == store.checks()[1].result["urgency"]
    assert json.dumps(told)
