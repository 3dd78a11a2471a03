"""Lanes before a manoeuvre, out of ``turn:lanes`` (https://wiki.openstreetmap.org/wiki/Key:turn)."""

from collections.abc import Sequence
from dataclasses import replace

from nav.guidance.maneuvers.types import Lane, Modifier

CLOSED = "closed"
"""Stands for the arrows of a lane that cars may not use (``vehicle:lanes=no``, ``bus:lanes=designated``)."""
_ON = "on"
_ONWARD = frozenset({"through", _ON})
_FITS: dict[Modifier, tuple[frozenset[str], ...]] = {
    "straight": (_ONWARD, frozenset({"slight_left", "slight_right"})),
    "slight_right": (frozenset({"slight_right"}), frozenset({"right"}), _ONWARD),
    "right": (frozenset({"right"}), frozenset({"slight_right", "sharp_right"})),
    "sharp_right": (frozenset({"sharp_right"}), frozenset({"right"})),
    "slight_left": (frozenset({"slight_left"}), frozenset({"left"}), _ONWARD),
    "left": (frozenset({"left"}), frozenset({"slight_left", "sharp_left"})),
    "sharp_left": (frozenset({"sharp_left"}), frozenset({"left"})),
    "uturn": (frozenset({"reverse"}), frozenset({"left"})),
}
_LEFT_HAND_UTURN = (frozenset({"reverse"}), frozenset({"right"}))
# Without an arrow, and where lanes merge, one simply goes on.
_LEADS_ON = frozenset({"", "none", "merge_to_left", "merge_to_right"})


def lanes_for(tag: str, modifier: Modifier, *, left_hand: bool = False) -> tuple[Lane, ...]:
    """Read the lanes and mark those from which a manoeuvre can be made.

    Parameters
    ----------
    tag : str
        Value of ``turn:lanes`` in the direction of travel, left to right, such as ``left|through;right``.
    modifier : Modifier
        Which way the manoeuvre goes.
    left_hand : bool
        Whether traffic keeps left, where one turns back to the right.

    Returns
    -------
    tuple of Lane
        Left to right; empty if the tag is empty or no lane goes that way.
    """
    if "|" not in tag:
        return ()
    drawn = [
        frozenset(_ON if arrow in _LEADS_ON else arrow for arrow in lane.replace(" ", "").split(";"))
        for lane in tag.split("|")
    ]
    # The best-fitting arrow decides; the next best counts only where nobody painted the best.
    for wanted in _wanted(modifier, left_hand=left_hand):
        if any(wanted & arrows for arrows in drawn):
            return tuple(
                Lane(indications=tuple(sorted(arrows - {_ON, CLOSED})), valid=bool(wanted & arrows))
                for arrows in drawn
            )
    return ()


def fits(lane: Lane, lanes: Sequence[Lane], modifier: Modifier, *, left_hand: bool = False) -> bool:
    """Tell whether a manoeuvre can be made from a lane, also where another one serves better what follows.

    Parameters
    ----------
    lane, lanes
        The lane, and all of them.
    modifier, left_hand
        As for `lanes_for`.
    """
    for wanted in _wanted(modifier, left_hand=left_hand):
        if any(other.valid and wanted & _arrows(other) for other in lanes):
            return bool(wanted & set(lane.indications))
    return False


def direction_of(lane: Lane, modifier: Modifier, *, left_hand: bool = False) -> str:
    """Return the arrow of a lane that a manoeuvre follows, in OSM's words; empty if none is painted."""
    for wanted in _wanted(modifier, left_hand=left_hand):
        if found := sorted(wanted & set(lane.indications)):
            return found[0]
    return ""


def _wanted(modifier: Modifier, *, left_hand: bool) -> tuple[frozenset[str], ...]:
    return _LEFT_HAND_UTURN if modifier == "uturn" and left_hand else _FITS[modifier]


def _arrows(lane: Lane) -> frozenset[str]:
    return frozenset(lane.indications or (_ON,))


def anticipated(
    lanes: Sequence[Lane], following: Modifier, following_lanes: Sequence[Lane]
) -> tuple[Lane, ...]:
    """Narrow the lanes of a manoeuvre to those that also serve one which follows at once.

    Parameters
    ----------
    lanes : sequence of Lane
        Lanes before the first manoeuvre.
    following : Modifier
        Which way the second one goes.
    following_lanes : sequence of Lane
        Lanes before the second one; they tell how many of them serve it.

    Returns
    -------
    tuple of Lane
        The same lanes, fewer of them valid where that is sure.
    """
    valid = [i for i, lane in enumerate(lanes) if lane.valid]
    side = "left" if "left" in following or following == "uturn" else "right" if "right" in following else ""
    if len(valid) < 2 or not side:
        return tuple(lanes)
    serving = max(1, sum(lane.valid for lane in following_lanes))
    kept = valid[:serving] if side == "left" else valid[-serving:]
    return tuple(replace(lane, valid=i in kept) for i, lane in enumerate(lanes))
