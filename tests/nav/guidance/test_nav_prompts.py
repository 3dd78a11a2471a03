"""When prompts come: by speed and distance, one at a time, never late."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nav.guidance.maneuvers.types import Kind, Maneuver
from nav.guidance.prompts import Prompt, PromptScheduler, speech_seconds


def maneuver(kind: Kind, offset_m: float, **rest: Any) -> Maneuver:
    modifier = "straight" if kind in ("depart", "arrive", "new_name") else "right"
    values: dict[str, Any] = {
        "lat": 0.0,
        "lon": 0.0,
        "length_m": 0.0,
        "duration_s": 0.0,
        "modifier": modifier,
    }
    return Maneuver(kind=kind, offset_m=offset_m, **(values | rest))


def drive(
    maneuvers: list[Maneuver],
    kph: float,
    *,
    language: str = "zh",
    start_m: float = 0.0,
    end_m: float = 0.0,
) -> list[tuple[float, Prompt]]:
    """Drive at a steady speed with a position a second; return where each prompt began."""
    scheduler = PromptScheduler(maneuvers, language)
    speed_mps, heard = kph / 3.6, []
    offset_m, time_s = 0.0, 0.0
    while offset_m < maneuvers[-1].offset_m + 50:
        prompt = scheduler.update(offset_m, speed_mps, time_s)
        if prompt is not None:
            heard.append((offset_m, prompt))
        offset_m += speed_mps
        time_s += 1.0
    return heard


def plain(turn_m: float = 3000.0, *, motorway: bool = False) -> list[Maneuver]:
    return [
        maneuver("depart", 0.0, length_m=turn_m),
        maneuver("off_ramp" if motorway else "turn", turn_m, names={"": "成府路"}, motorway_before=motorway,
                 length_m=5000.0),
        maneuver("arrive", turn_m + 5000.0),
    ]  # fmt: skip


def stages(heard: list[tuple[float, Prompt]], index: int) -> list[str]:
    return [prompt.stage for _, prompt in heard if prompt.maneuver == index]


def test_prepare_approach_now_after() -> None:
    heard = drive(plain(), 50)
    assert stages(heard, 1) == ["prepare", "approach", "now", "after"]
    assert [p.text for _, p in heard if p.maneuver == 1] == [
        "前方四百米右转", "前方一百五十米右转进入成府路", "现在右转", "继续行驶五公里",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kph", [30, 50, 80, 120])
def test_what_will_be_said_in_a_hurry_is_known_beforehand(kph: int, language: str) -> None:
    for turn_m in range(2_000, 2_100, 7):
        said = [p.text for _, p in drive(plain(turn_m), kph, language=language) if p.maneuver == 1]
        scheduler = PromptScheduler(plain(turn_m), language)
        scheduler.update(0.0, kph / 3.6, 0.0)
        assert scheduler.texts_ahead(0.0, kph / 3.6) == [], "there is time"
        ahead = scheduler.texts_ahead(turn_m - 20 * kph / 3.6, kph / 3.6)
        assert set(said[1:3]) <= set(ahead), "the main prompt and the last one"


def test_the_name_is_said_once() -> None:
    assert sum("成府路" in p.text for _, p in drive(plain(), 50)) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kph", [100, 110, 120, 130])
def test_at_speed_the_main_prompt_ends_before_the_last_two_seconds(kph: int, language: str) -> None:
    for offset_m, prompt in drive(plain(6000.0, motorway=True), kph, language=language):
        if prompt.maneuver == 1 and prompt.stage == "approach":
            left_s = (6000.0 - offset_m) / (kph / 3.6) - prompt.speech_s - 0.3
            assert left_s > 2.0
            break
    else:
        pytest.fail("no main prompt")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kph", [5, 10, 20])
def test_when_slow_the_main_prompt_is_no_earlier_than_120_m(kph: int, language: str) -> None:
    (at_m,) = [
        o for o, p in drive(plain(800.0), kph, language=language) if p.stage == "approach" and p.maneuver == 1
    ]
    assert 20 < 800.0 - at_m <= 120


def test_a_motorway_exit_is_prepared_two_kilometres_ahead() -> None:
    first = next(o for o, p in drive(plain(6000.0, motorway=True), 120) if p.stage == "prepare")
    assert 6000.0 - first == pytest.approx(2000.0, abs=40.0)


def test_a_near_turn_is_cut_to_what_there_is_time_for() -> None:
    heard = drive([maneuver("turn", 25.0, names={"": "A"}), maneuver("arrive", 2000.0)], 50)
    assert heard[0][1].text == "右转"
    assert stages(heard, 0)[:1] == ["approach"]


def test_a_chain_is_said_in_one_sentence_and_its_second_part_once_more_in_place() -> None:
    second = maneuver("turn", 1040.0, modifier="left", length_m=1500.0)
    first = maneuver("turn", 1000.0, then=second, length_m=40.0)
    heard = drive([first, second, maneuver("arrive", 4000.0)], 40)
    assert next(p.text for _, p in heard if p.stage == "approach") == "前方一百米右转，然后左转"
    assert any(p.text == "现在右转，然后左转" for _, p in heard)
    assert stages(heard, 1) == ["now", "after"]


def test_nothing_is_said_of_a_manoeuvre_that_is_passed() -> None:
    scheduler = PromptScheduler([maneuver("turn", 100.0), maneuver("turn", 3000.0)], "zh")
    assert scheduler.update(150.0, 10.0, 0.0) is None
    assert scheduler.next_index == 1


def test_while_busy_nothing_is_said_and_then_the_distance_is_fresh() -> None:
    scheduler = PromptScheduler(
        [maneuver("turn", 1000.0), maneuver("arrive", 9000.0)], "zh", quiet_until_s=10.0
    )
    assert scheduler.update(850.0, 12.0, 5.0) is None
    prompt = scheduler.update(900.0, 12.0, 10.0)
    assert prompt is not None
    assert prompt.text == "前方九十米右转"


def test_a_standing_car_is_not_told_twice() -> None:
    scheduler = PromptScheduler(plain(1000.0), "zh")
    said = [scheduler.update(960.0, 0.0, float(t)) for t in range(300)]
    assert len([p for p in said if p is not None]) <= 2


def test_a_new_route_is_told_together_with_what_comes_at_once() -> None:
    scheduler = PromptScheduler(plain(115.0), "zh", quiet_until_s=50.0)
    scheduler.skip_depart()
    prompt = scheduler.first_after("路线已更新", 0.0, 12.0, 10.0)
    assert prompt.text == "路线已更新，前方一百米右转进入成府路"
    assert prompt.interrupts
    scheduler = PromptScheduler(plain(30.0), "zh")
    scheduler.skip_depart()
    assert scheduler.first_after("路线已更新", 0.0, 12.0, 10.0).text == "右转"


def test_going_back_on_the_route_says_what_is_ahead_anew() -> None:
    scheduler = PromptScheduler(plain(1000.0), "zh")
    texts = [p.text for t in range(100) if (p := scheduler.update(t * 12.0, 12.0, float(t)))]
    scheduler.rewind(600.0)
    again = [p.text for t in range(40) if (p := scheduler.update(600 + t * 12.0, 12.0, 200.0 + t))]
    assert "现在右转" in texts
    assert "现在右转" in again


_kinds = st.sampled_from(
    ["turn", "continue", "fork", "new_name", "roundabout", "exit_roundabout", "off_ramp", "merge", "uturn"]
)


@settings(max_examples=40)
@given(
    gaps=st.lists(st.tuples(st.floats(5, 1500), _kinds), min_size=1, max_size=6),
    kph=st.floats(8, 140),
    language=st.sampled_from(["zh", "en"]),
)
def test_one_voice_and_nothing_late(gaps: list[tuple[float, Kind]], kph: float, language: str) -> None:
    offset_m, maneuvers = 0.0, [maneuver("depart", 0.0)]
    for gap_m, kind in gaps:
        offset_m += gap_m
        maneuvers.append(maneuver(kind, offset_m, names={"": "Long Street Name"}, length_m=gap_m))
    maneuvers.append(maneuver("arrive", offset_m + 400))
    busy_s = -1.0
    told = drive(maneuvers, kph, language=language)
    for at_m, prompt in told:
        assert prompt.time_s >= busy_s
        busy_s = prompt.time_s + prompt.speech_s
        assert prompt.drop_after_s > prompt.time_s
        if prompt.stage in ("prepare", "approach", "now"):
            assert at_m <= maneuvers[prompt.maneuver].offset_m
        if prompt.stage == "depart":
            assert at_m < 100
    for index in range(len(maneuvers)):
        assert stages(told, index).count("approach") <= 1
        assert stages(told, index).count("prepare") <= 1


def test_speech_is_estimated_in_a_likely_range() -> None:
    assert 2.0 < speech_seconds("前方三百米右转进入中关村东路", "zh") < 4.5
    assert 2.0 < speech_seconds("In three hundred metres, turn right", "en") < 4.5
