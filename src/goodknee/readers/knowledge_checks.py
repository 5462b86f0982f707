"""What must fit together in the knowledge pack, beyond each file's own types: every key leads somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from string import Formatter
from typing import Any, Final

from goodknee.core.assess.conditions import keys_of
from goodknee.core.knowledge import Band, Evidence, Knowledge, LoadRules, PainRules
from goodknee.core.knowledge.conditions import (
    All,
    AnyOf,
    AtLeast,
    Condition,
    CountOf,
    Leaf,
    ProductForm,
    SymptomAny,
)
from goodknee.core.knowledge.knee_load import KneeLoadRules
from goodknee.core.knowledge.progress import ProgressRules
from goodknee.core.knowledge.questions import Question, Questions
from goodknee.core.words import DATES, UNITS, Plural, Words

#: Facts that are worked out or measured, for conditions that name one with ``f``.
MEASURED: Final = frozenset(
    {"spike_pct", "weekly_change_pct", "chair_symmetry_pct", "bmi", "cadence_spm", "product_form"}
)
#: Fields that hold keys of answers, as a list or as the keys of a mapping.
ANSWER_FIELDS: Final = frozenset(
    {"asks", "ask_again", "forget", "take", "context_keys", "unanswered_counts_as", "not_sure_counts_as"}
    | {"left_open_is_none", "answers", "unless_answered"}
)
#: Fields of the rules that hold keys of sentences.
SENTENCE_FIELDS: Final = frozenset(
    {"name", "says", "says_more", "says_not_more", "says_no_before", "would_change", "limits", "word"}
    | {"assumes"}
)
#: Files whose conditions and answer keys must be those of the questions, or a decision would go unasked.
ASKING: Final = frozenset(
    {"questions.yaml", "red_flags.yaml", "differential.yaml", "risk_factors.yaml", "supplements.yaml"}
    | {"first_answer.yaml", "article.yaml", "words/said.en.yaml", "rules/knee_load.yaml"}
)

Node = tuple[tuple[str, ...], Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a pack: what, in which file, at which key."""

    what: str
    file: str
    key: str = ""

    @property
    def where(self) -> str:
        """File and key in one."""
        return f"{self.file}: {self.key}" if self.key else self.file


def faults_at_load(name: str, part: Any, knowledge: Knowledge) -> Iterator[Fault]:
    """Yield what makes one file unfit to be used."""
    if isinstance(part, Words):
        yield from _words(name, part)
    if isinstance(part, LoadRules | PainRules | KneeLoadRules | ProgressRules):
        yield from _rules(name, part, knowledge)
    if isinstance(part, LoadRules):
        yield from _bands(name, part.session_spike.bands)
    if isinstance(part, PainRules):
        yield from _zones(name, part)
    if name in ASKING:
        questions = part if isinstance(part, Questions) else knowledge.questions
        yield from _asks(name, part, questions)


