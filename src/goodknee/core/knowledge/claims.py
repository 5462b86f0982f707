"""``claims.yaml``: what the article says and the evidence; ``words/synonyms.en.yaml``: how people ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Confidence, Direction, Entry, Grade
from goodknee.core.knowledge.review import ReviewerRole

Stance = Literal["agree", "partly", "disagree", "cannot_verify"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Claim(Entry):
    """One statement of the article, held against the evidence.

    Attributes:
        claim: What the article says, in our own words.
        stance: Whether the evidence agrees with the article.
        grade: Strength of the best evidence that bears on it; to be read with ``direction``.
        evidence: What was found, with figures, for those who want to check.
        answer: What the runner is told, in one to three plain sentences.
        aliases: How a runner may ask for it.
        article_ref: The number that the article prints behind the statement.
        reviewer_role: Who should review it, when not the role that the file names.
        reviewed_on: When it was last held against its sources, when not on the day that the file names.
    """

    id: str
    topic: str
    claim: str
    stance: Stance
    grade: Grade
    direction: Direction
    evidence: str
    answer: str
    aliases: tuple[str, ...]
    confidence: Confidence
    sources: tuple[str, ...]
    article_ref: int | None = None
    note: str | None = None
    reviewer_role: ReviewerRole | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Claims(Entry):
    """All claims, and how grade and stance are put into words.

    Attributes:
        grades: What each letter means, for a clinician.
        stances: What each stance means.
        evidence_words: grade → direction → the words a runner reads ("Strong evidence against").
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    grades: Mapping[Grade, str]
    stances: Mapping[Stance, str]
    evidence_words: Mapping[Grade, Mapping[Direction, str]]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AskWords(Entry):
    """How runners put things in one language.

    Attributes:
        same_meaning: Groups of words and phrases that mean the same in a question.
        says_nothing: Words without a subject, left out of every question.
        says_little: Words that count, but never as much as the subject of a question.
        no_answer: Words and phrases of questions about other things.
        about_the_knee: Words that make such a question one about the knee all the same ("fell over the dog").
        asked_as: Claim or treatment → more ways in which runners ask for it, beside its own aliases.
    """

    same_meaning: tuple[tuple[str, ...], ...]
    says_nothing: tuple[str, ...]
    says_little: tuple[str, ...]
    no_answer: tuple[str, ...]
    about_the_knee: tuple[str, ...]
    asked_as: Mapping[str, tuple[str, ...]]
