"""How alike two names are: characters, exact sounds and confusable sounds weighed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poi.pinyin import fold
from poi.text import has_han

_CHARACTER, _SOUND, _FOLDED = 0.10, 0.30, 0.60
"""Shares of one matching syllable: a homophone costs 0.10 of it, a confusable sound 0.40."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One way to read a query."""

    text: str
    """Canonical text; empty when only its sound is known (pinyin letters)."""

    sound: str
    """The text with syllables encoded."""

    folded: str
    """The sound with confusions made equal."""

    others: tuple[str, ...] = ()
    """Other readings of its polyphonic characters."""

    letters: str = ""
    """The letters it was typed in, if it is pinyin."""


Scores = NDArray[np.float64]


def _common(query: str, names: Sequence[str]) -> Scores:
    from rapidfuzz import process
    from rapidfuzz.distance import LCSseq

    return np.asarray(process.cdist([query], names, scorer=LCSseq.similarity)[0], dtype=np.float64)


def similarities(
    readings: Sequence[Spoken], texts: Sequence[str], sounds: Sequence[str]
) -> tuple[Scores, list[str]]:
    """Compare a query with names.

    Parameters
    ----------
    readings
        The ways to read the query; the best one counts for each name.
    texts, sounds
        Canonical names and their encoded sounds, same length N.

    Returns
    -------
    scores : ndarray, shape (N,)
        0 to 1.
    reasons : list of str
        What matched, for each name.
    """
    best = np.zeros(len(texts))
    reasons = [""] * len(texts)
    folded = fold("\n".join(sounds)).split("\n")
    length = np.array([len(s) for s in sounds], dtype=np.float64)
    for reading in readings:
        if reading.letters or has_han(reading.text):
            scores, why = _by_sound(reading, texts, sounds, folded, length)
        else:
            scores, why = _by_letters(reading.text, texts)
        for i in np.flatnonzero(scores > best):
            best[i], reasons[i] = scores[i], why[i]
    return best, reasons


def _by_sound(
    reading: Spoken, texts: Sequence[str], sounds: Sequence[str], folded: Sequence[str], length: Scores
) -> tuple[Scores, list[str]]:
    soft = _SOUND * _common(reading.sound, sounds) + _FOLDED * _common(reading.folded, folded)
    for other in reading.others:
        alternative = _SOUND * _common(other, sounds) + _FOLDED * _common(fold(other), folded)
        soft = np.maximum(soft, alternative - 0.02)
    if reading.text:
        soft += _CHARACTER * _common(reading.text, texts)
        size = len(reading.text)
    else:
        soft /= _SOUND + _FOLDED
        size = len(reading.sound)
    ratio = 2 * soft / (size + length)
    reasons = ["sound"] * len(texts)
    for i, (text, sounded) in enumerate(zip(texts, sounds, strict=True)):
        if text == reading.text:
            ratio[i], reasons[i] = 1.0, "exact"
        elif sounded == reading.sound and not reading.text:
            ratio[i], reasons[i] = 0.99, "pinyin"
        elif (
            size >= 2
            and length[i] > size
            and (text.startswith(reading.text) if reading.text else sounded.startswith(reading.sound))
        ):
            ratio[i], reasons[i] = max(ratio[i], 0.78 + 0.1 * size / length[i]), "part"
        elif size >= 2 and reading.text and reading.text in text:
            ratio[i], reasons[i] = max(ratio[i], 0.74 + 0.1 * size / length[i]), "part"
    return np.minimum(ratio, 1.0), reasons


def _by_letters(query: str, texts: Sequence[str]) -> tuple[Scores, list[str]]:
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    plain = np.asarray(process.cdist([query], texts, scorer=OSA.normalized_similarity)[0], dtype=np.float64)
    ordered = (
        np.asarray(process.cdist([query], texts, scorer=fuzz.token_sort_ratio)[0], dtype=np.float64) / 100
    )
    score = np.maximum(plain, 0.97 * ordered)
    reasons = ["spelling"] * len(texts)
    wanted = set(query.split())
    for i, text in enumerate(texts):
        if text == query:
            score[i], reasons[i] = 1.0, "exact"
            continue
        words = text.split()
        if len(query) >= 3 and wanted and _all_begun(query.split(), words):
            share = len(query) / max(len(text), len(query))
            if share <= 1:
                score[i], reasons[i] = max(score[i], 0.74 + 0.14 * share), "part"
    return np.minimum(score, 1.0), reasons


def _all_begun(wanted: list[str], words: list[str]) -> bool:
    """Say whether every wanted word is there, the last one perhaps only begun."""
    have = set(words)
    return all(w in have for w in wanted[:-1]) and any(w.startswith(wanted[-1]) for w in words)
