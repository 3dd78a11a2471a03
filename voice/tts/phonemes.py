"""Phonemes for the Kokoro voice: Mandarin by pinyin, English by espeak-ng, and both in one sentence."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from voice.data_files import load_json

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_RUNS = re.compile(f"[{_HAN}]+|[^{_HAN}]+")
_WORD = re.compile(r"[A-Za-zÀ-ɏ0-9]")
_PUNCTUATION = str.maketrans(
    {
        "，": ", ",
        "、": ", ",
        "。": ". ",
        "．": ". ",
        "！": "! ",
        "？": "? ",
        "：": ": ",
        "；": "; ",
        "（": " (",
        "）": ") ",
        "《": " “",
        "》": "” ",
        "「": " “",
        "」": "” ",
        "【": " “",
        "】": "” ",
        "·": " ",
        "-": " ",
    }
)
# espeak-ng writes IPA; Kokoro was trained on misaki's shorter alphabet, whose own table this follows.
_ESPEAK_TO_KOKORO = (
    ("ʔˌn\u0329", "ʔn"),
    ("ʔn\u0329", "ʔn"),
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("d^ʒ", "ʤ"),
    ("e^ɪ", "A"),
    ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"),
    ("ə^l", "ᵊl"),
    ("ʲo", "jo"),
    ("ʲə", "jə"),
    ("o^ʊ", "O"),
    ("ɜːɹ", "ɜɹ"),
    ("ɜː", "ɜɹ"),
    ("ɪə", "iə"),
    ("ʲ", ""),
    ("ɚ", "əɹ"),
    ("e", "A"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ç", "k"),
    ("ɐ", "ə"),
    ("ɬ", "l"),
    ("\u0303", ""),
    ("ː", ""),
    ("o", "ɔ"),
    ("ɾ", "T"),
    ("ʔ", "t"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of text in one script."""

    text: str
    """The characters as written."""

    language: str
    """ "zh" for Chinese characters, "en" for Latin letters, "" for punctuation only."""


def script_runs(text: str) -> list[Run]:
    """Split a sentence where its script changes, so that each part gets its own phonemes.

    Parameters
    ----------
    text : str
        Text in any mix of Chinese and Latin script.

    Returns
    -------
    list of Run
        In order; joined, their texts give `text` again.
    """
    return [
        Run(
            text=run,
            language="zh" if re.match(f"[{_HAN}]", run) else "en" if _WORD.search(run) else "",
        )
        for run in _RUNS.findall(text)
    ]


_TONE = re.compile(r"\d$")
_NUMERALS = "零一二三四五六七八九十百千万亿点幺两"
_NAMED_BY_ONE = "号月日楼层路环期区班年等级流"
"""What 一 counts off in: 一号线, 一月, 一楼; it keeps its tone before these."""


def with_sandhi(text: str, syllables: Sequence[str]) -> list[str]:
    """Pinyin with the tones that 一 and 不 take in a sentence.

    Parameters
    ----------
    text : str
        Chinese characters.
    syllables : sequence of str
        Pinyin with tone digits, one a character.

    Returns
    -------
    list of str
        yi2 before a falling tone and yi4 before others, but yi1 in ordinals, in digits and at the end; bu2
        before a falling tone; both are neutral between a verb and itself, as in 看一看 and 去不去.
    """
    read = list(syllables)
    for place, character in enumerate(text):
        if character not in "一不" or not re.fullmatch(r"(?:yi|bu)\d", read[place]):
            continue
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        tone = _TONE.search(read[place + 1]) if after else None
        falling = tone is not None and (tone[0] == "4" or (tone[0] == "5" and after == "个"))
        if before and before == after and before not in _NUMERALS:
            read[place] = read[place][:-1] + "5"
        elif character == "不" and read[place] != "bu5":
            read[place] = "bu2" if falling else "bu4"
        elif character == "一":
            read[place] = "yi1" if _counts_off(text, place) or not after else "yi2" if falling else "yi4"
    return read


def _counts_off(text: str, place: int) -> bool:
    """Whether 一 at a place is an ordinal, a digit among others, or the last figure of a number."""
    before, after = text[:place], text[place + 1 :]
    if before.endswith(("第", "初", "周", "星期", "礼拜", "统", "唯", "专", "万")) or before[-1:] in set(
        _NUMERALS
    ):
        return not (before.endswith(("百", "千", "万", "亿")) and after[:1] in set("百千万十"))
    if after[:1] in set("零一二三四五六七八九幺"):
        return True
    whole = after[:1] in set("路") and after[1:2] in set("平顺上")
    return after[:1] in set(_NAMED_BY_ONE) and not whole and not after.startswith(("层楼", "年级以", "路上"))


