"""The log: no floods, no control characters, in any locale, and no harm when nobody reads it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from device.service.logs import OncePerMinute


class Lines(logging.Handler):
    """Keeps what would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def test_one_warning_of_a_kind_a_minute_with_the_number_left_out() -> None:
    now = 0.0
    handler = Lines()
    handler.addFilter(OncePerMinute(clock=lambda: now))
    log = logging.getLogger("xiaogao.test")
    log.propagate = False
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        for number in range(1000):
            log.warning("receiver: line %d is broken", number)
            log.warning("memory: cannot be written")
        now = 61.0
        log.warning("receiver: line 7 is broken")
        for number in range(5):
            log.info("answered a request: %d", number)
    finally:
        log.removeHandler(handler)
    assert handler.lines[:3] == [
        "receiver: line 0 is broken",
        "memory: cannot be written",
        "receiver: line 7 is broken (and 999 like it in between)",
    ]
    assert len(handler.lines) == 8, "what follows from requests is always written"


def ascii_only(code: str) -> str:
    """Write a program so that it reaches a child in any locale."""
    return code.encode("ascii", "backslashreplace").decode()


def run(code: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    setup = "import logging\nfrom device.service.logs import set_up_logging\nset_up_logging()\n"
    return subprocess.run(
        [sys.executable, "-c", ascii_only(setup + code)],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "zh_CN.GB2312"])
def test_any_locale_writes_any_name(locale: str) -> None:
    done = run(
        "logging.getLogger('xiaogao').info('region 昆山 \\ud800 %s', 'Łódź')",
        LC_ALL=locale,
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
    )
    assert done.returncode == 0
    assert "昆山" in done.stderr.decode("utf-8")
    assert b"Traceback" not in done.stderr


def test_a_name_cannot_write_a_line_of_its_own_or_move_the_cursor() -> None:
    done = run("logging.getLogger('xiaogao').warning('place %s', 'a\\nxiaogao: ready\\x1b[2J\\x07')")
    assert done.stderr.count(b"\n") == 1
    assert not {0x1B, 0x07} & set(done.stderr)


def test_a_long_line_keeps_its_end() -> None:
    """Of a traceback of a hundred frames that is what has happened."""
    done = run("logging.getLogger('xiaogao').warning('a' * 50_000 + ' KeyError: what it was')")
    assert done.stderr.endswith(b"KeyError: what it was\n")
    assert len(done.stderr) < 3000


def test_a_log_that_nobody_reads_ends_nothing() -> None:
    code = (
        "import os, sys\nr, w = os.pipe(); os.dup2(w, 2); os.close(r); os.close(w)\n"
        "logging.getLogger('xiaogao').warning('x')\nprint('goes on')"
    )
    done = run(code)
    assert (done.returncode, done.stdout.strip()) == (0, b"goes on")


def test_a_reader_that_has_enough_is_no_failure(tmp_path: Path) -> None:
    command = f"{sys.executable} -m device.cli.main models list | head -1; echo ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "XIAOGAO_HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, env=environment, check=False)
    assert done.stdout.split()[-1] == b"0"
    assert b"Traceback" not in done.stderr


def test_the_control_socket_outlives_a_lack_of_descriptors(tmp_path: Path) -> None:
    """Many connect until the process has none left: they are let go, and the next one is answered."""
    code = f"""
import asyncio, json, resource, socket
from pathlib import Path
from device.service.control import ask_service, control_server
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
path = Path({str(tmp_path / "control.sock")!r})
async def status(request): return {{"ready": True}}
async def main():
    async with control_server({{"status": status}}, path):
        held = []
        for _ in range(25):
            try:
                one = socket.socket(socket.AF_UNIX)
                one.setblocking(False)
                one.connect(str(path))
                held.append(one)
            except OSError:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        for one in held: one.close()
        await asyncio.sleep(1.5)
        print(json.dumps(await asyncio.to_thread(ask_service, {{"do": "status"}}, path=path)))
asyncio.run(main())
"""
    done = run(code)
    assert done.stdout.strip() == b'{"ready": true}', done.stderr
    assert done.stderr.count(b"\n") < 10, "no flood"
