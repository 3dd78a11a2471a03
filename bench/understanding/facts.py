"""Checks that a reply holds no invented name or number.

A reply is a template with facts put in. So each word of it must stand in a template, on the map, in the
region's category words, in what the driver said, or be a number that follows from the answer's own facts.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from agent.understanding.intent import Navigate, Search, Status
from agent.understanding.utterance import simplified
from languages import load_language
from nav.geometry import distance_m
from nav.guidance.wording.wording import spoken_distance, spoken_duration

if TYPE_CHECKING:
    from agent.actions.answer import Answer
    from agent.actions.context import Point
    from agent.agent import Agent
    from nav import Route

_EN = load_language("en").numbers
_UNIT_EN = {
    *(word for n in range(100) for word in re.split(r"[ -]", f"{_EN.spell(n)} {_EN.ordinal(n)}")),
    *"hundred thousand million point and a an half less than oh m p".split(),
    *"metre metres kilometre kilometres minute minutes hour hours".split(),
    *(f"{date(2024, month, 1):%B}".casefold() for month in range(1, 13)),
    *(f"{date(2024, 1, day):%A}".casefold() for day in range(1, 8)),
}
_UNIT_ZH = set(
    "".join(map(load_language("zh").numbers.spell, range(1000)))
    + "两千万点半整分钟小时米公里不到凌晨早上上午中午下午晚上每时月号星期日"
)


@lru_cache(maxsize=2)
def _template_words(language: str) -> frozenset[str]:
    table = load_language(language).replies
    text = " ".join(re.sub(r"\{\w+\}", " ", template) for template in table.values())
    return frozenset(_words(text))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[^\W_]+", text)]


def unknown_words(agent: Agent, answer: Answer, said: str) -> list[str]:
    """Return words of the reply that come from nowhere.

    Parameters
    ----------
    agent
        The agent that answered, for the map.
    answer
        The answer.
    said
        The utterance.
    """
    if any(intent.kind in {"chat", "status", "repeat"} for intent in answer.intents):
        known_text = [said, *_map_words(answer), *_directions(answer)]
    else:
        known_text = [said, *_map_words(answer)]
    session = agent.session
    for place in (
        *session.offered,
        *session.stops,
        *session.earlier,
        *((session.topic,) if session.topic else ()),
    ):
        known_text += [place.name, place.address, place.district, *place.names.values()]
    last = session.last_answer.reply if session.last_answer else ""
    remaining = simplified(answer.reply)
    known = sorted({simplified(t) for t in (*known_text, last) if t}, key=len, reverse=True)
    if answer.language == "zh":
        return _unknown_zh(remaining, known)
    allowed = set(_template_words("en")) | _UNIT_EN
    for text in known:
        allowed |= set(_words(text))
    unknown = [word for word in _words(remaining) if word not in allowed]
    return [word for word in unknown if not _on_the_map(agent, word)]


_ZH_MEASURE = re.compile(
    r"[零一二两三四五六七八九十百千万点半]+(?:公里每小时|公里|米|个?小时(?:[零一二两三四五六七八九十]+分钟)?|分钟)"
)
_NUMBER_EN = "|".join({*"hundred thousand point half".split(), *(_EN.spell(n) for n in range(100))})
_EN_MEASURE = re.compile(
    rf"(?i)\b(?:(?:{_NUMBER_EN}|and|an?) )*(?:{_NUMBER_EN}|an?) "
    r"(?:kilomet(?:er|re)s?(?: an hour)?|met(?:er|re)s?|minutes?|hours?)\b"
)


def unknown_numbers(agent: Agent, answer: Answer, position: Point, before: Route | None) -> list[str]:
    """Return distances and lengths of time in the reply that follow from no fact of the answer.

    Parameters
    ----------
    agent
        The agent that answered.
    answer
        The answer.
    position
        Where the car was, (lat, lon).
    before
        The route before this turn: what is said of an alternative is compared with it.
    """
    language = answer.language
    pattern = _ZH_MEASURE if language == "zh" else _EN_MEASURE
    said = [found[0].removeprefix("and ") for found in pattern.finditer(simplified(answer.reply))]
    if not said:
        return []
    metres, seconds = _measures(agent, answer, position, before)
    known = [spoken_distance(value, language) for value in metres]
    known += [spoken_duration(value, language) for value in seconds]
    last = agent.session.last_answer.reply if agent.session.last_answer else ""
    known += [answer.heard, last if any(i.kind == "repeat" for i in answer.intents) else ""]
    known += _map_words(answer) + _directions(answer)
    text = " | ".join(known).casefold()
    return [number for number in said if number.casefold() not in text]


def _measures(
    agent: Agent, answer: Answer, position: Point, before: Route | None
) -> tuple[list[float], list[float]]:
    """Return every distance and time that the map, the router and the answer hold about what was said."""
    session = agent.session
    routes = [route for route in (answer.route, session.route, before) if route is not None]
    metres = [float(route.distance_m) for route in routes]
    metres += [float(turn.offset_m) for route in routes for turn in route.maneuvers]
    seconds = [float(route.duration_s) for route in routes]
    places = (*answer.places, *session.offered, *session.stops, *((session.topic,) if session.topic else ()))
    for place in places:
        metres += [place.distance_m or 0.0, distance_m(position, (place.lat, place.lon))]
        seconds += [value for value in (place.detour_s, place.drive_s) if value is not None]
        told = [i for i in answer.intents if isinstance(i, Status) or (isinstance(i, Navigate) and i.by)]
        for mode in {intent.by for intent in told}:
            route = agent._desk.router_by(mode).route([position, (place.lat, place.lon)])
            metres.append(float(route.distance_m))
            seconds.append(float(route.duration_s))
    seconds += [abs(a - b) for a in tuple(seconds) for b in tuple(seconds)]
    if answer.plan is not None:  # its legs are compared with the router's by the verifier
        days = [day.drive_s for day in answer.plan.days]
        seconds += [*days, sum(days)]
    searches = [intent for intent in answer.intents if isinstance(intent, Search)]
    metres += [float(search.within_m) for search in searches]
    seconds += [60.0 * search.within_min for search in searches]
    return metres, seconds


def _map_words(answer: Answer) -> list[str]:
    texts: list[str] = []
    places = [*answer.places]
    if answer.plan is not None:
        places += [visit.place for visit in answer.plan.visits]
    for place in places:
        texts += [place.name, place.address, place.district, place.brand, *place.names.values()]
    return texts


def _directions(answer: Answer) -> list[str]:
    return [m.say(answer.language) for m in answer.route.maneuvers] if answer.route else []


def _unknown_zh(reply: str, known: list[str]) -> list[str]:
    for text in known:
        reply = reply.replace(text, " ")
    allowed = set("".join(_template_words("zh"))) | _UNIT_ZH
    latin = list(re.findall(r"[A-Za-z]{3,}", reply))
    return latin + [
        c for c in re.findall(r"[\u3400-\u9fff]", reply) if c not in allowed and c not in "".join(known)
    ]


def _on_the_map(agent: Agent, word: str) -> bool:
    """Look a word up among names, streets and category words of the region."""
    places = agent._desk.places
    if places.categories(word) or places.categories(word.rstrip("s")):
        return True
    return any(
        word in " ".join((c.place.name, *c.place.names.values())).casefold()
        for c in places.resolve(word, limit=5)
    )
