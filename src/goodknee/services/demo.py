"""The demo: a simulated year, from the files of a watch to the knee report, all on the ordinary path."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from goodknee.core.knowledge import Knowledge
from goodknee.core.model import DiaryEntry, StoredRun
from goodknee.core.story import Story, StoryRun, WatchRecord, simulated_year, watch_record
from goodknee.errors import AnswerError, StoreError
from goodknee.services.assess import CheckPack, assess
from goodknee.services.decide_today import decide_day
from goodknee.services.import_files import ImportReport, Progress, import_files
from goodknee.services.report import make_report
from goodknee.services.show_progress import show_progress
from goodknee.stores import originals, samples
from goodknee.stores.database import DATABASE
from goodknee.stores.store import open_store
from goodknee.stores.trouble import told_plainly
from goodknee.writers.fit import encode_activity
from goodknee.writers.report import render_html
from goodknee.writers.whole_file import write_whole_file

#: The day at which the simulated year ends; the same day gives the same year.
STORY_DAY = date(2026, 5, 17)
#: Days whose year a watch file can date.
STORY_DAYS = (date(2000, 1, 1), date(2099, 12, 31))
SEED = 1
ZONE = ZoneInfo("Europe/Berlin")
DEVICE = "GoodKnee, simulated runner"
REPORT = "report.html"
#: What the simulated runner answers on the story day. The program made it up, to go with the year.
ANSWERS: Final[Mapping[str, Any]] = {
    "side": "right",
    "location": ["front", "behind_kneecap"],
    "points_with_one_finger": False,
    "spot": "around_or_behind_kneecap",
    "aggravated_by": ["squat", "stairs_down", "sitting", "running", "downhill"],
    "onset": "after_change",
    "pain_quality": "dull",
    "clicking_painless": True,
    "weeks_since_onset": 7,
    "weeks_active_care": 3,
    "improving": "better",
    "swelling": "none",
    "can_walk_now": True,
    "morning_stiffness_min": 5,
    "age_years": 38,
    "sex": "female",
    "country": "DE",
    "weekly_sports": ["running", "cycling"],
    "pain_worst_3d_right": 4,
    "pain_usual_right": 2,
    "pain_stairs_up_right": 1,
    "pain_stairs_down_right": 3,
    "days_since_last_run": 3,
    "last_run_pain_max": 2,
    "last_run_settle_minutes": 30,
    "runs_now": True,
    "months_running": 30,
    "longest_run_30d_km": 4.6,
    "km_last_4_weeks": [10.5, 12.3, 3.0, 7.5],
    "goal_kind": "run_a_distance",
    "goal_distance_km": 10,
    "planned_longest_run_km": 5.0,
    "injury_last_12_months": False,
    "new_hills_stairs": True,
    "rest_days_per_week": 3,
    "shoe_km": 620,
    "sleep_quality": 6,
    "fear_harm": 5,
    "fear_hold_back": 3,
    "heel_to_buttock": "one_side_short",
    "stretches_weekly": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the demo made: the page to open, and how the import of the simulated files went."""

    report_html: Path
    story_day: date
    imported: ImportReport


def make_demo(
    folder: Path,
    *,
    knowledge: Knowledge,
    now: datetime,
    story_day: date = STORY_DAY,
    report_to: Path | None = None,
    progress: Progress | None = None,
) -> DemoResult:
    """Make the simulated runner's store anew, and the knee report from it.

    Args:
        folder: A new or empty folder, or one with a demo from before, which is replaced.
        knowledge: The pack that the report speaks from.
        now: This instant, kept with the import.
        story_day: The day at which the year ends and for which the report is made.
        report_to: Where the page goes; without it, into ``folder``.
        progress: Told how far the import is.

    Raises:
        AnswerError: The story day is not one of :data:`STORY_DAYS`.
        StoreError: The folder holds a person's runs or other things, or cannot be written to.
        KeyboardInterrupt: The person stopped the import; the next demo starts from scratch.
    """
    if not STORY_DAYS[0] <= story_day <= STORY_DAYS[1]:
        raise AnswerError(
            "The simulated year cannot end on this day.",
            where=f"--today {story_day}",
            next_step=f"Choose a day from {STORY_DAYS[0]} to {STORY_DAYS[1]}.",
        )
    report_html = report_to or folder / REPORT
    _make_room(folder, report_html)
    with (
        told_plainly(folder),
        TemporaryDirectory(prefix="goodknee-demo-") as watch,
        open_store(folder, create=True, simulated=True, story_day=story_day) as store,
    ):
        story = write_year(Path(watch), story_day=story_day)
        imported = import_files([Path(watch)], store=store, now=now, progress=progress)
        if imported.stopped:
            raise KeyboardInterrupt  # a part of the story would be another story
        store.add_diary(list(_tied_to_runs(story.diary, store.runs())))
        check = assess(
            _answers(knowledge), pack=CheckPack.of(knowledge), store=store, now=now, today=story_day
        )
        course = show_progress(store, knowledge, today=story_day, check=check)
        decided = decide_day(store, knowledge, today=story_day)
        report = make_report(store, knowledge, today=story_day, check=check, decided=decided, progress=course)
        page = render_html(report)
    write_whole_file(report_html, page.encode(), replace=True)
    return DemoResult(report_html=report_html, story_day=story_day, imported=imported)


