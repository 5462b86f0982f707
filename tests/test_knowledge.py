"""The knowledge pack is sound, and a pack that is not is refused with file and key."""

from __future__ import annotations

import re
import runpy
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.core.test_red_flags import test_every_comparison_of_every_rule_has_its_pair as pairs_of
from tests.pack_files import cases, held_by
from tests.reachable import dead_rules

from goodknee.core.assess.answers import check_answers, without_orphans
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import All, AnyOf, Leaf
from goodknee.core.words import Plural
from goodknee.errors import KnowledgeError
from goodknee.readers.knowledge import faults_in, load_knowledge
from goodknee.readers.knowledge_file import FILES
from goodknee.services.assess import CheckPack, look_at

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCE = CHECKOUT / "src" / "goodknee"
KNOWLEDGE = load_knowledge()
SENTENCES = {
    key: [text.one, text.other] if isinstance(text, Plural) else [text]
    for key, text in KNOWLEDGE.words.sentences.items()
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE / "knowledge", tmp_path / "pack")
    return tmp_path / "pack"


def test_a_copy_of_the_pack_reads_the_same(pack: Path) -> None:
    copy = load_knowledge(pack)
    for name in FILES:
        assert held_by(copy.read(name)) == held_by(KNOWLEDGE.read(name))


def test_the_pack_is_sound() -> None:
    assert faults_in() == []


LOAD, PAIN, WORDS = "rules/load.yaml", "rules/pain.yaml", "words/en.yaml"
#: file, what stands there, what is put in its place, what the refusal says, where it says it is
UNSOUND = [
    (LOAD, "window_days: 30", "windowdays: 30", "Field required", "session_spike.window_days"),
    (LOAD, "window_days: 30", "window_days: '30'", "valid integer", "session_spike.window_days"),
    (LOAD, "window_days: 30", "window_days: .nan", "valid integer", "session_spike.window_days"),
    (LOAD, "shown_at_most: 3", "colour: red", "Field required", "session_spike.shown_at_most"),
    (LOAD, "grade: B", "colour: red\n    grade: B", "Unexpected", "session_spike.evidence.colour"),
    (LOAD, "grade: B", "grade: B\n    grade: A", "stands twice", "line"),
    (LOAD, "grade: B", "grade: B+", "Input should be", "session_spike.evidence.grade"),
    (LOAD, "above_pct: 10,", "above_pct: 11,", "begin where", "session_spike.bands"),
    (LOAD, "above_pct: 100,", "above_pct: 100, up_to_pct: 900,", "open above", "session_spike.bands"),
    (LOAD, "id: small", "id: within", "its own id", "session_spike.bands"),
    (LOAD, "[frandsen2025]", "[frandsen2035]", "no source", "session_spike.evidence.sources.0"),
    (LOAD, "[frandsen2025]", "[]", "at least one source", "session_spike.evidence"),
    (LOAD, "name: load.next_run.name", "name: load.next", "no sentence", "next_run.name"),
    (LOAD, "name: load.next_run.name", "name: &a load.next_run.name", "an anchor or a tag", "line"),
    (LOAD, "name: load.next_run.name", "name: !!str load.next_run.name", "an anchor or a tag", "line"),
    (LOAD, "trend:", "trend: [", "not plain YAML", "line"),
    (PAIN, "up_to_nprs: 10", "up_to_nprs: 9", "end at 10", "zones"),
    ("sources.yaml", "frandsen2025:", "Frandsen2025:", "no source", "session_spike"),
    (
        WORDS,
        "{spike_pct:pct} longer",
        "{spike_pct:percent} longer",
        "no known unit",
        "load.session_spike.fact",
    ),
    (WORDS, "{spike_pct:pct} longer", "{spike.pct:pct} longer", "no known unit", "load.session_spike.fact"),
    (WORDS, "{spike_pct:pct} longer", "{spike_pct:pct longer", "be filled", "load.session_spike.fact"),
    (WORDS, "weekdays: [Mon, ", "weekdays: [", "7 days", "weekdays"),
    ("pack.yaml", 'version: "0.1"', "version: 0.1", "valid string", "version"),
    ("red_flags.yaml", "{q: hot, is: true}", "{q: hott, is: true}", "no question hott", "rules.RF02.when"),
    ("red_flags.yaml", "{q: hot, is: true}", "{q: hot, eq: very}", "does not fit", "rules.RF02.when"),
    (
        "red_flags.yaml",
        "in: [clear, very_large]",
        "in: [clear, huge]",
        "huge is no answer",
        "rules.RF02.when",
    ),
    ("red_flags.yaml", "[coakley2006, gcare_knee]", "[coakley2066]", "no coakley2066", "rules.RF02.sources"),
    ("red_flags.yaml", "id: RF02b", "id: RF02", "stands twice", "rules"),
    ("red_flags.yaml", "[can_walk_now, limp]", "[can_walk, limp]", "no question can_walk", "CX01.ask_again"),
    ("risk_factors.yaml", "f: spike_pct", "f: spikes", "no measured fact", "factors.session_spike"),
    ("risk_factors.yaml", "claims: [C025]", "claims: [C925]", "no C925", "factors.session_spike.claims"),
    (
        "questions.yaml",
        "group: urgent\n",
        "group: first\n",
        "no group first",
        "deformity_or_open_wound.group",
    ),
    ("outcomes.yaml", "sources: [collins2013_prog]", "sources: [collins]", "no collins", "NH1.sources"),
    ("claims.yaml", "reviewed_on: 2026-11-22", "reviewed_on: 2026-02-31", "out of range", "line"),
    ("differential.yaml", "says: You ticked {ticked}", "says: You said {tick}", "{tick}", "says"),
    ("differential.yaml", "strong_for: 3, ", "", "no points for strong_for", "ranking.weight_points"),
    ("questions.yaml", "    min: 1\n", "    min: 500\n", "above the largest", "questions.age_years.min"),
    ("words/synonyms.en.yaml", "  C002: [", "  C999: [", "no claim or treatment C999", "asked_as"),
    ("words/said.en.yaml", "{swelling: slight}", "{swelling: tiny}", "'tiny' is not", "answers"),
    ("reviews.yaml", "\n  red_flags.yaml:", "\n  flags.yaml:", "no file flags.yaml", "needs"),
    ("corrections.yaml", "red_flags.yaml: CX02", "red_flags.yaml: CX92", "no item", "corrections.0.items"),
]


