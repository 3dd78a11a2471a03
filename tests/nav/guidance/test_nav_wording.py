"""Distances, times, references and manoeuvres as they are spoken."""

import re
from datetime import datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages import codes
from nav.guidance.maneuvers.types import Form, Kind, Lane, Modifier
from nav.guidance.wording.spoken_maneuver import SpokenManeuver
from nav.guidance.wording.wording import (
    name_in,
    shown_distance,
    speakable_name,
    spoken_distance,
    spoken_duration,
    spoken_ref,
    spoken_speed,
    spoken_time,
)


def maneuver(kind: Kind = "turn", modifier: Modifier = "right", **rest: Any) -> SpokenManeuver:
    values: dict[str, Any] = {"lat": 0.0, "lon": 0.0, "offset_m": 0.0, "length_m": 500.0, "duration_s": 30.0}
    return SpokenManeuver(kind=kind, modifier=modifier, **(values | rest))


def lanes(drawn: str) -> tuple[Lane, ...]:
    """Draw lanes from left to right: "x" may be used, "." may not."""
    return tuple(Lane(indications=(), valid=c == "x") for c in drawn)


@pytest.mark.parametrize(
    ("metres", "zh", "en", "shown"),
    [
        (0, "十米", "ten metres", "10 m"),
        (23, "二十米", "twenty metres", "20 m"),
        (96, "一百米", "one hundred metres", "100 m"),
        (213, "两百米", "two hundred metres", "200 m"),
        (240, "两百五十米", "two hundred and fifty metres", "250 m"),
        (740, "七百米", "seven hundred metres", "700 m"),
        (980, "一公里", "one kilometre", "1 km"),
        (1540, "一点五公里", "one and a half kilometres", "1.5 km"),
        (2000, "两公里", "two kilometres", "2 km"),
        (2230, "二点二公里", "two point two kilometres", "2.2 km"),
        (12_300, "十二公里", "twelve kilometres", "12 km"),
        (222_000, "两百二十二公里", "two hundred and twenty-two kilometres", "222 km"),
    ],
)
def test_distance(metres: float, zh: str, en: str, shown: str) -> None:
    assert spoken_distance(metres, "zh") == zh
    assert spoken_distance(metres, "en") == en
    assert shown_distance(metres) == shown


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (20, "不到一分钟", "less than a minute"),
        (60, "一分钟", "one minute"),
        (125, "两分钟", "two minutes"),
        (720, "十二分钟", "twelve minutes"),
        (4800, "一小时二十分钟", "one hour twenty minutes"),
        (7200, "两小时", "two hours"),
        (3 * 3600 + 23 * 60, "三小时二十五分钟", "three hours twenty-five minutes"),
    ],
)
def test_duration(seconds: float, zh: str, en: str) -> None:
    assert (spoken_duration(seconds, "zh"), spoken_duration(seconds, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("ref", "zh", "en"),
    [
        ("G2", "G二", "G two"),
        ("S5", "S五", "S five"),
        ("G45", "G四十五", "G forty-five"),
        ("G4501", "G四五零幺", "G four five oh one"),
        ("G101", "幺零幺国道", "G one oh one"),
        ("S213", "二幺三省道", "S two one three"),
        ("E 75", "E七十五", "E seventy-five"),
        ("CG-1", "C G一", "C G one"),
        ("51", "五十一号公路", "route fifty-one"),
        ("E 18;1", "E十八", "E eighteen"),
        ("I 895 South", "I八九五南向", "I eight nine five South"),
        ("US 1 N", "U S一北向", "U S one North"),
        ("I 95 northbound", "I九十五北向", "I ninety-five North"),
        ("①", "①", "①"),
        ("A²", "A ²", "A ²"),
        ("unnamed", "", ""),
        ("", "", ""),
        ("-", "", ""),
    ],
)
def test_reference(ref: str, zh: str, en: str) -> None:
    assert (spoken_ref(ref, "zh"), spoken_ref(ref, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("hour", "minute", "zh", "en"),
    [
        (15, 20, "下午三点二十分", "three twenty p.m."),
        (0, 5, "凌晨零点零五分", "twelve oh five a.m."),
        (12, 0, "中午十二点整", "twelve p.m."),
        (7, 30, "早上七点半", "seven thirty a.m."),
        (14, 0, "下午两点整", "two p.m."),
    ],
)
def test_time(hour: int, minute: int, zh: str, en: str) -> None:
    moment = datetime(2026, 1, 1, hour, minute)
    assert (spoken_time(moment, "zh"), spoken_time(moment, "en")) == (zh, en)


def test_speed() -> None:
    assert spoken_speed(60.2, "zh") == "六十公里每小时"
    assert spoken_speed(60.2, "en") == "sixty kilometres an hour"


@pytest.mark.parametrize(
    ("on_the_map", "said"),
    [
        ("中关村东路", "中关村东路"),
        ("Mannerheimintie;Mannerheimvägen", "Mannerheimintie"),
        ("unnamed", ""),
        ("NULL", ""),
        ("no_name; Main Street", "Main Street"),
        ("fixme: name?", ""),
        ("???", ""),
        ("  ", ""),
        ("无名路", ""),
    ],
)
def test_only_real_names_are_spoken(on_the_map: str, said: str) -> None:
    assert speakable_name(on_the_map) == said


def test_names_are_chosen_by_the_drivers_language() -> None:
    names = {"": "Mannerheimintie", "zh": "曼纳海姆大街", "sv": "Mannerheimvägen"}
    assert (name_in(names, "zh"), name_in(names, "en")) == ("曼纳海姆大街", "Mannerheimintie")
    assert name_in({"": "null", "en": "Main Street"}, "zh") == ""


@pytest.mark.parametrize(
    ("what", "zh", "en"),
    [
        (
            maneuver(names={"": "中关村东路", "en": "Zhongguancun East Road"}),
            "右转进入中关村东路",
            "Turn right onto Zhongguancun East Road",
        ),
        (maneuver(modifier="slight_left"), "向左前方行驶", "Bear left"),
        (
            maneuver("roundabout", roundabout_exit=2, names={"": "Rue A"}),
            "进入环岛，从第二出口驶出，进入Rue A",
            "At the roundabout take the second exit onto Rue A",
        ),
        (
            maneuver("off_ramp", exit_number="12", destination=("Lahti", "Heinola", "Kotka")),
            "从右侧十二号出口驶出，往Lahti、Heinola方向",
            "Take exit twelve on the right towards Lahti and Heinola",
        ),
        (
            maneuver("merge", "left", names={"": "京藏高速"}, refs=("G6",), major=True),
            "向左并入主路，G六京藏高速",
            "Merge left onto G six, 京藏高速",
        ),
        (
            maneuver("fork", "slight_left", lanes=lanes("xx.")),
            "走左侧两条车道，在岔路口靠左行驶",
            "Use the left two lanes and keep left at the fork",
        ),
        (
            maneuver(then=maneuver(modifier="left", names={"": "B"}), names={"": "A"}),
            "右转进入A，然后左转",
            "Turn right onto A, then turn left",
        ),
        (
            maneuver("depart", "straight", bearing_after_deg=44.0, names={"": "成府路"}),
            "出发，沿成府路向东北行驶",
            "Head north-east on 成府路",
        ),
        (
            maneuver("arrive", "right", side="right"),
            "到达目的地，目的地在右侧",
            "Arrive at your destination, on the right",
        ),
        (maneuver("uturn", "uturn"), "掉头", "Make a U-turn"),
        (maneuver("end_of_road", "left"), "在道路尽头左转", "At the end of the road turn left"),
    ],
)
def test_full_sentences(what: SpokenManeuver, zh: str, en: str) -> None:
    assert (what.say("zh"), what.say("en")) == (zh, en)


def test_forms_and_distance() -> None:
    what = maneuver(names={"": "A"}, then=maneuver(modifier="left"))
    assert what.say("zh", "now") == "现在右转，然后左转"
    assert what.say("en", "now") == "Turn right now, then turn left"
    assert what.say("zh", "short", distance_m=310) == "前方三百米右转"
    assert what.say("en", "short", distance_m=310) == "In three hundred metres, turn right"


@pytest.mark.parametrize(
    ("drawn", "modifier", "zh", "en"),
    [
        ("x..", "left", "走最左侧车道", "use the left lane"),
        ("..x", "right", "走最右侧车道", "use the right lane"),
        (".x.", "straight", "走中间车道", "use the middle lane"),
        (".xx.", "straight", "走中间两条车道", "use the middle two lanes"),
        (".x..", "straight", "走左数第二车道", "use the second lane from the left"),
        ("...xx.", "right", "走右数第二、三车道", "use the second and third lanes from the right"),
        ("x.x", "right", "走最右侧车道", "use the right lane"),
        ("xx", "right", "", ""),
        ("..", "right", "", ""),
        ("x", "left", "", ""),
    ],
)
def test_lanes(drawn: str, modifier: Modifier, zh: str, en: str) -> None:
    said_zh = maneuver(modifier=modifier, lanes=lanes(drawn)).say("zh")
    said_en = maneuver(modifier=modifier, lanes=lanes(drawn)).say("en")
    bare_zh = maneuver(modifier=modifier).say("zh")
    bare_en = maneuver(modifier=modifier).say("en")
    assert said_zh == (f"{zh}，{bare_zh}" if zh else bare_zh)
    assert said_en.lower() == (f"{en} and {bare_en}" if en else bare_en).lower()


_tag_values = st.sampled_from(
    ["", "null", "unnamed", "no", "FIXME", "Main Street", "成府路", "G6", "E 75;1", ";;", "no_name", "12A"]
)


@settings(max_examples=300)
@given(
    kind=st.sampled_from(get_args(Kind)),
    modifier=st.sampled_from(get_args(Modifier)),
    form=st.sampled_from(get_args(Form)),
    language=st.sampled_from(codes()),
    name=_tag_values,
    ref=_tag_values,
    sign=_tag_values,
    number=_tag_values,
    distance=st.none() | st.floats(0, 1e5),
    count=st.integers(0, 12),
    drawn=st.text("x.", max_size=6),
)
def test_nothing_unspeakable_is_said(
    kind: Kind, modifier: Modifier, form: Form, language: str, name: str, ref: str, sign: str,
    number: str, distance: float | None, count: int, drawn: str,
) -> None:  # fmt: skip
    what = maneuver(
        kind, modifier, names={"": name}, refs=(ref,), destination=(sign,), destination_refs=(ref,),
        exit_number=number, roundabout_exit=count, lanes=lanes(drawn), then=maneuver(names={"": name}),
    )  # fmt: skip
    said = what.say(language, form, distance_m=distance)
    assert said
    assert said == said.strip()
    assert not re.search(r"null|unnamed|fixme|no_name|None|_|;|，，|，$|  ", said, re.IGNORECASE)
