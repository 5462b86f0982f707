"""The check of a knee: answers in; urgency, what waits, what it fits and what may feed it out; kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, Self

from goodknee import __version__
from goodknee.core.assess import article, differential, red_flags, risk
from goodknee.core.assess.answers import check_answers
from goodknee.core.assess.article import ReadyArticle
from goodknee.core.assess.baseline import Baseline, baseline
from goodknee.core.assess.differential import Ranking, ReadyDifferential
from goodknee.core.assess.first_answer import ForNow, first_answer
from goodknee.core.assess.red_flags import Fired, ReadyRedFlags
from goodknee.core.assess.risk import ReadyRisk, RiskProfile
from goodknee.core.assess.visits import AfterVisits, PastCheck, Visit, after_visits, past_check, visits_in
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.first_answer import FirstAnswer
from goodknee.core.knowledge.learn import EmergencyNumbers
from goodknee.core.knowledge.questions import Questions
from goodknee.core.model import NewCheck, StoredCheck, VisitRecord
from goodknee.errors import AnswerError
from goodknee.services.assess_document import Document, assess_document, plain
from goodknee.stores.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPack:
    """The part of the pack that the check reads, made ready once for many people."""

    version: str
    reviewed: bool
    questions: Questions
    red_flags: ReadyRedFlags
    differential: ReadyDifferential
    risk: ReadyRisk
    article: ReadyArticle
    first_answer: FirstAnswer
    emergency: EmergencyNumbers

    @classmethod
    def of(cls, knowledge: Knowledge) -> Self:
        """Take what the check needs."""
        return cls(
            version=knowledge.pack.version,
            reviewed=bool(knowledge.pack.reviewers),
            questions=knowledge.questions,
            red_flags=red_flags.ready(knowledge.red_flags, knowledge.questions),
            differential=differential.ready(knowledge.differential),
            risk=risk.ready(knowledge.risk_factors),
            article=article.ready(knowledge.article, knowledge.claims, knowledge.treatments),
            first_answer=knowledge.first_answer,
            emergency=knowledge.referral.emergency_numbers,
        )


class Event(NamedTuple):
    """A check or a visit of the past, by the day it is about, then by when it was entered."""

    day: date
    at: datetime
    what: Visit | PastCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the answers come to; ``signs`` are the warning signs in the light of visits to a clinician.

    Attributes:
        day: The local day of the answers.
    """

    day: date
    answers: Mapping[str, Value]
    signs: AfterVisits
    ranking: Ranking
    risk: RiskProfile
    baseline: Baseline
    for_now: ForNow


def assess(
    given: Mapping[Any, Any], *, pack: CheckPack, store: Store, now: datetime, today: date
) -> Assessment:
    """Check a knee and keep the check; the answers replace those of every earlier check.

    Args:
        given: Answers as the runner or a file gave them.
        pack: The part of the pack that the check reads.
        store: Where the check is kept, with what was entered before.
        now: This instant.
        today: The runner's local day.

    Raises:
        AnswerError: An answer is not legal; nothing is kept then.
    """
    history = _history(store.checks(), store.visits(), pack)
    answers = check_answers(given, pack.questions)
    _check_visits(answers, pack, today)
    assessment = look_at(answers, pack, history, day=today, at=now, today=today)
    store.add_check(
        NewCheck(
            at=now,
            day=today,
            answers=plain(answers),
            result=assess_document(assessment, pack),
            code_version=__version__,
            knowledge_version=pack.version,
            input_sha256=_input_hash(answers, history, today),
        )
    )
    return assessment


def preview(
    given: Mapping[Any, Any], *, pack: CheckPack, store: Store, now: datetime, today: date
) -> Assessment:
    """Return what ``assess`` would, and keep nothing."""
    history = _history(store.checks(), store.visits(), pack)
    return look_at(check_answers(given, pack.questions), pack, history, day=today, at=now, today=today)


def look_at(
    answers: Mapping[str, Value],
    pack: CheckPack,
    history: Sequence[Event] = (),
    *,
    day: date,
    at: datetime,
    today: date,
) -> Assessment:
    """Return what checked answers come to; nothing is kept.

    Args:
        answers: Checked answers.
        pack: The part of the pack that the check reads.
        history: What was entered before and, for an older check, after it.
        day: The local day of the answers.
        at: The instant of the answers.
        today: The day on which it is asked.
    """
    screening = red_flags.evaluate(answers, pack.red_flags)
    stated = (Event(visit.day, at, visit) for visit in visits_in(answers) if _counts(visit.day, day, pack))
    events = sorted([*history, *stated, Event(day, at, past_check(screening))], key=lambda event: event[:2])
    so_far = [event.what for event in events if event.day <= today]
    signs = after_visits(screening, so_far, pack.red_flags, today=today)
    start = baseline(answers, pack.questions)
    return Assessment(
        day=day,
        answers=answers,
        signs=signs,
        ranking=differential.rank(screening.facts, pack.differential),
        risk=risk.profile(screening.facts, pack.risk),
        baseline=start,
        for_now=first_answer(signs, start, pack.first_answer),
    )


def latest(pack: CheckPack, store: Store, *, today: date) -> Assessment | None:
    """Return what the last check up to a day comes to then, after the visits; None before the first check."""
    checks = [check for check in store.checks() if check.day <= today]
    return _again(checks[-1], checks[:-1], store.visits(), pack, today=today) if checks else None


