"""Opening hours are read in the whole notation and in the everyday forms that are clear; nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nav.hours.parser import parse

_SIGNS = (
    "Mo Tu Fr PH SH Jan Dec easter week 24/7 off open unknown sunrise 08:00 17:00 26:00 "
    "+ - , ; || / [ ] ( ) 1 2024"
).split()


@pytest.mark.parametrize(
    ("everyday", "notation"),
    [
        ("Mo-Fr: 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 09:00-17:00;", "Mo-Fr 09:00-17:00"),
        ("; Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 09:00–17:00", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 09:00~17:00", "Mo-Fr 09:00-17:00"),
        ("Mo - Fr 09:00 - 17:00", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 9-17", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 0900-1700", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 09.00-17.00", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 9am-5pm", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 9 am - 5 pm", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 9-5pm", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("mo-fr 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("Mon-Fri 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("Monday to Friday 9am to 5pm", "Mo-Fr 09:00-17:00"),
        ("Mon–Fri: 9:00 a.m. – 5:00 p.m.", "Mo-Fr 09:00-17:00"),
        ("周一至周五 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("星期一到星期五 9:00至17:00", "Mo-Fr 09:00-17:00"),
        ("周一至周五：上午9点至下午5点", "Mo-Fr 09:00-17:00"),
        ("週一至週五 09：00－17：00", "Mo-Fr 09:00-17:00"),
        ("营业时间：周一至周五 9时-17时", "Mo-Fr 09:00-17:00"),
        ("月曜日〜金曜日 9:00〜17:00", "Mo-Fr 09:00-17:00"),
        ("월요일~금요일 09:00~17:00", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 9-17 Uhr", "Mo-Fr 09:00-17:00"),
        ("Montag bis Freitag von 9.00 bis 17.00 Uhr", "Mo-Fr 09:00-17:00"),
        ("du lundi au vendredi de 9h à 17h", "Mo-Fr 09:00-17:00"),
        ("пн-пт 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("weekdays 9am-5pm", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 08:00-12:00 13:00-17:00", "Mo-Fr 08:00-12:00,13:00-17:00"),
        ("Mo-Fr 08:00-12:00, 13:00-17:00", "Mo-Fr 08:00-12:00,13:00-17:00"),
        ("Mo-Fr 08:00-12:00 und 13:00-17:00", "Mo-Fr 08:00-12:00,13:00-17:00"),
        ("Mo-Fr 08:00-19:00 Sa 09:00-14:00", "Mo-Fr 08:00-19:00; Sa 09:00-14:00"),
        ("Mo-Sa 08:00-20:00 Su closed", "Mo-Sa 08:00-20:00; Su off"),
        ("周二至周日 9:00-17:00，周一闭馆", "Tu-Su 09:00-17:00, Mo off"),
        ("每天 10:00-22:00", "Mo-Su 10:00-22:00"),
        ("5月1日-10月7日 08:00-18:00", "May 01-Oct 07 08:00-18:00"),
        ("24h", "24/7"),
        ("24小时", "24/7"),
        ("全天24小时", "24/7"),
        ("24 hours", "24/7"),
        ("rund um die Uhr", "24/7"),
        ("24h/24", "24/7"),
        ("8h-24h", "08:00-24:00"),
        ("Mo-Th & Sa 10:00-18:00", "Mo-Th,Sa 10:00-18:00"),
        ("daily 10:00-18:00", "Mo-Su 10:00-18:00"),
        ("10:00-18:00 Mo-Fr", "Mo-Fr 10:00-18:00"),
        ("Apr-Oct: Mo-Fr 09:00-18:00", "Apr-Oct Mo-Fr 09:00-18:00"),
        ("bank holidays closed", "PH off"),
        ("Mo-Fr 18:00-2:00", "Mo-Fr 18:00-02:00"),
    ],
)
def test_everyday_forms_mean_what_the_notation_says(everyday: str, notation: str) -> None:
    assert parse(notation) is not None
    assert parse(everyday) == parse(notation)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        ",",
        "-",
        "when the owner likes",
        "call 555-0100",
        pytest.param("Mo-Fr 9-5", id="which half of the day"),
        pytest.param("Mo-Fr 3-5pm", id="which half of the day it begins in"),
        pytest.param("Mo-Fr 9:00-5:00", id="which half, with minutes"),
        pytest.param("Di 09:00-17:00", id="Tuesday in German, Sunday in French"),
        pytest.param("Mo-Fr 10:00", id="a point in time"),
        pytest.param("Mo-Fr 10:00-16:00/90", id="points in time"),
        pytest.param("Mo-Fr 25:70-26:00", id="no time"),
        pytest.param("Mo-Fr 10:00-", id="cut off"),
        pytest.param('Mo "half a comment', id="a quote that does not end"),
        pytest.param("|| Mo", id="a fallback of nothing"),
        pytest.param("Jan Feb 10:00-12:00", id="months beside one another"),
        pytest.param("Mo Tu 10:00-12:00", id="days beside one another"),
        pytest.param("week 60 10:00-12:00", id="no such week"),
        pytest.param("Su[7] 10:00-12:00", id="no seventh Sunday"),
        pytest.param("31. Februar", id="no date of this notation"),
        pytest.param("x" * 5000, id="long"),
    ],
)
def test_what_is_not_clear_is_not_read(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=60) | st.lists(st.sampled_from(_SIGNS), max_size=12).map(" ".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    rules = parse(text)
    assert rules is None or len(rules) > 0
