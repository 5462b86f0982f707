"""What signs in the diary ask for at once: the check again, or a person, before any plan goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from goodknee.core.assess.answers import orphans
from goodknee.core.assess.conditions import Facts, true_leaves
from goodknee.core.assess.red_flags import Fired
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.plan.facts import Fact
from goodknee.core.knowledge.plan.today import TodayRule
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.red_flags import UrgencyId
from goodknee.core.model import StoredEntry
from goodknee.services.assess import Assessment, CheckPack, latest, latest_answers, preview
from goodknee.stores.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What the signs of an entry ask for.

    Attributes:
        rules: Rules of the day that these signs make true and that want the check again.
        check: The check that blocks the plan: the last one as it stands, or the last one with these signs in
            it when they alone are a matter for today. None: nothing blocks it.
        pack: Its words.
    """

    rules: tuple[TodayRule, ...]
    check: Assessment | None
    pack: CheckPack

    @property
    def blocked(self) -> bool:
        """A warning sign blocks the plan: a person comes first."""
        return self.check is not None

    @property
    def urgency(self) -> UrgencyId | None:
        """How soon a person has to see it, by what is certain."""
        if self.check is None:
            return None
        waiting = _waiting(self.check)
        return waiting[0].urgency if waiting else self.check.signs.urgency

    @property
    def says(self) -> tuple[str, ...]:
        """What to do, the most urgent first; when a person comes first, nothing stands beside it."""
        if self.check is None:
            return tuple(rule.says for rule in self.rules)
        policy = self.pack.red_flags.knowledge.policy
        head = next(each.says for each in policy.urgencies if each.id == self.urgency)
        country = self.check.answers.get("country")
        number = self.pack.emergency.tell(country if isinstance(country, str) else None)
        call = (number,) if self.urgency == "emergency" else ()
        waiting = [sign for sign in _waiting(self.check) if sign.urgency == self.urgency]
        actions = [sign.rule.action for sign in waiting] or [policy.safety_text]
        return tuple(dict.fromkeys((f"{head}.", *call, *actions)))


def _waiting(check: Assessment) -> list[Fired]:
    """Return the signs that are certain, block the plan, and nobody has looked at; the most urgent first."""
    fired = check.signs.screening.fired
    return [sign for sign in fired if "strength" in sign.blocks and sign.rule.id not in check.signs.seen]


def alarm_of(
    entries: Sequence[StoredEntry], *, knowledge: Knowledge, store: Store, now: datetime, today: date
) -> Alarm:
    """Return what the signs in the entries ask for.

    A sign of a day before the last check says nothing new: the check has asked since.
    """
    pack = CheckPack.of(knowledge)
    checks = store.checks()
    new = [entry for entry in entries if not checks or entry.day >= checks[-1].day]
    answers = latest_answers(store)
    rules = (rule for entry in new for rule in _rules(entry, answers, knowledge))
    return Alarm(
        rules=tuple(dict.fromkeys(rules)),
        check=_blocking(_with_signs(answers, new, knowledge), pack, store, now=now, today=today),
        pack=pack,
    )


def _blocking(
    with_signs: Mapping[str, Value], pack: CheckPack, store: Store, *, now: datetime, today: date
) -> Assessment | None:
    """Return the check that blocks the plan.

    Of signs that nobody asked about further, only what cannot wait blocks it; for the rest the check comes
    first, which asks.
    """
    seen = preview(with_signs, pack=pack, store=store, now=now, today=today)
    cannot_wait = pack.red_flags.knowledge.policy.escalates
    if any(sign.urgency in cannot_wait for sign in _waiting(seen)):
        return seen
    stands = latest(pack, store, today=today)
    return stands if stands is not None and stands.signs.blocked else None


def _rules(entry: StoredEntry, answers: Mapping[str, Value], knowledge: Knowledge) -> Iterator[TodayRule]:
    """Yield the safety rules that want the check again, and that a sign of this entry makes true."""
    told = {fact.id: entry.answers[fact.log] for fact in _of_diary(entry, knowledge) if fact.log}
    known = {
        fact.id: answers.get(fact.baseline) for fact in knowledge.facts.facts if fact.baseline is not None
    }
    facts = Facts.measured({**known, **told})
    for rule in knowledge.today.rules:
        if rule.step == "safety" and rule.run.check_again:
            trace = true_leaves(rule.when, facts)
            if any(seen.key in told for seen in trace):
                yield rule


def _of_diary(entry: StoredEntry, knowledge: Knowledge) -> Iterator[Fact]:
    for fact in knowledge.facts.facts:
        if fact.comes_from == "diary" and fact.log in entry.answers:
            yield fact


def _with_signs(
    answers: Mapping[str, Value], entries: Sequence[StoredEntry], knowledge: Knowledge
) -> dict[str, Value]:
    """Return the answers of the check with the signs of the entries in their place."""
    signs: dict[str, Value] = {}
    for entry in entries:
        for fact in _of_diary(entry, knowledge):
            question = knowledge.questions.by_key.get(fact.baseline or "")
            # Pain is judged by the rules of the day; here are the signs that the check asks for.
            if question is not None and question.type in {"bool", "enum"} and not question.per_knee:
                signs[question.key] = entry.answers[fact.log or ""]
    return _without_the_no_above({**answers, **signs}, knowledge.questions)


def _without_the_no_above(answers: dict[str, Value], questions: Questions) -> dict[str, Value]:
    """Drop the "no" of a question when an answer that hangs on it is now there: it is not true any more."""
    while above := {parent for _, parent in orphans(answers, questions)}:
        answers = {key: value for key, value in answers.items() if key not in above}
    return answers


def alarm_document(alarm: Alarm) -> dict[str, Any]:
    """Return what the signs ask for, as part of the JSON document ``log``."""
    return {
        "signs": [{"rule": rule.id, "says": rule.says} for rule in alarm.rules],
        "check_again": bool(alarm.rules),
        "urgency": alarm.urgency,
        "blocked": alarm.blocked,
        "to_do": list(alarm.says),
    }
