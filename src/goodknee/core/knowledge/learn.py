"""``lessons.yaml``: short lessons; ``referral.yaml``: whom to see, what to ask them, and what to bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, Literal, get_args

from goodknee.core.knowledge import Confidence, Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.red_flags import UrgencyId
from goodknee.core.knowledge.review import ReviewerRole

SheetId = Literal["physio", "doctor", "form", "podiatrist"]
SHEETS: Final[tuple[SheetId, ...]] = get_args(SheetId)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Lesson(Entry):
    """One lesson of at most 120 words, in our own words.

    Attributes:
        do: The one thing to do about it.
        when: When it is worth reading, in words.
        fits: When it fits this runner now and goes before the others; None: it has no such sign.
        from_week: Not offered before this week of the programme; None: only when it fits.
        claims: The claims whose facts it tells; where one changes, the lesson must be read again.
    """

    id: str
    title: str
    text: str
    do: str
    when: str
    fits: Condition | None = None
    from_week: int | None = None
    claims: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    reviewed_on: date | None = None


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-up is made once and kept
class Lessons(Entry):
    """All lessons, in the order in which they are read.

    Attributes:
        day_one: The lessons that come first, on the first day.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    day_one: tuple[str, ...]
    lessons: tuple[Lesson, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Lesson]:
        """Each lesson by its id."""
        return {lesson.id: lesson for lesson in self.lessons}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StoryPart(Entry):
    """One answer as it is told: a number or text fills ``{}`` of ``says``; a word is looked up in ``words``.

    A word that stands in ``words`` with an empty text is not worth telling.
    """

    key: str
    says: str = "{}"
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StoryLine(Entry):
    """One line of the story: its label, and the answers that it is made of.

    Attributes:
        health: Medicines and conditions: told to health professionals alone.
    """

    label: str
    parts: tuple[StoryPart, ...]
    health: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PainLine(Entry):
    """One row of the pain table: a question that is asked for each knee."""

    key: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReferralSheet(Entry):
    """What is worth asking and expecting of one profession.

    Attributes:
        health: Whether medicines, conditions and warning signs are told.
        treatments: What they may offer, as ids of treatments.yaml.
    """

    id: SheetId
    who: str
    title: str
    health: bool
    ask: tuple[str, ...]
    expect: tuple[str, ...]
    treatments: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WhoFirst(Entry):
    """Whom to see first at one urgency."""

    urgency: UrgencyId
    go: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EmergencyNumber(Entry):
    """The medical emergency number of one country, in two letters; ``also``: another that works there."""

    country: str
    number: str
    also: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EmergencyNumbers(Entry):
    """The numbers, and how they are said: general knowledge, so always with "check for your place"."""

    says: str
    says_also: str
    unknown: str
    note: str
    sources: tuple[str, ...]
    confidence: Confidence
    countries: tuple[EmergencyNumber, ...]

    def tell(self, country: str | None) -> str:
        """Return what to call in this country; the sentence without a number when it is not known."""
        for each in self.countries:
            if each.country == country:
                said = self.says_also if each.also else self.says
                return said.format(number=each.number, also=each.also)
        return self.unknown


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PlateauStep(Entry):
    """What to do when nothing improves; the first step whose condition holds."""

    id: str
    when: Condition
    do: str
    lessons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Plateau(Entry):
    """No clear gain: from which week on, how often, and what then.

    Attributes:
        from_week: First looked at in this week of the programme, then every ``every_weeks``.
        pain_gain_below: It counts as no gain below this many points of pain and ...
        akps_gain_below: ... below this many points of AKPS.
        fields: What each fact of the conditions means.
    """

    from_week: int
    every_weeks: int
    pain_gain_below: float
    akps_gain_below: float
    fields: Mapping[str, str]
    steps: tuple[PlateauStep, ...]
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RelapsePlan(Entry):
    """What to watch for afterwards, and what to do when it comes back."""

    watch_for: tuple[str, ...]
    first_48_hours: tuple[str, ...]
    week_1: tuple[str, ...]
    week_2: tuple[str, ...]
    ask_what_changed: tuple[str, ...]
    keep_after: tuple[str, ...]
    lesson: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-up is made once and kept
class Referral(Entry):
    """The whole of ``referral.yaml``.

    Attributes:
        page: The fixed words of the printed sheet, by their place on it.
        story: The lines of the story, in their order.
        tried: The lines on what was tried so far.
        pains: The rows of the pain table.
        bring: What to bring to every visit.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    sources: tuple[str, ...]
    confidence: Confidence
    page: Mapping[str, str]
    story: tuple[StoryLine, ...]
    tried: tuple[StoryLine, ...]
    pains: tuple[PainLine, ...]
    bring: tuple[str, ...]
    sheets: tuple[ReferralSheet, ...]
    which_first: tuple[WhoFirst, ...]
    emergency_numbers: EmergencyNumbers
    plateau: Plateau
    relapse_plan: RelapsePlan

    @cached_property
    def by_id(self) -> Mapping[str, ReferralSheet]:
        """Each sheet by its id."""
        return {sheet.id: sheet for sheet in self.sheets}