def latest_answers(store: Store) -> dict[str, Value]:
    """Return the answers of the last check; none before the first."""
    checks = store.checks()
    return _answers_of(checks[-1]) if checks else {}


def note_visit(
    who: str,
    day: date,
    *,
    rules: Sequence[str] = (),
    cleared: bool = True,
    pack: CheckPack,
    store: Store,
    now: datetime,
    today: date,
) -> Assessment:
    """Keep that a clinician looked at the knee, and return what the last check comes to now.

    Args:
        who: The clinician.
        day: When the knee was seen.
        rules: The warning signs they looked at; all of the last check when left out.
        cleared: They had nothing against the programme.
        pack: The part of the pack that the check reads.
        store: Where the visit is kept.
        now: This instant.
        today: The runner's local day.

    Raises:
        AnswerError: There is no check yet, no such sign in it, or the day cannot be right; nothing is kept.
    """
    before = latest(pack, store, today=today)
    if before is None:
        raise AnswerError("There is no check yet.", where="--seen", next_step="Answer it: goodknee check.")
    in_force = [sign.rule.id for sign in _signs(before)]
    for rule in rules:
        if rule not in in_force:
            known = ", ".join(in_force) or "none"
            raise AnswerError(
                f"{rule} is no warning sign of your last check.",
                where="--rule",
                next_step=f"It has: {known}.",
            )
    if not _counts(day, today, pack):
        weeks = pack.red_flags.knowledge.policy.silent_days_after_visit // 7
        raise AnswerError(
            f"A visit counts for {weeks} weeks, and cannot lie ahead.",
            where=f"--seen, {day.isoformat()}",
            next_step="Give the day on which the knee was seen, or have it looked at again.",
        )
    visits = [VisitRecord(at=now, rule=rule, day=day, who=who, cleared=cleared) for rule in rules or in_force]
    store.add_visits(visits)
    after = latest(pack, store, today=today)
    assert after is not None
    return after


def _check_visits(answers: Mapping[str, Value], pack: CheckPack, today: date) -> None:
    rules = {rule.id for rule in pack.red_flags.knowledge.rules}
    for visit in visits_in(answers):
        if visit.rule not in rules or visit.day > today:
            raise AnswerError(
                f"{visit.rule} {visit.day.isoformat()} is no visit for a warning sign.",
                where="seen_for_rule",
                next_step="Give the id of a warning sign of your check, and a day that is not ahead.",
            )


def _counts(seen_on: date, entered_on: date, pack: CheckPack) -> bool:
    """Tell whether a visit of that day can stand for how the knee was when it was entered."""
    most = timedelta(days=pack.red_flags.knowledge.policy.silent_days_after_visit)
    return timedelta(0) <= entered_on - seen_on <= most


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """A stored check that another pack would answer otherwise, and the parts of its result that differ."""

    check: StoredCheck
    would_be: Document
    parts: tuple[str, ...]


def replay(store: Store, pack: CheckPack) -> Iterator[tuple[StoredCheck, Document]]:
    """Yield each stored check with what it comes to under a pack; the same pack gives the same result."""
    checks, visits = store.checks(), store.visits()
    for number, check in enumerate(checks):
        known_then = [visit for visit in visits if visit.at <= check.at]
        then = _again(check, checks[:number], known_then, pack, today=check.day)
        yield check, assess_document(then, pack)


def altered(store: Store, pack: CheckPack) -> list[Altered]:
    """Return the stored checks whose result is another under this pack."""
    found = []
    for check, would_be in replay(store, pack):
        keys = (*check.result, *(key for key in would_be if key not in check.result))
        parts = tuple(key for key in keys if check.result.get(key) != would_be.get(key))
        if set(parts) - {"knowledge_version"}:
            found.append(Altered(check=check, would_be=would_be, parts=parts))
    return found


def _again(
    check: StoredCheck,
    earlier: Sequence[StoredCheck],
    visits: Sequence[VisitRecord],
    pack: CheckPack,
    *,
    today: date,
) -> Assessment:
    history = _history(earlier, visits, pack)
    return look_at(_answers_of(check), pack, history, day=check.day, at=check.at, today=today)


def _history(checks: Sequence[StoredCheck], visits: Sequence[VisitRecord], pack: CheckPack) -> list[Event]:
    found = [Event(check.day, check.at, _past(check)) for check in checks]
    for check in checks:
        stated = visits_in(_answers_of(check))
        found += [Event(one.day, check.at, one) for one in stated if _counts(one.day, check.day, pack)]
    seen = [Event(one.day, one.at, Visit(rule=one.rule, day=one.day, cleared=one.cleared)) for one in visits]
    return found + seen


def _past(check: StoredCheck) -> PastCheck:
    signs = (*check.result["red_flags"], *check.result["not_excluded"])
    return PastCheck(
        in_force=frozenset(sign["id"] for sign in signs), worse=check.answers.get("improving") == "worse"
    )


def _answers_of(check: StoredCheck) -> dict[str, Value]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in check.answers.items()}


def _input_hash(answers: Mapping[str, Value], history: Sequence[Event], today: date) -> str:
    told = sorted(repr((event.day, event.what)) for event in history if isinstance(event.what, Visit))
    return sha256(
        json.dumps([sorted(answers.items()), told, today.isoformat()], default=str).encode()
    ).hexdigest()


def _signs(assessment: Assessment) -> tuple[Fired, ...]:
    screening = assessment.signs.screening
    return (*screening.fired, *screening.not_excluded)
