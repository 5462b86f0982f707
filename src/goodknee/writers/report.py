"""The knee report as one page: no network, no scripts, readable on a phone and on paper."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from goodknee.core.citation import UNPUBLISHED, short_citation, url
from goodknee.core.knowledge import Evidence, Knowledge
from goodknee.core.knowledge.questions import SIDES
from goodknee.core.load.rows import TrendRow
from goodknee.core.load.stand_out import Finding
from goodknee.core.report import Report
from goodknee.core.words import UNITS
from goodknee.writers.chart_frame import NARROW, WIDE, Canvas, Period, Spec, to_svg
from goodknee.writers.charts import drawn_rows, load_chart, trend_chart
from goodknee.writers.check_words import (
    facts_told,
    folded_sources,
    open_questions,
    risk_groups,
    signs_in_force,
    sources_told,
)
from goodknee.writers.ledger_chart import ledger_chart
from goodknee.writers.progress_part import ProgressPart, progress_part, progress_sources, reason_facts
from goodknee.writers.today_words import decision_sources, facts_of_reason, signs_behind

RECENT_WEEKS, YEAR_WEEKS = 12, 52
#: The source that is held against the evidence.
ARTICLE = "article"
#: Weeks shown before a run that stands out, when it lies before the recent weeks; the rest comes after it.
WEEKS_BEFORE_SPIKE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its finding as title, in both renditions, and the days of its table.

    ``table`` names the table below it: "runs", "weeks", "trend" or "ledger".
    """

    id: str
    title: str
    captions: tuple[str, ...]
    narrow: str
    wide: str
    table: str
    period: Period
    trend: TrendRow | None = None


