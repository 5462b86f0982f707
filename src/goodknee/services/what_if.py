"""One run, run otherwise: what it would have put on the knee, and what else that asks of the body."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.load.course import Withheld
from goodknee.core.load.ledger import KneeLoad
from goodknee.core.load.run_cost import RunCost
from goodknee.core.load.run_load import Value
from goodknee.core.load.usual import no_history
from goodknee.core.load.what_if import (
    LEVERS,
    SAME_PCT,
    Before,
    Change,
    Effect,
    Way,
    before,
    easy_course,
    mildest_ways,
    what_if,
)
from goodknee.core.words import Words, pct
from goodknee.errors import AnswerError
from goodknee.services.knee_load import RunsWithSamples, course_of_run

#: An unsure effect whose middle is nearer to none than this, in per cent, leans neither way.
LEANS_PCT: Final = 2.0
#: The run of a runner who has none yet.
EXAMPLE_M: Final = 5000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The run that is changed; ``cost`` is None for the example of a runner without runs."""

    cost: RunCost | None
    was: Before


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a change does, in words: ``says`` first, then what comes with it."""

    effect: Effect
    says: str
    also: tuple[str, ...]


def base_of(store: RunsWithSamples, ledger: KneeLoad, knowledge: Knowledge, *, run_id: str | None) -> Base:
    """Return the run to be changed: the one that was asked for, else the last one with figures.

    Raises:
        AnswerError: The run that was asked for has no figures.
    """
    model = knowledge.watch
    by_id = {ledger.runs[known.row].id: known for known in ledger.known}
    wanted = run_id or next(reversed(by_id), None)
    if wanted is None:
        usual = no_history(model)
        course = easy_course(EXAMPLE_M, usual, model)
        return Base(cost=None, was=before(course, usual, model, convention=ledger.convention))
    if wanted not in by_id:
        raise AnswerError(
            "The ledger has no figure for this run, so there is nothing to compare with.",
            where=f"run {wanted}",
            next_step="See why with: goodknee load --run ID. Or choose another run.",
        )
    known = by_id[wanted]
    activity = next(run.activity for run in store.runs() if run.id == wanted)
    run = course_of_run(activity, store.samples_places().get(wanted), model)
    assert not isinstance(run, Withheld)  # it has figures
    return Base(
        cost=ledger.runs[known.row], was=before(run, known.usual, model, convention=ledger.convention)
    )


def try_change(base: Base, change: Change, knowledge: Knowledge) -> Answer:
    """Return what a change would have done to the run, in figures and in words.

    Raises:
        AnswerError: The change is beyond what the pack takes for meant.
    """
    _must_be_legal(change, knowledge)
    effect = what_if(base.was, change, knowledge.watch)
    return _answer(effect, knowledge)


def find_ways(base: Base, target_pct: float, knowledge: Knowledge) -> list[tuple[Way, Answer]]:
    """Return the mildest ways to bring the whole run down to a target, the smallest change first.

    Raises:
        AnswerError: The target is no reduction.
    """
    if not -100.0 < target_pct < 0.0:
        raise AnswerError(
            "A target says how much less, so it lies between −1 % and −99 %.",
            where=f"--target {target_pct:g}%",
            next_step="Try --target -20%.",
        )
    ways = mildest_ways(base.was, target_pct, knowledge.watch)
    return [(way, _answer(way.effect, knowledge)) for way in ways]


def _answer(effect: Effect, knowledge: Knowledge) -> Answer:
    words = knowledge.words
    says = words.say(
        "what_if.says" if effect.change.distance_pct else "what_if.says.same_distance",
        peak=told(effect.peak_pct, words),
        per_km=told(effect.per_km_pct, words),
        total=told(effect.total_pct, words),
    )
    if effect.opposite:
        says = f"{says} {words.say('what_if.opposite')}"
    return Answer(effect=effect, says=says, also=tuple(_also(effect.change, knowledge)))


def told(change: Value, words: Words) -> str:
    """Return an effect in words: "11 % less (8 % to 13 %)"."""
    low, high = change.low_relative, change.high_relative
    if max(abs(low), abs(high)) < SAME_PCT:
        return words.say("what_if.effect.same")
    if low < 0 < high:
        leans = ".less" if change.value <= -LEANS_PCT else ".more" if change.value >= LEANS_PCT else ""
        middle = {"middle": _pct(change.value)} if leans else {}
        return words.say(f"what_if.effect.unsure{leans}", first=_pct(low), last=_pct(high), **middle)
    key, first, last = ("less", high, low) if change.value < 0 else ("more", low, high)
    if _pct(first) == _pct(last):
        return words.say(f"what_if.effect.{key}.sure", middle=_pct(change.value))
    return words.say(f"what_if.effect.{key}", middle=_pct(change.value), first=_pct(first), last=_pct(last))


def _pct(value: float) -> str:
    size = abs(value)
    return pct(round(size, 1) if size < 1 else round(size))


def _also(change: Change, knowledge: Knowledge) -> list[str]:
    keys = []
    if change.cadence_pct > 0 or change.forefoot or change.shoe:
        keys.append("calf")
    if change.cadence_pct < 0:
        keys.append("longer_steps")
    if change.lean_deg > 0:
        keys.append("back")
    if change.speed_pct:
        keys.append("slower" if change.speed_pct < 0 else "faster")
    if change.grade_pct is not None:
        keys.append("slope")
    if change.shoe and knowledge.watch.shoe_by_id[change.shoe].certainty == "assumed":
        keys.append("shoe")
    return [knowledge.words.say(f"what_if.also.{key}") for key in keys]


def _must_be_legal(change: Change, knowledge: Knowledge) -> None:
    for name, (low, high) in knowledge.watch.what_if.legal.items():
        value = getattr(change, name)
        if value is not None and not low <= value <= high:
            lever, _, unit = name.rpartition("_")
            sign = {"pct": " %", "deg": "°"}[unit]
            raise AnswerError(
                f"{value:g}{sign} is beyond what this can answer.",
                where=f"--{lever}",
                next_step=f"Choose from {low:g} to {high:g}{sign}.",
            )
    if change.shoe and change.shoe not in knowledge.watch.shoe_by_id:
        raise AnswerError(
            f"There is no kind of shoe named {change.shoe[:40]}.",
            where="shoe",
            next_step=f"Choose one of: {', '.join(knowledge.watch.shoe_by_id)}.",
        )


def way_in_words(change: Change, words: Words) -> str:
    """Return a way to a target in words: "4 % more steps, 18 % shorter"."""
    made = {
        "cadence": change.cadence_pct,
        "distance": -change.distance_pct,
        "walk_share": change.walk_share_pct,
        "lean": change.lean_deg,
    }
    used = [lever for lever in LEVERS if made[lever]]
    return words.say(
        f"what_if.way.{'.'.join(used)}",
        cadence_pct=round(made["cadence"], 1),
        distance_pct=round(made["distance"]),
        walk_share_pct=round(made["walk_share"]),
        lean_deg=made["lean"],
    )


def answer_document(base: Base, answer: Answer) -> dict[str, Any]:
    """Return the document of ``what-if``."""
    effect = answer.effect
    return {
        "base": base_document(base),
        "change": dict(effect.change.made()),
        "peak_pct": asdict(effect.peak_pct),
        "per_km_pct": asdict(effect.per_km_pct),
        "total_pct": asdict(effect.total_pct),
        "says": answer.says,
        "also": list(answer.also),
    }


def ways_document(base: Base, target_pct: float, ways: list[tuple[Way, Answer]], says: str) -> dict[str, Any]:
    """Return the document of ``what-if --target``: that of the mildest way, if any, and a list of all."""
    found = []
    for way, answer in ways:
        document = {**answer_document(base, answer), "share_of_limit": way.share_of_limit}
        found.append({key: value for key, value in document.items() if key != "base"})
    mildest = (
        found[0] if found else dict.fromkeys(("change", "peak_pct", "per_km_pct", "total_pct")) | {"also": []}
    )
    return {**mildest, "base": base_document(base), "target_pct": target_pct, "ways": found, "says": says}


def base_document(base: Base) -> dict[str, Any]:
    """Return what was run, without its uncertainty: the change is told with its own."""
    load, sums = base.was.load, base.was.sums
    return {
        "run": base.cost.id if base.cost else None,
        "convention": base.was.convention,
        "distance_m": load.distance_m,
        "mean_speed_mps": sums.mean_speed_mps,
        "cadence_spm": sums.running_steps / (sums.running_s / 60.0) if sums.running_s else None,
        "pfj_impulse_bw_s": load.impulse_bw_s,
        "pfj_peak_bw": load.peak_bw,
        "assumed": list(base.was.course.assumed),
    }
