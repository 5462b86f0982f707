"""Do a job for many items in a few processes of their own, in order, with few items under way at a time.

Each process is a plain child that reads one item from its standard input and writes one answer to its
standard output. It ends by itself when its parent is gone, however that happened. One that crashes takes
only the item it worked on with it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from queue import SimpleQueue
from typing import BinaryIO, Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

#: Items handed out per process before the first of them is asked for: enough that none waits for a slow one.
AHEAD = 16


def in_processes(
    job: Callable[[Item], Answer],
    items: Iterable[Item],
    *,
    processes: int,
    crashed: Callable[[Item], Answer],
) -> Iterator[Answer]:
    """Yield ``job(item)`` for every item, in the order of the items.

    Args:
        job: A function that a fresh process can import by its name.
        items: Taken only as fast as answers are.
        processes: How many work at the same time.
        crashed: Gives the answer for an item whose process ended without one.

    Raises:
        Exception: What ``job`` raised.
    """
    children: list[_Child[Item, Answer]] = [_Child(job) for _ in range(processes)]
    free: SimpleQueue[_Child[Item, Answer]] = SimpleQueue()
    for child in children:
        free.put(child)

    def work(item: Item) -> Answer:
        child = free.get()
        try:
            return child.answer(item)
        except (EOFError, BrokenPipeError):
            child.stop()
            return crashed(item)
        finally:
            free.put(child)

    waiting: deque[Future[Answer]] = deque()
    items = iter(items)
    threads = ThreadPoolExecutor(processes)
    try:
        waiting.extend(threads.submit(work, item) for item in islice(items, processes * AHEAD))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(threads.submit(work, item) for item in islice(items, 1))
    finally:
        for future in waiting:
            future.cancel()
        # A thread that waits for its child is woken by the child's end; one may just have started another.
        for child in children:
            child.stop()
        threads.shutdown()
        for child in children:
            child.stop()


class _Child(Generic[Item, Answer]):
    """A process that is started with its first item, and again after a crash."""

    def __init__(self, job: Callable[[Item], Answer]) -> None:
        self._job = job
        self._process: subprocess.Popen[bytes] | None = None

    def answer(self, item: Item) -> Answer:
        if self._process is None:
            self._process = _start()
            _send(self._process, self._job)
        process = self._process
        _send(process, item)
        assert process.stdout
        worked, value = pickle.load(process.stdout)  # noqa: S301 - written by our own child
        if not worked:
            raise value
        answer: Answer = value
        return answer

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                if pipe:
                    pipe.close()


def _start() -> subprocess.Popen[bytes]:
    # A process of its own session does not get the Ctrl-C that is meant for its parent.
    return subprocess.Popen(  # noqa: S603 - this very interpreter, and a line of our own
        [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)},
        start_new_session=True,
    )


def _send(process: subprocess.Popen[bytes], message: object) -> None:
    assert process.stdin
    pickle.dump(message, process.stdin)
    process.stdin.flush()


def serve() -> None:
    """Be a child: answer items from standard input until it ends."""
    answers = _own_output()
    try:
        job = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
        while True:
            answers.write(_answer(job, pickle.load(sys.stdin.buffer)))  # noqa: S301 - written by our own parent
            answers.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)  # the parent is gone or needs no more


def _own_output() -> BinaryIO:
    """Take standard output for the answers; whatever a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _answer(job: Callable[[object], object], item: object) -> bytes:
    try:
        return pickle.dumps((True, job(item)))
    except Exception as error:  # noqa: BLE001 - every failure of the job is told to the parent, which raises it
        return pickle.dumps((False, error))
