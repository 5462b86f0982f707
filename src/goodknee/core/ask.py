"""Find what the pack knows for a question in everyday words; find nothing when it does not know.

A small lexical ranker. A card is found by one of its aliases that the question names whole, or by covering
nearly all that the question is about. A word that no card knows counts against every card: "magnesium oil"
must not end at fish oil.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from goodknee.core.ask_terms import Stems, TermReader

#: Weight of a word that says little, and of one that no card knows as a share of the rarest known word.
LITTLE: Final = 0.5
UNKNOWN: Final = 0.75
#: Share of an alias that the question must name; the card must then cover.
ALIAS_NAMED: Final = 0.85
QUESTION_COVERED: Final = 0.5
#: How much a word speaks against a card when another card knows it: people ask about two things at once.
OTHER_SUBJECT: Final = 0.35
#: Without a named alias: share and weight of the question that the card's words must cover.
TEXT_COVERED: Final = 0.8
TEXT_WEIGHT: Final = 6.0
#: An alias with one word that says little ("may I run") must share this part of all words with the question.
LITTLE_ALIKE: Final = 0.5
#: How much counts in the score: likeness of the best alias, its very words in the question, all words that
#: both share, the card's words.
LIKENESS_COUNTS: Final = 2.0
VERBATIM_COUNTS: Final = 0.5
ALIKE_COUNTS: Final = 0.5
TEXT_COUNTS: Final = 1.0
#: Of a pasted text so many first words are looked up.
MOST_WORDS: Final = 100
#: A hit that is this much weaker than the best one is left out.
OF_THE_BEST: Final = 0.45
#: A card's title and aliases count as so many mentions of their words, its text as one.
TITLE_MENTIONS: Final = 2
ALIAS_MENTIONS: Final = 3
#: How soon more mentions of one word add little.
SATURATION: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is searched of one claim or treatment: how people ask for it, its title, and its answer."""

    id: str
    aliases: tuple[str, ...]
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A card that answers the question, and the alias by which it was found, if by one."""

    id: str
    score: float
    alias: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alias:
    card: int
    text: str
    terms: frozenset[str]
    stems: Stems
    says_little: bool


class AskIndex:
    """All cards, prepared once; a question then takes about a millisecond."""

    def __init__(self, cards: Sequence[Card], reader: TermReader) -> None:
        self._ids = tuple(card.id for card in cards)
        self._reader = reader
        self._mentions = [self._count(card) for card in cards]
        self._weights = self._weigh()
        self._unknown = UNKNOWN * max(self._weights.values())
        self._aliases = [self._alias(n, text) for n, card in enumerate(cards) for text in card.aliases]
        self._by_term: dict[str, list[_Alias]] = defaultdict(list)
        for alias in self._aliases:
            for term in alias.terms:
                self._by_term[term].append(alias)
        self._without_terms = [alias for alias in self._aliases if not alias.terms]

    def find(self, stems: Stems, *, limit: int = 6) -> tuple[Hit, ...]:
        """Return the cards that answer a question, best first; none when the pack does not know.

        Args:
            stems: The words of the question, as ``TermReader.asked`` reads them.
            limit: So many cards at most.
        """
        stems = stems[:MOST_WORDS]
        terms = frozenset(self._reader.terms(stems))
        named = self._named(terms, stems)
        asked = self._weight(terms)
        unknown = self._weight(terms.difference(self._weights))
        hits = []
        for card, mentions in enumerate(self._mentions):
            likeness, alias = named.get(card, (0.0, None))
            covered = self._weight(terms.intersection(mentions))
            elsewhere = OTHER_SUBJECT * (asked - covered - unknown)
            named_enough = QUESTION_COVERED * (covered + unknown + elsewhere)
            enough = named_enough if alias else max(TEXT_COVERED * asked, TEXT_WEIGHT)
            if covered >= enough:
                score = likeness + TEXT_COUNTS * self._text_score(terms, mentions) / max(asked, LITTLE)
                hits.append(Hit(id=self._ids[card], score=score, alias=alias))
        hits.sort(key=lambda hit: -hit.score)
        return tuple(hit for hit in hits[:limit] if hit.score >= OF_THE_BEST * hits[0].score)

    def _alias(self, card: int, text: str) -> _Alias:
        stems = self._reader.stems(text)
        terms = frozenset(self._reader.terms(stems))
        says_little = len(terms) == 1 < len(stems) and all(map(self._reader.says_little, terms))
        return _Alias(card=card, text=text, terms=terms, stems=stems, says_little=says_little)

    def _terms(self, text: str) -> list[str]:
        return list(self._reader.terms(self._reader.stems(text)))

    def _count(self, card: Card) -> Counter[str]:
        mentions = Counter(self._terms(card.text))
        mentions.update(TITLE_MENTIONS * self._terms(card.title))
        mentions.update(
            ALIAS_MENTIONS * sorted({term for alias in card.aliases for term in self._terms(alias)})
        )
        return mentions

    def _weigh(self) -> Mapping[str, float]:
        """Return term → how much it tells: rare ones much (inverse document frequency)."""
        cards = len(self._mentions)
        found_in = Counter(term for mentions in self._mentions for term in mentions)
        rarity = {term: math.log(1 + (cards - n + 0.5) / (n + 0.5)) for term, n in found_in.items()}
        return {term: LITTLE if self._reader.says_little(term) else weight for term, weight in rarity.items()}

    def _weight(self, terms: Iterable[str]) -> float:
        return sum(self._weight_of(term) for term in terms)

    def _weight_of(self, term: str) -> float:
        return self._weights.get(term) or (LITTLE if self._reader.says_little(term) else self._unknown)

    def _named(self, terms: frozenset[str], stems: Stems) -> Mapping[int, tuple[float, str]]:
        """Return card → (likeness, alias): of its aliases that the question names, the one most like it."""
        best: dict[int, tuple[float, str]] = {}
        asked = self._weight(terms)
        near = {id(alias): alias for term in terms for alias in self._by_term.get(term, ())}
        for alias in near.values():
            shared, own = self._weight(terms & alias.terms), self._weight(alias.terms)
            alike = _alike(alias.stems, stems)
            if shared >= ALIAS_NAMED * own and (alike >= LITTLE_ALIKE or not alias.says_little):
                likeness = LIKENESS_COUNTS * 2 * shared / (asked + own) + _verbatim(alias.stems, stems)
                likeness += ALIKE_COUNTS * alike
                best[alias.card] = max(best.get(alias.card, (0.0, "")), (likeness, alias.text))
        for alias in self._without_terms:
            likeness = _verbatim(alias.stems, stems)
            if likeness:
                best[alias.card] = max(best.get(alias.card, (0.0, "")), (likeness, alias.text))
        return best

    def _text_score(self, terms: frozenset[str], mentions: Mapping[str, int]) -> float:
        known = (term for term in terms if term in mentions)
        return sum(self._weights[term] * mentions[term] / (mentions[term] + SATURATION) for term in known)


def _verbatim(alias: Stems, question: Stems) -> float:
    """Return how much of the question is the alias, word by word; 0 when it does not stand there."""
    n = len(alias)
    if any(question[at : at + n] == alias for at in range(len(question) - n + 1)):
        return VERBATIM_COUNTS * n / len(question)
    return 0.0


def _alike(alias: Stems, question: Stems) -> float:
    """Return the share of all words of both that stand in both, those without a subject included."""
    return len({*alias} & {*question}) / len({*alias, *question})
