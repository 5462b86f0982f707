"""Which fields of the pack a runner reads, and how plain words are measured. One table for the whole pack.

A new field with text must be put into one of three columns, or tests/test_readability.py says so:
``reads`` whole sentences that a runner reads; ``labels`` names, headings and parts of sentences that a runner
reads; ``behind`` keys, legal words, and text for clinicians and for those who check the pack.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from goodknee.core.knowledge import Knowledge
from goodknee.readers.knowledge_checks import CONDITIONS, id_of
from goodknee.readers.knowledge_file import FILES, adapter


class Columns(NamedTuple):
    """The fields of one type of entry that hold text, by who reads them."""

    reads: str = ""
    labels: str = ""
    behind: str = ""


#: Fields that are keys wherever they stand.
KEYS = frozenset({"id", "sources"})
#: Module and class of an entry → its other fields that hold text.
TEXT_FIELDS: Mapping[str, Columns] = {
    # words and rules of the runs: the rules hold keys of words/en.yaml
    "words.Words": Columns(reads="sentences", labels="months weekdays", behind="language"),
    "words.Plural": Columns(reads="one other"),
    "knowledge.Pack": Columns(behind="version"),
    "knowledge.Reviewer": Columns(labels="name profession"),
    "knowledge.Source": Columns(behind="authors title ref doi kind pmid note"),
    "knowledge.Evidence": Columns(behind="limits note"),
    "knowledge.SessionSpikeRule": Columns(behind="name says would_change"),
    "knowledge.NextRunRule": Columns(behind="name says would_change"),
    "knowledge.PainFirstRule": Columns(behind="name says would_change"),
    "knowledge.PainAroundRule": Columns(behind="name says_more says_not_more says_no_before would_change"),
    "knowledge.WeekChangeRule": Columns(behind="name says would_change"),
    "knowledge.TrendRule": Columns(behind="name"),
    "knowledge.PainZone": Columns(behind="word"),
    "knee_load.DearRunsRule": Columns(behind="name assumes would_change"),
    "knee_load.KinderChoice": Columns(behind="name unless_answered says assumes would_change"),
    "knee_load.ShoeTip": Columns(behind="claims risk_factors"),
    "settings.Setting": Columns(reads="says", behind="key options unit default example used_by"),
    # the check
    "questions.Group": Columns(labels="title"),
    "questions.Question": Columns(reads="text note", labels="unit", behind="key group options forms"),
    "questions.Derived": Columns(behind="key ask"),
    "red_flags.Urgency": Columns(labels="says", behind="means"),
    "red_flags.Policy": Columns(reads="safety_text not_all_answered limits", behind="context_keys"),
    "red_flags.Contradiction": Columns(reads="says", behind="ask_again until_answered forget note"),
    "red_flags.RedFlag": Columns(reads="action reason", behind="name population clinical note"),
    "red_flags.ScorePoint": Columns(behind="item"),
    "red_flags.ReferenceValue": Columns(behind="about values note"),
    "differential.OneWay": Columns(reads="says", behind="of"),
    "differential.RankingRule": Columns(behind="likelihood_ratios basis priors"),
    "differential.AnswerWords": Columns(labels="between before_last values ticked"),
    "differential.Feature": Columns(reads="says", behind="note"),
    "differential.Pattern": Columns(
        reads="next_step", labels="name", behind="clinical_name red_flags tests note"
    ),
    "differential.Picture": Columns(behind="where worse_with onset typical_age points_for points_against"),
    "differential.Criteria": Columns(
        behind="cluster_cpg_2019 squat_pain_cpg_2019 consensus_2016 imaging imaging_sources"
    ),
    "differential.Criterion": Columns(behind="name cue cpg_2019"),
    "differential.TestAccuracy": Columns(behind="name note"),
    "differential.BaseRate": Columns(behind="setting note"),
    "differential.Rate": Columns(behind="of"),
    "risk.RiskFactors": Columns(reads="key_message other_sports"),
    "risk.RiskFactor": Columns(
        reads="says what_to_do", labels="name", behind="asks threshold_basis study study_quality claims note"
    ),
    "risk.Effect": Columns(behind="population measure value p outcome quality note"),
    "risk.Prevention": Columns(reads="says", behind="what effect exercises claims note"),
    "first_answer.FirstAnswer": Columns(reads="held_from_growing after_a_visit no_exercise exercise_limit"),
    "first_answer.RunningRule": Columns(reads="says"),
    "first_answer.FirstExercise": Columns(reads="how", labels="name dose"),
    # ask
    "claims.Claims": Columns(labels="evidence_words", behind="grades stances"),
    "claims.Claim": Columns(reads="claim answer", behind="topic evidence aliases note"),
    "claims.AskWords": Columns(
        behind="same_meaning says_nothing says_little no_answer about_the_knee asked_as"
    ),
    "treatments.VerdictWords": Columns(labels="words"),
    "treatments.Treatments": Columns(
        behind="guideline_grades order_of_offer best_practice_2024_six best_practice_2024_note"
    ),
    "treatments.Treatment": Columns(
        reads="answer how cautions", labels="name not_with", behind="aliases note"
    ),
    "treatments.Guidelines": Columns(behind="cpg_2019 consensus_2018 best_practice_2024"),
    "treatments.Effect": Columns(behind="what measure result certainty note"),
    "supplements.Supplements": Columns(
        reads="levels first_advice unknown_product",
        behind="unanswered_counts_as_yes not_sure_counts_as_yes left_open_is_none unknown_product_rules",
    ),
    "supplements.SafetyRule": Columns(reads="reason", labels="proof", behind="applies_to"),
    "supplements.Product": Columns(
        reads="answer food", labels="name side_effects", behind="aliases claims pfp_evidence note"
    ),
    "supplements.Elsewhere": Columns(labels="condition", behind="finding"),
    "supplements.Dose": Columns(behind="studied max_studied cap cap_basis"),
    "supplements.Painkillers": Columns(reads="answer", labels="name"),
    "article.Article": Columns(reads="because_factor"),
    "article.Topic": Columns(reads="because", behind="patterns claims treatments"),
    "said.SaidWords": Columns(
        reads="check_first not_sure no_rule not_known",
        labels="if_you as_food sign_evidence for_others",
        behind="passed_over denies topics_beside_urgent seldom_told",
    ),
    "said.SaidSign": Columns(behind="answers says unless"),
    "said.SaidHealth": Columns(labels="name", behind="answers words"),
    "said.NotCovered": Columns(labels="name", behind="words"),
    # the load of the knee
    "lab.Forms": Columns(behind="contact_area force_ratio lever_arm"),
    "lab.LabUncertainty": Columns(behind="note"),
    "lab.LeverArm": Columns(behind="note"),
    "lab.ContactArea": Columns(behind="note"),
    "lab.QuotientRatio": Columns(behind="note"),
    "lab.MechanismRatio": Columns(behind="note"),
    "lab.TaskRule": Columns(behind="note"),
    "watch.ChangeLimit": Columns(behind="unit"),
    "watch.Coefficient": Columns(behind="unit note"),
    "watch.Level": Columns(behind="unit note"),
    "watch.ShoePrior": Columns(labels="name", behind="unit note"),
    # scores, lessons, visits, the course
    "proms.Proms": Columns(
        reads="warning adapted incomplete", behind="guideline guideline_sources licence_rule due_basis"
    ),
    "proms.Instrument": Columns(reads="note", labels="name measures recall", behind="aliases caveats"),
    "proms.Item": Columns(reads="text", behind="key"),
    "proms.Option": Columns(labels="label"),
    "proms.OfficialForm": Columns(reads="get_it"),
    "proms.OwnActivities": Columns(reads="text"),
    "proms.Scoring": Columns(reads="rule", behind="item"),
    "proms.Threshold": Columns(behind="kind note"),
    "proms.Figure": Columns(behind="kind value note"),
    "proms.Licence": Columns(behind="holder status ship_items safe_way"),
    "proms.NotAsked": Columns(behind="name why facts"),
    "learn.Lessons": Columns(behind="day_one"),
    "learn.Lesson": Columns(reads="text do", labels="title when", behind="claims"),
    "learn.Referral": Columns(reads="page", labels="bring"),
    "learn.StoryLine": Columns(labels="label"),
    "learn.StoryPart": Columns(labels="says words", behind="key"),
    "learn.PainLine": Columns(labels="label", behind="key"),
    "learn.ReferralSheet": Columns(reads="ask expect", labels="who title", behind="treatments"),
    "learn.WhoFirst": Columns(labels="go"),
    "learn.EmergencyNumbers": Columns(reads="says says_also unknown", behind="note"),
    "learn.EmergencyNumber": Columns(labels="number also", behind="country"),
    "learn.Plateau": Columns(behind="fields"),
    "learn.PlateauStep": Columns(reads="do", behind="lessons"),
    "learn.RelapsePlan": Columns(
        reads="watch_for first_48_hours week_1 week_2 ask_what_changed keep_after", behind="lesson"
    ),
    "outcomes.Outcomes": Columns(behind="rule weeks_convention"),
    "outcomes.NaturalHistory": Columns(behind="finding population time note"),
    "outcomes.Observation": Columns(behind="what at value"),
    "outcomes.Predictor": Columns(behind="factor cutoff horizon strength action"),
    "outcomes.Trial": Columns(behind="design population note"),
    "outcomes.Arm": Columns(behind="arm"),
    "outcomes.Datum": Columns(behind="measure unit kind value"),
    "outcomes.ReferenceBand": Columns(labels="name label", behind="how draw interpolation"),
    "outcomes.ExpectedCourse": Columns(reads="says", behind="basis"),
    "outcomes.ExpectedLine": Columns(reads="says"),
    "outcomes.Relapse": Columns(reads="says", behind="evidence"),
    "outcomes.ArticleFigure": Columns(behind="claim figure status use"),
    # the plan and the day
    "plan.Support": Columns(behind="note"),
    "exercises.ExerciseGroup": Columns(labels="title", behind="about"),
    "exercises.Exercise": Columns(
        reads="how cue stop_if",
        labels="name load",
        behind="muscles equipment helps progress_to regress_to figure claims note",
    ),
    "exercises.WithoutEquipment": Columns(reads="how", behind="instead"),
    "exercises.PeakForce": Columns(behind="of"),
    "exercises.JointLoad": Columns(reads="coarse", behind="method"),
    "exercises.PfjClass": Columns(behind="means anchor"),
    "exercises.DailyLoad": Columns(labels="name"),
    "exercises.StressRange": Columns(behind="of detail"),
    "exercises.StressFact": Columns(behind="fact caution"),
    "facts.Fact": Columns(behind="unit options means log baseline"),
    "rehab.Rehab": Columns(reads="limits"),
    "rehab.PhaseRules": Columns(reads="missing drop_says", behind="ask_first"),
    "rehab.PhaseRule": Columns(reads="says"),
    "rehab.Phase": Columns(
        reads="goal entry_says running_says power_note", labels="name exit_says content", behind="note"
    ),
    "rehab.Planned": Columns(behind="exercise otherwise"),
    "rehab.Sessions": Columns(reads="order_says no_equipment no_failure_says"),
    "rehab.OrderException": Columns(reads="why", behind="when"),
    "rehab.SessionDecisions": Columns(reads="load_step_says step_down_says", labels="step_up_order"),
    "rehab.SessionDecision": Columns(reads="says"),
    "rehab.DoseDefaults": Columns(reads="choose_by"),
    "rehab.StartingLoad": Columns(reads="says rpe_to_reserve"),
    "rehab.WeekRule": Columns(reads="says", behind="unit"),
    "rehab.ArticleExercise": Columns(behind="article exercises note"),
    "rehab.Adolescents": Columns(reads="first", behind="design"),
    "rehab.AdolescentStep": Columns(reads="do"),
    "week.WeekPlan": Columns(labels="titles"),
    "week.PersonNote": Columns(reads="says"),
    "week.PlanRule": Columns(reads="says"),
    "week.Goal": Columns(reads="says in_time not_in_time too_far"),
    "week.Scenario": Columns(reads="says", labels="name"),
    "self_tests.SelfTests": Columns(reads="says"),
    "self_tests.SelfTest": Columns(
        reads="how",
        labels="name records",
        behind="needs unit change_note gives told_by score compared_as",
    ),
    "self_tests.SelfTestPart": Columns(labels="asks", behind="fact"),
    "log.LogKey": Columns(reads="asks", behind="fact not_with"),
    "log.Takes": Columns(behind="unit options"),
    "log.CheckIn": Columns(behind="pain signs last_run"),
    "log.SkipReason": Columns(behind="words"),
    "self_tests.AfterTest": Columns(reads="says", behind="lessons"),
    "run_return.RunReturn": Columns(reads="before_you_start", behind="evidence_summary"),
    "run_return.PainLimits": Columns(reads="says"),
    "run_return.RunRule": Columns(reads="says would_change", labels="name"),
    "run_return.EntryTests": Columns(reads="says"),
    "run_return.EntryTest": Columns(reads="test passed_when"),
    "run_return.Levels": Columns(reads="says surface skip_says", behind="runs_per_week_note"),
    "run_return.Level": Columns(labels="label"),
    "run_return.BreakRow": Columns(reads="says"),
    "run_return.BringBacks": Columns(labels="avoid_at_first"),
    "run_return.BringBack": Columns(reads="says", labels="gate_says"),
    "run_return.Cap": Columns(reads="says would_change missing", labels="name", behind="of_fact unit"),
    "run_return.SpeedNote": Columns(reads="says nuance"),
    "run_return.CadenceCue": Columns(reads="cue says", behind="treatment"),
    "run_return.FormProfessional": Columns(reads="says"),
    "run_return.Completion": Columns(reads="says"),
    "run_return.PublishedTable": Columns(behind="where_from rules"),
    "course.Flare": Columns(
        reads="swap_says over_says help_says", labels="ask_what_changed", behind="lesson"
    ),
    "course.FlareDay": Columns(reads="says"),
    "course.StrengthBreak": Columns(reads="says"),
    "course.Pause": Columns(reads="says back", labels="name", behind="exercises"),
    "course.SeekCare": Columns(reads="says", behind="red_flags article_says"),
    "course.Relapse": Columns(behind="else_seek"),
    "course.RelapseSign": Columns(reads="says"),
    "course.Maintenance": Columns(reads="says"),
    "course.RaceTaper": Columns(reads="says"),
    "course.CrossTraining": Columns(reads="says", behind="exercise treatment"),
    "today.Zones": Columns(reads="usual_is", behind="green_needs green_needs_run"),
    "today.Zone": Columns(reads="says"),
    "today.StrengthLimits": Columns(reads="says"),
    "progress.Measure": Columns(behind="name key check_key instrument"),
    "progress.Milestone": Columns(behind="says"),
    "progress.ProgressRules": Columns(behind="lead compares_by_itself"),
    "today.TodayRule": Columns(reads="says would_change", labels="article_says"),
    "today.Meanwhile": Columns(reads="says", behind="exercises treatment"),
    # the review
    "review.SignOff": Columns(behind="item reviewer content conflict"),
    "review.Correction": Columns(behind="version items before now why found_by"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text of the pack: where it stands, and what it says."""

    file: str
    path: str
    field: str
    text: str


