"""``plan`` and ``goal`` as a person, a calendar and a watch meet them."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import fitdecode
import pytest
import yaml
from icalendar import Calendar

from goodknee.faces.cli import main
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.demo import _answers
from goodknee.stores.store import open_store

KEYS = {"from", "to", "phase", "days", "changes", "accepted"}
SESSION_KEYS = {"id", "kind", "title", "minutes", "details", "why", "pfj_impulse_bw_s"}
KINDS = {"run", "walk_run", "strength", "stretch", "cross_training", "test", "rest"}


class Goodknee:
    """Calls the command line in this process and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        self.capsys, self.folder, self.data = capsys, tmp_path, tmp_path / "store"
        self.today = "2026-11-23"

    def __call__(self, *words: object, code: int = 0) -> str:
        with pytest.raises(SystemExit) as left:
            main(["--data", str(self.data), "--today", self.today, *map(str, words)])
        out, self.err = self.capsys.readouterr()
        assert left.value.code == code, self.err or out
        return out

    def json(self, *words: object, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code))

    def check(self, code: int = 0, **answers: Any) -> None:
        given = {
            key: value
            for key, value in {**_answers(load_knowledge()), **answers}.items()
            if value is not None
        }
        file = self.folder / "answers.yaml"
        file.write_text(
            yaml.safe_dump({key: list(v) if isinstance(v, tuple) else v for key, v in given.items()}), "utf-8"
        )
        self("check", "--answers", file, code=code)


