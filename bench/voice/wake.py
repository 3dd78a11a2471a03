"""The wake word measured through the same ears that listen in the car, frame by frame."""

from __future__ import annotations

import multiprocessing
import os
import statistics
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from voice.asr.whisper import Whisper
from voice.data_files import load_json
from voice.loop.ears import NeuralEars
from voice.loop.vad import FRAME, SpeechDetector
from voice.train.ambient import MINUTE, Ambience, minute, worker_count
from voice.train.corpus import Utterance, plan
from voice.train.scenes import Backdrop, Scene, stage
from voice.train.speakers import ambience, open_corpus
from voice.train.wake import SEED
from voice.tts.espeak import EspeakVoice
from voice.wake.check import CallCheck
from voice.wake.detector import (
    OnnxClassifier,
    WakeDetector,
    WakeHit,
    WakeSettings,
    is_call,
    packaged_model,
)
from voice.wake.features import WakeFeatures

Samples = npt.NDArray[np.float32]
Array = npt.NDArray[np.float32]

LEVELS = (None, 10.0, 5.0)
NOISES = ("road", "fan", "babble", "music")
TEST_SEED = 777


def hits(ears: NeuralEars, samples: Samples) -> list[WakeHit]:
    """What the first stage notices in a recording."""
    found = []
    for start in range(0, len(samples) - FRAME + 1, FRAME):
        heard = ears.hear(samples[start : start + FRAME], masked=False)
        if heard.wake is not None:
            found.append(heard.wake)
    return found


def measure(
    console: Console, setup: Any, *, minutes: int = 600, second_stage: bool = True, levels_each: int = 3
) -> dict[str, Any]:
    """Rates with the first stage alone and with both.

    Parameters
    ----------
    console : rich Console
        Where the tables go.
    setup : bench.voice.measures.Setup
        Models and caches.
    minutes : int
        How much other sound.
    second_stage : bool
        Whether to ask the recogniser too.
    levels_each : int
        At how many of the levels of noise each utterance is heard.
    """
    figures = spoken(console, setup, second_stage=second_stage, levels_each=levels_each)
    figures["load"] = os.getloadavg()
    figures["ambient"] = other_sound(console, setup, minutes, second_stage=second_stage)
    return figures


def _corpus_folder(setup: Any) -> Path:
    return Path(setup.cache).parent / "wake-corpus"


def spoken(
    console: Console, setup: Any, *, second_stage: bool = True, levels_each: int = len(LEVELS)
) -> dict[str, Any]:
    """Calls and near-misses by the kept voices, each at so many levels of noise, in turn."""
    corpus = open_corpus(setup.models, _corpus_folder(setup))
    voices = sorted(path.stem for path in (setup.models / "kokoro-voices").glob("*.bin"))
    utterances = plan(load_json("wake_recipe.json"), voices, SEED)
    testing = [(u, corpus.get(u)) for u in utterances if u.split == "test" and u.kind != "other"]
    backdrop = Backdrop(voices=list(ambience(corpus, utterances, "test").neural))
    ears = NeuralEars(SpeechDetector(), WakeDetector.open(setup.models / "wake-features"))
    call_check = CallCheck(Whisper(setup.models / "whisper-base", cpu_threads=1)) if second_stage else None
    table = Table("noise", "said", "n", "first stage", "both stages", "delay p50 ms", "delay p90 ms")
    figures: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for turn, level in enumerate(LEVELS):
        name = "clean" if level is None else f"{level:g} dB"
        chosen = [
            (number, *pair)
            for number, pair in enumerate(testing)
            if (number + turn) % len(LEVELS) < levels_each
        ]
        found = list(_at_level(level, chosen, backdrop, ears, call_check))
        rows += [{"level": name, **row} for row in found]
        for kind, language in sorted({(row["kind"], row["language"]) for row in found}):
            group = [row for row in found if (row["kind"], row["language"]) == (kind, language)]
            delays = [row["delay_ms"] for row in group if row["delay_ms"] is not None]
            figures[f"{name} {kind} {language}"] = figure = {
                "n": len(group),
                "first_stage": float(np.mean([row["first"] for row in group])),
                "both_stages": float(np.mean([row["both"] for row in group])),
                "delay_p50_ms": statistics.median(delays) if delays else None,
                "delay_p90_ms": float(np.quantile(delays, 0.9)) if delays else None,
                "within_300_ms": float(np.mean(np.array(delays) <= 300)) if delays else None,
            }
            shown = ("", "") if not delays else (f"{figure[k]:.0f}" for k in ("delay_p50_ms", "delay_p90_ms"))
            table.add_row(
                name,
                f"{kind} {language}",
                str(len(group)),
                f"{figure['first_stage']:.1%}",
                f"{figure['both_stages']:.1%}",
                *shown,
            )
    console.print(table)
    figures["rows"] = rows
    return figures


