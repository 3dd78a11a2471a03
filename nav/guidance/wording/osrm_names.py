"""Manoeuvres as OSRM v1 route steps, for the HTTP API.

Field by field as in OSRM's documentation of ``RouteStep``, ``StepManeuver`` and ``Intersection``.
"""

from collections.abc import Sequence
from typing import Any

from nav.guidance.maneuvers.lanes import direction_of, fits
from nav.guidance.maneuvers.types import Kind, Lane, Maneuver, Modifier
from nav.guidance.wording.names import name_in

_TYPES: dict[Kind, str] = {
    "depart": "depart",
    "continue": "continue",
    "new_name": "new name",
    "turn": "turn",
    "uturn": "continue",
    "fork": "fork",
    "merge": "merge",
    "on_ramp": "on ramp",
    "off_ramp": "off ramp",
    "end_of_road": "end of road",
    "roundabout": "roundabout",
    "mini_roundabout": "roundabout turn",
    "exit_roundabout": "exit roundabout",
    "ferry": "notification",
    "car_train": "notification",
    "via": "arrive",
    "arrive": "arrive",
}
_MODES: dict[Kind, str] = {"ferry": "ferry", "car_train": "train"}
_LANE_ARROWS = {
    "through": "straight",
    "reverse": "uturn",
    "slight_left": "slight left",
    "slight_right": "slight right",
    "sharp_left": "sharp left",
    "sharp_right": "sharp right",
}


def osrm_step(
    maneuver: Maneuver, geometry: Any, *, weight: float | None = None, driving_side: str = "right"
) -> dict[str, Any]:
    """Write one manoeuvre as an OSRM route step.

    Parameters
    ----------
    maneuver : Maneuver
        The manoeuvre that begins the step.
    geometry : object
        Line from here to the next manoeuvre, in the encoding that the client asked for.
    weight : float, optional
        Cost of the step; its duration if not given.
    driving_side : {"right", "left"}
        Side of the road that traffic keeps to.

    Returns
    -------
    dict
        A ``RouteStep`` object with ``maneuver`` and one intersection.
    """
    at = [round(maneuver.lon, 6), round(maneuver.lat, 6)]
    after_deg, before_deg = round(maneuver.bearing_after_deg) % 360, round(maneuver.bearing_before_deg) % 360
    ends = maneuver.kind in ("arrive", "via")
    intersection: dict[str, Any] = {
        "location": at,
        "bearings": [(before_deg + 180) % 360] if ends else [after_deg],
        "entry": [True],
    }
    intersection["in" if ends else "out"] = 0
    if maneuver.lanes:
        intersection["lanes"] = osrm_lanes(maneuver.lanes, maneuver.modifier, driving_side=driving_side)
    step: dict[str, Any] = {
        "distance": round(maneuver.length_m, 1),
        "duration": round(maneuver.duration_s, 1),
        "weight": round(maneuver.duration_s if weight is None else weight, 1),
        "geometry": geometry,
        "name": name_in(maneuver.names, "en") if "" not in maneuver.names else maneuver.names[""],
        "mode": _MODES.get(maneuver.kind, "driving"),
        "driving_side": driving_side,
        "maneuver": _step_maneuver(maneuver, at, before_deg, after_deg),
        "intersections": [intersection],
    }
    if maneuver.refs:
        step["ref"] = "; ".join(maneuver.refs)
    signs = (", ".join(maneuver.destination_refs), ", ".join(maneuver.destination))
    if any(signs):
        step["destinations"] = ": ".join(filter(None, signs))
    if maneuver.exit_number:
        step["exits"] = maneuver.exit_number
    return step


def osrm_type(kind: Kind) -> str:
    """Return OSRM's word for a kind of manoeuvre."""
    return _TYPES[kind]


def osrm_arrow(arrow: str) -> str:
    """Return OSRM's word for an arrow painted on a lane."""
    return _LANE_ARROWS.get(arrow, arrow)


def osrm_lanes(
    lanes: Sequence[Lane], modifier: Modifier, *, driving_side: str = "right"
) -> list[dict[str, Any]]:
    """Write lanes as OSRM's ``Lane`` objects, with Mapbox's ``active`` and ``valid_indication``.

    Parameters
    ----------
    lanes : sequence of Lane
        Left to right.
    modifier : str
        Which way the manoeuvre goes.
    driving_side : {"right", "left"}
        Side of the road that traffic keeps to.
    """
    left_hand = driving_side == "left"
    found = []
    for lane in lanes:
        valid = lane.valid or fits(lane, lanes, modifier, left_hand=left_hand)
        written: dict[str, Any] = {
            "valid": valid,
            "active": lane.valid,
            "indications": [osrm_arrow(arrow) for arrow in lane.indications] or ["none"],
        }
        if valid and (arrow := direction_of(lane, modifier, left_hand=left_hand)):
            written["valid_indication"] = osrm_arrow(arrow)
        found.append(written)
    return found


def _step_maneuver(maneuver: Maneuver, at: list[float], before_deg: int, after_deg: int) -> dict[str, Any]:
    ends = maneuver.kind in ("arrive", "via")
    step: dict[str, Any] = {
        "type": _TYPES[maneuver.kind],
        "location": at,
        "bearing_before": 0 if maneuver.kind == "depart" else before_deg,
        "bearing_after": 0 if ends else after_deg,
    }
    if ends:
        if maneuver.side:
            step["modifier"] = maneuver.side
    elif maneuver.kind != "depart":
        step["modifier"] = maneuver.modifier.replace("_", " ")
    if maneuver.roundabout_exit:
        step["exit"] = maneuver.roundabout_exit
    return step
