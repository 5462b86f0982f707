"""The runs that cost most, and why: a sentence for the largest cause, and parts that sum to the whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from goodknee.core.knowledge import Knowledge
from goodknee.core.load.causes import CauseId
from goodknee.core.load.ledger import KneeLoad
from goodknee.core.load.run_cost import RunCost
from goodknee.core.load.run_load import Value
from goodknee.core.load.stand_out import Finding
from goodknee.core.model import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """One cause of the difference from the usual run, as it is shown: easy km in tenths."""

    what: CauseId
    easy_km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DearRun:
    """A run that stands out by its cost.

    Attributes:
        finding: What is said of it, with its receipt.
        usual_easy_km: The usual run, in tenths.
        parts: The causes, largest first; with the usual run they sum to ``easy_km`` as shown.
        easy_km: The run, in tenths.
        assumes: What in its figures is assumed.
    """

    cost: RunCost
    finding: Finding
    usual_easy_km: float
    parts: tuple[ShownPart, ...]
    easy_km: float
    assumes: tuple[str, ...]


def dear_runs(ledger: KneeLoad, knowledge: Knowledge) -> tuple[DearRun, ...]:
    """Return the recent runs that cost more than nine in ten of those before them, the dearest first."""
    rule = knowledge.knee_load.dear_runs
    found = [
        (cost.easy_flat_km.value, cost)
        for cost in ledger.runs
        if cost.easy_flat_km and cost.says and (ledger.today - cost.day).days < rule.look_back_days
    ]
    found.sort(key=lambda item: (-item[0], item[1].day))
    return tuple(_told(cost, knowledge) for _, cost in found[: rule.shown_at_most])


def _told(cost: RunCost, knowledge: Knowledge) -> DearRun:
    rule, words = knowledge.knee_load.dear_runs, knowledge.words
    easy, compared, says = cost.easy_flat_km, cost.comparison, cost.says
    assert easy is not None  # dear_runs chose it for its cost
    assert compared is not None
    assert says is not None
    usual, parts, total = parts_that_add_up(
        compared.usual_easy_km, [each.easy_km for each in cost.causes], easy.value
    )
    facts: dict[str, float | int | str | None] = {
        "day": cost.day.isoformat(),
        "run": cost.id,
        "distance_m": cost.distance_m,
        "easy_km": easy.value,
        "usual_easy_km": compared.usual_easy_km,
        **_interval(easy),
    }
    reason = Reason(
        rule="load.dear_runs",
        facts=facts,
        says=says,
        grade=rule.evidence.grade,
        sources=rule.evidence.sources,
        would_change=words.say(rule.would_change),
    )
    title = words.say(
        rule.name, day=cost.day, easy_km=easy.value, low=easy.low_relative, high=easy.high_relative
    )
    stood_in = [f"load.assumed.{name}" for name in cost.assumed]
    return DearRun(
        cost=cost,
        finding=Finding(title=title, reason=reason, evidence=rule.evidence, day=cost.day),
        usual_easy_km=usual,
        parts=tuple(
            ShownPart(what=cause.what, easy_km=part) for cause, part in zip(cost.causes, parts, strict=True)
        ),
        easy_km=total,
        assumes=tuple(words.say(key) for key in (*rule.assumes, *stood_in)),
    )


def _interval(value: Value) -> dict[str, float]:
    return {"interval_pct": 80, "easy_km_low": value.low_relative, "easy_km_high": value.high_relative}


def parts_that_add_up(usual: float, parts: Sequence[float], total: float) -> tuple[float, list[float], float]:
    """Round a sum to tenths so that what is shown still adds up.

    Args:
        usual: The first number of the sum.
        parts: The others; together with ``usual`` they make ``total``.
        total: The whole.

    Returns:
        Usual, parts and total in tenths; what rounding leaves goes to the parts that it moved furthest.
    """
    first, whole = round(usual * 10), round(total * 10)
    tenths = [math.floor(part * 10) for part in parts]
    left = whole - first - sum(tenths)
    by_rest = sorted(range(len(parts)), key=lambda at: tenths[at] - parts[at] * 10)
    for step in range(abs(left)):
        at = by_rest[step % len(parts)] if left > 0 else by_rest[-1 - step % len(parts)]
        tenths[at] += 1 if left > 0 else -1
    return first / 10, [each / 10 for each in tenths], whole / 10
