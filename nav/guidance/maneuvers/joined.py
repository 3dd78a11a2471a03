"""Turns that a driver makes as one: slip roads mapped as a fork and a turn, and staggered crossings."""

from __future__ import annotations

from nav.graph import EdgeFlag, Graph
from nav.guidance.maneuvers.junctions import Junctions
from nav.guidance.maneuvers.turn_types import SLIGHT_DEG, UTURN_DEG, Turn, modifier_for
from nav.guidance.maneuvers.turns import is_same_road
from nav.guidance.maneuvers.types import Kind

_ONEWAY = int(EdgeFlag.ONEWAY)
_SIDESTEP_M = 15.0
_SIDESTEP_DEG = 35.0
_SIDESTEPS: frozenset[Kind] = frozenset({"turn", "continue", "end_of_road", "fork"})
_SLIP_M = 80.0
_SLIP_LINK_M = 150.0
_STAGGER_M = 8.0
_CROSSING_M = 60.0
"""Two carriageways of a road are no farther apart at a crossing."""
_TURNING: frozenset[Kind] = frozenset({"turn", "continue", "end_of_road"})


def joined(graph: Graph, seen: Junctions, turns: list[Turn]) -> list[Turn]:
    """Put together what is one turn to a driver.

    Parameters
    ----------
    graph : Graph
        The road graph.
    seen : Junctions
        The junctions of the route.
    turns : list of Turn
        What each junction asks for, in order.

    Returns
    -------
    list of Turn
        The same with pairs made one, or left out where they lead straight on.
    """
    kept: list[Turn] = []
    for turn in turns:
        before = kept[-1] if kept else None
        if before is not None and _is_slip(graph, seen, before, turn):
            kept[-1] = _over_slip(seen, before, turn)
        elif before is not None and _is_uturn(graph, seen, before, turn):
            kept[-1] = Turn(
                junction=before.junction, last_junction=turn.last_junction, kind="uturn", modifier="uturn"
            )
        elif before is not None and _is_stagger(seen, before, turn):
            kept.pop()
            if not is_same_road(seen, before.junction, turn.last_junction + 1):
                kept.append(_onward(before, turn))
        else:
            kept.append(turn)
    return kept


def without_sidesteps(turns: list[Turn], seen: Junctions) -> list[Turn]:
    """Leave out where walkers and cyclists change sides: off a path, and at once on as before."""
    kept: list[Turn] = []
    for turn in turns:
        before = kept[-1] if kept else None
        if before is not None and {before.kind, turn.kind} <= _SIDESTEPS:
            turn_deg = seen.turn_over(before.junction, turn.last_junction)
            if _between_m(seen, before, turn) < _SIDESTEP_M and abs(turn_deg) < _SIDESTEP_DEG:
                kept.pop()
                continue
        kept.append(turn)
    return kept


def _between_m(seen: Junctions, before: Turn, after: Turn) -> float:
    return sum(seen.length_m[before.last_junction + 1 : after.junction + 1])


def _is_slip(graph: Graph, seen: Junctions, before: Turn, after: Turn) -> bool:
    """Tell whether a fork leads by a short one-way piece to a turn the same way."""
    if before.kind not in ("fork", "turn", "continue") or after.kind not in _TURNING:
        return False
    if not before.modifier.startswith("slight_") or before.last_junction != before.junction:
        return False
    pieces = range(before.junction + 1, after.junction + 1)
    limit_m = _SLIP_LINK_M if all(seen.link[k] for k in pieces) else _SLIP_M
    own = (-1, seen.name_set[before.junction])
    if not all(seen.link[k] or seen.name_set[k] in own for k in pieces):
        return False
    if seen.link[before.junction] or _between_m(seen, before, after) > limit_m:
        return False
    same_side = before.modifier.removeprefix("slight_") in after.modifier
    one_way = all(int(graph.edge_flags[seen.edges[k]]) & _ONEWAY for k in pieces)
    turn_deg = abs(seen.turn_over(before.junction, after.last_junction))
    return same_side and one_way and SLIGHT_DEG <= turn_deg < UTURN_DEG


def _over_slip(seen: Junctions, before: Turn, after: Turn) -> Turn:
    same = is_same_road(seen, before.junction, after.last_junction + 1)
    return Turn(
        junction=before.junction,
        last_junction=after.last_junction,
        kind="continue" if same else "turn",
        modifier=modifier_for(seen.turn_over(before.junction, after.last_junction)),
    )


def _is_stagger(seen: Junctions, before: Turn, after: Turn) -> bool:
    """Tell whether two turns, one to each side, only step aside within one crossing."""
    if not {before.kind, after.kind} <= _TURNING or _between_m(seen, before, after) > _STAGGER_M:
        return False
    first, second = (seen.turn_over(t.junction, t.last_junction) for t in (before, after))
    turn_deg = seen.turn_over(before.junction, after.last_junction)
    return first * second < 0 and min(abs(first), abs(second)) > SLIGHT_DEG and abs(turn_deg) < _SIDESTEP_DEG


def _is_uturn(graph: Graph, seen: Junctions, before: Turn, after: Turn) -> bool:
    """Tell whether two turns the same way lead from one carriageway of a road into the other."""
    if not {before.kind, after.kind} <= _TURNING or _between_m(seen, before, after) > _CROSSING_M:
        return False
    first, second = (seen.turn_over(t.junction, t.last_junction) for t in (before, after))
    if first * second <= 0 or min(abs(first), abs(second)) < SLIGHT_DEG:
        return False
    arrives, leaves = before.junction, after.last_junction + 1
    one_way = all(int(graph.edge_flags[seen.edges[k]]) & _ONEWAY for k in (arrives, leaves))
    named = seen.name_set[arrives] >= 0 or seen.ref[arrives] >= 0
    back = abs(seen.turn_over(before.junction, after.last_junction)) > UTURN_DEG
    return one_way and named and back and is_same_road(seen, arrives, leaves)


def _onward(before: Turn, after: Turn) -> Turn:
    return Turn(
        junction=before.junction, last_junction=after.last_junction, kind="new_name", modifier="straight"
    )
