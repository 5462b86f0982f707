"""The ledger of a store, what-if on its runs, and routes: from files to documents."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.services.made_up_files import fit_folder, gpx_file, started

from goodknee.core.load.what_if import Change
from goodknee.errors import AnswerError
from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.route import read_route
from goodknee.services import knee_load as service
from goodknee.services.import_files import import_files
from goodknee.services.knee_load import body_weight_n, knee_load, load_document
from goodknee.services.plan_route import plan_route, route_document
from goodknee.services.what_if import answer_document, base_of, find_ways, try_change, way_in_words
from goodknee.stores.store import open_store

TODAY = date(2026, 6, 30)
PACK = load_knowledge()
VALUE = {"value", "low", "high", "low_relative", "high_relative"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of twelve made-up runs, a day apart, and one from a phone."""
    place = tmp_path_factory.mktemp("load")
    files = fit_folder(place / "files", 12, seconds=600)
    (files / "phone.gpx").write_bytes(gpx_file(20))
    with open_store(place / "store", create=True) as store:
        import_files([files], store=store, now=started(30))
    return place / "store"


def test_the_document_of_load(folder: Path) -> None:
    with open_store(folder) as store:
        ledger = knee_load(store, PACK, today=TODAY)
    document = json.loads(json.dumps(load_document(ledger), allow_nan=False))
    assert document["convention"] == "net"
    assert len(document["runs"]) == 13
    for run in document["runs"]:
        for name in ("pfj_impulse_bw_s", "pfj_impulse_per_km_bw_s", "pfj_peak_bw", "easy_flat_km"):
            assert set(run[name]) == VALUE
            assert run[name]["low"] <= run[name]["low_relative"] < run[name]["value"]
        assert run["withheld"] is None
        assert {"id", "started_at", "distance_m", "steps_per_knee", "session_spike_pct", "causes"} <= set(run)
    watch, phone = document["runs"][0], document["runs"][-1]
    assert set(watch["used"]) == {"speed", "cadence"}
    assert watch["assumed"] == ["altitude"]
    assert set(phone["used"]) == {"speed", "altitude"}
    assert phone["assumed"] == ["cadence"]
    # 600 s at 3 m/s and 168 steps a minute: 840 steps of each knee.
    assert watch["steps_per_knee"] == pytest.approx(840, rel=0.02)
    assert watch["easy_flat_km"]["value"] == pytest.approx(1.8, rel=0.03)


def test_newtons_take_a_weight(folder: Path) -> None:
    with open_store(folder) as store:
        ledger = knee_load(store, PACK, today=TODAY)
        unknown = body_weight_n(store.settings(), PACK)
    assert unknown is None
    assert {run["pfj_impulse_kn_s"] for run in load_document(ledger)["runs"]} == {None}
    run = load_document(ledger, weight_n=body_weight_n({"mass_kg": 70.0}, PACK))["runs"][0]
    for bound in VALUE:
        assert run["pfj_impulse_kn_s"][bound] == pytest.approx(run["pfj_impulse_bw_s"][bound] * 70 * 9.81e-3)


def test_some_runs_of_the_document(folder: Path) -> None:
    with open_store(folder) as store:
        ledger = knee_load(store, PACK, today=TODAY)
    wanted = ledger.runs[3]
    (one,) = load_document(ledger, run=wanted.id)["runs"]
    assert one["id"] == wanted.id
    assert len(load_document(ledger, since=wanted.day)["runs"]) == 10


def test_many_runs_are_shared_out_between_processes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(folder) as store:
        alone = load_document(knee_load(store, PACK, today=TODAY))
        (folder / "goodknee.run-sums").unlink()
        monkeypatch.setattr(service, "LOT", 5)
        monkeypatch.setattr(service, "MANY", 10)
        heard: list[tuple[int, int]] = []
        together = knee_load(store, PACK, today=TODAY, tell=lambda done, total: heard.append((done, total)))
    assert load_document(together) == alone
    assert heard == [(0, 13), (5, 13), (10, 13), (13, 13)]


