"""A plan after a change, and how one of its days is written anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.trip.itinerary import Day, Plan
from agent.trip.planner import assemble, schedule_day
from agent.trip.request import TripRequest
from agent.trip.solver import DayFrame, Stop

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from poi.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A plan after a change."""

    plan: Plan
    request: TripRequest
    places: tuple[Place, ...] = ()
    """What came in or went out."""
    day: int = 0
    """Day that was changed, from 1; 0 for all."""


def frame_of(plan: Plan, request: TripRequest, index: int) -> DayFrame:
    day = plan.days[index]
    hotel = day.hotel
    return DayFrame(
        date=day.date,
        start=(day.start_lat, day.start_lon),
        end=(hotel.place.lat, hotel.place.lon) if hotel else None,
        begin=day.start.time(),
        dinner=hotel is not None,
        per_day=request.per_day,
    )


def again(desk: Desk, plan: Plan, request: TripRequest, index: int, stops: list[Stop]) -> Day:
    """Write the times of one day anew, in the order given."""
    hotel = plan.days[index].hotel
    return schedule_day(desk, request, frame_of(plan, request, index), stops, hotel.place if hotel else None)


def rebuilt(desk: Desk, plan: Plan, request: TripRequest, days: dict[int, Day]) -> Plan:
    return assemble(desk, request, [days.get(index, day) for index, day in enumerate(plan.days)])
