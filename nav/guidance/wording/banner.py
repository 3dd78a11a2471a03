"""What a screen shows of a manoeuvre: the words that are spoken of it, as written on signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nav.guidance.maneuvers.lanes import direction_of, fits
from nav.guidance.maneuvers.types import Kind, Lane, Maneuver, Modifier
from nav.guidance.wording.names import name_in, speakable_name
from nav.guidance.wording.wording import say, wording_of

_STOPS = frozenset({"via", "arrive"})
_CIRCLES = frozenset({"roundabout", "mini_roundabout"})
_LONGEST_REF = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLane:
    """One lane of a banner."""

    arrows: tuple[str, ...]
    """Arrows painted on it in OSM's words; empty if there are none."""

    active: bool
    """Whether it is one to take, seen with what follows the manoeuvre."""

    valid: bool
    """Whether the manoeuvre can be made from it."""

    direction: str
    """The arrow that is followed on it; empty where none of its own fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One manoeuvre on a screen, in one language."""

    kind: Kind
    modifier: Modifier

    text: str
    """The main line: the road, else where the sign leads, else what to do."""

    action: str
    """What to do, in the words of the short prompt."""

    road: str
    """Name of the road, as it is spoken; empty if it has none."""

    refs: tuple[str, ...]
    """Numbers of the road as on its signs."""

    places: tuple[str, ...]
    """Where the sign leads, other than the road."""

    exit_number: str
    """Number of a motorway exit; empty if there is none."""

    roundabout_exit: int
    """Which exit of a roundabout to take; 0 if it is none."""

    degrees: int | None
    """How far a roundabout is driven round, degrees: 180 leads straight on; None if it is none."""

    lanes: tuple[ShownLane, ...]
    """Left to right; empty if the map does not say, or all will do."""

    offset_m: float
    """Where it is along the route, metres."""

    then: str
    """What follows at once, in words; empty if nothing does."""

    then_kind: Kind | None = None
    then_modifier: Modifier | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the banner as plain values for JSON."""
        return {
            "kind": self.kind,
            "modifier": self.modifier,
            "text": self.text,
            "action": self.action,
            "road": self.road,
            "refs": list(self.refs),
            "places": list(self.places),
            "exit_number": self.exit_number,
            "roundabout_exit": self.roundabout_exit,
            "degrees": self.degrees,
            "lanes": [
                {
                    "arrows": list(lane.arrows),
                    "active": lane.active,
                    "valid": lane.valid,
                    "follow": lane.direction,
                }
                for lane in self.lanes
            ],
            "offset_m": round(self.offset_m, 1),
            "then": {"text": self.then, "kind": self.then_kind, "modifier": self.then_modifier}
            if self.then
            else None,
        }


def banner_of(maneuver: Maneuver, language: str, *, left_hand: bool = False) -> Banner:
    """Return what a screen shows of a manoeuvre.

    Parameters
    ----------
    maneuver : Maneuver
        What the driver has to do.
    language : str
        Code of the language to show it in.
    left_hand : bool
        Whether traffic keeps left there.
    """
    road = name_in(maneuver.names, language)
    refs = tuple(ref for ref in maneuver.refs if speakable_name(ref) and len(ref) <= _LONGEST_REF)
    named = " ".join(filter(None, [*(refs[:1] if maneuver.major or not road else ()), road]))
    signs = (*maneuver.destination_refs[:1], *maneuver.destination[:2])
    places = tuple(name for text in signs if (name := speakable_name(text)) not in ("", road, *refs))
    action = say(maneuver, language, "short")
    stop = speakable_name(maneuver.stop_name) if maneuver.kind in _STOPS else ""
    then = maneuver.then
    return Banner(
        kind=maneuver.kind,
        modifier=maneuver.modifier,
        text=stop or named or " / ".join(places) or action,
        action=action,
        road=road,
        refs=refs,
        places=places if named else (),
        exit_number=speakable_name(maneuver.exit_number),
        roundabout_exit=maneuver.roundabout_exit,
        degrees=_degrees(maneuver, left_hand=left_hand),
        lanes=shown_lanes(maneuver.lanes, maneuver.modifier, left_hand=left_hand),
        offset_m=maneuver.offset_m,
        then=wording_of(language).action(then) if then is not None else "",
        then_kind=then.kind if then is not None else None,
        then_modifier=then.modifier if then is not None else None,
    )


def shown_lanes(
    lanes: Sequence[Lane], modifier: Modifier, *, left_hand: bool = False
) -> tuple[ShownLane, ...]:
    """Return lanes with the arrow that is followed on each; empty when all will do."""
    if not lanes or all(lane.valid for lane in lanes):
        return ()
    return tuple(
        ShownLane(
            arrows=lane.indications,
            active=lane.valid,
            valid=lane.valid or fits(lane, lanes, modifier, left_hand=left_hand),
            direction=direction_of(lane, modifier, left_hand=left_hand) if lane.valid else "",
        )
        for lane in lanes
    )


def _degrees(maneuver: Maneuver, *, left_hand: bool) -> int | None:
    """Return how far a roundabout is driven round: 90 to the next arm, 180 straight on, 270 to the last."""
    if maneuver.kind not in _CIRCLES:
        return None
    turn_deg = (maneuver.bearing_after_deg - maneuver.bearing_before_deg + 180.0) % 360.0 - 180.0
    return round(180.0 + turn_deg if left_hand else 180.0 - turn_deg) % 360 or 360
