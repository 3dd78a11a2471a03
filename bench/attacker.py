"""A hostile client of the HTTP interface: the costliest requests that are allowed, and silent connections.

`python -m bench.attacker PORT SECONDS RATE SILENT` prints how many answers of each kind it got, as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections import Counter

_SIDE = 109
"""A table of so many points by so many is the largest that is allowed."""
_HELD_S = 0.5
_TRIES = 64


def costly_path(lat: float, lon: float, step: float = 0.0004) -> str:
    """Return the path of the largest table that is allowed, of points round a place."""
    points = ";".join(f"{lon + i % 11 * step:.5f},{lat + i // 11 * step:.5f}" for i in range(_SIDE))
    return f"/table/v1/driving/{points}?annotations=distance,duration"


async def _ask(port: int, path: str, counts: Counter[str]) -> None:
    """Send one request on a connection of its own and read what comes back."""
    try:
        async with asyncio.timeout(30):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            with contextlib.closing(writer):
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                line = await reader.readline()
                while await reader.read(1 << 16):
                    pass
                counts[line.split()[1].decode() if len(line.split()) > 1 else "hung up"] += 1
    except (OSError, TimeoutError):
        counts["no connection"] += 1


async def _be_silent(port: int, counts: Counter[str]) -> None:
    """Hold a connection, and open another when it is closed."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            counts["silent connections opened"] += 1
            with contextlib.closing(writer), contextlib.suppress(OSError):
                await reader.read(1)
        except OSError:
            pass
        await asyncio.sleep(_HELD_S)


async def attack(port: int, seconds: float, rate: float, silent: int, path: str) -> dict[str, int]:
    """Attack for some seconds; requests come at their rate whether others are answered or not.

    Returns
    -------
    dict
        How many answers of each status, and of other outcomes.
    """
    counts: Counter[str] = Counter()
    idle = [asyncio.create_task(_be_silent(port, counts)) for _ in range(silent)]
    asked: set[asyncio.Task[None]] = set()
    began = time.monotonic()
    sent = 0
    while (now := time.monotonic() - began) < seconds:
        for _ in range(min(_TRIES, int(now * rate) - sent)):
            sent += 1
            asked.add(task := asyncio.create_task(_ask(port, path, counts)))
            task.add_done_callback(asked.discard)
        sent = max(sent, int(now * rate) - _TRIES)
        await asyncio.sleep(0.01)
    for task in (*idle, *asked):
        task.cancel()
    await asyncio.gather(*idle, *asked, return_exceptions=True)
    return {"sent": sent, **counts}


def main() -> None:
    """Attack as the arguments say."""
    port, seconds, rate, silent = (float(text) for text in sys.argv[1:5])
    os.nice(5)
    path = costly_path(60.165, 24.93)
    print(json.dumps(asyncio.run(attack(int(port), seconds, rate, int(silent), path))))


if __name__ == "__main__":
    main()
