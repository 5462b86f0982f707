"""Workout files: other readers see the same steps, and ours says what the file is."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import fitdecode
import fitparse
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodknee.errors import NotAnActivityError
from goodknee.formats import fit_profile as profile
from goodknee.readers.activity_file import read_bytes
from goodknee.readers.fit.decode import decode
from goodknee.writers.workout_fit import LONGEST_NAME, Workout, WorkoutStep, encode_workout

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
WALK_FIRST = WorkoutStep(name="Walk", intensity="warmup", seconds=300)
RUN = WorkoutStep(name="Run", intensity="active", seconds=60)
WALK = WorkoutStep(name="Walk", intensity="rest", seconds=120)


def workout(**more: Any) -> Workout:
    given: dict[str, Any] = {
        "id": "20261123-walk_run",
        "made_at": AT,
        "name": "Mon 23 8 x 1 run 2 walk",
        "sport": "running",
        "before": [WALK_FIRST],
        "turn": [RUN, WALK],
        "repeats": 8,
    }
    return Workout(**{**given, **more})


def messages(data: bytes) -> list[tuple[str, dict[str, Any]]]:
    with fitdecode.FitReader(BytesIO(data)) as file:
        return [
            (frame.name, {field.name: field.value for field in frame.fields})
            for frame in file
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


def test_others_read_the_steps_of_walking_and_running() -> None:
    (file_id, kind), (_, about), *steps = messages(encode_workout(workout()))
    assert (file_id, kind["type"], kind["time_created"]) == ("file_id", "workout", AT)
    assert (about["sport"], about["num_valid_steps"], about["wkt_name"]) == (
        "running",
        4,
        "Mon 23 8 x 1 run 2 walk",
    )
    assert [step["message_index"] for _, step in steps] == [0, 1, 2, 3]
    assert [step["duration_time"] for _, step in steps[:3]] == [300, 60, 120]
    assert [step["intensity"] for _, step in steps[:3]] == ["warmup", "active", "rest"]
    assert all(step["target_type"] == "open" for _, step in steps)
    repeat = steps[3][1]
    assert (repeat["duration_type"], repeat["duration_step"], repeat["repeat_steps"]) == (
        "repeat_until_steps_cmplt",
        1,
        8,
    )


def test_a_second_reader_agrees() -> None:
    data = encode_workout(workout())
    parsed = [
        {key: value for key, value in message.get_values().items() if value is not None}
        for message in fitparse.FitFile(BytesIO(data)).get_messages("workout_step")
    ]
    assert [step.get("duration_time") for step in parsed] == [300, 60, 120, None]
    assert parsed[3]["repeat_steps"] == 8


def test_a_run_by_distance_and_one_until_the_lap_button() -> None:
    by_distance = WorkoutStep(name="Run", intensity="active", metres=4800)
    steps = messages(encode_workout(workout(turn=[by_distance], repeats=1)))[2:]
    assert steps[1][1]["duration_distance"] == 4800
    until = WorkoutStep(name="Run", intensity="active")
    assert messages(encode_workout(workout(turn=[until], repeats=1)))[-1][1]["duration_type"] == "open"


def test_our_own_reader_reads_it_back_and_says_what_it_is() -> None:
    data = encode_workout(workout())
    fit = decode(data)
    assert fit.warnings == ()
    assert fit.numbers == {profile.FILE_ID, profile.WORKOUT, profile.WORKOUT_STEP}
    with pytest.raises(NotAnActivityError, match="workout"):
        read_bytes(data, file="plan.fit")


def test_the_same_workout_gives_the_same_bytes_and_another_another_number() -> None:
    assert encode_workout(workout()) == encode_workout(workout())
    other = messages(encode_workout(workout(id="20261125-walk_run")))
    assert other[0][1]["serial_number"] != messages(encode_workout(workout()))[0][1]["serial_number"]


@given(name=st.text(min_size=1, max_size=80), minutes=st.integers(1, 300), repeats=st.integers(1, 40))
def test_any_name_and_length(name: str, minutes: int, repeats: int) -> None:
    step = WorkoutStep(name="Run", intensity="active", seconds=60 * minutes)
    about = messages(encode_workout(workout(name=name, turn=[step], repeats=repeats)))
    assert len(about[1][1]["wkt_name"] or "") <= LONGEST_NAME
    assert about[1][1]["num_valid_steps"] == len(about) - 2


def test_a_workout_without_a_step_is_refused() -> None:
    with pytest.raises(ValueError, match="step"):
        encode_workout(workout(before=[], turn=[]))
