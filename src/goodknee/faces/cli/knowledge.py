"""``goodknee knowledge``: is the pack sound, and who stands for it."""

from __future__ import annotations

from pathlib import Path

import click

from goodknee.core.review import State
from goodknee.faces.cli.options import Asked, verb
from goodknee.faces.cli.screen import show_table
from goodknee.readers.knowledge import faults_in, load_knowledge
from goodknee.readers.knowledge_file import FILES
from goodknee.services.review_pack import PackReview, review_document, review_pack
from goodknee.stores.store import open_store

#: So many items of a kind are named; --json has all.
SHOWN = 10


@verb
@click.argument("what", type=click.Choice(["check", "review"]))
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False))
def knowledge_verb(asked: Asked, what: str, folder: Path | None) -> int:
    """Look after the knowledge pack, the one in use or another in DIR.

    check names file and key of every fault. review lists what is due, what changed, and which of your
    stored checks the pack would answer otherwise.
    """
    if folder is not None and not folder.is_dir():
        raise click.BadParameter(f"The folder {folder} is not there.", param_hint="DIR")
    return _check(asked, folder) if what == "check" else _review(asked, folder)


def _check(asked: Asked, folder: Path | None) -> int:
    faults = faults_in(folder)
    if asked.as_json:
        found = [{"what": fault.what, "file": fault.file, "key": fault.key} for fault in faults]
        asked.print_json({"sound": not faults, "files": list(FILES), "faults": found})
    elif faults:
        for fault in faults:
            click.echo(f"{fault.where}\n  {fault.what}")
        click.echo(f"\n{len(faults)} fault{'' if len(faults) == 1 else 's'}. Put right, then check again.")
    else:
        version = load_knowledge(folder).pack.version
        click.echo(f"The pack is sound: version {version}, {len(FILES)} files.")
    return 1 if faults else 0


def _review(asked: Asked, folder: Path | None) -> int:
    installed = load_knowledge()
    with open_store(asked.folder) as store:
        done = review_pack(
            load_knowledge(folder) if folder else installed,
            store,
            today=asked.day(store.story_day),
            installed=installed if folder else None,
        )
    if asked.as_json:
        asked.print_json(review_document(done))
    else:
        _show(done)
    return 0


def _show(done: PackReview) -> None:
    click.echo(f"Pack {done.version}: {len(done.items) - len(done.due)} of {len(done.items)} items reviewed.")
    show_table(
        ["file", "needs a", "reviewed", "never signed", "more people needed", "changed since", "overdue"],
        [
            (file, ", ".join(done.roles[file]), *(str(counts[state]) for state in (
                State.SIGNED, State.NEVER, State.TOO_FEW, State.CHANGED, State.OVERDUE,
            )))
            for file, counts in done.by_file.items()
        ],
    )  # fmt: skip
    for state, says in (
        (State.CHANGED, "Changed since it was signed"),
        (State.OVERDUE, "Review is due again"),
    ):
        _list(says, [item.item for item in done.items if item.state is state])
    if done.changes:
        _list("New in this pack", done.changes.added)
        _list("Changed in this pack", done.changes.changed)
        _list("No longer in this pack", done.changes.removed)
    for one in done.corrections[-SHOWN:]:
        click.echo(f"Corrected on {one.corrected_on}: {', '.join(one.items)}. {one.now} Why: {one.why}")
    for each in done.altered:
        before, now = each.check.result.get("urgency"), each.would_be["urgency"]
        urgency = f"urgency {before} becomes {now}; " if before != now else ""
        click.echo(f"Your check of {each.check.day} would change: {urgency}{', '.join(each.parts)}")
    if not done.altered:
        click.echo("No stored check would change under this pack.")


def _list(says: str, items: list[str] | tuple[str, ...]) -> None:
    for item in items[:SHOWN]:
        click.echo(f"{says}: {item}")
    if len(items) > SHOWN:
        click.echo(f"{says}: and {len(items) - SHOWN} more (see --json)")
