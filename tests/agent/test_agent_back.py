"""A drive goes back to what it was, a stop comes first, and whether an answer is waited for is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from agent import Agent
from agent.actions.answer import Answer
from agent.actions.guidance_state import GuidanceState
from agent.actions.session import Question
from agent.understanding.intent import (
    ChangeRoute,
    Chat,
    Choose,
    Confirm,
    Intent,
    Navigate,
    PlanChange,
    PlanTrip,
    Repeat,
    Search,
    Status,
    Volume,
)
from agent.understanding.labels import State
from agent.understanding.understand import Understanding
from languages import codes

STATION = (60.1719, 24.9414)
NOW = datetime(2026, 6, 10, 10, 0)
BACK = ChangeRoute(prefer="back")


def done(agent: Agent, *intents: Intent, language: str = "en") -> Answer:
    answer = agent.carry_out("…", intents, language=language, position=STATION)
    assert answer.outcome == "done", answer.reply
    return answer


def stops(agent: Agent) -> Sequence[str]:
    return [place.name for place in agent.session.stops]


@pytest.fixture
def driven(new_agent: Callable[..., Agent]) -> Agent:
    agent = new_agent()
    done(agent, Navigate(to="Kiasma"))
    return agent


@pytest.mark.parametrize("language", codes())
def test_changes_are_taken_back_one_by_one(driven: Agent, language: str) -> None:
    at_first = stops(driven)
    done(driven, ChangeRoute(add="Amos Rex"))
    with_stop = stops(driven)
    done(driven, Navigate(to="Ateneum"))
    assert stops(driven) not in (at_first, with_stop)
    answer = done(driven, BACK, language=language)
    assert stops(driven) == with_stop
    assert answer.route is driven.session.route
    assert answer.places[-1].label(language) in answer.reply
    done(driven, BACK)
    assert stops(driven) == at_first
    assert driven.carry_out("…", [BACK], language=language, position=STATION).outcome == "impossible"


def test_roads_are_avoided_no_more_when_that_is_taken_back(driven: Agent) -> None:
    done(driven, ChangeRoute(avoid=("toll",)))
    assert driven.session.avoid == ("toll",)
    done(driven, BACK)
    assert driven.session.avoid == ()


def test_a_drive_that_ended_is_not_gone_back_to(driven: Agent) -> None:
    driven.session.end_drive()
    done(driven, Navigate(to="Ateneum"))
    assert driven.carry_out("…", [BACK], language="en", position=STATION).outcome == "impossible"


def test_where_one_has_been_is_no_stop_any_more_of_what_is_gone_back_to(driven: Agent) -> None:
    done(driven, ChangeRoute(add="Amos Rex"))
    done(driven, ChangeRoute(avoid=("toll",)))
    first, last = driven.session.stops
    state = GuidanceState(route=driven.session.route, stops_left=((last.lat, last.lon),))
    driven.session.follow(state, lambda lat, lon: replace(last, lat=lat, lon=lon))
    done(driven, BACK)
    assert driven.session.stops == [last]
    assert first not in driven.session.stops


def test_a_stop_that_is_named_again_comes_first(driven: Agent) -> None:
    for name in ("Amos Rex", "Ateneum"):
        done(driven, ChangeRoute(add=name))
    before = stops(driven)
    answer = done(driven, ChangeRoute(add="Ateneum"))
    assert before[1] in answer.reply
    assert stops(driven) == [before[1], before[0], before[2]]
    assert [place.name for place in answer.places] == stops(driven)
    assert answer.route is driven.session.route


def test_an_answer_is_waited_for_while_our_question_is_open(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    asked = agent.carry_out("…", [Search(what="hotel")], language="en", position=STATION)
    assert (asked.outcome, asked.asks) == ("ask_back", True)
    for beside in (Status(what="distance_left", place="the second one"), Volume(change="up"), Repeat()):
        answer = done(agent, beside)
        assert answer.asks
        assert answer.to_dict()["asks"]
    assert not done(agent, Chat(topic="talk")).asks
    assert not done(agent, Choose(index=1)).asks


@pytest.mark.parametrize(("kind_p", "sure"), [(0.96, True), (0.9, False)])
def test_who_is_sure_of_a_kind_without_words_has_read_all(kind_p: float, sure: bool) -> None:
    understood = Understanding(
        text="and stop yelling",
        language="en",
        intents=(Volume(change="down"),),
        confidence=0.4,
        tier="reader",
        kind_p={"volume": kind_p},
    )
    assert understood.is_sure(State(guiding=True)) is sure


def test_a_change_of_a_plan_that_is_sure_to_be_one_is_asked_about_however_faint() -> None:
    faint = Understanding(
        text="the museum with the cars too",
        language="en",
        intents=(PlanTrip(change=PlanChange(action="add", what="museum with the cars")),),
        confidence=0.05,
        tier="reader",
        kind_p={"plan_trip": 0.97},
    )
    assert faint.is_worth_asking
    assert not replace(faint, kind_p={"plan_trip": 0.7}).is_worth_asking


@pytest.mark.parametrize("language", codes())
def test_what_is_only_asked_about_is_taken_back_by_a_no(driven: Agent, language: str) -> None:
    turn_back = ChangeRoute(drop="*")
    driven.session.question = Question(
        expecting="yes_no", intent=Navigate(), asked_at=NOW, words="?", pending=(turn_back,)
    )
    before = stops(driven)
    done(driven, BACK, language=language)
    assert driven.session.question is None
    assert stops(driven) == before


def test_yes_to_a_choice_means_the_one_that_was_asked_about_last(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.carry_out("…", [Search(what="hotel")], language="en", position=STATION).places
    done(agent, Status(what="distance_left", place="the second one"))
    assert done(agent, Confirm()).places[-1].id == offered[1].id
    assert agent.session.stops[-1].id == offered[1].id


def test_a_question_about_the_way_is_about_the_place_spoken_of_where_nothing_is_driven(
    new_agent: Callable[..., Agent],
) -> None:
    agent = new_agent()
    done(agent, Status(what="opening_hours", place="Kiasma"))
    assert "Kiasma" in done(agent, Status(what="arrival_time")).reply
