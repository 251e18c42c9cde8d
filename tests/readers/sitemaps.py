"""Search engines' libraries read the sitemaps and robots.txt that the daemon serves, and xmllint judges them.

    sitemaps.py TASPA

What is not installed is skipped, except where `CI` is set.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

HERE = Path(__file__).parent
SCHEMA = HERE / "node_modules/sitemap/schema/sitemap.xsd"
NEWS_SCHEMA = HERE / "sitemap-news.xsd"

CONFIG = """
[site]
title        = "Дала & <Со>"
url          = "{base}"
id-authority = "dala.example"
id-year      = 2026
time-zone    = "Asia/Almaty"

[server]
listen     = "127.0.0.1:{port}"
public-url = "{base}"

[source.directory]
path = "articles"

[sitemap]
"""

#: Longest wait for something that takes milliseconds.
PATIENCE = 60.0


def main(taspa: Path) -> int:
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        base = f"http://127.0.0.1:{port}/"
        titles, old = furnish(Path(folder), port, base)
        daemon = subprocess.Popen([taspa, "serve"], cwd=folder, stderr=subprocess.DEVNULL)
        try:
            wait_for(f"{base}all.rss")
            failures += read_robots(base)
            failures += read_tree(base, titles, old)
        finally:
            daemon.terminate()
            daemon.wait()
        failures += judge(taspa, Path(folder))
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return 1 if failures else 0


def furnish(folder: Path, port: int, base: str) -> tuple[dict[str, str], dict[str, str]]:
    """Writes the newsroom; returns the titles of the news and the days of older articles, by address."""
    (folder / "articles").mkdir()
    (folder / "feeds.toml").write_text(CONFIG.format(port=port, base=base))
    now = datetime.now(UTC)
    titles = {
        "plain": "Вода в канале стоит высоко",
        "markup": "Если 2 < 3 & 5 > 4, то «]]>» — \"да\"",
        "emoji": "Ярмарка 🍉 открылась",
    }
    for number, (name, title) in enumerate(titles.items()):
        date = (now - timedelta(hours=number + 1)).isoformat(timespec="seconds")
        write(folder, name, title, f"date: {date}")
    old = {"autumn": "2024-09-30T23:30:00+05:00", "winter": "2024-12-01T00:00:00+05:00"}
    for name, date in old.items():
        write(folder, name, name, f'date: "{date}"')
    write(folder, "unindexed", "Вне поиска", "date: 2024-09-30\nnoindex: true")
    return (
        {f"{base}articles/{name}": title for name, title in titles.items()},
        {f"{base}articles/{name}": date for name, date in old.items()},
    )


def write(folder: Path, name: str, title: str, keys: str) -> None:
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    text = f'---\ntitle: "{quoted}"\n{keys}\n---\n\nТекст.\n'
    (folder / "articles" / f"{name}.md").write_text(text)


def read_robots(base: str) -> list[str]:
    try:
        from protego import Protego
    except ImportError:
        return missing("protego")
    with urlopen(f"{base}robots.txt") as response:
        robots = Protego.parse(response.read().decode())
    expected = [f"{base}sitemaps/index.xml", f"{base}sitemaps/news.xml"]
    allowed = {path: robots.can_fetch(f"{base}{path}", "Googlebot") for path in ("", "articles/plain", "build", "select.rss")}
    failures = []
    if list(robots.sitemaps) != expected:
        failures.append(f"robots.txt: protego finds the sitemaps {list(robots.sitemaps)}")
    if allowed != {"": True, "articles/plain": True, "build": False, "select.rss": False}:
        failures.append(f"robots.txt: protego allows {allowed}")
    print("protego reads robots.txt")
    return failures


def read_tree(base: str, titles: dict[str, str], old: dict[str, str]) -> list[str]:
    try:
        from usp.tree import sitemap_tree_for_homepage
    except ImportError:
        return missing("ultimate-sitemap-parser")
    pages = list(sitemap_tree_for_homepage(base, use_known_paths=False).all_pages())
    found = {page.url: page.news_story.title for page in pages if page.news_story}
    dates = {page.url: page.last_modified for page in pages if not page.news_story}
    failures = []
    if found != titles:
        failures.append(f"ultimate-sitemap-parser finds the news {found}")
    if set(dates) != set(titles) | set(old):
        failures.append(f"ultimate-sitemap-parser finds the pages {sorted(dates)}")
    for address, date in old.items():
        if dates.get(address) != datetime.fromisoformat(date):
            failures.append(f"ultimate-sitemap-parser dates {address} {dates.get(address)}")
    print(f"ultimate-sitemap-parser reads {len(found)} news and {len(dates)} pages")
    return failures


def judge(taspa: Path, folder: Path) -> list[str]:
    if not SCHEMA.exists() or not shutil.which("xmllint"):
        return missing("the schema of sitemaps, or xmllint")
    driver = folder / "sitemaps.xsd"
    imports = {"http://www.sitemaps.org/schemas/sitemap/0.9": SCHEMA, "http://www.google.com/schemas/sitemap-news/0.9": NEWS_SCHEMA}
    lines = [f'<xs:import namespace="{name}" schemaLocation="{path.resolve()}"/>' for name, path in imports.items()]
    driver.write_text(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{"".join(lines)}</xs:schema>')
    failures = []
    for name in ("news", "2024-09", "2024-12"):
        document = folder / f"{name}.xml"
        with document.open("wb") as output:
            subprocess.run([taspa, "render", f"sitemaps/{name}.xml"], cwd=folder, stdout=output, check=True)
        command = ["xmllint", "--noout", "--nonet", "--schema", driver, document]
        judged = subprocess.run(command, check=False, capture_output=True, text=True)
        if judged.returncode:
            failures.append(f"{name}.xml: {judged.stderr}")
    print("xmllint judges the sitemaps by their schema")
    return failures


def missing(what: str) -> list[str]:
    print(f"skipped: {what} is not installed")
    return [f"{what} is not installed"] if os.environ.get("CI") else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urlopen(address).close()
            return
        except (HTTPError, URLError):
            time.sleep(0.05)
    raise TimeoutError(address)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
