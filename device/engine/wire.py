"""The frames that pass between the agent and its engine processes: JSON with arrays beside it, never pickle.

A frame is `XGE1`, two little-endian uint32 (bytes of JSON, bytes of payload), the JSON, the payload. An
array in the JSON is `{"$array": [offset, dtype, shape]}` and lies in the payload.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import select
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

_HEAD = struct.Struct("<4sII")
_MAGIC = b"XGE1"
_MAX_JSON_BYTES = 16 << 20
_MAX_PAYLOAD_BYTES = 512 << 20
_LOOK_S = 0.5
_QUIET_LOOKS = 3
_DTYPES = {"float32", "float64", "int16", "int32", "int64", "uint8", "bool"}


class WireBroken(Exception):
    """The other side ended, or sent bytes that are no frame."""


class WireHung(Exception):
    """The other side gave no sign of life for two seconds."""


class WireTimeout(Exception):
    """The other side neither read nor wrote until the deadline."""


def encode(message: dict[str, Any]) -> bytes:
    """Return one frame for a message of JSON-able values, dataclasses, paths and numpy arrays."""
    arrays: list[bytes] = []
    body = json.dumps(_pack(message, arrays), ensure_ascii=False).encode("utf-8", "surrogatepass")
    payload = b"".join(arrays)
    return _HEAD.pack(_MAGIC, len(body), len(payload)) + body + payload


def _pack(value: Any, arrays: list[bytes]) -> Any:
    if isinstance(value, np.ndarray):
        name = value.dtype.name
        if name not in _DTYPES:
            raise TypeError(f"an array of {name} cannot cross to an engine process")
        offset = sum(map(len, arrays))
        arrays.append(np.ascontiguousarray(value).tobytes())
        return {"$array": [offset, name, list(value.shape)]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _pack(getattr(value, f.name), arrays) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _pack(item, arrays) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_pack(item, arrays) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return str(value) if isinstance(value, Path) else value


def _unpack(value: Any, payload: bytes) -> Any:
    if isinstance(value, dict):
        if set(value) == {"$array"}:
            offset, name, shape = value["$array"]
            if name not in _DTYPES:
                raise WireBroken(f"an array of {name}")
            return np.frombuffer(payload, name, math.prod(shape), offset).reshape(shape).copy()
        return {key: _unpack(item, payload) for key, item in value.items()}
    return [_unpack(item, payload) for item in value] if isinstance(value, list) else value


class Wire:
    """One end of a pair of pipes, with deadlines on both directions.

    Parameters
    ----------
    read_fd, write_fd : int
        Pipe ends; the write end is made non-blocking so that a hung reader cannot hold the writer.
    signs : callable, optional
        Gives something that changes as long as the other side is at work; a side whose signs stay the same
        for two seconds hangs. Without it only the deadlines count.
    """

    def __init__(self, read_fd: int, write_fd: int, signs: Callable[[], object] | None = None) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._signs = signs
        self._sending = threading.Lock()
        os.set_blocking(write_fd, False)

    def send(self, message: dict[str, Any], deadline_s: float = math.inf) -> None:
        """Write one message.

        Parameters
        ----------
        message : dict
            JSON-able values, dataclasses, paths and numpy arrays.
        deadline_s : float
            Until when, on the monotonic clock.

        Raises
        ------
        WireTimeout, WireHung, WireBroken
            The other side does not read in time, does nothing at all, or has ended.
        """
        rest = memoryview(encode(message))
        with self._sending:
            while rest:
                self._wait(self._write_fd, select.POLLOUT, deadline_s)
                try:
                    rest = rest[os.write(self._write_fd, rest) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise WireBroken(str(error)) from None

    def receive(self, deadline_s: float = math.inf) -> dict[str, Any]:
        """Read one message; the same errors as `send`."""
        magic, json_bytes, payload_bytes = _HEAD.unpack(self._read(_HEAD.size, deadline_s))
        if magic != _MAGIC or json_bytes > _MAX_JSON_BYTES or payload_bytes > _MAX_PAYLOAD_BYTES:
            raise WireBroken("bytes that are no frame")
        body = self._read(json_bytes, deadline_s)
        payload = self._read(payload_bytes, deadline_s)
        try:
            message = _unpack(json.loads(body.decode("utf-8", "surrogatepass")), payload)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise WireBroken(f"a frame that cannot be read: {error}") from None
        if not isinstance(message, dict):
            raise WireBroken("a frame that is no object")
        return message

    def waiting(self) -> bool:
        """Tell whether the other side has written something."""
        poll = select.poll()
        poll.register(self._read_fd, select.POLLIN)
        return bool(poll.poll(0))

    def _read(self, count: int, deadline_s: float) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            self._wait(self._read_fd, select.POLLIN, deadline_s)
            part = os.read(self._read_fd, min(count - len(parts), 1 << 20))
            if not part:
                raise WireBroken("the other side ended")
            parts += part
        return bytes(parts)

    def _wait(self, fd: int, what: int, deadline_s: float) -> None:
        poll = select.poll()
        poll.register(fd, what)
        quiet = 0
        before: object = None
        look_s = math.inf if self._signs is None else _LOOK_S
        # Looks are counted, not seconds: a computer that slept in between has looked once.
        while True:
            wait_s = min(look_s, deadline_s - time.monotonic())
            if poll.poll(None if math.isinf(wait_s) else max(0.0, wait_s * 1000)):
                return
            if time.monotonic() >= deadline_s:
                raise WireTimeout
            assert self._signs is not None
            signs = self._signs()
            quiet = quiet + 1 if signs == before else 0
            before = signs
            if quiet >= _QUIET_LOOKS:
                raise WireHung
