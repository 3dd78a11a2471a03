"""The bench of opening hours: every case written by hand and every drawn one is answered right."""

from __future__ import annotations

import pytest

from bench.names.hours import DRAWN, SEED, Case, drawn, judged, written


def wrong(cases: list[Case]) -> list[str]:
    return [
        f"{case.text} at {moment}: {answer}, right is {right}"
        for case, moment, right, answer in judged(cases)
        if answer is not right
    ]


def test_there_are_enough_expressions_and_moments() -> None:
    cases = written() + drawn(DRAWN, SEED)
    assert len({case.text for case in cases}) >= 300
    assert {len(case.moments) for case in cases} == {5}


def test_cases_written_from_the_specification() -> None:
    assert not wrong(written())


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_timetables_written_down_in_many_ways(seed: int) -> None:
    assert not wrong(drawn(DRAWN, seed))
