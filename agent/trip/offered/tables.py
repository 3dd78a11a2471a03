"""Where to eat on a trip: restaurants for guests, by rank, without what is not eaten."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import TYPE_CHECKING, Literal

from agent.trip.offered.kinds import ALSO_BANNED, CUISINES, DIETS
from agent.trip.offered.sights import LANGUAGES, called, is_open
from languages.trip_words import any_of, trip_words
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.offered.towns import Town
    from poi.place import Place

Role = Literal["lunch", "dinner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MealWish:
    """A food that was wished for, with the restaurants that serve it."""

    words: str
    ids: tuple[str, ...]
    role: Role | None = None
    """Meal that was meant; None for either."""
    day: int = 0
    """Day from 1; 0 for any."""
    every: bool = False
    """Whether every meal has to be of it (halal, vegetarian)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MealHours:
    """When people of a country eat: first and last arrival."""

    lunch: tuple[time, time] = (time(11, 30), time(13, 30))
    dinner: tuple[time, time] = (time(17, 30), time(19, 45))

    def of(self, role: Role) -> tuple[time, time]:
        """Return first and last arrival for a meal."""
        return self.lunch if role == "lunch" else self.dinner


_LATE = MealHours(lunch=(time(12, 30), time(14, 30)), dinner=(time(19, 30), time(21, 0)))
_MIDDLE = MealHours(lunch=(time(12, 0), time(14, 0)), dinner=(time(19, 0), time(20, 45)))
_HOURS = {
    **dict.fromkeys(("ES", "AD", "PT", "AR"), _LATE),
    **dict.fromkeys(("FR", "IT", "MC", "GR", "HR", "MT", "TR", "BR", "MX"), _MIDDLE),
}


def meal_hours(country: str) -> MealHours:
    """Return the meal times of a country."""
    return _HOURS.get(country, MealHours())


@cache
def foods_of(words: str) -> tuple[str, ...]:
    """Return the foods that words name, in any language: as a whole, else those within."""
    text = words.strip().casefold()
    every = {food for code in LANGUAGES for food in trip_words(code).foods}
    for how in ("fullmatch", "search"):
        found = [
            food
            for food in sorted(every)
            for code in LANGUAGES
            if (said := trip_words(code).foods.get(food)) and getattr(any_of(code, said.says), how)(text)
        ]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def serves(desk: Desk, place: Place, words: str) -> bool:
    """Whether a restaurant serves a food or is of a kind, by its cuisine, its diets, or its name."""
    tagged = {c.strip() for c in place.cuisine.casefold().split(";") if c.strip()}
    text = words.strip().casefold()
    name = called(place)
    for food in foods_of(words):
        if food in DIETS and place.tags.get(f"diet:{food}") in {"yes", "only"}:
            return True
        if food in DIETS and food in tagged:
            return True
        if tagged & set(CUISINES.get(food, (food,))):
            return True
        said = (trip_words(code).foods.get(food) for code in LANGUAGES)
        if any(n.casefold().replace(" ?", " ") in name for entry in said if entry for n in entry.names):
            return True
    match = desk.places.categories(words)
    if match and not match.rest:
        wanted = {k.split("cuisine=")[1].rstrip("]") for k in match.categories if "cuisine=" in k}
        if tagged & wanted:
            return True
    bare = text.replace(" ", "_")
    return bool(text) and (text in name or bare in tagged or bare.rstrip("s") in tagged)


def forbids(desk: Desk, place: Place, words: str) -> bool:
    """Whether a restaurant is one for what is not eaten: it offers it, or is likely to cook little else."""
    tagged = {c.strip() for c in place.cuisine.casefold().split(";") if c.strip()}
    also = {c for food in foods_of(words) for c in ALSO_BANNED.get(food, ())}
    return bool(tagged & also) or serves(desk, place, words)


def is_for_guests(place: Place) -> bool:
    """Whether one can eat there: it has a name, is not closed, and feeds no pupils, staff or patients."""
    name = called(place)
    return (
        bool(place.name)
        and is_open(place)
        and not any(word in name for code in LANGUAGES for word in trip_words(code).not_restaurants)
    )


_QUICK = {
    "burger",
    "fast_food",
    "kebab",
    "sandwich",
    "fried_chicken",
    "donut",
    "coffee_shop",
    "ice_cream",
    "hot_dog",
}
"""What one eats in passing rather than sits down to."""


def rank(place: Place) -> float:
    """Return how much speaks for a restaurant, as far as the map tells."""
    told = bool(place.cuisine) + bool(place.opening_hours) + bool(place.website or place.phone)
    known = 2 * bool({"wikidata", "wikipedia"} & place.tags.keys())
    plain = -2 * (place.category != "amenity/restaurant") - (not place.name) * 5
    quick = {c.strip() for c in place.cuisine.casefold().split(";")} & _QUICK
    plain -= 2 * bool(quick) + bool(place.brand)
    return told + known + plain + 2 * place.importance


_HOT = "spicy"
"""What no child is taken to unless it was wished for."""
_DRINK = ("bar", "pub", "cafe", "café", "咖啡", "酒吧", "奶吧", "茶饮", "coffee", "kiosk")


def restaurants_of(
    desk: Desk, towns: Sequence[Town], *, banned: Sequence[str], children: bool
) -> tuple[list[Place], set[str]]:
    """Return the restaurants that may be eaten at, the best first, and the ids of those that may not."""
    found: dict[str, Place] = {}
    for town in towns:
        near = desk.places.of_kinds(("amenity/restaurant",), near=town.center, within_m=town.reach_m)
        found |= {p.id: p for p in near if is_for_guests(p)}
        if len(near) < 8:
            fast = desk.places.of_kinds(("amenity/fast_food",), near=town.center, within_m=town.reach_m)
            found |= {p.id: p for p in fast if is_for_guests(p)}
    forbidden = {p.id for p in found.values() if any(forbids(desk, p, words) for words in banned)}
    fit = [p for p in found.values() if p.id not in forbidden]
    if children:
        fit = [p for p in fit if not any(word in called(p) for word in _DRINK)] or fit
        fit = [p for p in fit if not serves(desk, p, _HOT)] or fit
    fit.sort(key=lambda p: (-rank(p) + (1.0 if any(w in called(p) for w in _DRINK) else 0.0), p.id))
    campuses = _campuses(desk, towns)
    outside = [p for p in fit if not any(_on_campus(p, c) for c in campuses)]
    return (outside if len(outside) >= _ENOUGH else fit), forbidden


_CAMPUSES = ("amenity/university", "amenity/college", "amenity/school", "amenity/hospital")
_ENOUGH = 6


def _campuses(desk: Desk, towns: Sequence[Town]) -> list[Place]:
    found = [p for t in towns for p in desk.places.of_kinds(_CAMPUSES, near=t.center, within_m=t.reach_m)]
    return [p for p in found if p.area_m2 > 20_000]


def _on_campus(place: Place, campus: Place) -> bool:
    radius_m = 0.7 * math.sqrt(campus.area_m2 / math.pi)
    return distance_m((place.lat, place.lon), (campus.lat, campus.lon)) < radius_m
