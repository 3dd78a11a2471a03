"""Who says what the recogniser's words are learnt from: requests by voices that neither judge nor tune.

What they say comes from `python -m bench.voice.said_in_training`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voice.data_files import load_json
from voice.train.corpus import Utterance, plan
from voice.tts.espeak import VARIANTS

_SEED = 25
_FORMANT_SEED = 26
_FORMANT_SHARE = 0.12
_CALLED_EVERY = 8
_CALLED_AT = 3
"""One request in eight has the call in front."""

_FORMANTS_FROM, _FORMANTS_TO = 3000, 3250
"""Texts of each language that formant voices say besides: a second of speech costs them next to nothing."""

_CALLS_EVERY = {"train": 8, "hear": 3}
"""Of the wake word's calls and near-misses, by split, one of so many: the second stage asks the decoder."""

_OWN_LETTERS = {"zh": "z", "en": "ab"}
_FORMANT_LANGUAGE = {"zh": "cmn", "en": "en-us"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One utterance and how it is to be written."""

    utterance: Utterance
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What training may say, by language, and who may not."""

    texts: dict[str, list[str]]
    names: dict[str, list[str]]
    """What may lead the decoder, as names near the car do."""

    apart: list[str]
    """Voices, of Kokoro and variants of espeak-ng, that judge or tune something."""


def load_said(path: Path) -> Said:
    """What `python -m bench.voice.said_in_training` chose."""
    return Said(**json.loads(path.read_text("utf-8")))


def requests(said: Said, voices: Sequence[str]) -> list[Request]:
    """Who says each text, the same for the same voices.

    Parameters
    ----------
    said : Said
        What is said; the voices that it keeps apart say nothing, as the wake word's kept and tuning voices.
    voices : sequence of str
        Installed Kokoro voices.
    """
    recipe, texts = load_json("wake_recipe.json"), said.texts
    away = {*recipe["kept_voices"], *recipe["tuning_voices"], *said.apart}
    free = [voice for voice in voices if voice not in away]
    variants = [variant for variant in VARIANTS if variant.lower() not in {name.lower() for name in away}]
    found = []
    for number in range(min(map(len, texts.values()))):
        for language in texts:
            speaker = _Speaker(
                free, variants, language, np.random.default_rng([_SEED, number, language == "zh"])
            )
            found.append(speaker.says(texts[language][number], called=number % _CALLED_EVERY == _CALLED_AT))
    return [*found, *_by_formants(texts, variants), *_calls(recipe, voices, away)]


class _Speaker:
    """Chooses who says a text: one voice, or two mixed, which gives more speakers than there are voices."""

    def __init__(
        self, free: Sequence[str], variants: Sequence[str], language: str, rng: np.random.Generator
    ) -> None:
        own = [voice for voice in free if voice[0] in _OWN_LETTERS[language]]
        foreign = [voice for voice in free if voice not in own]
        self._rng, self._language, self._variants = rng, language, variants
        chance = rng.random()
        first, second = map(str, rng.choice(own, 2, replace=False))
        third, fourth = map(str, rng.choice(foreign, 2, replace=False))
        mixes = [(0.25, first), (0.5, f"{first}+{second}"), (0.72, f"{first}+{third}")]
        mixes += [(0.82, third), (1 - _FORMANT_SHARE, f"{third}+{fourth}")]
        self._voice = next((voice for most, voice in mixes if chance < most), "")

    def says(self, text: str, *, called: bool) -> Request:
        voice, engine = self._voice, "kokoro"
        if not voice:
            engine, voice = "espeak", _formant(self._language, self._variants, self._rng)
        spoken, tail, written = text, "", text
        if called and engine == "kokoro":
            if self._language == "zh":
                spoken = written = f"小高小高，{text}"
            else:
                call = str(self._rng.choice(load_json("wake_recipe.json")["en"]["phonemes"]))
                engine, spoken, tail = "kokoro_phonemes", call, text
                written = ("Hey " if call.startswith("h") else "") + f"Xiao Gao, {text}"
        return _request(self._language, engine, voice, spoken, written, self._rng, tail=tail)


def _by_formants(texts: dict[str, list[str]], variants: Sequence[str]) -> Iterator[Request]:
    for language, said in texts.items():
        for number, text in enumerate(said[_FORMANTS_FROM:_FORMANTS_TO]):
            rng = np.random.default_rng([_FORMANT_SEED, number, language == "zh"])
            voice = _formant(language, variants, rng)
            yield _request(language, "espeak", voice, text, text, rng)


def _calls(recipe: dict[str, Any], voices: Sequence[str], away: Collection[str]) -> Iterator[Request]:
    for split, every in _CALLS_EVERY.items():
        said = [u for u in plan(recipe, voices) if u.split == split and u.kind in ("positive", "near_miss")]
        for utterance in said[::every]:
            if set(re.split("[+:]", utterance.voice)) & set(away):
                continue
            written = utterance.text
            if utterance.kind == "positive":
                hailed = "Hey Xiao Gao" if utterance.text.startswith("h") else "Xiao Gao"
                written = "小高小高" if utterance.language == "zh" else hailed
            yield Request(utterance=utterance, text=written)


def _formant(language: str, variants: Sequence[str], rng: np.random.Generator) -> str:
    variant, pitch, pitch_range = rng.choice(list(variants)), rng.integers(25, 80), rng.integers(25, 85)
    return f"{_FORMANT_LANGUAGE[language]}+{variant}:{pitch}:{pitch_range}"


def _request(
    language: str,
    engine: str,
    voice: str,
    spoken: str,
    written: str,
    rng: np.random.Generator,
    *,
    tail: str = "",
) -> Request:
    said = Utterance(
        kind="request",
        split="train",
        language=language,
        engine=engine,
        voice=voice,
        text=spoken,
        tail=tail,
        speed=round(float(rng.uniform(0.85, 1.3)), 2),
    )
    return Request(utterance=said, text=written)
