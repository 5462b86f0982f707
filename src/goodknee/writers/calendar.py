"""The sessions of a plan as an iCalendar file: the same session is always the same event.

An event keeps its UID when its session changes; its SEQUENCE counts up, so that a calendar replaces what it
has. A session that fell away is sent once more as cancelled. The same plan gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it costs a fifth of a start, and most plans go into no calendar
    from icalendar import Alarm, Event

#: Who made the file, in the words of the format.
PRODUCT = "-//GoodKnee//Plan//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """One session for a calendar.

    Attributes:
        uid: The same for the same session for good.
        sequence: Counts up when the session changes.
        changed_at: When it last did, aware.
        starts_at: Time of day on the runner's own clock, wherever they are; None: all day.
        cancelled: The session fell away.
    """

    uid: str
    sequence: int
    changed_at: datetime
    day: date
    starts_at: time | None
    minutes: float | None
    title: str
    text: str
    cancelled: bool = False


def render_calendar(events: Iterable[CalendarEvent], *, name: str, alarm_at: time | None = None) -> bytes:
    """Return the iCalendar file of these events.

    Times have no zone (RFC 5545, form 1): 18:00 stays 18:00 across a clock change and in another country.

    Args:
        events: In any order.
        name: Name of the calendar.
        alarm_at: Time of day of a reminder on the day itself; None: no reminders.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for event in sorted(events, key=lambda each: (each.day, each.starts_at or time.min, each.uid)):
        calendar.add_component(_component(event, alarm_at))
    return bytes(calendar.to_ical())


def _component(event: CalendarEvent, alarm_at: time | None) -> Event:
    from icalendar import Event

    component = Event()
    component.add("uid", event.uid)
    component.add("sequence", event.sequence)
    stamp = event.changed_at.astimezone(UTC).replace(microsecond=0)
    component.add("dtstamp", stamp)
    component.add("last-modified", stamp)
    if event.starts_at is None:
        component.add("dtstart", event.day)
        component.add("dtend", event.day + timedelta(days=1))
    else:
        start = datetime.combine(event.day, event.starts_at)
        component.add("dtstart", start)
        component.add("dtend", start + timedelta(minutes=event.minutes or 0))
    component.add("summary", event.title)
    component.add("description", event.text)
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("transp", "TRANSPARENT" if event.starts_at is None else "OPAQUE")
    if alarm_at is not None and not event.cancelled:
        component.add_component(_alarm(event, alarm_at))
    return component


def _alarm(event: CalendarEvent, alarm_at: time) -> Alarm:
    from icalendar import Alarm

    start = datetime.combine(event.day, event.starts_at or time.min)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event.title)
    alarm.add("trigger", datetime.combine(event.day, alarm_at) - start)
    return alarm
