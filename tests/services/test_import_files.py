"""An import: what comes in, what does not and why, whatever is in the folder."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from tests.services.made_up_files import fit_file, fit_folder, gpx_file, started
from tests.stores.made_up import a_recording, an_activity

from goodknee.core.model import StoredRun
from goodknee.errors import StoreError
from goodknee.readers import activity_file
from goodknee.services import import_files as service
from goodknee.services.find_files import find_files
from goodknee.services.import_files import WORTH_PROCESSES, ImportReport, import_files
from goodknee.stores.store import Store, open_store

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store", create=True) as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def bring(store: Store, *paths: Path, workers: int | None = None) -> ImportReport:
    return import_files(paths, store=store, now=NOW, workers=workers)


def test_a_folder_with_all_kinds_of_things_in_it(store: Store, folder: Path) -> None:
    deep = folder / "2026" / "May"
    deep.mkdir(parents=True)
    (deep / "run.fit").write_bytes(fit_file(0))
    (folder / "ride.FIT").write_bytes(fit_file(1, sport="cycling"))
    (folder / "phone, no ending").write_bytes(gpx_file(2))
    (folder / "packed").write_bytes(gzip.compress(gpx_file(3)))
    (folder / "notes.txt").write_text("not a run")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (folder / "notes.txt.gz").write_bytes(gzip.compress(b"not a run"))
    (folder / ".DS_Store").write_bytes(bytes(10))
    (folder / "._run.fit").write_bytes(b"\x00\x05\x16\x07" + bytes(100))
    (folder / "cut.fit").write_bytes(fit_file(4)[:20])
    (folder / "empty.fit").write_bytes(b"")
    (folder / ".git").mkdir()
    (folder / ".git" / "run.fit").write_bytes(fit_file(5))
    with zipfile.ZipFile(folder / "export.zip", "w") as archive:
        archive.writestr("run.fit", fit_file(6))
    report = bring(store, folder)
    runs = store.runs()
    assert sorted(report.imported) == sorted(run.id for run in runs)
    assert [run.activity.started_at for run in runs] == [started(day) for day in range(4)]
    assert [run.activity.is_run for run in runs] == [True, False, True, True]
    skipped = {Path(file).name: what for file, what in report.skipped}
    assert set(skipped) == {
        ".DS_Store",
        "._run.fit",
        "notes.txt",
        "notes.txt.gz",
        "picture.png",
        "export.zip",
    }
    assert "unpack" in skipped["export.zip"]
    assert {Path(failed.file).name for failed in report.failed} == {"cut.fit", "empty.fit"}
    assert all(failed.what and failed.where and failed.next for failed in report.failed)
    assert report.duplicates == ()
    (listed,) = store.imports()
    assert (listed.imported, listed.duplicates, listed.skipped, listed.failed) == (4, 0, 6, 2)


def test_a_path_that_is_not_there_is_told_and_the_others_are_in(store: Store, folder: Path) -> None:
    (folder / "run.fit").write_bytes(fit_file(0))
    report = bring(store, folder / "typo.fit", folder / "run.fit")
    assert len(report.imported) == 1
    (failed,) = report.failed
    assert failed.file == str(folder / "typo.fit")
    assert "spelled" in failed.next


def test_nothing_to_import_is_no_error(store: Store, folder: Path) -> None:
    report = bring(store, folder)
    assert (report.imported, report.duplicates, report.skipped, report.failed) == ((), (), (), ())


def test_the_same_run_in_many_files_is_one(store: Store, folder: Path) -> None:
    (folder / "a.gpx").write_bytes(gpx_file(0, late_s=20))
    (folder / "b.fit").write_bytes(fit_file(0))
    (folder / "c.fit.gz").write_bytes(gzip.compress(fit_file(0)))
    (folder / "d copy.fit").write_bytes(fit_file(0))
    report = bring(store, folder)
    (run,) = store.runs()
    assert (report.imported, run.format) == ((run.id,), "fit")
    assert {(Path(file).name, of) for file, of in report.duplicates} == {
        (name, run.id) for name in ("a.gpx", "c.fit.gz", "d copy.fit")
    }


def test_a_file_that_is_overtaken_in_the_same_import_is_a_duplicate(store: Store, folder: Path) -> None:
    # The endings hide which is the richer one.
    (folder / "a").write_bytes(gpx_file(0))
    (folder / "b").write_bytes(fit_file(0))
    report = bring(store, folder)
    (run,) = store.runs()
    assert run.format == "fit"
    assert report.imported == (run.id,)
    assert [(Path(file).name, of) for file, of in report.duplicates] == [("a", run.id)]


def test_importing_again_reads_nothing(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "run.fit").write_bytes(fit_file(0))
    (folder / "again.fit.gz").write_bytes(gzip.compress(fit_file(0)))
    (folder / "phone.gpx").write_bytes(gpx_file(0))
    first = bring(store, folder)

    def read_bytes(data: bytes, *, file: str) -> None:
        raise AssertionError(f"{file} was read again")

    monkeypatch.setattr(activity_file, "read_bytes", read_bytes)
    second = bring(store, folder)
    assert second.imported == ()
    assert {of for _, of in second.duplicates} == set(first.imported)
    assert len(second.duplicates) == 3
    assert second.failed == ()


def test_each_file_is_looked_at_once_and_loops_end(folder: Path) -> None:
    (folder / "b.fit").write_bytes(b"b")
    (folder / "sub").mkdir()
    (folder / "sub" / "a.fit").write_bytes(b"a")
    (folder / "sub" / "loop").symlink_to(folder)
    (folder / "c.fit").symlink_to(folder / "b.fit")
    (folder / "dangling.fit").symlink_to(folder / "nowhere")
    found = find_files([folder, folder / "b.fit", folder / "sub"])
    assert [path.name for path in found] == ["b.fit", "dangling.fit", "a.fit"]


def test_pipes_and_other_things_that_are_no_files(store: Store, folder: Path) -> None:
    os.mkfifo(folder / "pipe.fit")
    (failed,) = bring(store, folder).failed
    assert failed.what == "This is not a file."


def test_a_name_that_is_not_text(store: Store, folder: Path) -> None:
    (folder / os.fsdecode(b"l\xe4uf.fit")).write_bytes(fit_file(0))
    (folder / os.fsdecode(b"k\xe4putt.fit")).write_bytes(b"x")
    report = bring(store, folder)
    assert len(report.imported) == 1
    report.failed[0].file.encode()


def test_an_activity_without_a_date_is_left_out_and_said(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "none.fit").write_bytes(b"1")
    (folder / "some.fit").write_bytes(b"2")
    made = {
        b"1": a_recording(an_activity(started_at=None)),
        b"2": a_recording(an_activity(), an_activity(started_at=None)),
    }
    monkeypatch.setattr(activity_file, "read_bytes", lambda data, **_: made[data])
    report = bring(store, folder)
    assert len(report.imported) == 1
    assert [(Path(file).name, what) for file, what in report.skipped] == [
        ("none.fit", "It has no date, so it cannot be placed in time."),
        ("some.fit", "Activity 2 of 2 in it: it has no date, so it cannot be placed in time."),
    ]


def test_a_fault_of_ours_loses_one_file_only(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = activity_file.read_bytes

    def read_bytes(data: bytes, *, file: str) -> object:
        if "bad" in file:
            raise ZeroDivisionError
        return read(data, file=file)

    monkeypatch.setattr(activity_file, "read_bytes", read_bytes)
    (folder / "bad.fit").write_bytes(fit_file(0))
    (folder / "good.fit").write_bytes(fit_file(1))
    report = bring(store, folder)
    assert len(report.imported) == 1
    (failed,) = report.failed
    assert "ZeroDivisionError" in failed.what
    assert "report it" in failed.next


def test_progress_tells_of_every_file(store: Store, folder: Path) -> None:
    for day in range(5):
        (folder / f"{day}.fit").write_bytes(fit_file(day))
    told: list[tuple[int, int]] = []
    import_files([folder], store=store, now=NOW, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (5, 5)
    assert told == sorted(told)


def test_stopping_keeps_what_is_in(
    store: Store, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH_FILES", 2)
    for day in range(5):
        (folder / f"{day}.fit").write_bytes(fit_file(day))

    def stop(done: int, _total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    report = import_files([folder], store=store, now=NOW, progress=stop)
    assert report.stopped
    assert list(report.imported) == [run.id for run in store.runs()]
    assert len(report.imported) == 4
    assert [each.state for each in store.imports()] == ["unfinished"]
    assert len(list((tmp_path / "store" / "samples").iterdir())) == 4
    finished = bring(store, folder)
    assert (len(finished.imported), len(finished.duplicates)) == (1, 4)


def test_a_store_that_fails_says_what_is_in(
    store: Store, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH_FILES", 1)
    for day in range(3):
        (folder / f"{day}.fit").write_bytes(fit_file(day))

    def lose_the_room(done: int, _total: int) -> None:
        if done == 2:
            (tmp_path / "store" / "originals").rename(tmp_path / "elsewhere")

    with pytest.raises(StoreError, match="2 files of this import are in"):
        import_files([folder], store=store, now=NOW, progress=lose_the_room)


def test_a_missing_store_is_not_made(tmp_path: Path) -> None:
    with open_store(tmp_path / "none") as none, pytest.raises(StoreError, match="no store here yet"):
        bring(none, tmp_path)


def facts(runs: list[StoredRun]) -> list[tuple[object, ...]]:
    return [(run.id, run.original_sha256, run.activity) for run in runs]


def test_many_processes_come_to_the_same_as_one(tmp_path: Path) -> None:
    files = fit_folder(tmp_path / "files", WORTH_PROCESSES + 5, seconds=20)
    (files / "cut.fit").write_bytes(b"x")
    (files / "phone.gpx").write_bytes(gpx_file(3, seconds=20))
    reports, runs = [], []
    for workers in (1, 2):
        with open_store(tmp_path / f"store {workers}", create=True) as store:
            reports.append(bring(store, files, workers=workers))
            runs.append(facts(store.runs()))
            assert len(store.samples(store.runs()[-1].id)) == 21
    assert runs[0] == runs[1]
    assert reports[0] == reports[1]
    assert len(reports[0].imported) == WORTH_PROCESSES + 5


def test_a_worker_that_crashes_loses_one_file_only(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "poisoned_job.py").write_text(
        "import os\n"
        "from goodknee.services.look_at_file import read_one\n"
        "def work(task):\n"
        "    return os._exit(139) if task.file.name == '0030.fit' else read_one(task)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(service, "read_one", import_module("poisoned_job").work)
    files = fit_folder(tmp_path / "files", WORTH_PROCESSES, seconds=20)
    report = bring(store, files, workers=2)
    assert len(report.imported) == len(store.runs()) == WORTH_PROCESSES - 1
    (failed,) = report.failed
    assert Path(failed.file).name == "0030.fit"
    assert "ended" in failed.what


def test_real_files_of_many_devices(store: Store, test_data: Path) -> None:
    report = bring(store, test_data / "activities", workers=1)
    runs = store.runs()
    assert set(report.imported) == {run.id for run in runs}
    # The same run in two or three formats is one, and its FIT file is the one shown.
    for same in (
        "connectstats__activity_234721416",
        "connectstats__activity_234979239",
        "elevate__sloatsburg",
    ):
        (of,) = {of for file, of in report.duplicates if Path(file).name == f"{same}.tcx"}
        assert store.run(of).format == "fit"
        assert store.original(of)[0] == f"{same}.fit"
    assert "elevate__empty.fit" in {Path(failed.file).name for failed in report.failed}
    for run in runs:
        assert len(store.samples(run.id)) == run.activity.sample_count
    assert bring(store, test_data / "activities").imported == ()


PEAK = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from goodknee.services.import_files import import_files
from goodknee.stores.store import open_store

with open_store(Path(sys.argv[2]), create=True) as store:
    report = import_files([Path(sys.argv[1])], store=store, now=datetime.now(UTC), workers=int(sys.argv[3]))
assert not report.failed
print(sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_peak_memory_does_not_grow_with_the_number_of_files(tmp_path: Path, workers: int) -> None:
    peaks = []
    for count in (150, 600):
        files = fit_folder(tmp_path / f"{count} files", count, seconds=3600)
        command = [sys.executable, "-c", PEAK, str(files), str(tmp_path / f"store {count}"), str(workers)]
        peaks.append(int(subprocess.run(command, capture_output=True, check=True).stdout))
    assert peaks[1] < 1.1 * peaks[0]
