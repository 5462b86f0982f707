"""What a person's medicines and conditions mean for a product that they swallow, or think of swallowing.

Every rule that holds is shown; the strictest level stands for the product. A medicine or condition that was
not answered counts as there, and the note says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from goodknee.core.assess.conditions import NOT_KNOWN, Facts, Seen, evaluate, true_leaves, unknown_keys
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.supplements import Level, Product, SafetyRule, Supplements

Form = Literal["food", "concentrate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of a person for these rules.

    Attributes:
        answered: The facts as they were answered.
        counted: The same, with what counts as yes while it is not known.
    """

    answered: Facts
    counted: Facts

    @classmethod
    def of(cls, answers: Mapping[str, Value], questions: Questions, supplements: Supplements) -> Person:
        """Take flat answers; a medicine, condition or allergy that is not answered counts as there."""
        not_sure = {key for key, value in answers.items() if value in NOT_KNOWN}
        derived = Facts.of(answers, questions).known
        answered = Facts({key: value for key, value in derived.items() if key not in not_sure})
        unanswered = (key for key in supplements.unanswered_counts_as_yes if answered.get(key) is None)
        unsure = not_sure.intersection(supplements.not_sure_counts_as_yes)
        counts: dict[str, Value] = dict.fromkeys((*unanswered, *unsure), True)
        counts.update({key: n for key, n in supplements.not_sure_counts_as.items() if key in not_sure})
        return cls(answered=answered, counted=answered.also(counts))

    def taking(self, form: Form) -> Person:
        """Return the same person with the product at hand in this form."""
        fields: Mapping[str, Value] = {"product_form": form}
        return Person(answered=self.answered.also(fields), counted=self.counted.also(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One rule that holds, with what it saw.

    Attributes:
        assumed: Keys that are not answered and counted as yes; empty when the answers alone make it hold.
    """

    rule: str
    level: Level
    says: str
    because: tuple[Seen, ...]
    assumed: tuple[str, ...]
    proof: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What stands for one product, or for painkillers.

    Attributes:
        level: The strictest of the notes, for pills, extracts and powders; None when no rule holds.
        as_food: The same for food; None when no rule holds.
        food: What is fine as food, when it is.
        notes: Strictest first; those from answers before those from assumptions.
        unanswered: Keys that would settle more, the assumed ones first.
    """

    id: str
    name: str
    level: Level | None
    as_food: Level | None
    food: str | None
    notes: tuple[Note, ...]
    unanswered: tuple[str, ...]


def product_safety(product: Product, supplements: Supplements, person: Person) -> Safety:
    """Return what the person's answers mean for one product, as pills or powder and as food."""
    rules = (*(rule for rule in supplements.rules if _is_for(rule, product.id)), *product.rules)
    as_food = _strictest(_notes(rules, supplements, person.taking("food")), supplements)
    safety = _safety(product.id, product.name, rules, supplements, person.taking("concentrate"))
    fine_as_food = product.food if as_food in {None, "caution", "info"} else None
    return replace(safety, as_food=as_food, food=fine_as_food)


def painkiller_safety(supplements: Supplements, person: Person) -> Safety:
    """Return what the person's answers mean for anti-inflammatory painkillers."""
    painkillers = supplements.painkillers
    return _safety(painkillers.id, painkillers.name, painkillers.rules, supplements, person)


def unknown_product_safety(name: str, supplements: Supplements, person: Person) -> Safety:
    """Return what the rules for all products mean for one that the pack does not know."""
    rules = [rule for rule in supplements.rules if rule.id in supplements.unknown_product_rules]
    return _safety("unknown_product", name, rules, supplements, person.taking("concentrate"))


def _is_for(rule: SafetyRule, product: str) -> bool:
    return not rule.applies_to or product in rule.applies_to


def _safety(
    product: str, name: str, rules: Sequence[SafetyRule], supplements: Supplements, person: Person
) -> Safety:
    notes = _notes(rules, supplements, person)
    level = _strictest(notes, supplements)
    assumed = (key for note in notes for key in note.assumed)
    unknown = (key for rule in rules for key in unknown_keys(rule.when, person.counted))
    asked = (key for key in unknown if key not in supplements.left_open_is_none)
    unanswered = tuple(dict.fromkeys((*assumed, *asked)))
    return Safety(
        id=product, name=name, level=level, as_food=level, food=None, notes=notes, unanswered=unanswered
    )


def _notes(rules: Iterable[SafetyRule], supplements: Supplements, person: Person) -> tuple[Note, ...]:
    order = tuple(supplements.levels)
    return tuple(
        sorted(_holding(rules, person), key=lambda note: (order.index(note.level), bool(note.assumed)))
    )


def _holding(rules: Iterable[SafetyRule], person: Person) -> Iterator[Note]:
    for rule in rules:
        if evaluate(rule.when, person.counted) is not True:
            continue
        certain = evaluate(rule.when, person.answered) is True
        seen = true_leaves(rule.when, person.answered if certain else person.counted)
        yield Note(
            rule=rule.id,
            level=rule.level,
            says=rule.reason,
            because=tuple(leaf for leaf in seen if leaf.key != "product_form"),
            assumed=()
            if certain
            else tuple(leaf.key for leaf in seen if person.answered.get(leaf.key) is None),
            proof=rule.proof,
            sources=rule.sources,
        )


def _strictest(notes: Sequence[Note], supplements: Supplements) -> Level | None:
    return min((note.level for note in notes), key=tuple(supplements.levels).index, default=None)
