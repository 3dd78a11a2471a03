"""What there is to see for a trip: by kind first, then by name; never a hotel, never a sound-alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.offered.kinds import (
    CHILDREN,
    EVENING,
    NAME_SUFFICES,
    NAMED_ONLY,
    NO_SIGHTS,
    SIGHT_KINDS,
    THEMES,
    is_pocket,
    worth,
)
from agent.trip.offered.parts import is_part, is_same
from languages import codes, load_language
from languages.trip_words import any_of, trip_words
from nav.geometry import distance_m
from poi.kinds.category import load_categories

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.trip.offered.towns import Town
    from agent.understanding.utterance import Language
    from poi.place import Place

LANGUAGES: tuple[Language, ...] = codes()
_WIDE_M = 60_000.0
_CERTAIN = {"exact", "alias", "language", "name", "part"}
_SURE, _ALIKE = 0.7, 0.85
"""Least score of a name that matches, and of one that only sounds or looks alike."""
_ON_FOOT_SIGHTS = 60
_SHORTEST = 2
"""Letters of the shortest name."""


@dataclass(slots=True)
class Sights:
    """What a trip may show, and which wish each place meets."""

    named: dict[str, Place] = field(default_factory=dict)
    """What has to be seen, by the words that name it."""
    liked: dict[str, list[Place]] = field(default_factory=dict)
    """Places of each liking, the best first."""
    others: list[Place] = field(default_factory=list)
    banned: set[str] = field(default_factory=set)
    unheard: list[str] = field(default_factory=list)
    """Words of a ban that name no kind and no place: nothing is left out for them."""
    beyond: dict[str, int] = field(default_factory=dict)
    """Index of the town round which it lies, by the id of what fills a town that has little to see itself."""
    parts: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    """What is seen with a sight because it lies in it."""

    @property
    def must(self) -> list[Place]:
        """What has to be seen."""
        return list(self.named.values())


@cache
def themes_of(words: str) -> tuple[str, ...]:
    """Return the themes that words name, in any language: those they name as a whole, else those within."""
    text = words.strip().casefold()
    for how in ("fullmatch", "search"):
        found = [
            theme
            for theme in THEMES
            for code in LANGUAGES
            if (said := trip_words(code).themes.get(theme)) and getattr(any_of(code, said.says), how)(text)
        ]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def kind_behind(words: str, language: Language) -> str:
    """Return the kind of sight that words end with; "" if they end with none."""
    says = tuple(word for said in trip_words(language).themes.values() for word in said.says)
    found = [m[0] for m in any_of(language, says).finditer(words) if m.end() == len(words)]
    return max(found, key=len, default="")


def names_of_theme(theme: str) -> tuple[str, ...]:
    """Return what places of a theme are called, in any language."""
    said = (trip_words(code).themes.get(theme) for code in LANGUAGES)
    return tuple(name.casefold() for entry in said if entry for name in entry.names)


def unique(places: Iterable[Place]) -> list[Place]:
    """Return the places, each once, in their order."""
    return list({place.id: place for place in places}.values())


def called(place: Place) -> str:
    """Return all names of a place, for looking words up in."""
    return " ".join((place.name, *place.names.values())).casefold()


def is_open(place: Place) -> bool:
    """Whether it is still there and open to everybody, as far as name, hours and access tell."""
    if place.opening_hours.strip().casefold() in {"off", "closed"}:
        return False
    if place.tags.get("access") in {"private", "no", "customers", "members"}:
        return False
    return not any(any_of(code, trip_words(code).closed).search(called(place)) for code in LANGUAGES)


def is_sight(place: Place) -> bool:
    """Whether a place can be the point of a visit at all."""
    return bool(place.name) and not place.category.startswith(NO_SIGHTS) and is_open(place)


def of_wish(desk: Desk, words: str, center: Point, within_m: float) -> list[Place]:
    """Return the places that a wish names, the best first: by theme, by kind, by name."""
    themes = themes_of(words)
    exact = [t for t in themes if _whole(t, words)]
    match = desk.places.categories(words)
    if themes == ("sights",):
        return sorted(_around(desk, SIGHT_KINDS, center, within_m), key=lambda p: -worth(p))
    if exact or (themes and not (match and not match.rest) and not _is_name(words)):
        found = _of_themes(desk, exact or themes, center, within_m)
        named = [p for p in found if words.casefold() in called(p)]
        if found or not (match and not match.rest):
            return unique((*named, *found)) if not exact else found
    if match and not match.rest:
        found = [p for p in desk.places.of_kinds(match.categories, near=center, within_m=within_m) if p.name]
        food = [p for p in found if not p.category.startswith(NO_SIGHTS)]
        return sorted(food, key=lambda p: -worth(p) + distance_m(center, (p.lat, p.lon)) / 60_000)
    found = desk.places.search(words, near=center, within_m=within_m, limit=40)
    text = words.casefold()
    return [p for p in found if is_sight(p) and text in called(p)]


def _is_name(words: str) -> bool:
    """Whether words with a kind in them are a name: "Atlantis Castle", 苏州博物馆; 好看的园林 is none."""
    if any("\u3400" <= c <= "\u9fff" for c in words):
        return "的" not in words
    parts = words.split()
    return len(parts) > 1 and all(part[:1].isupper() for part in parts)


def _whole(theme: str, words: str) -> bool:
    text = words.strip().casefold()
    said = ((code, trip_words(code).themes.get(theme)) for code in LANGUAGES)
    return any(entry and any_of(code, entry.says).fullmatch(text) for code, entry in said)


def _of_themes(desk: Desk, themes: Iterable[str], center: Point, within_m: float) -> list[Place]:
    ranked: dict[str, tuple[float, Place]] = {}
    for theme in themes:
        names = names_of_theme(theme)
        for number, kind in enumerate(THEMES[theme]):
            for place in desk.places.of_kinds((kind,), near=center, within_m=within_m):
                if not place.name or place.category.startswith(_NO_THEME) or not is_open(place):
                    continue
                if place.category.startswith(NO_SIGHTS) and not place.category.startswith(kind.split("[")[0]):
                    continue
                named = any(name in called(place) for name in names)
                if theme in NAMED_ONLY and not named:
                    continue
                score = worth(place) - 0.03 * number + (0.25 if named else 0.0)
                if place.id not in ranked or ranked[place.id][0] < score:
                    ranked[place.id] = (score, place)
        if theme in NAME_SUFFICES:
            for place in _around(desk, SIGHT_KINDS, center, within_m):
                if place.id not in ranked and any(name in called(place) for name in names if len(name) > 1):
                    ranked[place.id] = (worth(place) + 0.1, place)
    return [p for _, p in sorted(ranked.values(), key=lambda pair: (-pair[0], pair[1].id))]


_NO_THEME = ("tourism/hotel", "tourism/guest", "amenity/rest")


def _around(desk: Desk, kinds: Sequence[str], center: Point, within_m: float) -> list[Place]:
    return [p for p in desk.places.of_kinds(kinds, near=center, within_m=within_m) if is_sight(p)]


def on_foot(desk: Desk, town: Town, reach_m: float) -> Town:
    """Return the part of a town that one sees on foot: round the sight with most worth near it."""
    around = [p for p in _around(desk, SIGHT_KINDS, town.center, town.reach_m) if town.holds(p)]
    best = sorted(around, key=lambda p: (-worth(p), p.id))[:_ON_FOOT_SIGHTS]

    def near(place: Place) -> float:
        here = (place.lat, place.lon)
        return sum(worth(p) for p in best if distance_m(here, (p.lat, p.lon)) < reach_m / 2)

    middle = max(best, key=lambda p: (near(p), p.id), default=None)
    center = town.center if middle is None else (middle.lat, middle.lon)
    return replace(town, center=center, reach_m=min(town.reach_m, reach_m))


def knows(desk: Desk, words: str, center: Point) -> bool:
    """Whether the map has a place of that whole name."""
    found = desk.places.resolve(words, near=center, limit=1)
    return bool(found) and found[0].score >= _ALIKE and found[0].why in _CERTAIN - {"part"}


def knows_sight(desk: Desk, words: str, center: Point) -> bool:
    """Whether a sight of the map goes by just these words."""
    if len(words) < _SHORTEST or themes_of(words) or not knows(desk, words, center):
        return False
    return is_sight(desk.places.resolve(words, near=center, limit=1)[0].place)


def run_together(desk: Desk, words: str, center: Point, language: Language) -> tuple[str, ...]:
    """Return the names that words run together where none are written apart, 清华圆明园; else the words."""
    if load_language(language).settings.joiner or len(words) < 2 * _SHORTEST or knows(desk, words, center):
        return (words,)
    for cut in range(len(words) - _SHORTEST, _SHORTEST - 1, -1):
        if knows(desk, words[:cut], center):
            rest = run_together(desk, words[cut:], center, language)
            if all(knows(desk, name, center) for name in rest):
                return (words[:cut], *rest)
    return (words,)


def named(desk: Desk, words: str, center: Point) -> Place:
    """Return the sight of that name, near the trip first, then anywhere in the region.

    Raises
    ------
    PlanImpossible
        If there is none.
    """
    found = desk.places.resolve(words, near=center, limit=8)
    good = [
        c
        for c in found
        if c.score >= (_SURE if c.why in _CERTAIN else _ALIKE)
        and c.place.name
        and not c.place.category.startswith("street/")
    ]
    sights = [c for c in good if is_sight(c.place) or c.place.category.startswith("place/")]
    for candidate in sights or good:
        if distance_m((candidate.place.lat, candidate.place.lon), center) <= _WIDE_M:
            return _sight_of(desk, candidate.place, words)
    raise PlanImpossible("no_must", name=words)


_OF_TOWN_M = 3_000.0


def _sight_of(desk: Desk, place: Place, words: str) -> Place:
    """Return what one goes to a town for, if it bears the town's name: 周庄 means 周庄古镇."""
    if not place.category.startswith("place/") or place.category in {"place/square"}:
        return place
    text = words.strip().casefold()
    near = _around(desk, SIGHT_KINDS, (place.lat, place.lon), _OF_TOWN_M)
    bearing = [p for p in near if p.name.casefold().startswith(text) and p.category.startswith(_FOR_TOWNS)]
    return max(bearing, key=lambda p: (worth(p), p.id), default=place)


