from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.made_up_runs import TODAY, MadeUpStore, a_run, the_story

from goodknee.core.model import DiaryEntry
from goodknee.core.report import CheckInForce, Report, SignInForce
from goodknee.core.summary import SPORT_BY_PACE
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.report import make_report, report_document
from goodknee.writers.report import render_html

KNOWLEDGE = load_knowledge()


def report_of(store: MadeUpStore, today: date = TODAY) -> Report:
    return make_report(store, KNOWLEDGE, today=today)


def days_ago(n: int) -> date:
    return TODAY - timedelta(days=n)


def missing(report: Report) -> set[str]:
    return {each.what for each in report.missing}


def test_the_story_is_told_in_the_first_lines() -> None:
    report = report_of(the_story())
    assert " ".join(report.lead).replace("\u00a0", " ") == (
        "One run stands out. On Sun 29 Mar 2026 you ran 8.1 km. "
        "That is 61 % more than your longest in the 30 days before. "
        "In the 28 days after it, pain in your diary reached 6/10."
    )
    rules = [finding.reason.rule for finding in report.findings]
    assert rules == ["load.pain_first", "load.session_spike", "load.pain_around"]
    assert [run.day for run in report.runs if run.stands_out] == [days_ago(49)]


def test_an_empty_store_has_nothing_to_say() -> None:
    report = report_of(MadeUpStore())
    assert (report.runs, report.lead, report.missing, report.findings) == ((), (), (), ())


def test_too_few_runs_are_said_as_such() -> None:
    report = report_of(MadeUpStore([a_run(days_ago(n), 5.0) for n in (28, 3, 0)]))
    assert " ".join(report.lead).replace("\u00a0", " ") == (
        "Too few runs to say what stands out. A comparison needs the 30 days before a run. "
        "Your first run here was on Sun 19 Apr 2026."
    )
    assert "short_history" in missing(report)


def test_nothing_stands_out_is_an_answer() -> None:
    report = report_of(MadeUpStore([a_run(days_ago(n), 5.0) for n in range(60, -1, -3)]))
    assert report.lead[0].startswith("No run stands out.")


def test_what_could_not_be_compared_is_not_called_unremarkable() -> None:
    known = [a_run(days_ago(n), 5.0) for n in range(34, 0, -4)]
    report = report_of(MadeUpStore([*known, a_run(days_ago(1), None), a_run(days_ago(0), 15.0)]))
    assert report.runs[-1].spike_state == "distance_missing_in_window"
    assert report.lead[0].startswith("No run stands out. 1 run in the 365 days to Sun\u00a017")
    assert "distance_in_window" in missing(report)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [(7, 4, "no higher in the 28 days after it"), (2, 4, "reached 4/10"), (None, 0, None)],
)
def test_the_first_lines_do_not_turn_less_pain_into_more(
    before: int | None, after: int, says: str | None
) -> None:
    runs = [a_run(days_ago(n), 9.0 if n == 20 else 5.0) for n in range(60, 0, -2)]
    pains = [(25, before), (10, after)]
    diary = [DiaryEntry(day=days_ago(n), side="left", pain_worst=worst) for n, worst in pains]
    report = report_of(MadeUpStore(runs, diary))
    assert len(report.lead) == 1 + (says is not None)
    assert says is None or says in report.lead[1]


def test_a_store_whose_runs_do_not_count_says_so() -> None:
    report = report_of(MadeUpStore([a_run(days_ago(-3), 5.0), a_run(None, 5.0)]))
    assert missing(report) == {"future", "no_date"}


def test_the_last_days_of_a_quiet_store_are_named_by_their_date() -> None:
    runs = [a_run(days_ago(n), 5.0, cadence_spm=None) for n in range(160, 90, -3)]
    diary = [DiaryEntry(day=days_ago(60), side="left", pain_worst=0)]
    report = report_of(MadeUpStore(runs, diary))
    assert report.lead[-1].startswith("Your last run or diary entry here is from Wed\u00a018\u00a0Mar")
    said = (*report.lead, *(row.says for row in report.trends), *(each.says for each in report.missing))
    assert not [sentence for sentence in said if "in the last" in sentence]


def test_a_full_history_without_a_distance_can_compare_nothing() -> None:
    report = report_of(MadeUpStore([a_run(days_ago(n), None) for n in range(60, -1, -3)]))
    assert "could be compared" in report.lead[0]
    assert "no_distance" in missing(report)


def test_walks_and_rides_are_counted_and_not_compared() -> None:
    runs = [a_run(days_ago(n), 5.0) for n in range(60, 0, -3)]
    rides = [a_run(days_ago(2), 60.0, sport="cycling"), a_run(days_ago(1), 9.0, sport="walking")]
    report = report_of(MadeUpStore([*runs, *rides]))
    assert report.other_activities == 2
    assert report.spikes == ()
    assert max(run.distance_m or 0 for run in report.runs) == 5000


