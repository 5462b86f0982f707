"""Ask, from question to document: verdict, words of evidence, safety for this runner, sources with links."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.pack_files import evidence_pack

from goodknee.core.citation import citation, url
from goodknee.core.knowledge import Source
from goodknee.errors import AnswerError
from goodknee.services.ask_evidence import ask_document, ask_evidence, look_up

PACK = evidence_pack()


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
    [first, *_] = document = ask_document(ask_evidence("does bone broth help", PACK))
    assert first.keys() >= {"id", "claim", "answer", "stance", "grade", "direction", "sources"}
    assert first["sources"][0].keys() == {"id", "citation", "doi", "url"}
    assert {answer["id"] for answer in document} >= {"bone_broth", "C102"}
    json.dumps(document)


def test_what_the_pack_does_not_know_is_an_empty_document() -> None:
    assert ask_document(ask_evidence("red light therapy", PACK)) == []


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
