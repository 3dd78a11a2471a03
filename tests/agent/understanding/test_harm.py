"""What cannot be taken back is never done on a doubtful reading: it needs to be surer, or a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.actions.context import Desk
from agent.actions.finding import Finder
from agent.actions.session import Session
from agent.actions.turn import Turn
from agent.dialogue.doubt import doubt
from agent.understanding.intent import Cancel, Intent, parse_intent
from agent.understanding.labels import State
from agent.understanding.understand import ACT, DESTROY, Understanding, undoes
from poi.place import Place

DRIVING, PLANNING = State(guiding=True), State(planning=True)

DESTRUCTIVE: list[tuple[dict[str, Any], State]] = [
    ({"kind": "remember", "what": "home", "place": "圆明园"}, State()),
    ({"kind": "remember", "what": "company", "place": "Kiasma"}, State()),
    ({"kind": "remember", "what": "favourite", "place": "cabin", "forget": True}, State()),
    ({"kind": "navigate", "to": "机场"}, DRIVING),
    ({"kind": "navigate", "need": "hotel"}, DRIVING),
    ({"kind": "deny", "instead": "museum"}, DRIVING),
    ({"kind": "change_route", "drop": "*"}, DRIVING),
    ({"kind": "change_route", "drop": "药店"}, DRIVING),
    ({"kind": "cancel", "what": "plan"}, PLANNING),
    ({"kind": "plan_trip", "where": "Turku", "days": 2}, PLANNING),
]


def read(intents: tuple[Intent, ...], confidence: float) -> Understanding:
    return Understanding(text="…", language="en", intents=intents, confidence=confidence, tier="reader")


@pytest.mark.parametrize(("wanted", "state"), DESTRUCTIVE)
def test_what_undoes_something_is_known(wanted: dict[str, Any], state: State) -> None:
    assert undoes(parse_intent(wanted), state)


@pytest.mark.parametrize(("wanted", "state"), DESTRUCTIVE)
def test_what_undoes_something_can_be_asked_about(wanted: dict[str, Any], state: State, desk: Desk) -> None:
    pharmacy = Place(id="1", name="药店", category="amenity/pharmacy", lat=60.17, lon=24.94)
    session = Session(stops=[pharmacy, replace(pharmacy, id="2", name="Kiasma")])
    finder = Finder(desk=desk, session=session, position=None, language="en")
    turn = Turn(
        desk=desk, session=session, finder=finder, language="en", position=None, guidance=None, text=""
    )
    asked = doubt(turn, (parse_intent(wanted),))
    assert asked.outcome == "ask_back"
    assert turn.session.question is not None
    assert turn.session.question.pending == (parse_intent(wanted),)


@given(st.sampled_from(DESTRUCTIVE), st.floats(0, 1), st.booleans())
def test_a_doubtful_reading_undoes_nothing(
    case: tuple[dict[str, Any], State], confidence: float, harmless_beside: bool
) -> None:
    wanted, state = case
    beside = (parse_intent({"kind": "status", "what": "clock"}),) if harmless_beside else ()
    understood = read((*beside, parse_intent(wanted)), confidence)
    assert understood.is_sure(state) == (confidence >= DESTROY)


def test_what_undoes_something_is_sure_of_its_kind_besides() -> None:
    """A sigh of a few words, "I've gone and missed it", left little else to doubt, and ended a drive."""
    sigh = replace(read((Cancel(),), DESTROY + 0.03), kind_p={"cancel": DESTROY - 0.1})
    assert not sigh.is_sure(DRIVING)
    assert replace(sigh, kind_p={"cancel": DESTROY}).is_sure(DRIVING)
    assert replace(sigh, kind_p={}).is_sure(DRIVING), "lists know no probabilities"


def test_a_drive_is_ended_only_by_who_surely_says_so() -> None:
    assert undoes(Cancel(), DRIVING)
    assert not read((Cancel(),), ACT).is_sure(DRIVING)
    assert read((Cancel(),), DESTROY).is_sure(DRIVING)


@pytest.mark.parametrize(
    ("wanted", "state"),
    [
        ({"kind": "navigate", "to": "机场"}, State()),
        ({"kind": "deny", "instead": "museum"}, State(guiding=True, expecting="yes_no")),
        ({"kind": "change_route", "add": "Lidl"}, DRIVING),
        ({"kind": "remember", "what": "favourite"}, State()),
        ({"kind": "cancel"}, State(guiding=True, expecting="yes_no")),
        ({"kind": "plan_trip", "change": {"action": "drop", "what": "museum"}}, PLANNING),
        ({"kind": "plan_trip", "wishes": {"children": True}}, PLANNING),
    ],
)
def test_what_can_be_taken_back_needs_no_more_than_the_rest(wanted: dict[str, Any], state: State) -> None:
    assert not undoes(parse_intent(wanted), state)
    assert read((parse_intent(wanted),), ACT).is_sure(state)


@pytest.mark.parametrize(
    ("wanted", "has_plan", "question"),
    [
        ({"kind": "plan_trip", "ask": "all"}, True, "Do you want to hear the plan?"),
        ({"kind": "plan_trip", "change": {"action": "fewer"}}, True, "Do you want to change the plan?"),
        ({"kind": "plan_trip", "change": {"action": "fewer"}}, False, "Shall I plan a trip?"),
    ],
)
def test_what_is_asked_about_is_what_was_guessed(
    wanted: dict[str, Any], has_plan: bool, question: str, desk: Desk
) -> None:
    session = Session()
    session.plan = cast(Any, object()) if has_plan else None
    finder = Finder(desk=desk, session=session, position=None, language="en")
    turn = Turn(
        desk=desk, session=session, finder=finder, language="en", position=None, guidance=None, text=""
    )
    assert doubt(turn, (parse_intent(wanted),)).reply == question
