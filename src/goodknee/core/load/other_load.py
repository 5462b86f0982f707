"""Stairs and exercises in the ledger: coarse, from the class of stress of a movement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from goodknee.core.knowledge.plan.exercises import JointLoad, PfjClassId


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLoad:
    """One movement on one day, as often as each knee did it.

    Attributes:
        what: Its name in the pack, for whoever shows it.
        pfj_class: Its class of stress.
        moving_s: Seconds of one repetition, down and up.
        held_s: Seconds held at its deepest.
    """

    day: date
    what: str
    pfj_class: PfjClassId
    repetitions: float
    moving_s: float
    held_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coarse:
    """A rough impulse per knee, body weights times seconds, and the wide range it may lie in."""

    value: float
    low: float
    high: float


def stairs(day: date, steps: float, *, down: bool, pack: JointLoad) -> OtherLoad:
    """Return so many steps of a stair, half of them on each leg."""
    name = "stair_down" if down else "stair_up"
    daily = next(each for each in pack.daily if each.id == name)
    return OtherLoad(
        day=day, what=name, pfj_class=daily.pfj_class, repetitions=steps / 2, moving_s=daily.seconds
    )


def impulse_of(load: OtherLoad, pack: JointLoad) -> Coarse:
    """Return what a movement puts on each knee: mean over peak × peak × seconds, and the peak while held."""
    stress = next(each for each in pack.classes if each.id == load.pfj_class)

    def impulse(peak_bw: float, mean_over_peak: float) -> float:
        return load.repetitions * peak_bw * (mean_over_peak * load.moving_s + load.held_s)

    return Coarse(
        value=impulse(stress.middle_bw, pack.mean_over_peak_middle),
        low=impulse(stress.peak_bw[0], pack.mean_over_peak[0]),
        high=impulse(stress.peak_bw[1], pack.mean_over_peak[1]),
    )
