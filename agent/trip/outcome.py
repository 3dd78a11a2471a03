"""Accounts for every wish of a request once the plan is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.trip.accounting import Accounting, Entry, State, spans_of
from agent.trip.asked.party import read_party
from agent.trip.driving import EARLY_EVENING, PART_SPANS
from agent.trip.offered.tables import MealWish

if TYPE_CHECKING:
    from agent.trip.itinerary import Plan, Visit
    from agent.trip.request import TripRequest


def account(plan: Plan, request: TripRequest) -> Accounting:
    """Return what became of each wish."""
    known = {(e.slot, e.words) for e in request.entries}
    entries = list(request.entries)
    for slot, words in dict.fromkeys(spans_of(request.wishes)):
        if (slot, words) not in known:
            entries += _told(plan, request, slot, words)
    return Accounting(entries=tuple(entries))


def _told(plan: Plan, request: TripRequest, slot: str, words: str) -> list[Entry]:
    def entry(state: State, note: str = "") -> Entry:
        return Entry(slot=slot, words=words, state=state, note=note)

    match slot:
        case "likes":
            return [entry(*_liked(plan, request, words))]
        case "must" if words in dict(request.liked):  # a kind, and no name
            return [entry(*_liked(plan, request, words))]
        case "meals":
            return [entry(*_dined(plan, request, words))]
        case "who":
            return _party(request, words)
        case "money":
            return [entry("unknown", "prices")]
        case "budget":
            return [entry("unknown", "prices")]
        case "unread":
            return [entry("unknown", "unread")]
        case "limit":
            return [entry("kept") if words in dict(request.limits.read) else entry("unknown", "limit")]
        case "time":
            return [entry("kept") if words in request.times.read else entry("unknown", "time")]
        case "lodging":
            what = dict(request.lodging.read).get(words, "")
            if what == "none":
                return [entry("kept")]
            return [entry("traded", "no_night") if not request.sleeps_out else entry("unknown", "lodging")]
        case "hotel_stars":
            return [entry("kept") if request.sleeps_out else entry("traded", "no_night")]
        case _:
            return [entry("kept")]


def _liked(plan: Plan, request: TripRequest, words: str) -> tuple[State, str]:
    if any(w == words for _, w in request.needs):
        fuelled = any(v.kind in {"fuel", "charging"} for v in plan.visits)
        return ("kept", "") if fuelled else ("traded", "no_room")
    ids = set(dict(request.liked).get(words, ()))
    met = [
        (number, visit)
        for number, day in enumerate(plan.days, 1)
        for visit in day.visits
        if visit.place.id in ids or any(p.id in ids for p in visit.parts)
    ]
    then = any(_is_then(request, words, number, visit) for number, visit in met)
    return ("kept", "") if then else ("traded", "not_then" if met else "no_room")


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


def _dined(plan: Plan, request: TripRequest, words: str) -> tuple[State, str]:
    wish = next((w for w in request.dined if w.words == words), None)
    if wish is None:
        return "kept", ""
    return ("kept", "") if is_met(plan, wish) else ("traded", "no_table")


def is_met(plan: Plan, wish: MealWish) -> bool:
    """Whether a food was eaten at the meal and on the day that were meant; each time, if it has to be."""
    meals = [
        (number, visit)
        for number, day in enumerate(plan.days, 1)
        for visit in day.visits
        if visit.kind in {"lunch", "dinner"}
    ]
    meant = [v for n, v in meals if wish.day in {0, n} and wish.role in {None, v.kind}]
    served = [v.place.id in wish.ids for v in meant]
    return bool(served) and (all(served) if wish.every else any(served))


def _party(request: TripRequest, words: str) -> list[Entry]:
    party = read_party((words,), request.language)
    entries = []
    if party.dog:
        entries.append(Entry(slot="who", words=words, state="unknown", note="dog"))
    if party.wheelchair:
        entries.append(Entry(slot="who", words=words, state="unknown", note="wheelchair"))
    if not entries:
        kept = party.size or party.stroller or party.pregnant or party.ages
        entries.append(
            Entry(slot="who", words=words, state="kept" if kept else "unknown", note="" if kept else "who")
        )
    return entries
