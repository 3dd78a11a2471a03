"""Teach the recogniser to hear in noise: ``python -m voice.train.noise --models FOLDER --cache FOLDER``.

The encoder of Whisper is its own teacher. What it makes of clean speech is the aim; what it makes of the
same speech in a room with road, fan, babble or music is drawn to that by low-rank corrections of its weights
(`voice.asr.noise_adapter`). No words are needed, the decoder stays as it is, and a quarter of the examples
are clean speech, which has to stay where it was.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from languages.language import load_language
from voice.asr.network import NAMES, NUMBER, Sayings, compile_network
from voice.asr.noise_adapter import CORRECTIONS, fingerprint, save_corrections, tensors, values
from voice.asr.sounds import speller
from voice.data_files import load_json
from voice.train import augment
from voice.train.corpus import Utterance, load_lines, plan
from voice.train.speakers import open_corpus
from voice.train.wake import SEED as WAKE_SEED

Samples = npt.NDArray[np.float32]
Params = dict[str, Any]

SEED = 9
RANK = 32
_SENTENCES = {"zh": 750, "en": 550}
_SPOKEN = 1000
"""Of the shuffled sentences so many are spoken: about 12 minutes of two cores."""

_RATE_HZ = 16_000
_LAYERS, _HEADS, _WIDTH = 6, 8, 512
NOISES = ("road", "fan", "babble", "music")
"""By their names in `voice.train.augment.noises`."""

_CLEAN_SHARE = 0.25
_WINDOWS = ((2.2, 12), (4.0, 8), (4.0, 8), (4.0, 8), (10.0, 3))
"""Seconds that the encoder is given and examples at once, in turn: the second stage of the wake word,
commands, and commands with as much silence after them as the recogniser adds."""

_CALL_WINDOW_S = 3.0
"""In windows below this the calls are the usual thing to hear, in longer ones the requests."""

_LONGEST_CARRIER = 24
"""Characters around the name in a request."""

_USUAL_SHARE = 0.7
_SILENT_WEIGHT = 0.15
_RATE = 1e-3
_STRENGTH = 0.7
"""So much of what was learnt is used: all of it moves clean speech more and makes noise no less."""


def sentences(voices: Sequence[str]) -> list[Utterance]:
    """What is said, by whom, the same for the same voices; the kept voices say nothing.

    Parameters
    ----------
    voices : sequence of str
        Installed Kokoro voices.
    """
    kept = set(load_json("wake_recipe.json")["kept_voices"])
    names = load_lines("noise_recipe.json")["names"]
    other = load_lines("other_speech.json")
    rng = np.random.default_rng(SEED)
    spoken: list[Utterance] = []
    for language, count in _SENTENCES.items():
        first_letters = {"zh": "z", "en": "ab"}[language]
        own = [voice for voice in voices if voice not in kept and voice[0] in first_letters]
        texts = list(other[f"{language}_train"])
        texts += _requests(language, names[language], count - len(texts), rng)
        for text in texts:
            first, second = (str(voice) for voice in rng.choice(own, 2, replace=False))
            spoken.append(
                Utterance(
                    kind="request",
                    split="train",
                    language=language,
                    engine="kokoro",
                    voice=first if rng.random() < 0.5 else f"{first}+{second}",
                    text=text,
                    speed=round(float(rng.uniform(0.8, 1.3)), 2),
                )
            )
    return [spoken[index] for index in rng.permutation(len(spoken))[:_SPOKEN]]


def _requests(language: str, names: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Requests to go somewhere out of the language data, each with one of the names."""
    grammar = load_language(language).grammar
    network = compile_network(grammar, speller(language), keep=lambda group: group.file == "navigate")
    sayings = Sayings(network)
    found: list[str] = []
    while len(found) < count:
        name = names[len(found) % len(names)]
        filled: list[str] = []

        def fill(slot: str, name: str = name, filled: list[str] = filled) -> str:
            filled.append(slot)
            return name if slot == NAMES else str(rng.choice(network.lists.get(slot, ("",))))

        text = sayings.draw(rng, fill)
        if filled.count(NAMES) == 1 and NUMBER not in filled and len(text) <= len(name) + _LONGEST_CARRIER:
            found.append(text)
    return found


