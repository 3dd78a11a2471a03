"""Simulated drives under guidance, with what really happened kept beside what guidance made of it."""

from __future__ import annotations

import random
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from device.position.route_course import course_of
from device.position.simulator import Course, Receiver, simulate
from nav.errors import NavError
from nav.geometry import cumulative_m, project_to_segments
from nav.graph import Access, EdgeFlag
from nav.guidance.events import GuidanceEvent
from nav.guidance.guide import Guide, GuideSettings
from nav.guidance.prompts import Prompt
from nav.region import Region
from nav.routing.route import Route
from nav.routing.router import Router

_MIN_M, _MAX_M = 500.0, 12_000.0
_WRONG_M = 500.0
# A road that takes another name asks nothing of the driver.
_SILENT = frozenset({"depart", "exit_roundabout", "new_name"})


@dataclass(kw_only=True)
class Drive:
    """What happened on one drive."""

    route: Route
    fixes: int = 0
    exact: int = 0
    """Fixes matched to the very edge that the car was on."""
    right: int = 0
    """Fixes matched to an edge that was driven within three standard deviations of the true place."""
    update_ms: list[float] = field(default_factory=list)
    """Wall time of each update."""
    cpu_ms: list[float] = field(default_factory=list)
    """Processor time of each update, which other jobs do not lengthen."""
    events: list[tuple[float, float, float, GuidanceEvent]] = field(default_factory=list)
    """Time, true offset, true speed, event."""
    off_route: int = 0
    arrived: bool = False

    @property
    def prompts(self) -> list[tuple[float, float, float, Prompt]]:
        """Prompts with time, true offset and true speed."""
        return [(t, o, v, e.prompt) for t, o, v, e in self.events if e.prompt is not None]


def random_routes(region: Region, router: Router, count: int, seed: int) -> Iterator[Route]:
    """Yield routes between random crossings, 0.5 to 12 km long."""
    chance, graph, found = random.Random(seed), region.graph, 0
    while found < count:
        a, b = (chance.randrange(graph.node_count) for _ in range(2))
        ends = [(float(graph.node_lat[n]), float(graph.node_lon[n])) for n in (a, b)]
        try:
            route = router.route(ends)
        except NavError:
            continue
        if _MIN_M < route.distance_m < _MAX_M:
            found += 1
            yield route


def drive(
    region: Region, router: Router, route: Route, receiver: Receiver, *, seed: int, language: str = "zh"
) -> Drive:
    """Drive a route as it is meant."""
    settings = GuideSettings(language=language, speeding=False, rest=False)
    guide = Guide(region, router, route, settings=settings)
    done = Drive(route=route)
    start_m = route.edge_start_m.tolist()
    edges = route.edges.tolist()
    course = course_of(route, stop_at_signals=0.3, seed=seed)
    reach_m = 3 * receiver.noise_m
    for moment in simulate(course, receiver, seed=seed):
        cpu, began = time.thread_time(), time.perf_counter()
        events = guide.update(moment.fix, time_s=moment.time_s)
        if moment.fix is not None:
            done.update_ms.append((time.perf_counter() - began) * 1e3)
            done.cpu_ms.append((time.thread_time() - cpu) * 1e3)
        _note(done, events, moment.time_s, moment.offset_m, moment.speed_mps)
        if guide.route is not route:
            break
        if moment.fix is not None and guide.progress is not None and not guide.arrived:
            here = min(bisect_right(start_m, moment.offset_m) - 1, len(edges) - 1)
            first = max(0, bisect_right(start_m, max(0.0, moment.offset_m - reach_m)) - 1)
            last = bisect_right(start_m, moment.offset_m + reach_m)
            done.fixes += 1
            done.exact += guide.progress.edge == edges[here]
            done.right += guide.progress.edge in edges[first:last]
    done.arrived = guide.arrived
    return done


def _note(done: Drive, events: list[GuidanceEvent], time_s: float, offset_m: float, speed_mps: float) -> None:
    for event in events:
        if event.kind != "progress":
            done.events.append((time_s, offset_m, speed_mps, event))
            done.off_route += event.kind == "off_route"


