"""Position sources behind one face, and how to open the one that was asked for."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from device.position.errors import SourceUnavailable
from device.position.faults import Faults
from device.position.gpsd import WATCH, GpsdDecoder
from device.position.lines import Lines, LoggedLines, SerialLines, TcpLines
from device.position.nmea import NmeaDecoder
from device.position.watch import FixWatch
from nav.guidance.fix import Fix

_GPSD_PORT = 2947
_NMEA_PORT = 10110
_LONGEST_GAP_S = 600
_SILENCE_REPORTED_S = 5


class PositionSource(Protocol):
    """Anything that says where the car is."""

    faults: Faults
    """What went wrong so far."""

    def fixes(self) -> Iterator[Fix | None]:
        """Yield plausible fixes as they come; None for about a second without one. Ends with the source."""

    def close(self) -> None:
        """Stop; `fixes` ends soon after. May be called from another thread."""


class Decoder(Protocol):
    """Turns lines into fixes."""

    def feed(self, line: bytes) -> Fix | None:
        """Take one line and return the fix that it completes, if any."""


class LineSource:
    """A receiver that speaks in lines: gpsd, or NMEA over TCP, serial or out of a log."""

    def __init__(
        self, lines: Lines, decoder: Decoder, faults: Faults, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lines = lines
        self._decoder = decoder
        self._watch = FixWatch(faults)
        self._clock = clock
        self.faults = faults

    def fixes(self) -> Iterator[Fix | None]:
        """Yield plausible fixes as they come; None for about a second without one."""
        quiet_since_s = self._clock()
        silent_s = 0
        for line in self._lines.read():
            fix = self._decoder.feed(line) if line is not None else None
            good = self._watch.check(fix) if fix is not None else None
            if good is not None:
                quiet_since_s, silent_s = self._clock(), 0
                yield good
            # A receiver without reception keeps talking, so time decides and not the lines.
            elif self._clock() - quiet_since_s >= 1.0:
                quiet_since_s = self._clock()
                silent_s += 1
                if silent_s == _SILENCE_REPORTED_S:
                    self.faults.note("silence", f"no usable position for {silent_s} s")
                yield None

    def close(self) -> None:
        """Stop reading."""
        self._lines.close()


class RecordedSource:
    """Fixes that are known beforehand, in their order, with None for each second of a gap."""

    def __init__(self, fixes: Iterator[Fix], faults: Faults | None = None, *, has_times: bool = True) -> None:
        self.faults = faults or Faults()
        self.has_times = has_times
        """Whether the times, and so the speeds, are those of the drive."""
        self._fixes = fixes
        self._closed = False

    def fixes(self) -> Iterator[Fix | None]:
        """Yield the fixes as fast as they are read; `paced` brings them to the pace of life."""
        watch = FixWatch(self.faults)
        last_s: float | None = None
        for fix in self._fixes:
            if self._closed:
                return
            good = watch.check(fix)
            if good is None:
                continue
            if last_s is not None:
                for _ in range(min(_LONGEST_GAP_S, int(good.time_s - last_s - 0.5))):
                    yield None
            last_s = good.time_s
            yield good

    def close(self) -> None:
        """Stop; the iterator ends with the next fix."""
        self._closed = True


class FixedPoint:
    """A car that stands at one point, for trying things out at a desk."""

    def __init__(
        self,
        lat: float,
        lon: float,
        *,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.faults = Faults()
        self._point = (lat, lon)
        self._closed = threading.Event()
        self._sleep = self._closed.wait if sleep is None else sleep
        self._clock = clock

    def fixes(self) -> Iterator[Fix | None]:
        """Yield the point once a second."""
        lat, lon = self._point
        while not self._closed.is_set():
            yield Fix(lat=lat, lon=lon, time_s=self._clock(), speed_mps=0.0, accuracy_m=1.0)
            self._sleep(1.0)

    def close(self) -> None:
        """Stop; the iterator ends at once."""
        self._closed.set()


def paced(
    fixes: Iterator[Fix | None],
    *,
    speed: float = 1.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Fix | None]:
    """Play recorded fixes at the pace of their times.

    Parameters
    ----------
    fixes : iterator of Fix or None
        As a recorded source yields them; None counts as one second.
    speed : float
        How many times faster than life; 0 for as fast as possible.
    clock, sleep : callable
        Monotonic seconds, and how to wait.

    Yields
    ------
    Fix or None
        The same, each at its time.
    """
    began_s = clock()
    due_s = 0.0
    last_s: float | None = None
    for fix in fixes:
        if fix is None:
            due_s += 1.0
        elif last_s is not None:
            due_s = max(due_s, fix.time_s - last_s)
        if fix is not None:
            last_s = fix.time_s - due_s if last_s is None else last_s
        if speed > 0:
            sleep(max(0.0, due_s / speed - (clock() - began_s)))
        yield fix


def open_source(
    *,
    gpsd: str | None = None,
    nmea: str | None = None,
    gpx: Path | None = None,
    fixed: tuple[float, float] | None = None,
    baud: int = 9600,
) -> PositionSource:
    """Open the position source that was asked for; give exactly one.

    Parameters
    ----------
    gpsd : str, optional
        ``HOST[:PORT]`` of a gpsd server; empty for the local one.
    nmea : str, optional
        NMEA 0183: ``HOST:PORT``, a serial device such as ``/dev/ttyUSB0`` or ``COM3``, or a recorded log.
    gpx : Path, optional
        A recorded GPX track.
    fixed : (lat, lon), optional
        A fixed point, degrees.
    baud : int
        Speed of a serial receiver.

    Returns
    -------
    PositionSource
        A source ready to be read.

    Raises
    ------
    SourceUnavailable
        If the receiver or server cannot be opened.
    BadTrack
        If a recorded file cannot be read.
    """
    faults = Faults()
    if gpsd is not None:
        host, port = host_and_port(gpsd or "127.0.0.1", _GPSD_PORT)
        tcp = TcpLines(host, port, hello=WATCH, on_reconnect=lambda why: faults.note("reconnect", why))
        return LineSource(tcp, GpsdDecoder(faults), faults)
    if nmea is not None:
        return LineSource(_nmea_lines(nmea, baud, faults), NmeaDecoder(faults), faults)
    if gpx is not None:
        from device.position.gpx import gpx_fixes

        recorded = gpx_fixes(gpx)
        return RecordedSource(iter(recorded), faults, has_times=recorded[0].time_s > 0)
    if fixed is not None:
        return FixedPoint(*fixed)
    raise SourceUnavailable(
        "no position source was named; give a gpsd server, an NMEA receiver or a GPX track"
    )


def source_from(text: str, *, baud: int = 9600) -> PositionSource:
    """Open a position source from its name in the settings.

    Parameters
    ----------
    text : str
        ``gpsd[:HOST[:PORT]]``, ``nmea:DEVICE``, ``nmea:HOST:PORT``, ``nmea:LOG``, ``gpx:FILE`` or
        ``fixed:LAT,LON``.
    baud : int
        Speed of a serial receiver.

    Raises
    ------
    SourceUnavailable, BadTrack
        As `open_source`; the name is not one of these.
    """
    kind, _, rest = text.partition(":")
    if kind == "gpsd":
        return open_source(gpsd=rest)
    if kind == "nmea" and rest:
        return open_source(nmea=rest, baud=baud)
    if kind == "gpx" and rest:
        return open_source(gpx=Path(rest))
    if kind == "fixed":
        try:
            lat, lon = (float(part) for part in rest.split(","))
        except ValueError:
            lat, lon = math.nan, math.nan
        if abs(lat) <= 90 and abs(lon) <= 180:
            return open_source(fixed=(lat, lon))
    raise SourceUnavailable(
        f"{text!r} is no position source: use gpsd:HOST:PORT, nmea:DEVICE, nmea:HOST:PORT, gpx:FILE "
        "or fixed:LAT,LON"
    )


def _nmea_lines(nmea: str, baud: int, faults: Faults) -> Lines:
    path = Path(nmea)
    if path.is_file():
        return LoggedLines(path)
    if nmea.startswith(("/dev/", "COM", "loop:", "rfc2217:")) or path.exists():
        return SerialLines(nmea, baud=baud, on_reconnect=lambda why: faults.note("reconnect", why))
    if ":" not in nmea:
        raise SourceUnavailable(
            f"no NMEA receiver {nmea}: give HOST:PORT, a serial device, or a recorded log"
        )
    host, port = host_and_port(nmea, _NMEA_PORT)
    return TcpLines(host, port, on_reconnect=lambda why: faults.note("reconnect", why))


def host_and_port(text: str, default_port: int) -> tuple[str, int]:
    """Split ``HOST[:PORT]``, with IPv6 addresses in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = text, ""
    try:
        number = int(port) if port else default_port
    except ValueError:
        number = -1
    if not 0 < number < 65_536:
        raise SourceUnavailable(f"{text!r} is not HOST:PORT; give a port between 1 and 65535")
    return host.strip("[]") or "127.0.0.1", number
