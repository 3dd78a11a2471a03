"""Fit the recogniser's confidence: ``python -m voice.train.confidence EXAMPLES.jsonl``.

An example is a line of JSON with the evidence of one utterance (`voice.asr.confidence.Evidence`), its
language, who said it, whether what came of it was right, and whether something wrong would have been done
(`python -m bench.voice.examples` makes them). A logistic regression of each language gives the probability;
the thresholds are set on what it says of voices that it was not fitted on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.confidence import NAMES
from voice.asr.whisper import LANGUAGES

Array = npt.NDArray[np.float64]

_DIRECTIONS = [
    {"no_speech": -1, "unsure": -1, "cost": -1, "tokens": 0, "pace": 0}.get(name, 1) for name in NAMES
]
_STIFFNESS = 3.0
"""Weight of small weights against the fit."""

_WRONG_AND_DONE = 0.005
"""Share of all requests that may be carried out wrongly."""

_LEAST = 0.5
"""What is more likely wrong than right is never carried out."""

_WORTH_ASKING = 0.3
"""Probability from which the best guess is asked about rather than "say it again"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Utterances."""

    evidence: Array
    """One row each, in the order of `NAMES`."""

    right: npt.NDArray[np.bool_]
    """Whether what came of the words was what was said."""

    harmful: npt.NDArray[np.bool_]
    """Whether something else would have been done."""

    voices: npt.NDArray[np.str_]
    """Who spoke."""

    languages: npt.NDArray[np.str_]
    """What they were heard as."""

    @property
    def rows(self) -> Array:
        """The evidence, and for each language but the first whether it is this one."""
        others = [self.languages == language for language in LANGUAGES[1:]]
        return np.column_stack([self.evidence, *others])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A logistic regression on standardised evidence."""

    mean: Array
    spread: Array
    weights: Array
    bias: float

    def probability(self, evidence: Array) -> Array:
        """Probability that the words are right, one a row."""
        odds = (evidence - self.mean) / self.spread @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def read(path: Path) -> Examples:
    """The examples of a file."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return Examples(
        evidence=np.array([[row["evidence"][name] for name in NAMES] for row in rows]),
        right=np.array([row["right"] for row in rows], bool),
        harmful=np.array([row["harmful"] for row in rows], bool),
        voices=np.array([row["voice"] for row in rows]),
        languages=np.array([row["language"] for row in rows]),
    )


def fit(evidence: Array, right: npt.NDArray[np.bool_], *, directions: Sequence[int] = ()) -> Fit:
    """Logistic regression; evidence that would speak the wrong way is left out.

    Parameters
    ----------
    evidence : ndarray of float64, shape (n, k)
    right : ndarray of bool, shape (n,)
    directions : sequence of int, optional
        1 for evidence that can only speak for the words, -1 against them, 0 for either; none is either.
    """
    wanted = np.array([*directions, *[0] * (evidence.shape[1] - len(directions))])
    mean, spread = evidence.mean(axis=0), evidence.std(axis=0) + 1e-3
    rows = (evidence - mean) / spread
    used = np.ones(len(wanted), bool)
    while True:
        found, bias = _newton(rows[:, used], right)
        weights = np.zeros(len(wanted))
        weights[used] = found
        astray = weights * wanted < 0
        if not astray.any():
            return Fit(mean=mean, spread=spread, weights=weights, bias=bias)
        used[int(np.argmin(weights * wanted))] = False


def _newton(rows: Array, right: npt.NDArray[np.bool_], steps: int = 30) -> tuple[Array, float]:
    """Weights and bias, with a penalty on the squares of the weights."""
    rows = np.column_stack([rows, np.ones(len(rows))])
    penalty = np.diag([_STIFFNESS] * (rows.shape[1] - 1) + [1e-6])
    found = np.zeros(rows.shape[1])
    for _ in range(steps):
        said = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (said - right) + penalty @ found
        curve = (rows * (said * (1 - said))[:, None]).T @ rows + penalty
        found = found - np.linalg.solve(curve, slope)
    return found[:-1], float(found[-1])


def unseen(examples: Examples) -> Array:
    """Probabilities of each utterance by a fit that did not hear its voice."""
    said = np.zeros(len(examples.right))
    for voice in np.unique(examples.voices):
        other = examples.voices != voice
        found = fit(examples.rows[other], examples.right[other], directions=_DIRECTIONS)
        said[~other] = found.probability(examples.rows[~other])
    return said


def threshold(probability: Array, harmful: npt.NDArray[np.bool_]) -> float:
    """The least probability from which at most `_WRONG_AND_DONE` of all requests are carried out wrongly."""
    allowed = max(1, int(_WRONG_AND_DONE * len(probability)))  # one may be a mistake of the examples
    worst = np.sort(probability[harmful])[::-1]
    return float(min(0.99, worst[allowed] + 0.01)) if len(worst) > allowed else 0.5


def calibrate(examples: Examples) -> dict[str, Any]:
    """The values of each language, as in ``voice/data/confidence.json``."""
    found = fit(examples.rows, examples.right, directions=_DIRECTIONS)
    said = unseen(examples)
    values = {}
    for number, language in enumerate(LANGUAGES):
        own = np.eye(len(LANGUAGES))[number][1:]
        shift = float(
            (own - found.mean[len(NAMES) :]) / found.spread[len(NAMES) :] @ found.weights[len(NAMES) :]
        )
        mine = examples.languages == language
        carry_out = max(_LEAST, threshold(said[mine], examples.harmful[mine]))
        values[language] = {
            "weights": _named(found.weights),
            "mean": _named(found.mean),
            "spread": _named(found.spread),
            "bias": round(found.bias + shift, 4),
            "carry_out": round(carry_out, 3),
            "guess": min(_WORTH_ASKING, round(carry_out / 2, 3)),
        }
    return values


def _named(values: Array) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(NAMES, values, strict=False)}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m voice.train.confidence", description=__doc__)
    parser.add_argument("examples", type=Path, help="lines of JSON")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "data" / "confidence.json", help="values"
    )
    options = parser.parse_args(arguments)
    about = "Weights and thresholds of voice.asr.confidence; made by voice.train.confidence."
    examples = read(options.examples)
    values = {"about": about, **calibrate(examples)}
    said = unseen(examples)
    for language in LANGUAGES:
        own = examples.languages == language
        done = own & (said >= values[language]["carry_out"])
        print(
            f"{language}: {own.sum()} utterances, {examples.right[own].mean():.1%} right; from "
            f"{values[language]['carry_out']:.2f} on {done.sum() / own.sum():.1%} are carried out, "
            f"{(done & examples.harmful).sum()} wrongly"
        )
    options.out.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
