"""What the agent proposes by itself, when it is allowed to: one at a time, never over a manoeuvre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from agent.actions import reply
from agent.actions.context import Desk, as_place
from agent.actions.finding import Finder
from agent.actions.guidance_state import GuidanceState
from agent.actions.session import Question, Session
from agent.actions.trip_told import ahead
from agent.understanding.intent import Navigate, Search
from nav.errors import NavError
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Point
    from agent.actions.finding import Found
    from agent.memory import Kept
    from agent.understanding.utterance import Language
    from poi.place import Place

LOW_RANGE_M = 60_000.0
"""Below this range a station is proposed."""

REST_AFTER_S = 2 * 3600.0
PARKING_BEFORE_M = 1_500.0
QUIET_BEFORE_MANOEUVRE_M = 400.0
"""Nothing is proposed this close to a manoeuvre."""

AT_STOP_M = 600.0
"""So near to a stop of the plan the car stands at it."""

_BEFORE_LEAVING = timedelta(minutes=10)

PAUSE = timedelta(minutes=15)
"""Least time between two proposals, and after one that was turned down."""

Topic = Literal["fuel", "rest", "parking", "usual", "plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One proposal."""

    topic: Topic
    text: str
    """Words to say."""
    place: Place | None
    """Where it would lead; None for plain advice."""
    because: str
    """Why, in counts and measures, for a person who asks."""


