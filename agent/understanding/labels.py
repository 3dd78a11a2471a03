"""What the reader can say of a sentence: requests, each with a kind, spans of words, and closed values.

A sentence is a list of requests in the order said. A request's words lie in the sentence itself (`Span`);
what has no words of its own, or too many to list, is a value out of a closed list ("nearest", "fuel", toll).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

KINDS = (
    "none",
    "talk",
    "navigate",
    "search",
    "plan_trip",
    "change_route",
    "choose",
    "confirm",
    "deny",
    "status",
    "remember",
    "recall",
    "cancel",
    "repeat",
    "volume",
    "help",
)
NO_REQUEST = frozenset({"none", "talk"})
"""Kinds that nothing is done for: another domain's request, and no request at all."""

ROADS = ("toll", "motorway", "ferry", "unpaved")

VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "destination": ("", "home", "company"),
        "pick": ("", "nearest", "best", "cheapest"),
        "need": (
            *("", "food", "fuel", "charging", "coffee", "toilet", "rest", "parking", "hotel", "pharmacy"),
            *("hospital", "repair", "shopping", "sights", "cash", "drink"),
        ),
        "open_now": ("", "yes"),
        "along": ("", "yes"),
        "prefer": ("", "fast", "short", "other", "back"),
        "travel": ("", "foot", "bike"),
        "stars": ("", "1", "2", "3", "4", "5"),
        "index": ("", "1", "2", "3", "4", "5", "6", "7", "8", "-1"),
        "choose_by": ("", "nearer", "farther", "better", "cheaper", "other"),
        "question": (
            *("time_left", "distance_left", "arrival_time", "next_turn", "where_am_i", "speed_limit"),
            *("destination", "fuel_range", "clock", "date", "opening_hours", "phone", "address"),
            *("route", "traffic", "distance", "travel_time", "leave_by"),
        ),
        "remember": ("home", "company", "favourite"),
        "forget": ("", "yes"),
        "recall": ("home", "company", "favourites", "destinations"),
        "volume": ("up", "down", "mute", "unmute", "set", "max", "min"),
        "children": ("", "yes"),
        "elderly": ("", "yes"),
        "budget": ("", "low", "high"),
        "pace": ("", "easy", "full"),
        "ask": ("", "all", "day", "lunch", "dinner", "hotel", "start"),
        "change": (
            *("", "drop", "add", "swap", "hotel", "fewer", "more", "later", "earlier", "shorter", "longer"),
            *("days", "date", "undo"),
        ),
        "day": ("", "1", "2", "3", "4", "5", "6", "7", "-1"),
        "drop_all": ("", "yes"),
        "topic": (
            *("climate", "window", "call", "message", "music", "weather", "news", "reminder", "booking"),
            *("knowledge", "joke", "translate", "car", "smart_home", "shopping_order", "other"),
        ),
        **{f"avoid_{road}": ("", "yes") for road in ROADS},
        **{f"allow_{road}": ("", "yes") for road in ROADS},
    }
)
"""Closed values by name; the empty one, where there is one, means that nothing was said of it."""

_AVOID = tuple(f"avoid_{road}" for road in ROADS)
_ALLOW = tuple(f"allow_{road}" for road in ROADS)

KIND_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "none": ("topic",),
        "navigate": ("destination", "pick", "need", "open_now", "prefer", "travel", *_AVOID),
        "search": ("pick", "need", "open_now", "along", "stars"),
        "plan_trip": ("children", "elderly", "budget", "pace", "stars", "ask", "change", "day"),
        "change_route": ("prefer", "drop_all", *_AVOID, *_ALLOW),
        "choose": ("index", "choose_by"),
        "status": ("question", "travel"),
        "remember": ("remember", "forget"),
        "recall": ("recall",),
        "volume": ("volume",),
    }
)
"""The closed values that are read for a kind."""

SPAN_SLOTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "navigate": {
            **{name: name for name in ("to", "via", "start", "near", "arrive_by", "depart_at")},
            **{name: name for name in ("has", "without", "price", "within")},
        },
        "search": {
            **{name: name for name in ("what", "near", "without", "open_at", "has", "price", "within")},
            "count": "count",
        },
        "plan_trip": {
            **{name: name for name in ("where", "days", "date", "likes", "dislikes", "must", "meals")},
            **{name: name for name in ("start", "no_meal", "who", "money", "lodging", "limit", "time")},
            "item": "item",
            "other": "other",
        },
        "change_route": {"add": "via", "drop": "drop"},
        "choose": {"name": "name"},
        "deny": {"instead": "instead"},
        "status": {"place": "place", "arrive_by": "arrive_by"},
        "remember": {"place": "place", "label": "label"},
        "volume": {"level": "level"},
    }
)
"""For each kind, its slots of words and the tag that each is read as; tags are shared between kinds."""

LIST_SLOTS = frozenset(
    {"via", "has", "likes", "dislikes", "must", "meals", "no_meal", "lodging", "limit", "time"}
)
"""Slots that hold several pieces of words."""

SPANS = tuple(dict.fromkeys(tag for slots in SPAN_SLOTS.values() for tag in slots.values()))
TAGS = ("O", *(f"{side}-{name}" for name in SPANS for side in "BI"))
"""Tags of the tokens: outside, begin, inside."""

EXPECTING = ("choice", "yes_no", "place", "days")
STATES = (*EXPECTING, "guiding", "planning", "offered")
"""What the reader is told of the dialogue, one number each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the dialogue stands at when a sentence is said."""

    expecting: str = ""
    """What was asked: "choice", "yes_no", "place" or "days"; empty for nothing."""
    guiding: bool = False
    """Whether a drive is under way."""
    planning: bool = False
    """Whether a trip's plan is at hand."""
    offered: tuple[str, ...] = ()
    """Names just offered."""

    def vector(self) -> list[float]:
        """Return the state as the encoder takes it, in the order of `STATES`."""
        return [
            *(float(self.expecting == name) for name in EXPECTING),
            float(self.guiding),
            float(self.planning),
            float(bool(self.offered)),
        ]


def state_from_json(value: Mapping[str, Any] | None) -> State:
    """Read the state that stands beside a sentence in a file; what is left out is not so."""
    value = value or {}
    return State(
        expecting=str(value.get("expecting") or ""),
        guiding=bool(value.get("guiding")),
        planning=bool(value.get("planning")),
        offered=tuple(map(str, value.get("offered") or ())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words of a sentence that fill a slot."""

    tag: str
    """One of `SPANS`."""
    start: int
    """First character."""
    end: int
    """Character after the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of a sentence."""

    kind: str
    """One of `KINDS`."""
    begins: int = 0
    """Character at which it begins; the first of a sentence begins at 0."""
    spans: tuple[Span, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    """Closed values that are not empty, by their names in `VALUES`."""
