"""Small files that are written whole or not at all, and for their user alone."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_LEFT_S = 600.0
"""A file beside its place that is older was left there by a power cut or a kill."""


def write_whole(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file beside its place, have it on the disk for certain, and rename it.

    Parameters
    ----------
    path : Path
        The file; its folder is made if it is missing.
    content : bytes
        What it is to hold.
    mode : int
        Who may read it.

    Raises
    ------
    OSError
        The disk is full or read-only; the file is as it was.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fchmod(out.fileno(), mode)
            os.fsync(out.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    for left in leftovers(path):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_S:
                left.unlink()


def leftovers(path: Path) -> Iterator[Path]:
    """Give what was begun beside a file and not finished."""
    return path.parent.glob(f".{path.name}-*")


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk for certain."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