def test_what_lies_after_today_is_left_out() -> None:
    runs = [a_run(days_ago(n), 5.0) for n in range(60, 0, -3)]
    later = [a_run(days_ago(-1), 20.0)]
    diary = [DiaryEntry(day=days_ago(-2), side="left", pain_worst=9)]
    report = report_of(MadeUpStore([*runs, *later], diary))
    assert report.spikes == ()
    assert report.pain == ()
    assert "future" in missing(report)


def test_a_run_without_a_date_is_named() -> None:
    report = report_of(MadeUpStore([a_run(None, 5.0), *[a_run(days_ago(n), 5.0) for n in (40, 3)]]))
    assert "no_date" in missing(report)
    assert len(report.runs) == 2


def test_a_quiet_store_ends_its_charts_at_the_last_entry() -> None:
    report = report_of(MadeUpStore([a_run(days_ago(n), 5.0) for n in range(160, 90, -3)]))
    assert report.last_day == days_ago(91)
    assert report.next_run is None
    assert report.recent[0].runs == 0
    assert any("charts end there" in sentence for sentence in report.lead)
    entry = [DiaryEntry(day=days_ago(2), side="left", pain_worst=0)]
    assert report_of(MadeUpStore([a_run(days_ago(60), 5.0)], entry)).last_day == TODAY


def test_what_is_missing_disappears_when_it_is_there() -> None:
    runs = [a_run(days_ago(n), 5.0, cadence_spm=None) for n in range(60, 0, -3)]
    assert {"pain", "cadence"} <= missing(report_of(MadeUpStore(runs)))
    story = report_of(the_story())
    assert missing(story).isdisjoint({"pain", "cadence", "no_distance", "no_date", "future"})


def test_the_document_is_plain_json_with_facts_and_sources() -> None:
    document = json.loads(json.dumps(report_document(report_of(the_story())), allow_nan=False))
    spike = next(each for each in document["findings"] if each["rule"] == "load.session_spike")
    assert spike["sources"] == ["frandsen2025"]
    assert round(spike["facts"]["spike_pct"]) == 61
    assert document["sources"]["frandsen2025"]["doi"] == "10.1136/bjsports-2024-109380"
    assert document["simulated"] is True
    assert document["runs"][0]["spike_pct"] is None
    assert document["runs"][0]["spike_state"] == "short_history"
    assert document["weeks"][1]["change_state"] == "days_not_confirmed"


runs_of_a_year = st.lists(
    st.tuples(st.integers(0, 400), st.one_of(st.none(), st.floats(0, 60)), st.integers(0, 23)), max_size=30
)
diaries = st.lists(
    st.tuples(st.integers(0, 100), st.sampled_from(["left", "right"]), st.integers(0, 10)), max_size=8
)


@given(runs_of_a_year, diaries, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_any_store_gives_a_report_and_its_order_never_matters(
    runs: list[tuple[int, float | None, int]], diary: list[tuple[int, Any, int]], chance: Any
) -> None:
    stored = [
        a_run(days_ago(n), km, hour=hour)
        for n, km, hour in {(n, hour): (n, km, hour) for n, km, hour in runs}.values()
    ]
    entries = [DiaryEntry(day=days_ago(n), side=side, pain_worst=worst) for n, side, worst in diary]
    first = report_document(report_of(MadeUpStore(stored, entries)))
    json.dumps(first, allow_nan=False)
    chance.shuffle(stored)
    chance.shuffle(entries)
    second = report_document(report_of(MadeUpStore(stored, entries)))
    for key in ("says", "weeks", "recent", "pain", "trends", "missing"):
        assert first[key] == second[key]


def test_runs_known_by_their_pace_alone_are_said() -> None:
    run = a_run(days_ago(3), 5.0)
    by_pace = replace(run, activity=replace(run.activity, decisions={"sport": SPORT_BY_PACE}))
    assert "sport_by_pace" in missing(report_of(MadeUpStore([by_pace])))
    assert "sport_by_pace" not in missing(report_of(MadeUpStore([run])))


def test_a_warning_sign_of_the_check_comes_before_every_number() -> None:
    sign = SignInForce(
        rule="RF02",
        action="Go to an emergency department now.",
        reason="It can be an infection.",
        sources=("coakley2006",),
    )
    held = CheckInForce(says="Get emergency care now", holds=("running", "strength"), signs=(sign,))
    store = MadeUpStore([a_run(days_ago(n), 5.0) for n in range(60, -1, -3)])
    assert make_report(store, KNOWLEDGE, today=TODAY).next_run is not None
    report = make_report(store, KNOWLEDGE, today=TODAY, check=held)
    assert report.next_run is None
    assert "check" not in missing(report)
    page = render_html(report)
    assert page.index(sign.action) < page.index("chart-recent")
    assert sign.action in render_html(make_report(MadeUpStore(), KNOWLEDGE, today=TODAY, check=held))


def test_a_check_that_holds_nothing_leaves_the_numbers() -> None:
    store = MadeUpStore([a_run(days_ago(n), 5.0) for n in range(60, -1, -3)])
    calm = CheckInForce(says="Routine", holds=(), signs=())
    assert make_report(store, KNOWLEDGE, today=TODAY, check=calm).next_run is not None
