"""What a FIT file says about its sessions: sport, totals, laps, pauses, device, and which record is whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Floats, Lap, Pause
from goodknee.core.summary import Stated
from goodknee.formats.fit_profile import (
    ACTIVITY,
    DEVICE_INFO,
    EVENT,
    FILE_ID,
    FIRST_DATE,
    FIT_EPOCH_UNIX_S,
    LAP,
    MESSAGES,
    SESSION,
    SPORT,
    TIMESTAMP,
)
from goodknee.formats.fit_words import (
    DEVELOPMENT,
    GARMIN,
    GARMIN_PRODUCTS,
    LAP_TRIGGERS,
    MANUFACTURERS,
    SPORTS,
    SUB_SPORTS,
)
from goodknee.readers.fit.column import LARGEST, Value
from goodknee.readers.fit.decode import FitFile

#: More sessions than this are no recording; the rest is left out with a warning.
MOST_SESSIONS: Final = 100
_MOST_PAUSES: Final = 2000
#: Records carry whole seconds and the last one may come a moment after the session's end.
_END_TOLERANCE_S: Final = 2.0

_LONGEST_S: Final = 366 * 86_400.0
#: FIT counts seconds in 32 bits; a larger one, from a field of another type, is no time.
_LAST_STAMP: Final = 2.0**32

_TIMER: Final = 0
_START: Final = 0
_STOPS: Final = (1, 4, 8, 9)

_QUARTER_HOUR_S: Final = 900
_OFFSET_TOLERANCE_S: Final = 75
_MOST_OFFSET_S: Final = 14 * 3600

Message = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session as the file states it; times are FIT timestamps in seconds.

    Attributes:
        start: When it says it started; None when it does not say.
        owns_from: From when on records are its own: earlier than ``start`` when its end and length say so.
        owns_to: Until when; None when it does not say.
        block: The chained block it stands in.
    """

    sport: str | None
    sub_sport: str | None
    start: float | None
    owns_from: float | None
    owns_to: float | None
    stated: Stated
    block: int


def sessions_of(fit: FitFile) -> tuple[Session, ...]:
    """Return the sessions the file states, by start; in file order when they do not say."""
    table = fit.table(SESSION)
    found = [
        _session(message, int(block), _sport_message(fit, int(block)))
        for message, block in zip(table.messages()[:MOST_SESSIONS], table.blocks, strict=False)
    ]
    if len(table) > MOST_SESSIONS:
        fit.walked.warn(
            f"{len(table)} sessions; only the first {MOST_SESSIONS} were read",
            int(table.offsets[MOST_SESSIONS]),
        )
    return tuple(sorted(found, key=lambda session: session.start or 0.0))


def session_without_message(fit: FitFile, block: int, start: float | None) -> Session:
    """Return the session of a block that has none: recording stopped before it was written."""
    sport, sub_sport = _sport(_sport_message(fit, block))
    return Session(
        sport=sport,
        sub_sport=sub_sport,
        start=start,
        owns_from=start,
        owns_to=None,
        stated=Stated(),
        block=block,
    )


def _sport_message(fit: FitFile, block: int) -> Message:
    table = fit.table(SPORT)
    return next(
        (message for message, at in zip(table.messages(), table.blocks, strict=False) if at == block), {}
    )


def _session(message: Message, block: int, sport_message: Message) -> Session:
    elapsed = _duration(message, "total_elapsed_time")
    start, end = _stamp(message, "start_time"), _stamp(message, "timestamp")
    owns_from = start
    if end is not None and elapsed is not None and end >= elapsed:
        owns_from = end - elapsed if start is None else min(start, end - elapsed)
        start = owns_from if start is None else start
    sport, sub_sport = _sport(message if "sport" in message else sport_message)
    return Session(
        sport=sport,
        sub_sport=sub_sport,
        start=start,
        owns_from=owns_from,
        owns_to=None if start is None or elapsed is None else start + elapsed,
        stated=_stated(message, elapsed),
        block=block,
    )


def _stated(message: Message, elapsed: float | None) -> Stated:
    return Stated(
        elapsed_s=elapsed,
        timer_s=_duration(message, "total_timer_time"),
        distance_m=number(message, "total_distance"),
        ascent_m=_with_fraction(message, "total_ascent", "total_fractional_ascent"),
        descent_m=_with_fraction(message, "total_descent", "total_fractional_descent"),
    )


def _duration(message: Message, name: str) -> float | None:
    """Return a time in seconds; None below 0 and beyond a year, which only damage writes."""
    value = number(message, name)
    return value if value is not None and 0 <= value <= _LONGEST_S else None


def _with_fraction(message: Message, whole: str, fraction: str) -> float | None:
    value = number(message, whole)
    return None if value is None else value + (number(message, fraction) or 0.0)


def _sport(message: Message) -> tuple[str | None, str | None]:
    sport, sub_sport = message.get("sport"), message.get("sub_sport")
    return (
        SPORTS.get(sport, f"sport_{sport}") if isinstance(sport, int) else None,
        SUB_SPORTS.get(sub_sport, f"sub_sport_{sub_sport}") if isinstance(sub_sport, int) else None,
    )


def number(message: Message, name: str) -> float | None:
    """Return a field that is one number, else None."""
    value = message.get(name)
    return float(value) if isinstance(value, int | float) and abs(value) <= LARGEST else None


def _stamp(message: Message, name: str) -> float | None:
    """Return a FIT timestamp, else None."""
    value = number(message, name)
    return value if value is not None and 0 <= value < _LAST_STAMP else None


def plausible_stamps(stamps: Floats) -> Floats:
    """Return FIT timestamps, NaN for what is none."""
    return np.where((stamps >= 0) & (stamps < _LAST_STAMP), stamps, np.nan)


