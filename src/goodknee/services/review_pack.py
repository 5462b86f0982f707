"""The review of the pack: who stands for what, what is due, what changed, and which checks it would alter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.review import Correction, ReviewerRole
from goodknee.core.review import Changes, ItemReview, State, changes, review
from goodknee.readers.knowledge_items import all_items, own_roles
from goodknee.services.assess import Altered, CheckPack, altered
from goodknee.stores.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PackReview:
    """How the review of a pack stands.

    Attributes:
        items: Every item that needs a review.
        content: Item → its fingerprint, for whoever signs it.
        changes: Against the pack that is installed; None when it is that one.
        altered: Stored checks that this pack would answer otherwise.
    """

    version: str
    items: tuple[ItemReview, ...]
    content: Mapping[str, str]
    corrections: tuple[Correction, ...]
    changes: Changes | None
    altered: list[Altered]

    @property
    def due(self) -> tuple[ItemReview, ...]:
        """Items without a review that stands."""
        return tuple(item for item in self.items if item.state is not State.SIGNED)

    @property
    def by_file(self) -> Mapping[str, Counter[State]]:
        """File → how many of its items stand how."""
        counts: dict[str, Counter[State]] = {}
        for item in self.items:
            counts.setdefault(item.item.partition(":")[0], Counter())[item.state] += 1
        return counts

    @property
    def roles(self) -> Mapping[str, Counter[ReviewerRole]]:
        """File → how many of its items need whose review."""
        counts: dict[str, Counter[ReviewerRole]] = {}
        for item in self.items:
            counts.setdefault(item.item.partition(":")[0], Counter())[item.role] += 1
        return counts


def review_pack(
    knowledge: Knowledge, store: Store, *, today: date, installed: Knowledge | None = None
) -> PackReview:
    """Return how the review of a pack stands.

    Args:
        knowledge: The pack that is looked at.
        store: Whose checks are replayed under it.
        today: The day on which it is asked.
        installed: The pack in use, when another one is looked at.
    """
    items = all_items(knowledge)
    return PackReview(
        version=knowledge.pack.version,
        items=review(items, knowledge.reviews, today=today, own_roles=own_roles(knowledge)),
        content=items,
        corrections=knowledge.corrections.corrections,
        changes=changes(all_items(installed), items) if installed else None,
        altered=altered(store, CheckPack.of(knowledge)),
    )


def review_document(done: PackReview) -> dict[str, Any]:
    """Return the JSON document ``knowledge review``."""
    return {
        "knowledge_version": done.version,
        "items": len(done.items),
        "due": [_item_document(item, done.content) for item in done.due],
        "changed": [item.item for item in done.items if item.state is State.CHANGED],
        "signed": [_item_document(item, done.content) for item in done.items if item.state is State.SIGNED],
        "corrections": [_dated(asdict(one)) for one in done.corrections],
        "changes": asdict(done.changes) if done.changes else None,
        "altered_checks": [
            {
                "id": one.check.id,
                "day": one.check.day.isoformat(),
                "knowledge_version": one.check.knowledge_version,
                "parts": one.parts,
                "urgency": {"from": one.check.result.get("urgency"), "to": one.would_be["urgency"]},
            }
            for one in done.altered
        ],
    }


def _item_document(item: ItemReview, content: Mapping[str, str]) -> dict[str, Any]:
    return {
        "item": item.item,
        "role": item.role,
        "state": item.state.value,
        "content": content[item.item],
        "due_on": item.due_on.isoformat() if item.due_on else None,
        "signed": [_dated(asdict(each)) for each in item.signed],
        "void": [_dated(asdict(each)) for each in item.void],
    }


def _dated(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in document.items()}
