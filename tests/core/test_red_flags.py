"""Warning signs: the cases a physiotherapist can read, and what must hold for any answers at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from goodknee.core.assess.answers import check_answers, orphans
from goodknee.core.assess.conditions import Facts, evaluate, leaves_of, unknown_keys
from goodknee.core.assess.red_flags import Screening, ready
from goodknee.core.assess.red_flags import evaluate as screen
from goodknee.core.assess.visits import PastCheck, Visit, after_visits, past_check, visits_in
from goodknee.core.knowledge.conditions import Condition, Leaf
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.red_flags import RedFlag, RedFlags

CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def load(path: str) -> Any:
    return yaml.load((CHECKOUT / path).read_text(encoding="utf-8"), yaml.CSafeLoader)


def pack(file: str, kind: Any) -> Any:
    raw = json.dumps(load(f"src/goodknee/knowledge/{file}"), default=str)
    return TypeAdapter(kind).validate_json(raw, strict=True)


QUESTIONS: Questions = pack("questions.yaml", Questions)
RED_FLAGS: RedFlags = pack("red_flags.yaml", RedFlags)
READY = ready(RED_FLAGS, QUESTIONS)
RULES = {rule.id: rule for rule in RED_FLAGS.rules}
RANK = READY.rank
CASES = load("tests/cases/red_flags.yaml")
CLEAN: dict[str, Any] = CASES["clean"]
#: The two answers where "no" is the sign.
TURNED = {"can_walk_now", "walked_after_injury"}


def person(change: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a change over the person without signs; what hangs on a question now answered no falls away."""
    answers = {**CLEAN, **change}
    for key, _ in tuple(orphans(answers, QUESTIONS)):
        del answers[key]
    if answers["swelling"] == "none":
        answers = {key: value for key, value in answers.items() if not key.startswith("swelling_")}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in answers.items()}


def fired(screening: Screening) -> list[str]:
    return [sign.rule.id for sign in screening.fired]


def ids(case: Mapping[str, Any]) -> str:
    return " ".join(str(case[key]) for key in ("rule", "name") if key in case)


@pytest.mark.parametrize("case", CASES["edges"], ids=ids)
def test_a_rule_fires_on_one_side_of_its_edge_and_not_on_the_other(case: Any) -> None:
    answers = person(case["answers"])
    screening = screen(answers, READY)
    assert case["rule"] in fired(screening)
    assert screening.urgency == case["urgency"]
    for change in case["but_not"].values():
        assert case["rule"] not in fired(screen(person({**case["answers"], **change}), READY)), change


@pytest.mark.parametrize("case", CASES["examples"], ids=ids)
def test_examples(case: Any) -> None:
    screening = screen(person(case["answers"]), READY)
    assert screening.urgency == case["urgency"]
    assert case.get("fires") is None or case["fires"] in fired(screening)
    not_excluded = [sign.rule.id for sign in screening.not_excluded]
    assert set(case.get("not_excluded", ())) <= set(not_excluded)


@pytest.mark.parametrize("case", CASES["open"], ids=ids)
def test_silence_leaves_a_rule_open_when_the_answers_give_a_reason(case: Any) -> None:
    screening = screen(person(case["answers"]), READY)
    assert case["rule"] in {sign.rule.id for sign in screening.not_excluded}
    assert RANK[screening.urgency] <= RANK["same_day"]
    for change in case["but_not"].values():
        otherwise = screen(person({**case["answers"], **change}), READY)
        assert case["rule"] not in {sign.rule.id for sign in otherwise.not_excluded}, change
        assert otherwise.unanswered


def test_every_rule_with_its_own_reason_to_stay_open_has_a_pair() -> None:
    own = {rule.id for rule in RED_FLAGS.rules if rule.open_when is not None}
    assert own == {case["rule"] for case in CASES["open"]}


def conditions_of(rule: RedFlag) -> tuple[Condition, ...]:
    return (rule.when,) if rule.unless is None else (rule.when, rule.unless)


def holds(leaf: Condition, answers: Mapping[str, Any]) -> bool:
    return evaluate(leaf, Facts.of(answers, QUESTIONS)) is True


