"""What may have been meant: sentences of usual wordings and expected names that sound like what was heard.

In noise the recogniser writes characters of nearly the right sound: 刀横去学研大厦 for 导航去学研大厦. Its
guess is compared by sound with the usual wordings of requests (`voice/data/request_patterns.json`), and what
stands in the place of a name with the names near the car. The recogniser then says how probable each of these
sentences is, given the sound; see `voice.asr.recognizer`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.text import without_call
from voice.data_files import load_json

Costs = npt.NDArray[np.float32]

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_INITIAL = re.compile(r"^=(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)(.*)$")
_ALIKE_INITIALS = (
    {"z", "zh", "j"},
    {"c", "ch", "q"},
    {"s", "sh", "x"},
    {"n", "l", "r"},
    {"f", "h"},
    {"b", "p"},
    {"d", "t"},
    {"g", "k"},
    {"w", "y", ""},
    {"m", "n"},
)
_ALIKE_LETTERS = (
    ("ck", "k"),
    ("ph", "f"),
    ("qu", "kv"),
    ("x", "ks"),
    ("c", "k"),
    ("q", "k"),
    ("z", "s"),
    ("w", "v"),
    ("y", "i"),
    ("th", "t"),
    ("h", ""),
)
_ONE_CHARACTER = (
    {"xing", "hang"},
    {"chang", "zhang"},
    {"zhong", "chong"},
    {"du", "dou"},
    {"le", "yue"},
    {"huan", "hai"},
    {"xiao", "jiao"},
    {"dan", "shan"},
    {"di", "de"},
)
"""Readings of one character: 到行 is what 导航 sounds like, although 行 alone is read xing."""

_PAD = -1
_SKIP = 0.75
_LOOSEST_PHRASE, _LOOSEST_NAME = 0.55, 0.6
_PHRASES_TRIED, _NAMES_TRIED = 5, 4
_LONG_NAME, _LOOSEST_INSIDE = 3, 0.25
_LONG_WORDS, _LOOSEST_WORDS, _MOST_WORDS = 5, 0.3, 5
_READINGS_SEARCHED = 3
_UNLISTED = 0.08
"""Cost of a wording that is no usual one, where a name in it sounds otherwise: the recogniser weighs it."""

_SURELY = 0.1
"""Cost of a usual wording below which nothing else is looked for."""

_OTHER_LENGTH = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A sentence that may have been said."""

    text: str
    """The words."""

    cost: float
    """How far its sound is from what was heard: 0 is the same, 1 has nothing in common."""

    listed: bool = True
    """Whether it is a usual request as it stands, and not other words around a near name."""


