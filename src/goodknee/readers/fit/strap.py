"""Heart rate that a chest strap sent after the swim or run: ``hr`` messages, merged on their own clock."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Floats
from goodknee.formats.fit_profile import HR, MESSAGES, TIMESTAMP
from goodknee.readers.fit.column import Column
from goodknee.readers.fit.decode import FitFile, unrolled

_TICKS_PER_S: Final = 1024
#: A beat says nothing about a record that comes later than this.
_HOLDS_S: Final = 5.0

_FIELDS: Final = MESSAGES[HR]
_FRACTION: Final = _FIELDS.named("fractional_timestamp").number
_BPM: Final = _FIELDS.named("filtered_bpm").number
_FULL_TICKS: Final = _FIELDS.named("event_timestamp").number
_PACKED_TICKS: Final = _FIELDS.named("event_timestamp_12").number


def strap_heart_rate(fit: FitFile, stamps: Floats) -> Floats | None:
    """Return the strap's heart rate at each moment, NaN where it sent none; None without ``hr`` messages.

    Args:
        fit: The file.
        stamps: FIT timestamps of the records, shape (n,).
    """
    beats = _beats(fit)
    if beats is None:
        return None
    times, bpm = beats
    last = np.searchsorted(times, stamps, side="right") - 1
    fresh = (last >= 0) & (stamps - times[last] <= _HOLDS_S)
    return np.where(fresh, bpm[last], np.nan)


def _beats(fit: FitFile) -> tuple[Floats, Floats] | None:
    """Return time (FIT timestamp) and heart rate of every beat, by time.

    A message with a full time stamp ties the strap's ticks to the clock. The others hold the last 12 bits of
    each beat's ticks, which roll over every 4 s and are added up.
    """
    table = fit.table(HR)
    anchors = [table.column(number) for number in (TIMESTAMP, _FULL_TICKS)]
    packed, bpm = table.column(_PACKED_TICKS), table.floats(_BPM)
    if not all(_plain(column) for column in anchors) or bpm is None:
        return None
    stamp, full = (column for column in anchors if column is not None)
    bpm = bpm.reshape(len(table), -1)
    width = bpm.shape[1]
    ticks, present = np.zeros((len(table), width), dtype=np.int64), ~np.isnan(bpm)
    if packed is not None and packed.raw.ndim == 2 and packed.raw.dtype == np.uint8:
        low = twelve_bits(packed.raw)[:, :width]
        ticks[:, : low.shape[1]] = low
        present[:, low.shape[1] :] = False
    anchored = ~full.missing & ~stamp.missing
    ticks[anchored, 0] = full.raw[anchored]
    present[anchored, 1:] = False
    return _timed(ticks, present, anchored, stamp, table.column(_FRACTION), bpm)


def _timed(
    ticks: NDArray[np.int64],
    present: NDArray[np.bool_],
    anchored: NDArray[np.bool_],
    stamp: Column,
    fraction: Column | None,
    bpm: Floats,
) -> tuple[Floats, Floats] | None:
    is_anchor = np.zeros(present.shape, dtype=np.bool_)
    is_anchor[:, 0] = anchored
    message = np.nonzero(present)[0]
    is_anchor = is_anchor[present]
    if not is_anchor.any():
        return None
    first = int(np.argmax(is_anchor))
    message, is_anchor = message[first:], is_anchor[first:]
    clock = unrolled(ticks[present][first:], ~is_anchor, 4096)
    anchor = np.maximum.accumulate(np.where(is_anchor, np.arange(len(clock)), 0))
    seconds = stamp.raw.astype(np.float64)
    if _plain(fraction) and fraction is not None:
        seconds += np.where(fraction.missing, 0.0, fraction.raw / 32768.0)
    times = seconds[message[anchor]] + (clock - clock[anchor]) / _TICKS_PER_S
    order = np.argsort(times, kind="stable")
    return times[order], bpm[present][first:][order]


def _plain(column: Column | None) -> bool:
    return column is not None and column.raw.ndim == 1 and column.raw.dtype.kind in "iu"


def twelve_bits(octets: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the 12-bit numbers, low bits first, that rows of bytes hold: three bytes make two.

    Args:
        octets: shape (n, k).

    Returns:
        shape (n, k // 3 * 2).
    """
    whole = octets[:, : octets.shape[1] // 3 * 3].reshape(len(octets), -1, 3).astype(np.int64)
    pairs = np.stack(
        [whole[..., 0] | (whole[..., 1] & 15) << 8, whole[..., 1] >> 4 | whole[..., 2] << 4], axis=-1
    )
    return pairs.reshape(len(octets), -1)
