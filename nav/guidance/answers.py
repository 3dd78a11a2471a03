"""Answers of a guided drive: how long, how far, what next, where, how fast; and its notices."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Literal

from languages import load_language
from nav.guidance.maneuvers.types import Maneuver
from nav.guidance.progress import Progress
from nav.guidance.wording.names import name_in, spoken_ref
from nav.guidance.wording.quantities import spoken_distance, spoken_duration, spoken_time
from nav.guidance.wording.wording import say
from nav.guidance.wording.words import words_of
from nav.units import Units, speed_in

Question = Literal["time_left", "distance_left", "next_turn", "where", "speed_limit", "arrival_time"]
"""What a driver can ask about the drive."""

Notice = Literal["reroute", "turn_round", "no_route", "speeding", "rest", "position_lost", "arrived"]
"""What guidance says besides manoeuvres."""


def answer(
    question: Question,
    progress: Progress,
    maneuvers: Sequence[Maneuver],
    language: str,
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
    language : str
        Code of the language to answer in.
    zone : tzinfo, optional
        Time zone for the time of arrival; that of the machine if not given.

    Returns
    -------
    str
        One sentence, of facts only; what the map does not say is said to be unknown.
    """
    words = words_of(language)
    match question:
        case "time_left" | "distance_left":
            phrase = words.answers.time_left if question == "time_left" else words.answers.distance_left
            text = phrase.say(
                time=spoken_duration(progress.remaining_s, language),
                distance=spoken_distance(progress.remaining_m, language, units=progress.units),
            )
        case "arrival_time":
            moment = datetime.fromtimestamp(progress.arrival_s, zone)
            text = words.answers.arrival_time.say(clock=spoken_time(moment, language))
        case "next_turn":
            text = _next_turn(progress, maneuvers, language)
        case "where":
            road = name_in(progress.names, language) or spoken_ref(progress.ref, language)
            text = words.answers.where.say(road=road)
        case "speed_limit":
            limit = progress.limit_kph
            spoken = "" if limit is None else _spoken_limit(limit, language, progress.units)
            text = words.answers.speed_limit.say(limit=spoken)
    return text[:1].upper() + text[1:] if words.capitals else text


def _next_turn(progress: Progress, maneuvers: Sequence[Maneuver], language: str) -> str:
    for maneuver in maneuvers[progress.next_maneuver :]:
        if maneuver.kind not in ("depart", "exit_roundabout"):
            ahead_m = max(0.0, maneuver.offset_m - progress.offset_m)
            return say(maneuver, language, distance_m=ahead_m, units=progress.units)
    return words_of(language).answers.no_turn.say()


def _spoken_limit(limit_kph: int, language: str, units: Units) -> str:
    return load_language(language).numbers.spell(speed_in(limit_kph, units))


def notice(
    kind: Notice, language: str, *, limit_kph: int = 0, hours_s: float = 0.0, units: Units = "metric"
) -> str:
    """Word a notice.

    Parameters
    ----------
    kind : Notice
        What is to be said.
    language : str
        Code of the language to say it in.
    limit_kph : int
        The speed limit, for ``speeding``.
    hours_s : float
        Driving time, for ``rest``, seconds.
    units : {"metric", "us", "uk"}
        Units of the limit.

    Returns
    -------
    str
        One sentence.
    """
    phrase = getattr(words_of(language).notices, kind)
    limit = _spoken_limit(limit_kph, language, units)
    text: str = phrase.say(limit=limit, hours=spoken_duration(hours_s, language))
    return text
