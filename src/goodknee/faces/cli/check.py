"""``goodknee check``: the knee check, from a file or in the terminal, and a visit to a clinician."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from goodknee.core.assess import red_flags
from goodknee.faces.cli.check_page import show_check, show_first_answer, show_products
from goodknee.faces.cli.interview import (
    FIRST_PARTS,
    KEPT_PARTS,
    LATER_PARTS,
    QuitError,
    TerminalInterview,
)
from goodknee.faces.cli.options import Asked, verb
from goodknee.readers.answers import read_answers
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import (
    Assessment,
    CheckPack,
    assess,
    latest,
    latest_answers,
    note_visit,
    preview,
)
from goodknee.services.assess_document import assess_document
from goodknee.stores.store import Store, open_store

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
@click.option("--supplements", is_flag=True, help="Also hold products that you take against your health.")
@click.option("--last", is_flag=True, help="Show your last check again, as it stands today.")
@click.option("--seen", metavar='"WHO, WHEN"', help='A clinician looked at the knee: "Dr Roy, 2026-05-12".')
@click.option("--rule", "rules", multiple=True, metavar="ID", help="With --seen: only this warning sign.")
@click.option("--not-cleared", is_flag=True, help="With --seen: they want you to wait.")
def check_verb(
    asked: Asked,
    file: Path | None,
    supplements: bool,
    last: bool,
    seen: str | None,
    rules: tuple[str, ...],
    not_cleared: bool,
) -> int:
    """Check your knee: what must be seen, what it fits, what may feed it. Not a diagnosis.

    Without a file it asks in the terminal. The exit code is 3 when a warning sign blocks your plan.
    """
    if (file is not None, last, seen is not None).count(True) > 1:
        raise click.UsageError("Say one of: --answers FILE, --last, or --seen.")
    if (rules or not_cleared) and seen is None:
        raise click.UsageError("--rule and --not-cleared go with --seen.")
    knowledge = load_knowledge()
    pack = CheckPack.of(knowledge)
    if last or seen is not None or (file is None and not _can_ask(asked)):
        assessment = _noted(asked, seen, rules, not_cleared, pack) if seen else _latest(asked, pack)
    else:
        given = read_answers(file) if file else _ask(asked, pack, supplements=supplements)
        with open_store(asked.folder, create=True) as store:
            today = asked.day(store.story_day)
            assessment = assess(given, pack=pack, store=store, now=asked.now, today=today)
    document = assess_document(assessment, pack)
    if supplements:
        from goodknee.services.supplements import product_documents

        document["supplements"] = product_documents(
            assessment.answers, knowledge.supplements, knowledge.questions
        )
    if asked.as_json:
        asked.print_json(document)
    else:
        show_check(document, pack.questions)
        if supplements:
            show_products(document["supplements"], knowledge.supplements.first_advice)
    return BLOCKED if assessment.signs.blocked else 0


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


def _ask(asked: Asked, pack: CheckPack, *, supplements: bool) -> dict[str, Any]:
    """Ask in the terminal: the first answer early, then what can wait; end at once in an emergency."""
    with open_store(asked.folder) as store:
        kept = _kept_answers(store, pack)
    interview = TerminalInterview(
        questions=pack.questions,
        ask=lambda prompt: str(click.prompt(prompt, prompt_suffix="", default="", show_default=False)),
        say=click.echo,
        stop=lambda answers: _is_emergency(answers, pack),
    )
    try:
        answers = interview.walk(FIRST_PARTS, kept)
        if _is_emergency(answers, pack):
            return answers
        if supplements:
            answers = interview.walk(("supplements",), answers)
        with open_store(asked.folder) as store:
            first = preview(answers, pack=pack, store=store, now=asked.now, today=asked.day(store.story_day))
        show_first_answer(assess_document(first, pack), pack.questions)
        if not click.confirm("\nLonger questions can wait (you, your week, your training). Answer them now?"):
            return answers
    except QuitError:
        raise click.Abort from None
    try:
        return interview.walk(LATER_PARTS, answers)
    except QuitError:
        return answers


def _is_emergency(answers: Mapping[str, Any], pack: CheckPack) -> bool:
    fired = red_flags.evaluate(answers, pack.red_flags).fired
    return any(sign.urgency == "emergency" for sign in fired)


def _kept_answers(store: Store, pack: CheckPack) -> dict[str, Any]:
    parts = {group.id: group.part for group in pack.questions.groups}
    return {
        key: value
        for key, value in latest_answers(store).items()
        if key in pack.questions.answered_by and parts[pack.questions.answered_by[key].group] in KEPT_PARTS
    }
