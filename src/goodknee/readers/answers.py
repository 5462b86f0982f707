"""Read a file of answers, YAML or JSON: flat keys and plain values, nothing that runs or unfolds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from goodknee.errors import AnswerError
from goodknee.readers.plain_yaml import plain_yaml

#: All questions together fill a tenth of this.
MOST_BYTES: Final = 200_000
DEEPEST: Final = 12


def read_answers(path: Path) -> dict[str, Any]:
    """Return the answers of a file as they stand there, not yet held against the questions.

    Raises:
        AnswerError: The file cannot be read, is empty, too long, too deep, not YAML or JSON, uses tags,
            anchors or a key twice, or holds no keys with values.
    """
    text = _text(path)
    if not text.strip():
        raise _refused("This file is empty.", str(path))
    try:
        _check_depth(text, path)
        answers = plain_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        what = getattr(error, "problem", None) or str(error)
        first = what.splitlines()[0].rstrip(".")
        raise _refused(f"This is not plain YAML or JSON: {first}.", where) from error
    if not isinstance(answers, Mapping):
        raise _refused("This file holds no answers: each line is a key, a colon, and a value.", str(path))
    return dict(answers)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _refused(f"This file cannot be read: {os.strerror(error.errno or 0)}.", str(path)) from error
    if len(data) > MOST_BYTES:
        raise _refused(
            f"This file is longer than {MOST_BYTES:,} bytes, so it is no file of answers.", str(path)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("This is not a text in UTF-8.", f"{path}, byte {error.start}") from error


def _check_depth(text: str, path: Path) -> None:
    """Refuse what lies too deep before it is built: answers are flat."""
    depth = 0
    for token in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(token, yaml.CollectionStartEvent) - isinstance(token, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _refused("The answers lie too deep: keys and values are flat.", str(path))


def _refused(what: str, where: str) -> AnswerError:
    next_step = "Write one line an answer, like `age_years: 33`. Nothing was stored."
    return AnswerError(what, where=where, next_step=next_step)
