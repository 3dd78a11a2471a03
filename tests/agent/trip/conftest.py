"""A drawn county with three towns, and how a trip through it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

import nav
import poi
from agent import Agent, Memory
from agent.actions.context import Desk
from agent.trip.inquiry import make_request
from agent.trip.itinerary import Plan
from agent.trip.planner import make_plan
from agent.trip.request import TripRequest
from agent.understanding.intent import Wishes
from bench.names.county import write_county

HOME = (31.381, 120.951)
NOW = datetime(2026, 6, 10, 10, 0)
DAY = date(2026, 6, 11)

Trip = Callable[..., tuple[Plan, TripRequest]]


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Give places and roads of the drawn county."""
    folder = tmp_path_factory.mktemp("county") / "county"
    folder.mkdir()
    drawn = write_county(folder.parent)
    nav.build_graph(drawn, folder, name="county")
    poi.build_places(drawn, folder)
    return desk_of(folder)


def desk_of(folder: Path) -> Desk:
    """Return a desk with nothing remembered from before."""
    region = nav.Region.open(folder)
    router, places = nav.Router(region), poi.Places(region)
    return Desk(region=region, places=places, router=router, memory=None, now=lambda: NOW)


@pytest.fixture(scope="session")
def trip(county: Desk) -> Trip:
    """Give the function that plans a trip."""

    def planned(where: str = "云安市", days: int = 2, **options: object) -> tuple[Plan, TripRequest]:
        request = asked(county, where, days, **options)
        return make_plan(county, request), request

    return planned


def asked(desk: Desk, where: str = "云安市", days: int = 2, **options: object) -> TripRequest:
    """Ask for a trip."""
    given = {name: options.pop(name) for name in ("towns", "start", "range_m") if name in options}
    return make_request(
        desk,
        where=where,
        days=days,
        wishes=Wishes.model_validate(options),
        position=HOME,
        first_day=DAY,
        language="zh",
        **given,  # type: ignore[arg-type]
    )


@pytest.fixture
def agent(county: Desk, tmp_path: Path) -> Agent:
    """Give an agent in the county."""
    memory = Memory(tmp_path / "memory.sqlite")
    return Agent(county.region, places=county.places, router=county.router, memory=memory, now=lambda: NOW)