def kind_of(entry: type) -> str:
    """Return an entry's type as the table names it."""
    return f"{entry.__module__.rpartition('.')[2]}.{entry.__name__}"


def types_of(name: str) -> set[type]:
    """Return every type of entry that the file ``name`` of the pack may hold."""
    module_types: set[type] = set()
    _collect(adapter(name)._type, module_types)
    return module_types


def _collect(hint: Any, found: set[type]) -> None:
    for part in get_args(hint):
        _collect(part, found)
    if _is_entry(hint) and hint not in found:
        found.add(hint)
        for inner in hints_of(hint).values():
            _collect(inner, found)


def _is_entry(kind: Any) -> bool:
    return is_dataclass(kind) and kind not in CONDITIONS


def text_fields(entry: type) -> list[str]:
    """Return the fields of an entry that can hold text and must be declared."""
    return [name for name, hint in hints_of(entry).items() if name not in KEYS and holds_text(hint)]


def hints_of(entry: Any) -> Mapping[str, Any]:
    """Return the types of an entry's fields."""
    if entry not in _HINTS:
        hints = get_type_hints(entry)
        _HINTS[entry] = {field.name: hints[field.name] for field in fields(entry)}
    return _HINTS[entry]


_HINTS: dict[Any, Mapping[str, Any]] = {}


