# ruff: noqa: E501 (a pattern is easier to read whole)
"""English requests for places and roads: drive to, find, stop at, avoid."""

from __future__ import annotations

import re
from typing import Any, cast

from agent.understanding.context import Context
from agent.understanding.intent import ChangeRoute, Chat, Navigate, Search
from agent.understanding.numerals import EN_NUMBER
from agent.understanding.rules.phrase import Phrase, is_category, need_of, parse_phrase
from agent.understanding.rules.reading import FAIR, GOOD, STRONG, WEAK, Parsed, navigate_of, one, search_of
from agent.understanding.rules.road_wishes import road_wishes
from agent.understanding.rules.sentence_en import GO, HERE, NAV, fullmatch, whole


def route_change(text: str, context: Context) -> Parsed | None:
    """Change the drive under way: roads to avoid or take, another route, stops."""
    if whole(
        r"(?:(?:is|are) there|do we have|will there be|any)(?: an?y?| much| a lot of| heavy)* (?:traffic|jams?|congestion)(?: jams?)?(?: (?:ahead|on (?:the|my|our|this) (?:way|route|road)|today|now|up ahead|there))*",
        text,
    ):
        return one(Chat(), GOOD, "en.chat.traffic")
    if whole(
        r"(?:(?:is there|find|find me|give me|show me|take|try|use|pick|choose|i want|let'?s (?:take|try|go)|i'?d like|go|drive|any|are there|do we have|switch to|can (?:we|you|i)|could (?:we|you)|maybe|want|get me|look for|suggest)\s+)*(?:(?:an?|the|any|some)\s+)?(?:other|another|different|alternative|alternate|new|second|next)\s+(?:route|way|road|path|one|routes|roads|ways|option)(?: (?:there|please|instead|available|around(?: (?:it|this|the traffic))?))*|"
        r"(?:re-?route|recalculate|re-?plan)(?: (?:me|us|the route|please|around (?:it|this|the (?:traffic|jam))))*|(?:go|drive|get|take me|find a way|is there a way|way) around (?:this|it|the (?:traffic|jam|accident|congestion|roadworks?|construction)|that)(?: (?:traffic|jam|mess))?|alternatives?|(?:change|switch) (?:the |my |our )?(?:route|routes)|"
        r"(?:(?:there'?s|this is|it'?s|too much|so much|heavy|terrible|bad|what a|stuck in|we'?re stuck in|i'?m stuck in|the|this)\s+)+(?:(?:a|too much|so much|heavy|terrible|bad|really|traffic|huge|awful)\s+)*(?:traffic|jam|traffic jam|congestion|jammed|congested|accident|blocked)(?: (?:is (?:terrible|bad|awful|horrible|crazy)|here|ahead|on this road|today|up ahead))*|avoid (?:the |this )?(?:traffic|jam|congestion|accident)(?: (?:ahead|jam))?|(?:the|this) (?:road|street|way)(?:'s| is)? (?:blocked|closed|jammed|flooded)(?: ahead)?|(?:take|use) (?:an )?alternative(?: route)?",
        text,
    ):
        return one(ChangeRoute(prefer="other"), STRONG, "en.change.other")
    wishes = road_wishes(text, "en")
    rest = re.sub(
        r"(?i)^(?:(?:i|we|you|let'?s|i'?d|can|could|please|the|a|route|routes|change|switch|to|take|use|make|it|but|and|with|want|find|give|me|us|prefer|like|would|drive|go|is|isn'?t|aren'?t|there|one|way|by|on|that|recalculate|re-?route|replan|from now|this time|instead|rather|do|along|via|not|any|only|try|get|choose|need|now)\b[\s,]*)+",
        "",
        wishes.text,
    )
    if not rest.strip(" ,.?") and (wishes.avoid or wishes.allow or wishes.prefer):
        prefer = {"fastest": "faster", "shortest": "shorter"}.get(wishes.prefer, "")
        return one(
            ChangeRoute(avoid=wishes.avoid, allow=wishes.allow, prefer=cast("Any", prefer)),
            STRONG,
            "en.change.road",
        )
    return _stops(text)


