"""Of what the recogniser may have heard, what makes sense here is taken."""

from __future__ import annotations

import pytest

from agent import Agent
from agent.understanding.learned.reader import Reader
from nav import Region, Router
from poi import Places

STATION = (60.1719, 24.9414)


@pytest.fixture
def agent(helsinki: Region, reader: Reader) -> Agent:
    return Agent(
        helsinki, places=Places(helsinki), router=Router(helsinki), reader=reader, llm=None, memory=None
    )


@pytest.mark.parametrize(
    ("heard", "alternatives", "taken"),
    [
        ("drive me to hell sinky cathy drill", ("drive me to Helsinki Cathedral",), 1),
        ("drive me to Helsinki Cathedral", ("drive me to hell sinky cathy drill",), 0),
        ("look for good day in the sun", ("look for a hotel in this area",), 1),
        ("turn up the volume", ("turn up the column", "take me to Amos Rex"), 0),
    ],
)
def test_what_makes_sense_is_taken(
    agent: Agent, heard: str, alternatives: tuple[str, ...], taken: int
) -> None:
    sense = agent.sense(heard, language="en", position=STATION, alternatives=alternatives)
    assert sense is not None
    assert sense.text == (heard, *alternatives)[taken]
    assert sense.is_first == (taken == 0)
    answer = agent.hear(heard, language="en", position=STATION, alternatives=alternatives)
    alone = agent.hear((heard, *alternatives)[taken], language="en", position=STATION)
    assert answer.intents == alone.intents


@pytest.mark.parametrize(("apart", "taken"), [(0.05, True), (0.95, False)])
def test_what_sounds_otherwise_is_less_likely(agent: Agent, apart: float, taken: bool) -> None:
    heard, other = "drive me to hell sinky cathy drill", "drive me to Helsinki Cathedral"
    sense = agent.sense(heard, language="en", position=STATION, alternatives=(other,), apart=(apart,))
    assert sense is not None
    assert (sense.text == other) == taken


def test_a_place_that_is_not_there_makes_less_sense(agent: Agent) -> None:
    there, nowhere = (
        agent.sense(f"take me to {name}", language="en", position=STATION)
        for name in ("Amos Rex", "Zorblax Pinnacle")
    )
    assert there is not None
    assert nowhere is not None
    assert there.fits == 1.0
    assert nowhere.fits < 0.5


def test_words_beside_a_kind_that_nothing_accounts_for_make_it_less_sure(agent: Agent) -> None:
    plain, more = (
        agent.sense(f"take me to the {what}", language="en", position=STATION)
        for what in ("church", "candy church")
    )
    assert plain is not None
    assert more is not None
    assert plain.fits == 1.0
    assert 0.5 < more.fits < 1.0


@pytest.mark.parametrize("words", ["cancel that", "yes please", "the second one"])
def test_what_speaks_of_nothing_under_way_makes_less_sense(agent: Agent, words: str) -> None:
    early = agent.sense(words, language="en", position=STATION)
    agent.hear("find a hotel", language="en", position=STATION)
    asked = agent.sense(words, language="en", position=STATION)
    assert early is not None
    assert asked is not None
    assert early.fits < 0.5
    assert asked.fits == 1.0


def test_a_drive_can_be_cancelled(agent: Agent) -> None:
    agent.hear("take me to Amos Rex", language="en", position=STATION)
    sense = agent.sense("cancel that", language="en", position=STATION)
    assert sense is not None
    assert sense.fits == 1.0


def test_talk_asks_for_nothing(agent: Agent) -> None:
    sense = agent.sense("my sister is a nurse", language="en", position=STATION)
    assert sense is not None
    assert not sense.asks


def test_a_wish_of_ours_beside_one_of_others_asks(agent: Agent) -> None:
    sense = agent.sense("take me to Amos Rex and turn on the heating", language="en", position=STATION)
    assert sense is not None
    assert sense.asks
    assert sense.fits == 1.0


def test_nothing_is_done_or_remembered(agent: Agent) -> None:
    agent.sense("take me to Amos Rex", language="en", position=STATION)
    assert agent.session.stops == []
    assert agent.session.last_answer is None


def test_without_a_reader_there_is_no_telling(helsinki: Region) -> None:
    bare = Agent(helsinki, places=Places(helsinki), router=Router(helsinki), llm=None, memory=None)
    assert bare.sense("take me to Amos Rex", language="en", position=STATION) is None
