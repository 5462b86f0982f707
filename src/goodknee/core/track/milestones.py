"""What was done and reached on the way: sessions, and milestones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from goodknee.core.knowledge.progress import Milestone, ProgressRules
from goodknee.core.track.readings import Told, TrackedRun, took_painkiller


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """Sessions of the plan that were due."""

    planned: int
    done: int
    not_told: int

    @property
    def pct(self) -> float | None:
        """Sessions done of those that were told of; None when none was."""
        told = self.planned - self.not_told
        return 100.0 * self.done / told if told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A milestone, and the first day on which it was reached."""

    milestone: Milestone
    day: date
    pain: float


def adherence(planned: Sequence[bool | None] | None) -> Adherence | None:
    """Return how many of the sessions that were due were done; None without any."""
    if not planned:
        return None
    return Adherence(planned=len(planned), done=planned.count(True), not_told=planned.count(None))


def milestones(told: Told, rules: ProgressRules, *, since: date | None) -> tuple[Reached, ...]:
    """Return each milestone that was reached, oldest first; a run after a painkiller reaches none."""
    found = []
    for milestone in rules.milestones:
        days = _mornings(milestone, told) if milestone.mornings else _runs(milestone, told)
        after = [each for each in days if since is None or each[0] >= since]
        if after:
            day, pain = min(after)
            found.append(Reached(milestone=milestone, day=day, pain=pain))
    return tuple(sorted(found, key=lambda each: (each.day, each.milestone.id)))


def _runs(milestone: Milestone, told: Told) -> Iterator[tuple[date, float]]:
    """Yield day and pain of the runs that are long and calm enough in every knee that was told of."""
    pains: dict[str, list[float]] = {}
    spoilt = set()
    for day in told.days:
        for session in day.sessions:
            pain = session.answers.get("pain_during")
            if session.run_id and pain is not None:
                pains.setdefault(session.run_id, []).append(float(pain))
                if took_painkiller(day):
                    spoilt.add(session.run_id)
    assert milestone.run_minutes is not None
    for run in told.runs:
        if _reaches(run, milestone.run_minutes) and run.id in pains and run.id not in spoilt:
            worst = max(pains[run.id])
            if worst <= milestone.pain_to:
                yield run.day, worst


def _reaches(run: TrackedRun, minutes: float) -> bool:
    return run.minutes is not None and run.minutes >= minutes


def _mornings(milestone: Milestone, told: Told) -> Iterator[tuple[date, float]]:
    """Yield the days that end enough calm mornings in a row, each told, in every knee that was told of."""
    worst: dict[date, float] = {}
    for day in told.days:
        pain = day.number("pain_morning")
        if pain is not None:
            worst[day.day] = max(pain, worst.get(day.day, 0.0))
    assert milestone.mornings is not None
    for last in worst:
        row = [worst.get(last - timedelta(days=back)) for back in range(milestone.mornings)]
        known = [pain for pain in row if pain is not None]
        if len(known) == milestone.mornings and max(known) <= milestone.pain_to:
            yield last, max(known)
