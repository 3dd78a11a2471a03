"""Chinese map coordinates come back to WGS-84."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nav.coordinates import bd09_to_gcj02, from_wgs84, gcj02_to_bd09, gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02
from nav.geometry import distance_m

CHINA_LAT, CHINA_LON = st.floats(20, 50), st.floats(80, 130)


def test_known_point() -> None:
    """Tian'anmen: the shift there is about 1,400 m north-east-wards in degrees 0.0014 and 0.0062."""
    lat, lon = wgs84_to_gcj02(39.907333, 116.391083)
    assert (float(lat), float(lon)) == pytest.approx((39.908736, 116.397325), abs=3e-5)


@settings(max_examples=100)
@given(CHINA_LAT, CHINA_LON)
def test_gcj02_round_trip(lat: float, lon: float) -> None:
    back = gcj02_to_wgs84(*wgs84_to_gcj02(lat, lon))
    assert distance_m((lat, lon), (float(back[0]), float(back[1]))) < 0.01


@settings(max_examples=100)
@given(CHINA_LAT, CHINA_LON)
def test_bd09_round_trip(lat: float, lon: float) -> None:
    back = bd09_to_gcj02(*gcj02_to_bd09(lat, lon))
    assert distance_m((lat, lon), (float(back[0]), float(back[1]))) < 0.01


@settings(max_examples=60)
@given(CHINA_LAT, CHINA_LON)
def test_the_shift_is_some_hundred_metres(lat: float, lon: float) -> None:
    there = wgs84_to_gcj02(lat, lon)
    assert 20 < distance_m((lat, lon), (float(there[0]), float(there[1]))) < 1500


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09"])
def test_nothing_moves_outside_china(system: str) -> None:
    lat, lon = to_wgs84(60.17, 24.94, system)  # type: ignore[arg-type]
    assert (float(lat), float(lon)) == pytest.approx((60.17, 24.94))


def test_export_undoes_import() -> None:
    lat, lon = to_wgs84(*from_wgs84(39.99, 116.33, "bd09"), "bd09")
    assert (float(lat), float(lon)) == pytest.approx((39.99, 116.33), abs=1e-7)
