"""Addresses as people of several countries say them lead to the very house, or to a question."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from poi import Places
from poi.addresses.han import han_number, parse_han
from poi.addresses.house_number import numbers_of
from poi.addresses.street_name import likeness, parse_street
from poi.numeral import from_numeral

Town = Callable[..., Places]

SHANGHAI, TAIPEI, TOKYO, SEOUL = (31.18, 121.40), (25.05, 121.52), (35.68, 139.76), (37.57, 126.98)
DENVER, LONDON, PARIS, BERLIN, HELSINKI = (
    (39.68, -104.99),
    (51.5, -0.3),
    (48.85, 2.35),
    (52.5, 13.4),
    (60.2, 24.9),
)

CHINA = {
    "鹤庆路": ["12", "14-18号"],
    "鹤庆路358弄": ["81号", "83"],
    "东川路": ["811弄12号", "1280号", "一二八二号"],
    "新康街": ["2号院", "2号院1号楼", "甲10号", "10号", "23号附2号", "23号", "31号", "35号"],
    "中山东二路": ["9"],
}


@pytest.fixture
def china(town: Town) -> Places:
    return town(SHANGHAI, CHINA)


def check(places: Places, words: str, label: str, near: tuple[float, float] | None = None) -> None:
    """Compare where an address leads, without a question, with the label of the house."""
    resolution = places.resolve(words, near=near)
    assert [c.place.name for c in resolution[:1]] == [label], words
    assert resolution.verdict == "clear", words


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("新康街2号院1号楼", "新康街2号院1号楼"), ("新康街二号院一号楼", "新康街2号院1号楼"),
        ("新康街2号院1号楼3单元501室", "新康街2号院1号楼"), ("新康街 2号院 1栋", "新康街2号院1号楼"),
        ("新康街甲10号", "新康街甲10号"), ("新康街10号甲", "新康街甲10号"), ("新康街甲十号", "新康街甲10号"),
        ("新康街10号", "新康街10号"), ("新康街十号", "新康街10号"), ("新康街10", "新康街10号"),
        ("新康街23号附2号", "新康街23号附2号"), ("新康街23附2", "新康街23号附2号"),
        ("新康街23-2号", "新康街23号附2号"),
        ("新康街23号之2", "新康街23号附2号"), ("新康街23号", "新康街23号"),
        ("东川路一千二百八十号", "东川路1280号"), ("东川路幺二八零号", "东川路1280号"),
        ("东川路1282号", "东川路一二八二号"),
        ("上海市闵行区东川路1280号", "东川路1280号"), ("东川路1280号301室", "东川路1280号"),
        ("鹤庆路358弄81号", "鹤庆路358弄81号"), ("鹤庆路三百五十八弄八十一号", "鹤庆路358弄81号"),
        ("鹤庆路三五八弄八三号", "鹤庆路358弄83号"), ("东川路811弄12号", "东川路811弄12号"),
        ("鹤庆路16号", "鹤庆路14-18号"), ("中山东二路九号", "中山东二路9号"), ("鶴慶路12號", "鹤庆路12号"),
    ],
)  # fmt: skip
def test_a_chinese_address(china: Places, words: str, label: str) -> None:
    check(china, words, label)


@pytest.mark.parametrize(
    ("words", "label", "why"),
    [
        ("新康街丙10号", "新康街10号", "nearest house number"),
        ("新康街23号附3号", "新康街23号", "nearest house number"),
        ("新康街2号院5号楼", "新康街2号院1号楼", "nearest house number"),
        ("新康街33号", "新康街33号", "between house numbers"),
        ("东川路811弄14号", "东川路811弄12号", "nearest house number"),
        ("鹤庆路15号", "鹤庆路14-18号", "nearest house number"),
        ("东川路99号", "东川路", "street without that number"),
    ],
)
def test_a_chinese_number_that_is_not_there_is_asked_about(
    china: Places, words: str, label: str, why: str
) -> None:
    resolution = china.resolve(words)
    assert (resolution[0].place.name, resolution[0].why, resolution.verdict) == (label, why, "unsure")


def test_a_courtyard_without_its_street_is_looked_for_near_the_car(china: Places) -> None:
    resolution = china.resolve("二号院一号楼", near=SHANGHAI)
    assert resolution[0].place.name == "新康街2号院1号楼"
    assert resolution.verdict == "unsure"


AMERICA = {
    "South Broadway": ["1959", "1951", "1943"],
    "North Broadway": ["1959"],
    "83rd Street": ["921"],
    "West 26th Street": ["30"],
    "D Street": ["12"],
    "South Avenue N": ["9622"],
    "Kendall Town Boulevard": ["1141"],
    "West Yuma Street": ["3200-3240", "3300-3340"],
    "Pennsylvania Avenue Northwest": ["1600"],
    "Saint Cross Road": ["5"],
    "Martin Luther King Jr. Drive": ["42"],
    "North Road": ["45", "34 10", "2;4;12"],
    "Oak Street": ["7", "7B"],
}


@pytest.fixture
def america(town: Town) -> Places:
    return town(DENVER, AMERICA, [{"place": "city", "name": "Denver"}])


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("1959 s broadway denver co 80210", "1959 South Broadway"),
        ("1959 South Broadway, Denver", "1959 South Broadway"),
        ("1959 N. Broadway", "1959 North Broadway"), ("south broadway 1951", "1951 South Broadway"),
        ("921 83 street", "921 83rd Street"), ("921 eighty-third", "921 83rd Street"),
        ("30 w 26 st", "30 West 26th Street"),
        ("30 West 26th", "30 West 26th Street"), ("12 D St", "12 D Street"),
        ("9622 south ave n", "9622 South Avenue N"),
        ("1141 Kendall Town Blvd #3202", "1141 Kendall Town Boulevard"),
        ("1141 kendall town boulevard apt 5b", "1141 Kendall Town Boulevard"),
        ("Suite 12, 1141 Kendall Town Blvd", "1141 Kendall Town Boulevard"),
        ("3200 W Yuma St", "3200-3240 West Yuma Street"),
        ("3220 West Yuma Street", "3200-3240 West Yuma Street"),
        ("1600 Pennsylvania Ave NW", "1600 Pennsylvania Avenue Northwest"),
        ("1600 pennsylvania avenue", "1600 Pennsylvania Avenue Northwest"),
        ("nineteen fifty nine south broadway", "1959 South Broadway"), ("twelve d street", "12 D Street"),
        ("d street twelve", "12 D Street"),
        ("sixteen hundred pennsylvania avenue", "1600 Pennsylvania Avenue Northwest"),
        ("eleven forty one kendall town boulevard", "1141 Kendall Town Boulevard"),
        ("5 St. Cross Rd", "5 Saint Cross Road"), ("42 MLK Jr Dr", "42 Martin Luther King Jr. Drive"),
        ("45, North Road", "45 North Road"), ("North Road 4", "4 North Road"),
        ("12 north rd", "12 North Road"),
        ("North Road 34 10", "34 10 North Road"), ("7-b oak street", "7B Oak Street"),
        ("7/B Oak St", "7B Oak Street"),
    ],
)  # fmt: skip
def test_an_american_address(america: Places, words: str, label: str) -> None:
    check(america, words, label)


@pytest.mark.parametrize(
    "words",
    [
        "North Road 3410",
        "3221 West Yuma Street",
        "8 Oat Street",
        "1955 South Broadway",
        "7 Oat Street",
        "12 Oak Avenue",
    ],
)
def test_another_house_is_never_taken_without_asking(america: Places, words: str) -> None:
    assert america.resolve(words).verdict in ("unsure", "nothing")


def test_the_house_whose_numbers_go_round_a_missing_one_is_offered(america: Places) -> None:
    resolution = america.resolve("3221 West Yuma Street")
    assert resolution[0].place.name == "3200-3240 West Yuma Street"
    assert america.resolve("3221 W Yuma St")[0].place.name == "3200-3240 West Yuma Street"


@pytest.mark.parametrize("words", ["7 Oak Avenue", "Pl. Oak 7", "7 Oak Lane"])
def test_a_street_is_not_torn_from_its_sort(america: Places, words: str) -> None:
    assert america.resolve(words).verdict != "clear"


def test_a_direction_left_out_is_asked_about(america: Places) -> None:
    resolution = america.resolve("1959 Broadway")
    assert resolution.verdict == "ask"
    assert {c.place.name for c in resolution} == {"1959 South Broadway", "1959 North Broadway"}


def test_a_number_alone_means_the_houses_near_the_car(america: Places) -> None:
    resolution = america.resolve("1959", near=DENVER)
    assert (resolution.verdict, resolution[0].place.name) == ("ask", "1959 South Broadway")
    assert america.resolve("1959").verdict == "nothing"


@pytest.mark.parametrize("words", ["Broadway and 83rd St", "77th & yuma"])
def test_a_crossing_by_short_names(town: Town, words: str, tmp_path: object) -> None:
    places = town(DENVER, {"83rd Street": [], "77th Avenue": []})
    assert places.resolve(words).verdict in ("nothing", "unsure")


EUROPE = {
    "Rue Normandie Maine": ["11 bis", "11", "13ter"],
    "Rue de la République": ["45bis"],
    "-Nösslach": [{"addr:place": "Nösslach", "addr:housenumber": "9"}],
    "-Außerhalb": [{"addr:street": "Außerhalb", "addr:housenumber": "4", "addr:city": "Vendersheim"}],
    "Comte Borrell": ["64/66"],
}


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("11 bis Rue Normandie Maine", "11 bis Rue Normandie Maine"),
        ("11bis, rue normandie-maine", "11 bis Rue Normandie Maine"),
        ("11 Rue Normandie Maine", "11 Rue Normandie Maine"),
        ("13 ter rue Normandie Maine", "13ter Rue Normandie Maine"),
        ("45 bis r. République, 75011 Paris", "45bis Rue de la République"), ("9 Nösslach", "9 Nösslach"),
        ("Noesslach 9", "9 Nösslach"), ("Vendersheim, Außerhalb 4, Germany", "4 Außerhalb"),
        ("Ausserhalb 4", "4 Außerhalb"),
        ("64 Comte Borrell", "64 Comte Borrell"), ("66 comte borrell", "66 Comte Borrell"),
    ],
)  # fmt: skip
def test_a_french_and_a_german_address(town: Town, words: str, label: str) -> None:
    check(town(PARIS, EUROPE), words, label)


@pytest.mark.parametrize("words", ["Chemin de la République 45 bis", "45 bis, Place de la République"])
def test_a_sort_of_street_before_its_particles_is_not_torn_off(town: Town, words: str) -> None:
    assert town(PARIS, EUROPE).resolve(words).verdict != "clear"


def test_bis_is_another_house(town: Town) -> None:
    places = town(PARIS, EUROPE)
    assert places.resolve("45 rue de la République").verdict == "unsure"
    assert places.resolve("13 rue Normandie Maine").verdict == "unsure"


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Hauptstr. 5", "Hauptstraße 5"), ("hauptstrasse 5", "Hauptstraße 5"),
        ("Haupt Straße 5", "Hauptstraße 5"),
        ("Muellerstr 12a", "Müllerstraße 12a"), ("Müllerstraße 12 A, 13353 Berlin", "Müllerstraße 12a"),
        ("Karl Marx Strasse 7", "Karl-Marx-Straße 7"), ("Karl-Marx-Str. 7", "Karl-Marx-Straße 7"),
        ("Berlin, Hauptstraße 5", "Hauptstraße 5"), ("Straße des 17. Juni 135", "Straße des 17. Juni 135"),
    ],
)  # fmt: skip
def test_a_german_address(town: Town, words: str, label: str) -> None:
    streets = {
        "Hauptstraße": ["5"],
        "Müllerstraße": ["12a"],
        "Karl-Marx-Straße": ["7"],
        "Straße des 17. Juni": ["135"],
    }
    check(town(BERLIN, streets), words, label)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("丸の内1-9-1", "1"), ("丸の内一丁目9番1号", "1"), ("東京都千代田区丸の内1丁目9-1", "1"),
        ("丸の内1丁目9番2号", "2"),
    ],
)  # fmt: skip
def test_a_japanese_address(town: Town, words: str, number: str) -> None:
    block = {"addr:quarter": "丸の内", "addr:neighbourhood": "1丁目", "addr:block_number": "9"}
    houses = [{**block, "addr:housenumber": n} for n in ("1", "2")]
    places = town(TOKYO, {"-x": houses})
    resolution = places.resolve(words)
    assert resolution.verdict == "clear"
    assert resolution[0].place.name.endswith(f"9-{number}号")


@pytest.mark.parametrize(
    "words", ["세종대로 110", "서울특별시 중구 세종대로 110", "세종대로110", "세종대로 110번지"]
)
def test_a_korean_address(town: Town, words: str) -> None:
    check(town(SEOUL, {"세종대로": ["110", "112-1"]}), words, "세종대로 110")


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("中山北路二段48巷3弄5號之2", "中山北路二段48巷3弄5號之2"),
        ("中山北路2段48巷3弄5之2号", "中山北路二段48巷3弄5號之2"),
        ("台北市中山區中山北路二段48巷3弄5-2號", "中山北路二段48巷3弄5號之2"),
        ("中山北路二段50號", "中山北路二段50號"),
    ],
)  # fmt: skip
def test_a_taiwanese_address(town: Town, words: str, label: str) -> None:
    check(town(TAIPEI, {"中山北路二段": ["48巷3弄5號之2", "50"], "中山北路一段": ["50"]}), words, label)


def test_numbers_counted_between_two_others(
    draw: Callable[..., Places], at: Callable[..., tuple[float, float]]
) -> None:
    drawing = "a b\nm n"
    ends = {c: {"addr:street": "Main Street", "addr:housenumber": n} for c, n in (("a", "10"), ("b", "60"))}
    ways = {"mn": {"highway": "residential", "name": "Main Street"}, "ab": {"addr:interpolation": "even"}}
    places = draw(drawing, ends, ways)
    resolution = places.resolve("Main Street 30")
    west, east = at(drawing, "a")[1], at(drawing, "b")[1]
    assert resolution.verdict == "clear"
    assert resolution[0].place.lon == pytest.approx(west + 0.4 * (east - west))
    assert places.resolve("Main Street 31").verdict == "unsure"


def test_a_house_without_a_street_belongs_to_the_nearest_named_one(draw: Callable[..., Places]) -> None:
    ways = {"mn": {"highway": "residential", "name": "Main Street"}, "xy": {"highway": "service"}}
    places = draw("x y\na\nm n", {"a": {"addr:housenumber": "7"}}, ways)
    check(places, "Main Street 7", "Main Street 7")


def test_a_house_of_an_associated_street(draw: Callable[..., Places]) -> None:
    relation = ({"type": "associatedStreet", "name": "Hill Road"}, {"a": "house"})
    places = draw(
        "a\nm n",
        {"a": {"addr:housenumber": "7"}},
        {"mn": {"highway": "residential", "name": "Low Road"}},
        [relation],
    )
    check(places, "Hill Road 7", "Hill Road 7")


def test_the_town_said_tells_two_houses_apart(town: Town) -> None:
    houses = [
        {"addr:street": "Main Street", "addr:housenumber": "5", "addr:city": city}
        for city in ("Springfield", "Shelbyville")
    ]
    far = [houses[0], *({"addr:street": "x", "addr:housenumber": str(i)} for i in range(10)), houses[1]]
    places = town(DENVER, {"Main Street": far})
    for words in ("5 Main Street, Shelbyville", "5 main st shelbyville", "Shelbyville, Main Street 5"):
        resolution = places.resolve(words)
        assert resolution.verdict == "clear"
        assert resolution[0].place.lon > DENVER[1] + 0.005


def test_a_place_called_like_an_address_comes_first(town: Town) -> None:
    places = town(DENVER, {"Oak Street": ["7"]}, [{"amenity": "bar", "name": "7 Oak"}])
    assert places.resolve("7 Oak")[0].place.category == "amenity/bar"


@pytest.mark.parametrize(
    ("origin", "label"),
    [
        (DENVER, "5 High Street"), (LONDON, "5 High Street"), (PARIS, "5 High Street"),
        (BERLIN, "High Street 5"), (HELSINKI, "High Street 5"),
    ],
)  # fmt: skip
def test_an_address_is_said_in_its_countrys_order(
    town: Town, origin: tuple[float, float], label: str
) -> None:
    house = {"addr:street": "High Street", "addr:housenumber": "5", "amenity": "cafe", "name": "Cup"}
    places = town(origin, {"High Street": [house]})
    assert places.resolve("High Street 5")[0].place.name == label
    assert places.resolve("Cup")[0].place.address == label
    found = places.reverse(*origin)
    assert found.describe("en").startswith(label)


def test_a_chinese_number_is_said_with_one_sign(china: Places) -> None:
    lat, lon = SHANGHAI[0] - 0.0027 + 0.0001, SHANGHAI[1]
    assert "鹤庆路358弄81号" in china.reverse(lat, lon).describe("zh")
    assert "号号" not in china.reverse(lat, lon).describe("zh")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("一千二百八十", "1280"), ("一二八零", "1280"), ("幺二八", "128"), ("一百二", "120"),
        ("一百零二", "102"),
        ("两千三", "2300"), ("二十", "20"), ("十", "10"), ("一千零八", "1008"), ("路", "路"),
    ],
)  # fmt: skip
def test_numerals_of_house_numbers(text: str, digits: str) -> None:
    assert from_numeral(text) == digits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S Broadway", "South Broadway"), ("30 St NW", "30th Street Northwest"), ("Fifth Ave", "5th Avenue"),
        ("av. d'Encamp", "Avinguda d’Encamp"), ("c/ Josep Rossel", "Carrer de Josep Rossel"),
        ("St. Cross Rd", "Saint Cross Road"),
        ("bd de la Mer", "Boulevard de la mer"), ("成府路", "成府路"), ("Hauptstr.", "Hauptstraße"),
        ("Dr. King Dr", "Doctor King Drive"),
    ],
)  # fmt: skip
def test_two_ways_to_write_a_street(one: str, other: str) -> None:
    assert likeness(parse_street(one), parse_street(other)) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S Broadway", "North Broadway"),
        ("Oak Street", "Oak Avenue"),
        ("成府路", "成府街"),
        ("Rue Foch", "Avenue Foch"),
    ],
)
def test_two_streets_of_one_core(one: str, other: str) -> None:
    assert likeness(parse_street(one), parse_street(other)) == 0.0


def test_the_numbers_of_a_house() -> None:
    assert [(n.text, n.low, n.high) for n in numbers_of("2;4-8;12 A")] == [
        ("2", 2, 2),
        ("4-8", 4, 8),
        ("12a", 12, 12),
    ]


@pytest.mark.parametrize(
    "words", ["清华大学", "第六人民医院", "3号线", "五道口", "2号楼", "一号公路", "101中学"]
)
def test_what_is_no_chinese_address(words: str) -> None:
    assert parse_han(words) is None


def test_street_and_number_of_the_map_in_any_share() -> None:
    shares = [("鹤庆路358弄", "81号"), ("鹤庆路", "358弄81号"), ("鹤庆路", "358弄81")]
    assert len({han_number(street, number) for street, number in shares}) == 1
