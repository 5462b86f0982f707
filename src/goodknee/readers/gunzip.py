"""Unpack gzip from strangers: in pieces, within bounds, and keeping what a damaged file still gives."""

from __future__ import annotations

from io import BytesIO
from typing import Final, cast

from isal import isal_zlib

from goodknee.core.model import ReadWarning
from goodknee.errors import ReadError

MAGIC: Final = b"\x1f\x8b"
#: Nothing larger is read, packed or unpacked.
MAX_BYTES: Final = 256 << 20
#: XML of a watch packs 5 to 20 times smaller; a bomb up to 1,000 times.
MAX_RATIO: Final = 200
#: Below this a high ratio does no harm.
_RATIO_FROM_BYTES: Final = 16 << 20
_PackedError: Final = cast("type[Exception]", isal_zlib.error)  # its stub takes it for an instance
_MAX_MEMBERS: Final = 1000
_PIECE_BYTES: Final = 1 << 20
_SMALL_PIECE_BYTES: Final = 64


class _DamageError(Exception):
    """The packed data are wrong from here; the output holds what came before, or all but a piece of it."""

    def __init__(self, what: str, at_byte: int, *, loses_a_piece: bool = False) -> None:
        super().__init__(what)
        self.at_byte = at_byte
        self.loses_a_piece = loses_a_piece


def gunzip(data: bytes, *, file: str) -> tuple[bytes, list[ReadWarning]]:
    """Unpack a gzip file of one or more members.

    Returns:
        The content, and what was wrong: a damaged or cut file gives what can be unpacked.

    Raises:
        ReadError: It unpacks to more than MAX_BYTES or MAX_RATIO times its size, or to nothing.
    """
    unpacked, damage = _unpack(data, file=file, piece_bytes=_PIECE_BYTES)
    if damage and damage.loses_a_piece:
        unpacked, damage = _unpack(data, file=file, piece_bytes=_SMALL_PIECE_BYTES)
    if not damage:
        return unpacked, []
    if not unpacked:
        raise ReadError(
            "This gzip file is damaged; nothing in it can be unpacked.",
            where=f"{file}, byte {damage.at_byte}",
            next_step="Download or export it once more.",
            at_byte=damage.at_byte,
        ) from damage
    return unpacked, [ReadWarning(what=str(damage), at_byte=damage.at_byte)]


def _unpack(data: bytes, *, file: str, piece_bytes: int) -> tuple[bytes, _DamageError | None]:
    unpacked = BytesIO()
    try:
        _inflate(data, unpacked, file=file, piece_bytes=piece_bytes)
    except _DamageError as damage:
        return unpacked.getvalue(), damage
    return unpacked.getvalue(), None


def _inflate(data: bytes, unpacked: BytesIO, *, file: str, piece_bytes: int) -> None:
    """Write the content of all members to ``unpacked``."""
    start = 0
    for _ in range(_MAX_MEMBERS):
        start = _inflate_member(data, start, unpacked, file=file, piece_bytes=piece_bytes)
        if not data.startswith(MAGIC, start):
            break
    else:
        raise _DamageError("The gzip file has more than 1,000 members; the rest is left out.", start)
    if data[start:].strip(b"\0"):
        raise _DamageError("Something that is not gzip follows the packed content; it is left out.", start)


def _inflate_member(data: bytes, start: int, unpacked: BytesIO, *, file: str, piece_bytes: int) -> int:
    """Unpack one member; return where the next one starts."""
    inflater = isal_zlib.decompressobj(wbits=31)
    at = start
    while at < len(data):
        piece = data[at : at + piece_bytes]
        at += len(piece)
        more = True
        while more:
            try:
                content = inflater.decompress(piece, _PIECE_BYTES)
            except _PackedError as error:
                what = f"The gzip data are damaged ({error}); the rest is left out."
                raise _DamageError(what, at, loses_a_piece=True) from error
            unpacked.write(content)
            _check_size(unpacked.tell(), len(data), file)
            if inflater.eof:
                return at - len(inflater.unused_data)
            piece = inflater.unconsumed_tail
            more = bool(piece) or len(content) == _PIECE_BYTES
    raise _DamageError("The gzip file ends in the middle; the rest is missing.", len(data))


def _check_size(unpacked_bytes: int, packed_bytes: int, file: str) -> None:
    if unpacked_bytes > MAX_BYTES:
        what = f"This gzip file unpacks to more than {MAX_BYTES >> 20} MB; no activity is that large."
    elif unpacked_bytes > max(MAX_RATIO * packed_bytes, _RATIO_FROM_BYTES):
        what = f"This gzip file unpacks to more than {MAX_RATIO} times its size; no activity does."
    else:
        return
    raise ReadError(what, where=file, next_step="Unpack it by hand and look at what is inside.")
