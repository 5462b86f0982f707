"""``goodknee load``, ``what-if`` and ``route``: what running puts on the knee."""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, get_args

import click

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.watch import ConventionId, UsualRules
from goodknee.core.load.ledger import KneeLoad
from goodknee.core.load.run_cost import RunCost
from goodknee.core.load.run_load import Value
from goodknee.core.load.what_if import Change
from goodknee.core.words import MINUS, MISSING, Words, km, uncertain
from goodknee.errors import AnswerError
from goodknee.faces.cli.options import Asked, verb
from goodknee.faces.cli.screen import show_table, working
from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.route import read_route
from goodknee.services.exercise_load import exercises_told
from goodknee.services.knee_load import body_weight_n, chosen, impulse_kn_s, knee_load, load_document
from goodknee.services.plan_route import plan_route, route_document
from goodknee.services.what_if import (
    Base,
    answer_document,
    base_of,
    find_ways,
    try_change,
    way_in_words,
    ways_document,
)
from goodknee.stores.store import Store, open_store

#: Runs that are listed when nothing else was asked for.
SHOWN: Final = 15
#: A slip in fewer records than this is not worth a line.
WORTH_SAYING: Final = 10
#: These move the run's time or distance even when they happen once.
ALWAYS_WORTH_SAYING: Final = frozenset({"gap in time", "time goes backwards", "stated distance"})

convention_option = click.option(
    "--convention",
    type=click.Choice(get_args(ConventionId)),
    default="net",
    show_default=True,
    help="How peak and total are stated. Never compare one with the other.",
)


@verb
@click.option("--run", metavar="ID", help="One run, with what made it cost more or less.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Runs of this day and later."
)
@convention_option
def load_verb(asked: Asked, run: str | None, since: datetime | None, convention: ConventionId) -> int:
    """See what each run cost your knee, in km of your own easy running, and why."""
    knowledge = load_knowledge()
    words = knowledge.words
    first = since.date() if since else None
    with open_store(asked.folder) as store:
        wanted = store.run(run).id if run else None
        ledger = _ledger(asked, store, knowledge, convention)
        weight_n = body_weight_n(store.settings(), knowledge)
    if wanted and not chosen(ledger, run=wanted):
        raise AnswerError(
            "This run has no place in the ledger: it is no run, has no date, or lies after today.",
            where=f"run {wanted}",
            next_step="See `goodknee load` for the runs that have one.",
        )
    if asked.as_json:
        asked.print_json(load_document(ledger, run=wanted, since=first, weight_n=weight_n))
    elif wanted:
        _show_run(chosen(ledger, run=wanted)[0], words, weight_n=weight_n)
    else:
        _show_ledger(ledger, words, since=first, usual=knowledge.watch.usual)
    return 0


def _show_ledger(ledger: KneeLoad, words: Words, *, since: date | None, usual: UsualRules) -> None:
    costs = chosen(ledger, since=since)
    if not costs or ledger.usual is None:
        click.echo(words.say("load.nothing_chosen" if ledger.runs else "load.none"))
        return
    costs = costs if since else costs[-SHOWN:]
    show_table(("Day", "Run", "Distance", "Easy km", "Peak, BW", ""), [_row(cost, words) for cost in costs])
    click.echo(words.say("load.unit", pace=1000.0 / ledger.usual.speed_mps))
    click.echo(words.say("load.interval"))
    for recent in ledger.recent:
        key = "load.recent" if recent.runs else "load.recent.none"
        total = _relative(recent.easy_flat_km) if recent.runs else ""
        click.echo(words.say(key, days=recent.window_days, n=recent.runs, easy_km=total))
        if others := recent.other_easy_km:
            easy_km = uncertain(others.value, others.low, others.high)
            click.echo(words.say("load.recent.others", easy_km=easy_km))
    if any(recent.other_easy_km for recent in ledger.recent):
        click.echo(words.say("load.recent.coarse"))
    band = ledger.band
    if band:
        click.echo(
            words.say("load.band", days=usual.compare_days, low=f"{band.low:.1f}", high=f"{band.high:.1f}")
        )
    else:
        click.echo(words.say("load.band.too_few", days=usual.compare_days, runs=usual.band_runs))
    click.echo(words.say("load.slope"))
    click.echo(words.say("load.model"))


def _row(cost: RunCost, words: Words) -> tuple[str, ...]:
    said = cost.says or ""
    if cost.withheld:
        said = words.say(f"load.withheld.{cost.withheld}")
    return (
        words.day_and_year(cost.day),
        cost.id,
        km(cost.distance_m),
        _relative(cost.easy_flat_km) if cost.easy_flat_km else MISSING,
        f"{cost.pfj_peak_bw.value:.1f}" if cost.pfj_peak_bw else MISSING,
        said,
    )


