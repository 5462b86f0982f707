"""The options that every verb takes, before or after the verb, and what a verb learns from them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

#: Days before and after these are slips of the keyboard.
FIRST_YEAR, LAST_YEAR = 1900, 2199

Verb = TypeVar("Verb", bound=Callable[..., Any])


@dataclass
class Asked:
    """What the person asked of every verb; the only place where the clock and the zone are read."""

    data: Path | None = None
    today: date | None = None
    as_json: bool = False
    quiet: bool = False

    @property
    def folder(self) -> Path:
        """Where the store lives."""
        if self.data:
            return self.data
        if os.environ.get("GOODKNEE_DATA"):
            return Path(os.environ["GOODKNEE_DATA"])
        from platformdirs import user_data_path

        return user_data_path("goodknee", appauthor=False)

    @property
    def demo_folder(self) -> Path:
        """Where the simulated runner lives, apart from the person's own store."""
        from platformdirs import user_data_path

        return self.data or user_data_path("goodknee-demo", appauthor=False)

    @property
    def now(self) -> datetime:
        """This instant, UTC."""
        return datetime.now(UTC)

    def instant_on(self, day: date) -> datetime:
        """Return this instant; in a replay the same time of the day on the day that is replayed."""
        clock = self.now.astimezone(self.home)
        return self.now if clock.date() == day else datetime.combine(day, clock.timetz())

    @property
    def home(self) -> tzinfo:
        """The zone of this computer, for runs whose file does not tell its own."""
        from tzlocal import get_localzone

        return get_localzone()

    def print_json(self, document: object) -> None:
        """Print the one JSON document of the call."""
        click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))

    def day(self, story_day: date | None = None) -> date:
        """Return the day to speak of: --today, else the day a simulated store stands at, else today."""
        return self.today or story_day or self.now.astimezone(self.home).date()


def _day(text: str) -> date:
    """A day as YYYY-MM-DD, of years that a run can be from."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day. Write it as 2026-05-17.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise click.BadParameter(f"Choose a day of the years {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def global_options() -> list[click.Parameter]:
    """Return fresh --data, --today, --json and --quiet, which write into the :class:`Asked` of the call."""
    return [
        click.Option(
            ["--data"],
            type=click.Path(path_type=Path, file_okay=False),
            help="Folder of your store (or GOODKNEE_DATA).",
            callback=_note,
            expose_value=False,
        ),
        click.Option(
            ["--today"],
            type=_day,
            metavar="YYYY-MM-DD",
            help="Answer as on that day.",
            callback=_note,
            expose_value=False,
        ),
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            default=None,
            help="One JSON document on stdout.",
            callback=_note,
            expose_value=False,
        ),
        click.Option(
            ["--quiet"],
            is_flag=True,
            default=None,
            help="No progress and no talk.",
            callback=_note,
            expose_value=False,
        ),
    ]


def _note(ctx: click.Context, option: click.Parameter, value: object) -> None:
    asked = ctx.ensure_object(Asked)
    if value is not None and option.name:
        setattr(asked, option.name, value)


def verb(function: Verb) -> click.Command:
    """Make a verb of a function that takes an :class:`Asked` first, then its own options."""

    @wraps(function)
    @click.pass_context
    def run(ctx: click.Context, /, **values: object) -> object:
        return function(ctx.ensure_object(Asked), **values)

    name = function.__name__.removesuffix("_verb").replace("_", "-")
    command = click.command(name, context_settings={"help_option_names": ["-h", "--help"]})(run)
    command.params.extend(global_options())
    return command


def clock(instant: datetime | None, utc_offset_min: int | None) -> str:
    """Return "Tue 12 May 2026 07:12" on the runner's own clock where it is known, else in UTC."""
    if instant is None:
        return "no date"
    zone = timezone(timedelta(minutes=utc_offset_min)) if utc_offset_min is not None else UTC
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}{' UTC' if utc_offset_min is None else ''}"
