"""How fast the decision of the day is: decisions a second on one core with the pack read once.

Run: .venv/bin/python tools/bench_today.py [decisions]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from goodknee.core.assess.conditions import Facts
from goodknee.core.knowledge.plan.facts import Fact
from goodknee.core.model import Side
from goodknee.core.plan.today import decide_today
from goodknee.readers.knowledge import load_knowledge

DAY: Final = date(2026, 5, 12)
KNOWLEDGE: Final = load_knowledge()
#: A calm runner on the levels; the rest of the vocabulary stays as it is drawn.
CALM: Final[Mapping[str, Any]] = {
    "checked": True, "safety_open": False, "running_held": False, "strength_held": False,
    "increase_held": False, "swelling": "none", "days_since_check_in": 0, "days_since_last_run": 2,
    "days_off": 2,
}  # fmt: skip


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    for name, known in (("half of the facts", 0.5), ("nine in ten facts", 0.9)):
        for knees in (1, 2):
            print(f"today, {name}, knees: {knees}   {rate(count, known, knees):>8,.0f} decisions/s")


def rate(count: int, known: float, knees: int) -> float:
    """Time decisions on facts drawn by chance, receipts included."""
    chance = random.Random(2026)
    sides: tuple[Side, ...] = ("left", "right")
    days: list[dict[Side, Facts]] = [
        {side: facts(chance, known) for side in sides[:knees]} for _ in range(count)
    ]
    decide_today(days[0], KNOWLEDGE, today=DAY)
    begun = time.process_time()
    for each in days:
        decide_today(each, KNOWLEDGE, today=DAY)
    return count / (time.process_time() - begun)


def facts(chance: random.Random, known: float) -> Facts:
    """Draw the facts of one knee; a given share of them is known."""
    drawn = {
        fact.id: DRAW[fact.type](chance, fact) for fact in KNOWLEDGE.facts.facts if chance.random() < known
    }
    return Facts.measured({**drawn, **CALM})


DRAW: Final[Mapping[str, Callable[[random.Random, Fact], Any]]] = {
    "bool": lambda chance, _: chance.random() < 0.1,
    "enum": lambda chance, fact: chance.choice(fact.options),
    "count": lambda chance, fact: chance.randint(int(fact.min or 0), int(min(fact.max or 12, 12))),
    "number": lambda chance, fact: chance.randint(int(fact.min or 0), int(min(fact.max or 10, 10))),
}


if __name__ == "__main__":
    main()
