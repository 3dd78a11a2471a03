"""The program on two installed packs that meet: it goes from one into the other by itself."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import Agent
from agent.understanding.intent import Navigate
from device.store.regions import use_region
from nav import InstalledPacks, JoinedRouter, Region
from nav.geometry import distance_m
from nav.osm.build import build_graph
from nav.packs.staging import staged
from nav.routing.cch.library import library
from poi import JoinedPlaces, build_places
from tests.device.conftest import Run, in_this_process
from tests.nav.conftest import letters_of
from tests.nav.drawing import osm_xml
from tests.nav.routing.cutting import cut

pytestmark = pytest.mark.skipif(library() is None, reason="the kernels of the index were not compiled here")

DRAWING = """
A   B   C   D   E   F   G   H
  q                       r
"""
STREET = {"highway": "residential", "maxspeed": "50"}
HOTELS = {
    "q": {"tourism": "hotel", "name": "Hotel Torni"},
    "r": {"tourism": "hotel", "name": "Hotel Kamppi"},
}


@pytest.fixture
def two_packs(home: Path) -> dict[str, tuple[float, float]]:
    """Install a street cut into the packs `west` and `east`, with a hotel in each; return its places."""
    at = letters_of(DRAWING, (60.0, 10.0))
    ways = {a + b: {**STREET, "name": f"Street {a}"} for a, b in itertools.pairwise("ABCDEFGH")}
    extract = home / "whole.osm"
    extract.write_text(osm_xml(at, ways, HOTELS, ()), encoding="utf-8")
    middle = (at["D"][1] + at["E"][1]) / 2
    files = cut(extract, [lambda _, lon: lon < middle, lambda _, lon: lon > middle], home)
    for name, file in zip(("west", "east"), files, strict=True):
        with staged(name) as folder:
            build_graph(file, folder, name=name)
            build_places(file, folder)
    use_region("west")
    return at


@pytest.fixture
def xiaogao_here(capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    return in_this_process(capfd)


def text(point: tuple[float, float]) -> str:
    return f"{point[0]},{point[1]}"


def test_a_route_leads_from_one_into_the_other(
    two_packs: dict[str, tuple[float, float]], xiaogao_here: Callable[..., Run]
) -> None:
    start, end = text(two_packs["A"]), text(two_packs["H"])
    found = json.loads(xiaogao_here("route", start, end, "--format", "json").out)
    length_m = distance_m(two_packs["A"], two_packs["H"])
    assert found["distance_m"] == pytest.approx(length_m, rel=0.01)
    back = json.loads(xiaogao_here("route", end, start, "--format", "json").out)
    assert back["distance_m"] == pytest.approx(found["distance_m"])


def test_places_of_both_are_found_and_ranked_together(
    two_packs: dict[str, tuple[float, float]], xiaogao_here: Callable[..., Run]
) -> None:
    def hotels(near: str) -> list[str]:
        found = json.loads(xiaogao_here("find", "hotel", "--near", text(two_packs[near]), "--json").out)
        return [place["name"] for place in found["places"]]

    assert hotels("B") == ["Hotel Torni", "Hotel Kamppi"]
    assert hotels("G") == ["Hotel Kamppi", "Hotel Torni"]
    named = json.loads(xiaogao_here("find", "Hotel Kamppi", "--json").out)
    assert named["places"][0]["name"] == "Hotel Kamppi"
    by_name = json.loads(xiaogao_here("route", text(two_packs["A"]), "Hotel Kamppi", "--format", "json").out)
    assert by_name["distance_m"] > distance_m(two_packs["A"], two_packs["F"])


def test_the_agent_leads_to_a_place_of_the_other_region(two_packs: dict[str, tuple[float, float]]) -> None:
    region, packs = Region.open("west"), InstalledPacks()
    places, router = JoinedPlaces(region, beside=packs), JoinedRouter(region, beside=packs)
    agent = Agent(region, places=places, router=router)
    answer = agent.carry_out(
        "Hotel Kamppi", [Navigate(to="Hotel Kamppi")], language="en", position=two_packs["A"]
    )
    assert answer.route is not None
    assert router.region_of(answer.route).name == "west + east"
    assert "Hotel Kamppi" in answer.reply
