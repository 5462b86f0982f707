"""The watch model against published figures, against a plain second computation, and against chance."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made_up_courses import a_course, hilly

from goodknee.core.load.course import Course
from goodknee.core.load.run_load import (
    Value,
    difference,
    easy_km,
    load_of,
    spreads,
    value_of,
)
from goodknee.core.load.usual import Usual, no_history
from goodknee.core.load.watch_model import contact_time_s, ground_peak_bw, step_impulse_bw_s, sum_up
from goodknee.core.load.what_if import Change, before, easy_course, what_if
from goodknee.readers.knowledge import load_knowledge

MODEL = load_knowledge().watch
#: A runner with five runs behind them.
USUAL = replace(
    no_history(MODEL),
    speed_mps=2.8,
    cadence_spm=168.0,
    anchor_cadence_spm=166.0,
    cadence_sd_ln=MODEL.priors.run_to_run_cadence_sd_ln / math.sqrt(5),
    speed_sd_ln=MODEL.priors.run_to_run_speed_sd_ln / math.sqrt(5),
)


def at_speed(speed_mps: float) -> Usual:
    return replace(no_history(MODEL), speed_mps=speed_mps)


def values(course: Course, usual: Usual = USUAL) -> dict[str, Value]:
    load, unit = load_of(sum_up(course, MODEL), usual, MODEL), easy_km(usual, MODEL)
    sd = spreads(usual, MODEL)
    against = difference(load.of_impulse, unit.of_impulse)
    return {
        "total": value_of(load.impulse_bw_s, of=load.of_impulse, relative=against, sd=sd),
        "per_km": value_of(
            load.impulse_bw_s / load.distance_m * 1000,
            of=load.of_km,
            relative=difference(load.of_km, unit.of_impulse),
            sd=sd,
        ),
        "peak": value_of(
            load.peak_bw, of=load.of_peak, relative=difference(load.of_peak, unit.of_peak), sd=sd
        ),
        "easy": value_of(load.impulse_bw_s / unit.impulse_bw_s, of=against, relative=against, sd=sd),
    }


# Published anchors


def anchors(test_data: Path) -> dict[str, dict[str, Any]]:
    read = yaml.safe_load((test_data / "pfj_anchors.yaml").read_text(encoding="utf-8"))
    rows = [row for kind in ("absolute", "change", "computed") for row in read[kind]]
    return {row["id"]: row for row in rows if "accept" in row}


def effect_of(anchor: dict[str, Any]) -> float:
    """Put the anchor's change of inputs through the model; return what the paper states, per cent."""
    quantity = anchor["quantity"]
    speed = anchor.get("speed_mps", 3.3)
    match anchor["factor"]:
        case "step_rate_pct":
            change = Change(cadence_pct=anchor["to"])
        case "step_length_pct":
            change = Change(cadence_pct=100 * (100 / (100 + anchor["implied_step_length_pct"]) - 1))
        case "speed_mps":
            speed, change = anchor["from"], Change(speed_pct=100 * (anchor["to"] / anchor["from"] - 1))
        case "trunk_lean_deg":
            change = Change(lean_deg=anchor["to"] - anchor["from"])
        case "foot_strike":
            change = Change(forefoot=True)
        case "footwear":
            change = Change(shoe="barefoot")
        case other:
            pytest.fail(f"no test for {other}")
    usual = at_speed(speed)
    effect = what_if(before(easy_course(5000, usual, MODEL), usual, MODEL), change, MODEL)
    per_distance = "mile" in quantity or "per km" in quantity
    return (effect.per_km_pct if per_distance else effect.peak_pct).value


