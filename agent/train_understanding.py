"""Train the linear head that reads a class from the language model's last hidden state.

    python -m agent.train_understanding MODEL.gguf

reads the committed sentences (`agent.training_lines`), lets the model read each of them once, fits a
regularised multinomial logistic regression, calibrates its temperature by cross-validation, and writes
`agent/data/understanding_head.npz` (float16, a few hundred kilobytes). Needs the `train` extra.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from agent.prompt import build_prompt
from agent.training_lines import Line, hand_written, label_of, templated
from agent.utterance import clean

HEAD_FILE = Path(__file__).parent / "data" / "understanding_head.npz"
_STRENGTHS = (0.003, 0.01, 0.03, 0.1)
_FOLDS = 5

Floats = np.ndarray[Any, np.dtype[np.float32]]


def features_of(texts: list[str], model: Any) -> Floats:
    """Return the hidden state of each text, shape (n, width)."""
    return np.array([model.features(build_prompt(text), timeout_s=60.0) for text in texts], dtype=np.float32)


def labelled_lines() -> list[tuple[str, str]]:
    """Return the training sentences with their classes; rare classes are kept."""
    lines: list[Line] = hand_written() + templated()
    pairs = {clean(line.text): label_of(line.intents[0]) for line in lines}
    return list(pairs.items())


def fit(x: Floats, labels: list[str], *, say: Any = print) -> dict[str, Any]:
    """Fit the head.

    Parameters
    ----------
    x
        Hidden states, shape (n, width).
    labels
        Class of each row.
    say
        Where to report.

    Returns
    -------
    dict
        mean, scale, weight, bias, temperature, labels: what `understanding_head.npz` holds.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold

    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = (x - mean) / scale
    names = sorted(set(labels))
    y = np.array([names.index(label) for label in labels])
    weight = np.array([1.0 / np.sqrt(Counter(labels)[label]) for label in labels])
    best: tuple[float, float, Any] = (0.0, 0.0, None)
    for strength in _STRENGTHS:
        logits = np.full((len(y), len(names)), -30.0)
        for train, test in KFold(_FOLDS, shuffle=True, random_state=1).split(z):
            model = LogisticRegression(C=strength, max_iter=400).fit(z[train], y[train], weight[train])
            logits[np.ix_(test, model.classes_)] = model.decision_function(z[test])
        right = float((logits.argmax(axis=1) == y).mean())
        say(f"C={strength}: {right:.1%} right in {_FOLDS}-fold cross-validation")
        if right > best[0]:
            best = (right, strength, logits)
    temperature = min((0.3, 0.5, 0.7, 1.0, 1.4, 2.0), key=lambda t: _loss(best[2] / t, y))
    model = LogisticRegression(C=best[1], max_iter=400).fit(z, y, weight)
    say(f"chosen C={best[1]}, temperature {temperature}, {len(names)} classes, {len(y)} sentences")
    return {
        "mean": mean,
        "scale": scale,
        "weight": model.coef_,
        "bias": model.intercept_,
        "temperature": np.float32(temperature),
        "labels": np.array(names),
    }


def _loss(logits: Any, y: Any) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_p[np.arange(len(y)), y].mean())


def save(head: dict[str, Any], file: Path = HEAD_FILE) -> None:
    """Write the head, its floats halved."""
    small = {
        name: value.astype(np.float16) if value.dtype.kind == "f" and value.ndim else value
        for name, value in head.items()
    }
    np.savez_compressed(file, allow_pickle=False, **small)


def main(arguments: list[str]) -> None:
    """Train with the model file that is named."""
    from agent.local_model import LocalModel

    pairs = labelled_lines()
    states = features_of([text for text, _ in pairs], LocalModel(Path(arguments[0])))
    save(fit(states, [label for _, label in pairs]))


if __name__ == "__main__":
    main(sys.argv[1:])
