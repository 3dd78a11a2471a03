"""What the agent gives back for one utterance."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from agent.trip.itinerary import Plan
    from agent.understanding.intent import Intent
    from agent.understanding.utterance import Language
    from nav import Route
    from poi.place import Place

Outcome = Literal["done", "ask_back", "impossible", "not_understood"]

_CLAUSE = re.compile(r"[^，。！？；,.!?;]*(?:[，。！？；!?;]+|[,.](?=\s|$)|$|[,.])\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything that follows from one utterance."""

    heard: str
    """The utterance as it came in."""

    language: Language
    """Language of the utterance and of the reply."""

    intents: tuple[Intent, ...]
    """What was understood, in the order said."""

    outcome: Outcome
    """Whether it was done, needs an answer, cannot be done, or was not understood."""

    reply: str
    """What to say; made of templates and facts only."""

    places: tuple[Place, ...] = ()
    """Places spoken of, in the order offered."""

    route: Route | None = None
    """The route that is now to be driven, if it is new."""

    plan: Plan | None = None
    """The trip plan, if one was made or changed."""

    understood_by: Literal["list", "reader", "llm"] = "list"
    """What read the utterance."""

    why: str = ""
    """What decided how it was read."""

    asks: bool = False
    """Whether an answer is waited for: a question was put, or an open one stays open after what was said."""

    end_guidance: bool = False
    """The drive is over: guidance is to stop."""

    volume: dict[str, Any] | None = None
    """Change of the voice's volume for the device to carry out."""

    view: dict[str, Any] | None = None
    """What the screen is to show, for the device to carry out."""

    timings_ms: dict[str, float] = field(default_factory=dict)
    """Time of the stages "understand" and "act", milliseconds."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """The reply in the pieces in which it can be spoken."""
        return tuple(part.strip() for part in _CLAUSE.findall(self.reply) if part.strip())

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of one answer; `audio` is for the caller to fill."""
        main = self.intents[0].to_dict() if self.intents else {"kind": "chat"}
        return {
            "heard": self.heard,
            "language": self.language,
            "intent": main,
            "intents": [intent.to_dict() for intent in self.intents],
            "reply": self.reply,
            "outcome": self.outcome,
            "asks": self.asks,
            "places": [place.to_dict() for place in self.places],
            "route": _route_dict(self.route),
            "plan": self.plan.to_dict() if self.plan else None,
            "audio": None,
            "understood_by": self.understood_by,
            "why": self.why,
            "timings_ms": {name: round(value, 1) for name, value in self.timings_ms.items()},
        }


def _route_dict(route: Route | None) -> dict[str, Any] | None:
    if route is None:
        return None
    line = [[round(float(lon), 6), round(float(lat), 6)] for lat, lon in route.geometry]
    return {
        "distance_m": round(float(route.distance_m), 1),
        "duration_s": round(float(route.duration_s), 1),
        "geometry": {"type": "LineString", "coordinates": line},
        "maneuvers": [maneuver.to_dict() for maneuver in route.maneuvers],
    }
