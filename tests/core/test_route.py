"""A planned route: what it costs, where, and what helps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from goodknee.core.load.route import Route, RouteCost, route_cost
from goodknee.core.load.usual import no_history
from goodknee.errors import ReadError
from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.route import read_route

MODEL = load_knowledge().watch
USUAL = no_history(MODEL)


def a_route(*parts: tuple[float, float]) -> Route:
    """Parts of (metres, grade), a point every 20 m, due north."""
    grades = np.concatenate([np.full(round(metres / 20), grade) for metres, grade in parts])
    at = 20.0 * np.arange(len(grades) + 1)
    return Route(
        lat_deg=48 + np.degrees(at / 6_371_008.8),
        lon_deg=np.full(len(at), 9.0),
        altitude_m=500 + np.concatenate([[0.0], np.cumsum(20 * grades)]),
    )


def cost_of(route: Route, **more: float) -> RouteCost:
    cost = route_cost(route, USUAL, MODEL, **more)  # type: ignore[arg-type] # only the speed is given
    assert isinstance(cost, RouteCost)
    return cost


def test_a_flat_route_at_easy_pace_costs_its_kilometres() -> None:
    cost = cost_of(a_route((5000, 0.0)))
    assert cost.easy_flat_km.value == pytest.approx(5.0, rel=1e-3)
    assert len(cost.segments) == 1
    assert cost.helps == ()


def test_segments_cover_the_route_and_sum_to_the_whole() -> None:
    cost = cost_of(a_route((1000, 0.0), (800, 0.07), (60, -0.1), (1000, -0.08), (500, 0.0)))
    assert sum(each.share_pct for each in cost.segments) == pytest.approx(100)
    assert cost.segments[0].from_m == 0
    assert cost.segments[-1].to_m == pytest.approx(cost.distance_m)
    for before, after in zip(cost.segments[:-1], cost.segments[1:], strict=True):
        assert before.to_m == after.from_m
    (descent,) = cost.descents
    assert descent.grade_pct == pytest.approx(-8, abs=1)
    assert 1700 < descent.from_m < 1950


def test_the_other_way_round_helps_when_it_climbs() -> None:
    down = cost_of(a_route((500, 0.0), (3000, -0.04), (500, 0.0)))
    other = next(each for each in down.helps if each.what == "other_way")
    assert other.sure
    assert other.total_pct.value == pytest.approx(100 * (np.exp(-0.12 * 0.75) - 1), abs=1.0)
    assert all(each.what != "other_way" for each in cost_of(a_route((3000, 0.04))).helps)


def test_walking_the_steep_descents_is_told_with_its_doubt() -> None:
    helps = cost_of(a_route((1000, 0.0), (1000, -0.09))).helps
    walk = next(each for each in helps if each.what == "walk_descents")
    assert walk.total_pct.low_relative < walk.total_pct.value < walk.total_pct.high_relative
    assert not walk.sure


def test_slower_than_walking_is_walked() -> None:
    route = a_route((2000, 0.0))
    assert cost_of(route, speed_mps=1.4).total_bw_s.value < cost_of(route, speed_mps=2.4).total_bw_s.value


def test_without_altitude_it_is_withheld() -> None:
    route = a_route((2000, 0.0))
    blind = Route(lat_deg=route.lat_deg, lon_deg=route.lon_deg, altitude_m=np.full(101, np.nan))
    assert route_cost(blind, USUAL, MODEL) == "no_altitude"
    short = a_route((60, 0.0))
    assert route_cost(short, USUAL, MODEL) == "too_short"


def test_a_way_that_leaps_is_withheld() -> None:
    """Two tracks far from each other, or a lost signal: a straight line between them is no way to run."""
    near, far = a_route((2000, 0.03)), a_route((2000, 0.03))
    both = Route(
        lat_deg=np.concatenate([near.lat_deg, far.lat_deg + 0.5]),
        lon_deg=np.concatenate([near.lon_deg, far.lon_deg]),
        altitude_m=np.concatenate([near.altitude_m, far.altitude_m]),
    )
    assert route_cost(both, USUAL, MODEL) == "leaps"
    sparse = a_route((8000, 0.01))
    every_km = Route(**{name: getattr(sparse, name)[::50] for name in ("lat_deg", "lon_deg", "altitude_m")})
    assert cost_of(every_km).distance_m == pytest.approx(8000)


GPX = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>'


def test_tracks_and_routes_are_read(tmp_path: Path) -> None:
    points = "".join(f'<{{0}} lat="{48 + n / 1000}" lon="9"><ele>{n}</ele></{{0}}>' for n in range(5))
    track = GPX.format(f"<trk><trkseg>{points.format('trkpt')}</trkseg></trk>")
    planned = GPX.format(f"<rte>{points.format('rtept')}</rte>")
    read = []
    for number, text in enumerate((track, planned)):
        path = tmp_path / f"{number}.gpx"
        path.write_text(text)
        read.append(read_route(path))
    assert read[0].lat_deg.tolist() == read[1].lat_deg.tolist()
    assert read[0].altitude_m.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("text", ["", "no xml", GPX.format(""), GPX.format('<wpt lat="1" lon="2"/>')])
def test_a_file_without_a_way_is_refused_kindly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "route.gpx"
    path.write_text(text)
    with pytest.raises(ReadError):
        read_route(path)
