"""Which manoeuvre, if any, a junction asks for.

The thresholds follow what Valhalla and OSRM were seen to do and what drivers call a bend, a fork or a turn:
below 20° a road goes straight on, up to 45° it bears off, up to 120° it turns, beyond that sharply.
"""

import numpy as np

from nav.geometry import bearing_deg, cumulative_m, distance_m, turn_angle_deg
from nav.graph import EdgeFlag, Graph
from nav.guidance.maneuvers.junctions import LINK, MOTORWAY, SERVICE, TRUNK, Arm, Junctions
from nav.guidance.maneuvers.roundabouts import mini_roundabout, roundabout, touched
from nav.guidance.maneuvers.turn_types import SLIGHT_DEG, STRAIGHT_DEG, UTURN_DEG, Turn, modifier_for, only
from nav.guidance.maneuvers.types import Kind, Modifier
from nav.guidance.wording.names import speakable_name

ONEWAY = int(EdgeFlag.ONEWAY)
CAR_TRAIN = int(EdgeFlag.CAR_TRAIN)
_FORK_DEG = 50.0
_TIP_M = 15.0
_BEHIND_TIP_M = 40.0
_CARRIAGEWAYS_M = 30.0
_FORK_SPREAD_DEG = 75.0
_CLEARLY_STRAIGHTER_DEG = 12.0
_MEDIAN_M = 45.0
_NAME_LASTS_M = 300.0
_AMBIGUOUS_DEG = 100.0
_AMBIGUOUS_MORE_DEG = 25.0
_PLAUSIBLE_DEG = 60.0
_WRONG_DEG = 75.0


def turns_of(graph: Graph, seen: Junctions, *, every_name: bool = False) -> list[Turn]:
    """List the manoeuvres between start and end of a route, in order.

    Parameters
    ----------
    graph : Graph
        The road graph.
    seen : Junctions
        The junctions of the route.
    every_name : bool
        Whether a road that becomes another one is always among them, however short, and not only where a
        driver could take a wrong one.

    Returns
    -------
    list of Turn
        What each junction asks for.
    """
    found: list[Turn] = []
    done = -1
    for i in seen.interesting:
        if i <= done:
            continue
        done = i
        if seen.circle[i + 1]:
            turn = roundabout(graph, seen, i)
        elif seen.circle[i]:
            turn = only(i, "exit_roundabout", modifier_for(seen.turn_deg[i]))
        elif turn := mini_roundabout(graph, seen, i) or touched(graph, seen, i):
            pass
        elif seen.connector[i + 1] and not seen.back[i]:
            turn, done = _through_connectors(graph, seen, i)
        else:
            turn = _median_uturn(seen, i) or _at_junction(graph, seen, i, every_name=every_name)
        if turn is not None and turn.kind == "new_name" and not (every_name or _could_err(graph, seen, turn)):
            continue
        if turn is not None:
            done = max(done, turn.last_junction if turn.kind == "uturn" else done)
            found.append(turn)
            if turn.kind == "roundabout":
                # The exit is a manoeuvre of its own, so that it can be said in the circle.
                done = max(i, turn.last_junction - 1)
    return found


def _could_err(graph: Graph, seen: Junctions, turn: Turn) -> bool:
    """Tell whether a driver might not know that the route goes straight on."""
    own = seen.road_class[turn.last_junction + 1]
    if _name_turns_off(graph, seen, turn.junction):
        return True
    # Round a corner another street is another way, even where there is none but it.
    corner = abs(seen.turn_over(turn.junction, turn.last_junction)) > SLIGHT_DEG
    return corner or any(
        arm.legal and not arm.minor and abs(arm.turn_deg) < _WRONG_DEG and arm.road_class <= own + 1
        for arm in seen.arms(turn.junction)
    )


def _name_turns_off(graph: Graph, seen: Junctions, i: int) -> bool:
    """Tell whether the street that one is on goes round the corner, and another one straight on."""
    if not any(arm.legal and not arm.minor for arm in seen.arms(i)):
        return False
    came = seen.edges[i]
    name, here = graph.way_name[graph.edge_way[came]], (seen.edges[i + 1], graph.edge_reverse[came])
    return any(
        arm not in here and graph.way_name[graph.edge_way[arm]] == name
        for arm in graph.out_edges(int(graph.edge_to[came]))
    )


