"""FIT bytes to columns of raw values, exactly as stored, keyed by message and field number.

Nothing is scaled, renamed or judged here. Columns are built when asked for, so a message that nobody reads
costs no more than being walked over.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Floats, ReadWarning
from goodknee.errors import ReadError
from goodknee.formats.fit_profile import (
    BASE_TYPES,
    DEVELOPER_DATA_ID,
    FIELD_DESCRIPTION,
    MESSAGES,
    TIMESTAMP,
    BaseType,
)
from goodknee.readers.fit.column import (
    Column,
    DeveloperField,
    Value,
    column_of,
    developer_field,
    named_values,
)
from goodknee.readers.fit.walk import HEAD, Layout, Place, Walked, walk

#: No table grows past this many bytes per byte of the file (plus a floor for small files).
_GROWTH: Final = 64
_GROWTH_FLOOR: Final = 1 << 24
#: More rows than this of a message that is read row by row is no recording.
_MOST_MESSAGES: Final = 20_000


def decode(data: bytes, *, file: str = "FIT data") -> FitFile:
    """Decode a FIT file of one or several chained blocks; checksums are checked.

    Args:
        data: The whole file.
        file: Its name, for errors.

    Returns:
        The tables, with a warning for everything that was not as it should be.

    Raises:
        ReadError: The bytes are empty, not FIT, or hold no message.
    """
    return FitFile(data, file, walk(data, file=file))


@dataclass(frozen=True, slots=True)
class _Part:
    """The messages of one layout: their rows and where these stand in the table."""

    place: Place
    rows: NDArray[Any]
    offsets: NDArray[np.int64]
    at: NDArray[np.intp] | None  # None: this part is the whole table

    def column(self, number: int) -> Column | None:
        stored = self.place.layout.fields.get(number)
        if stored is None:
            return None
        return column_of(self.rows[stored.column], stored.base)

    def developer_column(self, index: int, number: int, base: BaseType) -> Column | None:
        entry = self.place.layout.developer.get((index, number))
        if entry is None:
            return None
        name, size = entry
        octets = np.ascontiguousarray(self.rows[name])
        if base.name == "string":
            return column_of(octets.view(f"S{size}")[:, 0], base)
        if size % base.size:
            return column_of(octets, BASE_TYPES["byte"])
        values = octets.view((">" if self.place.layout.big_endian else "<") + base.dtype)
        return column_of(values[:, 0] if size == base.size else values, base)


class Table:
    """All messages of one number, in file order."""

    def __init__(self, fit: FitFile, message: int) -> None:
        self._fit = fit
        self.message = message
        self._parts = _parts(fit.data, fit.walked.places.get(message, ()))
        self.offsets = _in_file_order(self._parts)

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def numbers(self) -> frozenset[int]:
        """Field numbers that at least one message has."""
        return frozenset().union(*(part.place.layout.fields for part in self._parts))

    @cached_property
    def blocks(self) -> NDArray[np.intp]:
        """Which chained block each message is in, shape (n,)."""
        return np.searchsorted(self._fit.walked.blocks, self.offsets, side="right") - 1

    def column(self, number: int) -> Column | None:
        """Return a field's column; None when no message has the field.

        Timestamps of messages with a compressed-timestamp header are filled in.
        """
        column = self._merged([(part, part.column(number)) for part in self._parts])
        if number == TIMESTAMP:
            packed = self._packed()
            if packed is not None:
                return self._fit.clock.fill(column, packed, self.offsets)
        return column

    def floats(self, number: int) -> Floats | None:
        """Return a field that the profile names as scaled values, shape (n,) or (n, k), NaN where missing."""
        column = self.column(number)
        return None if column is None else column.floats(MESSAGES[self.message].fields[number])

    @property
    def developer_fields(self) -> tuple[DeveloperField, ...]:
        """The described developer fields that at least one message has, one per key."""
        found = {key: field for described in self._described for key, (_, field) in described.items()}
        return tuple(found.values())

    @property
    def undescribed(self) -> int:
        """How many developer fields are in a definition and no ``field_description`` explains them."""
        return len(
            {
                pair
                for part in self._parts
                for pair in part.place.layout.developer
                if self._fit.description(part.place.block, *pair, int(part.offsets[0])) is None
            }
        )

    def developer_column(self, key: tuple[str, int]) -> Column | None:
        """Return the column of a developer field, by (application id, field number)."""
        columns: list[tuple[_Part, Column | None]] = []
        for part, described in zip(self._parts, self._described, strict=True):
            own = described.get(key)
            columns.append((part, own and part.developer_column(own[0], key[1], own[1].base)))
        return self._merged(columns)

    @cached_property
    def _described(self) -> list[dict[tuple[str, int], tuple[int, DeveloperField]]]:
        """Developer data index and description of each part's developer fields, by key."""
        return [
            {
                field.key: (index, field)
                for index, number in part.place.layout.developer
                if (field := self._fit.description(part.place.block, index, number, int(part.offsets[0])))
            }
            for part in self._parts
        ]

    def _merged(self, parts: list[tuple[_Part, Column | None]]) -> Column | None:
        columns = [column for _, column in parts if column is not None]
        if not columns:
            return None
        if len(self._parts) == 1:
            return columns[0]
        numeric = [column for column in columns if column.raw.dtype.kind != "S"]
        columns = numeric or columns
        dtype = np.result_type(*(column.raw.dtype for column in columns))
        width = max((column.raw.shape[1] for column in columns if column.raw.ndim == 2), default=0)
        shape = (len(self), width) if width else (len(self),)
        self._fit.allow(dtype.itemsize * len(self) * max(width, 1))
        raw, missing = np.zeros(shape, dtype), np.ones(shape, dtype=np.bool_)
        kept = {id(column) for column in columns}
        for part, column in parts:
            if column is None or id(column) not in kept:
                continue
            rows: Any = part.at
            if width:
                rows = (part.at, slice(0, column.raw.shape[1])) if column.raw.ndim == 2 else (part.at, 0)
            with np.errstate(invalid="ignore"):
                raw[rows] = column.raw
            missing[rows] = column.missing
        return Column(raw, missing)

    def _packed(self) -> NDArray[np.bool_] | None:
        """Return which messages have a compressed-timestamp header, None when none has."""
        heads = [part.rows[HEAD] >= 0x80 for part in self._parts]
        if not any(part.any() for part in heads):
            return None
        packed = np.zeros(len(self), dtype=np.bool_)
        for part, own in zip(self._parts, heads, strict=True):
            packed[slice(None) if part.at is None else part.at] = own
        return packed

    def messages(self) -> list[dict[str, Value]]:
        """Return the named, scaled fields of each message, missing ones left out; for short tables."""
        fields = MESSAGES[self.message].fields
        rows: list[dict[str, Value]] = [{} for _ in range(min(len(self), _MOST_MESSAGES))]
        for part in self._parts:
            stored = part.place.layout.fields
            # A row's tuple begins with the header byte; fields follow in the order of the definition.
            wanted = [(at, stored[n].base, fields[n]) for at, n in enumerate(stored, start=1) if n in fields]
            places = range(len(part.rows)) if part.at is None else part.at.tolist()
            for place, values in zip(places, part.rows[: len(rows)].tolist(), strict=False):
                if place < len(rows):
                    rows[place] = named_values(values, wanted)
        return rows


