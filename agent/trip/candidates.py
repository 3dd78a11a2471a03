"""What there is to visit on a trip: the sights that were wished for and others, by day and town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.accounting import Entry
from agent.trip.legs import measured
from agent.trip.offered.beds import kind_banned
from agent.trip.offered.hikes import Hike, approach_of, hikes_of, longest_of
from agent.trip.offered.kinds import EVENING, stay_range, worth
from agent.trip.offered.sights import Sights, gather, themes_of
from agent.trip.offered.suiting import unsuited
from agent.trip.offered.towns import Town, split_days
from agent.trip.request import TripRequest, on_road
from languages.trip_words import any_of, trip_words
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.asked.party import Party
    from agent.understanding.intent import Wishes
    from poi.place import Place

_CANDIDATES_A_DAY, _CANDIDATES = 7, 14
_FULL_DAY = 5
"""So many sights fill a day."""


def drivable(desk: Desk, places: Sequence[Place]) -> tuple[Place, ...]:
    """Return the places that one can drive to."""
    return tuple(place for place in places if on_road(desk, (place.lat, place.lon)))


def sights_for(
    desk: Desk, towns: Sequence[Town], wishes: Wishes, party: Party, days: int, *, on_foot: bool = False
) -> Sights:
    """Return the sights that the wishes ask for, and others of the towns."""
    by_day = [(w, d) for d in wishes.by_day for w in (*d.likes, *d.must)]
    beds_banned = {w for w in wishes.dislikes if kind_banned(w)}
    return gather(
        desk,
        towns,
        must=(*wishes.must, *(w for d in wishes.by_day for w in d.must)),
        likes=tuple(dict.fromkeys((*wishes.likes, *(w for w, d in by_day if w in d.likes)))),
        dislikes=[w for w in wishes.dislikes if w not in beds_banned],
        children=bool(party.children),
        enough=_FULL_DAY * days // len(towns),
        goes_beyond=not on_foot,
        most=(_CANDIDATES + _CANDIDATES_A_DAY * days // len(towns)) * (3 if _is_choosy(party) else 1),
    )


def _is_choosy(party: Party) -> bool:
    """Whether much of a town does not suit those who come, so that more of it has to be looked at."""
    return party.dog or party.walks_less


@dataclass(slots=True, kw_only=True)
class _Wished:
    """What the likings of a request come to on the map."""

    liked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Each liking with the ids of what meets it."""
    places: list[Place] = field(default_factory=list)
    evenings: list[Place] = field(default_factory=list)
    hikes: dict[str, Hike] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    """In which part of the day a place is to be, by its id."""
    needs: list[tuple[str, str]] = field(default_factory=list)
    """Stops for the car, each with its words."""
    entries: list[Entry] = field(default_factory=list)
    """What the map has not."""


def _wished(desk: Desk, request: TripRequest, sights: Sights) -> _Wished:
    """Tell hikes, evenings and stops for the car from the sights that are liked."""
    found, parts = _Wished(), dict(request.wishes.parts)
    for words, places in sights.liked.items():
        if need := _need(request, words):
            found.needs.append((need, words))
            continue
        fit = places
        if "hike" in themes_of(words):
            walks = hikes_of(desk, places, longest_of(request.party))
            found.hikes |= walks
            fit = [p for p in places if p.id in walks]
        else:
            fit = list(drivable(desk, places))
        if not fit:
            found.entries.append(
                Entry(slot=slot_of(request, words), words=words, state="missing", note="like")
            )
            continue
        found.liked.append((words, tuple(p.id for p in fit)))
        out = set(themes_of(words)) & set(EVENING)
        if out or parts.get(words) == "evening":
            found.evenings.extend(fit[:12])
        if not out:
            found.places.extend(fit[:12])
            must = {p.id for p in sights.must}
            found.parts |= {p.id: parts[words] for p in fit if words in parts and p.id not in must}
    return found


def _need(request: TripRequest, words: str) -> str:
    """Return which stop for the car words ask for; "" if they ask for none."""
    needs = trip_words(request.language).needs
    said = (n for n in ("charging", "fuel") if any_of(request.language, needs[n]).fullmatch(words))
    return next(said, "")


