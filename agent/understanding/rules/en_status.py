# ruff: noqa: E501 (a pattern is easier to read whole)
"""English questions about the drive and about places: "how long still", "when does the library close"."""

from __future__ import annotations

import re
from typing import Any, cast

from agent.understanding.context import Context
from agent.understanding.intent import Search, Status
from agent.understanding.moment import EN_MOMENT
from agent.understanding.rules.phrase import is_category
from agent.understanding.rules.reading import GOOD, STRONG, Parsed, home_asked, one
from agent.understanding.rules.sentence_en import fullmatch, whole

_STATUS: tuple[tuple[str, str], ...] = (
    (
        r"where (?:am i|are we|are we at|is this|the hell are we|exactly (?:am i|are we))(?: (?:now|right now|at the moment|exactly|anyway))?|what(?:'s| is) (?:this place|this (?:street|road)(?: called)?|(?:my|our|the) (?:current )?(?:location|position)|the name of (?:this|the) (?:street|road))|"
        r"(?:which|what) (?:street|road|town|city|district|area|place|neighbou?rhood) (?:am i|are we|is this)(?: (?:on|in))?(?: now)?|(?:tell me )?(?:my|our|the)?\s*(?:current )?(?:location|position)|am i lost|are we lost|tell me where (?:i am|we are)",
        "where_am_i",
    ),
    (
        r"(?:what(?:'s| is)|tell me)?\s*(?:the )?(?:current )?speed limit(?: (?:here|now|on this (?:road|street|stretch)|right now))*|how fast (?:can|may|should|am|could) (?:i|we) (?:allowed to )?(?:drive|go|be going|driving)?(?: (?:here|now|on this (?:road|street)))*|am i (?:speeding|going too fast|over the limit|driving too fast)|(?:what|how much) (?:is|am i) (?:the limit|allowed)(?: here)?|what'?s the limit(?: here| on this (?:road|street))?",
        "speed_limit",
    ),
    (
        r"what(?:'s| is) (?:my |the |our )?next (?:turn|move|step|manoeuvre|maneuver|instruction|direction|exit)?|(?:what|where) (?:do|should|am|must|will) (?:i|we) (?:do|turn|go|supposed to (?:turn|go|do))?(?: (?:next|now|after this|here))?|(?:which|what) (?:way|lane|exit|direction)(?: (?:do|should|must) (?:i|we) (?:take|go|turn|use|be in|need))?(?: (?:now|next|here|at the (?:next )?(?:light|junction|intersection|roundabout)))*|when (?:do|should|is) (?:i|we|my|the|our)?\s*(?:next )?(?:turn|exit)(?: (?:off|left|right))?|(?:left or right|next turn|next step|what now|now what|where to now)(?: (?:here|now|next))?|do i (?:turn|go) (?:left|right|left or right|straight)(?: or (?:left|right))?(?: here| now| next)?|how far (?:is it |to |until |till )*(?:the |my |our )?(?:next )?(?:turn|exit|junction|step)|what'?s coming up(?: next)?|(?:do|should) (?:i|we) (?:turn|exit|go straight|get off|merge)(?: (?:here|now|next|at the (?:next )?(?:light|lights|junction|intersection)))*|which lane(?: should i be in)?",
        "next_turn",
    ),
    (
        r"(?:when|what time|at what time) (?:will|do|are|can|should|would) (?:i|we) (?:going to |be )?(?:get|arrive|arriving|be|reach|make it)(?: (?:there|in|home|at (?:the|our|my) (?:destination|hotel)|to (?:the|our) destination|the destination))?|(?:what(?:'s| is) )?(?:my|our|the)?\s*(?:eta|e\.t\.a\.?|estimated (?:time of )?arrival(?: time)?|arrival time)",
        "arrival_time",
    ),
    (
        r"how (?:far|many (?:kilomet(?:er|re)s|miles|km|metres|meters)|much (?:further|farther)|much distance)(?: (?:is it|is|are|away|left|more|to go|we|i|do|have|still|there|until|till|to|from|it|the|our|my|destination|from here|have to|got|remaining|remain|now|am|drive|go|we're|from the destination|home))*|(?:what(?:'s| is) )?(?:the )?(?:remaining distance|distance (?:left|remaining|to (?:go|the destination)))",
        "distance_left",
    ),
    (
        r"how (?:long|much (?:longer|more time|time)|many (?:more )?(?:minutes|hours|mins))(?: (?:is|are|it|will|does|do|left|more|to|go|till|until|we|i|there|take|get|still|have|be|before|arrive|reach|the|our|my|destination|remaining|remain|need|now|home|of a drive|the drive|this|drive|before we|driving))*|are we (?:there|nearly there|almost there|close)(?: yet)?|(?:what(?:'s| is) )?(?:the )?(?:remaining time|time (?:left|remaining|to (?:go|destination)))|(?:is it|is it much|much) (?:longer|further|far)(?: now)?|are we (?:nearly|almost|getting close)",
        "time_left",
    ),
    (
        r"where (?:are we|am i|are you) (?:going|headed|heading|driving|taking (?:me|us)|navigating)(?: to| again| now)*|what(?:'s| is|'s| was) (?:my|our|the) (?:current )?(?:destination|final stop)(?: again)?|where do(?:es)? (?:this|the) route (?:go|lead|end)(?: to)?",
        "destination",
    ),
    (
        r"how (?:far|much further|many (?:kilomet(?:er|re)s|miles|km)) can (?:i|we|the car) (?:still )?(?:go|drive|get)(?: (?:on|with) (?:this|the|what's left|the remaining|my) ?(?:tank|charge|battery|fuel|gas)?)?|(?:what(?:'s| is) )?(?:my|the|our)?\s*(?:remaining )?(?:range|fuel level|battery level|fuel range|charge level)(?: left)?|how much (?:fuel|gas|petrol|battery|charge|range|power|juice)(?: (?:do (?:i|we) have|is|have i got|left|there|we|got|remaining|is there))*|(?:do (?:i|we)|will (?:i|we)) (?:have|make it)(?: (?:enough (?:fuel|gas|charge|battery|petrol)|on this (?:tank|charge)))(?: to (?:get there|make it|arrive))?",
        "fuel_range",
    ),
    (
        r"what(?:'s| is)? (?:the )?(?:time|date|day)(?: is it)?(?: (?:now|today|right now))?|what(?:'s| is) today'?s (?:date|day)|what time is it(?: now)?|(?:tell me )?the (?:current )?time",
        "clock",
    ),
)


