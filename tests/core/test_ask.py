"""Ask: everyday questions find what the pack knows, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack_files import cases, evidence_pack

from goodknee.core.ask import AskIndex, Hit
from goodknee.core.ask_terms import slips_between, stem
from goodknee.services.ask_evidence import ask_evidence

PACK = evidence_pack()
INDEX: AskIndex = PACK.index
FOUND, NOTHING = cases("ask.yaml")["found"], cases("ask.yaml")["nothing"]


def hits(question: str) -> tuple[Hit, ...]:
    stems = PACK.reader.asked(question)
    return () if PACK.reader.has_no_answer(stems) else INDEX.find(PACK.listener.hear(stems).rest)


def found(question: str) -> list[str]:
    return [hit.id for hit in hits(question)]


@pytest.mark.parametrize("case", FOUND, ids=lambda case: str(case["ask"]))
def test_an_everyday_question_finds_its_answer(case: dict[str, Any]) -> None:
    ids = found(case["ask"])
    assert set(case.get("finds", ())) <= set(ids[:3])
    if "first" in case:
        assert ids[:1] != []
        assert ids[0] in case["first"]


@pytest.mark.parametrize("question", NOTHING)
def test_what_the_pack_does_not_know_finds_nothing(question: str) -> None:
    assert found(question) == []


def test_every_claim_and_every_treatment_is_reachable() -> None:
    reached = {
        card
        for case in FOUND
        for card in found(case["ask"])[:3]
        if card in case.get("finds", case.get("first"))
    }
    assert (len(PACK.claims.claims), len(PACK.treatments.treatments)) == (124, 47)
    assert reached == set(PACK.cards)


def test_almost_every_alias_finds_its_own_card() -> None:
    own = [card.id in found(alias) for card in PACK.cards.values() for alias in card.aliases]
    assert sum(own) >= 0.99 * len(own)


def test_one_slip_of_the_keyboard_is_forgiven() -> None:
    assert found("gluosamine") == found("glucosamine")
    assert found("glucosaimne") == found("glucosamine")
    assert found("glocosamine") == found("glucosamine")


@pytest.mark.parametrize(
    ("word", "other", "slips"),
    [("tape", "tape", 0), ("tpae", "tape", 1), ("tap", "tape", 1), ("tapee", "tape", 1), ("tofe", "tape", 2)],
)
def test_slips_between_words(word: str, other: str, slips: int) -> None:
    assert slips_between(word, other, 2) == slips
    assert slips_between(word, other, 1) == min(slips, 2)


def test_no_word_has_two_meanings() -> None:
    phrases = Counter(
        phrase
        for group in PACK.words.same_meaning
        for phrase in {tuple(map(stem, re.findall(r"[a-z0-9]+", entry.lower()))) for entry in group}
    )
    assert [phrase for phrase, groups in phrases.items() if groups > 1] == []


def test_endings_do_not_matter() -> None:
    assert len({stem(word) for word in ("tape", "taping", "taped", "tapes")}) == 1
    assert len({stem(word) for word in ("run", "running", "runs")}) == 1


@given(st.text(max_size=200))
def test_any_text_is_a_question(text: str) -> None:
    scores = [hit.score for hit in hits(text)]
    assert scores == sorted(scores, reverse=True)
    assert hits(text) == hits(text)


@given(st.sampled_from(FOUND), st.sampled_from(["?", "!", "  ", "..."]))
def test_case_and_punctuation_do_not_matter(case: dict[str, Any], mark: str) -> None:
    assert found(case["ask"].upper() + mark) == found(case["ask"])


def test_a_question_takes_less_than_fifty_milliseconds() -> None:
    questions = [case["ask"] for case in FOUND] + NOTHING
    started = perf_counter()
    for question in questions:
        ask_evidence(question, PACK)
    assert (perf_counter() - started) / len(questions) < 0.05
