"""What would change the answer: the nearest value of one fact at which the verdict is another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from goodknee.core.assess.compiled import Known
from goodknee.core.knowledge.plan.run_return import Verdict
from goodknee.core.plan.day_rules import DayRules, Judged, judge

#: So many are told.
MOST: Final = 3
#: What is over cannot become otherwise. What check and plan say changes by a new check, a visit or a level,
#: and the rules tell it in their own words.
PAST: Final = frozenset({"run_forced_stop", "run_limp", "run_painkiller", "pain_with_run"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """With this fact at ``to`` in place of ``now``, and all else as it is, the verdict is another.

    Attributes:
        way: Whether every value beyond ``to`` does it too: "less", "more"; "is": this value.
    """

    fact: str
    now: Any
    to: Any
    way: str
    verdict: Verdict


def what_would_change(known: Known, judged: Judged, rules: DayRules) -> tuple[Change, ...]:
    """Return the nearest changes of single facts: milder ones, or for "go" the stricter ones.

    Each is tried by judging the day again, so it is what the rules say and no guess.
    """
    found = _stricter(known, judged, rules) if _is_go(judged, rules) else _milder(known, judged, rules)
    return tuple(change for change, _ in zip(found, range(MOST), strict=False))


def _is_go(judged: Judged, rules: DayRules) -> bool:
    return judged.rank == rules.rank["go"]


def _milder(known: Known, judged: Judged, rules: DayRules) -> Iterator[Change]:
    # A rule that rests for its days alone has no condition of its own on them: the others tell it.
    strict = [each for each in judged.rules if rules.rank[each.rule.verdict] == judged.rank]
    binding = strict or [each for each in judged.rules if each.rank == judged.rank]
    if not binding:
        return
    # Of a fact that only some of the binding rules ask, no value could turn them all off.
    shared = frozenset.intersection(*(each.when.keys for each in binding))
    keys = dict.fromkeys(key for key, _ in binding[0].when.leaves if key in shared and key in known)
    for key in keys:
        if key in PAST or rules.facts[key].comes_from in {"check", "plan"}:
            continue
        for to in _by_distance(known[key], rules.edges[key]):
            changed = {**known, key: to}
            if all(each.when.check(changed) for each in binding):
                continue
            rank = judge(changed, rules).rank
            if rank > judged.rank:
                yield _change(key, known[key], to, rank, rules)
                break


def _stricter(known: Known, judged: Judged, rules: DayRules) -> Iterator[Change]:
    for key in rules.pains:
        now = known.get(key)
        if now is None:
            continue
        for to in rules.edges[key]:
            if to > now and (rank := judge({**known, key: to}, rules).rank) < judged.rank:
                yield _change(key, now, to, rank, rules)
                break


def _by_distance(now: Any, values: tuple[Any, ...]) -> list[Any]:
    others = [value for value in values if value != now]
    if isinstance(now, bool | str):
        return others
    return sorted(others, key=lambda value: abs(value - now))


def _change(key: str, now: Any, to: Any, rank: int, rules: DayRules) -> Change:
    way = "is" if isinstance(to, bool | str) else "less" if to < now else "more"
    return Change(fact=key, now=now, to=to, way=way, verdict=rules.today.verdicts[rank])
