"""Where a trip goes: one town or several, by name, with how far each reaches."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from agent.errors import PlanImpossible
from languages import load_language
from languages.trip_words import any_of, trip_words
from nav.geometry import distance_m
from poi.text import simplified

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.understanding.utterance import Language
    from poi.place import Place

_REACH_M, _SMALL_REACH_M = 12_000.0, 4_000.0
_SIDE_BY_SIDE_M = 5_000.0
"""Areas so near to one another can be seen in one day."""
_WIDEST_M = 45_000.0
_AREAS = (
    "place/",
    "boundary/",
    "tourism/",
    "amenity/university",
    "leisure/",
    "historic/",
    "natural/",
    "landuse/",
)
_TOWNS = ("place/", "boundary/")
_CERTAIN = {"exact", "alias", "language", "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """One area of a trip."""

    name: str
    """As it is spoken."""
    center: Point
    reach_m: float
    """How far from the centre a place may be, metres."""
    area: Any = None
    """Its outline (`poi.areas.finder.Area`), where the map has one."""

    def holds(self, place: Place) -> bool:
        """Whether a place lies in it."""
        if distance_m(self.center, (place.lat, place.lon)) > self.reach_m:
            return False
        return self.area is None or bool(self.area.contains(place.lat, place.lon))


def towns_of(
    desk: Desk, where: str, towns: tuple[str, ...], position: Point | None, language: Language
) -> tuple[Town, ...]:
    """Return the towns that are meant, in the order said.

    Raises
    ------
    PlanImpossible
        If one of them is not on the map.
    """
    names = tuple(dict.fromkeys(n.strip() for n in towns if n.strip())) or ((where.strip(),) if where else ())
    if not names or (len(names) == 1 and _is_centre(names[0], language) and position is not None):
        return (_here(desk, position),)
    if len(names) == 1 and (alone := _town(desk, names[0], position, language)) is not None:
        return (alone,)
    if len(names) == 1:
        parts = [p.strip() for p in _between(language).split(names[0]) if p and p.strip()]
        names = tuple(parts) if len(parts) > 1 else _run_together(desk, names[0], position, language)
    found: list[Town] = []
    for name in names:
        town = _town(desk, name, position, language)
        if town is None:
            raise PlanImpossible("outside", name=name)
        if all(distance_m(town.center, t.center) > 300 for t in found):
            found.append(town)
    return tuple(found)


def joined_near(towns: tuple[Town, ...], days: int, language: Language) -> tuple[Town, ...]:
    """Return the towns as one area, if there are more of them than days and they lie side by side."""
    first = towns[0]
    away = [distance_m(first.center, town.center) for town in towns]
    if len(towns) <= days or max(away) > _SIDE_BY_SIDE_M:
        return towns
    reach = max(far + min(town.reach_m, _SIDE_BY_SIDE_M) for far, town in zip(away, towns, strict=True))
    name = load_language(language).joined([town.name for town in towns])
    return (replace(first, name=name, reach_m=reach, area=None),)


def _run_together(desk: Desk, name: str, position: Point | None, language: Language) -> tuple[str, ...]:
    """Return the two names of a word that runs them together where no spaces part words: 清华北大."""
    if load_language(language).settings.joiner:
        return (name,)
    halves = ((name[:cut], name[cut:]) for cut in range(2, len(name) - 1))
    known = (pair for pair in halves if all(_town(desk, half, position, language) for half in pair))
    return next(known, (name,))


def _between(language: Language) -> Any:
    import re

    return re.compile(trip_words(language).towns_between, re.IGNORECASE)


def _here(desk: Desk, position: Point | None) -> Town:
    if position is None:
        raise PlanImpossible("no_position")
    if not desk.region.contains(*position):
        raise PlanImpossible("outside", name=desk.region.name)
    return Town(name=_region_name(desk), center=position, reach_m=_REACH_M)


def _is_centre(name: str, language: Language) -> bool:
    """Whether words say the middle of the town that one is in: 市中心, "downtown"."""
    return bool(any_of(language, trip_words(language).lodging.center).fullmatch(name))


def _region_name(desk: Desk) -> str:
    return desk.region.name.replace("-", " ").replace("_", " ").title()


def _town(desk: Desk, name: str, position: Point | None, language: Language) -> Town | None:
    for said in (name, _shortened(name, language)):
        if said and (town := _by_area(desk, said, position, language) or _by_name(desk, said, position)):
            return town
    return _whole_region(desk, name, position)


def _shortened(name: str, language: Language) -> str:
    """Take off what sort of area it is: 苏州市, "Helsinki city"."""
    pattern = any_of(language, trip_words(language).area_ends)
    found = [m for m in pattern.finditer(name) if m.end() == len(name) and m.start() >= 2]
    return name[: found[0].start()].strip() if found else ""


def _by_area(desk: Desk, name: str, position: Point | None, language: Language) -> Town | None:
    finder = getattr(desk.places, "area", None)
    area = finder(name, near=position) if finder else None
    if area is None:
        return None
    south, west, north, east = area.bbox
    reach_m = max(distance_m(area.centre, corner) for corner in ((south, west), (north, east)))
    spoken = simplified(area.place.label(language)) or name
    return Town(
        name=spoken,
        center=area.centre,
        reach_m=min(max(reach_m, _SMALL_REACH_M), _WIDEST_M),
        area=area if area.rings else None,
    )


def _by_name(desk: Desk, name: str, position: Point | None) -> Town | None:
    """Return an area by its name, or what lies round a place of just this name."""
    found = desk.places.resolve(name, near=position, limit=5)
    for candidate in found:
        place = candidate.place
        if not place.category.startswith(_AREAS) or candidate.score < 0.8 or candidate.why not in _CERTAIN:
            continue
        if place.category.startswith("tourism/") and not place.category.startswith(
            ("tourism/attraction", "tourism/theme")
        ):
            continue
        reach_m = _REACH_M if place.category.startswith(_TOWNS) else _SMALL_REACH_M
        spoken = simplified(place.label("zh" if not name.isascii() else "en")) or name
        return Town(name=spoken, center=(place.lat, place.lon), reach_m=reach_m)
    if found.verdict == "clear" and found[0].why == "exact":
        place = found[0].place
        return Town(name=place.name, center=(place.lat, place.lon), reach_m=_SMALL_REACH_M)
    return None


def _whole_region(desk: Desk, name: str, position: Point | None) -> Town | None:
    """Return the whole region, if it goes by this name."""
    table: dict[str, list[str]] = json.loads(
        files("agent").joinpath("data/region_names.json").read_text(encoding="utf-8")
    )
    own = desk.region.name.casefold()
    first = own.replace("_", "-").split("-")[0]
    called = (*table.get(own, []), *table.get(first, []))
    known = {own, own.replace("-", " "), first, *(n.casefold() for n in called)}
    if not {name.casefold(), name.casefold().replace(" ", ""), _in_letters(name)} & known:
        return None
    south, west, north, east = desk.region.bbox
    inside = position is not None and desk.region.contains(*position)
    center = position if inside and position else ((south + north) / 2, (west + east) / 2)
    return Town(name=name, center=center, reach_m=min(distance_m((south, west), (north, east)), 40_000.0))


def _in_letters(name: str) -> str:
    """Return a Chinese name as the name of a region file spells it: 南京 is nanjing."""
    if name.isascii():
        return ""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(name))


def split_days(towns: tuple[Town, ...], days: int, weights: list[float]) -> list[int]:
    """Return for each day which town it is spent in, in order; a town with more to see gets more days."""
    if days <= len(towns):
        return [min(i * len(towns) // days, len(towns) - 1) for i in range(days)]
    given = [1] * len(towns)
    for _ in range(days - len(towns)):
        hungry = max(range(len(towns)), key=lambda i: (weights[i] / (given[i] + 0.5), -i))
        given[hungry] += 1
    return [i for i, count in enumerate(given) for _ in range(count)]
