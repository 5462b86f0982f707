"""The printed sheet for a visit: what is known of the knee in lines; the rest is left to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from goodknee.core.assess.answers import NOT_SURE
from goodknee.core.assess.baseline import Baseline, baseline
from goodknee.core.assess.differential import Candidate, Ranking
from goodknee.core.assess.red_flags import Fired
from goodknee.core.assess.visits import AfterVisits, Visit
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.learn import Referral, ReferralSheet, StoryLine, StoryPart
from goodknee.core.knowledge.proms import Instrument
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.red_flags import RedFlags
from goodknee.core.words import Words

#: A sheet is one page: so many warning signs, patterns, reasons of each, and scores stand on it at most.
MOST_SIGNS: Final = 3
MOST_PATTERNS: Final = 3
MOST_REASONS: Final = 2
MOST_SCORES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedScore:
    """One score and the day on which it was taken."""

    instrument: Instrument
    value: float
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOfRunner:
    """What the sheet can tell; each part may be missing.

    Attributes:
        answers: Checked answers.
        signs: What the warning signs add up to, after visits to a clinician; None: they were not asked.
        ranking: The patterns that the answers fit.
        scores: Latest first.
    """

    answers: Mapping[str, Value] = field(default_factory=dict)
    signs: AfterVisits | None = None
    ranking: Ranking | None = None
    scores: tuple[DatedScore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """A label and what is known of it; an empty text is a line to fill in by hand."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPain:
    """One row of the pain table; None is a box to fill in."""

    label: str
    left: int | None
    right: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPattern:
    """One pattern that the answers fit, and what speaks for and against it."""

    name: str
    fit: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page for one profession.

    Attributes:
        first: What comes before this visit, when something does: get care now, see a doctor first.
        signs_note: One sentence about all warning signs.
        signs: The warning signs that stand.
    """

    plan: ReferralSheet
    made_on: date
    first: tuple[str, ...]
    story: tuple[SheetLine, ...]
    pains: tuple[SheetPain, ...]
    signs_note: str
    signs: tuple[str, ...]
    patterns: tuple[SheetPattern, ...]
    scores: tuple[str, ...]
    tried: tuple[str, ...]
    bring: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPack:
    """The parts of the pack that a sheet is made of."""

    referral: Referral
    questions: Questions
    red_flags: RedFlags
    words: Words


def make_sheet(plan: ReferralSheet, known: KnownOfRunner, pack: SheetPack, *, today: date) -> Sheet:
    """Return the sheet for one profession.

    Medicines, conditions, warning signs and patterns are told to those who may know the runner's health.
    """
    signs = tuple(_signs(known, pack)) if plan.health else ()
    told = partial(_story, plan, known.answers, pack)
    return Sheet(
        plan=plan,
        made_on=today,
        first=tuple(_first(plan, known, pack)),
        story=tuple(told(pack.referral.story)),
        pains=tuple(_pains(baseline(known.answers, pack.questions), pack.referral)),
        signs_note=_signs_note(plan, known, pack.referral),
        signs=signs,
        patterns=tuple(_patterns(known.ranking, pack.referral)) if plan.health else (),
        scores=tuple(_score(each, pack) for each in known.scores[:MOST_SCORES]),
        tried=tuple(f"{line.label}: {line.text}" for line in told(pack.referral.tried) if line.text),
        bring=pack.referral.bring,
    )


def _first(plan: ReferralSheet, known: KnownOfRunner, pack: SheetPack) -> Iterator[str]:
    """Yield what outranks this visit: the urgency in words, the emergency number, and who must look first."""
    if known.signs is None:
        return
    page, urgencies = pack.referral.page, pack.red_flags.policy.urgencies
    level = next(each for each in urgencies if each.id == known.signs.urgency)
    if level.blocks:
        yield f"{level.says}."
        country = known.answers.get("country")
        if level is urgencies[0]:
            yield pack.referral.emergency_numbers.tell(country if isinstance(country, str) else None)
        if plan.id != "doctor":
            yield page["doctor_first"]
    elif "running" in known.signs.holds and not plan.health:
        yield page["clinician_first"]


def _story(
    plan: ReferralSheet, answers: Mapping[str, Value], pack: SheetPack, lines: Iterable[StoryLine]
) -> Iterator[SheetLine]:
    for line in lines:
        if line.health and not plan.health:
            continue
        said = [text for part in line.parts if (text := _told(part, answers.get(part.key), pack.words))]
        yield SheetLine(label=line.label, text=", ".join(said))


def _told(part: StoryPart, value: Value, words: Words) -> str:
    """Return an answer as it is told; empty when it is not known or not worth telling."""
    if value is None or value == NOT_SURE:
        return ""
    if part.words:
        names = value if isinstance(value, tuple) else (value,)
        return ", ".join(filter(None, (part.words.get(_word(name), "") for name in names)))
    if isinstance(value, tuple):
        return part.says.format(", ".join(f"{each:g}" for each in value if isinstance(each, float)))
    if isinstance(value, str):
        return part.says.format(words.day_and_year(date.fromisoformat(value)))
    return part.says.format(f"{value:g}")


def _word(name: object) -> str:
    return str(name) if not isinstance(name, bool) else ("yes" if name else "no")


def _pains(knees: Baseline, referral: Referral) -> Iterator[SheetPain]:
    for row in referral.pains:
        yield SheetPain(label=row.label, left=knees.left[row.key], right=knees.right[row.key])


def _signs_note(plan: ReferralSheet, known: KnownOfRunner, referral: Referral) -> str:
    page = referral.page
    if known.signs is None:
        return page["signs_unasked"]
    screening = known.signs.screening
    if not screening.all_answered:
        return page["signs_open"].format(count=len(screening.unanswered))
    if not plan.health:
        return page["signs_private"]
    return "" if screening.fired or screening.not_excluded else page["signs_none"]


def _signs(known: KnownOfRunner, pack: SheetPack) -> Iterator[str]:
    if known.signs is None:
        return
    screening = known.signs.screening
    signs = (*screening.fired, *screening.not_excluded)
    for sign in signs[:MOST_SIGNS]:
        yield _sign(sign, known.signs.seen.get(sign.rule.id), pack)
    if len(signs) > MOST_SIGNS:
        yield pack.referral.page["signs_more"].format(count=len(signs) - MOST_SIGNS)


def _sign(sign: Fired, visit: Visit | None, pack: SheetPack) -> str:
    page = pack.referral.page
    open_ = page["not_excluded"] if sign.not_excluded else ""
    seen = page["seen"].format(day=pack.words.tick(visit.day)) if visit else ""
    return f"{sign.rule.id}: {open_}{sign.rule.reason}{seen}"


def _patterns(ranking: Ranking | None, referral: Referral) -> Iterator[SheetPattern]:
    if ranking is not None:
        for candidate in ranking.shown[:MOST_PATTERNS]:
            yield SheetPattern(
                name=candidate.pattern.name,
                fit=referral.page[f"fits_{candidate.fit}"],
                reasons=tuple(_reasons(candidate, referral.page)),
            )


def _reasons(candidate: Candidate, page: Mapping[str, str]) -> Iterator[str]:
    for words, signs in (("speaks_for", candidate.for_), ("speaks_against", candidate.against)):
        if signs:
            yield page[words].format(signs=" ".join(sign.says for sign in signs[:MOST_REASONS]))


def _score(dated: DatedScore, pack: SheetPack) -> str:
    page, instrument = pack.referral.page, dated.instrument
    low, high = instrument.range
    said = page["score"].format(
        name=instrument.name,
        score=f"{dated.value:g}",
        low=f"{low:g}",
        high=f"{high:g}",
        better=instrument.better,
        day=pack.words.tick(dated.day),
    )
    return said + (page["adapted"] if instrument.adapted else "")
