"""The knowledge pack is sound, and a pack that is not is refused with file and key."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest

from goodknee.core.words import Plural
from goodknee.errors import KnowledgeError
from goodknee.readers.knowledge import faults_in, load_knowledge
from goodknee.readers.knowledge_file import FILES

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCE = CHECKOUT / "src" / "goodknee"
KNOWLEDGE = load_knowledge()
#: The fixed words of a grade ("Laboratory only") are labels beside bars, not sentences.
LABELS = re.compile(r"evidence\.[A-F]\.|fact\.")
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
    assert {name: copy.read(name) for name in FILES} == {name: KNOWLEDGE.read(name) for name in FILES}


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
    rules = "".join(
        (SOURCE / "knowledge" / "rules" / name).read_text("utf-8") for name in ("load.yaml", "pain.yaml")
    )
    code = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*") if path.suffix in (".py", ".j2"))
    # Keys that code puts together, by their beginning; the tests of the report render them.
    built = tuple(
        re.findall(r'f"((?:report|evidence|fact)\.[a-z_.]*)\{', code)
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


def sentences_of(text: str) -> list[str]:
    """Text as it is read: each slot one word, or two where its unit is a word of its own."""
    spoken = re.sub(r"\{[a-z_]+:(km|pct|change|steps|pace)\}", "9 km", text)
    spoken = re.sub(r"\{[a-z_:]+\}", "9", spoken)
    return [part for part in re.split(r"(?<=[.?!:])\s+", spoken) if re.search("[A-Za-z]", part)]


def syllables(word: str) -> int:
    word = re.sub(r"(?<=[^l])e$|es$|ed$", "", word.lower()) or word
    return max(1, len(re.findall(r"[aeiouy]+", word)))


@pytest.mark.parametrize(
    "key", [key for key in SENTENCES if not key.startswith(("report.chart.caption", "report.chart.trend"))]
)
def test_every_sentence_is_short(key: str) -> None:
    for text in SENTENCES[key]:
        for sentence in sentences_of(text):
            assert len(sentence.split()) <= 18, sentence


def reading_grade(text: str) -> float:
    """Flesch-Kincaid, with syllables counted by groups of vowels."""
    parts = sentences_of(text)
    words = [word for part in parts for word in re.findall(r"[A-Za-z']+|\d+", part)]
    return 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_each_group_of_sentences_reads_at_grade_eight_or_lower() -> None:
    groups: dict[str, list[str]] = {}
    for key, texts in SENTENCES.items():
        if any(" " in text for text in texts) and not LABELS.match(key):
            groups.setdefault(".".join(key.split(".")[:2]), []).append(texts[-1].rstrip(".") + ".")
    hard = {name: grade for name, texts in groups.items() if (grade := reading_grade(" ".join(texts))) > 8}
    assert hard == {}


def test_the_voice_never_blames_scores_or_diagnoses() -> None:
    blame = r"should have|failed|\bonly\b|unproductive|overdid|too much|!"
    never = re.compile(rf"{blame}|you have runner|injury risk|risk of|probability", re.IGNORECASE)
    said = [text for key, texts in SENTENCES.items() if not LABELS.match(key) for text in texts]
    assert [text for text in said if never.search(text)] == []
