"""Grammar of English commands."""

from __future__ import annotations

from agent.understanding.context import Context
from agent.understanding.rules.en_answers import answer, correction
from agent.understanding.rules.en_orders import recall, remember, volume
from agent.understanding.rules.en_places import navigate, other, route_change, search
from agent.understanding.rules.en_status import named_status, status
from agent.understanding.rules.reading import Parsed
from agent.understanding.rules.sentence_en import breaths, clauses
from agent.understanding.utterance import without_courtesy

__all__ = ["breaths", "clauses", "parse_clause", "parse_whole"]


def parse_whole(text: str, context: Context) -> Parsed | None:
    """Read what only makes sense as a whole utterance: short answers, corrections, trips."""
    from agent.understanding.rules import wishes_en

    bare = without_courtesy(text, "en")
    stripped = text.strip(" ,.!?")
    for candidate in dict.fromkeys((stripped, bare)):
        if parsed := answer(candidate, context):
            return parsed
    for reader in (correction, volume, remember, recall):
        if parsed := reader(bare, context):
            return parsed
    return wishes_en.parse_trip(text, context)


def parse_clause(text: str, context: Context) -> Parsed | None:
    """Read one clause."""
    bare = without_courtesy(text, "en")
    if not bare:
        return None
    for reader in (status, named_status, route_change, navigate, search, other):
        if parsed := reader(bare, context):
            return parsed
    return None
