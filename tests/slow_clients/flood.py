"""Opens connections from several addresses, and says nothing on them, or next to nothing.

    flood.py PORT CLIENTS SECONDS ADDRESS...

Half are silent, half dribble a header. Whoever is let go comes again, at most ten times a second.
"""

import asyncio
import contextlib
import sys
import time


async def flood(port: int, clients: int, seconds: float, addresses: list[str]) -> None:
    until = time.monotonic() + seconds
    for first in range(0, clients, 100):
        # Not all at once, which the queue of the listener would not take.
        group = [linger(port, addresses[n % len(addresses)], n % 2 == 0, until) for n in range(first, first + 100)]
        running.extend(asyncio.create_task(client) for client in group)
        await asyncio.sleep(0.05)
    await asyncio.gather(*running)


running: list[asyncio.Task] = []


async def linger(port: int, address: str, dribbles: bool, until: float) -> None:
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            await once(port, address, dribbles, until)
        await asyncio.sleep(0.1)


async def once(port: int, address: str, dribbles: bool, until: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    try:
        if dribbles:
            writer.write(b"GET /all.rss HTTP/1.1\r\n")
        while time.monotonic() < until:
            with contextlib.suppress(TimeoutError):
                # Nothing more is read once the daemon has closed.
                if not await asyncio.wait_for(reader.read(4096), 0.5):
                    return
            if dribbles:
                writer.write(b"X-Slow: a\r\n")
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(flood(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]))
