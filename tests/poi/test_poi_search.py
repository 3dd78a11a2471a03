"""Lists of places: near, in a district, open, and narrowed by wishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from poi import Places, UserPlaces
from poi.errors import BadFilter, UnknownDistrict
from poi.kinds.filters import wishes_in
from poi.place import Place
from tests.poi.conftest import Pack

Draw = Callable[..., Places]
At = Callable[[str, str], tuple[float, float]]

TOWN = """
a  b     c
   d  e
x        f
"""
NODES = {
    "a": {"amenity": "fuel", "brand": "Shell", "fuel:diesel": "yes"},
    "b": {"amenity": "fuel", "name": "Neste", "opening_hours": "Mo-Su 06:00-22:00"},
    "c": {"amenity": "fuel", "name": "Teboil", "opening_hours": "24/7"},
    "d": {"tourism": "hotel", "name": "Grand", "stars": "4S", "wheelchair": "yes"},
    "e": {"tourism": "hotel", "name": "Budget", "stars": "2"},
    "f": {"amenity": "charging_station", "socket:type2": "2", "fee": "no"},
}


@pytest.fixture
def town(draw: Draw) -> Places:
    return draw(TOWN, NODES)


def names(found: list[Place]) -> list[str]:
    return [p.name or p.brand or p.category for p in found]


def test_nearest_first(town: Places, at: At) -> None:
    assert names(town.search("加油站", near=at(TOWN, "a"))) == ["Shell", "Neste", "Teboil"]
    assert names(town.search("petrol", near=at(TOWN, "c"))) == ["Teboil", "Neste", "Shell"]


def test_distance_is_told(town: Places, at: At) -> None:
    found = town.search("加油站", near=at(TOWN, "a"))
    assert found[0].distance_m == pytest.approx(0, abs=0.1)
    assert found[1].distance_m == pytest.approx(3 * 111.2, rel=0.02)


def test_limit_and_radius(town: Places, at: At) -> None:
    assert len(town.search("加油站", near=at(TOWN, "a"), limit=2)) == 2
    assert names(town.search("加油站", near=at(TOWN, "a"), within_m=200)) == ["Shell"]


@pytest.mark.parametrize(
    ("words", "wishes", "expected"),
    [
        ("hotel", {"stars": 3}, ["Grand"]),
        ("hotel", {"wheelchair": True}, ["Grand"]),
        ("加油站", {"brand": "shell"}, ["Shell"]),
        ("加油站", {"fuel": "diesel"}, ["Shell"]),
        ("充电桩", {"plug": "type2"}, ["amenity/charging_station"]),
        ("充电桩", {"plug": "chademo"}, []),
        ("充电桩", {"free": True}, ["amenity/charging_station"]),
    ],
)
def test_wishes(town: Places, words: str, wishes: dict[str, object], expected: list[str], at: At) -> None:
    assert names(town.search(words, near=at(TOWN, "x"), **wishes)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("四星级酒店", ["Grand"]),
        ("4-star hotel", ["Grand"]),
        ("五星酒店", []),
        ("免费充电桩", ["amenity/charging_station"]),
        ("free charging", ["amenity/charging_station"]),
        ("four star hotel", ["Grand"]),
        ("five-star hotel", []),
    ],
)
def test_wishes_within_the_words(town: Places, words: str, expected: list[str]) -> None:
    assert names(town.search(words)) == expected


@pytest.mark.parametrize("kind", ["parking", "charging_station", "toilets", "fuel"])
def test_what_is_private_is_found_by_its_name_only(draw: Draw, kind: str) -> None:
    places = draw(
        "ab",
        {
            "a": {"amenity": kind, "access": "private", "name": "Staff Only"},
            "b": {"amenity": kind, "access": "customers", "name": "Guests"},
        },
    )
    words = {"charging_station": "充电桩", "toilets": "厕所"}.get(kind, kind)
    assert names(places.search(words)) == ["Guests"]
    assert places.resolve("Staff Only")[0].place.name == "Staff Only"


def test_cash_at_a_bank_and_air_at_a_petrol_station(draw: Draw) -> None:
    places = draw(
        "abc",
        {
            "a": {"amenity": "bank", "name": "Aktia", "atm": "yes"},
            "b": {"amenity": "bank", "name": "Nordea"},
            "c": {"amenity": "fuel", "name": "Neste", "compressed_air": "yes"},
        },
    )
    assert names(places.search("取款机")) == ["Aktia"]
    assert names(places.search("air pump")) == ["Neste"]


WISHED = {
    "cafe": {"amenity": "cafe", "internet_access": "wlan", "outdoor_seating": "yes", "wheelchair": "yes"},
    "bare": {"amenity": "cafe", "internet_access": "no", "outdoor_seating": "no", "wheelchair": "limited"},
    "halal": {"amenity": "restaurant", "diet:halal": "yes", "diet:vegan": "no"},
    "noodles": {"amenity": "restaurant", "cuisine": "noodle;halal"},
    "green": {"amenity": "cafe", "diet:vegan": "only"},
    "ccs": {"amenity": "charging_station", "socket:type2_combo": "2"},
    "chademo": {"amenity": "charging_station", "socket:chademo": "1", "socket:type2": "2"},
    "diesel": {"amenity": "fuel", "fuel:diesel": "yes", "fuel:octane_95": "yes"},
    "petrol": {"amenity": "fuel", "fuel:octane_92": "yes", "fuel:octane_95": "yes"},
}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("有wifi的咖啡馆", ["cafe"]),
        ("免费无线网的咖啡馆", ["cafe"]),
        ("a cafe with free wifi", ["cafe"]),
        ("cafes with outdoor seating", ["cafe"]),
        ("cafe with wifi and a terrace", ["cafe"]),
        ("露天座位的咖啡馆", ["cafe"]),
        ("wheelchair accessible cafe", ["cafe"]),
        ("有无障碍设施的咖啡馆", ["cafe"]),
        ("轮椅能进的咖啡馆", ["cafe"]),
        ("CCS charging station", ["ccs"]),
        ("有CCS接口的充电站", ["ccs"]),
        ("CHAdeMO充电站", ["chademo"]),
        ("type 2 charging station", ["chademo"]),
        ("国标充电站", []),
        ("有快充的充电站", ["ccs", "chademo"]),
        ("fast charging station", ["ccs", "chademo"]),
        ("halal restaurant", ["halal", "noodles"]),
        ("清真餐厅", ["halal", "noodles"]),
        ("清真面馆", ["noodles"]),
        ("kosher restaurant", []),
        ("vegan cafe", ["green"]),
        ("diesel station", ["diesel"]),
        ("能加柴油的加油站", ["diesel"]),
        ("加92号汽油的加油站", ["petrol"]),
        ("95号加油站", ["diesel", "petrol"]),
        ("加油站", ["diesel", "petrol"]),
    ],
)
def test_what_a_place_must_have_is_in_the_words(draw: Draw, words: str, found: list[str]) -> None:
    places = draw(
        "abcdefghi",
        {at: {**tags, "name": name} for at, (name, tags) in zip("abcdefghi", WISHED.items(), strict=True)},
    )
    assert sorted(names(places.search(words))) == sorted(found)


@pytest.mark.parametrize(
    "words",
    [
        "duty free shop",
        "gluten-free bakery",
        "小三家",
        "户外用品店",
        "清真寺",
        "柴油机厂",
        "type 25 museum",
        "露天电影院",
        "success",
    ],
)
def test_no_wish_in_the_words(words: str) -> None:
    assert wishes_in(words) == (words, {})


def test_stars_are_for_lodging(draw: Draw) -> None:
    words = "三星手机店"
    places = draw(
        "ab", {"a": {"shop": "mobile_phone", "name": words}, "b": {"shop": "duty_free", "name": "B"}}
    )
    assert names(places.search(words))[:1] == [words]


def test_own_places_come_first(draw: Draw, tmp_path: Path, at: At) -> None:
    draw("a b", {"a": {"tourism": "hotel", "name": "老王的酒店"}, "b": {"tourism": "hotel", "name": "Grand"}})
    user = UserPlaces(tmp_path / "own.sqlite")
    user.put("老王的店", 60.0, 25.001)
    places = Places(Pack(tmp_path), user=user)
    assert names(places.search("老王的店"))[0] == "老王的店"
    assert names(places.search("老汪的店", near=(60.0, 25.0)))[0] == "老王的店"
    assert names(places.search("酒店", near=at("a b", "b"))) == ["Grand", "老王的酒店"]


def test_unknown_wish(town: Places) -> None:
    with pytest.raises(BadFilter, match="colour"):
        town.search("hotel", colour="red")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("hour", "expected"), [(12, {"Shell", "Neste", "Teboil"}), (23, {"Shell", "Teboil"})]
)
def test_open_at(town: Places, hour: int, expected: set[str], at: At) -> None:
    found = town.search("加油站", open_at=datetime(2026, 6, 15, hour))
    assert set(names(found)) == expected
    assert {p.name: p.open_now for p in found}["Shell"] is None, "unknown hours are said to be unknown"


def test_name_and_kind(town: Places) -> None:
    assert names(town.search("grand hotel"))[0] == "Grand"
    assert names(town.search("hotel grand"))[0] == "Grand"


def test_result_can_be_json(town: Places, at: At) -> None:
    data = town.search("hotel", near=at(TOWN, "x"))[0].to_dict()
    assert {"id", "name", "category", "lat", "lon", "distance_m", "why"} <= set(data)
    assert data["open_now"] is None


def test_by_id(town: Places) -> None:
    place = town.search("hotel")[0]
    again = town.by_id(place.id)
    assert again is not None
    assert again.name == place.name
    assert town.by_id("node/999999") is None


def test_drive_time_orders_kinds(town: Places, at: At) -> None:
    class Roads:
        """The nearest as the crow flies is the farthest by road."""

        def matrix(self, sources: list[object], targets: list[tuple[float, float]]) -> np.ndarray:
            return np.array([[-lon for _, lon in targets]]) + 100.0

    found = town.search("加油站", near=at(TOWN, "a"), router=Roads())
    assert names(found) == ["Teboil", "Neste", "Shell"]
    assert found[0].drive_s is not None


DISTRICTS = """
a     b c     d
   h       i
