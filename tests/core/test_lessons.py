"""Lessons: short, sourced, the first day first, and the one that fits before the next in the row."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pack_files import pack_file

from goodknee.core.assess.conditions import Facts, keys_of
from goodknee.core.assess.lessons import next_lesson
from goodknee.core.knowledge import Source
from goodknee.core.knowledge.claims import Claims
from goodknee.core.knowledge.learn import Lessons
from goodknee.core.knowledge.outcomes import Outcomes
from goodknee.core.knowledge.questions import Questions
from goodknee.errors import AnswerError
from goodknee.services.learn import find_lesson, lesson_document, lesson_list_document, list_lessons

LESSONS: Lessons = pack_file("lessons.yaml", Lessons)
OUTCOMES: Outcomes = pack_file("outcomes.yaml", Outcomes)
QUESTIONS: Questions = pack_file("questions.yaml", Questions)
SOURCES: dict[str, Source] = pack_file("sources.yaml", dict[str, Source])
CLAIMS = {claim.id for claim in pack_file("claims.yaml", Claims).claims}
DAY_ONE = ["what_it_is", "hurt_not_harm", "load_capacity", "when_help"]
IDS = [lesson.id for lesson in LESSONS.lessons]


def offered(facts: dict[str, Any], *, week: int = 1, read: tuple[str, ...] = ()) -> str | None:
    lesson = next_lesson(LESSONS, Facts.measured(facts), week=week, read=read)
    return lesson.id if lesson else None


def test_day_one_has_its_order() -> None:
    read: list[str] = []
    for _ in DAY_ONE:
        read.append(str(offered({}, read=tuple(read))))
    assert read == DAY_ONE


@pytest.mark.parametrize(
    ("lesson", "holds", "silent", "week"),
    [
        ("hurt_not_harm", {"fear_harm": 7}, {"fear_harm": 6}, 1),
        ("hurt_not_harm", {"fear_hold_back": 7}, {"fear_hold_back": 6}, 1),
        ("flare_plan", {"red_zone": True}, {"red_zone": False}, 1),
        ("flare_plan", {"down_2_levels": True}, {"down_2_levels": False}, 1),
        ("sleep_food", {"sleep_quality": 4}, {"sleep_quality": 5}, 2),
        ("hills_stairs", {"pain_stairs_down": 3}, {"pain_stairs_down": 2}, 2),
        ("hills_stairs", {"aggravated_by": ("downhill",)}, {"aggravated_by": ("sitting",)}, 2),
        ("run_form", {"cadence_spm": 170}, {"cadence_spm": 171}, 3),
        ("going_back_up", {"runs_now": True}, {"runs_now": False}, 4),
    ],
)
def test_a_lesson_that_fits_goes_before_the_rest_of_day_one(
    lesson: str, holds: dict[str, Any], silent: dict[str, Any], week: int
) -> None:
    read = ("what_it_is",)
    assert offered(holds, week=week, read=read) == lesson
    unfit = offered(silent, week=week, read=read)
    assert unfit == "hurt_not_harm"
    if LESSONS.by_id[lesson].from_week is not None and week > 1:
        assert offered(holds, week=week - 1, read=read) == "hurt_not_harm"


def test_fear_is_answered_by_both_of_its_lessons() -> None:
    assert offered({"fear_harm": 8}, read=("what_it_is", "hurt_not_harm")) == "fear_confidence"
    assert offered({"fear_harm": 6}, read=("what_it_is", "hurt_not_harm")) == "load_capacity"


@given(st.sets(st.sampled_from(IDS)), st.integers(1, 12))
def test_a_lesson_that_was_read_is_not_offered_again(read: set[str], week: int) -> None:
    lesson = offered({"fear_harm": 9, "red_zone": True}, week=week, read=tuple(read))
    assert lesson is None or lesson not in read


def test_every_lesson_comes_in_time_and_then_there_is_none() -> None:
    facts = {"fear_harm": 9, "red_zone": True}
    read: list[str] = []
    while (lesson := offered(facts, week=4, read=tuple(read))) is not None:
        read.append(lesson)
    assert sorted(read) == sorted(IDS)


def test_lessons_are_short_sourced_and_have_one_thing_to_do() -> None:
    for lesson in LESSONS.lessons:
        assert len(lesson.text.split()) <= 120, lesson.id
        assert lesson.do.count(".") <= 2
        assert lesson.sources
        assert [key for key in lesson.sources if key not in SOURCES] == []
        assert [key for key in lesson.claims if key not in CLAIMS] == []
    assert list(LESSONS.day_one) == DAY_ONE
    assert len(IDS) == len(set(IDS)) == 13


def test_conditions_look_at_answers_or_at_named_facts() -> None:
    measured = {"red_zone", "down_2_levels"}
    for lesson in LESSONS.lessons:
        if lesson.fits is not None:
            assert set(keys_of(lesson.fits)) - set(QUESTIONS.answered_by) <= measured


def parts_of(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!:;])\s+", text) if part]


def syllables(word: str) -> int:
    word = re.sub(r"(?<=[^l])e$|es$|ed$", "", word.lower()) or word
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def reading_grade(text: str) -> float:
    parts = parts_of(text)
    words = [word for part in parts for word in re.findall(r"[A-Za-z']+|\d+", part)]
    return 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("lesson", LESSONS.lessons, ids=IDS)
def test_lessons_read_easily_and_never_blame(lesson: Any) -> None:
    text = f"{lesson.text} {lesson.do}"
    assert [part for part in parts_of(text) if len(part.split()) > 18] == []
    assert reading_grade(text) <= 9
    assert not re.search(r"should have|failed|unproductive|!|you have runner|injury risk", text)


def test_the_documents_of_learn() -> None:
    listed = lesson_list_document(list_lessons(LESSONS, Facts.measured({})))
    assert listed["next"] == "what_it_is"
    assert [each["id"] for each in listed["lessons"]] == IDS
    lesson = lesson_document(find_lesson("When_Help", LESSONS), SOURCES)
    assert lesson["do"]
    assert lesson["sources"][0].keys() == {"id", "citation", "doi", "url"}
    with pytest.raises(AnswerError, match="flare_plan"):
        find_lesson("flare", LESSONS)


def test_outcomes_speak_of_groups_and_their_sources_exist() -> None:
    entries: list[Any] = [OUTCOMES.reference_band, OUTCOMES.expected_course, OUTCOMES.relapse]
    entries += [*OUTCOMES.natural_history, *OUTCOMES.predictors, *OUTCOMES.trials, *OUTCOMES.article_figures]
    used = [key for each in entries for key in each.sources]
    assert [key for key in used if key not in SOURCES] == []
    assert {figure.claim for figure in OUTCOMES.article_figures} <= CLAIMS
    weeks = [point.week for point in OUTCOMES.reference_band.points]
    assert weeks == sorted(set(weeks))
    for point in OUTCOMES.reference_band.points:
        low, high = point.akps_mean_range
        assert 0 <= low < high <= 100
    for line in OUTCOMES.expected_course.lines:
        assert reading_grade(line.says) <= 9
        assert "risk" not in line.says
