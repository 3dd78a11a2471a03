"""How alike two names are: characters, exact sounds and confusable sounds weighed together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poi.names.pinyin import fold
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
    sounded = [i for i, (text, s) in enumerate(zip(texts, sounds, strict=True)) if text != s]
    written = [i for i, (text, s) in enumerate(zip(texts, sounds, strict=True)) if text == s]
    folded = fold("\n".join(sounds)).split("\n")
    for reading in readings:
        by_sound = bool(reading.letters) or has_han(reading.text)
        chosen = range(len(texts)) if reading.text and by_sound else sounded if by_sound else written
        if not chosen:
            continue
        own = [texts[i] for i in chosen]
        if by_sound:
            scores, why = _by_sound(reading, own, [sounds[i] for i in chosen], [folded[i] for i in chosen])
        else:
            scores, why = _by_letters(reading.text, own)
            _mark_letters_inside(reading.text, texts, sounded, best, reasons)
        for i, score, reason in zip(chosen, scores, why, strict=True):
            if score > best[i]:
                best[i], reasons[i] = score, reason
    return best, reasons


def _mark_letters_inside(
    query: str, texts: Sequence[str], mixed: Sequence[int], best: Scores, reasons: list[str]
) -> None:
    """Score Chinese names that have the Latin words of the query in them: "cbd" in 国贸cbd."""
    for i in mixed:
        if len(query) >= 2 and query in texts[i]:
            part = 0.74 + 0.1 * len(query) / len(texts[i])
            if part > best[i]:
                best[i], reasons[i] = part, "part"


def _by_sound(
    reading: Spoken, texts: Sequence[str], sounds: Sequence[str], folded: Sequence[str]
) -> tuple[Scores, list[str]]:
    length = np.array([len(s) for s in sounds], dtype=np.float64)
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
    ratio = 2 * soft / (size + length) - _UNHEARD * np.maximum(0.0, _HEARD - soft / size)
    reasons = ["sound"] * len(texts)
    for i, (text, sounded) in enumerate(zip(texts, sounds, strict=True)):
        if text == reading.text:
            ratio[i], reasons[i] = 1.0, "exact"
        elif sounded == reading.sound and not reading.text:
            ratio[i], reasons[i] = 0.99, "pinyin"
        elif 2 <= size < length[i] and reading.folded in folded[i]:
            begun = 0.78 if folded[i].startswith(reading.folded) else 0.74
            part = (begun + 0.1 * size / length[i]) * min(1.0, soft[i] / size)
            if part > ratio[i]:
                ratio[i], reasons[i] = part, "part"
    return np.minimum(ratio, 1.0), reasons


def _by_letters(query: str, texts: Sequence[str]) -> tuple[Scores, list[str]]:
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    plain = np.asarray(process.cdist([query], texts, scorer=OSA.normalized_similarity)[0], dtype=np.float64)
    ordered = np.asarray(process.cdist([query], texts, scorer=fuzz.token_sort_ratio)[0], dtype=np.float64)
    score = np.maximum(plain, 0.97 * ordered / 100)
    reasons = ["spelling"] * len(texts)
    parts, strange = _parts(query, texts)
    tight = _tight(query)
    score -= np.where(strange & (score < _JOINED), _STRANGE, 0.0)
    for i, text in enumerate(texts):
        if text == query:
            score[i], reasons[i] = 1.0, "exact"
        elif _tight(text) == tight:
            score[i] = max(score[i], _SAME_LETTERS)
        elif parts[i] > score[i]:
            score[i], reasons[i] = parts[i], "part"
    return np.minimum(score, 1.0), reasons


def _tight(text: str) -> str:
    return _AND_OR_BLANK.sub("", text)


_AND_OR_BLANK = re.compile(r"\band\b|\s")
_SAME_LETTERS = 0.92
"""Score of a name that differs only in blanks and "and": CG1 for CG-1, H and M for H&M."""

_HEARD, _UNHEARD = 0.85, 0.6
"""A name that has less than this share of what was said loses this much per missing share: what was said is
seldom superfluous, while names are often said only in part."""

_STRANGE_WORD, _STRANGE = 0.6, 0.12
"""A word of the query less like any word of the name than this costs the name so much."""

_WORD_LIKE = 0.75
"""A name is no part match when a word of the query resembles none of its words at least so much."""


_BEGUN = 0.2
"""So much more a word is like one that it begins, by the share of it that was said: "car" is not Carlton."""

_JOINED = 0.9
"""From this likeness on, words were only joined or parted, not strange."""


def _parts(query: str, texts: Sequence[str]) -> tuple[Scores, NDArray[np.bool_]]:
    """Score names that hold all the words of the query, misspelt, inflected or only begun, among others.

    Also say which names have nothing like one of several words said.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    wanted = query.split()
    scores = np.zeros(len(texts))
    strange = np.zeros(len(texts), dtype=bool)
    if len(query) < 3 or len(wanted) > 8:
        return scores, strange
    split = [text.split() for text in texts]
    vocabulary = {word: i for i, word in enumerate(dict.fromkeys(w for words in split for w in words))}
    alike = np.asarray(process.cdist(wanted, list(vocabulary), scorer=OSA.normalized_similarity))
    for word, i in vocabulary.items():
        if len(wanted[-1]) >= 3 and word != wanted[-1] and word.startswith(wanted[-1]):
            begun = _WORD_LIKE + _BEGUN * len(wanted[-1]) / len(word)
            alike[-1, i] = max(alike[-1, i], begun)
    for i, words in enumerate(split):
        best = alike[:, [vocabulary[w] for w in words]]
        likeness = best.max(axis=1)
        strange[i] = len(wanted) > 1 and likeness.min() < _STRANGE_WORD
        if likeness.min() < _WORD_LIKE or len(words) < len(wanted) or len(texts[i]) <= len(query) - 2:
            continue
        share = min(1.0, len(query) / len(texts[i]))
        # In most languages of Europe the last noun is what the thing is, those before it say which.
        head = 0.03 if int(best[-1].argmax()) == len(words) - 1 else 0.0
        scores[i] = (0.74 + 0.12 * share) * float(likeness.mean()) + head
    return scores, strange
