"""``goodknee today``: may I run today? The verdict first, then exactly what, why, and what changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import click

from goodknee.core.knowledge import Knowledge
from goodknee.core.plan.fact_words import fact_told
from goodknee.core.plan.today import URGENT
from goodknee.core.words import Words
from goodknee.faces.cli.check_page import say
from goodknee.faces.cli.options import Asked, verb
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.decide_today import Answer, answer_today, choose_otherwise
from goodknee.stores.store import open_store

#: A plan is blocked by a warning sign.
BLOCKED: Final = 3
#: So many reasons and open questions are shown without -v.
SHOWN: Final = 3


@verb
@click.option(
    "--override",
    "chose",
    type=click.Choice(["go", "rest"]),
    help="Choose otherwise; both stay on record, and it is not asked again.",
)
@click.option("--why", default=None, metavar="TEXT", help="With --override: your reason.")
@click.option("-v", "--verbose", is_flag=True, help="Every reason, with what it saw and its sources.")
def today_verb(asked: Asked, chose: str | None, why: str | None, verbose: bool) -> int:
    """Ask whether to run today: go, with limits, rest, see a clinician, or no decision yet.

    The exit code is 3 when a warning sign blocks your plan.
    """
    if why is not None and chose is None:
        raise click.UsageError("--why goes with --override go or --override rest.")
    knowledge = load_knowledge()
    with open_store(asked.folder) as store:
        today = asked.day(store.story_day)
        answer = answer_today(store, knowledge, now=asked.now, today=today, home=asked.home)
        override = answer.override
        if chose is not None:
            override = choose_otherwise(answer, chose, why or "", store=store, now=asked.now)
    page = Page(knowledge=knowledge, verbose=verbose, quiet=asked.quiet)
    if asked.as_json:
        kept = {"decision_id": answer.stored.id if answer.stored else None}
        other = {"override": {"chose": override.chose, "why": override.why} if override else None}
        asked.print_json({**answer.document, **kept, **other})
    else:
        if chose is not None and override is None:
            say(knowledge.words.say("today.chose.signs"))
        elif override is not None:
            say(knowledge.words.say(f"today.chose.{override.chose}"))
            say(knowledge.words.say("today.beside"))
        page.show(answer)
    if answer.stored is None and answer.decision.missing != ("check",):
        say(knowledge.words.say("today.not_kept"), err=True)
    return BLOCKED if answer.decision.blocked else 0


@dataclass(frozen=True, kw_only=True)
class Page:
    """Prints one decision, in the words of a pack."""

    knowledge: Knowledge
    verbose: bool
    quiet: bool

    @property
    def words(self) -> Words:
        """The fixed words of the page."""
        return self.knowledge.words

    def show(self, answer: Answer) -> None:
        """Print the whole decision."""
        document = answer.document
        self._verdict(document)
        self._why(document)
        if document["urgency"] not in URGENT:
            self._more(document)
        click.echo()
        review = "reviewed" if document["reviewed_by_clinician"] else "review"
        names = ", ".join(one.name for one in self.knowledge.pack.reviewers)
        say(self.words.say(f"report.check.{review}", version=document["knowledge_version"], names=names))

    def _verdict(self, document: Mapping[str, Any]) -> None:
        click.echo(f"\n{document['says']}")
        if document["urgency"] == "emergency":
            say(document["emergency_number"])
        if document["do"]:
            say(" ".join(document["do"]))
        if document["verdict"] != "see_clinician" and document["urgency"] != "routine":
            say(self._urgency(document["urgency"]))
        if document["knee"] is not None and document["verdict"] in {"go", "modify", "rest"}:
            say(self.words.say(f"today.knee.{document['knee']}"))

    def _urgency(self, id_: str) -> str:
        urgencies = self.knowledge.red_flags.policy.urgencies
        return f"{next(one.says for one in urgencies if one.id == id_)}."

    def _why(self, document: Mapping[str, Any]) -> None:
        reasons = document["reasons"]
        if not reasons:
            return
        click.echo(f"\n{self.words.say('today.why')}")
        shown = reasons if self.verbose else reasons[:SHOWN]
        for reason in shown:
            say(reason["says"], lead="- ")
            if self.verbose:
                self._receipt(reason)
        if len(reasons) > len(shown):
            say(self.words.say("today.why_more", n=len(reasons) - len(shown)), lead="  ")

    def _receipt(self, reason: Mapping[str, Any]) -> None:
        facts = "; ".join(fact_told(key, value, self.knowledge) for key, value in reason["facts"].items())
        if facts:
            say(self.words.say("today.saw", facts=facts), lead="  ")
        say(self.words.say("today.receipt", evidence=reason["evidence"], rule=reason["rule"]), lead="  ")
        say(self.words.say("today.sources", sources=", ".join(reason["sources"])), lead="  ")

    def _more(self, document: Mapping[str, Any]) -> None:
        self._list("today.change", document["would_change"])
        asks = [f"{one['asks']} ({one['key']})" for one in document["asks"]]
        shown = asks if self.verbose else asks[:SHOWN]
        if len(asks) > len(shown):
            shown = [*shown, self.words.say("today.missing_more", n=len(asks) - len(shown))]
        self._list("today.missing", shown)
        if document["meanwhile"]:
            click.echo(f"\n{self.words.say('today.meanwhile')}")
        for offer in document["meanwhile"]:
            dose = offer["how"] if self.verbose else offer["how"][:2]
            say(f"{offer['says']} {' '.join(dose)}", lead="- ")
            if self.verbose:
                say(f"{offer['evidence']}.", lead="  ")
            if offer["not_with"]:
                say(self.words.say("today.not_with", what=", ".join(offer["not_with"])), lead="  ")

    def _list(self, title: str, lines: list[str]) -> None:
        if lines:
            click.echo(f"\n{self.words.say(title)}")
        for line in lines:
            say(line, lead="- ")
