"""Kinds by what is meant: features, brands and cuisines, one kind or another, and what it must not be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from poi import Places
from poi.kinds.features import features, features_in
from poi.place import Place

Draw = Callable[..., Places]
At = Callable[[str, str], tuple[float, float]]

TOWN = """
a b c d e f
g h i j k l
m n o p q r
x         y
"""
NODES = {
    "a": {"amenity": "restaurant", "name": "Sushi Ya", "cuisine": "sushi"},
    "b": {
        "amenity": "restaurant",
        "name": "必胜客",
        "brand": "必胜客",
        "brand:en": "Pizza Hut",
        "cuisine": "pizza",
    },
    "c": {"amenity": "restaurant", "name": "蜀香园", "cuisine": "sichuan"},
    "d": {"amenity": "restaurant", "name": "Familia", "cuisine": "pizza", "highchair": "yes"},
    "e": {
        "amenity": "charging_station",
        "brand": "Tesla",
        "name": "Supercharger",
        "socket:tesla_supercharger": "8",
    },
    "f": {"amenity": "charging_station", "name": "Ionity", "socket:chademo": "2"},
    "g": {"amenity": "device_charging_station", "brand": "街电"},
    "h": {"craft": "electronics_repair", "name": "快修"},
    "i": {"amenity": "toilets", "changing_table": "yes", "baby_feeding": "room"},
    "j": {"amenity": "toilets"},
    "k": {"leisure": "dog_park"},
    "l": {"amenity": "cafe", "name": "Wau", "dog": "yes"},
    "m": {"amenity": "cafe", "name": "Plain"},
    "n": {"amenity": "restaurant", "name": "天山", "cuisine": "xinjiang"},
    "o": {"tourism": "hotel", "name": "Pool Hotel", "swimming_pool": "indoor"},
    "p": {"tourism": "hotel", "name": "Dry Hotel"},
    "q": {"tourism": "hostel", "name": "Bunk"},
    "r": {"amenity": "parking", "name": "Deep", "parking": "underground"},
    "x": {"amenity": "parking", "name": "Flat", "parking": "surface"},
    "y": {"amenity": "bar", "name": "Now or Never"},
}


@pytest.fixture(scope="module")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Places:
    from poi import build_places
    from tests.poi.conftest import Pack, osm_xml

    folder = tmp_path_factory.mktemp("meaning")
    (folder / "map.osm").write_text(osm_xml(TOWN, NODES, {}), encoding="utf-8")
    build_places(folder / "map.osm", folder)
    return Places(Pack(folder))


def names(found: list[Place]) -> set[str]:
    return {p.name or p.brand or p.category for p in found}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("川菜馆", {"蜀香园"}),
        ("川菜", {"蜀香园"}),
        ("新疆菜", {"天山"}),
        ("somewhere to charge a Tesla", {"Supercharger"}),
        ("特斯拉充电站", {"Supercharger"}),
        ("tesla charger", {"Supercharger"}),
        ("充电宝", {"街电"}),
        ("power bank rental", {"街电"}),
        ("修手机", {"快修"}),
        ("somewhere to fix my phone", {"快修"}),
        ("母婴室", {"amenity/toilets"}),
        ("somewhere to change a diaper", {"amenity/toilets"}),
        ("dog park", {"leisure/dog_park"}),
        ("遛狗的地方", {"leisure/dog_park"}),
        ("能带孩子的餐厅", {"Familia"}),
        ("a child friendly restaurant", {"Familia"}),
        ("kid-friendly pizza", {"Familia"}),
        ("a dog friendly cafe", {"Wau"}),
        ("可以带狗的咖啡馆", {"Wau"}),
        ("hotel with a pool", {"Pool Hotel"}),
        ("带泳池的酒店", {"Pool Hotel"}),
        ("underground parking", {"Deep"}),
        ("地下停车场", {"Deep"}),
        ("anything but sushi", {"必胜客", "蜀香园", "Familia", "天山"}),
        ("restaurants except pizza", {"Sushi Ya", "蜀香园", "天山"}),
        ("除了必胜客", {"Sushi Ya", "蜀香园", "Familia", "天山"}),
        ("除了必胜客以外的披萨店", {"Familia"}),
        ("a pizzeria other than Pizza Hut", {"Familia"}),
        ("除了寿司都行", {"必胜客", "蜀香园", "Familia", "天山"}),
        ("sushi or pizza", {"Sushi Ya", "必胜客", "Familia"}),
        ("酒店或者青旅", {"Pool Hotel", "Dry Hotel", "Bunk"}),
        ("hotel or hostel", {"Pool Hotel", "Dry Hotel", "Bunk"}),
        ("Now or Never", {"Now or Never"}),
    ],
)
def test_what_is_meant(town: Places, at: At, words: str, found: set[str]) -> None:
    assert names(town.search(words, near=at(TOWN, "a"), limit=20)) == found


def test_what_the_map_does_not_tell_is_not_offered(town: Places, at: At) -> None:
    assert town.search("能带孩子的酒店", near=at(TOWN, "a")) == []


def test_every_feature_is_taken_out_of_what_is_said() -> None:
    for name, feature in features().items():
        assert feature.tags, name
    assert features_in("能带孩子的餐厅") == ("餐厅", ("kids",))
    assert features_in("a dog friendly cafe") == ("a cafe", ("dogs",))
    assert features_in("teslas") == ("teslas", ())
