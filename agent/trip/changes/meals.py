"""Another restaurant for a meal of the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from agent.errors import PlanImpossible
from agent.trip.changes.changed import Changed, Rewrite, rewritten, stops_of, tables_of
from agent.trip.offered.menu import Menu
from agent.trip.offered.tables import MealWish, foods_of, serves

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.itinerary import Plan
    from agent.trip.offered.tables import Role
    from agent.trip.request import TripRequest
    from poi.place import Place

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
        return _meal_added(desk, plan, request, role, words, index)
    number = days[0]
    old = tables_of(plan.days[number])[role]
    gone = frozenset(request.extra.get("old_tables", frozenset())) | {old.id}
    ids: tuple[str, ...] = ()
    if words:
        ids = tuple(p.id for p in request.restaurants if serves(desk, p, words))
        if not ids:
            raise PlanImpossible("no_must", name=words)
        wish = MealWish(words=words, ids=ids, role=role, day=number + 1)
        request = replace(request, dined=(*request.dined, wish))
    request = replace(request, extra={**request.extra, "old_tables": gone})
    menu = Menu(request, len(plan.days))
    for table in _choices(plan, menu, number, role, gone, frozenset(ids) if words else None):
        changes = Rewrite(tables=_tables(plan, menu, number, role, table, gone), stretch=False)
        try:
            fresh = rewritten(desk, plan, request, changes)
        except PlanImpossible:
            continue
        if tables_of(fresh.days[number]).get(role) == table:
            return Changed(
                plan=fresh, request=request, places=(old, table), day=number + 1, key="trip.change.swap"
            )
    raise PlanImpossible("no_other_kind")


def _meal_added(
    desk: Desk, plan: Plan, request: TripRequest, role: Role, words: str, index: int | None
) -> Changed:
    """Have a meal on a day that has none; what it serves is as it was said, if that is a food."""
    numbers = range(len(plan.days)) if index is None else [index]
    number = next((n for n in reversed(numbers) if role not in tables_of(plan.days[n])), None)
    if number is None:
        raise PlanImpossible("no_meal")
    ids = tuple(p.id for p in request.restaurants if serves(desk, p, words)) if words else ()
    if words and not ids and foods_of(words):
        raise PlanImpossible("no_must", name=words)
    wish = MealWish(
        words=words, ids=ids or tuple(p.id for p in request.restaurants), role=role, day=number + 1
    )
    skipped = frozenset(pair for pair in request.skipped_on if pair != (number, role))
    request = replace(request, dined=(*request.dined, wish), skipped_on=skipped)
    stops = {number: stops_of(plan.days[number])}
    fresh = rewritten(desk, plan, request, Rewrite(stops=stops, stretch=False))
    table = tables_of(fresh.days[number]).get(role)
    if table is None:
        raise PlanImpossible("no_meal")
    return Changed(plan=fresh, request=request, places=(table,), day=number + 1, key=f"trip.change.{role}_at")


def _choices(
    plan: Plan, menu: Menu, number: int, role: Role, gone: frozenset[str], wished: frozenset[str] | None
) -> list[Place]:
    """Return where the meal may be eaten, the best first: a wished table also where another meal has it."""
    old = tables_of(plan.days[number])[role]
    near = [p for p in menu.near((old.lat, old.lon), number, role) if p.id not in gone]
    if wished is not None:
        return [p for p in near if p.id in wished][:_TRIED]
    taken = _taken(plan)
    return [p for p in near if p.id not in taken][:_TRIED]


def _taken(plan: Plan) -> dict[str, tuple[int, Role]]:
    """Return the meal at which each restaurant of a plan is."""
    meals: tuple[Role, ...] = ("lunch", "dinner")
    tables = ((n, role, tables_of(day).get(role)) for n, day in enumerate(plan.days) for role in meals)
    return {table.id: (n, role) for n, role, table in tables if table is not None}


def _tables(
    plan: Plan, menu: Menu, number: int, role: Role, table: Place, gone: frozenset[str]
) -> dict[int, dict[str, Place]]:
    """Return the restaurants that change: the meal from which the table was taken gets another."""
    tables: dict[int, dict[str, Place]] = {number: {role: table}}
    taken = _taken(plan)
    if table.id in taken:
        day, other = taken[table.id]
        free = menu.near((table.lat, table.lon), day, other)
        instead = next((p for p in free if p.id not in taken and p.id not in gone), None)
        if instead is not None:
            tables.setdefault(day, {})[other] = instead
    return tables
