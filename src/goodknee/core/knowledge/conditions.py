"""Conditions as data: what a rule of the pack asks of the facts, before any fact is known.

A condition is a tree of ``all``, ``any`` and ``at_least n of`` over leaves. A leaf names one answer (``q``)
or one measured fact (``f``) and compares it. ``core.assess.conditions`` evaluates it on given facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import ClassVar, Literal

from goodknee.core.knowledge import Entry

Scalar = bool | int | float | str
#: One answer or measured fact. None: not answered, "unknown" or "not sure".
Value = bool | int | float | str | tuple[str, ...] | tuple[float, ...] | None


def _plain_key(name: str) -> str:
    # ``is``, ``in``, ``all`` and ``any`` are words of Python; the pack writes them without the underscore.
    return name.rstrip("_")


class ConditionEntry(Entry):
    """A node of a condition; in the pack its keys are written without the trailing underscore."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, object]] = {
        "extra": "forbid",
        "allow_inf_nan": False,
        "alias_generator": _plain_key,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf(ConditionEntry):
    """One comparison of one fact; exactly one of ``q`` and ``f``, and exactly one comparison.

    Attributes:
        q: Key of an answer.
        f: Key of a measured or derived fact.
        is_: A yes/no answer; the word ``unknown`` holds when there is no answer.
        eq: The value itself.
        in_: One of these values.
        gt_key: Greater than the answer to this other key.
        has: The list answer names this word.
        has_any: The list answer names at least one of these words.
        lacks: The list answer is given and does not name this word.
        key: The answer or measured fact it looks at.
        comparison: Which of the above compares, as the pack writes it.
        wanted: What it compares with.
    """

    q: str | None = None
    f: str | None = None
    is_: bool | str | None = None
    eq: Scalar | None = None
    in_: tuple[Scalar, ...] | None = None
    lt: int | float | None = None
    lte: int | float | None = None
    gt: int | float | None = None
    gte: int | float | None = None
    gt_key: str | None = None
    has: str | None = None
    has_any: tuple[str, ...] | None = None
    lacks: str | None = None

    key: str = field(init=False, repr=False, compare=False)
    comparison: str = field(init=False, repr=False, compare=False)
    wanted: Scalar | tuple[Scalar, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        key = self.f if self.q is None else self.q
        if key is None or (self.q is not None and self.f is not None):
            raise ValueError("a condition names either q (an answer) or f (a measured fact)")
        given = {name: wanted for name in COMPARISONS if (wanted := getattr(self, name)) is not None}
        if len(given) != 1:
            one_of = ", ".join(map(_plain_key, COMPARISONS))
            raise ValueError(f"a condition compares exactly once, with one of {one_of}")
        if isinstance(self.is_, str) and self.is_ != "unknown":
            raise ValueError("is: takes true, false or unknown")
        for name, wanted in given.items():
            object.__setattr__(self, "key", key)
            object.__setattr__(self, "comparison", _plain_key(name))
            object.__setattr__(self, "wanted", wanted)


COMPARISONS = tuple(each.name for each in fields(Leaf) if each.init and each.name not in {"q", "f"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CountOf(ConditionEntry):
    """At least ``gte`` of the named words stand in the list answer ``in_``.

    A word of the answer may carry its form after a colon (``turmeric:extract``). With ``form``, a word with
    another form does not count; a word without one does: an unknown form is taken as the stronger one.
    """

    count_of: tuple[str, ...]
    in_: str
    gte: int
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomAny(ConditionEntry):
    """At least one of these words stands in the answer ``symptoms``."""

    symptom_any: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductForm(ConditionEntry):
    """The product at hand has this form (fact ``product_form``); unknown counts as the stronger one."""

    product_form: Literal["food", "concentrate", "extract"]


@dataclass(frozen=True, slots=True, kw_only=True)
class All(ConditionEntry):
    """True when every part is; without parts always."""

    all_: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(ConditionEntry):
    """True when one part is."""

    any_: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(ConditionEntry):
    """True when ``at_least`` of the parts are."""

    at_least: int
    of: tuple[Condition, ...]


Condition = All | AnyOf | AtLeast | Leaf | CountOf | SymptomAny | ProductForm
