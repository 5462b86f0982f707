"""Settings: what a runner may set, what is set, and setting it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from goodknee.core.knowledge.settings import Setting, Settings
from goodknee.errors import AnswerError
from goodknee.stores.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingNow:
    """One setting as it stands; ``value`` is its default, or None, while it is not set."""

    setting: Setting
    value: Any
    is_set: bool


def settings_now(store: Store, settings: Settings) -> list[SettingNow]:
    """Return every setting of the pack as it stands, in the order of the pack."""
    kept = store.settings()
    return [
        SettingNow(setting=each, value=kept.get(each.key, each.default), is_set=each.key in kept)
        for each in settings.settings
    ]


def find_setting(key: str, settings: Settings) -> Setting:
    """Return one setting.

    Raises:
        AnswerError: There is none of that name.
    """
    by_key = {each.key: each for each in settings.settings}
    found = by_key.get(key.strip().lower())
    if found is None:
        near = get_close_matches(key.strip().lower(), by_key, n=3)
        raise AnswerError(
            f"There is no setting named {key[:80]}.",
            where="KEY",
            next_step=f"Did you mean {' or '.join(near)}?" if near else "List them with: goodknee settings",
        )
    return found


def set_value(setting: Setting, words: Sequence[str], store: Store, *, now: datetime) -> Any:
    """Keep a value; return it as it is kept.

    Args:
        setting: What is set.
        words: The value as it was typed; a list may come in several words or with commas.
        store: Where it is kept.
        now: This instant.

    Raises:
        AnswerError: The value is not legal; nothing is kept then.
    """
    value = _parsed(setting, " ".join(words).strip())
    if value is None:
        raise AnswerError(
            f"This is no value for {setting.key}.",
            where=" ".join(words)[:80] or "VALUE",
            next_step=f"{legal(setting)} Such as: goodknee settings {setting.key} {setting.example}",
        )
    store.set_setting(setting.key, value, at=now)
    return value


def clear_value(setting: Setting, store: Store, *, now: datetime) -> None:
    """Take a value away; the default holds again."""
    store.set_setting(setting.key, None, at=now)


def legal(setting: Setting) -> str:
    """Return what may be set, in words."""
    match setting.type:
        case "choice":
            return f"One of: {', '.join(setting.options)}."
        case "list":
            return f"One or more of: {', '.join(setting.options)}."
        case "country":
            return "A country in two letters."
        case "text":
            return f"A text of up to {setting.high:g} letters."
        case _:
            kind = "A whole number" if setting.type == "whole" else "A number"
            return f"{kind} from {setting.low:g} to {setting.high:g} ({setting.unit})."


def _parsed(setting: Setting, text: str) -> Any:
    """Return the value, or None when it is not legal."""
    match setting.type:
        case "choice":
            return text.lower() if text.lower() in setting.options else None
        case "list":
            chosen = {word.lower() for word in re.split(r"[\s,;]+", text) if word}
            in_order = [option for option in setting.options if option in chosen]
            return in_order if chosen and len(in_order) == len(chosen) else None
        case "country":
            return text.upper() if re.fullmatch("[A-Za-z]{2}", text) else None
        case "text":
            return text if _inside(setting, len(text)) and text.isprintable() else None
        case _:
            return _number(setting, text)


def _number(setting: Setting, text: str) -> float | int | None:
    bare = text.lower().removesuffix((setting.unit or "").lower()).strip().replace(",", ".")
    try:
        number = float(bare)
    except ValueError:
        return None
    if not math.isfinite(number) or not _inside(setting, number):
        return None
    if setting.type == "whole":
        return int(number) if number == int(number) else None
    return number


def _inside(setting: Setting, number: float) -> bool:
    return (setting.low is None or number >= setting.low) and (setting.high is None or number <= setting.high)


def settings_document(now: Sequence[SettingNow]) -> dict[str, Any]:
    """Return the JSON document ``settings``."""
    return {
        "settings": [
            {
                "key": each.setting.key,
                "value": each.value,
                "set": each.is_set,
                "default": each.setting.default,
                "type": each.setting.type,
                "unit": each.setting.unit,
                "options": list(each.setting.options),
                "legal": legal(each.setting),
                "says": each.setting.says,
                "used_by": list(each.setting.used_by),
            }
            for each in now
        ]
    }
