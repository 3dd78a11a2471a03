"""Who speaks in training: the voices that fill the cache of utterances, and the other sound made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.train.ambient import Ambience
from voice.train.corpus import CorpusCache, Utterance, load_lines
from voice.tts.espeak import EspeakVoice
from voice.tts.kokoro import REVISION, SAMPLE_RATE_HZ

Samples = npt.NDArray[np.float32]
Speaker = Callable[[Utterance], tuple[Samples, int]]


def open_corpus(
    models: Path, cache: Path, *, threads: int = 1, more: dict[str, Speaker] | None = None
) -> CorpusCache:
    """The cache of spoken utterances, with the voices that fill it; voices load when first needed.

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
    engines: dict[str, Any] = {}

    def kokoro(utterance: Utterance) -> tuple[Samples, int]:
        from voice.tts.kokoro import KokoroVoice

        if "kokoro" not in engines:
            # Whole, as people speak: our own replies come in stretches only to be heard sooner.
            engines["kokoro"] = KokoroVoice(
                models / "kokoro" / "model.onnx", models / "kokoro-voices", threads=threads
            )
        voice = engines["kokoro"]
        speak = voice.speak if utterance.engine == "kokoro" else voice.speak_phonemes
        spoken = speak(utterance.text, utterance.voice, speed=utterance.speed)
        if utterance.tail:
            spoken = np.concatenate(
                [spoken, voice.speak(utterance.tail, utterance.voice, speed=utterance.speed)]
            )
        return spoken, SAMPLE_RATE_HZ

    def piper(utterance: Utterance) -> tuple[Samples, int]:
        import onnxruntime

        from voice.tts.piper import PiperVoiceEngine

        # A loaded voice's noise goes on from one utterance to the next: each gets a voice of its own, so that
        # it sounds the same in whatever order they are spoken.
        onnxruntime.set_seed(int(utterance.key[:7], 16))
        found = sorted(models.glob(f"*/{utterance.voice}.onnx"))
        voice = PiperVoiceEngine(found[0] if found else models / utterance.voice)
        return voice.speak(utterance.text, speed=utterance.speed), voice.sample_rate_hz

    def espeak(utterance: Utterance) -> tuple[Samples, int]:
        engines.setdefault("espeak", EspeakVoice())
        name, pitch, pitch_range = utterance.voice.split(":")
        spoken = engines["espeak"].speak(
            utterance.text,
            name,
            words_per_minute=round(170 * utterance.speed),
            pitch=int(pitch),
            pitch_range=int(pitch_range),
        )
        return spoken, engines["espeak"].rate_hz

    return CorpusCache(
        cache / f"spoken-{REVISION}",
        {"kokoro": kokoro, "kokoro_phonemes": kokoro, "piper": piper, "espeak": espeak, **(more or {})},
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
