"""What a screen shows, as events: the drive, what was heard and answered, and where it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.trip.export import to_geojson
from device.audio.level import LevelMeter
from device.http.osrm_line import Line
from device.screen.hub import VERSION, Hub
from device.screen.preferences import is_greeted
from device.tiles.build import tile_facts
from languages import codes, load_language
from nav.graph import EdgeFlag
from nav.guidance.wording.banner import banner_of
from nav.guidance.wording.names import name_in
from nav.guidance.wording.quantities import shown_distance
from nav.routing.output.polyline import simplified
from nav.routing.router import Router
from nav.units import speed_in

if TYPE_CHECKING:
    from agent.trip.itinerary import Plan
    from device.assistant.assistant import Assistant, Turn
    from device.settings import Settings
    from nav.guidance.events import GuidanceEvent
    from nav.guidance.progress import Progress
    from nav.routing.route import Route
    from nav.units import Units

_SIMPLER_M = 0.7
_DOING = {
    "wake": "listening",
    "speech_start": "listening",
    "partial": "listening",
    "wake_rejected": "asleep",
    "ignored": "asleep",
    "endpoint": "thinking",
    "answer": "speaking",
    "speak_start": "speaking",
    "speak_end": "asleep",
}


class Scene:
    """Turns what the agent does into events of the screen.

    Parameters
    ----------
    assistant : Assistant
        Whose drive and answers they are.
    settings : Settings
        Language, units and theme.
    hub : Hub
        Who is told.
    """

    def __init__(self, assistant: Assistant, settings: Settings, hub: Hub) -> None:
        self._assistant = assistant
        self._settings = settings
        self._hub = hub
        self._route: Route | None = None
        self._plan: Plan | None = None
        self._language = ""
        self._number = 0
        self._doing = ""
        self.meter = LevelMeter(lambda dbfs: hub.tell({"event": "level", "dbfs": dbfs}))

    @property
    def language(self) -> str:
        """Code of the language that the screen shows: that of the drive, or the one that is chosen."""
        chosen = self._settings.speech.language
        return self._assistant.driving.language if chosen == "auto" else chosen

    def hello(self) -> dict[str, Any]:
        """Return what a screen is told first."""
        region, position = self._assistant.region, self._assistant.driving.position
        meta = region.meta
        return {
            "event": "hello",
            "v": VERSION,
            "language": self.language,
            "languages": {code: load_language(code).settings.name for code in codes()},
            "theme": self._settings.screen.theme,
            "first": not is_greeted(),
            "region": {
                "name": region.name,
                "bbox": list(region.bbox),
                "tiles": tile_facts(region.path) is not None,
                "digest": meta.files["graph/roads.arrays"][1][:12],
                "attribution": meta.attribution,
                "data_date": meta.data_date,
            },
            "position": list(position) if position else None,
        }

    def guided(self, events: list[GuidanceEvent]) -> None:
        """Tell what happened on the drive: the events of `xiaogao drive --json`, with what is shown."""
        self.look()
        for event in events:
            told = event.to_dict()
            told.pop("route", None)  # it is told by itself, with its line
            if event.progress is not None:
                told["shown"] = self._shown(event.progress)
            self._hub.tell(told)

    def moved(self) -> None:
        """Tell where the car is while nothing is driven."""
        fix = self._assistant.driving.fix
        if fix is not None and not self._assistant.driving.guiding:
            told: dict[str, Any] = {"event": "position", "lat": fix.lat, "lon": fix.lon}
            told |= {"heading_deg": fix.heading_deg, "speed_mps": fix.speed_mps}
            self._hub.tell(told)

    def heard(self, event: dict[str, Any]) -> None:
        """Tell what the listening loop says, as `xiaogao listen --json` prints it."""
        doing = _DOING.get(event["event"])
        if doing is not None and doing != self._doing:
            self._doing = doing
            self._hub.tell({"event": "doing", "doing": doing})
        self._hub.tell(event)
        if event["event"] == "answer":
            self._asked_back(event)

    def answered(self, turn: Turn) -> None:
        """Tell the answer to a request that was touched or typed."""
        self.look()
        answer = turn.to_dict()
        self._hub.tell({"event": "answer", **answer})
        self._asked_back(answer)

    def view(self, view: dict[str, Any]) -> None:
        """Have the map moved, or a part of the screen opened."""
        self._hub.tell({"event": "view", **view})

    def _asked_back(self, answer: dict[str, Any]) -> None:
        """Tell what there is to choose from, as buttons; an answer without a question takes them away."""
        if _only_looks(answer):
            return
        question = self._assistant.agent.session.question
        told: dict[str, Any] = {"event": "question", "asks": None}
        if answer.get("asks") and question is not None:
            labels = [place.label(self.language) for place in question.options]
            told |= {"asks": str(question.expecting), "words": question.words, "options": labels}
        self._hub.tell(told)
        if (plan := self._assistant.agent.session.plan) is not self._plan:
            self._plan = plan
            self._hub.tell({"event": "plan", "plan": plan.to_dict() if plan is not None else None})

    def look(self) -> None:
        """Tell the route when there is another one, or none any more."""
        state = self._assistant.driving.state()
        route = state.route if state is not None else None
        if route is self._route and self._language == self.language:
            return
        if self._language not in ("", self.language):
            self._hub.tell(self.hello())  # the words on the page are those of the drive
        self._route, self._language = route, self.language
        self._number += 1
        self._hub.forget("progress", "alternatives")
        self._hub.tell(
            {"event": "route", "number": self._number, "route": self._drawn(route) if route else None}
        )

    def alternatives(self, routes: list[Route]) -> None:
        """Tell other ways to the destination, to be touched."""
        drawn = [
            {
                "line": _line(route),
                "distance_m": round(route.distance_m),
                "duration_s": round(route.duration_s),
            }
            for route in routes
        ]
        self._hub.tell({"event": "alternatives", "routes": drawn})

    def _drawn(self, route: Route) -> dict[str, Any]:
        line = Line(route)
        language = self.language
        banners = []
        for maneuver in route.maneuvers:
            edge = route.edges[min(maneuver.edge_start, len(route.edges) - 1)]
            left_hand = bool(int(route.graph.edge_flags[edge]) & EdgeFlag.LEFT_HAND)
            banner = banner_of(maneuver, language, left_hand=left_hand)
            point = {"lat": round(maneuver.lat, 6), "lon": round(maneuver.lon, 6)}
            banners.append(banner.to_dict() | point | {"say": maneuver.say(language)})
        return {
            "line": np.round(line.points[:, ::-1], 6).tolist(),
            "at_m": np.round(line.at_m, 1).tolist(),
            "tunnels": _tunnels(route),
            "banners": banners,
            "distance_m": round(route.distance_m, 1),
            "duration_s": round(route.duration_s, 1),
            "stops": [
                {"lat": round(stop.point[0], 6), "lon": round(stop.point[1], 6), "name": name}
                for stop, name in zip(
                    route.stops[1:], route.stop_names[1:] or [""] * len(route.stops), strict=False
                )
            ],
        }

    def _shown(self, progress: Progress) -> dict[str, Any]:
        """Return a moment of the drive in the units and names of the screen."""
        wanted = self._settings.guidance.units
        units: Units = progress.units if wanted == "auto" else wanted
        moment = datetime.fromtimestamp(progress.arrival_s, UTC)
        vehicle = self._assistant.driving.vehicle.speed_kph
        speed_kph = progress.speed_mps * 3.6 if vehicle is None else vehicle
        limit = progress.limit_kph
        names = progress.names
        return {
            "next": shown_distance(progress.next_distance_m, units),
            "left": shown_distance(progress.remaining_m, units),
            "left_min": max(0, round(progress.remaining_s / 60)),
            "arrival": self._assistant.region.local_time(moment).strftime("%H:%M"),
            "road": name_in(names, self.language) or progress.ref,
            "speed": speed_in(speed_kph, units),
            "limit": None if limit is None else speed_in(limit, units),
            "speed_unit": "km/h" if units == "metric" else "mph",
            "speeding": limit is not None and speed_kph > limit + 3,
        }


def _line(route: Route) -> list[list[float]]:
    points = simplified(route.geometry, _SIMPLER_M)
    found: list[list[float]] = np.round(points[:, ::-1], 6).tolist()
    return found


def _only_looks(answer: dict[str, Any]) -> bool:
    """Whether an answer only moves the map: what was asked before stays asked."""
    return bool(answer.get("intents")) and all(intent["kind"] == "view" for intent in answer["intents"])


def trip_lines(plan: Plan, router: Router) -> list[dict[str, Any]]:
    """Return the drives and walks of a trip, each with its day, as lines for the eye.

    Raises
    ------
    NavError
        There is no way any more, as when a road was closed since.
    """
    features = to_geojson(plan, router, Router(router.region, "foot"))["features"]
    lines = [
        (feature["properties"], feature["geometry"]["coordinates"])
        for feature in features
        if feature["geometry"]["type"] == "LineString"
    ]
    return [{"day": about["day"], "by": about["by"], "line": _simpler(line)} for about, line in lines]


def _simpler(line: list[list[float]]) -> list[list[float]]:
    points = simplified(np.array(line, float)[:, ::-1], _SIMPLER_M)
    found: list[list[float]] = points[:, ::-1].tolist()
    return found


def _tunnels(route: Route) -> list[list[float]]:
    """Return where on the route its tunnels begin and end, metres."""
    inside = (route.graph.edge_flags[route.edges] & np.uint32(EdgeFlag.TUNNEL)) != 0
    found: list[list[float]] = []
    for index in np.flatnonzero(inside).tolist():
        begin, end = (round(float(at), 1) for at in route.edge_start_m[index : index + 2])
        if found and found[-1][1] == begin:
            found[-1][1] = end
        else:
            found.append([begin, end])
    return found
