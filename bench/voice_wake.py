"""The wake word measured through the same ears that listen in the car, frame by frame."""

from __future__ import annotations

import multiprocessing
import os
import statistics
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from voice.asr import Recognizer
from voice.ears import NeuralEars
from voice.espeak_voice import EspeakVoice
from voice.train_wake import SEED, ambience, open_corpus
from voice.vad import FRAME, SpeechDetector
from voice.wake import WakeDetector, WakeHit, is_call
from voice.wake_ambient import minutes as ambient_minutes
from voice.wake_corpus import load_json, plan
from voice.wake_scenes import Backdrop, stage

Samples = npt.NDArray[np.float32]

LEVELS = (None, 10.0, 5.0)
NOISES = ("road", "fan", "babble", "music")
TEST_SEED = 777
_CALL = 32_000


def hits(ears: NeuralEars, samples: Samples) -> list[WakeHit]:
    """What the first stage notices in a recording."""
    found = []
    for start in range(0, len(samples) - FRAME + 1, FRAME):
        heard = ears.hear(samples[start : start + FRAME], masked=False)
        if heard.wake is not None:
            found.append(heard.wake)
    return found


def measure(console: Console, setup: Any, *, minutes: int = 600, second_stage: bool = True) -> dict[str, Any]:
    """Rates with the first stage alone and with both.

    Parameters
    ----------
    console : rich Console
        Where the tables go.
    setup : bench.voice.Setup
        Models and caches.
    minutes : int
        How much other sound.
    second_stage : bool
        Whether to ask the recogniser too.
    """
    corpus = open_corpus(setup.models, Path(setup.cache).parent / "wake-corpus")
    voices = sorted(path.stem for path in (setup.models / "kokoro-voices").glob("*.bin"))
    utterances = plan(load_json("wake_recipe.json"), voices, SEED)
    testing = [(u, corpus.get(u)) for u in utterances if u.split == "test"]
    sounds = ambience(corpus, utterances, "test")
    backdrop = Backdrop(voices=list(sounds.neural))
    ears = NeuralEars(SpeechDetector(), WakeDetector.open(setup.models / "wake-features"))

    def confirmed(samples: Samples, hit: WakeHit) -> bool:
        return second(setup.recognizer, ears, samples, hit)[0]

    table = Table("noise", "said", "n", "first stage", "both stages", "delay p50 ms", "delay p90 ms")
    figures: dict[str, Any] = {}
    for level in LEVELS:
        counts: dict[tuple[str, str], Counter[str]] = {}
        delays: list[int] = []
        for number, (utterance, speech) in enumerate(testing):
            if utterance.kind == "other":
                continue
            rng = np.random.default_rng([TEST_SEED, number])
            scene = stage(
                speech,
                backdrop,
                rng,
                snr_db=level,
                noise=NOISES[number % len(NOISES)],
                change_speaker=False,
            )
            ears.reset()
            found = hits(ears, scene.samples)
            count = counts.setdefault((utterance.kind, utterance.language), Counter())
            count["n"] += 1
            count["first"] += bool(found)
            if found:
                both = not second_stage or any(confirmed(scene.samples, hit) for hit in found)
                count["both"] += both
                count["language"] += found[0].language == utterance.language
                alone = (
                    utterance.text not in load_json("wake_recipe.json")["zh"]["followed"]
                    and not utterance.tail
                )
                if utterance.kind == "positive" and alone:
                    delays.append(found[0].end_ms - scene.end * 1000 // 16_000)
        name = "clean" if level is None else f"{level:g} dB"
        for (kind, language), count in sorted(counts.items()):
            row = {
                "n": count["n"],
                "first_stage": count["first"] / count["n"],
                "both_stages": count["both"] / count["n"],
                "language_right": count["language"] / max(1, count["first"]),
            }
            figures[f"{name} {kind} {language}"] = row
            positive = kind == "positive"
            table.add_row(
                name,
                f"{kind} {language}",
                str(row["n"]),
                f"{row['first_stage']:.1%}",
                f"{row['both_stages']:.1%}",
                f"{statistics.median(delays):.0f}" if positive and delays else "",
                f"{np.quantile(delays, 0.9):.0f}" if positive and delays else "",
            )
        if delays:
            figures[f"{name} delay_ms"] = {
                "p50": statistics.median(delays),
                "p90": float(np.quantile(delays, 0.9)),
                "within_300": float(np.mean(np.array(delays) <= 300)),
            }
    console.print(table)
    figures["ambient"] = _ambient(console, setup, minutes, second_stage)
    return figures


def _ambient(console: Console, setup: Any, count: int, second_stage: bool) -> dict[str, Any]:
    """False calls an hour over `count` minutes of other sound, on all cores."""
    workers = max(1, min(8, (os.cpu_count() or 1)))
    jobs = [
        (setup.models, Path(setup.cache).parent / "wake-corpus", count, number, workers, second_stage)
        for number in range(workers)
    ]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        parts = list(pool.map(_ambient_part, jobs))
    heard, first, both = (
        sum((part[name] for part in parts), Counter()) for name in ("heard", "first", "both")
    )
    table = Table("other sound", "minutes", "first stage /h", "both stages /h")
    for kind in sorted(heard):
        hours = heard[kind] / 60
        table.add_row(kind, str(heard[kind]), f"{first[kind] / hours:.2f}", f"{both[kind] / hours:.2f}")
    hours = sum(heard.values()) / 60
    result = {
        "hours": hours,
        "first_stage_per_hour": sum(first.values()) / hours,
        "both_stages_per_hour": sum(both.values()) / hours,
        "calls": [line for part in parts for line in part["calls"]],
    }
    table.add_row(
        "all",
        str(sum(heard.values())),
        f"{result['first_stage_per_hour']:.2f}",
        f"{result['both_stages_per_hour']:.2f}",
    )
    console.print(table)
    return result


def _ambient_part(job: tuple[Path, Path, int, int, int, bool]) -> dict[str, Any]:
    models, cache, count, number, workers, second_stage = job
    corpus = open_corpus(models, cache)
    voices = sorted(path.stem for path in (models / "kokoro-voices").glob("*.bin"))
    sounds = ambience(corpus, plan(load_json("wake_recipe.json"), voices, SEED), "test")
    ears = NeuralEars(SpeechDetector(), WakeDetector.open(models / "wake-features"))
    recognizer: Recognizer | None = None
    heard: Counter[str] = Counter()
    first: Counter[str] = Counter()
    both: Counter[str] = Counter()
    calls: list[str] = []
    for kind, samples in ambient_minutes(
        sounds, count, TEST_SEED, espeak=EspeakVoice(), first=number, step=workers
    ):
        ears.reset()
        heard[kind] += 1
        for hit in hits(ears, samples):
            first[kind] += 1
            if second_stage:
                recognizer = recognizer or Recognizer(models / "whisper-base", cpu_threads=1)
                confirmed, text = second(recognizer, ears, samples, hit)
                calls.append(f"{kind} {hit.language} {hit.score:.2f} {'CALL' if confirmed else ''} {text}")
                both[kind] += confirmed
    return {"heard": heard, "first": first, "both": both, "calls": calls}


def second(recognizer: Recognizer, ears: NeuralEars, samples: Samples, hit: WakeHit) -> tuple[bool, str]:
    """What the second stage says of a hit, and what it read."""
    assert ears.wake_settings is not None
    end = hit.end_ms * 16
    transcript = recognizer.transcribe(samples[max(0, end - _CALL) : end], likely=hit.language)
    return is_call(hit, transcript.text, transcript.confidence, ears.wake_settings), transcript.text
