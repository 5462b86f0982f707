"""Where each message of a FIT file lies: the walk from definition to data, and what was damaged on the way.

A message's length is fixed by its definition, so the file can only be walked in order. Runs of messages with
the same definition are found exactly, without looking at each: when the byte after a message equals its own
header byte, the next message has the same definition too, and a strided slice shows how far that goes on.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
from fastcrc import crc16
from numpy.typing import NDArray

from goodknee.core.model import ReadWarning
from goodknee.errors import ReadError
from goodknee.formats.fit_profile import (
    BASE_TYPES,
    BASE_TYPES_BY_NUMBER,
    DEVELOPER_DATA_ID,
    FIELD_DESCRIPTION,
    BaseType,
)

#: Name of the header byte in every layout's dtype.
HEAD: Final = "head"

_HEADS: Final = tuple(bytes((head,)) for head in range(256))
_FIRST_LOOK: Final = 64  # messages a run is first looked ahead for; four times as many each time it goes on

# Far beyond any recording; they bound memory and time when the bytes are hostile.
_MOST_BYTES: Final = 64_000_000
_MOST_MESSAGES: Final = 5_000_000
_MOST_BLOCKS: Final = 1000
_MOST_FIELDS_DEFINED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Stored:
    """How one field lies in a message: its name in the dtype, base type and number of values."""

    column: str
    base: BaseType
    count: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A definition message: which message it defines, its size with the header byte, and where fields lie.

    ``dtype`` has one entry per field, developer fields as bytes; ``developer`` is keyed by
    (developer data index, field number) and holds (name in the dtype, size).
    """

    message: int
    size: int
    dtype: np.dtype[Any]
    big_endian: bool
    fields: dict[int, Stored]
    developer: dict[tuple[int, int], tuple[str, int]]


@dataclass(slots=True)
class Place:
    """All messages of one layout: offsets of single messages and of the first of each run."""

    layout: Layout
    block: int
    starts: array[int] = field(default_factory=lambda: array("q"))
    runs: list[tuple[int, int]] = field(default_factory=list)  # (index into starts, messages in the run)

    @property
    def count(self) -> int:
        """Number of messages."""
        return len(self.starts) + sum(count - 1 for _, count in self.runs)

    def offsets(self) -> NDArray[np.int64]:
        """Return the offset of every message, shape (n,), ascending."""
        starts = np.frombuffer(self.starts, dtype=np.int64)
        if not self.runs:
            return starts
        counts = np.ones(len(starts), dtype=np.int64)
        runs = np.array(self.runs, dtype=np.int64)
        counts[runs[:, 0]] = runs[:, 1]
        ends = counts.cumsum()
        within = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
        offsets: NDArray[np.int64] = np.repeat(starts, counts) + within * self.layout.size
        return offsets

    def begin_run(self, count: int) -> None:
        """Note that the message which is added next is the first of a run."""
        self.runs.append((len(self.starts), count))

    def drop_last(self) -> int:
        """Forget the last message and return its offset."""
        index = len(self.starts) - 1
        if self.runs and self.runs[-1][0] == index:
            count = self.runs.pop()[1] - 1
            if count > 1:
                self.runs.append((index, count))
            return self.starts[index] + count * self.layout.size
        return self.starts.pop()


@dataclass(slots=True)
class Walked:
    """What a walk found: starts of chained blocks, places of each message, warnings, offsets of damage."""

    blocks: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    places: dict[int, list[Place]] = field(default_factory=dict)
    warnings: list[ReadWarning] = field(default_factory=list)
    fields_defined: int = 0

    def warn(self, what: str, at_byte: int) -> None:
        """Note what is wrong and at which byte; reading goes on."""
        self.warnings.append(ReadWarning(what=what, at_byte=at_byte))


