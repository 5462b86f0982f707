from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from goodknee.errors import AnswerError, StoreError
from goodknee.readers.activity_file import read
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.decide_today import answer_today
from goodknee.services.demo import STORY_DAY, DemoResult, make_demo, write_year
from goodknee.stores.store import Store, open_store

NOW = datetime(2026, 5, 17, 18, 0, tzinfo=UTC)
BIG_RUN_DAY = STORY_DAY - timedelta(days=49)


def demo(folder: Path, report_to: Path | None = None) -> DemoResult:
    return make_demo(folder, knowledge=load_knowledge(), now=NOW, report_to=report_to)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    folder = tmp_path_factory.mktemp("demo") / "store"
    return demo(folder, folder / "knee.html")


@pytest.fixture
def store(made: DemoResult) -> Iterator[Store]:
    with open_store(made.report_html.parent) as store:
        yield store


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_day_gives_the_same_files_byte_for_byte(tmp_path: Path) -> None:
    for name, day in (("one", STORY_DAY), ("two", STORY_DAY), ("other", date(2026, 6, 1))):
        (tmp_path / name).mkdir()
        write_year(tmp_path / name, story_day=day)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert not set(digests(tmp_path / "one").values()) & set(digests(tmp_path / "other").values())


def test_our_own_reader_reads_every_file_as_it_was_meant(tmp_path: Path) -> None:
    story = write_year(tmp_path, story_day=STORY_DAY)
    files = sorted(tmp_path.iterdir())
    assert len(files) == len(story.runs)
    for run, file in zip(story.runs, files, strict=True):
        recording = read(file)
        (activity,) = recording.activities
        assert recording.warnings == ()
        assert activity.started_at == run.starts_at
        assert activity.day() == run.starts_at.date()
        assert activity.distance_m == pytest.approx(run.distance_m, abs=0.01)
        assert activity.is_run
        assert activity.device is not None
        assert "simulated" in activity.device
        assert activity.mean_cadence_spm is not None
        assert 155 < activity.mean_cadence_spm < 172
        assert (activity.elapsed_s or 0) - (activity.timer_s or 0) == pytest.approx(
            sum(pause.end_s - pause.start_s for pause in activity.pauses)
        )


def test_every_run_came_in_and_the_store_says_simulated(made: DemoResult, store: Store) -> None:
    assert store.simulated
    assert store.story_day == made.story_day == STORY_DAY
    assert len(store.runs()) == len(made.imported.imported) > 130
    assert not made.imported.duplicates
    assert not made.imported.skipped
    assert not made.imported.failed


def test_the_diary_speaks_of_the_runs_of_its_days(store: Store) -> None:
    days = {run.id: run.activity.day() for run in store.runs()}
    diary = store.diary()
    tied = [entry for entry in diary if entry.run_id]
    assert {entry.day for entry in tied} == {day for day in days.values() if day and day > BIG_RUN_DAY}
    assert all(days[entry.run_id] == entry.day for entry in tied if entry.run_id)
    assert all("pain_during" not in entry.answers for entry in diary if not entry.run_id)
    assert len(diary) > len(tied) + 15


def test_the_page_says_simulated_and_shows_the_big_run(made: DemoResult) -> None:
    page = made.report_html.read_text("utf-8")
    assert "imulated" in page
    assert "14.5" in page


def test_the_report_says_what_today_says_and_keeps_no_decision(made: DemoResult, store: Store) -> None:
    answer = answer_today(store, load_knowledge(), now=NOW, today=STORY_DAY)
    assert answer.stored is not None
    assert answer.stored.id == 1  # the report kept none
    assert answer.document["verdict"] == "go"
    page = made.report_html.read_text("utf-8")
    for says in (answer.document["says"], *answer.document["do"], *answer.document["would_change"]):
        assert says in page


def test_a_demo_is_remade_from_scratch(made: DemoResult) -> None:
    folder = made.report_html.parent
    page = made.report_html.read_text("utf-8")
    with open_store(folder) as store:
        ids = [run.id for run in store.runs()]
    again = demo(folder, made.report_html)
    assert again.report_html.read_text("utf-8") == page
    with open_store(folder) as store:
        assert len(store.imports()) == 1
        assert [run.id for run in store.runs()] == ids


@pytest.mark.parametrize("story_day", [date(2000, 1, 1), date(2099, 12, 31)])
def test_the_first_and_the_last_day_that_a_year_may_end_on(tmp_path: Path, story_day: date) -> None:
    write_year(tmp_path, story_day=story_day)
    first, *_, last = sorted(tmp_path.iterdir())
    for file in (first, last):
        day = read(file).activities[0].day()
        assert day is not None
        assert file.stem == f"simulated-{day}"


@pytest.mark.parametrize("story_day", [date(1999, 12, 31), date(2100, 1, 1), date.min])
def test_other_days_are_refused_and_nothing_is_made(tmp_path: Path, story_day: date) -> None:
    with pytest.raises(AnswerError, match="cannot end"):
        make_demo(tmp_path / "store", knowledge=load_knowledge(), now=NOW, story_day=story_day)
    assert not (tmp_path / "store").exists()


def test_a_demo_that_is_stopped_makes_no_report(tmp_path: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path, knowledge=load_knowledge(), now=NOW, progress=stop)
    assert not (tmp_path / "report.html").exists()
    with open_store(tmp_path) as store:
        assert store.simulated  # so the next demo may replace it
        assert store.diary() == []


def test_a_persons_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    open_store(tmp_path, create=True).close()
    before = digests_below(tmp_path)
    with pytest.raises(StoreError, match="person's store"):
        demo(tmp_path)
    assert digests_below(tmp_path) == before


def test_a_folder_of_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"a photo")
    with pytest.raises(StoreError):
        demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_page_of_the_same_name_elsewhere_is_no_licence_to_delete(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    open_store(folder, create=True, simulated=True, story_day=STORY_DAY).close()
    (folder / "notes.html").write_text("mine")
    with pytest.raises(StoreError, match="other things"):
        demo(folder, tmp_path / "notes.html")
    assert (folder / "notes.html").read_text() == "mine"


def test_things_that_lie_beside_a_demo_are_not_deleted(tmp_path: Path) -> None:
    open_store(tmp_path, create=True, simulated=True, story_day=STORY_DAY).close()
    (tmp_path / "holiday.jpg").write_bytes(b"a photo")
    before = digests_below(tmp_path)
    with pytest.raises(StoreError, match="other things") as refused:
        demo(tmp_path)
    assert "holiday.jpg" in refused.value.where
    assert digests_below(tmp_path) == before


def digests_below(folder: Path) -> dict[str, str]:
    """Every file but the lock, which opening a store may touch."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }
