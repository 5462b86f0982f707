"""What a question tells about the person: signs, medicines and conditions, under all their names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack_files import cases, evidence_pack

from goodknee.core.ask_said import Heard, Listener
from goodknee.core.assess.answers import check_answers
from goodknee.core.knowledge.said import SaidSign

PACK = evidence_pack()
LISTENER: Listener = PACK.listener
SAID = PACK.said
CASES = cases("ask.yaml")


def heard(question: str) -> Heard:
    return LISTENER.hear(PACK.reader.asked(question))


@pytest.mark.parametrize("entry", [*SAID.signs, *SAID.health])
def test_what_is_said_stands_for_legal_answers(entry: Any) -> None:
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in entry.answers.items()}
    assert check_answers(plain, PACK.questions).keys() == entry.answers.keys()


@pytest.mark.parametrize("entry", SAID.health, ids=lambda entry: str(entry.name))
def test_every_name_of_a_medicine_or_condition_is_heard(entry: Any) -> None:
    for word in entry.words:
        assert entry in heard(f"is turmeric ok with {word}").health, word


def test_every_phrase_of_a_sign_is_heard_in_one_question() -> None:
    for entry in SAID.signs:
        for number, group in enumerate(entry.says):
            for phrase in group:
                others = [each[0] for at, each in enumerate(entry.says) if at != number]
                stems = PACK.reader.stems(" x ".join((phrase, *others)))
                said = {word for word in entry.unless if PACK.reader.stems(word) == PACK.reader.stems(phrase)}
                assert said == set(), (phrase, said)
                assert entry in LISTENER.hear(stems).signs or _unless(entry, stems), phrase


def _unless(entry: SaidSign, stems: tuple[str, ...]) -> bool:
    """Two examples put side by side may say what the entry excludes."""
    return any(set(PACK.reader.stems(word)) <= set(stems) for word in entry.unless)


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("my knee is very hot", {"hot": True}),
        ("my knee is not hot", {}),
        ("no fever, knee swollen", {"swelling": "clear"}),
        ("knee slightly swollen", {"swelling": "slight"}),
        ("ice or a hot bath for my knee", {}),
        ("on cumadin", {"anticoagulant": True}),
        ("sertalin and ibuprofen", {"ssri": True, "cyp_narrow_drug": True}),
    ],
)
def test_what_is_heard(question: str, answers: dict[str, Any]) -> None:
    assert heard(question).answers == answers


def test_words_about_the_person_are_no_subject() -> None:
    stems = heard("glucosamine with a shellfish allergy").rest
    assert "glucosamin" in stems
    assert "shellfish" not in stems


@given(st.text(max_size=120))
def test_any_text_can_be_heard(text: str) -> None:
    found = heard(text)
    assert set(found.answers) <= set(PACK.questions.by_key)


@given(
    st.sampled_from([case["ask"] for case in CASES["signs"]]), st.sampled_from(["please", "thanks", "doc"])
)
def test_a_word_of_courtesy_changes_nothing(question: str, word: str) -> None:
    assert heard(f"{question} {word}").answers == heard(question).answers
