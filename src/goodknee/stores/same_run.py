"""When two files tell of the same run, and which of them is shown.

A sighting is one activity as one file tells it. Sightings that resemble each other are one run, also when
only a third links them, so the order in which files arrive cannot matter. Within a run the richest file wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from goodknee.core.model import FOOT_SPORTS, FileFormat

#: Watch and phone are started within this time of each other.
START = timedelta(seconds=60)
#: Two devices may differ by this much, whichever is more: an amount, or a share of the greater value.
DURATION_S, DURATION_SHARE = 60.0, 0.10
DISTANCE_M, DISTANCE_SHARE = 200.0, 0.10
#: FIT keeps the most of what a watch knows, GPX the least.
RICHNESS: dict[FileFormat, int] = {"fit": 3, "tcx": 2, "gpx": 1}
UNSAID_SPORTS = frozenset({None, "generic", "other"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One activity as one file tells it.

    Attributes:
        row: Counts up in order of arrival.
        recording: The file, by the sha256 of its content.
        number: Which activity of that file.
        kept: The file's samples and bytes are in the store; of a duplicate they are not.
        run_id: The run it belongs to so far; None when it just arrived.
    """

    row: int
    recording: str
    number: int
    format: FileFormat
    kept: bool
    started_at: datetime
    elapsed_s: float | None
    timer_s: float | None
    distance_m: float | None
    sport: str | None
    channel_count: int
    sample_count: int
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sighting stands among the others: its run, the group it resembles, and whether it is shown."""

    run_id: str
    group: str
    shown: bool


def same_run(one: Sighting, other: Sighting) -> bool:
    """Tell whether two files saw the same run.

    They start within 60 s, are of the same kind of sport as far as both say, and resemble each other in
    duration and, where both have one, in distance. Two activities of one file are never the same. Without a
    duration on both sides there is nothing to compare: not the same.
    """
    if one.recording == other.recording or abs(one.started_at - other.started_at) > START:
        return False
    kinds = {_kind(one.sport), _kind(other.sport)} - UNSAID_SPORTS
    if len(kinds) > 1:
        return False
    # One format may state the time without pauses where the other knows only the time from first to last.
    alike = any(
        _alike(mine, theirs, DURATION_S, DURATION_SHARE)
        for mine in _known(one.elapsed_s, one.timer_s)
        for theirs in _known(other.elapsed_s, other.timer_s)
    )
    # A device without a position writes a distance of 0: that is no distance to compare.
    if not alike or not one.distance_m or not other.distance_m:
        return alike
    return _alike(one.distance_m, other.distance_m, DISTANCE_M, DISTANCE_SHARE)


def richness(sighting: Sighting) -> tuple[bool, int, int, int, str]:
    """Order files of one run: samples at all, format, channels, number of samples; content breaks ties."""
    return (
        sighting.sample_count > 0,
        RICHNESS[sighting.format],
        sighting.channel_count,
        sighting.sample_count,
        sighting.recording,
    )


def settle(sightings: Sequence[Sighting], *, new_id: Callable[[Sighting, set[str]], str]) -> dict[int, Place]:
    """Give every sighting its place among all that may resemble it.

    Args:
        sightings: All that resemble one another, directly or through others; more does no harm.
        new_id: Makes an id for a run that has none, outside the given set.

    Returns:
        row → place. A run keeps the id under which it was first stored.
    """
    places: dict[int, Place] = {}
    claimed: set[str] = set()
    for group in _groups(sightings):
        winner = max(group, key=richness).recording
        runs = _runs(group)
        ids = [_id_of(run, claimed, new_id) for run in runs]
        for run, run_id in zip(runs, ids, strict=True):
            for sighting in run:
                places[sighting.row] = Place(run_id, ids[0], sighting.recording == winner)
    return places


def winners(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Return the richest sighting of each group, in order of arrival of the groups."""
    return [max(group, key=richness) for group in _groups(sightings)]


def _groups(sightings: Iterable[Sighting]) -> list[list[Sighting]]:
    """Sightings linked by resemblance, each group and the groups themselves in order of arrival."""
    ordered = sorted(sightings, key=lambda sighting: sighting.row)
    groups = {sighting.row: [sighting] for sighting in ordered}
    for one, other in combinations(ordered, 2):
        mine, theirs = groups[one.row], groups[other.row]
        if mine is not theirs and same_run(one, other):
            mine += theirs
            groups.update((sighting.row, mine) for sighting in theirs)
    distinct = {id(group): sorted(group, key=lambda sighting: sighting.row) for group in groups.values()}
    return sorted(distinct.values(), key=lambda group: group[0].row)


def _runs(group: Sequence[Sighting]) -> list[list[Sighting]]:
    """Pair the first activity of each file, the second of each, and so on: nearly always there is one."""
    runs: list[list[Sighting]] = []
    seen: dict[str, int] = {}
    for sighting in sorted(group, key=lambda sighting: (sighting.started_at, sighting.number)):
        place = seen.get(sighting.recording, 0)
        seen[sighting.recording] = place + 1
        if place == len(runs):
            runs.append([])
        runs[place].append(sighting)
    return [sorted(run, key=lambda sighting: sighting.row) for run in runs]


def _id_of(run: Sequence[Sighting], claimed: set[str], new_id: Callable[[Sighting, set[str]], str]) -> str:
    kept = (sighting.run_id for sighting in run if sighting.run_id and sighting.run_id not in claimed)
    run_id = next(kept, None) or new_id(run[0], claimed)
    claimed.add(run_id)
    return run_id


def _kind(sport: str | None) -> str | None:
    # One device calls it a walk, the other a run.
    return "foot" if sport in FOOT_SPORTS else sport


def _known(*values: float | None) -> list[float]:
    return [value for value in values if value is not None]


def _alike(one: float, other: float, amount: float, share: float) -> bool:
    return abs(one - other) <= max(amount, share * max(one, other))
