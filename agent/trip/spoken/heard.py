"""What was understood of a sentence that speaks of a trip: the whole of it, and how surely.

A request for a trip says much in one sentence, and the reader is rarely sure of every word. It need not be:
a plan tells what it was made of, and changes nothing until it is driven. Sure of the kind is enough.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from agent.trip.asked.clock import times_of
from agent.trip.asked.marks import areas_wished, clauses_of, days_between, stays_said
from agent.trip.asked.rest import is_kind, is_named
from agent.trip.changes.plan_words import meal_meant
from agent.trip.dates import date_said
from agent.trip.spoken.orders import order_of
from agent.understanding.intent import (
    Cancel,
    Chat,
    Choose,
    Confirm,
    Deny,
    Navigate,
    PlanTrip,
    Search,
)
from agent.understanding.understand import ACT, DESTROY
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of

if TYPE_CHECKING:
    from agent.trip.itinerary import Plan
    from agent.trip.spoken.talk import Spoken
    from agent.understanding.understand import Understanding

_KIND, _KIND_ANEW = 0.8, 0.9
"""So sure the reader has to be of a trip: without a plan at hand, and where one would be put aside."""
_KIND_WHOLE = 0.4
"""The same where an area and a number of days are named."""
_TALK = 0.7
"""Less sure of mere talk, words that plan a trip to an area count."""
_LEAST = 0.5
"""So sure of all of it the reader has to be at least, where its kind is what counts."""
_SURE = 0.95
"""From so sure a reading on, words about the plan at hand are not looked for."""


def of_trip(
    understood: Understanding, *, planning: bool, asked: bool, now: datetime, plan: Plan | None = None
) -> Understanding:
    """Return what was understood, with everything that the sentence says of a trip.

    Parameters
    ----------
    understood
        What the lists and the reader made of the sentence.
    planning
        Whether there is a plan at hand.
    asked
        Whether a question of ours is open.
    now
        When it was said.
    plan
        The plan at hand, whose hotel and restaurants may be named.
    """
    order = order_of(understood.text, understood.language, planning=planning)
    if order is not None:
        return replace(understood, intents=(order,), confidence=1.0)
    trip = _trip(understood)
    if trip is None and not (planning or asked) and (stay := _stay(understood, now)) is not None:
        return replace(_whole(understood, stay, planning, now), confidence=max(understood.confidence, ACT))
    if (
        trip is not None
        and (trip.where or trip.towns or (trip.days is not None and not planning))
        and not _is_answer(trip, asked)
    ):
        return _whole(understood, trip, planning, now)
    if planning and not (asked and isinstance(_first(understood), Choose | Confirm | Deny)):
        return _about_plan(understood, trip, now, plan)
    return understood if trip is None else _whole(understood, trip, planning, now)


def _first(understood: Understanding) -> object:
    return understood.intents[0] if understood.intents else None


def _trip(understood: Understanding) -> PlanTrip | None:
    """Return the request for a new trip, if there is one."""
    return next(
        (i for i in understood.intents if isinstance(i, PlanTrip) and not (i.change or i.ask or i.act)), None
    )


def _stay(understood: Understanding, now: datetime) -> PlanTrip | None:
    """Return the trip that is meant, if the reader doubts what it read and a stay is spoken of."""
    first, text, language = _first(understood), understood.text, understood.language
    if not talks_of_trips(language):
        return None
    doubted = understood.confidence < ACT
    words = talk_words(language)
    match first:
        case Navigate(to=where) if where and doubted:
            planned = any_of(language, (*words.plans, *words.visiting)).search(text) is not None
            planned = planned and not is_kind(where)
            return PlanTrip(where=where) if planned or days_between(text, language) else None
        case Search(need="sights", near=where) if where and date_said(text, now) == now.date():
            parts = [text[a:b] for a, b in clauses_of(text, language)]
            return PlanTrip(where=where, days=1) if times_of(parts, language).end else None
        case Chat() if doubted or understood.kind_p.get("talk", 0.0) < _TALK:
            places = [p for p in stays_said(text, language) if is_named(p, language)]
            places = places or areas_wished(text, language)
            return PlanTrip(where=places[0]) if len(places) == 1 else None
    return None


def _kind_p(understood: Understanding) -> float:
    return understood.kind_p.get("plan_trip", 0.0)


def _is_answer(trip: PlanTrip, asked: bool) -> bool:
    """Whether it is the number of days that we asked for."""
    return asked and trip.days is not None and not (trip.where or trip.towns)


def _whole(understood: Understanding, trip: PlanTrip, planning: bool, now: datetime) -> Understanding:
    """Take the whole sentence as one request for a trip."""
    if understood.tier == "list":
        return understood
    from agent.trip.asked.sentence import completed

    whole = completed(trip, understood.text, understood.language, now)
    least, enough = (DESTROY, _KIND_ANEW) if planning else (ACT, _KIND)
    whole_said = bool(whole.where and whole.days)
    planned = any_of(understood.language, talk_words(understood.language).plans).search(understood.text)
    enough = _KIND_WHOLE if (whole_said or planned) and not planning else enough
    sure = _kind_p(understood) >= enough and bool(whole.where or whole.towns or not planning)
    confidence = max(understood.confidence, least) if sure else understood.confidence
    return replace(understood, intents=(whole,), confidence=confidence, left_over=whole.wishes.unread)


def _about_plan(
    understood: Understanding, trip: PlanTrip | None, now: datetime, plan: Plan | None
) -> Understanding:
    """Take a sentence as one about the plan at hand, if its words say so or the reader does."""
    if understood.tier == "list":
        return understood
    from agent.trip.asked.sentence import completed
    from agent.trip.spoken.agreed import agreed, named_in_plan, of_one_day
    from agent.trip.spoken.named import topic_of
    from agent.trip.spoken.rough import with_day
    from agent.trip.spoken.talk import spoken_of_plan

    spoken = spoken_of_plan(understood.text, understood.language, topic_of(plan, understood.text))
    dated = with_day(plan, understood.text, now, understood.language) if plan is not None else ""
    again = spoken_of_plan(dated, understood.language, topic_of(plan, dated)) if dated else spoken
    if dated and _is_of_one_day(again):  # 周五下午空出来: a day of the plan, and no other date of it
        spoken, understood = again, replace(understood, text=dated, intents=(), confidence=0.0)
    if spoken.several:
        named = [named_in_plan(i.change, understood, plan) for i in spoken.several if i.change is not None]
        changes = tuple(PlanTrip(change=change) for change in named)
        sure = max(understood.confidence, DESTROY)
        return replace(understood, intents=changes, confidence=sure, why="plan talk", left_over=())
    said = agreed(spoken, understood, now, plan)
    first = _first(understood)
    if isinstance(first, Cancel) and not _takes_back(said):
        words = (*talk_words(understood.language).plans, *talk_words(understood.language).change.drop)
        if any_of(understood.language, words).search(understood.text) or said is None:
            return understood  # the plan is meant, unless the words say that it is the last change
    sure = understood.confidence >= _SURE and trip is None and not isinstance(first, Chat)
    if sure and not _takes_back(said) and not _is_nearer(said, first) and not _is_no_label(said):
        return replace(
            understood,
            intents=tuple(of_one_day(i, understood.text, understood.language) for i in understood.intents),
        )
    if said is not None:
        return replace(
            understood,
            intents=(said,),
            confidence=max(understood.confidence, DESTROY),
            why=f"plan talk; {understood.why}".rstrip("; "),
            left_over=spoken.left_over,
        )
    if trip is None:
        return _kind_enough(understood)
    whole = completed(trip, understood.text, understood.language, now)
    wished = whole.wishes.model_copy(update={"unread": ()}) != type(whole.wishes)()
    if wished and trip.days is None and not (whole.where or whole.towns or whole.date):
        whole = whole.model_copy(update={"days": None})  # so much a day, and no number of days
    confidence = (
        max(understood.confidence, DESTROY)
        if wished and whole.days is None and _kind_p(understood) >= _KIND
        else understood.confidence
    )
    return replace(understood, intents=(whole,), confidence=confidence, left_over=whole.wishes.unread)


_OF_ONE_DAY = {"later", "earlier", "free", "ends", "meal_at", "fewer", "more", "walk", "rest"}
"""Changes that a weekday beside them gives a day, so that it is no date of the whole."""


def _is_of_one_day(spoken: Spoken) -> bool:
    first = spoken.intents[0] if spoken.intents else None
    change = first.change if isinstance(first, PlanTrip) else None
    return change is not None and change.action in _OF_ONE_DAY and change.day != 0


def _is_nearer(said: object, read: object) -> bool:
    """Whether the words tell of the same as a sure reader, only nearer: how many days, which question."""
    if not (isinstance(said, PlanTrip) and isinstance(read, PlanTrip)):
        return False
    both = said.change is not None and read.change is not None and said.change.action == read.change.action
    return both or bool(read.ask and (said.ask in _ASKED_BY_WORDS or said.about))


_ASKED_BY_WORDS = {"hotel", "end", "walking", "compare"}
"""Questions that the words of a language tell better than the reader."""
_NO_LABELS = {"exchange", "order", "stay", "ends", "meal_at", "free", "rest", "walk"}
"""Changes for which the reader has no label, so that it takes them for something else."""


def _is_no_label(said: object) -> bool:
    change = said.change if isinstance(said, PlanTrip) else None
    if change is None:
        return False
    return change.action in _NO_LABELS or (change.action == "drop" and bool(meal_meant(change.what)))


def _takes_back(said: object) -> bool:
    return isinstance(said, PlanTrip) and said.change is not None and said.change.action == "undo"


def _kind_enough(understood: Understanding) -> Understanding:
    """Trust a question about the plan whose kind alone is sure: it changes nothing."""
    first = _first(understood)
    asks = isinstance(first, PlanTrip) and bool(first.ask) and first.change is None
    if asks and _kind_p(understood) >= _KIND and understood.confidence >= _LEAST:
        return replace(understood, confidence=max(understood.confidence, ACT))
    return understood
