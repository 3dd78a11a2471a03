"""Real places of Helsinki, Beijing and Andorra."""

from __future__ import annotations

import pytest

from nav.geometry import distance_m
from poi import Places


@pytest.mark.models
@pytest.mark.parametrize(
    "words",
    [
        "Helsinki Cathedral", "helsinki cathedral", "Helsingin tuomiokirkko", "Tuomiokirkko",
        "Helsingfors domkyrka",
        "Domkyrkan", "赫尔辛基大教堂", "赫爾辛基大教堂", "赫尔新基大教堂", "赫尔辛基座堂",
        "Helsinki Katedral",
        "the Helsinki cathedral", "带我去赫尔辛基大教堂", "Кафедральный собор",
    ],
)  # fmt: skip
def test_helsinki_cathedral(helsinki: Places, words: str) -> None:
    place = helsinki.resolve(words)[0].place
    assert place.name == "Helsingin tuomiokirkko", words
    assert distance_m((place.lat, place.lon), (60.17036, 24.9522)) < 80


@pytest.mark.models
@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("赫尔辛基中央火车站", "Helsingin päärautatieasema"),
        ("Hotel Kamp", "Hotel Kämp"),
        ("Ateneum", "Ateneum"),
        ("Mannerheimintie", "Mannerheimintie"),
        ("manerheimintie", "Mannerheimintie"),
        ("Stockmann", "Stockmann"),
        ("Kauppatori", "Kauppatori"),
    ],
)
def test_helsinki_names(helsinki: Places, words: str, name: str) -> None:
    assert name in helsinki.resolve(words)[0].place.name


@pytest.mark.models
def test_helsinki_central_station_in_english(helsinki: Places) -> None:
    place = helsinki.resolve("Helsinki Central Station")[0].place
    assert place.category in ("railway/station", "public_transport/station")


@pytest.mark.models
def test_helsinki_hotels_near_the_station(helsinki: Places) -> None:
    found = helsinki.search("hotel", near=(60.1719, 24.9414), limit=10)
    assert len(found) == 10
    assert all(p.category in ("tourism/hotel", "tourism/motel") for p in found)
    distances = [p.distance_m or 0.0 for p in found]
    assert distances == sorted(distances)


@pytest.mark.models
def test_helsinki_address_and_crossing(helsinki: Places) -> None:
    assert helsinki.resolve("Mannerheimintie 5")[0].why == "address"
    assert helsinki.resolve("Mannerheimvägen 5")[0].place.name == "Mannerheimintie 5"
    assert helsinki.resolve("corner of Mannerheimintie and Kaivokatu").verdict == "clear"


@pytest.mark.parametrize(
    ("words", "name", "category"),
    [
        ("清华大学东门", "清华大学东门", "barrier/gate"),
        ("清華大學東門", "清华大学东门", "barrier/gate"),
        ("青花大学东门", "清华大学东门", "barrier/gate"),
        ("清华东门", "清华大学东门", "barrier/gate"),
        ("清华大学", "清华大学", "amenity/university"),
        ("Tsinghua University", "清华大学", "amenity/university"),
        ("清华", "清华大学", "amenity/university"),
        ("文津酒店", "文津国际酒店", "tourism/hotel"),
        ("文津宾馆", "文津国际酒店", "tourism/hotel"),
        ("文金酒店", "文津国际酒店", "tourism/hotel"),
        ("五道口地铁站", "五道口", "station/subway"),
        ("五道口", "五道口", "station/subway"),
        ("吴道口地铁站", "五道口", "station/subway"),
        ("wudaokou", "五道口", "station/subway"),
        ("圆明园", "圆明园", "tourism/attraction"),
        ("圓明園", "圆明园", "tourism/attraction"),
        ("元明元", "圆明园", "tourism/attraction"),
        ("Old Summer Palace", "圆明园", "tourism/attraction"),
        ("成府路", "成府路", "street/secondary"),
        ("北大东门", "北京大学东门", "station/subway"),
    ],
)
def test_tsinghua(tsinghua: Places, words: str, name: str, category: str) -> None:
    resolution = tsinghua.resolve(words)
    place = resolution[0].place
    assert (place.name, place.category) == (name, category)
    assert resolution.verdict in ("clear", "unsure")


def test_tsinghua_house_number_in_traditional_script(tsinghua: Places) -> None:
    candidate = tsinghua.resolve("清华西路28号")[0]
    assert (candidate.why, candidate.place.name) == ("address", "清华西路28號")


def test_tsinghua_crossing(tsinghua: Places) -> None:
    place = tsinghua.resolve("成府路和中关村东路路口")[0].place
    assert distance_m((place.lat, place.lon), (39.9915, 116.3267)) < 150


def test_tsinghua_restaurants(tsinghua: Places) -> None:
    found = tsinghua.search("好吃的", near=(39.9917, 116.3317), limit=5)
    assert len(found) == 5
    assert {p.category.split("/")[0] for p in found} == {"amenity"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Caldea", "Caldea-Inuu"),
        ("Andora la Vela", "Andorra la Vella"),
        ("Pas de la Casa", "Pas de la Casa"),
        ("Sant Julia de Loria", "Sant Julià de Lòria"),
        ("Meritxel Avenue", "Avinguda Meritxell"),
        ("Avinguda Meritxell", "Avinguda Meritxell"),
        ("Escaldes", "les Escaldes"),
    ],
)
def test_andorra_names(andorra: Places, words: str, name: str) -> None:
    assert andorra.resolve(words)[0].place.name == name


def test_andorra_hotels_in_a_parish(andorra: Places) -> None:
    found = andorra.search("hotel", district="La Massana", limit=50)
    assert len(found) >= 10
    assert {p.category for p in found} <= {"tourism/hotel", "tourism/motel"}


def test_andorra_places_know_their_parish(andorra: Places) -> None:
    fuel = andorra.search("gas station", limit=50)
    assert sum(bool(p.district) for p in fuel) > 0.7 * len(fuel)


def test_a_statue_before_the_cathedral_is_no_reason_to_ask(helsinki: Places) -> None:
    """The map calls the memorial on the square 赫尔辛基大教堂 too; both are the same drive."""
    found = helsinki.resolve("赫尔辛基大教堂", near=(60.1719, 24.9414))
    assert found.verdict == "clear"
    assert found[0].place.name == "Helsingin tuomiokirkko"
