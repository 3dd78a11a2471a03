"""Going on as if the answer to our question were known: what is said next tells a yes, or a no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.actions.answers import asks_for, meant_of
from agent.understanding.intent import (
    ChangeRoute,
    Choose,
    Confirm,
    Navigate,
    PlanTrip,
    Recall,
    Remember,
    Status,
)
from agent.understanding.understand import ACT, DESTROY, undoes
from languages import load_language

if TYPE_CHECKING:
    from agent.actions.session import Session
    from agent.actions.turn import Turn
    from agent.understanding.intent import Intent, PlanChange
    from agent.understanding.understand import Understanding

_OF_DRIVE = {"next_turn", "time_left", "distance_left", "arrival_time", "route"}
"""Questions that only a drive answers, where no place was found that could be asked about."""

_LIKELY = 0.6
"""From this confidence on an answer to an offered drive is believed while nothing is driven."""

_UNDOING = {"drop", "undo", "fewer"}
"""Changes of a plan that need a yes in words."""


def offers_drive(session: Session) -> bool:
    """Whether it is asked just now if one place shall be driven to."""
    question = session.question
    if question is None or question.expecting != "yes_no":
        return False
    asked = question.pending or (question.intent,) * len(question.options)
    return len(asked) == 1 and isinstance(asked[0], Navigate)


def is_of_drive(intents: tuple[Intent, ...]) -> bool:
    """Whether all that is asked for makes sense of a drive alone."""
    return bool(intents) and all(
        isinstance(one, ChangeRoute) or (isinstance(one, Status) and one.what == "next_turn")
        for one in intents
    )


def takes_back_a_question(session: Session, intents: tuple[Intent, ...]) -> bool:
    """Whether a change is to be taken back that is only asked about as yet: that is a no."""
    question = session.question
    if question is None or not question.pending:
        return False
    match intents:
        case (ChangeRoute(prefer="back"),):
            return any(isinstance(asked, ChangeRoute) for asked in question.pending)
        case (ChangeRoute(drop=words),) if words:
            added = [asked.add for asked in question.pending if isinstance(asked, ChangeRoute) and asked.add]
            return any(words in name or name in words for name in added) or bool(added and not session.stops)
        case (PlanTrip(change=change),) if change is not None and change.action == "undo":
            return any(isinstance(asked, PlanTrip) for asked in question.pending)
    return False


def taken_for_granted(turn: Turn, intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
    """Return what we asked about, where what is said now makes sense only if it is done: that is a yes.

    What would undo or overwrite something is never agreed to so.
    """
    question = turn.session.question
    if question is None or not intents:
        return ()
    if offers_drive(turn.session) and turn.route is None:
        if is_of_drive(intents) or (question.pending and _is_about_way(intents)):
            return question.pending or (Confirm(),)
        return ()
    match question.pending:
        case (ChangeRoute(drop="", prefer=""),) if turn.route is not None and _is_about_way(intents):
            return question.pending
        case (PlanTrip() as asked,) if _goes_on_with_plan(turn.session, asked, intents):
            return question.pending
        case (Remember(forget=False) as asked,) if _is_of_kept(turn, asked, intents):
            return question.pending
    return ()


def _is_about_way(intents: tuple[Intent, ...]) -> bool:
    """Whether it is all about the way that is driven."""
    return all(isinstance(one, Status) and one.what in _OF_DRIVE and not one.place for one in intents)


def _goes_on_with_plan(session: Session, asked: PlanTrip, intents: tuple[Intent, ...]) -> bool:
    """Whether all that is said is of the plan that there would be after a yes."""
    said = [one for one in intents if isinstance(one, PlanTrip) and not one.act]
    if len(said) < len(intents):
        return False
    if session.plan is None:
        return asked.change is None and not asked.ask and all(one.change or one.ask for one in said)
    if asked.change is None or asked.change.action in _UNDOING:
        return False
    days = len(session.plan.days)
    return all(one.day > days if one.ask else _is_another(asked.change, one.change) for one in said)


def _is_another(asked: PlanChange, change: PlanChange | None) -> bool:
    """Whether a change comes on top of the one that was asked about, rather than in its place."""
    return change is not None and change.action != asked.action and change.action != "undo"


def _is_of_kept(turn: Turn, asked: Remember, intents: tuple[Intent, ...]) -> bool:
    """Whether one speaks of a place as kept that we asked to keep, and that overwrites none."""
    memory = turn.desk.memory
    if memory is None or len(intents) != 1:
        return False
    if asked.what == "favourite":
        return intents[0] == Recall()
    if memory.place(asked.what) is not None:
        return False
    match intents[0]:
        case Navigate(to=words):
            return load_language(turn.language).reading.own_place(words) == asked.what
        case Recall(what=what):
            return what == asked.what
    return False


def is_faint_yes(turn: Turn, understood: Understanding) -> bool:
    """Whether words that may be a yes are too doubtful for what they would set going."""
    question = turn.session.question
    if question is None or not question.pending or understood.intents[:1] != (Confirm(),):
        return False
    context = turn.session.context(turn.route is not None)
    least = DESTROY if any(undoes(intent, context) for intent in question.pending) else ACT
    return understood.confidence < least


def is_harmless_answer(turn: Turn, understood: Understanding) -> bool:
    """Whether words likely accept a drive that is offered, or one of several; nothing is lost by it."""
    question = turn.session.question
    if question is None or not question.options or turn.route is not None:
        return False
    match understood.intents:
        case (Confirm(),):
            is_one = len(question.options) == 1
        case (Choose() as choice,):
            is_one = meant_of(turn, choice) is not None
        case _:
            return False
    return is_one and understood.confidence >= _LIKELY


def confirmed(session: Session, understood: Understanding) -> tuple[Intent, ...]:
    """Return what a yes sets going where we had asked if a guess was right, and what is said on top of it."""
    question = session.question
    if question is None or not question.pending or understood.intents[:1] != (Confirm(),):
        return ()
    rest = understood.intents[1:]
    if not rest and asks_for(session) is not None:
        return ()
    session.question = None
    return (*question.pending, *rest)
