"""The knee-load ledger in the report: sentences, the runs that cost most, and one what-if that fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.knee_load import KinderId
from goodknee.core.load.dear_runs import dear_runs
from goodknee.core.load.kinder_run import Fitting, fitting_changes, walk_descents
from goodknee.core.load.ledger import KneeLoad
from goodknee.core.load.stand_out import Finding
from goodknee.core.load.what_if import Change
from goodknee.core.model import Reason
from goodknee.core.report import KinderRun, LoadInReport, Tried
from goodknee.core.words import tenths
from goodknee.services.knee_load import RunsWithSamples, load_document
from goodknee.services.what_if import Answer, Base, base_of, told, try_change

#: What a choice of the pack changes, by so many per cent.
CHANGES: Final[Mapping[KinderId, Callable[[float], Change]]] = {
    "more_steps": lambda pct: Change(cadence_pct=pct),
    "slower": lambda pct: Change(speed_pct=pct),
}


def load_in_report(
    store: RunsWithSamples,
    ledger: KneeLoad,
    knowledge: Knowledge,
    *,
    may_advise: bool,
    answered_yes: Collection[str] = (),
) -> LoadInReport:
    """Return what the report tells of the ledger.

    Args:
        store: Where the runs are; the what-if reads one of them again.
        ledger: Up to the last day of the report.
        knowledge: Rules, coefficients and words.
        may_advise: Whether this is a time to speak of how to run.
        answered_yes: Keys of the check that were answered with yes.
    """
    dear = dear_runs(ledger, knowledge)
    kinder = _kinder_run(store, ledger, knowledge, answered_yes) if may_advise else None
    return LoadInReport(
        ledger=ledger,
        dear=dear,
        kinder=kinder,
        says=tuple(_sentences(ledger, knowledge, dear=bool(dear), none_fits=may_advise and kinder is None)),
    )


def _sentences(ledger: KneeLoad, knowledge: Knowledge, *, dear: bool, none_fits: bool) -> list[str]:
    words, rule = knowledge.words, knowledge.watch.usual
    if not ledger.known or ledger.usual is None:
        return [words.say("report.load.no_figures")]
    said = [words.say("load.unit", pace=1000.0 / ledger.usual.speed_mps)]
    for recent in ledger.recent:
        total = recent.easy_flat_km
        shown = f"{tenths(total.value)} ({tenths(total.low_relative)}–{tenths(total.high_relative)})"
        key = "load.recent" if recent.runs else "load.recent.none"
        said.append(words.say(key, days=recent.window_days, n=recent.runs, easy_km=shown))
    band = ledger.band
    if band is None:
        said.append(words.say("load.band.too_few", days=rule.compare_days, runs=rule.band_runs))
    else:
        low, high = f"{band.low:.1f}", f"{band.high:.1f}"
        said.append(words.say("load.band", days=rule.compare_days, low=low, high=high))
        if not dear:
            days = knowledge.knee_load.dear_runs.look_back_days
            said.append(words.say("report.load.none_dear", days=days))
    if none_fits:
        said.append(_why_none_fits(ledger, knowledge))
    return said


def _why_none_fits(ledger: KneeLoad, knowledge: Knowledge) -> str:
    words, least = knowledge.words, knowledge.knee_load.kinder_run.min_runs
    if len(ledger.known) < least:
        return words.say("report.load.kinder.too_few", runs=least)
    steps = ledger.usual is not None and ledger.usual.cadence_runs > 0
    return words.say("report.load.kinder.none" if steps else "report.load.kinder.no_steps")


def _kinder_run(
    store: RunsWithSamples, ledger: KneeLoad, knowledge: Knowledge, answered_yes: Collection[str]
) -> KinderRun | None:
    """Return the first change that fits and makes a difference worth telling."""
    rule, model = knowledge.knee_load.kinder_run, knowledge.watch
    for fitting in fitting_changes(ledger, rule, model, answered_yes=answered_yes):
        base = base_of(store, ledger, knowledge, run_id=fitting.run_id)
        tried, also = _tried(fitting, base, knowledge)
        least = min(min(each.effect.peak_pct.value, each.effect.total_pct.value) for each in tried)
        if least <= -model.route.worth_pct:
            return KinderRun(
                finding=_finding(fitting, base, knowledge),
                tried=tried,
                also=also,
                assumes=tuple(knowledge.words.say(key) for key in fitting.choice.assumes),
            )
    return None


def _tried(fitting: Fitting, base: Base, knowledge: Knowledge) -> tuple[tuple[Tried, ...], tuple[str, ...]]:
    choice, words = fitting.choice, knowledge.words
    if choice.id == "walk_descents":
        effect = walk_descents(base.was, knowledge.watch)
        says = words.say(
            "what_if.says.same_distance",
            peak=told(effect.peak_pct, words),
            total=told(effect.total_pct, words),
        )
        tried = Tried(effect=effect, change=words.say(choice.says), says=says)
        return (tried,), (words.say("what_if.also.slope"),)
    answers: list[tuple[float, Answer]] = [
        (pct, try_change(base, CHANGES[choice.id](pct), knowledge)) for pct in choice.change_pct
    ]
    sums = base.was.sums
    pace, steps = 1000.0 / sums.mean_speed_mps, 60.0 * sums.running_steps / sums.running_s
    tried_all = tuple(
        Tried(
            effect=answer.effect,
            change=words.say(
                choice.says,
                change_pct=abs(pct),
                steps=steps,
                new_steps=steps * (1 + pct / 100),
                pace=pace,
                new_pace=pace / (1 + pct / 100),
            ),
            says=answer.says,
        )
        for pct, answer in answers
    )
    return tried_all, tuple(dict.fromkeys(each for _, answer in answers for each in answer.also))


def _finding(fitting: Fitting, base: Base, knowledge: Knowledge) -> Finding:
    choice, words = fitting.choice, knowledge.words
    assert base.cost is not None  # a change fits on a run
    facts: dict[str, float | int | str | None] = {
        "day": base.cost.day.isoformat(),
        "run": base.cost.id,
        "distance_m": base.cost.distance_m,
        choice.fact: fitting.value,
        "runs_looked_at": fitting.runs,
        "interval_pct": 80,
    }
    pace = 1000.0 / base.was.sums.mean_speed_mps
    says = words.say("what_if.base", day=base.cost.day, distance_m=base.cost.distance_m, pace=pace)
    reason = Reason(
        rule=f"load.kinder_run.{choice.id}",
        facts=facts,
        says=says,
        grade=choice.evidence.grade,
        sources=choice.evidence.sources,
        would_change=words.say(choice.would_change),
    )
    return Finding(title=words.say(choice.name), reason=reason, evidence=choice.evidence, day=base.cost.day)


def report_load_document(load: LoadInReport, *, since: date) -> dict[str, Any]:
    """Return the ledger as the report's document holds it.

    Args:
        load: What the report shows.
        since: Runs and days from this day on; ``load`` itself lists them all.
    """
    return {
        **load_document(load.ledger, since=since),
        "says": list(load.says),
        "dear_runs": [
            {
                "run": each.cost.id,
                "title": each.finding.title,
                "usual_easy_km": each.usual_easy_km,
                "parts": [asdict(part) for part in each.parts],
                "easy_km": each.easy_km,
                "assumes": list(each.assumes),
                **asdict(each.finding.reason),
            }
            for each in load.dear
        ],
        "kinder_run": _kinder_document(load.kinder) if load.kinder else None,
    }


def _kinder_document(kinder: KinderRun) -> dict[str, Any]:
    return {
        "title": kinder.finding.title,
        "tried": [
            {
                "change": each.change,
                "says": each.says,
                "peak_pct": asdict(each.effect.peak_pct),
                "per_km_pct": asdict(each.effect.per_km_pct),
                "total_pct": asdict(each.effect.total_pct),
            }
            for each in kinder.tried
        ],
        "also": list(kinder.also),
        "assumes": list(kinder.assumes),
        **asdict(kinder.finding.reason),
    }
