"""The lap that a runner pressed when pain began, as a mark in the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from goodknee.core.model import Lap

#: How FIT and TCX name a lap that was pressed by hand.
PRESSED: Final = "manual"


def pain_began_m(laps: Sequence[Lap]) -> float | None:
    """Return how far the run had gone when the first lap was pressed by hand; None without such a lap.

    Only of use for runners who press a lap for that alone: a setting of theirs.

    Args:
        laps: In the order of the run. A lap without a distance before the mark makes it unknown.
    """
    gone_m = 0.0
    for lap in laps:
        if lap.distance_m is None:
            return None
        gone_m += lap.distance_m
        # A lap ends where its button was pressed.
        if lap.trigger == PRESSED:
            return gone_m
    return None
