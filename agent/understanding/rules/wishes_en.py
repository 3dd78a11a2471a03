# ruff: noqa: E501 (a pattern is easier to read whole)
"""Trips in English: "two days in Kunshan, cheap hotel, gardens, with kids" → where, days, wishes."""

from __future__ import annotations

import re

from agent.trip.dates import EN_DATE, EN_SHIFT
from agent.understanding.context import Context
from agent.understanding.intent import PlanChange, PlanTrip, Wishes
from agent.understanding.numerals import EN_NUMBER, en_number, ordinal
from agent.understanding.rules.reading import FAIR, GOOD, STRONG, Parsed, one
from agent.understanding.rules.road_wishes import road_wishes
from agent.understanding.rules.wishes import (
    Changes,
    Named,
    Words,
    add_kind,
    asked_about,
    change_of,
    changed,
    clock,
    days_asked,
    kind_wished,
    length_of,
    moved_by,
    wishes_of,
)

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

_BARE_DAYS = rf"(?i)(?:just|about|maybe|only|for|let'?s say)?\s*({EN_NUMBER})[\s.!]*"
"""An answer to "how many days?"."""


def parse_trip(text: str, context: Context) -> Parsed | None:
    """Read a request for a trip, or a change to the plan at hand; None if it is neither."""
    if asked := asked_about(text.strip(" ,.!?"), _ASKED, day_number(text), context, "en"):
        return asked
    if change := _change(text, context):
        return change
    if not _TRIP.search(text) or _NOT.search(text):
        if context.expecting == "days" and (days := days_of(text)) is not None:
            return one(PlanTrip(days=days), STRONG, "en.trip.days")
        return days_asked(text, context, "en", _BARE_DAYS, en_number)
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


_WORDS = Words(
    children=r"(?i)\b(?:kids?|child(?:ren)?|son|daughter|toddlers?|bab(?:y|ies)|family of|family[- ]friendly|boys|girls)\b",
    elderly=r"(?i)\b(?:parents|grandparents?|grand(?:ma|pa|mother|father)|elderly|seniors?|mother|father|mom|mum|dad|in-laws)\b",
    low=r"(?i)\b(?:cheap(?:ly|er|est)?|budget|inexpensive|low[- ]cost|affordable|save money|not (?:too )?expensive|nothing (?:too )?(?:fancy|expensive)|on a shoestring|tight budget|hostel)\b",
    high=r"(?i)\b(?:luxur(?:y|ious)|fancy|upscale|high[- ]end|money is no object|nice hotel|best hotel|good hotel|splurge|posh|treat ourselves)\b",
    easy=r"(?i)\b(?:relax(?:ed|ing)?|easy|slow(?:ly)?|leisurely|not (?:too )?(?:rushed|packed|busy|much|tiring|hectic)|no rush(?:ing)?|don'?t (?:want to )?rush|laid[- ]back|chill|take it easy|gentle|unhurried|easygoing|without rushing|no hurry)\b",
    full=r"(?i)\b(?:packed|as (?:much|many .*) as possible|busy|full|intens(?:e|ive)|everything|jam-packed|tight schedule|lots to do|see it all)\b",
    stars=r"(?i)\b(one|two|three|four|five|[1-5])[- ]?stars?\b",
)


_FOR_MEAL = (
    r"(?i)\b(?:want|have|like|love|eat|get|fancy|prefer|with|and) (?P<dish>(?!something|anything)[a-z' -]{2,30}?) for (?:lunch|dinner|supper)\b"
    r"|\b(?P<kind>[a-z'-]+(?: [a-z'-]+)?) (?:lunch(?:es)?|dinners?|suppers?|meals?)\b"
)
"""What is to be eaten: "sushi for dinner", "a vegetarian lunch"."""


