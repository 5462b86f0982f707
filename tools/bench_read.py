"""Measure reading against other decoders: speed, memory, and how many files each reads rightly.

    python tools/bench_read.py

One process, one run, CPU seconds on contents held in memory, the best of several passes that take turns (one
pass for decoders that take longer than five seconds). The work is the same for all: every record to columns
with all named fields, checksums checked, on the files that every decoder reads. ``goodknee.read`` beside it
opens the file and makes the activities too. Memory is the peak of a child process that does the same work.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import bench_peers
from bench_data import contents
from bench_peers import FIT_DECODERS, XML_DECODERS, Columns, Decoder

PASSES = 7
SLOW_S = 5.0
END_TO_END = "goodknee.read"

Thing = TypeVar("Thing")


@dataclass
class Survey:
    """What one decoder made of all files: CPU seconds and rows of those it reads, and how many are right."""

    seconds: dict[Path, float]
    rows: dict[Path, int]
    right: int = 0


def main() -> None:
    fit = contents("fit")
    surveys = survey(FIT_DECODERS, fit, is_right=_fit_is_right)
    speed = report("fit", FIT_DECODERS, fit, surveys)
    peers = [name for name in FIT_DECODERS if name != "goodknee"]
    fastest = max(speed[name] for name in peers if name != "fitdecode")
    bar("decode against fitdecode", speed["goodknee"] / speed["fitdecode"], 100)
    bar("decode against the fastest other", speed["goodknee"] / fastest, 2)
    bar("goodknee.read, end to end, against fitdecode", speed[END_TO_END] / speed["fitdecode"], 50)
    bar("files read rightly beyond the best other", ahead(surveys, peers), 1)
    gpx, tcx = contents("gpx"), contents("tcx")
    by_gpx = report("gpx", XML_DECODERS["gpx"], gpx, survey(XML_DECODERS["gpx"], gpx, is_right=_any_rows))
    bar("gpx against gpxpy", by_gpx["goodknee"] / by_gpx["gpxpy"], 4)
    by_tcx = report("tcx", XML_DECODERS["tcx"], tcx, survey(XML_DECODERS["tcx"], tcx, is_right=_any_rows))
    bar("tcx in MB/s against gpxpy on gpx", by_tcx["goodknee"] / by_gpx["gpxpy"], 4)
    print(f"  tcx against tcxreader: {by_tcx['goodknee'] / by_tcx['tcxreader']:.1f}")


def ahead(surveys: Mapping[str, Survey], peers: list[str]) -> int:
    return surveys["goodknee"].right - max(surveys[name].right for name in peers)


def _fit_is_right(data: bytes) -> Callable[[Columns | None], bool]:
    true = bench_peers.truth(data)
    if true is None:  # nothing can be read, and to say so is right
        return lambda columns: columns is None
    return lambda columns: columns is not None and bench_peers.is_right(columns, true)


def _any_rows(_data: bytes) -> Callable[[Columns | None], bool]:
    return lambda columns: bool(columns and bench_peers.row_count(columns))


def survey(
    decoders: Mapping[str, Decoder],
    files: Mapping[Path, bytes],
    *,
    is_right: Callable[[bytes], Callable[[Columns | None], bool]],
) -> dict[str, Survey]:
    """Let every decoder read every file once."""
    found = {name: Survey({}, {}) for name in decoders}
    for path, data in files.items():
        judge = is_right(data)
        for name, decoder in decoders.items():
            start = time.process_time()
            columns = attempt(decoder, data)
            spent = time.process_time() - start
            found[name].right += judge(columns)
            if columns and (rows := bench_peers.row_count(columns)):
                found[name].seconds[path], found[name].rows[path] = spent, rows
    return found


def attempt(decoder: Decoder, data: bytes) -> Columns | None:
    try:
        return decoder(data)
    except Exception:  # noqa: BLE001  other people's decoders raise whatever they like
        return None


def report(
    kind: str, decoders: Mapping[str, Decoder], files: Mapping[Path, bytes], surveys: Mapping[str, Survey]
) -> dict[str, float]:
    """Time the decoders on the files that all of them read; print the table and return MB per second."""
    common = [path for path in files if all(path in one.rows for one in surveys.values())]
    rows = sum(surveys["goodknee"].rows[path] for path in common)
    size = sum(len(files[path]) for path in common) / 1e6
    once = {name: over([files[path] for path in common], decoder) for name, decoder in decoders.items()}
    once[END_TO_END] = over(common, read_from_disk)
    seconds = {name: sum(one.seconds[path] for path in common) for name, one in surveys.items()}
    seconds[END_TO_END] = cpu_seconds(once[END_TO_END])
    for _ in range(PASSES):
        for name, spent in seconds.items():
            if spent < SLOW_S:
                seconds[name] = min(spent, cpu_seconds(once[name]))
    right = "read rightly" if kind == "fit" else "read"
    print(f"\n{kind}: {len(files)} files; {len(common)} of them ({size:.1f} MB, {rows} rows) read by all")
    print(f"{'':14} {'MB/s':>8} {'rows/s':>11} {'ms/file':>8} {'peak MB':>8}  files {right}")
    for name, spent in seconds.items():
        rates = f"{size / spent:8.2f} {rows / spent:11,.0f} {1e3 * spent / len(common):8.2f}"
        more = f"{peak_mb(kind, name):8.0f}  {surveys[name].right}" if name in surveys else ""
        print(f"{name:14} {rates} {more}")
    return {name: size / spent for name, spent in seconds.items()}


def over(things: list[Thing], work: Callable[[Thing], object]) -> Callable[[], None]:
    def once() -> None:
        for thing in things:
            work(thing)

    return once


def read_from_disk(path: Path) -> None:
    from goodknee.errors import NotAnActivityError
    from goodknee.readers.activity_file import read

    try:
        read(path)
    except NotAnActivityError:
        return  # a course: it has records, which every decoder counts


def cpu_seconds(once: Callable[[], None]) -> float:
    start = time.process_time()
    once()
    return time.process_time() - start


def peak_mb(kind: str, name: str) -> float:
    """Return the peak memory of a process that does nothing but this decoder's work."""
    child = [sys.executable, __file__, "--alone", kind, name]
    return float(subprocess.run(child, check=True, capture_output=True, text=True).stdout)


def alone(kind: str, name: str) -> None:
    decoder = FIT_DECODERS[name] if kind == "fit" else XML_DECODERS[kind][name]
    for data in contents(kind).values():
        attempt(decoder, data)
    print(peak_kb() / 1024)


def peak_kb() -> int:
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it made this process
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def bar(what: str, value: float, least: float) -> None:
    print(f"  {what}: {value:.1f} (bar {least:g}) {'met' if value >= least else 'MISSED'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(*sys.argv[2:4])
    else:
        main()
