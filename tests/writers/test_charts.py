from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_up_diary import told
from tests.services.made_up_runs import TODAY, MadeUpStore, a_run, the_story

from goodknee.core.report import Report
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.report import make_report
from goodknee.writers.chart_frame import NARROW, WIDE, Canvas, Period, date_ticks, round_ticks, to_svg
from goodknee.writers.charts import load_chart, trend_chart
from goodknee.writers.report import render_html

PERIOD = Period(first=TODAY - timedelta(days=83), last=TODAY)


def report_of(store: MadeUpStore) -> Report:
    return make_report(store, load_knowledge(), today=TODAY)


def days_ago(n: int) -> date:
    return TODAY - timedelta(days=n)


def layers(spec: Any, mark: str) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    for panel in spec["vconcat"]:
        for layer in panel["layer"]:
            if layer["mark"]["type"] == mark:
                data = layer["data"]
                yield layer, data["values"] if "values" in data else spec["datasets"][data["name"]]


def rows(spec: Any, mark: str) -> list[list[dict[str, Any]]]:
    return [values for _, values in layers(spec, mark)]


@pytest.mark.parametrize("canvas", [NARROW, WIDE])
def test_a_bar_per_run_and_a_sign_on_the_spike(canvas: Canvas) -> None:
    report = report_of(the_story())
    spec = load_chart(report, PERIOD, canvas, per_run=True)
    (bars,) = rows(spec, "bar")
    assert len(bars) == sum(PERIOD.holds(run.day) for run in report.runs)
    signs = [values for layer, values in layers(spec, "point") if layer["mark"].get("shape") == "triangle-up"]
    assert [row["y"] for values in signs for row in values] == [8.05]
    texts = [layer["mark"].get("text") for layer, _ in layers(spec, "text")]
    assert "+61\u00a0%" in texts


@pytest.mark.parametrize(("next_km", "shown"), [(5.0, ["center"]), (12.0, ["right"])])
def test_a_taller_bar_never_runs_through_a_label(next_km: float, shown: list[str]) -> None:
    runs = [a_run(days_ago(n), 5.0) for n in range(80, 41, -3)]
    runs += [a_run(days_ago(40), 9.0), a_run(days_ago(38), next_km)]
    report = report_of(MadeUpStore(runs))
    only_first = replace(report, spikes=tuple(each for each in report.spikes if each.day == days_ago(40)))
    spec = load_chart(only_first, PERIOD, WIDE, per_run=True)
    marks = [layer["mark"] for layer, _ in layers(spec, "text")]
    assert [mark["align"] for mark in marks if mark.get("text") == "+80\u00a0%"] == shown


def test_runs_of_one_day_stand_side_by_side() -> None:
    store = MadeUpStore([a_run(days_ago(3), 5.0, hour=7), a_run(days_ago(3), 5.0, hour=18)])
    (bars,) = rows(load_chart(report_of(store), PERIOD, WIDE, per_run=True), "bar")
    assert len({bar["t"] for bar in bars}) == 2


def test_the_weekly_line_breaks_where_a_week_has_no_entry() -> None:
    store = MadeUpStore([a_run(days_ago(n), 5.0) for n in (40, 33, 19, 12)])
    line = rows(load_chart(report_of(store), PERIOD, WIDE, per_run=True), "line")[0]
    assert [row["part"] - line[0]["part"] for row in line] == [0, 0, 1, 1]


def test_a_week_that_is_not_over_is_hollow_and_off_the_line() -> None:
    monday = TODAY + timedelta(days=1)
    store = MadeUpStore([a_run(days_ago(3), 5.0), a_run(monday, 7.0)])
    report = make_report(store, load_knowledge(), today=monday)
    period = Period(first=PERIOD.first, last=monday + timedelta(days=6))
    spec = load_chart(report, period, WIDE, per_run=True)
    assert [row["y"] for row in rows(spec, "line")[0]] == [5]
    hollow = [values for layer, values in layers(spec, "point") if layer["mark"].get("fill") == "#FFFFFF"]
    assert [row["y"] for values in hollow for row in values] == [7]


