"""Accounts for every wish of a request once the plan is there."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from agent.trip.accounting import Accounting, Entry, State, spans_of
from agent.trip.asked.clock import times_of
from agent.trip.asked.party import read_party
from agent.trip.driving import EARLY_EVENING, PART_SPANS
from agent.trip.offered.tables import MealWish
from languages.trip_words import any_of, trip_words
from nav.guidance.wording.wording import shown_distance

if TYPE_CHECKING:
    from agent.trip.asked.party import Party
    from agent.trip.itinerary import Plan, Visit
    from agent.trip.request import TripRequest

How = tuple[tuple[str, str], ...]

_A_WALK_M = 100.0
"""What is shorter is no walk to speak of."""


def account(plan: Plan, request: TripRequest) -> Accounting:
    """Return what became of each wish."""
    known = {(e.slot, e.words) for e in request.entries}
    entries = [_slept(plan, entry) for entry in request.entries]
    for slot, words in dict.fromkeys(spans_of(request.wishes)):
        if (slot, words) not in known:
            entries += _told(plan, request, slot, words)
    return Accounting(entries=tuple(entries))


def _slept(plan: Plan, entry: Entry) -> Entry:
    """Return a kept wish for the night with the hotels that meet it."""
    if entry.slot != "lodging" or entry.state != "kept":
        return entry
    return replace(entry, met=tuple(dict.fromkeys(day.hotel.place.id for day in plan.days if day.hotel)))


def _told(plan: Plan, request: TripRequest, slot: str, words: str) -> list[Entry]:
    def entry(state: State, note: str = "", met: tuple[str, ...] = (), how: How = ()) -> Entry:
        return Entry(slot=slot, words=words, state=state, note=note, met=met, how=how)

    match slot:
        case "likes":
            return [entry(*_liked(plan, request, words))]
        case "must" if words in dict(request.liked):  # a kind, and no name
            return [entry(*_liked(plan, request, words))]
        case "must" if words in request.named:
            place_id = request.named[words]
            if place_id in {place.id for visit in plan.visits for place in (visit.place, *visit.parts)}:
                return [entry("kept", met=(place_id,))]
            return [entry("traded", "taken_out" if place_id in request.disliked else "no_room")]
        case "meals":
            return [entry(*_dined(plan, request, words))]
        case "who":
            return _party(plan, request, words)
        case "money" | "budget":
            return [entry("unknown", "prices")]
        case "unread":
            return [entry("unknown", "unread")]
        case "limit":
            what = dict(request.limits.read).get(words, "")
            return [entry("kept", how=_held(plan, request, what)) if what else entry("unknown", "limit")]
        case "time":
            return [entry("kept", how=_timed(plan, request, words))
                    if words in request.times.read else entry("unknown", "time")]  # fmt: skip
        case "lodging":
            what = dict(request.lodging.read).get(words, "")
            if what == "none":
                return [entry("kept")]
            return [entry("traded", "no_night") if not request.sleeps_out else entry("unknown", "lodging")]
        case "pace":
            return [entry("kept", how=(_most_sights(plan),))]
        case "hotel_stars":
            return [entry("kept") if request.sleeps_out else entry("traded", "no_night")]
        case _:
            return [entry("kept")]


def _liked(plan: Plan, request: TripRequest, words: str) -> tuple[State, str, tuple[str, ...]]:
    if any(w == words for _, w in request.needs):
        fuelled = any(v.kind in {"fuel", "charging"} for v in plan.visits)
        return ("kept", "", ()) if fuelled else ("traded", "no_room", ())
    ids = set(dict(request.liked).get(words, ()))
    met = [
        (number, visit)
        for number, day in enumerate(plan.days, 1)
        for visit in day.visits
        if visit.place.id in ids or any(p.id in ids for p in visit.parts)
    ]
    then = [visit for number, visit in met if _is_then(request, words, number, visit)]
    then = [visit for visit in then if visit.kind == "evening"] or then
    if not then:
        return "traded", "not_then" if met else "no_room", ()
    seen = [p.id for visit in then for p in (visit.place, *visit.parts) if p.id in ids]
    return "kept", "", tuple(dict.fromkeys(seen))


def _is_then(request: TripRequest, words: str, number: int, visit: Visit) -> bool:
    """Whether a visit is on the day and in the part of the day for which it was wished."""
    wishes = request.wishes
    days = {d.day for d in wishes.by_day if words in (*d.likes, *d.must)}
    on_day = words in (*wishes.likes, *wishes.must) or not days or number in days
    on_day = on_day or (-1 in days and number == request.days)
    part = dict(wishes.parts).get(words, "")
    begin, end = PART_SPANS[part]
    begin = EARLY_EVENING if part == "evening" else begin
    return on_day and begin <= visit.arrive.time() < end


def _dined(plan: Plan, request: TripRequest, words: str) -> tuple[State, str, tuple[str, ...]]:
    wish = next((w for w in request.dined if w.words == words), None)
    if wish is None:
        return "kept", "", ()
    if not is_met(plan, wish):
        return "traded", "no_table", ()
    return (
        "kept",
        "",
        tuple(dict.fromkeys(v.place.id for _, v in _meant(plan, wish) if v.place.id in wish.ids)),
    )


def is_met(plan: Plan, wish: MealWish) -> bool:
    """Whether a food was eaten at the meal and on the day that were meant; each time, if it has to be."""
    served = [v.place.id in wish.ids for _, v in _meant(plan, wish)]
    return bool(served) and (all(served) if wish.every else any(served))


def _meant(plan: Plan, wish: MealWish) -> list[tuple[int, Visit]]:
    """Return the meals at which a food was wished for, each with its day from 1."""
    return [
        (number, visit)
        for number, day in enumerate(plan.days, 1)
        for visit in day.visits
        if visit.kind in {"lunch", "dinner"} and wish.day in {0, number} and wish.role in {None, visit.kind}
    ]


def _party(plan: Plan, request: TripRequest, words: str) -> list[Entry]:
    party = read_party((words,), request.language)
    entries = []
    if party.dog:
        entries.append(Entry(slot="who", words=words, state="unknown", note="dog"))
    if party.wheelchair:
        entries.append(Entry(slot="who", words=words, state="unknown", note="wheelchair"))
    if entries:
        return entries
    if not (party.size or party.stroller or party.pregnant or party.ages):
        return [Entry(slot="who", words=words, state="unknown", note="who")]
    slow = party.walks_less or bool(party.children or party.ages)
    how = _slower(plan, party) if slow else (("any_party", ""),)
    return [Entry(slot="who", words=words, state="kept", how=how)]


# -- how a wish is kept, in facts of the plan


def _slower(plan: Plan, party: Party) -> How:
    """Return what the plan does for those who cannot go on for long."""
    rests = sum(
        1
        for day in plan.days
        for meal, rest in pairwise(day.visits)
        if meal.kind == "lunch" and rest.kind in {"rest", "free"}
    )
    how = (_most_sights(plan), *((_longest_walk(plan),) if party.walks_less else ()))
    return (*how, ("rest", "")) if rests else how


def _most_sights(plan: Plan) -> tuple[str, str]:
    return "sights", str(max(len(day.sights) for day in plan.days))


def _longest_walk(plan: Plan) -> tuple[str, str]:
    longest_m = max((v.walk_m for v in plan.visits), default=0.0)
    return ("walk", shown_distance(longest_m)) if longest_m >= _A_WALK_M else ("little_walking", "")


def _held(plan: Plan, request: TripRequest, what: str) -> How:
    """Return how a limit is held to."""
    if what in {"sights", "easy"}:
        return (_most_sights(plan),)
    if what == "walk" and request.limits.walk_day_m is not None:
        return (("walk_day", shown_distance(max(day.walk_m for day in plan.days))),)
    if what == "walk":
        return (_longest_walk(plan),)
    if what == "drive":
        return (("drive", str(round(max(day.drive_s for day in plan.days) / 60))),)
    if what == "on_foot" and not any(day.drive_s for day in plan.days):
        return (("on_foot", ""),)
    return ()


def _timed(plan: Plan, request: TripRequest, words: str) -> How:
    """Return when the trip begins or ends that was to begin or end at a time."""
    times = times_of((words,), request.language)
    landing = trip_words(request.language).times.landing
    how: list[tuple[str, str]] = []
    if times.begin is not None:
        landed = bool(landing) and any_of(request.language, tuple(landing)).search(words) is not None
        how.append(("landing" if landed else "begin", f"{plan.days[0].start:%H:%M}"))
    if times.end is not None:
        how.append(("end", f"{plan.days[-1].end:%H:%M}"))
    return tuple(how)
