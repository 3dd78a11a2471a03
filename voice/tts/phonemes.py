"""Phonemes for the Kokoro voice: Mandarin by pinyin, English by espeak-ng, and both in one sentence."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass
from functools import cached_property
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
        return [self._word(word) for word in self._segmenter.lcut(text)]

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