def _stops(text: str) -> Parsed | None:
    stop_word = r"(?:way ?points?|stop(?:over)?s?|via points?|intermediate stops?|stopovers?|detours?)"
    if whole(
        rf"(?:remove|delete|drop|skip|cancel|clear|forget|get rid of|no(?: more)?) (?:all |every |any |the )*(?:of )?(?:the |my |our )?{stop_word}|(?:go|drive|take me|head) (?:directly|straight)(?: to (?:the |my |our )?(?:destination|end))?|no (?:more )?stops(?: please)?(?:,? (?:just )?(?:go|drive) (?:straight|directly)(?: there)?)?|(?:just )?(?:go|drive) (?:straight|directly) there|without (?:any )?stops|don'?t stop anywhere",
        text,
    ):
        return one(ChangeRoute(drop="*"), STRONG, "en.change.drop_all")
    drop = fullmatch(
        rf"(?:(?:we|i|you) can |could we |let'?s |please )*(?:remove|delete|drop|skip|take out|leave out|cancel|forget(?: about)?|don'?t stop at|no need to stop at|let'?s skip|(?:we|i) don'?t (?:need|have|want)(?: to (?:stop|go|be)(?: (?:at|to|by))?)?)(?: the)?(?: (?:stop|{stop_word}) (?:at|in|by))?(?: the)? (.{{2,30}}?)(?: (?:stop|waypoint|stopover))?(?: from (?:the|my|our) route| any ?more| after all| now)?",
        text,
    )
    if (
        drop
        and not re.match(r"(?i)(?:me|us|him|her|them|my \w+|off)\b", drop[1])
        and not re.search(
            r"(?i)\b(?:plan|day|itinerary|trip|navigation|route|reminder|volume|sound|it|that)\b|toll|highway|motorway",
            drop[1],
        )
    ):
        ordered = re.fullmatch(r"(?i)next|first|last|second|third", drop[1])
        return one(ChangeRoute(drop=f"{drop[1]} stop" if ordered else drop[1]), GOOD, "en.change.drop")
    passing = fullmatch(
        r"(?:let'?s |i'd like to |(?:can|could) (?:we|you|i) |(?:i|we) (?:want|need|have) to |first |also )*(?:(?P<stop>stop|swing|drop)(?: (?:at|by|in|off))+|get|grab|pick up|buy|find)(?: (?:me|us|the|an?|some))* (?P<via>.{2,30}?) (?:on (?:the|my|our) way|en route) (?:back )?(?:to )?(?:the )?(?P<to>(?<=to )home|(?<=the )[^ ].{1,39}?|(?<=to )[^ ].{1,39}?|(?<=way )home)",
        text,
    )
    if passing and (passing["stop"] or is_category(passing["via"], "en")):
        return one(Navigate(to=passing["to"], via=(passing["via"],)), GOOD, "en.navigate.passing")
    add = (
        fullmatch(
            rf"(?:let'?s |can (?:we|you) |could (?:we|you) |i (?:want|need) to |i'd like to )*(?:add|insert|include|put in|make)(?: in)?(?: an?| another| one)?(?: (?:quick|short|extra|brief))? ?(?:stop|{stop_word})(?: (?:at|in|by|for|to))(?: the| an?)? (.{{2,40}}?)(?: (?:on the way|along the way|first|before that|to (?:the|my) route))?",
            text,
        )
        or fullmatch(
            r"(?:let'?s |i'd like to |(?:i|we) should |(?:can|could) (?:we|you) |i (?:want|need|have) to |we (?:need|have|want) to |first |please |also |can we |then )*(?:stop|pause|swing|drop|pass|go|drive|route|detour|come)(?: (?:quickly|briefly|off|over|us|me|for (?:some )?\w+))? (?:at|by|in at|in on|through|via|past)(?: the| an?)? (.{2,40}?)(?: (?:on the way|along the way|first|before that|on our way|on my way|en route)(?: there| home)?)?",
            text,
        )
        or fullmatch(
            r"(?:add|include|put)(?: the| an?)? (.{2,40}?) (?:to|in|into|on|as a)(?: (?:the|my|our|this))? (?:route|way ?points?|stop(?:s|over)?|trip route|drive|navigation|way)",
            text,
        )
    )
    if (
        add
        and not re.search(r"(?i)\b(?:day|itinerary|plan)\b", text)
        and not re.fullmatch(r"(?i)(?:home|it|this|that|all)", add[1])
    ):
        phrase = parse_phrase(add[1], "en")
        return one(ChangeRoute(add=phrase.core or add[1]), GOOD, "en.change.add")
    return None


_SENTENCE = re.compile(
    r"(?i)\b(?:i|i'?m|i'?ve|we|we'?re|we'?ve|my|our|let'?s|he|she|they|there'?s|blocked|closed|meeting|expected|waiting|lives?|got|has|have|had|go|going|take|need|want|hate|like|love|the road|this)\b"
)
"""Words that make a whole sentence of what would otherwise look like a bare name."""

