"""A newsroom that changes, its daemon, and a forwarder before it that writes down who asks what."""

import http.client
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """
[site]
title        = "Дала жаңалықтары"
url          = "https://dala.example/"
id-authority = "dala.example"
id-year      = 2026
time-zone    = "Asia/Almaty"

[server]
listen     = "127.0.0.1:{port}"
public-url = "{public}/"

[source.directory]
path = "articles"

[defaults]
cache = "1s"

[auto.sections]
[auto.tags]

[[feed]]
name  = "parliament"
title = "Парламент & <сенат>"
any   = ["section:Парламент"]
"""

ARTICLE = """ date {date} {title}

{section}
7
{author}
корреспондент

{text}

#{tag} #регион
"""

#: Longest wait for something that takes milliseconds.
PATIENCE = 20.0


@dataclass
class Article:
    title: str
    section: str = "Парламент"
    tag: str = "мажилис"
    author: str = "Айгүл Өмірбек"
    text: str = "Депутаты собрались утром, выслушали доклад и разошлись до обеда.\n\nПосле обеда спорили."
    date: str = "2026-01-08 10:00"

    def __str__(self) -> str:
        return ARTICLE.format(**vars(self))


class Newsroom:
    """A folder of articles with a feeds.toml, and the daemon that serves them."""

    def __init__(self, folder: Path, taspa: Path, port: int, public: str) -> None:
        self.folder, self.taspa, self.port, self.public = folder, taspa, port, public
        self.articles = {
            f"article-{number}": Article(f"Новость номер {number} & «цитата»", date=f"2026-01-08 1{number}:00")
            for number in range(6)
        }
        (folder / "articles").mkdir(parents=True)
        (folder / "feeds.toml").write_text(CONFIG.format(port=port, public=public))
        for name in self.articles:
            self.write(name)
        self.start()

    def write(self, name: str) -> None:
        """As editors' programs do: whole, under another name first."""
        draft = self.folder / f"{name}.new"
        draft.write_text(str(self.articles[name]))
        draft.rename(self.folder / "articles" / f"{name}.txt")

    def change(self, name: str, **changes: str) -> None:
        before = self.tag()
        for key, value in changes.items():
            setattr(self.articles[name], key, value)
        self.write(name)
        self.await_other(before)

    def add(self, name: str, article: Article) -> None:
        before = self.tag()
        self.articles[name] = article
        self.write(name)
        self.await_other(before)

    def remove(self, name: str) -> None:
        before = self.tag()
        del self.articles[name]
        (self.folder / "articles" / f"{name}.txt").unlink()
        self.await_other(before)

    def start(self) -> None:
        config = self.folder / "feeds.toml"
        self.process = subprocess.Popen(
            [self.taspa, "serve", "--config", config], stderr=(self.folder / "log").open("a"), stdout=subprocess.DEVNULL
        )
        await_that(lambda: self.tag() is not None, "the daemon answers")

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0, "the daemon ends well"

    def restart(self, *, forgetting: bool = False) -> None:
        self.stop()
        if forgetting:
            shutil.rmtree(self.folder / "state")
        self.start()

    def tag(self) -> str | None:
        """The current tag of the feed of every article."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            connection.request("HEAD", "/all.rss")
            answer = connection.getresponse()
            return answer.headers["ETag"] if answer.status == 200 else None
        except OSError:
            return None

    def await_other(self, before: str | None) -> None:
        await_that(lambda: self.tag() != before, "the feed moves")


def await_that(is_true, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


@dataclass
class Request:
    """One line of a client's log."""

    step: str
    path: str
    validators: str
    #: Whether it names the tag of what it asks for.
    is_current: bool
    codings: str
    status: int
    size: int


@dataclass
class Log:
    requests: list[Request] = field(default_factory=list)
    step: str = ""

    def of(self, step: str) -> list[Request]:
        return [request for request in self.requests if request.step == step]


class Forwarder:
    """Hands every request on to the daemon, byte for byte, and notes it."""

    def __init__(self) -> None:
        self.log = Log()
        self.daemon_port = free_port()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        forwarder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                connection = http.client.HTTPConnection("127.0.0.1", forwarder.daemon_port, timeout=PATIENCE)
                connection.request(self.command, self.path, headers=dict(self.headers.items()))
                answer = connection.getresponse()
                body = answer.read()
                forwarder.note(self, answer, len(body))
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_) -> None:
                pass

        return Handler

    def note(self, request: BaseHTTPRequestHandler, answer: http.client.HTTPResponse, size: int) -> None:
        sent = [
            short for name, short in (("If-None-Match", "tag"), ("If-Modified-Since", "date")) if request.headers[name]
        ]
        tag = (answer.headers["ETag"] or "-").strip('"').split("-")[0]
        is_current = tag in (request.headers["If-None-Match"] or "")
        codings = request.headers["Accept-Encoding"] or "-"
        self.log.requests.append(
            Request(self.log.step, request.path, "+".join(sent) or "none", is_current, codings, answer.status, size)
        )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
