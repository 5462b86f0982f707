"""Keep parsed files of the installed pack beside Python's own compiled files, so that a verb starts quickly.

What is kept counts only for the very bytes it was made from: every file of the pack, and the code that reads
them. It is trusted as Python trusts its compiled files: who can write there can change the program itself.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

SOURCE: Final = Path(__file__).parent.parent
_DIGEST_BYTES: Final = 32


class KnowledgeCache:
    """The parsed files of one pack.

    Args:
        pack: Folder of the pack.
        folder: Where the parsed files are kept.
    """

    def __init__(self, pack: Path, folder: Path = Path(__file__).parent / "__pycache__") -> None:
        self._pack = pack
        self._folder = folder

    def get(self, name: str) -> Any:
        """Return what a file of the pack holds; None when it is not kept, or was kept of other bytes."""
        try:
            kept = self._path(name).read_bytes()
            made_from = self._made_from
        except OSError:
            return None
        head, parsed = kept[: 2 * _DIGEST_BYTES], kept[2 * _DIGEST_BYTES :]
        if head != made_from + _digest([parsed]):
            return None
        return pickle.loads(parsed)  # noqa: S301 - our own file, whole, and trusted like a compiled one

    def put(self, name: str, part: Any) -> None:
        """Keep what a file holds; where that is not possible, it is parsed again the next time."""
        parsed = pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
        path = self._path(name)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            draft.write_bytes(self._made_from + _digest([parsed]) + parsed)
            draft.replace(path)

    def _path(self, name: str) -> Path:
        return self._folder / f"knowledge.{name.replace('/', '.')}.pickle"

    @cached_property
    def _made_from(self) -> bytes:
        return _digest(self._bytes_read())

    def _bytes_read(self) -> Iterator[bytes]:
        yield sys.version.encode()
        code = (
            *SOURCE.glob("core/knowledge/**/*.py"),
            *SOURCE.glob("readers/*.py"),
            SOURCE / "core" / "words.py",
        )
        for path in (*sorted(code), *sorted(self._pack.rglob("*.yaml"))):
            yield path.name.encode()
            yield path.read_bytes()


def _digest(parts: Iterator[bytes] | list[bytes]) -> bytes:
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
