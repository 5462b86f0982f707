"""The store's tables, and the rows of recordings, sightings and imports as the core's objects."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, RowMapping

from goodknee.core.model import (
    Activity,
    Lap,
    NewCheck,
    Pause,
    StoredCheck,
    StoredRun,
    UnfinishedCheck,
    VisitRecord,
)
from goodknee.stores.same_run import START, Place, Sighting


class Instant(sa.TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps it without a zone, PostgreSQL with one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102 - SQLAlchemy's signature
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102 - SQLAlchemy's signature
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
SHA256 = sa.String(64)

#: One row: what this store is. ``untidy``: a killed import may have left files that no row names.
store = sa.Table(
    "store",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("story_day", sa.Date),
    sa.Column("untidy", sa.Boolean, nullable=False),
)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sqlite_autoincrement=True,  # an import that was taken back never lends its number to a later one
)

#: What became of every file of every import.
import_files = sa.Table(
    "import_files",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("import_id", sa.ForeignKey("imports.id"), nullable=False, index=True),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("original_sha256", SHA256, index=True),
    sa.Column("content_sha256", SHA256, index=True),
    sa.Column("what", sa.String),
)

#: One row per file that held activities. ``kept``: its samples and bytes are in the store.
recordings = sa.Table(
    "recordings",
    metadata,
    sa.Column("content_sha256", SHA256, primary_key=True),
    sa.Column("original_sha256", SHA256, nullable=False, index=True),
    sa.Column("import_id", sa.ForeignKey("imports.id"), nullable=False, index=True),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("format", sa.String(8), nullable=False),
    sa.Column("gzipped", sa.Boolean, nullable=False),
    sa.Column("sample_rows", sa.Integer, nullable=False),
    sa.Column("kept", sa.Boolean, nullable=False),
    sa.Column("warnings", sa.JSON, nullable=False),
)

#: One activity as one file tells it (same_run.py); ``resembling`` names the group of those that are one run.
sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "content_sha256",
        sa.ForeignKey("recordings.content_sha256", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("clock_shift_s", sa.Float, nullable=False),
    sa.Column("run_id", sa.String(80), nullable=False, index=True),
    sa.Column("resembling", sa.String(80), nullable=False, index=True),
    sa.Column("shown", sa.Boolean, nullable=False),
    sa.Column("started_at", Instant, nullable=False, index=True),
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
)

#: One row per thing told, never changed; a correction is a row of its own that names the first one.
diary = sa.Table(
    "diary",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("side", sa.String(8)),
    sa.Column("run_id", sa.String(80), index=True),
    sa.Column("session_id", sa.String(80)),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("tests", sa.JSON, nullable=False),
    sa.Column("corrects", sa.ForeignKey("diary.id")),
)

#: One row per check, never changed: what was answered, what was said, and by which program and pack.
checks = sa.Table(
    "checks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("code_version", sa.String(32), nullable=False),
    sa.Column("knowledge_version", sa.String(32), nullable=False),
    sa.Column("input_sha256", SHA256, nullable=False),
)

#: One row at most: the check that was stopped before its end.
unfinished_check = sa.Table(
    "unfinished_check",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("code_version", sa.String(32), nullable=False),
    sa.Column("knowledge_version", sa.String(32), nullable=False),
)

#: One row per rule that a clinician looked at, as the runner states it.
visits = sa.Table(
    "visits",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("rule", sa.String(32), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("cleared", sa.Boolean, nullable=False),
)

#: One row per score of a questionnaire, never changed.
scores = sa.Table(
    "scores",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("instrument", sa.String(32), nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("code_version", sa.String(32), nullable=False),
    sa.Column("knowledge_version", sa.String(32), nullable=False),
)

#: One row per time that a lesson was read.
lessons_read = sa.Table(
    "lessons_read",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("lesson", sa.String(32), nullable=False),
    sa.Column("knowledge_version", sa.String(32), nullable=False),
)

shoes = sa.Table(
    "shoes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("since", sa.Date),
    sa.Column("before_m", sa.Float, nullable=False),
    sa.Column("note", sa.String),
    sa.Column("retired_on", sa.Date),
)

#: What the runner states about which shoe ran what: one run, or all from a day on. A later row wins.
shoe_use = sa.Table(
    "shoe_use",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("shoe_id", sa.ForeignKey("shoes.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("run_id", sa.String(80)),
    sa.Column("from_day", sa.Date),
)

#: One row per setting that was set; the pack knows the others.
settings = sa.Table(
    "settings",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("value", sa.JSON, nullable=False),
)

#: One row per answer to "may I run today", never changed; the same facts on the same day give no second row.
decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("level", sa.Integer),
    sa.Column("seen", sa.JSON, nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("code_version", sa.String(32), nullable=False),
    sa.Column("knowledge_version", sa.String(32), nullable=False),
    sa.Column("input_sha256", SHA256, nullable=False),
)

#: One row per version of the plan; it is never changed, apart from the yes of the runner.
plans = sa.Table(
    "plans",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("phase", sa.String(8)),
    sa.Column("seen", sa.JSON, nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("code_version", sa.String(32), nullable=False),
    sa.Column("knowledge_version", sa.String(32), nullable=False),
    sa.Column("input_sha256", SHA256, nullable=False),
    sa.Column("accepted_at", Instant),
)

#: One row per time that the runner chose otherwise.
overrides = sa.Table(
    "overrides",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("decision_id", sa.ForeignKey("decisions.id"), nullable=False, index=True),
    sa.Column("chose", sa.String(8), nullable=False),
    sa.Column("why", sa.String, nullable=False),
)

#: Alembic's own table, kept apart: it is not part of what Alembic compares.
schema_version = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

_ACTIVITY = tuple(field.name for field in fields(Activity))
_VISIT = tuple(field.name for field in fields(VisitRecord))
_UNFINISHED = tuple(field.name for field in fields(UnfinishedCheck))
_SIGHTING = sa.select(sightings, recordings.c.format, recordings.c.kept).join_from(sightings, recordings)
_RUN = sa.select(
    sightings, recordings.c.import_id, recordings.c.original_sha256, recordings.c.format, recordings.c.file,
    recordings.c.gzipped, recordings.c.sample_rows,
).join_from(sightings, recordings)  # fmt: skip


def activity_values(activity: Activity) -> dict[str, Any]:
    """Return the columns of ``sightings`` that hold the activity itself."""
    values = {name: getattr(activity, name) for name in _ACTIVITY}
    values["laps"] = [asdict(lap) for lap in activity.laps]
    values["pauses"] = [asdict(pause) for pause in activity.pauses]
    values["channels"] = list(activity.channels)
    values["decisions"] = dict(activity.decisions)
    return values


def activity_of(row: RowMapping) -> Activity:
    """Return the activity that a row of ``sightings`` holds."""
    values = {name: row[name] for name in _ACTIVITY}
    values["laps"] = tuple(Lap(**lap) for lap in row["laps"])
    values["pauses"] = tuple(Pause(**pause) for pause in row["pauses"])
    values["channels"] = tuple(row["channels"])
    return Activity(**values)


def stored_run(row: RowMapping) -> StoredRun:
    """Return the run that a row of :func:`shown_rows` holds."""
    return StoredRun(
        id=row["run_id"],
        import_id=str(row["import_id"]),
        original_sha256=row["original_sha256"],
        format=row["format"],
        activity=activity_of(row),
    )


def shown_rows(connection: Connection, *, since: datetime | None = None) -> Sequence[RowMapping]:
    """Return what is shown, oldest first: sightings with what their recording adds."""
    query = _RUN.where(sightings.c.shown).order_by(sightings.c.started_at, sightings.c.run_id)
    if since is not None:
        query = query.where(sightings.c.started_at >= since)
    return connection.execute(query).mappings().all()


def samples_rows(connection: Connection) -> Sequence[RowMapping]:
    """Return of what is shown just what it takes to find its samples."""
    query = sa.select(
        sightings.c.run_id, sightings.c.number, sightings.c.clock_shift_s, recordings.c.original_sha256,
        recordings.c.sample_rows,
    ).join_from(sightings, recordings)  # fmt: skip
    return connection.execute(query.where(sightings.c.shown)).mappings().all()


def rows_of_run(connection: Connection, id_or_prefix: str) -> Sequence[RowMapping]:
    """Return the shown rows whose run id is, or else begins with, the given one."""
    query = _RUN.where(sightings.c.shown)
    exact = connection.execute(query.where(sightings.c.run_id == id_or_prefix)).mappings().all()
    if exact or not id_or_prefix:
        return exact
    begins = sightings.c.run_id.startswith(id_or_prefix, autoescape=True)
    return connection.execute(query.where(begins).order_by(sightings.c.run_id)).mappings().all()


def sightings_near(connection: Connection, instants: Iterable[datetime]) -> list[Sighting]:
    """Return all that may resemble a sighting at one of the instants, with all that those resemble."""
    near = [sightings.c.started_at.between(instant - START, instant + START) for instant in instants]
    groups = sa.select(sightings.c.resembling).where(sa.or_(*near))
    rows = connection.execute(_SIGHTING.where(sightings.c.resembling.in_(groups))).mappings()
    return [_sighting(row) for row in rows]


def groups_touched_by(connection: Connection, import_id: int) -> list[list[Sighting]]:
    """Return what resembles the sightings of an import, group by group, without the import's own."""
    groups = (
        sa.select(sightings.c.resembling)
        .join_from(sightings, recordings)
        .where(recordings.c.import_id == import_id)
    )
    others = _SIGHTING.where(sightings.c.resembling.in_(groups), recordings.c.import_id != import_id)
    rows = connection.execute(others.order_by(sightings.c.resembling)).mappings().all()
    return [
        [_sighting(row) for row in group] for _, group in groupby(rows, key=lambda row: row["resembling"])
    ]


