"""Real proxies stand before the daemon while its newsroom changes.

    proxies.py TASPA [NAME]

Each is started with the recipe of examples/proxies. What a reader behind it gets must be taspa's own, and cost
a 304 where nothing changed. A proxy that is not installed is skipped, except where `CI` is set. With a name, only the
proxies that have it in theirs are tried.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checks import (
    EVERY,
    OF_CACHES,
    OF_HTTP2,
    OF_OTHERS,
    OF_WAYS,
    Visit,
    expect_unchanged,
    head,
    ipv6,
    rate_limit,
    redirects,
    sent_to_tls,
)
from published import Published, Unexpected, await_that
from servers import BALANCERS, ON_PATHS, PROXIES, Proxy, missing_programs

Check = Callable[[Visit], None]


def main(taspa: Path, chosen: str) -> int:
    begun = time.monotonic()
    totals = Totals()
    tried = []
    for name, kind in (PROXIES | ON_PATHS).items():
        if chosen in name and totals.has(kind):
            tried += [(try_recipe, name + way, kind, checks) for way, checks in ways(name, kind)]
    for name, kind in BALANCERS.items():
        if chosen in name and totals.has(kind):
            tried.append((try_balancer, name, kind))
    # Mostly one waits until something grows old, so two are tried at a time.
    with ThreadPoolExecutor(2) as workers:
        for ended in [workers.submit(attempt, totals, taspa, *rest) for attempt, *rest in tried]:
            ended.result()
    print(f"{totals.passed} checks passed, {len(totals.failures)} failed, in {time.monotonic() - begun:.0f} s")
    for failure in totals.failures:
        print(f"✗ {failure}", file=sys.stderr)
    return 1 if totals.failures else 0


def ways(name: str, kind: type[Proxy]) -> list[tuple[str, Sequence[Check]]]:
    """How readers and the proxy connect, and what is tried there."""
    if kind.prefix:
        return [("", OF_WAYS), (", HTTP/2", (redirects, head, ipv6))]
    checks = (*EVERY, *(OF_CACHES if kind.caches else OF_OTHERS), *([sent_to_tls] if kind.redirects else []))
    tried = [("", checks)]
    if kind.keeps_tags:
        tried.append((", HTTP/2", (*OF_HTTP2, rate_limit)))
    if name in ("nginx", "Caddy", "Varnish", "HAProxy"):
        tried.append((", unix socket", OF_WAYS))
    return tried


class Totals:
    def __init__(self) -> None:
        self.passed = 0
        self.failures: list[str] = []
        self.missing: set[str] = set()

    def has(self, kind: type[Proxy]) -> bool:
        """Whether everything that it needs is installed; says what is not."""
        missing = missing_programs(kind)
        for program in set(missing) - self.missing:
            self.missing.add(program)
            print(f"skipped: {program} is not installed")
            if os.environ.get("CI"):
                self.failures.append(f"{program} is not installed")
        return not missing

    def run(self, name: str, check: Check, visit: Visit) -> None:
        visit.reader.answers.clear()
        try:
            check(visit)
        except (Unexpected, AssertionError, OSError) as failure:
            self.failures.append(f"{name}, {title(check)}: {failure or repr(failure)}\n{tails(visit)}")
            print(f"{name:26} {title(check):18} FAILED")
            return
        self.passed += 1
        print(f"{name:26} {title(check):18} {summary(visit)}")


def try_recipe(totals: Totals, taspa: Path, name: str, kind: type[Proxy], checks: Sequence[Check]) -> None:
    """One newsroom behind one proxy goes through everything."""
    # Short, because the name of a unix socket must be.
    with tempfile.TemporaryDirectory(prefix="taspa-") as folder:
        public = f"https://feeds.dala.example{kind.prefix}"
        newsroom = Published(Path(folder) / "newsroom", taspa, public)
        upstream = f"unix:{newsroom.socket}" if "unix" in name else f"127.0.0.1:{newsroom.port}"
        proxy = None
        try:
            proxy = kind(Path(folder) / "proxy", upstream)
            if "HTTP/2" in name:
                proxy.client = proxy.asking_by_http2()
            visit = Visit(newsroom, proxy)
            for check in (serves, *checks):
                totals.run(name, check, visit)
        finally:
            if proxy:
                proxy.stop()
            newsroom.process.terminate()
            newsroom.process.wait()


def try_balancer(totals: Totals, taspa: Path, name: str, kind: type[Proxy]) -> None:
    """Two daemons over equal newsrooms are one to a reader, and one of them may go."""
    with tempfile.TemporaryDirectory(prefix="taspa-") as folder:
        rooms = [
            Published(Path(folder) / name, taspa, "https://feeds.dala.example")
            for name in ("first", "second")
        ]
        upstream = " ".join(f"127.0.0.1:{room.port}" for room in rooms)
        proxy = None
        try:
            proxy = kind(Path(folder) / "proxy", upstream)
            visit = Visit(rooms[0], proxy)

            def two_daemons(visit: Visit) -> None:
                answers = [visit.reader.ask("/all.rss", "gzip").expect(200) for _ in range(4)]
                if len({(answer.tag, answer.body) for answer in answers}) != 1:
                    raise Unexpected(f"GET /all.rss of two daemons: {[answer.tag for answer in answers]}")
                for _ in range(4):
                    expect_unchanged(visit.reader.ask("/all.rss", "gzip", If_None_Match=answers[0].tag))
                asked = [len(room.asked("/all.rss")) for room in rooms]
                # A cache need not ask both, and not each time.
                expected = sum(asked) < len(visit.reader.answers) if kind.caches else all(asked) == kind.spreads
                if not expected:
                    raise Unexpected(f"GET /all.rss: the two daemons were asked {asked} times")

            def one_stops(visit: Visit) -> None:
                tag = visit.reader.ask("/all.rss", "gzip").expect(200).tag
                # The one that was asked last.
                busy = max(rooms, key=lambda room: len(room.asked("/all.rss")))
                busy.stop()
                for path in ("/all.rss", "/all.atom", "/all.json"):
                    visit.reader.ask(path, "gzip").expect(200)
                for _ in range(10):
                    expect_unchanged(visit.reader.ask("/all.rss", "gzip", If_None_Match=tag))

            extra = [*([sent_to_tls] if kind.redirects else []), *([rate_limit] if kind.limits else [])]
            for check in (serves, two_daemons, *extra, one_stops):
                totals.run(name, check, visit)
        finally:
            if proxy:
                proxy.stop()
            for room in rooms:
                room.process.terminate()
                room.process.wait()


def serves(visit: Visit) -> None:
    """A proxy that watches whether the daemon lives takes a moment to see it."""
    await_that(lambda: visit.reader.ask(visit.path("/all.rss")).status == 200, "the proxy serves")


def title(check: Check) -> str:
    return check.__name__.replace("_", " ")


def summary(visit: Visit) -> str:
    """What was asked, and how often with which answer."""
    answers = visit.reader.answers
    statuses = sorted({answer.status for answer in answers})
    counts = ", ".join(f"{sum(answer.status == status for answer in answers)} × {status}" for status in statuses)
    return f"{len(answers):4} requests: {counts:28} {sum(len(answer.body) for answer in answers):8} bytes"


def tails(visit: Visit) -> str:
    """The end of what was asked, and of every log."""
    asked = [f"{answer.asked} -> {answer.status} {len(answer.body)} {answer.tag}" for answer in visit.reader.answers]
    files = {visit.proxy.program: visit.proxy.log, "access log": visit.newsroom.log, "log": visit.newsroom.folder / "log"}
    logs = {"asked": asked} | {name: path.read_text().splitlines() for name, path in files.items()}
    return "\n".join(f"    {name}: {line}" for name, lines in logs.items() for line in lines[-6:])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), "".join(sys.argv[2:])))
