"""``supplements.yaml``: what a person's medicines and conditions mean for a product or a painkiller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Confidence, Entry, Grade
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.review import ReviewerRole

Level = Literal["stop_emergency", "stop_same_day", "avoid", "ask_clinician", "caution", "info"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SafetyRule(Entry):
    """One reason for care with a product.

    Attributes:
        when: What must hold of the person; ``product_form`` tells food from pills and powders.
        reason: Why, for the runner.
        proof: What kind of proof there is.
        applies_to: Products of a rule for several; empty: all of them.
    """

    id: str
    when: Condition
    level: Level
    reason: str
    proof: str | None = None
    applies_to: tuple[str, ...] = ()
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Elsewhere(Entry):
    """What a product did in another condition than runner's knee."""

    condition: str
    grade: Grade
    finding: str
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Dose(Entry):
    """Doses of the trials, and the most that GoodKnee names.

    Attributes:
        cap: The most that is named here, and ``cap_basis`` why: our choice unless an authority is named.
    """

    studied: str | None = None
    max_studied: str | None = None
    cap: str
    cap_basis: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Product(Entry):
    """One product that people swallow for their knee.

    Attributes:
        answer: What the runner is told, in plain sentences.
        food: What is fine as food; None: it is no food.
        claims: Claims of the article about it.
        pfp_grade: Grade of the evidence in runner's knee itself.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    in_article: bool
    answer: str
    food: str | None = None
    claims: tuple[str, ...]
    pfp_grade: Grade
    pfp_evidence: str
    elsewhere: tuple[Elsewhere, ...] = ()
    dose: Dose
    side_effects: tuple[str, ...]
    rules: tuple[SafetyRule, ...]
    confidence: Confidence
    sources: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Painkillers(Entry):
    """Anti-inflammatory painkillers: bought like a product, screened like one."""

    id: str
    name: str
    answer: str
    rules: tuple[SafetyRule, ...]
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Supplements(Entry):
    """All products and rules.

    Attributes:
        levels: Level → what the runner reads, strictest first.
        first_advice: Stands before every product.
        unknown_product: What is said of a product that is not in the list.
        unknown_product_rules: The rules for several products that hold for it, too.
        sources: Of these two.
        unanswered_counts_as_yes: Keys that count as yes while they are not answered, or "not sure".
        not_sure_counts_as_yes: Keys that count as yes when the answer is "not sure", not when there is none.
        not_sure_counts_as: Key → number that counts when the answer is "not sure".
        left_open_is_none: Keys without an answer because there is nothing to answer.
        rules: Rules for several products.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    levels: Mapping[Level, str]
    first_advice: str
    unknown_product: str
    unknown_product_rules: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    unanswered_counts_as_yes: tuple[str, ...]
    not_sure_counts_as_yes: tuple[str, ...]
    not_sure_counts_as: Mapping[str, int]
    left_open_is_none: tuple[str, ...]
    rules: tuple[SafetyRule, ...]
    products: tuple[Product, ...]
    painkillers: Painkillers
