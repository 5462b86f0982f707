"""``goodknee log``: the diary by options, from a file, or in a minute at the terminal; its self tests."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.log import Takes
from goodknee.core.track.told import ABOUT, Vocabulary
from goodknee.faces.cli.log_page import LogPage
from goodknee.faces.cli.options import Asked, verb
from goodknee.readers.answers import read_answers
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.log_day import (
    Logged,
    correct_day,
    diary_document,
    list_diary,
    list_tests,
    log_day,
    logged_document,
    tests_document,
    vocabulary_of,
)
from goodknee.stores.store import open_store

#: A plan is blocked by a warning sign.
BLOCKED: Final = 3
#: Words by which an answer is taken away in a correction.
NOTHING: Final = frozenset({"", "null", "none told"})


@verb
@click.argument("answers", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="One entry, as YAML or JSON.",
)
@click.option("--list", "as_list", is_flag=True, help="Your diary, newest day first, with corrections.")
@click.option("--correct", type=int, metavar="ID", help="Correct an entry; KEY= takes an answer away.")
@click.option("--withdraw", type=int, metavar="ID", help="Take an entry back; its history is kept.")
@click.option("--tests", "as_tests", is_flag=True, help="The self tests: how, last result, when due.")
@click.option("--test", metavar="ID", help="Tell a self test, with --left and --right, or --result.")
@click.option("--left", metavar="VALUE", help="With --test: the left leg. Two values: 3,2.")
@click.option("--right", metavar="VALUE", help="With --test: the right leg.")
@click.option("--result", metavar="VALUE", help="With --test: both legs together.")
def log_verb(
    asked: Asked,
    answers: tuple[str, ...],
    file: Path | None,
    as_list: bool,
    correct: int | None,
    withdraw: int | None,
    as_tests: bool,
    test: str | None,
    left: str | None,
    right: str | None,
    result: str | None,
    **keys: Any,
) -> int:
    """Keep a diary of your knee: pain, signs, sessions, tests. Without options it asks, in a minute.

    Leave out what you do not know: it stays open, and is never read as zero.
    The exit code is 3 when a warning sign blocks your plan.
    """
    knowledge = load_knowledge()
    if (as_list, as_tests, correct is not None, withdraw is not None, file is not None).count(True) > 1:
        raise click.UsageError("Say one of: --file, --list, --correct, --withdraw, --tests.")
    if as_list or as_tests:
        return _show_list(asked, knowledge) if as_list else _show_tests(asked, knowledge)
    vocabulary = vocabulary_of(knowledge)
    told = _told(keys, answers, vocabulary)
    told |= _test_told(test, {"left": left, "right": right, "once": result}, vocabulary)
    if withdraw is not None or correct is not None:
        return _correct(asked, knowledge, correct, withdraw, told, vocabulary)
    if file is not None:
        told = {**read_answers(file), **told}
    elif not told:
        return _ask(asked, knowledge, vocabulary)
    with open_store(asked.folder, create=True) as store:
        today = asked.day(store.story_day)
        logged = log_day(
            [told],
            knowledge=knowledge,
            store=store,
            now=asked.instant_on(today),
            today=today,
            home=asked.home,
        )
    return _show(asked, logged, knowledge, "log.kept")


def _ask(asked: Asked, knowledge: Knowledge, vocabulary: Vocabulary) -> int:
    if asked.as_json or not sys.stdin.isatty():
        raise click.UsageError("Say what to keep, like --side right --pain-morning 2.")
    from goodknee.faces.cli.log_interview import check_in

    logged = check_in(asked, knowledge, vocabulary)
    return 0 if logged is None else _show(asked, logged, knowledge, "log.kept")


def _show(asked: Asked, logged: Logged, knowledge: Knowledge, said: str) -> int:
    if asked.as_json:
        asked.print_json(logged_document(logged, knowledge))
    else:
        LogPage(knowledge=knowledge).show_kept(logged, said)
    return BLOCKED if logged.alarm.blocked else 0


def _correct(
    asked: Asked,
    knowledge: Knowledge,
    correct: int | None,
    withdraw: int | None,
    told: Mapping[str, Any],
    vocabulary: Vocabulary,
) -> int:
    if withdraw is not None and told:
        raise click.UsageError("--withdraw takes the whole entry back; it goes without answers.")
    if withdraw is None and not told:
        raise click.UsageError(
            "Say what to correct, like pain_worst=4, or take the entry back: --withdraw ID."
        )
    tests = (test.id for test in vocabulary.tests.tests)
    changes = dict.fromkeys([*vocabulary.keys.by_id, *tests]) if withdraw is not None else told
    number = withdraw if withdraw is not None else correct
    assert number is not None  # one of the two was said
    with open_store(asked.folder) as store:
        today = asked.day(store.story_day)
        logged = correct_day(
            number,
            changes,
            knowledge=knowledge,
            store=store,
            now=asked.instant_on(today),
            today=today,
            home=asked.home,
        )
    entry = logged.entries[0]
    return _show(
        asked, logged, knowledge, "log.corrected" if entry.answers or entry.tests else "log.withdrawn"
    )


def _show_list(asked: Asked, knowledge: Knowledge) -> int:
    with open_store(asked.folder) as store:
        listed = list_diary(store, knowledge, today=asked.day(store.story_day), home=asked.home)
    if asked.as_json:
        asked.print_json(diary_document(listed, knowledge))
    else:
        LogPage(knowledge=knowledge).show_list(listed)
    return 0


def _show_tests(asked: Asked, knowledge: Knowledge) -> int:
    with open_store(asked.folder) as store:
        today = asked.day(store.story_day)
        found = list_tests(store, knowledge, today=today)
    if asked.as_json:
        asked.print_json(tests_document(found, knowledge))
    else:
        LogPage(knowledge=knowledge).show_tests(found, today)
    return 0


def _told(keys: Mapping[str, Any], words: tuple[str, ...], vocabulary: Vocabulary) -> dict[str, Any]:
    """Return what was told by options and as KEY=VALUE, each value as its key takes it."""
    told: dict[str, Any] = {key: value for key, value in keys.items() if value is not None}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise click.UsageError(f"{word!r} is not KEY=VALUE, like pain_worst=4.")
        told[key.strip().replace("-", "_")] = None if value.strip() in NOTHING else value
    return {key: _value(key, value, vocabulary) for key, value in told.items()}


def _value(key: str, text: Any, vocabulary: Vocabulary) -> Any:
    """Return a typed value as its key takes it; what cannot be read stays as it was typed, to be refused."""
    if not isinstance(text, str) or key in ABOUT:
        return text
    if (test := vocabulary.test(key)) is not None:
        return _values(text, [vocabulary.takes(part) for part in test.parts])
    known = vocabulary.keys.by_id.get(key)
    return text if known is None else _one(text, vocabulary.takes(known))


def _test_told(name: str | None, legs: Mapping[str, str | None], vocabulary: Vocabulary) -> dict[str, Any]:
    given = {leg: text for leg, text in legs.items() if text is not None}
    if name is None:
        if given:
            raise click.UsageError("--left, --right and --result go with --test ID.")
        return {}
    if not given:
        raise click.UsageError("Say what the test gave: --left and --right, or --result.")
    name = name.replace("-", "_")
    test = vocabulary.test(name)
    takes = [vocabulary.takes(part) for part in test.parts] if test else []
    return {name: {leg: _values(text, takes) for leg, text in given.items()}}


def _values(text: str, takes: list[Takes]) -> list[Any]:
    words = text.split(",")
    kinds = [*takes, *[Takes(type="text")] * len(words)]
    return [_one(word.strip(), kind) for word, kind in zip(words, kinds, strict=False)]


def _one(text: str, takes: Takes) -> Any:
    if takes.type not in {"number", "count"}:
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _key_options() -> list[click.Parameter]:
    """Return an option for each key of the pack, and for what an entry is about."""
    knowledge = load_knowledge()
    vocabulary = vocabulary_of(knowledge)
    about = {
        "day": "The day it is about, like 2026-05-17. Else today.",
        "side": "The knee: left or right. Else the sore knee of your check.",
        "run": "The run it is about. Else the only run of that day.",
        "session": "The planned session it is about.",
    }
    options: list[click.Parameter] = [
        click.Option([f"--{key}"], metavar="ID" if key in {"run", "session"} else key.upper(), help=says)
        for key, says in about.items()
    ]
    for key in knowledge.log.keys:
        name, takes = key.id.replace("_", "-"), vocabulary.takes(key)
        if takes.type == "bool":
            # Alone it says yes; "no" may follow it.
            options.append(
                click.Option(
                    [f"--{name}"], is_flag=False, flag_value="yes", metavar="[yes|no]", help=key.asks
                )
            )
        else:
            options.append(click.Option([f"--{name}"], metavar=_metavar(takes), help=key.asks))
    return options


def _metavar(takes: Takes) -> str:
    match takes.type:
        case "enum":
            return "|".join(takes.options)
        case "text":
            return "TEXT"
        case "exercise":
            return "ID"
    return (takes.unit or "number").upper() if takes.max is None or takes.max > 10 else f"0-{takes.max:g}"


log_verb.params.extend(_key_options())
