"""Real feed readers poll the daemon while its newsroom changes.

    clients.py TASPA

Every reader fetches three times, then after an edit, a changed tag and section, a restart, a restart
that has forgotten everything, a removal and a new article. What did not change must cost a 304, and
nothing may be shown twice. A reader that is not installed is skipped, except where `CI` is set.
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from urllib.request import urlopen
from xml.etree import ElementTree

from newsroom import Article, Forwarder, Newsroom, Request
from readers import CLIENTS, Client, Newsboat, is_installed


def main(taspa: Path) -> int:
    failures: list[str] = []
    for name, (kind, program) in CLIENTS.items():
        if not is_installed(program):
            print(f"skipped: {name} is not installed")
            failures += [f"{name} is not installed"] if os.environ.get("CI") else []
            continue
        for form in kind.formats:
            failures += [f"{name}, {form}: {failure}" for failure in visit(taspa, name, kind, form)]
    if is_installed("newsboat"):
        failures += import_subscriptions(taspa)
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return 1 if failures else 0


def visit(taspa: Path, name: str, kind: type[Client], form: str) -> list[str]:
    """One reader follows one feed through everything that happens."""
    with tempfile.TemporaryDirectory() as folder:
        forwarder = Forwarder()
        newsroom = Newsroom(Path(folder) / "newsroom", taspa, forwarder.daemon_port, forwarder.url)
        own = Path(folder) / "client"
        own.mkdir()
        try:
            story = Story(forwarder, newsroom, kind(own, f"{forwarder.url}/all.{form}"))
            story.tell()
        finally:
            newsroom.stop()
            forwarder.stop()
    print_log(f"{name}, {form}", forwarder.log.requests)
    return story.failures


class Story:
    def __init__(self, forwarder: Forwarder, newsroom: Newsroom, client: Client) -> None:
        self.forwarder, self.newsroom, self.client = forwarder, newsroom, client
        self.failures: list[str] = []
        self.fetched = 0

    def tell(self) -> None:
        newsroom = self.newsroom
        count = len(newsroom.articles)
        self.fetch("first", 200, count)
        self.fetch("second", 200 if self.client.unconditional > 1 else 304, count)
        self.fetch("third", 304, count)

        newsroom.change("article-3", title="Новость номер 3, исправленная", text="Совсем другой текст.")
        titles = self.fetch("edited", 200, count)
        if self.client.follows_edits and "Новость номер 3, исправленная" not in titles:
            self.failures.append("edited: the new headline is not shown")
        newsroom.change("article-2", tag="бюджет")
        self.fetch("other tag", 200, count)
        newsroom.change("article-1", section="Экономика")
        self.fetch("other section", 200, count)

        newsroom.restart()
        self.fetch("restarted", 304, count)
        newsroom.restart(forgetting=True)
        self.fetch("without state", 304, count)

        newsroom.remove("article-0")
        titles = self.fetch("removed", 200, None)
        for article in newsroom.articles.values():
            if self.client.follows_edits and article.title not in titles:
                self.failures.append(f"removed: {article.title} is lost")
        count = len(titles)
        newsroom.add("article-9", Article("Совершенно новая", date="2026-01-09 09:00"))
        titles = self.fetch("new", 200, count + 1)
        if titles["Совершенно новая"] != 1:
            self.failures.append("new: not shown, or twice")
        self.fetch("at rest", 304, count + 1)

    def fetch(self, step: str, status: int, count: int | None) -> Counter[str]:
        """The reader polls; gives what it shows then."""
        self.forwarder.log.step = step
        self.client.fetch()
        requests = self.forwarder.log.of(step)
        if len(requests) != 1:
            self.failures.append(f"{step}: {len(requests)} requests")
        for request in requests:
            if (request.status == 304) != request.is_current:
                self.failures.append(
                    f"{step}: {request.status} for validators that are {'' if request.is_current else 'not '}current"
                )
            if request.status != status and (request.is_current or self.client.keeps_validators):
                self.failures.append(f"{step}: answered {request.status}, not {status}")
        self.fetched += 1
        plain = [request for request in requests if request.validators == "none"]
        if bool(plain) != (self.fetched <= self.client.unconditional):
            self.failures.append(f"{step}: {len(plain)} requests without validators")
        titles = Counter(self.client.titles())
        if any(times > 1 for times in titles.values()):
            self.failures.append(f"{step}: shown twice: {titles}")
        if count is not None and titles.total() != count:
            self.failures.append(f"{step}: {titles.total()} articles shown, not {count}: {titles}")
        return titles


def import_subscriptions(taspa: Path) -> list[str]:
    """newsboat imports the subscription list."""
    with tempfile.TemporaryDirectory() as folder:
        forwarder = Forwarder()
        newsroom = Newsroom(Path(folder) / "newsroom", taspa, forwarder.daemon_port, forwarder.url)
        try:
            document = Path(folder) / "feeds.opml"
            with urlopen(f"{forwarder.url}/feeds.opml") as answer:
                document.write_bytes(answer.read())
        finally:
            newsroom.stop()
            forwarder.stop()
        # An outline without an address is a group.
        feeds = ElementTree.parse(document).findall(".//outline[@xmlUrl]")
        expected = [feed.get("xmlUrl") for feed in feeds]
        found = Newsboat(Path(folder), "").import_opml(document)
    print(f"newsboat imports {len(found)} feeds of feeds.opml")
    return [] if found == expected and found else [f"import: {found}, not {expected}"]


def print_log(title: str, requests: list[Request]) -> None:
    print(f"{title}:")
    for request in requests:
        print(
            f"  {request.step:15} {request.path:10} validators {request.validators:9} {'current' if request.is_current else '':8} {request.codings:18} -> {request.status} {request.size:6} bytes"
        )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
