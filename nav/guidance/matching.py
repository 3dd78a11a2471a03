"""Which road a position belongs to: a hidden Markov model over the road graph.

The states are places on directed edges near each fix. A state is likely when it is near the fix and points
the way the car goes; a step from one state to the next is likely when the way along the roads is as long as
the car has moved. After Newson and Krumm, "Hidden Markov Map Matching Through Noise and Sparseness" (2009),
with speed, heading and the planned route besides.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nav.guidance.fix import Fix
from nav.guidance.matching_roads import Candidate, Roads, between_m

__all__ = ["Fix", "MatchedPoint", "Matcher", "Matching", "State", "match"]

_DEFAULT_SIGMA_M = 6.0
_ROAD_SIGMA_M = 3.0
_MAX_STATES = 10
_HEADING_SIGMA_DEG = 25.0
_HEADING_CAP = 10.0
_HEADING_MIN_MPS = 2.0
_OLD_NEWS = 0.2
_NEWS_M = 20.0
_MOST_NEWS = 0.5
_LEAVE_ROUTE_COST = 2.0
_ON_ROUTE_GAIN = 3.0
_UNREACHED_COST = 18.0
# Until then a receiver that does not say how good it is may have been far off: little is built on it.
_FIRST_FIXES = 5
_FIRST_UNREACHED_COST = 4.0
_SCORE_SPAN = 25.0
_BATCH_MOVED_M = 2500.0
# The first positions of a drive are often far off; then the error is learnt from how far they lie aside.
_FIRST_ASIDE_M = 12.0
_MOST_ASIDE_M = 30.0
_LEARNING = 0.15
_SIGMA_PER_ASIDE = 1.25
_BEND_SHARE = 0.35
_OFF_MARGIN = 5.0
# Roads above one another cannot be told apart by where the car is, only by how it goes and where they part.
_STACKED_MARGIN = 15.0
_STANDING_MPS = 1.0
_NO_STOP_COST = 0.25
_LONGEST_STEP_S = 2.0


class State(NamedTuple):
    """One place where the car may be, with how likely it is."""

    candidate: Candidate
    """The place."""

    score: float
    """Logarithm of its likelihood, relative to the others of the same step."""

    parent: "State | None"
    """The state before it on its most likely way; kept only when a whole trace is matched."""

    path: tuple[int, ...]
    """Edges driven from the parent's edge to this one, both included; empty after a break."""


