"""The knee-load ledger of a store: every run put through the watch model, and held against the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, date, tzinfo
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

from goodknee import __version__
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.watch import ConventionId, WatchModel
from goodknee.core.load.course import (
    CHANNELS,
    GROUND_CHANNELS,
    Course,
    Repair,
    Withheld,
    course_of,
    tells_speed,
)
from goodknee.core.load.ledger import KneeLoad, make_ledger
from goodknee.core.load.other_load import OtherLoad
from goodknee.core.load.run_cost import RunCost, RunFacts, RunRead
from goodknee.core.load.run_load import Value
from goodknee.core.load.watch_model import sum_up
from goodknee.core.model import Activity, Samples, StoredRun
from goodknee.errors import StoreError
from goodknee.services.processes import in_processes
from goodknee.stores.run_sums import SumsFile
from goodknee.stores.samples import SamplesPlace

#: Runs that one process works on at a time.
LOT: Final = 100
#: Fewer than this are done before another process has started.
MANY: Final = 800
#: What is noted of a run whose samples are missing or damaged.
LOST: Final = "records cannot be read"
#: The code that makes facts of records: what it made is made again when it changes.
SOURCE: Final = Path(__file__).parent.parent
MAKERS: Final = (
    "core/load/*.py",
    "core/knowledge/watch.py",
    "core/model.py",
    "core/summary.py",
    "services/knee_load.py",
    "stores/run_sums.py",
    "stores/samples.py",
)

_Run: TypeAlias = tuple[Activity, SamplesPlace | None]


class RunsWithSamples(Protocol):
    """What the ledger needs of a store."""

    def runs(self) -> list[StoredRun]:
        """Return all activities, oldest first."""

    def samples_places(self) -> dict[str, SamplesPlace]:
        """Return where the samples of every run are, by its id."""

    def kept_sums(self) -> SumsFile:
        """Return where what was made of the runs is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lot:
    """Some runs for one process, with all that it needs to work on them."""

    runs: tuple[_Run, ...]
    model: WatchModel


def knee_load(
    store: RunsWithSamples,
    knowledge: Knowledge,
    *,
    today: date,
    home: tzinfo | None = None,
    convention: ConventionId = "net",
    others: Sequence[OtherLoad] = (),
    tell: Callable[[int, int], None] | None = None,
) -> KneeLoad:
    """Return the knee-load ledger of everything up to and including ``today``.

    Args:
        store: Where the runs are kept.
        knowledge: The pack: its coefficients make the model.
        today: The local day it is made for.
        home: The runner's zone, for runs that do not know theirs.
        convention: "net" is comparable with the literature; never compare it with "co-contraction".
        others: Stairs and exercises, each with its class of load.
        tell: Hears how many runs are done, and of how many.
    """
    runs = [run for run in store.runs() if run.activity.is_run]
    facts = facts_of_runs(runs, store, knowledge.watch, tell=tell)
    return make_ledger(facts, knowledge, today=today, home=home, convention=convention, others=others)


def facts_of_runs(
    runs: Sequence[StoredRun],
    store: RunsWithSamples,
    model: WatchModel,
    *,
    tell: Callable[[int, int], None] | None = None,
) -> list[RunFacts]:
    """Return what the watch model makes of each run, in their order: as it was kept, else made now and kept.

    Args:
        runs: Of the store.
        store: Where their samples are, and what was kept.
        model: The pack's coefficients.
        tell: Hears how many runs are done, and of how many.
    """
    places, made_with = store.samples_places(), _made_with(model)
    keys = [_key(run, places.get(run.id)) for run in runs]
    kept = store.kept_sums().read(made_with)
    found = {key: kept[key] for key in keys if key in kept}
    new = [row for row, key in enumerate(keys) if key not in kept]
    if tell and runs:
        tell(len(runs) - len(new), len(runs))
    made = _made_now([(runs[row].activity, places.get(runs[row].id)) for row in new], model)
    for done, (row, read) in enumerate(zip(new, made, strict=True), start=1 + len(runs) - len(new)):
        found[keys[row]] = read
        if tell and (done % LOT == 0 or done == len(runs)):
            tell(done, len(runs))
    to_keep = {key: read for key, read in found.items() if not _lost(read)}
    if to_keep.keys() != kept.keys():
        store.kept_sums().write(made_with, to_keep)
    return [_facts(run, found[key]) for run, key in zip(runs, keys, strict=True)]


def _facts(run: StoredRun, read: RunRead) -> RunFacts:
    return RunFacts(
        id=run.id,
        activity=run.activity,
        sums=read.sums,
        used=read.used,
        assumed=read.assumed,
        repaired=read.repaired,
    )


def _made_now(runs: Sequence[_Run], model: WatchModel) -> Iterator[RunRead]:
    lots = [_Lot(runs=tuple(runs[first : first + LOT]), model=model) for first in range(0, len(runs), LOT)]
    done = (
        in_processes(read_lot, lots, processes=os.cpu_count() or 1, crashed=read_lot)
        if len(runs) >= MANY
        else map(read_lot, lots)
    )
    return chain.from_iterable(done)


