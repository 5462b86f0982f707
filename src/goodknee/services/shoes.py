"""Shoes: bring in a pair, say which ran what, retire it, and see what each ran, with the honest evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from difflib import get_close_matches
from typing import Any

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.claims import Claim
from goodknee.core.knowledge.risk import RiskFactor
from goodknee.core.load.shoes import NewShoe, ShodRun, Shoe, ShoeUse, WornShoe, pairs_in_use, worn_shoes
from goodknee.errors import AnswerError
from goodknee.stores.store import Store

#: Beyond these a number is a slip of the keyboard.
MOST_KM = 20_000.0
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """What the evidence says about shoes: an entry of the pack, in its own words."""

    id: str
    says: str
    grade: str
    direction: str
    strength: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShoeList:
    """All pairs with what they ran, how many runs have none, and what the evidence says."""

    worn: tuple[WornShoe, ...]
    runs_without_shoe: int
    tips: tuple[Tip, ...]


def list_shoes(store: Store, knowledge: Knowledge, *, today: date, home: tzinfo | None = None) -> ShoeList:
    """Return every pair with what it ran up to today.

    Args:
        store: Where runs and shoes are kept.
        knowledge: The pack: its entries on shoes.
        today: The local day to speak of.
        home: The runner's zone, for runs that do not know theirs.
    """
    runs = [
        ShodRun(id=run.id, day=run.activity.day(home), distance_m=run.activity.distance_m)
        for run in store.runs()
        if run.activity.is_run
    ]
    runs = [run for run in runs if run.day is None or run.day <= today]
    worn = worn_shoes(runs, store.shoes(), store.shoe_uses(), today=today)
    return ShoeList(
        worn=worn,
        runs_without_shoe=len(runs) - sum(each.runs for each in worn),
        tips=shoe_tips(knowledge, several_pairs=pairs_in_use(worn) > 1),
    )


def shoe_tips(knowledge: Knowledge, *, several_pairs: bool) -> tuple[Tip, ...]:
    """Return what the evidence says, as the pack says it."""
    words = knowledge.claims.evidence_words
    claims = {each.id: each for each in knowledge.claims.claims}
    factors = {each.id: each for each in knowledge.risk_factors.factors}
    found = []
    for tip in knowledge.knee_load.shoe_tips:
        if tip.when == "several_pairs" and not several_pairs:
            continue
        said: list[tuple[Claim | RiskFactor, str]] = [(claims[key], claims[key].answer) for key in tip.claims]
        said += [(factors[key], f"{factors[key].says} {factors[key].what_to_do}") for key in tip.risk_factors]
        found += [
            Tip(
                id=entry.id,
                says=says,
                grade=entry.grade,
                direction=entry.direction,
                strength=words[entry.grade][entry.direction],
                sources=entry.sources,
            )
            for entry, says in said
        ]
    return tuple(found)


def add_shoe(store: Store, new: NewShoe, *, default: bool, now: datetime, today: date) -> Shoe:
    """Bring in a pair; as the default it takes every run from its first day on, else from today.

    Raises:
        AnswerError: The name is taken or no name, or a number or day is a slip.
    """
    name = " ".join(new.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AnswerError(
            "A shoe needs a short name.",
            where="--add",
            next_step=f"Choose one of up to {LONGEST_NAME} letters.",
        )
    if any(shoe.name.casefold() == name.casefold() for shoe in store.shoes()):
        raise AnswerError(
            f"There is a pair named {name} already.",
            where="--add",
            next_step=f'Give the new one a name of its own, such as "{name} 2".',
        )
    if not 0 <= new.before_m <= MOST_KM * 1000:
        raise AnswerError(
            "So many km are no pair's.", where="--km", next_step=f"Choose from 0 to {MOST_KM:,.0f}."
        )
    if new.since and new.since > today:
        raise AnswerError(
            "The first day of a pair cannot lie ahead.", where="--since", next_step="Choose today or earlier."
        )
    shoe = store.add_shoe(NewShoe(name=name, since=new.since, before_m=new.before_m, note=new.note), at=now)
    if default:
        store.add_shoe_uses([ShoeUse(shoe_id=shoe.id, from_day=new.since or today)], at=now)
    return shoe


def find_shoe(store: Store, name: str) -> Shoe:
    """Return a pair by its name, or by the beginning of one name.

    Raises:
        AnswerError: No pair, or more than one, has it.
    """
    shoes = store.shoes()
    wanted = " ".join(name.split()).casefold()
    exact = [shoe for shoe in shoes if shoe.name.casefold() == wanted]
    begins = exact or [shoe for shoe in shoes if wanted and shoe.name.casefold().startswith(wanted)]
    if len(begins) == 1:
        return begins[0]
    names = [shoe.name for shoe in begins] or get_close_matches(name, [shoe.name for shoe in shoes], n=3)
    raise AnswerError(
        "More than one pair begins like this." if begins else f"There is no pair named {name[:60]}.",
        where=name[:60],
        next_step=f"Did you mean {' or '.join(names)}?"
        if names
        else "Bring one in: goodknee shoes --add NAME",
    )


def wear(
    store: Store, shoe: Shoe, *, run_ids: Sequence[str] = (), from_day: date | None = None, now: datetime
) -> list[ShoeUse]:
    """Keep that a pair ran these runs, and all runs from a day on that nothing else is stated about.

    Raises:
        AnswerError: There is no such run; nothing is kept then.
    """
    uses = [ShoeUse(shoe_id=shoe.id, run_id=store.run(run_id).id) for run_id in run_ids]
    if from_day:
        uses.append(ShoeUse(shoe_id=shoe.id, from_day=from_day))
    store.add_shoe_uses(uses, at=now)
    return uses


def retire(store: Store, shoe: Shoe, *, last_day: date) -> None:
    """Keep the last day of a pair.

    Raises:
        AnswerError: It lies before its first.
    """
    if shoe.since and last_day < shoe.since:
        raise AnswerError(
            "The last day of a pair cannot lie before its first.",
            where="--on",
            next_step=f"Choose {shoe.since} or later.",
        )
    store.retire_shoe(shoe.id, last_day)


def shoes_document(listed: ShoeList) -> dict[str, Any]:
    """Return the JSON document ``shoes``."""
    return {
        "shoes": [
            {
                "id": each.shoe.id,
                "name": each.shoe.name,
                "since": _iso(each.shoe.since),
                "retired_on": _iso(each.shoe.retired_on),
                "age_days": each.age_days,
                "before_m": each.shoe.before_m,
                "distance_m": each.distance_m,
                "runs": each.runs,
                "runs_without_distance": each.runs_without_distance,
                "last_run": _iso(each.last_run),
                "default": each.default,
                "note": each.shoe.note,
            }
            for each in listed.worn
        ],
        "runs_without_shoe": listed.runs_without_shoe,
        "tips": [asdict(tip) for tip in listed.tips],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
