"""Versions of the plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from goodknee.stores.records import Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table of plans."""
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("phase", sa.String(8)),
        sa.Column("seen", sa.JSON, nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("code_version", sa.String(32), nullable=False),
        sa.Column("knowledge_version", sa.String(32), nullable=False),
        sa.Column("input_sha256", sa.String(64), nullable=False),
        sa.Column("accepted_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
