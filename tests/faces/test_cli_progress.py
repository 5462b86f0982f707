"""``progress`` as a runner and a script meet it, day by day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.made_up_diary import told
from tests.pack_files import cases
from tests.runner_words import reading_grade

from goodknee.faces.cli import main
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.demo import STORY_DAY, make_demo
from goodknee.stores.store import open_store

FIRST = date(2026, 3, 2)
CLEAN: dict[str, Any] = cases("red_flags.yaml")["clean"]
SICK = CLEAN | {"side": "right", "hot": True, "fever_or_unwell": True, "country": "DE"}


class Goodknee:
    def __init__(self, capsys: pytest.CaptureFixture[str], data: Path) -> None:
        self.capsys, self.data = capsys, data

    def __call__(self, *words: str, on: int = 0, code: int = 0) -> str:
        today = (FIRST + timedelta(days=on)).isoformat()
        with pytest.raises(SystemExit) as left:
            main(["--data", str(self.data), "--today", today, *words])
        out, err = self.capsys.readouterr()
        assert left.value.code == code, err or out
        return out

    def json(self, *words: str, on: int = 0, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", on=on, code=code))

    def tell(self, days: range, *, pain_worst: float) -> None:
        with open_store(self.data, create=True) as store:
            store.add_diary(
                [told(FIRST + timedelta(days=number), "right", pain_worst=pain_worst) for number in days]
            )


@pytest.fixture
def goodknee(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Goodknee:
    return Goodknee(capsys, tmp_path / "store")


def test_a_missing_store_answers_as_an_empty_one(goodknee: Goodknee) -> None:
    document = goodknee.json("progress")
    assert (document["measures"], document["change"]) == ({}, {})
    assert document["seek_care"] | {"missing": []} == {
        "now": False, "urgency": "routine", "why": [], "reasons": [], "missing": [],
    }  # fmt: skip
    assert not goodknee.data.exists()
    assert "Nothing to compare yet" in goodknee("progress")


def test_what_was_logged_is_what_is_shown(goodknee: Goodknee) -> None:
    for number, pain in ((0, 6), (1, 6), (2, 5)):
        goodknee("log", "--side", "right", "--pain-worst", str(pain), on=number)
    document = goodknee.json("progress", on=2)
    assert [row["value"] for row in document["measures"]["pain_worst_nprs"]] == [6, 6, 5]
    assert document["change"]["pain_worst_nprs"] == document["change"]["pain_worst_nprs"] | {
        "from": 6, "to": None, "mcid": 2, "verdict": "too_few", "knee": "right",
    }  # fmt: skip
    assert "Too few entries to say" in goodknee("progress", on=2)


def test_the_sentence_comes_first(goodknee: Goodknee) -> None:
    goodknee.tell(range(7), pain_worst=6)
    goodknee.tell(range(20, 27), pain_worst=3)
    lines = goodknee("progress", on=26).split()
    assert " ".join(lines[3:10]) == "Yes, better than the noise: worst pain"


def test_replay_of_an_earlier_day_knows_nothing_of_later_ones(goodknee: Goodknee) -> None:
    goodknee.tell(range(7), pain_worst=6)
    before = goodknee.json("progress", on=6)
    goodknee.tell(range(7, 30), pain_worst=2)
    assert goodknee.json("progress", on=6) == before
    assert goodknee.json("progress", on=29)["change"]["pain_worst_nprs"]["verdict"] == "better"


def test_three_weeks_without_a_gain(goodknee: Goodknee) -> None:
    goodknee.tell(range(22), pain_worst=4)
    assert goodknee.json("progress", on=20)["seek_care"]["now"] is False
    care = goodknee.json("progress", on=21)["seek_care"]
    assert care["now"] is True
    assert care["reasons"][0]["rule"] == "SC1"
    assert care["reasons"][0]["grade"] == "F"
    assert care["why"][0].startswith("Three weeks in")
    assert "refer physio" in goodknee("progress", on=21)


def test_a_blocking_sign_has_the_page_to_itself(goodknee: Goodknee, tmp_path: Path) -> None:
    goodknee.tell(range(22), pain_worst=4)
    answers = tmp_path / "answers.yaml"
    answers.write_text(yaml.safe_dump(SICK), "utf-8")
    goodknee("check", "--answers", str(answers), on=21, code=3)
    page = goodknee("progress", on=21, code=3)
    assert "emergency" in page
    assert "worst pain" not in page
    document = goodknee.json("progress", on=21, code=3)
    assert document["seek_care"]["urgency"] == "emergency"
    assert document["seek_care"]["reasons"][0]["rule"].startswith("RF")


def test_the_simulated_year_says_something_sensible(goodknee: Goodknee, tmp_path: Path) -> None:
    """Pain up to 6 of 10, two weeks of calm, a flare, and less since: no change that counts yet."""
    make_demo(goodknee.data, knowledge=load_knowledge(), now=datetime(2026, 5, 17, 8, tzinfo=UTC))
    on = (STORY_DAY - FIRST).days
    document = goodknee.json("progress", on=on)
    assert document["says"] == ["No clear change so far: worst pain was 4/10 and is 3/10."]
    assert document["knee"] == "right"
    assert [reason["rule"] for reason in document["seek_care"]["reasons"]] == ["SC1"]
    page = goodknee("progress", on=on)
    assert "inside the typical range in trials" in " ".join(page.split())
    assert reading_grade(" ".join(document["says"] + document["seek_care"]["why"])) <= 8
