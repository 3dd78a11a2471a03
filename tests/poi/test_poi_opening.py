"""Opening hours hold in the place's own zone, with its own public holidays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from poi.kinds.opening import next_change, open_at, open_throughout

HELSINKI, BEIJING, MONACO = (60.17, 24.94), (39.99, 116.3), (43.7384, 7.4246)


@pytest.mark.parametrize(
    ("hours", "when", "where", "expected"),
    [
        pytest.param("Mo-Su 09:00-18:00", datetime(2026, 6, 15, 12), HELSINKI, True, id="open"),
        pytest.param("Mo-Su 09:00-18:00", datetime(2026, 6, 15, 19), HELSINKI, False, id="closed"),
        pytest.param("24/7", datetime(2026, 6, 15, 3), BEIJING, True, id="always"),
        pytest.param(
            "Mo-Su 09:00-18:00; PH off", datetime(2026, 12, 6, 12), HELSINKI, False, id="Finnish holiday"
        ),
        pytest.param(
            "Mo-Su 09:00-18:00; PH off", datetime(2026, 12, 6, 12), BEIJING, True, id="no holiday there"
        ),
        pytest.param(
            "Mo-Su 09:00-18:00; PH off", datetime(2026, 10, 1, 12), BEIJING, False, id="Chinese holiday"
        ),
        pytest.param(
            "Mo-Su 09:00-18:00; PH off", datetime(2025, 11, 19, 12), MONACO, False, id="Monegasque holiday"
        ),
        pytest.param(
            "Mo-Su 09:00-18:00; PH off",
            datetime(2025, 7, 14, 12),
            MONACO,
            True,
            id="holiday across the border",
        ),
        pytest.param(
            "09:00-18:00", datetime(2026, 6, 15, 2, tzinfo=UTC), BEIJING, True, id="10 a.m. in Beijing"
        ),
        pytest.param(
            "09:00-18:00", datetime(2026, 6, 15, 12, tzinfo=UTC), BEIJING, False, id="8 p.m. in Beijing"
        ),
        pytest.param(
            "Mo-Fr 08:00-19:00 Sa 09:00-19:00", datetime(2026, 6, 15, 9), HELSINKI, True, id="no semicolon"
        ),
        pytest.param("22:00-02:00", datetime(2026, 6, 15, 1), HELSINKI, True, id="past midnight"),
        pytest.param("", datetime(2026, 6, 15, 9), HELSINKI, None, id="unknown"),
        pytest.param("when the owner likes", datetime(2026, 6, 15, 9), HELSINKI, None, id="unreadable"),
        pytest.param("Mo-Fr unknown", datetime(2026, 6, 15, 9), HELSINKI, None, id="said to be unknown"),
    ],
)
def test_open_at(hours: str, when: datetime, where: tuple[float, float], expected: bool | None) -> None:
    assert open_at(hours, when, *where) is expected


def test_next_change() -> None:
    assert next_change("09:00-18:00", datetime(2026, 6, 15, 10), *BEIJING) == datetime(2026, 6, 15, 18)
    assert next_change("24/7", datetime(2026, 6, 15, 10), *BEIJING) is None


@pytest.mark.parametrize(("until", "expected"), [(17, True), (18, True), (19, False)])
def test_open_for_the_whole_visit(until: int, expected: bool) -> None:
    start = datetime(2026, 6, 15, 16)
    assert open_throughout("09:00-18:00", start, start.replace(hour=until), *BEIJING) is expected
