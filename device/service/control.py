"""The control socket of the service: a line of JSON asks, a line of JSON answers, for the same user only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from device.errors import DeviceError, Missing
from device.service.instance import run_dir

_MAX_LINE_BYTES = 64 << 10
_READ_LIMIT_S, _ANSWER_LIMIT_S = 10.0, 60.0
OF_THE_COMPUTER = Path("/run/xiaogao/control.sock")
"""Where the service that systemd runs for the whole computer listens; only root reaches it."""

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


def socket_path() -> Path:
    """Return where the socket of the running service is: of one's own, else of the computer's."""
    own = run_dir() / "control.sock"
    return OF_THE_COMPUTER if not own.exists() and reachable(OF_THE_COMPUTER) else own


def reachable(path: Path) -> bool:
    """Tell whether a socket is there and may be used."""
    try:
        return path.is_socket()
    except PermissionError:
        return False


@contextlib.asynccontextmanager
async def control_server(handlers: Mapping[str, Handler], path: Path | None = None) -> Any:
    """Serve the control socket while the context is open.

    Parameters
    ----------
    handlers : mapping
        Coroutine function for each value of the request's `do`.
    path : Path, optional
        Where the socket lies.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.TimeoutError, ValueError):
            line = await asyncio.wait_for(reader.readline(), _READ_LIMIT_S)
            writer.write(json.dumps(await _answer(handlers, line), ensure_ascii=False).encode() + b"\n")
            await asyncio.wait_for(writer.drain(), _READ_LIMIT_S)
        writer.close()

    path = path or run_dir() / "control.sock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(serve, path, limit=_MAX_LINE_BYTES)
    path.chmod(0o600)
    try:
        yield server
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def _answer(handlers: Mapping[str, Handler], line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
        handler = handlers[request["do"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {"error": f"unknown request; known are {', '.join(handlers)}"}
    try:
        return await asyncio.wait_for(handler(request), _ANSWER_LIMIT_S)
    except TimeoutError:
        return {"error": f"no answer within {_ANSWER_LIMIT_S:.0f} s: the computer is too busy"}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def ask_service(request: dict[str, Any], *, limit_s: float = 5.0, path: Path | None = None) -> dict[str, Any]:
    """Send one request to the running service and return its answer.

    Raises
    ------
    Missing
        No service runs.
    DeviceError
        It does not answer, or answers with an error.
    """
    path = path or socket_path()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(limit_s)
        try:
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as lines:
                answer = json.loads(lines.readline())
        except (FileNotFoundError, ConnectionRefusedError):
            raise Missing("the service is not running: `xiaogao run` starts it") from None
        except (OSError, ValueError) as error:
            raise DeviceError(
                f"the service does not answer ({error}): `xiaogao service logs` may say why"
            ) from None
    if not isinstance(answer, dict) or "error" in answer:
        raise DeviceError(str(answer.get("error") if isinstance(answer, dict) else answer))
    return answer
