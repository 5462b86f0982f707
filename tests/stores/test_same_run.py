"""When two files tell of the same run, at the edges of what two devices may differ by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodknee.stores.same_run import Place, Sighting, same_run, settle

START = datetime(2026, 5, 3, 6, 12, 44, tzinfo=UTC)
WATCH = Sighting(
    row=1,
    recording="watch",
    number=0,
    format="fit",
    kept=True,
    started_at=START,
    elapsed_s=1800.0,
    timer_s=1700.0,
    distance_m=5000.0,
    sport="running",
    channel_count=8,
    sample_count=1800,
)
PHONE = replace(WATCH, row=2, recording="phone", format="gpx", channel_count=4)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"started_at": START + timedelta(seconds=60)}, True),
        ({"started_at": START - timedelta(seconds=60)}, True),
        ({"started_at": START + timedelta(seconds=60.001)}, False),
        # 10 % of the longer one: 2000 s against 1800 s
        ({"elapsed_s": 2000.0, "timer_s": 2000.0}, True),
        ({"elapsed_s": 2000.1, "timer_s": 2000.1}, False),
        # the phone knows only the time without pauses
        ({"elapsed_s": 1545.0, "timer_s": None}, True),
        ({"elapsed_s": 1520.0, "timer_s": None}, False),
        ({"elapsed_s": None, "timer_s": None}, False),
        ({"distance_m": 5555.0}, True),
        ({"distance_m": 5556.0}, False),
        ({"distance_m": 4500.0}, True),
        ({"distance_m": 4499.0}, False),
        # no position, or a treadmill: only the duration can be compared
        ({"distance_m": None}, True),
        ({"distance_m": 0.0}, True),
        ({"sport": None}, True),
        ({"sport": "generic"}, True),
        ({"sport": "walking"}, True),
        ({"sport": "cycling"}, False),
        ({"recording": "watch", "number": 1}, False),
    ],
)
def test_two_files_tell_of_the_same_run(changes: dict[str, object], same: bool) -> None:
    other = replace(PHONE, **changes)  # type: ignore[arg-type] # each key is a field with a value of its type
    assert same_run(WATCH, other) is same
    assert same_run(other, WATCH) is same


def test_short_runs_may_differ_by_a_minute_and_200_m() -> None:
    short = replace(WATCH, elapsed_s=100.0, timer_s=100.0, distance_m=300.0)
    assert same_run(
        short, replace(short, recording="phone", elapsed_s=160.0, timer_s=160.0, distance_m=500.0)
    )
    assert not same_run(short, replace(short, recording="phone", elapsed_s=161.0, timer_s=161.0))
    assert not same_run(short, replace(short, recording="phone", distance_m=501.0))


def placed(sightings: list[Sighting]) -> dict[int, Place]:
    taken = {sighting.run_id for sighting in sightings}

    def new_id(sighting: Sighting, claimed: set[str]) -> str:
        ids = (f"{sighting.recording}:{sighting.number}{marks * '+'}" for marks in count())
        return next(each for each in ids if each not in claimed | taken)

    return settle(sightings, new_id=new_id)


@pytest.mark.parametrize(
    ("poorer", "richer"),
    [
        ({"format": "gpx", "channel_count": 9}, {"format": "tcx"}),
        ({"format": "tcx", "channel_count": 9}, {"format": "fit"}),
        ({"format": "fit", "sample_count": 0}, {"format": "gpx"}),
        ({"channel_count": 7, "sample_count": 9999}, {}),
        ({"sample_count": 1799}, {}),
    ],
)
def test_the_richer_file_wins(poorer: dict[str, object], richer: dict[str, object]) -> None:
    one = replace(WATCH, **poorer)  # type: ignore[arg-type] # each key is a field with a value of its type
    other = replace(WATCH, row=2, recording="other", **richer)  # type: ignore[arg-type] # the same
    places = placed([one, other])
    assert (places[1].shown, places[2].shown) == (False, True)
    assert places[1].run_id == places[2].run_id == "watch:0"


def test_two_short_activities_of_one_file_stay_two_beside_another_file_of_both() -> None:
    second = replace(WATCH, row=2, number=1, started_at=START + timedelta(seconds=50))
    same_in_gpx = [replace(each, row=each.row + 2, recording="gpx", format="gpx") for each in (WATCH, second)]
    places = placed([*same_in_gpx, WATCH, second])
    assert [places[row].shown for row in (1, 2, 3, 4)] == [True, True, False, False]
    assert places[1].run_id == places[3].run_id != places[2].run_id == places[4].run_id


FILES = st.lists(
    st.tuples(
        st.lists(st.integers(0, 300), min_size=1, max_size=3, unique=True),  # starts of a file's activities
        st.sampled_from([600.0, 640.0, 700.0]),
        st.sampled_from(["fit", "tcx", "gpx"]),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=6,
)


@given(files=FILES, data=st.data())
def test_one_after_the_other_in_any_order_comes_to_the_same(
    files: list[tuple[list[int], float, str, int]], data: st.DataObject
) -> None:
    def arrive(order: list[int]) -> set[tuple[str, int]]:
        here: list[Sighting] = []
        for name in order:
            starts, duration, kind, channels = files[name]
            for number, second in enumerate(sorted(starts)):
                here.append(
                    replace(
                        WATCH,
                        row=len(here) + 1,
                        recording=str(name),
                        number=number,
                        started_at=START + timedelta(seconds=second),
                        elapsed_s=duration,
                        timer_s=duration,
                        format=kind,  # type: ignore[arg-type] # drawn from the formats
                        channel_count=channels,
                    )
                )
            places = placed(here)
            here = [replace(each, run_id=places[each.row].run_id) for each in here]
            ids = [places[each.row].run_id for each in here if places[each.row].shown]
            assert len(ids) == len(set(ids))
        return {(each.recording, each.number) for each in here if places[each.row].shown}

    names = list(range(len(files)))
    assert arrive(names) == arrive(data.draw(st.permutations(names)))
