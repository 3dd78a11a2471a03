"""How sure the reader may be of a whole reading: from the parts' probabilities to one that keeps its word.

A logistic rule over a few figures of the reading, fitted on strangers' sentences that are trained on nowhere
(`agent.train.calibrate`): of the readings with confidence 0.8, four in five are right in every part.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from agent.understanding.labels import NO_REQUEST
from agent.understanding.learned.base_model import Floats
from agent.understanding.learned.decoding import INSTEAD_OF_MAIN, MAIN, Decoded

FIGURES = (
    "one",
    "kind",
    "spans",
    "rest",
    "values",
    "begins",
    "left_over",
    "further",
    "no_request",
    "cut",
    "weakest",
    "alike",
)
"""What the rule is given, in this order; probabilities as logarithms of their odds."""

_MOST_ODDS = 4.0
"""A part that is surer than this is no surer: what is missing must not speak for a reading."""
_UNTOLD = 0.3
"""How sure a request for a place is of its main words where it has neither them nor a value for them."""
_UNFITTED = {
    "kind": 0.5,
    "spans": 0.3,
    "rest": 0.1,
    "values": 0.3,
    "begins": 0.2,
    "left_over": -1.0,
    "cut": -4.0,
    "alike": 1.0,
}


def figures(decoded: Sequence[Decoded], left_over: float, whole: bool) -> Floats:
    """Return what the rule looks at.

    Parameters
    ----------
    decoded
        The requests read.
    left_over
        Share of the sentence's words that nothing accounts for, 0 to 1.
    whole
        Whether the whole sentence was read.
    """
    values = [p for d in decoded for p in d.value_p.values()]
    spans = [p for d in decoded for p in (*d.span_p, *_main_p(d))]
    kind, said = _odds(min(d.kind_p for d in decoded)), _odds(min(spans, default=1.0))
    told, begins = _odds(math.prod(values)), _odds(min(d.begin_p for d in decoded))
    return np.array(
        [
            1.0,
            kind,
            said,
            _odds(min(d.rest_p for d in decoded)),
            told,
            begins,
            left_over,
            float(len(decoded) - 1),
            float(all(d.request.kind in NO_REQUEST for d in decoded)),
            float(not whole),
            min(kind, said, told, begins),
            1.0,
        ],
        np.float32,
    )


def _main_p(decoded: Decoded) -> tuple[float, ...]:
    """How sure the value is that stands for the main words of a request that has none."""
    request = decoded.request
    main = MAIN.get(request.kind)
    if main is None or any(span.tag == main for span in request.spans):
        return ()
    standing = [decoded.value_p.get(name, 0.0) for name in INSTEAD_OF_MAIN if request.values.get(name)]
    return (max(standing, default=_UNTOLD),)


def with_agreement(seen: Floats, alike: float) -> Floats:
    """Return the figures of a sentence of whose forms a share, 0 to 1, is read alike."""
    changed = seen.copy()
    changed[FIGURES.index("alike")] = alike
    return changed


def _odds(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return max(-_MOST_ODDS, min(_MOST_ODDS, math.log(p / (1 - p))))


def confidence(seen: Floats, weights: Mapping[str, float] | None) -> float:
    """Return the probability that a reading is right as a whole.

    Parameters
    ----------
    seen
        Its `figures`.
    weights
        By the names of `FIGURES`; none where none were fitted.
    """
    weights = weights or _UNFITTED
    score = sum(weights.get(name, 0.0) * float(value) for name, value in zip(FIGURES, seen, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def fitted(seen: Floats, right: Floats, penalty: float = 1.0, rounds: int = 50) -> dict[str, float]:
    """Return the weights that make the readings' confidence most truthful (logistic regression, Newton).

    Parameters
    ----------
    seen
        Figures of the readings, shape (readings, figures).
    right
        1 for a reading that is right in every part, else 0.
    penalty
        How strongly weights are drawn to nothing; the first is not.
    rounds
        Steps of Newton's method.
    """
    x, y = np.asarray(seen, np.float64), np.asarray(right, np.float64)
    scale = x.std(0)
    scale[scale < 1e-6] = 1.0  # what is the same in every reading tells nothing, and must not be blown up
    scale[0] = 1.0
    z, weights = x / scale, np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], penalty)
    ridge[0] = 1e-6
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(z @ weights, -30, 30)))
        slope = z.T @ (p - y) + ridge * weights
        curve = (z * (p * (1 - p))[:, None]).T @ z + np.diag(ridge)
        weights -= np.linalg.solve(curve, slope)
    return {name: float(w) for name, w in zip(FIGURES, weights / scale, strict=True)}


def expected_error(confidences: Floats, right: Floats, bins: int = 10) -> float:
    """Return the expected calibration error: how far confidence and share of right ones are apart, 0 to 1."""
    confidences, right = np.asarray(confidences), np.asarray(right)
    bin_of = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [
        abs(confidences[bin_of == b].mean() - right[bin_of == b].mean()) * (bin_of == b).mean()
        for b in range(bins)
        if (bin_of == b).any()
    ]
    return float(sum(gaps))
