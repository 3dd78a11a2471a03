"""Mandarin that was written with other characters of the same sound, written as it can be said.

In a strange voice the recogniser hears 有多远 and writes 又躲院. Which character usually follows which is
known from the sentences of the language data and from the names near the car; of all writings of nearly the
same sound the likeliest is found. Unlike a comparison with whole sentences it needs no wording of the data.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from voice.asr.sounds import Speller, unlikeness
from voice.asr.text import as_said, has_characters

_CHANGED, _APART = 2.0, 8.0
"""What another character counts against a writing, and for how unlike it sounds; natural logarithms."""

_FARTHEST = 0.26
_SAME_SOUND, _NEAR_SOUND = 8, 4
"""So many characters of the same sound are tried, the most frequent ones, and so many of each near one."""

_BY_CONTEXT = 0.7
"""How far the character before decides; the rest is how frequent one is."""

_OF_NAMES = 10
"""A name near the car counts as much as so many sentences."""

_BORDER = "#"
_MARKS = re.compile(r"[,.!?，。！？、…]+|(?<![A-Za-z])\s+|\s+(?![A-Za-z])")


class _Counts:
    """How often a character follows another."""

    def __init__(self, texts: Iterable[str], weight: int = 1) -> None:
        self.alone: Counter[str] = Counter()
        self.pairs: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            known = [character if has_characters(character) else _BORDER for character in text]
            for before, character in zip([_BORDER, *known], [*known, _BORDER], strict=True):
                self.alone[character] += weight
                self.pairs[before][character] += weight

    def following(self, before: str) -> tuple[Counter[str], int]:
        """What follows a character, and how often anything does."""
        found = self.pairs.get(before, Counter())
        return found, found.total()


class Respeller:
    """Writes Mandarin as it can be said.

    Parameters
    ----------
    sentences : iterable of str
        What can be said, drawn from the language data; names in it are left out by a mark.
    spelled : Speller
        Of Mandarin.
    """

    def __init__(self, sentences: Iterable[str], spelled: Speller) -> None:
        self._spelled = spelled
        self._sounds: dict[str, int] = {}
        self._said = _Counts(sentences)
        self._name(())

    def _name(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._named = _Counts((as_said(name) for name in names if has_characters(name)), _OF_NAMES)
        self._total = self._said.alone.total() + self._named.alone.total()
        self._by_sound: dict[int, list[str]] = defaultdict(list)
        for character, _ in (self._said.alone + self._named.alone).most_common():
            if (sound := self._sound(character)) >= 0:
                self._by_sound[sound].append(character)
        self._writings: dict[str, dict[str, float]] = {}
        self._likely: dict[tuple[str, str], float] = {}

    def _sound(self, character: str) -> int:
        """The number of its sound; -1 for what is no character."""
        if character not in self._sounds:
            sounds = self._spelled(character).sounds if has_characters(character) else ()
            self._sounds[character] = sounds[0] if len(sounds) == 1 else -1
        return self._sounds[character]

    def respelled(self, text: str, names: Sequence[str] = ()) -> tuple[str, float]:
        """The likeliest writing of what sounds so, and how unlike its sound is, 0 to 1.

        Parameters
        ----------
        text : str
            What was read.
        names : sequence of str
            Names that may be said.
        """
        if self._names != (wanted := tuple(names)):
            self._name(wanted)
        ways = {_BORDER: (0.0, "", 0.0)}
        plain = _MARKS.sub("", text)
        for character in plain:
            ways = self._longer(ways, self._written(character))
        _, found, apart = self._longer(ways, {_BORDER: -1.0})[_BORDER]
        return found.removesuffix(_BORDER), apart / max(1, len(plain))

    def _longer(
        self, ways: dict[str, tuple[float, str, float]], writings: dict[str, float]
    ) -> dict[str, tuple[float, str, float]]:
        """The likeliest way to each of the next characters, by what it ends with."""
        found: dict[str, tuple[float, str, float]] = {}
        for character, unlike in writings.items():
            end = character if has_characters(character) else _BORDER
            against = _CHANGED + _APART * unlike if unlike >= 0 else 0.0
            best, before = max((way[0] + self._probable(before, end), before) for before, way in ways.items())
            if end not in found or best - against > found[end][0]:
                _, text, apart = ways[before]
                found[end] = best - against, text + character, apart + max(0.0, unlike)
        return found

    def _probable(self, before: str, character: str) -> float:
        """Logarithm of the probability that a character follows another."""
        key = before, character
        if key not in self._likely:
            counts = [each.following(before) for each in (self._said, self._named)]
            often = sum(found[character] for found, _ in counts)
            any_often = sum(total for _, total in counts)
            alone = (self._said.alone[character] + self._named.alone[character] + 0.02) / (self._total + 100)
            by_context = often / any_often if any_often else 0.0
            self._likely[key] = math.log(_BY_CONTEXT * by_context + (1 - _BY_CONTEXT) * alone)
        return self._likely[key]

    def _written(self, character: str) -> dict[str, float]:
        """How a character may be written, and how unlike that sounds; itself with -1."""
        if character in self._writings:
            return self._writings[character]
        found = {character: -1.0}
        if (own := self._sound(character)) >= 0:
            apart = unlikeness()[own]
            for sound, others in self._by_sound.items():
                unlike = float(apart[sound])
                most = _SAME_SOUND if unlike == 0 else _NEAR_SOUND if unlike <= _FARTHEST else 0
                for other in others[:most]:
                    found.setdefault(other, unlike)
        self._writings[character] = found
        return found
