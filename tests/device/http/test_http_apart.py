"""The HTTP interface in its own process: what clients do to it, and that nothing of it is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from device.errors import CannotBind, DeviceError
from device.http import connection
from device.http.apart import serve_apart
from device.http.guard import Guard
from device.http.server import http_server, listening_socket
from device.service.control import control_server
from device.settings import HttpSettings, Settings
from nav import Region
from nav.osm.build import build_graph
from tests.device.town import write_town

WAY = "/route/v1/driving/10.001,60.0;10.007,60.0"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    build_graph(write_town(folder / "town.osm"), folder, name="town")
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_bound(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Served:
    """A server that is up."""

    def __init__(self, port: int, pid: int, task: asyncio.Task[None]) -> None:
        self.port, self.pid, self.task = port, pid, task

    async def status(self, path: str = WAY, **headers: str) -> int:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=20) as client:
            return (await client.get(path, headers=headers)).status_code


@contextlib.asynccontextmanager
async def served(town: Path, *, token: str = "", **options: Any) -> AsyncIterator[Served]:
    settings = Settings(http=HttpSettings(port=free_port(), token=token))
    up: asyncio.Queue[int] = asyncio.Queue()
    task = asyncio.create_task(serve_apart(town, settings, ready=up.put_nowait, **options))
    pid = asyncio.create_task(up.get())
    await asyncio.wait({task, pid}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        yield Served(settings.http.port, pid.result(), task)
    finally:
        task.cancel()
        await asyncio.wait({task})


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(120):
            await test()

    asyncio.run(bounded())


def descriptors_of(process: str | int) -> int:
    return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_when_it_ends_child_port_and_descriptors_are_gone(town: Path) -> None:
    async def test() -> None:
        open_before = descriptors_of("self")
        async with served(town) as server:
            assert await server.status() == 200
            silent = socket.create_connection(("127.0.0.1", server.port))
        assert not lives(server.pid)
        assert not is_bound(server.port)
        silent.close()
        assert descriptors_of("self") <= open_before

    run(test)


def test_with_another_token_the_old_one_opens_nothing(town: Path) -> None:
    old, new = "an old and long token", "a new and long token"

    async def test() -> None:
        for token, other in ((old, new), (new, old)):
            async with served(town, token=token) as server:
                assert await server.status(authorization=f"Bearer {token}") == 200
                assert await server.status(authorization=f"Bearer {other}") == 401

    run(test)


def test_the_end_of_the_child_is_an_error_for_its_keeper(town: Path) -> None:
    async def test() -> None:
        async with served(town) as server:
            os.kill(server.pid, signal.SIGKILL)
            await asyncio.wait({server.task})
            with pytest.raises(DeviceError, match=r"ended \(exit -9\)"):
                server.task.result()
        assert not is_bound(server.port)

    run(test)


def test_a_pack_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    async def test() -> None:
        with pytest.raises(DeviceError, match="cannot serve"):
            async with served(tmp_path):
                pass

    run(test)


def test_a_taken_port_is_said_in_one_line(town: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotBind, match=rf"^cannot bind port {port} of 127.0.0.1 \([^\n]+\)$"):
            asyncio.run(serve_apart(town, Settings(http=HttpSettings(port=port))))


def test_silent_clients_do_not_keep_others_out(town: Path) -> None:
    """Two hundred connect and say nothing, or half a request: the next one is answered at once."""

    async def test() -> None:
        async with served(town) as server:
            silent = []
            for number in range(200):
                one = socket.create_connection(("127.0.0.1", server.port))
                if number % 2:
                    one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                silent.append(one)
            assert await server.status() == 200
            descriptors = descriptors_of(server.pid)
            assert descriptors < connection.MOST_CONNECTIONS + 40
            for one in silent:
                one.close()

    run(test)


def test_a_silent_client_is_let_go(town: Path) -> None:
    async def test() -> None:
        async with served(town) as server:
            for said in (b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"):
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(said)
                async with asyncio.timeout(connection.REQUEST_LIMIT_S + 10):
                    with contextlib.suppress(ConnectionError):
                        while await reader.read(1000):
                            pass
                assert reader.at_eof() or reader.exception() is not None, "the server has hung up"
                writer.close()

    run(test)


def test_answers_do_not_wait_for_an_acknowledgement() -> None:
    """Every accepted connection has Nagle's algorithm off, as it inherits it from the listener."""
    with listening_socket(HttpSettings(port=free_port())) as listening:
        client = socket.create_connection(listening.getsockname())
        accepted, _ = listening.accept()
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.close()
        accepted.close()


