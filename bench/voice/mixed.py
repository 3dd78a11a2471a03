"""Names of the other language inside a request, and names that come back unsaid.

``python -m bench.voice.mixed`` speaks requests such as 导航去 Holiday Inn with the installed voices and
counts those whose name is written. ``python -m bench.voice.mixed leaks FOLDER [SPEAKER]`` hears talk in
which no place is named, real (see `bench.voice.real`) and spoken, and noise, with the names round the car as
candidates.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console

from bench.extracts import build, extract_of
from bench.voice import corpus as corpus_text
from bench.voice.measures import Setup, near_names
from bench.voice.real import leaked, place_name, words_of
from voice import wav_io
from voice.asr.text import bare_text
from voice.train import augment
from voice.train.corpus import Utterance, load_lines

Samples = npt.NDArray[np.float32]

SEED = 11
_REQUESTS = Path(__file__).parent / "data" / "mixed_requests.json"
_INSTALLED = {name: (language, at) for language, (name, at) in corpus_text.REGIONS.items()}
_SPEAKERS = {"zh": ("zf_xiaoxiao", "zm_yunxi", "zm_yunjian"), "en": ("af_bella", "am_michael", "bm_george")}
_REAL, _SPOKEN, _NOISES, _NOISE_S = 30, 15, 20, 4
_LONGEST_TALK = 18


def candidates(setup: Setup, region: str) -> list[str] | None:
    """The names in the middle of a region; None where neither the region nor its extract is here."""
    if region in _INSTALLED:
        return near_names(setup, *_INSTALLED[region])
    extract = extract_of(region)
    if extract is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        pack = build(extract, Path(folder) / region, region)
        try:
            south, west, north, east = pack.region.bbox
            return pack.places.names_near((south + north) / 2, (west + east) / 2, limit=700)
        finally:
            pack.places.close()


def measure_mixed(console: Console, setup: Setup) -> dict[str, int]:
    """How many of the requests have their name written, in either language."""
    requests = json.loads(_REQUESTS.read_text("utf-8"))["requests"]
    near = {name: candidates(setup, name) for name in sorted({one["region"] for one in requests})}
    written = 0
    heard = [one for one in requests if near[one["region"]] is not None]
    for one in heard:
        engine, voice = one["voice"].split(":")
        said = _say(setup, one["text"], one["language"], voice, engine, kind="mixed")
        hints = near[one["region"]] or []
        clip = corpus_text.in_noise(said, 0, None, [])
        transcript = setup.recognizer.transcribe(clip, hints=hints, likely=one["language"])
        right = any(bare_text(name) in bare_text(transcript.text) for name in one["names"])
        written += right
        console.print("right" if right else "wrong", one["text"], transcript.text, sep=" | ")
    return {"requests": len(heard), "written": written}


def measure_leaks(console: Console, setup: Setup, folder: Path, speaker: str) -> dict[str, int]:
    """How many clips without a place name come back with one of the candidates."""
    near = {language: near_names(setup, language, at) for _, (language, at) in _INSTALLED.items()}
    leaks = clips = 0
    for language, words, clip in [*_real_talk(folder, speaker), *_other_sound(setup)]:
        transcript = setup.recognizer.transcribe(clip, hints=near[language], likely=language)
        names = leaked(transcript.text, words, near[language])
        clips += 1
        leaks += bool(names)
        if names:
            console.print(f"{names} in {transcript.text!r} ({transcript.confidence:.2f}) for {words!r}")
    return {"clips": clips, "leaks": leaks}


def _say(setup: Setup, text: str, language: str, voice: str, engine: str, *, kind: str) -> Samples:
    return setup.corpus.get(
        Utterance(
            kind=kind, split="test", language=language, engine=engine, voice=voice, text=text, speed=1.0
        )
    )


def _real_talk(folder: Path, speaker: str) -> Iterator[tuple[str, str, Samples]]:
    paths = [
        path
        for path in sorted(folder.rglob(f"*{speaker}*.txt"))
        if not place_name(words := words_of(path)) and 4 <= len(words) <= _LONGEST_TALK
    ]
    for number in np.random.default_rng(SEED).permutation(len(paths))[:_REAL]:
        yield "zh", words_of(paths[number]), wav_io.read(paths[number].with_suffix(".wav"))


def _other_sound(setup: Setup) -> Iterator[tuple[str, str, Samples]]:
    """Spoken talk in noise, then noises and silence alone."""
    lines = load_lines("other_speech.json")
    talk = [
        (language, text, _say(setup, text, language, voices[number % 3], "kokoro", kind="other"))
        for language, voices in _SPEAKERS.items()
        for number, text in enumerate(lines[f"{language}_test"][:_SPOKEN])
    ]
    crowd = [said for _, _, said in talk]
    for number, (language, text, said) in enumerate(talk):
        level = corpus_text.LEVELS[number % len(corpus_text.LEVELS)]
        yield language, text, corpus_text.in_noise(said, number, level, crowd)
    noises: dict[str, Any] = {
        **augment.noises(crowd),
        "silence": lambda samples, rng: rng.normal(0, 1, samples),
    }
    for number in range(_NOISES):
        rng = np.random.default_rng([SEED, number])
        name = list(noises)[number % len(noises)]
        sound = noises[name](_NOISE_S * 16_000, rng)
        loud = 2e-4 if name == "silence" else (0.02, 0.1, 0.4)[number % 3]
        clip = (loud * sound / np.abs(sound).max()).astype(np.float32)
        yield ("zh", "en")[number // len(noises) % 2], "", clip


def main() -> None:
    """Measure as the command line says."""
    console, setup = Console(), Setup()
    if sys.argv[1:2] == ["leaks"]:
        console.print(measure_leaks(console, setup, Path(sys.argv[2]), (*sys.argv[3:4], "S0150")[0]))
    else:
        console.print(measure_mixed(console, setup))


if __name__ == "__main__":
    main()
