"""Show whether it is working: each measure against its start, and the reasons to have someone look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, tzinfo
from typing import Any, Final

from goodknee.core.assess.baseline import baseline
from goodknee.core.assess.conditions import Facts, Seen, evaluate, true_leaves, unknown_keys
from goodknee.core.assess.proms import next_due
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Condition, Value
from goodknee.core.knowledge.plan import Support
from goodknee.core.knowledge.questions import SIDES
from goodknee.core.model import Reason, Side, StoredCheck, StoredRun
from goodknee.core.plan.today import WarningSigns
from goodknee.core.track.diary import DiaryDay, days
from goodknee.core.track.lap_mark import pain_began_m
from goodknee.core.track.progress import Change, Course, Progress, progress
from goodknee.core.track.progress_words import lead_says
from goodknee.core.track.readings import DAYS_PER_WEEK, CheckSaid, Told, TrackedRun
from goodknee.core.track.setbacks import setback_facts
from goodknee.core.words import Words
from goodknee.services.assess import Assessment, CheckPack
from goodknee.services.plan_followed import PlanSeen, plan_followed
from goodknee.services.today_history import history_of, signs_of
from goodknee.stores.store import Store

Document = dict[str, Any]

#: Measures that tell how the knee is; the others tell what was done.
_OF_THE_KNEE: Final = ("pain", "score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What ``progress`` shows.

    Attributes:
        lead: The answer, in a few sentences.
        signs: Warning signs of the check, and of the diary since, that nobody has looked at yet.
        seek_care: Each reason to have someone look, with its receipt; the strictest of both knees.
        relapse: Signs that it is coming back, with their receipts.
        missing: Facts that would settle a reason to seek care that is still open.
    """

    progress: Progress
    words: Words
    lead: tuple[str, ...]
    signs: WarningSigns
    seek_care: tuple[Reason, ...]
    relapse: tuple[Reason, ...]
    missing: tuple[str, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason to have someone look, warning signs first."""
        return (*self.signs.reasons, *self.signs.advice, *self.seek_care)


def show_progress(
    store: Store,
    knowledge: Knowledge,
    *,
    today: date,
    home: tzinfo | None = None,
    check: Assessment | None = None,
) -> Shown:
    """Return how it has gone up to ``today``, from all that is in the store.

    Args:
        store: Where runs, diary, checks, scores and plans are kept.
        knowledge: The pack.
        today: The local day it is made for.
        home: The runner's zone, for runs that do not know theirs.
        check: What the last knee check comes to now.
    """
    told, plan = told_so_far(store, knowledge, today=today, home=home)
    seen = progress(told, knowledge, today=today, since=plan.since if plan else None)
    facts = dict(_facts_by_knee(seen, told, knowledge, check, plan))
    pack = CheckPack.of(knowledge)
    relapse = tuple(_relapse(facts, knowledge))
    history = history_of(store, knowledge, check, today=today, home=home)
    signs = signs_of(history, check, pack, knowledge).standing
    return Shown(
        progress=seen,
        words=knowledge.words,
        lead=tuple(lead_says(seen, knowledge, back=bool(relapse))),
        signs=signs,
        seek_care=tuple(_seek_care(facts, knowledge)),
        relapse=relapse,
        missing=_missing(facts, knowledge),
    )


def told_so_far(
    store: Store, knowledge: Knowledge, *, today: date, home: tzinfo | None = None
) -> tuple[Told, PlanSeen | None]:
    """Return what progress is made from up to ``today``, and what the plan says of itself."""
    marked = store.settings().get("first_lap") == "pain"
    runs = list(_tracked(store.runs(), home, laps_mark_pain=marked))
    diary = days(store.diary(), knowledge.log, runs={run.id: run.day for run in runs}, until=today)
    plan = plan_followed(store.plans(), diary, runs, today=today)
    told = Told(
        days=diary,
        runs=runs,
        scores=store.scores(),
        checks=[_check_said(each, knowledge) for each in store.checks()],
        planned=plan.sessions if plan else _sessions_told(diary),
    )
    return told.until(today), plan


def _tracked(runs: Sequence[StoredRun], home: tzinfo | None, *, laps_mark_pain: bool) -> Iterator[TrackedRun]:
    for run in runs:
        day = run.activity.day(home)
        if run.activity.is_run and day is not None:
            seconds = run.activity.timer_s
            yield TrackedRun(
                id=run.id,
                day=day,
                distance_m=run.activity.distance_m or None,
                minutes=None if seconds is None else seconds / 60,
                pain_began_m=pain_began_m(run.activity.laps) if laps_mark_pain else None,
            )


def _check_said(check: StoredCheck, knowledge: Knowledge) -> CheckSaid:
    start = baseline(check.answers, knowledge.questions)
    known = {
        side: {key: float(value) for key, value in pains.items() if value is not None}
        for side, pains in zip(SIDES, (start.left, start.right), strict=True)
    }
    return CheckSaid(day=check.day, pain=known)


def _sessions_told(diary: Sequence[DiaryDay]) -> list[bool]:
    """Return the sessions that the runner told of as done or skipped, when there is no plan to ask."""
    told = {
        (day.day, session.run_id, session.session_id): "skipped" not in session.answers
        for day in diary
        for session in day.sessions
        if not {"done", "skipped"}.isdisjoint(session.answers)
    }
    return list(told.values())


def _facts_by_knee(
    seen: Progress, told: Told, knowledge: Knowledge, check: Assessment | None, plan: PlanSeen | None
) -> Iterator[tuple[Side, Facts]]:
    """Yield what is known of each knee that was told of; the check stands in for a while."""
    recovered = plan.recovered or None if plan else None
    for knee in SIDES:
        facts = setback_facts(seen, told, knowledge.progress, knee=knee, recovered=recovered)
        of_check = _facts_of_check(check, knowledge, knee, today=seen.today) if check else {}
        onset = [
            each for each in (facts.pop("weeks_since_onset"), of_check.pop("weeks_since_onset", None)) if each
        ]
        known = Facts.measured(
            {**of_check, **{key: value for key, value in facts.items() if value is not None}}
        )
        told_of = any(day.side == knee and _has_pain(day) for day in told.days) or knee in _sore(check)
        if told_of:
            yield knee, known.also({"weeks_since_onset": max(onset, default=None)})


def _has_pain(day: DiaryDay) -> bool:
    return any(key.startswith("pain_") for key in day.answers) or bool(day.sessions)


def _sore(check: Assessment | None) -> tuple[Side, ...]:
    side = check.answers.get("side") if check else None
    return tuple(knee for knee in SIDES if side in (knee, "both"))


def _facts_of_check(check: Assessment, knowledge: Knowledge, knee: Side, *, today: date) -> dict[str, Value]:
    """Return the check's own answers to the same facts, while they still count."""
    age = (today - check.day).days
    weeks = check.answers.get("weeks_since_onset")
    facts: dict[str, Value] = {}
    if isinstance(weeks, int | float) and check.day <= today:
        facts["weeks_since_onset"] = weeks + age / DAYS_PER_WEEK
    if 0 <= age <= knowledge.facts.baseline_counts_days:
        pains = check.baseline.left if knee == "left" else check.baseline.right
        facts |= {
            "improving": check.answers.get("improving"),
            "worse_walking": check.answers.get("worse_walking"),
            "pain_worst_3d_nprs": pains.get("pain_worst_3d"),
        }
    return facts


def _seek_care(facts: Mapping[Side, Facts], knowledge: Knowledge) -> Iterator[Reason]:
    for rule in knowledge.course.seek_care:
        yield from _first_true(rule.id, rule.when, rule.says, rule.evidence, facts)


def _relapse(facts: Mapping[Side, Facts], knowledge: Knowledge) -> Iterator[Reason]:
    relapse = knowledge.course.relapse
    for sign in relapse.signs:
        yield from _first_true(sign.id, sign.when, sign.says, relapse.evidence, facts)


def _first_true(
    rule: str, when: Condition, says: str, support: Support, facts: Mapping[Side, Facts]
) -> Iterator[Reason]:
    """Yield the rule once, with the facts of all knees for which it is certainly true."""
    true_for = [knee for knee, known in facts.items() if evaluate(when, known)]
    if true_for:
        knee = true_for[0] if len(true_for) == 1 else "both"
        yield Reason(
            rule=rule,
            facts={"knee": knee, **_facts_seen(true_leaves(when, facts[true_for[0]]))},
            says=says,
            grade=support.grade,
            direction=support.direction,
            sources=support.sources,
        )


def _facts_seen(trace: Sequence[Seen]) -> dict[str, float | int | str | None]:
    """Return what made a condition true; none of these facts is a list."""
    return {leaf.key: leaf.value for leaf in trace if not isinstance(leaf.value, tuple)}


def _missing(facts: Mapping[Side, Facts], knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            key
            for rule in knowledge.course.seek_care
            for known in facts.values()
            for key in unknown_keys(rule.when, known)
        )
    )


