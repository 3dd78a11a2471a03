"""After set-up nothing needs a network: the main job in a namespace with no interface but loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
ALONE = ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$0" "$@"']


@pytest.mark.models
def test_a_spoken_request_is_answered_without_any_network(prepared_home: Path, tmp_path: Path) -> None:
    if (
        not shutil.which("unshare")
        or subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this machine allows no network namespaces")
    command = [sys.executable, "-m", "device.cli.main", "ask", str(SAMPLES / "zh_hotels.wav"), "--json"]
    command += ["--at", "60.1719,24.9414", "--say", str(tmp_path / "reply.wav")]
    done = subprocess.run(
        [*ALONE, *command],
        env={**os.environ, "XIAOGAO_HOME": str(prepared_home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["places"]) >= 3
    assert (tmp_path / "reply.wav").stat().st_size > 10_000


@pytest.mark.models
def test_nothing_even_tries_to_reach_the_internet(prepared_home: Path, tmp_path: Path) -> None:
    """Without a network a try fails unseen; the system calls show it. onnxruntime did try, see `voice`."""
    calls = tmp_path / "calls"
    watch = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=%network", "-o", str(calls)]
    if (
        not shutil.which("strace")
        or subprocess.run([*watch, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("needs strace, and the right to trace: apt-get install strace")
    command = [sys.executable, "-m", "device.cli.main", "ask", str(SAMPLES / "zh_hotels.wav"), "--json"]
    command += ["--at", "60.1719,24.9414", "--say", str(tmp_path / "reply.wav")]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ORT_")}
    done = subprocess.run(
        [*watch, *command],
        env={**environment, "XIAOGAO_HOME": str(prepared_home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    tries = [line for line in calls.read_text().splitlines() if "AF_INET" in line]
    assert tries == []
