"""Mandarin text made speakable: every number, unit, time and reference written out in characters.

Words are in ``languages/zh/speech.yaml`` under ``aloud``; here is the grammar.
"""

from __future__ import annotations

import re
from functools import cache

from languages.language import load_language
from languages.numbers import Numbers
from languages.speech import Aloud

_TWO_LARGE = re.compile(r"^二(?=[千万亿])")
_PHONE = re.compile(
    r"(?<![\d.])(?:\+\d{1,3}[\s-]?)?(?:\(?0\d{2,3}\)?[\s-]\d{3,4}[\s-]?\d{4}|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|"
    r"400[\s-]?\d{3}[\s-]?\d{4}|(?<=\+)\d[\d\s-]{6,}\d)(?!\d|[.]\d)"
)
_INTERNATIONAL = re.compile(r"\+\d[\d\s()-]{6,}\d")
_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d.:])")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})-(\d{1,2})-(\d{1,2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?=年)")
_RANGE = re.compile(r"(?:(?<=\d)|(?<=\d[点分米元])|(?<=\d分钟)|(?<=\d小时)|(?<=\d公里))\s*[-~～–—]\s*(?=\d)")
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)\s*[%％]")
# A half is 半 before a measure; a slash stands for a fraction only between small numbers.
_FRACTION = re.compile(
    r"\s*(?:(\d+)\s+)?(?<![\d./])(\d+)⁄(\d+)|(?<![\d./])([1-9])/([2-9]|10)(?![\d/月号日.])"
)
_REF = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{1,3})[ -]?(\d{1,5})(?![\dA-Za-z]|[.:]\d|\s*(?:公里|米|分|个|家|元))"
)
_NUMBER = re.compile(r"(?<![A-Za-z\d])-?\d[\d,]*(?:\.\d+)?|\d+(?:\.\d+)?")


@cache
def _numbers() -> Numbers:
    return load_language("zh").numbers


@cache
def _aloud() -> Aloud:
    return load_language("zh").speech.aloud


@cache
def _measures() -> str:
    return "|".join(_aloud().measures)


@cache
def _two_before() -> re.Pattern[str]:
    # Also at the lower end of a range, 2到3公里.
    return re.compile(rf"(?:到\d+(?:\.\d+)?)?\s*(?:{_measures()})")


@cache
def _unit() -> re.Pattern[str]:
    signs = "|".join(map(re.escape, sorted(_aloud().units, key=len, reverse=True)))
    return re.compile(rf"(?<=\d)\s*({signs})(?![A-Za-z])", re.IGNORECASE)


@cache
def _money() -> re.Pattern[str]:
    signs = "|".join(map(re.escape, sorted(_aloud().currencies, key=len, reverse=True)))
    return re.compile(rf"({signs})\s*(\d[\d,]*(?:\.\d+)?)(\s*[万亿千])?(?!\s*(?:元|美元|欧元|英镑))")


@cache
def _service() -> re.Pattern[str]:
    # Numbers that are dialled are read digit by digit: 请拨打110或120, 报警电话是110.
    return re.compile(
        r"((?:拨打?|致电|呼叫|打|电话|热线|号码|客服)(?:号码)?[是为:：\s]*)"
        r"(\d{3,8}(?:-\d{3,8})?(?:\s*(?:或者?|和|、|/)\s*\d{3,8}(?:-\d{3,8})?)*)"
        rf"(?!\d|[.:]\d|\s*(?:{_measures()}))"
    )


def number(value: int) -> str:
    """A whole number in Chinese words, such as 一百零五 for 105; digit by digit from 10**12 up."""
    return _numbers().spell(value)


def digits(text: str, *, phone: bool = False) -> str:
    """Digits read one by one; on the telephone 1 is 幺."""
    said = _numbers().digits("".join(character for character in text if character.isdigit()))
    return said if phone else said.replace("幺", "一")


