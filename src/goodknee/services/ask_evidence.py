"""Answer a question in everyday words: verdict, grade, what it means for this runner, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal, Self

from goodknee.core.ask import AskIndex, Card
from goodknee.core.ask_said import Heard, Listener, said_phrases
from goodknee.core.ask_terms import TermReader
from goodknee.core.assess.conditions import NOT_KNOWN, unknown_keys
from goodknee.core.assess.red_flags import Fired, ReadyRedFlags, evaluate, ready
from goodknee.core.assess.supplements import (
    Note,
    Person,
    Safety,
    painkiller_safety,
    product_safety,
    unknown_product_safety,
)
from goodknee.core.citation import citation, url
from goodknee.core.knowledge import Direction, Funding, Grade, Knowledge, Source
from goodknee.core.knowledge.claims import AskWords, Claim, Claims, Stance
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.red_flags import RedFlags
from goodknee.core.knowledge.said import SaidHealth, SaidWords
from goodknee.core.knowledge.supplements import Supplements
from goodknee.core.knowledge.treatments import Treatment, Treatments
from goodknee.errors import AnswerError

#: So many signs that hold something back come first, and so many others after the best answer.
MOST_SIGNS: Final = 2
MOST_MILD_SIGNS: Final = 1


@dataclass(frozen=True, kw_only=True)  # without slots, so that the look-ups are made once and kept
class EvidencePack:
    """The part of the pack that Ask reads."""

    claims: Claims
    treatments: Treatments
    supplements: Supplements
    questions: Questions
    red_flags: RedFlags
    sources: Mapping[str, Source]
    words: AskWords
    said: SaidWords

    @classmethod
    def of(cls, knowledge: Knowledge) -> Self:
        """Take what Ask reads."""
        return cls(
            claims=knowledge.claims,
            treatments=knowledge.treatments,
            supplements=knowledge.supplements,
            questions=knowledge.questions,
            red_flags=knowledge.red_flags,
            sources=knowledge.sources,
            words=knowledge.ask_words,
            said=knowledge.said_words,
        )

    @cached_property
    def cards(self) -> Mapping[str, Claim | Treatment]:
        """Each treatment and claim by its id; treatments first, for they win a tie."""
        cards: tuple[Claim | Treatment, ...] = (*self.treatments.treatments, *self.claims.claims)
        return {card.id: card for card in cards}

    @cached_property
    def searched(self) -> tuple[Card, ...]:
        """What is searched of each of them."""
        return tuple(_searched(card, self.words.asked_as.get(key, ())) for key, card in self.cards.items())

    @cached_property
    def reader(self) -> TermReader:
        """What reads the words of a question; made at the first one, like what follows."""
        texts = (text for card in self.searched for text in (card.title, card.text, *card.aliases))
        return TermReader(self.words, (*texts, *said_phrases(self.said)))

    @cached_property
    def index(self) -> AskIndex:
        """What questions are looked up in."""
        return AskIndex(self.searched, self.reader)

    @cached_property
    def listener(self) -> Listener:
        """What hears the signs and medicines in a question."""
        return Listener(self.said, self.reader)

    @cached_property
    def signs(self) -> ReadyRedFlags:
        """The warning signs, made ready."""
        return ready(self.red_flags, self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLink:
    """One source of an answer; ``funding``: whose money or interest stands behind it, where that is known."""

    id: str
    citation: str
    doi: str | None
    url: str | None
    funding: Funding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAnswer:
    """What the pack knows about one claim or treatment, or a warning sign that the question names.

    Attributes:
        claim: What the article says, the name of the treatment, or why a sign matters.
        answer: What the runner is told; what their own health means for it comes first.
        stance: Of the evidence, to the claim, or to "this treatment helps runner's knee".
        evidence: Grade and direction in words ("Strong evidence against").
        verdict: The verdict on a treatment, or how soon a sign must be seen, in words; None for a claim.
        safety: What this runner's answers mean for each product that the answer is about.
    """

    id: str
    kind: Literal["sign", "claim", "treatment"]
    claim: str
    answer: str
    stance: Stance
    grade: Grade
    direction: Direction
    evidence: str
    verdict: str | None
    how: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    safety: tuple[Safety, ...] = ()
    sources: tuple[SourceLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """All that is said to a question.

    Attributes:
        answers: Warning signs that hold something back first, then the best match; empty when the pack does
            not know.
        not_known: What the question asks about and the pack has no fact of, in a sentence; else empty.
        safety: What the rules for every product mean for what is swallowed and not known.
    """

    answers: tuple[EvidenceAnswer, ...]
    not_known: str = ""
    safety: tuple[Safety, ...] = ()


def ask_evidence(question: str, pack: EvidencePack, answers: Mapping[str, Value] | None = None) -> Reply:
    """Answer a question in everyday words.

    A sign, medicine or condition that the question names counts as an answer of this runner, beside those of
    the last check.

    Args:
        question: As a runner would type it.
        pack: The part of the pack that Ask reads.
        answers: This runner's answers; without them every medicine and condition counts as not answered.
    """
    heard = pack.listener.hear(pack.reader.asked(question))
    runner = _Runner(pack, answers or {}, heard)
    signs = _signs(runner)
    cards = [pack.cards[hit.id] for hit in pack.index.find(heard.rest)]
    escalates = pack.red_flags.policy.escalates
    if pack.reader.has_no_answer(heard.rest):  # not about this knee: an emergency is said all the same
        cards = []
        signs = [sign for sign in signs if sign.urgency == escalates[0]]
    if signs and signs[0].urgency in escalates:
        topics = pack.said.topics_beside_urgent
        cards = [card for card in cards if isinstance(card, Claim) and card.topic in topics]
    found = [_answer(card, runner) for card in cards]
    if found and heard.health:
        found[0] = replace(found[0], answer=_join(found[0].answer, runner.no_rule(cards[0].id)))
    first, later = _by_place(signs, pack)
    at = 1 if found and found[0].kind == "treatment" else 0
    answers_ = (*_after_a_product(runner), *first, *found[:at], *later, *found[at:])
    if not answers_ and heard.signs and not pack.reader.has_no_answer(heard.rest):
        answers_ = tuple(_check_first(runner))
    return Reply(answers=answers_, not_known=_not_known(heard, pack.said), safety=tuple(_unknown(runner)))


def _by_place(
    signs: Sequence[Fired], pack: EvidencePack
) -> tuple[list[EvidenceAnswer], list[EvidenceAnswer]]:
    """Return the signs that come first, and the one that a treatment asked for comes before.

    The latter hold nothing back.
    Of those that come first, only the most urgent: it says what to do now.
    """
    holding = [sign for sign in signs if {"running", "strength"} & set(sign.blocks)]
    first = [sign for sign in holding if sign.urgency == holding[0].urgency][:MOST_SIGNS]
    later = [] if first else list(signs[:MOST_MILD_SIGNS])
    return [_of_sign(sign, pack) for sign in first], [_of_sign(sign, pack) for sign in later]


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
    return _answer(card, _Runner(pack, dict(answers or {}), pack.listener.hear(())))


def ask_document(answers: Iterable[EvidenceAnswer]) -> list[dict[str, Any]]:
    """Return the answers as the JSON document ``ask``."""
    return [asdict(answer) for answer in answers]


class _Runner:
    """What is known of the runner who asks: from the last check, and from the question itself."""

    def __init__(self, pack: EvidencePack, answers: Mapping[str, Value], heard: Heard) -> None:
        self.pack, self.answers, self.heard = pack, answers, heard
        self.told = {**answers, **heard.answers}
        self.person = Person.of(self.told, pack.questions, pack.supplements)

    def safety(self, key: str, person: Person | None = None) -> Iterator[Safety]:
        """Yield what this runner's health means for each product that an answer is about."""
        supplements = self.pack.supplements
        for product in supplements.products:
            if key == product.id or key in product.claims:
                yield product_safety(product, supplements, person or self.person)
        if key == supplements.painkillers.id:
            yield painkiller_safety(supplements, person or self.person)

    def no_rule(self, key: str) -> str:
        """Return the sentence about medicines that the question names and no rule of the answer knows."""
        names = [each.name for each in self.heard.health if not self._has_rule(each, key)]
        return self.pack.said.no_rule.format(names=", ".join(names)) if names else ""

    def _has_rule(self, health: SaidHealth, key: str) -> bool:
        alone = Person.of(health.answers, self.pack.questions, self.pack.supplements)
        return any(_certain(note) for safety in self.safety(key, alone) for note in safety.notes)

    def first_of(self, safeties: Iterable[Safety]) -> str:
        """Return what must be said before an answer: the strictest rule that this runner told us of."""
        said = []
        for safety in safeties:
            note = next((note for note in safety.notes if note.because and self._told(note)), None)
            if note is not None and note.level != "info":
                unsure = self.pack.said.not_sure if note.assumed else ""
                food = f"{self.pack.said.as_food} {safety.food}" if safety.food else ""
                others = self.pack.said.for_others if note.level not in {"ask_clinician", "caution"} else ""
                said.append(_join(self.pack.supplements.levels[note.level], note.says, unsure, food, others))
        return said[0] if said else ""

    def _told(self, note: Note) -> bool:
        return all(self.told.get(key) in NOT_KNOWN for key in note.assumed)


