"""Words as sounds: syllables of Mandarin without tones, letters of English; how unlike two of them are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voice.asr.text import without_call

Costs = npt.NDArray[np.float32]

SKIP = 0.75
"""Cost of a sound too many or too few; one in place of another costs up to 1."""

_TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\W\d_\u3400-\u4dbf\u4e00-\u9fff]+(?:['’][^\W\d_]+)*|\d")
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
_VOWELS = set("aeiou")
_ALIKE_CONSONANTS = ({"t", "d"}, {"p", "b"}, {"k", "g"}, {"f", "v"}, {"m", "n"}, {"s", "j"}, {"l", "r"})
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
_LENGTHS = (3, 5, 8, 12)
_MISSING = 2
"""Sounds of a text in a row that may be missing in a stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A stretch of writing as sounds."""

    text: str
    sounds: tuple[int, ...]
    starts: tuple[int, ...]
    """By sound, where the word it belongs to begins in the text."""

    ends: tuple[int, ...]
    """By sound, where that word ends."""

    cuts: tuple[int, ...]
    """Numbers of sounds after which a word may begin or end, from 0 to all of them."""

    def words(self, start: int, end: int) -> str:
        """What is written from one cut to another."""
        return self.text[self.starts[start] : self.ends[end - 1]] if end > start else ""

    def pieces(self) -> tuple[str, ...]:
        """For each sound what is written with it: a word with its first sound, and the blank before it."""
        found, before = [], 0
        for number, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            new = number == 0 or start != self.starts[number - 1]
            blank = " " if any(map(str.isspace, self.text[before:start])) else ""
            found.append(blank + self.text[start:end] if new else "")
            before = end
        return tuple(found)


Speller = Callable[[str], Spoken]


class _Alphabet:
    """Numbers for sounds: toneless syllables and letters, as they turn up."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.table: Costs = np.zeros((0, 1), np.float32)

    def number(self, sound: str) -> int:
        return self.numbers.setdefault(sound, len(self.numbers))


_alphabet = _Alphabet()


def unlikeness() -> Costs:
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


def _unlike(first: str, second: str) -> float:
    if first == second:
        return 0.0
    if len(first) == 1 or len(second) == 1:  # letters
        both = {first, second}
        return 0.4 if both <= _VOWELS else 0.35 if both in _ALIKE_CONSONANTS else 1.0
    if any({first[1:], second[1:]} == readings for readings in _ONE_CHARACTER):
        return 0.1
    (one, rest), (two, other) = _parts(first), _parts(second)
    apart = 0.0
    if one != two:
        apart += 0.2 if any({one, two} <= alike for alike in _ALIKE_INITIALS) else 0.5
    if rest != other:
        core, ending = (re.sub(r"(ng|n)$", "n", part) for part in (rest, other))
        near = core == ending or core[-2:] == ending[-2:] or core[:1] == ending[:1]
        apart += 0.15 if core == ending else 0.3 if near else 0.5
    return apart


def _parts(syllable: str) -> tuple[str, str]:
    """Initial and rest of a syllable."""
    found = _INITIAL.match(syllable)
    return (found[1], found[2]) if found else ("", syllable)


def speller(language: str) -> Speller:
    """What turns writing into the sounds of a language's recogniser; the other script goes by its letters."""
    return _in_syllables if language == "zh" else in_letters


@lru_cache(maxsize=20_000)
def _in_syllables(text: str) -> Spoken:
    """Han characters and digits by syllables, Latin words by letters."""
    from pypinyin import lazy_pinyin

    tokens = list(_TOKEN.finditer(text))
    han = "".join(_DIGITS.get(token[0], token[0]) for token in tokens if _is_syllable(token[0]))
    syllables = iter(lazy_pinyin(han))
    return _spoken(
        text,
        [
            (token, [f"={next(syllables)}"] if _is_syllable(token[0]) else _plain_letters(token[0]))
            for token in tokens
        ],
    )


@lru_cache(maxsize=20_000)
def in_letters(text: str) -> Spoken:
    """Letters as they sound in English, of Han characters those of their pinyin."""
    tokens = list(_TOKEN.finditer(text))
    if any("\u3400" <= token[0] <= "\u9fff" for token in tokens):
        from pypinyin import lazy_pinyin

        han = "".join(token[0] for token in tokens if "\u3400" <= token[0] <= "\u9fff")
        syllables = iter(lazy_pinyin(han))
        read = [
            _as_in_english(next(syllables)) if "\u3400" <= token[0] <= "\u9fff" else token[0]
            for token in tokens
        ]
    else:
        read = [token[0] for token in tokens]
    return _spoken(
        text,
        [
            (token, [word] if word.isdigit() else _plain_letters(word))
            for token, word in zip(tokens, read, strict=True)
        ],
    )


