"""A matrix on disk in blocks, each of which is there or not: Zarr of version 2, as plain files.

```
FOLDER/.zarray    shape, blocks and type, as Zarr has it
FOLDER/.zattrs    what the matrix is of
FOLDER/R.C        one block, 64-bit floats row by row; those at the lower and right edge are filled up
```
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import OtherMatrix
from device.store.whole_files import whole_file, write_whole
from nav.graph import FloatArray

_TYPE = np.dtype("<f8")
_SHARED = 0o644
_ATTRIBUTES = ".zattrs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The blocks of one matrix."""

    folder: Path
    shape: tuple[int, int]
    side: int
    """Rows and columns of a block."""

    @classmethod
    def open(cls, folder: Path, shape: tuple[int, int], side: int, what: Mapping[str, Any]) -> Blocks:
        """Begin a matrix, or go on with one.

        Raises
        ------
        OtherMatrix
            The folder holds another one.
        """
        array = {
            "zarr_format": 2,
            "shape": list(shape),
            "chunks": [side, side],
            "dtype": _TYPE.str,
            "compressor": None,
            "fill_value": "NaN",
            "order": "C",
            "filters": None,
        }
        for name, wanted in ((_ATTRIBUTES, dict(what)), (".zarray", array)):
            file = folder / name
            if not file.exists():
                write_whole(file, json.dumps(wanted, indent=1, sort_keys=True).encode(), mode=_SHARED)
            elif _json(file) != wanted:
                raise OtherMatrix(f"{folder} holds another matrix: name another file, or remove it")
        return cls(folder=folder, shape=shape, side=side)

    def keys(self) -> list[tuple[int, int]]:
        """Return row and column of all blocks."""
        rows, columns = (-(-length // self.side) for length in self.shape)
        return [(row, column) for row in range(rows) for column in range(columns)]

    def slices(self, key: tuple[int, int]) -> tuple[slice, slice]:
        """Return the rows and columns of the matrix that a block holds."""
        rows, columns = (
            slice(at * self.side, min((at + 1) * self.side, length))
            for at, length in zip(key, self.shape, strict=True)
        )
        return rows, columns

    def is_there(self, key: tuple[int, int]) -> bool:
        """Tell whether a block is written."""
        file = self._file(key)
        return file.is_file() and file.stat().st_size == self.side * self.side * _TYPE.itemsize

    def write(self, key: tuple[int, int], values: FloatArray) -> None:
        """Write a block; it appears whole."""
        padded = np.full((self.side, self.side), np.nan, _TYPE)
        padded[: values.shape[0], : values.shape[1]] = values
        write_whole(self._file(key), padded.tobytes(), mode=_SHARED)

    def read(self, key: tuple[int, int]) -> NDArray[np.float64]:
        """Return a block, mapped."""
        rows, columns = self.slices(key)
        whole = np.memmap(self._file(key), _TYPE, "r", shape=(self.side, self.side))
        return np.asarray(whole[: rows.stop - rows.start, : columns.stop - columns.start])

    def join(self, target: Path) -> None:
        """Write the whole matrix as one `.npy` file, which appears whole; a block at a time is in memory."""
        with whole_file(target, mode=_SHARED) as out:
            header = {"descr": _TYPE.str, "fortran_order": False, "shape": self.shape}
            np.lib.format.write_array_header_1_0(out, header)
            for row in range(-(-self.shape[0] // self.side)):
                stripe = [self.read(key) for key in self.keys() if key[0] == row]
                out.write(np.concatenate(stripe, axis=1).tobytes())

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)

    def _file(self, key: tuple[int, int]) -> Path:
        return self.folder / f"{key[0]}.{key[1]}"


def kept(folder: Path) -> dict[str, Any]:
    """Return what the matrix of a folder is of; nothing if there is none."""
    return _json(folder / _ATTRIBUTES)


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
