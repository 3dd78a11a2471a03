"""A service in a home of its own, started as a user's shell would start it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from device.errors import DeviceError
from device.service.control import ask_service
from device.store.models import ModelStore
from device.store.regions import add_region
from tests.faults.fault_table import FaultTable

_READY_LIMIT_S = 60.0


class RunningService:
    """The program `xiaogao run` in a home, and what a test does to it."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.environment = {
            **os.environ,
            "XIAOGAO_HOME": str(home),
            "XIAOGAO_ENGINES_LANGUAGE_MODEL": "none",
            **environment,
        }
        self.process: subprocess.Popen[str] | None = None
        self.prefix: list[str] = []
        """What the program is started by, such as a shell that enters a control group first."""
        self.control: Path | None = None
        """Its control socket, where that is not in the home."""

    @property
    def log(self) -> str:
        """What the service has logged."""
        return (self.home / "service.log").read_text(encoding="utf-8")

    def start(self) -> float:
        """Start it and wait until it answers; return the seconds that took."""
        with (self.home / "service.log").open("a") as log:
            self.process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", "device.cli.main", "run"],
                env=self.environment,
                stdout=log,
                stderr=log,
                text=True,
            )
        return self.wait_until(lambda status: status["ready"])

    def wait_until(self, good: Callable[[dict[str, Any]], bool], limit_s: float = _READY_LIMIT_S) -> float:
        """Wait until the status is as wanted; return the seconds that took."""
        started = time.monotonic()
        while time.monotonic() - started < limit_s:
            with contextlib.suppress(DeviceError, OSError):
                if good(self.ask(do="status")):
                    return time.monotonic() - started
            assert self.process is not None
            assert self.process.poll() is None, self.log
            time.sleep(0.05)
        raise AssertionError(f"not as wanted after {limit_s} s: {self.log}")

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request over the control socket."""
        return ask_service(
            request, limit_s=20.0, path=self.control or self.home / "data" / "run" / "control.sock"
        )

    def kill(self, number: int = signal.SIGKILL) -> float:
        """Send a signal and wait for the end; return the seconds that took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=20)
        return time.monotonic() - started


_TABLE = FaultTable()


@pytest.fixture(scope="session")
def fault_table() -> FaultTable:
    """The table that is printed at the end, and written where `XIAOGAO_FAULT_TABLE` says."""
    return _TABLE


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table of the faults that were survived."""
    if not _TABLE.rows:
        return
    terminalreporter.section("faults")
    terminalreporter.write_line(_TABLE.markdown())
    if target := os.environ.get("XIAOGAO_FAULT_TABLE"):
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).write_text(_TABLE.markdown(), encoding="utf-8")


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory, helsinki_pbf: Path) -> Path:
    """A home with the sample region and the user's models."""
    home = tmp_path_factory.mktemp("prepared")
    (home / "cache").mkdir()
    (home / "cache" / "models").symlink_to(ModelStore().folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOGAO_HOME", str(home))
        add_region(helsinki_pbf, "helsinki")
    return home


@pytest.fixture
def service(prepared_home: Path, tmp_path: Path) -> Iterator[Callable[..., RunningService]]:
    """Make services in a fresh copy of the prepared home; every one is ended after the test."""
    made: list[RunningService] = []
    home = tmp_path / "home"
    shutil.copytree(prepared_home, home, symlinks=True)

    def make(**environment: str) -> RunningService:
        made.append(RunningService(home, **environment))
        return made[-1]

    yield make
    for running in made:
        if running.process is not None and running.process.poll() is None:
            running.process.kill()
            running.process.wait()
