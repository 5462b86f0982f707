"""One file of the knowledge pack, read strictly into its type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from goodknee.readers.knowledge_checks import Fault
from goodknee.readers.plain_yaml import plain_yaml

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


@cache
def adapter(name: str) -> TypeAdapter[Any]:
    """Return what turns the file ``name`` of the pack into its type, and its type into a JSON Schema."""
    module, kind = FILES[name]
    return TypeAdapter(getattr(import_module(f"goodknee.core.{module}"), kind))


def read_file(root: Traversable, name: str) -> tuple[Any, list[Fault]]:
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
    except (TypeError, ValueError, RecursionError) as error:
        return None, [Fault(f"The knowledge pack is not sound: {error}.", name)]


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no plain value")
