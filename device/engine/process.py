"""The parent side of an engine process: time limits, and restart with back-off."""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from device.engine.call import Call
from device.engine.life_signs import life_signs
from device.engine.wire import Wire, WireBroken, WireHung, WireTimeout
from device.errors import EngineCrashed, EngineFailed, EngineHung, EngineTimeout

_BACK_OFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
_CALM_S = 60.0
_LOADING_LOOK_S = 0.02
_PING_LIMIT_S = 1.5
_STALLED_LOOKS = 1
_STOP_LOOK_S, _STOP_LIMIT_S = 0.1, 1.0


class _AnsweredWithError(EngineFailed):
    """The method raised an error; the process is as good as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """What an engine process runs, and its limits."""

    name: str
    """Short name for messages: asr, llm, tts."""

    factory: str
    """`package.module:callable`; called in the child with `options`."""

    options: Mapping[str, Any]
    """JSON-able keyword arguments of the factory."""

    start_limit_s: float = 60.0
    """How long the factory may take."""

    call_limit_s: float = 20.0
    """How long one call may take unless the caller says otherwise."""

    memory_limit_bytes: int | None = None
    """Private memory that the child may take; the allocation that passes it fails."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables added to the child's environment."""


@dataclass(slots=True, kw_only=True)
class EngineHealth:
    """What has happened to an engine process so far."""

    starts: int = 0
    """How often it was started."""

    calls: int = 0
    """Calls made."""

    failures: int = 0
    """Calls that ended in an error, a crash or a time-out."""

    last_error: str = ""
    """The newest failure in words."""


