"""Numbers as words, in Mandarin and English, the way a speaker says them before a unit."""

from functools import lru_cache

_ZH_DIGITS = "零一二三四五六七八九"
_EN_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_EN_SMALL = f"zero one two three four five six seven eight nine {_EN_TEENS}".split()
_EN_TENS = ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@lru_cache(maxsize=4096)
def zh_number(value: int, *, counting: bool = False) -> str:
    """Write a whole number in Chinese characters.

    Parameters
    ----------
    value : int
        Number to write, less than 10⁸ in size.
    counting : bool
        Whether a measure word follows, as in 两公里: then a leading two is 两.

    Returns
    -------
    str
        Such as 二百五十 or, counting, 两百五十.
    """
    if value < 0:
        return "负" + zh_number(-value)
    if value < 10:
        return "两" if counting and value == 2 else _ZH_DIGITS[value]
    if value >= 10_000:
        head, rest = divmod(value, 10_000)
        tail = "" if not rest else ("零" if rest < 1000 else "") + _zh_below_10000(rest)
        return ("两" if head == 2 else zh_number(head)) + "万" + tail
    words = _zh_below_10000(value)
    if words.startswith("一十"):
        return words[1:]
    if counting and words[0] == "二" and words[1] in "百千":
        return "两" + words[1:]
    return words


def _zh_below_10000(value: int) -> str:
    words, gap = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // size % 10
        if digit:
            words += ("零" if gap and words else "") + _ZH_DIGITS[digit] + unit
            gap = False
        else:
            gap = True
    return words


@lru_cache(maxsize=4096)
def en_number(value: int) -> str:
    """Write a whole number in English words, less than 10⁹ in size."""
    if value < 0:
        return "minus " + en_number(-value)
    if value < 20:
        return _EN_SMALL[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _EN_TENS[tens] + (f"-{_EN_SMALL[ones]}" if ones else "")
    for size, unit in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= size:
            head, rest = divmod(value, size)
            joint = " and " if 0 < rest < 100 else " "
            return f"{en_number(head)} {unit}" + (joint + en_number(rest) if rest else "")
    raise AssertionError("every number from 100 up has a unit")


def zh_digits(text: str) -> str:
    """Read a string of digits one by one, with 幺 for one as on the radio and on road signs."""
    return "".join(
        "幺" if c == "1" else _ZH_DIGITS[int(c)] if c.isascii() and c.isdigit() else c for c in text
    )


def en_digits(text: str) -> str:
    """Read a string of digits one by one in English, with "oh" for zero."""
    return " ".join("oh" if c == "0" else _EN_SMALL[int(c)] for c in text)


def en_ordinal(value: int) -> str:
    """Write an ordinal in English words, for counting exits: first, second, …"""
    special = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}
    if value in special:
        return special[value]
    if value > 20 and value % 10:
        return f"{_EN_TENS[value // 10]}-{en_ordinal(value % 10)}" if value < 100 else f"{en_number(value)}th"
    words = en_number(value)
    return words[:-1] + "ieth" if words.endswith("y") else words + "th"
