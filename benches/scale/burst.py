"""A burst: 10,000 articles are renamed into the folder at once, while readers go on asking."""

import asyncio
import contextlib
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import change
import corpus
from daemon import feed
from figure import Figure, percentile

ARTICLES = 10_000
ASKED_A_SECOND = 200
QUIET_SECONDS = 10


def measure(bench) -> Iterator[Figure]:
    with change.news(bench, ARTICLES) as files, bench.daemon() as daemon:
        daemon.wait_for_edition()
        daemon.wait_for_readings()
        # Every edition of the burst moves all of these.
        sections = [feed("sections", section) for section in corpus.SECTIONS]
        paths = ["/all.rss", *sections]
        # Every other request asks for the first, so that no version of it goes unseen.
        requests = [(path, "") for other in paths for path in (paths[0], other)]
        with Probe(daemon.port, requests, ASKED_A_SECOND) as probe:
            time.sleep(QUIET_SECONDS)
            spent, begun = daemon.cpu_seconds(), time.monotonic()
            for file in files:
                change.rename(file)
            renamed = time.monotonic() - begun
            known = bench.articles + ARTICLES
            with contextlib.closing(daemon.connect()) as connection:
                daemon.wait_until(lambda: daemon.metrics()["taspa_articles"] >= known)
                daemon.wait_until(lambda: change.holds(connection, "/all.rss", files[-1].article))
            absorbed = time.monotonic() - begun
            spent = daemon.cpu_seconds() - spent
        answers = probe.answers
    quiet = [answer.milliseconds for answer in answers if answer.due < begun]
    busy = [answer for answer in answers if begun <= answer.due < begun + absorbed]
    milliseconds = [answer.milliseconds for answer in busy]
    yield Figure(
        f"{ARTICLES:,} articles: probe p99",
        percentile(milliseconds, 99),
        "ms",
        "the probe before",
        percentile(quiet, 99),
        "probe p99 in a burst",
    )
    yield Figure(
        "  half of them", percentile(milliseconds, 50), "ms", "before", percentile(quiet, 50)
    )
    yield Figure("  the longest", max(milliseconds), "ms", "before", max(quiet))
    at_hand = [answer.milliseconds for answer in busy if answer.repeated]
    yield Figure("  of documents asked before p99", percentile(at_hand, 99), "ms")
    late = percentile([answer.late for answer in busy], 99)
    yield Figure("  of it the probe's own delay p99", late, "ms")
    yield Figure("  absorbed within", absorbed, "s", "renaming them", renamed)
    yield Figure("  taspa's processor time", spent, "s")
    editions = editions_by_second([answer for answer in answers if answer.path == paths[0]])
    yield Figure("  editions", sum(editions.values()), "")
    yield Figure("  most of them in a second", max(editions.values()), "", goal="editions a second")


def editions_by_second(answers: list["Answer"]) -> Counter[int]:
    """How many new versions of a feed were first seen in each second of the clock."""
    tags = [answer.tag for answer in answers]
    first = {tag: answer for tag, answer in zip(reversed(tags), reversed(answers), strict=True)}
    del first[tags[0]]
    return Counter(int(answer.answered) for answer in first.values())


@dataclass
class Answer:
    """One answered request of the probe, in milliseconds from the instant it was due; and when the
    clock of the wall showed it answered."""

    path: str
    due: float
    late: float
    milliseconds: float
    status: int
    tag: str
    answered: float
    repeated: bool = False


class Probe:
    """Asks at a fixed rate, whether earlier requests were answered or not: what waits is not left
    out. In a process of its own, so that nothing else here delays it. The requests, each a path and
    a condition, are made one after the other, and then again."""

    def __init__(self, port: int, requests: list[tuple[str, str]], rate: float):
        self.port, self.requests, self.rate = port, requests, rate
        self.answers: list[Answer] = []
        self.ours, self.theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.run)

    def __enter__(self) -> Self:
        self.process.start()
        return self

    def __exit__(self, *_) -> None:
        self.ours.send("enough")
        self.answers = sorted(self.ours.recv(), key=lambda answer: answer.due)
        self.process.join()
        seen = set()
        for answer in self.answers:
            answer.repeated = answer.tag in seen
            seen.add(answer.tag)

    def run(self) -> None:
        self.theirs.send(asyncio.run(self.ask()))

    async def ask(self) -> list[Answer]:
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        answers: list[Answer] = []
        begun, number = time.monotonic(), 0
        async with asyncio.TaskGroup() as group:
            while not self.theirs.poll():
                due = begun + number / self.rate
                await asyncio.sleep(due - time.monotonic())
                request = self.requests[number % len(self.requests)]
                group.create_task(self.one(*request, due, answers))
                number += 1
        return answers

    async def one(self, path: str, known: str, due: float, answers: list[Answer]) -> None:
        late = time.monotonic() - due
        if not self.idle:
            self.idle.append(await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20))
        reader, writer = self.idle.pop()
        condition = f"If-None-Match: {known}\r\n" if known else ""
        request = f"GET {path} HTTP/1.1\r\nHost: taspa\r\nAccept-Encoding: gzip\r\n{condition}\r\n"
        writer.write(request.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        status = int(head[0].split()[1])
        if status != 304:
            await reader.readexactly(int(headers["content-length"]))
        took, tag = time.monotonic() - due, headers.get("etag", "")
        answers.append(Answer(path, due, late * 1e3, took * 1e3, status, tag, time.time()))
        self.idle.append((reader, writer))
