"""The HTTP interface in a process of its own: what it takes, it does not take from the agent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.errors import DeviceError
from device.http.server import listening_socket

if TYPE_CHECKING:
    from device.settings import Settings

_START_LIMIT_S = 60.0
_END_LIMIT_S = 1.5


async def serve_apart(
    region: Path,
    settings: Settings,
    *,
    control: Path | None = None,
    memory_mb: int = 1000,
    ready: Callable[[int], None] = lambda _pid: None,
) -> None:
    """Serve a region from a child process until cancelled; then child and port are gone.

    Parameters
    ----------
    region : Path
        Folder of the region pack.
    settings : Settings
        Address, port, token, and the file of closures.
    control : Path, optional
        Control socket of the service whose health and metrics are served too.
    memory_mb : int
        Private memory that the child may take.
    ready : callable
        Told the child's process number when it serves.

    Raises
    ------
    DeviceError
        The port cannot be bound, or the child cannot serve, or has ended.
    """
    with contextlib.closing(listening_socket(settings.http)) as listening:
        order = {
            "socket": listening.fileno(),
            "region": str(region),
            "http": settings.http.model_dump(),
            "live_file": settings.routing.live_file,
            "vehicle": settings.vehicle.model_dump(),
            "control": str(control) if control else "",
            "memory_bytes": memory_mb << 20,
        }
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "device.http.child"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[listening.fileno()],
        )
        try:
            await _give(child, order)
            ready(child.pid)
            code = await child.wait()
            raise DeviceError(f"the HTTP server ended (exit {code}) and is started again")
        finally:
            await _end(child)


async def _give(child: asyncio.subprocess.Process, order: dict[str, Any]) -> None:
    """Tell the child what to serve, and wait until it does."""
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(ConnectionError):
        child.stdin.write(json.dumps(order).encode() + b"\n")
        await child.stdin.drain()
    try:
        said = json.loads(await asyncio.wait_for(child.stdout.readline(), _START_LIMIT_S))
    except TimeoutError:
        raise DeviceError(f"the HTTP server was not ready within {_START_LIMIT_S:.0f} s") from None
    except ValueError:
        raise DeviceError("the HTTP server ended while it started") from None
    if "error" in said:
        raise DeviceError(str(said["error"]))


async def _end(child: asyncio.subprocess.Process) -> None:
    """Let the child finish its answers for a moment, then end it for certain."""
    assert child.stdin is not None
    child.stdin.close()
    if child.returncode is None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(child.wait())), _END_LIMIT_S)
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
