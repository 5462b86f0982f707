"""The check that was stopped before its end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from goodknee.stores.records import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of the unfinished check."""
    op.create_table(
        "unfinished_check",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("code_version", sa.String(32), nullable=False),
        sa.Column("knowledge_version", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unfinished_check"),
    )
