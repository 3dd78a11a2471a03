"""How nouns change and what stands before them, as data of a language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

Changes = tuple[tuple[str, str], ...]
"""Regular expressions with what takes the place of what they match."""


class Nouns(BaseModel):
    """`[nouns]` of `language.toml`; a language without it leaves nouns as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    indefinite: Changes = ()
    """From a noun to the noun with its indefinite article: the first that fits counts."""
    plural: Changes = ()
    """From a noun to several of it: the first that fits counts."""
    bare: str = ""
    """What is taken off a noun before it is counted or named: its article."""
    measure: str = ""
    """Word between a number and what is counted: 个."""
    measures: dict[str, str] = {}
    """The same for kinds of places, by the beginning of their category."""
    small_kinds: bool = False
    """Whether names of kinds of places are written small inside a sentence."""

    def with_article(self, noun: str) -> str:
        """Return a noun with its indefinite article; one that takes none as it is."""
        return first_change(self.indefinite, noun)

    def several(self, noun: str) -> str:
        """Return the plural of a noun."""
        return first_change(self.plural, noun)

    def without_article(self, noun: str) -> str:
        """Return a noun without the article it was said with."""
        return re.sub(self.bare, "", noun) if self.bare else noun

    def measure_of(self, category: str) -> str:
        """Return the measure word of a kind of place."""
        found = (word for start, word in self.measures.items() if category.startswith(start))
        return next(found, self.measure)


def first_change(changes: Sequence[tuple[str, str]], text: str) -> str:
    """Return the text changed by the first that fits it."""
    for pattern, instead in changes:
        if re.search(pattern, text):
            return re.sub(pattern, instead, text, count=1)
    return text


def all_changes(changes: Sequence[tuple[str, str]], text: str) -> str:
    """Return the text with every change made, one after the other."""
    for pattern, instead in changes:
        text = re.sub(pattern, instead, text)
    return text
