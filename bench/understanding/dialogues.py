"""Dialogues played against an agent: which turns come out as written, and what is lost that was to be kept.

A turn names the kinds and outcomes that would be right; what the writer did not care about is `*`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent import Agent

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """What a driver would miss if it were gone: places remembered, where the drive goes, the plan."""

    home: Any
    company: Any
    favourites: frozenset[str]
    stops: tuple[Point, ...]
    has_plan: bool

    def is_harmed_by(self, later: Belongings) -> bool:
        """Whether something is gone or overwritten later."""
        overwritten = any(
            before is not None and before != after
            for before, after in ((self.home, later.home), (self.company, later.company))
        )
        lost = not self.favourites <= later.favourites or (self.has_plan and not later.has_plan)
        turned = bool(self.stops) and (not later.stops or self.stops[-1] != later.stops[-1])
        return overwritten or lost or turned or not set(self.stops[:-1]) <= set(later.stops)


def belongings(agent: Agent) -> Belongings:
    """Return what is remembered, driven to and planned now."""
    memory, session = agent.memory, agent.session
    assert memory is not None
    home, company = memory.place("home"), memory.place("company")
    return Belongings(
        home=(home.lat, home.lon) if home else None,
        company=(company.lat, company.lon) if company else None,
        favourites=frozenset(place.label for place in memory.favourites()),
        stops=tuple((place.lat, place.lon) for place in session.stops),
        has_plan=session.plan is not None,
    )


def play(
    agent: Agent, turns: Sequence[dict[str, Any]], position: Point, invented: Callable[[Any, str, Any], int]
) -> dict[str, Any]:
    """Say the turns of a dialogue, and count.

    Parameters
    ----------
    agent
        A fresh one.
    turns
        What is said, with the kinds and outcomes that are right.
    position
        Where the car is.
    invented
        How many words and numbers of an answer come from nowhere, by the answer, what was said, and the route
        before.

    Returns
    -------
    dict
        `turns` with whether each came out as written, `harm`, in how many turns something was lost that was
        not asked for, and `invented`.
    """
    results: list[bool] = []
    harm = made_up = 0
    for turn in turns:
        before, route = belongings(agent), agent.session.route
        answer = agent.hear(turn["say"], position=position)
        made_up += invented(answer, turn["say"], route)
        right = turn_is_right(turn, answer)
        results.append(right)
        harm += not kind_is_right(turn, answer) and before.is_harmed_by(belongings(agent))
    return {"turns": results, "harm": harm, "invented": made_up}


def kind_is_right(turn: dict[str, Any], answer: Any) -> bool:
    """Tell whether the first thing that was understood is what the turn asks for."""
    wanted = _listed(turn["kind"])
    return "*" in wanted or bool(answer.intents and answer.intents[0].kind in wanted)


def turn_is_right(turn: dict[str, Any], answer: Any) -> bool:
    """Tell whether one turn of a dialogue came out as written."""
    outcomes = _listed(turn["outcome"])
    if not kind_is_right(turn, answer) or not {"*", answer.outcome} & set(outcomes):
        return False
    shown = answer.reply + " ".join(f"{p.name} {' '.join(p.names.values())}" for p in answer.places)
    return str(turn.get("has", "")).lower() in shown.lower()


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
