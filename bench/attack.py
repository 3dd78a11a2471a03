"""The agent while its HTTP interface is attacked: gaps of its loop, prompts, answers, and memory.

A car is driven in real time under guidance, with silence before, the attack, and silence again, so that what
else runs on the computer shows. `XIAOGAO_ATTACK_S` sets how long each part lasts.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from bench.roads.guided_drives import random_routes
from bench.sample_home import sample_home
from device.position.faults import Faults
from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from device.service.service import Service
from device.settings import HttpSettings, PositionSettings, Settings
from nav import Route
from nav.guidance.fix import Fix

_PART_S = float(os.environ.get("XIAOGAO_ATTACK_S", "40"))
_RATE, _SILENT = 200, 1000
_LOOK_S = 0.01
_ASK_EVERY_S = 4.0
_ASKED = ("附近有什么酒店", "还有多久到", "Where am I?", "下一个路口怎么走")


@dataclass
class _Seen:
    """What one part of the time showed."""

    gaps_ms: list[float] = field(default_factory=list)
    busy_ms: list[float] = field(default_factory=list)
    """Processor time of the loop's thread in each gap: what is not others' fault."""
    kept_ms: list[float] = field(default_factory=list)
    """Each gap without the time in which the thread could run and another process had the processor."""
    fixes_ms: list[float] = field(default_factory=list)
    """From the receiver's word to the end of guidance's work on it."""
    prompts_ms: list[float] = field(default_factory=list)
    """From the receiver's word to the prompt that it causes."""
    answers_ms: list[float] = field(default_factory=list)
    child_mb: float = 0.0
    agent_mb: float = 0.0
    got: dict[str, int] = field(default_factory=dict)


class _Car:
    """A receiver in a car that drives one route after the other at the pace of life."""

    def __init__(self, routes: Iterator[Route]) -> None:
        self.faults = Faults()
        self.route = next(routes)
        self.changed = threading.Event()
        self._routes = routes
        self._ended = threading.Event()

    def fixes(self) -> Iterator[Fix | None]:
        for number in count():
            course = course_of(self.route, stop_at_signals=0.0, seed=number)
            due = time.time()
            for moment in simulate(course, Receiver(lost=0.0), seed=number, start_time_s=due):
                due += 1.0
                if self._ended.wait(max(0.0, due - time.time())):
                    return
                if moment.fix is not None:
                    yield replace(moment.fix, time_s=time.time())
            self.route = next(self._routes)
            self.changed.set()

    def close(self) -> None:
        self._ended.set()


def run(console: Console, **_options: Any) -> dict[str, Any]:
    """Measure; prints a table and returns the figures."""
    with sample_home():
        parts = asyncio.run(_attacked())
    table = Table("what", *parts, title=f"{_RATE} of the costliest requests a second, {_SILENT} silent")
    figures: dict[str, Any] = {}
    rows = {name: _figures(seen) for name, seen in parts.items()}
    for what in next(iter(rows.values())):
        table.add_row(what, *(str(row[what]) for row in rows.values()))
        figures |= {f"{name}: {what}": row[what] for name, row in rows.items()}
    console.print(table)
    return figures


