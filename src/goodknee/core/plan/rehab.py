"""A strength session: what stands in each place, how much of it, and what it asks of the knee."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from goodknee.core.assess.compiled import Known
from goodknee.core.knowledge.plan import Span
from goodknee.core.knowledge.plan.exercises import Block, Dose, Exercise, PfjClassId
from goodknee.core.knowledge.plan.rehab import Phase, Planned, SessionChange
from goodknee.core.load.other_load import Coarse, OtherLoad, impulse_of
from goodknee.core.plan.plan_rules import PlanRules

#: The day of a load is not read when a single one is worked out.
_ANY_DAY: Final = date.min
#: How a session is made shorter, the first way first.
_WAYS_TO_FIT: Final[tuple[tuple[Block, Literal["fewer_sets", "leave_out"]], ...]] = (
    ("isolation", "fewer_sets"),
    ("mobility", "leave_out"),
    ("power_multi", "fewer_sets"),
    ("isolation", "leave_out"),
    ("power_multi", "leave_out"),
    ("warm_up", "leave_out"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One exercise in its place of a session.

    Attributes:
        place: The exercise that the phase puts there; ``exercise`` may stand in for it.
        how: As it is done here: the form for home where the kit is missing.
        knee_deg: Bend that is allowed now; None: none is named (no range limit and no bend to speak of).
        load_cut_pct: So much less load than last time.
        why: Rules that changed it.
    """

    place: str
    block: Block
    exercise: Exercise
    how: str
    dose: Dose
    knee_deg: Span
    load_cut_pct: float | None
    why: tuple[str, ...]
    minutes: float
    pfj: Coarse


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthSession:
    """All of one session, in the order in which it is done.

    Attributes:
        left_out: What the minutes do not hold.
        one_step: The one thing that has grown since the last session, by the words of the pack.
    """

    placed: tuple[Placed, ...]
    minutes: float
    pfj: Coarse
    left_out: tuple[Placed, ...]
    one_step: str | None


def strength_session(
    phase: Phase,
    known: Known,
    rules: PlanRules,
    *,
    kit: frozenset[str],
    change: SessionChange = "hold",
    ceiling: PfjClassId | None = None,
    power: bool = True,
    minutes: float | None = None,
    now: Mapping[str, str] | None = None,
) -> StrengthSession:
    """Return the session of a phase, made to fit this knee, this kit and these minutes.

    Args:
        phase: Whose session it is.
        known: Facts of the stricter knee.
        rules: The pack, ready.
        kit: What there is; without a thing, the form for home is done.
        change: What the last sessions ask of this one; ``step_up`` changes one thing.
        ceiling: Highest class of stress on a sore day; None: that of the phase.
        power: Jumps and hops may be in it.
        minutes: Time for all of it; None: that of the phase.
        now: Place → the exercise that stands there in the plan in force.
    """
    chosen: list[Placed] = []
    for block in rules.rehab.sessions.order:
        for planned in _places(phase, block):
            exercise = _exercise_for(planned, phase, known, rules, power=power, now=now or {})
            placed = _placed(exercise, planned.exercise, block, phase, rules, kit, change)
            if placed.exercise.id not in {each.exercise.id for each in chosen}:
                chosen.append(placed)
    one_step = None
    if change == "step_up" and ceiling is None:
        chosen, one_step = _one_step_up(chosen, phase, rules, kit, power=power)
    within = phase.session.minutes if minutes is None else minutes
    kept, left_out = _within(chosen, within, phase, rules)
    if ceiling is not None:
        # The swap is made in what would have been done, so a sore day never holds more than a calm one.
        kept, _ = _within(_all_kinder(kept, ceiling, phase, rules, kit, change), within, phase, rules)
    return StrengthSession(
        placed=tuple(kept),
        minutes=_minutes_of(kept),
        pfj=total(each.pfj for each in kept),
        left_out=tuple(left_out),
        one_step=one_step,
    )


def total(loads: Iterable[Coarse]) -> Coarse:
    """Return loads added up; their ranges are added too, as if all erred the same way."""
    value = low = high = 0.0
    for load in loads:
        value, low, high = value + load.value, low + load.low, high + load.high
    return Coarse(value=value, low=low, high=high)


def load_of(exercise: Exercise, dose: Dose, rules: PlanRules) -> Coarse:
    """Return what a dose of an exercise puts on each knee, coarsely."""
    return impulse_of(movement_of(exercise, dose, rules, day=_ANY_DAY), rules.load)


