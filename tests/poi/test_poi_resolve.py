"""From spoken words to one place, or to the question that settles it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from poi import Places
from poi.place import Candidate, Place
from poi.resolving.verdict import judge

Draw = Callable[..., Places]
At = Callable[[str, str], tuple[float, float]]

CAMPUS = """
s
a   b
      g
d   c
  m       f
"""
CAMPUS_NODES = {
    "g": {"barrier": "gate", "name": "东门"},
    "s": {"highway": "bus_stop", "name": "清华大学"},
    "m": {"shop": "supermarket", "name": "清华大学超市"},
    "f": {"railway": "station", "station": "subway", "name": "五道口", "name:en": "Wudaokou"},
}
CAMPUS_WAYS = {"abgcda": {"amenity": "university", "name": "清华大学", "name:en": "Tsinghua University"}}


@pytest.fixture
def campus(draw: Draw) -> Places:
    return draw(CAMPUS, CAMPUS_NODES, CAMPUS_WAYS)


def test_importance_breaks_the_tie(campus: Places) -> None:
    resolution = campus.resolve("清华大学")
    assert resolution.verdict == "clear"
    assert resolution[0].place.category == "amenity/university"
    assert resolution[0].why == "exact"


@pytest.mark.parametrize(
    "words", ["清华大学东门", "青花大学东门", "清華大學東門", "带我去清华大学东门", "qinghuadaxuedongmen"]
)
def test_gate_of_a_campus_that_the_map_calls_only_east_gate(campus: Places, at: At, words: str) -> None:
    resolution = campus.resolve(words)
    place = resolution[0].place
    assert (place.category, place.lat) == ("barrier/gate", pytest.approx(at(CAMPUS, "g")[0]))
    assert resolution.verdict == "clear"


@pytest.mark.parametrize(
    "words",
    [
        "五道口地铁站",
        "五道口站",
        "五道口",
        "Wudaokou",
        "Wudaokou Station",
        "wudaokou subway station",
        "五到口地铁站",
    ],
)
def test_station_by_any_of_its_names(campus: Places, words: str) -> None:
    resolution = campus.resolve(words)
    assert resolution[0].place.name == "五道口"
    assert resolution.verdict in ("clear", "unsure")


def test_own_language_of_a_place(campus: Places) -> None:
    place = campus.resolve("Tsinghua University")[0].place
    assert (place.label("zh"), place.label("en")) == ("清华大学", "Tsinghua University")


CHAIN = "a        b" + " " * 30 + "c"
BRANCH = {"amenity": "fast_food", "name": "肯德基", "brand": "KFC"}


def test_nearest_branch_of_a_chain_is_clear(draw: Draw, at: At) -> None:
    places = draw(CHAIN, {"a": BRANCH, "b": BRANCH, "c": BRANCH})
    resolution = places.resolve("肯德基", near=at(CHAIN, "c"))
    assert resolution.verdict == "clear"
    assert resolution[0].place.lon == pytest.approx(at(CHAIN, "c")[1])


def test_branches_at_like_distance_are_asked_about(draw: Draw, at: At) -> None:
    places = draw(CHAIN, {"a": BRANCH, "b": BRANCH})
    middle = (at(CHAIN, "a")[0], (at(CHAIN, "a")[1] + at(CHAIN, "b")[1]) / 2)
    resolution = places.resolve("肯德基", near=middle)
    assert (resolution.verdict, resolution.ask_by) == ("ask", "distance")
    assert len(resolution) == 2


def test_namesakes_in_two_districts_are_asked_by_district(draw: Draw) -> None:
    drawing = "x h" + " " * 60 + "y i"
    places = draw(
        drawing,
        {
            "x": {"place": "suburb", "name": "朝阳"},
            "y": {"place": "suburb", "name": "海淀"},
            "h": {"amenity": "school", "name": "实验小学"},
            "i": {"amenity": "school", "name": "实验小学"},
        },
    )
    resolution = places.resolve("实验小学")
    assert (resolution.verdict, resolution.ask_by) == ("ask", "district")
    assert {c.place.district for c in resolution} == {"朝阳", "海淀"}


def test_namesakes_of_two_kinds_are_asked_by_kind(draw: Draw) -> None:
    places = draw(
        "a" + " " * 30 + "b",
        {"a": {"tourism": "hotel", "name": "长城"}, "b": {"historic": "castle", "name": "长城"}},
    )
    resolution = places.resolve("长城")
    assert (resolution.verdict, resolution.ask_by) == ("ask", "kind")


def test_the_kind_said_settles_it(draw: Draw) -> None:
    places = draw(
        "a" + " " * 30 + "b",
        {"a": {"tourism": "hotel", "name": "长城"}, "b": {"historic": "castle", "name": "长城"}},
    )
    resolution = places.resolve("长城酒店")
    assert resolution[0].place.category == "tourism/hotel"
    assert resolution.verdict == "clear"


def test_other_word_for_the_kind(draw: Draw) -> None:
    places = draw(
        "ab",
        {"a": {"tourism": "hotel", "name": "文津国际酒店"}, "b": {"tourism": "hotel", "name": "近春园宾馆"}},
    )
    for words in ("文津酒店", "文津宾馆", "文津大酒店", "文金宾馆"):
        assert places.resolve(words)[0].place.name == "文津国际酒店", words
    assert places.resolve("近春园酒店")[0].place.name == "近春园宾馆"


def test_wrong_translation_on_a_statue_loses_to_the_cathedral(draw: Draw) -> None:
    """The map of Helsinki names the statue before the cathedral 赫尔辛基大教堂."""
    places = draw(
        "ab",
        {
            "a": {"historic": "memorial", "name": "Aleksanteri II", "name:zh": "赫尔辛基大教堂",
            "wikidata": "Q1"},
            "b": {"amenity": "place_of_worship", "building": "cathedral", "name": "Helsingin tuomiokirkko",
                  "name:zh": "赫爾辛基座堂", "wikidata": "Q2"},
        },
    )  # fmt: skip
    assert places.resolve("赫尔辛基大教堂")[0].place.name == "Helsingin tuomiokirkko"


def test_nothing_is_said_to_be_nothing_with_the_nearest_names(draw: Draw) -> None:
    places = draw(
        "ab",
        {"a": {"tourism": "hotel", "name": "Grand Marina"}, "b": {"shop": "books", "name": "Akateeminen"}},
    )
    resolution = places.resolve("Zanzibar Palace of Mirrors")
    assert resolution.verdict == "nothing"
    assert len(resolution) == 0
    half = places.resolve("Grand Hotel Marina Bay")
    assert half.verdict == "nothing"
    assert "Grand Marina" in half.suggestions
    assert not places.resolve("Grandissimo Monumental").suggestions  # shares a syllable only


def test_scores_are_ordered_shares(campus: Places) -> None:
    scores = [c.score for c in campus.resolve("清华大学", limit=10)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


STREETS = """
  p
