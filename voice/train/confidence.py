"""Fit the recogniser's confidence: ``python -m voice.train.confidence EXAMPLES.jsonl``.

An example is a line of JSON with the evidence of one utterance (`voice.asr.confidence.Evidence`), its
language, who said it, whether the words as heard were right, the sense of the reading that was chosen,
whether that was right, and what it led to (`python -m bench.voice.examples` makes them). Two regressions give
the probability: of the words by their sound, and of what is done by that and their sense. The thresholds are
set on what they say of voices that they were not fitted on.
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

from voice.asr.confidence import NAMES, SENSE, sense_row
from voice.asr.whisper import LANGUAGES

Array = npt.NDArray[np.float64]

_DIRECTIONS = [
    {"no_speech": -1, "unsure": -1, "cost": -1, "tokens": 0, "pace": 0}.get(name, 1) for name in NAMES
]
_STIFFNESS = 3.0
"""Weight of small weights against the fit."""

_WRONG_AND_DONE = 0.005
"""Share of all requests that may be carried out wrongly."""

_WRONG_ANSWER = 0.02
"""Share that may be, or be given a wrong answer."""

_LEAST = 0.6
"""What is hardly likelier right than wrong is never carried out."""

_WORTH_ASKING = 0.3
"""Probability from which the best guess is asked about rather than "say it again"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Utterances."""

    evidence: Array
    """One row each, in the order of `NAMES`."""

    as_heard: npt.NDArray[np.bool_]
    """Whether what came of the words as they were heard was what was said."""

    sense: Array
    """Of the reading that was chosen: how surely it is read, how it fits, whether it was heard first."""

    right: npt.NDArray[np.bool_]
    """Whether what came of that reading was what was said."""

    harmful: npt.NDArray[np.bool_]
    """Whether something else would have been done."""

    astray: npt.NDArray[np.bool_]
    """The same, or a wrong answer given."""

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
        as_heard=np.array([row["right_as_heard"] for row in rows], bool),
        sense=np.array([row["sense"] for row in rows], float),
        right=np.array([row["right"] for row in rows], bool),
        harmful=np.array([not row["right"] and row["effect"] == "done" for row in rows], bool),
        astray=np.array([not row["right"] and row["effect"] != "nothing" for row in rows], bool),
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


def _fitted(examples: Examples, used: npt.NDArray[np.bool_]) -> tuple[Fit, Fit]:
    """The fit to the sound of some examples, and to that and the sense of them."""
    heard = fit(examples.rows[used], examples.as_heard[used], directions=_DIRECTIONS)
    rows = _with_sense(examples, heard)
    return heard, fit(rows[used], examples.right[used], directions=[1] * len(SENSE))


def _with_sense(examples: Examples, heard: Fit) -> Array:
    """What the second fit is given, and for each language but the first whether it is this one."""
    said = heard.probability(examples.rows)
    rows = [
        sense_row(p, read, fits, is_first=bool(first))
        for p, (read, fits, first) in zip(said, examples.sense, strict=True)
    ]
    others = [examples.languages == language for language in LANGUAGES[1:]]
    return np.column_stack([np.array(rows), *others])


def unseen(examples: Examples) -> Array:
    """Probabilities of each utterance by fits that did not hear its voice."""
    said = np.zeros(len(examples.right))
    for voice in np.unique(examples.voices):
        other = examples.voices != voice
        heard, sensible = _fitted(examples, other)
        said[~other] = sensible.probability(_with_sense(examples, heard)[~other])
    return said


def threshold(probability: Array, wrong: npt.NDArray[np.bool_], share: float) -> float:
    """The least probability from which at most a share of all requests are carried out wrongly."""
    allowed = max(1, int(share * len(probability)))  # one may be a mistake of the examples
    worst = np.sort(probability[wrong])[::-1]
    return float(min(0.99, worst[allowed] + 0.01)) if len(worst) > allowed else 0.5


def calibrate(examples: Examples) -> dict[str, Any]:
    """The values of each language, as in ``voice/data/confidence.json``."""
    heard, sensible = _fitted(examples, np.ones(len(examples.right), bool))
    said = unseen(examples)
    values = {}
    for number, language in enumerate(LANGUAGES):
        own = np.eye(len(LANGUAGES))[number][1:]
        mine = examples.languages == language
        carry_out = max(
            _LEAST,
            threshold(said[mine], examples.harmful[mine], _WRONG_AND_DONE),
            threshold(said[mine], examples.astray[mine], _WRONG_ANSWER),
        )
        values[language] = {
            "weights": _named(NAMES, heard.weights),
            "mean": _named(NAMES, heard.mean),
            "spread": _named(NAMES, heard.spread),
            "bias": round(heard.bias + _shift(heard, own, len(NAMES)), 4),
            "sense": _plain(sensible, own),
            "carry_out": round(carry_out, 3),
            "guess": min(_WORTH_ASKING, round(carry_out / 2, 3)),
        }
    return values


def _shift(found: Fit, own: Array, first: int) -> float:
    """What the language adds to the logarithm of the odds."""
    return float((own - found.mean[first:]) / found.spread[first:] @ found.weights[first:])


def _plain(found: Fit, own: Array) -> dict[str, float]:
    """A fit as weights of the values as they are, and what is left as "bias"."""
    each = (found.weights / found.spread)[: len(SENSE)]
    bias = found.bias + _shift(found, own, len(SENSE)) - float(each @ found.mean[: len(SENSE)])
    return _named(SENSE, each) | {"bias": round(bias, 4)}


def _named(names: Sequence[str], values: Array) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=False)}


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
            f"{(done & examples.right).sum() / own.sum():.1%} rightly, {(done & examples.harmful).sum()} of "
            f"them wrongly and {(done & examples.astray & ~examples.harmful).sum()} with a wrong answer"
        )
    options.out.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
