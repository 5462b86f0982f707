"""What stands out in the runs, each finding with its receipt."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Return the runs far beyond the longest of the days before, the largest first.

    Args:
        log: The runs.
        spikes: The same rows, compared.
        knowledge: Its rule says how far back to look and how many to show.
        last_day: The day to look back from.
    """
    rule = knowledge.load.session_spike
    found: list[tuple[float, Finding]] = []
    for row in _recent_rows(log, last_day, rule.look_back_days):
        pct = float(spikes.spike_pct[row])
        band = band_of(pct, rule.bands)
        if band and band.stands_out:
            found.append((pct, _spike_finding(log, spikes, int(row), band, knowledge)))
    found.sort(key=lambda item: -item[0])
    return tuple(finding for _, finding in found[: rule.shown_at_most])


def _recent_rows(log: RunLog, last_day: date, look_back_days: int) -> Sequence[int]:
    age = (np.datetime64(last_day) - log.day).astype(np.int64)
    rows: list[int] = np.flatnonzero((age >= 0) & (age < look_back_days)).tolist()
    return rows


def _spike_finding(
    log: RunLog, spikes: SessionSpikes, row: int, band: Band, knowledge: Knowledge
) -> Finding:
    rule, words = knowledge.load.session_spike, knowledge.words
    day: date = log.day[row].item()
    slots = {
        "day": day,
        "distance_m": float(log.distance_m[row]),
        "longest_before_m": float(spikes.longest_before_m[row]),
        "spike_pct": float(spikes.spike_pct[row]),
        "window_days": rule.window_days,
        "unremarkable_pct": rule.unremarkable_up_to_pct,
    }
    reason = Reason(
        rule="load.session_spike",
        facts={**slots, "day": day.isoformat(), "band": band.id},
        says=words.say_all(rule.says, **slots),
        grade=rule.evidence.grade,
        sources=rule.evidence.sources,
        would_change=words.say(rule.would_change, **slots),
    )
    title = words.say(rule.name, **slots)
    return Finding(title=title, reason=reason, evidence=rule.evidence, day=day, run_row=row, band=band)


def pain_around(day: date, pain: PainDays, knowledge: Knowledge) -> Finding | None:
    """Return what the diary says before and after a run that stands out; None without an entry after it."""
    rule, words = knowledge.load.pain_around, knowledge.words
    age = (pain.day - np.datetime64(day)).astype(np.int64)
    before = pain.worst[(age < 0) & (age >= -rule.window_days)]
    after = pain.worst[(age >= 0) & (age <= rule.window_days)]
    if not len(after):
        return None
    facts = {
        "window_days": rule.window_days,
        "entries_before": len(before),
        "entries_after": len(after),
        "worst_before": float(before.max()) if len(before) else None,
        "worst_after": float(after.max()),
    }
    if not len(before):
        says = rule.says_no_before
    else:
        says = rule.says_more if after.max() > before.max() else rule.says_not_more
    reason = Reason(
        rule="load.pain_around",
        facts={"day": day.isoformat(), "measure": pain.measure, **facts},
        says=words.say_all(says, day=day, **facts),
        grade=rule.evidence.grade,
        sources=rule.evidence.sources,
        would_change=words.say(rule.would_change),
    )
    return Finding(title=words.say(rule.name), reason=reason, evidence=rule.evidence, day=day)


def next_run(log: RunLog, pain: PainDays, knowledge: Knowledge, *, today: date) -> Finding | None:
    """Return what the recent runs mean for the next one.

    Recent pain comes before every number. Without it, and without a run in the window, there is nothing to say.
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
        "most_m": float(longest) * (1 + rule.most_above_longest_pct / 100),
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