class Expectations:
    """The usual wordings of one language, made ready for comparing by sound.

    Parameters
    ----------
    language : str
        "zh" or "en".
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._sounds = _syllables if language == "zh" else _letters
        self._patterns: dict[str, list[str]] = load_json("request_patterns.json")[language]
        self._names: tuple[tuple[str, ...], _Lexicon] = ((), _Lexicon((), self._sounds))

    @cached_property
    def _kinds(self) -> _Lexicon:
        return _Lexicon(self._patterns["kind_words"], self._sounds)

    @cached_property
    def _whole(self) -> _Lexicon:
        return _Lexicon(self._patterns["whole"], self._sounds)

    def _lexicon(self, names: Sequence[str]) -> _Lexicon:
        wanted = tuple(names)
        if self._names[0] != wanted:
            usable = [name for name in wanted if self._is_speakable(name)]
            self._names = (wanted, _Lexicon(usable, self._sounds))
        return self._names[1]

    def _is_speakable(self, name: str) -> bool:
        han = len(_HAN.findall(name))
        return han >= 2 and han == len(name) if self._language == "zh" else not han and len(name) >= 3

    def sentences(self, heard: Sequence[str], names: Sequence[str], *, count: int = 12) -> list[Meant]:
        """Sentences that may have been said.

        Parameters
        ----------
        heard : sequence of str
            The recogniser's readings, best first.
        names : sequence of str
            Names that may be said.
        count : int
            How many sentences at most.

        Returns
        -------
        list of Meant
            Nearest by sound first.
        """
        best: dict[str, float] = {}
        listed: set[str] = set()
        for number, reading in enumerate(heard):
            request = without_call(reading)
            opening = reading[: len(reading) - len(request)]
            found = self._near(request, names)
            listed |= {opening + text for text, _ in found}
            if not any(cost <= _SURELY for _, cost in found):
                inside = self._inside(request, names) if number < _READINGS_SEARCHED else []
                found += [(text, cost and cost + _UNLISTED) for text, cost in inside]
            for text, cost in found:
                sentence = opening + text
                best[sentence] = min(cost, best.get(sentence, 9.0))
        nearest = sorted(best, key=lambda text: best[text])[:count]
        return [Meant(text=text, cost=best[text], listed=text in listed) for text in nearest]

    def _near(self, request: str, names: Sequence[str]) -> list[tuple[str, float]]:
        said = self._sounds(request)
        if not said:
            return []
        found = [
            (self._patterns["whole"][index], cost)
            for index, cost in self._whole.nearest(said, 3)
            if cost <= _LOOSEST_PHRASE
        ]
        slots = [
            *((form, self._lexicon(names)) for form in self._patterns["named"] if form.count("{}") == 1),
            *(
                (form, self._kinds)
                for form in self._patterns["named"] + self._patterns["kinds"]
                if form.count("{}") == 1
            ),
        ]
        fits: list[tuple[float, float, str, _Lexicon, int, int]] = []
        for form, lexicon in slots:
            if not lexicon.texts:
                continue
            before, after = (self._sounds(part) for part in form.split("{}"))
            fits += [
                (cost, weight, form, lexicon, start, end)
                for cost, weight, start, end in _fits(said, before, after)
            ]
        # The wordings that fit best, whatever stands in them; each slot is compared with the names once.
        fits.sort(key=lambda fit: fit[0] - 0.15 * fit[1])
        tried: dict[tuple[int, int, int], list[tuple[int, float]]] = {}
        wordings: dict[int, int] = {}
        for cost, weight, form, lexicon, start, end in fits:
            kind = id(lexicon)
            if wordings.get(kind, 0) >= _PHRASES_TRIED:
                continue
            wordings[kind] = wordings.get(kind, 0) + 1
            key = (kind, start, end)
            if key not in tried:
                tried[key] = lexicon.nearest(said[start:end], _NAMES_TRIED)
            for index, apart in tried[key]:
                if apart <= _LOOSEST_NAME:
                    slot = max(1, end - start)
                    total = (cost + apart * slot) / (weight + slot)
                    found.append((form.replace("{}", lexicon.texts[index]), total))
        return found

    def _inside(self, request: str, names: Sequence[str]) -> list[tuple[str, float]]:
        """A request in any words, with a stretch of it replaced by a name that sounds alike."""
        lexicon = self._lexicon(names)
        if not lexicon.texts:
            return []
        return (
            self._name_in_han(request, lexicon)
            if self._language == "zh"
            else _name_in_words(request, lexicon)
        )

    def _name_in_han(self, request: str, lexicon: _Lexicon) -> list[tuple[str, float]]:
        places = [match.start() for match in _HAN.finditer(request)]
        said = self._sounds(request)
        found: list[tuple[str, float]] = []
        for row, start, end, cost in lexicon.inside(said):
            name = lexicon.texts[row]
            old = request[places[start] : places[end - 1] + 1]
            if old != name and len(old) == end - start:
                text = request[: places[start]] + name + request[places[end - 1] + 1 :]
                found.append((text, cost / len(said)))
        return found


def _name_in_words(request: str, lexicon: _Lexicon) -> list[tuple[str, float]]:
    """The same for words with blanks between them."""
    words = list(_WORD.finditer(request))
    whole = max(1, len(_letters(request)))
    found: list[tuple[float, str]] = []
    for first, start in enumerate(words):
        for end in words[first : first + _MOST_WORDS]:
            stretch = request[start.start() : end.end()]
            said = _letters(stretch)
            if len(said) < _LONG_WORDS:
                continue
            for row, apart in lexicon.nearest(said, 1):
                if apart <= _LOOSEST_WORDS and lexicon.texts[row].lower() != stretch.lower():
                    text = request[: start.start()] + lexicon.texts[row] + request[end.end() :]
                    found.append((apart * len(said) / whole, text))
    return [(text, cost) for cost, text in sorted(found)[:_NAMES_TRIED]]


def alike(language: str, first: str, second: str) -> float:
    """How alike two texts sound, 0 to 1; the call in front does not count."""
    sounds = _syllables if language == "zh" else _letters
    one, two = (sounds(without_call(text)) for text in (first, second))
    if not one or not two:
        return 0.0
    apart = float(_distances(np.asarray(one), np.array([two]), np.array([len(two)]))[0])
    return max(0.0, 1.0 - apart / max(len(one), len(two)))


class _Lexicon:
    """Texts with their sounds as one matrix, so that one sound is compared with all of them at once."""

    def __init__(self, texts: Sequence[str], sounds: Any) -> None:
        self.texts = list(texts)
        coded = [sounds(text) for text in self.texts]
        self._lengths = np.array([len(code) for code in coded], np.int64)
        width = int(self._lengths.max()) if coded else 0
        self._codes = np.full((len(coded), width), _PAD, np.int64)
        for row, code in enumerate(coded):
            self._codes[row, : len(code)] = code

    def nearest(self, said: Sequence[int], count: int) -> list[tuple[int, float]]:
        """The rows nearest to a sound of about their length, with the share of it that is different."""
        rows = np.flatnonzero(np.abs(self._lengths - len(said)) <= max(1, round(_OTHER_LENGTH * len(said))))
        if not said or not len(rows):
            return []
        lengths = self._lengths[rows]
        share = _distances(np.asarray(said), self._codes[rows], lengths) / np.maximum(lengths, len(said))
        return [(int(rows[index]), float(share[index])) for index in np.argsort(share, kind="stable")[:count]]

    def inside(self, said: Sequence[int]) -> list[tuple[int, int, int, float]]:
        """Long rows that sound like some stretch: row, start and end of the stretch, cost; best first."""
        rows = np.flatnonzero(self._lengths >= _LONG_NAME)
        if not len(rows) or len(said) < _LONG_NAME:
            return []
        hits: list[tuple[float, int, int, int]] = []
        codes, lengths = self._codes[rows], self._lengths[rows]
        table = _unlikeness()
        count, width = codes.shape
        costs = np.broadcast_to(np.arange(width + 1, dtype=np.float32) * _SKIP, (count, width + 1)).copy()
        for end, sound in enumerate(said, start=1):
            swap = table[int(sound)][codes]
            new = np.zeros_like(costs)  # a name may begin anywhere
            through = np.minimum(costs[:, :-1] + swap, costs[:, 1:] + _SKIP)
            for column in range(width):
                new[:, column + 1] = np.minimum(through[:, column], new[:, column] + _SKIP)
            costs = new
            total = costs[np.arange(count), lengths]
            for index in np.flatnonzero(total <= _LOOSEST_INSIDE * lengths):
                start = end - int(lengths[index])
                if start >= 0:
                    hits.append((float(total[index]), int(rows[index]), start, end))
        hits.sort(key=lambda hit: (hit[0] / self._lengths[hit[1]], hit[2]))
        return [(row, start, end, cost) for cost, row, start, end in hits[:_NAMES_TRIED]]


def _distances(
    said: npt.NDArray[np.int64], codes: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> Costs:
    """Weighted edit distance of one sound to every row of a matrix of sounds."""
    table = _unlikeness()
    count, width = codes.shape
    row = np.broadcast_to(np.arange(width + 1, dtype=np.float32) * _SKIP, (count, width + 1)).copy()
    for sound in said:
        swap = table[int(sound)][codes]
        new = np.empty_like(row)
        new[:, 0] = row[:, 0] + _SKIP
        through = np.minimum(row[:, :-1] + swap, row[:, 1:] + _SKIP)
        for column in range(width):
            new[:, column + 1] = np.minimum(through[:, column], new[:, column] + _SKIP)
        row = new
    return np.asarray(row[np.arange(count), lengths], np.float32)


def _fits(
    said: Sequence[int], before: Sequence[int], after: Sequence[int]
) -> list[tuple[float, float, int, int]]:
    """Where a wording's parts may stand in what was heard: cost, length of the parts, where the name is."""
    weight = len(before) + len(after)
    starts = _ends(tuple(said), tuple(before)) if before else [(0, 0.0)]
    ends = _ends(tuple(reversed(said)), tuple(reversed(after))) if after else [(0, 0.0)]
    fits = [
        (left + right, float(weight), start, len(said) - end)
        for start, left in starts
        for end, right in ends
        if len(said) - end > start
    ]
    return [fit for fit in fits if fit[0] <= _LOOSEST_PHRASE * weight]


