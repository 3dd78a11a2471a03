"""What a trip is planned from: the area, the dates, the wishes, and what there is to visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from agent.errors import PlanImpossible
from agent.understanding.rules.phrase import need_of
from nav.errors import NavError
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.understanding.intent import Wishes
    from poi.place import Place

MAX_DAYS = 14
STAY_MIN: tuple[tuple[str, int], ...] = (
    ("tourism/zoo", 150),
    ("tourism/theme_park", 180),
    ("tourism/aquarium", 120),
    ("tourism/museum", 90),
    ("tourism/gallery", 60),
    ("historic/castle", 60),
    ("leisure/park", 45),
    ("leisure/garden", 45),
    ("tourism/viewpoint", 20),
    ("amenity/place_of_worship", 30),
    ("historic", 20),
    ("tourism/artwork", 10),
    ("", 45),
)
"""Length of a visit in minutes by the beginning of the category, the first that fits."""

MEAL_MIN = 60
_SIGHT_WORDS = ("景点", "博物馆", "公园", "教堂", "观景台", "城堡", "古迹", "动物园", "美术馆", "花园")
_CHILD_WORDS = ("动物园", "公园", "博物馆", "游乐园", "水族馆")
_PER_DAY = {"easy": 2, "": 4, "full": 6}
_LOCALITY = (
    "place/",
    "boundary/",
    "tourism/",
    "amenity/university",
    "leisure/",
    "historic/",
    "natural/",
    "landuse/",
)
_REACH_M = 12_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TripRequest:
    """Everything that the planner and the verifier need to know."""

    where: str
    """Name of the area, as it is spoken."""

    center: Point
    reach_m: float
    """How far from the centre a place may be, metres."""

    start: Point
    """Where the first day begins."""

    first_day: date
    days: int
    wishes: Wishes
    sights: tuple[Place, ...]
    """Candidates, the best first; the first `must_count` have to be in."""

    must_count: int = 0
    restaurants: tuple[Place, ...] = ()
    hotels: tuple[Place, ...] = ()
    fuel_stations: tuple[Place, ...] = ()
    per_day: int = 4
    """Sights a day at most."""

    day_start: time = time(9, 0)
    unmet: tuple[str, ...] = ()
    range_m: float | None = None
    """How far fuel or charge will last, metres; None if unknown."""

    liked: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Each liking with the ids of the places that meet it, for the verifier."""

    dined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Each meal that was wished for with the ids of the restaurants that serve it."""

    disliked: frozenset[str] = frozenset()
    """Ids of places that must not be in."""

    extra: dict[str, Any] = field(default_factory=dict)


def stay_min(place: Place) -> int:
    """Return how long a visit takes, minutes."""
    return next(minutes for prefix, minutes in STAY_MIN if place.category.startswith(prefix))


def make_request(
    desk: Desk,
    *,
    where: str,
    days: int,
    wishes: Wishes,
    position: Point | None,
    first_day: date,
    range_m: float | None = None,
) -> TripRequest:
    """Find out what there is for the wishes.

    Raises
    ------
    PlanImpossible
        With the reason in words that can be spoken.
    """
    if days < 1:
        raise PlanImpossible("days_zero")
    if days > MAX_DAYS:
        raise PlanImpossible("days_many", limit=MAX_DAYS)
    clash = {w.casefold() for w in (*wishes.likes, *wishes.must)} & {w.casefold() for w in wishes.dislikes}
    if clash:
        raise PlanImpossible("contradiction", name=sorted(clash)[0])
    name, center, reach_m = _area(desk, where, position)
    sights, must_count, unmet, liked, disliked = _sights(desk, center, reach_m, wishes)
    if not sights:
        raise PlanImpossible("no_sights", name=name)
    hotels = _hotels(desk, center, reach_m, wishes) if days > 1 else ()
    if position is not None and desk.region.contains(*position) and distance_m(position, center) < 80_000:
        start = position
    else:
        start = center
    try:
        desk.router.snap(*start)
    except NavError:
        start = _nearest_start(desk, center)
    restaurants, dined = _restaurants(desk, center, reach_m, wishes)
    return TripRequest(
        where=name,
        center=center,
        reach_m=reach_m,
        start=start,
        first_day=first_day,
        days=days,
        wishes=wishes,
        sights=_drivable(desk, sights),
        must_count=must_count,
        restaurants=restaurants,
        dined=dined,
        hotels=_drivable(desk, hotels),
        fuel_stations=_drivable(desk, tuple(desk.places.search("加油站", near=center, limit=4))),
        per_day=_PER_DAY[wishes.pace] - (1 if wishes.elderly and wishes.pace == "" else 0),
        day_start=_day_start(wishes),
        unmet=unmet,
        range_m=range_m,
        liked=liked,
        disliked=disliked,
    )


def _nearest_start(desk: Desk, center: Point) -> Point:
    """Return a point by a road near the centre of an area that has none in its middle."""
    for place in desk.places.search("停车场", near=center, limit=5):
        if _has_road(desk, place):
            return place.lat, place.lon
    raise PlanImpossible("unreachable")


def _drivable(desk: Desk, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Return the places that have a road near enough: a summit is a sight, but not one to drive to."""
    return tuple(place for place in places if _has_road(desk, place))


