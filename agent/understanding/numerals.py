"""Numbers as people say them, and things that are counted out of several: "the second museum"."""

from __future__ import annotations

import re

from languages import codes, load_language
from languages.numbers import nth
from languages.trip_words import trip_words

__all__ = ["counted", "nth"]


def counted(words: str) -> tuple[int, str] | None:
    """Read "the second museum" as 2 and "museum", the last as -1; None if nothing is counted."""
    for code in codes():
        found = re.fullmatch(trip_words(code).counted, words.strip(), re.IGNORECASE)
        if found is None:
            continue
        if found["last"]:
            return -1, found["what"]
        if number := load_language(code).numbers.read_ordinal(found["ordinal"]):
            return number, found["what"]
    return None
