"""Arrays that took long to make are kept in the cache and mapped from there, checked by their hash."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from nav.packs.array_store import map_arrays, write_arrays
from nav.packs.pack import sha256_of
from nav.packs.paths import cache_home
from nav.packs.staging import sync_tree

log = logging.getLogger("xiaogao")

Arrays = Mapping[str, NDArray[Any]]


def kept_arrays(
    folder: str,
    name: str,
    make: Callable[[], Arrays],
    *,
    most: int,
    fits: Callable[[Arrays], bool] = lambda _arrays: True,
) -> Arrays:
    """Return arrays from the cache, mapped, or make them and keep them there.

    Parameters
    ----------
    folder
        Of the cache.
    name
        Tells them from all others of the folder.
    make
        Makes them.
    most
        So many files the folder keeps; the longest unused ones go.
    fits
        Whether arrays that were kept are those that are wanted.
    """
    where = cache_home() / folder
    for file in where.glob(f"{name}.*.arrays"):
        try:
            if sha256_of(file) == file.name.split(".")[-2] and fits(found := map_arrays(file)):
                file.touch()
                return found
        except (OSError, ValueError) as error:
            log.warning("what was kept in the cache is made again: %s", error)
        with contextlib.suppress(OSError):
            file.unlink()
    made = make()
    try:
        return map_arrays(_write(made, where, name, most))
    except (OSError, ValueError) as error:  # a full or read-only disk costs memory, and the next start time
        log.warning("%s is not kept, but held in memory: %s", folder, error)
        return made


def _write(made: Arrays, folder: Path, name: str, most: int) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="part-") as part:
        file = Path(part) / "part"
        _, content = write_arrays(file, made)
        sync_tree(Path(part))
        written = file.rename(folder / f"{name}.{content}.arrays")
    files = sorted(folder.glob("*.arrays"), key=lambda path: path.stat().st_mtime)
    for old in files[:-most]:
        old.unlink(missing_ok=True)
    return written
