"""How fast the check is: people a second on one core with the pack read once, the cold start, and ``ask``.

Run: .venv/bin/python tools/bench_check.py [people]
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from goodknee.core.assess.answers import check_answers
from goodknee.core.assess.conditions import Facts, evaluate
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import Question, Questions
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.ask_evidence import EvidencePack, ask_evidence
from goodknee.services.assess import Assessment, CheckPack, look_at

ASKED: Final = {"urgent", "symptoms", "warning_signs", "baseline", "details", "person", "risk"}
STARTS: Final = 7
NOW: Final = datetime(2026, 5, 12, 8, tzinfo=UTC)
ANSWERS: Final = "age_years: 30\nlocation: [front]\naggravated_by: [stairs_down, squat]\nonset: gradual\n"
IMPORTS: Final = "import click, pydantic, sqlalchemy"
QUESTIONS: Final = (
    "does ice help",
    "cortisone shot",
    "is running bad for knees",
    "fish oil",
    "kneecap strap",
)

Answers = Mapping[str, Value]


def main() -> None:
    people_count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    pack = CheckPack.of(load_knowledge())
    for name, gaps in (("every question answered", 0.0), ("one in ten open", 0.1), ("half open", 0.5)):
        chance = random.Random(2026)
        people = [person(pack.questions, chance, gaps) for _ in range(people_count)]
        checked = [check_answers(answers, pack.questions) for answers in people]
        alone = people_count / seconds_for(checked, lambda answers: assessed(answers, pack))
        whole = people_count / seconds_for(people, lambda answers: from_typed_answers(answers, pack))
        print(
            f"assess, {name:<26}{alone:>8,.0f} people/s;"
            f" from typed answers to what is still to ask {whole:>8,.0f}"
        )
    show_cold_start()
    show_ask()


def seconds_for(people: list[dict[str, Value]], check: Callable[[Answers], object]) -> float:
    """Time the check of each person, without what else the machine does; the best of three."""
    times = []
    for _ in range(3):
        begun = time.process_time()
        for answers in people:
            check(answers)
        times.append(time.process_time() - begun)
    return min(times)


def assessed(answers: Answers, pack: CheckPack) -> Assessment:
    """Return what checked answers come to: signs, patterns, risk, baseline, first answer."""
    return look_at(answers, pack, day=NOW.date(), at=NOW, today=NOW.date())


def from_typed_answers(answers: Answers, pack: CheckPack) -> object:
    """Check the answers themselves too, and work out what is still to ask."""
    return assessed(check_answers(answers, pack.questions), pack).signs.screening.unanswered


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
            if question.key == "age_years":
                return chance.randint(15, 70)
            return chance.randint(int(question.min or 0), int(question.max or 10))
        case "float":
            return chance.uniform(question.min or 0.0, question.max or 10.0)
        case _:
            return None


def show_cold_start() -> None:
    """Compare ``check --answers`` into a new store with importing what it stands on; the best of a few."""
    verb = str(Path(sys.executable).with_name("goodknee"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.yaml"
        file.write_text(ANSWERS, encoding="utf-8")
        starts, imports = [], []
        for number in range(STARTS):
            store = str(Path(folder) / f"store{number}")
            starts.append(clock([verb, "--data", store, "check", "--answers", str(file)]))
            imports.append(clock([sys.executable, "-c", IMPORTS]))
    start_s, import_s = min(starts), min(imports)
    print(f"cold start of check --answers: {start_s:.3f} s, {start_s / import_s:.2f} x the imports alone")


def clock(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # exit 3 says that something is held
    return time.perf_counter() - begun


def show_ask() -> None:
    pack = EvidencePack.of(load_knowledge())
    ask_evidence(QUESTIONS[0], pack, {})
    begun = time.perf_counter()
    for question in QUESTIONS:
        ask_evidence(question, pack, {})
    print(f"ask, warm: {(time.perf_counter() - begun) / len(QUESTIONS) * 1e3:.1f} ms a question")


if __name__ == "__main__":
    main()
