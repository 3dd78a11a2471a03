"""English text made speakable: every number, unit, time and reference written out in words.

Words are in ``languages/en/speech.yaml`` under ``aloud``; here is the grammar.
"""

from __future__ import annotations

import re
from functools import cache

from languages.language import load_language
from languages.numbers import Numbers
from languages.speech import Aloud

_CLOCK = re.compile(
    r"(?<![\d.:])([01]?\d|2[0-4]):([0-5]\d)(?:\s?([ap])\.?m\.?(?!\w))?(?![\d:])", re.IGNORECASE
)
_HOUR = re.compile(r"(?<![\d.:])(1[0-2]|[1-9])\s?([ap])\.?m\.?(?!\w)", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<![\w.])(\d+)(?:st|nd|rd|th)\b", re.IGNORECASE)
_REF = re.compile(r"(?<![\w-])([A-Z]{1,3})[ -]?(\d{1,5})(?![.:]\d|\w)")
_RANGE = re.compile(r"(?:(?<=\d)|(?<=\d[ap]m)|(?<=\d [ap]m))\s?[-–—]\s?(?=\d)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?!\w)|\d+")
_FRACTION = re.compile(
    r"(?:(?<![\d./,])(\d+)\s*)?(?<![\d./])(\d+)⁄(\d+)(\s?[A-Za-z]+)?|"
    r"(?:(?<![\d./,])(\d+) )?(?<![\d./])([1-9])/([2-9]|10)(?![\d/.])(\s?[A-Za-z]+)?"
)
_ROOM = re.compile(
    r"\b((?:[Rr]oom|[Ss]uite|[Aa]partment|[Aa]pt\.?|[Ff]lat|[Uu]nit|[Gg]ate|[Oo]ffice)s? )"
    r"(\d{3,4})(?![\d.:]|\w)"
)


@cache
def _numbers() -> Numbers:
    return load_language("en").numbers


@cache
def _aloud() -> Aloud:
    return load_language("en").speech.aloud


@cache
def _signs() -> str:
    return "|".join(map(re.escape, sorted(_aloud().units, key=len, reverse=True)))


@cache
def _measured() -> str:
    return rf"(?:{'|'.join(_aloud().measures)}|{_signs()})(?!\w)"


@cache
def _measure() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(-?\d[\d,]*(?:\.\d+)?)\s?({_signs()})(?![\w/])", re.IGNORECASE)


@cache
def _money() -> re.Pattern[str]:
    signs = "|".join(map(re.escape, sorted(_aloud().currencies, key=len, reverse=True)))
    return re.compile(rf"({signs})\s?(\d[\d,]*)(?:\.(\d+))?(\s(?:thousand|million|billion)\b)?")


@cache
def _phone_number() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w.])(?:\+\d[\d\s()-]{6,}\d|\(?0\d{1,4}\)?[\s-]\d[\d\s-]{4,}\d|"
        rf"\d{{3}}-(?:\d{{3}}-)?\d{{4}}(?!\s?{_measured()}))(?!\w|[.]\d)",
        re.IGNORECASE,
    )


@cache
def _service() -> re.Pattern[str]:
    # Numbers that are dialled are read digit by digit: "call 112 or 911".
    return re.compile(
        r"\b(?:(?:call|dial)(?:ing)?|phone|text|tel\.?|hotline|number)(?: is|:)? \d{3,8}"
        rf"(?: (?:or|and) \d{{3,8}})*(?![\d:]|[.,-]\d|\s?{_measured()})\b",
        re.IGNORECASE,
    )


@cache
def _year_after() -> re.Pattern[str]:
    # A quantity with a unit is no year, nor is the lower end of a range of such: "from 1950 to 2000 metres".
    return re.compile(
        r"\b(in|since|of|by|until|from)\s((?:19|20)\d\d)"
        rf"(?![\d:.,]\d|\w|(?:\s?(?:to|or|and|-)\s?[\d,.]+)?\s?{_measured()})",
        re.IGNORECASE,
    )


def number(value: int) -> str:
    """A whole number in English words, such as "three hundred and five"."""
    return _numbers().spell(value)


def digits(text: str) -> str:
    """Digits read one by one."""
    return " ".join(number(int(character)) for character in text if character.isdigit())


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
    return _numbers().ordinal(value)


