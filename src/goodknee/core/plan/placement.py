"""Which days of a week hold runs and which hold strength work: every way is looked at, the best one is taken.

Days are bits, the first day of the week the lowest. The rest rules of the pack are never broken; of the ways
that keep them the one with the lowest cost is taken, and of two alike always the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

DAYS: Final = 7
_MASKS: Final = tuple(range(1 << DAYS))
_COUNT: Final = tuple(mask.bit_count() for mask in _MASKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekShape:
    """What a week must keep and what it would like, as bits of its seven days.

    Attributes:
        run_days: Days on which a run may be.
        strength_days: Days on which strength work may be.
        both_days: Days that hold a run and strength work together.
        runs: Runs that are wanted; ``runs_most`` in any seven days.
        run_gap: From one run to the next, in days, at least.
        strength: Sessions that are wanted; fewer than ``strength_enough`` weighs most.
        strength_gap: From one session to the next, in days, at least.
        hard_gap: So many days before the hardest run no strength work; it is never on its day either.
        active_most: Days with anything at all, at most.
        long_day: The day that the longest run likes; 0: none.
        runs_before: Runs of the six days before, the earliest the lowest bit.
        strength_before: The same of strength work.
        runs_kept: Days that a plan in force, or the week before, gave to runs.
        strength_kept: The same of strength work.
    """

    run_days: int
    strength_days: int
    both_days: int
    runs: int
    runs_most: int
    run_gap: int
    strength: int
    strength_enough: int
    strength_gap: int
    hard_gap: int
    active_most: int
    long_day: int
    runs_before: int
    strength_before: int
    runs_kept: int
    strength_kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The days that were chosen; ``hardest`` is the run from which strength work keeps away, 0: no run."""

    runs: int
    strength: int
    hardest: int


@lru_cache(maxsize=65_536)
def place(shape: WeekShape) -> Placement:
    """Return the best way to place a week. Every way is looked at, and the answer is always the same."""
    strength_ways = _ways(
        shape.strength_days, shape.strength, shape.strength_gap, shape.strength_before, DAYS
    )
    best: tuple[int, int, int, int] | None = None
    for runs in _ways(shape.run_days, shape.runs, shape.run_gap, shape.runs_before, shape.runs_most):
        of_runs = _cost_of_runs(runs, shape)
        if best is not None and of_runs >= best[0]:
            continue
        for hardest, near in _hardest(runs, shape):
            for strength in strength_ways:
                both = runs & strength
                if strength & near or both & ~shape.both_days:
                    continue
                if _COUNT[runs | strength] > shape.active_most:
                    continue
                cost = of_runs + _cost_of_strength(strength, both, shape)
                if best is None or (cost, runs, strength, hardest) < best:
                    best = (cost, runs, strength, hardest)
    assert best is not None  # no run and no session at all always keeps every rule
    return Placement(runs=best[1], strength=best[2], hardest=best[3])


def _ways(days: int, wanted: int, gap: int, before: int, most: int) -> list[int]:
    """Return the sets of days that keep the gap, and the most in any seven days, the days before included."""
    ways = []
    for mask in _MASKS:
        if mask & ~days or _COUNT[mask] > wanted:
            continue
        whole = before | mask << (DAYS - 1)
        if any(whole & whole >> apart for apart in range(1, gap)) and _too_near(whole, gap):
            continue
        if any((whole >> first & 0x7F).bit_count() > most for first in range(DAYS)):
            continue
        ways.append(mask)
    return ways


def _too_near(whole: int, gap: int) -> bool:
    """Tell whether a day of this week is too near to the one before it; what lies behind is as it was."""
    this_week = whole >> (DAYS - 1) << (DAYS - 1)
    return any(this_week & whole << apart for apart in range(1, gap))


def _hardest(runs: int, shape: WeekShape) -> list[tuple[int, int]]:
    """Return each run that may be the hardest, with the days that it keeps free of strength work."""
    if not runs:
        return [(0, 0)]
    if runs & shape.long_day:
        candidates = [shape.long_day]
    else:
        candidates = [1 << day for day in range(DAYS - 1, -1, -1) if runs >> day & 1]
    found = []
    for hardest in candidates:
        near = hardest
        for before in range(1, shape.hard_gap + 1):
            near |= hardest >> before
        # The day before this week counts too.
        if not (hardest & 1 and shape.hard_gap and shape.strength_before >> (DAYS - 2) & 1):
            found.append((hardest, near))
    return found


#: Costs, dearer than all that follow together: too little strength work, then a run less, then a session
#: less, then the longest run elsewhere, then two on one day, then another day than before, then uneven days.
_ENOUGH, _RUN, _SESSION, _LONG, _BOTH, _MOVED = 10_000_000, 1_000_000, 100_000, 20_000, 2_000, 100


def _cost_of_runs(runs: int, shape: WeekShape) -> int:
    missing = shape.runs - _COUNT[runs]
    elsewhere = bool(shape.long_day) and not runs & shape.long_day
    moved = _COUNT[runs ^ shape.runs_kept] if shape.runs_kept else 0
    return missing * _RUN + elsewhere * _LONG + moved * _MOVED + _unevenness(runs)


def _cost_of_strength(strength: int, both: int, shape: WeekShape) -> int:
    count = _COUNT[strength]
    short = max(0, min(shape.strength, shape.strength_enough) - count)
    moved = _COUNT[strength ^ shape.strength_kept] if shape.strength_kept else 0
    return (
        short * _ENOUGH
        + (shape.strength - count) * _SESSION
        + _COUNT[both] * _BOTH
        + moved * _MOVED
        + _unevenness(strength)
    )


def _unevenness(mask: int) -> int:
    """Return how far the days are from evenly spread: the squares of the gaps round the week."""
    return _UNEVEN[mask]


def _squares_of_gaps(mask: int) -> int:
    days = [day for day in range(DAYS) if mask >> day & 1]
    if not days:
        return 0
    gaps = [after - before for before, after in zip(days, [*days[1:], days[0] + DAYS], strict=True)]
    return sum(gap * gap for gap in gaps)


_UNEVEN: Final = tuple(_squares_of_gaps(mask) for mask in _MASKS)
