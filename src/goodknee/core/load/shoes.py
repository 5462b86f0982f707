"""Shoes: which one ran what, how far, and how old it is. Shown, and never judged by a number of km."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShoe:
    """A pair of shoes, as the runner tells of it.

    Attributes:
        since: The day it was first worn; None: not known.
        before_m: What it had run before any run that is here.
    """

    name: str
    since: date | None = None
    before_m: float = 0.0
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shoe(NewShoe):
    """A pair of shoes in the store; ``retired_on`` is its last day."""

    id: int
    retired_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShoeUse:
    """The runner states which shoe ran one run (``run_id``), or all runs from a day on (``from_day``)."""

    shoe_id: int
    run_id: str | None = None
    from_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShodRun:
    """A run as its shoe sees it; ``distance_m`` is None when it was not measured."""

    id: str
    day: date | None
    distance_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WornShoe:
    """A pair of shoes with what it ran.

    Attributes:
        distance_m: What it had before, and its runs.
        runs: How many of the runs here; ``runs_without_distance`` of them add nothing to ``distance_m``.
        age_days: From its first day to today, or to its last; None when its first day is not known.
        default: It takes the runs of today.
    """

    shoe: Shoe
    distance_m: float
    runs: int
    runs_without_distance: int
    last_run: date | None
    age_days: int | None
    default: bool


def shoe_of_runs(
    runs: Sequence[ShodRun], shoes: Sequence[Shoe], uses: Sequence[ShoeUse]
) -> Mapping[str, int]:
    """Return the shoe of each run, by their ids; a run that nothing was stated about is not in it.

    What was stated of the run itself counts before what holds from a day on; of two such days the later one
    counts, of two statements of the same the last. A shoe takes no run by itself after its last day.

    Args:
        runs: In any order.
        shoes: All shoes.
        uses: In the order in which they were stated.
    """
    named = {use.run_id: use.shoe_id for use in uses if use.run_id is not None}
    # Python's sort keeps the order of statements about the same day.
    spans = sorted(
        ((use.from_day, use.shoe_id) for use in uses if use.from_day is not None), key=lambda span: span[0]
    )
    last_day = {shoe.id: shoe.retired_on for shoe in shoes}
    found: dict[str, int] = {}
    for run in runs:
        shoe_id = named[run.id] if run.id in named else _by_day(run.day, spans, last_day)
        if shoe_id is not None:
            found[run.id] = shoe_id
    return found


def _by_day(
    day: date | None, spans: Sequence[tuple[date, int]], last_day: Mapping[int, date | None]
) -> int | None:
    if day is None:
        return None
    begun = [shoe_id for first, shoe_id in spans if first <= day]
    if not begun:
        return None
    last = last_day[begun[-1]]
    return begun[-1] if last is None or day <= last else None


def worn_shoes(
    runs: Sequence[ShodRun], shoes: Sequence[Shoe], uses: Sequence[ShoeUse], *, today: date
) -> tuple[WornShoe, ...]:
    """Return every shoe with what it ran up to today: those in use first, in the order in which they came.

    Args:
        runs: Runs after today are left out.
        shoes: All shoes.
        uses: In the order in which they were stated.
        today: The local day to speak of.
    """
    up_to_now = [run for run in runs if run.day is None or run.day <= today]
    of_run = shoe_of_runs(up_to_now, shoes, uses)
    next_run = ShodRun(id="", day=today, distance_m=None)
    default = shoe_of_runs([next_run], shoes, uses).get(next_run.id)
    found = [
        _worn(
            shoe,
            [run for run in up_to_now if of_run.get(run.id) == shoe.id],
            today=today,
            default=shoe.id == default,
        )
        for shoe in shoes
    ]
    return tuple(sorted(found, key=lambda worn: worn.shoe.retired_on is not None))


def _worn(shoe: Shoe, runs: Sequence[ShodRun], *, today: date, default: bool) -> WornShoe:
    distances = [run.distance_m for run in runs if run.distance_m is not None]
    until = min(shoe.retired_on or today, today)
    return WornShoe(
        shoe=shoe,
        distance_m=shoe.before_m + sum(distances),
        runs=len(runs),
        runs_without_distance=len(runs) - len(distances),
        last_run=max((run.day for run in runs if run.day is not None), default=None),
        age_days=(until - shoe.since).days if shoe.since and shoe.since <= until else None,
        default=default,
    )


def pairs_in_use(worn: Sequence[WornShoe]) -> int:
    """Return how many pairs have run and are not retired."""
    return Counter(each.runs > 0 and each.shoe.retired_on is None for each in worn)[True]
