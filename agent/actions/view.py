"""What the device carries out: the voice louder, the map closer, the whole route, a day of the trip shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.understanding.intent import PlanTrip
from languages import load_language

if TYPE_CHECKING:
    from agent.actions.turn import Result, Turn
    from agent.understanding.intent import View, Volume


def view(turn: Turn, intent: View) -> Result:
    """Hand the wish to the screen, if there is one and it has what is asked for."""
    if intent.show == "trip":
        return _trip(turn, intent)
    if not turn.desk.has_screen():
        return turn.impossible("view.no_screen")
    if intent.show == "route" and turn.route is None:
        return turn.impossible("status.no_route")
    if intent.show == "place":
        return _place(turn, intent)
    result = turn.done("view.done")
    result.view = {"show": intent.show, "index": intent.index}
    return result


def _place(turn: Turn, intent: View) -> Result:
    """Show one of the places offered; it is the one that is spoken of from now on."""
    question = turn.session.question
    offered = question.options if question and question.options else turn.session.offered
    index = intent.index - 1 if intent.index > 0 else len(offered) + intent.index
    if not 0 <= index < len(offered):
        return turn.impossible("choose.none")
    place = turn.session.topic = offered[index]
    result = turn.done("view.place", name=turn.name(place))
    result.view = {"show": "place", "index": index + 1, "place": place.to_dict()}
    return result


def _trip(turn: Turn, intent: View) -> Result:
    """Tell the trip or its day, and show it where there is a screen."""
    from agent.actions.trip import plan_trip

    result = plan_trip(turn, PlanTrip(ask="day" if intent.index else "all", day=intent.index))
    if turn.session.plan is not None and turn.desk.has_screen():
        result.view = {"show": "trip", "index": intent.index}
    return result


def volume(turn: Turn, intent: Volume) -> Result:
    """Hand the wish to the device, and say so."""
    level = intent.level or 0
    words = load_language(turn.language).numbers.spell(level)
    result = turn.done(f"volume.{intent.change}", level=words)
    result.volume = {"change": intent.change, "level": intent.level}
    return result
