"""Guides one drive: follows the car on its route, says what is to be done, and finds the way again."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nav.errors import NavError
from nav.graph import EdgeFlag
from nav.guidance.answers import Notice, Question, answer, notice
from nav.guidance.drive_state import Course, Leaving, Motion
from nav.guidance.events import EventKind, GuidanceEvent, GuideSettings, GuideStatus
from nav.guidance.fix import Fix
from nav.guidance.matching import Matcher, State
from nav.guidance.matching_roads import between_m, roads_of
from nav.guidance.notices import RestWatch, SpeedWatch
from nav.guidance.progress import Progress, RouteRuler, limit_kph
from nav.guidance.prompts import Prompt, PromptScheduler
from nav.guidance.wording.names import name_in, spoken_ref
from nav.units import units_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from nav.region import Region
    from nav.routing.route import Route
    from nav.routing.router import Router

__all__ = ["GuidanceEvent", "Guide", "GuideSettings", "GuideStatus"]

_WINDOW_M = 70.0
_DRIFT = 0.6
_DRIFT_MPS = 8.0
_JOIN_M = 40.0
_OFF_AFTER_S = 1.9
_OFF_AFTER_M = 22.0
_OFF_LEAST_M = 8.0
_FAR_OFF_M = 50.0
_BESIDE_SIGMAS = 2.5
_BESIDE_AFTER_M = 150.0
_BESIDE_REACH_S = 6.0
_BESIDE_DEG = 45.0
_RETRY_S = 5.0
_STRANDED_S = 20.0
_PREDICT_S = 1.0
_ARRIVED_M = 20.0
_ARRIVED_SLOW_M = 40.0
_SLOW_MPS = 2.0
_RECKON_S = 20.0
_RECKON_TUNNEL_S = 900.0
_TUNNEL_NEAR_M = 150.0
_TUNNEL_SPEED_S = 3.0


class Guide:
    """Guides one drive; fed with one position after the other, it answers with what happened."""

    def __init__(
        self, region: Region, router: Router, route: Route, *, settings: GuideSettings | None = None
    ) -> None:
        self._router = router
        self._settings = settings or GuideSettings()
        self._roads = roads_of(region, router.profile)
        self._matcher = Matcher(self._roads)
        self._speed_watch = SpeedWatch(self._settings)
        self._rest_watch = RestWatch(self._settings)
        self._motion = Motion()
        self._leaving = Leaving()
        self._pending: tuple[str, float] | None = None
        self.arrived = False
        """Whether the destination has been reached."""
        self.progress: Progress | None = None
        """The state after the last update; None before the first."""
        self._course = self._begin(route, quiet_until_s=-math.inf)

    @property
    def route(self) -> Route:
        """The route that is followed, the newest one."""
        return self._course.ruler.route

    def _begin(self, route: Route, *, quiet_until_s: float) -> Course:
        scheduler = PromptScheduler(
            route.maneuvers,
            self._settings.language,
            units=self._settings.units,
            timing=self._settings.timing,
            quiet_until_s=quiet_until_s,
        )
        self._leaving.end()
        ruler = RouteRuler(route)
        if self._roads.graph is not route.graph:  # from one region into the next
            self._roads = roads_of(self._router.region_of(route), self._router.profile)
            self._matcher = Matcher(self._roads)
        self._matcher.route_edges = frozenset(ruler.edges)
        return Course(ruler=ruler, scheduler=scheduler, since_m=self._motion.driven_m)

    def update(self, fix: Fix | None, *, time_s: float | None = None) -> list[GuidanceEvent]:
        """Take the next position.

        Parameters
        ----------
        fix : Fix or None
            The position; None if there was none for a second or so.
        time_s : float, optional
            The time, if there is no position; a second after the last update if not given.

        Returns
        -------
        list of GuidanceEvent
            What happened, in order; the progress last.
        """
        if fix is None:
            return self._reckon(self._motion.now_s + 1.0 if time_s is None else time_s)
        if fix.time_s < self._motion.now_s:
            # The receiver's clock was set back: everything is timed by it, so start counting anew.
            self._reset_clock(fix.time_s)
        blind = self._motion.last is None and self.progress is not None
        waited_s = fix.time_s - self._motion.fix_s
        gap_s, silent_s = self._motion.take(fix)
        states = self._matcher.step(fix)
        events = self._said_later()
        state, offset_m = self._on_route(states, gap_s, math.inf if blind else silent_s)
        if offset_m is not None:
            if blind and (offset_m < self._course.offset_m or waited_s > _RECKON_S):
                self._course.scheduler.rewind(offset_m)
            self._course.joined = True
            self._course.offset_m = offset_m
            self._leaving.end()
            if state is not None and self._speaks_for_another(states[0], state):
                self._leaving.lean(self._motion)
            events += self._along()
        else:
            state = states[0] if states else None
            roads = self._roads
            events += self._off_route(fix, state, silent_s)
            if self._roads is not roads:  # the new route lies on another graph
                state = next(iter(self._matcher.step(fix)), None)
        self.progress = self._progress(fix, state, on_route=offset_m is not None)
        events += self._notices(min(10.0, silent_s))
        events.append(GuidanceEvent(kind="progress", time_s=self._motion.now_s, progress=self.progress))
        return events

    def _reset_clock(self, time_s: float) -> None:
        shift_s = time_s - self._motion.now_s
        self._course.scheduler.busy_until_s += shift_s
        self._speed_watch.shift(shift_s)
        self._leaving.tried_s += shift_s
        if not self._leaving.is_known:
            self._leaving.end()
        self._matcher.forget()
        self._motion.last = None

    def _on_route(
        self, states: list[State], gap_s: float, silent_s: float
    ) -> tuple[State | None, float | None]:
        """Find the car on its route, unless there is much better evidence that it is elsewhere."""
        expected_m = self._course.offset_m + self._motion.speed_mps * gap_s
        # After a silence the car may have gone faster or slower than was reckoned.
        window_m = _WINDOW_M + _DRIFT * max(self._motion.speed_mps, _DRIFT_MPS) * max(0.0, silent_s - 1.0)
        for state in states:
            if state.score < -self._matcher.margin:
                break
            place = state.candidate
            offset_m = self._course.ruler.offset_of(place.edge, place.offset_m, expected_m)
            if offset_m is not None and abs(offset_m - expected_m) <= window_m:
                return state, offset_m
        return None, None

    def _rejoin(self, state: State) -> bool:
        """Go on from another part of the route, if that is where the car is."""
        place = state.candidate
        offset_m = self._course.ruler.offset_of(place.edge, place.offset_m, self._course.offset_m)
        if offset_m is None:
            return False
        self._course.offset_m = offset_m
        self._course.scheduler.rewind(offset_m)
        self._leaving.end()
        return True

    def _along(self) -> list[GuidanceEvent]:
        course, events = self._course, []
        while course.reaches_stop():
            events.append(
                GuidanceEvent(kind="via_reached", time_s=self._motion.now_s, detail=str(course.vias))
            )
        near_m = _ARRIVED_SLOW_M if self._motion.speed_mps < _SLOW_MPS else _ARRIVED_M
        if self.arrived or (course.left_m <= near_m and course.on_last_leg):
            # The last prompt may still be said; the drive is over when the arrival can be.
            if not self.arrived and self._course.scheduler.is_free(self._motion.now_s):
                self.arrived = True
                events.append(self._announce("arrived", self._word("arrived"), drop_s=6.0))
            return events
        prompt = self._course.scheduler.update(
            self._course.offset_m, self._motion.speed_mps, self._motion.now_s
        )
        if prompt is not None:
            events.append(GuidanceEvent(kind="prompt", time_s=self._motion.now_s, prompt=prompt))
        return events

    def _announce(self, kind: EventKind, text: str, *, drop_s: float, detail: str = "") -> GuidanceEvent:
        """Report an event, and say it now or, if something is being said, as soon as that has ended."""
        if self._course.scheduler.is_free(self._motion.now_s):
            prompt = self._notice_prompt(text, self._motion.now_s + drop_s)
            return GuidanceEvent(kind=kind, time_s=self._motion.now_s, prompt=prompt, detail=detail)
        self._pending = (text, self._motion.now_s + drop_s)
        return GuidanceEvent(kind=kind, time_s=self._motion.now_s, detail=detail)

    def _said_later(self) -> list[GuidanceEvent]:
        if self._pending is None or not self._course.scheduler.is_free(self._motion.now_s):
            return []
        (text, deadline_s), self._pending = self._pending, None
        if self._motion.now_s > deadline_s:
            return []
        prompt = self._notice_prompt(text, deadline_s)
        return [GuidanceEvent(kind="prompt", time_s=self._motion.now_s, prompt=prompt)]

    def _notice_prompt(self, text: str, deadline_s: float) -> Prompt:
        length_s = self._course.scheduler.occupy(self._motion.now_s, text)
        return Prompt(
            text=text,
            language=self._settings.language,
            stage="notice",
            maneuver=-1,
            time_s=self._motion.now_s,
            distance_m=0.0,
            speech_s=length_s,
            drop_after_s=deadline_s,
        )

    def _word(self, kind: Notice, *, limit: int = 0, hours_s: float = 0.0) -> str:
        units = self._settings.units or (self.progress.units if self.progress is not None else "metric")
        return notice(kind, self._settings.language, limit_kph=limit, hours_s=hours_s, units=units)

    def _speaks_for_another(self, best: State, on_route: State) -> bool:
        """Tell whether a position speaks for a road off the route half as plainly as is asked."""
        off = best.candidate.edge not in self._matcher.route_edges
        return off and on_route.score < -self._matcher.margin / 2

    # A wrong turn shows in two or three positions; before that it may be noise.
    def _off_route(self, fix: Fix, state: State | None, silent_s: float) -> list[GuidanceEvent]:
        if self.arrived:
            return []
        motion, leaving, course = self._motion, self._leaving, self._course
        leaving.doubt(motion, silent_s)
        driven_m = motion.driven_m - leaving.since_m
        lasting = motion.now_s - leaving.since_s >= _OFF_AFTER_S and driven_m >= _OFF_LEAST_M
        noise = self._may_be_noise(fix)
        sure = driven_m >= _BESIDE_AFTER_M if noise else lasting or driven_m >= _OFF_AFTER_M
        # A car that starts has no direction yet, and may still be on its way out of a car park.
        sure = sure and motion.driven_m - course.since_m >= _JOIN_M and not leaving.is_early(motion, course)
        if not sure or (state is None and not self._is_far_off(fix)):
            return []
        if state is not None and self._rejoin(state):
            return self._along()
        return self._leave(fix, state)

    def _leave(self, fix: Fix, state: State | None) -> list[GuidanceEvent]:
        """Say that the car has left its route, once, and look for a new one."""
        motion, leaving = self._motion, self._leaving
        events: list[GuidanceEvent] = []
        if not leaving.is_known:
            leaving.state = "off route"
            # A car that never was on its route, since its first positions were wrong, has not left it.
            if self._course.joined or state is None:
                detail = f"{fix.lat:.6f},{fix.lon:.6f}"
                events.append(GuidanceEvent(kind="off_route", time_s=motion.now_s, detail=detail))
        retry_s = _STRANDED_S if leaving.state == "stranded" else _RETRY_S
        if self._settings.reroute and motion.now_s - leaving.tried_s >= retry_s:
            leaving.tried_s = motion.now_s
            events.append(self._find_new_route(fix, state))
        return events

    def _may_be_noise(self, fix: Fix) -> bool:
        """Tell whether the car could still be on its route, by where it is and where it heads.

        That is asked of a receiver that does not say how good it is; else the matcher's odds are trusted.
        """
        if fix.accuracy_m is not None:
            return False
        ruler, course = self._course.ruler, self._course
        reach_m = _WINDOW_M + self._motion.speed_mps * _BESIDE_REACH_S
        aside_m, bearing_deg = ruler.beside(self._roads, fix, course.offset_m, reach_m)
        if aside_m > _BESIDE_SIGMAS * self._matcher.sigma_m:
            return False
        if fix.heading_deg is None or self._motion.speed_mps < _SLOW_MPS:
            return True
        return abs((fix.heading_deg - bearing_deg + 180.0) % 360.0 - 180.0) < _BESIDE_DEG

    def _is_far_off(self, fix: Fix) -> bool:
        edge, along_m = self._course.ruler.place_at(self._course.offset_m)
        lat, lon, _ = self._roads.shape(edge).at(along_m)
        return between_m(fix.lat, fix.lon, lat, lon) > _FAR_OFF_M + 3 * (fix.accuracy_m or 5.0)

    def _find_new_route(self, fix: Fix, state: State | None) -> GuidanceEvent:
        """Look for a way from where the car will be when the new route is spoken."""
        lat, lon, heading_deg = fix.lat, fix.lon, fix.heading_deg
        if state is not None:
            place = state.candidate
            shape = self._roads.shape(place.edge)
            ahead_m = place.offset_m + self._motion.speed_mps * _PREDICT_S
            lat, lon, heading_deg = shape.at(min(ahead_m, shape.length_m - 0.5))
        try:
            route = self._route_from(lat, lon, heading_deg)
        except NavError as error:
            if self._leaving.state == "stranded":
                return GuidanceEvent(kind="no_route", time_s=self._motion.now_s, detail=str(error))
            self._leaving.state = "stranded"
            return self._announce("no_route", self._word("no_route"), drop_s=3.0, detail=str(error))
        # A route that begins against the car's direction has no manoeuvre for that.
        back = state is not None and self._runs_back(route, state.candidate.edge)
        return self._take_up(route, back=back)

    def _route_from(self, lat: float, lon: float, heading_deg: float | None) -> Route:
        found = self._router.route(
            [(lat, lon), *self.stops_left()], avoid=self.route.avoid, heading_deg=heading_deg
        )
        names = self.route.stop_names[self._course.vias + 1 :]
        return replace(found, stop_names=("", *names)) if names else found

    def texts_ahead(self) -> list[str]:
        """Return sentences that will soon be said in a hurry; see `PromptScheduler.texts_ahead`."""
        return self._course.scheduler.texts_ahead(self._course.offset_m, self._motion.speed_mps)

    def stops_left(self) -> list[tuple[float, float]]:
        """Return the stops still to be reached, (lat, lon), the destination last."""
        return [leg.end.point for leg in self.route.legs[self._course.vias :]]

    def _take_up(self, route: Route, *, back: bool) -> GuidanceEvent:
        self._pending = None
        self._course = self._begin(route, quiet_until_s=self._course.scheduler.busy_until_s)
        scheduler, motion = self._course.scheduler, self._motion
        scheduler.skip_depart()
        opening = self._word("turn_round" if back else "reroute")
        prompt = scheduler.first_after(opening, 0.0, max(0.0, motion.speed_mps), motion.now_s)
        return GuidanceEvent(kind="reroute", time_s=self._motion.now_s, prompt=prompt, route=route)

    def roads_changed(self) -> list[GuidanceEvent]:
        """Go another way if closures or live speeds that have just come hit what is left of the route."""
        here = self._course.ruler.index_at(self._course.offset_m)
        left = self._course.ruler.edges[here:]
        if self.arrived or self._leaving.is_known or not self._router.is_concerned(self.route, left[1:]):
            return []
        edge, along_m = self._course.ruler.place_at(self._course.offset_m)
        lat, lon, heading_deg = self._roads.shape(edge).at(along_m)
        try:
            route = self._route_from(lat, lon, heading_deg)
        except NavError as error:
            return [self._announce("no_route", self._word("no_route"), drop_s=3.0, detail=str(error))]
        if route.graph is self._roads.graph and route.edges.tolist() == left:
            return []
        return [self._take_up(route, back=self._runs_back(route, edge))]

    def _runs_back(self, route: Route, edge: int) -> bool:
        """Tell whether a route begins against the direction of an edge."""
        here, there, first = self._roads.graph, route.graph, int(route.edges[0])
        if here is there:
            return bool(first == here.edge_reverse[edge])
        ends = there.node_osm_id[[there.edge_from[first], there.edge_to[first]]]
        return bool((ends == here.node_osm_id[[here.edge_to[edge], here.edge_from[edge]]]).all())

    def _reckon(self, time_s: float) -> list[GuidanceEvent]:
        """Move the car on by its last speed while the receiver says nothing."""
        motion = self._motion
        if motion.last is None:
            return self._begin_blind(time_s)
        if self.progress is None:
            motion.now_s = max(motion.now_s, time_s)
            return []
        elapsed_s = motion.wait(time_s)
        silent_s = motion.silent_s
        in_tunnel = self._course.ruler.in_tunnel(self._course.offset_m, _TUNNEL_NEAR_M)
        events = self._said_later()
        if self._has_left_in_silence(in_tunnel=in_tunnel):
            return events + self._leave(motion.last, self._matcher.states[0])
        if silent_s > (_RECKON_TUNNEL_S if in_tunnel else _RECKON_S) or self._leaving.state != "on route":
            if motion.signal == "there" and silent_s > _RECKON_S:
                motion.signal = "reported lost"
                events.append(self._announce("position_lost", self._word("position_lost"), drop_s=5.0))
            return events
        # It never reckons as far as the destination, unless no position can be had there.
        hidden = self._course.ruler.in_tunnel(self._course.ruler.length_m)
        limit_m = self._course.ruler.length_m - (0.0 if hidden else _ARRIVED_SLOW_M + 1)
        limit_m = max(self._course.offset_m, limit_m)
        if in_tunnel and silent_s > _TUNNEL_SPEED_S:
            # Nobody knows how fast a car goes in there: somewhere between its speed and the road's.
            road_mps = self._course.ruler.speed_mps(self._course.offset_m)
            motion.speed_mps += (0.5 * (motion.entered_mps + road_mps) - motion.speed_mps) * 0.3
        self._course.offset_m = min(limit_m, self._course.offset_m + motion.speed_mps * elapsed_s)
        events += self._along()
        self.progress = self._progress(None, None, on_route=True)
        events.append(GuidanceEvent(kind="progress", time_s=self._motion.now_s, progress=self.progress))
        return events

    def _begin_blind(self, time_s: float) -> list[GuidanceEvent]:
        """Begin in a tunnel or a covered car park, as fast as its road is driven, and wait at its end."""
        motion, course = self._motion, self._course
        elapsed_s = motion.wait(time_s) if motion.now_s > 0 else 0.0
        motion.now_s = max(motion.now_s, time_s)
        if not course.ruler.in_tunnel(course.offset_m):
            return []
        motion.fix_s = motion.now_s
        motion.speed_mps = course.ruler.speed_mps(course.offset_m)
        course.offset_m = min(course.ruler.length_m, course.offset_m + motion.speed_mps * elapsed_s)
        events = self._along()
        self.progress = self._progress(None, None, on_route=True)
        events.append(GuidanceEvent(kind="progress", time_s=motion.now_s, progress=self.progress))
        return events

    def _has_left_in_silence(self, *, in_tunnel: bool) -> bool:
        """Tell whether a car that was leaving its route when its positions ended has left it.

        A tunnel that is not on the route explains the silence; else the last positions must be plain.
        """
        motion, leaving, states = self._motion, self._leaving, self._matcher.states
        if leaving.state != "in doubt" or in_tunnel or not states or motion.last is None:
            return False
        if int(self.route.graph.edge_flags[states[0].candidate.edge]) & EdgeFlag.TUNNEL:
            return motion.silent_s >= _OFF_AFTER_S
        on_route = [s.score for s in states if s.candidate.edge in self._matcher.route_edges]
        unlikely = max(on_route, default=-math.inf) < -2 * self._matcher.margin
        plain = unlikely and motion.fix_s > leaving.since_s and not leaving.is_early(motion, self._course)
        lasting = motion.now_s - leaving.since_s >= _OFF_AFTER_S
        far = motion.driven_m - leaving.since_m >= _OFF_LEAST_M
        begun = motion.driven_m - self._course.since_m >= _JOIN_M
        return plain and lasting and far and begun and not self._may_be_noise(motion.last)

    def _progress(self, fix: Fix | None, state: State | None, *, on_route: bool) -> Progress:
        course, maneuvers = self._course, self.route.maneuvers
        if on_route:
            edge, along_m = course.ruler.place_at(course.offset_m)
            lat, lon, heading_deg = self._roads.shape(edge).at(along_m)
        elif state is not None:
            place = state.candidate
            edge, lat, lon, heading_deg = place.edge, place.lat, place.lon, place.bearing_deg
        else:
            assert fix is not None
            edge, (lat, lon), heading_deg = -1, (fix.lat, fix.lon), fix.heading_deg or 0.0
        coming = course.scheduler.next_index
        next_m = maneuvers[coming].offset_m if coming < len(maneuvers) else course.ruler.length_m
        graph = self.route.graph
        return Progress(
            time_s=self._motion.now_s,
            lat=lat,
            lon=lon,
            heading_deg=heading_deg,
            speed_mps=self._motion.speed_mps,
            on_route=on_route,
            estimated=fix is None,
            offset_m=course.offset_m,
            remaining_m=max(0.0, course.ruler.length_m - course.offset_m),
            remaining_s=course.ruler.remaining_s(course.offset_m),
            next_maneuver=coming,
            next_distance_m=max(0.0, next_m - course.offset_m),
            edge=edge,
            names=graph.edge_names(edge) if edge >= 0 else {},
            ref=graph.edge_ref(edge) if edge >= 0 else "",
            units=self._settings.units or units_of(graph.country(edge) if edge >= 0 else ""),
            limit_kph=limit_kph(self.route, edge) if edge >= 0 else None,
        )

    def _notices(self, elapsed_s: float) -> list[GuidanceEvent]:
        assert self.progress is not None
        events: list[GuidanceEvent] = []
        driving_s = self._rest_watch.update(self._motion.speed_mps, elapsed_s)
        free = self._course.scheduler.is_free(self._motion.now_s) and not self.arrived
        room_s = self._course.scheduler.room_s(self._course.offset_m, self._motion.speed_mps) if free else 0.0
        # What can wait is said only where it cannot run into a manoeuvre.
        if room_s > 5.0 and self._speed_watch.is_due(self.progress):
            text = self._word("speeding", limit=self.progress.limit_kph or 0)
            events.append(self._announce("speeding", text, drop_s=3.0))
        elif room_s > 8.0 and self._rest_watch.is_due():
            events.append(self._announce("rest", self._word("rest", hours_s=driving_s), drop_s=10.0))
        return events

    def answer(self, question: Question, language: str, *, zone: tzinfo | None = None) -> str:
        """Answer a question about the drive in one sentence of facts; see `nav.guidance.answers.answer`."""
        progress = self.progress or self._progress(None, None, on_route=True)
        if self.progress is None and question == "arrival_time":
            question = "time_left"  # its clock is that of the positions, and none has come yet
        return answer(question, progress, self.route.maneuvers, language, zone=zone)

    def status(self) -> GuideStatus:
        """Return a snapshot of the drive."""
        progress = self.progress or self._progress(None, None, on_route=True)
        language = self._settings.language
        return GuideStatus(
            route=self.route,
            offset_m=progress.offset_m,
            remaining_m=progress.remaining_m,
            remaining_s=progress.remaining_s,
            next_zh=answer("next_turn", progress, self.route.maneuvers, "zh"),
            next_en=answer("next_turn", progress, self.route.maneuvers, "en"),
            next_distance_m=progress.next_distance_m,
            road=name_in(progress.names, language) or spoken_ref(progress.ref, language),
            limit_kph=progress.limit_kph,
            speed_kph=progress.speed_mps * 3.6,
            driving_s=self._rest_watch.driving_s,
            parked=self.arrived,
        )
