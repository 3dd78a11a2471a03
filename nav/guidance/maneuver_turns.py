"""Which manoeuvre, if any, a junction asks for.

The thresholds follow what Valhalla and OSRM were seen to do and what drivers call a bend, a fork or a turn:
below 20° a road goes straight on, up to 45° it bears off, up to 120° it turns, beyond that sharply.
"""

from dataclasses import dataclass

from nav.graph import Graph
from nav.guidance.maneuver_junctions import LINK, SERVICE, TRUNK, Arm, Junctions
from nav.guidance.maneuver_types import Kind, Modifier
from nav.guidance.names import speakable_name

_STRAIGHT_DEG = 20.0
_SLIGHT_DEG = 45.0
_NORMAL_DEG = 120.0
_FORK_DEG = 50.0
_FORK_SPREAD_DEG = 75.0
_CLEARLY_STRAIGHTER_DEG = 12.0
_UTURN_DEG = 150.0
_MEDIAN_M = 45.0
_NAME_LASTS_M = 300.0
_SIDESTEP_M = 15.0
_SIDESTEP_DEG = 35.0
_SIDESTEPS: frozenset[Kind] = frozenset({"turn", "continue", "end_of_road", "fork"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A manoeuvre as the junctions show it."""

    junction: int
    """Junction where it begins."""

    last_junction: int
    """Junction where it ends: that of the exit of a roundabout, the far side of a dual carriageway."""

    kind: Kind
    """What kind it is."""

    modifier: Modifier
    """Which way it goes."""

    roundabout_exit: int = 0
    """Exit of the roundabout, 0 if none."""


def modifier_for(turn_deg: float) -> Modifier:
    """Name a turn by its angle, positive to the right."""
    size = abs(turn_deg)
    if size < _STRAIGHT_DEG:
        return "straight"
    right = turn_deg > 0
    if size < _SLIGHT_DEG:
        return "slight_right" if right else "slight_left"
    if size < _NORMAL_DEG:
        return "right" if right else "left"
    return "sharp_right" if right else "sharp_left"


def turns_of(graph: Graph, seen: Junctions) -> list[Turn]:
    """List the manoeuvres of a leg between its start and its end, in order."""
    found: list[Turn] = []
    done = -1
    for i in seen.interesting:
        if i <= done:
            continue
        done = i
        if seen.circle[i + 1]:
            turn = _roundabout(graph, seen, i)
        elif seen.circle[i]:
            turn = _only(i, "exit_roundabout", modifier_for(seen.turn_deg[i]))
        elif seen.connector[i + 1] and not seen.back[i]:
            turn, done = _through_connectors(graph, seen, i)
        else:
            turn = _median_uturn(seen, i) or _at_junction(graph, seen, i)
        if turn is not None:
            done = max(done, turn.last_junction if turn.kind == "uturn" else done)
            found.append(turn)
            if turn.kind == "roundabout":
                # The exit is a manoeuvre of its own, so that it can be said in the circle.
                done = turn.last_junction - 1
    return found


def without_sidesteps(turns: list[Turn], seen: Junctions) -> list[Turn]:
    """Leave out where walkers and cyclists change sides: off a path, and at once on as before."""
    kept: list[Turn] = []
    for turn in turns:
        before = kept[-1] if kept else None
        if before is not None and {before.kind, turn.kind} <= _SIDESTEPS:
            between_m = sum(seen.length_m[before.last_junction + 1 : turn.junction + 1])
            turn_deg = seen.turn_over(before.junction, turn.last_junction)
            if between_m < _SIDESTEP_M and abs(turn_deg) < _SIDESTEP_DEG:
                kept.pop()
                continue
        kept.append(turn)
    return kept


def _only(i: int, kind: Kind, modifier: Modifier) -> Turn:
    return Turn(junction=i, last_junction=i, kind=kind, modifier=modifier)


def _roundabout(graph: Graph, seen: Junctions, i: int) -> Turn | None:
    if seen.circle[i]:
        return None
    last = i + 1
    edges = len(seen.edges)
    while last < edges - 1 and seen.circle[last + 1]:
        last += 1
    if last == edges - 1:
        return Turn(junction=i, last_junction=i, kind="roundabout", modifier="straight")
    passed = sum(seen.exits[i + 1 : last])
    turn_deg = seen.turn_over(i, last)
    modifier: Modifier = "uturn" if abs(turn_deg) > _UTURN_DEG else modifier_for(turn_deg)
    return Turn(
        junction=i, last_junction=last, kind="roundabout", modifier=modifier, roundabout_exit=passed + 1
    )


def _through_connectors(graph: Graph, seen: Junctions, i: int) -> tuple[Turn | None, int]:
    """Judge a crossing of a dual carriageway or a slip road as one manoeuvre; also say where it ends."""
    last = i
    edges = len(seen.edges)
    while last < edges - 2 and seen.connector[last + 1] and not seen.circle[last + 2]:
        last += 1
    if seen.connector[last + 1] or seen.ferry[last + 1]:
        return _at_junction(graph, seen, i), i
    turn_deg = seen.turn_over(i, last)
    if abs(turn_deg) > _UTURN_DEG:
        return Turn(junction=i, last_junction=last, kind="uturn", modifier="uturn"), last
    if seen.link[last + 1] and seen.road_class[last + 1] <= TRUNK and not seen.link[i]:
        modifier = modifier_for(turn_deg) if abs(turn_deg) > _SLIGHT_DEG else _lean(turn_deg, [])
        return Turn(junction=i, last_junction=last, kind="on_ramp", modifier=modifier), last
    if abs(turn_deg) < _SLIGHT_DEG * 0.75:
        if not _renamed(graph, seen, i, last):
            return None, last
        return Turn(junction=i, last_junction=last, kind="new_name", modifier="straight"), last
    kind: Kind = "continue" if _same_road(seen, i, last + 1) else "turn"
    return Turn(junction=i, last_junction=last, kind=kind, modifier=modifier_for(turn_deg)), last


def _median_uturn(seen: Junctions, i: int) -> Turn | None:
    """Find a turn through a gap in the median, which is two turns the same way into the same road."""
    if i + 2 >= len(seen.edges) or seen.length_m[i + 1] > _MEDIAN_M or seen.circle[i + 2] or seen.link[i + 2]:
        return None
    same_road = seen.name_set[i] >= 0 and seen.name_set[i] == seen.name_set[i + 2]
    if not same_road or abs(seen.turn_over(i, i + 1)) < _UTURN_DEG or seen.back[i] or seen.back[i + 1]:
        return None
    return Turn(junction=i, last_junction=i + 1, kind="uturn", modifier="uturn")


def _at_junction(graph: Graph, seen: Junctions, i: int) -> Turn | None:
    turn_deg = seen.turn_deg[i]
    if seen.back[i]:
        return _only(i, "uturn", "uturn")
    if seen.ferry[i + 1] and not seen.ferry[i]:
        return _only(i, "ferry", "straight")
    if seen.ferry[i] and not seen.ferry[i + 1]:
        return _only(i, "continue", modifier_for(turn_deg))
    arms = seen.arms(i)
    rivals = [arm for arm in arms if arm.legal and (not arm.minor or seen.road_class[i + 1] >= SERVICE)]
    return (
        _ramp(graph, seen, i, rivals)
        or _fork(seen, i, rivals)
        or _turn(seen, i, arms, rivals)
        or (_only(i, "new_name", "straight") if _renamed(graph, seen, i, i) else None)
    )


def _ramp(graph: Graph, seen: Junctions, i: int, rivals: list[Arm]) -> Turn | None:
    before, after = seen.road_class[i], seen.road_class[i + 1]
    turn_deg = seen.turn_deg[i]
    if seen.link[i + 1] and not seen.link[i]:
        if before <= TRUNK:
            # Where the motorway itself ends in a ramp there is nothing to decide.
            through = [arm for arm in rivals if not arm.link]
            return _only(i, "off_ramp", _lean(turn_deg, rivals)) if through else None
        if after <= TRUNK and rivals:
            sharp = abs(turn_deg) >= _SLIGHT_DEG
            return _only(i, "on_ramp", modifier_for(turn_deg) if sharp else _lean(turn_deg, rivals))
    if seen.link[i] and not seen.link[i + 1] and after <= TRUNK and abs(turn_deg) < _SLIGHT_DEG:
        joined = _joined_road(graph, seen, i)
        if joined is not None:
            return _only(i, "merge", "slight_left" if joined > 0 else "slight_right")
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
    if _stays(seen, i, forked) and size < straightest + _CLEARLY_STRAIGHTER_DEG / 2:
        return None
    if size + _CLEARLY_STRAIGHTER_DEG < straightest and size < _STRAIGHT_DEG:
        more_important = any(arm.road_class < seen.road_class[i + 1] for arm in forked)
        if not more_important:
            return None
    if straightest < _CLEARLY_STRAIGHTER_DEG and size > _STRAIGHT_DEG:
        return _only(i, "continue" if _same_road(seen, i, i + 1) else "turn", modifier_for(turn_deg))
    return _only(i, "fork", _lean(turn_deg, forked))


def _stays(seen: Junctions, i: int, rivals: list[Arm]) -> bool:
    """Tell whether the route follows its road while the others are smaller, or other roads."""
    if not _same_road(seen, i, i + 1) or seen.road_class[i] != seen.road_class[i + 1]:
        return False
    return all(arm.road_class > seen.road_class[i + 1] or arm.link for arm in rivals)


def _turn(seen: Junctions, i: int, arms: list[Arm], rivals: list[Arm]) -> Turn | None:
    turn_deg = seen.turn_deg[i]
    size = abs(turn_deg)
    if size < _STRAIGHT_DEG:
        return None
    straighter = [arm for arm in rivals if abs(arm.turn_deg) < size + 10]
    if size < _SLIGHT_DEG and not straighter:
        return None
    same_road = _same_road(seen, i, i + 1)
    if not rivals:
        # Only roads that may not be entered, and driveways: a bend, unless another road goes straighter on.
        visible = [arm for arm in arms if not arm.minor or abs(arm.turn_deg) < _SLIGHT_DEG]
        if not visible or size < _SLIGHT_DEG or (same_road and all(arm.minor for arm in visible)):
            return None
    elif same_road and not straighter and size < 2 * _SLIGHT_DEG:
        return None
    kind: Kind = "turn"
    if same_road:
        kind = "continue"
    elif size >= _SLIGHT_DEG and _road_ends(turn_deg, arms):
        kind = "end_of_road"
    return _only(i, kind, modifier_for(turn_deg))


def _road_ends(turn_deg: float, arms: list[Arm]) -> bool:
    roads = [arm for arm in arms if not arm.minor]
    if any(abs(arm.turn_deg) < _SLIGHT_DEG for arm in arms):
        return False
    return any(arm.legal and arm.turn_deg * turn_deg < 0 and abs(arm.turn_deg) < _UTURN_DEG for arm in roads)


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


def _same_road(seen: Junctions, before: int, after: int) -> bool:
    if seen.name_set[before] >= 0 and seen.name_set[before] == seen.name_set[after]:
        return True
    unnamed = seen.name_set[before] < 0 or seen.name_set[after] < 0
    return unnamed and seen.ref[before] >= 0 and seen.ref[before] == seen.ref[after]


def _renamed(graph: Graph, seen: Junctions, first: int, last: int) -> bool:
    """Tell whether the road goes on under another name, as a driver would notice."""
    before, after = seen.name_set[first], seen.name_set[last + 1]
    if before < 0 or after < 0 or before == after or seen.road_class[last + 1] >= SERVICE:
        return False
    if seen.ref[first] >= 0 and seen.ref[first] == seen.ref[last + 1]:
        return False
    if not speakable_name(graph.names(after).get("", "")):
        return False
    return graph.names(before).get("") != graph.names(after).get("") and _lasts(seen, last + 1, after)


def _lasts(seen: Junctions, first: int, name_set: int) -> bool:
    """Tell whether a name holds for long enough to be worth a word."""
    last = first
    while last < len(seen.edges) - 1 and seen.name_set[last + 1] == name_set:
        last += 1
    return sum(seen.length_m[first : last + 1]) >= _NAME_LASTS_M
