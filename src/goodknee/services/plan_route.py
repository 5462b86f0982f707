"""What a planned route would cost this knee, where on it, and what would help."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from goodknee.core.knowledge import Knowledge
from goodknee.core.load.ledger import KneeLoad
from goodknee.core.load.route import Route, RouteCost, route_cost
from goodknee.core.load.usual import no_history
from goodknee.core.words import Words, uncertain
from goodknee.services.what_if import told


def plan_route(
    route: Route, ledger: KneeLoad, knowledge: Knowledge, *, speed_mps: float | None = None
) -> tuple[RouteCost | None, str]:
    """Return the cost of a route for this runner, and what to say; None when it is withheld.

    Args:
        route: Its points.
        ledger: The runner's own usual steps and easy pace come from here.
        knowledge: Coefficients and words.
        speed_mps: Planned speed; the easy pace when left out.
    """
    model = knowledge.watch
    usual = ledger.usual or no_history(model)
    cost = route_cost(route, usual, model, speed_mps=speed_mps, convention=ledger.convention)
    if isinstance(cost, str):
        return None, knowledge.words.say(f"route.{cost}")
    return cost, " ".join(_sentences(cost, knowledge.words))


def _sentences(cost: RouteCost, words: Words) -> list[str]:
    easy = cost.easy_flat_km
    said = [
        words.say(
            "route.says",
            distance_m=cost.distance_m,
            pace=1000.0 / cost.speed_mps,
            easy_km=uncertain(easy.value, easy.low, easy.high),
        )
    ]
    if cost.descents:
        said.append(
            words.say(
                "route.descents",
                n=len(cost.descents),
                share=round(sum(each.share_pct for each in cost.descents)),
                length_m=sum(each.to_m - each.from_m for each in cost.descents),
            )
        )
    said.extend(words.say(f"route.{each.what}", total=told(each.total_pct, words)) for each in cost.helps)
    if not cost.descents and not cost.helps:
        said.append(words.say("route.level" if cost.is_level else "route.not_steep"))
    return said


def route_document(cost: RouteCost | None, says: str) -> dict[str, Any]:
    """Return the document of ``route``; a withheld route has no figures, and ``says`` tells why."""
    if cost is None:
        return {"easy_flat_km": None, "total_bw_s": None, "segments": [], "helps": [], "says": says}
    return {
        "distance_m": cost.distance_m,
        "speed_mps": cost.speed_mps,
        "easy_flat_km": asdict(cost.easy_flat_km),
        "total_bw_s": asdict(cost.total_bw_s),
        "segments": [asdict(each) for each in cost.segments],
        "helps": [asdict(each) for each in cost.helps],
        "says": says,
    }
