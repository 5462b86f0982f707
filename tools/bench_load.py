"""How fast the load models are, on one core. Each part prints its own lines.

Run: .venv/bin/python tools/bench_load.py [part]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from bench_data import CHECKOUT
from goodknee.core.load.course import Course, course_of
from goodknee.core.load.lab_model import LabForms, knee_load
from goodknee.core.load.motion.contacts import find_contacts, outcome
from goodknee.core.load.motion.planar_dynamics import Legs
from goodknee.core.load.watch_model import sum_up
from goodknee.core.model import Activity, Recording, Samples
from goodknee.core.summary import Stated, summarise
from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.trial import read_trial
from goodknee.services.knee_load import knee_load as ledger_of
from goodknee.stores import run_sums
from goodknee.stores.incoming import pack
from goodknee.stores.store import Store, open_store

#: OpenSim 4.6 for one stride of both legs (inverse kinematics to joint reaction), recorded on two idle cores.
OPENSIM_S_PER_STRIDE = 19.0
TRIALS = (1, 20, 200)
RECORDS_OF_A_LONG_RUN = 10_000
RUNS_OF_TEN_YEARS = 3_000
RECORDS_OF_A_RUN = 3_334
MASS_KG = 72.84


def lab() -> None:
    """Leg-strides a second: filter, dynamics, forces, and what each contact costs."""
    folder = os.environ.get("GOODKNEE_TEST_DATA", CHECKOUT.parent / "shared" / "data")
    model = load_knowledge().lab
    trial = read_trial(
        CHECKOUT / folder / "biomech" / "tidy" / "runA_4mps.csv", noise_n=model.contact.noise_n
    )
    forms = LabForms(
        task="run",
        convention="co-contraction",
        lever_arm=model.usual.lever_arm,
        force_ratio=model.usual.force_ratio,
        contact_area=model.usual.contact_area,
    )
    print(f"laboratory model, {len(trial.time_s)} rows and two legs a trial, one core")
    for count in TRIALS:
        legs = Legs(
            rate_hz=trial.rate_hz,
            points_m=np.tile(np.moveaxis(trial.points_m[..., :2], 1, -1), count),
            force_n=np.tile(np.moveaxis(trial.force_n[..., :2], 1, -1), count),
            moment_nm=np.tile(trial.moment_nm[..., 2], count),
            knee_flexion_deg=np.tile(trial.knee_flexion_deg, count),
            mass_kg=np.full(2 * count, MASS_KG),
        )
        seconds = []
        for _ in range(5):
            begun = time.process_time()
            contacts = find_contacts(
                legs.force_n[:, 1], model.contact, rate_hz=legs.rate_hz, min_contact_s=0.08
            )
            load = knee_load(legs, contacts.mask(legs.moment_nm.shape), forms, model)
            outcomes = [
                outcome(load.pfjrf_n[rows, leg] / (MASS_KG * 9.81), rate_hz=legs.rate_hz, rise=model.rise)
                for leg, rows in contacts
            ]
            seconds.append(time.process_time() - begun)
        a_second = len(outcomes) / min(seconds)
        ratio = OPENSIM_S_PER_STRIDE * a_second / 2
        print(
            f"  {count:>4} trials {a_second:>9,.0f} leg-strides/s  {ratio:>10,.0f} × OpenSim's recorded time"
        )


def watch() -> None:
    """One long run through the watch model, and ten years of runs through a store."""
    model = load_knowledge().watch
    activity, samples = a_run(0, RECORDS_OF_A_LONG_RUN)
    seconds = []
    for _ in range(20):
        begun = time.perf_counter()
        course = course_of(activity, samples, model)
        assert isinstance(course, Course)
        sum_up(course, model)
        seconds.append(time.perf_counter() - begun)
    print(f"watch model, a run of {RECORDS_OF_A_LONG_RUN:,} records: {1000 * min(seconds):.1f} ms")
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "store", RUNS_OF_TEN_YEARS, RECORDS_OF_A_RUN)
        with open_store(Path(folder) / "store") as store:
            for _ in range(3):
                (Path(folder) / "store" / run_sums.FILE).unlink(missing_ok=True)
                first, again = seconds_of_a_ledger(store), seconds_of_a_ledger(store)
                print(f"  {RUNS_OF_TEN_YEARS:,} runs in a store: {first:.1f} s, and {again:.2f} s ever after")


def seconds_of_a_ledger(store: Store) -> float:
    """Make the ledger of all runs, and return how long it took."""
    knowledge = load_knowledge()
    begun = time.perf_counter()
    ledger = ledger_of(store, knowledge, today=date(2026, 5, 17))
    assert len(ledger.runs) == RUNS_OF_TEN_YEARS
    return time.perf_counter() - begun


def a_run(number: int, records: int) -> tuple[Activity, Samples]:
    """A made-up run of one record a second, on the day of its number."""
    chance = np.random.default_rng(number)
    speed = 3.0 + chance.normal(0, 0.15, records)
    columns = {
        "time_s": np.arange(records, dtype=np.float64),
        "speed_mps": speed,
        "distance_m": np.cumsum(speed),
        "cadence_spm": np.round(chance.normal(168, 3, records)),
        "heart_rate_bpm": np.round(chance.normal(145, 5, records)),
        "altitude_m": np.round(200 + np.cumsum(chance.normal(0, 0.05, records)), 1),
        "lat_deg": 48 + np.cumsum(speed) / 111_195,
        "lon_deg": np.full(records, 9.0),
    }
    samples = Samples(columns=columns)
    started_at = datetime(2016, 6, 1, 6, tzinfo=UTC) + timedelta(days=number * 1.2)
    activity = summarise(
        samples, sport="running", sub_sport=None, started_at=started_at, utc_offset_min=0, stated=Stated()
    )
    return activity, samples


def fill(folder: Path, runs: int, records: int) -> None:
    """Make a store of so many runs."""
    with (
        open_store(folder, create=True) as store,
        store.start_import(datetime(2026, 5, 17, tzinfo=UTC)) as session,
    ):
        for number in range(runs):
            activity, samples = a_run(number, records)
            recording = Recording(
                file=f"{number}.fit",
                format="fit",
                activities=(activity,),
                samples=samples,
                activity_index=np.zeros(records, dtype=np.intp),
            )
            session.take_in([pack(recording, data=b"%d" % number, folder=session.folder)])
        session.finish()


PARTS = {"lab": lab, "watch": watch}


def main() -> None:
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
