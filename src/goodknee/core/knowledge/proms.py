"""``proms.yaml``: questionnaires, how each is scored, and how large a change must be to mean something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from goodknee.core.knowledge import Confidence, Entry
from goodknee.core.knowledge.review import ReviewerRole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Range(Entry):
    """Numbers from ``low`` to ``high``, both legal; ``whole``: no fractions."""

    low: float
    high: float
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Option(Entry):
    """One possible answer of an item: the runner gives its ``code``, the score counts its ``points``.

    Attributes:
        warning: May be a warning sign: the check comes before any score.
    """

    code: int
    label: str
    points: int
    warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Item(Entry):
    """One question in our own words; answered with the code of an option, or with a number of ``range``.

    Attributes:
        needed: Counts as missing when it is not answered.
    """

    key: str
    text: str
    options: tuple[Option, ...] = ()
    range: Range | None = None
    needed: bool = True

    def __post_init__(self) -> None:
        if bool(self.options) == (self.range is not None):
            raise ValueError(f"the item {self.key} needs either options or a range")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class OfficialForm(Entry):
    """A questionnaire whose wording is not ours to ship: the runner fills in the official form.

    What is typed here is its total (``total``) or the number of each answer (``item_1``, ``item_2`` …).
    """

    items: int
    answers: Range
    total_is_whole: bool
    get_it: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class OwnActivities(Entry):
    """The runner names the activities and rates each."""

    text: str
    at_least: int
    at_most: int
    rating: Range


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Scoring(Entry):
    """The score is ``plus + times x`` the sum, mean, or one item of the points.

    Attributes:
        item: The item that stands for the whole; with ``of: item``.
        needs: Without this many answers there is no score.
        rule: The same in words, with what happens when answers are missing.
        missing_rule_is: "published", or "ours" where the authors gave none.
    """

    of: Literal["sum", "mean", "item"]
    item: str | None = None
    plus: float = 0.0
    times: float = 1.0
    needs: int
    rule: str
    missing_rule_is: Literal["published", "ours"]
    missing_rule_confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Threshold(Entry):
    """A change of this size; ``kind`` is the name that the study gives it."""

    value: float
    kind: str
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Figure(Entry):
    """Another published figure of an instrument, for people who read the pack."""

    kind: str
    value: str
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Licence(Entry):
    """Whose the wording is, and what we may ship of it."""

    holder: str
    status: str
    ship_items: str
    safe_way: str | None = None
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-ups are made once and kept
class Instrument(Entry):
    """One questionnaire; it has ``items``, an official ``form``, or ``activities`` of the runner's own.

    Attributes:
        measures: What it is about, in plain words.
        recall: The time that the answers speak of.
        adapted: Our labels stand in for the authors' words, so it is not the validated text.
        mcid: The smallest change that matters to people; None where no study is known.
        mdc: The smallest change beyond the noise of answering twice; None where no study is known.
        mdc_of_one: The same when just one activity was rated.
        every_days: Asked again after so many days.
        note: What the runner reads beside the score.
        caveats: For people who read the pack.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    measures: str
    recall: str
    range: tuple[float, float]
    better: Literal["higher", "lower"]
    adapted: bool = False
    items: tuple[Item, ...] = ()
    form: OfficialForm | None = None
    activities: OwnActivities | None = None
    scoring: Scoring
    mcid: Threshold | None = None
    mdc: Threshold | None = None
    mdc_of_one: Threshold | None = None
    figures: tuple[Figure, ...] = ()
    every_days: int
    note: str
    caveats: tuple[str, ...] = ()
    licence: Licence
    sources: tuple[str, ...]
    confidence: Confidence

    def __post_init__(self) -> None:
        if [bool(self.items), self.form is not None, self.activities is not None].count(True) != 1:
            raise ValueError(f"{self.id} needs one of items, form and activities")

    @cached_property
    def by_key(self) -> Mapping[str, Item]:
        """Each item by the key of its answer; the numbered ones of an official form included."""
        items = self.items
        if self.form is not None:
            numbers = range(1, self.form.items + 1)
            items = tuple(
                Item(key=f"item_{number}", text=f"Answer {number} of the form", range=self.form.answers)
                for number in numbers
            )
        return {item.key: item for item in items}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class NotAsked(Entry):
    """An instrument that GoodKnee knows of and does not ask, with the reason."""

    id: str
    name: str
    why: str
    facts: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    licence: Licence
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-up is made once and kept
class Proms(Entry):
    """The whole file.

    Attributes:
        due_basis: Where the days between two scores come from.
        warning: To the runner, when an answer may be a warning sign.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    guideline: str
    guideline_sources: tuple[str, ...]
    licence_rule: str
    due_basis: str
    warning: str
    adapted: str
    incomplete: str
    instruments: tuple[Instrument, ...]
    not_asked: tuple[NotAsked, ...] = field(default=())

    @cached_property
    def by_name(self) -> Mapping[str, Instrument]:
        """Each instrument by its id and by its other names, in small letters."""
        return {
            name.lower(): instrument
            for instrument in self.instruments
            for name in (instrument.id, *instrument.aliases)
        }
