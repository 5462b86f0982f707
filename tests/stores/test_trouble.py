"""What goes wrong with disks and databases is said plainly, and changes nothing."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.made_up_diary import told
from tests.stores.made_up import NOW, a_recording, an_activity, bring, everything_in

from goodknee.errors import StoreError
from goodknee.stores.incoming import pack
from goodknee.stores.store import Store, open_store

PRELUDE = """
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet  # before the rights go: the interpreter's own files may be root's

from goodknee.core.model import DiaryEntry
from goodknee.errors import StoreError
from goodknee.stores.store import open_store

if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


def as_nobody(code: str, folder: Path) -> str:
    """Run code in a child that may not write what root may; return what it prints."""
    child = subprocess.run(
        [sys.executable, "-c", f"{PRELUDE}\nfolder = Path({str(folder)!r})\n{code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return child.stdout


@pytest.fixture
def read_only(open_place: Path) -> Iterator[Path]:
    folder = open_place / "store"
    with open_store(folder, create=True) as store:
        bring(store, a_recording(), b"x")
    for each in [folder, *folder.rglob("*")]:
        each.chmod(0o555 if each.is_dir() else 0o444)
    yield folder
    for each in [folder, *folder.rglob("*")]:
        each.chmod(0o755 if each.is_dir() else 0o644)


def test_a_read_only_store_can_be_read(read_only: Path) -> None:
    code = """
with open_store(folder) as store:
    (run,) = store.runs()
    print(store.original(run.id)[1], len(store.samples(run.id)), len(store.imports()), store.diary())
"""
    assert as_nobody(code, read_only) == "b'x' 4 1 []\n"


def test_a_read_only_store_says_so_when_written_to(read_only: Path) -> None:
    before = everything_in(read_only)
    code = """
for write in (
    lambda store: store.add_diary([DiaryEntry(day=date(2026, 5, 3), entered_at=datetime.now(UTC))]),
    lambda store: store.undo_import("1"),
    lambda store: store.start_import(datetime.now(UTC)).__enter__(),
):
    with open_store(folder, create=True) as store:
        try:
            write(store)
        except StoreError as error:
            print(error.what)
"""
    assert as_nobody(code, read_only) == "The store may be read but not written.\n" * 3
    assert everything_in(read_only) == before


def test_a_read_only_store_with_an_unfinished_journal_is_read_with_it(
    store: Store, folder: Path, open_place: Path
) -> None:
    bring(store, a_recording(), b"x")
    copy = open_place / "copy"  # as a backup program, or a crash, leaves it
    copy.mkdir()
    for name in ("goodknee.sqlite", "goodknee.sqlite-wal"):
        shutil.copyfile(folder / name, copy / name)
    copy.chmod(0o555)
    for each in copy.iterdir():
        each.chmod(0o444)
    assert as_nobody("with open_store(folder) as store: print(len(store.runs()))", copy) == "1\n"
    assert sorted(each.name for each in copy.iterdir()) == ["goodknee.sqlite", "goodknee.sqlite-wal"]


def test_a_store_cannot_be_made_in_a_read_only_folder(open_place: Path) -> None:
    closed = open_place / "closed"
    closed.mkdir(mode=0o555)
    code = """
try:
    open_store(folder / "store", create=True)
except StoreError as error:
    print(error.what)
"""
    assert as_nobody(code, closed) == "The store may be read but not written.\n"
    assert list(closed.iterdir()) == []


def test_a_store_that_may_not_even_be_read(open_place: Path) -> None:
    (open_place / "theirs" / "store").mkdir(parents=True)
    (open_place / "theirs").chmod(0o700)
    code = """
for where in (folder, folder / "store"):
    try:
        open_store(where)
    except StoreError as error:
        print(error.what)
"""
    assert as_nobody(code, open_place / "theirs") == "You are not allowed to open this folder.\n" * 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB for root; for others a limit of 1 MB on the size of a file."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.getuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False
        ).returncode
        == 0
    ):
        yield disk
        subprocess.run(["umount", disk], check=True)
        return
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
    yield disk
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_leaves_the_store_as_it_was(small_disk: Path) -> None:
    with open_store(small_disk / "store", create=True) as store:
        (run_id,) = bring(store, a_recording(), b"small").run_ids
        before = everything_in(small_disk / "store" / "samples")
        long = a_recording(an_activity(rows=100_000))
        with pytest.raises(StoreError, match="disk is full"), store.start_import(NOW) as session:
            pack(long, data=os.urandom(900_000), folder=session.folder)
        assert everything_in(small_disk / "store" / "samples") == before
        assert [run.id for run in store.runs()] == [run_id]
        assert store.original(run_id)[1] == b"small"
    with open_store(small_disk / "store", create=True) as store:
        assert [each.state for each in store.imports()] == ["finished", "unfinished"]


def test_a_disk_that_fills_in_the_middle_of_a_transaction_keeps_it_out(small_disk: Path) -> None:
    with open_store(small_disk / "store", create=True) as store:
        kept = bring(store, a_recording(), b"small").run_ids
        note = "x" * 10_000
        entries = [told(NOW.date(), "left", note=note)] * 200
        with pytest.raises(StoreError, match="disk is full"):
            store.add_diary(entries)
        assert store.diary() == []
        assert tuple(run.id for run in store.runs()) == kept


def test_no_store_is_begun_on_a_full_disk(small_disk: Path) -> None:
    if not os.path.ismount(small_disk):
        pytest.skip("a limit on the size of a file does not fill a disk")
    filling = small_disk / "filling"
    with pytest.raises(OSError, match="No space"):
        filling.write_bytes(bytes(2_000_000))
    with pytest.raises(StoreError):
        open_store(small_disk / "store", create=True)
    assert list(small_disk.iterdir()) == [filling]


