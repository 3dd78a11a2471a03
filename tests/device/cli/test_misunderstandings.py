"""The page of misunderstandings shows what the program does, and not what it did once."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from agent.trip.spoken.heard import of_trip
from agent.understanding.labels import State
from agent.understanding.learned.reader import Reader
from agent.understanding.understand import Understander, Understanding
from device.cli.explain import _in_words, as_json, plan_talk

PAGE = Path(__file__).parents[3] / "docs" / "misunderstandings.md"
_SHOWN = re.compile(r"```\n\$ xiaogao explain (?P<command>[^\n]+)\n(?P<shown>.*?)```", re.DOTALL)


def cases() -> list[tuple[str, str]]:
    return [(found["command"], found["shown"]) for found in _SHOWN.finditer(PAGE.read_text(encoding="utf-8"))]


def shown_of(shown: str, name: str, after: str) -> str:
    """Return one fact of what is shown, without line breaks and columns."""
    found = re.search(rf"^{name}\s+(.*?)(?=^{after}\s)", shown, re.DOTALL | re.MULTILINE)
    assert found, name
    return " ".join(found[1].split())


def test_there_are_ten() -> None:
    assert len(cases()) == 10


@pytest.mark.parametrize(("command", "shown"), cases())
def test_it_is_read_as_the_page_shows(command: str, shown: str, reader: Reader) -> None:
    text, *options = shlex.split(command)
    context = State(guiding="--guiding" in options, planning="--planning" in options)
    understood = Understander(reader).understand(text, context=context)
    now = datetime(2026, 6, 10, 10, 0)
    read = as_json(of_trip(understood, planning=context.planning, asked=False, now=now), context)
    assert " ".join(_in_words(read["intents"]).split()) == shown_of(shown, "intents", "left over")
    assert read["decision"] == shown_of(shown, "decision", "why")


def test_the_talk_about_a_plan_is_shown_with_what_it_leaves() -> None:
    text = "my knees are bad, drop the tower"
    read = Understanding(text=text, language="en", intents=(), confidence=0.3, tier="reader")
    told = plan_talk(read)
    assert [(i["change"]["action"], i["change"]["what"]) for i in told["meant"][:1]] == [("drop", "tower")]
    assert told["in_the_clause_that_asks"]
    assert told["left_over"] == ["my knees are bad"]
    assert plan_talk(replace(read, text="save it"))["meant"][0]["act"] == "save"
