"""What a driver has to do along a route, in order: the manoeuvres, with their names, signs and lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from nav.graph import Access, EdgeFlag, Graph
from nav.guidance.maneuvers.joined import joined, without_sidesteps
from nav.guidance.maneuvers.junctions import TRUNK, Junctions, look_at_junctions
from nav.guidance.maneuvers.lanes import anticipated, lanes_for
from nav.guidance.maneuvers.lights import lights_before
from nav.guidance.maneuvers.turn_types import Turn
from nav.guidance.maneuvers.turns import turns_of
from nav.guidance.maneuvers.types import Lane, Maneuver
from nav.guidance.wording.spoken_maneuver import SpokenManeuver
from nav.units import Units, units_of

if TYPE_CHECKING:
    from nav.routing.route_line import Leg, RouteLine

__all__ = ["Lane", "Maneuver", "SpokenManeuver", "maneuvers"]

_ACCESS = {"car": int(Access.CAR), "bike": int(Access.BIKE), "foot": int(Access.FOOT)}
_NOTHING_M = 0.5
_NAME_AHEAD_M = 60.0
_RAMP_AHEAD_M = 800.0
_LANES_BACK_M = 150.0
_AT_JUNCTION_M = 30.0
_THEN_S = 9.0
_THEN_M = 60.0
_FIRST_THEN_M = 50.0
_THIRD_M = 40.0
_AT_JUNCTIONS = frozenset(
    {"turn", "fork", "end_of_road", "off_ramp", "on_ramp", "roundabout", "mini_roundabout"}
)
_WITH_LANES = _AT_JUNCTIONS | {"uturn", "continue"}
_AT_NAMED = frozenset({"turn", "continue", "uturn", "end_of_road", "new_name"})
_ON_SIGNS = _AT_JUNCTIONS | {"merge"}
_NO_THEN = frozenset({"new_name", "via", "arrive"})
_SILENT_THEN = frozenset({"new_name", "exit_roundabout"})
_SAME_ROAD_AFTER = frozenset({"via", "arrive", "exit_roundabout"})


def maneuvers(graph: Graph, route: RouteLine, *, every_name: bool = False) -> list[SpokenManeuver]:
    """List the manoeuvres of a route.

    Parameters
    ----------
    graph : Graph
        The graph that the route's edges refer to.
    route : RouteLine
        The route.
    every_name : bool
        Whether each road that becomes another one straight on is listed, and not only where a driver could
        take a wrong one.

    Returns
    -------
    list of SpokenManeuver
        From ``depart`` to ``arrive``, in order of their offsets. What is obvious is left out: bends, side
        roads that are passed, the end of a slip road.
    """
    return _Writer(graph, route).write(every_name=every_name)


class _Writer:
    """Writes the manoeuvres of one route."""

    def __init__(self, graph: Graph, route: RouteLine) -> None:
        self._graph, self._route = graph, route
        self._edges: list[int] = route.edges.tolist()
        self._start_m: list[float] = route.edge_start_m.tolist()
        self._start_s: list[float] = route.edge_start_s.tolist()
        self._names: dict[int, Mapping[str, str]] = {}
        self._refs: dict[int, tuple[str, ...]] = {}
        self._destination: list[int] = graph.edge_destination[route.edges].tolist()
        self._destination_ref: list[int] = graph.edge_destination_ref[route.edges].tolist()
        self._units: dict[int, Units] = {}
        self._seen: Junctions = look_at_junctions(graph, route.edges, _ACCESS[route.profile])
        # Where the travel turns back at a stop no junction is passed between the two edges.
        self._turned_back = {
            leg.last_edge: k for k, leg in enumerate(route.legs[:-1]) if _turns_back(route, k)
        }

    def write(self, *, every_name: bool) -> list[SpokenManeuver]:
        drafts = [self._depart()]
        # A route may begin or end in a junction itself, with nothing driven on the edge before or after.
        first_m, last_m = _NOTHING_M, self._start_m[-1] - _NOTHING_M
        turns = joined(self._graph, self._seen, turns_of(self._graph, self._seen, every_name=every_name))
        if self._route.profile != "car":
            turns = without_sidesteps(turns, self._seen)
        for turn in turns:
            if first_m < self._start_m[turn.junction + 1] < last_m:
                drafts.append(self._turn(turn))
        offset_m = time_s = 0.0
        for k, leg in enumerate(self._route.legs):
            offset_m += leg.distance_m
            time_s += leg.duration_s
            drafts.append(self._stop(k, leg, self._at_joint(leg.last_edge, offset_m), time_s))
        # At one place the order is: depart, arrive, and only then turn, be it back or round the corner.
        stop = ("depart", "via", "arrive")
        drafts.sort(key=lambda d: (d["offset_m"], d["edge_start"], d["kind"] not in stop))
        passed, latest_s = 0, 0.0
        for draft in drafts:
            # At a stop on a corner the time of the turn may be that of the leg that ends with it.
            draft["leg"], draft["time_s"] = passed, max(latest_s, draft["time_s"])
            passed, latest_s = passed + (draft["kind"] == "via"), draft["time_s"]
        return self._joined(drafts)

    def _at_joint(self, edge_index: int, offset_m: float) -> float:
        """Return an offset, made equal to that of the end or start of its edge where it hardly differs."""
        for joint_m in self._start_m[edge_index : edge_index + 2]:
            if abs(joint_m - offset_m) < 1e-3:
                return joint_m
        return offset_m

    def _joined(self, drafts: list[dict[str, Any]]) -> list[SpokenManeuver]:
        """Fill in what depends on the next manoeuvre, from the last to the first."""
        found: list[SpokenManeuver] = []
        edges, next_s = len(self._edges), 0.0
        road_end = edges
        for draft in reversed(drafts):
            after = found[-1] if found else None
            time_s = draft.pop("time_s")
            if draft["kind"] not in ("via", "arrive"):
                self._road(draft, draft.pop("road"), road_end)
            if draft["kind"] not in _SAME_ROAD_AFTER:
                road_end = draft["edge_start"]
            if after is not None:
                draft["length_m"] = after.offset_m - draft["offset_m"]
                draft["duration_s"] = next_s - time_s
                draft["edge_end"] = max(draft["edge_start"], after.edge_start)
                draft["then"] = then = _then(draft, found)
                if then is not None and draft["lanes"]:
                    draft["lanes"] = anticipated(draft["lanes"], then.modifier, then.lanes)
                self._sign(draft, after)
            else:
                draft["edge_end"] = edges
            next_s = time_s
            found.append(SpokenManeuver(**draft))
        found.reverse()
        return found

    def _draft(
        self, kind: str, modifier: str, edge_index: int, offset_m: float, time_s: float
    ) -> dict[str, Any]:
        """Begin a manoeuvre after which the edge at an index is driven."""
        return {
            "kind": kind,
            "modifier": modifier,
            "offset_m": offset_m,
            "time_s": time_s,
            "length_m": 0.0,
            "duration_s": 0.0,
            "edge_start": edge_index,
            "lanes": (),
            "units": self._units_of(self._edges[edge_index]),
        }

    def _units_of(self, edge: int) -> Units:
        code = int(self._graph.edge_country[edge])
        found = self._units.get(code)
        if found is None:
            found = self._units[code] = units_of(self._graph.countries[code])
        return found

    def _depart(self) -> dict[str, Any]:
        draft = self._draft("depart", "straight", 0, 0.0, 0.0)
        first = self._route.stops[0]
        begin = 0
        while begin < len(self._edges) - 1 and self._start_m[begin + 1] < _NOTHING_M:
            begin += 1
        bearing_deg = self._seen.heading_out_deg[begin]
        if begin == 0 and self._route.start_fraction > 0:
            bearing_deg = self._route.bearing_at_start_deg
        draft |= {"lat": first.lat, "lon": first.lon, "bearing_before_deg": bearing_deg}
        draft |= {"bearing_after_deg": bearing_deg, "road": begin}
        return draft

    def _stop(self, k: int, leg: Leg, offset_m: float, time_s: float) -> dict[str, Any]:
        last = k == len(self._route.legs) - 1
        edge = self._edges[leg.last_edge]
        draft = self._draft("arrive" if last else "via", "straight", leg.last_edge, offset_m, time_s)
        bearing_deg = float(self._graph.edge_heading_in_deg[edge])
        draft |= {"lat": leg.end.lat, "lon": leg.end.lon}
        draft |= {"bearing_before_deg": bearing_deg, "bearing_after_deg": bearing_deg}
        draft["stop"] = 0 if last or len(self._route.legs) == 2 else k + 1
        draft["stop_name"] = self._route.stop_names[k + 1] if self._route.stop_names else ""
        draft["side"] = side = _side_of(leg.end.side, flipped=edge != leg.end.edge)
        draft["modifier"] = side or "straight"
        return draft

    def _turn(self, turn: Turn) -> dict[str, Any]:
        seen, i, last = self._seen, turn.junction, turn.last_junction
        draft = self._draft(turn.kind, turn.modifier, i + 1, self._start_m[i + 1], self._start_s[i + 1])
        draft |= {"lat": seen.lat[i], "lon": seen.lon[i]}
        if i in self._turned_back:
            stop = self._route.legs[self._turned_back[i]].end
            draft |= {"kind": "uturn", "modifier": "uturn", "lat": stop.lat, "lon": stop.lon}
        draft["bearing_before_deg"] = seen.heading_in_deg[i]
        draft["bearing_after_deg"] = seen.heading_out_deg[last + 1]
        draft["roundabout_exit"] = turn.roundabout_exit
        draft["motorway_before"] = seen.road_class[i] <= TRUNK and not seen.link[i]
        if turn.kind in _WITH_LANES:
            draft["lanes"] = self._lanes(i, turn)
        if turn.kind == "off_ramp":
            draft["exit_number"] = self._exit_number(self._edges[i], self._edges[i + 1])
        draft["road"] = last + 1
        draft["names_before"] = self._name(seen.name_set[i])
        if turn.kind in _AT_NAMED:
            draft["junction"] = self._junction(i, last)
            if turn.kind != "new_name" and not draft["junction"]:
                draft["lights_m"] = lights_before(self._graph, self._edges, self._start_m, i)
        return draft

    def _junction(self, first: int, last: int) -> Mapping[str, str]:
        """Return the name of a junction, which may stand at a signal some metres before or behind it."""
        seen, graph = self._seen, self._graph
        places = list(range(first, last + 1))
        if first > 0 and seen.length_m[first] < _AT_JUNCTION_M:
            places.append(first - 1)
        if last + 1 < len(seen.edges) - 1 and seen.length_m[last + 1] < _AT_JUNCTION_M:
            places.append(last + 1)
        for i in places:
            name_set = int(graph.node_name[graph.edge_to[seen.edges[i]]])
            if name_set >= 0:
                return graph.names(name_set)
        return {}

    def _road(self, draft: dict[str, Any], first: int, end: int) -> None:
        """Name the road between two edges; a short unnamed piece at its beginning gives way to the next."""
        seen = self._seen
        limit_m = self._start_m[first] + _NAME_AHEAD_M
        for j in range(first, end):
            name_set, ref = seen.name_set[j], seen.ref[j]
            if name_set >= 0 or ref >= 0:
                draft["names"] = self._name(name_set)
                draft["refs"] = self._ref(ref)
                draft["major"] = seen.road_class[j] <= TRUNK
                return
            if seen.link[j]:
                limit_m = self._start_m[first] + _RAMP_AHEAD_M
            elif self._start_m[j + 1] > limit_m:
                return

    def _name(self, name_set: int) -> Mapping[str, str]:
        if name_set < 0:
            return {}
        found = self._names.get(name_set)
        if found is None:
            found = self._names[name_set] = self._graph.names(name_set)
        return found

    def _ref(self, ref: int) -> tuple[str, ...]:
        found = self._refs.get(ref)
        if found is None:
            found = self._refs[ref] = _split(self._graph.text(ref))
        return found

    def _sign(self, draft: dict[str, Any], after: Maneuver) -> None:
        """Read the sign at the beginning of the road, and of a ramp where it leads."""
        if draft["kind"] not in _ON_SIGNS:
            return
        start: int = draft["edge_start"]
        for i in range(start, max(start + 1, min(after.edge_start, start + 4))):
            places, refs = self._written(i)
            if places or refs:
                draft["destination"], draft["destination_refs"] = _signs(places), _signs(refs)
                self._no_further_than_the_sign(draft)
                return
        if start and draft["lanes"]:
            # Over the lanes before a fork, each branch has its sign above the lanes that lead to it.
            places, refs = self._written(start - 1)
            draft["destination"] = _over_lanes(places, draft["lanes"])
            draft["destination_refs"] = _over_lanes(refs, draft["lanes"])
        if draft["kind"] in ("on_ramp", "off_ramp", "fork") and after.kind == "merge":
            draft["destination_refs"] = draft.get("destination_refs") or after.refs[:1]

    def _written(self, i: int) -> tuple[str, str]:
        """Return the places and the references on the sign at the beginning of an edge of the route."""
        places, refs = self._destination[i], self._destination_ref[i]
        return ("", "") if places < 0 and refs < 0 else (self._graph.text(places), self._graph.text(refs))

    def _no_further_than_the_sign(self, draft: dict[str, Any]) -> None:
        """Leave out the road at the end of a ramp, where a sign at its beginning says where it leads."""
        seen, start = self._seen, draft["edge_start"]
        if seen.link[start] and seen.name_set[start] < 0 and seen.ref[start] < 0:
            draft.update(names={}, refs=(), major=False)

    def _exit_number(self, road: int, ramp: int) -> str:
        graph = self._graph
        number = int(graph.edge_junction_ref[ramp])
        return graph.text(number if number >= 0 else int(graph.node_exit_ref[graph.edge_to[road]]))

    def _lanes(self, i: int, turn: Turn) -> tuple[Lane, ...]:
        seen = self._seen
        limit_m = self._start_m[i + 1] - _LANES_BACK_M
        for j in range(i, -1, -1):
            tag = seen.turn_lanes[j]
            if tag >= 0:
                left_hand = bool(self._graph.edge_flags[self._edges[j]] & EdgeFlag.LEFT_HAND)
                return lanes_for(self._graph.text(tag), turn.modifier, left_hand=left_hand)
            # Lanes painted before a junction lead over that junction, not over this one.
            crossed = j > 0 and seen.first_arm[j] - seen.first_arm[j - 1] > 2
            if crossed or self._start_m[j] < limit_m:
                break
        return ()


def _then(draft: dict[str, Any], later: Sequence[Maneuver]) -> Maneuver | None:
    """Find what follows at once; the way out of a roundabout was said on the way in."""
    if draft["kind"] in _NO_THEN:
        return None
    follows = after = later[-1]
    gap_m, gap_s = draft["length_m"], draft["duration_s"]
    if after.kind == "new_name" and len(later) > 1:
        follows = later[-2]
        gap_m, gap_s = gap_m + after.length_m, gap_s + after.duration_s
    if draft["kind"] == "roundabout" and after.kind == "exit_roundabout":
        return after.then
    # From a standing start the first sentence is still being said when a near turn comes.
    near_s, near_m = (0.0, _FIRST_THEN_M) if draft["kind"] == "depart" else (_THEN_S, _THEN_M)
    if follows.kind in _SILENT_THEN or (gap_s > near_s and gap_m > near_m):
        return None
    third = follows.then
    # Three in one sentence only where they cannot be said one by one.
    close = follows.length_m <= _THIRD_M
    if third is None or (close and third.then is None):
        return follows
    return replace(follows, then=replace(third, then=None) if close else None)


def _side_of(side: str, *, flipped: bool) -> Literal["left", "right", ""]:
    if side not in ("left", "right"):
        return ""
    return "left" if (side == "left") != flipped else "right"


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip()) if text else ()


def _signs(text: str) -> tuple[str, ...]:
    """Split a sign into its parts, each once; signs of several lanes are one after the other."""
    return tuple(dict.fromkeys(_split(text.replace("|", ";").replace("none", ""))))


def _over_lanes(text: str, lanes: Sequence[Lane]) -> tuple[str, ...]:
    """Return what is written over the lanes that can be used."""
    signs = text.split("|")
    if len(signs) != len(lanes):
        return ()
    return _signs(";".join(sign for sign, lane in zip(signs, lanes, strict=True) if lane.valid))


def _turns_back(route: RouteLine, k: int) -> bool:
    return route.legs[k + 1].first_edge > route.legs[k].last_edge
