"""What the dialogue remembers from turn to turn, and for how long."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from agent.understanding.labels import State
from nav.geometry import distance_m

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.actions.answer import Answer
    from agent.actions.guidance_state import GuidanceState
    from agent.trip.itinerary import Plan
    from agent.understanding.intent import Avoid, Intent
    from agent.understanding.utterance import Language
    from nav import Route
    from poi.place import Place

QUESTION_LASTS = timedelta(seconds=90)
"""After so long an open question is forgotten, and "yes" no longer means anything."""

TOPIC_LASTS = timedelta(minutes=15)
"""After so long "there" and "the second one" no longer refer to anything."""

_SAME_STOP_M = 100.0
"""A stop of the drive is the place that was asked for when it is nearer to it than this."""

Expecting = Literal["choice", "yes_no", "place", "days"]


@dataclass(slots=True, kw_only=True)
class Question:
    """A question that we asked and that is still open."""

    expecting: Expecting
    """Kind of answer."""

    intent: Intent
    """The request that goes on once it is answered."""

    options: tuple[Place, ...] = ()
    """What there is to choose from, in the order said."""

    asked_at: datetime
    """When it was asked."""

    words: str
    """How it was put."""

    repeated: int = 0
    """How often the answer was not understood."""

    pending: tuple[Intent, ...] = ()
    """What is done on a yes, where we were not sure enough to do it unasked."""


@dataclass(slots=True, kw_only=True)
class Session:
    """State of one conversation; owned by one `Agent`."""

    question: Question | None = None
    offered: tuple[Place, ...] = ()
    """Places offered last, in the order said."""
    last_search: Intent | None = None
    """The search that gave them."""
    topic: Place | None = None
    """The place spoken of last ("there")."""
    asked_about: Place | None = None
    """The place that was asked about last, while nothing else is asked for ("that one then")."""
    earlier: list[Place] = field(default_factory=list)
    """Destinations of this conversation, newest last ("the one from before")."""
    touched_at: datetime | None = None
    route: Route | None = None
    origin: tuple[float, float] | None = None
    stops: list[Place] = field(default_factory=list)
    """Stops of the current route, destination last."""
    driven_before: list[tuple[tuple[Place, ...], tuple[Avoid, ...]]] = field(default_factory=list)
    """Stops and roads avoided of the drive before each change, newest last."""
    avoid: tuple[Avoid, ...] = ()
    usual_avoid: tuple[Avoid, ...] = ()
    """What every drive avoids to begin with, by the settings."""
    plan: Plan | None = None
    plan_inputs: Any = None
    """What the plan was made from (`agent.trip.request.TripRequest`)."""
    plan_past: list[tuple[Plan, Any]] = field(default_factory=list)
    """The plan before each change, with what it was made from, so that changes can be taken back."""
    plan_next: int = 0
    """Which of the plan's stops is driven to next."""
    last_answer: Answer | None = None
    language: Language = "zh"
    declined_at: datetime | None = None
    """When a suggestion was last turned down."""

    def copy(self) -> Session:
        """Return the state as it is now, to be restored."""
        return replace(
            self,
            question=copy(self.question),
            earlier=[*self.earlier],
            stops=[*self.stops],
            driven_before=[*self.driven_before],
            plan_past=[*self.plan_past],
        )

    def restore(self, before: Session) -> None:
        """Return to a state that was copied."""
        for each in fields(self):
            setattr(self, each.name, getattr(before, each.name))

    def expire(self, now: datetime) -> None:
        """Forget what is too old to be meant."""
        if self.question and now - self.question.asked_at > QUESTION_LASTS:
            self.question = None
        if self.touched_at and now - self.touched_at > TOPIC_LASTS:
            self.offered, self.topic, self.last_search = (), None, None

    def context(self, guiding: bool) -> State:
        """Return what the understanding needs to know."""
        names: list[str] = []
        # A question about a guess has no places of its own: those that were offered before it stay open.
        places = (self.question.options if self.question else ()) or self.offered
        for place in places:
            names += [name for name in (place.name, place.district, *place.names.values()) if name]
        return State(
            expecting=self.question.expecting if self.question else "",
            guiding=guiding,
            planning=self.plan is not None,
            offered=tuple(dict.fromkeys(names)),
        )

    def drive_to(self, route: Route, origin: tuple[float, float] | None, stops: list[Place]) -> None:
        """Note the route that is now driven, and what was driven before it."""
        if self.route is not None and self.stops:
            self.driven_before = [*self.driven_before[-9:], (tuple(self.stops), self.avoid)]
        self.route, self.origin, self.stops = route, origin, stops
        if stops:
            self.topic = stops[-1]
            self.earlier = [*self.earlier[-9:], stops[-1]]

    def follow(self, state: GuidanceState | None, place_at: Callable[[float, float], Place]) -> None:
        """Take over what live guidance knows: stops reached, arrived, gone on after a restart.

        A drive that was asked for and taken back before it began leaves the one that is under way.
        """
        if state is None or state.route is None:
            if self.route is not None:
                self.end_drive()
            return
        self.route = state.route
        left = state.stops_left
        if len(self.stops) < len(left) or (left and not _is_at(self.stops[-1], left[-1])):
            self.avoid = cast("tuple[Avoid, ...]", tuple(sorted(state.route.avoid)))
            self.stops = [place_at(*point) for point in left]
        elif left:
            reached = {stop.id for stop in self.stops[: -len(left)]}
            self.stops = self.stops[-len(left) :]
            if reached:
                self._leave_behind(reached)

    def _leave_behind(self, reached: set[str]) -> None:
        """Where one has been is no stop any more of a drive that is gone back to."""
        left = (
            (tuple(stop for stop in stops if stop.id not in reached), avoid)
            for stops, avoid in self.driven_before
        )
        self.driven_before = [(stops, avoid) for stops, avoid in left if stops]

    def end_drive(self) -> None:
        """Forget the route."""
        self.route, self.origin, self.stops, self.avoid = None, None, [], self.usual_avoid
        self.driven_before = []


def _is_at(place: Place, point: tuple[float, float]) -> bool:
    return distance_m((place.lat, place.lon), point) < _SAME_STOP_M
