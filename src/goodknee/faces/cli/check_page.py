"""How a check reads in the terminal: safety first, then what may be done, then why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any, Final

import click

from goodknee.core.knowledge.questions import Questions

Document = Mapping[str, Any]
WIDTH: Final = 88
FIT_WORDS: Final = {
    "strong": "fits well", "moderate": "fits partly", "weak": "fits a little", "against": "does not fit",
}  # fmt: skip
#: What cannot wait has the page to itself.
URGENT: Final = frozenset({"emergency", "same_day"})
OPEN_SHOWN: Final = 5
STRICTEST_FIRST: Final = 3


def show_check(document: Document, questions: Questions) -> None:
    """Print the whole check."""
    show_first_answer(document, questions)
    if document["urgency"] not in URGENT:
        _show_risk(document["risk_factors"])
    click.echo(f"\n{_review(document)}")


def show_first_answer(document: Document, questions: Questions) -> None:
    """Print what is safe, what it fits, whether to run tomorrow, and what to do for now."""
    _show_safety(document)
    _show_open(document, questions)
    if document["urgency"] in URGENT:
        say("Your plan waits. Your answers are kept. Likely patterns can wait until you were seen.")
        say('When a clinician has looked at the knee: goodknee check --seen "WHO, WHEN"')
        return
    _show_for_now(document["for_now"])
    _show_patterns(document)


def _show_safety(document: Document) -> None:
    waiting = [sign for sign in _signs(document) if sign["seen_on"] is None]
    if waiting:
        _head(document["says"])
        if document["urgency"] == "emergency":
            say(document["emergency_number"])
    elif document["all_clear"]:
        _head("None of the warning signs")
        say("Every safety question is answered.")
    for sign in waiting:
        _show_sign(sign, document)
    for sign in _signs(document):
        if sign["seen_on"] is not None:
            say(f"Seen on {sign['seen_on']}, so it no longer waits: {sign['reason']} ({sign['id']})")
    for one in document["contradictions"]:
        say(f"Please look again: {one['says']}")


def _signs(document: Document) -> list[Document]:
    return [*document["red_flags"], *document["not_excluded"]]


def _show_sign(sign: Document, document: Document) -> None:
    open_ = "missing" in sign
    urgency = "" if sign["urgency"] == document["urgency"] else f"{sign['urgency'].replace('_', ' ')}: "
    say(f"{'Cannot be ruled out yet. ' if open_ else ''}{sign['action']}", lead=f"! {urgency}")
    say(f"Why: {sign['reason']} ({sign['id']})")


def _show_open(document: Document, questions: Questions) -> None:
    if document["all_answered"]:
        return
    keys = [key for key in document["unanswered"] if key in questions.answered_by]
    _head("Not all safety questions are answered")
    say(document["safety_text"])
    say(document["emergency_number"])
    for key in keys[:OPEN_SHOWN]:
        say(f"{questions.answered_by[key].text} ({key})", lead="- ")
    if len(keys) > OPEN_SHOWN:
        say(f"and {len(keys) - OPEN_SHOWN} more")


def _show_for_now(for_now: Document) -> None:
    _head("May I run tomorrow?")
    say(for_now["running"]["says"])
    if for_now["exercises"]:
        _head("Three exercises for now")
    for exercise in for_now["exercises"]:
        say(f"{exercise['name']}, {exercise['dose']}. {exercise['how']}", lead="- ")
    for sentence in for_now["also"]:
        say(sentence)


def _show_patterns(document: Document) -> None:
    _head("What the answers fit")
    if document["caution"]:
        say(document["caution"])
    shown = [one for one in document["differential"] if one["id"] in document["shown"]]
    for place, one in enumerate(shown, start=1):
        say(f"{one['name']}: {FIT_WORDS[one['fit']]}", lead=f"{place} ")
        for word, says in (("for", one["for"]), ("against", one["against"])):
            if says:
                say(f"{word}: {' '.join(says)}", lead="    ")
    if shown:
        say(f"Next: {shown[0]['next_step']}")


def _show_risk(factors: Sequence[Document]) -> None:
    if not factors:
        return
    _head("What may feed it, and what the evidence says")
    for factor in factors:
        say(factor["name"], lead="- ")
        say(f"{factor['says']} {factor['what_to_do']}", lead="    ")
        say(f"Evidence {factor['grade']}, {factor['direction']}: {', '.join(factor['sources'])}", lead="    ")


def show_products(products: Sequence[Document], first_advice: str) -> None:
    """Print what each product means for this runner; those that are taken, or all when none was named."""
    taken = [one for one in products if one["taken"]]
    _head("Products and your health")
    say(first_advice)
    for one in taken or products:
        say(f"{one['name']}: {one['verdict'] or 'No rule speaks against it.'}", lead="- ")
        for note in one["notes"][:STRICTEST_FIRST]:
            assumed = f" (not answered: {', '.join(note['assumed'])})" if note["assumed"] else ""
            say(f"{note['says']}{assumed}", lead="    ")
        if one["food"]:
            say(f"As food: {one['food']}", lead="    ")


def _review(document: Document) -> str:
    review = "" if document["reviewed_by_clinician"] else " No clinician has reviewed these rules yet."
    return f"Not a diagnosis.{review} Rules {document['knowledge_version']}."


def _head(text: str) -> None:
    click.echo(f"\n{text}")


def say(text: str, lead: str = "") -> None:
    """Print a paragraph, its lines after the first as far in as its lead."""
    start = f"  {lead}"
    click.echo(fill(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start)))
