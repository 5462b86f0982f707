"""Write FIT files: any messages by their names, or a whole recorded activity.

:func:`encode` is the format (header, definitions, data, checksums) and knows nothing of running;
:func:`encode_activity` says which messages make up a recorded run.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from fastcrc import crc16
from numpy.typing import ArrayLike, NDArray

from goodknee.core.model import FOOT_SPORTS, Floats, Lap, Pause, Samples
from goodknee.formats import fit_profile as profile
from goodknee.formats import fit_words as words

HEADER_SIZE = 14
PROTOCOL_VERSION = 0x10
PROFILE_VERSION = 2100
LITTLE_ENDIAN = 0
DEFINITION = 0x40
LOCAL_TYPES = 16
LONGEST_FIELD = 255

#: Channel → FIT's field, and how much of the channel is one unit of the field.
RECORD_FIELDS: Mapping[str, tuple[str, float]] = {
    "lat_deg": ("position_lat", profile.DEG_PER_SEMICIRCLE),
    "lon_deg": ("position_long", profile.DEG_PER_SEMICIRCLE),
    "altitude_m": ("enhanced_altitude", 1.0),
    "distance_m": ("distance", 1.0),
    "speed_mps": ("enhanced_speed", 1.0),
    "heart_rate_bpm": ("heart_rate", 1.0),
    "power_w": ("power", 1.0),
    "stance_time_ms": ("stance_time", 1.0),
    "stance_time_balance_pct": ("stance_time_balance", 1.0),
    "vertical_oscillation_mm": ("vertical_oscillation", 1.0),
    "step_length_mm": ("step_length", 1.0),
    "temperature_c": ("temperature", 1.0),
}

_EVENT = {word: number for number, word in words.EVENTS.items()}
_EVENT_TYPE = {word: number for number, word in words.EVENT_TYPES.items()}
_SPORT = {word: number for number, word in words.SPORTS.items()}
_SUB_SPORT = {word: number for number, word in words.SUB_SPORTS.items()}
_LAP_TRIGGER = {word: number for number, word in words.LAP_TRIGGERS.items()}

FieldValue = str | ArrayLike | None


@dataclass(frozen=True, slots=True)
class Message:
    """One FIT message, or many of one kind in a row.

    Attributes:
        number: FIT's message number, as in ``formats.fit_profile``.
        fields: By FIT's field name, in the field's own unit: text, a number, or numbers of shape (n,) for n
            messages. NaN is written as the format's "invalid"; a field that is None is left out.
    """

    number: int
    fields: Mapping[str, FieldValue]


def encode(messages: Iterable[Message]) -> bytes:
    """Return a FIT file with these messages in this order.

    Values are rounded to the nearest one that the field can hold.

    Raises:
        KeyError: A field has a name that its message does not have.
        ValueError: A value does not fit into its field.
    """
    data = bytearray()
    slots: list[bytes | None] = [None] * LOCAL_TYPES
    oldest = 0
    for message in messages:
        definition, rows = _table(message)
        if definition not in slots:
            slots[oldest] = definition
            data += struct.pack("<B", DEFINITION | oldest) + definition
            oldest = (oldest + 1) % LOCAL_TYPES
        rows["local_type"] = slots.index(definition)
        data += rows.tobytes()
    header = struct.pack("<BBHI4s", HEADER_SIZE, PROTOCOL_VERSION, PROFILE_VERSION, len(data), b".FIT")
    file = header + _crc(header) + data
    return file + _crc(file)


def _crc(data: bytes) -> bytes:
    return struct.pack("<H", crc16.arc(data))


def _table(message: Message) -> tuple[bytes, NDArray[np.void]]:
    """Return the definition (without its header byte) and one row per message, header byte still 0."""
    kind = profile.MESSAGES[message.number]
    fields = [kind.named(name) for name, value in message.fields.items() if value is not None]
    columns = [_stored(field, message.fields[field.name]) for field in fields]
    definition = struct.pack("<BBHB", 0, LITTLE_ENDIAN, kind.number, len(fields))
    for field, column in zip(fields, columns, strict=True):
        definition += struct.pack("<BBB", field.number, column.dtype.itemsize, field.base.number)
    rows = np.zeros(
        np.broadcast_shapes((1,), *(column.shape for column in columns)),
        dtype=[
            ("local_type", "u1"),
            *((field.name, c.dtype) for field, c in zip(fields, columns, strict=True)),
        ],
    )
    for field, column in zip(fields, columns, strict=True):
        rows[field.name] = column
    return definition, rows


def _stored(field: profile.Field, value: FieldValue) -> NDArray[np.generic]:
    """Return what is stored for a value or a column of them, missing ones as the field's sentinel."""
    if isinstance(value, str):
        text = value.encode() + b"\0"
        if len(text) > LONGEST_FIELD:
            raise ValueError(f"{field.name} cannot hold {len(text)} bytes of text")
        return np.array(text, dtype=f"S{len(text)}")
    numbers = np.asarray(value, dtype=np.float64)
    missing = np.isnan(numbers)
    raw = np.rint((numbers + field.offset) * field.scale)
    limits = np.iinfo(field.base.dtype)
    fits = (raw >= limits.min) & (raw <= limits.max) & (raw != field.base.invalid)
    if not np.all(fits | missing):
        raise ValueError(f"{field.name} cannot hold {numbers[~(fits | missing)].flat[0]} {field.unit}")
    return np.where(missing, field.base.invalid, raw).astype(f"<{field.base.dtype}")


