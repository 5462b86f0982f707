"""How progress reads: the answer, each measure with its unit, and what is missing to say more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.outcomes import ExpectedLine
from goodknee.core.model import Reason
from goodknee.core.track.milestones import Reached
from goodknee.core.track.progress import Change, Course, Progress, Verdict
from goodknee.core.track.trend import Slope
from goodknee.core.words import MINUS, MISSING, Words, km, out_of_ten


def leading(seen: Progress, knowledge: Knowledge) -> Course | None:
    """Return the measure that answers "is it working?": the first that can, else the first there is.

    What was run does not tell how the knee is.
    """
    led = [seen.courses[name] for name in knowledge.progress.lead if name in seen.courses]
    can = (each for each in led if each.change.verdict != "too_few")
    of_the_knee = (each for each in seen.courses.values() if each.scale.unit != "km")
    return next(can, None) or next(iter([*led, *of_the_knee]), None)


def lead_says(seen: Progress, knowledge: Knowledge, *, back: bool) -> Iterator[str]:
    """Yield the answer, with what speaks against it.

    Args:
        seen: The course up to today.
        knowledge: The pack.
        back: Signs say that it is coming back; that goes before what was won.
    """
    words, course = knowledge.words, leading(seen, knowledge)
    if course is None:
        yield words.say("progress.lead.none")
        return
    verdict = course.change.verdict
    if back:
        yield words.say("progress.lead.back")
    still = back and verdict == "better"
    yield words.say(
        "progress.lead.still" if still else f"progress.lead.{verdict}",
        **change_slots(course, course.change, words),
    )
    if verdict == "too_few":
        yield too_few_says(course, knowledge)
        return
    led = (seen.courses[name] for name in knowledge.progress.lead if name in seen.courses)
    other = next((each for each in led if _opposite(each.change.verdict, verdict)), None)
    if other:
        slots = change_slots(other, other.change, words)
        yield words.say("progress.lead.mixed", measure=slots["measure"], verdict=slots["verdict"])
    volume = seen.courses.get("running_week_m")
    if verdict == "better" and volume and volume.change.verdict == "worse":
        yield words.say("progress.lead.less_running")


def _opposite(one: Verdict, other: Verdict) -> bool:
    return {one, other} == {"better", "worse"}


def too_few_says(course: Course, knowledge: Knowledge) -> str:
    """Return what is missing for a verdict on one measure."""
    rhythm = knowledge.progress.rhythms[course.scale.rhythm]
    why = course.change.why_too_few or "none"  # enough entries, and no yardstick
    key = f"progress.too_few.{why}"
    if why == "they_meet" and rhythm.min_entries == 1:
        key += ".single"
    own = [each.day for each in course.readings if each.knee == course.change.knee]
    return knowledge.words.say(key, last=own[-1], **asdict(rhythm))


def measure_name(course: Course, words: Words) -> str:
    """Return what is measured, to stand inside a sentence."""
    scale = course.scale
    if scale.instrument is None:
        assert scale.name is not None
        return words.say(scale.name)
    return scale.instrument.name


def shown_value(value: float | None, course: Course) -> str:
    """Return a value of this measure with its unit."""
    if value is None:
        return MISSING
    if course.scale.unit == "pain":
        return out_of_ten(value)
    return km(value) if course.scale.unit == "km" else f"{value:g}".replace("-", MINUS)


def verdict_says(course: Course, change: Change, words: Words) -> str:
    """Return the fixed words of a verdict; running more or less is neither good nor bad by itself."""
    own = f"progress.verdict.{course.scale.unit}.{change.verdict}"
    return words.say(own if own in words.sentences else f"progress.verdict.{change.verdict}")


def change_slots(course: Course, change: Change, words: Words) -> dict[str, str]:
    """Return the slots of a sentence about a change."""
    return {
        "measure": measure_name(course, words),
        "before": shown_value(change.before, course),
        "now": shown_value(change.now, course),
        "verdict": verdict_says(course, change, words),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measure of one knee in words; ``says`` is its verdict in the fixed words."""

    name: str
    before: str
    now: str
    verdict: Verdict
    says: str
    entries: int