def edge_of(leaf: Leaf, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The two people stand on the two sides of the leaf; for a number, right at the edge."""
    if holds(leaf, one) == holds(leaf, other):
        return False
    if leaf.comparison not in {"lt", "lte", "gt", "gte"}:
        return True
    return leaf.key in other and abs(one[leaf.key] - other[leaf.key]) == 1


@pytest.mark.parametrize("rule", RED_FLAGS.rules, ids=lambda rule: rule.id)
def test_every_comparison_of_every_rule_has_its_pair(rule: RedFlag) -> None:
    pairs = [
        (person(case["answers"]), person({**case["answers"], **change}))
        for case in CASES["edges"]
        if case["rule"] == rule.id
        for change in case["but_not"].values()
    ]
    for condition in conditions_of(rule):
        for leaf in leaves_of(condition):
            assert isinstance(leaf, Leaf)
            assert any(edge_of(leaf, one, other) for one, other in pairs), leaf


@pytest.mark.parametrize("rule", RED_FLAGS.rules, ids=lambda rule: rule.id)
def test_every_rule_fires_for_somebody_who_answers_everything_without_contradiction(rule: RedFlag) -> None:
    cases = [person(case["answers"]) for case in CASES["edges"] if case["rule"] == rule.id]
    whole = [answers for answers in cases if None not in answers.values()]
    assert any(not screen(check_answers(answers, QUESTIONS), READY).contradictions for answers in whole)


# --- for any answers at all ---------------------------------------------------------------------------------

KEYS = tuple(
    dict.fromkeys(
        leaf.key
        for rule in RED_FLAGS.rules
        for condition in conditions_of(rule)
        for leaf in leaves_of(condition)
        if isinstance(leaf, Leaf)
    )
)
ASKED = tuple(question for question in QUESTIONS.questions if question.key in KEYS)
NUMBERS: dict[str, tuple[int, ...]] = {
    "age_years": (3, 4, 7, 8, 11, 12, 14, 17, 18, 24, 25, 33, 49, 50, 51, 54, 55, 80),
    "trauma_days": (0, 3, 4, 7, 8, 42, 43),
    "swelling_weeks": (0, 1, 5, 6, 11, 12),
    "morning_stiffness_min": (0, 29, 30, 59, 60),
    "weeks_since_onset": (0, 2, 3, 26, 27),
    "weeks_active_care": (0, 1, 2, 3, 5, 6),
}


def legal(key: str) -> st.SearchStrategy[Any]:
    question = QUESTIONS.by_key[key]
    if question.type == "bool":
        return st.booleans()
    if question.type == "list":
        return st.lists(st.sampled_from(question.options), min_size=1, max_size=3, unique=True).map(tuple)
    return st.sampled_from(question.options or NUMBERS[key])


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    """Any answers to any of the questions: mostly without signs, or anything at all, with gaps."""
    some = st.sets(st.sampled_from([question.key for question in ASKED]), max_size=8)
    if draw(st.booleans()):
        answers = dict(CLEAN)
        changed: set[str] = draw(some)
    else:
        answers = {}
        changed = draw(st.sets(st.sampled_from([question.key for question in ASKED])))
    answers |= {key: draw(legal(key)) for key in sorted(changed)}
    for key in draw(some):
        answers.pop(key, None)
    return answers


def rank(answers: Mapping[str, Any]) -> int:
    return RANK[screen(answers, READY).urgency]


SIGNS = st.sampled_from([question.key for question in ASKED if question.type == "bool"])


@given(people(), SIGNS)
def test_adding_a_sign_never_lowers_the_urgency(answers: dict[str, Any], key: str) -> None:
    sign = key not in TURNED
    without = {**answers, key: not sign}
    assert rank({**answers, key: sign}) <= rank(without)
    del without[key]
    assert rank({**answers, key: sign}) <= rank(without)


@given(people(), SIGNS)
def test_taking_back_a_no_never_lowers_the_urgency(answers: dict[str, Any], key: str) -> None:
    no = {**answers, key: key in TURNED}
    taken_back = {each: value for each, value in no.items() if each != key}
    assert rank(taken_back) <= rank(no)


@given(people(), SIGNS)
def test_when_taking_back_a_yes_lowers_the_urgency_the_key_is_asked_again(
    answers: dict[str, Any], key: str
) -> None:
    yes = {**answers, key: key not in TURNED}
    assume(key not in dict(orphans(yes, QUESTIONS)))  # a question whose parent says no is not asked again
    taken_back = screen({each: value for each, value in yes.items() if each != key}, READY)
    if RANK[taken_back.urgency] > rank(yes):
        question = QUESTIONS.by_key[key]
        parents = unknown_keys(question.applies_when, taken_back.facts) if question.applies_when else ()
        assert {key, *parents} & set(taken_back.unanswered)


@given(people())
def test_more_swelling_never_lowers_the_urgency(answers: dict[str, Any]) -> None:
    ranks = []
    for swelling in ("none", "slight", "clear", "very_large"):
        screening = screen({**answers, "swelling": swelling}, READY)
        # "No swelling" beside how it came is a contradiction: it is not known then, and counts for more.
        if not any("swelling" in entry.forget for entry in screening.contradictions):
            ranks.append(RANK[screening.urgency])
    assert ranks == sorted(ranks, reverse=True)


@given(people(), st.randoms())
def test_answers_in_any_order_give_the_same(answers: dict[str, Any], random: Any) -> None:
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert screen(dict(shuffled), READY) == screen(answers, READY)


@given(people(), st.sampled_from(("left", "right", "both")))
def test_which_knee_it_is_changes_nothing(answers: dict[str, Any], side: str) -> None:
    one, other = (screen({**answers, "side": each}, READY) for each in ("left", side))
    assert (one.urgency, fired(one), one.holds) == (other.urgency, fired(other), other.holds)


@given(people())
def test_not_sure_is_the_same_as_no_answer(answers: dict[str, Any]) -> None:
    gaps = {question.key: "not sure" for question in ASKED if question.key not in answers}
    full, bare = screen({**gaps, **answers}, READY), screen(answers, READY)
    assert (full.urgency, fired(full), full.unanswered) == (bare.urgency, fired(bare), bare.unanswered)


@given(people())
def test_the_trace_of_every_fired_rule_makes_it_true_again(answers: dict[str, Any]) -> None:
    screening = screen(answers, READY)
    for sign in screening.fired:
        seen = {each.key: each.value for each in sign.trace}
        assert evaluate(sign.rule.when, Facts(seen)) is True
    for sign in screening.not_excluded:
        assert sign.trace
        assert sign.missing


@given(people())
def test_the_quick_way_is_the_plain_way(answers: dict[str, Any]) -> None:
    screening = screen(answers, READY)
    plain = list(plainly(screening.facts))
    assert {(sign.rule.id, "fires") for sign in screening.fired} == {
        each for each in plain if each[1] == "fires"
    }
    assert {(sign.rule.id, "open") for sign in screening.not_excluded} == {
        each for each in plain if each[1] == "open"
    }
    urgencies = [RULES[rule].urgency if how == "fires" else "same_day" for rule, how in plain]
    assert RANK[screening.urgency] == min((RANK[urgency] for urgency in urgencies), default=RANK["routine"])


def plainly(facts: Facts) -> Iterator[tuple[str, str]]:
    """Read the rules word for word, one by one, without compiling anything."""
    for rule in RED_FLAGS.rules:
        when = evaluate(rule.when, facts)
        if when is False or (rule.unless is not None and evaluate(rule.unless, facts)):
            continue
        if when:
            yield rule.id, "fires"
        elif rule.urgency in {"emergency", "same_day"}:
            leaves = [leaf for leaf in leaves_of(rule.when) if isinstance(leaf, Leaf)]
            signs = [leaf for leaf in leaves if leaf.key not in RED_FLAGS.policy.context_keys]
            reasons: list[Condition] = [*signs] if rule.open_when is None else [rule.open_when]
            quiet = rule.open_unless is not None and evaluate(rule.open_unless, facts)
            if not quiet and any(evaluate(reason, facts) for reason in reasons):
                yield rule.id, "open"


@given(people())
def test_a_rule_only_ever_adds_to_what_waits(answers: dict[str, Any]) -> None:
    """No rule clears what another blocks: each rule that fires keeps its own holds and its own urgency."""
    screening = screen(answers, READY)
    for sign in (*screening.fired, *screening.not_excluded):
        assert set(sign.blocks) <= set(screening.holds)
        assert RANK[screening.urgency] <= RANK[sign.urgency]
    assert screening.blocked == ("strength" in screening.holds)
    if screening.urgency in {"emergency", "same_day", "within_days"}:
        assert screening.blocked
        assert "running" in screening.holds


@given(people())
def test_all_clear_is_said_only_when_every_urgent_question_is_answered(answers: dict[str, Any]) -> None:
    screening = screen(answers, READY)
    missing = [key for key in READY.urgent_keys if screening.facts.get(key) is None]
    assert screening.all_answered == (not missing and not screening.contradictions)
    assert bool(missing) <= bool(screening.unanswered)
    if screening.all_clear:
        assert screening.urgency == "routine"
        assert screening.all_answered


# --- what must not slip through -----------------------------------------------------------------------------


def test_nothing_answered_is_no_alarm_and_no_all_clear() -> None:
    screening = screen({}, READY)
    assert (screening.urgency, screening.holds, screening.fired, screening.not_excluded) == (
        "routine",
        (),
        (),
        (),
    )
    assert not screening.all_clear
    assert {"foot_cold_pale_numb", "recent_trauma", "can_walk_now", "age_years"} <= set(screening.unanswered)
    # Neither a derived key nor a question whose parent is still open is asked.
    assert not {"cannot_bear_weight_4_steps", "trauma_days", "leg_turned_out"} & set(screening.unanswered)


def test_the_clean_person_is_all_clear() -> None:
    screening = screen(CLEAN, READY)
    assert screening.all_clear
    assert screening.unanswered == ()


def test_missing_keys_are_asked_in_the_order_of_their_urgency() -> None:
    screening = screen({**CLEAN, "hot": True, "fever_or_unwell": None, "locks_intermittently": None}, READY)
    assert screening.unanswered.index("fever_or_unwell") < screening.unanswered.index("locks_intermittently")


INJURED = {"recent_trauma": True, "walked_after_injury": True}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        # the days since the injury are not known: the week counts as still running
        (INJURED | {"patella_bone_tender": True}, "RF10"),
        (INJURED | {"rest_pain_severe_any_movement": True, "calf_swollen": True}, "RF63"),
        # nobody said whether there was an injury
        ({"recent_trauma": None, "deformity_or_open_wound": True}, "RF01"),
        # the age is not known
        ({"age_years": None, "limp": True, "leg_turned_out": None}, "RF26"),
        ({"age_years": None, "tibial_bump_sudden_pop": True}, "RF13"),
        ({"age_years": None, "fever_or_unwell": True, "limp": True}, "RF09"),
        # swelling skipped
        ({"swelling": None, "infection_risk": True, "hot": True}, "RF02"),
        # no swelling, but it came within two hours: contradictory, so not known
        (INJURED | {"trauma_days": 2, "swelling_onset": "within_2_hours"}, "RF14"),
    ],
)
def test_a_gap_beside_a_sign_of_an_urgent_rule_is_not_excluded(change: Any, rule: str) -> None:
    screening = screen({**CLEAN, **change}, READY)
    assert screening.urgency == "same_day"
    assert rule in {sign.rule.id for sign in screening.not_excluded}
    assert screening.blocked
    assert not screening.all_answered


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"night_pain_constant": True, "age_years": None}, "RF20"),
        ({"swelling": "slight", "swelling_onset": "days", "swelling_weeks": 1, "age_years": None}, "RF32d"),
        ({"calf_pain_or_tender": True}, "RF05b"),
        (
            {"recent_trauma": True, "trauma_days": 20, "walked_after_injury": False, "can_walk_now": None},
            "RF10c",
        ),
    ],
)
def test_a_gap_never_holds_back_a_rule_that_only_an_exception_would_silence(change: Any, rule: str) -> None:
    assert rule in fired(screen({**CLEAN, **change}, READY))


@pytest.mark.parametrize(
    ("contradiction", "change", "asks", "rule"),
    [
        ("CX01", {"can_walk_now": False}, "can_walk_now", "RF51"),
        ("CX02", {"weeks_active_care": 6, "improving": "same"}, "weeks_since_onset", "RF43"),
        ("CX03", {"cannot_bear_weight_4_steps": True, "limp": True}, "can_walk_now", "RF51"),
        ("CX03", {"cannot_bear_weight_4_steps": False, "can_walk_now": False}, "can_walk_now", "RF51"),
        ("CX04", INJURED | {"trauma_days": 43, "fibular_head_tender": True}, "trauma_days", "RF10b"),
        ("CX05", {"swelling_onset": "comes_and_goes"}, "swelling", "RF32"),
        ("CX06", {"kneecap_still_out": True}, "kneecap_still_out", "RF07"),
    ],
)
def test_of_two_answers_that_disagree_the_unsafe_one_counts(
    contradiction: str, change: Any, asks: str, rule: str
) -> None:
    screening = screen({**CLEAN, **change}, READY)
    assert contradiction in [entry.id for entry in screening.contradictions]
    assert asks in screening.unanswered[:2]
    assert rule in fired(screening)
    assert not screening.all_clear


def test_an_answer_about_medicines_is_heard_by_the_warning_signs() -> None:
    """Somebody who names a blood thinner, or treatment for cancer, need not tick the risk as well."""
    bleeding = screen({**CLEAN, "anticoagulant": True, "swelling": "clear", "swelling_onset": "days"}, READY)
    assert "RF15" in fired(bleeding)
    treated = screen({**CLEAN, "cancer_treatment": True, "hot": True, "calf_pain_or_tender": True}, READY)
    assert {"RF02b", "RF05"} <= set(fired(treated))


def test_no_action_gives_leave_that_another_rule_takes_away() -> None:
    leave = [
        rule.id for rule in RED_FLAGS.rules if any(word in rule.action for word in ("may start", "may go on"))
    ]
    assert leave == []


def test_what_a_runner_reads_is_short() -> None:
    for rule in RED_FLAGS.rules:
        for text in (rule.action, rule.reason):
            sentences = [sentence for sentence in text.split(". ") if sentence]
            assert all(len(sentence.split()) <= 22 for sentence in sentences), (rule.id, text)
            assert not {"septic", "arthritis", "fracture", "thrombosis"} & set(rule.action.lower().split())


# --- after a visit ------------------------------------------------------------------------------------------

DAY = date(2026, 5, 1)
HOT = screen({**CLEAN, "hot": True}, READY)  # RF50, within days
CAUGHT = screen({**CLEAN, "locks_intermittently": True}, READY)  # RF33, advises only
WORSE = screen({**CLEAN, "hot": True, "improving": "worse"}, READY)
WELL = screen(CLEAN, READY)


def seen(rule: str, day: date = DAY, cleared: bool = True) -> Visit:
    return Visit(rule=rule, day=day, cleared=cleared)


@pytest.mark.parametrize(
    ("events", "blocked"),
    [
        ([HOT], True),
        ([HOT, seen("RF50")], False),
        ([HOT, seen("RF50"), HOT], False),
        ([HOT, seen("RF51")], True),
        ([HOT, seen("RF50", cleared=False)], True),
        ([HOT, seen("RF50"), seen("RF50", cleared=False)], True),
        ([HOT, seen("RF50", day=DAY + timedelta(days=99))], True),
        ([HOT, seen("RF50"), WELL, HOT], True),
        ([HOT, seen("RF50"), WELL, HOT, seen("RF50")], False),
        ([HOT, seen("RF50"), WORSE], True),
        ([WORSE, seen("RF50")], False),
    ],
)
def test_a_visit_lifts_its_own_rule_until_something_is_new(
    events: list[Screening | Visit], blocked: bool
) -> None:
    history: list[Visit | PastCheck] = [
        past_check(each) if isinstance(each, Screening) else each for each in events
    ]
    last = [each for each in events if isinstance(each, Screening)][-1]
    after = after_visits(last, history, READY, today=DAY + timedelta(days=3))
    assert after.blocked is blocked
    assert (after.urgency == "routine") is not blocked
    assert ("RF50" in after.seen) is not blocked


@pytest.mark.parametrize(("days", "urgency"), [(84, "routine"), (85, "within_2_weeks")])
def test_a_rule_that_only_advises_is_silent_for_twelve_weeks(days: int, urgency: str) -> None:
    history: list[Visit | PastCheck] = [past_check(CAUGHT), seen("RF33")]
    after = after_visits(CAUGHT, history, READY, today=DAY + timedelta(days=days))
    assert after.urgency == urgency


def test_a_running_hold_stays_lifted_longer_than_mere_advice() -> None:
    limping = screen({**CLEAN, "limp": True}, READY)
    history: list[Visit | PastCheck] = [past_check(limping), seen("RF54b")]
    assert after_visits(limping, history, READY, today=DAY + timedelta(days=200)).holds == ()


def test_visits_are_read_from_the_answers() -> None:
    answers = check_answers(
        {
            "seen_for_rule": [
                "RF50 2026-05-01 cleared",
                {"rule": "RF32", "date": DAY, "outcome": "not_cleared"},
            ]
        },
        QUESTIONS,
    )
    assert visits_in(answers) == (seen("RF50"), seen("RF32", cleared=False))
    assert visits_in({}) == ()
