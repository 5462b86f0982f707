"""An import or its undo is killed at any moment: the store opens clean, and a second try finishes the job."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.services.made_up_files import fit_file, gpx_file

from goodknee.services.import_files import import_files
from goodknee.stores.store import open_store

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RUNS = 40
#: Says when it begins, so that the kill falls into the work and not into the start of Python.
CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from goodknee.services import import_files as service
from goodknee.stores.store import open_store
import goodknee.readers.fit, goodknee.readers.gpx, pyarrow.parquet

job, files, folder, workers = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
service.BATCH_FILES, service.WORTH_PROCESSES = 5, 2
print("begins", flush=True)
with open_store(folder, create=True) as store:
    if job == "undo":
        store.undo_import("1")
    else:
        service.import_files([files], store=store, now=datetime.now(UTC), workers=workers)
"""

Shown = set[tuple[str, datetime | None, int]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of which some also come from a phone and are overtaken (the endings hide which is richer)."""
    folder = tmp_path_factory.mktemp("files")
    for day in range(RUNS):
        (folder / f"{day:03} watch").write_bytes(fit_file(day, seconds=300, seed=day))
    for day in range(0, RUNS, 3):
        (folder / f"{day:03} phone").write_bytes(gpx_file(day, seconds=300))
    return folder


@pytest.fixture(scope="module")
def undisturbed(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("undisturbed") / "store"
    finish(files, folder)
    return shown(folder)


def finish(files: Path, folder: Path) -> None:
    with open_store(folder, create=True) as store:
        report = import_files([files], store=store, now=NOW, workers=1)
        assert not report.failed
        assert store.imports()[-1].state == "finished"


def shown(folder: Path) -> Shown:
    with open_store(folder) as store:
        return {
            (run.original_sha256, run.activity.started_at, run.activity.sample_count) for run in store.runs()
        }


def kill_after(seconds: float, job: str, files: Path, folder: Path, workers: int) -> bool:
    """Start the job in a child, kill it after a time; return whether it was still at work."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, job, str(files), str(folder), str(workers)], stdout=subprocess.PIPE
    )
    assert child.stdout
    with child, child.stdout:
        assert child.stdout.readline() == b"begins\n"
        time.sleep(seconds)
        child.kill()
    return child.returncode < 0


def check_whole(files: Path, folder: Path) -> None:
    """Every run has its samples and its file's very bytes; once opened for writing, nothing else is there."""
    bytes_of = {hashlib.sha256(data).hexdigest(): data for data in contents(files)}
    if not (folder / "goodknee.sqlite").exists():
        return
    with open_store(folder) as store:
        for run in store.runs():
            assert store.original(run.id)[1] == bytes_of[run.original_sha256]
            assert len(store.samples(run.id)) == run.activity.sample_count
        for listed in store.imports():
            assert listed.imported + listed.duplicates <= len(bytes_of)
    deadline = time.monotonic() + 5
    # A reader whose parent was killed may be writing its last draft for a moment longer.
    while True:
        open_store(folder, create=True).close()
        samples, originals = (
            {
                path.name.partition(".fit")[0].partition(".gpx")[0].partition(".parquet")[0]
                for path in (folder / room).iterdir()
            }
            if (folder / room).exists()
            else set()
            for room in ("samples", "originals")
        )
        if samples == originals <= bytes_of.keys():
            return
        assert time.monotonic() < deadline, samples ^ originals
        time.sleep(0.05)


def contents(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.iterdir())


def kill_again_and_again(
    rounds: int, *, workers: int, files: Path, undisturbed: Shown, places: pytest.TempPathFactory
) -> None:
    chance = random.Random(workers)
    longest, at_work = 0.4, 0
    for _ in range(rounds):
        folder = places.mktemp("killed") / "store"
        seconds = chance.uniform(0.0, longest)
        killed = kill_after(seconds, "import", files, folder, workers)
        at_work += killed
        # Keep the kills within the work, however fast this computer is.
        longest = longest * 1.2 if killed else seconds
        check_whole(files, folder)
        finish(files, folder)
        assert shown(folder) == undisturbed
        check_whole(files, folder)
    assert at_work >= rounds / 3


def undo_again_and_again(rounds: int, *, files: Path, places: pytest.TempPathFactory) -> None:
    chance = random.Random(3)
    longest = 0.05
    for _ in range(rounds):
        folder = places.mktemp("undone") / "store"
        finish(files, folder)
        before = shown(folder)
        seconds = chance.uniform(0.0, longest)
        longest = longest * 1.2 if kill_after(seconds, "undo", files, folder, 1) else max(seconds, 0.01)
        assert shown(folder) in (before, set())
        check_whole(files, folder)
        finish(files, folder)
        assert shown(folder) == before


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_import(
    files: Path, undisturbed: Shown, tmp_path_factory: pytest.TempPathFactory, workers: int
) -> None:
    kill_again_and_again(4, workers=workers, files=files, undisturbed=undisturbed, places=tmp_path_factory)


def test_a_killed_undo(files: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    undo_again_and_again(2, files=files, places=tmp_path_factory)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_an_import_killed_again_and_again(
    files: Path, undisturbed: Shown, tmp_path_factory: pytest.TempPathFactory, workers: int
) -> None:
    kill_again_and_again(30, workers=workers, files=files, undisturbed=undisturbed, places=tmp_path_factory)


@pytest.mark.slow
def test_an_undo_killed_again_and_again(files: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    undo_again_and_again(20, files=files, places=tmp_path_factory)