class EngineProcess:
    """An engine in a child process, started at the first call and again after it dies.

    Calls are served one after the other; a second caller waits for its turn within its own limit.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.health = EngineHealth()
        self._turn = threading.Lock()
        self._closed = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._wire: Wire | None = None
        self._ready = False
        self._used = time.monotonic()
        self._stalled: tuple[object, int] = (None, 0)
        """Signs of life at the last look while it loads, and how many looks they have been the same."""
        self._deaths: deque[float] = deque(maxlen=len(_BACK_OFF_S) - 1)
        self._stderr: deque[str] = deque(maxlen=20)

    @property
    def pid(self) -> int | None:
        """Process number of the child while it lives."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    @property
    def ready(self) -> bool:
        """Whether the child lives and has loaded its model."""
        return self._ready and self.pid is not None

    @property
    def idle_s(self) -> float:
        """Seconds since the last call ended or the child was started; 0 during a call."""
        return 0.0 if self._turn.locked() else time.monotonic() - self._used

    def start(self) -> None:
        """Start the child without waiting until it is ready.

        Raises
        ------
        EngineCrashed, EngineHung, EngineTimeout
            It ended, or did nothing, before it was told what to load.
        """
        with self._turn, self._failures_named(self.spec.start_limit_s):
            self._spawn()

    def await_ready(self, limit_s: float) -> bool:
        """Start the child if need be, and give it some time to load; return whether it is ready for a call.

        One that needs longer is left to go on.

        Raises
        ------
        EngineCrashed, EngineHung, EngineFailed
            It could not load.
        """
        deadline = time.monotonic() + limit_s
        if not self._turn.acquire(timeout=limit_s):
            return False
        try:
            if self.pid is None and self._pause_s() > limit_s:
                return False
            with self._failures_named(self.spec.start_limit_s):
                self._spawn()
                assert self._wire is not None
                while not (self._ready or self._wire.waiting()):
                    if time.monotonic() > deadline:
                        return False
                    time.sleep(_LOADING_LOOK_S)
                self._ready_wire()
            return True
        finally:
            self._turn.release()

    def check(self) -> None:
        """Look after a child that nobody calls: see whether it still answers, or still loads.

        A child that is at work for a caller is left alone; that call notices by itself.

        Raises
        ------
        EngineHung
            It does nothing; it was ended and starts anew at the next call.
        EngineCrashed
            It has ended.
        EngineFailed
            It could not load.
        """
        if not self._turn.acquire(blocking=False):
            return
        try:
            with self._failures_named(_PING_LIMIT_S):
                self._look_after()
        finally:
            self._turn.release()

    def _look_after(self) -> None:
        if self._child is None or self._wire is None:
            return
        if self._ready:
            self._wire.send({"kind": "ping"}, time.monotonic() + _PING_LIMIT_S)
            try:
                self._wire.receive(time.monotonic() + _PING_LIMIT_S)
            except WireTimeout:
                raise WireHung from None
        elif self._wire.waiting():
            self._ready_wire()
        else:
            signs, looks = life_signs(self._child.pid), self._stalled[1] + 1
            self._stalled = (signs, looks if signs == self._stalled[0] else 0)
            if self._stalled[1] > _STALLED_LOOKS:
                raise WireHung

    @contextlib.contextmanager
    def _failures_named(self, limit_s: float) -> Iterator[None]:
        """Turn what goes wrong on the wire into an error of the engine, and end a child that is of no use."""
        try:
            yield
        except WireTimeout:
            error: EngineFailed = EngineTimeout(f"{self.spec.name} did not answer within {limit_s:g} s")
        except WireHung:
            error = EngineHung(f"{self.spec.name} hung: it was ended and starts again")
        except WireBroken:
            error = EngineCrashed(f"{self.spec.name} ended unexpectedly{self._why()}")
        except EngineFailed as failure:
            error = failure
        else:
            return
        self.health.failures += 1
        self.health.last_error = str(error)
        if not isinstance(error, _AnsweredWithError):
            self._bury()
        raise error from None

    def stop(self) -> None:
        """End the child, also while a stream that nobody reads any more still has the turn.

        Whoever has the turn finds the child dead when they read on or close.
        """
        deadline = time.monotonic() + _STOP_LIMIT_S
        while True:
            if (child := self._child) is not None:
                child.kill()
            if self._turn.acquire(timeout=_STOP_LOOK_S):
                break
            if time.monotonic() >= deadline:
                return
        try:
            self._bury()
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the child for good: who calls it from now on gets `EngineFailed`."""
        self._closed.set()
        self.stop()

    def request(
        self, method: str, /, *, limit_s: float | None = None, call: Call | None = None, **arguments: Any
    ) -> Any:
        """Call a method of the engine and wait for its result.

        Parameters
        ----------
        method : str
            Name of the method.
        limit_s : float, optional
            Seconds this call may take, the wait for its turn included.
        call : Call, optional
            By which it may be given up: the method gets `dropped`, which tells whether it was. Given up
            before its turn it is not made, and the result is None.
        **arguments
            JSON-able values and numpy arrays.

        Raises
        ------
        EngineTimeout
            It took longer, or hung; the child was ended and starts anew at the next call.
        EngineCrashed
            The child ended.
        EngineFailed
            The method raised an error.
        """
        with contextlib.closing(self.stream(method, limit_s=limit_s, call=call, **arguments)) as items:
            results = list(items)
        return results[-1] if results else None

    def stream(
        self, method: str, /, *, limit_s: float | None = None, call: Call | None = None, **arguments: Any
    ) -> Generator[Any, None, None]:
        """Call a method and yield its items as they come; closing the iterator stops the method.

        The limit holds for each item. A method that returns no iterator yields its one result. The errors
        are those of `request`.
        """
        limit = self.spec.call_limit_s if limit_s is None else limit_s
        if not self._turn.acquire(timeout=limit):
            raise EngineTimeout(f"{self.spec.name} was busy for {limit:g} s")
        try:
            if call is not None and call.given_up:
                return
            self.health.calls += 1
            with self._failures_named(limit):
                yield from self._call(method, arguments, limit, call)
        finally:
            self._used = time.monotonic()
            self._turn.release()

    def break_off(self) -> None:
        """Let the stream under way, if any, end after the item that is being made, as if it were all."""
        wire = self._wire
        if wire is not None and self._turn.locked():
            _stop(wire)

    def _call(
        self, method: str, arguments: dict[str, Any], limit_s: float, call: Call | None
    ) -> Generator[Any, None, None]:
        wire = self._ready_wire()
        deadline = time.monotonic() + limit_s
        asked = {"kind": "call", "method": method, "arguments": arguments, "may_drop": call is not None}
        wire.send(asked, deadline)
        finished = False
        try:
            if call is not None:
                call.begin(functools.partial(_stop, wire))
            while True:
                frame = wire.receive(deadline)
                finished = frame["kind"] in {"error", "result"}
                if frame["kind"] == "error":
                    raise _AnsweredWithError(f"{self.spec.name}: {frame['message']}")
                if not finished or frame["value"] is not None:
                    yield frame["value"]
                if finished:
                    return
                deadline = time.monotonic() + limit_s
        except GeneratorExit:
            if not finished and not self._stopped(limit_s):
                self._bury()
            raise
        finally:
            if call is not None:
                call.end()

    async def call(self, method: str, /, *, limit_s: float | None = None, **arguments: Any) -> Any:
        """`request` for asyncio: the wait happens in a thread."""
        import asyncio

        return await asyncio.to_thread(self.request, method, limit_s=limit_s, **arguments)

    async def items(
        self, method: str, /, *, limit_s: float | None = None, **arguments: Any
    ) -> AsyncIterator[Any]:
        """`stream` for asyncio."""
        import asyncio

        iterator = self.stream(method, limit_s=limit_s, **arguments)
        end = object()
        try:
            while (item := await asyncio.to_thread(next, iterator, end)) is not end:
                yield item
        finally:
            await asyncio.shield(asyncio.to_thread(iterator.close))

    def _ready_wire(self) -> Wire:
        if self._child is None or self._child.poll() is not None:
            self._spawn()
        assert self._wire is not None
        if not self._ready:
            frame = self._wire.receive(time.monotonic() + self.spec.start_limit_s)
            if frame["kind"] != "ready":
                raise EngineFailed(
                    f"{self.spec.name} cannot start: {frame.get('message', 'no reason given')}"
                )
            self._ready = True
        return self._wire

    def _pause_s(self) -> float:
        """Return how long is to be waited before the next start, after deaths one upon the other."""
        now = time.monotonic()
        recent = [death for death in self._deaths if now - death < _CALM_S]
        return max(0.0, _BACK_OFF_S[len(recent)] - (now - recent[-1])) if recent else 0.0

    def _spawn(self) -> None:
        if self._child is not None and self._child.poll() is None:
            return
        self._bury()
        time.sleep(self._pause_s())
        if self._closed.is_set():
            raise EngineFailed(f"{self.spec.name} was closed")
        self._child = subprocess.Popen(
            [sys.executable, "-m", "device.engine.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.spec.environment},
        )
        assert self._child.stdin
        assert self._child.stdout
        if self._closed.is_set():  # `close` came while it was being started, and did not see it
            self._bury()
            raise EngineFailed(f"{self.spec.name} was closed")
        signs = functools.partial(life_signs, self._child.pid)
        self._wire = Wire(self._child.stdout.fileno(), self._child.stdin.fileno(), signs)
        self._ready = False
        self._stalled = (None, 0)
        self._used = time.monotonic()
        self.health.starts += 1
        threading.Thread(target=self._listen_to_stderr, args=(self._child,), daemon=True).start()
        self._wire.send(
            {
                "factory": self.spec.factory,
                "options": dict(self.spec.options),
                "memory_limit_bytes": self.spec.memory_limit_bytes,
            },
            time.monotonic() + self.spec.start_limit_s,
        )

    def _listen_to_stderr(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stderr
        with contextlib.suppress(ValueError, OSError), child.stderr as lines:
            for line in lines:
                self._stderr.append(line.decode("utf-8", "replace").rstrip()[:300])

    def _stopped(self, limit_s: float) -> bool:
        """Ask the child to stop streaming and read what is under way; tell whether it is usable again."""
        try:
            assert self._wire is not None
            deadline = time.monotonic() + min(limit_s, 5.0)
            self._wire.send({"kind": "stop"}, deadline)
            while self._wire.receive(deadline)["kind"] == "item":
                pass
        except (WireBroken, WireTimeout, WireHung):
            return False
        return True

    def _bury(self) -> None:
        child, self._child, self._wire, self._ready = self._child, None, None, False
        if child is None:
            return
        child.kill()
        child.wait()
        self._deaths.append(time.monotonic())
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _why(self) -> str:
        code = self._child.poll() if self._child else None
        last = next((line for line in reversed(self._stderr) if line), "")
        return "" if code is None else f" (exit {code}{': ' + last if last else ''})"


def _stop(wire: Wire) -> None:
    """Ask the other side to leave off; one that cannot hear it is found out by who waits for it."""
    with contextlib.suppress(WireBroken, WireTimeout, WireHung):
        wire.send({"kind": "stop"}, time.monotonic() + _STOP_LIMIT_S)