def _has_road(desk: Desk, place: Place) -> bool:
    try:
        desk.router.snap(place.lat, place.lon)
    except NavError:
        return False
    return True


def _day_start(wishes: Wishes) -> time:
    if wishes.depart:
        hour, minute = wishes.depart.split(":")
        return time(min(int(hour), 13), int(minute))
    return time(10, 0) if wishes.pace == "easy" else time(9, 0)


def _area(desk: Desk, where: str, position: Point | None) -> tuple[str, Point, float]:
    """Return name, centre and reach of the area that is meant."""
    south, west, north, east = desk.region.bbox
    diagonal_m = distance_m((south, west), (north, east))
    if not where:
        if position is None:
            raise PlanImpossible("no_position")
        if not desk.region.contains(*position):
            raise PlanImpossible("outside", name=desk.region.name)
        return desk.region.name.capitalize(), position, _REACH_M
    found = [c for c in desk.places.resolve(where, near=position, limit=5) if _is_area(c.place.category)]
    certain = [c for c in found if c.score >= 0.8 and c.why in {"exact", "alias", "language", "name"}]
    for candidate in certain:
        place = candidate.place
        reach_m = _REACH_M if place.category.startswith(("place/", "boundary/")) else 4_000.0
        return place.label("zh" if not where.isascii() else "en") or where, (place.lat, place.lon), reach_m
    if where.casefold().replace(" ", "") in {desk.region.name.casefold(), *_known_names(desk)}:
        middle = (
            position
            if position and desk.region.contains(*position)
            else ((south + north) / 2, (west + east) / 2)
        )
        return where, middle, min(diagonal_m, 40_000.0)
    raise PlanImpossible("outside", name=where)


def _known_names(desk: Desk) -> set[str]:
    """Names under which the whole region goes: its own and its country's."""
    import json
    from importlib.resources import files

    table: dict[str, list[str]] = json.loads(
        files("agent").joinpath("data/region_names.json").read_text(encoding="utf-8")
    )
    return {name.casefold() for name in table.get(desk.region.name.casefold(), [])}


def _is_area(category: str) -> bool:
    return category.startswith(_LOCALITY)


def _sights(
    desk: Desk, center: Point, reach_m: float, wishes: Wishes
) -> tuple[tuple[Place, ...], int, tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...], frozenset[str]]:
    must = [_must(desk, name, center, reach_m) for name in wishes.must]
    if any(not _has_road(desk, place) for place in must):
        raise PlanImpossible("unreachable")
    disliked = _disliked(desk, center, reach_m, wishes)
    liked: list[tuple[str, tuple[str, ...]]] = []
    preferred: list[Place] = []
    unmet: list[str] = []
    for words in wishes.likes:
        places = [p for p in _found(desk, words, center, reach_m, 24) if p.id not in disliked]
        if not places:
            unmet.append(words)
            continue
        liked.append((words, tuple(place.id for place in places)))
        preferred += places[:12]
    others: list[Place] = []
    words_list = (_CHILD_WORDS + _SIGHT_WORDS) if wishes.children else _SIGHT_WORDS
    for words in dict.fromkeys(words_list):
        others += _found(desk, words, center, reach_m, 16)
    others.sort(key=lambda place: -_worth(place))
    chosen: dict[str, Place] = {}
    for place in (*must, *preferred, *others):
        named = bool(place.label("zh") or place.name)
        if (
            place.id not in disliked
            and named
            and not any(_same_spot(place, kept) for kept in chosen.values())
        ):
            chosen.setdefault(place.id, place)
    return tuple(chosen.values())[:34], len(must), tuple(unmet), tuple(liked), frozenset(disliked)


