#!/usr/bin/env python3
"""What a database spends on the statements that one taspa sends it, with the recipes of examples/sql.

    benches/database/statements.py [--articles N,N…]

PostgreSQL has the table of table.sql and is asked with the query of table.toml; MariaDB has the tables of a WordPress
site and the query of wordpress.toml, with and without the index that the recipe names. The statements are those of
src/source/sql. Printed are milliseconds until a client on the same machine has the whole answer, the median of several
runs with everything in the server's memory.

Needs PostgreSQL and MariaDB (Debian's postgresql and mariadb-server). As root, the servers run as their own users.
"""

import argparse
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from abc import ABC, abstractmethod
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "examples" / "sql"
RUNS = 7
PATIENCE = 60
#: Ids in one statement for whole articles.
WHOLE = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", default="10000,100000", help="numbers of articles, parted by commas")
    sizes = [int(size) for size in parser.parse_args().articles.split(",")]
    print(f"{'':44}" + "".join(f"{size:>12,}" for size in sizes))
    for kind in (Postgres, MariaDb):
        columns = [measure(kind, size) for size in sizes]
        for row in columns[0]:
            print(f"{kind.name + ', ' + row:44}" + "".join(f"{column[row]:12,.2f}" for column in columns))


def measure(kind: type["Database"], articles: int) -> dict[str, float]:
    # Short, because the name of a unix socket must be.
    with (
        tempfile.TemporaryDirectory(prefix="taspa-", dir="/tmp") as folder,
        contextlib.closing(kind(Path(folder))) as db,
    ):
        db.fill(articles)
        times = {what: db.time(statement) for what, statement in db.statements(articles).items()}
        return times | db.extra(articles)


