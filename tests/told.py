"""What the pack lets GoodKnee say: each sentence that a runner may read, and the sources it rests on."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cached_property
from typing import Any, Final

from tests.runner_words import TEXT_FIELDS, Columns, hints_of, kind_of, strings

from goodknee.core.citation import citation
from goodknee.core.knowledge import Knowledge
from goodknee.readers.knowledge_checks import CONDITIONS, id_of
from goodknee.readers.knowledge_file import FILES

#: Fields that ask, name, or guide through the program: they advise nothing and rest on no study.
NO_ADVICE: Final = frozenset(
    {
        "words.Words.sentences", "words.Plural.one", "words.Plural.other", "questions.Question.text",
        "questions.Question.note", "log.LogKey.asks", "red_flags.Contradiction.says", "proms.Proms.warning",
        "settings.Setting.says", "proms.Proms.adapted", "proms.Proms.incomplete", "learn.Referral.page",
        "article.Article.because_factor",
        "article.Topic.because", "said.SaidWords.check_first", "said.SaidWords.not_sure",
        "said.SaidWords.no_rule", "said.SaidWords.not_known",
    }
)  # fmt: skip
#: Fields that advise: what a runner reads, apart from those, and one list of labels.
ADVICE_FIELDS: Final = {
    f"{kind}.{name}" for kind, columns in TEXT_FIELDS.items() for name in columns.reads.split()
} - NO_ADVICE | {"treatments.Treatment.not_with"}
#: A field for clinicians that the document of a check holds.
FOR_CLINICIANS: Final = ("red_flags.RedFlag.name",)
#: A page may put its own few words between those of the pack: dates, names, keys, commands.
PIECE: Final = 5
#: A text of the pack with so many words is a sentence; a shorter one is a label.
SENTENCE: Final = 5
#: What fills a slot: within one sentence, so that a dot is one inside a number.
_VALUE: Final = r"(?:[^|.?!]|\.(?=\d)){1,60}?"
#: What may stand before a sentence: the id of a rule, or a word that says what the sentence is for.
_LEAD: Final = re.compile(r"^([A-Z]{2}\d+[a-z]?|[A-Z][a-z' ]+):\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of the pack, where it stands, and the sources of the entry that says it."""

    text: str
    where: str
    sources: tuple[str, ...]
    advice: bool


def sentences_in(text: str) -> list[str]:
    """Return the sentences of a text as it is shown, without marks of layout and of the terminal."""
    plain = " ".join(html.unescape(text).replace("\u00a0", " ").split())
    return [part.strip() for part in re.split(r"(?<=[.?!])\s+", plain) if re.search("[A-Za-z]", part)]


