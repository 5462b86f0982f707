"""Read the knowledge pack: strict, whole, and with every cross-reference checked."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from goodknee.core.knowledge import (
    Band,
    Evidence,
    Knowledge,
    LoadRules,
    Pack,
    PainRules,
    Source,
)
from goodknee.core.words import DATES, UNITS, Plural, Words
from goodknee.errors import KnowledgeError

#: Each file of the pack and the type of what it holds; tools/make_schema.py writes one schema for each.
FILES: Mapping[str, Any] = {
    "pack.yaml": Pack,
    "sources.yaml": dict[str, Source],
    "rules/load.yaml": LoadRules,
    "rules/pain.yaml": PainRules,
    "words/en.yaml": Words,
}


def load_knowledge(folder: Traversable | None = None) -> Knowledge:
    """Return the whole pack.

    Args:
        folder: A folder laid out as goodknee/knowledge; that one when left out.

    Raises:
        KnowledgeError: A file is missing, a key is unknown, missing or of the wrong kind, a source or a
            sentence that is pointed at does not exist, or bands do not meet.
    """
    root = folder or files("goodknee") / "knowledge"
    parts = {name: _read_file(root, name) for name in FILES}
    knowledge = Knowledge(
        pack=parts["pack.yaml"],
        sources=parts["sources.yaml"],
        load=parts["rules/load.yaml"],
        pain=parts["rules/pain.yaml"],
        words=parts["words/en.yaml"],
    )
    _check_words(knowledge.words)
    for name in ("rules/load.yaml", "rules/pain.yaml"):
        _check_references(name, parts[name], knowledge)
    _check_bands(knowledge.load.session_spike.bands)
    _check_zones(knowledge.pain)
    return knowledge


@cache
def adapter(name: str) -> TypeAdapter[Any]:
    """Return what turns the file ``name`` of the pack into its type, and its type into a JSON Schema."""
    return TypeAdapter(FILES[name])


def _read_file(root: Traversable, name: str) -> Any:
    try:
        text = root.joinpath(*name.split("/")).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _broken("The knowledge pack lacks a readable file.", name) from error
    try:
        # Through JSON, where strict means strict: "10" is no number, but a list may be a tuple.
        return adapter(name).validate_json(json.dumps(_plain_yaml(text, name), default=_day), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise _broken(f"The knowledge pack is not sound: {first['msg']}.", f"{name}: {key}") from error
    except TypeError as error:
        raise _broken(f"The knowledge pack is not sound: {error}.", name) from error


def _plain_yaml(text: str, name: str) -> Any:
    """Parse YAML without anchors, tags or repeated keys: what stands in the file is all there is."""
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise _broken("The knowledge pack uses no anchors and no tags.", _line(name, event))
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a subclass of CSafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise _broken(f"This is not YAML: {getattr(error, 'problem', error)}.", where) from error


class _PlainLoader(yaml.CSafeLoader):
    """CSafeLoader that refuses a key given twice instead of taking the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value} stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _check_words(words: Words) -> None:
    if (len(words.months), len(words.weekdays)) != (12, 7):
        raise _broken("A year has 12 months and a week 7 days.", "words/en.yaml: months, weekdays")
    for key, sentence in words.sentences.items():
        templates = (sentence.one, sentence.other) if isinstance(sentence, Plural) else (sentence,)
        for template in templates:
            _check_template(template, key)


def _check_template(template: str, key: str) -> None:
    try:
        slots = [(name, unit) for _, name, unit, _ in Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise _broken(f"A sentence cannot be filled: {error}.", f"words/en.yaml: {key}") from error
    for name, unit in slots:
        if not name.isidentifier() or (unit and unit not in UNITS and unit not in DATES):
            raise _broken(f"The slot {{{name}:{unit}}} has no known unit.", f"words/en.yaml: {key}")


def _check_references(name: str, rules: LoadRules | PainRules, knowledge: Knowledge) -> None:
    for path, text in _texts(rules, ()):
        field = path[-2] if path[-1].isdigit() else path[-1]
        where = f"{name}: {'.'.join(path)}"
        if field == "sources" and text not in knowledge.sources:
            raise _broken(f"There is no source named {text}.", where)
        if field in SENTENCE_FIELDS and text not in knowledge.words.sentences:
            raise _broken(f"There is no sentence named {text}.", where)
    for rule, evidence in _evidence(rules):
        if not evidence.sources:
            raise _broken("A rule needs at least one source.", f"{name}: {rule}.evidence.sources")


#: Fields of a rule that hold keys of sentences.
SENTENCE_FIELDS = (
    "name", "says", "says_more", "says_not_more", "says_no_before", "would_change", "limits", "word",
)  # fmt: skip


def _texts(value: object, key: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts(item, (*key, str(index)))
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), (*key, field.name))


def _evidence(rules: LoadRules | PainRules) -> Iterator[tuple[str, Evidence]]:
    if isinstance(rules, PainRules):
        yield "zones", rules.evidence
    else:
        for field in fields(rules):
            yield field.name, getattr(rules, field.name).evidence


def _check_bands(bands: tuple[Band, ...]) -> None:
    where = "rules/load.yaml: session_spike.bands"
    if not bands or bands[0].above_pct is not None or bands[-1].up_to_pct is not None:
        raise _broken("The first band must be open below and the last one open above.", where)
    ends = [band.up_to_pct for band in bands[:-1] if band.up_to_pct is not None]
    if ends != [band.above_pct for band in bands[1:]] or ends != sorted(set(ends)):
        raise _broken("Each band must begin where the one before it ends.", where)
    if bands[0].stands_out or len({band.id for band in bands}) < len(bands):
        raise _broken("The first band must not stand out, and each band needs its own id.", where)


def _check_zones(pain: PainRules) -> None:
    edges = [zone.up_to_nprs for zone in pain.zones]
    if not edges or edges != sorted(set(edges)) or edges[-1] != 10:
        raise _broken("The zones must rise and end at 10.", "rules/pain.yaml: zones")


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no plain value")


def _line(name: str, event: yaml.Event) -> str:
    return f"{name}, line {event.start_mark.line + 1}" if event.start_mark else name


def _broken(what: str, where: str) -> KnowledgeError:
    next_step = "Undo the last change to that file, or install GoodKnee again."
    return KnowledgeError(what, where=where, next_step=next_step)