@pytest.fixture
def goodknee(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Goodknee:
    return Goodknee(capsys, tmp_path)


def sessions(document: Any) -> list[Any]:
    return [session for day in document["days"] for session in day["sessions"]]


def test_the_plan_is_the_agreed_document(goodknee: Goodknee) -> None:
    goodknee.check()
    document = goodknee.json("plan")
    assert document.keys() >= KEYS
    assert (document["from"], document["to"]) == ("2026-11-23", "2026-12-06")
    assert document["phase"] == "P1"
    assert (document["accepted"], document["changes"]) == (False, [])
    told = {reason["rule"]: reason for reason in document["reasons"]}
    for session in sessions(document):
        assert session.keys() == SESSION_KEYS
        assert session["kind"] in KINDS
        assert session["why"]
        assert any(told[rule]["sources"] for rule in session["why"])
        load = session["pfj_impulse_bw_s"]
        assert load is None or load["low"] <= load["value"] <= load["high"]
    assert len({session["id"] for session in sessions(document)}) == len(sessions(document))
    assert "proposal" in goodknee("plan")


def test_before_the_check_there_is_no_plan_and_no_store(goodknee: Goodknee) -> None:
    document = goodknee.json("plan")
    assert (document["days"], document["missing"], document["phase"]) == ([], ["check"], None)
    assert "Do the check" in goodknee("plan")
    assert not goodknee.data.exists()
    assert "plan to say yes to" in json.loads(goodknee("plan", "--accept", "--json", code=1))["error"]["what"]


def test_a_yes_is_kept_and_a_change_waits_for_one(goodknee: Goodknee) -> None:
    goodknee.check()
    assert goodknee.json("plan", "--accept")["accepted"]
    again = goodknee.json("plan")
    assert (again["accepted"], again["changes"], again["version"]) == (True, [], 1)
    goodknee.today = "2026-11-24"
    goodknee("log", "pain_morning=7", "pain_worst=7")
    proposed = goodknee.json("plan")
    assert not proposed["accepted"]
    assert proposed["phase"] == "P0"
    for change in proposed["changes"]:
        assert {"what", "why", "before", "after", "day"} <= change.keys()
        assert "→" in change["what"]
        assert change["why"]
    with open_store(goodknee.data) as store:
        assert [plan.accepted_at is not None for plan in store.plans()] == [True, False]
    assert goodknee.json("plan", "--accept")["accepted"]
    settled = goodknee.json("plan")
    assert (settled["accepted"], settled["changes"]) == (True, [])
    with open_store(goodknee.data) as store:
        assert [plan.accepted_at is not None for plan in store.plans()] == [True, True]


def test_a_plan_in_force_stays_as_the_days_go_by(goodknee: Goodknee) -> None:
    goodknee.check()
    goodknee("plan", "--accept")
    first = {day["day"]: day for day in goodknee.json("plan")["days"]}
    for today in ("2026-11-24", "2026-11-25"):
        goodknee.today = today
        for day in goodknee.json("plan")["days"]:
            before = first.get(day["day"])
            kinds = [session["kind"] for session in day["sessions"] if not session["details"].get("optional")]
            if before is not None and day["day"] > today:
                assert "strength" not in {s["kind"] for s in before["sessions"]} or "strength" in kinds, day


@pytest.mark.parametrize(
    "verb", [["plan"], ["plan", "--accept"], ["goal", "--race", "10k", "--on", "2027-05-01"]]
)
def test_a_warning_sign_blocks_and_the_exit_code_says_so(goodknee: Goodknee, verb: list[str]) -> None:
    goodknee.check(code=3, hot=True, fever_or_unwell=True, swelling="clear")
    document = goodknee.json(*verb, code=3)
    assert document["blocked"]
    assert not document.get("days")
    if verb[0] == "plan":
        said = goodknee(*verb, "--ics", goodknee.folder / "plan.ics", code=3)
        assert "warning sign comes first" in said
        assert not (goodknee.folder / "plan.ics").exists()
        assert "RF02" in said


def test_settings_make_the_week(goodknee: Goodknee) -> None:
    goodknee.check()
    goodknee("settings", "days", "tuesday", "thursday", "sunday")
    goodknee("settings", "minutes", "45")
    for day in goodknee.json("plan")["days"]:
        busy = [session for session in day["sessions"] if session["kind"] != "rest"]
        if busy:
            assert date.fromisoformat(day["day"]).strftime("%A") in {"Tuesday", "Thursday", "Sunday"}
        assert sum(session["minutes"] or 0 for session in busy) <= 45.5


def events(file: Path) -> dict[str, Any]:
    return {str(event["UID"]): event for event in Calendar.from_ical(file.read_bytes()).walk("VEVENT")}


def imported(*files: Path) -> dict[str, Any]:
    """What a calendar holds that takes the higher sequence and drops what is cancelled."""
    held: dict[str, Any] = {}
    for file in files:
        for uid, event in events(file).items():
            if uid not in held or int(event["SEQUENCE"]) >= int(held[uid]["SEQUENCE"]):
                held[uid] = event
    return {uid: event.to_ical() for uid, event in held.items() if str(event["STATUS"]) != "CANCELLED"}


def test_the_calendar_is_updated_and_never_doubled(goodknee: Goodknee) -> None:
    goodknee.check()
    goodknee("plan", "--accept")
    first, same, second = (goodknee.folder / name for name in ("1.ics", "2.ics", "3.ics"))
    goodknee("plan", "--ics", first)
    goodknee("plan", "--ics", same)
    assert first.read_bytes() == same.read_bytes()
    assert imported(first, same) == imported(first)
    goodknee.today = "2026-11-24"
    goodknee("log", "pain_morning=7", "pain_worst=7")
    waiting = goodknee.folder / "waiting.ics"
    goodknee("plan", "--ics", waiting)
    assert imported(first, waiting) == imported(first), "what was not agreed goes into no calendar"
    goodknee("plan", "--accept", "--ics", second)
    later = imported(first, second)
    planned = {
        session["id"]
        for session in sessions(goodknee.json("plan"))
        if session["kind"] != "rest" or "lesson" in session["details"]
    }
    ahead = {uid.split("-")[0] + "-" + uid.split("-")[1] for uid in later if uid[:8] >= "20261124"}
    assert ahead == planned
    assert any(str(event["STATUS"]) == "CANCELLED" for event in events(second).values())
    moved = [uid for uid in events(first).keys() & events(second).keys() if uid[:8] > "20261124"]
    assert any(int(events(second)[uid]["SEQUENCE"]) > int(events(first)[uid]["SEQUENCE"]) for uid in moved)


def test_times_are_the_runners_own_across_a_clock_change(goodknee: Goodknee) -> None:
    goodknee.today = "2027-03-22"
    goodknee.check()
    file = goodknee.folder / "plan.ics"
    goodknee("plan", "--ics", file, "--at", "18:00", "--alarm", "07:30")
    zone = ZoneInfo("Europe/Berlin")
    starts = [event["DTSTART"].dt for event in events(file).values()]
    timed = [start for start in starts if isinstance(start, datetime)]
    assert {start.tzinfo for start in timed} == {None}
    before, after = (
        [
            start.replace(tzinfo=zone).utcoffset()
            for start in timed
            if (start.day < 28) is early and start.month == 3
        ]
        for early in (True, False)
    )
    assert before[0] != after[0], "the clock changes between them"
    assert all(start.hour >= 18 for start in timed), "and they stay at 18:00"
    alarms = [alarm for event in events(file).values() for alarm in event.walk("VALARM")]
    assert alarms
    assert any("Pain this morning" in str(event["SUMMARY"]) for event in events(file).values())


def test_each_run_becomes_a_workout_with_a_text_beside(goodknee: Goodknee) -> None:
    goodknee.check(days_since_last_run=20, last_run_pain_max=None, last_run_settle_minutes=None)
    folder = goodknee.folder / "watch"
    goodknee("plan", "--fit", folder)
    runs = [each for each in sessions(goodknee.json("plan")) if each["kind"] in {"run", "walk_run"}]
    assert runs
    assert {path.name for path in folder.iterdir()} == {
        f"goodknee-{run['id']}.{suffix}" for run in runs for suffix in ("fit", "txt")
    }
    for run in runs:
        with fitdecode.FitReader(folder / f"goodknee-{run['id']}.fit") as file:
            steps = [
                frame
                for frame in file
                if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "workout_step"
            ]
        turns = run["details"]["walk_run"]
        seconds = [step.get_value("duration_time", fallback=None) for step in steps]
        assert seconds[:3] == [300, 60 * turns["run_min"], 60 * turns["walk_min"]]
        assert steps[3].get_value("repeat_steps") == turns["repeats"]
        assert "Up to 2 of 10" in (folder / f"goodknee-{run['id']}.txt").read_text("utf-8")
    (folder / "mine.fit").write_bytes(b"kept")
    stale = folder / "goodknee-20261128-run.fit"
    stale.write_bytes(b"old")
    goodknee("plan", "--fit", folder)
    assert (folder / "mine.fit").exists()
    assert not stale.exists()


def test_goal_says_when_and_not_by_then(goodknee: Goodknee) -> None:
    goodknee.check()
    document = goodknee.json("goal", "--race", "10k", "--on", "2026-12-24")
    assert not document["in_time"]
    assert "Not by then" in document["says"]
    steady = document["scenarios"][0]["earliest"]
    assert goodknee.json("goal", "--race", "10k", "--on", steady)["in_time"]
    said = goodknee("goal", "--race", "10k", "--on", "2026-12-24")
    for word in ("Steady", "One flare", "Slow", "Not by then", "no forecast"):
        assert word in said
    goodknee("log", "pain_morning=7", "pain_worst=7")
    later = goodknee.json("goal", "--race", "10k", "--on", steady)["scenarios"][0]["earliest"]
    assert later is None or later > steady


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "--weeks", "0"],
        ["plan", "--weeks", "9"],
        ["plan", "--at", "18:00"],
        ["goal", "--race", "ten", "--on", "2027-01-01"],
        ["goal", "--race", "10k", "--on", "2020-01-01"],
        ["goal", "--race", "10k"],
    ],
)
def test_a_slip_of_the_keyboard_is_told(goodknee: Goodknee, words: list[str]) -> None:
    goodknee(*words, code=2)
    assert len(self_lines := goodknee.err.splitlines()) <= 3, self_lines
