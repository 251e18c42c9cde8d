"""What PostgreSQL and its own client take for what a daemon has to do."""

import statistics
from collections.abc import Callable, Iterator

import row
from figure import Figure, percentile

ROUNDS = 3
STATEMENTS = 200
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
        self.dates = median(f"COPY (SELECT id::text, updated_at {IN_ORDER}) TO STDOUT")
        self.count = median("SELECT count(*) FROM articles") * 1e3
        self.nothing = statistics.median(each(lambda _: "SELECT 1"))
        with row.newest(bench) as rows:
            self.update = each(lambda number: row.update(rows[number % len(rows)], str(number)))


def measure(bench) -> Iterator[Figure]:
    plain = bench.plain
    table = plain.table * 1e3
    yield Figure("psql: COPY of the table", table, "ms")
    dates = plain.dates * 1e3
    yield Figure("  of ids and dates, by id", dates, "ms", "COPY of the table", table)
    yield Figure("  SELECT count(*)", plain.count, "ms")
    yield Figure("  SELECT 1", plain.nothing, "ms")
    yield Figure("  UPDATE of a row p99", percentile(plain.update, 99), "ms")
    yield Figure("    half of them", percentile(plain.update, 50), "ms")