POST = b"POST /route HTTP/1.1\r\nHost: localhost\r\n"
HIDDEN = f"GET {WAY} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET\r\n\r\n", id="no request line"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", id="no chunk behind a good head"),
        pytest.param(
            POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
            id="two lengths, and a request that one of them hides",
        ),
    ],
)
def test_what_is_no_http_is_refused_in_json_once(
    town: Path, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    async def test() -> None:
        async with served(town) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(sent)
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            assert head.startswith(b"HTTP/1.1 400 ")
            assert b"content-type: application/json" in head.lower().split(b"\r\n")
            assert json.loads(body)["code"] == "InvalidRequest", "one answer, and nothing behind it"

    run(test)
    assert "Traceback" not in capfd.readouterr().err


def test_a_head_with_a_body_that_is_none_has_an_answer_without_one(
    town: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def test() -> None:
        async with served(town) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(POST.replace(b"POST", b"HEAD") + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            assert head.startswith(b"HTTP/1.1 400 ")
            assert body == b""

    run(test)
    assert "Traceback" not in capfd.readouterr().err


def test_a_client_cannot_go_by_the_rate_of_others(town: Path) -> None:
    """What it says in `X-Forwarded-For` is not looked at: the guard is the first to see a request."""
    config = http_server(Region.open(town), HttpSettings()).config
    config.load()
    assert isinstance(config.loaded_app, Guard)


COSTLY = [
    pytest.param("table", 400, "", id="a table of 160,000 cells"),
    pytest.param("table", 400, "?annotations=distance,duration", id="with distances"),
    pytest.param("table", 2, "?sources=" + "0;" * 14_000 + "0", id="one point named fourteen thousand times"),
    pytest.param("route", 500, "?alternatives=3&steps=true", id="a route of five hundred stops"),
    pytest.param("trip", 100, "", id="a round of a hundred stops"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("service", "count", "query"), COSTLY)
def test_the_costliest_requests_take_little_memory_and_end(
    town: Path, service: str, count: int, query: str
) -> None:
    points = ";".join(f"{10 + i % 40 * 0.0002:.5f},{60 + i // 40 * 0.0005:.5f}" for i in range(count))

    async def test() -> None:
        async with served(town) as server:
            paths = [f"/{service}/v1/driving/{points}{query}"] * 6
            statuses = await asyncio.gather(*(server.status(path) for path in paths))
            assert set(statuses) <= {200, 400, 503}
            assert resident_mb(server.pid) < 600
            assert await server.status() == 200

    run(test)


def resident_mb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) >> 10
    raise AssertionError("the process has ended")


def test_health_comes_from_the_service_at_most_once_a_second(town: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    async def health(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request["do"])
        return {"region": "town"}

    async def test() -> None:
        control = tmp_path / "control.sock"
        async with served(town, control=control) as server:
            assert await server.status("/health") == 503, "there is no service"
            async with control_server({"health": health}, control):
                for _ in range(20):
                    assert await server.status("/health") == 200
        assert 1 <= len(asked) <= 5

    run(test)


def test_its_parent_cannot_leave_it_behind(town: Path, tmp_path: Path) -> None:
    """A parent that is killed takes the child with it."""
    code = f"""
import asyncio, pathlib
from device.http.apart import serve_apart
from device.settings import HttpSettings, Settings
settings = Settings(http=HttpSettings(port={free_port()}))
asyncio.run(serve_apart(pathlib.Path({str(town)!r}), settings, ready=lambda pid: print(pid, flush=True)))
"""
    import subprocess
    import sys

    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        parent.kill()
    ended = threading.Event()
    for _ in range(100):
        if not lives(pid):
            ended.set()
            break
        threading.Event().wait(0.1)
    assert ended.is_set()
