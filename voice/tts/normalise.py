"""Sentences made ready for a voice: written out in words, and cut into clauses."""

from __future__ import annotations

import re
import unicodedata

from voice.tts import normalise_en, normalise_zh

_ENDS = "。！？!?；;\n"
_PAUSES = "，、,:："
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# A swung dash between two values, 5~10分钟, is no mark-up.
_SWUNG = re.compile(r"(?<=[\da-zA-Z点分钟时米里元])\s*[~～]\s*(?=\d)")
_VULGAR = re.compile(r"[\u00bc-\u00be\u2150-\u215e]")
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
    whole = _VULGAR.sub(lambda found: " " + unicodedata.normalize("NFKC", found[0]), text)
    clean = unicodedata.normalize("NFC", _MARKUP.sub(" ", _SWUNG.sub("–", whole))).translate(
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


def sentences(text: str, *, least: int = 10, most: int = 28) -> list[str]:
    """Cut a reply into sentences; long ones at a pause, and short ones stay with the next.

    Parameters
    ----------
    text : str
        A reply of any length.
    least : int
        Weight below which a piece is joined to its neighbour.
    most : int
        Weight up to which pieces of a sentence are joined.

    Returns
    -------
    list of str
        Pieces with their punctuation, in order; joined they give the text but for the spaces between.
    """
    ends: list[str] = []
    for piece in (piece.strip() for piece in _cut(text)):
        if piece and ends and not (ends[-1][-1] in _ENDS or _sentence_end(ends[-1])):
            ends[-1] = _join(ends[-1], piece)
        elif piece:
            ends.append(piece)
    fitting = [
        part for end in ends for part in ([end] if weight(end) <= most + least else _packed(_cut(end), most))
    ]
    result: list[str] = []
    for piece in fitting:
        if result and min(weight(result[-1]), weight(piece)) < least:
            joined = _join(result[-1], piece)
            if weight(joined) <= most + least:
                result[-1] = joined
                continue
        result.append(piece)
    return result


def _packed(pieces: list[str], most: int) -> list[str]:
    """Neighbours joined as long as they stay within `most`."""
    result: list[str] = []
    for piece in (piece.strip() for piece in pieces):
        if piece and result and weight(result[-1]) + weight(piece) <= most:
            result[-1] = _join(result[-1], piece)
        elif piece:
            result.append(piece)
    return result


def weight(text: str) -> float:
    """Rough length in syllables: a Chinese character or a digit counts 1, anything else a third."""
    return sum(1.0 if _HAN.match(character) or character.isdigit() else 1 / 3 for character in text)


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
