"""How a word in Latin letters roughly sounds, so that "Katedral" meets "cathedral"."""

from __future__ import annotations

import re
from functools import lru_cache

_RULES = [
    (re.compile(p), r)
    for p, r in (
        (r"^(kn|gn|pn|wr|ps)", lambda m: m.group()[1]),
        (r"^x", "s"), (r"^wh", "w"), (r"tch|ch|tx|ts?j", "C"), (r"sch|sh|sj|xe|xi", "S"), (r"th", "t"),
        (r"ph", "f"), (r"gh(?=[tsnm]|$)", ""), (r"ck|cq|qu|q", "k"), (r"c(?=[eiy])", "s"), (r"ç", "s"),
        (r"c", "k"),
        (r"dg(?=[eiy])|j", "J"), (r"g(?=[ei])", "J"), (r"x", "ks"), (r"z", "s"), (r"v", "f"), (r"w", "f"),
        (r"ll|ny|ñ", lambda m: m.group()[0]), (r"h", ""), (r"d\b", "t"), (r"b\b", "p"),
    )
]  # fmt: skip
_VOWELS = re.compile(r"(?<=.)[aeiouy]+")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=4096)
def english_sound(word: str) -> str:
    """Return a rough consonant skeleton of a word in lower-case Latin letters; empty for anything else.

    The idea is Lawrence Philips' Metaphone, cut down to what speakers of English do to foreign place names.
    """
    if not (word.isascii() and word.isalpha()):
        return ""
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    head = "A" if word[:1] in "aeiouy" else word[:1]
    return _DOUBLE.sub(r"\1", head + _VOWELS.sub("", word)[1:])
