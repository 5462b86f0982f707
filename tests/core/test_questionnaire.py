"""The questions: what may be answered, what is asked next, and the baseline that comes of it."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from goodknee.core.assess.answers import check_answers, legal_values, without_orphans
from goodknee.core.assess.baseline import baseline
from goodknee.core.assess.conditions import NOT_ASKED, Facts, keys_of
from goodknee.core.assess.conditions import evaluate as holds
from goodknee.core.assess.questionnaire import Interview, Screen, screen_of
from goodknee.core.assess.red_flags import evaluate, ready
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import Part, Question, Questions
from goodknee.errors import AnswerError
from goodknee.readers.knowledge import load_knowledge

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST: tuple[Part, ...] = ("urgent", "symptoms", "warning_signs", "baseline")


@cache
def load(path: str) -> Any:
    return yaml.load((CHECKOUT / path).read_text(encoding="utf-8"), yaml.CSafeLoader)


QUESTIONS: Questions = TypeAdapter(Questions).validate_json(
    json.dumps(load("src/goodknee/knowledge/questions.yaml"), default=str), strict=True
)
KNOWLEDGE = load_knowledge()
RED_FLAGS = ready(KNOWLEDGE.red_flags, QUESTIONS)
CLEAN: dict[str, Value] = load("tests/cases/red_flags.yaml")["clean"]


def a_legal(question: Question) -> Any:
    match question.type:
        case "bool":
            return True
        case "enum":
            return question.options[-1]
        case "list":
            return [question.options[0], question.options[-1]]
        case "int" | "float":
            return question.max
        case "numbers":
            return [question.max] * (question.length or 0)
        case "date":
            return "2026-05-31"
        case "country":
            return "DE"
        case "text":
            return "shin splints"
        case "visits":
            return ["RF32 2026-05-31 cleared"]


# --- the file itself ----------------------------------------------------------------------------------------


def test_every_question_is_complete_and_stands_after_the_one_it_hangs_on() -> None:
    groups = {group.id: place for place, group in enumerate(QUESTIONS.groups)}
    before: set[str] = set()
    place = 0
    for question in QUESTIONS.questions:
        assert question.key not in before
        assert groups[question.group] >= place, f"{question.key} stands outside its group"
        place = groups[question.group]
        assert question.ask_when is None or question.matters_when is None, question.key
        assert question.applies_when is None or set(keys_of(question.applies_when)) <= before, question.key
        before.add(question.key)
        assert bool(question.options) == (question.type in {"enum", "list"}), question.key
        assert (question.max is not None) == (question.type in {"int", "float", "numbers"}), question.key
        assert (question.screen == "tick") <= (question.type == "bool"), question.key
        assert "{" not in legal_values(question)
    assert all(QUESTIONS.of(group.id) for group in QUESTIONS.groups)


def test_what_cannot_wait_is_asked_first_and_supplements_last() -> None:
    assert QUESTIONS.groups[0].id == "urgent"
    assert [group.part for group in QUESTIONS.groups] == sorted(
        (group.part for group in QUESTIONS.groups),
        key=get_args(Part).index,
    )


# --- what may be answered -----------------------------------------------------------------------------------


def test_every_question_takes_a_legal_answer_not_sure_and_nothing() -> None:
    for question in QUESTIONS.questions:
        checked = check_answers({question.key: a_legal(question)}, QUESTIONS)
        assert checked[question.key] not in (None, "not sure")
        assert check_answers(checked, QUESTIONS) == checked
        assert check_answers({question.key: "Not sure"}, QUESTIONS) == {question.key: "not sure"}
        assert check_answers({question.key: None}, QUESTIONS) == {question.key: None}


@pytest.mark.parametrize(
    "wrong", [{"a": 1}, [["a"]], "no such word, and far too long" * 20, float("nan"), b"y"]
)
def test_no_question_takes_what_is_of_the_wrong_kind(wrong: Any) -> None:
    for question in QUESTIONS.questions:
        with pytest.raises(AnswerError) as caught:
            check_answers({question.key: wrong}, QUESTIONS)
        assert question.key in str(caught.value)


@pytest.mark.parametrize(
    ("key", "given", "kept"),
    [
        ("limp", "yes", True),
        ("limp", " No ", False),
        ("limp", "unknown", "not sure"),
        ("age_years", 33.0, 33),
        ("age_years", 1, 1),
        ("age_years", 120, 120),
        ("knee_drifts_inward", False, "no"),
        ("knees_in_on_landing", True, "yes"),
        ("location", ["front", "outer", "front"], ("front", "outer")),
        ("location", "front", ("front",)),
        ("location", [], ()),
        ("recreational_user_of", ["turmeric:extract", "ginger"], ("turmeric:extract", "ginger")),
        ("km_last_4_weeks", [10, 12.5, 0, 8], (10.0, 12.5, 0.0, 8.0)),
        ("goal_date", date(2026, 10, 18), "2026-10-18"),
        ("country", "de", "DE"),
        ("country", False, "NO"),
        ("cannot_bear_weight_4_steps", True, True),
        ("pain_usual_left", 10, 10),
        ("shoe_midsole", "unsure", "unsure"),
    ],
)
def test_answers_are_kept_in_one_form(key: str, given: Any, kept: Any) -> None:
    checked = check_answers({key: given}, QUESTIONS)
    assert checked == {key: kept}
    assert type(checked[key]) is type(kept)


@pytest.mark.parametrize(
    ("answers", "key", "says"),
    [
        ({"age_years": 210}, "age_years", ("210", "from 1 to 120")),
        ({"age_years": 0}, "age_years", ("0", "from 1 to 120")),
        ({"age_years": 33.5}, "age_years", ("33.5", "whole number")),
        ({"age_years": "33"}, "age_years", ("'33'", "whole number")),
        ({"age_years": True}, "age_years", ("True", "whole number")),
        ({"limp": 1}, "limp", ("1", "yes, no or not sure")),
        ({"limp": "maybe"}, "limp", ("'maybe'", "yes, no or not sure")),
        ({"swelling": "huge"}, "swelling", ("'huge'", "none, slight, clear, very_large")),
        ({"swelling": True}, "swelling", ("True", "slight")),
        ({"location": ["front", "toe"]}, "location", ("toe", "behind_kneecap")),
        ({"recreational_user_of": ["ginger:gas"]}, "recreational_user_of", ("ginger:gas", "turmeric")),
        ({"km_last_4_weeks": [1, 2, 3]}, "km_last_4_weeks", ("4 numbers",)),
        ({"km_last_4_weeks": [1, 2, 3, -1]}, "km_last_4_weeks", ("-1", "from 0")),
        ({"goal_date": "31.5.2026"}, "goal_date", ("31.5.2026", "2026-05-31")),
        ({"country": "Germany"}, "country", ("Germany", "two letters")),
        ({"seen_for_rule": ["RF32 yesterday"]}, "seen_for_rule", ("yesterday", "cleared")),
        ({"seen_for_rule": ["RF32 2026-13-01 cleared"]}, "seen_for_rule", ("2026-13-01",)),
        ({"pain_usual_left": 11}, "pain_usual_left", ("11", "from 0 to 10")),
        ({"swellling": "none"}, "swellling", ("no question", "Did you mean swelling")),
        ({"zzz": 1}, "zzz", ("no question", "check --questions")),
        ({"age_years": 10**400}, "age_years", ("1000", "from 1 to 120")),
        ({"age_years": date(2026, 5, 31)}, "age_years", ("2026-05-31 is not", "whole number")),
        ({"pain_usual": {"left": 3}, "pain_usual_left": 8}, "pain_usual_left", ("answered twice",)),
        ({"pain_usual_left": 8, "pain_usual": {"left": 3}}, "pain_usual_left", ("answered twice",)),
        ({7: "yes"}, "7", ("no question",)),
        ({"recent_trauma": "no", "trauma_days": 3}, "trauma_days", ("3", "recent_trauma was answered no")),
        ({"trauma_days": 3, "recent_trauma": False}, "trauma_days", ("recent_trauma was answered no",)),
        ({"recent_trauma": False, "twist_with_pop": True}, "twist_with_pop", ("answered no",)),
        ({"recent_trauma": False, "walked_after_injury": False}, "walked_after_injury", ("answered no",)),
        ({"kneecap_went_out": False, "kneecap_still_out": True}, "kneecap_still_out", ("answered no",)),
        (
            {"calf_pain_or_tender": False, "calf_pain_pattern": "both_sides"},
            "calf_pain_pattern",
            ("answered no",),
        ),
    ],
)
def test_an_answer_that_is_not_legal_is_one_error_with_key_value_and_legal_values(
    answers: Any, key: str, says: tuple[str, ...]
) -> None:
    with pytest.raises(AnswerError) as caught:
        check_answers(answers, QUESTIONS)
    assert caught.value.where == key
    assert all(each in str(caught.value) for each in says), str(caught.value)


def test_a_no_beside_the_no_of_its_parent_is_no_contradiction() -> None:
    """An answers file may spell out every "no"; other contradictions are asked again, not refused."""
    assert check_answers(CLEAN, QUESTIONS) == CLEAN
    check_answers({"recent_trauma": False, "trauma_days": None, "walked_after_injury": "not sure"}, QUESTIONS)
    check_answers({"swelling": "none", "swelling_onset": "days"}, QUESTIONS)
    check_answers({"age_years": 40, "leg_turned_out": True}, QUESTIONS)


def test_answers_one_knee_each_may_be_written_under_one_key() -> None:
    checked = check_answers({"pain_usual": {"left": 3, "right": None}}, QUESTIONS)
    assert checked == {"pain_usual_left": 3, "pain_usual_right": None}
    with pytest.raises(AnswerError, match="pain_usual_middle"):
        check_answers({"pain_usual": {"middle": 3}}, QUESTIONS)


PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary() | st.dates()
)
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=4
)
SOME_KEY = st.sampled_from(sorted(QUESTIONS.answered_by)) | st.text(max_size=5) | st.integers()


@given(st.dictionaries(SOME_KEY, ANYTHING, max_size=4))
def test_any_answers_at_all_are_kept_or_refused_with_an_answer_error(answers: Any) -> None:
    with suppress(AnswerError):
        checked = check_answers(answers, QUESTIONS)
        assert check_answers(checked, QUESTIONS) == checked


# --- what is asked ------------------------------------------------------------------------------------------


def start(**answers: Value) -> Interview:
    return Interview(questions=QUESTIONS, parts=FIRST, answers=answers)


def at(group: str, **answers: Value) -> Interview:
    """Skip forward to a screen."""
    interview = start(**answers)
    while (screen := interview.screen) is not None and screen.group.id != group:
        interview = interview.skip()
    assert interview.screen is not None
    return interview


def shown(interview: Interview) -> Screen:
    assert interview.screen is not None
    return interview.screen


def test_none_of_these_answers_the_shown_ticks_with_no_and_no_field() -> None:
    movement = at("movement")
    assert {"limp", "can_walk_now"} <= set(shown(movement).keys)
    after = movement.next()
    assert after.answers == dict.fromkeys((tick.key for tick in shown(movement).ticks), False)
    assert "can_walk_now" not in after.answers
    assert "can_walk_now" in after.passed


def test_ticked_lines_are_yes_and_the_others_no() -> None:
    after = at("injury").next(ticked=("hot",), fields={"swelling": "none"})
    assert after.answers == {
        "recent_trauma": False,
        "kneecap_went_out": False,
        "swelling": "none",
        "hot": True,
        "red": False,
        "skin_break_front_swelling": False,
    }


def test_an_answer_to_a_tick_goes_before_its_line() -> None:
    after = start().next(ticked=("fever_or_unwell",), fields={"fever_or_unwell": "not sure"})
    assert after.answers["fever_or_unwell"] == "not sure"
    assert after.answers["chest_pain_or_breathless"] is False


def test_a_skipped_screen_leaves_all_open_and_is_not_shown_again() -> None:
    first = start()
    skipped = first.skip()
    assert skipped.answers == {}
    assert shown(first).group.id == "urgent"
    assert shown(skipped).group.id == "you"


def test_a_question_appears_when_its_parent_is_answered_yes() -> None:
    injury = at("injury")
    assert "trauma_days" not in shown(injury).keys
    follow_up = injury.next(ticked=("recent_trauma",))
    assert shown(follow_up).group.id == "injury"
    assert set(shown(follow_up).keys) == {
        "trauma_days", "blunt_trauma_or_fall", "twist_with_pop", "walked_after_injury",
        "patella_bone_tender", "fibular_head_tender",
    }  # fmt: skip
    assert shown(injury.next()).group.id == "movement"
    assert "leg_turned_out" in shown(at("leg", age_years=17)).keys
    assert "leg_turned_out" not in shown(at("leg", age_years=18)).keys


def test_back_returns_to_the_answers_of_before() -> None:
    before = at("injury")
    after = before.next(ticked=("recent_trauma",)).next(fields={"trauma_days": 3})
    assert after.back().back() == before
    assert start().back() == start()


def test_going_back_to_a_no_drops_what_hung_on_the_yes() -> None:
    answers: dict[str, Value] = {
        "recent_trauma": False,
        "trauma_days": 3,
        "twist_with_pop": False,
        "limp": True,
    }
    assert without_orphans(answers, QUESTIONS) == {
        "recent_trauma": False,
        "twist_with_pop": False,
        "limp": True,
    }


def test_a_screen_takes_only_what_it_asks() -> None:
    with pytest.raises(AnswerError, match="locks_intermittently is not asked here"):
        start().next(ticked=("locks_intermittently",))
    with pytest.raises(AnswerError, match="210"):
        start().skip().next(fields={"age_years": 210})


def test_only_the_sore_knee_is_asked() -> None:
    assert all(key.endswith("_left") for key in shown(at("pain_now", side="left")).keys)
    for side in ("both", "not sure", None):
        keys = shown(at("pain_now", side=side)).keys
        assert {"pain_worst_3d_left", "pain_worst_3d_right"} <= set(keys)
    assert (
        "pain_worst_3d_left"
        not in shown(at("pain_now", side="both", pain_worst_3d_left=3, pain_worst_3d_right=1)).keys
    )


def test_the_screens_left_are_a_range_that_only_answers_can_move() -> None:
    fewest, most = start().screens_left
    assert fewest <= most == len([group for group in QUESTIONS.groups if group.part in FIRST])
    assert at("course").screens_left[0] < fewest


def an_ordinary_answer(question: Question) -> Any:
    match question.type:
        case "bool":
            return question.key == "can_walk_now"
        case "enum" | "list":
            return [question.options[0]] if question.type == "list" else question.options[0]
        case _:
            return 1


def test_an_ordinary_knee_has_a_first_answer_after_eight_to_twelve_screens() -> None:
    interview, screens = start(age_years=33), 0
    while (screen := interview.screen) is not None:
        assert interview.place[0] == screens + 1
        fields = {key: an_ordinary_answer(question) for question, keys in screen.fields for key in keys}
        interview = interview.next(fields=fields)
        screens += 1
    assert 8 <= screens <= 12
    assert interview.screens_left == (0, 0)
    screening = evaluate(interview.answers, RED_FLAGS)
    assert screening.all_answered
    assert screening.all_clear


def test_skipping_everything_ends_and_answers_nothing() -> None:
    interview = start()
    while interview.screen is not None:
        interview = interview.skip()
    assert interview.answers == {}
    assert not evaluate(interview.answers, RED_FLAGS).all_answered


def test_what_was_told_is_gone_on_with_where_it_stopped() -> None:
    stopped = start().next().skip().with_answers({"location": ["front"]})
    resumed = start().resume(stopped.told)
    assert resumed.told == stopped.told
    assert resumed.place == stopped.place
    assert "location" not in shown(resumed).keys
    assert "side" in shown(resumed).keys
    assert shown(resumed.back()).group.id == "you"
    assert start().resume({}) == start()


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_stopped_at_any_point_it_goes_on_as_if_it_had_not(chance: random.Random) -> None:
    interview = start()
    while (screen := interview.screen) is not None:
        ticked = [tick.key for tick in screen.ticks if chance.random() < 0.3]
        fields = {
            key: chance.choice([None, "not sure", an_ordinary_answer(question)])
            for question, keys in screen.fields
            for key in keys
        }
        interview = interview.skip() if chance.random() < 0.2 else interview.next(ticked, fields)
        told = json.loads(json.dumps(interview.told))
        resumed = start().resume(told)
        assert resumed.told == interview.told
        assert resumed.screen == interview.screen
        assert resumed.place == interview.place


# --- what is not asked, for nothing turns on it -------------------------------------------------------------

#: Where exactly it hurts tells a warning sign nothing that ``location`` did not: then it is asked.
MATTERS = [each for each in QUESTIONS.questions if each.matters_when is not None and each.key != "spot"]
IN_RULES = [
    key
    for key in dict.fromkeys(
        key
        for rule in KNOWLEDGE.red_flags.rules
        for condition in (rule.when, rule.unless)
        if condition is not None
        for key in keys_of(condition)
    )
    if key in QUESTIONS.by_key
]


@settings(max_examples=300)
@given(st.data())
def test_no_warning_sign_turns_on_a_question_that_is_not_asked(data: st.DataObject) -> None:
    """Whatever else was answered: asked or not, yes or no, the same signs, urgency and holds."""
    answers: dict[str, Any] = {
        key: data.draw(st.sampled_from(values_of(QUESTIONS.by_key[key])), label=key) for key in IN_RULES
    }
    answers = without_orphans({key: value for key, value in answers.items() if value is not None}, QUESTIONS)
    facts = evaluate(answers, RED_FLAGS).facts  # a contradiction makes an answer count as not known
    for question in MATTERS:
        assert question.matters_when is not None
        if question.key not in IN_RULES or holds(question.matters_when, facts) is not False:
            continue
        without = {key: value for key, value in answers.items() if key != question.key}
        told = [
            evaluate({**without, question.key: value} if value is not None else without, RED_FLAGS)
            for value in values_of(question)
        ]
        signs = [
            (one.urgency, one.holds, [sign.rule.id for sign in (*one.fired, *one.not_excluded)])
            for one in told
        ]
        assert all(each == signs[0] for each in signs), question.key


def values_of(question: Question) -> list[Any]:
    match question.type:
        case "bool":
            return [None, False, True]
        case "enum":
            return [None, *question.options]
        case "list":
            return [None, *((option,) for option in question.options)]
        case _:
            return [None, 0, 1, 2, 3, 6, 12, 17, 18, 30, 51, 60]


def test_an_answer_counts_although_it_was_not_asked_for() -> None:
    """A file may tell more than is asked: nothing of it is refused or lost."""
    answers = check_answers({"groin_or_hip_pain": False, "hip_rotation_limited": True}, QUESTIONS)
    assert Facts.of(answers, QUESTIONS).get("hip_rotation_limited") is True
    facts = Facts.of({"groin_or_hip_pain": False, "age_years": 40}, QUESTIONS)
    assert facts.get("hip_rotation_limited") is NOT_ASKED


# --- what one answer tells of another -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "key", "value"),
    [
        ({"methotrexate": True}, "immunosuppressant", True),
        ({"methotrexate": True, "immunosuppressant": False}, "immunosuppressant", True),
        ({"methotrexate": True}, "infection_risk", True),
        ({"methotrexate": False}, "immunosuppressant", None),
        ({"bortezomib": True}, "cancer_treatment", True),
        ({"bortezomib": True}, "dvt_risk", True),
        ({"nadolol": True}, "bp_medicine", True),
        ({"acei_arb_or_diuretic": True}, "bp_medicine", True),
        ({"anticoagulant": False, "bleeding_disorder": False}, "bleeding_risk", False),
        ({"anticoagulant": False}, "bleeding_risk", None),
        ({"anticoagulant": False, "bleeding_disorder": "not sure"}, "bleeding_risk", None),
        ({"anticoagulant": True, "bleeding_disorder": False}, "bleeding_risk", True),
        ({"bleeding_risk": False, "anticoagulant": True}, "bleeding_risk", True),
    ],
)
def test_a_named_drug_tells_of_its_kind(answers: dict[str, Value], key: str, value: bool | None) -> None:
    # Asked of nobody without swelling; here a knee is swollen, so that what is not known stays open.
    assert Facts.of({**answers, "swelling": "slight"}, QUESTIONS).get(key) is value


def test_a_whole_screen_can_be_shown_again_with_its_answers() -> None:
    group = next(each for each in QUESTIONS.groups if each.id == "leg")
    screen = screen_of(group, {"calf_pain_or_tender": True, "calf_pain_pattern": "both_sides"}, QUESTIONS)
    assert screen is not None
    assert "calf_pain_pattern" in screen.keys


@given(st.randoms(use_true_random=False), st.lists(st.booleans(), min_size=80, max_size=80))
def test_the_order_of_the_screens_changes_no_answer(chance: random.Random, ticks: list[bool]) -> None:
    """Groups answered in any order, with follow-ups when they come, give the same answers."""
    wanted = {question.key: tick for question, tick in zip(
        (question for question in QUESTIONS.questions if question.screen == "tick"), ticks, strict=False
    )}  # fmt: skip

    def answered(order: list[Any]) -> dict[str, Value]:
        answers: dict[str, Value] = {"age_years": 15}
        for _ in range(3):  # a parent may stand in a later group of this order
            for group in order:
                screen = screen_of(group, answers, QUESTIONS)
                if screen is not None:
                    answers |= screen.ticked({tick.key for tick in screen.ticks if wanted.get(tick.key)})
        return answers

    groups = [group for group in QUESTIONS.groups if group.part in FIRST]
    shuffled = chance.sample(groups, len(groups))
    assert answered(shuffled) == answered(groups)


# --- baseline -----------------------------------------------------------------------------------------------


def test_the_baseline_holds_each_knee_the_running_and_the_goal() -> None:
    answers: dict[str, Value] = {
        "side": "both",
        "pain_worst_3d_left": 6, "pain_worst_3d_right": 2, "pain_usual": 3, "pain_stairs_down_right": 0,
        "km_last_4_weeks": (10.0, 12.0, 0.0, 8.0), "runs_now": "not sure",
        "goal_kind": "race", "goal_distance_km": 10.0,
    }  # fmt: skip
    start = baseline(answers, QUESTIONS)
    assert (start.left["pain_worst_3d"], start.right["pain_worst_3d"]) == (6, 2)
    assert (start.left["pain_usual"], start.right["pain_usual"]) == (3, 3)
    assert (start.left["pain_stairs_down"], start.right["pain_stairs_down"]) == (None, 0)
    assert start.running["km_last_4_weeks"] == (10.0, 12.0, 0.0, 8.0)
    assert start.running["runs_now"] is None
    assert (start.goal["goal_kind"], start.goal["goal_date"]) == ("race", None)
    assert (start.worst("pain_worst_3d"), start.worst("pain_stairs_down"), start.worst("pain_rest")) == (
        6,
        0,
        None,
    )


def test_pain_without_a_side_is_that_of_the_sore_knee() -> None:
    one = baseline({"side": "right", "pain_usual": 4}, QUESTIONS)
    assert (one.left["pain_usual"], one.right["pain_usual"]) == (None, 4)
    unknown = baseline({"pain_usual": 4}, QUESTIONS)
    assert (unknown.left["pain_usual"], unknown.right["pain_usual"]) == (4, 4)


PAINS = [
    f"{question.key}{end}"
    for question in QUESTIONS.questions
    if question.per_knee
    for end in ("", "_left", "_right")
]
OTHER = {"left": "right", "right": "left"}


@given(
    st.dictionaries(st.sampled_from(PAINS), st.integers(0, 10)),
    st.sampled_from(("left", "right", "both", None)),
)
def test_left_and_right_swapped_swaps_the_baseline(pains: dict[str, int], side: str | None) -> None:
    def swapped(key: str) -> str:
        stem, _, end = key.rpartition("_")
        return f"{stem}_{OTHER[end]}" if end in OTHER else key

    one = baseline({**pains, "side": side}, QUESTIONS)
    other = baseline(
        {**{swapped(key): pain for key, pain in pains.items()}, "side": OTHER.get(side or "", side)},
        QUESTIONS,
    )
    assert (one.left, one.right) == (other.right, other.left)
    assert all(one.worst(key) == other.worst(key) for key in one.left)