def nodes_of(value: object, path: tuple[str, ...] = ()) -> Iterator[Node]:
    """Yield every field of every entry inside, with its path; an entry of a list goes by its id."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from nodes_of(item, (*path, id_of(item) or str(index)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from nodes_of(item, (*path, str(key)))
    elif is_dataclass(value) and not isinstance(value, CONDITIONS):
        for name in _field_names(value.__class__):
            inner = getattr(value, name)
            if inner is not None:
                yield (*path, name), inner
            if not isinstance(inner, str):
                yield from nodes_of(inner, (*path, name))


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


CONDITIONS: Final = (All, AnyOf, AtLeast, Leaf, CountOf, SymptomAny, ProductForm)


def id_of(entry: object) -> str | None:
    """Return the id or key by which an entry is named; None when it has none."""
    return getattr(entry, "id", None) or getattr(entry, "key", None)


def twice_in(name: str, part: Any) -> Iterator[Fault]:
    """Yield ids that two entries of one list share."""
    for path, value in nodes_of(part):
        if isinstance(value, tuple) and path[-1] != "derived":  # a key is derived once for yes, once for no
            counts = Counter(word for entry in value if (word := id_of(entry)))
            yield from (
                Fault(f"{word} stands twice.", name, ".".join(path)) for word, n in counts.items() if n > 1
            )


def _asks(name: str, part: Any, questions: Questions) -> Iterator[Fault]:
    for path, value in nodes_of(part):
        key = ".".join(path)
        if isinstance(value, CONDITIONS):
            yield from (Fault(what, name, key) for what in condition_faults(value, questions))
        elif path[-1] in ANSWER_FIELDS and isinstance(value, tuple | Mapping):
            unknown = (word for word in value if word not in questions.answered_by and word not in MEASURED)
            yield from (Fault(f"There is no question {word}.", name, key) for word in unknown)
    if isinstance(part, Questions):
        yield from twice_in(name, part)
        groups = {group.id for group in part.groups}
        yield from (
            Fault(f"There is no group {one.group}.", name, f"questions.{one.key}.group")
            for one in part.questions
            if one.group not in groups
        )
        yield from (
            Fault("The smallest answer is above the largest.", name, f"questions.{one.key}.min")
            for one in part.questions
            if one.min is not None and one.max is not None and one.min > one.max
        )


def condition_faults(condition: Condition, questions: Questions) -> Iterator[str]:
    """Yield what is wrong with a condition: an unknown key, or a value that nobody can give."""
    match condition:
        case All():
            parts = condition.all_
        case AnyOf():
            parts = condition.any_
        case AtLeast():
            parts = condition.of
        case _:
            parts = ()
    for part in parts:
        yield from condition_faults(part, questions)
    if isinstance(condition, Leaf) and condition.f is not None:
        if condition.f not in MEASURED:
            yield f"There is no measured fact {condition.f}."
    elif not parts and not isinstance(condition, ProductForm):
        for key in keys_of(condition):
            if key not in questions.answered_by:
                yield f"There is no question {key}."
        if isinstance(condition, Leaf) and (question := questions.answered_by.get(condition.key)):
            yield from _value_faults(condition, question)


#: Type of a question → comparisons that its answer can stand.
_FITS: Final[Mapping[str, frozenset[str]]] = {
    "bool": frozenset({"is"}),
    "enum": frozenset({"is", "eq", "in"}),
    "list": frozenset({"is", "has", "has_any", "lacks"}),
    "int": frozenset({"is", "eq", "in", "lt", "lte", "gt", "gte", "gt_key"}),
    "float": frozenset({"is", "lt", "lte", "gt", "gte", "gt_key"}),
}


def _value_faults(leaf: Leaf, question: Question) -> Iterator[str]:
    fits = _FITS.get(question.type, frozenset({"is"}))
    if leaf.comparison not in fits or (leaf.is_ in {True, False} and question.type != "bool"):
        yield f"{leaf.comparison} does not fit the answers to {leaf.key}."
    elif question.options and leaf.is_ is None:
        wanted = leaf.wanted if isinstance(leaf.wanted, tuple) else (leaf.wanted,)
        for word in wanted:
            if word not in question.options:
                yield f"{word} is no answer to {leaf.key}."


def _words(name: str, words: Words) -> Iterator[Fault]:
    if (len(words.months), len(words.weekdays)) != (12, 7):
        yield Fault("A year has 12 months and a week 7 days.", name, "months, weekdays")
    for key, sentence in words.sentences.items():
        for template in (sentence.one, sentence.other) if isinstance(sentence, Plural) else (sentence,):
            yield from (Fault(what, name, key) for what in _template_faults(template))


def _template_faults(template: str) -> Iterator[str]:
    try:
        slots = [(name, unit) for _, name, unit, _ in Formatter().parse(template) if name is not None]
    except ValueError as error:
        yield f"A sentence cannot be filled: {error}."
        return
    for name, unit in slots:
        if not name.isidentifier() or (unit and unit not in UNITS and unit not in DATES):
            yield f"The slot {{{name}:{unit}}} has no known unit."


def _rules(
    name: str, rules: LoadRules | PainRules | KneeLoadRules | ProgressRules, knowledge: Knowledge
) -> Iterator[Fault]:
    for path, value in nodes_of(rules):
        words = value if isinstance(value, tuple) else (value,)
        for index, word in enumerate(words):
            if not isinstance(word, str):
                continue
            key = ".".join((*path, str(index)) if isinstance(value, tuple) else path)
            if path[-1] == "sources" and word not in knowledge.sources:
                yield Fault(f"There is no source named {word}.", name, key)
            if path[-1] in SENTENCE_FIELDS and word not in knowledge.words.sentences:
                yield Fault(f"There is no sentence named {word}.", name, key)
        if isinstance(value, Evidence) and not value.sources:
            yield Fault("A rule needs at least one source.", name, ".".join((*path, "sources")))


def _bands(name: str, bands: tuple[Band, ...]) -> Iterator[Fault]:
    key = "session_spike.bands"
    if not bands or bands[0].above_pct is not None or bands[-1].up_to_pct is not None:
        yield Fault("The first band must be open below and the last one open above.", name, key)
    ends = [band.up_to_pct for band in bands[:-1] if band.up_to_pct is not None]
    if ends != [band.above_pct for band in bands[1:]] or ends != sorted(set(ends)):
        yield Fault("Each band must begin where the one before it ends.", name, key)
    if bands and (bands[0].stands_out or len({band.id for band in bands}) < len(bands)):
        yield Fault("The first band must not stand out, and each band needs its own id.", name, key)


def _zones(name: str, pain: PainRules) -> Iterator[Fault]:
    edges = [zone.up_to_nprs for zone in pain.zones]
    if not edges or edges != sorted(set(edges)) or edges[-1] != 10:
        yield Fault("The zones must rise and end at 10.", name, "zones")
