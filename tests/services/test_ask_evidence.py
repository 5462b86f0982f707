"""Ask, from question to document: verdict, words of evidence, safety for this runner, sources with links."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.pack_files import cases, evidence_pack

from goodknee.core.citation import citation, url
from goodknee.core.knowledge import Source
from goodknee.errors import AnswerError
from goodknee.services.ask_evidence import ask_document, ask_evidence, look_up

PACK = evidence_pack()
CASES = cases("ask.yaml")


def source(**known: Any) -> Source:
    plain: dict[str, Any] = {
        "authors": "Willy RW, Hoglund LT, Barton CJ, Bolgla LA",
        "year": 2019,
        "title": "Patellofemoral pain",
        "ref": "J Orthop Sports Phys Ther 49(9):CPG1-CPG95",
        "doi": None,
        "doi_status": "none_given",
        "read_here": "none",
    }
    return Source(**{**plain, **known})


def test_the_document_has_the_keys_that_others_rely_on() -> None:
    [first, *_] = document = ask_document(ask_evidence("does bone broth help", PACK).answers)
    assert first.keys() >= {"id", "claim", "answer", "stance", "grade", "direction", "sources"}
    assert first["sources"][0].keys() >= {"id", "citation", "doi", "url"}
    assert {answer["id"] for answer in document} >= {"bone_broth", "C102"}
    json.dumps(document)


def test_what_the_pack_does_not_know_is_an_empty_document() -> None:
    assert ask_document(ask_evidence("red light therapy", PACK).answers) == []


def test_against_reads_as_against() -> None:
    assert look_up("chiropractic", PACK).evidence == "Strong evidence against"
    assert look_up("hip_knee_exercise", PACK).evidence == "Strong evidence for"
    assert look_up("C089", PACK).evidence == "Studies disagree"


def test_an_answer_is_found_by_its_id_in_any_case() -> None:
    assert look_up("c102", PACK).id == "C102"
    assert look_up("Bone_Broth", PACK).verdict == "A food, not a treatment"
    with pytest.raises(AnswerError, match="C999"):
        look_up("C999", PACK)


def test_safety_is_about_this_runner() -> None:
    assumed = look_up("omega3", PACK).safety[0]
    assert assumed.level == "avoid"
    assert all(note.assumed for note in assumed.notes)
    certain = look_up("C101", PACK, {"anticoagulant": True}).safety[0]
    assert "SG05" in {note.rule for note in certain.notes if not note.assumed}
    assert look_up("ice", PACK).safety == ()
    assert look_up("nsaids", PACK, {"lithium": True}).safety[0].id == "nsaids"
    assert {safety.id for safety in look_up("C103", PACK).safety} >= {"glucosamine", "bone_broth"}


@pytest.mark.parametrize("case", CASES["signs"], ids=lambda case: str(case["ask"]))
def test_a_sign_in_a_question_leads(case: dict[str, Any]) -> None:
    first, *rest = ask_evidence(case["ask"], PACK).answers
    assert (first.id, first.kind) == (case["first"], "sign")
    assert first.sources
    urgent = PACK.red_flags.policy.urgencies[:2]
    if first.verdict in {urgency.says for urgency in urgent}:
        assert [answer.id for answer in rest if answer.kind == "treatment"] == []


@pytest.mark.parametrize("question", CASES["no_sign"])
def test_words_near_a_sign_are_no_sign(question: str) -> None:
    assert [answer.id for answer in ask_evidence(question, PACK).answers if answer.kind == "sign"] == []


@pytest.mark.parametrize("question", CASES["nothing"])
def test_what_is_none_of_our_business_finds_nothing(question: str) -> None:
    assert ask_evidence(question, PACK).answers == ()


@pytest.mark.parametrize("question", CASES["not_known"])
def test_what_the_pack_does_not_know_is_said_by_name(question: str) -> None:
    reply = ask_evidence(question, PACK)
    assert reply.answers == ()
    assert "We have no facts about" in reply.not_known


def test_a_sign_is_held_against_the_last_check() -> None:
    assert ask_evidence("my knee is swollen", PACK, {"age_years": 15}).answers[0].id == "RF32d"
    on_thinner = ask_evidence("my knee is swollen", PACK, {"anticoagulant": True, "age_years": 40})
    assert on_thinner.answers[0].id == "RF15"
    blocked: dict[str, Any] = {"hot": True, "swelling": "clear", "fever_or_unwell": True}
    assert ask_evidence("does collagen help", PACK, blocked).answers[0].id in {"C105", "collagen"}


def test_a_sign_alone_that_does_not_tell_leads_to_the_check() -> None:
    (only,) = ask_evidence("my knee cap went out when I fell off the bike", PACK).answers[:1]
    assert only.kind != "treatment"


@pytest.mark.parametrize("case", cases("supplements.yaml")["asked"], ids=lambda case: str(case["ask"]))
def test_a_medicine_in_a_question_changes_the_answer(case: dict[str, Any]) -> None:
    answers = ask_evidence(case["ask"], PACK).answers
    answer, safety = next((each, one) for each in answers for one in each.safety if one.id == case["product"])
    told = [note for note in safety.notes if not note.assumed and note.because]
    assert (told[0].level if told else None) == case["level"]
    if told:
        assert answer.answer.startswith(PACK.supplements.levels[told[0].level])
    else:
        assert "We have no rule for" in answers[0].answer


def test_every_product_is_asked_for_with_a_medicine() -> None:
    asked = {case["product"] for case in cases("supplements.yaml")["asked"]}
    assert asked == {product.id for product in PACK.supplements.products} | {"nsaids"}


def test_not_sure_counts_as_yes_in_the_answer() -> None:
    for given in (True, "not sure"):
        assert look_up("nsaids", PACK, {"lithium": given}).answer.startswith("Do not take it.")
    assert "You were not sure" in look_up("nsaids", PACK, {"lithium": "not sure"}).answer
    assert not look_up("nsaids", PACK, {"lithium": False}).answer.startswith("Do not take it.")


def test_what_is_swallowed_and_not_known_gets_the_general_rules() -> None:
    reply = ask_evidence("boswellia with warfarin", PACK)
    (safety,) = reply.safety
    assert {note.rule for note in safety.notes if not note.assumed} == {"SG05"}
    assert {note.rule for note in safety.notes} <= set(PACK.supplements.unknown_product_rules)
    assert ask_evidence("tylenol", PACK).safety == ()


@pytest.mark.parametrize("question", ["x" * 5000, "knee " * 1000, "\x00", "\U0001f9b5", "' OR 1=1 --", "\n"])
def test_odd_questions_are_answered_or_not_but_never_break(question: str) -> None:
    assert ask_evidence(question, PACK).answers == ()


def test_a_sign_at_the_end_of_a_long_text_is_heard() -> None:
    assert ask_evidence("blah " * 900 + "my knee is hot and swollen with fever", PACK).answers[0].id == "RF02"


@pytest.mark.parametrize("card", PACK.cards)
def test_every_answer_has_sources_and_words(card: str) -> None:
    answer = look_up(card, PACK)
    assert answer.answer
    assert answer.evidence
    assert answer.sources


def test_a_citation_leaves_out_what_is_not_known() -> None:
    assert citation(source()).startswith("Willy RW et al. (2019). Patellofemoral pain. J Orthop")
    assert citation(source(year=None, ref="-")) == "Willy RW et al. Patellofemoral pain."
    assert citation(source(authors="-", year=None, title="Convention", ref="-")) == "Convention."


@pytest.mark.parametrize(
    ("known", "address"),
    [
        ({"doi": "10.1/x"}, "https://doi.org/10.1/x"),
        ({"pmid": "7"}, "https://pubmed.ncbi.nlm.nih.gov/7/"),
        ({"ref": "PMC10362729"}, "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC10362729/"),
        ({"ref": "NCBI Bookshelf NBK548561"}, "https://www.ncbi.nlm.nih.gov/books/NBK548561/"),
        ({"ref": "nice.org.uk/guidance/ng226"}, "https://nice.org.uk/guidance/ng226"),
        ({"ref": "mskcc.org, About Herbs"}, "https://mskcc.org"),
        ({"ref": "Med Sci Sports"}, None),
        ({"ref": "-"}, None),
    ],
)
def test_where_a_source_can_be_read(known: dict[str, Any], address: str | None) -> None:
    assert url(source(**known)) == address


def test_who_paid_for_a_study_is_said_where_it_is_known() -> None:
    funding = {link.id: link.funding for link in look_up("collagen", PACK).sources}
    assert "industry_linked" in funding.values()
    assert {link.funding for link in look_up("C001", PACK).sources} == {None}
