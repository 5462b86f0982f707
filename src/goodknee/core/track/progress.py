"""Is it working? The course of each measure, and what its change from the start means beside its noise.

Missing is missing: a day without an entry is no day without pain, and too few entries say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import Final, Literal

import numpy as np

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.progress import ProgressRules, Rhythm, TrendNeeds
from goodknee.core.knowledge.proms import Proms
from goodknee.core.model import Floats, Side
from goodknee.core.track.milestones import Adherence, Reached, adherence, milestones
from goodknee.core.track.readings import (
    DAYS_PER_WEEK,
    Reading,
    Told,
    readings,
    score_readings,
)
from goodknee.core.track.scales import BandWeek, Scale, band_of, measure_scale, score_scale
from goodknee.core.track.trend import Days, Slope, chance_change, noise, slope, smooth

Verdict = Literal["better", "no_meaningful_change", "worse", "too_few"]
Why = Literal["no_start", "no_now", "they_meet", "old", "painkiller"]
#: A gain is compared with a smallest change of one decimal; this takes away what binary fractions add.
_DECIMALS: Final = 6
#: From the one that calls for the most care to the one that calls for the least.
_CARE: Final[tuple[Verdict, ...]] = ("worse", "no_meaningful_change", "too_few", "better")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One knee's change in one measure, from the start to now.

    Attributes:
        before: The middle of the start; None with too few entries.
        now: The middle of the last entries; None with too few.
        before_days: First and last day of the start.
        now_days: First and last day of the now.
        noise_sd: How much one entry differs by chance; None when it is not known.
        by_chance: Chance changes stay below this; None when the noise is not known.
        slope: Over the last weeks; None with too few entries.
        why_too_few: What is missing for a verdict.
        set_aside: Entries that do not count, for a painkiller was taken.
    """

    knee: Side | None
    verdict: Verdict
    before: float | None = None
    now: float | None = None
    before_days: tuple[date, date] | None = None
    now_days: tuple[date, date] | None = None
    noise_sd: float | None = None
    by_chance: float | None = None
    slope: Slope | None = None
    why_too_few: Why | None = None
    entries: int
    set_aside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One measure over time.

    Attributes:
        readings: Oldest first, both knees.
        smooth: For each knee its middle line; None where there are too few entries to draw it.
        changes: Of each knee that has entries; the first is the one that speaks for the measure.
        band: The reference band from the start on; empty where there is none.
        band_from: The day of week 0.
    """

    scale: Scale
    readings: tuple[Reading, ...]
    smooth: Mapping[Side | None, tuple[tuple[date, float | None], ...]]
    changes: tuple[Change, ...]
    band: tuple[BandWeek, ...] = ()
    band_from: date | None = None

    @property
    def change(self) -> Change:
        """The change that speaks for the measure: of the knee that hurts more."""
        return self.changes[0]

    @property
    def stands(self) -> Literal["lower", "inside", "higher"] | None:
        """Where the now lies in the reference band; None where there is no band or no now."""
        change = self.change
        if not self.band or self.band_from is None or change.now is None or change.now_days is None:
            return None
        week = (change.now_days[1] - self.band_from).days / DAYS_PER_WEEK
        weeks = [each.week for each in self.band]
        if week > weeks[-1]:
            return None
        low = np.interp(week, weeks, [each.low for each in self.band])
        high = np.interp(week, weeks, [each.high for each in self.band])
        return "lower" if change.now < low else "higher" if change.now > high else "inside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Everything that ``progress`` says, before a reason to seek care is looked for.

    Attributes:
        since: The first day of the course: that of the plan, else of the first pain or score.
        has_plan: ``since`` is the first day of a plan.
        courses: Measures that have entries, by id, in the order of the pack.
        knee: The knee that hurts more; None when no knee has entries, or both are alike.
    """

    today: date
    since: date | None
    has_plan: bool
    courses: Mapping[str, Course]
    knee: Side | None
    adherence: Adherence | None
    milestones: tuple[Reached, ...]

    @property
    def weeks(self) -> float | None:
        """Weeks since the course began."""
        return (self.today - self.since).days / DAYS_PER_WEEK if self.since else None


