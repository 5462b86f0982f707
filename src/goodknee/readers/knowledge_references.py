"""What points from one file of the knowledge pack into another: every key leads somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any, Final, get_args

from goodknee.core.assess.answers import check_answers
from goodknee.core.assess.conditions import keys_of
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.differential import PriorClass, Weight
from goodknee.core.review import unknown_sign_offs
from goodknee.errors import AnswerError
from goodknee.readers.knowledge_checks import Fault, nodes_of, twice_in
from goodknee.readers.knowledge_file import FILES
from goodknee.readers.knowledge_items import items_of
from goodknee.readers.knowledge_plan import plan_faults_between_files

SOURCE_FIELDS: Final = frozenset({"sources", "imaging_sources"})


def faults_between_files(knowledge: Knowledge) -> Iterator[Fault]:
    """Yield what points nowhere in a pack whose files are sound by themselves."""
    ids = _ids(knowledge)
    for name in REFERRING:
        part = knowledge.read(name)
        yield from twice_in(name, part)
        for path, value in nodes_of(part):
            field = path[-1]
            known = knowledge.sources if field in SOURCE_FIELDS else ids.get((name, field)) or ids.get(field)
            if known is not None and isinstance(value, tuple):
                missing = (word for word in value if isinstance(word, str) and word not in known)
                yield from (
                    Fault(f"There is no {word} for {field}.", name, ".".join(path)) for word in missing
                )
            if field == "sources" and value == ():
                yield Fault("It needs at least one source.", name, ".".join(path))
    yield from plan_faults_between_files(knowledge)
    yield from _asked_and_said(knowledge)
    yield from _patterns(knowledge)
    yield from _reviews(knowledge)


#: Files that point at sources or at entries of other files.
REFERRING: Final = (
    "red_flags.yaml", "differential.yaml", "risk_factors.yaml", "claims.yaml", "treatments.yaml",
    "supplements.yaml", "first_answer.yaml", "proms.yaml", "lessons.yaml", "referral.yaml", "article.yaml",
    "outcomes.yaml",
    "words/said.en.yaml", "rules/knee_load.yaml", "coefficients/lab.yaml", "coefficients/watch.yaml",
)  # fmt: skip


def _ids(knowledge: Knowledge) -> Mapping[str | tuple[str, str], Collection[str]]:
    """Return the field that refers, alone or with its file → the ids it may name."""
    treatments = {one.id for one in knowledge.treatments.treatments}
    claims = {one.id for one in knowledge.claims.claims}
    return {
        "red_flags": {rule.id for rule in knowledge.red_flags.rules},
        "claims": claims,
        ("rules/knee_load.yaml", "risk_factors"): {one.id for one in knowledge.risk_factors.factors},
        ("differential.yaml", "tests"): {test.id for test in knowledge.differential.tests},
        ("treatments.yaml", "order_of_offer"): treatments,
        ("article.yaml", "treatments"): treatments,
        ("article.yaml", "patterns"): {one.id for one in knowledge.differential.patterns},
        ("supplements.yaml", "applies_to"): {one.id for one in knowledge.supplements.products},
    }


def unread_files(root: Traversable, inside: str = "") -> Iterator[Fault]:
    """Yield the YAML files of a pack that nothing reads: a rule under a misspelled name would never speak."""
    for entry in sorted(root.iterdir(), key=lambda entry: entry.name):
        name = f"{inside}{entry.name}"
        if entry.is_dir():
            yield from unread_files(entry, f"{name}/")
        elif name.endswith((".yaml", ".yml")) and name not in FILES:
            yield Fault("No part of the pack is read from this file.", name)


def _asked_and_said(knowledge: Knowledge) -> Iterator[Fault]:
    """Yield words of Ask that lead to no answer, and signs that stand for what nobody can answer."""
    cards = {one.id for one in knowledge.claims.claims} | {one.id for one in knowledge.treatments.treatments}
    for key in knowledge.ask_words.asked_as:
        if key not in cards:
            yield Fault(f"There is no claim or treatment {key}.", "words/synonyms.en.yaml", "asked_as")
    said = knowledge.said_words
    answers = {
        **{f"signs.{number}": sign.answers for number, sign in enumerate(said.signs)},
        **{f"health.{number}": health.answers for number, health in enumerate(said.health)},
    }
    for key, given in answers.items():
        try:
            check_answers(given, knowledge.questions)
        except AnswerError as error:
            yield Fault(error.what, "words/said.en.yaml", f"{key}.answers")


def _patterns(knowledge: Knowledge) -> Iterator[Fault]:
    """Yield points that are missing, and slots of sentences that no answer of the feature fills."""
    name, patterns = "differential.yaml", knowledge.differential
    points: tuple[tuple[str, Mapping[Any, int], Any], ...] = (
        ("weight_points", patterns.ranking.weight_points, Weight),
        ("prior_points", patterns.ranking.prior_points, PriorClass),
    )
    for field, given, kinds in points:
        for kind in set(get_args(kinds)) - set(given):
            yield Fault(f"There are no points for {kind}.", name, f"ranking.{field}")
    for pattern in patterns.patterns:
        for feature in pattern.features:
            slots = {slot for _, slot, _, _ in Formatter().parse(feature.says) if slot}
            for slot in slots - {"ticked", *keys_of(feature.when)}:
                yield Fault(f"No answer fills {{{slot}}}.", name, f"patterns.{pattern.id}.{feature.id}.says")


def _reviews(knowledge: Knowledge) -> Iterator[Fault]:
    reviews = knowledge.reviews
    items: dict[str, str] = {}
    for name, need in reviews.needs.items():
        try:
            part = knowledge.read(name)
        except KeyError:
            yield Fault(f"There is no file {name}.", "reviews.yaml", "needs")
            continue
        items |= items_of(name, part)
        if getattr(part, "reviewer_role", need.role) != need.role:
            yield Fault("The file names another reviewer than reviews.yaml does.", name, "reviewer_role")
    for sign_off in unknown_sign_offs(items, reviews):
        yield Fault(f"There is no item {sign_off.item}.", "reviews.yaml", "sign_offs")
    for number, correction in enumerate(knowledge.corrections.corrections):
        for item in correction.items:
            if item not in items:
                yield Fault(f"There is no item {item}.", "corrections.yaml", f"corrections.{number}.items")
