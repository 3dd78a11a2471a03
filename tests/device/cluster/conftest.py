"""A Dask cluster of real processes: a scheduler and two workers."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

T = TypeVar("T")
ROOT = Path(__file__).parents[3]
_PATIENCE_S = 120.0


def wait_for(look: Callable[[], T | None], what: str) -> T:
    """Return what is looked for as soon as it is there."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if (found := look()) is not None:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} has not come")


@dataclass(frozen=True)
class Cluster:
    """Processes of a cluster, all on this computer."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]

    def kill_a_worker_at(self, is_work: Callable[[psutil.Process], bool]) -> None:
        """Kill, without a word to it, the first worker one of whose children does what is asked for."""

        def at_work() -> tuple[subprocess.Popen[bytes], psutil.Process] | None:
            for worker in self.workers:
                for child in psutil.Process(worker.pid).children(recursive=True):
                    try:
                        if is_work(child):
                            child.suspend()
                            return worker, child
                    except psutil.Error:
                        continue
            return None

        worker, child = wait_for(at_work, "a worker at work")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        with suppress(psutil.Error):
            child.resume()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and two workers of one thread each."""
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("Dask is not installed: `pip install 'xiaogao[cluster]'`")
    file = tmp_path / "scheduler.json"
    local: dict[str, Any] = {"cwd": ROOT, "env": {**os.environ, "PYTHONPATH": python_path()}}
    with ExitStack() as ended:

        def started(program: str, *options: str | Path) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", file]
            command += ["--no-dashboard", *options]
            log = ended.enter_context((tmp_path / "cluster.log").open("ab"))
            process = subprocess.Popen(command, stdout=log, stderr=log, **local)
            ended.callback(process.wait)
            ended.callback(process.kill)
            return process

        started("dask_scheduler", "--host", "127.0.0.1", "--port", "0")

        def address() -> str | None:
            with suppress(OSError, ValueError):
                return str(json.loads(file.read_text("utf-8"))["address"])
            return None

        where = wait_for(address, "the scheduler")
        options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--local-directory", tmp_path)
        yield Cluster(address=where, workers=tuple(started("dask_worker", *options) for _ in range(2)))


def python_path() -> str:
    """Return where processes of ours find the program that is tested."""
    return os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
