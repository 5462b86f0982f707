"""Where the tests find real files, and the rule for when those are missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder of real files that others recorded: $GOODKNEE_TEST_DATA, else ../shared/data beside the checkout."""
    folder = Path(os.environ.get("GOODKNEE_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
    if not (folder / "activities").is_dir():
        sentence = f"real test files are missing at {folder}; set GOODKNEE_TEST_DATA to their folder"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return folder
