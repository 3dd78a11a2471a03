"""How probable it is that the words are right: what the recogniser knows about them, weighed.

The recogniser's own probability is high for many a wrong name. Beside it stand how well the least certain
piece fits the sound, whether two hearings agree, and how far the words are from what was read at first. The
weights are fitted on voices, wordings and noises that nothing else is judged by (`voice.train.confidence`).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from functools import cache

from voice.data_files import load_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for the words of one utterance; logarithms are natural."""

    logprob: float
    """Mean logarithm of the probability of a token, as it was decoded."""

    final: float
    """The same for the words that were chosen at last."""

    weakest: float
    """The lowest of them, not below -6."""

    weak_run: float
    """The lowest mean of two neighbours."""

    no_speech: float
    """Logarithm of the odds that nobody speaks."""

    language: float
    """Logarithm of the odds of the language against the other one, limited to 5 in size."""

    agreement: float
    """How alike both hearings are by sound, 0 to 1; 1 where one was enough."""

    unsure: float
    """1 where it was heard twice because the first hearing was not sure."""

    cost: float
    """How far the words sound from what was read at first, 0 to 1."""

    lead: float
    """By how much they fit better than the next best sentence, limited to 10; 10 if there is none."""

    listed: float
    """1 where they are a usual request, or a near name by sound in other words."""

    tokens: float
    """Logarithm of the number of tokens."""

    pace: float
    """Tokens a second of speech."""


NAMES = tuple(field.name for field in fields(Evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The fitted values of one language."""

    weights: dict[str, float]
    """By name of the evidence, for values reduced by their mean and divided by their spread."""

    mean: dict[str, float]
    spread: dict[str, float]
    bias: float

    carry_out: float
    """Probability from which a request is carried out without asking."""

    guess: float
    """Probability from which it is worth asking whether this was said."""

    sense: dict[str, float]
    """What a request's sense weighs (`in_sense`): "heard", "read", "fits", "first", "bias"."""

    def probability(self, evidence: Evidence) -> float:
        """Probability that what is understood of the words is what was said."""
        values = asdict(evidence)
        odds = self.bias + sum(
            weight * (values[name] - self.mean[name]) / self.spread[name]
            for name, weight in self.weights.items()
        )
        return probability_of(odds)

    def in_sense(self, heard: float, *, read: float, fits: float, is_first: bool) -> float:
        """Probability that what would be done is what was said, when its sense is known too.

        Parameters
        ----------
        heard : float
            The recogniser's own confidence in the utterance.
        read : float
            Probability that the words are understood rightly.
        fits : float
            How well what they name fits this place, 0 to 1.
        is_first : bool
            Whether the words are those that the recogniser held likeliest.
        """
        row = sense_row(heard, read, fits, is_first=is_first)
        odds = sum(self.sense[name] * value for name, value in zip(SENSE, row, strict=True))
        return round(probability_of(odds + self.sense["bias"]), 3)


def probability_of(odds: float) -> float:
    """The probability with some logarithm of odds."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def odds_of(probability: float) -> float:
    """The logarithm of the odds of a probability, neither of them held for certain."""
    kept = min(max(probability, 0.005), 0.995)
    return math.log(kept / (1.0 - kept))


SENSE = ("heard", "read", "fits", "first")
"""What is known of a request beside its sound, in the order of `sense_row`."""


def sense_row(heard: float, read: float, fits: float, *, is_first: bool) -> tuple[float, ...]:
    """The values of `SENSE`: three probabilities as `in_sense` has them, and whether it was heard first."""
    return odds_of(heard), odds_of(read), math.log(max(0.05, fits)), float(is_first)


def in_sense(heard: float, language: str, *, read: float, fits: float, is_first: bool) -> float:
    """`Calibration.in_sense` with the packaged values of a language."""
    return calibration(language).in_sense(heard, read=read, fits=fits, is_first=is_first)


@cache
def calibration(language: str) -> Calibration:
    """The packaged values of a language."""
    return Calibration(**load_json("confidence.json")[language])


def decide(confidence: float, language: str) -> str:
    """What to do with a request that was heard with a confidence.

    Returns
    -------
    str
        "carry_out", "ask" whether this was said, or "again" if it has to be said again.
    """
    values = calibration(language)
    if confidence >= values.carry_out:
        return "carry_out"
    return "ask" if confidence >= values.guess else "again"
