"""The diary as one view: what counts for each day and knee, whatever the order in which it was told.

What counts:

1. An entry reads as its newest correction says. It keeps the place of its first row, so that correcting it
   back gives the original.
2. Of two answers to one key, the one that was told later counts (``entered_at``, then ``id``). The other
   stays in ``earlier``.
3. An answer about a session counts for its own session alone. An entry that names none speaks of the only
   run of its day, unless it tells of exercises or was skipped; else of one session without a name.
4. An answer about the person counts for both knees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from goodknee.core.knowledge.plan.log import LogKeys
from goodknee.core.model import Answer, Side, StoredEntry, TestResult

SIDES: tuple[Side, Side] = ("left", "right")
#: The key by which a session takes the highest of its exercises.
PAIN_DURING = "pain_during"
#: Keys that no run is told with.
NO_RUN = frozenset({"exercise", "skipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DiarySession:
    """What the diary holds of one run or session, for one knee.

    Attributes:
        run_id: The run, where one was named or found.
        session_id: The planned session, where one was named.
        answers: Key → answer of all entries about it: pain_before, pain_during, pain_after, settle_minutes,
            forced_stop, painkiller, limp, done, skipped, minutes, rpe, shoe, … Its ``pain_during`` is the
            highest of what was told of it and of its exercises.
        exercises: Exercise → its own answers (sets, reps, load_kg, pain_during).
        entries: Ids of the entries, newest first.
    """

    run_id: str | None
    session_id: str | None
    answers: Mapping[str, Answer]
    exercises: Mapping[str, Mapping[str, Answer]]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryDay:
    """What counts for one knee on one local day; what was not told is not in here.

    Attributes:
        answers: Key → answer, of the day itself (pain_morning, pain_worst, swelling, sleep_h, fever, …),
            those about the person included. A sign told with a session (limp) is here too.
        sessions: Runs and sessions of that day, in the order in which they were first told.
        tests: Self test → results of both legs, as told that day.
        earlier: Key of ``answers`` → answers that the later one stands in front of, the latest first.
        entries: Ids of the entries, newest first.
    """

    day: date
    side: Side
    answers: Mapping[str, Answer]
    sessions: tuple[DiarySession, ...]
    tests: Mapping[str, TestResult]
    earlier: Mapping[str, tuple[Answer, ...]]
    entries: tuple[int, ...]

    def session_of(self, run_id: str) -> DiarySession | None:
        """Return what was told of a run, or None."""
        return next((each for each in self.sessions if each.run_id == run_id), None)

    def number(self, key: str) -> float | None:
        """Return the answer to a key that asks for a number; None when it was not told."""
        answer = self.answers.get(key)
        return None if answer is None or isinstance(answer, str) else float(answer)


def current(rows: Iterable[StoredEntry]) -> list[StoredEntry]:
    """Return each entry as it reads now, in the order in which it was first told; emptied ones are left out.

    ``id`` and ``entered_at`` are those of its first row.
    """
    first: dict[int, StoredEntry] = {}
    newest: dict[int, StoredEntry] = {}
    for row in sorted(rows, key=lambda row: row.id):
        root = row.corrects or row.id
        first.setdefault(root, row)
        newest[root] = row
    now = (
        replace(row, id=root, corrects=None, entered_at=first[root].entered_at)
        for root, row in newest.items()
        if row.answers or row.tests
    )
    return sorted(now, key=_told)


def _told(entry: StoredEntry) -> tuple[datetime, int]:
    return entry.entered_at, entry.id


def days(
    rows: Iterable[StoredEntry],
    keys: LogKeys,
    *,
    runs: Mapping[str, date] | None = None,
    until: date | None = None,
) -> tuple[DiaryDay, ...]:
    """Return what counts: one row a day and knee with anything told, oldest first, left before right.

    Args:
        rows: The diary as it is stored, corrections included, in any order.
        keys: What may be told, of the pack.
        runs: Id of each run → its local day. What is told about a run counts on the day of the run.
        until: What is about later days is left out.
    """
    entries = [entry for entry in current(rows) if until is None or entry.day <= until]
    namer = _Namer(entries, keys, runs or {})
    of_knees = (each for side in SIDES for each in _of_knee(entries, side, keys, namer))
    return tuple(sorted(of_knees, key=lambda day: (day.day, day.side)))


def tells_of_a_run(answers: Mapping[str, Answer], keys: LogKeys) -> bool:
    """Tell whether answers are about a session that may be a run: nothing of sets, and not skipped."""
    kinds = _kinds(answers, keys)
    return "session" in kinds and "exercise" not in kinds and NO_RUN.isdisjoint(answers)


def _kinds(answers: Iterable[str], keys: LogKeys) -> set[str]:
    return {keys.by_id[key].of for key in answers if key in keys.by_id}


@dataclass(frozen=True, slots=True)
class _Part:
    """What one entry says of one knee."""

    entry: StoredEntry
    answers: Mapping[str, Answer]

    def of(self, keys: LogKeys, *kinds: str) -> dict[str, Answer]:
        return {key: answer for key, answer in self.answers.items() if keys.by_id[key].of in kinds}


@dataclass(frozen=True, slots=True)
class _Name:
    """Which session an entry is about; without both ids it is the nameless one of its day."""

    run_id: str | None
    session_id: str | None
    day: date | None


class _Namer:
    """Finds the session that an entry is about."""

    def __init__(self, entries: Sequence[StoredEntry], keys: LogKeys, runs: Mapping[str, date]) -> None:
        self._keys = keys
        self._runs = runs
        both = [entry for entry in entries if entry.run_id and entry.session_id]
        self._session_of = {entry.run_id: entry.session_id for entry in both}
        self._run_of = {entry.session_id: entry.run_id for entry in both}
        on_day: dict[date, list[str]] = {}
        for run, day in runs.items():
            on_day.setdefault(day, []).append(run)
        self._only_run = {day: ids[0] for day, ids in on_day.items() if len(ids) == 1}

    def name(self, entry: StoredEntry) -> _Name | None:
        """Return the session, or None for an entry about the day alone."""
        run, session = entry.run_id, entry.session_id
        if not (run or session):
            if _kinds(entry.answers, self._keys).isdisjoint({"session", "exercise"}):
                return None
            run = self._only_run.get(entry.day) if tells_of_a_run(entry.answers, self._keys) else None
        run = run or self._run_of.get(session)
        session = session or self._session_of.get(run)
        return _Name(run, session, None if run or session else entry.day)

    def day(self, name: _Name, parts: Sequence[_Part]) -> date:
        """Return the day of the run; else the first day that anything was told about."""
        return self._runs.get(name.run_id or "") or min(part.entry.day for part in parts)


def _of_knee(entries: Iterable[StoredEntry], side: Side, keys: LogKeys, namer: _Namer) -> Iterator[DiaryDay]:
    of_day: dict[date, list[_Part]] = {}
    of_session: dict[_Name, list[_Part]] = {}
    for entry in entries:
        part = _Part(entry, _about(entry, side, keys))
        name = namer.name(entry)
        if part.answers and name:
            of_session.setdefault(name, []).append(part)
        if entry.tests or part.of(keys, "day", "both"):
            of_day.setdefault(entry.day, []).append(part)
    sessions: dict[date, list[DiarySession]] = {}
    for name, parts in of_session.items():
        sessions.setdefault(namer.day(name, parts), []).append(_session(name, parts, keys))
    for day in of_day.keys() | sessions.keys():
        yield _day(day, side, of_day.get(day, []), sessions.get(day, []), keys)


def _about(entry: StoredEntry, side: Side, keys: LogKeys) -> dict[str, Answer]:
    return {
        key: answer
        for key, answer in entry.answers.items()
        if key in keys.by_id and (keys.by_id[key].about == "person" or entry.side == side)
    }


def _session(name: _Name, parts: Sequence[_Part], keys: LogKeys) -> DiarySession:
    answers: dict[str, Answer] = {}
    exercises: dict[str, dict[str, Answer]] = {}
    for part in parts:
        own = part.of(keys, "session", "both", "exercise")
        exercise = own.pop("exercise", None)
        if exercise is not None:
            of_exercise = part.of(keys, "exercise") | {key: own[key] for key in (PAIN_DURING,) if key in own}
            exercises.setdefault(str(exercise), {}).update(of_exercise)
            own = {key: answer for key, answer in own.items() if key not in of_exercise}
        answers.update(own)
    pains = [of_one[PAIN_DURING] for of_one in (answers, *exercises.values()) if PAIN_DURING in of_one]
    if pains:
        answers[PAIN_DURING] = max(pains, key=float)
    return DiarySession(
        run_id=name.run_id,
        session_id=name.session_id,
        answers=answers,
        exercises=exercises,
        entries=tuple(part.entry.id for part in reversed(parts)),
    )


def _day(
    day: date, side: Side, parts: Sequence[_Part], sessions: Sequence[DiarySession], keys: LogKeys
) -> DiaryDay:
    told: dict[str, list[Answer]] = {}
    tests: dict[str, TestResult] = {}
    for part in parts:
        for key, answer in part.of(keys, "day", "both").items():
            told.setdefault(key, []).append(answer)
        for test, result in part.entry.tests.items():
            tests[test] = {**tests.get(test, {}), **result}
    ids = {part.entry.id for part in parts}.union(*(session.entries for session in sessions))
    return DiaryDay(
        day=day,
        side=side,
        answers={key: answers[-1] for key, answers in told.items()},
        sessions=tuple(sessions),
        tests=tests,
        earlier={key: tuple(answers[-2::-1]) for key, answers in told.items() if len(answers) > 1},
        entries=tuple(sorted(ids, reverse=True)),
    )
