"""The rows of shoes, their use, and settings, as the core's objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from goodknee.core.load.shoes import NewShoe, Shoe, ShoeUse
from goodknee.stores.records import settings, shoe_use, shoes

_SHOE = (
    shoes.c.id, shoes.c.name, shoes.c.since, shoes.c.before_m, shoes.c.note, shoes.c.retired_on,
)  # fmt: skip


def all_shoes(connection: Connection) -> list[Shoe]:
    """Return all shoes in the order in which they came."""
    rows = connection.execute(sa.select(*_SHOE).order_by(shoes.c.id)).mappings()
    return [Shoe(**row) for row in rows]


def put_shoe(connection: Connection, shoe: NewShoe, *, at: datetime) -> Shoe:
    """Write one shoe; return it with its number."""
    values = asdict(shoe)
    added = shoes.insert().values(at=at, **values).returning(shoes.c.id)
    return Shoe(id=connection.execute(added).scalar_one(), **values)


def retire(connection: Connection, shoe_id: int, last_day: date | None) -> None:
    """Write the last day of a shoe; None: it is in use again."""
    connection.execute(shoes.update().where(shoes.c.id == shoe_id).values(retired_on=last_day))


def remove(connection: Connection, shoe_id: int) -> None:
    """Take a shoe away, and all that was stated of it."""
    connection.execute(shoe_use.delete().where(shoe_use.c.shoe_id == shoe_id))
    connection.execute(shoes.delete().where(shoes.c.id == shoe_id))


def all_uses(connection: Connection) -> list[ShoeUse]:
    """Return what was stated about which shoe ran what, in that order."""
    columns = (shoe_use.c.shoe_id, shoe_use.c.run_id, shoe_use.c.from_day)
    rows = connection.execute(sa.select(*columns).order_by(shoe_use.c.id)).mappings()
    return [ShoeUse(**row) for row in rows]


def put_uses(connection: Connection, uses: Iterable[ShoeUse], *, at: datetime) -> None:
    """Write which shoe ran what."""
    for use in uses:
        connection.execute(shoe_use.insert().values(at=at, **asdict(use)))


def all_settings(connection: Connection) -> dict[str, Any]:
    """Return key → value of what was set."""
    return {row.key: row.value for row in connection.execute(sa.select(settings.c.key, settings.c.value))}


def put_setting(connection: Connection, key: str, value: Any, *, at: datetime) -> None:
    """Write one setting; None takes it away."""
    connection.execute(settings.delete().where(settings.c.key == key))
    if value is not None:
        connection.execute(settings.insert().values(key=key, value=value, at=at))
