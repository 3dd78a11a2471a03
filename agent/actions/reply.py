"""The words of the answer: templates filled with facts.

A name comes from the map, a distance or a time from the router, a number from a count. Nothing else gets
into a reply, so nothing can be invented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from agent.understanding.utterance import simplified
from languages import load_language
from languages.nouns import all_changes
from nav.guidance.wording.wording import speakable_name, spoken_distance, spoken_duration, spoken_time
from poi.kinds.category import load_categories
from poi.kinds.combined import combined
from poi.kinds.filters import wishes_in
from poi.text import canonical

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
        Code of the language.
    key
        Name of the template; `key.brief` and `key.chatty` are taken where they exist and are asked for.
    **facts
        Words for the placeholders, ready to be spoken.
    """
    spoken = load_language(language)
    template = spoken.replies.template(key, style)
    text = all_changes(spoken.settings.repairs, spoken.replies.say(key, style, **facts))
    if spoken.settings.sentence_case and template.endswith((".", "?", "!")):
        text = re.sub(r"(^|[a-z]{3}[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), text)
    return text


def gap(language: Language) -> str:
    """Return what stands between two sentences."""
    return load_language(language).settings.joiner


_ZH_ADDRESS = re.compile(r"(?<=[\u3400-\u9fff]) (\d[\w-]*)$")


def spoken_name(place: Place, language: Language) -> str:
    """Return the name to speak; without one the street it is in, or else the kind of place."""
    name = speakable_name(place.label(language)) or speakable_name(place.name)
    if name and place.category != "address" and not any(character.isalpha() for character in name):
        return say(language, "place.numbered", kind=kind_words(place, language), number=name)
    if name and load_language(language).settings.script == "Hans":
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


def measure_word(place: Place, language: Language) -> str:
    """Return the word between a number and a place of this kind: 家 for a business, 个 for the rest."""
    return load_language(language).settings.nouns.measure_of(place.category)


def indefinite(words: str, language: Language) -> str:
    """Put the indefinite article before a noun ("an old church"); names and plurals stay."""
    return load_language(language).settings.nouns.with_article(words)


def plural(words: str, language: Language) -> str:
    """Return several of what the words name."""
    return load_language(language).settings.nouns.several(words)


def without_article(words: str, language: Language) -> str:
    """Return a noun without the article it was said with."""
    return load_language(language).settings.nouns.without_article(words)


def with_article(words: str, language: Language) -> str:
    """Put the article before words that may be a name, where they are a kind of place ("a church")."""
    return indefinite(words, language) if words.islower() and is_kind(words) else words


def is_kind(words: str) -> bool:
    """Tell a kind of place ("gas station", "a cafe with wifi") from a name ("Shell Kamppi")."""
    rest, wishes = wishes_in(words)
    plain = rest if wishes and rest.strip() else words
    match = load_categories().match(plain)
    # What only sounds or is written like a kind may be a name: Kamppi is no camp site.
    return bool(match and not match.rest and match.word == canonical(without_article(plain, "en")))


def with_wish(kind: str, wish: str, language: Language) -> str:
    """Put what a place must have to its kind: 能带宠物的酒店, "hotel with a view"."""
    return say(language, "search.kind_with", what=kind, wish=wish)


def either(parts: Sequence[str], language: Language) -> str:
    """Join names as alternatives."""
    return load_language(language).either(tuple(parts))


def without_exclusion(words: str, language: Language) -> str:
    """Name what was found where something was left out: "anything but sushi" finds places."""
    parts = combined(words)
    if parts is None or not parts.without:
        return words
    return either(parts.kinds, language) if parts.kinds else say(language, "search.any_kind")


def kind_words(place: Place, language: Language) -> str:
    """Name the kind of place ("加油站", "gas station")."""
    label = load_categories().label(place.category, language)
    return speakable_name(label) or say(language, "place.this")


def kind_in_sentence(label: str, language: Language) -> str:
    """Return the name of a kind as it stands inside a sentence."""
    return label.lower() if load_language(language).settings.nouns.small_kinds else label


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
