"""Many named arrays in one file: written in one go, mapped into memory without being read.

A file is the magic word, the length of a JSON header (8 bytes, little-endian), the header (name → type, shape
and offset), and the arrays, each beginning at a multiple of 64 bytes. Of an array that holds one value all
along only that value may be stored, which its entry says. Nothing in it is code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"XGARRAY1"
_ALIGNMENT = 64
_TYPES = frozenset(f"{order}{kind}{size}" for order in "<|" for kind in "biuf" for size in (1, 2, 4, 8))


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], *, fold: bool = False) -> tuple[int, str]:
    """Write arrays to a file; the same arrays give the same bytes.

    Parameters
    ----------
    path
        The file.
    arrays
        What it is to hold.
    fold
        Store one value of arrays whose values are all the same: mapped they are not contiguous.

    Returns
    -------
    size, digest
        Bytes written, and their SHA-256 in hexadecimal.
    """
    entries: dict[str, dict[str, Any]] = {}
    stored: dict[str, NDArray[Any]] = {}
    offset = 0
    for name, array in arrays.items():
        offset += -offset % _ALIGNMENT
        entries[name] = {
            "type": array.dtype.newbyteorder("<").str,
            "shape": list(array.shape),
            "offset": offset,
        }
        stored[name] = array
        if fold and array.ndim == 1 and len(array) > 1 and bool((array == array[0]).all()):
            entries[name]["same"] = True
            stored[name] = array[:1]
        offset += stored[name].nbytes
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-(len(_MAGIC) + 8 + len(header)) % _ALIGNMENT)
    digest = hashlib.sha256()
    size = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:

        def put(part: bytes | memoryview) -> None:
            nonlocal size
            stream.write(part)
            digest.update(part)
            size += len(part)

        put(_MAGIC + len(header).to_bytes(8, "little") + header)
        data = size
        for name, array in stored.items():
            put(b"\0" * (data + entries[name]["offset"] - size))
            contiguous = np.ascontiguousarray(array, dtype=entries[name]["type"])
            put(contiguous.reshape(-1).view(np.uint8).data)
    return size, digest.hexdigest()


def map_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Map the arrays of a file into memory, read-only.

    Raises
    ------
    OSError, ValueError
        The file cannot be read, or is not of this form.
    """
    content = np.asarray(np.memmap(path, np.uint8, "r"))
    begin = len(_MAGIC) + 8
    if len(content) < begin or content[: len(_MAGIC)].tobytes() != _MAGIC:
        raise ValueError(f"{path.name} holds no arrays")
    length = int.from_bytes(content[len(_MAGIC) : begin].tobytes(), "little")
    if length > len(content) - begin:
        raise ValueError(f"{path.name} is cut")
    header = json.loads(content[begin : begin + length].tobytes())
    if not isinstance(header, dict):
        raise ValueError(f"{path.name} is damaged")
    return {name: _view(content, begin + length, entry, path) for name, entry in header.items()}


def _view(content: NDArray[np.uint8], data: int, entry: Mapping[str, Any], path: Path) -> NDArray[Any]:
    if entry["type"] not in _TYPES:  # numpy evaluates any other text that it is given as a type
        raise ValueError(f"{path.name} is damaged")
    kind = np.dtype(entry["type"])
    shape = tuple(int(n) for n in entry["shape"])
    stored = (1,) * len(shape) if entry.get("same") else shape
    first = data + int(entry["offset"])
    last = first + kind.itemsize * int(np.prod(stored, dtype=np.int64))
    if not data <= first <= last <= len(content) or min(shape, default=0) < 0:
        raise ValueError(f"{path.name} is damaged")
    found = content[first:last].view(kind).reshape(stored)
    return np.broadcast_to(found, shape) if entry.get("same") else np.asarray(found)


def check_lengths(arrays: Mapping[str, NDArray[Any]], lengths: Mapping[str, int]) -> None:
    """Check that all arrays whose names begin in the same way are equally long.

    Parameters
    ----------
    arrays
        Arrays that were mapped.
    lengths
        How a name begins → the length that is right.

    Raises
    ------
    ValueError
        One is not.
    """
    for name, array in arrays.items():
        wanted = lengths.get(name.split("_")[0])
        if wanted is not None and "_first" not in name and len(array) != wanted:
            raise ValueError(f"{name} has {len(array)} entries instead of {wanted}")
