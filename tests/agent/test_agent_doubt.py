"""What is done about a request that was understood in doubt, and about what is said to our question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast, get_args

import pytest

from agent import Agent
from agent.actions.finding import Finder
from agent.actions.reply import say, spoken_name
from agent.actions.turn import Turn
from agent.dialogue.doubt import doubt
from agent.understanding.intent import Confirm, Navigate, PlanChange, PlanTrip, Status, StatusQuestion
from agent.understanding.labels import State
from agent.understanding.meaning import intents_of
from languages import codes
from poi.place import Place

STATION = (60.1719, 24.9414)


def test_of_a_search_whose_kind_is_sure_what_is_found_is_the_question(
    new_agent: Callable[..., Agent],
) -> None:
    answer = new_agent().hear("maybe somewhere with books", position=STATION)
    assert answer.outcome == "ask_back"
    assert answer.places
    assert all(place.label("en") in answer.reply for place in answer.places)


def test_a_search_that_may_be_none_is_asked_about(new_agent: Callable[..., Agent]) -> None:
    answer = new_agent().hear("books or so somewhere", position=STATION)
    assert (answer.outcome, answer.reply, answer.places) == ("ask_back", "Are you looking for a library?", ())


def test_a_drive_whose_kind_is_sure_is_offered_with_its_place(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("that modern art place Kiasma", position=STATION)
    assert (offered.outcome, offered.route) == ("ask_back", None)
    assert "Kiasma" in offered.reply
    assert agent.hear("till when is it open then", position=STATION).places == offered.places
    assert agent.hear("sure sure", position=STATION).route is not None


def test_who_goes_on_as_if_it_were_driven_has_said_yes(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    agent.hear("that modern art place Kiasma", position=STATION)
    answer = agent.hear("and keep off the toll roads", position=STATION)
    assert answer.route is not None
    assert agent.session.avoid == ("toll",)


def test_wishes_for_a_drive_set_none_going_that_was_not_offered(new_agent: Callable[..., Agent]) -> None:
    assert new_agent().hear("and keep off the toll roads", position=STATION).route is None


def test_another_guess_is_asked_about_after_the_first(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    assert agent.hear("home or what", position=STATION).reply == "Do you want to go home?"
    assert agent.hear("or Amos Rex", position=STATION).reply == "Do you want to go to Amos Rex?"
    assert agent.hear("or Amos Rex", position=STATION).outcome == "not_understood"


def test_a_question_in_doubt_is_named(new_agent: Callable[..., Agent]) -> None:
    answer = new_agent().hear("when would we get there or so", position=STATION)
    assert answer.reply == "Do you want to know when we arrive?"


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("action", get_args(PlanChange.model_fields["action"].annotation))
def test_each_change_of_a_plan_can_be_asked_about(
    action: Any, code: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    agent.session.plan = cast(Any, object())
    finder = Finder(desk=agent._desk, session=agent.session, position=STATION, language=code)
    turn = Turn(
        desk=agent._desk,
        session=agent.session,
        finder=finder,
        language=code,
        position=STATION,
        guidance=None,
        text="…",
    )
    for what, other, day in (("", "", 2), ("Kiasma", "", -1), ("Kiasma", "Ateneum", 1), ("morning", "", 0)):
        change = PlanChange(action=action, what=what, other=other, day=day)
        asked = doubt(turn, (PlanTrip(change=change),))
        assert asked.outcome == "ask_back"
        assert "morning" not in asked.reply
        agent.session.question = None


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("what", get_args(StatusQuestion))
def test_each_question_can_be_asked_about(what: Any, code: str) -> None:
    assert say(code, "doubt.status", what=say(code, f"asked.{what}"))


def test_what_was_spoken_of_is_pointed_to_by_its_kind(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    first = agent.hear("maybe somewhere with books", position=STATION).places[0]
    assert agent.hear("take me to that library", position=STATION).places[-1].id == first.id


def test_pointing_at_nothing_is_a_kind(new_agent: Callable[..., Agent]) -> None:
    answer = new_agent().hear("take me to that library", position=STATION)
    assert answer.places[-1].category == "amenity/library"
    assert "that" not in answer.reply


def test_a_question_about_a_guess_leaves_open_what_was_offered(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("maybe somewhere with books", position=STATION).places
    asked = agent.hear("home or what", position=STATION)
    assert (asked.reply, asked.places) == ("Do you want to go home?", ())
    assert {place.name for place in offered} <= set(agent.session.context(guiding=False).offered)


@pytest.mark.parametrize("guess", [(), (Confirm(),), (Navigate(to="{word}"),)])
def test_who_names_one_of_those_offered_is_asked_if_it_is_that(
    guess: tuple[Any, ...], new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    offered = agent.hear("maybe somewhere with books", position=STATION).places
    words = [set(place.name.casefold().split()) for place in offered]
    word = max(words[1] - set().union(*words[:1], *words[2:]), key=len)
    finder = Finder(desk=agent._desk, session=agent.session, position=STATION, language="en")
    turn = Turn(
        desk=agent._desk,
        session=agent.session,
        finder=finder,
        language="en",
        position=STATION,
        guidance=None,
        text=f"ah go on, {word} will do",
    )
    guessed = tuple(one if isinstance(one, Confirm) else Navigate(to=word) for one in guess)
    asked = doubt(turn, guessed)
    assert (asked.outcome, [place.id for place in asked.places]) == ("ask_back", [offered[1].id])


def test_that_one_is_the_one_spoken_of_last_or_asked_about(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("maybe somewhere with books", position=STATION)
    assert agent.hear("that one then", position=STATION).reply == "Which one?"
    agent.hear("how far away is the second one now", position=STATION)
    assert agent.hear("that one then", position=STATION).places[-1].id == offered.places[1].id


@pytest.mark.parametrize("said", ["rather one in Hakaniemi", "no rather in Hakaniemi"])
def test_a_district_narrows_what_was_searched_and_is_no_goal(
    said: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    agent.hear("maybe somewhere with books", position=STATION)
    answer = agent.hear(said, position=STATION)
    assert answer.route is None
    assert all(place.category == "amenity/library" for place in answer.places)


def test_while_nothing_is_driven_a_doubtful_end_ends_our_question(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    agent.hear("maybe somewhere with books", position=STATION)
    answer = agent.hear("no no leave it", position=STATION)
    assert (answer.outcome, agent.session.question) == ("done", None)


def test_a_doubtful_choice_is_offered(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("maybe somewhere with books", position=STATION).places
    answer = agent.hear("well whatever the second", position=STATION)
    assert (answer.outcome, answer.route, answer.places) == ("ask_back", None, offered[1:2])


def test_a_doubtful_no_closes_our_question(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    agent.hear("that modern art place Kiasma", position=STATION)
    answer = agent.hear("nah hm", position=STATION)
    assert answer.route is None
    assert answer.places == ()


def test_to_go_then_is_a_yes() -> None:
    asked = State(expecting="yes_no")
    assert intents_of([{"kind": "navigate"}], asked) == (Confirm(),)
    assert intents_of([{"kind": "navigate"}], State()) == (Navigate(),)


def test_words_that_point_inside_a_name_are_no_part_of_it(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    said = [Navigate(to="赫尔辛基那个大教堂")]
    answer = agent.carry_out("…", said, language="zh", position=STATION)
    wanted = agent.carry_out("…", [Navigate(to="赫尔辛基大教堂")], language="zh", position=STATION)
    assert answer.places == wanted.places


@pytest.mark.parametrize(("language", "where"), [("zh", "市中心"), ("en", "downtown"), ("en", "Ateneum")])
def test_a_trip_round_the_middle_of_town_or_a_sight(
    language: str, where: str, new_agent: Callable[..., Agent]
) -> None:
    wanted = PlanTrip(where=where, days=1)
    assert new_agent().carry_out("…", [wanted], language=language, position=STATION).plan is not None


def test_a_wish_alone_narrows_the_search_before(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    agent.hear("maybe somewhere with books", position=STATION)
    answer = agent.hear("one with a wheelchair ramp then", position=STATION)
    assert answer.places
    assert all(place.category == "amenity/library" for place in answer.places)


@pytest.mark.parametrize("code", ["en", "zh", "de"])
def test_a_question_without_a_place_is_about_the_one_spoken_of(
    code: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    offered = agent.hear("that modern art place Kiasma", position=STATION)
    asked = [Status(what="opening_hours")]
    answer = agent.carry_out("…", asked, language=code, position=STATION)
    assert answer.places == offered.places


@pytest.mark.parametrize(("language", "name"), [("en", "petrol station 6"), ("zh", "6号加油站")])
def test_a_number_alone_is_no_name(language: str, name: str) -> None:
    pump = Place(id="node/1", name="6", category="amenity/fuel", lat=60.0, lon=25.0)
    assert spoken_name(pump, language) == name
    assert spoken_name(replace(pump, name="Shell 6"), language) == "Shell 6"
