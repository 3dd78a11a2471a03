"""The words of the answer: templates filled with facts.

A name comes from the map, a distance or a time from the router, a number from a count. Nothing else gets
into a reply, so nothing can be invented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from agent.understanding.rules.phrase import is_category
from agent.understanding.utterance import simplified
from languages import load_language
from nav.guidance.wording import speakable_name, spoken_distance, spoken_duration, spoken_time

if TYPE_CHECKING:
    from datetime import date

    from agent.understanding.utterance import Language
    from poi.place import Place

Style = Literal["brief", "normal", "chatty"]

__all__ = [
    "Style",
    "count_words",
    "joined",
    "say",
    "spoken_date",
    "spoken_distance",
    "spoken_duration",
    "spoken_name",
    "spoken_time",
]


def say(language: Language, key: str, style: Style = "normal", **facts: str) -> str:
    """Fill the template `key`.

    Parameters
    ----------
    language
        "zh" or "en".
    key
        Name of the template; `key.brief` and `key.chatty` are taken where they exist and are asked for.
    **facts
        Words for the placeholders, ready to be spoken.
    """
    replies = load_language(language).replies
    template, text = replies.template(key, style), replies.say(key, style, **facts)
    text = text.replace("大约不到", "不到").replace("about less than", "less than")
    text = re.sub(r"\b(one) (day|sight)s\b", r"\1 \2", text)
    if language == "en" and template.endswith((".", "?", "!")):
        text = re.sub(r"(^|[a-z]{3}[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), text)
        text = text.replace(".m..", ".m.")
    return text


_ZH_ADDRESS = re.compile(r"(?<=[\u3400-\u9fff]) (\d[\w-]*)$")


def spoken_name(place: Place, language: Language) -> str:
    """Return the name to speak; without one the street it is in, or else the kind of place."""
    name = speakable_name(place.label(language)) or speakable_name(place.name)
    if name and language == "zh":
        name = simplified(name)
        return _ZH_ADDRESS.sub(r"\1号", name) if place.category == "address" else name
    if name:
        return name
    told = (
        place.tags.keys() & {"addr:street", "addr:place"} or "addr:city" not in place.tags
    )  # a town is none
    if told and (address := speakable_name(place.address)):
        return address
    return kind_words(place, language)


_HOUSES = (
    "shop/", "craft/", "office/", "tourism/hotel", "tourism/hostel", "tourism/guest_house", "tourism/motel",
    "amenity/restaurant", "amenity/fast_food", "amenity/cafe", "amenity/bar", "amenity/pub", "amenity/bank",
    "amenity/pharmacy", "amenity/hospital", "amenity/clinic", "amenity/cinema",
)  # fmt: skip
"""Kinds that are counted as businesses."""


def measure_word(place: Place) -> str:
    """Return the Chinese measure word for a kind of place: 家 for a business, 个 for the rest."""
    return "家" if place.category.startswith(_HOUSES) else "个"


def indefinite(words: str, language: Language) -> str:
    """Put the article before an English noun ("an old church"); names, plurals and Chinese stay."""
    noun = re.split(r" (?:with|that|which|where) ", words)[0]
    plain = language == "en" and words[:1].islower() and not noun.endswith("s")
    if not plain or re.match(r"(?:an?|the|any|some|my|our) ", words):
        return words
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def with_article(words: str, language: Language) -> str:
    """Put the article before words that may be a name, where they are a kind of place ("a church")."""
    return indefinite(words, language) if words.islower() and is_category(words, "en") else words


def either(parts: Sequence[str], language: Language) -> str:
    """Join names as alternatives."""
    return load_language(language).either(tuple(parts))


def kind_words(place: Place, language: Language) -> str:
    """Name the kind of place ("加油站", "gas station")."""
    from poi.category import load_categories

    label = load_categories().label(place.category, language)
    return speakable_name(label) or ("这个地方" if language == "zh" else "this place")


def count_words(count: int, language: Language) -> str:
    """Say a count: 两, "two"."""
    return load_language(language).numbers.spell(count, counting=True)


def number_words(number: int, language: Language) -> str:
    """Say a number that counts nothing: 二, "two"."""
    return load_language(language).numbers.spell(number)


def spoken_date(day: date, language: Language, *, weekday_only: bool = False) -> str:
    """Say a day of the year: 六月十三号星期六, "Saturday, June thirteenth", or its weekday alone."""
    spoken = load_language(language)
    weekday = spoken.settings.weekdays[day.weekday()]
    if weekday_only:
        return weekday
    month, numbers = spoken.settings.months[day.month - 1], spoken.numbers
    return spoken.settings.date.format(
        weekday=weekday, month=month, day=numbers.spell(day.day), day_ordinal=numbers.ordinal(day.day)
    )


def joined(parts: Sequence[str], language: Language) -> str:
    """Join names as a spoken list."""
    return load_language(language).joined(tuple(parts))