def encode_activity(
    samples: Samples,
    *,
    sport: str,
    sub_sport: str | None = None,
    started_at: datetime,
    utc_offset_min: int | None = None,
    laps: Sequence[Lap] = (),
    pauses: Sequence[Pause] = (),
    device: str = "GoodKnee",
) -> bytes:
    """Return the FIT file that a watch would have written of one activity.

    Args:
        samples: ``time_s`` of shape (n,) ascending, seconds since ``started_at``, written to the second;
            ``cadence_spm`` and the channels of :data:`RECORD_FIELDS`. One without a value is left out.
        sport: FIT's word, such as "running".
        sub_sport: FIT's word, such as "treadmill".
        started_at: Aware instant, written to the second.
        utc_offset_min: Local time minus UTC; without it the file does not tell.
        laps: In order; without any, one lap holds it all.
        pauses: When the watch was stopped, in order.
        device: Name of what "recorded" it; the maker is written as FIT's "development".

    Raises:
        KeyError: A sport, trigger or channel that is not known.
        ValueError: Times that go backwards, or a value that its field cannot hold.
    """
    if np.any(np.diff(samples["time_s"]) < 0):
        raise ValueError("time_s goes backwards")
    start = fit_time(started_at)
    whole = _whole_as_lap(samples, pauses)
    end = start + (whole.elapsed_s or 0.0)
    session = {
        "timestamp": end,
        "sport": _SPORT[sport],
        "sub_sport": _SUB_SPORT[sub_sport or "generic"],
        "event": _EVENT["session"],
        **_totals(whole, start),
        "first_lap_index": 0,
        "num_laps": max(len(laps), 1),
    }
    activity = {
        "timestamp": end,
        "total_timer_time": whole.timer_s,
        "num_sessions": 1,
        "type": 0,
        "event": _EVENT["activity"],
        "event_type": _EVENT_TYPE["stop"],
        "local_timestamp": None if utc_offset_min is None else end + 60 * utc_offset_min,
    }
    return encode(
        [
            *_opening(start, device),
            *_body(samples, sport, start, laps or (whole,), pauses),
            _timer(end, "stop_all"),
            Message(profile.SESSION, session),
            Message(profile.ACTIVITY, activity),
        ]
    )


def fit_time(instant: datetime) -> int:
    """Return FIT's timestamp of an aware instant: whole seconds since 1989-12-31T00:00:00Z."""
    return round(instant.timestamp()) - profile.FIT_EPOCH_UNIX_S