@pytest.mark.parametrize(("file", "old", "new", "what", "where"), UNSOUND)
def test_a_pack_that_is_not_sound_is_refused(
    pack: Path, file: str, old: str, new: str, what: str, where: str
) -> None:
    path = pack / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    said = [(fault.what, fault.where) for fault in faults_in(pack)]
    assert any(what in found and where in at and ".yaml" in at for found, at in said), said


def test_what_is_used_is_refused_with_file_and_key(pack: Path) -> None:
    path = pack / LOAD
    path.write_text(path.read_text("utf-8").replace("window_days: 30", "windowdays: 30", 1), "utf-8")
    with pytest.raises(KnowledgeError) as refused:
        _ = load_knowledge(pack).load
    assert "session_spike.window_days" in refused.value.where
    assert refused.value.next_step


def test_all_faults_are_found_not_just_the_first(pack: Path) -> None:
    for file, old, new in (
        (LOAD, "window_days: 30", "window_days: many"),
        (LOAD, "grade: B", "grade: Z"),
        (WORDS, "weekdays: [Mon, ", "weekdays: ["),
        ("red_flags.yaml", "{q: foot_cold_pale_numb, is: true}", "{q: foot_cold, is: true}"),
    ):
        path = pack / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
    (pack / PAIN).unlink()
    assert {LOAD, WORDS, PAIN, "red_flags.yaml"} <= {fault.file for fault in faults_in(pack)}
    assert len([fault for fault in faults_in(pack) if fault.file == LOAD]) == 2


def test_a_file_that_nothing_reads_is_named(pack: Path) -> None:
    (pack / "rules" / "tommorow.yaml").write_text("rules: []\n", "utf-8")
    (fault,) = faults_in(pack)
    assert fault.where == "rules/tommorow.yaml"


def test_a_file_that_is_not_needed_does_not_matter(pack: Path) -> None:
    (pack / PAIN).unlink()
    assert load_knowledge(pack).load
    with pytest.raises(KnowledgeError) as refused:
        _ = load_knowledge(pack).pain
    assert refused.value.where == PAIN


def test_a_rule_changes_without_touching_code(pack: Path) -> None:
    path = pack / "rules" / "load.yaml"
    path.write_text(path.read_text("utf-8").replace("window_days: 30", "window_days: 42", 1), "utf-8")
    assert load_knowledge(pack).load.session_spike.window_days == 42


def test_the_schemas_are_those_of_the_types() -> None:
    made = runpy.run_path(str(CHECKOUT / "tools" / "make_schema.py"))["schemas"]()
    for name, text in made.items():
        assert (SOURCE / "knowledge" / "schema" / name).read_text("utf-8") == text, "run tools/make_schema.py"


def test_every_rule_is_sourced_and_dated() -> None:
    for name in type(KNOWLEDGE.load).__slots__:
        evidence = getattr(KNOWLEDGE.load, name).evidence
        assert evidence.sources
        assert evidence.reviewed_on <= KNOWLEDGE.pack.released_on


