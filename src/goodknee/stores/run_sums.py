"""What the watch model made of each run, kept so that it need not be made again: ``goodknee.run-sums``.

It is no data of the runner, and whoever takes it away loses nothing but a second: it is made again from the
samples when it is missing, damaged, or was made by other code or from other knowledge. It holds no code, and
two who write it at once leave at worst a file that is made again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from goodknee.core.load.course import Repair, Withheld, WithheldWhy
from goodknee.core.load.run_cost import RunRead
from goodknee.core.load.watch_model import (
    BY_LOAD,
    BY_STEP,
    OWN_STYLE,
    PARTS,
    PEAK_BINS,
    GroundForces,
    RunSums,
)
from goodknee.core.model import Floats

FILE: Final = "goodknee.run-sums"
_DIGEST_BYTES: Final = 32
_LENGTH_BYTES: Final = 8
#: Fields of the sums that are one number each, and those that are several by their names.
_NUMBERS: Final = (
    "distance_m", "course_m", "running_s", "walking_s", "running_steps", "walking_steps", "running_bw_s",
    "walking_bw_s", "ln_peak", "covers", "flat_ln_speed", "ln_cadence", "mean_speed_mps",
)  # fmt: skip
_NAMED: Final = {"by_load": BY_LOAD, "by_step": BY_STEP, "parts": PARTS}
_GROUND: Final = tuple(field.name for field in fields(GroundForces))
_WIDTH: Final = len(_NUMBERS) + sum(map(len, _NAMED.values())) + len(_GROUND) + PEAK_BINS


class SumsFile:
    """The file of one store.

    Args:
        folder: Of the store.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def read(self, made_with: bytes) -> dict[str, RunRead]:
        """Return what is kept, by the key of each run; nothing when it is damaged or was made otherwise.

        Args:
            made_with: Stands for all that it depends on beside the runs themselves.
        """
        try:
            kept = self._path.read_bytes()
        except OSError:
            return {}
        digest, body = kept[:_DIGEST_BYTES], memoryview(kept)[_DIGEST_BYTES:]
        return _unpacked(body) if digest == _digest(made_with, body) else {}

    def write(self, made_with: bytes, runs: Mapping[str, RunRead]) -> None:
        """Keep this in place of what was kept; where that is not possible, it is made again."""
        body = _packed(runs)
        # Not by way of a draft: half a file is told by its digest, and a killed writer leaves no litter.
        with suppress(OSError):
            self._path.write_bytes(_digest(made_with, body) + body)


def _digest(made_with: bytes, body: bytes | memoryview) -> bytes:
    digest = blake2b(made_with, digest_size=_DIGEST_BYTES)
    digest.update(body)
    return digest.digest()


def _packed(runs: Mapping[str, RunRead]) -> bytes:
    """Return words as JSON, then numbers, a row for each run that has some."""
    words = json.dumps([[key, *_words(run)] for key, run in runs.items()]).encode()
    numbers = [_numbers(run.sums) for run in runs.values() if isinstance(run.sums, RunSums)]
    return len(words).to_bytes(_LENGTH_BYTES, "little") + words + np.array(numbers, dtype="<f8").tobytes()


def _words(run: RunRead) -> list[Any]:
    sums = run.sums
    kind = sums.why if isinstance(sums, Withheld) else [sums.ground, sums.speed_known, sums.cadence_known]
    return [kind, run.used, run.assumed, [astuple(each) for each in run.repaired]]


def _numbers(sums: RunSums) -> Floats:
    assert sums.style == OWN_STYLE  # a run is kept as it was run
    named = (getattr(sums, field)[name] for field, names in _NAMED.items() for name in names)
    own = [*(getattr(sums, name) for name in _NUMBERS), *named, *astuple(sums.ground_forces)]
    return np.concatenate([own, sums.peaks])


def _unpacked(body: memoryview) -> dict[str, RunRead]:
    end = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "little")
    words = json.loads(bytes(body[_LENGTH_BYTES:end]))
    numbers = iter(np.frombuffer(body, dtype="<f8", offset=end).reshape(-1, _WIDTH).astype(np.float64))
    return {key: _run(*of_run, numbers=numbers) for key, *of_run in words}


def _run(
    kind: Any,
    used: list[str],
    assumed: list[str],
    repaired: list[tuple[str, int]],
    *,
    numbers: Iterator[Floats],
) -> RunRead:
    slips = tuple(Repair(what=what, records=records) for what, records in repaired)
    sums: RunSums | Withheld
    if isinstance(kind, str):
        sums = Withheld(why=cast("WithheldWhy", kind), repaired=slips)
    else:
        sums = _sums(next(numbers), *kind)
    return RunRead(sums=sums, used=tuple(used), assumed=tuple(assumed), repaired=slips)


def _sums(row: Floats, ground: Any, speed_known: bool, cadence_known: bool) -> RunSums:
    values = iter(row[:-PEAK_BINS].tolist())

    def taken(names: Sequence[str]) -> dict[str, float]:
        return {name: next(values) for name in names}

    own: dict[str, Any] = taken(_NUMBERS)
    own |= {field: taken(names) for field, names in _NAMED.items()}
    return RunSums(
        **own,
        ground_forces=GroundForces(**taken(_GROUND)),
        peaks=row[-PEAK_BINS:],
        style=OWN_STYLE,
        ground=ground,
        speed_known=speed_known,
        cadence_known=cadence_known,
    )