def example(
    requests: Sequence[Samples], calls: Sequence[Samples], window_s: float, rng: np.random.Generator
) -> tuple[Samples, Samples, int]:
    """One clean stretch of speech and the same in noise, in a window that ends in silence.

    Parameters
    ----------
    requests, calls : sequence of ndarray
        Clean utterances at 16 kHz: sentences, and what the wake word's recipe says.
    window_s : float
        Seconds that the encoder sees.
    rng : Generator
        Decides everything.

    Returns
    -------
    clean, noisy : ndarray of float32, shape (window_s * 16000,)
    length : int
        Samples before the silence that only fills the window.
    """
    room_for = int(window_s * _RATE_HZ)
    parts = [np.zeros(int(rng.uniform(0.05, 0.5) * _RATE_HZ), np.float32)]
    usual, other = (calls, requests) if window_s < _CALL_WINDOW_S else (requests, calls)
    for _ in range(1 if rng.random() < 0.8 else 2):
        said = usual if rng.random() < _USUAL_SHARE else other
        clip = said[int(rng.integers(0, len(said)))]
        clip = augment.pace_and_pitch(clip, float(rng.uniform(0.87, 1.16)))
        parts += [clip, np.zeros(int(rng.uniform(0.1, 0.45) * _RATE_HZ), np.float32)]
    speech = np.concatenate(parts)[:room_for]
    if rng.random() < 0.4:
        speech = augment.tune(speech, rng)
    heard = augment.room(speech, rng) if rng.random() < 0.7 else speech
    clean = speech + rng.normal(0, 2e-4, len(speech)).astype(np.float32)
    if rng.random() < _CLEAN_SHARE:
        noisy = heard + rng.normal(0, 2e-4, len(speech)).astype(np.float32)
    else:
        makers = augment.noises((*requests, *calls))
        noise = makers[str(rng.choice(NOISES))](len(speech), rng)
        if rng.random() < 0.25:
            noise = noise + np.float32(rng.uniform(0.2, 1)) * makers[str(rng.choice(NOISES))](
                len(speech), rng
            )
        noisy = augment.mix(heard, noise.astype(np.float32), float(rng.uniform(-1, 16)))
    gain = np.float32(10 ** (rng.uniform(-12, 6) / 20))
    padding = np.zeros(room_for - len(speech), np.float32)
    clean, noisy = (np.concatenate([part * gain, padding]).astype(np.float32) for part in (clean, noisy))
    return clean, noisy, len(speech)


