"""Large arrays in mapped files without names, so that a country is worked on in little memory."""

from __future__ import annotations

import contextlib
import ctypes
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from nav.routing.cch.library import library

LARGE_BYTES = 1 << 20
"""From here on an array is large."""
SPARE_BYTES = 1 << 28
"""So much room the disk keeps for what others write."""
_SET_HANDLER = 304
"""Place of `PyDataMem_SetHandler` among numpy's functions for C; it never changes."""
_CAPSULE = b"mem_handler"


@contextmanager
def mapped_memory(folder: Path) -> Iterator[None]:
    """Have what numpy makes in this context, and what the kernels hold, lie in files if it is large.

    Arrays stay what they are, also afterwards. Where the kernels were not compiled, or the disk has little
    room, they lie in memory as ever.

    Parameters
    ----------
    folder
        Where those files lie, of which none is ever seen.
    """
    kernels = library()
    if kernels is None or not hasattr(kernels, "cch_begin_mapping"):
        yield
        return
    with contextlib.suppress(OSError):  # without the folder everything lies in memory
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    set_handler = _numpy_function()
    if hasattr(kernels, "cch_know_lock"):
        kernels.cch_know_lock(*_lock_functions())
    sizes = (ctypes.c_int64(size) for size in (LARGE_BYTES, SPARE_BYTES))
    kernels.cch_begin_mapping(str(folder).encode(), *sizes)
    before = set_handler(_handler())
    try:
        yield
    finally:
        set_handler(before)
        kernels.cch_end_mapping()


@functools.cache
def _numpy_function() -> Callable[[Any], Any]:
    """Return the function of numpy that says who gives memory to arrays."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    table = pointer(np._core._multiarray_umath._ARRAY_API, None)  # type: ignore[attr-defined]
    address = ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))[_SET_HANDLER]
    return ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(address or 0)


@functools.cache
def _lock_functions() -> tuple[ctypes.c_void_p, ...]:
    """Return Python's functions that tell whether a thread holds its lock, let it go, and take it again."""
    names = ("PyGILState_Check", "PyEval_SaveThread", "PyEval_RestoreThread")
    return tuple(ctypes.cast(ctypes.pythonapi[name], ctypes.c_void_p) for name in names)


@functools.cache
def _handler() -> Any:
    """Return the kernels' way to give memory, as numpy wants to be told."""
    make = ctypes.pythonapi.PyCapsule_New
    make.restype, make.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    where = ctypes.c_byte.in_dll(library(), "cch_numpy_memory")  # type: ignore[arg-type]
    return make(ctypes.addressof(where), _CAPSULE, None)
