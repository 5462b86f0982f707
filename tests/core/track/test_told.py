from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodknee.core.model import DiaryEntry
from goodknee.core.track.told import check_entry, told_again, why_skipped
from goodknee.errors import AnswerError
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.log_day import vocabulary_of

KNOWLEDGE = load_knowledge()
VOCABULARY = vocabulary_of(KNOWLEDGE)
TODAY = date(2026, 5, 17)
NOW = datetime(2026, 5, 17, 6, tzinfo=UTC)


def told(**given_: Any) -> DiaryEntry:
    return check_entry({"side": "right", **given_}, VOCABULARY, today=TODAY, now=NOW)


@pytest.mark.parametrize(
    ("key", "value", "legal"),
    [
        ("pain_morning", 11, "a number from 0 to 10"),
        ("pain_morning", -1, "a number from 0 to 10"),
        ("pain_morning", float("nan"), "a number from 0 to 10"),
        ("pain_morning", True, "a number from 0 to 10"),
        ("pain_morning", "3", "a number from 0 to 10"),
        ("pain_morning", [3], "a number from 0 to 10"),
        ("pain_morning", 10**400, "a number from 0 to 10"),
        ("settle_minutes", -5, "a number from 0"),
        ("swelling", "huge", "one of none, slight, clear, very_large"),
        ("swelling", True, "one of none, slight, clear, very_large"),
        ("limp", 1, "yes or no"),
        ("limp", "perhaps", "yes or no"),
        ("reps", 8.5, "a whole number from 0 to 500"),
        ("sleep_h", 25, "a number from 0 to 24 (hours)"),
        ("note", "", "a text of 1 to 2000 letters"),
        ("shoe", "x" * 81, "a text of 1 to 80 letters"),
        ("exercise", "sqat_60", "such as squat_60"),
        ("day", "2026-05-18", "a day up to 2026-05-17"),
        ("day", "yesterday", "2026-05-17"),
        ("day", 20260517, "2026-05-17"),
        ("side", "both", "left or right"),
        ("run", 20260503, "its id"),
        ("pain_moring", 3, "pain_morning"),
        ("t_heel", {"middle": 3}, "left and right"),
        ("t_heel", [1, 2, 3], "How many."),
        ("t_heel", {"left": 20.5}, "a whole number"),
        ("t_stepdown", {"left": [2, 7]}, "yes or no"),
        ("t_pain", {"left": 3}, "--pain-worst"),
    ],
)
def test_what_is_not_legal_is_refused_with_key_value_and_what_is(key: str, value: Any, legal: str) -> None:
    with pytest.raises(AnswerError) as error:
        told(**{"pain_now": 1, key: value})
    assert error.value.where == key
    assert key.removeprefix("t_") in f"{error.value.what} {error.value.next_step}"
    assert legal in error.value.next_step


def test_yes_no_words_dashes_and_whole_floats_take_one_form() -> None:
    entry = told(
        **{"pain-morning": 3.0, "pain_worst": 2.5, "limp": "no", "gives-way": "yes", "day": "2026-05-16"}
    )
    assert entry.answers == {"pain_morning": 3, "pain_worst": 2.5, "limp": False, "gives_way": True}
    assert (entry.day, entry.side, entry.entered_at) == (date(2026, 5, 16), "right", NOW)


def test_what_was_not_told_is_not_there() -> None:
    assert told(pain_morning=0, pain_worst=None, day=None).answers == {"pain_morning": 0}
    with pytest.raises(AnswerError, match="Nothing was told"):
        told(pain_worst=None)


def test_the_knee_is_named_or_is_the_sore_one() -> None:
    with pytest.raises(AnswerError, match="Which knee"):
        check_entry({"pain_morning": 3}, VOCABULARY, today=TODAY, now=NOW)
    sore = check_entry({"pain_morning": 3}, VOCABULARY, today=TODAY, now=NOW, usual_side="left")
    person = check_entry({"sleep_h": 7}, VOCABULARY, today=TODAY, now=NOW, usual_side="left")
    assert (sore.side, person.side) == ("left", None)


def test_done_and_skipped_are_opposites() -> None:
    with pytest.raises(AnswerError, match="cannot both"):
        told(done=True, skipped="ill")
    assert told(done=False, skipped="ill").answers["skipped"] == "ill"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("knee", "knee"),
        ("Too sore.", "knee"),
        ("no time", "other"),
        ("ill", "other"),
        ("knees-up party", "other"),
    ],
)
def test_why_a_session_was_skipped(text: str, reason: str) -> None:
    assert why_skipped(text, KNOWLEDGE.log) == reason


def test_results_of_each_leg_or_once() -> None:
    assert told(t_heel={"left": 20, "right": 25}).tests == {"t_heel": {"left": (20,), "right": (25,)}}
    assert told(t_stepdown=[2, "yes"]).tests == {"t_stepdown": {"right": (2, True)}}
    assert told(t_bridge=40).tests == {"t_bridge": {"once": (40,)}}
    assert told(t_walk30={"left": 1}).tests == {"t_walk30": {"left": (1,)}}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)
NAMES = [
    *KNOWLEDGE.log.by_id,
    *(test.id for test in KNOWLEDGE.self_tests.tests),
    "day",
    "side",
    "run",
    "what",
]


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), ANY, max_size=4))
def test_anything_is_an_entry_or_is_refused_and_an_entry_is_told_again_alike(said: dict[str, Any]) -> None:
    try:
        entry = check_entry(said, VOCABULARY, today=TODAY, now=NOW)
    except AnswerError as error:
        assert error.where
        assert error.next_step
        return
    assert check_entry(told_again(entry), VOCABULARY, today=TODAY, now=NOW) == entry
    assert None not in entry.answers.values()
