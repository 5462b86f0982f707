"""``article.yaml``: which claims and treatments touch a runner, and what in the answers says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.review import ReviewerRole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Topic(Entry):
    """Claims and treatments that matter together; they touch a runner when all that it names holds.

    Attributes:
        when: What the answers must say.
        patterns: One of these is among the patterns shown, and fits at least partly.
        because: To the runner: what touches them.
        claims: Ids of claims of the source article.
        treatments: Ids of treatments.
    """

    id: str
    when: Condition | None = None
    patterns: tuple[str, ...] = ()
    because: str
    claims: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Article(Entry):
    """The whole file; topics stand in the order in which they matter.

    Attributes:
        shown_at_most: So many are shown at once; the others can be opened.
        because_factor: To the runner, when a risk factor that applies names the claim.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    shown_at_most: int
    because_factor: str
    topics: tuple[Topic, ...]
