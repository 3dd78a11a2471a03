"""In which order a plan is to go, in what is said about it: days exchanged, a stop first; less of a kind."""

from __future__ import annotations

import re

from agent.trip.asked.marks import count_in, day_marks, says_any_no
from agent.trip.asked.rest import is_kind
from agent.trip.asked.wishes import limits_of
from agent.trip.changes.plan_words import any_sight, part_meant
from agent.trip.offered.sights import themes_of
from agent.trip.spoken.said import Said, core, left_of, only_says, taken_apart
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
    both = (*exchanging, *words.both_days)
    if not days and said.has(words.both_days) and said.has(exchanging) and only_says(said, both):
        return PlanChange(action="exchange", day=1, days=-1)
    for other, entries in ((1, words.order_first), (-1, words.order_last)):
        alone = (*entries, *words.put, *words.move)
        if len(days) == 1 and days[0] != other and said.has(entries) and only_says(said, alone):
            return PlanChange(action="exchange", day=days[0], days=other)
    if turned is None or said.meal or not only_says(said, exchanging):
        return None
    if days:
        return PlanChange(action="order", day=days[0], other="reverse")
    return PlanChange(action="exchange", day=1, days=-1)


def ordered(said: Said) -> PlanChange | None:
    """A stop that is to come first or last, before or after a meal, or in another part of the day."""
    words = said.words
    for other, entries in (("first", words.order_first), ("last", words.order_last)):
        if said.has(entries) and (what := left_of(said, (*entries, *words.move, *words.put, *words.go))):
            return (
                None if any_sight(what) else PlanChange(action="order", day=said.day, what=what, other=other)
            )
    return _before_another(said) or _round_a_meal(said) or _in_part(said)


def _before_another(said: Said) -> PlanChange | None:
    """Read "see the tower before the zoo", 先去博物馆再去公园."""
    found = re.search(said.words.sequence, said.text, re.IGNORECASE)
    if found is None:
        return None
    one, other = core(said.language, found["a"]), core(said.language, found["b"])
    if not one or not other or said.meal or part_meant(other):
        return None
    return PlanChange(action="order", day=said.day, what=one, other=other)


def themed(said: Said) -> PlanChange | None:
    """A day that is given to one kind of sight: "make day two about parks"."""
    words = said.words
    if not said.day or said.meal or not said.has(words.themed) or says_any_no(said.text, said.language):
        return None
    kinds = _kinds(said, said.bare)
    kind = max(kinds, key=len, default="")
    if not kind or not only_says(said, (*words.themed, *words.swap, *words.go, re.escape(kind))):
        return None
    return PlanChange(action="swap", day=said.day, other=kind)


def _kinds(said: Said, text: str) -> list[str]:
    says = tuple(word for theme in trip_words(said.language).themes.values() for word in theme.says)
    return [found[0] for found in any_of(said.language, says).finditer(text)]


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
    """Less of a kind: "too many museums", "one church is enough"."""
    words = said.words
    if said.topic or limits_of((said.text,), said.language).read:
        return None
    enough = said.has(words.stay_only) and count_in("{n}", said.text, said.language)
    if not (said.has(words.kind_less) or enough):
        return None
    left = left_of(said, words.kind_less if said.has(words.kind_less) else words.stay_only)
    whole = themes_of(left) or is_kind(left)
    what = max(_kinds(said, left if not enough else said.text), key=len, default="") or (
        left if whole else ""
    )
    if not what or any_sight(what) or (enough and said.has(words.lengths) and not said.has(words.kind_less)):
        return None
    return PlanChange(action="fewer", day=said.day, what=what)
