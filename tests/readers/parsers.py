"""What each parser reads in a feed: a list of entries with the same eight fields.

A field that a parser does not know is `None`; an exception is a feed that it cannot read.
"""

import json
import subprocess
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import atoma
import fastfeedparser
import feedparser
import reader

Entry = dict[str, Any]
Parser = Callable[[Path], list[Entry]]

HERE = Path(__file__).parent


def read_with_feedparser(document: Path) -> list[Entry]:
    feed = feedparser.parse(document.read_bytes())
    if feed.bozo:
        raise ValueError(feed.bozo_exception)
    return [
        entry(
            id=item.get("id"),
            title=item.get("title"),
            link=item.get("link"),
            published=item.get("published"),
            updated=item.get("updated"),
            authors=[author.get("name") for author in item.get("authors", [])],
            categories=[tag.get("label") or tag.get("term") for tag in item.get("tags", [])],
            text=next((content.value for content in item.get("content", [])), item.get("summary")),
        )
        for item in feed.entries
    ]


def read_with_fastfeedparser(document: Path) -> list[Entry]:
    feed = fastfeedparser.parse(document.read_bytes())
    return [
        entry(
            id=item.get("id"),
            title=item.get("title"),
            link=item.get("link"),
            published=item.get("published"),
            updated=item.get("updated"),
            authors=[author.get("name") for author in item.get("authors", [])]
            or [name for name in [item.get("author")] if name],
            categories=[tag.get("label") or tag.get("term") for tag in item.get("tags") or []],
            text=next((content["value"] for content in item.get("content") or []), item.get("description")),
        )
        for item in feed.entries
    ]


def read_with_atoma(document: Path) -> list[Entry]:
    content = document.read_bytes()
    if document.suffix == ".rss":
        return [of_atoma_rss(item) for item in atoma.parse_rss_bytes(content).items]
    if document.suffix == ".atom":
        return [of_atoma_atom(item) for item in atoma.parse_atom_bytes(content).entries]
    return [of_atoma_json(item) for item in atoma.parse_json_feed_bytes(content).items]


def of_atoma_rss(item: Any) -> Entry:
    return entry(
        id=item.guid,
        title=item.title,
        link=item.link,
        published=item.pub_date,
        authors=[item.author] if item.author else [],
        categories=item.categories,
        text=item.content_encoded or item.description,
    )


def of_atoma_atom(item: Any) -> Entry:
    content = item.content or item.summary
    return entry(
        id=item.id_,
        title=item.title.value,
        link=next((link.href for link in item.links if link.rel in (None, "alternate")), None),
        published=item.published,
        updated=item.updated,
        authors=[author.name for author in item.authors],
        categories=[category.label or category.term for category in item.categories],
        text=content and content.value,
    )


def of_atoma_json(item: Any) -> Entry:
    return entry(
        id=item.id_,
        title=item.title,
        link=item.url,
        published=item.date_published,
        updated=item.date_modified,
        authors=[item.author.name] if item.author else [],
        categories=item.tags,
        text=item.content_html or item.content_text,
    )


def read_with_reader(document: Path) -> list[Entry]:
    """Stores the feed as its users do, and looks at what was stored."""
    store = reader.make_reader(":memory:", feed_root=str(document.parent))
    try:
        store.add_feed(document.name)
        store.update_feed(document.name)
        return [
            entry(
                id=item.id,
                title=item.title,
                link=item.link,
                published=item.published,
                updated=item.updated,
                authors=[item.author] if item.author else [],
                text=next((content.value for content in item.content), item.summary),
            )
            for item in store.get_entries()
        ]
    finally:
        store.close()


def of_node(name: str) -> Parser:
    return lambda document: run(["node", str(HERE / "parsers.mjs"), name, str(document)])


def of_program(program: Path) -> Parser:
    return lambda document: run([str(program), str(document)])


def run(command: list[str]) -> list[Entry]:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise ValueError(done.stderr.strip().splitlines()[-1:])
    return [entry(**item) for item in json.loads(done.stdout)]


def entry(**known: Any) -> Entry:
    fields = dict.fromkeys(("id", "title", "link", "published", "updated", "authors", "categories", "text"))
    for name, value in known.items():
        fields[name] = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
    return fields


def every_parser(feed_rs: Path) -> dict[str, tuple[Parser, tuple[str, ...]]]:
    """Each parser with the formats that it claims to read."""
    warnings.simplefilter("ignore")
    xml, every = ("rss", "atom"), ("rss", "atom", "json")
    return {
        "feedparser": (read_with_feedparser, xml),
        "fastfeedparser": (read_with_fastfeedparser, every),
        "atoma": (read_with_atoma, every),
        "reader": (read_with_reader, every),
        "rss-parser": (of_node("rss-parser"), xml),
        "feedsmith": (of_node("feedsmith"), every),
        "@rowanmanning": (of_node("@rowanmanning/feed-parser"), xml),
        "feed-rs": (of_program(feed_rs), every),
    }
