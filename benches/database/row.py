"""Rows that change and go, with a notification, until all their feeds show it."""

import contextlib
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from change import moved
from daemon import Daemon, feeds_of
from figure import Figure, percentile

# A feed moves at most once in a second; a change that follows sooner would measure that.
APART_SECONDS = 1.1
# As many as a feed shows, whatever its term.
NEWEST = 50
# Each costs a comparison of all rows, because nothing says which one is gone.
DELETIONS = 5


@dataclass
class Row:
    """What of a row names its feeds and finds it in them."""

    id: int
    title: str
    section: str
    author: str
    tags: list[str]


def measure(bench) -> Iterator[Figure]:
    plain = bench.plain
    with newest(bench) as rows, bench.settled() as daemon:
        changed = []
        for number in range(bench.changes):
            time.sleep(APART_SECONDS)
            changed.append(change(bench, daemon, rows[number % len(rows)], f"№ {number}"))
        gone = []
        for row in rows[:DELETIONS]:
            time.sleep(APART_SECONDS)
            gone.append(delete(bench, daemon, row) / 1e3)
    for what, percent, goal in (
        ("row changed, in all feeds p99", 99, "change visible p99"),
        ("  half of them", 50, ""),
    ):
        other = percentile(plain.update, percent)
        yield Figure(what, percentile(changed, percent), "ms", "UPDATE", other, goal)
    beside = "COPY of ids and dates"
    yield Figure("row deleted, in no feed", statistics.median(gone), "s", beside, plain.dates)
    yield Figure("  the longest", max(gone), "s", beside, plain.dates)


def change(bench, daemon: Daemon, row: Row, mark: str) -> float:
    shown = f"{row.title} {mark}<".encode()
    statement, ask = update(row, mark), bench.session.ask
    return moved(daemon, feeds_of(row), lambda: ask(statement), lambda body: shown in body)


def update(row: Row, mark: str) -> str:
    title = f"{row.title} {mark}"
    return f"UPDATE articles SET title = '{title}', updated_at = now() WHERE id = {row.id}"


def delete(bench, daemon: Daemon, row: Row) -> float:
    title, ask = row.title.encode(), bench.session.ask
    statement = f"DELETE FROM articles WHERE id = {row.id}"
    return moved(daemon, feeds_of(row), lambda: ask(statement), lambda body: title not in body)


@contextlib.contextmanager
def newest(bench) -> Iterator[list[Row]]:
    """The newest rows, to be changed; the archive is left as it was."""
    bench.session.ask(
        f"INSERT INTO originals SELECT * FROM articles ORDER BY id DESC LIMIT {NEWEST}"
    )
    try:
        rows = bench.session.ask(
            "SELECT to_json(known) FROM (SELECT id, title, section, author, tags FROM originals"
            " ORDER BY id DESC) AS known"
        )
        yield [Row(**json.loads(row)) for row in rows]
    finally:
        restore(bench.session)


def restore(session) -> None:
    """Puts rows back that a measurement changed, be it one that broke off."""
    session.ask(
        "BEGIN; DELETE FROM articles USING originals WHERE articles.id = originals.id;"
        " INSERT INTO articles SELECT * FROM originals; TRUNCATE originals; COMMIT"
    )
