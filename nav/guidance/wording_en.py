"""Manoeuvres in spoken English."""

from nav.guidance.maneuver_types import Form, Lane, Maneuver
from nav.guidance.wording import name_in, speakable_name, spoken_distance, spoken_ref
from nav.guidance.wording_numbers import en_number, en_ordinal
from nav.guidance.wording_zh import lane_span

_TURN = {
    "straight": "go straight on",
    "slight_left": "bear left",
    "left": "turn left",
    "sharp_left": "turn sharp left",
    "slight_right": "bear right",
    "right": "turn right",
    "sharp_right": "turn sharp right",
    "uturn": "make a U-turn",
}
# The road after a roundabout was named on the way in.
_WITHOUT_ROAD = frozenset({"arrive", "via", "exit_roundabout"})
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def sentence(maneuver: Maneuver, form: Form, distance_m: float | None = None) -> str:
    """Put a manoeuvre into one English sentence; see `Maneuver.say`."""
    act = action(maneuver)
    if form == "full":
        act = _full(maneuver, act)
    elif form == "now" and maneuver.kind in ("turn", "uturn", "end_of_road"):
        act = _TURN[maneuver.modifier] + " now"
    if maneuver.then is not None and form != "short":
        act += ", then " + action(maneuver.then)
        if maneuver.then.then is not None:
            act += ", and then " + action(maneuver.then.then)
    if distance_m is not None:
        act = f"in {spoken_distance(distance_m, 'en')}, {act}"
    return act[0].upper() + act[1:]


def _full(maneuver: Maneuver, act: str) -> str:
    kind = maneuver.kind
    if kind in _WITHOUT_ROAD:
        return act
    road = road_name(maneuver)
    if kind == "depart":
        return f"head {compass(maneuver.bearing_after_deg)}" + (f" on {road}" if road else "")
    if kind == "ferry":
        return f"take the ferry, {road}" if road else act
    text = act
    if road:
        text += _onto(maneuver, road)
    text += _towards(maneuver, road)
    lanes = lanes_phrase(maneuver.lanes, maneuver.modifier)
    return f"{lanes} and {text}" if lanes else text


def action(maneuver: Maneuver) -> str:
    """Say only what to do: "turn right", "at the roundabout, take the second exit"."""
    kind, modifier = maneuver.kind, maneuver.modifier
    side = "left" if "left" in modifier else "right" if "right" in modifier else ""
    match kind:
        case "new_name":
            return "continue"
        case "turn" | "uturn" | "continue":
            return _TURN[modifier]
        case "end_of_road":
            return f"at the end of the road {_TURN[modifier]}"
        case "fork":
            return f"keep {side} at the fork" if side else "keep to the middle at the fork"
        case "merge":
            return f"merge {side}" if side else "merge"
        case "on_ramp":
            return f"take the ramp on the {side}" if side else "take the ramp straight ahead"
        case "off_ramp":
            number = exit_phrase(maneuver.exit_number) or "the exit"
            return f"take {number} on the {side}" if side else f"take {number}"
        case "roundabout":
            if maneuver.roundabout_exit:
                return f"at the roundabout take the {en_ordinal(maneuver.roundabout_exit)} exit"
            return "enter the roundabout"
        case "exit_roundabout":
            return "leave the roundabout"
        case "ferry":
            return "board the ferry"
        case "depart":
            return "set off"
        case "via" | "arrive":
            place = "your stop" if kind == "via" else "your destination"
            return f"arrive at {place}" + (f", on the {maneuver.side}" if maneuver.side else "")


def _onto(maneuver: Maneuver, road: str) -> str:
    match maneuver.kind:
        case "continue":
            return f" to stay on {road}" if maneuver.modifier != "straight" else f" on {road}"
        case "fork":
            return f", onto {road}"
        case _:
            return f" onto {road}"


def _towards(maneuver: Maneuver, road: str) -> str:
    places = [name for text in maneuver.destination[:2] if (name := speakable_name(text)) and name != road]
    if not places:
        places = [
            ref for text in maneuver.destination_refs[:1] if (ref := spoken_ref(text, "en")) not in ("", road)
        ]
    return f" towards {' and '.join(places)}" if places else ""


def road_name(maneuver: Maneuver) -> str:
    """Name the road after a manoeuvre: its name, its reference, or both on a motorway."""
    name = name_in(maneuver.names, "en")
    if name and not maneuver.major:
        return name
    ref = spoken_ref(maneuver.refs[0], "en") if maneuver.refs else ""
    if name and ref and maneuver.refs[0] not in name:
        return f"{ref}, {name}"
    return name or ref


def exit_phrase(number: str) -> str:
    """Name a motorway exit by its number: "exit twelve", "exit three B"; empty if there is none."""
    text = speakable_name(number)
    if not text or len(text) > 8:
        return ""
    digits = text.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if digits.isascii() and digits.isdigit():
        return f"exit {en_number(int(digits))}" + (
            f" {text[len(digits) :]}" if len(digits) < len(text) else ""
        )
    return f"exit {text}"


def lanes_phrase(lanes: tuple[Lane, ...], modifier: str) -> str:
    """Say which lanes to use, empty when all will do or the map does not say."""
    span = lane_span(lanes, modifier)
    if span is None:
        return ""
    first, last, total = span
    count = last - first + 1
    many = f"{en_number(count)} lanes"
    if first == 0:
        return "use the left lane" if count == 1 else f"use the left {many}"
    if last == total - 1:
        return "use the right lane" if count == 1 else f"use the right {many}"
    if first == total - 1 - last:
        return "use the middle lane" if count == 1 else f"use the middle {many}"
    from_left = first < total - 1 - last
    nearest = first + 1 if from_left else total - last
    side = "left" if from_left else "right"
    numbers = " and ".join(en_ordinal(nearest + i) for i in range(count))
    return f"use the {numbers} lane{'s' * (count > 1)} from the {side}"


def compass(bearing_deg: float) -> str:
    """Name a direction by the eight points of the compass."""
    return _COMPASS[int(bearing_deg / 45 + 0.5) % 8]


def after(maneuver: Maneuver) -> str:
    """Say what comes after a manoeuvre when the next one is far: "continue for five kilometres"."""
    return f"Continue for {spoken_distance(maneuver.length_m, 'en')}"