def movement_of(exercise: Exercise, dose: Dose, rules: PlanRules, *, day: date) -> OtherLoad:
    """Return a dose of an exercise as the knee-load ledger takes it."""
    down, hold, up = exercise.tempo.down_hold_up_s or rules.seconds[exercise.tempo.word or "even"]
    each_way = 2 if dose.per == "way" else 1
    if dose.reps is not None:
        held = _middle(dose.hold_s) if dose.hold_s else hold
        repetitions = dose.sets * _middle(dose.reps) * each_way
    else:
        seconds = _middle(dose.seconds) if dose.seconds else 60 * _middle(dose.minutes or (0, 0))
        if exercise.tempo.word == "hold":
            held, down, up, repetitions = seconds, 0.0, 0.0, float(dose.sets)
        else:
            held, repetitions = 0.0, dose.sets * each_way * seconds / (down + hold + up)
            held = hold
    return OtherLoad(
        day=day,
        what=exercise.id,
        pfj_class=exercise.pfj_class,
        repetitions=repetitions,
        moving_s=down + up,
        held_s=held,
    )


def allowed_in(exercise: Exercise, phase: Phase, *, power: bool = True) -> bool:
    """Tell whether a phase allows an exercise: by its phase, its level and its bend."""
    if exercise.phase_from > phase.id or exercise.level > phase.level_to:
        return False
    if exercise.phase_from >= POWER_FROM and not (power and phase.power):
        return False
    return knee_range(exercise, phase) is not None


#: The phase from which on an exercise counts as jumping, hopping or fast work.
POWER_FROM: Final = "P4"


def knee_range(exercise: Exercise, phase: Phase, *, cut_deg: float = 0.0) -> Span | None:
    """Return the bend of an exercise under the limits of a phase; None: nothing is left of it."""
    low, high = exercise.knee_deg
    if exercise.range_cap and exercise.chain == "closed":
        high = min(high, phase.closed_chain_to_deg) - cut_deg
    elif exercise.range_cap and exercise.chain == "open":
        if phase.open_chain_deg is None:
            return None
        low, high = max(low, phase.open_chain_deg[0]), min(high, phase.open_chain_deg[1])
    return (low, high) if high > low or not exercise.range_cap else None


def easier_and_harder(
    exercise: Exercise, phase: Phase, rules: PlanRules
) -> tuple[Exercise | None, Exercise | None]:
    """Return what a sore or an easy day may put in its place, as far as the phase allows it."""
    easier = next((rules.exercises[one] for one in exercise.regress_to), None)
    harder = (rules.exercises[one] for one in exercise.progress_to)
    return easier, next((one for one in harder if allowed_in(one, phase)), None)


def _places(phase: Phase, block: Block) -> Sequence[Planned]:
    session = phase.session
    return {
        "warm_up": session.warm_up,
        "power_multi": session.power_multi,
        "isolation": session.isolation,
        "mobility": session.mobility,
        "cardio": (),
    }[block]


def _exercise_for(
    planned: Planned, phase: Phase, known: Known, rules: PlanRules, *, power: bool, now: Mapping[str, str]
) -> Exercise:
    holds = rules.planned_when.get(planned.exercise)
    name = planned.exercise if holds is None or holds(known) else planned.otherwise or planned.exercise
    carried = rules.exercises.get(now.get(planned.exercise, ""))
    if carried is not None and allowed_in(carried, phase, power=power):
        return carried
    exercise = rules.exercises[name]
    while exercise.regress_to and not allowed_in(exercise, phase, power=power):
        exercise = rules.exercises[exercise.regress_to[0]]
    return exercise


def _placed(
    exercise: Exercise,
    place: str,
    block: Block,
    phase: Phase,
    rules: PlanRules,
    kit: frozenset[str],
    change: SessionChange,
    *,
    lighter: bool = False,
) -> Placed:
    exercise, how, why = _with_kit(exercise, phase, rules, kit)
    cut_deg, cut_load = 0.0, None
    if change == "step_down" and block in {"power_multi", "isolation"}:
        cut_deg = rules.rehab.decisions.cut_depth_deg[0]
        if not exercise.range_cap or exercise.chain != "closed":
            cut_load = rules.rehab.decisions.cut_load_pct[0]
    knee_deg = knee_range(exercise, phase, cut_deg=cut_deg) or exercise.knee_deg
    dose = _lowest(exercise.dose) if lighter else exercise.dose
    return Placed(
        place=place,
        block=block,
        exercise=exercise,
        how=how,
        dose=dose,
        knee_deg=knee_deg,
        load_cut_pct=cut_load,
        why=why,
        minutes=_time_of(exercise, dose, block, phase, rules),
        pfj=load_of(exercise, dose, rules),
    )