_FOR_TOWNS = ("tourism/attraction", "historic/", "tourism/museum", "leisure/park", "leisure/nature_reserve")


def banned_by(desk: Desk, words: str, center: Point, within_m: float) -> set[str]:
    """Return the ids of what a ban means: all of the kind, and what bears the words in its name."""
    themes = [t for t in themes_of(words) if t != "sights"]
    match = desk.places.categories(words)
    kinds = [k for t in themes if _whole(t, words) for k in THEMES[t]]
    kinds += match.categories if match and not match.rest else ()
    found = desk.places.of_kinds(tuple(dict.fromkeys(kinds)), near=center, within_m=within_m) if kinds else []
    text = words.strip().casefold()
    bare = text[:-1] if text.isascii() and text.endswith("s") and len(text) > 4 else text
    by_name = desk.places.search(words, near=center, within_m=within_m, limit=200)
    return {p.id for p in found} | {p.id for p in by_name if bare in called(p)}


def gather(
    desk: Desk, towns: Sequence[Town], *, must: Sequence[str], likes: Sequence[str], dislikes: Sequence[str],
    children: bool, most: int, enough: int = 0, goes_beyond: bool = True,
) -> Sights:  # fmt: skip
    """Find what there is to see; what has to be seen and is no known name is liked, as a kind.

    A town that has fewer sights than `enough` is seen with its pockets of green, and with what lies around it
    for who goes beyond it.
    """
    sights = Sights()
    center = towns[0].center
    for words in must:
        try:
            sights.named[words] = named(desk, words, center)
        except PlanImpossible:
            likes = (*likes, words)
    for words in dislikes:
        gone = {i for town in towns for i in banned_by(desk, words, town.center, town.reach_m * 1.5)}
        match = desk.places.categories(words)
        if not (gone or themes_of(words) or (match and not match.rest)):
            sights.unheard.append(words)
        sights.banned |= gone
    sights.banned -= {p.id for p in sights.must}
    for words in likes:
        sights.liked[words] = []
        for town in towns:
            found = of_wish(desk, words, town.center, town.reach_m)
            fine = [p for p in found if p.id not in sights.banned and (town.holds(p) or len(towns) == 1)]
            fine = [p for p in fine if p.name.casefold() not in _PLAIN]
            fine = fine if set(themes_of(words)) & set(EVENING) else [p for p in fine if not _is_of_night(p)]
            real = [p for p in fine if not is_pocket(p)]
            sights.liked[words] += (real if len(real) >= _ENOUGH_REAL else fine)[:14]
        if not sights.liked[words] and knows(desk, words, center):
            sights.liked[words] = [named(desk, words, center)]
        if goes_beyond and not sights.liked[words]:
            far = of_wish(desk, words, center, max(towns[0].reach_m, _FOR_A_WISH_M))
            sights.liked[words] = [p for p in far if p.id not in sights.banned][:_FEW_FAR]
    for number, town in enumerate(towns):
        around = _around(desk, SIGHT_KINDS, town.center, town.reach_m + _BEYOND_M)
        fit = [p for p in around if p.id not in sights.banned and _worth_a_stop(p)]
        fit = [p for p in fit if children or not p.category.startswith(_FOR_CHILDREN)]
        fine = [p for p in fit if town.holds(p) and _within(p, town.center, town.reach_m)]
        real = [p for p in fine if not is_pocket(p)]
        fine = real if len(real) >= max(_ENOUGH_REAL, enough) else fine
        fine.sort(key=lambda p: (-worth(p) - (0.3 if children and p.category in CHILDREN else 0.0), p.id))
        beyond = _beyond(fit, fine, towns) if goes_beyond and len(fine) < enough else []
        sights.beyond |= {p.id: number for p in beyond[:enough]}
        sights.others += [*fine[:most], *beyond[:enough]]
    _join_parts(sights)
    return sights