def _parts(data: bytes, places: list[Place] | tuple[()]) -> list[_Part]:
    used = [place for place in places if place.starts]
    offsets = [place.offsets() for place in used]
    rows = [_rows(data, place, own) for place, own in zip(used, offsets, strict=True)]
    if len(used) < 2:
        return [_Part(used[0], rows[0], offsets[0], None)] if used else []
    order = np.argsort(np.concatenate(offsets), kind="stable")
    at = np.empty(len(order), dtype=np.intp)
    at[order] = np.arange(len(order))
    ends = np.cumsum([len(own) for own in offsets])[:-1]
    return [
        _Part(place, own_rows, own, own_at)
        for place, own_rows, own, own_at in zip(used, rows, offsets, np.split(at, ends), strict=True)
    ]


def _in_file_order(parts: list[_Part]) -> NDArray[np.int64]:
    if not parts:
        return np.empty(0, dtype=np.int64)
    if parts[0].at is None:
        return parts[0].offsets
    offsets = np.empty(sum(len(part.rows) for part in parts), dtype=np.int64)
    for part in parts:
        offsets[part.at] = part.offsets
    return offsets


def _rows(data: bytes, place: Place, offsets: NDArray[np.int64]) -> NDArray[Any]:
    """Return the messages at these offsets as a structured array; one unbroken run needs no copy."""
    layout: Layout = place.layout
    if len(place.starts) == 1:
        return np.frombuffer(data, layout.dtype, count=len(offsets), offset=place.starts[0])
    every = np.ndarray((len(data) - layout.size + 1,), f"V{layout.size}", data, strides=(1,))
    return every[offsets].view(layout.dtype)


