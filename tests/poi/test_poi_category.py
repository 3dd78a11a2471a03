"""Words of drivers lead to kinds of places, with whatever they wrap them in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import poi
from languages import codes, load_language
from poi.build.pack import DETAIL_KEYS
from poi.derive.categories import group_words, stored
from poi.kinds.category import load_categories, parse_category, without_fillers
from poi.text import canonical


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
        ("附近的家具店", "shop/furniture"),
        ("找家酒店", "tourism/hotel"),
        ("找一家酒店", "tourism/hotel"),
        ("家好吃的", "amenity/restaurant"),
        ("find 酒店", "tourism/hotel"),
        ("show me the nearest 加油站", "amenity/fuel"),
        ("附近 restaurant", "amenity/restaurant"),
        ("parking spot", "amenity/parking"),
        ("停车格", "amenity/parking"),
        ("游客中心", "tourism/information[information=office]"),
        ("visitor centre", "tourism/information[information=visitor_centre]"),
        ("公墓", "landuse/cemetery"),
        ("驾校", "amenity/driving_school"),
        ("西餐厅", "amenity/restaurant[cuisine=western]"),
        ("golf", "leisure/golf_course"),
        ("滑雪场", "landuse/winter_sports"),
        ("flat tire", "shop/tyres"),
        ("拖车", "shop/car_repair"),
        ("家具", "shop/furniture"),
        ("东北菜馆", "amenity/restaurant[cuisine=dongbei]"),
        ("vietnamese food", "amenity/restaurant[cuisine=vietnamese]"),
        ("place to print", "shop/copyshop"),
        ("海关", "barrier/border_control"),
        ("湘菜", "amenity/restaurant[cuisine=hunan]"),
        ("waterfall", "waterway/waterfall"),
        ("地下铁", "station/subway"),
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


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("加油占", "加油站"),
        ("附近的充电庄", "充电桩"),
        ("停车厂", "停车场"),
        ("jiayouzhan", "加油站"),
        ("chao shi", "超市"),
        ("pharamcy", "pharmacy"),
        ("nearest supermaket", "supermarket"),
        ("圆明园", ""),
        ("hotle", ""),
        ("Mannerheimintie", ""),
        ("", ""),
    ],
)
def test_misheard_and_mistyped(words: str, word: str) -> None:
    assert load_categories().alike(words)[0] == word


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


EVERY = sorted({category for found in load_categories()._words.values() for category in found})


def test_every_kind_is_one_that_packs_hold() -> None:
    assert [category for category in EVERY if not stored(category)] == []


def test_every_condition_is_on_a_tag_that_packs_hold() -> None:
    conditions = [condition for category in EVERY if (condition := parse_category(category)[1])]
    assert {key for key, _ in conditions if not DETAIL_KEYS.match(key)} == set()


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("Tankstelle", "amenity/fuel"),
        ("Bäckereien", "shop/bakery"),
        ("Optiker", "shop/optician"),
        ("Strand", "natural/beach"),
        ("bike repair shop", "craft/bicycle_repair"),
        ("furniture shop", "shop/furniture"),
        ("print shop", "shop/copyshop"),
        ("bowling", "leisure/bowling_alley"),
        ("修自行车", "craft/bicycle_repair"),
        ("找个面包房", "shop/bakery"),
        ("图文店", "shop/copyshop"),
        ("彩票", "shop/lottery"),
    ],
)
def test_each_language_has_its_own_words_for_kinds(words: str, category: str) -> None:
    match = load_categories().match(words)
    assert category in match.categories
    assert match.rest == ""


def test_a_word_that_names_hold_too_is_a_kind_only_alone() -> None:
    match = load_categories().match
    assert match("Strand").categories == ("natural/beach",)
    assert not match("Hilton Helsinki Strand")
    assert match("ikea furniture store").rest == "ikea"


def test_a_kind_is_called_by_a_word_of_the_language() -> None:
    labels = load_categories()
    assert [labels.label(kind, "de") for kind in ("shop/bakery", "tourism/hotel")] == ["Bäckerei", "Hotel"]
    assert labels.label("amenity/fuel", "zh") == "加油站"


def test_a_kind_with_a_new_word_is_known_by_its_sound() -> None:
    assert load_categories().alike("文银店")[0] == "文印店"


@pytest.mark.parametrize("code", codes())
def test_words_of_a_language_lead_to_kinds_that_packs_hold_and_shadow_none(code: str) -> None:
    data = Path(poi.__file__).parent / "data" / "category_words.json"
    drivers = {
        canonical(word): set(group["categories"])
        for group in json.loads(data.read_text("utf-8"))["groups"]
        for word in group_words(group["words"])
    }
    seen: dict[str, str] = {}
    kinds = load_language(code).kinds
    for tags, words in [*kinds.beside.items(), *kinds.alone.items()]:
        assert all(map(stored, tags.split())), tags
        for word in map(canonical, words.split("|")):
            assert seen.setdefault(word, tags) == tags, word
            known = drivers.get(word)
            assert known is None or known & set(tags.split()), f"{word}: {known}"
