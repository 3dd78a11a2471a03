"""While places are offered: what is a choice among them, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agent import Agent
from agent.actions import reply
from agent.actions.answer import Answer
from agent.understanding.intent import (
    ChangeRoute,
    Choose,
    Confirm,
    Deny,
    Intent,
    Navigate,
    PlanChange,
    PlanTrip,
    Search,
    Status,
    Wishes,
)
from agent.understanding.labels import State
from agent.understanding.meaning import intents_of
from nav.geometry import distance_m
from poi.place import Place

STATION = (60.1719, 24.9414)


@pytest.mark.parametrize(("between", "repeat"), [("louder", "repeat"), ("大声点", "再说一遍")])
def test_the_open_question_is_what_is_repeated(
    between: str, repeat: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    asked = agent.hear("find a hotel", position=STATION)
    agent.hear(between, position=STATION)
    again = agent.hear(repeat, position=STATION)
    assert (again.outcome, again.asks, again.reply) == ("done", True, asked.reply)
    agent.hear("the tenth one", position=STATION)
    assert agent.hear(repeat, position=STATION).reply == asked.reply
    assert agent.hear("the second one", position=STATION).places[0].id == asked.places[1].id


def test_a_better_one_is_not_claimed_without_ratings(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("find a toilet", position=STATION)
    assert not any(place.stars for place in offered.places)
    answer = agent.hear("a better one", position=STATION)
    assert answer.route is None
    assert answer.reply.startswith("The map has no ratings")


def test_the_offered_places_are_asked_about_by_their_number(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("find a hotel", position=STATION).places
    assert offered[1].label("en") in agent.hear("how far is the second one", position=STATION).reply
    assert offered[0].label("zh") in agent.hear("第一家几点关门", position=STATION).reply
    assert offered[-1].label("zh") in agent.hear("最后一家多远", position=STATION).reply
    assert agent.hear("how far is the ninth one", position=STATION).outcome == "impossible"


@pytest.mark.parametrize(
    ("said", "words"),
    [("take me to Kamppi", "places with a name like Kamppi"), ("导航到Kamppi", "个地方和Kamppi名字相近")],
)
def test_names_that_only_resemble_the_words_are_not_said_to_be_them(
    said: str, words: str, new_agent: Callable[..., Agent]
) -> None:
    answer = new_agent().hear(said, position=STATION)
    assert answer.outcome == "ask_back"
    assert words in answer.reply
    assert all(place.label(answer.language) in answer.reply for place in answer.places)


def test_a_correction_of_the_gate_does_not_drive_on_to_the_same_place(
    new_agent: Callable[..., Agent],
) -> None:
    agent = new_agent()
    before = agent.hear("带我去赫尔辛基大教堂", position=STATION).places[-1]
    answer = agent.hear("不是，我说的是停车场", position=STATION)
    assert all(place.id != before.id for place in answer.places)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("找个厕所", "个厕所"),
        ("找个酒店", "家酒店"),
        ("find a church", "churches"),
    ],
)
def test_what_was_found_is_counted_as_the_language_does(
    text: str, words: str, new_agent: Callable[..., Agent]
) -> None:
    assert words in new_agent().hear(text, position=STATION).reply


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("take me to the zoo", "couldn't find a zoo"),
        ("take me to Zzyzx Tower Bridge", "couldn't find Zzyzx"),
        ("find a different hotel with a harp", "which one is a different hotel"),
        ("what's the way to the old church", "which one is an old church"),
    ],
)
def test_kinds_have_an_article_and_names_have_none(
    text: str, words: str, new_agent: Callable[..., Agent]
) -> None:
    assert words in new_agent().hear(text, position=STATION).reply


@pytest.mark.parametrize(
    ("words", "language", "named"),
    [
        ("anything but sushi", "en", "place"),
        ("除了麦当劳的快餐店", "zh", "快餐店"),
        ("除了必胜客", "zh", "地方"),
        ("bakery", "en", "bakery"),
        ("sushi or pizza", "en", "sushi or pizza"),
    ],
)
def test_what_is_left_out_is_no_name_of_what_was_found(words: str, language: Any, named: str) -> None:
    assert reply.without_exclusion(words, language) == named


def surely(agent: Agent, *intents: Intent, text: str = "…") -> Answer:
    return agent.carry_out(text, intents, language="en", position=STATION)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("the university one then", "Helsinki University Library, Main Library"),
        ("Topelia it is", "Topelia"),
        ("that library", ""),
        ("the Helsinki one", ""),
    ],
)
def test_the_words_of_a_name_tell_which_is_chosen(
    said: str, name: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    surely(agent, Search(what="library"))
    answer = surely(agent, Choose(), text=said)
    assert (answer.outcome == "done") == bool(name)
    assert not name or answer.places[-1].label("en") == name


@pytest.mark.parametrize("said", [Choose(), Confirm()])
def test_the_place_asked_about_since_is_the_one_that_is_agreed_to(
    said: Intent, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    surely(agent, Search(what="library", pick="nearest"))
    asked = surely(agent, Status(what="distance", place="Amos Rex")).places
    assert surely(agent, said).places == asked


def test_another_destination_is_not_given_up_for_a_place_asked_about(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    drive = surely(agent, Navigate(to="Kiasma")).route
    surely(agent, Status(what="distance", place="Amos Rex"))
    answer = surely(agent, Choose())
    assert (answer.outcome, agent.session.route is drive) == ("ask_back", True)


def test_a_likely_choice_is_believed_while_nothing_is_driven(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("maybe somewhere with books", position=STATION).places
    answer = agent.hear("fine, number two or so", position=STATION)
    assert (answer.outcome, answer.places) == ("done", offered[1:2])


@pytest.mark.parametrize("said", [Choose(name="Kallio"), Deny(instead="Kallio")])
def test_what_was_found_but_not_named_can_be_chosen(said: Intent, new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = surely(agent, Search(what="library")).places
    agent.session.offered = offered[:1]
    assert agent.session.question is not None
    agent.session.question.options = offered[:1]
    last = offered[-1].label("en")
    answer = surely(agent, said.model_copy(update={next(iter(said.slots())): last}))
    assert (answer.outcome, [place.id for place in answer.places]) == ("ask_back", [offered[-1].id])


def test_a_car_park_is_looked_for_where_the_drive_ends(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    goal = surely(agent, Navigate(to="Helsinki Cathedral")).places[-1]
    offered = surely(agent, Search(need="parking")).places

    def away_m(place: Place) -> float:
        return distance_m((goal.lat, goal.lon), (place.lat, place.lon))

    first = offered[0]
    assert away_m(first) < distance_m((first.lat, first.lon), STATION)
    nearest = min(offered, key=away_m)
    if len(offered) > 1:
        assert surely(agent, Choose(by="nearer")).places[-1].id == nearest.id


@pytest.mark.parametrize(
    "then", [{"kind": "navigate", "to": "Oodi"}, {"kind": "change_route", "add": "Oodi"}]
)
def test_who_names_where_to_go_ends_no_drive(then: dict[str, Any]) -> None:
    said = [{"kind": "cancel"}, then]
    (wanted,) = intents_of(said, State(guiding=True))
    assert isinstance(wanted, Navigate | ChangeRoute)
    assert len(intents_of([said[0], {"kind": "volume", "change": "up"}], State(guiding=True))) == 2


def test_a_yes_and_more_is_both(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    agent.hear("home or what", position=STATION)
    assert agent.session.question is not None
    agent.session.question = replace(agent.session.question, pending=(Navigate(to="Kiasma"),))
    answer = surely(agent, Confirm(), Status(what="arrival_time"))
    assert (answer.outcome, answer.route is None) == ("done", False)


@pytest.mark.parametrize("words", ["Kiasma Kiasma", "Kiasma, Kiasma"])
def test_a_name_said_twice_over_is_one(words: str, new_agent: Callable[..., Agent]) -> None:
    answer = surely(new_agent(), Navigate(to=words))
    assert answer.places
    assert "Kiasma" in answer.places[-1].name
    assert surely(new_agent(), Search(what="library, library")).reply.count("library, library") == 0


def test_a_doubtful_question_about_the_way_is_answered(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    surely(agent, Navigate(to="Kiasma"))
    assert agent.hear("when we get there, tell", position=STATION).outcome == "done"


def test_to_take_the_plan_out_is_asked_about(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    surely(agent, PlanTrip(where="Helsinki", days=1))
    answer = surely(agent, PlanTrip(change=PlanChange(action="drop", what="plan")))
    assert (answer.outcome, answer.reply) == ("ask_back", "Shall I drop the whole plan?")
    assert agent.session.plan is not None
    assert surely(agent, Confirm()).reply == "OK, the plan is dropped."
    assert agent.session.plan is None


def test_in_place_of_a_sight_what_the_plan_has_already(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    plan = surely(agent, PlanTrip(where="Helsinki", days=2)).plan
    assert plan is not None
    (out, *_), (kept, *_) = (day.sights for day in plan.days)
    change = PlanChange(action="swap", what=out.place.name, other=kept.place.name)
    changed = surely(agent, PlanTrip(change=change)).plan
    assert changed is not None
    left = {visit.place.id for visit in changed.visits}
    assert (out.place.id in left, kept.place.id in left) == (False, True)
    same = PlanChange(action="swap", what=kept.place.name, other=kept.place.name)
    assert surely(agent, PlanTrip(change=same)).outcome == "impossible"


def test_a_sight_that_was_wished_for_can_be_taken_out_again(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    wishes = Wishes(must=("Ateneum",))
    plan = surely(agent, PlanTrip(where="Helsinki", days=1, wishes=wishes)).plan
    assert plan is not None
    answer = surely(agent, PlanTrip(change=PlanChange(action="drop", what="Ateneum")))
    assert (answer.outcome, "no room" in answer.reply) == ("done", False)
    assert answer.plan is not None
    assert "Ateneum" not in {visit.place.name for visit in answer.plan.visits}
