"""How fast one drives: slowed in towns where that was measured, nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

BEIJING, OSLO = (39.9, 116.4), (60.0, 10.0)


def speed_kph(draw_map: Any, origin: tuple[float, float], **tags: str) -> float:
    """Return the speed on a road of some tags."""
    drawn = draw_map("A  B", {"AB": tags}, origin=origin)
    return float(drawn.region.graph.edge_speed_kph[0])


@pytest.mark.parametrize(
    ("origin", "kph"),
    [
        pytest.param(BEIJING, 50 / 1.5, id="China: fitted to recorded drives"),
        pytest.param(OSLO, 45, id="elsewhere: nothing was judged, nothing is slowed"),
    ],
)
def test_a_main_road_in_town(draw_map: Any, origin: tuple[float, float], kph: float) -> None:
    tags = {"highway": "primary", "maxspeed": "50", "source:maxspeed": "CN:urban", "zone:traffic": "CN:urban"}
    assert speed_kph(draw_map, origin, **tags) == pytest.approx(kph, abs=0.1)


@pytest.mark.parametrize(
    ("limit", "kph"),
    [
        pytest.param("80", 72 / 1.5, id="a higher limit is slowed as much"),
        pytest.param("40", 50 / 1.5, id="a lower one to the usual speed of the class"),
        pytest.param("30", 27, id="a limit below that is not slowed"),
    ],
)
def test_limits_in_a_chinese_town(draw_map: Any, limit: str, kph: float) -> None:
    tags = {"highway": "primary", "maxspeed": limit, "zone:traffic": "CN:urban"}
    assert speed_kph(draw_map, BEIJING, **tags) == pytest.approx(kph, abs=0.1)


def test_open_country_is_not_slowed(draw_map: Any) -> None:
    assert speed_kph(draw_map, BEIJING, highway="primary", maxspeed="70") == pytest.approx(63)
