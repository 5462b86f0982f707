"""XML from strangers, read safely, piece by piece, and kindly when it is damaged.

The first try is strict and keeps only a piece of the file in memory. What is not well-formed is read once
more as a whole by a parser that mends what it can; very large damaged files keep what came before the damage.
Entities are refused, nothing outside the file is ever opened, and depth and size are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from lxml import etree

from goodknee.core.model import ReadWarning
from goodknee.errors import ReadError

#: lxml has no public name for the type of an element.
Element: TypeAlias = etree._Element  # noqa: SLF001

#: One piece handed to the strict parser.
PIECE_BYTES: Final = 1 << 18
#: An element that stays open over more of the file than this belongs to no activity file.
ELEMENT_MAX_BYTES: Final = 8 << 20
#: Mending needs the whole tree in memory: about 250 bytes for each "<" and "&", twice that for each "=".
MEND_MAX_MARKS: Final = 1_000_000

# No "collect_ids": switched off, it makes libxml2 open the file that a DOCTYPE names.
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "remove_blank_text": True,
}
_END_TAG: Final = rb"</(?:[^<>:]*:)?(%s)\s*>"


class Collector(Protocol):
    """Takes the elements of a document one by one, in document order."""

    def take(self, name: str, element: Element) -> None:
        """Take one element by its local name: a container as it opens, everything else whole."""


C = TypeVar("C", bound=Collector)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the walk through a document needs to know: the roots, the containers to enter, and the point."""

    root: str
    containers: frozenset[str]
    point: str


class LocalNames(dict[object, str]):
    """Names without namespace or prefix, remembered per document: writers disagree about both."""

    def __missing__(self, tag: object) -> str:
        name = tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""
        self[tag] = name
        return name


def root_name(data: bytes) -> str | None:
    """Return the local name of the document's first element; None when this is not XML."""
    body = data[_white_space(data) :][: 1 << 20]
    for encoding in (None, "utf-8"):
        parser = etree.XMLPullParser(events=("start",), recover=True, encoding=encoding, **_SAFE)
        for at in range(0, len(body), 4096):
            if _feed(parser, body[at : at + 4096]):
                break
            for _, element in parser.read_events():
                if isinstance(element, Element):
                    return LocalNames()[element.tag]
    return None


def collect(data: bytes, *, file: str, shape: Shape, new: Callable[[], C]) -> tuple[C, list[ReadWarning]]:
    """Hand every element of the document to a collector.

    Args:
        data: The file, from its first byte.
        file: Its name, for errors.
        shape: Which elements to enter.
        new: Makes the collector; called again when a damaged document is read a second time.

    Returns:
        The collector, and what was wrong with the document.

    Raises:
        ReadError: The document defines entities, is hopeless, or hides an endless element.
    """
    start = _white_space(data)
    body = data[start:] if start else data
    collector = new()
    try:
        _read_strictly(body, file=file, shape=shape, collector=collector)
    except etree.XMLSyntaxError as error:
        at_byte = start + _byte_of(body, *error.position)
        if body.count(b"<") + body.count(b"&") + 2 * body.count(b"=") > MEND_MAX_MARKS:
            what = f"The XML is damaged ({_plain(error.msg)}); what came before is kept, the rest left out."
            return collector, [ReadWarning(what=what, at_byte=at_byte)]
    else:
        return collector, []
    collector = new()
    warnings = _mend(body, file=file, shape=shape, collector=collector, start=start)
    return collector, warnings


def _read_strictly(body: bytes, *, file: str, shape: Shape, collector: Collector) -> None:
    parser = etree.XMLPullParser(events=("start",), tag="{*}" + shape.root, **_SAFE)
    walk = _Walk(shape)
    root: Element | None = None
    waiting = 0
    for at in range(0, len(body), PIECE_BYTES):
        error = _feed(parser, body[at : at + PIECE_BYTES])
        for _, element in parser.read_events():
            if root is None and isinstance(element, Element):
                root = element
                _refuse_entities(root, file)
        taken = _hand_over(walk, root, collector)
        if error:
            raise error
        waiting = 0 if taken else waiting + PIECE_BYTES
        if waiting > ELEMENT_MAX_BYTES:
            raise ReadError(
                "One element of this file goes on for more than 8 MB; no activity file has that.",
                where=f"{file}, byte {at}",
                next_step="Export the activity once more.",
                at_byte=at,
            )
    parser.close()
    _hand_over(walk, root, collector, ended=True)


def _feed(parser: etree.XMLPullParser, piece: bytes) -> etree.XMLSyntaxError | None:
    # What stands before an error within one piece is still to be taken.
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        return error
    return None


