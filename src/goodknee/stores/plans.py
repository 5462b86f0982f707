"""The rows of plans, as the core's objects."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from goodknee.core.model import NewPlan, StoredPlan
from goodknee.stores.records import plans


def put_plan(connection: Connection, plan: NewPlan) -> StoredPlan:
    """Write one version; return it with its number."""
    values = {field.name: getattr(plan, field.name) for field in fields(NewPlan)}
    added = plans.insert().values(values).returning(plans.c.id)
    return StoredPlan(id=connection.execute(added).scalar_one(), **values)


def put_yes(connection: Connection, plan_id: int, at: datetime) -> None:
    """Write that the runner said yes to a version."""
    connection.execute(plans.update().where(plans.c.id == plan_id).values(accepted_at=at))


def all_plans(connection: Connection) -> list[StoredPlan]:
    """Return every version, in the order in which they were made."""
    rows = connection.execute(sa.select(plans).order_by(plans.c.id)).mappings()
    return [StoredPlan(**row) for row in rows]
