"""How a check reads in the terminal: safety first, then what may be done, then why."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import fill
from typing import Any, Final

import click

from goodknee.core.knowledge import Knowledge
from goodknee.core.words import Words

Document = Mapping[str, Any]
WIDTH: Final = 88
#: What cannot wait has the page to itself.
URGENT: Final = frozenset({"emergency", "same_day"})
OPEN_SHOWN: Final = 5
STRICTEST_FIRST: Final = 3
#: Lines on the source article, the one that tells where to read more included.
ARTICLE_LINES: Final = 5


def say(text: str, lead: str = "", *, err: bool = False) -> None:
    """Print a paragraph as wide as the terminal allows, its later lines as far in as its lead."""
    start = f"  {lead}"
    width = min(WIDTH, shutil.get_terminal_size().columns)
    click.echo(fill(text, width, initial_indent=start, subsequent_indent=" " * len(start)), err=err)


@dataclass(frozen=True, kw_only=True)
class CheckPage:
    """Prints the documents of checks, in the words of a pack."""

    knowledge: Knowledge

    @property
    def words(self) -> Words:
        """The fixed words of the page."""
        return self.knowledge.words

    def show(self, document: Document) -> None:
        """Print the whole check."""
        self._safety(document)
        if document["urgency"] not in URGENT:
            self._for_now(document["for_now"])
            self._patterns(document, at_length=True)
            self._risk(document["risk_factors"])
            self._article(document["article"])
        self._products(document)
        self._foot(document)

    def show_first_answer(self, document: Document) -> None:
        """Print what is safe, whether to run tomorrow, what to do for now, and what it fits, in short."""
        self._safety(document)
        if document["urgency"] not in URGENT:
            self._patterns(document, at_length=False)
            self._for_now(document["for_now"])
        self._products(document)
        self._foot(document)

    def _safety(self, document: Document) -> None:
        waiting = [sign for sign in document["red_flags"] if sign["seen_on"] is None]
        seen = [sign for sign in document["red_flags"] if sign["seen_on"] is not None]
        if waiting:
            _head(document["says"])
            if document["urgency"] == "emergency":
                say(document["emergency_number"])
        elif document["all_clear"]:
            _head(self.words.say("report.check.clear"))
        elif seen:
            _head(self.words.say("report.check.lifted"))
        if document["all_answered"] and document["urgency"] not in URGENT:
            say(self.words.say("report.check.answered"))
        for sign in waiting:
            self._sign(sign, document)
        for sign in seen:
            seen_on = date.fromisoformat(sign["seen_on"])
            say(f"{self.words.say('report.check.seen', day=seen_on)} {sign['reason']} ({sign['id']})")
        for one in document["contradictions"]:
            say(f"{self.words.say('report.check.again')} {one['says']}")
        self._open(document)
        if document["urgency"] in URGENT:
            say(self.words.say("report.check.waits"))
            say(self.words.say("check.page.then"))

    def _sign(self, sign: Document, document: Document) -> None:
        open_ = f"{self.words.say('report.check.not_excluded')} " if "missing" in sign else ""
        urgency = "" if sign["urgency"] == document["urgency"] else f"{self._urgency(sign['urgency'])}: "
        say(f"{open_}{sign['action']}", lead=f"! {urgency}")
        say(self.words.say("check.page.why", reason=sign["reason"], rule=sign["id"]))

    def _urgency(self, id_: str) -> str:
        return next(one.says for one in self.knowledge.red_flags.policy.urgencies if one.id == id_)

    def _open(self, document: Document) -> None:
        if document["all_answered"] or document["urgency"] == "emergency":
            return
        asked = self.knowledge.questions.answered_by
        keys = [key for key in document["unanswered"] if key in asked]
        _head(self.words.say("report.check.open"))
        say(document["safety_text"])
        say(document["emergency_number"])
        for key in keys[:OPEN_SHOWN]:
            say(f"{asked[key].text} ({key})", lead="- ")
        if len(keys) > OPEN_SHOWN:
            say(self.words.say("report.check.questions_more", n=len(keys) - OPEN_SHOWN), lead="- ")

    def _for_now(self, for_now: Document) -> None:
        _head(self.words.say("check.page.running"))
        say(for_now["running"]["says"])
        if for_now["exercises"]:
            _head(self.words.say("report.do.exercises"))
        for exercise in for_now["exercises"]:
            say(f"{exercise['name']}, {exercise['dose']}. {exercise['how']}", lead="- ")
        for sentence in for_now["also"]:
            say(sentence)

    def _patterns(self, document: Document, *, at_length: bool) -> None:
        """Print the likely patterns; in short, only the first one gives its reasons."""
        _head(self.words.say("report.fit.title"))
        if document["caution"]:
            say(document["caution"])
        shown = [one for one in document["differential"] if one["id"] in document["shown"]]
        for place, one in enumerate(shown, start=1):
            fit = self.words.say(f"report.fit.{one['fit'] if one['for'] or one['fit'] != 'weak' else 'open'}")
            say(f"{one['name']}: {fit}", lead=f"{place} ")
            if at_length or place == 1:
                self._reasons("report.fit.for", one["for"])
                self._reasons("report.fit.against_it", one["against"])
        if shown:
            say(f"{self.words.say('report.fit.next')} {shown[0]['next_step']}")

    def _reasons(self, key: str, reasons: Sequence[str]) -> None:
        if reasons:
            say(f"{self.words.say(key)}: {' '.join(reasons)}", lead="    ")

    def _risk(self, factors: Sequence[Document]) -> None:
        if not factors:
            return
        _head(self.words.say("check.page.risk"))
        for factor in factors:
            say(factor["name"], lead="- ")
            say(f"{factor['says']} {factor['what_to_do']}", lead="    ")
            say(f"{factor['evidence']} ({', '.join(factor['sources'])})", lead="    ")

    def _article(self, claims: Sequence[Document]) -> None:
        if not claims:
            return
        _head(self.words.say("check.page.article"))
        shown = claims[: ARTICLE_LINES - 1]
        for one in shown:
            stance, claim = self.words.say(f"report.article.{one['stance']}"), one["claim"].rstrip(".")
            say(self.words.say("check.page.claim", claim=claim, stance=stance, id=one["id"]), lead="- ")
        read = self.words.say("check.page.read", id=claims[0]["id"])
        more = len(claims) - len(shown)
        say(f"{self.words.say('check.page.more', n=more)} {read}" if more else read)

    def _products(self, document: Document) -> None:
        """Print what each product means for this runner; those that are taken, or all when none was named."""
        products = document.get("supplements", ())
        if not products:
            return
        _head(self.words.say("check.page.products"))
        say(self.knowledge.supplements.first_advice)
        for one in [each for each in products if each["taken"]] or products:
            say(f"{one['name']}: {one['verdict'] or self.words.say('check.page.no_rule')}", lead="- ")
            for note in one["notes"][:STRICTEST_FIRST]:
                keys = ", ".join(note["assumed"])
                assumed = f" {self.words.say('check.page.assumed', keys=keys)}" if keys else ""
                say(f"{note['says']}{assumed}", lead="    ")
            if one["food"]:
                say(self.words.say("check.page.food", food=one["food"]), lead="    ")

    def _foot(self, document: Document) -> None:
        reviewed = document["reviewed_by_clinician"]
        names = ", ".join(one.name for one in self.knowledge.pack.reviewers)
        key = "report.check.reviewed" if reviewed else "report.check.review"
        click.echo()
        say(self.words.say("report.check.from", day=date.fromisoformat(document["day"])))
        say(self.words.say(key, version=document["knowledge_version"], names=names))


def _head(text: str) -> None:
    click.echo(f"\n{text}")
