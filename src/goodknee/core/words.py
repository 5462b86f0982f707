"""The sentences of one language, and how a runner reads a number.

A template names its slots with the unit they are shown in: ``"{distance_m:km} in {time_s:duration}"``. Units
are converted here, on the way out, and nowhere before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any, ClassVar

NO_BREAK = "\u00a0"
MINUS = "\u2212"
MISSING = "\u2013"

Number = float | int | None


def _missing(value: Number) -> bool:
    return value is None or math.isnan(value)


def _plain(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def km(metres: Number) -> str:
    """Return a distance as "8.4 km", below one kilometre as "640 m", from 100 km on without decimals."""
    if metres is None or math.isnan(metres):
        return MISSING
    if round(metres) < 1000:
        return f"{metres:.0f}{NO_BREAK}m"
    return f"{metres / 1000:,.{0 if metres >= 99_950 else 1}f}{NO_BREAK}km"


def duration(seconds: Number) -> str:
    """Return a time as "48 min" or "1 h 12 min"."""
    if seconds is None or math.isnan(seconds):
        return MISSING
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes}{NO_BREAK}min"
    return f"{hours:,}{NO_BREAK}h" + (f"{NO_BREAK}{minutes}{NO_BREAK}min" if minutes else "")


def pace(seconds_per_km: Number) -> str:
    """Return a pace as "5:43 /km"."""
    if seconds_per_km is None or math.isnan(seconds_per_km):
        return MISSING
    minutes, seconds = divmod(round(seconds_per_km), 60)
    return f"{minutes}:{seconds:02d}{NO_BREAK}/km"


def pct(value: Number) -> str:
    """Return "61 %"; from 0 to 20 with one decimal, so that 10.4 does not read as 10."""
    if value is None or math.isnan(value):
        return MISSING
    sign = MINUS if value < 0 else ""
    return f"{sign}{_plain(abs(value), 1 if 0 < value < 20 else 0)}{NO_BREAK}%"


def change(value: Number) -> str:
    """Return a signed percentage, "+61 %", with a true minus."""
    return pct(value) if value is None or math.isnan(value) or value <= 0 else f"+{pct(value)}"


def steps(per_minute: Number) -> str:
    """Return a cadence of both feet as "166 steps/min"."""
    return MISSING if _missing(per_minute) else f"{per_minute:.0f}{NO_BREAK}steps/min"


def metres(value: Number) -> str:
    """Return a climb or descent as "1,240 m"."""
    return MISSING if _missing(value) else f"{value:,.0f}{NO_BREAK}m"


def out_of_ten(value: Number) -> str:
    """Return a pain as "4/10"."""
    return MISSING if value is None or math.isnan(value) else f"{_plain(value, 1)}/10"


def count(value: Number) -> str:
    """Return a count as "1,204"."""
    return MISSING if _missing(value) else f"{value:,.0f}"


def tenths(value: Number) -> str:
    """Return a number with one decimal, "14.6", with a true minus."""
    return MISSING if value is None or math.isnan(value) else f"{value:,.1f}".replace("-", MINUS)


def uncertain(value: float, low: float, high: float) -> str:
    """Return "15.1 (12.9–17.6)", rounded so that half the interval keeps two digits."""
    half = (high - low) / 2
    decimals = 1 - math.floor(math.log10(half)) if half > 0 else 1
    shown = (f"{round(each, decimals) + 0.0:,.{max(decimals, 0)}f}" for each in (value, low, high))
    middle, first, last = (text.replace("-", MINUS) for text in shown)
    to = f" to{NO_BREAK}" if low < 0 else "–"
    return f"{middle} ({first}{to}{last})"


UNITS: Mapping[str, Callable[[Number], str]] = {
    "km": km,
    "duration": duration,
    "pace": pace,
    "pct": pct,
    "change": change,
    "steps": steps,
    "m": metres,
    "pain": out_of_ten,
    "count": count,
    "tenths": tenths,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plural:
    """One sentence in its two forms; the slot ``n`` decides."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid"}

    one: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every sentence a runner may read, in one language.

    Attributes:
        months: Twelve short names, January first.
        weekdays: Seven short names, Monday first.
        sentences: key → template with named slots, each with its unit ("{day:day}").
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid"}

    language: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    sentences: Mapping[str, str | Plural]

    def say(self, key: str, **slots: Any) -> str:
        """Return one sentence with its slots filled; a key that is not in the pack raises KeyError."""
        template = self.sentences[key]
        if isinstance(template, Plural):
            template = template.one if slots["n"] == 1 else template.other
        return _Slots(self).vformat(template, (), slots)

    def say_all(self, keys: Sequence[str], **slots: Any) -> str:
        """Return several whole sentences, one after the other."""
        return " ".join(self.say(key, **slots) for key in keys)

    def day(self, value: date) -> str:
        """Return "Tue 12 May"."""
        return f"{self.weekdays[value.weekday()]}{NO_BREAK}{self.tick(value)}"

    def day_and_year(self, value: date) -> str:
        """Return "Tue 12 May 2026"."""
        return f"{self.day(value)}{NO_BREAK}{value.year}"

    def tick(self, value: date) -> str:
        """Return "12 May"."""
        return f"{value.day}{NO_BREAK}{self.months[value.month - 1]}"


DATES: Mapping[str, Callable[[Words, date], str]] = {
    "day": Words.day,
    "date": Words.day_and_year,
    "tick": Words.tick,
}


class _Slots(Formatter):
    """Fills the slots of a template, each in its unit."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in DATES:
            return DATES[format_spec](self._words, value)
        return UNITS[format_spec](value) if format_spec else str(value)
