"""A county town as OSM tags it, asked for by its short name: 到昆山玩, 昆山有什么酒店, 带我去周庄."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import nav
import poi
from agent import Agent, Memory
from agent.understanding.learned.reader import Reader
from tests.poi.conftest import osm_xml, point_of

COUNTY = """
a               b
  k  h  m  s
     r     t
       z  w
d     n      c  o
"""
BOUNDARY = {"boundary": "administrative", "admin_level": "6", "name": "昆山市", "name:en": "Kunshan"}
NODES = {
    "k": {"place": "city", "name": "昆山市", "population": "2092496"},
    "z": {"place": "town", "name": "周庄镇"},
    "h": {"tourism": "hotel", "name": "金陵大饭店", "opening_hours": "24/7"},
    "n": {"tourism": "hotel", "name": "水乡宾馆"},
    "o": {"tourism": "hotel", "name": "别处宾馆"},
    "m": {"tourism": "museum", "name": "昆仑堂美术馆", "wikidata": "Q1", "opening_hours": "09:00-17:00"},
    "w": {"tourism": "attraction", "name": "沈厅", "wikidata": "Q2", "opening_hours": "08:00-18:00"},
    "r": {"amenity": "restaurant", "name": "奥灶馆", "opening_hours": "10:00-21:00"},
    "t": {"leisure": "park", "name": "亭林园", "wikidata": "Q3"},
}
WAYS = {
    "abcda": {},
    "khms": {"highway": "primary", "name": "前进路"},
    "krzn": {"highway": "primary", "name": "昆周路"},
    "mt": {"highway": "residential", "name": "亭林路"},
    "zw": {"highway": "residential", "name": "全福路"},
    "so": {"highway": "primary", "name": "外环路"},
}


@pytest.fixture(scope="module")
def kunshan(tmp_path_factory: pytest.TempPathFactory) -> nav.Region:
    """Give a region pack of the drawn county."""
    folder = tmp_path_factory.mktemp("kunshan")
    pbf = folder / "map.osm"
    pbf.write_text(
        osm_xml(COUNTY, NODES, WAYS, [(BOUNDARY, {"abcda": "outer", "k": "admin_centre"})]), "utf-8"
    )
    nav.build_graph(pbf, folder, name="kunshan")
    poi.build_places(pbf, folder)
    return nav.Region.open(folder)


@pytest.fixture
def agent(kunshan: nav.Region, reader: Reader, tmp_path: Path) -> Agent:
    """Give an agent in the drawn county that reads by the learned reader."""
    return Agent(
        kunshan,
        places=poi.Places(kunshan),
        router=nav.Router(kunshan),
        reader=reader,
        memory=Memory(tmp_path / "memory.sqlite"),
        now=lambda: datetime(2026, 6, 10, 9, 0),
    )


CAR = point_of(COUNTY, "s")


@pytest.mark.parametrize(("words", "name"), [("带我去周庄", "周庄镇"), ("带我去昆山", "昆山市")])
def test_a_town_by_its_short_name_is_driven_to(agent: Agent, words: str, name: str) -> None:
    answer = agent.hear(words, position=CAR)
    assert answer.route is not None
    assert [place.name for place in answer.places[:1]] == [name]


def test_a_trip_to_the_town_is_planned(agent: Agent) -> None:
    answer = agent.hear("到昆山玩", position=CAR)
    assert [intent.kind for intent in answer.intents] == ["plan_trip"]
    if answer.outcome == "ask_back":
        answer = agent.hear("一天", position=CAR)
    assert answer.plan is not None, answer.reply
    assert "昆仑堂美术馆" in json.dumps(answer.plan.to_dict(), ensure_ascii=False)


def test_hotels_of_the_town_are_those_inside_of_it(agent: Agent, said_reader: Any) -> None:
    """What is read is told by `said.jsonl`: here is tested what is found."""
    agent._understander = agent._unaided = said_reader
    answer = agent.hear("昆山有什么酒店", position=CAR)
    assert {place.name for place in answer.places} == {"金陵大饭店", "水乡宾馆"}
