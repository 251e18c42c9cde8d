"""Thousands of slow clients, and one that behaves.

    slow_clients.py TASPA

The slow ones are Debian's slowhttptest, and a flood from several addresses. Whatever they do, the one that behaves
gets nothing but its 200 and 304, no connection outlives its deadline, and memory does not grow. Without slowhttptest
its part is skipped, except where `CI` is set.
"""

import asyncio
import os
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from attacks import BODIES, HEADERS, RANGES, READS, Attack, Flood
from good_client import GoodClient
from house import DEADLINE, House, Sockets

#: File descriptors of each program: one for each client, and some.
FILES = 8_000
#: Seconds in which a busy machine has brought all slow clients, and noticed that they are gone; more than it takes.
PATIENCE = 12
#: Seconds that a flood goes on.
FLOOD_SECONDS = 10
#: Connections that are no slow client's: kept by the good one, or just asking.
OTHERS = 30

#: What the daemon may need for a slow client: 32 KiB of header, and what a connection is made of.
BYTES_EACH = 64 << 10

FLOOD = Flood("flood", 3000, addresses=("127.0.0.2", "127.0.0.3", "127.0.0.4"))


@dataclass
class Case:
    title: str
    #: What the daemon allows at once.
    connections: int
    per_address: int
    #: Whether loopback addresses are those of trusted proxies, of which each may have any number.
    is_trusted: bool
    attacks: tuple[Attack, ...]
    #: The longest that the good client may wait.
    latency_max: float

    def seconds(self, attack: Attack) -> int:
        """How long the attack may take, if each round of as many as there is room for has its deadline."""
        rounds = -(-attack.clients // self.connections)
        return FLOOD_SECONDS if isinstance(attack, Flood) else rounds * DEADLINE + PATIENCE


CASES = (
    # The last one finds the memory as the others left it.
    Case("room for all", 6000, 256, True, (HEADERS, BODIES, READS, RANGES, HEADERS), 5.0),
    # All have one address, so the good one waits in the queue behind thousands: a deadline for each thousand.
    Case("no room", 1000, 256, True, (HEADERS,), 3 * DEADLINE + PATIENCE),
    # Three addresses have 900 places at most, and the good one's has its own.
    Case("by address", 1000, 300, False, (FLOOD,), 5.0),
)


def main(taspa: Path) -> int:
    begun = time.monotonic()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    failures: list[str] = []
    has_slowhttptest = shutil.which("slowhttptest") is not None
    if not has_slowhttptest:
        print("skipped: slowhttptest is not installed")
        failures += ["slowhttptest is not installed"] if os.environ.get("CI") else []
    print(HEAD)
    for case in CASES:
        attacks = [attack for attack in case.attacks if has_slowhttptest or isinstance(attack, Flood)]
        if attacks:
            failures += try_case(taspa, case, attacks)
    print(f"{len(failures)} failures in {time.monotonic() - begun:.0f} s")
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return 1 if failures else 0


def try_case(taspa: Path, case: Case, attacks: list[Attack]) -> list[str]:
    failures: list[str] = []
    peak_before = 0.0
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder) / "newsroom", taspa, case.connections, case.per_address, case.is_trusted)
        try:
            for attack in attacks:
                siege = Siege(house, case, attack, Path(folder) / "attack")
                asyncio.run(siege.run())
                print(siege.row())
                found = siege.judge()
                is_repeated = attacks.count(attack) > 1 and peak_before
                # What is lost with each connection would be as much again.
                if is_repeated and attack is attacks[-1] and siege.peak_memory > peak_before * 1.4:
                    found.append(f"memory grew to {mebi(siege.peak_memory)}, was {mebi(peak_before)} at most before")
                peak_before = max(peak_before, siege.peak_memory)
                failures += [f"{case.title}, {attack.name}: {failure}" for failure in found]
            house.stop()
        finally:
            house.process.kill()
            house.process.wait()
        log = (house.folder / "log").read_text()
    if failures or "panic" in log:
        failures += [f"{case.title}: the daemon's log ends: {log[-1000:]}"]
    return failures


