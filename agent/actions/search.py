"""Finding places and saying what was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.actions import hours, reply
from agent.actions import status as act_status
from agent.actions.finding import OTHER_NUMBER, Found, said_once
from agent.actions.turn import Result, Turn
from agent.understanding.amounts import until_said
from agent.understanding.intent import Navigate, Search, Status
from poi.kinds.filters import wishes_in
from poi.kinds.opening import open_at

if TYPE_CHECKING:
    from poi.place import Place

_OFFERED = 3
"""Places named at once: more cannot be kept in mind while driving."""

_NEARBY_M = 5000
"""Farther than this is not "nearby", and is offered as far away."""


def search(turn: Turn, intent: Search) -> Result:
    """Search, and offer at most three of what was found."""
    if not intent.what and not intent.need and isinstance(last := turn.session.last_search, Search):
        intent = _narrowed(last, intent)
    if not intent.what and not intent.need:
        return turn.ask(turn.say("search.what"), intent=intent, expecting="place")
    if turn.position is None and not intent.near:
        return turn.impossible("route.no_position")
    if intent.near and turn.finder.anchor(intent.near) is None:
        return turn.impossible("place.no_anchor", name=intent.near)
    route = turn.route
    if intent.along and route is None:
        intent = intent.model_copy(update={"along": False})
    found = turn.finder.search(intent, route)
    if found.words and found.words == said_once(intent.what):
        intent = intent.model_copy(update={"what": found.words})
    if (
        (intent.open_now or intent.open_at)
        and intent.what
        and found.places
        and not turn.desk.places.categories(intent.what)
    ):
        # A place by its name: whether it is open is all that was asked.
        if intent.open_at:
            return hours.answer(turn, found.places[0], intent.open_at)
        return act_status.status(turn, Status(what="opening_hours", place=intent.what))
    turn.session.last_search = intent
    turn.session.touched_at = turn.desk.now()
    if found.verdict in {"clear", "ask", "unsure"} or (found.verdict == "list" and _is_name(found)):
        return about_place(turn, found)
    if not found.places:
        return _nothing(turn, intent, found)
    what, found = with_unknown_wish(turn, intent.what, intent.has, found)
    has = intent.has if what == intent.what else ()
    return offer(turn, intent.model_copy(update={"what": what, "has": has}), found)


def _narrowed(last: Search, intent: Search) -> Search:
    """Return the search before with what is wished of it now: "one that is open", 离地铁口近的."""
    return last.model_copy(update={"pick": ""} | {n: getattr(intent, n) for n in intent.slots()})


def with_unknown_wish(turn: Turn, what: str, has: tuple[str, ...], found: Found) -> tuple[str, Found]:
    """Return the kind with a wish that was said of it and no map tells, which only the nearest may meet."""
    if found.verdict == "list" and found.relaxed in ("", "wish"):
        for wish in has:
            said = reply.with_wish(what, wish, turn.language)
            if what and (found.relaxed or not wishes_in(said)[1]):
                return said, replace(found, relaxed="quality")
    return what, found


def _is_name(found: Found) -> bool:
    return (
        bool(found.places)
        and found.places[0].why not in {"category", ""}
        and not found.relaxed
        and len(found.places) == 1
    )


def _nothing(turn: Turn, intent: Search, found: Found) -> Result:
    what = words_of(turn, intent)
    if found.verdict == "no_memory":
        return turn.impossible("recall.no_last", name=found.words)
    if intent.near:
        return turn.impossible("search.none_near", what=what, near=intent.near)
    if intent.what:
        named = turn.finder.named(intent.what)
        if named.places:
            return about_place(turn, named)
        if named.suggestions:
            names = reply.either(named.suggestions[:2], turn.language)
            name = reply.with_article(intent.what, turn.language)
            return turn.impossible("place.suggest", name=name, suggestions=names)
    return turn.impossible("search.none", what=what)


def words_of(turn: Turn, intent: Search) -> str:
    """Name what was asked for, with what it is to have."""
    words = _kind_of(turn, intent)
    for wish in intent.has:
        said = reply.with_wish(words, wish, turn.language)
        words = said if wishes_in(said)[1] else words
    return words


def _kind_of(turn: Turn, intent: Search) -> str:
    """Name the kind: the category's own name if it is one, else the words said."""
    if intent.what:
        match = turn.desk.places.categories(intent.what)
        if match and not match.rest and not intent.has:
            label = match.label(turn.language)
            return reply.kind_in_sentence(label, turn.language) if label else intent.what
        return reply.without_article(intent.what, turn.language)
    return turn.say(f"need.{intent.need}")


