"""English text made speakable: every number, unit, time and reference written out in words."""

from __future__ import annotations

import re

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LARGE = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_UNITS = {
    "km/h": ("kilometre an hour", "kilometres an hour"),
    "kph": ("kilometre an hour", "kilometres an hour"),
    "mph": ("mile an hour", "miles an hour"),
    "km": ("kilometre", "kilometres"),
    "m": ("metre", "metres"),
    "mi": ("mile", "miles"),
    "ft": ("foot", "feet"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "kw": ("kilowatt", "kilowatts"),
    "kwh": ("kilowatt hour", "kilowatt hours"),
    "l": ("litre", "litres"),
    "kg": ("kilogram", "kilograms"),
    "%": ("percent", "percent"),
    "°c": ("degree", "degrees"),
}
_MEASURE = re.compile(
    r"(?<![\w.])(-?\d[\d,]*(?:\.\d+)?)\s?("
    + "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))
    + r")(?![\w/])",
    re.IGNORECASE,
)
_UNIT_WORDS = (
    r"(?:metres?|meters?|kilomet(?:re|er)s?|miles?|yards?|feet|foot|minutes?|hours?|seconds?|litres?|"
    r"kilowatts?|percent|people|steps|euros?|dollars?|pounds?|yuan|"
    + "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))
    + r")(?!\w)"
)
_CLOCK = re.compile(
    r"(?<![\d.:])([01]?\d|2[0-4]):([0-5]\d)(?:\s?([ap])\.?m\.?(?!\w))?(?![\d:])", re.IGNORECASE
)
_HOUR = re.compile(r"(?<![\d.:])(1[0-2]|[1-9])\s?([ap])\.?m\.?(?!\w)", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.])(?:\+\d[\d\s()-]{6,}\d|\(?0\d{1,4}\)?[\s-]\d[\d\s-]{4,}\d|"
    rf"\d{{3}}-(?:\d{{3}}-)?\d{{4}}(?!\s?{_UNIT_WORDS}))(?!\w|[.]\d)",
    re.IGNORECASE,
)
# Numbers that are dialled are read digit by digit: "call 112 or 911".
_SERVICE = re.compile(
    r"\b(?:(?:call|dial)(?:ing)?|phone|text|tel\.?|hotline|number)(?: is|:)? \d{3,8}(?: (?:or|and) \d{3,8})*"
    rf"(?![\d:]|[.,-]\d|\s?{_UNIT_WORDS})\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?<![\w.])(\d+)(?:st|nd|rd|th)\b", re.IGNORECASE)
# A quantity with a unit is no year, nor is the lower end of a range of such: "from 1950 to 2000 metres".
_YEAR = re.compile(
    r"\b(in|since|of|by|until|from)\s((?:19|20)\d\d)"
    rf"(?![\d:.,]\d|\w|(?:\s?(?:to|or|and|-)\s?[\d,.]+)?\s?{_UNIT_WORDS})",
    re.IGNORECASE,
)
_REF = re.compile(r"(?<![\w-])([A-Z]{1,3})[ -]?(\d{1,5})(?![.:]\d|\w)")
_RANGE = re.compile(r"(?:(?<=\d)|(?<=\d[ap]m)|(?<=\d [ap]m))\s?[-–—]\s?(?=\d)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?!\w)|\d+")
_SHORT = (
    (re.compile(r"\bSt\.? (?=[A-Z])"), "Saint "),
    (re.compile(r"(?<=\w )St\b\.?"), "Street"),
    (re.compile(r"(?<=\w )Rd\b\.?"), "Road"),
    (re.compile(r"(?<=\w )Ave\b\.?"), "Avenue"),
    (re.compile(r"(?<=\w )Blvd\b\.?"), "Boulevard"),
    (re.compile(r"(?<=\w )Hwy\b\.?"), "Highway"),
    (re.compile(r"\bNo\. ?(?=\d)"), "number "),
    (re.compile(r"\s*&\s*"), " and "),
    (re.compile(r"\bapprox\.", re.IGNORECASE), "approximately"),
    (re.compile(r"€\s?(\d[\d,.]*)"), r"\1 euros"),
    (re.compile(r"\$\s?(\d[\d,.]*)"), r"\1 dollars"),
    (re.compile(r"£\s?(\d[\d,.]*)"), r"\1 pounds"),
)
# How our own name is said; English letters to sound rules would make it "zee-oh".
_RESPELT = ((re.compile(r"\bXiao\b", re.IGNORECASE), "Shao"), (re.compile(r"\bGao\b", re.IGNORECASE), "Gow"))


