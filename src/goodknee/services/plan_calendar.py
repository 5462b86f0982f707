"""The plan as events of a calendar: what was sent before is changed or cancelled, never doubled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.model import StoredPlan
from goodknee.services.session_words import session_lines
from goodknee.writers.calendar import CalendarEvent

Document = Mapping[str, Any]
MINUTES_A_DAY: Final = 24 * 60


def calendar_events(
    kept: Sequence[StoredPlan], shown: Document, knowledge: Knowledge, *, at: time | None, mornings: bool
) -> list[CalendarEvent]:
    """Return the events of a plan, and those of earlier versions that fell away.

    Args:
        kept: Every version of the plan, oldest first.
        shown: The plan that goes into the calendar.
        knowledge: The pack, for the words.
        at: Time of day of the first session; None: all-day events.
        mornings: Ask for the pain on the morning after each run.
    """
    if not kept:
        return []
    runner = sha256(kept[0].at.isoformat().encode()).hexdigest()[:12]
    newest: dict[str, CalendarEvent] = {}
    for version in _sent(kept, shown):
        now = {
            each.uid: each
            for each in _events(version.result, version, runner, knowledge, at=at, mornings=mornings)
        }
        for uid, event in now.items():
            before = newest.get(uid)
            same = before is not None and not before.cancelled and _content(before) == _content(event)
            if not same:
                newest[uid] = event
        for uid, event in newest.items():
            if uid not in now and event.day >= version.day and not event.cancelled:
                newest[uid] = replace(event, sequence=version.id, changed_at=version.at, cancelled=True)
    first = date.fromisoformat(shown["from"])
    return [event for event in newest.values() if event.day >= first]


def _sent(kept: Sequence[StoredPlan], shown: Document) -> Iterator[StoredPlan]:
    """Yield the versions that a calendar may have: those in force, and proposals before any was."""
    agreed = False
    for version in kept:
        agreed = agreed or version.accepted_at is not None
        if version.accepted_at is not None or not agreed:
            yield version
        if version.result["days"] == shown["days"]:
            return


def _content(event: CalendarEvent) -> tuple[object, ...]:
    return event.day, event.starts_at, event.minutes, event.title, event.text


def _events(
    document: Document,
    version: StoredPlan,
    runner: str,
    knowledge: Knowledge,
    *,
    at: time | None,
    mornings: bool,
) -> Iterator[CalendarEvent]:
    for day in document["days"]:
        on = date.fromisoformat(day["day"])
        start = None if at is None else datetime.combine(on, at)
        for session in day["sessions"]:
            if session["kind"] == "rest" and "lesson" not in session["details"]:
                continue
            event = CalendarEvent(
                uid=f"{session['id']}-{runner}@goodknee",
                sequence=version.id,
                changed_at=version.at,
                day=on,
                starts_at=None if start is None or session["kind"] == "rest" else start.time(),
                minutes=session["minutes"],
                title=_title(session),
                text="\n".join(session_lines(session, document, knowledge)),
            )
            yield event
            if start is not None:
                start = min(
                    start + timedelta(minutes=session["minutes"] or 0),
                    datetime.combine(on, time(23, 59)),
                )
            if mornings and session["kind"] in {"run", "walk_run", "test"}:
                yield _morning(session, event, on, runner, knowledge)


def _title(session: Mapping[str, Any]) -> str:
    lesson = session["details"].get("lesson")
    return f"{session['title']}. Lesson: {lesson['title']}" if lesson else str(session["title"])


def _morning(
    session: Mapping[str, Any], event: CalendarEvent, on: date, runner: str, knowledge: Knowledge
) -> CalendarEvent:
    asks = knowledge.log.by_id["pain_morning"].asks
    return replace(
        event,
        uid=f"{session['id']}-morning-{runner}@goodknee",
        day=on + timedelta(days=1),
        starts_at=None,
        minutes=None,
        title=f"{asks} 0 to 10",
        text="goodknee log --pain-morning",
    )