def walk(data: bytes, *, file: str) -> Walked:
    """Walk all blocks of a FIT file.

    Raises:
        ReadError: The file is empty, not FIT, or holds no message that could be read.
    """
    if not data:
        raise _refused("This file is empty.", file, 0)
    if not _is_header(data, 0):
        raise _refused("This is not a FIT file.", file, 0)
    if len(data) > _MOST_BYTES:
        raise _refused(
            f"This FIT file is larger than any recording: over {_MOST_BYTES // 10**6} MB.", file, 0
        )
    found = Walked()
    at = 0
    while at >= 0 and len(found.blocks) < _MOST_BLOCKS:
        at = _walk_block(data, at, found)
    messages = sum(place.count for places in found.places.values() for place in places)
    if not messages:
        last = found.warnings[-1].at_byte if found.warnings else None
        raise _refused("This FIT file holds no message that can be read.", file, last or 0)
    if messages > _MOST_MESSAGES:
        raise _refused(f"This FIT file claims more than {_MOST_MESSAGES} messages.", file, 0)
    return found


def _refused(what: str, file: str, at_byte: int) -> ReadError:
    return ReadError(
        what,
        where=f"{file}, byte {at_byte}",
        next_step="Export the original file (.fit) from the watch or its app again.",
        at_byte=at_byte,
    )


def _is_header(data: bytes, at: int) -> bool:
    return data[at + 8 : at + 12] == b".FIT" and data[at] >= 12


def _walk_block(data: bytes, start: int, found: Walked) -> int:
    """Walk one header, its messages and its checksum; return where the next block starts, -1 at the end."""
    first = start + data[start]
    size = int.from_bytes(data[start + 4 : start + 8], "little")
    _check_header(data, start, found)
    found.blocks.append(start)
    end = first + size
    if size == 0 and len(data) > first + 2:
        found.warn("the recording was never closed (the header says 0 bytes); read to the end", start + 4)
        end = len(data)
    elif end > len(data):
        found.warn(
            f"the file is cut: its header promises {size} bytes, {len(data) - first} are here", len(data)
        )
        end = len(data)
    damaged_at = _Walker(data, found).walk(first, end)
    if damaged_at is not None:
        found.damaged.append(damaged_at)
        return _next_header(data, damaged_at)
    if size == 0 or end == len(data):
        if size and first + size == len(data):
            found.warn("the checksum at the end is missing", len(data))
        return -1
    stated = int.from_bytes(data[end : end + 2], "little")
    if len(data) < end + 2:
        found.warn("the checksum at the end is missing", end)
    elif crc16.arc(data[start:end]) != stated:
        found.warn("the checksum does not match: some of this file has changed since it was written", end)
    return _after_block(data, end + 2, found)


def _check_header(data: bytes, start: int, found: Walked) -> None:
    if data[start] < 14:
        return
    stated = int.from_bytes(data[start + 12 : start + 14], "little")
    if stated and crc16.arc(data[start : start + 12]) != stated:
        found.warn("the checksum of the header does not match", start + 12)


def _after_block(data: bytes, at: int, found: Walked) -> int:
    if at >= len(data):
        return -1
    if _is_header(data, at):
        return at
    found.warn(f"{len(data) - at} bytes after the end are not FIT and were left out", at)
    return _next_header(data, at)


def _next_header(data: bytes, at: int) -> int:
    while (found := data.find(b".FIT", at + 8)) >= 0:
        if data[found - 8] in (12, 14):
            return found - 8
        at = found - 7
    return -1