def owners(sessions: Sequence[Session], stamps: Floats, blocks: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return which session each moment belongs to, by time; -1 outside all.

    A session that stands alone in its block owns everything there: its own start and length may be wrong by
    seconds, or by days when the clock was set on the way.

    Args:
        sessions: By start.
        stamps: FIT timestamps, shape (n,); NaN where there is none.
        blocks: The chained block of each, shape (n,).
    """
    owner = np.full(len(stamps), -1, dtype=np.intp)
    for index, session in enumerate(sessions):
        if session.start is not None:
            end = np.inf if session.owns_to is None else session.owns_to + _END_TOLERANCE_S
            owner[(stamps >= session.start) & (stamps <= end)] = index
    for index, session in enumerate(sessions):
        if session.start is not None and session.owns_from is not None:
            before = (stamps >= session.owns_from) & (stamps < session.start)
            owner[before & (owner == -1)] = index
    for block in {session.block for session in sessions}:
        here = [index for index, session in enumerate(sessions) if session.block == block]
        if len(here) == 1:
            owner[blocks == block] = here[0]
    return owner


def laps_of(fit: FitFile, sessions: Sequence[Session]) -> list[list[Lap]]:
    """Return the laps of each session, in file order."""
    found: list[list[Lap]] = [[] for _ in sessions]
    table = fit.table(LAP)
    messages = table.messages()
    starts = np.array([_stamp(message, "start_time") for message in messages], dtype=np.float64)
    for message, start, index in zip(
        messages, starts, owners(sessions, starts, table.blocks[: len(starts)]), strict=True
    ):
        session_start = sessions[index].start if index >= 0 else None
        if session_start is None or np.isnan(start):
            continue
        trigger = message.get("lap_trigger")
        found[index].append(
            Lap(
                start_s=float(start) - session_start,
                elapsed_s=number(message, "total_elapsed_time"),
                timer_s=number(message, "total_timer_time"),
                distance_m=number(message, "total_distance"),
                trigger=LAP_TRIGGERS.get(trigger) if isinstance(trigger, int) else None,
            )
        )
    return found


def timer_pauses(fit: FitFile) -> list[tuple[float, float]]:
    """Return (stopped, started again) as FIT timestamps, from the timer events of the file.

    A stop after a stop and a start without a stop say nothing new; a stop that no start follows is the end.
    """
    table = fit.table(EVENT)
    fields = MESSAGES[EVENT]
    event, kind = table.floats(fields.named("event").number), table.floats(fields.named("event_type").number)
    stamps = table.floats(TIMESTAMP)
    if event is None or kind is None or stamps is None or not event.ndim == kind.ndim == stamps.ndim == 1:
        return []
    timer = (event == _TIMER) & ~np.isnan(stamps) & np.isin(kind, (_START, *_STOPS))
    found: list[tuple[float, float]] = []
    stopped: float | None = None
    for at, what in zip(stamps[timer].tolist(), kind[timer].tolist(), strict=True):
        if what != _START:
            stopped = at if stopped is None else stopped
        elif stopped is not None:
            if at > stopped:
                found.append((stopped, at))
            stopped = None
    if len(found) > _MOST_PAUSES:
        fit.walked.warn(f"{len(found)} pauses; none was used", int(table.offsets[0]))
        return []
    return found


def pauses_within(pauses: Sequence[tuple[float, float]], session: Session) -> list[Pause]:
    """Return the part of each pause that lies within the session, from its start on."""
    if session.start is None:
        return []
    length = session.stated.elapsed_s if session.stated.elapsed_s is not None else np.inf
    clipped = (
        (max(stopped - session.start, 0.0), min(started - session.start, length))
        for stopped, started in pauses
    )
    return [Pause(start_s=start, end_s=end) for start, end in clipped if end > start]


def utc_offset_min(fit: FitFile) -> int | None:
    """Return local time minus UTC in minutes, from the ``activity`` message; None when that is nonsense."""
    for message in fit.table(ACTIVITY).messages():
        local, stamp = _stamp(message, "local_timestamp"), _stamp(message, "timestamp")
        if local is None or stamp is None:
            continue
        offset = local - stamp
        nearest = round(offset / _QUARTER_HOUR_S) * _QUARTER_HOUR_S
        if abs(offset - nearest) <= _OFFSET_TOLERANCE_S and abs(nearest) <= _MOST_OFFSET_S:
            return nearest // 60
    return None


def device_of(fit: FitFile) -> str | None:
    """Return maker and model, as far as the file tells."""
    for message in fit.table(FILE_ID).messages()[:1]:
        name = _device_name(message)
        if name:
            return name
    creators = (m for m in fit.table(DEVICE_INFO).messages() if m.get("device_index") == 0)
    return next((name for creator in creators if (name := _device_name(creator))), None)


def _device_name(message: Message) -> str | None:
    maker_number, product = message.get("manufacturer"), message.get("product")
    maker = (
        MANUFACTURERS.get(maker_number, f"manufacturer {maker_number}")
        if isinstance(maker_number, int)
        else ""
    )
    if maker_number == DEVELOPMENT:
        maker = ""
    model = message.get("product_name")
    if not isinstance(model, str):
        known = GARMIN_PRODUCTS.get(product) if isinstance(product, int) and maker_number == GARMIN else None
        model = known or (str(product) if maker and product is not None else "")
    if model.lower().startswith(maker.lower()):
        maker = ""
    return f"{maker} {model}".strip() or None


def instant(stamp: float | None) -> datetime | None:
    """Return the aware UTC instant of a FIT timestamp; None when the device had no date."""
    if stamp is None or stamp < FIRST_DATE:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=stamp + FIT_EPOCH_UNIX_S)
