"""When a foot is on the ground, and what one contact costs the knee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goodknee.core.knowledge.lab import ContactRule, LabModel, Task
from goodknee.core.model import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """The contacts of all legs, leg by leg, oldest first; each array of shape (contacts,).

    Attributes:
        leg: Column of the leg.
        first: First row on the ground.
        last: Last row on the ground.
        whole: Not cut by an end of the recording.
    """

    leg: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    whole: NDArray[np.bool_]

    def __iter__(self) -> Iterator[tuple[int, slice]]:
        """Yield leg and rows of each contact."""
        for leg, first, last in zip(self.leg.tolist(), self.first.tolist(), self.last.tolist(), strict=True):
            yield leg, slice(first, last + 1)

    def take(self, which: NDArray[np.bool_]) -> Contacts:
        """Return the contacts of a mask."""
        return Contacts(
            leg=self.leg[which], first=self.first[which], last=self.last[which], whole=self.whole[which]
        )

    def mask(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return where a foot is on the ground, of shape (n, legs)."""
        steps = np.zeros((shape[0] + 1, shape[1]), dtype=np.int8)
        np.add.at(steps, (self.first, self.leg), 1)
        np.add.at(steps, (self.last + 1, self.leg), -1)
        return np.cumsum(steps[:-1], axis=0) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one contact costs (B7).

    ``time_to_peak_s`` counts from the contact's first row; ``loading_rate_bw_s`` is the rise of the force
    over the middle of its way to the peak, None without a rise.
    """

    peak_bw: float
    time_to_peak_s: float
    loading_rate_bw_s: float | None
    impulse_bw_s: float


def find_contacts(
    vertical_force_n: Floats, rule: ContactRule, *, rate_hz: float, min_contact_s: float
) -> Contacts:
    """Return the contacts of all legs.

    A dip shorter than ``rule.bridge_s`` does not end one, and what is left shorter than ``min_contact_s`` and
    not cut by an end of the recording is no contact.

    Args:
        vertical_force_n: Up is positive, shape (n, legs).
        rule: Threshold and bridge.
        rate_hz: Rows a second.
        min_contact_s: Shortest contact.
    """
    rows, legs = vertical_force_n.shape
    # One line of all legs with an empty row around each, so that no contact runs on into the next leg.
    loaded = np.zeros((legs, rows + 2), dtype=np.int8)
    loaded[:, 1:-1] = (vertical_force_n > rule.threshold_n).T
    edges = np.flatnonzero(np.diff(loaded.ravel()))
    starts, ends = edges[0::2] + 1, edges[1::2]
    leg, first, last = starts // (rows + 2), starts % (rows + 2) - 1, ends % (rows + 2) - 1
    joined = (leg[1:] == leg[:-1]) & (first[1:] - last[:-1] - 1 < rule.bridge_s * rate_hz)
    opens, closes = np.append(True, ~joined)[: len(leg)], np.append(~joined, True)[: len(leg)]
    leg, first, last = leg[opens], first[opens], last[closes]
    whole = (first > 0) & (last < rows - 1)
    found = Contacts(leg=leg, first=first, last=last, whole=whole)
    return found.take(~whole | ((last - first + 1) / rate_hz >= min_contact_s))


def task_of(vertical_force_n: Floats, model: LabModel, *, rate_hz: float) -> Task | None:
    """Return the task that the contacts are like; None where there are none.

    Args:
        vertical_force_n: Up or down, shape (n, legs).
        model: Its rules say how long the contacts of each task last.
        rate_hz: Rows a second.
    """
    rule, force_n = model.task_guess, np.abs(vertical_force_n)
    shortest_s = min(task.min_contact_s for task in model.tasks.values())
    contacts = find_contacts(force_n, model.contact, rate_hz=rate_hz, min_contact_s=shortest_s)
    if not len(contacts.leg):
        return None
    both = float(contacts.mask(force_n.shape).all(axis=1).mean())
    told = contacts.take(contacts.whole) if contacts.whole.any() else contacts
    usual_s = float(np.median(told.last - told.first + 1)) / rate_hz
    if both >= rule.both_share or usual_s >= rule.squat_from_s:
        return "squat"
    return "run" if usual_s < rule.run_below_s else "walk"


def outcome(force_bw: Floats, *, rate_hz: float, rise: tuple[float, float]) -> Outcome:
    """Return peak, time to peak, loading rate and impulse of one contact.

    Args:
        force_bw: PFJ reaction force over the contact, in body weights, shape (n,).
        rate_hz: Rows a second.
        rise: Shares of the way to the peak between which the loading rate is read.
    """
    at = int(np.argmax(force_bw))
    peak = float(force_bw[at])
    return Outcome(
        peak_bw=peak,
        time_to_peak_s=at / rate_hz,
        loading_rate_bw_s=_loading_rate(force_bw[: at + 1], rate_hz, rise),
        impulse_bw_s=float(np.trapezoid(force_bw)) / rate_hz,
    )


def _loading_rate(rising: Floats, rate_hz: float, rise: tuple[float, float]) -> float | None:
    base = float(rising[0])
    height = float(rising[-1]) - base
    if height <= 0:
        return None
    low, high = (_crossing(rising, base + share * height) for share in rise)
    return (rise[1] - rise[0]) * height * rate_hz / (high - low)


def _crossing(rising: Floats, level: float) -> float:
    """Return the row, between two rows, at which the force last climbs through a level."""
    below = int(np.flatnonzero(rising < level)[-1])
    start, end = float(rising[below]), float(rising[below + 1])
    return below + (level - start) / (end - start)
