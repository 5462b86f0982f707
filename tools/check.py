"""Every check of the project, the same here and in CI: ``make test`` and, with --slow, ``make test-slow``."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
HERE = Path(sys.executable).parent

PYTEST = ["pytest", "-q", "-n", "2"]
FAST = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "imports": ["lint-imports", "--no-cache"],
    "types": ["mypy"],
    "tests": [*PYTEST, "-m", "not slow"],
}
SLOW = {"slow tests": [*PYTEST, "-m", "slow"]}


def main() -> int:
    failed = []
    for name, (program, *arguments) in (SLOW if "--slow" in sys.argv[1:] else FAST).items():
        started = time.perf_counter()
        print(f"== {name}", flush=True)
        done = subprocess.run([HERE / program, *arguments], cwd=CHECKOUT, check=False)
        print(
            f"   {name}: {'ok' if done.returncode == 0 else 'FAILED'}, {time.perf_counter() - started:.1f} s"
        )
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
