"""Another restaurant for a meal of the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from agent.errors import PlanImpossible
from agent.trip.changes.changed import Changed, Rewrite, in_use, rewritten, tables_of
from agent.trip.offered.menu import Menu
from agent.trip.offered.tables import MealWish, serves

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.itinerary import Plan
    from agent.trip.request import TripRequest

_TRIED = 6


def change_meal(
    desk: Desk,
    plan: Plan,
    request: TripRequest,
    role: Literal["lunch", "dinner"],
    words: str,
    index: int | None,
) -> Changed:
    """Eat elsewhere: another place nearby, or one that serves what is wished.

    Raises
    ------
    PlanImpossible
        If there is no such meal, or no other restaurant.
    """
    days = [i for i, day in enumerate(plan.days) if role in tables_of(day) and index in (None, i)]
    if not days:
        raise PlanImpossible("nothing_to_change")
    number = days[0]
    old = tables_of(plan.days[number])[role]
    gone = frozenset(request.extra.get("old_tables", frozenset())) | {old.id}
    if words:
        ids = tuple(p.id for p in request.restaurants if serves(desk, p, words))
        if not ids:
            raise PlanImpossible("no_must", name=words)
        wish = MealWish(words=words, ids=ids, role=role, day=number + 1)
        request = replace(request, dined=(*request.dined, wish))
    request = replace(request, extra={**request.extra, "old_tables": gone})
    menu = Menu(request, len(plan.days))
    used = in_use(plan, number) | gone
    for table in [p for p in menu.near((old.lat, old.lon), number, role) if p.id not in used][:_TRIED]:
        if words and table.id not in ids:
            continue
        changes = Rewrite(tables={number: {role: table}}, stretch=False)
        try:
            fresh = rewritten(desk, plan, request, changes)
        except PlanImpossible:
            continue
        if tables_of(fresh.days[number]).get(role) == table:
            return Changed(
                plan=fresh, request=request, places=(old, table), day=number + 1, key="trip.change.swap"
            )
    raise PlanImpossible("no_other_kind")
