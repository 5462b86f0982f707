"""``score``, ``learn`` and ``refer`` as a person and a script meet them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from goodknee.faces.cli import main
from goodknee.stores.store import open_store

KEYS = {"instrument", "score", "range", "better", "answered", "missing", "valid", "mcid", "mdc", "note"}


class Goodknee:
    """Calls the command line in this process and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], data: Path) -> None:
        self.capsys = capsys
        self.data = data

    def __call__(self, *words: object, code: int = 0) -> str:
        with pytest.raises(SystemExit) as left:
            main(["--data", str(self.data), "--today", "2026-11-22", *map(str, words)])
        out, self.err = self.capsys.readouterr()
        assert left.value.code == code, self.err or out
        return out

    def json(self, *words: object, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code))


@pytest.fixture
def goodknee(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Goodknee:
    return Goodknee(capsys, tmp_path / "store")


def test_score_is_the_agreed_document(goodknee: Goodknee, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("usual_7d: 3\nworst_7d: 6\n", "utf-8")
    document = goodknee.json("score", "nprs", "--answers", file)
    assert document.keys() >= KEYS
    assert (document["instrument"], document["score"], document["range"]) == ("nprs_usual", 3, [0, 10])
    assert (document["better"], document["valid"], document["mcid"], document["mdc"]) == (
        "lower",
        True,
        2,
        None,
    )
    assert document["due_on"] == "2026-11-29"
    said = goodknee("score", "nprs", "--answers", file)
    assert "3 (0 to 10, lower is better)" in said
    assert "Sun 29 Nov 2026" in said


def test_a_score_is_kept_and_the_next_one_held_against_it(goodknee: Goodknee, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("usual_7d: 6\n", "utf-8")
    assert goodknee.json("score", "nprs", "--answers", file, "--today", "2026-11-01")["before"] is None
    asked = goodknee.json("score", "nprs_usual")
    assert asked["before"] == {"day": "2026-11-01", "score": 6.0}
    assert asked["due_on"] == "2026-11-08"
    file.write_text("usual_7d: 3\n", "utf-8")
    said = goodknee("score", "nprs", "--answers", file)
    assert "6, Sun 1 Nov 2026: better than the noise" in said
    with open_store(goodknee.data) as store:
        kept = store.scores()
    assert [(each.value, each.day.isoformat()) for each in kept] == [(6.0, "2026-11-01"), (3.0, "2026-11-22")]
    assert kept[1].result["change"] == "better"
    assert kept[1].answers == {"usual_7d": 3}
    assert kept[1].code_version
    assert kept[1].knowledge_version
    sheet = goodknee.json("refer", "physio", "-o", tmp_path / "sheet.html")
    assert len(sheet["scores"]) == 1
    assert " 3 (0 to 10" in sheet["scores"][0]


def test_what_is_no_score_is_not_kept(goodknee: Goodknee, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("limp: 1\n", "utf-8")
    assert "no, there is no score to keep" in goodknee("score", "akps", "--answers", file)
    with open_store(goodknee.data) as store:
        assert store.scores() == []
    goodknee("score", "womac", code=1)


def test_score_without_answers_says_what_to_answer(goodknee: Goodknee) -> None:
    said = goodknee("score", "akps")
    assert "limp: Do you limp?" in said
    assert "3  all the time" in said
    said = goodknee("score", "lefs")
    assert "item_1 to item_20" in said
    document = goodknee.json("score", "akps")
    assert (document["score"], document["valid"], len(document["asks"])) == (None, False, 13)


def test_an_unfinished_score_names_what_is_missing(goodknee: Goodknee, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text('{"limp": 1, "swelling": 5}', "utf-8")
    said = goodknee("score", "akps", "--answers", file)
    assert "no score yet" in said
    assert "support, walking" in said
    assert "warning sign" in said
    document = goodknee.json("score", "akps", "--answers", file)
    assert (document["answered"], document["missing"], document["warnings"]) == (2, 11, ["swelling"])


@pytest.mark.parametrize("text", ["limp: 9", "limps: 1", "", "[1, 2]", "limp: [", "limp: &a 1"])
def test_bad_answers_are_refused_in_three_lines(goodknee: Goodknee, tmp_path: Path, text: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(text, "utf-8")
    assert goodknee.json("score", "akps", "--answers", file, code=1)["error"].keys() == {
        "what",
        "where",
        "next",
    }
    goodknee("score", "akps", "--answers", file, code=1)
    assert len(goodknee.err.strip().splitlines()) == 3


def test_learn_lists_and_tells(goodknee: Goodknee) -> None:
    assert "goodknee learn what_it_is" in goodknee("learn")
    assert goodknee.json("learn")["next"] == "what_it_is"
    said = goodknee("learn", "when_help")
    assert "One thing to do: " in said
    assert "Sources:" in said
    assert goodknee.json("learn", "when_help")["sources"]
    goodknee("learn", "when_helps", code=1)
    assert "when_help?" in goodknee.err


def test_a_lesson_that_was_read_is_remembered_and_the_next_one_offered(goodknee: Goodknee) -> None:
    assert goodknee("learn", "what_it_is").endswith("Next: goodknee learn hurt_not_harm\n")
    listed = goodknee.json("learn")
    assert listed["next"] == "hurt_not_harm"
    assert {each["id"]: each["read_on"] for each in listed["lessons"]}["what_it_is"] == "2026-11-22"
    for lesson in ("hurt_not_harm", "load_capacity", "when_help"):
        goodknee("learn", lesson)
    first_week = goodknee.json("learn")["next"]
    assert first_week not in {"what_it_is", "hurt_not_harm", "load_capacity", "when_help"}
    weeks = {goodknee.json("learn", "--today", day)["next"] for day in ("2026-11-22", "2027-02-22")}
    assert None not in weeks
    assert goodknee.json("learn", "--today", "2026-11-21")["next"] == "what_it_is"


def test_every_lesson_read_leaves_none_to_offer(goodknee: Goodknee) -> None:
    for lesson in goodknee.json("learn")["lessons"]:
        goodknee("learn", lesson["id"])
    assert goodknee.json("learn")["next"] is None
    assert "You have read all" in goodknee("learn")


def test_refer_writes_one_page(goodknee: Goodknee, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = goodknee.json("refer", "physio")
    page = tmp_path / "goodknee-for-physio.html"
    assert document["file"] == str(page)
    assert "Sun\u00a022\u00a0Nov\u00a02026" in page.read_text("utf-8")
    assert goodknee("refer", "doctor", "-o", "sheet.html").strip() == str(tmp_path / "sheet.html")
    goodknee("refer", "doctor", "-o", "sheet.pdf", code=2)
    goodknee("refer", "doctor", "-o", "nowhere/sheet.html", code=2)
    goodknee("refer", "surgeon", code=2)
    assert not goodknee.data.exists()


def test_the_last_check_fills_the_sheet_and_picks_the_lesson(goodknee: Goodknee, tmp_path: Path) -> None:
    file = tmp_path / "check.yaml"
    file.write_text("side: left\nfear_harm: 8\nhot: true\nswelling: clear\nfever_or_unwell: true\n", "utf-8")
    goodknee.json("check", "--answers", file, code=3)
    sheet = goodknee.json("refer", "doctor", "-o", tmp_path / "sheet.html")
    assert sheet["story"][0]["text"] == "left knee"
    assert sheet["first"][0] == "Get emergency care now."
    assert sheet["signs"]
    assert goodknee.json("learn")["next"] == "what_it_is"
