"""Selections that nobody asked for before and that are dear to answer, 200 of them a second: what they
cost themselves, other requests, and a publication."""

import random
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator

import change
import corpus
from burst import Probe
from daemon import feed
from figure import Figure, percentile

SELECTIONS_A_SECOND = 200
OTHERS_A_SECOND = 100
QUIET_SECONDS = 10
CHANGES = 15
# Terms of so many articles are known: more than a query can name, and in every archive.
KNOWN_ARTICLES = 2000
LANGUAGES = ["lang:kk", "lang:ru"]


def measure(bench) -> Iterator[Figure]:
    sections = [feed("sections", section) for section in corpus.SECTIONS]
    # A feed, and one that is answered with 304.
    others = [(path, known) for path in ["/all.rss", *sections] for known in ("", "*")]
    seconds = CHANGES * change.APART_SECONDS * 2
    count = int(seconds * SELECTIONS_A_SECOND)
    questions = [(path, "") for path in selections(bench.articles, count)]
    with change.news(bench, CHANGES) as files, bench.daemon() as daemon:
        daemon.wait_for_edition()
        daemon.wait_for_readings()
        with Probe(daemon.port, others, OTHERS_A_SECOND) as probe:
            time.sleep(QUIET_SECONDS)
            spent, begun = daemon.cpu_seconds(), time.monotonic()
            with Probe(daemon.port, questions, SELECTIONS_A_SECOND) as load:
                took = list(change.paced(files, lambda file: change.visible(daemon, file)))
            spent = daemon.cpu_seconds() - spent
            lasted = time.monotonic() - begun
    quiet = [answer.milliseconds for answer in probe.answers if answer.due < begun]
    busy = [answer for answer in probe.answers if begun <= answer.due < begun + lasted]
    milliseconds = [answer.milliseconds for answer in load.answers]
    statuses = Counter(answer.status for answer in load.answers)
    refused = 100 * (1 - statuses[200] / len(load.answers))
    yield Figure(
        f"{len(load.answers):,} selections p99",
        percentile(milliseconds, 99),
        "ms",
        goal="selections p99",
    )
    yield Figure("  half of them", percentile(milliseconds, 50), "ms")
    yield Figure("  the longest", max(milliseconds), "ms")
    yield Figure("  not answered 200", refused, "%", goal="selections not answered")
    yield Figure(
        "others beside them p99",
        percentile([answer.milliseconds for answer in busy], 99),
        "ms",
        "the probe before",
        percentile(quiet, 99),
        goal="others beside selections",
    )
    late = percentile([answer.late for answer in busy], 99)
    yield Figure("  of it the probe's own delay p99", late, "ms")
    yield Figure(
        "a publication beside them, the longest",
        max(took) / 1e3,
        "s",
        goal="publication beside selections",
    )
    yield Figure("  half of them", percentile(took, 50), "ms")
    yield Figure("  taspa's processor time, of a second", spent / lasted * 1e3, "ms")


def selections(articles: int, count: int) -> list[str]:
    """Canonical addresses. Half of them name both languages, which no article has, and the rest are
    any of twenty tags, all of two frequent terms, or one without another."""
    chance = random.Random(count)
    tags = known_tags(min(articles, KNOWN_ARTICLES))
    frequent = LANGUAGES + [f"section:{section.lower()}" for section in corpus.SECTIONS]
    frequent += corpus.FREQUENT_TAGS
    addresses = []
    for number in range(count):
        match number % 6:
            case 0 | 1 | 2:
                query = {"all": LANGUAGES, "none": chance.sample(tags, 18)}
            case 3:
                query = {"any": chance.sample(tags, 20)}
            case 4:
                query = {"all": chance.sample(frequent, 2), "none": chance.sample(tags, 1)}
            case _:
                one, other = chance.sample(frequent, 2)
                query = {"all": [one], "none": [other]}
        addresses.append(address(query))
    return addresses


def address(query: dict[str, list[str]]) -> str:
    parts = []
    for name, terms in query.items():
        coded = [urllib.parse.quote(term, safe=":") for term in sorted(terms)]
        parts.append(f"{name}={','.join(coded)}")
    return f"/select.rss?{'&'.join(parts)}"


def known_tags(articles: int) -> list[str]:
    """The tags of the first articles."""
    tags = {tag for number in range(articles) for tag in corpus.article(number).tags}
    return sorted(tags)