def unannounced(done: Drive) -> list[str]:
    """Return the manoeuvres not announced before they were reached, or whose main prompt came twice."""
    found = []
    maneuvers = done.route.maneuvers
    main = [p.maneuver for _, _, _, p in done.prompts if p.stage == "approach"]
    before: set[int] = set()
    for _, offset_m, _, event in done.events:
        prompt = event.prompt
        if event.kind == "arrived":
            before.add(len(maneuvers) - 1)
        if prompt is None or prompt.maneuver < 0:
            continue
        told = maneuvers[prompt.maneuver]
        if prompt.stage != "after" and offset_m < told.offset_m:
            before.add(prompt.maneuver)
        then = told.then if prompt.stage in ("depart", "approach", "now") else None
        while then is not None:
            before.update(i for i, m in enumerate(maneuvers) if m.offset_m == then.offset_m)
            then = then.then
    for index, maneuver in enumerate(maneuvers):
        if maneuver.kind not in _SILENT and index not in before:
            found.append(f"{maneuver.kind} at {maneuver.offset_m:.0f} m not announced")
        if main.count(index) > 1:
            found.append(f"{maneuver.kind} at {maneuver.offset_m:.0f} m announced {main.count(index)} times")
    return found


def overlapping(done: Drive) -> int:
    """Count the prompts that began while another was still being said, and did not cut it off."""
    count, busy_s = 0, -1.0
    for time_s, _, _, prompt in done.prompts:
        count += time_s < busy_s - 0.01 and not prompt.interrupts
        busy_s = time_s + prompt.speech_s
    return count


@dataclass(frozen=True, kw_only=True)
class WrongTurn:
    """What became of a deliberate wrong turn."""

    noticed_s: float
    """From the first fix that was taken clearly off the route, seconds; inf if never noticed."""
    noticed_m: float
    """The same in metres."""
    from_junction_s: float
    """From the junction where the car left its route, seconds."""
    spoken_s: float
    """From noticing to the prompt with the new route, seconds."""
    turned_round: bool
    """Whether the new route begins with turning round."""
    arrived: bool
    """Whether the new route led to the destination."""


def wrong_turn(
    region: Region, router: Router, route: Route, receiver: Receiver, *, seed: int
) -> WrongTurn | None:
    """Leave a route at a junction half-way, and follow the new one; None if there is no other way to take."""
    left = _way_off(route, random.Random(seed))
    if left is None:
        return None
    index, wrong = left
    course, off_m = _course_off(route, index, wrong)
    evident_m = _evident_m(route, course, off_m, 2 * receiver.noise_m + 5)
    guide = Guide(region, router, route, settings=GuideSettings(speeding=False, rest=False))
    off_s, junction_s, now_s = None, None, 0.0
    for moment in simulate(course, receiver, seed=seed):
        events = guide.update(moment.fix, time_s=moment.time_s)
        now_s = moment.time_s
        if junction_s is None and moment.offset_m > off_m:
            junction_s = now_s
        if off_s is None and moment.offset_m > evident_m and moment.fix is not None:
            off_s, evident_m = now_s, moment.offset_m
        if any(e.kind == "reroute" for e in events) and junction_s is not None:
            prompt = next(e.prompt for e in events if e.kind == "reroute")
            turned = any(m.kind == "uturn" and m.offset_m < 60 for m in guide.route.maneuvers)
            turned = turned or (prompt is not None and "掉头" in prompt.text)
            arrived = _follow(guide, receiver, seed, now_s + 1.0)
            return WrongTurn(
                noticed_s=max(0.0, now_s - off_s) if off_s is not None else 0.0,
                noticed_m=max(0.0, moment.offset_m - evident_m),
                from_junction_s=now_s - junction_s,
                spoken_s=prompt.time_s - now_s if prompt is not None else float("inf"),
                turned_round=turned,
                arrived=arrived,
            )
    return WrongTurn(
        noticed_s=float("inf"),
        noticed_m=float("inf"),
        from_junction_s=float("inf"),
        spoken_s=0.0,
        turned_round=False,
        arrived=guide.arrived,
    )


