"""Towns, districts and states: by their short names, at their centres, and searched in by their outline."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from poi import Places
from poi.areas.names import said_names, short_names

Draw = Callable[..., Places]
At = Callable[[str, str], tuple[float, float]]

COUNTY = """
a       b
  k h
       z
d     n c   o
"""
KUNSHAN = {"boundary": "administrative", "admin_level": "6", "name": "昆山市", "name:en": "Kunshan"}
COUNTY_NODES = {
    "k": {"place": "city", "name": "昆山市"},
    "z": {"place": "town", "name": "周庄镇"},
    "h": {"tourism": "hotel", "name": "金陵大饭店"},
    "n": {"tourism": "hotel", "name": "水乡宾馆"},
    "o": {"tourism": "hotel", "name": "别处宾馆"},
}
COUNTY_WAYS = {"abcda": {}, "kz": {"highway": "primary", "name": "昆周路"}}


@pytest.fixture
def kunshan(draw: Draw) -> Places:
    return draw(COUNTY, COUNTY_NODES, COUNTY_WAYS, [(KUNSHAN, {"abcda": "outer", "k": "admin_centre"})])


@pytest.mark.parametrize("words", ["昆山", "昆山市", "Kunshan", "kunshan", "崑山", "带我去昆山"])
def test_a_city_is_gone_to_at_its_centre(kunshan: Places, at: At, words: str) -> None:
    resolution = kunshan.resolve(words)
    place = resolution[0].place
    assert resolution.verdict == "clear"
    assert (place.lat, place.lon) == pytest.approx(at(COUNTY, "k"))
    area = kunshan.area(words.removeprefix("带我去"))
    assert area is not None
    assert area.centre == pytest.approx(at(COUNTY, "k"))


@pytest.mark.parametrize("words", ["周庄", "周庄镇", "昆山市周庄镇", "昆山周庄", "Zhouzhuang"])
def test_a_town_in_a_county(kunshan: Places, at: At, words: str) -> None:
    place = kunshan.resolve(words)[0].place
    assert (place.name, place.lat) == ("周庄镇", pytest.approx(at(COUNTY, "z")[0]))


@pytest.mark.parametrize(
    "words", ["江苏昆山", "江苏省昆山市", "中国江苏省昆山市", "Kunshan, Jiangsu", "昆山市区"]
)
def test_a_province_that_a_small_map_does_not_hold(kunshan: Places, at: At, words: str) -> None:
    resolution = kunshan.resolve(words)
    assert resolution.verdict == "clear"
    assert resolution[0].place.lat == pytest.approx(at(COUNTY, "k")[0])


@pytest.mark.parametrize(
    "words",
    [
        "昆山水乡宾馆",
        "昆山市水乡宾馆",
        "江苏省昆山市水乡宾馆",
        "昆山的水乡宾馆",
        "水乡宾馆, 昆山",
        "Kunshan 水乡宾馆",
    ],
)
def test_a_place_with_the_town_it_lies_in(kunshan: Places, words: str) -> None:
    resolution = kunshan.resolve(words)
    assert (resolution[0].place.name, resolution.verdict) == ("水乡宾馆", "clear")


def test_a_town_behind_an_unknown_name_is_asked_about(kunshan: Places) -> None:
    resolution = kunshan.resolve("苏州昆山")
    assert (resolution[0].place.name, resolution.verdict) == ("昆山市", "unsure")


def test_a_place_outside_of_the_town_said_with_it_is_not_surely_meant(kunshan: Places) -> None:
    assert kunshan.resolve("昆山市别处宾馆").verdict != "clear"


@pytest.mark.parametrize("words", ["长城", "Great Wall", "great wall"])
def test_a_place_named_in_languages_only(draw: Draw, words: str) -> None:
    places = draw("a", {"a": {"historic": "castle", "name:zh": "长城", "name:en": "Great Wall"}})
    assert places.resolve(words)[0].place.name == "长城"


@pytest.mark.parametrize(
    "words", ["昆山的酒店", "昆山市有什么酒店", "hotels in Kunshan", "昆山酒店", "Kunshan hotels"]
)
def test_what_lies_in_an_area_by_its_outline(kunshan: Places, words: str) -> None:
    assert {p.name for p in kunshan.search(words)} == {"金陵大饭店", "水乡宾馆"}


def test_an_area_to_search_in(kunshan: Places, at: At) -> None:
    area = kunshan.area("昆山")
    assert area is not None
    found = kunshan.search("hotel", near=area)
    assert [p.name for p in found] == ["金陵大饭店", "水乡宾馆"]
    assert area.contains(*at(COUNTY, "n"))
    assert not area.contains(*at(COUNTY, "o"))
    south, west, north, east = area.bbox
    assert (north, west) == pytest.approx(at(COUNTY, "a"))
    assert (south, east) == pytest.approx(at(COUNTY, "c"))


def test_a_hotel_called_after_its_town_is_no_hotel_in_it(draw: Draw) -> None:
    nodes = {**COUNTY_NODES, "o": {"tourism": "hotel", "name": "昆山宾馆"}}
    places = draw(COUNTY, nodes, COUNTY_WAYS, [(KUNSHAN, {"abcda": "outer"})])
    assert places.resolve("昆山宾馆")[0].place.name == "昆山宾馆"
    assert [p.name for p in places.search("昆山宾馆")] == ["昆山宾馆"]


@pytest.mark.parametrize(
    ("nodes", "roles", "centre"),
    [
        pytest.param({"k": {"place": "town", "name": "Encamp"}}, {}, "k", id="a town of its name"),
        pytest.param({"h": {"place": "city", "name": "Vila"}}, {"h": "admin_centre"}, "h", id="its centre"),
        pytest.param({"h": {"place": "county", "name": "Encamp"}}, {"h": "label"}, "h", id="its label"),
        pytest.param(
            {"h": {"place": "county", "name": "Encamp"}, "z": {"place": "village", "name": "Vila"}},
            {"h": "label", "z": "admin_centre"}, "z", id="its centre before its label",
        ),
        pytest.param({"n": {"amenity": "townhall", "name": "Comú"}}, {}, "n", id="its town hall"),
        pytest.param(
            {"z": {"place": "hamlet", "name": "Vila"}, "n": {"place": "village", "name": "Meritxell"}},
            {}, "n", id="its largest place",
        ),
    ],
)  # fmt: skip
def test_where_an_area_is_gone_to(
    draw: Draw, at: At, nodes: dict[str, dict[str, str]], roles: dict[str, str], centre: str
) -> None:
    tags = {"boundary": "administrative", "admin_level": "7", "name": "Parròquia d'Encamp"}
    places = draw(COUNTY, nodes, {"abcda": {}}, [(tags, {"abcda": "outer", **roles})])
    for words in ("Encamp", "Parròquia d'Encamp"):
        place = places.resolve(words)[0].place
        assert (place.lat, place.lon) == pytest.approx(at(COUNTY, centre)), words


def test_an_area_without_any_place_is_gone_to_on_a_road(draw: Draw, at: At) -> None:
    places = draw(COUNTY, {}, COUNTY_WAYS, [(KUNSHAN, {"abcda": "outer"})])
    place = places.resolve("昆山")[0].place
    assert (place.lat, place.lon) in (pytest.approx(at(COUNTY, "k")), pytest.approx(at(COUNTY, "z")))


CUT = """
p  e   f  q
     k
