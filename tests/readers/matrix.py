"""Eight independent parsers read the feeds of two newsrooms, and say what the articles say.

    matrix.py TASPA FEED_RS

TASPA is the program, FEED_RS the example program that reads with `feed-rs`. What an article says is
taken from the JSON Feed, which is itself compared with the files of the hostile newsroom. Every
difference must be among the known limits of the parser, and every known limit must still be true.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import rules
from corpus import AUTHOR, Story, furnish_hostile, furnish_ordinary, hostile
from limits import LIMITS, Place
from parsers import Entry, every_parser

FORMATS = ("rss", "atom", "json")
FIELDS = ("id", "title", "link", "published", "updated", "authors", "categories", "text")
SAMPLES = Path(__file__).parent.parent / "newsroom"


def main(taspa: Path, feed_rs: Path) -> int:
    failures: list[str] = []
    equal: dict[Place, int] = defaultdict(int)
    count = 0
    examples: dict[Place, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for newsroom in furnish(Path(folder)):
            documents = render(taspa, newsroom)
            items = json.loads(documents["json"].read_text())["items"]
            count += len(items)
            failures += compare_with_files(newsroom, items)
            failures += judge(documents)
            for name, (parse, formats) in every_parser(feed_rs).items():
                for form in formats:
                    entries, trouble = attempt(parse, documents[form])
                    if trouble:
                        failures.append(f"{name} cannot read {newsroom.name}.{form}: {trouble}")
                    for field in FIELDS:
                        place = (name, form, field)
                        equal[place] += compare(entries, items, place, examples)
    print_table(equal, count)
    for place, reason in LIMITS.items():
        print(f"known limit: {' '.join(place)}: {reason}")
    failures += unexpected(equal, count, examples)
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return 1 if failures else 0


def furnish(folder: Path) -> list[Path]:
    ordinary, awkward = folder / "ordinary", folder / "hostile"
    furnish_ordinary(ordinary, SAMPLES)
    furnish_hostile(awkward)
    return [ordinary, awkward]


def render(taspa: Path, newsroom: Path) -> dict[str, Path]:
    """The feed of every article in each format."""
    documents = {}
    for form in FORMATS:
        documents[form] = newsroom / f"all.{form}"
        command = [taspa, "render", "--config", newsroom / "feeds.toml", f"all.{form}"]
        documents[form].write_bytes(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return documents


def attempt(parse: Any, document: Path) -> tuple[list[Entry], str | None]:
    try:
        return parse(document), None
    except Exception as error:  # noqa: BLE001 (whatever a parser throws is its verdict)
        return [], repr(error)[:300]


def judge(documents: dict[str, Path]) -> list[str]:
    """Validity, by programs that are not ours and by the rules of the formats."""
    problems = []
    schema = Path(__file__).parent / "atom.rnc"
    for command in (
        ["xmllint", "--noout", "--nonet", documents["rss"], documents["atom"]],
        ["jing", "-c", schema, documents["atom"]],
    ):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            problems.append(f"{command[0]}: {done.stdout}{done.stderr}")
    return problems + rules.check_all(documents)


def compare_with_files(newsroom: Path, items: list[Entry]) -> list[str]:
    """The JSON Feed says what the files of the hostile newsroom say."""
    if newsroom.name != "hostile":
        return []
    by_name = {item["url"].rsplit("/", 1)[-1]: item for item in items}
    own = {item["id"]: item for item in items}
    problems = []
    for story in hostile():
        item = by_name.get(story.name) or own.get(story.more.get("id", ""))
        if item is None:
            problems.append(f"the article {story.name} is in no feed")
            continue
        problems += [f"{story.name}: {problem}" for problem in differences(story, item)]
    return problems


def differences(story: Story, item: dict[str, Any]) -> list[str]:
    expected = {
        "title": printable(story.title),
        "date_published": seconds(story.date),
        "date_modified": seconds(story.more.get("updated", story.date)),
        "tags": story.tags(),
        "authors": story.authors() or [AUTHOR],
    }
    found = {
        "title": item["title"],
        "date_published": seconds(item["date_published"]),
        "date_modified": seconds(item.get("date_modified", item["date_published"])),
        "tags": item.get("tags", []),
        "authors": [author["name"] for author in item.get("authors", [])] or [AUTHOR],
    }
    return [f"{name}: {found[name]!r}, not {expected[name]!r}" for name in expected if found[name] != expected[name]]


def printable(text: str) -> str:
    """Without what XML forbids, white space collapsed."""
    allowed = re.sub("[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]", "", text)
    return " ".join(allowed.split())


def compare(entries: list[Entry], items: list[Any], place: Place, examples: dict[Place, str]) -> int:
    """How many items have an entry that says the same in a field."""
    _, form, field = place
    by_id = {entry["id"]: entry for entry in entries}
    by_link = {entry["link"]: entry for entry in entries}
    count = 0
    for item in items:
        entry = by_id.get(item["id"]) or by_link.get(item["url"]) or {}
        found, expected = seen(entry, field), meant(item, field, form)
        # Some name the publication where an article has no author, as RFC 4287 has it.
        inherited = field == "authors" and not expected and found == [AUTHOR]
        if found == expected or inherited:
            count += 1
        else:
            examples.setdefault(place, f"{str(found)[:300]!r}, not {str(expected)[:300]!r} ({item['url']})")
    return count


def meant(item: dict[str, Any], field: str, form: str) -> Any:
    published = seconds(item["date_published"])
    authors = [author["name"] for author in item.get("authors", [])]
    match field:
        case "id":
            return item["id"]
        case "title":
            return item["title"]
        case "link":
            return item["url"]
        case "published":
            return published
        case "updated":
            return seconds(item.get("date_modified", item["date_published"]))
        case "authors":
            return authors
        case "categories":
            tags = item.get("tags", [])
            # Readers part categories at commas, so XML has another one.
            return [tag if form == "json" else tag.replace(",", "\u201a") for tag in tags]
        case "text":
            html, text = item.get("content_html"), item.get("content_text", "")
            # RSS alone has no text where there is nothing but a title.
            empty = not html and text == item["title"] and form == "rss"
            return "" if empty else shown(html or escape(text))


def seen(entry: Entry, field: str) -> Any:
    value = entry.get(field)
    match field:
        case "published":
            return value and seconds(value)
        case "updated":
            # What was never edited was updated when it was published.
            value = value or entry.get("published")
            return value and seconds(value)
        case "authors" | "categories":
            return list(value or [])
        case "text":
            return shown(value or "")
        case _:
            return value


def seconds(date: str) -> float:
    try:
        return datetime.fromisoformat(date).timestamp()
    except ValueError:
        return parsedate_to_datetime(date).timestamp()


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


class Shown(HTMLParser):
    """The text of HTML as a reader sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append(" ")


def shown(html: str) -> str:
    parser = Shown()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.pieces).split())


def print_table(equal: dict[Place, int], count: int) -> None:
    print(f"{'items that say the same, of ' + str(count):34}" + "".join(f"{field:>12}" for field in FIELDS))
    for name, form in dict.fromkeys((name, form) for name, form, _ in equal):
        cells = "".join(f"{equal[name, form, field]:>12}" for field in FIELDS)
        print(f"{name + ' ' + form:34}{cells}")


def unexpected(equal: dict[Place, int], count: int, examples: dict[Place, str]) -> list[str]:
    problems = []
    for place, number in equal.items():
        if number < count and place not in LIMITS:
            problems.append(f"{' '.join(place)}: {number} of {count} equal: {examples.get(place)}")
        if number == count and place in LIMITS:
            problems.append(f"{' '.join(place)}: a known limit that is none any more: {LIMITS[place]}")
    return problems


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