def _relative(value: Value) -> str:
    return uncertain(value.value, value.low_relative, value.high_relative)


def _absolute(value: Value) -> str:
    return uncertain(value.value, value.low, value.high)


def _show_run(cost: RunCost, words: Words, *, weight_n: float | None) -> None:
    click.echo(words.say("load.run.title", day=cost.day, distance_m=cost.distance_m))
    easy, total = cost.easy_flat_km, cost.pfj_impulse_bw_s
    per_km, peak = cost.pfj_impulse_per_km_bw_s, cost.pfj_peak_bw
    if cost.withheld or easy is None or total is None or per_km is None or peak is None:
        click.echo(words.say(f"load.withheld.{cost.withheld}"))
        return
    click.echo(words.say("load.run.easy", easy_km=_absolute(easy)))
    click.echo(
        words.say(
            "load.run.total", total=_absolute(total), per_km=_absolute(per_km), steps=cost.steps_per_knee
        )
    )
    if in_newtons := impulse_kn_s(cost, weight_n):
        click.echo(words.say("load.run.newtons", total=_absolute(in_newtons)))
    click.echo(words.say("load.run.peak", peak=_absolute(peak)))
    click.echo(words.say("load.run.interval"))
    if cost.hard_s and cost.hard_s >= 30:
        click.echo(words.say("load.run.hard", hard_s=cost.hard_s))
    _show_causes(cost, words)
    used = ", ".join(words.say(f"load.input.{name}") for name in cost.used)
    if used:
        click.echo(words.say("load.run.used", used=used))
    for name in cost.assumed:
        click.echo(words.say(f"load.assumed.{name}"))
    for repair in cost.repaired:
        if repair.records >= WORTH_SAYING or repair.what in ALWAYS_WORTH_SAYING:
            key = f"load.repaired.{repair.what.replace(' ', '_')}"
            click.echo(words.say(key, n=repair.records))
    click.echo(words.say("load.slope"))


def _show_causes(cost: RunCost, words: Words) -> None:
    if cost.comparison is None:
        click.echo(words.say("load.run.compared_not"))
    elif not cost.causes:
        click.echo(words.say("load.run.as_usual"))
    else:
        click.echo(words.say("load.run.causes", usual=f"{cost.comparison.usual_easy_km:.1f}"))
        for cause in cost.causes:
            name = words.say(f"load.cause.{cause.what}.short")
            sign = "+" if cause.easy_km >= 0 else "\u2212"
            click.echo(f"  {name:<8}{sign}{abs(cause.easy_km):.1f}")


