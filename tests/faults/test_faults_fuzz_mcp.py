"""Hostile agents at the MCP interface: every request gets an answer or a reason, and the program goes on.

`XIAOGAO_FUZZ_CASES` sets the number of lines (`make faults` sends 100,000), each to the program itself over
its standard input.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from device.store.regions import add_region
from tests.device.town import write_town
from tests.faults.fault_table import FaultTable
from tests.faults.rpc_cases import Line, lines

pytest.importorskip("mcp")
pytestmark = pytest.mark.slow
CASES = max(3000, int(os.environ.get("XIAOGAO_FUZZ_CASES", "3000")))
_PING_EVERY = 200
_HUNG_S = 60.0
_GROWN_MB = 60
_INTERNAL_ERROR = -32603
_HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "fuzz", "version": "1"}}


class Program:
    """The program `xiaogao serve --mcp`, and what it has answered."""

    def __init__(self, home: Path) -> None:
        self._log = home / "serve.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "device.cli.main", "serve", "--mcp"],
                env={**os.environ, "XIAOGAO_HOME": str(home)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdin is not None
        self._stdin = self.process.stdin
        self._came: queue.Queue[dict[str, Any] | str] = queue.Queue()
        self.names: Counter[str | int] = Counter()
        self.outcomes: Counter[str] = Counter()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def log(self) -> str:
        """What it has said beside its answers."""
        return self._log.read_text("utf-8", "replace")

    @property
    def memory_mb(self) -> float:
        """What it takes."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)

    def send(self, line: bytes) -> None:
        """Send a line."""
        self._stdin.write(line)
        self._stdin.flush()

    def ask(self, name: str, method: str, **params: Any) -> None:
        """Send a good request and wait for its answer, taking note of all that come before."""
        message = {"jsonrpc": "2.0", "id": name, "method": method, "params": params}
        self.send(json.dumps(message).encode() + b"\n")
        while self._take()["id"] != name:
            pass

    def wait_for(self, names: set[str]) -> None:
        """Wait until each of these requests has an answer."""
        while names - set(self.names):
            self._take()

    def end(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                self._came.put(json.loads(line, parse_constant=lambda name: {}[name]))
            except (ValueError, KeyError):
                self._came.put(f"no JSON: {line[:500]!r}")
        self._came.put("it has ended")

    def _take(self) -> dict[str, Any]:
        """Take the next answer and check it."""
        try:
            answer = self._came.get(timeout=_HUNG_S)
        except queue.Empty:
            raise AssertionError("it answers no more") from None
        assert isinstance(answer, dict), answer
        assert answer["jsonrpc"] == "2.0", answer
        assert ("result" in answer) != ("error" in answer), answer
        assert answer.get("error", {}).get("code") != _INTERNAL_ERROR, answer
        if answer["id"] is not None:
            self.names[answer["id"]] += 1
        self.outcomes[_outcome(answer)] += 1
        return answer


def _outcome(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return str(answer["error"]["code"])
    result = answer["result"]
    if result.get("isError"):
        return "refused"
    return "told why not" if "error" in (result.get("structuredContent") or {}) else "answered"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path))
    add_region(write_town(tmp_path / "town.osm"), "town")
    running = Program(tmp_path)
    yield running
    running.end()


def test_hostile_messages(program: Program, fault_table: FaultTable) -> None:
    """No end, no error of the program, no answer but JSON, none left out or given twice, no growth."""
    program.ask("hello", "initialize", **_HELLO)
    program.send(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}).encode() + b"\n")
    owed: set[str] = set()
    sound: set[str] = set()
    begun_mb = slowest_s = 0.0
    recent: list[Line] = []
    for number, line in enumerate(lines(CASES, seed=6)):
        program.send(line.sent)
        recent = [*recent[1 - 2 * _PING_EVERY :], line]
        owed |= {line.name} if line.name else set()
        if number % _PING_EVERY == 0:
            began = time.monotonic()
            try:
                program.ask(f"ping {number}", "ping")
                program.wait_for(owed)
            except AssertionError as error:
                raise AssertionError([*(line.sent[:300] for line in recent), program.log[-3000:]]) from error
            slowest_s = max(slowest_s, time.monotonic() - began)
            sound |= owed
            owed.clear()
        if number == CASES // 5:
            begun_mb = program.memory_mb
    program.wait_for(owed)
    grown_mb = program.memory_mb - begun_mb
    assert [name for name in sound | owed if program.names[name] != 1] == []
    assert "Traceback" not in program.log, program.log[-5000:]
    assert len(program.log) < 200_000, "an agent can fill the disk with the log"
    assert grown_mb < _GROWN_MB
    assert min(program.outcomes[what] for what in ("answered", "refused", "told why not", "-32700")) > 10
    print(f"slowest {_PING_EVERY} lines: {slowest_s:.1f} s; {program.outcomes}")
    fault_table.add(
        f"{CASES} hostile lines to the MCP server; the slowest {_PING_EVERY} took {slowest_s:.1f} s, "
        f"{grown_mb:.0f} MB more",
        heard="nothing",
    )


@pytest.mark.parametrize(
    ("line", "name", "code"),
    [
        pytest.param(b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}', 7, -32600, id="params"),
        pytest.param(b'{"id":"a"}', "a", -32600, id="no version"),
        pytest.param(b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', None, -32600, id="a batch"),
        pytest.param(b'{"jsonrpc":"2.0",', None, -32700, id="half a line"),
        pytest.param(b"[" * 100_000, None, -32700, id="deep nesting"),
        pytest.param(b"\xff\xfe", None, -32700, id="no text"),
    ],
)
def test_what_is_no_message_has_an_answer(program: Program, line: bytes, name: object, code: int) -> None:
    program.send(line + b"\n")
    answer = program._take()
    assert (answer["id"], answer["error"]["code"]) == (name, code)
