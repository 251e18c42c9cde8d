#!/usr/bin/env python3
"""How taspa bears articles in a database: starts, memory, changed and deleted rows, rest.

    benches/database/database.py [--articles N] [--cluster FOLDER] [--program FILE] [--changes N]
                                 [--only NAME[,NAME …]]

A whole daemon serves an invented archive of N rows (`articles.sql`) out of a PostgreSQL that is started
for it, with an automatic feed for every section, tag and author. Each figure is printed beside its goal,
which holds for two cores, and as a multiple of what PostgreSQL's own client takes for the same rows in
the same run, so that a slow or busy machine shows:

| measurement | what | beside |
|---|---|---|
| plain | what psql takes for each of the things below | |
| fresh | start without state, to the first 200 of /all.rss; memory then | COPY of the table; a daemon with one row |
| restart | start with state, to the first 200, and until all rows are compared | COPY of ids and dates |
| idle | processor time of a second without changes, and of a poll that finds nothing | SELECT 1, count(*) |
| row | a row changes, with NOTIFY, until all its feeds have it | the same UPDATE |
|     | a row is deleted, with NOTIFY, until no feed has it | COPY of ids and dates |

PostgreSQL's part is the processor time of the server processes that worked for the daemon.

Needs PostgreSQL (the Debian package `postgresql`) and a Rust toolchain. A million rows are 2 GB and take
some five minutes to write; `--cluster` keeps them for the next time.
"""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benches" / "scale"))

import fresh
import idle
import plain
import restart
import row
from daemon import Daemon, free_ports
from postgres import Postgres, Session
from scale import build, resolved

# The measurement that leaves rows changed for a while comes last.
MEASUREMENTS = {"plain": plain, "fresh": fresh, "restart": restart, "idle": idle, "row": row}
ARTICLES = 10_000
QUERY = """SELECT id, title, published_at AS date, updated_at AS updated, section, tags, author, lang,
    summary, content_html FROM articles"""
# A whole comparison would be charged to whatever is measured meanwhile; a restart measures it. So would
# a poll, and what NOTIFY does could not be told from what a poll does.
SOURCE = """
[source.sql]
url       = "{url}"
query     = '''{query}'''
refresh   = "{refresh}"
reconcile = "1h"
listen    = "taspa"

[[feed]]
name  = "money"
title = "Деньги"
any   = ["section:Экономика", "#городской-бюджет", "#финансовый-рынок"]
none  = ["section:Спорт", "#автомобильный-акимат"]
"""


@dataclass
class Bench:
    """What the measurements share."""

    built: Path | None
    articles: int
    postgres: Postgres
    session: Session
    scratch: Path
    changes: int
    ports: tuple[int, int] = field(default_factory=free_ports)

    @cached_property
    def program(self) -> Path:
        return self.built or build()

    @cached_property
    def plain(self) -> plain.Plain:
        return plain.Plain(self)

    def daemon(self, refresh: str = "1h") -> Daemon:
        """A daemon over the archive, with the state that the one before it left."""
        return Daemon(self.program, self.source(QUERY, refresh), self.scratch, self.ports)

    @contextlib.contextmanager
    def settled(self, refresh: str = "1h") -> Iterator[Daemon]:
        """A daemon that has nothing left to read."""
        with self.daemon(refresh) as daemon:
            daemon.wait_for_readings()
            daemon.wait_for_answer("/all.rss")
            yield daemon

    @contextlib.contextmanager
    def apart(self, name: str, where: str = "") -> Iterator[Daemon]:
        """A daemon without state that leaves none to the others."""
        with tempfile.TemporaryDirectory(prefix=name, dir=self.scratch) as folder:
            source = self.source(f"{QUERY} {where}", "1h")
            with Daemon(self.program, source, Path(folder), free_ports()) as daemon:
                daemon.wait_for_answer("/all.rss")
                yield daemon

    def source(self, query: str, refresh: str) -> str:
        return SOURCE.format(url=self.postgres.url(), query=query, refresh=refresh)


def main() -> None:
    options = parse_arguments()
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taspa-database-")))
        # The server's account has to get at what is its own.
        scratch.chmod(0o711)
        postgres = stack.enter_context(Postgres(options.cluster or scratch / "cluster"))
        session = stack.enter_context(Session(postgres))
        articles = fill(postgres, session, options.articles)
        bench = Bench(options.program, articles, postgres, session, scratch, options.changes)
        [size] = session.ask("SELECT pg_total_relation_size('articles') / 1000000")
        [version] = session.ask("SELECT split_part(current_setting('server_version'), ' ', 1)")
        load = os.getloadavg()[0]
        print(f"{articles:,} rows, {size} MB; PostgreSQL {version}; load {load:.1f}")
        print(f"{'':40} {'measured':>10} {'':3} {'goal':>6} {'':6} ratio")
        for name in options.only:
            for figure in MEASUREMENTS[name].measure(bench):
                print(figure.line(articles), flush=True)


def fill(postgres: Postgres, session: Session, articles: int | None) -> int:
    """Writes the archive where there is none; returns how many rows it has."""
    if session.ask("SELECT to_regclass('articles')") == [""]:
        postgres.run(ROOT / "benches/database/articles.sql", articles=articles or ARTICLES)
        session.ask("VACUUM (ANALYZE) articles")
    row.restore(session)
    [count] = session.ask("SELECT count(*) FROM articles")
    if articles not in (None, int(count)):
        raise SystemExit(f"{postgres.folder} has {count} rows: {articles} need another folder")
    return int(count)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--articles", type=int, help=f"as many rows are written, {ARTICLES:,} without it"
    )
    parser.add_argument(
        "--cluster", type=resolved, help="folder of a PostgreSQL to use, made if it is missing"
    )
    parser.add_argument("--program", type=resolved, help="binary to measure; built without it")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(MEASUREMENTS))
    options = parser.parse_args()
    for name in options.only:
        if name not in MEASUREMENTS:
            parser.error(f"--only: {name} is none of {', '.join(MEASUREMENTS)}")
    return options


if __name__ == "__main__":
    main()
