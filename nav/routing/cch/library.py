"""The compiled kernels of the hierarchy, called through ctypes: other threads run on while one works."""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path
from typing import Any

import numpy as np

from nav.errors import NavError

_INTERFACE = 7
"""Raised with `cch_interface` whenever what the kernels are called with changes."""
_NO_MEMORY = -2
STOPPED = -3
TOO_LONG = -4


class Arrays(ctypes.Structure):
    """Pointers into arrays that Python holds; see `Index` in the kernels."""

    _fields_ = (
        ("vertices", ctypes.c_int64),
        ("edges", ctypes.c_int64 * 2),
        ("parent", ctypes.c_void_p),
        *((name, ctypes.c_void_p * 2) for name in ("first", "head", "tail", "below_first", "below")),
    )


class Rungs(ctypes.Structure):
    """Pointers into arrays that Python holds; see `Ladder` in the kernels."""

    _fields_ = (
        ("vertices", ctypes.c_int64),
        ("ways", ctypes.c_int64 * 2),
        ("parent", ctypes.c_void_p),
        *((name, ctypes.c_void_p * 2) for name in ("first", "head", "cost", "middle", "packed")),
        ("in_bytes", ctypes.c_int64),
    )


class Arcs(ctypes.Structure):
    """Pointers into arrays that Python holds; see `Graph` in the kernels."""

    _fields_ = tuple(
        (name, ctypes.c_void_p)
        for name in ("arc_ms", "first_arc", "back_first", "arc_head", "back_arc", "arc_tail")
    )


class Names(ctypes.Structure):
    """Pointers into arrays that Python holds; see `Names` in the kernels."""

    _fields_ = tuple((name, ctypes.c_void_p) for name in ("state_edge", "edge_to", "edge_reverse", "node_id"))


class TakenPointers(ctypes.Structure):
    """Pointers into arrays that Python holds; see `Taken` in the kernels."""

    _fields_ = (("first", ctypes.c_void_p * 2), ("ms", ctypes.c_void_p * 2))


class Groups(ctypes.Structure):
    """Pointers into arrays that Python holds; see `Groups` in the kernels."""

    _fields_ = (
        ("count", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("first", "state", "ms")),
    )


@functools.cache
def library() -> ctypes.CDLL | None:
    """Return the kernels; None where they were not compiled, or not since they were changed."""
    return load(Path(__file__).parent)


def load(folder: Path) -> ctypes.CDLL | None:
    """Return the kernels that lie in a folder, if there are any that fit this program."""
    for path in sorted(folder.glob("_kernels*.so")):
        try:
            kernels = ctypes.CDLL(str(path))
            interface = ctypes.c_int32.in_dll(kernels, "cch_interface").value
        except (OSError, ValueError):  # of another machine, or older than the number
            continue
        if interface == _INTERFACE:
            return kernels
    return None


def address(array: np.ndarray[Any, Any] | None) -> int | None:
    """Return where an array lies; it has to be contiguous, and to be held as long as it is used."""
    if array is None:
        return None
    if not array.flags.c_contiguous:
        raise ValueError("an array for the kernels is not contiguous")
    return int(array.__array_interface__["data"][0])


def call(name: str, *arguments: Any) -> int:
    """Call a kernel. Arrays go as pointers, numbers with 64 bits, structures by reference.

    Raises
    ------
    NavError
        There is not enough memory.
    """
    kernels = library()
    assert kernels is not None, "asked for without kernels"
    function = kernels[name]
    function.restype = ctypes.c_int64
    result = int(function(*(_as_argument(value) for value in arguments)))
    if result == _NO_MEMORY:
        raise NavError("there is not enough memory for this route: choose a smaller region")
    return result


def _as_argument(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(address(value))
    if isinstance(value, ctypes.Structure):
        return ctypes.byref(value)
    if value is None or isinstance(value, ctypes.c_void_p):
        return value
    return ctypes.c_int64(value)
