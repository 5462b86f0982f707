"""Tables of numbers in text files, as motion laboratories export them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from goodknee.core.model import Floats
from goodknee.errors import ReadError

#: Ten minutes of fifty markers at 200 rows a second fill about this.
MAX_BYTES: Final = 256 << 20
#: No length, force or time of a trial is as large; what is, is a sign for "missing" or a slip.
MEASURABLE: Final = 1e9
_EXPORT: Final = "Export the trial once more."


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTable:
    """Columns of one length by name; NaN where a cell is empty.

    Attributes:
        file: Where it is from.
        columns: name → shape (n,).
    """

    file: str
    columns: Mapping[str, Floats]

    def take(self, names: Sequence[str]) -> Floats:
        """Return the columns side by side, shape (n, names).

        Raises:
            ReadError: Some are not there; all of them are named.
        """
        self.require(names)
        return np.stack([self.columns[name] for name in names], axis=-1)

    def require(self, names: Iterable[str]) -> None:
        """Raise a ReadError that names every column that is not there."""
        missing = [name for name in names if name not in self.columns]
        if missing:
            raise ReadError(
                f"Columns are missing: {', '.join(missing)}.",
                where=self.file,
                next_step="Add them to the file. `docs/reference/lab-files.md` lists what a trial needs.",
            )


def text_of(path: Path) -> str:
    """Return the text of a file; what is no text comes through as signs that no table holds.

    Raises:
        ReadError: It cannot be opened, or is larger than any trial.
    """
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise ReadError("This is not an ordinary file.", where=str(path), next_step="Check the path.")
        if state.st_size > MAX_BYTES:
            raise ReadError(
                f"This file is larger than {MAX_BYTES >> 20} MB; no trial is that large.",
                where=str(path),
                next_step="Export a shorter trial.",
            )
        return path.read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError) as error:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise ReadError(
            f"This file cannot be read: {why}.", where=str(path), next_step="Check the path."
        ) from error


def table_of(names: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], *, file: str) -> NumberTable:
    """Return a table.

    Args:
        names: Of the columns; where two are the same, the file is refused.
        rows: Number of the line, and its cells. Cells beyond the last name are ignored when they are empty,
            and cells that the line lacks are empty.
        file: For errors.

    Raises:
        ReadError: A name stands twice, a cell is no number, or a line has more cells than there are names.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ReadError(f"Columns stand twice: {', '.join(twice)}.", where=file, next_step=_EXPORT)
    values: list[list[float]] = []
    for line, cells in rows:
        if any(cell.strip() for cell in cells[len(names) :]):
            raise ReadError(
                f"This line has more values than there are columns ({len(names)}).",
                where=f"{file}, line {line}",
                next_step=_EXPORT,
            )
        row = [_number(cell, file, line) for cell in cells[: len(names)]]
        values.append(row + [np.nan] * (len(names) - len(row)))
    if not values:
        raise ReadError("This file holds no rows.", where=file, next_step=_EXPORT)
    array = np.array(values, dtype=np.float64)
    array[~(np.abs(array) < MEASURABLE)] = np.nan
    return NumberTable(file=file, columns={name: array[:, at] for at, name in enumerate(names)})


def _number(cell: str, file: str, line: int) -> float:
    text = cell.strip()
    if not text:
        return np.nan
    try:
        return float(text)
    except ValueError:
        raise ReadError(
            f"{text[:20]!r} is not a number.", where=f"{file}, line {line}", next_step=_EXPORT
        ) from None
