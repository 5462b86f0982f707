from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from goodknee.stores.store import Store, open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with open_store(folder, create=True) as store:
        yield store