class Matcher:
    """Follows one car over the roads, fix by fix."""

    def __init__(
        self,
        roads: Roads,
        *,
        route_edges: Collection[int] = (),
        keep_history: bool = False,
        max_moved_m: float = 400.0,
    ) -> None:
        self._roads = roads
        self._keep = keep_history
        self._max_moved_m = max_moved_m
        self._last: Fix | None = None
        self._taken = 0
        self.route_edges = frozenset(route_edges)
        """Edges of the planned route: leaving it costs a little."""
        self.states: list[State] = []
        """Where the car may be, the most likely first; empty off every road."""
        self.sigma_m = math.hypot(_DEFAULT_SIGMA_M / math.sqrt(2), _ROAD_SIGMA_M)
        """Error of the last position across its road, metres."""
        self._aside_m = _FIRST_ASIDE_M
        self.margin = _OFF_MARGIN
        """How much less likely the route may be than another road before the car has left it."""
        self.broken = False
        """Whether the last step could not be joined to the one before."""

    def forget(self) -> None:
        """Start anew with the next fix."""
        self._last = None
        self._taken = 0
        self.states = []

    def step(self, fix: Fix, *, radius_m: float | None = None) -> list[State]:
        """Take the next fix.

        Parameters
        ----------
        fix : Fix
            The position; its time must not be before that of the last one.
        radius_m : float, optional
            How far from the fix roads are looked for; from its accuracy if not given.

        Returns
        -------
        list of State
            Where the car may be, the most likely first; empty if no road is near.
        """
        self.sigma_m = sigma_m = math.hypot(self._error_m(fix), _ROAD_SIGMA_M)
        reach_m = radius_m or min(90.0, max(25.0, 4.0 * sigma_m))
        candidates = self._roads.candidates(fix.lat, fix.lon, reach_m)
        news = self._news(fix)
        seen = [(candidate, _fit(candidate, fix, sigma_m, news)) for candidate in candidates]
        if fix.speed_mps is not None and fix.speed_mps < _STANDING_MPS and self._last is not None:
            seen = self._at_a_light(seen, fix.time_s - self._last.time_s)
        joined = self._joined(fix, seen, sigma_m) if self.states and self._last is not None else []
        self.broken = bool(self.states) and not joined
        if not joined:
            joined = [
                State(candidate, fit + _ON_ROUTE_GAIN * (candidate.edge in self.route_edges), None, ())
                for candidate, fit in seen
            ]
        self._last = fix
        self._taken += 1
        self.states = _best(joined)
        if self.states:
            aside_m = min(_MOST_ASIDE_M, self.states[0].candidate.distance_m)
            self._aside_m += _LEARNING * (aside_m - self._aside_m)
            self.margin = _STACKED_MARGIN if self._is_above_or_below_route() else _OFF_MARGIN
        return self.states

    def _is_above_or_below_route(self) -> bool:
        """Tell whether the likeliest road runs above the route, or below it."""
        first = self.states[0].candidate
        if not self.route_edges or first.edge in self.route_edges:
            return False
        return any(
            self._roads.are_stacked(first, state.candidate)
            for state in self.states[1:]
            if state.candidate.edge in self.route_edges
        )

    def _at_a_light(
        self, seen: list[tuple[Candidate, float]], elapsed_s: float
    ) -> list[tuple[Candidate, float]]:
        """Judge a standing car: where one road has a red light, it hardly stands on one that has none."""
        free = [self._roads.runs_free(candidate) for candidate, _ in seen]
        if not any(free) or not any(self._roads.is_before_light(candidate) for candidate, _ in seen):
            return seen
        cost = _NO_STOP_COST * min(_LONGEST_STEP_S, elapsed_s)
        return [(c, fit - cost * runs) for (c, fit), runs in zip(seen, free, strict=True)]

    def _error_m(self, fix: Fix) -> float:
        """Return the error of a position on one axis: as reported, or as the last ones lay aside."""
        if fix.accuracy_m is None and not self._keep:
            return max(_DEFAULT_SIGMA_M / math.sqrt(2), _SIGMA_PER_ASIDE * self._aside_m)
        return (fix.accuracy_m or _DEFAULT_SIGMA_M) / math.sqrt(2)

    def _news(self, fix: Fix) -> float:
        """Return how much a fix tells: its error is much the one of a second ago, more so for a slow car."""
        if self._last is None or not self.states:
            return 1.0
        moved_m = (fix.speed_mps or 0.0) * (fix.time_s - self._last.time_s)
        if fix.speed_mps is None:
            moved_m = between_m(self._last.lat, self._last.lon, fix.lat, fix.lon)
        return min(_MOST_NEWS, _OLD_NEWS + moved_m / _NEWS_M)

    def _joined(self, fix: Fix, seen: list[tuple[Candidate, float]], sigma_m: float) -> list[State]:
        assert self._last is not None
        moved_m, spread_m, over_m = _movement(self._last, fix, sigma_m)
        if moved_m > self._max_moved_m:
            return []
        best: list[tuple[float, State, int] | None] = [None] * len(seen)
        ways = []
        for parent in self.states:
            place = parent.candidate
            ahead = self._roads.ahead(place.edge, place.offset_m, moved_m + 6 * max(spread_m, over_m))
            ways.append(ahead)
            on_route = place.edge in self.route_edges
            for k, (candidate, fit) in enumerate(seen):
                way = ahead.get(candidate.edge)
                if way is None:
                    continue
                surplus_m = way[0] + candidate.offset_m - moved_m
                surplus = surplus_m / over_m if surplus_m > 0 else -surplus_m / spread_m
                score = parent.score + fit - surplus - way[1]
                if on_route and candidate.edge not in self.route_edges:
                    score -= _LEAVE_ROUTE_COST
                held = best[k]
                if held is None or score > held[0]:
                    best[k] = (score, parent, len(ways) - 1)
        unsure = fix.accuracy_m is None and not self._keep and self._taken < _FIRST_FIXES
        return self._states(seen, best, ways, unsure=unsure)

    def _states(
        self,
        seen: list[tuple[Candidate, float]],
        best: list[tuple[float, State, int] | None],
        ways: list[dict[int, tuple[float, float, int]]],
        *,
        unsure: bool,
    ) -> list[State]:
        found = []
        floor = self.states[0].score - (_FIRST_UNREACHED_COST if unsure else _UNREACHED_COST)
        for (candidate, fit), held in zip(seen, best, strict=True):
            anew = floor + fit + _ON_ROUTE_GAIN * (unsure and candidate.edge in self.route_edges)
            if held is None or held[0] < anew:
                # The car may be where no likely way leads: a ferry, a car park, a road that the map lacks.
                found.append(State(candidate, anew, None, ()))
                continue
            score, parent, way = held
            if self._keep:
                path = _path(ways[way], candidate.edge)
                found.append(State(candidate, score, parent, path))
            else:
                found.append(State(candidate, score, None, (candidate.edge,)))
        return found


def _fit(candidate: Candidate, fix: Fix, sigma_m: float, news: float) -> float:
    score = -0.5 * news * (candidate.distance_m / sigma_m) ** 2
    if fix.heading_deg is not None and (fix.speed_mps is None or fix.speed_mps > _HEADING_MIN_MPS):
        off = abs((candidate.bearing_deg - fix.heading_deg + 180.0) % 360.0 - 180.0)
        score -= min(_HEADING_CAP, 0.5 * (off / _HEADING_SIGMA_DEG) ** 2)
    return score