e     f g     j
"""


def test_inside_a_district(draw: Draw) -> None:
    places = draw(
        DISTRICTS,
        {"h": {"tourism": "hotel", "name": "West Inn"}, "i": {"tourism": "hotel", "name": "East Inn"}},
        {
            "abfea": {
                "boundary": "administrative",
                "admin_level": "9",
                "name": "西城区",
                "name:en": "Xicheng",
            },
            "cdjgc": {"boundary": "administrative", "admin_level": "9", "name": "东城区"},
        },
    )
    assert names(places.search("酒店", district="西城区")) == ["West Inn"]
    assert names(places.search("酒店", district="Xicheng")) == ["West Inn"]
    assert names(places.search("酒店", district="东城")) == ["East Inn"]
    assert places.search("酒店", district="西城区")[0].district == "西城区"
    with pytest.raises(UnknownDistrict, match="Atlantis"):
        places.search("酒店", district="Atlantis")


def test_a_district_that_is_only_a_point(draw: Draw) -> None:
    drawing = "s h" + " " * 40 + "i"
    places = draw(
        drawing,
        {
            "s": {"place": "suburb", "name": "Kallio"},
            "h": {"tourism": "hotel", "name": "Near"},
            "i": {"tourism": "hotel", "name": "Far"},
        },
    )
    assert names(places.search("hotel", district="Kallio")) == ["Near"]


def test_large_polygon_is_reached_at_its_door(draw: Draw, at: At) -> None:
    drawing = """
