"""How a store of an older version becomes one of the newest.

``versions/`` holds one file per version, each one step up from the one before. To add one: change the tables
in ``stores/records.py``, write the step as the next file here, and raise ``SCHEMA_VERSION`` in
``stores/database.py``; a test compares a migrated store with a new one.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Connection

FOLDER = Path(__file__).parent


def run(connection: Connection, folder: Path = FOLDER, *, to: str = "head") -> None:
    """Take every step up, or those up to a version, inside the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Alembic reads options with %-interpolation.
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)
