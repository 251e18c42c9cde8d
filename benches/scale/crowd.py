"""A crowd: 10,000 open connections ask for one feed in the moment it has changed."""

import contextlib
import select
import socket
import time
from collections.abc import Iterator
from typing import Self

import change
from daemon import feeds_of, tag
from figure import Figure, percentile

CONNECTIONS = 10_000
CODINGS = ("gzip", "br", "zstd")
CHUNK = 1 << 18


def measure(bench) -> Iterator[Figure]:
    with change.news(bench, 1) as [file], bench.daemon() as daemon:
        daemon.wait_for_edition()
        daemon.wait_for_readings()
        path = feeds_of(file.article)[1]
        with contextlib.closing(daemon.connect()) as connection, Crowd(daemon.port, path) as crowd:
            known = tag(connection, path)
            change.rename(file)
            # Asked for its tag alone, so that the crowd is the first to want the document.
            daemon.wait_until(lambda: tag(connection, path) not in ("", known))
            before, spent = daemon.metrics(), daemon.cpu_seconds()
            renders = daemon.renders()
            seconds, received = crowd.ask()
            spent, after = daemon.cpu_seconds() - spent, daemon.metrics()
            renders = daemon.renders() - renders
            # Now everything is made; what is left is handing it over.
            kept, _ = crowd.ask()
    documents = after["taspa_cache_documents"] - before["taspa_cache_documents"]
    yield Figure(
        f"{CONNECTIONS:,} ask at once, answered p99",
        percentile(seconds, 99),
        "s",
        "asking again, all made",
        percentile(kept, 99),
        "crowd p99",
    )
    yield Figure("  half of them", percentile(seconds, 50), "s")
    yield Figure("  taspa's processor time", spent, "s")
    yield Figure("  received", received / 1e6, "MB")
    yield Figure("  renders", renders, "", goal="crowd renders")
    yield Figure(f"  documents made, {len(CODINGS)} codings + plain", documents, "")


class Crowd:
    """Open connections that ask in the same moment. One thread, so that little is taken from the
    daemon's processors."""

    def __init__(self, port: int, path: str):
        self.poll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.requests: dict[int, bytes] = {}
        for number in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setblocking(False)
            coding = CODINGS[number % len(CODINGS)]
            request = f"GET {path} HTTP/1.1\r\nHost: taspa\r\nAccept-Encoding: {coding}\r\n\r\n"
            self.sockets[connection.fileno()] = connection
            self.requests[connection.fileno()] = request.encode()
            self.poll.register(connection.fileno(), select.EPOLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        for connection in self.sockets.values():
            connection.close()
        self.poll.close()

    def ask(self) -> tuple[list[float], int]:
        """For every connection the seconds from the common start to the last byte of its answer;
        and all bytes received."""
        begun = time.monotonic()
        for file, connection in self.sockets.items():
            connection.send(self.requests[file])
        left: dict[int, int | None] = dict.fromkeys(self.sockets)
        seconds, received = [], 0
        while left:
            events = self.poll.poll(60)
            if not events:
                raise SystemExit(f"{len(left)} connections wait in vain")
            for file, _ in events:
                chunk = self.sockets[file].recv(CHUNK)
                received += len(chunk)
                if left[file] is None:
                    left[file] = length(chunk)
                left[file] -= len(chunk)
                if left[file] == 0:
                    seconds.append(time.monotonic() - begun)
                    del left[file]
        return seconds, received


def length(chunk: bytes) -> int:
    """The bytes of a whole answer, of which the first came together."""
    head, end, _ = chunk.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200") or not end:
        raise SystemExit(f"not an answer: {head[:200]!r}")
    lines = head.lower().split(b"\r\n")
    size = next(line for line in lines if line.startswith(b"content-length:"))
    return len(head) + len(end) + int(size.split(b":")[1])
