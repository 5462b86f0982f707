"""Decisions of the day, and what the runner chose instead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from goodknee.stores.records import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables of decisions and overrides."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("seen", sa.JSON, nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("code_version", sa.String(32), nullable=False),
        sa.Column("knowledge_version", sa.String(32), nullable=False),
        sa.Column("input_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_day", "decisions", ["day"])
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("decision_id", sa.Integer, nullable=False),
        sa.Column("chose", sa.String(8), nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_overrides_decision_id_decisions"),
    )
    op.create_index("ix_overrides_decision_id", "overrides", ["decision_id"])
