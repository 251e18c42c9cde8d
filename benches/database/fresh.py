"""Starts without state: the first edition, the texts that come after it, and what is asked before."""

import contextlib
import random
import shutil
import statistics
import time
from collections.abc import Iterator

from daemon import Daemon, feed, fetch
from figure import MB, Figure, percentile

# Several starts of a small archive, whose times vary more than those of a large one.
ROUNDS_ROWS = 300_000
COMPLETE = "every text is here"
COLD_FEEDS = 500


def measure(bench) -> Iterator[Figure]:
    plain = bench.plain
    with bench.apart("one", "WHERE id = 1") as daemon:
        daemon.wait_for_line(COMPLETE)
        bare = daemon.resident_bytes() / MB
    rounds = max(1, min(5, ROUNDS_ROWS // bench.articles))
    editions, texts = [], []
    for _ in range(rounds):
        shutil.rmtree(bench.scratch / "state", ignore_errors=True)
        before = bench.postgres.cpu_seconds()
        with bench.daemon() as daemon:
            seconds = daemon.wait_for_answer("/all.rss")
            editions.append(Point(bench, daemon, seconds, before))
            texts.append(Point(bench, daemon, daemon.wait_for_line(COMPLETE), before))
    beside = "COPY without bodies"
    yield from figures("first edition", editions, beside, plain.heads, bare, "first edition")
    yield from figures("every text is here", texts, "COPY of the table", plain.table, bare)
    each = statistics.median(point.cpu for point in texts) / bench.articles * 1e6
    yield Figure("  taspa's processor time of each", each, "µs")
    state = sum(file.stat().st_size for file in (bench.scratch / "state").iterdir())
    yield Figure("  state folder", state / MB, "MB")
    yield from cold_feeds(bench)


class Point:
    """How far a daemon came, and what it has cost by then."""

    def __init__(self, bench, daemon: Daemon, seconds: float, before: float):
        self.seconds, self.cpu = seconds, daemon.cpu_seconds()
        self.database = bench.postgres.cpu_seconds() - before
        self.resident, self.most = daemon.resident_bytes(), daemon.resident_bytes("VmHWM")


def figures(
    what: str, points: list[Point], beside: str, other: float, bare: float, goal: str = ""
) -> Iterator[Figure]:
    def median(field: str) -> float:
        return statistics.median(getattr(point, field) for point in points)

    one = "a daemon with one row"
    yield Figure(what, median("seconds"), "s", beside, other, goal)
    yield Figure("  taspa's processor time", median("cpu"), "s", beside, other)
    yield Figure("  PostgreSQL's", median("database"), "s", beside, other)
    yield Figure("  resident then", median("resident") / MB, "MB", one, bare, "resident")
    yield Figure("  most of it until then", median("most") / MB, "MB", one, bare, "resident")


def cold_feeds(bench) -> Iterator[Figure]:
    """Asks for feeds of which no text is here, one after the other, as long as there may be some."""
    tags = bench.session.ask("SELECT DISTINCT unnest(tags) AS tag FROM articles ORDER BY tag")
    random.Random("feeds").shuffle(tags)
    took = []
    with bench.apart("cold") as daemon, contextlib.closing(daemon.connect()) as connection:
        for tag in tags[:COLD_FEEDS]:
            begun = time.monotonic()
            status, _ = fetch(connection, feed("tags", tag))
            if daemon.has_said(COMPLETE):
                break
            if status != 200:
                raise SystemExit(f"{feed('tags', tag)} is answered with {status}")
            took.append((time.monotonic() - begun) * 1e3)
    if len(took) < 2:
        return
    what, beside = f"first answer of {len(took)} cold feeds p99", "50 rows by id"
    plain = bench.plain.feed
    yield Figure(
        what, percentile(took, 99), "ms", beside, percentile(plain, 99), "first answer p99"
    )
    yield Figure("  half of them", percentile(took, 50), "ms", beside, percentile(plain, 50))