def status(text: str, context: Context) -> Parsed | None:
    """Questions about the drive, the road and the clock."""
    bare = re.sub(
        r"(?i)^(?:do you know|tell me|any idea|let me know|i wonder|i'?d like to know|show me)\s+(?=where|what|how|when|which)",
        "",
        text,
    )
    bare = re.sub(r"(?i)^(where|what|when|how far|how long) (i am|we are|it is|we|i)\b", r"\1 \2", bare)
    for candidate in dict.fromkeys((text, bare)):
        for pattern, what in _STATUS:
            if whole(pattern, candidate):
                return one(
                    Status(what=cast("Any", what), place=home_asked(what, candidate)),
                    STRONG,
                    f"en.status.{what}",
                )
    return None


def named_status(text: str, context: Context) -> Parsed | None:
    """ "How far is the airport?": time or distance to a named place, without driving there; or when it is open."""
    patterns = (
        (
            r"(?:(?:when|what time|at what time) (?:do(?:es)?|will|is|are) (?:the )?(?P<place>.{2,40}?) (?:open|close|shut|closing|opening|shutting)(?: (?:today|tonight|tomorrow|up|its doors))*"
            r"|(?:how (?:late|long)|until when|till when) (?:is|are) (?:the )?(?P<late>.{2,40}?) open(?: (?:today|tonight|until|till|for))*"
            r"|(?:(?:what(?:'s| are| is)|tell me) )?(?:the )?(?:opening|business|working) (?:hours|times?) (?:of|for|at) (?:the )?(?P<hours>.{2,40}?)"
            r"|(?:(?:what(?:'s| are| is)|tell me) )?(?:the )?(?P<whose>.{2,40}?)(?:'s)? (?:opening|business) (?:hours|times?))",
            "opening_hours",
        ),
        (
            r"(?:(?:(?:what(?:'s| is)|tell me|give me) )?(?:the )?(?:phone|telephone|contact)(?: number)? (?:of|for) (?:the )?(?P<place>.{2,40}?)"
            r"|what(?:'s| is) (?:the )?(?P<whose>.{2,40}?)'s (?:phone|telephone|contact)(?: number)?)",
            "phone",
        ),
        (
            r"how (?:long|much time|many minutes)(?: (?:is it|is the drive|does it take|would it take|will it take|do i need|is it going to take|'s the drive))?(?: to (?:get|drive|go))?(?: from here)? (?:to|till) (?:the )?(?P<place>.{2,40}?)(?: from here| by car)?",
            "time_left",
        ),
        (
            r"how (?:far(?: away)?|many (?:kilomet(?:er|re)s|miles|km))(?: (?:is it|is the (?:drive|trip|way)(?= to\b)|is|am i|are we|'s))?(?: (?:to|from))? (?:the )?(?P<place>.{2,40}?)(?: from (?:here|me|us)| away)?",
            "distance_left",
        ),
        (r"(?:what(?:'s| is) the )?distance (?:from here )?to (?:the )?(?P<place>.{2,40}?)", "distance_left"),
        (r"is (?:the )?(?P<place>.{2,40}?) far(?: (?:away|from here))*", "distance_left"),
        (
            r"(?:when|what time|at what time) (?:do|will|can|are) (?:i|we) (?:going to )?(?:get to|arrive (?:at|in)|reach|be (?:at|in)|make it to) (?:the )?(?P<place>.{2,40}?)",
            "arrival_time",
        ),
    )
    if whole(r"is (?:it|that|this(?: place)?|there) (?:still )?open(?: (?:now|today|right now))?", text):
        return one(Status(what="opening_hours", place="there"), GOOD, "en.status.there")
    opened = fullmatch(
        rf"(?:is|are|will) (?:the )?(?P<place>(?!there \w).{{2,40}}?) (?:still )?(?:be )?open(?P<at> (?:(?:until|till?|past|after) )?{EN_MOMENT})",
        text,
    )
    if opened and not is_category(opened["place"], "en"):
        place = re.sub(r"(?i)^(?:it|that|this(?: place)?)$", "there", opened["place"])
        return one(Search(what=place, open_at=opened["at"].strip()), GOOD, "en.search.open")
    if whole(r"(?:what(?:'s| is) )?(?:its|their|the) (?:phone|telephone|contact)(?: number)?", text):
        return one(Status(what="phone", place="there"), GOOD, "en.status.there")
    for pattern, what in patterns:
        found = fullmatch(pattern, text)
        place = next(filter(None, found.groupdict().values()), "") if found else ""
        asks_there = what in {"opening_hours", "phone"} and place.lower() in {"it", "there", "that"}
        if asks_there:
            return one(Status(what=cast("Any", what), place="there"), GOOD, "en.status.there")
        if found and not re.fullmatch(
            r"(?i)(?:there|it|go|here|(?:the |our |my )?destination|we get there|next (?:turn|exit|junction|step|one|light).*|go.*|left.*)",
            place,
        ):
            return one(Status(what=cast("Any", what), place=place.strip()), GOOD, "en.status.place")
    return None
