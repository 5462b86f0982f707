"""``goodknee ask``: what the evidence says, in answer to a question in everyday words."""

from __future__ import annotations

import click

from goodknee.core.assess.supplements import Safety
from goodknee.core.knowledge import Knowledge
from goodknee.faces.cli.check_page import say
from goodknee.faces.cli.options import Asked, verb
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.ask_evidence import EvidenceAnswer, EvidencePack, ask_document, ask_evidence, look_up
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
    answers = (look_up(card, pack, answers_given),) if card else ask_evidence(words, pack, answers_given)
    if asked.as_json:
        asked.print_json(ask_document(answers))
        return 0
    if check and check.signs.blocked:
        says = {each.id: each.says for each in knowledge.red_flags.policy.urgencies}
        say(f"First, from your last check: {says[check.signs.urgency]}. See: goodknee check --last\n")
    _show(answers, knowledge)
    return 0


def _show(answers: tuple[EvidenceAnswer, ...], knowledge: Knowledge) -> None:
    if not answers:
        say("We do not know. The pack has nothing on this; a doctor or physiotherapist may.")
        say("Is it about how your knee feels? Then start here: goodknee check")
        say(knowledge.red_flags.policy.safety_text)
        return
    best, *more = answers
    for safety in best.safety:
        _show_safety(safety, knowledge)
    say(best.answer)
    say(f"{best.claim} ({best.id})")
    say(f"{best.evidence}{f'. Verdict: {best.verdict}' if best.verdict else ''}.")
    for line in (*best.how, *best.cautions, *(f"Not with: {one}" for one in best.not_with)):
        say(line, lead="- ")
    for other in more:
        say(f"{other.answer} {other.evidence}. ({other.id})", lead="Also: ")
    for source in best.sources:
        say(f"{source.citation}{f' {source.url}' if source.url else ''}", lead="Source: ")
    if not knowledge.pack.reviewers:
        say(f"Not a diagnosis. No clinician has reviewed this yet. Rules {knowledge.pack.version}.")


def _show_safety(safety: Safety, knowledge: Knowledge) -> None:
    if safety.level is None:
        return
    say(f"{safety.name}: {knowledge.supplements.levels[safety.level]}", lead="! ")
    for note in safety.notes[:NOTES_SHOWN]:
        open_ = f" (we do not know yet: {', '.join(note.assumed)})" if note.assumed else ""
        say(f"{note.says}{open_}", lead="    ")
    if safety.food:
        say(f"As food: {safety.food}", lead="    ")
