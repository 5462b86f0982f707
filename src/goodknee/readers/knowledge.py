"""Read the knowledge pack, each file when it is first needed: strict, and with its references checked."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodknee.core.knowledge import Knowledge
from goodknee.errors import KnowledgeError
from goodknee.readers.knowledge_cache import KnowledgeCache

if TYPE_CHECKING:  # pydantic and the checks are loaded only when a file is parsed
    from goodknee.readers.knowledge_checks import Fault


def load_knowledge(folder: Traversable | None = None) -> Knowledge:
    """Return the pack; each of its files is read, strictly, when it is first asked for.

    A KnowledgeError is raised at the first use of a file that is missing or not sound: a key is unknown,
    missing or of the wrong kind, a source, sentence or question that is pointed at does not exist, or bands
    do not meet. ``faults_in`` finds all that is wrong at once.

    Args:
        folder: A folder laid out as goodknee/knowledge; that one when left out, and only that one is kept
            parsed between calls.
    """
    root = folder or _installed()
    cache = KnowledgeCache(root) if folder is None and isinstance(root, Path) else None

    def read(name: str) -> Any:
        part = cache.get(name) if cache else None
        if part is None:
            part = _parsed(root, name, knowledge)
            if cache:
                cache.put(name, part)
        return part

    knowledge = Knowledge(read)
    return knowledge


def _parsed(root: Traversable, name: str, knowledge: Knowledge) -> Any:
    from goodknee.readers.knowledge_file import read_file

    part, faults = read_file(root, name)
    for fault in faults or _unfit(name, part, knowledge):
        next_step = "Undo the last change to that file, or install GoodKnee again."
        raise KnowledgeError(fault.what, where=fault.where, next_step=next_step)
    return part


def _unfit(name: str, part: Any, knowledge: Knowledge) -> Iterator[Fault]:
    """Yield what makes one file unfit to be used."""
    from goodknee.readers.knowledge_checks import faults_at_load
    from goodknee.readers.knowledge_file import FILES

    yield from faults_at_load(name, part, knowledge)
    if FILES[name][0].startswith("knowledge.plan."):
        from goodknee.readers.knowledge_plan import plan_faults_at_load

        yield from plan_faults_at_load(name, part, knowledge)


def faults_in(folder: Traversable | None = None) -> list[Fault]:
    """Return everything that is wrong with a pack, file by file; an empty list for a sound one."""
    from goodknee.readers.knowledge_file import FILES, read_file
    from goodknee.readers.knowledge_references import faults_between_files, unread_files

    root = folder or _installed()
    read = {name: read_file(root, name) for name in FILES}
    faults = [fault for _, of_file in read.values() for fault in of_file]
    parts = {name: part for name, (part, of_file) in read.items() if not of_file}
    knowledge = Knowledge(parts.__getitem__)
    for name, part in parts.items():
        faults += _if_readable(_unfit(name, part, knowledge))
    if len(parts) == len(FILES):
        faults += faults_between_files(knowledge)
    return [*faults, *unread_files(root)]


def _if_readable(faults: Iterator[Fault]) -> list[Fault]:
    """Return the faults up to where a file is needed that cannot be read: that file has faults of its own."""
    found: list[Fault] = []
    try:
        found.extend(faults)
    except KeyError:
        return found
    return found


def _installed() -> Traversable:
    return files("goodknee") / "knowledge"
