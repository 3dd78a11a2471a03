"""Who comes along: counted out of the words in which the party was told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from languages import load_language
from languages.trip_words import alone, any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.intent import Wishes
    from agent.understanding.utterance import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The travellers."""

    adults: int = 0
    children: int = 0
    elderly: int = 0
    people: int = 0
    """How many in all, where that was said; 0 if not."""
    ages: tuple[int, ...] = ()
    """Ages of the children, years."""
    dog: bool = False
    wheelchair: bool = False
    stroller: bool = False
    pregnant: bool = False
    small: bool = False
    """Whether a child is called a toddler or a baby."""

    @property
    def size(self) -> int:
        """How many travel, as far as it was said; 0 if nothing was."""
        return max(self.people, self.adults + self.children + self.elderly)

    @property
    def walks_less(self) -> bool:
        """Whether somebody should not walk far."""
        return bool(self.elderly or self.wheelchair or self.stroller or self.pregnant or self.toddlers)

    @property
    def toddlers(self) -> bool:
        """Whether there is a child under seven."""
        return self.small or any(age < 7 for age in self.ages)

    def to_dict(self) -> dict[str, object]:
        """Return what was said, as JSON values."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items() if v}


def party_of(wishes: Wishes, language: Language) -> Party:
    """Return the party that the wishes tell of."""
    party = read_party(wishes.who, language)
    return replace(
        party,
        children=max(party.children, int(wishes.children), len(party.ages)),
        elderly=max(party.elderly, int(wishes.elderly)),
    )


def read_party(spans: Sequence[str], language: Language) -> Party:
    """Count the travellers out of words such as 两大一小 or "me and my two kids"."""
    counts = dict.fromkeys(("adults", "children", "elderly"), 0)
    people, ages, extras = 0, [], dict.fromkeys(("dog", "wheelchair", "stroller", "pregnant", "small"), False)
    words = trip_words(language)
    for span in spans:
        text = span.casefold()
        ages += _only_ages(text, words.alone_ages["children"]) or _bare_ages(text, language)
        for extra, said in words.with_.items():
            if any_of(language, said).search(text):
                extras[extra] = True
        text = _without(text, any_of(language, words.with_["stroller"]))
        for age in _numbers(words.age, text, language):
            (ages.append(age) if age <= words.alone_ages["children"] else None)
            counts["elderly"] += age >= words.alone_ages["elderly"]
        text = _without(text, re.compile(alone(language, words.age), re.IGNORECASE))
        people = max([people, *_numbers(words.people, text, language)])
        text = _groups(text, counts, language)
        _counted(text, counts, language)
    return Party(
        adults=counts["adults"], children=counts["children"], elderly=counts["elderly"], people=people,
        ages=tuple(ages), **extras,
    )  # fmt: skip


def _only_ages(text: str, oldest: int) -> list[int]:
    """Return the ages that are said with nothing else: "5 and 8"."""
    found = re.findall(r"\d+", text)
    said = re.sub(r"\d+|[,、&和]|\b(?:and|und)\b|\s", "", text) == ""
    return [int(age) for age in found] if said and all(int(age) <= oldest for age in found) else []


def _bare_ages(text: str, language: Language) -> list[int]:
    """Return the ages of "they're three and seven", "two kids, 5 and 8"; none if anything else is said."""
    words, numbers = trip_words(language), load_language(language).numbers
    before = any_of(language, words.ages_before).match(text.strip()) if words.ages_before else None
    children = list(any_of(language, words.party["children"]).finditer(text.strip()))
    before = before or (children[-1] if children else None)
    if before is None:
        return []
    said = re.split(r"\s*(?:,|&|\band\b|\bund\b)\s*", text.strip()[before.end() :].strip(" .,!:()-"))
    ages = [numbers.read(one.strip()) for one in said if one.strip()]
    young = [int(age) for age in ages if age is not None and 0 < age <= words.alone_ages["children"]]
    return young if young and len(young) == len(ages) else []


def _without(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(" ", text)


def _numbers(pattern: str, text: str, language: Language) -> list[int]:
    """Return the numbers of each place where the pattern is found."""
    numbers = load_language(language).numbers
    counted = alone(language, pattern.replace("{n}", f"({numbers.pattern})"))
    found = []
    for match in re.finditer(counted, text, re.IGNORECASE):
        value = numbers.read(next((group for group in match.groups() if group), "").strip())
        if value is not None and 0 < value < 120:
            found.append(int(value))
    return found


def _groups(text: str, counts: dict[str, int], language: Language) -> str:
    """Count those who are said as a group (一家四口), and take them out of the text."""
    for said, members in trip_words(language).groups.items():
        pattern = any_of(language, (said,))
        if pattern.search(text):
            for kind, count in members.items():
                counts[kind] += count
            text = _without(text, pattern)
    return text


def _counted(text: str, counts: dict[str, int], language: Language) -> None:
    words, numbers = trip_words(language), load_language(language).numbers
    measure = (
        f"(?:{'|'.join(words.measures)})?" if words.measures else r"[ -]?(?:(?:young|small|little|old) )?"
    )
    for kind, said in words.party.items():
        noun = "|".join(f"(?:{alone(language, word)})" for word in said)
        pattern = re.compile(rf"(?P<count>{numbers.pattern})?\s*{measure}\s*(?:{noun})", re.IGNORECASE)
        for found in pattern.finditer(text):
            value = numbers.read(found["count"].strip()) if found["count"] else 1
            counts[kind] += int(value) if value and value < 100 else 1
