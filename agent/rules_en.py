# ruff: noqa: E501 (a pattern is easier to read whole)
"""Grammar of English commands."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, cast

from agent.intent import (
    Cancel,
    ChangeRoute,
    Chat,
    Choose,
    Confirm,
    Deny,
    Help,
    Navigate,
    Recall,
    Remember,
    Repeat,
    Search,
    Status,
    Volume,
)
from agent.moment import EN_MOMENT
from agent.numerals import EN_NUMBER, en_number, ordinal
from agent.phrase import Phrase, is_category, need_of, parse_phrase
from agent.road_wishes import road_wishes
from agent.rules import (
    FAIR,
    GOOD,
    STRONG,
    WEAK,
    Context,
    Parsed,
    home_asked,
    navigate_of,
    one,
    other_kind,
    search_of,
)
from agent.utterance import without_courtesy

_END = r"[\s,.!?]*$"
_I = r"(?:i|we|you|it)"

_CANCEL = (
    r"(?:stop|cancel|end|quit|exit|abort|terminate|turn off|shut off|kill|close|clear|delete|scrap|discard|drop)(?: (?:the|this|my|our|that|current|all|whole|everything|it|route|navigation|navigating|guidance|directions|guiding|trip|plan|itinerary|search|question|request|driving|talking|please|me|there|here))*"
    r"|(?:never ?mind|forget (?:it|about it|that|(?:about )?the (?:whole )?(?:route|navigation|trip|plan|itinerary))|scratch that|skip it|shut up|be quiet|quiet|hush|enough|that'?s enough|stop it|leave it|drop it|no more (?:directions|navigation)|"
    r"(?:i|we) (?:don't|do not) (?:want|need) (?:to go(?: there)?|directions|navigation|the (?:route|navigation)|it|that)?(?: (?:any ?more|now|after all))?|i changed my mind|let'?s not go(?: there)?|don'?t (?:navigate|go there|bother|worry about it)|no need(?: for that)?|nothing|stop talking)(?: (?:any ?more|now|please|then))?"
)
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
_REPEAT = r"what was the last (?:instruction|one|thing|bit|part)|(?:repeat|say|tell me|give me|read)(?: (?:that|it|this|what you said|the last (?:instruction|one|thing|bit|direction)|those|the (?:instruction|directions?|options|list)|me|them))*(?: (?:again|once more|one more time|over|back))*|(?:(?:sorry|pardon|excuse me)[, ]+)?(?:what|pardon|sorry|come again|excuse me|huh|pardon me|once more|one more time|again)(?: (?:did you (?:just )?say|was that|again))?|i (?:(?:didn't|did not|couldn't) (?:hear|catch|get|understand|make out)|can't (?:catch|get|understand|make out))(?: (?:that|you|it|what you said|the last (?:bit|part|one)))?|i missed (?:that|it|what you said)|what'?s that(?: again)?|say again|come again|pardon"
_HELP = r"(?:help|help me|what (?:can|do|could) (?:you|i) (?:do|say|ask|help with|offer|know|ask you|say to you)(?: for me)?|how (?:do|can) i use (?:this|you|it)|what are you (?:able to do|capable of|for|good for)|what(?:'s| are) your (?:features|functions|commands|skills|abilities|capabilities)|(?:give|show|tell) me (?:some help|the (?:help|commands|options)|what you can do|(?:some )?examples?)|how (?:does this|do you) work|instructions|what commands (?:are there|do you (?:know|understand)|can i use)|what else can you do|who are you and what can you do)"
_CONFIRM = r"(?:(?:yes|yeah|yep|yup|yah|aye|sure|ok|okay|correct|right|exactly|absolutely|definitely|certainly|of course|fine|great|perfect|good|sounds good|sounds great|sounds fine|go ahead|go for it|do it|do that|let'?s go|let'?s do it|let'?s do that|that'?s (?:right|it|correct|fine|the one|good|great|perfect)|that one|that works|works for me|confirm|confirmed|affirmative|please do|why not|go|start|start (?:navigation|the route|guidance|driving|navigating)|begin|alright|all right|deal|cool|uh-?huh|mm+-?(?:hmm)?|indeed|true|yes please|i do|i would|add it|take it|do so|very well|that would be (?:great|good|nice|lovely|fine)|i guess so|i think so|by all means|roger|roger that|you bet|please|it is|it'?s good|continue|carry on|keep going|switch)[\s,.!]*)+"
_DENY = r"(?:(?:no|nope|nah|no way|no thanks|no thank you|not really|not (?:that|this)(?: one)?|not now|not today|not yet|not there|wrong|that'?s (?:wrong|not (?:it|right|what i (?:said|meant|asked for|want(?:ed)?)|the one|correct))|incorrect|negative|never|don'?t|i don'?t (?:think so|want (?:that|it|this|to|any of (?:those|them)))|none of (?:those|them|these)|neither(?: of them)?|no need|i'?d rather not|maybe later|later|(?:i'?m|we'?re) (?:good|fine|okay|ok)|you (?:misheard|misunderstood|got (?:it|that) wrong)(?: me)?|(?:please )?don'?t(?: do (?:that|it|this))?|not what i meant|it'?s not|it isn'?t|i didn'?t (?:say|mean|ask for) that)[\s,.!]*)+"

_HERE = r"(?:here|this(?: (?:place|location|spot|address|point|position))?|my (?:current )?(?:location|position)|the current (?:location|position)|where (?:i am|we are)(?: now)?)"
_HOME = r"(?:(?:my |our )?(?:home|house|home address|home location)|(?:my|our) place)"
_WORK = r"(?:my |our |the )?(?:work|office|workplace|company|job|work address|office address|work location|workplace address)"

_NAV = (
    r"(?:(?:let'?s|let us|i|we|i'?d|we'?d|i'?m|we'?re|would|like|want|wanna|need|have|got|gotta|going|go|to|just|please|can|could|you|now|ok|okay|first|then|and|next|after that|finally|later|also|rather|must|should|actually|hurry|quickly|quick|straight|directly)\s+)*"
    r"(?:navigate|navigation|drive|driving|take|bring|get|go|goes|going|head|heading|guide|lead|direct|directions|route|routing|travel|return|come|carry|run|hit the road|set (?:a |the |my |our )?(?:course|route|destination|navigation|gps)|plan (?:a |the )?route|(?:show|tell|give|find|get|plot|calculate|start|begin)(?: me| us)?(?: the| a| my)? (?:way|route|directions|navigation|path|road|navigating)|"
    r"how (?:do|can|would|should) (?:i|we) (?:get|go|drive|travel)|how to (?:get|go|drive)|what(?:'s| is) the (?:best |fastest |quickest )?(?:way|route)|(?:change|switch|set) (?:the |my |our )?destination|swing|pop|drop|be(?= at\b| in\b)|make (?:it|my way)|off)"
    r"(?:\s+(?:me|us|my \w+|her|him|them|back|over|straight|directly|the kids|everyone|out|off|on))*"
)
_GO = rf"{_NAV}\s+(?:(?:see|visit)(?=\s)|to(?: see| visit)?|towards?|(?<=head )for|(?<=heading )for|(?<=directions )for|(?<=off )for|(?<=off )at|into|by|(?=home\b|there\b|back home\b))\s*"


def clauses(text: str) -> list[str]:
    """Cut an utterance where a new wish begins."""
    verb = (
        r"(?:navigate|drive|take|bring|get|go|head|find|search|look|show|avoid|don'?t|do not|stop|add|tell|set|turn|remember|save|call|plan|guide|no |without|use|keep|stay|grab|pick up|check|"
        r"then|what|where|how|when|is there|i need|i want|we need|let'?s|make|cancel|mute|repeat)"
    )
    marked = re.sub(
        rf"\s+(?:and then|after that|afterwards|then|and also|but first|but)\s+(?={verb})",
        " | ",
        text,
        flags=re.IGNORECASE,
    )
    if re.match(rf"(?i)(?:please |can you |could you |first,? )*(?:{_GO}|to )", text):
        marked = re.sub(
            rf"(?i)(?:,)?\s+(?:and )?(?:then|after that|afterwards)(?: back)? (?:on )?(?:to )?(?!{verb})",
            " | to ",
            marked,
        )
    marked = re.sub(rf"\s+and\s+(?={verb}\b)", " | ", marked, flags=re.IGNORECASE)
    parts = [part.strip(" ,") for part in re.split(r"[,.;!?|]+(?=\s|$)", marked)]
    return [
        part
        for part in parts
        if part
        and not re.fullmatch(
            r"(?i)(?:and|then|please|thanks|ok|okay|well|um+|uh+|first|hey|so|right|you know|i'?m done|we'?re done|change of plans?|time'?s up|(?:i'?m|we'?re) (?:in a (?:hurry|rush)|late|running late)|hurry(?: up)?)",
            part,
        )
    ]


def breaths(text: str) -> list[str]:
    """Cut before words that begin a sentence too: a recogniser may write no comma."""
    begins = (
        r"(?:let'?s|(?:take|get|bring|drive) (?:me|us)|take the|can (?:you|we)|could you|please|i(?:'d like| need| want|'m|'ll)|don'?t|find|is there|"
        r"where|how|what'?s|avoid|cancel|navigate|go|show me|turn|add|skip|forget|we'?re going)"
    )
    return clauses(
        re.sub(
            rf"(?i)(?<=\w)(?<!\blet's)(?<!\bto)(?<!\bcan)(?<!\byou)(?<!\bwe)(?<!\bi)(?<!\band)\s+(?={begins}\b)",
            ", ",
            text,
        )
    )


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern + _END, re.IGNORECASE)


def _whole(pattern: str, text: str) -> bool:
    return _compiled(f"(?:{pattern})").match(text) is not None


def _fullmatch(pattern: str, text: str) -> re.Match[str] | None:
    return _compiled(pattern).match(text)


def parse_whole(text: str, context: Context) -> Parsed | None:
    """Read what only makes sense as a whole utterance: short answers, corrections, trips."""
    from agent import wishes_en

    bare = without_courtesy(text, "en")
    stripped = text.strip(" ,.!?")
    for candidate in dict.fromkeys((stripped, bare)):
        if parsed := _answer(candidate, context):
            return parsed
    for reader in (_correction, _volume, _remember, _recall):
        if parsed := reader(bare, context):
            return parsed
    return wishes_en.parse_trip(text, context)


def _answer(text: str, context: Context) -> Parsed | None:
    sure = STRONG if context.expecting else GOOD
    if (chosen := _choice(text, context)) and not other_kind(chosen, text, context):
        return chosen
    if context.expecting == "yes_no" and _whole(
        r"(?:yes,? )?(?:take me there|go there|let'?s go there|drive there)", text
    ):
        return one(Confirm(), sure, "en.confirm")
    if _whole(_CONFIRM, text) and text.lower() not in {"right", "good", "go"}:
        return one(Confirm(), sure, "en.confirm")
    if _whole(_CONFIRM, text):
        return one(Confirm(), sure if context.expecting else FAIR, "en.confirm")
    if _whole(_DENY, text) or (
        context.expecting == "yes_no" and _whole(rf"(?:no|nah|nope)[, ]+(?:{_CANCEL})", text)
    ):
        return one(Deny(), sure, "en.deny")
    if _whole(rf"(?:(?:{_REPEAT})(?:[\s,.]+|$)){{1,2}}", text) and text.lower() not in {
        "tell me",
        "give me",
        "read",
        "say",
        "excuse me",
    }:
        return one(Repeat(), STRONG, "en.repeat")
    if _whole(
        rf"(?:(?:ok(?:ay)?,? )?you can |(?:we'?re|i'?m) (?:here|there)[ ,]+)?(?:(?:{_CANCEL})(?:[\s,.]+|$)){{1,2}}",
        text,
    ):
        return one(Cancel(), STRONG, "en.cancel")
    if _whole(_HELP, text):
        return one(Help(), STRONG, "en.help")
    if context.offered or context.expecting == "choice" or re.match(r"(?i)the .{2,20} one$", text):
        named = _choice_by_name(text, context)
        if named is not None:
            return named
    if _whole(
        r"(?:hello|hi|hey|good (?:morning|evening|afternoon|night)|thank you(?: (?:very|so) much)?|thanks(?: a lot)?|bye|goodbye|see you|how are you(?: doing)?(?: today)?|nice to meet you|what'?s up)(?: there)?",
        text,
    ):
        return one(Chat(), GOOD, "en.chat")
    return None


_ORD = r"(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))"
_CARD = r"(one|two|three|four|five|six|seven|eight|nine|ten|\d+)"
_CHOICE_LEAD = r"(?:(?:no|not (?:that|this)(?: one)?|i|i'?d|we'?d|i'?ll|we'?ll|let'?s|want|would|like|'d|take|have|go|with|for|pick|choose|select|the|to|me|prefer|give|how about|what about|make it|ok|okay|actually|rather|maybe|it'?s|i meant|i mean|then|yes|yeah|navigate|drive|please|use|try|think|guess|number|and|but|get|show|instead|wait|that|whichever(?: one)?(?: is|'?s)?|hmm+|i think)[\s,]+)*"
_CHOICE_TAIL = r"(?:\s+(?:one|option|choice|place|hotel|restaurant|result|route|cafe|station|item|on the list|in the list|you (?:said|mentioned|listed)|please|then|sounds (?:good|better|nice)|is (?:good|fine|better)|instead|of (?:those|them|the list)|looks good|i (?:guess|think|suppose)))*"


def _choice(text: str, context: Context) -> Parsed | None:
    sure = STRONG if context.offered or context.expecting == "choice" else GOOD
    if found := _fullmatch(rf"{_CHOICE_LEAD}(?:the\s+)?{_ORD}{_CHOICE_TAIL}", text):
        return one(Choose(index=ordinal(found[1]) or 0), sure, "en.choose.index")
    if found := _fullmatch(
        rf"{_CHOICE_LEAD}(?:number|option|choice|nr\.?|no\.)\s*{_CARD}{_CHOICE_TAIL}", text
    ):
        return one(Choose(index=ordinal(found[1]) or 0), sure, "en.choose.index")
    if context.expecting == "choice" and (found := _fullmatch(_CARD, text)):
        return one(Choose(index=ordinal(found[1]) or 0), GOOD, "en.choose.number")
    if (context.offered or context.expecting == "choice") and _fullmatch(
        rf"{_CHOICE_LEAD}(?:the\s+)?(?:middle one|middle|one in the middle|middle option)", text
    ):
        return one(Choose(index=2), sure, "en.choose.middle")
    if _fullmatch(
        rf"{_CHOICE_LEAD}(?:the\s+)?(?:(?:very\s+)?last|bottom)(?:\s+one)?{_CHOICE_TAIL}", text
    ) and not re.search(r"last (?:thing|bit|instruction)", text):
        return one(Choose(index=-1), sure, "en.choose.last")
    lead = r"(?:(?:is there|are there|do you have|have you got|find|show me|give me|i'?d|i|we|want|need|like|would|prefer|something|anything|somewhere|a place|one|a|the|any|that'?s|that is|which is|it'?s|too far(?: away)?|too expensive|how about|what about|ok|no|let'?s|go|with|take|to|for|me|whichever(?: one)?(?:'s| is)|one that'?s|one which is|the one that'?s|another)[\s,]+)*"
    for word, by in (
        (
            r"(?:a bit |a little |much )?(?:closer|nearer|less far|not so far|nearest|closest)(?: (?:one|to (?:me|us|here)|by|place|option|away))*",
            "nearer",
        ),
        (r"(?:a bit |a little |much )?(?:farther|further)(?: (?:one|away|out|option))*", "farther"),
        (
            r"(?:a bit |a little |much )?(?:cheaper|less expensive|not so expensive|cheapest|more affordable)(?: (?:one|place|option|hotel|restaurant))*",
            "cheaper",
        ),
        (
            r"(?:a bit |a little |much )?(?:better|nicer|fancier|more upscale|more stars)(?: (?:one|place|option|hotel|restaurant))*",
            "better",
        ),
    ):
        kind_named = re.search(r"(?i)(?:hotel|restaurant|place)$", text) is not None
        if kind_named and not context.offered and context.expecting != "choice":
            continue
        if _fullmatch(rf"{lead}{word}(?:\s+(?:please|instead|available))?", text):
            return one(Choose(by=cast("Any", by)), sure, "en.choose.by")
    if _fullmatch(
        r"(?:(?:no|show me|give me|find|find me|try|any|anything|something|is that all|are there|is there|do you have|what|how about|what about|i want|i'?d like|let'?s see|got|some|see|the|tell me|have you got|suggest)[\s,]+)*(?:(?:an)?other|others|else|different|more|next)(?:\s+(?:one|ones|option|options|place|places|hotel|restaurant|choice|choices|results?|suggestions?|there|do you have|is there|nearby|instead|please))*",
        text,
    ) and text.lower() not in {"more", "next", "other", "else", "any more"}:
        return one(Choose(by="other"), sure if context.offered else FAIR, "en.choose.other")
    return None


def _choice_by_name(text: str, context: Context) -> Parsed | None:
    found = _fullmatch(rf"{_CHOICE_LEAD}(?:the\s+)?(.{{2,30}}?)(?P<one>\s+(?:one|place))?", text)
    if found is None:
        return None
    name = found[1].strip()
    offered = any(name.lower() in full.lower() or full.lower() in name.lower() for full in context.offered)
    name = re.sub(
        r"(?i)\s+(?:sounds|looks|seems|is|would be) (?:good|great|nice|fine|better|perfect)$", "", name
    )
    if re.search(
        r"(?i)\b(?:what|how|where|when|why|not|isn't|other than|except|besides|apart|don't|can't|previous|back|home|there|stop|cancel|same|right|wrong|too|bit|your|my|suggestion|for|any|i|it|that|those)\b",
        name,
    ):
        return None
    if offered and len(name) > 2:
        return one(Choose(name=name), STRONG, "en.choose.name")
    if found["one"] and len(name.split()) <= 4 and parse_phrase(name, "en").pick == "":
        return one(Choose(name=name), GOOD, "en.choose.name")
    if (
        context.expecting == "choice"
        and len(name.split()) <= 3
        and (parse_whole(text, Context()) or parse_clause(text, Context())) is None
    ):
        return one(Choose(name=name), FAIR, "en.choose.bare")
    return None


def _correction(text: str, context: Context) -> Parsed | None:
    found = _fullmatch(
        r"(?:no|nope|wrong|sorry|wait|actually|that'?s (?:wrong|not (?:it|right|what i (?:said|meant))))[\s,.]+(?:not .{2,30}?[\s,.]+)?(?:(?:i (?:meant|mean|said|want(?:ed)?(?: to go to)?|was talking about))(?: to)?|it'?s|make it|make that|rather)\s+(.{2,40}?)(?:\s+instead)?",
        text,
    ) or _fullmatch(
        r"(?:i (?:meant|said|was talking about)|i mean)\s+(?:to )?(.{2,40}?)(?:,? not (?:the )?.{2,30}?)?",
        text,
    )
    if found is None:
        found = _fullmatch(
            r"not (?:to )?(?:the |in |at )?(?:.{2,24}?),? (?:(?:but |it'?s |i meant |i said )+(?:to )?(?:the )?|(?:to )?the )(.{2,30}?)",
            text,
        )
    if found is None:
        return None
    instead = re.sub(r"(?i)^(?:the|to|to the)\s+", "", found[1]).strip(" ,.")
    if index := re.fullmatch(rf"(?i){_ORD}(?:\s+one)?", instead):
        return one(Choose(index=ordinal(index[1]) or 0), STRONG, "en.correct.index")
    if re.match(r"(?i)(?:it|that|yes|no)$", instead):
        return None
    return one(Deny(instead=instead), STRONG, "en.correct")


def _volume(text: str, context: Context) -> Parsed | None:
    if found := _fullmatch(
        rf"(?:set |turn |put |change |make )?(?:the )?(?:volume|sound)(?: level)?(?: up| down)?(?: to| at)?\s+({EN_NUMBER}) ?(?:%|percent|per cent)?",
        text,
    ):
        return one(
            Volume(change="set", level=int(min(en_number(found[1]) or 0, 100))), STRONG, "en.volume.set"
        )
    device = r"(?:the |your )?(?:sound|audio|speakers?|loudspeakers?|microphone|mic)"
    table = (
        (
            rf"(?:test|check|try) {device}(?: and {device})?|(?:do |run )?(?:a |an )?(?:sound|audio|speaker|microphone|mic) (?:test|check)",
            "test",
        ),
        (
            r"(?:turn |set |put |make )?(?:the |it |your )?(?:volume|sound|voice)?(?: up)?\s*(?:to )?(?:the )?(?:max(?:imum)?|full|loudest|all the way up)(?: volume)?|(?:max(?:imum)?|full) volume",
            "max",
        ),
        (
            r"(?:turn |set |put )?(?:the |it )?(?:volume|sound)?(?: down)?\s*(?:to )?(?:the )?(?:min(?:imum)?|lowest|quietest)(?: volume)?|min(?:imum)? volume",
            "min",
        ),
        (
            r"un-?mute(?: (?:yourself|the (?:sound|voice)|it))?|(?:turn|switch) (?:the )?(?:sound|voice|audio|volume) (?:back )?on|(?:turn|switch) (?:on|back on) (?:the )?(?:sound|voice|audio)|you can (?:talk|speak)(?: again)?|(?:sound|voice) on|start talking again",
            "unmute",
        ),
        (
            r"mute(?: (?:yourself|the (?:sound|voice|audio)|it|guidance|navigation))?|(?:turn|switch) (?:the )?(?:sound|voice|audio|volume|voice guidance) off|(?:turn|switch) off (?:the )?(?:sound|voice|audio|voice guidance)|(?:sound|voice) off|silence|go silent|silent mode|(?:be|stay|keep) (?:quiet|silent) (?:for|until|till) .{2,20}|no (?:sound|voice|audio)|stop speaking",
            "mute",
        ),
        (
            r"(?:turn|put|bring|crank|pump)? ?(?:it|the (?:volume|sound|voice|audio)|volume|your voice)? ?up(?: a (?:bit|little)(?: bit)?| some| more)?|(?:turn|crank|pump|put) up (?:the )?(?:volume|sound|voice)(?: a (?:bit|little))?|(?:make it |speak |talk |be |a (?:bit|little) |much |can you be |say it )*(?:louder|up|more loudly)(?: a (?:bit|little))?|(?:i )?(?:can'?t|cannot|can barely|can hardly) hear(?: (?:you|it|that|anything|a thing|what you(?:'re| are)? say(?:ing)?))?(?: (?:well|properly|clearly))?|(?:that'?s|you'?re|it'?s|the (?:volume|sound) is) too (?:quiet|low|soft)|(?:increase|raise) (?:the )?(?:volume|sound)(?: a (?:bit|little))?|volume up|speak up",
            "up",
        ),
        (
            r"(?:turn|put|bring)? ?(?:it|the (?:volume|sound|voice|audio)|volume|your voice)? ?down(?: a (?:bit|little)(?: bit)?| some| more)?|(?:turn|bring|put) down (?:the )?(?:volume|sound|voice)(?: a (?:bit|little))?|(?:make it |speak |talk |be |a (?:bit|little) |much |can you be |say it )*(?:quieter|softer|lower|more quietly|less loud)(?: a (?:bit|little))?|(?:that'?s|you'?re|it'?s|the (?:volume|sound) is) (?:way )?too loud|(?:decrease|lower|reduce) (?:the )?(?:volume|sound|your voice)(?: a (?:bit|little))?|volume down|not so loud",
            "down",
        ),
    )
    for pattern, change in table:
        if _whole(pattern, text) and text.lower() not in {"up", "down"}:
            return one(Volume(change=cast("Any", change)), STRONG, "en.volume")
    return None


def _remember(text: str, context: Context) -> Parsed | None:
    keep = r"(?:remember|save|store|set|mark|make|keep|record|note|add|bookmark|register|update|change|define|use|log)"
    for what, word in (("home", _HOME), ("company", _WORK)):
        if _whole(
            rf"(?:{keep} )?{_HERE} (?:is|as|to be|to|for)?\s*{word}|{keep} (?:this |here )?(?:as )?{word} (?:is |to |as |at |= )?{_HERE}|{word} is (?:right )?{_HERE}|(?:i|we) (?:live|work) {_HERE}",
            text,
        ):
            kind = what
            if re.match(r"(?i)(?:i|we) work", text):
                kind = "company"
            return one(Remember(what=cast("Any", kind)), STRONG, "en.remember.here")
        found = _fullmatch(
            rf"{keep} (?P<place>(?!{_HERE}\b).{{2,40}}?) (?:as|to be) {word}", text
        ) or _fullmatch(
            rf"(?:{keep} (?:that )?)?{word}(?: address| location)? (?:is (?:at |on |in |now )*|to (?:be )?|at |as )(?P<place>.{{2,40}}?)",
            text,
        )
        if found and not re.match(
            r"(?i)(?:where|far|the way|closed|open|not|here|what|too|there)\b", found["place"]
        ):
            return one(
                Remember(what=cast("Any", what), place=re.sub(r"(?i)^the ", "", found["place"])),
                STRONG,
                "en.remember.place",
            )
    if found := _fullmatch(
        r"(?:remember (?:that )?)?(?:i|we) (?:now )?live (?:at|on|in|near|by) (.{2,40}?)", text
    ):
        return one(Remember(what="home", place=re.sub(r"(?i)^the ", "", found[1])), GOOD, "en.remember.live")
    if found := _fullmatch(
        r"(?:remember (?:that )?)?(?:i|we) (?:now )?work (?:at|on|in|for) (.{2,40}?)", text
    ):
        return one(
            Remember(what="company", place=re.sub(r"(?i)^the ", "", found[1])), GOOD, "en.remember.work"
        )
    it = r"(?:it|that|this(?: (?:place|restaurant|cafe|hotel|spot|one|location|parking spot))?|here|that (?:place|one|restaurant|hotel)|the (?:place|destination)|my (?:current )?(?:location|position)|this)"
    if _whole(
        rf"(?:{keep}|favou?rite) {it}(?: (?:for later|as a favou?rite|(?:to|in) (?:my |the )?favou?rites|to (?:my )?(?:saved )?places|somewhere|in memory))?|{keep} {it}",
        text,
    ):
        return one(Remember(), STRONG, "en.remember.favourite")
    if found := _fullmatch(
        rf"(?:(?:call|name) {it}|{keep} {it} (?:as|under(?: the name)?|to favou?rites as)) (.{{2,30}}?)", text
    ):
        return one(Remember(label=re.sub(r"(?i)^(?:the|a) ", "", found[1])), GOOD, "en.remember.label")
    if found := _fullmatch(
        rf"{keep} (.{{2,40}}?) (?:as (?:a |my |one of my )?favou?rites?|(?:to|in) (?:my |the )?(?:favou?rites|bookmarks|saved places))",
        text,
    ):
        return one(Remember(place=re.sub(r"(?i)^the ", "", found[1])), STRONG, "en.remember.favourite_place")
    if found := _fullmatch(
        rf"(?:save|remember|store|bookmark) (?P<place>(?!{it}\b).{{3,40}}?) as (?P<label>.{{2,30}}?)", text
    ):
        place, label = (re.sub(r"(?i)^(?:the|a) ", "", found[name]) for name in ("place", "label"))
        return one(Remember(place=place, label=label), GOOD, "en.remember.labelled")
    if (found := _fullmatch(r"(?:bookmark|remember|save) (.{3,40}?)", text)) and not re.match(
        r"(?i)(?:when|how|what|me|to |some |money|fuel|gas|time|us )", found[1]
    ):
        return one(Remember(place=re.sub(r"(?i)^the ", "", found[1])), FAIR, "en.remember.favourite_place")
    return None


def _recall(text: str, context: Context) -> Parsed | None:
    ask = r"(?:(?:do you (?:know|remember)|tell me|show me|what(?:'s| is)|where(?:'s| is)|where do|what did|remind me|can you tell me|give me|list|read)\s+)?"
    if _whole(
        rf"{ask}(?:where )?(?:my |our )(?:home|house|home address)(?: (?:is|address|location|located|saved|stored|set to|again))*|(?:(?:do you (?:know|remember)|tell me) )?where (?:d(?:o|id) )?(?:i|we) live(?: again)?",
        text,
    ):
        return one(Recall(what="home"), STRONG, "en.recall.home")
    if _whole(
        rf"{ask}(?:where )?(?:my |our )(?:work|office|workplace|company|work address)(?: (?:is|address|location|located|saved|stored|set to|again))*|(?:(?:do you (?:know|remember)|tell me) )?where (?:d(?:o|id) )?(?:i|we) work(?: again)?",
        text,
    ):
        return one(Recall(what="company"), STRONG, "en.recall.company")
    if _whole(
        r"(?:what(?:'s| is| are)|show(?: me)?|list|read(?: me)?|open|which|tell me|give me|do i have)?\s*(?:all )?(?:in |any |are )?(?:of )?(?:my |the |our )?(?:(?:saved|stored|favou?rite|bookmarked) (?:places|locations|spots|destinations|addresses)|favou?rites|bookmarks|places (?:have )?(?:i|we)(?:'ve)? (?:saved|stored|bookmarked))(?: list)?(?: do i have)?|(?:what|which) (?:places|locations) (?:have|did) (?:i|we|you) (?:saved?|stored?|bookmarked?|remember)|what (?:do you|have you) (?:remembered?|saved?|know)(?: about me)?",
        text,
    ):
        return one(Recall(what="favourites"), STRONG, "en.recall.favourites")
    if _whole(
        r"(?:where|what places) (?:did|have) (?:i|we) (?:go|been|drive|driven|gone|navigate|visit|visited|travel|went)(?: to)?(?: (?:recently|last|last time|yesterday|before|last week|lately|the other day|this week|last month|today))*|(?:show(?: me)?|list|what(?:'s| is| are|'re)|read|give me|open)?\s*(?:my |our |the )?(?:recent|past|previous|last) (?:destinations?|trips|places|drives|locations)|(?:my )?(?:navigation|driving|trip|destination) history",
        text,
    ):
        return one(Recall(what="destinations"), STRONG, "en.recall.destinations")
    return None


def parse_clause(text: str, context: Context) -> Parsed | None:
    """Read one clause."""
    bare = without_courtesy(text, "en")
    if not bare:
        return None
    for reader in (_status, _named_status, _route_change, _navigate, _search, _other):
        if parsed := reader(bare, context):
            return parsed
    return None


def _status(text: str, context: Context) -> Parsed | None:
    bare = re.sub(
        r"(?i)^(?:do you know|tell me|any idea|let me know|i wonder|i'?d like to know|show me)\s+(?=where|what|how|when|which)",
        "",
        text,
    )
    bare = re.sub(r"(?i)^(where|what|when|how far|how long) (i am|we are|it is|we|i)\b", r"\1 \2", bare)
    for candidate in dict.fromkeys((text, bare)):
        for pattern, what in _STATUS:
            if _whole(pattern, candidate):
                return one(
                    Status(what=cast("Any", what), place=home_asked(what, candidate)),
                    STRONG,
                    f"en.status.{what}",
                )
    return None


def _named_status(text: str, context: Context) -> Parsed | None:
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
    if _whole(r"is (?:it|that|this(?: place)?|there) (?:still )?open(?: (?:now|today|right now))?", text):
        return one(Status(what="opening_hours", place="there"), GOOD, "en.status.there")
    opened = _fullmatch(
        rf"(?:is|are|will) (?:the )?(?P<place>(?!there \w).{{2,40}}?) (?:still )?(?:be )?open(?P<at> (?:(?:until|till?|past|after) )?{EN_MOMENT})",
        text,
    )
    if opened and not is_category(opened["place"], "en"):
        place = re.sub(r"(?i)^(?:it|that|this(?: place)?)$", "there", opened["place"])
        return one(Search(what=place, open_at=opened["at"].strip()), GOOD, "en.search.open")
    if _whole(r"(?:what(?:'s| is) )?(?:its|their|the) (?:phone|telephone|contact)(?: number)?", text):
        return one(Status(what="phone", place="there"), GOOD, "en.status.there")
    for pattern, what in patterns:
        found = _fullmatch(pattern, text)
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


def _route_change(text: str, context: Context) -> Parsed | None:
    if _whole(
        r"(?:(?:is|are) there|do we have|will there be|any)(?: an?y?| much| a lot of| heavy)* (?:traffic|jams?|congestion)(?: jams?)?(?: (?:ahead|on (?:the|my|our|this) (?:way|route|road)|today|now|up ahead|there))*",
        text,
    ):
        return one(Chat(), GOOD, "en.chat.traffic")
    if _whole(
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
    if _whole(
        rf"(?:remove|delete|drop|skip|cancel|clear|forget|get rid of|no(?: more)?) (?:all |every |any |the )*(?:of )?(?:the |my |our )?{stop_word}|(?:go|drive|take me|head) (?:directly|straight)(?: to (?:the |my |our )?(?:destination|end))?|no (?:more )?stops(?: please)?(?:,? (?:just )?(?:go|drive) (?:straight|directly)(?: there)?)?|(?:just )?(?:go|drive) (?:straight|directly) there|without (?:any )?stops|don'?t stop anywhere",
        text,
    ):
        return one(ChangeRoute(drop="*"), STRONG, "en.change.drop_all")
    drop = _fullmatch(
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
    passing = _fullmatch(
        r"(?:let'?s |i'd like to |(?:can|could) (?:we|you|i) |(?:i|we) (?:want|need|have) to |first |also )*(?:(?P<stop>stop|swing|drop)(?: (?:at|by|in|off))+|get|grab|pick up|buy|find)(?: (?:me|us|the|an?|some))* (?P<via>.{2,30}?) (?:on (?:the|my|our) way|en route) (?:back )?(?:to )?(?:the )?(?P<to>(?<=to )home|(?<=the )[^ ].{1,39}?|(?<=to )[^ ].{1,39}?|(?<=way )home)",
        text,
    )
    if passing and (passing["stop"] or is_category(passing["via"], "en")):
        return one(Navigate(to=passing["to"], via=(passing["via"],)), GOOD, "en.navigate.passing")
    add = (
        _fullmatch(
            rf"(?:let'?s |can (?:we|you) |could (?:we|you) |i (?:want|need) to |i'd like to )*(?:add|insert|include|put in|make)(?: in)?(?: an?| another| one)?(?: (?:quick|short|extra|brief))? ?(?:stop|{stop_word})(?: (?:at|in|by|for|to))(?: the| an?)? (.{{2,40}}?)(?: (?:on the way|along the way|first|before that|to (?:the|my) route))?",
            text,
        )
        or _fullmatch(
            r"(?:let'?s |i'd like to |(?:i|we) should |(?:can|could) (?:we|you) |i (?:want|need|have) to |we (?:need|have|want) to |first |please |also |can we |then )*(?:stop|pause|swing|drop|pass|go|drive|route|detour|come)(?: (?:quickly|briefly|off|over|us|me|for (?:some )?\w+))? (?:at|by|in at|in on|through|via|past)(?: the| an?)? (.{2,40}?)(?: (?:on the way|along the way|first|before that|on our way|on my way|en route)(?: there| home)?)?",
            text,
        )
        or _fullmatch(
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


def _navigate(text: str, context: Context) -> Parsed | None:
    if found := _fullmatch(_FETCH, text):
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
    if tail and re.match(rf"{_NAV}|to ", body, re.IGNORECASE):
        via = [v.strip() for v in re.split(r"(?i),? and (?:the )?|, (?:the )?", tail["via"]) if v.strip()]
        body = body[: tail.start()]
    if found := re.search(r"(?i)\bfrom (?:the )?(?P<start>.+?) (?=to\b)", body):
        if not re.fullmatch(rf"(?i){_HERE}", found["start"]):
            start = found["start"]
        body = body[: found.start()] + body[found.end() :]
    elif found := re.search(r"(?i)(?<=.)\s+(?:starting )?from (?:the )?(?P<start>.+)$", body):
        if re.fullmatch(
            r"(?i)(?:last (?:time|week|month|year|night)|before|yesterday|earlier|the other day)",
            found["start"],
        ):
            found = None
        elif not re.fullmatch(rf"(?i){_HERE}", found["start"]):
            start = found["start"]
        body = body[: found.start()] if found else body
    target = None
    sure = STRONG
    body = re.sub(
        rf"(?i)(?<=\w)(?<! open) (?:{_WHEN})$|(?<=\w) (?:on |by |via )?the (?:scenic|usual|normal|long|direct) (?:way|route)$",
        "",
        body,
    )
    if (found := re.match(rf"(?i)^{_GO}(?P<to>.+)$", body)) or (
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


def _search(text: str, context: Context) -> Parsed | None:
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
    cue = (
        phrase.near
        or phrase.along
        or phrase.here
        or phrase.within_m
        or phrase.within_min
        or phrase.without
        or phrase.pick
        or phrase.open_now
        or phrase.open_at
        or phrase.stars
    )
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


def _other(text: str, context: Context) -> Parsed | None:
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
