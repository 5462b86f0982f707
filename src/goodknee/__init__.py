"""GoodKnee: a companion for runner's knee.

The names below are the public ones; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goodknee.core.model import Activity as Activity
    from goodknee.core.model import DiaryEntry as DiaryEntry
    from goodknee.core.model import Recording as Recording
    from goodknee.core.model import Samples as Samples
    from goodknee.core.plan.today import decide_today as decide_today
    from goodknee.errors import GoodKneeError as GoodKneeError
    from goodknee.errors import ReadError as ReadError
    from goodknee.errors import StoreError as StoreError
    from goodknee.readers.activity_file import read as read
    from goodknee.services.import_files import import_files as import_files
    from goodknee.services.knee_load import knee_load as knee_load
    from goodknee.services.report import make_report as make_report
    from goodknee.stores.store import open_store as open_store

__version__ = "0.1.0"

_HOME = {
    "Activity": "goodknee.core.model",
    "DiaryEntry": "goodknee.core.model",
    "GoodKneeError": "goodknee.errors",
    "ReadError": "goodknee.errors",
    "Recording": "goodknee.core.model",
    "Samples": "goodknee.core.model",
    "decide_today": "goodknee.core.plan.today",
    "StoreError": "goodknee.errors",
    "import_files": "goodknee.services.import_files",
    "knee_load": "goodknee.services.knee_load",
    "make_report": "goodknee.services.report",
    "open_store": "goodknee.stores.store",
    "read": "goodknee.readers.activity_file",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"goodknee has no public name {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
