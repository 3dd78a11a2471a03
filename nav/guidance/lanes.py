"""Lanes before a manoeuvre, out of ``turn:lanes`` (https://wiki.openstreetmap.org/wiki/Key:turn)."""

from nav.guidance.maneuver_types import Lane, Modifier

_FITS: dict[Modifier, tuple[frozenset[str], ...]] = {
    "straight": (frozenset({"through"}), frozenset({""}), frozenset({"slight_left", "slight_right"})),
    "slight_right": (frozenset({"slight_right"}), frozenset({"right"}), frozenset({"through"})),
    "right": (frozenset({"right"}), frozenset({"slight_right", "sharp_right"})),
    "sharp_right": (frozenset({"sharp_right"}), frozenset({"right"})),
    "slight_left": (frozenset({"slight_left"}), frozenset({"left"}), frozenset({"through"})),
    "left": (frozenset({"left"}), frozenset({"slight_left", "sharp_left"})),
    "sharp_left": (frozenset({"sharp_left"}), frozenset({"left"})),
    "uturn": (frozenset({"reverse"}), frozenset({"left"})),
}
_LEFT_HAND_UTURN = (frozenset({"reverse"}), frozenset({"right"}))
_MEANINGLESS = frozenset({"none", "merge_to_left", "merge_to_right"})


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
        frozenset("" if arrow in _MEANINGLESS else arrow for arrow in lane.replace(" ", "").split(";"))
        for lane in tag.split("|")
    ]
    # The best-fitting arrow decides; the next best counts only where nobody painted the best.
    for wanted in _LEFT_HAND_UTURN if modifier == "uturn" and left_hand else _FITS[modifier]:
        if any(wanted & arrows for arrows in drawn):
            return tuple(
                Lane(indications=tuple(sorted(arrows - {""})), valid=bool(wanted & arrows))
                for arrows in drawn
            )
    return ()
