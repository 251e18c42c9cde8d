"""A PostgreSQL of our own: its server, what it costs, and a client that stays connected."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

from daemon import DEADLINE_SECONDS, LOOK_SECONDS, free_ports

# Nothing here has to survive a lost machine. The work of autovacuum would be charged to whatever is
# measured meanwhile; the archive is vacuumed when it has been written.
SETTINGS = ("shared_buffers=256MB", "fsync=off", "autovacuum=off")
# Servers refuse to be root's.
ACCOUNT = "postgres"
QUIETLY = ("--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1")
END = "-- end of the answer --"


class Postgres:
    """Started when it is made, with what the folder keeps; stopped at the end of its `with`."""

    def __init__(self, folder: Path):
        self.folder, self.data = folder, folder / "data"
        self.port = free_ports()[0]
        self.programs = programs()
        self.account = []
        folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            self.account = ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"]
            shutil.chown(folder, ACCOUNT, ACCOUNT)
        if not self.data.exists():
            self.make()
        server = [*self.account, self.programs / "postgres", "-D", self.data]
        server += ["-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        server += [word for setting in SETTINGS for word in ("-c", setting)]
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(server, cwd=folder, stdout=log, stderr=log)

    def make(self) -> None:
        initdb = [*self.account, self.programs / "initdb", "-D", self.data, "--username=postgres"]
        initdb += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(initdb, cwd=self.folder, stdout=subprocess.DEVNULL, check=True)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + DEADLINE_SECONDS
        asking = self.client("pg_isready", "--quiet")
        while subprocess.run(asking, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"PostgreSQL does not start; see {self.folder / 'log'}")
            time.sleep(LOOK_SECONDS)
        return self

    def __exit__(self, *_) -> None:
        # It does not wait for clients, and loses nothing.
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def client(self, program: str, *arguments: str) -> list:
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "postgres"]
        return [self.programs / program, *where, *arguments]

    def run(self, script: Path, **variables) -> None:
        """Runs a file of statements, all of them or none."""
        given = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
        psql = self.client("psql", *QUIETLY, *given, "--single-transaction", "-f", str(script))
        subprocess.run(psql, check=True)

    def url(self) -> str:
        """Where a daemon finds it."""
        return f"postgres://taspa@127.0.0.1:{self.port}/postgres"

    def cpu_seconds(self) -> float:
        """Processor time of what works for clients that are daemons, those that have gone included.
        Of these the system tells hundredths of a second; nothing else here ends meanwhile."""
        spent = 0.0
        server = Path(f"/proc/{self.process.pid}")
        for child in (server / "task" / server.name / "children").read_text().split():
            with contextlib.suppress(OSError):
                title = Path(f"/proc/{child}/cmdline").read_text()
                if title.startswith(("postgres: taspa ", "postgres: parallel worker")):
                    spent += time.clock_gettime((~int(child) << 3) | 2)
        ended = (server / "stat").read_text().rpartition(")")[2].split()[13:15]
        return spent + sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")


class Session:
    """A psql that stays connected, so that no statement costs the start of a program."""

    def __init__(self, postgres: Postgres):
        psql = postgres.client("psql", *QUIETLY, "--no-align", "--tuples-only")
        pipe = subprocess.PIPE
        self.psql = subprocess.Popen(psql, stdin=pipe, stdout=pipe, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.psql.stdin.close()
        self.psql.wait()

    def ask(self, sql: str) -> list[str]:
        """Executes a statement; returns its rows."""
        return self.tell(f"{sql};")

    def seconds(self, sql: str) -> float:
        """How long a statement takes whose rows nobody reads."""
        self.tell("\\o /dev/null")
        begun = time.monotonic()
        self.ask(sql)
        took = time.monotonic() - begun
        self.tell("\\o")
        return took

    def tell(self, command: str) -> list[str]:
        self.psql.stdin.write(f"{command}\n\\echo {END}\n")
        self.psql.stdin.flush()
        rows = []
        for line in self.psql.stdout:
            if line.rstrip("\n") == END:
                return rows
            rows.append(line.rstrip("\n"))
        raise SystemExit(f"PostgreSQL refused: {command}")


def programs() -> Path:
    """The folder of the server's programs. Debian has it outside of PATH, one for each version."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda initdb: int(initdb.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    if not found:
        raise SystemExit("PostgreSQL is needed: the Debian package `postgresql`")
    return Path(found).resolve().parent
