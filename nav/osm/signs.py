"""What stands on the signs and the asphalt of a way: names, numbers, destinations, lane arrows.

Keys: https://wiki.openstreetmap.org/wiki/Key:destination, https://wiki.openstreetmap.org/wiki/Key:turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nav.osm.values import read_names

CLOSED_LANE = "closed"
"""Stands in `turn_lanes` for the arrows of a lane that cars may not use."""
_LANE_ACCESS = ("motorcar:lanes", "motor_vehicle:lanes", "vehicle:lanes", "access:lanes")
_LANE_RESERVED = ("bus:lanes", "psv:lanes", "bicycle:lanes", "taxi:lanes", "tram:lanes")
_SHUT = frozenset({"no", "private", "bus", "psv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaySigns:
    """The texts on a way that guidance reads out."""

    names: tuple[tuple[str, str], ...]
    ref: str
    junction_ref: str
    destination: tuple[str, str]
    """Forward, backward: places on the sign, divided by `;`; signs of single lanes are divided by `|`."""
    destination_ref: tuple[str, str]
    """Road references on the sign, with their direction (`I 95 South`)."""
    turn_lanes: tuple[str, str]


def read_signs(tags: Mapping[str, str]) -> WaySigns:
    """Collect the texts of a way."""
    forward, backward = _signs(tags, "forward"), _signs(tags, "backward")
    return WaySigns(
        names=read_names(tags),
        ref=tags.get("ref", ""),
        junction_ref=tags.get("junction:ref", ""),
        destination=(forward[0], backward[0]),
        destination_ref=(forward[1], backward[1]),
        turn_lanes=(_turn_lanes(tags, "forward"), _turn_lanes(tags, "backward")),
    )


def _signs(tags: Mapping[str, str], direction: str) -> tuple[str, str]:
    """Return the places and the references on the sign of one direction."""

    def read(key: str) -> str:
        return tags.get(f"{key}:{direction}") or tags.get(key, "")

    places = (
        _joined(read("destination:street"), read("destination"))
        or read("destination:lanes")
        or read("destination:street:lanes")
    )
    refs = read("destination:ref") or read("destination:ref:lanes")
    heading = read("destination:direction")
    if refs and heading and ";" not in refs and "|" not in refs:
        refs = f"{refs} {heading}"
    # What the road only leads to is said where nothing nearer stands on the sign.
    if not places and not refs:
        places, refs = read("destination:to") or read("destination:street:to"), read("destination:ref:to")
    return places, refs


def _joined(first: str, second: str) -> str:
    parts = [part.strip() for text in (first, second) for part in text.split(";")]
    return ";".join(dict.fromkeys(part for part in parts if part))


def _turn_lanes(tags: Mapping[str, str], direction: str) -> str:
    """Return the arrows of the lanes of one direction, those that cars may not use marked."""

    def lanes(key: str) -> list[str]:
        text = tags.get(f"{key}:{direction}", tags.get(key, ""))
        return text.split("|") if text else []

    arrows = lanes("turn:lanes") or lanes("turn")
    for key in (*_LANE_ACCESS, *_LANE_RESERVED):
        access = lanes(key)
        if len(access) != len(arrows):
            continue
        shut = {"designated"} if key in _LANE_RESERVED else _SHUT
        arrows = [
            CLOSED_LANE if a.strip() in shut else arrow for a, arrow in zip(access, arrows, strict=True)
        ]
    return "|".join(arrows)