m n o q
  r
"""


@pytest.fixture
def streets(draw: Draw) -> Places:
    return draw(
        STREETS,
        {
            "m": {"addr:street": "成府路", "addr:housenumber": "28号"},
            "o": {"addr:street": "成府路", "addr:housenumber": "35"},
            "r": {"addr:street": "Main Street", "addr:housenumber": "5b", "name": "Office", "office": "yes"},
        },
        {
            "mnoq": {"highway": "secondary", "name": "成府路", "name:en": "Chengfu Road"},
            "pnr": {"highway": "primary", "name": "中关村东路", "name:en": "Zhongguancun East Road"},
        },
    )


@pytest.mark.parametrize(
    "words",
    [
        "成府路和中关村东路路口", "中关村东路与成府路交叉口", "成府路中关村东路路口",
        "陈府路和中观村东路路口",
        "corner of Chengfu Road and Zhongguancun East Road", "Chengfu Road & Zhongguancun East Road",
    ],
)  # fmt: skip
def test_crossing_of_two_streets(streets: Places, at: At, words: str) -> None:
    resolution = streets.resolve(words)
    place = resolution[0].place
    assert (place.lat, place.lon) == pytest.approx(at(STREETS, "n"))
    assert resolution.verdict == "clear"


@pytest.mark.parametrize(
    ("words", "letter"),
    [
        ("成府路28号", "m"),
        ("成府路二十八号", "m"),
        ("Chengfu Road 35", "o"),
        ("Main Street 5 B", "r"),
        ("5b Main Street", "r"),
        ("海淀区成府路28号", "m"),
        ("北京市海淀区成府路28号", "m"),
        ("北京成府路28号", "m"),
        ("No. 35 Chengfu Road", "o"),
        ("Chengfu Road number 35", "o"),
        ("Chengfu Road 35 Beijing", "o"),
        ("Chengfu Road 35 100084 Beijing", "o"),
        ("Chengfu Road 35 A", "o"),
        ("Chengfu Road 35 A 28", "o"),
        ("Chengfu Road 35 as 28", "o"),
        ("Main Street 5", "r"),
    ],
)
def test_house_number(streets: Places, at: At, words: str, letter: str) -> None:
    resolution = streets.resolve(words)
    assert (resolution[0].place.lat, resolution[0].place.lon) == pytest.approx(at(STREETS, letter))
    assert (resolution[0].why, resolution.verdict) == ("address", "clear")


def test_a_name_with_and_in_it_is_not_cut_there(draw: Draw, at: At) -> None:
    places = draw(
        STREETS,
        {},
        {
            "mnoq": {"highway": "secondary", "name": "颐和园路"},
            "pnr": {"highway": "primary", "name": "成府路"},
        },
    )
    for words in ("颐和园路与成府路路口", "成府路 和 颐和园路路口", "颐和园路成府路路口"):
        resolution = places.resolve(words)
        assert (resolution[0].why, resolution.verdict) == ("crossing", "clear")
        assert resolution[0].place.lon == pytest.approx(at(STREETS, "n")[1])


def test_streets_that_do_not_meet(draw: Draw) -> None:
    roads = {
        "abc": {"highway": "primary", "name": "颐和园路"},
        "xyz": {"highway": "primary", "name": "成府路"},
    }
    candidate = draw("abc\n\nxyz", {}, roads).resolve("颐和园路与成府路路口")[0]
    assert (candidate.place.name, candidate.why) == ("颐和园路", "streets that do not meet")


def test_house_number_between_two_others(draw: Draw, at: At) -> None:
    drawing = "a b\nm n"
    numbers = {
        c: {"addr:street": "Main Street", "addr:housenumber": n} for c, n in (("a", "10"), ("b", "14"))
    }
    places = draw(drawing, numbers, {"mn": {"highway": "residential", "name": "Main Street"}})
    candidate = places.resolve("Main Street 12")[0]
    middle = (at(drawing, "a")[1] + at(drawing, "b")[1]) / 2
    assert (candidate.why, candidate.place.name) == ("between house numbers", "Main Street 12")
    assert candidate.place.lon == pytest.approx(middle)
    assert places.resolve("Main Street 13")[0].why == "nearest house number"


def test_kind_on_a_campus(draw: Draw) -> None:
    drawing = "a  b\n l\nd  c" + " " * 40 + "m"
    places = draw(
        drawing,
        {"l": {"amenity": "library", "name": "逸夫馆"}, "m": {"amenity": "library", "name": "首都图书馆"}},
        {"abcda": {"amenity": "university", "name": "清华大学"}},
    )
    candidate = places.resolve("清华大学图书馆")[0]
    assert (candidate.place.name, candidate.why) == ("逸夫馆", "kind there")


def test_missing_house_number_is_not_passed_off_as_found(streets: Places) -> None:
    resolution = streets.resolve("成府路30号")
    assert resolution[0].why == "nearest house number"
    assert resolution.verdict == "unsure"
    assert streets.resolve("成府路900号").verdict == "unsure"
    assert streets.resolve("成府路900号")[0].place.category.startswith("street/")


def test_street_is_a_place(streets: Places) -> None:
    place = streets.resolve("成府路")[0].place
    assert place.category == "street/secondary"


def test_reverse(streets: Places, at: At) -> None:
    lat, lon = at(STREETS, "o")
    found = streets.reverse(lat + 0.0001, lon)
    assert (found.street, found.house_number) == ("成府路", "35")
    assert found.street_distance_m == pytest.approx(11, abs=1)
    assert "成府路35号" in found.describe("zh")
    assert "Chengfu Road 35" in found.describe("en")


def test_reverse_in_the_middle_of_nowhere(streets: Places) -> None:
    assert streets.reverse(0.0, 0.0).describe("zh") == ""


def test_names_near_prefer_what_is_known(campus: Places, at: At) -> None:
    names = campus.names_near(*at(CAMPUS, "a"), limit=3)
    assert names[0] == "清华大学"
    assert len(names) == 3


@pytest.mark.parametrize(
    ("words", "tags"),
    [
        ("麦当劳", {"amenity": "fast_food", "name": "McDonald's"}),
        ("肯德基", {"amenity": "fast_food", "brand": "KFC"}),
        ("KFC", {"amenity": "fast_food", "name": "肯德基"}),
        ("中石化", {"amenity": "fuel", "name": "中国石化加油站"}),
        ("汉庭", {"tourism": "hotel", "name": "汉庭酒店"}),
        ("假日酒店", {"tourism": "hotel", "brand": "Holiday Inn", "name": "Holiday Inn City Centre"}),
        ("工行", {"amenity": "bank", "name": "中国工商银行"}),
        ("711", {"shop": "convenience", "name": "7-Eleven"}),
        ("seven eleven", {"shop": "convenience", "name": "7-Eleven"}),
    ],
)
def test_brand_by_its_name_in_the_other_language(draw: Draw, words: str, tags: dict[str, str]) -> None:
    resolution = draw("ab", {"a": tags, "b": {"tourism": "hotel", "name": "别的"}}).resolve(words)
    assert resolution.verdict == "clear"
    assert resolution[0].place.id == "node/1"


def test_a_brand_that_begins_like_a_measure_word(draw: Draw) -> None:
    carrefour = {"shop": "supermarket", "name": "Carrefour", "brand": "Carrefour", "name:zh": "家乐福"}
    places = draw("ab", {"a": carrefour, "b": {"shop": "supermarket", "name": "乐福"}})
    assert places.resolve("附近的家乐福")[0].place.name == "Carrefour"
    assert places.resolve("找家乐福")[0].score == places.resolve("家乐福")[0].score
    assert places.resolve("找家汉庭").verdict == "nothing"


def test_a_misheard_kind_yields_to_a_name(draw: Draw) -> None:
    kinds = {"a": {"amenity": "fuel", "name": "Neste"}, "b": {"shop": "supermarket", "name": "Lidl"}}
    places = draw("abc", kinds)
    assert places.resolve("加油占")[0].place.name == "Neste"
    assert [p.name for p in places.search("supermaket")] == ["Lidl"]
    named = draw("abc", {**kinds, "c": {"tourism": "hotel", "name": "嘉油占"}})
    assert named.resolve("加油占")[0].place.name == "嘉油占"
    assert named.search("加油占")[0].name == "嘉油占"


def test_a_mistyped_name_with_a_number_is_no_address(draw: Draw) -> None:
    places = draw(
        "a\nmn",
        {"a": {"highway": "bus_stop", "name": "5107 Gil Torres"}},
        {"mn": {"highway": "residential", "name": "Carrer Gil Torres"}},
    )
    assert places.resolve("5107 Gil Torre")[0].place.name == "5107 Gil Torres"


@pytest.mark.parametrize(
    ("words", "name"),
    [("Hotel 6 Claus", "Hotel 7 Claus"), ("燕东园29号楼", "燕东园39号楼"), ("二街5号", "三街")],
)
def test_another_number_is_not_taken(draw: Draw, words: str, name: str) -> None:
    number = {"addr:street": "三街", "addr:housenumber": "5"}
    places = draw(
        "a\nmn",
        {"a": {"tourism": "hotel", "name": name, **number}},
        {"mn": {"highway": "residential", "name": "三街"}},
    )
    assert places.resolve(words).verdict in ("unsure", "nothing")
    assert places.resolve(name).verdict == "clear"


def test_brand_is_spoken_in_chinese(draw: Draw) -> None:
    place = draw("a", {"a": {"amenity": "fast_food", "name": "McDonald's"}}).resolve("McDonald's")[0].place
    assert (place.label("zh"), place.label("en")) == ("麦当劳", "McDonald's")


def test_university_and_its_parts_by_short_names(draw: Draw) -> None:
    drawing = "a  b\n  g\nd  c   h"
    places = draw(
        drawing,
        {"g": {"shop": "books", "name": "北京大学书店"}, "h": {"amenity": "cafe", "name": "北大荒咖啡"}},
        {"abcda": {"amenity": "university", "name": "北京大学"}},
    )
    assert places.resolve("北大")[0].place.name == "北京大学"
    assert places.resolve("北大书店")[0].place.name == "北京大学书店"


def test_kind_in_a_town_of_foreign_name(draw: Draw) -> None:
    places = draw(
        "ab",
        {
            "a": {"place": "city", "name": "Helsinki", "name:zh": "赫尔辛基"},
            "b": {
                "amenity": "university",
                "name": "Helsingin yliopisto",
                "name:en": "University of Helsinki",
            },
        },
    )
    candidate = places.resolve("赫尔辛基大学")[0]
    assert (candidate.place.name, candidate.why) == ("Helsingin yliopisto", "kind in town")


def test_what_was_said_beyond_the_name_makes_it_unsure(campus: Places) -> None:
    resolution = campus.resolve("清华大学主楼")
    assert resolution.verdict in ("unsure", "nothing")


NEIGHBOURS = """
a bef

