"""Measure reading against other decoders: speed, memory, and how many files each reads rightly.

    python tools/bench_read.py

One process, one run, all times in CPU seconds on contents held in memory, the best of several passes that take
turns. The work is the same for all: every record to columns with all named fields, checksums checked, on the files
that every decoder reads. Memory is the peak of a child process that does the same.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import bench_peers
from bench_data import contents
from bench_peers import FIT_DECODERS, XML_DECODERS, Decoder

PASSES = 7
SLOW_S = 5.0  # a decoder that takes longer for one pass gets two


def main() -> None:
    fit = contents("fit")
    common = {path: data for path, data in fit.items() if all(accepts_all(FIT_DECODERS, data))}
    print(f"FIT: {len(fit)} files, {len(common)} of them read by every decoder")
    records = sum(bench_peers.row_count(FIT_DECODERS["goodknee"](data)) for data in common.values())
    seconds = timed({name: over(decoder, common.values()) for name, decoder in FIT_DECODERS.items()})
    seconds["goodknee.read"] = best(over_paths(common))
    right = rightly_read(fit)
    table("fit", seconds, common, records, right, len(fit))
    fastest = min(seconds[name] for name in ("fitparse", "fitfast", "pyroparse"))
    bar("decode against fitdecode", seconds["fitdecode"] / seconds["goodknee"], 100)
    bar("decode against the fastest other", fastest / seconds["goodknee"], 2)
    bar("goodknee.read end to end against fitdecode", seconds["fitdecode"] / seconds["goodknee.read"], 50)
    most = max(count for name, count in right.items() if name != "goodknee")
    bar("files read rightly beyond the best other", right["goodknee"] - most, 1)
    for kind in XML_DECODERS:
        xml(kind)


def xml(kind: str) -> None:
    decoders = XML_DECODERS[kind]
    files = contents(kind)
    common = {path: data for path, data in files.items() if all(accepts_all(decoders, data))}
    print(f"\n{kind.upper()}: {len(files)} files, {len(common)} of them read by every decoder")
    points = sum(bench_peers.row_count(decoders["goodknee"](data)) for data in common.values())
    seconds = timed({name: over(decoder, common.values()) for name, decoder in decoders.items()})
    seconds["goodknee.read"] = best(over_paths(common))
    reads = {n: sum(bench_peers.accepts(d, data) for data in files.values()) for n, d in decoders.items()}
    table(kind, seconds, common, points, reads, len(files))
    peer = next(name for name in decoders if name != "goodknee")
    bar(f"{kind} against {peer}", seconds[peer] / seconds["goodknee"], 4)


def accepts_all(decoders: Mapping[str, Decoder], data: bytes) -> Iterable[bool]:
    return (bench_peers.accepts(decoder, data) for decoder in decoders.values())


def rightly_read(files: Mapping[Path, bytes]) -> dict[str, int]:
    """Count, for each decoder, the files it reads as they are; a file without records must not be silent."""
    right = dict.fromkeys(FIT_DECODERS, 0)
    for data in files.values():
        true = bench_peers.truth(data)
        for name, decoder in FIT_DECODERS.items():
            try:
                columns = decoder(data)
            except Exception:  # noqa: BLE001  other people's decoders raise whatever they like
                right[name] += true is None
                continue
            right[name] += true is not None and bench_peers.is_right(columns, true)
    return right


def over(decoder: Decoder, files: Iterable[bytes]) -> Callable[[], None]:
    held = list(files)

    def once() -> None:
        for data in held:
            decoder(data)

    return once


def over_paths(files: Iterable[Path]) -> Callable[[], None]:
    from goodknee.errors import NotAnActivityError
    from goodknee.readers.activity_file import read

    held = list(files)

    def once() -> None:
        for path in held:
            try:
                read(path)
            except NotAnActivityError:
                continue

    return once


def timed(work: Mapping[str, Callable[[], None]]) -> dict[str, float]:
    """Return the best CPU seconds of each; passes take turns, so that a busy machine is unfair to nobody."""
    seconds = {name: cpu_seconds(once) for name, once in work.items()}
    for turn in range(1, PASSES):
        for name, once in work.items():
            if turn < 2 or seconds[name] < SLOW_S:
                seconds[name] = min(seconds[name], cpu_seconds(once))
    return seconds


def best(once: Callable[[], None]) -> float:
    return min(cpu_seconds(once) for _ in range(PASSES))


def cpu_seconds(once: Callable[[], None]) -> float:
    start = time.process_time()
    once()
    return time.process_time() - start


def table(
    kind: str,
    seconds: Mapping[str, float],
    common: Mapping[Path, bytes],
    rows: int,
    right: Mapping[str, int],
    files: int,
) -> None:
    size = sum(len(data) for data in common.values()) / 1e6
    word = "read rightly" if kind == "fit" else "read at all"
    print(f"{size:.1f} MB, {rows} records; {word}: of {files} files")
    print(f"{'':14} {'MB/s':>8} {'records/s':>11} {'ms/file':>8} {'peak MB':>8}  {word}")
    for name, spent in seconds.items():
        peak = f"{peak_mb(kind, name):8.0f}" if name in right else " " * 8
        speed = f"{size / spent:8.2f} {rows / spent:11,.0f} {1e3 * spent / len(common):8.2f}"
        print(f"{name:14} {speed} {peak}  {right.get(name, '')}")


def peak_mb(kind: str, name: str) -> float:
    """Return the peak memory of a process that does nothing but this decoder's work."""
    child = [sys.executable, __file__, "--alone", kind, name]
    return float(subprocess.run(child, check=True, capture_output=True, text=True).stdout)


def alone(kind: str, name: str) -> None:
    decoder = FIT_DECODERS[name] if kind == "fit" else XML_DECODERS[kind][name]
    for data in contents(kind).values():
        bench_peers.accepts(decoder, data)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def bar(what: str, value: float, least: float) -> None:
    print(f"  {what}: {value:.1f} (bar {least:g}) {'met' if value >= least else 'MISSED'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(*sys.argv[2:4])
    else:
        main()
