"""Which patterns of knee pain the answers fit: a ranked list with reasons, never one diagnosis or a chance.

The score orders the list: points for how common a pattern is, and points of the features that are certainly
true. An answer that is missing counts neither for nor against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from string import Formatter
from typing import Any, NamedTuple

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


class ReadyFeature(NamedTuple):
    """A feature of the pattern with this number; ``sign`` puts it into words with the runner's own answer."""

    pattern: int
    points: int
    sign: Callable[[Known], Sign]


class Candidate(NamedTuple):
    """One pattern against the answers.

    Attributes:
        score: Orders the list: ``evidence_points`` of the signs, and points for how common the pattern is.
        features: Of the pattern, those that hold.
        known: What the runner answered.
    """

    pattern: Pattern
    fit: Fit
    score: int
    evidence_points: int
    features: tuple[ReadyFeature, ...]
    known: Known

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What speaks for and against it, in the order of the pack; put into words when asked for."""
        return tuple(one.sign(self.known) for one in self.features)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyDifferential:
    """The differential of a pack, made ready once to rank many people.

    Attributes:
        blank: Every pattern as it stands before any answer, in the order in which ties are named.
        features: The features of all patterns in one row; ``true_of`` tells which of them hold.
    """

    knowledge: Differential
    blank: tuple[Candidate, ...]
    features: tuple[ReadyFeature, ...]
    true_of: CertainlyTrue


def ready(knowledge: Differential) -> ReadyDifferential:
    """Compile the conditions and sentences of the pack."""
    patterns = sorted(knowledge.patterns, key=lambda pattern: -(pattern.relative_prior_in_runners or 0.0))
    prior = knowledge.ranking.prior_points
    blank = tuple(
        Candidate(one, _fit(0, knowledge.ranking.fit_from), prior[one.prior_class], 0, (), {})
        for one in patterns
    )
    return ReadyDifferential(
        knowledge=knowledge,
        blank=blank,
        features=tuple(
            _ready_feature(number, feature, knowledge)
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
    true: dict[int, list[ReadyFeature]] = {}
    for feature in map(differential.features.__getitem__, differential.true_of(known)):
        true.setdefault(feature.pattern, []).append(feature)
    for number, features in true.items():
        points = sum([feature.points for feature in features])
        fit, blank = _fit(points, knowledge.ranking.fit_from), candidates[number]
        candidates[number] = Candidate(
            blank.pattern, fit, blank.score + points, points, tuple(features), known
        )
    candidates.sort(key=attrgetter("score"), reverse=True)  # stable: ties stay in the order of ``blank``
    return Ranking(
        candidates=tuple(candidates),
        shown=_shown(candidates, knowledge.ranking.shown_at_most),
        caution=_caution(candidates[0], known, knowledge.ranking.one_way),
    )


def _ready_feature(number: int, feature: Feature, knowledge: Differential) -> ReadyFeature:
    points = knowledge.ranking.weight_points[feature.weight]
    return ReadyFeature(number, points, _sign(feature, points, knowledge.words))


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


def _sign(feature: Feature, points: int, words: AnswerWords) -> Callable[[Known], Sign]:
    """Return how the feature is told: as it stands, or with the runner's answers in its slots."""
    names = {name for _, name, _, _ in Formatter().parse(feature.says) if name}
    slots = {name: _slot(name, feature, words) for name in names}

    def told(known: Known) -> Sign:
        says = {name: read(known) for name, read in slots.items()}
        return Sign(feature, points, feature.says.format_map(says) if says else feature.says)

    return told


def _slot(name: str, feature: Feature, words: AnswerWords) -> Callable[[Known], str]:
    """Return how a slot reads: the ticked keys of the feature, the words of a choice or list, or a number."""
    leaves = [leaf for leaf in leaves_of(feature.when) if isinstance(leaf, Leaf)]
    if name == "ticked":
        keys = tuple(dict.fromkeys(leaf.key for leaf in leaves if leaf.is_ is True))
        return lambda known: _join([words.ticked[key] for key in keys if known.get(key) is True], words)
    if name not in words.values:
        return lambda known: str(known[name])
    spoken = words.values[name]
    named = frozenset(word for leaf in leaves if leaf.key == name for word in _named(leaf))
    return lambda known: _join([spoken[one] for one in _listed(known[name]) if one in named], words)


def _named(leaf: Leaf) -> tuple[Any, ...]:
    return (leaf.eq, leaf.has, *(leaf.in_ or ()), *(leaf.has_any or ()))


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _join(words: Sequence[str], how: AnswerWords) -> str:
    *first, last = words
    return how.before_last.join([how.between.join(first), last]) if first else last
