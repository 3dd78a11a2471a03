"""House numbers in one written form, and the numbers of a house that has several."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from poi.numeral import from_numeral

_SIGN = re.compile(r"^(?:no|nr|num|number|nº|n°|№|#)[.:]?\s*(?=\d)", re.IGNORECASE)
_LIST = re.compile(r"\s*[;,|]\s*")
_NUMBER = re.compile(r"^\D{0,3}\d{1,6}(?:\s*[-–—~/]?\s*\d{1,6})*[\s/-]*[^\W\d_]{0,7}$")
"""What a part of a list must look like: the storey in "13 A, 5th floor" is no number."""

_RANGE = re.compile(r"^(\d{1,6})\s*[-–—~]\s*(\d{1,6})$")
_SLASHED = re.compile(r"^(\d{1,6})\s*/\s*(\d{1,6})$")
_AROUND = re.compile(r"\s*([-–—/~])\s*")
_LETTER = re.compile(r"(?<=\d)[\s/-]*([a-z]{1,6})$")
_PARTED = re.compile(r"\d \d+$")
_LEADING = re.compile(r"\d+")

_LONGEST_RANGE = 600
"""3216-3224 spans the numbers between; 2-1200 is a number of another sort."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One house number as the map has it."""

    text: str
    """In the form in which numbers are compared: "28", "12a", "11bis", "64/66"."""

    low: int | None = None
    high: int | None = None
    """First and last number that it spans: one and the same for a plain number."""


def plain_number(text: str) -> str:
    """Return a house number in the form in which numbers are compared.

    "28號", "No. 28" and "28" are "28"; "12 A", "12-a", "12/A" are "12a"; "11 bis" is "11bis". A blank between
    digits stays: "34 10" is not "3410".
    """
    text = _SIGN.sub("", unicodedata.normalize("NFKC", text).casefold().strip())
    text = re.sub(r"[号號]", "", text)
    text = _LETTER.sub(r"\1", _AROUND.sub(r"\1", text))
    text = re.sub(r"[–—~]", "-", " ".join(text.split()))
    return from_numeral(text)


def leading(number: str) -> int | None:
    """Return the number with which a house number begins; None if it begins with something else."""
    match = _LEADING.match(number)
    return int(match.group()[:6]) if match else None


def numbers_of(value: str) -> Iterator[Number]:
    """Yield the numbers of a house: "2;4;12" has three, "3216-3224" spans some, "64/66" is itself and two.

    Parameters
    ----------
    value
        addr:housenumber as tagged.
    """
    parts = [p for p in _LIST.split(value) if p.strip()]
    parts = [p for p in parts if _NUMBER.match(p)] or parts
    for part in parts:
        text = plain_number(part)
        if match := _RANGE.match(text):
            low, high = int(match.group(1)), int(match.group(2))
            if 0 < high - low <= _LONGEST_RANGE:
                yield Number(text=text, low=low, high=high)
                continue
        elif match := _SLASHED.match(text):
            low, high = int(match.group(1)), int(match.group(2))
            yield Number(text=text)
            if 0 < high - low <= 20:
                yield Number(text=str(low), low=low, high=low)
                yield Number(text=str(high), low=high, high=high)
            continue
        first = None if _PARTED.search(text) else leading(text)
        yield Number(text=text, low=first, high=first)


def spans(low: int, high: int, wanted: int) -> bool:
    """Say whether a range of numbers holds one: of one side of the street where both ends are."""
    return low < high and low <= wanted <= high and (low % 2 != high % 2 or wanted % 2 == low % 2)
