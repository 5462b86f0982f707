"""Stored FIT values: columns of them with what is missing, and single messages as named values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Floats
from goodknee.formats.fit_profile import BASE_TYPES, BASE_TYPES_BY_NUMBER, BaseType, Field

_NO_SCALE: Final = 255
_NO_OFFSET: Final = 127
#: No quantity is larger; sums and products of smaller ones are still numbers.
LARGEST: Final = 1e30

Value = int | float | str | bytes | tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of every message of a table.

    Attributes:
        raw: shape (n,), or (n, k) for an array field; the stored values in the machine's byte order.
        missing: same shape; True where the format's "invalid" stands or the message lacks the field.
    """

    raw: NDArray[Any]
    missing: NDArray[np.bool_]

    def floats(self, field: Field | DeveloperField) -> Floats:
        """Return scaled values, shape (n,) or (n, k), NaN where missing; text has none."""
        if self.raw.dtype.kind == "S":
            return np.full(len(self.raw), np.nan)
        with np.errstate(invalid="ignore"):  # some patterns that are no number complain when copied
            values = self.raw.astype(np.float64)
        values[self.missing] = np.nan
        if self.raw.dtype.kind == "f":
            values[np.abs(values) > LARGEST] = np.nan
        return field.to_value(values) if field.scale != 1.0 or field.offset else values


def column_of(stored: NDArray[Any], base: BaseType) -> Column:
    """Return a column in the machine's byte order; the raw value is what says whether it is missing."""
    raw = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    if base.name == "string":
        missing = raw == b""
    elif raw.dtype.kind == "f":
        missing = np.isnan(raw)
    else:
        missing = raw == base.invalid
        if base.name == "byte" and raw.ndim == 2:
            missing = np.broadcast_to(missing.all(axis=1)[:, None], raw.shape)
    return Column(raw, missing)


def named_values(values: tuple[Any, ...], wanted: list[tuple[int, BaseType, Field]]) -> dict[str, Value]:
    """Return one message's values by name, scaled, missing ones left out.

    Args:
        values: The stored values.
        wanted: Index into ``values``, base type and field of each that the profile names.
    """
    named: dict[str, Value] = {}
    for at, base, field in wanted:
        value = _value(values[at], base, field)
        if value is not None:
            named[field.name] = value
    return named


def _value(raw: Any, base: BaseType, field: Field) -> Value | None:  # Any: a number, bytes or numpy array
    if isinstance(raw, np.ndarray):
        if base.name == "byte":
            return None if (raw == base.invalid).all() else raw.tobytes()
        return tuple(field.to_value(float(one)) for one in raw[raw != base.invalid].tolist()) or None
    if isinstance(raw, bytes):
        return raw.split(b"\0")[0].decode("utf-8", "replace").strip() or None
    if raw == base.invalid or raw != raw:  # noqa: PLR0124  a NaN is the one value unlike itself
        return None
    number: int | float = field.to_value(float(raw)) if field.scale != 1.0 or field.offset else raw
    return number


@dataclass(frozen=True, slots=True)
class DeveloperField:
    """What a ``field_description`` says: whose field it is, how it is stored, its declared unit and scale."""

    application: str
    number: int
    name: str
    unit: str
    base: BaseType
    scale: float = 1.0
    offset: float = 0.0

    @property
    def key(self) -> tuple[str, int]:
        """Application id (32 hex digits, or the file's own index when it has none) and field number."""
        return self.application, self.number

    def to_value(self, raw: Floats) -> Floats:
        """Return values by the declared scale and offset, with the formula of all fields."""
        return (raw - self.offset * self.scale) / self.scale


def developer_field(
    message: Mapping[str, Value], applications: Mapping[int, str]
) -> tuple[int, DeveloperField] | None:
    """Return the developer data index and field that a ``field_description`` describes; None when it is cut.

    Args:
        message: Its named values.
        applications: Application id by developer data index.
    """
    index, number = message.get("developer_data_index"), message.get("field_definition_number")
    base = message.get("fit_base_type_id")
    if not (isinstance(index, int) and isinstance(number, int) and isinstance(base, int)):
        return None
    scale, offset = message.get("scale", _NO_SCALE), message.get("offset", _NO_OFFSET)
    return index, DeveloperField(
        application=applications.get(index, str(index)),
        number=number,
        name=str(message.get("field_name", "")),
        unit=str(message.get("units", "")),
        base=BASE_TYPES_BY_NUMBER.get(base, BASE_TYPES["byte"]),
        scale=float(scale) if isinstance(scale, int) and scale not in (0, _NO_SCALE) else 1.0,
        offset=float(offset) if isinstance(offset, int) and offset != _NO_OFFSET else 0.0,
    )