def test_a_day_without_an_entry_breaks_the_pain_line() -> None:
    diary = [told(day=days_ago(n), side="left", pain_worst=2) for n in (9, 8, 6, 5)]
    spec = load_chart(report_of(MadeUpStore([a_run(days_ago(9), 5.0)], diary)), PERIOD, WIDE, per_run=True)
    assert [row["part"] for row in rows(spec, "line")[-1]] == [0, 0, 1, 1]


def test_pain_has_its_own_panel_from_0_to_10_only_where_there_is_pain() -> None:
    spec = load_chart(report_of(the_story()), PERIOD, WIDE, per_run=True)
    assert len(spec["vconcat"]) == 3
    pain_y = spec["vconcat"][2]["layer"][0]["encoding"]["y"]
    assert pain_y["scale"]["domain"] == [0, 10]
    without = load_chart(report_of(MadeUpStore([a_run(days_ago(9), 5.0)])), PERIOD, WIDE, per_run=True)
    assert len(without["vconcat"]) == 2


def test_the_knees_are_told_apart_without_colour() -> None:
    diary = [told(day=days_ago(3), side=side, pain_worst=2) for side in ("left", "right")]
    spec = load_chart(report_of(MadeUpStore([a_run(days_ago(9), 5.0)], diary)), PERIOD, WIDE, per_run=True)
    points = [
        layer["mark"]
        for layer, _ in layers(spec, "point")
        if layer["mark"].get("shape") in ("square", "circle")
    ]
    assert {(mark["shape"], mark["fill"] == mark["color"]) for mark in points} == {
        ("square", True),
        ("circle", False),
    }
    texts = [
        layer["encoding"]["text"].get("value", "")
        for layer, _ in layers(spec, "text")
        if "text" in layer["encoding"]
    ]
    assert {"■ right", "○ left"} <= set(texts)


def test_bars_start_at_zero() -> None:
    spec = load_chart(report_of(the_story()), PERIOD, WIDE, per_run=True)
    for panel in spec["vconcat"][:2]:
        domains = [
            layer["encoding"]["y"]["scale"]["domain"]
            for layer in panel["layer"]
            if "scale" in layer["encoding"].get("y", {})
        ]
        assert domains
        assert all(domain[0] == 0 for domain in domains)


def test_the_pace_axis_has_fast_at_the_top_and_minutes_as_labels() -> None:
    report = report_of(the_story())
    y = trend_chart(report, report.trends[0], PERIOD, WIDE)["vconcat"][0]["layer"][0]["encoding"]["y"]
    assert y["scale"]["reverse"] is True
    assert '"6:00"' in y["axis"]["labelExpr"]


@given(st.floats(0, 500), st.floats(0.1, 500))
def test_ticks_are_few_and_hold_the_values(low: float, span: float) -> None:
    ticks = round_ticks(low, low + span)
    assert ticks[0] <= low + 1e-5
    assert ticks[-1] >= low + span - 1e-5
    assert 2 <= len(ticks) <= 5


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(13, 400), st.sampled_from([3, 4, 5]))
def test_date_ticks_are_few_and_inside(last: date, days: int, most: int) -> None:
    period = Period(first=last - timedelta(days=days), last=last)
    ticks = date_ticks(period, most)
    assert 1 <= len(ticks) <= most
    assert all(period.holds(day) for day in ticks)


def test_a_drawing_is_the_same_each_time_named_and_keeps_its_ids_apart() -> None:
    report = report_of(the_story())
    spec = load_chart(report, PERIOD, NARROW, per_run=True)
    first = to_svg(spec, label='5 < 6 "km" & more', name="a")
    assert first == to_svg(spec, label='5 < 6 "km" & more', name="a")
    assert 'role="img" aria-label="5 &lt; 6 &quot;km&quot; &amp; more"' in first
    ids = set(re.findall(r'\bid="([^"]+)"', first))
    assert ids == {name for name in ids if name.startswith("a-")}
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= ids


def test_one_wild_pace_does_not_flatten_the_picture() -> None:
    story = the_story()
    wild = a_run(days_ago(1), 0.01, pace_s=180_000.0)
    report = report_of(MadeUpStore([*story.runs(), wild]))
    dots = rows(trend_chart(report, report.trends[0], PERIOD, WIDE), "circle")[0]
    assert max(dot["y"] for dot in dots) < 400
    assert "1 run lies far outside this picture" in render_html(report)
