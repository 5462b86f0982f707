"""The check-in at the terminal: the morning first, then the worst, the signs, and the last run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.log import Takes
from goodknee.core.model import Side, StoredRun
from goodknee.core.track.diary import SIDES, days
from goodknee.core.track.told import Vocabulary, check_entry, legal_values
from goodknee.errors import AnswerError
from goodknee.faces.cli.conversation import ask, tell
from goodknee.faces.cli.options import Asked
from goodknee.services.log_day import Logged, days_of_runs, log_day, sore_knee
from goodknee.stores.store import Store, open_store

_SKIP: Final = frozenset({"", "s", "skip"})
_YES_NO: Final = {"y": True, "n": False}


class _Quit(Exception):  # noqa: N818 - a move of the runner, no error
    pass


def check_in(asked: Asked, knowledge: Knowledge, vocabulary: Vocabulary) -> Logged | None:
    """Ask, and keep what was told; None when nothing was.

    Raises:
        KeyboardInterrupt: The runner interrupted, or the input ended; nothing is kept.
    """
    with open_store(asked.folder, create=True) as store:
        today = asked.day(store.story_day)
        interview = _CheckIn(asked=asked, knowledge=knowledge, vocabulary=vocabulary, today=today)
        told = interview.hold(store)
        if not told:
            tell(knowledge.words.say("log.ask.nothing"))
            return None
        now = asked.instant_on(today)
        return log_day(told, knowledge=knowledge, store=store, now=now, today=today, home=asked.home)


@dataclass(frozen=True, kw_only=True)
class _CheckIn:
    asked: Asked
    knowledge: Knowledge
    vocabulary: Vocabulary
    today: date

    def hold(self, store: Store) -> list[dict[str, Any]]:
        """Return what was told, an entry each; what was left out is in none."""
        say, asks = self.knowledge.words.say, self.knowledge.log.check_in
        tell(say("log.ask.intro"))
        tell(say("log.ask.moves"))
        entries: list[dict[str, Any]] = []
        try:
            for first, side in enumerate(self._sides(store)):
                entry: dict[str, Any] = {"side": side}
                entries.append(entry)
                tell("")
                tell(say("log.ask.today", knee=say(f"log.knee.{side}")))
                self._fields(self._of(asks.pain, again=first > 0), entry)
                self._signs(self._of(asks.signs, again=first > 0), entry)
                run = self._run_to_ask(store, side)
                if run is not None:
                    entry = {"side": side, "run": run.id}
                    entries.append(entry)
                    day, metres = run.activity.day(self.asked.home), run.activity.distance_m
                    tell("")
                    tell(say("log.ask.run", day=day, distance_m=metres, knee=say(f"log.knee.{side}")))
                    self._fields(self._of(asks.last_run, again=first > 0), entry)
        except _Quit:
            pass
        return [entry for entry in entries if not entry.keys() <= {"side", "run"}]

    def _sides(self, store: Store) -> Sequence[Side]:
        known = sore_knee(store)
        if known is not None:
            return (known,)
        words = self.knowledge.words
        tell(words.say("log.ask.which"))
        while True:
            match self._typed(words.say("log.ask.which_hint")):
                case "1" | "left":
                    return SIDES[:1]
                case "2" | "right":
                    return SIDES[1:]
                case "3" | "both":
                    return SIDES

    def _of(self, keys: Sequence[str], *, again: bool) -> Iterator[str]:
        """Yield the keys to ask; of a second knee those about the person were asked before."""
        yield from (key for key in keys if not again or self.knowledge.log.by_id[key].about == "knee")

    def _run_to_ask(self, store: Store, side: Side) -> StoredRun | None:
        """Return the last run of these days, when its answers are not all there."""
        asks = self.knowledge.log.check_in
        of_runs = days_of_runs(store, self.asked.home)
        first = self.today - timedelta(days=asks.run_days)
        recent = [run for run in store.runs() if first <= of_runs.get(run.id, date.min) <= self.today]
        if not recent:
            return None
        run = max(recent, key=lambda run: of_runs[run.id])
        diary = days(store.diary(), self.knowledge.log, runs=of_runs, until=self.today)
        told = [day.session_of(run.id) for day in diary if day.side == side]
        known = {key for session in told if session is not None for key in session.answers}
        return None if set(asks.last_run) <= known else run

    def _fields(self, keys: Iterator[str], entry: dict[str, Any]) -> None:
        for key in keys:
            tell(self.knowledge.log.by_id[key].asks)
            self._field(key, entry)

    def _field(self, key: str, entry: dict[str, Any]) -> None:
        takes = self.vocabulary.takes(self.knowledge.log.by_id[key])
        while (typed := self._typed(self._hint(takes))) is not None:
            value = _read(typed, takes)
            try:
                # One answer is checked as the whole entry will be.
                check_entry(
                    {"side": entry["side"], key: value}, self.vocabulary, today=self.today, now=self.asked.now
                )
            except AnswerError:
                tell(self.knowledge.words.say("log.ask.again", legal=legal_values(takes)))
                continue
            entry[key] = value
            return

    def _hint(self, takes: Takes) -> str:
        match takes.type:
            case "bool":
                return self.knowledge.words.say("check.hint.bool")
            case "enum":
                return ", ".join(takes.options).replace("_", " ")
        return takes.unit or legal_values(takes)

    def _signs(self, keys: Iterator[str], entry: dict[str, Any]) -> None:
        words, signs = self.knowledge.words, tuple(keys)
        tell(words.say("log.ask.signs"))
        for number, key in enumerate(signs, start=1):
            tell(self.knowledge.log.by_id[key].asks, lead=f"{number:>2}  ")
        tell(words.say("log.ask.none"), lead=" 0  ")
        while (typed := self._typed(words.say("check.hint.ticks"))) is not None:
            ticked = _ticked(typed, most=len(signs))
            if ticked is None:
                tell(words.say("check.ask.ticks_again", most=len(signs)))
                continue
            for number, key in enumerate(signs, start=1):
                self._sign(key, number in ticked, entry)
            return

    def _sign(self, key: str, is_ticked: bool, entry: dict[str, Any]) -> None:
        """Keep yes or no; of a sign with degrees the least degree is no, and a tick asks which."""
        takes = self.vocabulary.takes(self.knowledge.log.by_id[key])
        if takes.type == "bool":
            entry[key] = is_ticked
        elif is_ticked:
            tell(self.knowledge.log.by_id[key].asks)
            self._field(key, entry)
        else:
            entry[key] = takes.options[0]

    def _typed(self, hint: str) -> str | None:
        """Return what was typed; None to leave it out."""
        while True:
            try:
                typed = ask(f"  [{hint}] > ").strip().lower()
            except UnicodeDecodeError:  # bytes that are no text: as if nothing was typed
                continue
            except EOFError:
                raise KeyboardInterrupt from None
            if typed in {"q", "quit"}:
                raise _Quit
            return None if typed in _SKIP else typed


def _ticked(typed: str, *, most: int) -> set[int] | None:
    words = typed.replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdigit() and int(word) <= most for word in words):
        return None
    numbers = {int(word) for word in words}
    return None if 0 in numbers and len(numbers) > 1 else numbers - {0}


def _read(typed: str, takes: Takes) -> Any:
    """Return what was typed as its key takes it; what cannot be read stays as it was typed, to be refused."""
    if takes.type not in {"number", "count"}:
        return typed.replace(" ", "_") if takes.type == "enum" else _YES_NO.get(typed, typed)
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        return typed
