"""What the specifications and the W3C's feed validator demand of feeds, beyond being well-formed."""

import json
import re
import xml.etree.ElementTree as xml
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
MEDIA = "{http://search.yahoo.com/mrss/}"

RFC_822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
)
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")

#: Elements that a channel or item may hold once (RSS 2.0; the rest may repeat).
CHANNEL_ONCE = (
    "title",
    "link",
    "description",
    "language",
    "copyright",
    "managingEditor",
    "pubDate",
    "lastBuildDate",
    "generator",
    "docs",
    "ttl",
    "image",
)
ITEM_ONCE = ("title", "link", "description", "author", "guid", "pubDate", "enclosure", CONTENT, f"{ATOM}updated")


def check_all(documents: dict[str, Path]) -> list[str]:
    """Every rule that a document of any format breaks."""
    problems = []
    for form, check in (("rss", check_rss), ("atom", check_atom), ("json", check_json)):
        problems += [f"{documents[form].parent.name}.{form}: {problem}" for problem in check(documents[form])]
    ids = [
        [item.findtext("guid") for item in xml.parse(documents["rss"]).iter("item")],
        [entry.findtext(f"{ATOM}id") for entry in xml.parse(documents["atom"]).iter(f"{ATOM}entry")],
        [item["id"] for item in json.loads(documents["json"].read_text())["items"]],
    ]
    if not ids[0] == ids[1] == ids[2]:
        problems.append("the formats differ in their items or in the order of these")
    return problems