p     q

s     r
m     n
"""
    places = draw(
        drawing,
        {"r": {"entrance": "main"}},
        {"pqrsp": {"tourism": "museum", "name": "Ateneum"}, "mn": {"highway": "residential", "name": "Road"}},
    )
    museum = places.resolve("Ateneum")[0].place
    assert (museum.lat, museum.lon) == pytest.approx(at(drawing, "r"))


def test_large_polygon_without_door_is_reached_from_the_road(draw: Draw, at: At) -> None:
    drawing = """
p     q

s     r
m     n
"""
    places = draw(
        drawing,
        {},
        {"pqrsp": {"leisure": "park", "name": "Esplanadi"}, "mn": {"highway": "residential", "name": "Road"}},
    )
    park = places.resolve("Esplanadi")[0].place
    assert park.lat == pytest.approx(at(drawing, "s")[0])


def test_who_tells_tourists_what_to_see_is_a_place_and_a_signpost_is_none(draw: Draw) -> None:
    places = draw(
        "abcd",
        {
            "a": {"tourism": "information", "information": "guidepost", "name": "Kaivopuisto"},
            "b": {"tourism": "information", "information": "office"},
            "c": {"barrier": "border_control"},
            "d": {"aerialway": "station", "name": "Canillo"},
        },
        {"cd": {"aerialway": "gondola", "name": "Telecabina"}},
    )
    assert [p.id for p in places.search("tourist office")] == ["node/2"]
    assert [p.id for p in places.search("海关")] == ["node/3"]
    assert names(places.search("ski resort")) == ["Canillo"]
    assert places.resolve("Kaivopuisto").verdict == "nothing"
