"""Hostile clients of the HTTP interface, over loopback: each gets an answer in JSON, and the program goes on.

`XIAOGAO_FUZZ_CASES` sets the number of cases (`make faults` sends 100,000). The whole program is there: its
child, uvicorn, the guard, the routes. The clients have many addresses, since each of them has a rate.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from device.store.regions import add_region
from tests.device.town import write_town
from tests.faults.fault_table import FaultTable
from tests.faults.http_cases import PROBE, SENTINEL, Case, cases

pytest.importorskip("uvicorn")
pytestmark = pytest.mark.slow
CASES = max(3000, int(os.environ.get("XIAOGAO_FUZZ_CASES", "3000")))
CLIENTS = 16
STATUSES = {200, 400, 401, 403, 404, 405, 413, 414, 429, 503}
_HUNG_S = 60.0
_A_CLIENT_ASKS = 200
_GROWN_MB = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer."""

    status: int
    said: dict[str, Any]
    """The JSON of its body; nothing where it has none, or was cut off."""
    goes_on: bool
    """Whether the connection may be used again."""


class Answers:
    """The answers on one connection, read as they come."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rb")

    def next(self, *, has_body: bool = True, whole: bool = True) -> Answer | None:
        """Check the next answer and return it; None at the end.

        Parameters
        ----------
        has_body : bool
            Whether it is one to another method than HEAD.
        whole : bool
            Whether the client has waited for it, so that it comes to its end.
        """
        if (found := self._head()) is None:
            return None
        status, headers = found
        assert status in STATUSES, (status, headers.items(), self._file.read())
        assert headers["content-type"] == "application/json", (status, headers.items(), self._file.read())
        goes_on = headers.get("connection", "").lower() != "close"
        length = int(headers["content-length"])
        body = self._file.read(length) if has_body else b""
        if not has_body or (len(body) < length and not whole):
            return Answer(status=status, said={}, goes_on=goes_on)
        said = json.loads(body, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        assert (said["code"] == "Ok") == (status == 200), said
        return Answer(status=status, said=said, goes_on=goes_on)

    def _head(self) -> tuple[int, http.client.HTTPMessage] | None:
        """Read status and headers, past what only says that the client may go on."""
        status = 100
        while status == 100:
            if not (line := self._file.readline(1000)):
                return None
            assert line.startswith(b"HTTP/1.1 "), line
            status, headers = int(line.split()[1]), http.client.parse_headers(self._file)
        return status, headers


class Client(threading.Thread):
    """Sends cases on connections that it keeps as long as the server does."""

    def __init__(self, port: int, numbered: Iterator[tuple[int, Case]], lock: threading.Lock) -> None:
        super().__init__(daemon=True)
        self.statuses: Counter[tuple[str, int | None]] = Counter()
        self.failed: list[str] = []
        self.slowest = (0.0, "")
        self.done = 0
        self._port, self._numbered, self._lock = port, numbered, lock
        self._connection: socket.socket | None = None
        self._asked = 0

    def run(self) -> None:
        """Send until there are no more cases, or one fails."""
        while not self.failed:
            with self._lock:
                number, case = next(self._numbered, (0, None))
            if case is None:
                break
            began = time.monotonic()
            try:
                self._send(number, case)
            except (AssertionError, ValueError, OSError, pytest.fail.Exception) as error:
                self.failed.append(
                    f"case {number}, {case.kind}: {type(error).__name__}: {error}: {case.sent[:3000]!r}"
                )
            self.slowest = max(self.slowest, (time.monotonic() - began, f"case {number}, {case.kind}"))
            self.done += 1
        self._hang_up()

    def _send(self, number: int, case: Case) -> None:
        connection = self._connected(number)
        with contextlib.suppress(ConnectionError):  # the server has refused it before its end
            connection.sendall(case.sent)
            if not case.answers:
                connection.shutdown(socket.SHUT_WR)
        answers, goes_on = Answers(connection), bool(case.answers)
        for _ in range(case.answers):
            found = answers.next(has_body=case.bodies)
            assert found is not None, "the server hung up without an answer"
            self.statuses[case.kind, found.status] += 1
            goes_on = found.goes_on
            if not goes_on:
                break
        if case.hides and goes_on:
            connection.sendall(SENTINEL)
        if case.hides or not goes_on:
            self._take_the_rest(case, answers)
            self._hang_up()

    def _take_the_rest(self, case: Case, answers: Answers) -> None:
        """Read what else comes, to the end or to the answer to `SENTINEL`; a reset is an end too."""
        with contextlib.suppress(ConnectionError):
            has_body = not case.sent.startswith(b"HEAD")
            while (found := answers.next(has_body=has_body, whole=False)) is not None:
                self.statuses[case.kind, found.status] += 1
                places = len(found.said.get("waypoints", ()))
                assert not (case.hides and places == 1), "what was hidden in a body was answered"
                if not has_body or (case.hides and places == 2):
                    break

    def _connected(self, number: int) -> socket.socket:
        if self._connection is None or self._asked >= _A_CLIENT_ASKS:
            self._hang_up()
            address = f"127.{1 + number % 250}.{number // 250 % 250}.{1 + self._asked % 250}"
            self._connection = socket.create_connection(
                ("127.0.0.1", self._port), timeout=_HUNG_S, source_address=(address, 0)
            )
        self._asked += 1
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._asked = None, 0


class Server:
    """The program `xiaogao serve --http`."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._log = home / "serve.log"
        self.program = subprocess.Popen(
            [sys.executable, "-m", "device.cli.main", "serve", "--http", "--port", str(self.port)],
            env={**os.environ, "XIAOGAO_HOME": str(home)},
            stderr=subprocess.PIPE,
        )
        assert self.program.stderr is not None
        first = self.program.stderr.readline()  # it says so when it serves
        self._log.write_bytes(first)
        threading.Thread(target=self._listen, args=(self.program.stderr,), daemon=True).start()
        assert b"serving" in first, self.log

    def _listen(self, stderr: IO[bytes]) -> None:
        with self._log.open("ab", buffering=0) as log:
            for line in stderr:
                log.write(line)

    @property
    def log(self) -> str:
        """What it has said."""
        return self._log.read_text("utf-8", "replace")

    @property
    def child(self) -> psutil.Process:
        """The process that serves."""
        (child,) = psutil.Process(self.program.pid).children()
        return child

    def answers(self) -> bool:
        """Whether a good request is answered."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_HUNG_S) as connection:
            connection.sendall(PROBE)
            found = Answers(connection).next()
            return found is not None and found.status == 200


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path))
    add_region(write_town(tmp_path / "town.osm"), "town")
    running = Server(tmp_path)
    yield running
    running.program.terminate()
    running.program.wait()
    assert running.program.stderr is not None
    running.program.stderr.close()


def test_hostile_requests(server: Server, fault_table: FaultTable) -> None:
    """No end of the server, no error of the program, no answer but JSON, no hidden request, no growth."""
    assert server.answers()
    child, lock = server.child, threading.Lock()
    drawn = enumerate(cases(CASES, seed=8))
    begun_mb = 0.0
    sent: Counter[tuple[str, int | None]] = Counter()
    slowest = (0.0, "")
    for part in (CASES // 5, CASES):
        numbered = itertools.islice(drawn, part)
        clients = [Client(server.port, numbered, lock) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
            sent += client.statuses
            slowest = max(slowest, client.slowest)
        assert [client.failed for client in clients] == [[]] * CLIENTS
        begun_mb = begun_mb or child.memory_info().rss / 1e6
    grown_mb = child.memory_info().rss / 1e6 - begun_mb
    assert server.answers()
    assert server.child == child, f"the server has ended meanwhile: {server.log}"
    assert "Traceback" not in server.log
    assert len(server.log) < 100_000, "a client can fill the disk with the log"
    assert grown_mb < _GROWN_MB
    answered = {kind for kind, status in sent if status == 200}
    assert {"options of OSRM", "bodies of Valhalla", "several requests at once"} <= answered
    print(f"slowest: {slowest[0]:.1f} s, {slowest[1]}; {sorted(sent.items(), key=str)}")
    fault_table.add(
        f"{CASES} hostile requests over HTTP; the slowest took {slowest[0]:.1f} s, {grown_mb:.0f} MB more",
        heard="nothing",
    )


def test_the_cases_are_of_every_kind_and_the_same_for_the_same_seed() -> None:
    first, again = list(cases(400, seed=1)), list(cases(400, seed=1))
    assert first == again
    assert len({case.kind for case in first}) == 10
