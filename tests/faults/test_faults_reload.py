"""What a reload opens it closes: children, descriptors, ports and threads are counted over many of them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from device.store.regions import add_region, use_region
from tests.device.town import write_town
from tests.faults.conftest import RunningService
from tests.faults.fault_table import FaultTable

ROUNDS = max(6, int(os.environ.get("XIAOGAO_FAULT_ROUNDS", "5")))
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


def test_reloads_leave_nothing_behind(running: RunningService, fault_table: FaultTable) -> None:
    """Another token, another port, no HTTP at all, another region: only what is set now answers."""
    ports = (free_port(), free_port())
    write_settings(running, port=ports[0], token=TOKENS[0])
    running.start()
    wait_for(lambda: status_of(ports[0], "north", TOKENS[0]), 200, running)
    counts = []
    for number in range(ROUNDS):
        place, port = ("south", "north")[number % 2], ports[number % 2]
        token, other = TOKENS[number % 2], TOKENS[(number + 1) % 2]
        write_settings(running, port=port, token=token, region=place)
        reload(running)
        wait_for(lambda place=place, port=port, token=token: status_of(port, place, token), 200, running)
        assert status_of(port, place, other) == 401, "the token before opens nothing"
        assert status_of(ports[(number + 1) % 2], place, other) is None, "the port before is closed"
        assert status_of(port, ("north", "south")[number % 2], token) == 400, "the region before is gone"
        counts.append(taken(running))
    write_settings(running, port=ports[0], token=TOKENS[0], enabled=False)
    reload(running)
    assert [status_of(port, "north", TOKENS[0]) for port in ports] == [None, None]
    assert taken(running)["children"] == 0
    first, last = counts[1], counts[-1]
    assert last["children"] == first["children"] == 1
    for what in ("descriptors", "threads"):
        assert last[what] <= first[what] + 2, counts
    fault_table.add(f"the settings change {ROUNDS} times with HTTP, tokens and regions", heard="nothing")


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
