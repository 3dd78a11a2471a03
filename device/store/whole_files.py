"""Small files that are written whole or not at all, and for their user alone."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

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
    with whole_file(path, mode=mode) as out:
        out.write(content)


@contextmanager
def whole_file(path: Path, *, mode: int = 0o600, left_s: float = _LEFT_S) -> Iterator[BinaryIO]:
    """Give a stream whose content takes the place of a file when all of it is on the disk for certain.

    Parameters
    ----------
    path : Path
        The file, in a folder that is there.
    mode : int
        Who may read it.
    left_s : float
        What was begun beside it so long ago, seconds, was left there and is removed.

    Raises
    ------
    OSError
        The disk is full or read-only; the file is as it was.
    """
    for left in leftovers(path):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > left_s:
                left.unlink()
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fchmod(out.fileno(), mode)
            os.fsync(out.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


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
