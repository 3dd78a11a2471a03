# ruff: noqa: E501 (a table is easier to read whole)
"""Beginning a drive: the place resolved, doubts asked about, the route planned and told."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

from agent.actions import reply
from agent.actions import search as act_search
from agent.actions import status as act_status
from agent.actions.finding import Found
from agent.actions.turn import Result, Turn
from agent.errors import MemoryUnavailable
from agent.understanding.intent import Avoid, Navigate, Search
from nav.errors import NavError, NoRoute, PointOutsideRegion, PointUnreachable
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Point
    from agent.memory import Memory
    from nav import Route
    from poi.place import Place

_ASK_KINDS = {"food", "coffee", "hotel", "shopping", "sights"}
"""Needs where the driver chooses; for the others the nearest place will do."""

_ASK_CATEGORIES = (
    "tourism/hotel", "tourism/hostel", "tourism/guest_house", "tourism/motel", "tourism/museum", "tourism/attraction",
    "amenity/restaurant", "amenity/cafe", "amenity/bar", "amenity/pub", "shop/", "amenity/cinema", "leisure/park",
    "amenity/school", "amenity/place_of_worship", "amenity/fast_food", "amenity/theatre",
)  # fmt: skip
_HERE_M = 30.0


def navigate(turn: Turn, intent: Navigate) -> Result:
    """Drive to a place: resolve it, ask if there is doubt, and route."""
    found = _resolved(turn, intent)
    return found if isinstance(found, Result) else drive_to(turn, intent, found)


def offer(turn: Turn, intent: Navigate) -> Result:
    """Resolve a place as `navigate` does, and ask whether to drive there."""
    turn.session.question = None
    place = _resolved(turn, intent)
    if isinstance(place, Result):
        return place
    if turn.is_asked_about(place) and turn.route is None:
        return drive_to(turn, intent, place)
    return _ask_there(turn, intent, place)


def _ask_there(turn: Turn, intent: Navigate, place: Place) -> Result:
    distance = turn.distance(turn.finder.away_m(place))
    text = turn.say("route.offer", name=turn.name(place), distance=distance)
    return turn.ask(text, intent=intent, expecting="yes_no", options=(place,))


def _resolved(turn: Turn, intent: Navigate) -> Place | Result:
    """Return the place that is clearly meant; else the question or the refusal that is called for."""
    if not intent.to and not intent.need:
        there = turn.session.topic
        if there is not None and there.id not in {stop.id for stop in turn.session.stops} and not intent.near:
            return _ask_there(turn, intent, there)
        return turn.ask(turn.say("route.to_where"), intent=intent, expecting="place")
    if turn.position is None and not intent.start:
        return turn.impossible("route.no_position")
    if intent.near and turn.finder.anchor(intent.near) is None:
        return turn.impossible("place.no_anchor", name=intent.near)
    turn.session.last_search = None
    found = turn.finder.target(intent)
    return _needs_asking(turn, intent, found) or found.places[0]


def _needs_asking(turn: Turn, intent: Navigate, found: Found) -> Result | None:
    """Return the question or the refusal that the resolution calls for; None if the place is clear."""
    if found.verdict == "no_memory":
        return act_status.not_known(turn, found, intent.to)
    if not found.places:
        if found.suggestions:
            names = reply.either(found.suggestions[:2], turn.language)
            name = reply.with_article(found.words or intent.to, turn.language)
            return turn.impossible("place.suggest", name=name, suggestions=names)
        if intent.to:
            return act_status.not_known(turn, found, intent.to)
        return turn.impossible("search.none", what=turn.say(f"need.{intent.need}"))
    if found.verdict == "list":
        said = turn.finder.unpointed(intent.to)
        what, found = act_search.with_unknown_wish(turn, said, intent.has, found)
        as_search = Search(
            what=what,
            need=intent.need,
            near=intent.near,
            pick=intent.pick,
            open_now=intent.open_now,
            price=intent.price,
        )
        chooses = intent.need in _ASK_KINDS or found.places[0].category.startswith(_ASK_CATEGORIES)
        if found.relaxed or (chooses and intent.pick != "nearest" and len(found.places) > 1):
            turn.session.last_search = as_search
            result = act_search.offer(turn, as_search, found)
            if turn.session.question is not None:
                turn.session.question.intent = intent
            return result
        return None
    if found.verdict == "ask":
        return act_search.which(turn, found, intent)
    if found.verdict == "unsure" and not turn.is_asked_about(found.places[0]):
        text = act_search.confirmation(turn, found)
        return turn.ask(text, intent=intent, expecting="yes_no", options=found.places[:1])
    return None


def drive_to(turn: Turn, intent: Navigate, place: Place) -> Result:
    """Route to a place that is no longer in doubt."""
    via: list[Place] = []
    for words in intent.via:
        stop = _stop(turn, words)
        if isinstance(stop, Result):
            return stop
        via.append(stop)
    origin = _origin(turn, intent)
    if isinstance(origin, Result):
        return origin
    if distance_m(origin, (place.lat, place.lon)) < _HERE_M and not via:
        return turn.done("route.here", name=turn.name(place), places=(place,))
    stops = [*via, place]
    if intent.by not in ("", turn.desk.router.profile):
        return _tell(turn, intent, origin, stops)
    avoid = intent.avoid or turn.session.avoid
    route = plan_route(turn, origin, stops, avoid, place)
    if isinstance(route, Result):
        return route
    if intent.prefer == "shortest":
        route = _shortest(turn, origin, stops, avoid, route)
    _start(turn, route, origin, stops, avoid)
    facts = {"distance": turn.distance(route.distance_m), "duration": turn.duration(route.duration_s)}
    if via:
        text = turn.say(
            "route.via", via=turn.listed([turn.name(p) for p in via]), name=turn.name(place), **facts
        )
    else:
        text = turn.say("route.start", name=turn.name(place), **facts)
    text += _by_time(turn, intent, route)
    broken = tuple(kind for kind in getattr(route, "avoid_broken", ()) if kind in avoid)
    if broken:
        text += reply.gap(turn.language) + turn.say("route.avoid_failed", roads=turn.roads(broken))
    return Result(outcome="done", reply=text, places=tuple(stops), route=route)


def _by_time(turn: Turn, intent: Navigate, route: Route) -> str:
    """Say when one arrives, where a time to be there or to leave was named; else nothing."""
    wanted, leave = turn.finder.moment(intent.arrive_by), turn.finder.moment(intent.depart_at)
    if wanted is None and leave is None:
        return ""
    arrival = (leave or turn.desk.now()) + timedelta(seconds=float(route.duration_s))
    gap = reply.gap(turn.language)
    if wanted is not None and arrival > wanted:
        return gap + turn.say("route.by_time.late", time=turn.moment(wanted), arrival=turn.moment(arrival))
    return gap + turn.say("route.by_time", arrival=turn.moment(arrival))


def _tell(turn: Turn, intent: Navigate, origin: Point, stops: list[Place]) -> Result:
    """Say how far a walk or a ride is; the drive that may be under way stays."""
    place = stops[-1]
    turn.session.question = None
    turn.session.topic = place
    turn.session.touched_at = turn.desk.now()
    points = [origin, *((stop.lat, stop.lon) for stop in stops)]
    try:
        route = turn.desk.router_by(intent.by).route(points)
    except NavError:
        return turn.impossible(f"route.no_way.{intent.by}", name=turn.name(place))
    return turn.done(
        f"route.told.{intent.by}",
        name=turn.name(place),
        distance=turn.distance(route.distance_m),
        duration=turn.duration(route.duration_s),
        places=(place,),
    )


def _stop(turn: Turn, words: str) -> Place | Result:
    """Resolve a stop on the way; of a kind, the nearest."""
    found = turn.finder.target(Navigate(to=words, pick="nearest"))
    return found.places[0] if found.places else act_status.not_known(turn, found, words)


def _origin(turn: Turn, intent: Navigate) -> Point | Result:
    if intent.start:
        found = turn.finder.named(intent.start)
        if not found.places:
            return act_status.not_known(turn, found, intent.start)
        return found.places[0].lat, found.places[0].lon
    if turn.position is None:
        return turn.impossible("route.no_position")
    return turn.position


def plan_route(
    turn: Turn, origin: Point, stops: list[Place], avoid: tuple[Avoid, ...], place: Place
) -> Route | Result:
    """Route, or explain in a driver's words why there is no way."""
    points = [origin, *((stop.lat, stop.lon) for stop in stops)]
    try:
        return turn.desk.router.route(points, avoid=avoid)
    except NoRoute:
        return turn.impossible("route.no_route", name=turn.name(place))
    except PointOutsideRegion:
        if not _inside(turn, origin):
            return turn.impossible("route.position_outside")
        return turn.impossible("route.outside", name=turn.name(place))
    except PointUnreachable:
        return turn.impossible("route.unreachable", name=turn.name(place))
    except NavError:
        return turn.impossible("route.failed")


