"""A FIT file to a Recording: every record once, in file order, and the activities they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Activity, Floats, Recording, Samples
from goodknee.core.summary import SPORT_BY_PACE, paced_like_a_run, summarise
from goodknee.errors import NotAnActivityError, ReadError
from goodknee.formats.fit_profile import ACTIVITY_FILE, FILE_ID, FIRST_DATE, RECORD, TIMESTAMP
from goodknee.formats.fit_words import FILE_TYPES
from goodknee.readers.fit.channels import Cadence, channels_of, steps_per_minute
from goodknee.readers.fit.decode import FitFile, Table, decode
from goodknee.readers.fit.sessions import (
    Session,
    device_of,
    instant,
    laps_of,
    owners,
    pauses_within,
    plausible_stamps,
    session_without_message,
    sessions_of,
    timer_pauses,
    utc_offset_min,
)
from goodknee.readers.fit.strap import strap_heart_rate

#: The file's own id is its first message; it ends long before this.
_PEEK_BYTES: Final = 1024
#: Right before damage, a record dated further than this from the one before it is part of the damage.
_TORN_AFTER_S: Final = 86_400.0


def fit_file_type(data: bytes) -> int | None:
    """Return ``file_id.type`` (4 is an activity) from the first bytes alone; None when it is not said.

    The names are in ``formats.fit_words.FILE_TYPES``.
    """
    try:
        return _file_type(decode(data[:_PEEK_BYTES]))
    except ReadError:
        return None


def read_fit(data: bytes, *, file: str) -> Recording:
    """Read a FIT activity: one activity per session, or one made from the records when there is none.

    Args:
        data: The whole file.
        file: Its name.

    Raises:
        NotAnActivityError: It is a course, a workout, a day of monitoring, …
        ReadError: It is not FIT or holds nothing that could be read.
    """
    fit = decode(data, file=file)
    records = fit.table(RECORD)
    stated = sessions_of(fit)
    _check_is_activity(fit, recorded=bool(stated) and len(records) > 0)
    stamps = _stamps(records)
    sessions = _with_unstated(fit, stated, stamps, records.blocks)
    if not sessions:
        raise _nothing_inside(fit)
    owner = owners(sessions, stamps, records.blocks)
    _disown_torn(fit, stamps, owner)
    columns = channels_of(fit)
    decisions = _merge_strap(fit, stamps, columns)
    samples = Samples(columns={"time_s": stamps - _time_base(sessions, stamps), **columns})
    cadences = [
        Cadence.of(session.sport, session.sub_sport, _own(samples, owner, at))
        for at, session in enumerate(sessions)
    ]
    samples = steps_per_minute(samples, owner, cadences)
    return Recording(
        file=file,
        format="fit",
        activities=_activities(fit, sessions, samples, owner, cadences, decisions),
        samples=samples,
        activity_index=owner,
        warnings=fit.warnings,
    )


def _file_type(fit: FitFile) -> int | None:
    for message in fit.table(FILE_ID).messages()[:1]:
        kind = message.get("type")
        return kind if isinstance(kind, int) else None
    return None


def _check_is_activity(fit: FitFile, *, recorded: bool) -> None:
    kind = _file_type(fit)
    if kind is None or kind == ACTIVITY_FILE:
        return
    name = FILE_TYPES.get(kind, f"file of type {kind}").replace("_", " ")
    if not recorded:
        raise NotAnActivityError(
            f"This FIT file is not an activity: it is marked as {name}.",
            where=fit.file,
            next_step="Nothing to do; only recorded activities are read.",
        )
    at = int(fit.table(FILE_ID).offsets[0])
    fit.walked.warn(f"it is marked as {name} but holds a recorded session; read as an activity", at)


def _nothing_inside(fit: FitFile) -> ReadError:
    damage = fit.warnings[0] if fit.warnings else None
    return ReadError(
        "This FIT file holds no records and no session.",
        where=f"{fit.file}, byte {damage.at_byte}: {damage.what}" if damage else fit.file,
        next_step="Export it again from the watch or app.",
        at_byte=damage.at_byte if damage else None,
    )


def _stamps(records: Table) -> Floats:
    stamps = records.floats(TIMESTAMP)
    if stamps is None or stamps.ndim != 1:
        return np.full(len(records), np.nan)
    return plausible_stamps(stamps)


def _with_unstated(
    fit: FitFile, stated: tuple[Session, ...], stamps: Floats, blocks: NDArray[np.intp]
) -> tuple[Session, ...]:
    """Add a session for each block that states none and whose records belong to no other."""
    owner = owners(stated, stamps, blocks)
    made = []
    for block in sorted(set(blocks.tolist()) - {session.block for session in stated}):
        own = blocks == block
        if (owner[own] == -1).all():
            known = stamps[own & ~np.isnan(stamps)]
            made.append(session_without_message(fit, block, float(known[0]) if len(known) else None))
    return tuple(sorted((*stated, *made), key=lambda session: session.start or 0.0))


def _disown_torn(fit: FitFile, stamps: Floats, owner: NDArray[np.intp]) -> None:
    """Take the last record before damage out of its activity when its date shows that it is torn itself."""
    offsets = fit.table(RECORD).offsets
    for damaged_at in fit.walked.damaged:
        last = int(np.searchsorted(offsets, damaged_at)) - 1
        if last > 0 and abs(stamps[last] - stamps[last - 1]) > _TORN_AFTER_S:
            owner[last] = -1
            fit.walked.warn("damaged: this record is torn, it counts for no activity", int(offsets[last]))


def _time_base(sessions: Sequence[Session], stamps: Floats) -> float:
    """Return the FIT timestamp that ``time_s`` counts from: the start of the first activity."""
    known = stamps[~np.isnan(stamps)]
    start = sessions[0].start
    # A device that knew the date for only one of them: then the first record is all there is to count from.
    if len(known) and (start is None or (known[0] < FIRST_DATE) != (start < FIRST_DATE)):
        return float(known[0])
    return start or 0.0


def _merge_strap(fit: FitFile, stamps: Floats, columns: dict[str, Floats]) -> dict[str, str]:
    """Fill heart rate from the chest strap's own messages where the records have none."""
    strap = strap_heart_rate(fit, stamps)
    if strap is None or np.isnan(strap).all():
        return {}
    recorded = columns.get("heart_rate_bpm")
    columns["heart_rate_bpm"] = strap if recorded is None else np.where(np.isnan(recorded), strap, recorded)
    return {"heart_rate_bpm": "record.heart_rate, and the chest strap's hr messages where a record has none"}


