"""Read the knowledge pack, each file when it is first needed: strict, and with its references checked."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from goodknee.core.knowledge import Knowledge
from goodknee.errors import KnowledgeError
from goodknee.readers.knowledge_checks import Fault, faults_at_load

#: Each file of the pack and the type of what it holds, as module and name in ``core``: a type is imported
#: when its file is read. tools/make_schema.py writes one schema for each.
FILES: Mapping[str, tuple[str, str]] = {
    "pack.yaml": ("knowledge", "Pack"),
    "sources.yaml": ("knowledge", "Sources"),
    "rules/load.yaml": ("knowledge", "LoadRules"),
    "rules/pain.yaml": ("knowledge", "PainRules"),
    "words/en.yaml": ("words", "Words"),
    "words/synonyms.en.yaml": ("knowledge.claims", "AskWords"),
    "questions.yaml": ("knowledge.questions", "Questions"),
    "red_flags.yaml": ("knowledge.red_flags", "RedFlags"),
    "differential.yaml": ("knowledge.differential", "Differential"),
    "risk_factors.yaml": ("knowledge.risk", "RiskFactors"),
    "claims.yaml": ("knowledge.claims", "Claims"),
    "treatments.yaml": ("knowledge.treatments", "Treatments"),
    "supplements.yaml": ("knowledge.supplements", "Supplements"),
    "first_answer.yaml": ("knowledge.first_answer", "FirstAnswer"),
    "proms.yaml": ("knowledge.proms", "Proms"),
    "lessons.yaml": ("knowledge.learn", "Lessons"),
    "referral.yaml": ("knowledge.learn", "Referral"),
    "outcomes.yaml": ("knowledge.outcomes", "Outcomes"),
    "reviews.yaml": ("knowledge.review", "Reviews"),
    "corrections.yaml": ("knowledge.review", "Corrections"),
}


def load_knowledge(folder: Traversable | None = None) -> Knowledge:
    """Return the pack; each of its files is read, strictly, when it is first asked for.

    Args:
        folder: A folder laid out as goodknee/knowledge; that one when left out.

    A KnowledgeError is raised at the first use of a file that is missing or not sound: a key is unknown,
    missing or of the wrong kind, a source, sentence or question that is pointed at does not exist, or bands
    do not meet. ``faults_in`` finds all that is wrong at once.
    """
    root = _root(folder)

    def read(name: str) -> Any:
        part, faults = _read_file(root, name)
        if not faults:
            faults = list(faults_at_load(name, part, knowledge))
        if faults:
            raise _broken(faults[0])
        return part

    knowledge = Knowledge(read)
    return knowledge


def faults_in(folder: Traversable | None = None) -> list[Fault]:
    """Return everything that is wrong with a pack, file by file; an empty list for a sound one."""
    root = _root(folder)
    read = {name: _read_file(root, name) for name in FILES}
    faults = [fault for _, of_file in read.values() for fault in of_file]
    parts = {name: part for name, (part, of_file) in read.items() if not of_file}
    for name, part in parts.items():
        faults += _if_readable(faults_at_load(name, part, Knowledge(parts.__getitem__)))
    if len(parts) == len(FILES):
        from goodknee.readers.knowledge_references import faults_between_files

        faults += faults_between_files(Knowledge(parts.__getitem__))
    return faults


def _if_readable(faults: Iterator[Fault]) -> list[Fault]:
    """Return the faults up to where a file is needed that cannot be read: that file has faults of its own."""
    found: list[Fault] = []
    try:
        found.extend(faults)
    except KeyError:
        return found
    return found


def _root(folder: Traversable | None) -> Traversable:
    return folder or files("goodknee") / "knowledge"


@cache
def adapter(name: str) -> TypeAdapter[Any]:
    """Return what turns the file ``name`` of the pack into its type, and its type into a JSON Schema."""
    module, kind = FILES[name]
    return TypeAdapter(getattr(import_module(f"goodknee.core.{module}"), kind))


def _read_file(root: Traversable, name: str) -> tuple[Any, list[Fault]]:
    """Return what the file holds, and what is wrong with it."""
    try:
        text = root.joinpath(*name.split("/")).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None, [Fault("The knowledge pack lacks a readable file.", name)]
    try:
        # Through JSON, where strict means strict: "10" is no number, but a list may be a tuple.
        plain = json.dumps(plain_yaml(text), default=_day)
        return adapter(name).validate_json(plain, strict=True), []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        return None, [Fault(f"This is not plain YAML: {getattr(error, 'problem', error)}.", where)]
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        return None, [
            Fault(f"{each['msg']}.", name, ".".join(str(part) for part in each["loc"])) for each in wrong
        ]
    except TypeError as error:
        return None, [Fault(f"The knowledge pack is not sound: {error}.", name)]


def plain_yaml(text: str) -> Any:
    """Parse YAML without anchors, tags or repeated keys: what stands in the file is all there is.

    Raises:
        yaml.YAMLError: It is not YAML, or not plain.
    """
    # Only a text with one of these signs can hold an anchor, an alias or a tag; most files hold none.
    for event in yaml.parse(text, Loader=yaml.CSafeLoader) if _SIGNS.search(text) else ():
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(
                problem="it uses an anchor or a tag",
                problem_mark=event.start_mark,  # type: ignore[arg-type] # the stubs know two kinds of mark
            )
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a subclass of CSafeLoader


_SIGNS = re.compile(r"(?:^|[\s\[{,:])[&*!]")


class _PlainLoader(yaml.CSafeLoader):
    """CSafeLoader that refuses a key given twice instead of taking the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            plain = isinstance(key, yaml.ScalarNode)
            if not plain or key.value in seen:
                problem = f"the key {key.value} stands twice" if plain else "a key is no single word"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no plain value")


def _broken(fault: Fault) -> KnowledgeError:
    next_step = "Undo the last change to that file, or install GoodKnee again."
    return KnowledgeError(fault.what, where=fault.where, next_step=next_step)
