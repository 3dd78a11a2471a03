"""Changing the drive under way: another road, roads to avoid, stops to add or to leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.actions import status as act_status
from agent.actions.drive import alternatives, navigate, plan_route
from agent.actions.turn import Result, Turn
from agent.understanding.intent import Avoid, Cancel, ChangeRoute, Navigate
from languages import load_language
from languages.numbers import nth
from poi.kinds.category import parse_category

if TYPE_CHECKING:
    from nav import Route
    from poi.place import Place


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
    if intent.prefer == "back":
        return _back(turn)
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
        [best, *alternatives(turn, origin, place, turn.session.avoid)]
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
    others = alternatives(turn, origin, session.stops[-1], session.avoid) if len(session.stops) == 1 else []
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


def _back(turn: Turn) -> Result:
    """Drive on as it was before the last change: to the same stops, and on the same kinds of roads."""
    session = turn.session
    if not session.driven_before:
        return turn.impossible("route.no_change")
    stops, avoid = session.driven_before[-1]
    route = _from_here(turn, list(stops), avoid)
    if isinstance(route, Result):
        return route
    _take(turn, route, list(stops), avoid)
    del session.driven_before[-2:]
    session.question = None
    text = turn.say("route.back", name=turn.name(stops[-1]), **_facts(turn, route))
    return Result(outcome="done", reply=text, places=stops, route=route)


def _same_roads(route: Route, current: Route) -> bool:
    """Tell whether a route from here is only what is left of the one that is driven."""
    return set(route.edges.tolist()) <= set(current.edges.tolist())


def _add_stop(turn: Turn, words: str) -> Result:
    found = turn.finder.target(Navigate(to=words, pick="nearest"))
    if not found.places:
        return act_status.not_known(turn, found, words)
    return add_stop(turn, found.places[0])


def put_first(turn: Turn, place: Place) -> Result:
    """Go to one of the stops before the others."""
    session = turn.session
    stops = sorted(session.stops, key=lambda stop: stop.id != place.id)
    route = _again(turn, stops, session.avoid)
    if isinstance(route, Result):
        return route
    session.question = None
    text = turn.say("stop.first", name=turn.name(place), **_facts(turn, route))
    return Result(outcome="done", reply=text, places=tuple(stops), route=route)


def add_stop(turn: Turn, place: Place) -> Result:
    """Put a place into the route before the destination; one that is a stop already is the next one then."""
    if place.id in {stop.id for stop in turn.session.stops}:
        return put_first(turn, place)
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
    stops = turn.session.stops
    gone = stops[:-1] if words == "*" else _meant(turn, stops[:-1], words) or _meant(turn, stops[-1:], words)
    if not gone:
        return turn.impossible("stop.unknown", name=words) if stops[1:] else turn.impossible("stop.none")
    kept = [place for place in stops if place not in gone]
    if not kept:
        asked = turn.say("doubt.cancel")
        return turn.ask(asked, intent=Navigate(), expecting="yes_no", pending=(Cancel(what="drive"),))
    route = _again(turn, kept, turn.session.avoid)
    if isinstance(route, Result):
        return route
    if words == "*":
        text = turn.say("stop.dropped_all", **_facts(turn, route))
    else:
        text = turn.say("stop.dropped", name=turn.name(gone[0]), **_facts(turn, route))
    return Result(outcome="done", reply=text, route=route, places=tuple(kept))


def has_stop(turn: Turn, words: str) -> bool:
    """Whether words name one of the stops of a drive to several places."""
    return len(turn.session.stops) > 1 and bool(_meant(turn, turn.session.stops, words))


def _meant(turn: Turn, stops: list[Place], words: str) -> list[Place]:
    """Return the stops that words mean: by their number, by name or by kind."""
    reading = load_language(turn.language).reading
    number, what = reading.position(words)
    if number:
        return nth(_meant(turn, stops, what) if what and not reading.is_stop(what) else stops, number)
    words = reading.unpointed(words)
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
