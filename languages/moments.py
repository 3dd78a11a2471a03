"""Words of days and times of the clock in a language: `moments.yaml`, compiled once."""

from __future__ import annotations

import re
from functools import cache, cached_property

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from languages.language import Language, load_language
from languages.yaml_io import LanguageError, read_yaml


class ClockWords(BaseModel):
    """One way of saying a time of the clock."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    says: str
    """With {h}, perhaps {m}."""
    add: int = 0
    """Minutes that its words add to the hour: 30 for "half past"."""


class MomentData(BaseModel):
    """`moments.yaml` as it is written: regular expressions, with {n}, {h}, {m}, {d}, {nth} and {month}."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    days: dict[str, int]
    """Days by their distance from today."""
    weekdays: tuple[str, ...] = Field(min_length=7, max_length=7)
    """From Monday."""
    next: str
    """What makes a weekday that of the week after this."""
    weekend: str
    next_week: str
    in_days: str
    calendar: tuple[str, ...]
    """Days of the month, with or without the month."""
    later: str
    """A date that is put off by {n} days."""
    sooner: str
    clock: tuple[ClockWords, ...]
    midnight: str
    noon: str
    late: str
    until: str
    after: str
    before_noon: str
    after_noon: str
    evening: str
    parts: dict[str, int]
    """Hours by parts of the day, where no hour was said."""


class MomentWords:
    """The words of days and times of one language.

    Parameters
    ----------
    language
        Language whose numbers, months and ordinals are used.
    data
        Its `moments.yaml`.

    Raises
    ------
    LanguageError
        If an entry is no regular expression.
    """

    def __init__(self, language: Language, data: MomentData) -> None:
        self.data = data
        self.language = language
        self._spaced = bool(language.settings.joiner)
        self.days = [(self.find(words), days) for words, days in data.days.items()]
        self.weekdays = [self.find(words) for words in data.weekdays]
        self.clock = [(self.find(one.says), one.add) for one in data.clock]
        self.calendar = [self.find(words) for words in data.calendar]
        self.parts = [(self.find(words), hour) for words, hour in data.parts.items()]
        self.next_weekdays = [self.find(rf"(?:{data.next})[ ]?\w*?(?:{day})") for day in data.weekdays]
        self.next_weekend = self.find(rf"(?:{data.next})[ ]?(?:{data.weekend})")

    @cached_property
    def _places(self) -> dict[str, str]:
        numbers = self.language.numbers
        hours = "|".join(sorted({w for n in range(25) for w in self._spelt(n)}, key=len, reverse=True))
        minutes = "|".join(sorted({w for n in range(1, 60) for w in self._spelt(n)}, key=len, reverse=True))
        # Where numbers are not divided by spaces, an hour must not begin inside of one: 二十五点.
        before = "" if self._spaced else "".join({c for n in range(60) for c in numbers.spell(n)})
        nth = "|".join(sorted({numbers.ordinal(n) for n in range(1, 32)}, key=len, reverse=True))
        suffix = self.language.settings.numbers.ordinal_suffix or "(?!)"
        months = "|".join(map(re.escape, self.language.settings.months))
        return {
            "{n}": rf"(?P<n>{numbers.pattern})",
            "{h}": rf"(?<![\d{before}])(?P<h>2[0-4]|[01]?\d|{hours})",
            "{m}": rf"(?P<m>[0-5]\d|{minutes})",
            "{d}": rf"(?P<d>\d{{1,2}}(?:{suffix})?|{nth}|{minutes})",
            "{nth}": rf"(?P<d>\d{{1,2}}(?:{suffix}))",
            "{month}": rf"(?P<month>{months})"
            if self._spaced
            else rf"(?P<month>{months}|\d{{1,2}}|{minutes})",
        }

    def _spelt(self, number: int) -> set[str]:
        numbers = self.language.numbers
        return {re.escape(numbers.spell(number)), re.escape(numbers.spell(number, counting=True))}

    @cache  # noqa: B019 (a handful of languages, kept for as long as the program runs)
    def find(self, words: str) -> re.Pattern[str]:
        """Return the pattern of an entry; words of a script with spaces stand alone."""
        for place, pattern in self._places.items():
            first, *rest = words.split(place)
            again = re.sub(r"\?P<\w+>", "?:", pattern)
            words = first + "".join((again if i else pattern) + part for i, part in enumerate(rest))
        alone = rf"(?<![^\W_])(?:{words})(?![^\W_])" if self._spaced else words
        try:
            return re.compile(alone, re.IGNORECASE)
        except re.error as error:
            raise LanguageError(f"{self.language.folder / 'moments.yaml'}: {words}: {error}") from None

    def said(self, words: str, text: str) -> bool:
        """Tell whether one of the words of an entry is in a text."""
        return self.find(words).search(text) is not None

    def month(self, text: str) -> int | None:
        """Return a month by its name or number, None if there is none such."""
        names = [name.lower() for name in self.language.settings.months]
        if text.lower() in names:
            return names.index(text.lower()) + 1
        number = self.language.numbers.read(text)
        return int(number) if number is not None and 1 <= number <= 12 else None


@cache
def moment_words(code: str) -> MomentWords:
    """Return the words of days and times of a language, read once.

    Raises
    ------
    LanguageError
        If the file is missing or does not fit.
    """
    language = load_language(code)
    path = language.folder / "moments.yaml"
    try:
        return MomentWords(language, MomentData.model_validate(read_yaml(path)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise LanguageError(f"{path}: {where}: {first['msg']}") from None
