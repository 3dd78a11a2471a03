"""What the recogniser wrote, made fit for understanding: simplified, tidied, free of inventions."""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from voice.data_files import load_json

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_CHARACTER = re.compile(f"[{_HAN}]")
_NOT_WORD = re.compile(r"[\W_]+")
_LEAST_SAID_TWICE, _MOST_SAID_TWICE = 6, 0.6
_LEAST_ALL_TWICE = {True: 5, False: 10}
_UNSAID_SIGNS = re.compile(r"[()（）\[\]【】《》“”\"·•]+")
_UNITS = (
    (re.compile(r"(?<=\d)\s*(?:km/h|kmh|kph)(?![a-z])", re.IGNORECASE), "公里每小时"),
    (re.compile(r"(?<=\d)\s*(?:公尺|m(?![a-z]))", re.IGNORECASE), "米"),
    (re.compile(r"(?<=\d)\s*(?:千米|km(?![a-z]))", re.IGNORECASE), "公里"),
)
_UNITS_EN = (
    (re.compile(r"(?<=\d)\s*(?:km/h|kmh|kph)\b", re.IGNORECASE), " kilometres an hour"),
    (re.compile(r"(?<=\d)\s*kms?\b", re.IGNORECASE), " kilometres"),
    (re.compile(r"(?<=\d)\s*kilometers?\b", re.IGNORECASE), " kilometres"),
    (re.compile(r"(?<=\d)\s*meters?\b", re.IGNORECASE), " metres"),
)
_GAPS = r"[\s,.:;!?，。：；！？、…]*"
_GREETING = "hey|hi|hello|okay|ok|嘿|嗨|你好"
# 小高 may also begin the name of a village, and gao, gal or go a longer word.
_CALL_HAN = "[小晓笑校肖][高糕搞告稿](?![庄村屯层寨堡岭坡峪沟塘点示纸])"
# Said twice it is the call even where the recogniser writes other words for it.
_CALL_TWICE = "(?:[小晓笑校肖效消孝][高糕搞告稿果狗过够国郭]){2}"
_XIAO = "xi?ao|sh(?:ao|au|aw|al|all|o|ou|ow)|zhao|ch(?:ao|o|ow)"
_GAO = "ao|au|aw|al|el|o|ou|ow"
_CALL_LATIN = rf"(?:(?:{_XIAO})[\s-]*g(?:{_GAO})|showgirl)(?!-?[a-z])"
_CALLS = re.compile(
    rf"^{_GAPS}(?:(?:{_GREETING}){_GAPS})?(?:{_CALL_TWICE}|{_CALL_HAN}|{_CALL_LATIN})", re.IGNORECASE
)


class TextTidier:
    """Turns recogniser output into simplified Chinese or English, and spots invented text."""

    @cached_property
    def _to_simplified(self) -> Any:
        import opencc

        return opencc.OpenCC("t2s")

    @cached_property
    def _invented(self) -> tuple[frozenset[str], frozenset[str]]:
        data = load_json("hallucinations.json")
        return frozenset(data["always"]), frozenset(data["unsure"])

    def simplified(self, text: str) -> str:
        """The text in simplified characters."""
        return str(self._to_simplified.convert(text)) if has_characters(text) else text

    def tidy(self, text: str, language: str) -> str:
        """Simplified characters, half-width digits, one spelling of units, no stray spaces.

        Parameters
        ----------
        text : str
            As the recogniser wrote it.
        language : str
            "zh" or "en".
        """
        text = unicodedata.normalize("NFKC", text).strip()
        if language == "zh":
            text = self._to_simplified.convert(text)
            text = re.sub(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])", "，" if _looks_like_pauses(text) else "", text)
            text = re.sub(rf"(?<=[{_HAN}])\s*,\s*", "，", text)
        for pattern, unit in _UNITS if language == "zh" else _UNITS_EN:
            text = pattern.sub(unit, text)
        return re.sub(r"\s+", " ", text.replace("\ufffd", "")).strip(" \t-–—·♪")

    @cached_property
    def _command_words(self) -> tuple[tuple[str, ...], frozenset[str]]:
        data = load_json("command_words.json")
        return tuple(data["words"]), frozenset(data["others"])

    def put_right(self, text: str, names: Sequence[str] = ()) -> str:
        """Write sound-alikes as the words of requests and the expected names that they are.

        Parameters
        ----------
        text : str
            Tidied Mandarin text, such as 待我去城府路.
        names : sequence of str
            Names that may be said, such as 成府路; Chinese ones of three characters and more count.

        Returns
        -------
        str
            What is one of these as it is written stays. A word of two characters is easily found across
            others, 取消 in 去小学; so its tones must agree, or all but one of them where the two
            characters are no other word.
        """
        words, others = self._command_words
        known = (*words, *(name for name in names if re.fullmatch(f"[{_HAN}]{{3,}}", name)))
        by_sound = {_sounds(word): word for word in known}
        expected = _Expected(
            by_sound=by_sound, written=frozenset(known), others=others, longest=max(map(len, by_sound))
        )
        return re.sub(f"[{_HAN}]+", lambda match: _replace(match[0], expected), text)

    def is_invented(self, text: str, *, sure: bool) -> bool:
        """Whether the text is one of those that Whisper writes for noise.

        Parameters
        ----------
        text : str
            Tidied text.
        sure : bool
            Whether the recogniser was sure; short courtesies count as invented only when it was not.
        """
        bare = bare_text(text)
        always, unsure = self._invented
        return not bare or bare in always or (not sure and bare in unsure)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """Words that are expected in a request."""

    by_sound: Mapping[tuple[str, ...], str]
    """The words by their syllables without tones."""

    written: frozenset[str]
    """The words themselves, also those that sound the same as another."""

    others: frozenset[str]
    """Other words of two characters that sound like one of these in other tones, such as 九点 (酒店)."""

    longest: int
    """Number of characters of the longest word."""


