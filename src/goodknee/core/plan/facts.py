"""The facts of one day, one set for each sore knee, in the words of ``plans/facts.yaml``.

Newest first counts: an answer of the diary stands until a newer one; a question of the check stands in for a
few days. What is not known is left out, and never counts as no or as zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from goodknee.core.assess.conditions import Facts
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.plan.facts import Fact, FactVocabulary
from goodknee.core.model import Answer, Side
from goodknee.core.plan.day_rules import day_rules
from goodknee.core.plan.history import ONE_DAY, History, Knee, LastCheck
from goodknee.core.plan.run_facts import level_facts, run_facts
from goodknee.core.plan.session_facts import session_facts
from goodknee.core.track.diary import DiaryDay
from goodknee.core.track.self_tests import facts_of

Known = dict[str, Value]

#: Signs of the knee or the person, whose newest answer counts.
SIGNS: Final = (
    "swelling", "warmth", "gives_way", "locked", "limp", "fever_or_unwell", "calf_swollen",
    "focal_bone_tender", "impact_pain_worsening", "began_and_eases_off", "calf_or_achilles_pain",
    "sleep_quality",
)  # fmt: skip
#: Pain that holds for some days, whose newest answer counts.
PAINS: Final = ("rest_pain_nprs", "pain_usual_nprs")
#: Keys of the diary that tell of pain.
_TELL_PAIN: Final = ("pain_now", "pain_worst", "pain_morning", "pain_usual")
_WORST_DAYS: Final = 3
_WEEK_DAYS: Final = 7
_MONTHS_A_YEAR: Final = 12


def facts_of_day(history: History, knowledge: Knowledge, *, today: date) -> dict[Side, Facts]:
    """Return the facts of each sore knee.

    Args:
        history: What is known up to ``today``.
        knowledge: The pack: vocabulary, self tests, zones and limits.
        today: The runner's local day.
    """
    fresh = history.check is not None and (
        (today - history.check.day).days <= knowledge.facts.baseline_counts_days
    )
    knees = (Knee(history, side, stands_in=fresh) for side in history.sore)
    return {knee.side: _facts_of_knee(history, knee, knowledge, today) for knee in knees}


def _facts_of_knee(history: History, knee: Knee, knowledge: Knowledge, today: date) -> Facts:
    check = history.check
    known: Known = {"checked": check is not None}
    if check is not None:
        known |= _of_person(check, today)
        known |= _stand_ins(check, knee.side, knowledge) if knee.stands_in else {}
    known |= _tests(knee, knowledge, today)
    known |= _newest(knee, knowledge, today)
    known |= _pain(knee, check, today)
    known |= _nights(knee, today)
    known |= run_facts(history, knee, knowledge, today=today)
    known |= level_facts(history, knee, knowledge, today=today)
    known |= session_facts(knee, knowledge, today=today)
    known |= history.plan
    known["sign_since_check"] = _sign_since_check(knee, check, knowledge)
    facts = Facts.measured(known)
    return facts.also(_entry_tests(facts, knowledge))


def _of_person(check: LastCheck, today: date) -> Known:
    """Return what the check says of the person, and what its warning signs hold."""
    answers, holds = check.answers, check.holds
    mass, height = answers.get("mass_kg"), answers.get("height_m")
    months, weeks = answers.get("months_running"), answers.get("weeks_since_onset")
    return {
        "safety_open": not check.all_answered,
        "running_held": "running" in holds,
        "strength_held": "strength" in holds,
        "increase_held": "running_increase" in holds,
        "red_flag": bool({"running", "strength"} & holds),
        "age_years": answers.get("age_years"),
        "pregnant": answers.get("pregnant"),
        "knee_operated": answers.get("previous_knee_surgery"),
        "worse_walking": answers.get("worse_walking"),
        "improving": answers.get("improving"),
        "night_pain_constant": None
        if "night_pain_constant" in check.looked_at
        else answers.get("night_pain_constant"),
        "novice": months < _MONTHS_A_YEAR if isinstance(months, int) else None,
        "bmi": mass / height**2
        if isinstance(mass, int | float) and isinstance(height, int | float)
        else None,
        "weeks_since_onset": weeks + (today - check.day).days / _WEEK_DAYS
        if isinstance(weeks, int | float)
        else None,
        "cadence_spm": answers.get("cadence_spm"),
        "in_return_plan": True,
    }


def _stand_ins(check: LastCheck, side: Side, knowledge: Knowledge) -> Known:
    """Return the answers of the check that stand in for the diary."""
    known: Known = {}
    for fact in knowledge.facts.facts:
        if fact.baseline is None or fact.comes_from in {"check", "runs"} or fact.id in _OF_LAST_RUN:
            continue
        if fact.baseline not in check.looked_at:
            known[fact.id] = _answer(check, side, fact.baseline)
    return known


#: What the check tells of the last run is part of that run (history.py).
_OF_LAST_RUN: Final = frozenset({"run_pain_nprs", "run_settle_minutes", "run_forced_stop", "run_painkiller"})


def _answer(check: LastCheck, side: Side, question: str) -> Value:
    pains = check.pain[side]
    return pains[question] if question in pains else check.answers.get(question)


def _newest(knee: Knee, knowledge: Knowledge, today: date) -> Known:
    """Return the newest answer of the diary to everything that holds until it is told again."""
    known: Known = {}
    for name in (*SIGNS, *PAINS):
        fact = knowledge.facts.by_id[name]
        fresh = None if name in SIGNS else knowledge.facts.baseline_counts_days
        answer = _newest_answer(knee.days, fact, today, within_days=fresh)
        if answer is not None:
            known[name] = answer
    return known


def _newest_answer(
    days: Mapping[date, DiaryDay], fact: Fact, today: date, *, within_days: int | None
) -> Answer | None:
    for day in sorted(days, reverse=True):
        if within_days is not None and (today - day).days > within_days:
            return None
        answer = days[day].answers.get(fact.log or "")
        if answer is not None:
            return answer
    return None


def new_signs(history: History, vocabulary: FactVocabulary) -> Known:
    """Return the signs that the diary tells since the check, as answers to the check's own questions.

    Of two sore knees the worse sign counts: a warning sign is one wherever it is.
    """
    check = history.check
    signs: Known = {}
    for fact in map(vocabulary.by_id.__getitem__, SIGNS if check is not None else ()):
        if check is None or fact.baseline is None or fact.log is None or fact.type not in {"bool", "enum"}:
            continue
        newest = {
            day.side: day.answers[fact.log]
            for day in history.diary
            if day.day >= check.day and fact.log in day.answers
        }
        found = [answer for answer in newest.values() if _is_sign(answer)]
        if found:
            signs[fact.baseline] = max(found, key=lambda answer: _how_bad(answer, fact))
    return signs


def _how_bad(answer: Answer, fact: Fact) -> int:
    return fact.options.index(answer) if isinstance(answer, str) else int(answer)


def _sign_since_check(knee: Knee, check: LastCheck | None, knowledge: Knowledge) -> bool | None:
    """Tell whether the diary, since the check, has a sign that the check does not know."""
    if check is None:
        return None
    for name in SIGNS:
        fact = knowledge.facts.by_id[name]
        if fact.baseline is None or fact.type not in {"bool", "enum"}:
            continue
        told = [day.answers.get(fact.log or "") for on, day in knee.days.items() if on >= check.day]
        if any(_is_sign(answer) and answer != check.answers.get(fact.baseline) for answer in told):
            return True
    return False


def _is_sign(answer: Answer | None) -> bool:
    return answer is True or (isinstance(answer, str) and answer != "none")


def _pain(knee: Knee, check: LastCheck | None, today: date) -> Known:
    told = {on: pains for on, day in knee.days.items() if (pains := list(_pains_of(day)))}
    last = max([*told, *([check.day] if check else [])], default=None)
    recent = [pain for on, pains in told.items() if (today - on).days < _WORST_DAYS for pain in pains]
    if check is not None and (today - check.day).days < _WORST_DAYS:
        at_check = check.pain[knee.side].get("pain_worst_3d")
        recent += [] if at_check is None else [at_check]
    known: Known = {
        "pain_morning_nprs": knee.mornings.get(today),
        "usual_morning_nprs": knee.usual_morning(up_to=today - ONE_DAY, before=today),
        "morning_rise_nprs": knee.rise_on(today),
        "days_since_check_in": None if last is None else (today - last).days,
    }
    return known | ({"pain_worst_3d_nprs": max(recent)} if recent else {})


def _pains_of(day: DiaryDay) -> Iterator[float]:
    yield from (pain for key in _TELL_PAIN if (pain := day.number(key)) is not None)
    for session in day.sessions:
        for key in ("pain_during", "pain_after"):
            told = session.answers.get(key)
            if isinstance(told, int | float) and not isinstance(told, bool):
                yield float(told)


def _nights(knee: Knee, today: date) -> Known:
    """Return what the nights of the last week were like; the answer of a day is about the night before it."""
    woken = {
        on: answer
        for on, day in knee.days.items()
        if isinstance(answer := day.answers.get("night_pain"), bool)
    }
    last_week = [answer for on, answer in woken.items() if (today - on).days < _WEEK_DAYS]
    calm, day = 0, today if today in woken else today - ONE_DAY
    while woken.get(day) is False:
        calm, day = calm + 1, day - ONE_DAY
    return {
        "night_pain_new": woken.get(today),
        "nights_woken_7d": sum(last_week) if last_week else None,
        "nights_calm_in_row": calm if last_week else None,
    }


def _tests(knee: Knee, knowledge: Knowledge, today: date) -> Known:
    """Return what the self tests give; an older result than its test is due again counts no more."""
    known: Known = {}
    for test in knowledge.self_tests.tests:
        days = [on for on, day in knee.days.items() if test.id in day.tests]
        if days and (today - max(days)).days <= test.again_after_weeks * _WEEK_DAYS:
            known |= facts_of(test, knee.days[max(days)].tests[test.id], side=knee.side)
            if "walk30_morning_rise_nprs" in test.gives:
                known["walk30_morning_rise_nprs"] = knee.rise_after(max(days))
    return known


def _entry_tests(facts: Facts, knowledge: Knowledge) -> dict[str, Any]:
    """Return whether the hard entry tests, and enough of the soft ones, are passed on these facts."""
    tests = day_rules(knowledge).entry_tests
    hard = [ready.check(facts.known) for test, ready in tests if test.hard]
    phase = facts.get("current_phase")
    soft = [ready.check(facts.known) for test, ready in tests if not test.hard and phase not in test.not_in]
    passed = None if None in hard and False not in hard else all(hard)
    enough = knowledge.run_return.entry_tests.soft_needed
    return {
        "hard_tests_passed": passed,
        "entry_tests_passed": passed and soft.count(True) >= enough,
    }
