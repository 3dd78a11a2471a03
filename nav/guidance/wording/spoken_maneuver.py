"""A manoeuvre as a route gives it out: its data, and how to say it."""

from dataclasses import dataclass
from typing import Any

from languages import codes
from nav.guidance.maneuvers.types import Form, Maneuver
from nav.guidance.wording.wording import say
from nav.units import Units


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenManeuver(Maneuver):
    """One thing to do at one point of a route, which can be said in any language."""

    def say(
        self,
        language: str,
        form: Form = "full",
        *,
        distance_m: float | None = None,
        units: Units | None = None,
    ) -> str:
        """Put the manoeuvre into one sentence; see `nav.guidance.wording.wording.say`."""
        return say(self, language, form, distance_m=distance_m, units=units)

    def to_dict(self) -> dict[str, Any]:
        """Return the manoeuvre as plain values for JSON, with its full sentence in every language."""
        return {
            "kind": self.kind,
            "modifier": self.modifier,
            "lat": round(self.lat, 7),
            "lon": round(self.lon, 7),
            "offset_m": round(self.offset_m, 1),
            "length_m": round(self.length_m, 1),
            "duration_s": round(self.duration_s, 1),
            "names": dict(self.names),
            "refs": list(self.refs),
            "destination": list(self.destination),
            "destination_refs": list(self.destination_refs),
            "exit_number": self.exit_number,
            "roundabout_exit": self.roundabout_exit,
            "lanes": [{"indications": list(lane.indications), "valid": lane.valid} for lane in self.lanes],
            "bearing_before_deg": round(self.bearing_before_deg, 1),
            "bearing_after_deg": round(self.bearing_after_deg, 1),
            "leg": self.leg,
            "side": self.side,
            "say": {code: self.say(code) for code in codes()},
        }
