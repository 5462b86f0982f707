"""The charts: one Vega-Lite spec each, in a narrow and a wide rendition.

The grammar is the same everywhere: ink for what is said, grey bars for load, one colour per knee, a line that
breaks where something is missing, bars from zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from goodknee.core.load.rows import PainRow, RunRow, TrendRow, WeekRow
from goodknee.core.report import Report
from goodknee.core.words import change, pace
from goodknee.writers.chart_frame import (
    GUTTER_LEFT,
    GUTTER_RIGHT,
    GUTTER_ZONES,
    INK,
    LEFT_KNEE,
    LOAD,
    MS_PER_DAY,
    MUTED,
    RIGHT_KNEE,
    SURFACE,
    TITLE_BASE,
    WIDE,
    Canvas,
    Frame,
    Period,
    Spec,
    noon_ms,
    round_ticks,
    tick_labels,
)

#: Steps that suit minutes and seconds.
PACE_STEPS = (5, 10, 15, 30, 60, 120, 300)
#: No part of a step.
CADENCE_STEPS = (1,)
#: Two labels stand at least this far apart, in CSS pixels; the later one gives way.
LABEL_WIDTH = 62
#: Where a label begins and ends beside its mark, in label widths, the preferred place first.
LABEL_SPANS = {"center": (-0.5, 0.5), "right": (-1.0, 0.0), "left": (0.0, 1.0)}
LABEL_SHIFT = {"center": 0, "right": 1, "left": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Knee:
    """How one knee is drawn, so that it is told apart without its colour."""

    side: str
    sign: str
    color: str
    fill: str
    shape: str
    dash: tuple[int, int]


KNEES = (
    Knee(side="right", sign="■", color=RIGHT_KNEE, fill=RIGHT_KNEE, shape="square", dash=(1, 0)),
    Knee(side="left", sign="○", color=LEFT_KNEE, fill=SURFACE, shape="circle", dash=(5, 3)),
)


def load_chart(report: Report, period: Period, canvas: Canvas, *, per_run: bool) -> Spec:
    """Return the spec of the load chart: runs, weekly line, and pain below, each where there is any.

    Args:
        report: What to draw.
        period: The days to draw.
        canvas: The rendition.
        per_run: A bar per run above the weekly line; for a long period the weekly line alone.
    """
    import altair as alt

    pain = [row for row in report.pain if period.holds(row.day)]
    gutter = GUTTER_ZONES if pain else GUTTER_RIGHT
    spikes = [row for row in report.runs if row.stands_out and period.holds(row.day)]
    named = [report.runs[each.run_row] for each in report.spikes if each.run_row is not None]
    labelled = [row for row in named if period.holds(row.day)]
    frame = Frame(
        alt=alt,
        words=report.knowledge.words,
        period=period,
        canvas=canvas,
        width=canvas.width - GUTTER_LEFT - gutter,
        story_day=labelled[0].day if labelled and per_run else None,
    )
    lowest = replace(frame, dates=True)
    weeks = [row for row in report.weeks if period.holds(row.monday)]
    runs = [row for row in report.runs if row.distance_m and period.holds(row.day)]
    panels = []
    if runs and per_run:
        panels.append(_run_panel(frame, runs, labelled))
    if runs:
        panels.append(_week_panel(frame if pain else lowest, weeks, () if per_run else spikes))
    if pain:
        panels.append(_pain_panel(lowest, pain, report))
    return frame.stack(panels)


def trend_chart(report: Report, row: TrendRow, period: Period, canvas: Canvas) -> Spec:
    """Return the spec of pace or cadence: a dot per run and the middle of the last weeks as a line."""
    import altair as alt

    width = canvas.width - GUTTER_LEFT - GUTTER_RIGHT
    frame = Frame(
        alt=alt, words=report.knowledge.words, period=period, canvas=canvas, width=width, dates=True
    )
    shown = drawn_rows(row, period)
    dots = [{"t": noon_ms(row.days[index]), "y": row.values[index]} for index in shown]
    line = list(segments([(noon_ms(row.days[index]), row.middle[index]) for index in shown]))
    low, high = min(dot["y"] for dot in dots), max(dot["y"] for dot in dots)
    ticks = round_ticks(low, high, PACE_STEPS if row.quantity == "pace" else CADENCE_STEPS)
    labels = {tick: pace(tick).split()[0] if row.quantity == "pace" else f"{tick:g}" for tick in ticks}
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[ticks[0], ticks[-1]], reverse=row.quantity == "pace", nice=False),
        axis=alt.Axis(values=ticks, labelExpr=tick_labels(labels), domain=False),
    )
    layers = [
        frame.chart(dots).mark_circle(size=26, color=LOAD, opacity=0.75).encode(x=frame.x(), y=y),
        frame.chart(line).mark_line(color=INK, strokeWidth=2).encode(x=frame.x(), y=y, detail="part:N"),
        frame.title(f"report.chart.panel.{row.quantity}"),
    ]
    panel = alt.layer(*layers, width=frame.width, height=canvas.trend_height)
    return frame.stack([panel])


def drawn_rows(row: TrendRow, period: Period) -> list[int]:
    """Return the rows of the period that fit the picture: within half and double of their middle."""
    inside = [index for index, day in enumerate(row.days) if period.holds(day)]
    middle = median(row.values[index] for index in inside) if inside else 0.0
    return [index for index in inside if middle / 2 <= row.values[index] <= middle * 2]


def _run_panel(frame: Frame, runs: Sequence[RunRow], labelled: Sequence[RunRow]) -> Any:
    rows = list(_side_by_side(runs, frame))
    top = max((row["y"] for row in rows), default=1.0)
    y = frame.y(top)
    bars = frame.chart(rows).mark_bar(color=LOAD, size=frame.bar_px).encode(x=frame.x(), y=y)
    signs = [row for row in rows if row["stands_out"]]
    layers = [
        bars,
        stand_out_signs(frame, signs, y),
        *_sign_labels(frame, labelled, runs, y),
        frame.title("report.chart.panel.run"),
    ]
    return frame.alt.layer(*layers, width=frame.width, height=frame.canvas.run_height)


def _side_by_side(runs: Sequence[RunRow], frame: Frame) -> Iterator[dict[str, Any]]:
    """Place several runs of one day beside each other, so that each stays a bar of its own."""
    on_day: dict[date, list[RunRow]] = {}
    for run in runs:
        on_day.setdefault(run.day, []).append(run)
    step_ms = MS_PER_DAY * frame.period.days / frame.width * frame.bar_px
    for day, same_day in on_day.items():
        for index, run in enumerate(same_day):
            shift = (index - (len(same_day) - 1) / 2) * step_ms
            yield {"t": noon_ms(day) + shift, "y": (run.distance_m or 0) / 1000, "stands_out": run.stands_out}


def stand_out_signs(frame: Frame, rows: Sequence[Mapping[str, object]], y: Any) -> Any:
    """Return a sign above each mark at ``t`` and ``y`` that stands out."""
    return (
        frame.chart(rows)
        .mark_point(shape="triangle-up", filled=True, color=INK, size=62, opacity=1, yOffset=-9)
        .encode(x=frame.x(), y=y)
    )


def _sign_labels(frame: Frame, labelled: Sequence[RunRow], runs: Sequence[RunRow], y: Any) -> Iterator[Any]:
    shown: list[float] = []
    for run in labelled:
        place = _pixel(frame, run)
        if any(abs(place - other) < LABEL_WIDTH for other in shown):
            continue
        taller = [_pixel(frame, other) for other in runs if (other.distance_m or 0) > (run.distance_m or 0)]
        align = next((each for each in LABEL_SPANS if _is_free(each, place, taller, frame)), None)
        if align is None:  # its sign stays, and the table says the rest
            continue
        shown.append(place)
        row = {"t": noon_ms(run.day), "y": (run.distance_m or 0) / 1000}
        yield (
            frame.chart([row])
            .mark_text(
                align=align, dx=LABEL_SHIFT[align], dy=-22, fontWeight="bold", text=change(run.spike_pct)
            )
            .encode(x=frame.x(), y=y)
        )


def _is_free(align: str, place: float, taller: Sequence[float], frame: Frame) -> bool:
    """Tell whether a label stays in the picture and no taller bar runs through its words."""
    first, last = (place + part * LABEL_WIDTH for part in LABEL_SPANS[align])
    return first >= 0 and last <= frame.width and not any(first < bar < last for bar in taller)


def _pixel(frame: Frame, run: RunRow) -> float:
    return frame.width * ((run.day - frame.period.first).days + 0.5) / frame.period.days


def _week_panel(frame: Frame, weeks: Sequence[WeekRow], spikes: Sequence[RunRow]) -> Any:
    """Draw the weekly line; with ``spikes`` it is the main panel and carries their signs."""
    over = [week for week in weeks if week.change_state != "week_not_over"]
    running = [week for week in weeks if week.change_state == "week_not_over"]
    marked = {run.day - timedelta(days=run.day.weekday()) for run in spikes}
    line = list(segments([(_midweek(week), _kilometres(week)) for week in over]))
    hollow = list(segments([(_midweek(week), _kilometres(week)) for week in running]))
    signs = list(segments([(_midweek(week), _kilometres(week)) for week in weeks if week.monday in marked]))
    y = frame.y(max([row["y"] for row in (*line, *hollow)], default=1.0))
    layers = [
        *frame.story_rule(),
        frame.chart(line).mark_line(color=INK, strokeWidth=2).encode(x=frame.x(), y=y, detail="part:N"),
        frame.chart(line)
        .mark_circle(color=INK, size=20 if frame.canvas is WIDE else 12, opacity=1)
        .encode(x=frame.x(), y=y),
        frame.chart(hollow)
        .mark_point(color=INK, fill=SURFACE, size=34, strokeWidth=1.6, opacity=1)
        .encode(x=frame.x(), y=y),
        stand_out_signs(frame, signs, y),
        frame.title("report.chart.panel.week"),
    ]
    height = frame.canvas.run_height if spikes else frame.canvas.week_height
    return frame.alt.layer(*layers, width=frame.width, height=height)


def _midweek(week: WeekRow) -> float:
    return noon_ms(week.monday + timedelta(days=3))


def _kilometres(week: WeekRow) -> float | None:
    return None if week.distance_m is None else week.distance_m / 1000


def _pain_panel(frame: Frame, pain: Sequence[PainRow], report: Report) -> Any:
    alt = frame.alt
    axis = alt.Axis(values=[0, 5, 10], grid=False, domain=False)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 10]), axis=axis)
    layers = [*_zones(frame, report, y), *frame.story_rule()]
    for knee in KNEES:
        own = [row for row in pain if row.side == knee.side]
        if own:
            layers.extend(_knee_layers(frame, own, y, knee))
    layers.append(frame.title(f"report.chart.panel.{report.pain_measure}"))
    layers.extend(_knee_names(frame, {row.side for row in pain}))
    return alt.layer(*layers, width=frame.width, height=frame.canvas.pain_height)


def _knee_layers(frame: Frame, own: Sequence[PainRow], y: Any, knee: Knee) -> Iterator[Any]:
    rows = list(_daily_segments(own))
    size = 26 if frame.width / frame.period.days > 5 else 10
    yield (
        frame.chart(rows)
        .mark_line(color=knee.color, strokeWidth=2, strokeDash=list(knee.dash))
        .encode(x=frame.x(), y=y, detail="part:N")
    )
    yield (
        frame.chart(rows)
        .mark_point(shape=knee.shape, color=knee.color, fill=knee.fill, size=size, opacity=1)
        .encode(x=frame.x(), y=y)
    )


def _knee_names(frame: Frame, sides: set[str]) -> Iterator[Any]:
    place = frame.width
    for knee in KNEES:
        if knee.side in sides:
            name = f"{knee.sign} {frame.words.say(f'report.chart.side.{knee.side}')}"
            yield (
                frame.chart([{}])
                .mark_text(align="right", baseline="bottom", clip=False, color=knee.color)
                .encode(
                    x=frame.alt.value(place),
                    y=frame.alt.value(TITLE_BASE),
                    text=frame.alt.value(name),
                )
            )
            place -= 56


def _zones(frame: Frame, report: Report, y: Any) -> Iterator[Any]:
    """Dotted rules where one zone of the pain scale ends, and the zone's word in the right gutter."""
    zones = report.knowledge.pain.zones
    edges = [{"y": zone.up_to_nprs} for zone in zones[:-1]]
    yield frame.chart(edges).mark_rule(color=MUTED, strokeDash=[2, 3], strokeWidth=1).encode(y=y)
    floors = (0.0, *(zone.up_to_nprs for zone in zones))
    words = [
        {"y": (low + zone.up_to_nprs) / 2, "word": frame.words.say(zone.word)}
        for zone, low in zip(zones, floors, strict=False)
    ]
    yield (
        frame.chart(words)
        .mark_text(align="left", dx=8, color=MUTED, clip=False)
        .encode(x=frame.alt.value(frame.width), y=y, text="word:N")
    )


def segments(points: Sequence[tuple[float, float | None]]) -> Iterator[dict[str, Any]]:
    """Number the unbroken parts of a line; a missing value ends one."""
    part = 0
    for t, y in points:
        if y is None:
            part += 1
        else:
            yield {"t": t, "y": y, "part": part}


def _daily_segments(rows: Sequence[PainRow]) -> Iterator[dict[str, Any]]:
    """Number the unbroken parts of a daily line; a day without an entry ends one."""
    part = 0
    for before, row in pairwise((None, *rows)):
        if before is not None and row is not None and (row.day - before.day).days > 1:
            part += 1
        if row is not None:
            yield {"t": noon_ms(row.day), "y": row.value, "part": part}