def test_a_store_on_a_full_disk_can_still_be_read(small_disk: Path) -> None:
    with open_store(small_disk / "store", create=True) as store:
        (run_id,) = bring(store, a_recording(), b"small").run_ids
    if not os.path.ismount(small_disk):
        pytest.skip("a limit on the size of a file does not fill a disk")
    with pytest.raises(OSError, match="No space"):
        (small_disk / "filling").write_bytes(bytes(2_000_000))
    with open_store(small_disk / "store", create=True) as store:
        assert store.original(run_id)[1] == b"small"
        for _ in range(2):
            with pytest.raises(StoreError, match="disk is full"), store.start_import(NOW):
                pass


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "content", [b"not a database, only some text" * 100, b"", b"SQLite format 3\0" + bytes(4000)]
)
def test_a_file_that_is_no_database(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "goodknee.sqlite").write_bytes(content)
    for create in (False, True):
        with pytest.raises(StoreError) as error:
            open_store(folder, create=create)
        assert "goodknee.sqlite" in error.value.where
    assert (folder / "goodknee.sqlite").read_bytes() == content


def test_a_damaged_database_says_so(store: Store, folder: Path) -> None:
    store.add_diary([told(NOW.date(), "left", note="x" * 1000)] * 200)
    store.close()
    damage(folder / "goodknee.sqlite")
    with pytest.raises(StoreError, match="damaged") as error, open_store(folder) as opened:
        opened.diary()
    assert "originals" in error.value.next_step


@pytest.mark.parametrize(
    "damage_done",
    ["laps = '[{\\x00'", "pauses = '[1]'", "started_at = 'noise'", "sport = CAST(x'ff' AS TEXT)"],
)
def test_a_row_that_is_not_what_it_was_says_so(store: Store, folder: Path, damage_done: str) -> None:
    bring(store, a_recording(), b"x")
    run_id = store.runs()[0].id
    with closing(sqlite3.connect(folder / "goodknee.sqlite", isolation_level=None)) as database:
        database.execute(f"UPDATE sightings SET {damage_done}")
    for read in (store.runs, lambda: store.run(run_id)):
        with pytest.raises(StoreError, match="damaged"):
            read()


@pytest.mark.parametrize(
    "damage_done", ["answers = '[1]'", "tests = '[1]'", "day = 'noise'", "answers = '{'"]
)
def test_a_diary_row_that_is_not_what_it_was_says_so(store: Store, folder: Path, damage_done: str) -> None:
    store.add_diary([told(NOW.date(), "left", pain_worst=3)])
    with closing(sqlite3.connect(folder / "goodknee.sqlite", isolation_level=None)) as database:
        database.execute(f"UPDATE diary SET {damage_done}")
    with pytest.raises(StoreError, match="damaged"):
        store.diary()


def test_an_import_beside_a_damaged_row_changes_nothing(store: Store, folder: Path) -> None:
    bring(store, a_recording(), b"x")
    with closing(sqlite3.connect(folder / "goodknee.sqlite", isolation_level=None)) as database:
        database.execute("UPDATE sightings SET channels = 'noise'")
    before = everything_in(folder / "samples")
    with pytest.raises(StoreError, match="damaged"):
        bring(store, a_recording(), b"the same run in other bytes")
    assert everything_in(folder / "samples") == before


@pytest.mark.parametrize("how", ["cut", "gone", "damaged", "shorter"])
def test_samples_and_originals_that_are_not_what_they_were(store: Store, folder: Path, how: str) -> None:
    bring(store, a_recording(an_activity(rows=500)), bytes(range(256)) * 20)
    bring(store, a_recording(an_activity(started_at=NOW)), b"other")
    run, other = store.runs()
    for kind, read in (("samples", store.samples), ("originals", store.original)):
        (path,) = (folder / kind).glob(f"{run.original_sha256}*")
        (stranger,) = (folder / kind).glob(f"{other.original_sha256}*")
        if how == "cut":
            path.write_bytes(path.read_bytes()[:-7])
        elif how == "gone":
            path.unlink()
        elif how == "damaged":
            damage(path)
        else:
            shutil.copyfile(stranger, path)
        with pytest.raises(StoreError, match="missing" if how == "gone" else "damaged") as error:
            read(run.id)
        assert path.name in error.value.where
        assert read(other.id)
    assert len(store.runs()) == 2


def test_a_folder_of_other_things_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    before = everything_in(tmp_path)
    for create in (False, True):
        with pytest.raises(StoreError, match="other things"):
            open_store(tmp_path, create=create)
        with pytest.raises(StoreError, match="a file, not a folder"):
            open_store(tmp_path / "holiday.jpg", create=create)
    assert everything_in(tmp_path) == before


def test_a_lost_database_never_costs_the_originals(store: Store, folder: Path) -> None:
    bring(store, a_recording(), b"x")
    store.close()
    (folder / "goodknee.sqlite").unlink()
    before = everything_in(folder)
    for create in (False, True):
        with pytest.raises(StoreError, match=r"database .* is missing"):
            open_store(folder, create=create)
    assert everything_in(folder) == before


def test_an_interrupted_beginning_is_begun_again(folder: Path) -> None:
    folder.mkdir()
    (folder / "goodknee.sqlite.new-0f").write_bytes(b"half")
    (folder / ".DS_Store").write_bytes(b"x")
    with open_store(folder) as store:
        assert store.runs() == []
    with open_store(folder, create=True) as store:
        assert bring(store, a_recording(), b"x").run_ids
