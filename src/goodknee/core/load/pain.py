"""Pain from the diary as one figure per knee and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goodknee.core.load.exposure import Days
from goodknee.core.model import DiaryEntry, Floats

#: One measure at a time, the first that the diary holds: two on one line would invent a change.
MEASURES = ("pain_worst", "pain_usual", "pain_during", "pain_after", "pain_morning", "pain_now")


@dataclass(frozen=True, slots=True, kw_only=True)
class PainDays:
    """One row per knee and day with an entry, oldest first.

    Attributes:
        measure: Which question of the diary; None without any answer.
        day: Shape (p,).
        side: "left" or "right", shape (p,).
        worst: 0-10, the highest answer of that knee and day, shape (p,).
    """

    measure: str | None
    day: Days
    side: NDArray[np.str_]
    worst: Floats


def pain_days(diary: Sequence[DiaryEntry]) -> PainDays:
    """Return the diary's pain by knee and day, in the first measure that it holds."""
    measure = next((name for name in MEASURES if any(getattr(e, name) is not None for e in diary)), None)
    highest: dict[tuple[str, str], float] = {}
    for entry in diary:
        answer = getattr(entry, measure) if measure else None
        if answer is not None:
            key = (entry.day.isoformat(), entry.side)
            highest[key] = max(float(answer), highest.get(key, 0.0))
    rows = sorted(highest)
    return PainDays(
        measure=measure,
        day=np.array([day for day, _ in rows], dtype="datetime64[D]"),
        side=np.array([side for _, side in rows], dtype=np.str_),
        worst=np.array([highest[row] for row in rows], dtype=np.float64),
    )