def parse_wishes(text: str) -> Wishes:
    """Extract what a trip should be like; every name is a span of the text."""
    roads = road_wishes(text, "en")
    rest = " " + roads.text + " "
    stop = r"(?=[,.;!?]|$| but | please| in the | at the | on the | for | with | without | no | and (?:we|i|no|not|a|the kids|avoid|stay|start|don't|somewhere)\b| we | i | leave| also | seeing | visiting | exploring )"
    named = Named()
    for found in re.finditer(_FOR_MEAL, rest):
        dish = re.sub(r"(?i)^(?:an?|some|the) ", "", (found["dish"] or found["kind"]).strip())
        if (found["dish"] and _wishable(dish)) or kind_wished(dish) == "meals":
            named.meals.append(dish)
            rest = rest.replace(found[0], " , ")
    for pattern, target in (
        (
            rf"(?i)\b(?:no|not|skip(?:ping)?|without|avoid(?:ing)?|nothing with|hate|don'?t (?:like|want|care for)|(?:no|not) interested in|leave out|less)\s+(?:to see |to visit |seeing |any |the |more |too many |going to )*(.{{2,40}}?){stop}",
            named.dislikes,
        ),
        (
            rf"(?i)\b(?:must (?:see|visit|include|go to)|have to (?:see|visit|go to)|definitely (?:want to )?(?:see|visit|include|the)?|be sure to (?:include|visit|see)|make sure (?:we|to|it) (?:see|visit|includes?|go to)|absolutely|including|include|don'?t miss|can'?t miss)\s+(?:the )?(.{{2,50}}?){stop}",
            named.must,
        ),
        (
            rf"(?i)\b(?:eat(?:ing)?|try(?:ing)?|taste|food like|have some|dine on|lunch on|dinner at an?|have)\s+(?:some |local |good |the |a )*(.{{2,30}}?)(?: food| restaurants?| places?)?{stop}",
            named.meals,
        ),
        (
            rf"(?i)\b(?:(?:want to |wanna |like to |love to |we'?d like to |to )?(?:see|visit|explore|check out|look at|tour)|seeing|visiting|exploring|interested in|love|loves|like|likes|into|enjoy|enjoys|lots of|plenty of|prefer|fond of|focus on|mostly|fan of|fans of|featuring|some)\s+(?:to see |to visit |seeing |visiting |some |the |a few |lots of |many |old |local |mostly |going to |a couple of )*(.{{2,50}}?){stop}",
            named.likes,
        ),
        (
            r"(?i)\bwith (?:lots of |plenty of |some |a few |many |mostly )?((?:museums?|parks?|gardens?|churches|castles?|beaches|temples?|galleries|monuments?|viewpoints?|shops|markets?|nature|zoos?|art)(?:,? and [a-z]+| [a-z]+s)?)(?=[,.;!?]|\s|$)",
            named.likes,
        ),
    ):
        for found in re.finditer(pattern, rest):
            target += [w for w in _items(found[1]) if _wishable(w)]
        if target is not named.likes:
            rest = re.sub(pattern, " , ", rest)
    for part in re.split(r"(?i)[,.;!?]|\b(?:and|with|plus|including|go(?:ing)? to|visit|see)\b", rest):
        word = re.sub(r"(?i)^(?:an?|some|the|lots of|many|a few) ", "", part.strip())
        if _wishable(word):
            add_kind(named, word)
    where = _where(text).lower()
    named.likes = [w for w in named.likes if not (where and where in w.lower()) and w not in named.must]
    return wishes_of(text, named, _WORDS, number=en_number, avoid=roads.avoid, depart=_depart(text))


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


def _depart(text: str) -> str:
    found = re.search(
        r"(?i)\b(?:leav(?:e|ing)|start(?:ing)?|depart(?:ing)?|set(?:ting)? off|begin(?:ning)?)(?: (?:at|around|about|after|from|every day at|each day at|the day at|not before))+ (?:half past )?(\d{1,2}|"
        + EN_NUMBER
        + r")(?::(\d\d))?\s*(am|pm|a\.m\.|p\.m\.|o'clock)?",
        text,
    )
    if not found:
        return ""
    minute = int(found[2] or (30 if "half past" in found[0].lower() else 0))
    return clock(int(en_number(found[1]) or 9), minute, afternoon=(found[3] or "").lower().startswith("p"))


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
        return moved_by(moved, context, "en", otherwise=FAIR)
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
    return None if made is None else changed(made, context, "en", otherwise=GOOD)


