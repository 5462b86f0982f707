"""The runner's week, from settings, the check, the runs of late and the plan in force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from statistics import median
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.load.other_load import Coarse
from goodknee.core.load.run_load import easy_km, spreads, value_of
from goodknee.core.load.usual import no_history
from goodknee.core.model import StoredPlan
from goodknee.core.plan.history import DoneRun, History, Knee
from goodknee.core.plan.sessions import EVERY_DAY, Away, PersonWeek, Race
from goodknee.errors import AnswerError

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Days of runs that tell how fast and how often this runner runs of late.
OF_LATE_DAYS: Final = 28
SECONDS_A_MINUTE: Final = 60


def person_week(
    settings: Mapping[str, Any],
    history: History,
    in_force: StoredPlan | None,
    knowledge: Knowledge,
    *,
    lessons: Sequence[tuple[str, str]] = (),
    today: date,
) -> PersonWeek:
    """Return the runner's week; a setting goes before the answer of the check.

    Args:
        settings: What is set.
        history: What is known of the runner up to today.
        in_force: The plan in force.
        knowledge: The pack: coefficients for the load of one easy km.
        lessons: Lessons to offer, in their turn: (id, title).
        today: The runner's local day.

    Raises:
        AnswerError: A race or a pause among the settings cannot be read.
    """
    answers = history.check.answers if history.check else {}
    minutes = settings.get("minutes", answers.get("minutes_per_session"))
    run_days = answers.get("days_for_running")
    free = _weekdays(settings.get("days")) if "days" in settings else EVERY_DAY
    runs = _runs(history)
    late = [run for run in runs if 0 <= (today - run.day).days < OF_LATE_DAYS]
    speed = _easy_speed(late)
    done = [each.day for side in history.sore for each in Knee(history, side, stands_in=False).strength]
    return PersonWeek(
        free_days=free,
        days_most=_whole(answers.get("days_for_exercise")) if "days" not in settings else None,
        run_days=_weekdays(run_days) if run_days else None,
        minutes=dict.fromkeys(range(7), float(minutes)) if minutes is not None else {},
        equipment=frozenset(settings.get("equipment", answers.get("equipment")) or ()) - {"none"},
        long_run_day=_weekday(settings.get("long_run_day")),
        sore=history.sore,
        races=tuple(_races(settings.get("races"), knowledge)),
        away=tuple(_away(settings.get("away"))),
        easy_speed_mps=knowledge.watch.priors.speed_mps.mean if speed is None else speed,
        speed_assumed=speed is None,
        easy_km_bw_s=_easy_km(speed, late, knowledge),
        runs_per_week=_per_week(late),
        week_m=_week_m(late, answers),
        recent_runs=tuple({run.day for run in runs if 0 <= (today - run.day).days < len(WEEKDAYS)}),
        last_strength=max(done, default=None),
        tests_done=_tests_done(history),
        lessons=tuple(lessons),
        exercises=_exercises(in_force),
        stepped_up=_stepped_up(in_force, max(done, default=None)),
        kept_days=_kept_days(in_force),
    )


def _runs(history: History) -> list[DoneRun]:
    """Return every run, imported or typed, once."""
    found: dict[tuple[date, str | None], DoneRun] = {}
    for side in history.sore:
        for session in Knee(history, side, stands_in=False).runs:
            if session.run is not None:
                found.setdefault((session.day, session.run.id), session.run)
    return sorted(found.values(), key=lambda run: run.day)


def _weekday(word: object) -> int | None:
    text = str(word or "").lower()[:3]
    return next((number for number, name in enumerate(WEEKDAYS) if text and name.startswith(text)), None)


def _weekdays(words: object) -> frozenset[int]:
    listed = words if isinstance(words, tuple | list) else ()
    return frozenset(day for word in listed if (day := _weekday(word)) is not None)


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _easy_speed(runs: Sequence[DoneRun]) -> float | None:
    speeds = [
        run.distance_m / (run.minutes * SECONDS_A_MINUTE) for run in runs if run.distance_m and run.minutes
    ]
    return median(speeds) if speeds else None


def _easy_km(speed: float | None, runs: Sequence[DoneRun], knowledge: Knowledge) -> Coarse | None:
    """Return what one easy flat km puts on each knee; without runs the pack's priors stand in, widely."""
    model = knowledge.watch
    usual = no_history(model)
    if speed is not None:
        usual = replace(usual, speed_mps=speed, speed_sd_ln=model.priors.run_to_run_speed_sd_ln)
    steps = [run.cadence_spm for run in runs if run.cadence_spm]
    if steps:
        middle = median(steps)
        usual = replace(
            usual,
            cadence_spm=middle,
            anchor_cadence_spm=middle,
            cadence_sd_ln=model.priors.run_to_run_cadence_sd_ln,
        )
    unit, sd = easy_km(usual, model), spreads(usual, model)
    value = value_of(unit.impulse_bw_s, of=unit.of_impulse, relative={}, sd=sd)
    return Coarse(value=value.value, low=value.low, high=value.high)