def table_rows(seen: Progress, words: Words) -> Iterator[Row]:
    """Yield one row a measure and knee; the knee is named where both have entries."""
    for course in seen.courses.values():
        for change in course.changes:
            slots = change_slots(course, change, words)
            name = slots["measure"]
            if course.scale.instrument and course.scale.instrument.adapted:
                name = words.say("progress.measure.adapted", name=name)
            if change.knee and len(course.changes) > 1:
                name = f"{name}, {words.say(f'report.chart.side.{change.knee}')}"
            yield Row(
                name=name,
                before=slots["before"],
                now=slots["now"],
                verdict=change.verdict,
                says=slots["verdict"],
                entries=change.entries,
            )


def notes(course: Course, knowledge: Knowledge) -> Iterator[str]:
    """Yield what belongs to one measure: where it is heading, and its place in the reference band."""
    words, change = knowledge.words, course.change
    measure = measure_name(course, words)
    if change.slope and course.scale.unit == "pain":
        yield slope_says(change.slope, measure, knowledge)
    if change.set_aside:
        yield words.say("progress.painkiller", n=change.set_aside)
    if course.stands:
        yield words.say(f"progress.band.{course.stands}", measure=measure)
        yield words.say("progress.band.wide")


def matters_says(course: Course, words: Words) -> str:
    """Return how large a change must be to count."""
    scale = course.scale
    if scale.mcid is not None:
        return words.say("progress.matters.mcid", mcid=f"{scale.mcid:g}")
    if scale.mdc is not None:
        return words.say("progress.matters.mdc", mdc=f"{scale.mdc:g}")
    return words.say("progress.matters.none")


def done_says(seen: Progress, words: Words) -> Iterator[str]:
    """Yield the sessions that were done, and the last milestone."""
    adherence = seen.adherence
    if adherence:
        yield words.say("progress.adherence", done=adherence.done, planned=adherence.planned)
        if adherence.not_told:
            yield words.say("progress.adherence.not_told", n=adherence.not_told)
    for reached in seen.milestones[-1:]:
        yield milestone_says(reached, words)


def slope_says(slope: Slope, measure: str, knowledge: Knowledge) -> str:
    """Return where a measure has been heading of late; level when it may have gone either way.

    Whole numbers tie, so an interval that ends at zero still has a direction.
    """
    days = knowledge.progress.trend.days
    if slope.per_week == 0 or slope.low < 0 < slope.high:
        return knowledge.words.say("progress.slope.flat", days=days, measure=measure)
    per_week, low, high = (
        (f"{each:+.1f}" if round(each, 1) else "0").replace("-", MINUS)
        for each in (slope.per_week, slope.low, slope.high)
    )
    return knowledge.words.say(
        "progress.slope", days=days, measure=measure, per_week=per_week, low=low, high=high
    )


def milestone_says(reached: Reached, words: Words) -> str:
    """Return one milestone in words."""
    one = reached.milestone
    if one.mornings is not None:
        return words.say(one.says, day=reached.day, mornings=one.mornings, pain=one.pain_to)
    return words.say(one.says, day=reached.day, minutes=one.run_minutes, pain=reached.pain)


def expected_now(seen: Progress, knowledge: Knowledge) -> ExpectedLine | None:
    """Return how groups of people went by this week; None before the first week that is known."""
    lines = [each for each in knowledge.outcomes.expected_course.lines if each.week <= (seen.weeks or 0)]
    return max(lines, key=lambda each: each.week, default=None)


def receipt_says(reason: Reason, words: Words) -> str:
    """Return rule and grade of a reason; an expert opinion has no direction."""
    direction = reason.direction if reason.grade in "ABC" else "any"
    strength = words.say(f"evidence.{reason.grade}.{direction}").rstrip(".")
    return words.say("progress.receipt", rule=reason.rule, strength=strength)
