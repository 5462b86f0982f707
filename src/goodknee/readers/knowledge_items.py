"""The items of the pack that are reviewed one by one, each with a fingerprint of its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.review import ReviewerRole
from goodknee.readers.knowledge_checks import id_of

_FINGERPRINT_LETTERS: Final = 16


def all_items(knowledge: Knowledge) -> dict[str, str]:
    """Return every item of the files that need a review, with its fingerprint."""
    items: dict[str, str] = {}
    for name in knowledge.reviews.needs:
        items |= items_of(name, knowledge.read(name))
    return items


def own_roles(knowledge: Knowledge) -> dict[str, ReviewerRole]:
    """Return the items that name whose review they need, for those the role of their file does not hold."""
    return {
        f"{file}: {name}": entry.reviewer_role
        for file in knowledge.reviews.needs
        for name, entry in _entries(knowledge.read(file))
        if getattr(entry, "reviewer_role", None)
    }


def items_of(file: str, part: Any) -> dict[str, str]:
    """Return the items of one file: each entry with an id or key of its own, and each of its other parts."""
    return {f"{file}: {name}": fingerprint(entry) for name, entry in _entries(part)}


def _entries(part: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(part):
        if field.name in {"reviewed_on", "reviewer_role"}:
            continue
        value = getattr(part, field.name)
        names = [id_of(entry) for entry in value] if isinstance(value, tuple) else []
        if names and None not in names:
            yield from zip(map(str, names), value, strict=True)
        else:
            yield field.name, value


def fingerprint(content: Any) -> str:
    """Return a short hash of an entry; it stays the same when only the layout of its file changes."""
    return sha256(_spelt(content).encode()).hexdigest()[:_FINGERPRINT_LETTERS]


def _spelt(content: Any) -> str:
    if is_dataclass(content):
        named = ((field.name, getattr(content, field.name)) for field in fields(content) if field.init)
        return "{" + ",".join(f"{name}:{_spelt(value)}" for name, value in named if value is not None) + "}"
    if isinstance(content, Mapping):
        return (
            "{" + ",".join(sorted(f"{_spelt(key)}:{_spelt(value)}" for key, value in content.items())) + "}"
        )
    if isinstance(content, tuple):
        return "[" + ",".join(map(_spelt, content)) + "]"
    return repr(content)