def with_sights(desk: Desk, request: TripRequest, sights: Sights) -> TripRequest:
    """Put the sights in order, tell hikes and evenings from the rest, and note what the map has not."""
    wished = _wished(desk, request, sights)
    must = list(sights.must)
    hikes = wished.hikes | hikes_of(desk, [p for p in must if p.category.startswith("natural/peak")])
    hikes |= _approaches(desk, request, [p for p in must if p.id not in hikes])
    others = drivable(desk, [p for p in sights.others if p.category != "natural/peak"])
    suited = tuple(p for p in others if not unsuited(p, request))
    others = suited if len(suited) + len(must) + len(wished.places) > request.days else others
    ordered = _named_once(must, (*_merged(wished.places, wished.liked), *others))
    most = _CANDIDATES + _CANDIDATES_A_DAY * request.days + len(must)
    chosen = tuple(ordered.values())[: max(most, len(must) + min(len(wished.places), 20))]
    town_of = {p.id: town_holding(p, request.towns) for p in (*chosen, *wished.evenings)} | sights.beyond
    weights = [
        sum(worth(p) * stay_range(p)[1] for p in others if town_of.get(p.id) == i)
        for i in range(len(request.towns))
    ]
    on_days, themed = _by_day(request, sights)
    seen = {town_of[p.id] for p in (*chosen, *wished.evenings)}
    empty = [town.name for number, town in enumerate(request.towns) if number not in seen]
    return replace(
        request,
        sights=chosen,
        must_count=len(must),
        beyond=frozenset(sights.beyond),
        wanted=frozenset(p.id for p in (*must, *wished.places)),
        named={words: place.id for words, place in sights.named.items()},
        town_of=town_of,
        town_of_day=_town_days(request, weights),
        parts=sights.parts,
        hikes=hikes,
        evenings=tuple({p.id: p for p in wished.evenings}.values()),
        liked=tuple(wished.liked),
        disliked=frozenset(sights.banned),
        on_days=on_days,
        in_parts=wished.parts,
        themed=themed,
        needs=tuple(wished.needs),
        entries=(
            *request.entries,
            *wished.entries,
            *(Entry(slot="where", words=name, state="missing", note="empty_town") for name in empty),
            *(
                Entry(slot="dislikes", words=w, state="unknown", note="no_kind")
                for w in sights.unheard
                if not any(w in limit for limit in request.wishes.limit)
            ),
        ),
    )


def _named_once(must: Sequence[Place], others: Sequence[Place]) -> dict[str, Place]:
    """Return the places by id, without those that bear the name of one before: it would be shown twice."""
    found = {p.id: p for p in must}
    names = {p.name for p in must}
    for place in others:
        if place.id in found or place.name not in names:
            found[place.id] = place
            names.add(place.name)
    return found


def _approaches(desk: Desk, request: TripRequest, must: Sequence[Place]) -> dict[str, Hike]:
    """Return how what has to be seen is walked to from a car park, where no road leads to it."""
    found = {}
    for place in must:
        here = (place.lat, place.lon)
        there = measured(desk, "", request.start, here, request.wishes.avoid)
        if there is not None and measured(desk, "", here, request.start, request.wishes.avoid) is not None:
            continue
        walk = approach_of(desk, place, request.start)
        if walk is None:
            raise PlanImpossible("unreachable")
        found[place.id] = walk
    return found


def slot_of(request: TripRequest, words: str) -> str:
    """Return in which slot words were said: a liking or a must."""
    return (
        "likes"
        if words in request.wishes.likes or any(words in d.likes for d in request.wishes.by_day)
        else "must"
    )


def _merged(places: Sequence[Place], liked: Sequence[tuple[str, tuple[str, ...]]]) -> list[Place]:
    """Take the likings in turn, so that each has its best in front."""
    by_id = {p.id: p for p in places}
    rows = [[i for i in ids if i in by_id] for _, ids in liked]
    turns = [ids[n] for n in range(max(map(len, rows), default=0)) for ids in rows if n < len(ids)]
    return [by_id[i] for i in dict.fromkeys(turns)]


def town_holding(place: Place, towns: Sequence[Town]) -> int:
    """Return the index of the town in which a place lies, or of the nearest."""
    holding = [i for i, town in enumerate(towns) if town.holds(place)]
    near = sorted(
        holding or range(len(towns)), key=lambda i: distance_m(towns[i].center, (place.lat, place.lon))
    )
    return near[0]


def _town_days(request: TripRequest, weights: list[float]) -> tuple[int, ...]:
    """Return the town of each day: as said for a day, else shared out by what there is to see."""
    shared = split_days(request.towns, request.days, weights)
    for day in request.wishes.by_day:
        number = request.days - 1 if day.day == -1 else day.day - 1
        if day.where and 0 <= number < request.days:
            said = [i for i, t in enumerate(request.towns) if day.where in t.name or t.name in day.where]
            shared[number] = said[0] if said else shared[number]
    return tuple(shared)


def _by_day(
    request: TripRequest, sights: Sights
) -> tuple[dict[str, frozenset[int]], dict[int, frozenset[str]]]:
    on_days: dict[str, frozenset[int]] = {}
    themed: dict[int, frozenset[str]] = {}
    always = {p.id for words in request.wishes.likes for p in sights.liked.get(words, ())}
    for day in request.wishes.by_day:
        number = request.days - 1 if day.day == -1 else day.day - 1
        if not 0 <= number < request.days:
            raise PlanImpossible("no_such_day", days=request.days)
        for words in day.must:
            if words in sights.named:
                on_days[sights.named[words].id] = frozenset({number})
        ids = frozenset(p.id for words in (*day.likes, *day.must) for p in sights.liked.get(words, ()))
        out = {w for w in day.likes if set(themes_of(w)) & set(EVENING)}
        if any(sights.liked.get(words) for words in {*day.likes, *day.must} - out):
            themed[number] = themed.get(number, frozenset()) | ids
        for place_id in ids - always:
            on_days[place_id] = on_days.get(place_id, frozenset()) | {number}
    return on_days, themed
