"""What joins packs is kept in the cache: the seam, and what it costs to cross each cell under some wishes."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from nav.packs.array_store import map_arrays, write_arrays
from nav.packs.pack import sha256_of
from nav.packs.paths import cache_home
from nav.packs.staging import sync_tree
from nav.region import Region

log = logging.getLogger("xiaogao")

_MOST_KEPT = 24
Arrays = Mapping[str, NDArray[Any]]


def name_of(regions: Sequence[Region], profile: str) -> str:
    """Return what tells some packs, as they are, from all others."""
    hashes = []
    for region in regions:
        files = sorted((name, digest) for name, (_, digest) in region.meta.files.items())
        hashes.append(hashlib.sha256(repr(files).encode()).hexdigest()[:12])
    return "-".join((profile, *hashes))


def kept(name: str, make: Callable[[], Arrays]) -> Arrays:
    """Return arrays from the cache, mapped, or make them and keep them there.

    Parameters
    ----------
    name
        Tells them from all others.
    make
        Makes them.
    """
    folder = cache_home() / "overlays"
    for file in folder.glob(f"{name}.*.arrays"):
        try:
            if sha256_of(file) == file.name.split(".")[-2]:
                file.touch()
                return map_arrays(file)
        except (OSError, ValueError) as error:
            log.warning("what joins the packs is made again: %s", error)
        with contextlib.suppress(OSError):
            file.unlink()
    made = make()
    try:
        return map_arrays(_write(made, folder, name))
    except (OSError, ValueError) as error:  # a full or read-only disk only costs the next start some time
        log.warning("what joins the packs is not kept: %s", error)
        return made


def _write(made: Arrays, folder: Path, name: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="part-") as part:
        file = Path(part) / "part"
        _, content = write_arrays(file, made)
        sync_tree(Path(part))
        written = file.rename(folder / f"{name}.{content}.arrays")
    files = sorted(folder.glob("*.arrays"), key=lambda path: path.stat().st_mtime)
    for old in files[:-_MOST_KEPT]:
        old.unlink(missing_ok=True)
    return written
