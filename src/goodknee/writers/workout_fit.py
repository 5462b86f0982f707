"""A planned run as a FIT workout file, which a watch leads through step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zlib import crc32

from goodknee.formats import fit_profile as profile
from goodknee.formats import fit_words as words
from goodknee.writers.fit import FieldValue, Message, encode, fit_time

#: Longer names are cut by watches, so they are cut here, between words where that is possible.
LONGEST_NAME: Final = 32
_DURATION = {word: number for number, word in words.STEP_DURATIONS.items()}
_TARGET = {word: number for number, word in words.STEP_TARGETS.items()}
_INTENSITY = {word: number for number, word in words.INTENSITIES.items()}
_SPORT = {word: number for number, word in words.SPORTS.items()}

Intensity = Literal["warmup", "active", "rest", "cooldown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkoutStep:
    """One step: for so long, for so far, or until the runner presses the lap button."""

    name: str
    intensity: Intensity
    seconds: float | None = None
    metres: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workout:
    """A workout: the steps before, those that are repeated, and how often.

    Attributes:
        id: The same for the same session for good.
        made_at: Aware.
        repeats: How often ``turn`` is done; with 1 it is written once, without a repeat.
    """

    id: str
    made_at: datetime
    name: str
    sport: Literal["running", "walking"]
    before: Sequence[WorkoutStep]
    turn: Sequence[WorkoutStep]
    repeats: int = 1


def encode_workout(workout: Workout) -> bytes:
    """Return the FIT workout file; the same workout gives the same bytes.

    Raises:
        ValueError: It has no step.
    """
    steps = list(_steps(workout))
    if not steps:
        raise ValueError("a workout needs a step")
    opening: dict[str, FieldValue] = {
        "type": profile.WORKOUT_FILE,
        "manufacturer": words.DEVELOPMENT,
        "product": 0,
        # A watch tells workouts apart by maker, number and time.
        "serial_number": crc32(workout.id.encode()) or 1,
        "time_created": fit_time(workout.made_at),
    }
    about: dict[str, FieldValue] = {
        "sport": _SPORT[workout.sport],
        "num_valid_steps": len(steps),
        "wkt_name": _short(workout.name),
    }
    return encode([Message(profile.FILE_ID, opening), Message(profile.WORKOUT, about), *steps])


def _steps(workout: Workout) -> Iterator[Message]:
    number = 0
    for number, step in enumerate((*workout.before, *workout.turn)):
        yield Message(profile.WORKOUT_STEP, {"message_index": number, **_fields(step)})
    if workout.repeats > 1 and workout.turn:
        yield Message(
            profile.WORKOUT_STEP,
            {
                "message_index": number + 1,
                "duration_type": _DURATION["repeat_until_steps_cmplt"],
                "duration_value": len(workout.before),
                "target_type": _TARGET["open"],
                "target_value": workout.repeats,
            },
        )


def _fields(step: WorkoutStep) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {
        "wkt_step_name": _short(step.name),
        "target_type": _TARGET["open"],
        "target_value": 0,
        "intensity": _INTENSITY[step.intensity],
    }
    if step.seconds is not None:
        return {**fields, "duration_type": _DURATION["time"], "duration_value": round(step.seconds * 1000)}
    if step.metres is not None:
        return {**fields, "duration_type": _DURATION["distance"], "duration_value": round(step.metres * 100)}
    return {**fields, "duration_type": _DURATION["open"], "duration_value": 0}


def _short(name: str) -> str:
    """Return a name that a watch can show: plain letters, and not too long."""
    plain = name.replace("\u00a0", " ").encode("ascii", "replace").decode()
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME + 1].rsplit(" ", 1)[0][:LONGEST_NAME]
