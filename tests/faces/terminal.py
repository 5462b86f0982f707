"""A person at a terminal: runs ``goodknee`` in a real one, types, and reads what is shown."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

#: How long to wait for the next words before the test gives up.
PATIENCE_S = 20.0
#: The terminal is the program's own, so that Ctrl-C and closing its window reach it.
IN_A_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from goodknee.faces.cli import main
main()
"""
#: A runner of 33 with pain around the left kneecap for 8 weeks, since more running; it hurts on stairs and
#: after sitting. The lines as they are typed up to the first answer.
AN_ORDINARY_KNEE = (
    "0", "0", "33", "1", "1 2", "n", "1 2 3 4 6", "3", "0", "1", "0", "y", "0", "0", "n", "8", "2", "5",
    "0", "3", "4", "2", "3", "30",
)  # fmt: skip


class Terminal:
    """One command in a terminal of its own.

    Attributes:
        shown: Everything that was shown so far, with plain line ends.
    """

    def __init__(
        self,
        *words: str,
        data: Path,
        columns: int = 100,
        today: str = "2026-05-12",
        stdout: Path | None = None,
    ) -> None:
        self.shown = ""
        self._read_to = 0
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        environment = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES"}}
        command = [sys.executable, "-c", IN_A_TERMINAL, "--data", str(data), "--today", today, *words]
        with stdout.open("wb") if stdout else nullcontext(slave) as out:
            self._process = subprocess.Popen(
                command, stdin=slave, stdout=out, stderr=slave, env=environment, start_new_session=True
            )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def until(self, words: str) -> str:
        """Read until these words are shown; return what came since the last time, with them."""
        wanted = re.compile(r"\s+".join(map(re.escape, words.split(" "))))  # lines break where they must
        while (found := wanted.search(self.shown, self._read_to)) is None:
            assert self._more(), f"no {words!r}:\n{self.shown[-2000:]}"
        read, self._read_to = self.shown[self._read_to : found.end()], found.end()
        return read

    def type(self, *lines: str) -> None:
        """Answer prompt after prompt, one line each."""
        for line in lines:
            self.until("] > ")
            os.write(self._master, f"{line}\n".encode())

    def press(self, keys: bytes) -> None:
        """Press keys at the next prompt, without Enter."""
        self.until("] > ")
        os.write(self._master, keys)

    def hang_up(self) -> None:
        """Close the terminal as one closes its window."""
        self.until("] > ")
        self._process.send_signal(signal.SIGHUP)
        self._process.wait()

    def end(self) -> tuple[int, str]:
        """Read to the end; return the exit code, and what came since the last time."""
        while self._more():
            pass
        return self._process.wait(), self.shown[self._read_to :]

    def _more(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE_S)
        assert ready, f"nothing came:\n{self.shown[-2000:]}"
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.shown += re.sub(r"\r\n?", "\n", data.decode("utf-8", "replace"))
        return bool(data)