def offer(turn: Turn, intent: Search, found: Found) -> Result:
    """Name the places found, or the one that comes closest to the wish."""
    places = tuple(_with_distance(turn, place) for place in found.places)
    what = reply.without_exclusion(words_of(turn, intent), turn.language)
    first = places[0]
    if found.relaxed:
        closed = found.relaxed == "open" and _closed_then(turn, first, intent)
        text = turn.say(
            f"search.none_{found.relaxed}{'.closed' if closed else ''}",
            what=what,
            when=_when(turn, intent),
            named=reply.indefinite(what, turn.language),
            measure=reply.measure_word(first, turn.language),
            name=turn.name(first),
            distance=turn.distance(first.distance_m or 0),
            within=turn.distance(intent.within_m),
            minutes=turn.duration(60 * intent.within_min),
            drive=turn.duration(first.drive_s or 0.0),
        )
        return _one(turn, first, text)
    if not intent.near and not intent.along and (first.distance_m or 0) > _NEARBY_M:
        if turn.position is not None and not turn.desk.router.covers(*turn.position):
            return turn.impossible("route.position_outside")
        text = turn.say(
            "search.far", what=what, name=turn.name(first), distance=turn.distance(first.distance_m or 0)
        )
        return _one(turn, first, text)
    note = ""
    if intent.pick in {"cheapest", "best"} or intent.price:
        note = turn.say("search.no_ratings" if intent.pick == "best" else "search.no_prices")
        note += reply.gap(turn.language)
    elif intent.open_at:
        note = turn.say("search.open_then", when=_when(turn, intent))
    shown = _distinct(turn, places)[: min(intent.count or _OFFERED, _OFFERED)]
    if intent.pick == "nearest" or len(shown) == 1:
        one = turn.say("search.one", name=turn.name(first), where=_where(turn, first, intent))
        return _one(turn, first, note + one)
    items = [_item(turn, place, intent) for place in shown]
    text = turn.say(
        "search.many",
        count=reply.count_words(len(shown), turn.language),
        what=reply.plural(what, turn.language),
        measure=reply.measure_word(first, turn.language),
        list=turn.listed(items),
    )
    return turn.ask(
        note + text, intent=Navigate(to=intent.what or what), expecting="choice", options=tuple(shown)
    )


def _when(turn: Turn, intent: Search) -> str:
    """Say the moment at which it has to be open."""
    moment = turn.finder.open_at(intent)
    if moment is None or not intent.open_at:
        return turn.say("when.now")
    return turn.moment(moment, until=until_said(intent.open_at))


def _closed_then(turn: Turn, place: Place, intent: Search) -> bool:
    moment = turn.finder.open_at(intent)
    return moment is not None and open_at(place.opening_hours, moment, place.lat, place.lon) is False


def _distinct(turn: Turn, places: tuple[Place, ...]) -> list[Place]:
    """Keep places whose spoken names differ: two alike cannot be told apart by voice."""
    kept: dict[str, Place] = {}
    for place in places:
        kept.setdefault(turn.name(place), place)
    return list(kept.values())


