"""Which claims of the source article, and which treatments, touch this runner, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from goodknee.core.assess.compiled import Check, compiled
from goodknee.core.assess.conditions import Facts
from goodknee.core.assess.differential import Ranking
from goodknee.core.assess.risk import RiskProfile
from goodknee.core.knowledge.article import Article, Topic
from goodknee.core.knowledge.claims import Claim, Claims
from goodknee.core.knowledge.treatments import Treatment, Treatments


@dataclass(frozen=True, slots=True)
class Touches:
    """One claim or treatment that matters to this runner.

    Attributes:
        because: What touches them, in a sentence.
        shown: It is one of the few to show at once.
    """

    card: Claim | Treatment
    because: str
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyArticle:
    """The topics of a pack, made ready once, with the claims and treatments that they name."""

    knowledge: Article
    claims: Claims
    treatments: Treatments
    cards: Mapping[str, Claim | Treatment]
    topics: tuple[tuple[Topic, Check | None], ...]


def ready(knowledge: Article, claims: Claims, treatments: Treatments) -> ReadyArticle:
    """Compile the conditions of the pack."""
    cards: tuple[Claim | Treatment, ...] = (*claims.claims, *treatments.treatments)
    return ReadyArticle(
        knowledge=knowledge,
        claims=claims,
        treatments=treatments,
        cards={card.id: card for card in cards},
        topics=tuple(
            (topic, None if topic.when is None else compiled(topic.when)) for topic in knowledge.topics
        ),
    )


def touching(
    facts: Facts, ranking: Ranking, profile: RiskProfile, article: ReadyArticle
) -> tuple[Touches, ...]:
    """Return each claim and treatment that touches a runner once, what matters most first.

    Topics come in the order of the pack, then the claims of the risk factors that apply. A missing answer
    touches nothing.

    Args:
        facts: Answers as ``Facts.of`` takes them.
        ranking: Which patterns they fit.
        profile: Which risk factors apply.
        article: The pack's topics, from ``ready``.
    """
    because: dict[str, str] = {}
    for topic in _topics(facts, ranking, article):
        because |= {id_: topic.because for id_ in (*topic.claims, *topic.treatments) if id_ not in because}
    for one in profile.present:
        says = article.knowledge.because_factor.format(factor=one.factor.name)
        because |= {id_: says for id_ in one.factor.claims if id_ not in because}
    shown_at_most = article.knowledge.shown_at_most
    return tuple(
        Touches(article.cards[id_], says, number < shown_at_most)
        for number, (id_, says) in enumerate(because.items())
    )


def _topics(facts: Facts, ranking: Ranking, article: ReadyArticle) -> Iterator[Topic]:
    fitting = {one.pattern.id for one in ranking.shown if one.fit in {"strong", "moderate"}}
    for topic, holds in article.topics:
        fits = not topic.patterns or not fitting.isdisjoint(topic.patterns)
        if fits and (holds is None or holds(facts.known) is True):
            yield topic
