"""Pain from the diary as one figure per knee and day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goodknee.core.load.exposure import Days
from goodknee.core.model import Floats
from goodknee.core.track.diary import DiaryDay

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


def pain_days(days: Sequence[DiaryDay]) -> PainDays:
    """Return the diary's pain by knee and day, in the first measure that it holds."""
    found: list[tuple[DiaryDay, float]] = []
    measure = None
    for measure in MEASURES:
        found = [(day, max(pains)) for day in days if (pains := list(_pains(day, measure)))]
        if found:
            break
    return PainDays(
        measure=measure if found else None,
        day=np.array([day.day for day, _ in found], dtype="datetime64[D]"),
        side=np.array([day.side for day, _ in found], dtype=np.str_),
        worst=np.array([worst for _, worst in found], dtype=np.float64),
    )


def _pains(day: DiaryDay, measure: str) -> Iterator[float]:
    """Yield what was told of the day, or of each of its sessions."""
    for answers in (day.answers, *(session.answers for session in day.sessions)):
        if measure in answers:
            yield float(answers[measure])
