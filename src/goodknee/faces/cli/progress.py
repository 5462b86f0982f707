"""``goodknee progress``: is it working?"""

from __future__ import annotations

from typing import Final

import click

from goodknee.core.knowledge import Knowledge
from goodknee.core.plan.today import WarningSigns
from goodknee.core.track.progress_words import (
    done_says,
    expected_now,
    leading,
    matters_says,
    notes,
    receipt_says,
    table_rows,
)
from goodknee.faces.cli.check_page import say
from goodknee.faces.cli.options import Asked, verb
from goodknee.faces.cli.screen import show_table
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import CheckPack, latest
from goodknee.services.show_progress import Shown, progress_document, score_is_due, show_progress
from goodknee.stores.store import open_store

#: A plan is blocked by a warning sign.
BLOCKED: Final = 3


@verb
def progress_verb(asked: Asked) -> int:
    """See whether it is working: each measure against its start and its noise, and when to get help.

    The exit code is 3 when a warning sign blocks your plan.
    """
    knowledge = load_knowledge()
    with open_store(asked.folder) as store:
        today = asked.day(store.story_day)
        check = latest(CheckPack.of(knowledge), store, today=today)
        shown = show_progress(store, knowledge, today=today, home=asked.home, check=check)
    if asked.as_json:
        asked.print_json(progress_document(shown, knowledge))
    elif shown.signs.blocked:
        _show_signs(shown.signs, knowledge)
    else:
        _show(shown, knowledge)
    return BLOCKED if shown.signs.blocked else 0


def _show_signs(signs: WarningSigns, knowledge: Knowledge) -> None:
    """Show the warning signs alone: nothing else has a place beside them."""
    urgencies = knowledge.red_flags.policy.urgencies
    _head(next(each.says for each in urgencies if each.id == signs.urgency))
    if signs.urgency == "emergency":
        say(knowledge.referral.emergency_numbers.tell(signs.country))
    for reason in signs.reasons:
        say(f"{reason.says} {reason.rule}.")
    say(knowledge.words.say("progress.blocked"))


def _show(shown: Shown, knowledge: Knowledge) -> None:
    words, seen = knowledge.words, shown.progress
    _head(words.say("progress.title"))
    say(" ".join(shown.lead))
    if seen.knee and any(course.change.knee for course in seen.courses.values()):
        say(words.say(f"progress.knee.{seen.knee}"))
    _show_care(shown, knowledge)
    if seen.courses:
        _show_measures(shown, knowledge)
    for text in done_says(seen, words):
        say(text)
    _show_expected(shown, knowledge)


def _head(text: str) -> None:
    click.echo(f"\n{text}")


def _show_care(shown: Shown, knowledge: Knowledge) -> None:
    words = knowledge.words
    if shown.reasons:
        _head(words.say("progress.seek_care"))
        for reason in shown.reasons:
            say(f"{reason.says} {receipt_says(reason, words)}")
        say(words.say("progress.seek_care.report"))
    if shown.relapse:
        _head(words.say("progress.relapse"))
        for reason in shown.relapse:
            say(f"{reason.says} {receipt_says(reason, words)}")
        say(words.say("progress.relapse.first"))
        for step in knowledge.referral.relapse_plan.first_48_hours:
            say(step, "- ")


def _show_measures(shown: Shown, knowledge: Knowledge) -> None:
    words, seen = knowledge.words, shown.progress
    head = tuple(
        words.say(f"progress.table.{name}") for name in ("measure", "before", "now", "verdict", "entries")
    )
    rows = [(row.name, row.before, row.now, row.says, f"{row.entries}") for row in table_rows(seen, words)]
    show_table(head, rows)
    course = leading(seen, knowledge)
    if course:
        say(" ".join((matters_says(course, words), *notes(course, knowledge))))


def _show_expected(shown: Shown, knowledge: Knowledge) -> None:
    words, line = knowledge.words, expected_now(shown.progress, knowledge)
    if line:
        _head(words.say("progress.course", week=line.week))
        say(knowledge.outcomes.expected_course.says)
        say(line.says)
    if score_is_due(shown.progress, knowledge):
        say(words.say("progress.scores_due"))
