"""Changes: an article is renamed into the folder, and all its feeds have it."""

import contextlib
import itertools
import os
import shutil
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import corpus
import memory
from daemon import Daemon, feeds_of, fetch, tag
from figure import Figure, percentile

# A feed moves at most once in a second, so changes that follow sooner would measure that.
APART_SECONDS = 2.1
IDLE_SECONDS = 10
FSYNCS = 50


def measure(bench) -> Iterator[Figure]:
    with news(bench, 2 * bench.changes) as files, bench.daemon() as daemon:
        daemon.wait_for_edition()
        daemon.wait_for_readings()
        disk = percentile([fsync_time(bench.scratch) * 1e3 for _ in range(FSYNCS)], 50)
        seen, quiet = files[: bench.changes], files[bench.changes :]
        # Before anybody has asked for a feed, so that none is made ahead.
        before = daemon.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        idle = (daemon.cpu_seconds() - before) / IDLE_SECONDS * 1e3
        before = daemon.cpu_seconds()
        for _ in paced(quiet, rename):
            pass
        spent = (daemon.cpu_seconds() - before) / len(quiet) * 1e3
        took = list(paced(seen, lambda file: visible(daemon, file)))
        beside = "an article on disk (write, fsync, rename)"
        yield Figure(
            "renamed in, in all feeds p99",
            percentile(took, 99),
            "ms",
            beside,
            disk,
            "change visible p99",
        )
        yield Figure("  half of them", percentile(took, 50), "ms", beside, disk)
        with contextlib.closing(daemon.connect()) as connection:
            gzip = memory.gzip_time(fetch(connection, "/all.rss")[1]) * 1e3
        yield Figure(
            "CPU of a change, nobody asking",
            spent,
            "ms",
            "gzip -6 of /all.rss",
            gzip,
            "CPU of a change",
        )
        yield Figure("  a second without changes", idle, "ms")


class File:
    """An article that waits beside the folder for its publication."""

    def __init__(self, article: corpus.Article, waiting: Path, place: Path):
        self.article, self.waiting, self.place = article, waiting, place
        waiting.write_text(corpus.as_text(article))


@contextlib.contextmanager
def news(bench, count: int) -> Iterator[list[File]]:
    """Articles newer than any of the archive, a minute apart. The archive is left as it was."""
    waiting, folder = bench.scratch / "waiting", bench.corpus / "news"
    waiting.mkdir(exist_ok=True)
    folder.mkdir(exist_ok=True)
    try:
        files = []
        for minutes in itertools.islice(bench.fresh, count):
            number = bench.articles + minutes
            day, clock = minutes // 1440 + 1, f"{minutes // 60 % 24:02}:{minutes % 60:02}"
            article = corpus.article(number, f"2026-01-{day:02}T{clock}")
            name = f"{corpus.name(number)}.txt"
            files.append(File(article, waiting / name, folder / name))
        yield files
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(waiting)


def paced(files: list[File], do) -> Iterator[float]:
    """Does it with one file after the other, not sooner than is fair."""
    for file in files:
        next_at = time.monotonic() + APART_SECONDS
        yield do(file)
        time.sleep(max(0, next_at - time.monotonic()))


def rename(file: File) -> None:
    file.waiting.rename(file.place)


def visible(daemon: Daemon, file: File) -> float:
    """Milliseconds until a reader who has the version before gets the article from every feed."""
    paths, shown = feeds_of(file.article), title(file.article)
    return moved(daemon, paths, lambda: rename(file), lambda body: shown in body)


def moved(daemon: Daemon, paths: list[str], change, shows) -> float:
    """Milliseconds from a change until a reader who has the version before gets the next one of
    every feed, which has to show the change."""
    with contextlib.closing(daemon.connect()) as connection:
        feeds = {path: tag(connection, path) for path in paths}
        begun = time.monotonic()
        change()
        for path, known in feeds.items():
            if not shows(unzipped(changed(daemon, connection, path, known))):
                raise SystemExit(f"{path} changed, and does not show it")
        return (time.monotonic() - begun) * 1e3


def changed(daemon: Daemon, connection, path: str, known: str) -> bytes:
    """A feed's next version, once it is there."""
    body = b""

    def is_there() -> bool:
        nonlocal body
        status, body = fetch(connection, path, known)
        return status == 200

    daemon.wait_until(is_there)
    return body


def holds(connection, path: str, article: corpus.Article) -> bool:
    return title(article) in unzipped(fetch(connection, path)[1])


def title(article: corpus.Article) -> bytes:
    return f"{article.title}<".encode()


def unzipped(body: bytes) -> bytes:
    return zlib.decompress(body, wbits=31)


def fsync_time(folder: Path) -> float:
    """Seconds until an article is on disk under its name."""
    begun = time.monotonic()
    with (folder / "one.tmp").open("w") as file:
        file.write(corpus.as_text(corpus.article(0)))
        file.flush()
        os.fsync(file.fileno())
    (folder / "one.tmp").rename(folder / "one.txt")
    return time.monotonic() - begun
