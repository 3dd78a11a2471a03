"""Faults that a car hands out: the service goes on or comes back, and nothing that was saved is lost."""

from __future__ import annotations

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.faults.fault_table import FaultTable

ROUNDS = int(os.environ.get("XIAOGAO_FAULT_ROUNDS", "5"))
STATION = "fixed:60.1719,24.9414"

Make = Callable[..., "RunningService"]  # noqa: F821 - the class lives in conftest
pytestmark = pytest.mark.models


def test_it_is_ready_answers_and_stops_cleanly(service: Make) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    running.start()
    answer = running.ask(do="ask", text="附近有什么酒店")
    assert answer["intent"]["kind"] == "search"
    assert len(answer["places"]) >= 3
    assert running.kill(signal.SIGTERM) < 3.0
    assert running.process.returncode == 0
    assert not (running.home / "data" / "run" / "control.sock").exists()


def test_a_second_instance_refuses_and_says_why(service: Make) -> None:
    running = service()
    running.start()
    second = subprocess.run(
        [sys.executable, "-m", "device.cli.main", "run"],
        env=running.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert f"runs already (process {running.process.pid})" in second.stderr
    assert running.ask(do="status")["ready"]


def test_settings_are_read_again_on_sighup_and_a_mistake_keeps_the_old_ones(service: Make) -> None:
    running = service()
    running.start()
    settings = running.home / "data" / "settings.toml"
    settings.write_text(f'[position]\nsource = "{STATION}"\n')
    running.process.send_signal(signal.SIGHUP)
    running.wait_until(lambda status: status["position_source"] == STATION)
    settings.write_text("[position]\nsource = 5\n")
    running.process.send_signal(signal.SIGHUP)
    running.wait_until(lambda status: any("settings" in error for error in status["last_errors"]))
    assert running.ask(do="status")["position_source"] == STATION


@pytest.mark.parametrize("engine", ["asr", "tts"])
def test_a_killed_engine_comes_back(service: Make, engine: str) -> None:
    running = service()
    running.start()
    running.wait_until(lambda status: status["engines"][engine]["pid"] is not None)
    pid = running.ask(do="status")["engines"][engine]["pid"]
    os.kill(pid, signal.SIGKILL)
    running.wait_until(lambda status: status["engines"][engine]["pid"] not in {None, pid})
    assert running.ask(do="ask", text="附近有什么酒店")["reply"]


def test_without_a_region_it_runs_and_takes_one_up_when_it_comes(service: Make) -> None:
    running = service()
    regions = running.home / "data" / "regions"
    regions.rename(running.home / "aside")
    running.start()
    assert running.ask(do="status")["region"] is None
    (running.home / "aside").rename(regions)
    running.wait_until(lambda status: status["region"] == "helsinki")


def test_no_models_at_all_still_answer_plain_orders(service: Make) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    (running.home / "cache" / "models").unlink()
    running.start()
    running.wait_until(lambda status: status["position"] is not None)
    assert running.ask(do="ask", text="大声点")["understood_by"] == "list"
    assert running.ask(do="ask", text="附近有什么酒店")["reply"]
    states = running.ask(do="status")["engines"]
    assert {state["state"] for state in states.values()} == {"missing"}


def test_a_home_that_cannot_be_written_is_survived(service: Make) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    data = running.home / "data"
    for file in data.glob("memory.sqlite*"):
        file.unlink()
    (data / "memory.sqlite").mkdir()  # as unwritable as a read-only disk, for root too
    running.start()
    assert running.ask(do="ask", text="附近有什么酒店")["places"]
    assert any("memory" in error for error in running.ask(do="status")["last_errors"])


def test_killed_at_random_moments_nothing_saved_is_lost(service: Make, fault_table: FaultTable) -> None:
    noise = random.Random(11)
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    running.start()
    running.wait_until(lambda status: status["position"] is not None)
    assert running.ask(do="ask", text="把赫尔辛基大教堂设为家")["outcome"] == "done"
    taken_s = []
    for _ in range(ROUNDS):
        running.ask(do="ask", text=noise.choice(["带我去赫尔辛基大教堂", "附近有什么酒店", "取消导航"]))
        time.sleep(noise.random())
        running.kill()
        taken_s.append(running.start())
        with sqlite3.connect(running.home / "data" / "memory.sqlite") as memory:
            assert memory.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        memory.close()
    running.wait_until(lambda status: status["position"] is not None)
    assert running.ask(do="ask", text="回家")["route"] is not None
    fault_table.add(
        f"the service is killed at random moments, {ROUNDS} times",
        heard="nothing for a moment; what was saved is there",
        logged="ready: region helsinki",
        well_again_s=max(taken_s),
    )


def test_a_drive_under_way_goes_on_after_a_kill(service: Make, fault_table: FaultTable) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    kept = running.home / "data" / "drive.json"
    running.start()
    running.wait_until(lambda status: status["position"] is not None)
    running.ask(do="ask", text="带我去赫尔辛基大教堂")
    running.wait_until(lambda status: status["route"] is not None and kept.exists())
    made = [file for file in kept.parent.glob("*") if file.suffix in {".json", ".sqlite"}]
    assert [file.name for file in made if file.stat().st_mode & 0o077] == [], "for the user alone"
    before = running.ask(do="status")["route"]["remaining_m"]
    running.kill()
    taken_s = running.start() + running.wait_until(lambda status: status["route"] is not None)
    assert running.ask(do="status")["route"]["remaining_m"] == pytest.approx(before, rel=0.2)
    goes_on = next(line for line in running.log.splitlines() if "goes on" in line)
    fault_table.add(
        "the service is killed while it guides a drive",
        heard="nothing for a moment; the drive goes on to the same destination",
        logged=goes_on,
        well_again_s=taken_s,
    )
    running.ask(do="ask", text="取消导航")
    running.wait_until(lambda status: status["route"] is None and not kept.exists())
    running.kill()
    running.start()
    running.wait_until(lambda status: status["position"] is not None)
    assert running.ask(do="status")["route"] is None, "a drive that was ended stays ended"


def test_no_drive_is_kept_where_nothing_may_be_remembered(service: Make) -> None:
    running = service(XIAOGAO_POSITION_SOURCE=STATION, XIAOGAO_PRIVACY_MEMORY="false")
    kept = running.home / "data" / "drive.json"
    kept.write_text("{}")
    running.start()
    assert not kept.exists()
    running.wait_until(lambda status: status["position"] is not None)
    running.ask(do="ask", text="带我去赫尔辛基大教堂")
    running.wait_until(lambda status: status["route"] is not None)
    running.kill()
    assert not kept.exists()
    running.start()
    running.wait_until(lambda status: status["position"] is not None)
    assert running.ask(do="status")["route"] is None


def test_forget_erases_what_was_remembered(service: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from device.store.privacy import forget

    running = service(XIAOGAO_POSITION_SOURCE=STATION)
    running.start()
    running.ask(do="ask", text="把赫尔辛基大教堂设为家")
    running.kill(signal.SIGTERM)
    monkeypatch.setenv("XIAOGAO_HOME", str(running.home))
    assert "memory.sqlite" in forget()
    assert not list((running.home / "data").glob("memory.sqlite*"))
    assert (running.home / "data" / "regions" / "helsinki" / "meta.json").exists()


def test_thirty_http_clients_at_once_are_served_and_watched(service: Make, fault_table: FaultTable) -> None:
    from concurrent.futures import ThreadPoolExecutor

    import httpx

    port = free_port()
    running = service(XIAOGAO_HTTP_ENABLED="true", XIAOGAO_HTTP_PORT=str(port))
    running.start()
    base = f"http://127.0.0.1:{port}"
    route = f"{base}/route/v1/driving/24.9414,60.1719;24.9522,60.1704"

    def ask_often(_: int) -> list[int]:
        with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=30) as client:
            return [client.get(route).status_code for _ in range(3)]

    running.wait_until(lambda _: _answers(f"{base}/health"))
    with ThreadPoolExecutor(30) as clients:
        statuses = [status for each in clients.map(ask_often, range(30)) for status in each]
    assert set(statuses) <= {200, 429, 503}
    assert statuses.count(200) >= 80
    fault_table.add("thirty HTTP clients at once", heard="nothing")
    metrics = httpx.get(f"{base}/metrics").text
    assert 'xiaogao_engine_up{engine="asr"}' in metrics
    assert "xiaogao_resident_bytes" in metrics
    assert httpx.get(f"{base}/health", headers={"Host": "evil.example"}).status_code == 403


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(url).status_code == 200
    except httpx.HTTPError:
        return False
