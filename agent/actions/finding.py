"""From the words in a slot to places of the map, of the conversation, or of the memory."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from agent.actions.context import REMEMBERED, as_place
from agent.actions.reply import is_kind, with_wish
from agent.understanding.amounts import moment_said
from agent.understanding.intent import Search
from languages import load_language
from languages.numbers import nth
from nav.errors import NavError
from nav.geometry import distance_m
from poi.areas.finder import Area
from poi.kinds.category import parse_category
from poi.kinds.filters import wishes_in

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.actions.session import Session
    from agent.understanding.intent import Navigate, Need
    from agent.understanding.utterance import Language
    from nav import Route
    from poi.place import Place, Resolution

_COMPARED = 6
"""Places whose driving times are compared when the nearest is asked for."""

_LISTED = 12
"""Places that are looked up."""

_NARROWED = 40
"""The same where hours, minutes of driving or a name that is barred leave few of them."""

_PARTLY = {"spelling", "sound", "part"}
"""How a place matches that may not be what was meant (`poi.place.Place.why`)."""

_SOONER_S = 120.0
"""The nearest as the crow flies stays the first unless another is reached so much sooner, seconds."""

NEED_WORDS: dict[str, tuple[str, ...]] = {
    "food": ("餐厅", "快餐"),
    "fuel": ("加油站",),
    "charging": ("充电站",),
    "coffee": ("咖啡",),
    "toilet": ("厕所",),
    "rest": ("服务区", "休息区", "咖啡", "停车场"),
    "parking": ("停车场",),
    "hotel": ("酒店",),
    "pharmacy": ("药店",),
    "hospital": ("医院",),
    "repair": ("修车",),
    "shopping": ("商场", "商店", "超市"),
    "sights": ("景点",),
    "cash": ("取款机", "银行"),
    "drink": ("便利店", "超市", "咖啡"),
}
"""Category words that serve a need, the best first; the next is tried when nothing is near."""

_NO_PRAISE = frozenset(
    "replace change remove swap drop skip keep first second third last next no not dont don't my your our "
    "is are was what how why when who of".split()
)
"""Words that tell that more than the kind of a place was spoken of."""


_COMMA = re.compile(r"[,，、;；]|\.(?= )|。")
_MOST_PARTS = 3
_WHERE = ("place/", "street/", "boundary/")
"""Categories of towns and streets."""

_BARRED = 200
"""Places of one name that are left out of a search at most."""

OTHER_NUMBER = ("nearest house number", "between house numbers", "street without that number")
"""How an address matches whose number the map lacks (`poi.place.Candidate.why`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the words of a slot may mean."""

    places: tuple[Place, ...] = ()
    """Candidates, best first."""

    verdict: Literal["clear", "ask", "unsure", "list", "nothing", "no_memory", "outside"] = "nothing"
    """"clear": the first is meant. "ask": several of one name. "unsure": confirm the first. "list": places
    of a kind to choose from. "no_memory": home, company or a past place that is not known."""

    ask_by: str = ""
    """What tells the candidates of "ask" apart."""

    alike: bool = False
    """Some candidates are called something that only sounds or is written like the words."""

    suggestions: tuple[str, ...] = ()
    """Names that sound alike, for "nothing"."""

    words: str = ""
    """The words that were looked up."""

    why: str = ""
    """How the first came to match a name: `poi.place.Candidate.why`."""

    relaxed: str = ""
    """Which wish had to be dropped to find anything: "open", "within", "reach" (minutes' drive), "stars",
    "along", "near", "quality"."""


@dataclass(slots=True, kw_only=True)
class Finder:
    """Finds places for the slots of one turn."""

    desk: Desk
    session: Session
    position: Point | None
    language: Language
    offset_m: float = 0.0
    """Metres driven on the current route."""
    cache: dict[str, Any] = field(default_factory=dict)

    def target(self, intent: Navigate) -> Found:
        """Find the destination of a request."""
        intent = intent.model_copy(update={"to": self.unpointed(intent.to)})
        found = self._target(intent)
        if (
            not found.places
            and found.verdict == "nothing"
            and (plainer := self._plainer(intent.to, of_name=True))
        ):
            return plainer
        if not found.places and (once := said_once(intent.to)):
            return self.target(intent.model_copy(update={"to": once}))
        return self._soonest_first(found) if intent.pick == "nearest" and not intent.near else found

    def _soonest_first(self, found: Found) -> Found:
        """Put what is reached clearly sooner by car first: the nearest may be across a river."""
        if self.position is None or found.verdict != "list" or len(found.places) < 2:
            return found
        near = sorted(found.places, key=self.away_m)
        few = near[:_COMPARED]
        try:
            times_s = self.desk.router.matrix([self.position], [(p.lat, p.lon) for p in few])[0]
        except NavError:
            return found
        soonest = min(range(len(few)), key=lambda i: float(times_s[i]))
        if float(times_s[0]) - float(times_s[soonest]) < _SOONER_S:
            soonest = 0
        first = few[soonest]
        return replace(found, places=(first, *(place for place in near if place is not first)))

    def _target(self, intent: Navigate) -> Found:
        words = intent.to
        if intent.need and not words:
            return self.of_need(intent.need, near=self.around(intent.near), open_at=self.open_at(intent))
        if known := self.known(words):
            return known
        if is_kind(words) or intent.pick or intent.near or intent.open_now:
            found = self.of_kind(
                words,
                near=self.around(intent.near),
                open_at=self.open_at(intent),
            )
            if found.places:
                return found
            if intent.near:
                return found
        return self.named(words)

    def named(self, words: str) -> Found:
        """Resolve a name on the map."""
        if known := self.known(words):
            return known
        resolution: Resolution = self.desk.places.resolve(words, near=self.position, limit=5)
        plain = load_language(self.language).reading.unpointed(words)
        called_so = bool(resolution) and resolution[0].why == "exact"
        if plain not in ("", words) and not called_so and (found := self.named(plain)).places:
            return found
        candidates = tuple(candidate.place for candidate in resolution)
        if resolution.verdict == "nothing" or not candidates:
            return self._said_twice(words) or Found(words=words, suggestions=resolution.suggestions)
        if resolution[0].why == "category":
            return Found(places=candidates, verdict="list", words=words)
        return Found(
            places=candidates,
            verdict=resolution.verdict,
            ask_by=resolution.ask_by or "",
            words=words,
            why=resolution[0].why,
            alike=any(candidate.why in {"sound", "spelling"} for candidate in resolution),
        )

    def _said_twice(self, words: str) -> Found | None:
        """Find a place by one of the two ways in which it is said; it is asked about, for half is not found.

        The town or street behind a name that the map lacks is another place.
        """
        for part in _parts(words):
            found = self.named(part)
            if found.places and not found.places[0].category.startswith(_WHERE):
                return replace(found, verdict="unsure") if found.verdict == "clear" else found
        return None

    def known(self, words: str) -> Found | None:
        """Find what is not on the map: home, the favourites, past destinations, "there"."""
        memory, session = self.desk.memory, self.session
        reading = load_language(self.language).reading
        kind, what = reading.reference(words)
        if kind in {"home", "company"}:
            kept = memory.place(kind) if memory else None  # type: ignore[arg-type]
            if kept is None:
                return Found(verdict="no_memory", words=kind)
            return Found(places=(as_place(kept),), verdict="clear", words=words)
        if memory and (kept := memory.labelled(words.strip())):
            return Found(places=(as_place(kept),), verdict="clear", words=words)
        if (pointed := reading.pointed(words)) and (place := self._spoken_of(pointed)):
            return Found(places=(place,), verdict="clear", words=words)
        number, rest = reading.position(words)
        if number and session.offered and not rest:
            return Found(places=tuple(nth(session.offered, number)), verdict="clear", words=words)
        match kind:
            case "destination" if session.stops:
                return Found(places=(session.stops[-1],), verdict="clear", words=words)
            case "there":
                topic = session.topic
                return Found(places=(topic,), verdict="clear", words=words) if topic else Found(words=words)
            case "before":
                now = session.stops[-1].id if session.stops else ""
                past = [place for place in reversed(session.earlier) if place.id != now] or session.earlier
                return Found(places=tuple(past[:1]), verdict="clear" if past else "no_memory", words=words)
            case "once":
                return self._past(what, words)
            case _:
                return None

    def unpointed(self, words: str) -> str:
        """Return "garden" for "that garden" where no garden was spoken of."""
        what = load_language(self.language).reading.pointed(words)
        return words if not what or self.known(words) else what

    def _spoken_of(self, what: str) -> Place | None:
        """Return the place of such a name or kind that was spoken of, offered or driven to last."""
        kinds = self._kinds(what)
        spoken = (self.session.topic, *self.session.offered, *reversed(self.session.earlier))
        for place in spoken:
            if place is None:
                continue
            names = (place.name, place.brand, *place.names.values())
            if place.category in kinds or any(what.casefold() in name.casefold() for name in names if name):
                return place
        return None

    def _kinds(self, words: str) -> set[str]:
        match = self.desk.places.categories(words)
        return {parse_category(kind)[0] for kind in match.categories} if match else set()

    def _past(self, what: str, words: str) -> Found | None:
        """Find a past destination by its name or kind ("上次那家火锅店")."""
        memory = self.desk.memory
        if memory is None:
            return Found(verdict="no_memory", words=what or words)
        past = memory.destinations(REMEMBERED)
        if not what:
            return Found(
                places=tuple(as_place(k) for k in past[:1]),
                verdict="clear" if past else "no_memory",
                words=words,
            )
        wanted = self._kinds(what)
        named = [k for k in past if what.casefold() in k.name.casefold()]
        cuisine = [k for k in past if wanted and k.category in wanted]
        chosen = named or cuisine
        if not chosen:
            return Found(verdict="no_memory", words=what)
        return Found(places=(as_place(chosen[0]),), verdict="clear", words=words)

    def anchor(self, words: str) -> Point | None:
        """Return the point that "near X" means; None if X is unknown."""
        if not words:
            return self.position
        found = self.named(words)
        return (found.places[0].lat, found.places[0].lon) if found.places else None

    def around(self, words: str) -> Point | Area | None:
        """Return where "near X" or "in X" looks: in the outline of a town, else round a point."""
        if not words:
            return self.position
        area = self.desk.places.area(words, near=self.position)
        return area or self.anchor(words)

    def open_at(self, intent: Navigate | Search) -> datetime | None:
        """Return the moment at which the place has to be open, in the region's own time; None for any."""
        if isinstance(intent, Search) and (moment := self.moment(intent.open_at)):
            return moment
        return self.desk.now() if intent.open_now else None

    def moment(self, words: str) -> datetime | None:
        """Return the moment that words name, in the region's own time; None if they name none."""
        return moment_said(words, self.desk.now()) if words else None

    def of_need(
        self,
        need: Need,
        *,
        near: Point | Area | None,
        open_at: datetime | None = None,
        route: Route | None = None,
    ) -> Found:
        """Find places that serve a need, the best kind that has any nearby."""
        best = Found(verdict="nothing", words=need)
        for words in NEED_WORDS.get(need, ()):
            found = self.of_kind(words, near=near, open_at=open_at, route=route)
            if found.places and (found.places[0].distance_m or 0) < 3000:
                return Found(places=found.places, verdict="list", words=need, relaxed=found.relaxed)
            if found.places and not best.places:
                best = Found(places=found.places, verdict="list", words=need, relaxed=found.relaxed)
        return best

    def of_kind(
        self,
        words: str,
        *,
        near: Point | Area | None,
        open_at: datetime | None = None,
        stars: int = 0,
        within_m: int = 0,
        has: tuple[str, ...] = (),
        route: Route | None = None,
        limit: int = _LISTED,
    ) -> Found:
        """Find places of a kind or a brand; if a wish leaves nothing, say which one had to be dropped."""
        wishes: dict[str, Any] = {"near": near, "limit": _NARROWED if open_at else limit}
        if open_at:
            wishes["open_at"] = open_at
        if stars:
            wishes["stars"] = float(stars)
        needs: dict[str, Any] = {}
        for wish in has:
            needs |= wishes_in(with_wish(words, wish, self.language))[1]
        wishes |= needs
        if within_m:
            wishes["within_m"] = float(within_m)
        if route is not None:
            wishes |= {"along": route, "router": self.desk.router, "from_offset_m": self.offset_m}
        places = self.desk.places.search(words, **wishes)
        if open_at and places:
            # A place whose hours are unknown is not offered as open while others surely are.
            sure = [place for place in places if place.open_now]
            if sure:
                return Found(places=tuple(sure), verdict="list", words=words)
            return Found(places=tuple(places), verdict="list", words=words, relaxed="open")
        if places:
            return Found(places=tuple(places), verdict="list", words=words)
        for name, keys in (
            ("wish", tuple(needs)),
            ("along", ("along", "router", "from_offset_m")),
            ("within", ("within_m",)),
            ("stars", ("stars",)),
            ("open", ("open_at",)),
        ):
            if keys and keys[0] in wishes:
                places = self.desk.places.search(words, **{k: v for k, v in wishes.items() if k not in keys})
                if places:
                    return Found(places=tuple(places), verdict="list", words=words, relaxed=name)
        return Found(words=words)

    def search(self, intent: Search, route: Route | None) -> Found:
        """Find what a search asks for."""
        intent = intent.model_copy(update={"what": self.unpointed(intent.what)})
        found = self._called_so(self._search(intent, route))
        if not found.places and not intent.near and (plainer := self._plainer(intent.what, of_name=False)):
            return plainer
        if not found.places and (once := said_once(intent.what)):
            return self.search(intent.model_copy(update={"what": once}), route)
        nearest = intent.pick == "nearest" and not (intent.near or intent.along)
        return self._soonest_first(found) if nearest else found

    def _search(self, intent: Search, route: Route | None) -> Found:
        around = self._goal(intent) or self.around(intent.near)
        near = around.centre if isinstance(around, Area) else around
        along = route if intent.along else None
        if intent.need and not intent.what:
            return self.of_need(intent.need, near=around, open_at=self.open_at(intent), route=along)
        if not intent.near and (known := self.known(intent.what)):
            return known
        if not intent.near and re.search(r"\d|号", intent.what):
            named = self.named(intent.what)
            if named.why in OTHER_NUMBER:
                return named
        found = self.of_kind(
            intent.what,
            near=around,
            open_at=self.open_at(intent),
            stars=intent.stars,
            within_m=intent.within_m,
            has=intent.has,
            route=along,
            limit=_NARROWED if intent.without or intent.within_min else _LISTED,
        )
        if intent.without:
            found = self._without(found, intent.without, near)
        return self._in_reach(found, intent.within_min, near) if intent.within_min and near else found

    def _called_so(self, found: Found) -> Found:
        """Leave out what is only called something like a kind and a word to it.

        Restaurant Haven is no halal restaurant.
        """
        if found.verdict != "list" or any(place.why not in _PARTLY for place in found.places):
            return found
        match = self.desk.places.categories(found.words)
        if match is None or not match.rest:
            return found
        resolution = self.desk.places.resolve(found.words, near=self.position, limit=5)
        if resolution.verdict in {"unsure", "nothing"}:
            return Found(words=found.words)
        kept = tuple(place for place in found.places if place.why == "part")
        return replace(found, places=kept or found.places)

    def _without(self, found: Found, words: str, near: Point | None) -> Found:
        """Leave out what goes by a name, a brand or a kind."""
        barred = {place.id for place in self.desk.places.search(words, near=near, limit=_BARRED)}
        kept = tuple(place for place in found.places if place.id not in barred)
        return replace(found, places=kept, verdict=found.verdict if kept else "nothing")

    def _in_reach(self, found: Found, minutes: int, start: Point) -> Found:
        """Keep what is so many minutes' drive away, soonest first; say so if nothing is."""
        if found.verdict != "list" or found.relaxed or not found.places:
            return found
        try:
            times_s = self.desk.router.matrix([start], [(p.lat, p.lon) for p in found.places])[0]
        except NavError:
            return found
        timed = [
            replace(place, drive_s=float(time_s))
            for time_s, place in sorted(zip(times_s, found.places, strict=True), key=lambda pair: pair[0])
            if math.isfinite(time_s)
        ]
        inside = [place for place in timed if (place.drive_s or 0.0) <= 60 * minutes]
        if not timed:
            return found
        return replace(found, places=tuple(inside or timed), relaxed="" if inside else "reach")

    def _plainer(self, words: str, *, of_name: bool) -> Found | None:
        """Find the kind alone where the words praise it too ("安静的咖啡馆", "a quiet cafe with a view").

        Where they may be a name, capitals are none of a kind: a Catholic church is one that is looked for.
        """
        if "的" in words:
            kinds = [words.rpartition("的")[2]]
        elif words != words.lower() and (
            of_name or "'s " in words or words.split()[-1] != words.split()[-1].lower()
        ):
            return None  # a name is no kind with praise: Tower Bridge, St Mary's hospital
        else:
            kind = re.split(r"(?i)\s+(?:with|that|which|where|for)\s", words)[0].split()
            praise = next((n for n, word in enumerate(kind) if word in _NO_PRAISE), None)
            kinds = [" ".join(kind[start:]) for start in range(min(len(kind), 4))] if praise is None else []
        for kind in kinds:
            if kind and kind != words and is_kind(kind):
                found = self.of_kind(kind, near=self.position)
                return replace(found, relaxed="quality") if found.places else None
        return None

    def from_search_m(self, place: Place) -> float:
        """Return the straight-line distance from where the last search looked, metres: car or goal."""
        search = self.session.last_search
        at = self.anchor(search.near) if isinstance(search, Search) and search.near else self._goal(search)
        return distance_m(at, (place.lat, place.lon)) if at else self.away_m(place)

    def _goal(self, search: object) -> Point | None:
        """Return where a car park is looked for while something is driven: at the goal, not here."""
        parks = isinstance(search, Search) and search.need == "parking" and not (search.near or search.along)
        stops = self.session.stops
        return (stops[-1].lat, stops[-1].lon) if parks and stops else None

    def away_m(self, place: Place) -> float:
        """Return the straight-line distance from the car, metres."""
        if self.position is None:
            return place.distance_m or 0.0
        return distance_m(self.position, (place.lat, place.lon))


def said_once(words: str) -> str:
    """Return what is said twice over; nothing if words are no such thing ("taxi, taxi")."""
    found = re.fullmatch(r"(.{2,}?)[\s,，、]*\1", words)
    return found[1] if found else ""


def _parts(words: str) -> list[str]:
    """Return the parts of a place said in two ways ("old church, Vanha kirkko"), the last one first."""
    parts = [part.strip() for part in _COMMA.split(words)]
    return [part for part in reversed(parts) if part] if 1 < len(parts) <= _MOST_PARTS else []
