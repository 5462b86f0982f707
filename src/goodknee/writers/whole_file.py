"""A file put where the person asked for it: wholly there, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from goodknee.errors import StoreError


def write_whole_file(path: Path, data: bytes, *, replace: bool) -> None:
    """Write ``data`` to ``path``; a reader never sees half of it.

    Args:
        replace: A file of this name may be replaced. Otherwise it is left as it is.

    Raises:
        StoreError: The name is taken, or the place cannot be written to.
    """
    if path.exists() and not replace:
        raise StoreError(
            "There is a file of this name already; it was not touched.",
            where=str(path),
            next_step="Choose another name.",
        )
    draft = ""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            draft = file.name
            file.write(data)
        _readable_as_usual(draft)
        Path(draft).replace(path)
    except OSError as error:
        if draft:
            Path(draft).unlink(missing_ok=True)
        raise StoreError(
            f"The file could not be written: {error.strerror or error}.",
            where=str(path),
            next_step="Choose another place.",
        ) from error


def _readable_as_usual(draft: str) -> None:
    # Temporary files are private; a page that was asked for has the rights of any new file.
    mask = os.umask(0)
    os.umask(mask)
    Path(draft).chmod(0o666 & ~mask)
