"""From the store to the answer: the document, the reasons to have someone look, the signs of a relapse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.core.made_up_diary import day, scores_in
from tests.made_up_diary import told
from tests.pack_files import cases
from tests.services.made_up_runs import MadeUpStore, a_run

from goodknee.core.model import Lap, Side, StoredCheck, StoredDecision, StoredEntry, StoredPlan, StoredScore
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import Assessment, CheckPack, look_at
from goodknee.services.show_progress import Shown, progress_document, show_progress

KNOWLEDGE = load_knowledge()
PACK = CheckPack.of(KNOWLEDGE)
REASONS = cases("progress.yaml")["reasons"]
CLEAN: dict[str, Any] = cases("red_flags.yaml")["clean"]


class Kept(MadeUpStore):
    """A made-up store with scores and checks."""

    def __init__(
        self, diary: Sequence[StoredEntry] = (), *, scores: Sequence[StoredScore] = (), runs: Any = ()
    ) -> None:
        super().__init__(runs, diary)
        self._scores = list(scores)
        self.kept_checks: list[StoredCheck] = []
        self.kept_settings: dict[str, Any] = {}
        self.kept_plans: list[StoredPlan] = []

    def scores(self) -> list[StoredScore]:
        return self._scores

    def checks(self) -> list[StoredCheck]:
        return self.kept_checks

    def settings(self) -> dict[str, Any]:
        return self.kept_settings

    def follow(self, *, done: int, skipped: int) -> None:
        """Plan strength work on the first days, and tell of each session."""
        self.kept_plans = [plan(sessions=dict.fromkeys(range(done + skipped), "strength"))]
        for number in range(done + skipped):
            answers: dict[str, Any] = {"done": True} if number < done else {"skipped": "time"}
            self._diary.append(told(day(number), session_id=f"s{number}", **answers))

    def plans(self) -> list[StoredPlan]:
        return self.kept_plans

    def decisions(self) -> list[StoredDecision]:
        return []


def plan(*, sessions: dict[int, str]) -> StoredPlan:
    """Return a plan from the first day on, with one session a day: its number and its kind."""
    course = {"programme_since": day(0).isoformat(), "phase_since": day(0).isoformat(), "exit_met": "none"}
    planned = [
        {"day": day(number).isoformat(), "sessions": [{"id": f"s{number}", "kind": kind}]}
        for number, kind in sessions.items()
    ]
    at = datetime.combine(day(0), datetime.min.time(), tzinfo=UTC)
    return StoredPlan(
        id=1, at=at, day=day(0), until=day(60), phase="P1", seen={}, input_sha256="0", accepted_at=at,
        result={"course": course, "days": planned}, code_version="0", knowledge_version="0",
    )  # fmt: skip


def kept(case: dict[str, Any], side: Side = "right") -> Kept:
    rows = [
        told(day(number), side, **{key: value})
        for start, end, key, value in case.get("tell", ())
        for number in range(start, end + 1)
    ]
    return Kept(rows, scores=list(scores_in(case)))


def shown(store: Kept, today: int, **more: Any) -> Shown:
    return show_progress(store, KNOWLEDGE, today=day(today), **more)  # type: ignore[arg-type] # all that it reads


def check_on(number: int, **answers: Any) -> Assessment:
    at = datetime.combine(day(number), datetime.min.time(), tzinfo=UTC)
    return look_at(CLEAN | answers, PACK, day=at.date(), at=at, today=at.date())


@pytest.mark.parametrize("case", REASONS, ids=lambda case: case["id"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_reasons(case: dict[str, Any], side: Side) -> None:
    seen = shown(kept(case, side), case["today"])
    if "seek_care" in case:
        assert [reason.rule for reason in seen.seek_care] == case["seek_care"]
    if "relapse" in case:
        assert [reason.rule for reason in seen.relapse] == case["relapse"]
    for reason in (*seen.seek_care, *seen.relapse):
        assert reason.facts["knee"] == side
        assert reason.sources
        assert len(reason.facts) > 1


def test_document_is_the_agreed_one() -> None:
    store = kept({"tell": [[0, 6, "pain_worst", 6], [21, 27, "pain_worst", 3]], "scores": [[0, "akps", 68]]})
    document = progress_document(shown(store, 27), KNOWLEDGE)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    first = document["measures"]["pain_worst_nprs"][0]
    assert (first["day"], first["knee"], first["value"]) == (day(0).isoformat(), "right", 6.0)
    assert document["measures"]["akps_0_100"][0]["value"] == 68
    change = document["change"]["pain_worst_nprs"]
    assert (change["from"], change["to"], change["mcid"], change["verdict"]) == (6, 3, 2, "better")
    assert document["change"]["akps_0_100"]["verdict"] == "too_few"
    assert document["seek_care"]["now"] is False
    assert document["seek_care"]["why"] == []
    assert document["says"][0].startswith("Yes, better than the noise: worst pain went from 6/10 to 3/10")


def test_nothing_told_is_nothing_shown() -> None:
    document = progress_document(shown(Kept(), 0), KNOWLEDGE)
    assert (document["measures"], document["change"], document["milestones"]) == ({}, {}, [])
    assert document["seek_care"]["now"] is False
    assert document["adherence"] is None


def test_runs_alone_do_not_tell_how_the_knee_is() -> None:
    runs = [a_run(day(number), 5.0) for number in range(0, 60, 3)]
    seen = shown(Kept(runs=runs), 60)
    assert list(seen.progress.courses) == ["running_week_m"]
    assert seen.lead[0].startswith("Nothing to compare yet")


def test_a_late_entry_gives_the_same_answer_as_one_in_time() -> None:
    rows = [told(day(number), "right", pain_worst=6 - number // 7) for number in range(28)]
    late = [replace(row, entered_at=row.entered_at + timedelta(days=3)) for row in rows]
    one, other = (progress_document(shown(Kept(each), 27), KNOWLEDGE) for each in (rows, late[::-1]))
    assert one == other


def test_a_correction_counts_and_the_first_word_does_not() -> None:
    rows = [told(day(number), "right", pain_worst=5) for number in range(14)]
    slip = replace(rows[3], id=rows[-1].id + 1, corrects=rows[3].id, answers={"pain_worst": 1})
    course = shown(Kept([*rows, slip]), 13).progress.courses["pain_worst_nprs"]
    assert [reading.value for reading in course.readings].count(1.0) == 1


def test_worse_on_one_knee_is_told_when_the_other_is_well() -> None:
    rows = [told(day(n), "left", pain_worst=1) for n in range(28)]
    rows += [told(day(n), "right", pain_worst=3 if n < 7 else 7) for n in range(28)]
    seen = shown(Kept(rows), 27)
    assert seen.progress.knee == "right"
    assert seen.lead[0].startswith("Worse than the noise")
    assert {reason.rule: reason.facts["knee"] for reason in seen.seek_care} == {
        "SC1": "right",
        "SC4": "right",
    }


def test_the_check_stands_in_for_a_week() -> None:
    """Three weeks of pain, not getting better: told for a week, and no longer on the eighth day."""
    check = check_on(0, side="right", weeks_since_onset=3, improving="same", pain_worst_3d=4)
    assert [each.rule for each in shown(Kept(), 7, check=check).seek_care] == ["SC1"]
    assert shown(Kept(), 8, check=check).seek_care == ()
    short = check_on(0, side="right", weeks_since_onset=2, improving="same", pain_worst_3d=4)
    assert shown(Kept(), 6, check=short).seek_care == ()


def test_what_the_diary_shows_goes_before_what_the_check_said() -> None:
    rows = kept({"tell": [[0, 6, "pain_worst", 6], [14, 27, "pain_worst", 3]]})
    check = check_on(24, side="right", weeks_since_onset=8, improving="same", pain_worst_3d=3)
    assert shown(rows, 27, check=check).seek_care == ()


def test_a_warning_sign_comes_first_and_stays_until_it_was_seen() -> None:
    check = check_on(0, side="right", hot=True, fever_or_unwell=True)
    seen = shown(kept({"tell": [[0, 13, "pain_worst", 3]]}), 13, check=check)
    document = progress_document(seen, KNOWLEDGE)
    assert seen.signs.blocked
    assert document["seek_care"]["now"] is True
    assert document["seek_care"]["reasons"][0]["rule"].startswith("RF")
    assert document["seek_care"]["why"][0] == seen.signs.reasons[0].says


def test_good_work_without_a_gain_is_a_reason_at_six_weeks() -> None:
    case = {"tell": [[0, 42, "pain_worst", 5]], "scores": [[0, "akps", 70], [40, "akps", 72]]}
    store, fewer = kept(case), kept(case)
    store.follow(done=7, skipped=3)
    fewer.follow(done=6, skipped=4)
    assert [each.rule for each in shown(store, 42).seek_care] == ["SC1", "SC2"]
    assert [each.rule for each in shown(store, 41).seek_care] == ["SC1"]
    assert [each.rule for each in shown(fewer, 42).seek_care] == ["SC1"]


def test_a_planned_run_that_was_run_is_done_and_an_untold_session_is_not_told() -> None:
    store = Kept(runs=[a_run(day(1), 5.0)])
    store.kept_plans = [
        plan(sessions={1: "walk_run", 2: "strength", 3: "rest", 4: "walk_run", 5: "strength"})
    ]
    adherence = shown(store, 5).progress.adherence
    assert adherence
    assert (adherence.done, adherence.planned, adherence.not_told) == (1, 3, 2)
    assert shown(store, 5).progress.since == day(0)


def test_a_proposal_without_a_yes_is_no_plan() -> None:
    store = Kept()
    store.kept_plans = [replace(plan(sessions={1: "strength"}), accepted_at=None)]
    assert shown(store, 5).progress.adherence is None


def test_sessions_told_of_stand_in_for_a_plan() -> None:
    rows = [told(day(n), session_id=f"s{n}", done=True) for n in range(8)]
    rows.append(told(day(9), session_id="s9", skipped="travel"))
    adherence = shown(Kept(rows), 9).progress.adherence
    assert adherence
    assert (adherence.done, adherence.planned) == (8, 9)


def test_pain_that_fell_while_running_stopped_says_so() -> None:
    diary = [told(day(n), "right", pain_worst=6 if n < 21 else 2) for n in range(63)]
    runs = [a_run(day(n), 10.0 if n < 28 else 2.0) for n in range(0, 63, 2)]
    assert shown(Kept(diary, runs=runs), 62).lead[-1].startswith("You also run less")


def test_a_return_goes_before_what_was_won() -> None:
    case = {"tell": [[0, 9, "pain_worst", 5], [10, 50, "pain_worst", 0], [51, 54, "pain_worst", 3]]}
    back, still = shown(kept(case), 54).lead
    assert back.startswith("It had been good")
    assert still.startswith("Against the start it is still better")
    assert shown(kept(case), 50).lead[0].startswith("Yes")


def test_a_run_is_on_its_own_day() -> None:
    run = a_run(date(2026, 3, 4), 5.0)
    row = told(date(2026, 3, 6), "right", run_id=run.id, pain_during=0)
    reading = shown(Kept([row], runs=[run]), 10).progress.courses["pain_free_distance_m"].readings[0]
    assert (reading.day, reading.value) == (date(2026, 3, 4), 5000)


@pytest.mark.parametrize(
    ("triggers", "setting", "began_m"),
    [
        (("distance", "manual", "session_end"), "pain", 3000),
        (("distance", "manual", "session_end"), "nothing", None),
        (("distance", "distance", "session_end"), "pain", None),
    ],
)
def test_a_lap_pressed_marks_where_pain_began(
    triggers: tuple[str, ...], setting: str, began_m: float | None
) -> None:
    """The setting says so; laps that the watch made by itself mark nothing."""
    plain = a_run(day(2), 5.0)
    laps = tuple(
        Lap(start_s=600.0 * n, distance_m=metres, trigger=trigger)
        for n, (metres, trigger) in enumerate(zip((1000.0, 2000.0, 2000.0), triggers, strict=True))
    )
    run = replace(plain, activity=replace(plain.activity, laps=laps))
    store = Kept([told(day(2), "right", pain_during=3)], runs=[run])
    store.kept_settings["first_lap"] = setting
    course = shown(store, 2).progress.courses.get("pain_free_distance_m")
    assert (course.readings[0].value if course else None) == began_m
