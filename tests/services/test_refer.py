"""The sheet for a visit: what is known is told, what is not is left open, and help comes first."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack_files import cases, pack_file

from goodknee.core.assess import differential, red_flags
from goodknee.core.assess.answers import check_answers
from goodknee.core.assess.conditions import Facts, evaluate
from goodknee.core.assess.referral import MOST_SIGNS, DatedScore, KnownOfRunner, Sheet, SheetPack
from goodknee.core.assess.visits import Visit, after_visits
from goodknee.core.knowledge import Pack, Source
from goodknee.core.knowledge.differential import Differential
from goodknee.core.knowledge.learn import SHEETS, Lessons, Referral
from goodknee.core.knowledge.proms import Proms
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.red_flags import RedFlags
from goodknee.core.knowledge.treatments import Treatments
from goodknee.core.model import NewScore
from goodknee.core.words import Words
from goodknee.errors import AnswerError
from goodknee.services.refer import dated_scores, make_referral, referral_document
from goodknee.stores.store import open_store
from goodknee.writers.refer import render_sheet

CHECKOUT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
PACK = SheetPack(
    referral=pack_file("referral.yaml", Referral),
    questions=pack_file("questions.yaml", Questions),
    red_flags=pack_file("red_flags.yaml", RedFlags),
    words=pack_file("words/en.yaml", Words),
)
LABEL: Pack = pack_file("pack.yaml", Pack)
A_SCORE = NewScore(
    at=datetime(2026, 11, 1, 7, 0, tzinfo=UTC),
    day=TODAY,
    instrument="akps",
    answers={},
    value=50.0,
    result={},
    code_version="0",
    knowledge_version="0",
)
PROMS: Proms = pack_file("proms.yaml", Proms)
SIGNS = red_flags.ready(PACK.red_flags, PACK.questions)
PATTERNS = differential.ready(pack_file("differential.yaml", Differential))
#: Every safety question answered, and no sign.
CLEAN: dict[str, Any] = cases("red_flags.yaml")["clean"]
ORDINARY: dict[str, Any] = {
    "side": "left",
    "weeks_since_onset": 14,
    "onset": "after_change",
    "recent_trauma": False,
    "improving": "same",
    "location": ["front", "behind_kneecap"],
    "aggravated_by": ["stairs_down", "squat"],
    "goal_kind": "race",
    "goal_distance_km": 21.1,
    "goal_date": "2027-04-04",
    "km_last_4_weeks": [20, 25, 32.5, 40],
    "pain_worst_3d": {"left": 6, "right": 0},
    "pain_usual": 3,
    "previous_knee_surgery": True,
    "anticoagulant": True,
}


def known(answers: dict[str, Any], *visits: Visit, **more: Any) -> KnownOfRunner:
    checked = check_answers(answers, PACK.questions)
    screening = red_flags.evaluate(checked, SIGNS)
    ranking = differential.rank(screening.facts, PATTERNS)
    signs = after_visits(screening, visits, SIGNS, today=TODAY)
    return KnownOfRunner(answers=checked, signs=signs, ranking=ranking, **more)


def sheet(who: str, runner: KnownOfRunner | None = None) -> Sheet:
    return make_referral(who, PACK, today=TODAY, known=runner)


def html(one: Sheet) -> str:
    return render_sheet(one, PACK, LABEL, version="0.1")


def story(one: Sheet) -> dict[str, str]:
    return {line.label: line.text for line in one.story}


@pytest.mark.parametrize("who", SHEETS)
def test_with_nothing_known_every_line_is_left_to_fill_in(who: str) -> None:
    empty = sheet(who)
    assert {line.text for line in empty.story} == {""}
    assert {(row.left, row.right) for row in empty.pains} == {(None, None)}
    assert (empty.first, empty.signs, empty.patterns, empty.scores, empty.tried) == ((), (), (), (), ())
    assert empty.signs_note == PACK.referral.page["signs_unasked"]
    page = html(empty)
    assert page.count('class="blank"') == len(empty.story)
    assert "No clinician has reviewed these rules yet." in page
    assert "<script" not in page
    assert not re.search(r'(src|href)="', page)


def test_the_story_tells_the_answers() -> None:
    told = story(sheet("physio", known(ORDINARY)))
    assert told["The knee"] == "left knee, weeks of pain: 14"
    assert told["Where"] == "at the front, behind the kneecap"
    assert told["How it began"].endswith("without an injury, unchanged now")
    assert told["Running"] == "km of the last 4 weeks: 20, 25, 32.5, 40"
    assert told["My goal"] == "a race, 21.1 km, by Sun\u00a04\u00a0Apr\u00a02027"
    assert told["My health"] == "this knee was operated on, blood thinner"
    assert told["Swelling"] == ""


def test_not_sure_is_left_to_fill_in() -> None:
    assert story(sheet("doctor", known({"side": "not sure", "age_years": "not sure"})))["The knee"] == ""


def test_pain_stands_under_its_knee() -> None:
    rows = {row.label: (row.left, row.right) for row in sheet("physio", known(ORDINARY)).pains}
    assert rows["Worst, last 3 days"] == (6, 0)
    assert rows["Usual, last week"] == (3, None)


@pytest.mark.parametrize("who", ["form", "podiatrist"])
def test_health_and_signs_are_told_to_health_professionals_alone(who: str) -> None:
    runner = known({**ORDINARY, "cancer_history": True, "night_pain_constant": True, "hot": True})
    assert runner.signs
    assert runner.signs.screening.fired
    one = sheet(who, runner)
    assert "My health" not in story(one)
    assert (one.signs, one.patterns) == ((), ())
    page = html(one)
    for secret in ("blood thinner", "cancer", "infection"):
        assert secret not in page.replace("Or a hot, swollen knee with fever?", "")
    assert sheet("doctor", runner).signs
    assert sheet("doctor", runner).patterns


def test_an_emergency_stands_first_on_every_sheet_with_the_number() -> None:
    runner = known({**ORDINARY, "chest_pain_or_breathless": True, "calf_swollen": True, "country": "CZ"})
    for who in SHEETS:
        first = sheet(who, runner).first
        assert first[:2] == ("Get emergency care now.", "Call 155 (also 112). Check for your place.")
        assert (PACK.referral.page["doctor_first"] in first) is (who != "doctor")
        page = html(sheet(who, runner))
        assert page.index("Get emergency care now.") < page.index(PACK.referral.page["story"])
    nowhere = known({"chest_pain_or_breathless": True, "calf_swollen": True})
    assert sheet("doctor", nowhere).first[1] == "Call your local emergency number."


def test_a_sign_that_blocks_sends_to_a_doctor_first_and_one_that_was_seen_does_not() -> None:
    lump = {**CLEAN, "bony_lump": True}
    runner = known(lump)
    assert sheet("form", runner).first == ("Be seen within 3 days.", PACK.referral.page["doctor_first"])
    assert runner.signs
    rules = [sign.rule.id for sign in runner.signs.screening.fired]
    seen = known(lump, *(Visit(rule=rule, day=date(2026, 11, 20)) for rule in rules))
    assert sheet("form", seen).first == ()
    assert all("seen by a clinician on 20" in sign for sign in sheet("physio", seen).signs)


def test_a_hold_on_running_sends_the_form_coach_away_and_not_the_physiotherapist() -> None:
    runner = known({**CLEAN, "night_pain_constant": True})
    assert runner.signs
    assert (runner.signs.urgency, runner.signs.holds) == ("within_2_weeks", ("running",))
    assert sheet("form", runner).first == (PACK.referral.page["clinician_first"],)
    assert sheet("physio", runner).first == ()


def test_none_found_is_said_of_whoever_answered_all() -> None:
    clean = known(CLEAN)
    assert sheet("physio", clean).signs_note == PACK.referral.page["signs_none"]
    assert sheet("form", clean).signs_note == PACK.referral.page["signs_private"]
    found = sheet("physio", known({**CLEAN, "bony_lump": True}))
    assert (found.signs_note, bool(found.signs)) == ("", True)


def test_open_questions_are_said_and_never_read_as_none_found() -> None:
    note = sheet("physio", known(ORDINARY)).signs_note
    assert re.fullmatch(r"Not all were answered: \d+ questions are open\.", note)


def test_many_signs_are_counted_and_the_most_urgent_shown() -> None:
    ill = {"fever_or_unwell": True, "hot": True, "red": True, "swelling": "clear", "calf_swollen": True}
    runner = known({**ORDINARY, **ill, "locked": True, "night_pain_constant": True})
    assert runner.signs
    found = len(runner.signs.screening.fired) + len(runner.signs.screening.not_excluded)
    signs = sheet("doctor", runner).signs
    assert len(signs) == MOST_SIGNS + 1
    assert signs[0].startswith(runner.signs.screening.fired[0].rule.id)
    assert signs[-1] == f"And {found - MOST_SIGNS} more."


def test_scores_and_what_was_tried_stand_on_the_sheet() -> None:
    akps = PROMS.by_name["akps"]
    tried = {"weeks_active_care": 6, "previous_knee_surgery": True, "recreational_user_of": ["omega3"]}
    runner = known(ORDINARY | tried, scores=(DatedScore(instrument=akps, value=72.0, day=TODAY),))
    (line,) = sheet("physio", runner).scores
    assert "72 (0 to 100, higher is better), 22\u00a0Nov, adapted words" in line
    assert sheet("physio", runner).tried == (
        "Less load and exercises: for 6 weeks",
        "Operation: on this knee",
        "Products taken: omega-3",
    )
    assert "Less load and exercises: for 6 weeks" in html(sheet("physio", runner))
    assert sheet("form", runner).tried == ("Less load and exercises: for 6 weeks",)


def test_the_latest_score_of_each_questionnaire_is_told_the_newest_first(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store:
        for day, instrument, value in (
            (1, "akps", 60.0),
            (8, "akps", 72.0),
            (9, "groc", 2.0),
            (29, "akps", 80.0),
        ):
            store.add_score(replace(A_SCORE, day=date(2026, 11, day), instrument=instrument, value=value))
        store.add_score(replace(A_SCORE, day=TODAY, instrument="gone"))
        told = dated_scores(store, PROMS, today=TODAY)
    assert [(each.instrument.id, each.value) for each in told] == [("groc", 2.0), ("akps", 72.0)]


@given(st.sampled_from(SHEETS), st.dictionaries(st.sampled_from(sorted(ORDINARY)), st.just(None)))
def test_any_part_of_the_answers_makes_a_sheet(who: str, left_out: dict[str, None]) -> None:
    runner = known({key: value for key, value in ORDINARY.items() if key not in left_out})
    assert referral_document(sheet(who, runner))["who"] == who


def test_an_unknown_sheet_names_the_known_ones() -> None:
    with pytest.raises(AnswerError, match="physio, doctor, form, podiatrist"):
        sheet("surgeon")


def test_emergency_numbers() -> None:
    numbers = PACK.referral.emergency_numbers
    assert len({each.country for each in numbers.countries}) == len(numbers.countries) == 38
    assert numbers.tell("NO") == "Call 113. Check for your place."
    assert numbers.tell("US") == "Call 911. Check for your place."
    for unknown in (None, "ZZ"):
        assert numbers.tell(unknown) == "Call your local emergency number."


@pytest.mark.parametrize(
    ("step", "holds", "silent"),
    [
        ("PL1", {"red_flag": True}, {"red_flag": False}),
        ("PL2", {"differential_changed": True}, {"differential_changed": False}),
        ("PL3", {"adherence_pct": 69}, {"adherence_pct": 70}),
        ("PL4", {"load_spikes_14d": 1}, {"load_spikes_14d": 0}),
        ("PL5", {"fear_harm": 7}, {"fear_harm": 6}),
        ("PL6", {"sleep_quality": 4}, {"sleep_quality": 5}),
        ("PL7", {"weeks_in_programme": 12}, {"weeks_in_programme": 11}),
    ],
)
def test_each_step_of_the_plateau_holds_on_one_side_of_its_edge(
    step: str, holds: dict[str, Any], silent: dict[str, Any]
) -> None:
    (when,) = [each.when for each in PACK.referral.plateau.steps if each.id == step]
    assert evaluate(when, Facts.measured(holds)) is True
    assert evaluate(when, Facts.measured(silent)) is not True
    assert evaluate(PACK.referral.plateau.steps[-1].when, Facts.measured({})) is True


def test_the_file_points_at_what_exists() -> None:
    referral = PACK.referral
    keys = [part.key for line in referral.story for part in line.parts] + [row.key for row in referral.pains]
    assert [key for key in keys if key not in PACK.questions.by_key] == []
    for line in referral.story:
        for part in line.parts:
            question = PACK.questions.by_key[part.key]
            legal = set(question.options) or ({"yes", "no"} if question.type == "bool" else set())
            assert set(part.words) == legal, part.key
    assert {sheet.id for sheet in referral.sheets} == set(SHEETS)
    assert {first.urgency for first in referral.which_first} == {
        urgency.id for urgency in PACK.red_flags.policy.urgencies
    }
    treatments = {each.id for each in pack_file("treatments.yaml", Treatments).treatments}
    lessons: Lessons = pack_file("lessons.yaml", Lessons)
    assert {key for each in referral.sheets for key in each.treatments} <= treatments
    named = {key for step in referral.plateau.steps for key in step.lessons} | {referral.relapse_plan.lesson}
    assert named <= set(lessons.by_id)
    sources = pack_file("sources.yaml", dict[str, Source])
    entries: list[Any] = [referral, *referral.sheets, referral.emergency_numbers, referral.plateau]
    entries.append(referral.relapse_plan)
    assert [key for each in entries for key in each.sources if key not in sources] == []


def test_every_fixed_word_of_the_sheet_is_used() -> None:
    code = "".join(
        (CHECKOUT / "src" / "goodknee" / name).read_text("utf-8")
        for name in ("core/assess/referral.py", "writers/refer.py", "writers/templates/refer.html.j2")
    )
    unused = [
        key
        for key in PACK.referral.page
        if f'"{key}"' not in code and f"page.{key}" not in code and not key.startswith("fits_")
    ]
    assert unused == []
