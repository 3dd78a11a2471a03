"""The child that serves HTTP: `python -m device.http.child`, told by one line of JSON on standard input.

It has limits of its own on memory, descriptors and threads, runs at lower priority than the agent, and ends
with its parent: when standard input closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from device.errors import DeviceError
from device.http.server import Watched, http_server
from device.service.logs import set_up_logging
from device.settings import HttpSettings, VehicleSettings
from device.vehicle import vehicle_of

THREADS = 2
"""So many requests are computed at once; others wait for their turn."""

_DESCRIPTORS = 1024
_SWITCH_S = 0.0005
"""How long a thread that computes may keep the others waiting, the one that answers among them."""

_NICER = 5
_ASK_LIMIT_S = 2.0
_FRESH_S = 1.0
_STUCK = 75
T = TypeVar("T")


def main() -> None:
    """Serve until the parent closes standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_up_logging(level=logging.WARNING)
    order = json.loads(sys.stdin.buffer.readline() or b"null")
    if order is None:
        return
    _limit(order["memory_bytes"])
    sys.setswitchinterval(_SWITCH_S)
    try:
        asyncio.run(_serve(order))
    except Exception as error:
        _say(error=f"the HTTP server cannot serve: {error}")
        raise SystemExit(1) from error


def _limit(memory_bytes: int) -> None:
    """Take less of everything than the agent."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        os.nice(_NICER)


async def _serve(order: dict[str, Any]) -> None:
    import socket

    from anyio import to_thread

    from nav import Region

    to_thread.current_default_thread_limiter().total_tokens = THREADS
    watched = _watched(Path(order["control"])) if order["control"] else None
    server = http_server(
        Region.open(Path(order["region"])),
        HttpSettings.model_validate(order["http"]),
        live_file=order["live_file"],
        vehicle=vehicle_of(VehicleSettings.model_validate(order["vehicle"])),
        watched=watched,
        stuck=_give_up,
    )
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    parent = asyncio.create_task(_parent_is_gone())
    serving = asyncio.create_task(server.serve(sockets=[socket.socket(fileno=order["socket"])]))
    _say(ready=True)
    await asyncio.wait({parent, serving}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving


async def _parent_is_gone() -> None:
    """Return when standard input closes."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
    )
    while await reader.read(1024):
        pass


def _give_up() -> None:
    """End the process: a computation that goes on past its deadline cannot be ended otherwise."""
    logging.getLogger("xiaogao").error("http: a request went on long after its deadline")
    os._exit(_STUCK)


def _watched(control: Path) -> Watched:
    async def health() -> dict[str, Any]:
        return await _ask(control, "health")

    async def metrics() -> str:
        return str((await _ask(control, "metrics"))["text"])

    return Watched(health=_at_most_once(health), metrics=_at_most_once(metrics))


def _at_most_once(ask: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Ask at most once a second, however many clients want to know."""
    turn = asyncio.Lock()
    kept: list[tuple[float, T]] = []

    async def fresh() -> T:
        async with turn:
            if not kept or time.monotonic() - kept[0][0] > _FRESH_S:
                kept[:] = [(time.monotonic(), await ask())]
            return kept[0][1]

    return fresh


async def _ask(control: Path, what: str) -> dict[str, Any]:
    """Ask the service over its control socket."""
    try:
        async with asyncio.timeout(_ASK_LIMIT_S):
            reader, writer = await asyncio.open_unix_connection(control, limit=1 << 20)
            try:
                writer.write(json.dumps({"do": what}).encode() + b"\n")
                answer = json.loads(await reader.readline())
            finally:
                writer.close()
    except (OSError, ValueError):
        raise DeviceError("the service does not answer now") from None
    if not isinstance(answer, dict) or "error" in answer:
        raise DeviceError("the service does not answer now")
    return answer


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
