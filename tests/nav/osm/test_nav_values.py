"""What is read out of the values of tags: speeds, durations, conditions, names, flags."""

from __future__ import annotations

import pytest

from nav.graph import NO_LIMIT_KPH, EdgeFlag, NodeFlag, RoadClass
from nav.law.conditions import conditional_parts
from nav.osm.nodes import read_node
from nav.osm.tags import read_way
from nav.osm.values import read_duration_s, read_names, read_speed_kph


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("50", 50),
        ("50 km/h", 50),
        ("30 mph", 48),
        ("none", NO_LIMIT_KPH),
        ("walk", 7),
        ("50;30", 50),
        ("DE:zone:30", 30),
        ("FI:urban", 0),
        ("99999", 0),
        ("-5", 0),
        ("fast", 0),
        ("", 0),
        ("0", 0),
    ],
)
def test_reading_speeds(text: str, kph: int) -> None:
    assert read_speed_kph(text) == kph


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("01:30", 5400),
        ("00:05:30", 330),
        ("45", 2700),
        ("PT1H5M", 3900),
        ("P1D", 86400),
        ("soon", 0),
        ("1:2:3:4", 0),
        ("", 0),
    ],
)
def test_reading_durations(text: str, seconds: float) -> None:
    assert read_duration_s(text) == seconds


def test_reading_conditions() -> None:
    text = "no @ (Mo-Fr 07:00-09:00; Sa 10:00-12:00); destination @ (Su); no @ weight>7.5"
    assert conditional_parts(text) == [
        ("no", "Mo-Fr 07:00-09:00; Sa 10:00-12:00"),
        ("destination", "Su"),
        ("no", "weight>7.5"),
    ]


def test_reading_names_in_all_languages() -> None:
    tags = {
        "name": "Senaatintori",
        "name:sv": "Senatstorget",
        "name:zh-Hans": "参议院广场",
        "name:etymology": "x",
    }
    assert read_names(tags) == (("", "Senaatintori"), ("sv", "Senatstorget"), ("zh-Hans", "参议院广场"))


def test_reading_flags() -> None:
    link = read_way(
        {"highway": "trunk_link", "tunnel": "yes", "bridge": "no", "toll": "yes", "surface": "gravel"}
    )
    assert link is not None
    assert link.road_class is RoadClass.TRUNK
    expected = EdgeFlag.LINK | EdgeFlag.TUNNEL | EdgeFlag.TOLL | EdgeFlag.UNPAVED | EdgeFlag.NO_STOPPING
    assert link.flags == expected
    assert read_node({"highway": "motorway_junction", "ref": "12"}) == NodeFlag.MOTORWAY_JUNCTION
    assert (
        read_node({"highway": "crossing", "crossing": "traffic_signals"})
        == NodeFlag.SIGNALS | NodeFlag.CROSSING
    )