_FOR_A_WISH_M, _FEW_FAR = 20_000.0, 4
"""So far one goes for what was wished for and is nowhere nearer, to so many places."""
_BEYOND_M, _WORTH_A_WAY = 6_000.0, 0.6
"""So far beyond a town that has little to see one goes for what is worth the way."""
_ENOUGH_REAL = 3
"""Where there are so many greater sights, pockets of green are none."""

_FOR_CHILDREN = ("tourism/theme_park", "leisure/water_park", "leisure/playground")
"""What grown-ups go to only if they say so."""


_BUSINESS = ("shop", "office", "craft", "company")
_NOTED = ("wikidata", "wikipedia", "heritage", "website", "contact:website", "opening_hours", "historic")
_SALES = ("tourism/gallery", "amenity/arts_centre", "amenity/marketplace")
"""Kinds of which one goes only to those that somebody has noted more of than the address."""


def _is_business(place: Place) -> bool:
    """Whether it is a shop, an office or the garden of a hotel, though the map calls it a sight."""
    if place.category.startswith("shop/"):
        return False
    if {"wikidata", "wikipedia", "heritage"} & place.tags.keys():
        return False
    if any(key in place.tags for key in _BUSINESS):
        return True
    beds = (w for code in LANGUAGES for w in trip_words(code).lodging.kinds["hotel"])
    if place.category.startswith(("leisure/garden", "leisure/park")) and any(
        any_of(code, tuple(beds)).search(called(place)) for code in LANGUAGES
    ):
        return True
    return any(any_of(code, trip_words(code).no_sights).search(called(place)) for code in LANGUAGES)


