#!/usr/bin/env python3
"""What a request costs: taspa, nginx and a canned loop, in CPU microseconds of the server.

    benches/serving/serving.py [--rounds N] [--seconds N]

The same feed of about 70 kB is served by taspa, by nginx as a file with a prepared .gz beside it,
and by a loop that answers every request with the same bytes. Each server runs on one core, wrk with
64 connections on another; rounds go in turn, so that whatever else the machine does hits all of
them. Printed are medians with quartiles over the rounds, and the ratio of the medians.

Needs nginx and wrk (Debian packages of these names), a Rust toolchain and two cores.
"""

import argparse
import contextlib
import http.client
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVER_CORE, CLIENT_CORE = 0, 1
CONNECTIONS = 64
ARTICLES = 50
# Words of invented news: what matters is that they compress as Russian text does.
WORDS = """акимат бюджет вода город депутат договор дорога закон заседание здание инвестор комиссия
мажилис министр мост область озеро отчёт парк план погода поезд посевная проект ремонт рынок сенат
совет степь строительство тариф театр урожай фестиваль хлеб школа экзамен юрта ярмарка в на по с
для из о при без между новый первый крупный сельский местный готовит откроет обсудил принял"""


@dataclass
class Request:
    """What is asked, and what each server needs to hear for the same answer."""

    name: str
    status: int
    headers: dict[str, dict[str, str]]


@dataclass
class Server:
    """A running server and where it listens."""

    name: str
    port: int
    process: subprocess.Popen


def main() -> None:
    options = parse_arguments()
    for program in ("nginx", "wrk", "taskset"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install nginx-light wrk util-linux")
    taspa, canned = build()
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taspa-serving-")))
        measure(stack, scratch, taspa, canned, options)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="rounds a server and request")
    parser.add_argument("--seconds", type=int, default=1, help="length of a round")
    return parser.parse_args()


def build() -> tuple[Path, Path]:
    """The daemon and the loop, as packages and images hold them."""
    cargo = ["cargo", "build", "--profile", "dist", "--locked", "--quiet"]
    subprocess.run([*cargo, "--bin", "taspa", "--example", "canned"], cwd=ROOT, check=True)
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "dist"
    return folder / "taspa", folder / "examples" / "canned"


def measure(
    stack: contextlib.ExitStack,
    scratch: Path,
    taspa_program: Path,
    canned_program: Path,
    options: argparse.Namespace,
) -> None:
    taspa = start_taspa(stack, scratch, taspa_program)
    plain, zipped = fetch(taspa.port), fetch(taspa.port, {"Accept-Encoding": "gzip"})
    nginx = start_nginx(stack, scratch, plain.body, zipped.body)
    own = fetch(nginx.port)
    unchanged = {"taspa": plain.tag, "nginx": own.tag}
    requests = [
        Request("304", 304, {name: {"If-None-Match": tag} for name, tag in unchanged.items()}),
        Request("gzip", 200, {name: {"Accept-Encoding": "gzip"} for name in unchanged}),
        Request("identity", 200, {name: {} for name in unchanged}),
    ]
    print(f"feed: {len(plain.body):,} bytes, gzip {len(zipped.body):,}")
    print(f"{'':9} {'server':7} {'µs/request':>10} {'quartiles':>15} {'requests/s':>11} {'ratio':>17}")
    for request in requests:
        response = scratch / f"{request.name}.http"
        response.write_bytes(raw_answer(taspa.port, request.headers["taspa"]))
        with contextlib.ExitStack() as round_stack:
            canned = start_canned(round_stack, canned_program, response)
            report(request, run_rounds(request, [taspa, nginx, canned], options))


def run_rounds(
    request: Request, servers: list[Server], options: argparse.Namespace
) -> dict[str, list[tuple[float, float]]]:
    """For each server: CPU microseconds a request and requests a second, one pair a round."""
    results: dict[str, list[tuple[float, float]]] = {server.name: [] for server in servers}
    for server in servers:
        headers = request.headers.get(server.name, {})
        if server.name in request.headers and fetch(server.port, headers).status != request.status:
            sys.exit(f"{server.name} does not answer {request.status}")
        run_wrk(server.port, headers, 1)
    for _ in range(options.rounds):
        for server in servers:
            headers = request.headers.get(server.name, {})
            before = cpu_seconds(server.process.pid)
            requests = run_wrk(server.port, headers, options.seconds)
            spent = cpu_seconds(server.process.pid) - before
            results[server.name].append((spent / requests * 1e6, requests / options.seconds))
    return results