def test_no_sentence_lies_unused_and_none_is_missing() -> None:
    data = (SOURCE / "knowledge" / folder for folder in ("rules", "coefficients"))
    rules = "".join(path.read_text("utf-8") for folder in data for path in folder.glob("*.yaml"))
    code = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*") if path.suffix in (".py", ".j2"))
    # Keys that code puts together, by their beginning; the tests of the report render them.
    built = tuple(
        re.findall(r'f"([a-z_]+\.[a-z_.]*)\{', code)
        + re.findall(r'"((?:report|evidence)\.[a-z_.]*)" ~', code)
    )
    assert len(built) >= 8
    unused = [
        key
        for key in SENTENCES
        if f'"{key}"' not in code
        and key not in rules
        and f"'{key}'" not in code
        and not key.startswith(built)
    ]
    assert unused == []
    asked = set(re.findall(r'say\(\s*["\']([a-z0-9_.]+)["\'](?! ~)', code))
    assert asked - set(SENTENCES) == set()


# Rules: none is dead, none contradicts another


def with_file(name: str, part: object) -> Knowledge:
    """Return the pack with another file in place of one of its own."""
    return Knowledge(lambda asked: part if asked == name else KNOWLEDGE.read(asked))


def with_first_rule(**change: Any) -> Knowledge:
    first, *others = KNOWLEDGE.red_flags.rules
    rules = (replace(first, **change), *others)
    return with_file("red_flags.yaml", replace(KNOWLEDGE.red_flags, rules=rules))


def test_no_rule_of_the_pack_is_dead() -> None:
    assert list(dead_rules(KNOWLEDGE)) == []


SWELLING = (Leaf(q="swelling", eq="none"), Leaf(q="swelling", eq="clear"))
HOT = Leaf(q="hot", is_=True)


@pytest.mark.parametrize(
    "change",
    [
        {"when": All(all_=SWELLING)},
        {"when": Leaf(q="age_years", gt=200)},
        {"when": HOT, "unless": AnyOf(any_=(HOT, *SWELLING))},
        {"when": All(all_=(Leaf(q="recent_trauma", is_=False), Leaf(q="trauma_days", lte=7)))},
    ],
)
def test_a_dead_rule_is_found(change: dict[str, Any]) -> None:
    assert any("RF01" in dead for dead in dead_rules(with_first_rule(**change)))


def contradictions(knowledge: Knowledge) -> Iterator[str]:
    """Yield where one rule gives leave to what another holds back, for anybody of the cases of the pack."""
    pack = CheckPack.of(knowledge)
    clean = cases("red_flags.yaml")["clean"]
    people = [case["answers"] for case in cases("red_flags.yaml")["edges"]]
    for rule in knowledge.red_flags.rules:
        held = rule.blocks if rule.blocks is not None else HOLDS[rule.urgency]
        if re.search("not run|[Pp]ause running", rule.action) and "running" not in held:
            yield f"{rule.id} says not to run and holds no running"
    for answers in ({}, *people):
        given = check_answers(without_orphans({**clean, **answers}, pack.questions), pack.questions)
        at = datetime(2026, 5, 12, tzinfo=UTC)
        seen = look_at(given | CALM, pack, day=at.date(), at=at, today=at.date())
        waits = seen.signs.blocked or not seen.signs.screening.all_answered
        if seen.for_now.running.may_run and ("running" in seen.signs.holds or waits):
            yield f"{seen.for_now.running.id} gives leave to run, and {seen.signs.holds} wait"
        if seen.for_now.exercises and waits:
            yield f"exercises are named, and {seen.signs.holds} wait"


HOLDS = {urgency.id: urgency.blocks for urgency in KNOWLEDGE.red_flags.policy.urgencies}
#: A last run that gives leave to run, where no sign is in its way.
CALM = {"days_since_last_run": 2, "last_run_pain_max": 1, "last_run_settle_minutes": 5, "pain_worst_3d": 2}


def test_no_two_rules_contradict() -> None:
    assert list(contradictions(KNOWLEDGE)) == []


def test_two_rules_that_contradict_are_found() -> None:
    first_answer = KNOWLEDGE.first_answer
    leave = tuple(rule for rule in first_answer.running if rule.held is None and not rule.open_questions)
    careless = with_file("first_answer.yaml", replace(first_answer, running=leave))
    assert any("gives leave to run" in each for each in contradictions(careless))
    assert any(
        "RF01 says not to run" in each
        for each in contradictions(with_first_rule(action="Do not run.", blocks=()))
    )


def test_a_red_flag_without_its_pairs_is_found() -> None:
    """Each comparison of each rule has cases on both sides of its edge; see tests/core/test_red_flags.py."""
    rule = KNOWLEDGE.red_flags.rules[0]
    pairs_of(rule)
    with pytest.raises(AssertionError):
        pairs_of(replace(rule, when=Leaf(q="age_years", gte=67)))
    with pytest.raises(AssertionError):
        pairs_of(replace(rule, id="RF999"))