def score_is_due(seen: Progress, knowledge: Knowledge) -> bool:
    """Tell whether it is time for the questionnaire that the reasons to seek care ask for."""
    course = seen.courses.get("akps_0_100")
    instrument = knowledge.proms.by_name["akps"]
    last = course.readings[-1].day if course else None
    return next_due(last, instrument, today=seen.today) <= seen.today


def progress_document(shown: Shown, knowledge: Knowledge) -> Document:
    """Return it as the JSON document ``progress``."""
    seen = shown.progress
    adherence = seen.adherence
    return {
        "today": seen.today.isoformat(),
        "since": seen.since.isoformat() if seen.since else None,
        "knee": seen.knee,
        "says": list(shown.lead),
        "measures": {name: list(map(_reading, course.readings)) for name, course in seen.courses.items()},
        "change": {name: _change_document(course) for name, course in seen.courses.items()},
        "adherence": adherence and {**asdict(adherence), "pct": adherence.pct},
        "milestones": [
            {"id": each.milestone.id, "day": each.day.isoformat(), "pain": each.pain}
            for each in seen.milestones
        ],
        "reference_band": _band_document(seen, knowledge),
        "seek_care": {
            "now": bool(shown.reasons),
            "urgency": shown.signs.urgency,
            "why": [each.says for each in shown.reasons],
            "reasons": list(map(_reason, shown.reasons)),
            "missing": list(shown.missing),
        },
        "relapse": {
            "now": bool(shown.relapse),
            "why": [each.says for each in shown.relapse],
            "reasons": list(map(_reason, shown.relapse)),
        },
        "knowledge_version": knowledge.pack.version,
    }


