"""``goodknee score``, ``learn`` and ``refer``: questionnaires, short lessons, and a sheet for a visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import click

from goodknee import __version__
from goodknee.core.assess.conditions import Facts
from goodknee.core.assess.proms import Asked as Item
from goodknee.core.assess.proms import Verdict, find_instrument
from goodknee.core.assess.referral import KnownOfRunner, SheetPack
from goodknee.core.citation import citation
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.learn import SHEETS
from goodknee.faces.cli.options import Asked, verb
from goodknee.faces.cli.screen import check_place
from goodknee.readers.answers import read_answers
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import CheckPack, latest, latest_answers
from goodknee.services.learn import (
    LessonList,
    find_lesson,
    lesson_document,
    lesson_list_document,
    list_lessons,
    remember,
    week_of_programme,
)
from goodknee.services.refer import dated_scores, make_referral, referral_document
from goodknee.services.score import Scored, keep_score, latest_score, score_answers, score_document
from goodknee.stores.store import Store, open_store
from goodknee.writers.refer import render_sheet
from goodknee.writers.whole_file import write_whole_file

#: What a change since the last score means, in words.
CHANGES: Final[Mapping[Verdict, str]] = {
    "better": "better than the noise",
    "no_meaningful_change": "no clear change",
    "worse": "worse than the noise",
    "too_few": "no study tells what a change means",
}


@verb
@click.argument("instrument")
@click.option(
    "--answers",
    "answers_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your answers, as YAML or JSON. Without it: what to answer.",
)
def score_verb(asked: Asked, instrument: str, answers_file: Path | None) -> int:
    """Score a questionnaire: akps, nprs_usual, psfs, groc, koos_pf, uwri, lefs or tsk11.

    Without --answers it lists the keys, what they ask, and what may be answered.
    """
    answers = read_answers(answers_file) if answers_file else None
    knowledge = load_knowledge()
    find_instrument(instrument, knowledge.proms)  # a name that is not known makes no store
    with open_store(asked.folder, create=answers is not None) as store:
        today = asked.day(store.story_day)
        before = latest_score(instrument, knowledge.proms, store, today=today)
        scored = score_answers(instrument, answers, knowledge.proms, today=today, before=before)
        if answers is not None:
            version = knowledge.pack.version
            keep_score(scored, answers, version, store=store, now=asked.now, today=today)
    if asked.as_json:
        asked.print_json(score_document(scored))
    elif answers is None:
        _show_what_to_answer(scored)
    else:
        _show_score(scored)
    return 0


def _show_what_to_answer(scored: Scored) -> None:
    instrument = scored.score.instrument
    click.echo(f"{instrument.name}: {instrument.measures}. {instrument.recall.capitalize()}.")
    if instrument.form is None:
        for item in scored.asks:
            _show_item(item)
    else:
        total, first, *_, last = scored.asks
        _show_item(total)
        click.echo(f"\nOr the number of each answer, {first.key} to {last.key}:\n  {first.legal}")
    click.echo(f"\n{instrument.scoring.rule}")
    if scored.before:
        click.echo(
            f"Last time: {scored.before.value:g}, {_day(scored.before.day)}. Due: {_day(scored.due_on)}."
        )
    click.echo(f"Write one line an answer into a file, then: goodknee score {instrument.id} --answers FILE")


def _show_item(item: Item) -> None:
    click.echo(f"\n{item.key}: {item.text}" + ("" if item.needed else " You may leave this out."))
    if item.labels:
        for code, label in item.labels.items():
            click.echo(f"  {code}  {label}")
    else:
        click.echo(f"  {item.legal}")


def _show_score(scored: Scored) -> None:
    score = scored.score
    instrument = score.instrument
    low, high = instrument.range
    value = "no score yet" if score.score is None else f"{score.score:g}"
    click.echo(f"{instrument.name}: {value} ({low:g} to {high:g}, {instrument.better} is better)")
    if score.missing:
        click.echo(f"  not answered:          {', '.join(score.missing)}")
    if len(score.parts) > 1 and instrument.scoring.of != "sum":
        click.echo(f"  each:                  {', '.join(f'{k} {v:g}' for k, v in score.parts.items())}")
    if instrument.mcid:
        click.echo(f"  a change that matters: {instrument.mcid.value:g}")
    if score.mdc:
        click.echo(f"  a change past noise:   {score.mdc.value:g}")
    if scored.before and score.valid:
        said = CHANGES[scored.verdict or "too_few"]
        click.echo(f"  last time:             {scored.before.value:g}, {_day(scored.before.day)}: {said}")
    click.echo(f"  due again:             {_day(scored.due_on)}")
    click.echo(f"  kept:                  {'yes' if score.valid else 'no, there is no score to keep'}")
    click.echo(click.wrap_text(score.note, width=96))


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


@verb
@click.argument("lesson", required=False, metavar="[LESSON]")
def learn_verb(asked: Asked, lesson: str | None) -> int:
    """List the short lessons, or read one. Start with those of day one."""
    knowledge = load_knowledge()
    if lesson is None:
        with open_store(asked.folder) as store:
            listed = _listed(knowledge, store, asked.day(store.story_day))
        if asked.as_json:
            asked.print_json(lesson_list_document(listed))
        else:
            _show_lessons(listed)
        return 0
    found = find_lesson(lesson, knowledge.lessons)
    with open_store(asked.folder, create=True) as store:
        today = asked.day(store.story_day)
        remember(found, knowledge.pack.version, store, now=asked.now, today=today)
        following = _listed(knowledge, store, today).next
    if asked.as_json:
        next_id = following.id if following else None
        asked.print_json({**lesson_document(found, knowledge.sources), "next": next_id})
        return 0
    click.echo(f"{found.title}\n\n{click.wrap_text(found.text, width=80)}\n")
    click.echo(f"One thing to do: {found.do}\n\nSources:")
    for key in found.sources:
        click.echo(f"  {citation(knowledge.sources[key])}")
    if following:
        click.echo(f"\nNext: goodknee learn {following.id}")
    return 0


def _listed(knowledge: Knowledge, store: Store, today: date) -> LessonList:
    facts = Facts.of(latest_answers(store), knowledge.questions)
    read = [each for each in store.lessons_read() if each.day <= today]
    week = week_of_programme(store, today=today)
    return list_lessons(knowledge.lessons, facts, week=week, read=read)


def _show_lessons(listed: LessonList) -> None:
    for lesson in listed.lessons.lessons:
        mark = "read" if lesson.id in listed.read else "day 1" if listed.day_one(lesson) else ""
        click.echo(f"  {lesson.id:<16} {mark:<6} {lesson.title}")
    if listed.next:
        click.echo(f"\nTo read now: goodknee learn {listed.next.id}")
    else:
        click.echo("\nYou have read all that fit now.")


@verb
@click.argument("who", type=click.Choice(SHEETS))
@click.option(
    "-o",
    "--output",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the page goes; else goodknee-for-WHO.html.",
)
def refer_verb(asked: Asked, who: str, page: Path | None) -> int:
    """Write one printable page for a visit: the story, what was found, and what to ask."""
    page = page or Path(f"goodknee-for-{who}.html")
    check_place(page, "sheet")
    knowledge = load_knowledge()
    pack = SheetPack(
        referral=knowledge.referral,
        questions=knowledge.questions,
        red_flags=knowledge.red_flags,
        words=knowledge.words,
    )
    with open_store(asked.folder) as store:
        today = asked.day(store.story_day)
        sheet = make_referral(who, pack, today=today, known=_known(knowledge, store, today))
    html = render_sheet(sheet, pack, knowledge.pack, version=__version__)
    write_whole_file(page, html.encode(), replace=True)
    if asked.as_json:
        asked.print_json({"file": str(page.resolve()), **referral_document(sheet)})
    else:
        click.echo(page.resolve())
    return 0


def _known(knowledge: Knowledge, store: Store, today: date) -> KnownOfRunner:
    found = latest(CheckPack.of(knowledge), store, today=today) if store.checks() else None
    scores = dated_scores(store, knowledge.proms, today=today)
    if found is None:
        return KnownOfRunner(scores=scores)
    return KnownOfRunner(answers=found.answers, signs=found.signs, ranking=found.ranking, scores=scores)