def _certain(note: Note) -> bool:
    # A rule that holds for whoever swallows it says nothing about a medicine.
    return not note.assumed and bool(note.because)


def _signs(runner: _Runner) -> list[Fired]:
    """Return the warning signs that the question names, the most urgent first."""
    said = runner.heard.answers
    if not said:
        return []
    fired = evaluate(runner.told, runner.pack.signs).fired
    before = {sign.rule.id for sign in evaluate(runner.answers, runner.pack.signs).fired}
    return [
        sign
        for sign in fired
        if (sign.rule.id not in before or any(leaf.key in said for leaf in sign.trace))
        and not _hangs_on_context(sign, runner.pack)
    ]


def _hangs_on_context(sign: Fired, pack: EvidencePack) -> bool:
    """Tell whether the sign stands because no age was given: a question seldom tells it, a check does."""
    open_keys = unknown_keys(sign.rule.unless, sign.facts) if sign.rule.unless else ()
    return bool(open_keys) and set(open_keys) <= set(pack.said.seldom_told)


def _after_a_product(runner: _Runner) -> Iterator[EvidenceAnswer]:
    """Yield what to do about a sign that may come from a product: stop it, and who must look at it."""
    pack, said = runner.pack, runner.heard.answers
    if "symptoms" not in said:
        return
    safety = unknown_product_safety("", pack.supplements, runner.person)
    for note in [note for note in safety.notes if any(leaf.key == "symptoms" for leaf in note.because)][:1]:
        yield EvidenceAnswer(
            id=note.rule,
            kind="sign",
            claim=note.says,
            answer=_join(pack.said.if_you, pack.supplements.levels[note.level]),
            stance="agree",
            grade="F",
            direction="for",
            evidence=pack.said.sign_evidence,
            verdict=pack.supplements.levels[note.level],
            sources=tuple(_link(key, pack.sources[key]) for key in note.sources),
        )


