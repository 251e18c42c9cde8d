"""Starts without state, which read every row, to the first edition."""

import shutil
import statistics
from collections.abc import Iterator

from daemon import Daemon
from figure import MB, Figure

# Several starts of a small archive, whose times vary more than those of a large one.
ROUNDS_ROWS = 300_000


def measure(bench) -> Iterator[Figure]:
    plain = bench.plain
    with bench.apart("one", "WHERE id = 1") as daemon:
        bare = daemon.resident_bytes() / MB
    rounds = max(1, min(5, ROUNDS_ROWS // bench.articles))
    editions = []
    for _ in range(rounds):
        shutil.rmtree(bench.scratch / "state", ignore_errors=True)
        before = bench.postgres.cpu_seconds()
        with bench.daemon() as daemon:
            seconds = daemon.wait_for_answer("/all.rss")
            editions.append(Point(bench, daemon, seconds, before))
    yield from figures(editions, plain.table, bare)
    each = statistics.median(point.cpu for point in editions) / bench.articles * 1e6
    yield Figure("  taspa's processor time of each", each, "µs")
    state = sum(file.stat().st_size for file in (bench.scratch / "state").iterdir())
    yield Figure("  state folder", state / MB, "MB")


class Point:
    """How far a daemon came, and what it has cost by then."""

    def __init__(self, bench, daemon: Daemon, seconds: float, before: float):
        self.seconds, self.cpu = seconds, daemon.cpu_seconds()
        self.database = bench.postgres.cpu_seconds() - before
        self.resident, self.most = daemon.resident_bytes(), daemon.resident_bytes("VmHWM")


def figures(points: list[Point], table: float, bare: float) -> Iterator[Figure]:
    def median(field: str) -> float:
        return statistics.median(getattr(point, field) for point in points)

    beside, one = "COPY of the table", "a daemon with one row"
    yield Figure("first edition", median("seconds"), "s", beside, table, "first edition")
    yield Figure("  taspa's processor time", median("cpu"), "s", beside, table)
    yield Figure("  PostgreSQL's", median("database"), "s", beside, table)
    yield Figure("  resident then", median("resident") / MB, "MB", one, bare, "resident")
    yield Figure("  most of it until then", median("most") / MB, "MB", one, bare, "resident")