def _inside(turn: Turn, point: Point) -> bool:
    return turn.desk.router.covers(*point)


def _shortest(turn: Turn, origin: Point, stops: list[Place], avoid: tuple[Avoid, ...], best: Route) -> Route:
    """Take the shortest of the route and its alternatives."""
    if len(stops) != 1:
        return best
    others = alternatives(turn, origin, stops[-1], avoid)
    return min([best, *others], key=lambda route: route.distance_m)


def alternatives(turn: Turn, origin: Point, place: Place, avoid: tuple[Avoid, ...]) -> list[Route]:
    """Return other ways to a place, the best first."""
    try:
        return list(turn.desk.router.alternatives(origin, (place.lat, place.lon), count=2, avoid=avoid))
    except NavError:
        return []


def _start(turn: Turn, route: Route, origin: Point, stops: list[Place], avoid: tuple[Avoid, ...]) -> None:
    session, memory = turn.session, turn.desk.memory
    session.question = None
    session.avoid = avoid
    session.drive_to(route, origin, stops)
    session.touched_at = turn.desk.now()
    if memory is not None and stops:
        # A full disk costs the memory of the drive, never the drive.
        with contextlib.suppress(MemoryUnavailable):
            _note(turn, memory, stops[-1], avoid)


def _note(turn: Turn, memory: Memory, place: Place, avoid: tuple[Avoid, ...]) -> None:
    memory.note_trip(
        name=turn.name(place),
        lat=place.lat,
        lon=place.lon,
        place_id=place.id,
        category=place.category,
        at=turn.desk.now(),
    )
    if place.category:
        memory.note_liking("category", place.category)
    for kind in avoid:
        memory.note_liking("avoid", kind)


def several(turn: Turn, intents: list[Navigate]) -> Result:
    """Drive to several places said in one breath, in their order."""
    *before, last = intents
    avoid = tuple(dict.fromkeys(kind for intent in intents for kind in intent.avoid))
    stops: list[str] = [word for intent in before for word in (*intent.via, intent.to or intent.need)]
    needs = {
        "fuel": "加油站",
        "charging": "充电站",
        "food": "餐厅",
        "toilet": "厕所",
        "coffee": "咖啡",
        "parking": "停车场",
    }
    via = tuple(needs.get(word, word) for word in stops)
    return navigate(turn, last.model_copy(update={"via": (*via, *last.via), "avoid": avoid}))
