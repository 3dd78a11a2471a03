"""Pieces of names sorted in little memory: sorted runs on disk, read again a range of pieces at a time."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pairs = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Pieces, and of each the name that has it."""

_RUN = 4_000_000
"""Pairs of a run, and about as many are read at a time: some hundred megabytes while they are sorted."""
_SAMPLED = 1 << 14
"""Every so many pairs of a run one is looked at, to tell how pieces are spread."""


class GramRuns:
    """Collects pairs of a piece and a name, names in ascending order.

    Parameters
    ----------
    folder
        Where the runs lie meanwhile; by default where the system keeps what is temporary.
    run
        Pairs of a run.
    """

    def __init__(self, folder: Path | None = None, run: int = _RUN) -> None:
        self._run = run
        self._keys, self._names = array("q"), array("i")
        self._folder = tempfile.TemporaryDirectory(dir=folder, prefix="names-")
        self._sizes: list[int] = []

    def __enter__(self) -> GramRuns:
        return self

    def __exit__(self, *_error: object) -> None:
        self._folder.cleanup()

    def add(self, name: int, keys: Collection[int]) -> None:
        """Take the pieces of a name."""
        self._keys.extend(keys)
        self._names.extend([name] * len(keys))
        if len(self._keys) >= self._run:
            self._spill()

    def _sorted(self) -> Pairs:
        keys = np.array(self._keys, dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        return keys[order], np.array(self._names, dtype=np.int32)[order]

    def _spill(self) -> None:
        keys, names = self._sorted()
        number = len(self._sizes)
        keys.tofile(self._file(number, "keys"))
        names.tofile(self._file(number, "names"))
        self._sizes.append(len(keys))
        self._keys, self._names = array("q"), array("i")

    def _file(self, number: int, part: str) -> Path:
        return Path(self._folder.name) / f"{number}.{part}"

    def by_key(self) -> Iterator[Pairs]:
        """Yield all pairs by their pieces, and those of a piece by their names; no piece is parted."""
        runs = [self._mapped(number) for number in range(len(self._sizes))]
        if self._keys:
            runs.append(self._sorted())
            self._keys, self._names = array("q"), array("i")
        if not runs:
            return
        ends = [0] * len(runs)
        for until in self._borders([keys for keys, _ in runs]):
            begins, ends = ends, [_position(keys, until) for keys, _ in runs]
            parts = [(keys[a:b], names[a:b]) for (keys, names), a, b in zip(runs, begins, ends, strict=True)]
            keys, names = (np.concatenate(column) for column in zip(*parts, strict=True))
            if len(keys):
                order = np.argsort(keys, kind="stable")
                yield keys[order], names[order]

    def _mapped(self, number: int) -> Pairs:
        size = self._sizes[number]
        keys = np.memmap(self._file(number, "keys"), np.int64, "r", shape=(size,))
        return keys, np.memmap(self._file(number, "names"), np.int32, "r", shape=(size,))

    def _borders(self, runs: list[NDArray[np.int64]]) -> list[int | None]:
        """Return the first piece of each range but the first, and None for the end."""
        step = max(min(_SAMPLED, self._run // 8), 1)
        sampled = np.sort(np.concatenate([keys[::step] for keys in runs]))
        return [*np.unique(sampled[self._run // step :: self._run // step]).tolist(), None]


def _position(keys: NDArray[np.int64], until: int | None) -> int:
    return len(keys) if until is None else int(np.searchsorted(keys, until))