class FitFile:
    """A decoded FIT file: its tables by message number, its blocks, and what was wrong."""

    def __init__(self, data: bytes, file: str, walked: Walked) -> None:
        self.data = data
        self.file = file
        self.walked = walked
        self._tables: dict[int, Table] = {}
        self._room = _GROWTH * len(data) + _GROWTH_FLOOR

    @property
    def warnings(self) -> tuple[ReadWarning, ...]:
        """What was not as it should be, in file order."""
        return tuple(self.walked.warnings)

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of the messages that are there."""
        return frozenset(n for n, places in self.walked.places.items() if any(p.starts for p in places))

    def table(self, message: int) -> Table:
        """Return all messages of a number; empty when there is none."""
        if message not in self._tables:
            self._tables[message] = Table(self, message)
        return self._tables[message]

    def allow(self, size: int) -> None:
        """Refuse to grow far beyond the file: many definitions over few bytes could ask for any memory."""
        if size > self._room:
            raise ReadError(
                "This FIT file describes far more data than it holds.",
                where=f"{self.file}, its definitions",
                next_step="Export it again from the watch or app; this copy is damaged.",
            )

    @cached_property
    def clock(self) -> _Clock:
        """The running clock that compressed-timestamp headers count on."""
        return _Clock.of(self)

    def description(self, block: int, index: int, number: int, at_byte: int) -> DeveloperField | None:
        """Return the description in force at a byte: the last one before it, else the first after it."""
        found = self._descriptions.get((block, index, number))
        if found is None:
            return None
        before = bisect_left(found, at_byte, key=itemgetter(0))
        return found[max(before - 1, 0)][1]

    @cached_property
    def _descriptions(self) -> dict[tuple[int, int, int], list[tuple[int, DeveloperField]]]:
        applications = self._applications()
        found: dict[tuple[int, int, int], list[tuple[int, DeveloperField]]] = {}
        table = self.table(FIELD_DESCRIPTION)
        blocks, offsets = table.blocks.tolist(), table.offsets.tolist()
        for message, block, at in zip(table.messages(), blocks, offsets, strict=False):
            described = developer_field(message, applications.get(block, {}))
            if described is not None:
                index, field = described
                found.setdefault((block, index, field.number), []).append((at, field))
        return found

    def _applications(self) -> dict[int, dict[int, str]]:
        table = self.table(DEVELOPER_DATA_ID)
        found: dict[int, dict[int, str]] = {}
        for message, block in zip(table.messages(), table.blocks.tolist(), strict=False):
            index, application = message.get("developer_data_index"), message.get("application_id")
            if isinstance(index, int) and isinstance(application, bytes):
                found.setdefault(block, {})[index] = application.hex()
        return found


@dataclass(frozen=True, slots=True)
class _Clock:
    """Full and five-bit timestamps of all messages, in file order, made into full ones."""

    offsets: NDArray[np.int64]
    stamps: NDArray[np.int64]

    @classmethod
    def of(cls, fit: FitFile) -> _Clock:
        """Collect every timestamp of the file; a block without a full one counts from 0."""
        offsets = [np.array(fit.walked.blocks, dtype=np.int64)]
        stamps = [np.zeros(len(offsets[0]), dtype=np.int64)]
        packed = [np.zeros(len(offsets[0]), dtype=np.bool_)]
        for places in fit.walked.places.values():
            for part in _parts(fit.data, places):
                full = part.column(TIMESTAMP)
                five_bit = part.rows[HEAD] >= 0x80
                stamp = (part.rows[HEAD] & 31).astype(np.int64)
                if full is not None and full.raw.ndim == 1 and full.raw.dtype.kind in "iu":
                    five_bit = five_bit & full.missing
                    stamp = np.where(full.missing, stamp, full.raw.astype(np.int64))
                    use = five_bit | ~full.missing
                else:
                    use = five_bit
                offsets.append(part.offsets[use])
                stamps.append(stamp[use])
                packed.append(five_bit[use])
        at = np.concatenate(offsets)
        order = np.argsort(at, kind="stable")
        return cls(at[order], unrolled(np.concatenate(stamps)[order], np.concatenate(packed)[order], 32))

    def fill(self, column: Column | None, packed: NDArray[np.bool_], offsets: NDArray[np.int64]) -> Column:
        """Return the timestamp column with the packed ones filled in where none is stored."""
        if column is None or column.raw.ndim != 1 or column.raw.dtype.kind not in "iu":
            column = Column(np.zeros(len(offsets)), np.ones(len(offsets), dtype=np.bool_))
        raw, missing = column.raw.astype(np.int64), column.missing.copy()
        fill = packed & missing
        raw[fill] = self.stamps[np.searchsorted(self.offsets, offsets[fill])]
        missing[fill] = False
        return Column(raw, missing)


def unrolled(stamps: NDArray[np.int64], packed: NDArray[np.bool_], modulus: int) -> NDArray[np.int64]:
    """Add up numbers of which only the low bits are stored, from the last full one on.

    Args:
        stamps: shape (n,); full numbers, and low bits where ``packed``. The first must be full.
        packed: shape (n,).
        modulus: Where the low bits roll over.
    """
    steps = np.where(packed, (stamps - np.roll(stamps, 1)) % modulus, 0)
    total = np.cumsum(steps)
    last_full = np.maximum.accumulate(np.where(packed, 0, np.arange(len(stamps))))
    full: NDArray[np.int64] = stamps[last_full] + total - total[last_full]
    return full
