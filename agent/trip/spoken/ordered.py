"""In which order a plan is to go, in what is said about it: days exchanged, a stop first; less of a kind."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.trip.asked.clock import clock_of
from agent.trip.asked.marks import count_in, day_marks, says_any_no
from agent.trip.asked.rest import is_kind
from agent.trip.asked.wishes import duration_of, limits_of
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
        ends = any_of(said.language, entries).search(core(said.language, said.bare))
        if not (said.has(entries) or ends):
            continue
        undated = replace(said, bare=core(said.language, said.bare))
        if (what := left_of(undated, (*entries, *words.move, *words.put, *words.go))) and not _is_time(
            what, said
        ):
            return (
                None if any_sight(what) else PlanChange(action="order", day=said.day, what=what, other=other)
            )
    return _before_another(said) or _round_a_meal(said) or _in_part(said) or _better_in_part(said)


def _is_time(words: str, said: Said) -> bool:
    return clock_of(words, said.language) is not None


def _better_in_part(said: Said) -> PlanChange | None:
    """Read "the palace in the morning would be cooler"."""
    found = re.search(said.words.part_wish, said.text, re.IGNORECASE)
    if found is None or not said.part or said.meal or day_marks(said.text, said.language):
        return None
    what = core(said.language, found["what"])
    return PlanChange(action="order", what=what, other=said.part) if what else None


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
    less = any_of(said.language, words.kind_less)
    if not said.day or said.part or said.meal or not said.has(words.themed):
        return None
    if says_any_no(said.text, said.language) or any(less.search(text) for text in said.before):
        return None  # or it comes for what another clause has less of
    kinds = _kinds(said, said.bare)
    kind = max(kinds, key=len, default="")
    if not kind or not only_says(said, (*words.themed, *words.swap, *words.go, re.escape(kind))):
        return None
    return PlanChange(action="swap", day=said.day, other=kind)


def _measures(said: Said) -> str:
    return "|".join(trip_words(said.language).measures) or "(?!)"


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
    if what and _is_time(what, said):
        return None  # when one eats
    return PlanChange(action="order", day=said.day, what=what, other=part) if what else None


def _in_part(said: Said) -> PlanChange | None:
    """Read "move the zoo to the morning", of a day that is named or not."""
    words = said.words
    verb = any_of(said.language, (*words.move, *words.put)).search(said.text)
    marks = day_marks(said.text, said.language)
    if verb is None or not said.part or any(not words.moved_first or m.end > verb.start() for m in marks):
        return None
    what = left_of(said, (*words.move, *words.put))
    return (
        PlanChange(action="order", day=said.day if marks else 0, what=what, other=said.part) if what else None
    )


def thinned(said: Said) -> PlanChange | None:
    """Less of a kind: "too many museums", "one church is enough"."""
    words = said.words
    if said.topic or limits_of((said.text,), said.language).read:
        return None
    count = count_in("{n}", said.bare.replace("\0", " "), said.language)
    enough = said.has(words.stay_only) and count
    if not (said.has(words.kind_less) or enough):
        return None
    number = rf"{re.escape(count[1][0])}(?:{_measures(said)})?" if count else "(?!)"
    left = left_of(said, words.kind_less if said.has(words.kind_less) else (*words.stay_only, number))
    whole = themes_of(left) or is_kind(left)
    what = max(_kinds(said, left if not enough else said.text), key=len, default="") or (
        left if whole else ""
    )
    if not what or any_sight(what) or (enough and duration_of(said.text, said.language)):
        return None
    return PlanChange(action="fewer", day=said.day, what=what)
