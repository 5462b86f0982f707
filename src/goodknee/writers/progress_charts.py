"""The charts of progress: entries as dots, their middle as a line, and the reference band behind them.

A line stops where entries are missing. A day with a painkiller is a cross.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from goodknee.core.knowledge import Knowledge
from goodknee.core.track.progress import Course, Progress
from goodknee.core.track.progress_words import change_slots, matters_says, shown_value
from goodknee.core.track.readings import DAYS_PER_WEEK, Reading
from goodknee.core.words import MINUS
from goodknee.writers.chart_frame import (
    GUTTER_LEFT,
    GUTTER_RIGHT,
    INK,
    LINE,
    MS_PER_DAY,
    NARROW,
    TITLE_BASE,
    WIDE,
    Canvas,
    Frame,
    Period,
    Spec,
    noon_ms,
    round_ticks,
    tick_labels,
    to_svg,
)
from goodknee.writers.charts import KNEES, Knee

#: A course is drawn over so many weeks at least and at most; an older start is named in words.
LEAST_WEEKS, MOST_WEEKS = 6, 52
#: With fewer entries a table says more than a picture.
LEAST_ENTRIES: Final = 2
#: The mark of a day with a painkiller, as a path.
CROSS: Final = "M-1,-1L1,1M1,-1L-1,1"
#: How an entry about the person is drawn.
PERSON: Final = Knee(side="", sign="●", color=INK, fill=INK, shape="circle", dash=(1, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressFigure:
    """One measure as a chart in both renditions, with its finding as title and its entries as a table."""

    id: str
    title: str
    captions: tuple[str, ...]
    narrow: str
    wide: str
    rows: tuple[tuple[Reading, str], ...]


def progress_figures(seen: Progress, knowledge: Knowledge) -> tuple[ProgressFigure, ...]:
    """Return a figure of each measure with entries to draw, those that answer "is it working?" first."""
    led = [name for name in knowledge.progress.lead if name in seen.courses]
    names = dict.fromkeys([*led, *seen.courses])
    drawn = (seen.courses[name] for name in names)
    return tuple(
        _figure(course, seen, knowledge) for course in drawn if len(course.readings) >= LEAST_ENTRIES
    )


def _figure(course: Course, seen: Progress, knowledge: Knowledge) -> ProgressFigure:
    words, change = knowledge.words, course.change
    key = "too_few" if change.verdict == "too_few" else "change"
    title = words.say(f"progress.chart.title.{key}", **change_slots(course, change, words))
    title = title[0].upper() + title[1:]
    period = _period(course, seen.today)
    name = f"progress-{course.scale.id}"
    narrow, wide = (
        to_svg(progress_chart(course, period, canvas, knowledge), label=title, name=f"{name}-{canvas.name}")
        for canvas in (NARROW, WIDE)
    )
    return ProgressFigure(
        id=name,
        title=title,
        captions=tuple(_captions(course, knowledge)),
        narrow=narrow,
        wide=wide,
        rows=tuple((each, shown_value(each.value, course)) for each in reversed(course.readings)),
    )


def _period(course: Course, today: date) -> Period:
    """Return whole weeks up to that of today, from that of the first entry where it is not too long ago."""
    monday = today - timedelta(days=today.weekday())
    first = course.readings[0].day
    weeks = (monday - first).days // DAYS_PER_WEEK + 2
    weeks = min(max(weeks, LEAST_WEEKS), MOST_WEEKS)
    return Period(first=monday - timedelta(weeks=weeks - 1), last=monday + timedelta(days=6))


def _captions(course: Course, knowledge: Knowledge) -> Iterator[str]:
    words, rhythm = knowledge.words, knowledge.progress.rhythms[course.scale.rhythm]
    if rhythm.min_entries > 1:
        yield words.say("progress.chart.caption", smooth_days=rhythm.smooth_days)
    else:
        yield words.say("progress.chart.caption.single")
    if any(each.painkiller for each in course.readings):
        yield words.say("progress.chart.caption.painkiller")
    yield matters_says(course, words)
    if course.band:
        yield words.say("progress.chart.caption.band", label=knowledge.outcomes.reference_band.label)


def progress_chart(course: Course, period: Period, canvas: Canvas, knowledge: Knowledge) -> Spec:
    """Return the spec of one measure: band, line and dots of each knee."""
    import altair as alt

    frame = Frame(
        alt=alt,
        words=knowledge.words,
        period=period,
        canvas=canvas,
        width=canvas.width - GUTTER_LEFT - GUTTER_RIGHT,
        dates=True,
    )
    rows = [each for each in course.readings if period.holds(each.day)]
    y = _axis(frame, course, rows)
    layers = [*_band(frame, course, y)]
    for knee in (*KNEES, PERSON):
        own = [each for each in rows if (each.knee or "") == knee.side]
        if own:
            layers.extend(_knee(frame, course, own, y, knee, knowledge))
    layers.extend(_names(frame, {each.knee or "" for each in rows}))
    panel = alt.layer(*layers, width=frame.width, height=canvas.trend_height)
    return frame.stack([panel])


def _axis(frame: Frame, course: Course, rows: Sequence[Reading]) -> Any:
    """Return the whole scale of a measure that has one; a distance starts at zero."""
    alt, scale = frame.alt, course.scale
    if scale.range is None:
        top = max((each.value for each in rows), default=0.0) / 1000
        ticks = round_ticks(0, max(top, 1.0), most=4)
    else:
        low, high = scale.range
        ticks = [low, (low + high) / 2, high]
    labels = {tick: f"{tick:g}".replace("-", MINUS) for tick in ticks}
    axis = alt.Axis(values=ticks, labelExpr=tick_labels(labels), domain=False)
    return alt.Y("y:Q", scale=alt.Scale(domain=[ticks[0], ticks[-1]], nice=False), axis=axis)


def _shown(value: float, course: Course) -> float:
    return value / 1000 if course.scale.unit == "km" else value


def _band(frame: Frame, course: Course, y: Any) -> Iterator[Any]:
    """Draw the wide grey band with its label, joined by straight lines between its weeks."""
    if not course.band or course.band_from is None:
        return
    known = [each.week for each in course.band]
    edges = ((day - course.band_from).days / DAYS_PER_WEEK for day in (frame.period.first, frame.period.last))
    first, last = (min(max(edge, known[0]), known[-1]) for edge in edges)
    start = noon_ms(course.band_from)
    # Cut by arithmetic: a clip would give its path another name in each drawing.
    rows = [
        {
            "t": start + week * DAYS_PER_WEEK * MS_PER_DAY,
            "y": float(np.interp(week, known, [each.low for each in course.band])),
            "y2": float(np.interp(week, known, [each.high for each in course.band])),
        }
        for week in (first, *(week for week in known if first < week < last), last)
    ]
    yield frame.chart(rows).mark_area(color=LINE, opacity=0.6).encode(x=frame.x(), y=y, y2="y2:Q")
    yield frame.title("progress.chart.band")


def _knee(
    frame: Frame, course: Course, own: Sequence[Reading], y: Any, knee: Knee, knowledge: Knowledge
) -> Iterator[Any]:
    rhythm = knowledge.progress.rhythms[course.scale.rhythm]
    if rhythm.min_entries > 1:  # single entries weeks apart tell nothing of the time between
        middle = [each for each in course.smooth.get(own[0].knee, ()) if frame.period.holds(each[0])]
        yield (
            frame.chart(list(_unbroken(middle, course, rhythm.max_gap_days)))
            .mark_line(color=knee.color, strokeWidth=2, strokeDash=list(knee.dash))
            .encode(x=frame.x(), y=y, detail="part:N")
        )
    dots, crosses = (
        [{"t": noon_ms(one.day), "y": _shown(one.value, course)} for one in own if one.painkiller == taken]
        for taken in (False, True)
    )
    yield (
        frame.chart(dots)
        .mark_point(shape=knee.shape, color=knee.color, fill=knee.fill, size=26, opacity=1)
        .encode(x=frame.x(), y=y)
    )
    yield (
        frame.chart(crosses)
        .mark_point(shape=CROSS, color=knee.color, size=40, strokeWidth=2, opacity=1)
        .encode(x=frame.x(), y=y)
    )


def _unbroken(
    middle: Sequence[tuple[date, float | None]], course: Course, gap_days: int
) -> Iterator[dict[str, float]]:
    """Number the unbroken parts of the line; too few entries, or too long without one, end a part."""
    part, last = 0, None
    for day, value in middle:
        if value is None or (last is not None and (day - last).days > gap_days):
            part += 1
        last = day
        if value is not None:
            yield {"t": noon_ms(day), "y": _shown(value, course), "part": part}


def _names(frame: Frame, sides: set[str]) -> Iterator[Any]:
    place = frame.width
    for knee in KNEES:
        if knee.side in sides:
            name = f"{knee.sign} {frame.words.say(f'report.chart.side.{knee.side}')}"
            yield (
                frame.chart([{}])
                .mark_text(align="right", baseline="bottom", clip=False, color=knee.color)
                .encode(x=frame.alt.value(place), y=frame.alt.value(TITLE_BASE), text=frame.alt.value(name))
            )
            place -= 56