def test_a_run_whose_records_are_gone_falls_back_on_its_totals(tmp_path: Path) -> None:
    files = fit_folder(tmp_path / "files", 1, seconds=600)
    with open_store(tmp_path / "store", create=True) as store:
        import_files([files], store=store, now=started(1))
        (path,) = (tmp_path / "store" / "samples").iterdir()
        path.write_bytes(b"damaged")
        (run,) = knee_load(store, PACK, today=TODAY).runs
    assert run.easy_flat_km
    assert [each.what for each in run.repaired] == ["records cannot be read"]


def test_what_if_on_the_last_run_and_on_a_named_one(folder: Path) -> None:
    with open_store(folder) as store:
        ledger = knee_load(store, PACK, today=TODAY)
        last = base_of(store, ledger, PACK, run_id=None)
        first = base_of(store, ledger, PACK, run_id=ledger.runs[0].id)
        with pytest.raises(AnswerError):
            base_of(store, ledger, PACK, run_id="another")
    assert last.cost
    assert last.cost.id == ledger.runs[-1].id
    document = answer_document(first, try_change(first, Change(cadence_pct=7.5), PACK))
    assert set(document) == {"base", "change", "peak_pct", "per_km_pct", "total_pct", "says", "also"}
    assert document["change"] == {"cadence_pct": 7.5}
    assert document["peak_pct"]["value"] == pytest.approx(-10.9, abs=0.1)
    assert document["also"]
    # What was changed stands on the figure of the ledger itself.
    assert ledger.runs[0].pfj_impulse_bw_s
    assert document["base"]["pfj_impulse_bw_s"] == pytest.approx(ledger.runs[0].pfj_impulse_bw_s.value)
    assert ledger.runs[-1].pfj_impulse_bw_s
    assert last.was.load.impulse_bw_s == pytest.approx(ledger.runs[-1].pfj_impulse_bw_s.value)


def test_a_target_is_reached_mildly_or_not_at_all(folder: Path) -> None:
    with open_store(folder) as store:
        base = base_of(store, knee_load(store, PACK, today=TODAY), PACK, run_id=None)
    ways = find_ways(base, -20.0, PACK)
    assert ways
    assert [way.share_of_limit for way, _ in ways] == sorted(way.share_of_limit for way, _ in ways)
    for way, answer in ways:
        assert way.effect.total_pct.value == pytest.approx(-20, abs=0.1)
        assert 0 < way.share_of_limit <= 1
        assert way_in_words(way.effect.change, PACK.words)
        assert answer.says
    assert find_ways(base, -95.0, PACK) == []
    with pytest.raises(AnswerError):
        find_ways(base, 10.0, PACK)


@pytest.mark.parametrize(
    "change", [Change(cadence_pct=40), Change(distance_pct=-99), Change(shoe="clogs"), Change(grade_pct=30)]
)
def test_slips_of_the_keyboard_are_refused(folder: Path, change: Change) -> None:
    with open_store(folder) as store:
        base = base_of(store, knee_load(store, PACK, today=TODAY), PACK, run_id=None)
    with pytest.raises(AnswerError):
        try_change(base, change, PACK)


def test_a_runner_without_runs_gets_an_example(tmp_path: Path) -> None:
    with open_store(tmp_path / "none") as store:
        base = base_of(store, knee_load(store, PACK, today=TODAY), PACK, run_id=None)
    assert base.cost is None
    assert try_change(base, Change(speed_pct=-15), PACK).effect.opposite


def test_a_route_with_and_without_altitude(folder: Path, tmp_path: Path) -> None:
    text = gpx_file(0).decode()
    blind = tmp_path / "blind.gpx"
    blind.write_text(text.replace("<ele>500</ele>", ""))
    flat = tmp_path / "flat.gpx"
    flat.write_text(text)
    with open_store(folder) as store:
        ledger = knee_load(store, PACK, today=TODAY)
    cost, says = plan_route(read_route(flat), ledger, PACK)
    document = json.loads(json.dumps(route_document(cost, says), allow_nan=False))
    assert document["easy_flat_km"]["value"] == pytest.approx(1.8, rel=0.02)
    assert sum(each["share_pct"] for each in document["segments"]) == pytest.approx(100)
    nothing, why = plan_route(read_route(blind), ledger, PACK)
    assert route_document(nothing, why)["easy_flat_km"] is None
    assert "no altitude" in why
