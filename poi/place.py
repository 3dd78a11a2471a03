"""What a search returns: places, candidates for a spoken name, and how sure the resolution is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, overload

from poi.text import has_han

Verdict = Literal["clear", "ask", "unsure", "nothing"]
AskBy = Literal["district", "distance", "kind", "address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of the map, or one of the user's own."""

    id: str
    """OSM type and number ("node/123"), "user/7", or "crossing/…" and "address/…" for computed ones."""

    name: str
    """Name as it stands on the map, or else its brand or operator; "" if it has none of these."""

    category: str
    """Main OSM tag, such as "tourism/hotel"."""

    lat: float
    """Latitude of the point to drive to, WGS-84 degrees."""

    lon: float
    """Longitude of the point to drive to, WGS-84 degrees."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Names by language ("zh", "en", …) and by sort ("alt", "short", "official", "old", "brand")."""

    address: str = ""
    """Street, house number and town, as far as known."""

    district: str = ""
    """District or town that holds it, if the map says so."""

    phone: str = ""
    """Phone number as tagged."""

    website: str = ""
    """Web address as tagged."""

    opening_hours: str = ""
    """Opening hours as tagged, in OSM's notation."""

    open_now: bool | None = None
    """Whether it is open at the time asked about; None when unknown."""

    stars: str = ""
    """Hotel stars as tagged."""

    brand: str = ""
    """Brand or chain."""

    cuisine: str = ""
    """Cuisine as tagged, values parted by ";"."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """Other OSM tags that answer questions (wheelchair, fee, sockets, fuels, operator, …)."""

    importance: float = 0.0
    """0 (a bus stop) to 1 (a city), from class, wikidata, and size."""

    area_m2: float = 0.0
    """Ground area of a place that the map holds as an outline, square metres; 0 for a point."""

    distance_m: float | None = None
    """Straight-line distance from the point asked about; along a route, metres ahead on it."""

    drive_s: float | None = None
    """Driving time from the point asked about, if a router was given."""

    detour_s: float | None = None
    """Extra driving time that a stop costs on the route, if a route and a router were given."""

    side: Literal["left", "right"] | None = None
    """Side of the route on which it lies; None when not along a route or on the line itself."""

    why: str = ""
    """What matched: "name", "category", "sound", …"""

    def label(self, language: str) -> str:
        """Return the name to speak in a language ("zh" or "en"), falling back to the name on the map."""
        found = self.names.get(language)
        if not found and language == "zh":
            keys = ("zh-Hans", "zh-Hant") if has_han(self.name) else ("zh-Hans", "zh-Hant", "brand:zh")
            found = next((self.names[k] for k in keys if k in self.names), "")
        return found or self.name or self.brand

    def to_dict(self) -> dict[str, Any]:
        """Return the place as JSON-able values: its name, which may be empty, and what else is known."""
        known = {k: v for k, v in asdict(self).items() if k == "name" or v not in (None, "", {})}
        known.pop("area_m2", None)
        known["lat"], known["lon"] = round(self.lat, 7), round(self.lon, 7)
        for key in ("distance_m", "drive_s", "detour_s", "importance"):
            if key in known:
                known[key] = round(known[key], 3 if key == "importance" else 1)
        known["open_now"] = self.open_now
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that a spoken name may mean."""

    place: Place
    """The place."""

    score: float
    """0 to 1; an estimate of how well the words fit this place."""

    why: str
    """What matched: "exact", "alias", "sound", "spelling", "part", "other number", "category", …"""

    told_by: str = ""
    """What tells it from the other candidates of its name: the town or district it lies in; "" if nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution(Sequence[Candidate]):
    """Candidates for a spoken name, best first, and what to do with them."""

    candidates: tuple[Candidate, ...] = ()
    """Best first; for the verdict "nothing" it is empty."""

    verdict: Verdict = "nothing"
    """"clear": take the first; "ask": close call, ask `ask_by`; "unsure": confirm the first; "nothing"."""

    ask_by: AskBy | None = None
    """Question that parts the leading candidates best; None unless the verdict is "ask"."""

    suggestions: tuple[str, ...] = ()
    """Nearest-sounding names when nothing fits."""

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...
    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        return self.candidates[index]

    def __len__(self) -> int:
        return len(self.candidates)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryMatch:
    """A category word recognised in a query."""

    categories: tuple[str, ...]
    """OSM categories that the word stands for ("amenity/fuel"); empty when unknown."""

    word: str
    """The word that matched, in canonical form."""

    rest: str
    """What is left of the query (a proper name, a brand); empty when the whole query was the category."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Name of the category by language."""

    def label(self, language: str) -> str:
        """Return the name of what was matched; empty where the language has none."""
        return self.labels.get(language, "")

    def __bool__(self) -> bool:
        return bool(self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What stands at a coordinate."""

    street: str = ""
    """Nearest named street."""

    street_distance_m: float | None = None
    """Distance to that street."""

    house_number: str = ""
    """House number of the nearest address on that street, if within 40 m."""

    number_first: bool = False
    """Whether the number is said before the street, as in the country of the address."""

    place: Place | None = None
    """Nearest place worth naming."""

    district: str = ""
    """District or town that holds the point."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Names of the street by language."""

    def describe(self, language: str = "zh") -> str:
        """Return a short description in "zh" or "en"; empty when nothing is known."""
        street = self.names.get(language, self.street)
        if language == "zh":
            place = f"{self.place.label('zh')}附近" if self.place else ""
            sign = "号" if self.house_number[-1:].isascii() else ""
            where = f"{street}{self.house_number}{sign}" if street and self.house_number else street
            return "".join(
                part for part in (self.district, where, f"，{place}" if where and place else place) if part
            )
        if street and self.house_number:
            parts = (self.house_number, street) if self.number_first else (street, self.house_number)
            street = " ".join(parts)
        near = f"near {self.place.label('en')}" if self.place else ""
        return ", ".join(part for part in (street, self.district, near) if part)
