"""What a reload opens it closes: children, descriptors, ports and threads are counted over many of them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from device.store.regions import add_region, use_region
from tests.device.town import write_town
from tests.faults.conftest import RunningService
from tests.faults.fault_table import FaultTable

ROUNDS = max(6, int(os.environ.get("XIAOGAO_FAULT_ROUNDS", "5")))
POOL = min(32, (os.cpu_count() or 1) + 4)
"""Threads that asyncio's pool has at most."""
pytestmark = pytest.mark.slow
HERE = {"north": "10.001,60.0;10.007,60.0", "south": "10.001,-30.0;10.007,-30.0"}
TOKENS = ("the first long token", "the second long token")


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two regions and no models."""
    home = tmp_path_factory.mktemp("towns")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOGAO_HOME", str(home))
        for name, south in (("north", 60.0), ("south", -30.0)):
            add_region(write_town(home / f"{name}.osm", south=south), name)
        use_region("north")
    return home


@pytest.fixture
def running(towns: Path, tmp_path: Path) -> Iterator[RunningService]:
    home = tmp_path / "home"
    shutil.copytree(towns, home)
    service = RunningService(home, XIAOGAO_POSITION_SOURCE="fixed:60.001,10.001")
    yield service
    if service.process is not None and service.process.poll() is None:
        service.process.kill()
        service.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_settings(
    service: RunningService, *, port: int, token: str, enabled: bool = True, region: str = "north"
) -> None:
    (service.home / "data" / "settings.toml").write_text(
        f'[region]\nname = "{region}"\n'
        f"[http]\nenabled = {json.dumps(enabled)}\nport = {port}\ntoken = {json.dumps(token)}\n"
    )


def reload(service: RunningService) -> None:
    before = service.ask(do="status")["reloads"]
    assert service.process is not None
    service.process.send_signal(signal.SIGHUP)
    service.wait_until(lambda status: status["ready"] and status["reloads"] > before)


def status_of(port: int, place: str, token: str) -> int | None:
    """Ask for a way in one of the towns; None if nothing listens."""
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"http://127.0.0.1:{port}/route/v1/driving/{HERE[place]}"
        return httpx.get(url, headers=headers, timeout=10).status_code
    except httpx.TransportError:
        return None


def wait_for(found: Callable[[], Any], wanted: Any, service: RunningService) -> None:
    service.wait_until(lambda _status: found() == wanted, limit_s=30)


def taken(service: RunningService) -> dict[str, int]:
    """Count what the service holds: children, descriptors, threads, and sockets that listen."""
    assert service.process is not None
    folder = Path(f"/proc/{service.process.pid}")
    children = (folder / "task" / str(service.process.pid) / "children").read_text().split()
    for thread in (folder / "task").iterdir():
        children += (thread / "children").read_text().split()
    return {
        "children": len(set(children)),
        "descriptors": sum(1 for _ in (folder / "fd").iterdir()),
        "threads": sum(1 for _ in (folder / "task").iterdir()),
    }


def listening_on(service: RunningService) -> set[int]:
    """Return the ports on which the service and its children listen."""
    assert service.process is not None
    me = psutil.Process(service.process.pid)
    found = (c for process in (me, *me.children(recursive=True)) for c in process.net_connections("tcp"))
    return {connection.laddr.port for connection in found if connection.status == psutil.CONN_LISTEN}


class Load:
    """Clients that never stop: some are silent, some ask for a large table again and again."""

    def __init__(self) -> None:
        self.port, self.token = 0, ""
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n % 2 == 0,)) for n in range(6)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=20)

    def _work(self, silent: bool) -> None:
        points = ";".join(f"{10 + i % 5 * 0.0008:.4f},{60 + i // 5 * 0.0008:.4f}" for i in range(25))
        while not self._ended.wait(0.05):
            request = f"GET /table/v1/driving/{points} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection,
            ):
                if not silent:
                    connection.sendall(f"{request}Authorization: Bearer {self.token}\r\n\r\n".encode())
                while connection.recv(1 << 16):
                    pass


def test_reloads_leave_nothing_behind(running: RunningService, fault_table: FaultTable) -> None:
    """Another token, port or region, no HTTP at all, under load: only what is set now answers."""
    ports = (free_port(), free_port())
    write_settings(running, port=ports[0], token=TOKENS[0])
    running.start()
    wait_for(lambda: status_of(ports[0], "north", TOKENS[0]), 200, running)
    counts = []
    with Load() as load:
        for number in range(ROUNDS):
            place, port = ("south", "north")[number % 2], ports[number % 2]
            token, other = TOKENS[number % 2], TOKENS[(number + 1) % 2]
            load.port, load.token = port, token
            if number % 3 == 2:
                write_settings(running, port=port, token=token, region=place, enabled=False)
                reload(running)
                assert [status_of(each, place, token) for each in ports] == [None, None]
                assert not listening_on(running)
                assert taken(running)["children"] == 0
            write_settings(running, port=port, token=token, region=place)
            reload(running)
            wait_for(lambda p=place, o=port, t=token: status_of(o, p, t), 200, running)
            assert status_of(port, place, other) == 401, "the token before opens nothing"
            assert listening_on(running) == {port}, "the port before is closed"
            assert status_of(port, ("north", "south")[number % 2], token) == 400, "the region before is gone"
            counts.append(taken(running))
    first, last = counts[1], counts[-1]
    assert last["children"] == first["children"] == 1
    for what in ("descriptors", "threads"):
        assert last[what] <= first[what] + 2, counts
    fault_table.add(
        f"the settings change {ROUNDS} times with HTTP, tokens, ports and regions, under load",
        heard="nothing",
    )


def test_many_reloads_take_no_more_memory(running: RunningService, fault_table: FaultTable) -> None:
    """Five reloads for each round; the last fifth takes no more than the first does.

    asyncio's pool makes its threads one by one, as it needs them: those come once, whatever the reloads.
    """
    port = free_port()
    write_settings(running, port=port, token="", enabled=False)
    running.start()
    held = []
    for number in range(5 * ROUNDS):
        region = ("south", "north")[number % 2]
        write_settings(running, port=port, token="", enabled=False, region=region)
        reload(running)
        assert running.ask(do="status")["region"] == region
        held.append({**taken(running), "memory_mb": resident_mb(running)})
    warm, last = held[len(held) // 5], held[-1]
    pool = min(POOL, 4 * ROUNDS - 1)  # fewer than one a reload
    running.wait_until(lambda _status: taken(running)["threads"] <= warm["threads"] + pool, limit_s=30)
    assert last["children"] == warm["children"] == 0
    assert last["descriptors"] <= warm["descriptors"] + 2
    grown_mb = last["memory_mb"] - warm["memory_mb"]
    assert grown_mb < 30, held
    fault_table.add(f"{len(held)} reloads, {grown_mb:.1f} MB more since the first fifth", heard="nothing")


def test_a_region_is_replaced_while_the_service_runs(
    running: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one in use is built again in its place, then another is chosen: each is taken up."""
    running.start()
    monkeypatch.setenv("XIAOGAO_HOME", str(running.home))
    before = running.ask(do="status")["reloads"]
    add_region(write_town(running.home / "again.osm", south=60.0), "north")
    running.wait_until(lambda status: status["reloads"] > before and status["region"] == "north")
    add_region(write_town(running.home / "other.osm", south=60.0), "other")
    use_region("other")
    running.wait_until(lambda status: status["region"] == "other")
    kept = sorted(path.name for path in (running.home / "data" / "regions").iterdir())
    assert kept == ["north", "other", "south"], "what was replaced is not kept once the new one has served"