class Phonemizer:
    """Text to the phoneme string that Kokoro was trained on.

    Dictionaries load at the first sentence of each language (0.5 s for Mandarin).
    """

    def __init__(self) -> None:
        self._espeak_lock = threading.Lock()

    @cached_property
    def _readings(self) -> dict[str, list[str]]:
        """Words whose usual dictionary reading is wrong on a map, with their pinyin."""
        words: dict[str, str] = load_json("polyphones.json")["readings"]
        return {word: pinyin.split() for word, pinyin in words.items()}

    @cached_property
    def _parts(self) -> re.Pattern[str]:
        words = sorted((word for word in self._readings if len(word) > 1), key=len, reverse=True)
        return re.compile("(" + "|".join(map(re.escape, words)) + ")")

    @cached_property
    def _segmenter(self) -> Any:
        """Cuts a sentence into words, our own among them, so that 行驶 and not 工行 is in 施工行驶."""
        import jieba

        jieba.setLogLevel(logging.WARNING)
        segmenter = jieba.Tokenizer()
        for word in self._readings:
            segmenter.suggest_freq(word, tune=True)
        return segmenter

    @cached_property
    def _espeak(self) -> Any:
        import espeakng_loader
        from phonemizer.backend import EspeakBackend
        from phonemizer.backend.espeak.wrapper import EspeakWrapper

        EspeakWrapper.set_library(espeakng_loader.get_library_path())
        EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
        logger = logging.getLogger("voice.espeak")
        logger.setLevel(logging.ERROR)
        return EspeakBackend(
            language="en-us",
            preserve_punctuation=True,
            with_stress=True,
            tie="^",
            language_switch="remove-flags",
            logger=logger,
        )

    def pinyin(self, text: str) -> list[list[str]]:
        """Pinyin with tone digits of a run of Chinese characters, word by word.

        Parameters
        ----------
        text : str
            Chinese characters only.

        Returns
        -------
        list of list of str
            One list a word, one syllable a character, e.g. ``[["chong2", "qing4"]]``.
        """
        words: list[str] = self._segmenter.lcut(text)
        read = [self._word(word) for word in words]
        if [len(word) for word in words] != [len(syllables) for syllables in read]:
            return read  # a character that nobody can read
        flat = with_sandhi(text, self._in_context(text, [each for word in read for each in word]))
        starts = list(accumulate((len(word) for word in words), initial=0))
        return [flat[start:end] for start, end in pairwise(starts)]

    @cached_property
    def _contexts(self) -> list[tuple[str, re.Pattern[str]]]:
        found: list[tuple[str, str]] = load_json("polyphones.json")["contexts"]
        return [(reading, re.compile(pattern)) for reading, pattern in found]

    def _in_context(self, text: str, syllables: list[str]) -> list[str]:
        """The syllables, with the readings that what stands around a character decides."""
        read = list(syllables)
        for reading, pattern in self._contexts:
            for found in pattern.finditer(text):
                if len(found[0]) == 1:
                    read[found.start()] = reading
        return read

    def _word(self, word: str) -> list[str]:
        """Pinyin of one word; ours also where they are a part of it, as 银行 is of 工商银行."""
        from pypinyin import Style, lazy_pinyin

        if word in self._readings:
            return self._readings[word]
        syllables: list[str] = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
        if len(syllables) == len(word):
            for part in self._parts.finditer(word):
                syllables[part.start() : part.end()] = self._readings[part[0]]
        return syllables

    def mandarin(self, text: str) -> str:
        """Kokoro phonemes of a run of Chinese characters."""
        from misaki.zh import ZHG2P

        return " ".join(
            "".join(ZHG2P.py2ipa(syllable) for syllable in word if re.search(r"\d$", syllable))
            for word in self.pinyin(text)
        ).replace("\u032f", "")

    def english(self, text: str) -> str:
        """Kokoro phonemes of text in Latin letters, with its punctuation kept."""
        with self._espeak_lock:
            lines: list[str] = self._espeak.phonemize([text.strip()])
        phonemes = lines[0].strip() if lines else ""
        for old, new in _ESPEAK_TO_KOKORO:
            phonemes = phonemes.replace(old, new)
        phonemes = re.sub(r"(\S)\u0329", r"ᵊ\1", phonemes)
        return phonemes.replace("^", "").replace("\u0329", "")

    def __call__(self, text: str) -> str:
        """Kokoro phonemes of text in any mix of both scripts.

        Parameters
        ----------
        text : str
            Normalised text: no digits, units or abbreviations are left.

        Returns
        -------
        str
            Phonemes and punctuation.
        """
        parts: list[str] = []
        for run in script_runs(text.translate(_PUNCTUATION)):
            if run.language == "zh":
                parts.append(self.mandarin(run.text))
            elif run.language == "en":
                parts.append(f" {self.english(run.text)} ")
            else:
                parts.append(run.text)
        joined = re.sub(r"\s+", " ", "".join(parts)).strip()
        return re.sub(r" ([,.!?;:])", r"\1", joined)