def _one(turn: Turn, place: Place, text: str) -> Result:
    return turn.ask(text, intent=Navigate(to=turn.name(place)), expecting="yes_no", options=(place,))


def _with_distance(turn: Turn, place: Place) -> Place:
    if place.distance_m is None or (place.detour_s is None and turn.position is not None):
        return replace(place, distance_m=turn.finder.away_m(place))
    return place


def _item(turn: Turn, place: Place, intent: Search) -> str:
    if intent.along and place.detour_s is not None:
        return turn.say("search.item_detour", name=turn.name(place), detour=turn.duration(place.detour_s))
    if intent.within_min and place.drive_s is not None:
        return turn.say("search.item_drive", name=turn.name(place), drive=turn.duration(place.drive_s))
    return turn.say("search.item", name=turn.name(place), distance=turn.distance(place.distance_m or 0))


def _where(turn: Turn, place: Place, intent: Search) -> str:
    if intent.along and place.detour_s is not None:
        return turn.say("search.where_detour", detour=turn.duration(place.detour_s))
    if (place.distance_m or 0) < 15:
        return turn.say("search.where_here")
    if intent.within_min and place.drive_s is not None:
        return turn.say("search.where_drive", drive=turn.duration(place.drive_s))
    return turn.say("search.where_distance", distance=turn.distance(place.distance_m or 0))


def about_place(turn: Turn, found: Found) -> Result:
    """Say where a named place is, and offer to go there."""
    if found.verdict == "ask":
        return which(turn, found, Navigate(to=found.words))
    place = _with_distance(turn, found.places[0])
    distance = turn.distance(place.distance_m or 0)
    if found.verdict == "unsure":
        return _one(turn, place, confirmation(turn, found))
    if place.address:
        return _one(
            turn,
            place,
            turn.say("place.is_at", name=turn.name(place), address=place.address, distance=distance),
        )
    return _one(turn, place, turn.say("place.is_away", name=turn.name(place), distance=distance))


_OTHER_NUMBER = dict(
    zip(OTHER_NUMBER, ("place.nearest_number", "place.between_numbers", "place.no_number"), strict=True)
)


def confirmation(turn: Turn, found: Found) -> str:
    """Ask whether the first is meant; where the map lacks the house number, say so."""
    key = _OTHER_NUMBER.get(found.why, "place.confirm")
    return turn.say(key, name=turn.name(found.places[0]), words=found.words)


def which(turn: Turn, found: Found, intent: Navigate) -> Result:
    """Ask which of several places of one name is meant, by what tells them apart."""
    places = [_with_distance(turn, place) for place in found.places[:_OFFERED]]
    # Names that only resemble the words must be said: what else tells such places apart is not enough.
    ask_by = found.ask_by if found.ask_by == "kind" or not found.alike else ""
    labels = []
    for place in places:
        if ask_by == "district" and place.district:
            labels.append(place.district)
        elif ask_by == "kind":
            kind = reply.kind_words(place, turn.language)
            kind = reply.kind_in_sentence(kind, turn.language)
            labels.append(turn.say("place.kind_label", name=turn.name(place), kind=kind))
        elif ask_by == "distance":
            labels.append(turn.distance(place.distance_m or 0))
        else:
            labels.append(
                turn.say("search.item", name=turn.name(place), distance=turn.distance(place.distance_m or 0))
            )
    key = {"district": "place.which_district", "distance": "place.which_distance"}.get(
        ask_by, "place.which_alike" if found.alike else "place.which"
    )
    if key == "place.which_district" and len(set(labels)) < len(labels):
        key = "place.which"
        labels = [
            turn.say("search.item", name=turn.name(p), distance=turn.distance(p.distance_m or 0))
            for p in places
        ]
    text = turn.say(
        key,
        name=found.words,
        count=reply.count_words(len(places), turn.language),
        list=turn.listed(labels),
    )
    return turn.ask(text, intent=intent, expecting="choice", options=tuple(places))
