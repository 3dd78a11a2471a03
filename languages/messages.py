"""Sentences with places for facts.

A sentence is text with `{name}` for a fact. `{count:# sight|# sights}` takes a whole number and says the form
that goes with it, `#` being the number in words: the first form for one, the second for every other.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Messages(Mapping[str, str]):
    """The sentences of one file, by key.

    Parameters
    ----------
    sentences
        Key to sentence.
    spell
        Writes a whole number in words.
    source
        Where they come from, for error messages.
    """

    def __init__(self, sentences: Mapping[str, str], *, spell: Callable[[int], str], source: str) -> None:
        self._sentences = dict(sentences)
        self._format = _Formatter(spell)
        self._source = source

    def __getitem__(self, key: str) -> str:
        try:
            return self._sentences[key]
        except KeyError:
            raise KeyError(f"{self._source}: there is no sentence {key!r}") from None

    def __contains__(self, key: object) -> bool:
        return key in self._sentences

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)

    def say(self, key: str, style: str = "", **facts: str | int) -> str:
        """Fill a sentence with facts.

        Parameters
        ----------
        key
            Key of the sentence; `key.style` is taken instead where there is one.
        style
            Manner of speaking: "brief", "chatty", or nothing.
        **facts
            Words for the places, ready to be spoken, or whole numbers for places with forms.
        """
        return self._format.format(self.template(key, style), **facts)

    def template(self, key: str, style: str = "") -> str:
        """Return the sentence with its places, in that manner where there is one."""
        return self._sentences.get(f"{key}.{style}") or self[key]


class _Formatter(string.Formatter):
    def __init__(self, spell: Callable[[int], str]) -> None:
        self._spell = spell

    def format_field(self, value: Any, format_spec: str) -> str:
        """Say the form of a countable thing, or a fact as it is."""
        if "|" in format_spec:
            one, other = format_spec.split("|")
            return (one if value == 1 else other).replace("#", self._spell(value))
        return self._spell(value) if isinstance(value, int) else str(value)
