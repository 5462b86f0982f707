"""What of the article touches a runner: each topic in pairs, and what must hold for any answers at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.pack_files import cases

from goodknee.core.assess.answers import check_answers
from goodknee.core.knowledge.claims import Claim
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import CheckPack, look_at
from goodknee.services.assess_document import assess_document

KNOWLEDGE = load_knowledge()
PACK = CheckPack.of(KNOWLEDGE)
TOPICS = {topic.id: topic for topic in KNOWLEDGE.article.topics}
PAIRS = cases("article.yaml")["pairs"]
NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)
#: Answers that fit runner's knee, at most partly disturbed by a pair.
PFP: dict[str, Any] = {
    "side": "right",
    "location": ["front", "behind_kneecap"],
    "spot": "around_or_behind_kneecap",
    "points_with_one_finger": False,
    "aggravated_by": ["squat", "stairs_down"],
    "onset": "gradual",
    "age_years": 30,
}


def article_for(answers: dict[str, Any]) -> list[dict[str, Any]]:
    given = check_answers(answers, PACK.questions)
    made = assess_document(look_at(given, PACK, day=date(2026, 5, 12), at=NOW, today=date(2026, 5, 12)), PACK)
    article: list[dict[str, Any]] = made["article"]
    return article


def told(answers: dict[str, Any]) -> set[str]:
    """The sentences that say what touches these answers."""
    return {one["because"] for one in article_for(answers)}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair["topic"]))
def test_a_topic_touches_on_its_edge_and_not_one_step_before(pair: dict[str, Any]) -> None:
    common = PFP if pair.get("pfp") else {}
    topic = TOPICS[pair["topic"]]
    assert topic.because in told({**common, **pair["touches"]})
    assert topic.because not in told({**common, **pair["does_not"]})


def test_every_topic_has_a_pair_and_a_sentence_of_its_own() -> None:
    assert {pair["topic"] for pair in PAIRS} == set(TOPICS)
    assert len({topic.because for topic in TOPICS.values()}) == len(TOPICS)
    assert all(topic.claims or topic.treatments for topic in TOPICS.values())
    assert all(topic.when or topic.patterns for topic in TOPICS.values())


def test_nothing_is_told_without_answers() -> None:
    assert article_for({}) == []


def test_topics_of_runners_knee_stay_away_from_other_patterns() -> None:
    other = {**PFP, "location": ["outer"], "spot": "outer_side_above_joint", "aggravated_by": ["running"]}
    assert TOPICS["main_treatment"].because in told(PFP)
    assert TOPICS["main_treatment"].because not in told(other)


def test_each_is_told_once_with_its_verdict_and_sources() -> None:
    made = article_for({**PFP, "weeks_since_onset": 20, "sex": "female", "stretches_weekly": False})
    ids = [one["id"] for one in made]
    assert len(ids) == len(set(ids))
    assert [one["shown"] for one in made] == [
        number < KNOWLEDGE.article.shown_at_most for number in range(len(made))
    ]
    for one in made:
        card = PACK.article.cards[one["id"]]
        assert (one["grade"], one["direction"], one["answer"]) == (card.grade, card.direction, card.answer)
        assert one["evidence"] == KNOWLEDGE.claims.evidence_words[card.grade][card.direction]
        assert one["sources"]
        assert (one["kind"] == "claim") == isinstance(card, Claim)


def test_a_risk_factor_that_applies_brings_its_claims_last() -> None:
    *_, claim, again = article_for({**PFP, "age_years": 40, "sex": "female"})
    assert [claim["id"], again["id"]] == ["C031", "C109"]
    assert "Being a woman" in claim["because"]
