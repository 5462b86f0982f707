"""The nouns of GoodKnee: what was recorded, what was felt, what is said about it.

Everything here is plain data, immutable and keyword-only. Units stand in the names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:  # numpy costs a quarter of a start, and a verb that touches no samples starts without it
    import numpy as np
    from numpy.typing import NDArray

Side = Literal["left", "right"]
FileFormat = Literal["fit", "tcx", "gpx"]
Floats: TypeAlias = "NDArray[np.float64]"
#: One answer of the diary.
Answer: TypeAlias = bool | int | float | str
#: What a self test gave: for each leg, or "once" for both together, its values in the order of the test.
TestResult: TypeAlias = Mapping[Literal["left", "right", "once"], tuple[float | bool, ...]]

#: Sports that are done on the feet: cadence counts steps, and distance loads the knee.
FOOT_SPORTS = frozenset({"running", "walking", "hiking", "snowshoeing", "mountaineering"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The records of one file or one activity, a column per channel.

    Attributes:
        columns: name → float64 array of shape (n,); NaN where the source has no value. ``time_s`` is always
            there: seconds since the recording began.
    """

    columns: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.columns["time_s"])

    def __getitem__(self, channel: str) -> Floats:
        return self.columns[channel]

    def get(self, channel: str) -> Floats | None:
        """Return the channel of shape (n,), or None when the source never had it."""
        return self.columns.get(channel)

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels that hold at least one value."""
        return tuple(name for name, column in self.columns.items() if _has_a_value(column))

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Samples:
        """Return the given rows (a mask, indices or a slice) of every column."""
        return Samples(columns={name: column[rows] for name, column in self.columns.items()})


def _has_a_value(column: Floats) -> bool:
    # NaN is the only value that differs from itself.
    return bool((column == column).any())  # noqa: PLR0124


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """One lap; ``start_s`` counts from the start of its activity."""

    start_s: float
    elapsed_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None
    trigger: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The watch was stopped from ``start_s`` to ``end_s`` (seconds since the start of the activity)."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What one recorded activity adds up to; its samples stay with the recording.

    Totals that the file itself states win over derived ones; ``decisions`` records which it was, channel by
    channel and total by total ("cadence_spm": "record.cadence, strides per minute, doubled").

    Attributes:
        sport: FIT's word ("running", "walking", "cycling", …); None when the file does not say.
        started_at: Aware UTC instant; None when the device had no date.
        utc_offset_min: Local time minus UTC, in minutes; None when neither file nor position tells.
        elapsed_s: From first to last, pauses included.
        timer_s: Without the pauses of the watch.
        moving_s: Without standing still.
        distance_m: As the file states it, else ``distance_recorded_m``.
        distance_recorded_m: As its last record or its positions give it.
        mean_speed_mps: distance_m / timer_s.
        mean_cadence_spm: Steps per minute of both feet while moving (rpm for other sports), weighted by time.
        mean_heart_rate_bpm: Weighted by time.
        sample_count: Number of records of this activity.
        channels: Channels with at least one value.
    """

    sport: str | None
    sub_sport: str | None
    started_at: datetime | None
    utc_offset_min: int | None
    elapsed_s: float | None
    timer_s: float | None
    moving_s: float | None
    distance_m: float | None
    distance_recorded_m: float | None
    ascent_m: float | None
    descent_m: float | None
    mean_speed_mps: float | None
    mean_cadence_spm: float | None
    mean_heart_rate_bpm: float | None
    sample_count: int
    channels: tuple[str, ...]
    laps: tuple[Lap, ...] = ()
    pauses: tuple[Pause, ...] = ()
    device: str | None = None
    decisions: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_run(self) -> bool:
        """True for running of every kind: road, trail, track, treadmill, virtual."""
        return self.sport == "running"

    def day(self, home: tzinfo | None = None) -> date | None:
        """Return the local date on which it started, in ``home`` when its own offset is not known."""
        if self.started_at is None:
            return None
        if self.utc_offset_min is not None:
            return self.started_at.astimezone(timezone(timedelta(minutes=self.utc_offset_min))).date()
        return self.started_at.astimezone(home).date() if home else self.started_at.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWarning:
    """Something in a file that was not as it should be; the rest was kept."""

    what: str
    at_byte: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One file: its activities and every record once, in file order.

    Attributes:
        samples: All records. ``time_s`` counts from ``started_at`` of the first activity.
        activity_index: shape (n,), the activity each record belongs to; -1 outside all of them.
    """

    file: str
    format: FileFormat
    activities: tuple[Activity, ...]
    samples: Samples
    activity_index: NDArray[np.intp]
    warnings: tuple[ReadWarning, ...] = ()

    def samples_of(self, index: int) -> Samples:
        """Return the samples of activity ``index``; ``time_s`` counts from its own start."""
        own = self.activity_index == index
        samples = self.samples if own.all() else self.samples.take(own)
        first, this = self.activities[0].started_at, self.activities[index].started_at
        if first is None or this is None or first == this:
            return samples
        shift = (this - first).total_seconds()
        return Samples(columns={**samples.columns, "time_s": samples["time_s"] - shift})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """One activity as the store knows it. ``id`` stays the same when a richer file of it arrives later."""

    id: str
    import_id: str
    original_sha256: str
    format: FileFormat
    activity: Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryEntry:
    """What the runner tells at one time of one local day; what was not told is not here, and never zero.

    Attributes:
        day: The day that it is about; it may be told days later.
        side: The knee that it is about; None when nothing in it is about one knee.
        answers: Key of the diary (``plans/log.yaml``) → answer. Pains are 0-10 (numeric pain rating scale).
        tests: Id of a self test → its results.
        run_id: The run that it is about.
        session_id: The planned session that it is about.
        entered_at: When it was told.
    """

    day: date
    side: Side | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    tests: Mapping[str, TestResult] = field(default_factory=dict)
    run_id: str | None = None
    session_id: str | None = None
    entered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry(DiaryEntry):
    """One row of the diary, never changed.

    Attributes:
        corrects: The entry that this row replaces; the newest row of an entry is how it reads now.
    """

    id: int
    corrects: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCheck:
    """One check of the knee: the answers, what they led to, and all that is needed to replay it.

    Attributes:
        day: The runner's local day.
        input_sha256: Hash of everything that the result was made from, the pack and the program aside.
    """

    at: datetime
    day: date
    answers: Mapping[str, Any]
    result: Mapping[str, Any]
    code_version: str
    knowledge_version: str
    input_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheck(NewCheck):
    """A check as the store keeps it."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedCheck:
    """A check that was stopped before its end, with what was answered so far; nothing is concluded from it.

    Attributes:
        day: The runner's local day.
        answers: None where a question was shown and left open.
        code_version: The program that asked, and the pack (``knowledge_version``) whose questions these are.
    """

    at: datetime
    day: date
    answers: Mapping[str, Any]
    code_version: str
    knowledge_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScore:
    """One score of a questionnaire, as it is kept: never changed.

    Attributes:
        at: When it was taken.
        day: The runner's local day.
        answers: What was answered, by key.
        value: The score, on the scale of its instrument.
        result: The whole document that was shown.
        code_version: The program that scored, and the pack (``knowledge_version``) that it scored by.
    """

    at: datetime
    day: date
    instrument: str
    answers: Mapping[str, Any]
    value: float
    result: Mapping[str, Any]
    code_version: str
    knowledge_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredScore(NewScore):
    """A score in the store, by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRead:
    """A lesson that was read, and the pack (``knowledge_version``) that it was part of."""

    at: datetime
    day: date
    lesson: str
    knowledge_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """The runner states that a clinician looked at the knee because of one rule.

    Attributes:
        at: When it was entered.
        day: When the clinician was seen.
        cleared: The clinician had nothing against the programme.
    """

    at: datetime
    rule: str
    day: date
    who: str
    cleared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """The answer of one day, with all that is needed to replay it; never changed.

    Attributes:
        day: The runner's local day.
        level: Level of walking and running that was advised; None: none.
        seen: What it was made from: the facts of each knee, and the warning signs.
        result: The whole document that was shown.
        input_sha256: Hash of ``seen``.
    """

    at: datetime
    day: date
    verdict: str
    level: int | None
    seen: Mapping[str, Any]
    result: Mapping[str, Any]
    code_version: str
    knowledge_version: str
    input_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision(NewDecision):
    """A decision in the store, by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """One version of the plan, as it was proposed; only that it was accepted is added later.

    Attributes:
        day: The runner's local day on which it was made.
        until: Its last day.
        seen: What it was made from: the facts of each knee, and the runner's week.
        result: The whole document that was shown.
        input_sha256: Hash of ``seen``.
        accepted_at: When the runner said yes; None: not yet.
    """

    at: datetime
    day: date
    until: date
    phase: str | None
    seen: Mapping[str, Any]
    result: Mapping[str, Any]
    code_version: str
    knowledge_version: str
    input_sha256: str
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan(NewPlan):
    """A plan in the store, by its number, which is its version too."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """The runner chose otherwise on that day, and why; the decision stays beside it."""

    at: datetime
    day: date
    decision_id: int
    chose: Literal["go", "rest"]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sentence with its receipt: rule, facts seen, grade, sources, and what would change it."""

    rule: str
    facts: Mapping[str, float | int | str | None]
    says: str
    grade: str
    sources: tuple[str, ...]
    would_change: str | None = None
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """An upper limit that remembers what set it; a further cap can tighten it and never loosen it.

    Attributes:
        value: Most that is allowed; infinite: no limit yet.
        by: What set it; None: nothing yet.
    """

    value: float = math.inf
    by: str | None = None

    def __post_init__(self) -> None:
        if math.isnan(self.value):
            raise ValueError("a limit must be a number")

    def at_most(self, cap: float, by: str) -> Limit:
        """Return the tighter of this limit and a cap; of two alike the first one stands.

        Raises:
            ValueError: The cap is not a number, so nobody can say which is tighter.
        """
        if math.isnan(cap):
            raise ValueError(f"the cap {by} is not a number")
        return Limit(cap, by) if cap < self.value else self
