"""``log`` as a runner and a script meet it: options, a file, corrections, lists, self tests, a terminal."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.faces.terminal import Terminal
from tests.pack_files import cases
from tests.stores.made_up import a_recording, an_activity, bring

from goodknee.faces.cli import main
from goodknee.stores.store import open_store

CLEAN: dict[str, Any] = cases("red_flags.yaml")["clean"]
BLOCKED = 3


class Goodknee:
    def __init__(self, capsys: pytest.CaptureFixture[str], data: Path) -> None:
        self.capsys, self.data = capsys, data

    def __call__(self, *words: str, today: str = "2026-05-17", code: int = 0) -> str:
        with pytest.raises(SystemExit) as left:
            main(["--data", str(self.data), "--today", today, *words])
        out, self.err = self.capsys.readouterr()
        assert left.value.code == code, self.err or out
        return out

    def json(self, *words: str, today: str = "2026-05-17", code: int = 0) -> Any:
        return json.loads(self(*words, "--json", today=today, code=code))

    def entries(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.json("log", "--list")["entries"]
        return entries

    def run_on(self, day: int, hour: int = 6) -> str:
        started_at = datetime(2026, 5, day, hour, tzinfo=UTC)
        with open_store(self.data, create=True) as store:
            recording = a_recording(an_activity(started_at=started_at))
            return bring(store, recording, f"{day} {hour}".encode()).run_ids[0]

    def check(self, folder: Path, **answers: object) -> None:
        file = folder / "check.yaml"
        file.write_text(yaml.safe_dump(CLEAN | {"side": "right"} | answers), encoding="utf-8")
        self("check", "--answers", str(file))


@pytest.fixture
def goodknee(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Goodknee:
    return Goodknee(capsys, tmp_path / "store")


def test_what_is_told_by_options_comes_back_with_its_id(goodknee: Goodknee) -> None:
    document = goodknee.json(
        "log", "--side", "right", "--pain-morning", "3", "--pain-worst", "0", "--limp", "--gives-way", "no",
        "--swelling", "none", "--sleep-h", "7.5", "--note", "rain",
    )  # fmt: skip
    assert (document["id"], document["day"], document["side"]) == (1, "2026-05-17", "right")
    assert (document["pain_morning"], document["pain_worst"], document["pain_now"]) == (3, 0, None)
    assert (document["limp"], document["gives_way"], document["locked"]) == (True, False, None)
    assert (document["swelling"], document["sleep_h"], document["note"]) == ("none", 7.5, "rain")
    assert (document["blocked"], document["check_again"]) == (False, False)
    assert [each["id"] for each in goodknee.entries()] == [1]


def test_a_file_and_key_value_say_the_same_as_options(goodknee: Goodknee, tmp_path: Path) -> None:
    file = tmp_path / "entry.yaml"
    file.write_text("side: left\npain_morning: 2\nlimp: no\nt_heel: {left: 20, right: 22}\n", "utf-8")
    by_file = goodknee.json("log", "--file", str(file))
    by_words = goodknee.json(
        "log", "side=left", "pain_morning=2", "limp=no", "--test", "t_heel", "--left", "20", "--right", "22"
    )
    for document in (by_file, by_words):
        del document["id"], document["entered_at"]
    assert by_file == by_words


@pytest.mark.parametrize(
    ("words", "where", "told"),
    [
        (("--pain-morning", "11"), "pain_morning", "11 is not an answer to pain_morning"),
        (("--pain-morning", "three"), "pain_morning", "'three'"),
        (("--day", "2026-05-18", "--pain-now", "1"), "day", "lies ahead"),
        (("pain_moning=3",), "pain_moning", "no key"),
        (("--swelling", "big"), "swelling", "'big'"),
        (("--run", "nope", "--pain-during", "1"), "run nope", "no such run"),
        (("--test", "t_hell", "--left", "1"), "t_hell", "no key"),
    ],
)
def test_what_is_not_legal_is_refused_and_nothing_is_stored(
    goodknee: Goodknee, words: tuple[str, ...], where: str, told: str
) -> None:
    error = goodknee.json("log", "--side", "right", *words, code=1)["error"]
    assert error["where"] == where
    assert told in error["what"]
    assert goodknee.entries() == []


@pytest.mark.parametrize(
    "words",
    [(), ("--list", "--tests"), ("--left", "3"), ("--test", "t_heel"), ("--correct", "1"), ("pain",),
     ("--withdraw", "1", "--limp")],
)  # fmt: skip
def test_words_that_do_not_go_together(goodknee: Goodknee, words: tuple[str, ...]) -> None:
    assert goodknee.json("log", *words, code=2)["error"]["next"] == "See `goodknee log --help`."
    assert not goodknee.data.exists()


def test_the_sore_knee_of_the_check_is_meant_when_none_is_named(goodknee: Goodknee, tmp_path: Path) -> None:
    goodknee("log", "--pain-morning", "3", code=1)
    assert "Which knee" in goodknee.err
    goodknee.check(tmp_path)
    assert goodknee.json("log", "--pain-morning", "3")["side"] == "right"


def test_a_correction_keeps_the_id_and_the_history(goodknee: Goodknee) -> None:
    goodknee("log", "--side", "right", "--pain-morning", "5", "--limp", "--swelling", "none")
    document = goodknee.json("log", "--correct", "1", "--pain-morning", "3", "limp=", today="2026-05-19")
    assert (document["id"], document["pain_morning"], document["limp"]) == (1, 3, None)
    (entry,) = goodknee.entries()
    assert (entry["day"], entry["pain_morning"], entry["swelling"]) == ("2026-05-17", 3, "none")
    assert [(row["pain_morning"], row["limp"]) for row in entry["before"]] == [(5, True)]
    said = goodknee("log", "--list")
    assert "pain morning 3, swelling none" in said
    assert "before: right knee: pain morning 5, limp yes" in said
    goodknee("log", "--correct", "1", "pain_morning=11", code=1)
    goodknee("log", "--correct", "9", "pain_morning=1", code=1)
    assert goodknee.entries() == [entry]


def test_one_leg_of_a_test_is_corrected_and_the_other_stays(goodknee: Goodknee) -> None:
    goodknee("log", "--test", "t_heel", "--left", "20", "--right", "25")
    document = goodknee.json("log", "--correct", "1", "--test", "t_heel", "--left", "22")
    assert document["t_heel"] == {"left": [22], "right": [25]}


def test_a_withdrawn_entry_counts_no_more_and_is_still_in_the_list(goodknee: Goodknee) -> None:
    goodknee("log", "--side", "right", "--pain-morning", "5")
    assert "Withdrawn." in goodknee("log", "--withdraw", "1")
    assert goodknee.json("log", "--list")["days"] == []
    assert "before: right knee: pain morning 5" in goodknee("log", "--list")
    goodknee("log", "--correct", "1", "--pain-morning", "4")
    assert goodknee.json("log", "--list")["days"][0]["answers"] == {"pain_morning": 4}


def test_two_entries_for_one_morning_are_both_kept_and_the_newest_counts(goodknee: Goodknee) -> None:
    goodknee("log", "--side", "right", "--pain-morning", "5")
    goodknee("log", "--side", "right", "--pain-morning", "2")
    (day,) = goodknee.json("log", "--list")["days"]
    assert (day["answers"], day["earlier"]) == ({"pain_morning": 2}, {"pain_morning": [5]})
    assert "told earlier that day: pain morning 5" in goodknee("log", "--list")


def test_pain_for_a_run_is_typed_days_later(goodknee: Goodknee) -> None:
    run = goodknee.run_on(12)
    document = goodknee.json("log", "--side", "right", "--run", run[:15], "--pain-during", "4")
    assert (document["run"], document["day"]) == (run, "2026-05-12")
    assert "told 5 days later" in goodknee("log", "--list")
    (day,) = goodknee.json("log", "--list")["days"]
    assert day["day"] == "2026-05-12"
    assert day["sessions"][0]["answers"] == {"pain_during": 4}


def test_this_morning_told_with_a_run_of_before_is_of_today(goodknee: Goodknee) -> None:
    run = goodknee.run_on(16)
    goodknee("log", "--side", "right", "--run", run, "--pain-during", "4", "--pain-morning", "2")
    days = goodknee.json("log", "--list")["days"]
    assert [(day["day"], day["answers"]) for day in days] == [
        ("2026-05-17", {"pain_morning": 2}),
        ("2026-05-16", {}),
    ]


def test_the_only_run_of_a_day_is_found_and_of_two_none_is_guessed(goodknee: Goodknee) -> None:
    run = goodknee.run_on(16)
    told = ("log", "--side", "right", "--day", "2026-05-16", "--pain-during", "4")
    assert goodknee.json(*told)["run"] == run
    goodknee.run_on(16, hour=17)
    document = goodknee.json(*told)
    assert document["run"] is None
    assert f"--correct {document['id']} run=ID" in document["says"][0]
    assert goodknee.json("log", "--correct", str(document["id"]), f"run={run}")["run"] == run


def test_an_entry_moved_to_another_day_is_of_the_run_of_that_day(goodknee: Goodknee) -> None:
    first, second = goodknee.run_on(14), goodknee.run_on(16)
    told = goodknee.json("log", "--side", "right", "--day", "2026-05-16", "--pain-during", "4")
    moved = goodknee.json("log", "--correct", "1", "day=2026-05-14")
    stays = goodknee.json("log", "--correct", "1", "day=2026-05-15", f"run={first[:15]}")
    assert (told["run"], moved["run"], stays["run"]) == (second, first, first)


def test_a_run_that_is_imported_later_takes_what_waited_for_it(goodknee: Goodknee) -> None:
    document = goodknee.json("log", "--side", "right", "--day", "2026-05-16", "--pain-during", "4")
    assert "No run of Sat\u00a016\u00a0May" in document["says"][0]
    run = goodknee.run_on(16)
    (day,) = goodknee.json("log", "--list")["days"]
    assert day["sessions"][0]["run_id"] == run


def test_a_sign_asks_for_the_check_and_a_warning_sign_for_a_person(
    goodknee: Goodknee, tmp_path: Path
) -> None:
    goodknee.check(tmp_path, country="DE")
    document = goodknee.json("log", "--gives-way")
    assert (document["check_again"], document["signs"][0]["rule"]) == (True, "TD04")
    assert "Do the check again today." in document["to_do"][-1]
    said = goodknee("log", "--warmth", "--fever", code=BLOCKED)
    assert said.index("Get emergency care now") < said.index("112") < said.index("Kept.")
    assert len(goodknee.entries()) == 2


def test_warning_signs_without_a_check_are_told_too(goodknee: Goodknee) -> None:
    assert goodknee.json("log", "--side", "right", "--swelling", "clear")["blocked"] is False
    assert (
        goodknee.json("log", "--side", "right", "--warmth", "--fever", code=BLOCKED)["urgency"] == "emergency"
    )


def test_a_calm_day_says_nothing_of_signs(goodknee: Goodknee, tmp_path: Path) -> None:
    goodknee.check(tmp_path)
    document = goodknee.json("log", "--pain-morning", "1", "--fever", "no", "--swelling", "none")
    assert (document["to_do"], document["signs"], document["urgency"]) == ([], [], None)


def test_a_sign_from_before_the_check_says_nothing_new(goodknee: Goodknee, tmp_path: Path) -> None:
    goodknee.check(tmp_path)
    document = goodknee.json("log", "--day", "2026-05-10", "--warmth", "--fever", "--gives-way")
    assert (document["to_do"], document["blocked"]) == ([], False)


def test_self_tests_are_told_and_listed_with_their_legs_and_the_day_they_are_due(goodknee: Goodknee) -> None:
    document = goodknee.json("log", "--test", "t_heel", "--left", "20", "--right", "25")
    assert document["t_heel"] == {"left": [20], "right": [25]}
    listed = {each["id"]: each for each in goodknee.json("log", "--tests", today="2026-05-18")["tests"]}
    assert listed["t_heel"]["legs"] == {"value": 5, "unit": "count", "worse": "left"}
    assert (listed["t_heel"]["last"], listed["t_heel"]["due_on"]) == ("2026-05-17", "2026-06-14")
    assert (listed["t_hop"]["last"], listed["t_hop"]["due_on"]) == (None, "2026-05-18")
    assert all(each["how"] for each in listed.values())
    said = goodknee("log", "--tests")
    assert "legs differ by 5, left the worse" in said
    fear = goodknee.json("log", "--test", "t_fear", "--result", "8,2")
    assert fear["says"] == ["Take smaller steps. A physiotherapist can go through the first ones with you."]


def test_an_empty_diary_makes_no_store(goodknee: Goodknee) -> None:
    assert goodknee.json("log", "--list") == {"entries": [], "days": []}
    assert "The diary is empty" in goodknee("log", "--list")
    assert not goodknee.data.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of this kind is not there")
class TestTerminal:
    def start(self, folder: Path) -> Terminal:
        return Terminal("log", data=folder / "store", today="2026-05-17")

    def test_a_check_in_takes_a_minute(self, goodknee: Goodknee, tmp_path: Path) -> None:
        run = goodknee.run_on(16)
        with self.start(tmp_path) as terminal:
            terminal.type("2", "12", "3", "", "1 5", "very large", "4", "s", "30", "n")
            code, said = terminal.end()
        assert code == 0
        assert "That is not one of the answers." in terminal.shown
        assert "Do the check again today." in said
        of_run, today = sorted(goodknee.entries(), key=lambda each: str(each["day"]))
        assert (of_run["run"], of_run["day"], of_run["pain_during"]) == (run, "2026-05-16", 4)
        assert (of_run["pain_after"], of_run["settle_minutes"], of_run["painkiller"]) == (None, 30, False)
        assert (today["side"], today["pain_morning"], today["pain_worst"]) == ("right", 3, None)
        assert (today["swelling"], today["limp"], today["fever"]) == ("very_large", True, False)

    def test_both_knees_and_a_stop_keeps_what_was_told(self, goodknee: Goodknee, tmp_path: Path) -> None:
        with self.start(tmp_path) as terminal:
            terminal.type("3", "1", "2", "0", "4", "q")
            assert terminal.end()[0] == 0
        left, right = sorted(goodknee.entries(), key=lambda each: str(each["side"]))
        assert (left["pain_morning"], left["pain_worst"], left["swelling"]) == (1, 2, "none")
        assert (left["fever"], right["fever"]) == (False, None)
        assert (right["pain_morning"], right["pain_worst"], right["limp"]) == (4, None, None)

    def test_nothing_told_keeps_nothing(self, goodknee: Goodknee, tmp_path: Path) -> None:
        with self.start(tmp_path) as terminal:
            terminal.type("1", "", "", "")
            code, said = terminal.end()
        assert (code, goodknee.entries()) == (0, [])
        assert "nothing was kept" in said

    def test_ctrl_c_keeps_nothing(self, goodknee: Goodknee, tmp_path: Path) -> None:
        with self.start(tmp_path) as terminal:
            terminal.type("1", "3")
            terminal.press(b"\x03")
            assert terminal.end()[0] == 130
        assert goodknee.entries() == []
