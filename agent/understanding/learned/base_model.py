"""The pretrained encoder that the reader is built on, out of its file: multilingual-e5-small in four bits.

The file (`e5-small-q4.bin`) holds a header, the unigram tokenizer of XLM-R, and tensors: matrices in blocks
of 32 with one half-precision scale each, everything else as float32. It is data; no code comes with it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from agent.errors import ReaderUnavailable

Floats = np.ndarray[Any, np.dtype[np.float32]]

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
_MATRICES = ("q", "k", "v", "ao", "fi", "fo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """What a unigram tokenizer is made of."""

    texts: tuple[str, ...]
    """The pieces; `▁` stands for a space. A piece that is not used is empty."""
    scores: Floats
    """Logarithm of each piece's probability."""
    normal: Mapping[str, str]
    """Characters that are written another way before pieces are looked for."""
    begin: int
    """Number of the piece that every sentence begins with."""
    end: int
    """Number of the piece that every sentence ends with."""
    unknown: int
    """Number of the piece for what no piece covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """Sizes, tokenizer and weights of the pretrained encoder."""

    width: int
    heads: int
    layers: int
    epsilon: float
    """Added to the variance in layer normalisation."""
    pieces: Pieces
    words: memoryview
    """Embeddings of the pieces, still in four bits; read a row with `embeddings`."""
    weights: Mapping[str, Floats]
    """`3.q.w` (in, out), `3.q.b`, `3.aln.w` …, `positions` (place, width), `type`, `norm.w`, `norm.b`."""

    def embeddings(self, pieces: np.ndarray[Any, np.dtype[np.int64]]) -> Floats:
        """Return the embeddings of some pieces, shape (pieces, width)."""
        size = self.width // _BLOCK * _BLOCK_BYTES
        rows = np.frombuffer(self.words, np.uint8).reshape(-1, size)[pieces]
        return _unpack(rows.reshape(-1), len(pieces), self.width)


def read_base(path: Path, layers: tuple[int, ...] | None = None) -> BaseModel:
    """Read the file of the pretrained encoder.

    Parameters
    ----------
    path
        `e5-small-q4.bin`.
    layers
        Numbers of the layers whose weights are wanted; None for all of them.

    Returns
    -------
    BaseModel
        Weights as float32.

    Raises
    ------
    ReaderUnavailable
        If the file cannot be read, is cut, or is something else.
    """
    try:
        return _parse(memoryview(path.read_bytes()), layers)
    except OSError as error:
        raise ReaderUnavailable(f"the reader's base cannot be read: {error}") from None
    except (struct.error, ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
        raise ReaderUnavailable(f"{path} is damaged ({error}): run `xiaogao models pull e5-small`") from None


class _Cursor:
    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return found

    def bytes(self, size: int) -> memoryview:
        if size < 0 or self.at + size > len(self.data):
            raise ValueError("it is cut short")
        self.at += size
        return self.data[self.at - size : self.at]


def _parse(data: memoryview, wanted: tuple[int, ...] | None) -> BaseModel:
    cursor = _Cursor(data)
    if bytes(cursor.bytes(4)) != _MAGIC:
        raise ValueError("it does not begin with E5S1")
    _version, width, layers, heads, _inner, _vocabulary, _places, _types = cursor.take("8i")
    epsilon, _block = cursor.take("fi")
    pieces = _pieces(cursor)
    (entries,) = cursor.take("i")
    tensors: dict[str, memoryview] = {}
    for _ in range(entries):
        (length,) = cursor.take("H")
        name = bytes(cursor.bytes(length)).decode()
        _type, _count, offset, size = cursor.take("BIQQ")
        if offset + size > len(data):
            raise ValueError(f"the tensor {name} is cut short")
        tensors[name] = data[offset : offset + size]
    weights = {
        "positions": _floats(tensors["emb.pos"]).reshape(-1, width),
        "type": _floats(tensors["emb.type"]).reshape(-1, width)[0],
        "norm.w": _floats(tensors["emb.ln.w"]),
        "norm.b": _floats(tensors["emb.ln.b"]),
    }
    for layer in range(layers) if wanted is None else wanted:
        weights |= _layer(tensors, layer, width)
    return BaseModel(
        width=width,
        heads=heads,
        layers=layers,
        epsilon=epsilon,
        pieces=pieces,
        words=tensors["emb.word"],
        weights=weights,
    )


def _pieces(cursor: _Cursor) -> Pieces:
    count, begin, end, _padding, unknown = cursor.take("5i")
    (size,) = cursor.take("Q")
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.bytes(4 * count), "<f4").copy()
    blob = bytes(cursor.bytes(size))
    rules, rules_bytes = cursor.take("iI")
    table = cursor.bytes(rules_bytes)
    normal, at = {}, 0
    for _ in range(rules):
        character, length = struct.unpack_from("<IB", table, at)
        normal[chr(character)] = "".join(map(chr, struct.unpack_from(f"<{length}I", table, at + 5)))
        at += 5 + 4 * length
    texts = tuple(blob[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets.tolist()))
    return Pieces(texts=texts, scores=scores, normal=normal, begin=begin, end=end, unknown=unknown)


def _layer(tensors: Mapping[str, memoryview], layer: int, width: int) -> dict[str, Floats]:
    weights = {}
    for name in _MATRICES:
        bias = _floats(tensors[f"l{layer}.{name}.b"])
        matrix = tensors[f"l{layer}.{name}.w"]
        inputs = len(matrix) // _BLOCK_BYTES * _BLOCK // len(bias)
        packed = np.frombuffer(matrix, np.uint8)
        weights[f"{layer}.{name}.w"] = np.ascontiguousarray(_unpack(packed, len(bias), inputs).T)
        weights[f"{layer}.{name}.b"] = bias
    for name in ("aln", "oln"):
        for part in "wb":
            weights[f"{layer}.{name}.{part}"] = _floats(tensors[f"l{layer}.{name}.{part}"])
    return weights


def _floats(data: memoryview) -> Floats:
    return np.frombuffer(data, "<f4").astype(np.float32)


def _unpack(data: np.ndarray[Any, np.dtype[np.uint8]], outputs: int, inputs: int) -> Floats:
    """Undo blocks of 32: a half-precision scale, then 16 bytes, whose low halves come first."""
    blocks = data.reshape(outputs * inputs // _BLOCK, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((halves.astype(np.float32) - 8) * scales).reshape(outputs, inputs)