def check_rss(document: Path) -> Iterator[str]:
    root = xml.parse(document).getroot()
    channel = root.find("channel")
    assert channel is not None, "an RSS feed has a channel"
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"channel without {name}"
    yield from repeated(channel, CHANNEL_ONCE)
    yield from check_language(channel.findtext("language"))
    for name in ("lastBuildDate", "pubDate"):
        yield from check_date(channel.findtext(name), RFC_822, name)
    links = [link for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if len(links) != 1 or not is_absolute(links[0].get("href")):
        yield "channel without one absolute atom:link rel=self"
    if not (channel.findtext("ttl") or "").isdigit():
        yield "ttl is no number of minutes"
    guids = [item.findtext("guid") for item in channel.findall("item")]
    if len(set(guids)) != len(guids):
        yield "a guid is there twice"
    for item in channel.findall("item"):
        yield from (f"{item.findtext('guid')}: {problem}" for problem in check_item(item))


def check_item(item: xml.Element) -> Iterator[str]:
    yield from repeated(item, ITEM_ONCE)
    if not (item.findtext("title") or "").strip():
        yield "blank title"
    yield from check_date(item.findtext("pubDate"), RFC_822, "pubDate")
    yield from check_date(item.findtext(f"{ATOM}updated"), RFC_3339, "atom:updated")
    guid = item.find("guid")
    if guid is None or not guid.text:
        yield "no guid"
    elif guid.get("isPermaLink", "true") == "true" and not is_absolute(guid.text):
        yield "a guid that is a permalink is no URL"
    if not is_absolute(item.findtext("link")):
        yield f"link {item.findtext('link')}"
    author = item.findtext("author")
    if author is not None and not re.fullmatch(r"\S+@\S+( \(.+\))?", author):
        yield f"author {author} is no e-mail address"
    for enclosure in item.findall("enclosure"):
        if (
            not is_absolute(enclosure.get("url"))
            or not (enclosure.get("length") or "").isdigit()
            or "/" not in (enclosure.get("type") or "")
        ):
            yield "an enclosure without url, length or type"
    for medium in item.iter(f"{MEDIA}content"):
        if not is_absolute(medium.get("url")):
            yield "media:content without url"
    for text in (item.findtext("description"), item.findtext(CONTENT)):
        yield from check_html(text or "")


def check_atom(document: Path) -> Iterator[str]:
    feed = xml.parse(document).getroot()
    links = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if len(links) != 1:
        yield "no link rel=self, or several"
    if feed.find(f"{ATOM}author") is None:
        yield "no author"
    yield from check_language(feed.get("{http://www.w3.org/XML/1998/namespace}lang"))
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    if len(set(ids)) != len(ids):
        yield "an id is there twice"
    latest = max((instant(entry.findtext(f"{ATOM}updated")) for entry in entries), default=None)
    if entries and instant(feed.findtext(f"{ATOM}updated")) != latest:
        yield "the feed's updated is not that of its latest entry"
    for entry in entries:
        yield from (f"{entry.findtext(f'{ATOM}id')}: {problem}" for problem in check_entry(entry))


def check_entry(entry: xml.Element) -> Iterator[str]:
    if not (entry.findtext(f"{ATOM}title") or "").strip():
        yield "blank title"
    published, updated = entry.findtext(f"{ATOM}published"), entry.findtext(f"{ATOM}updated")
    for name, date in (("published", published), ("updated", updated)):
        yield from check_date(date, RFC_3339, name)
    if instant(updated) < instant(published):
        yield "updated before it was published"
    alternates = [
        (link.get("type"), link.get("hreflang"))
        for link in entry.findall(f"{ATOM}link")
        if link.get("rel") == "alternate"
    ]
    if len(alternates) != 1:
        yield f"{len(alternates)} alternate links"
    for name in ("content", "summary"):
        text = entry.find(f"{ATOM}{name}")
        if text is not None and text.get("type") == "html":
            yield from check_html(text.text or "")


def check_json(document: Path) -> Iterator[str]:
    feed = json.loads(document.read_text())
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "version"
    for name in ("title", "home_page_url", "feed_url"):
        if not isinstance(feed.get(name), str):
            yield f"no {name}"
    yield from check_language(feed.get("language"))
    for item in feed["items"]:
        yield from (f"{item.get('id')}: {problem}" for problem in check_json_item(item))


def check_json_item(item: dict) -> Iterator[str]:
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "no id"
    if not is_absolute(item.get("url")):
        yield "no url"
    if "content_html" not in item and "content_text" not in item:
        yield "neither content_html nor content_text"
    yield from check_html(item.get("content_html", ""))
    for name in ("date_published", "date_modified"):
        if name in item:
            yield from check_date(item[name], RFC_3339, name)
    if not all(isinstance(tag, str) and tag and not tag.startswith("#") for tag in item.get("tags", [])):
        yield "tags"
    for author in item.get("authors", []):
        if not author.get("name"):
            yield "an author without name"
    for attachment in item.get("attachments", []):
        if not is_absolute(attachment.get("url")) or "/" not in attachment.get("mime_type", ""):
            yield "an attachment without url or mime_type"
        if not isinstance(attachment.get("size_in_bytes", 0), int):
            yield "size_in_bytes is no number"


class Addresses(HTMLParser):
    """What is wrong with the markup of an article's text."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "iframe", "object", "embed", "form", "meta"):
            self.problems.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.problems.append(f"attribute {name}")
            if name in ("href", "src") and not is_absolute(value) and not (value or "").startswith(("mailto:", "tel:")):
                self.problems.append(f"relative address {value}")


def check_html(text: str) -> list[str]:
    parser = Addresses()
    parser.feed(text)
    parser.close()
    return parser.problems


def check_date(date: str | None, form: re.Pattern[str], name: str) -> list[str]:
    return [] if date is None or form.fullmatch(date) else [f"{name} {date}"]


def check_language(language: str | None) -> list[str]:
    return [] if LANGUAGE.fullmatch(language or "") else [f"language {language}"]


def repeated(parent: xml.Element, names: tuple[str, ...]) -> list[str]:
    return [f"{name} is there twice" for name in names if len(parent.findall(name)) > 1]


def is_absolute(url: str | None) -> bool:
    parts = urlsplit(url or "")
    return parts.scheme in ("http", "https") and bool(parts.netloc) and url.isascii() and " " not in url


def instant(date: str | None) -> datetime:
    return datetime.fromisoformat(date or "")
