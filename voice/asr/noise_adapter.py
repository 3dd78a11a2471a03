"""Corrections to Whisper: an encoder that hears in noise what it hears without (`voice.train.noise`), and a
decoder that expects requests to a navigator (`voice.train.wording`).

They are low-rank products added to the weights while the model loads: nothing is slower afterwards, and the
model on disk stays the published one, with its hash.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
import zipfile
import zlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

CORRECTIONS = ("whisper_noise.npz", "whisper_wording.npz")
"""What is added to the published model, in this order."""

_DTYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
_FINGERPRINTED = "encoder/conv1/weight"

_STEPS = 511
"""Ten bits for the matrices: their products move by 0.3 % against half precision, and the file by 40 %."""


class DamagedCorrections(ValueError):
    """Corrections that cannot be used: the file is damaged, or fits another model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """Where one tensor stands in a model file."""

    shape: tuple[int, ...]
    """Its dimensions."""

    dtype: str
    """numpy's name of its number type."""

    offset: int
    """First byte in the file."""


def tensors(raw: bytes | mmap.mmap) -> dict[str, Tensor]:
    """Tensors of a CTranslate2 model file, by name.

    Parameters
    ----------
    raw : bytes
        Contents of ``model.bin``.

    Raises
    ------
    ValueError
        If the file is not one, or is cut short.
    """
    found: dict[str, Tensor] = {}
    place = 4

    def number(form: str) -> int:
        nonlocal place
        value: int = struct.unpack_from(f"<{form}", raw, place)[0]
        place += struct.calcsize(f"<{form}")
        return value

    def name() -> str:
        nonlocal place
        length = number("H")
        place += length
        return bytes(raw[place - length : place]).rstrip(b"\0").decode()

    try:
        name()
        number("I")
        for _ in range(number("I")):
            called = name()
            shape = tuple(number("I") for _ in range(number("B")))
            dtype = _DTYPES[number("B")]
            size = number("I")
            if size != np.dtype(dtype).itemsize * int(np.prod(shape)) or place + size > len(raw):
                raise ValueError(f"{called} has another size than it says")
            found[called] = Tensor(shape=shape, dtype=dtype, offset=place)
            place += size
    except (struct.error, KeyError, UnicodeDecodeError) as error:
        raise ValueError(f"no CTranslate2 model: {error}") from error
    return found


def values(raw: bytes | mmap.mmap, tensor: Tensor) -> npt.NDArray[Any]:
    """The numbers of a tensor; a view into `raw`, which can be written to if that can."""
    count = int(np.prod(tensor.shape))
    return np.frombuffer(raw, tensor.dtype, count, tensor.offset).reshape(tensor.shape)


def fingerprint(raw: bytes | mmap.mmap, known: dict[str, Tensor]) -> str:
    """Tells models apart by one of their tensors."""
    tensor = known.get(_FINGERPRINTED)
    return hashlib.sha256(values(raw, tensor).tobytes()).hexdigest()[:16] if tensor else ""


def adapted(model: Path, *corrections: Path) -> mmap.mmap | None:
    """A model file with our corrections added, in memory only; None if we have none for this model.

    Corrections that are damaged are left out, and those behind them too: they were learnt on what the ones
    before make (`damaged` tells).

    Parameters
    ----------
    model : Path
        ``model.bin`` of a Whisper model, as float16 or float32.
    *corrections : Path
        Other corrections than the packaged ones, as `save_corrections` wrote them.

    Raises
    ------
    OSError
        If the model cannot be read.
    """
    with model.open("rb") as stream:
        try:
            raw = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
            known = tensors(raw)
        except ValueError:
            return None  # empty or broken: the model's own loader says so
    mark, changed = fingerprint(raw, known), False
    for path in corrections or packaged():
        try:
            found = load_corrections(path)
            if str(found.pop("fingerprint")) != mark:
                break
            _add(raw, known, found)
        except DamagedCorrections:
            break
        changed = True
    return raw if changed else None