def holds_text(hint: Any) -> bool:
    """Tell whether a field of this type can hold free text; words of a Literal and keys of a map are none."""
    if get_origin(hint) is Mapping:
        hint = get_args(hint)[1]
    return hint is str or (not is_dataclass(hint) and any(map(holds_text, get_args(hint))))


def texts(knowledge: Knowledge, column: str) -> Iterator[Said]:
    """Yield every text of one column of the table (``reads``, ``labels``, ``behind``), file by file."""
    for name in FILES:
        yield from _texts_in(knowledge.read(name), name, (), column)


def _texts_in(value: Any, file: str, path: tuple[str, ...], column: str) -> Iterator[Said]:
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts_in(item, file, (*path, id_of(item) or str(index)), column)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts_in(item, file, (*path, str(key)), column)
    elif _is_entry(type(value)):
        kind = kind_of(type(value))
        declared = getattr(TEXT_FIELDS.get(kind, Columns()), column).split()
        for name in hints_of(type(value)):
            inner = getattr(value, name)
            if name in declared:
                for where, text in strings(inner, (*path, name)):
                    yield Said(file=file, path=".".join(where), field=f"{kind}.{name}", text=text)
            yield from _texts_in(inner, file, (*path, name), column)


def strings(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from strings(item, (*path, str(index)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from strings(item, (*path, str(key)))


#: Names that a runner meets anyway and that have no short form; each is measured as "knee". Keep it short.
PLAIN_ENOUGH = (
    "physiotherapist",
    "patellofemoral",
    "anti-inflammatory",
    "prolotherapy",
    "atrial fibrillation",
)


_SLOT_OF_TWO = re.compile(r"\{[a-z_]+:(km|pct|change|steps|pace)\}")
_SLOT = re.compile(r"\{[a-z_0-9:]*\}")
_MEDICAL = re.compile(rf"\b({'|'.join(map(re.escape, PLAIN_ENOUGH))})\b", re.IGNORECASE)


def spoken(text: str) -> str:
    """Return a text as it is read: each slot one word, or two where its unit is a word of its own."""
    return _SLOT.sub("9", _SLOT_OF_TWO.sub("9 km", text)).replace("\u00a0", " ")


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text; what stands before a colon is one of its own."""
    parts = re.split(r"(?<=[.?:])\s+", spoken(text))
    return [part for part in parts if re.search("[A-Za-z]", part)]


def reading_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade by textstat, with the allowed medical words measured as "knee"."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import textstat

    plain = _MEDICAL.sub("knee", spoken(text))
    # textstat takes each dot for an end: a decimal point is none.
    plain = re.sub(r"(?<=\d)[.,](?=\d)", "", plain)
    grade: float = textstat.textstat.flesch_kincaid_grade(plain if plain[-1] in ".?" else f"{plain}.")
    return grade


def word_count(sentence: str) -> int:
    """Return the words of a sentence; a sign alone is none."""
    return sum(bool(re.search(r"\w", word)) for word in sentence.split())
