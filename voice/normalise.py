"""Sentences made ready for a voice: written out in words, and cut into clauses."""

from __future__ import annotations

import re
import unicodedata

from voice import normalise_en, normalise_zh

_ENDS = "。！？!?；;\n"
_PAUSES = "，、,:："
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_MARKUP = re.compile(r"[*_#`<>|\\^~{}\[\]\U0001F000-\U0001FAFF\u2600-\u27BF\u200b-\u200f\ufeff]+")


def language_of(text: str) -> str:
    """ "zh" if the text holds Chinese characters, "en" otherwise."""
    return "zh" if _HAN.search(text) else "en"


def spoken(text: str, language: str) -> str:
    """Text with every number, unit, time and reference in words of the language.

    Parameters
    ----------
    text : str
        Any reply; mark-up and emoji are left out.
    language : str
        "zh" or "en".
    """
    clean = unicodedata.normalize("NFC", _MARKUP.sub(" ", text)).translate(
        {ord("％"): "%", ord("～"): "~", ord("’"): "'"}
    )
    write_out = normalise_zh.spoken if language == "zh" else normalise_en.spoken
    return re.sub(r"\s+", " ", write_out(clean)).strip()


def clauses(text: str, *, first_max: int = 10, rest_max: int = 60) -> list[str]:
    """Cut a reply where a speaker would breathe: the first piece short, so that it sounds early.

    Parameters
    ----------
    text : str
        A reply of any length.
    first_max : int
        Weight up to which the first clause may grow over a comma; a Chinese character weighs 1, a Latin
        letter a third.
    rest_max : int
        The same for the clauses after it.

    Returns
    -------
    list of str
        Pieces with their punctuation, in order; joined they give the text but for the spaces between.
    """
    pieces = [piece.strip() for piece in _cut(text) if piece.strip()]
    result: list[str] = []
    for piece in pieces:
        limit = first_max if len(result) <= 1 else rest_max
        if result and result[-1][-1] not in _ENDS and not _sentence_end(result[-1]):
            joined = _join(result[-1], piece)
            if weight(joined) <= limit or weight(result[-1]) < 4:
                result[-1] = joined
                continue
        result.append(piece)
    return result


def weight(text: str) -> float:
    """Rough length in syllables: a Chinese character counts 1, anything else a third."""
    return sum(1.0 if _HAN.match(character) else 1 / 3 for character in text)


def _cut(text: str) -> list[str]:
    """Split after every mark, but not inside 1,200 or 14:05 or 3.5 or "St. James"."""
    return re.split(
        rf"(?<=[{_ENDS}{_PAUSES}])(?!\d)|(?<=[{_ENDS}，、；])|(?<=[a-z\d]{{2}}\.)\s+(?=[A-Z\"'“])", text
    )


def _sentence_end(text: str) -> bool:
    return text.endswith(".")


def _join(left: str, right: str) -> str:
    tight = left[-1] in "，、：；。！？" or (bool(_HAN.match(right[0])) and left[-1] not in ",.:")
    return left + right if tight else f"{left} {right}"
