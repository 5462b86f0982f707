"""Every sentence of the pack that a runner reads is plain, short and kind."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import pytest
from tests.runner_words import (
    TEXT_FIELDS,
    Columns,
    Said,
    kind_of,
    reading_grade,
    sentences_of,
    text_fields,
    texts,
    types_of,
    word_count,
)

from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.knowledge_file import FILES

#: The rule. A text of this many words is graded by itself. Of shorter ones a grade says little, because one
#: long word decides it: those of one field are graded together, as a runner reads them, one under the other.
WORDS_OF_A_TEXT: Final = 6
HIGHEST_GRADE: Final = 9.0
WORDS_OF_A_SCREEN: Final = 12
HIGHEST_GRADE_OF_A_SCREEN: Final = 8.0
#: A colon ends a sentence here: a list behind a colon is read point by point.
LONGEST_SENTENCE: Final = 18
LONGEST_LABEL: Final = 14

#: The words of a grade and of a fact are labels, not sentences.
FIXED: Final = re.compile(r"sentences\.(evidence\.[A-F]|fact)\.")

KNOWLEDGE = load_knowledge()
READ = tuple(texts(KNOWLEDGE, "reads"))
LABELS = tuple(texts(KNOWLEDGE, "labels"))

BLAME = r"should have|should not have|failed|unproductive|overdid|your fault|lazy|careless|!"
OWN_RISK = r"your risk (of|rises|grows|is (\d|high|low))|your chances?"
FORECAST = rf"injury risk|{OWN_RISK}|probability|\d ?% (risk|chance|likely|likelier)"
DIAGNOSIS = (
    r"\byou have (runner|patell|kneecap pain|jumper|arthritis|a torn|torn|bursitis|tend[io])|\bdiagnosed"
)
NEVER = re.compile(rf"{BLAME}|{FORECAST}|{DIAGNOSIS}", re.IGNORECASE)
#: "only" makes small of what a person does.
ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
#: The fixed words of grade E, beside its bars.
GRADE_E: Final = "Laboratory only"


def not_declared(types: Iterable[type]) -> Iterator[str]:
    """Yield each type whose fields with text are not those that the table names."""
    for entry in types:
        declared = " ".join(TEXT_FIELDS.get(kind_of(entry), Columns())).split()
        held = text_fields(entry)
        if sorted(declared) != sorted(held):
            yield f"{kind_of(entry)}: put {sorted(held)} into TEXT_FIELDS, each once"


def hard(said: Iterable[Said]) -> Iterator[str]:
    """Yield what is not plain: a long sentence, a text above the grade, short texts above it together."""
    short: dict[str, list[str]] = defaultdict(list)
    for each in said:
        where = f"{each.file}: {each.path}"
        for sentence in sentences_of(each.text):
            if word_count(sentence) > LONGEST_SENTENCE:
                yield f"{where}: {word_count(sentence)} words: {sentence}"
        if word_count(each.text) < WORDS_OF_A_TEXT:
            short[each.field].append(each.text.rstrip("."))
        elif (grade := reading_grade(each.text)) > HIGHEST_GRADE:
            yield f"{where}: grade {grade}: {each.text}"
    for field, lines in short.items():
        if (grade := reading_grade(". ".join(lines))) > HIGHEST_GRADE:
            yield f"{field}: grade {grade} together: {lines[:5]}"


def unkind(said: Iterable[Said]) -> Iterator[str]:
    """Yield what blames, foretells one person's chance, names a diagnosis, or makes small with "only"."""
    for each in said:
        if NEVER.search(each.text) or ONLY.search(each.text):
            yield f"{each.file}: {each.path}: {each.text}"


def a_text(text: str) -> Said:
    """Return a text as if the pack held it."""
    return Said(file="claims.yaml", path="C000.answer", field="claims.Claim.answer", text=text)


def test_every_field_with_text_says_who_reads_it() -> None:
    assert list(not_declared({entry for name in FILES for entry in types_of(name)})) == []


def test_a_field_that_nobody_declared_is_found() -> None:
    assert list(not_declared({Said})) == [
        "runner_words.Said: put ['field', 'file', 'path', 'text'] into TEXT_FIELDS, each once"
    ]


def test_the_table_names_no_entry_that_is_gone() -> None:
    assert set(TEXT_FIELDS) - {kind_of(entry) for name in FILES for entry in types_of(name)} == set()


def test_what_the_runner_reads_is_plain() -> None:
    assert list(hard(READ)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Multifactorial aetiology necessitates individualised rehabilitation considerations.",
        " ".join(["one"] * (LONGEST_SENTENCE + 1)),
        "Contraindicated perioperatively.",
    ],
)
def test_what_is_not_plain_is_found(text: str) -> None:
    assert len(list(hard([a_text(text)]))) == 1


def test_the_voice_never_blames_foretells_or_diagnoses() -> None:
    named = [each for each in (*READ, *LABELS) if not each.text.startswith(GRADE_E)]
    assert list(unkind(named)) == []


@pytest.mark.parametrize(
    "text",
    [
        "You should have rested.",
        "Well done!",
        "You have runner's knee.",
        "Your risk is 40 % higher.",
        "You only ran once.",
    ],
)
def test_an_unkind_sentence_is_found(text: str) -> None:
    assert len(list(unkind([a_text(text)]))) == 1


def test_each_screen_of_the_report_reads_at_grade_eight_or_lower() -> None:
    screens: dict[str, list[str]] = defaultdict(list)
    for each in READ:
        if each.file == "words/en.yaml" and " " in each.text and not FIXED.search(each.path):
            screens[".".join(each.path.split(".")[1:3])].append(each.text.rstrip("."))
    whole = {screen: ". ".join(lines) for screen, lines in screens.items()}
    grades = {
        screen: reading_grade(text) for screen, text in whole.items() if word_count(text) >= WORDS_OF_A_SCREEN
    }
    assert {screen: grade for screen, grade in grades.items() if grade > HIGHEST_GRADE_OF_A_SCREEN} == {}


def test_labels_are_short() -> None:
    long = [each.path for each in LABELS if word_count(each.text) > LONGEST_LABEL]
    assert long == []


def test_a_sentence_ends_with_a_sign_and_begins_with_a_capital() -> None:
    whole = {
        "claims.Claim.answer",
        "red_flags.RedFlag.action",
        "red_flags.RedFlag.reason",
        "risk.RiskFactor.says",
    }
    loose = [
        each.path
        for each in READ
        if each.field in whole and not re.fullmatch(r"[A-Z0-9\"{].*[.?]\"?", each.text, re.DOTALL)
    ]
    assert loose == []