def render_html(report: Report) -> str:
    """Return the report as one self-contained HTML page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    words = report.knowledge.words
    environment = Environment(
        loader=PackageLoader("goodknee.writers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({**UNITS, "day": words.day, "date": words.day_and_year, "zip": zip})
    environment.filters.update({"link": url, "short": short_citation, "number": lambda km: f"{km:g}"})
    environment.filters["first_sentence"] = lambda text: text.partition(". ")[0]
    css = (files("goodknee.writers") / "templates" / "report.css").read_text(encoding="utf-8")
    if report.simulated:
        # On paper each sheet carries the mark; browsers without page margins show it on the first.
        mark = json.dumps(words.say("report.simulated"))
        css += f"@media print {{ @page {{ @bottom-center {{ content: {mark}; font: 9pt sans-serif; }} }} }}\n"
    figures = {figure.id: figure for figure in _figures(report)}
    part = _progress(report)
    return environment.get_template("report.html.j2").render(
        report=report,
        say=words.say,
        part_of_progress=part,
        reason_facts=lambda reason: list(reason_facts(reason, report.knowledge)),
        unpublished=UNPUBLISHED,
        figures=figures,
        sources=_sources(report, part),
        folded=_only_folded(report, part),
        **_check_words(report.knowledge),
        **_today_words(report.knowledge),
        fact_lines=lambda finding: list(_fact_lines(finding, report)),
        strength=lambda evidence: _strength(evidence, report),
        runs_in=lambda period: [run for run in reversed(report.runs) if period.holds(run.day)],
        weeks_in=lambda period: [week for week in reversed(report.weeks) if period.holds(week.monday)],
        costs_in=lambda period: (
            [cost for cost in reversed(report.knee_load.ledger.runs) if period.holds(cost.day)]
            if report.knee_load
            else []
        ),
        pain_in=lambda period: [row for row in reversed(report.pain) if period.holds(row.day)],
        css=css,
        css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
    )


def _figures(report: Report) -> Iterator[Figure]:
    if not report.runs:
        return
    recent = _weeks_up_to(report.last_day, RECENT_WEEKS)
    yield from _load_figure(report, "recent", recent, per_run=True)
    spike_day = report.spikes[0].day if report.spikes else None
    if spike_day and not recent.holds(spike_day):
        end = min(spike_day + timedelta(weeks=RECENT_WEEKS - WEEKS_BEFORE_SPIKE), report.last_day)
        yield from _load_figure(report, "around", _weeks_up_to(end, RECENT_WEEKS), per_run=True)
    if report.runs[0].day < recent.first:
        yield from _load_figure(report, "year", _weeks_up_to(report.last_day, YEAR_WEEKS), per_run=False)
    yield from _ledger_figure(report, recent)
    for row in report.trends:
        yield from _trend_figure(report, row)


def _weeks_up_to(last: date, weeks: int) -> Period:
    """Return whole ISO weeks, the last of them that of ``last``."""
    monday = last - timedelta(days=last.weekday())
    return Period(first=monday - timedelta(weeks=weeks - 1), last=monday + timedelta(days=6))


def _load_figure(report: Report, name: str, period: Period, *, per_run: bool) -> Iterator[Figure]:
    measured = any(run.distance_m and period.holds(run.day) for run in report.runs)
    if not measured and not any(period.holds(row.day) for row in report.pain):
        return
    title = _load_title(report, name, period)
    captions = tuple(_load_captions(report, period, per_run=per_run))
    narrow, wide = _both(
        lambda canvas: load_chart(report, period, canvas, per_run=per_run), label=title, name=name
    )
    table = "runs" if per_run else "weeks"
    yield Figure(
        id=name, title=title, captions=captions, narrow=narrow, wide=wide, table=table, period=period
    )


def _ledger_figure(report: Report, period: Period) -> Iterator[Figure]:
    if report.knee_load is None:
        return
    ledger, words = report.knee_load.ledger, report.knowledge.words
    costs = [cost for cost in ledger.runs if period.holds(cost.day)]
    figures = [cost.easy_flat_km for cost in costs if cost.easy_flat_km]
    if not figures:
        return
    dearest = max(figures, key=lambda value: value.value)
    slots: dict[str, Any] = {
        "weeks": period.days // 7,
        "easy_km": dearest.value,
        "low": dearest.low_relative,
        "high": dearest.high_relative,
        "first": period.first,
        "last": min(period.last, report.last_day),
        "n": len(figures),
    }
    title = words.say("report.chart.ledger", **slots)
    captions = [words.say("report.chart.caption.ledger", **slots), words.say("load.interval")]
    if ledger.band:
        captions.append(
            words.say("report.chart.caption.ledger_band", days=report.knowledge.watch.usual.compare_days)
        )
    if any(cost.comparison and cost.comparison.stands_out for cost in costs):
        captions.append(words.say("report.chart.caption.ledger_sign"))
    if len(figures) < len(costs):
        captions.append(words.say("report.chart.caption.ledger_unknown", n=len(costs) - len(figures)))
    narrow, wide = _both(
        lambda canvas: ledger_chart(ledger, words, period, canvas), label=title, name="ledger"
    )
    yield Figure(
        id="ledger",
        title=title,
        captions=tuple(captions),
        narrow=narrow,
        wide=wide,
        table="ledger",
        period=period,
    )


def _load_title(report: Report, name: str, period: Period) -> str:
    words = report.knowledge.words
    spike = next((each for each in report.spikes if each.day and period.holds(each.day)), None)
    if name == "recent" and spike:
        facts = {**spike.reason.facts, "day": spike.day}
        pain_from = next((row.day for row in report.pain if row.value), None)
        if pain_from and spike.day and pain_from >= spike.day and period.holds(pain_from):
            return words.say("report.chart.recent.spike_pain", pain_from=pain_from, **facts)
        return words.say("report.chart.recent.spike", **facts)
    if name == "around" and spike:
        return words.say("report.chart.around", day=spike.day)
    runs = [run for run in report.runs if period.holds(run.day)]
    metres = [run.distance_m for run in runs if run.distance_m]
    slots = {"n": len(runs), "weeks": period.days // 7}
    if not runs:
        return words.say("report.chart.no_runs", **slots)
    if not metres:
        return words.say("report.chart.no_distance", **slots)
    if name == "year":
        return words.say("report.chart.year", total_m=sum(metres), **slots)
    return words.say("report.chart.recent.plain", longest_m=max(metres), **slots)


def _load_captions(report: Report, period: Period, *, per_run: bool) -> Iterator[str]:
    words, rule = report.knowledge.words, report.knowledge.load.session_spike
    if any(run.distance_m and period.holds(run.day) for run in report.runs):
        yield words.say(
            f"report.chart.caption.{'runs' if per_run else 'week'}",
            first=period.first,
            last=min(period.last, report.last_day),
            n=sum(period.holds(run.day) for run in report.runs),
            window_days=rule.window_days,
            unremarkable_pct=rule.unremarkable_up_to_pct,
        )
        yield words.say("report.chart.caption.gaps")
    if any(period.holds(week.monday) and week.change_state == "week_not_over" for week in report.weeks):
        yield words.say("report.chart.caption.running")
    if report.pain_measure and any(period.holds(row.day) for row in report.pain):
        yield words.say("report.chart.caption.pain")


def _trend_figure(report: Report, row: TrendRow) -> Iterator[Figure]:
    weeks = (
        RECENT_WEEKS if report.runs[0].day >= report.last_day - timedelta(weeks=RECENT_WEEKS) else YEAR_WEEKS
    )
    period = _weeks_up_to(report.last_day, weeks)
    words, rule = report.knowledge.words, report.knowledge.load.trend
    shown = [row.days[index] for index in drawn_rows(row, period)]
    if len(shown) < rule.min_runs:
        return
    outside = sum(period.holds(day) for day in row.days) - len(shown)
    caption = words.say(
        "report.chart.trend.caption",
        first=shown[0],
        last=shown[-1],
        n=len(shown),
        min_runs=rule.min_runs,
        window_days=rule.window_days,
    )
    narrow, wide = _both(
        lambda canvas: trend_chart(report, row, period, canvas), label=row.says, name=row.quantity
    )
    yield Figure(
        id=row.quantity,
        title=row.says,
        captions=(caption, words.say("report.chart.trend.outside", n=outside)) if outside else (caption,),
        narrow=narrow,
        wide=wide,
        table="trend",
        period=period,
        trend=row,
    )


def _both(spec_for: Callable[[Canvas], Spec], *, label: str, name: str) -> tuple[str, str]:
    narrow, wide = (
        to_svg(spec_for(canvas), label=label, name=f"{name}-{canvas.name}") for canvas in (NARROW, WIDE)
    )
    return narrow, wide


def _fact_lines(finding: Finding, report: Report) -> Iterator[str]:
    words = report.knowledge.words
    for key, value in finding.reason.facts.items():
        if value is not None and f"fact.{key}" in words.sentences:
            yield words.say(f"fact.{key}", value=value)


def _strength(evidence: Evidence, report: Report) -> str:
    direction = evidence.direction if evidence.grade in "ABC" else "any"
    return report.knowledge.words.say(f"evidence.{evidence.grade}.{direction}")


def _check_words(knowledge: Knowledge) -> dict[str, Callable[..., Any]]:
    """Return what the templates ask of the check's document."""
    say = knowledge.words.say
    return {
        "told": lambda facts: list(facts_told(facts, knowledge)),
        "signs_in_force": signs_in_force,
        "open_questions": lambda document: open_questions(document, knowledge),
        "holds_told": lambda document: ", ".join(
            say(f"report.check.hold.{one}") for one in document["holds"]
        ),
        "exercise_sources": lambda document: list(
            dict.fromkeys(key for one in document["for_now"]["exercises"] for key in one["sources"])
        ),
        "knees_known": lambda document: [
            side for side in SIDES if any(value is not None for value in document["baseline"][side].values())
        ],
        "risk_groups": risk_groups,
        "as_day": date.fromisoformat,
        "next_day": lambda day: date.fromisoformat(day) + timedelta(days=1),
    }


