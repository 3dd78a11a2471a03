"""A trip plan: days, and in each the visits with their times and the drives between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from agent.trip.accounting import Accounting

if TYPE_CHECKING:
    from agent.understanding.intent import Avoid, Wishes
    from poi.place import Place

VisitKind = Literal["sight", "lunch", "dinner", "evening", "hotel", "rest", "free", "fuel", "charging"]

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay at a place, with the way that leads to it."""

    kind: VisitKind
    """What one is there for; "free" is time left free round the stop before."""

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

    walk_s: float = 0.0
    """Time on foot from the stop before, seconds: the way itself, or back to the car and from it."""

    walk_m: float = 0.0
    """Distance on foot from the stop before, metres."""

    park: Point | None = None
    """Where the car is left for this visit; None if it stays where it was."""

    parts: tuple[Place, ...] = ()
    """What is seen with it because it lies in it."""

    def to_dict(self) -> dict[str, Any]:
        """Return the visit as JSON values."""
        values: dict[str, Any] = {
            "kind": self.kind,
            "place": self.place.to_dict(),
            "arrive": self.arrive.isoformat(timespec="minutes"),
            "leave": self.leave.isoformat(timespec="minutes"),
            "drive_s": round(self.drive_s, 1),
            "drive_m": round(self.drive_m, 1),
            "walk_s": round(self.walk_s, 1),
            "walk_m": round(self.walk_m, 1),
            "opening_hours": self.hours,
        }
        if self.park is not None:
            values["park"] = {"lat": round(self.park[0], 7), "lon": round(self.park[1], 7)}
        if self.parts:
            values["with"] = [place.name for place in self.parts]
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The drive home at the end of a day."""

    lat: float
    lon: float
    arrive: datetime
    """Local time of arrival."""
    drive_s: float
    drive_m: float
    walk_s: float = 0.0
    """Back to the car, seconds."""
    walk_m: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the drive as JSON values."""
        return {
            "lat": round(self.lat, 7),
            "lon": round(self.lon, 7),
            "arrive": self.arrive.isoformat(timespec="minutes"),
            "drive_s": round(self.drive_s, 1),
            "drive_m": round(self.drive_m, 1),
            "walk_s": round(self.walk_s, 1),
            "walk_m": round(self.walk_m, 1),
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
    car: Point | None = None
    """Where the car stands in the morning; None if it is where the day starts."""
    home: Return | None = None
    """The drive home, where the day ends with one."""
    town: str = ""
    """Name of the town in which the day is spent, on a trip of several."""

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
        return sum(visit.drive_s for visit in self.visits) + (self.home.drive_s if self.home else 0.0)

    @property
    def drive_m(self) -> float:
        """Driving distance of the day, metres."""
        return sum(visit.drive_m for visit in self.visits) + (self.home.drive_m if self.home else 0.0)

    @property
    def walk_m(self) -> float:
        """Distance on foot from stop to stop, metres."""
        return sum(visit.walk_m for visit in self.visits) + (self.home.walk_m if self.home else 0.0)

    @property
    def end(self) -> datetime:
        """When it is over: at the hotel, at home, or after the last stop."""
        if self.home is not None:
            return self.home.arrive
        if self.hotel is not None:
            return self.hotel.arrive
        return self.visits[-1].leave if self.visits else self.start

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
            "walk_m": round(self.walk_m, 1),
            "home": self.home.to_dict() if self.home else None,
            "town": self.town,
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

    accounting: Accounting = field(default_factory=Accounting)
    """What became of each wish."""

    fuel_range: Literal["ok", "unknown"] = "unknown"
    """Whether fuel or charge is known to last."""

    @property
    def unmet(self) -> tuple[str, ...]:
        """Wishes that the plan does not meet because the area has nothing of it, or no room was left."""
        gone = [
            e.words for e in self.accounting.of("missing", "traded") if e.slot in {"likes", "must", "meals"}
        ]
        return tuple(dict.fromkeys(gone))

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All visits in order."""
        return tuple(visit for day in self.days for visit in day.visits)

    @property
    def unknown_hours(self) -> tuple[Visit, ...]:
        """Visits to places whose opening hours the map does not tell."""
        return tuple(
            visit
            for visit in self.visits
            if visit.hours == "unknown" and visit.kind not in {"hotel", "rest", "free"}
        )

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
            "accounting": self.accounting.to_dict(),
            "fuel_range": self.fuel_range,
            "unknown_hours": [visit.place.name or visit.place.category for visit in self.unknown_hours],
        }
