"""One file of the knowledge pack, read strictly into its type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources.abc import Traversable
from typing import Any, Final

import yaml
from pydantic import TypeAdapter, ValidationError

from goodknee.readers.knowledge_checks import CONDITIONS, Fault
from goodknee.readers.plain_yaml import plain_yaml

#: Each file of the pack and the type of what it holds, as module and name in ``core``: a type is imported
#: when its file is read. tools/make_schema.py writes one schema for each.
FILES: Mapping[str, tuple[str, str]] = {
    "pack.yaml": ("knowledge", "Pack"),
    "sources.yaml": ("knowledge", "Sources"),
    "rules/load.yaml": ("knowledge", "LoadRules"),
    "rules/knee_load.yaml": ("knowledge.knee_load", "KneeLoadRules"),
    "rules/pain.yaml": ("knowledge", "PainRules"),
    "words/en.yaml": ("words", "Words"),
    "words/synonyms.en.yaml": ("knowledge.claims", "AskWords"),
    "words/said.en.yaml": ("knowledge.said", "SaidWords"),
    "questions.yaml": ("knowledge.questions", "Questions"),
    "red_flags.yaml": ("knowledge.red_flags", "RedFlags"),
    "differential.yaml": ("knowledge.differential", "Differential"),
    "risk_factors.yaml": ("knowledge.risk", "RiskFactors"),
    "claims.yaml": ("knowledge.claims", "Claims"),
    "treatments.yaml": ("knowledge.treatments", "Treatments"),
    "supplements.yaml": ("knowledge.supplements", "Supplements"),
    "article.yaml": ("knowledge.article", "Article"),
    "first_answer.yaml": ("knowledge.first_answer", "FirstAnswer"),
    "proms.yaml": ("knowledge.proms", "Proms"),
    "lessons.yaml": ("knowledge.learn", "Lessons"),
    "referral.yaml": ("knowledge.learn", "Referral"),
    "outcomes.yaml": ("knowledge.outcomes", "Outcomes"),
    "coefficients/lab.yaml": ("knowledge.lab", "LabModel"),
    "coefficients/watch.yaml": ("knowledge.watch", "WatchModel"),
    "exercises/warm_up.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/hips.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/trunk.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/thighs.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/squats.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/steps_and_lunges.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/hamstrings_and_calves.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/power.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/cross_training.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/stretches.yaml": ("knowledge.plan.exercises", "ExerciseGroup"),
    "exercises/joint_load.yaml": ("knowledge.plan.exercises", "JointLoad"),
    "plans/facts.yaml": ("knowledge.plan.facts", "FactVocabulary"),
    "plans/log.yaml": ("knowledge.plan.log", "LogKeys"),
    "plans/rehab.yaml": ("knowledge.plan.rehab", "Rehab"),
    "plans/self_tests.yaml": ("knowledge.plan.self_tests", "SelfTests"),
    "plans/run_return.yaml": ("knowledge.plan.run_return", "RunReturn"),
    "plans/course.yaml": ("knowledge.plan.course", "Course"),
    "plans/week.yaml": ("knowledge.plan.week", "WeekPlan"),
    "rules/today.yaml": ("knowledge.plan.today", "Today"),
    "rules/progress.yaml": ("knowledge.progress", "ProgressRules"),
    "settings.yaml": ("knowledge.settings", "Settings"),
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
        wrong = [(each["loc"], each["type"], each["msg"]) for each in error.errors(include_url=False)]
        return None, [Fault(f"{what}.", name, ".".join(map(str, key))) for key, _, what in _meant(wrong)]
    except (TypeError, ValueError, RecursionError) as error:
        return None, [Fault(f"The knowledge pack is not sound: {error}.", name)]


#: Key, kind and words of one fault, as pydantic gives them.
Wrong = tuple[tuple[int | str, ...], str, str]
_SHAPE: Final = frozenset({"missing", "unexpected_keyword_argument", "dataclass_type"})
_CONDITIONS: Final = frozenset(kind.__name__ for kind in CONDITIONS)


def _meant(wrong: list[Wrong]) -> list[Wrong]:
    """Return the faults without those of the kinds of condition that an entry does not look like.

    pydantic tries a condition as every kind there is and complains of each.
    """
    told: list[Wrong] = []
    tried: dict[tuple[int | str, ...], dict[str, list[Wrong]]] = {}
    for key, kind, what in wrong:
        at = next((index for index, part in enumerate(key) if part in _CONDITIONS), None)
        if at is None:
            told.append((key, kind, what))
        else:
            of_place = tried.setdefault(key[:at], {})
            of_place.setdefault(str(key[at]), []).append((key[at + 1 :], kind, what))
    for place, branches in tried.items():
        likest = min(branches.values(), key=_unlike)
        told += [((*place, *key), kind, what) for key, kind, what in _meant(likest)]
    return told


def _unlike(branch: list[Wrong]) -> tuple[int, int]:
    """Tell how little an entry looks like one kind: its missing and unexpected keys, then all its faults."""
    return sum(kind in _SHAPE and len(key) <= 1 for key, kind, _ in branch), len(branch)


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no plain value")
