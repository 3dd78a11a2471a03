"""Chinese, Taiwanese and Japanese addresses: a road, then numbers with their units, largest first.

鹤庆路358弄81号, 新康街2号院1号楼, 中山北路二段48巷3弄5號之2, 丸の内1丁目9-1. The same parts may stand in the
street or in the number of the map, and are said in digits, in numerals, or digit by digit.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from poi.numeral import NUMERALS, from_numeral
from poi.text import has_han, simplified

_STEMS = "甲乙丙丁戊己"
_NUMERAL = re.compile(
    rf"[{NUMERALS}]+(?=号|院|弄|巷|支弄|栋|幢|座|楼|单元|室|层|门|丁目|番|附|之|甲|乙|丙|丁|$)"
)
_SUB = re.compile(
    rf"(?P<number>\d+)(?:号)?(?:(?:之|附|-(?=\d+(?:号|$)))(?P<sub>\d+)|-?(?P<stem>[{_STEMS}]))(?:号|(?!\d))"
)
_STEM_FIRST = re.compile(rf"(?P<stem>[{_STEMS}])(?P<number>\d+)")
_JAPANESE = re.compile(r"(\d+)(?:丁目|番地|番)の?(?=\d)")
_JAPANESE_END = re.compile(r"(\d+)(?:丁目|番地|番)$")
_PART = re.compile(
    rf"(?P<number>\d+(?:-\d+)*(?:[{_STEMS}a-z])?)"
    r"(?P<unit>号院|号楼|号(?![线路桥公])|弄|支弄|巷|栋|幢|座|院|单元|室|层|门|楼|\#楼?)"
)
_UNIT = {
    "栋": "号楼",
    "幢": "号楼",
    "座": "号楼",
    "#楼": "号楼",
    "#": "号楼",
    "院": "号院",
    "支弄": "弄",
    "门": "单元",
}
_BEFORE_HOUSE = ("弄", "巷", "号院")
"""What is followed by the number of a house; behind a house or a building stands that of a room."""

_WITHIN = ("单元", "室", "层", "楼")
"""Parts inside a building: the map has few, and a car stops before it."""

_BARE = re.compile(rf"(?P<number>\d+(?:-\d+)*[{_STEMS}a-z]?)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class HanAddress:
    """An address in parts."""

    road: str
    """What stands before the first number: the road, perhaps after province, city and district."""

    parts: tuple[str, ...]
    """Numbers with their units: ("358弄", "81号"), without storey and room; "10甲号" for 甲10号."""

    @property
    def number(self) -> str:
        """The parts together, as they are compared: "358弄81", "2号院1号楼", "28"."""
        return "".join(self.parts).removesuffix("号")


def parse_han(text: str) -> HanAddress | None:
    """Take an address apart; None for words that are no address.

    Parameters
    ----------
    text
        As said, or street and number of the map put together.
    """
    if not has_han(text) or len(text) > 80:
        return None
    text = _digits(text)
    first = None
    parts: list[str] = []
    position, unit = 0, ""
    while match := _PART.search(text, position):
        if first is not None and match.start() != position:
            break
        first = match.start() if first is None else first
        unit = _UNIT.get(match["unit"], match["unit"])
        if unit not in _WITHIN:
            parts.append(f"{match['number']}{unit}")
        position = match.end()
    rest = text[position:] if first is not None else text
    if bare := _BARE.search(rest):
        if first is None and bare.start() and has_han(text[bare.start() - 1]):
            return HanAddress(road=text[: bare.start()], parts=(f"{bare['number']}号",))
        if first is not None and bare.start() == 0 and unit in _BEFORE_HOUSE:
            parts.append(f"{bare['number']}号")
            rest = ""
    if first is None or not parts or not text[:first]:
        return None
    if rest and not _TAIL.fullmatch(rest):
        return None
    return HanAddress(road=text[:first], parts=tuple(parts))


_TAIL = re.compile(
    r"(?:[(（].*|附近|旁边|门口|院内|院子?|楼下|大院|小区|对面|那里|那儿|内|里|[a-z]?\d*-?\d*(?:室|号)?|[东南西北]门)"
)


def _digits(text: str) -> str:
    """Return the text without blanks, numbers in digits and in one form."""
    text = simplified(unicodedata.normalize("NFKC", text).casefold()).replace("號", "号")
    text = re.sub(r"[\s,，]+", "", re.sub(r"[–—−~～]", "-", text))
    text = _NUMERAL.sub(lambda m: from_numeral(m.group()), text)
    text = _JAPANESE_END.sub(r"\1号", _JAPANESE.sub(r"\1-", text))
    text = _STEM_FIRST.sub(r"\g<number>\g<stem>", text)
    return _SUB.sub(_one_number, text)


def _one_number(match: re.Match[str]) -> str:
    """Write 23号附2号, 23号之2 and 23-2号 as 23-2号; 10号甲 and 10-甲号 as 10甲号."""
    if match["sub"]:
        return f"{match['number']}-{match['sub']}号"
    return f"{match['number']}{match['stem']}号"


def han_number(street: str, number: str) -> HanAddress | None:
    """Take apart a street and a number of the map: a bare number is a 号."""
    text = number.strip()
    if re.fullmatch(rf"[{_STEMS}]?[\d\s-]+[a-zA-Z{_STEMS}]?", text):
        text = f"{text}号"
    return parse_han(f"{street}{text}")
