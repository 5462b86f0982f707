"""A session of a plan in plain lines: for a calendar, for the text beside a workout, for paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from goodknee.core.knowledge import Knowledge

Session = Mapping[str, Any]


def session_lines(session: Session, document: Mapping[str, Any], knowledge: Knowledge) -> Iterator[str]:
    """Yield what to do, then why, a sentence a line."""
    details = session["details"]
    yield from _run_lines(session, knowledge) if session["kind"] in {"run", "walk_run"} else ()
    for exercise in details.get("exercises", ()):
        name, cue = exercise["name"], exercise.get("cue") or exercise.get("how", "")
        yield f"{name}: {dose_words(exercise)}. {cue}" if dose_words(exercise) else f"{name}: {cue}"
    tests = details.get("tests", ())
    for test in tests:
        yield f"{test['name']}: {test['how']} Write down: {test['records']}."
    yield from (details[key] for key in ("how", "says", "then") if details.get(key))
    if "lesson" in details:
        yield f"Lesson: {details['lesson']['title']} (goodknee learn {details['lesson']['id']})"
    reasons = {each["rule"]: each for each in document["reasons"]}
    for rule in session["why"]:
        if rule in reasons and rule not in {test["id"] for test in tests}:
            yield f"Why: {reasons[rule]['says']} ({reasons[rule]['evidence']})"


def _run_lines(session: Session, knowledge: Knowledge) -> Iterator[str]:
    details = session["details"]
    if details.get("warm_up_walk_min"):
        yield f"Walk for {details['warm_up_walk_min']:g} minutes first."
    turns = details.get("walk_run")
    if turns and turns["walk_min"]:
        times = f", {turns['repeats']} times" if turns["repeats"] else ""
        yield f"Run {turns['run_min']:g} min, walk {turns['walk_min']:g} min{times}."
    elif turns:
        yield f"Run {turns['run_min']:g} min without a break."
    if details.get("share_of_last_pct"):
        yield f"At most {details['share_of_last_pct']:g} % of your last run."
    if details.get("flat"):
        yield knowledge.run_return.levels.surface
    if details.get("speed_factor"):
        yield f"About {100 * (1 - details['speed_factor']):.0f} % slower than your usual easy pace."
    if details.get("cadence_target_spm"):
        yield f"Try {details['cadence_target_spm']:.0f} steps a minute, both feet."
    if details.get("limits"):
        yield details["limits"]


def dose_words(exercise: Mapping[str, Any]) -> str:
    """Return a dose as "3 × 10 to 15 each leg"; empty where there is none."""
    units = (("reps", ""), ("seconds", " s"), ("minutes", " min"))
    amount = next((f"{_span(exercise[key])}{unit}" for key, unit in units if exercise.get(key)), "")
    hold = f", hold {_span(exercise['hold_s'])} s" if exercise.get("hold_s") else ""
    each = {"leg": " each leg", "way": " each way"}.get(exercise.get("per", "set"), "")
    sets = f"{exercise['sets']} × " if exercise.get("sets") else ""
    return f"{sets}{amount}{each}{hold}".removeprefix(", ")


def _span(span: Sequence[float]) -> str:
    low, high = span
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
