"""The runs of a plan as workout files for a watch, each with a text beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.services.session_words import session_lines
from goodknee.writers.whole_file import write_whole_file
from goodknee.writers.workout_fit import Workout, WorkoutStep, encode_workout

Document = Mapping[str, Any]
SECONDS_A_MINUTE: Final = 60
#: Files that this program wrote before: a session's id stands in the name.
_OURS: Final = re.compile(r"goodknee-(\d{8})-(run|walk_run)\.(fit|txt)")


def write_workouts(shown: Document, folder: Path, knowledge: Knowledge, *, made_at: datetime) -> list[Path]:
    """Write each run of a plan; files of sessions that fell away are taken out again.

    Args:
        shown: The plan that goes to the watch.
        folder: Where to; it is made when it is not there. Files of other names are left alone.
        knowledge: The pack, for the words.
        made_at: When the plan was made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for session in _runs(shown):
        text = "\n".join((session["title"], *session_lines(session, shown, knowledge), ""))
        for name, data in (
            (f"goodknee-{session['id']}.fit", encode_workout(workout_of(session, made_at=made_at))),
            (f"goodknee-{session['id']}.txt", text.encode()),
        ):
            write_whole_file(folder / name, data, replace=True)
            written.append(folder / name)
    for old in folder.iterdir():
        found = _OURS.fullmatch(old.name)
        if found and old not in written and found[1] >= shown["from"].replace("-", ""):
            old.unlink()
    return written


def workout_of(session: Document, *, made_at: datetime) -> Workout:
    """Return a run of a plan as the steps of a watch."""
    details = session["details"]
    turns, before_min = details.get("walk_run"), details.get("warm_up_walk_min")
    before = [_step("Walk", "warmup", before_min)] if before_min else []
    repeats = 1
    if turns and turns["walk_min"]:
        turn = [_step("Run", "active", turns["run_min"]), _step("Walk", "rest", turns["walk_min"])]
        repeats = turns["repeats"] or 1
    elif turns:
        turn = [_step("Run", "active", turns["run_min"])]
    elif details.get("distance_m"):
        turn = [WorkoutStep(name="Run", intensity="active", metres=details["distance_m"])]
    elif session["kind"] == "walk_run" and session["minutes"]:
        turn = [_step("Walk", "active", session["minutes"])]
    else:
        turn = [WorkoutStep(name="Run", intensity="active")]
    on = date.fromisoformat(f"{session['id'][:4]}-{session['id'][4:6]}-{session['id'][6:8]}")
    walks = all(step.name == "Walk" for step in (*before, *turn))
    return Workout(
        id=session["id"],
        made_at=made_at,
        name=f"{on:%a} {on.day} {_short_title(session, repeats)}",
        sport="walking" if walks else "running",
        before=before,
        turn=turn,
        repeats=repeats,
    )


def _short_title(session: Document, repeats: int) -> str:
    """Return a title that the small screen of a watch can hold."""
    turns = session["details"].get("walk_run")
    if turns and turns["walk_min"]:
        return f"{repeats} x {turns['run_min']:g} run {turns['walk_min']:g} walk"
    return f"{turns['run_min']:g} min run" if turns else str(session["title"])


def _step(name: str, intensity: Any, minutes: float) -> WorkoutStep:
    return WorkoutStep(name=name, intensity=intensity, seconds=minutes * SECONDS_A_MINUTE)


def _runs(shown: Document) -> Iterator[Document]:
    for day in shown["days"]:
        yield from (each for each in day["sessions"] if each["kind"] in {"run", "walk_run"})
