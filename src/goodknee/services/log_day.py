"""The diary: keep what was told, correct it, list it, and say at once what a sign in it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from goodknee.core.assess.conditions import Facts, evaluate
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.exercises import exercises_by_id
from goodknee.core.model import DiaryEntry, Side, StoredEntry
from goodknee.core.track.diary import SIDES, DiaryDay, days, tells_of_a_run
from goodknee.core.track.self_tests import SelfTestState, facts_of, states
from goodknee.core.track.told import Vocabulary, check_entry, told_again
from goodknee.errors import AnswerError
from goodknee.services.assess import latest_answers
from goodknee.services.diary_signs import Alarm, alarm_document, alarm_of
from goodknee.stores.store import Store

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What was kept, and what to say of it.

    Attributes:
        entries: As they read now; a corrected one keeps its id.
        alarm: What the signs in them ask for.
        says: What the tests in them lead to, and what is missing to place them.
    """

    entries: tuple[StoredEntry, ...]
    alarm: Alarm
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry of the list.

    Attributes:
        entry: As it reads now.
        before: How it read before, the latest first.
    """

    entry: StoredEntry
    before: tuple[StoredEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryList:
    """The diary, newest day first: its entries, and what counts for each day and knee."""

    entries: tuple[Listed, ...]
    days: tuple[DiaryDay, ...]


def vocabulary_of(knowledge: Knowledge) -> Vocabulary:
    """Return what the pack lets an entry hold."""
    return Vocabulary(
        keys=knowledge.log,
        facts=knowledge.facts,
        tests=knowledge.self_tests,
        exercises=exercises_by_id(knowledge.exercises).keys(),
    )


def log_day(
    told: Sequence[Mapping[str, Any]],
    *,
    knowledge: Knowledge,
    store: Store,
    now: datetime,
    today: date,
    home: tzinfo | None = None,
) -> Logged:
    """Check what was told and keep it: all entries or none.

    Args:
        told: For each entry, key → value as the runner or a file gave it.
        knowledge: The pack.
        store: Where the diary is kept.
        now: This instant.
        today: The runner's local day.
        home: The runner's zone, for runs that do not tell their own.

    Raises:
        AnswerError: Something in it is not legal, or there is no such run; nothing is kept then.
    """
    vocabulary = vocabulary_of(knowledge)
    runs = days_of_runs(store, home)
    checked = [
        check_entry(
            _placed(each, vocabulary, store, runs),
            vocabulary,
            today=today,
            now=now,
            usual_side=sore_knee(store),
        )
        for each in told
    ]
    tied = [_tied(entry, knowledge, runs) for entry in checked]
    kept = tuple(store.add_diary(tied))
    return _logged(kept, knowledge, store, runs, now=now, today=today)


def correct_day(
    number: int,
    changes: Mapping[str, Any],
    *,
    knowledge: Knowledge,
    store: Store,
    now: datetime,
    today: date,
    home: tzinfo | None = None,
) -> Logged:
    """Keep how an entry reads from now on; how it read before stays in its history.

    Args:
        number: Id of the entry, or of one of its corrections.
        changes: Key → value; None takes an answer away.
        knowledge: The pack.
        store: Where the diary is kept.
        now: This instant.
        today: The runner's local day.
        home: The runner's zone.

    Raises:
        AnswerError: There is no such entry, or a change is not legal; nothing is kept then.
    """
    vocabulary = vocabulary_of(knowledge)
    runs = days_of_runs(store, home)
    before = _entry(number, store.diary())
    given = {str(key).replace("-", "_"): value for key, value in changes.items()}
    if isinstance(given.get("run"), str):
        given["run"] = store.run(given["run"].strip()).id
    for test, legs in before.tests.items():
        if isinstance(given.get(test), Mapping):
            given[test] = {**legs, **given[test]}  # the other leg stays
    if "day" in given and before.run_id and runs.get(before.run_id) == before.day:
        given.setdefault("run", None)  # it was the run of a day that it is no longer about
    entry = check_entry({**told_again(before), **given}, vocabulary, today=today, now=now, may_be_empty=True)
    row = store.correct_diary(before.id, _tied(entry, knowledge, runs))
    kept = replace(row, id=before.id, corrects=None, entered_at=before.entered_at)
    return _logged((kept,), knowledge, store, runs, now=now, today=today)


def list_diary(store: Store, knowledge: Knowledge, *, today: date, home: tzinfo | None = None) -> DiaryList:
    """Return the diary up to a day, the newest day first; withdrawn entries are shown as such."""
    rows = store.diary()
    found = days(rows, knowledge.log, runs=days_of_runs(store, home), until=today)
    history: dict[int, list[StoredEntry]] = {}
    for row in rows:
        history.setdefault(row.corrects or row.id, []).append(row)
    listed = [
        Listed(
            entry=replace(last, id=root, corrects=None, entered_at=first.entered_at),
            before=tuple(reversed(earlier)),
        )
        for root, (first, *_) in history.items()
        for *earlier, last in [history[root]]
        if last.day <= today
    ]
    listed.sort(key=lambda each: (each.entry.day, each.entry.entered_at, each.entry.id), reverse=True)
    return DiaryList(entries=tuple(listed), days=tuple(reversed(found)))


def list_tests(store: Store, knowledge: Knowledge, *, today: date) -> tuple[SelfTestState, ...]:
    """Return where each self test stands; a questionnaire's own score counts as well."""
    scored = {each.instrument: (each.day, each.value) for each in store.scores() if each.day <= today}
    return states(store.diary(), knowledge.self_tests, today=today, scored=scored)