def _with_kit(
    exercise: Exercise, phase: Phase, rules: PlanRules, kit: frozenset[str]
) -> tuple[Exercise, str, tuple[str, ...]]:
    """Return the exercise as it can be done with this kit."""
    if not exercise.equipment or not kit.isdisjoint(exercise.equipment):
        return exercise, exercise.how, ()
    without = exercise.without
    if without is not None and without.how is not None:
        return exercise, without.how, ("no_equipment",)
    instead = (rules.exercises[one] for one in (without.instead if without else ()))
    stand_in = next((one for one in instead if allowed_in(one, phase)), None)
    if stand_in is None:
        return exercise, exercise.how, ("no_equipment",)
    again, how, _ = _with_kit(stand_in, phase, rules, kit)
    return again, how, ("no_equipment",)


def _all_kinder(
    placed: Iterable[Placed],
    ceiling: PfjClassId,
    phase: Phase,
    rules: PlanRules,
    kit: frozenset[str],
    change: SessionChange,
) -> list[Placed]:
    kinder: dict[str, Placed] = {}
    for each in placed:
        swapped = _kinder(each, ceiling, phase, rules, kit, change)
        if swapped is not None:
            kinder.setdefault(swapped.exercise.id, swapped)
    return list(kinder.values())


def _kinder(
    placed: Placed,
    ceiling: PfjClassId,
    phase: Phase,
    rules: PlanRules,
    kit: frozenset[str],
    change: SessionChange,
) -> Placed | None:
    """Return what stands in on a sore day: no higher in class and no more load; None: it is left out."""
    exercise = placed.exercise
    while rules.order[exercise.pfj_class] > rules.order[ceiling] and exercise.regress_to:
        exercise = rules.exercises[exercise.regress_to[0]]
    if rules.order[exercise.pfj_class] > rules.order[ceiling]:
        return None
    if exercise is placed.exercise:
        return placed
    kinder = _placed(exercise, placed.place, placed.block, phase, rules, kit, change, lighter=True)
    kinder = replace(kinder, why=(*kinder.why, "flare_lighter"))
    for sets in range(kinder.dose.sets, 0, -1):
        dose = replace(kinder.dose, sets=sets)
        pfj = load_of(kinder.exercise, dose, rules)
        if pfj.value <= placed.pfj.value and pfj.high <= placed.pfj.high:
            return replace(
                kinder,
                dose=dose,
                pfj=pfj,
                minutes=_time_of(kinder.exercise, dose, kinder.block, phase, rules),
            )
    return None


def _one_step_up(
    chosen: list[Placed], phase: Phase, rules: PlanRules, kit: frozenset[str], *, power: bool
) -> tuple[list[Placed], str | None]:
    """Change one thing in one exercise: more load where there is a weight, else the next harder one."""
    for number, placed in enumerate(chosen):
        if placed.block not in {"power_multi", "isolation"}:
            continue
        exercise = placed.exercise
        if exercise.added_kg is not None and not kit.isdisjoint({"weight", "ankle_weight"}):
            step = (*placed.why, "S5")
            return [*chosen[:number], replace(placed, why=step), *chosen[number + 1 :]], _MORE_LOAD
        for name in exercise.progress_to:
            harder = rules.exercises[name]
            taken = {each.exercise.id for each in chosen}
            if harder.block == placed.block and name not in taken and allowed_in(harder, phase, power=power):
                up = _placed(harder, placed.place, placed.block, phase, rules, kit, "step_up")
                up = replace(up, why=(*up.why, "S5"))
                return [*chosen[:number], up, *chosen[number + 1 :]], _LESS_SUPPORT
    return chosen, None


#: Places of ``rehab.decisions.step_up_order`` that this planner can take by itself.
_MORE_LOAD, _LESS_SUPPORT = "More load", "Less support, from two legs to one"


