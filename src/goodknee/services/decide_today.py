"""May I run today? From what is in the store to facts, from facts to a decision, and the decision kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from hashlib import sha256
from typing import Any

from goodknee import __version__
from goodknee.core.assess.conditions import Facts
from goodknee.core.knowledge import Knowledge
from goodknee.core.model import NewDecision, Override, Reason, Side, StoredDecision
from goodknee.core.plan.facts import facts_of_day
from goodknee.core.plan.today import Decision, WarningSigns, decide_today
from goodknee.errors import StoreError
from goodknee.services.assess import CheckPack, latest
from goodknee.services.assess_document import plain
from goodknee.services.knee_load import knee_load
from goodknee.services.today_document import today_document
from goodknee.services.today_history import held_by, history_of, signs_of
from goodknee.stores.store import Store

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The decision of a day.

    Attributes:
        document: The JSON document ``today``.
        seen: What it was made from.
    """

    decision: Decision
    document: Document
    seen: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Decided):
    """The decision of a day as it is kept.

    Attributes:
        stored: Where it is kept; None when the store takes nothing in.
        override: What the runner chose instead, the newest of that day.
    """

    stored: StoredDecision | None
    override: Override | None


def decide_day(store: Store, knowledge: Knowledge, *, today: date, home: tzinfo | None = None) -> Decided:
    """Decide the day from all that is in the store; nothing is written.

    Args:
        store: Where check, diary and runs are kept.
        knowledge: The pack.
        today: The runner's local day.
        home: The runner's zone, for runs that do not know theirs.
    """
    facts, signs = facts_and_signs(store, knowledge, today=today, home=home)
    decision = decide_today(facts, knowledge, today=today, signs=signs)
    if decision.run is not None and decision.run.level is None:
        facts = with_knee_load(facts, store, knowledge, today=today, home=home)
        decision = decide_today(facts, knowledge, today=today, signs=signs)
    return Decided(
        decision=decision,
        document=today_document(decision, knowledge, country=signs.country),
        seen=_seen(facts, signs, today),
    )


def answer_today(
    store: Store, knowledge: Knowledge, *, now: datetime, today: date, home: tzinfo | None = None
) -> Answer:
    """Decide the day as :func:`decide_day` does, and keep the decision of this instant.

    Asked again on the same day it gives the same answer, unless something was told since.
    """
    decided = decide_day(store, knowledge, today=today, home=home)
    chosen = [each for each in store.overrides() if each.day == today]
    return Answer(
        decision=decided.decision,
        document=decided.document,
        seen=decided.seen,
        stored=_keep(store, decided, knowledge, now=now),
        override=chosen[-1] if chosen else None,
    )


def choose_otherwise(answer: Answer, chose: str, why: str, *, store: Store, now: datetime) -> Override | None:
    """Keep that the runner chose otherwise; None where a warning sign comes first and nothing is to choose.

    Raises:
        StoreError: There is no store to keep it in.
    """
    if answer.decision.verdict == "see_clinician":
        return None
    if answer.stored is None:
        raise StoreError(
            "There is no store to note this in.",
            where="--override",
            next_step="Do the check first: goodknee check.",
        )
    override = Override(
        at=now,
        day=answer.decision.today,
        decision_id=answer.stored.id,
        chose="go" if chose == "go" else "rest",
        why=why,
    )
    store.add_override(override)
    return override


def replay(stored: StoredDecision, knowledge: Knowledge) -> Document:
    """Return what a stored decision comes to under a pack; the same pack and program give the same."""
    kept = stored.seen["signs"]
    signs = WarningSigns(
        urgency=kept["urgency"],
        blocked=kept["blocked"],
        reasons=_reasons_of(kept["reasons"]),
        advice=_reasons_of(kept["advice"]),
        unanswered=tuple(kept["unanswered"]),
        country=kept["country"],
    )
    facts = {side: Facts.measured(known) for side, known in _knees(stored.seen).items()}
    decision = decide_today(facts, knowledge, today=stored.day, signs=signs)
    return today_document(decision, knowledge, country=signs.country)


def _reasons_of(kept: list[Document]) -> tuple[Reason, ...]:
    return tuple(Reason(**{**each, "sources": tuple(each["sources"])}) for each in kept)


def _knees(seen: Mapping[str, Any]) -> Mapping[Side, Mapping[str, Any]]:
    knees: Mapping[Side, Mapping[str, Any]] = seen["knees"]
    return knees


def facts_and_signs(
    store: Store, knowledge: Knowledge, *, today: date, home: tzinfo | None = None
) -> tuple[dict[Side, Facts], WarningSigns]:
    """Return the facts of each sore knee, and the warning signs that stand, from all that is in the store."""
    pack = CheckPack.of(knowledge)
    check = latest(pack, store, today=today)
    history = history_of(store, knowledge, check, today=today, home=home)
    signs = signs_of(history, check, pack, knowledge)
    return facts_of_day(held_by(signs, history), knowledge, today=today), signs.standing


def with_knee_load(
    facts: Mapping[Side, Facts], store: Store, knowledge: Knowledge, *, today: date, home: tzinfo | None
) -> dict[Side, Facts]:
    """Return the facts with this runner's usual knee load, where that could be a limit."""
    ledger = knee_load(store, knowledge, today=today, home=home)
    if ledger.band is None or not ledger.known:
        return dict(facts)
    per_km = ledger.known[-1].unit.impulse_bw_s
    load = {"knee_load_usual_high_bw_s": ledger.band.high * per_km, "knee_load_easy_km_bw_s": per_km}
    return {side: known.also(load) for side, known in facts.items()}


def _seen(facts: Mapping[Side, Facts], signs: WarningSigns, today: date) -> Document:
    return plain(
        {
            "today": today.isoformat(),
            "knees": {side: dict(of_knee.known) for side, of_knee in facts.items()},
            "signs": {
                "urgency": signs.urgency,
                "blocked": signs.blocked,
                "unanswered": signs.unanswered,
                "country": signs.country,
                "reasons": [asdict(reason) for reason in signs.reasons],
                "advice": [asdict(reason) for reason in signs.advice],
            },
        }
    )


def _keep(store: Store, decided: Decided, knowledge: Knowledge, *, now: datetime) -> StoredDecision | None:
    decision = decided.decision
    digest = sha256(json.dumps(decided.seen, sort_keys=True).encode()).hexdigest()
    version = knowledge.pack.version
    made_from = (digest, version, __version__)
    kept = [each for each in store.decisions() if each.day == decision.today]
    if kept and (kept[-1].input_sha256, kept[-1].knowledge_version, kept[-1].code_version) == made_from:
        return kept[-1]
    if not store.writable:
        return None
    return store.add_decision(
        NewDecision(
            at=now,
            day=decision.today,
            verdict=decision.verdict,
            level=decision.run.level if decision.run else None,
            seen=decided.seen,
            result=decided.document,
            code_version=__version__,
            knowledge_version=version,
            input_sha256=digest,
        )
    )
