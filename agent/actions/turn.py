"""One turn of the conversation: what the actions read, and what they leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from agent.actions import reply
from agent.actions.session import Question

if TYPE_CHECKING:
    from agent.actions.answer import Outcome
    from agent.actions.context import Desk, Point
    from agent.actions.finding import Finder
    from agent.actions.guidance_state import GuidanceState
    from agent.actions.session import Expecting, Session
    from agent.trip.itinerary import Plan
    from agent.understanding.intent import Avoid, Intent
    from agent.understanding.utterance import Language
    from nav import Route
    from poi.place import Place

_DAYS_OF_WEEK = 7


@dataclass(slots=True, kw_only=True)
class Result:
    """What one intent led to."""

    outcome: Outcome
    reply: str
    places: tuple[Place, ...] = ()
    route: Route | None = None
    plan: Plan | None = None
    end_guidance: bool = False
    volume: dict[str, Any] | None = None
    view: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Turn:
    """What the actions of one utterance share."""

    desk: Desk
    session: Session
    finder: Finder
    language: Language
    position: Point | None
    guidance: GuidanceState | None
    text: str
    """The cleaned utterance."""
    asked: Question | None = None
    """Our question that was open when it was said."""

    @property
    def route(self) -> Route | None:
        """The route that is driven now."""
        if self.guidance is not None and self.guidance.route is not None:
            return self.guidance.route
        return self.session.route

    def is_asked_about(self, place: Place) -> bool:
        """Whether we had just asked if this place is meant: who names it again has said yes."""
        asked = self.asked
        return (
            asked is not None and asked.expecting == "yes_no" and [p.id for p in asked.options] == [place.id]
        )

    def say(self, key: str, **facts: str) -> str:
        """Fill a template in the language of the turn."""
        return reply.say(self.language, key, self.desk.style, **facts)

    def name(self, place: Place) -> str:
        """Return the name of a place as it is spoken."""
        return reply.spoken_name(place, self.language)

    def distance(self, metres: float) -> str:
        """Say a distance."""
        return reply.spoken_distance(metres, self.language)

    def duration(self, seconds: float) -> str:
        """Say a duration."""
        return reply.spoken_duration(seconds, self.language)

    def moment(self, moment: datetime, *, until: bool = False) -> str:
        """Say a moment to come: "at ten p.m. today"; of its last minute "until ten p.m. today"."""
        if not until:
            spoken = reply.spoken_time(moment, self.language)
            return self.say("when.time", day=self.day(moment), time=spoken)
        end = moment + timedelta(minutes=1)
        if end.time() == time():
            return self.say("when.midnight", day=self.day(moment))
        return self.say("when.until", day=self.day(end), time=reply.spoken_time(end, self.language))

    def day(self, moment: datetime) -> str:
        """Say the day of a moment: "today", "on Sunday", "on the fifth of May"."""
        days = (moment.date() - self.desk.now().date()).days
        named = {0: "hours.today", 1: "hours.tomorrow"}.get(days, "hours.on")
        return self.say(
            named, date=reply.spoken_date(moment.date(), self.language, weekday_only=days < _DAYS_OF_WEEK)
        )

    def roads(self, avoid: tuple[Avoid, ...] | tuple[str, ...]) -> str:
        """Name kinds of roads."""
        return reply.joined([self.say(f"road.{kind}") for kind in avoid], self.language)

    def listed(self, names: list[str]) -> str:
        """Join names as a list."""
        return reply.joined(names, self.language)

    def done(self, key: str, *, places: tuple[Place, ...] = (), **facts: str) -> Result:
        """Return a result that needs no answer."""
        return Result(outcome="done", reply=self.say(key, **facts), places=places)

    def impossible(self, key: str, **facts: str) -> Result:
        """Return the explanation of why it cannot be done."""
        return Result(outcome="impossible", reply=self.say(key, **facts))

    def ask(
        self,
        reply_text: str,
        *,
        intent: Intent,
        expecting: Expecting,
        options: tuple[Place, ...] = (),
        repeated: int = 0,
        words: str = "",
        pending: tuple[Intent, ...] = (),
    ) -> Result:
        """Ask back and remember the question."""
        self.session.question = Question(
            expecting=expecting,
            intent=intent,
            options=options,
            asked_at=self.desk.now(),
            words=words or reply_text,
            repeated=repeated,
            pending=pending,
        )
        if options:
            self.session.offered = options
            self.session.touched_at = self.desk.now()
            if len(options) == 1:
                self.session.topic = options[0]
        return Result(outcome="ask_back", reply=reply_text, places=options)


def merged(results: list[Result], language: Language) -> Result:
    """Return what the requests of one sentence led to, as one."""
    if len(results) == 1:
        return results[0]
    last = results[-1]
    gap = reply.gap(language)
    routes = [result.route for result in results if result.route is not None]
    return Result(
        outcome=last.outcome,
        reply=gap.join(result.reply for result in results),
        places=last.places or results[0].places,
        route=routes[-1] if routes else None,
        plan=next((result.plan for result in results if result.plan), None),
        end_guidance=any(result.end_guidance for result in results) and not routes,
        volume=next((result.volume for result in results if result.volume), None),
        view=next((result.view for result in results if result.view), None),
    )
