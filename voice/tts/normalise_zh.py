"""Mandarin text made speakable: every number, unit, time and reference written out in characters."""

from __future__ import annotations

import re

_DIGITS = "零一二三四五六七八九"
_PHONE_DIGITS = "零幺二三四五六七八九"
_LARGE = ((100_000_000, "亿"), (10_000, "万"))
_SMALL = ((1000, "千"), (100, "百"), (10, "十"))
# 2 is 两 before these, 二 elsewhere (二号, 二月, 二楼); also at the lower end of a range, 2到3公里.
_COUNTED = (
    "个|家|条|公里|英里|海里|华里|千米|厘米|毫米|米|分钟|秒|小时|点|天|晚|周|星|年(?!级)|次|位|人|辆|站|处|座|间|种|块|元|"
    "段|层|公斤|斤|吨|升|度|倍|句|件|万|亿"
)
_TWO_BEFORE = re.compile(rf"(?:到\d+(?:\.\d+)?)?\s*(?:{_COUNTED})")
_TWO_LARGE = re.compile(r"^二(?=[千万亿])")
_UNITS = {
    "km/h": "公里每小时",
    "公里/小时": "公里每小时",
    "kph": "公里每小时",
    "km": "公里",
    "m": "米",
    "min": "分钟",
    "h": "小时",
    "kwh": "度电",
    "kw": "千瓦",
    "kg": "公斤",
    "l": "升",
    "°c": "摄氏度",
    "℃": "摄氏度",
}
_UNIT = re.compile(
    r"(?<=\d)\s*(" + "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True))) + r")(?![A-Za-z])",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\d.])(?:\+\d{1,3}[\s-]?)?(?:\(?0\d{2,3}\)?[\s-]\d{3,4}[\s-]?\d{4}|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|"
    r"400[\s-]?\d{3}[\s-]?\d{4}|(?<=\+)\d[\d\s-]{6,}\d)(?!\d|[.]\d)"
)
_INTERNATIONAL = re.compile(r"\+\d[\d\s()-]{6,}\d")
_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d.:])")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})-(\d{1,2})-(\d{1,2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?=年)")
_RANGE = re.compile(r"(?:(?<=\d)|(?<=\d[点分米元])|(?<=\d分钟)|(?<=\d小时)|(?<=\d公里))\s*[-~～–—]\s*(?=\d)")
# Numbers that are dialled are read digit by digit: 请拨打110或120, 报警电话是110.
_SERVICE = re.compile(
    r"((?:拨打?|致电|呼叫|打|电话|热线|号码|客服)(?:号码)?[是为:：\s]*)"
    r"(\d{3,8}(?:-\d{3,8})?(?:\s*(?:或者?|和|、|/)\s*\d{3,8}(?:-\d{3,8})?)*)"
    rf"(?!\d|[.:]\d|\s*(?:{_COUNTED}))"
)
# So are numbers that are names: 107国道, 301医院; but 300路 is 三百路.
_NAMED = re.compile(r"(?<![\d.])\d(?!00)\d\d(?=路(?!口|段|程)|国道|省道|县道|乡道|医院|中学|艺术区)")
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)\s*[%％]")
_MONEY = re.compile(r"[¥￥]\s*(\d+(?:\.\d+)?)")
_REF = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{1,3})[ -]?(\d{1,5})(?![\dA-Za-z]|[.:]\d|\s*(?:公里|米|分|个|家|元))"
)
_NUMBER = re.compile(r"(?<![A-Za-z\d])-?\d[\d,]*(?:\.\d+)?|\d+(?:\.\d+)?")


def number(value: int) -> str:
    """A whole number in Chinese words.

    Parameters
    ----------
    value : int
        Any whole number below 10**12 in size; larger ones are read digit by digit.

    Returns
    -------
    str
        Such as 一百零五 for 105 and 十二 for 12.
    """
    if value < 0:
        return "负" + number(-value)
    if value >= 10**12:
        return digits(str(value))
    if value == 0:
        return "零"
    text = _under(value)
    return text[1:] if text.startswith("一十") else text


def _under(value: int) -> str:
    for size, name in _LARGE:
        if value >= size:
            rest = value % size
            joint = "零" if 0 < rest < size // 10 else ""
            return _under(value // size) + name + (joint + _under(rest) if rest else "")
    text, gap = "", False
    for size, name in _SMALL:
        count, value = divmod(value, size)
        if count:
            text += ("零" if gap else "") + _DIGITS[count] + name
            gap = False
        elif text:
            gap = True
    if value:
        text += ("零" if gap else "") + _DIGITS[value]
    return text


def digits(text: str, *, phone: bool = False) -> str:
    """Digits read one by one; on the telephone 1 is 幺."""
    names = _PHONE_DIGITS if phone else _DIGITS
    return "".join(names[int(character)] for character in text if character.isdigit())


def decimal(text: str) -> str:
    """A written number, whole or decimal, in Chinese words.

    Parameters
    ----------
    text : str
        Such as ``1.25``, ``-3`` or ``1,200``.
    """
    negative, bare = text.startswith("-"), text.lstrip("-").replace(",", "")
    whole, _, fraction = bare.partition(".")
    spoken = digits(whole) if len(whole) > 1 and whole.startswith("0") else number(int(whole or "0"))
    if fraction:
        spoken += "点" + digits(fraction)
    return ("负" if negative else "") + spoken


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


def _ref(match: re.Match[str]) -> str:
    digit_text = match[2]
    spoken = (
        number(int(digit_text))
        if len(digit_text) <= 2 and digit_text[0] != "0"
        else digits(digit_text, phone=True)
    )
    return " ".join(match[1].upper()) + spoken


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
    text = _INTERNATIONAL.sub(lambda m: _phone(m[0]), text)
    text = _PHONE.sub(lambda m: _phone(m[0]), text)
    text = _SERVICE.sub(lambda m: m[1] + re.sub(r"\d[\d-]*", lambda d: _phone(d[0]), m[2]), text)
    text = _DATE.sub(lambda m: f"{digits(m[1])}年{number(int(m[2]))}月{number(int(m[3]))}日", text)
    text = _UNIT.sub(lambda m: _UNITS[m[1].lower()], text)
    text = _RANGE.sub("到", text)
    text = _CLOCK.sub(_clock, text)
    text = _YEAR.sub(lambda m: digits(m[1]), text)
    text = _PERCENT.sub(lambda m: "百分之" + decimal(m[1]), text)
    text = _MONEY.sub(lambda m: m[1] + "元", text)
    text = _REF.sub(_ref, text)
    text = _NAMED.sub(lambda m: digits(m[0], phone=True), text)
    text = _NUMBER.sub(_plain, text)
    return text.replace("&", "和").replace("→", "，")


def _plain(match: re.Match[str]) -> str:
    text = match[0]
    bare = text.lstrip("-").replace(",", "")
    if len(bare) > 6 and "." not in bare and "," not in text:
        return digits(bare, phone=True)
    if (
        bare == "2"
        and _TWO_BEFORE.match(match.string, match.end())
        and not match.string[: match.start()].rstrip().endswith("第")
    ):
        return decimal(text).replace("二", "两")
    return _TWO_LARGE.sub("两", decimal(text))
