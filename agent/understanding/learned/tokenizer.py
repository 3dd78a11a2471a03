"""Words into pieces of the pretrained encoder's vocabulary, each with its place in the sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from agent.understanding.learned.base_model import Floats, Pieces

MOST_PIECES = 96
"""Pieces of a sentence that are read, with its begin and end; what comes after them is not."""

_SPACE = "▁"
_LONGEST_PIECE = 16
_NONE = "\0"
_UNKNOWN_COST = 10.0
_PUNCTUATION = "，。？！、；：“”‘’（）《》—…·・°％～「」"

Ids = np.ndarray[Any, np.dtype[np.int64]]
_Keys = np.ndarray[Any, np.dtype[np.uint64]]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, and far from any power of two: the key of a text is the polynomial of its characters at this place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceTable:
    """The pieces to be looked up by their characters: a key of eight bytes each instead of their texts."""

    keys: _Keys
    """Key of each piece's text, ascending; of 50,000 pieces no two are alike."""
    numbers: np.ndarray[Any, np.dtype[np.int32]]
    """Number of each key's piece."""
    scores: Floats
    """Logarithm of the probability of each key's piece."""
    normal: Mapping[str, str]
    """Characters that are written another way before pieces are looked for."""
    begin: int
    """Number of the piece that every sentence begins with."""
    end: int
    """Number of the piece that every sentence ends with."""
    unknown: int
    """Number of the piece for what no piece covers."""
    unknown_score: float
    """What a character costs that no piece covers."""

    def within(self, text: str) -> list[tuple[int, int, int, float]]:
        """Return the pieces that a text may be cut into: first character, end, number, score.

        By where they begin, then by length; each character may also be the unknown piece, which comes last.
        """
        codes = _codes(text + _NONE * _LONGEST_PIECE)
        keys = _keys([codes[place : place + len(text)] for place in range(_LONGEST_PIECE)])
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        lengths, starts = np.nonzero(self.keys[at] == keys)
        at = at[lengths, starts]
        columns = starts, starts + lengths + 1, self.numbers[at], self.scores[at]
        known = zip(*(column.tolist() for column in columns), strict=True)
        unknown = ((start, start + 1, self.unknown, self.unknown_score) for start in range(len(text)))
        return sorted([*known, *unknown], key=itemgetter(0))


def table_of(pieces: Pieces) -> PieceTable:
    """Return the table of a vocabulary; of pieces of one text the first counts, and marks are no text."""
    marks = {pieces.begin, pieces.end, pieces.unknown}
    kept = [i for i, text in enumerate(pieces.texts) if i not in marks and 0 < len(text) <= _LONGEST_PIECE]
    codes = _codes("".join(pieces.texts[i].ljust(_LONGEST_PIECE, _NONE) for i in kept))
    lengths = np.array([len(pieces.texts[i]) for i in kept], np.int64)
    keys = _keys(codes.reshape(-1, _LONGEST_PIECE).T)[lengths - 1, np.arange(len(kept))]
    keys, first = np.unique(keys, return_index=True)
    numbers = np.array(kept, np.int32)[first]
    return PieceTable(
        keys=keys,
        numbers=numbers,
        scores=pieces.scores[numbers],
        normal=pieces.normal,
        begin=pieces.begin,
        end=pieces.end,
        unknown=pieces.unknown,
        unknown_score=float(pieces.scores.min()) - _UNKNOWN_COST,
    )


def _codes(text: str) -> _Keys:
    """Return a number for each character, none of them 0: that would count for nothing in front of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64) + np.uint64(1)


def _keys(columns: Sequence[_Keys] | _Keys) -> _Keys:
    """Return the keys of texts up to their first, second … character, given the texts' characters so."""
    keys = np.empty((len(columns), len(columns[0])), np.uint64)
    so_far = np.zeros(len(columns[0]), np.uint64)
    for place, codes in enumerate(columns):
        so_far = keys[place] = so_far * _FACTOR + codes
    return keys


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
    table
        The vocabulary.
    """

    def __init__(self, table: PieceTable) -> None:
        self._table = table

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
            ids=np.array([self._table.begin, *ids, self._table.end], np.int64),
            places=((0, 0), *places, (len(text), len(text))),
            whole=whole,
        )

    def _normal(self, text: str) -> tuple[str, list[int]]:
        """Return the text as the vocabulary writes it, and where each character came from."""
        characters, sources = [_SPACE], [0]
        for at, character in enumerate(text):
            for normal in self._table.normal.get(character, character):
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
        for start, end, piece, score in self._table.within(text):
            if best[start] + score > best[end]:
                best[end], back[end] = best[start] + score, (start, piece)
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
