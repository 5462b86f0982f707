"""``today`` as a person and a script meet it, and a simulated life lived with it day by day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.pack_files import cases

from goodknee.faces.cli import main

CLEAN: dict[str, Any] = cases("red_flags.yaml")["clean"]
LIFE = cases("lives.yaml")


class Goodknee:
    """Calls the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.capsys, self.folder, self.day = capsys, folder, date(2026, 5, 12)
        self.err = ""

    def __call__(self, *words: object, code: int = 0) -> str:
        with pytest.raises(SystemExit) as left:
            main(["--data", str(self.folder / "store"), "--today", self.day.isoformat(), *map(str, words)])
        out, self.err = self.capsys.readouterr()
        assert left.value.code == code, self.err or out
        return out

    def json(self, *words: object, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code))

    def check(self, code: int = 0, **answers: Any) -> None:
        path = self.folder / "answers.yaml"
        path.write_text(yaml.safe_dump(CLEAN | LIFE["check"] | answers))
        self("check", "--answers", path, code=code)

    def log(self, **told: object) -> None:
        self("log", *(f"{key}={value}" for key, value in told.items()))


@pytest.fixture
def goodknee(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Goodknee:
    return Goodknee(capsys, tmp_path)


def flat(said: str) -> str:
    return " ".join(said.split())


KEYS = ("today", "knee", "verdict", "run", "reasons", "would_change", "missing")
RUN_KEYS = ("max_distance_m", "max_minutes", "speed_factor", "flat", "cadence_target_spm", "walk_run")


def test_the_agreed_document(goodknee: Goodknee) -> None:
    goodknee.check()
    goodknee.log(pain_morning=1)
    document = goodknee.json("today")
    assert set(KEYS) <= set(document)
    assert set(RUN_KEYS) <= set(document["run"])
    for reason in document["reasons"]:
        assert {"rule", "facts", "says", "grade", "sources"} <= set(reason)
    assert document["would_change"]


def test_a_missing_store_answers_and_makes_none(goodknee: Goodknee) -> None:
    document = goodknee.json("today")
    assert (document["verdict"], document["missing"], document["decision_id"]) == (
        "withheld",
        ["check"],
        None,
    )
    assert "Walk, as long as pain stays at 2 or less." in flat(goodknee("today"))
    assert not (goodknee.folder / "store").exists()


def test_the_verdict_comes_first_then_what_exactly(goodknee: Goodknee) -> None:
    goodknee.check()
    goodknee.log(pain_morning=1)
    said = flat(goodknee("today"))
    assert said.startswith("Go, with limits Up to 6.4 km. Flat")
    assert said.index("Why") < said.index("What would change this") < said.index("Not a diagnosis.")
    assert "If pain goes above 2/10, walk. If it stays, stop." in said
    assert "Rule morning_unknown" not in said
    assert "Rule morning_unknown" in flat(goodknee("today", "-v"))


def test_a_rest_day_says_what_may_be_done(goodknee: Goodknee) -> None:
    goodknee.check()
    goodknee.log(pain_morning=9)
    said = flat(goodknee("today"))
    assert said.startswith("Rest from running We look again tomorrow.")
    assert "In the meantime - Walk, as long as pain stays at 2 or less." in said
    assert "Not with: Raynaud's" in said


def test_a_red_flag_and_only_it_leaves_with_3(goodknee: Goodknee) -> None:
    goodknee.check(code=3, foot_cold_pale_numb=True, country="DE")
    said = flat(goodknee("today", code=3))
    assert said.startswith("Get emergency care now Call 112.")
    assert "Meanwhile" not in said
    assert goodknee.json("today", code=3)["verdict"] == "see_clinician"
    goodknee.check()
    for told in ({"pain_morning": 9}, {"limp": "yes"}):
        goodknee.log(**told)
        goodknee("today")


def test_the_runner_may_choose_otherwise(goodknee: Goodknee) -> None:
    goodknee.check()
    goodknee.log(pain_morning=9)
    said = flat(goodknee("today", "--override", "go", "--why", "race day"))
    assert said.startswith("You chose to run. Noted, and we will not ask again today.")
    assert "Rest from running" in said
    document = goodknee.json("today")
    assert (document["verdict"], document["override"]) == ("rest", {"chose": "go", "why": "race day"})
    goodknee.day += timedelta(days=1)
    assert goodknee.json("today")["override"] is None


def test_nothing_is_to_choose_beside_a_warning_sign(goodknee: Goodknee) -> None:
    goodknee.check(code=3, foot_cold_pale_numb=True)
    said = flat(goodknee("today", "--override", "go", code=3))
    assert said.startswith("A warning sign comes first, so there is nothing to choose here.")
    assert goodknee.json("today", code=3)["override"] is None


def test_slips_are_told_kindly(goodknee: Goodknee) -> None:
    goodknee("today", "--why", "because", code=2)
    assert "--override" in goodknee.err
    goodknee("today", "--override", "maybe", code=2)
    goodknee("today", "--override", "go", code=1)
    assert "Do the check first" in goodknee.err


def test_a_life_day_by_day(goodknee: Goodknee) -> None:
    first = LIFE["first_day"]
    goodknee.day = first
    goodknee.check()
    for day in LIFE["days"]:
        goodknee.day = first + timedelta(days=day["day"])
        if day["pain"] is not None:
            morning, worst = day["pain"]
            goodknee.log(pain_morning=morning, pain_worst=worst, **LIFE["calm_signs"])
        document = goodknee.json("today")
        level = (document["run"] or {}).get("level")
        assert (day["day"], document["verdict"], level) == (day["day"], day["verdict"], day.get("level"))
        for test, result in day.get("tests", {}).items():
            goodknee("log", "--test", test, "--right", result)
        if "run" in day:
            goodknee.log(**day["run"], painkiller="no", side="right")
