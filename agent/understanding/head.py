"""Reads the class of an utterance from the language model's hidden state.

A half-billion-parameter model often knows what was meant and says something else. The state before its first
word holds more than that word: a linear head trained on a few hundred sentences reads it
(`agent.train.understanding`). The model's own words are then needed for names alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.errors import OtherModel

if TYPE_CHECKING:
    from agent.understanding.context import Context
    from agent.understanding.intent import Intent

Floats = np.ndarray[Any, np.dtype[np.float32]]

_OUT_OF_PLACE = -4.0
"""Added to the logit of an answer when nothing was asked, or of a plan change when there is no plan."""

_HINTED = 1.5
"""Added to the logit of the class that the grammar was not sure of."""

_ASKED_FOR = 2.0
"""Added to the logit of the kind of answer that was asked for."""


def label_of(intent: Intent) -> str:
    """Return the class of an intent for the model's head: its kind and what needs no span."""
    slots = intent.slots()
    match intent.kind:
        case "deny":
            return "deny instead" if "instead" in slots else "deny"
        case "navigate" | "confirm" | "cancel" | "repeat" | "help" | "chat":
            return str(intent.kind)
        case "search":
            return f"search need={slots['need']}" if "need" in slots else "search what"
        case "plan_trip":
            return f"plan_trip change={slots['change']['action']}" if "change" in slots else "plan_trip"
        case "change_route":
            if slots.get("avoid"):
                return f"change_route avoid={slots['avoid'][0]}"
            if slots.get("allow"):
                return f"change_route allow={slots['allow'][0]}"
            if slots.get("drop") == "*":
                return "change_route drop=*"
            return next((f"change_route {name}" for name in ("add", "drop") if name in slots), "") or (
                f"change_route {slots.get('prefer', 'other')}"
            )
        case "choose":
            if "index" in slots:
                return f"choose {slots['index']}"
            return f"choose {slots['by']}" if "by" in slots else "choose name"
        case "volume":
            return f"volume {slots.get('change', 'up')}"
        case "status" | "remember" | "recall":
            default = {"status": "time_left", "remember": "favourite", "recall": "favourites"}[intent.kind]
            return f"{intent.kind} {slots.get('what', default)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The likeliest class."""

    label: str
    """Class as `agent.train.lines.label_of` names it."""

    probability: float
    """0 to 1, calibrated on the development lines."""


class Head:
    """The trained head; see the module.

    Parameters
    ----------
    parts
        What `agent.train.understanding.fit` gives; None for the committed head.
    """

    def __init__(self, parts: Mapping[str, Any] | None = None) -> None:
        if parts is None:
            with (
                as_file(files("agent").joinpath("data/understanding_head.npz")) as path,
                np.load(path) as stored,
            ):
                parts = dict(stored)
        self._mean = parts["mean"].astype(np.float32)
        self._scale = parts["scale"].astype(np.float32)
        self._weight = parts["weight"].astype(np.float32)
        self._bias = parts["bias"].astype(np.float32)
        self._temperature = float(parts["temperature"])
        self.labels = [str(label) for label in parts["labels"]]

    @property
    def width(self) -> int:
        """Length of the hidden state that the head was trained on."""
        return len(self._mean)

    def classify(self, state: Floats, context: Context, hint: str = "") -> Guess:
        """Return the likeliest class of one utterance.

        Parameters
        ----------
        state
            Hidden state, shape (width,).
        context
            State of the dialogue, which rules some classes out.
        hint
            Class of the grammar's unsure reading, "" for none: it counts for it, and does not decide.
        """
        if len(state) != self.width:
            raise OtherModel(f"a hidden state of {len(state)} numbers does not fit a head for {self.width}")
        logits = (self._weight @ ((state - self._mean) / self._scale) + self._bias) / self._temperature
        logits = logits + np.array([_prior(label, context) for label in self.labels], dtype=np.float32)
        if hint in self.labels:
            logits[self.labels.index(hint)] += _HINTED
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