def test_every_anchor_with_a_range_is_met(test_data: Path) -> None:
    found = anchors(test_data)
    changes = {name: effect_of(row) for name, row in found.items() if "factor" in row}
    for name, value in changes.items():
        low, high = found[name]["accept"]
        assert low <= value <= high, (name, value)
    low, high = found["hart_run_healthy"]["accept"]
    usual = at_speed(3.3)
    peak = load_of(sum_up(easy_course(5000, usual, MODEL), MODEL), usual, MODEL).peak_bw
    assert low <= peak <= high
    assert set(found) == {*changes, "hart_run_healthy", "grf_impulse_identity"}


@pytest.mark.parametrize(
    ("change", "figure", "published"),
    [
        (Change(forefoot=True), "peak_pct", (-27.0, -10.0, -13.0)),  # vannatta2015, willson2015
        (Change(forefoot=True), "per_km_pct", (-12.0, -13.0)),  # vannatta2015, willson2015
        (Change(cadence_pct=10.0), "peak_pct", (-14.0, -16.0)),  # lenhart2014, bonacci2018_kinetics
        (Change(cadence_pct=11.1), "peak_pct", (-15.0, -18.0)),  # willson2015, steps a tenth shorter
        (Change(cadence_pct=11.1), "per_km_pct", (-9.0, -12.0)),  # willson2015
        (Change(cadence_pct=18.9), "per_km_pct", (-7.5,)),  # willson2014, steps 16 % shorter
        (Change(cadence_pct=-13.0), "per_km_pct", (14.0,)),  # willson2014, steps 15 % longer
        (Change(shoe="minimal"), "peak_pct", (-15.0, -17.0)),  # bonacci2018_kinetics
        (Change(shoe="minimal", cadence_pct=10.0), "peak_pct", (-29.0,)),  # bonacci2018_kinetics
        (Change(shoe="barefoot"), "peak_pct", (-12.0,)),  # bonacci2014
    ],
)
def test_published_changes_lie_within_the_interval(
    change: Change, figure: str, published: tuple[float, ...]
) -> None:
    usual = at_speed(3.3)
    effect = what_if(before(easy_course(5000, usual, MODEL), usual, MODEL), change, MODEL)
    told: Value = getattr(effect, figure)
    assert all(told.low <= each <= told.high for each in published), told


def test_the_impulse_of_the_ground_on_slopes(test_data: Path) -> None:
    anchor = anchors(test_data)["grf_impulse_identity"]
    with (test_data / "biomech" / "grf_slopes" / "summary.csv").open(encoding="utf-8") as file:
        trials = list(csv.DictReader(file))
    grade = np.array([math.tan(math.radians(float(row["slope_deg"]))) for row in trials])
    step_s = np.array([60 / float(row["cadence_spm"]) for row in trials])
    measured = np.array([float(row["impulse_BWs"]) for row in trials])
    ratio = measured / step_impulse_bw_s(step_s, grade)
    low, high = anchor["accept"]
    assert low <= ratio.min()
    assert ratio.max() <= high
    assert abs(ratio.mean() - 1) < 0.015
    contact = np.array([float(row["contact_s"]) for row in trials])
    peak = np.array([float(row["peak_normal_BW"]) for row in trials])
    model = ground_peak_bw(step_impulse_bw_s(step_s, grade), contact, MODEL)
    assert np.median(peak / model) == pytest.approx(1.0, abs=MODEL.ground_force.peak_shape.sd_ln)


def test_worked_examples_of_the_model_card() -> None:
    usual = at_speed(3.3)
    was = before(easy_course(5000, usual, MODEL), usual, MODEL)
    more_steps = what_if(was, Change(cadence_pct=7.5), MODEL)
    assert more_steps.peak_pct.value == pytest.approx(-10.9, abs=0.1)
    assert -15 <= more_steps.peak_pct.low <= more_steps.peak_pct.high <= -7
    assert more_steps.per_km_pct.value == pytest.approx(-5.6, abs=0.1)
    assert -11 <= more_steps.per_km_pct.low <= more_steps.per_km_pct.high <= 0
    slower = what_if(was, Change(speed_pct=100 * (2.8 / 3.3 - 1)), MODEL)
    assert slower.peak_pct.value == pytest.approx(-7, abs=0.5)
    assert slower.per_km_pct.value == pytest.approx(14, abs=0.5)
    assert slower.opposite


