"""Places of packs that lie beside each other: one list, ranked as one pack of both ranks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nav.osm.build import build_graph
from nav.region import Region
from poi import JoinedPlaces, Places, build_places
from tests.nav.conftest import letters_of
from tests.nav.drawing import Tags, osm_xml
from tests.nav.routing.cutting import cut

DRAWING = """
A   B   C   D   E   F   G   H
 a b c d e f g h i j k l m n
"""
STREET = {"highway": "residential", "name": "Long Street"}
THINGS: dict[str, Tags] = {
    "b": {"tourism": "museum", "name": "Museum of Bread"},
    "c": {"amenity": "fuel", "name": "Neste"},
    "e": {"amenity": "cafe", "name": "Cafe Regatta"},
    "g": {"amenity": "fuel", "name": "Teboil"},
    "h": {"amenity": "fuel", "name": "Shell"},
    "j": {"amenity": "cafe", "name": "Cafe Regatta"},
    "k": {"tourism": "museum", "name": "Museum of Breakfast"},
    "m": {"tourism": "hotel", "name": "Hotel Kamppi"},
}


class Both:
    """A whole map, and its two halves as joined places of the western one."""

    def __init__(self, folder: Path) -> None:
        self.at = letters_of(DRAWING, (60.0, 10.0))
        ways = {"ABCD": STREET, "DE": STREET, "EFGH": STREET}
        extract = folder / "whole.osm"
        extract.write_text(osm_xml(self.at, ways, THINGS, ()), encoding="utf-8")
        d, e = self.at["D"][1], self.at["E"][1]
        halves = cut(extract, [lambda _, lon: lon <= e, lambda _, lon: lon >= d], folder)
        self.regions = []
        for number, file in enumerate([extract, *halves]):
            pack = folder / f"pack{number}"
            pack.mkdir()
            build_graph(file, pack, name=pack.name)
            build_places(file, pack)
            self.regions.append(Region.open(pack))
        self.whole = Places(self.regions[0])
        self.joined = JoinedPlaces(self.regions[1], beside=lambda: self.regions[1:])


@pytest.fixture
def both(tmp_path: Path) -> Both:
    return Both(tmp_path)


@pytest.mark.parametrize("words", ["fuel", "museum", "hotel", "Cafe Regatta", "加油站"])
@pytest.mark.parametrize("near", ["a", "g", "n"])
def test_a_list_is_that_of_the_whole_map(both: Both, words: str, near: str) -> None:
    expected = both.whole.search(words, near=both.at[near])
    found = both.joined.search(words, near=both.at[near])
    assert [(p.id, p.name, p.distance_m) for p in found] == [(p.id, p.name, p.distance_m) for p in expected]
    assert found


@pytest.mark.parametrize("name", ["Hotel Kamppi", "Museum of Bread", "fuel", "nothing so"])
@pytest.mark.parametrize("near", ["a", "n"])
def test_a_name_is_resolved_as_on_the_whole_map(both: Both, name: str, near: str) -> None:
    expected, found = (places.resolve(name, near=both.at[near]) for places in (both.whole, both.joined))
    assert found.verdict == expected.verdict
    assert [c.place.id for c in found][:1] == [c.place.id for c in expected][:1]


def test_of_one_name_in_two_regions_the_near_one_is_meant(both: Both) -> None:
    for near, meant in (("a", "e"), ("n", "j")):
        found = both.joined.resolve("Cafe Regatta", near=both.at[near])
        assert (found.verdict, found[0].place.lon) == ("clear", pytest.approx(both.at[meant][1]))


def test_what_stands_behind_the_border_is_told(both: Both) -> None:
    hotel = both.joined.search("Hotel Kamppi")[0]
    assert both.joined.by_id(hotel.id) == hotel.__class__(**{**_fields(hotel), "why": "", "distance_m": None})
    assert both.joined.reverse(*both.at["n"]).street == "Long Street"
    near = both.at["k"]
    of_all, of_both = (
        [p.id for p in places.of_kinds(["amenity/fuel"], near=near, within_m=5000)]
        for places in (both.whole, both.joined)
    )
    assert of_both == of_all
    assert "Hotel Kamppi" in both.joined.names_near(*near)


def test_a_region_without_places_is_left_out(both: Both) -> None:
    (both.regions[2].path / "poi.sqlite").unlink()
    assert [p.name for p in both.joined.search("museum")] == ["Museum of Bread"]
    both.joined.close()


def _fields(place: object) -> dict[str, object]:
    return {name: getattr(place, name) for name in place.__slots__}  # type: ignore[attr-defined]