def days_of_runs(store: Store, home: tzinfo | None) -> dict[str, date]:
    """Return the id of each run and its local day."""
    running = ((run.id, run.activity.day(home)) for run in store.runs() if run.activity.is_run)
    return {run: day for run, day in running if day is not None}


def sore_knee(store: Store) -> Side | None:
    """Return the knee of the last check, when it is one."""
    side = latest_answers(store).get("side")
    return next((known for known in SIDES if known == side), None)


def _placed(
    told: Mapping[str, Any], vocabulary: Vocabulary, store: Store, runs: Mapping[str, date]
) -> dict[str, Any]:
    """Return what was told with the run's whole id; with answers about the run alone, of the run's day."""
    given = {str(key).replace("-", "_"): value for key, value in told.items()}
    run = given.get("run")
    if isinstance(run, str):
        given["run"] = store.run(run.strip()).id
        kinds = {key.of for name, key in vocabulary.keys.by_id.items() if given.get(name) is not None}
        tested = any(vocabulary.test(name) for name in given)
        if given.get("day") is None and "day" not in kinds and not tested:
            given["day"] = runs.get(given["run"])
    return given


def _tied(entry: DiaryEntry, knowledge: Knowledge, runs: Mapping[str, date]) -> DiaryEntry:
    """Return the entry with the run that it must mean: the only one of its day."""
    if entry.run_id or entry.session_id or not tells_of_a_run(entry.answers, knowledge.log):
        return entry
    of_day = [run for run, day in runs.items() if day == entry.day]
    return replace(entry, run_id=of_day[0]) if len(of_day) == 1 else entry


def _entry(number: int, rows: Sequence[StoredEntry]) -> StoredEntry:
    """Return an entry as it reads now, withdrawn ones included."""
    row = next((row for row in rows if row.id == number), None)
    if row is None:
        raise AnswerError(
            f"The diary has no entry {number}.",
            where=f"entry {number}",
            next_step="See `goodknee log --list` for the ids. Nothing was stored.",
        )
    root = row.corrects or row.id
    first, *_, last = [row for row in rows if root in (row.id, row.corrects)] * 2
    return replace(last, id=root, corrects=None, entered_at=first.entered_at)


