"""Sentences as a recogniser writes them in noise: other writings of nearly the same sounds."""

from __future__ import annotations

import random
import re

from pypinyin import lazy_pinyin

_PAIRS = [
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("n", "l"),
    ("f", "h"),
    ("ang", "an"),
    ("eng", "en"),
    ("ing", "in"),
    ("b", "p"),
    ("d", "t"),
    ("g", "k"),
]
_LETTERS = [("t", "d"), ("p", "b"), ("k", "g"), ("i", "e"), ("a", "e"), ("o", "u"), ("n", "m"), ("l", "r")]
_HAN = re.compile(r"[\u4e00-\u9fff]")


class WrongCharacters:
    """Characters by their sounds, out of some text.

    Parameters
    ----------
    text : str
        The characters that wrong ones are taken from.
    """

    def __init__(self, text: str) -> None:
        self._by_sound: dict[str, list[str]] = {}
        for character in sorted(set(_HAN.findall(text))):
            self._by_sound.setdefault(lazy_pinyin(character)[0], []).append(character)

    def of(self, text: str, rng: random.Random, share: float) -> str:
        """The text with a share of its characters replaced by others of the same or nearly the same sound."""
        return "".join(
            self._wrong(sign, rng) if _HAN.match(sign) and rng.random() < share else sign for sign in text
        )

    def _wrong(self, character: str, rng: random.Random) -> str:
        (sound,) = lazy_pinyin(character)
        pair = list(rng.choice(_PAIRS))
        rng.shuffle(pair)
        near = sound.replace(*pair, 1) if rng.random() < 0.5 else sound
        found = [other for other in self._by_sound.get(near, self._by_sound[sound]) if other != character]
        return rng.choice(found) if found else character


def wrong_letters(text: str, rng: random.Random, share: float) -> str:
    """The text with a letter of a share of its words replaced by one that sounds like it."""
    words = text.split()
    for number, word in enumerate(words):
        if len(word) > 2 and rng.random() < share:
            pair = list(rng.choice(_LETTERS))
            rng.shuffle(pair)
            words[number] = word.replace(*pair, 1)
    return " ".join(words)
