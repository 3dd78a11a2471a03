"""Units of the country, as people say them: feet or yards and miles, limits in miles an hour; the setting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from languages import codes
from nav.guidance.answers import answer
from nav.guidance.guide import Guide, GuideSettings
from nav.guidance.wording.wording import shown_distance, spoken_distance, spoken_speed
from nav.units import Units, units_of
from tests.nav.metres import MetreMap, draw

LANCASTER, WINCHESTER, STUTTGART = (40.03, -76.3), (51.06, -1.3), (48.7, 9.18)
QUIET = GuideSettings(language="en", speeding=True, rest=False)


@pytest.mark.parametrize(
    ("metres", "us", "uk", "shown"),
    [
        (0, "ten feet", "ten yards", "10 ft"),
        (30, "one hundred feet", "thirty yards", "100 ft"),
        (64, "two hundred feet", "seventy yards", "200 ft"),
        (150, "five hundred feet", "one hundred and fifty yards", "500 ft"),
        (280, "nine hundred feet", "three hundred yards", "900 ft"),
        (310, "a quarter of a mile", "three hundred and fifty yards", "0.2 mi"),
        (402, "a quarter of a mile", "a quarter of a mile", "0.2 mi"),
        (800, "half a mile", "half a mile", "0.5 mi"),
        (1207, "three quarters of a mile", "three quarters of a mile", "0.7 mi"),
        (1609, "one mile", "one mile", "1.0 mi"),
        (2000, "one and a quarter miles", "one and a quarter miles", "1.2 mi"),
        (3220, "two miles", "two miles", "2.0 mi"),
        (5633, "three and a half miles", "three and a half miles", "3.5 mi"),
        (40_000, "twenty-five miles", "twenty-five miles", "25 mi"),
    ],
)
def test_distances(metres: float, us: str, uk: str, shown: str) -> None:
    assert spoken_distance(metres, "en", units="us") == us
    assert spoken_distance(metres, "en", units="uk") == uk
    assert shown_distance(metres, "us") == shown


@pytest.mark.parametrize(
    ("metres", "units", "said"),
    [
        (150, "us", "五百英尺"),
        (200, "uk", "两百码"),
        (400, "us", "四分之一英里"),
        (2414, "us", "一英里半"),
        (3220, "uk", "两英里"),
    ],
)
def test_distances_in_chinese(metres: float, units: Units, said: str) -> None:
    assert spoken_distance(metres, "zh", units=units) == said


@given(
    metres=st.floats(0, 1e6), units=st.sampled_from(["metric", "us", "uk"]), language=st.sampled_from(codes())
)
def test_every_distance_can_be_said(metres: float, units: Units, language: str) -> None:
    said = spoken_distance(metres, language, units=units, ahead=True)
    assert said
    assert not any(c.isdigit() for c in said)


def test_speeds() -> None:
    assert spoken_speed(48, "en", units="uk") == "thirty miles an hour"
    assert spoken_speed(105, "zh", units="us") == "六十五英里每小时"


@pytest.mark.parametrize(
    ("country", "units"),
    [("US", "us"), ("GB", "uk"), ("CN", "metric"), ("DE", "metric"), ("CA", "metric"), ("", "metric")],
)
def test_countries(country: str, units: Units) -> None:
    assert units_of(country) == units


def corner(folder: Path, origin: tuple[float, float]) -> MetreMap:
    return draw(
        folder,
        {"a": (0, -900), "x": (0, 0), "b": (3000, 0), "c": (-500, 0)},
        {
            "ax": {"highway": "primary", "maxspeed": "30 mph"},
            "cxb": {"highway": "primary", "maxspeed": "30 mph"},
        },
        origin=origin,
    )


def drive(drawn: MetreMap, settings: GuideSettings) -> tuple[Guide, list[str]]:
    router = drawn.route("a", "b")
    guide = Guide(drawn.region, drawn.routers["car"], router, settings=settings)
    said = []
    for moment in simulate(course_of(router), Receiver(noise_m=0.5), seed=1):
        said += [e.prompt.text for e in guide.update(moment.fix) if e.prompt is not None]
    return guide, said


@pytest.mark.parametrize(
    ("origin", "unit"), [(LANCASTER, "feet"), (WINCHESTER, "yards"), (STUTTGART, "metres")]
)
def test_a_drive_is_in_the_units_of_its_country(
    tmp_path: Path, origin: tuple[float, float], unit: str
) -> None:
    said = drive(corner(tmp_path, origin), QUIET)[1]
    near = [text for text in said if text.startswith("In ") and "turn right" in text]
    assert near
    assert unit in near[-1]
    assert any("Continue for" in text and ("mile" in text) == (unit != "metres") for text in said)


def test_a_setting_goes_before_the_country(tmp_path: Path) -> None:
    said = drive(corner(tmp_path, STUTTGART), replace(QUIET, units="us"))[1]
    assert any("feet" in text for text in said)
    assert not any("metre" in text for text in said)


def test_a_limit_is_said_as_on_its_sign(tmp_path: Path) -> None:
    guide, _ = drive(corner(tmp_path, WINCHESTER), QUIET)
    assert guide.progress is not None
    assert answer("speed_limit", guide.progress, [], "en") == "The limit here is thirty"
    assert "miles" in answer("distance_left", replace(guide.progress, remaining_m=5000), [], "en")
