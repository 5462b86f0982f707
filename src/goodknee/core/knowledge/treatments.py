"""``treatments.yaml``: what can be done for runner's knee, how well it is supported, and how it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Confidence, Direction, Entry, Grade
from goodknee.core.knowledge.claims import Stance
from goodknee.core.knowledge.review import ReviewerRole

Verdict = Literal[
    "core",
    "recommend",
    "consider",
    "consider_supervised",
    "adjunct",
    "optional",
    "optional_small",
    "if_appropriate",
    "short_term_option",
    "comfort_only",
    "general_health",
    "food_only",
    "uncertain",
    "no_evidence",
    "no_pfp_evidence",
    "not_alone",
    "not_recommended_as_sole",
    "not_recommended",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class VerdictWords(Entry):
    """A verdict in words, and what it says to the statement "this helps runner's knee"."""

    words: str
    stance: Stance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Effect(Entry):
    """One finding of a trial or review: what was compared, how it was measured, what came out."""

    what: str
    measure: str
    result: str
    sources: tuple[str, ...]
    confidence: Confidence
    certainty: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Guidelines(Entry):
    """What each guideline says; None where it is silent. Its letters are its own, not our grade."""

    cpg_2019: str | None = None
    consensus_2018: str | None = None
    best_practice_2024: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Treatment(Entry):
    """One thing that people do for runner's knee.

    Attributes:
        answer: The verdict for the runner, in one to three plain sentences.
        how: Dose and manner, one plain sentence each.
        cautions: What to mind.
        not_with: When not to do it without a clinician.
        cost: For the runner, without insurance: a rough class, convention.
        in_article: Whether the source article names it.
        referral: The sheet of ``refer`` that fits.
        aliases: Search words, brand and clinic names included; no endorsement.
    """

    id: str
    name: str
    verdict: Verdict
    grade: Grade
    direction: Direction
    answer: str
    how: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    cost: Literal["low", "medium", "high"]
    in_article: bool
    guidelines: Guidelines
    effects: tuple[Effect, ...] = ()
    aliases: tuple[str, ...]
    confidence: Confidence
    sources: tuple[str, ...]
    referral: Literal["physio", "doctor", "form", "podiatrist"] | None = None
    note: str | None = None
    reviewer_role: ReviewerRole | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Treatments(Entry):
    """All treatments, in the order of the file; ``order_of_offer`` says what is offered first.

    Attributes:
        guideline_grades: What the letters of the 2019 guideline mean.
        best_practice_2024_six: The six interventions of the 2024 guide, as far as they are known here.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    verdicts: Mapping[Verdict, VerdictWords]
    guideline_grades: Mapping[str, str]
    order_of_offer: tuple[str, ...]
    best_practice_2024_six: tuple[str, ...]
    best_practice_2024_note: str
    treatments: tuple[Treatment, ...]
