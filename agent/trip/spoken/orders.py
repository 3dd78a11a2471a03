"""Whole sentences about a plan at hand that need no reading: undo, save it, let's go, what is next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.trip.spoken.said import core
from agent.understanding.intent import PlanChange, PlanTrip
from languages import load_language
from languages.trip_words import trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_CLAUSES = re.compile(r"[,.;!?，。；！？]")
_SIGNS = re.compile(r"[\s,.!?，。！？、]+")
_MEANT: dict[str, PlanTrip] = {
    "undo": PlanTrip(change=PlanChange(action="undo")),
    "save": PlanTrip(act="save"),
    "recall": PlanTrip(act="recall"),
    "drive": PlanTrip(act="drive"),
    "next": PlanTrip(ask="next"),
    "cost": PlanTrip(ask="cost"),
    "compare": PlanTrip(ask="compare"),
    "unmet": PlanTrip(ask="unmet"),
    "driving": PlanTrip(ask="driving"),
}


def order_of(text: str, language: Language, *, planning: bool) -> PlanTrip | None:
    """Return what a sentence orders about the plan at hand; None if it is no such order.

    Parameters
    ----------
    text
        What was said.
    language
        Its language.
    planning
        Whether there is a plan at hand; without one only a kept plan can be asked for.
    """
    return _ordered(text, language, planning) or next(
        (order for part in _CLAUSES.split(text) if (order := _kept(part, language, planning))), None
    )


def _kept(part: str, language: Language, planning: bool) -> PlanTrip | None:
    """Return what a clause orders, if it takes nothing from what the others ask: to keep the plan."""
    tried = (part, core(language, part)) if planning else ()
    order = next((order for said in tried if (order := _ordered(said, language, planning))), None)
    return order if order is not None and order.act == "save" else None


def _ordered(text: str, language: Language, planning: bool) -> PlanTrip | None:
    gap = load_language(language).settings.joiner
    said = _SIGNS.sub(gap, text.casefold()).strip()
    for name, sentences in trip_words(language).orders.items():
        if not planning and name != "recall":
            continue
        if any(re.fullmatch(s, said, re.IGNORECASE) for s in _plain(sentences)):
            return _MEANT[name]
    return None


def _plain(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out signs that are no part of what is said."""
    return tuple(s.replace(",?", "").replace(",", "") for s in sentences)
