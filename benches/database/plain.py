"""What PostgreSQL and its own client take for what a daemon has to do."""

import random
import statistics
from collections.abc import Callable, Iterator

import row
from figure import Figure, percentile

ROUNDS = 3
STATEMENTS = 200
FEED_ROWS = 50
COLUMNS = "title, published_at, updated_at, section, tags, author, lang, summary"
IN_ORDER = 'FROM articles ORDER BY id::text COLLATE "C"'


class Plain:
    """Seconds of what reads the whole table, milliseconds of everything else."""

    def __init__(self, bench):
        def median(sql: str) -> float:
            # The first reading brings the table into memory.
            session.seconds(sql)
            return statistics.median(session.seconds(sql) for _ in range(ROUNDS))

        def each(statement: Callable[[int], str]) -> list[float]:
            return [session.seconds(statement(number)) * 1e3 for number in range(STATEMENTS)]

        session = bench.session
        self.table = median("COPY articles TO STDOUT")
        self.heads = median(f"COPY (SELECT id::text, {COLUMNS} {IN_ORDER}) TO STDOUT")
        self.dates = median(f"COPY (SELECT id::text, updated_at {IN_ORDER}) TO STDOUT")
        self.count = median("SELECT count(*) FROM articles") * 1e3
        self.nothing = statistics.median(each(lambda _: "SELECT 1"))
        chance = random.Random("rows")
        numbers = range(1, bench.articles + 1)
        self.feed = each(lambda _: by_ids(chance.sample(numbers, FEED_ROWS)))
        with row.newest(bench) as rows:
            self.update = each(lambda number: row.update(rows[number % len(rows)], str(number)))


def by_ids(ids: list[int]) -> str:
    return f"SELECT * FROM articles WHERE id IN ({', '.join(map(str, ids))})"


def measure(bench) -> Iterator[Figure]:
    plain = bench.plain
    table = plain.table * 1e3
    yield Figure("psql: COPY of the table", table, "ms")
    for what, milliseconds in (
        ("all columns but the bodies, by id", plain.heads * 1e3),
        ("ids and dates, by id", plain.dates * 1e3),
    ):
        yield Figure(f"  of {what}", milliseconds, "ms", "COPY of the table", table)
    yield Figure("  SELECT count(*)", plain.count, "ms")
    yield Figure("  SELECT 1", plain.nothing, "ms")
    for what, milliseconds in (("50 rows by id", plain.feed), ("UPDATE of a row", plain.update)):
        yield Figure(f"  {what} p99", percentile(milliseconds, 99), "ms")
        yield Figure("    half of them", percentile(milliseconds, 50), "ms")