def _sighting(row: RowMapping) -> Sighting:
    return Sighting(
        row=row["id"],
        recording=row["content_sha256"],
        number=row["number"],
        format=row["format"],
        kept=row["kept"],
        started_at=row["started_at"],
        elapsed_s=row["elapsed_s"],
        timer_s=row["timer_s"],
        distance_m=row["distance_m"],
        sport=row["sport"],
        channel_count=len(row["channels"]),
        sample_count=row["sample_count"],
        run_id=row["run_id"],
    )


def put_places(connection: Connection, before: Sequence[Sighting], places: Mapping[int, Place]) -> None:
    """Write the new places of sightings that are in the table; diary and shoes follow a run whose id went."""
    ids_left = {place.run_id for place in places.values()}
    for sighting in before:
        place = places[sighting.row]
        values = {"run_id": place.run_id, "resembling": place.group, "shown": place.shown}
        connection.execute(sightings.update().where(sightings.c.id == sighting.row).values(values))
        if sighting.run_id not in ids_left:
            for told in (diary, shoe_use):
                follow = told.update().where(told.c.run_id == sighting.run_id)
                connection.execute(follow.values(run_id=place.run_id))


def run_id_maker(connection: Connection) -> Callable[[Sighting, set[str]], str]:
    """Return a maker of ids such as ``20260503-0612-3f9a``: the UTC minute of the start, the content's hash.

    As much of the hash is taken as no other run has.
    """

    def new_id(sighting: Sighting, claimed: set[str]) -> str:
        digest = hashlib.sha256(f"{sighting.recording}:{sighting.number}".encode()).hexdigest()
        minute = f"{sighting.started_at.astimezone(UTC):%Y%m%d-%H%M}"
        ids = (f"{minute}-{digest[:length]}" for length in range(4, 65))
        return next(each for each in ids if each not in claimed and _is_free(connection, each))

    return new_id


