"""May I run today? One pure decision from facts, the pack and the date, with its receipt.

Safety, what is missing, pain, the rest signs and the way back are rules of the pack (``rules/today.yaml``,
``plans/run_return.yaml``). Here they are held against the facts: the strictest verdict counts, all limits of
the run hold together, and of two knees the stricter one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from goodknee.core.assess.conditions import Facts
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.run_return import Verdict
from goodknee.core.knowledge.plan.today import TodayRule
from goodknee.core.knowledge.red_flags import UrgencyId
from goodknee.core.model import Reason, Side
from goodknee.core.plan.day_rules import DayRules, Judged, day_rules
from goodknee.core.plan.receipt import Offer, in_words, meanwhile, missing, reasons
from goodknee.core.plan.run_limits import LookedAt, RunAllowed, look_at, tightest
from goodknee.core.plan.would_change import Change, what_would_change

Knee = Literal["left", "right", "both"]
#: What cannot wait has the day to itself: nothing is offered beside it.
URGENT: Final = frozenset({"emergency", "same_day"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningSigns:
    """The warning signs that stand today, after the visits to a clinician.

    Attributes:
        urgency: The highest of them.
        blocked: Exercise and running wait.
        reasons: One for each sign that something waits for, the most urgent first.
        advice: One for each other sign.
        unanswered: Safety questions to answer.
        country: Where the runner is, for the emergency number.
    """

    urgency: UrgencyId = "routine"
    blocked: bool = False
    reasons: tuple[Reason, ...] = ()
    advice: tuple[Reason, ...] = ()
    unanswered: tuple[str, ...] = ()
    country: str | None = None


NO_SIGNS: Final = WarningSigns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer for one day, with all that led to it.

    Attributes:
        knee: The knee that decides; "both" when they say the same; None before any check.
        run: Limits of today's run; None unless the verdict is "go" or "modify".
        reasons: Every rule that holds, in the order of the steps, then caps that bit, then advice.
        changes: What would change the verdict, worked out by judging the day again.
        would_change: The same in the words of the rules behind the verdict.
        missing: What to tell, by key of the diary, of a self test, or of a question of the check.
        meanwhile: What may be done while running rests.
        urgency: How soon somebody should look at the knee; "routine": no hurry.
        blocked: A warning sign blocks exercise and running.
        check_again: A sign since the check asks for a new one.
        rest_days: Days of rest that are left, today included; None: until something changes.
    """

    today: date
    knee: Knee | None
    verdict: Verdict
    run: RunAllowed | None
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    would_change: tuple[str, ...]
    missing: tuple[str, ...]
    meanwhile: tuple[Offer, ...]
    urgency: UrgencyId
    blocked: bool
    check_again: bool
    entry_tests: bool
    plan_review: bool
    rest_days: int | None


def decide_today(
    facts: Mapping[Side, Facts], knowledge: Knowledge, *, today: date, signs: WarningSigns = NO_SIGNS
) -> Decision:
    """Decide whether and how to run today.

    Args:
        facts: Facts of ``plans/facts.yaml`` of each sore knee; what is not known is left out.
        knowledge: The pack.
        today: The runner's local day.
        signs: The warning signs of the check that stand today.
    """
    rules = day_rules(knowledge)
    knees = {side: look_at(of_knee.known, rules) for side, of_knee in facts.items()}
    stricter = min(knees.values(), key=_strictness, default=look_at({"checked": False}, rules))
    judged = stricter.judged
    verdict = rules.today.verdicts[judged.rank]
    may_run = verdict in {"go", "modify"}
    asked = {key: None for knee in (stricter, *knees.values()) for key in missing(knee, rules)}
    return Decision(
        today=today,
        knee=_name(knees) if stricter.known.get("checked") else None,
        verdict=verdict,
        run=tightest([knee.run for knee in knees.values()]) if may_run else None,
        reasons=(*signs.reasons, *reasons(stricter, rules), *signs.advice),
        changes=what_would_change(stricter.known, judged, rules),
        would_change=tuple(dict.fromkeys(in_words(stricter, rules))),
        missing=tuple(dict.fromkeys((*signs.unanswered, *asked))),
        meanwhile=() if may_run or signs.urgency in URGENT else tuple(meanwhile(stricter, rules)),
        urgency=_urgency(judged, signs),
        blocked=signs.blocked,
        check_again=any(knee.merged.check_again for knee in knees.values()),
        entry_tests=stricter.merged.entry_tests,
        plan_review=stricter.merged.plan_review,
        rest_days=_rest_days(stricter, rules),
    )


def _strictness(knee: LookedAt) -> tuple[float, ...]:
    """Return what is smaller for the knee that is stricter: its verdict, then how long and far it may run."""
    limits = (knee.run.max_minutes, knee.run.max_distance_m, knee.run.level)
    return (knee.judged.rank, *(float("inf") if each is None else each for each in limits))


def _name(knees: Mapping[Side, LookedAt]) -> Knee:
    strictness = {side: _strictness(knee) for side, knee in knees.items()}
    strictest = [side for side, each in strictness.items() if each == min(strictness.values())]
    return strictest[0] if len(strictest) == 1 else "both"


def _urgency(judged: Judged, signs: WarningSigns) -> UrgencyId:
    """Return how soon somebody should look at the knee: what the check says, or a rule of the day."""
    rules = (each.rule for each in judged.fired)
    asked = {rule.seek_care for rule in rules if isinstance(rule, TodayRule)} | {signs.urgency}
    most_urgent_first: tuple[UrgencyId, ...] = get_args(UrgencyId)
    return next(urgency for urgency in most_urgent_first if urgency in asked)


def _rest_days(knee: LookedAt, rules: DayRules) -> int | None:
    """Return the days of rest that are left when nothing but days of rest stands behind the verdict."""
    judged = knee.judged
    binding = [each.rule.run.rest_days for each in judged.rules if each.rank == judged.rank]
    days = [each for each in binding if each is not None]
    if judged.rank != rules.rank["rest"] or judged.too_often or len(days) < max(1, len(binding)):
        return None
    return max(1, max(days) + 1 - int(knee.known.get("days_since_last_run", 0)))
