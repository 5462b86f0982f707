"""The times of GPX and TCX: ISO 8601 with Z, with an offset or with nothing, and 0 to 9 decimals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Floats

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: A watch whose clock was never set counts from a date of its own; nothing recorded runs before this day.
FIRST_DATE_S: Final = datetime(1998, 7, 3, tzinfo=UTC).timestamp()
LAST_DATE_S: Final = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_FORM: Final = b"0000-00-00T00:00:00.000000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Instants of shape (n,), in seconds since 1970 UTC; NaN where a text is no time.

    Attributes:
        utc_offset_min: Of the first time that states one other than zero.
        without_zone: How many say nothing about their zone; they are taken as UTC.
        unreadable: How many are not a time.
    """

    epoch_s: Floats
    utc_offset_min: int | None = None
    without_zone: int = 0
    unreadable: int = 0


def parse_times(texts: list[str]) -> Times:
    """Read ISO 8601 times."""
    same_form = _parse_same_form(texts)
    return Times(epoch_s=same_form) if same_form is not None else _parse_each(texts)


def parse_time(text: str | None) -> float:
    """Read one time, in seconds since 1970 UTC; NaN when it is not one."""
    return float(parse_times([text or ""]).epoch_s[0])


def instant(epoch_s: float) -> datetime | None:
    """Return the instant, or None when the clock that wrote it had no date."""
    if not FIRST_DATE_S <= epoch_s < LAST_DATE_S:
        return None
    return EPOCH + timedelta(seconds=epoch_s)


def _parse_same_form(texts: list[str]) -> Floats | None:
    """Read all at once when every text looks like 2019-06-15T09:42:23.000Z, with equal lengths."""
    length = len(texts[0]) if texts else 0
    joined = "".join(texts).encode()
    if (
        not 20 <= length <= len(_FORM)
        or set(map(len, texts)) != {length}
        or len(joined) != length * len(texts)
    ):
        return None
    letters = np.frombuffer(joined, np.uint8).reshape(-1, length)
    form = np.frombuffer(_FORM[: length - 1] + b"Z", np.uint8)
    is_digit = form == ord("0")
    # Letters below "0" wrap around to large numbers.
    if (letters != form)[:, ~is_digit].any() or (letters[:, is_digit] - np.uint8(ord("0")) > 9).any():
        return None
    return _epoch_s(letters - np.uint8(ord("0")))


def _epoch_s(digits: NDArray[np.uint8]) -> Floats | None:
    """Turn rows of 0000-00-00T00:00:00.000000Z into instants, shape (n,); None when one is no date.

    Every part is checked here: numpy's own reading of many such texts ends the whole process at a wrong one.

    Args:
        digits: shape (n, letters of a text); what stands between the digits is ignored.
    """

    def whole(first: int, end: int) -> NDArray[np.int64]:
        return digits[:, first:end] @ 10 ** np.arange(end - first - 1, -1, -1)

    year, month, day = whole(0, 4), whole(5, 7), whole(8, 10)
    hour, minute, second = whole(11, 13), whole(14, 16), whole(17, 19)
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    first_day = months.astype("datetime64[D]").astype(np.int64)
    days_in_month = (months + 1).astype("datetime64[D]").astype(np.int64) - first_day
    is_date = (year > 0) & (month > 0) & (month < 13) & (day > 0) & (day <= days_in_month)
    if not (is_date & (hour < 24) & (minute < 60) & (second < 60)).all():
        return None
    seconds = 86400 * (first_day + day - 1) + 3600 * hour + 60 * minute + second
    decimals = digits.shape[1] - 21
    fraction = whole(20, 20 + decimals) * 10 ** (6 - decimals) if decimals > 0 else 0
    epoch_s: Floats = (10**6 * seconds + fraction) / 1e6
    return epoch_s


def _parse_each(texts: list[str]) -> Times:
    epoch_s = np.full(len(texts), np.nan)
    offset_min: int | None = None
    without_zone = unreadable = 0
    for row, text in enumerate(texts):
        try:
            time = datetime.fromisoformat(text.strip().upper())
        except ValueError:
            unreadable += 1
            continue
        offset = time.utcoffset()
        if offset is None:
            without_zone += 1
            time = time.replace(tzinfo=UTC)
        elif offset and offset_min is None:
            offset_min = round(offset / timedelta(minutes=1))
        epoch_s[row] = (time - EPOCH).total_seconds()
    return Times(epoch_s=epoch_s, utc_offset_min=offset_min, without_zone=without_zone, unreadable=unreadable)
