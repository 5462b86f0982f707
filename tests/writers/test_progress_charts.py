"""The charts of progress: gaps stay gaps, the band is wide and labelled, a painkiller is a cross."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.core.made_up_diary import day, diary_day, told_in

from goodknee.core.track.progress import Progress, progress
from goodknee.core.track.readings import Told
from goodknee.readers.knowledge import load_knowledge
from goodknee.writers.chart_frame import NARROW, WIDE, Canvas, Period, noon_ms
from goodknee.writers.progress_charts import CROSS, progress_chart, progress_figures

KNOWLEDGE = load_knowledge()


def seen(told: Told, today: int) -> Progress:
    return progress(told, KNOWLEDGE, today=day(today))


def layers(spec: Any, mark: str) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    for panel in spec["vconcat"]:
        for layer in panel["layer"]:
            if layer["mark"]["type"] == mark:
                data = layer["data"]
                yield layer, data["values"] if "values" in data else spec["datasets"][data["name"]]


def spec_of(told: Told, today: int, measure: str = "pain_worst_nprs", canvas: Canvas = WIDE) -> Any:
    course = seen(told, today).courses[measure]
    period = Period(first=day(0), last=day(today))
    return progress_chart(course, period, canvas, KNOWLEDGE)


@pytest.mark.parametrize("canvas", [NARROW, WIDE])
def test_a_line_stops_where_entries_are_missing(canvas: Canvas) -> None:
    told = Told(days=[diary_day(n, {"pain_worst": 4}) for n in (*range(10), *range(30, 40))])
    ((_, line),) = layers(spec_of(told, 41, canvas=canvas), "line")
    parts = {row["part"] for row in line}
    assert len(parts) == 2
    assert not [row for row in line if noon_ms(day(10)) < row["t"] < noon_ms(day(30))]


def test_a_day_with_a_painkiller_is_a_cross_and_off_the_line() -> None:
    days = [diary_day(n, {"pain_worst": 4}) for n in range(10)]
    days[5] = diary_day(5, {"pain_worst": 0}, painkiller=True)
    spec = spec_of(Told(days=days), 13)
    crosses = [rows for layer, rows in layers(spec, "point") if layer["mark"].get("shape") == CROSS]
    assert [row["y"] for rows in crosses for row in rows] == [0]
    ((_, line),) = layers(spec, "line")
    assert {row["y"] for row in line} == {4}


def test_the_band_is_drawn_wide_and_labelled() -> None:
    figure = progress_figures(seen(told_in({"tell": [[0, 20, "pain_worst", 5]]}), 20), KNOWLEDGE)[0]
    assert KNOWLEDGE.outcomes.reference_band.label in " ".join(figure.captions)
    ((_, band),) = layers(spec_of(told_in({"tell": [[0, 20, "pain_worst", 5]]}), 20), "area")
    assert (band[0]["y"], band[0]["y2"]) == (4.0, 8.0)
    # Half way to week 6, where it is 1.8 to 6.8.
    assert (band[-1]["y"], band[-1]["y2"]) == pytest.approx((4.0 - 2.2 * 20 / 42, 8.0 - 1.2 * 20 / 42))
    assert band[0]["t"] == noon_ms(day(0))


def test_scores_are_dots_without_a_line_between() -> None:
    told = told_in({"scores": [[0, "akps", 60], [28, "akps", 75]]})
    spec = spec_of(told, 28, "akps_0_100")
    assert [len(rows) for _, rows in layers(spec, "point")] == [2, 0]
    assert not list(layers(spec, "line"))
    titles = [figure.title for figure in progress_figures(seen(told, 28), KNOWLEDGE)]
    assert titles[0].endswith("60 at the start, 75 now, better than the noise")


def test_too_few_say_so_in_the_title_and_one_entry_is_no_picture() -> None:
    few = progress_figures(seen(told_in({"tell": [[0, 1, "pain_worst", 5]]}), 1), KNOWLEDGE)
    assert [figure.title for figure in few] == ["Worst pain: too few entries to say"]
    assert progress_figures(seen(told_in({"tell": [[0, 0, "pain_worst", 5]]}), 1), KNOWLEDGE) == ()


def test_both_renditions_have_a_name_for_those_who_do_not_see_them() -> None:
    figure = progress_figures(seen(told_in({"tell": [[0, 20, "pain_worst", 5]]}), 20), KNOWLEDGE)[0]
    for svg in (figure.narrow, figure.wide):
        assert f'aria-label="{figure.title}"' in svg
    assert len(figure.rows) == 21
