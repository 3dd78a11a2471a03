"""Questions about the drive, the place and the memory, and what is to be remembered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from agent.actions import hours, reply
from agent.actions.turn import Result, Turn
from agent.understanding.intent import Navigate, Recall, Remember, Status
from languages import load_language
from nav.errors import NavError
from nav.guidance.wording.names import name_in
from nav.guidance.wording.wording import spoken_speed

if TYPE_CHECKING:
    from agent.actions.finding import Found
    from agent.memory import Kept, Memory
    from nav import Route
    from poi.place import Place

_THERE = {"那里", "there"}
"""The place last spoken of, as the grammar writes it."""


def status(turn: Turn, intent: Status) -> Result:
    """Answer a question about the drive."""
    turn.session.asked_about = None
    if intent.place in _THERE and turn.session.topic is None:
        if turn.route is None or intent.what in {"opening_hours", "phone"}:
            return turn.impossible("place.which_there")
        intent = intent.model_copy(update={"place": ""})
    if not intent.place and (spoken_of := _spoken_of(turn, intent.what)) is not None:
        return _to_place(turn, intent, spoken_of)
    if intent.place:
        found = turn.finder.target(Navigate(to=intent.place))
        if not found.places:
            return not_known(turn, found, intent.place)
        return _to_place(turn, intent, found.places[0])
    return _under_way(turn, intent)


def _under_way(turn: Turn, intent: Status) -> Result:
    """Answer a question about the drive that is under way."""
    if intent.what in _DIRECT:
        return _DIRECT[intent.what](turn)
    intent = intent.model_copy(update={"what": _LEFT.get(intent.what, intent.what)})
    route = turn.route
    if route is None or not turn.session.stops:
        if intent.what == "leave_by":
            return turn.ask(turn.say("route.to_where"), intent=Navigate(), expecting="place")
        return turn.impossible("status.no_route")
    if intent.what == "next_turn":
        return _next_turn(turn, route)
    if intent.what == "route":
        return _roads(turn, route)
    if intent.what in {"opening_hours", "phone", "address"}:
        return _about(turn, intent, turn.session.stops[-1])
    if intent.what == "leave_by":
        return _leave_by(turn, intent, turn.session.stops[-1], remaining(turn, route)[1])
    remaining_m, remaining_s = remaining(turn, route)
    facts: dict[str, Any] = {
        "distance": turn.distance(remaining_m),
        "duration": turn.duration(remaining_s),
        "time": reply.spoken_time(turn.desk.now() + timedelta(seconds=remaining_s), turn.language),
        "name": turn.name(turn.session.stops[-1]),
    }
    return turn.done(f"status.{intent.what}", **facts)


_OF_PLACE = {"distance", "travel_time", "opening_hours", "phone", "address", "leave_by"}
"""Questions about a place, whether or not somebody drives there."""
_OF_WAY = {"time_left", "distance_left", "arrival_time", "route"}
"""Questions about the way that is driven, or to a place that is offered."""


def _spoken_of(turn: Turn, what: str) -> Place | None:
    """Return the place that a question without one is about: that which is offered, or was spoken of last."""
    question = turn.session.question
    if question is not None and question.expecting == "yes_no" and len(question.options) == 1:
        return question.options[0] if what in _OF_PLACE | _OF_WAY else None
    topic = turn.session.topic
    if topic is None or turn.route is not None:
        return None
    was_driven_to = topic.id in {place.id for place in turn.session.earlier}
    return topic if what in _OF_PLACE or (what in _OF_WAY and not was_driven_to) else None


def remaining(turn: Turn, route: Route) -> tuple[float, float]:
    """Return metres and seconds to the destination, from guidance or from the position on the route."""
    state = turn.guidance
    if state is not None and state.remaining_m is not None and state.remaining_s is not None:
        return state.remaining_m, state.remaining_s
    offset_m = offset_on(turn, route)
    left = max(0.0, float(route.distance_m) - offset_m)
    share = left / float(route.distance_m) if route.distance_m else 0.0
    return left, float(route.duration_s) * share


def offset_on(turn: Turn, route: Route) -> float:
    """Return how far along its route the car is, metres, judged by its position."""
    if turn.guidance is not None and turn.guidance.route is route:
        return turn.guidance.offset_m
    if turn.position is None:
        return 0.0
    import numpy as np

    from nav.geometry import haversine_m

    line = np.asarray(route.geometry, dtype=np.float64)
    steps = haversine_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    away = haversine_m(turn.position[0], turn.position[1], line[:, 0], line[:, 1])
    return float(np.concatenate([[0.0], np.cumsum(steps)])[int(np.argmin(away))])


def _next_turn(turn: Turn, route: Route) -> Result:
    state = turn.guidance
    words = (state.next_zh if turn.language == "zh" else state.next_en) if state else ""
    if not words:
        offset_m = offset_on(turn, route)
        ahead = next((m for m in route.maneuvers if m.kind != "depart" and m.offset_m > offset_m + 5), None)
        if ahead is not None:
            words = ahead.say(turn.language, "full", distance_m=ahead.offset_m - offset_m)
    if not words:
        return turn.done("status.next_unknown")
    return turn.done("status.next", words=words.rstrip("。."))


def _where(turn: Turn) -> Result:
    if turn.position is None:
        return turn.impossible("status.where_unknown")
    where = turn.desk.places.reverse(*turn.position).describe(turn.language)
    return turn.done("status.where", where=where) if where else turn.done("status.where_unnamed")


def _limit(turn: Turn) -> Result:
    state = turn.guidance
    if state is None or state.limit_kph is None:
        return turn.impossible("status.limit_unknown")
    over = state.speed_kph is not None and state.speed_kph > state.limit_kph + 5
    key = "status.limit_over" if over else "status.limit"
    return turn.done(key, speed=spoken_speed(state.limit_kph, turn.language))


def _range(turn: Turn) -> Result:
    if turn.guidance is None or turn.guidance.range_m is None:
        return turn.impossible("status.range_unknown")
    return turn.done("status.range", distance=turn.distance(turn.guidance.range_m))


def _clock(turn: Turn) -> Result:
    return turn.done("status.clock", time=reply.spoken_time(turn.desk.now(), turn.language))


def _date(turn: Turn) -> Result:
    return turn.done("status.date", date=reply.spoken_date(turn.desk.now().date(), turn.language))


def _traffic(turn: Turn) -> Result:
    return turn.impossible("none.traffic")


_DIRECT = {
    "where_am_i": _where,
    "speed_limit": _limit,
    "fuel_range": _range,
    "clock": _clock,
    "date": _date,
    "traffic": _traffic,
}
"""Questions that need neither a route nor a place."""

_LEFT = {"distance": "distance_left", "travel_time": "time_left"}
"""What a question about the way asks while a route is driven."""

_ROADS = 4
"""Roads of a route that are named, the longest in their order."""


def _roads(turn: Turn, route: Route) -> Result:
    """Name the roads that a route follows longest."""
    stretches: dict[str, float] = {}
    for maneuver in route.maneuvers:
        if name := name_in(maneuver.names, turn.language):
            stretches[name] = stretches.get(name, 0.0) + maneuver.length_m
    longest = sorted(stretches, key=lambda name: -stretches[name])[:_ROADS]
    names = [name for name in stretches if name in longest]
    return turn.done("status.roads", list=turn.listed(names)) if names else turn.done("status.roads.none")


def _leave_by(turn: Turn, intent: Status, place: Place, duration_s: float) -> Result:
    """Say when to leave so as to be somewhere by a time."""
    now, name = turn.desk.now(), turn.name(place)
    wanted = turn.finder.moment(intent.arrive_by)
    if wanted is None:
        return turn.impossible("status.leave_by.when")
    leave, arrival = wanted - timedelta(seconds=duration_s), now + timedelta(seconds=duration_s)
    facts = {"name": name, "time": turn.moment(wanted), "duration": turn.duration(duration_s)}
    if leave < now:
        return turn.done("status.leave_by.late", arrival=turn.moment(arrival), places=(place,), **facts)
    return turn.done("status.leave_by", leave=turn.moment(leave), places=(place,), **facts)


def _about(turn: Turn, intent: Status, place: Place) -> Result:
    """Say what the map tells of a place: its hours, its telephone, its address."""
    turn.session.topic = turn.session.asked_about = place
    turn.session.touched_at = turn.desk.now()
    match intent.what:
        case "phone":
            return _phone(turn, place)
        case "address":
            if not place.address:
                return turn.impossible("status.address.unknown", name=turn.name(place))
            return turn.done("status.address", name=turn.name(place), address=place.address, places=(place,))
        case _:
            return hours.answer(turn, place, intent.at)


def _to_place(turn: Turn, intent: Status, place: Place) -> Result:
    """Say how far a place is, without going there, or what the map tells of it."""
    if intent.what in {"opening_hours", "phone", "address"}:
        return _about(turn, intent, place)
    if turn.position is None:
        return turn.impossible("route.no_position")
    turn.session.topic = turn.session.asked_about = place
    turn.session.touched_at = turn.desk.now()
    stops = turn.session.stops
    if stops and stops[-1].id == place.id and turn.route is not None and not intent.by:
        return _under_way(turn, intent)
    try:
        route = turn.desk.router_by(intent.by).route(
            [turn.position, (place.lat, place.lon)], avoid=() if intent.by else turn.session.avoid
        )
    except NavError:
        key = f"route.no_way.{intent.by}" if intent.by else "route.no_route"
        return turn.impossible(key, name=turn.name(place))
    if intent.what == "leave_by":
        return _leave_by(turn, intent, place, float(route.duration_s))
    if intent.what == "route":
        return _roads(turn, route)
    key = _TO_PLACE.get(intent.what, "status.place_distance")
    arrival = turn.desk.now() + timedelta(seconds=float(route.duration_s))
    return turn.done(
        key,
        name=turn.name(place),
        by=turn.say(f"by.{intent.by or turn.desk.router.profile}"),
        time=reply.spoken_time(arrival, turn.language),
        distance=turn.distance(route.distance_m),
        duration=turn.duration(route.duration_s),
        places=(place,),
    )


_TO_PLACE = {
    "time_left": "status.place_time",
    "travel_time": "status.place_time",
    "arrival_time": "status.place_arrival",
}


def not_known(turn: Turn, found: Found, words: str) -> Result:
    """Say that the map or the memory does not hold what the words mean."""
    if found.verdict == "no_memory":
        key = f"recall.no_{found.words}" if found.words in {"home", "company"} else "recall.no_last"
        return turn.impossible(key, name=found.words)
    if load_language(turn.language).reading.reference(words)[0] == "there":
        return turn.impossible("place.which_there")
    return turn.impossible("place.not_in_region", name=reply.with_article(words, turn.language))


def _phone(turn: Turn, place: Place) -> Result:
    if not place.phone:
        return turn.impossible("phone.unknown", name=turn.name(place))
    first = place.phone.split(";")[0].strip()
    return turn.done("phone.is", name=turn.name(place), number=first, places=(place,))


def remember(turn: Turn, intent: Remember) -> Result:
    """Keep a place as home, company or favourite."""
    memory = turn.desk.memory
    if memory is None:
        return turn.impossible("memory.off")
    if intent.forget:
        return _forget(turn, intent, memory)
    place = None
    if intent.place:
        found = turn.finder.named(intent.place)
        if not found.places:
            return not_known(turn, found, intent.place)
        place = found.places[0]
    elif intent.what == "favourite" and turn.session.topic is not None:
        place = turn.session.topic
    if place is not None:
        name, point, place_id, category = turn.name(place), (place.lat, place.lon), place.id, place.category
    elif turn.position is not None:
        where = turn.desk.places.reverse(*turn.position).describe(turn.language)
        name, point, place_id, category = where or turn.say("remember.here"), turn.position, "", ""
    else:
        return turn.impossible("remember.no_position")
    memory.save(
        intent.what,
        name=name,
        lat=point[0],
        lon=point[1],
        label=intent.label,
        place_id=place_id,
        category=category,
        at=turn.desk.now(),
    )
    return turn.done(f"remember.{intent.what}", name=intent.label or name)


def _forget(turn: Turn, intent: Remember, memory: Memory) -> Result:
    """Erase what is kept as home or company, or a favourite by its name."""
    if intent.what == "favourite":
        label = intent.label or intent.place
        kept = memory.labelled(label) if label else None
    else:
        kept = memory.place(intent.what)
    if kept is None:
        return turn.impossible("remember.forgot.nothing")
    memory.forget(kept.label or intent.what)
    return turn.done(f"remember.forgot.{intent.what}", name=kept.label or kept.name)


def recall(turn: Turn, intent: Recall) -> Result:
    """Say what is remembered."""
    memory = turn.desk.memory
    if memory is None:
        return turn.impossible("memory.off")
    if intent.what in {"home", "company"}:
        kept = memory.place(intent.what)
        if kept is None:
            return turn.impossible(f"recall.no_{intent.what}")
        return turn.done(f"recall.{intent.what}", where=kept.name)
    kept_places: list[Kept] = memory.favourites() if intent.what == "favourites" else memory.destinations(5)
    if not kept_places:
        return turn.impossible(f"recall.no_{intent.what}")
    names = [kept.label or kept.name for kept in kept_places[:5]]
    count = reply.count_words(len(kept_places), turn.language)
    return turn.done(f"recall.{intent.what}", count=count, list=turn.listed(names))
