"""Who speaks in training: the voices that fill the cache of utterances, and the other sound made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.train.ambient import Ambience
from voice.train.corpus import CorpusCache, Utterance, load_lines
from voice.tts.espeak import EspeakVoice
from voice.tts.kokoro import REVISION, SAMPLE_RATE_HZ, KokoroVoice

Samples = npt.NDArray[np.float32]
Speaker = Callable[[Utterance], tuple[Samples, int]]


class Speakers:
    """The voices that speak in training; each loads when it is first needed.

    Parameters
    ----------
    models : Path
        The model store's folder.
    threads : int
        Of the neural voices.
    """

    def __init__(self, models: Path, *, threads: int = 1) -> None:
        self._models = models
        self._threads = threads

    @cached_property
    def _kokoro(self) -> KokoroVoice:
        # Whole, as people speak: our own replies come in stretches only to be heard sooner.
        folder = self._models
        return KokoroVoice(folder / "kokoro" / "model.onnx", folder / "kokoro-voices", threads=self._threads)

    @cached_property
    def _espeak(self) -> EspeakVoice:
        return EspeakVoice()

    def kokoro(self, utterance: Utterance) -> tuple[Samples, int]:
        """Speak text or phonemes, and a tail of text, with a voice of Kokoro."""
        voice = self._kokoro
        speak = voice.speak if utterance.engine == "kokoro" else voice.speak_phonemes
        spoken = speak(utterance.text, utterance.voice, speed=utterance.speed)
        if utterance.tail:
            tail = voice.speak(utterance.tail, utterance.voice, speed=utterance.speed)
            spoken = np.concatenate([spoken, tail])
        return spoken, SAMPLE_RATE_HZ

    def piper(self, utterance: Utterance) -> tuple[Samples, int]:
        """Speak with a voice of Piper, loaded anew: a loaded one's noise goes on to the next utterance.

        So an utterance sounds the same in whatever order they are spoken.
        """
        import onnxruntime

        from voice.tts.piper import PiperVoiceEngine

        onnxruntime.set_seed(int(utterance.key[:7], 16))
        found = sorted(self._models.glob(f"*/{utterance.voice}.onnx"))
        voice = PiperVoiceEngine(found[0] if found else self._models / utterance.voice)
        return voice.speak(utterance.text, speed=utterance.speed), voice.sample_rate_hz

    def espeak(self, utterance: Utterance) -> tuple[Samples, int]:
        """Speak with espeak-ng; the voice is `name:pitch:range of pitch`."""
        name, pitch, pitch_range = utterance.voice.split(":")
        spoken = self._espeak.speak(
            utterance.text,
            name,
            words_per_minute=round(170 * utterance.speed),
            pitch=int(pitch),
            pitch_range=int(pitch_range),
        )
        return spoken, self._espeak.rate_hz


def open_corpus(
    models: Path, cache: Path, *, threads: int = 1, more: dict[str, Speaker] | None = None
) -> CorpusCache:
    """The cache of spoken utterances, with the voices that fill it.

    Parameters
    ----------
    models : Path
        The model store's folder.
    cache : Path
        Where utterances are kept.
    threads : int
        Of the neural voices.
    more : dict, optional
        Other engines by name.
    """
    voices = Speakers(models, threads=threads)
    return CorpusCache(
        cache / f"spoken-{REVISION}",
        {
            "kokoro": voices.kokoro,
            "kokoro_phonemes": voices.kokoro,
            "piper": voices.piper,
            "espeak": voices.espeak,
            **(more or {}),
        },
    )


def ambience(corpus: CorpusCache, utterances: Sequence[Utterance], split: str) -> Ambience:
    """Sources of other sound for one split; the splits share no sentence, and no neural voice but Piper's."""
    other = load_lines("other_speech.json")
    neural = [corpus.get(u) for u in utterances if u.split == split and u.kind == "other"]
    for text in other[f"en_{split}"]:
        for speed in (0.9, 1.1):
            neural.append(
                corpus.get(
                    Utterance(
                        kind="other",
                        split=split,
                        language="en",
                        engine="piper",
                        voice="en_US-joe-medium",
                        text=text,
                        speed=speed,
                    )
                )
            )
    sentences = {language: other[f"{language}_{split}"] for language in ("zh", "en")}
    return Ambience(neural=[clip for clip in neural if len(clip)], sentences=sentences)