def year(value: int) -> str:
    """A year as it is said: "nineteen oh five", "two thousand and six", "twenty twenty-six"."""
    century, rest = divmod(value, 100)
    if 2000 <= value < 2010 or (rest == 0 and century % 10 == 0):
        return number(value)
    return _by_hundreds(value)


def _by_hundreds(value: int) -> str:
    century, rest = divmod(value, 100)
    if rest == 0:
        return f"{number(century)} hundred"
    return f"{number(century)} {'oh ' if rest < 10 else ''}{number(rest)}"


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
    aloud = _aloud()
    for pattern, words in aloud.brands.items():
        text = re.sub(pattern, words, text)
    for pattern, words in aloud.words:
        text = re.sub(pattern, words, text)
    text = _FRACTION.sub(_fraction, text)
    text = _money().sub(_amount, text)
    text = _phone_number().sub(_phone, text)
    text = _service().sub(lambda m: re.sub(r"\d+", lambda d: digits(d[0]), m[0]), text)
    text = _ROOM.sub(lambda m: m[1] + _by_hundreds(int(m[2])), text)
    text = _RANGE.sub(" to ", text)
    text = _CLOCK.sub(_clock, text)
    text = _HOUR.sub(lambda m: f"{number(int(m[1]))} {m[2].lower()} m", text)
    text = _ORDINAL.sub(lambda m: ordinal(int(m[1])), text)
    text = _year_after().sub(lambda m: f"{m[1]} {year(int(m[2]))}", text)
    text = _measure().sub(_quantity, text)
    text = _REF.sub(_ref, text)
    text = _NUMBER.sub(lambda m: f" {decimal(m[0])} " if m[0].isdigit() else decimal(m[0]), text)
    return re.sub(r" +", " ", text).replace(" ,", ",").replace(" .", ".").strip()


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
        tens = number(int(digit_text[1:])) if digit_text[1] != "0" else ""
        spoken_number = f"{number(int(digit_text[0]))} {tens}"
    else:
        spoken_number = digits(digit_text)
    return f"{' '.join(letters)} {spoken_number}".strip()


def _quantity(match: re.Match[str]) -> str:
    one, many = _aloud().units[match[2].lower()]
    return f"{decimal(match[1])} {one if match[1] == '1' else many}"


def _fraction(match: re.Match[str]) -> str:
    """½ mile, 1½ miles, 3/4 of the way."""
    whole, above, below = match[1] or match[5], match[2] or match[6], match[3] or match[7]
    unit = (match[4] or match[8] or "").strip()
    top, bottom = int(above), int(below)
    if bottom == 0 or top >= bottom:
        return f"{whole or ''} {decimal(above)} over {decimal(below)} {unit}".strip()
    one, many = _aloud().units.get(unit.lower(), (unit, unit))
    part = {2: "half", 4: "quarter"}.get(bottom) or ordinal(bottom)
    if whole:
        some = f"a{'n' if part[0] in 'aeiou' else ''} {part}" if top == 1 else f"{number(top)} {part}s"
        return f"{number(int(whole))} and {some} {many}".strip()
    measure = re.fullmatch(_measured(), unit, re.IGNORECASE) is not None
    if not measure:
        return f"{number(top)} {part}{'s' if top > 1 else ''} {unit}".strip()
    if (top, bottom) == (1, 2):
        return f"half a{'n' if one[0] in 'aeiou' or one.startswith('hour') else ''} {one}"
    some = f"a {part}" if top == 1 else f"{number(top)} {part}s"
    return f"{some} of a{'n' if one[0] in 'aeiou' or one.startswith('hour') else ''} {one}"


def _amount(match: re.Match[str]) -> str:
    whole, fraction, size = match[2].replace(",", ""), match[3], match[4]
    one, many, *hundredths = _aloud().currencies[match[1]]
    if fraction and len(fraction) == 2 and hundredths and not size:
        small = (
            f"{number(int(fraction))}"
            if int(whole)
            else f"{number(int(fraction))} {hundredths[int(fraction) != 1]}"
        )
        return f"{number(int(whole))} {one if whole == '1' else many} {small}" if int(whole) else small
    said = decimal(f"{whole}.{fraction}" if fraction else whole) + (size or "")
    return f"{said} {one if said == 'one' else many}"


def _phone(match: re.Match[str]) -> str:
    groups = re.findall(r"\d+", match[0])
    return ("plus " if match[0].startswith("+") else "") + ", ".join(digits(group) for group in groups)
