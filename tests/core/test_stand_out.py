from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from tests.made_up_diary import told
from tests.services.made_up_runs import a_run

from goodknee.core.load.exposure import run_log, session_spikes
from goodknee.core.load.pain import PainDays, pain_days
from goodknee.core.load.stand_out import Finding, next_run, pain_around, spikes_that_stand_out
from goodknee.core.load.trend import compare_recent, rolling_middle
from goodknee.core.model import StoredEntry
from goodknee.core.track import diary
from goodknee.readers.knowledge import load_knowledge

KNOWLEDGE = load_knowledge()
TODAY = date(2026, 5, 17)


def days_ago(n: int) -> date:
    return TODAY - timedelta(days=n)


def found(*runs: tuple[int, float]) -> tuple[Finding, ...]:
    log = run_log([a_run(days_ago(n), km).activity for n, km in runs])
    spikes = session_spikes(log, KNOWLEDGE.load.session_spike)
    return spikes_that_stand_out(log, spikes, KNOWLEDGE, last_day=TODAY)


def pain(*entries: tuple[int, int], side: str = "right") -> list[StoredEntry]:
    return [told(day=days_ago(n), side="right", pain_worst=worst) for n, worst in entries]


def pain_of(entries: list[StoredEntry]) -> PainDays:
    return pain_days(diary.days(entries, KNOWLEDGE.log))


def test_a_spike_carries_its_receipt() -> None:
    (finding,) = found((60, 5), (20, 10), (10, 16.1))
    assert finding.reason.says == (
        "This run was 61\u00a0% longer than your longest in the 30 days before. "
        "In large groups, single long jumps go with more injuries. "
        "Nobody can say what that means for one knee."
    )
    assert finding.reason.facts["spike_pct"] == pytest.approx(61)
    assert finding.reason.facts["band"] == "moderate"
    assert (finding.day, finding.run_row) == (days_ago(10), 2)
    assert finding.reason.sources == ("frandsen2025",)
    assert finding.reason.would_change


def test_a_run_within_ten_per_cent_does_not_stand_out() -> None:
    assert found((60, 5), (20, 10), (10, 11)) == ()


def test_recent_spikes_come_before_larger_old_ones() -> None:
    old_large, recent_small = (200, 20.0), (10, 12.0)
    base = [(n, 10.0) for n in (300, 220, 190, 30)]
    days = [finding.day for finding in found(*base, old_large, recent_small)]
    assert days == [days_ago(10), days_ago(200)]


def test_only_so_many_are_shown_and_none_from_long_ago() -> None:
    runs = [run for n in range(0, 400, 40) for run in ((n + 20, 5.0), (n, 10.0))]
    findings = found(*runs)
    assert len(findings) == KNOWLEDGE.load.session_spike.shown_at_most
    assert found((500, 5), (420, 5), (400, 20)) == ()


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([(20, 2), (5, 6)], "before this run, pain reached 2/10"),
        ([(20, 6), (5, 6)], "so it did not grow"),
        ([(5, 6)], "There is no entry from the 28 days before"),
        ([(39, 6), (5, 4)], "There is no entry from the 28 days before"),
        ([(38, 6), (5, 4)], "so it did not grow"),
    ],
)
def test_pain_around_a_spike(entries: list[tuple[int, int]], expected: str) -> None:
    finding = pain_around(days_ago(10), pain_of(pain(*entries)), KNOWLEDGE)
    assert finding is not None
    assert expected in finding.reason.says
    assert "does not prove" in finding.reason.says


def test_a_sore_knee_before_does_not_hide_the_other_that_hurts_after() -> None:
    entries = [
        told(day=days_ago(20), side="left", pain_worst=6),
        told(day=days_ago(5), side="left", pain_worst=6),
        told(day=days_ago(20), side="right", pain_worst=0),
        told(day=days_ago(5), side="right", pain_worst=5),
    ]
    finding = pain_around(days_ago(10), pain_of(entries), KNOWLEDGE)
    assert finding is not None
    assert finding.reason.says.startswith("This is about your right knee. In the 28 days before")
    assert (finding.reason.facts["worst_before"], finding.reason.facts["worst_after"]) == (0, 5)


def test_the_morning_of_a_run_comes_before_it() -> None:
    mornings = [told(day=days_ago(n), side="left", pain_morning=pain) for n, pain in ((10, 6), (9, 2))]
    finding = pain_around(days_ago(10), pain_of(mornings), KNOWLEDGE)
    assert finding is not None
    assert (finding.reason.facts["worst_before"], finding.reason.facts["worst_after"]) == (6, 2)


def test_pain_around_needs_an_entry_after_the_run() -> None:
    assert pain_around(days_ago(10), pain_of(pain((20, 6))), KNOWLEDGE) is None
    assert pain_around(days_ago(40), pain_of(pain((11, 6))), KNOWLEDGE) is None


def next_run_after(runs: list[tuple[int, float]], entries: list[StoredEntry]) -> Finding | None:
    log = run_log([a_run(days_ago(n), km).activity for n, km in runs])
    return next_run(log, pain_of(entries), KNOWLEDGE, today=TODAY)