@lru_cache(maxsize=4096)
def _ends(said: tuple[int, ...], part: tuple[int, ...]) -> list[tuple[int, float]]:
    """The two best numbers of leading sounds that a part of a wording may be, with their costs."""
    table = _unlikeness()
    row = [column * _SKIP for column in range(len(part) + 1)]
    costs: list[tuple[float, int]] = []
    for number, sound in enumerate(said[: len(part) + 2], start=1):
        new = [number * _SKIP]
        for column, other in enumerate(part):
            new.append(
                min(row[column] + float(table[sound][other]), row[column + 1] + _SKIP, new[column] + _SKIP)
            )
        row = new
        costs.append((row[-1], number))
    return [(number, cost) for cost, number in sorted(costs)[:2]]


class _Alphabet:
    """Numbers for sounds: toneless syllables and letters, as they turn up."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.table: Costs = np.zeros((0, 1), np.float32)

    def number(self, sound: str) -> int:
        return self.numbers.setdefault(sound, len(self.numbers))


_alphabet = _Alphabet()


def _unlikeness() -> Costs:
    """How unlike two sounds are, 0 to 1; the last column stands for padding."""
    size = len(_alphabet.numbers)
    if len(_alphabet.table) != size:
        names = list(_alphabet.numbers)
        table = np.ones((size, size + 1), np.float32)
        old = len(_alphabet.table)
        table[:old, :old] = _alphabet.table[:, :old]
        for first in range(size):
            for second in range(max(old, first) if first < old else first, size):
                table[first, second] = table[second, first] = _unlike(names[first], names[second])
        _alphabet.table = table
    return _alphabet.table


def _parted(sound: str) -> tuple[str, str]:
    """Part a syllable (`=xiao`) into its initial, which may be empty, and its final."""
    found = _INITIAL.match(sound)
    assert found is not None
    return found[1], found[2]


def _unlike(first: str, second: str) -> float:
    if first == second:
        return 0.0
    if len(first) == 1 or len(second) == 1:  # letters
        vowels = set("aeiouäöåy")
        return 0.5 if {first, second} <= vowels else 1.0
    if any({first[1:], second[1:]} == readings for readings in _ONE_CHARACTER):
        return 0.1
    (one, rest), (two, other) = _parted(first), _parted(second)
    apart = 0.0
    if one != two:
        apart += 0.2 if any({one, two} <= alike for alike in _ALIKE_INITIALS) else 0.5
    if rest != other:
        core, ending = (re.sub(r"(ng|n)$", "n", part) for part in (rest, other))
        near = core == ending or core[-2:] == ending[-2:] or core[:1] == ending[:1]
        apart += 0.15 if core == ending else 0.3 if near else 0.5
    return apart


@lru_cache(maxsize=20_000)
def _syllables(text: str) -> tuple[int, ...]:
    from pypinyin import lazy_pinyin

    han = "".join(_HAN.findall(text))
    return tuple(_alphabet.number("=" + syllable) for syllable in lazy_pinyin(han))


@lru_cache(maxsize=20_000)
def _letters(text: str) -> tuple[int, ...]:
    plain = "".join(
        character for character in unicodedata.normalize("NFD", text.lower()) if "a" <= character <= "z"
    )
    for old, new in _ALIKE_LETTERS:
        plain = plain.replace(old, new)
    return tuple(_alphabet.number(letter) for letter in re.sub(r"(.)\1+", r"\1", plain))
