"""Files of the pack as their types, for tests that need one file and not the whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from goodknee.core.knowledge import Source
from goodknee.core.knowledge.claims import AskWords, Claims
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.red_flags import RedFlags
from goodknee.core.knowledge.said import SaidWords
from goodknee.core.knowledge.supplements import Supplements
from goodknee.core.knowledge.treatments import Treatments
from goodknee.services.ask_evidence import EvidencePack

CHECKOUT = Path(__file__).resolve().parent.parent


def pack_file(name: str, kind: Any) -> Any:
    """Return one file of the pack, read as strictly as the reader does."""
    text = (CHECKOUT / "src" / "goodknee" / "knowledge" / name).read_text(encoding="utf-8")
    plain = json.dumps(yaml.load(text, Loader=yaml.CSafeLoader), default=date.isoformat)
    return TypeAdapter(kind).validate_json(plain, strict=True)


@cache
def evidence_pack() -> EvidencePack:
    """Return what Ask reads."""
    return EvidencePack(
        claims=pack_file("claims.yaml", Claims),
        treatments=pack_file("treatments.yaml", Treatments),
        supplements=pack_file("supplements.yaml", Supplements),
        questions=pack_file("questions.yaml", Questions),
        sources=pack_file("sources.yaml", dict[str, Source]),
        words=pack_file("words/synonyms.en.yaml", AskWords),
        said=pack_file("words/said.en.yaml", SaidWords),
        red_flags=pack_file("red_flags.yaml", RedFlags),
    )


def cases(name: str) -> Any:
    """Return the cases of one file of tests/cases."""
    text = (CHECKOUT / "tests" / "cases" / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def held_by(part: object) -> object:
    """Return what an entry of the pack holds, to compare: entries know no ``==`` of their own."""
    if is_dataclass(part) and not isinstance(part, type):
        return asdict(part)
    if isinstance(part, Mapping):
        return {key: held_by(one) for key, one in part.items()}
    return [held_by(one) for one in part] if isinstance(part, list | tuple) else part
