"""Words that a reading of a sentence needs besides the learned reader, in `reading.yaml` of each language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from languages.numbers import Numbers
from languages.wording import Wording, WordingData


class ReadingData(BaseModel):
    """`reading.yaml` as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    home: tuple[str, ...] = Field(min_length=1)
    """Names of one's own home; the first is written where none was said."""
    company: tuple[str, ...] = Field(min_length=1)
    """Names of one's own place of work."""
    there: tuple[str, ...] = ()
    """Words for the place that was spoken of last: "there", 那家."""
    before: tuple[str, ...] = ()
    """Words for the place that was driven to before: 刚才那个, "the previous one"."""
    destination: tuple[str, ...] = ()
    """Words for where the drive goes: 终点."""
    once: tuple[str, ...] = ()
    """Words for a place of an earlier drive, with {what} for its name or kind: 上次那家{what}."""
    place_words: tuple[str, ...] = ()
    """Words that stand for any place in these: 地方, "place"."""
    pointed: tuple[str, ...] = ()
    """Words around the name or kind of a place spoken of, with {what}: "that {what}", 刚才那家{what}."""
    pointing: tuple[str, ...] = ()
    """Words that point to a thing in the middle of its name: 那个 in 北大那个校医院."""
    next: tuple[str, ...] = ()
    """Words for the first of several that are to come: 下一个, "the next"."""
    stop: tuple[str, ...] = ()
    """Words for a stop of the route: 途经点, "waypoint"."""
    last: tuple[str, ...] = ()
    """Words for the last of several: 最后一个, "the last one"."""
    nth: tuple[str, ...] = ()
    """Words around the number of one of several, with {n}: 第{n}个, "the {n} one"."""
    metres: dict[str, float] = {}
    """Words for units of length, in metres."""
    minutes: dict[str, float] = {}
    """Words for units of time, in minutes."""
    days: dict[str, int] = {}
    """Words for a number of days without a numeral: "weekend"."""
    one_day: tuple[str, ...] = ()
    """Words that are one day where days are asked for: "a day", "day" in "day trip"."""
    percent: tuple[str, ...] = ()
    """Words before a numeral that make it a share of a hundred: 百分之."""
    joins: tuple[str, ...] = ()
    """Words that a further request begins with: "then", 然后."""
    corrections: tuple[str, ...] = ()
    """Words that take back what was said before them: "no, wait", 不对."""
    apart: str = ""
    """Characters that names end at, where words are written without spaces; no piece ends with them."""
    fillers: tuple[str, ...] = ()
    """Words that change nothing in a request: "please", 吧, 麻烦."""
    wording: WordingData = WordingData()
    """Words around the words of a slot."""


