"""What words mean in a plan at hand: sights by name, kind, number or time; meals; parts of a day."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Literal

from agent.trip.asked.marks import listed
from agent.trip.driving import PART_SPANS
from agent.trip.offered.sights import LANGUAGES, of_wish, themes_of
from agent.understanding.numerals import counted, nth
from languages import load_language
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from agent.actions.context import Desk
    from agent.trip.itinerary import Day, Plan, Visit
    from agent.trip.request import TripRequest

Part = Literal["morning", "afternoon", "evening"]
_FAR_M = 60_000.0
_ALIKE_LETTERS = 5
"""So many first letters that two languages share tell a word."""
_LONG_WORD = 4
"""So many letters tell a word of a name from those between."""


def meal_meant(words: str) -> Literal["", "lunch", "dinner"]:
    """Return the meal that words name as a whole; "" if they name none."""
    for code in LANGUAGES:
        for role in ("lunch", "dinner"):
            pattern = any_of(code, trip_words(code).meals[role])
            if pattern.fullmatch(_bare(words, code, r"的?(?:餐厅|饭店|地方)$")):
                return role
    return ""


def part_meant(words: str) -> Part | None:
    """Return the part of the day that words name as a whole; None if they name none."""
    for code in LANGUAGES:
        text = _bare(words, code, r"^in (?=the )|的(?:安排|行程|景点)?$")
        for part in ("morning", "afternoon", "evening"):
            if any_of(code, trip_words(code).parts[part]).fullmatch(text):
                return part
    return None


def _bare(words: str, code: str, besides: str) -> str:
    """Return words without the article of a language, and without what else does not count."""
    text = re.sub(besides, "", words.strip().lower())
    return load_language(code).settings.nouns.without_article(re.sub(r"^our\s+", "", text))


def in_part(visit: Visit, part: Part) -> bool:
    """Whether a visit begins in a part of the day."""
    begin, end = PART_SPANS[part]
    return begin <= visit.arrive.time() < end


def any_sight(words: str) -> bool:
    """Whether words mean a stop of the plan, whatever it is."""
    return any(any_of(code, trip_words(code).any_sight).fullmatch(words) for code in LANGUAGES)


def price_meant(words: str) -> Literal["", "low", "high"]:
    """Return whether words ask for something cheaper or better."""
    for code in LANGUAGES:
        money = trip_words(code).money
        talk = talk_words(code).change.better if talks_of_trips(code) else {}
        for price in ("low", "high"):
            if any_of(code, (*money[price], *talk.get(price, ()))).search(words):
                return price
    return ""


def meant(
    desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None
) -> list[tuple[int, Visit]]:
    """Return the sights that the words mean, by name, kind, order or time of the day, also several."""
    if (bare := without_every(words)) != words.strip():
        named, kind = _meant(desk, plan, request, bare, index), _of_kind(desk, request, bare) or set()
        return unlike((*named, *(pair for pair in _sights(plan, index) if pair[1].place.id in kind)))
    parts = tuple(dict.fromkeys(part for code in LANGUAGES for part in _parts(words, code)))
    each = [_meant(desk, plan, request, part, index) for part in parts]
    if (
        len(each) > 1
        and all(each)
        and not any(words.casefold() in _names(v) for _, v in _sights(plan, index))
    ):
        return unlike(pair for one in each for pair in one)
    return _meant(desk, plan, request, words, index)


def unlike(found: Iterable[tuple[int, Visit]]) -> list[tuple[int, Visit]]:
    """Return visits with their days, each place once."""
    return list({visit.place.id: (number, visit) for number, visit in found}.values())


def _parts(words: str, code: str) -> tuple[str, ...]:
    parts = listed(words, code) if talks_of_trips(code) else ()
    return parts if len(parts) > 1 else ()


def _meant(
    desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None
) -> list[tuple[int, Visit]]:
    if (found := _counted(desk, plan, request, words, index)) is not None:
        return found
    if (found := _at_time(plan, words, index)) is not None:
        return found
    wanted = words.casefold().strip()
    sights = _sights(plan, index)
    named = [
        (number, visit)
        for number, visit in sights
        if any(
            wanted in name or (len(name) > 3 and name in wanted)
            for place in (visit.place, *visit.parts)
            for name in (n.casefold() for n in (place.name, *place.names.values()) if n)
        )
    ]
    if named:
        whole = [pair for pair in named if wanted in _names(pair[1])]
        return whole or named
    if alike := _by_words(sights, wanted):
        return alike
    kind = _of_kind(desk, request, words)
    if kind is not None and (rest := _rest_of_kind(desk, words)):
        of_kind = [(number, visit) for number, visit in sights if visit.place.id in kind]
        akin = [pair for pair in of_kind if any(_is_akin(rest, name) for name in _names(pair[1]))]
        return akin if akin or len(of_kind) > 1 else of_kind  # one of several needs its name
    if kind is not None:
        return [(number, visit) for number, visit in sights if visit.place.id in kind]
    resolved = {c.place.id for c in desk.places.resolve(words, limit=3) if c.score >= 0.7}
    return [(number, visit) for number, visit in sights if visit.place.id in resolved]


def _rest_of_kind(desk: Desk, words: str) -> str:
    """Return what words tell of a kind of place besides: the electricity of "electricity museum"."""
    match = desk.places.categories(words)
    rest = match.rest.casefold().strip() if match and not _is_theme(words) else ""
    return rest if rest.isascii() and len(rest) >= _ALIKE_LETTERS else ""


def _is_theme(words: str) -> bool:
    """Whether words are a theme as a whole: "modern art"."""
    says = ((code, said.says) for code in LANGUAGES for said in trip_words(code).themes.values())
    return any(any_of(code, said).fullmatch(words.strip().casefold()) for code, said in says)


def _is_akin(rest: str, name: str) -> bool:
    """Whether a name has a word that begins like one of some words: electricity and Electricitat."""
    begins = [word[:_ALIKE_LETTERS] for word in rest.split() if len(word) >= _ALIKE_LETTERS]
    return any(re.search(rf"(?<!\w){re.escape(begin)}", name.replace("'", " ")) for begin in begins)


def without_every(words: str) -> str:
    """Return a kind without the word that means all of it: "every museum", 所有的博物馆."""
    for code in LANGUAGES:
        edge = any_of(code, trip_words(code).every).pattern
        bare = re.sub(rf"^(?:{edge})\s*|\s*(?:{edge})$", "", words.strip(), flags=re.IGNORECASE)
        if bare and bare != words.strip():
            return bare
    return words


def _at_time(plan: Plan, words: str, index: int | None) -> list[tuple[int, Visit]] | None:
    """Return what is seen in a part of the day, or after a meal; None if no such time is named alone."""
    for code in LANGUAGES:
        talk = talk_words(code).change if talks_of_trips(code) else None
        data = trip_words(code)
        after = tuple(talk.afterwards) if talk else ()
        left = load_language(code).settings.nouns.without_article(words.strip().lower())
        for times, span in _times_of(code, after):
            rest, count = any_of(code, times).subn(" ", left, count=1)
            rest = load_language(code).settings.nouns.without_article(rest.strip(" 的"))
            points = talk is not None and any_of(code, talk.pointing).fullmatch(rest)
            if count and (not rest or points or any_of(code, data.any_sight).fullmatch(rest)):
                return [pair for pair in _sights(plan, index) if span(plan.days[pair[0]], pair[1])]
    return None


def _times_of(
    code: str, after: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Callable[[Day, Visit], bool]]]:
    """Give how times of the day are said, each with what is seen then."""
    words, beside = trip_words(code), "|".join(after)
    for meal in ("lunch", "dinner") if after else ():
        said = "|".join(words.meals[meal])
        yield (rf"(?:{beside})\s*(?:{said})|(?:{said})(?:{beside})",), partial(_is_after, meal)
    for part in ("morning", "afternoon", "evening"):
        yield words.parts[part], lambda _, visit, part=part: in_part(visit, part)  # type: ignore[misc]


def _is_after(meal: str, day: Day, visit: Visit) -> bool:
    eaten = next((v.arrive for v in day.visits if v.kind == meal), None)
    return eaten is not None and visit.arrive > eaten


def _by_words(sights: list[tuple[int, Visit]], wanted: str) -> list[tuple[int, Visit]]:
    """Return the one sight whose name has more of the words said than any other."""
    words = [word for word in wanted.split() if len(word) >= _LONG_WORD]
    shared = [sum(any(w in name for name in _names(v)) for w in words) for _, v in sights]
    most = max(shared, default=0)
    return (
        [pair for pair, n in zip(sights, shared, strict=True) if n == most]
        if most > 1 and shared.count(most) == 1
        else []
    )


def _names(visit: Visit) -> set[str]:
    return {name.casefold() for name in (visit.place.name, *visit.place.names.values()) if name}


def _sights(plan: Plan, index: int | None) -> list[tuple[int, Visit]]:
    return [
        (number, visit)
        for number, day in enumerate(plan.days)
        if index is None or number == index
        for visit in day.visits
        if visit.kind in {"sight", "evening"}
    ]


def _of_kind(desk: Desk, request: TripRequest, words: str) -> set[str] | None:
    """Return the ids of the places of a kind; None if the words name no kind."""
    if themes_of(words) == ("sights",):
        return None
    match = desk.places.categories(words)
    found = {place.id for place in of_wish(desk, words, request.center, _FAR_M)}
    return found if found or (match and not match.rest) else None


def _counted(
    desk: Desk, plan: Plan, request: TripRequest, words: str, index: int | None
) -> list[tuple[int, Visit]] | None:
    """Return the sight that is meant by its number, "the second museum"; None if no number was said."""
    found = counted(words)
    if found is None:
        return None
    number, what = found
    any_kind = not what or any_sight(what)
    kind = None if any_kind else _of_kind(desk, request, what)
    if kind is None and not any_kind:
        return None
    sights = [pair for pair in _sights(plan, index) if kind is None or pair[1].place.id in kind]
    return nth(sights, number)
