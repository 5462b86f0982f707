"""``words/said.en.yaml``: what a question tells about the person who asks: signs, medicines, conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from goodknee.core.knowledge import Confidence, Entry
from goodknee.core.knowledge.review import ReviewerRole

#: What an answer may be here; the file is data that a reader checks, so no wider than it needs to be.
Said = bool | int | str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SaidSign(Entry):
    """A sign of the body in everyday words.

    Attributes:
        answers: Answers of questions.yaml that the words stand for.
        says: One phrase of each group must be said.
        unless: One of these phrases shows that something else is meant ("hot yoga").
    """

    answers: Mapping[str, Said]
    says: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SaidHealth(Entry):
    """A medicine, condition or allergy by all its names, brand names and common slips included.

    Attributes:
        name: How it is named back to the runner.
        answers: Answers of questions.yaml; empty: the pack has no rule on it, and says so.
        words: Its names; one is enough.
    """

    name: str
    answers: Mapping[str, Said]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class NotCovered(Entry):
    """Something that runners ask about and of which the pack holds no fact.

    Attributes:
        swallowed: A food supplement, so the rules for a product that is not in the list hold for it.
    """

    name: str
    words: tuple[str, ...]
    swallowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SaidWords(Entry):
    """The whole file.

    Attributes:
        passed_over: Words that may stand inside a phrase ("hot knee" is also said by "the knee is very hot").
        denies: A phrase right after one of these is not said.
        if_you: Stands before a sign that a question names.
        check_first: What is said when a sign alone does not tell how soon it must be seen.
        topics_beside_urgent: Topics of claims.yaml that may stand beside an urgent sign.
        seldom_told: A sign that stands because the answer to one of these is not known is left to the check.
        sign_evidence: What a rule about signs rests on, in place of a grade in words.
        not_sure: Stands before a product's rule that holds since the runner was not sure of an answer.
        as_food: Stands before what is fine as food.
        for_others: Stands before the answer itself, when this runner is told not to take it.
        no_rule: What is said of a medicine or condition on which the answer has no rule.
        not_known: What is said of something of which the pack holds no fact.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    confidence: Confidence
    sources: tuple[str, ...]
    passed_over: tuple[str, ...]
    denies: tuple[str, ...]
    if_you: str
    check_first: str
    topics_beside_urgent: tuple[str, ...]
    seldom_told: tuple[str, ...]
    sign_evidence: str
    not_sure: str
    as_food: str
    for_others: str
    no_rule: str
    not_known: str
    signs: tuple[SaidSign, ...]
    health: tuple[SaidHealth, ...]
    not_covered: tuple[NotCovered, ...]