def pinyin(text: str) -> str:
    """How Han characters are written with Latin letters, in one word without tones."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text))


_ENGLISH_INITIALS = (("zh", "j"), ("x", "sh"), ("q", "ch"), ("c", "ts"))


def _as_in_english(syllable: str) -> str:
    """A syllable of pinyin as English ears write it."""
    for initial, written in _ENGLISH_INITIALS:
        if syllable.startswith(initial) and not syllable.startswith("ch"):
            return written + syllable[len(initial) :]
    return syllable


_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


def _is_syllable(token: str) -> bool:
    return "\u3400" <= token <= "\u9fff" or token in _DIGITS


def _spoken(text: str, tokens: Sequence[tuple[re.Match[str], list[str]]]) -> Spoken:
    sounds: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    cuts = [0]
    for token, said in tokens:
        sounds += map(_alphabet.number, said)
        starts += [token.start()] * len(said)
        ends += [token.end()] * len(said)
        if said:
            cuts.append(len(sounds))
    return Spoken(text=text, sounds=tuple(sounds), starts=tuple(starts), ends=tuple(ends), cuts=tuple(cuts))


def _plain_letters(word: str) -> list[str]:
    plain = "".join(sign for sign in unicodedata.normalize("NFD", word.lower()) if "a" <= sign <= "z")
    for old, new in _ALIKE_LETTERS:
        plain = plain.replace(old, new)
    return list(re.sub(r"(.)\1+", r"\1", plain))


def alike(language: str, first: str, second: str) -> float:
    """How alike two texts sound, 0 to 1; the call in front does not count."""
    one, two = (speller(language)(without_call(text)).sounds for text in (first, second))
    if not one or not two:
        return 0.0
    lexicon = Lexicon([second], lambda _: two)
    apart = float(lexicon.spans(one, (0,), (len(one),))[0, 0, 0])
    return max(0.0, 1.0 - apart / max(len(one), len(two)))


class Lexicon:
    """Texts with their sounds as matrices, so that stretches of a sound are compared with all at once."""

    def __init__(self, texts: Sequence[str], sounds: Callable[[str], Sequence[int]]) -> None:
        coded = sorted(((tuple(sounds(text)), text) for text in texts), key=lambda pair: len(pair[0]))
        coded = [pair for pair in coded if pair[0]]
        self.texts = [text for _, text in coded]
        self.lengths = np.array([len(code) for code, _ in coded], np.int64)
        self._parts: list[tuple[int, npt.NDArray[np.int64]]] = []
        """Rows of about one length: the first of them, and their sounds."""

        first = 0
        for longest in (*_LENGTHS, int(self.lengths.max(initial=0))):
            behind = int(np.searchsorted(self.lengths, longest, side="right"))
            if behind > first:
                width = int(self.lengths[behind - 1])
                codes = np.full((behind - first, width), _PAD, np.int64)
                for row, (code, _) in enumerate(coded[first:behind]):
                    codes[row, : len(code)] = code
                self._parts.append((first, codes))
                first = behind

    def spans(self, said: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> Costs:
        """Weighted edit distance of stretches to every text, of shape (starts, ends, texts).

        Parameters
        ----------
        said : sequence of int
            Sounds.
        starts, ends : sequence of int
            Where stretches begin and end, ascending. What does not begin before its end costs infinity, and
            so does what is much longer than a text.
        """
        found = np.full((len(starts), len(ends), len(self.texts)), np.inf, np.float32)
        column = {end: number for number, end in enumerate(ends)}
        for first, codes in self._parts:
            self._compare(said, np.asarray(starts), column, codes, found[:, :, first : first + len(codes)])
        return found

    def _compare(
        self,
        said: Sequence[int],
        starts: npt.NDArray[np.int64],
        column: dict[int, int],
        codes: npt.NDArray[np.int64],
        found: Costs,
    ) -> None:
        table = unlikeness()
        width = codes.shape[1]
        longest = width + width // 2 + 2
        ramp = np.arange(width + 1, dtype=np.float32) * np.float32(SKIP)
        rows = np.tile(ramp, (len(starts), len(codes), 1))
        texts, lengths = np.arange(len(codes)), (codes != _PAD).sum(axis=1)
        swaps: dict[int, Costs] = {}
        for position, sound in enumerate(said, start=1):
            first, behind = np.searchsorted(starts, (position - longest, position))
            if first >= behind:
                continue
            if sound not in swaps:
                swaps[sound] = table[sound][codes]
            old = rows[first:behind]
            new = np.empty_like(old)
            new[..., 0] = old[..., 0] + SKIP
            np.minimum(old[..., :-1] + swaps[sound], old[..., 1:] + np.float32(SKIP), out=new[..., 1:])
            for _ in range(_MISSING):
                np.minimum(new[..., 1:], new[..., :-1] + np.float32(SKIP), out=new[..., 1:])
            rows[first:behind] = new
            if position in column:
                found[first:behind, column[position]] = new[:, texts, lengths]