def progress(told: Told, knowledge: Knowledge, *, today: date, since: date | None = None) -> Progress:
    """Return how each measure has changed since the start, and what that means beside its noise.

    Args:
        told: Everything that was told and run, in any order; what is later than ``today`` is left out.
        knowledge: How entries are read, and how large a change must be.
        today: The local day it is made for.
        since: The day on which the plan began; None: the first entry is the start.
    """
    rules = knowledge.progress
    known = told.until(today)
    if since:
        known = known.since(since - timedelta(days=rules.lead_in_days))
    found = dict(_found(known, rules, knowledge.proms, today=today))
    first = since or min((rows[0].day for scale, rows in found.values() if scale.unit != "km"), default=None)
    found = {name: (scale, _since(scale, rows, first)) for name, (scale, rows) in found.items()}
    knee = _sorer_knee([rows for scale, rows in found.values() if scale.unit == "pain"])
    courses = {
        scale.id: _course(scale, rows, knowledge, knee=knee, today=today, since=since)
        for scale, rows in found.values()
        if rows
    }
    return Progress(
        today=today,
        since=first,
        has_plan=since is not None,
        courses=courses,
        knee=knee,
        adherence=adherence(known.planned),
        milestones=milestones(known, rules, since=since),
    )


def _since(scale: Scale, rows: tuple[Reading, ...], first: date | None) -> tuple[Reading, ...]:
    """Return the rows from the week of the first entry on: what was run before is not the start."""
    if scale.unit != "km" or first is None:
        return rows
    monday = first - timedelta(days=first.weekday())
    return tuple(each for each in rows if each.day >= monday)


def _found(
    told: Told, rules: ProgressRules, proms: Proms, *, today: date
) -> Iterator[tuple[str, tuple[Scale, tuple[Reading, ...]]]]:
    for measure in rules.measures:
        rows = readings(measure, told, today=today)
        if rows:
            yield measure.id, (measure_scale(measure, proms), rows)
    for instrument in proms.instruments:
        rows = score_readings(told.scores, instrument.id)
        if rows:
            scale = score_scale(instrument, rules)
            yield scale.id, (scale, rows)


def _sorer_knee(found: Sequence[Sequence[Reading]]) -> Side | None:
    """Return the knee with the higher pain in the first measure that tells the two apart."""
    for rows in found:
        of_knee = {
            knee: sorted((each.value for each in rows if each.knee == knee), reverse=True)
            for knee in ("left", "right")
        }
        if of_knee["left"] != of_knee["right"]:
            return "left" if of_knee["left"] > of_knee["right"] else "right"
    return None


def _course(
    scale: Scale,
    rows: Sequence[Reading],
    knowledge: Knowledge,
    *,
    knee: Side | None,
    today: date,
    since: date | None,
) -> Course:
    rules = knowledge.progress
    rhythm = rules.rhythms[scale.rhythm]
    knees = list(dict.fromkeys(each.knee for each in rows))
    changes = [
        _change([each for each in rows if each.knee == one], scale, rhythm, rules.trend, today=today)
        for one in knees
    ]
    changes.sort(key=lambda each: (each.knee != knee, _CARE.index(each.verdict)))
    start = since or rows[0].day
    band = band_of(scale, knowledge.outcomes.reference_band)
    return Course(
        scale=scale,
        readings=tuple(rows),
        smooth={one: _smooth([each for each in rows if each.knee == one], rhythm) for one in knees},
        changes=tuple(changes),
        band=band,
        band_from=start if band else None,
    )


def _smooth(rows: Sequence[Reading], rhythm: Rhythm) -> tuple[tuple[date, float | None], ...]:
    counted = [each for each in rows if not each.painkiller]
    if not counted:
        return ()
    day, value = _columns(counted)
    middle = smooth(day, value, window_days=rhythm.smooth_days, min_entries=rhythm.min_entries)
    return tuple(
        (each.day, None if math.isnan(number) else float(number))
        for each, number in zip(counted, middle, strict=True)
    )


def _columns(rows: Sequence[Reading]) -> tuple[Days, Floats]:
    day = np.array([each.day for each in rows], dtype="datetime64[D]")
    return day, np.array([each.value for each in rows], dtype=np.float64)


