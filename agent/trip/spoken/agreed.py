"""What is meant of a plan at hand, by two witnesses: the words of the language, and the learned reader.

The words tell well what is to happen where they are plain; the reader tells well which words name the thing.
What both say is taken; where they differ, the words count, unless their clause may be a mere reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from agent.trip.asked.marks import day_marks, days_said, says_any_no
from agent.trip.asked.occasions import trip_date
from agent.trip.asked.wishes import duration_of
from agent.trip.changes.plan_words import any_sight, meal_meant, part_meant
from agent.trip.offered.sights import themes_of
from agent.trip.spoken.named import plain, sight_of
from agent.trip.spoken.said import core, taken_apart
from agent.trip.spoken.swaps import meal_word
from agent.understanding.intent import Intent, Navigate, PlanChange, PlanTrip, Wishes
from agent.understanding.numerals import counted
from languages.trip_talk import talk_words
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.trip.itinerary import Plan
    from agent.trip.spoken.talk import Spoken
    from agent.understanding.understand import Understanding
    from agent.understanding.utterance import Language

_KIND, _LEAST = 0.9, 0.5
"""So sure the reader has to be of the kind, and of all of it, for a change that it alone tells."""
_OFTEN_REASONS = {"fewer", "more", "later", "earlier"}
"""What a clause beside that which asks may seem to say: "it's too far"."""
_ROOM = {True: 12, False: 1}
"""Letters by which a name may be longer than the reader's: where words are written apart, and where not."""


def agreed(
    spoken: Spoken, understood: Understanding, now: datetime, plan: Plan | None
) -> PlanTrip | Navigate | None:
    """Return what is meant of the plan at hand; None if neither the words nor the reader tell.

    Parameters
    ----------
    spoken
        What the words of the language make of the sentence.
    understood
        What the reader makes of it.
    now
        When it was said.
    plan
        The plan at hand, if it is known.
    """
    read = _read(understood, now, plan)
    changes = [i for i in spoken.intents if isinstance(i, PlanTrip) and i.change is not None]
    for said in changes:
        if read is not None and said.change is not None and said.change.action == read.action:
            return PlanTrip(
                change=named_in_plan(
                    _joined(said.change, read, understood.text, understood.language, plan), understood, plan
                )
            )
    reason = all(i.change is not None and i.change.action in _OFTEN_REASONS for i in changes)
    reason = reason and (not changes or (read is not None and read.action not in _OFTEN_REASONS))
    if read is not None and reason and not spoken.firm and _is_sure(understood) and _is_whole(read):
        return PlanTrip(change=named_in_plan(read, understood, plan))
    if not spoken.intents:
        return _refused(read, understood, plan)
    first = spoken.intents[0]
    if isinstance(first, PlanTrip) and first.change is not None:
        if first.change.action == "drop" and _is_disliked(first.change.what, understood):
            return None  # it is wished for no more, in any plan
        return PlanTrip(change=named_in_plan(first.change, understood, plan))
    return None if _wishes(understood) else first


def _refused(read: PlanChange | None, understood: Understanding, plan: Plan | None) -> PlanTrip | None:
    """Return what goes where the reader tells that something does, and a "no" is said beside a sight."""
    name = sight_of(plan, understood.text) if read is not None and read.action == "drop" else ""
    sure = understood.kind_p.get("plan_trip", 0.0) >= _KIND
    if not name or not sure or not says_any_no(understood.text, understood.language):
        return None
    return PlanTrip(change=PlanChange(action="drop", what=name))


def _read(understood: Understanding, now: datetime, plan: Plan | None) -> PlanChange | None:
    """Return the change that the reader read, with the day and the date that it left in the sentence."""
    first = understood.intents[0] if understood.intents else None
    if not isinstance(first, PlanTrip) or first.change is None:
        return None
    change, text, language = first.change, understood.text, understood.language
    marks = day_marks(text, language)
    if not change.day and len(marks) == 1:
        change = change.model_copy(update={"day": marks[0].day})
    named = list(dict.fromkeys(mark.day for mark in marks))
    if change.action == "swap" and not (change.what or change.other) and len(named) == 2:
        return PlanChange(action="exchange", day=named[0], days=named[1])
    if (narrower := _narrowed(change, text, language, plan)) is not None:
        return narrower
    if change.action == "days" and change.day > 1 and days_said(text, language) is None:
        return PlanChange(action="days", days=change.day)
    if change.action == "add" and change.day and not change.what:
        return PlanChange(action="more", day=change.day)
    if change.action == "date" and trip_date(change.what, now, language) is None:
        return change.model_copy(update={"what": text if trip_date(text, now, language) else ""})
    if any_sight(change.what):
        action = {"drop": "fewer", "add": "more"}.get(change.action, change.action)
        change = change.model_copy(update={"action": action, "what": ""})
    whole = of_one_day(PlanTrip(change=change), text, language)
    return whole.change if isinstance(whole, PlanTrip) else change