def _worth(place: Place) -> float:
    bonus = {"tourism/museum": 0.2, "tourism/attraction": 0.15, "tourism/zoo": 0.25, "historic/castle": 0.2}
    return place.importance + bonus.get(place.category, 0.0) + (0.1 if place.opening_hours else 0.0)


def _same_spot(a: Place, b: Place) -> bool:
    near = distance_m((a.lat, a.lon), (b.lat, b.lon))
    return near < 15 or (a.name == b.name and near < 400)


def _found(desk: Desk, words: str, center: Point, reach_m: float, limit: int) -> list[Place]:
    found = desk.places.search(words, near=center, within_m=reach_m, limit=limit)
    match = desk.places.categories(words)
    if match:
        return found
    return [
        place
        for place in found
        if words.casefold() in " ".join((place.name, *place.names.values())).casefold()
    ]


def _must(desk: Desk, name: str, center: Point, reach_m: float) -> Place:
    resolution = desk.places.resolve(name, near=center, limit=3)
    for candidate in resolution:
        near = distance_m((candidate.place.lat, candidate.place.lon), center) <= max(reach_m, 20_000)
        if near and candidate.score >= 0.7:
            return candidate.place
    raise PlanImpossible("no_must", name=name)


def _disliked(desk: Desk, center: Point, reach_m: float, wishes: Wishes) -> set[str]:
    gone: set[str] = set()
    for words in wishes.dislikes:
        gone |= {place.id for place in _found(desk, words, center, reach_m * 2, 400)}
    return gone


def _restaurants(
    desk: Desk, center: Point, reach_m: float, wishes: Wishes
) -> tuple[tuple[Place, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the restaurants, those wished for first, and which of them serve what was wished for."""
    wanted: list[Place] = []
    dined: list[tuple[str, tuple[str, ...]]] = []
    for words in wishes.meals:
        if need_of(words, "zh") or need_of(words, "en"):
            continue
        found = _drivable(desk, tuple(p for p in _found(desk, words, center, reach_m, 8) if p.name))
        dined.append((words, tuple(place.id for place in found)))
        wanted += found[:4]
    plain = desk.places.search("餐厅", near=center, within_m=reach_m, limit=120)
    named = [*wanted, *_drivable(desk, tuple(place for place in plain if place.name))]
    return tuple({place.id: place for place in named}.values()), tuple(dined)


def _hotels(desk: Desk, center: Point, reach_m: float, wishes: Wishes) -> tuple[Place, ...]:
    def look(words: str) -> list[Place]:
        found = desk.places.search(words, near=center, within_m=reach_m, limit=60)
        return [place for place in found if place.name]

    hotels = look("酒店")
    if wishes.budget == "low":
        cheap = [*look("青年旅舍"), *look("民宿"), *look("汽车旅馆")]
        hotels = [*cheap, *sorted(hotels, key=lambda place: _stars(place) or 2.5)]
    elif wishes.budget == "high":
        hotels = sorted(hotels, key=lambda place: -_stars(place))
    if wishes.hotel_stars:
        hotels = [place for place in hotels if _stars(place) >= wishes.hotel_stars]
        if not hotels:
            raise PlanImpossible("no_hotel_stars", stars=wishes.hotel_stars)
    if not hotels:
        raise PlanImpossible("no_hotel")
    return tuple({place.id: place for place in hotels}.values())


def _stars(place: Place) -> float:
    try:
        return float(place.stars.rstrip("sS+ "))
    except ValueError:
        return 0.0


def next_day(day: date, count: int = 1) -> date:
    """Return the date `count` days later."""
    return day + timedelta(days=count)
