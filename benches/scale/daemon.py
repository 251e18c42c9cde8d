"""A running taspa: its settings, its answers, and what it costs."""

import contextlib
import http.client
import resource
import signal
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path
from typing import Self

# How often a daemon is asked that cannot say by itself that it has got there.
LOOK_SECONDS = 0.002
DEADLINE_SECONDS = 1800
SETTINGS = """
[site]
title        = "Замер"
url          = "https://news.example/"
id-authority = "news.example"
id-year      = 2026

[server]
listen     = "127.0.0.1:{port}"
public-url = "http://127.0.0.1:{port}/"
admin      = "127.0.0.1:{admin_port}"
state      = "{state}"

[server.limits]
connections    = 20000
header-timeout = "60s"

[auto.sections]
[auto.tags]
[auto.authors]
"""
# A whole rescan would be charged to whatever is measured meanwhile; it is measured by itself.
FOLDER = """
[source.directory]
path   = "{articles}"
rescan = "1h"
"""


class Daemon:
    """Started when it is made, stopped at the end of its `with`. Under another address every feed
    would be another one, so all daemons of one archive have the same `ports`. `source` is what
    feeds.toml says besides: the articles' source, and feeds."""

    def __init__(self, program: Path, source: str, folder: Path, ports: tuple[int, int]):
        self.port, self.admin_port = ports
        settings = SETTINGS.format(
            port=self.port, admin_port=self.admin_port, state=folder / "state"
        )
        (folder / "feeds.toml").write_text(settings + source)
        self.log = (folder / "log").open("ab")
        self.log_begins = self.log.tell()
        command = [program, "serve", "--config", folder / "feeds.toml"]
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stderr=self.log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.log.close()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def wait_for_edition(self) -> float:
        """Seconds from the start to the first answer out of an edition."""

        def is_out() -> bool:
            with contextlib.closing(self.connect()) as connection:
                return tag(connection, "/all.rss") != ""

        self.wait_until(is_out)
        return time.monotonic() - self.started

    def wait_for_answer(self, path: str) -> float:
        """Seconds from the start until a document is there."""

        def is_there() -> bool:
            with contextlib.closing(self.connect()) as connection:
                return fetch(connection, path)[0] == 200

        self.wait_until(is_there)
        return time.monotonic() - self.started

    def wait_for_line(self, text: str) -> float:
        """Seconds from the start until the log says so."""
        self.wait_until(lambda: self.has_said(text))
        return time.monotonic() - self.started

    def has_said(self, text: str) -> bool:
        with open(self.log.name, "rb") as log:
            log.seek(self.log_begins)
            return text.encode() in log.read()

    def wait_for_readings(self, readings: int = 1) -> float:
        """Seconds from the start until the source has been read this many times, at first all of it."""
        series = 'taspa_source_readings_total{result="success"}'
        self.wait_until(lambda: self.metrics().get(series, 0) >= readings)
        return time.monotonic() - self.started

    def wait_until(self, is_so) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if is_so():
                    return
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"taspa does not get there; see {self.log.name}")
            time.sleep(LOOK_SECONDS)

    def metrics(self) -> dict[str, float]:
        """What the admin listener counts, by series."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        pairs = [line.rsplit(" ", 1) for line in lines]
        return {series: float(value) for series, value in pairs}

    def renders(self) -> float:
        """Feeds that were written so far, in any format."""
        counts = self.metrics().items()
        return sum(
            count
            for series, count in counts
            if series.startswith("taspa_render_duration_seconds_count")
        )

    def cpu_seconds(self) -> float:
        """Processor time of all threads, those that have ended included, from the clock that the
        scheduler keeps of the process (as clock_getcpuclockid(3) names it)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def resident_bytes(self, field: str = "VmRSS") -> int:
        """Resident memory; of the field VmHWM the most there ever was."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(field))
        return int(line.split()[1]) * 1024


def folder_source(articles: Path) -> str:
    return FOLDER.format(articles=articles)


def tag(connection: http.client.HTTPConnection, path: str) -> str:
    """The current tag of a feed, for which nothing has to be rendered; empty where there is none."""
    connection.request("GET", path, headers={"If-None-Match": "*"})
    response = connection.getresponse()
    response.read()
    return response.getheader("ETag", "") if response.status == 304 else ""


def fetch(connection: http.client.HTTPConnection, path: str, known: str = "") -> tuple[int, bytes]:
    """Status and body of a document as gzip."""
    headers = {"Accept-Encoding": "gzip"} | ({"If-None-Match": known} if known else {})
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    return response.status, response.read()


def feed(kind: str, term: str) -> str:
    """The address of a term's feed."""
    return f"/{kind}/{urllib.parse.quote(term.lower().replace(' ', '-'))}.rss"


def feeds_of(article) -> list[str]:
    """The addresses of all feeds that an article is in."""
    terms = [("sections", article.section), ("authors", article.author)]
    terms += [("tags", tag) for tag in article.tags]
    return ["/all.rss", *(feed(kind, term) for kind, term in terms)]


def free_ports() -> tuple[int, int]:
    with socket.create_server(("", 0)) as one, socket.create_server(("", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def raise_file_limit(files: int) -> None:
    """Connections are files: the limit that children inherit has to allow them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < files:
        raise SystemExit(f"{files} open files are needed, and the system allows {hard}: ulimit -n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
