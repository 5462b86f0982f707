"""``red_flags.yaml``: the warning signs, how soon each must be seen, and what it blocks meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Confidence, Entry
from goodknee.core.knowledge.conditions import Condition

UrgencyId = Literal["emergency", "same_day", "within_days", "within_2_weeks", "routine"]
Hold = Literal["running", "strength", "running_increase"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Urgency(Entry):
    """How soon a clinician must look, what the runner reads, and what waits until then."""

    id: UrgencyId
    says: str
    means: str
    blocks: tuple[Hold, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Policy(Entry):
    """How the rules are read together.

    Attributes:
        urgencies: Highest first.
        escalates: A rule of these urgencies, unknown while its ``open_when`` is true, is not excluded.
        escalates_to: What a rule that is not excluded counts as.
        context_keys: Keys that are no sign by themselves: they never make a rule "not excluded".
        silent_days_after_visit: So long a rule that only advises stays silent after a visit.
        safety_text: Shown wherever the answers are not complete.
    """

    urgencies: tuple[Urgency, ...]
    escalates: tuple[UrgencyId, ...]
    escalates_to: UrgencyId
    context_keys: tuple[str, ...]
    silent_days_after_visit: int
    safety_text: str
    not_all_answered: str
    limits: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Contradiction(Entry):
    """Two answers that cannot both be right, and what counts until the runner has looked again.

    Attributes:
        forget: Answers that count as not known until then.
        take: Answers that count as given here until then: the unsafe ones.
        until_answered: The same in words.
    """

    id: str
    when: Condition
    ask_again: tuple[str, ...]
    says: str
    until_answered: str
    forget: tuple[str, ...] = ()
    take: Mapping[str, bool] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RedFlag(Entry):
    """One warning sign.

    Attributes:
        name: For clinicians; the runner reads ``action`` and ``reason``.
        population: The ages it is meant for, in words; the condition itself holds the limits.
        unless: Holds the rule back only when it is certainly true.
        open_when: What must hold for missing answers to leave an urgent rule open; None: any of its own
            conditions, ``context_keys`` apart.
        open_unless: Such a rule does not stay open when this is certainly true; it still fires.
        blocks: What waits; None: as its urgency says.
        clinical: Why, and what to do, in a clinician's words.
    """

    id: str
    name: str
    urgency: UrgencyId
    population: str | None = None
    when: Condition
    unless: Condition | None = None
    open_when: Condition | None = None
    open_unless: Condition | None = None
    blocks: tuple[Hold, ...] | None = None
    action: str
    reason: str
    clinical: str
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ScorePoint(Entry):
    """One item of a clinical score."""

    item: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReferenceValue(Entry):
    """A published figure behind a rule, for the clinician who asks."""

    id: str
    about: str
    values: Mapping[str, float | str]
    points: tuple[ScorePoint, ...] = ()
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RedFlags(Entry):
    """The whole file."""

    reviewed_on: date
    policy: Policy
    contradictions: tuple[Contradiction, ...]
    rules: tuple[RedFlag, ...]
    reference_values: tuple[ReferenceValue, ...]