def _through_connectors(graph: Graph, seen: Junctions, i: int) -> tuple[Turn | None, int]:
    """Judge a crossing of a dual carriageway or a slip road as one manoeuvre; also say where it ends."""
    last = i
    edges = len(seen.edges)
    while last < edges - 2 and seen.connector[last + 1] and not seen.circle[last + 2]:
        last += 1
    if seen.connector[last + 1] or seen.ferry[last + 1]:
        return _at_junction(graph, seen, i, every_name=False), i
    turn_deg = _seen_turn_deg(graph, seen, i, last)
    if abs(turn_deg) > UTURN_DEG and not _is_another_street(seen, i, last + 1):
        return Turn(junction=i, last_junction=last, kind="uturn", modifier="uturn"), last
    if seen.link[last + 1] and seen.road_class[last + 1] <= TRUNK and not seen.link[i]:
        modifier = modifier_for(turn_deg) if abs(turn_deg) > SLIGHT_DEG else _lean(turn_deg, [])
        return Turn(junction=i, last_junction=last, kind="on_ramp", modifier=modifier), last
    if abs(turn_deg) < SLIGHT_DEG * 0.75:
        rivals = [arm for arm in seen.arms(i) if arm.legal and not arm.minor]
        left_by_slip = seen.link[i + 1] and not seen.link[i] and not is_same_road(seen, i, last + 1)
        if left_by_slip and any(abs(arm.turn_deg) < SLIGHT_DEG for arm in rivals):
            modifier = _lean(seen.turn_deg[i], rivals)
            return Turn(junction=i, last_junction=last, kind="fork", modifier=modifier), last
        if not is_renamed(graph, seen, i, last):
            return None, last
        return Turn(junction=i, last_junction=last, kind="new_name", modifier="straight"), last
    kind: Kind = "continue" if is_same_road(seen, i, last + 1) else "turn"
    return Turn(junction=i, last_junction=last, kind=kind, modifier=modifier_for(turn_deg)), last


def _median_uturn(seen: Junctions, i: int) -> Turn | None:
    """Find a turn through a gap in the median, which is two turns the same way into the same road."""
    if i + 2 >= len(seen.edges) or seen.length_m[i + 1] > _MEDIAN_M or seen.circle[i + 2] or seen.link[i + 2]:
        return None
    same_road = seen.name_set[i] >= 0 and seen.name_set[i] == seen.name_set[i + 2]
    if not same_road or abs(seen.turn_over(i, i + 1)) < UTURN_DEG or seen.back[i] or seen.back[i + 1]:
        return None
    return Turn(junction=i, last_junction=i + 1, kind="uturn", modifier="uturn")


def _at_junction(graph: Graph, seen: Junctions, i: int, *, every_name: bool) -> Turn | None:
    turn_deg = seen.turn_deg[i]
    back = abs(_seen_turn_deg(graph, seen, i, i)) > UTURN_DEG and not _is_another_street(seen, i, i + 1)
    if seen.back[i] or back:
        return only(i, "uturn", "uturn")
    if seen.ferry[i + 1] and not seen.ferry[i]:
        train = int(graph.edge_flags[seen.edges[i + 1]]) & CAR_TRAIN
        return only(i, "car_train" if train else "ferry", "straight")
    if seen.ferry[i] and not seen.ferry[i + 1]:
        return only(i, "continue", modifier_for(turn_deg))
    arms = seen.arms(i)
    rivals = [arm for arm in arms if arm.legal and (not arm.minor or seen.road_class[i + 1] >= SERVICE)]
    turn = _ramp(graph, seen, i, rivals) or _fork(seen, i, rivals) or _turn(seen, i, arms, rivals)
    if turn is None and is_renamed(graph, seen, i, i, briefly=every_name):
        return only(i, "new_name", modifier_for(turn_deg))
    return turn


def _seen_turn_deg(graph: Graph, seen: Junctions, first: int, last: int) -> float:
    """Return the turn over some junctions as it is seen from a little way off.

    Where both carriageways of a road meet at one node their tips bend towards each other: what counts is how
    the road runs behind them.
    """
    before, after = seen.edges[first], seen.edges[last + 1]
    turn_deg = seen.turn_over(first, last)
    both_oneway = int(graph.edge_flags[before]) & int(graph.edge_flags[after]) & ONEWAY
    if abs(turn_deg) < SLIGHT_DEG or not both_oneway or not is_same_road(seen, first, last + 1):
        return turn_deg
    if min(seen.length_m[first], seen.length_m[last + 1]) < _BEHIND_TIP_M:
        return turn_deg
    (near_in, far_in), (near_out, far_out) = _behind_tip(graph, before, -1), _behind_tip(graph, after, 1)
    change = turn_angle_deg(bearing_deg(*far_in, *near_in), bearing_deg(*near_out, *far_out)).item()
    back = abs(change) > UTURN_DEG and distance_m(far_in, far_out) < _CARRIAGEWAYS_M
    return change if back or abs(change) < STRAIGHT_DEG else turn_deg


