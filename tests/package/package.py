"""The package of Debian: what is in it, and its life in a clean root.

    package.py PROGRAM

Packs the program as `cargo deb` does, asks lintian, and installs, uses, upgrades, removes and purges the package in a
root that mmdebstrap makes. The program is dynamically linked, and may be a quick build: scripts, files and links are
the same. Needs root and the tools below; without them it says so, which is a failure where `CI` is set.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = ["cargo-deb", "dpkg-deb", "lintian", "man", "mmdebstrap", "setpriv", "strip"]
# What a server of Debian has besides what is essential, and shells whose completions are tried.
INCLUDED = "bash-completion,init-system-helpers,systemd,zsh"

FILES = [
    "etc/taspa/feeds.toml",
    "usr/bin/taspa",
    "usr/lib/systemd/system/taspa.service",
    "usr/lib/systemd/system/taspa.socket",
    "usr/lib/systemd/system/taspa@.service",
    "usr/lib/systemd/system/taspa@.socket",
    "usr/lib/sysusers.d/taspa.conf",
    "usr/lib/tmpfiles.d/taspa.conf",
    "usr/share/bash-completion/completions/taspa",
    "usr/share/doc/taspa/README.md",
    "usr/share/doc/taspa/changelog.Debian.gz",
    "usr/share/doc/taspa/changelog.gz",
    "usr/share/doc/taspa/compose.yaml",
    "usr/share/doc/taspa/copyright",
    "usr/share/doc/taspa/docs/configuration.md",
    "usr/share/doc/taspa/docs/packages.md",
    "usr/share/doc/taspa/examples/apparmor/taspa",
    "usr/share/doc/taspa/examples/compose/nginx.conf",
    "usr/share/doc/taspa/examples/proxies/nginx.conf",
    "usr/share/doc/taspa/examples/sql/table.toml",
    "usr/share/doc/taspa/feeds.toml",
    "usr/share/fish/vendor_completions.d/taspa.fish",
    "usr/share/man/man1/taspa.1.gz",
    "usr/share/man/man5/feeds.toml.5.gz",
    "usr/share/taspa/welcome/welcome.md",
    "usr/share/zsh/vendor-completions/_taspa",
]

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Before systemctl: notes what the maintainer scripts ask of systemd, which does not run in the root. Files, as
# those of enabled units, are left to systemctl.
SYSTEMCTL = """#!/bin/sh
case " $* " in
    *" start "* | *" stop "* | *" restart "* | *" try-restart "*) echo "$*" >>/systemctl.log ;;
    *" daemon-reload "*) ;;
    *" is-active "*) test ! -e /inactive ;;
    *" is-enabled "*) for unit; do :; done; exec /usr/bin/systemctl --root=/ is-enabled "$unit" ;;
    *) exec /usr/bin/systemctl "$@" ;;
