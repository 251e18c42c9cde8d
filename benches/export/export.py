#!/usr/bin/env python3
"""What an export costs: taspa and Hugo, the same RSS feeds from the same archive.

    benches/export/export.py [--articles N] [--rounds N] [--program FILE]

Both write an RSS feed of everything, of every tag, section and author, with the newest 50 articles and
their summaries: taspa from newsroom text, Hugo from the same articles as Markdown (benches/scale/corpus.py).
That the feeds and items are as many is checked; Hugo writes a feed of the names of each taxonomy besides.
Every round writes to a new folder, as file systems are slow to reuse what was just deleted, and the
two take turns, so that whatever else the machine does hits both. Printed are medians: seconds from start to
end, processor seconds of the process, the most memory it held.

taspa alone is measured with its state folder too: the first export, which fills it; a second one without and
with one changed article; and all three formats in full with .gz files, as they are by default.

Needs hugo (the Debian package of this name) and a Rust toolchain.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benches" / "scale"))

import corpus

MB = 1_000_000
ITEMS = 50

TASPA = """
[site]
title        = "Замер"
url          = "https://news.example/"
id-authority = "news.example"
id-year      = 2026

[server]
public-url = "https://feeds.example/"
state      = "{state}"

[source.directory]
path = "articles"

[defaults]
{defaults}

[auto.sections]
[auto.tags]
[auto.authors]
"""
SUMMARIES = f'items = {ITEMS}\nkeep = "0s"\ncontent = "summary"\nformats = ["rss"]'

# Pages of articles are listed and not written, and neither are the folders that they stand in.
HUGO = f"""
baseURL = "https://feeds.example/"
title = "Замер"
languageCode = "ru"
disableKinds = ["robotsTXT", "sitemap", "404", "section"]

[services.rss]
limit = {ITEMS}

[taxonomies]
tag = "tags"
category = "categories"
author = "authors"

[outputs]
home = ["rss"]
taxonomy = ["rss"]
term = ["rss"]

[[cascade]]
[cascade._target]
kind = "page"
[cascade._build]
render = "never"
list = "always"
publishResources = false
"""
# Lists of names, one for each taxonomy.
HUGO_LISTS = ("tags/index.xml", "categories/index.xml", "authors/index.xml")


@dataclass
class Cost:
    """What a process took."""

    seconds: float
    processor: float
    memory: float


def main() -> None:
    options = parse_arguments()
    if shutil.which("hugo") is None:
        sys.exit("hugo is missing: apt-get install hugo")
    program = options.program or build()
    with tempfile.TemporaryDirectory(prefix="taspa-export-") as folder:
        measure(Path(folder), program, options)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", type=Path, help="a taspa that is built already")
    return parser.parse_args()


def build() -> Path:
    """The program as packages and images hold it."""
    subprocess.run(["cargo", "build", "--profile", "dist", "--locked", "--quiet"], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "dist" / "taspa"


def measure(scratch: Path, program: Path, options: argparse.Namespace) -> None:
    numbers = range(options.articles)
    corpus.write(scratch / "articles", numbers)
    corpus.write(scratch / "hugo" / "content", numbers, "markdown")
    (scratch / "hugo" / "hugo.toml").write_text(HUGO)

    def taspa(name: str, out: str, *arguments: str) -> Cost:
        config = scratch / f"{name}.toml"
        return cost([program, "export", scratch / out, "--config", config, *arguments])

    def configure(name: str, state: str, defaults: str) -> None:
        text = TASPA.format(state=state, defaults=defaults)
        (scratch / f"{name}.toml").write_text(text)

    # No folder can be made below a file, so this one keeps no state.
    configure("stateless", "/dev/null/state", SUMMARIES)
    configure("summaries", "state", SUMMARIES)
    configure("defaults", "state-of-defaults", "")
    rounds: dict[str, list[Cost]] = {}

    def note(name: str, spent: Cost) -> None:
        rounds.setdefault(name, []).append(spent)

    for number in range(options.rounds):
        out = scratch / f"hugo-{number}"
        site = ["--source", scratch / "hugo", "--destination", out]
        note("Hugo", cost(["hugo", "--quiet", *site]))
        note("taspa", taspa("stateless", f"plain-{number}", "--codings", "none"))
        if number == 0:
            compare(scratch / "hugo-0", scratch / "plain-0")
    for number in range(options.rounds):
        shutil.rmtree(scratch / "state", ignore_errors=True)
        note("first, with state", taspa("summaries", f"kept-{number}", "--codings", "none"))
    last = f"kept-{options.rounds - 1}"
    for number in range(options.rounds):
        note("second, nothing changed", taspa("summaries", last, "--codings", "none"))
        change(scratch / "articles", number)
        note("second, one article changed", taspa("summaries", last, "--codings", "none"))
    for number in range(options.rounds):
        shutil.rmtree(scratch / "state-of-defaults", ignore_errors=True)
        note("all formats, full, gzip", taspa("defaults", f"full-{number}"))
    change(scratch / "articles", options.rounds)
    note("  one article changed", taspa("defaults", f"full-{options.rounds - 1}"))
    report(rounds)


def compare(hugo: Path, taspa: Path) -> None:
    """Ends the run unless both have written as many feeds with as many items."""
    lists = {hugo / name for name in HUGO_LISTS}
    ours = list(taspa.rglob("*.rss"))
    theirs = [file for file in hugo.rglob("index.xml") if file not in lists]
    counts = [(len(files), sum(map(items, files))) for files in (ours, theirs)]
    if counts[0] != counts[1]:
        sys.exit(f"feeds and items differ: taspa has {counts[0]}, Hugo {counts[1]}")
    feeds, entries = counts[0]
    print(f"{feeds:,} feeds with {entries:,} items each way")


def items(feed: Path) -> int:
    return feed.read_text().count("<item>")


def change(articles: Path, number: int) -> None:
    """Another text in an article that is among the newest of its feeds."""
    file = articles / "0000" / f"{corpus.name(number)}.txt"
    text = file.read_text()
    file.write_text(text.replace("Фото: из архива редакции", f"Изменение {time.time_ns()}."))
    # The export waits until a file has been at rest for a moment; that is not what is measured.
    time.sleep(0.3)


def cost(command: list) -> Cost:
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} failed: {said}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MB)


def report(rounds: dict[str, list[Cost]]) -> None:
    def median(costs: list[Cost], field: str) -> float:
        return statistics.median(getattr(cost, field) for cost in costs)

    fields = ("seconds", "processor", "memory")
    print(f"{'':28} {'seconds':>8} {'range':>13} {'CPU s':>7} {'MB':>6}")
    for name, costs in rounds.items():
        low, high = min(c.seconds for c in costs), max(c.seconds for c in costs)
        seconds, processor, memory = (median(costs, field) for field in fields)
        print(f"{name:28} {seconds:8.2f} {low:6.2f}–{high:<6.2f} {processor:7.2f} {memory:6.0f}")
    ratios = [median(rounds["Hugo"], field) / median(rounds["taspa"], field) for field in fields]
    print(f"{'Hugo : taspa':28} {ratios[0]:8.1f} {'':13} {ratios[1]:7.1f} {ratios[2]:6.1f}")


if __name__ == "__main__":
    main()