class Told:
    """All sentences of a pack, to look up what an output says."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.known_sources = set(knowledge.sources)
        self.sentences = tuple(_sentences(knowledge))
        sources = knowledge.sources.values()
        self._citations = {
            _bare(text) for one in sources for text in (citation(one), one.title, one.ref, one.authors)
        }

    @cached_property
    def _fixed(self) -> Mapping[str, list[Sentence]]:
        found: dict[str, list[Sentence]] = {}
        for sentence in self.sentences:
            found.setdefault(_bare(sentence.text), []).append(sentence)
        return found

    @cached_property
    def _with_slots(self) -> list[tuple[re.Pattern[str], Sentence]]:
        slotted = [each for each in self.sentences if "{" in each.text and _fixed_words(each.text)]
        slotted.sort(key=lambda each: -len(each.text))
        return [(re.compile(_pattern(each.text)), each) for each in slotted]

    def find(self, sentence: str) -> list[Sentence]:
        """Return the sentences of the pack that this one is; none when the pack does not say it."""
        for bare in (_bare(sentence), _bare(_LEAD.sub("", sentence))):
            found = self._fixed.get(bare)
            found = found or [each for pattern, each in self._with_slots if pattern.fullmatch(bare)]
            if found:
                return found
        return []

    def unsourced(self) -> Iterator[str]:
        """Yield the advice of the pack that rests on no source, or on one that is not there."""
        for each in self.sentences:
            if each.advice and not (each.sources and self.known_sources.issuperset(each.sources)):
                yield f"{each.where}: {each.text}"

    def not_told(self, texts: Iterable[str]) -> Iterator[str]:
        """Yield the sentences of an output that the pack does not say, or says without a source."""
        bad = set(self.unsourced())
        for sentence in dict.fromkeys(part for text in texts for part in sentences_in(text)):
            found = self.find(sentence)
            if all(f"{each.where}: {each.text}" in bad for each in found):
                yield sentence

    def left_over(self, page: str) -> list[str]:
        """Return what stands on a page or screen besides the pack: pieces with at least so many words."""
        said = re.sub(r"[ \t\r\n]+", " ", _words_of(page)).lower()
        for pattern, text in self._taken_out:
            if text in said:
                said = pattern.sub("|", said) if pattern else said.replace(text, "|")
        return [part.strip() for part in said.split("|") if self._own_words(part) >= PIECE]

    @cached_property
    def _taken_out(self) -> list[tuple[re.Pattern[str] | None, str]]:
        """Patterns, or None, and texts: whole sentences, then those with slots, then labels.

        In this order a short text breaks no long one.
        """
        fixed = {_bare(each.text) for each in self.sentences if "{" not in each.text} | self._citations
        slotted = (
            (pattern, _longest_piece(each.text))
            for pattern, each in self._with_slots
            if len(_fixed_words(each.text)) > 1
        )
        long_first = sorted((text for text in fixed if len(text.split()) > 1), key=len, reverse=True)
        whole = [text for text in long_first if len(text.split()) >= SENTENCE]
        labels = [text for text in long_first if len(text.split()) < SENTENCE]
        return [*((None, text) for text in whole), *slotted, *((None, text) for text in labels)]

    def _own_words(self, part: str) -> int:
        words = set(re.findall(r"(?<![.\w])[a-z]{3,}(?![.\w])", part))
        return len(words - self._data_words)

    @cached_property
    def _data_words(self) -> set[str]:
        """Words of dates, numbers and short names of sources, which stand on every page."""
        authors = " ".join(source.authors for source in self.knowledge.sources.values())
        words = self.knowledge.words
        return set(re.findall(r"[a-z]+", " ".join((*words.months, *words.weekdays, authors, "min")).lower()))


def _pattern(text: str) -> str:
    return re.sub(r"\\\{[^}]*\\\}", lambda _: _VALUE, re.escape(_bare(text))) + r"(?=[ ?:,]|\.(?!\d)|$)"


def _words_of(page: str) -> str:
    """Return the words of a page; its tables of numbers and its drawings are data."""
    shown = re.sub(r"(?s)<(style|script|svg|table)\b.*?</\1>", " ", page)
    return html.unescape(re.sub(r"<[^>]+>", " ", shown))


def _longest_piece(text: str) -> str:
    """Return the longest piece between the slots, by which a page is quickly searched."""
    return max(re.split(r"\{[^}]*\}", _bare(text)), key=len)


def _fixed_words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+", re.sub(r"\{[^}]*\}", "", text))


def _bare(text: str) -> str:
    return text.strip(" .").lower()


def _sentences(knowledge: Knowledge) -> Iterator[Sentence]:
    rules = dict(_rule_sentences(knowledge))
    for name in FILES:
        for field, where, text, sources in _walk(knowledge.read(name), name, (name,), ()):
            of_rule = rules.get(
                where.removeprefix("words/en.yaml.sentences.").removesuffix(".one").removesuffix(".other")
            )
            advice = of_rule is not None or field in ADVICE_FIELDS
            for part in sentences_in(text):
                yield Sentence(text=part, where=where, sources=of_rule or sources, advice=advice)


def _rule_sentences(knowledge: Knowledge) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the sentences of words/en.yaml that a rule of the runs says, with the sources of the rule."""
    for rules in (knowledge.load, knowledge.pain):
        for name in hints_of(type(rules)):
            rule = getattr(rules, name)
            evidence = getattr(rule, "evidence", None)
            if evidence is not None:
                keys = [
                    key
                    for field in hints_of(type(rule))
                    if field.startswith("says")
                    for key in getattr(rule, field)
                ]
                yield from ((key, evidence.sources) for key in (*keys, evidence.limits))


def _own_sources(entry: Any, above: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sources of an entry, of its evidence, or of the entry that holds it."""
    evidence = getattr(entry, "evidence", None)
    found: tuple[str, ...] = getattr(entry, "sources", getattr(evidence, "sources", above))
    return found


def _walk(
    value: Any, file: str, path: tuple[str, ...], sources: tuple[str, ...]
) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _walk(item, file, (*path, id_of(item) or str(index)), sources)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, file, (*path, str(key)), sources)
    elif is_dataclass(value) and not isinstance(value, CONDITIONS):
        sources = _own_sources(value, sources)
        kind = kind_of(type(value))
        columns = TEXT_FIELDS.get(kind, Columns())
        shown = f"{columns.reads} {columns.labels}".split()
        for name in hints_of(type(value)):
            inner = getattr(value, name)
            field = f"{kind}.{name}"
            if name in shown or field in FOR_CLINICIANS:
                yield from (
                    (field, ".".join(where), text, sources) for where, text in strings(inner, (*path, name))
                )
            yield from _walk(inner, file, (*path, name), sources)