h        n
   g   i
"""


@pytest.mark.parametrize(
    ("ways", "inside"),
    [
        pytest.param(("eg",), {"k", "q", "n"}, id="one side is there"),
        pytest.param(("ge", "fi"), {"k"}, id="two sides"),
        pytest.param((), {"k", "p", "q", "h", "n"}, id="only the centre"),
    ],
)
def test_an_area_cut_at_the_edge_of_the_map(
    draw: Draw, at: At, ways: tuple[str, ...], inside: set[str]
) -> None:
    """The extract holds the middle of the county: its outline goes on outside."""
    nodes = {c: {"tourism": "hotel", "name": f"{c}号酒店"} for c in "pqhn"}
    nodes["k"] = {"place": "city", "name": "昆山市"}
    members = {" ".join([*ways, "xy", "yz"]): "outer", "k": "admin_centre"}
    drawn = {way: {"boundary": "administrative"} for way in ways}
    places = draw(CUT, nodes, drawn, [(KUNSHAN, members)])
    assert {p.name[0] for p in places.search("昆山的酒店")} == inside - {"k"}
    place = places.resolve("昆山")[0].place
    assert (place.lat, place.lon) == pytest.approx(at(CUT, "k"))


GAP = " " * 40
STATES = f"\na{GAP}b{GAP}e\n  s{GAP}t\nd{GAP}c{GAP}f\n"
STATE = {"boundary": "administrative", "admin_level": "4"}
TWO_STATES = [
    ({**STATE, "name": "Illinois"}, {"abcda": "outer"}),
    ({**STATE, "name": "Missouri"}, {"befcb": "outer"}),
]


@pytest.mark.parametrize(
    ("words", "letter"),
    [
        ("Springfield, Illinois", "s"), ("Illinois, Springfield", "s"), ("Springfield Illinois", "s"),
        ("Springfield, Missouri", "t"), ("Springfield in Missouri", "t"),
        ("City of Springfield, Missouri", "t"),
    ],
)  # fmt: skip
def test_a_town_with_its_state(draw: Draw, at: At, words: str, letter: str) -> None:
    nodes = {c: {"place": "city", "name": "Springfield"} for c in "st"}
    places = draw(STATES, nodes, {"abcda": {}, "befcb": {}}, TWO_STATES)
    resolution = places.resolve(words)
    assert resolution.verdict == "clear"
    assert resolution[0].place.lon == pytest.approx(at(STATES, letter)[1])


def test_towns_of_one_name_are_told_apart_by_what_they_lie_in(draw: Draw) -> None:
    nodes = {c: {"place": "town", "name": "Springfield"} for c in "st"}
    places = draw(STATES, nodes, {"abcda": {}, "befcb": {}}, TWO_STATES)
    resolution = places.resolve("Springfield")
    assert (resolution.verdict, resolution.ask_by) == ("ask", "district")
    assert {c.place.district for c in resolution} == {"Illinois", "Missouri"}


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("昆山市", "昆山"), ("江苏省", "江苏"), ("花桥镇", "花桥"), ("望京街道", "望京"),
        ("浦东新区", "浦东"),
        ("延边朝鲜族自治州", "延边"), ("广西壮族自治区", "广西"), ("内蒙古自治区", "内蒙古"),
        ("积石山保安族东乡族撒拉族自治县", "积石山"), ("东乡族自治县", "东乡"), ("鄂温克族自治旗", "鄂温克"),
        ("香港特别行政区", "香港"), ("锡林郭勒盟", "锡林郭勒"), ("臺北市", "台北"),
        ("City of Denver", "Denver"), ("Orange County", "Orange"), ("London Borough of Camden", "Camden"),
        ("Landeshauptstadt Stuttgart", "Stuttgart"), ("Landkreis Hof", "Hof"),
        ("Frankfurt am Main", "Frankfurt"),
        ("Ville de Nice", "Nice"), ("Département du Var", "Var"), ("Stratford-upon-Avon", "Stratford"),
    ],
)  # fmt: skip
def test_names_without_administrative_words(name: str, short: str) -> None:
    assert short_names(name)[0] == short


@pytest.mark.parametrize("name", ["易县", "周庄", "成都", "Kansas City", "Andorra la Vella", "Newtown"])
def test_names_that_keep_what_looks_like_such_a_word(name: str) -> None:
    assert short_names(name) == []


def test_more_is_left_out_of_what_is_said_than_of_what_is_written() -> None:
    assert "Encamp" in said_names("Encamp town")


def test_a_street_without_its_last_word(draw: Draw) -> None:
    places = draw(
        "ab\n\ncd",
        {},
        {"ab": {"highway": "primary", "name": "前进大街"}, "cd": {"highway": "primary", "name": "柏庐中路"}},
    )
    for words, name in (("前进", "前进大街"), ("柏庐中", "柏庐中路"), ("柏庐", "柏庐中路")):
        resolution = places.resolve(words)
        assert (resolution[0].place.name, resolution.verdict) == (name, "clear")