_BAD_PLACE = re.compile(
    r"(?i)\b(?:what|why|how|who|when|you|if|because|whether|don'?t|do|does|did|is|are|was|were|will|would|should|about|song|music|joke|weather|call|phone|sleep|bed)\b"
)


def _place_confidence(phrase: Phrase, sure: float) -> float:
    core = phrase.core
    if not core:
        return sure if phrase.need else WEAK
    if len(core.split()) > 7 or (_BAD_PLACE.search(core) and not is_category(core, "en")):
        return WEAK
    return sure


_WHEN = (
    rf"(?:by|at|before|around|until|till) (?:{EN_NUMBER}|noon|midnight)(?::\d\d| (?:thirty|fifteen|forty[- ]five))?(?: ?(?:am|pm|a\.m\.|p\.m\.|o'?clock|sharp))?(?: (?:today|tonight|tomorrow))?"
    r"|today|tonight|tomorrow(?: (?:morning|afternoon|evening))?|this (?:morning|afternoon|evening)"
)
"""When one wants to be there, which is no part of where."""

_FETCH = (
    r"(?:let'?s |i (?:need|have|want) to |we (?:need|have|want) to |i'?m |we'?re |going to |gotta |go |please )*(?:pick|get|collect|fetch|meet|meeting|see|seeing)(?: up)? "
    r"(?:(?:my|the|our|his|her) \w+|(?!it\b|me\b|us\b|some|a\b|an\b|off\b|on\b)\w+)(?: up)? (?:from|at) (?:the |his |her )?(?P<to>.{2,30}?)(?P<way> on (?:the|our|my) way(?: home| there)?)?"
)


def navigate(text: str, context: Context) -> Parsed | None:
    """Drive to a place, perhaps over others, from somewhere, on certain roads."""
    if found := fullmatch(_FETCH, text):
        if found["way"]:
            return one(ChangeRoute(add=found["to"]), GOOD, "en.fetch.stop")
        return one(Navigate(to=found["to"]), GOOD, "en.fetch")
    wishes = road_wishes(text, "en")
    body = wishes.text.strip(" ,.?!")
    via: list[str] = []
    start = ""
    tail = re.search(
        r"(?i),?\s+(?:(?:and|but|with a|with|after) )?(?:on the way )?(?:via|passing (?:through|by)|going through|by way of|stopping (?:at|by|in|off at)|stop(?:ping)? (?:at|by)|with a (?:quick )?stop (?:at|in)|a stop (?:at|in)|stop (?:at|in)|through) (?:the |an? )?(?P<via>.+?)(?: (?:on the way|first|along the way|en route))?$",
        body,
    )
    if tail and re.match(rf"{NAV}|to ", body, re.IGNORECASE):
        via = [v.strip() for v in re.split(r"(?i),? and (?:the )?|, (?:the )?", tail["via"]) if v.strip()]
        body = body[: tail.start()]
    if found := re.search(r"(?i)\bfrom (?:the )?(?P<start>.+?) (?=to\b)", body):
        if not re.fullmatch(rf"(?i){HERE}", found["start"]):
            start = found["start"]
        body = body[: found.start()] + body[found.end() :]
    elif found := re.search(r"(?i)(?<=.)\s+(?:starting )?from (?:the )?(?P<start>.+)$", body):
        if re.fullmatch(
            r"(?i)(?:last (?:time|week|month|year|night)|before|yesterday|earlier|the other day)",
            found["start"],
        ):
            found = None
        elif not re.fullmatch(rf"(?i){HERE}", found["start"]):
            start = found["start"]
        body = body[: found.start()] if found else body
    target = None
    sure = STRONG
    body = re.sub(
        rf"(?i)(?<=\w)(?<! open) (?:{_WHEN})$|(?<=\w) (?:on |by |via )?the (?:scenic|usual|normal|long|direct) (?:way|route)$",
        "",
        body,
    )
    if (found := re.match(rf"(?i)^{GO}(?P<to>.+)$", body)) or (
        found := re.match(
            r"(?i)^(?:route|directions|navigate|navigation|(?:my |the |our |new )*destination(?: is)?)[: ]+(?:to )?(?P<to>.+)$",
            body,
        )
    ):
        target = found["to"]
    elif wishes.prefer and (
        found := re.match(
            r"(?i)^(?:what(?:'s| is)|show me|find(?: me)?|tell me|i want|give me|take|is there) to (?:the )?(?P<to>.+)$",
            body,
        )
    ):
        # "What is the quickest way to the hospital": the quickest way is cut out already.
        target = found["to"]
    elif found := re.match(r"(?i)^(?P<back>back )?to (?:the )?(?P<to>.+)$", body):
        target, sure = found["to"], GOOD if start or found["back"] else FAIR
    elif found := re.match(
        r"(?i)^(?:(?:i|we)(?:'d like| want| would like| need) to|(?:i|we) wanna|let'?s)(?: go)? (?:visit|see) (?:the )?(?P<to>.+)$",
        body,
    ):
        target, sure = found["to"], FAIR
    elif found := re.match(
        r"(?i)^(?:take|bring|drive|get|lead) (?:me|us|him|her|them) (?P<to>(?:some|any)where\b.*|there|downtown)$",
        body,
    ):
        target = found["to"]
    elif found := re.match(
        rf"(?i)^(?:i|we) (?:need|have|want|'d like) to be (?:at|in|on) (?:the )?(?P<to>.+?)(?: (?:{_WHEN}))?$",
        body,
    ):
        target, sure = found["to"], GOOD
    elif re.fullmatch(
        r"(?i)(?:(?:take|bring|get|drive) (?:me|us) )?(?:back )?home|(?:go|going|head|heading|drive|i want to go|let'?s go|time to go) (?:back )?home",
        body,
    ):
        target = "home"
    if target is None:
        return None
    target = re.sub(
        r"(?i)\s+(?:and|then|but|please|now|there|quickly|asap|right away|as soon as possible|together|again|first|instead)$",
        "",
        target.strip(" ,.?!"),
    )
    target = re.sub(r"(?i)^(?:a place called|somewhere called|the place called) ", "", target)
    if re.fullmatch(
        r"(?i)(?:sleep|bed|eat|see .*|do .*|go|pee|park|buy .*|get .*|find .*|have .*|know .*|hell|it|stop|rest|cancel|change .*|add .*|avoid.*|hear .*|talk .*|listen .*)",
        target,
    ):
        return None
    if target.lower() in {"back home", "home", "my home", "my house", "my place"}:
        return one(
            Navigate(
                to="home", via=tuple(via), start=start, avoid=wishes.avoid, prefer=cast("Any", wishes.prefer)
            ),
            STRONG,
            "en.navigate.home",
        )
    phrase = parse_phrase(target, "en")
    if not phrase.core and not phrase.need:
        return None
    intent = navigate_of(phrase, wishes, via=via, start=start)
    return one(intent, _place_confidence(phrase, sure), "en.navigate")


