"""What the layers that are not trained make of every sentence, run in eight bits as in the car, and kept.

Training goes over the same sentences again and again, and what lies below the trained layers never changes:
it is run once for each sentence, in processes side by side, and kept in a file beside the data.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from agent.understanding.learned.base_model import BaseModel
from agent.understanding.learned.encoder import graph, normalised, open_session

FIRST_TRAINED = 3
"""Layers below this one are the base's own."""
_AT_ONCE = 400
"""Sentences that a process is given at a time."""

Array = np.ndarray[Any, Any]


def lower_layers(kept: Path, ids: Array, starts: Array, base: BaseModel) -> Array:
    """Return what the lower layers make of every piece, in half precision.

    Parameters
    ----------
    kept
        Folder of the file that keeps what earlier runs made.
    ids
        Pieces of all sentences one after another, by their numbers in the full vocabulary.
    starts
        Where each sentence begins, and the end of the last.
    base
        The pretrained encoder.
    """
    file = kept / f"lower{FIRST_TRAINED}.npz"
    spans = list(zip(starts.tolist(), starts[1:].tolist(), strict=False))
    keys = [hashlib.blake2b(ids[a:b].tobytes(), digest_size=8).digest() for a, b in spans]
    known = _read(file) if file.is_file() else {}
    missing = {key: span for key, span in zip(keys, spans, strict=True) if key not in known}
    if missing:
        begun = time.monotonic()
        made = _run(base, [ids[a:b] for a, b in missing.values()])
        known |= dict(zip(missing, made, strict=True))
        np.savez(
            file,
            keys=np.array([np.frombuffer(key, np.uint8) for key in known]),
            lengths=np.array([len(rows) for rows in known.values()]),
            lower=np.concatenate(list(known.values())),
        )
        print(f"lower layers of {len(missing)} sentences: {time.monotonic() - begun:.0f} s", flush=True)
    result = np.zeros((len(ids), base.width), np.float16)
    for key, (a, b) in zip(keys, spans, strict=True):
        result[a:b] = known[key]
    return result


def _read(file: Path) -> dict[bytes, Array]:
    with np.load(file) as old:
        rows = np.split(old["lower"], np.cumsum(old["lengths"])[:-1])
        return {key.tobytes(): row for key, row in zip(old["keys"], rows, strict=True)}


def _run(base: BaseModel, sentences: list[Array]) -> list[Array]:
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.onnx"
        onnx.save(graph(dataclasses.replace(base, layers=FIRST_TRAINED), base.weights), path)
        parts = [sentences[i : i + _AT_ONCE] for i in range(0, len(sentences), _AT_ONCE)]
        words = ([_words(base, ids) for ids in part] for part in parts)
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
            made = pool.map(_through, [path] * len(parts), words)
            return [rows for part in made for rows in part]


def _words(base: BaseModel, ids: Array) -> Array:
    x = base.embeddings(ids) + base.weights["positions"][: len(ids)] + base.weights["type"]
    return normalised(x, base.weights["norm.w"], base.weights["norm.b"], base.epsilon)


@cache
def _session(path: Path) -> Any:
    return open_session(path)


def _through(path: Path, sentences: list[Array]) -> list[Array]:
    session = _session(path)
    state = np.zeros((1, 1, sentences[0].shape[1]), np.float32)
    return [
        session.run(None, {"words": words[None], "state": state})[0][0].astype(np.float16)
        for words in sentences
    ]