def _is_nameless(place: Place) -> bool:
    """Whether it is called by a word for what it is, or for the middle of a town: "Rock", "City center"."""
    if any(key in place.tags for key in _NOTED):
        return False
    center = any(any_of(code, trip_words(code).lodging.center).fullmatch(place.name) for code in LANGUAGES)
    match = load_categories().match(place.name)
    return center or bool(match and not match.rest) or place.name.casefold() in _PLAIN


_PLAIN = {"rock", "cliff", "stone", "hill", "view", "viewpoint", "statue", "square", "monument"}


def _is_sales_room(place: Place) -> bool:
    """Whether nobody noted more of a gallery or a market than its address, and no name tells what it is."""
    if not place.category.startswith(_SALES) or any(key in place.tags for key in _NOTED):
        return False
    says = tuple(word for code in LANGUAGES for word in trip_words(code).themes["art"].names)
    return place.area_m2 <= 0 and not any(word.casefold() in called(place) for word in says)


def _worth_a_stop(place: Place) -> bool:
    if _is_business(place) or _is_nameless(place) or _is_sales_room(place):
        return False
    if _is_climbed(place) or _is_of_night(place):
        return False
    if place.category == "amenity/place_of_worship":
        return place.importance >= 0.48
    if place.category in {
        "historic/memorial",
        "man_made/tower",
        "place/square",
        "historic/building",
        "historic/house",
    }:
        return place.importance >= 0.38
    return True


