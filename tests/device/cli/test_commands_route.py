"""`xiaogao route`, on a small town built for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from device.cli.main import main
from nav.osm.build import build_graph
from nav.packs.staging import staged
from poi import build_places

STREETS = {"Main Street": (1, 2, 3), "North Road": (3, 6), "Back Lane": (1, 4, 5, 6)}


@pytest.fixture
def town(home: Path) -> Path:
    lines = ['<osm version="0.6">']
    for i in range(6):
        row, column = divmod(i, 3)
        lines.append(f'<node id="{i + 1}" lat="{60 + row * 0.002}" lon="{10 + column * 0.004}"/>')
    hotel = '<tag k="tourism" v="hotel"/><tag k="name" v="Grand Hotel"/>'
    lines.append(f'<node id="9" lat="60.0021" lon="10.0079">{hotel}</node>')
    for number, (name, nodes) in enumerate(STREETS.items()):
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        tags = f'<tag k="highway" v="residential"/><tag k="name" v="{name}"/>'
        if name == "Main Street":
            tags += '<tag k="maxheight" v="2.2"/>'
            tags += '<tag k="motor_vehicle:conditional" v="no @ (2026 Dec 24 00:00-24:00)"/>'
        lines.append(f'<way id="{100 + number}">{refs}{tags}</way>')
    extract = home / "town.osm"
    extract.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    with staged("town") as folder:
        build_graph(extract, folder, name="town")
        build_places(extract, folder)
    return home


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["route", *arguments, "--region", "town"])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


@pytest.mark.usefixtures("town")
def test_text_names_the_streets(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "60.0,10.001", "Grand Hotel")
    assert code == 0
    assert "km" in out.splitlines()[0]
    assert "Main Street" in out
    _, chinese, _ = run(capsys, "60.0,10.001", "Grand Hotel", "--language", "zh")
    assert "到达" in chinese


@pytest.mark.usefixtures("town")
def test_json_has_manoeuvres_and_alternatives(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "60.0,10.001", "60.002,10.007", "--format", "json", "--alternatives", "1")
    found = json.loads(out)
    assert code == 0
    assert found["maneuvers"][0]["kind"] == "depart"
    assert found["distance_m"] > 100
    assert len(found["alternatives"]) <= 1


def test_files(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form, head in (("gpx", b"<?xml"), ("geojson", b"{"), ("png", b"\x89PNG"), ("html", b"<!doctype")):
        file = town / "out" / f"route.{form}"
        code, _, _ = run(capsys, "60.0,10.001", "60.002,10.007", "--format", form, "-o", str(file))
        assert code == 0
        assert file.read_bytes().startswith(head)


def test_stops_in_the_best_order_and_closures(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stops = ("60.0,10.001", "60.002,10.001", "--via", "60.002,10.007", "--via", "60.0,10.007")
    lengths = []
    for extra in ((), ("--best-order",)):
        _, out, _ = run(capsys, *stops, "--format", "json", *extra)
        lengths.append(json.loads(out)["distance_m"])
    assert lengths[1] < lengths[0]
    live = town / "live.json"
    live.write_text('{"changes": [{"way": 101, "closed": true}, {"way": 7, "closed": true}]}')
    code, out, err = run(capsys, "60.0,10.001", "60.002,10.007", "--live", str(live))
    assert code == 0
    assert "Back Lane" in out
    assert "change 2" in err


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("60.0,10.001", "Atlantis Palace"), 1, "no place called"),
        (("60.0,10.001", "10.0,60.0"), 1, "outside"),
        (("60.0,10.001", "99,10"), 2, "Earth"),
        (("60.0,10.001", "60.002,10.007", "--avoid", "dragons"), 2, "dragons"),
        (("60.0,10.001", "60.002,10.007", "--live", "nothing.json"), 2, "nothing.json"),
        (("60.0,10.001", "60.002,10.007", "--via", "60.0,10.007", "--alternatives", "1"), 2, "between two"),
        (("60.0,10.001", "60.002,10.007", "--best-order", "--alternatives", "1"), 2, "between two"),
        (("60.0,10.001", "60.002,10.007", "--format", "gpx", "--alternatives", "1"), 2, "gpx holds one way"),
        (
            ("60.0,10.001", "60.002,10.007", "--format", "html", "--alternatives", "1"),
            2,
            "html holds one way",
        ),
        (("60.0,10.001", "60.002,10.007", "--heading", "nan"), 2, "no heading"),
    ],
)
def test_refusals_are_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, message: str
) -> None:
    left, out, err = run(capsys, *arguments)
    assert left == code
    assert message in " ".join(err.split())
    assert "Traceback" not in out + err


@pytest.mark.usefixtures("town")
def test_a_tall_vehicle_or_a_closed_day_goes_another_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = ("60.0,10.0", "60.002,10.0079")
    assert "Main Street" in run(capsys, *ends)[1]
    assert "Main Street" not in run(capsys, *ends, "--height", "2.6")[1]
    assert "Main Street" not in run(capsys, *ends, "--depart", "2026-12-24T08:00")[1]
    assert "Main Street" in run(capsys, *ends, "--depart", "2026-12-25T08:00")[1]
    monkeypatch.setenv("XIAOGAO_VEHICLE_HEIGHT_M", "2.6")
    assert "Main Street" not in run(capsys, *ends)[1]
    code, _, err = run(capsys, *ends, "--height", "90")
    assert code == 2
    assert "not possible" in err


@pytest.mark.usefixtures("town")
def test_what_is_left_to_walk_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "60.0,10.0", "60.0009,10.006", "--format", "json")
    assert code == 0
    assert json.loads(out)["on_foot_m"] == pytest.approx(100, abs=2)
    assert "the last 100 m are on foot" in err
