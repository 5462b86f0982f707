"""``goodknee check`` as a person meets it: in a real terminal, key by key."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.faces.terminal import AN_ORDINARY_KNEE, Terminal

from goodknee.core.model import UnfinishedCheck
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.assess import CheckPack, replay
from goodknee.stores.store import open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a terminal of this kind is not there")

LONGER = "Answer them now?"
TELLS_OF_EMERGENCY = "Get emergency care now"


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., Terminal]:
    def start(*words: str, **options: Any) -> Terminal:
        return Terminal("check", *words, data=tmp_path / "store", **options)

    return start


def checks_in(folder: Path) -> list[dict[str, Any]]:
    with open_store(folder / "store") as store:
        return [dict(check.answers) for check in store.checks()]


def unfinished_in(folder: Path) -> UnfinishedCheck | None:
    with open_store(folder / "store") as store:
        return store.unfinished_check()


Check = Callable[..., Terminal]


def test_an_ordinary_knee_gets_its_first_answer_and_stops(check: Check, tmp_path: Path) -> None:
    with check() as terminal:
        terminal.type(*AN_ORDINARY_KNEE)
        said = terminal.until(LONGER)
        for part in ("safety question is answered", "What your answers fit", "1 Runner's knee"):
            assert part in said
        assert said.index("Runner's knee") < said.index("May I run tomorrow?") < said.index("Three exercises")
        terminal.type("n")
        code, said = terminal.end()
    assert code == 0
    assert "Your answers are kept." in said
    assert checks_in(tmp_path)[0]["age_years"] == 33


def test_the_longer_questions_go_on_later_and_both_answers_can_be_replayed(
    check: Check, tmp_path: Path
) -> None:
    with check() as terminal:
        terminal.type(*AN_ORDINARY_KNEE, "n")
        terminal.end()
    with check() as terminal:
        terminal.until("The longer questions of Tue")
        terminal.type("y", "1", "2", "4", "5", "q")
        code, said = terminal.end()
    assert code == 0
    assert "Your answers are kept." in said
    first, second = checks_in(tmp_path)
    assert "pain_quality" not in first
    assert (second["clicking_painless"], second["pain_quality"]) == (True, "sharp")
    assert (second["pain_usual_left"], second["pain_stairs_down_left"]) == (4, 5)
    with open_store(tmp_path / "store") as store:
        again = list(replay(store, CheckPack.of(load_knowledge())))
    assert [then == stored.result for stored, then in again] == [True, True]
    with check() as terminal:
        terminal.type("y")
        assert "More on the pain" in terminal.until("get up from a chair?")
        terminal.press(b"\x03")
        assert terminal.end()[0] == 130


def test_a_stopped_check_goes_on_where_it_stopped(check: Check, tmp_path: Path) -> None:
    with check() as terminal:
        terminal.type(*AN_ORDINARY_KNEE[:5], "q")
        code, said = terminal.end()
    assert code == 0
    assert "Your answers so far are kept." in said
    kept = unfinished_in(tmp_path)
    assert kept is not None
    assert kept.answers["location"] == ["front", "behind_kneecap"]
    assert checks_in(tmp_path) == []
    with check() as terminal:
        terminal.until("You stopped at 3 of about 11 on Tue")
        terminal.type("y")
        assert "Can one finger tip" in terminal.until("Can one finger tip show the spot?")
        terminal.type(*AN_ORDINARY_KNEE[5:])
        terminal.until(LONGER)
    assert checks_in(tmp_path)[0]["location"] == ["front", "behind_kneecap"]


def test_a_stopped_check_can_be_begun_again_and_grows_old(check: Check) -> None:
    with check() as terminal:
        terminal.type("0", "0", "33", "q")
        terminal.end()
    with check() as terminal:
        terminal.type("n")
        terminal.until("Signs that cannot wait")
    with check(today="2026-05-14") as terminal:
        terminal.until("Three minutes to a first answer")
        terminal.until("Signs that cannot wait")


def test_a_closed_window_loses_nothing(check: Check) -> None:
    with check() as terminal:
        terminal.type("0", "0", "33")
        terminal.hang_up()
    with check() as terminal:
        terminal.until("You stopped at 3 of about 11")


def test_an_emergency_is_told_at_once(check: Check, tmp_path: Path) -> None:
    with check() as terminal:
        terminal.type("2")
        code, said = terminal.end()
    assert code == 3
    assert TELLS_OF_EMERGENCY in said
    assert "About you" not in said
    assert unfinished_in(tmp_path) is None
    assert checks_in(tmp_path)[0]["foot_cold_pale_numb"] is True


@pytest.mark.parametrize("stop", [b"q\n", b"\x03", b"\x04"], ids=["q", "Ctrl-C", "Ctrl-D"])
def test_a_warning_sign_is_told_although_the_runner_stops(check: Check, tmp_path: Path, stop: bytes) -> None:
    with check() as terminal:
        terminal.type("3", "0")
        terminal.press(stop)
        code, said = terminal.end()
    assert code == 3
    assert "RF53" in said
    assert "Not all safety questions are answered" in said
    with check("--last") as terminal:
        assert terminal.end()[0] == 3
    assert unfinished_in(tmp_path) is not None


@pytest.mark.parametrize("stop", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_without_a_sign_an_interruption_is_no_error(check: Check, tmp_path: Path, stop: bytes) -> None:
    with check() as terminal:
        terminal.type("0", "3")
        terminal.press(stop)
        code, said = terminal.end()
    assert code == 130
    assert "Stopped. What was saved before is kept." in said
    assert "Traceback" not in said
    kept = unfinished_in(tmp_path)
    assert kept is not None
    assert kept.answers["known_knee_oa"] is True


def test_stopped_before_any_answer_nothing_is_made(check: Check, tmp_path: Path) -> None:
    with check() as terminal:
        terminal.type("q")
        assert terminal.end()[0] == 0
    assert not (tmp_path / "store").exists()


def test_back_changes_an_answer(check: Check, tmp_path: Path) -> None:
    with check() as terminal:
        terminal.type("0", "0", "33", "b", "2", "34", "1", "q")
        terminal.end()
    kept = unfinished_in(tmp_path)
    assert kept is not None
    assert (kept.answers["age_years"], kept.answers["previous_knee_surgery"]) == (34, True)
    with check() as terminal:
        terminal.type("y", "b", "0", "35", "q")
        terminal.end()
    kept = unfinished_in(tmp_path)
    assert kept is not None
    assert (kept.answers["age_years"], kept.answers["previous_knee_surgery"]) == (35, False)


def test_what_cannot_be_read_is_asked_again(check: Check) -> None:
    with check() as terminal:
        terminal.type("9", "")
        terminal.press(b"\xff\xfe\n")
        terminal.press(b"\x1b[A\n")
        terminal.type("none", "0", "0", "two hundred", "210", "33")
        terminal.until("Where it hurts")
        assert terminal.shown.count("Type numbers from 1 to 6") == 4
        assert terminal.shown.count("from 1 to 120") == 2
        assert "Traceback" not in terminal.shown


def test_skipped_safety_questions_stay_open(check: Check) -> None:
    with check() as terminal:
        terminal.type("s", *AN_ORDINARY_KNEE[1:])
        said = terminal.until(LONGER)
    assert "Not all safety questions are answered" in said
    assert "(foot_cold_pale_numb)" in said
    assert "None of the warning signs" not in said
    assert "Three exercises" not in said


def test_every_line_fits_a_narrow_terminal(check: Check) -> None:
    with check(columns=60) as terminal:
        terminal.type("h", *AN_ORDINARY_KNEE)
        terminal.until(LONGER)
        assert max(map(len, terminal.shown.splitlines())) <= 60


def test_the_answer_goes_to_stdout_and_the_talk_does_not(check: Check, tmp_path: Path) -> None:
    answer = tmp_path / "answer.txt"
    with check(stdout=answer) as terminal:
        terminal.type(*AN_ORDINARY_KNEE, "n")
        assert terminal.end()[0] == 0
    said = answer.read_text()
    assert said.lstrip().startswith("Book a visit within 2 weeks")
    assert "May I run tomorrow?" in said
    assert "Signs that cannot wait" not in said
    assert "May I run tomorrow?" not in terminal.shown
