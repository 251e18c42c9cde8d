"""The daemon with short deadlines, and what it says about itself."""

import sys
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

sys.path.append(str(Path(__file__).parent.parent / "clients"))
from newsroom import Newsroom, free_port

#: Seconds that a client has for its headers, a body, or to take anything of an answer.
DEADLINE = 2

LIMITS = """[server.limits]
header-timeout          = "{deadline}s"
write-timeout           = "{deadline}s"
connections             = {connections}
connections-per-address = {per_address}

[source.directory]"""

#: Readers' programs honour proxies of the environment; this one asks nobody but the daemon.
DIRECT = build_opener(ProxyHandler({}))


class House(Newsroom):
    """A newsroom with long articles, whose daemon has these limits."""

    def __init__(self, folder: Path, taspa: Path, connections: int, per_address: int, is_trusted: bool) -> None:
        self.admin = free_port()
        self.limits = LIMITS.format(deadline=DEADLINE, connections=connections, per_address=per_address)
        #: Without trusted proxies the loopback addresses are clients like any others.
        self.trusted = '["127.0.0.0/8"]' if is_trusted else "[]"
        port = free_port()
        super().__init__(folder, taspa, port, f"http://127.0.0.1:{port}")

    def start(self) -> None:
        config = self.folder / "feeds.toml"
        text = config.read_text()
        server = f'[server]\nadmin = "127.0.0.1:{self.admin}"\ntrusted-proxies = {self.trusted}'
        config.write_text(text.replace("[server]", server).replace("[source.directory]", self.limits))
        # More than the kernel takes for a client that reads nothing.
        paragraph = "Депутаты обсудили бюджет, разошлись до обеда и договорились о дорогах. " * 8
        for name, article in self.articles.items():
            article.text = "\n\n".join(f"{paragraph} {name} {number}" for number in range(40))
            self.write(name)
        super().start()

    def measures(self) -> dict[str, float]:
        """The numbers of /metrics that have no labels."""
        with DIRECT.open(f"http://127.0.0.1:{self.admin}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        pairs = [line.split() for line in lines if line.startswith("taspa_") and "{" not in line]
        return {name.removeprefix("taspa_"): float(value) for name, value in pairs}


class Sockets:
    """What the kernel keeps for sockets, those included that no program has open any more."""

    def __init__(self) -> None:
        line = next(line for line in Path("/proc/net/sockstat").read_text().splitlines() if line.startswith("TCP:"))
        words = line.split()
        self.orphans = int(words[words.index("orphan") + 1])
        self.bytes = int(words[words.index("mem") + 1]) * 4096
