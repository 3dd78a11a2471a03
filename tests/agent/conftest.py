"""A real region for the agent's tests, built once: the sample extract of Helsinki, or Andorra."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import nav
import poi
from agent import Agent, Memory
from agent.actions.context import Desk
from agent.understanding.intent import parse_intent
from agent.understanding.labels import State
from agent.understanding.understand import Understanding
from agent.understanding.utterance import clean, language_of

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


class SaidReader:
    """Reads the sentences of these tests as `said.jsonl` says they are meant, and no others.

    What the learned reader makes of sentences is tested apart (tests/languages); here is tested what is done
    about what was understood.
    """

    def __init__(self) -> None:
        lines = (Path(__file__).parent / "said.jsonl").read_text(encoding="utf-8").splitlines()
        self._said: dict[str, list[dict[str, Any]]] = {}
        for line in map(json.loads, lines):
            self._said.setdefault(line["text"], []).append(line)

    def understand(
        self, text: str, *, language: str | None = None, context: State | None = None
    ) -> Understanding:
        """Return what is written down of a sentence, in the state that is most like this one."""
        context, cleaned = context or State(), clean(text)
        spoken = language_of(cleaned, language or "zh")
        state = {"expecting": context.expecting, "guiding": context.guiding, "planning": context.planning}
        state = {name: value for name, value in state.items() if value}
        known = self._said.get(cleaned, ())
        best = max(known, key=lambda line: _alike(line.get("state", {}), state), default=None)
        intents = tuple(map(parse_intent, best["intents"])) if best else ()
        return Understanding(
            text=cleaned,
            language=spoken,
            intents=intents,
            confidence=best.get("confidence", 1.0) if best else 0.0,
            tier="reader",
            kind_p=best.get("kind_p", {}) if best else {},
        )

    def warm(self) -> float:
        """Nothing is to be loaded."""
        return 0.0


def _alike(left: dict[str, Any], right: dict[str, Any]) -> int:
    return sum(left.get(name) == right.get(name) for name in ("expecting", "guiding", "planning"))


@pytest.fixture(scope="session")
def said_reader() -> SaidReader:
    """Give the reader of these tests' sentences."""
    return SaidReader()


@pytest.fixture
def new_agent(desk: Desk, tmp_path: Path, said_reader: SaidReader) -> Callable[..., Agent]:
    """Give a maker of fresh agents in Helsinki with an empty memory."""

    def make(**options: object) -> Agent:
        arguments = {"memory": Memory(tmp_path / "memory.sqlite"), "now": lambda: NOW} | options
        agent = Agent(desk.region, places=desk.places, router=desk.router, **arguments)
        agent._understander = agent._unaided = said_reader
        return agent

    return make
