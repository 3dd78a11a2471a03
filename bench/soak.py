"""Four hours of driving and talking on a simulated clock: what memory does, and which sockets are opened.

The listening loop hears the whole stream (road noise, calls and requests) through the real ears; engines run
in their processes; a simulated car drives whatever route was asked for last. `XIAOGAO_SOAK_HOURS` shortens
it; `unshare -rn xiaogao bench soak` runs it with no network but loopback.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil
from rich.console import Console
from rich.table import Table

from bench.roads.guided_drives import random_routes
from bench.sample_home import sample_home
from device.assistant.assistant import Assistant
from device.assistant.conversation import Conversation
from device.audio.listening import SilentPlayer, open_ears
from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from device.settings import Settings
from nav import Route
from nav.guidance.fix import Fix
from voice import wav_io
from voice.loop.listen import Listener
from voice.loop.settings import ListenSettings

Samples = npt.NDArray[np.float32]

_HOURS = float(os.environ.get("XIAOGAO_SOAK_HOURS", "4"))
_RATE = 16_000
_SECOND = np.zeros(_RATE, np.float32)
_REQUEST_EVERY_S = 120
_LOOK_EVERY_S = 600
_START = (60.1719, 24.9414)
_REQUESTS = (
    "附近有没有加油站", "还有多久到", "下一个路口怎么走", "换一条路", "找个咖啡馆", "声音大一点", "我在哪里",
    "带我去机场", "这里限速多少", "到赫尔辛基玩一天", "取消导航", "附近有什么酒店",
    "今天有点累了想找个地方歇歇脚",
)  # fmt: skip


class _Car:
    """Drives the route that is guided; where none is, it asks for another by itself."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._routes = random_routes(assistant.region, assistant.router, 10_000, seed=5)
        self._route: Route | None = None
        self._moments: Iterator[Any] = iter(())
        self.driven_m = 0.0

    def second(self, number: int) -> Fix | None:
        """Return what the receiver says in this second."""
        driving = self._assistant.driving
        state = driving.state()
        if state is None:
            driving.begin(next(self._routes), "zh" if number % 2 else "en")
            state = driving.state()
        assert state is not None
        if state.route is not self._route:
            self._route = state.route
            course = course_of(state.route, stop_at_signals=0.3, seed=number)
            start_s = 1.7e9 + number
            self._moments = simulate(course, Receiver(lost=0.02), seed=number, start_time_s=start_s)
        moment = next(self._moments, None)
        if moment is None:
            driving.end()
            return None
        self.driven_m += moment.speed_mps
        return moment.fix  # type: ignore[no-any-return]


def run(console: Console, **_options: Any) -> dict[str, Any]:
    """Drive and talk; prints a table and returns the figures."""
    with sample_home():
        figures = asyncio.run(_drive_and_talk(console))
    table = Table("what", "measured", title=f"{_HOURS:g} simulated hours")
    for name, value in figures.items():
        table.add_row(name, f"{value:.1f}" if isinstance(value, float) else str(value))
    console.print(table)
    return figures


async def _drive_and_talk(console: Console) -> dict[str, Any]:
    assistant = Assistant(Settings(), region="helsinki")
    counts: Counter[str] = Counter()
    memory: list[tuple[float, float]] = []
    car = _Car(assistant)
    conversation = Conversation(assistant, lambda: assistant.driving.position or _START)
    conversation.problem = lambda what: counts.update([f"problem: {what}"])
    began, cpu_began = time.monotonic(), time.process_time()
    try:
        await conversation.warm()
        requests = _spoken(assistant)
        ears = open_ears()
        listener = Listener(
            ears=ears,
            engines=conversation,
            player=SilentPlayer(),
            emit=lambda event: counts.update([event["event"]]),
            settings=ListenSettings(wake=ears.wake_settings, lockstep=True, barge_in=False),
        )
        noise = np.random.default_rng(3)
        chance = random.Random(7)
        sound = np.zeros(0, np.float32)
        for second in range(int(_HOURS * 3600)):
            if second % _REQUEST_EVERY_S == 30:
                counts["requests spoken"] += 1
                sound = chance.choice(requests)
            now, sound = sound[:_RATE], sound[_RATE:]
            road = noise.normal(0.0, 0.002, _RATE).astype(np.float32)
            for event in assistant.driving.update(car.second(second)):
                counts[f"guidance: {event.kind}"] += event.kind != "progress"
                if event.prompt is not None:
                    listener.prompt(event.prompt.text, event.prompt.language)
            await listener.push(road + np.pad(now, (0, _RATE - len(now))))
            if second % _LOOK_EVERY_S == _LOOK_EVERY_S - 1:
                memory.append(((second + 1) / 60, _resident_mb()))
                console.print(
                    f"{memory[-1][0]:.0f} min: {memory[-1][1]:.0f} MB ({_by_process()}), "
                    f"{car.driven_m / 1000:.0f} km, "
                    f"{counts['answer']} answers, {time.monotonic() - began:.0f} s",
                    highlight=False,
                )
        sockets = _sockets()
    finally:
        assistant.close()
    first, last = memory[0][1], memory[-1][1]
    return {
        "wall time, s": time.monotonic() - began,
        "processor time of the main process, s": time.process_time() - cpu_began,
        "driven, km": car.driven_m / 1000,
        "requests spoken": counts["requests spoken"],
        "calls noticed": counts["wake"],
        "answers": counts["answer"],
        "prompts and events of guidance": sum(n for k, n in counts.items() if k.startswith("guidance: ")),
        "problems": "; ".join(f"{n} x {k}" for k, n in counts.items() if k.startswith("problem")) or "none",
        f"resident after {memory[0][0]:.0f} minutes, MB": first,
        f"resident after {memory[-1][0]:.0f} minutes, MB": last,
        "growth, %": 100 * (last - first) / first,
        "network interfaces": ", ".join(sorted(path.name for path in Path("/sys/class/net").iterdir())),
        "sockets of the internet families": sockets or "none",
    }


def _spoken(assistant: Assistant) -> list[Samples]:
    """Return the calls and requests as sound at 16 kHz, with a second of silence behind each."""
    found = [wav_io.read(path) for path in sorted((Path(__file__).parents[1] / "samples").glob("*.wav"))]
    for text in _REQUESTS:
        clips = list(assistant.speak(f"小高小高，{text}。", "zh"))
        found.append(
            np.concatenate([wav_io.resample(clip.samples, clip.sample_rate_hz, _RATE) for clip in clips])
        )
    return [np.concatenate([sound, _SECOND]) for sound in found]


def _processes() -> list[psutil.Process]:
    me = psutil.Process()
    return [me, *me.children(recursive=True)]


def _resident_mb() -> float:
    return sum(process.memory_info().rss for process in _processes()) / 1e6


def _by_process() -> str:
    """Return the resident megabytes of the main process and of each engine's, largest last."""
    return " + ".join(f"{mb:.0f}" for mb in sorted(p.memory_info().rss / 1e6 for p in _processes()))


def _sockets() -> str:
    """Return the internet sockets of all our processes."""
    return ", ".join(
        f"{socket.laddr} to {socket.raddr}"
        for process in _processes()
        for socket in process.net_connections("inet")
    )
