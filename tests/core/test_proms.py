"""Questionnaires: scores that can be added up by hand, missing answers, refusals, and what a change means."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack_files import cases, pack_file

from goodknee.core.assess.proms import asked, change, find_instrument, next_due, score
from goodknee.core.knowledge import Source
from goodknee.core.knowledge.proms import Instrument, Proms
from goodknee.errors import AnswerError
from goodknee.services.score import score_answers, score_document

PROMS: Proms = pack_file("proms.yaml", Proms)
CASES = cases("proms.yaml")
INSTRUMENTS = {instrument.id: instrument for instrument in PROMS.instruments}
AKPS = INSTRUMENTS["akps"]
TODAY = date(2026, 11, 22)


def answers_of(case: Any, instrument: Instrument) -> dict[Any, Any]:
    if "all" in case:
        return {**dict.fromkeys(instrument.by_key, case["all"]), **case.get("but", {})}
    answers: dict[Any, Any] = case["answers"]
    return answers


@pytest.mark.parametrize("case", CASES["scores"], ids=lambda case: case["name"])
def test_scores(case: Any) -> None:
    instrument = INSTRUMENTS[case["instrument"]]
    document = score_document(score_answers(instrument.id, answers_of(case, instrument), PROMS, today=TODAY))
    assert {key: document[key] for key in case["expect"]} == case["expect"]
    assert document["valid"] is (case["expect"]["score"] is not None)
    assert (PROMS.incomplete in document["note"]) is not document["valid"]


@pytest.mark.parametrize("case", CASES["refused"], ids=str)
def test_a_refusal_names_the_key_the_value_and_what_is_legal(case: Any) -> None:
    with pytest.raises(AnswerError) as refused:
        score(INSTRUMENTS[case["instrument"]], case["answers"], PROMS)
    assert [words for words in case["says"] if words not in str(refused.value)] == []


@pytest.mark.parametrize("case", CASES["changes"], ids=str)
def test_a_change_counts_from_the_smallest_that_matters(case: Any) -> None:
    assert change(case["before"], case["after"], INSTRUMENTS[case["instrument"]]) == case["verdict"]


def test_each_instrument_has_a_score_and_a_change_on_either_side() -> None:
    for name in INSTRUMENTS:
        found = {case["expect"]["score"] is None for case in CASES["scores"] if case["instrument"] == name}
        assert found == {True, False} or name == "koos_pf", name
        verdicts = {case["verdict"] for case in CASES["changes"] if case["instrument"] == name}
        assert {"better", "no_meaningful_change"} <= verdicts, name


def test_the_options_of_akps_add_up_to_its_range_and_best_comes_first() -> None:
    assert len(AKPS.items) == 13
    assert sum(item.options[0].points for item in AKPS.items) == 100
    for item in AKPS.items:
        points = [option.points for option in item.options]
        assert points == sorted(points, reverse=True)
        assert points[-1] == 0
        assert [option.code for option in item.options] == list(range(1, len(points) + 1))


@given(st.fixed_dictionaries({item.key: st.sampled_from(item.options) for item in AKPS.items}), st.data())
def test_a_better_answer_never_lowers_akps(chosen: dict[str, Any], data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(AKPS.items))
    better = data.draw(st.sampled_from([each for each in item.options if each.code <= chosen[item.key].code]))
    codes = {key: option.code for key, option in chosen.items()}
    before = score(AKPS, codes, PROMS).score
    after = score(AKPS, {**codes, item.key: better.code}, PROMS).score
    assert before is not None
    assert after is not None
    assert 0 <= before <= after <= 100


KEYS = st.sampled_from([*AKPS.by_key, "usual_7d", "groc", "item_1", "total", "x"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-1, 6), st.floats(), st.text())


@given(st.dictionaries(KEYS, VALUES, max_size=13))
def test_any_answers_give_a_score_in_range_or_a_refusal(answers: dict[str, Any]) -> None:
    for instrument in PROMS.instruments:
        try:
            value = score(instrument, answers, PROMS).score
        except AnswerError:
            continue
        assert value is None or instrument.range[0] <= value <= instrument.range[1]


@given(st.sampled_from(PROMS.instruments), st.floats(0, 44), st.floats(0, 44))
def test_a_change_read_backwards_is_its_opposite(instrument: Instrument, before: float, after: float) -> None:
    opposite = {"better": "worse", "worse": "better"}
    there = change(before, after, instrument)
    assert change(after, before, instrument) == opposite.get(there, there)


def test_answers_that_may_be_warning_signs_send_the_runner_to_the_check() -> None:
    best = dict.fromkeys(AKPS.by_key, 1)
    assert score(AKPS, best, PROMS).warnings == ()
    for key, code in {"support": 3, "walking": 4, "pain": 5, "swelling": 2, "patellar_movement": 4}.items():
        done = score(AKPS, {**best, key: code}, PROMS)
        assert done.warnings == (key,)
        assert done.note.startswith(PROMS.warning)
    assert score(AKPS, {"support": 3}, PROMS).note.startswith(PROMS.warning)


def test_our_own_words_say_that_they_are_adapted() -> None:
    assert AKPS.adapted
    assert "not the validated text" in score(AKPS, dict.fromkeys(AKPS.by_key, 1), PROMS).note


def test_no_item_of_a_protected_form_is_shipped() -> None:
    for name in ("koos_pf", "uwri", "lefs", "tsk11"):
        instrument = INSTRUMENTS[name]
        assert instrument.items == ()
        assert instrument.form is not None
        assert {item.text for item in instrument.by_key.values()} == {
            f"Answer {number} of the form" for number in range(1, instrument.form.items + 1)
        }


def test_what_to_answer_lists_each_key_with_its_legal_values() -> None:
    limp = asked(AKPS)[0]
    assert (limp.key, limp.legal, sorted(limp.labels)) == ("limp", "one of 1, 2, 3", [1, 2, 3])
    assert [each.key for each in asked(INSTRUMENTS["lefs"])][:2] == ["total", "item_1"]
    document = score_document(score_answers("kujala", None, PROMS, today=TODAY))
    assert (document["instrument"], document["score"], document["missing"]) == ("akps", None, 13)
    assert len(document["asks"]) == 13


def test_an_unknown_instrument_names_the_known_ones() -> None:
    with pytest.raises(AnswerError, match="akps, nprs_usual, psfs"):
        find_instrument("womac", PROMS)


def test_the_next_score_is_due_after_its_interval_and_the_first_one_now() -> None:
    assert next_due(None, AKPS, today=TODAY) == TODAY
    assert next_due(date(2026, 11, 1), AKPS, today=TODAY) == date(2026, 11, 29)
    assert next_due(date(2026, 11, 20), INSTRUMENTS["nprs_usual"], today=TODAY) == date(2026, 11, 27)
    assert score_answers("groc", {"groc": 1}, PROMS, today=TODAY).due_on == date(2026, 12, 20)
    assert score_answers("groc", {}, PROMS, today=TODAY).due_on == TODAY


def test_names_are_unique_and_sources_exist() -> None:
    sources = pack_file("sources.yaml", dict[str, Source])
    names = [name for each in PROMS.instruments for name in (each.id, *each.aliases)]
    assert len(names) == len(set(names))
    entries: list[Any] = [*PROMS.instruments, *PROMS.not_asked]
    for each in entries:
        assert each.sources
        used = [*each.sources, *(key for figure in each.figures for key in figure.sources)]
        if isinstance(each, Instrument):
            for threshold in filter(None, (each.mcid, each.mdc, each.mdc_of_one)):
                used += threshold.sources
        assert [key for key in used if key not in sources] == []


def test_what_the_runner_reads_is_short_and_never_blames() -> None:
    said = [PROMS.warning, PROMS.adapted, PROMS.incomplete]
    for each in PROMS.instruments:
        said += [each.note, each.scoring.rule, *(item.text for item in asked(each))]
    for text in said:
        assert max(len(part.split()) for part in re.split(r"(?<=[.?!])\s+", text)) <= 18, text
    assert [text for text in said if re.search(r"should have|failed|!", text)] == []
