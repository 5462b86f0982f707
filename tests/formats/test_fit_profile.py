"""The tables of FIT, against two independent decoders."""

from __future__ import annotations

from typing import Any

import fitdecode
import fitparse.profile
import numpy as np
import pytest

from goodknee.formats import fit_words as words
from goodknee.formats.fit_profile import MESSAGES, RECORD


@pytest.mark.parametrize("other", [fitdecode.profile, fitparse.profile], ids=["fitdecode", "fitparse"])
def test_profile_agrees_with_independent_decoders(other: Any) -> None:
    for message in MESSAGES.values():
        theirs = other.MESSAGE_TYPES.get(message.number)
        if theirs is None:  # fitparse is years older than some messages
            continue
        assert theirs.name == message.name
        fields = theirs.fields if isinstance(theirs.fields, dict) else {f.def_num: f for f in theirs.fields}
        for field in message.fields.values():
            if (known := fields.get(field.number)) is not None:
                base = getattr(known.type, "base_type", None) or known.type
                assert (known.name, known.scale or 1, known.offset or 0) == (
                    field.name,
                    field.scale,
                    field.offset,
                )
                assert base.name == field.base.name


def test_words_agree_with_an_independent_decoder() -> None:
    types = fitdecode.profile.FIELD_TYPES
    for ours, name in [
        (words.SPORTS, "sport"),
        (words.SUB_SPORTS, "sub_sport"),
        (words.EVENTS, "event"),
        (words.EVENT_TYPES, "event_type"),
        (words.LAP_TRIGGERS, "lap_trigger"),
        (words.FILE_TYPES, "file"),
    ]:
        assert {number: types[name].enum[number] for number in ours} == dict(ours)
    for number, maker in words.MANUFACTURERS.items():
        theirs = types["manufacturer"].enum[number].replace("_", "")
        assert theirs[:3] in maker.lower().replace(" ", "").replace("-", "") or (number, theirs) == (
            52,
            "seikoepson",
        )


def test_scaling_rounds_once() -> None:
    altitude = MESSAGES[RECORD].named("altitude")
    assert altitude.to_value(2876.0) == 75.2
    assert altitude.to_value(np.array([2876.0]))[0] == 75.2
    assert altitude.to_raw(75.2) == 2876
