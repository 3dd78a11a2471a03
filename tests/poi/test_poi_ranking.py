"""Which of several places is meant, as somebody who lives there would say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from poi import Places

Draw = Callable[..., Places]
At = Callable[[str, str], tuple[float, float]]

TOWN = """
b t  s h
r  m  l  g
   x     y
"""
NODES = {
    "b": {"highway": "bus_stop", "name": "Encamp"},
    "t": {"place": "town", "name": "Encamp", "population": "10000"},
    "s": {"railway": "station", "name": "昆山站", "name:en": "Kunshan Railway Station"},
    "h": {"tourism": "hotel", "name": "昆山站如家酒店"},
    "r": {"tourism": "hotel", "name": "Station Hotel"},
    "m": {"railway": "station", "name": "Encamp Station"},
    "l": {"amenity": "cafe", "name": "Encamp Station Cafe"},
    "g": {"amenity": "parking", "name": "昆山站停车场"},
    "x": {"amenity": "bar", "name": "Encamp"},
    "y": {"shop": "convenience", "name": "昆山站便利店"},
}


@pytest.mark.parametrize(
    ("words", "letter"),
    [
        ("Encamp", "t"),
        ("take me to Encamp", "t"),
        ("昆山站", "s"),
        ("带我去昆山站", "s"),
        ("昆山火车站", "s"),
        ("Kunshan Railway Station", "s"),
        ("Encamp Station", "m"),
        ("昆山站停车场", "g"),
        ("昆山站如家酒店", "h"),
        ("Encamp Station Cafe", "l"),
    ],
)
@pytest.mark.parametrize("near", ["b", "h", "y"])
def test_the_one_that_is_meant_wherever_the_car_is(
    draw: Draw, at: At, words: str, letter: str, near: str
) -> None:
    resolution = draw(TOWN, NODES).resolve(words, near=at(TOWN, near))
    place = resolution[0].place
    assert (place.lat, place.lon) == pytest.approx(at(TOWN, letter)), place.name
    assert resolution.verdict == "clear"


def test_a_sight_is_gone_to_at_its_entrance(draw: Draw, at: At) -> None:
    drawing = """
a  e  b

d     c
"""
    nodes = {"e": {"entrance": "main", "name": "正门"}}
    ways = {
        "aebcda": {"tourism": "attraction", "name": "拙政园", "wikidata": "Q1"},
        "dc": {"highway": "residential"},
    }
    place = draw(drawing, nodes, ways).resolve("拙政园")[0].place
    assert (place.lat, place.lon) == pytest.approx(at(drawing, "e"), abs=2e-4)


def test_two_of_one_name_are_told_apart_by_their_towns(draw: Draw) -> None:
    drawing = """
a  b      e  f
  p   m     q
d  c      h  g
"""
    nodes = {
        "p": {"leisure": "park", "name": "人民公园"},
        "q": {"leisure": "park", "name": "人民公园"},
    }
    towns = [
        ({"boundary": "administrative", "admin_level": "8", "name": "玉山镇"}, {"abcda": "outer"}),
        ({"boundary": "administrative", "admin_level": "8", "name": "周市镇"}, {"efghe": "outer"}),
    ]
    resolution = draw(drawing, nodes, {"abcda": {}, "efghe": {}}, towns).resolve("人民公园")
    assert (resolution.verdict, resolution.ask_by) == ("ask", "district")
    assert {candidate.told_by for candidate in resolution} == {"玉山镇", "周市镇"}