def _is_free(connection: Connection, run_id: str) -> bool:
    return (
        connection.execute(sa.select(sightings.c.id).where(sightings.c.run_id == run_id).limit(1)).first()
        is None
    )


def known_run(connection: Connection, *, original_sha256: str) -> str | None:
    """Return the run that a file of these very bytes tells of, if it was imported or was a duplicate."""
    earlier_duplicate = sa.select(import_files.c.content_sha256).where(
        import_files.c.original_sha256 == original_sha256, import_files.c.outcome == "duplicate"
    )
    query = (
        sa.select(sightings.c.run_id)
        .join_from(sightings, recordings)
        .where(
            sa.or_(
                recordings.c.original_sha256 == original_sha256,
                recordings.c.content_sha256.in_(earlier_duplicate),
            )
        )
        .order_by(sightings.c.number)
        .limit(1)
    )
    return connection.execute(query).scalar()


def put_check(connection: Connection, check: NewCheck) -> StoredCheck:
    """Write one check; return it with its number."""
    values = {field.name: getattr(check, field.name) for field in fields(NewCheck)}
    added = checks.insert().values(values).returning(checks.c.id)
    return StoredCheck(id=connection.execute(added).scalar_one(), **values)


def all_checks(connection: Connection) -> list[StoredCheck]:
    """Return all checks, oldest first."""
    rows = connection.execute(sa.select(checks).order_by(checks.c.id)).mappings()
    return [StoredCheck(**row) for row in rows]


def put_unfinished(connection: Connection, check: UnfinishedCheck | None) -> None:
    """Write the check that was stopped in place of the one before; None takes it away."""
    connection.execute(unfinished_check.delete())
    if check is not None:
        connection.execute(unfinished_check.insert().values(id=1, **asdict(check)))


def unfinished(connection: Connection) -> UnfinishedCheck | None:
    """Return the check that was stopped; None when there is none."""
    row = connection.execute(sa.select(unfinished_check)).mappings().one_or_none()
    return None if row is None else UnfinishedCheck(**{name: row[name] for name in _UNFINISHED})


def put_visits(connection: Connection, records: Iterable[VisitRecord]) -> None:
    """Write what the runner states about visits to a clinician."""
    for record in records:
        connection.execute(visits.insert().values(asdict(record)))


def all_visits(connection: Connection) -> list[VisitRecord]:
    """Return all visits in the order in which they were entered."""
    rows = connection.execute(sa.select(visits).order_by(visits.c.id)).mappings()
    return [VisitRecord(**{name: row[name] for name in _VISIT}) for row in rows]


def about(connection: Connection) -> tuple[bool, date | None]:
    """Return whether the store is simulated, and the day at which it stands still."""
    row = connection.execute(sa.select(store.c.simulated, store.c.story_day)).one()
    return row.simulated, row.story_day
