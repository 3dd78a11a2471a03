"""A real region for the agent's tests, built once: the sample extract of Helsinki, or Andorra."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

import nav
import poi
from agent import Agent, Memory
from agent.actions.context import Desk

NOW = datetime(2026, 6, 10, 10, 0)
STATION = (60.1719, 24.9414)
ANDORRA = (42.5075, 1.5218)


def _build(pbf: Path, name: str, home: Path) -> nav.Region:
    folder = home / name
    folder.mkdir()
    nav.build_graph(pbf, folder, name=name)
    poi.build_places(pbf, folder)
    return nav.Region.open(folder)


@pytest.fixture(scope="session")
def helsinki(helsinki_pbf: Path, tmp_path_factory: pytest.TempPathFactory) -> nav.Region:
    """Give the region pack of central Helsinki."""
    return _build(helsinki_pbf, "helsinki", tmp_path_factory.mktemp("regions"))


@pytest.fixture(scope="session")
def andorra(maps: Path, tmp_path_factory: pytest.TempPathFactory) -> nav.Region:
    """Give the region pack of Andorra."""
    return _build(maps / "andorra.osm.pbf", "andorra", tmp_path_factory.mktemp("regions"))


@pytest.fixture(scope="session")
def desk(helsinki: nav.Region) -> Desk:
    """Give places and router of Helsinki with a clock that stands still."""
    return Desk(
        region=helsinki,
        places=poi.Places(helsinki),
        router=nav.Router(helsinki),
        memory=None,
        now=lambda: NOW,
    )


@pytest.fixture
def new_agent(desk: Desk, tmp_path: Path) -> Callable[..., Agent]:
    """Give a maker of fresh agents in Helsinki with an empty memory."""

    def make(**options: object) -> Agent:
        arguments = {"memory": Memory(tmp_path / "memory.sqlite"), "now": lambda: NOW} | options
        return Agent(desk.region, places=desk.places, router=desk.router, **arguments)

    return make