def number(value: int) -> str:
    """A whole number in English words, such as "three hundred and five"."""
    if value < 0:
        return "minus " + number(-value)
    if value < 20:
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        return f"{_ONES[hundreds]} hundred" + (f" and {number(rest)}" if rest else "")
    for size, name in _LARGE:
        if value >= size:
            count, rest = divmod(value, size)
            joint = " and " if 0 < rest < 100 else " "
            return f"{number(count)} {name}" + (joint + number(rest) if rest else "")
    raise AssertionError("every number from 1000 up is covered")


def digits(text: str) -> str:
    """Digits read one by one."""
    return " ".join(_ONES[int(character)] for character in text if character.isdigit())


def decimal(text: str) -> str:
    """A written number, whole or decimal, in words."""
    negative, bare = text.startswith("-"), text.lstrip("-").replace(",", "")
    whole, _, fraction = bare.partition(".")
    if (len(whole) > 1 and whole.startswith("0")) or len(whole) > 12:
        words = digits(whole)
    else:
        words = number(int(whole or "0"))
    if fraction:
        words += " point " + digits(fraction)
    return ("minus " if negative else "") + words


def ordinal(value: int) -> str:
    """An ordinal in words, such as "twenty-first"."""
    words = number(value)
    head, joint, last = words.rpartition("-") if "-" in words.rsplit(" ", 1)[-1] else words.rpartition(" ")
    last = _ORDINALS[last] if last in _ORDINALS else last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return head + joint + last


def year(value: int) -> str:
    """A year as it is said: "nineteen oh five", "two thousand and six", "twenty twenty-six"."""
    century, rest = divmod(value, 100)
    if 2000 <= value < 2010 or (rest == 0 and century % 10 == 0):
        return number(value)
    if rest == 0:
        return f"{number(century)} hundred"
    return f"{number(century)} {'oh ' if rest < 10 else ''}{number(rest)}"


def _clock(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), int(match[2]), match[3]
    end = f" {half.lower()} m" if half else ""
    if minute == 0:
        return number(hour) + (end or (" o'clock" if 1 <= hour <= 12 else " hundred"))
    return f"{number(hour)} {'oh ' if minute < 10 else ''}{number(minute)}{end}"


def _ref(match: re.Match[str]) -> str:
    letters, digit_text = match[1], match[2]
    if len(digit_text) <= 2 and digit_text[0] != "0":
        spoken_number = number(int(digit_text))
    elif len(digit_text) == 3 and digit_text[1] != "0" and digit_text[0] != "0":
        spoken_number = (
            f"{_ONES[int(digit_text[0])]} {number(int(digit_text[1:])) if digit_text[1] != '0' else ''}"
        )
    else:
        spoken_number = digits(digit_text)
    return f"{' '.join(letters)} {spoken_number}".strip()


def _measure(match: re.Match[str]) -> str:
    one, many = _UNITS[match[2].lower()]
    return f"{decimal(match[1])} {one if match[1] == '1' else many}"


def _phone(match: re.Match[str]) -> str:
    groups = re.findall(r"\d+", match[0])
    return ("plus " if match[0].startswith("+") else "") + ", ".join(digits(group) for group in groups)


def spoken(text: str) -> str:
    """Write out everything in an English sentence that is not words.

    Parameters
    ----------
    text : str
        Such as ``In 300 m turn right onto E18, you arrive at 14:05``.

    Returns
    -------
    str
        The same without digits: "In three hundred metres turn right onto E eighteen, you arrive at
        fourteen oh five".
    """
    for pattern, words in _SHORT:
        text = pattern.sub(words, text)
    text = _PHONE.sub(_phone, text)
    text = _SERVICE.sub(lambda m: re.sub(r"\d+", lambda d: digits(d[0]), m[0]), text)
    text = _RANGE.sub(" to ", text)
    text = _CLOCK.sub(_clock, text)
    text = _HOUR.sub(lambda m: f"{number(int(m[1]))} {m[2].lower()} m", text)
    text = _ORDINAL.sub(lambda m: ordinal(int(m[1])), text)
    text = _YEAR.sub(lambda m: f"{m[1]} {year(int(m[2]))}", text)
    text = _MEASURE.sub(_measure, text)
    text = _REF.sub(_ref, text)
    text = _NUMBER.sub(lambda m: f" {decimal(m[0])} " if m[0].isdigit() else decimal(m[0]), text)
    for pattern, words in _RESPELT:
        text = pattern.sub(words, text)
    return re.sub(r" +", " ", text).replace(" ,", ",").replace(" .", ".").strip()