def _change(
    rows: Sequence[Reading], scale: Scale, rhythm: Rhythm, needs: TrendNeeds, *, today: date
) -> Change:
    """Return the change of one knee; ``rows`` are those of that knee, oldest first."""
    if scale.start is not None:
        return _against_start(rows, scale, scale.start, rhythm, today=today)
    plain = [each for each in rows if not each.painkiller]
    start = _first_window(plain, rhythm)
    too_few = Change(
        knee=rows[0].knee, verdict="too_few", entries=len(rows), set_aside=len(rows) - len(plain)
    )
    if start is None:
        return replace(too_few, why_too_few="no_start")
    before = median(each.value for each in start)
    counted = [each for each in rows if not each.painkiller or _gain(before, each.value, scale) < 0]
    last = _window(counted[::-1], rhythm)
    known = replace(
        too_few, before=before, before_days=(start[0].day, start[-1].day), set_aside=len(rows) - len(counted)
    )
    if rows[-1] not in counted and (last is None or last[-1].day <= start[-1].day):
        return replace(known, why_too_few="painkiller")
    if last is None:
        return replace(known, why_too_few="no_now")
    if (today - last[0].day).days > rhythm.stale_days:
        return replace(known, why_too_few="old")
    if last[-1].day <= start[-1].day:
        return replace(known, why_too_few="they_meet")
    return _judged(known, plain, start, last, scale, rhythm, needs, today=today)


def _against_start(
    rows: Sequence[Reading], scale: Scale, start: float, rhythm: Rhythm, *, today: date
) -> Change:
    last = rows[-1]
    known = Change(knee=last.knee, verdict="too_few", before=start, entries=len(rows))
    if (today - last.day).days > rhythm.stale_days:
        return replace(known, why_too_few="old")
    verdict = _verdict(_gain(start, last.value, scale), scale, None)
    return replace(known, verdict=verdict, now=last.value, now_days=(last.day, last.day))


def _judged(
    known: Change,
    plain: Sequence[Reading],
    start: Sequence[Reading],
    last: Sequence[Reading],
    scale: Scale,
    rhythm: Rhythm,
    needs: TrendNeeds,
    *,
    today: date,
) -> Change:
    assert known.before is not None
    now = median(each.value for each in last)
    day, value = _columns(plain)
    sd = noise(day, value, max_gap_days=rhythm.max_gap_days) if rhythm.window_days > 1 else math.nan
    by_chance = None if math.isnan(sd) else chance_change(sd, len(start), len(last), share=needs.noise_share)
    recent = day > np.datetime64(today - timedelta(days=needs.days))
    return replace(
        known,
        verdict=_verdict(_gain(known.before, now, scale), scale, by_chance),
        now=now,
        now_days=(last[-1].day, last[0].day),
        noise_sd=None if math.isnan(sd) else sd,
        by_chance=by_chance,
        slope=slope(day[recent], value[recent], share=needs.interval_share, min_entries=needs.min_entries),
    )


def _first_window(rows: Sequence[Reading], rhythm: Rhythm) -> Sequence[Reading] | None:
    """Return the start: the first window there is; single entries before it are passed over."""
    windows = (_window(rows[first:], rhythm) for first in range(len(rows)))
    return next((window for window in windows if window), None)


def _window(rows: Sequence[Reading], rhythm: Rhythm) -> Sequence[Reading] | None:
    """Return the first rows that make a window, in the order given; None when they are too few."""
    if len(rows) < rhythm.min_entries:
        return None
    reach = abs((rows[rhythm.min_entries - 1].day - rows[0].day).days) + 1
    if reach > rhythm.widest_days:
        return None
    length = max(reach, rhythm.window_days)
    return [each for each in rows if abs((each.day - rows[0].day).days) < length]


def _gain(before: float, now: float, scale: Scale) -> float:
    """Return how much better it is; negative when it is worse."""
    return round(now - before if scale.better == "higher" else before - now, _DECIMALS)


def _verdict(gain: float, scale: Scale, by_chance: float | None) -> Verdict:
    """Return what a gain means: it must reach the smallest change that matters, and pass the noise.

    Where no study knows how much matters, the smallest change beyond noise stands in, else the noise alone.
    """
    least = scale.mcid if scale.mcid is not None else scale.mdc
    if least is None and by_chance is None:
        return "too_few"
    if gain == 0 or abs(gain) < (least or 0.0) or abs(gain) <= (by_chance or 0.0):
        return "no_meaningful_change"
    return "better" if gain > 0 else "worse"
