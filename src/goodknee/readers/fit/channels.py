"""The channels of FIT records: scaled columns under our names, and the steps per minute behind a cadence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import FOOT_SPORTS, Floats, Samples
from goodknee.formats.fit_profile import DEG_PER_SEMICIRCLE, MESSAGES, RECORD
from goodknee.readers.fit.decode import FitFile, Table, unrolled
from goodknee.readers.fit.strap import twelve_bits

_FIELDS: Final = MESSAGES[RECORD]

#: Our channel and FIT's fields for it; of several the first that has a value wins, row by row.
_CHANNELS: Final = {
    "lat_deg": ("position_lat",),
    "lon_deg": ("position_long",),
    "altitude_m": ("enhanced_altitude", "altitude"),
    "speed_mps": ("enhanced_speed", "speed"),
    "distance_m": ("distance",),
    "cadence_spm": ("cadence", "cadence256"),
    "heart_rate_bpm": ("heart_rate",),
    "power_w": ("power",),
    "stance_time_ms": ("stance_time",),
    "vertical_oscillation_mm": ("vertical_oscillation",),
    "step_length_mm": ("step_length",),
    "stance_time_balance_pct": ("stance_time_balance",),
    "temperature_c": ("temperature",),
}
#: Fields that end in a channel above or are no channel of their own.
_USED: Final = frozenset(
    {name for names in _CHANNELS.values() for name in names}
    | {"timestamp", "fractional_cadence", "compressed_speed_distance", "compressed_accumulated_power"}
)
_UNIT_SUFFIXES: Final = {
    "": "",
    "%": "_pct",
    "1/min": "_per_min",
    "C": "_c",
    "Pa": "_pa",
    "W": "_w",
    "cycles": "",
    "degrees": "_deg",
    "g/dL": "_g_dl",
    "kcal": "_kcal",
    "m": "_m",
    "m/s": "_mps",
    "mm": "_mm",
    "s": "_s",
}

#: Real files have up to 16.
_MOST_DEVELOPER_FIELDS: Final = 200

#: Strides per minute of one leg stay below these; above, a file holds the steps of both feet already.
_MOST_STRIDES_RUNNING: Final = 130.0
_MOST_STRIDES_ELSE: Final = 90.0
#: Where no sport is stated: faster than this over ground is not on foot.
_FASTEST_ON_FOOT_MPS: Final = 5.0
_VAGUE_SPORTS: Final = frozenset({"generic", "training", "fitness_equipment"})
_FOOT_SUB_SPORTS: Final = frozenset(
    (
        "treadmill",
        "trail",
        "track",
        "street",
        "indoor_running",
        "indoor_walking",
        "casual_walking",
        "speed_walking",
    )
)


def channels_of(fit: FitFile) -> dict[str, Floats]:
    """Return the channels that hold at least one value, shape (n,) each, NaN where missing.

    ``cadence_spm`` is still as stored, per leg or per crank: :class:`Cadence` says what to make of it. Other
    named fields follow under FIT's name and unit, then developer fields as ``dev:<application>:<number>``, by
    their declared scale and unit and never merged into native ones.
    """
    records = fit.table(RECORD)
    columns: dict[str, Floats] = {}
    for channel, names in _CHANNELS.items():
        found = [column for name in names if (column := _one_number(records, name)) is not None]
        if found:
            columns[channel] = _first_known(found)
    _finish_native(records, columns)
    for number in sorted(records.numbers & _FIELDS.fields.keys()):
        field = _FIELDS.fields[number]
        if field.name not in _USED:
            column = records.floats(number)
            if column is not None and column.ndim == 1:
                columns[field.name.replace("_percent", "") + _UNIT_SUFFIXES[field.unit]] = column
    columns |= _developer_channels(fit, records)
    fit.allow(8 * len(records) * len(columns))
    return {name: column for name, column in columns.items() if not np.isnan(column).all()}


def _one_number(records: Table, name: str) -> Floats | None:
    """Return a field as one number per record; some devices write a list, whose first counts."""
    field = _FIELDS.named(name)
    column = records.column(field.number)
    if column is None or column.raw.ndim == 1:
        return None if column is None else column.floats(field)
    # A size that is no multiple of the type leaves bytes, and the first byte of a number is no value.
    is_list = column.raw.itemsize >= field.base.size
    return np.ascontiguousarray(column.floats(field)[:, 0]) if is_list else None


def _first_known(columns: Sequence[Floats]) -> Floats:
    best = columns[0]
    for column in columns[1:]:
        best = np.where(np.isnan(best), column, best)
    return best


def _finish_native(records: Table, columns: dict[str, Floats]) -> None:
    for channel in ("lat_deg", "lon_deg"):
        if channel in columns:
            columns[channel] = columns[channel] * DEG_PER_SEMICIRCLE
    fraction = _one_number(records, "fractional_cadence")
    if fraction is not None and "cadence_spm" in columns:
        columns["cadence_spm"] = columns["cadence_spm"] + np.where(np.isnan(fraction), 0.0, fraction)
    packed = records.column(_FIELDS.named("compressed_speed_distance").number)
    if packed is not None and packed.raw.dtype == np.uint8 and packed.raw.shape[1:] == (3,):
        speed, distance = _speed_distance(packed.raw, packed.missing[:, 0], records.blocks)
        columns["speed_mps"] = _first_known([columns.get("speed_mps", speed), speed])
        columns["distance_m"] = _first_known([columns.get("distance_m", distance), distance])


def _speed_distance(
    octets: NDArray[np.uint8], missing: NDArray[np.bool_], blocks: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Expand three bytes: 12 bits of speed in 1/100 m/s, 12 bits of distance in 1/16 m that roll over."""
    pairs = twelve_bits(octets)
    speed = np.where(missing | (pairs[:, 0] == 0xFFF), np.nan, pairs[:, 0] / 100.0)
    distance = np.full(len(octets), np.nan)
    for block in set(blocks.tolist()):
        own = (blocks == block) & ~missing
        from_zero = np.concatenate(([0], pairs[own, 1]))
        distance[own] = unrolled(from_zero, np.arange(len(from_zero)) > 0, 4096)[1:] / 16.0
    return speed, distance


