"""Numbers as words and words as numbers, in every language alike.

Words for numbers come from CLDR's rules for spelling out (`unicode-rbnf`); what CLDR leaves open (两 before a
measure word, no comma in English) is data of the language. Reading goes by the same words the other way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

_Thing = TypeVar("_Thing")


class NumberWords(BaseModel):
    """What is particular to a language's numbers, in `language.toml` under `[numbers]`."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    cldr: str
    """CLDR's code of the language."""
    cardinal: str = "spellout-cardinal"
    """CLDR's rule set for whole numbers."""
    ordinal: str = "spellout-ordinal"
    """CLDR's rule set for ordinals."""
    always: dict[str, str] = {}
    """Replacements (regular expression to text) in every number that is spelt."""
    counting: dict[str, str] = {}
    """Further replacements where a thing that is counted follows."""
    cardinals: str = ""
    """Words for 0 to 19 and for the tens, as CLDR spells them; numbers are read by them at every start, and
    CLDR's rules take longer to read than all else that is said of a language."""
    digits: str
    """Words for 0 to 9 as they are read one by one, divided by blanks."""
    digit_joiner: str = " "
    """What stands between digits that are read one by one."""
    words: dict[str, float] = {}
    """Words that are read as a number besides those that are spelt: 俩, "couple", 半."""
    about: dict[str, float] = {}
    """What is read as a number only where nothing else of one stands beside it: 两三 is three at most."""
    multipliers: dict[str, int]
    """Words that multiply what stands before them: 百, "hundred"."""
    fillers: tuple[str, ...] = ()
    """Words inside a number that count for nothing: "and"."""
    places: bool = False
    """Whether digits side by side are places of one number, as 一二三 is 123."""
    ordinal_prefix: str = ""
    """What makes a number an ordinal when it stands before it: 第."""
    ordinal_suffix: str = ""
    """Endings of written ordinals, as a regular expression: "st|nd|rd|th"."""
    ordinal_endings: str = ""
    """Endings by which an ordinal in words is declined, as a regular expression: the n of "ersten"."""
    article_words: tuple[str, ...] = ()
    """Words that mean one only where no other number follows: "a"."""


