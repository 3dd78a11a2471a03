"""Requests while a drive is under way: what is left of it counts, and live guidance is believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from agent import Agent
from agent.actions.guidance_state import GuidanceState
from agent.actions.reply import spoken_duration
from agent.understanding.intent import ChangeRoute, Confirm, Navigate, Status
from bench.understanding.facts import unknown_numbers
from nav import Route

STATION = (60.1719, 24.9414)
KIASMA = "Museum of Modern Art Kiasma"
Point = tuple[float, float]


class Device:
    """Guides the routes that an agent hands out, as far as a test drives them."""

    def __init__(self, new_agent: Callable[..., Agent]) -> None:
        self.state: GuidanceState | None = None
        self.position = STATION
        self._new_agent = new_agent
        self.agent = new_agent(guidance=lambda: self.state)

    def say(self, text: str) -> str:
        """Return the reply; a route that comes with it is guided from then on."""
        answer = self.agent.hear(text, position=self.position)
        if answer.route is not None:
            self.state = GuidanceState(route=answer.route, stops_left=_stops(answer.route))
        if answer.end_guidance:
            self.state = None
        return answer.reply

    def drive(self, share: float) -> None:
        """Drive that share of the route."""
        assert self.state is not None
        route = self.state.route
        assert route is not None
        at = int(len(route.geometry) * share)
        lat, lon = route.geometry[at]
        self.position = (float(lat), float(lon))
        left = 1 - share
        self.state = replace(
            self.state,
            offset_m=route.distance_m * share,
            remaining_m=route.distance_m * left,
            remaining_s=route.duration_s * left,
        )

    def restart(self) -> None:
        """Start the agent anew; the drive goes on."""
        self.agent = self._new_agent(guidance=lambda: self.state)

    @property
    def stops(self) -> list[str]:
        """Names of the stops that the agent knows of."""
        return [stop.label("en") for stop in self.agent.session.stops]


def _stops(route: Route) -> tuple[Point, ...]:
    return tuple(leg.end.point for leg in route.legs)


@pytest.fixture
def device(new_agent: Callable[..., Agent]) -> Device:
    """Give a device at the station."""
    return Device(new_agent)


def test_a_stop_that_was_reached_is_not_driven_back_to(device: Device) -> None:
    device.say("take me to Kiasma via Stockmann")
    assert device.stops == ["Stockmann", KIASMA]
    assert device.state is not None
    device.state = replace(device.state, stops_left=device.state.stops_left[1:])
    device.say("avoid ferries")
    assert device.stops == [KIASMA]
    assert len(device.state.stops_left) == 1


def test_a_drive_that_was_taken_back_leaves_the_one_under_way(device: Device) -> None:
    """The driver said 停 before the new one began; see `voice.loop.engines.Reply.carry_out`."""
    device.say("take me to Kiasma")
    device.agent.hear("take me to Helsinki Cathedral", position=device.position)
    assert "Kiasma" in device.say("where are we going")
    assert device.stops == [KIASMA]


def test_after_the_arrival_nothing_is_driven(device: Device) -> None:
    device.say("take me to Kiasma")
    device.state = None
    assert "no route" in device.say("where are we going")
    assert device.agent.session.stops == []


def test_a_wish_noted_before_the_drive_outlives_the_wait(device: Device) -> None:
    device.say("avoid motorways")
    device.say("how are you")
    device.say("take me to Kiasma")
    assert device.state is not None
    assert device.state.route is not None
    assert "motorway" in device.state.route.avoid


@pytest.mark.parametrize("question", ["还要多久", "where are we going"])
def test_a_drive_that_went_on_after_a_restart_is_known(device: Device, question: str) -> None:
    device.say("take me to Kiasma avoiding ferries")
    device.drive(0.4)
    before = device.say(question)
    device.restart()
    assert device.say(question) == before
    assert device.stops == [KIASMA]
    assert device.agent.session.avoid == ("ferry",)


def test_talk_is_told_from_requests_by_what_is_really_driven(device: Device) -> None:
    device.say("take me to Kiasma")
    device.state = None
    device.agent.is_request("how far is it", position=STATION)
    assert device.agent.session.route is None


def test_without_live_guidance_the_route_that_was_asked_for_is_the_drive(
    new_agent: Callable[..., Agent],
) -> None:
    agent = new_agent()
    agent.hear("take me to Kiasma", position=STATION)
    assert "Kiasma" in agent.hear("where are we going", position=STATION).reply


@pytest.mark.parametrize(("to", "there_is"), [("Helsinki Cathedral", True), ("Kiasma", False)])
def test_another_way_is_not_the_rest_of_the_one_that_is_driven(
    device: Device, to: str, there_is: bool
) -> None:
    device.say(f"take me to {to}")
    assert device.state is not None
    driven = device.state.route
    assert driven is not None
    device.drive(0.5)
    assert device.say("another route").startswith("Here is another way" if there_is else "There is no better")
    assert device.state.route is not None
    assert (set(device.state.route.edges.tolist()) <= set(driven.edges.tolist())) == (not there_is)


def test_what_is_left_of_the_fastest_way_is_not_called_a_change(device: Device) -> None:
    device.say("take me to Kiasma")
    device.drive(0.4)
    assert device.say("take a faster route") == "This is already the fastest way."


def test_a_stop_costs_what_it_adds_from_here(device: Device) -> None:
    device.say("take me to Helsinki Cathedral")
    device.drive(0.6)
    assert device.state is not None
    assert device.state.route is not None
    router = device.agent._desk.router
    there = device.state.stops_left[-1]
    direct = router.route([device.position, there])
    answer = device.agent.hear("stop at Kiasma", position=device.position)
    assert answer.route is not None
    assert spoken_duration(answer.route.duration_s - direct.duration_s, "en") in answer.reply
    assert unknown_numbers(device.agent, answer, device.position, direct) == []


def test_a_wish_that_cannot_be_met_leaves_the_route(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    device.say("take me to Kiasma")
    driven = device.agent.session.route
    router = device.agent._desk.router
    plain = router.route
    monkeypatch.setattr(
        router, "route", lambda *a, **k: replace(plain(*a, **k), avoid_broken=("toll",)), raising=True
    )
    assert "stays as it is" in device.say("avoid toll roads")
    assert device.agent.session.route is driven
    assert device.agent.session.avoid == ()


@pytest.mark.parametrize("words", ["不去了", "不想去了", "别去了"])
def test_not_going_any_more_ends_the_drive(device: Device, words: str) -> None:
    device.say("take me to Kiasma")
    assert device.say(words) == "好的，导航已结束。"
    assert device.state is None


def test_turning_down_an_offer_leaves_the_drive(device: Device) -> None:
    device.say("带我去Kiasma")
    device.say("最近的厕所")
    device.say("不去了")
    assert device.state is not None


def test_home_is_told_and_not_the_destination(device: Device) -> None:
    device.say("Helsinki Cathedral is my home")
    device.say("save Helsinki Cathedral as home")
    device.say("take me to Kiasma")
    for text in ("how far is home", "how long until home", "when will we be home"):
        assert "Helsinki Cathedral" in device.say(text)
    device.say("take me home")
    device.drive(0.5)
    assert device.say("how far is home") == device.say("how far is it")


@pytest.mark.parametrize(
    ("words", "left"),
    [("drop the first stop", "Kiasma"), ("skip the next stop", "Kiasma"), ("去掉最后一站", "Kiasma")],
)
def test_a_stop_is_dropped_by_its_number(device: Device, words: str, left: str) -> None:
    device.say("take me to Kiasma via Stockmann")
    device.say(words)
    assert len(device.stops) == 1
    assert left in device.stops[0]


def test_a_stop_that_is_not_there_is_not_dropped(device: Device) -> None:
    device.say("take me to Kiasma via Stockmann")
    assert "not a stop" in device.say("drop the second stop")
    assert len(device.stops) == 2


def test_the_destination_stays_when_something_comes_first(device: Device) -> None:
    device.say("take me to Helsinki Cathedral")
    device.say("stop at Stockmann first")
    assert device.stops == ["Stockmann", "Helsinki Cathedral"]
    device.say("先去Kiasma")
    assert device.stops == ["Stockmann", KIASMA, "Helsinki Cathedral"]


def test_home_as_a_stop_needs_a_home(device: Device) -> None:
    device.say("take me to Kiasma")
    assert device.say("go home first").startswith("Home isn't set yet")


def test_a_new_destination_is_no_stop_of_an_older_search(device: Device) -> None:
    device.say("带我去赫尔辛基大教堂")
    device.say("路上找个咖啡店")
    device.say("去Kamppi")
    device.say("第二个")
    assert len(device.stops) == 1


def test_a_faint_yes_does_not_turn_the_drive(device: Device) -> None:
    device.say("take me to Kiasma")
    question = device.say("maybe over to Stockmann")
    assert "Stockmann" in question
    assert device.say("walking is fine too") == question
    assert device.stops == [KIASMA]
    device.say("yes")
    assert device.stops == ["Stockmann"]


@pytest.mark.parametrize(
    "words", ["the round house, Kiasma", "Kiasma, the round house", "圆的那个房子，Kiasma"]
)
def test_a_place_said_in_two_ways_is_found_by_the_one_that_the_map_knows(
    words: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    asked = agent.carry_out("…", [Navigate(to=words)], language="en", position=STATION)
    assert (asked.outcome, asked.route) == ("ask_back", None)
    assert "Kiasma" in agent.carry_out("…", [Confirm()], language="en", position=STATION).places[-1].name


@pytest.mark.parametrize("where", ["Helsinki", "Mannerheimintie"])
def test_the_town_or_street_behind_an_unknown_name_is_not_driven_to(
    where: str, new_agent: Callable[..., Agent]
) -> None:
    wanted = Navigate(to=f"Fnord Bistro, {where}")
    answer = new_agent().carry_out("…", [wanted], language="en", position=STATION)
    assert (answer.outcome, answer.places) == ("impossible", ())


@pytest.mark.parametrize(("language", "words"), [("en", "Kiasma"), ("zh", "Kiasma那站"), ("en", "museum")])
def test_the_last_goal_is_left_out_where_there_is_another(
    language: str, words: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    wanted = [Navigate(to="Kiasma", via=("Stockmann",))]
    agent.carry_out("…", wanted, language=language, position=STATION)
    answer = agent.carry_out("…", [ChangeRoute(drop=words)], language=language, position=STATION)
    assert answer.outcome == "done"
    assert [stop.name for stop in agent.session.stops] == ["Stockmann"]


def test_to_leave_out_the_only_goal_ends_the_drive_after_a_yes(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    agent.carry_out("…", [Navigate(to="Kiasma")], language="en", position=STATION)
    answer = agent.carry_out("…", [ChangeRoute(drop="Kiasma")], language="en", position=STATION)
    assert (answer.outcome, answer.reply) == ("ask_back", "Shall I end the navigation?")
    assert agent.session.stops
    assert agent.carry_out("…", [Confirm()], language="en", position=STATION).end_guidance
    assert not agent.session.stops


@pytest.mark.parametrize(("language", "word"), [("en", "that one"), ("zh", "它"), ("de", "dort")])
def test_a_word_for_a_place_that_was_not_spoken_of_is_no_name(
    language: str, word: str, new_agent: Callable[..., Agent]
) -> None:
    asked = [Status(what="opening_hours", place=word)]
    answer = new_agent().carry_out("…", asked, language=language, position=STATION)
    assert (answer.outcome, word in answer.reply) == ("impossible", False)