def decimal(text: str) -> str:
    """A written number, whole or decimal, in Chinese words, such as ``1.25``, ``-3`` or ``1,200``."""
    negative, bare = text.startswith("-"), text.lstrip("-").replace(",", "")
    whole, _, fraction = bare.partition(".")
    spoken = digits(whole) if len(whole) > 1 and whole.startswith("0") else number(int(whole or "0"))
    if fraction:
        spoken += "点" + digits(fraction)
    return ("负" if negative else "") + spoken


def spoken(text: str) -> str:
    """Write out everything in a Mandarin sentence that is not words.

    Parameters
    ----------
    text : str
        Such as ``前方300米右转，进入G2，14:05到达``.

    Returns
    -------
    str
        The same without digits: 前方三百米右转，进入G二，十四点零五分到达.
    """
    aloud = _aloud()
    for pattern, words in aloud.brands.items():
        text = re.sub(pattern, words, text)
    for pattern, words in aloud.words:
        text = re.sub(pattern, words, text)
    text = _INTERNATIONAL.sub(lambda m: _phone(m[0]), text)
    text = _PHONE.sub(lambda m: _phone(m[0]), text)
    text = _service().sub(lambda m: m[1] + re.sub(r"\d[\d-]*", lambda d: _phone(d[0]), m[2]), text)
    text = _DATE.sub(lambda m: f"{digits(m[1])}年{number(int(m[2]))}月{number(int(m[3]))}日", text)
    text = _unit().sub(lambda m: aloud.units[m[1].lower()][0], text)
    text = _FRACTION.sub(_fraction, text)
    text = _RANGE.sub("到", text)
    text = _CLOCK.sub(_clock, text)
    text = _YEAR.sub(lambda m: digits(m[1]), text)
    text = _PERCENT.sub(lambda m: "百分之" + decimal(m[1]), text)
    text = _money().sub(lambda m: m[2] + (m[3] or "").strip() + aloud.currencies[m[1]][0], text)
    text = _REF.sub(_ref, text)
    for pattern in aloud.digits:
        text = re.sub(pattern, lambda m: digits(m[0], phone=True), text)
    return _NUMBER.sub(_plain, text)


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    hours = ("两" if hour == 2 else number(hour)) + "点"
    if minute == 0:
        return hours
    return f"{hours}{'零' if minute < 10 else ''}{number(minute)}分"


def _phone(text: str) -> str:
    groups = re.findall(r"\d+", text)
    if len(groups) == 1 and len(groups[0]) == 11:
        groups = [groups[0][:3], groups[0][3:7], groups[0][7:]]
    return ("加" if text.startswith("+") else "") + "，".join(digits(group, phone=True) for group in groups)


def _fraction(match: re.Match[str]) -> str:
    whole, above, below = match[1] or "", match[2] or match[4], match[3] or match[5]
    if int(below) == 0 or int(above) >= int(below):
        return f"{whole}{decimal(above)}比{decimal(below)}"
    if above == "1" and below == "2" and re.match(rf"\s*(?:{_measures()})", match.string[match.end() :]):
        return f"{whole}.5" if whole else "半"
    parts = f"{decimal(below)}分之{decimal(above)}"
    return f"{decimal(whole)}又{parts}" if whole else parts


def _ref(match: re.Match[str]) -> str:
    digit_text = match[2]
    spoken = (
        number(int(digit_text))
        if len(digit_text) <= 2 and digit_text[0] != "0"
        else digits(digit_text, phone=True)
    )
    return " ".join(match[1].upper()) + spoken


def _plain(match: re.Match[str]) -> str:
    text = match[0]
    bare = text.lstrip("-").replace(",", "")
    if len(bare) > 6 and "." not in bare and "," not in text:
        return digits(bare, phone=True)
    if (
        bare == "2"
        and _two_before().match(match.string, match.end())
        and not match.string[: match.start()].rstrip().endswith("第")
    ):
        return decimal(text).replace("二", "两")
    return _TWO_LARGE.sub("两", decimal(text))
