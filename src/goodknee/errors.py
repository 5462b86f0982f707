"""Every error a person may meet, as one small tree.

GoodKneeError
├── ReadError        a file that was brought in cannot be read
├── StoreError       the runner's own folder cannot be opened, read or written
├── KnowledgeError   the knowledge pack is not sound
└── AnswerError      an answer, option or setting is not one of the legal ones

Each says what happened, where (file, byte offset or key) and what to do next.
"""

from __future__ import annotations


class GoodKneeError(Exception):
    """What happened, where, and what to do next.

    Args:
        what: One plain sentence.
        where: The file, with a byte or line if known; or the key.
        next_step: What the person can do now.
    """

    def __init__(self, what: str, *, where: str, next_step: str) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what} ({self.where}) {self.next_step}"

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders during an import; the default pickling would lose the keywords.
        return (_rebuild, (type(self), self.__dict__.copy()))


class ReadError(GoodKneeError):
    """A file cannot be read; ``at_byte`` is the offset where it went wrong, when there is one."""

    def __init__(self, what: str, *, where: str, next_step: str, at_byte: int | None = None) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.at_byte = at_byte


class NotAnActivityError(ReadError):
    """The file is readable but is not a recorded activity; an import skips it."""


class StoreError(GoodKneeError):
    """The store cannot be opened, read or written; nothing was changed."""


class KnowledgeError(GoodKneeError):
    """The knowledge pack is not sound: a key is unknown, missing or of the wrong kind."""


class AnswerError(GoodKneeError):
    """An answer, option or setting is not one of the legal ones."""


def _rebuild(kind: type[GoodKneeError], state: dict[str, object]) -> GoodKneeError:
    error = kind.__new__(kind)
    Exception.__init__(error, state["what"])
    error.__dict__.update(state)
    return error
