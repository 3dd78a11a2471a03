"""What the recogniser's encoder makes of requests in noise: ``python -m voice.train.heard --help``.

It is kept on disk, and `voice.train.wording` learns from it. The encoder stays as it is, so each clip is
encoded once, in eight bits and with the corrections for noise, as the car does it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.whisper import RATE_HZ, Whisper, frames_of
from voice.train import augment
from voice.train.noise import NOISES
from voice.train.requests import Request, load_said, requests
from voice.train.speakers import open_corpus

Samples = npt.NDArray[np.float32]

FRAMES = (200, 325)
"""Encoded frames that are kept of a clip: of short and of longer ones."""

_SLOWER, _MARGIN_S, _LEAST_S = 1.08, 1.0, 5.0
"""How long a window the recogniser takes (`voice.asr.recognizer`)."""

_CLEAN_SHARE = 0.25
_LEAST_DB, _MOST_DB = 0.0, 18.0
_NOISE_EVERY = 6
"""After so many utterances there is noise in which nobody speaks."""

_CROWD = 40
"""Utterances that other people's talk is made of."""

_LEAST_SAMPLES = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One encoded clip."""

    language: str
    text: str
    """As it is to be written; empty for noise alone."""

    frames: int
    """Which of `FRAMES` it has."""

    number: int
    """Its place among those with as many frames."""

    voice: str


def scene(clip: Samples, crowd: Sequence[Samples], rng: np.random.Generator) -> Samples:
    """An utterance as the recogniser is given it: another voice, a room, noise, a little of it around."""
    clip = augment.pace_and_pitch(clip, float(rng.uniform(0.87, 1.16)))
    before, after = (int(rng.uniform(0.05, 0.4) * RATE_HZ) for _ in range(2))
    speech = np.concatenate([np.zeros(before, np.float32), clip, np.zeros(after, np.float32)])
    if rng.random() < 0.4:
        speech = augment.tune(speech, rng)
    if rng.random() < 0.7:
        speech = augment.room(speech, rng)
    if rng.random() < _CLEAN_SHARE:
        speech = speech + rng.normal(0, 2e-4, len(speech)).astype(np.float32)
    else:
        name = str(rng.choice(NOISES))
        noise = augment.noises(crowd)[name](len(speech), rng)
        speech = augment.mix(speech, noise, float(rng.uniform(_LEAST_DB, _MOST_DB)))
    return np.asarray(speech * np.float32(10 ** (rng.uniform(-12, 6) / 20)), np.float32)


class Heard:
    """Encoded clips on disk.

    Parameters
    ----------
    folder : Path
        Where they are kept; what is added goes behind what is there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def rows(self) -> list[Row]:
        """What there is."""
        path = self._folder / "rows.jsonl"
        if not path.is_file():
            return []
        return [Row(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]

    def sound(self, frames: int) -> npt.NDArray[np.float16]:
        """All clips with so many frames, shape (n, frames, 512)."""
        path = self._folder / f"{frames}.f16"
        count = path.stat().st_size // (frames * 512 * 2) if path.is_file() else 0
        if not count:
            return np.zeros((0, frames, 512), np.float16)
        return np.memmap(path, np.float16, "r", shape=(count, frames, 512))

    def add(self, whisper: Whisper, clips: Iterator[tuple[str, str, str, Samples]]) -> int:
        """Encode clips, each with its language, text and voice; how many were short enough."""
        counts = {frames: len(self.sound(frames)) for frames in FRAMES}
        added = 0
        with (self._folder / "rows.jsonl").open("a", encoding="utf-8") as index:
            for language, text, voice, clip in clips:
                frames = next((most for most in FRAMES if frames_of(len(clip)) <= most), 0)
                if not frames:
                    continue
                window_s = max(_LEAST_S, _SLOWER * len(clip) / RATE_HZ + _MARGIN_S, frames / 50)
                encoded = np.asarray(whisper.encode(clip, window_s))[0, :frames]
                with (self._folder / f"{frames}.f16").open("ab") as stream:
                    stream.write(np.ascontiguousarray(encoded, np.float16).tobytes())
                row: dict[str, Any] = asdict(
                    Row(language=language, text=text, frames=frames, number=counts[frames], voice=voice)
                )
                index.write(json.dumps(row, ensure_ascii=False) + "\n")
                index.flush()
                counts[frames] += 1
                added += 1
        return added


Clip = tuple[str, str, str, Samples]
"""Language, text, voice and samples."""


def heard_by(speech: Sequence[tuple[Request, Samples]], scenes: int) -> Iterator[Clip]:
    """Each utterance in so many scenes, and noise alone between them; the same for the same utterances."""
    crowd = [samples for _, samples in speech[:_CROWD]]
    for number, (request, samples) in enumerate(speech):
        said = request.utterance
        for scene_number in range(scenes):
            rng = np.random.default_rng([int(said.key[:8], 16), scene_number])
            yield said.language, request.text, said.voice, scene(samples, crowd, rng)
        if number % _NOISE_EVERY == 0:
            yield said.language, "", "", _noise_alone(crowd, np.random.default_rng([9, number]))


def _noise_alone(crowd: Sequence[Samples], rng: np.random.Generator) -> Samples:
    made = augment.noises(crowd)[str(rng.choice(NOISES))](int(RATE_HZ * rng.uniform(1, 3)), rng)
    return np.asarray(made * np.float32(10 ** (rng.uniform(-25, 0) / 20)), np.float32)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m voice.train.heard", description=__doc__)
    parser.add_argument(
        "--models", type=Path, required=True, help="folder of whisper-base, kokoro, its voices"
    )
    parser.add_argument("--said", type=Path, required=True, help="what bench.voice.said_in_training wrote")
    parser.add_argument("--cache", type=Path, required=True, help="where spoken utterances are kept")
    parser.add_argument("--heard", type=Path, required=True, help="where encoded clips are kept")
    parser.add_argument("--most", type=int, default=4000, help="utterances besides the cheap formant voices'")
    parser.add_argument("--scenes", type=int, default=2, help="of each utterance")
    options = parser.parse_args()
    voices = sorted(path.stem for path in (options.models / "kokoro-voices").glob("*.bin"))
    corpus = open_corpus(options.models, options.cache, threads=2)
    planned = requests(load_said(options.said), voices)
    chosen = [r for n, r in enumerate(planned) if n < options.most or r.utterance.engine == "espeak"]
    speech = []
    for number, request in enumerate(chosen, start=1):
        samples = corpus.get(request.utterance)
        if len(samples) >= _LEAST_SAMPLES:
            speech.append((request, samples))
        if number % 100 == 0:
            print(f"{number} of {len(chosen)} spoken", flush=True)
    whisper = Whisper(options.models / "whisper-base", cpu_threads=2)
    print(f"{Heard(options.heard).add(whisper, heard_by(speech, options.scenes))} clips", flush=True)


if __name__ == "__main__":
    main()
