"""A trip plan: days, and in each the visits with their times and the drives between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from agent.understanding.intent import Avoid, Wishes
    from poi.place import Place

VisitKind = Literal["sight", "lunch", "dinner", "hotel", "rest", "fuel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay at a place, with the drive that leads to it."""

    kind: VisitKind
    """What one is there for."""

    place: Place
    """The place; it is in the region pack."""

    arrive: datetime
    """Local time of arrival."""

    leave: datetime
    """Local time of departure; for a hotel the next morning is the next day's start."""

    drive_s: float
    """Driving time from the stop before, seconds, as the router gives it."""

    drive_m: float
    """Driving distance from the stop before, metres."""

    hours: Literal["open", "unknown"]
    """Whether the map says that it is open for the whole visit, or does not say."""

    def to_dict(self) -> dict[str, Any]:
        """Return the visit as JSON values."""
        return {
            "kind": self.kind,
            "place": self.place.to_dict(),
            "arrive": self.arrive.isoformat(timespec="minutes"),
            "leave": self.leave.isoformat(timespec="minutes"),
            "drive_s": round(self.drive_s, 1),
            "drive_m": round(self.drive_m, 1),
            "opening_hours": self.hours,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a trip."""

    date: date
    start_lat: float
    start_lon: float
    start: datetime
    """When it begins, local time."""
    start_name: str
    """Name of where it begins; "" for the car's position."""
    visits: tuple[Visit, ...]
    """In order; the hotel, if there is one, is the last."""

    @property
    def sights(self) -> tuple[Visit, ...]:
        """The visits that are the point of the day."""
        return tuple(visit for visit in self.visits if visit.kind == "sight")

    @property
    def hotel(self) -> Visit | None:
        """Where the night is spent."""
        return next((visit for visit in self.visits if visit.kind == "hotel"), None)

    @property
    def drive_s(self) -> float:
        """Driving time of the day, seconds."""
        return sum(visit.drive_s for visit in self.visits)

    @property
    def drive_m(self) -> float:
        """Driving distance of the day, metres."""
        return sum(visit.drive_m for visit in self.visits)

    def to_dict(self) -> dict[str, Any]:
        """Return the day as JSON values."""
        return {
            "date": self.date.isoformat(),
            "start": {
                "lat": round(self.start_lat, 7),
                "lon": round(self.start_lon, 7),
                "name": self.start_name,
                "time": self.start.isoformat(timespec="minutes"),
            },
            "visits": [visit.to_dict() for visit in self.visits],
            "drive_s": round(self.drive_s, 1),
            "drive_m": round(self.drive_m, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A verified trip."""

    where: str
    """Name of the area."""

    region: str
    """Name of the region pack."""

    days: tuple[Day, ...]
    wishes: Wishes
    """What was asked for."""

    avoid: tuple[Avoid, ...]
    """Kinds of roads that the drives keep off."""

    budget: Literal["unknown"] = "unknown"
    """Costs: the map holds no prices, so they are never claimed."""

    unmet: tuple[str, ...] = ()
    """Likings for which the map of the area has nothing."""

    fuel_range: Literal["ok", "unknown"] = "unknown"
    """Whether fuel or charge is known to last."""

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All visits in order."""
        return tuple(visit for day in self.days for visit in day.visits)

    @property
    def unknown_hours(self) -> tuple[Visit, ...]:
        """Visits to places whose opening hours the map does not tell."""
        return tuple(visit for visit in self.visits if visit.hours == "unknown" and visit.kind != "hotel")

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return {
            "where": self.where,
            "region": self.region,
            "days": [day.to_dict() for day in self.days],
            "wishes": self.wishes.model_dump(mode="json", exclude_defaults=True),
            "avoid": list(self.avoid),
            "budget": self.budget,
            "unmet": list(self.unmet),
            "fuel_range": self.fuel_range,
            "unknown_hours": [visit.place.name or visit.place.category for visit in self.unknown_hours],
        }
