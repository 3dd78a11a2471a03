"""Answers of a guided drive: how long, how far, what next, where, how fast; and its notices."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Literal

from nav.guidance.maneuver_types import Maneuver
from nav.guidance.progress import Progress
from nav.guidance.wording import Language, name_in, spoken_distance, spoken_duration, spoken_ref, spoken_time
from nav.guidance.wording_numbers import en_number, zh_number

Question = Literal["time_left", "distance_left", "next_turn", "where", "speed_limit", "arrival_time"]
"""What a driver can ask about the drive."""

Notice = Literal["reroute", "turn_round", "no_route", "speeding", "rest", "position_lost", "arrived"]
"""What guidance says besides manoeuvres."""

_NOTICES: dict[Notice, tuple[str, str]] = {
    "reroute": ("路线已更新", "New route"),
    "turn_round": ("路线已更新，请在可以的地方掉头", "New route: please turn round where you can"),
    "no_route": ("暂时找不到可走的路线", "I cannot find a way from here"),
    "rest": ("您已连续驾驶{hours}，请找地方休息", "You have been driving for {hours}, please take a rest"),
    "position_lost": ("定位信号丢失", "I have lost the position signal"),
    "speeding": ("您已超速，限速{limit}", "You are over the limit of {limit}"),
    "arrived": ("您已到达目的地", "You have arrived"),
}


def answer(
    question: Question,
    progress: Progress,
    maneuvers: Sequence[Maneuver],
    language: Language,
    *,
    zone: tzinfo | None = None,
) -> str:
    """Answer a question about the drive from its state.

    Parameters
    ----------
    question : Question
        What was asked.
    progress : Progress
        The state of the drive.
    maneuvers : sequence of Maneuver
        The manoeuvres of the route.
    language : {"zh", "en"}
        Language to answer in.
    zone : tzinfo, optional
        Time zone for the time of arrival; that of the machine if not given.

    Returns
    -------
    str
        One sentence, of facts only; what the map does not say is said to be unknown.
    """
    match question:
        case "time_left":
            left = spoken_duration(progress.remaining_s, language)
            far = spoken_distance(progress.remaining_m, language)
            return f"还有{left}，{far}" if language == "zh" else f"{left} to go, {far}".capitalize()
        case "distance_left":
            far = spoken_distance(progress.remaining_m, language)
            left = spoken_duration(progress.remaining_s, language)
            return f"还有{far}，大约{left}" if language == "zh" else f"{far} to go, about {left}".capitalize()
        case "arrival_time":
            moment = spoken_time(datetime.fromtimestamp(progress.arrival_s, zone), language)
            return f"预计{moment}到达" if language == "zh" else f"You will arrive at about {moment}"
        case "next_turn":
            return _next_turn(progress, maneuvers, language)
        case "where":
            return _where(progress, language)
        case "speed_limit":
            if progress.limit_kph is None:
                return (
                    "这条路的限速地图上没有" if language == "zh" else "The map does not know the limit here"
                )
            if language == "zh":
                return f"这里限速{zh_number(progress.limit_kph)}"
            return f"The limit here is {en_number(progress.limit_kph)}"


def _next_turn(progress: Progress, maneuvers: Sequence[Maneuver], language: Language) -> str:
    for maneuver in maneuvers[progress.next_maneuver :]:
        if maneuver.kind not in ("depart", "exit_roundabout"):
            ahead_m = max(0.0, maneuver.offset_m - progress.offset_m)
            return maneuver.say(language, "full", distance_m=ahead_m)
    return "已经到目的地了" if language == "zh" else "You are at your destination"


def _where(progress: Progress, language: Language) -> str:
    name = name_in(progress.names, language) or spoken_ref(progress.ref, language)
    if not name:
        return "您在一条没有名字的路上" if language == "zh" else "You are on a road without a name"
    return f"您在{name}上" if language == "zh" else f"You are on {name}"


def notice(kind: Notice, language: Language, *, limit_kph: int = 0, hours_s: float = 0.0) -> str:
    """Word a notice.

    Parameters
    ----------
    kind : Notice
        What is to be said.
    language : {"zh", "en"}
        Language to say it in.
    limit_kph : int
        The speed limit, for ``speeding``.
    hours_s : float
        Driving time, for ``rest``, seconds.

    Returns
    -------
    str
        One sentence.
    """
    text = _NOTICES[kind][0 if language == "zh" else 1]
    limit = zh_number(limit_kph) if language == "zh" else en_number(limit_kph)
    return text.format(limit=limit, hours=spoken_duration(hours_s, language))
