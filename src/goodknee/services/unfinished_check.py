"""A check that was stopped before its end: kept, and gone on with while its answers are fresh."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from goodknee import __version__
from goodknee.core.assess.answers import check_answers
from goodknee.core.assess.questionnaire import Answers, Interview
from goodknee.core.model import UnfinishedCheck
from goodknee.errors import AnswerError
from goodknee.services.assess import CheckPack
from goodknee.services.assess_document import plain
from goodknee.stores.store import Store


def keep_unfinished(step: Interview, *, pack: CheckPack, store: Store, now: datetime, today: date) -> None:
    """Keep where a person stands in the questions, in place of what was kept before."""
    store.keep_unfinished(
        UnfinishedCheck(
            at=now,
            day=today,
            answers=plain(dict(step.told)),
            code_version=__version__,
            knowledge_version=pack.version,
        )
    )


def unfinished_answers(pack: CheckPack, store: Store, *, today: date) -> tuple[date, Answers] | None:
    """Return the day and the answers of a check to go on with; None when there is none, or it is too old.

    Old answers to "now" are no answers: a check that is too old, or whose questions have changed since, is
    begun again.
    """
    check = store.unfinished_check()
    if check is None or check.knowledge_version != pack.version:
        return None
    if not timedelta(0) <= today - check.day <= timedelta(days=pack.questions.resume_within_days):
        return None
    try:
        return check.day, check_answers(check.answers, pack.questions)
    except AnswerError:
        return None
