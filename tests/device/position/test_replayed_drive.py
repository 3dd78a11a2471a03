"""`xiaogao drive` on a small map: simulated, replayed, as JSON, and with bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from device.cli import drive as commands_drive
from device.cli.drive_view import Mouth
from device.position.errors import BadTrack, SourceUnavailable
from device.position.gpx import gpx_fixes
from device.position.route_course import SimulatedSource, course_of
from device.position.simulator import Course, Receiver, simulate
from device.position.source import source_from
from device.store.regions import add_region
from nav import Region, Router
from nav.guidance.prompts import Prompt

MAP = """<osm version="0.6">
<node id="1" lat="60.000" lon="10.000"/><node id="2" lat="60.000" lon="10.010"/>
<node id="3" lat="60.003" lon="10.010"/><node id="4" lat="59.997" lon="10.010"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="First Street"/></way>
<way id="2"><nd ref="4"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/>
<tag k="name" v="Long Road"/></way>
</osm>"""
START, END = "60.0,10.0005", "60.0028,10.01"


@pytest.fixture
def region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Region:
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path / "home"))
    extract = tmp_path / "tiny.osm"
    extract.write_text(MAP)
    return Region.open(add_region(extract, "tiny"))


def xiaogao(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    commands_drive.register(app)
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.mark.usefixtures("region")
def test_a_simulated_drive_is_written_as_a_transcript() -> None:
    wishes = ("--avoid", "toll, ferry", "--no-reminders")
    code, output = xiaogao(START, END, "--speed", "0", "--language", "en", *wishes)
    assert code == 0
    assert "Head east on First Street" in output
    assert "at the end of the road turn left onto Long Road" in output
    assert output.rstrip().endswith("You have arrived")


@pytest.mark.parametrize("has_times", [True, False])
def test_at_a_speed_that_was_made_up_nobody_is_too_fast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_times: bool
) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path / "home"))
    extract, track = tmp_path / "slow.osm", tmp_path / "drive.gpx"
    extract.write_text(MAP.replace('v="First Street"/>', 'v="First Street"/><tag k="maxspeed" v="20"/>'))
    add_region(extract, "slow")
    points = [
        f'<trkpt lat="60.0" lon="{10.0005 + 0.00025 * k:.6f}">'
        + (f"<time>2026-11-29T12:00:{k:02d}Z</time>" if has_times else "")
        + "</trkpt>"
        for k in range(30)
    ]
    track.write_text(f'<gpx version="1.1"><trk><trkseg>{"".join(points)}</trkseg></trk></gpx>')
    _, output = xiaogao(START, END, "--gpx", str(track), "--speed", "0", "--language", "en")
    assert "Head east" in output
    assert ("over the limit" in output) is has_times


@pytest.mark.usefixtures("region")
def test_events_as_json_lines() -> None:
    code, output = xiaogao(START, END, "--speed", "0", "--json")
    events = [json.loads(line) for line in output.splitlines()]
    assert code == 0
    assert {"prompt", "progress", "arrived", "end"} <= {event["event"] for event in events}
    assert events[-1] == {"event": "end", "faults": {}}


def test_a_track_is_replayed(region: Region, tmp_path: Path) -> None:
    route = Router(region).route([(60.0, 10.0005), (60.0028, 10.01)])
    track = tmp_path / "drive.gpx"
    track.write_text(route.to_gpx())
    assert len(gpx_fixes(track)) > 20
    code, output = xiaogao(START, END, "--gpx", str(track), "--speed", "0")
    assert code == 0
    assert "您已到达目的地" in output


@pytest.mark.usefixtures("region")
def test_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadTrack) as refused:
        xiaogao(START, END, "--gpx", str(tmp_path / "none.gpx"))
    assert refused.value.exit_code == 2
    assert xiaogao(START, END, "--language", "fi")[0] == 2
    assert xiaogao(START, END, "--gpsd", "--nmea", "x:1")[0] == 2
    with pytest.raises(SourceUnavailable):
        xiaogao("here", END, "--nmea", "127.0.0.1:1")


@pytest.mark.parametrize(
    "text", ["", "gpsd:127.0.0.1:1", "nmea:", "fixed:91,0", "fixed:x", "satellite:5", "gpx:"]
)
def test_position_sources_that_cannot_be(text: str) -> None:
    with pytest.raises(SourceUnavailable):
        source_from(text)


def line(*, tunnel: tuple[int, int] = (0, 0), stops: tuple[tuple[float, float], ...] = ()) -> Course:
    points = np.column_stack((np.full(21, 60.0), 10.0 + np.arange(21) * 0.001))
    hidden = np.zeros(20, dtype=bool)
    hidden[tunnel[0] : tunnel[1]] = True
    return Course(points=points, speed_mps=np.full(20, 15.0), tunnel=hidden, stops=stops)


def test_a_simulated_drive_goes_forward_and_keeps_its_speed() -> None:
    moments = list(simulate(line()))
    offsets = [m.offset_m for m in moments]
    assert offsets == sorted(offsets)
    assert offsets[-1] == pytest.approx(1112, abs=2)
    assert max(m.speed_mps for m in moments) == pytest.approx(15.0, abs=0.3)
    assert all(m.fix is not None for m in moments)


def test_the_same_seed_gives_the_same_drive() -> None:
    assert list(simulate(line(), seed=3)) == list(simulate(line(), seed=3))
    assert list(simulate(line(), seed=3)) != list(simulate(line(), seed=4))


def test_tunnels_stops_and_lost_fixes() -> None:
    moments = list(simulate(line(tunnel=(5, 10), stops=((800.0, 20.0),)), Receiver(lost=0.2), seed=1))
    assert all(m.fix is None for m in moments if 290 < m.offset_m < 540)
    standing = [m for m in moments if abs(m.offset_m - 800) < 3]
    assert len(standing) >= 20
    seen = [m for m in moments if not 270 < m.offset_m < 560]
    assert 0.05 < sum(m.fix is None for m in seen) / len(seen) < 0.4


def test_noise_is_as_large_as_asked_for() -> None:
    moments = (m for seed in range(20) for m in simulate(line(), Receiver(noise_m=8.0), seed=seed))
    north = [(m.fix.lat - 60.0) * 111_195 for m in moments if m.fix is not None]
    assert np.std(north) == pytest.approx(8.0, rel=0.25)


def test_a_route_is_driven_by_its_own_speeds(region: Region) -> None:
    route = Router(region).route([(60.0, 10.0005), (60.0028, 10.01)])
    course = course_of(route)
    assert len(course.speed_mps) == len(route.geometry) - 1
    source = SimulatedSource(course, Receiver(), seed=1, start_time_s=1e9)
    assert sum(fix is not None for fix in source.fixes()) > 20


class Silent:
    """Stands for the engines: remembers what it was asked to say."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.synthesizer = self

    def speak(self, text: str, language: str) -> Iterator[object]:
        self.said.append(text)
        return iter(())

    def close(self) -> None:
        self.said.append("(stopped)")


def prompt(text: str, *, interrupts: bool = False, spare_s: float = 60.0) -> Prompt:
    return Prompt(
        text=text, language="zh", stage="now", maneuver=0, time_s=0.0, distance_m=0.0, speech_s=1.0,
        drop_after_s=spare_s, interrupts=interrupts,
    )  # fmt: skip


def test_a_mouth_drops_what_comes_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = Silent()
    monkeypatch.setattr("device.engine.engines.make_engines", lambda settings: engines)
    mouth = Mouth(None, speak=True, pace=1.0)
    mouth.say(prompt("in time"))
    mouth.say(prompt("too late", spare_s=-1.0))
    mouth.close()
    assert engines.said == ["in time", "(stopped)"]
    assert mouth.dropped == 1
