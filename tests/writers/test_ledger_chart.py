from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.services.made_up_runs import TODAY, MadeUpStore, a_run, the_story
from tests.writers.test_charts import days_ago, layers, rows
from tests.writers.test_report_page import BLOCKED, Elements, checked, page_with, unfolded

from goodknee.core.load.ledger import KneeLoad
from goodknee.core.model import StoredRun
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.report import make_report
from goodknee.writers.chart_frame import NARROW, WIDE, Canvas, Period, noon_ms
from goodknee.writers.ledger_chart import ledger_chart
from goodknee.writers.report import render_html

KNOWLEDGE = load_knowledge()
PERIOD = Period(first=TODAY - timedelta(days=83), last=TODAY)


def ledger_of(store: MadeUpStore) -> KneeLoad:
    found = make_report(store, KNOWLEDGE, today=TODAY).knee_load
    assert found
    return found.ledger


def a_run_without_a_figure(n: int) -> StoredRun:
    run = a_run(days_ago(n), None)
    return replace(run, activity=replace(run.activity, timer_s=None, elapsed_s=None))


@pytest.mark.parametrize("canvas", [NARROW, WIDE])
def test_each_bar_has_its_whisker_and_the_band_lies_behind(canvas: Canvas) -> None:
    ledger = ledger_of(the_story())
    spec = ledger_chart(ledger, KNOWLEDGE.words, PERIOD, canvas)
    (bars,) = rows(spec, "bar")
    values = {cost.day: cost.easy_flat_km for cost in ledger.runs if PERIOD.holds(cost.day)}
    assert [bar["y"] for bar in bars] == [value.value for value in values.values() if value]
    assert all(bar["low"] < bar["y"] < bar["high"] for bar in bars)
    whiskers = [mark for mark in rows(spec, "rule") if "low" in mark[0]]
    assert whiskers == [bars]
    (field,) = rows(spec, "rect")
    assert ledger.band
    assert field == [{"y": ledger.band.low, "high": ledger.band.high}]
    signs = [values for layer, values in layers(spec, "point") if layer["mark"].get("shape") == "triangle-up"]
    assert len(signs[0]) == 1


def test_a_run_without_a_figure_is_a_hollow_dot_and_no_bar() -> None:
    store = MadeUpStore([*(a_run(days_ago(n), 5.0) for n in range(60, 3, -3)), a_run_without_a_figure(1)])
    spec = ledger_chart(ledger_of(store), KNOWLEDGE.words, PERIOD, WIDE)
    hollow = [values for layer, values in layers(spec, "point") if layer["mark"].get("fill")]
    assert len(hollow[0]) == 1
    assert len(rows(spec, "bar")[0]) == 19
    assert "The hollow dot is a run without a figure." in render_html(
        make_report(store, KNOWLEDGE, today=TODAY)
    )


def test_the_line_begins_with_28_days_and_breaks_where_no_run_is_known() -> None:
    store = MadeUpStore([a_run(days_ago(n), 5.0) for n in (80, 75, 20, 10)])
    (line,) = rows(ledger_chart(ledger_of(store), KNOWLEDGE.words, PERIOD, WIDE), "line")
    assert line[0]["t"] == noon_ms(days_ago(80 - 27))
    assert len({row["part"] for row in line}) == 2


def test_too_few_days_have_bars_and_no_line() -> None:
    spec = ledger_chart(ledger_of(MadeUpStore([a_run(days_ago(2), 5.0)])), KNOWLEDGE.words, PERIOD, WIDE)
    assert len(spec["vconcat"]) == 1
    assert rows(spec, "rect") == []


def test_the_table_says_what_the_chart_shows() -> None:
    report = make_report(the_story(), KNOWLEDGE, today=TODAY)
    page = render_html(report)
    (figure,) = re.findall(r'<figure class="card" id="chart-ledger">.*?</figure>', page, re.DOTALL)
    assert report.knee_load
    text = Elements(figure).text
    for cost in report.knee_load.ledger.runs:
        if cost.day > days_ago(80) and cost.easy_flat_km:
            assert KNOWLEDGE.words.day(cost.day) in text
            assert f"{cost.easy_flat_km.value:.1f}" in text
    assert "length" in text
    assert text.count("as usual") > 20


def test_the_section_tells_step_and_km_and_what_is_assumed() -> None:
    page = page_with(checked(), the_story())
    section = page.split('id="load"')[1].split("</section>")[0]
    text = Elements(section).text.replace("\u00a0", " ")
    assert "Peak of each step: " in text
    assert "The whole run, and each km of it: " in text
    assert "Calf and Achilles tendon work harder." in text
    assert text.count("What is assumed") == 2
    assert "brackets hold 8 of 10 true values" in text
    assert re.search(r"usual run \d+\.\d \+ \d+\.\d length.* = \d+\.\d easy km", text)


def test_a_red_flag_hides_all_of_it() -> None:
    page = page_with(checked(**BLOCKED), the_story())
    assert "easy km" not in page
    assert "Knee load" not in unfolded(page)
