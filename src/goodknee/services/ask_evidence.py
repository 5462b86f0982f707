"""Answer a question in everyday words: verdict, grade, what it means for this runner, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, Self

from goodknee.core.ask import AskIndex, Card
from goodknee.core.assess.supplements import Person, Safety, painkiller_safety, product_safety
from goodknee.core.citation import citation, url
from goodknee.core.knowledge import Direction, Grade, Knowledge, Source
from goodknee.core.knowledge.claims import AskWords, Claim, Claims, Stance
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.supplements import Supplements
from goodknee.core.knowledge.treatments import Treatment, Treatments
from goodknee.errors import AnswerError


@dataclass(frozen=True, kw_only=True)  # without slots, so that the index is made once and kept
class EvidencePack:
    """The part of the pack that Ask reads."""

    claims: Claims
    treatments: Treatments
    supplements: Supplements
    questions: Questions
    sources: Mapping[str, Source]
    words: AskWords

    @classmethod
    def of(cls, knowledge: Knowledge) -> Self:
        """Take what Ask reads."""
        return cls(
            claims=knowledge.claims,
            treatments=knowledge.treatments,
            supplements=knowledge.supplements,
            questions=knowledge.questions,
            sources=knowledge.sources,
            words=knowledge.ask_words,
        )

    @cached_property
    def cards(self) -> Mapping[str, Claim | Treatment]:
        """Each treatment and claim by its id; treatments first, for they win a tie."""
        cards: tuple[Claim | Treatment, ...] = (*self.treatments.treatments, *self.claims.claims)
        return {card.id: card for card in cards}

    @cached_property
    def index(self) -> AskIndex:
        """What questions are looked up in; made at the first question."""
        return AskIndex([_searched(card) for card in self.cards.values()], self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLink:
    """One source of an answer."""

    id: str
    citation: str
    doi: str | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAnswer:
    """What the pack knows about one claim or treatment.

    Attributes:
        claim: What the article says, or the name of the treatment.
        stance: Of the evidence, to the claim, or to "this treatment helps runner's knee".
        evidence: Grade and direction in words ("Strong evidence against").
        verdict: The verdict on a treatment, in words; None for a claim.
        safety: What this runner's answers mean for each product that the answer is about.
    """

    id: str
    kind: Literal["claim", "treatment"]
    claim: str
    answer: str
    stance: Stance
    grade: Grade
    direction: Direction
    evidence: str
    verdict: str | None
    how: tuple[str, ...]
    cautions: tuple[str, ...]
    not_with: tuple[str, ...]
    safety: tuple[Safety, ...]
    sources: tuple[SourceLink, ...]


def ask_evidence(
    question: str, pack: EvidencePack, answers: Mapping[str, Value] | None = None
) -> tuple[EvidenceAnswer, ...]:
    """Return the answers to a question in everyday words, best first; none when the pack does not know.

    Args:
        question: As a runner would type it.
        pack: The part of the pack that Ask reads.
        answers: This runner's answers; without them every medicine and condition counts as not answered.
    """
    person = Person.of(answers or {}, pack.questions, pack.supplements)
    return tuple(_answer(pack.cards[hit.id], pack, person) for hit in pack.index.find(question))


def look_up(key: str, pack: EvidencePack, answers: Mapping[str, Value] | None = None) -> EvidenceAnswer:
    """Return the answer with this id, in any case of letters.

    Raises:
        AnswerError: The pack has no claim or treatment of that id.
    """
    card = pack.cards.get(key.upper()) or pack.cards.get(key.lower())
    if card is None:
        raise AnswerError(
            f"There is no claim or treatment named {key}.",
            where="--id",
            next_step='Ask in your own words: goodknee ask "does ice help".',
        )
    return _answer(card, pack, Person.of(answers or {}, pack.questions, pack.supplements))


def ask_document(answers: tuple[EvidenceAnswer, ...]) -> list[dict[str, Any]]:
    """Return the answers as the JSON document ``ask``."""
    return [asdict(answer) for answer in answers]


def _searched(card: Claim | Treatment) -> Card:
    title = card.claim if isinstance(card, Claim) else card.name
    return Card(id=card.id, aliases=card.aliases, title=title, text=card.answer)


def _answer(card: Claim | Treatment, pack: EvidencePack, person: Person) -> EvidenceAnswer:
    own = _of_claim(card) if isinstance(card, Claim) else _of_treatment(card, pack.treatments)
    return EvidenceAnswer(
        id=card.id,
        answer=card.answer,
        grade=card.grade,
        direction=card.direction,
        evidence=pack.claims.evidence_words[card.grade][card.direction],
        safety=tuple(_safety(card.id, pack.supplements, person)),
        sources=tuple(_link(key, pack.sources[key]) for key in card.sources),
        **own,
    )


def _of_claim(claim: Claim) -> dict[str, Any]:
    nothing: dict[str, Any] = {"verdict": None, "how": (), "cautions": (), "not_with": ()}
    return {"kind": "claim", "claim": claim.claim, "stance": claim.stance, **nothing}


def _of_treatment(treatment: Treatment, treatments: Treatments) -> dict[str, Any]:
    verdict = treatments.verdicts[treatment.verdict]
    return {
        "kind": "treatment",
        "claim": treatment.name,
        "stance": verdict.stance,
        "verdict": verdict.words,
        "how": treatment.how,
        "cautions": treatment.cautions,
        "not_with": treatment.not_with,
    }


def _safety(key: str, supplements: Supplements, person: Person) -> Iterator[Safety]:
    for product in supplements.products:
        if key == product.id or key in product.claims:
            yield product_safety(product, supplements, person)
    if key == supplements.painkillers.id:
        yield painkiller_safety(supplements, person)


def _link(key: str, source: Source) -> SourceLink:
    return SourceLink(id=key, citation=citation(source), doi=source.doi, url=url(source))
