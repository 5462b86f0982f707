"""What stands out in the runs, each finding with its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from goodknee.core.knowledge import Band, Evidence, Knowledge
from goodknee.core.load.exposure import RunLog, SessionSpikes, band_of, longest_before
from goodknee.core.load.pain import PainDays
from goodknee.core.model import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence with its receipt; ``day`` and ``run_row`` where it belongs to one run."""

    title: str
    reason: Reason
    evidence: Evidence
    day: date | None = None
    run_row: int | None = None
    band: Band | None = None


def spikes_that_stand_out(
    log: RunLog, spikes: SessionSpikes, knowledge: Knowledge, *, last_day: date
) -> tuple[Finding, ...]:
    """Return the runs far beyond the longest of the days before: recent ones first, then by size.

    Args:
        log: The runs.
        spikes: The same rows, compared.
        knowledge: Its rule says how far back to look and how many to show.
        last_day: The day to look back from.
    """
    rule = knowledge.load.session_spike
    age = (np.datetime64(last_day) - log.day).astype(np.int64)
    found = []
    for row in np.flatnonzero((age >= 0) & (age < rule.look_back_days)).tolist():
        pct = float(spikes.spike_pct[row])
        band = band_of(pct, rule.bands)
        if band and band.stands_out:
            found.append((age[row] >= rule.recent_days, -pct, age[row], row, band))
    found.sort(key=lambda item: item[:3])
    shown = found[: rule.shown_at_most]
    return tuple(_spike_finding(log, spikes, row, band, knowledge) for _, _, _, row, band in shown)


def _spike_finding(log: RunLog, spikes: SessionSpikes, row: int, band: Band, knowledge: Knowledge) -> Finding:
    rule, words = knowledge.load.session_spike, knowledge.words
    day: date = log.day[row].item()
    facts: dict[str, float] = {
        "distance_m": float(log.distance_m[row]),
        "longest_before_m": float(spikes.longest_before_m[row]),
        "spike_pct": float(spikes.spike_pct[row]),
        "window_days": rule.window_days,
        "unremarkable_pct": rule.unremarkable_up_to_pct,
    }
    reason = Reason(
        rule="load.session_spike",
        facts={"day": day.isoformat(), **facts, "band": band.id},
        says=words.say_all(rule.says, day=day, **facts),
        grade=rule.evidence.grade,
        sources=rule.evidence.sources,
        would_change=words.say(rule.would_change, **facts),
    )
    title = words.say(rule.name, day=day, **facts)
    return Finding(title=title, reason=reason, evidence=rule.evidence, day=day, run_row=row, band=band)


def pain_around(day: date, pain: PainDays, knowledge: Knowledge) -> Finding | None:
    """Return what the diary says before and after a run that stands out; None without an entry after it."""
    rule, words = knowledge.load.pain_around, knowledge.words
    sides = np.unique(pain.side).tolist()
    around = {side: _pain_of_knee(side, day, pain, rule.window_days) for side in sides}
    known = {side: facts for side, facts in around.items() if facts["entries_after"]}
    if not known:
        return None
    # One knee at a time: a sore left knee before must not hide a right knee that began to hurt after.
    knee = max(known, key=lambda side: _growth(known[side]))
    facts = known[knee]
    if facts["worst_before"] is None:
        says = rule.says_no_before
    else:
        says = rule.says_more if _growth(facts)[0] > 0 else rule.says_not_more
    if len(sides) > 1:
        says = (f"report.pain_around.knee.{knee}", *says)
    reason = Reason(
        rule="load.pain_around",
        facts={"day": day.isoformat(), "measure": pain.measure, "side": knee, **facts},
        says=words.say_all(says, day=day, **facts),
        grade=rule.evidence.grade,
        sources=rule.evidence.sources,
        would_change=words.say(rule.would_change),
    )
    return Finding(title=words.say(rule.name, day=day), reason=reason, evidence=rule.evidence, day=day)


def _pain_of_knee(side: str, day: date, pain: PainDays, window_days: int) -> dict[str, float | None]:
    age = (pain.day - np.datetime64(day)).astype(np.int64)
    # The morning of the day comes before its run, every other answer after it.
    first = 1 if pain.measure == "pain_morning" else 0
    own = pain.side == side
    before = pain.worst[own & (age < first) & (age >= -window_days)]
    after = pain.worst[own & (age >= first) & (age <= window_days)]
    return {
        "window_days": window_days,
        "entries_before": len(before),
        "entries_after": len(after),
        "worst_before": float(before.max()) if len(before) else None,
        "worst_after": float(after.max()) if len(after) else None,
    }


def _growth(facts: Mapping[str, float | None]) -> tuple[float, float]:
    """How much higher pain reached after than before, and how high."""
    after = facts["worst_after"] or 0.0
    return after - (facts["worst_before"] or 0.0), after


def next_run(log: RunLog, pain: PainDays, knowledge: Knowledge, *, today: date) -> Finding | None:
    """Return what the recent runs mean for the next one.

    Recent pain comes before every number. Without it and without a run in the window it is None.
    """
    return _pain_first(pain, knowledge, today=today) or _longest_next(log, knowledge, today=today)


def _pain_first(pain: PainDays, knowledge: Knowledge, *, today: date) -> Finding | None:
    rule, words = knowledge.load.pain_first, knowledge.words
    age = (np.datetime64(today) - pain.day).astype(np.int64)
    recent = pain.worst[(age >= 0) & (age < rule.recent_days)]
    if not len(recent) or recent.max() <= rule.above_nprs:
        return None
    facts = {"recent_days": rule.recent_days, "worst": float(recent.max()), "entries": len(recent)}
    reason = Reason(
        rule="load.pain_first",
        facts={"measure": pain.measure, **facts},
        says=words.say_all(rule.says, **facts),
        grade=rule.evidence.grade,
        sources=rule.evidence.sources,
        would_change=words.say(rule.would_change, **facts),
    )
    return Finding(title=words.say(rule.name), reason=reason, evidence=rule.evidence)


def _longest_next(log: RunLog, knowledge: Knowledge, *, today: date) -> Finding | None:
    rule, words = knowledge.load.next_run, knowledge.words
    # The window of a run tomorrow: today's run counts.
    tomorrow = np.array([np.datetime64(today) + 1])
    longest = longest_before(log.day, log.distance_m, on=tomorrow, window_days=rule.window_days)[0]
    if np.isnan(longest):
        return None
    slots = {
        "longest_m": float(longest),
        # Rounded down to what is shown: a limit must not grow by rounding.
        "most_m": float(longest * (100 + rule.most_above_longest_pct) // 10_000 * 100),
        "window_days": rule.window_days,
        "most_above_pct": rule.most_above_longest_pct,
    }
    reason = Reason(
        rule="load.next_run",
        facts=slots,
        says=words.say_all(rule.says, **slots),
        grade=rule.evidence.grade,
        sources=rule.evidence.sources,
        would_change=words.say(rule.would_change),
    )
    return Finding(title=words.say(rule.name), reason=reason, evidence=rule.evidence)
