"""The charts: one Vega-Lite spec each, in a narrow and a wide rendition, drawn to SVG without a network.

The grammar is the same everywhere: ink for what is said, grey bars for load, one colour per knee, a line that
breaks where something is missing, bars from zero, at most five ticks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from itertools import pairwise
from typing import Any

from goodknee.core.load.rows import PainRow, RunRow, TrendRow, WeekRow
from goodknee.core.report import Report
from goodknee.core.words import Words, change, pace

Spec = dict[str, Any]

INK, MUTED, LINE, SURFACE = "#1C2126", "#555E67", "#D9D6CE", "#FFFFFF"
LOAD, LEFT_KNEE, RIGHT_KNEE = "#64717D", "#0072B2", "#C24E00"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
THEME: Spec = {
    "background": None,
    "font": FONT,
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 13,
        "labelPadding": 6,
        "labelOverlap": False,
        "labelFlush": False,
        "domainColor": LINE,
        "gridColor": LINE,
        "gridWidth": 1,
        "ticks": False,
        "title": None,
    },
    "axisX": {"labelPadding": 9},
    "text": {"color": INK, "fontSize": 13},
}

#: Cells of a date axis are days; a mark stands at noon of its day, UTC so that no zone moves it.
NOON = time(12, tzinfo=UTC)
MS_PER_DAY = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The size of a rendition in CSS pixels; heights are those of the panels, from top to bottom."""

    name: str
    width: int
    run_height: int
    week_height: int
    pain_height: int
    trend_height: int
    ticks: int


NARROW = Canvas(
    name="narrow", width=340, run_height=150, week_height=64, pain_height=104, trend_height=130, ticks=3
)
WIDE = Canvas(
    name="wide", width=680, run_height=190, week_height=76, pain_height=116, trend_height=170, ticks=5
)
#: Space for the axis, and for words at the right; the reader's font may be wider than the one measured here.
GUTTER_LEFT, GUTTER_RIGHT, GUTTER_ZONES = 34, 16, 76
#: Between panels stands the title of the lower one, clear of its topmost tick label.
LABEL_WIDTH = 62
PANEL_GAP, TITLE_BASE = 42, -11
MARGIN = {"left": 3, "top": 3, "bottom": 3, "right": 16}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days a chart shows, first and last included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    def holds(self, day: date) -> bool:
        """Tell whether the day is shown."""
        return self.first <= day <= self.last


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
    frame = _Frame(
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
    frame = _Frame(
        alt=alt, words=report.knowledge.words, period=period, canvas=canvas, width=width, dates=True
    )
    shown = [index for index, day in enumerate(row.days) if period.holds(day)]
    dots = [{"t": _noon(row.days[index]), "y": row.values[index]} for index in shown]
    line = list(_segments([(_noon(row.days[index]), row.middle[index]) for index in shown]))
    low, high = min(dot["y"] for dot in dots), max(dot["y"] for dot in dots)
    ticks = _ticks(low, high, (5, 10, 15, 30, 60, 120, 300)) if row.quantity == "pace" else _ticks(low, high)
    labels = {tick: pace(tick).split()[0] if row.quantity == "pace" else f"{tick:g}" for tick in ticks}
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[ticks[0], ticks[-1]], reverse=row.quantity == "pace", nice=False),
        axis=alt.Axis(values=ticks, labelExpr=_labels(labels), domain=False),
    )
    layers = [
        frame.chart(dots).mark_circle(size=26, color=LOAD, opacity=0.75).encode(x=frame.x(), y=y),
        frame.chart(line).mark_line(color=INK, strokeWidth=2).encode(x=frame.x(), y=y, detail="part:N"),
        frame.title(f"report.chart.panel.{row.quantity}"),
    ]
    panel = alt.layer(*layers, width=frame.width, height=canvas.trend_height)
    return frame.stack([panel])