def _evident_m(route: Route, course: Course, off_m: float, away_m: float) -> float:
    """Return where on a course the car is first further from its route than noise explains."""
    along = cumulative_m(course.points)
    for offset_m in np.arange(off_m, along[-1], 2.0).tolist():
        lat = float(np.interp(offset_m, along, course.points[:, 0]))
        lon = float(np.interp(offset_m, along, course.points[:, 1]))
        a, b = route.geometry[:-1], route.geometry[1:]
        distance_m, _ = project_to_segments(lat, lon, a[:, 0], a[:, 1], b[:, 0], b[:, 1])
        if distance_m.min() > away_m:
            return float(offset_m)
    return float(along[-1])


def _way_off(route: Route, chance: random.Random) -> tuple[int, list[int]] | None:
    """Find a junction where another road can be taken, and 500 m of driving on it."""
    graph = route.graph
    edges = route.edges.tolist()
    on_route = set(edges)
    indices = list(range(len(edges) // 5, max(len(edges) // 5 + 1, len(edges) * 4 // 5)))
    chance.shuffle(indices)
    for index in indices:
        if index + 1 >= len(edges):
            continue
        for first in graph.out_edges(int(graph.edge_to[edges[index]])):
            back = int(graph.edge_reverse[edges[index]])
            if first in (back, edges[index + 1]) or not graph.edge_access[first] & Access.CAR:
                continue
            path = _straight_on(route, first, on_route)
            if path:
                return index, path
    return None


def _straight_on(route: Route, first: int, on_route: set[int]) -> list[int]:
    graph, path, length_m = route.graph, [first], float(route.graph.edge_length_m[first])
    while length_m < _WRONG_M:
        here = path[-1]
        ways = [
            out
            for out in graph.out_edges(int(graph.edge_to[here]))
            if graph.edge_access[out] & Access.CAR and out != graph.edge_reverse[here] and out not in path
        ]
        if not ways:
            break
        heading = float(graph.edge_heading_in_deg[here])
        path.append(
            min(ways, key=lambda w: abs((float(graph.edge_heading_out_deg[w]) - heading + 180) % 360 - 180))
        )
        length_m += float(graph.edge_length_m[path[-1]])
        if path[-1] in on_route or int(graph.edge_reverse[path[-1]]) in on_route:
            return []
    return path if length_m > 150 else []


def _course_off(route: Route, index: int, wrong: list[int]) -> tuple[Course, float]:
    graph = route.graph
    until = int(route.edge_first_point[index + 1]) + 1
    pieces = [route.geometry[:until]] + [graph.shape(edge)[1:] for edge in wrong]
    driven = route.edges[: index + 1].tolist() + wrong
    counts = np.diff(np.append(route.edge_first_point[: index + 1], until - 1)).tolist()
    counts += [len(piece) for piece in pieces[1:]]
    edge = np.repeat(driven, counts)
    course = Course(
        points=np.concatenate(pieces),
        speed_mps=np.asarray(graph.edge_speed_kph[edge], dtype=np.float64) / 3.6,
        tunnel=(graph.edge_flags[edge] & int(EdgeFlag.TUNNEL)) != 0,
    )
    return course, float(route.edge_start_m[index + 1])


def _follow(guide: Guide, receiver: Receiver, seed: int, time_s: float) -> bool:
    """Drive the new route, and any after it; a car that follows is expected to arrive."""
    for attempt in range(4):
        route = guide.route
        for moment in simulate(course_of(route), receiver, seed=seed + attempt, start_time_s=time_s):
            guide.update(moment.fix, time_s=moment.time_s)
            time_s = moment.time_s + 1.0
            if guide.route is not route or guide.arrived:
                break
        if guide.arrived or guide.route is route:
            break
    return guide.arrived