def _logged(
    entries: tuple[StoredEntry, ...],
    knowledge: Knowledge,
    store: Store,
    runs: Mapping[str, date],
    *,
    now: datetime,
    today: date,
) -> Logged:
    says = [*_after_tests(entries, knowledge), *_which_run(entries, knowledge, runs)]
    alarm = alarm_of(entries, knowledge=knowledge, store=store, now=now, today=today)
    return Logged(entries=entries, alarm=alarm, says=tuple(dict.fromkeys(says)))


def _after_tests(entries: Sequence[StoredEntry], knowledge: Knowledge) -> Iterator[str]:
    for entry in entries:
        for test in knowledge.self_tests.tests:
            if test.then is not None and test.id in entry.tests:
                facts = Facts.measured(facts_of(test, entry.tests[test.id]))
                if evaluate(test.then.when, facts) is True:
                    yield test.then.says


def _which_run(
    entries: Sequence[StoredEntry], knowledge: Knowledge, runs: Mapping[str, date]
) -> Iterator[str]:
    """Ask for the run where answers about one cannot be placed."""
    for entry in entries:
        if entry.run_id or entry.session_id or not tells_of_a_run(entry.answers, knowledge.log):
            continue
        of_day = sorted(run for run, day in runs.items() if day == entry.day)
        key = "log.which_run" if of_day else "log.no_run"
        yield knowledge.words.say(key, day=entry.day, id=entry.id, runs=", ".join(of_day))


def logged_document(logged: Logged, knowledge: Knowledge) -> Document:
    """Return the JSON document ``log``: the entry, and what its signs ask for."""
    entry, *others = logged.entries
    document = entry_document(entry, knowledge) | alarm_document(logged.alarm) | {"says": list(logged.says)}
    return document | ({"also": [entry_document(each, knowledge) for each in others]} if others else {})


def entry_document(entry: StoredEntry, knowledge: Knowledge) -> Document:
    """Return one entry: every key of the diary, null where nothing was told, and the tests in it."""
    return {
        "id": entry.id,
        "day": entry.day.isoformat(),
        "side": entry.side,
        "entered_at": _instant(entry.entered_at),
        "run": entry.run_id,
        "session": entry.session_id,
        **{key.id: entry.answers.get(key.id) for key in knowledge.log.keys},
        **{test: {leg: list(values) for leg, values in legs.items()} for test, legs in entry.tests.items()},
    }


def diary_document(listed: DiaryList, knowledge: Knowledge) -> Document:
    """Return the JSON document ``log --list``."""
    return {
        "entries": [
            entry_document(each.entry, knowledge)
            | {"before": [entry_document(row, knowledge) for row in each.before]}
            for each in listed.entries
        ],
        "days": [_day_document(day) for day in listed.days],
    }


def _day_document(day: DiaryDay) -> Document:
    return {
        "day": day.day.isoformat(),
        "knee": day.side,
        **{key: value for key, value in asdict(day).items() if key not in {"day", "side"}},
    }


def tests_document(found: Sequence[SelfTestState], knowledge: Knowledge) -> Document:
    """Return the JSON document ``log --tests``."""
    return {"says": list(knowledge.self_tests.says), "tests": [_test_document(each) for each in found]}


def _test_document(state: SelfTestState) -> Document:
    test = state.test
    return {
        "id": test.id,
        "name": test.name,
        "how": test.how,
        "needs": list(test.needs),
        "sides": test.sides,
        "values": [part.asks for part in test.parts],
        "told_by": list(test.told_by),
        "unit": test.unit,
        "better": test.better,
        "change": test.change,
        "phases": list(test.phases),
        "last": state.last.isoformat() if state.last else None,
        "result": {leg: list(values) for leg, values in state.result.items()},
        "legs": asdict(state.legs) if state.legs else None,
        "due_on": state.due_on.isoformat(),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
