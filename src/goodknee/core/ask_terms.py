"""The words of a question made comparable: endings off, slips put right, same meanings made one."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from goodknee.core.knowledge.claims import AskWords

#: Words shorter than this are taken as typed; from ``TWO_SLIPS_FROM`` letters on two slips are forgiven.
SHORTEST_CORRECTED: Final = 5
TWO_SLIPS_FROM: Final = 8

#: A question of more words than this is a pasted text: slips are put right in so many of its first words.
MOST_CORRECTED: Final = 50

#: English endings, the first that fits is taken off; what comes in its place.
_ENDINGS: Final = (
    ("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("ing", ""), ("ed", ""),
    ("ss", "ss"), ("us", "us"), ("is", "is"), ("s", ""),
)  # fmt: skip

Stems = tuple[str, ...]


class TermReader:
    """Reads texts of the pack, and questions, into terms that can be compared."""

    def __init__(self, words: AskWords, texts: Iterable[str]) -> None:
        self._same = {self.stems(entry): f"={group[0]}" for group in words.same_meaning for entry in group}
        self._longest = max(map(len, self._same))
        self._nothing = frozenset(stem(word) for entry in words.says_nothing for word in _split(entry))
        self._little = frozenset(
            term for entry in words.says_little for term in self.terms(self.stems(entry))
        )
        self._no_answer = frozenset(self.stems(entry) for entry in words.no_answer)
        self._longest_no = max(map(len, self._no_answer))
        self._knee = frozenset(stem for entry in words.about_the_knee for stem in self.stems(entry))
        same = (entry for group in words.same_meaning for entry in group)
        known = {word for text in (*texts, *same) for word in _split(text)}
        no_answer = {stem for entry in self._no_answer for stem in entry}
        self._stems = {stem(word) for word in known} | self._nothing | self._little | no_answer
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(known):
            if len(word) >= SHORTEST_CORRECTED:
                self._by_letter[word[0]].append(word)

    def stems(self, text: str) -> Stems:
        """Return the words of a text of the pack without their endings."""
        return tuple(stem(word) for word in _split(text))

    def asked(self, question: str) -> Stems:
        """Return the words of a question without their endings, slips of the keyboard put right."""
        words = [word for word in _split(question) if self._tells(word)]
        begin, rest = words[:MOST_CORRECTED], words[MOST_CORRECTED:]
        return (*(stem(self._corrected(word)) for word in begin), *map(stem, rest))

    def terms(self, stems: Stems) -> Iterator[str]:
        """Yield what the words are about: same meanings made one, words without a subject left out."""
        at = 0
        while at < len(stems):
            for length in range(min(self._longest, len(stems) - at), 0, -1):
                same = self._same.get(stems[at : at + length])
                if same:
                    yield same
                    at += length
                    break
            else:
                if stems[at] not in self._nothing:
                    yield stems[at]
                at += 1

    def says_little(self, term: str) -> bool:
        """Tell whether the term counts but names no subject."""
        return term in self._little

    def has_no_answer(self, stems: Stems) -> bool:
        """Tell whether the question names something that is not answered here, and not the knee."""
        return self._knee.isdisjoint(stems) and any(
            stems[at : at + n] in self._no_answer
            for at in range(len(stems))
            for n in range(1, self._longest_no + 1)
        )

    def _tells(self, word: str) -> bool:
        # A number that no card knows ("I am 55") says nothing against a card.
        return not word.isdigit() or word in self._stems

    def _corrected(self, word: str) -> str:
        if stem(word) in self._stems or len(word) < SHORTEST_CORRECTED:
            return word
        most = 1 if len(word) < TWO_SLIPS_FROM else 2
        near = ((slips_between(word, other, most), other) for other in self._by_letter[word[0]])
        slips, other = min(near, default=(most + 1, word))
        return other if slips <= most else word


def _split(text: str) -> list[str]:
    text = text.replace("%", " percent ")
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", re.sub(r"'s\b|'", "", plain))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return the word without its English ending: running, runs → run; taping, tape → tap."""
    for ending, instead in _ENDINGS:
        root = word.removesuffix(ending)
        if root != word and len(root) >= 2 and any(letter in "aeiouy" for letter in root):
            word = root + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == "e" else word


def slips_between(word: str, other: str, most: int) -> int:
    """Return how many letters are missing, extra, wrong or swapped; ``most + 1`` for all above ``most``."""
    if abs(len(word) - len(other)) > most:
        return most + 1
    before: Sequence[int] = ()
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, start=1):
        above, row = row, [i]
        for j, wanted in enumerate(other, start=1):
            slips = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == wanted:
                slips = min(slips, before[j - 2] + 1)
            row.append(slips)
        if min(row) > most:
            return most + 1
        before = above
    return min(row[-1], most + 1)
