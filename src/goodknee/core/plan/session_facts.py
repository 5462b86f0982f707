"""Zones of sessions: how each run or strength session went by its worst sign, and how they go in a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from goodknee.core.assess.conditions import Facts, evaluate
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.plan.today import ZoneId, Zones
from goodknee.core.plan.history import ONE_DAY, Knee, Session

Known = dict[str, Value]


def session_facts(knee: Knee, knowledge: Knowledge, *, today: date) -> Known:
    """Return the facts of the last sessions of one knee."""
    zones = knowledge.today.zones
    strength = [zone_of(session, knee, zones) for session in knee.strength]
    last_of_each = [row[-1] for row in (knee.runs, knee.strength) if row]
    worst = {zone_of(session, knee, zones) for session in last_of_each}
    rise = knee.rise_after(knee.strength[-1].day) if knee.strength else None
    return {
        "zone_last_session": strength[-1] if strength else None,
        "zone_session_before": strength[-2] if len(strength) > 1 else None,
        "sessions_done_ok_in_row": _row_of(strength, {"green"}) if strength else None,
        "morning_pass": None if rise is None else rise <= 0,
        "red_zone": "red" in worst if worst else None,
        **_last_session(knee, today),
    }


def zone_of(session: Session, knee: Knee, zones: Zones) -> ZoneId:
    """Return the zone of one session: the first that is true, worst first; not green with a fact missing."""
    facts = Facts.measured(_judged(session, knee))
    for zone in zones.zones:
        if zone.when is not None and evaluate(zone.when, facts):
            return zone.id
    needs = zones.green_needs + (zones.green_needs_run if session.kind == "run" else ())
    return zones.zones[-1].id if all(need in facts.known for need in needs) else zones.unknown_is


def _judged(session: Session, knee: Knee) -> Known:
    that_day, next_day = knee.days.get(session.day), knee.days.get(session.day + ONE_DAY)
    swellings = [day.answers.get("swelling") for day in (next_day, that_day) if day is not None]
    night = next_day.answers.get("night_pain") if next_day is not None else None
    return {
        "session_kind": session.kind,
        "session_pain_nprs": session.number("pain_during"),
        "session_settle_minutes": session.number("settle_minutes"),
        "session_morning_rise_nprs": knee.rise_after(session.day),
        "session_morning_nprs": knee.mornings.get(session.day + ONE_DAY),
        "session_forced_stop": session.yes_no("forced_stop"),
        "session_painkiller": session.yes_no("painkiller"),
        "swelling": next((each for each in swellings if each is not None), None),
        "limp": session.yes_no("limp"),
        "night_pain_new": night,
    }


def _last_session(knee: Knee, today: date) -> Known:
    done = [session for session in knee.sessions if session.day <= today]
    if not done:
        return {}
    judged = _judged(done[-1], knee)
    return {key: value for key, value in judged.items() if key.startswith("session_")}


def _row_of(zones: list[ZoneId], wanted: Iterable[ZoneId]) -> int:
    row = 0
    for zone in reversed(zones):
        if zone not in wanted:
            break
        row += 1
    return row
