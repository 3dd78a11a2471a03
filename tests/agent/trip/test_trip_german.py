"""Trips in German: what is added to the program for it is data, `languages/de/trip_talk.yaml`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

from agent import Agent
from agent.actions.answer import Answer
from agent.trip.asked.clock import clock_of
from agent.trip.asked.occasions import is_impossible
from agent.trip.asked.sentence import completed
from agent.trip.spoken.orders import order_of
from agent.trip.spoken.talk import said_of_plan
from agent.understanding.intent import Navigate, PlanChange, PlanTrip, Wishes
from agent.understanding.understand import Understanding

NOW = datetime(2026, 6, 10, 10, 0)
STATION = (60.1719, 24.9414)
REQUEST = "plane uns zwei Tage in Helsinki, Museen und Parks, kein Fisch"


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("Tag zwei ist zu voll", {"action": "fewer", "day": 2}),
        ("nachmittags lieber ein Park", {"action": "swap", "what": "afternoon", "other": "Park"}),
        (
            "tausch das erste Museum gegen einen Park",
            {"action": "swap", "what": "erste Museum", "other": "Park"},
        ),
        ("statt des Museums lieber ein Park", {"action": "swap", "what": "Museums", "other": "Park"}),
        (
            "ersetz das Abendessen am dritten Tag durch Fisch",
            {"action": "swap", "day": 3, "what": "dinner", "other": "Fisch"},
        ),
        ("ein anderes Restaurant zum Abendessen", {"action": "swap", "what": "dinner"}),
        ("streich den zweiten Tag", {"action": "drop", "day": 2}),
        ("lass den Zoo weg", {"action": "drop", "what": "Zoo"}),
        ("wir wollen nicht in den Zoo", {"action": "drop", "what": "Zoo"}),
        ("verschieb Kiasma auf den zweiten Tag", {"action": "add", "day": 2, "what": "Kiasma"}),
        ("füg den Dom hinzu", {"action": "add", "what": "Dom"}),
        ("noch einen Tag dranhängen", {"action": "longer"}),
        ("zwei Tage früher zurück", {"action": "shorter", "days": 2}),
        ("mach vier Tage daraus", {"action": "days", "days": 4}),
        (
            "such ein günstigeres Hotel für die zweite Nacht",
            {"action": "hotel", "day": 2, "what": "günstigeres"},
        ),
        ("wir möchten im Hotel Kämp schlafen", {"action": "hotel", "what": "Hotel Kämp"}),
        ("verschieb die Reise um zwei Tage", {"action": "date", "what": "2 Tage später"}),
        ("können wir am zweiten Tag etwas später anfangen", {"action": "later", "day": 2}),
        ("um zehn losfahren", {"action": "later", "what": "um zehn losfahren"}),
        ("abends auf den Nachtmarkt gehen", {"action": "swap", "what": "evening", "other": "Nachtmarkt"}),
        ("mach das rückgängig", {"action": "undo"}),
    ],
)
def test_a_change_is_told_by_its_words(text: str, change: dict[str, Any]) -> None:
    said = said_of_plan(text, "de")
    assert isinstance(said, PlanTrip)
    assert said.change == PlanChange.model_validate(change)


@pytest.mark.parametrize(
    ("text", "ask", "day"),
    [
        ("wo schlafen wir am zweiten Tag", "hotel", 2),
        ("was gibt es zum Abendessen", "dinner", 0),
        ("lies den Plan noch mal vor", "all", 0),
        ("wie lange fahren wir am ersten Tag", "driving", 1),
        ("wann geht es am zweiten Tag los", "start", 2),
        ("was machen wir am ersten Tag", "day", 1),
    ],
)
def test_a_question_about_the_plan_is_told_by_its_words(text: str, ask: str, day: int) -> None:
    said = said_of_plan(text, "de")
    assert isinstance(said, PlanTrip)
    assert (said.ask, said.day) == (ask, day)


@pytest.mark.parametrize(
    ("text", "to"), [("bring uns zum ersten Ziel", "ersten Ziel"), ("fahr zum Hotel", "Hotel")]
)
def test_a_stop_of_the_plan_is_driven_to(text: str, to: str) -> None:
    assert said_of_plan(text, "de") == Navigate(to=to)


@pytest.mark.parametrize(
    "text", ["wie wird das Wetter heute", "spiel Musik", "fahr zum Brandenburger Tor", "such eine Tankstelle"]
)
def test_what_is_not_about_the_plan_is_left_alone(text: str) -> None:
    assert said_of_plan(text, "de") is None


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (
            "zwei Tage mit zwei Kindern, Museen und Parks, kein Fisch, Abfahrt um zehn",
            {
                "who": ("mit zwei Kindern",),
                "likes": ("Museen", "Parks"),
                "no_meal": ("Fisch",),
                "time": ("Abfahrt um zehn",),
            },
        ),
        (
            "zwei Tage, ich bin allergisch gegen Nüsse und esse kein Schweinefleisch",
            {"no_meal": ("Nüsse", "Schweinefleisch")},
        ),
        (
            "fünf Tage, günstiges Hotel in der Nähe vom Bahnhof, höchstens zwei Stunden Fahrt am Tag",
            {
                "lodging": ("günstiges Hotel in der Nähe vom Bahnhof",),
                "limit": ("höchstens zwei Stunden Fahrt am Tag",),
            },
        ),
        (
            "zwei Tage, meine Frau ist schwanger, nicht zu viel laufen, Budget 500 Euro",
            {
                "who": ("meine Frau ist schwanger",),
                "limit": ("nicht zu viel laufen",),
                "money": ("Budget 500 Euro",),
            },
        ),
    ],
)
def test_what_the_reader_left_of_a_sentence_is_a_wish(text: str, wishes: dict[str, Any]) -> None:
    whole = completed(PlanTrip(where="Helsinki"), text, "de", NOW)
    assert whole.wishes == Wishes.model_validate(wishes)
    assert whole.days is not None


def test_a_thing_that_is_refused_is_no_wish() -> None:
    said = PlanTrip(where="Helsinki", wishes=Wishes(likes=("Museen", "Parks", "Märkte")))
    whole = completed(said, "zwei Tage, wir mögen keine Museen, lieber Parks und Märkte", "de", NOW)
    assert (whole.wishes.likes, whole.wishes.dislikes) == (("Parks", "Märkte"), ("Museen",))


def test_each_day_gets_what_was_said_of_it() -> None:
    text = "drei Tage in Andorra, am ersten Tag wandern, am zweiten Tag Kirchen"
    whole = completed(PlanTrip(where="Andorra"), text, "de", NOW)
    assert [(day.day, day.likes) for day in whole.wishes.by_day] == [(1, ("wandern",)), (2, ("Kirchen",))]


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("um halb zehn", time(9, 30)),
        ("Viertel nach acht", time(8, 15)),
        ("Viertel vor neun", time(8, 45)),
        ("zehn Uhr dreißig", time(10, 30)),
        ("ab elf", time(11)),
    ],
)
def test_times_of_the_clock(words: str, at: time) -> None:
    assert clock_of(words, "de") == at


@pytest.mark.parametrize("words", ["am 30. Februar", "dreißigsten Februar", "ab dem 31. April"])
def test_a_day_that_no_calendar_has(words: str) -> None:
    assert is_impossible(words)
    assert not is_impossible(words.replace("Februar", "März").replace("April", "Mai"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Speichere den Plan", PlanTrip(act="save")),
        ("los geht's", PlanTrip(act="drive")),
        ("Was hat sich geändert?", PlanTrip(ask="compare")),
    ],
)
def test_orders_about_the_plan(text: str, meant: PlanTrip) -> None:
    assert order_of(text, "de", planning=True) == meant


class OneSentence:
    """Reads the request as a reader would, and nothing else: the plan is spoken of by its words."""

    def understand(self, text: str, *, language: str | None = None, context: object = None) -> Understanding:
        """Return the request, or that nothing was understood."""
        trip = PlanTrip(where="Helsinki", days=2, wishes=Wishes(must=("Museen",), likes=("Parks",)))
        known = text == REQUEST
        return Understanding(
            text=text,
            language="de",
            intents=(trip,) if known else (),
            confidence=1.0 if known else 0.0,
            tier="reader",
        )


def test_a_trip_is_asked_for_told_and_changed_in_german(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    agent._understander = agent._unaided = OneSentence()

    def say(text: str) -> Answer:
        return agent.hear(text, language="de", position=STATION)

    first = say(REQUEST)
    assert first.plan is not None
    assert first.reply.startswith("Ihr Plan für Helsinki: zwei Tage ab Donnerstag, dem elften Juni")
    assert {e.words: e.state for e in first.plan.accounting} == {
        "Museen": "kept",
        "Parks": "kept",
        "Fisch": "kept",
    }
    assert "Tag eins:" in say("was machen wir am ersten Tag").reply
    swapped = say("tausch das erste Museum gegen einen Park")
    assert swapped.reply.startswith("Geändert: ")
    assert swapped.plan != first.plan
    assert "Nicht mehr dabei" in say("was hat sich geändert").reply
    assert say("mach das rückgängig").plan == first.plan
    later = say("um halb elf losfahren").plan
    assert later is not None
    assert later.days[0].start.strftime("%H:%M") == "10:30"
    assert "endet in" in say("wo schlafen wir").reply
    shorter = say("streich den zweiten Tag")
    assert shorter.plan is not None
    assert len(shorter.plan.days) == 1
    assert "gespeichert" in say("speichere den Plan").reply
    assert say("bring uns zum ersten Ziel").route is not None


def test_no_line_of_the_planner_names_a_language() -> None:
    folder = Path(__file__).parents[3] / "agent" / "trip"
    named = [
        f"{path.name}: {line.strip()}"
        for part in ("asked", "spoken", "changes")
        for path in sorted((folder / part).glob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"[\"'](?:zh|en|de)[\"']", line)
    ]
    assert named == []
