"""In which order a plan is to go, in what is said about it: days exchanged, a stop first; less of a kind."""

from __future__ import annotations

from agent.trip.asked.marks import day_marks
from agent.trip.asked.wishes import limits_of
from agent.trip.changes.plan_words import any_sight
from agent.trip.offered.sights import themes_of
from agent.trip.spoken.said import Said, left_of, only_says, taken_apart
from agent.understanding.intent import PlanChange
from languages.trip_words import any_of, trip_words


def exchanged(said: Said) -> PlanChange | None:
    """Two days that change places, or one that goes the other way round."""
    words = said.words
    days = list(dict.fromkeys(mark.day for mark in day_marks(said.text, said.language)))
    turned = said.has(words.turned_round)
    exchanging = (*words.exchange, *words.swapping, *words.turned_round)
    if len(days) == 2 and said.has(exchanging) and only_says(said, exchanging):
        return PlanChange(action="exchange", day=days[0], days=days[1])
    if turned is None or said.meal or not only_says(said, exchanging):
        return None
    if days:
        return PlanChange(action="order", day=days[0], other="reverse")
    return PlanChange(action="exchange", day=1, days=-1)


def ordered(said: Said) -> PlanChange | None:
    """A stop that is to come first or last, before or after a meal, or in another part of the day."""
    words = said.words
    for other, entries in (("first", words.order_first), ("last", words.order_last)):
        if said.has(entries) and (what := left_of(said, (*entries, *words.move, *words.go))):
            return (
                None if any_sight(what) else PlanChange(action="order", day=said.day, what=what, other=other)
            )
    return _round_a_meal(said) or _in_part(said)


_PARTS = {("lunch", "before"): "morning", ("lunch", "after"): "afternoon", ("dinner", "before"): "afternoon"}


def _round_a_meal(said: Said) -> PlanChange | None:
    """Read "Kiasma before lunch", 午饭后去博物馆."""
    words = said.words
    sides = {"before": words.before, "after": words.afterwards}
    side = next((name for name, entries in sides.items() if said.has(entries)), "")
    part = _PARTS.get((taken_apart(said.text, said.language).meal, side), "")
    if not part:
        return None
    what = left_of(said, (*words.before, *words.afterwards, *words.move, *words.go))
    return PlanChange(action="order", day=said.day, what=what, other=part) if what else None


def _in_part(said: Said) -> PlanChange | None:
    """Read "move the zoo to the morning", of a day that is named or not."""
    words = said.words
    verb = any_of(said.language, (*words.move, *words.put)).search(said.text)
    if verb is None or not said.part or day_marks(said.text, said.language):
        return None
    what = left_of(said, (*words.move, *words.put))
    return PlanChange(action="order", what=what, other=said.part) if what else None


def thinned(said: Said) -> PlanChange | None:
    """Less of a kind: "too many museums"."""
    words = said.words
    if not said.has(words.kind_less) or limits_of((said.text,), said.language).read or said.meal:
        return None
    left = left_of(said, words.kind_less)
    says = tuple(word for theme in trip_words(said.language).themes.values() for word in theme.says)
    kinds = [found[0] for found in any_of(said.language, says).finditer(left)]
    what = max(kinds, key=len, default="") or (left if themes_of(left) else "")
    if not what or any_sight(what):
        return None
    return PlanChange(action="fewer", day=said.day, what=what)
