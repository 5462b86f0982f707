"""Which warning signs the answers show, which they do not exclude, and what must wait.

Every rule that fires is shown; the overall urgency is the highest. A missing answer never counts as no: an
urgent rule that is unknown, while the answers give reason to think of it, counts as "not excluded".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from goodknee.core.assess.compiled import Check, FactsOf, Known, compiled
from goodknee.core.assess.conditions import (
    Facts,
    Seen,
    keys_of,
    leaves_of,
    parts_of,
    true_leaves,
    unknown_keys,
)
from goodknee.core.knowledge.conditions import Condition, Value
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.red_flags import Contradiction, Hold, RedFlag, RedFlags, UrgencyId

HOLDS: Final[tuple[Hold, ...]] = get_args(Hold)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that is true of these facts, or, when ``not_excluded``, may be.

    Attributes:
        urgency: The rule's own; for a rule that is not excluded, what the policy counts it as.
    """

    rule: RedFlag
    urgency: UrgencyId
    blocks: tuple[Hold, ...]
    facts: Facts
    not_excluded: bool = False

    @property
    def trace(self) -> tuple[Seen, ...]:
        """The comparisons that hold: they alone make the rule true, or give the reason to leave it open."""
        parts: tuple[Condition, ...] = (self.rule.when,)
        if self.not_excluded:
            parts = (
                *leaves_of(self.rule.when),
                *(leaves_of(self.rule.open_when) if self.rule.open_when else ()),
            )
        return tuple(dict.fromkeys(seen for part in parts for seen in true_leaves(part, self.facts)))

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys that would settle a rule that is not excluded."""
        return unknown_keys(self.rule.when, self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What the warning signs add up to.

    Attributes:
        fired: Rules that are true, the most urgent first.
        not_excluded: Urgent rules that the missing answers leave open.
        contradictions: Answers that cannot both be right.
        urgency: The highest of all that fired or are not excluded; "routine" without any.
        holds: What waits: "running", "strength", "running_increase", in this order.
        all_answered: Every key of an emergency or same-day rule is answered, and nothing contradicts.
        facts: What the rules saw.
        open_keys: Those of emergency and same-day rules without an answer.
        unsettled: What lower rules ask and the answers do not tell.
        red_flags: What it was held against.
    """

    fired: tuple[Fired, ...]
    not_excluded: tuple[Fired, ...]
    contradictions: tuple[Contradiction, ...]
    urgency: UrgencyId
    holds: tuple[Hold, ...]
    all_answered: bool
    facts: Facts
    open_keys: tuple[str, ...]
    unsettled: tuple[_Ready, ...]
    red_flags: ReadyRedFlags

    @property
    def unanswered(self) -> tuple[str, ...]:
        """What to ask again, worked out when asked for.

        Contradictions come first, then every open key of an emergency or same-day rule, the most urgent
        first, then what lower rules need.
        """
        return tuple(dict.fromkeys(_ask_again(self)))

    @property
    def blocked(self) -> bool:
        """The whole programme waits, exercise as well as running."""
        return "strength" in self.holds

    @property
    def all_clear(self) -> bool:
        """Only then may a face say that there are no warning signs."""
        return self.all_answered and all(
            sign.urgency == "routine" for sign in (*self.fired, *self.not_excluded)
        )


@dataclass(frozen=True, slots=True)
class _Ready:
    """A condition with the conditions inside it, compiled."""

    check: Check
    keys: frozenset[str]
    parts: tuple[_Ready, ...]

    @classmethod
    def of(cls, condition: Condition) -> _Ready:
        parts = tuple(cls.of(part) for part in parts_of(condition))
        return cls(compiled(condition), frozenset(keys_of(condition)), parts)

    def add_open_keys(self, known: Known, to: dict[str, None]) -> None:
        """Add what ``unknown_keys`` gives."""
        missing = self.keys.difference(known)
        if missing.issubset(to) or self.check(known) is not None:
            return
        for part in self.parts:
            part.add_open_keys(known, to)
        if not self.parts:
            to |= dict.fromkeys(sorted(missing))


