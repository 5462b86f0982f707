"""``goodknee settings`` and ``shoes``: the runner, and what the runner runs in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from goodknee.core.citation import short_citation
from goodknee.core.knowledge import Knowledge
from goodknee.core.load.shoes import NewShoe, WornShoe
from goodknee.core.words import MISSING, Words, km
from goodknee.faces.cli.options import Asked, verb
from goodknee.faces.cli.screen import on_one_line, show_table
from goodknee.readers.knowledge import load_knowledge
from goodknee.services import shoes as service
from goodknee.services.settings import (
    SettingNow,
    clear_value,
    find_setting,
    legal,
    set_value,
    settings_document,
    settings_now,
)
from goodknee.stores.store import Store, open_store

_DAY = click.DateTime(["%Y-%m-%d"])


@verb
@click.argument("key", required=False)
@click.argument("value", nargs=-1)
@click.option("--clear", is_flag=True, help="Take the value of KEY away again.")
def settings_verb(asked: Asked, key: str | None, value: tuple[str, ...], *, clear: bool) -> int:
    """See your settings, or set one: goodknee settings country DE."""
    if clear and (not key or value):
        raise click.UsageError("Say what to clear: goodknee settings KEY --clear.")
    knowledge = load_knowledge()
    setting = find_setting(key, knowledge.settings) if key else None
    with open_store(asked.folder, create=bool(value)) as store:
        if setting and clear:
            clear_value(setting, store, now=asked.now)
        elif setting and value:
            set_value(setting, value, store, now=asked.now)
        now = settings_now(store, knowledge.settings)
    shown = [each for each in now if setting is None or each.setting.key == setting.key]
    if asked.as_json:
        asked.print_json(settings_document(shown))
    elif setting:
        _show_one(shown[0], knowledge.words)
    else:
        show_table(("Setting", "Value", "What it is for"), [_row(each) for each in shown])
    return 0


def _row(now: SettingNow) -> tuple[str, str, str]:
    return now.setting.key, _value(now), now.setting.says


def _value(now: SettingNow) -> str:
    if now.value is None:
        return MISSING
    text = ", ".join(now.value) if isinstance(now.value, list) else f"{now.value}"
    unit = f" {now.setting.unit}" if now.setting.unit else ""
    return on_one_line(f"{text}{unit}")


def _show_one(now: SettingNow, words: Words) -> None:
    click.echo(f"{now.setting.key}: {_value(now)}")
    click.echo(now.setting.says)
    click.echo(legal(now.setting))
    if not now.setting.used_by:
        click.echo(words.say("settings.not_used"))


@verb
@click.option("--add", "new", metavar="NAME", help="Bring in a pair.")
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="With --add: its first day.")
@click.option("--km", "before_km", type=float, default=0.0, help="With --add: km it had run before.")
@click.option("--note", metavar="TEXT", help="With --add: anything you want to keep about it.")
@click.option("--default", is_flag=True, help="With --add: it takes your runs from its first day on.")
@click.option("--in", "wearing", metavar="NAME", help="The pair of --run or --from.")
@click.option("--run", "run_ids", metavar="ID", multiple=True, help="A run in that pair; may be repeated.")
@click.option("--from", "first", type=_DAY, metavar="YYYY-MM-DD", help="All runs from this day on.")
@click.option("--retire", metavar="NAME", help="Its time is over.")
@click.option("--on", "last", type=_DAY, metavar="YYYY-MM-DD", help="With --retire: its last day.")
@click.option("--remove", metavar="NAME", help="Take away a pair that came in by mistake.")
def shoes_verb(asked: Asked, **options: Any) -> int:
    """See your shoes: km, runs and age of each pair, and what the evidence says.

    Bring in a pair with --add, then say what ran in it: --in NAME --run ID, or --in NAME --from DAY.
    """
    _must_be_one(options)
    knowledge = load_knowledge()
    changes = any(options[name] for name in ("new", "wearing", "retire", "remove"))
    with open_store(asked.folder, create=bool(options["new"])) as store:
        today = asked.day(store.story_day)
        if changes:
            _change(store, options, now=asked.now, today=today)
        listed = service.list_shoes(store, knowledge, today=today, home=asked.home)
    if asked.as_json:
        asked.print_json(service.shoes_document(listed))
    else:
        _show(listed, knowledge)
    return 0


def _must_be_one(options: dict[str, Any]) -> None:
    asked_for = [name for name in ("new", "wearing", "retire", "remove") if options[name]]
    if len(asked_for) > 1:
        raise click.UsageError("One thing at a time: --add, --in, --retire or --remove.")
    if options["wearing"] and not (options["run_ids"] or options["first"]):
        raise click.UsageError("Say what ran in it: --run ID, or --from DAY.")
    for name, needs in (
        ("run_ids", "wearing"), ("first", "wearing"), ("last", "retire"), ("since", "new"),
        ("note", "new"), ("default", "new"), ("before_km", "new"),
    ):  # fmt: skip
        if options[name] and not options[needs]:
            flag = {"wearing": "--in NAME", "retire": "--retire NAME", "new": "--add NAME"}[needs]
            raise click.UsageError(f"This goes with {flag}.")


def _change(store: Store, options: dict[str, Any], *, now: datetime, today: date) -> None:
    if options["new"]:
        new = NewShoe(
            name=options["new"],
            since=_day(options["since"]),
            before_m=options["before_km"] * 1000,
            note=options["note"],
        )
        service.add_shoe(store, new, default=options["default"], now=now, today=today)
    elif options["wearing"]:
        shoe = service.find_shoe(store, options["wearing"])
        service.wear(store, shoe, run_ids=options["run_ids"], from_day=_day(options["first"]), now=now)
    elif options["retire"]:
        shoe = service.find_shoe(store, options["retire"])
        service.retire(store, shoe, last_day=_day(options["last"]) or today)
    else:
        store.remove_shoe(service.find_shoe(store, options["remove"]).id)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _show(listed: service.ShoeList, knowledge: Knowledge) -> None:
    words = knowledge.words
    if listed.worn:
        show_table(
            ("Pair", "Km", "Runs", "Age, days", "Last run", ""),
            [_shoe_row(each, words) for each in listed.worn],
        )
        if listed.runs_without_shoe:
            click.echo(words.say("shoes.without", n=listed.runs_without_shoe))
    else:
        click.echo(words.say("shoes.none"))
    click.echo(words.say("shoes.no_limit"))
    for tip in listed.tips:
        sources = ", ".join(short_citation(knowledge.sources[key]) for key in tip.sources)
        click.echo(f"- {tip.says}\n  {tip.strength} · {tip.id} · {sources}")


def _shoe_row(worn: WornShoe, words: Words) -> tuple[str, ...]:
    shoe = worn.shoe
    said = []
    if shoe.retired_on:
        said.append(words.say("shoes.retired", day=shoe.retired_on))
    elif worn.default:
        said.append(words.say("shoes.default"))
    if worn.runs_without_distance:
        said.append(words.say("shoes.without_distance", n=worn.runs_without_distance))
    if shoe.note:
        said.append(on_one_line(shoe.note))
    return (
        on_one_line(shoe.name),
        km(worn.distance_m),
        str(worn.runs),
        MISSING if worn.age_days is None else str(worn.age_days),
        words.day_and_year(worn.last_run) if worn.last_run else MISSING,
        " · ".join(said),
    )