d g
  n m
"""


def test_a_gate_is_called_after_the_nearest_campus_only(draw: Draw) -> None:
    """The other wall, from e to n, is only 35 m away: nearer than a gate may stand from its own."""
    places = draw(
        NEIGHBOURS,
        {"g": {"barrier": "gate", "name": "东门"}},
        {
            "abgda": {"amenity": "university", "name": "清华大学"},
            "efmne": {"leisure": "park", "name": "圆明园"},
        },
    )
    assert {h.text for h in places._names.find("东门") if h.text.endswith("东门")} == {
        "东门", "清华大学东门", "清华东门", "清大东门",
    }  # fmt: skip


def test_a_city_is_no_short_name_of_its_university(draw: Draw) -> None:
    places = draw(
        "a  b\n   g\nd  c",
        {"g": {"barrier": "gate", "name": "东门"}},
        {"abgcda": {"amenity": "university", "name": "北京大学"}},
    )
    assert "北京东门" not in {h.text for h in places._names.find("北京东门")}
    assert places.resolve("北大东门")[0].place.name == "东门"


def test_the_beginning_of_a_word_is_asked_about(draw: Draw) -> None:
    places = draw("a", {"a": {"tourism": "hotel", "name": "Carlton"}})
    assert places.resolve("car").verdict == "unsure"
    assert places.resolve("Carlton").verdict == "clear"


def candidate(name: str, score: float, why: str, lat: float = 0.0) -> Candidate:
    place = Place(id=name, name=name, category="amenity/hospital", lat=lat, lon=0.0)
    return Candidate(place=place, score=score, why=why)


@pytest.mark.parametrize(
    ("why", "rival", "score", "verdict"),
    [
        pytest.param("sound", "清华大学西门", 0.79, "unsure", id="another name is nearly as much like it"),
        pytest.param("spelling", "清华大学西门", 0.79, "unsure", id="in writing as well"),
        pytest.param("exact", "清华大学西门", 0.79, "clear", id="it is called just so"),
        pytest.param("sound", "清华大学西门", 0.7, "clear", id="it leads by far"),
        pytest.param("sound", "清华大学医院", 0.79, "clear", id="the other goes by the same name"),
    ],
)
def test_what_only_sounds_so_is_confirmed_if_another_does_nearly(
    why: str, rival: str, score: float, verdict: str
) -> None:
    found = [candidate("清华大学医院", 0.84, why), candidate(rival, score, "sound", lat=0.1)]
    assert judge(found, near=None, limit=5).verdict == verdict
