"""YAML without surprises: what stands in the file is all there is."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml


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

    def plain_int(self, node: yaml.ScalarNode) -> Any:
        """Return the number that a person reads: YAML takes 031 for 25, and 1:30 for 90."""
        return self.construct_yaml_int(_plain_number(node))

    def plain_float(self, node: yaml.ScalarNode) -> Any:
        return self.construct_yaml_float(_plain_number(node))

    def plain_day(self, node: yaml.ScalarNode) -> Any:
        """Return the day, or say where one stands that no calendar has."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                problem=str(error), problem_mark=node.start_mark
            ) from error


_NOT_PLAIN = re.compile(r".*[:_].*|[-+]?0[0-9a-z].*|[-+]?[0-9]{19,}", re.IGNORECASE)
_PlainLoader.add_constructor("tag:yaml.org,2002:int", _PlainLoader.plain_int)
_PlainLoader.add_constructor("tag:yaml.org,2002:float", _PlainLoader.plain_float)
_PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", _PlainLoader.plain_day)


def _plain_number(node: yaml.ScalarNode) -> yaml.ScalarNode:
    if _NOT_PLAIN.fullmatch(node.value):
        problem = f"{node.value[:40]} is not written as a plain number"
        raise yaml.constructor.ConstructorError(problem=problem, problem_mark=node.start_mark)
    return node
