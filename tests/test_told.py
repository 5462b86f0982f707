"""Whatever GoodKnee tells a runner stands in the pack, and advice there rests on a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from tests.pack_files import cases
from tests.services.made_up_runs import TODAY as STORY_DAY
from tests.services.made_up_runs import MadeUpStore, the_story
from tests.told import Told

from goodknee import __version__
from goodknee.core.assess.answers import check_answers, without_orphans
from goodknee.core.assess.conditions import Facts
from goodknee.core.assess.referral import KnownOfRunner, SheetPack
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.learn import SHEETS
from goodknee.faces.cli import main
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.ask_evidence import EvidencePack, ask_document, ask_evidence, look_up
from goodknee.services.assess import Assessment, CheckPack, look_at
from goodknee.services.assess_document import assess_document
from goodknee.services.learn import lesson_document, lesson_list_document, list_lessons
from goodknee.services.refer import make_referral, referral_document
from goodknee.services.report import make_report, report_document
from goodknee.services.supplements import product_documents
from goodknee.writers.refer import render_sheet
from goodknee.writers.report import render_html

KNOWLEDGE = load_knowledge()
TOLD = Told(KNOWLEDGE)
PACK = CheckPack.of(KNOWLEDGE)
EVIDENCE = EvidencePack.of(KNOWLEDGE)
CASES = cases("red_flags.yaml")
CLEAN: dict[str, Any] = CASES["clean"]
ORDINARY = CLEAN | {
    "side": "left", "location": ["front"], "aggravated_by": ["squat", "stairs_down", "sitting"],
    "days_since_last_run": 2, "last_run_pain_max": 1, "last_run_settle_minutes": 5, "pain_worst_3d": 3,
    "anticoagulant": True, "longest_run_30d_km": 8, "planned_longest_run_km": 12,
}  # fmt: skip
HOT = ORDINARY | {"hot": True, "fever_or_unwell": True, "country": "DE"}
OPEN = {key: value for key, value in ORDINARY.items() if key not in {"hot", "foot_cold_pale_numb"}}
NOW = datetime(2026, 5, 17, 8, tzinfo=UTC)
Outputs = Callable[[], Iterator[Any]]
#: Parts of a document that tell no sentence: publications, and what the runner answered.
DATA: Final = frozenset({"sources", "facts", "story", "goal", "made_on", "file"})
#: A shorter text is a word, a key, or a number with its unit.
SENTENCE_WORDS: Final = 4


def texts_of(document: Any) -> Iterator[str]:
    """Yield every text of a document that may be a sentence."""
    if isinstance(document, str):
        if len(document.split()) >= SENTENCE_WORDS:
            yield document
    elif isinstance(document, Mapping):
        for key, value in document.items():
            if key not in DATA:
                yield from texts_of(value)
    elif isinstance(document, list | tuple):
        for value in document:
            yield from texts_of(value)


def check(given: Mapping[str, Any]) -> Assessment:
    """Look at answers; what hangs on a question that was answered no falls away."""
    answers = check_answers(without_orphans(given, PACK.questions), PACK.questions)
    return look_at(answers, PACK, day=STORY_DAY, at=NOW, today=STORY_DAY)


def people() -> Iterator[Mapping[str, Any]]:
    """Yield everybody whom the cases of the pack describe: a warning sign each, a pattern each."""
    yield from (ORDINARY, HOT, OPEN, {})
    for case in CASES["edges"]:
        person = {**CLEAN, **case["answers"]}
        gone = person["swelling"] == "none"
        yield {key: value for key, value in person.items() if not (gone and key.startswith("swelling_"))}
    yield from ({**CLEAN, **case["answers"]} for case in cases("differential.yaml")["cases"])


def checks() -> Iterator[Any]:
    for person in people():
        yield assess_document(check(person), PACK)


def products() -> Iterator[Any]:
    for answers in ({}, check_answers(ORDINARY, PACK.questions)):
        yield product_documents(answers, KNOWLEDGE.supplements, PACK.questions)


def answers() -> Iterator[Any]:
    yield ask_document(look_up(card, EVIDENCE) for card in EVIDENCE.cards)
    for case in cases("ask.yaml")["found"]:
        yield ask_document(ask_evidence(case["ask"], EVIDENCE).answers)
    for question in ("is ginger safe, I take warfarin", "ice for my hot swollen knee, I have fever"):
        reply = ask_evidence(question, EVIDENCE)
        yield [ask_document(reply.answers), reply.not_known]


def lessons() -> Iterator[Any]:
    yield lesson_list_document(list_lessons(KNOWLEDGE.lessons, Facts({})))
    yield from (lesson_document(one, KNOWLEDGE.sources) for one in KNOWLEDGE.lessons.lessons)


def sheets() -> Iterator[Any]:
    pack = SheetPack(
        referral=KNOWLEDGE.referral,
        questions=KNOWLEDGE.questions,
        red_flags=KNOWLEDGE.red_flags,
        words=KNOWLEDGE.words,
    )
    for who in SHEETS:
        for person in (ORDINARY, HOT, OPEN):
            seen = check(person)
            known = KnownOfRunner(answers=seen.answers, signs=seen.signs, ranking=seen.ranking)
            sheet = make_referral(who, pack, today=STORY_DAY, known=known)
            yield referral_document(sheet)
            yield render_sheet(sheet, pack, KNOWLEDGE.pack, version=__version__)


def reports() -> Iterator[Any]:
    for number, seen in enumerate((check(ORDINARY), None, check(HOT), check(OPEN))):
        report = make_report(the_story(), KNOWLEDGE, today=STORY_DAY, check=seen)
        yield report_document(report)
        # Charts take their time, so one page has them all.
        store = the_story() if number == 0 else MadeUpStore()
        yield render_html(make_report(store, KNOWLEDGE, today=STORY_DAY, check=seen))


def test_all_advice_rests_on_a_source_of_the_pack() -> None:
    assert list(TOLD.unsourced()) == []


@pytest.mark.parametrize("outputs", [checks, products, answers, lessons, sheets, reports])
def test_what_is_told_stands_in_the_pack_and_advice_has_a_source(outputs: Outputs) -> None:
    made = list(outputs())
    pages = [each for each in made if isinstance(each, str)]
    documents = [each for each in made if not isinstance(each, str)]
    assert list(TOLD.not_told(text for document in documents for text in texts_of(document))) == []
    assert [piece for page in pages for piece in TOLD.left_over(page)] == []


@pytest.mark.parametrize("words", [("check",), ("ask", "does ice help"), ("learn", "flare_plan"), ("score",)])
def test_a_screen_adds_no_sentence_of_its_own(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for number, person in enumerate((ORDINARY, HOT, OPEN)):
        file = tmp_path / f"{number}.yaml"
        file.write_text(yaml.safe_dump(dict(person)), "utf-8")
        asked = (*words, "--answers", file) if words == ("check",) else words
        with pytest.raises(SystemExit):
            main(["--data", str(tmp_path / "store"), "--today", "2026-05-17", *map(str, asked)])
        assert TOLD.left_over(capsys.readouterr().out) == []


# Each of these proofs can fail.


def changed(name: str, part: Any) -> Knowledge:
    """Return the pack with another file in place of one of its own."""
    return Knowledge(lambda asked: part if asked == name else KNOWLEDGE.read(asked))


def first_claim(**change: Any) -> Knowledge:
    first, *others = KNOWLEDGE.claims.claims
    return changed("claims.yaml", replace(KNOWLEDGE.claims, claims=(replace(first, **change), *others)))


@pytest.mark.parametrize("sources", [(), ("nobody2031",)])
def test_advice_without_a_source_is_found(sources: tuple[str, ...]) -> None:
    told = Told(first_claim(sources=sources))
    first = KNOWLEDGE.claims.claims[0]
    found = set(told.unsourced()) - set(TOLD.unsourced())
    assert {line.split(".")[3] for line in found} == {first.id}
    assert list(told.not_told([first.answer]))


def test_a_sentence_that_the_pack_does_not_say_is_found() -> None:
    first = KNOWLEDGE.claims.claims[0]
    assert list(Told(first_claim(answer="Something else.")).not_told([first.answer]))
    assert list(TOLD.not_told([f"{first.answer} Rub it with goose fat."])) == ["Rub it with goose fat."]
    assert TOLD.left_over(f"<p>{first.answer}</p><p>Rub it with goose fat every night</p>")
