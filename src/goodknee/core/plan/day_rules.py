"""The rules of the day made ready, and which of them hold on given facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from goodknee.core.assess.compiled import CertainlyTrue, Check, Known, compiled
from goodknee.core.assess.conditions import keys_of, leaves_of
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Condition, Leaf
from goodknee.core.knowledge.plan.facts import Fact, FactVocabulary
from goodknee.core.knowledge.plan.run_return import BreakRow, Cap, EntryTest, RunReturn, RunRule, Verdict
from goodknee.core.knowledge.plan.today import Meanwhile, Today, TodayRule
from goodknee.core.knowledge.treatments import Treatment

#: Steps whose rules hold before any check; the way back of a knee that nobody knows is not judged.
BEFORE_ANY_CHECK: Final = frozenset({"safety", "missing", "pain"})


@dataclass(frozen=True, slots=True)
class ReadyCondition:
    """A condition, compiled, with its single comparisons."""

    check: Check
    keys: frozenset[str]
    leaves: tuple[tuple[str, Check], ...]

    @classmethod
    def of(cls, condition: Condition) -> ReadyCondition:
        """Compile a condition whose leaves are facts."""
        leaves = [leaf for leaf in leaves_of(condition) if isinstance(leaf, Leaf)]
        return cls(
            compiled(condition),
            frozenset(keys_of(condition)),
            tuple((leaf.key, compiled(leaf)) for leaf in leaves),
        )

    def seen(self, known: Known) -> dict[str, Any]:
        """Return the facts whose comparison holds; None for one that is asked to be unknown."""
        return {key: known.get(key) for key, holds in self.leaves if holds(known)}

    def open_keys(self, known: Known) -> list[str]:
        """Return the unknown facts that could settle the condition; none once it is true or false."""
        if self.keys <= known.keys() or self.check(known) is not None:
            return []
        return [key for key, _ in self.leaves if key not in known]


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule of the day, or a track or decision of the way back; ``rank`` 0 is the strictest verdict."""

    rule: TodayRule | RunRule
    rank: int
    when: ReadyCondition


@dataclass(frozen=True, slots=True)
class ReadyCap:
    """A cap and when it counts; None: always."""

    cap: Cap
    when: ReadyCondition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRules:
    """The part of the pack that decides the day, made ready once for many days and knees.

    Attributes:
        rank: Verdict → its place, 0 the strictest.
        opens: What is brought back → whether it may be.
        pains: Amounts of pain that the rules of pain look at.
        edges: Fact → values on both sides of every comparison that some rule makes with it.
    """

    today: Today
    way: RunReturn
    facts: Mapping[str, Fact]
    treatments: Mapping[str, Treatment]
    rank: Mapping[Verdict, int]
    rules: tuple[ReadyRule, ...]
    certainly: CertainlyTrue
    tracks: tuple[ReadyRule, ...]
    decisions: tuple[ReadyRule, ...]
    breaks: tuple[tuple[BreakRow, ReadyCondition], ...]
    caps: tuple[ReadyCap, ...]
    cadence_when: Check
    cadence_not_when: Check
    opens: Mapping[str, Check]
    meanwhile: tuple[tuple[Meanwhile, Check | None], ...]
    entry_tests: tuple[tuple[EntryTest, ReadyCondition], ...]
    pains: tuple[str, ...]
    edges: Mapping[str, tuple[Any, ...]]

    @classmethod
    def of(cls, knowledge: Knowledge) -> DayRules:
        """Compile the pack's rules of the day and of the way back."""
        today, way = knowledge.today, knowledge.run_return
        rank = {verdict: place for place, verdict in enumerate(today.verdicts)}

        def ready(rules: Iterable[TodayRule | RunRule]) -> tuple[ReadyRule, ...]:
            return tuple(ReadyRule(rule, rank[rule.verdict], ReadyCondition.of(rule.when)) for rule in rules)

        in_order: list[TodayRule] = sorted(today.rules, key=lambda rule: today.steps.index(rule.step))
        rules = ready(in_order)
        tracks, decisions = ready(way.tracks), ready(way.decisions)
        every = (*rules, *tracks, *decisions)
        return cls(
            today=today,
            way=way,
            facts=knowledge.facts.by_id,
            treatments={each.id: each for each in knowledge.treatments.treatments},
            rank=rank,
            rules=rules,
            certainly=CertainlyTrue([each.rule.when for each in rules]),
            tracks=tracks,
            decisions=decisions,
            breaks=tuple((row, ReadyCondition.of(row.when)) for row in way.breaks.rows),
            caps=tuple(
                ReadyCap(cap, None if cap.when is None else ReadyCondition.of(cap.when)) for cap in way.caps
            ),
            cadence_when=compiled(way.cadence.when),
            cadence_not_when=compiled(way.cadence.not_when),
            opens={step.what: compiled(step.opens) for step in way.bring_back.steps},
            meanwhile=tuple(
                (each, None if each.not_when is None else compiled(each.not_when)) for each in today.meanwhile
            ),
            entry_tests=tuple((test, ReadyCondition.of(test.check)) for test in way.entry_tests.tests),
            pains=tuple(_pains(in_order, knowledge.facts)),
            edges=_edges((each.rule.when for each in every), knowledge.facts),
        )

    def input_for(self, fact: str) -> str | None:
        """Return what the runner is asked when the fact is missing; None when it follows from others."""
        known = self.facts[fact]
        if known.comes_from == "check":
            return known.baseline or "check"
        return known.log or known.baseline


