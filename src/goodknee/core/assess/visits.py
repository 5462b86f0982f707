"""What a visit to a clinician changes: signs that were looked at no longer block, until something is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from goodknee.core.assess.red_flags import (
    Fired,
    ReadyRedFlags,
    Screening,
    overall_urgency,
    union_of_holds,
)
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.red_flags import Hold, UrgencyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A clinician looked at the knee because of one rule; ``cleared``: they had nothing against the plan."""

    rule: str
    day: date
    cleared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCheck:
    """What one check found: the rules in force then, and whether the runner called the knee worse."""

    in_force: frozenset[str]
    worse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterVisits:
    """A screening in the light of the visits.

    Attributes:
        seen: Rule → the visit that lifts it. The rule stays on show, with that day, and blocks nothing.
        urgency: The highest of the rules that no visit lifts.
        holds: What the rules that no visit lifts block.
    """

    screening: Screening
    seen: Mapping[str, Visit]
    urgency: UrgencyId
    holds: tuple[Hold, ...]

    @property
    def blocked(self) -> bool:
        """The whole programme waits, exercise as well as running."""
        return "strength" in self.holds


def past_check(screening: Screening) -> PastCheck:
    """Return what later decisions need to remember of this check."""
    signs = (*screening.fired, *screening.not_excluded)
    return PastCheck(
        in_force=frozenset(sign.rule.id for sign in signs), worse=screening.facts.get("improving") == "worse"
    )


def visits_in(answers: Mapping[str, Value]) -> tuple[Visit, ...]:
    """Return the visits named in checked answers (``seen_for_rule``)."""
    lines = answers.get("seen_for_rule")
    words = [str(line).split() for line in lines] if isinstance(lines, tuple) else []
    return tuple(
        Visit(rule=rule, day=date.fromisoformat(day), cleared=word == "cleared") for rule, day, word in words
    )


def after_visits(
    screening: Screening, history: Sequence[Visit | PastCheck], red_flags: ReadyRedFlags, *, today: date
) -> AfterVisits:
    """Lift what a clinician has looked at.

    A visit lifts a rule when the clinician cleared it, and every check since then found the rule still in
    force and the knee not worse. A rule that was gone and came back, or a worse knee, blocks again. A rule
    that only advises is lifted for the time that the policy gives, then speaks up again.

    Args:
        history: All visits and checks, oldest first, this check among them.
    """
    signs = (*screening.fired, *screening.not_excluded)
    silent = timedelta(days=red_flags.knowledge.policy.silent_days_after_visit)
    seen: dict[str, Visit] = {}
    for sign in signs:
        visit = _standing_visit(sign, history)
        if visit is not None and visit.day <= today and (sign.blocks or today - visit.day <= silent):
            seen[sign.rule.id] = visit
    left = tuple(sign for sign in signs if sign.rule.id not in seen)
    return AfterVisits(
        screening=screening, seen=seen, urgency=overall_urgency(left, red_flags), holds=union_of_holds(left)
    )


def _standing_visit(sign: Fired, history: Sequence[Visit | PastCheck]) -> Visit | None:
    standing: Visit | None = None
    for event in history:
        match event:
            case Visit(rule=sign.rule.id):
                standing = event if event.cleared else None
            case PastCheck() if event.worse or sign.rule.id not in event.in_force:
                standing = None
    return standing
