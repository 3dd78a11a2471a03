"""The words of a request's slots as they are looked up: without what only ties them to the sentence.

有停车场 has to be looked for as 停车场, "by nine sharp" is a time, "showers and wifi" are two things, and a
party "with two toddlers" travels with children. All words are language data (`wording` in `reading.yaml`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from languages.reading import ReadingWords

_WISHES = ("has", "likes", "dislikes", "meals", "no_meal")
"""Lists of things, of which one span may name several."""
_NAMES = ("to", "what", "near", "start", "place", "where", "add", "drop", "instead", "item", "other")
_TIMES = ("arrive_by", "depart_at", "open_at")


def settled(request: Mapping[str, Any], words: ReadingWords) -> dict[str, Any]:
    """Return a request with its slots' words as they are looked up.

    Parameters
    ----------
    request
        A kind and its slots.
    words
        Words of the language it was said in.
    """
    result = dict(request)
    for name in _WISHES:
        if isinstance(result.get(name), list | tuple):
            parts = [part for said in result[name] for part in words.wording.apart(str(said))]
            result[name] = [words.wording.bare(part) for part in parts]
    for name in _NAMES:
        if isinstance(result.get(name), str):
            result[name] = words.wording.name(result[name])
    for name in _TIMES:
        if isinstance(result.get(name), str):
            result[name] = words.wording.moment(result[name])
    match result["kind"]:
        case "search" | "navigate":
            _priced(result, words)
            _always_open(result, words)
        case "plan_trip":
            _party(result, words)
            _roads(result, words)
            _dropped(result)
    return {name: value for name, value in result.items() if value not in ("", None, [])}


def _priced(request: dict[str, Any], words: ReadingWords) -> None:
    """A place that is to be cheap, without a sum, is the cheapest that there is."""
    if words.wording.is_one_of("cheap", str(request.get("price", ""))):
        del request["price"]
        request.setdefault("pick", "cheapest")


def _always_open(request: dict[str, Any], words: ReadingWords) -> None:
    """A place that never closes is open now."""
    wishes = list(request.get("has", ()))
    kept = [wish for wish in wishes if not words.wording.is_one_of("always_open", wish)]
    if len(kept) < len(wishes):
        request |= {"has": kept, "open_now": True}


def _party(trip: dict[str, Any], words: ReadingWords) -> None:
    """Of a party that is named by its children or elders alone, that is all there is to know."""
    kept = []
    for who in _listed(trip.get("who")):
        named = [name for name in ("children", "elderly") if words.wording.names(name, who)]
        trip |= dict.fromkeys(named, True)
        if not named or words.number(who) is not None:
            kept.append(who)
    trip["who"] = kept


def _roads(trip: dict[str, Any], words: ReadingWords) -> None:
    """A limit on the roads is for the router."""
    kept, avoided = [], list(trip.get("avoid", ()))
    for limit in _listed(trip.get("limit")):
        roads = words.wording.roads(limit)
        avoided += [road for road in roads if road not in avoided]
        if not roads:
            kept.append(limit)
    trip |= {"limit": kept, "avoid": avoided}


def _dropped(trip: dict[str, Any]) -> None:
    """What is no longer liked, of a plan that something is to be dropped of, is what is dropped."""
    disliked = _listed(trip.get("dislikes"))
    if trip.get("change") == "drop" and not trip.get("item") and len(disliked) == 1:
        trip |= {"item": disliked[0], "dislikes": []}


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]
