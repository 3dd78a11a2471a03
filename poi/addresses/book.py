"""House numbers: which house an address means, and which is nearest when the map lacks it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nav.geometry import distance_m
from poi.addresses.crossing import Crossings
from poi.addresses.han import HanAddress, parse_han
from poi.addresses.house_number import leading, plain_number, spans
from poi.addresses.query import Reading, readings, town_words
from poi.addresses.spoken_digits import in_digits
from poi.addresses.street_name import SAME, StreetName, likeness, parse_street
from poi.areas.finder import AreaFinder
from poi.names.search import OTHER_NUMBER, NameHit, NameIndex
from poi.place import Candidate, Place
from poi.store import PlaceStore
from poi.text import canonical, has_han

Point = tuple[float, float]

ADDRESS = "address"
"""Why a house was found that is the very one."""

ALIKE = "address alike"
"""Why a house was found in a street that is only called something like it."""

NEAREST, BETWEEN, NO_NUMBER = "nearest house number", "between house numbers", "street without that number"
"""Why a house was found though the map lacks the number."""

NUMBER_ALONE = "house number"
"""Why a house was found by its number alone: which one is meant is asked in any case."""

UNSURE_REASONS = (ALIKE, NEAREST, BETWEEN, NO_NUMBER)
"""Reasons for which another house than the one said was found: never taken without asking."""

SURE_REASONS = (ADDRESS, "crossing")
"""Reasons for which an address or a crossing is the very one."""

_SURE = 0.72
"""A street name must match at least so well."""

_HOMOPHONE = 0.965
"""A Chinese street that sounds the same is taken without asking."""

_STAIRCASE = 0.97
"""Score of number 5 when 5 A was said, and of 5 A for 5, when the map has only the one."""

_SPANNED = 0.98
_LANE = 0.92
"""Score of a house in the lane or courtyard that was said without a house."""

_UNKNOWN_WORD, _MOST_UNKNOWN = 0.04, 0.16
"""Score lost by each word that is neither street, number, town, state nor postcode."""

_TORN = 0.72
"""Factor for a reading that leaves a part of the street's name out: Oak for "Oak Avenue"."""

_ELSEWHERE = 0.7
"""Factor for a house that lies outside of the town that was said."""

_ONE_ADDRESS_M = 400.0
"""What the map has twice under one address is one house when it lies no farther apart."""

_ALONE_M = 3_000.0
_GAP_NUMBERS, _GAP_M = 20, 400.0
"""House numbers are interpolated between two that are no farther apart, by count and by distance."""