def _own(samples: Samples, owner: NDArray[np.intp], at: int) -> Samples:
    own = owner == at
    return samples if own.all() else samples.take(own)


def _activities(
    fit: FitFile,
    sessions: Sequence[Session],
    samples: Samples,
    owner: NDArray[np.intp],
    cadences: Sequence[Cadence],
    decisions: dict[str, str],
) -> tuple[Activity, ...]:
    laps, pauses = laps_of(fit, sessions), timer_pauses(fit)
    device, offset = device_of(fit), utc_offset_min(fit)
    first = sessions[0].start
    found = []
    for at, (session, cadence) in enumerate(zip(sessions, cadences, strict=True)):
        own = _own(samples, owner, at)
        taken = decisions | ({"cadence_spm": cadence.why} if cadence.why else {})
        sport = session.sport
        if sport is None and paced_like_a_run(own):
            sport, taken = "running", taken | {"sport": SPORT_BY_PACE}
        if at and session.start is not None and first is not None:
            own = Samples(columns={**own.columns, "time_s": own["time_s"] - (session.start - first)})
        found.append(
            summarise(
                own,
                sport=sport,
                sub_sport=session.sub_sport,
                started_at=instant(session.start),
                utc_offset_min=offset,
                stated=session.stated,
                pauses=pauses_within(pauses, session),
                laps=laps[at],
                device=device,
                decisions=taken,
            )
        )
    return tuple(found)