def _hand_over(walk: _Walk, root: Element | None, collector: Collector, *, ended: bool = False) -> int:
    if root is None:
        return 0
    taken = 0
    for name, element in walk.ready(root, ended=ended):
        collector.take(name, element)
        taken += 1
    walk.prune(root)
    return taken


def _mend(body: bytes, *, file: str, shape: Shape, collector: Collector, start: int) -> list[ReadWarning]:
    """Read a damaged document as a whole; return what was wrong with it."""
    end, last_tag = start + len(body), body.rfind(b"<")
    if b">" not in body[last_tag:]:
        body = body[: max(last_tag, 0)]  # half a tag would be read as a whole one
    root, first = _mended(body)
    at_byte = start + (_byte_of(body, first.line, first.column) if first else 0)
    if root is None:
        raise ReadError(
            f"This XML cannot be read: {_plain(first.message) if first else 'nothing is in it'}.",
            where=f"{file}, byte {at_byte}",
            next_step="Export the activity once more.",
            at_byte=at_byte,
        )
    _refuse_entities(root, file)
    letters = body.replace(b"\0", b"")  # in UTF-16 every other byte of a tag is 0
    ended = re.search(_END_TAG % shape.root.encode(), letters) is not None
    inner = "|".join((*shape.containers, shape.point)).encode()
    all_whole = ended or re.search(_END_TAG % inner + rb"[^<]*\Z", letters[-4096:]) is not None
    _hand_over(_Walk(shape), root, collector, ended=all_whole)
    warnings = []
    if first and at_byte < start + len(body) - 1:
        what = f"Not well-formed XML in line {first.line} ({_plain(first.message)}); read as well as it goes."
        warnings.append(ReadWarning(what=what, at_byte=at_byte))
    if not ended:
        what = "The file ends in the middle; everything before its end is kept."
        warnings.append(ReadWarning(what=what, at_byte=end))
    return warnings


def _mended(body: bytes) -> tuple[Element | None, etree._LogEntry | None]:
    """Parse as much as possible; return the root and the first error."""
    first = None
    for encoding in (None, "utf-8"):
        # Some writers name an encoding that they do not use.
        parser = etree.XMLParser(recover=True, encoding=encoding, **_SAFE)
        root: Element | None = None
        with suppress(etree.XMLSyntaxError):  # it is in the log, too
            root = etree.fromstring(body, parser)
        if first is None and len(parser.error_log):
            first = parser.error_log[0]
        if root is not None:
            return root, first
    return None, first


class _Walk:
    """Walks through a document that is still being read; hands out each element once, when it is whole."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._names = LocalNames()
        self._open: list[Element] = []  # containers entered last time, outermost first

    def ready(self, root: Element, *, ended: bool = False) -> Iterator[tuple[str, Element]]:
        """Yield what is new: containers as soon as they open, all else whole, in document order."""
        return self._below(root, 0, ended=ended)

    def prune(self, root: Element) -> None:
        """Drop all that was handed out; only what may still grow stays in memory."""
        node = root
        for child in [*self._open, None]:
            del node[:-1]
            if child is None or not len(node) or node[0] is not child:
                return
            node = child

    def _below(self, node: Element, depth: int, *, ended: bool) -> Iterator[tuple[str, Element]]:
        growing = None if ended or not len(node) else node[-1]
        for child in node:
            name = self._names[child.tag]
            if name == self._shape.point or not self._enters(name, child):
                if child is not growing:
                    yield name, child
                continue
            if depth >= len(self._open) or self._open[depth] is not child:
                del self._open[depth:]
                self._open.append(child)
                yield name, child
            yield from self._below(child, depth + 1, ended=child is not growing)

    def _enters(self, name: str, element: Element) -> bool:
        # In a damaged document points may lie in an element that was never closed.
        return name in self._shape.containers or (
            next(element.iterdescendants("{*}" + self._shape.point), None) is not None
        )


def _refuse_entities(root: Element, file: str) -> None:
    declared: Any = root.getroottree().docinfo.internalDTD  # the stubs know only half of it
    if declared is not None and next(declared.iterentities(), None) is not None:
        raise ReadError(
            "This file defines XML entities. No activity file does, and they can do harm: it is not read.",
            where=file,
            next_step="Export the activity once more from the watch or its app.",
        )


def _white_space(data: bytes) -> int:
    """Length of a byte order mark and the white space before the document; strict parsers allow neither."""
    head = data[:4096]
    return len(head) - len(head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n"))


def _byte_of(body: bytes, line: int, column: int) -> int:
    """Offset of a line and column, both counted from 1."""
    at = 0
    for _ in range(line - 1):
        at = body.find(b"\n", at) + 1
        if at == 0:
            return len(body)
    return min(at + max(column - 1, 0), len(body))


def _plain(message: str | None) -> str:
    return (message or "damaged").strip().removesuffix(", use XML_PARSE_HUGE option").rstrip(".")[:200]
