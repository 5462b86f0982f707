"""The receipt of a decision: every rule that holds, what to tell still, and what to do in the meantime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from goodknee.core.knowledge.plan import Support
from goodknee.core.knowledge.plan.today import Meanwhile, TodayRule
from goodknee.core.knowledge.treatments import Treatment
from goodknee.core.model import Reason
from goodknee.core.plan.day_rules import DayRules, ReadyRule
from goodknee.core.plan.run_limits import LONGEST, LookedAt


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing for the meantime; a comfort comes with its treatment: dose, grade, who must not."""

    what: Meanwhile
    treatment: Treatment | None


def reasons(looked: LookedAt, rules: DayRules) -> Iterator[Reason]:
    """Yield the rules of the day in their order, the way back, then the caps that bit."""
    known, judged, way = looked.known, looked.judged, rules.way
    for each in judged.fired:
        if not _goes_without_saying(each, looked):
            yield _of_rule(each, looked)
    if _unchecked(looked):
        return
    if judged.pause is not None:
        row, when = judged.pause
        yield _reason(row.id, when.seen(known), row.says, way.breaks.evidence)
    # On a day of rest, how to run is not told.
    if judged.way is not None and (judged.rank > rules.rank["rest"] or judged.way.rank <= judged.rank):
        yield _of_rule(judged.way, looked)
    yield from _caps(looked, rules)
    if looked.run.cadence_target_spm is not None and judged.rank >= rules.rank["modify"]:
        cue = way.cadence
        yield _reason("cadence", {"cadence_spm": known.get("cadence_spm")}, cue.says, cue.evidence)


def _unchecked(looked: LookedAt) -> bool:
    return looked.known.get("checked") is not True


def _goes_without_saying(each: ReadyRule, looked: LookedAt) -> bool:
    # Without a check everything is missing; to say it once is enough.
    return _unchecked(looked) and isinstance(each.rule, TodayRule) and each.rule.step == "missing"


def _caps(looked: LookedAt, rules: DayRules) -> Iterator[Reason]:
    by_id = {each.cap.id: each.cap for each in rules.caps}
    biting = []
    if looked.judged.rank >= rules.rank["modify"]:
        biting = [by_id[by] for by in looked.run.limited_by if by in by_id]
    if looked.judged.too_often is not None:
        biting.append(looked.judged.too_often)
    for cap in biting:
        fact = cap.of_fact or RUNS
        yield _reason(cap.id, {fact: looked.known.get(fact)}, cap.says, cap.evidence, cap.would_change)


#: The fact that caps on runs a week count.
RUNS: Final = "runs_6d"


def _of_rule(each: ReadyRule, looked: LookedAt) -> Reason:
    rule = each.rule
    return _reason(rule.id, each.when.seen(looked.known), rule.says, rule.evidence, rule.would_change)


def _reason(
    rule: str, facts: Mapping[str, Any], says: str, evidence: Support, would_change: str | None = None
) -> Reason:
    return Reason(
        rule=rule,
        facts=facts,
        says=says,
        grade=evidence.grade,
        direction=evidence.direction,
        sources=evidence.sources,
        would_change=would_change,
    )


def in_words(looked: LookedAt, rules: DayRules) -> Iterator[str]:
    """Yield what the rules behind the verdict say would change it."""
    judged = looked.judged
    for each in judged.rules:
        if each.rank == judged.rank and not _goes_without_saying(each, looked):
            yield each.rule.would_change
    if judged.too_often is not None:
        yield judged.too_often.would_change
    if judged.pause is not None and judged.rank == rules.rank["modify"]:
        # Who starts again goes up as everybody does: the last decision is the one that waits for it.
        yield rules.decisions[-1].rule.would_change


def missing(looked: LookedAt, rules: DayRules) -> Iterator[str]:
    """Yield what to tell, first what the verdict waits for, then what other rules would look at."""
    known, judged = looked.known, looked.judged
    if _unchecked(looked):
        yield "check"
        return
    asked: dict[str, None] = {}
    for each in judged.rules:
        asked |= dict.fromkeys(key for key, value in each.when.seen(known).items() if value is None)
    if looked.merged.entry_tests:
        asked |= dict.fromkeys(
            key for test, check in rules.entry_tests if test.hard for key in check.open_keys(known)
        )
    if LONGEST not in known and looked.run.max_distance_m is None and looked.run.max_minutes is None:
        asked[LONGEST] = None
    table = rules.decisions if known.get("level_on_record") is True else rules.tracks
    for each in (*rules.rules, *table):
        if each.rank < rules.rank["go"]:
            asked |= dict.fromkeys(each.when.open_keys(known))
    for fact in asked:
        wanted = rules.input_for(fact)
        if wanted is not None:
            yield wanted


def meanwhile(looked: LookedAt, rules: DayRules) -> Iterator[Offer]:
    """Yield what may be done while running rests; nothing where a sign must be looked at first."""
    binding = (each.rule for each in looked.judged.fired if each.rank == looked.judged.rank)
    if not all(rule.meanwhile for rule in binding if isinstance(rule, TodayRule)):
        return
    for each, not_when in rules.meanwhile:
        if not_when is None or not_when(looked.known) is not True:
            yield Offer(each, rules.treatments[each.treatment] if each.treatment else None)
