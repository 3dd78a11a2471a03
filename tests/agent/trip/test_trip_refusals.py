"""What no plan can be made of: said so, with the reason and what to do, in every language."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

import nav
import poi
from agent import Agent
from agent.actions.answer import Answer
from agent.trip.asked.occasions import is_impossible
from agent.understanding.intent import PlanTrip, Wishes
from languages import load_language
from tests.agent.trip.conftest import HOME, NOW, desk_of

WAY = (60.001, 10.001)
IN_EVERY_LANGUAGE = pytest.mark.parametrize("language", ["zh", "en", "de"])


def say(agent: Agent, intent: PlanTrip, language: str, position: tuple[float, float] = HOME) -> Answer:
    """Ask for a trip as a reader would have read it."""
    return agent.carry_out("…", [intent], language=language, position=position)  # type: ignore[arg-type]


def refusal(language: str, reason: str, **facts: str) -> str:
    """Return the sentence with which a trip is refused."""
    said = load_language(language).replies[f"trip.refuse.{reason}"]
    for name, value in facts.items():
        said = said.replace(f"{{{name}}}", value)
    return said


@IN_EVERY_LANGUAGE
@pytest.mark.parametrize("place", ["苏州", "Suzhou", "Wien"])
def test_a_place_that_is_not_installed_is_named_with_the_way_to_install_it(
    agent: Agent, language: str, place: str
) -> None:
    answer = say(agent, PlanTrip(where=place, days=3), language)
    assert (answer.outcome, answer.plan) == ("impossible", None)
    assert answer.reply == refusal(language, "outside", name=place)
    assert f'xiaogao map add --download "{place}"' in answer.reply


@IN_EVERY_LANGUAGE
def test_one_town_of_several_that_is_not_installed_is_the_one_that_is_named(
    agent: Agent, language: str
) -> None:
    answer = say(agent, PlanTrip(towns=("云安市", "苏州"), days=3), language)
    assert answer.reply == refusal(language, "outside", name="苏州")


@IN_EVERY_LANGUAGE
@pytest.mark.parametrize(("days", "reason"), [(0, "days_zero"), (400, "days_many")])
def test_no_days_and_too_many_are_asked_for_anew(agent: Agent, language: str, days: int, reason: str) -> None:
    answer = say(agent, PlanTrip(where="云安市", days=days), language)
    assert answer.outcome == "impossible"
    assert answer.reply.startswith(refusal(language, reason).split("{")[0])
    assert say(agent, PlanTrip(days=1), language).plan is not None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "二月三十号"),
        ("zh", "2月30日"),
        ("zh", "六月三十一号"),
        ("en", "30 February"),
        ("en", "February 30th"),
        ("en", "February thirtieth"),
        ("en", "the thirty-first of June"),
        ("en", "June thirty first"),
        ("de", "30. Februar"),
    ],
)
def test_a_day_that_no_calendar_has_is_asked_for_anew(agent: Agent, language: str, said: str) -> None:
    answer = say(agent, PlanTrip(where="云安市", days=1, date=said), language)
    assert (answer.outcome, answer.plan) == ("impossible", None)
    assert answer.reply == refusal(language, "date_unknown")


@pytest.mark.parametrize(
    "said", ["二月二十九号", "6月30日", "February 29th", "June thirtieth", "the first of June", "29. Februar"]
)
def test_a_day_that_some_year_has_is_possible(said: str) -> None:
    assert not is_impossible(said)


@IN_EVERY_LANGUAGE
@pytest.mark.parametrize(
    ("wishes", "name"),
    [
        (Wishes(likes=("公园",), dislikes=("公园",)), "公园"),
        (Wishes(must=("museum",), dislikes=("museum",)), "museum"),
        (Wishes(meals=("海鲜",), no_meal=("海鲜",)), "海鲜"),
    ],
)
def test_what_is_wished_for_and_refused_is_asked_about(
    agent: Agent, language: str, wishes: Wishes, name: str
) -> None:
    answer = say(agent, PlanTrip(where="云安市", days=1, wishes=wishes), language)
    assert answer.outcome == "impossible"
    assert name in answer.reply.lower()
    assert answer.reply.endswith(refusal(language, "contradiction").rpartition("}")[2])


@IN_EVERY_LANGUAGE
def test_a_day_that_is_over_is_asked_for_anew(agent: Agent, language: str) -> None:
    assert date(2026, 6, 10) == NOW.date()
    said = {"zh": "昨天", "en": "yesterday", "de": "gestern"}[language]
    answer = say(agent, PlanTrip(where="云安市", days=1, date=said), language)
    assert answer.plan is None or answer.plan.days[0].date > NOW.date()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a map that has a road and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    drawn, pack = folder / "empty.osm", folder / "pack"
    pack.mkdir()
    drawn.write_text(
        '<osm version="0.6">'
        '<node id="1" lat="60.0" lon="10.0" version="1"/><node id="2" lat="60.002" lon="10.002" version="1"/>'
        '<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>',
        encoding="utf-8",
    )
    nav.build_graph(drawn, pack, name="empty")
    poi.build_places(drawn, pack)
    return pack


@IN_EVERY_LANGUAGE
def test_an_empty_map_has_nothing_to_plan(empty: Path, language: str) -> None:
    desk = desk_of(empty)
    agent = Agent(desk.region, places=desk.places, router=desk.router, now=lambda: datetime(2026, 6, 10, 10))
    here = say(agent, PlanTrip(days=2), language, WAY)
    assert (here.outcome, here.plan) == ("impossible", None)
    assert here.reply == refusal(language, "no_sights", name="Empty")
    named = say(agent, PlanTrip(where="苏州", days=3), language, WAY)
    assert named.reply == refusal(language, "outside", name="苏州")


@IN_EVERY_LANGUAGE
@pytest.mark.parametrize(
    "name", ["'; DROP TABLE places; --", "<b>x</b>", "{name}{days}", "\u202egnp", "a" * 300]
)
def test_a_hostile_name_is_a_name_that_is_not_there(agent: Agent, language: str, name: str) -> None:
    answer = say(agent, PlanTrip(where=name, days=1), language)
    assert (answer.outcome, answer.plan) == ("impossible", None)
