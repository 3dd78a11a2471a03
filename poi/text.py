"""One canonical form for names and queries, whatever the script, width, case or accent."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

MAX_QUERY_CHARS = 160
"""Longer input is cut: no place is called by more, and a pasted page must not cost seconds."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f〇"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_]+", re.UNICODE)
_HAN_RUN = re.compile(rf"[{_HAN}]")
_HAN_OR_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+", re.UNICODE)
_SPECIAL_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "·": " ",
     "'": "", "’": "", "`": "", "ŀ": "l"}
)  # fmt: skip
_CN_DIGITS = dict(zip("零〇一二三四五六七八九", [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], strict=True))
_DIGIT_NAMES = "零一二三四五六七八九"
_CN_HUNDREDS = re.compile(
    r"[一二两三四五六七八九]百(?:零?[一二三四五六七八九]|[一二三四五六七八九]十[一二三四五六七八九]?)"
)
_NUMBER = re.compile(r"\d+")


def word_set(words: str) -> frozenset[str]:
    """Return the words of a string as a set, for tables that read better as running text."""
    return frozenset(words.split())


def has_han(text: str) -> bool:
    """Say whether `text` holds a Chinese character."""
    return _HAN_RUN.search(text) is not None


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Return `text` with traditional characters made simplified."""
    return str(_converter().convert(text)) if has_han(text) else text


def clean(text: str) -> str:
    """Drop what cannot be stored or shown (lone surrogates, control characters) and cut to a sane length."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text[: 4 * MAX_QUERY_CHARS]
        if unicodedata.category(c) not in ("Cs", "Cf", "Co")
    )
    return " ".join(kept.split())[:MAX_QUERY_CHARS]


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _digits_spoken(match: re.Match[str]) -> str:
    digits = match.group()
    if len(digits) > 2 or digits.startswith("0"):
        return "".join(_DIGIT_NAMES[int(d)] for d in digits)
    value = int(digits)
    tens, ones = divmod(value, 10)
    if not tens:
        return _DIGIT_NAMES[ones]
    head = "" if tens == 1 else _DIGIT_NAMES[tens]
    return f"{head}十{_DIGIT_NAMES[ones] if ones else ''}"


def _hundreds_as_digits(match: re.Match[str]) -> str:
    text = match.group().replace("两", "二")
    hundreds, rest = _CN_DIGITS[text[0]], text[2:].removeprefix("零")
    if "十" in rest:
        tens, _, ones = rest.partition("十")
        value = hundreds * 100 + _CN_DIGITS[tens] * 10 + (_CN_DIGITS[ones] if ones else 0)
    else:
        value = hundreds * 100 + _CN_DIGITS[rest]
    return "".join(_DIGIT_NAMES[int(d)] for d in str(value))


def spoken_numbers(text: str) -> str:
    """Write numbers in Chinese text one way: 36号楼 and 三十六号楼, 101路 and 一百零一路 become the same."""
    text = _NUMBER.sub(_digits_spoken, text)
    return _CN_HUNDREDS.sub(_hundreds_as_digits, text).replace("幺", "一")


def canonical(text: str) -> str:
    """Return the form in which names are compared.

    Parameters
    ----------
    text
        Any name or query.

    Returns
    -------
    str
        Lower case, no accents, simplified Chinese, numbers as they are read, words parted by one space and
        Chinese characters standing together; empty when nothing can be compared.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.casefold().translate(_SPECIAL_LETTERS)
    if has_han(text):
        text = spoken_numbers(simplified(text))
    text = _without_accents(text)
    return join(units(text))


def units(text: str) -> list[str]:
    """Split canonical text: each Chinese character is a unit, each other run of letters or digits is one."""
    if text.isascii():
        return [w for w in re.split(r"[\W_]+", text) if w]
    return _HAN_OR_WORD.findall(text)


def join(parts: list[str]) -> str:
    """Join units again, with a space only between two words that are not Chinese."""
    out: list[str] = []
    previous_han = True
    for part in parts:
        han = has_han(part)
        if out and not han and not previous_han:
            out.append(" ")
        out.append(part)
        previous_han = han
    return "".join(out)
