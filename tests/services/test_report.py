from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_up_diary import told
from tests.pack_files import cases
from tests.services.made_up_runs import TODAY, MadeUpStore, a_run, the_story

from goodknee.core.assess.answers import check_answers
from goodknee.core.model import StoredEntry
from goodknee.core.report import Report
from goodknee.core.summary import SPORT_BY_PACE
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import Assessment, CheckPack, look_at
from goodknee.services.report import make_report, report_document

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
    diary = [told(day=days_ago(n), side="left", pain_worst=worst) for n, worst in pains]
    report = report_of(MadeUpStore(runs, diary))
    assert len(report.lead) == 1 + (says is not None)
    assert says is None or says in report.lead[1]


def test_a_store_whose_runs_do_not_count_says_so() -> None:
    report = report_of(MadeUpStore([a_run(days_ago(-3), 5.0), a_run(None, 5.0)]))
    assert missing(report) == {"future", "no_date"}


def test_the_last_days_of_a_quiet_store_are_named_by_their_date() -> None:
    runs = [a_run(days_ago(n), 5.0, cadence_spm=None) for n in range(160, 90, -3)]
    diary = [told(day=days_ago(60), side="left", pain_worst=0)]
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
    diary = [told(day=days_ago(-2), side="left", pain_worst=9)]
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
    entry = [told(day=days_ago(2), side="left", pain_worst=0)]
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
    st.tuples(
        st.integers(0, 400), st.one_of(st.none(), st.just(0.0), st.floats(0.001, 60)), st.integers(0, 23)
    ),
    max_size=30,
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
    entries = [told(day=days_ago(n), side=side, pain_worst=worst) for n, side, worst in diary]
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


# The knee check

PACK = CheckPack.of(KNOWLEDGE)
CALM: dict[str, Any] = {
    **cases("red_flags.yaml")["clean"],
    "side": "right", "location": ["front"], "spot": "around_or_behind_kneecap",
    "aggravated_by": ["squat", "stairs_down"], "pain_worst_3d_right": 2, "pain_stairs_up_right": 1,
    "days_since_last_run": 1, "last_run_pain_max": 1, "last_run_settle_minutes": 10,
}  # fmt: skip


def checked(*, on: date = TODAY, **changes: Any) -> Assessment:
    given = check_answers({**CALM, **changes}, PACK.questions)
    at = datetime.combine(on, time(8), tzinfo=UTC)
    return look_at(given, PACK, day=on, at=at, today=TODAY)


def with_check(check: Assessment, *, diary: Sequence[StoredEntry] = (), cadence_spm: float = 166.0) -> Report:
    runs = [a_run(days_ago(n), 5.0, cadence_spm=cadence_spm) for n in range(60, -1, -3)]
    return make_report(MadeUpStore(runs, diary), KNOWLEDGE, today=TODAY, check=check)


def rules(report: Report) -> list[str]:
    return [finding.reason.rule for finding in report.findings]


def test_a_check_without_a_sign_leaves_the_numbers() -> None:
    report = with_check(checked())
    assert rules(report) == ["load.next_run"]
    assert "check" not in missing(report)
    assert report.check
    assert not report.check.blocked


@pytest.mark.parametrize(
    "answers",
    [
        {"hot": True, "fever_or_unwell": True},  # a sign holds everything
        {"pain_worst_3d_right": 6},  # no sign, but the knee has to settle
        {"hot": None},  # an open safety question gives no leave to run
    ],
)
def test_no_distance_is_named_while_the_check_says_not_to_run(answers: dict[str, Any]) -> None:
    assert rules(with_check(checked(**answers))) == []
    assert rules(with_check(checked(on=days_ago(30), **answers))) == []


def test_the_word_on_running_is_about_the_next_day_until_there_is_news() -> None:
    def running_day(check: Assessment, *diary: StoredEntry) -> date | None:
        found = with_check(check, diary=diary).check
        assert found
        return found.running_day

    assert running_day(checked()) == days_ago(-1)
    assert running_day(checked(on=days_ago(1))) == TODAY
    assert running_day(checked(on=days_ago(2))) is None
    news = told(day=TODAY, side="right", pain_worst=3)
    assert running_day(checked(on=days_ago(1)), news) is None
    assert running_day(checked(), news) == days_ago(-1)


def test_a_check_of_today_outweighs_older_pain_and_an_old_check_does_not() -> None:
    pain = [told(day=days_ago(5), side="right", pain_worst=3)]
    assert rules(with_check(checked(), diary=pain)) == ["load.next_run"]
    assert rules(with_check(checked(on=days_ago(9)), diary=pain)) == ["load.pain_first"]


def test_what_the_watch_measured_enters_the_risk_profile() -> None:
    def factors(report: Report) -> set[str]:
        assert report.check
        return {one["id"] for one in report.check.document["risk_factors"]}

    assert "cadence" in factors(with_check(checked(), cadence_spm=162.0))
    assert "cadence" not in factors(with_check(checked(), cadence_spm=176.0))
    runs = [a_run(days_ago(n), 9.0 if n == 0 else 5.0) for n in range(60, -1, -3)]
    spiked = make_report(MadeUpStore(runs), KNOWLEDGE, today=TODAY, check=checked())
    assert "session_spike" in factors(spiked)
    assert "session_spike" not in factors(with_check(checked()))


def test_what_the_check_left_open_is_said() -> None:
    assert "check_open" in missing(with_check(checked()))


def test_the_document_holds_the_whole_check() -> None:
    document = json.loads(json.dumps(report_document(with_check(checked())), allow_nan=False))
    assert document["check"]["urgency"] == "routine"
    assert document["check"]["differential"][0]["id"] == "pfp"
    assert report_document(report_of(MadeUpStore()))["check"] is None
