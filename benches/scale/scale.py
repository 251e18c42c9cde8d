#!/usr/bin/env python3
"""How taspa bears a large archive: starts, memory, changes, first answers, crowds, bursts and selections.

    benches/scale/scale.py --articles N [--corpus FOLDER] [--program FILE] [--changes N]
                           [--selections N] [--only NAME[,NAME …]]

A whole daemon serves an invented archive of N articles (`corpus.py`), with an automatic feed for every
section, tag and author. Each figure is printed beside its goal, which holds for two cores, and as a
multiple of something else that was measured in the same run, so that a slow or busy machine shows:

| measurement | what | beside |
|---|---|---|
| start | start without state and with it, to the first answer; a whole rescan | reading all files |
| change | an article is renamed into the folder: until all its feeds have it | an article on disk (fsync) |
|        | and the processor time of it while nobody asks | gzip of one of the feeds |
| crowd | 10,000 connections ask for one changed feed at once | handing over as many finished ones |
| burst | 10,000 articles at once, with a probe of 200 requests a second | the probe before the burst |
| selections | 200 new selections a second that few or no articles match, with a probe of 100 other | the probe before |
|        | requests a second, feeds and 304s, and articles that are renamed into the folder | |
| memory | resident memory after every automatic feed was asked for | a daemon without articles |
|        | and over a walk of random selections; first answers of cold feeds | gzip of the same bytes |

With 200 changes, which have to be 2 s apart, it takes about a quarter of an hour, and with a million
articles half an hour, 6 GB of disk and a million inodes. `--corpus` keeps the archive for the next time.
"""

import argparse
import contextlib
import itertools
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import burst
import change
import corpus
import crowd
import memory
import selections
import start
from daemon import Daemon, folder_source, free_ports, raise_file_limit

ROOT = Path(__file__).resolve().parents[2]
# The walk of selections comes last: what it leaves in memory is its own.
MEASUREMENTS = {
    "start": start,
    "change": change,
    "crowd": crowd,
    "burst": burst,
    "selections": selections,
    "memory": memory,
}


@dataclass
class Bench:
    """What the measurements share."""

    program: Path
    articles: int
    corpus: Path
    scratch: Path
    changes: int
    selections: int
    ports: tuple[int, int] = field(default_factory=free_ports)
    # Numbers that no article had, so that none comes back that the state still knows.
    fresh: Iterator[int] = field(default_factory=itertools.count)

    def daemon(self) -> Daemon:
        """A daemon over the archive, with the state that the one before it left."""
        return Daemon(self.program, folder_source(self.corpus), self.scratch, self.ports)


def main() -> None:
    options = parse_arguments()
    raise_file_limit(crowd.CONNECTIONS + 1000)
    with contextlib.ExitStack() as stack:
        # Beside the archive, because articles are renamed from there into it.
        beside = options.corpus.parent if options.corpus else None
        folder = tempfile.TemporaryDirectory(prefix="taspa-scale-", dir=beside)
        scratch = Path(stack.enter_context(folder))
        archive = options.corpus or scratch / "corpus"
        if not archive.exists():
            corpus.write(archive, range(options.articles))
        program = options.program or build()
        bench = Bench(
            program, options.articles, archive, scratch, options.changes, options.selections
        )
        print(f"{options.articles:,} articles; load {os.getloadavg()[0]:.1f}")
        print(f"{'':40} {'measured':>10} {'':3} {'goal':>6} {'':6} ratio")
        for name in options.only:
            for figure in MEASUREMENTS[name].measure(bench):
                print(figure.line(options.articles), flush=True)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument(
        "--corpus", type=resolved, help="archive to use, and to write if it is missing"
    )
    parser.add_argument("--program", type=resolved, help="binary to measure; built without it")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--selections", type=int, default=100_000)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(MEASUREMENTS))
    options = parser.parse_args()
    for name in options.only:
        if name not in MEASUREMENTS:
            parser.error(f"--only: {name} is none of {', '.join(MEASUREMENTS)}")
    return options


def resolved(path: str) -> Path:
    return Path(path).resolve()


def build() -> Path:
    subprocess.run(["cargo", "build", "--profile", "dist", "--locked", "--quiet"], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "dist" / "taspa"


if __name__ == "__main__":
    main()
