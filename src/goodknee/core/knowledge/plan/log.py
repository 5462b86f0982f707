"""``plans/log.yaml``: what the diary takes, how it asks, and what a skipped session was skipped for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.plan.facts import FactVocabulary


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Takes(Entry):
    """What one value may be.

    Attributes:
        unit: Of a number; None for one without.
        most_letters: Of a text.
    """

    type: Literal["bool", "number", "count", "enum", "text", "exercise"]
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    options: tuple[str, ...] = ()
    most_letters: int | None = None

    @classmethod
    def of(cls, fact: str, facts: FactVocabulary) -> Takes:
        """Return what a fact of the vocabulary may be."""
        known = facts.by_id[fact]
        return cls(type=known.type, unit=known.unit, min=known.min, max=known.max, options=known.options)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LogKey(Entry):
    """One thing that the diary takes.

    Attributes:
        about: One knee, or the person.
        of: A day, one session, both (it is then the session's and the day's), or one exercise in a session.
        asks: The question.
        fact: The fact of ``plans/facts.yaml`` whose type and limits it has; without one ``takes`` tells them.
        not_with: Keys that say the opposite.
    """

    id: str
    about: Literal["knee", "person"]
    of: Literal["day", "session", "both", "exercise"]
    asks: str
    fact: str | None = None
    takes: Takes | None = None
    not_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CheckIn(Entry):
    """The check-in of under a minute: keys in the order in which they are asked.

    Attributes:
        pain: Asked one by one, of each sore knee.
        signs: Ticked; a sign that is not ticked was answered with no.
        last_run: Asked of the last run, where its answers are missing and it is not older than ``run_days``.
    """

    pain: tuple[str, ...]
    signs: tuple[str, ...]
    last_run: tuple[str, ...]
    run_days: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SkipReason(Entry):
    """A reason for which a session was skipped, by the words in what was told; without words: any other."""

    id: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-up is made once and kept
class LogKeys(Entry):
    """The whole file.

    Attributes:
        skip_reasons: The first whose word is in the text counts; the last has no words.
    """

    reviewed_on: date
    keys: tuple[LogKey, ...]
    check_in: CheckIn
    skip_reasons: tuple[SkipReason, ...]

    @cached_property
    def by_id(self) -> Mapping[str, LogKey]:
        """Each key by its id."""
        return {key.id: key for key in self.keys}
