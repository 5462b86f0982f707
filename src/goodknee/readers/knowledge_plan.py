"""What must fit together in the plan's part of the pack: facts, exercises, phases, levels, zones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, get_args

from goodknee.core.assess.conditions import leaves_of
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Condition, Leaf
from goodknee.core.knowledge.plan.exercises import (
    Exercise,
    ExerciseGroup,
    JointLoad,
    PfjClassId,
    TempoWord,
    exercises_by_id,
)
from goodknee.core.knowledge.plan.facts import Fact, FactVocabulary
from goodknee.core.knowledge.plan.log import LogKeys
from goodknee.core.knowledge.plan.rehab import Phase, Planned, Rehab
from goodknee.core.knowledge.plan.run_return import RunReturn, Verdict
from goodknee.core.knowledge.plan.today import Today, TodayStep
from goodknee.readers.knowledge_checks import CONDITIONS, Fault, nodes_of, twice_in

#: Files whose conditions may ask the facts of plans/facts.yaml alone.
PLAN_FILES: Final = (
    "plans/facts.yaml", "plans/rehab.yaml", "plans/self_tests.yaml", "plans/run_return.yaml",
    "plans/course.yaml", "plans/week.yaml", "rules/today.yaml",
)  # fmt: skip
EXERCISE_FILES: Final = Knowledge.__dict__["exercises"].names
JOINT_LOAD: Final = "exercises/joint_load.yaml"
LOG: Final = "plans/log.yaml"
REHAB: Final = "plans/rehab.yaml"
#: Files outside the plan whose conditions with ``f`` ask the same facts.
ASKING_FACTS: Final = ("lessons.yaml", "referral.yaml")

_NUMBERS: Final = frozenset({"is", "eq", "lt", "lte", "gt", "gte"})
#: Type of a fact → comparisons that it can stand.
_FITS: Final[Mapping[str, frozenset[str]]] = {
    "bool": frozenset({"is"}),
    "enum": frozenset({"is", "eq", "in"}),
    "number": _NUMBERS,
    "count": _NUMBERS,
}


def plan_faults_at_load(name: str, part: Any, knowledge: Knowledge) -> Iterator[Fault]:
    """Yield what makes a file of the plan unfit to be used."""
    yield from twice_in(name, part)
    yield from _spans(name, part)
    if name in PLAN_FILES:
        facts = part if isinstance(part, FactVocabulary) else knowledge.facts
        yield from _conditions(name, part, facts)
    match part:
        case FactVocabulary():
            yield from _facts(name, part)
        case JointLoad():
            yield from _joint_load(name, part)
        case Rehab():
            yield from _phases(name, part)
        case RunReturn():
            yield from _levels(name, part)
        case Today():
            yield from _today(name, part)


def plan_faults_between_files(knowledge: Knowledge) -> Iterator[Fault]:
    """Yield what points nowhere, or does not fit, across the files of the plan."""
    exercises = exercises_by_id(knowledge.exercises)
    for name in (*EXERCISE_FILES, JOINT_LOAD, *PLAN_FILES):
        yield from _references(name, knowledge.read(name), _ids(knowledge, exercises))
    yield from _twice_in_files(knowledge)
    yield from _graph(knowledge, exercises)
    yield from _sessions(knowledge.rehab, exercises)
    yield from _article(knowledge.rehab, exercises)
    yield from _diary(knowledge)
    for name in ASKING_FACTS:
        yield from _conditions(name, knowledge.read(name), knowledge.facts)
    given = {fact for test in knowledge.self_tests.tests for fact in test.gives}
    for fact in knowledge.facts.facts:
        if fact.comes_from == "test" and fact.id not in given:
            yield Fault("No self test gives this fact.", "plans/facts.yaml", f"facts.{fact.id}")


def _conditions(name: str, part: Any, facts: FactVocabulary) -> Iterator[Fault]:
    for path, value in nodes_of(part):
        if isinstance(value, CONDITIONS):
            asked = (leaf for leaf in leaves_of(value) if name in PLAN_FILES or _asks_a_fact(leaf))
            for leaf in asked:
                yield from (Fault(what, name, ".".join(path)) for what in _leaf_faults(leaf, facts))


def _asks_a_fact(leaf: Condition) -> bool:
    return isinstance(leaf, Leaf) and leaf.f is not None


def _leaf_faults(leaf: Condition, facts: FactVocabulary) -> Iterator[str]:
    if not isinstance(leaf, Leaf) or leaf.f is None:
        yield "The rules of the plan ask facts alone (f)."
    elif (fact := facts.by_id.get(leaf.f)) is None:
        yield f"There is no fact {leaf.f}."
    elif leaf.comparison not in _FITS[fact.type] or (isinstance(leaf.is_, bool) and fact.type != "bool"):
        yield f"{leaf.comparison} does not fit the fact {leaf.f}."
    elif leaf.is_ is None:
        wanted = leaf.wanted if isinstance(leaf.wanted, tuple) else (leaf.wanted,)
        yield from (f"{leaf.f} is never {word}." for word in wanted if not _possible(word, fact))


def _possible(value: object, fact: Fact) -> bool:
    if fact.type == "enum":
        return value in fact.options
    return isinstance(value, int | float) and not isinstance(value, bool) and _within(value, fact)


def _within(value: float, fact: Fact) -> bool:
    return (fact.min is None or value >= fact.min) and (fact.max is None or value <= fact.max)


def _spans(name: str, part: Any) -> Iterator[Fault]:
    """Two numbers in these files are always a range."""
    for path, value in nodes_of(part):
        numbers = isinstance(value, tuple) and all(isinstance(each, int | float) for each in value)
        if numbers and len(value) == 2 and value[0] > value[1]:
            yield Fault("A range must not end before it begins.", name, ".".join(path))


def _facts(name: str, vocabulary: FactVocabulary) -> Iterator[Fault]:
    for fact in vocabulary.facts:
        if (fact.type == "enum") != bool(fact.options):
            yield Fault("An enum names its words, and nothing else does.", name, f"facts.{fact.id}.options")


def _joint_load(name: str, load: JointLoad) -> Iterator[Fault]:
    if [each.id for each in load.classes] != list(get_args(PfjClassId)):
        yield Fault("The classes of stress must be all there, least first.", name, "classes")
    if [each.order for each in load.classes] != list(range(len(load.classes))):
        yield Fault("The order of the classes must count up from 0.", name, "classes")
    if not _rising([each.middle_bw for each in load.classes]):
        yield Fault("Each class must load more than the one before.", name, "classes")
    for each in load.classes:
        if not each.peak_bw[0] <= each.middle_bw <= each.peak_bw[1]:
            yield Fault("The middle must lie in the range.", name, f"classes.{each.id}.middle_bw")
    if {each.word for each in load.tempos} != set(get_args(TempoWord)):
        yield Fault("Each word of tempo needs its seconds.", name, "tempos")


def _rising(values: Sequence[float]) -> bool:
    return all(before < after for before, after in pairwise(values))


def _phases(name: str, rehab: Rehab) -> Iterator[Fault]:
    for before, after in pairwise(rehab.phases):
        key = f"phases.{after.id}"
        if before.id >= after.id:
            yield Fault("The phases must stand in their order.", name, key)
        if after.closed_chain_to_deg < before.closed_chain_to_deg or after.level_to < before.level_to:
            yield Fault("A later phase must not allow less than the one before.", name, key)
        if before.exit is None:
            yield Fault("Only the last phase has no end.", name, f"phases.{before.id}.exit")
    for phase in rehab.phases:
        if (phase.exit is None) != (not phase.exit_says):
            yield Fault("The exit must be told as it is checked.", name, f"phases.{phase.id}.exit_says")


def _levels(name: str, way: RunReturn) -> Iterator[Fault]:
    levels = way.levels.levels
    if [level.number for level in levels] != list(range(len(levels))):
        yield Fault("Levels must count up from 0, or one could not be reached.", name, "levels.levels")
    longest = [level.walk_run.run_min for level in levels if level.walk_run is not None]
    if not _rising(longest):
        yield Fault("Each level must run longer at a stretch than the one before.", name, "levels.levels")
    for level in levels[:-1]:
        if not level.sessions_needed or level.total_min is None:
            key = f"levels.levels.{level.id}"
            yield Fault("A level needs its sessions and its minutes, or it never ends.", name, key)
    last = len(levels) - 1
    for row in way.breaks.rows:
        start = max(row.level, row.may_start_to or 0)
        if start > last or (row.from_level == "zero" and row.level < 0):
            yield Fault("There is no such level.", name, f"breaks.rows.{row.id}.level")
    if [step.order for step in way.bring_back.steps] != list(range(1, len(way.bring_back.steps) + 1)):
        yield Fault("The steps must count up from 1.", name, "bring_back.steps")
    soft = [test for test in way.entry_tests.tests if not test.hard]
    if way.entry_tests.soft_needed > len(soft):
        yield Fault("There are fewer soft tests than must be passed.", name, "entry_tests.soft_needed")


def _today(name: str, today: Today) -> Iterator[Fault]:
    zones = today.zones.zones
    if [zone.when is None for zone in zones] != [False] * (len(zones) - 1) + [True]:
        yield Fault("The last zone, and it alone, has no condition.", name, "zones.zones")
    for field, wanted in (("verdicts", get_args(Verdict)), ("steps", get_args(TodayStep))):
        if sorted(getattr(today, field)) != sorted(wanted):
            yield Fault(f"It must name each of {', '.join(wanted)} once.", name, field)
    signs = {rule.article_sign for rule in today.rules} - {None}
    if signs != {1, 2, 3}:
        yield Fault("The three rest signs of the article must each have a rule.", name, "rules")


#: Fields that point at an exercise, by its id.
_EXERCISE_FIELDS: Final = frozenset(
    {"progress_to", "regress_to", "instead", "exercise", "otherwise", "exercises", "figure"}
)


def _ids(knowledge: Knowledge, exercises: Mapping[str, Exercise]) -> Mapping[str, Collection[str]]:
    """Return the field that refers → the ids that it may name."""
    facts = knowledge.facts.by_id
    kit = knowledge.questions.by_key["equipment"].options
    lessons = knowledge.lessons.by_id
    return {
        **dict.fromkeys(_EXERCISE_FIELDS, exercises),
        **dict.fromkeys(("gives", "ask_first", "green_needs", "green_needs_run", "of_fact"), facts),
        **dict.fromkeys(("equipment", "helps", "needs"), kit),
        **dict.fromkeys(("lesson", "lessons"), lessons),
        "sources": knowledge.sources,
        "claims": {claim.id for claim in knowledge.claims.claims},
        "treatment": {treatment.id for treatment in knowledge.treatments.treatments},
        "red_flags": {rule.id for rule in knowledge.red_flags.rules},
        "baseline": knowledge.questions.by_key,
        "else_seek": {each.id for each in knowledge.course.seek_care},
    }


def _references(name: str, part: Any, ids: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    for path, value in nodes_of(part):
        known = ids.get(path[-1])
        words = value if isinstance(value, tuple) else (value,)
        if known is not None:
            missing = (word for word in words if isinstance(word, str) and word not in known)
            yield from (
                Fault(f"There is no {word} for {path[-1]}.", name, ".".join(path)) for word in missing
            )
        if path[-1] == "sources" and value == ():
            yield Fault("It needs at least one source.", name, ".".join(path))


def _graph(knowledge: Knowledge, exercises: Mapping[str, Exercise]) -> Iterator[Fault]:
    order: dict[str, int] = {each.id: each.order for each in knowledge.joint_load.classes}
    where = {one.id: name for name, group in _named_groups(knowledge) for one in group.exercises}
    for exercise in exercises.values():
        faults = (
            *_kinder(exercise, exercises, order),
            *_at_home(exercise, exercises),
            *_leads_back(exercise, exercises),
        )
        yield from (Fault(what, where[exercise.id], f"exercises.{exercise.id}.{key}") for key, what in faults)


def _twice_in_files(knowledge: Knowledge) -> Iterator[Fault]:
    seen: set[str] = set()
    for name, group in _named_groups(knowledge):
        ids = {exercise.id for exercise in group.exercises}
        yield from (
            Fault("The exercise stands in another file too.", name, f"exercises.{one}")
            for one in sorted(ids & seen)
        )
        seen |= ids


def _named_groups(knowledge: Knowledge) -> Iterator[tuple[str, ExerciseGroup]]:
    return zip(EXERCISE_FILES, knowledge.exercises, strict=True)


def _kinder(
    exercise: Exercise, exercises: Mapping[str, Exercise], order: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """A step down must be kinder, and lead to an exercise that a sore knee can do."""
    for lower in _known(exercise.regress_to, exercises):
        harder = order[lower.pfj_class] > order[exercise.pfj_class] or lower.phase_from > exercise.phase_from
        if harder:
            yield "regress_to", f"{lower.id} is not kinder than {exercise.id}."
    if exercise.block in {"power_multi", "isolation"} and order[exercise.pfj_class] > order["low"]:
        below = _reached(exercise.id, exercises, "regress_to")
        if not any(order[exercises[one].pfj_class] <= order["low"] for one in below):
            yield "regress_to", "It has no way down to an exercise of class low or none."


def _at_home(exercise: Exercise, exercises: Mapping[str, Exercise]) -> Iterator[tuple[str, str]]:
    home = exercise.without
    if exercise.equipment and (home is None or not (home.how or home.instead)):
        yield "without", "An exercise with equipment needs a form for home."
    if home is not None and home.instead:
        opens = [other.phase_from for other in _known(home.instead, exercises)]
        if not home.how and opens and min(opens) > exercise.phase_from:
            yield "without.instead", "None of them is allowed in the first phase of this exercise."


def _leads_back(exercise: Exercise, exercises: Mapping[str, Exercise]) -> Iterator[tuple[str, str]]:
    for field in ("regress_to", "progress_to"):
        if exercise.id in _reached(exercise.id, exercises, field):
            yield field, "It leads back to itself."


def _reached(start: str, exercises: Mapping[str, Exercise], field: str) -> set[str]:
    """Return every exercise that the field leads to, step by step."""
    reached: set[str] = set()
    ahead = list(getattr(exercises[start], field))
    while ahead:
        one = ahead.pop()
        if one in exercises and one not in reached:
            reached.add(one)
            ahead += getattr(exercises[one], field)
    return reached


def _known(ids: Iterable[str], exercises: Mapping[str, Exercise]) -> list[Exercise]:
    return [exercises[one] for one in ids if one in exercises]


def _sessions(rehab: Rehab, exercises: Mapping[str, Exercise]) -> Iterator[Fault]:
    for phase in rehab.phases:
        for block in ("warm_up", "power_multi", "isolation", "mobility"):
            planned: tuple[Planned, ...] = getattr(phase.session, block)
            names = [name for each in planned for name in (each.exercise, each.otherwise) if name]
            for exercise in _known(names, exercises):
                if what := _not_allowed(exercise, phase, block):
                    yield Fault(what, REHAB, f"phases.{phase.id}.session.{block}")


def _not_allowed(exercise: Exercise, phase: Phase, block: str) -> str | None:
    if exercise.block != block:
        return f"{exercise.id} belongs into the block {exercise.block}."
    if exercise.phase_from > phase.id or exercise.level > phase.level_to:
        return f"{exercise.id} is too hard for {phase.id}."
    if (
        exercise.range_cap
        and exercise.chain == "closed"
        and exercise.knee_deg[0] >= phase.closed_chain_to_deg
    ):
        return f"{exercise.id} begins past the bend that {phase.id} allows."
    return None


def _diary(knowledge: Knowledge) -> Iterator[Fault]:
    """The diary takes every key that a fact comes from, and each test tells what its facts need."""
    log, tests, facts = knowledge.log, knowledge.self_tests.tests, knowledge.facts
    ids = {*log.by_id, *(test.id for test in tests)}
    for fact in facts.facts:
        if fact.log is not None and fact.log not in ids:
            yield Fault(f"The diary takes no {fact.log}.", "plans/facts.yaml", f"facts.{fact.id}.log")
    yield from (Fault(what, LOG, key) for key, what in _log_keys(log, facts, ids))
    for test in tests:
        for part in test.parts:
            if (part.fact is None) == (part.takes is None) or (part.fact and part.fact not in test.gives):
                what = "A value has a fact that the test gives, or says what it takes."
                yield Fault(what, "plans/self_tests.yaml", f"tests.{test.id}.parts")
        if bool(test.parts) == bool(test.told_by) or not set(test.told_by) <= ids:
            what = "A test has values of its own, or keys of the diary that tell it."
            yield Fault(what, "plans/self_tests.yaml", f"tests.{test.id}")
        if test.compare and test.sides != "each":
            yield Fault("There are no two legs to compare.", "plans/self_tests.yaml", f"tests.{test.id}")


def _log_keys(log: LogKeys, facts: FactVocabulary, ids: Collection[str]) -> Iterator[tuple[str, str]]:
    for key in log.keys:
        if (key.fact is None) == (key.takes is None) or (key.fact and key.fact not in facts.by_id):
            yield f"keys.{key.id}", "A key has a fact that exists, or says what it takes."
    named = {*log.check_in.pain, *log.check_in.signs, *log.check_in.last_run}
    named.update(other for key in log.keys for other in key.not_with)
    yield from (("check_in", f"There is no key {key}.") for key in sorted(named.difference(ids)))


def _article(rehab: Rehab, exercises: Mapping[str, Exercise]) -> Iterator[Fault]:
    named = {one for line in rehab.article for one in line.exercises}
    for exercise in exercises.values():
        if exercise.in_article and exercise.id not in named:
            yield Fault(f"{exercise.id} is of the article, but no line here names it.", REHAB, "article")
    for number, line in enumerate(rehab.article):
        if not line.exercises and not line.note:
            yield Fault("Without an exercise it must say why.", REHAB, f"article.{number}")