def write_year(folder: Path, *, story_day: date) -> Story:
    """Write each run of the simulated year as a FIT file into ``folder``: the same day, the same bytes."""
    rng = np.random.default_rng(SEED)
    story = simulated_year(story_day, zone=ZONE, rng=rng)
    with told_plainly(folder):
        for run, own_rng in zip(story.runs, rng.spawn(len(story.runs)), strict=True):
            name = f"simulated-{run.starts_at:%Y-%m-%d}.fit"
            (folder / name).write_bytes(_as_fit(run, watch_record(run, own_rng)))
    return story


def _as_fit(run: StoryRun, record: WatchRecord) -> bytes:
    utc_offset = run.starts_at.utcoffset()
    assert utc_offset is not None  # the story's instants are aware
    return encode_activity(
        record.samples,
        sport="running",
        sub_sport="treadmill" if run.kind == "treadmill" else None,
        started_at=run.starts_at,
        utc_offset_min=utc_offset // timedelta(minutes=1),
        laps=record.laps,
        pauses=record.pauses,
        device=DEVICE,
    )


def _tied_to_runs(diary: Iterable[DiaryEntry], runs: Sequence[StoredRun]) -> Iterator[DiaryEntry]:
    """Yield the entries, those that speak of a run with its id; the story has one run a day at most."""
    run_ids = {run.activity.day(): run.id for run in runs}
    for entry in diary:
        yield replace(entry, run_id=run_ids[entry.day]) if "pain_during" in entry.answers else entry


def _answers(knowledge: Knowledge) -> dict[str, Any]:
    """Return the simulated runner's answers; a warning sign that is not among them is answered with no."""
    parts = {group.id: group.part for group in knowledge.questions.groups}
    return {
        question.key: False
        for question in knowledge.questions.questions
        if question.type == "bool"
        and question.ask_when is None
        and parts[question.group] in {"urgent", "symptoms", "warning_signs"}
    } | dict(ANSWERS)


def _make_room(folder: Path, report_html: Path) -> None:
    """Take away the demo from before; touch nothing else."""
    open_store(folder, simulated=True).close()  # refuses a person's store, and a folder of other things
    if not (folder / DATABASE).exists():
        return
    pages = {folder / REPORT}
    if report_html.parent.resolve() == folder.resolve():
        pages.add(folder / report_html.name)
    others = [
        each.name
        for each in folder.iterdir()
        if each.name not in (samples.FOLDER, originals.FOLDER)
        and not each.name.startswith((".", "goodknee."))
        and each not in pages
    ]
    if others:
        raise StoreError(
            "Beside the simulated runner this folder holds other things, and the demo starts from scratch.",
            where=f"{folder}: {', '.join(others[:3])}",
            next_step="Move them elsewhere, or choose another folder with --data. Nothing was changed.",
        )
    with told_plainly(folder):
        for room in (folder / samples.FOLDER, folder / originals.FOLDER):
            if room.exists():
                shutil.rmtree(room)
        # The database goes last: as long as it is there, the folder says that its runs are simulated.
        for file in (*pages, *folder.glob(f"{DATABASE}-*"), folder / DATABASE):
            file.unlink(missing_ok=True)
