"""What a store knows of the runner up to a day: check, diary, runs, and the warning signs that stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import Any, Final

from goodknee.core.assess import red_flags
from goodknee.core.assess.conditions import keys_of
from goodknee.core.assess.red_flags import Fired, overall_urgency, union_of_holds
from goodknee.core.knowledge import Knowledge
from goodknee.core.model import Reason, StoredRun
from goodknee.core.plan.facts import new_signs
from goodknee.core.plan.history import DoneRun, History, LastCheck
from goodknee.core.plan.today import WarningSigns
from goodknee.core.track.diary import days
from goodknee.services.assess import Assessment, CheckPack
from goodknee.services.plan_in_force import facts_of_plan, planned_sessions
from goodknee.stores.store import Store

SECONDS_A_MINUTE: Final = 60


def history_of(
    store: Store,
    knowledge: Knowledge,
    check: Assessment | None,
    *,
    today: date,
    home: tzinfo | None = None,
) -> History:
    """Return what is known of the runner up to a day."""
    plans = store.plans()
    levels = {each.day: each.level for each in store.decisions() if each.level is not None}
    dated = [(run, _day(run, today, home)) for run in store.runs()]
    runs = [(run, day) for run, day in dated if day is not None and _counts(run, levels.get(day))]
    own_days = {run.id: day for run, day in dated if day is not None}
    return History(
        check=None if check is None else _last_check(check),
        diary=days(store.diary(), knowledge.log, runs=own_days, until=today),
        runs=[_done(run, day) for run, day in runs],
        levels=levels,
        planned=planned_sessions(plans),
        plan=facts_of_plan(plans, today),
    )


def _day(run: StoredRun, today: date, home: tzinfo | None) -> date | None:
    """Return the local day of a run; None when it is later than today.

    Who flew west may be on the day before that of the last run. The earlier of both days counts, so that the
    run is not lost.
    """
    local, started = run.activity.day(home), run.activity.started_at
    if local is None or started is None:
        return None
    at_home = started.astimezone(home).date() if home else local
    return None if min(local, at_home) > today else min(local, today)


def _counts(run: StoredRun, level: int | None) -> bool:
    """Tell whether an activity is a run, or the walk that level 0 is."""
    return run.activity.is_run or (run.activity.sport == "walking" and level == 0)


def _done(run: StoredRun, day: date) -> DoneRun:
    timer_s = run.activity.timer_s
    return DoneRun(
        id=run.id,
        day=day,
        distance_m=run.activity.distance_m,
        minutes=None if timer_s is None else timer_s / SECONDS_A_MINUTE,
        cadence_spm=run.activity.mean_cadence_spm,
    )


def _last_check(check: Assessment) -> LastCheck:
    cleared = {rule for rule, visit in check.signs.seen.items() if visit.cleared}
    screening = check.signs.screening
    behind = [sign for sign in screening.fired if sign.rule.id in cleared]
    return LastCheck(
        day=check.day,
        answers=check.answers,
        pain={"left": check.baseline.left, "right": check.baseline.right},
        holds=frozenset(check.signs.holds),
        all_answered=screening.all_answered,
        looked_at=frozenset(key for sign in behind for key in keys_of(sign.rule.when)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Warning signs that stand: those of the check, and those that the diary since then makes true."""

    standing: WarningSigns
    since: tuple[Fired, ...]


NO_SIGNS = Signs(standing=WarningSigns(), since=())


def signs_of(history: History, check: Assessment | None, pack: CheckPack, knowledge: Knowledge) -> Signs:
    """Return the warning signs that stand today.

    Signs told in the diary since the check are put beside its answers. A sign that is certain then counts at
    once; what is left open is asked by the new check.
    """
    if check is None:
        return NO_SIGNS
    screening, country = check.signs.screening, check.answers.get("country")
    told = (*screening.fired, *screening.not_excluded)
    known = {sign.rule.id for sign in told}
    now = red_flags.evaluate({**check.answers, **new_signs(history, knowledge.facts)}, pack.red_flags)
    since = tuple(sign for sign in now.fired if sign.rule.id not in known)
    standing = (*since, *(sign for sign in told if sign.rule.id not in check.signs.seen))
    ranked = sorted(standing, key=lambda sign: pack.red_flags.rank[sign.urgency])
    return Signs(
        standing=WarningSigns(
            urgency=overall_urgency(standing, pack.red_flags),
            blocked="strength" in union_of_holds(standing),
            reasons=tuple(_reason(sign) for sign in ranked if sign.blocks),
            advice=tuple(_reason(sign) for sign in ranked if not sign.blocks and sign.urgency != "routine"),
            unanswered=() if screening.all_answered else _open_keys(check, pack),
            country=country if isinstance(country, str) else None,
        ),
        since=since,
    )


def _open_keys(check: Assessment, pack: CheckPack) -> tuple[str, ...]:
    return tuple(key for key in check.signs.screening.unanswered if key in pack.questions.answered_by)


def _reason(sign: Fired) -> Reason:
    return Reason(
        rule=sign.rule.id,
        facts={seen.key: _plain(seen.value) for seen in sign.trace},
        says=f"{sign.rule.action} {sign.rule.reason}",
        grade="F",
        direction="for",
        sources=sign.rule.sources,
        would_change=None,
    )


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


def held_by(signs: Signs, history: History) -> History:
    """Return the history with what the signs since the check hold, beside what the check holds."""
    if history.check is None or not signs.since:
        return history
    holds = history.check.holds.union(union_of_holds(signs.since))
    return replace(history, check=replace(history.check, holds=holds))
