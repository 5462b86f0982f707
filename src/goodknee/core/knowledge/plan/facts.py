"""``plans/facts.yaml``: the facts that the rules of the day and of the plan may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from goodknee.core.knowledge import Entry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Fact(Entry):
    """One fact about one knee, or about the person where it does not differ by knee.

    Attributes:
        type: number: a measured amount; count: a whole number of things.
        unit: Of a number; None for a count without one.
        options: The words that an enum may take.
        means: What it says, for whoever reads or writes a rule.
        comes_from: Who gives it; ``worked_out``: arithmetic on the others.
        log: Key of the diary by which the runner can give it.
        baseline: Question of the check that stands in until the diary has a value.
    """

    id: str
    type: Literal["bool", "number", "count", "enum"]
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    options: tuple[str, ...] = ()
    means: str
    comes_from: Literal["check", "diary", "runs", "plan", "test", "worked_out"]
    log: str | None = None
    baseline: str | None = None


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-up is made once and kept
class FactVocabulary(Entry):
    """The whole file.

    Attributes:
        baseline_counts_days: An answer of the check stands in for at most so many days.
    """

    reviewed_on: date
    baseline_counts_days: int
    facts: tuple[Fact, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Fact]:
        """Each fact by its id."""
        return {fact.id: fact for fact in self.facts}
