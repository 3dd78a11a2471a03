"""Points said in numbers: coordinates in degrees, and plus codes (Open Location Code)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from poi.numeral import NUMERALS, from_numeral
from poi.place import Candidate, Place

Point = tuple[float, float]

POINT = "point"
"""Why a point was found that was said in numbers."""

_SIDES = {"北纬": "N", "北緯": "N", "南纬": "S", "南緯": "S",
          "东经": "E", "東經": "E", "西经": "W", "西經": "W",
          "north": "N", "south": "S", "east": "E", "west": "W", "n": "N", "s": "S", "e": "E", "w": "W",
          "latitude": "lat", "longitude": "lon", "lat": "lat", "lon": "lon", "lng": "lon", "纬度": "lat",
          "经度": "lon", "北": "N", "南": "S", "东": "E", "西": "W"}  # fmt: skip
_SIDE = "|".join(sorted(map(re.escape, _SIDES), key=len, reverse=True))
_ONE = (
    r"(?:(?P<before{0}>"
    + _SIDE
    + r")[\s:：=是为]*)?(?P<sign{0}>[-+−]|minus )?(?P<deg{0}>\d{{1,3}}(?:\.\d+)?)"
    r"\s*(?P<mark{0}>°|º|度|degrees?|deg)?"
    r"(?:\s*(?P<min{0}>\d{{1,2}}(?:\.\d+)?)\s*(?:'|′|’|分|minutes?|min))?"
    r"(?:\s*(?P<sec{0}>\d{{1,2}}(?:\.\d+)?)\s*(?:\"|″|”|''|秒|seconds?|sec))?"
    r"\s*(?P<after{0}>" + _SIDE + r")?"
)
_PAIR = re.compile(
    r"^(?:坐标|经纬度|位置|coordinates?|position|gps|point)?[\s:：是]*"
    + _ONE.format(1)
    + r"\s*[,，、;；/]?\s*(?:and\s+)?"
    + _ONE.format(2)
    + r"$",
    re.IGNORECASE,
)
_SPELT = re.compile(rf"[{NUMERALS}]+")
_DECIMAL = re.compile(r"(?<=\d)\s*(?:点|點|\bpoint\b)\s*(?=\d)")
_CODE = "[23456789CFGHJMPQRVWX]"
_PLUS_CODE = re.compile(rf"(?<!\w)({_CODE}{{2,8}})\s*(?:\+|plus|加)\s*({_CODE}{{2,7}})(?!\w)", re.IGNORECASE)


def spoken_point(words: str) -> Candidate | None:
    """Return the point that words name in degrees; None for other words.

    Parameters
    ----------
    words
        "60.17, 24.94", "60°10'N 24°56'E", "latitude 60.17 longitude 24.94", 北纬三十一点二度东经一百二十一度.
    """
    text = unicodedata.normalize("NFKC", words).strip()
    if len(text) > 100:
        return None
    text = _DECIMAL.sub(".", _SPELT.sub(_in_digits, text))
    match = _PAIR.match(text)
    if match is None:
        return None
    first, second = (_axis(match, number) for number in (1, 2))
    said = first[1] + second[1]
    exact = all("." in match[f"deg{n}"] or match[f"mark{n}"] or match[f"min{n}"] for n in (1, 2))
    if not (exact or said):
        return None
    values = [first[0], second[0]]
    if first[1] in ("E", "W", "lon") or second[1] in ("N", "S", "lat"):
        values.reverse()
    lat, lon = values
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return _candidate(lat, lon, f"{lat:.5f}, {lon:.5f}")


def _in_digits(match: re.Match[str]) -> str:
    text = from_numeral(match.group())
    before = match.string[: match.start()]
    # What stands behind the point is read digit by digit, and keeps its zeros.
    return text if not before.endswith(("点", "點")) else "".join(from_numeral(c) for c in match.group())


def _axis(match: re.Match[str], number: int) -> tuple[float, str]:
    """Return the value of one coordinate and which side or axis was said, "" for none."""
    value = float(match[f"deg{number}"])
    value += float(match[f"min{number}"] or 0) / 60 + float(match[f"sec{number}"] or 0) / 3600
    said = match[f"before{number}"] or match[f"after{number}"] or ""
    side = _SIDES.get(said.casefold(), "")
    negative = bool(match[f"sign{number}"]) and match[f"sign{number}"] != "+"
    return (-value if negative or side in ("S", "W") else value), side


def plus_code(words: str, around: Callable[[str], Point | None]) -> Candidate | None:
    """Return the middle of the field that a plus code names; None for other words.

    Parameters
    ----------
    words
        "9GG65WCR+2X", "5WCR+2X Helsinki", "5WCR plus 2X".
    around
        Gives the point near which a short code is meant, by the rest of the words; "" for the code alone.
    """
    match = _PLUS_CODE.search(words)
    if match is None:
        return None
    from openlocationcode import openlocationcode

    code = f"{match.group(1)}+{match.group(2)}".upper()
    if not openlocationcode.isValid(code):
        return None
    rest = (words[: match.start()] + " " + words[match.end() :]).strip(" ,，的在")
    if openlocationcode.isShort(code):
        near = around(rest)
        if near is None:
            return None
        code = openlocationcode.recoverNearest(code, *near)
    field = openlocationcode.decode(code)
    return _candidate(field.latitudeCenter, field.longitudeCenter, code)


def _candidate(lat: float, lon: float, name: str) -> Candidate:
    place = Place(
        id=f"point/{lat:.6f},{lon:.6f}",
        name=name,
        category="point",
        lat=lat,
        lon=lon,
        importance=0.3,
        why=POINT,
    )
    return Candidate(place=place, score=1.0, why=POINT)
