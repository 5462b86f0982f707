"""Make the knee report: what was run, what stands out, what the diary says, what is missing to say more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta, tzinfo
from typing import Any, Final, Protocol

import numpy as np

from goodknee import __version__
from goodknee.core.assess import risk
from goodknee.core.knowledge import Knowledge
from goodknee.core.load.exposure import RunLog, SessionSpikes, run_log, session_spikes
from goodknee.core.load.pain import PainDays, pain_days
from goodknee.core.load.rows import (
    TrendRow,
    longest_run,
    pain_rows,
    recent_load,
    run_rows,
    trend_row,
    week_rows,
)
from goodknee.core.load.stand_out import Finding, next_run, pain_around, spikes_that_stand_out
from goodknee.core.model import StoredEntry, StoredRun
from goodknee.core.report import (
    CheckInReport,
    LoadInReport,
    Missing,
    ProgressInReport,
    Report,
    stands_alone,
)
from goodknee.core.summary import SPORT_BY_PACE
from goodknee.core.track.diary import DiaryDay, days
from goodknee.core.track.progress_words import leading
from goodknee.services.assess import Assessment, CheckPack
from goodknee.services.assess_document import assess_document
from goodknee.services.decide_today import Decided
from goodknee.services.knee_load import RunsWithSamples, knee_load
from goodknee.services.report_load import load_in_report, report_load_document
from goodknee.services.show_progress import Shown, progress_document

#: The two usual windows of load, in days.
RECENT_WINDOWS = (7, 28)
#: A store without an entry for longer than this has charts that end at its last entry, not today.
QUIET_DAYS = 28
#: Verdicts of the day that leave no room for words on how to run.
NOT_TODAY: Final = frozenset({"rest", "see_clinician"})


class RunsAndDiary(RunsWithSamples, Protocol):
    """What the report needs of a store."""

    @property
    def simulated(self) -> bool:
        """Whether a program made these runs."""

    def diary(self) -> list[StoredEntry]:
        """Return all rows, corrections included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What was found in the store, before anything is said about it."""

    today: date
    last_day: date
    runs: tuple[StoredRun, ...]
    log: RunLog
    spikes: SessionSpikes
    diary: tuple[DiaryDay, ...]
    pain: PainDays
    undated: int
    future: int
    others: int


def make_report(
    store: RunsAndDiary,
    knowledge: Knowledge,
    *,
    today: date,
    home: tzinfo | None = None,
    check: Assessment | None = None,
    decided: Decided | None = None,
    progress: Shown | None = None,
) -> Report:
    """Return the knee report of everything up to and including ``today``.

    Args:
        store: Where runs and diary are kept.
        knowledge: The pack: its rules judge, its words speak.
        today: The local day it is made for.
        home: The runner's zone, for runs that do not know theirs.
        check: What the last knee check comes to now; its warning signs come before every number.
        decided: The decision of ``today``. With it, nothing else in the report speaks of running today.
        progress: Whether it is working.
    """
    facts = _gather(store, knowledge, today=today, home=home)
    spikes = spikes_that_stand_out(facts.log, facts.spikes, knowledge, last_day=facts.last_day)
    first_spike = spikes[0].day if spikes else None
    around = pain_around(first_spike, facts.pain, knowledge) if first_spike else None
    rows = run_rows([run.id for run in facts.runs], facts.log, facts.spikes, knowledge.load.session_spike)
    pace, cadence = (
        trend_row("pace", facts.log, last_day=facts.last_day, knowledge=knowledge),
        trend_row("cadence", facts.log, last_day=facts.last_day, knowledge=knowledge),
    )
    in_report = _check_in_report(check, facts, cadence, knowledge) if check else None
    decision = decided.document if decided else None
    return Report(
        today=today,
        last_day=facts.last_day,
        version=__version__,
        simulated=store.simulated,
        knowledge=knowledge,
        runs=rows,
        weeks=week_rows(facts.log, last_day=facts.last_day, today=today),
        recent=tuple(recent_load(facts.log, today=today, window_days=days) for days in RECENT_WINDOWS),
        longest=longest_run(rows, today=today, window_days=knowledge.load.next_run.window_days),
        pain_measure=facts.pain.measure,
        pain=pain_rows(facts.pain),
        lead=_lead(facts, spikes, around, knowledge) if rows else (),
        next_run=None if decision else _next_run(facts, in_report, knowledge),
        spikes=spikes,
        pain_around=around,
        trends=(pace, cadence),
        missing=_missing(facts, in_report, knowledge),
        other_activities=facts.others,
        check=in_report,
        decision=decision,
        progress=_progress(progress, knowledge),
        knee_load=_knee_load(store, facts, in_report, check, decision, knowledge, home=home),
    )


def report_document(report: Report) -> dict[str, Any]:
    """Return the report as one JSON document: days as text, what is missing as null."""
    findings = (*report.findings, *(report.knee_load.findings if report.knee_load else ()))
    used = sorted({key for finding in findings for key in finding.reason.sources})
    document = {
        "day": report.today,
        "today": report.decision,
        "simulated": report.simulated,
        "version": report.version,
        "knowledge_version": report.knowledge.pack.version,
        "knowledge_reviewers": [reviewer.name for reviewer in report.knowledge.pack.reviewers],
        "check": report.check.document if report.check else None,
        "says": list(report.lead),
        "runs": [asdict(run) for run in report.runs],
        "weeks": [asdict(week) for week in report.weeks],
        "recent": [asdict(load) for load in report.recent],
        "pain_measure": report.pain_measure,
        "pain": [asdict(entry) for entry in report.pain],
        "trends": [
            {"quantity": row.quantity, "says": row.says, **asdict(row.trend)} for row in report.trends
        ],
        "findings": [{"title": each.title, **asdict(each.reason)} for each in report.findings],
        "knee_load": _load_document(report),
        "progress": report.progress.document if report.progress else None,
        "missing": [asdict(each) for each in report.missing],
        "other_activities": report.other_activities,
        "sources": {key: asdict(report.knowledge.sources[key]) for key in used},
    }
    plain: dict[str, Any] = _plain(document)
    return plain


def _gather(store: RunsAndDiary, knowledge: Knowledge, *, today: date, home: tzinfo | None) -> _Facts:
    activities = store.runs()
    running = [run for run in activities if run.activity.is_run]
    dated = [(day, run) for run in running if (day := run.activity.day(home)) is not None]
    # Two runs of one day keep their order by the clock.
    runs = tuple(run for day, run in sorted(dated, key=lambda item: item[0]) if day <= today)
    log = run_log([run.activity for run in runs], home=home)
    days_of_runs = {run.id: day for day, run in dated}
    diary = days(store.diary(), knowledge.log, runs=days_of_runs, until=today)
    return _Facts(
        today=today,
        last_day=_last_day(log, diary, today),
        runs=runs,
        log=log,
        spikes=session_spikes(log, knowledge.load.session_spike),
        diary=diary,
        pain=pain_days(diary),
        undated=len(running) - len(dated),
        future=len(dated) - len(runs),
        others=len(activities) - len(running),
    )


def _last_day(log: RunLog, diary: Sequence[DiaryDay], today: date) -> date:
    entries: list[date] = [*log.day.tolist(), *(entry.day for entry in diary)]
    last = max(entries, default=today)
    return last if (today - last).days > QUIET_DAYS else today


def _check_in_report(
    check: Assessment, facts: _Facts, cadence: TrendRow, knowledge: Knowledge
) -> CheckInReport:
    """Return the check with what the runs say of its risk factors, and the day that it has a word on."""
    pack = CheckPack.of(knowledge)
    profile = risk.profile(check.signs.screening.facts, pack.risk, _measured(facts, cadence))
    next_day = check.day + timedelta(days=1)
    news = any(entry.day > check.day for entry in facts.diary)
    return CheckInReport(
        document=assess_document(replace(check, risk=profile), pack),
        day=check.day,
        running_day=next_day if facts.today <= next_day and not news else None,
    )


def _measured(facts: _Facts, cadence: TrendRow) -> Mapping[str, float | None]:
    """Return the measured facts of the risk profile: the last run's spike, the middle of recent cadences.

    Quick runs only raise the middle, so a low one is low at an easy pace too.
    """
    known = facts.runs and facts.spikes.state[-1] == "known"
    enough = cadence.trend.verdict != "too_few"
    return {
        "spike_pct": float(facts.spikes.spike_pct[-1]) if known else None,
        "cadence_spm": cadence.trend.recent if enough else None,
    }


def _no_time_for_running(check: CheckInReport | None, decision: Mapping[str, Any] | None) -> bool:
    """Tell whether the decision of the day, or without one the check, says not to run or not to run more."""
    if decision is None:
        return _says_not_to_run(check)
    return decision["verdict"] in NOT_TODAY or (check is not None and bool(check.document["holds"]))


def _says_not_to_run(check: CheckInReport | None) -> bool:
    """Tell whether the check holds running or its growth, or gives no leave to run."""
    return check is not None and bool(
        check.document["holds"] or not check.document["for_now"]["running"]["may_run"]
    )


def _progress(shown: Shown | None, knowledge: Knowledge) -> ProgressInReport | None:
    if shown is None or leading(shown.progress, knowledge) is None:
        return None
    return ProgressInReport(seen=shown.progress, document=progress_document(shown, knowledge))


def _knee_load(
    store: RunsAndDiary,
    facts: _Facts,
    in_report: CheckInReport | None,
    check: Assessment | None,
    decision: Mapping[str, Any] | None,
    knowledge: Knowledge,
    *,
    home: tzinfo | None,
) -> LoadInReport | None:
    """Return the ledger up to the last day; a warning sign that holds everything has the page to itself."""
    if not facts.runs or (in_report and in_report.blocked) or (decision and stands_alone(decision)):
        return None
    answers = check.answers if check else {}
    return load_in_report(
        store,
        knee_load(store, knowledge, today=facts.last_day, home=home),
        knowledge,
        may_advise=not _no_time_for_running(in_report, decision),
        answered_yes=[key for key, value in answers.items() if value is True],
    )


def _load_document(report: Report) -> dict[str, Any] | None:
    if report.knee_load is None:
        return None
    days = report.knowledge.knee_load.dear_runs.look_back_days
    return report_load_document(report.knee_load, since=report.last_day - timedelta(days=days - 1))


def _next_run(facts: _Facts, check: CheckInReport | None, knowledge: Knowledge) -> Finding | None:
    """Return what the runs mean for the next one; where the check says no, they have no say."""
    if _says_not_to_run(check):
        return None
    # A check that nothing is newer than has asked about pain: the diary's has no more to say.
    pain = pain_days([]) if check and check.running_day else facts.pain
    return next_run(facts.log, pain, knowledge, today=facts.today)


def _lead(
    facts: _Facts, spikes: Sequence[Finding], around: Finding | None, knowledge: Knowledge
) -> tuple[str, ...]:
    words, rule = knowledge.words, knowledge.load.session_spike
    said = []
    if spikes:
        seen = spikes[0].reason.facts
        all_of_them = _count_spikes(facts, knowledge)
        key = "report.lead.spike" if all_of_them == 1 else "report.lead.spikes"
        said.append(words.say(key, **{**seen, "n": all_of_them, "day": spikes[0].day}))
        said.extend(_lead_pain(around, knowledge) if around else ())
    elif (facts.last_day - (first := facts.log.day.min().item())).days < rule.min_history_days:
        said.append(words.say("report.lead.too_few", first=first, **_spike_slots(facts, knowledge)))
    elif compared := _recent_states(facts, knowledge, "known"):
        said.append(words.say("report.lead.nothing", n=compared, **_spike_slots(facts, knowledge)))
    else:
        said.append(words.say("report.lead.nothing_comparable", **_spike_slots(facts, knowledge)))
    if facts.last_day < facts.today:
        said.append(words.say("report.lead.old", last=facts.last_day))
    return tuple(said)


def _lead_pain(around: Finding, knowledge: Knowledge) -> Iterator[str]:
    """Yield what the pain after the run comes to beside the pain before it."""
    seen = around.reason.facts
    before, after = seen["worst_before"], seen["worst_after"]
    assert isinstance(after, float)  # a finding has an entry after its run
    if after > (before if isinstance(before, float) else 0.0):
        yield knowledge.words.say("report.lead.pain_after", **seen)
    elif before is not None:
        yield knowledge.words.say("report.lead.pain_not_more", **seen)


def _spike_slots(facts: _Facts, knowledge: Knowledge) -> dict[str, float | date]:
    rule = knowledge.load.session_spike
    return {
        "last": facts.last_day,
        "window_days": rule.window_days,
        "look_back_days": rule.look_back_days,
        "min_history_days": rule.min_history_days,
        "unremarkable_pct": rule.unremarkable_up_to_pct,
    }


def _looked_at(facts: _Facts, knowledge: Knowledge) -> np.ndarray[Any, np.dtype[np.bool_]]:
    age = (np.datetime64(facts.last_day) - facts.log.day).astype(np.int64)
    return age < knowledge.load.session_spike.look_back_days


def _recent_states(facts: _Facts, knowledge: Knowledge, state: str) -> int:
    return int((_looked_at(facts, knowledge) & (facts.spikes.state == state)).sum())


def _count_spikes(facts: _Facts, knowledge: Knowledge) -> int:
    limit = knowledge.load.session_spike.unremarkable_up_to_pct
    return int((_looked_at(facts, knowledge) & (facts.spikes.spike_pct > limit)).sum())


def _missing(facts: _Facts, check: CheckInReport | None, knowledge: Knowledge) -> tuple[Missing, ...]:
    counts = {
        "check": int(check is None),
        "check_open": len(check.document["risk_unknown"]) if check else 0,
        "pain": int(facts.pain.measure is None),
        "rest_days": 1,
        "short_history": _recent_states(facts, knowledge, "short_history"),
        "no_run_in_window": _recent_states(facts, knowledge, "no_run_in_window"),
        "distance_in_window": _recent_states(facts, knowledge, "distance_missing_in_window"),
        "no_distance": int(np.isnan(facts.log.distance_m).sum()),
        "no_date": facts.undated,
        "sport_by_pace": sum(run.activity.decisions.get("sport") == SPORT_BY_PACE for run in facts.runs),
        "future": facts.future,
        "cadence": int((_looked_at(facts, knowledge) & np.isnan(facts.log.cadence_spm)).sum()),
    }
    if not facts.runs:
        # Where there is no run to speak of, it matters whether there are any that do not count.
        counts = {what: counts[what] for what in ("check_open", "no_date", "future")}
    slots = _spike_slots(facts, knowledge)
    return tuple(
        Missing(what=what, says=knowledge.words.say(f"report.missing.{what}", n=n, **slots))
        for what, n in counts.items()
        if n
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
