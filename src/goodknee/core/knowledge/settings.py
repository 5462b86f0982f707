"""``settings.yaml``: what a runner may set, of what kind, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from goodknee.core.knowledge import Entry

SettingType = Literal["text", "number", "whole", "choice", "list", "country"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Setting(Entry):
    """One setting.

    Attributes:
        says: What it is for, as the runner reads it.
        options: Legal values of a choice, or of each entry of a list.
        low: Least legal number; of a text the fewest letters.
        high: Largest legal number; of a text the most letters.
        default: What holds while it is not set; None: nothing does.
        used_by: The verbs that read it; () while none does yet.
    """

    key: str
    type: SettingType
    says: str
    unit: str | None = None
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    default: str | None = None
    example: str
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Settings(Entry):
    """The whole file."""

    settings: tuple[Setting, ...]