def _per_week(runs: Sequence[DoneRun]) -> int | None:
    return max(1, round(len(runs) * len(WEEKDAYS) / OF_LATE_DAYS)) if runs else None


def _week_m(runs: Sequence[DoneRun], answers: Mapping[str, Any]) -> float | None:
    """Return the mean week of the last three; without runs what the check says of them."""
    known = [run.distance_m for run in runs if run.distance_m]
    if known:
        return sum(known) * len(WEEKDAYS) / OF_LATE_DAYS
    weeks = answers.get("km_last_4_weeks")
    return 1000 * sum(weeks) / len(weeks) if isinstance(weeks, tuple | list) and weeks else None


def _tests_done(history: History) -> dict[str, date]:
    done: dict[str, date] = {}
    for day in history.diary:
        for test in day.tests:
            done[test] = max(day.day, done.get(test, day.day))
    return done


def _exercises(plan: StoredPlan | None) -> dict[str, str]:
    """Return what stands in each place of the strength sessions of the plan in force."""
    places: dict[str, str] = {}
    for session in _sessions_of(plan, "strength"):
        if "flare" not in session["why"] and "travel" not in session["why"]:
            for each in session["details"]["exercises"]:
                if "flare_lighter" not in each["why"] and "no_equipment" not in each["why"]:
                    places.setdefault(each["place"], each["id"])
    return places


def _stepped_up(plan: StoredPlan | None, last_strength: date | None) -> bool:
    if plan is None or last_strength is None or plan.day <= last_strength:
        return False
    return any(each["details"]["one_step"] for each in _sessions_of(plan, "strength"))


def _kept_days(plan: StoredPlan | None) -> dict[str, frozenset[date]]:
    runs = [*_sessions_of(plan, "run"), *_sessions_of(plan, "walk_run")]
    return {
        "run": frozenset(_day_of(each) for each in runs),
        "strength": frozenset(_day_of(each) for each in _sessions_of(plan, "strength")),
    }


def _sessions_of(plan: StoredPlan | None, kind: str) -> list[dict[str, Any]]:
    days = plan.result["days"] if plan else []
    return [session for day in days for session in day["sessions"] if session["kind"] == kind]


def _day_of(session: Mapping[str, Any]) -> date:
    return date.fromisoformat(session["id"][:8])


def _races(text: object, knowledge: Knowledge) -> Iterable[Race]:
    for entry in _entries(text):
        words = entry.split()
        try:
            yield Race(on=date.fromisoformat(words[0]), distance_m=race_m(words[1], knowledge))
        except (ValueError, IndexError):
            raise AnswerError(
                f"This race cannot be read: {entry[:60]}.",
                where="settings, races",
                next_step='Set it as a day and a distance: goodknee settings races "2027-04-18 10k".',
            ) from None


def _away(text: object) -> Iterable[Away]:
    for entry in _entries(text):
        words = entry.split()
        try:
            since, until = date.fromisoformat(words[1]), date.fromisoformat(words[2])
            if words[0] not in {"illness", "travel"} or until < since:
                raise ValueError
        except (ValueError, IndexError):
            raise AnswerError(
                f"This pause cannot be read: {entry[:60]}.",
                where="settings, away",
                next_step="Set it as illness or travel with its days: "
                'goodknee settings away "travel 2027-04-18 2027-04-25".',
            ) from None
        yield Away(kind="illness" if words[0] == "illness" else "travel", since=since, until=until)


def _entries(text: object) -> list[str]:
    return [entry.strip() for entry in re.split(r"[;,]", str(text or "")) if entry.strip()]


def race_m(name: str, knowledge: Knowledge) -> float:
    """Return the distance of a race: 5k, 10k, half, marathon, or so many km.

    Raises:
        ValueError: It is neither.
    """
    known = knowledge.week.goal.races_m.get(name.strip().lower())
    if known is not None:
        return known
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(km?|m|mi)?", name.strip().lower())
    if found is None:
        raise ValueError(name)
    metres = float(found[1]) * {"m": 1.0, "mi": 1609.344}.get(found[2] or "km", 1000.0)
    if not 100 <= metres <= 400_000:
        raise ValueError(name)
    return metres
