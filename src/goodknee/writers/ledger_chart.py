"""The ledger chart: a bar per run in easy km with its whisker, the usual band, and the line of 28 days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from goodknee.core.load.ledger import MONTH_DAYS, KneeLoad, UsualBand
from goodknee.core.load.run_cost import RunCost
from goodknee.core.words import Words
from goodknee.writers.chart_frame import (
    BAND,
    GUTTER_LEFT,
    GUTTER_RIGHT,
    INK,
    LOAD,
    MS_PER_DAY,
    MUTED,
    SURFACE,
    Canvas,
    Frame,
    Period,
    Spec,
    noon_ms,
)
from goodknee.writers.charts import segments, stand_out_signs


def ledger_chart(ledger: KneeLoad, words: Words, period: Period, canvas: Canvas) -> Spec:
    """Return the spec of the ledger: runs above, 28 days below.

    Args:
        ledger: What to draw.
        words: The titles of the panels.
        period: The days to draw.
        canvas: The rendition.
    """
    import altair as alt

    width = canvas.width - GUTTER_LEFT - GUTTER_RIGHT
    frame = Frame(alt=alt, words=words, period=period, canvas=canvas, width=width)
    costs = [cost for cost in ledger.runs if period.holds(cost.day)]
    panels = [_run_panel(frame, costs, ledger.band)]
    line = list(segments(list(_month_points(ledger, period))))
    if line:
        panels.append(_month_panel(replace(frame, dates=True), line))
    else:
        panels = [_run_panel(replace(frame, dates=True), costs, ledger.band)]
    return frame.stack(panels)


def _run_panel(frame: Frame, costs: Sequence[RunCost], band: UsualBand | None) -> Any:
    rows = list(_bars(costs, frame))
    y = frame.y(max((row["high"] for row in rows), default=1.0))
    unknown = [{"t": noon_ms(cost.day), "y": 0.0} for cost in costs if cost.easy_flat_km is None]
    bars = frame.chart(rows)
    layers = [
        *_band(frame, band, y),
        bars.mark_bar(color=LOAD, size=frame.bar_px).encode(x=frame.x(), y=y),
        bars.mark_rule(color=INK, strokeWidth=1.2).encode(x=frame.x(), y=frame.from_to("low"), y2="high:Q"),
        bars.mark_tick(color=INK, thickness=1.2, size=frame.bar_px).encode(
            x=frame.x(), y=frame.from_to("low")
        ),
        bars.mark_tick(color=INK, thickness=1.2, size=frame.bar_px).encode(
            x=frame.x(), y=frame.from_to("high")
        ),
        stand_out_signs(frame, [{"t": row["t"], "y": row["high"]} for row in rows if row["stands_out"]], y),
        frame.chart(unknown)
        .mark_point(color=INK, fill=SURFACE, size=34, strokeWidth=1.6, opacity=1)
        .encode(x=frame.x(), y=y),
        frame.title("report.chart.panel.ledger_run"),
    ]
    return frame.alt.layer(*layers, width=frame.width, height=frame.canvas.run_height)


def _band(frame: Frame, band: UsualBand | None, y: Any) -> Iterator[Any]:
    """Draw the usual band: a pale field between two dashed edges."""
    if band is None:
        return
    field = frame.chart([{"y": band.low, "high": band.high}])
    yield field.mark_rect(color=BAND, opacity=1).encode(y=y, y2="high:Q")
    edges = frame.chart([{"y": band.low}, {"y": band.high}])
    yield edges.mark_rule(color=MUTED, strokeDash=[4, 3], strokeWidth=1).encode(y=y)


def _bars(costs: Sequence[RunCost], frame: Frame) -> Iterator[dict[str, Any]]:
    """Place several runs of one day beside each other, so that each stays a bar of its own."""
    on_day: dict[date, list[RunCost]] = {}
    for cost in costs:
        if cost.easy_flat_km:
            on_day.setdefault(cost.day, []).append(cost)
    step_ms = MS_PER_DAY * frame.period.days / frame.width * frame.bar_px
    for day, same_day in on_day.items():
        for index, cost in enumerate(same_day):
            easy = cost.easy_flat_km
            assert easy is not None  # chosen for it
            yield {
                "t": noon_ms(day) + (index - (len(same_day) - 1) / 2) * step_ms,
                "y": easy.value,
                "low": easy.low_relative,
                "high": easy.high_relative,
                "stands_out": bool(cost.comparison and cost.comparison.stands_out),
            }


def _month_points(ledger: KneeLoad, period: Period) -> Iterator[tuple[float, float | None]]:
    """Yield the total of 28 days at each day; before 28 days are on record there is none."""
    if not ledger.days:
        return
    whole_from = ledger.days[0].day + timedelta(days=MONTH_DAYS - 1)
    for day in ledger.days:
        if period.holds(day.day) and day.day >= whole_from:
            yield noon_ms(day.day), day.month_easy_km


def _month_panel(frame: Frame, line: Sequence[dict[str, Any]]) -> Any:
    y = frame.y(max(row["y"] for row in line))
    layers = [
        frame.chart(line)
        .mark_line(color=INK, strokeWidth=2, interpolate="step-after")
        .encode(x=frame.x(), y=y, detail="part:N"),
        frame.title("report.chart.panel.ledger_month"),
    ]
    return frame.alt.layer(*layers, width=frame.width, height=frame.canvas.week_height)
