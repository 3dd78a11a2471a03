"""What a manoeuvre is: one thing the driver has to do, with all that can be said about it, in no language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from nav.units import Units

Kind = Literal[
    "depart",
    "continue",
    "new_name",
    "turn",
    "uturn",
    "fork",
    "merge",
    "on_ramp",
    "off_ramp",
    "end_of_road",
    "roundabout",
    "mini_roundabout",
    "exit_roundabout",
    "ferry",
    "car_train",
    "via",
    "arrive",
]
"""What kind of thing the driver does; ``new_name`` is a road that becomes another one straight on."""

KINDS: tuple[Kind, ...] = get_args(Kind)
"""All of them."""

Modifier = Literal[
    "straight", "slight_left", "left", "sharp_left", "slight_right", "right", "sharp_right", "uturn"
]
"""Which way the manoeuvre goes, as seen by the driver."""

Form = Literal["full", "short", "now"]
"""How much is said: everything once, only the action, or the action at the very moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane before a manoeuvre, from the map's ``turn:lanes``."""

    indications: tuple[str, ...]
    """Arrows painted on it in OSM's words, such as ``("through", "right")``; empty if none."""

    valid: bool
    """Whether the route can be followed from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maneuver:
    """One thing to do at one point of a route."""

    kind: Kind
    """What kind of thing it is."""

    modifier: Modifier
    """Which way it goes."""

    lat: float
    """Latitude of the point, degrees."""

    lon: float
    """Longitude of the point, degrees."""

    offset_m: float
    """Distance of the point from the start of the route along it, metres."""

    length_m: float
    """Distance from here to the next manoeuvre, metres; 0 for the last."""

    duration_s: float
    """Time from here to the next manoeuvre, seconds; 0 for the last."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Names of the road that it leads into, by language; the map's own under the empty key."""

    refs: tuple[str, ...] = ()
    """References of that road, such as ``("G6",)``."""

    destination: tuple[str, ...] = ()
    """Places on the sign, at most a few, as on the sign."""

    destination_refs: tuple[str, ...] = ()
    """Road references on the sign."""

    exit_number: str = ""
    """Number of a motorway exit; empty if there is none."""

    roundabout_exit: int = 0
    """Which exit of a roundabout to take, counted over the legal exits from 1; 0 if not a roundabout."""

    lanes: tuple[Lane, ...] = ()
    """Lanes before the manoeuvre from left to right; empty if unknown."""

    bearing_before_deg: float = 0.0
    """Direction of travel on arrival, degrees clockwise from north."""

    bearing_after_deg: float = 0.0
    """Direction of travel on departure, degrees clockwise from north."""

    edge_start: int = 0
    """Index into the route's edges of the first edge driven after the manoeuvre."""

    edge_end: int = 0
    """Index into the route's edges after the last edge driven before the next manoeuvre."""

    leg: int = 0
    """Which leg of the route it belongs to, from 0."""

    names_before: Mapping[str, str] = field(default_factory=dict)
    """Names of the road that it leaves, by language."""

    junction: Mapping[str, str] = field(default_factory=dict)
    """Names of the junction itself, by language; empty if it has none."""

    lights_m: tuple[float, ...] = ()
    """Where the traffic lights before it stand along the route, metres, its own last; empty if none."""

    light: int = 0
    """At which light ahead it is, from where it is said; 0 if that is not said."""

    stop: int = 0
    """Which stop on the way is reached, from 1; 0 if it is none, or the only one."""

    stop_name: str = ""
    """Name of the stop or destination, if it is known."""

    side: Literal["left", "right", ""] = ""
    """On which side of the road a stop or the destination lies; empty if on it."""

    major: bool = False
    """Whether it leads onto a motorway or trunk road, whose reference is said along with its name."""

    motorway_before: bool = False
    """Whether it is reached on a motorway or trunk road, where prompts come earlier."""

    units: Units = "metric"
    """Units of the country in which it lies."""

    then: "Maneuver | None" = None
    """The next manoeuvre where it follows at once and is said along with this one."""
