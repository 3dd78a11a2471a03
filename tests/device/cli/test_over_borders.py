"""The program on two installed packs that meet: it goes from one into the other by itself."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from device.store.regions import use_region
from nav.geometry import distance_m
from nav.osm.build import build_graph
from nav.packs.staging import staged
from nav.routing.cch.library import library
from poi import build_places
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