def report(request: Request, results: dict[str, list[tuple[float, float]]]) -> None:
    medians = {name: statistics.median(cost for cost, _ in rounds) for name, rounds in results.items()}
    for name, rounds in results.items():
        low, _, high = statistics.quantiles([cost for cost, _ in rounds], n=4)
        rate = statistics.median(rate for _, rate in rounds)
        ratio = f"{medians['taspa'] / medians[name]:.2f} of {name}" if name != "taspa" else ""
        print(
            f"{request.name:9} {name:7} {medians[name]:10.2f} {low:7.2f}–{high:<7.2f}"
            f" {rate:11,.0f} {ratio:>17}",
            flush=True,
        )


# --- servers


def start_taspa(stack: contextlib.ExitStack, scratch: Path, program: Path) -> Server:
    port = free_port()
    write_articles(scratch / "articles")
    (scratch / "feeds.toml").write_text(
        f"""
[site]
title        = "Замер"
url          = "https://news.example/"
id-authority = "news.example"
id-year      = 2026

[server]
listen     = "127.0.0.1:{port}"
public-url = "http://127.0.0.1:{port}/"

[source.directory]
path = "articles"

[defaults]
items = {ARTICLES}
"""
    )
    command = [program, "serve", "--config", scratch / "feeds.toml"]
    return started(stack, "taspa", port, command)


def start_nginx(stack: contextlib.ExitStack, scratch: Path, plain: bytes, zipped: bytes) -> Server:
    port = free_port()
    root = scratch / "root"
    root.mkdir()
    (root / "all.rss").write_bytes(plain)
    (root / "all.rss.gz").write_bytes(zipped)
    configuration = scratch / "nginx.conf"
    configuration.write_text(
        f"""
daemon off;
master_process off;
user root;
pid {scratch}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=100;
    open_file_cache_valid 1h;
    gzip_static on;
    gzip_vary on;
    types {{ application/rss+xml rss; }}
    client_body_temp_path {scratch}/body;
    proxy_temp_path {scratch}/proxy;
    fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi;
    scgi_temp_path {scratch}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        add_header Cache-Control "max-age=300, stale-while-revalidate=60, stale-if-error=86400";
    }}
}}
"""
    )
    return started(stack, "nginx", port, ["nginx", "-p", scratch, "-c", configuration])


def start_canned(stack: contextlib.ExitStack, program: Path, response: Path) -> Server:
    port = free_port()
    return started(stack, "canned", port, [program, f"127.0.0.1:{port}", response])


def started(stack: contextlib.ExitStack, name: str, port: int, command: list) -> Server:
    pinned = ["taskset", "--cpu-list", str(SERVER_CORE), *map(str, command)]
    process = subprocess.Popen(pinned, stderr=subprocess.DEVNULL)
    stack.callback(end, process)
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if fetch(port).status in (200, 304):
                return Server(name, port, process)
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"{name} does not start: {' '.join(map(str, command))}")
        time.sleep(0.05)


def end(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


# --- asking and measuring


@dataclass
class Answer:
    status: int
    tag: str
    body: bytes


def fetch(port: int, headers: dict[str, str] | None = None) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/all.rss", headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.getheader("ETag", ""), response.read())


def raw_answer(port: int, headers: dict[str, str]) -> bytes:
    """The bytes of an answer as they go over the wire."""
    lines = ["GET /all.rss HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        received = b""
        while chunk := connection.recv(1 << 16):
            received += chunk
    return received.replace(b"connection: close\r\n", b"")


def run_wrk(port: int, headers: dict[str, str], seconds: int) -> int:
    """The requests that were answered."""
    command = ["taskset", "--cpu-list", str(CLIENT_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    output = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/all.rss"], check=True, capture_output=True, text=True
    ).stdout
    if "Socket errors" in output:
        sys.exit(f"a connection failed:\n{output}")
    return next(int(line.split()[0]) for line in output.splitlines() if "requests in" in line)


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads, from the scheduler's own nanoseconds."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


# --- the corpus


def write_articles(folder: Path) -> None:
    """Invented articles, the same ones on every machine."""
    folder.mkdir()
    chance = random.Random(70)
    for number in range(ARTICLES):
        paragraphs = [sentence(chance, 14) for _ in range(4)]
        text = "\n\n".join([f"date 2026-01-{number % 28 + 1:02} {sentence(chance, 6)[:-1]}", *paragraphs])
        (folder / f"{number:03}.txt").write_text(f"{text}\n\n#мажилис #регион\n")


def sentence(chance: random.Random, words: int) -> str:
    chosen = " ".join(chance.choices(WORDS.split(), k=words))
    return f"{chosen[0].upper()}{chosen[1:]}."


if __name__ == "__main__":
    main()
