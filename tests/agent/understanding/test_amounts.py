"""Days and times of the clock, in every language by its data."""

from __future__ import annotations

from datetime import datetime

import pytest

from agent.understanding.amounts import date_said, moment_said, shift_said
from languages import codes
from languages.moments import moment_words

MONDAY = datetime(2026, 6, 8, 15, 20)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("tomorrow", "06-09"),
        ("the day after tomorrow", "06-10"),
        ("next Wednesday", "06-17"),
        ("on friday", "06-12"),
        ("this weekend", "06-13"),
        ("next weekend", "06-20"),
        ("in three days", "06-11"),
        ("on the 20th", "06-20"),
        ("December 3rd", "12-03"),
        ("the second of July", "07-02"),
        ("next week", "06-15"),
        ("大后天", "06-11"),
        ("后天", "06-10"),
        ("下周三", "06-17"),
        ("这个周五", "06-12"),
        ("下个周末", "06-20"),
        ("七月二号", "07-02"),
        ("20号", "06-20"),
        ("五天后", "06-13"),
        ("übermorgen", "06-10"),
        ("nächsten Mittwoch", "06-17"),
        ("am Freitag", "06-12"),
        ("am 3. Dezember", "12-03"),
        ("in drei Tagen", "06-11"),
        ("am Wochenende", "06-13"),
        ("near the station", None),
        ("去动物园", None),
        ("zum Bahnhof", None),
    ],
)
def test_days(words: str, day: str | None) -> None:
    told = date_said(words, MONDAY)
    assert (told and f"{told:%m-%d}") == day


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("bis zehn Uhr", "8 21:59"),
        ("um halb neun", "8 20:30"),
        ("morgen um acht Uhr", "9 08:00"),
        ("am Sonntag um 15 Uhr", "14 15:00"),
        ("Viertel vor neun", "8 20:45"),
        ("bis Mitternacht", "8 23:59"),
        ("um drei Uhr nachmittags", "9 15:00"),
        ("by eight tomorrow", "9 08:00"),
        ("half past six in the evening", "8 18:30"),
        ("晚上九点四十", "8 21:40"),
        ("zum Bahnhof", None),
    ],
)
def test_moments(words: str, moment: str | None) -> None:
    told = moment_said(words, MONDAY)
    assert (told and f"{told.day} {told:%H:%M}") == moment


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("推迟两天", 2),
        ("提前一天", -1),
        ("two days later", 2),
        ("one day earlier", -1),
        ("zwei Tage später", 2),
        ("later", None),
    ],
)
def test_shifts(words: str, days: int | None) -> None:
    assert shift_said(words) == days


@pytest.mark.parametrize("code", codes())
def test_every_language_has_its_moments(code: str) -> None:
    assert moment_words(code).clock
