"""``check``, ``ask`` and ``knowledge`` as a person and a script meet them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.faces.terminal import AN_ORDINARY_KNEE
from tests.pack_files import CHECKOUT, cases

from goodknee.core.assess.questionnaire import Interview
from goodknee.core.knowledge.questions import Part
from goodknee.faces.cli import main
from goodknee.faces.cli.interview import FIRST_PARTS, LATER_PARTS, QuitError, TerminalInterview
from goodknee.readers.knowledge import load_knowledge

KNOWLEDGE = load_knowledge()
QUESTIONS = KNOWLEDGE.questions
CLEAN: dict[str, Any] = cases("red_flags.yaml")["clean"]
ORDINARY = CLEAN | {
    "side": "left", "location": ["front"], "aggravated_by": ["squat", "stairs_down", "sitting"],
    "days_since_last_run": 2, "last_run_pain_max": 1, "last_run_settle_minutes": 5, "pain_worst_3d": 3,
}  # fmt: skip
EMERGENCY = ORDINARY | {"foot_cold_pale_numb": True, "country": "DE"}


class Goodknee:
    """Calls the command line in this process and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.capsys = capsys
        self.folder = folder
        self.data = folder / "store"

    def __call__(self, *words: object, code: int = 0) -> str:
        with pytest.raises(SystemExit) as left:
            main(["--data", str(self.data), "--today", "2026-05-12", *map(str, words)])
        out, self.err = self.capsys.readouterr()
        assert left.value.code == code, self.err or out
        return out

    def json(self, *words: object, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code))

    def file(self, answers: Mapping[str, Any]) -> Path:
        path = self.folder / "answers.yaml"
        path.write_text(yaml.safe_dump(dict(answers)))
        return path


