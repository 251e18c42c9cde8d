"""Starts with the state that the last daemon left, and the comparison with all rows that follows."""

import statistics
from collections.abc import Iterator

from figure import Figure

RESTARTS = 5


def measure(bench) -> Iterator[Figure]:
    with bench.settled():
        pass
    starts, comparisons, spent, database = [], [], [], []
    for _ in range(RESTARTS):
        before = bench.postgres.cpu_seconds()
        with bench.daemon() as daemon:
            starts.append(daemon.wait_for_answer("/all.rss"))
            comparisons.append(daemon.wait_for_readings() - starts[-1])
            spent.append(daemon.cpu_seconds())
            database.append(bench.postgres.cpu_seconds() - before)
    for what, seconds, goal in (
        ("warm restart", starts, "warm restart"),
        ("  from there until all is compared", comparisons, ""),
        ("  taspa's processor time of both", spent, ""),
        ("  PostgreSQL's", database, ""),
    ):
        beside = "COPY of ids and dates"
        yield Figure(what, statistics.median(seconds), "s", beside, bench.plain.dates, goal)
