"""A client that behaves, and asks at a steady rate however long its answers take."""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import quantiles

RATE = 50
#: Longer than an answer may ever take.
GIVE_UP = 20.0

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class GoodClient:
    port: int
    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    kept: list[Connection] = field(default_factory=list)
    tag: str = ""

    async def ask_until(self, done: asyncio.Event) -> None:
        """Asks at its rate, whether or not answers come; in turn by new and by kept connections."""
        self.tag = (await self.exchange(is_fresh=True, is_conditional=False))[1]
        begun = time.monotonic()
        asking: list[asyncio.Task] = []
        while not done.is_set():
            due = begun + len(asking) / RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            asking.append(asyncio.create_task(self.ask(len(asking), due)))
        await asyncio.gather(*asking)
        for _, writer in self.kept:
            writer.close()

    async def ask(self, number: int, due: float) -> None:
        is_fresh, is_conditional = number % 2 == 0, number % 4 < 2
        try:
            status, _ = await asyncio.wait_for(self.exchange(is_fresh, is_conditional), GIVE_UP)
        except (OSError, EOFError, ValueError) as failure:
            waited = time.monotonic() - due
            kind = "a new" if is_fresh else "a kept"
            self.failures.append(f"by {kind} connection, after {waited:.1f} s: {type(failure).__name__} {failure}")
            return
        self.seconds.append(time.monotonic() - due)
        self.statuses.append(status)
        if status != (304 if is_conditional else 200):
            self.failures.append(f"expected {304 if is_conditional else 200}, got {status}")

    async def exchange(self, is_fresh: bool, is_conditional: bool) -> tuple[int, str]:
        """One request; gives status and tag."""
        if not is_fresh and self.kept:
            try:
                return await self.exchange_on(self.kept.pop(0), is_fresh, is_conditional)
            except (ConnectionError, asyncio.IncompleteReadError):
                # It was idle for too long. Whoever keeps connections asks again by a new one.
                pass
        connection = await asyncio.open_connection("127.0.0.1", self.port)
        return await self.exchange_on(connection, is_fresh, is_conditional)

    async def exchange_on(self, connection: Connection, is_fresh: bool, is_conditional: bool) -> tuple[int, str]:
        reader, writer = connection
        try:
            condition = f"If-None-Match: {self.tag}\r\n" if is_conditional else ""
            close = "Connection: close\r\n" if is_fresh else ""
            head = f"GET /all.rss HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{condition}{close}\r\n"
            writer.write(head.encode())
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            status = int(lines[0].split()[1])
            if status != 304:
                await reader.readexactly(int(headers["content-length"]))
        except BaseException:
            writer.close()
            raise
        if is_fresh:
            writer.close()
        else:
            self.kept.append((reader, writer))
        return status, headers.get("etag", "")

    def percentile(self, percent: int) -> float:
        return quantiles(self.seconds, n=100)[percent - 1] if len(self.seconds) > 1 else 0.0
