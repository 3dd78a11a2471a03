"""The pieces by which a name is found: pairs of sounds, triples of letters, whole spellings in pinyin.

Every piece is an integer key. A name that shares enough pieces with what was said is looked at closely.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise

from poi.names.pinyin import decode, fold
from poi.text import has_han

_START, _END, _ANY = "\x02", "\x03", "\x04"
_PRIVATE = "\ue000"


def _key(*chars: str) -> int:
    value = 0
    for char in chars:
        value = value << 20 | ord(char)
    return value


def _whole(sort: str, text: str) -> int:
    """Key of a whole string; bit 61 parts these from the keys of pieces."""
    digest = blake2b(f"{sort}{text}".encode(), digest_size=7).digest()
    return 1 << 61 | int.from_bytes(digest, "big")


def _letter_grams(word: str) -> set[int]:
    padded = f"{_START}{word}{_END}"
    found = {_key(a, b, c) for a, b, c in zip(padded, padded[1:], padded[2:], strict=False)}
    if len(word) <= 5:
        found.update(_key(a, b) for a, b in pairwise(padded))
    return found


def _sound_grams(run: str, *, single: bool) -> set[int]:
    padded = f"{_START}{run}{_END}"
    found = {_key(a, b) for a, b in pairwise(padded)}
    found.update(_key(a, _ANY, b) for a, b in zip(padded, padded[2:], strict=False))
    if single:
        found.update(_key(a) for a in run)
    return found


def _runs(folded: str) -> list[str]:
    """Split a folded sound string into runs of syllables and words of letters."""
    runs: list[str] = []
    previous = ""
    for char in folded:
        sort = "sound" if char >= _PRIVATE else ("" if char == " " else "letters")
        if sort and sort == previous:
            runs[-1] += char
        elif sort:
            runs.append(char)
        previous = sort
    return runs


def pieces(sound: str, *, single: bool) -> set[int]:
    """Return the keys of one name or query.

    Parameters
    ----------
    sound
        Canonical text with characters replaced by their encoded syllables.
    single
        Whether single syllables count too (names always, queries when they are short).

    Returns
    -------
    set of int
    """
    found: set[int] = set()
    for run in _runs(fold(sound)):
        if run[0] >= _PRIVATE:
            found |= _sound_grams(run, single=single)
        else:
            found |= _letter_grams(run)
    return found


def letters_key(letters: str) -> int:
    """Return the key of a name spelt out in pinyin letters without spaces."""
    return _whole("p", letters)


def initials_key(initials: str) -> int:
    """Return the key of the first letters of all syllables."""
    return _whole("i", initials)


def metaphone_key(code: str) -> int:
    """Return the key of the English sound of one word."""
    return _whole("m", code)


def spelt(sound: str) -> str:
    """Return a sound string in letters, without spaces."""
    return "".join(decode(c) for c in sound if c != " ")


def whole_pieces(text: str, sound: str) -> set[int]:
    """Return the keys of a name's whole spelling in pinyin and of its initials; none without Chinese."""
    if not has_han(text):
        return set()
    letters = spelt(sound)
    initials = "".join(decode(c)[0] for c in sound if c != " ")
    return {letters_key(letters), letters_key(spelt(fold(sound))), initials_key(initials)}
