"""Words of drivers lead to kinds of places, with whatever they wrap them in."""

from __future__ import annotations

import pytest

from poi.category import load_categories, without_fillers


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("加油站", "amenity/fuel"),
        ("我要加油", "amenity/fuel"),
        ("petrol", "amenity/fuel"),
        ("nearest gas station", "amenity/fuel"),
        ("充电桩", "amenity/charging_station"),
        ("附近的充电站", "amenity/charging_station"),
        ("厕所", "amenity/toilets"),
        ("找个洗手间", "amenity/toilets"),
        ("好吃的", "amenity/restaurant"),
        ("好吃", "amenity/restaurant"),
        ("吃饭的", "amenity/restaurant"),
        ("帮我找一家餐厅", "amenity/restaurant"),
        ("somewhere to sleep", "tourism/hotel"),
        ("find me a hotel nearby", "tourism/hotel"),
        ("附近有没有酒店", "tourism/hotel"),
        ("停车场", "amenity/parking"),
        ("somewhere to park", "amenity/parking"),
        ("find me a coffee nearby", "amenity/cafe"),
        ("最近的地铁站在哪里", "station/subway"),
        ("餐廳", "amenity/restaurant"),
        ("supermarkets", "shop/supermarket"),
        ("pharmacies", "amenity/pharmacy"),
        ("修车", "shop/car_repair"),
        ("4S店", "shop/car_repair"),
        ("景点", "tourism/attraction"),
        ("chinese food", "amenity/restaurant[cuisine=chinese]"),
        ("火锅", "amenity/restaurant[cuisine=hotpot]"),
        ("瑜伽", "leisure/fitness_centre[sport=yoga]"),
    ],
)
def test_category_word(words: str, category: str) -> None:
    match = load_categories().match(words)
    assert category in match.categories
    assert match.rest == ""


@pytest.mark.parametrize(
    ("words", "category", "rest"),
    [
        ("汉庭酒店", "tourism/hotel", "汉庭"),
        ("文津宾馆", "tourism/hotel", "文津"),
        ("hilton hotel", "tourism/hotel", "hilton"),
        ("hotel kamp", "tourism/hotel", "kamp"),
        ("赫尔辛基大教堂", "building/cathedral", "赫尔辛基"),
        ("五道口地铁站", "station/subway", "五道口"),
        ("中石化的加油站", "amenity/fuel", "中石化"),
    ],
)
def test_name_and_kind_are_parted(words: str, category: str, rest: str) -> None:
    match = load_categories().match(words)
    assert category in match.categories
    assert match.rest == rest


@pytest.mark.parametrize("words", ["", "圆明园", "qwertyuiop", "🙂", "42"])
def test_no_category(words: str) -> None:
    assert not load_categories().match(words)


def test_wine_shops_do_not_steal_the_hotels() -> None:
    assert "shop/wine" not in load_categories().match("酒店").categories


@pytest.mark.parametrize(("words", "core"), [("带我去圆明园", "圆明园"), ("take me to the cathedral",
"cathedral"),
                                             ("请问清华大学怎么走", "清华大学"), ("附近",
                                             "附近")])  # fmt: skip
def test_polite_words_fall_away(words: str, core: str) -> None:
    assert without_fillers(words) == core


def test_labels_in_both_languages() -> None:
    categories = load_categories()
    assert categories.label("amenity/fuel", "zh") == "加油站"
    assert categories.label("tourism/hotel", "en").lower() == "hotel"
    assert categories.label("amenity/never_heard_of", "zh") == "never heard of"