@lru_cache(maxsize=4)
def day_rules(knowledge: Knowledge) -> DayRules:
    """Return the rules of the day, compiled once for each pack."""
    return DayRules.of(knowledge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What holds today for one knee.

    Attributes:
        fired: Rules of the day that are certainly true, in the order in which they are told.
        way: The track, or the decision after the last run; None when the way starts anew, or is not known.
        pause: After a stop or a pause: the row that says where the way starts again.
        too_often: The cap on runs a week that leaves no run for today.
        rank: Of the strictest verdict of all these.
    """

    fired: tuple[ReadyRule, ...]
    way: ReadyRule | None
    pause: tuple[BreakRow, ReadyCondition] | None
    too_often: Cap | None
    rank: int

    @property
    def rules(self) -> tuple[ReadyRule, ...]:
        """Every rule that holds, the way back last."""
        return self.fired if self.way is None else (*self.fired, self.way)


def judge(known: Known, rules: DayRules) -> Judged:
    """Hold the facts of one knee against every rule; the strictest verdict of all that hold counts."""
    fired = [rules.rules[number] for number in rules.certainly(known)]
    if known.get("checked") is not True:
        return _before_any_check(fired, rules)
    pause = _pause(known, rules)
    tested = pause is None or not pause[0].entry_tests or known.get("hard_tests_passed") is True
    way = _way(known, rules, starts_anew=pause is not None and tested)
    too_often = _too_often(known, rules)
    days_since = known.get("days_since_last_run")
    told = [_with_rest_days(each, days_since, rules) for each in (*fired, *([way] if way else []))]
    ranks = [each.rank for each in told]
    if pause is not None:
        ranks.append(rules.rank["modify" if tested else "rest"])
    elif way is None:
        ranks.append(rules.rank["withheld"])
    if too_often is not None:
        ranks.append(rules.rank["rest"])
    last = told.pop() if way else None
    return Judged(fired=tuple(told), way=last, pause=pause, too_often=too_often, rank=min(ranks))


def _before_any_check(fired: Iterable[ReadyRule], rules: DayRules) -> Judged:
    """Judge by signs and pain alone: without a check nobody knows where this knee's way back stands."""
    spoken = [
        each for each in fired if isinstance(each.rule, TodayRule) and each.rule.step in BEFORE_ANY_CHECK
    ]
    rank = min([rules.rank["withheld"], *(each.rank for each in spoken)])
    return Judged(fired=tuple(spoken), way=None, pause=None, too_often=None, rank=rank)


def first_true(ready: Sequence[ReadyRule], known: Known) -> ReadyRule | None:
    """Return the first rule that is certainly true."""
    for each in ready:
        if each.when.check(known):
            return each
    return None


def _pause(known: Known, rules: DayRules) -> tuple[BreakRow, ReadyCondition] | None:
    for row, when in rules.breaks:
        if when.check(known):
            return None if row.from_level == "current" else (row, when)
    return None


def _way(known: Known, rules: DayRules, *, starts_anew: bool) -> ReadyRule | None:
    if known.get("level_on_record") is True:
        return first_true(rules.decisions, known)
    return None if starts_anew else first_true(rules.tracks, known)


def _with_rest_days(each: ReadyRule, days_since: float | None, rules: DayRules) -> ReadyRule:
    """Return the rule as one that rests while its days of rest after the last run are not over."""
    days = each.rule.run.rest_days
    rest = rules.rank["rest"]
    if days is None or each.rank <= rest or days_since is None or days_since > days:
        return each
    return replace(each, rank=rest)


def _too_often(known: Known, rules: DayRules) -> Cap | None:
    runs = known.get("runs_6d")
    if runs is None:
        return None
    for each in rules.caps:
        most = each.cap.refuse_above if each.cap.unit == "runs" else None
        if most is not None and runs >= most and (each.when is None or each.when.check(known)):
            return each.cap
    return None


def _pains(rules: Iterable[TodayRule], vocabulary: FactVocabulary) -> dict[str, None]:
    keys = (key for rule in rules if rule.step == "pain" for key in keys_of(rule.when))
    return dict.fromkeys(key for key in keys if vocabulary.by_id[key].type == "number")


def _edges(conditions: Iterable[Condition], vocabulary: FactVocabulary) -> dict[str, tuple[Any, ...]]:
    values: dict[str, set[Any]] = {}
    for condition in conditions:
        for leaf in leaves_of(condition):
            if isinstance(leaf, Leaf):
                values.setdefault(leaf.key, set()).update(_sides(leaf, vocabulary.by_id[leaf.key]))
    return {key: tuple(sorted(found)) for key, found in values.items()}


def _sides(leaf: Leaf, fact: Fact) -> Iterable[Any]:
    if fact.type == "bool":
        return (False, True)
    if fact.type == "enum":
        return fact.options
    if isinstance(leaf.wanted, bool | str | tuple):  # is: unknown
        return ()
    # Pain, points, minutes and days are told in whole numbers, so the next one is on the other side.
    near = leaf.wanted + (1 if leaf.comparison in {"gt", "lte"} else -1)
    return (each for each in (leaf.wanted, near) if fact.min is None or each >= fact.min)