_WHOLE_NUMBER = re.compile(
    r"^(?:no\.?|nr\.?|number|house(?: number)?|hausnummer|#)?\s*(\d{1,5}\s?[a-z]?)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _House:
    """A row of the table `address`."""

    row: int
    road: int
    number: str
    low: int | None
    high: int | None
    lat: float
    lon: float
    label: str
    town: str
    made: int


_COLUMNS = "id, road, number, low, high, lat, lon, label, town, made"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """An address asked for, on one road of the map."""

    road: int
    likeness: float
    """How well the street fits, 0 to 1, less what the words beside it cost."""
    number: str
    why: str = ADDRESS
    towns: tuple[str, ...] = ()
    """What was said that may name a town."""


class AddressBook:
    """Finds house numbers and crossings in one region."""

    def __init__(self, store: PlaceStore, names: NameIndex, areas: AreaFinder) -> None:
        self._store = store
        self._names = names
        self._areas = areas
        self._crossings = Crossings(store, self.streets)

    def find(self, words: str, near: Point | None) -> list[Candidate]:
        """Return the places of an address or a crossing, best first; empty when the words are neither."""
        return self._house(words, near) or self._crossings.find(words, near)

    def alone(self, words: str, near: Point | None) -> list[Candidate]:
        """Return the houses round a point that have the number that was said, nearest first."""
        number = _number_alone(words)
        if not number or near is None:
            return []
        query = f"SELECT {_COLUMNS} FROM address WHERE number = ? LIMIT 2000"
        houses = [_House(*row) for row in self._store.db.execute(query, (number,))]
        near_by = [h for h in houses if distance_m(near, (h.lat, h.lon)) <= _ALONE_M]
        near_by.sort(key=lambda h: distance_m(near, (h.lat, h.lon)))
        return [_candidate(h, 0.8, NUMBER_ALONE) for h in near_by[:12]]

    def streets(self, words: str) -> list[tuple[Place, float]]:
        """Return streets that words may mean, with how well their names fit."""
        said = parse_street(words)
        roads = self._roads([said])
        fits = {road: score for road, street in roads if (score := likeness(said, street)) >= _SURE}
        names = self._road_names(fits)
        hits = [replace(hit, score=score) for name, score in names for hit in self._names.exactly([name])]
        others = self._names.find(words, limit=12)
        hits += [h for h in others if h.score >= _SURE and h.why != OTHER_NUMBER]
        return self._streets_of(hits)

    def _road_names(self, roads: dict[int, float]) -> list[tuple[str, float]]:
        marks = ",".join("?" * len(roads))
        rows = self._store.db.execute(f"SELECT id, name FROM road WHERE id IN ({marks})", list(roads))
        return [(name, roads[road]) for road, name in rows]

    def _streets_of(self, hits: Sequence[NameHit]) -> list[tuple[Place, float]]:
        if not hits:
            return []
        by_name = self._store.places_of_names([h.name for h in hits], 30)
        places = self._store.places(row for rows in by_name.values() for row, _ in rows)
        found: dict[str, tuple[Place, float]] = {}
        for hit in hits:
            for row, _ in by_name.get(hit.name, ()):
                place = places[row]
                if place.category.startswith("street/") and found.get(place.id, (place, 0.0))[1] < hit.score:
                    found[place.id] = (place, hit.score)
        return sorted(found.values(), key=lambda entry: -entry[1])

    def _roads(self, said: Iterable[StreetName]) -> list[tuple[int, StreetName]]:
        """Return the roads of the map that share the core of a name, in parts."""
        cores = list(dict.fromkeys(core for street in said for core in street.cores))[:400]
        marks = ",".join("?" * len(cores))
        query = f"SELECT core, sort, heading, road FROM road_name WHERE core IN ({marks})"
        return [
            (road, StreetName(core=core, sort=sort, heading=heading))
            for core, sort, heading, road in self._store.db.execute(query, cores)
        ]

    def _house(self, words: str, near: Point | None) -> list[Candidate]:
        asked = self._asked_han(words) if has_han(words) else self._asked_latin(words)
        if not asked:
            return []
        asked.sort(key=lambda a: -a.likeness)
        houses = self._houses({a.road for a in asked})
        found: list[Candidate] = []
        settled: set[int] = set()
        for one in asked:
            if one.road in settled:
                continue
            here = self._numbers(one, houses.get(one.road, []))
            found += here
            if here and here[0].why in SURE_REASONS:
                # 46 A is not 46 with something behind it.
                settled.add(one.road)
        if found:
            best = max(c.score for c in found)
            near_best = [c for c in found if c.score > best - 0.2]
            once = {c.place.id: c for c in sorted(near_best, key=lambda c: c.score)}
            return sorted(once.values(), key=lambda c: (-c.score, _distance(c.place, near)))
        return self._without_number(asked, near)

    def _without_number(self, asked: Sequence[_Asked], near: Point | None) -> list[Candidate]:
        """Return the street alone, for a number that is nowhere near any of its houses."""
        names = self._road_names({a.road: a.likeness for a in reversed(asked[:20])})
        streets = self._streets_of([h for name, _ in names for h in self._names.exactly([name])])
        if not streets:
            return []
        score = dict(names)
        fits = [(place, score.get(place.name, asked[-1].likeness)) for place, _ in streets]
        street, fit = min(fits, key=lambda entry: (-entry[1], _distance(entry[0], near)))
        return [Candidate(place=street, score=min(0.66, fit * 0.7), why=NO_NUMBER)]

    def _houses(self, roads: set[int]) -> dict[int, list[_House]]:
        listed = list(roads)[:60]
        marks = ",".join("?" * len(listed))
        found: dict[int, list[_House]] = {}
        query = f"SELECT {_COLUMNS} FROM address WHERE road IN ({marks}) LIMIT 20000"
        for row in self._store.db.execute(query, listed):
            found.setdefault(row[1], []).append(_House(*row))
        return found

    def _asked_latin(self, words: str) -> list[_Asked]:
        spoken = words if any(map(str.isdigit, words)) else in_digits(words)
        ways = readings(spoken)
        parsed = {way.street: parse_street(way.street) for way in ways}
        roads = self._roads(parsed.values())
        asked = [
            _Asked(road=road, likeness=score * _beside(way), number=way.number, towns=_towns(way))
            for way in ways
            for road, street in roads
            if (score := likeness(parsed[way.street], street))
        ]
        return asked or (self._asked_alike(ways) if spoken == words else [])

    def _asked_alike(self, ways: Sequence[Reading]) -> list[_Asked]:
        """Return addresses in streets whose names only resemble what was said."""
        asked: list[_Asked] = []
        for way in list({w.street: w for w in reversed(ways)}.values())[::-1][:2]:
            hits = [h for h in self._names.find(way.street, limit=12) if h.why != OTHER_NUMBER]
            asked += self._on_streets(hits, way.number, _beside(way), _towns(way))
        return asked

    def _on_streets(
        self, hits: Sequence[NameHit], number: str, beside: float, towns: tuple[str, ...]
    ) -> list[_Asked]:
        streets = self._streets_of([h for h in hits if h.score >= _SURE])
        asked = []
        for place, score in streets[:6]:
            rows = self._store.db.execute("SELECT id FROM road WHERE text = ?", (canonical(place.name),))
            surely = score >= (_HOMOPHONE if has_han(place.name) else SAME)
            why = ADDRESS if surely else ALIKE
            asked += [
                _Asked(road=road, likeness=score * beside, number=number, why=why, towns=towns)
                for (road,) in rows
            ]
        return asked

    def _asked_han(self, words: str) -> list[_Asked]:
        address = parse_han(words)
        if address is None:
            return self._asked_latin(words) if re.search(r"[A-Za-z]{3}", words) else []
        ends = {cut: address.road[cut:] for cut in range(len(address.road) - 1)}
        parsed = {cut: parse_street(end) for cut, end in ends.items()}
        roads = self._roads(parsed.values())
        asked = []
        for cut, said in parsed.items():
            towns = (address.road[:cut],) if cut else ()
            asked += [
                _Asked(road=road, likeness=score, number=address.number, towns=towns)
                for road, street in roads
                if (score := likeness(said, street))
            ]
        if asked:
            longest = min(len(a.towns[0]) if a.towns else 0 for a in asked)
            return [a for a in asked if (len(a.towns[0]) if a.towns else 0) == longest]
        return self._asked_han_alike(address)

    def _asked_han_alike(self, address: HanAddress) -> list[_Asked]:
        hits = [h for h in self._names.find(address.road, limit=12) if h.why != OTHER_NUMBER]
        return self._on_streets(hits, address.number, 1.0, ())

    def _numbers(self, asked: _Asked, houses: Sequence[_House]) -> list[Candidate]:
        """Return the houses of a road that a number means: itself, what spans it, its lane, the nearest."""
        if not houses:
            return []
        score, why = asked.likeness, asked.why
        exact = [h for h in houses if h.number == asked.number and not h.made] or [
            h for h in houses if h.number == asked.number
        ]
        if exact:
            return self._in_town(exact, score, why, asked.towns)
        wanted = _plain(asked.number)
        if wanted is not None and (spanning := [h for h in houses if _spans(h, asked.number, wanted)]):
            return self._in_town(spanning, _SPANNED * score, why, asked.towns)
        lane = [
            h for h in houses if h.number.startswith(asked.number) and asked.number[-1:] in tuple("弄巷院楼")
        ]
        if lane:
            return self._in_town(lane, _LANE * score, why, asked.towns)
        if alike := [h for h in houses if _one_staircase(asked.number, h)]:
            return self._in_town(alike, _STAIRCASE * score, why, asked.towns)
        return _nearest(asked, houses)

    def _in_town(
        self, houses: Sequence[_House], score: float, why: str, towns: tuple[str, ...]
    ) -> list[Candidate]:
        """Return houses apart from each other; those in the town that was said, if there are any."""
        kept = _apart(houses)
        for town in towns:
            inside = [h for h in kept if self._lies_in(h, town)]
            if inside or not self._known_town(town):
                kept = inside or kept
            else:
                score *= _ELSEWHERE
        return [_candidate(house, score, why) for house in kept]

    def _lies_in(self, house: _House, town: str) -> bool:
        own = [canonical(part) for part in house.town.split("|") if part]
        said = canonical(town)
        if any(part and (part == said or (len(part) > 1 and part in said)) for part in own):
            return True
        area = self._areas.named(town)
        return area is not None and area.contains(house.lat, house.lon)

    def _known_town(self, town: str) -> bool:
        if self._areas.named(town) is not None:
            return True
        query = "SELECT 1 FROM address WHERE '|' || town || '|' LIKE ? LIMIT 1"
        return self._store.db.execute(query, (f"%|{canonical(town)}|%",)).fetchone() is not None


def _number_alone(words: str) -> str:
    """Return the house number that words are: "1959", 12号, 二号院一号楼; "" for other words."""
    if match := _WHOLE_NUMBER.match(words):
        return plain_number(match.group(1))
    address = parse_han(f"路{words}") if has_han(words) else None
    return address.number if address and address.road == "路" else ""


def _beside(way: Reading) -> float:
    """Return what the words beside street and number cost."""
    unknown = sum(len(town.split()) for town in _towns(way))
    return (_TORN if way.torn else 1.0) - min(_MOST_UNKNOWN, _UNKNOWN_WORD * unknown)


def _towns(way: Reading) -> tuple[str, ...]:
    return tuple(town for part in (way.before, way.after) if (town := town_words(part)))


def _plain(number: str) -> int | None:
    """Return the value of a number without letters; None for others."""
    match = re.fullmatch(r"\d{1,6}", number)
    return int(number) if match else None


def _stem(number: str) -> str:
    """Return what stands before the last number of an address: the lane, the courtyard."""
    return re.sub(r"\d[\d-]*[^\d]*$", "", number)


def _spans(house: _House, number: str, wanted: int) -> bool:
    if house.low is None or house.high is None or _stem(house.number) != _stem(number):
        return False
    return spans(house.low, house.high, wanted)


def _one_staircase(number: str, house: _House) -> bool:
    """Say whether 5 A was asked for and the map has 5, or the other way round; 11 bis is not 11."""
    value = leading(number)
    if value is None or house.low != value or " " in house.number:
        return False
    letters = number.removeprefix(str(value)), house.number.removeprefix(str(value))
    return letters.count("") == 1 and all(len(part) <= 1 and part.isascii() for part in letters)


def _nearest(asked: _Asked, houses: Sequence[_House]) -> list[Candidate]:
    """Return where a missing number must lie, or the house with the nearest number."""
    stem = _stem(asked.number)
    tail = asked.number[len(stem) :]
    wanted = leading(tail)
    side = [h for h in houses if h.low is not None and _stem(h.number) == stem]
    if stem and not side and (whole := [h for h in houses if stem.startswith(h.number)]):
        return [_candidate(whole[0], 0.7 * asked.likeness, NEAREST)]
    if wanted is None or not side:
        return []
    if tail == str(wanted) and (point := _between(side, wanted)):
        label = re.sub(rf"\b{side[0].low}\b|{side[0].low}(?=号)", str(wanted), side[0].label, count=1)
        made = replace(side[0], row=0, number=asked.number, lat=point[0], lon=point[1], label=label)
        return [_candidate(made, 0.7 * asked.likeness, BETWEEN)]
    gap, _, house = min(
        ((_off(h, wanted), ((h.low or 0) - wanted) % 2, h) for h in side),
        key=lambda entry: entry[0] + 3 * entry[1],
    )
    return [_candidate(house, 0.7 * asked.likeness, NEAREST)] if gap <= _GAP_NUMBERS else []


def _off(house: _House, wanted: int) -> int:
    """Return how many numbers a house is off one, 0 for one that its own numbers go round."""
    low, high = house.low or 0, house.high or house.low or 0
    return max(low - wanted, wanted - high, 0)


def _between(houses: Sequence[_House], wanted: int) -> Point | None:
    """Return where a number must lie that stands between two of its own side of the street, not far apart."""
    side = sorted((h.low, h.lat, h.lon) for h in houses if h.low is not None and h.low % 2 == wanted % 2)
    below = [entry for entry in side if entry[0] < wanted]
    above = [entry for entry in side if entry[0] > wanted]
    if not (below and above):
        return None
    (first, lat0, lon0), (last, lat1, lon1) = below[-1], above[0]
    if last - first > _GAP_NUMBERS or distance_m((lat0, lon0), (lat1, lon1)) > _GAP_M:
        return None
    share = (wanted - first) / (last - first)
    return lat0 + share * (lat1 - lat0), lon0 + share * (lon1 - lon0)


def _apart(houses: Sequence[_House]) -> list[_House]:
    kept: list[_House] = []
    for house in houses:
        if all(distance_m((house.lat, house.lon), (k.lat, k.lon)) > _ONE_ADDRESS_M for k in kept):
            kept.append(house)
    return kept


def _candidate(house: _House, score: float, why: str) -> Candidate:
    place = Place(
        id=f"address/{house.row}", name=house.label, category="address", lat=house.lat, lon=house.lon,
        address=house.label, importance=0.4, why="address",
    )  # fmt: skip
    return Candidate(place=place, score=score, why=why)


def _distance(place: Place, near: Point | None) -> float:
    return 0.0 if near is None else distance_m(near, (place.lat, place.lon))
