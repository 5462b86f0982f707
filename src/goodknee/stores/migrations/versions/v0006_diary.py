"""The diary takes every key of the pack, test results and corrections, and keeps when a thing was told."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from goodknee.stores.records import Instant

revision = "0006"
down_revision = "0005"

ANSWERS = (
    "pain_now", "pain_usual", "pain_worst", "pain_during", "pain_after", "settle_minutes", "pain_morning",
    "note",
)  # fmt: skip


def upgrade() -> None:
    """Make the table anew, and move what was told into it."""
    connection = op.get_bind()
    columns = ", ".join(("id", "day", "side", "run_id", *ANSWERS))
    query = sa.text(f"SELECT {columns} FROM diary ORDER BY id").columns(day=sa.Date)  # noqa: S608 - fixed names
    told = [dict(row) for row in connection.execute(query).mappings()]
    op.drop_index("ix_diary_day", "diary")
    op.drop_table("diary")
    diary = op.create_table(
        "diary",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("entered_at", Instant, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("side", sa.String(8)),
        sa.Column("run_id", sa.String(80)),
        sa.Column("session_id", sa.String(80)),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("tests", sa.JSON, nullable=False),
        sa.Column("corrects", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_diary"),
        sa.ForeignKeyConstraint(["corrects"], ["diary.id"], name="fk_diary_corrects_diary"),
    )
    for column in ("day", "run_id"):
        op.create_index(f"ix_diary_{column}", "diary", [column])
    if told:
        op.bulk_insert(diary, [_moved(row) for row in told])


def _moved(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row as it is now; until this version the time of telling was not kept."""
    end_of_day = datetime.combine(row["day"], time(), UTC) + timedelta(days=1)
    answers = {key: row[key] for key in ANSWERS if row[key] is not None}
    kept = {key: row[key] for key in ("id", "day", "side", "run_id")}
    return {**kept, "session_id": None, "entered_at": end_of_day, "answers": answers, "tests": {}}
