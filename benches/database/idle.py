"""Rest: what a daemon and its database do while nothing changes and nobody asks."""

import time
from collections.abc import Iterator

from figure import Figure

IDLE_SECONDS = 10


def measure(bench) -> Iterator[Figure]:
    plain = bench.plain
    taspa, database = second(bench, "1h")
    yield Figure("processor time of an idle second", taspa, "ms", "SELECT 1", plain.nothing)
    yield Figure("  PostgreSQL's", database, "ms", "SELECT 1", plain.nothing)
    polling, polled = second(bench, "1s")
    beside = "SELECT count(*)"
    yield Figure("  of a poll", polling - taspa, "ms", beside, plain.count)
    yield Figure("  PostgreSQL's", polled - database, "ms", beside, plain.count)


def second(bench, refresh: str) -> tuple[float, float]:
    """Milliseconds of processor time that a second costs the daemon and PostgreSQL."""
    with bench.settled(refresh) as daemon:
        taspa, database = daemon.cpu_seconds(), bench.postgres.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        taspa = daemon.cpu_seconds() - taspa
        database = bench.postgres.cpu_seconds() - database
    return taspa / IDLE_SECONDS * 1e3, database / IDLE_SECONDS * 1e3
