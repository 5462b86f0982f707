"""``goodknee check`` in the terminal: the questions, the first answer early, and a stop at any point.

After each screen the answers are kept, so that a check that was stopped, however that happened, can go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import click

from goodknee.core.assess.questionnaire import Answers, Interview
from goodknee.core.knowledge.questions import Part
from goodknee.core.words import Words
from goodknee.faces.cli.check_page import say
from goodknee.faces.cli.interview import FIRST_PARTS, KEPT_PARTS, LATER_PARTS, QuitError, TerminalInterview
from goodknee.faces.cli.options import Asked
from goodknee.services.assess import Assessment, CheckPack, assess, latest_answers, preview
from goodknee.services.unfinished_check import keep_unfinished, unfinished_answers
from goodknee.stores.store import Store, open_store


def ask(prompt: str) -> str:
    """Show a prompt where talk belongs, and return the line that was typed."""
    click.echo(prompt, nl=False, err=True)
    return input()


def tell(text: str, lead: str = "") -> None:
    """Show a paragraph where talk belongs."""
    say(text, lead, err=True)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One check, asked in the terminal.

    Attributes:
        show_first: Shows the first answer.
        supplements: Also ask what is swallowed, and what speaks against it.
    """

    asked: Asked
    pack: CheckPack
    words: Words
    show_first: Callable[[Assessment], None]
    supplements: bool

    def hold(self) -> Assessment | None:
        """Ask, keep the check, and return what is still to be shown; None when all was said.

        Raises:
            KeyboardInterrupt: The runner interrupted, and nothing in their answers cannot wait.
        """
        step = self._begin()
        if step.parts != LATER_PARTS:
            tell(self.words.say("check.ask.intro"))
            tell(self.words.say("check.ask.moves"))
            try:
                step = self._interview().walk(step)
            except QuitError as stopped:
                return self._stopped(stopped)
            first = self._assess(step.answers)
            if first.signs.blocked:
                self._forget()
                return first
            self.show_first(first)
            if not self._yes(self.words.say("check.ask.longer")):
                tell(self.words.say("check.ask.longer_kept"))
                return None
            step = replace(step, parts=LATER_PARTS, earlier=None)
        return self._ask_the_rest(step)

    def _begin(self) -> Interview:
        """Return a new interview, or the one that was stopped when the runner goes on with it."""
        with open_store(self.asked.folder) as store:
            kept = _kept_answers(store, self.pack)
            begun = unfinished_answers(self.pack, store, today=self._today(store))
        parts: tuple[Part, ...] = (*FIRST_PARTS, "supplements") if self.supplements else FIRST_PARTS
        new = Interview(questions=self.pack.questions, parts=parts, answers=kept)
        if begun is None:
            return new
        day, told = begun
        step, key = new.resume(told), "check.ask.resume"
        if step.screen is None:
            step, key = replace(step, parts=LATER_PARTS, earlier=None).resume(told), "check.ask.resume_longer"
        at, of = step.place
        return step if self._yes(self.words.say(key, day=day, at=at, of=of)) else new

    def _interview(self) -> TerminalInterview:
        return TerminalInterview(
            questions=self.pack.questions, words=self.words, ask=ask, tell=tell, after=self._after
        )

    def _after(self, step: Interview) -> bool:
        """Keep what was answered; tell whether it ends the questions, for an emergency waits for none."""
        self._keep(step)
        return self._preview(step.answers).signs.urgency == "emergency"

    def _stopped(self, stopped: QuitError) -> Assessment | None:
        """Keep a check that was stopped before the first answer; a warning sign in it is told at once."""
        step = stopped.step
        if any(value is not None for value in step.told.values()):
            self._keep(step)
        if self._preview(step.answers).signs.blocked:
            return self._assess(step.answers)
        if stopped.interrupted:
            raise KeyboardInterrupt
        tell(self.words.say("check.ask.kept"))
        return None

    def _ask_the_rest(self, step: Interview) -> Assessment | None:
        try:
            step = self._interview().walk(step)
        except QuitError as stopped:
            if stopped.step.told != step.told:
                self._keep(stopped.step)
                self._assess(stopped.step.answers)
            if stopped.interrupted:
                raise KeyboardInterrupt from None
            tell(self.words.say("check.ask.longer_kept"))
            return None
        self._forget()
        return self._assess(step.answers)

    def _assess(self, answers: Answers) -> Assessment:
        with open_store(self.asked.folder, create=True) as store:
            today = self._today(store)
            return assess(answers, pack=self.pack, store=store, now=self.asked.now, today=today)

    def _preview(self, answers: Answers) -> Assessment:
        with open_store(self.asked.folder) as store:
            today = self._today(store)
            return preview(answers, pack=self.pack, store=store, now=self.asked.now, today=today)

    def _keep(self, step: Interview) -> None:
        with open_store(self.asked.folder, create=True) as store:
            today = self._today(store)
            keep_unfinished(step, pack=self.pack, store=store, now=self.asked.now, today=today)

    def _forget(self) -> None:
        with open_store(self.asked.folder, create=True) as store:
            store.keep_unfinished(None)

    def _today(self, store: Store) -> date:
        return self.asked.day(store.story_day)

    def _yes(self, question: str) -> bool:
        tell("")
        tell(question)
        while True:
            match ask(f"  [{self.words.say('check.hint.bool')}] > ").strip().lower():
                case "y" | "yes":
                    return True
                case "n" | "no" | "q" | "quit":
                    return False


def _kept_answers(store: Store, pack: CheckPack) -> Answers:
    parts = {group.id: group.part for group in pack.questions.groups}
    return {
        key: value
        for key, value in latest_answers(store).items()
        if value is not None
        and key in pack.questions.answered_by
        and parts[pack.questions.answered_by[key].group] in KEPT_PARTS
    }
