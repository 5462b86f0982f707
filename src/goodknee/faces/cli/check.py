"""``goodknee check``: the knee check, from a file or in the terminal, and a visit to a clinician."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from goodknee.core.knowledge import Knowledge
from goodknee.faces.cli.check_page import CheckPage
from goodknee.faces.cli.options import Asked, verb
from goodknee.readers.answers import read_answers
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import Assessment, CheckPack, assess, latest, note_visit
from goodknee.services.assess_document import Document, assess_document
from goodknee.stores.store import open_store

#: A plan is blocked by a warning sign.
BLOCKED = 3


@verb
@click.option(
    "--answers",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Answers as YAML or JSON; they replace earlier ones.",
)
@click.option("--questions", is_flag=True, help="Print all questions as a file of answers to fill in.")
@click.option("--supplements", is_flag=True, help="Also hold products that you take against your health.")
@click.option("--last", is_flag=True, help="Show your last check again, as it stands today.")
@click.option("--seen", metavar='"WHO, WHEN"', help='A clinician looked at the knee: "Dr Roy, 2026-05-12".')
@click.option("--rule", "rules", multiple=True, metavar="ID", help="With --seen: only this warning sign.")
@click.option("--not-cleared", is_flag=True, help="With --seen: they want you to wait.")
def check_verb(
    asked: Asked,
    file: Path | None,
    questions: bool,
    supplements: bool,
    last: bool,
    seen: str | None,
    rules: tuple[str, ...],
    not_cleared: bool,
) -> int:
    """Check your knee: what must be seen, what it fits, what may feed it. Not a diagnosis.

    Without a file it asks in the terminal: three minutes to a first answer, and you can stop at any point.
    The exit code is 3 when a warning sign blocks your plan.
    """
    if (file is not None, questions, last, seen is not None).count(True) > 1:
        raise click.UsageError("Say one of: --answers FILE, --questions, --last, or --seen.")
    if (rules or not_cleared) and seen is None:
        raise click.UsageError("--rule and --not-cleared go with --seen.")
    knowledge = load_knowledge()
    if questions:
        return _print_questions(asked, knowledge)
    pack = CheckPack.of(knowledge)
    assessment: Assessment | None
    if file:
        assessment = _assess_file(asked, file, pack)
    elif seen is not None:
        assessment = _noted(asked, seen, rules, not_cleared, pack)
    elif last or not _can_ask(asked):
        assessment = _latest(asked, pack)
    else:
        assessment = _ask(asked, pack, knowledge, supplements=supplements)
    if assessment is None:
        return 0
    _show(asked, assessment, pack, knowledge, supplements=supplements)
    return BLOCKED if assessment.signs.blocked else 0


def _show(
    asked: Asked, assessment: Assessment, pack: CheckPack, knowledge: Knowledge, *, supplements: bool
) -> None:
    document = _document(assessment, pack, knowledge, supplements=supplements)
    if asked.as_json:
        asked.print_json(document)
    else:
        CheckPage(knowledge=knowledge).show(document)


def _document(
    assessment: Assessment, pack: CheckPack, knowledge: Knowledge, *, supplements: bool
) -> Document:
    document = assess_document(assessment, pack)
    if supplements:
        from goodknee.services.supplements import product_documents

        document["supplements"] = product_documents(
            assessment.answers, knowledge.supplements, knowledge.questions
        )
    return document


def _assess_file(asked: Asked, file: Path, pack: CheckPack) -> Assessment:
    given = read_answers(file)
    with open_store(asked.folder, create=True) as store:
        return assess(given, pack=pack, store=store, now=asked.now, today=asked.day(store.story_day))


def _ask(asked: Asked, pack: CheckPack, knowledge: Knowledge, *, supplements: bool) -> Assessment | None:
    from goodknee.faces.cli.conversation import Conversation

    page = CheckPage(knowledge=knowledge)
    return Conversation(
        asked=asked,
        pack=pack,
        words=knowledge.words,
        show_first=lambda first: page.show_first_answer(
            _document(first, pack, knowledge, supplements=supplements)
        ),
        supplements=supplements,
    ).hold()


def _print_questions(asked: Asked, knowledge: Knowledge) -> int:
    from goodknee.writers.answers_file import answers_to_fill_in, question_documents

    if asked.as_json:
        asked.print_json(question_documents(knowledge.questions))
    else:
        click.echo(answers_to_fill_in(knowledge.questions, knowledge.words), nl=False)
    return 0


def _can_ask(asked: Asked) -> bool:
    return sys.stdin.isatty() and not asked.as_json


def _latest(asked: Asked, pack: CheckPack) -> Assessment:
    with open_store(asked.folder) as store:
        found = latest(pack, store, today=asked.day(store.story_day))
    if found is None:
        raise click.UsageError("There is no check yet. Give --answers FILE, or run it in a terminal.")
    return found


def _noted(asked: Asked, seen: str, rules: tuple[str, ...], not_cleared: bool, pack: CheckPack) -> Assessment:
    who, _, when = seen.rpartition(",")
    try:
        day = date.fromisoformat(when.strip())
    except ValueError as error:
        raise click.UsageError('Say who and when, like --seen "Dr Roy, 2026-05-12".') from error
    if not who.strip():
        raise click.UsageError('Say who looked at the knee, like --seen "Dr Roy, 2026-05-12".')
    with open_store(asked.folder) as store:
        return note_visit(
            who.strip(),
            day,
            rules=rules,
            cleared=not not_cleared,
            pack=pack,
            store=store,
            now=asked.now,
            today=asked.day(store.story_day),
        )
