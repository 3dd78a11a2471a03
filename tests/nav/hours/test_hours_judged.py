"""What opening hours say at a moment: the reported cases of other readers, and what holds for all of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nav.hours.opening import hours_at
from nav.hours.rule import State

STUTTGART, BEIJING, LONDON = (48.7769, 9.1844), (39.9075, 116.3972), (51.5074, -0.1278)
NEW_YORK, MOSCOW, BUENOS_AIRES = (40.7128, -74.006), (55.7558, 37.6173), (-34.6037, -58.3816)
OPEN, CLOSED, UNKNOWN = State.OPEN, State.CLOSED, State.UNKNOWN


@pytest.mark.parametrize(
    ("hours", "place", "when", "right"),
    [
        ("07:00-14:00,15:30-19:00; PH Su closed", STUTTGART, "2024-06-09 10:00", OPEN),
        ("PH,Fr-We 07:00-20:00+", STUTTGART, "2024-06-10 21:00", UNKNOWN),
        ("Mo-Fr 18:00-03:00, Sa,Su 19:00-02:00; PH off", STUTTGART, "2023-05-01 00:30", OPEN),
        ("Mo-Fr 18:00-03:00, Sa,Su 19:00-02:00; PH off", STUTTGART, "2023-05-01 19:30", CLOSED),
        ("Mo 06:00-15:00; Tu-Th 07:00-04:00; Fr-Su 09:00-17:00", STUTTGART, "2024-06-07 02:00", OPEN),
        ("Mo-Fr 08:00-18:00; SH off", STUTTGART, "2024-08-06 10:00", UNKNOWN),
        ("Mo-Sa 08:00-20:00; Su,PH off", STUTTGART, "2024-05-30 10:00", CLOSED),
        ("Mo-Fr 09:00-13:00; PH off", STUTTGART, "2024-11-01 10:00", CLOSED),
        ("Mo-Fr 08:00-12:00 13:00-17:30", STUTTGART, "2024-06-03 14:00", OPEN),
        ("Mo-Fr 08:00-12:00 13:00-17:30", STUTTGART, "2024-06-03 12:30", CLOSED),
        ("Mo-Fri 9-17 Uhr", STUTTGART, "2024-06-03 10:00", OPEN),
        ('Mo-Fr 08:00-12:00 "nach Vereinbarung"', STUTTGART, "2024-06-03 10:00", UNKNOWN),
        ("Apr-Oct: Mo-Fr 09:00-18:00", STUTTGART, "2024-06-03 10:00", OPEN),
        ("Mo-Fr 9am-5pm", STUTTGART, "2024-06-03 16:30", OPEN),
        ('Sa "by appointment"', STUTTGART, "2024-06-08 10:00", UNKNOWN),
        ('Mo-Fr 08:00-12:00 || "call"', STUTTGART, "2024-06-03 14:00", UNKNOWN),
        ("PH Mo-Fr 10:00-12:00", STUTTGART, "2024-06-05 11:00", CLOSED),
        ("Fr 08:00-12:00 || Fr 12:00-16:00", STUTTGART, "2024-06-07 13:00", OPEN),
        ("Mo-Fr 08:00-12:00 || unknown", STUTTGART, "2024-06-04 14:00", UNKNOWN),
        ("13:00-17:00+", STUTTGART, "2024-06-04 17:30", UNKNOWN),
        ("Mo-Su 09:00-17:00; PH off", LONDON, "2022-12-25 12:00", CLOSED),
        ("Mo-Su 09:00-17:00; PH off", LONDON, "2022-12-27 12:00", CLOSED),
        ("Mo-Su 09:00-17:00; PH off", BEIJING, "2024-02-11 12:00", CLOSED),
        ("Mo-Su 09:00-17:00; PH off", BEIJING, "2024-02-12 12:00", CLOSED),
        *(("Mo-Su 09:00-17:00; PH off", BEIJING, f"2024-10-0{day} 12:00", CLOSED) for day in range(1, 8)),
        ("Mo-Su 09:00-17:00; PH off", BEIJING, "2024-10-08 12:00", OPEN),
        ("Mo-Su 09:00-17:00; PH off", BEIJING, "2024-10-12 12:00", OPEN),
        ("Mo-Su 09:00-17:00; PH off", BEIJING, "2024-04-04 12:00", CLOSED),
        ("Mo-Fr 09:00-17:00; PH off", BEIJING, "2024-10-12 12:00", UNKNOWN),
        ("Mo-Su 09:00-17:00; PH off", BEIJING, "2045-10-05 12:00", UNKNOWN),
        ("Mo-Su 09:00-17:00; PH off", BEIJING, "2045-07-05 12:00", OPEN),
        ("Mo-Fr 09:00-17:00; PH off", NEW_YORK, "2024-10-14 12:00", CLOSED),
        ("Mo-Fr 09:00-17:00; PH off", MOSCOW, "2025-01-08 12:00", CLOSED),
        ("Mo-Fr 09:00-17:00; PH off", BUENOS_AIRES, "2024-06-17 12:00", CLOSED),
    ],
)
def test_reported_cases(hours: str, place: tuple[float, float], when: str, right: State) -> None:
    found = hours_at(hours, place)
    assert found is not None
    assert found.state(datetime.fromisoformat(when)) is right


def test_the_state_decides_about_holidays() -> None:
    """Corpus Christi is a holiday in Stuttgart and none in Berlin; near a border it is not known."""
    corpus_christi = datetime(2024, 5, 30, 12)
    states = {}
    for name, place in {
        "Stuttgart": STUTTGART,
        "Berlin": (52.52, 13.405),
        "Neu-Ulm": (48.3975, 9.9975),
    }.items():
        hours = hours_at("Mo-Su 09:00-17:00; PH off", place)
        assert hours is not None
        states[name] = hours.state(corpus_christi)
    assert states["Stuttgart"] is CLOSED
    assert states["Berlin"] is OPEN


def test_a_change_of_comments_is_no_change() -> None:
    hours = hours_at('Mo-Sa 08:00-21:00; 2025 Sep 24 off "x"', STUTTGART)
    assert hours is not None
    assert hours.next_change(datetime(2025, 9, 24, 12)) == datetime(2025, 9, 25, 8)
    joined = hours_at('08:00-12:00 open "a", 12:00-16:00 open "b"', STUTTGART)
    assert joined is not None
    assert [stay.state for stay in joined.stays(datetime(2025, 9, 24, 11), datetime(2025, 9, 24, 13))] == [
        OPEN
    ]


@pytest.mark.parametrize("hours", ["24/7", "off", "Mo-Su 00:00-24:00", '"by appointment"', "2020 Jan 01"])
def test_what_never_changes_has_no_next_change(hours: str) -> None:
    found = hours_at(hours, STUTTGART)
    assert found is not None
    assert found.next_change(datetime(2024, 6, 3, 12)) is None


def test_without_a_place_sun_and_holidays_are_unknown() -> None:
    noon = datetime(2024, 6, 3, 12)
    for text, right in (("sunrise-sunset", UNKNOWN), ("10:00-13:00; PH off", UNKNOWN), ("10:00-13:00", OPEN)):
        hours = hours_at(text, None)
        assert hours is not None
        assert hours.state(noon) is right, text


@pytest.mark.parametrize(
    ("place", "day", "sunrise", "sunset"),
    [
        pytest.param((51.5074, -0.1278), "2024-06-21", "04:43", "21:21", id="London, summer time"),
        pytest.param((39.9075, 116.3972), "2024-12-21", "07:32", "16:52", id="Beijing"),
        pytest.param((-33.8688, 151.2093), "2024-12-21", "05:41", "20:05", id="Sydney, south of the line"),
    ],
)
def test_the_sun(place: tuple[float, float], day: str, sunrise: str, sunset: str) -> None:
    """Times of the almanac, to two minutes."""
    hours = hours_at("sunrise-sunset", place)
    assert hours is not None
    midnight = datetime.fromisoformat(day)
    _, light, _ = hours.stays(midnight, midnight + timedelta(days=1))
    for found, told in ((light.begin, sunrise), (light.end, sunset)):
        assert abs(found - datetime.fromisoformat(f"{day} {told}")) <= timedelta(minutes=2)


@pytest.mark.parametrize("place", [STUTTGART, BEIJING, (0.0, 0.0), (90.0, 0.0), None])
@pytest.mark.parametrize(
    "when",
    [datetime.min, datetime(1500, 5, 5), datetime(1900, 1, 1), datetime(2199, 12, 31, 23), datetime.max],
)
@pytest.mark.parametrize(
    "hours",
    ["Mo-Su 08:00-18:00; PH off", "Sa[1] +3 days 10:00-12:00", "Dec 25-easter", "sunrise-sunset", "week 53"],
)
def test_any_year_is_judged(hours: str, when: datetime, place: tuple[float, float] | None) -> None:
    found = hours_at(hours, place)
    assert found is not None
    assert found.state(when) in State
    change = found.next_change(when)
    assert change is None or change > when


def test_the_midnight_sun_leaves_it_open() -> None:
    hours = hours_at("sunrise-sunset", (71.17, 25.78))
    assert hours is not None
    assert hours.state(datetime(2024, 6, 21, 12)) is UNKNOWN


_HOURS = st.sampled_from(
    [
        "Mo-Fr 08:00-18:00; PH off", "Mo-Sa 18:00-03:00; We off", "Tu-Su 11:00-14:00,17:00+ || Mo unknown",
        "Apr-Oct sunrise-sunset; SH 10:00-12:00", "week 01-53/2 Fr-Mo 22:00-26:00, Su[-1] 10:00-12:00",
        "Dec 20-Jan 06 off; easter -2 days-easter +1 day 12:00-13:00",
        "Mo-Fr 09:00-17:00 \"ring\"; Sa closed",
    ]
)  # fmt: skip
_MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1)).map(
    lambda when: when.replace(second=0, microsecond=0)
)
_PLACES = st.sampled_from([STUTTGART, BEIJING, LONDON, NEW_YORK])


@given(hours=_HOURS, when=_MOMENTS, place=_PLACES)
def test_stays_tell_the_same_as_states(hours: str, when: datetime, place: tuple[float, float]) -> None:
    found = hours_at(hours, place)
    assert found is not None
    stays = list(found.stays(when, when + timedelta(days=9)))
    assert stays[0].begin == when
    assert stays[-1].end == when + timedelta(days=9)
    for one, then in pairwise(stays):
        assert one.end == then.begin
        assert one.state is not then.state
    for stay in stays:
        assert found.state(stay.begin) is stay.state
        assert found.state(stay.end - timedelta(minutes=1)) is stay.state
    change = found.next_change(when)
    if len(stays) > 1:
        assert change == stays[0].end