def _behind_tip(graph: Graph, edge: int, step: int) -> list[tuple[float, float]]:
    """Return two points of an edge behind its tip, from its start (1) or its end (-1) on."""
    points = graph.shape(edge)[::step]
    along = cumulative_m(points)
    return [
        (float(np.interp(at, along, points[:, 0])), float(np.interp(at, along, points[:, 1])))
        for at in (_TIP_M, _BEHIND_TIP_M)
    ]


def _ramp(graph: Graph, seen: Junctions, i: int, rivals: list[Arm]) -> Turn | None:
    before, after = seen.road_class[i], seen.road_class[i + 1]
    turn_deg = seen.turn_deg[i]
    if seen.link[i + 1] and not seen.link[i]:
        if before <= TRUNK:
            # Where the motorway itself ends in a ramp there is nothing to decide.
            through = [arm for arm in rivals if not arm.link]
            return only(i, "off_ramp", _lean(turn_deg, rivals)) if through else None
        if after <= TRUNK and rivals:
            sharp = abs(turn_deg) >= SLIGHT_DEG
            return only(i, "on_ramp", modifier_for(turn_deg) if sharp else _lean(turn_deg, rivals))
    if seen.link[i] and not seen.link[i + 1] and after <= TRUNK and abs(turn_deg) < SLIGHT_DEG:
        joined = _joined_road(graph, seen, i)
        if joined is not None:
            return only(i, "merge", "slight_left" if joined > 0 else "slight_right")
    return None


def _joined_road(graph: Graph, seen: Junctions, i: int) -> float | None:
    """Return on which side of the road that it joins a ramp arrives: positive if from the right."""
    edge = seen.edges[i]
    for other in graph.in_edges(int(graph.edge_to[edge])).tolist():
        same_class = graph.edge_class[other] == seen.road_class[i + 1]
        if other == edge or not same_class or graph.edge_flags[other] & LINK or not graph.edge_access[other]:
            continue
        gap = float(graph.edge_heading_in_deg[other]) - float(graph.edge_heading_in_deg[edge])
        # Arriving from the right means pointing further to the left than the road itself.
        return (gap + 180.0) % 360.0 - 180.0
    return None


def _fork(seen: Junctions, i: int, rivals: list[Arm]) -> Turn | None:
    turn_deg = seen.turn_deg[i]
    if abs(turn_deg) > _FORK_DEG:
        return None
    # A slip road off a through road, or a much smaller street, does not make a fork of it.
    forked = [
        arm
        for arm in rivals
        if abs(arm.turn_deg) <= _FORK_DEG
        and abs(arm.turn_deg - turn_deg) <= _FORK_SPREAD_DEG
        and arm.road_class <= seen.road_class[i + 1] + 1
        and not (arm.link and not seen.link[i + 1])
    ]
    if not forked:
        return None
    size = abs(turn_deg)
    straightest = min(abs(arm.turn_deg) for arm in forked)
    # Between ramps neither branch is obvious, however straight one of them is drawn.
    if seen.link[i] and seen.link[i + 1] and any(arm.link for arm in forked):
        return only(i, "fork", _lean(turn_deg, forked))
    if _stays(seen, i, forked) and size < straightest + _CLEARLY_STRAIGHTER_DEG / 2:
        return None
    if _is_through_motorway(seen, i, forked):
        return None
    # Where neither branch goes straight on both bend away, and neither is the obvious one.
    both_bend = size > _CLEARLY_STRAIGHTER_DEG and straightest - size < STRAIGHT_DEG
    if size + _CLEARLY_STRAIGHTER_DEG < straightest and size < STRAIGHT_DEG and not both_bend:
        more_important = any(arm.road_class < seen.road_class[i + 1] for arm in forked)
        if not more_important:
            return None
    if straightest < _CLEARLY_STRAIGHTER_DEG and size > STRAIGHT_DEG:
        return only(i, "continue" if is_same_road(seen, i, i + 1) else "turn", modifier_for(turn_deg))
    return only(i, "fork", _lean(turn_deg, forked))


def _is_through_motorway(seen: Junctions, i: int, rivals: list[Arm]) -> bool:
    """Tell whether the route stays on a motorway that only ramps leave, bend as it may."""
    motorway = seen.road_class[i] == seen.road_class[i + 1] == MOTORWAY and not seen.link[i]
    return motorway and is_same_road(seen, i, i + 1) and all(arm.link for arm in rivals)


