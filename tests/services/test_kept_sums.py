"""What was made of the runs is kept, and never trusted further than it can be checked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.core.made_up_courses import a_course, hilly
from tests.services.made_up_files import fit_folder, gpx_file, started
from tests.services.test_knee_load import PACK, TODAY

from goodknee.core.load.course import Repair, Withheld
from goodknee.core.load.run_cost import RunRead
from goodknee.core.load.watch_model import RunSums, sum_up
from goodknee.readers.knowledge import load_knowledge
from goodknee.services import knee_load as service
from goodknee.services.import_files import import_files
from goodknee.services.knee_load import knee_load, load_document
from goodknee.stores.run_sums import FILE, SumsFile
from goodknee.stores.store import open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of six made-up runs."""
    files = fit_folder(tmp_path / "files", 5, seconds=300)
    (files / "phone.gpx").write_bytes(gpx_file(9))
    with open_store(tmp_path / "store", create=True) as store:
        import_files([files], store=store, now=started(10))
    return tmp_path / "store"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every run that is put through the model, and not taken from what was kept."""
    seen: list[object] = []
    read_run = service.read_run

    def noted(*of_run: Any) -> RunRead:
        seen.append(of_run)
        return read_run(*of_run)

    monkeypatch.setattr(service, "read_run", noted)
    return seen


def document(folder: Path) -> str:
    with open_store(folder) as store:
        return json.dumps(load_document(knee_load(store, PACK, today=TODAY)))


def test_what_was_kept_is_what_would_be_made(folder: Path, made: list[object]) -> None:
    first = document(folder)
    assert len(made) == 6
    assert document(folder) == first
    assert len(made) == 6
    (folder / FILE).unlink()
    assert document(folder) == first
    assert len(made) == 12


def test_the_same_pack_read_again_is_the_same(folder: Path, made: list[object]) -> None:
    document(folder)
    made.clear()
    with open_store(folder) as store:
        knee_load(store, load_knowledge(), today=TODAY)
    assert made == []


def test_every_number_comes_back_as_it_was(tmp_path: Path) -> None:
    speed = np.full(1801, 3.0)
    speed[600:900] = 1.4
    courses = [
        a_course(PACK.watch, speed=speed, altitude=hilly()),
        a_course(PACK.watch, cadence=None, altitude=None),
        a_course(PACK.watch, speed=1.4, cadence=110.0, stance_time_ms=np.full(1801, 300.0)),
    ]
    runs: dict[str, RunRead] = {
        str(number): RunRead(
            sums=sum_up(course, PACK.watch),
            used=course.used,
            assumed=course.assumed,
            repaired=(Repair(what="no time", records=3),),
        )
        for number, course in enumerate(courses)
    }
    slip = Repair(what="gap in time", records=1)
    runs["none"] = RunRead(sums=Withheld(why="impossible", repaired=(slip,)), repaired=(slip,))
    file = SumsFile(tmp_path)
    file.write(b"made", runs)
    found = file.read(b"made")
    assert list(found) == list(runs)
    for name, run in runs.items():
        assert without_peaks(found[name]) == without_peaks(run)
        if isinstance(run.sums, RunSums):
            np.testing.assert_array_equal(peaks(found[name]), peaks(run))
    assert file.read(b"made otherwise") == {}


def peaks(run: RunRead) -> Any:
    assert isinstance(run.sums, RunSums)
    return run.sums.peaks


def without_peaks(run: RunRead) -> str:
    """All but the peaks, as text: a number that is none equals itself."""
    sums = run.sums
    plain = replace(sums, peaks=np.zeros(0)) if isinstance(sums, RunSums) else sums
    return repr(replace(run, sums=plain))


def test_a_damaged_file_is_made_again(folder: Path, made: list[object]) -> None:
    first = document(folder)
    whole = (folder / FILE).read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 2] ^= 1
    for damaged in (b"", whole[:20], whole[:-1], whole + b"0", bytes(middle), b"\0" * len(whole)):
        (folder / FILE).write_bytes(damaged)
        made.clear()
        assert document(folder) == first
        assert len(made) == 6
        assert (folder / FILE).read_bytes() == whole


def test_another_model_makes_it_again(folder: Path, made: list[object]) -> None:
    document(folder)
    slope = replace(PACK.watch.running.slope, mean=-0.03)
    model = replace(PACK.watch, running=replace(PACK.watch.running, slope=slope))
    made.clear()
    with open_store(folder) as store:
        service.facts_of_runs([run for run in store.runs() if run.activity.is_run], store, model)
    assert len(made) == 6


def test_a_new_run_and_one_that_went(folder: Path, tmp_path: Path, made: list[object]) -> None:
    document(folder)
    one_more = tmp_path / "more.gpx"
    one_more.write_bytes(gpx_file(12))
    made.clear()
    with open_store(folder) as store:
        done = import_files([one_more], store=store, now=started(13))
        assert len(knee_load(store, PACK, today=TODAY).runs) == 7
        assert len(made) == 1
        with_it = (folder / FILE).stat().st_size
        store.undo_import(done.import_id)
        assert len(knee_load(store, PACK, today=TODAY).runs) == 6
    assert len(made) == 1
    # Nothing of a run that was taken back stays behind.
    assert (folder / FILE).stat().st_size < with_it


def test_samples_that_are_gone_and_come_back(folder: Path, made: list[object]) -> None:
    first = document(folder)
    path = min((folder / "samples").iterdir())
    whole = path.read_bytes()
    path.write_bytes(b"damaged")
    assert "records cannot be read" in document(folder)
    path.write_bytes(whole)
    made.clear()
    assert document(folder) == first
    assert len(made) == 1


def test_where_nothing_can_be_kept_it_is_made_each_time(folder: Path, made: list[object]) -> None:
    (folder / FILE).mkdir()  # no file can be written in its place
    assert document(folder) == document(folder)
    assert len(made) == 12
