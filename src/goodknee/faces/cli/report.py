"""``goodknee report`` and ``goodknee demo``: the knee report, of you and of a simulated runner."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from goodknee.core.knowledge import Knowledge
from goodknee.faces import documents
from goodknee.faces.cli.options import Asked, verb
from goodknee.faces.cli.screen import check_place, working
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import Assessment, CheckPack, latest
from goodknee.services.decide_today import decide_day
from goodknee.services.demo import STORY_DAY, make_demo
from goodknee.services.report import make_report, report_document
from goodknee.services.show_progress import show_progress
from goodknee.stores.store import Store, open_store
from goodknee.writers.report import render_html
from goodknee.writers.whole_file import write_whole_file


@verb
@click.option(
    "-o",
    "--output",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("goodknee-report.html"),
    show_default=True,
    help="Where the page goes.",
)
def report_verb(asked: Asked, page: Path) -> int:
    """Write your knee report: one page that needs no network, prints well and reads on a phone."""
    check_place(page, "report")
    knowledge = load_knowledge()
    with open_store(asked.folder) as store:
        today = asked.day(store.story_day)
        check = _last_check(store, knowledge, today)
        course = show_progress(store, knowledge, today=today, home=asked.home, check=check)
        decided = decide_day(store, knowledge, today=today, home=asked.home)
        report = make_report(
            store, knowledge, today=today, home=asked.home, check=check, decided=decided, progress=course
        )
    write_whole_file(page, render_html(report).encode(), replace=True)
    if asked.as_json:
        asked.print_json({"file": str(page.resolve()), **report_document(report)})
    else:
        click.echo(page.resolve())
    return 0


@verb
@click.option(
    "-o",
    "--output",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the report goes; else into the demo's own folder.",
)
def demo_verb(asked: Asked, page: Path | None) -> int:
    """See what GoodKnee does: a simulated runner, start to finish.

    A year of runs is written as watch files, imported, and made into a knee report. It has a store of
    its own, apart from yours. With --data DIR that store is made in DIR.
    """
    if page:
        check_place(page, "report")
    with working(asked, "Simulated runner: a year of runs") as progress:
        done = make_demo(
            asked.demo_folder,
            knowledge=load_knowledge(),
            now=asked.now,
            story_day=asked.today or STORY_DAY,
            report_to=page,
            progress=progress,
        )
    if asked.as_json:
        asked.print_json(documents.demo_document(done, asked.demo_folder))
        return 0
    if not asked.quiet:
        click.echo(
            f"A simulated runner, not a person: {len(done.imported.imported)} runs up to {done.story_day}.",
            err=True,
        )
        click.echo(f"Their store: {asked.demo_folder}. Open this page:", err=True)
    click.echo(done.report_html.resolve())
    return 0


def _last_check(store: Store, knowledge: Knowledge, today: date) -> Assessment | None:
    return latest(CheckPack.of(knowledge), store, today=today)