def _today_words(knowledge: Knowledge) -> dict[str, Callable[..., Any]]:
    """Return what the templates ask of the decision of the day."""
    urgencies = {each.id: each.says for each in knowledge.red_flags.policy.urgencies}
    return {
        "told_reason": lambda reason: list(facts_of_reason(reason, knowledge)),
        "signs_behind": lambda decision: signs_behind(decision, knowledge),
        "urgency_says": lambda decision: urgencies[decision["urgency"]],
    }


def _progress(report: Report) -> ProgressPart | None:
    """Return the part on progress; nothing of it while a warning sign has the page to itself."""
    if report.progress is None or report.blocked:
        return None
    return progress_part(report.progress.seen, report.progress.document, report.knowledge)


def _sources(report: Report, part: ProgressPart | None) -> list[str]:
    """Return the key of every source that a sentence of this page rests on, in the order of the page."""
    check, rules = report.check, report.knowledge.load
    used = [*_sources_of_check(report), *decision_sources(report.decision)]
    if report.blocked:
        return list(dict.fromkeys(used))
    findings = (*report.findings, *(report.knee_load.findings if report.knee_load else ()))
    used += [key for finding in findings for key in finding.reason.sources]
    if report.runs:
        used += [*rules.week_change.evidence.sources, *rules.trend.evidence.sources]
    if report.pain:
        used += report.knowledge.pain.evidence.sources
    if part:
        used += progress_sources(part, report.knowledge)
    if check:
        used += [ARTICLE, *folded_sources(check.document)]
    return list(dict.fromkeys(used))


def _sources_of_check(report: Report) -> Iterator[str]:
    if report.check:
        yield from sources_told(report.check.document, running=report.decision is None)


def _only_folded(report: Report, part: ProgressPart | None) -> frozenset[str]:
    """Return the sources that are named nowhere but in what is folded away, and so not on paper."""
    if not report.check or report.blocked:
        return frozenset()
    open_ = {*_sources_of_check(report), *decision_sources(report.decision), ARTICLE}
    findings = (*report.findings, *(report.knee_load.findings if report.knee_load else ()))
    open_ |= {key for finding in findings for key in finding.reason.sources}
    open_ |= set(progress_sources(part, report.knowledge)) if part else set()
    return frozenset(folded_sources(report.check.document)) - open_