def resident_mb(service: RunningService) -> float:
    assert service.process is not None
    return psutil.Process(service.process.pid).memory_info().rss / 1e6


@pytest.mark.models
def test_reloads_leave_no_engines_behind(service: Callable[..., RunningService]) -> None:
    """Each engine that runs after reloads is one of the newest settings', and there is one of each."""
    running = service()
    running.start()
    for _ in range(3):
        reload(running)
    names = ("asr", "tts")
    running.wait_until(lambda s: all(s["engines"][name]["state"] == "running" for name in names))
    assert running.process is not None
    engines = running.ask(do="status")["engines"].values()
    known = {engine["pid"] for engine in engines if engine["pid"]}
    children = {child.pid for child in psutil.Process(running.process.pid).children(recursive=True)}
    assert children == known


def test_a_reload_under_load_ends_the_old_server(running: RunningService) -> None:
    port = free_port()
    write_settings(running, port=port, token=TOKENS[0])
    running.start()
    wait_for(lambda: status_of(port, "north", TOKENS[0]), 200, running)
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
    points = ";".join(f"{10 + i % 10 * 0.0008:.4f},{60 + i // 10 * 0.0008:.4f}" for i in range(100))
    curl = ["curl", "-s", "-H", f"Authorization: Bearer {TOKENS[0]}", "-o", "/dev/null"]
    busy = [subprocess.Popen([*curl, f"http://127.0.0.1:{port}/table/v1/driving/{points}"]) for _ in range(4)]
    write_settings(running, port=port, token=TOKENS[1])
    reload(running)
    wait_for(lambda: status_of(port, "north", TOKENS[1]), 200, running)
    assert status_of(port, "north", TOKENS[0]) == 401
    assert taken(running)["children"] == 1
    for one in silent:
        one.close()
    for each in busy:
        each.wait(timeout=20)


