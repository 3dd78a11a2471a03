"""A prompt, and the times that decide when there is one."""

from dataclasses import dataclass
from typing import Any, Literal

Stage = Literal["depart", "prepare", "approach", "now", "after"]
"""The part of a manoeuvre's announcement that a prompt is; ``approach`` is the main one, with the names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTiming:
    """When prompts come. Times are from the end of the sentence to the manoeuvre."""

    prepare_s: float = 30.0
    """The first mention comes this long before the manoeuvre."""

    prepare_motorway_s: float = 60.0
    """The same on motorways and trunk roads."""

    prepare_min_m: float = 200.0
    """The first mention comes no closer than this."""

    prepare_max_m: float = 2000.0
    """The first mention comes no further away than this."""

    prepare_gap_s: float = 14.0
    """There is no first mention if the main prompt would follow within this time."""

    approach_s: float = 8.0
    """The main prompt ends this long before the manoeuvre."""

    approach_min_m: float = 45.0
    """The main prompt begins no closer than this if it can be helped."""

    slow_mps: float = 6.0
    """Up to this speed the main prompt begins within `approach_slow_max_m`."""

    approach_slow_max_m: float = 115.0
    """The main prompt begins no further away than this at low speed."""

    late_s: float = 0.8
    """A main prompt that is late is cut to what ends this long before the manoeuvre."""

    now_s: float = 2.2
    """The last prompt ends this long before the manoeuvre."""

    now_min_m: float = 18.0
    """The last prompt begins no closer than this if it can be helped."""

    now_gap_s: float = 3.0
    """There is no last prompt within this time after the main one has ended."""

    after_s: float = 4.0
    """The follow-up comes this long after the manoeuvre."""

    after_min_m: float = 1500.0
    """There is a follow-up only if the next manoeuvre is further away than this."""

    latency_s: float = 0.3
    """From the decision to the first sound."""

    creep_mps: float = 4.0
    """Speeds below this count as this, so that a car that stands is not spoken to again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One sentence to be said now."""

    text: str
    """The sentence, without a closing full stop."""

    language: str
    """Code of its language."""

    stage: Stage | Literal["notice"]
    """Which part of a manoeuvre's announcement it is; ``notice`` for anything else."""

    maneuver: int
    """Index of the manoeuvre that it is about, -1 if none."""

    time_s: float
    """When it was decided, seconds on the clock of the position updates."""

    distance_m: float
    """How far ahead the manoeuvre is, metres."""

    speech_s: float
    """How long it takes to say, seconds."""

    drop_after_s: float
    """When it is out of date and must not be begun any more, on the same clock."""

    interrupts: bool = False
    """Whether it cuts off what is being said, because that is no longer true."""

    def to_dict(self) -> dict[str, Any]:
        """Return the prompt as plain values for JSON."""
        return {
            "text": self.text,
            "language": self.language,
            "stage": self.stage,
            "maneuver": self.maneuver,
            "distance_m": round(self.distance_m, 1),
            "speech_s": round(self.speech_s, 2),
            "drop_after_s": round(self.drop_after_s, 2),
            "interrupts": self.interrupts,
        }
