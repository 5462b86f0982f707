"""One import into a store: each file wholly in or not at all, whenever it is killed.

The bytes and samples of a file lie on the disk in their places before the transaction that names them ends.
What a killed import leaves behind is named by no row and is swept by the next one that writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from goodknee.core.model import Activity
from goodknee.stores import originals, records, samples
from goodknee.stores.database import writing
from goodknee.stores.incoming import Aside, Incoming
from goodknee.stores.originals import sync_folder
from goodknee.stores.same_run import Sighting, settle
from goodknee.stores.trouble import told_plainly, whole_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImport:
    """One import and how many files met which end; "unfinished" when it was stopped or killed."""

    id: str
    started_at: datetime
    state: Literal["unfinished", "finished", "undone"]
    imported: int
    duplicates: int
    skipped: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of one incoming file.

    Attributes:
        run_ids: Runs that this file now stands for.
        duplicate_of: The run it tells of, when a richer file of it, or the same content, is here already.
    """

    run_ids: tuple[str, ...] = ()
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsFor:
    """The runs that a file stands for now; ``instead``: a run in it that another file stands for."""

    run_ids: tuple[str, ...]
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What taking an import back did.

    Attributes:
        removed: Runs that are gone.
        revived: Runs that are shown again as an earlier, poorer file tells them.
        import_again: Files of other imports that were set aside as duplicates of what is gone now.
    """

    import_id: str
    removed: tuple[str, ...]
    revived: tuple[str, ...]
    import_again: tuple[str, ...]


class ImportSession:
    """An import under way; made by ``Store.start_import``."""

    def __init__(self, engine: Engine, folder: Path, import_id: int) -> None:
        self._engine = engine
        self._import_id = import_id
        self.folder = folder

    @property
    def id(self) -> str:
        """The import's id, as ``import --undo`` takes it."""
        return str(self._import_id)

    def known(self, original_sha256: str) -> str | None:
        """Return the run that a file of these very bytes tells of, if they were here before."""
        with told_plainly(self.folder), self._engine.connect() as connection:
            return records.known_run(connection, original_sha256=original_sha256)

    def take_in(self, arrived: Sequence[Incoming | Aside]) -> list[TakenIn]:
        """Take these files in, all in one transaction.

        Raises:
            StoreError: The disk is full or may not be written to; none of these files is in.
        """
        with told_plainly(self.folder):
            try:
                with writing(self._engine) as connection:
                    taken = [self._take_in(connection, each) for each in arrived]
                    sync_folder(self.folder / samples.FOLDER)
                    sync_folder(self.folder / originals.FOLDER)
            finally:
                _drop_drafts(arrived)
        return taken

    def stands_for(self) -> dict[str, StandsFor]:
        """Return, by the sha256 of their contents, what the files taken in by this import stand for now."""
        table = records.sightings
        query = (
            sa.select(table.c.content_sha256, table.c.run_id, table.c.shown)
            .join_from(table, records.recordings)
            .where(records.recordings.c.import_id == self._import_id)
            .order_by(table.c.content_sha256, table.c.number)
        )
        with told_plainly(self.folder), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        by_file = groupby(rows, key=lambda row: row.content_sha256)
        return {
            content: _stands_for([(row.run_id, row.shown) for row in group]) for content, group in by_file
        }

    def finish(self) -> None:
        """Say that every file of the import was dealt with."""
        with told_plainly(self.folder), writing(self._engine) as connection:
            done = records.imports.update().where(records.imports.c.id == self._import_id)
            connection.execute(done.values(state="finished"))
            connection.execute(records.store.update().values(untidy=False))

    def _take_in(self, connection: Connection, file: Incoming | Aside) -> TakenIn:
        if isinstance(file, Aside):
            return self._note_aside(connection, file)
        taken = self._place(connection, file)
        outcome = "imported" if taken.run_ids else "duplicate"
        self._note(connection, file.file, outcome, file.original_sha256, file.content_sha256)
        return taken

    def _note_aside(self, connection: Connection, file: Aside) -> TakenIn:
        run_id = content = None
        if file.outcome == "duplicate" and file.original_sha256:
            run_id = records.known_run(connection, original_sha256=file.original_sha256)
            content = _content_of(connection, file.original_sha256)
        self._note(connection, file.file, file.outcome, file.original_sha256, content, file.what)
        return TakenIn(duplicate_of=run_id)

    def _place(self, connection: Connection, file: Incoming) -> TakenIn:
        same_content = sa.select(records.sightings.c.run_id).where(
            records.sightings.c.content_sha256 == file.content_sha256
        )
        already = connection.execute(same_content.order_by(records.sightings.c.number).limit(1)).scalar()
        if already is not None:
            return TakenIn(duplicate_of=already)
        dated = [(number, each) for number, each in enumerate(file.activities) if each.started_at is not None]
        last_row = connection.execute(sa.select(sa.func.max(records.sightings.c.id))).scalar() or 0
        new = [_sighting(file, number, each, last_row + 1 + number) for number, each in dated]
        with whole_rows(self.folder):
            before = records.sightings_near(connection, [sighting.started_at for sighting in new])
        places = settle([*before, *new], new_id=records.run_id_maker(connection))
        mine = [places[sighting.row] for sighting in new]
        kept = any(place.shown for place in mine)
        self._insert_recording(connection, file, kept=kept)
        records.put_places(connection, before, places)
        for (number, activity), sighting in zip(dated, new, strict=True):
            place = places[sighting.row]
            values = records.activity_values(activity) | {
                "id": sighting.row,
                "content_sha256": file.content_sha256,
                "number": number,
                "clock_shift_s": _clock_shift_s(file.activities, number),
                "run_id": place.run_id,
                "resembling": place.group,
                "shown": place.shown,
            }
            connection.execute(records.sightings.insert().values(values))
        if not kept:
            return TakenIn(duplicate_of=mine[0].run_id)
        _move_into_place(self.folder, file)
        return TakenIn(run_ids=tuple(place.run_id for place in mine if place.shown))

    def _insert_recording(self, connection: Connection, file: Incoming, *, kept: bool) -> None:
        connection.execute(
            records.recordings.insert().values(
                content_sha256=file.content_sha256,
                original_sha256=file.original_sha256,
                import_id=self._import_id,
                file=file.file,
                format=file.format,
                gzipped=file.gzipped,
                sample_rows=file.sample_rows,
                kept=kept,
                warnings=[asdict(warning) for warning in file.warnings],
            )
        )

    def _note(self, connection: Connection, file: str, outcome: str, *facts: str | None) -> None:
        original_sha256, content_sha256, what = (*facts, None)[:3]
        connection.execute(
            records.import_files.insert().values(
                import_id=self._import_id,
                file=file,
                outcome=outcome,
                original_sha256=original_sha256,
                content_sha256=content_sha256,
                what=what,
            )
        )