def test_the_next_run_stays_within_ten_per_cent_and_is_rounded_down() -> None:
    finding = next_run_after([(3, 8.59)], [])
    assert finding is not None
    assert finding.reason.facts["most_m"] == 9400
    assert "9.4\u00a0km" in finding.reason.says


@pytest.mark.parametrize(("ago", "said"), [(0, True), (29, True), (30, False)])
def test_the_next_run_looks_30_days_back_from_tomorrow(ago: int, *, said: bool) -> None:
    assert (next_run_after([(ago, 8.0)], []) is not None) is said


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ((0, 1), "load.pain_first"),
        ((13, 1), "load.pain_first"),
        ((14, 9), "load.next_run"),
        ((0, 0), "load.next_run"),
    ],
)
def test_recent_pain_comes_before_any_distance(entry: tuple[int, int], rule: str) -> None:
    finding = next_run_after([(3, 8.0)], pain(entry))
    assert finding is not None
    assert finding.reason.rule == rule
    assert ("km" in finding.reason.says) is (rule == "load.next_run")


def test_more_pain_never_names_more_kilometres() -> None:
    named = []
    for worst in range(11):
        finding = next_run_after([(3, 8.0)], pain((1, worst)))
        assert finding is not None
        named.append(float(finding.reason.facts.get("most_m") or 0))
    assert named == sorted(named, reverse=True)


def test_pain_is_one_measure_and_what_counts_of_the_day() -> None:
    entries = [
        told(day=TODAY, side="right", pain_worst=3, pain_now=9),
        told(day=TODAY, side="right", pain_worst=5),
        told(day=TODAY, side="left", pain_worst=1),
        told(day=days_ago(1), side="left", pain_now=8),
    ]
    days = pain_of(entries)
    assert days.measure == "pain_worst"
    assert list(zip(days.side.tolist(), days.worst.tolist(), strict=True)) == [("left", 1), ("right", 5)]


def test_a_diary_without_numbers_has_no_pain() -> None:
    days = pain_of([told(day=TODAY, side="left", note="new shoes")])
    assert days.measure is None
    assert len(days.day) == 0


def test_swapping_left_and_right_swaps_the_answer() -> None:
    left = pain_of([told(day=TODAY, side="left", pain_worst=4)])
    right = pain_of([told(day=TODAY, side="right", pain_worst=4)])
    assert (left.side.tolist(), right.side.tolist()) == (["left"], ["right"])
    assert left.worst.tolist() == right.worst.tolist()


RULE = KNOWLEDGE.load.trend


def compared(recent: list[float], before: list[float]) -> str:
    days = [days_ago(n) for n in range(len(recent))] + [days_ago(28 + n) for n in range(len(before))]
    day = np.array(days, dtype="datetime64[D]")
    return compare_recent(day, np.array([*recent, *before]), last_day=TODAY, rule=RULE).verdict


def test_trend_verdicts() -> None:
    usual = [164.0, 165, 166, 167, 168]
    assert compared([x + 10 for x in usual], usual) == "higher"
    assert compared([x - 10 for x in usual], usual) == "lower"
    assert compared([x + 1 for x in usual], usual) == "no_clear_change"
    assert compared(usual, usual) == "no_clear_change"
    assert compared(usual[:4], usual) == "too_few"
    assert compared([*usual[:4], np.nan], usual) == "too_few"


def test_the_edge_of_a_clear_change_is_where_the_notches_meet() -> None:
    spread = [150.0, 155, 160, 165, 170]
    edge = float(160 + RULE.notch * 10 / np.sqrt(5))
    assert compared([edge] * 5, [160.0] * 5) == "higher"
    assert compared([float(np.nextafter(edge, 0))] * 5, spread) == "no_clear_change"
    assert compared([edge + 1e-9] * 5, spread) == "higher"


def test_a_sure_but_tiny_change_is_not_worth_a_word() -> None:
    edge = 160 * (1 + RULE.least_change_pct / 100)
    assert compared([edge] * 5, [160.0] * 5) == "no_clear_change"
    assert compared([edge + 0.01] * 5, [160.0] * 5) == "higher"
    assert compared([160.0] * 5, [edge + 0.2] * 5) == "lower"


def test_the_middle_needs_enough_runs_in_its_window() -> None:
    day = np.array([days_ago(n) for n in (40, 4, 3, 2, 1, 0)], dtype="datetime64[D]")
    middle = rolling_middle(day, np.array([999.0, 1, 2, 3, 4, 5]), rule=RULE)
    assert np.isnan(middle[:5]).all()
    assert middle[5] == 3


def test_the_order_of_runs_never_matters_to_their_middle() -> None:
    day = np.array([days_ago(n) for n in range(60)], dtype="datetime64[D]")
    values = np.sin(np.arange(60.0)) * 10
    mixed = np.argsort(np.cos(np.arange(60.0)))
    straight = rolling_middle(day, values, rule=RULE)
    np.testing.assert_array_equal(rolling_middle(day[mixed], values[mixed], rule=RULE), straight[mixed])
    assert straight[0] == np.median(values[: RULE.window_days])