_FIND = (
    r"(?:(?:the (?:kids?|baby|dog|car)|my (?:wife|husband|son|daughter|kids?|mom|mum|dad|friend)|he|she)\s+(?=needs?|wants?))?"
    r"(?:(?:i|we|i'?d|we'?d|i'?m|we'?re|let'?s|me|us|can|could|you|do|does|would|like|want|wanna|need|have|to|help|know|please|just|some|gotta|got|also|then|first|desperately|really|urgently|badly|quickly|craving|in the mood for|go)\s+)*"
    r"(?:find|search(?: for)?|look(?:ing)?(?: up| for| around for)?|locate|show(?: me| us)?|list|where(?:'s| is| are| can i find| can we find| can i get| can we get| could i find| do i find| would i find| there'?s| can i buy| can i eat| can we eat)|is there|are there|any|got any|recommend|suggest|what(?:'s| is| are| about)?|which|give me|tell me|get|grab|buy|pick up|eat|drink|have|wants?|needs?|like|craving|in the mood for|fancy|love|feel like|check(?: for)?|know(?: of)?|find out|hunting for|how about|book)"
    r"(?:\s+(?:me|us|for|a|an|the|some|any|there|all|are|of|is|good|nice|where|there'?s|about|out|kind of|sort of|somewhere|to))*\s+"
)


