"""The review of the pack: its items, whose sign-off still stands, what is due, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from goodknee.core.knowledge.review import ReviewerRole, ReviewNeed, Reviews, SignOff

#: Item ("red_flags.yaml: RF02") → fingerprint of its content.
Items = Mapping[str, str]


class State(Enum):
    """How the review of an item stands."""

    NEVER = "never_signed"
    CHANGED = "changed_since_signed"
    TOO_FEW = "more_signatures_needed"
    OVERDUE = "overdue"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReview:
    """One item of the pack.

    Attributes:
        signed: The sign-offs that stand.
        void: Sign-offs of what the item said before.
        due_on: When it must be read again; None until it is signed by enough people.
    """

    item: str
    role: ReviewerRole
    state: State
    signed: tuple[SignOff, ...]
    void: tuple[SignOff, ...]
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs between two packs, as items."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def review(
    items: Items, reviews: Reviews, *, today: date, own_roles: Mapping[str, ReviewerRole] | None = None
) -> tuple[ItemReview, ...]:
    """Return how each item of the pack stands, in the order of the files.

    Args:
        items: All items; those of a file that needs no review are left out.
        reviews: Needs and sign-offs.
        today: The day on which it is asked.
        own_roles: Item → whose review it needs, where that is not the role of its file.
    """
    own_roles = own_roles or {}
    of_item: dict[str, list[SignOff]] = {}
    for sign_off in reviews.sign_offs:
        of_item.setdefault(sign_off.item, []).append(sign_off)
    needs = ((item, content, reviews.needs.get(item.partition(":")[0])) for item, content in items.items())
    return tuple(
        _item_review(
            item,
            content,
            replace(need, role=own_roles.get(item, need.role)),
            of_item.get(item, []),
            people_needed=reviews.people_needed,
            today=today,
        )
        for item, content, need in needs
        if need is not None
    )


def _item_review(
    item: str, content: str, need: ReviewNeed, sign_offs: list[SignOff], *, people_needed: int, today: date
) -> ItemReview:
    signed = tuple(each for each in sign_offs if each.content == content)
    due_on = _due_on(signed, need, people_needed)
    if due_on is not None:
        state = State.OVERDUE if today >= due_on else State.SIGNED
    elif signed:
        state = State.TOO_FEW
    else:
        state = State.CHANGED if sign_offs else State.NEVER
    return ItemReview(
        item=item,
        role=need.role,
        state=state,
        signed=signed,
        void=tuple(each for each in sign_offs if each.content != content),
        due_on=due_on,
    )


def _due_on(signed: tuple[SignOff, ...], need: ReviewNeed, people_needed: int) -> date | None:
    """Return when the review runs out; None while too few have signed, or nobody of the needed role."""
    newest = {each.reviewer: each for each in sorted(signed, key=lambda each: each.signed_on)}
    counted = [each for each in newest.values() if each.conflict is None]
    if len(counted) < people_needed or need.role not in {each.role for each in counted}:
        return None
    latest = sorted(each.signed_on for each in counted)[-people_needed:]
    return _months_later(latest[0], need.again_after_months)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    # The first of the month exists in every year; a review may come due a few days early, never late.
    return date(day.year + years, month + 1, min(day.day, 28))


def unknown_sign_offs(items: Items, reviews: Reviews) -> tuple[SignOff, ...]:
    """Return sign-offs of items that the pack does not have."""
    return tuple(each for each in reviews.sign_offs if each.item not in items)


def changes(before: Items, now: Items) -> Changes:
    """Return which items came, changed or went from one pack to another."""
    return Changes(
        added=tuple(item for item in now if item not in before),
        changed=tuple(item for item in now if item in before and now[item] != before[item]),
        removed=tuple(item for item in before if item not in now),
    )
