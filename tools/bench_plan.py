"""How many two-week plans a second one core makes, for many different runners.

Run: .venv/bin/python tools/bench_plan.py
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import numpy as np

from goodknee.core.assess.conditions import Facts
from goodknee.core.load.other_load import Coarse
from goodknee.core.plan.placement import place
from goodknee.core.plan.sessions import PersonWeek
from goodknee.core.plan.week import make_plan
from goodknee.readers.knowledge import load_knowledge

RUNNERS = 2_000
TODAY = date(2026, 11, 23)
PHASES = (("none", "none"), ("P1", "P0"), ("P2", "P1"), ("P3", "P2"), ("P4", "P3"), ("P5", "P4"))


def a_runner(chance: np.random.Generator) -> tuple[dict[str, Any], PersonWeek]:
    """Return one made-up runner: facts and week."""
    phase, met = PHASES[chance.integers(len(PHASES))]
    pain, days = int(chance.integers(0, 8)), int(chance.integers(0, 20))
    facts: dict[str, Any] = {
        "checked": True, "running_held": False, "strength_held": False, "limp": False,
        "pain_worst_3d_nprs": pain, "stairs_up_nprs": max(0, pain - 1), "swelling": "none",
        "days_since_last_run": days, "days_off": days, "run_pain_nprs": int(chance.integers(0, 6)),
        "run_settle_minutes": 30, "run_morning_rise_nprs": 0, "run_forced_stop": False,
        "longest_run_30d_m": float(chance.integers(1_000, 25_000)), "in_return_plan": True,
        "current_phase": phase, "phase_exit_met": met, "run_days_without_red": 14, "novice": False,
        "level_on_record": False,
    }  # fmt: skip
    if chance.random() < 0.5:
        level = int(chance.integers(0, 12))
        facts |= {"level_on_record": True, "level_number": level, "level_passed": level}
        facts |= {"level_done": 0, "level_sessions_to_go": 2}
    free = frozenset(int(day) for day in np.flatnonzero(chance.random(7) < 0.8))
    return facts, PersonWeek(
        free_days=free,
        minutes=dict.fromkeys(range(7), float(chance.integers(20, 90))),
        long_run_day=int(chance.integers(0, 7)),
        sore=("right",),
        easy_speed_mps=2.6,
        easy_km_bw_s=Coarse(value=1000.0, low=700.0, high=1400.0),
        runs_per_week=int(chance.integers(1, 6)),
        week_m=float(chance.integers(3_000, 50_000)),
        last_strength=TODAY - timedelta(days=int(chance.integers(0, 10))),
    )


def main() -> None:
    """Time plans with nothing kept from before, and again with the placements kept."""
    knowledge, chance = load_knowledge(), np.random.default_rng(5)
    runners = [a_runner(chance) for _ in range(RUNNERS)]
    make_plan({"right": Facts.measured(runners[0][0])}, runners[0][1], knowledge, today=TODAY)
    place.cache_clear()
    for name in ("first time", "again"):
        begin = time.perf_counter()
        for facts, week in runners:
            make_plan({"right": Facts.measured(facts)}, week, knowledge, today=TODAY)
        took = time.perf_counter() - begin
        print(f"{name}: {RUNNERS / took:,.0f} two-week plans a second ({1000 * took / RUNNERS:.2f} ms each)")


if __name__ == "__main__":
    main()
