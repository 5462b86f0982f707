"""Work in a few processes: in order, bounded, and no crash takes more than its item."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest

from goodknee.errors import StoreError
from goodknee.services.processes import AHEAD, in_processes


def never(item: object) -> float:
    raise AssertionError(f"{item} was lost")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], int]:
    """A job that prints, pauses, fails on 13 and crashes on 7."""
    (tmp_path / "some_job.py").write_text(
        "import os, signal, time\n"
        "from goodknee.errors import StoreError\n"
        "def work(item):\n"
        "    print('chatter on standard output')\n"
        "    time.sleep(0.01 * (item % 3))\n"
        "    if item == 7: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    if item == 13: raise StoreError('full', where='here', next_step='make room')\n"
        "    return item * item\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "some_job", raising=False)
    work: Callable[[int], int] = import_module("some_job").work
    return work


def test_answers_come_in_the_order_of_the_items() -> None:
    numbers = [float(number) for number in range(50)]
    assert list(in_processes(math.sqrt, numbers, processes=2, crashed=never)) == [
        math.sqrt(n) for n in numbers
    ]
    assert list(in_processes(math.sqrt, [], processes=2, crashed=never)) == []


def test_a_crash_loses_only_its_item(job: Callable[[int], int]) -> None:
    answers = list(in_processes(job, range(12), processes=2, crashed=lambda item: -item))
    assert answers == [item * item if item != 7 else -7 for item in range(12)]


def test_what_the_job_raises_is_raised_here(job: Callable[[int], int]) -> None:
    answers = in_processes(job, range(8, 20), processes=2, crashed=lambda item: -item)
    with pytest.raises(StoreError, match="full") as error:
        list(answers)
    assert error.value.next_step == "make room"


def test_items_are_taken_only_as_fast_as_answers_are() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    answers = in_processes(math.sqrt, items(), processes=2, crashed=never)
    assert [next(answers) for _ in range(5)] == [math.sqrt(number) for number in range(5)]
    assert len(taken) <= 5 + 2 * AHEAD
    answers.close()  # type: ignore[attr-defined] # an iterator to callers, in fact a generator


def test_children_end_when_their_parent_is_killed() -> None:
    code = (
        "import os, time\n"
        "from goodknee.services.processes import in_processes\n"
        "answers = in_processes(eval, ['__import__(\"os\").getpid()'] * 99, processes=2, crashed=print)\n"
        "print(next(answers), flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and Path(f"/proc/{child}").exists() and not is_zombie(child):
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists() or is_zombie(child)


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_nothing_is_left_running(job: Callable[[int], int]) -> None:
    before = children()
    list(in_processes(job, range(12), processes=2, crashed=lambda item: -item))
    assert children() == before


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