class Database(ABC):
    """A server of its own, in a folder of its own."""

    name: str
    user: str
    recipe: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        recipe = tomllib.loads((RECIPES / f"{self.recipe}.toml").read_text())
        self.query = recipe["source"]["sql"]["query"].strip()
        if os.geteuid() == 0:
            shutil.chown(folder, self.user)
        self.install()
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(self.own(self.command()), stdout=log, stderr=log, cwd=folder)
        self.wait()

    def own(self, command: list) -> list:
        """The command as the server's own user."""
        prefix = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        return prefix + command if os.geteuid() == 0 else command

    def wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.ask("SELECT 1").returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{self.name} does not start:\n{(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()

    def run(self, statements: str) -> str:
        done = self.ask(statements)
        if done.returncode:
            sys.exit(f"{self.name}: {done.stderr}")
        return done.stdout

    def ask(self, statements: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.client(), input=statements, text=True, capture_output=True, check=False)

    def time(self, statement: str) -> float:
        """Milliseconds of a run."""
        return statistics.median(self.taken(statement) for _ in range(RUNS))

    def statements(self, articles: int) -> dict[str, str]:
        """What taspa asks, wrapped as it wraps the query."""
        lately = self.instant(articles - 20)
        changed = f"(updated > {lately} OR (updated IS NULL AND date > {lately}))"
        any_row = f"SELECT CASE WHEN EXISTS ({self.wrap('1', 'LIMIT 1')}) THEN 'rows' END AS any_row"
        return {
            "pulse": f"SELECT * FROM ({any_row}) AS first LEFT JOIN ({self.wrap('*', 'LIMIT 0')}) AS columns ON 1 = 1",
            "poll: what changed": self.wrap(
                "id, updated, date", f"WHERE {changed} ORDER BY {self.ordered}"
            ),
            "poll: which rows": self.wrap(f"count(*), sum({self.digest})"),
            "comparison of all ids": self.wrap(
                f"id, updated, date, {self.digest}", f"ORDER BY {self.ordered}"
            ),
            "comparison of all rows": self.wrap(f"{self.columns}, {self.digest}", f"ORDER BY {self.ordered}"),
            f"{WHOLE} whole articles": self.wrap(
                "*", f"WHERE {self.among(range(articles - WHOLE, articles))}"
            ),
        }

    def wrap(self, columns: str, rest: str = "") -> str:
        return f"SELECT {columns} FROM ({self.query}) AS taspa_rows {rest}"

    #: The id as bytes.
    ordered: str
    #: A number made of the id.
    digest: str
    #: All columns, of the text its length.
    columns: str

    def extra(self, articles: int) -> dict[str, float]:
        return {}

    @abstractmethod
    def install(self) -> None: ...
    @abstractmethod
    def command(self) -> list: ...
    @abstractmethod
    def client(self) -> list: ...
    @abstractmethod
    def fill(self, articles: int) -> None: ...
    @abstractmethod
    def instant(self, number: int) -> str: ...
    @abstractmethod
    def among(self, numbers: range) -> str: ...
    @abstractmethod
    def taken(self, statement: str) -> float: ...


class Postgres(Database):
    name = "PostgreSQL"
    user = "postgres"
    recipe = "table"
    ordered = '(id)::text COLLATE "C"'
    digest = "('x' || left(encode(sha256((id)::text::bytea), 'hex'), 15))::bit(60)::int8"
    columns = (
        "id, title, date, updated, url, summary, section, to_json(tags), to_json(authors), lang, image, expires, "
        "octet_length(content_html)"
    )

    def program(self, name: str) -> Path:
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        return versions[-1] if versions else Path(name)

    def install(self) -> None:
        command = [
            self.program("initdb"),
            "-D",
            self.folder / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
        ]
        subprocess.run(self.own(command), check=True, capture_output=True, cwd=self.folder)

    def command(self) -> list:
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "fsync=off",
            "shared_buffers=1GB",
            "max_wal_size=4GB",
        ]
        return [
            self.program("postgres"),
            "-D",
            self.folder / "data",
            *(word for option in options for word in ("-c", option)),
        ]

    def client(self) -> list:
        return ["psql", "-h", self.folder, "-U", "postgres", "-XAtq", "-v", "ON_ERROR_STOP=1"]

    def fill(self, articles: int) -> None:
        # A text of 3 kB is kept apart from its row, as most are.
        self.run((RECIPES / "table.sql").read_text())
        self.run(f"""
            ALTER TABLE articles ALTER content_html SET STORAGE EXTERNAL;
            INSERT INTO articles (slug, title, summary, section, tags, authors, content_html, published_at, updated_at)
            SELECT
                'article-' || n, 'Заголовок статьи номер ' || n, repeat('Лид. ', 30), 'Раздел ' || n % 10,
                ARRAY['тег ' || n % 1999, 'тег ' || n % 997], ARRAY['Автор ' || n % 100], repeat('<p>text</p>', 280),
                '2000-01-01'::timestamptz + n * interval '1 minute', '2000-01-01'::timestamptz + n * interval '1 minute'
            FROM generate_series(1, {articles}) AS n;
        """)
        self.run("VACUUM ANALYZE articles")

    def instant(self, number: int) -> str:
        return f"('2000-01-01'::timestamptz + {number} * interval '1 minute')"

    def among(self, numbers: range) -> str:
        return f"id = ANY('{{{','.join(map(str, numbers))}}}'::text[]::bigint[])"

    def taken(self, statement: str) -> float:
        # A connection that is open for long knows its tables, so the second time counts.
        output = self.run(f"\\timing on\n\\o /dev/null\n{statement};\n{statement};")
        return float(re.findall(r"^Time: ([0-9.]+) ms", output, re.MULTILINE)[-1])


class MariaDb(Database):
    name = "MariaDB"
    user = "mysql"
    recipe = "wordpress"
    ordered = "CAST(CONVERT(id USING utf8mb4) AS BINARY)"
    digest = "CRC32(id)"
    columns = (
        "id, guid, title_html, summary, date, updated, url, sections, tags, author, image, enclosures, lang, "
        "octet_length(CONVERT(content_wordpress USING utf8mb4))"
    )

    def install(self) -> None:
        command = [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={self.folder}/data",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]
        subprocess.run(self.own(command), check=True, capture_output=True, cwd=self.folder)

    def command(self) -> list:
        options = [
            f"--datadir={self.folder}/data",
            f"--socket={self.folder}/s",
            "--skip-networking",
            "--innodb-buffer-pool-size=1G",
        ]
        # A server that starts clears the folder for temporary files, so each needs its own.
        return ["mariadbd", "--no-defaults", *options, f"--tmpdir={self.folder}", "--innodb-flush-log-at-trx-commit=0"]

    def client(self) -> list:
        return [
            "mariadb",
            "--no-defaults",
            "--default-character-set=utf8mb4",
            "-u",
            "root",
            "-S",
            self.folder / "s",
            "-N",
            "--quick",
            "-D",
            "mysql",
        ]

    def ask(self, statements: str) -> subprocess.CompletedProcess[str]:
        return super().ask(f"CREATE DATABASE IF NOT EXISTS news; USE news; {statements}")

    def fill(self, articles: int) -> None:
        # The tables of the site that the recipe is tried with, and none of its rows.
        tables = re.findall(
            r"CREATE TABLE .*?;", (ROOT / "tests/databases/wordpress.sql").read_text(), re.DOTALL
        )
        instant = "'2000-01-01' + INTERVAL seq MINUTE"
        self.run(f"""
            SET sql_mode = '';
            {"".join(tables)}
            INSERT INTO wp_users (ID, user_nicename, display_name)
                SELECT seq, CONCAT('author-', seq), CONCAT('Автор ', seq) FROM seq_1_to_100;
            INSERT INTO wp_terms (term_id, name) SELECT seq, CONCAT('термин ', seq) FROM seq_1_to_2000;
            INSERT INTO wp_term_taxonomy (term_taxonomy_id, term_id, taxonomy)
                SELECT seq, seq, IF(seq <= 10, 'category', 'post_tag') FROM seq_1_to_2000;
            INSERT INTO wp_posts (ID, post_author, post_date, post_date_gmt, post_modified, post_modified_gmt, post_title,
                    post_excerpt, post_content, post_name, guid)
                SELECT seq, 1 + seq % 100, {instant}, {instant}, {instant}, {instant}, CONCAT('Заголовок статьи номер ', seq),
                    REPEAT('Лид. ', 30), REPEAT('<p>text</p>', 280), CONCAT('p', seq), CONCAT('https://dala.example/?p=', seq)
                FROM seq_1_to_{articles};
            INSERT INTO wp_posts (post_type, post_status, post_date, post_date_gmt, post_modified, post_modified_gmt, post_title,
                    post_excerpt, post_content, post_name, guid)
                SELECT 'revision', 'inherit', post_date, post_date_gmt, post_modified, post_modified_gmt, post_title,
                    post_excerpt, post_content, post_name, guid
                FROM wp_posts, seq_1_to_2 WHERE post_type = 'post';
            INSERT INTO wp_term_relationships (object_id, term_taxonomy_id) SELECT seq, 1 + seq % 10 FROM seq_1_to_{articles};
            INSERT IGNORE INTO wp_term_relationships (object_id, term_taxonomy_id)
                SELECT seq, 11 + seq * 7919 % 1990 FROM seq_1_to_{articles};
            INSERT IGNORE INTO wp_term_relationships (object_id, term_taxonomy_id)
                SELECT seq, 11 + seq * 104729 % 1990 FROM seq_1_to_{articles};
            INSERT INTO wp_postmeta (post_id, meta_key, meta_value) SELECT seq, '_edit_last', '1' FROM seq_1_to_{articles};
            ANALYZE TABLE wp_posts, wp_postmeta, wp_terms, wp_term_taxonomy, wp_term_relationships;
        """)

    def instant(self, number: int) -> str:
        return f"CONCAT('2000-01-01' + INTERVAL {number} MINUTE, 'Z')"

    def among(self, numbers: range) -> str:
        return f"id IN ({', '.join(map(str, numbers))})"

    def taken(self, statement: str) -> float:
        # The mark is the last line; a text of the answer before it may look like anything.
        output = self.run(
            f"{statement}; SET @begun = SYSDATE(6); {statement}; SELECT TIMESTAMPDIFF(MICROSECOND, @begun, SYSDATE(6))"
        )
        return int(output.split()[-1]) / 1000

    def extra(self, articles: int) -> dict[str, float]:
        header = (RECIPES / "wordpress.toml").read_text()
        index = re.findall(r"^#\s+(CREATE INDEX .*;)$", header, re.MULTILINE)
        self.run(f"{' '.join(index)} ANALYZE TABLE wp_posts")
        statements = self.statements(articles)
        polls = [name for name in statements if name.startswith(("poll", "comparison"))]
        return {f"{name}, by the index": self.time(statements[name]) for name in polls}


if __name__ == "__main__":
    main()