def _figures(seen: _Seen) -> dict[str, Any]:
    def shown(values: list[float]) -> str:
        if not values:
            return "none"
        p50, p99 = np.percentile(values, (50, 99))
        return f"{p50:.0f} / {p99:.0f} / {max(values):.0f}"

    return {
        "gap of the loop, ms p50 / p99 / worst": shown(seen.gaps_ms),
        "of it with a processor or waiting for another thread, ms": shown(seen.kept_ms),
        "of it the loop's own work, ms": shown(seen.busy_ms),
        "fix guided, ms": shown(seen.fixes_ms),
        "prompt after its fix, ms": shown(seen.prompts_ms),
        "answer, ms": shown(seen.answers_ms),
        "prompts": len(seen.prompts_ms),
        "HTTP child, most MB": round(seen.child_mb),
        "agent, most MB": round(seen.agent_mb),
        "got": json.dumps(seen.got),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _queued_s() -> float:
    """Return how long this thread has waited for a processor since it began."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def _resident_mb() -> tuple[float, float]:
    """Return the memory of the agent and of its HTTP child."""
    me = psutil.Process()
    children = [child for child in me.children() if "device.http.child" in child.cmdline()]
    return me.memory_info().rss / 1e6, sum(child.memory_info().rss for child in children) / 1e6


async def _attacked() -> dict[str, _Seen]:
    settings = Settings(
        http=HttpSettings(enabled=True, port=_free_port()),
        position=PositionSettings(source="fixed:60.17,24.94"),
    )
    service = Service(settings)
    serving = asyncio.create_task(service.run())
    bench = _Bench(service)
    try:
        await bench.begin()
        parts = {}
        for name, attacked in (("before", False), ("attacked", True), ("after", False)):
            parts[name] = await bench.part(settings.http.port if attacked else None)
        return parts
    finally:
        service._stopping.set()
        await asyncio.wait({serving}, timeout=20)


class _Bench:
    """Watches a service from within its loop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen = _Seen()
        self._car: _Car | None = None

    async def begin(self) -> None:
        """Wait for the service, then put a car in place of its receiver."""
        import device.position.source as sources

        await asyncio.wait_for(self._service._opened.wait(), 120)
        runtime = self._service._runtime
        assert runtime is not None
        assert runtime.assistant is not None
        self._assistant = runtime.assistant
        self._car = _Car(random_routes(self._assistant.region, self._assistant.router, 1000, seed=5))
        following = runtime._following
        assert following is not None
        drive, prompted = following.drive, self._service.journal.prompted

        def watched(fix: Fix | None) -> None:
            drive(fix)
            if fix is not None:
                self._seen.fixes_ms.append((time.time() - fix.time_s) * 1000)

        def noted(prompt: Any) -> None:
            self._seen.prompts_ms.append((time.time() - prompt.time_s) * 1000)
            prompted(prompt)

        following.drive = watched  # type: ignore[method-assign]
        self._service.journal.prompted = noted  # type: ignore[method-assign]
        sources.source_from = lambda _text: self._car  # type: ignore[assignment, return-value]
        (task,) = [task for task in runtime._tasks if task.get_name() == "position"]
        task.cancel()
        self._assistant.driving.begin(self._car.route, "zh")
        self._following = asyncio.create_task(following._follow_position())
        await asyncio.sleep(3)

    async def part(self, port: int | None) -> _Seen:
        """Watch for a while, attacked or not."""
        self._seen = _Seen()
        tasks = [asyncio.create_task(work()) for work in (self._gaps, self._ask, self._memory, self._go_on)]
        if port is None:
            await asyncio.sleep(_PART_S)
        else:
            attacker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.attacker", str(port), str(_PART_S), str(_RATE), str(_SILENT)),
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await attacker.communicate()
            self._seen.got = json.loads(out)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return self._seen

    async def _gaps(self) -> None:
        last, cpu, queued = time.monotonic(), time.thread_time(), _queued_s()
        while True:
            await asyncio.sleep(_LOOK_S)
            now, spent, waited = time.monotonic(), time.thread_time(), _queued_s()
            gap_s = now - last - _LOOK_S
            self._seen.gaps_ms.append(gap_s * 1000)
            self._seen.kept_ms.append((gap_s - (waited - queued)) * 1000)
            self._seen.busy_ms.append((spent - cpu) * 1000)
            last, cpu, queued = now, spent, waited

    async def _ask(self) -> None:
        for number in count():
            began = time.monotonic()
            await self._service._ask({"text": _ASKED[number % len(_ASKED)]})
            self._seen.answers_ms.append((time.monotonic() - began) * 1000)
            await asyncio.sleep(_ASK_EVERY_S)

    async def _memory(self) -> None:
        while True:
            agent_mb, child_mb = await asyncio.to_thread(_resident_mb)
            self._seen.agent_mb = max(self._seen.agent_mb, agent_mb)
            self._seen.child_mb = max(self._seen.child_mb, child_mb)
            await asyncio.sleep(1.0)

    async def _go_on(self) -> None:
        """Guide the car along its next route when it has arrived, or was led elsewhere by a request."""
        assert self._car is not None
        while True:
            await asyncio.sleep(0.5)
            if self._car.changed.is_set() or not self._assistant.driving.guiding:
                self._car.changed.clear()
                self._assistant.driving.begin(self._car.route, "zh")


if __name__ == "__main__":
    run(Console())
