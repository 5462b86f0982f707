"""The rows of decisions and of what the runner chose instead, as the core's objects."""

from __future__ import annotations

from dataclasses import asdict, fields

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from goodknee.core.model import NewDecision, Override, StoredDecision
from goodknee.stores.records import decisions, overrides

_OVERRIDE = tuple(field.name for field in fields(Override))


def put_decision(connection: Connection, decision: NewDecision) -> StoredDecision:
    """Write one decision; return it with its number."""
    values = {field.name: getattr(decision, field.name) for field in fields(NewDecision)}
    added = decisions.insert().values(values).returning(decisions.c.id)
    return StoredDecision(id=connection.execute(added).scalar_one(), **values)


def all_decisions(connection: Connection) -> list[StoredDecision]:
    """Return all decisions by day, then in the order in which they were made."""
    rows = connection.execute(sa.select(decisions).order_by(decisions.c.day, decisions.c.id)).mappings()
    return [StoredDecision(**row) for row in rows]


def put_override(connection: Connection, override: Override) -> None:
    """Write what the runner chose instead."""
    connection.execute(overrides.insert().values(asdict(override)))


def all_overrides(connection: Connection) -> list[Override]:
    """Return what the runner chose instead, in that order."""
    rows = connection.execute(sa.select(overrides).order_by(overrides.c.id)).mappings()
    return [Override(**{name: row[name] for name in _OVERRIDE}) for row in rows]
