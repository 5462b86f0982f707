"""A planned route: what it would cost this knee, where on it, and what would help."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from goodknee.core.knowledge.watch import ConventionId, WatchModel
from goodknee.core.load.course import Course, slope_over
from goodknee.core.load.run_load import (
    RunLoad,
    Value,
    difference,
    easy_km,
    load_of,
    spreads,
    value_of,
)
from goodknee.core.load.usual import Usual
from goodknee.core.load.watch_model import sum_up
from goodknee.core.model import Floats
from goodknee.core.summary import haversine_m

Help = Literal["walk_descents", "other_way"]
NoRoute = Literal["no_altitude", "too_short", "leaps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The points of a planned way, shape (n,) each; altitude is NaN where the file has none."""

    lat_deg: Floats
    lon_deg: Floats
    altitude_m: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of the route of one kind of slope, and its share of the whole cost."""

    from_m: float
    to_m: float
    grade_pct: float
    share_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Helps:
    """What would make the route cost less, and by how much; ``sure``: the whole interval says so."""

    what: Help
    total_pct: Value

    @property
    def sure(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.total_pct.high_relative < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCost:
    """What a route would put on each knee.

    ``descents``: the steep downhill parts among the segments; ``is_level``: no segment is a hill.
    """

    distance_m: float
    speed_mps: float
    easy_flat_km: Value
    total_bw_s: Value
    segments: tuple[Segment, ...]
    descents: tuple[Segment, ...]
    is_level: bool
    helps: tuple[Helps, ...]


def route_cost(
    route: Route,
    usual: Usual,
    model: WatchModel,
    *,
    speed_mps: float | None = None,
    convention: ConventionId = "net",
) -> RouteCost | NoRoute:
    """Return what the route would cost, run at an even pace; withheld without altitude, or where it leaps.

    Args:
        route: Its points, in order.
        usual: The runner's own usual: steps, and the easy pace that is taken when none is given.
        model: The pack's coefficients.
        speed_mps: The planned speed along the way.
        convention: As in the ledger.
    """
    speed = speed_mps or usual.speed_mps
    course = _course(route, speed, model)
    if not isinstance(course, Course):
        return course
    load = load_of(sum_up(course, model), usual, model, convention=convention)
    unit, sd = easy_km(usual, model, convention=convention), spreads(usual, model)
    against_easy = difference(load.of_impulse, unit.of_impulse)
    kinds = _kinds(course, model)
    segments = tuple(_segment(course, rows, load, usual, model, convention) for rows in kinds)
    steep = -100.0 * model.cleaning.steep_from_grade
    descents = tuple(segment for segment in segments if segment.grade_pct <= steep)
    return RouteCost(
        distance_m=course.distance_m,
        speed_mps=speed,
        easy_flat_km=value_of(
            load.impulse_bw_s / unit.impulse_bw_s, of=against_easy, relative=against_easy, sd=sd
        ),
        total_bw_s=value_of(load.impulse_bw_s, of=load.of_impulse, relative=against_easy, sd=sd),
        segments=segments,
        descents=descents,
        is_level=all(abs(segment.grade_pct) <= 100.0 * model.usual.flat_grade for segment in segments),
        helps=_helps(course, load, descents, usual, model, convention),
    )


def _course(route: Route, speed_mps: float, model: WatchModel) -> Course | NoRoute:
    rules = model.route
    known = ~np.isnan(route.altitude_m)
    placed = ~np.isnan(route.lat_deg) & ~np.isnan(route.lon_deg)
    step_m = haversine_m(route.lat_deg[placed], route.lon_deg[placed]) if placed.any() else np.zeros(0)
    at_m, with_height = np.cumsum(step_m), known[placed]
    if len(at_m) < 2 or at_m[-1] < model.cleaning.smooth_m:
        return "too_short"
    if step_m.max() > rules.longest_leap_m:
        return "leaps"
    if np.count_nonzero(with_height) < max(model.cleaning.least_altitude_share * len(at_m), 2):
        return "no_altitude"
    height_at, height = at_m[with_height], route.altitude_m[placed][with_height]
    pieces = max(math.ceil(at_m[-1] / rules.piece_m), 1)
    ends = np.linspace(0.0, at_m[-1], pieces + 1)
    middle = (ends[1:] + ends[:-1]) / 2
    clip = model.cleaning.clip_grade
    grade = np.clip(slope_over(height_at, height, middle, model.cleaning.smooth_m), -clip, clip)
    return Course(
        duration_s=np.diff(ends) / speed_mps,
        speed_mps=np.full(pieces, speed_mps),
        cadence_spm=np.full(pieces, math.nan),
        grade=grade,
        walking=np.full(pieces, speed_mps < model.gait.walking_below_mps),
        contact_s=np.full(pieces, math.nan),
        ground="measured",
        speed_known=True,
        cadence_known=False,
        covers=1.0,
        distance_m=float(at_m[-1]),
        used=("speed", "altitude"),
        assumed=("cadence",),
    )


def _kinds(course: Course, model: WatchModel) -> list[NDArray[np.intp]]:
    """Part the route where its kind of slope changes; what is too short joins the neighbour most like it."""
    rules = model.route
    length = course.speed_mps[0] * course.duration_s[0]
    least = rules.shortest_m / length
    kind = np.digitize(course.grade, rules.kinds)
    parts = np.split(np.arange(len(kind)), np.flatnonzero(np.diff(kind)) + 1)
    while len(parts) > 1:
        mean = np.array([course.grade[part].mean() for part in parts])
        alike = np.flatnonzero(np.diff(np.digitize(mean, rules.kinds)) == 0)
        sizes = np.array([len(part) for part in parts])
        if len(alike):
            first = int(alike[0])
        elif sizes.min() < least:
            short = int(sizes.argmin())
            beside = [at for at in (short - 1, short + 1) if 0 <= at < len(parts)]
            first = min(short, min(beside, key=lambda at: abs(mean[at] - mean[short])))
        else:
            break
        parts[first : first + 2] = [np.concatenate(parts[first : first + 2])]
    return parts


def _segment(
    course: Course,
    rows: NDArray[np.intp],
    whole: RunLoad,
    usual: Usual,
    model: WatchModel,
    convention: ConventionId,
) -> Segment:
    length = course.speed_mps[0] * course.duration_s[0]
    own = load_of(sum_up(_rows(course, rows), model), usual, model, convention=convention)
    return Segment(
        from_m=float(rows[0] * length),
        to_m=float((rows[-1] + 1) * length),
        grade_pct=float(100.0 * course.grade[rows].mean()),
        share_pct=100.0 * own.impulse_bw_s / whole.impulse_bw_s,
    )


def _rows(course: Course, rows: NDArray[np.intp]) -> Course:
    part = {
        name: getattr(course, name)[rows]
        for name in ("duration_s", "speed_mps", "cadence_spm", "grade", "walking", "contact_s")
    }
    return replace(course, **part, distance_m=float((part["duration_s"] * part["speed_mps"]).sum()))


def _helps(
    course: Course,
    load: RunLoad,
    descents: tuple[Segment, ...],
    usual: Usual,
    model: WatchModel,
    convention: ConventionId,
) -> tuple[Helps, ...]:
    """Return what would help, best first: the other way round only where it is worth a word."""
    sd = spreads(usual, model)
    tried: list[tuple[Help, Course]] = [("other_way", replace(course, grade=-course.grade[::-1]))]
    if descents and not course.walking.any():
        tried.append(("walk_descents", _walked(course, descents, model)))
    found = []
    for what, otherwise in tried:
        now = load_of(sum_up(otherwise, model), usual, model, convention=convention)
        moved = difference(now.of_impulse, load.of_impulse)
        ratio = value_of(now.impulse_bw_s / load.impulse_bw_s, of=moved, relative=moved, sd=sd)
        pct = ratio.as_change_pct()
        # Walked steps are far lighter, also where the whole stays the same.
        if what == "walk_descents" or pct.value <= -model.route.worth_pct:
            found.append(Helps(what=what, total_pct=pct))
    return tuple(sorted(found, key=lambda each: each.total_pct.value))


def _walked(course: Course, descents: tuple[Segment, ...], model: WatchModel) -> Course:
    length = course.speed_mps[0] * course.duration_s[0]
    middle = (np.arange(len(course)) + 0.5) * length
    walking = np.zeros(len(course), dtype=np.bool_)
    for each in descents:
        walking |= (middle >= each.from_m) & (middle <= each.to_m)
    speed = np.where(walking, model.walking.speed_mps.mean, course.speed_mps)
    return replace(course, walking=walking, speed_mps=speed, duration_s=length / speed)