def _at_level(
    level: float | None,
    testing: list[tuple[int, Utterance, Samples]],
    backdrop: Backdrop,
    ears: NeuralEars,
    call_check: CallCheck | None,
) -> Iterator[dict[str, Any]]:
    followed = set(load_json("wake_recipe.json")["zh"]["followed"])
    for number, utterance, speech in testing:
        rng = np.random.default_rng([TEST_SEED, number])
        noise = NOISES[number % len(NOISES)]
        scene = stage(speech, backdrop, rng, snr_db=level, noise=noise, change_speaker=False)
        ears.reset()
        found = hits(ears, scene.samples)
        weighed = [_second(call_check, ears.wake_settings, scene.samples, hit) for hit in found]
        alone = utterance.kind == "positive" and utterance.text not in followed and not utterance.tail
        yield {
            "kind": utterance.kind,
            "language": utterance.language,
            "voice": utterance.voice,
            "text": utterance.text,
            "noise": noise,
            "first": bool(found),
            "both": any(call for call, _ in weighed),
            "hits": [(hit.language, [round(score, 5) for score in hit.scores]) for hit in found],
            "features": [features for _, features in weighed],
            "delay_ms": _delay_ms(scene, found[0]) if found and alone else None,
        }


def _delay_ms(scene: Scene, hit: WakeHit) -> int:
    return hit.end_ms - scene.end * 1000 // 16_000


def _second(
    call_check: CallCheck | None, settings: WakeSettings | None, samples: Samples, hit: WakeHit
) -> tuple[bool, list[float]]:
    """What the second stage says of a hit, and what it weighed."""
    if call_check is None or settings is None:
        return True, []
    said = np.concatenate([samples[start * 16 : end * 16] for start, end in hit.looked_at()])
    features = call_check.weigh_call(said)
    return is_call(hit, features, settings), [round(value, 2) for value in features]


def other_sound(console: Console, setup: Any, count: int, *, second_stage: bool = True) -> dict[str, Any]:
    """False calls an hour over `count` minutes of other sound, on all cores.

    The spectra and what the speech detector says are kept, so that another model costs a minute an hour.
    """
    workers = worker_count()
    jobs = [
        (setup.models, _corpus_folder(setup), count, number, workers, second_stage)
        for number in range(workers)
    ]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        parts = list(pool.map(_other_part, jobs))
    totals: dict[str, Counter[str]] = {
        name: sum((part[name] for part in parts), Counter()) for name in ("heard", "first", "both")
    }
    heard, first, both = totals["heard"], totals["first"], totals["both"]
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
    shown = (f"{result[name]:.2f}" for name in ("first_stage_per_hour", "both_stages_per_hour"))
    table.add_row("all", str(sum(heard.values())), *shown)
    console.print(table)
    return result


class KeptFeatures(WakeFeatures):
    """The features of a minute whose spectra were made before."""

    def __init__(self, folder: Path, spectra: Array) -> None:
        self._spectra_left = iter(spectra)
        super().__init__(folder)

    def _spectrum(self, samples: Samples) -> Array:
        return next(self._spectra_left)


class KeptSpeech(SpeechDetector):
    """What the speech detector said of a minute."""

    def __init__(self, probabilities: Array) -> None:
        self._left = iter(probabilities)

    def reset(self) -> None:
        """Nothing is heard."""

    def speech(self, frame: Samples) -> float:
        """The next probability."""
        return float(next(self._left))


def _other_part(job: tuple[Path, Path, int, int, int, bool]) -> dict[str, Any]:
    models, cache, count, number, workers, second_stage = job
    corpus = open_corpus(models, cache)
    voices = sorted(path.stem for path in (models / "kokoro-voices").glob("*.bin"))
    sounds = ambience(corpus, plan(load_json("wake_recipe.json"), voices, SEED), "test")
    model, settings = packaged_model()
    classifier = OnnxClassifier(model)
    call_check: CallCheck | None = None
    heard: Counter[str] = Counter()
    first: Counter[str] = Counter()
    both: Counter[str] = Counter()
    calls: list[str] = []
    features = WakeFeatures(models / "wake-features")
    with EspeakVoice() as espeak:
        for turn in range(number, count, workers):
            kind, spectra, speech = _kept_minute(cache, sounds, turn, features, espeak)
            heard[kind] += 1
            kept = KeptFeatures(models / "wake-features", spectra)
            ears = NeuralEars(KeptSpeech(speech), WakeDetector(kept, classifier, settings))
            found = hits(ears, np.zeros(MINUTE, np.float32))
            first[kind] += len(found)
            if found and second_stage:
                call_check = call_check or CallCheck(Whisper(models / "whisper-base", cpu_threads=1))
                samples = minute(sounds, turn, TEST_SEED, espeak=espeak)[1]
                for hit in found:
                    confirmed, weighed = _second(call_check, settings, samples, hit)
                    both[kind] += confirmed
                    verdict = "CALL" if confirmed else "no"
                    calls.append(f"{turn} {kind} {hit.language} {hit.scores} {verdict} {weighed}")
    return {"heard": heard, "first": first, "both": both, "calls": calls}


def _kept_minute(
    cache: Path, sounds: Ambience, number: int, features: WakeFeatures, espeak: EspeakVoice
) -> tuple[str, Array, Array]:
    """Kind, spectra of each chunk, probability of speech in each frame; made now or taken from the cache."""
    path = cache / "spectra" / f"{TEST_SEED}-{sounds.key}-{number}.npz"
    if not path.is_file():
        kind, samples = minute(sounds, number, TEST_SEED, espeak=espeak)
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".part.npz")
        spectra = features.spectra(samples).astype(np.float16)
        np.savez(unfinished, kind=kind, spectra=spectra, speech=SpeechDetector().probabilities(samples))
        unfinished.replace(path)
    kept = np.load(path)
    return str(kept["kind"]), kept["spectra"].astype(np.float32), kept["speech"]