class Siege:
    """One attack, with the good client asking all the while."""

    def __init__(self, house: House, case: Case, attack: Attack, log: Path) -> None:
        self.house, self.case, self.attack, self.log = house, case, attack, log
        self.good = GoodClient(house.port)
        self.peak_open = self.peak_memory = self.peak_sockets = 0.0
        self.memory_at_rest = 0.0
        #: When the slow clients' connections were gone, in seconds after the first came.
        self.gone_after: float | None = None
        self.orphans = 0
        self.came = self.refused = 0

    async def run(self) -> None:
        before = await self.measure()
        self.memory_at_rest = before["process_resident_memory_bytes"]
        done = asyncio.Event()
        asking = asyncio.create_task(self.good.ask_until(done))
        # If they are let, they go on for longer.
        process = self.attack.start(self.house.port, self.case.seconds(self.attack) + 5, self.log)
        try:
            await self.watch(before)
        finally:
            process.kill()
            process.wait()
            done.set()
            await asking
        after = await self.measure()
        self.came = int(after["connections_total"] - before["connections_total"])
        self.refused = int(after["refused_connections_total"] - before["refused_connections_total"])

    async def watch(self, before: dict[str, float]) -> None:
        """Until the slow ones are gone, or have had their time."""
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < self.case.seconds(self.attack):
            now = await self.measure()
            self.peak_open = max(self.peak_open, now["open_connections"])
            self.peak_memory = max(self.peak_memory, now["process_resident_memory_bytes"])
            self.peak_sockets = max(self.peak_sockets, Sockets().bytes)
            have_come = now["connections_total"] - before["connections_total"] >= self.attack.clients
            if have_come and now["open_connections"] <= OTHERS and not isinstance(self.attack, Flood):
                self.gone_after = passed
                break
            await asyncio.sleep(0.05)
        self.orphans = Sockets().orphans

    async def measure(self) -> dict[str, float]:
        return await asyncio.to_thread(self.house.measures)

    def judge(self) -> list[str]:
        """What is not as it has to be."""
        good, case, attack = self.good, self.case, self.attack
        failures = [f"the good client: {failure}" for failure in good.failures[:3]]
        if len(good.failures) > 3:
            failures.append(f"the good client: {len(good.failures)} of {len(good.seconds)} requests failed")
        if max(good.seconds, default=0.0) > case.latency_max:
            failures.append(f"the good client waited {max(good.seconds):.2f} s, more than {case.latency_max} s")
        expected = min(attack.clients, case.connections) * 0.3 if attack.holds else 0
        if isinstance(attack, Flood):
            places = case.per_address * len(attack.addresses)
            expected = places * 0.9
            if self.peak_open > places + OTHERS:
                failures.append(f"{self.peak_open:.0f} connections, more than the {places} of their addresses")
            if self.refused < attack.clients - places:
                failures.append(f"only {self.refused} of the crowd were refused")
        elif self.gone_after is None:
            failures.append(f"not all connections are gone after {case.seconds(attack)} s, with deadlines of {DEADLINE} s")
        if self.peak_open < expected:
            failures.append(f"no attack: {self.peak_open:.0f} connections at once, expected {expected:.0f}")
        # A place is given on a moment before the connection that had it is counted as closed.
        if self.peak_open > case.connections + 8:
            failures.append(f"{self.peak_open:.0f} connections at once, more than {case.connections}")
        grown = self.peak_memory - self.memory_at_rest
        if grown > attack.clients * BYTES_EACH:
            failures.append(f"{mebi(grown)} more memory for {attack.clients} slow clients")
        # What a client did not take in time the kernel would offer it for minutes, and nobody counts that.
        # Of the others, some are just closing.
        if attack is READS and self.orphans > OTHERS:
            failures.append(f"{self.orphans} closed connections are kept by the kernel")
        said = self.log.read_text()[-300:]
        if failures and said:
            failures.append(f"the slow clients say: {said}")
        return failures

    def row(self) -> str:
        good = self.good
        counts = " + ".join(f"{good.statuses.count(status)} × {status}" for status in sorted(set(good.statuses)))
        times = [good.percentile(50), good.percentile(99), max(good.seconds, default=0.0)]
        gone = "-" if self.gone_after is None else f"{self.gone_after:.1f} s"
        return ROW.format(
            self.case.title,
            self.attack.name,
            self.came,
            self.refused,
            f"{self.peak_open:.0f}",
            gone,
            counts,
            *(f"{1000 * seconds:.1f}" for seconds in times),
            mebi(self.peak_memory),
            mebi(self.peak_sockets),
            self.orphans,
        )


def mebi(count: float) -> str:
    return f"{count / (1 << 20):.0f} MiB"


ROW = "{:13} {:13} {:>6} {:>7} {:>6} {:>7}  {:24} {:>7} {:>7} {:>7}  {:>8} {:>9} {:>7}"
COLUMNS = "limits|slow clients|came|refused|open|gone|good client|p50 ms|p99 ms|max ms|RSS|sockets|orphans"
HEAD = ROW.format(*COLUMNS.split("|"))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
