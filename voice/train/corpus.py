"""Speech for the wake-word recipe: what is said, by which voice, and the cache of what was already made."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.tts.espeak import VARIANTS
from voice.wav_io import to_16k

Samples = npt.NDArray[np.float32]

_DATA = Path(__file__).parent / "data"

_CALLS = 750
"""Calls of each language that the training hears."""

_FORMANT_CALLS = 330
"""Mandarin calls by formant voices."""

_TUNING_CALLS = 96
"""Calls of each language that the second stage's decision is fitted to."""

_OTHER_LANGUAGE_VOICES = ("ef", "em", "ff", "hf", "hm", "if", "im", "jf", "jm", "pf", "pm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One thing to be said for the corpus."""

    kind: str
    """ "positive", "near_miss", "named" (a near-miss whose words are trained on) or "other"."""

    split: str
    """ "train", "hear" (formant voices, for the second stage's hearing alone), "tune" (voices of other
    languages) or "test" (the kept voices, which speak nowhere else)."""

    language: str
    """Wake language: "zh" or "en"."""

    engine: str
    """ "kokoro", "kokoro_phonemes", "piper" or "espeak"."""

    voice: str
    """Voice name in that engine; for "espeak" with its pitch and range: "cmn+f2:50:60"."""

    text: str
    """Words, or phonemes for "kokoro_phonemes"."""

    speed: float
    """Pace; 1 is the voice's own."""

    tail: str = ""
    """Words that follow the wake phrase in the same breath, spoken apart and joined on."""

    @property
    def key(self) -> str:
        """Name of the cached audio, from everything that shapes it."""
        fields = (self.engine, self.voice, self.text, f"{self.speed:.3f}", self.tail)
        return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()[:24]


def load_lines(name: str) -> dict[str, Any]:
    """A data file beside the recipes: what is said in training and nowhere else."""
    loaded: dict[str, Any] = json.loads((_DATA / name).read_text("utf-8"))
    return loaded


def plan(recipe: dict[str, Any], voices: Sequence[str], seed: int = 6) -> list[Utterance]:
    """Everything that the neural voices say for the recipe, the same for the same seed.

    Parameters
    ----------
    recipe : dict
        As ``voice/data/wake_recipe.json``.
    voices : sequence of str
        Installed Kokoro voices.
    seed : int
        Of the random choices.

    Returns
    -------
    list of Utterance
    """
    kept = set(recipe["kept_voices"])
    free = [voice for voice in voices if voice not in kept]
    pools = {
        "zh": [voice for voice in free if voice[0] == "z"],
        "en": [voice for voice in free if voice[0] in "ab"],
        "any": [voice for voice in free if voice[:2] in _OTHER_LANGUAGE_VOICES or voice[0] in "ab"],
    }
    training = _training(recipe, pools, np.random.default_rng(seed))
    hearing = _hearing(recipe, np.random.default_rng([seed, 7]))
    tuning = _tuning(recipe, np.random.default_rng([seed, 5]))
    return [*training, *hearing, *tuning, *_testing(recipe, np.random.default_rng([seed, 3]))]


def _speaker(pools: dict[str, list[str]], language: str, rng: np.random.Generator) -> str:
    """A speaker: a voice, or two mixed, which gives many more speakers than there are voices."""
    first = str(rng.choice(pools[language]))
    chance = rng.random()
    if chance < 0.25:
        return first
    second = str(rng.choice(pools["any" if chance > 0.6 else language]))
    return first if second == first else f"{first}+{second}"


def _pace(rng: np.random.Generator) -> float:
    return round(float(rng.uniform(0.75, 1.35)), 2)


def _training(
    recipe: dict[str, Any], pools: dict[str, list[str]], rng: np.random.Generator
) -> Iterator[Utterance]:
    other = load_lines("other_speech.json")

    def make(kind: str, language: str, texts: Sequence[str], engine: str, count: int) -> Iterator[Utterance]:
        for number in range(count):
            yield Utterance(
                kind=kind,
                split="train",
                language=language,
                engine=engine,
                voice=_speaker(pools, language, rng),
                text=texts[number % len(texts)],
                speed=_pace(rng),
            )

    near = recipe["near_misses"]
    yield from make("positive", "zh", recipe["zh"]["phrases"], "kokoro", _CALLS)
    yield from make("positive", "en", recipe["en"]["phonemes"], "kokoro_phonemes", _CALLS)
    yield from make("near_miss", "zh", near["zh"], "kokoro", 8 * len(near["zh"]))
    yield from make("near_miss", "zh", ["小高", "小高，"], "kokoro", 90)
    yield from make("near_miss", "en", near["en"], "kokoro", 8 * len(near["en"]))
    yield from make("other", "zh", other["zh_train"], "kokoro", 2 * len(other["zh_train"]))
    yield from make("other", "en", other["en_train"], "kokoro", len(other["en_train"]))


def _hearing(recipe: dict[str, Any], rng: np.random.Generator) -> Iterator[Utterance]:
    """Mandarin by formant voices: there are too few others for the second stage to hear any voice's call."""
    near = recipe["near_misses"]["zh"]
    for kind, texts, count in (
        ("positive", recipe["zh"]["phrases"][:3], _FORMANT_CALLS),
        ("near_miss", near, 4 * len(near)),
    ):
        for number in range(count):
            variant = VARIANTS[int(rng.integers(0, len(VARIANTS)))]
            pitch, pitch_range = int(rng.integers(20, 85)), int(rng.integers(20, 90))
            yield Utterance(
                kind=kind,
                split="hear",
                language="zh",
                engine="espeak",
                voice=f"cmn+{variant}:{pitch}:{pitch_range}",
                text=texts[number % len(texts)],
                speed=_pace(rng),
            )


def _tuning(recipe: dict[str, Any], rng: np.random.Generator) -> Iterator[Utterance]:
    """Calls, and near-misses of words that are not trained on, by voices that no training hears alone."""
    voices = recipe["tuning_voices"]

    def say(kind: str, language: str, engine: str, voice: str, text: str) -> Utterance:
        pace = round(float(rng.uniform(0.8, 1.25)), 2)
        return Utterance(
            kind=kind, split="tune", language=language, engine=engine, voice=voice, text=text, speed=pace
        )

    calls = {
        "zh": ("kokoro", recipe["zh"]["phrases"][:3]),
        "en": ("kokoro_phonemes", recipe["en"]["phonemes"]),
    }
    for language, (engine, texts) in calls.items():
        for number in range(_TUNING_CALLS):
            turn, speaker = divmod(number, len(voices))
            yield say("positive", language, engine, voices[speaker], texts[turn % len(texts)])
    for language, texts in recipe["near_misses_tune"].items():
        for number in range(4 * len(texts)):
            speaker = (5 * number + number // len(voices)) % len(voices)
            yield say("near_miss", language, "kokoro", voices[speaker], texts[number % len(texts)])


def _testing(recipe: dict[str, Any], rng: np.random.Generator) -> Iterator[Utterance]:
    other = load_lines("other_speech.json")
    seen: Counter[str] = Counter()
    for voice in recipe["kept_voices"]:
        language = "zh" if voice[0] == "z" else "en"
        engine = "kokoro" if language == "zh" else "kokoro_phonemes"
        texts = recipe["zh"]["phrases"][:3] if language == "zh" else recipe["en"]["phonemes"]
        half = seen[language]
        seen[language] += 1

        def say(
            kind: str, text: str, engine: str, voice: str = voice, language: str = language, tail: str = ""
        ) -> Utterance:
            return Utterance(
                kind=kind,
                split="test",
                language=language,
                engine=engine,
                voice=voice,
                text=text,
                speed=round(float(rng.uniform(0.8, 1.25)), 2),
                tail=tail,
            )

        for number in range(24):
            tail = recipe[language]["followed"][number % 4] if language == "en" and number % 3 == 0 else ""
            yield say("positive", texts[number % len(texts)], engine, tail=tail)
        if language == "zh":
            yield from (say("positive", text, "kokoro") for text in recipe["zh"]["followed"] * 2)
        for kind, key, copies in (("near_miss", "near_misses_test", 2), ("named", "near_misses_named", 2)):
            for text in recipe.get(key, {}).get(language, []) * copies:
                yield say(kind, text, "kokoro")
        talk = [say("other", text, "kokoro") for text in other[f"{language}_test"][half::2]]
        yield from talk[::2]


class CorpusCache:
    """Spoken utterances on disk, 16-bit at 16 kHz, so that a broken run goes on where it stopped."""

    def __init__(self, folder: Path, speakers: dict[str, Callable[[Utterance], tuple[Samples, int]]]) -> None:
        self._folder = folder
        self._speakers = speakers
        folder.mkdir(parents=True, exist_ok=True)

    def has(self, utterance: Utterance) -> bool:
        """Whether this utterance was made before."""
        return (self._folder / f"{utterance.key}.npy").is_file()

    def get(self, utterance: Utterance) -> Samples:
        """Speech of the utterance at 16 kHz without the silence around it, made now if need be."""
        path = self._folder / f"{utterance.key}.npy"
        if not path.is_file():
            samples, rate_hz = self._speakers[utterance.engine](utterance)
            trimmed = trim_silence(to_16k(samples, rate_hz))
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as stream:
                np.save(stream, (np.clip(trimmed, -1, 1) * 32767).astype(np.int16))
            unfinished.replace(path)
        return np.asarray(np.load(path), np.float32) / np.float32(32768.0)


def trim_silence(samples: Samples, *, floor_db: float = -45.0, keep_s: float = 0.03) -> Samples:
    """Cut the near-silence off both ends, leaving `keep_s` seconds."""
    frame = 160
    count = len(samples) // frame
    if count == 0:
        return samples
    energy = np.square(samples[: count * frame].reshape(count, frame)).mean(axis=1)
    loud = np.flatnonzero(10 * np.log10(energy + 1e-12) > floor_db)
    if len(loud) == 0:
        return samples[:0]
    margin = int(keep_s * 16_000)
    return samples[max(0, loud[0] * frame - margin) : (loud[-1] + 1) * frame + margin]
