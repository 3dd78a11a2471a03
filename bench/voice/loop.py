"""The whole loop measured: time to the first sound, cost of waiting, an hour without growth."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from bench.voice import corpus as corpus_text
from voice.train import augment
from voice.train.corpus import Utterance

if TYPE_CHECKING:
    from device.engine.engines import Engines
    from voice.train.ambient import Ambience

Samples = npt.NDArray[np.float32]

CALLS = {"zh": "小高小高", "en": "ʃˈW ɡˈW"}


def call_and_command(corpus: Any, command: Utterance, *, gap_s: float = 0.35) -> tuple[Samples, float]:
    """A recording of the call and a command by one voice; and when the command ends, seconds."""
    call = Utterance(
        kind="call",
        split="test",
        language=command.language,
        engine="kokoro" if command.language == "zh" else "kokoro_phonemes",
        voice=command.voice,
        text=CALLS[command.language],
        speed=1.0,
    )
    parts = [
        np.zeros(24_000, np.float32),
        corpus.get(call),
        np.zeros(int(gap_s * 16_000), np.float32),
        corpus.get(command),
    ]
    speech = np.concatenate(parts)
    # The clips keep 30 ms of silence at their ends.
    return np.concatenate([speech, np.zeros(96_000, np.float32)]), len(speech) / 16_000 - 0.03


async def latency(
    console: Console,
    setup: Any,
    is_right: Callable[[corpus_text.Command, dict[str, Any]], bool],
    *,
    count: int = 40,
) -> dict[str, Any]:
    """Play calls and common commands at the pace of life to the loop with its real engine processes.

    `is_right` judges a command by the event of its transcript.
    """
    from device.assistant.assistant import Assistant
    from device.assistant.conversation import Conversation
    from device.audio.listening import SilentPlayer, open_ears
    from device.audio.streams import recording
    from device.settings import load_settings
    from voice.loop.listen import Listener
    from voice.loop.settings import ListenSettings

    cases = corpus_text.commands(150)
    utterances = corpus_text.spoken(cases)
    rows: list[dict[str, float]] = []
    missed = right = 0
    for language in ("zh", "en"):
        region, position = corpus_text.REGIONS[language]
        assistant = Assistant(load_settings(), region=region)
        ears = open_ears()
        engines = Conversation(assistant, partial(_same, position))
        await engines.warm()
        await engines.prepare([("好的，去前面。", "zh"), ("Okay, go.", "en")])
        chosen = [each for each in zip(cases, utterances, strict=True) if each[0].language == language]
        for case, utterance in chosen[: count // 2]:
            samples, ends_s = call_and_command(setup.corpus, utterance)
            events: list[dict[str, Any]] = []
            ears.reset()
            began = time.monotonic()
            listener = Listener(
                ears=ears,
                engines=engines,
                player=SilentPlayer(),
                emit=events.append,
                settings=ListenSettings(wake=ears.wake_settings),
                clock=partial(_since_ms, began),
            )
            async for block in recording(samples, realtime=True):
                await listener.push(block)
                if any(event["event"] == "speak_start" and event["t_ms"] > ends_s * 1000 for event in events):
                    break
            row = stages(events, ends_s * 1000)
            if row is None:
                missed += 1
            else:
                rows.append({**row, "zh": float(language == "zh")})
                right += is_right(case, next(e for e in events if e["event"] == "transcript"))
            for task in list(listener._tasks):
                task.cancel()
            await asyncio.sleep(0.1)
        assistant.close()
    return _report(console, rows, missed, right)


def _same(position: tuple[float, float]) -> tuple[float, float]:
    return position


def _since_ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def stages(events: list[dict[str, Any]], ends_ms: float) -> dict[str, float] | None:
    """Where the time goes after the end of speech, milliseconds; None if no answer was spoken."""
    times = {
        name: [e["t_ms"] for e in events if e["event"] == name]
        for name in ("endpoint", "transcript", "answer")
    }
    spoken = [e["t_ms"] for e in events if e["event"] == "speak_start" and e["t_ms"] > ends_ms]
    if not all(times.values()) or not spoken or not any(t <= spoken[0] for t in times["answer"]):
        return None
    endpoint, transcript, answer = (times[name][0] for name in ("endpoint", "transcript", "answer"))
    return {
        "wait for silence": endpoint - ends_ms,
        "recognition left": transcript - endpoint,
        "understand and act": answer - transcript,
        "first sound": next(t for t in spoken if t >= answer) - answer,
        "total": next(t for t in spoken if t >= answer) - ends_ms,
    }


def _report(console: Console, rows: list[dict[str, float]], missed: int, right: int) -> dict[str, Any]:
    table = Table("stage", "p50 ms", "p90 ms", "zh p50 ms", "en p50 ms")
    figures: dict[str, Any] = {"n": len(rows), "no_answer": missed, "right": right}
    if rows:
        for name in (key for key in rows[0] if key != "zh"):
            values = [row[name] for row in rows]
            split = [
                [row[name] for row in rows if row["zh"] == flag] or [float("nan")] for flag in (1.0, 0.0)
            ]
            figures[name] = {
                "p50": statistics.median(values),
                "p90": float(np.quantile(values, 0.9)),
                "zh_p50": statistics.median(split[0]),
                "en_p50": statistics.median(split[1]),
            }
            table.add_row(name, *(f"{value:.0f}" for value in figures[name].values()))
    console.print(table)
    console.print(f"{len(rows)} answered, {missed} without a spoken answer, {right} understood as meant")
    return figures


def idle(console: Console, setup: Any, *, seconds: int = 60) -> dict[str, Any]:
    """Cost of the ears alone, in a process of their own."""
    command = [sys.executable, "-m", "bench.voice.loop", str(setup.models / "wake-features"), str(seconds)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    figures: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    table = Table("sound", "share of one core", "memory MB")
    for name in ("road", "music", "talk"):
        table.add_row(name, f"{figures[name]:.1%}", f"{figures['memory_mb']:.0f}")
    console.print(table)
    return figures


def _idle_child(features: Path, seconds: int) -> dict[str, float]:
    from voice.loop.ears import NeuralEars
    from voice.loop.vad import FRAME, SpeechDetector
    from voice.wake.detector import WakeDetector
    from voice.wav_io import read

    ears = NeuralEars(SpeechDetector(), WakeDetector.open(features))
    rng = np.random.default_rng(1)
    sample = Path(__file__).parents[2] / "samples" / "zh_cathedral.wav"
    length = seconds * 16_000
    talk = np.resize(read(sample), length)
    result: dict[str, float] = {}
    for name, samples in (
        ("road", augment.road(length, rng)),
        ("music", augment.music(length, rng)),
        ("talk", talk),
    ):
        began = time.process_time()
        for start in range(0, length - FRAME, FRAME):
            ears.hear(samples[start : start + FRAME], masked=False)
        result[name] = (time.process_time() - began) / seconds
    result["memory_mb"] = _memory_mb("self")
    return result


async def soak(console: Console, setup: Any, *, minutes: int = 60) -> dict[str, Any]:
    """Other sound and a call with a command every other minute, faster than life, with the real engines."""
    from bench.voice.wake import TEST_SEED
    from device.assistant.assistant import Assistant
    from device.assistant.conversation import Conversation
    from device.audio.listening import SilentPlayer, open_ears
    from device.settings import load_settings
    from voice.loop.listen import Listener
    from voice.loop.settings import ListenSettings
    from voice.train.ambient import minutes as ambient_minutes
    from voice.tts.espeak import EspeakVoice

    sounds = _other_sound(setup)
    cases = corpus_text.commands(150)
    utterances = corpus_text.spoken(cases)
    region, position = corpus_text.REGIONS["zh"]
    assistant = Assistant(load_settings(), region=region)
    ears = open_ears()
    engines = Conversation(assistant, lambda: position)
    await engines.warm()
    events: Counter[str] = Counter()
    listener = Listener(
        ears=ears,
        engines=engines,
        player=SilentPlayer(),
        emit=lambda event: events.update([event["event"]]),
        settings=ListenSettings(wake=ears.wake_settings, lockstep=True),
    )
    memory: list[float] = []
    family: list[float] = []
    called, answered = 0, 0
    with EspeakVoice() as espeak:
        for number, (_, samples) in enumerate(ambient_minutes(sounds, minutes, TEST_SEED + 1, espeak=espeak)):
            await listener.push(samples)
            if number % 2:
                before = events["answer"]
                await listener.push(call_and_command(setup.corpus, utterances[number])[0])
                called, answered = called + 1, answered + (events["answer"] > before)
            engines_mb = _engines_mb(assistant.engines)
            memory.append(_memory_mb("self"))
            family.append(memory[-1] + sum(engines_mb.values()))
            if number % 10 == 9:
                parts = {name: round(size) for name, size in engines_mb.items()}
                shown = f"{memory[-1]:.0f} MB, {family[-1]:.0f} MB with engines {parts}, {dict(events)}"
                console.print(f"{number + 1} min: {shown}", highlight=False)
    await listener.finish()
    assistant.close()
    figures = {**_growth(memory, family), "calls": called, "calls_answered": answered, "events": dict(events)}
    console.print(figures)
    return figures


def _other_sound(setup: Any) -> Ambience:
    """Sources of other sound that no training heard."""
    from voice.data_files import load_json
    from voice.train.corpus import plan
    from voice.train.speakers import ambience, open_corpus
    from voice.train.wake import SEED

    corpus = open_corpus(setup.models, Path(setup.cache).parent / "wake-corpus")
    voices = sorted(path.stem for path in (setup.models / "kokoro-voices").glob("*.bin"))
    return ambience(corpus, plan(load_json("wake_recipe.json"), voices, SEED), "test")


def _growth(memory: list[float], family: list[float]) -> dict[str, Any]:
    """What an hour did to the memory, in MB each minute: of the loop, and with its engine processes."""
    settled = len(memory) // 6
    return {
        "minutes": len(memory),
        "memory_after_a_sixth_mb": memory[settled],
        "memory_at_the_end_mb": memory[-1],
        "growth": memory[-1] / memory[settled] - 1,
        "with_engines_after_a_sixth_mb": family[settled],
        "with_engines_at_the_end_mb": family[-1],
        "load": os.getloadavg(),
    }


def _memory_mb(pid: int | str) -> float:
    """Resident memory of a process now, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _engines_mb(engines: Engines) -> dict[str, float]:
    """Resident memory of each engine process."""
    found = {}
    for name in ("recogniser", "language_model", "synthesizer"):
        engine = getattr(engines, name)
        pid = engine.process.pid if engine is not None else None
        if pid is not None:
            found[name] = _memory_mb(pid)
    return found


if __name__ == "__main__":
    print(json.dumps(_idle_child(Path(sys.argv[1]), int(sys.argv[2]))))