def _reading(reading: Any) -> Document:
    return {**asdict(reading), "day": reading.day.isoformat()}


def _change_document(course: Course) -> Document:
    scale = course.scale
    return {
        **_one_change(course.change),
        "better": scale.better,
        "mcid": scale.mcid,
        "mdc": scale.mdc,
        "sources": list(scale.sources),
        "in_band": course.stands,
        "knees": {change.knee: _one_change(change) for change in course.changes if change.knee is not None},
    }


def _one_change(change: Change) -> Document:
    slope = change.slope
    return {
        "from": change.before,
        "to": change.now,
        "verdict": change.verdict,
        "knee": change.knee,
        "from_days": _days(change.before_days),
        "to_days": _days(change.now_days),
        "noise_sd": change.noise_sd,
        "by_chance": change.by_chance,
        "per_week": slope and {"value": slope.per_week, "low": slope.low, "high": slope.high},
        "entries": change.entries,
        "set_aside": change.set_aside,
        "why_too_few": change.why_too_few,
    }


def _days(span: tuple[date, date] | None) -> list[str] | None:
    return None if span is None else [day.isoformat() for day in span]


def _band_document(seen: Progress, knowledge: Knowledge) -> Document | None:
    courses = {name: course for name, course in seen.courses.items() if course.band}
    if not courses:
        return None
    band = knowledge.outcomes.reference_band
    return {
        "label": band.label,
        "sources": list(band.sources),
        "measures": {name: [asdict(week) for week in course.band] for name, course in courses.items()},
    }


def _reason(reason: Reason) -> Document:
    return {key: value for key, value in asdict(reason).items() if key != "would_change"}
