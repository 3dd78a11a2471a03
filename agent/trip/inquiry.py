"""From what was said of a trip to a request: what the words ask for, and what the map has for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.accounting import Entry, spans_of
from agent.trip.asked.clock import Times, times_of
from agent.trip.asked.marks import listed
from agent.trip.asked.party import Party, party_of
from agent.trip.asked.wishes import Limits, budget_of, limits_of, lodging_of
from agent.trip.candidates import drivable, sights_for, slot_of, town_holding, with_sights
from agent.trip.driving import NAP_MIN
from agent.trip.offered.beds import find_beds
from agent.trip.offered.kinds import DIETS
from agent.trip.offered.sights import kind_behind, knows, knows_sight, on_foot, run_together, themes_of
from agent.trip.offered.tables import MealWish, foods_of, meal_hours, restaurants_of, serves
from agent.trip.offered.towns import Town, joined_near, towns_of
from agent.trip.request import MAX_DAYS, TripRequest, on_road
from agent.trip.spoken.said import core
from agent.understanding.intent import DayWish
from languages import load_language
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words
from nav.country import country_at
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.trip.offered.sights import Sights
    from agent.understanding.intent import Wishes
    from agent.understanding.utterance import Language

_PER_DAY = {"easy": 4, "": 6, "full": 8}
_WALK_M = {"easy": 700.0, "": 1000.0, "full": 1200.0}
_ON_FOOT_M, _ON_FOOT_REACH_M = 2_000.0, 2_200.0
"""Longest walk between two stops, and how far they lie from the middle, where nothing is driven."""
_NEAR_HOME_M = 120_000.0


def language_of(*texts: str) -> Language:
    """Return the language that words are written in."""
    return "zh" if any("\u3400" <= c <= "\u9fff" for text in texts for c in text) else "en"


def make_request(
    desk: Desk,
    *,
    where: str,
    days: int,
    wishes: Wishes,
    position: Point | None,
    first_day: date,
    range_m: float | None = None,
    towns: tuple[str, ...] = (),
    start: str = "",
    language: Language | None = None,
    by_car: bool = False,
) -> TripRequest:
    """Find out what there is for the wishes; with `by_car` it is driven even if it was to be walked.

    Raises
    ------
    PlanImpossible
        With the reason in words that can be spoken.
    """
    _check(days, wishes)
    spoken = language or language_of(where, *towns, *(words for _, words in spans_of(wishes)))
    where, wishes = _place_among(desk, where, towns, wishes, position, spoken)
    found = towns_of(desk, where, _all_towns(where, towns, wishes), position, spoken)
    found = joined_near(found, days, spoken)
    if len(found) > days:
        raise PlanImpossible("towns_many", count=len(found), limit=len(found))
    wishes = _named_besides(desk, _split(desk, _sorted_out(wishes), found, spoken), found, spoken)
    party, (limits, driven) = party_of(wishes, spoken), _limits(wishes, spoken, by_car=by_car)
    found = tuple(on_foot(desk, town, _ON_FOOT_REACH_M) for town in found) if limits.on_foot else found
    times = times_of(wishes.time, spoken)
    sights = sights_for(desk, found, wishes, party, days, on_foot=limits.on_foot)
    if not (sights.must or sights.others or any(sights.liked.values())):
        raise PlanImpossible("no_sights", name=found[0].name)
    begin, home, entries = _ends(desk, found, position, start)
    request = TripRequest(
        where=_named(found, spoken),
        towns=found,
        town_of_day=(0,) * days,
        start=begin,
        home=home,
        first_day=first_day,
        days=days,
        wishes=wishes,
        language=spoken,
        party=party,
        limits=limits,
        lodging=lodging_of(wishes.model_copy(update={"budget": budget_of(wishes, spoken)}), spoken),
        times=times,
        meal_hours=meal_hours(country_at(*found[0].center)),
        per_day=_per_day(wishes, party, limits),
        walk_m=_walk(wishes, party, limits),
        day_start=_day_start(wishes, times, limits),
        range_m=range_m if range_m is not None else limits.range_m,
        entries=(*entries, *driven),
        extra={} if where or towns else {"here": True},
    )
    return _furnished(desk, request, sights)


def _furnished(desk: Desk, request: TripRequest, sights: Sights) -> TripRequest:
    request = _with_meals(desk, with_sights(desk, request, sights))
    request = replace(request, naps=_naps(request))
    if request.sleeps_out:
        request = with_beds(desk, request)
    return _with_car_stops(desk, request)


def _naps(request: TripRequest) -> dict[int, int]:
    """Return how long one rests after lunch: where it was said, and at the hotel for who needs it."""
    if request.limits.nap:
        return dict.fromkeys(range(request.days), NAP_MIN)
    if request.limits.walk_day_m or request.limits.drive_day_s or request.limits.on_foot:
        return {}  # the way to the hotel is one more
    needs = request.party.pregnant or request.party.toddlers or request.party.elderly
    return dict.fromkeys(range(request.days - 1), NAP_MIN) if needs and request.sleeps_out else {}


def _limits(wishes: Wishes, language: Language, *, by_car: bool) -> tuple[Limits, tuple[Entry, ...]]:
    """Return the limits, and what became of those that are given up because it is driven after all."""
    limits = limits_of(wishes.limit, language)
    if not by_car:
        return limits, ()
    walked = (words for words, what in limits.read if what == "on_foot")
    given_up = tuple(Entry(slot="limit", words=w, state="traded", note="on_foot") for w in walked)
    return replace(limits, on_foot=False), given_up


def _check(days: int, wishes: Wishes) -> None:
    """Refuse what no plan can be made of: no days, too many, or a wish that is ruled out as well."""
    if days < 1:
        raise PlanImpossible("days_zero")
    if days > MAX_DAYS:
        raise PlanImpossible("days_many", limit=MAX_DAYS)
    wanted = (*wishes.likes, *wishes.must, *(w for d in wishes.by_day for w in (*d.likes, *d.must)))
    eaten = (*wishes.meals, *(w for d in wishes.by_day for w in d.meals))
    clash = [wishes.clash] if wishes.clash else []
    clash += [w for w in wanted if w.casefold() in {d.casefold() for d in wishes.dislikes}]
    clash += [w for w in eaten for no in wishes.no_meal if _is_same(w, no)]
    if clash:
        raise PlanImpossible("contradiction", name=min(clash))


def _is_same(food: str, refused: str) -> bool:
    """Whether a food is wished for and refused: 川菜 and 一顿川菜."""
    a, b = food.casefold(), refused.casefold()
    language = language_of(refused)
    number = load_language(language).numbers.pattern
    counted = rf"(?:{number})?\s*(?:{'|'.join(trip_words(language).measures) or 'x'})?\s*"
    return a == b or re.fullmatch(counted + re.escape(a), b, re.IGNORECASE) is not None


def _all_towns(where: str, towns: tuple[str, ...], wishes: Wishes) -> tuple[str, ...]:
    """Return the towns said, with those that were said for a day."""
    of_days = tuple(day.where for day in wishes.by_day if day.where)
    if not of_days:
        return towns
    return (*(towns or ((where,) if where else ())), *of_days)


def _sorted_out(wishes: Wishes) -> Wishes:
    """Put food that stands among the dislikes, or sights among the meals, where it belongs."""
    food = tuple(w for w in wishes.dislikes if foods_of(w) and not themes_of(w) and w not in wishes.no_meal)
    return wishes.model_copy(
        update={
            "no_meal": (*wishes.no_meal, *food),
            "dislikes": tuple(w for w in wishes.dislikes if w not in food),
        }
    )


def _place_among(
    desk: Desk, where: str, towns: tuple[str, ...], wishes: Wishes, position: Point | None, language: Language
) -> tuple[str, Wishes]:
    """Take the area from the words that nobody read, if none was read; take a kind off its end."""

    def known(words: str) -> bool:
        try:
            towns_of(desk, words, (), position, language)
        except PlanImpossible:
            return False
        return True

    if where and not towns and not any(c.isalpha() for c in where):
        where = ""
    if where and not towns and not known(where) and (named := _no_area(desk, where, language)) is not None:
        return "", wishes.model_copy(update={"likes": (*wishes.likes, *named)})
    if where and not towns:
        kind = kind_behind(where, language)
        area = where.removesuffix(kind).strip()
        if kind and area and not known(where) and known(area):  # 安道尔购物: a town and what to do there
            return area, wishes.model_copy(update={"likes": (*wishes.likes, kind)})
    if where or towns or any(day.where for day in wishes.by_day):
        return where, wishes
    for words in wishes.unread:
        if area := next((part for part in (words, *words.split()) if known(part)), ""):
            return area, wishes.model_copy(update={"unread": tuple(w for w in wishes.unread if w != words)})
    return where, wishes


def _no_area(desk: Desk, words: str, language: Language) -> tuple[str, ...] | None:
    """Return the kinds of sights in words that were read as an area and are none; None if they may be one."""
    if not talks_of_trips(language):
        return None
    if any_of(language, talk_words(language).fillers).fullmatch(words):
        return ()
    inner = core(language, words)
    if inner != words and (match := desk.places.categories(inner)) and not match.rest:
        return ()  # within the school: where one is
    for parts in (
        (words,),
        listed(words, language),
        (words.removesuffix(end := kind_behind(words, language)), end),
    ):
        if all(part and _is_kind(desk, part) for part in parts):
            return tuple(parts)
    return None


def _is_kind(desk: Desk, words: str) -> bool:
    match = desk.places.categories(words)
    return bool(match and not match.rest) or kind_behind(words, language_of(words)) == words


def _split(desk: Desk, wishes: Wishes, towns: Sequence[Town], language: Language) -> Wishes:
    """Take a list of names that have to be in apart, unless the whole of it is a name."""
    must: list[str] = []
    for words in wishes.must:
        parts = listed(words, language) if talks_of_trips(language) else ()
        if len(parts) < 2:
            must += run_together(desk, words, towns[0].center, language)
            continue
        must += [words] if knows(desk, words, towns[0].center) else parts
    return wishes.model_copy(update={"must": tuple(dict.fromkeys(must))})


def _named_besides(desk: Desk, wishes: Wishes, towns: Sequence[Town], language: Language) -> Wishes:
    """Wish for the sights of the map that are named by words which nothing else was made of."""
    center, found = towns[0].center, {}
    for words in wishes.unread:
        names = (*listed(words, language), words) if talks_of_trips(language) else (words,)
        parts = [part for name in names for part in run_together(desk, name, center, language)]
        if known := [part for part in parts if knows_sight(desk, part, center)]:
            found[words] = dict.fromkeys(known)
    likes = (*wishes.likes, *(name for names in found.values() for name in names))
    left = tuple(words for words in wishes.unread if words not in found)
    return wishes.model_copy(update={"likes": tuple(dict.fromkeys(likes)), "unread": left})


def _named(towns: Sequence[Town], language: Language) -> str:
    return load_language(language).joined([town.name for town in towns])


def _per_day(wishes: Wishes, party: Party, limits: Limits) -> int:
    most = _PER_DAY["easy" if limits.easy and not wishes.pace else wishes.pace]
    slow = (party.walks_less or party.children) and not wishes.pace and not limits.easy
    most -= 1 if slow else 0
    return min(most, limits.sights) if limits.sights else most


def _walk(wishes: Wishes, party: Party, limits: Limits) -> float:
    if limits.walk_m is not None:
        return limits.walk_m
    walk = _ON_FOOT_M if limits.on_foot else _WALK_M[wishes.pace]
    if limits.on_foot and party.walks_less:
        return walk / 2
    return min(walk, 300.0) if party.wheelchair else min(walk, 450.0) if party.walks_less else walk


def _day_start(wishes: Wishes, times: Times, limits: Limits) -> time:
    if wishes.depart:
        hour, minute = wishes.depart.split(":")
        return time(min(int(hour), 20), int(minute))
    if times.daily:
        return times.daily
    if limits.late or limits.easy:
        return time(10, 0)
    return {"easy": time(10, 0), "full": time(8, 30)}.get(wishes.pace, time(9, 0))


def _ends(
    desk: Desk, towns: Sequence[Town], position: Point | None, start: str
) -> tuple[Point, Point | None, tuple[Entry, ...]]:
    """Return where the trip begins, where it comes home to, and what became of a start that was named."""
    entries: tuple[Entry, ...] = ()
    if start:
        found = [c for c in desk.places.resolve(start, near=towns[0].center, limit=2) if c.score >= 0.7]
        entries = (
            Entry(
                slot="start", words=start, state="kept" if found else "missing", note="" if found else "start"
            ),
        )
        if found:
            position = (found[0].place.lat, found[0].place.lon)
    inside = position is not None and desk.region.contains(*position)
    if (
        inside
        and position is not None
        and distance_m(position, towns[0].center) < _NEAR_HOME_M
        and on_road(desk, position)
    ):
        return position, position, entries
    return _road_near(desk, towns[0].center), None, entries


def _road_near(desk: Desk, center: Point) -> Point:
    """Return a point by a road near the centre of an area that has none in its middle."""
    if on_road(desk, center):
        return center
    for place in desk.places.of_kinds(("amenity/parking",), near=center, within_m=20_000)[:8]:
        if on_road(desk, (place.lat, place.lon)):
            return place.lat, place.lon
    raise PlanImpossible("unreachable")


def _with_meals(desk: Desk, request: TripRequest) -> TripRequest:
    wishes, language = request.wishes, request.language
    skipped = {words: _meal_named(words, language) for words in wishes.no_meal}
    banned = [words for words, meal in skipped.items() if not meal]
    tables, forbidden = restaurants_of(
        desk, request.towns, banned=banned, children=bool(request.party.children)
    )
    tables = [p for p in tables if p.id not in request.disliked]
    dined, entries = [], list(request.entries)
    wanted = [(words, DayWish(day=0)) for words in wishes.meals]
    wanted += [(words, day) for day in wishes.by_day for words in day.meals]
    for words, day in wanted:
        role = next(
            (r for r in ("lunch", "dinner") if any_of(language, trip_words(language).meals[r]).search(words)),
            None,
        )
        core = _food_words(words, language)
        if core and not _without_price(core, language):
            entries.append(Entry(slot="meals", words=words, state="unknown", note="prices"))
            continue
        if not core:
            entries.append(Entry(slot="meals", words=words, state="kept"))
            continue
        ids = tuple(p.id for p in tables if serves(desk, p, core))
        if not ids:
            entries.append(Entry(slot="meals", words=words, state="missing", note="meal"))
            continue
        every = role is None and bool(set(foods_of(core)) & DIETS)
        number = request.days if day.day == -1 else day.day
        dined.append(MealWish(words=words, ids=ids, role=role, day=number, every=every))  # type: ignore[arg-type]
    wished = {i for wish in dined for i in wish.ids}
    kept = [p for p in tables if p.id in wished] + [p for p in tables if p.id not in wished]
    return replace(
        request,
        restaurants=tuple(kept),
        forbidden=frozenset(forbidden),
        skipped=frozenset(skipped.values()) - {""},
        dined=tuple(dined),
        entries=tuple(entries),
    )


def _meal_named(words: str, language: Language) -> str:
    """Return the meal that words name and nothing else; "" if they name none."""
    said = trip_words(language).meals
    return next((r for r in ("lunch", "dinner") if any_of(language, said[r]).fullmatch(words.strip())), "")


def _food_words(words: str, language: Language) -> str:
    """Return the food without the meal at which it is eaten; "" if only a meal was named."""
    text = words
    for role in ("lunch", "dinner", "breakfast"):
        text = any_of(language, trip_words(language).meals[role]).sub(" ", text)
    text = re.sub(r"^(?:吃|来点|一顿|a|an|the|some|nice|good)\s*|\s*(?:for|at|吃)\s*$", "", text.strip())
    return re.sub(r"\b(?:for|a|an|the|nice|good|proper|great)\b", " ", text).strip(" 的，,")


def _without_price(food: str, language: Language) -> str:
    """Return a food without what is said of its price: nothing of a cheap lunch."""
    words = tuple(word for said in trip_words(language).money.values() for word in said)
    return _food_words(any_of(language, words).sub(" ", food), language)


def with_beds(desk: Desk, request: TripRequest) -> TripRequest:
    """Return the request with the hotels that fit it."""
    beds = find_beds(
        desk, request.towns, request.lodging, banned=request.wishes.dislikes, language=request.language
    )
    hotels = drivable(desk, beds.hotels[:60])
    if not hotels:
        raise PlanImpossible("no_hotel")
    return replace(
        request,
        hotels=hotels,
        fixed_hotel=beds.fixed,
        town_of=request.town_of | {h.id: town_holding(h, request.towns) for h in hotels},
        entries=(*request.entries, *beds.entries),
    )


def _with_car_stops(desk: Desk, request: TripRequest) -> TripRequest:
    fuel = desk.places.of_kinds(("amenity/fuel",), near=request.start, within_m=60_000)[:4]
    charging = desk.places.of_kinds(("amenity/charging_station",), near=request.center, within_m=60_000)[:6]
    stations = charging if any(need == "charging" for need, _ in request.needs) else fuel
    entries = [
        Entry(slot=slot_of(request, words), words=words, state="missing", note="like")
        for need, words in request.needs
        if not (charging if need == "charging" else fuel)
    ]
    return replace(request, fuel_stations=drivable(desk, stations), entries=(*request.entries, *entries))
