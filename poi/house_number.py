"""House numbers in one written form, and addresses taken apart."""

from __future__ import annotations

import re
import unicodedata

from poi.text import clean, has_han

_VALUES = {c: v for v, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
_NUMERAL = "零〇一二三四五六七八九十百两幺"
_HAN_ADDRESS = re.compile(
    rf"^(.+?)((?:\d+|[{_NUMERAL}]+)(?:[-—之甲乙丙丁a-z]\d*)?)[号號](.*)$", re.IGNORECASE
)
_NUMBER_WORD = re.compile(r"\b(?:no|nr|number)\.?\s*(?=\d)", re.IGNORECASE)
_FLAT = re.compile(
    r"(?<=\d)(\s?[a-z])?\s(?:(?:as|bst|lgh|apt|flat)\.?\s?\d+|(?<=[a-z]\s)\d+)$", re.IGNORECASE
)
"""What follows a house number to name a flat: "5 A 12" is flat 12 of staircase A."""

_TOWN_LAST = re.compile(r"^(\D.*?\s\d+(?:\s?[a-z])?)\s(?:\d{4,6}\s)?[^\W\d]{3}\D*$", re.IGNORECASE)
_NUMBER_LAST = re.compile(r"^(\D.*?)[\s,]+(\d+\s?[a-z]?(?:[-–/]\d+[a-z]?)?)$", re.IGNORECASE)
_NUMBER_FIRST = re.compile(r"^(\d+\s?[a-z]?(?:[-–/]\d+[a-z]?)?)[\s,]+(\D.*)$", re.IGNORECASE)


def from_numeral(text: str) -> str:
    """Write a Chinese numeral in digits ("二十七" → "27", "幺零一" → "101"); other text stays."""
    if not text or any(c not in _NUMERAL for c in text):
        return text
    if "十" not in text and "百" not in text:
        return "".join(str(_VALUES[c]) for c in text)
    total, current = 0, 0
    for char in text:
        if char == "百":
            total, current = total + (current or 1) * 100, 0
        elif char == "十":
            total, current = total + (current or 1) * 10, 0
        else:
            current = _VALUES[char]
    return str(total + current)


def plain_number(text: str) -> str:
    """Return a house number in the form in which numbers are compared: "28號" → "28", "12 A" → "12a"."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[号號\s]", "", text)
    return from_numeral(text)


def split_address(words: str) -> tuple[str, str] | None:
    """Part an address into street and house number; None when the words are no address."""
    text = clean(words)
    if has_han(text):
        match = _HAN_ADDRESS.match(text)
        if match is None or match.group(3) not in ("", "院", "门"):
            return None
        return match.group(1), plain_number(match.group(2))
    text = text.split(", ")[0] if re.search(r"\d", text.split(", ")[0]) else text
    text = _TOWN_LAST.sub(r"\1", _FLAT.sub(r"\1", _NUMBER_WORD.sub("", text)))
    if match := _NUMBER_LAST.match(text):
        return match.group(1), plain_number(match.group(2))
    if match := _NUMBER_FIRST.match(text):
        return match.group(2), plain_number(match.group(1))
    return None
