"""What a training sentence may be labelled with: kinds, their slots, and the values of closed slots."""

from __future__ import annotations

from typing import Any

WORDS = "words"
"""A piece of the sentence."""
WORD_LIST = "word list"
"""Several pieces of the sentence."""
NUMBER = "number"
FLAG = "flag"
NEEDS = frozenset(
    (
        "food fuel charging coffee toilet rest parking hotel pharmacy hospital repair shopping sights "
        "cash drink"
    ).split()
)
_ROADS = frozenset({"toll", "motorway", "ferry", "unpaved"})
_BY = frozenset({"foot", "bike"})
_PICK = frozenset({"nearest", "best", "cheapest"})

SLOTS: dict[str, dict[str, Any]] = {
    "navigate": {
        "to": WORDS,
        "via": WORD_LIST,
        "start": WORDS,
        "near": WORDS,
        "avoid": _ROADS,
        "prefer": {"fastest", "shortest", "other"},
        "pick": _PICK,
        "need": NEEDS,
        "by": _BY,
        "open_now": FLAG,
        "arrive_by": WORDS,
        "depart_at": WORDS,
        "within": WORDS,
        "without": WORDS,
        "has": WORD_LIST,
        "price": WORDS,
    },
    "search": {
        "what": WORDS,
        "need": NEEDS,
        "near": WORDS,
        "along": FLAG,
        "pick": _PICK,
        "open_now": FLAG,
        "open_at": WORDS,
        "stars": NUMBER,
        "within": WORDS,
        "within_m": NUMBER,
        "within_min": NUMBER,
        "without": WORDS,
        "has": WORD_LIST,
        "price": WORDS,
        "count": NUMBER,
    },
    "plan_trip": {
        "where": WORDS,
        "start": WORDS,
        "days": NUMBER,
        "date": WORDS,
        "likes": WORD_LIST,
        "dislikes": WORD_LIST,
        "must": WORD_LIST,
        "meals": WORD_LIST,
        "no_meal": WORD_LIST,
        "children": FLAG,
        "elderly": FLAG,
        "budget": {"low", "high"},
        "pace": {"easy", "full"},
        "hotel_stars": NUMBER,
        "who": WORDS,
        "money": WORDS,
        "lodging": WORD_LIST,
        "limit": WORD_LIST,
        "time": WORD_LIST,
        "ask": {"all", "day", "lunch", "dinner", "hotel", "start"},
        "day": NUMBER,
        "change": set("drop add swap hotel fewer more later earlier shorter longer days date undo".split()),
        "item": WORDS,
        "other": WORDS,
    },
    "change_route": {
        "avoid": _ROADS,
        "allow": _ROADS,
        "add": WORDS,
        "drop": WORDS,
        "prefer": {"faster", "shorter", "other", "back"},
    },
    "choose": {
        "index": NUMBER,
        "by": {"nearer", "farther", "better", "cheaper", "other"},
        "name": WORDS,
    },
    "confirm": {},
    "deny": {"instead": WORDS},
    "status": {
        "what": set(
            "time_left distance_left arrival_time next_turn where_am_i speed_limit destination fuel_range "
            "clock date opening_hours phone address route traffic distance travel_time leave_by".split()
        ),
        "place": WORDS,
        "by": _BY,
        "arrive_by": WORDS,
    },
    "remember": {
        "what": {"home", "company", "favourite"},
        "place": WORDS,
        "label": WORDS,
        "forget": FLAG,
    },
    "recall": {"what": {"home", "company", "favourites", "destinations"}},
    "cancel": {},
    "repeat": {},
    "volume": {"change": {"up", "down", "mute", "unmute", "set", "max", "min"}, "level": NUMBER},
    "help": {},
    "none": {
        "topic": set(
            "climate window call message music weather news reminder booking knowledge joke translate car "
            "smart_home shopping_order other".split()
        )
    },
    "talk": {},
}
"""Slots of each kind, with the sort of their value or the values that it may have."""

_FREE = {"to": "home", "drop": "*"}
"""Values that need not stand in the sentence: the home that is meant by a bare "going back", all stops."""


def fault(sentence: dict[str, Any]) -> str | None:
    """Return what is wrong with the label of a sentence, None if nothing is."""
    text = sentence["text"]
    for intent in sentence["intents"]:
        kind = intent["kind"]
        if kind not in SLOTS:
            return f"there is no kind {kind!r}"
        for slot, value in intent.items():
            if slot != "kind" and (wrong := _slot_fault(text, SLOTS[kind].get(slot), slot, value)):
                return f"{kind}.{slot}={value!r}: {wrong}"
    return None


def _slot_fault(text: str, sort: Any, slot: str, value: Any) -> str | None:
    if sort is None:
        return "there is no such slot"
    if sort == FLAG:
        return None if value is True else "is true or left out"
    if sort == NUMBER:
        return None if isinstance(value, int) else "has to be a whole number"
    listed = sort == WORD_LIST or (not isinstance(sort, str) and slot in {"avoid", "allow"})
    if listed != isinstance(value, list):
        return "has to be a list" if listed else "has to be one value"
    for one in value if listed else [value]:
        if isinstance(sort, str):
            if not isinstance(one, str) or (one not in text and one != _FREE.get(slot)):
                return "does not stand in the sentence"
        elif one not in sort:
            return "is no value of it"
    return None
