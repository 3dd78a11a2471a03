"""A tiny pretrained encoder, drawn at random and written in the form of the real one, and a delta for it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.understanding.labels import STATES, TAGS
from agent.understanding.learned.delta import OUTPUT_COLUMNS, Delta, read_delta, write_delta

WIDTH, LAYERS, HEADS, INNER, PLACES = 32, 3, 4, 64, 128
LOUD = 5
PIECES = [
    *(
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        ",",
        ".",
        "▁",
        "▁take",
        "▁me",
        "▁to",
        "▁the",
        "station",
        "▁st",
        "ation",
    ),
    *(
        "去",
        "机场",
        "去机场",
        "场",
        "机",
        "加油站",
        "加油站吗",
        "吗",
        "回",
        "家",
        "回家",
        "▁Zoo",
        "▁zoo",
        "s",
    ),
    *("▁coffee", "▁cof", "fee", "1", "2", "▁now"),
]
SCORES = [-float(i) / 4 for i in range(len(PIECES))]


def write_base(path: Path, seed: int = 0, loudness: float = 1.0) -> None:
    """Write a random encoder with few pieces; one channel inside its layers is so many times as loud."""
    draw = np.random.default_rng(seed)
    tensors: list[tuple[str, bytes]] = []

    def floats(name: str, *shape: int, around: float = 0.0, spread: float = 0.2) -> None:
        tensors.append((name, (around + draw.normal(0, spread, shape)).astype("<f4").tobytes()))

    def matrix(name: str, outputs: int, inputs: int) -> None:
        blocks = outputs * inputs // 32
        scales = draw.uniform(0.01, 0.06, (blocks, 1)).astype("<f2").view(np.uint8).reshape(blocks, 2)
        halves = draw.integers(0, 256, (blocks, 16), dtype=np.uint8)
        tensors.append((name, np.concatenate([scales, halves], axis=1).tobytes()))

    matrix("emb.word", len(PIECES), WIDTH)
    floats("emb.pos", PLACES, WIDTH)
    floats("emb.type", 1, WIDTH)
    floats("emb.ln.w", WIDTH, around=1.0)
    floats("emb.ln.b", WIDTH)
    for layer in range(LAYERS):
        for name, outputs, inputs in (
            *((name, WIDTH, WIDTH) for name in ("q", "k", "v", "ao")),
            *(("fi", INNER, WIDTH), ("fo", WIDTH, INNER)),
        ):
            matrix(f"l{layer}.{name}.w", outputs, inputs)
            floats(f"l{layer}.{name}.b", outputs)
        for name in ("aln", "oln"):
            floats(f"l{layer}.{name}.w", WIDTH, around=1.0)
            if name == "aln":
                louder = np.frombuffer(tensors[-1][1], "<f4").copy()
                louder[LOUD] *= loudness
                tensors[-1] = tensors[-1][0], louder.tobytes()
            floats(f"l{layer}.{name}.b", WIDTH)
    path.write_bytes(_file(tensors))


def _file(tensors: Sequence[tuple[str, bytes]]) -> bytes:
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    rules = struct.pack("<IBI", ord("，"), 1, ord(",")) + struct.pack("<IBI", 0x3000, 1, ord(" "))
    head = b"E5S1" + struct.pack("<8i", 1, WIDTH, LAYERS, HEADS, INNER, len(PIECES), PLACES, 1)
    head += struct.pack("<fi", 1e-5, 32) + struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
    blob = b"".join(texts)
    head += struct.pack("<Q", len(blob)) + offsets + np.array(SCORES, "<f4").tobytes() + blob
    head += struct.pack("<iI", 2, len(rules)) + rules + struct.pack("<i", len(tensors))
    at = len(head) + sum(2 + len(name) + 21 for name, _ in tensors)
    for name, data in tensors:
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, 1, at, len(data))
        at += len(data)
    return head + b"".join(data for _, data in tensors)


def drawn_delta(folder: Path, base_sha256: str, seed: int = 1, **facts: Any) -> Delta:
    """Write a random delta and read it."""
    draw = np.random.default_rng(seed)

    def normal(*shape: int, spread: float = 0.1) -> np.ndarray[Any, Any]:
        return draw.normal(0, spread, shape).astype(np.float32)

    arrays = {
        "2.q.a": normal(WIDTH, 4),
        "2.q.b": normal(4, WIDTH),
        "2.fi.a": normal(WIDTH, 4),
        "2.fi.b": normal(4, INNER),
        "2.oln.w": normal(WIDTH),
        "state": normal(len(STATES), WIDTH, spread=1.0),
        "token.mean": normal(WIDTH),
        "token.scale": np.ones(WIDTH, np.float32),
        "tag.w": normal(WIDTH, len(TAGS)),
        "tag.b": normal(len(TAGS)),
        "tag.next": normal(len(TAGS), len(TAGS)),
        "begin.w": normal(WIDTH),
        "begin.b": normal(1) - 4,
        "look.w": normal(WIDTH),
        "hidden.w": normal(3 * WIDTH, 16),
        "hidden.b": normal(16),
        "out.w": normal(16, OUTPUT_COLUMNS, spread=0.5),
        "out.b": normal(OUTPUT_COLUMNS),
    }
    held = {
        "base_sha256": base_sha256,
        "apart": "去回吗",
        "most_latin": 100,
        "extra": [],
        "known": [],
        "calibration": {},
    }
    path = folder / "delta.npz"
    write_delta(path, arrays, held | facts)
    return read_delta(path.read_bytes())


@pytest.fixture
def base_file(tmp_path: Path) -> Path:
    path = tmp_path / "e5-small-q4.bin"
    write_base(path)
    return path
