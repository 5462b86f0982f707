"""The next weeks: a plan from all that is in the store, held against the one in force, kept as a proposal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Any, Final

from goodknee import __version__
from goodknee.core.assess.conditions import Facts
from goodknee.core.assess.lessons import next_lesson
from goodknee.core.knowledge import Knowledge
from goodknee.core.model import NewPlan, Side, StoredPlan
from goodknee.core.plan.facts import facts_of_day
from goodknee.core.plan.goal import GoalAnswer, earliest_dates
from goodknee.core.plan.phase import standing
from goodknee.core.plan.plan_rules import plan_rules
from goodknee.core.plan.sessions import PersonWeek, Plan
from goodknee.core.plan.today import WarningSigns
from goodknee.core.plan.week import make_plan
from goodknee.errors import AnswerError
from goodknee.services.assess import CheckPack, latest, latest_answers
from goodknee.services.assess_document import plain
from goodknee.services.decide_today import with_knee_load
from goodknee.services.learn import week_of_programme
from goodknee.services.person_week import person_week
from goodknee.services.plan_document import changes_between, plan_document
from goodknee.services.plan_in_force import in_force
from goodknee.services.today_history import held_by, history_of, signs_of
from goodknee.stores.store import Store

Document = dict[str, Any]
WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The next weeks as they are proposed, and the plan in force beside them.

    Attributes:
        document: The JSON document ``plan``.
        in_force: The newest plan that the runner said yes to and that is not over; None: there is none.
        blocked: A warning sign comes first: there is no plan.
    """

    document: Document
    in_force: StoredPlan | None
    blocked: bool

    @property
    def to_show(self) -> Document:
        """The document whose sessions go into a calendar or a watch: what was agreed, else the proposal."""
        changed = bool(self.document["changes"]) and not self.document["accepted"]
        return dict(self.in_force.result) if self.in_force is not None and changed else self.document


def propose_plan(
    store: Store,
    knowledge: Knowledge,
    *,
    now: datetime,
    today: date,
    home: tzinfo | None = None,
    weeks: int = 2,
    accept: bool = False,
) -> Proposal:
    """Make the plan of the next weeks and keep it as a proposal; with ``accept`` it comes into force.

    Asked again with nothing new it gives the same plan and keeps nothing.

    Args:
        store: Where check, diary, runs, settings and plans are kept.
        knowledge: The pack.
        now: This instant.
        today: The runner's local day.
        home: The runner's zone, for runs that do not know theirs.
        weeks: How many.
        accept: The runner says yes.

    Raises:
        AnswerError: There is nothing to say yes to.
    """
    kept = store.plans()
    now_in_force = in_force(kept, today)
    known = _known(store, knowledge, kept, today=today, home=home, weeks=weeks)
    if known is None:
        if accept:
            raise AnswerError(
                "There is no plan to say yes to yet.",
                where="--accept",
                next_step="Do the check: goodknee check.",
            )
        return Proposal(document=_before_the_check(knowledge, today, weeks), in_force=None, blocked=False)
    facts, person, signs = known
    plan = make_plan(facts, person, knowledge, today=today, weeks=weeks)
    changes = changes_between(now_in_force, plan, knowledge, today=today)
    agreed = now_in_force is not None and not changes and not plan.blocked
    course = _course(kept, plan, facts, knowledge, today=today)
    document = plan_document(plan, knowledge, changes=changes, accepted=agreed, course=course)
    if plan.blocked:
        document["red_flags"] = [asdict(each) for each in signs.reasons]
        return Proposal(document=plain(document), in_force=now_in_force, blocked=True)
    document = plain(document)
    version = _keep(store, kept, document, plan, facts, person, knowledge, now=now, accepted=accept or agreed)
    if accept:
        document |= {"accepted": True}
        now_in_force = version
    return Proposal(document={**document, "version": version.id}, in_force=now_in_force, blocked=False)


def goal_dates(
    store: Store,
    knowledge: Knowledge,
    *,
    distance_m: float,
    on: date,
    today: date,
    home: tzinfo | None = None,
) -> GoalAnswer | None:
    """Return the earliest honest dates for a race; None before the first check."""
    known = _known(store, knowledge, store.plans(), today=today, home=home, weeks=1)
    if known is None:
        return None
    facts, person, _ = known
    return earliest_dates(facts, person, knowledge, distance_m=distance_m, on=on, today=today)


