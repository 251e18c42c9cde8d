"""Memory: after every automatic feed was asked for, and over a walk of random selections. Asking a
feed that nobody asked for before also shows how soon a cold feed is answered."""

import contextlib
import random
import threading
import time
import urllib.parse
import zlib
from collections.abc import Iterator
from pathlib import Path

import corpus
from daemon import Daemon, feed, fetch, folder_source, free_ports
from figure import MB, Figure, percentile

# When memory is looked at, so that what is given back late counts.
REST_SECONDS = 10
WALKERS = 4


def measure(bench) -> Iterator[Figure]:
    with bench.daemon() as daemon:
        daemon.wait_for_edition()
        yield Figure("resident at the first edition", daemon.resident_bytes() / MB, "MB")
        daemon.wait_for_readings()
        with empty(bench) as bare:
            beside = bare.resident_bytes() / MB
        yield from after_asking(daemon, "warm restart", beside, bench.articles)
        # What fills the cache is not growth.
        walk(daemon, bench.selections // 5, "to fill the cache")
        before = daemon.resident_bytes() / MB
        begun = time.monotonic()
        walk(daemon, bench.selections, "to see what it leaves")
        took = time.monotonic() - begun
        after = daemon.resident_bytes() / MB
        yield Figure(
            f"resident after {bench.selections:,} selections", after, "MB", "with a full cache", before
        )
        yield Figure("  growth", after / before, "", goal="memory of a walk")
        yield Figure("  each selection", took / bench.selections * 1e3, "ms")
        cache = daemon.metrics()["taspa_cache_bytes"] / MB
        yield Figure("  documents kept", cache, "MB")


@contextlib.contextmanager
def empty(bench) -> Iterator[Daemon]:
    """A daemon with one article."""
    folder = bench.scratch / "empty"
    corpus.write(folder / "articles", range(1))
    source = folder_source(folder / "articles")
    with Daemon(bench.program, source, folder, free_ports()) as bare:
        bare.wait_for_edition()
        yield bare


def after_asking(
    daemon: Daemon, after: str, beside: float = 0.0, articles: int = 0
) -> Iterator[Figure]:
    """Asks for every automatic feed once."""
    seconds, gzips = [], []
    with contextlib.closing(daemon.connect()) as connection:
        for path in automatic_feeds():
            begun = time.monotonic()
            status, body = fetch(connection, path)
            if status == 200:
                seconds.append((time.monotonic() - begun) * 1e3)
                gzips.append(gzip_time(body) * 1e3)
    time.sleep(REST_SECONDS)
    resident = daemon.resident_bytes() / MB
    what = f"resident after {after}, {len(seconds):,} feeds"
    yield Figure(what, resident, "MB", "a daemon with one article", beside, goal="resident")
    if articles:
        kept = daemon.metrics()["taspa_cache_bytes"] / MB
        each = (resident - beside - kept) * MB / articles
        yield Figure("  of each article, cache apart", each, "B")
        yield Figure("  documents kept", kept, "MB")
        heap = Path(f"/proc/{daemon.process.pid}/smaps_rollup").read_text()
        anonymous = next(line for line in heap.splitlines() if line.startswith("Anonymous"))
        yield Figure("  of it private", int(anonymous.split()[1]) * 1024 / MB, "MB")
    yield Figure(
        "first answer of a cold feed p99",
        percentile(seconds, 99),
        "ms",
        "gzip -6 of its bytes p99",
        percentile(gzips, 99),
        goal="first answer p99",
    )
    yield Figure("  half of them", percentile(seconds, 50), "ms", "gzip", percentile(gzips, 50))


def automatic_feeds() -> list[str]:
    """The feeds of every section, author and tag."""
    sections = [feed("sections", section) for section in corpus.SECTIONS]
    authors = [feed("authors", author) for author in authors_of_corpus()]
    return [*sections, *authors, *(feed("tags", tag) for tag in tags_of_corpus())]


def authors_of_corpus() -> list[str]:
    return [f"{given} {family}" for given in corpus.GIVEN_NAMES for family in corpus.FAMILY_NAMES]


def tags_of_corpus() -> list[str]:
    ranks = range(len(corpus.FREQUENT_TAGS) + 1, corpus.TAGS)
    return [*corpus.FREQUENT_TAGS, *(f"тема{rank}" for rank in ranks)]


def gzip_time(coded: bytes) -> float:
    plain = zlib.decompress(coded, wbits=31)
    begun = time.monotonic()
    zlib.compress(plain, level=6, wbits=31)
    return time.monotonic() - begun


def walk(daemon: Daemon, selections: int, reason: str) -> None:
    """Asks for random selections, some connections at once."""

    def some(walker: int) -> None:
        chance = random.Random(f"{reason} {walker}")
        with contextlib.closing(daemon.connect()) as connection:
            for _ in range(selections // WALKERS):
                fetch(connection, selection(chance))

    walkers = [threading.Thread(target=some, args=(walker,)) for walker in range(WALKERS)]
    for walker in walkers:
        walker.start()
    for walker in walkers:
        walker.join()


def selection(chance: random.Random) -> str:
    """The canonical address of a random selection. Rare tags may not exist: that is a 404, as it is
    for whoever guesses."""
    parts = []
    for name, most in (("any", 4), ("all", 1), ("none", 2)):
        count = chance.randint(1 if name == "any" else 0, most)
        terms = sorted({term(chance) for _ in range(count)})
        if terms:
            parts.append(f"{name}={','.join(urllib.parse.quote(term, safe=':') for term in terms)}")
    return f"/select.rss?{'&'.join(parts)}"


def term(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.1:
        return f"section:{chance.choice(corpus.SECTIONS).lower()}"
    if kind < 0.2:
        return f"author:{chance.choice(authors_of_corpus()).lower().replace(' ', '-')}"
    if kind < 0.3:
        return f"lang:{chance.choice(['kk', 'ru'])}"
    return corpus.tag(chance)
