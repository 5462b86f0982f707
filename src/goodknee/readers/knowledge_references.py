"""What points from one file of the knowledge pack into another: every key leads somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.review import unknown_sign_offs
from goodknee.readers.knowledge_checks import Fault, nodes_of, twice_in
from goodknee.readers.knowledge_items import items_of

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
    yield from _reviews(knowledge)


#: Files that point at sources or at entries of other files.
REFERRING: Final = (
    "red_flags.yaml", "differential.yaml", "risk_factors.yaml", "claims.yaml", "treatments.yaml",
    "supplements.yaml", "first_answer.yaml", "proms.yaml", "lessons.yaml", "referral.yaml",
)  # fmt: skip


def _ids(knowledge: Knowledge) -> Mapping[str | tuple[str, str], Collection[str]]:
    """Return the field that refers, alone or with its file → the ids it may name."""
    treatments = {one.id for one in knowledge.treatments.treatments}
    claims = {one.id for one in knowledge.claims.claims}
    return {
        "red_flags": {rule.id for rule in knowledge.red_flags.rules},
        "claims": claims,
        ("differential.yaml", "tests"): {test.id for test in knowledge.differential.tests},
        ("treatments.yaml", "order_of_offer"): treatments,
        ("supplements.yaml", "applies_to"): {one.id for one in knowledge.supplements.products},
    }


def _reviews(knowledge: Knowledge) -> Iterator[Fault]:
    reviews = knowledge.reviews
    items: dict[str, str] = {}
    for name in reviews.needs:
        try:
            items |= items_of(name, knowledge.read(name))
        except KeyError:
            yield Fault(f"There is no file {name}.", "reviews.yaml", "needs")
    for sign_off in unknown_sign_offs(items, reviews):
        yield Fault(f"There is no item {sign_off.item}.", "reviews.yaml", "sign_offs")
    for number, correction in enumerate(knowledge.corrections.corrections):
        for item in correction.items:
            if item not in items:
                yield Fault(f"There is no item {item}.", "corrections.yaml", f"corrections.{number}.items")