def _within(
    chosen: Sequence[Placed], minutes: float, phase: Phase, rules: PlanRules
) -> tuple[list[Placed], list[Placed]]:
    """Make a session fit: fewer sets of single muscles, no stretches, fewer sets, then fewer exercises.

    The first exercise of each block stays as long as it can, and the order always does.
    """
    kept, left_out = list(chosen), list[Placed]()
    for block, way in _WAYS_TO_FIT:
        for number in range(len(kept) - 1, -1, -1):
            if _minutes_of(kept) <= minutes:
                return kept, left_out
            each = kept[number]
            if each.block != block:
                continue
            if way == "fewer_sets":
                kept[number] = _with_fewer_sets(each, phase, rules)
            elif block == "mobility" or any(before.block == block for before in kept[:number]):
                left_out.append(kept.pop(number))
    while _minutes_of(kept) > minutes and len(kept) > 1:
        left_out.append(kept.pop())
    return kept, left_out


def _with_fewer_sets(placed: Placed, phase: Phase, rules: PlanRules) -> Placed:
    sets = min(placed.dose.sets, rules.week.sizes.sets_fewest)
    dose = replace(placed.dose, sets=sets)
    return replace(
        placed,
        dose=dose,
        minutes=_time_of(placed.exercise, dose, placed.block, phase, rules),
        pfj=load_of(placed.exercise, dose, rules),
    )


def _minutes_of(placed: Sequence[Placed]) -> float:
    return float(round(sum(each.minutes for each in placed)))


def _time_of(exercise: Exercise, dose: Dose, block: Block, phase: Phase, rules: PlanRules) -> float:
    """Return the minutes that a dose takes, with its rests."""
    down, hold, up = exercise.tempo.down_hold_up_s or rules.seconds[exercise.tempo.word or "even"]
    if dose.reps is not None:
        one = dose.reps[0] * (down + up + (_middle(dose.hold_s) if dose.hold_s else hold))
    else:
        one = dose.seconds[0] if dose.seconds else 60 * (dose.minutes or (0.0, 0.0))[0]
    sides = 2 if dose.per in {"leg", "way"} or exercise.sides == "each" else 1
    rest = 0.0
    if block in {"power_multi", "isolation"}:
        rests = rules.rehab.sessions.rest_between_sets_s
        strong = block == "power_multi" and phase.id >= "P2"
        rest = (rests.strength if strong else rests.endurance)[0]
    # Each leg rests while the other one works.
    rest = max(0.0, rest - one) if sides == 2 else rest
    return (dose.sets * one * sides + (dose.sets - 1) * rest + rules.week.sizes.setting_up_s) / 60


def _lowest(dose: Dose) -> Dose:
    """Return the lower end of a dose."""
    return replace(
        dose,
        reps=_low(dose.reps),
        seconds=_low(dose.seconds),
        minutes=_low(dose.minutes),
        hold_s=_low(dose.hold_s),
    )


def _low(span: Span | None) -> Span | None:
    return None if span is None else (span[0], span[0])


def _middle(span: Span) -> float:
    return (span[0] + span[1]) / 2


def exercise_details(placed: Placed, phase: Phase, rules: PlanRules) -> dict[str, Any]:
    """Return one exercise of a session as it is shown and kept."""
    exercise, dose = placed.exercise, placed.dose
    easier, harder = easier_and_harder(exercise, phase, rules)
    return {
        "place": placed.place,
        "id": exercise.id,
        "name": exercise.name,
        "block": placed.block,
        "how": placed.how,
        "cue": exercise.cue,
        "sets": dose.sets,
        "reps": dose.reps,
        "seconds": dose.seconds,
        "minutes": dose.minutes,
        "hold_s": dose.hold_s,
        "per": dose.per,
        "tempo_s": exercise.tempo.down_hold_up_s,
        "tempo": exercise.tempo.word,
        "load": exercise.load,
        "load_cut_pct": placed.load_cut_pct,
        "rpe": exercise.rpe,
        "knee_deg": placed.knee_deg,
        "pfj_class": exercise.pfj_class,
        "stop_above_nprs": exercise.stop_above_nprs or rules.day.today.strength.ceiling_nprs,
        "stop_if": exercise.stop_if,
        "easier": None if easier is None else {"id": easier.id, "name": easier.name},
        "harder": None if harder is None else {"id": harder.id, "name": harder.name},
        "why": placed.why,
        "figure": exercise.figure,
        "grade": exercise.evidence.grade,
        "sources": exercise.evidence.sources,
    }