def _known(
    store: Store,
    knowledge: Knowledge,
    kept: list[StoredPlan],
    *,
    today: date,
    home: tzinfo | None,
    weeks: int,
) -> tuple[dict[Side, Facts], PersonWeek, WarningSigns] | None:
    """Return all that a plan is made from; None before the first check."""
    pack = CheckPack.of(knowledge)
    check = latest(pack, store, today=today)
    if check is None:
        return None
    history = history_of(store, knowledge, check, today=today, home=home)
    signs = signs_of(history, check, pack, knowledge)
    facts = facts_of_day(held_by(signs, history), knowledge, today=today)
    facts = _with_exit(facts, knowledge)
    if not any(each.get("level_on_record") for each in facts.values()):
        facts = with_knee_load(facts, store, knowledge, today=today, home=home)
    person = person_week(
        store.settings(),
        history,
        in_force(kept, today),
        knowledge,
        lessons=tuple(_lessons(store, facts, knowledge, today, weeks)),
        today=today,
    )
    return facts, person, signs.standing


def _with_exit(facts: dict[Side, Facts], knowledge: Knowledge) -> dict[Side, Facts]:
    """Return the facts with the exit of the phase in force met, where it is met today."""
    rules = plan_rules(knowledge)
    known = {side: each.known for side, each in facts.items()}
    current = next(iter(known.values()), {}).get("current_phase", "none")
    done = next(iter(known.values()), {}).get("phase_exit_met", "none")
    order = ["none", *rules.phases]
    check = rules.exits.get(current)
    if check is None or order.index(done) >= order.index(current):
        return facts
    if all(check(each) is True for each in known.values()):
        return {side: each.also({"phase_exit_met": current}) for side, each in facts.items()}
    return facts


def _course(
    kept: list[StoredPlan], plan: Plan, facts: Mapping[Side, Facts], knowledge: Knowledge, *, today: date
) -> Document:
    """Return since when the plan and its phase run, and the highest phase whose exit was met."""
    before = kept[-1].result["course"] if kept else None
    known = next(iter(facts.values())).known
    met = known.get("phase_exit_met", "none")
    order = ["none", *plan_rules(knowledge).phases]
    stands = standing({side: each.known for side, each in facts.items()}, plan_rules(knowledge))
    after_flare = known.get("current_phase") == order[1] and plan.phase != order[1]
    if plan.phase is not None and (after_flare or stands.change == "phase_down"):
        # It starts lower again, so the tests of that phase are taken again.
        met = order[min(order.index(met), order.index(plan.phase) - 1)]
    same_phase = before is not None and kept[-1].phase == plan.phase
    return {
        "programme_since": before["programme_since"] if before else today.isoformat(),
        "phase_since": before["phase_since"] if before and same_phase else today.isoformat(),
        "exit_met": met,
    }


def _lessons(
    store: Store, facts: Mapping[Side, Facts], knowledge: Knowledge, today: date, weeks: int
) -> Iterator[tuple[str, str]]:
    """Yield the lessons to offer in these weeks, in their turn."""
    read = {each.lesson for each in store.lessons_read()}
    known = Facts.measured(latest_answers(store))
    for of_knee in facts.values():
        known = known.also(of_knee.known)
    week = week_of_programme(store, today=today)
    for number in range(weeks * knowledge.week.sizes.lessons_per_week):
        lesson = next_lesson(knowledge.lessons, known, week=week + number, read=read)
        if lesson is None:
            return
        read.add(lesson.id)
        yield lesson.id, lesson.title


def _keep(
    store: Store,
    kept: list[StoredPlan],
    document: Document,
    plan: Plan,
    facts: Mapping[Side, Facts],
    person: PersonWeek,
    knowledge: Knowledge,
    *,
    now: datetime,
    accepted: bool,
) -> StoredPlan:
    """Keep a version, unless the newest one is the same; return it."""
    seen = plain(
        json.loads(
            json.dumps(
                {"knees": {side: dict(each.known) for side, each in facts.items()}, "week": asdict(person)},
                default=_as_text,
            )
        )
    )
    digest = sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
    newest = kept[-1] if kept else None
    same = newest is not None and newest.day == plan.since and newest.result["days"] == document["days"]
    if newest is not None and same:
        if accepted and newest.accepted_at is None:
            store.accept_plan(newest.id, at=now)
            return replace(newest, accepted_at=now)
        return newest
    return store.add_plan(
        NewPlan(
            at=now,
            day=plan.since,
            until=plan.until,
            phase=plan.phase,
            seen=seen,
            result=document,
            code_version=__version__,
            knowledge_version=knowledge.pack.version,
            input_sha256=digest,
            accepted_at=now if accepted else None,
        )
    )


def _as_text(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, frozenset | set) else str(value)


def _before_the_check(knowledge: Knowledge, today: date, weeks: int) -> Document:
    return plain(
        {
            "from": today.isoformat(),
            "to": (today + timedelta(days=WEEK_DAYS * weeks - 1)).isoformat(),
            "phase": None,
            "days": [],
            "changes": [],
            "accepted": False,
            "blocked": False,
            "missing": ["check"],
            "notes": [],
            "reasons": [],
            "caps": [],
            "version": None,
            "knowledge_version": knowledge.pack.version,
        }
    )
