"""Numbers as people say them, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from nav.guidance.wording_numbers import en_number as spelt
from nav.guidance.wording_numbers import en_ordinal

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "幺": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "仨": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_ENGLISH = {spelt(n): n for n in (*range(20), *range(20, 100, 10))} | {
    "a": 1,
    "an": 1,
    "couple": 2,
    "hundred": 100,
    "thousand": 1000,
}
_ORDINALS = {en_ordinal(n): n for n in range(1, 32)}

ZH_NUMBER = r"(?:\d+(?:\.\d+)?|[零〇一二两俩三四五六七八九十百千万半]+)"
EN_NUMBER = (
    r"(?:\d+(?:\.\d+)?|(?:(?:"
    + "|".join(w for w in _ENGLISH if w not in {"a", "an"})
    + r")(?:[ -]|\b))+|a|an)"
)


def zh_number(text: str) -> float | None:
    """Read a Chinese or Arabic numeral; None if it is neither."""
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if text == "半":
        return 0.5
    total, section, digit = 0, 0, None
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char] if digit is None else digit * 10 + _DIGITS[char]
        elif char in _UNITS:
            unit = _UNITS[char]
            if unit == 10000:
                total, section, digit = (total + section + (digit or 0)) * unit, 0, None
            else:
                section, digit = section + (1 if digit is None else digit) * unit, None
        else:
            return None
    return float(total + section + (digit or 0)) if text else None


def en_number(text: str) -> float | None:
    """Read an English or Arabic numeral; None if it is neither."""
    text = text.strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    total, current = 0, 0
    words = [w for w in re.split(r"[ -]+", text) if w and w not in {"and", "of"}]
    for word in words:
        value = _ENGLISH.get(word)
        if value is None:
            return None
        if value >= 100:
            current = max(current, 1) * value
            if value == 1000:
                total, current = total + current, 0
        elif value == 1 and word in {"a", "an"}:
            current = max(current, 1)
        else:
            current = value if word == "couple" else current + value
    return float(total + current) if words else None


def ordinal(text: str) -> int | None:
    """Read an ordinal in either language ("第二", "2nd", "second"); None if it is none."""
    text = text.strip().lower().removeprefix("第")
    if text in _ORDINALS:
        return _ORDINALS[text]
    if found := re.fullmatch(r"(\d+)(?:st|nd|rd|th)?", text):
        return int(found[1])
    value = zh_number(text)
    if value is None:
        value = en_number(text)
    return int(value) if value is not None and value == int(value) else None


_COUNTED = re.compile(
    r"(?i)(?:the )?(?:第(?P<zh>[一二两三四五六七八九十\d]+)[个家间座站处所]"
    r"|(?P<last>最后一?[个家间座站处所]|last)"
    r"|(?P<en>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th)))"
    r"(?![a-z])\s*(?P<what>.*)"
)


def counted(words: str) -> tuple[int, str] | None:
    """Read "the second museum" as 2 and "museum", the last as -1; None if nothing is counted."""
    found = _COUNTED.fullmatch(words.strip())
    if found is None:
        return None
    return -1 if found["last"] else ordinal(found["zh"] or found["en"]) or 0, found["what"]


_Thing = TypeVar("_Thing")


def nth(things: Sequence[_Thing], number: int) -> list[_Thing]:
    """Return the thing with a number from 1 (-1 is the last), alone; nothing if there are not so many."""
    at = number - 1 if number > 0 else len(things) + number
    return [things[at]] if 0 <= at < len(things) else []