def _narrowed(change: PlanChange, text: str, language: Language, plan: Plan | None) -> PlanChange | None:
    """Return what is meant where less is named than the reader took: a visit, a meal, a part of a day."""
    talk = talk_words(language).change
    lasts = any_of(language, (*talk.stay_longer, *talk.stay_shorter, *talk.lengths)).search(text)
    if change.action in {"longer", "shorter"} and (name := sight_of(plan, text)):
        if not lasts and (part := taken_apart(text, language).part):
            return PlanChange(action="order", what=name, other=part)
        minutes = round((duration_of(text, language) or 0) / 60)
        return PlanChange(action="stay", day=change.day, what=name, other=change.action, minutes=minutes)
    if change.action == "add" and change.what and not change.day and (name := sight_of(plan, text)):
        part = taken_apart(text, language).part
        return PlanChange(action="order", what=name, other=part) if part else None
    if change.action in {"longer", "shorter"} and change.what and days_said(text, language) is None:
        if change.action == "shorter" and themes_of(change.what):
            return PlanChange(action="fewer", day=change.day, what=change.what)
        return PlanChange(action="stay", day=change.day, what=change.what, other=change.action)
    if change.action != "drop" or change.what or not change.day:
        return None
    said = taken_apart(text, language)
    if said.meal:
        return PlanChange(action="drop", day=change.day, what=meal_word(said))
    return PlanChange(action="free", day=change.day, what=said.part) if said.part else None


def of_one_day(intent: Intent, text: str, language: Language) -> Intent:
    """Return a change that makes one day shorter or longer as one of what that day holds."""
    change = intent.change if isinstance(intent, PlanTrip) else None
    if change is None or not change.day or change.action not in {"shorter", "longer"}:
        return intent
    words = talk_words(language).change
    if any_of(language, (*words.drop, *words.shorter, *words.longer)).search(text):
        return intent
    action = "fewer" if change.action == "shorter" else "more"
    return PlanTrip(change=PlanChange(action=action, day=change.day))


def _is_sure(understood: Understanding) -> bool:
    return understood.kind_p.get("plan_trip", 0.0) >= _KIND and understood.confidence >= _LEAST


def _is_whole(change: PlanChange) -> bool:
    """Whether a change says everything that it needs."""
    match change.action:
        case "drop":
            return bool(change.what or change.day)
        case "swap":
            return bool(change.what or (change.day and change.other))
        case "add" | "date" | "stay":
            return bool(change.what)
        case _:
            return True


def _wishes(understood: Understanding) -> bool:
    """Whether the reader reads a wish for the whole plan."""
    first = understood.intents[0] if understood.intents else None
    return isinstance(first, PlanTrip) and first.wishes != Wishes() and _is_sure(understood)


def _is_disliked(what: str, understood: Understanding) -> bool:
    first = understood.intents[0] if understood.intents else None
    return isinstance(first, PlanTrip) and what in (*first.wishes.dislikes, *first.wishes.no_meal)


def _joined(
    said: PlanChange, read: PlanChange, text: str, language: Language, plan: Plan | None
) -> PlanChange:
    """Return a change that both tell of: what it is about in the reader's words, where they are clearer."""
    values: dict[str, object] = {"day": said.day or read.day}
    if said.action in {"drop", "swap", "add"} and not (meal_meant(said.what) or part_meant(said.what)):
        clear = bool(said.what) and bool(sight_of(plan, said.what))
        values["what"] = said.what if clear else _clearer(said.what, read.what, text, language)
        if said.action == "swap" and not said.other and read.other in text and not any_sight(read.other):
            values["other"] = read.other
    return said.model_copy(update=values)


def _clearer(said: str, read: str, text: str, language: Language) -> str:
    """Return the better of two names of a thing: the reader's, unless it is only cut a little shorter."""
    if len(read) < 2 or read not in text or counted(said) is not None:
        return said or read
    if said and said in read and not _more_than(said, read, language):
        return said
    cut = read in said and len(said) - len(read) <= _ROOM[said.isascii()]
    return said if cut and not says_any_no(said.replace(read, ""), language) else read


def _more_than(said: str, read: str, language: Language) -> bool:
    """Whether a name says more than another besides the part of the day and words that name nothing."""
    parts = tuple(word for words in trip_words(language).parts.values() for word in words)
    rest = any_of(language, parts).sub(" ", read.replace(said, " ", 1)) if parts else read
    return any(c.isalnum() for c in core(language, rest))


def named_in_plan(change: PlanChange, understood: Understanding, plan: Plan | None) -> PlanChange:
    """Return a change with the sight of the plan that the sentence names, where its own words name none."""
    if change.action not in {"drop", "swap"} or not change.what or counted(change.what) is not None:
        return change
    if meal_meant(change.what) or part_meant(change.what):
        return change
    sight = sight_of(plan, understood.text)
    within = plain(change.other)
    if not sight or (within and plain(sight) in within):
        return change
    return change if sight_of(plan, change.what) else change.model_copy(update={"what": sight})
