"""A clinician's stories: how soon to be seen, what waits, and which pattern to think of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.pack_files import cases

from goodknee.core.assess.answers import check_answers, without_orphans
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import CheckPack, look_at
from goodknee.services.assess_document import Document, assess_document

PACK = CheckPack.of(load_knowledge())
VIGNETTES = cases("vignettes.yaml")["vignettes"]
DENIED: dict[str, Any] = cases("red_flags.yaml")["clean"]
#: What nobody denies who is asked for signs: it is told or not.
TOLD = (
    "age_years",
    "swelling",
    "morning_stiffness_min",
    "weeks_since_onset",
    "weeks_active_care",
    "improving",
)
RANK = {urgency.id: rank for rank, urgency in enumerate(PACK.red_flags.knowledge.policy.urgencies)}
DAY = date(2026, 5, 12)


def answers_of(vignette: Any) -> dict[str, Any]:
    """Lay the story over a person who denies the rest, or over one of whom nothing else is known."""
    if vignette["rest"] == "silent":
        return dict(vignette["answers"])
    denied = {key: value for key, value in DENIED.items() if key not in TOLD} | {"swelling": "none"}
    return without_orphans(denied | vignette["answers"], PACK.questions)


def checked(answers: dict[str, Any]) -> Document:
    given = check_answers(answers, PACK.questions)
    at = datetime(2026, 5, 12, 8, tzinfo=UTC)
    return assess_document(look_at(given, PACK, day=DAY, at=at, today=DAY), PACK)


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda one: f"{one['id']} {one['story'][:50]}")
def test_a_clinician_would_agree(vignette: Any) -> None:
    found = checked(answers_of(vignette))
    assert found["urgency"] in vignette["urgency"]
    assert vignette["blocked"] in (None, found["blocked"])
    first = {one["id"] for one in found["differential"][:3]}
    assert not vignette["first_three"] or first & set(vignette["first_three"]), first


def test_every_urgency_has_its_stories_asked_out_and_with_few_answers() -> None:
    told = Counter((one["urgency"][0], one["rest"]) for one in VIGNETTES)
    assert len({one["id"] for one in VIGNETTES}) == len(VIGNETTES)
    assert all(told[urgency, rest] >= 4 for urgency in RANK for rest in ("no", "silent")), told


def whole_stories() -> Iterator[tuple[str, dict[str, Any]]]:
    for vignette in VIGNETTES:
        yield vignette["id"], answers_of(vignette)


SIGNS = (
    "fever_or_unwell", "hot", "infection_risk", "bleeding_risk", "calf_swollen", "dvt_risk", "limp",
    "night_pain_constant", "groin_or_hip_pain", "cannot_straight_leg_raise", "gives_way_truly", "reds_signs",
)  # fmt: skip


def test_one_more_sign_never_makes_a_story_less_urgent_and_the_side_changes_nothing() -> None:
    for name, answers in whole_stories():
        urgency = checked(answers)["urgency"]
        for sign in SIGNS:
            assert RANK[checked({**answers, sign: True})["urgency"]] <= RANK[urgency], (name, sign)
        other = "left" if answers.get("side") == "right" else "right"
        assert checked({**answers, "side": other})["urgency"] == urgency


def test_who_reads_the_red_flags_alone_sees_what_the_urgency_rests_on() -> None:
    for name, answers in whole_stories():
        found = checked(answers)
        ranks = [RANK[sign["urgency"]] for sign in found["red_flags"]]
        assert min(ranks, default=RANK["routine"]) == RANK[found["urgency"]], name
        assert ranks == sorted(ranks)
        open_ones = [sign for sign in found["red_flags"] if "missing" in sign]
        assert open_ones == found["not_excluded"]
        assert all(sign["missing"] and sign["sources"] and sign["reason"] for sign in open_ones)
