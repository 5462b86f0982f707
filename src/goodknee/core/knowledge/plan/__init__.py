"""What the plan, the day and the way back to running are made of, as typed entries of the pack."""

from __future__ import annotations

from dataclasses import dataclass

from goodknee.core.knowledge import Confidence, Direction, Entry, Grade

#: From the first number to the second, both included; the first is not above the second.
Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Support(Entry):
    """How well an entry is supported; ``convention`` among the sources: a habit, no study.

    Attributes:
        grade: A strong … F no trial found; its strength, to be read with ``direction``.
        note: What the grade speaks of, or what was not tested; for reviewers.
    """

    grade: Grade
    direction: Direction
    confidence: Confidence
    sources: tuple[str, ...]
    note: str | None = None