def batches(
    requests: Sequence[Samples], calls: Sequence[Samples], seed: int
) -> Iterator[tuple[Samples, Samples, Samples]]:
    """Log-mel features of clean and of noisy speech, shape (n, 80, frames), and weights of encoded frames."""
    from faster_whisper.feature_extractor import FeatureExtractor

    extractor = FeatureExtractor()
    number = 0
    while True:
        window_s, count = _WINDOWS[number % len(_WINDOWS)]
        rng = np.random.default_rng([seed, number])
        number += 1
        mels: tuple[list[Samples], list[Samples]] = ([], [])
        frames = int(window_s * 50)
        weights = np.full((count, frames), _SILENT_WEIGHT, np.float32)
        for row in range(count):
            clean, noisy, length = example(requests, calls, window_s, rng)
            for found, samples in zip(mels, (clean, noisy), strict=True):
                found.append(extractor(samples, padding=0)[:, : 2 * frames])
            weights[row, : length // 320 + 1] = 1.0
        yield np.stack(mels[0]), np.stack(mels[1]), weights


def encoder_weights(raw: bytes) -> Params:
    """The encoder of a model file as float32 arrays, by tensor name."""
    return {
        name: values(raw, tensor).astype(np.float32)
        for name, tensor in tensors(raw).items()
        if name.startswith("encoder/") and tensor.shape
    }


def no_change(base: Params, seed: int) -> Params:
    """Corrections that do nothing yet: one factor of each product is zero."""
    rng = np.random.default_rng(seed)
    start: Params = {}
    for name, weight in base.items():
        if weight.ndim == 1:
            start[f"{name}:add"] = np.zeros_like(weight)
        elif name.endswith("/weight"):
            wide = weight.reshape(len(weight), -1).shape[1]
            start[f"{name}:tall"] = np.zeros((len(weight), RANK), np.float32)
            start[f"{name}:wide"] = (rng.normal(0, 1, (RANK, wide)) / np.sqrt(wide)).astype(np.float32)
    return start


def encode(base: Params, corrections: Params | None, mel: Any, *, using: Any = np, erf: Any = erf) -> Any:
    """Whisper's encoder.

    Parameters
    ----------
    base : dict
        `encoder_weights`.
    corrections : dict, optional
        What is added to them, as in `voice.asr.noise_adapter.save_corrections`.
    mel : array, shape (n, 80, frames)
        Features.
    using : module
        ``numpy``, or ``jax.numpy`` where slopes are wanted.
    erf : callable
        The error function that goes with it.

    Returns
    -------
    array, shape (n, frames / 2, 512)
    """

    layers = _Layers(base, corrections, using, erf)
    x = layers.convolve(mel.transpose(0, 2, 1), "encoder/conv1", 1)
    x = layers.convolve(x, "encoder/conv2", 2)
    x = x + base["encoder/position_encodings/encodings"][: x.shape[1]]
    for layer in range(_LAYERS):
        at = f"encoder/layer_{layer}"
        x = layers.attend(x, f"{at}/self_attention")
        inner = layers.linear(layers.norm(x, f"{at}/ffn/layer_norm"), f"{at}/ffn/linear_0")
        x = x + layers.linear(layers.gelu(inner), f"{at}/ffn/linear_1")
    return layers.norm(x, "encoder/layer_norm")


class _Layers:
    """The kinds of layer, on the weights with their corrections."""

    def __init__(self, base: Params, corrections: Params | None, using: Any, erf: Any) -> None:
        self._base, self._corrections, self._using, self._erf = base, corrections, using, erf

    def _get(self, name: str) -> Any:
        base = self._base[name]
        return base if self._corrections is None else base + self._corrections[f"{name}:add"]

    def norm(self, x: Any, name: str) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        spread = self._using.sqrt(self._using.square(centred).mean(-1, keepdims=True) + 1e-5)
        return centred / spread * self._get(f"{name}/gamma") + self._get(f"{name}/beta")

    def linear(self, x: Any, name: str) -> Any:
        weight = self._base[f"{name}/weight"]
        made = x @ weight.reshape(len(weight), -1).T + self._get(f"{name}/bias")
        if self._corrections is not None:
            tall, wide = (self._corrections[f"{name}/weight:{part}"] for part in ("tall", "wide"))
            made = made + (x @ wide.T) @ tall.T
        return made

    def gelu(self, x: Any) -> Any:
        return 0.5 * x * (1 + self._erf(x * np.float32(np.sqrt(0.5))))

    def convolve(self, x: Any, name: str, stride: int) -> Any:  # x: (n, frames, channels), as one product
        padded = self._using.pad(x, ((0, 0), (1, 1), (0, 0)))
        count = x.shape[1]
        taps = self._using.stack([padded[:, tap : tap + count : stride] for tap in range(3)], axis=-1)
        return self.gelu(self.linear(taps.reshape(*taps.shape[:2], -1), name))

    def attend(self, x: Any, at: str) -> Any:
        parts = self.linear(self.norm(x, f"{at}/layer_norm"), f"{at}/linear_0")
        heads = parts.reshape(*parts.shape[:2], 3, _HEADS, -1)
        query, key, value = (heads[:, :, part].transpose(0, 2, 1, 3) for part in range(3))
        likeness = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(_WIDTH / _HEADS))
        looks = self._using.exp(likeness - likeness.max(-1, keepdims=True))
        seen = (looks / looks.sum(-1, keepdims=True) @ value).transpose(0, 2, 1, 3).reshape(x.shape)
        return x + self.linear(seen, f"{at}/linear_1")


def _loss(corrections: Params, base: Params, noisy: Any, aim: Any, spread: Any, weights: Any) -> Any:
    import jax.numpy as jnp
    from jax.scipy.special import erf as jax_erf

    made = encode(base, corrections, noisy, using=jnp, erf=jax_erf)
    apart = jnp.square((made - aim) / spread).mean(-1)
    return (apart * weights).sum() / weights.sum()


def _step(
    found: Params, first: Params, second: Params, slopes: Params, rate: Any, number: Any
) -> tuple[Params, Params, Params]:
    """One step of Adam: the corrections, and the means of their slopes and of the squares of these."""
    first = {name: 0.9 * first[name] + 0.1 * slopes[name] for name in found}
    second = {name: 0.99 * second[name] + 0.01 * slopes[name] ** 2 for name in found}
    found = {
        name: value
        - rate
        * (0.3 if name.endswith(":add") else 1.0)
        * (first[name] / (1 - 0.9**number))
        / ((second[name] / (1 - 0.99**number)) ** 0.5 + 1e-8)
        for name, value in found.items()
    }
    return found, first, second