def _of_sign(sign: Fired, pack: EvidencePack) -> EvidenceAnswer:
    rule = sign.rule
    says = next(each.says for each in pack.red_flags.policy.urgencies if each.id == rule.urgency)
    return EvidenceAnswer(
        id=rule.id,
        kind="sign",
        claim=rule.reason,
        answer=_join(pack.said.if_you, rule.action),
        stance="agree",
        grade="F",
        direction="for",
        evidence=pack.said.sign_evidence,
        verdict=says,
        sources=tuple(_link(key, pack.sources[key]) for key in rule.sources),
    )


def _check_first(runner: _Runner) -> Iterator[EvidenceAnswer]:
    """Yield what to do about a sign that alone does not tell how soon it must be seen."""
    pack = runner.pack
    for sign in evaluate(runner.told, pack.signs).not_excluded[:1]:
        answer = _join(pack.said.check_first, pack.red_flags.policy.safety_text)
        yield replace(_of_sign(sign, pack), answer=answer)


def _not_known(heard: Heard, said: SaidWords) -> str:
    names = ", ".join(each.name for each in heard.not_covered)
    return said.not_known.format(names=names) if names else ""


def _unknown(runner: _Runner) -> Iterator[Safety]:
    for each in runner.heard.not_covered:
        if each.swallowed:
            yield unknown_product_safety(each.name, runner.pack.supplements, runner.person)


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _searched(card: Claim | Treatment, asked_as: tuple[str, ...]) -> Card:
    title = card.claim if isinstance(card, Claim) else card.name
    return Card(id=card.id, aliases=(*card.aliases, *asked_as), title=title, text=card.answer)


def _answer(card: Claim | Treatment, runner: _Runner) -> EvidenceAnswer:
    pack = runner.pack
    own = _of_claim(card) if isinstance(card, Claim) else _of_treatment(card, pack.treatments)
    safety = tuple(runner.safety(card.id))
    return EvidenceAnswer(
        id=card.id,
        answer=_join(runner.first_of(safety), card.answer),
        grade=card.grade,
        direction=card.direction,
        evidence=pack.claims.evidence_words[card.grade][card.direction],
        safety=safety,
        sources=tuple(_link(key, pack.sources[key]) for key in card.sources),
        **own,
    )


def _of_claim(claim: Claim) -> dict[str, Any]:
    return {"kind": "claim", "claim": claim.claim, "stance": claim.stance, "verdict": None}


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


def _link(key: str, source: Source) -> SourceLink:
    return SourceLink(
        id=key, citation=citation(source), doi=source.doi, url=url(source), funding=source.funding
    )
