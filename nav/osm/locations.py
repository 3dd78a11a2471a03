"""Where the nodes of an extract lie, kept in a file while its ways are read.

In memory that takes 16 bytes and more for each node of the extract, gigabytes for a country; the pages of a
file go when memory is wanted for something else.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def located(processor: Any, scratch: Path | None) -> Iterator[Any]:
    """Give a processor of pyosmium whose ways know where their nodes lie.

    Parameters
    ----------
    processor
        The processor; it has to be read inside the context.
    scratch
        Folder on a disk with 16 bytes of room for each node; None is that of temporary files.
    """
    there = scratch if scratch is not None and scratch.is_dir() else None
    with tempfile.NamedTemporaryFile(dir=there, prefix=".locations-") as file:
        # A comma ends the name there.
        try:
            yield processor.with_locations(
                "flex_mem" if "," in file.name else f"sparse_file_array,{file.name}"
            )
        finally:
            _close_others(file.fileno())


def _close_others(own: int) -> None:
    """Close what else the process has open of a file: libosmium opens it by its name and never closes it."""
    meant, numbers = os.fstat(own), list[int]()
    with contextlib.suppress(OSError):  # where open files are not listed they stay open
        numbers = [int(path.name) for path in Path("/dev/fd").iterdir()]
    for number in numbers:
        with contextlib.suppress(OSError):
            if number != own and os.path.samestat(os.fstat(number), meant):
                os.close(number)