def search(text: str, context: Context) -> Parsed | None:
    """Find places of a kind or for a need."""
    if need := need_of(text, "en"):
        return one(Search(need=need), STRONG, "en.need")
    head = re.match(rf"(?i)^{_FIND}", text + " ")
    rest = (text + " ")[head.end() :].strip() if head else text
    if re.fullmatch(r"(?i)where(?:'s| is| are) (?:the |my )?(?:car|my car)", text):
        return None
    phrase = parse_phrase(rest, "en")
    if head:
        whole = parse_phrase(text, "en")
        if whole.need and not phrase.core:
            phrase = whole
        elif (
            not phrase.need
            and not is_category(phrase.core, "en")
            and (
                need := need_of(
                    re.sub(r"(?i)\s+(?:near|around|along|nearby|on the way|here).*$", "", text), "en"
                )
            )
        ):
            phrase = Phrase(
                need=need,
                near=phrase.near,
                along=phrase.along,
                open_now=phrase.open_now,
                open_at=phrase.open_at,
                here=phrase.here,
                pick=phrase.pick,
            )
    if not phrase.core and not phrase.need:
        return None
    cue = phrase.near or phrase.along or phrase.here or phrase.is_narrowed
    known = is_category(phrase.core, "en") or bool(phrase.need)
    intent = search_of(phrase)
    if known and (cue or head):
        return one(intent, STRONG, "en.search")
    if (
        head
        and head[0].strip().lower().split()[0]
        in {
            "find",
            "search",
            "look",
            "looking",
            "locate",
            "show",
            "where",
            "where's",
            "is",
            "are",
            "any",
        }
        and not _SMALL_TALK.search(text)
    ):
        return one(intent, _place_confidence(phrase, GOOD), "en.search.find")
    if cue and (head or len(phrase.core.split()) <= 3):
        odd = not head and re.search(
            r"(?i)\b(?:i|i'?m|i'?ve|we|it|my|gotta|that|this|he|she|they)\b", phrase.core
        )
        vague = not head and re.search(
            r"(?i)\b(?:nothing|looks?|seems?|familiar|new|too|so|very|feels?|there)\b", phrase.core
        )
        return one(intent, WEAK if odd or vague else _place_confidence(phrase, FAIR), "en.search.cue")
    if known:
        return one(intent, FAIR, "en.search.bare")
    if head and not _SMALL_TALK.search(text):
        return one(intent, WEAK if len(phrase.core.split()) > 3 else 0.6, "en.search.loose")
    return None


_SMALL_TALK = re.compile(
    r"(?i)\b(?:how(?:'s| is) (?:the )?traffic|is there (?:any |much |a )?(?:traffic|jam)|any (?:traffic|jams?)|how much (?:is|are|does|for) (?!.*\b(?:further|farther|longer|left|time|distance))|ticket price|entrance fee|weather|rain(?:ing)?|snow(?:ing)?|temperature|forecast|joke|story|poem|sing|song|music|radio|playlist|podcast|call (?:my|mom|mum|dad|him|her)|phone (?:my|mom)|"
    r"(?:text|message|email) (?:my|him|her|to)|e-?mails?|alarm|timer|remind me|air ?con(?:ditioning)?|heat(?:ing|er)|windows?|sunroof|seats?|wipers on|headlights?|trunk|stocks?|lottery|news|"
    r"world cup|score|translate|plus|times|divided|who (?:are|made|built|invented) |your name|how old are you|are you (?:a |an )?(?:human|robot|real|married|ok|alive)|i love you|i hate you|"
    r"stupid|idiot|dumb|moron|useless|shut your|password|instructions|system prompt|your rules|previous rules|pretend|president|capital of|meaning of life|who won)\b"
)
"""What a car navigation is asked and cannot do, or is only talk."""


_PLACE_ENDING = re.compile(
    r"(?i)(?:\b(?:street|st|road|rd|avenue|ave|square|station|airport|cathedral|church|museum|park|hotel|university|hospital|bridge|tower|gate|palace|market|mall|library|stadium|harbou?r|beach|castle|plaza|center|centre|theatre|theater|hall|zoo|island|katu|tie|tori|lane|drive|boulevard)"
    r"|\w{3}(?:katu|tie|tori|kuja|polku|asema|kirkko|puisto|gatan|vägen|straße|strasse|gasse|platz|straat))"
    r"(?: \d{1,4} ?[a-z]?)?$"
)
"""How names of places end; a house number may follow a street."""


def other(text: str, context: Context) -> Parsed | None:
    """Bare words: a name alone, which is an answer to "where to?" or else a destination; or small talk."""
    words = text.split()
    if _SMALL_TALK.search(text) and not re.search(
        r"(?i)\b(?:navigate|drive|take me|route|directions|nearest|nearby|near|go to|way|find|where)\b", text
    ):
        return one(Chat(), GOOD, "en.chat.topic")
    if context.expecting == "place" and len(words) <= 6 and not _BAD_PLACE.search(text):
        phrase = parse_phrase(text, "en")
        return one(
            Navigate(to=phrase.core or text, near=phrase.near, pick=phrase.pick), FAIR, "en.place.asked"
        )
    if (
        len(words) <= 5
        and not _BAD_PLACE.search(text)
        and not _SENTENCE.search(text)
        and _PLACE_ENDING.search(text)
    ):
        return one(Navigate(to=re.sub(r"(?i)^the ", "", text)), 0.7, "en.place.bare")
    return None