def to_svg(spec: Spec, *, label: str, name: str) -> str:
    """Draw a spec as an SVG element to stand inside a page.

    Args:
        spec: Vega-Lite.
        label: What the chart shows, for those who do not see it.
        name: Unique on the page; it keeps the ids of several charts apart.
    """
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(spec)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r' (?:aria-\w+|role)="[^"]*"', "", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What the panels of one chart share: the time axis, the width, the words.

    ``alt`` is the altair module, imported late. Only the lowest panel has ``dates`` under its axis. A thin
    rule carries ``story_day`` through the panels below its bar.
    """

    alt: Any
    words: Words
    period: Period
    canvas: Canvas
    width: int
    story_day: date | None = None
    dates: bool = False

    @property
    def bar_px(self) -> float:
        return max(3.0, min(10.0, 0.7 * self.width / self.period.days))

    def chart(self, rows: Sequence[Mapping[str, object]]) -> Any:
        return self.alt.Chart(self.alt.Data(values=list(rows)))

    def x(self) -> Any:
        first, last = (_ms(day) for day in (self.period.first, self.period.last + timedelta(days=1)))
        ticks = _date_ticks(self.period, self.canvas.ticks)
        texts: dict[float, str] = {_ms(day): self.words.tick(day) for day in ticks}
        axis = self.alt.Axis(values=list(texts), labels=self.dates, labelExpr=_labels(texts), grid=True)
        return self.alt.X("t:T", scale=self.alt.Scale(type="utc", domain=[first, last], padding=0), axis=axis)

    def y(self, top: float) -> Any:
        ticks = _ticks(0, top, most=4)
        # Room above the highest mark for its sign and label.
        scale = self.alt.Scale(domain=[0, max(top * 1.24, ticks[-1])], nice=False)
        return self.alt.Y("y:Q", scale=scale, axis=self.alt.Axis(values=ticks, domain=False))

    def title(self, key: str, **slots: object) -> Any:
        return (
            self.chart([{}])
            .mark_text(align="left", baseline="bottom", color=MUTED, clip=False)
            .encode(
                x=self.alt.value(-GUTTER_LEFT + 4),
                y=self.alt.value(TITLE_BASE),
                text=self.alt.value(self.words.say(key, **slots)),
            )
        )

    def story_rule(self) -> Iterator[Any]:
        if self.story_day:
            rule = self.chart([{"t": _noon(self.story_day)}])
            yield rule.mark_rule(color=INK, strokeWidth=1, strokeDash=[1, 3]).encode(x=self.x())

    def stack(self, panels: Sequence[Any]) -> Spec:
        chart = self.alt.vconcat(*panels, spacing=PANEL_GAP, bounds="flush", padding=MARGIN, config=THEME)
        spec: Spec = chart.to_dict(validate=False)
        return spec


def _run_panel(frame: _Frame, runs: Sequence[RunRow], labelled: Sequence[RunRow]) -> Any:
    rows = list(_side_by_side(runs, frame))
    top = max((row["y"] for row in rows), default=1.0)
    y = frame.y(top)
    bars = frame.chart(rows).mark_bar(color=LOAD, size=frame.bar_px).encode(x=frame.x(), y=y)
    signs = [row for row in rows if row["stands_out"]]
    layers = [
        bars,
        _signs(frame, signs, y),
        *_sign_labels(frame, labelled, y),
        frame.title("report.chart.panel.run"),
    ]
    return frame.alt.layer(*layers, width=frame.width, height=frame.canvas.run_height)


def _side_by_side(runs: Sequence[RunRow], frame: _Frame) -> Iterator[dict[str, Any]]:
    """Place several runs of one day beside each other, so that each stays a bar of its own."""
    on_day: dict[date, list[RunRow]] = {}
    for run in runs:
        on_day.setdefault(run.day, []).append(run)
    step_ms = MS_PER_DAY * frame.period.days / frame.width * frame.bar_px
    for day, same_day in on_day.items():
        for index, run in enumerate(same_day):
            shift = (index - (len(same_day) - 1) / 2) * step_ms
            yield {"t": _noon(day) + shift, "y": (run.distance_m or 0) / 1000, "stands_out": run.stands_out}


def _signs(frame: _Frame, rows: Sequence[Mapping[str, object]], y: Any) -> Any:
    return (
        frame.chart(rows)
        .mark_point(shape="triangle-up", filled=True, color=INK, size=62, opacity=1, yOffset=-9)
        .encode(x=frame.x(), y=y)
    )


def _sign_labels(frame: _Frame, labelled: Sequence[RunRow], y: Any) -> Iterator[Any]:
    shown: list[float] = []
    for run in labelled:
        share = ((run.day - frame.period.first).days + 0.5) / frame.period.days
        if any(abs(share - other) * frame.width < LABEL_WIDTH for other in shown):
            continue
        shown.append(share)
        align, shift = ("right", 6) if share > 0.8 else ("left", -6) if share < 0.1 else ("center", 0)
        row = {"t": _noon(run.day), "y": (run.distance_m or 0) / 1000}
        yield (
            frame.chart([row])
            .mark_text(align=align, dx=shift, dy=-22, fontWeight="bold", text=change(run.spike_pct))
            .encode(x=frame.x(), y=y)
        )


def _week_panel(frame: _Frame, weeks: Sequence[WeekRow], spikes: Sequence[RunRow]) -> Any:
    """Draw the weekly line; with ``spikes`` it is the main panel and carries their signs."""
    over = [week for week in weeks if week.change_state != "week_not_over"]
    running = [week for week in weeks if week.change_state == "week_not_over"]
    marked = {run.day - timedelta(days=run.day.weekday()) for run in spikes}
    line = list(_segments([(_midweek(week), _kilometres(week)) for week in over]))
    hollow = list(_segments([(_midweek(week), _kilometres(week)) for week in running]))
    signs = list(_segments([(_midweek(week), _kilometres(week)) for week in weeks if week.monday in marked]))
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
        _signs(frame, signs, y),
        frame.title("report.chart.panel.week"),
    ]
    height = frame.canvas.run_height if spikes else frame.canvas.week_height
    return frame.alt.layer(*layers, width=frame.width, height=height)


def _midweek(week: WeekRow) -> float:
    return _noon(week.monday + timedelta(days=3))


def _kilometres(week: WeekRow) -> float | None:
    return None if week.distance_m is None else week.distance_m / 1000


def _pain_panel(frame: _Frame, pain: Sequence[PainRow], report: Report) -> Any:
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


def _knee_layers(frame: _Frame, own: Sequence[PainRow], y: Any, knee: Knee) -> Iterator[Any]:
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


def _knee_names(frame: _Frame, sides: set[str]) -> Iterator[Any]:
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


def _zones(frame: _Frame, report: Report, y: Any) -> Iterator[Any]:
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


def _segments(points: Sequence[tuple[float, float | None]]) -> Iterator[dict[str, Any]]:
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
            yield {"t": _noon(row.day), "y": row.value, "part": part}


def _ticks(low: float, high: float, steps: Sequence[float] = (), *, most: int = 5) -> list[float]:
    """Return round numbers that hold ``low`` and ``high``, at most ``most`` where the steps allow it."""
    steps = steps or [base * 10.0**power for power in range(-1, 6) for base in (1, 2, 5)]
    step = next((step for step in steps if (high - low) / step <= most - 2), steps[-1])
    first, last = int(low // step), -int(-high // step)
    return [round(index * step, 6) for index in range(first, max(last, first + 1) + 1)]


def _date_ticks(period: Period, most: int) -> list[date]:
    """Return Mondays (months, for a long period) at equal steps."""
    if period.days > 200:
        months = [date(y, m, 1) for y in range(period.first.year, period.last.year + 1) for m in range(1, 13)]
        shown = [day for day in months if period.holds(day) and (period.last - day).days >= 10]
        return shown[:: -(-len(shown) // most)]
    first = period.first + timedelta(days=-period.first.weekday() % 7)
    weeks = -(-period.days // (7 * most))
    ticks = [first + timedelta(weeks=weeks * index) for index in range(most)]
    return [day for day in ticks if (period.last - day).days >= period.days / 25]


def _labels(texts: Mapping[float, str]) -> str:
    """Return the expression that turns a tick's value into its text."""
    pairs = ", ".join(f"'{value:.15g}': {json.dumps(text)}" for value, text in texts.items())
    return f"{{{pairs}}}[+datum.value]"


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(tzinfo=UTC)).timestamp() * 1000)


def _noon(day: date) -> float:
    return float(datetime.combine(day, NOON).timestamp() * 1000)