def test_the_trend_with_speed_of_the_trials() -> None:
    # 504, 308 and 267 BW s per km, and 6.26, 6.94 and 8.49 BW at 2, 3 and 4 m/s: runner A, OpenSim.
    ln_v = np.log([2.0, 3.0, 4.0])
    loads = [
        load_of(sum_up(easy_course(1000, at_speed(v), MODEL), MODEL), at_speed(v), MODEL) for v in (2, 3, 4)
    ]
    per_km = np.polyfit(ln_v, np.log([each.impulse_bw_s for each in loads]), 1)[0]
    peak = np.polyfit(ln_v, [each.ln_peak for each in loads], 1)[0]
    assert per_km == pytest.approx(np.polyfit(ln_v, np.log([504, 308, 267]), 1)[0], abs=0.2)
    assert peak == pytest.approx(np.polyfit(ln_v, np.log([6.26, 6.94, 8.49]), 1)[0], abs=0.1)


# The fast path against a plain one


def by_hand(course: Course, usual: Usual, of: dict[str, float] | None = None) -> tuple[float, float]:
    """Impulse and ln of the mean peak, stretch by stretch in plain Python; ``of`` moves coefficients."""
    off = of or {}
    r, w = MODEL.running, MODEL.walking
    kappa = r.cadence_speed.mean + off.get("cadence_speed", 0)
    e = r.km_speed.mean + off.get("km_speed", 0) + 1 - kappa
    d = r.impulse_cadence.mean + off.get("impulse_cadence", 0)
    a, plateau = r.peak_speed.mean + off.get("peak_speed", 0), off.get("peak_speed_plateau", 0)
    b = r.peak_cadence.mean + off.get("peak_cadence", 0)
    s = r.slope.mean + off.get("slope", 0)
    c_ref = usual.anchor_cadence_spm * math.exp(off.get("usual_cadence", 0))
    total = peaks = steps_run = 0.0
    for row in range(len(course)):
        v, c, g = course.speed_mps[row], course.cadence_spm[row], 100 * course.grade[row]
        steep = off.get("steep", 0) * (abs(g) > 100 * MODEL.cleaning.steep_from_grade)
        seconds = course.duration_s[row] * course.covers
        if course.walking[row]:
            down = w.slope_down.mean + off.get("slope_down", 0)
            up = w.slope_up.mean + off.get("slope_up", 0)
            c = w.cadence_spm.mean * (v / w.cadence_at_mps) ** w.cadence_speed if math.isnan(c) else c
            impulse = w.impulse_bw_s.mean * math.exp(
                down * min(g, 0) + up * max(g, 0) + off.get("walking", 0)
            )
            total += seconds * c / 60 / 2 * impulse
            continue
        lv = math.log(v / r.speed_ref_mps)
        lc = math.log(c / c_ref) - kappa * lv
        impulse = r.impulse_bw_s.mean * math.exp(e * lv + d * lc + s * g + steep + off.get("running", 0))
        total += seconds * c / 60 / 2 * impulse
        edge = math.log(r.plateau_from_mps / r.speed_ref_mps)
        ln_peak = math.log(r.peak_bw.mean) + a * min(lv, edge) + plateau * max(lv - edge, 0) + b * lc
        steps = seconds * c / 60
        peaks += steps * (ln_peak + s * g + steep + off.get("running_peak", 0))
        steps_run += steps
    within = off.get("within_runner", 0)
    return total * math.exp(within), (peaks / steps_run if steps_run else math.nan) + within