def _movement(last: Fix, fix: Fix, sigma_m: float) -> tuple[float, float, float]:
    """Return how far the car has moved, and how much less and more it may have been, all in metres."""
    straight_m = between_m(last.lat, last.lon, fix.lat, fix.lon)
    elapsed_s = fix.time_s - last.time_s
    if last.speed_mps is None or fix.speed_mps is None or not 0 < elapsed_s < 60:
        spread_m = max(5.0, sigma_m, 0.15 * straight_m)
        # Between two positions far apart the road may have bent.
        return straight_m, spread_m, max(spread_m, _BEND_SHARE * straight_m if elapsed_s > 2 else 0.0)
    driven_m = (last.speed_mps + fix.speed_mps) / 2 * elapsed_s
    # The odometer does not jump about as positions do, but it drifts over a long gap.
    spread_m = max(3.0, 0.7 * sigma_m, 0.2 * driven_m if elapsed_s > 2 else 0.0)
    return driven_m, spread_m, spread_m


def _best(states: list[State]) -> list[State]:
    states.sort(key=lambda state: state.score, reverse=True)
    if not states:
        return states
    top = states[0].score
    kept = [state for state in states[:_MAX_STATES] if state.score > top - _SCORE_SPAN]
    return [state._replace(score=state.score - top) for state in kept]


def _path(way: dict[int, tuple[float, float, int]], edge: int) -> tuple[int, ...]:
    edges = [edge]
    while (before := way[edges[-1]][2]) >= 0 and len(edges) < 1000:
        edges.append(before)
    return tuple(reversed(edges))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedPoint:
    """Where one fix of a trace belongs."""

    edge: int
    """Directed edge."""

    offset_m: float
    """Distance from the start of the edge, metres."""

    lat: float
    """Latitude on the road, degrees."""

    lon: float
    """Longitude on the road, degrees."""

    distance_m: float
    """Distance from the fix, metres."""

    part: int
    """Which connected part of the trace it belongs to, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """A whole trace on the roads."""

    points: tuple[MatchedPoint | None, ...]
    """Where each fix belongs, in the order of the trace; None for outliers."""

    parts: tuple[tuple[int, ...], ...]
    """Edges driven, without gaps within each part; a trace that cannot be joined falls into several."""

    confidence: tuple[float, ...]
    """How sure each part is, 0 to 1."""


def match(
    roads: Roads, trace: Sequence[Fix], *, radius_m: float | None = None, split_after_s: float = math.inf
) -> Matching:
    """Match a recorded trace to the roads, all of it at once.

    Parameters
    ----------
    roads : Roads
        The roads of the traveller.
    trace : sequence of Fix
        The fixes in the order of their times.
    radius_m : float, optional
        How far from a fix roads are looked for; from its accuracy if not given.
    split_after_s : float
        A longer silence divides the trace into parts, seconds.

    Returns
    -------
    Matching
        Where each fix belongs, and the edges driven.
    """
    matcher = Matcher(roads, keep_history=True, max_moved_m=_BATCH_MOVED_M)
    steps = []
    for k, fix in enumerate(trace):
        if k and fix.time_s - trace[k - 1].time_s > split_after_s:
            matcher.forget()
        steps.append(list(matcher.step(fix, radius_m=radius_m)))
    chosen: list[State | None] = [None] * len(trace)
    breaks: set[int] = set()
    state: State | None = None
    for k in range(len(steps) - 1, -1, -1):
        if not steps[k]:
            state = None
            continue
        if state is None:
            state = steps[k][0]
        chosen[k] = state
        if state.parent is None:
            breaks.add(k)
        state = state.parent
    return _assembled(trace, chosen, breaks)


def _assembled(trace: Sequence[Fix], chosen: list[State | None], breaks: set[int]) -> Matching:
    parts: list[list[int]] = []
    errors: list[list[float]] = []
    points: list[MatchedPoint | None] = []
    for k, state in enumerate(chosen):
        if state is None:
            points.append(None)
            continue
        place = state.candidate
        if k in breaks or not parts:
            parts.append([place.edge])
            errors.append([])
        else:
            parts[-1].extend(state.path[1:])
        sigma_m = math.hypot((trace[k].accuracy_m or _DEFAULT_SIGMA_M) / math.sqrt(2), _ROAD_SIGMA_M)
        errors[-1].append((place.distance_m / sigma_m) ** 2)
        points.append(
            MatchedPoint(
                edge=place.edge,
                offset_m=place.offset_m,
                lat=place.lat,
                lon=place.lon,
                distance_m=place.distance_m,
                part=len(parts) - 1,
            )
        )
    # Half the mean squared error in sigmas is one for a right match, whatever the accuracy.
    confidence = tuple(math.exp(-max(0.0, sum(e) / len(e) / 2 - 1.0) / 2) for e in errors)
    return Matching(points=tuple(points), parts=tuple(map(tuple, parts)), confidence=confidence)
