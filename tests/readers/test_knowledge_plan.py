"""A plan that does not fit together is refused, with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from goodknee.core.knowledge import Knowledge
from goodknee.readers import knowledge as reader
from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.knowledge_file import FILES, read_file
from goodknee.readers.knowledge_plan import plan_faults_at_load, plan_faults_between_files

PACK = load_knowledge()
FOLDER = Path(reader.__file__).parent.parent / "knowledge"
PARTS = {name: PACK.read(name) for name in FILES}

FACTS, REHAB, RUN, TODAY = "plans/facts.yaml", "plans/rehab.yaml", "plans/run_return.yaml", "rules/today.yaml"
SQUATS, STEPS, LOAD = (f"exercises/{name}.yaml" for name in ("squats", "steps_and_lunges", "joint_load"))
TESTS, COURSE, LOG = "plans/self_tests.yaml", "plans/course.yaml", "plans/log.yaml"

#: file, what stands there, what is put in its place, what the refusal says, where it says it is
UNSOUND = [
    (SQUATS, "level: 1", "levels: 1", "Field required", "exercises.0.level"),
    (SQUATS, "reps: [10, 15]", "reps: [15, 10]", "before it begins", "squat_mini.dose.reps"),
    (SQUATS, "reps: [10, 15]", "reps: [0, 15]", "more than nothing", "exercises.1.dose"),
    (SQUATS, "reps: [10, 15]", "reps: [10, 15], seconds: [5, 5]", "one of reps", "exercises.1.dose"),
    (SQUATS, "sets: 3, reps: [10, 15]", "sets: 0, reps: [10, 15]", "more than nothing", "exercises.1.dose"),
    (
        SQUATS,
        "{word: hold}",
        "{word: hold, down_hold_up_s: [1, 0, 1]}",
        "seconds or one word",
        "exercises.0.tempo",
    ),
    (
        LOG,
        "id: pain_morning,",
        "id: pain_at_dawn,",
        "The diary takes no pain_morning",
        "pain_morning_nprs.log",
    ),
    (LOG, "fact: limp,", "fact: limps,", "A key has a fact that exists", "keys.limp"),
    (LOG, "fact: limp,", "fact: limp, takes: {type: bool},", "A key has a fact that exists", "keys.limp"),
    (LOG, "not_with: [skipped]", "not_with: [left_out]", "no key left_out", "check_in"),
    (TESTS, "fact: bridge_hold_s}", "fact: akps}", "has a fact that the test gives", "t_bridge.parts"),
    (TESTS, "told_by: [pain_worst, pain_usual]", "told_by: [pain]", "values of its own", "tests.t_pain"),
    (
        TESTS,
        "    sides: both\n    records: seconds",
        "    compare: difference\n    sides: both\n    records: seconds",
        "no two legs",
        "tests.t_bridge",
    ),
    (SQUATS, "grade: A", "grade: A+", "Input should be", "exercises.0.evidence.grade"),
    (SQUATS, "[powers2014, escamilla2009]", "[powers2041]", "no powers2041", "wall_sit.evidence.sources"),
    (SQUATS, "[powers2014, escamilla2009]", "[]", "at least one source", "wall_sit.evidence.sources"),
    (
        SQUATS,
        "regress_to: [wall_sit]",
        "regress_to: [wall_sitting]",
        "no wall_sitting",
        "squat_mini.regress_to",
    ),
    (SQUATS, "regress_to: [wall_sit]", "regress_to: [squat_60]", "is not kinder", "squat_mini.regress_to"),
    (SQUATS, "regress_to: [wall_sit]", "regress_to: [squat_mini]", "leads back", "squat_mini.regress_to"),
    (SQUATS, "progress_to: [squat_mini]", "progress_to: [wall_sit]", "leads back", "wall_sit.progress_to"),
    (
        SQUATS,
        "instead: [squat_60, squat_mini]",
        "instead: [squat_60]",
        "allowed in the first phase",
        "leg_press",
    ),
    (
        SQUATS,
        "without: {how: Lean on a closed door.}",
        "added_kg: [0, 1]",
        "form for home",
        "wall_sit.without",
    ),
    (SQUATS, "equipment: [wall]", "equipment: [door]", "no door", "wall_sit.equipment"),
    (SQUATS, "figure: squat_60", "figure: squat_6", "no squat_6", "squat_60.figure"),
    (SQUATS, "claims: [C057]", "claims: [C957]", "no C957", "wall_sit.claims"),
    (SQUATS, "id: squat_mini", "id: squat_60", "stands twice", "exercises"),
    (STEPS, "regress_to: [squat_mini]", "level: 2\n    regress_to: [squat_mini]", "stands twice", "line"),
    (STEPS, "regress_to: [squat_mini]", "note: none", "no way down", "step_up.regress_to"),
    ("exercises/stretches.yaml", "id: st_calf", "id: clamshell", "in another file", "clamshell"),
    (LOAD, "middle_bw: 3.2", "middle_bw: 4.5", "must lie in the range", "classes.moderate"),
    (LOAD, "middle_bw: 3.2", "middle_bw: 0.8", "more than the one before", "classes"),
    (LOAD, "order: 2", "order: 3", "count up from 0", "classes"),
    (LOAD, "  - {word: fast, down_hold_up_s: [0.5, 0, 0.5]}\n", "", "needs its seconds", "tempos"),
    (FACTS, "options: [knee, other], ", "", "names its words", "off_reason.options"),
    (FACTS, "baseline: pain_rest", "baseline: pain_resting", "no pain_resting", "rest_pain_nprs.baseline"),
    (FACTS, "id: limp,", "id: limping,", "no fact limp", ""),
    (TESTS, "gives: [bridge_hold_s]", "gives: [bridge_s]", "no bridge_s", "t_bridge.gives"),
    (TESTS, "gives: [squat45_x10_pain]", "gives: [akps]", "No self test gives", "facts.squat45_x10_pain"),
    (REHAB, "{f: stairs_up_nprs, gt: 5}", "{f: stairs_nprs, gt: 5}", "no fact stairs_nprs", "settle.when"),
    (REHAB, "{f: stairs_up_nprs, gt: 5}", "{f: stairs_up_nprs, gt: 50}", "never 50", "settle.when"),
    (REHAB, "{f: stairs_up_nprs, gt: 5}", "{f: stairs_up_nprs, is: true}", "does not fit", "settle.when"),
    (REHAB, "{f: stairs_up_nprs, gt: 5}", "{q: stairs_up_nprs, gt: 5}", "facts alone", "settle.when"),
    (REHAB, "eq: P3}", "eq: P7}", "never P7", "phase_rules.steps.no_power_wanted.when"),
    (REHAB, "closed_chain_to_deg: 60", "closed_chain_to_deg: 40", "not allow less", "phases.P2"),
    (REHAB, "{exercise: quad_set}", "{exercise: quad_sit}", "no quad_sit", "P0.session.isolation"),
    (REHAB, "{exercise: quad_set}", "{exercise: nordic}", "too hard for P0", "P0.session.isolation"),
    (REHAB, "{exercise: quad_set}", "{exercise: st_calf}", "block mobility", "P0.session.isolation"),
    (
        REHAB,
        "exercises: [sport_cord]}",
        "exercises: [sport_cords]}",
        "no sport_cords",
        "article.15.exercises",
    ),
    (
        REHAB,
        "    note: No exercise is shipped; see egoscue in treatments.yaml.\n",
        "",
        "say why",
        "article.17",
    ),
    (
        REHAB,
        "{article: yoga, exercises: [yoga_flow]}",
        "{article: yoga, exercises: [swim]}",
        "yoga_flow is of",
        "article",
    ),
    (RUN, "number: 4\n", "number: 5\n", "count up from 0", "levels.levels"),
    (
        RUN,
        "{run_min: 4, walk_min: 1, repeats: 5}",
        "{run_min: 3, walk_min: 1, repeats: 5}",
        "longer at a stretch",
        "levels",
    ),
    (RUN, "may_start_to: 6", "may_start_to: 16", "no such level", "breaks.rows.B2"),
    (RUN, "soft_needed: 3", "soft_needed: 6", "fewer soft tests", "soft_needed"),
    (RUN, "refuse_above: 10", "refuse_above: 5", "must not refuse", "caps.0"),
    (
        RUN,
        "of_fact: longest_run_30d_m",
        "of_fact: longest_run",
        "no longest_run",
        "single_run_in_plan.of_fact",
    ),
    (RUN, "order: 3", "order: 4", "count up from 1", "bring_back.steps"),
    (RUN, "treatment: gait_retraining", "treatment: gait", "no gait", "cadence.treatment"),
    (TODAY, "verdicts: [see_clinician, rest,", "verdicts: [rest, rest,", "each of", "verdicts"),
    (TODAY, "article_sign: 3", "article_sign: 2", "three rest signs", "rules"),
    (TODAY, "when: null", "when: {f: limp, is: false}", "alone, has no condition", "zones"),
    (TODAY, "treatment: ice", "treatment: icing", "no icing", "meanwhile.ice.treatment"),
    (COURSE, "lesson: flare_plan", "lesson: flares", "no flares", "flare.lesson"),
    (COURSE, "else_seek: SC1", "else_seek: SC9", "no SC9", "relapse.else_seek"),
    (COURSE, "red_flags: [RF45, RF42]", "red_flags: [RF945]", "no RF945", "SC1.red_flags"),
]


def faults_of(folder: Path, name: str) -> list[tuple[str, str]]:
    part, faults = read_file(folder, name)
    if not faults:
        pack = Knowledge({**PARTS, name: part}.__getitem__)
        faults = [*plan_faults_at_load(name, part, pack)]
        for other in (TODAY, REHAB):
            faults += plan_faults_at_load(other, PARTS[other], pack) if name == FACTS else ()
        faults += [] if faults and name == FACTS else plan_faults_between_files(pack)
    return [(fault.what, fault.where) for fault in faults]


@pytest.mark.parametrize(("file", "old", "new", "what", "where"), UNSOUND)
def test_a_plan_that_does_not_fit_is_refused(
    tmp_path: Path, file: str, old: str, new: str, what: str, where: str
) -> None:
    text = (FOLDER / file).read_text("utf-8")
    assert old in text
    (tmp_path / file).parent.mkdir()
    (tmp_path / file).write_text(text.replace(old, new, 1), "utf-8")
    said = faults_of(tmp_path, file)
    assert any(what in found and where in at and ".yaml" in at for found, at in said), said


def test_the_plan_as_it_is_fits() -> None:
    assert [
        fault
        for name in FILES
        for fault in plan_faults_at_load(name, PARTS[name], PACK)
        if name in (RUN, TODAY)
    ] == []
    assert list(plan_faults_between_files(PACK)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{f: flat_run_ok_min, gte: 40}", "{f: flat_run_ok_min, gte: forty}", "opens.gte"),
        ("{f: flat_run_ok_min, gte: 40}", "{f: flat_run_ok_min, over: 40}", "opens.over"),
        ("{all: [{f: level_passed, gte: 10},", "{all: [{f: level_passed, gte: ten},", "opens.all.0.gte"),
        ("{all: [{f: level_passed, gte: 10},", "{every: [{f: level_passed, gte: 10},", "opens."),
    ],
)
def test_a_slip_in_a_condition_is_told_at_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (FOLDER / RUN).read_text("utf-8")
    assert old in text
    (tmp_path / "plans").mkdir()
    (tmp_path / RUN).write_text(text.replace(old, new, 1), "utf-8")
    places = [where for _, where in faults_of(tmp_path, RUN)]
    assert 1 <= len(places) <= 3, places
    assert all(said in where for where in places), places