def _beyond(fit: Sequence[Place], own: Sequence[Place], towns: Sequence[Town]) -> list[Place]:
    """Return what lies near the sights of a town and in none, the best first."""
    out = [p for p in fit if not any(t.holds(p) for t in towns) and worth(p) >= _WORTH_A_WAY]
    near = [p for p in out if any(_within(p, (o.lat, o.lon), _BEYOND_M) for o in own)]
    return sorted(near, key=lambda p: (-worth(p), p.id))


def _within(place: Place, center: Point, reach_m: float) -> bool:
    return distance_m((place.lat, place.lon), center) <= reach_m


def _is_of_night(place: Place) -> bool:
    return any(name in called(place) for name in names_of_theme("night_market"))


def _is_climbed(place: Place) -> bool:
    """Whether one needs a rope: a climbing wall or an iron way is no stop on the road."""
    sports = set(place.tags.get("sport", "").split(";"))
    return "climbing" in sports or "via_ferrata_scale" in place.tags or "ferrat" in called(place)


def _join_parts(sights: Sights) -> None:
    """See what lies in or beside a greater sight with it: a rock in its garden, the hall of a museum."""
    liked = [p for places in sights.liked.values() for p in places]
    order = sorted({p.id: p for p in (*sights.must, *liked, *sights.others)}.values(), key=_rank(sights))
    must = {p.id for p in sights.must}
    wished = {p.id: {w for w, found in sights.liked.items() if p in found} for p in liked}
    mains: list[Place] = []
    gone: dict[str, str] = {}
    for place in order:
        main = next((m for m in mains if is_part(place, m)), None)
        if main is not None and wished.get(place.id, set()) - wished.get(main.id, set()):
            main = main if is_same(place, main) else None  # a museum is no garden, though one lies in it
        if main is None or place.id in must:
            mains.append(place)
            continue
        gone[place.id] = main.id
        sights.parts[main.id] = (*sights.parts.get(main.id, ()), place)
    by_id = {p.id: p for p in mains}

    def kept(places: list[Place]) -> list[Place]:
        return unique(by_id[gone.get(p.id, p.id)] for p in places)

    sights.liked = {words: kept(places) for words, places in sights.liked.items()}
    sights.others = kept(sights.others)


def _rank(sights: Sights):  # type: ignore[no-untyped-def]
    must = {p.id for p in sights.must}
    return lambda p: (p.id not in must, -worth(p) - min(0.4, math.log10(1 + p.area_m2) / 15), p.id)