@pytest.fixture
def goodknee(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Goodknee:
    return Goodknee(capsys, tmp_path)


def flat(said: str) -> str:
    return " ".join(said.split())


def test_an_ordinary_knee_may_go_on(goodknee: Goodknee) -> None:
    said = flat(goodknee("check", "--answers", goodknee.file(ORDINARY)))
    assert "None of the warning signs" in said
    assert "1 Runner's knee" in said
    assert "Three exercises for now" in said
    assert "Not a diagnosis. No clinician has reviewed these rules yet." in said


def test_an_emergency_has_the_page_to_itself(goodknee: Goodknee) -> None:
    said = flat(goodknee("check", "--answers", goodknee.file(EMERGENCY), code=3))
    assert said.startswith("Get emergency care now Call 112.")
    assert "RF01" in said
    for word in ("Runner's knee", "exercises for now", "May I run", "None of the warning signs"):
        assert word not in said


def test_no_all_clear_while_a_safety_question_is_open(goodknee: Goodknee) -> None:
    said = flat(goodknee("check", "--answers", goodknee.file({**ORDINARY, "hot": None})))
    assert "None of the warning signs" not in said
    assert "Not all safety questions are answered" in said
    assert "Call your emergency number" in said
    assert "(hot)" in said
    assert "Three exercises" not in said


def test_exit_three_exactly_when_the_plan_is_blocked(goodknee: Goodknee) -> None:
    for answers, blocked in ((ORDINARY, False), (EMERGENCY, True), (ORDINARY | {"locked": True}, True)):
        made = goodknee.json("check", "--answers", goodknee.file(answers), code=3 if blocked else 0)
        assert made["blocked"] is blocked
        assert ("strength" in made["holds"]) is blocked


def test_an_illegal_answer_is_one_error_and_nothing_is_kept(goodknee: Goodknee) -> None:
    path = goodknee.file(ORDINARY | {"age_years": 210})
    error = goodknee.json("check", "--answers", path, code=1)["error"]
    assert "210" in error["what"]
    assert error["where"] == "age_years"
    assert "120" in error["next"]
    goodknee("check", "--last", code=2)
    assert "no check yet" in goodknee.err


def test_a_visit_is_noted_and_lifts_the_block(goodknee: Goodknee) -> None:
    goodknee("check", "--answers", goodknee.file(EMERGENCY), code=3)
    goodknee("check", "--last", code=3)
    said = flat(goodknee("check", "--seen", "Dr Roy, 2026-05-12"))
    assert "Seen on Tue 12 May 2026" in said.replace("\u00a0", " ")
    assert goodknee.json("check", "--last")["red_flags"][0]["seen_on"] == "2026-05-12"


@pytest.mark.parametrize("words", ["Dr Roy", "2026-05-12", ", 2026-05-12", "Dr Roy, yesterday"])
def test_a_visit_says_who_and_when(goodknee: Goodknee, words: str) -> None:
    goodknee("check", "--answers", goodknee.file(EMERGENCY), code=3)
    goodknee("check", "--seen", words, code=2)
    assert "Dr Roy, 2026-05-12" in goodknee.err
    assert goodknee.json("check", "--last", code=3)["blocked"]


def test_a_visit_that_did_not_clear_blocks_on(goodknee: Goodknee) -> None:
    goodknee("check", "--answers", goodknee.file(EMERGENCY), code=3)
    goodknee("check", "--seen", "Dr Roy, 2026-05-12", "--not-cleared", code=3)


def test_check_without_a_file_or_a_terminal_asks_for_one(goodknee: Goodknee) -> None:
    goodknee("check", code=2)
    assert "--answers FILE" in goodknee.err
    goodknee("check", "--last", "--seen", "Dr Roy, 2026-05-12", code=2)
    goodknee("check", "--not-cleared", code=2)
    assert not goodknee.data.exists()


def test_products_are_held_against_health(goodknee: Goodknee) -> None:
    path = goodknee.file(ORDINARY | {"anticoagulant": True, "recreational_user_of": ["turmeric"]})
    made = goodknee.json("check", "--answers", path, "--supplements")["supplements"]
    assert made[0]["id"] == "turmeric"
    assert made[0]["level"] == "avoid"
    said = flat(goodknee("check", "--last", "--supplements"))
    assert "Products and your health" in said
    assert "Do not take it." in said


# Asking in the terminal


class Typist:
    """Types line after line, and keeps what was shown."""

    def __init__(self, *lines: str, then: Callable[[str], str] | None = None) -> None:
        self.lines = list(lines)
        self.then = then
        self.shown: list[str] = []
        self.typed: list[str] = []

    def ask(self, prompt: str) -> str:
        assert len(self.typed) < 1000, "the questions do not come to an end"
        self.shown.append(prompt)
        assert self.lines or self.then, self.shown[-3:]
        self.typed.append(self.lines.pop(0) if self.lines else self.then(prompt) if self.then else "")
        return self.typed[-1]

    def tell(self, text: str, lead: str = "") -> None:
        self.shown.append(f"{lead}{text}")

    def walk(self, parts: tuple[Part, ...], answers: Mapping[str, Any] | None = None) -> dict[str, Any]:
        step = Interview(questions=QUESTIONS, parts=parts, answers=answers or {})
        interview = TerminalInterview(
            questions=QUESTIONS, words=KNOWLEDGE.words, ask=self.ask, tell=self.tell
        )
        return dict(interview.walk(step).answers)


def not_sure_or_none(prompt: str) -> str:
    return "0" if "0 none" in prompt else "?"


def test_none_of_these_is_no_and_a_skip_stays_open() -> None:
    answers = Typist("2", "s", "33").walk(("urgent",))
    assert answers["foot_cold_pale_numb"] is True
    assert answers["fever_or_unwell"] is False
    assert answers["pregnant"] is None
    assert answers["age_years"] == 33


def test_one_line_of_many_may_be_not_sure() -> None:
    answers = Typist("2? 3", "0", "33").walk(("urgent",))
    assert answers["foot_cold_pale_numb"] == "not sure"
    assert answers["fever_or_unwell"] is True
    assert answers["saddle_or_bladder"] is False


def test_back_returns_to_the_screen_before_or_to_the_start_of_this_one() -> None:
    no = dict.fromkeys([each.key for each in (*QUESTIONS.of("urgent"), *QUESTIONS.of("you"))], False)
    typist = Typist("b", "1", "b", "0", "2", "b", "0", "40")
    assert typist.walk(("urgent",)) == {**no, "age_years": 40}
    assert KNOWLEDGE.words.say("check.ask.first_screen") in typist.shown


def test_what_is_not_legal_is_asked_again() -> None:
    typist = Typist("7", "", "0 1", "1 x", "0?", "-1", "0", "0", "210", "old", "33")
    assert typist.walk(("urgent",))["age_years"] == 33
    assert any("from 1 to 120" in line for line in typist.shown)


def test_help_tells_how_to_tell() -> None:
    typist = Typist("h", "0", "0", "33")
    typist.walk(("urgent",))
    assert KNOWLEDGE.words.say("check.ask.moves") in typist.shown
    typist = Typist("0", "0", "33", "h", "0", then=not_sure_or_none)
    typist.walk(("urgent", "warning_signs"))
    assert any("It slips to the side." in line for line in typist.shown)


def test_none_of_a_list_is_an_answer_that_tells_nothing() -> None:
    typist = Typist("1", "0", then=not_sure_or_none)
    assert typist.walk(("symptoms",), {"age_years": 33})["location"] == ()


def test_quit_keeps_what_was_answered_in_the_middle_of_a_screen() -> None:
    with pytest.raises(QuitError) as stopped:
        Typist("0", "2", "q").walk(FIRST_PARTS)
    answers = stopped.value.step.answers
    assert answers["previous_knee_surgery"] is True
    assert "age_years" not in answers
    assert not stopped.value.interrupted


def test_a_question_that_hangs_on_another_comes_only_then() -> None:
    fallen = Typist("0", "0", "33", "1", "1", "s", "3", then=not_sure_or_none).walk(
        ("urgent", "warning_signs")
    )
    assert fallen["recent_trauma"] is True
    assert "trauma_days" in fallen
    assert "trauma_days" not in Typist("0", "0", "33", then=not_sure_or_none).walk(
        ("urgent", "warning_signs")
    )


#: Silent reading of plain English by adults: 238 words a minute (Brysbaert 2019). One answer is decided and
#: typed in 2 s (keystroke-level model: 1.35 s to decide, 0.28 s a key), each further number takes 1 s.
WORDS_A_MINUTE, ANSWER_S, FURTHER_S = 238, 2, 1


def test_an_ordinary_knee_has_its_first_answer_within_three_minutes() -> None:
    typist = Typist(*AN_ORDINARY_KNEE)
    typist.walk(FIRST_PARTS)
    titles = {group.title for group in QUESTIONS.groups}
    screens = [line for line in typist.shown if line.rpartition("   ")[0] in titles]
    assert 8 <= len(screens) <= 12
    assert not typist.lines
    assert reading_and_answering_s(typist) < 180


def test_the_longer_questions_take_the_minutes_that_are_named() -> None:
    typist = Typist(then=not_sure_or_none)
    typist.walk(LATER_PARTS, {"side": "left"})
    minutes = int(re.findall(r"(\d+) minutes", KNOWLEDGE.words.say("check.ask.longer"))[0])
    assert minutes - 1.5 < reading_and_answering_s(typist) / 60 <= minutes


def reading_and_answering_s(typist: Typist) -> float:
    """Prompts and "None of these" are read once; the numbers before a line are not read."""
    told = [KNOWLEDGE.words.say("check.ask.intro"), KNOWLEDGE.words.say("check.ask.moves")]
    none = KNOWLEDGE.words.say("check.ask.none")
    told += [line for line in typist.shown if not line.startswith("  [") and none not in line]
    told += dict.fromkeys(line for line in typist.shown if line.startswith("  [") or none in line)
    words = sum(len(re.findall(r"[A-Za-z][A-Za-z'-]*", line)) for line in told)
    further = sum(max(0, len(line.split()) - 1) for line in typist.typed)
    return words * 60 / WORDS_A_MINUTE + len(typist.typed) * ANSWER_S + further * FURTHER_S


def test_all_parts_can_be_walked() -> None:
    answers = Typist(then=not_sure_or_none).walk(FIRST_PARTS)
    assert {"age_years", "side", "hot", "pain_worst_3d_left"} <= set(answers)
    assert set(Typist(then=not_sure_or_none).walk(LATER_PARTS, answers)) >= set(answers)
    Typist(then=not_sure_or_none).walk(("supplements",), answers)


# A file of answers


def test_the_questions_make_a_file_to_fill_in(goodknee: Goodknee, tmp_path: Path) -> None:
    made = goodknee("check", "--questions")
    empty = yaml.safe_load(made)
    assert set(empty.values()) == {None}
    assert {"age_years", "pain_usual_left", "pain_usual_right", "seen_for_rule", "gout"} <= set(empty)
    assert len(empty) == len(QUESTIONS.questions) + len(QUESTIONS.per_knee)
    path = tmp_path / "mine.yaml"
    path.write_text(made, "utf-8")
    assert not goodknee.json("check", "--answers", path)["all_answered"]
    path.write_text(made.replace("\nage_years:", "\nage_years: 33"), "utf-8")
    assert "age_years" not in goodknee.json("check", "--answers", path)["unanswered"]
    assert [one["keys"][0] for one in goodknee.json("check", "--questions")] == [
        f"{one.key}_left" if one.per_knee else one.key for one in QUESTIONS.questions
    ]


def test_the_order_of_a_file_does_not_matter(goodknee: Goodknee, tmp_path: Path) -> None:
    backwards = tmp_path / "backwards.yaml"
    backwards.write_text(yaml.safe_dump(dict(reversed(ORDINARY.items())), sort_keys=False))
    one = goodknee.json("check", "--answers", goodknee.file(ORDINARY))
    assert one == goodknee.json("check", "--answers", backwards)


# Ask


def test_ask_answers_with_evidence_safety_and_sources(goodknee: Goodknee) -> None:
    goodknee("check", "--answers", goodknee.file(ORDINARY | {"anticoagulant": True}))
    said = goodknee("ask", "does turmeric help?")
    assert said.index("Do not take it.") < said.index("Source:")
    assert "vidence" in said
    found = goodknee.json("ask", "does turmeric help?")
    assert {"id", "claim", "answer", "stance", "grade", "direction", "sources"} <= set(found[0])
    assert found[0]["safety"][0]["level"] == "avoid"


def test_ask_says_first_what_the_last_check_holds(goodknee: Goodknee) -> None:
    goodknee("check", "--answers", goodknee.file(EMERGENCY), code=3)
    assert goodknee("ask", "does ice help?").lstrip().startswith("First, from your last check")


def test_ask_says_when_it_does_not_know(goodknee: Goodknee) -> None:
    assert goodknee.json("ask", "what is the capital of France") == []
    said = goodknee("ask", "what is the capital of France")
    assert "do not know" in said
    assert not goodknee.data.exists()


def test_ask_by_id(goodknee: Goodknee) -> None:
    assert goodknee.json("ask", "--id", "C102")[0]["id"] == "C102"
    assert "C999" in goodknee.json("ask", "--id", "C999", code=1)["error"]["what"]
    goodknee("ask", code=2)
    goodknee("ask", "ice", "--id", "C102", code=2)


# Knowledge


def test_our_pack_is_sound(goodknee: Goodknee) -> None:
    assert "is sound" in goodknee("knowledge", "check")
    assert goodknee.json("knowledge", "check")["faults"] == []


def test_another_pack_is_checked_and_all_faults_are_named(goodknee: Goodknee, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(CHECKOUT / "src" / "goodknee" / "knowledge", pack)
    assert goodknee.json("knowledge", "check", pack)["sound"]
    path = pack / "red_flags.yaml"
    text = path.read_text("utf-8").replace("confidence: verified", "confidence: certain", 2)
    path.write_text(text, "utf-8")
    (pack / "claims.yaml").unlink()
    found = goodknee.json("knowledge", "check", pack, code=1)
    assert [fault["key"] for fault in found["faults"] if fault["file"] == "red_flags.yaml"] == [
        "rules.0.confidence", "rules.1.confidence",
    ]  # fmt: skip
    assert any(fault["file"] == "claims.yaml" for fault in found["faults"])
    goodknee("knowledge", "check", tmp_path / "nothing", code=2)


def test_review_lists_what_is_due_and_what_another_pack_would_change(
    goodknee: Goodknee, tmp_path: Path
) -> None:
    goodknee("check", "--answers", goodknee.file(EMERGENCY), code=3)
    told = goodknee.json("knowledge", "review")
    assert told["changes"] is None
    assert {item["state"] for item in told["due"]} == {"never_signed"}
    assert len(told["due"]) == told["items"]
    pack = tmp_path / "pack"
    shutil.copytree(CHECKOUT / "src" / "goodknee" / "knowledge", pack)
    path = pack / "red_flags.yaml"
    path.write_text(
        path.read_text("utf-8").replace("name: Limb circulation", "name: The limb's circulation", 1), "utf-8"
    )
    told = goodknee.json("knowledge", "review", pack)
    assert told["changes"] == {"added": [], "changed": ["red_flags.yaml: RF01"], "removed": []}
    assert told["altered_checks"][0]["parts"] == ["red_flags"]
    assert "would change" in goodknee("knowledge", "review", pack)
