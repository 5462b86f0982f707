"""How each measure is read: its range, which way is better, how large a change must be to matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from goodknee.core.knowledge.outcomes import BandPoint, ReferenceBand
from goodknee.core.knowledge.progress import Measure, ProgressRules, RhythmId
from goodknee.core.knowledge.proms import Instrument, Proms

#: Means are published with one decimal; this takes away what binary fractions add.
_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How one measure is read.

    Attributes:
        name: Key of its words; None for a questionnaire, which has its own name.
        mcid: The smallest change that matters to people; None where no study is known.
        mdc: The smallest change beyond the noise of answering twice; None where no study is known.
        sources: Where the smallest changes come from.
        start: The value at the start, of a score that already compares with it.
    """

    id: str
    name: str | None
    instrument: Instrument | None
    unit: Literal["pain", "km", "score"]
    range: tuple[float, float] | None
    better: Literal["higher", "lower"]
    mcid: float | None
    mdc: float | None
    rhythm: RhythmId
    band: Literal["worst", "usual", "akps"] | None
    sources: tuple[str, ...]
    start: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BandWeek:
    """The reference band at one week from the start."""

    week: float
    low: float
    high: float


def measure_scale(measure: Measure, proms: Proms) -> Scale:
    """Return how a measure of the diary or of the runs is read."""
    instrument = proms.by_name[measure.instrument] if measure.instrument else None
    return Scale(
        id=measure.id,
        name=measure.name,
        instrument=None,
        unit=measure.unit,
        range=instrument.range if instrument else None,
        better=measure.better,
        mcid=instrument.mcid.value if instrument and instrument.mcid else None,
        mdc=instrument.mdc.value if instrument and instrument.mdc else None,
        rhythm=measure.rhythm,
        band=measure.band,
        sources=_change_sources(instrument) if instrument else (),
    )


def score_scale(instrument: Instrument, rules: ProgressRules) -> Scale:
    """Return how the scores of a questionnaire are read."""
    low, high = instrument.range
    return Scale(
        id=f"{instrument.id}_{low:g}_{high:g}".replace("-", "minus"),
        name=None,
        instrument=instrument,
        unit="score",
        range=instrument.range,
        better=instrument.better,
        mcid=instrument.mcid.value if instrument.mcid else None,
        mdc=instrument.mdc.value if instrument.mdc else None,
        rhythm="single",
        band="akps" if instrument.id == "akps" else None,
        sources=_change_sources(instrument),
        start=0.0 if instrument.id in rules.compares_by_itself else None,
    )


def _change_sources(instrument: Instrument) -> tuple[str, ...]:
    known = (each.sources for each in (instrument.mcid, instrument.mdc) if each)
    return tuple(dict.fromkeys(key for keys in known for key in keys))


def band_of(scale: Scale, band: ReferenceBand) -> tuple[BandWeek, ...]:
    """Return the reference band of a measure, clipped to its range; empty where there is none."""
    if scale.band is None or scale.range is None:
        return ()
    low, high = scale.range
    weeks = []
    for point in band.points:
        (first, last), sd = _middle(point, scale.band)
        edges = round(max(first - sd, low), _DECIMALS), round(min(last + sd, high), _DECIMALS)
        weeks.append(BandWeek(week=point.week, low=edges[0], high=edges[1]))
    return tuple(weeks)


def _middle(point: BandPoint, line: Literal["worst", "usual", "akps"]) -> tuple[tuple[float, float], float]:
    """Return the means of groups in that week, lowest and highest, and their standard deviation."""
    if line == "akps":
        return point.akps_mean_range, point.akps_sd
    if line == "worst":
        return (point.worst_or_activity_pain_mean,) * 2, point.worst_pain_sd
    return (point.usual_pain_mean,) * 2, point.usual_pain_sd
