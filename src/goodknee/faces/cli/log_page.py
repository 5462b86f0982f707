"""How the diary reads in the terminal: what was kept, the list by day, the self tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import click

from goodknee.core.knowledge import Knowledge
from goodknee.core.model import Answer, DiaryEntry, StoredEntry, TestResult
from goodknee.core.track.self_tests import SelfTestState
from goodknee.core.words import Words
from goodknee.faces.cli.check_page import say
from goodknee.faces.cli.screen import on_one_line
from goodknee.services.log_day import DiaryList, Logged

#: How the unit of a test reads after a difference.
UNITS: Final = {"0-10": " points", "count": ""}


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """Prints the diary, in the words of a pack."""

    knowledge: Knowledge

    @property
    def words(self) -> Words:
        """The fixed words."""
        return self.knowledge.words

    def show_kept(self, logged: Logged, said: str) -> None:
        """Print what a sign asks for, then what was kept."""
        for text in logged.alarm.says:
            say(text, lead="! ")
        if logged.alarm.says:
            click.echo()
        say(self.words.say(said, n=len(logged.entries)) if said == "log.kept" else self.words.say(said))
        for entry in logged.entries:
            say(self._line(entry), lead=f"{entry.id:>4}  ")
        for text in logged.says:
            say(text)

    def show_list(self, listed: DiaryList) -> None:
        """Print the entries, newest day first; below each how it read before."""
        if not listed.entries:
            say(self.words.say("log.empty"))
        earlier = {(day.day, day.side): day.earlier for day in listed.days if day.earlier}
        day: date | None = None
        for each in listed.entries:
            if day != (day := each.entry.day):
                click.echo(("\n" if each is not listed.entries[0] else "") + self.words.day_and_year(day))
            say(self._line(each.entry, with_day=False), lead=f"{each.entry.id:>4}  ")
            for row in each.before:
                say(self.words.say("log.before", text=self._line(row, with_day=False)), lead="      ")
            hidden = earlier.pop((day, each.entry.side or "left"), None)
            if hidden:
                text = ", ".join(
                    f"{_name(key)} {self._shown(answer)}"
                    for key, answers in hidden.items()
                    for answer in answers
                )
                say(self.words.say("log.earlier", text=text), lead="      ")

    def show_tests(self, found: Sequence[SelfTestState], today: date) -> None:
        """Print each self test: how, last result, difference of the legs, when due."""
        for text in self.knowledge.self_tests.says:
            say(text)
        for state in found:
            test = state.test
            click.echo()
            say(test.name, lead=f"{test.id}  ")
            say(test.how, lead="    ")
            say("; ".join((self._last(state), *self._legs(state), self._due(state, today))), lead="    ")
            say(self.words.say("log.test.tell", example=_example(state)), lead="    ")

    def _line(self, entry: DiaryEntry, *, with_day: bool = True) -> str:
        """Return one entry on one line."""
        parts = [self.words.day(entry.day)] if with_day else []
        if entry.side:
            parts.append(self.words.say(f"log.knee.{entry.side}"))
        if entry.run_id:
            parts.append(self.words.say("log.run", id=entry.run_id))
        if entry.session_id:
            parts.append(self.words.say("log.session", id=on_one_line(entry.session_id)))
        told = [f"{_name(key)} {self._shown(answer)}" for key, answer in entry.answers.items()]
        told += [f"{test} {self._result(legs)}" for test, legs in entry.tests.items()]
        late = (entry.entered_at.date() - entry.day).days
        tail = (
            f" ({self.words.say('log.late', n=late)})" if late > 1 and isinstance(entry, StoredEntry) else ""
        )
        head = ", ".join(parts)
        return f"{head}{': ' if head else ''}{', '.join(told) or self.words.say('log.nothing')}{tail}"

    def _shown(self, answer: Answer | float) -> str:
        if isinstance(answer, bool):
            return "yes" if answer else "no"
        return on_one_line(answer.replace("_", " ")) if isinstance(answer, str) else f"{answer:g}"

    def _result(self, legs: TestResult) -> str:
        return ", ".join(
            f"{'' if leg == 'once' else f'{leg} '}{' and '.join(self._shown(value) for value in values)}"
            for leg, values in legs.items()
        )

    def _last(self, state: SelfTestState) -> str:
        if state.last is None:
            return self.words.say("log.test.never")
        return self.words.say("log.test.last", day=state.last, text=self._result(state.result) or "told")

    def _legs(self, state: SelfTestState) -> tuple[str, ...]:
        legs = state.legs
        if legs is None:
            return ()
        if legs.worse is None:
            return (self.words.say("log.test.alike"),)
        if legs.unit == "%":
            return (self.words.say("log.test.symmetry", value=legs.value, leg=legs.worse),)
        unit = UNITS.get(legs.unit, f" {legs.unit}")
        return (self.words.say("log.test.difference", value=f"{legs.value:g}{unit}", leg=legs.worse),)

    def _due(self, state: SelfTestState, today: date) -> str:
        if state.due_on <= today:
            return self.words.say("log.test.now")
        return self.words.say("log.test.due", day=state.due_on)


def _name(key: str) -> str:
    return key.replace("_", " ")


def _example(state: SelfTestState) -> str:
    test = state.test
    if test.told_by:
        return " ".join(("--side right", *(f"--{key.replace('_', '-')} N" for key in test.told_by)))
    value = ",".join("N" if part.takes or part.fact else "" for part in test.parts)
    legs = f"--left {value} --right {value}" if test.sides == "each" else f"--result {value}"
    return f"--test {test.id} {legs}"