def test_a_killed_http_server_comes_back(running: RunningService, fault_table: FaultTable) -> None:
    port = free_port()
    write_settings(running, port=port, token=TOKENS[0])
    running.start()
    wait_for(lambda: status_of(port, "north", TOKENS[0]), 200, running)
    assert running.process is not None
    pid = running.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    back_s = running.wait_until(lambda _status: status_of(port, "north", TOKENS[0]) == 200, limit_s=30)
    assert "http" in running.ask(do="status")["restarts"]
    fault_table.add("the HTTP server is killed", heard="nothing", well_again_s=back_s)


def test_health_does_not_tell_where_the_car_is(running: RunningService) -> None:
    port = free_port()
    write_settings(running, port=port, token="")
    running.start()
    running.wait_until(lambda status: status["position"] is not None)
    wait_for(lambda: status_of(port, "north", ""), 200, running)
    health = httpx.get(f"http://127.0.0.1:{port}/health").json()
    assert health["region"] == "north"
    assert "60.001" not in json.dumps(health)
    assert not {"position", "route", "last_errors", "position_source"} & set(health)
    assert "xiaogao_restarts" in httpx.get(f"http://127.0.0.1:{port}/metrics").text


@pytest.mark.models
def test_the_screen_comes_back_after_a_reload(
    running: RunningService, model_dir: Callable[[str], Path], fault_table: FaultTable
) -> None:
    """Another port, then none: only what is set now answers, with another token; nothing is left behind."""
    (running.home / "cache").mkdir(exist_ok=True)
    (running.home / "cache" / "models").symlink_to(model_dir("screen-map").parent)
    ports, settings = (free_port(), free_port()), running.home / "data" / "settings.toml"

    def page(port: int) -> int | None:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/", timeout=10).status_code
        except httpx.TransportError:
            return None

    settings.write_text(f"[screen]\nenabled = true\nport = {ports[0]}\n")
    running.start()
    wait_for(lambda: page(ports[0]), 200, running)
    token = (
        httpx.get(f"http://127.0.0.1:{ports[0]}/").headers["set-cookie"].partition(";")[0].partition("=")[2]
    )
    counts = []
    for number in range(ROUNDS):
        now, before = ports[(number + 1) % 2], ports[number % 2]
        settings.write_text(f"[screen]\nenabled = true\nport = {now}\n")
        reload(running)
        wait_for(lambda now=now: page(now), 200, running)
        assert page(before) is None
        kept = {"Cookie": f"xiaogao-{now}={token}"}
        assert httpx.get(f"http://127.0.0.1:{now}/words/en", headers=kept).status_code == 403
        counts.append(taken(running))
    assert counts[-1]["descriptors"] <= counts[1]["descriptors"] + 2, counts
    assert counts[-1]["threads"] <= counts[1]["threads"] + 2, counts
    settings.write_text("")
    reload(running)
    assert [page(port) for port in ports] == [None, None]
    fault_table.add(f"the screen's settings change {ROUNDS} times", heard="nothing")
