# ruff: noqa: E501 (a pattern is easier to read whole)
"""Being asked about a walk or a ride: the way of travel is cut out, and what remains reads like a drive.

"步行去西门" is read as "去西门", "how do I get to Kamppi on foot" as "how do I get to Kamppi"; the agent then
says how far that is on foot. Names that hold such words (步行街, Bike Shop) stay whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.understanding.intent import Navigate, Status

if TYPE_CHECKING:
    from agent.understanding.intent import Intent, TravelMode
    from agent.understanding.utterance import Language

_ZH_GOES_ON = r"(?=导航|过去|[去到回来]|要|得|需要|大[概约]|多[久远长少]|的?时间|怎么[走去]|[，,]|$)"
_ZH: tuple[tuple[str, TravelMode, str], ...] = (
    (rf"(?:走路|步行|走着|徒步){_ZH_GOES_ON}", "foot", ""),
    (r"走(?=[到去].{1,15}(?:多久|多长时间|多少分钟|几分钟|多远))", "foot", ""),
    (
        rf"骑(?:着)?(?:一?辆)?(?:共享)?(?:自行车|单车|电动车|电瓶车|脚踏车|车|行){_ZH_GOES_ON}",
        "bike",
        "",
    ),
)
_ZH_BARE = re.compile(r"^([^去到离回]{2,12}(?:大概|大约|要|得|需要)*(?:多久|多长时间|几分钟|多少分钟))$")
"""A name and how long, once "on foot" is cut out: it lacks the word for going."""

_EN: tuple[tuple[str, TravelMode, str], ...] = (
    (r"\b(?:on|by) foot\b", "foot", ""),
    (r"\bby (?:bike|bicycle|cycle)\b", "bike", ""),
    (r"\b(?:walking|pedestrian|foot) (?=directions?\b|routes?\b|navigation\b|distance (?:to|from)\b)", "foot", ""),
    (r"\b(?:cycling|biking|bicycle|bike) (?=directions?\b|routes?\b|navigation\b)", "bike", ""),
    (r"(?<=how long is the )walk(?= to\b)|(?<=how far is the )walk(?= to\b)", "foot", "drive"),
    (r"\bwalk(?= (?:me|us) to\b)", "foot", "take"),
    (r"\bwalk(?:ing)?(?= (?:back )?(?:to|home|there)\b)", "foot", "go"),
    (r"\b(?:(?:bike|cycle|bicycle)|ride (?:my|a|the) (?:bike|bicycle))(?= (?:back )?(?:to|home|there)\b)", "bike", "go"),
)  # fmt: skip


def cut_travel_mode(text: str, language: Language) -> tuple[TravelMode, str]:
    """Return how somebody wants to travel, if not by car, and the rest of the words.

    Parameters
    ----------
    text
        Cleaned words (`agent.understanding.utterance.clean`).
    language
        Language of the sentence frame.
    """
    for pattern, mode, instead in _ZH if language == "zh" else _EN:
        cut, count = re.subn(pattern, instead, text, count=1, flags=re.IGNORECASE)
        if count:
            return mode, _ZH_BARE.sub(r"去\1", re.sub(r"\s+", " ", cut).strip(" ，,"))
    return "", text


def with_travel_mode(intents: tuple[Intent, ...], mode: TravelMode) -> tuple[Intent, ...]:
    """Return the one way or question about a place that was read, with its travel mode; nothing otherwise."""
    match intents:
        case (Navigate() as intent,) if intent.to or intent.need:
            return (intent.model_copy(update={"by": mode}),)
        case (Status(what="time_left" | "distance_left") as intent,):
            # "How long on foot" is about the place last spoken of, not about the drive.
            return (intent.model_copy(update={"by": mode, "place": intent.place or "there"}),)
        case _:
            return ()
