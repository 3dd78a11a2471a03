"""Grammar of Chinese commands."""

from __future__ import annotations

import re

from agent.understanding.context import Context
from agent.understanding.intent import ChangeRoute
from agent.understanding.rules.reading import STRONG, Parsed, one
from agent.understanding.rules.sentence_zh import END, breaths, clauses
from agent.understanding.rules.zh_answers import answer, correction
from agent.understanding.rules.zh_orders import recall, remember, volume
from agent.understanding.rules.zh_places import navigate, other, route_change, search
from agent.understanding.rules.zh_status import named_status, status
from agent.understanding.utterance import without_courtesy

__all__ = ["breaths", "clauses", "parse_clause", "parse_whole"]


def parse_whole(text: str, context: Context) -> Parsed | None:
    """Read what only makes sense as a whole utterance: short answers, corrections, trips."""
    from agent.understanding.rules import wishes_zh

    if found := re.fullmatch(
        r".{0,6}(?:加|添加|增加)(?:一)?个?(?:途经点|经停点?|停靠点|途径点)[，,:： ]+(.{2,16}?)" + END, text
    ):
        return one(ChangeRoute(add=found[1]), STRONG, "zh.change.add")

    bare = without_courtesy(text, "zh")
    stripped = text.strip(" ，,。.!！?？~")
    for reader in (answer, correction, volume, remember, recall):
        if parsed := reader(stripped if reader is answer else bare, context):
            return parsed
    return wishes_zh.parse_trip(text, context)


def parse_clause(text: str, context: Context) -> Parsed | None:
    """Read one clause."""
    bare = without_courtesy(text, "zh")
    if not bare:
        return None
    for reader in (status, named_status, route_change, navigate, search, other):
        if parsed := reader(bare, context):
            return parsed
    return None
