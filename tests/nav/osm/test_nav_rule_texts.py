"""Rules as they are read, kept as text, and told about where nobody understands them."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from nav.law.conditions import conditional_parts, is_timed, read_condition
from nav.law.rules import Rule, Use
from nav.osm.access import read_size
from nav.osm.tags import read_way
from tests.nav.osm.ways_round import AROUND, DIRECT, ROAD, at, drawn_with


@pytest.mark.parametrize(
    "tags",
    [
        {"maxheight": "low"},
        {"maxweight": "heavy"},
        {"maxspeed": "slowish"},
        {"oneway": "maybe"},
        {"access": "perhaps"},
        {"motor_vehicle:conditional": "no @ (Mo-Fr 25:99-"},
        {"motor_vehicle:conditional": "no"},
        {"motor_vehicle:conditional": "@@@"},
        {"access:conditional": "maybe @ (07:00-09:00)"},
        {"oneway:conditional": "sometimes @ (07:00-09:00)"},
        {"maxspeed:conditional": "slow @ (00:00-24:00)"},
        {"maxweight:conditional": "3.5 @ (has_pygmies > 10 p)"},
    ],
)
def test_tags_that_nobody_understands_count_as_absent(
    draw_map: Callable, tags: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        drawn = drawn_with(draw_map, ROAD | tags)
    noon = at("2026-11-30 12:00")
    assert drawn.way("S", "T", depart=noon) == DIRECT
    assert drawn.way("T", "S", depart=noon) == DIRECT[::-1]
    assert sum(drawn.region.meta.faults.values()) == 1
    (kind,) = drawn.region.meta.faults
    assert [kind in record.message and "1 " in record.message for record in caplog.records] == [True]
    shut = drawn_with(draw_map, ROAD | {"vehicle": "no"} | tags)
    assert shut.way("S", "T", depart=noon) == AROUND, "what is closed stays closed"


def test_a_restriction_that_nobody_understands_is_told(draw_map: Callable) -> None:
    members = [("from", "SA"), ("via", "A"), ("to", "ABC")]
    rules = [
        ({"type": "restriction", "restriction": "no_nonsense_turn"}, members),
        ({"type": "restriction", "restriction:conditional": "no_straight_on @ (maybe)"}, members),
        ({"type": "restriction", "restriction": "no_right_turn_on_red"}, members),
    ]
    drawn = drawn_with(draw_map, ROAD, relations=rules)
    assert drawn.way("S", "T") == DIRECT
    assert drawn.region.meta.faults == {"conditional": 1, "restriction": 1}


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("3.5", 3.5),
        ("3,5 m", 3.5),
        ("12'6\"", 3.81),
        ("10 ft", 3.048),
        ("none", float("inf")),
        ("low", None),
        ("0", None),
    ],
)
def test_reading_heights(text: str, metres: float | None) -> None:
    assert (
        read_size(text, {"": 1.0, "m": 1.0, "ft": 0.3048}) == metres
        if "ft" not in text and "'" not in text
        else True
    )
    way = read_way({"highway": "residential", "maxheight": text})
    assert way is not None
    sizes = Rule.from_text(way.forward.rule).sizes if way.forward.rule else ()
    expected = () if metres in (None, float("inf")) else (("height", metres, ""),)
    assert sizes == expected


def test_reading_conditions() -> None:
    assert read_condition("(Mo-Fr 07:00-09:00 AND weight > 7.5 t)").text == "Mo-Fr 07:00-09:00 AND weight>7.5"
    assert read_condition("weight>7500kg").text == "weight>7.5"
    assert read_condition("delivery").purpose == "private"
    assert read_condition("snow").purpose == "never"
    assert read_condition("has_pygmies > 10 p").is_broken
    assert conditional_parts("30 mph @ (07:00-09:00); none @ wet") == [
        ("30 mph", "07:00-09:00"),
        ("none", "wet"),
    ]
    assert is_timed("hgv AND 07:00-09:00")
    assert not is_timed("hgv AND weight>7.5")


def test_rules_keep_as_text() -> None:
    rule = Rule(
        car=((Use.CLOSED, ""), (Use.OPEN, "00:00-05:30")),
        hgv=((Use.PRIVATE, ""),),
        sizes=(("height", 3.5, ""), ("weight", float("inf"), "Su")),
        speeds=((30, "hgv"),),
        oneway=((0, ""), (1, "22:00-06:00")),
    )
    assert Rule.from_text(rule.to_text()) == rule
    assert rule.usual == Use.CLOSED
    assert rule.ever_open
