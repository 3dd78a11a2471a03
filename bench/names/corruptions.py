"""Spoil names the way speech recognition, keyboards and people do, with a seeded generator."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from poi.text import has_han

_CONFUSED_INITIALS = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h")]
_CONFUSED_FINALS = [("eng", "en"), ("ing", "in")]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=1)
def common_characters() -> dict[str, list[str]]:
    """Return the 3,755 common characters of GB 2312 (level 1) by the syllable of their usual reading."""
    from pypinyin import lazy_pinyin

    by_syllable: dict[str, list[str]] = defaultdict(list)
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                char = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            by_syllable[lazy_pinyin(char, v_to_u=False)[0]].append(char)
    return dict(by_syllable)


def syllables(name: str) -> list[tuple[str, str]]:
    """Return each character of a name with its toneless syllable in context; "" for what is not Chinese."""
    from pypinyin import lazy_pinyin

    read = lazy_pinyin(name, v_to_u=False, errors=lambda run: list(run))
    if len(read) != len(name):
        return [(char, "") for char in name]
    return [(char, syllable if has_han(char) else "") for char, syllable in zip(name, read, strict=True)]


def as_is(name: str, rng: random.Random) -> str:
    """Return the name itself."""
    return name


def traditional(name: str, rng: random.Random) -> str:
    """Write the name in traditional characters."""
    return str(_to_traditional().convert(name))


@lru_cache(maxsize=1)
def _to_traditional() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


def homophones(name: str, rng: random.Random) -> str:
    """Replace every Chinese character by another of the same toneless syllable, where there is one."""
    out = []
    for char, syllable in syllables(name):
        others = [c for c in common_characters().get(syllable, []) if c != char]
        out.append(rng.choice(others) if others else char)
    return "".join(out)


def _confusions(syllable: str) -> list[str]:
    found = []
    for a, b in _CONFUSED_INITIALS:
        for one, other in ((a, b), (b, a)):
            longer = one + "h" if len(one) == 1 and one in "zcs" else None
            if syllable.startswith(one) and not (longer and syllable.startswith(longer)):
                found.append(other + syllable[len(one) :])
    for a, b in _CONFUSED_FINALS:
        for one, other in ((a, b), (b, a)):
            if syllable.endswith(one):
                found.append(syllable[: -len(one)] + other)
    return [s for s in found if s in common_characters()]


def one_confusable(name: str, rng: random.Random) -> str:
    """Replace one character by one whose sound is often confused with it; the name itself if none can be."""
    read = syllables(name)
    places = [
        (i, other) for i, (_, syllable) in enumerate(read) if syllable for other in _confusions(syllable)
    ]
    if not places:
        return name
    spot, other = rng.choice(places)
    return name[:spot] + rng.choice(common_characters()[other]) + name[spot + 1 :]


def one_lost(name: str, rng: random.Random) -> str:
    """Leave one character out."""
    spot = rng.randrange(len(name))
    return name[:spot] + name[spot + 1 :]


def pinyin_letters(name: str, rng: random.Random) -> str:
    """Spell the name in pinyin letters, without tones and spaces."""
    return "".join(syllable or char for char, syllable in syllables(name))


def typos(name: str, rng: random.Random, count: int) -> str:
    """Make `count` typing errors anywhere in a Latin name: a letter wrong, lost, added or swapped."""
    text = name
    for _ in range(count):
        spots = [i for i, c in enumerate(text) if c.isalpha()]
        spot = rng.choice(spots)
        sort = rng.choice(("wrong", "lost", "extra", "swapped"))
        if sort == "swapped" and (spot + 1 >= len(text) or text[spot + 1] == text[spot]):
            sort = "wrong"
        if sort == "wrong":
            text = text[:spot] + rng.choice(_LETTERS.replace(text[spot].casefold(), "")) + text[spot + 1 :]
        elif sort == "lost":
            text = text[:spot] + text[spot + 1 :]
        elif sort == "extra":
            text = text[:spot] + rng.choice(_LETTERS) + text[spot:]
        else:
            text = text[:spot] + text[spot + 1] + text[spot] + text[spot + 2 :]
    return text


CHINESE: dict[str, Callable[[str, random.Random], str]] = {
    "as is": as_is,
    "traditional": traditional,
    "homophones": homophones,
    "one confusable": one_confusable,
    "one lost": one_lost,
    "pinyin": pinyin_letters,
}
"""The six corruptions of Chinese names that the benchmark measures."""
