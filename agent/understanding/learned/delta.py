"""What training adds to the pretrained encoder: low-rank changes of its upper layers, and the heads.

The file is an `.npz` with one JSON text beside its arrays, 4.4 MB, committed in `agent/data`: the largest
matrix in eight bits with a scale for each column, the rest in half precision. Its card is
`docs/models/reader.md`.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.errors import ReaderUnavailable
from agent.understanding.labels import KINDS, STATES, TAGS, VALUES
from agent.understanding.learned.base_model import Floats

if TYPE_CHECKING:
    from numpy.lib.npyio import NpzFile

_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises for a damaged file."""

_STEPS, _SCALES = "|steps", "|scales"
"""After a matrix' name: its whole numbers, and what each column of them is to be times."""
_IN_EIGHT_BITS = frozenset({"hidden.w"})
"""The largest matrix, which loses nothing by it; the low-rank ones would cost two sentences of a hundred."""
_MOST_STEPS = 127

LORA_SCALE = 2.0
"""Factor of the product of the two low-rank matrices."""

OUTPUTS: dict[str, tuple[int, int]] = {}
"""Columns of the sentence head by name: `kind`, then every closed value."""
_at = 0
for _name, _choices in (("kind", KINDS), *VALUES.items()):
    OUTPUTS[_name] = (_at, _at + len(_choices))
    _at += len(_choices)
OUTPUT_COLUMNS = _at


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A trained delta."""

    arrays: Mapping[str, Floats]
    """`7.q.a`, `7.q.b` (low-rank), `7.aln.w` (added), `state`, and the heads, as float32; unpacked on use."""
    base_sha256: str
    """Hash of the pretrained file that it was trained on."""
    apart: str
    """Han characters that are pieces of their own where a piece begins or ends."""
    most_latin: int
    """How many pieces in Latin letters the vocabulary keeps by their probability."""
    extra: tuple[int, ...]
    """Numbers of further pieces kept, of the full vocabulary."""
    known: tuple[int, ...]
    """Pieces, by their numbers in the reader's vocabulary, that what was trained on has outside of spans."""
    calibration: Mapping[str, Any]
    """What turns scores into probabilities; see `calibration.py`."""
    sha256: str
    """Hash of the file itself."""


class _Arrays(Mapping[str, Floats]):
    """Arrays of a delta, each unpacked when it is first used: once converted, only the heads are."""

    def __init__(self, held: NpzFile) -> None:
        self._held = held
        names = (name.removesuffix(_STEPS) for name in held.files if not name.endswith(_SCALES))
        self._names = [name for name in names if name != "facts"]
        self._unpacked: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._unpacked:
            if name not in self._names:
                raise KeyError(name)
            try:
                self._unpacked[name] = self._read(name)
            except _DAMAGED as error:
                raise _unusable(error) from None
        return self._unpacked[name]

    def _read(self, name: str) -> Floats:
        if name in self._held.files:
            return np.asarray(self._held[name], np.float32)
        steps = np.asarray(self._held[name + _STEPS], np.float32)
        return np.asarray(steps * self._held[name + _SCALES], np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def schema() -> dict[str, Any]:
    """Return what the columns of the heads mean, to be stored in the delta and compared when it is read."""
    return {
        "kinds": list(KINDS),
        "tags": list(TAGS),
        "states": list(STATES),
        "values": {name: list(choices) for name, choices in VALUES.items()},
    }


def write_delta(path: Path, arrays: Mapping[str, Floats], facts: Mapping[str, Any]) -> None:
    """Write a delta; `facts` holds what `Delta` has besides the arrays."""
    held: dict[str, Any] = {}
    for name, array in arrays.items():
        if name in _IN_EIGHT_BITS:
            held[name + _STEPS], held[name + _SCALES] = _in_eight_bits(array)
        else:
            held[name] = array.astype(np.float16)
    text = json.dumps({**facts, "schema": schema()}, ensure_ascii=False, sort_keys=True)
    held["facts"] = np.frombuffer(text.encode(), np.uint8)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez_compressed(file, **held)
    part.replace(path)


def _in_eight_bits(matrix: Floats) -> tuple[np.ndarray[Any, np.dtype[np.int8]], Floats]:
    """Return a matrix as whole numbers, and what each column of them is to be times."""
    scales = np.maximum(np.abs(matrix).max(axis=0, keepdims=True), 1e-12).astype(np.float32) / _MOST_STEPS
    return np.rint(matrix / scales).astype(np.int8), scales


def read_delta(data: bytes) -> Delta:
    """Read a delta.

    Parameters
    ----------
    data
        Content of the file.

    Raises
    ------
    ReaderUnavailable
        If it is damaged or was trained for other kinds, slots or values than the program has.
    """
    try:
        held = np.load(io.BytesIO(data), allow_pickle=False)
        facts = json.loads(held["facts"].tobytes().decode())
        if facts["schema"] != schema():
            raise ReaderUnavailable(
                "the reader was trained for other kinds and slots than this program has: "
                "install both anew, or train it (docs/models/reader.md)"
            )
        return Delta(
            arrays=_Arrays(held),
            base_sha256=facts["base_sha256"],
            apart=facts["apart"],
            most_latin=facts["most_latin"],
            extra=tuple(facts["extra"]),
            known=tuple(facts["known"]),
            calibration=facts["calibration"],
            sha256=hashlib.sha256(data).hexdigest(),
        )
    except _DAMAGED as error:
        raise _unusable(error) from None


def _unusable(error: Exception) -> ReaderUnavailable:
    return ReaderUnavailable(f"the reader's delta is damaged ({error}): install xiaogao again")


def merged(weights: Mapping[str, Floats], delta: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the base's weights with the delta worked in.

    Parameters
    ----------
    weights
        Of the base, as `BaseModel.weights`.
    delta
        Arrays of the delta.
    """
    result = dict(weights)
    for name in weights:
        low = name.removesuffix(".w")
        if f"{low}.a" in delta:
            result[name] = weights[name] + LORA_SCALE * (delta[f"{low}.a"] @ delta[f"{low}.b"])
        elif name in delta and ("aln" in name or "oln" in name):
            result[name] = weights[name] + delta[name]
    return result