def train(
    base: Params,
    requests: Sequence[Samples],
    calls: Sequence[Samples],
    *,
    steps: int,
    seed: int,
    keep: Path | None = None,
) -> Params:
    """Fit the corrections with Adam and a falling rate.

    Parameters
    ----------
    base : dict
        `encoder_weights` of the model.
    requests, calls : sequence of ndarray
        Clean utterances at 16 kHz, as in `example`.
    steps : int
        Batches to learn from; 100 take about 4 minutes on two cores.
    seed : int
        Of the first corrections and of everything that is heard.
    keep : Path, optional
        Where to keep the corrections every hundred steps.
    """
    import jax
    import jax.numpy as jnp
    from jax.scipy.special import erf as jax_erf

    fixed = {name: jnp.asarray(weight) for name, weight in base.items()}
    teach = jax.jit(lambda mel: encode(fixed, None, mel, using=jnp, erf=jax_erf))
    slope = jax.jit(jax.value_and_grad(_loss))
    found: Params = {name: jnp.asarray(value) for name, value in no_change(base, seed).items()}
    first = {name: jnp.zeros_like(value) for name, value in found.items()}
    second = {name: jnp.zeros_like(value) for name, value in found.items()}
    step = jax.jit(_step)
    spread = None
    began = time.monotonic()
    losses: list[float] = []

    for number, (clean, noisy, weights) in enumerate(batches(requests, calls, seed), start=1):
        aim = teach(clean)
        if spread is None:
            spread = jnp.asarray(np.asarray(aim).reshape(-1, _WIDTH).std(axis=0) + 1e-2)
        loss, slopes = slope(found, fixed, noisy, aim, spread, weights)
        rate = _RATE * min(1.0, number / 30) * 0.5 * (1 + np.cos(np.pi * number / steps))
        found, first, second = step(found, first, second, slopes, rate, float(number))
        losses.append(float(loss))
        if number % 20 == 0:
            shown = " ".join(f"{np.mean(losses[-20:][kind::5]):.3f}" for kind in range(5))
            print(f"{number} of {steps}, {time.monotonic() - began:.0f} s, apart {shown}", flush=True)
        if keep is not None and (number % 100 == 0 or number == steps):
            save_corrections(keep, found, "")
        if number >= steps:
            break
    return {name: np.asarray(value) for name, value in found.items()}


def weakened(found: Params, strength: float) -> Params:
    """Corrections that change every weight by this share of what the given ones do."""
    return {name: value if name.endswith(":wide") else strength * value for name, value in found.items()}


def clean_speech(models: Path, cache: Path) -> tuple[list[Samples], list[Samples]]:
    """`sentences` and the utterances of the wake word's recipe, spoken now as far as they are not kept."""
    voices = sorted(path.stem for path in (models / "kokoro-voices").glob("*.bin"))
    corpus = open_corpus(models, cache, threads=2)
    calls = [u for u in plan(load_json("wake_recipe.json"), voices, WAKE_SEED) if u.split == "train"]
    return [corpus.get(u) for u in sentences(voices)], [corpus.get(u) for u in calls]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m voice.train.noise", description=__doc__)
    parser.add_argument(
        "--models", type=Path, required=True, help="folder with whisper-base, kokoro, kokoro-voices"
    )
    parser.add_argument("--cache", type=Path, required=True, help="where spoken utterances are kept")
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data" / CORRECTIONS[0])
    options = parser.parse_args()
    raw = (options.models / "whisper-base" / "model.bin").read_bytes()
    mark = fingerprint(raw, tensors(raw))
    requests, calls = clean_speech(options.models, options.cache)
    minutes = sum(map(len, (*requests, *calls))) / _RATE_HZ / 60
    print(f"{len(requests)} requests, {len(calls)} calls and near-misses, {minutes:.0f} minutes", flush=True)
    unfinished = options.out.with_suffix(".part")
    found = train(encoder_weights(raw), requests, calls, steps=options.steps, seed=SEED, keep=unfinished)
    save_corrections(unfinished, weakened(found, _STRENGTH), mark)
    unfinished.replace(options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
