"""The newsroom behind the proxies: what it publishes, what its daemon was asked, and a client."""

import gzip
import http.client
import io
import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "clients"))
from newsroom import PATIENCE, Article, Newsroom, await_that, free_port

#: How taspa is set up behind a proxy, and short times, so that a cache's copies grow stale while one waits.
SERVER = """[server]
access-log      = "json"
trusted-proxies = ["127.0.0.1/32"]
"""
CACHE = """[defaults]
stale-while-revalidate = "1s"
stale-if-error         = "1h"
"""

#: What readers write into Accept-Encoding; `None` is to send none.
CODINGS = (None, "identity", "gzip", "br", "zstd", "gzip, deflate, br", "gzip;q=0.5, br;q=0, zstd;q=0.0")

#: A client of its own address, which only a proxy can tell.
CLIENT = "127.0.0.9"


class Unexpected(Exception):
    """An answer that is not the one it has to be."""


@dataclass
class Answer:
    asked: str
    status: int
    headers: Message
    body: bytes

    @property
    def tag(self) -> str:
        return self.headers["ETag"] or ""

    @property
    def text(self) -> str:
        return self.document.decode()

    @property
    def document(self) -> bytes:
        """The body as it is before coding; what the standard library cannot decode stays coded."""
        return gzip.decompress(self.body) if self.headers["Content-Encoding"] == "gzip" else self.body

    def expect(self, status: int, **headers: str) -> "Answer":
        """This answer, if it has this status and these headers."""
        if self.status != status:
            raise Unexpected(f"{self.asked}: expected {status}, got {self.status}: {self.body[:200]!r}")
        for name, expected in headers.items():
            name = name.replace("_", "-")
            if self.headers[name] != expected:
                raise Unexpected(f"{self.asked}: expected {name}: {expected}, got {self.headers[name]}")
        return self


class RawConnection:
    """Sends addresses as they are given: some readers percent-encode nothing."""

    def _encode_request(self, request: str) -> bytes:
        return request.encode()


class PlainConnection(RawConnection, http.client.HTTPConnection):
    pass


class SecureConnection(RawConnection, http.client.HTTPSConnection):
    pass


class Client:
    """Asks at one address, each time by a connection of its own, and notes what it asked."""

    def __init__(self, port: int, trusted: ssl.SSLContext | None = None) -> None:
        self.port, self.trusted = port, trusted
        self.answers: list[Answer] = []

    def ask(self, path: str, coding: str | None = None, method: str = "GET", **headers: str | None) -> Answer:
        headers |= {"Accept-Encoding": coding, "User-Agent": "judge"}
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        status, received, body = self.exchange(method, path, sent)
        sent.pop("User-Agent")
        words = [method, path, *(f"{name}: {value}" for name, value in sent.items())]
        self.answers.append(Answer(" ".join(words), status, received, body))
        return self.answers[-1]

    def exchange(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, Message, bytes]:
        options = {"timeout": PATIENCE, "source_address": (CLIENT, 0)}
        if self.trusted:
            connection = SecureConnection("127.0.0.1", self.port, context=self.trusted, **options)
        else:
            connection = PlainConnection("127.0.0.1", self.port, **options)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


class Http2Client(Client):
    """One that asks by HTTP/2 and takes no other version."""

    def __init__(self, port: int, certificate: Path, host: str = "127.0.0.1", source: str = CLIENT) -> None:
        super().__init__(port)
        self.address = f"https://{host}:{port}"
        self.command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--http2", "--globoff"]
        self.command += ["--cacert", certificate, "--max-time", f"{PATIENCE:.0f}", "--interface", f"host!{source}"]

    def exchange(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, Message, bytes]:
        command = [*self.command, "--include", *(["--head"] if method == "HEAD" else [])]
        for name, value in headers.items():
            command += ["--header", f"{name}: {value}"]
        said = self.run([*command, self.address + path])
        lines, _, body = said.partition(b"\r\n\r\n")
        status, _, lines = lines.partition(b"\r\n")
        version, code = status.split()[:2]
        if version != b"HTTP/2":
            raise Unexpected(f"{method} {path}: expected HTTP/2, got {status!r}")
        return int(code), http.client.parse_headers(io.BytesIO(lines + b"\r\n\r\n")), body

    def crowd(self, path: str, count: int, tag: str) -> list[Answer]:
        """Polls this often, many at once over a few connections; of answers only what a 429 has is kept."""
        command = [arg for arg in self.command if arg != "--globoff"]
        command += ["--parallel", "--parallel-max", "60", "--header", f"If-None-Match: {tag}", "--output", "/dev/null"]
        # Each address is another one to curl, and the same to the server.
        command += ["--write-out", "%{http_version} %{http_code} %header{retry-after}\n", f"{self.address}{path}#[1-{count}]"]
        lines = [line.split(" ") for line in self.run(command).decode().splitlines()]
        if len(lines) != count or any(version != "2" for version, _, _ in lines):
            raise Unexpected(f"GET {path}: expected {count} answers by HTTP/2, got {len(lines)}: {lines[:3]}")
        for _, status, retry_after in lines:
            headers = Message()
            if retry_after:
                headers["Retry-After"] = retry_after
            self.answers.append(Answer(f"GET {path} of a crowd", int(status), headers, b""))
        return self.answers[-count:]

    @staticmethod
    def run(command: list[str | Path]) -> bytes:
        ended = subprocess.run(command, capture_output=True, check=False)
        if ended.returncode != 0:
            raise Unexpected(f"{command[-1]}: {ended.stderr.decode().strip()}")
        return ended.stdout


@dataclass
class Asked:
    """One line of the daemon's access log."""

    client: str
    target: str
    status: int
    user_agent: str | None


@contextmanager
def failing(port: int) -> Iterator[list[str]]:
    """In the daemon's place, one that is not ready; gives what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(503)
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield asked
        server.shutdown()


class Published(Newsroom):
    """A newsroom whose daemon stands behind a proxy."""

    def __init__(self, folder: Path, taspa: Path, public: str) -> None:
        self.socket = folder / "taspa.sock"
        self.log = folder / "access.log"
        super().__init__(folder, taspa, free_port(), public)
        self.own = Client(self.port)
        self.add("article-8", Article("Матч перенесён", section="Спорт", tag="футбол", date="2026-01-07 10:00"))

    def start(self) -> None:
        config = self.folder / "feeds.toml"
        text = config.read_text()
        if SERVER not in text:
            tcp = f'"127.0.0.1:{self.port}"'
            text = text.replace("[server]\n", SERVER).replace("[defaults]\n", CACHE)
            text = text.replace(f"= {tcp}", f'= [{tcp}, "unix:{self.socket}|0666"]')
            config.write_text(text)
        with self.log.open("a") as log, (self.folder / "log").open("a") as errors:
            command = [self.taspa, "serve", "--config", config]
            self.process = subprocess.Popen(command, stdout=log, stderr=errors)
        await_that(lambda: self.tag() is not None, "the daemon answers")

    def asked(self, target: str) -> list[Asked]:
        """What clients asked of the daemon until now, at this address as they wrote it."""
        # The log is written a little later, but in order.
        mark = f"/all.rss?mark={len(self.own.answers)}"
        self.own.ask(mark)
        await_that(lambda: mark in self.log.read_text(), "the access log is written")
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.endswith("}")]
        asked = [Asked(*(line[key] for key in ("client", "target", "status", "user_agent"))) for line in lines]
        # The newsroom itself and a balancer's probes ask too, and have no name.
        return [line for line in asked if line.target == target and line.user_agent == "judge"]
