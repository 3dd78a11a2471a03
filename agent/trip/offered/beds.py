"""Where to sleep on a trip: hotels that fit what was said of the night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.accounting import Entry, State
from agent.trip.offered.sights import LANGUAGES, called, is_open
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.trip.asked.wishes import Lodging
    from agent.trip.offered.towns import Town
    from agent.understanding.utterance import Language
    from poi.place import Place

KINDS = ("hotel", "motel", "hostel", "guest_house", "apartment", "chalet")
CAMPING = ("camp_site", "caravan_site")
_NEAR_M = 1_200.0


@dataclass(slots=True)
class Beds:
    """Hotels for the nights, the best first, and what became of each wish."""

    hotels: list[Place] = field(default_factory=list)
    fixed: str = ""
    """Id of the hotel that was asked for by name."""
    entries: list[Entry] = field(default_factory=list)


def is_bed(place: Place) -> bool:
    """Whether one can sleep there."""
    return place.category.startswith("tourism/") and place.category.split("/")[1] in (*KINDS, *CAMPING)


def stars(place: Place) -> float:
    """Return the stars as tagged; 0 if none are."""
    try:
        return float(place.stars.rstrip("sS+ "))
    except ValueError:
        return 0.0


def kind_banned(words: str) -> tuple[str, ...]:
    """Return the kinds of lodging that a ban names."""
    return tuple(
        kind
        for code in LANGUAGES
        for kind, said in trip_words(code).lodging.kinds.items()
        if any_of(code, said).fullmatch(words.strip())
    )


def find_beds(
    desk: Desk, towns: Sequence[Town], lodging: Lodging, *, banned: Sequence[str], language: Language
) -> Beds:
    """Find where to sleep in each town.

    Raises
    ------
    PlanImpossible
        If the map has nothing to sleep in, or nothing with so many stars.
    """
    beds = Beds()
    for town in towns:
        beds.hotels += _in_town(desk, town, lodging, banned, beds)
    if not beds.hotels:
        raise PlanImpossible("no_camp" if lodging.camper else "no_hotel")
    _named(desk, towns, lodging, beds, language)
    _tagged(lodging, beds)
    _said_near(desk, towns[0], lodging, beds, language)
    for words, what in lodging.read:
        if what in {"stars", "ban"}:
            beds.entries.append(Entry(slot="lodging", words=words, state="kept"))
        if what == "camper":
            beds.entries.append(Entry(slot="lodging", words=words, state="kept"))
        if what == "price":
            beds.entries.append(Entry(slot="lodging", words=words, state="unknown", note="prices"))
    return beds


def _in_town(desk: Desk, town: Town, lodging: Lodging, banned: Sequence[str], beds: Beds) -> list[Place]:
    camps = CAMPING if set(lodging.kinds) & set(CAMPING) else ()
    kinds = CAMPING if lodging.camper else (*KINDS, *camps)
    near = desk.places.of_kinds(
        [f"tourism/{k}" for k in kinds], near=town.center, within_m=town.reach_m + 3_000
    )
    out = {k for words in banned for k in kind_banned(words) if k != "hotel"} | set(lodging.banned)
    names = {n for words in banned for n in (words.casefold(),)}
    fit = [
        p
        for p in near
        if (p.name or lodging.camper)
        and p.category.split("/")[1] not in out
        and not any(n in called(p) for n in names)
        and is_open(p)
        and not any(any_of(code, trip_words(code).no_beds).search(called(p)) for code in LANGUAGES)
    ]
    if lodging.stars:
        starred = [p for p in fit if stars(p) >= lodging.stars]
        if not starred:
            raise PlanImpossible("no_hotel_stars", stars=lodging.stars)
        fit = starred
    wanted = [k for k in lodging.kinds if k not in out]
    if wanted:
        of_kind = [p for p in fit if _is_kind(p, wanted)]
        words = next((w for w, what in lodging.read if what == "kind"), wanted[0])
        state: State = "kept" if of_kind else "missing"
        if not any(e.words == words for e in beds.entries):
            beds.entries.append(
                Entry(slot="lodging", words=words, state=state, note="" if of_kind else "lodging")
            )
        fit = of_kind or fit
    return sorted(fit, key=lambda p: (-_fits(p, lodging), p.id))


def _is_kind(place: Place, kinds: Sequence[str]) -> bool:
    value = place.category.split("/")[1]
    words = [
        n
        for code in LANGUAGES
        for k in kinds
        for n in trip_words(code).lodging.kinds.get(k, ())
        if k != "hotel"
    ]
    return value in kinds or any(w in called(place) for w in words if w.isalpha())


def _fits(place: Place, lodging: Lodging) -> float:
    """Say how well a hotel fits the purse and the common wish for a plain hotel."""
    value = place.category.split("/")[1]
    score = 1.0 if value == "hotel" else 0.0
    if lodging.price == "low":
        score = {"hostel": 2.0, "guest_house": 1.8, "motel": 1.6, "apartment": 1.2}.get(value, 1.0)
        score -= max(0.0, stars(place) - 2.5) * 0.5
    elif lodging.price == "high":
        score += stars(place) * 0.6 + place.importance
    elif stars(place):
        score += 0.5 - abs(stars(place) - 3.5) * 0.15
    return score + 0.4 * place.importance + 0.1 * bool(place.website or place.phone)


def _named(desk: Desk, towns: Sequence[Town], lodging: Lodging, beds: Beds, language: Language) -> None:
    """Take the hotel that was asked for by name, or those of a place; other words no map tells."""
    for words in lodging.names:
        found = desk.places.resolve(words, near=towns[0].center, limit=6)
        hotel = next((c.place for c in found if c.score >= 0.75 and is_bed(c.place)), None)
        if hotel is not None and any(
            distance_m((hotel.lat, hotel.lon), t.center) < t.reach_m + 10_000 for t in towns
        ):
            beds.hotels = [hotel, *(p for p in beds.hotels if p.id != hotel.id)]
            beds.fixed = beds.fixed or hotel.id
            beds.entries.append(Entry(slot="lodging", words=words, state="kept", met=(hotel.id,)))
        elif not beds.fixed and (
            spots := _spots(desk, towns[0], _without_preposition(words, language), language)
        ):
            _take_near(words, spots, beds)
        else:
            beds.entries.append(Entry(slot="lodging", words=words, state="unknown", note="lodging"))


def _without_preposition(words: str, language: Language) -> str:
    """Return the place in words for where one sleeps: Canillo of "in Canillo"."""
    talk = talk_words(language)
    gaps = any_of(language, (*talk.lodging, *talk.bed_gap, *talk.only_stay, *talk.change.hotel_verbs))
    return gaps.sub(" ", words).strip(" 里内") if talks_of_trips(language) else words


_TRUE = {"yes", "wlan", "wifi", "free", "designated", "limited"}


def _tagged(lodging: Lodging, beds: Beds) -> None:
    for tag, words in lodging.tags:
        fit = [p for p in beds.hotels if p.tags.get(tag, "") in _TRUE]
        beds.hotels = [*fit, *(p for p in beds.hotels if p not in fit)] if not beds.fixed else beds.hotels
        beds.entries.append(
            Entry(
                slot="lodging", words=words, state="kept" if fit else "unknown", note="" if fit else "lodging"
            )
        )
        if fit and not beds.fixed:
            beds.hotels = fit


def _said_near(desk: Desk, town: Town, lodging: Lodging, beds: Beds, language: Language) -> None:
    if not lodging.near:
        return
    words = next((w for w, what in lodging.read if what == "near"), lodging.near)
    spots = _spots(desk, town, lodging.near, language)
    if not spots:
        beds.entries.append(Entry(slot="lodging", words=words, state="missing", note="lodging"))
        return

    _take_near(words, spots, beds)


def _take_near(words: str, spots: Sequence[Point], beds: Beds) -> None:
    """Keep to hotels near some spots, or take the nearest ones and say so."""

    def away(place: Place) -> float:
        return min(distance_m((place.lat, place.lon), spot) for spot in spots)

    close = [p for p in beds.hotels if away(p) <= _NEAR_M]
    if close and not beds.fixed:
        beds.hotels = close
    elif not beds.fixed:
        beds.hotels = sorted(beds.hotels, key=lambda p: (round(away(p)), p.id))[:3]
    state: State = "kept" if close else "traded"
    beds.entries.append(
        Entry(slot="lodging", words=words, state=state, note="" if close else "nearest_hotel")
    )


def _spots(desk: Desk, town: Town, words: str, language: Language) -> list[Point]:
    if any_of(language, trip_words(language).lodging.center).search(words):
        return [town.center]
    match = desk.places.categories(words)
    if match and not match.rest:
        found = desk.places.of_kinds(match.categories, near=town.center, within_m=town.reach_m)
        return [(p.lat, p.lon) for p in found[:40]]
    return [
        (c.place.lat, c.place.lon)
        for c in desk.places.resolve(words, near=town.center, limit=2)
        if c.score >= 0.7
    ][:1]
