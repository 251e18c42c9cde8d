"""The clients: how each is told to fetch a feed, and what it then shows its user."""

import mailbox
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from configparser import ConfigParser
from email.header import decode_header, make_header
from pathlib import Path
from typing import Protocol

import reader


class Client(Protocol):
    #: The extensions of the formats that it knows.
    formats: Sequence[str]
    #: How many of its first requests name no validators.
    unconditional: int
    #: Whether it remembers the validators of every answer.
    keeps_validators: bool
    #: Whether it shows the new headline of an article that was edited.
    follows_edits: bool

    def __init__(self, folder: Path, url: str) -> None: ...

    def fetch(self) -> None: ...

    def titles(self) -> list[str]:
        """The headline of everything that it shows, once for each time it is shown."""


class Newsboat:
    formats = ("rss", "atom")
    # It keeps validators only of feeds that it has stored before.
    unconditional = 2
    keeps_validators = True
    follows_edits = True

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        (folder / "urls").write_text(f"{url}\n")
        (folder / "config").write_text("error-log /dev/stderr\n")

    def run(self, *arguments: str) -> str:
        command = ["newsboat", "-C", "config", "-u", "urls", "-c", "cache.db", *arguments]
        done = subprocess.run(
            command, check=False, cwd=self.folder, capture_output=True, text=True, timeout=60, env=self.environment()
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def fetch(self) -> None:
        self.run("-x", "reload")

    def titles(self) -> list[str]:
        with sqlite3.connect(self.folder / "cache.db") as cache:
            return [title for (title,) in cache.execute("SELECT title FROM rss_item WHERE deleted = 0")]

    def import_opml(self, document: Path) -> list[str]:
        """The addresses that an import adds."""
        (self.folder / "urls").write_text("")
        self.run("-i", str(document))
        lines = (self.folder / "urls").read_text().splitlines()
        return [line.split()[0] for line in lines if line]


class PythonReader:
    formats = ("rss", "atom", "json")
    unconditional = 1
    # It keeps the old ones when nothing changed of what it stores, such as a section.
    keeps_validators = False
    follows_edits = True

    def __init__(self, folder: Path, url: str) -> None:
        self.store, self.url = str(folder / "reader.sqlite"), url
        with reader.make_reader(self.store) as store:
            store.add_feed(url)

    def fetch(self) -> None:
        with reader.make_reader(self.store) as store:
            store.update_feed(self.url)

    def titles(self) -> list[str]:
        with reader.make_reader(self.store) as store:
            return [entry.title or "" for entry in store.get_entries()]


class Rss2Email:
    formats = ("rss", "atom")
    unconditional = 1
    keeps_validators = True
    # A mail is sent once.
    follows_edits = False

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.mails = folder / "mails"
        for name in ("new", "cur", "tmp"):
            (self.mails / "inbox" / name).mkdir(parents=True)
        self.run("new", "editor@dala.example")
        self.configure({"email-protocol": "maildir", "maildir-path": str(self.mails), "maildir-mailbox": "inbox"})
        self.run("add", "dala", url)

    def configure(self, options: dict[str, str]) -> None:
        config = ConfigParser(interpolation=None)
        config.read(self.folder / "config")
        config["DEFAULT"].update(options)
        with (self.folder / "config").open("w") as file:
            config.write(file)

    def run(self, *arguments: str) -> None:
        command = ["r2e", "-c", "config", "-d", "data.json", *arguments]
        done = subprocess.run(command, check=False, cwd=self.folder, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def fetch(self) -> None:
        self.run("run")

    def titles(self) -> list[str]:
        # Its Maildir is a folder of folders.
        folders = [path.parent for path in self.mails.rglob("new") if path.is_dir()]
        mails = [mail for folder in folders for mail in mailbox.Maildir(folder, create=False)]
        return [str(make_header(decode_header(mail["Subject"]))) for mail in mails]


#: Each client with the program that it needs.
CLIENTS: dict[str, tuple[type[Client], str | None]] = {
    "newsboat": (Newsboat, "newsboat"),
    "python-reader": (PythonReader, None),
    "rss2email": (Rss2Email, "r2e"),
}


def is_installed(program: str | None) -> bool:
    return program is None or shutil.which(program) is not None
