"""``goodknee ask``: what the evidence says, in answer to a question in everyday words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import click

from goodknee.core.assess.supplements import Note, Safety
from goodknee.core.knowledge import Knowledge
from goodknee.faces.cli.check_page import say
from goodknee.faces.cli.options import Asked, verb
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.ask_evidence import (
    EvidenceAnswer,
    EvidencePack,
    Reply,
    ask_document,
    ask_evidence,
    look_up,
)
from goodknee.services.assess import CheckPack, latest
from goodknee.stores.store import open_store

NOTES_SHOWN = 3


@verb
@click.argument("question", nargs=-1, metavar="QUESTION")
@click.option("--id", "card", metavar="ID", help="A claim or treatment by its id, like C102.")
def ask_verb(asked: Asked, question: tuple[str, ...], card: str | None) -> int:
    """Ask what the evidence says: goodknee ask "does collagen help?".

    What your own health means for the answer comes first, from your last check.
    """
    words = " ".join(question).strip()
    if bool(words) == (card is not None):
        raise click.UsageError('Say one of: "QUESTION" or --id ID.')
    knowledge = load_knowledge()
    pack = EvidencePack.of(knowledge)
    with open_store(asked.folder) as store:
        checks = store.checks()
        check = latest(CheckPack.of(knowledge), store, today=asked.day(store.story_day)) if checks else None
    answers_given = check.answers if check else {}
    reply = (
        Reply(answers=(look_up(card, pack, answers_given),))
        if card
        else ask_evidence(words, pack, answers_given)
    )
    if asked.as_json:
        asked.print_json(ask_document(reply.answers))
        return 0
    if check and check.signs.blocked:
        says = {each.id: each.says for each in knowledge.red_flags.policy.urgencies}
        say(f"First, from your last check: {says[check.signs.urgency]}. See: goodknee check --last\n")
    _show(reply, knowledge, country=answers_given.get("country"))
    return 0


def _show(reply: Reply, knowledge: Knowledge, country: object) -> None:
    signs = list(takewhile(lambda answer: answer.kind == "sign", reply.answers))
    known = reply.answers[len(signs) :]
    for sign in signs:
        _show_sign(sign)
    if signs:
        if signs[0].verdict == knowledge.red_flags.policy.urgencies[0].says:
            say(knowledge.referral.emergency_numbers.tell(country if isinstance(country, str) else None))
        say("To be sure how soon: goodknee check")
    if known:
        _show_known(known, knowledge)
    if reply.not_known:
        say(reply.not_known)
        for safety in reply.safety:
            _show_safety(safety, knowledge)
    elif not reply.answers:
        say("We do not know. The pack has nothing on this; a doctor or physiotherapist may.")
        say("Is it about how your knee feels? Then start here: goodknee check")
        say(knowledge.red_flags.policy.safety_text)
    if reply.answers and not knowledge.pack.reviewers:
        say(knowledge.words.say("report.check.review", version=knowledge.pack.version))


def _show_sign(sign: EvidenceAnswer) -> None:
    say(sign.answer, lead="! ")
    say(f"{sign.claim} ({sign.id})", lead="    ")


def _show_known(answers: Sequence[EvidenceAnswer], knowledge: Knowledge) -> None:
    best, *more = answers
    say(best.answer)
    say(f"{best.claim} ({best.id})")
    say(f"{best.evidence}{f'. Verdict: {best.verdict}' if best.verdict else ''}.")
    for line in (*best.how, *best.cautions, *(f"Not with: {one}" for one in best.not_with)):
        say(line, lead="- ")
    for safety in best.safety:
        _show_safety(safety, knowledge)
    for other in more:
        say(f"{other.answer} {other.evidence}. ({other.id})", lead="! " if other.kind == "sign" else "Also: ")
    for source in best.sources:
        funding = knowledge.words.say(f"evidence.funding.{source.funding}") if source.funding else None
        say(" ".join(filter(None, (source.citation, funding, source.url))), lead="Source: ")


def _show_safety(safety: Safety, knowledge: Knowledge) -> None:
    """Print what holds for this runner; while nothing is answered, what to ask oneself first."""
    if safety.level is None:
        return
    levels = knowledge.supplements.levels
    told = [note for note in safety.notes if not note.assumed][:NOTES_SHOWN]
    open_ = [note for note in safety.notes if note.assumed][:NOTES_SHOWN]
    for note in told:
        say(f"{safety.name}: {levels[note.level]} {note.says}", lead="! ")
    if open_:
        say(f"{safety.name}: {'and' if told else 'first,'} does one of these fit you?", lead="! ")
        for line in dict.fromkeys(f"{_asked(note, knowledge)} {levels[note.level]}" for note in open_):
            say(line, lead="    - ")
        say("Not sure counts as yes. Your own answer: goodknee check --supplements", lead="    ")
    if safety.food:
        say(f"As food: {safety.food}", lead="    ")


def _asked(note: Note, knowledge: Knowledge) -> str:
    return " ".join(knowledge.questions.by_key[key].text for key in note.assumed)
