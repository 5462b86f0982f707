"""Scores of questionnaires, and lessons that were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from goodknee.stores.records import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of scores and lessons read."""
    op.create_table(
        "scores",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("instrument", sa.String(32), nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("code_version", sa.String(32), nullable=False),
        sa.Column("knowledge_version", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scores"),
    )
    op.create_table(
        "lessons_read",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("lesson", sa.String(32), nullable=False),
        sa.Column("knowledge_version", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lessons_read"),
    )