esac
"""

SECOND_SITE = """
[site]
title = "Sport"
url = "https://sport.example/"
id-authority = "sport.example"
id-year = 2026
[server]
listen = "127.0.0.1:0"
state = "${STATE_DIRECTORY:-/var/lib/taspa/sport}"
[source.directory]
path = "/srv/sport"
"""


def main() -> None:
    program = Path(sys.argv[1]).resolve()
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if os.geteuid() != 0:
        missing.insert(0, "root")
    if missing:
        reason = f"no {', '.join(missing)}"
        if os.environ.get("CI"):
            sys.exit(f"error: the package cannot be tried: {reason}")
        print(f"skipped: {reason}")
        return
    with tempfile.TemporaryDirectory(prefix="taspa-package-") as folder:
        work = Path(folder)
        # The user of the daemon has to reach its root.
        work.chmod(0o755)
        package = build(program, work)
        expect_contents(package)
        expect_no_tags(package)
        newer = newer_package(package, work)
        root = Root(work)
        try:
            live(root, package, newer)
        finally:
            root.close()
    print("the package installs, serves, upgrades and leaves")


def build(program: Path, work: Path) -> Path:
    """Packs a program that is built already, in a target folder of its own."""
    target = work / "target"
    (target / "dist").mkdir(parents=True)
    run(["strip", "-o", target / "dist/taspa", program])
    # The date of the files in it, and so of the same package from the same commit.
    date = run(["git", "-C", REPOSITORY, "log", "-1", "--format=%ct"]).strip()
    environment = {"CARGO_TARGET_DIR": str(target), "SOURCE_DATE_EPOCH": date}
    run(["cargo", "deb", "--no-build", "--fast", "--output", work / "taspa.deb"], environment, REPOSITORY)
    return work / "taspa.deb"


def expect_contents(package: Path) -> None:
    lines = run(["dpkg-deb", "--contents", package]).splitlines()
    entries = [(line.split()[0], line.split()[1], line.split(maxsplit=5)[5]) for line in lines]
    names = {name.removeprefix("./") for _, _, name in entries}
    missing = [name for name in FILES if name not in names]
    assert not missing, f"not in the package: {missing}"
    for mode, owner, name in entries:
        expected = "drwxr-xr-x" if name.endswith("/") else "-rwxr-xr-x" if name == "./usr/bin/taspa" else "-rw-r--r--"
        assert (mode, owner) == (expected, "0/0"), f"{name}: {mode} {owner}"
    version = run(["dpkg-deb", "--field", package, "Version"]).strip()
    changelog = (REPOSITORY / "packaging/debian/changelog").read_text()
    assert changelog.startswith(f"taspa ({version}) "), f"packaging/debian/changelog does not begin with {version}"
    depends = run(["dpkg-deb", "--field", package, "Depends"])
    # A program that is built on a newer Debian than the oldest that is meant would not start there.
    libc = re.search(r"libc6 \(>= 2\.(\d+)\)", depends)
    assert libc and int(libc[1]) <= 36, f"not for Debian 12: {depends}"
    print(f"{len(entries)} files and folders; depends on {depends.strip()}")


def expect_no_tags(package: Path) -> None:
    run(["lintian", "--allow-root", "--fail-on", "error,warning", package])
    for page in sorted((REPOSITORY / "packaging/man").iterdir()):
        said = run(["sh", "-c", 'man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null', "sh", page])
        assert not said, f"{page.name}: {said}"


def newer_package(package: Path, work: Path) -> Path:
    """The same package with a higher version, whose feeds.toml differs."""
    tree = work / "newer"
    run(["dpkg-deb", "--raw-extract", package, tree])
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1+newer", control.read_text()))
    config = tree / "etc/taspa/feeds.toml"
    config.write_text(config.read_text() + "# A comment of the newer version.\n")
    run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, work / "newer.deb"])
    return work / "newer.deb"


class Root:
    """A Debian of the release that this machine has, without a running systemd."""

    def __init__(self, work: Path) -> None:
        self.path = work / "root"
        release = Path("/etc/os-release").read_text()
        codename = re.search(r"(?m)^VERSION_CODENAME=(\w+)", release)[1]
        begun = time.monotonic()
        # The root lives shorter than a loss of power would matter.
        options = ["--quiet", "--mode=root", "--variant=minbase", "--dpkgopt=force-unsafe-io", f"--include={INCLUDED}"]
        run(["mmdebstrap", *options, codename, self.path])
        print(f"a clean root of {codename} in {time.monotonic() - begun:.0f} s")
        # The maintainer scripts act as on a running system, and say to whom.
        (self.path / "run/systemd/system").mkdir(parents=True, exist_ok=True)
        stub = self.path / "usr/local/bin/systemctl"
        stub.write_text(SYSTEMCTL)
        stub.chmod(0o755)
        # Last, since what is mounted has to be unmounted.
        run(["mount", "-t", "proc", "proc", self.path / "proc"])

    def close(self) -> None:
        run(["umount", self.path / "proc"])

    def run(self, *command: str) -> str:
        return run(["chroot", self.path, *command], {"PATH": PATH})

    def install(self, package: Path) -> str:
        shutil.copy(package, self.path / "tmp/taspa.deb")
        log = self.run("dpkg", "--install", "--force-confdef", "--force-confold", "/tmp/taspa.deb")
        (self.path / "tmp/taspa.deb").unlink()
        return log

    def asked_of_systemd(self) -> list[str]:
        """What was asked since the last call."""
        log = self.path / "systemctl.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line.replace("--quiet ", "").replace("--system ", "") for line in lines]


def live(root: Root, package: Path, newer: Path) -> None:
    at = root.path
    print(root.install(package), end="")
    expect_installed(root)
    asked = root.asked_of_systemd()
    assert asked == ["start taspa.socket", "start taspa.service"], asked

    serve(root, "taspa.service", "", at / "var/lib/taspa", "The feed server works")
    (at / "etc/taspa/sport.toml").write_text(SECOND_SITE)
    (at / "srv/sport").mkdir()
    (at / "srv/sport/final.md").write_text('+++\ntitle = "The final"\ndate = 2026-11-01T10:00:00Z\n+++\n\nIt was won.\n')
    serve(root, "taspa@.service", "sport", at / "var/lib/taspa/sport", "The final")

    config = at / "etc/taspa/feeds.toml"
    edited = config.read_text().replace('"Newsroom"', '"The Daily"')
    config.write_text(edited)
    print(root.install(newer), end="")
    assert config.read_text() == edited, "the upgrade has changed feeds.toml"
    asked = root.asked_of_systemd()
    expected = ["start taspa.socket", "restart taspa.service", "try-restart taspa@*.service"]
    assert asked == expected, asked
    serve(root, "taspa.service", "", at / "var/lib/taspa", "The Daily")

    # What its administrator has switched off stays off.
    root.run("/usr/bin/systemctl", "--root=/", "disable", "taspa.service", "taspa.socket")
    (at / "inactive").touch()
    print(root.install(newer), end="")
    asked = root.asked_of_systemd()
    # That restarts only what runs.
    assert asked == ["try-restart taspa@*.service"], asked
    (at / "inactive").unlink()
    enabled = ["taspa.service", "taspa.socket", "taspa@sport.service", "taspa@sport.socket"]
    root.run("/usr/bin/systemctl", "--root=/", "enable", *enabled)

    # Articles in the wrong place are articles all the same.
    (at / "var/lib/taspa/articles").mkdir()
    (at / "var/lib/taspa/articles/first.md").write_text("The first.\n")
    print(root.run("dpkg", "--remove", "taspa"), end="")
    assert not (at / "usr/bin/taspa").exists() and not list((at / "usr/lib/systemd/system").glob("taspa*"))
    assert config.read_text() == edited and (at / "var/lib/taspa/taspa.redb").exists()
    asked = root.asked_of_systemd()
    assert asked == ["stop taspa@*.service taspa@*.socket", "stop taspa.service taspa.socket"], asked

    print(root.run("dpkg", "--purge", "taspa"), end="")
    assert not config.exists() and (at / "etc/taspa/sport.toml").exists()
    left = sorted(str(path.relative_to(at / "var/lib/taspa")) for path in (at / "var/lib/taspa").rglob("*"))
    assert left == ["articles", "articles/first.md"], left
    wanted = list((at / "etc/systemd/system").rglob("taspa*"))
    assert not wanted, f"still enabled: {wanted}"
    assert "taspa" in (at / "etc/passwd").read_text(), "the user's files would become another's"


def expect_installed(root: Root) -> None:
    user = root.run("getent", "passwd", "taspa").strip().split(":")
    assert user[5:] == ["/var/lib/taspa", "/usr/sbin/nologin"], user
    state = root.path / "var/lib/taspa"
    # As at each boot; a package's script does it where systemd runs.
    root.run("systemd-tmpfiles", "--create", "taspa.conf")
    assert state.stat().st_uid == int(user[2]) and state.stat().st_mode & 0o777 == 0o700
    for unit in ["multi-user.target.wants/taspa.service", "sockets.target.wants/taspa.socket"]:
        assert (root.path / "etc/systemd/system" / unit).is_symlink(), f"{unit} is not enabled"
    units = ["taspa.service", "taspa.socket", "taspa@sport.service", "taspa@sport.socket"]
    said = root.run("sh", "-c", 'systemd-analyze verify --man=no "$@" 2>&1', "sh", *units)
    assert not said.strip(), said
    assert "no problems; 3 articles" in root.run("taspa", "check")
    for shell, command in {
        "bash": ". /usr/share/bash-completion/completions/taspa && complete -p taspa",
        "zsh": "autoload -Uz compinit && compinit -u && print $_comps[taspa] && autoload +X _taspa",
    }.items():
        said = root.run(shell, "-c", command)
        assert "taspa" in said, f"{shell}: {said}"


def serve(root: Root, unit: str, instance: str, state: Path, expected: str) -> None:
    """Runs what an installed unit says as its user, and asks it what a reader would."""
    text = (root.path / "usr/lib/systemd/system" / unit).read_text().replace("%i", instance)
    setting = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"\w+=", line))
    state.mkdir(mode=0o700, exist_ok=True)
    os.chown(state, (root.path / "var/lib/taspa").stat().st_uid, (root.path / "var/lib/taspa").stat().st_gid)
    address = f"127.0.0.1:{free_port()}"
    user = f"--reuid={setting['User']} --regid={setting['Group']} --init-groups --no-new-privs"
    command = ["chroot", str(root.path), "setpriv", *user.split(), *shlex.split(setting["ExecStart"])]
    folder = "/var/lib/" + setting["StateDirectory"]
    environment = {"PATH": PATH, "STATE_DIRECTORY": folder, "TASPA_LISTEN": address}
    with tempfile.TemporaryFile() as log:
        daemon = subprocess.Popen(command, env=environment, cwd="/", stdout=log, stderr=log)
        try:
            feed = await_answer(f"http://{address}/all.rss", daemon, log)
            assert expected in feed, feed
        finally:
            daemon.send_signal(signal.SIGTERM)
            status = daemon.wait(20)
        assert status == 0, f"{unit} ends with {status}: {said_by(log)}"
        assert (state / "taspa.redb").exists(), f"{unit} keeps no state: {said_by(log)}"
    print(f"{unit} {instance}: served /all.rss as {setting['User']}")


def await_answer(url: str, daemon: subprocess.Popen, log) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert daemon.poll() is None, f"the daemon ended early: {said_by(log)}"
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"no answer within a minute: {said_by(log)}")


def said_by(log) -> str:
    log.seek(0)
    return log.read().decode(errors="replace")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def run(command: list, environment: dict | None = None, folder: Path | None = None) -> str:
    """The output of a command that succeeds, what it says on standard error with it if it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", **(environment or {})}
    ended = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=folder)
    if ended.returncode != 0:
        shown = " ".join(map(str, command))
        sys.exit(f"error: {shown} ends with {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return ended.stdout


if __name__ == "__main__":
    main()