def _key(run: StoredRun, place: SamplesPlace | None) -> str:
    """Return what stands for all that the facts of this run are made from."""
    samples = place and (place.sha256, place.activity, place.clock_shift_s, place.rows, place.state)
    made_from = (samples, run.activity)
    return blake2b(repr(made_from).encode(), digest_size=16).hexdigest()


def _made_with(model: WatchModel) -> bytes:
    """Return what stands for the coefficients and the code that make facts."""
    made_with = (__version__, sys.version, np.__version__, astuple(model))
    digest = blake2b(repr(made_with).encode(), digest_size=32)
    for path in sorted(path for pattern in MAKERS for path in SOURCE.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.digest()


def _lost(read: RunRead) -> bool:
    """Tell whether the records could not be read just now; the next time they may be there again."""
    return any(repair.what == LOST for repair in read.repaired)


def read_lot(lot: _Lot) -> list[RunRead]:
    """Read some runs and put each through the watch model."""
    return [read_run(activity, place, lot.model) for activity, place in lot.runs]


def read_run(activity: Activity, place: SamplesPlace | None, model: WatchModel) -> RunRead:
    """Read one run and put it through the watch model."""
    course = course_of_run(activity, place, model)
    if isinstance(course, Withheld):
        return RunRead(sums=course, repaired=course.repaired)
    return RunRead(
        sums=sum_up(course, model), used=course.used, assumed=course.assumed, repaired=course.repaired
    )


def course_of_run(activity: Activity, place: SamplesPlace | None, model: WatchModel) -> Course | Withheld:
    """Return one run as the model takes it; from its totals where its records are gone, which is noted."""
    samples: Samples | None = None
    lost: tuple[Repair, ...] = ()
    if place is not None and place.rows:
        try:
            samples = place.read(CHANNELS)
            if not tells_speed(samples, model):
                samples = place.read((*CHANNELS, *GROUND_CHANNELS))
        except StoreError:
            lost = (Repair(what=LOST, records=place.rows),)
    course = course_of(activity, samples, model)
    return replace(course, repaired=(*course.repaired, *lost)) if lost else course


def body_weight_n(settings: Mapping[str, Any], knowledge: Knowledge) -> float | None:
    """Return one body weight in newtons; None while the runner has not set their ``mass_kg``."""
    mass_kg = settings.get("mass_kg")
    return None if mass_kg is None else mass_kg * knowledge.lab.gravity_mps2


def impulse_kn_s(cost: RunCost, weight_n: float | None) -> Value | None:
    """Return a run's total in kilonewtons times seconds; None without a figure or without a weight."""
    total = cost.pfj_impulse_bw_s
    return None if total is None or weight_n is None else total.times(weight_n / 1000.0)


def load_document(
    ledger: KneeLoad,
    *,
    run: str | None = None,
    since: date | None = None,
    weight_n: float | None = None,
) -> dict[str, Any]:
    """Return the ledger as the document of ``load``.

    Args:
        ledger: Of all runs.
        run: Only the run of this id.
        since: Only runs of this day and later.
        weight_n: One body weight in newtons; without it nothing is told in newtons.
    """
    return {
        "today": ledger.today.isoformat(),
        "convention": ledger.convention,
        "runs": [run_document(cost, weight_n) for cost in chosen(ledger, run=run, since=since)],
        "recent": [asdict(each) for each in ledger.recent],
        "band": asdict(ledger.band) if ledger.band else None,
        "usual": asdict(ledger.usual) if ledger.usual else None,
        "days": [
            {**asdict(each), "day": each.day.isoformat()}
            for each in ledger.days
            if run is None and (since is None or each.day >= since)
        ],
    }


def chosen(ledger: KneeLoad, *, run: str | None = None, since: date | None = None) -> list[RunCost]:
    """Return the runs that were asked for, oldest first."""
    return [
        cost
        for cost in ledger.runs
        if (run is None or cost.id == run) and (since is None or cost.day >= since)
    ]


def run_document(cost: RunCost, weight_n: float | None) -> dict[str, Any]:
    """Return one run of the document of ``load``."""
    started = cost.started_at
    compared = cost.comparison
    in_newtons = impulse_kn_s(cost, weight_n)
    return {
        **{name: value for name, value in asdict(cost).items() if name != "comparison"},
        "pfj_impulse_kn_s": asdict(in_newtons) if in_newtons else None,
        "day": cost.day.isoformat(),
        "started_at": started.astimezone(UTC).isoformat().replace("+00:00", "Z") if started else None,
        "causes": [asdict(cause) for cause in cost.causes],
        "usual_easy_km": compared.usual_easy_km if compared else None,
        "stands_out": compared.stands_out if compared else None,
    }
