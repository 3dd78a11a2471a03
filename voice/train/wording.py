"""Teach the recogniser's decoder the words of navigation: ``python -m voice.train.wording --help``.

Low-rank changes of the decoder of Whisper base, learnt from what its encoder makes of requests in noise
(`voice.train.heard`). The encoder stays as it is, and so does what weighs the call by it. Needs the extra
`train-reader`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.noise_adapter import CORRECTIONS, fingerprint, save_corrections, tensors
from voice.train.heard import FRAMES, Heard, Row
from voice.train.noise import weakened
from voice.train.requests import load_said

Array = npt.NDArray[Any]
Params = dict[str, Any]

RANK = 16
STRENGTH = 0.5
"""So much of what was learnt is used: more of it hears made voices better and real people worse."""

_SEED = 31
_RATE = 6e-4
_WARM_UP = 40
_NO_SPEECH = 50_362
_SOT, _SOT_PREV, _TRANSCRIBE, _NO_TIMES, _EOT = 50_258, 50_361, 50_359, 50_363, 50_257
_LANGUAGE = {"zh": 50_260, "en": 50_259}
_FREQUENT = 10_000
"""So many of the first tokens, the most frequent ones, are always among those that a step chooses from."""

_FIRST_WEIGHT = 0.1
"""Of which language it is, or that nobody speaks."""

NOTHING = "。"
"""What is written where nobody speaks: an end by itself, without words."""

_NAMED_SHARE = 0.25
_SHAKEN = 0.03
_SHAPES = {(200, False): (16, 24), (325, False): (8, 36), (200, True): (8, 64), (325, True): (6, 76)}
"""Clips at once and tokens, by frames and by whether names lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one step learns from."""

    tokens: Array
    sound: Array
    aims: Array
    """For each token the one that follows, as a place among those that may follow; 0 where none is learnt."""

    weights: Array


class Batches:
    """Batches without end, the same for the same seed."""

    def __init__(self, heard: Heard, rows: Sequence[Row], encode: Any, names: dict[str, list[str]]) -> None:
        self._sound = {frames: heard.sound(frames) for frames in FRAMES}
        self._rows = {frames: [row for row in rows if row.frames == frames] for frames in FRAMES}
        self._encode, self._names = encode, names
        used = {token for row in rows for token in encode(written(row.language, row.text))}
        used |= {token for each in names.values() for name in each for token in encode(name)}
        special = {*_LANGUAGE.values(), _NO_SPEECH, _EOT}
        self.allowed = np.array(sorted({*range(_FREQUENT), *used, *special, *self._han()}))
        self._place = {int(token): place for place, token in enumerate(self.allowed)}

    def _han(self) -> set[int]:
        common = "".join(map(chr, range(0x4E00, 0x9FA6)))
        return {
            token
            for start in range(0, len(common), 500)
            for token in self._encode(common[start : start + 500])
        }

    def __call__(self, seed: int) -> Iterator[Batch]:
        """Yield batches, each clip once in a round."""
        turn = 0
        while True:
            rng = np.random.default_rng([seed, turn])
            turn += 1
            made = []
            for frames, rows in self._rows.items():
                order = rng.permutation(len(rows))
                at = 0
                while at < len(order):
                    led = bool(rng.random() < _NAMED_SHARE)
                    count = _SHAPES[frames, led][0]
                    made.append((frames, led, order[at : at + count]))
                    at += count
            for number in rng.permutation(len(made)):
                frames, led, chosen = made[number]
                yield self.batch([self._rows[frames][i] for i in chosen], frames, led, rng)

    def batch(self, rows: Sequence[Row], frames: int, led: bool, rng: np.random.Generator | None) -> Batch:
        """The arrays of some clips of the same number of frames."""
        count, length = _SHAPES[frames, led]
        tokens = np.full((count, length), _EOT, np.int32)
        aims = np.zeros((count, length), np.int32)
        weights = np.zeros((count, length), np.float32)
        sound = np.zeros((count, frames, 512), np.float32)
        for line, row in enumerate(rows):
            sound[line] = self._sound[frames][row.number]
            before = self._leading(row, rng, length) if led and rng is not None else []
            start = len(before)
            prompt = [*before, _SOT, _LANGUAGE[row.language], _TRANSCRIBE, _NO_TIMES]
            said = self._encode(written(row.language, row.text))
            whole = [*prompt, *said, _EOT][: length + 1]
            tokens[line, : len(whole) - 1] = whole[:-1]
            first = _LANGUAGE[row.language] if row.text else _NO_SPEECH
            aims[line, start] = self._place[first]
            weights[line, start] = _FIRST_WEIGHT
            for at in range(len(prompt) - 1, len(whole) - 1):
                aims[line, at] = self._place[whole[at + 1]]
                weights[line, at] = 1.0
        if rng is not None:
            sound += rng.normal(0, _SHAKEN, sound.shape).astype(np.float32)
        return Batch(tokens=tokens, sound=sound, aims=aims, weights=weights)

    def _leading(self, row: Row, rng: np.random.Generator, length: int) -> list[int]:
        """Names before the text, as `voice.asr.whisper` gives them; half the time what is said is one."""
        names = self._names[row.language]
        chosen = [str(name) for name in rng.choice(names, int(rng.integers(3, 9)), replace=False)]
        said = [name for name in names if len(name) > 2 and name in row.text]
        if said and rng.random() < 0.5:
            chosen.insert(int(rng.integers(len(chosen) + 1)), max(said, key=len))
        opening, comma = ("", "，") if row.language == "zh" else (" ", ", ")
        found: list[int] = [_SOT_PREV]
        for number, name in enumerate(chosen):
            more = self._encode((comma if number else opening) + name)
            if len(found) + len(more) > length - _SHAPES[row.frames, False][1]:
                break
            found += more
        return found if len(found) > 1 else []


def written(language: str, text: str) -> str:
    """A request as the recogniser is to write it."""
    if not text:
        return NOTHING
    if language == "zh":
        return text.replace("、", "，").strip("，。？！")
    text = text.strip().rstrip(".!?,")
    ends = "?" if text.lower().split()[0] in _ASKING else "."
    return " " + text[0].upper() + text[1:] + ends


_ASKING = frozenset(
    "what where when who how why which is are can could do does did will would any anywhere whats".split()
)


def train(
    base: Params,
    batches: Batches,
    *,
    minutes: float,
    seed: int = _SEED,
) -> Params:
    """Fit the changes with Adam and a rate that falls to the end of the time.

    Parameters
    ----------
    base : dict
        `voice.train.decoder.decoder_weights`.
    batches : Batches
        What is learnt from.
    minutes : float
        How long.
    """
    import jax.numpy as jnp
    import optax

    from voice.train.decoder import no_change

    short = {
        name: jnp.asarray(w, jnp.bfloat16 if name.endswith("weight") else jnp.float32)
        for name, w in base.items()
    }
    allowed = short["decoder/embeddings/weight"][batches.allowed]
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(1.0, b2=0.99, weight_decay=0.0))
    step = _compiled(optimiser)
    changes = {n: jnp.asarray(v) for n, v in no_change(base, RANK, seed).items()}
    state = optimiser.init(changes)
    began, losses = time.monotonic(), []
    for number, batch in enumerate(batches(seed), start=1):
        done = (time.monotonic() - began) / (60 * minutes)
        if done >= 1:
            break
        rate = _RATE * min(1.0, number / _WARM_UP) * 0.5 * (1 + np.cos(np.pi * done))
        arrays = (batch.tokens, batch.sound, batch.aims, batch.weights)
        changes, state, lost = step(changes, state, rate, short, allowed, *arrays)
        losses.append(float(lost))
        if number % 50 == 0:
            spent = time.monotonic() - began
            print(f"{number} steps, {spent:.0f} s, lost {np.mean(losses[-50:]):.3f}", flush=True)
    return {name: np.asarray(value) for name, value in changes.items()}


def _compiled(optimiser: Any) -> Any:
    """One step of learning, which compiles for each shape of batch."""
    import jax
    import jax.numpy as jnp

    from voice.train.decoder import hidden, product

    def loss(
        changes: Params, fixed: Params, choice: Any, tokens: Any, sound: Any, aims: Any, weights: Any
    ) -> Any:
        made = hidden(fixed, changes, tokens, sound).reshape(-1, 512)
        logits = product(made, choice)
        right = jnp.take_along_axis(logits, aims.reshape(-1, 1), 1)[:, 0]
        missed = jax.nn.logsumexp(logits, -1) - right
        return (missed * weights.reshape(-1)).sum() / weights.sum()

    slope = jax.value_and_grad(loss)

    def step(changes: Params, state: Any, rate: Any, fixed: Params, choice: Any, *arrays: Any) -> Any:
        lost, slopes = slope(changes, fixed, choice, *arrays)
        updates, state = optimiser.update(slopes, state, changes)
        changes = {
            n: v + rate * (0.3 if n.endswith(":add") else 1.0) * updates[n] for n, v in changes.items()
        }
        return changes, state, lost

    return jax.jit(step)


def main() -> None:
    """The command."""
    from tokenizers import Tokenizer

    from voice.train.decoder import decoder_weights

    parser = argparse.ArgumentParser(prog="python -m voice.train.wording", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of whisper-base")
    parser.add_argument("--heard", type=Path, required=True, help="what voice.train.heard made")
    parser.add_argument("--said", type=Path, required=True, help="what bench.voice.said_in_training wrote")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data" / CORRECTIONS[1])
    options = parser.parse_args()
    raw = (options.model / "model.bin").read_bytes()
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    heard = Heard(options.heard)
    rows = heard.rows()

    def encode(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False).ids)

    batches = Batches(heard, rows, encode, load_said(options.said).names)
    print(f"{len(rows)} clips, {len(batches.allowed)} tokens", flush=True)
    mark = fingerprint(raw, tensors(raw))

    found = train(decoder_weights(raw), batches, minutes=options.minutes)
    save_corrections(options.out, weakened(found, STRENGTH), mark)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
