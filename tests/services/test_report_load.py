"""The knee-load ledger in the report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.services.made_up_runs import TODAY, MadeUpStore, a_run, the_story
from tests.services.test_report import checked, days_ago

from goodknee.core.knowledge.knee_load import KinderChoice
from goodknee.core.knowledge.watch import Coefficient, Level
from goodknee.core.load.kinder_run import fitting_changes, walk_descents
from goodknee.core.load.usual import no_history
from goodknee.core.load.what_if import Change, before, easy_course, what_if
from goodknee.core.model import Samples, StoredRun
from goodknee.core.report import LoadInReport
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import Assessment
from goodknee.services.import_files import import_files
from goodknee.services.knee_load import knee_load
from goodknee.services.report import make_report, report_document
from goodknee.services.what_if import told
from goodknee.stores.store import open_store
from goodknee.writers.fit import encode_activity

KNOWLEDGE = load_knowledge()
MODEL = KNOWLEDGE.watch


def load_of(runs: Sequence[StoredRun], check: Assessment | None = None) -> LoadInReport:
    found = make_report(MadeUpStore(runs), KNOWLEDGE, today=TODAY, check=check).knee_load
    assert found
    return found


def every_third_day(*, cadence_spm: float | None = 166.0) -> list[StoredRun]:
    return [a_run(days_ago(n), 5.0, cadence_spm=cadence_spm) for n in range(90, -1, -3)]


def test_the_dearest_run_is_told_with_parts_that_sum_to_the_whole() -> None:
    load = load_of(the_story().runs())
    (dear,) = load.dear
    assert dear.cost.day == days_ago(49)
    assert "long: 8.1\u00a0km" in dear.finding.reason.says
    shown = dear.usual_easy_km + sum(part.easy_km for part in dear.parts)
    assert shown == pytest.approx(dear.easy_km)
    assert dear.parts[0].what == "length"
    exact = sum(cause.easy_km for cause in dear.cost.causes)
    assert dear.cost.comparison
    assert dear.cost.easy_flat_km
    assert dear.cost.comparison.usual_easy_km + exact == pytest.approx(dear.cost.easy_flat_km.value)


def test_a_figure_that_stands_on_a_stand_in_says_so() -> None:
    runs = [*every_third_day(), a_run(days_ago(1), 15.0, cadence_spm=None)]
    dear = load_of(runs).dear[0]
    assert KNOWLEDGE.words.say("load.assumed.cadence") in dear.assumes
    assert KNOWLEDGE.words.say("load.assumes.slope") in dear.assumes


def test_the_what_if_is_that_of_the_verb_on_the_last_run_and_warns() -> None:
    load = load_of(every_third_day(cadence_spm=160.0))
    kinder = load.kinder
    assert kinder
    assert kinder.finding.reason.rule == "load.kinder_run.more_steps"
    assert [tried.effect.change for tried in kinder.tried] == [Change(cadence_pct=5), Change(cadence_pct=7.5)]
    known = load.ledger.known[-1]
    course = easy_course(5000.0, known.usual, MODEL)
    course = replace(course, cadence_spm=np.array([160.0]), speed_mps=np.array([1000 / 360]))
    same = what_if(before(course, known.usual, MODEL), Change(cadence_pct=5), MODEL)
    assert kinder.tried[0].effect.peak_pct.value == pytest.approx(same.peak_pct.value)
    assert "168\u00a0steps/min in place of 160" in kinder.tried[0].change
    assert told(kinder.tried[0].effect.peak_pct, KNOWLEDGE.words) in kinder.tried[0].says
    assert any("Achilles" in each for each in kinder.also)


@pytest.mark.parametrize(("cadence_spm", "fits"), [(169.9, True), (170.1, False), (None, False)])
def test_more_steps_fit_up_to_the_edge_of_the_pack(cadence_spm: float | None, fits: bool) -> None:
    assert (load_of(every_third_day(cadence_spm=cadence_spm)).kinder is not None) is fits


def test_when_no_change_fits_the_report_says_so() -> None:
    load = load_of(every_third_day(cadence_spm=180.0))
    assert load.kinder is None
    assert KNOWLEDGE.words.say("report.load.kinder.none") in load.says


def test_without_steps_the_report_says_what_it_cannot_tell() -> None:
    load = load_of(every_third_day(cadence_spm=None))
    assert load.kinder is None
    assert KNOWLEDGE.words.say("report.load.kinder.no_steps") in load.says


def hilly_file(day: date) -> bytes:
    """Return the FIT file of 4.2 km over hills of 8 %, with quick steps."""
    time_s = np.arange(1500.0)
    distance_m = 2.8 * time_s
    columns = {
        "time_s": time_s,
        "distance_m": distance_m,
        "speed_mps": np.full(1500, 2.8),
        "cadence_spm": np.full(1500, 178.0),
        "altitude_m": 100.0 + 40.0 * np.abs(((distance_m / 500.0) % 2.0) - 1.0),
    }
    return encode_activity(
        Samples(columns=columns),
        sport="running",
        started_at=datetime.combine(day, time(7), UTC),
        utc_offset_min=0,
        device="made up",
    )


def test_a_runner_in_the_hills_is_offered_to_walk_the_descents(tmp_path: Path) -> None:
    for n in range(12, -1, -2):
        (tmp_path / f"{n}.fit").write_bytes(hilly_file(days_ago(n)))
    with open_store(tmp_path / "store", create=True) as store:
        import_files([tmp_path], store=store, now=datetime(2026, 5, 17, 12, tzinfo=UTC))
        load = make_report(store, KNOWLEDGE, today=TODAY).knee_load
    assert load
    assert load.kinder
    assert load.kinder.finding.reason.rule == "load.kinder_run.walk_descents"
    (tried,) = load.kinder.tried
    assert tried.effect.total_pct.value < -10
    assert tried.effect.total_pct.low_relative < tried.effect.total_pct.value
    assert KNOWLEDGE.words.say("what_if.also.slope") in load.kinder.also


def test_a_runner_who_got_faster_is_offered_a_slower_pace_with_both_sides_of_it() -> None:
    runs = [a_run(days_ago(n), 5.0, pace_s=390.0, cadence_spm=178.0) for n in range(360, 84, -2)]
    runs += [a_run(days_ago(n), 5.0, pace_s=340.0, cadence_spm=182.0) for n in range(83, -1, -4)]
    kinder = load_of(runs).kinder
    assert kinder
    assert kinder.finding.reason.rule == "load.kinder_run.slower"
    effect = kinder.tried[0].effect
    assert effect.peak_pct.value < 0 < effect.per_km_pct.value
    assert KNOWLEDGE.words.say("what_if.opposite") in kinder.tried[0].says


def test_too_few_runs_are_said_as_such() -> None:
    load = load_of([a_run(days_ago(n), 5.0, cadence_spm=160.0) for n in (6, 3, 0)])
    said = " ".join(load.says)
    assert "Too few runs to say what is usual for you. It takes 8 in 84 days." in said
    assert "Too few runs to say which change would fit you. It takes 5." in said
    assert (load.dear, load.kinder) == ((), None)


def test_runs_without_a_figure_are_said_as_such() -> None:
    run = a_run(days_ago(3), None)
    nothing = replace(run, activity=replace(run.activity, timer_s=None, elapsed_s=None))
    load = load_of([nothing])
    assert load.says == (KNOWLEDGE.words.say("report.load.no_figures"),)


def test_nothing_of_it_is_told_while_a_sign_holds_everything() -> None:
    blocked = checked(hot=True, fever_or_unwell=True)
    report = make_report(MadeUpStore(every_third_day()), KNOWLEDGE, today=TODAY, check=blocked)
    assert report.knee_load is None
    assert report_document(report)["knee_load"] is None


@pytest.mark.parametrize("answers", [{"pain_worst_3d_right": 6}, {"hot": None}])
def test_no_change_of_running_is_offered_while_running_waits(answers: dict[str, Any]) -> None:
    load = load_of(every_third_day(cadence_spm=160.0), checked(**answers))
    assert load.kinder is None
    assert load.ledger.band is not None


def test_a_sore_calf_rules_more_steps_out() -> None:
    runs = every_third_day(cadence_spm=160.0)
    ledger = knee_load(MadeUpStore(runs), KNOWLEDGE, today=TODAY)
    rule = KNOWLEDGE.knee_load.kinder_run

    def fitting(*yes: str) -> list[str]:
        return [each.choice.id for each in fitting_changes(ledger, rule, MODEL, answered_yes=yes)]

    assert fitting() == ["more_steps"]
    assert fitting("calf_pain_or_tender") == []


def test_walked_descents_lower_the_total_and_leave_a_flat_run_alone() -> None:
    usual = no_history(MODEL)
    flat = easy_course(6000.0, usual, MODEL)
    hilly = replace(
        flat,
        duration_s=np.repeat(flat.duration_s / 3, 3),
        speed_mps=np.repeat(flat.speed_mps, 3),
        cadence_spm=np.repeat(flat.cadence_spm, 3),
        grade=np.array([0.0, -0.08, 0.08]),
        walking=np.repeat(flat.walking, 3),
        contact_s=np.repeat(flat.contact_s, 3),
    )
    effect = walk_descents(before(hilly, usual, MODEL), MODEL)
    assert effect.total_pct.value < -5
    assert effect.total_pct.value == pytest.approx(effect.per_km_pct.value)
    assert walk_descents(before(flat, usual, MODEL), MODEL).total_pct.value == pytest.approx(0.0)


def test_the_document_carries_ledger_dear_runs_and_what_if() -> None:
    report = make_report(MadeUpStore(every_third_day(cadence_spm=160.0)), KNOWLEDGE, today=TODAY)
    document = json.loads(json.dumps(report_document(report), allow_nan=False))
    load = document["knee_load"]
    assert load["runs"][-1]["easy_flat_km"]["low_relative"] < load["runs"][-1]["easy_flat_km"]["value"]
    assert load["runs"][0]["day"] >= days_ago(83).isoformat()
    assert {"peak_pct", "per_km_pct", "total_pct", "change", "says"} <= load["kinder_run"]["tried"][0].keys()
    assert set(load["kinder_run"]["sources"]) <= document["sources"].keys()


def test_what_is_called_assumed_is_assumed_in_the_model() -> None:
    """The pack says in words what is assumed; the coefficients say it too."""
    running = MODEL.running
    of_sentence: dict[str, Level | Coefficient] = {
        "load.assumes.impulse": running.impulse_bw_s,
        "load.assumes.slope": running.slope,
        "load.assumes.steps": running.impulse_cadence,
    }
    rules = KNOWLEDGE.knee_load
    named = {
        *rules.dear_runs.assumes,
        *(key for choice in rules.kinder_run.choices for key in choice.assumes),
    }
    assert of_sentence.keys() <= named
    assert [key for key, term in of_sentence.items() if term.certainty != "assumed"] == []
    assert running.peak_cadence.certainty == "read"


def test_a_limit_of_a_choice_holds_on_its_very_edge() -> None:
    choice: KinderChoice = KNOWLEDGE.knee_load.kinder_run.choices[0]
    assert choice.at_most is not None
    assert choice.fits(choice.at_most)
    assert not choice.fits(np.nextafter(choice.at_most, np.inf))
    assert not choice.fits(float("nan"))
