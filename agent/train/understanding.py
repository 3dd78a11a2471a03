"""Train the linear head that reads a class from the language model's last hidden state.

    python -m agent.train.understanding MODEL.gguf [STATES.npz [HEAD.npz]]

reads the committed sentences (`agent.train.lines`), lets the model read each of them once, fits a
regularised multinomial logistic regression, and writes `agent/data/understanding_head.npz` (float16, a few
hundred kilobytes). The strength of the regularisation and the temperature are chosen on the development
lines, which are never trained on. STATES.npz keeps the hidden states, so that a second run with a few lines
more is quick; HEAD.npz is written instead of the committed file. Needs the `train` extra.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from agent.train.lines import Line, development, hand_written, label_of, spoken, templated
from agent.understanding.context import Context
from agent.understanding.head import Head
from agent.understanding.prompt import build_prompt
from agent.understanding.utterance import clean

HEAD_FILE = Path(__file__).parents[1] / "data" / "understanding_head.npz"
_STRENGTHS = (0.01, 0.03)
_TEMPERATURES = (0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.5)
_BINS = 10
_KEPT_EVERY = 100
"""After so many sentences what was read is written down: a run on a busy machine takes an hour."""

Floats = np.ndarray[Any, np.dtype[np.float32]]


def labelled_lines() -> list[tuple[str, str]]:
    """Return the training sentences of one intent and their classes, less the development lines."""
    kept_out = {clean(line.text) for line in development() + spoken()}
    lines = [line for line in hand_written() + templated() if len(line.intents) == 1]
    pairs = {clean(line.text): label_of(line.intents[0]) for line in lines}
    return [(text, label) for text, label in pairs.items() if text not in kept_out]


def development_lines() -> list[Line]:
    """Return the development lines of one intent."""
    return [line for line in development() if len(line.intents) == 1]


def states_of(texts: list[str], gguf: Path, store: Path | None) -> Floats:
    """Return the hidden state of each text, shape (n, width), from the store where it has them."""
    known: dict[str, Any] = {}
    if store is not None and store.is_file():
        with np.load(store) as kept:
            known = dict(zip(kept["texts"].tolist(), kept["states"], strict=True))
    fresh = [text for text in dict.fromkeys(texts) if text not in known]
    if fresh:
        from agent.understanding.local_model import LocalModel

        model = LocalModel(gguf)
        for count, text in enumerate(fresh, start=1):
            known[text] = model.features(build_prompt(text), timeout_s=60.0)
            if store is not None and (count % _KEPT_EVERY == 0 or count == len(fresh)):
                np.savez(store, texts=np.array(list(known)), states=np.array(list(known.values())))
    return np.array([known[text] for text in texts], dtype=np.float32)


def fit(x: Floats, labels: list[str], *, strength: float) -> dict[str, Any]:
    """Fit the head.

    Parameters
    ----------
    x
        Hidden states, shape (n, width).
    labels
        Class of each row.
    strength
        Inverse of the regularisation.

    Returns
    -------
    dict
        mean, scale, weight, bias, temperature, labels: what `understanding_head.npz` holds.
    """
    from sklearn.linear_model import LogisticRegression

    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=200).fit((x - mean) / scale, labels)
    return {
        "mean": mean,
        "scale": scale,
        "weight": model.coef_,
        "bias": model.intercept_,
        "temperature": np.float32(1.0),
        "labels": np.array(model.classes_),
    }


def judge(head: dict[str, Any], states: Floats, lines: list[Line]) -> tuple[Floats, Floats]:
    """Return for each line how sure the head is of its guess, and whether the guess is right."""
    reader = Head(head)
    guesses = [
        reader.classify(state, Context(**line.context)) for state, line in zip(states, lines, strict=True)
    ]
    right = [guess.label == label_of(line.intents[0]) for guess, line in zip(guesses, lines, strict=True)]
    return np.array([guess.probability for guess in guesses]), np.array(right, dtype=np.float32)


def calibration_error(sure: Floats, right: Floats) -> float:
    """Return the expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).sum() for b in np.unique(bins)
    ]
    return float(sum(gaps) / len(sure))


def _loss(sure: Floats, right: Floats) -> float:
    """How badly the stated sureness foretells being right (the mean log loss)."""
    p = np.clip(sure, 1e-4, 1 - 1e-4)
    return float(-(right * np.log(p) + (1 - right) * np.log(1 - p)).mean())


def save(head: dict[str, Any], file: Path = HEAD_FILE) -> None:
    """Write the head, its floats halved."""
    small = {
        name: value.astype(np.float16) if value.dtype.kind == "f" and value.ndim else value
        for name, value in head.items()
    }
    np.savez_compressed(file, allow_pickle=False, **small)


def main(arguments: list[str]) -> None:
    """Train with the model file that is named."""
    gguf, store = Path(arguments[0]), Path(arguments[1]) if len(arguments) > 1 else None
    pairs, held_out = labelled_lines(), development_lines()
    texts = [text for text, _ in pairs] + [clean(line.text) for line in held_out]
    states = states_of(texts, gguf, store)
    train, dev = states[: len(pairs)], states[len(pairs) :]
    best: tuple[float, dict[str, Any]] = (-1.0, {})
    for strength in _STRENGTHS:
        head = fit(train, [label for _, label in pairs], strength=strength)
        share = float(judge(head, dev, held_out)[1].mean())
        print(f"C={strength}: the class is right in {share:.1%} of {len(held_out)} development lines")
        if share > best[0]:
            best = (share, head)
    head = best[1]
    before = calibration_error(*judge(head, dev, held_out))
    head["temperature"] = np.float32(
        min(
            _TEMPERATURES,
            key=lambda t: _loss(*judge({**head, "temperature": np.float32(t)}, dev, held_out)),
        )
    )
    after = calibration_error(*judge(head, dev, held_out))
    print(
        f"{len(pairs)} sentences, {len(head['labels'])} classes; temperature {head['temperature']:.2f}: "
        f"calibration error {before:.3f} before, {after:.3f} after"
    )
    save(head, Path(arguments[2]) if len(arguments) > 2 else HEAD_FILE)


if __name__ == "__main__":
    main(sys.argv[1:])
