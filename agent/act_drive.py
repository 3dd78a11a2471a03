# ruff: noqa: E501 (a table is easier to read whole)
"""Starting, changing and ending the drive."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from agent import act_search, act_status, reply
from agent.errors import MemoryUnavailable
from agent.finding import Found
from agent.intent import Avoid, ChangeRoute, Navigate, Search
from agent.numerals import counted, nth
from agent.turn import Result, Turn
from nav.errors import NavError, NoRoute, PointOutsideRegion, PointUnreachable
from nav.geometry import distance_m
from poi.category import parse_category

if TYPE_CHECKING:
    from agent.desk import Point
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
    if not intent.to and not intent.need:
        return turn.ask(turn.say("route.to_where"), intent=intent, expecting="place")
    if turn.position is None and not intent.start:
        return turn.impossible("route.no_position")
    if intent.near and turn.finder.anchor(intent.near) is None:
        return turn.impossible("place.no_anchor", name=intent.near)
    turn.session.last_search = None
    found = turn.finder.target(intent)
    asked = _needs_asking(turn, intent, found)
    if asked is not None:
        return asked
    return drive_to(turn, intent, found.places[0])


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
        what, found = act_search.with_untold(turn, intent.to, found)
        as_search = Search(
            what=what, need=intent.need, near=intent.near, pick=intent.pick, open_now=intent.open_now
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
    if found.verdict == "unsure":
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
    broken = tuple(kind for kind in getattr(route, "avoid_broken", ()) if kind in avoid)
    if broken:
        text += ("" if turn.language == "zh" else " ") + turn.say(
            "route.avoid_failed", roads=turn.roads(broken)
        )
    return Result(outcome="done", reply=text, places=tuple(stops), route=route)


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
    return turn.desk.region.contains(*point)


def _shortest(turn: Turn, origin: Point, stops: list[Place], avoid: tuple[Avoid, ...], best: Route) -> Route:
    """Take the shortest of the route and its alternatives."""
    if len(stops) != 1:
        return best
    others = _alternatives(turn, origin, stops[-1], avoid)
    return min([best, *others], key=lambda route: route.distance_m)


def _alternatives(turn: Turn, origin: Point, place: Place, avoid: tuple[Avoid, ...]) -> list[Route]:
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


def change_route(turn: Turn, intent: ChangeRoute) -> Result:
    """Change the route that is driven."""
    session = turn.session
    if not session.stops or turn.route is None:
        return _without_route(turn, intent)
    if intent.add:
        return _add_stop(turn, intent.add)
    if intent.drop:
        return _drop_stop(turn, intent.drop)
    if intent.prefer == "other":
        return _other_route(turn)
    avoid: tuple[Avoid, ...] = tuple(
        kind for kind in dict.fromkeys((*session.avoid, *intent.avoid)) if kind not in intent.allow
    )
    if intent.avoid or intent.allow:
        return _with_avoid(turn, intent, avoid)
    return _preferred(turn, intent)


def _without_route(turn: Turn, intent: ChangeRoute) -> Result:
    session = turn.session
    if intent.add:
        return navigate(turn, Navigate(to=intent.add, avoid=intent.avoid))
    if intent.avoid:
        session.avoid = tuple(dict.fromkeys((*session.avoid, *intent.avoid)))
        if session.question is not None and isinstance(session.question.intent, Navigate):
            session.question.intent = session.question.intent.model_copy(update={"avoid": session.avoid})
        return turn.done("route.noted", roads=turn.roads(intent.avoid))
    if intent.allow:
        session.avoid = tuple(kind for kind in session.avoid if kind not in intent.allow)
        return turn.done("route.noted_allow", roads=turn.roads(intent.allow))
    return turn.impossible("status.no_route")


def _again(turn: Turn, stops: list[Place], avoid: tuple[Avoid, ...]) -> Route | Result:
    route = _from_here(turn, stops, avoid)
    if not isinstance(route, Result):
        _take(turn, route, stops, avoid)
    return route


def _from_here(turn: Turn, stops: list[Place], avoid: tuple[Avoid, ...]) -> Route | Result:
    """Route from where the car is, which changes nothing yet."""
    origin = turn.position or turn.session.origin
    if origin is None:
        return turn.impossible("route.no_position")
    return plan_route(turn, origin, stops, avoid, stops[-1])


def _take(turn: Turn, route: Route, stops: list[Place], avoid: tuple[Avoid, ...]) -> None:
    """Drive a route from here from now on."""
    turn.session.drive_to(route, turn.position or turn.session.origin, stops)
    turn.session.avoid = avoid


def _facts(turn: Turn, route: Route) -> dict[str, str]:
    return {"distance": turn.distance(route.distance_m), "duration": turn.duration(route.duration_s)}


def _with_avoid(turn: Turn, intent: ChangeRoute, avoid: tuple[Avoid, ...]) -> Result:
    route = _from_here(turn, turn.session.stops, avoid)
    if isinstance(route, Result):
        return route
    broken = tuple(kind for kind in intent.avoid if kind in getattr(route, "avoid_broken", ()))
    if broken:
        return turn.impossible("route.unavoidable", roads=turn.roads(broken))
    _take(turn, route, turn.session.stops, avoid)
    key, roads = ("route.avoiding", intent.avoid) if intent.avoid else ("route.allowing", intent.allow)
    return Result(
        outcome="done", reply=turn.say(key, roads=turn.roads(roads), **_facts(turn, route)), route=route
    )


def _preferred(turn: Turn, intent: ChangeRoute) -> Result:
    """Faster, or shorter: the best of what there is from here."""
    current = turn.route
    origin = turn.position or turn.session.origin
    if origin is None or current is None:
        return turn.impossible("route.no_position")
    place = turn.session.stops[-1]
    best = plan_route(turn, origin, turn.session.stops, turn.session.avoid, place)
    if isinstance(best, Result):
        return best
    choices = (
        [best, *_alternatives(turn, origin, place, turn.session.avoid)]
        if len(turn.session.stops) == 1
        else [best]
    )
    left_m, left_s = act_status.remaining(turn, current)
    if intent.prefer == "shorter":
        chosen = min(choices, key=lambda route: route.distance_m)
        same = chosen.distance_m > left_m * 0.98
    else:
        chosen = min(choices, key=lambda route: route.duration_s)
        same = chosen.duration_s > left_s * 0.98
    if same or _same_roads(chosen, current):
        return turn.done("route.best_already", what=turn.say(f"what.{intent.prefer or 'faster'}"))
    turn.session.drive_to(chosen, origin, turn.session.stops)
    return Result(outcome="done", reply=turn.say("route.changed", **_facts(turn, chosen)), route=chosen)


def _other_route(turn: Turn) -> Result:
    session, current = turn.session, turn.route
    origin = turn.position or session.origin
    if origin is None or current is None:
        return turn.impossible("route.no_position")
    best = plan_route(turn, origin, session.stops, session.avoid, session.stops[-1])
    if isinstance(best, Result):
        return best
    others = _alternatives(turn, origin, session.stops[-1], session.avoid) if len(session.stops) == 1 else []
    others = [route for route in (*others, best) if not _same_roads(route, current)]
    if not others:
        return turn.impossible("route.no_other")
    chosen = others[0]
    left_s = best.duration_s if _same_roads(best, current) else act_status.remaining(turn, current)[1]
    extra = chosen.duration_s - left_s
    if extra > 45:
        compared = turn.say("route.slower", duration=turn.duration(extra))
    elif extra < -45:
        compared = turn.say("route.faster", duration=turn.duration(-extra))
    else:
        compared = turn.say("route.same")
    session.drive_to(chosen, origin, session.stops)
    return Result(
        outcome="done", reply=turn.say("route.other", compared=compared, **_facts(turn, chosen)), route=chosen
    )


def _same_roads(route: Route, current: Route) -> bool:
    """Tell whether a route from here is only what is left of the one that is driven."""
    return set(route.edges.tolist()) <= set(current.edges.tolist())


def _add_stop(turn: Turn, words: str) -> Result:
    found = turn.finder.target(Navigate(to=words, pick="nearest"))
    if not found.places:
        return act_status.not_known(turn, found, words)
    return add_stop(turn, found.places[0])


def add_stop(turn: Turn, place: Place) -> Result:
    """Put a place into the route before the destination."""
    before = _from_here(turn, turn.session.stops, turn.session.avoid)
    if isinstance(before, Result):
        return before
    stops = [*turn.session.stops[:-1], place, turn.session.stops[-1]]
    route = _again(turn, stops, turn.session.avoid)
    if isinstance(route, Result):
        return route
    extra = max(0.0, route.duration_s - before.duration_s)
    turn.session.question = None
    text = turn.say("stop.added", name=turn.name(place), detour=turn.duration(extra), **_facts(turn, route))
    return Result(outcome="done", reply=text, places=tuple(stops), route=route)


def _drop_stop(turn: Turn, words: str) -> Result:
    *stops, destination = turn.session.stops
    if not stops:
        return turn.impossible("stop.none")
    gone = stops if words == "*" else _meant(turn, stops, words)
    if not gone:
        return turn.impossible("stop.unknown", name=words)
    kept = [place for place in stops if place not in gone]
    route = _again(turn, [*kept, destination], turn.session.avoid)
    if isinstance(route, Result):
        return route
    if words == "*":
        text = turn.say("stop.dropped_all", **_facts(turn, route))
    else:
        text = turn.say("stop.dropped", name=turn.name(gone[0]), **_facts(turn, route))
    return Result(outcome="done", reply=text, route=route, places=(*kept, destination))


_ANY_STOP = re.compile(r"(?i)(?:stops?|one|way ?points?|途[经径]点|经停点?|停靠点|站|地方)?")


def _meant(turn: Turn, stops: list[Place], words: str) -> list[Place]:
    """Return the stops that words mean: by their number, by name or by kind."""
    if counts := counted(re.sub(r"(?i)^(?:the )?next\b", "first", words.replace("下一", "第一"))):
        number, what = counts
        return nth(stops if _ANY_STOP.fullmatch(what) else _meant(turn, stops, what), number)
    match = turn.desk.places.categories(words)
    kinds = {parse_category(kind)[0] for kind in match.categories} if match else set()
    return [place for place in stops if _named(place, words) or place.category in kinds]


def _named(place: Place, words: str) -> bool:
    wanted = words.casefold()
    return any(
        wanted in name.casefold() or name.casefold() in wanted
        for name in (place.name, *place.names.values())
        if name
    )