@lru_cache(maxsize=8_192)
def _toned(text: str) -> tuple[str, ...]:
    """Pinyin with tones, one syllable a character, without the retroflex that many speakers leave out."""
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    return tuple(re.sub(r"^([zcs])h", r"\1", syllable) for syllable in syllables)


@lru_cache(maxsize=8_192)
def _sounds(text: str) -> tuple[str, ...]:
    """The same without tones."""
    return tuple(syllable.rstrip("12345") for syllable in _toned(text))


def _replace(run: str, expected: _Expected) -> str:
    sounds = _sounds(run)
    if len(sounds) != len(run):
        return run
    result, position = "", 0
    while position < len(run):
        for length in range(min(expected.longest, len(run) - position), 1, -1):
            end = position + length
            stretch = run[position:end]
            word = stretch if stretch in expected.written else expected.by_sound.get(sounds[position:end])
            if word is not None and (word == stretch or _is_meant(word, run, position, expected)):
                result += word
                position = end
                break
        else:
            result += run[position]
            position += 1
    return result


def _is_meant(word: str, run: str, position: int, expected: _Expected) -> bool:
    """Whether a stretch that sounds like an expected word is this word, and not parts of others."""
    stretch = run[position : position + len(word)]
    if len(word) == 2:
        apart = sum(a != b for a, b in zip(_toned(run)[position : position + 2], _toned(word), strict=True))
        other = stretch in expected.others or stretch[0] in "去到"
        if apart > 1 or (apart and other):
            return False
    # Nothing may change a word that begins inside and is written right: 校史馆 in 去校史馆, 取消 by sound.
    return not any(
        stretch[inside:] != word[inside:] and run[position + inside : end] in expected.written
        for inside in range(1, len(word))
        for end in range(position + inside + 2, min(len(run), position + inside + expected.longest) + 1)
    )


def _looks_like_pauses(text: str) -> bool:
    """Whether spaces stand for pauses: Whisper writes them between clauses, not between all characters."""
    parts = text.split()
    return len(parts) > 1 and all(len(part) >= 2 for part in parts)


def has_characters(text: str) -> bool:
    """Whether the text holds Chinese characters."""
    return bool(_CHARACTER.search(text))


def bare_text(text: str) -> str:
    """Letters, digits and characters only, in lower case."""
    return _NOT_WORD.sub("", text).lower()


def as_said(text: str) -> str:
    """The text without the signs that a map writes and nobody says: 上海人家黄浦店 for 上海人家(黄浦店)."""
    return " ".join(_UNSAID_SIGNS.sub("" if has_characters(text) else " ", text).split())


def repeats_itself(text: str) -> bool:
    """Whether the text loops, as a decoder does that has lost its place."""
    bare = bare_text(text)
    if re.search(r"(.{1,4}?)\1{4,}", bare) or re.search(r"(.{5,}?)\1{2,}", bare):
        return True
    data = text.encode()
    return len(data) > 60 and len(data) / len(zlib.compress(data)) > 2.4


def says_twice(text: str) -> bool:
    """Whether most of the text is one stretch and that stretch again, or all of it a shorter one twice."""
    bare = bare_text(text)
    half = len(bare) // 2
    if half >= _LEAST_ALL_TWICE[has_characters(bare)] and bare[:half] == bare[half:]:
        return True
    size = max(_LEAST_SAID_TWICE, math.ceil(_MOST_SAID_TWICE * len(bare) / 2))
    return any(
        bare[start : start + size] in bare[start + size :] for start in range(len(bare) - 2 * size + 1)
    )


def echoes(text: str, hints: Sequence[str]) -> bool:
    """Whether the text only reads the hints back: two or more of them and hardly anything else."""
    bare = bare_text(text)
    found = 0
    for hint in sorted({bare_text(hint) for hint in hints}, key=len, reverse=True):
        if hint and hint in bare:
            bare = bare.replace(hint, "")
            found += 1
    return found >= 2 and len(bare) <= 2


def without_call(text: str) -> str:
    """The request alone, without the wake phrase that may stand before it.

    Parameters
    ----------
    text : str
        Tidied text, for instance ``小高小高，带我回家``.
    """
    rest = text
    for _ in range(3):
        match = _CALLS.match(rest)
        if match is None:
            break
        rest = rest[match.end() :]
    return re.sub(f"^{_GAPS}", "", rest)
