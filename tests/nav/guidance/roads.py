"""Kinds of road to draw with, and ways to ask for the manoeuvres of a route."""

from __future__ import annotations

from nav.guidance.maneuvers.maneuver import Maneuver
from nav.routing.route import Route

STREET = {"highway": "residential"}
MAIN = {"highway": "primary"}
MOTORWAY = {"highway": "motorway", "oneway": "yes"}
RAMP = {"highway": "motorway_link", "oneway": "yes"}
CIRCLE = {"highway": "tertiary", "junction": "roundabout"}


def named(tags: dict[str, str], name: str, **more: str) -> dict[str, str]:
    return {**tags, "name": name, **more}


def kinds(route: Route) -> list[str]:
    """Write what is to be done between start and end as "kind modifier"."""
    return [
        f"{m.kind} {m.modifier}" + (f" exit {m.roundabout_exit}" if m.roundabout_exit else "")
        for m in route.maneuvers
        if m.kind not in ("depart", "arrive")
    ]


def only(route: Route, kind: str) -> Maneuver:
    (found,) = [m for m in route.maneuvers if m.kind == kind]
    return found


ROUNDABOUT = """
        N

        n

W   w       e   E

        s

        S
"""