_CHANGES: Changes = (
    (
        "hotel",
        r"(?i)\b(?:(?:an)?other|different|change|switch|new|swap|replace)\b.*\b(?:hotel|accommodation|place to (?:stay|sleep)|hostel|lodging)\b|\b(?:hotel|accommodation)\b.*\b(?:else|different|change)\b|don'?t like (?:that|the|this) hotel",
        "",
    ),
    (
        "fewer",
        r"(?i)\b(?:fewer|less|not so (?:much|many|packed|busy)|too (?:much|many|packed|busy|full|tiring|rushed|hectic)|lighten|slow(?:er)? (?:down|pace)?|more relaxed|easier|take it easy|not that much)\b",
        r"(?i)less than",
    ),
    (
        "longer",
        r"(?i)\b(?:one|an?|another|extra|1) (?:more |extra )?day(?: (?:more|longer))?$|\bstay (?:a day )?longer\b|\bextend\b|\bmake it (?:a day )?longer\b|\bone more day\b|\badd (?:a|another|one more) day\b",
        r"(?i)shorter|less|fewer|cut|remove|drop",
    ),
    (
        "shorter",
        r"(?i)\b(?:one|a) day (?:less|shorter|fewer)\b|\bshorten\b|\bcut (?:it )?(?:by )?(?:a|one) day\b|\b(?:make it )?a day shorter\b|\bshorter\b",
        "",
    ),
    (
        "more",
        r"(?i)\b(?:more (?:sights|things|places|stops|activities|stuff)|too (?:little|few|empty|slow)|fill (?:it )?up|pack more|busier|fuller|see more|do more)\b",
        "",
    ),
    ("later", r"(?i)\b(?:later|sleep in|too early|not so early)\b", ""),
    ("earlier", r"(?i)\b(?:earlier|too late|not so late)\b", ""),
)


_ON = r"(?: (?:on|for) (?:the )?(?:day \w+|\w+ day))?"
_ASKED = (
    (
        "lunch",
        rf"(?i)(?:what(?:'s| is| do we have) (?:planned )?for|where(?:'s| is| are we (?:having|eating)| do we (?:have|eat))) (?:our )?lunch{_ON}",
    ),
    (
        "dinner",
        rf"(?i)(?:what(?:'s| is| do we have) (?:planned )?for|where(?:'s| is| are we (?:having|eating)| do we (?:have|eat))) (?:our )?(?:dinner|supper){_ON}",
    ),
    (
        "hotel",
        rf"(?i)where (?:are|do|will|am) (?:we|i) (?:staying|stay|sleep|sleeping){_ON}|(?:what(?:'s| is)|which is) (?:the|our|my) hotel{_ON}|which hotel(?: is it| are we (?:at|in|staying at))?{_ON}",
    ),
    (
        "start",
        rf"(?i)(?:what time|when) (?:do|are|will) we (?:start|starting|leave|leaving|set off|begin|go){_ON}",
    ),
    (
        "all",
        r"(?i)(?:(?:repeat|read|show|tell|say|give)(?: me)?|what(?:'s| is| was)) (?:the|my|our) (?:whole )?(?:plan|itinerary|trip|schedule)(?: again)?",
    ),
    (
        "day",
        r"(?i)(?:and |so )?(?:what(?:'s| is| about| do we do| are we doing| do we see| do we have)?|where do we go|how about|tell me about|read|repeat)(?: planned)?(?: on| for)? (?:the )?(?:day \w+|\w+ day)(?: again)?",
    ),
)
_LENGTHS = (
    ("longer", rf"(?i)\b({EN_NUMBER})[- ]?(?:more|extra|additional) days?\b"),
    ("shorter", rf"(?i)\b({EN_NUMBER})[- ]?(?:fewer|less) days?\b"),
    ("longer", rf"(?i)\b(?:extend|lengthen|prolong)\b.*\bby ({EN_NUMBER}) days?\b"),
    ("longer", rf"(?i)^(?:add|stay) ({EN_NUMBER}) days?(?: more| longer)?$"),
    ("shorter", rf"(?i)\b(?:shorten|cut|reduce)\b.*\bby ({EN_NUMBER}) days?\b"),
    (
        "days",
        rf"(?i)^(?:make|change|turn|cut|shorten|extend|reduce|only|just|(?:i|we) (?:only |just )?(?:have|want))\b(?!.*\b(?:longer|shorter)\b).*?\b({EN_NUMBER})[- ]days?(?: long| only| instead| trip)?$",
    ),
)


def _change_of(rest: str, body: str, day: int) -> PlanChange | None:
    if day == 0 and (made := length_of(body, _LENGTHS, en_number)):
        return made
    if made := change_of(_CHANGES, body, day):
        return made
    swap = re.fullmatch(
        r"(?i)(?:replace|swap|exchange)(?: out)? (?:the )?(.{2,40}?) (?:with|for|by) (?:the |an? )?(.{2,40}?)",
        rest,
    ) or re.fullmatch(r"(?i)(?:replace|swap|exchange)(?: out)? (?:the )?(.{2,40}?)()", rest)
    if swap:
        other = (
            "" if re.fullmatch(r"(?i)something else|another(?: one)?|a different one", swap[2]) else swap[2]
        )
        return PlanChange(action="swap", day=day, what=swap[1], other=other)
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
