"""Position sources end to end: TCP, serial, logs, gpsd, GPX, a fixed point; and the plausibility watch."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from device.position import Fix, open_source
from device.position.errors import BadTrack, SourceUnavailable
from device.position.faults import Faults
from device.position.gpsd import GpsdDecoder
from device.position.lines import SerialLines, TcpLines
from device.position.source import FixedPoint, RecordedSource, host_and_port, paced
from device.position.watch import FixWatch

FIXTURES = Path(__file__).parent / "fixtures"
NMEA_LOG = FIXTURES / "helsinki.nmea"
GPSD_LOG = FIXTURES / "gpsd_session.jsonl"


@contextmanager
def server(*sessions: bytes) -> Iterator[int]:
    """Serve each session to one client after the other, closing in between."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for session in sessions:
            client, _ = listener.accept()
            with client:
                client.sendall(session)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join(5)
        listener.close()


def first_fixes(source: object, count: int) -> list[Fix]:
    found: list[Fix] = []
    for fix in source.fixes():  # type: ignore[attr-defined]
        if fix is not None:
            found.append(fix)
        if len(found) == count:
            break
    source.close()  # type: ignore[attr-defined]
    return found


def fix(lat: float = 60.0, lon: float = 25.0, time_s: float = 0.0, **rest: float) -> Fix:
    return Fix(lat=lat, lon=lon, time_s=1.7e9 + time_s, **rest)  # type: ignore[arg-type]


def test_a_recorded_nmea_log() -> None:
    source = open_source(nmea=str(NMEA_LOG))
    fixes = [f for f in source.fixes() if f is not None]
    assert len(fixes) > 100
    assert all(60.1 < f.lat < 60.3 and 24.8 < f.lon < 25.1 for f in fixes)
    assert all(a.time_s < b.time_s for a, b in pairwise(fixes))
    assert {"bad_checksum", "bad_sentence", "no_position", "time_backwards", "jump"} <= set(
        source.faults.to_dict()
    )


def test_a_recorded_gpsd_session_over_tcp() -> None:
    session = GPSD_LOG.read_bytes()
    with server(session) as port:
        fixes = first_fixes(open_source(gpsd=f"127.0.0.1:{port}"), 20)
    assert len(fixes) == 20
    assert all(60.1 < f.lat < 60.3 and f.speed_mps is not None for f in fixes)


def test_gpsd_is_asked_to_report() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    source = open_source(gpsd=f"127.0.0.1:{listener.getsockname()[1]}")
    client, _ = listener.accept()
    with client, listener:
        assert client.recv(100).startswith(b'?WATCH={"enable":true,"json":true}')
    source.close()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"{broken", "bad_sentence"),
        (b"[1, 2]", "bad_sentence"),
        (b'{"class":"TPV","mode":1}', "no_position"),
        (b'{"class":"TPV","mode":3,"lat":60,"lon":25}', "bad_sentence"),
        (b'{"class":"TPV","mode":3,"lat":"x","lon":25,"time":"2026-06-15T08:00:00Z"}', "bad_sentence"),
        (b'{"class":"TPV","mode":"three"}', "bad_sentence"),
        (b"[" * 100_000, "bad_sentence"),
    ],
)
def test_bad_gpsd_lines_are_counted(line: bytes, fault: str) -> None:
    faults = Faults()
    assert GpsdDecoder(faults).feed(line) is None
    assert faults.to_dict() == {fault: 1}


def test_gpsd_accuracy_is_one_sigma() -> None:
    line = b'{"class":"TPV","mode":3,"time":"2026-06-15T08:00:00.000Z","lat":60,"lon":25,"eph":8.0,"speed":3}'
    got = GpsdDecoder(Faults()).feed(line)
    assert got is not None
    assert got.accuracy_m == 4.0


