"""``reviews.yaml`` and ``corrections.yaml``: who stands for what in the pack, and what was put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry

ReviewerRole = Literal["physician", "physiotherapist", "dietitian", "coach"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReviewNeed(Entry):
    """What the items of one file need: whose review, and after how long again."""

    role: ReviewerRole
    again_after_months: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SignOff(Entry):
    """One person has read one item and stands for it.

    Attributes:
        item: File and item ("red_flags.yaml: RF02").
        content: Fingerprint of what was read; when the item changes, the sign-off is void.
        conflict: Interest that could sway the reviewer, in words; such a sign-off is shown, never counted.
    """

    item: str
    reviewer: str
    role: ReviewerRole
    signed_on: date
    content: str
    conflict: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Reviews(Entry):
    """All sign-offs; an item is reviewed when enough people signed it, one of them of the role it needs.

    Attributes:
        people_needed: So many different people, without a conflict of interest.
        needs: File of the pack → what its items need.
    """

    people_needed: int
    needs: Mapping[str, ReviewNeed]
    sign_offs: tuple[SignOff, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Correction(Entry):
    """One thing in the pack that was put right: what it said, what it says now, and who found it."""

    corrected_on: date
    version: str
    items: tuple[str, ...]
    before: str
    now: str
    why: str
    found_by: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Corrections(Entry):
    """The log, newest last."""

    corrections: tuple[Correction, ...]
