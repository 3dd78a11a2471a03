"""Manoeuvres in spoken Mandarin.

The pattern is [距离] + [车道] + [在何处] + [动作] + [进入路名] + [往何方向] + [然后下一动作].
"""

from nav.guidance.maneuver_types import Form, Lane, Maneuver
from nav.guidance.wording import name_in, speakable_name, spoken_distance, spoken_ref
from nav.guidance.wording_numbers import zh_number

_TURN = {
    "straight": "直行",
    "slight_left": "向左前方行驶",
    "left": "左转",
    "sharp_left": "向左后方转弯",
    "slight_right": "向右前方行驶",
    "right": "右转",
    "sharp_right": "向右后方转弯",
    "uturn": "掉头",
}
_COMPASS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_WITHOUT_ROAD = frozenset({"arrive", "via", "exit_roundabout"})


def sentence(maneuver: Maneuver, form: Form, distance_m: float | None = None) -> str:
    """Put a manoeuvre into one Chinese sentence; see `Maneuver.say`."""
    act = action(maneuver)
    if form == "full":
        act = _full(maneuver, act)
    elif form == "now" and maneuver.kind in ("turn", "uturn", "end_of_road"):
        act = "现在" + _TURN[maneuver.modifier]
    if maneuver.then is not None and form != "short":
        act += "，然后" + action(maneuver.then)
        if maneuver.then.then is not None:
            act += "，再" + action(maneuver.then.then)
    if distance_m is not None:
        return f"前方{spoken_distance(distance_m, 'zh')}{act}"
    return act


def _full(maneuver: Maneuver, act: str) -> str:
    kind = maneuver.kind
    if kind == "depart":
        road = road_name(maneuver)
        return f"出发，{'沿' + road if road else ''}向{compass(maneuver.bearing_after_deg)}行驶"
    if kind == "ferry":
        name = name_in(maneuver.names, "zh")
        return f"{act}，{name}" if name else act
    text = act
    if kind not in _WITHOUT_ROAD:
        road = road_name(maneuver)
        if road:
            text += _into(maneuver, road)
        text += _towards(maneuver, road)
    lanes = lanes_phrase(maneuver.lanes, maneuver.modifier)
    return f"{lanes}，{text}" if lanes else text


def action(maneuver: Maneuver) -> str:
    """Say only what to do: 右转, 进入环岛从第二出口驶出."""
    kind, modifier = maneuver.kind, maneuver.modifier
    left, right = "left" in modifier, "right" in modifier
    side = "左" if left else "右" if right else ""
    match kind:
        case "turn" | "uturn" | "continue" | "new_name":
            return _TURN[modifier]
        case "end_of_road":
            return "在道路尽头" + _TURN[modifier]
        case "fork":
            return f"在岔路口靠{side}行驶" if side else "在岔路口走中间"
        case "merge":
            return f"向{side}并入主路" if side else "并入主路"
        case "on_ramp":
            return f"从{side}侧进入匝道" if side else "直行进入匝道"
        case "off_ramp":
            exit_words = exit_phrase(maneuver.exit_number)
            return f"从{side}侧{exit_words or '出口'}驶出" if side else f"从{exit_words or '出口'}驶出"
        case "roundabout":
            if maneuver.roundabout_exit:
                return f"进入环岛，从第{zh_number(maneuver.roundabout_exit)}出口驶出"
            return "进入环岛"
        case "exit_roundabout":
            return "驶出环岛"
        case "ferry":
            return "驶上轮渡"
        case "depart":
            return "出发"
        case "via" | "arrive":
            place = "途经点" if kind == "via" else "目的地"
            on_side = f"，{place}在{'左' if maneuver.side == 'left' else '右'}侧" if maneuver.side else ""
            return f"到达{place}{on_side}"


def _into(maneuver: Maneuver, road: str) -> str:
    match maneuver.kind:
        case "continue" if maneuver.modifier == "straight":
            return f"，继续沿{road}行驶"
        case "continue":
            return f"，继续走{road}"
        case "fork" | "off_ramp" | "roundabout" | "on_ramp":
            return f"，进入{road}"
        case "merge":
            return f"，{road}"
        case _:
            return f"进入{road}"


def _towards(maneuver: Maneuver, road: str) -> str:
    places = [name for text in maneuver.destination[:2] if (name := speakable_name(text)) and name != road]
    if not places:
        places = [
            ref for text in maneuver.destination_refs[:1] if (ref := spoken_ref(text, "zh")) not in ("", road)
        ]
    return f"，往{'、'.join(places)}方向" if places else ""


def road_name(maneuver: Maneuver) -> str:
    """Name the road after a manoeuvre: its name, its reference, or both on a motorway."""
    name = name_in(maneuver.names, "zh")
    if name and not maneuver.major:
        return name
    ref = spoken_ref(maneuver.refs[0], "zh") if maneuver.refs else ""
    if name and ref and maneuver.refs[0] not in name:
        return f"{ref} {name}" if name[0].isascii() else f"{ref}{name}"
    return name or ref


def exit_phrase(number: str) -> str:
    """Name a motorway exit by its number: 十二号出口, 三B出口; empty if there is none."""
    text = speakable_name(number)
    if not text or len(text) > 8:
        return ""
    if text.isascii() and text.isdigit():
        return f"{zh_number(int(text))}号出口"
    digits = text.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if digits.isascii() and digits.isdigit():
        return f"{zh_number(int(digits))}{text[len(digits) :]}出口"
    return f"{text}出口"


def lanes_phrase(lanes: tuple[Lane, ...], modifier: str) -> str:
    """Say which lanes to use, empty when all will do or the map does not say."""
    span = lane_span(lanes, modifier)
    if span is None:
        return ""
    first, last, total = span
    count = last - first + 1
    if first == 0:
        return "走最左侧车道" if count == 1 else f"走左侧{zh_number(count, counting=True)}条车道"
    if last == total - 1:
        return "走最右侧车道" if count == 1 else f"走右侧{zh_number(count, counting=True)}条车道"
    if first == total - 1 - last:
        return "走中间车道" if count == 1 else f"走中间{zh_number(count, counting=True)}条车道"
    from_left = first < total - 1 - last
    nearest = first + 1 if from_left else total - last
    numbers = "、".join(zh_number(nearest + i) for i in range(count))
    return f"走{'左' if from_left else '右'}数第{numbers}车道"


def lane_span(lanes: tuple[Lane, ...], modifier: str) -> tuple[int, int, int] | None:
    """Find the run of usable lanes to name: first, last, how many there are; None if all will do."""
    total = len(lanes)
    valid = [i for i, lane in enumerate(lanes) if lane.valid]
    if total < 2 or not valid or len(valid) == total:
        return None
    if "left" in modifier or modifier == "uturn":
        first = last = valid[0]
        while last + 1 in valid:
            last += 1
    else:
        first = last = valid[-1]
        while first - 1 in valid:
            first -= 1
    return first, last, total


def compass(bearing_deg: float) -> str:
    """Name a direction by the eight points of the compass."""
    return _COMPASS[int(bearing_deg / 45 + 0.5) % 8]


def after(maneuver: Maneuver) -> str:
    """Say what comes after a manoeuvre when the next one is far: 继续行驶五公里."""
    return f"继续行驶{spoken_distance(maneuver.length_m, 'zh')}"
