"""Taking an import back, and removing the files that no row names any more."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from goodknee.errors import AnswerError, StoreError
from goodknee.stores import originals, records, samples
from goodknee.stores.database import writing
from goodknee.stores.importing import Undone
from goodknee.stores.same_run import Sighting, settle, winners
from goodknee.stores.trouble import told_plainly, whole_rows

#: Names that GoodKnee gives to files in its own folders: drafts, and whole ones under a sha256.
_OURS = re.compile(rf"{re.escape(originals.DRAFT_PREFIX)}|[0-9a-f]{{64}}\.")


def undo(engine: Engine, folder: Path, import_id: str) -> Undone:
    """Take one import back: its recordings, runs, samples and originals; revive what they had set aside.

    Raises:
        AnswerError: There is no such import, or it was taken back before.
        StoreError: The store cannot be written to; nothing was changed.
    """
    with told_plainly(folder), writing(engine) as connection:
        number = _check_undo(connection, import_id)
        shown_before = _shown(connection)
        again = _content_duplicates(connection, number)
        with whole_rows(folder):
            groups = records.groups_touched_by(connection, number)
        connection.execute(records.recordings.delete().where(records.recordings.c.import_id == number))
        for left in groups:
            again += _settle_what_is_left(connection, left)
        imports = records.imports.update().where(records.imports.c.id == number)
        connection.execute(imports.values(state="undone"))
        connection.execute(records.store.update().values(untidy=True))
        shown_after = _shown(connection)
    # The undo is done; files that cannot be removed now are swept by the next import.
    with suppress(StoreError):
        sweep(engine, folder)
    return Undone(
        import_id=import_id,
        removed=tuple(sorted(shown_before.keys() - shown_after.keys())),
        revived=tuple(sorted(run for run, file in shown_after.items() if shown_before.get(run) != file)),
        import_again=tuple(sorted(set(again))),
    )


def sweep(engine: Engine, folder: Path) -> None:
    """Remove files that no row names; only whoever holds the store's lock may.

    Raises:
        StoreError: One cannot be removed; another try may follow.
    """
    with told_plainly(folder):
        with engine.connect() as connection:
            kept = connection.execute(
                sa.select(records.recordings).where(records.recordings.c.kept)
            ).mappings()
            named = {
                path
                for row in kept
                for path in (
                    samples.path_of(folder, row["original_sha256"]),
                    originals.path_of(folder, row["original_sha256"], row["format"]),
                )
            }
        for room in (folder / samples.FOLDER, folder / originals.FOLDER):
            for path in room.iterdir() if room.is_dir() else ():
                if path not in named and _OURS.match(path.name):
                    path.unlink()
        with writing(engine) as connection:
            connection.execute(records.store.update().values(untidy=False))


def _check_undo(connection: Connection, import_id: str) -> int:
    imports = records.imports
    state = None
    if import_id.isdecimal() and len(import_id) < 19:
        state = connection.execute(sa.select(imports.c.state).where(imports.c.id == int(import_id))).scalar()
    if state is None or state == "undone":
        raise AnswerError(
            "There is no such import." if state is None else "This import was taken back before.",
            where=f"import {import_id}",
            next_step="See `goodknee import --list` for the imports.",
        )
    return int(import_id)


def _shown(connection: Connection) -> dict[str, str]:
    table = records.sightings
    rows = connection.execute(sa.select(table.c.run_id, table.c.content_sha256).where(table.c.shown))
    return {row.run_id: row.content_sha256 for row in rows}


def _content_duplicates(connection: Connection, import_id: int) -> list[str]:
    """Files of later imports that were set aside because the import holds the same content."""
    files = records.import_files
    contents = sa.select(records.recordings.c.content_sha256).where(
        records.recordings.c.import_id == import_id
    )
    query = (
        sa.select(files.c.file)
        .join_from(files, records.imports)
        .where(files.c.content_sha256.in_(contents), files.c.outcome == "duplicate")
        .where(files.c.import_id > import_id, records.imports.c.state != "undone")
    )
    return list(connection.execute(query).scalars())


def _settle_what_is_left(connection: Connection, left: list[Sighting]) -> list[str]:
    """Place the rest of a group; return files that would be shown now but were not kept."""
    again: list[str] = []
    table = records.recordings
    while missing := {sighting.recording for sighting in winners(left) if not sighting.kept}:
        lost = table.c.content_sha256.in_(missing)
        again += connection.execute(sa.select(table.c.file).where(lost)).scalars()
        connection.execute(table.delete().where(lost))
        left = [sighting for sighting in left if sighting.recording not in missing]
    records.put_places(connection, left, settle(left, new_id=records.run_id_maker(connection)))
    return again
