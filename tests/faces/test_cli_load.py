"""``load``, ``what-if`` and ``route`` as they are typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.services.made_up_files import fit_folder, gpx_file, started

from goodknee.faces.cli import goodknee, main
from goodknee.services.import_files import import_files
from goodknee.stores.store import open_store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cli-load")
    with open_store(place / "store", create=True) as store:
        import_files([fit_folder(place / "files", 9, seconds=300)], store=store, now=started(30))
    return place / "store"


def typed(folder: Path, *words: str) -> Result:
    arguments = ["--data", str(folder), "--today", "2026-05-17", "--quiet", *words]
    return CliRunner().invoke(goodknee, arguments, catch_exceptions=False, standalone_mode=False)


def as_json(folder: Path, *words: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(typed(folder, *words, "--json").stdout)
    return document


def test_load_lists_the_runs_and_says_what_the_unit_is(folder: Path) -> None:
    page = typed(folder, "load").stdout
    assert "easy km is what one flat km at your easy pace" in page
    assert "0.9" in page
    assert len(as_json(folder, "load")["runs"]) == 9  # type: ignore[arg-type] # a list


def test_load_of_one_run(folder: Path) -> None:
    document = as_json(folder, "load")
    run = document["runs"][0]["id"]  # type: ignore[index] # a list
    page = typed(folder, "load", "--run", run).stdout
    assert "Knee load:" in page
    assert "No altitude to go by" in page


def test_a_weight_and_an_exercise_are_told(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "store"
    shutil.copytree(folder, own)
    document = as_json(own, "load")
    run = document["runs"][0]["id"]  # type: ignore[index] # a list
    assert "kilonewtons" not in typed(own, "load", "--run", run).stdout
    assert "Exercises" not in typed(own, "load").stdout
    typed(own, "settings", "mass_kg", "68")
    typed(own, "log", "--exercise", "squat_mini", "--sets", "3", "--reps", "10")
    page = typed(own, "load", "--run", run).stdout
    assert "kilonewtons" in page
    assert "Taken from your watch: speed, steps." in page
    assert "Exercises count coarsely" in typed(own, "load").stdout


def test_what_if_in_words(folder: Path) -> None:
    page = typed(folder, "what-if", "--cadence", "+7.5%").stdout
    assert "Peak of each step: 11\u00a0% less" in page
    assert "Achilles" in page
    assert "4:1" not in typed(folder, "what-if", "--walk-breaks", "4:1").stdout
    assert "shorter" in typed(folder, "what-if", "--target", "-20%").stdout
    assert "no mild way" in typed(folder, "what-if", "--target", "-90%").stdout


def test_what_if_takes_every_option(folder: Path) -> None:
    document = as_json(
        folder, "what-if", "--speed", "-10%", "--grade", "0", "--distance", "-20%", "--walk-breaks", "9:1",
        "--forefoot", "--lean", "+3", "--shoe", "minimal",
    )  # fmt: skip
    assert document["change"] == {
        "speed_pct": -10.0,
        "grade_pct": 0.0,
        "distance_pct": -20.0,
        "walk_share_pct": 10.0,
        "lean_deg": 3.0,
        "forefoot": True,
        "shoe": "minimal",
    }


@pytest.mark.parametrize(
    "words",
    [
        ["what-if"],
        ["what-if", "--cadence", "fast"],
        ["what-if", "--walk-breaks", "4"],
        ["what-if", "--cadence", "nan"],
        ["what-if", "--cadence", "5", "--target", "-20"],
        ["load", "--since", "yesterday"],
        ["route", "x.gpx", "--pace", "quick"],
    ],
)
def test_words_that_are_off(folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(folder), *words])
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_an_empty_store_answers(tmp_path: Path) -> None:
    assert "No runs here yet" in typed(tmp_path / "none", "load").stdout
    assert as_json(tmp_path / "none", "load")["runs"] == []
    assert as_json(tmp_path / "none", "what-if", "--cadence", "5")["change"] == {"cadence_pct": 5.0}


def test_route_in_words(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "way.gpx"
    path.write_bytes(gpx_file(0))
    page = typed(folder, "route", str(path), "--pace", "6:00").stdout
    assert "at 6:00\u00a0/km would cost your knee" in page
    assert as_json(folder, "route", str(path))["segments"]


def hilly_gpx(path: Path, grade: float) -> Path:
    """Two km up and back down again, a point every 22 m."""
    points = "".join(
        f'<trkpt lat="{48 + 0.0002 * at}" lon="9"><ele>{300 + grade * 22.24 * at:.2f}</ele></trkpt>'
        for at in [*range(91), *range(89, -1, -1)]
    )
    path.write_text(
        f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'
    )
    return path


def test_a_hilly_route_without_a_steep_descent_is_not_called_level(folder: Path, tmp_path: Path) -> None:
    hills = typed(folder, "route", str(hilly_gpx(tmp_path / "hills.gpx", 0.04))).stdout
    assert "level enough" not in hills
    assert "No descent on it is steep" in hills
    assert "level enough" in typed(folder, "route", str(hilly_gpx(tmp_path / "flat.gpx", 0.001))).stdout


def test_an_unsure_effect_says_which_way_it_leans(folder: Path) -> None:
    down = typed(folder, "what-if", "--grade", "-9").stdout
    assert "about the same" not in down
    assert "perhaps 14\u00a0% more (from" in down


def test_a_change_of_nothing_is_answered(folder: Path) -> None:
    document = as_json(folder, "what-if", "--cadence", "0")
    assert document["change"] == {}
    assert document["peak_pct"]["value"] == 0  # type: ignore[index] # a VALUE
    assert "Peak of each step: the same." in typed(folder, "what-if", "--cadence", "0").stdout


def test_a_target_answers_with_the_keys_of_any_what_if(folder: Path) -> None:
    keys = {"base", "change", "peak_pct", "per_km_pct", "total_pct", "says", "also"}
    for target in ("-20%", "-95%"):
        document = as_json(folder, "what-if", "--target", target)
        assert keys <= set(document)
        ways = document["ways"]
        assert isinstance(ways, list)
        assert document["change"] == (ways[0]["change"] if ways else None)


def test_a_change_out_of_reach_is_refused_in_its_unit(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--data", str(folder), "--quiet", "what-if", "--cadence", "+60%"])
    said = capsys.readouterr().err
    assert "60 % is beyond what this can answer" in said
    assert "--cadence" in said