@dataclass(frozen=True, slots=True)
class _ReadyRule:
    rule: RedFlag
    blocks: tuple[Hold, ...]
    when: _Ready
    unless: Check | None
    suspected_by: tuple[Check, ...]
    not_suspected: Check | None
    escalates: bool

    def stays_open(self, known: Known) -> bool:
        """Tell whether answers leave open what they give reason to think of."""
        if self.not_suspected is not None and self.not_suspected(known):
            return False
        return any(suspects(known) for suspects in self.suspected_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyRedFlags:
    """The warning signs of a pack, made ready once to look at many people."""

    knowledge: RedFlags
    questions: Questions
    facts_of: FactsOf
    applies: Mapping[str, _Ready]
    rules: tuple[_ReadyRule, ...]
    contradictions: tuple[tuple[Contradiction, Check], ...]
    urgent_keys: tuple[str, ...]
    rank: Mapping[UrgencyId, int]


def ready(knowledge: RedFlags, questions: Questions) -> ReadyRedFlags:
    """Compile the conditions of the pack and put the rules in the order in which they are shown."""
    policy = knowledge.policy
    context = frozenset(policy.context_keys)
    rank = {urgency.id: place for place, urgency in enumerate(policy.urgencies)}
    blocks = {urgency.id: urgency.blocks for urgency in policy.urgencies}
    rules = tuple(
        _ReadyRule(
            rule=rule,
            blocks=blocks[rule.urgency] if rule.blocks is None else rule.blocks,
            when=_Ready.of(rule.when),
            unless=None if rule.unless is None else compiled(rule.unless),
            suspected_by=tuple(compiled(one) for one in _suspicions(rule, context)),
            not_suspected=None if rule.open_unless is None else compiled(rule.open_unless),
            escalates=rule.urgency in policy.escalates,
        )
        for rule in sorted(knowledge.rules, key=lambda rule: rank[rule.urgency])
    )
    urgent = [part for each in rules if each.escalates for part in (each.rule.when, each.rule.unless) if part]
    return ReadyRedFlags(
        knowledge=knowledge,
        questions=questions,
        facts_of=FactsOf(questions),
        applies={
            question.key: _Ready.of(question.applies_when)
            for question in questions.questions
            if question.applies_when is not None
        },
        rules=rules,
        contradictions=tuple((entry, compiled(entry.when)) for entry in knowledge.contradictions),
        urgent_keys=tuple(dict.fromkeys(key for condition in urgent for key in keys_of(condition))),
        rank=rank,
    )


def _suspicions(rule: RedFlag, context: frozenset[str]) -> tuple[Condition, ...]:
    if rule.open_when is not None:
        return (rule.open_when,)
    return tuple(leaf for leaf in leaves_of(rule.when) if keys_of(leaf)[0] not in context)


def evaluate(answers: Mapping[str, Value], red_flags: ReadyRedFlags) -> Screening:
    """Hold the answers against every rule.

    Args:
        answers: What the runner answered; a key that is missing is not answered. Any mapping is safe here: a
            question that did not apply, or two answers that contradict, are read to the safer side.
    """
    facts, contradictions = _settled(answers, red_flags)
    fired: list[Fired] = []
    not_excluded: list[Fired] = []
    unsettled: list[_Ready] = []
    policy = red_flags.knowledge.policy
    known = facts.known
    for each in red_flags.rules:
        value = each.when.check(known)
        if value is False or (each.unless is not None and each.unless(known)):
            continue
        if value:
            fired.append(Fired(each.rule, each.rule.urgency, each.blocks, facts))
            continue
        if not each.escalates:
            unsettled.append(each.when)
        elif each.stays_open(known):
            not_excluded.append(Fired(each.rule, policy.escalates_to, each.blocks, facts, not_excluded=True))
    return _screening(red_flags, facts, contradictions, tuple(fired), tuple(not_excluded), unsettled)


def _settled(
    answers: Mapping[str, Value], red_flags: ReadyRedFlags
) -> tuple[Facts, tuple[Contradiction, ...]]:
    facts = red_flags.facts_of(answers)
    contradictions = tuple(entry for entry, holds in red_flags.contradictions if holds(facts.known))
    instead: dict[str, Value] = {}
    for entry in contradictions:
        instead |= {**dict.fromkeys(entry.forget), **entry.take}
    return (red_flags.facts_of({**answers, **instead}) if instead else facts), contradictions


def _screening(
    red_flags: ReadyRedFlags,
    facts: Facts,
    contradictions: tuple[Contradiction, ...],
    fired: tuple[Fired, ...],
    not_excluded: tuple[Fired, ...],
    unsettled: list[_Ready],
) -> Screening:
    open_keys = tuple(key for key in red_flags.urgent_keys if facts.get(key) is None)
    return Screening(
        fired=fired,
        not_excluded=not_excluded,
        contradictions=contradictions,
        urgency=overall_urgency((*fired, *not_excluded), red_flags),
        holds=union_of_holds((*fired, *not_excluded)),
        all_answered=not open_keys and not contradictions,
        facts=facts,
        open_keys=open_keys,
        unsettled=tuple(unsettled),
        red_flags=red_flags,
    )


def overall_urgency(signs: tuple[Fired, ...], red_flags: ReadyRedFlags) -> UrgencyId:
    """Return the highest urgency; the lowest there is, without any sign."""
    lowest = red_flags.knowledge.policy.urgencies[-1].id
    return min((sign.urgency for sign in signs), key=red_flags.rank.__getitem__, default=lowest)


def union_of_holds(signs: tuple[Fired, ...]) -> tuple[Hold, ...]:
    """Return everything that one of the signs blocks."""
    blocked = {hold for sign in signs for hold in sign.blocks}
    return tuple(hold for hold in HOLDS if hold in blocked)


def _ask_again(screening: Screening) -> Iterator[str]:
    for entry in screening.contradictions:
        yield from entry.ask_again
    # The keys of urgent rules stand in the order of their rules; what lower rules need comes after them.
    known = screening.facts.known
    missing = dict.fromkeys(screening.open_keys)
    for condition in screening.unsettled:
        condition.add_open_keys(known, missing)
    for key in missing:
        yield from _asked_as(key, screening.red_flags, known)


def _asked_as(key: str, red_flags: ReadyRedFlags, known: Known) -> Iterator[str]:
    """Yield what to ask for a key: itself, what it is derived from, or its parent that is still open."""
    key = red_flags.questions.asked_as.get(key, key)
    applies = red_flags.applies.get(key)
    if applies is None or applies.check(known) is not None:
        yield key
        return
    open_parents: dict[str, None] = {}
    applies.add_open_keys(known, open_parents)
    for parent in open_parents:
        yield from _asked_as(parent, red_flags, known)
