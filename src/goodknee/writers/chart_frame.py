"""What every chart shares: theme, sizes, time axis, and the way from a spec to SVG."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from typing import Any

from goodknee.core.words import Words

Spec = dict[str, Any]

INK, MUTED, LINE, SURFACE = "#1C2126", "#555E67", "#D9D6CE", "#FFFFFF"
BAND = "#E4E1D8"
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
PANEL_GAP, TITLE_BASE = 42, -11
MARGIN = {"left": 3, "top": 3, "bottom": 3, "right": 16}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
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
        """Width of a bar: most of a day, never hair-thin, never a block."""
        return max(3.0, min(10.0, 0.7 * self.width / self.period.days))

    def chart(self, rows: Sequence[Mapping[str, object]]) -> Any:
        """Return a chart over these rows, without a mark yet."""
        return self.alt.Chart(self.alt.Data(values=list(rows)))

    def x(self) -> Any:
        """Return the shared time axis, for a field ``t`` in UTC milliseconds."""
        first, last = (day_ms(day) for day in (self.period.first, self.period.last + timedelta(days=1)))
        ticks = date_ticks(self.period, self.canvas.ticks)
        texts: dict[float, str] = {day_ms(day): self.words.tick(day) for day in ticks}
        axis = self.alt.Axis(values=list(texts), labels=self.dates, labelExpr=tick_labels(texts), grid=True)
        return self.alt.X("t:T", scale=self.alt.Scale(type="utc", domain=[first, last], padding=0), axis=axis)

    def y(self, top: float) -> Any:
        """Return an axis from zero for a field ``y`` that reaches ``top``."""
        ticks = round_ticks(0, top, most=4)
        # Room above the highest mark for its sign and label.
        scale = self.alt.Scale(domain=[0, max(top * 1.24, ticks[-1])], nice=False)
        return self.alt.Y("y:Q", scale=scale, axis=self.alt.Axis(values=ticks, domain=False))

    def from_to(self, field: str) -> Any:
        """Return the axis of :meth:`y` for another field of the same scale, such as the end of a whisker."""
        return self.alt.Y(f"{field}:Q")

    def title(self, key: str) -> Any:
        """Return the words above a panel: what is drawn and its unit."""
        return (
            self.chart([{}])
            .mark_text(align="left", baseline="bottom", color=MUTED, clip=False)
            .encode(
                x=self.alt.value(-GUTTER_LEFT + 4),
                y=self.alt.value(TITLE_BASE),
                text=self.alt.value(self.words.say(key)),
            )
        )

    def story_rule(self) -> Iterator[Any]:
        """Return the rule through the story's day, when there is one."""
        if self.story_day:
            rule = self.chart([{"t": noon_ms(self.story_day)}])
            yield rule.mark_rule(color=INK, strokeWidth=1, strokeDash=[1, 3]).encode(x=self.x())

    def stack(self, panels: Sequence[Any]) -> Spec:
        """Return the spec of the panels, one below the other."""
        chart = self.alt.vconcat(*panels, spacing=PANEL_GAP, bounds="flush", padding=MARGIN, config=THEME)
        spec: Spec = chart.to_dict(validate=False)
        return spec


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


def round_ticks(low: float, high: float, steps: Sequence[float] = (), *, most: int = 5) -> list[float]:
    """Return round numbers that hold ``low`` and ``high``, at most ``most`` where the steps allow it."""
    steps = (*steps, *(base * 10.0**power for power in range(-1, 8) for base in (1, 2, 5)))
    step = next((step for step in steps if (high - low) / step <= most - 2), steps[-1])
    first, last = int(low // step), -int(-high // step)
    return [round(index * step, 6) for index in range(first, max(last, first + 1) + 1)]


def date_ticks(period: Period, most: int) -> list[date]:
    """Return Mondays (months, for a long period) at equal steps."""
    if period.days > 200:
        months = [date(y, m, 1) for y in range(period.first.year, period.last.year + 1) for m in range(1, 13)]
        shown = [day for day in months if period.holds(day) and (period.last - day).days >= 10]
        return shown[:: -(-len(shown) // most)]
    first = period.first + timedelta(days=-period.first.weekday() % 7)
    weeks = -(-period.days // (7 * most))
    ticks = [first + timedelta(weeks=weeks * index) for index in range(most)]
    return [day for day in ticks if (period.last - day).days >= period.days / 25]


def tick_labels(texts: Mapping[float, str]) -> str:
    """Return the expression that turns a tick's value into its text."""
    pairs = ", ".join(f"'{value:.15g}': {json.dumps(text)}" for value, text in texts.items())
    return f"{{{pairs}}}[+datum.value]"


def day_ms(day: date) -> int:
    """Return the start of the day in UTC milliseconds."""
    return int(datetime.combine(day, time(tzinfo=UTC)).timestamp() * 1000)


def noon_ms(day: date) -> float:
    """Return the noon of the day in UTC milliseconds, where its mark stands."""
    return float(datetime.combine(day, NOON).timestamp() * 1000)
