"""How many people a second the check looks at, on one core, with the pack read once.

Run: .venv/bin/python tools/bench_check.py [people]
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from goodknee.core.assess import red_flags
from goodknee.core.assess.baseline import baseline
from goodknee.core.assess.conditions import Facts, evaluate
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import Question, Questions
from goodknee.core.knowledge.red_flags import RedFlags

PACK = Path(__file__).resolve().parents[1] / "src" / "goodknee" / "knowledge"
ASKED = {"urgent", "symptoms", "warning_signs", "baseline", "person", "risk"}

Answers = Mapping[str, Value]


def main() -> None:
    people_count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    questions: Questions = read("questions.yaml", Questions)
    rules: RedFlags = read("red_flags.yaml", RedFlags)
    ready = red_flags.ready(rules, questions)
    steps: dict[str, Callable[[Answers], object]] = {
        "red flags": lambda answers: red_flags.evaluate(answers, ready),
        "baseline": lambda answers: baseline(answers, questions),
    }
    for name, gaps in (
        ("every question answered", 0.0),
        ("one in ten left open", 0.1),
        ("half left open", 0.5),
    ):
        chance = random.Random(2026)
        people = [person(questions, chance, gaps) for _ in range(people_count)]
        print(name)
        seconds = [report(step, check, people) for step, check in steps.items()]
        print(f"  {'together':<12}{people_count / sum(seconds):>10,.0f} people/s")


def read(name: str, kind: Any) -> Any:
    raw = yaml.load((PACK / name).read_text(encoding="utf-8"), yaml.CSafeLoader)
    return TypeAdapter(kind).validate_json(json.dumps(raw, default=str), strict=True)


def person(questions: Questions, chance: random.Random, gaps: float) -> dict[str, Value]:
    """An ordinary runner: one sign in twenty is there, and a share of the questions is left open."""
    parts = {group.id: group.part for group in questions.groups}
    asked = [question for question in questions.questions if parts[question.group] in ASKED]
    answers = {each.key: answer(each, chance) for each in asked if chance.random() >= gaps}
    if "can_walk_now" in answers:
        answers["can_walk_now"] = chance.random() < 0.98
    facts = Facts(answers)
    applies = {each.key: each.ask_when is None or evaluate(each.ask_when, facts) for each in asked}
    return {key: value for key, value in answers.items() if applies[key]}


def answer(question: Question, chance: random.Random) -> Value:
    match question.type:
        case "bool":
            return chance.random() < 0.05
        case "enum":
            return question.options[0] if chance.random() < 0.7 else chance.choice(question.options)
        case "list":
            return tuple(chance.sample(question.options, min(3, len(question.options))))
        case "int":
            return chance.randint(15, 70) if question.key == "age_years" else chance.randint(0, 10)
        case "float":
            return chance.uniform(0.0, 10.0)
        case _:
            return None


def report(name: str, check: Callable[[Answers], object], people: list[dict[str, Value]]) -> float:
    begun = time.process_time()
    for answers in people:
        check(answers)
    seconds = time.process_time() - begun
    print(
        f"  {name:<12}{len(people) / seconds:>10,.0f} people/s  {seconds / len(people) * 1e6:>7.1f} µs each"
    )
    return seconds


if __name__ == "__main__":
    main()
