"""What the judging of junctions yields: a turn, before it is put on the route as a manoeuvre."""

from dataclasses import dataclass

from nav.guidance.maneuvers.types import Kind, Modifier

STRAIGHT_DEG = 20.0
"""Below this a road goes straight on."""
SLIGHT_DEG = 45.0
"""Up to this it bears off."""
NORMAL_DEG = 120.0
"""Up to this it turns, beyond it turns sharply."""
UTURN_DEG = 150.0
"""Beyond this a turn over a whole junction leads back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A manoeuvre as the junctions show it."""

    junction: int
    """Junction where it begins."""

    last_junction: int
    """Junction where it ends: that of the exit of a roundabout, the far side of a dual carriageway."""

    kind: Kind
    """What kind it is."""

    modifier: Modifier
    """Which way it goes."""

    roundabout_exit: int = 0
    """Exit of the roundabout, 0 if none."""


def modifier_for(turn_deg: float) -> Modifier:
    """Name a turn by its angle, positive to the right."""
    size = abs(turn_deg)
    if size < STRAIGHT_DEG:
        return "straight"
    right = turn_deg > 0
    if size < SLIGHT_DEG:
        return "slight_right" if right else "slight_left"
    if size < NORMAL_DEG:
        return "right" if right else "left"
    return "sharp_right" if right else "sharp_left"


def only(i: int, kind: Kind, modifier: Modifier) -> Turn:
    """Return a manoeuvre at one junction."""
    return Turn(junction=i, last_junction=i, kind=kind, modifier=modifier)
