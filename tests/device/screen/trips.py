"""A trip of two days in the drawn town: by car on both, and a walk on the second."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from agent.trip.itinerary import Day, Plan, Visit
from agent.understanding.intent import Wishes
from poi.place import Place

CORNERS = [(60.002, 10.002), (60.004, 10.006), (60.006, 10.002), (60.008, 10.008), (60.008, 10.004)]
NAMES = ["Hotel <i>Torni</i>", "Mill", "Castle", "Harbour", "Church"]


def visits(first: int, last: int, morning: datetime, *, walked: bool) -> tuple[Visit, ...]:
    """Return stays at some of the corners, an hour apart; the last one is walked to."""
    found = []
    for number in range(first, last):
        lat, lon = CORNERS[number]
        on_foot = walked and number == last - 1
        arrive = morning + timedelta(hours=number - first, minutes=30)
        found.append(
            Visit(
                kind="sight",
                place=Place(id=f"node/{number}", name=NAMES[number], category="tourism/x", lat=lat, lon=lon),
                arrive=arrive,
                leave=arrive + timedelta(minutes=45),
                drive_s=0.0 if on_foot else 600.0,
                drive_m=0.0 if on_foot else 5200.0,
                walk_s=300.0 if on_foot else 0.0,
                walk_m=400.0 if on_foot else 0.0,
                park=None if on_foot else (lat, lon),
                hours="open",
            )
        )
    return tuple(found)


def two_days() -> Plan:
    """Return the trip."""
    days = []
    for number, (first, last) in enumerate([(0, 2), (2, 5)]):
        morning = datetime(2026, 12, 1 + number, 10)
        stays = visits(first, last, morning, walked=number == 1)
        days.append(
            Day(date=date(2026, 12, 1 + number), start_lat=60.0, start_lon=10.0, start=morning, start_name="",
                visits=stays)
        )  # fmt: skip
    return Plan(where="town", region="town", days=tuple(days), wishes=Wishes(), avoid=())
