"""What the terminal shows: tables on stdout, a progress bar on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from goodknee.errors import GoodKneeError
from goodknee.faces.cli.options import Asked

#: A narrower window breaks the lines itself; cells squeezed further hold nothing that can be read.
LEAST_WIDTH = 80


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; in a pipe it keeps its full width."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, soft_wrap=False)
    console.width = max(console.width, LEAST_WIDTH) if console.is_terminal else 200
    drawn = Table(*head, box=SIMPLE_HEAD, pad_edge=False)
    # The first column is what one types again, an id for one: it stays whole where the window is narrow.
    drawn.columns[0].no_wrap = True
    drawn.columns[0].min_width = max(map(len, (head[0], *(row[0] for row in rows))))
    for row in rows:
        drawn.add_row(*row)
    console.print(drawn)


def on_one_line(name: str) -> str:
    """Return a file's name as it can be shown: what would steer the terminal is written out."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name)


@contextmanager
def working(asked: Asked, says: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar with files per second on stderr while the work goes on; None when it should be quiet."""
    if asked.quiet:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(says, total=None, rate="")

        def tell(done: int, total: int) -> None:
            seconds = progress.tasks[0].elapsed or 0.0
            rate = f"{done / seconds:,.0f} files/s" if seconds > 0 else ""
            progress.update(task, completed=done, total=total, rate=rate)

        try:
            yield tell
        except GoodKneeError:
            # What went wrong is said in its three lines, without half a bar above them.
            progress.live.transient = True
            progress.update(task, visible=False)
            raise


def check_place(page: Path, what: str) -> None:
    """Say what is wrong with the place of a page before the work begins; ``what`` names the page."""
    if page.suffix.lower() not in {".html", ".htm"}:
        raise click.BadParameter(
            f"The {what} is an .html page, and {page.name} is none. For paper, open the page and print it.",
            param_hint="-o",
        )
    if not page.absolute().parent.is_dir():
        raise click.BadParameter(f"The folder {page.parent} is not there.", param_hint="-o")
