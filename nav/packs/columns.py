"""Columns that a pack holds in fewer bytes than are read of them: each value is worked out where it is read.

To whoever reads it a column is an array: by a number, a slice, numbers, or a mask it gives what the array
would, and where all of it is wanted (`np.asarray`, arithmetic) the array is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_VALUES = 1 << 16
_CODES, _VALUES = "_code", "values_of_"


class Column(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of one dimension that is worked out of others.

    Parameters
    ----------
    length
        Number of entries.
    read
        Gives the entries at whatever an array takes between brackets.
    """

    ndim = 1

    def __init__(self, length: int, read: Callable[[Any], NDArray[Any]]) -> None:
        self._length = length
        self._read = read

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, at: Any) -> NDArray[Any]:
        return self._read(at)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self._read(slice(None)), dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        made = (np.asarray(each) if isinstance(each, Column) else each for each in inputs)
        return getattr(ufunc, method)(*made, **options)

    @property
    def shape(self) -> tuple[int]:
        """(entries,), as of an array."""
        return (self._length,)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the entries."""
        return self._read(slice(0)).dtype

    def astype(self, dtype: Any) -> NDArray[Any]:
        """Return the array with entries of another type."""
        return np.asarray(self).astype(dtype)


def looked_up(values: NDArray[Any], index: NDArray[Any]) -> Any:
    """Return the column whose entries lie in a table, each at the place that its index tells."""
    return Column(len(index), lambda at: values[index[at]])


def coded(name: str, array: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return an array as it is stored: as its few values, and which of them each entry has.

    Parameters
    ----------
    name
        Of the array.
    array
        Has one dimension. Where that takes no fewer bytes it is stored as it is.
    """
    values = np.unique(array)
    code = np.dtype(np.uint8 if len(values) <= 1 << 8 else np.uint16)
    if len(values) > _MOST_VALUES or values.nbytes + code.itemsize * len(array) >= array.nbytes:
        return {name: array}
    return {name + _CODES: np.searchsorted(values, array).astype(code), _VALUES + name: values}


def decoded(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return arrays of a pack, those that were stored by `coded` as columns.

    Raises
    ------
    KeyError
        One is there in part.
    """
    found = dict(arrays)
    for name in [name.removeprefix(_VALUES) for name in arrays if name.startswith(_VALUES)]:
        found[name] = looked_up(found.pop(_VALUES + name), found.pop(name + _CODES))
    return found
