"""Reads the class of an utterance from the language model's hidden state.

A half-billion-parameter model often knows what was meant and says something else. The state before its first
word holds more than that word: a linear head trained on a few hundred sentences reads it
(`agent.train_understanding`). The model's own words are then needed for names alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.errors import OtherModel

if TYPE_CHECKING:
    from agent.rules import Context

Floats = np.ndarray[Any, np.dtype[np.float32]]

_OUT_OF_PLACE = -4.0
"""Added to the logit of an answer when nothing was asked, or of a plan change when there is no plan."""

_ASKED_FOR = 2.0
"""Added to the logit of the kind of answer that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The likeliest class."""

    label: str
    """Class as `agent.training_lines.label_of` names it."""

    probability: float
    """0 to 1, calibrated by cross-validation."""


class Head:
    """The trained head; see the module."""

    def __init__(self) -> None:
        with as_file(files("agent").joinpath("data/understanding_head.npz")) as path, np.load(path) as stored:
            self._mean = stored["mean"].astype(np.float32)
            self._scale = stored["scale"].astype(np.float32)
            self._weight = stored["weight"].astype(np.float32)
            self._bias = stored["bias"].astype(np.float32)
            self._temperature = float(stored["temperature"])
            self.labels = [str(label) for label in stored["labels"]]

    @property
    def width(self) -> int:
        """Length of the hidden state that the head was trained on."""
        return len(self._mean)

    def classify(self, state: Floats, context: Context) -> Guess:
        """Return the likeliest class of one utterance.

        Parameters
        ----------
        state
            Hidden state, shape (width,).
        context
            State of the dialogue, which rules some classes out.
        """
        if len(state) != self.width:
            raise OtherModel(f"a hidden state of {len(state)} numbers does not fit a head for {self.width}")
        logits = (self._weight @ ((state - self._mean) / self._scale) + self._bias) / self._temperature
        logits = logits + np.array([_prior(label, context) for label in self.labels], dtype=np.float32)
        shares = np.exp(logits - logits.max())
        best = int(np.argmax(logits))
        return Guess(label=self.labels[best], probability=float(shares[best] / shares.sum()))


def _prior(label: str, context: Context) -> float:
    if label in {"confirm", "deny"}:
        return {"yes_no": _ASKED_FOR, "choice": 0.0}.get(context.expecting, _OUT_OF_PLACE)
    if label.startswith("choose"):
        if context.expecting == "choice":
            return _ASKED_FOR
        return 0.0 if context.offered else _OUT_OF_PLACE
    if label.startswith("plan_trip change"):
        return _ASKED_FOR if context.planning else _OUT_OF_PLACE
    return 0.0
