"""Places said in numbers: coordinates, plus codes, and the posts along a road."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from poi import Places
from poi.resolving.spoken_point import spoken_point

Draw = Callable[..., Places]
At = Callable[[str, str], tuple[float, float]]


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("60.17, 24.94", (60.17, 24.94)), ("60.17 24.94", (60.17, 24.94)), ("60.17，24.94", (60.17, 24.94)),
        ("-33.86, 151.21", (-33.86, 151.21)), ("33.86 S 151.21 E", (-33.86, 151.21)),
        ("N 60.17 E 24.94", (60.17, 24.94)), ("E 24.94 N 60.17", (60.17, 24.94)),
        ("60°10'12\"N 24°56'24\"E", (60.17, 24.94)), ("latitude 60.17 longitude 24.94", (60.17, 24.94)),
        ("longitude 24.94, latitude 60.17", (60.17, 24.94)), ("60.17 north 24.94 east", (60.17, 24.94)),
        ("60 degrees 10 minutes north 24 degrees 56 minutes west", (60 + 10 / 60, -24 - 56 / 60)),
        ("北纬31.18度，东经121.4度", (31.18, 121.4)), ("东经121度24分北纬31度12分", (31.2, 121.4)),
        ("北纬三十一点一八度东经一百二十一点四度", (31.18, 121.4)), ("坐标31.18,121.40", (31.18, 121.4)),
        ("北纬三十一点零五度东经一百二十一点四零五度", (31.05, 121.405)),
    ],
)  # fmt: skip
def test_coordinates(words: str, point: tuple[float, float]) -> None:
    candidate = spoken_point(words)
    assert candidate is not None
    assert (candidate.place.lat, candidate.place.lon) == pytest.approx(point, abs=1e-9)


@pytest.mark.parametrize(
    "words",
    [
        "12 5",
        "12, 5",
        "95.1, 24.9",
        "60.17",
        "7 Eleven",
        "五道口",
        "路3号 5号",
        "24.94.1, 60.17",
        "1.5 2.5 3.5",
    ],
)
def test_what_is_no_coordinate(words: str) -> None:
    assert spoken_point(words) is None


@pytest.mark.parametrize(
    "words", ["9GG65WCR+2X", "9gg65wcr+2x", "5WCR+2X", "5WCR plus 2X", "5WCR+2X Helsinki"]
)
def test_a_plus_code(draw: Draw, words: str) -> None:
    """9GG65WCR+2X is a field of 14 m by 7 m at 60.170062, 24.942438."""
    places = draw("h", {"h": {"place": "city", "name": "Helsinki"}})
    resolution = places.resolve(words, near=(60.2, 24.9))
    place = resolution[0].place
    assert resolution.verdict == "clear"
    assert (place.lat, place.lon) == pytest.approx((60.1700625, 24.9424375), abs=2e-4)


POSTS = "mpqrn"
ROAD = {"mpqrn": {"highway": "motorway", "name": "京沪高速", "ref": "G2", "name:en": "Jinghu Expressway"}}


@pytest.fixture
def expressway(draw: Draw) -> Places:
    posts = {
        c: {"highway": "milestone", "distance": d}
        for c, d in (("p", "1035"), ("q", "1036 km"), ("r", "1037.0"))
    }
    return draw(POSTS, posts, ROAD)


@pytest.mark.parametrize(
    ("words", "letter"),
    [
        ("G2京沪高速1035公里处", "p"), ("京沪高速1036公里", "q"), ("京沪高速K1037", "r"),
        ("G2高速1035公里处", "p"),
        ("京沪高速一千零三十六公里处", "q"), ("kilometre 1036 on the G2", "q"), ("G2 km 1037", "r"),
        ("km 1035 of the Jinghu Expressway", "p"), ("G2, kilometer post 1036", "q"),
        ("mile 643.7 on G2", "q"),
    ],
)  # fmt: skip
def test_a_kilometre_post(expressway: Places, at: At, words: str, letter: str) -> None:
    resolution = expressway.resolve(words)
    assert (resolution.verdict, resolution[0].why) == ("clear", "post")
    assert resolution[0].place.lon == pytest.approx(at(POSTS, letter)[1])


def test_a_kilometre_between_two_posts_is_asked_about(expressway: Places, at: At) -> None:
    resolution = expressway.resolve("京沪高速K1035+500")
    assert (resolution.verdict, resolution[0].why) == ("unsure", "between house numbers")
    assert resolution[0].place.lon == pytest.approx((at(POSTS, "p")[1] + at(POSTS, "q")[1]) / 2)
    assert expressway.resolve("京沪高速1100公里处").verdict in ("unsure", "nothing")