def _stays(seen: Junctions, i: int, rivals: list[Arm]) -> bool:
    """Tell whether the route follows its road while the others are smaller, or other roads."""
    if not is_same_road(seen, i, i + 1) or seen.road_class[i] != seen.road_class[i + 1]:
        return False
    return all(arm.road_class > seen.road_class[i + 1] or arm.link for arm in rivals)


def _turn(seen: Junctions, i: int, arms: list[Arm], rivals: list[Arm]) -> Turn | None:
    turn_deg = seen.turn_deg[i]
    size = abs(turn_deg)
    if size < STRAIGHT_DEG or (rivals and _is_through_motorway(seen, i, rivals)):
        return None
    straighter = [arm for arm in rivals if abs(arm.turn_deg) < size + 10]
    # The road bends, and a side road leaves it; at a T or a Y the driver does not see which is which.
    mistaken_deg = max(_AMBIGUOUS_DEG if size > _PLAUSIBLE_DEG else 0.0, size + _AMBIGUOUS_MORE_DEG)
    mistaken = any(abs(arm.turn_deg) < mistaken_deg for arm in rivals)
    if size < SLIGHT_DEG and not straighter:
        return None
    same_road = is_same_road(seen, i, i + 1)
    if not rivals:
        # Only roads that may not be entered, and driveways: a bend, unless another road goes straighter on.
        visible = [arm for arm in arms if not arm.minor or abs(arm.turn_deg) < SLIGHT_DEG]
        if not visible or size < SLIGHT_DEG or (same_road and all(arm.minor for arm in visible)):
            return None
    elif same_road and not straighter and size < 2 * SLIGHT_DEG and not mistaken:
        return None
    kind: Kind = "turn"
    if same_road:
        kind = "continue"
    elif size >= SLIGHT_DEG and _road_ends(turn_deg, arms):
        kind = "end_of_road"
    return only(i, kind, modifier_for(turn_deg))


def _road_ends(turn_deg: float, arms: list[Arm]) -> bool:
    roads = [arm for arm in arms if not arm.minor]
    if any(abs(arm.turn_deg) < SLIGHT_DEG for arm in arms):
        return False
    return any(arm.legal and arm.turn_deg * turn_deg < 0 and abs(arm.turn_deg) < UTURN_DEG for arm in roads)


def _lean(turn_deg: float, rivals: list[Arm]) -> Modifier:
    """Tell left from right by the other arms rather than by the angle."""
    ahead = [arm.turn_deg for arm in rivals if abs(arm.turn_deg) < 90]
    left = any(other < turn_deg for other in ahead)
    right = any(other > turn_deg for other in ahead)
    if left and right:
        return "straight"
    if left or right:
        return "slight_right" if left else "slight_left"
    return "slight_right" if turn_deg >= 0 else "slight_left"


def is_same_road(seen: Junctions, before: int, after: int) -> bool:
    if seen.name_set[before] >= 0 and seen.name_set[before] == seen.name_set[after]:
        return True
    unnamed = seen.name_set[before] < 0 or seen.name_set[after] < 0
    return unnamed and seen.ref[before] >= 0 and seen.ref[before] == seen.ref[after]


def _is_another_street(seen: Junctions, before: int, after: int) -> bool:
    """Tell whether two edges are roads of different names, which no U-turn leads from one to the other."""
    named = seen.name_set[before] >= 0 and seen.name_set[after] >= 0
    return named and not is_same_road(seen, before, after)


def is_renamed(graph: Graph, seen: Junctions, first: int, last: int, *, briefly: bool = False) -> bool:
    """Tell whether the road goes on under another name, for long enough to be noticed or also briefly."""
    before, after = seen.name_set[first], seen.name_set[last + 1]
    if before < 0 or after < 0 or before == after or seen.road_class[last + 1] >= SERVICE:
        return False
    if seen.ref[first] >= 0 and seen.ref[first] == seen.ref[last + 1]:
        return False
    if not speakable_name(graph.names(after).get("", "")):
        return False
    other = graph.names(before).get("") != graph.names(after).get("")
    return other and (briefly or _lasts(seen, last + 1, after))


def _lasts(seen: Junctions, first: int, name_set: int) -> bool:
    """Tell whether a name holds for long enough to be worth a word."""
    last = first
    while last < len(seen.edges) - 1 and seen.name_set[last + 1] == name_set:
        last += 1
    return sum(seen.length_m[first : last + 1]) >= _NAME_LASTS_M
