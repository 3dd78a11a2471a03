"""Who goes on after our question as if it were answered has answered it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from agent import Agent
from agent.actions.answer import Answer
from agent.actions.context import Desk
from agent.actions.finding import Finder
from agent.actions.trip_told import change_asked
from agent.actions.turn import Turn
from agent.understanding.intent import (
    ChangeRoute,
    Intent,
    Navigate,
    PlanChange,
    PlanTrip,
    Recall,
    Status,
)
from languages import codes

STATION = (60.1719, 24.9414)


def say(agent: Agent, text: str) -> Answer:
    return agent.hear(text, position=STATION)


def surely(agent: Agent, *intents: Intent) -> Answer:
    return agent.carry_out("…", intents, language="en", position=STATION)


@pytest.mark.parametrize(("said", "name"), [("Amos Rex perhaps", "Amos Rex"), ("books perhaps", "librar")])
def test_what_the_map_has_for_a_guess_is_offered(
    said: str, name: str, new_agent: Callable[..., Agent]
) -> None:
    answer = say(new_agent(), said)
    assert (answer.outcome, answer.route) == ("ask_back", None)
    assert answer.places
    assert name in answer.reply


def test_what_the_map_lacks_is_asked_about_by_its_words(new_agent: Callable[..., Agent]) -> None:
    assert say(new_agent(), "Xyzzyplugh perhaps").reply == "Do you want to go to Xyzzyplugh?"


def test_who_names_the_same_place_again_has_said_yes(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    say(agent, "Amos Rex perhaps")
    assert say(agent, "Amos Rex perhaps").route is not None


def test_a_driven_destination_is_not_replaced_so(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    drive = surely(agent, Navigate(to="Kiasma")).route
    for _ in range(2):
        say(agent, "Amos Rex perhaps")
        assert agent.session.route is drive


def test_to_go_there_means_the_place_spoken_of(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    assert say(agent, "go already").reply == "Where to?"
    place = surely(agent, Status(what="distance", place="Amos Rex")).places
    answer = say(agent, "go already")
    assert (answer.outcome, answer.places) == ("ask_back", place)


@pytest.mark.parametrize("what", ["arrival_time", "time_left", "distance_left", "next_turn"])
def test_a_question_about_the_way_takes_a_stop_for_added(what: str, new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    surely(agent, Navigate(to="Helsinki Cathedral"))
    assert say(agent, "could do with a cafe").outcome == "ask_back"
    answer = surely(agent, Status.model_validate({"what": what}))
    assert len(agent.session.stops) == 2
    assert answer.reply.startswith("OK, stopping at")
    assert answer.outcome == "done"


def test_a_stop_that_was_only_asked_about_is_left_by_naming_it(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    surely(agent, Navigate(to="Helsinki Cathedral"))
    say(agent, "could do with a cafe")
    answer = say(agent, "never mind that cafe")
    assert (answer.outcome, agent.session.question) == ("done", None)
    assert len(agent.session.stops) == 1


@pytest.mark.parametrize("said", [[ChangeRoute(add="Stockmann")], [Status(place="Amos Rex")]])
def test_another_stop_or_place_is_no_yes(said: Sequence[Intent], new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    surely(agent, Navigate(to="Helsinki Cathedral"))
    say(agent, "could do with a cafe")
    surely(agent, *said)
    assert not any(stop.category == "amenity/cafe" for stop in agent.session.stops)


def test_home_is_kept_by_who_drives_there(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    assert say(agent, "home would be Kiasma").outcome == "ask_back"
    assert surely(agent, Navigate(to="home")).route is not None
    assert agent.memory is not None
    assert agent.memory.place("home") is not None


@pytest.mark.parametrize("said", [Navigate(to="home"), Recall(what="home")])
def test_another_home_is_not_overwritten_so(said: Intent, new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    assert agent.memory is not None
    agent.memory.save("home", name="Amos Rex", lat=60.1702, lon=24.9365)
    assert say(agent, "home would be Kiasma").outcome == "ask_back"
    surely(agent, said)
    kept = agent.memory.place("home")
    assert kept is not None
    assert kept.name == "Amos Rex"


def test_who_asks_about_a_trip_that_is_asked_about_wants_it(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    assert say(agent, "a day out or what").outcome == "ask_back"
    answer = surely(agent, PlanTrip(ask="day", day=1))
    assert (answer.outcome, agent.session.plan is None) == ("done", False)


def test_a_day_that_a_change_would_bring_says_yes_to_it(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    surely(agent, PlanTrip(where="Helsinki", days=2))
    say(agent, "well hm aha")
    surely(agent, PlanTrip(ask="day", day=3))
    assert agent.session.plan is not None
    assert len(agent.session.plan.days) == 3


def test_what_takes_something_out_of_a_plan_needs_a_yes(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    plan = surely(agent, PlanTrip(where="Helsinki", days=1)).plan
    assert say(agent, "well hm oho").outcome == "ask_back"
    surely(agent, PlanTrip(ask="day", day=1))
    assert agent.session.plan is plan


def test_the_old_way_where_nothing_was_changed_is_no_riddle(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    surely(agent, Navigate(to="Kiasma"))
    answer = say(agent, "that old way again")
    assert (answer.outcome, answer.reply) == ("impossible", "The route has not been changed.")


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("action", ["swap", "drop", "add", "shorter", "longer"])
def test_no_empty_words_are_spoken_of_a_change(action: str, code: str, desk: Desk) -> None:
    agent = Agent(desk.region, places=desk.places, router=desk.router)
    finder = Finder(desk=desk, session=agent.session, position=STATION, language=code)
    turn = Turn(
        desk=desk,
        session=agent.session,
        finder=finder,
        language=code,
        position=STATION,
        guidance=None,
        text="…",
    )
    nothing = change_asked(turn, PlanChange.model_validate({"action": action, "day": 2}))
    named = change_asked(turn, PlanChange.model_validate({"action": action, "day": 2, "what": "Kiasma"}))
    assert nothing != named.replace("Kiasma", "")
    assert "  " not in nothing


def test_when_to_leave_asks_where_to(new_agent: Callable[..., Agent]) -> None:
    answer = surely(new_agent(), Status(what="leave_by", arrive_by="noon"))
    assert (answer.outcome, answer.reply) == ("ask_back", "Where to?")
