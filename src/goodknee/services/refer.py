"""Make the sheet for a visit: one page with the story, what was found, and what to ask."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from goodknee.core.assess.referral import DatedScore, KnownOfRunner, Sheet, SheetPack, make_sheet
from goodknee.core.knowledge.learn import SHEETS
from goodknee.core.knowledge.proms import Proms
from goodknee.errors import AnswerError
from goodknee.stores.store import Store


def make_referral(who: str, pack: SheetPack, *, today: date, known: KnownOfRunner | None = None) -> Sheet:
    """Return the sheet for one profession; what is not known of the runner is left to fill in by hand.

    Args:
        who: physio, doctor, form or podiatrist.
        pack: The parts of the pack that a sheet is made of.
        today: The day it is made on.
        known: Answers, check and scores, as far as they are kept.

    Raises:
        AnswerError: There is no sheet of that name.
    """
    plan = next((sheet for sheet in pack.referral.sheets if sheet.id == who.strip().lower()), None)
    if plan is None:
        raise AnswerError(
            f"There is no sheet for {who[:80]}.", where="WHO", next_step=f"Choose one of {', '.join(SHEETS)}."
        )
    return make_sheet(plan, known or KnownOfRunner(), pack, today=today)


def dated_scores(store: Store, proms: Proms, *, today: date) -> tuple[DatedScore, ...]:
    """Return the latest kept score of each questionnaire, the newest first, as it was shown on its day.

    A score of a questionnaire that the pack no longer holds stays in the store and off the sheet.
    """
    latest = {each.instrument: each for each in store.scores() if each.day <= today}
    newest = sorted(latest.values(), key=lambda each: (each.day, each.id), reverse=True)
    instruments = {each.id: each for each in proms.instruments}
    return tuple(
        DatedScore(instrument=instruments[each.instrument], value=each.value, day=each.day)
        for each in newest
        if each.instrument in instruments
    )


def referral_document(sheet: Sheet) -> dict[str, Any]:
    """Return the sheet as the JSON document ``refer``."""
    return {
        "who": sheet.plan.id,
        "title": sheet.plan.title,
        "made_on": sheet.made_on.isoformat(),
        "first": list(sheet.first),
        "story": [asdict(line) for line in sheet.story],
        "pains": [asdict(row) for row in sheet.pains],
        "signs_note": sheet.signs_note,
        "signs": list(sheet.signs),
        "patterns": [asdict(pattern) for pattern in sheet.patterns],
        "scores": list(sheet.scores),
        "tried": list(sheet.tried),
        "ask": list(sheet.plan.ask),
        "expect": list(sheet.plan.expect),
        "bring": list(sheet.bring),
        "sources": list(sheet.plan.sources),
    }
