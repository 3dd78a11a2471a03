"""The agent: hears an utterance, does what was asked, and answers."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from agent.actions import answers as dialogue
from agent.actions import bystander as overheard
from agent.actions import drive as act_drive
from agent.actions import reroute as act_reroute
from agent.actions import search as act_search
from agent.actions import status as act_status
from agent.actions import view as act_view
from agent.actions.answer import Answer
from agent.actions.context import Desk
from agent.actions.finding import Finder
from agent.actions.reply import Style, say
from agent.actions.session import Session
from agent.actions.suggestion import Suggester, Suggestion
from agent.actions.turn import Result, Turn, merged
from agent.dialogue import agreed
from agent.dialogue.doubt import doubt
from agent.errors import AgentError
from agent.sense import Sense, most_sensible
from agent.trip.spoken.heard import of_trip
from agent.understanding.intent import (
    Cancel,
    ChangeRoute,
    Chat,
    Choose,
    Confirm,
    Deny,
    Help,
    Navigate,
    PlanTrip,
    Recall,
    Remember,
    Repeat,
    Search,
    Status,
    View,
    Volume,
)
from agent.understanding.understand import Understander, Understanding
from agent.understanding.utterance import clean
from languages import codes
from nav.errors import NavError
from poi.errors import PoiError

if TYPE_CHECKING:
    from agent.actions.context import Point
    from agent.actions.guidance_state import GuidanceState
    from agent.memory import Memory
    from agent.understanding.intent import Avoid, Intent
    from agent.understanding.language_model import LanguageModel
    from agent.understanding.late_reader import LateReader
    from agent.understanding.learned.reader import Reader
    from agent.understanding.utterance import Language
    from nav import Region, Router
    from poi import Places


_BESIDE = (Status, Chat, Repeat, Volume, View)
"""Kinds after which one may still mean the place that was asked about."""


class Agent:
    """One conversation about one region.

    Parameters
    ----------
    region
        The map.
    places
        Its places.
    router
        Its router.
    reader
        Reads free requests, open or to be opened when it is needed; None to go by closed lists alone.
    llm
        Language model that is asked for a guess where the reader has none; None to go without.
    memory
        The driver's memory; None to remember nothing.
    guidance
        The drive under way: a snapshot, or a function that gives the newest one. Such a function guides the
        routes that are handed out: None from it means that nothing is driven any more.
    now
        The clock, in the local time of the region.
    style
        How much is said: "brief", "normal" or "chatty".
    avoid
        What every route and trip avoids besides what is asked for: "toll", "motorway", "ferry", "unpaved".
    """

    def __init__(
        self,
        region: Region,
        *,
        places: Places,
        router: Router,
        reader: Reader | LateReader | None = None,
        llm: LanguageModel | None = None,
        memory: Memory | None = None,
        guidance: GuidanceState | Callable[[], GuidanceState | None] | None = None,
        now: Callable[[], datetime] = datetime.now,
        style: Style = "normal",
        avoid: Collection[str] = (),
    ) -> None:
        self._desk = Desk(region=region, places=places, router=router, memory=memory, now=now, style=style)
        self._understander = Understander(reader, llm)
        self._unaided = Understander(reader)
        self.guidance = guidance
        usual = cast("tuple[Avoid, ...]", tuple(sorted(avoid)))
        self.session = Session(avoid=usual, usual_avoid=usual)
        self._suggester = Suggester(self._desk, self.session)

    @property
    def memory(self) -> Memory | None:
        """The driver's memory; one that could not be opened at first may be given later."""
        return self._desk.memory

    @memory.setter
    def memory(self, memory: Memory | None) -> None:
        self._desk.memory = memory

    def looked_at(self, has_screen: Callable[[], bool]) -> None:
        """Take a function that tells whether there is a screen that can show what is asked for."""
        self._desk.has_screen = has_screen

    def warm(self) -> float:
        """Prepare the language model; return the seconds it took (0 without one)."""
        try:
            return self._understander.warm()
        except AgentError:
            return 0.0

    def suggest(self, *, position: Point | None, language: Language) -> Suggestion | None:
        """Return the one thing that is worth proposing now, unasked; None for nothing (see `Suggester`)."""
        return self._suggester.suggest(position=position, guidance=self._guidance(), language=language)

    def hear(
        self,
        text: str,
        *,
        language: str | None = None,
        position: Point | None = None,
        alternatives: Sequence[str] = (),
    ) -> Answer:
        """Answer one utterance.

        Parameters
        ----------
        text
            What was heard; anything at all.
        language
            Language that was heard; None to tell from the text.
        position
            Where the car is, (lat, lon).
        alternatives
            Other ways in which the recogniser could have heard it, likeliest first; tried when `text` makes
            no sense.

        Returns
        -------
        Answer
            Always one; this never raises for anything that was said.
        """
        started = time.perf_counter()
        self.session.expire(self._desk.now())
        guidance = self._followed()
        spoken = language if language in codes() else None
        understood = self._understand(text, alternatives, spoken, position, guidance)
        understood = of_trip(
            understood,
            planning=self.session.plan is not None,
            plan=self.session.plan,
            asked=self.session.question is not None,
            now=self._desk.now(),
        )
        took_ms = (time.perf_counter() - started) * 1000
        return self._answer(text, understood, position, guidance, took_ms)

    def is_request(self, text: str, *, language: str | None = None, position: Point | None = None) -> bool:
        """Whether words that nobody said to us by name ask for something; nothing is done about them.

        Parameters
        ----------
        text, language, position
            As in `hear`.
        """
        self.session.expire(self._desk.now())
        spoken = language if language in codes() else None
        context = self.session.context(self._guides(self._followed()))
        understood = self._unaided.understand(text, language=spoken, context=context)
        finder = Finder(
            desk=self._desk, session=self.session, position=position, language=understood.language
        )
        try:
            return overheard.is_request(understood, self.session, finder)
        except (NavError, PoiError, AgentError):
            return False

    def carry_out(
        self, text: str, intents: Sequence[Intent], *, language: Language, position: Point | None = None
    ) -> Answer:
        """Do what is already understood, and answer as `hear` does.

        Parameters
        ----------
        text
            The words behind it.
        intents
            What is to be done, in order.
        language
            Language of the reply.
        position
            Where the car is, (lat, lon).
        """
        understood = Understanding(
            text=clean(text), language=language, intents=tuple(intents), confidence=1.0, tier="list"
        )
        return self._answer(text, understood, position, self._followed(), 0.0)

    def _answer(
        self,
        text: str,
        understood: Understanding,
        position: Point | None,
        guidance: GuidanceState | None,
        understand_ms: float,
    ) -> Answer:
        started = time.perf_counter()
        session = self.session
        turn = Turn(
            desk=self._desk,
            session=session,
            finder=Finder(
                desk=self._desk,
                session=session,
                position=position,
                language=understood.language,
                offset_m=guidance.offset_m if guidance else 0.0,
            ),
            language=understood.language,
            position=position,
            guidance=guidance,
            text=understood.text,
            asked=session.question,
        )
        result = self._act(turn, understood)
        answer = Answer(
            heard=text,
            language=understood.language,
            intents=understood.intents,
            outcome=result.outcome,
            reply=result.reply,
            places=result.places,
            route=result.route,
            plan=result.plan,
            understood_by=understood.tier,
            why=understood.why,
            asks=result.outcome in {"ask_back", "not_understood"} or self._waits(understood),
            end_guidance=result.end_guidance,
            volume=result.volume,
            view=result.view,
            timings_ms={"understand": understand_ms, "act": (time.perf_counter() - started) * 1000},
        )
        if not all(
            isinstance(intent, Status | Chat | Repeat | Volume | View) for intent in understood.intents
        ):
            session.asked_about = None
        session.language = understood.language
        if not any(isinstance(intent, Repeat | Volume | View) for intent in understood.intents):
            session.last_answer = answer
        return answer

    def _waits(self, understood: Understanding) -> bool:
        """Whether our question is still open after what was said; talk beside it does not put it again."""
        talks = all(isinstance(intent, Chat) for intent in understood.intents)
        return self.session.question is not None and not talks

    def _guidance(self) -> GuidanceState | None:
        return self.guidance() if callable(self.guidance) else self.guidance

    def _followed(self) -> GuidanceState | None:
        """Return the guidance; a live one is believed about the drive rather than what was asked for."""
        state = self._guidance()
        if callable(self.guidance):
            # Where the map or the memory cannot be read, the next turn tries again.
            with contextlib.suppress(PoiError, AgentError):
                self.session.follow(state, self._desk.place_at)
        return state

    def _guides(self, guidance: GuidanceState | None) -> bool:
        return self.session.route is not None or (guidance is not None and guidance.route is not None)

    def _understand(
        self,
        text: str,
        alternatives: Sequence[str],
        language: Language | None,
        position: Point | None,
        guidance: GuidanceState | None,
    ) -> Understanding:
        if alternatives:
            sense, meant = self._most_sensible([text, *alternatives], language, position, guidance)
            if not sense.is_first:
                return meant
        context = self.session.context(self._guides(guidance))
        understood = self._understander.understand(text, language=language, context=context)
        if agreed.offers_drive(self.session) and not context.guiding:
            # Who goes on as if it were driven already has said yes.
            on_the_way = replace(context, expecting="", offered=(), guiding=True)
            other = self._unaided.understand(text, language=language, context=on_the_way)
            if other.confidence > understood.confidence and agreed.is_of_drive(other.intents):
                return other
        return understood

    def sense(
        self,
        text: str,
        *,
        language: str | None = None,
        position: Point | None = None,
        alternatives: Sequence[str] = (),
        apart: Sequence[float] = (),
    ) -> Sense | None:
        """Return which of the recogniser's readings makes most sense here, and how much; nothing is done.

        None where there is no learned reader, which alone can tell.

        Parameters
        ----------
        text, language, position, alternatives
            As in `hear`.
        apart
            How far each alternative sounds from what was read, 0 to 1.
        """
        if not self._unaided.has_reader:
            return None
        self.session.expire(self._desk.now())
        spoken = language if language in codes() else None
        return self._most_sensible([text, *alternatives], spoken, position, self._followed(), apart)[0]

    def _most_sensible(
        self,
        texts: Sequence[str],
        language: Language | None,
        position: Point | None,
        guidance: GuidanceState | None,
        apart: Sequence[float] = (),
    ) -> tuple[Sense, Understanding]:
        context = self.session.context(self._guides(guidance))
        finder = Finder(
            desk=self._desk,
            session=self.session,
            position=position,
            language=language or self.session.language,
        )
        return most_sensible(
            texts,
            lambda text: self._unaided.understand(text, language=language, context=context),
            finder,
            context,
            apart,
        )

    def _act(self, turn: Turn, understood: Understanding) -> Result:
        """Carry out what was understood; a failure becomes words, never an exception."""
        try:
            return self._carry_out(turn, understood)
        except (NavError, PoiError, AgentError):
            return turn.impossible("failed")

    def _carry_out(self, turn: Turn, understood: Understanding) -> Result:
        if agreed.is_faint_yes(turn, understood):
            return self._repeat(turn)
        if agreed.takes_back_a_question(self.session, understood.intents):
            return dialogue.deny(turn, Deny())
        confirmed = agreed.confirmed(self.session, understood)
        context = self.session.context(turn.route is not None)
        if not (confirmed or understood.is_sure(context) or agreed.is_harmless_answer(turn, understood)):
            guess = understood.intents if understood.is_worth_asking else ()
            return doubt(turn, guess, understood.kind_p)
        wanted = confirmed or understood.intents
        wanted = (*agreed.taken_for_granted(turn, wanted), *wanted)
        intents = [_avoiding(intent, self.session.usual_avoid) for intent in wanted]
        stops = [intent for intent in intents if isinstance(intent, Navigate)]
        if len(stops) > 1 and len(stops) == len(intents):
            return act_drive.several(turn, stops)
        results = []
        for intent in intents:
            result = self._one(turn, intent)
            results.append(result)
            if result.outcome in {"ask_back", "impossible"}:
                break
        return merged(results, turn.language)

    def _one(self, turn: Turn, intent: Intent) -> Result:
        """Carry out one intent; a new request ends an open question."""
        if isinstance(intent, Navigate | Search | PlanTrip | Remember) or (
            isinstance(intent, ChangeRoute) and turn.session.stops
        ):
            turn.session.question = None
        match intent:
            case Navigate():
                if self.session.plan is not None:
                    from agent.actions import trip_keep

                    if (stop := trip_keep.stop_meant(turn, intent)) is not None:
                        return act_drive.drive_to(turn, intent, stop)
                return act_drive.navigate(turn, intent)
            case Search():
                return act_search.search(turn, intent)
            case PlanTrip():
                from agent.actions import trip as act_trip

                return act_trip.plan_trip(turn, intent)
            case ChangeRoute():
                return act_reroute.change_route(turn, intent)
            case Choose():
                return dialogue.choose(turn, intent)
            case Confirm():
                return dialogue.confirm(turn)
            case Deny():
                return dialogue.deny(turn, intent)
            case Status():
                return act_status.status(turn, intent)
            case Remember():
                return act_status.remember(turn, intent)
            case Recall():
                return act_status.recall(turn, intent)
            case Cancel():
                return dialogue.cancel(turn, intent)
            case Repeat():
                return self._repeat(turn)
            case Volume():
                return act_view.volume(turn, intent)
            case View():
                return act_view.view(turn, intent)
            case Help():
                return turn.done("help")
            case Chat():
                return overheard.chat(turn, intent)

    def _repeat(self, turn: Turn) -> Result:
        last = self.session.last_answer
        question = turn.session.question
        if question is not None:
            return Result(outcome="done", reply=question.words, places=question.options)
        if last is None:
            return turn.done("repeat.nothing")
        return Result(outcome="done", reply=last.reply, places=last.places)


def _avoiding(intent: Intent, usual: tuple[Avoid, ...]) -> Intent:
    """Add what every drive avoids to what the driver named; who names nothing gets it from the session."""
    if isinstance(intent, Navigate) and intent.avoid:
        return intent.model_copy(update={"avoid": tuple(dict.fromkeys((*usual, *intent.avoid)))})
    if isinstance(intent, PlanTrip) and intent.wishes.avoid:
        both = tuple(dict.fromkeys((*usual, *intent.wishes.avoid)))
        return intent.model_copy(update={"wishes": intent.wishes.model_copy(update={"avoid": both})})
    return intent


__all__ = ["Agent", "say"]