class ReadingWords:
    """The words of `reading.yaml`, with the numbers of the language."""

    def __init__(self, data: ReadingData, numbers: Numbers) -> None:
        self._data = data
        self._numbers = numbers
        self.wording = Wording(data.wording)
        self._home = {word.lower() for word in data.home}
        self._company = {word.lower() for word in data.company}

    @property
    def home(self) -> tuple[str, ...]:
        """Names of one's own home."""
        return self._data.home

    @property
    def company(self) -> tuple[str, ...]:
        """Names of one's own place of work."""
        return self._data.company

    @property
    def joining(self) -> tuple[str, ...]:
        """Words that a further request begins with."""
        return self._data.joins

    @property
    def corrections(self) -> tuple[str, ...]:
        """Words that take back what was said before them."""
        return self._data.corrections

    @property
    def apart(self) -> str:
        """Characters that no piece of several characters begins or ends with."""
        return self._data.apart

    def own_place(self, words: str) -> str:
        """Return "home" or "company" if the words name one's own; else nothing."""
        said = words.strip().lower()
        return "home" if said in self._home else "company" if said in self._company else ""

    def reference(self, words: str) -> tuple[str, str]:
        """Return what words refer to that no map holds, and what else they say of it.

        Returns
        -------
        kind : str
            "home", "company", "there", "before", "destination", "once", or nothing.
        what : str
            Name or kind in 上次那家火锅店; else empty.
        """
        said = " ".join(words.split()).lower().removesuffix("的")
        if owned := self.own_place(said):
            return owned, ""
        for kind in ("there", "before", "destination"):
            if said in self._references[kind]:
                return kind, ""
        for pattern in self._once:
            if found := pattern.fullmatch(said):
                what = found["what"].strip(" 的")
                return "once", "" if what in self._references["place_words"] else what
        return "", ""

    def pointed(self, words: str) -> str:
        """Return the name or kind of a place that words point to as spoken of ("garden" in "that garden")."""
        said = " ".join(words.split())
        found = next((m for pattern in self._pointed if (m := pattern.fullmatch(said))), None)
        return found["what"].strip() if found else ""

    def unpointed(self, words: str) -> str:
        """Return a name without the words that point inside it: 北大校医院 for 北大那个校医院."""
        for word in sorted(self._data.pointing, key=len, reverse=True):
            words = words.replace(word, "")
        return words

    def position(self, words: str) -> tuple[int, str]:
        """Read "the second museum" as 2 and "museum", the last as -1; (0, "") if nothing is counted."""
        said = " ".join(words.split()).lower()
        for number, named in ((1, self._data.next), (-1, self._data.last)):
            for word in sorted(named, key=len, reverse=True):
                if said.startswith(word):
                    return number, said[len(word) :].strip()
        for pattern in self._nth:
            found = pattern.match(said)
            value = self._numbers.read_ordinal(found["n"]) if found else None
            if found and value:
                rest = said[found.end() :].strip(" 的")
                return value, "" if rest in self._references["place_words"] else rest
        return 0, ""

    def is_stop(self, words: str) -> bool:
        """Whether words stand for any stop of the route."""
        return words.strip().lower() in {word.lower() for word in self._data.stop}

    @cached_property
    def _references(self) -> dict[str, frozenset[str]]:
        names = ("there", "before", "destination", "place_words")
        return {name: frozenset(word.lower() for word in getattr(self._data, name)) for name in names}

    @cached_property
    def _once(self) -> list[re.Pattern[str]]:
        longest_first = sorted(self._data.once, key=len, reverse=True)
        return [_with_gap(words, "what", ".*") for words in longest_first]

    @cached_property
    def _pointed(self) -> list[re.Pattern[str]]:
        longest_first = sorted(self._data.pointed, key=len, reverse=True)
        return [_with_gap(words, "what", ".+") for words in longest_first]

    @cached_property
    def _nth(self) -> list[re.Pattern[str]]:
        return [_with_gap(words, "n", r"[^\W_]+(?:-[^\W_]+)?") for words in self._data.nth]

    def amounts(self, text: str) -> Iterator[tuple[int, int, float]]:
        """Yield every numeral of a text: first character, the character after it, value."""
        named = [
            (m.start(), m.end(), float(days))
            for word, days in sorted(self._data.days.items(), key=lambda item: -len(item[0]))
            for m in re.finditer(_word(word), text, re.IGNORECASE)
        ]
        yield from named
        for found in re.finditer(self._numbers.pattern, text, re.IGNORECASE):
            said = found[0].strip(" -")
            value = self._numbers.read(said)
            inside = any(start < found.end() and found.start() < end for start, end, _ in named)
            if value is not None and not inside:
                yield found.start(), found.start() + len(said), value

    def number(self, words: str) -> int | None:
        """Return the one whole number that words name, whatever stands around it; None if there is none."""
        for word in self._data.percent:
            words = words.replace(word, "")
        value = next((value for _, _, value in self.amounts(words)), None)
        return int(value) if value is not None and value == int(value) else None

    def number_of_days(self, words: str) -> int | None:
        """Return the number of days that words name: one for "a day" too."""
        return 1 if words.lower() in self._data.one_day else self.number(words)

    def limits(self, text: str) -> Iterator[tuple[int, int, str, int]]:
        """Yield every limit of a text: first and last character, "within_m" or "within_min", and how much."""
        for slot, written in (("within_m", self._data.metres), ("within_min", self._data.minutes)):
            units = {unit.lower(): size for unit, size in written.items()}
            names = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
            pattern = rf"(?P<count>{self._numbers.pattern})?[ -]*个?(?P<unit>{names})(?![a-zäöüß])"
            for found in re.finditer(pattern, text, re.IGNORECASE) if names else ():
                count = self._numbers.read(found["count"].strip(" -")) if found["count"] else 1.0
                if count is not None:
                    yield found.start(), found.end(), slot, round(count * units[found["unit"].lower()])

    def limit(self, words: str) -> dict[str, int]:
        """Read a limit: `{"within_m": 500}`, `{"within_min": 5}`; empty if there is no unit known."""
        found = max(self.limits(words), key=lambda limit: limit[1] - limit[0], default=None)
        return {found[2]: found[3]} if found else {}

    def joins(self, text: str) -> list[int]:
        """Return the positions at which a further request may begin, in order."""
        words = "|".join(_word(word) for word in sorted(self._data.joins, key=len, reverse=True))
        named = {m.start() for m in re.finditer(words, text, re.IGNORECASE)} if words else set()
        stops = {m.end() for m in re.finditer(r"[,;.!?，；。！？]\s*", text)}
        return sorted(named or stops or {m.end() for m in re.finditer(r"、|\s+(?=\S)", text)})

    @cached_property
    def fillers(self) -> re.Pattern[str]:
        """Finds words that change nothing in a request, the longest first."""
        words = sorted(self._data.fillers, key=len, reverse=True)
        return re.compile("|".join(_word(word) for word in words) or r"(?!)", re.IGNORECASE)


def _with_gap(words: str, name: str, gap: str) -> re.Pattern[str]:
    """Return a pattern for words with a named gap in them."""
    before, _, after = words.lower().partition(f"{{{name}}}")
    return re.compile(f"{re.escape(before)}(?P<{name}>{gap}){re.escape(after)}")


def _word(word: str) -> str:
    """Return a pattern for a word: whole where words are written apart, anywhere where they are not."""
    before = r"(?<![^\W\d_])" if word[0].isalpha() and word[0] < "\u2e80" else ""
    after = r"(?![^\W\d_])" if word[-1].isalpha() and word[-1] < "\u2e80" else ""
    return before + re.escape(word) + after
