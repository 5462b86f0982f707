"""``settings`` and ``shoes`` as a person and a script meet them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.faces.test_cli_learn import Goodknee
from tests.stores.made_up import a_recording, an_activity, bring

from goodknee.faces.cli import VERBS
from goodknee.readers.knowledge import load_knowledge
from goodknee.stores.store import open_store

FIRST = datetime(2026, 5, 3, 6, 12, 44, tzinfo=UTC)


@pytest.fixture
def goodknee(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Goodknee:
    return Goodknee(capsys, tmp_path / "store")


def bring_runs(folder: Path, count: int) -> list[str]:
    """Bring in a run a day from 3 May 2026 on; return their ids, oldest first."""
    with open_store(folder, create=True) as store:
        for number in range(count):
            activity = an_activity(started_at=FIRST + timedelta(days=number), distance_m=5000.0)
            bring(store, a_recording(activity), f"run {number}".encode())
        return [run.id for run in store.runs()]


def values(document: Any) -> dict[str, Any]:
    return {each["key"]: each["value"] for each in document["settings"]}


def test_settings_of_a_store_that_is_not_there_are_the_defaults(goodknee: Goodknee) -> None:
    assert values(goodknee.json("settings"))["units"] == "metric"
    assert values(goodknee.json("settings"))["mass_kg"] is None
    assert not goodknee.data.exists()


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("mass_kg", "68,5", "kg"), 68.5),
        (("height_m", "1.72"), 1.72),
        (("minutes", "45"), 45),
        (("country", "de"), "DE"),
        (("days", "sunday,", "Tuesday"), ["tuesday", "sunday"]),
        (("long_run_day", "Sunday"), "sunday"),
        (("name", "Kim", "Ó Dwyer"), "Kim Ó Dwyer"),
    ],
)
def test_a_setting_is_kept_as_what_it_is(goodknee: Goodknee, words: tuple[str, ...], kept: Any) -> None:
    goodknee("settings", *words)
    document = goodknee.json("settings", words[0])
    assert values(document) == {words[0]: kept}
    assert document["settings"][0]["set"] is True
    goodknee("settings", words[0], "--clear")
    assert goodknee.json("settings", words[0])["settings"][0]["set"] is False


@pytest.mark.parametrize(
    "words",
    [
        ("mass_kg", "0"), ("mass_kg", "nan"), ("mass_kg", "-68"), ("mass_kg", "much"), ("minutes", "45.5"),
        ("country", "Germany"), ("days", "tuesday,someday"), ("units", "furlongs"), ("name", "\x1b[2J"),
        ("height_m", "172"), ("days", ","),
    ],
)  # fmt: skip
def test_what_is_not_legal_is_said_and_not_kept(goodknee: Goodknee, words: tuple[str, ...]) -> None:
    goodknee("settings", words[0], "--", words[1], code=1)
    assert f"goodknee settings {words[0]}" in goodknee.err
    assert not goodknee.json("settings", words[0])["settings"][0]["set"]


def test_a_key_that_is_not_known_names_the_near_ones(goodknee: Goodknee) -> None:
    error = goodknee.json("settings", "mass", "68", code=1)["error"]
    assert error["next"] == "Did you mean mass_kg?"


def test_every_example_of_the_pack_is_legal(goodknee: Goodknee) -> None:
    for setting in load_knowledge().settings.settings:
        goodknee("settings", setting.key, setting.example)
        assert set(setting.used_by) <= VERBS.keys()


def test_which_pair_ran_what(goodknee: Goodknee) -> None:
    runs = bring_runs(goodknee.data, 4)
    goodknee("shoes", "--add", " Blue  Road ", "--since", "2026-05-04", "--km", "100", "--default")
    goodknee("shoes", "--add", "Trail", "--note", "size 40")
    document = goodknee.json("shoes", "--in", "trail", "--run", runs[3], "--run", runs[0])
    road, trail = document["shoes"]
    assert (road["name"], road["distance_m"], road["runs"], road["default"]) == (
        "Blue Road",
        110_000,
        2,
        True,
    )
    assert (trail["distance_m"], trail["runs"], trail["age_days"]) == (10_000, 2, None)
    assert road["age_days"] == (date(2026, 11, 22) - date(2026, 5, 4)).days
    assert document["runs_without_shoe"] == 0
    goodknee("shoes", "--retire", "blue", "--on", "2026-05-04")
    document = goodknee.json("shoes")
    assert [each["retired_on"] for each in document["shoes"]] == [None, "2026-05-04"]
    assert document["runs_without_shoe"] == 1
    assert "retired on Mon 4 May 2026" in goodknee("shoes").replace("\u00a0", " ")
    assert len(goodknee.json("shoes", "--remove", "Trail")["shoes"]) == 1


def test_a_tip_has_id_grade_and_sources_and_no_number_of_km(goodknee: Goodknee) -> None:
    tips = goodknee.json("shoes")["tips"]
    assert [tip["id"] for tip in tips] == ["C004", "shoe_hard"]
    pack = load_knowledge()
    for tip in tips:
        assert tip["grade"] in "ABCDEF"
        assert set(tip["sources"]) <= pack.sources.keys()
    said = goodknee("shoes")
    assert not re.search(r"\d+\s*(km|mi)\b", said)
    assert "Studies disagree" in said
    runs = bring_runs(goodknee.data, 2)
    for name, run in zip(("one", "two"), runs, strict=True):
        goodknee("shoes", "--add", name)
        goodknee("shoes", "--in", name, "--run", run)
    assert [tip["id"] for tip in goodknee.json("shoes")["tips"]] == ["C004", "shoe_hard", "shoe_rotation"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--add", " "), 1), (("--add", "\x1b[2J"), 1), (("--add", "a", "--km", "-1"), 1),
        (("--add", "a", "--km", "nan"), 1), (("--add", "a", "--since", "2026-11-23"), 1),
        (("--in", "nothing", "--run", "2026"), 1), (("--in", "a"), 2), (("--run", "2026"), 2),
        (("--add", "a", "--retire", "b"), 2), (("--on", "2026-01-01"), 2), (("--note", "x"), 2),
    ],
)  # fmt: skip
def test_a_slip_is_said_plainly(goodknee: Goodknee, words: tuple[str, ...], code: int) -> None:
    error = goodknee.json("shoes", *words, code=code)["error"]
    assert error["what"]
    assert error["next"]
    assert goodknee.json("shoes")["shoes"] == []


def test_a_name_is_found_by_its_beginning_and_near_ones_are_named(goodknee: Goodknee) -> None:
    bring_runs(goodknee.data, 1)
    for name in ("Trail red", "Trail blue"):
        goodknee("shoes", "--add", name)
    assert "Trail red or Trail blue" in goodknee.json("shoes", "--retire", "trail", code=1)["error"]["next"]
    assert "Did you mean Trail red" in goodknee.json("shoes", "--retire", "Tral red", code=1)["error"]["next"]
    assert "name of its own" in goodknee.json("shoes", "--add", "TRAIL RED", code=1)["error"]["next"]
