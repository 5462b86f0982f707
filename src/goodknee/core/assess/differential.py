"""Which patterns of knee pain the answers fit: a ranked list with reasons, never one diagnosis or a chance.

The score orders the list: points for how common a pattern is, and points of the features that are certainly
true. An answer that is missing counts neither for nor against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from string import Formatter
from typing import Any

from goodknee.core.assess.compiled import CertainlyTrue, Known
from goodknee.core.assess.conditions import Facts, leaves_of
from goodknee.core.knowledge.conditions import Leaf
from goodknee.core.knowledge.differential import (
    AnswerWords,
    Differential,
    Feature,
    Fit,
    FitFrom,
    OneWay,
    Pattern,
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A feature that is true of this runner, in a sentence with their own answer; points above 0: for."""

    feature: Feature
    points: int
    says: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One pattern against the answers.

    Attributes:
        score: Orders the list: ``evidence_points`` of the signs, and points for how common the pattern is.
        signs: What speaks for and against it, in the order of the pack.
    """

    pattern: Pattern
    fit: Fit
    score: int
    evidence_points: int
    signs: tuple[Sign, ...] = ()

    @property
    def for_(self) -> tuple[Sign, ...]:
        """What speaks for it."""
        return tuple(sign for sign in self.signs if sign.points > 0)

    @property
    def against(self) -> tuple[Sign, ...]:
        """What speaks against it."""
        return tuple(sign for sign in self.signs if sign.points < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """All patterns, best first; patterns with the same score are ties, the commoner one named first.

    Attributes:
        shown: The few to show first: those that the answers do not speak against; ties that fit are kept.
        caution: The sentence to show above the list when the answers do not point one way, else None.
    """

    candidates: tuple[Candidate, ...]
    shown: tuple[Candidate, ...]
    caution: str | None


@dataclass(frozen=True, slots=True)
class _ReadyFeature:
    """A feature of the pattern with this number; ``alone`` is its candidate when no other is true."""

    pattern: int
    sign: Sign | Callable[[Known], Sign]
    alone: Candidate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyDifferential:
    """The differential of a pack, made ready once to rank many people.

    Attributes:
        blank: Every pattern as it stands before any answer, in the order in which ties are named.
        features: The features of all patterns in one row; ``true_of`` tells which of them hold.
    """

    knowledge: Differential
    blank: tuple[Candidate, ...]
    features: tuple[_ReadyFeature, ...]
    true_of: CertainlyTrue


def ready(knowledge: Differential) -> ReadyDifferential:
    """Compile the conditions and sentences of the pack."""
    patterns = sorted(knowledge.patterns, key=lambda pattern: -(pattern.relative_prior_in_runners or 0.0))
    prior = knowledge.ranking.prior_points
    blank = tuple(_candidate(one, prior[one.prior_class], (), knowledge) for one in patterns)
    return ReadyDifferential(
        knowledge=knowledge,
        blank=blank,
        features=tuple(
            _ready_feature(number, blank[number], feature, knowledge)
            for number, pattern in enumerate(patterns)
            for feature in pattern.features
        ),
        true_of=CertainlyTrue([feature.when for pattern in patterns for feature in pattern.features]),
    )


def rank(facts: Facts, differential: ReadyDifferential) -> Ranking:
    """Rank the patterns for one person.

    Args:
        facts: Answers as ``Facts.of`` takes them.
        differential: The pack's differential, from ``ready``.
    """
    known, knowledge = facts.known, differential.knowledge
    candidates = list(differential.blank)
    true = map(differential.features.__getitem__, differential.true_of(known))
    for number, group in groupby(true, key=attrgetter("pattern")):
        first, *more = group
        if first.alone is not None and not more:
            candidates[number] = first.alone
            continue
        signs = tuple([one.sign if isinstance(one.sign, Sign) else one.sign(known) for one in (first, *more)])
        blank = candidates[number]
        candidates[number] = _candidate(blank.pattern, blank.score, signs, knowledge)
    candidates.sort(key=attrgetter("score"), reverse=True)  # stable: ties stay in the order of ``blank``
    return Ranking(
        candidates=tuple(candidates),
        shown=_shown(candidates, knowledge.ranking.shown_at_most),
        caution=_caution(candidates[0], known, knowledge.ranking.one_way),
    )


def _candidate(
    pattern: Pattern, prior_points: int, signs: tuple[Sign, ...], knowledge: Differential
) -> Candidate:
    points = sum([sign.points for sign in signs])
    return Candidate(pattern, _fit(points, knowledge.ranking.fit_from), prior_points + points, points, signs)


def _ready_feature(number: int, blank: Candidate, feature: Feature, knowledge: Differential) -> _ReadyFeature:
    sign = _sign(feature, knowledge)
    alone = _candidate(blank.pattern, blank.score, (sign,), knowledge) if isinstance(sign, Sign) else None
    return _ReadyFeature(number, sign, alone)


def _fit(evidence_points: int, fit_from: FitFrom) -> Fit:
    if evidence_points >= fit_from.strong:
        return "strong"
    if evidence_points >= fit_from.moderate:
        return "moderate"
    return "weak" if evidence_points >= fit_from.weak else "against"


def _shown(candidates: list[Candidate], at_most: int) -> tuple[Candidate, ...]:
    fitting = [candidate for candidate in candidates if candidate.fit != "against"]
    first, rest = fitting[:at_most], fitting[at_most:]
    ties = [one for one in rest if one.score == first[-1].score and one.fit != "weak"]
    return (*first, *ties)


def _caution(best: Candidate, known: Known, one_way: OneWay) -> str | None:
    answered = sum(key in known for key in one_way.of)
    clear = best.evidence_points >= one_way.at_least_points and answered >= one_way.at_least_answers
    return None if clear else one_way.says


def _sign(feature: Feature, knowledge: Differential) -> Sign | Callable[[Known], Sign]:
    """Return the sign as it is told, or how it is; sentences once filled are kept, for answers recur."""
    points = knowledge.ranking.weight_points[feature.weight]
    slots = {
        name: _slot(name, feature, knowledge.words)
        for _, name, _, _ in Formatter().parse(feature.says)
        if name
    }
    if not slots:
        return Sign(feature, points, feature.says)
    keys = tuple(dict.fromkeys(key for slot in slots.values() for key in slot.keys))

    @lru_cache(maxsize=1024)
    def told(*values: Any) -> Sign:
        answers = dict(zip(keys, values, strict=True))
        return Sign(
            feature,
            points,
            feature.says.format_map({name: slot.read(answers) for name, slot in slots.items()}),
        )

    return lambda known: told(*[known.get(key) for key in keys])


@dataclass(frozen=True, slots=True)
class _Slot:
    keys: tuple[str, ...]
    read: Callable[[Known], str]


def _slot(name: str, feature: Feature, words: AnswerWords) -> _Slot:
    """Return how a slot reads: the ticked keys of the feature, the words of a choice or list, or a number."""
    leaves = [leaf for leaf in leaves_of(feature.when) if isinstance(leaf, Leaf)]
    if name == "ticked":
        keys = tuple(dict.fromkeys(leaf.key for leaf in leaves if leaf.is_ is True))
        return _Slot(
            keys, lambda known: _join([words.ticked[key] for key in keys if known[key] is True], words)
        )
    if name not in words.values:
        return _Slot((name,), lambda known: str(known[name]))
    spoken = words.values[name]
    named = frozenset(word for leaf in leaves if leaf.key == name for word in _named(leaf))
    return _Slot(
        (name,), lambda known: _join([spoken[one] for one in _listed(known[name]) if one in named], words)
    )


def _named(leaf: Leaf) -> tuple[Any, ...]:
    return (leaf.eq, leaf.has, *(leaf.in_ or ()), *(leaf.has_any or ()))


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _join(words: Sequence[str], how: AnswerWords) -> str:
    *first, last = words
    return how.before_last.join([how.between.join(first), last]) if first else last
