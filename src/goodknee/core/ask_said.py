"""Hear what a question tells about the person: a sign of the body, a medicine, a condition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from goodknee.core.ask_terms import Stems, TermReader
from goodknee.core.knowledge.said import NotCovered, Said, SaidHealth, SaidSign, SaidWords

_Entry = SaidSign | SaidHealth | NotCovered


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a question tells.

    Attributes:
        answers: Answers of questions.yaml, as if the runner had given them.
        signs: Signs of the body that it names.
        health: Medicines, conditions and allergies that it names.
        not_covered: What it asks about that the pack does not know.
        rest: The question's words without those of ``health``: they speak of the person, not of the subject.
    """

    answers: Mapping[str, Said]
    signs: tuple[SaidSign, ...]
    health: tuple[SaidHealth, ...]
    not_covered: tuple[NotCovered, ...]
    rest: Stems


class Listener:
    """All phrases of ``words/said.en.yaml``, prepared once."""

    def __init__(self, words: SaidWords, reader: TermReader) -> None:
        self._passed_over = frozenset(stem for word in words.passed_over for stem in reader.stems(word))
        self._denies = frozenset(stem for word in words.denies for stem in reader.stems(word))
        self._entries: tuple[_Entry, ...] = (*words.signs, *words.health, *words.not_covered)
        self._phrases: dict[str, list[tuple[Stems, int, int]]] = defaultdict(list)
        for number, entry in enumerate(self._entries):
            for group, phrases in enumerate(_groups(entry)):
                for phrase in map(reader.stems, phrases):
                    self._phrases[phrase[0]].append((phrase, number, group))

    def hear(self, stems: Stems) -> Heard:
        """Return what the words of a question tell."""
        said: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, group, places in self._said(stems):
            said[number][group].update(places)
        held = [number for number, groups in sorted(said.items()) if _holds(self._entries[number], groups)]
        entries = [self._entries[number] for number in held]
        places_of = {number: frozenset().union(*said[number].values()) for number in held}
        aside = {place for number in held if _is_aside(self._entries[number]) for place in places_of[number]}
        for number in held:
            if isinstance(self._entries[number], NotCovered):
                aside -= places_of[number]
        return Heard(
            answers=_answers(entry for entry in entries if not isinstance(entry, NotCovered)),
            signs=tuple(entry for entry in entries if isinstance(entry, SaidSign)),
            health=tuple(entry for entry in entries if isinstance(entry, SaidHealth)),
            not_covered=tuple(entry for entry in entries if isinstance(entry, NotCovered)),
            rest=tuple(stem for place, stem in enumerate(stems) if place not in aside),
        )

    def _said(self, stems: Stems) -> Iterator[tuple[int, int, list[int]]]:
        """Yield (entry, group, places of the words) for each phrase that is said and not denied."""
        for at, stem in enumerate(stems):
            if stem in self._phrases and not self._denied(stems, at):
                for phrase, number, group in self._phrases[stem]:
                    places = self._places(phrase, stems, at)
                    if places:
                        yield number, group, places

    def _denied(self, stems: Stems, at: int) -> bool:
        before = at - 1
        while before >= 0 and stems[before] in self._passed_over:
            before -= 1
        return before >= 0 and stems[before] in self._denies

    def _places(self, phrase: Stems, stems: Stems, at: int) -> list[int] | None:
        """Return where the words of a phrase stand from ``at`` on; None when it does not stand there."""
        places: list[int] = []
        for wanted in phrase:
            while places and at < len(stems) and stems[at] != wanted and stems[at] in self._passed_over:
                at += 1
            if at == len(stems) or stems[at] != wanted:
                return None
            places.append(at)
            at += 1
        return places


def said_phrases(words: SaidWords) -> Iterator[str]:
    """Yield every phrase of the file."""
    entries: tuple[_Entry, ...] = (*words.signs, *words.health, *words.not_covered)
    for entry in entries:
        for group in _groups(entry):
            yield from group


def _is_aside(entry: _Entry) -> bool:
    """Tell whether the words speak of the person alone, not of the subject of the question."""
    return isinstance(entry, SaidHealth) or (isinstance(entry, SaidSign) and "symptoms" in entry.answers)


def _groups(entry: _Entry) -> Iterator[tuple[str, ...]]:
    """Yield the groups of phrases of which one each must be said; last, what must not be said."""
    if isinstance(entry, SaidSign):
        yield from entry.says
        yield entry.unless
    else:
        yield entry.words
        yield ()


def _holds(entry: _Entry, said: Mapping[int, set[int]]) -> bool:
    needed = len(entry.says) if isinstance(entry, SaidSign) else 1
    return needed not in said and all(group in said for group in range(needed))


def _answers(entries: Iterable[SaidSign | SaidHealth]) -> dict[str, Said]:
    """Return the answers that all entries stand for; lists are joined, else the later entry counts."""
    answers: dict[str, Said] = {}
    for entry in entries:
        for key, value in entry.answers.items():
            before = answers.get(key)
            both = isinstance(before, tuple) and isinstance(value, tuple)
            answers[key] = tuple(dict.fromkeys((*before, *value))) if both else value  # type: ignore[misc] # both are tuples
    return answers
