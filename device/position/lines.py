"""Lines from a receiver: over TCP, a serial port, or out of a recorded log."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from device.position.errors import BadTrack, SourceUnavailable

_MAX_LINE = 16_384
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 10.0


class Lines(Protocol):
    """A stream of lines that may fall silent."""

    def read(self) -> Iterator[bytes | None]:
        """Yield each line; None for about a second of silence or while reconnecting."""

    def close(self) -> None:
        """Stop reading; the iterator ends."""


class _LineBuffer:
    """Cuts what arrives into lines, and throws away what never ends."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, data: bytes) -> list[bytes]:
        *lines, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        if len(self._rest) > _MAX_LINE:
            lines.append(self._rest[:_MAX_LINE])
            self._rest = b""
        return [line for line in lines if line]


class TcpLines:
    """Lines from a TCP server; connects again, more and more slowly, when the server goes away."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        hello: bytes = b"",
        on_reconnect: Callable[[str], None] = lambda reason: None,
        silence_s: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address = (host, port)
        self._hello = hello
        self._on_reconnect = on_reconnect
        self._silence_s = silence_s
        self._sleep = sleep
        self._closed = threading.Event()
        self._socket: socket.socket | None = self._connect_first()

    def _connect_first(self) -> socket.socket:
        try:
            return self._connect()
        except OSError as error:
            host, port = self._address
            raise SourceUnavailable(
                f"no position server at {host}:{port} ({error}); start it, or check the address"
            ) from error

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self._address, timeout=5.0)
        connection.settimeout(self._silence_s)
        if self._hello:
            connection.sendall(self._hello)
        return connection

    def read(self) -> Iterator[bytes | None]:
        """Yield each line; None for a second of silence and for each attempt to connect again."""
        wait_s = _FIRST_WAIT_S
        while not self._closed.is_set():
            if self._socket is None:
                self._sleep(wait_s)
                wait_s = min(_LONGEST_WAIT_S, wait_s * 2)
                with contextlib.suppress(OSError):
                    self._socket = self._connect()
                yield None
                continue
            for line in self._read_connection(self._socket):
                wait_s = _FIRST_WAIT_S
                yield line

    def _read_connection(self, connection: socket.socket) -> Iterator[bytes | None]:
        buffer = _LineBuffer()
        while not self._closed.is_set():
            try:
                data = connection.recv(4096)
            except TimeoutError:
                yield None
                continue
            except OSError as error:
                self._lost(str(error))
                return
            if not data:
                self._lost("the server closed the connection")
                return
            yield from buffer.add(data)

    def _lost(self, reason: str) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        if not self._closed.is_set():
            self._on_reconnect(reason)

    def close(self) -> None:
        """Close the connection; the iterator ends at once or with the next line."""
        self._closed.set()
        if self._socket is not None:
            # Shutting down first wakes a thread that waits for data.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()


class SerialLines:
    """Lines from a serial port; opens it again when the receiver was unplugged."""

    def __init__(
        self,
        device: str,
        *,
        baud: int = 9600,
        on_reconnect: Callable[[str], None] = lambda reason: None,
        silence_s: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import serial

        self._errors = (serial.SerialException, OSError)
        self._open: Callable[[], Any] = lambda: serial.serial_for_url(
            device, baudrate=baud, timeout=silence_s
        )
        self._on_reconnect = on_reconnect
        self._sleep = sleep
        self._closed = threading.Event()
        try:
            self._port: Any = self._open()
        except (*self._errors, ValueError) as error:
            raise SourceUnavailable(
                f"cannot open the receiver {device} ({error}); check the cable and the rights on the device"
            ) from error

    def read(self) -> Iterator[bytes | None]:
        """Yield each line; None for a second of silence and for each attempt to open the port again."""
        buffer = _LineBuffer()
        wait_s = _FIRST_WAIT_S
        while not self._closed.is_set():
            try:
                data = self._port.read(max(1, self._port.in_waiting))
                wait_s = _FIRST_WAIT_S
            except self._errors as error:
                if self._closed.is_set():
                    return
                self._on_reconnect(str(error))
                with contextlib.suppress(*self._errors):
                    self._port.close()
                self._sleep(wait_s)
                wait_s = min(_LONGEST_WAIT_S, wait_s * 2)
                with contextlib.suppress(*self._errors):
                    self._port = self._open()
                yield None
                continue
            if not data:
                yield None
            yield from buffer.add(data)

    def close(self) -> None:
        """Close the port; the iterator ends with the next line or second of silence."""
        self._closed.set()
        with contextlib.suppress(*self._errors):
            self._port.cancel_read()


class LoggedLines:
    """Lines of a recorded log, as fast as they are read."""

    def __init__(self, path: Path) -> None:
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise BadTrack(f"cannot read the log {path} ({error.strerror}); check the path") from error
        self._closed = threading.Event()

    def read(self) -> Iterator[bytes | None]:
        """Yield each line of the log, then end."""
        for line in self._data.splitlines():
            if self._closed.is_set():
                return
            yield line[:_MAX_LINE]

    def close(self) -> None:
        """Stop reading."""
        self._closed.set()
