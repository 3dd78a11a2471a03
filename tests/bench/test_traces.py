"""Recorded drives are cut where the car was not driving, or not a car."""

from __future__ import annotations

from pathlib import Path

from bench.roads.real_drives import sparse, traces_path
from bench.roads.traces import Trace, drives_in, read_traces
from nav.guidance.fix import Fix

BOX = (0.0, 0.0, 1.0, 1.0)
METRE = 1 / 111_195


def line(*legs: tuple[float, float], lon: float = 0.5) -> list[Fix]:
    """Drive north: legs of (seconds, metres a second), a position each second."""
    fixes, north_m, time_s = [], 0.0, 0.0
    for seconds, mps in legs:
        for _ in range(int(seconds)):
            fixes.append(Fix(lat=0.3 + north_m * METRE, lon=lon, time_s=time_s))
            time_s += 1.0
            north_m += mps
    return fixes


def cut(fixes: list[Fix], *, is_labelled: bool = True) -> list[Trace]:
    return list(drives_in([Trace(name="a", is_labelled=is_labelled, fixes=tuple(fixes))], BOX))


def test_a_drive_is_kept_whole() -> None:
    found = cut(line((200, 10)))
    assert [len(piece.fixes) for piece in found] == [200]
    assert abs(found[0].driven_m - 1990) < 1
    assert found[0].duration_s == 199


def test_a_red_light_belongs_to_the_drive_and_a_parked_car_does_not() -> None:
    assert len(cut(line((100, 10), (90, 0), (100, 10)))) == 1
    parked = cut(line((100, 10), (600, 0), (100, 10)))
    assert len(parked) == 2
    assert all(piece.duration_s < 110 for piece in parked)


def test_a_silence_divides_and_a_jump_is_left_out() -> None:
    fixes = line((100, 10))
    later = [Fix(lat=f.lat + 0.01, lon=f.lon, time_s=f.time_s + 200) for f in fixes]
    assert len(cut(fixes + later)) == 2
    wild = Fix(lat=0.4, lon=0.5, time_s=50.5)
    assert [len(piece.fixes) for piece in cut([*fixes[:51], wild, *fixes[51:]])] == [100]


def test_what_leaves_the_map_or_is_short_is_no_drive() -> None:
    assert cut(line((200, 10), lon=1.5)) == []
    assert cut(line((40, 10))) == []


def test_without_a_label_only_what_goes_as_fast_as_a_motor_counts() -> None:
    assert cut(line((600, 4)), is_labelled=False) == []
    assert len(cut(line((200, 12)), is_labelled=False)) == 1


def test_tables_say_who_what_and_when(tmp_path: Path) -> None:
    table = tmp_path / "some.csv"
    table.write_text(
        "lat,lng,datetime,uid,mode,trip\n"
        "39.9,116.3,2008-10-23 05:53:06,001,car,001-0\n"
        "39.8,116.3,2008-10-23 05:53:05,001,car,001-0\n"
        "39.7,116.3,2008-10-23 05:53:05,002,walk,002-0\n",
        encoding="utf-8",
    )
    (trace,) = read_traces(tmp_path)
    assert (trace.name, trace.is_labelled) == ("001-0", True)
    assert [fix.lat for fix in trace.fixes] == [39.8, 39.9]
    assert trace.fixes[0].time_s == 1224741185.0


def test_one_position_in_five_seconds() -> None:
    assert [fix.time_s for fix in sparse(line((13, 10)))] == [0, 5, 10]


def test_without_recordings_there_is_nothing_to_measure(tmp_path: Path) -> None:
    assert traces_path(tmp_path / "none") is None
