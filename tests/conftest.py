"""Where the tests find real files, and the rule for when those are missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Two busy cores make any deadline a coin toss; in CI the same examples are tried each time.
settings.register_profile("goodknee", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("goodknee")

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder of real files: $GOODKNEE_TEST_DATA, else ../shared/data beside the checkout."""
    folder = Path(os.environ.get("GOODKNEE_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
    if not (folder / "activities").is_dir():
        sentence = f"real test files are missing at {folder}; set GOODKNEE_TEST_DATA to their folder"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return folder
