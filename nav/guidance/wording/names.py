"""Names and references of roads in the words that people say, without what only looks like a name."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from languages import load_language
from nav.guidance.wording.words import placeholders, words_of

_REF_PARTS = re.compile(r"([^\W\d_]+|\d+)")
_LONGEST_REF = 24
_DIRECTION = re.compile(r"(?<=\d)\s+(north|south|east|west|[NSEW])(?:bound)?$", re.IGNORECASE)
_DIRECTIONS: dict[str, Literal["north", "south", "east", "west"]] = {
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
}


@lru_cache(maxsize=16384)
def speakable_name(text: str) -> str:
    """Return the part of a map's name that may be spoken, empty if there is none.

    Placeholders such as "unnamed", "null" or "fixme" and raw tag values are not names; of several joined by
    ";" the first is taken.
    """
    for part in text.split(";"):
        name = " ".join(part.replace("_", " ").split())
        folded = name.casefold()
        if not name or folded in placeholders() or folded.startswith(("fixme", "todo:")):
            continue
        if any(c.isalnum() for c in name):
            return name
    return ""


def name_in(names: Mapping[str, str], language: str) -> str:
    """Choose the name to say: the driver's language if the map has it, else the map's own.

    Parameters
    ----------
    names : mapping of str to str
        Names by language code; the map's own ``name`` under the empty key.
    language : str
        Code of the language to say it in.

    Returns
    -------
    str
        A name fit to be spoken, or empty.
    """
    for key in words_of(language).names.languages:
        if key in names and (name := speakable_name(names[key])):
            return name
    return ""


@lru_cache(maxsize=4096)
def spoken_ref(ref: str, language: str) -> str:
    """Say a road reference as people read it.

    Parameters
    ----------
    ref : str
        Value of the OSM key ``ref``; of several joined by ";" the first is said.
    language : str
        Code of the language to say it in.

    Returns
    -------
    str
        G2 → G二 / "G two"; G101 → 幺零幺国道 / "G one oh one"; 51 → 五十一号公路 / "route fifty-one";
        empty if nothing of it can be read.
    """
    text = ref.split(";")[0].strip()
    if not text or text.lower() in placeholders() or len(text) > _LONGEST_REF:
        return ""
    words, numbers = words_of(language).refs, load_language(language).numbers
    towards = _DIRECTION.search(text)
    if towards:
        ref = spoken_ref(text[: towards.start()], language)
        direction = words.directions[_DIRECTIONS[towards[1][0].lower()]]
        return words.with_direction.say(ref=ref, direction=direction)
    parts: list[str] = _REF_PARTS.findall(text)
    if not parts:
        return ""
    if len(parts) == 1 and parts[0].isdecimal():
        return words.number.say(n=_ref_number(parts[0], language))
    if len(parts) == 2 and len(parts[1]) == 3 and parts[1].isdecimal():
        road_class = words.classes.get(parts[0].upper())
        if road_class:
            return numbers.digits(parts[1]) + road_class
    return words.joiner.join(
        _ref_number(part, language) if part.isdecimal() else part if len(part) > 3 else " ".join(part)
        for part in parts
    )


def _ref_number(digits: str, language: str) -> str:
    numbers = load_language(language).numbers
    if len(digits) <= 2 and not digits.startswith("0"):
        return numbers.spell(int(digits))
    return numbers.digits(digits)