def test_nmea_over_tcp_survives_a_restart_of_the_server() -> None:
    lines = NMEA_LOG.read_bytes().splitlines(keepends=True)
    half = len(lines) // 2
    sessions = b"".join(lines[:half]), b"".join(lines[half:])
    with server(*sessions) as port:
        source = open_source(nmea=f"127.0.0.1:{port}")
        whole = [f for f in open_source(nmea=str(NMEA_LOG)).fixes() if f is not None]
        fixes = first_fixes(source, len(whole))
    assert fixes == whole
    assert source.faults.counts["reconnect"] == 1


def test_silence_is_reported_while_waiting() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    lines = TcpLines("127.0.0.1", listener.getsockname()[1], silence_s=0.01)
    waiting = lines.read()
    assert next(waiting) is None
    lines.close()
    assert list(waiting) == []
    listener.close()


def test_serial_port() -> None:
    lines = SerialLines("loop://", silence_s=0.05)
    lines._port.write(NMEA_LOG.read_bytes()[:2000])
    got = []
    for line in lines.read():
        if line is None:
            break
        got.append(line)
    lines.close()
    assert got[0].startswith(b"$")
    assert len(got) > 10


@pytest.mark.parametrize("what", ["127.0.0.1:1", "no-such-receiver", "/dev/no-such-tty", "host:99999"])
def test_a_missing_receiver_is_named(what: str) -> None:
    with pytest.raises(SourceUnavailable):
        open_source(nmea=what)


def test_nothing_asked_for() -> None:
    with pytest.raises(SourceUnavailable, match="no position source"):
        open_source()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gps.local:99", ("gps.local", 99)),
        ("gps.local", ("gps.local", 2947)),
        ("[::1]:99", ("::1", 99)),
        ("[::1]", ("::1", 2947)),
    ],
)
def test_host_and_port(text: str, expected: tuple[str, int]) -> None:
    assert host_and_port(text, 2947) == expected


GPX = """<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>"""


def gpx_points(*points: tuple[float, float, str]) -> str:
    rows = "".join(f'<trkpt lat="{a}" lon="{o}">{t}</trkpt>' for a, o, t in points)
    return GPX.format(f"<trk><trkseg>{rows}</trkseg></trk>")


def test_gpx_with_times_fills_gaps_with_seconds(tmp_path: Path) -> None:
    path = tmp_path / "a.gpx"
    path.write_text(
        gpx_points(
            (60.0, 25.0, "<time>2026-06-15T08:00:00Z</time>"),
            (60.0001, 25.0, "<time>2026-06-15T08:00:01Z</time>"),
            (60.0004, 25.0, "<time>2026-06-15T08:00:04Z</time>"),
        )
    )
    fixes = list(open_source(gpx=path).fixes())
    assert [f is not None for f in fixes] == [True, True, False, False, True]


def test_gpx_of_a_receiver_has_its_speed_and_course_and_no_others(tmp_path: Path) -> None:
    """A position that is wrong for once is no fast drive towards it."""
    path = tmp_path / "a.gpx"
    garmin = "<extensions><x:TrackPointExtension xmlns:x='urn:x'><x:speed>{}</x:speed><x:course>{}</x:course>"
    garmin += "</x:TrackPointExtension></extensions>"
    times = [f"<time>2026-06-15T08:00:0{i}Z</time>" for i in range(5)]
    path.write_text(
        gpx_points(
            (60.0, 25.0, times[0]),
            (60.0008, 25.0, times[1]),
            (60.0002, 25.0, times[2] + garmin.format(11.5, 360)),
            (60.0003, 25.0, times[3] + garmin.format("fast", -1)),
            (60.0004, 25.0, times[4] + "<extensions><speed>12</speed></extensions>"),
        )
    )
    found = [(f.speed_mps, f.heading_deg) for f in open_source(gpx=path).fixes() if f is not None]
    assert found == [(None, None), (None, None), (11.5, 0.0), (None, None), (12.0, None)]
    path.write_text(
        '<gpx version="1.0" creator="t" xmlns="http://www.topografix.com/GPX/1/0"><trk><trkseg>'
        f'<trkpt lat="60" lon="25">{times[0]}<course>90</course><speed>9</speed></trkpt></trkseg></trk></gpx>'
    )
    assert [(f.speed_mps, f.heading_deg) for f in open_source(gpx=path).fixes() if f] == [(9.0, 90.0)]