def packaged() -> list[Traversable]:
    """The corrections that come with the program, in the order in which they are added."""
    data = resources.files("voice").joinpath("data")
    return [path for path in (data.joinpath(name) for name in CORRECTIONS) if path.is_file()]


def damaged() -> list[str]:
    """Names of packaged corrections that are there and cannot be used."""
    found = []
    for path in packaged():
        try:
            load_corrections(path)
        except DamagedCorrections:
            found.append(path.name)
    return found


def save_corrections(path: Path, found: dict[str, Array], mark: str) -> None:
    """Write corrections: matrices in ten bits with a scale for each of their products, the rest in halves.

    Parameters
    ----------
    path : Path
        An ``.npz`` file.
    found : dict
        For each tensor either ``NAME:add``, of its shape, or ``NAME:tall`` and ``NAME:wide``, whose product
        is added.
    mark : str
        `fingerprint` of the model that they are for.
    """
    arrays: dict[str, Any] = {}
    for name, value in found.items():
        if name.endswith((":tall", ":wide")):
            arrays |= _in_steps(name, np.asarray(value, np.float32))
        else:
            arrays[name] = np.asarray(value).astype(np.float16)
    with path.open("wb") as stream:
        np.savez_compressed(stream, fingerprint=np.array(mark), **arrays)


def load_corrections(path: Path | Traversable) -> dict[str, npt.NDArray[Any]]:
    """The arrays that `save_corrections` wrote, by name, and the fingerprint of the model they are for.

    Raises
    ------
    DamagedCorrections
        If the file is not such a file.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            held = {name: file[name] for name in file.files}
        for name in [name.removesuffix("|scale") for name in held if name.endswith("|scale")]:
            high, low, scale = (held.pop(f"{name}|{part}") for part in ("high", "low", "scale"))
            held[name] = _from_steps(high, low, scale)
        held["fingerprint"].item()
    except (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedCorrections(f"{path.name}: {error}") from error
    return held


def _add(raw: mmap.mmap, known: dict[str, Tensor], found: dict[str, npt.NDArray[Any]]) -> None:
    """Add all changes to a model, or none if one of them does not fit."""
    changes = {}
    try:
        for called in {key.rpartition(":")[0] for key in found}:
            changes[called] = _change(found, called, known[called].shape)
    except (LookupError, ValueError) as error:
        raise DamagedCorrections(f"they do not fit the model: {error}") from error
    for called, change in changes.items():
        target = values(raw, known[called])
        target[...] = target.astype(np.float32) + change
        del target  # or the map could not be closed


def _in_steps(name: str, matrix: Array) -> dict[str, npt.NDArray[Any]]:
    """Return a matrix as whole numbers, their high and low bytes apart: so the high ones pack well."""
    along = 0 if name.endswith(":tall") else 1  # each of the products that are summed has a size of its own
    scale = np.maximum(np.abs(matrix).max(along, keepdims=True), 1e-12) / _STEPS
    whole = np.rint(matrix / scale).astype(np.int16)
    return {
        f"{name}|high": (whole >> 8).astype(np.int8),
        f"{name}|low": (whole & 255).astype(np.uint8),
        f"{name}|scale": scale.astype(np.float32),
    }


def _from_steps(high: npt.NDArray[np.int8], low: npt.NDArray[np.uint8], scale: Array) -> Array:
    """Return the matrix that `_in_steps` was given."""
    return np.asarray((high.astype(np.int16) * 256 + low) * scale, np.float32)


def _change(found: dict[str, npt.NDArray[Any]], called: str, shape: tuple[int, ...]) -> Array:
    """What is added to one tensor: a plain difference, or the product of a tall and a wide matrix."""
    if f"{called}:add" in found:
        return found[f"{called}:add"].astype(np.float32).reshape(shape)
    tall, wide = (found[f"{called}:{part}"].astype(np.float32) for part in ("tall", "wide"))
    return np.asarray(tall @ wide, np.float32).reshape(shape)
