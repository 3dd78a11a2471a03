"""Chinese numerals in digits, as house numbers are said: 一千二百八十, 一二八零, 幺二八, 一百二."""

from __future__ import annotations

NUMERALS = "零〇一二三四五六七八九十百千两幺"
_VALUES = {c: v for v, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
_UNITS = {"千": 1000, "百": 100, "十": 10}


def from_numeral(text: str) -> str:
    """Write a Chinese numeral in digits ("二十七" → "27", "幺零一" → "101"); other text stays."""
    if not text or any(c not in NUMERALS for c in text):
        return text
    if not any(c in _UNITS for c in text):
        return "".join(str(_VALUES[c]) for c in text)
    total, current, unit = 0, 0, 1
    zero = False
    for char in text:
        if char in _UNITS:
            unit, zero = _UNITS[char], False
            total, current = total + (current or 1) * unit, 0
        else:
            current, zero = _VALUES[char], zero or _VALUES[char] == 0
    # 一百二 is 120, but 一百零二 and 二十二 end in ones.
    return str(total + current * (unit // 10 if unit > 10 and not zero else 1))