def test_gpx_without_times_is_driven(tmp_path: Path) -> None:
    path = tmp_path / "a.gpx"
    path.write_text(gpx_points((60.0, 25.0, ""), (60.01, 25.0, "")))
    fixes = [f for f in open_source(gpx=path).fixes() if f is not None]
    assert len(fixes) == pytest.approx(1112 / 13.9, abs=3)
    assert fixes[-1].lat == 60.01


@pytest.mark.parametrize("text", ["", "not xml", "<gpx></gpx>", GPX.format(""), "<html/>"])
def test_bad_gpx(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.gpx"
    path.write_text(text)
    with pytest.raises(BadTrack):
        open_source(gpx=path)
    with pytest.raises(BadTrack):
        open_source(gpx=tmp_path / "missing.gpx")


def test_fixed_point() -> None:
    waits: list[float] = []
    source = FixedPoint(60.0, 25.0, sleep=waits.append, clock=lambda: 5.0)
    fixes = source.fixes()
    assert [(f.lat, f.lon, f.speed_mps) for f in (next(fixes), next(fixes)) if f] == [(60.0, 25.0, 0.0)] * 2
    assert waits == [1.0]


def passed(*fixes: Fix) -> tuple[list[bool], dict[str, int]]:
    faults = Faults()
    watch = FixWatch(faults)
    return [watch.check(f) is not None for f in fixes], faults.to_dict()


def test_watch_passes_a_plain_drive() -> None:
    drive = [fix(60.0 + i * 1e-4, time_s=i, speed_mps=11.0) for i in range(10)]
    assert passed(*drive) == ([True] * 10, {})


@pytest.mark.parametrize("where", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 1.0), (0.0, 0.0)])
def test_watch_drops_impossible_places(where: tuple[float, float]) -> None:
    assert passed(fix(*where)) == ([False], {"out_of_range": 1})


def test_watch_drops_a_jump_but_believes_an_insisting_receiver() -> None:
    there = [fix(60.5, time_s=1 + i) for i in range(4)]
    assert passed(fix(), there[0], fix(time_s=2.0))[0] == [True, False, True]
    assert passed(fix(), *there)[0] == [True, False, False, True, True]


def test_watch_drops_time_going_backwards_but_believes_a_set_clock() -> None:
    back = [fix(time_s=-100.0 + i) for i in range(6)]
    ok, counts = passed(fix(), *back)
    assert ok == [True, False, False, False, False, True, True]
    assert counts["time_backwards"] == 5


def test_watch_drops_a_frozen_position_while_moving() -> None:
    stuck = [fix(time_s=float(i), speed_mps=14.0) for i in range(6)]
    assert passed(*stuck) == ([True, True, True, False, False, False], {"frozen": 3})
    standing = [fix(time_s=float(i), speed_mps=0.1) for i in range(6)]
    assert passed(*standing) == ([True] * 6, {})


def test_watch_removes_the_meaningless_heading_of_a_standing_car() -> None:
    got = FixWatch(Faults()).check(fix(speed_mps=0.2, heading_deg=77.0))
    assert got is not None
    assert got.heading_deg is None


def test_paced_keeps_the_times_of_the_record() -> None:
    now = [0.0]
    seen: list[float] = []

    def sleep(seconds: float) -> None:
        now[0] += seconds

    record = RecordedSource(iter([fix(time_s=0.0), fix(time_s=1.0), fix(time_s=4.0)]))
    for _ in paced(record.fixes(), speed=2.0, clock=lambda: now[0], sleep=sleep):
        seen.append(now[0])
    assert seen == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0])
