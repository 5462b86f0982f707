"""The part of the report that answers "is it working?": what its template reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.outcomes import ExpectedLine
from goodknee.core.track.progress import Progress
from goodknee.core.track.progress_words import Row, done_says, expected_now, leading, notes, table_rows
from goodknee.writers.check_words import facts_told
from goodknee.writers.progress_charts import ProgressFigure, progress_figures

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPart:
    """What the template shows, in its order.

    Attributes:
        document: The JSON document ``progress``, with the answer and the reasons to seek care.
        notes: What belongs to the measure that gives the answer.
        rows: All measures in words.
        done: Sessions and milestones.
        expected: How groups of people went by this week.
    """

    document: Document
    notes: tuple[str, ...]
    rows: tuple[Row, ...]
    figures: tuple[ProgressFigure, ...]
    done: tuple[str, ...]
    expected: ExpectedLine | None

    @property
    def reasons(self) -> Sequence[Document]:
        """Reasons to seek care, then signs of a relapse: every sentence that has a receipt."""
        return [*self.document["seek_care"]["reasons"], *self.document["relapse"]["reasons"]]


def progress_part(seen: Progress, document: Document, knowledge: Knowledge) -> ProgressPart:
    """Return the part of the report, its charts drawn."""
    course = leading(seen, knowledge)
    return ProgressPart(
        document=document,
        notes=tuple(notes(course, knowledge)) if course else (),
        rows=tuple(table_rows(seen, knowledge.words)),
        figures=progress_figures(seen, knowledge),
        done=tuple(done_says(seen, knowledge.words)),
        expected=expected_now(seen, knowledge),
    )


def progress_sources(part: ProgressPart, knowledge: Knowledge) -> Iterator[str]:
    """Yield the key of every source that a sentence of this part rests on."""
    for reason in part.reasons:
        yield from reason["sources"]
    if part.document["reference_band"]:
        yield from knowledge.outcomes.reference_band.sources
    if part.expected:
        yield from knowledge.outcomes.expected_course.sources
    for change in part.document["change"].values():
        if change["mcid"] is not None:
            yield from change["sources"]


def reason_facts(reason: Document, knowledge: Knowledge) -> Iterator[str]:
    """Yield what a reason saw, each fact in words with its value."""
    shown = {
        key: round(value, 1) if isinstance(value, float) else value for key, value in reason["facts"].items()
    }
    yield from facts_told(shown, knowledge)
