"""The service as a whole: how soon it is ready, what it takes, and how fast it recovers."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.sample_home import sample_home
from device.assistant.assistant import Assistant, Turn
from device.errors import DeviceError
from device.hardware import choose
from device.service.control import ask_service
from device.service.systemd import unit_text
from device.settings import PrivacySettings, Settings
from voice import wav_io

_LIMIT_S = 90.0
_IDLE_S = 30.0
_STAGES = ("asr", "understand", "act", "speak_first", "first audio")


class _Service:
    """`xiaogao run` in a home of its own."""

    def __init__(self, home: Path, **settings: str) -> None:
        self._socket = home / "data" / "run" / "control.sock"
        environment = {
            **os.environ,
            "XIAOGAO_HOME": str(home),
            "XIAOGAO_POSITION_SOURCE": "fixed:60.1719,24.9414",
            **settings,
        }
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "device.cli.main", "run"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        return ask_service(request, limit_s=30.0, path=self._socket)

    def until(self, good: Callable[[dict[str, Any]], bool]) -> float:
        started = time.monotonic()
        while time.monotonic() - started < _LIMIT_S:
            try:
                if good(self.ask(do="status")):
                    return time.monotonic() - started
            except (DeviceError, OSError):
                pass
            time.sleep(0.02)
        raise TimeoutError("the service did not become as wanted")

    def cpu_s(self) -> float:
        me = psutil.Process(self.process.pid)
        return sum(sum(p.cpu_times()[:2]) for p in (me, *me.children(recursive=True)))


def run(console: Console, **_options: Any) -> dict[str, Any]:
    """Measure the service on the sample region; prints a table and returns the figures."""
    with sample_home() as home:
        figures = _main_job(console) | _measure(home)
    with sample_home() as home:  # no drive is under way in it: on one the voice stays loaded for its prompts
        figures["waiting with engines unloaded, MB resident"] = _unloaded_mb(home)
    figures["exposure"] = _exposure()
    table = Table("what", "measured", title="service")
    for name, value in figures.items():
        table.add_row(name, f"{value:.2f}" if isinstance(value, float) else str(value))
    console.print(table)
    return figures


def _main_job(console: Console) -> dict[str, Any]:
    """Answer the three spoken samples, warm, and return the median milliseconds of each stage."""
    samples = Path(__file__).parents[1] / "samples"
    table = Table("sample", *_STAGES, title="the main job, warm, p50 ms of five")
    figures: dict[str, Any] = {}
    assistant = Assistant(Settings(privacy=PrivacySettings(memory=False)), region="helsinki")
    try:
        for path in sorted(samples.glob("*.wav")):
            times: dict[str, list[float]] = {stage: [] for stage in _STAGES}
            for attempt in range(6):
                turn = assistant.hear(wav_io.read(path), (60.1719, 24.9414))
                taken = {**turn.answer.timings_ms, **turn.timings_ms}
                taken["speak_first"] = _first_audio_ms(assistant, turn, attempt)
                taken["first audio"] = sum(taken[stage] for stage in _STAGES[:-1])
                for stage in _STAGES if attempt else ():
                    times[stage].append(taken[stage])
            medians = {stage: statistics.median(values) for stage, values in times.items()}
            table.add_row(path.stem, *(f"{medians[stage]:.0f}" for stage in _STAGES))
            figures |= {f"{path.stem}, {stage}, ms": value for stage, value in medians.items()}
    finally:
        assistant.close()
    console.print(table)
    return figures


def _first_audio_ms(assistant: Assistant, turn: Turn, attempt: int) -> float:
    """Return how long the first clause of a reply takes when it was never spoken before."""
    started = time.perf_counter()
    # Another pace each time, so that no clause comes out of the cache.
    clips = assistant.engines.synthesizer.process.stream(
        "speak", text=turn.answer.reply, language=turn.answer.language, speed=1.0 + attempt / 100
    )
    next(clips)
    taken_ms = (time.perf_counter() - started) * 1000
    clips.close()
    return taken_ms


def _measure(home: Path) -> dict[str, Any]:
    service = _Service(home)
    try:
        return _measure_running(service, home)
    finally:
        service.process.kill()


def _measure_running(service: _Service, home: Path) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    # Without a microphone the loop runs on silence and says so.
    service.until(lambda status: status["listening"] != "starting")
    figures["ready for the wake word, s after start"] = time.monotonic() - service.started
    names = ("asr", "tts", "llm")
    service.until(lambda s: all(s["engines"][n]["state"] == "running" for n in names))
    for text in ("附近有什么酒店", "带我去赫尔辛基大教堂"):
        service.ask(do="ask", text=text)
    time.sleep(15)
    figures["everything loaded, MB resident"] = service.ask(do="status")["memory_mb"]
    before, started = service.cpu_s(), time.monotonic()
    time.sleep(_IDLE_S)
    figures["waiting, % of one core"] = 100 * (service.cpu_s() - before) / (time.monotonic() - started)
    for name in names:
        pid = service.ask(do="status")["engines"][name]["pid"]
        os.kill(pid, signal.SIGKILL)
        figures[f"{name} killed, s until it runs again"] = service.until(
            lambda s, n=name, p=pid: s["engines"][n]["pid"] not in {None, p}
        )
    service.process.kill()
    service.process.wait()
    again = _Service(home)
    again.until(lambda status: status["ready"])
    figures["service killed, s until it answers again"] = time.monotonic() - again.started
    started = time.monotonic()
    again.process.terminate()
    again.process.wait()
    figures["clean stop, s"] = time.monotonic() - started
    return figures


def _unloaded_mb(home: Path) -> float:
    """Return what the service takes under a profile that loads engines only when they are needed."""
    service = _Service(home, XIAOGAO_ENGINES_PROFILE="arm64-small")
    try:
        service.until(lambda status: status["ready"] and status["position"] is not None)
        service.ask(do="ask", text="附近有什么酒店")
        time.sleep(_IDLE_S)
        return float(service.ask(do="status")["memory_mb"])
    finally:
        service.process.kill()
        service.process.wait()


def _exposure() -> str:
    """Ask systemd how exposed the unit is; lower is better, 10 is the worst."""
    with tempfile.TemporaryDirectory() as folder:
        unit = Path(folder) / "xiaogao.service"
        unit.write_text(
            unit_text(choose("auto").profile, system=True, program=Path("/opt/xiaogao/.venv/bin/xiaogao"))
        )
        try:
            done = subprocess.run(
                ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)],
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            return "systemd-analyze is not installed"
    return done.stdout.rsplit("exposure level", 1)[-1].strip(" :→\n") or "not measured"