def a_mixed_course(seed: int = 0, seconds: int = 600) -> Course:
    chance = np.random.default_rng(seed)
    speed = np.abs(chance.normal(3.2, 0.6, seconds + 1)) + 0.6
    cadence = chance.normal(168, 6, seconds + 1)
    speed[200:320], cadence[200:320] = 1.5, 115.0
    altitude = 100 + np.cumsum(chance.normal(-0.05, 0.1, seconds + 1))
    return a_course(
        MODEL,
        activity={"timer_s": float(seconds), "distance_m": None},
        seconds=seconds,
        speed=speed,
        cadence=cadence,
        altitude=altitude,
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_fast_path_equals_the_plain_one(seed: int) -> None:
    course = a_mixed_course(seed)
    assert course.walking.any()
    assert not course.walking.all()
    load = load_of(sum_up(course, MODEL), USUAL, MODEL)
    impulse, ln_peak = by_hand(course, USUAL)
    assert load.impulse_bw_s == pytest.approx(impulse, rel=1e-9)
    assert load.ln_peak == pytest.approx(ln_peak, abs=1e-9)


def test_sensitivities_are_the_slopes_of_the_plain_model() -> None:
    course = a_mixed_course()
    load = load_of(sum_up(course, MODEL), USUAL, MODEL)
    base, base_peak = by_hand(course, USUAL)
    for name in ("running", "walking", "km_speed", "cadence_speed", "impulse_cadence", "slope", "steep",
                 "slope_down", "slope_up", "within_runner", "usual_cadence"):  # fmt: skip
        moved, _ = by_hand(course, USUAL, {name: 1e-6})
        assert load.of_impulse[name] == pytest.approx(math.log(moved / base) / 1e-6, abs=1e-4), name
    for name in ("running_peak", "peak_speed", "peak_speed_plateau", "peak_cadence", "cadence_speed", "slope",
                 "steep", "within_runner", "usual_cadence"):  # fmt: skip
        _, moved_peak = by_hand(course, USUAL, {name: 1e-6})
        assert load.of_peak[name] == pytest.approx((moved_peak - base_peak) / 1e-6, abs=1e-4), name


def test_a_run_that_anyone_can_work_out() -> None:
    # 30 min at 3.3 m/s and 170 steps/min, usual: 85 steps a minute and knee, 0.55 BW s each.
    usual = replace(no_history(MODEL), anchor_cadence_spm=170.0, cadence_spm=170.0, speed_mps=3.3)
    course = a_course(MODEL, activity={"distance_m": 5940.0}, speed=3.3)
    load = load_of(sum_up(course, MODEL), usual, MODEL)
    assert load.impulse_bw_s == pytest.approx(30 * 85 * 0.55)
    assert load.steps_per_knee == pytest.approx(30 * 85)
    assert load.peak_bw == pytest.approx(5.2)
    assert load.impulse_bw_s / easy_km(usual, MODEL).impulse_bw_s == pytest.approx(5.94)


# Intervals

PER_STRETCH = ("duration_s", "speed_mps", "cadence_spm", "grade", "walking", "contact_s")


def drawn(names: list[str], usual: Usual, chance: np.random.Generator) -> dict[str, float]:
    sd = spreads(usual, MODEL)
    return {name: float(chance.normal(0, sd[name])) for name in names}


@pytest.mark.parametrize("kind", ["mixed", "downhill"])
def test_intervals_cover_what_they_claim(kind: str) -> None:
    chance = np.random.default_rng(2026)
    course = a_mixed_course(1)
    # Every tenth stretch keeps the plain model quick.
    course = replace(course, **{name: getattr(course, name)[::10] for name in PER_STRETCH})
    if kind == "downhill":
        course = replace(course, grade=np.full(len(course), -0.08), walking=np.zeros(len(course), dtype=bool))
    load, found, unit = load_of(sum_up(course, MODEL), USUAL, MODEL), values(course), easy_km(USUAL, MODEL)
    names = sorted(name for name in {*load.of_impulse, *load.of_peak} if not name.startswith("shoe"))
    inside = dict.fromkeys(("total", "peak", "easy"), 0)
    times = 1500
    for _ in range(times):
        off = drawn(names, USUAL, chance)
        true, true_peak = by_hand(course, USUAL, off)
        lv = math.log(USUAL.speed_mps / MODEL.running.speed_ref_mps)
        lc = math.log(USUAL.cadence_spm / USUAL.anchor_cadence_spm)
        of_unit = off["running"] + off["km_speed"] * lv + off["impulse_cadence"] * lc + off["usual_cadence"]
        of_unit += chance.normal(0, USUAL.speed_sd_ln) * MODEL.running.km_speed.mean
        easy = true / (unit.impulse_bw_s * math.exp(of_unit))
        inside["total"] += found["total"].low <= true <= found["total"].high
        inside["peak"] += found["peak"].low <= math.exp(true_peak) <= found["peak"].high
        inside["easy"] += found["easy"].low <= easy <= found["easy"].high
    for name, count in inside.items():
        assert 0.75 <= count / times <= 0.85, (name, count / times)


def width(value: Value, *, relative: bool) -> float:
    return value.high_relative / value.low_relative if relative else value.high / value.low


@given(
    speed=st.floats(0.82, 1.22),
    cadence=st.floats(0.95, 1.05),
    grade=st.floats(-0.04, 0.04),
    easy=st.floats(3.2, 3.5),
    gone=st.sampled_from(["cadence", "altitude", "speed"]),
    known=st.booleans(),
)
def test_a_missing_channel_never_narrows_an_interval(
    speed: float, cadence: float, grade: float, easy: float, gone: str, known: bool
) -> None:
    """Of an ordinary run: within the spread of what stands in for the channel; the runner known or new."""
    speed *= easy
    usual = replace(USUAL if known else no_history(MODEL), speed_mps=easy)
    channels: dict[str, Any] = {
        "seconds": 120,
        "speed": speed,
        "cadence": cadence * usual.cadence_at(speed, MODEL),
        "altitude": hilly(120, speed=speed, grade=grade),
        "activity": {"timer_s": 120.0, "distance_m": None, "mean_speed_mps": None},
    }
    whole, less = a_course(MODEL, **channels), a_course(MODEL, **{**channels, gone: None})
    assert gone not in whole.assumed
    assert gone in less.assumed
    before_, after = values(whole, usual), values(less, usual)
    for name, value in before_.items():
        for relative in (False, True):
            # A new runner's steps that are not known also lose what is unsure about their usual: 2 % at most.
            least = width(value, relative=relative) * (1 - 1e-9 if known else 0.98)
            assert width(after[name], relative=relative) >= least, name


def test_a_walk_without_altitude_is_never_surer() -> None:
    for grade in (-0.04, 0.0, 0.04):
        walk: dict[str, Any] = {"speed": 1.4, "cadence": 112.0, "altitude": hilly(speed=1.4, grade=grade)}
        whole, less = (values(a_course(MODEL, **{**walk, **more})) for more in ({}, {"altitude": None}))
        for name, value in whole.items():
            assert width(less[name], relative=False) >= width(value, relative=False)


@pytest.mark.parametrize("cadence", [105.0, 170.0])
def test_knowing_the_runner_never_makes_a_figure_less_sure(cadence: float) -> None:
    """Also for a run that was all walking, which shares little with this runner's easy running."""
    course = a_course(MODEL, speed=1.5 if cadence < 120 else 3.0, cadence=cadence)
    assert course.walking.all() == (cadence < 120)
    for value in values(course).values():
        assert value.low <= value.low_relative <= value.value <= value.high_relative <= value.high


def test_what_is_surer_and_what_is_less_sure() -> None:
    flat = values(a_course(MODEL))
    steep = values(a_course(MODEL, altitude=hilly(grade=-0.08)))
    for name in ("total", "peak", "per_km"):
        assert width(flat[name], relative=True) < width(flat[name], relative=False)
        assert width(steep[name], relative=True) > width(flat[name], relative=True)
    # Of this runner against themself: about 8 to 12 % on the flat, about 20 % on steep ground.
    assert 0.08 <= math.log(width(flat["total"], relative=True)) / 2 / 1.2816 <= 0.12
    assert 0.17 <= math.log(width(steep["total"], relative=True)) / 2 / 1.2816 <= 0.25


# Properties


@given(grade=st.floats(-0.14, 0.13), more=st.floats(0.0, 0.01))
def test_more_descent_never_costs_less(grade: float, more: float) -> None:
    course = a_course(MODEL, seconds=60, activity={"timer_s": 60.0})
    costs = [
        load_of(sum_up(replace(course, grade=np.full(len(course), each)), MODEL), USUAL, MODEL).impulse_bw_s
        for each in (grade, grade - more)
    ]
    assert costs[1] >= costs[0] * (1 - 1e-12)


@given(cut=st.integers(1, 599))
def test_a_run_in_two_parts_sums_to_the_whole(cut: int) -> None:
    course = a_mixed_course()
    cut = min(cut, len(course) - 1)
    parts = []
    for rows in (slice(None, cut), slice(cut, None)):
        part = replace(course, **{name: getattr(course, name)[rows] for name in PER_STRETCH})
        parts.append(load_of(sum_up(part, MODEL), USUAL, MODEL))
    whole = load_of(sum_up(course, MODEL), USUAL, MODEL)
    assert sum(part.impulse_bw_s for part in parts) == pytest.approx(whole.impulse_bw_s)
    assert sum(part.steps_per_knee for part in parts) == pytest.approx(whole.steps_per_knee)


def test_the_parts_of_a_load_sum_to_the_whole() -> None:
    sums = sum_up(a_mixed_course(), MODEL)
    flat = 0.55 * no_history(MODEL).anchor_cadence_spm / (120 * 3.3) * sums.course_m
    total = math.log((sums.running_bw_s + sums.walking_bw_s) / flat)
    assert sum(sums.parts.values()) == pytest.approx(total)


def test_left_and_right_are_not_told_apart() -> None:
    balance = np.linspace(45, 55, 1801)
    one, other = (a_course(MODEL, stance_time_balance_pct=each) for each in (balance, 100 - balance))
    assert values(one) == values(other)


def test_conventions_move_running_alone() -> None:
    run, walk = a_course(MODEL), a_course(MODEL, speed=1.4, cadence=112.0)
    for course, peak, impulse in ((run, 1.3, 1.5), (walk, 1.0, 1.0)):
        net, both = (
            load_of(sum_up(course, MODEL), USUAL, MODEL, convention=each)
            for each in ("net", "co-contraction")
        )
        assert both.peak_bw / net.peak_bw == pytest.approx(peak)
        assert both.impulse_bw_s / net.impulse_bw_s == pytest.approx(impulse)


def test_walking_is_what_was_published_for_walking(test_data: Path) -> None:
    read = yaml.safe_load((test_data / "pfj_anchors.yaml").read_text(encoding="utf-8"))
    published = next(row for row in read["absolute"] if row["id"] == "hart_walk_healthy")
    load = load_of(sum_up(a_course(MODEL, speed=1.4, cadence=112.0), MODEL), USUAL, MODEL)
    assert load.peak_bw == pytest.approx(published["value"])


def test_contact_time_is_measured_or_from_the_speed() -> None:
    contact = contact_time_s(np.array([1.0, 4.0]), np.array([np.nan, 0.21]), MODEL)
    assert contact.tolist() == pytest.approx([0.46, 0.21])


def test_the_slope_is_marked_as_the_assumption_that_it_is() -> None:
    assert MODEL.running.slope.certainty == "assumed"
    assert "assumption" in (MODEL.running.slope.note or "")