class _Walker:
    """The walk through one block: definitions in force, by header byte."""

    def __init__(self, data: bytes, found: Walked) -> None:
        self.data = data
        self.found = found
        self.block = len(found.blocks) - 1
        self.sizes = [0] * 256
        self.places: dict[int, Place] = {}
        # The loop's most frequent call by far, so bound once per definition instead of once per message.
        self.appends: dict[int, Callable[[int], None]] = {}
        self.known: dict[tuple[bytes, int], Place] = {}

    def walk(self, at: int, end: int) -> int | None:
        """Walk from ``at`` to ``end``; return the offset of the damage that stopped it, if any did."""
        data, sizes, places, appends = self.data, self.sizes, self.places, self.appends
        size = head = 0
        while at < end:
            head = data[at]
            size = sizes[head]
            if not size:
                if head & 0xC0 != 0x40:
                    self.found.warn(f"damaged: message type {head & 15} was never defined; rest left out", at)
                    return at
                defined = self._define(at, end)
                if defined is None:
                    return at
                at = defined
                continue
            after = at + size
            if after < end and data[after] == head:
                count = self._run(after, end, size, head)
                places[head].begin_run(count)
                after = at + count * size
            appends[head](at)
            at = after
        if size and at > end:
            self.found.warn("the last message is cut off and was left out", places[head].drop_last())
        return None

    def _run(self, at: int, end: int, size: int, head: int) -> int:
        """Count messages with this header from the one before ``at`` on; the last may be cut off."""
        count, look = 1, _FIRST_LOOK
        while at < end:
            heads = self.data[at : min(at + look * size, end) : size]
            same = len(heads) - len(heads.lstrip(_HEADS[head]))
            count += same
            at += same * size
            if same < len(heads):
                break
            look *= 4
        return count

    def _define(self, at: int, end: int) -> int | None:
        """Take in the definition at ``at``; return the offset after it, None when it is cut off."""
        data, head = self.data, self.data[at]
        after = at + 6 + 3 * data[at + 5] if at + 6 <= end else end + 1
        if head & 0x20:
            after = after + 1 + 3 * data[after] if after < end else end + 1
        if after > end:
            self.found.warn("the last definition is cut off and was left out", at)
            return None
        body = data[at + 1 : after]
        layout = layout_of(body, developer=bool(head & 0x20))
        # Equal definitions share a place; developer fields must also mean the same.
        key = (body, self._descriptions() if layout.developer else -1)
        place = self.known.get(key)
        if place is None:
            self.found.fields_defined += 1 + len(layout.fields) + len(layout.developer)
            if self.found.fields_defined > _MOST_FIELDS_DEFINED:
                self.found.warn("damaged: far more definitions than a recording has; rest left out", at)
                return None
            place = self.known[key] = Place(layout, self.block)
            self.found.places.setdefault(layout.message, []).append(place)
        self._in_force(head & 15, place)
        return after

    def _descriptions(self) -> int:
        return sum(
            len(place.starts)
            for message in (FIELD_DESCRIPTION, DEVELOPER_DATA_ID)
            for place in self.found.places.get(message, ())
        )

    def _in_force(self, local: int, place: Place) -> None:
        heads = [local, local | 0x10, local | 0x20, local | 0x30]
        if local < 4:
            heads += range(0x80 | local << 5, (0x80 | local << 5) + 32)
        for head in heads:
            self.sizes[head] = place.layout.size
            self.places[head] = place
            self.appends[head] = place.starts.append


@lru_cache(maxsize=1024)
def layout_of(body: bytes, *, developer: bool) -> Layout:
    """Return the layout that a definition message gives, from its bytes after the header byte.

    A size that is no multiple of its base type, and an unknown base type, are read as bytes.
    """
    order = ">" if body[1] else "<"
    message = int.from_bytes(body[2:4], "big" if body[1] else "little")
    names, formats, offsets, at = [HEAD], ["u1"], [0], 1
    fields: dict[int, Stored] = {}
    native_end = 5 + 3 * body[4]
    for i in range(5, native_end, 3):
        number, size, base_number = body[i : i + 3]
        base = BASE_TYPES_BY_NUMBER.get(base_number, BASE_TYPES["byte"])
        if size % base.size:
            base = BASE_TYPES["byte"]
        if size and number not in fields:
            fields[number] = Stored(f"f{number}", base, size // base.size)
            names.append(f"f{number}")
            formats.append(_format(order, base, size))
            offsets.append(at)
        at += size
    extra: dict[tuple[int, int], tuple[str, int]] = {}
    if developer:
        for i in range(native_end + 1, len(body), 3):
            number, size, index = body[i : i + 3]
            if size and (index, number) not in extra:
                extra[index, number] = (f"d{index}_{number}", size)
                names.append(f"d{index}_{number}")
                formats.append(f"({size},)u1")
                offsets.append(at)
            at += size
    dtype = np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": at})
    return Layout(message, at, dtype, bool(body[1]), fields, extra)


def _format(order: str, base: BaseType, size: int) -> str:
    if base.name == "string":
        return f"S{size}"
    count = size // base.size
    return f"{order}{base.dtype}" if count == 1 else f"({count},){order}{base.dtype}"