def _opening(start: int, device: str) -> Iterator[Message]:
    maker: dict[str, FieldValue] = {"manufacturer": words.DEVELOPMENT, "product": 0, "product_name": device}
    yield Message(profile.FILE_ID, {"type": profile.ACTIVITY_FILE, "time_created": start, **maker})
    yield Message(profile.DEVICE_INFO, {"timestamp": start, "device_index": 0, **maker})
    yield _timer(start, "start")


def _timer(at: float, event_type: str) -> Message:
    return Message(
        profile.EVENT,
        {"timestamp": at, "event": _EVENT["timer"], "event_type": _EVENT_TYPE[event_type]},
    )


def _body(
    samples: Samples, sport: str, start: int, laps: Sequence[Lap], pauses: Sequence[Pause]
) -> Iterator[Message]:
    """Yield records, stops and laps in the order in which they happened."""
    marks = [(pause.start_s, _timer(start + pause.start_s, "stop_all")) for pause in pauses]
    marks += [(pause.end_s, _timer(start + pause.end_s, "start")) for pause in pauses]
    for index, lap in enumerate(laps):
        end_s = lap.start_s + (lap.elapsed_s or 0.0)
        trigger = {"lap_trigger": None if lap.trigger is None else _LAP_TRIGGER[lap.trigger]}
        fields = {"timestamp": start + end_s, "message_index": index, "event": _EVENT["lap"]}
        marks.append((end_s, Message(profile.LAP, {**fields, **_totals(lap, start), **trigger})))
    marks.sort(key=lambda mark: mark[0])
    records = _record_fields(samples, sport, start)
    edges = [0, *np.searchsorted(samples["time_s"], [at_s for at_s, _ in marks], side="right").tolist()]
    for (first, last), (_, message) in zip(pairwise(edges), marks, strict=True):
        if last > first:
            yield _rows(records, first, last)
        yield message
    if len(samples) > edges[-1]:
        yield _rows(records, edges[-1], len(samples))


def _rows(fields: Mapping[str, Floats], first: int, last: int) -> Message:
    return Message(profile.RECORD, {name: column[first:last] for name, column in fields.items()})


def _record_fields(samples: Samples, sport: str, start: int) -> dict[str, Floats]:
    """Return FIT's record fields, shape (n,) each, in FIT's units."""
    fields: dict[str, Floats] = {"timestamp": start + samples["time_s"]}
    for channel in samples.channels:
        if channel == "cadence_spm":
            fields |= _cadence_fields(samples[channel] / (2 if sport in FOOT_SPORTS else 1))
        elif channel != "time_s":
            name, unit = RECORD_FIELDS[channel]
            fields[name] = samples[channel] / unit
    return fields


def _cadence_fields(cadence_rpm: Floats) -> dict[str, Floats]:
    # Rounded before it is split, so that 79.999 becomes 80 + 0 and not 79 + 128/128.
    rounded = np.rint(128 * cadence_rpm) / 128
    whole = np.floor(rounded)
    return {"cadence": whole, "fractional_cadence": rounded - whole}


def _whole_as_lap(samples: Samples, pauses: Sequence[Pause]) -> Lap:
    elapsed_s = float(samples["time_s"][-1]) if len(samples) else 0.0
    distance_m = samples.get("distance_m")
    reached = distance_m[~np.isnan(distance_m)] if distance_m is not None else np.empty(0)
    return Lap(
        start_s=0.0,
        elapsed_s=elapsed_s,
        timer_s=elapsed_s - sum(pause.end_s - pause.start_s for pause in pauses),
        distance_m=float(reached[-1]) if len(reached) else None,
        trigger="session_end",
    )


def _totals(lap: Lap, start: int) -> dict[str, float | None]:
    return {
        "event_type": _EVENT_TYPE["stop"],
        "start_time": start + lap.start_s,
        "total_elapsed_time": lap.elapsed_s,
        "total_timer_time": lap.timer_s,
        "total_distance": lap.distance_m,
    }