def _stands_for(places: Sequence[tuple[str, bool]]) -> StandsFor:
    shown = tuple(run_id for run_id, is_shown in places if is_shown)
    return StandsFor(run_ids=shown, instead=places[0][0])


def _sighting(file: Incoming, number: int, activity: Activity, row: int) -> Sighting:
    assert activity.started_at is not None
    return Sighting(
        row=row,
        recording=file.content_sha256,
        number=number,
        format=file.format,
        kept=True,
        started_at=activity.started_at,
        elapsed_s=activity.elapsed_s,
        timer_s=activity.timer_s,
        distance_m=activity.distance_m,
        sport=activity.sport,
        channel_count=len(activity.channels),
        sample_count=activity.sample_count,
    )


def _clock_shift_s(activities: Sequence[Activity], number: int) -> float:
    # A recording's time_s counts from the start of its first activity (core.model.Recording).
    first, this = activities[0].started_at, activities[number].started_at
    return (this - first).total_seconds() if first and this else 0.0


def _move_into_place(folder: Path, file: Incoming) -> None:
    file.samples_draft.replace(samples.path_of(folder, file.original_sha256))
    file.original_draft.replace(originals.path_of(folder, file.original_sha256, file.format))


def _drop_drafts(arrived: Iterable[Incoming | Aside]) -> None:
    for each in arrived:
        if isinstance(each, Incoming):
            each.samples_draft.unlink(missing_ok=True)
            each.original_draft.unlink(missing_ok=True)


def _content_of(connection: Connection, original_sha256: str) -> str | None:
    rows = (records.recordings, records.import_files)
    found = (
        connection.execute(
            sa.select(table.c.content_sha256).where(
                table.c.original_sha256 == original_sha256, table.c.content_sha256.is_not(None)
            )
        ).scalar()
        for table in rows
    )
    return next((content for content in found if content), None)
