"""The first store: imports, recordings, sightings, diary."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from goodknee.stores.records import Instant

revision = "0001"
down_revision = None

INDEXED = (
    ("import_files", "import_id"),
    ("import_files", "original_sha256"),
    ("import_files", "content_sha256"),
    ("recordings", "original_sha256"),
    ("recordings", "import_id"),
    ("sightings", "content_sha256"),
    ("sightings", "run_id"),
    ("sightings", "resembling"),
    ("sightings", "started_at"),
    ("diary", "day"),
)


def upgrade() -> None:
    """Make the first tables."""
    _store_and_imports()
    _recordings()
    _sightings()
    _diary()
    for table, column in INDEXED:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _store_and_imports() -> None:
    op.create_table(
        "store",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.Column("story_day", sa.Date),
        sa.Column("untidy", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_store"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_files",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("original_sha256", sa.String(64)),
        sa.Column("content_sha256", sa.String(64)),
        sa.Column("what", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_import_files"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_files_import_id_imports"),
    )


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("original_sha256", sa.String(64), nullable=False),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("gzipped", sa.Boolean, nullable=False),
        sa.Column("sample_rows", sa.Integer, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("warnings", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("content_sha256", name="pk_recordings"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_recordings_import_id_imports"),
    )


def _diary() -> None:
    op.create_table(
        "diary",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("pain_now", sa.Integer),
        sa.Column("pain_usual", sa.Integer),
        sa.Column("pain_worst", sa.Integer),
        sa.Column("pain_during", sa.Integer),
        sa.Column("pain_after", sa.Integer),
        sa.Column("settle_minutes", sa.Integer),
        sa.Column("pain_morning", sa.Integer),
        sa.Column("run_id", sa.String(80)),
        sa.Column("note", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_diary"),
    )


def _sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("clock_shift_s", sa.Float, nullable=False),
        sa.Column("run_id", sa.String(80), nullable=False),
        sa.Column("resembling", sa.String(80), nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("sport", sa.String),
        sa.Column("sub_sport", sa.String),
        sa.Column("utc_offset_min", sa.Integer),
        sa.Column("elapsed_s", sa.Float),
        sa.Column("timer_s", sa.Float),
        sa.Column("moving_s", sa.Float),
        sa.Column("distance_m", sa.Float),
        sa.Column("distance_recorded_m", sa.Float),
        sa.Column("ascent_m", sa.Float),
        sa.Column("descent_m", sa.Float),
        sa.Column("mean_speed_mps", sa.Float),
        sa.Column("mean_cadence_spm", sa.Float),
        sa.Column("mean_heart_rate_bpm", sa.Float),
        sa.Column("sample_count", sa.Integer, nullable=False),
        sa.Column("channels", sa.JSON, nullable=False),
        sa.Column("laps", sa.JSON, nullable=False),
        sa.Column("pauses", sa.JSON, nullable=False),
        sa.Column("device", sa.String),
        sa.Column("decisions", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
        sa.ForeignKeyConstraint(
            ["content_sha256"],
            ["recordings.content_sha256"],
            name="fk_sightings_content_sha256_recordings",
            ondelete="CASCADE",
        ),
    )
