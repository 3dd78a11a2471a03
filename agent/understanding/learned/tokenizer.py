"""Words into pieces of the pretrained encoder's vocabulary, each with its place in the sentence."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from agent.understanding.learned.base_model import Pieces

MOST_PIECES = 96
"""Pieces of a sentence that are read, with its begin and end; what comes after them is not."""

_SPACE = "▁"
_LONGEST_PIECE = 16
_UNKNOWN_COST = 10.0
_PUNCTUATION = "，。？！、；：“”‘’（）《》—…·・°％～「」"

Ids = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A sentence in pieces."""

    ids: Ids
    """Numbers of the pieces in the reader's vocabulary; the first and last mark begin and end."""
    places: tuple[tuple[int, int], ...]
    """First character of each piece and the one after its last; the same twice where it has no letters."""
    whole: bool
    """Whether the sentence ended within `MOST_PIECES`."""


class Tokenizer:
    """A unigram tokenizer that knows where in the sentence its pieces lie.

    Parameters
    ----------
    pieces
        The vocabulary; pieces that are empty are never used.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        texts = list(pieces.texts)
        for mark in (pieces.begin, pieces.end, pieces.unknown):
            texts[mark] = ""
        # Of pieces of one text the first counts. Built without a loop of our own: it is part of every start.
        self._ids = dict(zip(reversed(texts), reversed(range(len(texts))), strict=True))
        self._ids.pop("", None)
        self._longest = min(max(map(len, self._ids), default=1), _LONGEST_PIECE)
        self._scores = array("d", pieces.scores.tolist())
        self._unknown_score = float(pieces.scores.min()) - _UNKNOWN_COST

    def __call__(self, text: str) -> Tokens:
        """Cut a sentence into its most probable pieces.

        Parameters
        ----------
        text
            Any text; characters without a piece become the unknown one.
        """
        characters, sources = self._normal(text)
        # A piece has one character at least; what cannot be among the pieces read is not looked at.
        limit = MOST_PIECES * _LONGEST_PIECE
        ids, ends = self._best(characters[:limit])
        places = [_place(characters, sources, a, b) for a, b in zip([0, *ends], ends, strict=False)]
        whole = len(ids) <= MOST_PIECES - 2 and len(characters) <= limit
        ids, places = ids[: MOST_PIECES - 2], places[: MOST_PIECES - 2]
        return Tokens(
            ids=np.array([self._pieces.begin, *ids, self._pieces.end], np.int64),
            places=((0, 0), *places, (len(text), len(text))),
            whole=whole,
        )

    def _normal(self, text: str) -> tuple[str, list[int]]:
        """Return the text as the vocabulary writes it, and where each character came from."""
        characters, sources = [_SPACE], [0]
        for at, character in enumerate(text):
            for normal in self._pieces.normal.get(character, character):
                written = _SPACE if normal.isspace() else normal
                if written == _SPACE and characters[-1] == _SPACE:
                    continue
                characters.append(written)
                sources.append(at)
        return "".join(characters), sources

    def _best(self, text: str) -> tuple[list[int], list[int]]:
        """Return the most probable pieces (Viterbi), and where each ends."""
        size = len(text)
        best = [0.0] + [-np.inf] * size
        back: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        get, scores, longest = self._ids.get, self._scores, self._longest
        for start in range(size):
            so_far = best[start]
            for end in range(start + 1, min(size, start + longest) + 1):
                piece = get(text[start:end])
                if piece is not None and so_far + scores[piece] > best[end]:
                    best[end], back[end] = so_far + scores[piece], (start, piece)
            if so_far + self._unknown_score > best[start + 1]:
                best[start + 1] = so_far + self._unknown_score
                back[start + 1] = (start, self._pieces.unknown)
        ids, ends, at = [], [], size
        while at > 0:
            start, piece = back[at]
            ids.append(piece)
            ends.append(at)
            at = start
        return ids[::-1], ends[::-1]


def _place(characters: str, sources: list[int], start: int, end: int) -> tuple[int, int]:
    while start < end and characters[start] == _SPACE:
        start += 1
    if start == end:
        return sources[end - 1], sources[end - 1]
    return sources[start], sources[end - 1] + 1


def prune(pieces: Pieces, apart: Collection[str], most_latin: int) -> Ids:
    """Choose the pieces that the reader keeps.

    Kept are the marks, all Han pieces, and the most probable Latin ones with digits and punctuation.

    Parameters
    ----------
    pieces
        The full vocabulary.
    apart
        Han characters that stand for themselves where a piece begins or ends: 去, 的.
    most_latin
        How many pieces in Latin letters are kept.

    Returns
    -------
    array of int64
        Numbers of the pieces kept, in order.
    """
    marks = {0, 1, 2, 3, pieces.begin, pieces.end, pieces.unknown}
    han = [i for i, text in enumerate(pieces.texts) if i not in marks and _is_han(text, apart)]
    latin = [i for i, text in enumerate(pieces.texts) if i not in marks and _is_latin(text)]
    latin.sort(key=lambda i: (len(pieces.texts[i].strip(_SPACE)) > 1, -float(pieces.scores[i])))
    return np.array(sorted({*marks, *han, *latin[:most_latin]}), np.int64)


def restrict(pieces: Pieces, kept: Ids) -> Pieces:
    """Return a vocabulary of the kept pieces alone, numbered anew."""
    number = {int(old): new for new, old in enumerate(kept)}
    return Pieces(
        texts=tuple(pieces.texts[i] for i in kept),
        scores=pieces.scores[kept],
        normal={a: b for a, b in pieces.normal.items() if _simple(b)},
        begin=number[pieces.begin],
        end=number[pieces.end],
        unknown=number[pieces.unknown],
    )


def _is_han(text: str, apart: Collection[str]) -> bool:
    letters = text.strip(_SPACE)
    if not letters or not any("\u4e00" <= c <= "\u9fff" for c in letters):
        return False
    if not all("\u4e00" <= c <= "\u9fff" or c.isascii() for c in letters) or _SPACE in letters:
        return False
    return len(letters) == 1 or not (letters[0] in apart or letters[-1] in apart)


def _is_latin(text: str) -> bool:
    letters = text.strip(_SPACE)
    return bool(text) and all(_simple(c) and not "\u4e00" <= c <= "\u9fff" for c in letters)


def _simple(characters: Iterable[str]) -> bool:
    return all(
        c.isascii() or c in _PUNCTUATION or "\u00c0" <= c <= "\u017f" or "\u4e00" <= c <= "\u9fff"
        for c in characters
    ) and all(unicodedata.category(c)[0] != "C" for c in characters)