def _developer_channels(fit: FitFile, records: Table) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    fields = records.developer_fields
    for field in fields[:_MOST_DEVELOPER_FIELDS]:
        column = records.developer_column(field.key)
        if column is not None and column.raw.ndim == 1 and column.raw.dtype.kind != "S":
            columns[f"dev:{field.application}:{field.number}"] = column.floats(field)
    lost = records.undescribed + max(len(fields) - _MOST_DEVELOPER_FIELDS, 0)
    if lost:
        fit.walked.warn(
            f"{lost} developer fields were left out: undescribed or too many", int(records.offsets[0])
        )
    return columns


@dataclass(frozen=True, slots=True)
class Cadence:
    """What a session's stored cadence counts: the factor to our channel, and why."""

    factor: float
    why: str

    @classmethod
    def of(cls, sport: str | None, sub_sport: str | None, samples: Samples) -> Cadence:
        """Judge by sport, else by speed, and by what legs can do.

        Args:
            sport: FIT's word; None when not said.
            sub_sport: FIT's word.
            samples: The session's records, cadence as stored.
        """
        stored = samples.get("cadence_spm")
        turning = stored is not None and (stored > 0)
        if stored is None or not np.any(turning):
            return cls(2.0 if sport in FOOT_SPORTS else 1.0, "")
        typical = float(np.median(stored[turning]))
        vague = sport is None or sport in _VAGUE_SPORTS
        if sport in FOOT_SPORTS or (vague and sub_sport in _FOOT_SUB_SPORTS):
            return cls._on_foot(typical, "running" if sport in (None, "running") else "walking", "")
        if sport not in (None, "generic"):
            return cls(1.0, f"record.cadence as stored: turns per minute ({sport})")
        speed = samples.get("speed_mps")
        pace = (
            float(np.nanmedian(speed[turning])) if speed is not None and (speed[turning] >= 0).any() else None
        )
        if pace is None:
            return cls(1.0, "record.cadence as stored: no sport and no speed to judge it by")
        if pace <= _FASTEST_ON_FOOT_MPS:
            return cls._on_foot(typical, "running", f", judged to be on foot by its speed of {pace:.1f} m/s")
        return cls(1.0, f"record.cadence as stored: no sport, too fast for feet at {pace:.1f} m/s")

    @classmethod
    def _on_foot(cls, typical: float, gait: str, judged: str) -> Cadence:
        most = _MOST_STRIDES_RUNNING if gait == "running" else _MOST_STRIDES_ELSE
        if typical > most:
            return cls(1.0, f"record.cadence as stored: {typical:.0f} is steps of both feet already{judged}")
        return cls(2.0, f"record.cadence, strides per minute of one leg, doubled{judged}")


def steps_per_minute(samples: Samples, owner: NDArray[np.intp], cadences: Sequence[Cadence]) -> Samples:
    """Return the samples with each session's factor applied to its cadence; strays take the first one's."""
    stored = samples.get("cadence_spm")
    if stored is None:
        return samples
    factors = np.array([*(cadence.factor for cadence in cadences), cadences[0].factor])
    return Samples(columns={**samples.columns, "cadence_spm": stored * factors[owner]})
