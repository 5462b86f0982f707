"""Shoes, which shoe ran what, and settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from goodknee.stores.records import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables of shoes, of their use, and of settings."""
    op.create_table(
        "shoes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("since", sa.Date),
        sa.Column("before_m", sa.Float, nullable=False),
        sa.Column("note", sa.String),
        sa.Column("retired_on", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_shoes"),
    )
    op.create_table(
        "shoe_use",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("shoe_id", sa.Integer, nullable=False),
        sa.Column("run_id", sa.String(80)),
        sa.Column("from_day", sa.Date),
        sa.ForeignKeyConstraint(
            ["shoe_id"], ["shoes.id"], name="fk_shoe_use_shoe_id_shoes", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shoe_use"),
    )
    op.create_index("ix_shoe_use_shoe_id", "shoe_use", ["shoe_id"])
    op.create_table(
        "settings",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )
