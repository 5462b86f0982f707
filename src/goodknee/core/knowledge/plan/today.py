"""``rules/today.yaml``: may I run today? Zones of pain, and the rules of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.plan import Support
from goodknee.core.knowledge.plan.run_return import RunChange, Verdict
from goodknee.core.knowledge.red_flags import UrgencyId
from goodknee.core.knowledge.review import ReviewerRole

ZoneId = Literal["green", "amber", "red"]
TodayStep = Literal["safety", "missing", "pain", "rest_sign", "way_back", "load"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Zone(Entry):
    """One zone of a session or run, by its worst sign.

    Attributes:
        when: When it is this zone; the last zone has none and needs every fact of the others known.
        do: What follows.
    """

    id: ZoneId
    when: Condition | None
    says: str
    do: Literal["step_up_or_keep", "hold", "step_down"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Zones(Entry):
    """The zones, worst first: the first that is true.

    Attributes:
        green_needs: Facts without which a session is never green; ``green_needs_run`` besides, for a run.
        unknown_is: What it is in place of green then.
    """

    zones: tuple[Zone, ...]
    green_needs: tuple[str, ...]
    green_needs_run: tuple[str, ...]
    unknown_is: ZoneId
    usual_is: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StrengthLimits(Entry):
    """Pain in strength work: aimed at, and never passed."""

    target_nprs: float
    ceiling_nprs: float
    says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TodayRule(Entry):
    """One rule of the day; it holds when its condition is true.

    Attributes:
        article_sign: Number of the article's rest sign that it answers.
        article_says: What the article says then.
        agrees: Whether we say the same.
    """

    id: str
    step: TodayStep
    when: Condition
    verdict: Verdict
    run: RunChange
    says: str
    would_change: str
    meanwhile: bool = False
    seek_care: UrgencyId | None = None
    article_sign: Literal[1, 2, 3] | None = None
    article_says: str | None = None
    agrees: Literal["yes", "partly", "mostly"] | None = None
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Meanwhile(Entry):
    """What may be done while running rests; a comfort takes its dose and its grade from its treatment."""

    id: str
    says: str
    exercises: tuple[str, ...] = ()
    treatment: str | None = None
    not_when: Condition | None = None
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Today(Entry):
    """The whole file.

    Attributes:
        verdicts: Strictest first; of all rules that hold the strictest verdict counts.
        steps: The order in which the reasons are told.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    verdicts: tuple[Verdict, ...]
    steps: tuple[TodayStep, ...]
    zones: Zones
    strength: StrengthLimits
    rules: tuple[TodayRule, ...]
    meanwhile: tuple[Meanwhile, ...]
