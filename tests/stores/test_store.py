"""What every store keeps, finds, and takes back."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.made_up_diary import told
from tests.stores.made_up import NOW, START, a_recording, an_activity, bring, everything_in, minutes

from goodknee.core.model import (
    LessonRead,
    NewCheck,
    NewScore,
    Recording,
    UnfinishedCheck,
    VisitRecord,
)
from goodknee.errors import AnswerError, StoreError
from goodknee.stores import folder as store_in_folder
from goodknee.stores.incoming import pack
from goodknee.stores.store import Store, open_store


def test_a_run_comes_back_as_it_went_in(store: Store) -> None:
    recording = a_recording()
    taken = bring(store, recording, b"the bytes")
    (run,) = store.runs()
    assert taken.run_ids == (run.id,)
    assert run.activity == recording.activities[0]
    assert (run.format, run.import_id) == ("fit", "1")
    assert run.original_sha256 == hashlib.sha256(b"the bytes").hexdigest()
    samples = store.samples(run.id)
    assert list(samples.columns) == ["time_s", "heart_rate_bpm"]
    for name, column in samples.columns.items():
        np.testing.assert_array_equal(column, recording.samples[name])
    assert store.original(run.id) == ("run.fit", b"the bytes")


def test_the_id_tells_the_start_and_an_unambiguous_beginning_finds_it(store: Store) -> None:
    bring(store, a_recording(), b"morning")
    bring(store, a_recording(an_activity(started_at=START + minutes(600))), b"evening")
    morning, evening = store.runs()
    assert morning.id.startswith("20260503-0612-")
    assert store.run("20260503-06") == morning
    assert store.run(evening.id) == evening
    with pytest.raises(AnswerError, match="More than one") as several:
        store.run("20260503")
    assert morning.id in several.value.next_step
    for unknown in ("20270101", "", "%", "not text: \udcff"):
        with pytest.raises(AnswerError):
            store.run(unknown)


def test_runs_since_a_local_day(store: Store) -> None:
    late = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    bring(
        store, a_recording(an_activity(started_at=late, utc_offset_min=120)), b"on the 2nd, where it was run"
    )
    bring(store, a_recording(an_activity(started_at=late - minutes(200), utc_offset_min=None)), b"on the 1st")
    assert [run.activity.started_at for run in store.runs(since=date(2026, 5, 2))] == [late]
    assert len(store.runs(since=date(2026, 5, 1))) == 2
    assert store.runs(since=date(2026, 5, 3)) == []


def test_activities_of_one_file_have_their_own_samples_and_clock(store: Store) -> None:
    swim = an_activity(sport="swimming", rows=3, elapsed_s=600.0)
    run = an_activity(started_at=START + minutes(12), rows=5)
    recording = a_recording(swim, run)
    bring(store, recording, b"multisport")
    first, second = store.runs()
    assert [first.activity.sport, second.activity.sport] == ["swimming", "running"]
    assert first.original_sha256 == second.original_sha256
    np.testing.assert_array_equal(store.samples(second.id)["time_s"], [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(
        store.samples(second.id)["heart_rate_bpm"], recording.samples_of(1)["heart_rate_bpm"]
    )


def test_a_recording_without_samples_is_kept(store: Store) -> None:
    bring(store, a_recording(an_activity(rows=0)), b"typed in by hand")
    (run,) = store.runs()
    assert len(store.samples(run.id)) == 0


def test_activities_without_a_date_take_no_place(store: Store) -> None:
    bring(store, a_recording(an_activity(started_at=None), an_activity()), b"one of two")
    assert [run.activity.started_at for run in store.runs()] == [START]


def test_samples_and_originals_can_be_read_without_goodknee(store: Store, folder: Path) -> None:
    bring(store, a_recording(), b"plain bytes")
    packed = gzip.compress(b"compressed before")
    bring(store, a_recording(an_activity(started_at=START + minutes(100))), packed)
    plain, compressed = (run.original_sha256 for run in store.runs())
    assert gzip.decompress((folder / "originals" / f"{plain}.fit.gz").read_bytes()) == b"plain bytes"
    assert (folder / "originals" / f"{compressed}.fit.gz").read_bytes() == packed
    table = pq.read_table(folder / "samples" / f"{plain}.parquet")
    assert table.column_names == ["activity", "time_s", "heart_rate_bpm"]


def test_the_same_content_is_stored_once_also_when_packed(store: Store, folder: Path) -> None:
    first = bring(store, a_recording(), b"content")
    files = set(everything_in(folder))
    for data in (gzip.compress(b"content"), gzip.compress(b"content", 1), b"content"):
        again = bring(store, a_recording(file="again.fit.gz"), data)
        assert (again.run_ids, again.duplicate_of) == ((), first.run_ids[0])
    assert set(everything_in(folder)) == files
    assert [each.duplicates for each in store.imports()] == [0, 1, 1, 1]


def test_known_bytes_are_known_without_reading_them(store: Store) -> None:
    packed = gzip.compress(b"content")
    taken = bring(store, a_recording(), b"content")
    bring(store, a_recording(), packed)
    with store.start_import(NOW) as session:
        for data in (b"content", packed):
            assert session.known(hashlib.sha256(data).hexdigest()) == taken.run_ids[0]
        assert session.known(hashlib.sha256(b"other").hexdigest()) is None


def test_a_richer_file_takes_the_run_over_and_undo_gives_it_back(store: Store) -> None:
    gpx = a_recording(an_activity(started_at=START + timedelta(seconds=9)), kind="gpx", file="phone.gpx")
    poorer = bring(store, gpx, b"gpx")
    store.add_diary([told(date(2026, 5, 3), "left", run_id=poorer.run_ids[0], pain_during=2)])
    richer = bring(store, a_recording(), b"fit")
    assert richer.run_ids == poorer.run_ids
    (run,) = store.runs()
    assert (run.format, run.import_id) == ("fit", "2")
    assert store.original(run.id)[1] == b"fit"
    undone = store.undo_import("2")
    assert (undone.removed, undone.revived) == ((), poorer.run_ids)
    (run,) = store.runs()
    assert (run.format, run.id) == ("gpx", poorer.run_ids[0])
    assert store.original(run.id)[1] == b"gpx"
    assert len(store.samples(run.id)) == 4


def test_the_poorer_file_of_a_known_run_is_noted_and_not_stored(store: Store, folder: Path) -> None:
    richer = bring(store, a_recording(), b"fit")
    poorer = bring(store, a_recording(kind="tcx", file="run.tcx"), b"tcx")
    assert poorer.duplicate_of == richer.run_ids[0]
    assert len(list((folder / "originals").iterdir())) == 1
    assert store.undo_import("1").import_again == ("run.tcx",)
    assert store.runs() == []
    # What was set aside is new again once the richer file is gone.
    assert bring(store, a_recording(kind="tcx", file="run.tcx"), b"tcx").run_ids


def test_undo_takes_everything_back_and_says_so_once(store: Store, folder: Path) -> None:
    bring(store, a_recording(), b"first")
    before = {name for name in everything_in(folder) if "/" in name}
    second = bring(store, a_recording(an_activity(started_at=START + minutes(90))), b"second")
    assert store.undo_import("2").removed == second.run_ids
    assert {name for name in everything_in(folder) if "/" in name} == before
    assert [each.state for each in store.imports()] == ["finished", "undone"]
    for unknown in ("2", "3", "0", "one", "²", "9" * 30):
        with pytest.raises(AnswerError) as error:
            store.undo_import(unknown)
        assert "--list" in error.value.next_step
    bring(store, a_recording(), b"third")
    assert [each.id for each in store.imports()] == ["1", "2", "3"]


def test_an_unfinished_import_can_be_undone(store: Store) -> None:
    with store.start_import(NOW) as session:
        session.take_in([pack(a_recording(), data=b"in", folder=session.folder)])
        pack(a_recording(), data=b"not yet in", folder=session.folder)
    assert [each.state for each in store.imports()] == ["unfinished"]
    assert len(store.runs()) == 1
    assert store.undo_import("1").removed
    assert store.runs() == []


def test_a_second_import_at_the_same_time_is_told_to_wait(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_in_folder, "LOCK_WAIT_S", 0.05)
    with (
        store.start_import(NOW),
        open_store(folder) as other,
        pytest.raises(StoreError, match="under way"),
        other.start_import(NOW),
    ):
        pass
    with open_store(folder) as other, other.start_import(NOW):
        pass


def test_readers_go_on_while_an_import_is_under_way(store: Store, folder: Path) -> None:
    bring(store, a_recording(), b"before")
    with store.start_import(NOW), open_store(folder) as reader:
        assert len(reader.runs()) == 1
        reader.add_diary([told(date(2026, 5, 3), "left", pain_worst=3)])


def test_the_diary_comes_back_as_it_was_told(store: Store) -> None:
    evening = told(
        date(2026, 5, 4), "right", pain_worst=4.5, note="stairs ✓", limp=True, run_id="20260503-0612-3f9a"
    )
    person = told(date(2026, 5, 3), sleep_h=7, tests={"t_stepdown": {"left": (2, True), "right": (0,)}})
    kept = store.add_diary([evening, person])
    assert [each.id for each in kept] == [1, 2]
    assert store.diary() == kept == [replace(evening, id=1), replace(person, id=2)]


def test_a_correction_is_a_row_of_its_own_that_names_the_first(store: Store) -> None:
    entry = told(date(2026, 5, 4), "right", pain_worst=4)
    (kept,) = store.add_diary([entry])
    first = store.correct_diary(kept.id, replace(entry, answers={"pain_worst": 6}))
    second = store.correct_diary(first.id, replace(entry, answers={}))
    assert (first.corrects, second.corrects) == (kept.id, kept.id)
    assert store.diary() == [kept, first, second]
    with pytest.raises(AnswerError, match="no entry 9"):
        store.correct_diary(9, entry)
    assert len(store.diary()) == 3


def test_entries_are_kept_all_or_none(store: Store) -> None:
    good = told(date(2026, 5, 4), "right", pain_worst=4)
    with pytest.raises(StoreError):
        store.add_diary([good, replace(good, day=None)])  # type: ignore[arg-type] # a row that cannot be
    assert store.diary() == []


def test_a_simulated_store_says_so_and_stands_still_at_its_day(folder: Path) -> None:
    open_store(folder, create=True, simulated=True, story_day=date(2026, 5, 12)).close()
    with open_store(folder) as store:
        assert (store.simulated, store.story_day) == (True, date(2026, 5, 12))
    open_store(folder, create=True, simulated=True).close()


def test_a_simulated_runner_never_joins_a_person(store: Store, folder: Path) -> None:
    assert (store.simulated, store.story_day) == (False, None)
    with pytest.raises(StoreError, match="person's store"):
        open_store(folder, create=True, simulated=True)


def test_a_missing_store_answers_as_an_empty_one_and_is_not_made(folder: Path) -> None:
    for where in (folder, str(folder), folder.as_uri()):
        with open_store(where) as store:
            assert (store.runs(), store.imports(), store.diary()) == ([], [], [])
            with pytest.raises(AnswerError):
                store.run("2026")
            for write in (
                lambda: store.add_diary([]),
                lambda: store.undo_import("1"),
                lambda: store.start_import(NOW).__enter__(),
            ):
                with pytest.raises(StoreError, match="no store here yet"):
                    write()
    assert not folder.exists()


def test_an_unknown_kind_of_address_is_refused() -> None:
    with pytest.raises(StoreError, match="address"):
        open_store("postgresql://somewhere/knees")


def test_a_name_with_an_address_in_it_is_not_kept(store: Store, folder: Path) -> None:
    bring(store, a_recording(file="anna@example.org_81.fit"), b"x")
    (run,) = store.runs()
    name, _ = store.original(run.id)
    assert name.endswith(".fit")
    store.close()
    assert not any(b"example.org" in data for data in everything_in(folder).values())


def test_a_name_that_is_not_text_does_no_harm(store: Store) -> None:
    bring(store, a_recording(file=b"l\xe4uf.fit".decode("utf-8", "surrogateescape")), b"x")
    assert store.original(store.runs()[0].id)[0] == "l�uf.fit"


RUNS = st.lists(
    st.builds(
        lambda second, duration, distance, kind, sport, rows: a_recording(
            an_activity(
                started_at=START + timedelta(seconds=second),
                elapsed_s=duration,
                distance_m=distance,
                sport=sport,
                rows=rows,
            ),
            kind=kind,
        ),
        st.sampled_from([0, 40, 61, 100, 125, 400]),
        st.sampled_from([1800.0, 1900.0, 2100.0, None]),
        st.sampled_from([5000.0, 5400.0, 6000.0, 0.0, None]),
        st.sampled_from(["fit", "tcx", "gpx"]),
        st.sampled_from(["running", "walking", "cycling", None]),
        st.sampled_from([0, 4, 9]),
    ),
    min_size=2,
    max_size=4,
)


def shown(folder: Path) -> set[tuple[str, datetime | None]]:
    with open_store(folder) as store:
        return {(run.original_sha256, run.activity.started_at) for run in store.runs()}


def imported(folder: Path, files: list[tuple[int, Recording]]) -> None:
    with open_store(folder, create=True) as store:
        for number, recording in files:
            bring(store, recording, f"file {number}".encode())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(recordings=RUNS, data=st.data())
def test_the_order_of_import_never_matters(
    recordings: list[Recording], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = list(enumerate(recordings))
    one, other = tmp_path_factory.mktemp("one") / "store", tmp_path_factory.mktemp("other") / "store"
    imported(one, files)
    imported(other, data.draw(st.permutations(files)))
    assert shown(one) == shown(other)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(recordings=RUNS, data=st.data())
def test_undo_is_as_if_it_had_never_been(
    recordings: list[Recording], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = list(enumerate(recordings))
    gone = data.draw(st.sampled_from(files))
    tried, never = tmp_path_factory.mktemp("undo") / "store", tmp_path_factory.mktemp("never") / "store"
    imported(tried, files)
    with open_store(tried) as store:
        store.undo_import(str(gone[0] + 1))
    others = [each for each in files if each is not gone]
    imported(tried, others)
    imported(never, others)
    assert shown(tried) == shown(never)


A_CHECK = NewCheck(
    at=NOW,
    day=date(2026, 5, 12),
    answers={"side": "left", "location": ["front"], "hot": None, "age_years": 33},
    result={"urgency": "routine", "holds": []},
    code_version="0.1.0",
    knowledge_version="0.1",
    input_sha256="0" * 64,
)
A_VISIT = VisitRecord(at=NOW, rule="RF32", day=date(2026, 5, 11), who="a physio", cleared=True)


def test_checks_and_visits_come_back_as_they_were_in_their_order(store: Store, folder: Path) -> None:
    first = store.add_check(A_CHECK)
    store.add_visits([A_VISIT, replace(A_VISIT, cleared=False)])
    second = store.add_check(replace(A_CHECK, answers={}))
    store.close()
    with open_store(folder) as again:
        assert again.checks() == [first, second]
        assert again.visits() == [A_VISIT, replace(A_VISIT, cleared=False)]
    assert first.id != second.id
    assert first.answers == A_CHECK.answers


def test_at_most_one_check_is_unfinished(store: Store, folder: Path) -> None:
    begun = UnfinishedCheck(
        at=NOW, day=date(2026, 5, 12), answers={"hot": None}, code_version="0.1", knowledge_version="0.1"
    )
    assert store.unfinished_check() is None
    store.keep_unfinished(begun)
    store.keep_unfinished(replace(begun, answers={"hot": False, "location": ["front"]}))
    store.close()
    with open_store(folder) as again:
        assert again.unfinished_check() == replace(begun, answers={"hot": False, "location": ["front"]})
        assert again.checks() == []
        again.keep_unfinished(None)
        assert again.unfinished_check() is None


A_SCORE = NewScore(
    at=NOW,
    day=date(2026, 5, 12),
    instrument="akps",
    answers={"limp": 1, "my own words": 2.5},
    value=72.5,
    result={"score": 72.5, "missing_keys": []},
    code_version="0.1",
    knowledge_version="0.2",
)
A_LESSON = LessonRead(at=NOW, day=date(2026, 5, 12), lesson="flare_plan", knowledge_version="0.2")


def test_scores_come_back_by_day_and_lessons_in_their_order(store: Store, folder: Path) -> None:
    first = store.add_score(A_SCORE)
    earlier = store.add_score(replace(A_SCORE, day=date(2026, 5, 1)))
    store.add_lesson_read(A_LESSON)
    store.add_lesson_read(replace(A_LESSON, lesson="when_help"))
    store.close()
    with open_store(folder) as again:
        assert again.scores() == [earlier, first]
        assert again.lessons_read() == [A_LESSON, replace(A_LESSON, lesson="when_help")]


def test_a_missing_store_has_no_scores_and_takes_none(tmp_path: Path) -> None:
    with open_store(tmp_path / "none") as nothing:
        assert (nothing.scores(), nothing.lessons_read()) == ([], [])
        with pytest.raises(StoreError, match="no store"):
            nothing.add_score(A_SCORE)
        with pytest.raises(StoreError, match="no store"):
            nothing.add_lesson_read(A_LESSON)


def test_a_missing_store_has_no_checks_and_takes_none(tmp_path: Path) -> None:
    with open_store(tmp_path / "none") as nothing:
        assert nothing.checks() == []
        assert nothing.visits() == []
        with pytest.raises(StoreError, match="no store"):
            nothing.add_check(A_CHECK)
