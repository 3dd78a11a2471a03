"""Numbers as people say them, in Chinese and English."""

from __future__ import annotations

import re

from languages import load_language
from languages.numbers import nth

__all__ = ["EN_NUMBER", "ZH_NUMBER", "counted", "en_number", "nth", "ordinal", "zh_number"]

_ZH, _EN = load_language("zh").numbers, load_language("en").numbers
ZH_NUMBER, EN_NUMBER = _ZH.pattern, _EN.pattern
zh_number, en_number = _ZH.read, _EN.read


def ordinal(text: str) -> int | None:
    """Read an ordinal in either language ("第二", "2nd", "second"); None if it is none."""
    found = _ZH.read_ordinal(text)
    return _EN.read_ordinal(text) if found is None else found


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
