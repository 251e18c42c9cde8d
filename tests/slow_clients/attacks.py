"""Clients that cost as much as they can: slowhttptest in each of its modes, and a flood of several addresses."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Attack:
    """Slow clients of one kind."""

    name: str
    #: How many there are.
    clients: int
    #: Whether each holds its connection for as long as it is let.
    holds: bool = True
    #: What slowhttptest is told.
    options: tuple[str, ...] = ()

    def start(self, port: int, seconds: int, log: Path) -> subprocess.Popen:
        command = ["slowhttptest", *self.options, "-u", f"http://127.0.0.1:{port}/all.rss", "-l", str(seconds)]
        command += ["-c", str(self.clients), "-r", str(self.clients)]
        with log.open("w") as output:
            return subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)


@dataclass
class Flood(Attack):
    """Half of them silent, half dribbling; whoever is let go comes again."""

    addresses: tuple[str, ...] = ()

    def start(self, port: int, seconds: int, log: Path) -> subprocess.Popen:
        command = [sys.executable, Path(__file__).with_name("flood.py"), str(port), str(self.clients), str(seconds)]
        with log.open("w") as output:
            return subprocess.Popen([*command, *self.addresses], stdout=output, stderr=output)


#: A header line a second, without end.
HEADERS = Attack("slow headers", 3000, options=("-H", "-i", "1"))
#: A body that comes by a few bytes a second.
BODIES = Attack("slow bodies", 3000, options=("-B", "-i", "1", "-s", "8192"))
#: Three requests each, of whose answers five bytes a second are read. Unless the daemon limits what the kernel takes of
#: them, half as many use up what all sockets of a machine may have (net.ipv4.tcp_mem), and the good client waits.
READS = Attack("slow reads", 3000, options=("-X", "-n", "1", "-z", "5", "-w", "1", "-y", "2", "-k", "3"))
#: Requests for thousands of ranges at once, which end after their answer.
RANGES = Attack("ranges", 3000, holds=False, options=("-R",))