class _Percent(click.ParamType[float]):
    """A signed percentage: "+7.5%", "-10%", "7.5"."""

    name = "percent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        text = str(value).strip().removesuffix("%").replace(MINUS, "-").strip()
        try:
            number = float(text)
        except ValueError:
            self.fail(f"{value!r} is no percentage. Write it as +7.5% or -10%.", param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no percentage. Write it as +7.5% or -10%.", param, ctx)
        return number


class _WalkBreaks(click.ParamType[float]):
    """Minutes of running and of walking, as "4:1"; becomes the share of time that is walked, per cent."""

    name = "run:walk"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share."""
        if isinstance(value, float):
            return value
        try:
            run, walk = (float(part) for part in str(value).split(":"))
        except ValueError:
            self.fail(f"{value!r} are no walking breaks. Write minutes as RUN:WALK, such as 4:1.", param, ctx)
        if not (run > 0 and walk >= 0 and math.isfinite(run + walk)):
            self.fail("Both are minutes, and some of it is run. Try 4:1.", param, ctx)
        return 100.0 * walk / (run + walk)


@verb
@click.option("--run", "run_id", metavar="ID", help="The run to change; else your last one.")
@click.option("--cadence", type=_Percent(), help="More steps a minute, at the same speed.")
@click.option("--speed", type=_Percent(), help="Faster; the steps follow as they usually do.")
@click.option("--grade", type=_Percent(), help="The whole way at this slope; downhill is negative.")
@click.option("--distance", type=_Percent(), help="A longer run.")
@click.option("--walk-breaks", type=_WalkBreaks(), help="Minutes of running and walking, such as 4:1.")
@click.option("--forefoot", is_flag=True, help="From landing on the heel to the forefoot.")
@click.option("--lean", type=float, metavar="DEGREES", help="More forward lean of the trunk.")
@click.option("--shoe", metavar="NAME", help="lighter, minimal or barefoot.")
@click.option("--target", type=_Percent(), help="The mildest ways to this much less, such as -20%.")
@convention_option
def what_if_verb(
    asked: Asked, run_id: str | None, target: float | None, convention: ConventionId, **options: Any
) -> int:
    """See what the same run would have cost, run otherwise: per step, per km, and in all."""
    change = Change(
        cadence_pct=options["cadence"] or 0.0,
        speed_pct=options["speed"] or 0.0,
        grade_pct=options["grade"],
        distance_pct=options["distance"] or 0.0,
        walk_share_pct=options["walk_breaks"] or 0.0,
        lean_deg=options["lean"] or 0.0,
        forefoot=options["forefoot"],
        shoe=options["shoe"],
    )
    given = any(value is not None and value is not False for value in options.values())
    if target is None and not given:
        raise click.UsageError("Say what to change, such as --cadence +5%, or where to get: --target -20%.")
    if target is not None and given:
        raise click.UsageError("Give either a change or a target.")
    knowledge = load_knowledge()
    with open_store(asked.folder) as store:
        wanted = store.run(run_id).id if run_id else None
        ledger = _ledger(asked, store, knowledge, convention)
        base = base_of(store, ledger, knowledge, run_id=wanted)
    if target is None:
        answer = try_change(base, change, knowledge)
        if asked.as_json:
            asked.print_json(answer_document(base, answer))
        else:
            _show_base(base, knowledge.words)
            click.echo(answer.says)
            for also in answer.also:
                click.echo(also)
        return 0
    ways = find_ways(base, target, knowledge)
    key = "what_if.target.says" if ways else "what_if.target.none"
    says = knowledge.words.say(key, n=len(ways), target=-target)
    if asked.as_json:
        asked.print_json(ways_document(base, target, ways, says))
        return 0
    _show_base(base, knowledge.words)
    click.echo(says)
    for way, answer in ways:
        click.echo(f"- {way_in_words(way.effect.change, knowledge.words)}")
        click.echo(f"  {answer.says}")
        for also in answer.also:
            click.echo(f"  {also}")
    return 0


def _show_base(base: Base, words: Words) -> None:
    pace = 1000.0 / base.was.sums.mean_speed_mps
    distance_m = base.was.load.distance_m
    if base.cost is None:
        click.echo(words.say("what_if.base.none", distance_m=distance_m, pace=pace))
    else:
        click.echo(words.say("what_if.base", day=base.cost.day, distance_m=distance_m, pace=pace))


@verb
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--pace", metavar="MIN/KM", help="Planned pace, such as 6:00; else your easy pace.")
@convention_option
def route_verb(asked: Asked, file: Path, pace: str | None, convention: ConventionId) -> int:
    """See what a planned route would cost your knee, where on it, and what helps."""
    knowledge = load_knowledge()
    words = knowledge.words
    speed = _speed_of(pace, knowledge) if pace else None
    route = read_route(file)
    with open_store(asked.folder) as store:
        ledger = _ledger(asked, store, knowledge, convention)
    cost, says = plan_route(route, ledger, knowledge, speed_mps=speed)
    if asked.as_json:
        asked.print_json(route_document(cost, says))
        return 0
    click.echo(says)
    if cost is not None:
        dearest = sorted(cost.segments, key=lambda each: -each.share_pct)[:SHOWN]
        rows = [
            (f"{km(each.from_m)} to {km(each.to_m)}", _slope(each.grade_pct), f"{each.share_pct:.0f} %")
            for each in sorted(dearest, key=lambda each: each.from_m)
        ]
        show_table(("Where", "Slope", "Share of the cost"), rows)
        click.echo(words.say("load.slope"))
    return 0


def _slope(grade_pct: float) -> str:
    text = f"{grade_pct:+.1f} %".replace("-", MINUS)
    return "flat" if abs(grade_pct) < 0.5 else text


def _speed_of(pace: str, knowledge: Knowledge) -> float:
    minutes, _, seconds = pace.partition(":")
    try:
        pace_s = 60.0 * float(minutes) + float(seconds or 0)
    except ValueError:
        pace_s = math.nan
    cleaning = knowledge.watch.cleaning
    if not 1000.0 / cleaning.most_speed_mps <= pace_s <= 1000.0 / cleaning.least_speed_mps:
        raise click.BadParameter(
            f"{pace!r} is no pace. Write minutes per km, such as 6:00.", param_hint="--pace"
        )
    return 1000.0 / pace_s


def _ledger(asked: Asked, store: Store, knowledge: Knowledge, convention: ConventionId) -> KneeLoad:
    today = asked.day(store.story_day)
    with working(asked, "Reading runs") as tell:
        return knee_load(
            store,
            knowledge,
            today=today,
            home=asked.home,
            convention=convention,
            others=exercises_told(store.diary(), knowledge, until=today),
            tell=tell,
        )