class Numbers:
    """Numbers of one language."""

    def __init__(self, words: NumberWords) -> None:
        self._words = words
        self._always = [(re.compile(old), new) for old, new in words.always.items()]
        self._counting = [(re.compile(old), new) for old, new in words.counting.items()]
        self._digits = words.digits.split()
        self.spell = lru_cache(maxsize=4096)(self._spell)
        self.ordinal = lru_cache(maxsize=256)(self._ordinal)

    @cached_property
    def _engine(self) -> RbnfEngine:
        from unicode_rbnf import RbnfEngine

        return RbnfEngine.for_language(self._words.cldr)

    def _spelt(self, value: int, rule: str) -> str:
        text = self._engine.format_number(value, ruleset_names=[rule]).text
        for old, new in self._always:
            text = old.sub(new, text)
        return text

    def _spell(self, value: int, *, counting: bool = False) -> str:
        """Write a whole number in words.

        Parameters
        ----------
        value : int
            Number to write, less than 10¹² in size; a larger one is read digit by digit.
        counting : bool
            Whether what is counted follows, as in 两公里.

        Returns
        -------
        str
            Such as 二百五十, or, counting, 两百五十.
        """
        if abs(value) >= 10**12:
            return self.digits(str(value))
        text = self._spelt(value, self._words.cardinal)
        for old, new in self._counting if counting else ():
            text = old.sub(new, text)
        return text

    def _ordinal(self, value: int) -> str:
        """Write an ordinal in words, for counting exits: first, second, …"""
        return self._spelt(value, self._words.ordinal)

    def digits(self, text: str) -> str:
        """Read digits one by one, as on the radio and on road signs; other characters stay."""
        said = [self._digits[int(c)] if c.isascii() and c.isdigit() else c for c in text]
        return self._words.digit_joiner.join(said)

    @cached_property
    def _values(self) -> dict[str, float]:
        """Every word that a number can be made of, with its value."""
        small = (*range(20), *range(20, 100, 10))
        words = self._words.cardinals.split() or [self._spelt(n, self._words.cardinal) for n in small]
        spelt = dict(zip(words, small, strict=True))
        known = {word: float(n) for word, n in spelt.items() if n < 10 or not self._words.places}
        return known | {w.lower(): v for w, v in self._words.words.items()}

    @cached_property
    def _ordinals(self) -> dict[str, int]:
        return {self.ordinal(n): n for n in range(1, 32)}

    @cached_property
    def _token(self) -> re.Pattern[str]:
        words = {*self._values, *self._words.multipliers, *self._words.fillers}
        return re.compile("|".join(map(re.escape, _longest_first(words))) + r"|[ -]")

    @cached_property
    def pattern(self) -> str:
        """A regular expression that finds what `read` may understand."""
        articles = "|".join(map(re.escape, self._words.article_words))
        named = {*self._values, *self._words.multipliers} - set(self._words.article_words)
        names = "|".join(map(re.escape, _longest_first(named)))
        if self._words.places:
            return rf"(?:\d+(?:\.\d+)?|(?:{names})+)"
        # Where numbers are one word (einundzwanzig), the next part follows at once.
        inside = "|".join(map(re.escape, _longest_first(set(self._words.fillers))))
        glued = rf"(?:{inside})(?={names})|(?={names})" if inside else rf"(?={names})"
        many = rf"(?:(?:{names})(?:[ -]|\b|{glued}))+" + (rf"|(?:{articles})\b" if articles else "")
        return rf"(?:\d+(?:\.\d+)?|(?<![^\W\d_])(?:{many}))"

    def ends(self, text: str, at: int) -> list[int]:
        """Return where a numeral as in `pattern` may end that begins at a place, the longest first."""
        if at >= len(text):
            return []
        found = _digit_ends(text, at)
        starts = [] if not self._words.places and _in_word(text, at) else [at]
        while starts:
            start = starts.pop()
            for name in self._names_at(text, start):
                after = start + len(name)
                for end in (after,) if self._words.places else self._gap_ends(text, after):
                    if end not in found:
                        found.add(end)
                        starts.append(end)
        if not self._words.places and not _in_word(text, at):
            articles = (at + len(word) for word in self._words.article_words if text.startswith(word, at))
            found.update(end for end in articles if _is_border(text, end))
        return sorted(found, reverse=True)

    def _names_at(self, text: str, at: int) -> list[str]:
        return [name for name in self._names.get(text[at : at + 1], ()) if text.startswith(name, at)]

    def _gap_ends(self, text: str, at: int) -> set[int]:
        """Return where a word of a numeral and what belongs to it end: a space, or a word glued on."""
        ends = {at} if _is_border(text, at) or self._names_at(text, at) else set()
        if text[at : at + 1] in (" ", "-"):
            ends.add(at + 1)
        fillers = (at + len(word) for word in self._words.fillers if text.startswith(word, at))
        return ends | {end for end in fillers if self._names_at(text, end)}

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """Words of numerals, by their first character."""
        found: dict[str, list[str]] = {}
        for name in {*self._values, *self._words.multipliers} - set(self._words.article_words):
            found.setdefault(name[0], []).append(name)
        return found

    def read(self, text: str) -> float | None:
        """Read a numeral in words or digits; None if it is none."""
        text = text.strip().lower()
        if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
            return float(text)
        if text in self._words.about:
            return self._words.about[text]
        tokens, at = [], 0
        while at < len(text):
            found = self._token.match(text, at)
            if found is None:
                return None
            tokens.append(found[0])
            at = found.end()
        words = [t for t in tokens if t not in {" ", "-"} and t not in self._words.fillers]
        words = [w for w in words if w not in self._words.article_words] or words[:1]
        return self._sum(words) if words else None

    def _sum(self, words: Sequence[str]) -> float:
        total, section, digit = 0.0, 0.0, None
        largest = 0
        for word in words:
            scale = self._words.multipliers.get(word)
            if scale is not None and self._words.places and digit is not None:
                digit %= 10  # 三四百 is four hundred at most
            if scale is None:
                value, places = self._values[word], self._words.places
                digit = value if digit is None else digit * (10 if places else 1) + value
            elif scale >= 1000 and (scale >= 10_000 or not self._words.places):
                counted = section + (digit or 0)
                # 一亿二千万 adds up, 二万亿 multiplies.
                total = total + (counted or 1) * scale if scale < largest else (total + counted or 1) * scale
                largest, section, digit = max(largest, scale), 0.0, None
            else:
                section, digit = section + (1.0 if digit is None else digit) * scale, None
        return total + section + (digit or 0)

    def read_ordinal(self, text: str) -> int | None:
        """Read an ordinal (第二, "2nd", "second") or a whole number; None if it is neither."""
        text = text.strip().lower().removeprefix(self._words.ordinal_prefix)
        if text in self._ordinals:
            return self._ordinals[text]
        if self._words.ordinal_endings:
            declined = re.sub(rf"(?:{self._words.ordinal_endings})$", "", text)
            if declined in self._ordinals:
                return self._ordinals[declined]
        if self._words.ordinal_suffix:
            text = re.sub(rf"(?<=\d)(?:{self._words.ordinal_suffix})$", "", text)
        value = self.read(text)
        return int(value) if value is not None and value == int(value) else None


def _longest_first(words: set[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _digit_ends(text: str, at: int) -> set[int]:
    """Return where digits may end that begin at a place, with or without a fraction."""
    end = _after_digits(text, at)
    ends = set(range(at + 1, end + 1))
    if ends and text[end : end + 1] == ".":
        ends.update(range(end + 2, _after_digits(text, end + 1) + 1))
    return ends


def _after_digits(text: str, at: int) -> int:
    while text[at : at + 1].isdecimal():
        at += 1
    return at


def _in_word(text: str, at: int) -> bool:
    """Whether a letter stands before a place."""
    return at > 0 and text[at - 1].isalnum() and not text[at - 1].isdecimal()


def _is_border(text: str, at: int) -> bool:
    r"""Whether a word begins or ends at a place, as `\b` has it."""
    before, after = text[max(0, at - 1) : at], text[at : at + 1]
    return (before == "_" or before.isalnum()) != (after == "_" or after.isalnum())


def nth(things: Sequence[_Thing], number: int) -> list[_Thing]:
    """Return the thing with a number from 1 (-1 is the last), alone; nothing if there are not so many."""
    at = number - 1 if number > 0 else len(things) + number
    return [things[at]] if 0 <= at < len(things) else []
