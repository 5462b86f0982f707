"""Making the database, and bringing an older one up to date."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable
from tests.stores.made_up import a_recording, bring, everything_in

from goodknee.errors import StoreError
from goodknee.stores import database, migrations, records
from goodknee.stores.database import engine_for, writing
from goodknee.stores.store import Store, open_store


def schema_of(path: Path) -> dict[str, set[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        facts = {
            # The first column only counts.
            f"{pragma} {table}": {row[1:] for row in connection.execute(f"PRAGMA {pragma}({table})")}
            for table in tables
            for pragma in ("table_xinfo", "foreign_key_list", "index_list")
        }
        indices = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        return facts | {"indices": set(connection.execute(indices))}


def test_a_new_store_equals_a_migrated_one(store: Store, folder: Path, tmp_path: Path) -> None:
    store.close()
    migrated = tmp_path / "migrated.sqlite"
    engine = engine_for(f"{migrated.as_uri()}?mode=rwc")
    with writing(engine) as connection:
        migrations.run(connection)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), records.metadata) == []
    engine.dispose()
    assert schema_of(migrated) == schema_of(folder / "goodknee.sqlite")


def test_the_newest_migration_is_the_version_of_a_new_store() -> None:
    assert ScriptDirectory(str(migrations.FOLDER)).get_current_head() == database.SCHEMA_VERSION


def test_the_tables_compile_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy ships it untyped
    for table in records.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        assert all(
            "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes
        )


def test_opening_a_store_of_this_version_loads_no_alembic(store: Store, folder: Path) -> None:
    code = (
        f"import sys; from goodknee.stores.store import open_store; open_store({str(folder)!r}, create=True)"
    )
    code += "; print('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def test_a_diary_of_before_keeps_what_was_told(tmp_path: Path) -> None:
    path = tmp_path / "goodknee.sqlite"
    engine = engine_for(f"{path.as_uri()}?mode=rwc")
    with writing(engine) as connection:
        migrations.run(connection, to="0005")
        connection.exec_driver_sql(
            "INSERT INTO diary (id, day, side, pain_worst, pain_now, note, run_id)"
            " VALUES (3, '2026-05-04', 'left', 0, NULL, 'stairs', 'r1')"
        )
        connection.exec_driver_sql("INSERT INTO store VALUES (1, 0, NULL, 0)")
    engine.dispose()
    with open_store(tmp_path) as store:
        (entry,) = store.diary()
    assert (entry.id, entry.side, entry.run_id) == (3, "left", "r1")
    assert entry.answers == {"pain_worst": 0, "note": "stairs"}


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As if GoodKnee had a newer version, whose step up is in the file returned."""
    steps = tmp_path / "steps"
    shutil.copytree(migrations.FOLDER, steps)
    monkeypatch.setattr(migrations.run, "__defaults__", (steps,))
    monkeypatch.setattr(database, "SCHEMA_VERSION", NEXT)
    return steps / "versions" / f"v{NEXT}_shoes.py"


NOW = database.SCHEMA_VERSION
NEXT = f"{int(NOW) + 1:04d}"
STEP = f"""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{NEXT}", "{NOW}"

def upgrade():
    op.add_column("sightings", sa.Column("shoe", sa.String))
    op.execute("UPDATE sightings SET shoe = 'old'")
"""


def test_an_older_store_is_brought_up_to_date_after_a_copy_was_made(
    store: Store, folder: Path, newer: Path
) -> None:
    bring(store, a_recording(), b"x")
    store.close()
    newer.write_text(STEP)
    with open_store(folder) as opened:
        assert len(opened.runs()) == 1
    with closing(sqlite3.connect(folder / "goodknee.sqlite")) as now:
        assert now.execute("SELECT shoe FROM sightings").fetchall() == [("old",)]
        assert now.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEXT,)]
    with closing(sqlite3.connect(folder / f"goodknee.before-{NEXT}.sqlite")) as before:
        assert before.execute("SELECT version_num FROM alembic_version").fetchall() == [(NOW,)]
        assert before.execute("SELECT count(*) FROM sightings").fetchall() == [(1,)]


def test_a_step_up_that_fails_changes_nothing(store: Store, folder: Path, newer: Path) -> None:
    bring(store, a_recording(), b"x")
    store.close()
    before = (folder / "goodknee.sqlite").read_bytes()
    newer.write_text(f"{STEP}    op.execute('SELECT no_such_column FROM sightings')\n")
    with pytest.raises(StoreError, match="no_such_column"):
        open_store(folder)
    assert (folder / "goodknee.sqlite").read_bytes() == before


def test_a_store_of_a_newer_version_is_left_alone(store: Store, folder: Path) -> None:
    store.close()
    engine = engine_for(f"{(folder / 'goodknee.sqlite').as_uri()}?mode=rw")
    with writing(engine) as connection:
        connection.execute(records.schema_version.update().values(version_num="0099"))
    engine.dispose()
    before = everything_in(folder)
    for create in (False, True):
        with pytest.raises(StoreError, match="newer GoodKnee") as error:
            open_store(folder, create=create)
        assert "0099" in error.value.where
        assert "Update GoodKnee" in error.value.next_step
    assert everything_in(folder) == before


def test_what_fails_half_way_is_undone_tables_included(store: Store, folder: Path) -> None:
    engine = engine_for(f"{(folder / 'goodknee.sqlite').as_uri()}?mode=rw")

    def half_way() -> None:
        with writing(engine) as connection:
            connection.execute(records.store.update().values(simulated=True))
            connection.exec_driver_sql("CREATE TABLE half (way INTEGER)")
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(sqlite3.OperationalError):
        half_way()
    assert "half" not in sa.inspect(engine).get_table_names()
    engine.dispose()
    with open_store(folder) as again:
        assert not again.simulated