class Suggester:
    """Decides whether to propose something now.

    Parameters
    ----------
    desk
        Map and memory.
    session
        The conversation, which gets the question so that "yes" works.
    """

    def __init__(self, desk: Desk, session: Session) -> None:
        self._desk = desk
        self._session = session
        self._last_at: datetime | None = None
        self._done: set[str] = set()

    def suggest(
        self, *, position: Point | None, guidance: GuidanceState | None, language: Language
    ) -> Suggestion | None:
        """Return the one proposal that is due, the most urgent first; None for none.

        Parameters
        ----------
        position
            Where the car is.
        guidance
            The drive; None if there is none.
        language
            Language to speak.
        """
        now = self._desk.now()
        if position is None or self._session.question is not None or self._too_soon(now):
            return None
        ahead_m = guidance.next_distance_m if guidance is not None else None
        if ahead_m is not None and ahead_m < QUIET_BEFORE_MANOEUVRE_M:
            return None
        finder = Finder(
            desk=self._desk,
            session=self._session,
            position=position,
            language=language,
            offset_m=guidance.offset_m if guidance else 0.0,
        )
        found = (
            self._fuel(finder, guidance)
            or self._rest(finder, guidance)
            or self._parking(finder, guidance)
            or self._next_stop(finder, guidance, now)
            or self._usual(finder, guidance, now)
        )
        if found is not None:
            self._note(found, now)
        return found

    def _too_soon(self, now: datetime) -> bool:
        latest = max((t for t in (self._last_at, self._session.declined_at) if t is not None), default=None)
        return latest is not None and now - latest < PAUSE

    def _note(self, found: Suggestion, now: datetime) -> None:
        self._last_at = now
        key = found.topic if found.place is None else f"{found.topic}:{found.place.id}"
        self._done.add(key)
        if found.place is not None:
            self._session.question = Question(
                expecting="yes_no",
                intent=Navigate(to=found.place.name),
                options=(found.place,),
                asked_at=now,
                words=found.text,
            )
            on_the_way = found.topic in {"fuel", "rest"} and self._session.stops
            self._session.last_search = Search(along=True, need="fuel") if on_the_way else None

    def _along(self, finder: Finder, guidance: GuidanceState, need: Literal["fuel", "rest"]) -> Found | None:
        if guidance.route is None:
            return None
        found = finder.of_need(need, near=finder.position, route=guidance.route)
        return found if found.places and not found.relaxed else None

    def _fuel(self, finder: Finder, guidance: GuidanceState | None) -> Suggestion | None:
        if guidance is None or guidance.range_m is None or guidance.range_m > LOW_RANGE_M:
            return None
        found = self._along(finder, guidance, "fuel")
        place = found.places[0] if found else None
        if place is None or f"fuel:{place.id}" in self._done:
            return None
        language = finder.language
        text = reply.say(
            language,
            "suggest.fuel",
            name=reply.spoken_name(place, language),
            distance=reply.spoken_distance(place.distance_m or 0, language),
            detour=reply.spoken_duration(place.detour_s or 0, language),
        )
        return Suggestion(
            topic="fuel", text=text, place=place, because=f"range {guidance.range_m / 1000:.0f} km"
        )

    def _rest(self, finder: Finder, guidance: GuidanceState | None) -> Suggestion | None:
        if guidance is None or guidance.driving_s < REST_AFTER_S or "rest" in self._done:
            return None
        language = finder.language
        because = f"{guidance.driving_s / 3600:.1f} h at the wheel"
        found = self._along(finder, guidance, "rest")
        if found is None:
            return Suggestion(
                topic="rest", text=reply.say(language, "suggest.rest_plain"), place=None, because=because
            )
        place = found.places[0]
        if f"rest:{place.id}" in self._done:
            return None
        text = reply.say(
            language,
            "suggest.rest",
            name=reply.spoken_name(place, language),
            distance=reply.spoken_distance(place.distance_m or 0, language),
        )
        return Suggestion(topic="rest", text=text, place=place, because=because)

    def _parking(self, finder: Finder, guidance: GuidanceState | None) -> Suggestion | None:
        if guidance is None or guidance.remaining_m is None or not self._session.stops:
            return None
        target = self._session.stops[-1]
        if guidance.remaining_m > PARKING_BEFORE_M or target.category.startswith("amenity/parking"):
            return None
        found = finder.of_kind("停车场", near=(target.lat, target.lon), within_m=500)
        named = [place for place in found.places if place.name and not found.relaxed]
        if not named or any(key.startswith("parking") for key in self._done):
            return None
        language = finder.language
        text = reply.say(
            language,
            "suggest.parking",
            name=reply.spoken_name(target, language),
            parking=reply.spoken_name(named[0], language),
        )
        because = f"{guidance.remaining_m:.0f} m to the destination"
        return Suggestion(topic="parking", text=text, place=named[0], because=because)

    def _next_stop(self, finder: Finder, guidance: GuidanceState | None, now: datetime) -> Suggestion | None:
        """Offer the plan's next stop when it is time to leave the one where the car stands."""
        driving = guidance is not None and guidance.route is not None and not guidance.parked
        plan, earlier = self._session.plan, self._session.earlier
        if driving or plan is None or not earlier or finder.position is None:
            return None
        here = next((v for v in plan.visits if v.place.id == earlier[-1].id), None)
        coming = ahead(self._session)
        if here is None or not coming or now.replace(tzinfo=None) < here.leave - _BEFORE_LEAVING:
            return None
        if distance_m(finder.position, here.park or (here.place.lat, here.place.lon)) > AT_STOP_M:
            return None
        place = coming[0].place
        if f"plan:{place.id}" in self._done:
            return None
        name = reply.spoken_name(place, finder.language)
        text = reply.say(finder.language, "trip.next_offer", name=name)
        return Suggestion(
            topic="plan", text=text, place=place, because=f"the plan leaves at {here.leave:%H:%M}"
        )

    def _usual(self, finder: Finder, guidance: GuidanceState | None, now: datetime) -> Suggestion | None:
        driving = guidance is not None and guidance.route is not None and not guidance.parked
        if driving or self._session.route is not None or self._desk.memory is None:
            return None
        usual = self._desk.memory.usual(now)
        if usual is None or finder.position is None:
            return None
        kept, times, drives = usual
        if f"usual:{as_place(kept).id}" in self._done:
            return None
        if distance_m(finder.position, (kept.lat, kept.lon)) < 300:
            return None
        return self._usual_words(finder, kept, f"{times} of {drives} drives at this time")

    def _usual_words(self, finder: Finder, kept: Kept, because: str) -> Suggestion | None:
        assert finder.position is not None
        try:
            route = self._desk.router.route([finder.position, (kept.lat, kept.lon)])
        except NavError:
            return None
        text = reply.say(
            finder.language,
            "suggest.usual",
            name=kept.name,
            duration=reply.spoken_duration(float(route.duration_s), finder.language),
        )
        return Suggestion(topic="usual", text=text, place=as_place(kept), because=because)
