"""Words around the words of a slot, in `wording` of each language's `reading.yaml`."""

from __future__ import annotations

import re
from functools import cached_property

from pydantic import BaseModel, ConfigDict


class WordingData(BaseModel):
    """`wording` as it is written; each is a list of words, the longest wins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before_wish: tuple[str, ...] = ()
    """Words that a wish begins with and that are no part of it: 有, "that has"."""
    between: tuple[str, ...] = ()
    """Words between several things: 和, "and"."""
    before_moment: tuple[str, ...] = ()
    """Words that a time begins with: "by"."""
    after_moment: tuple[str, ...] = ()
    """Words that a time ends with: 之前."""
    after_name: tuple[str, ...] = ()
    """Words that a name or kind never ends with: 的."""
    cheap: tuple[str, ...] = ()
    """Wishes for a low price without a sum."""
    always_open: tuple[str, ...] = ()
    """Wishes for a place that never closes."""
    children: tuple[str, ...] = ()
    """Words for children of a party."""
    elderly: tuple[str, ...] = ()
    """Words for old people of a party."""
    toll: tuple[str, ...] = ()
    motorway: tuple[str, ...] = ()
    ferry: tuple[str, ...] = ()
    unpaved: tuple[str, ...] = ()
    """Words for kinds of roads that a trip avoids."""


_ROADS = ("toll", "motorway", "ferry", "unpaved")


class Wording:
    """Takes the words of a slot apart, and says what they name."""

    def __init__(self, data: WordingData) -> None:
        self._data = data

    def bare(self, wish: str) -> str:
        """Return a wish without what it begins with: 停车场 of 有停车场."""
        return _without(wish, self._data.before_wish, ()) or wish

    def name(self, words: str) -> str:
        """Return a name or kind without what only ends the sentence: 文具 of 文具的."""
        return _without(words, (), self._data.after_name) or words

    def moment(self, words: str) -> str:
        """Return a time without what stands around it: 下午三点 of 下午三点之前."""
        return _without(words, self._data.before_moment, self._data.after_moment) or words

    def apart(self, words: str) -> list[str]:
        """Return the things that words name, one or several."""
        parts = [part.strip() for part in self._between.split(words)] if self._data.between else [words]
        return parts if all(len(part) > 1 for part in parts) else [words]

    def is_one_of(self, name: str, words: str) -> bool:
        """Whether words are, as a whole, one of the list of that name."""
        said = " ".join(words.lower().split()).removesuffix("的")
        return bool(said) and said in {word.lower() for word in getattr(self._data, name)}

    def names(self, name: str, words: str) -> bool:
        """Whether words hold one of the list of that name."""
        return any(_holds(words.lower(), word.lower()) for word in getattr(self._data, name))

    def roads(self, words: str) -> list[str]:
        """Return the kinds of roads that words name."""
        return [road for road in _ROADS if self.names(road, words)]

    @cached_property
    def _between(self) -> re.Pattern[str]:
        words = self._data.between
        alone = (rf"\s+{re.escape(w)}\s+" if w.isascii() and w.isalpha() else re.escape(w) for w in words)
        return re.compile("|".join(alone), re.IGNORECASE)


def _holds(said: str, word: str) -> bool:
    """Whether a text holds a word: a whole one where words are written apart."""
    if word.isascii():
        return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said))
    return word in said


def _without(words: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    text = words.strip()
    for word in sorted(before, key=len, reverse=True):
        gap = r"\s+" if word.isascii() else ""
        if found := re.match(re.escape(word) + gap, text, re.IGNORECASE):
            text = text[found.end() :]
            break
    for word in sorted(after, key=len, reverse=True):
        if text.lower().endswith(word.lower()):
            text = text[: -len(word)]
            break
    return text.strip()
