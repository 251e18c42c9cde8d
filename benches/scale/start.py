"""Starts: without state, with it, and what comparing the whole folder costs."""

import os
import shutil
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator

import memory
from figure import MB, Figure

# Several starts of a small archive, whose times vary more than those of a large one.
ROUNDS_ARTICLES = 300_000
WARM_ROUNDS = 5


def measure(bench) -> Iterator[Figure]:
    rounds = max(1, min(5, ROUNDS_ARTICLES // bench.articles))
    # The first reading brings the files into memory, so that both sides find them there.
    plain_read(bench.corpus)
    reading = statistics.median(plain_read(bench.corpus) for _ in range(rounds))
    seconds, spent, peaks = [], [], []
    for number in range(rounds):
        shutil.rmtree(bench.scratch / "state", ignore_errors=True)
        with bench.daemon() as daemon:
            seconds.append(daemon.wait_for_edition())
            spent.append(daemon.cpu_seconds())
            peaks.append(daemon.resident_bytes("VmHWM"))
            if number == rounds - 1:
                yield figure("cold start", seconds, reading, goal="cold start")
                yield figure("  its processor time", spent, reading)
                each = statistics.median(spent) / bench.articles * 1e6
                yield Figure("  of each article", each, "µs")
                yield Figure("  most memory meanwhile", max(peaks) / MB, "MB")
                yield from memory.after_asking(daemon, "cold start")
    state = sum(file.stat().st_size for file in (bench.scratch / "state").iterdir())
    yield Figure("state folder", state / MB, "MB")
    seconds, spent = [], []
    for _ in range(WARM_ROUNDS):
        with bench.daemon() as daemon:
            seconds.append(daemon.wait_for_edition())
            spent.append(daemon.cpu_seconds())
            daemon.wait_for_readings()
    yield figure("warm restart", seconds, reading, goal="warm restart")
    yield figure("  its processor time", spent, reading)
    with bench.daemon() as daemon:
        daemon.wait_for_readings()
        before, begun = daemon.cpu_seconds(), time.monotonic()
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for_readings(2)
        yield figure("whole rescan", [time.monotonic() - begun], reading)
        yield figure("  its processor time", [daemon.cpu_seconds() - before], reading)


def figure(what: str, seconds: list[float], reading: float, goal: str = "") -> Figure:
    return Figure(what, statistics.median(seconds), "s", "reading all files", reading, goal)


def plain_read(folder) -> float:
    """Seconds that the tools of the system need to list the files and read every byte, on all
    processors."""
    find = ["find", folder, "-type", "f", "-print0"]
    cat = ["xargs", "-0", "-n", "1000", "-P", str(os.cpu_count()), "cat"]
    begun = time.monotonic()
    with subprocess.Popen(find, stdout=subprocess.PIPE) as listing:
        subprocess.run(cat, stdin=listing.stdout, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun
