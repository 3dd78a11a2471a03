# ruff: noqa: E501 (a pattern is easier to read whole)
"""Trips in English: "two days in Kunshan, cheap hotel, gardens, with kids" → where, days, wishes."""

from __future__ import annotations

import re
from typing import Any

from agent.intent import PlanChange, PlanTrip, Wishes
from agent.numerals import EN_NUMBER, en_number, ordinal
from agent.phrase import road_wishes
from agent.rules import FAIR, GOOD, STRONG, Context, Parsed
from agent.trip_dates import EN_DATE, EN_SHIFT

_TRIP = re.compile(
    r"(?i)\b(?:trip|itinerary|vacation|holiday|weekend (?:in|at|to|away|getaway)|sightsee(?:ing)?|day tour|getaway|days? (?:in|at|around|exploring|tour|visit)|nights? (?:in|at)|day[- ](?:trip|tour)|tour of|tour (?:the|around)|spend (?:the |a |an? |"
    + EN_NUMBER
    + r" )?(?:weekend|days?|nights?|week|afternoon)|plan (?:my|our|a|the|me|us) (?:day|days|weekend|visit|stay|tour)|road ?trip|visit .+ for (?:"
    + EN_NUMBER
    + r") days?|(?:"
    + EN_NUMBER
    + r")[- ]days?\b(?! weather))"
)
_NOT = re.compile(
    r"(?i)how (?:far|long)|day (?:one|two|three|four|\d)|(?:first|second|third|last|next) day|cancel (?:the |my |this )?trip|end (?:the |my |this )?trip|remaining|recent trips|trip history|past trips|previous trips"
)


def parse_trip(text: str, context: Context) -> Parsed | None:
    """Read a request for a trip, or a change to the plan at hand; None if it is neither."""
    if change := _change(text, context):
        return change
    if not _TRIP.search(text) or _NOT.search(text):
        if context.expecting == "days" and (days := _bare_days(text)) is not None:
            return Parsed(intents=(PlanTrip(days=days),), confidence=STRONG, pattern="en.trip.days")
        return None
    where, days = _where(text), days_of(text)
    if not where and days is None and not re.search(r"(?i)plan|itinerary|organi[sz]e|arrange|schedule", text):
        return None
    sure = STRONG if days is not None or where else FAIR
    return Parsed(
        intents=(PlanTrip(where=where, days=days, wishes=parse_wishes(text)),),
        confidence=sure,
        pattern="en.trip",
    )


def days_of(text: str) -> int | None:
    """Return the number of days said, None if none was."""
    if found := re.search(
        rf"(?i)\b({EN_NUMBER})[- ]?(?:(?:full|whole|easy|relaxed|relaxing|busy|quiet|slow|packed|nice|lazy) )*days?\b",
        text,
    ):
        value = en_number(found[1])
        if value is not None:
            return int(value)
    if re.search(
        r"(?i)\bhalf a day\b|\bhalf[- ]day\b|\bday[- ](?:trip|tour)\b|\bplan (?:my|our|the) day\b|\bfor the day\b|\ba (?:[a-z]+ )?day\b|\bfor today\b",
        text,
    ):
        return 1
    if found := re.search(rf"(?i)\b({EN_NUMBER})[- ]nights?\b", text):
        return int(en_number(found[1]) or 0) + 1
    if re.search(r"(?i)\bweekend\b", text):
        return 2
    if found := re.search(rf"(?i)\b({EN_NUMBER})[- ]weeks?\b", text):
        return int((en_number(found[1]) or 1) * 7)
    return None


def _bare_days(text: str) -> int | None:
    """Read an answer to "how many days?": a number alone will do."""
    days = days_of(text)
    if days is None and (
        found := re.fullmatch(rf"(?i)(?:just|about|maybe|only|for|let'?s say)?\s*({EN_NUMBER})[\s.!]*", text)
    ):
        value = en_number(found[1])
        days = int(value) if value is not None else None
    return days


_STOP = r"(?=$|[,.;!?]| for | with | and | but | on | without | no | avoiding | next | this | tomorrow| in (?:spring|summer|autumn|winter)| please| starting| from | over | that | cheap| we | i | staying| including| where | to (?:see|visit)| seeing| visiting| exploring| where)"


def _where(text: str) -> str:
    for pattern in (
        rf"(?i)\b(?:trip|tour|getaway|vacation|holiday|itinerary|weekend|days?|nights?|visit|week|sightseeing|stay|road ?trip|afternoon|plan)\s+(?:away |out |trip |getaway |tour )?(?:to|in|at|around|of|for|through|exploring|near)\s+(?:the )?([A-Za-z\u3400-\u9fff][\w'\u3400-\u9fff .-]{{0,40}}?){_STOP}",
        rf"(?i)\b(?:go to|going to|visit|explore|travel to|drive to|head to|see|tour|discover)\s+(?:the )?([A-Za-z\u3400-\u9fff][\w'\u3400-\u9fff -]{{0,40}}?){_STOP}",
        rf"(?i)\b(?:plan|organi[sz]e|arrange|make|create|give me|i want|build|design)\s+(?:me |us )?(?:an? |the )?(?:{EN_NUMBER}[- ]days? )?([A-Z\u3400-\u9fff][\w'\u3400-\u9fff -]{{1,30}}?)\s+(?:trip|itinerary|tour|weekend|getaway|visit)",
        rf"(?i)^([A-Z][\w'-]+(?: [A-Z][\w'-]+)?)\s*,?\s+(?:for )?{EN_NUMBER}[- ]?days?",
    ):
        if found := re.search(pattern, text):
            where = re.sub(r"(?i)^(?:in|at|around|to)\s+", "", found[1].strip())
            if re.fullmatch(
                r"(?i)(?:an?|me|us|my|our|day|days|weekend|here|town|the city|city|this (?:city|town|area)|the area|(?:a )?(?:nice|short|quick|relaxed|cheap|family|long|whole|little|fun|easy|relaxing|two|three|one|weekend|full).*|it|there|somewhere|eat|sleep|plan|do|museums?|parks?|churches|gardens?|sights|family|kids|tomorrow|around|saturday|sunday)",
                where,
            ):
                continue
            return where
    return ""


def parse_wishes(text: str) -> Wishes:
    """Extract what a trip should be like; every name is a span of the text."""
    roads = road_wishes(text, "en")
    rest = " " + roads.text + " "
    stop = r"(?=[,.;!?]|$| but | please| in the | at the | on the | for | with | without | no | and (?:we|i|no|not|a|the kids|avoid|stay|start|don't|somewhere)\b| we | i | leave| also | seeing | visiting | exploring )"
    likes: list[str] = []
    dislikes: list[str] = []
    must: list[str] = []
    meals: list[str] = []
    for pattern, target in (
        (
            rf"(?i)\b(?:no|not|skip(?:ping)?|without|avoid(?:ing)?|nothing with|hate|don'?t (?:like|want|care for)|(?:no|not) interested in|leave out|less)\s+(?:to see |to visit |seeing |any |the |more |too many |going to )*(.{{2,40}}?){stop}",
            dislikes,
        ),
        (
            rf"(?i)\b(?:must (?:see|visit|include|go to)|have to (?:see|visit|go to)|definitely (?:want to )?(?:see|visit|include|the)?|be sure to (?:include|visit|see)|make sure (?:we|to|it) (?:see|visit|includes?|go to)|absolutely|including|include|don'?t miss|can'?t miss)\s+(?:the )?(.{{2,50}}?){stop}",
            must,
        ),
        (
            rf"(?i)\b(?:eat(?:ing)?|try(?:ing)?|taste|food like|have some|dine on|lunch on|dinner at an?|have)\s+(?:some |local |good |the |a )*(.{{2,30}}?)(?: food| restaurants?| places?)?{stop}",
            meals,
        ),
        (
            rf"(?i)\b(?:(?:want to |wanna |like to |love to |we'?d like to |to )?(?:see|visit|explore|check out|look at|tour)|seeing|visiting|exploring|interested in|love|loves|like|likes|into|enjoy|enjoys|lots of|plenty of|prefer|fond of|focus on|mostly|fan of|fans of|featuring|some)\s+(?:to see |to visit |seeing |visiting |some |the |a few |lots of |many |old |local |mostly |going to |a couple of )*(.{{2,50}}?){stop}",
            likes,
        ),
        (
            r"(?i)\bwith (?:lots of |plenty of |some |a few |many |mostly )?((?:museums?|parks?|gardens?|churches|castles?|beaches|temples?|galleries|monuments?|viewpoints?|shops|markets?|nature|zoos?|art)(?:,? and [a-z]+| [a-z]+s)?)(?=[,.;!?]|\s|$)",
            likes,
        ),
    ):
        for found in re.finditer(pattern, rest):
            target += [w for w in _items(found[1]) if _wishable(w)]
        if target is dislikes or target is must or target is meals:
            rest = re.sub(pattern, " , ", rest)
    where = _where(text).lower()
    likes = (
        [w for w in likes if where not in w.lower() and w not in must]
        if where
        else [w for w in likes if w not in must]
    )
    return Wishes(
        likes=tuple(dict.fromkeys(likes)),
        dislikes=tuple(dict.fromkeys(dislikes)),
        must=tuple(dict.fromkeys(must)),
        meals=tuple(dict.fromkeys(meals)),
        children=bool(
            re.search(
                r"(?i)\b(?:kids?|child(?:ren)?|son|daughter|toddlers?|bab(?:y|ies)|family of|family[- ]friendly|boys|girls)\b",
                text,
            )
        ),
        elderly=bool(
            re.search(
                r"(?i)\b(?:parents|grandparents?|grand(?:ma|pa|mother|father)|elderly|seniors?|mother|father|mom|mum|dad|in-laws)\b",
                text,
            )
        ),
        budget=_budget(text),
        hotel_stars=_stars(text),
        pace=_pace(text),
        avoid=roads.avoid,
        depart=_depart(text),
    )


def _items(text: str) -> list[str]:
    text = re.sub(r"(?i)\b(?:if possible|instead|too|as well|a lot|most|the most|things|stuff)\b", "", text)
    parts = re.split(r"(?i),| and | or | & ", text)
    return [
        re.sub(r"(?i)^(?:the|an?|some|any|local|old|seeing|visiting)\s+", "", p.strip())
        for p in parts
        if p.strip()
    ]


def _wishable(word: str) -> bool:
    return not re.search(
        r"(?i)^(?:kids?|us|me|it|rush(?:ed|ing)?|hurry|stress|too .*|early.*|walking.*|hotels?|tolls?|highways?|motorways?|expensive.*|to|in .*|a|sights?|everything|plan.*|my .*|we .*|more than.*|much.*|day.*|trip.*|driving.*|fancy.*|crowds?|good|late.*|our .*|.* hotel|.*\bdays?\b.*|.*stars?.*|.*trip.*|itinerary.*|weekend.*|budget.*|least.*|cheap.*|visiting|stay.*|start.*)$",
        word,
    )


def _budget(text: str) -> Any:
    if re.search(
        r"(?i)\b(?:cheap(?:ly|er|est)?|budget|inexpensive|low[- ]cost|affordable|save money|not (?:too )?expensive|nothing (?:too )?(?:fancy|expensive)|on a shoestring|tight budget|hostel)\b",
        text,
    ):
        return "low"
    if re.search(
        r"(?i)\b(?:luxur(?:y|ious)|fancy|upscale|high[- ]end|money is no object|nice hotel|best hotel|good hotel|splurge|posh|treat ourselves)\b",
        text,
    ):
        return "high"
    return ""


def _stars(text: str) -> int:
    found = re.search(r"(?i)\b(one|two|three|four|five|[1-5])[- ]?stars?\b", text)
    return int(en_number(found[1]) or 0) if found else 0


def _pace(text: str) -> Any:
    if re.search(
        r"(?i)\b(?:relax(?:ed|ing)?|easy|slow(?:ly)?|leisurely|not (?:too )?(?:rushed|packed|busy|much|tiring|hectic)|no rush(?:ing)?|don'?t (?:want to )?rush|laid[- ]back|chill|take it easy|gentle|unhurried|easygoing|without rushing|no hurry)\b",
        text,
    ):
        return "easy"
    if re.search(
        r"(?i)\b(?:packed|as (?:much|many .*) as possible|busy|full|intens(?:e|ive)|everything|jam-packed|tight schedule|lots to do|see it all)\b",
        text,
    ):
        return "full"
    return ""


def _depart(text: str) -> str:
    found = re.search(
        r"(?i)\b(?:leav(?:e|ing)|start(?:ing)?|depart(?:ing)?|set(?:ting)? off|begin(?:ning)?)(?: (?:at|around|about|after|from|every day at|each day at|the day at|not before))+ (?:half past )?(\d{1,2}|"
        + EN_NUMBER
        + r")(?::(\d\d))?\s*(am|pm|a\.m\.|p\.m\.|o'clock)?",
        text,
    )
    if not found:
        return ""
    hour = int(en_number(found[1]) or 9)
    if (found[3] or "").lower().startswith("p") and hour < 12:
        hour += 12
    minute = int(found[2] or (30 if "half past" in found[0].lower() else 0))
    return f"{hour % 24:02d}:{minute % 60:02d}"


def day_number(text: str) -> int:
    if found := re.search(
        r"(?i)\bday (one|two|three|four|five|six|seven|\d+)\b|\b(first|second|third|fourth|fifth|sixth|seventh|\d+(?:st|nd|rd|th)) day\b",
        text,
    ):
        return ordinal(found[1] or found[2]) or 0
    if re.search(r"(?i)\b(?:last|final) day\b", text):
        return -1
    return 0


_MOVED = re.compile(
    r"(?i)(?:(?:can|could|let'?s|we|you|i|want to|please|make|instead)\s+)*(?:change|move|switch|push|shift|put|set|reschedule|postpone|start|begin|leave|go|do|make|have)?"
    r"(?: (?:it|this|that|the (?:trip|plan|start|date|departure|whole thing)|everything|off|out|back))*(?: (?:to|on|for|until|till))?"
    rf" ?(?:(?P<when>{EN_DATE})|(?P<shift>{EN_SHIFT}))(?: instead| please)?"
)


def _change(text: str, context: Context) -> Parsed | None:
    body = re.sub(
        r"(?i)^(?:(?:please|ok|okay|can you|could you|well|actually|and|let'?s|hmm|but|i'?d like to|i want to|we want to)[\s,]+)+",
        "",
        text.strip(" ,.!?"),
    )
    body = re.sub(r"(?i)[\s,]+(?:please|thanks|thank you|instead)$", "", body)
    moved = _MOVED.fullmatch(body)
    if moved and (
        context.planning or re.match(r"(?i)(?:change|move|switch|push|shift|reschedule|postpone)\b", body)
    ):
        return Parsed(
            intents=(PlanTrip(change=PlanChange(action="date", what=moved["when"] or moved["shift"])),),
            confidence=STRONG if context.planning else FAIR,
            pattern="en.trip.date",
        )
    day = day_number(body)
    clear = day != 0 or re.search(r"(?i)\b(?:plan|itinerary|trip|schedule)\b", body) is not None
    if not (context.planning or clear) or re.search(
        r"(?i)\b(?:plan|make|create|organi[sz]e) (?:me |us )?(?:a|an|my|our)\b.*\b(?:trip|days?|weekend)",
        body,
    ):
        return None
    rest = re.sub(
        r"(?i)\s*\b(?:on|for|in|from|to)?\s*(?:the )?(?:day (?:one|two|three|four|five|six|seven|\d+)|(?:first|second|third|fourth|fifth|last|final|\d+(?:st|nd|rd|th)) day)\b|\s*\b(?:from|in|to|on) (?:the |my |our )?(?:plan|itinerary|trip|schedule)\b",
        "",
        body,
    ).strip(" ,")
    made = _change_of(rest, body, day)
    if made is None:
        return None
    return Parsed(
        intents=(PlanTrip(change=made),),
        confidence=STRONG if context.planning else GOOD,
        pattern=f"en.trip.{made.action}",
    )


def _change_of(rest: str, body: str, day: int) -> PlanChange | None:
    if re.search(
        r"(?i)\b(?:(?:an)?other|different|change|switch|new|swap|replace)\b.*\b(?:hotel|accommodation|place to (?:stay|sleep)|hostel|lodging)\b|\b(?:hotel|accommodation)\b.*\b(?:else|different|change)\b|don'?t like (?:that|the|this) hotel",
        body,
    ):
        return PlanChange(action="hotel", day=day)
    if re.search(
        r"(?i)\b(?:fewer|less|not so (?:much|many|packed|busy)|too (?:much|many|packed|busy|full|tiring|rushed|hectic)|lighten|slow(?:er)? (?:down|pace)?|more relaxed|easier|take it easy|not that much)\b",
        body,
    ) and not re.search(r"(?i)less than", body):
        return PlanChange(action="fewer", day=day)
    if re.search(
        r"(?i)\b(?:one|an?|another|extra|1) (?:more |extra )?day(?: (?:more|longer))?$|\bstay (?:a day )?longer\b|\bextend\b|\bmake it (?:a day )?longer\b|\bone more day\b|\badd (?:a|another|one more) day\b",
        body,
    ) and not re.search(r"(?i)shorter|less|fewer|cut|remove|drop", body):
        return PlanChange(action="longer", day=day)
    if re.search(
        r"(?i)\b(?:one|a) day (?:less|shorter|fewer)\b|\bshorten\b|\bcut (?:it )?(?:by )?(?:a|one) day\b|\b(?:make it )?a day shorter\b|\bshorter\b",
        body,
    ):
        return PlanChange(action="shorter", day=day)
    if re.search(
        r"(?i)\b(?:more (?:sights|things|places|stops|activities|stuff)|too (?:little|few|empty|slow)|fill (?:it )?up|pack more|busier|fuller|see more|do more)\b",
        body,
    ):
        return PlanChange(action="more", day=day)
    if re.search(r"(?i)\b(?:later|sleep in|too early|not so early)\b", body):
        return PlanChange(action="later", day=day)
    if re.search(r"(?i)\b(?:earlier|too late|not so late)\b", body):
        return PlanChange(action="earlier", day=day)
    drop = re.match(
        r"(?i)^(?:i |we )?(?:don'?t want to (?:see|visit|go to)|remove|drop|skip|take out|leave out|delete|cancel|get rid of|no|without|scrap|cut out|cut|not)\s+(?:the |any |all |all the |that )?(.{2,40}?)$",
        rest,
    ) or re.match(r"(?i)^take (?:the )?(.{2,40}?) (?:out|off)$", rest)
    if (
        drop
        and not re.fullmatch(
            r"(?i)(?:it|that|this|trip|plan|itinerary|thanks|thank you|way|worries|problem|route|one)",
            drop[1],
        )
        and not re.search(r"toll|highway|motorway|ferr", drop[1])
    ):
        return PlanChange(action="drop", day=day, what=drop[1])
    add = re.match(
        r"(?i)^(?:add|include|put in|put|insert|squeeze in|fit in|throw in|also (?:visit|see|include|add)|visit|see)\s+(?:the |an? |another |some )?(.{2,40}?)(?: (?:too|as well|in))?$",
        rest,
    )
    if add and not re.search(r"(?i)stop\b|route|waypoint", add[1]):
        return PlanChange(action="add", day=day, what=add[1])
    return None
