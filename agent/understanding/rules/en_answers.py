# ruff: noqa: E501 (a pattern is easier to read whole)
"""English answers to what was asked or offered: yes, no, the second one, "I meant the east gate"."""

from __future__ import annotations

import re
from typing import Any, cast

from agent.understanding.context import Context
from agent.understanding.intent import Cancel, Chat, Choose, Confirm, Deny, Help, Repeat
from agent.understanding.numerals import ordinal
from agent.understanding.rules.phrase import parse_phrase
from agent.understanding.rules.reading import FAIR, GOOD, STRONG, Parsed, one, other_kind
from agent.understanding.rules.sentence_en import fullmatch, whole

_CANCEL = (
    r"(?:stop|cancel|end|quit|exit|abort|terminate|turn off|shut off|kill|close|clear|delete|scrap|discard|drop)(?: (?:the|this|my|our|that|current|all|whole|everything|it|route|navigation|navigating|guidance|directions|guiding|trip|plan|itinerary|search|question|request|driving|talking|please|me|there|here))*"
    r"|(?:never ?mind|forget (?:it|about it|that|(?:about )?the (?:whole )?(?:route|navigation|trip|plan|itinerary))|scratch that|skip it|shut up|be quiet|quiet|hush|enough|that'?s enough|stop it|leave it|drop it|no more (?:directions|navigation)|"
    r"(?:i|we) (?:don't|do not) (?:want|need) (?:to go(?: there)?|directions|navigation|the (?:route|navigation)|it|that)?(?: (?:any ?more|now|after all))?|i changed my mind|let'?s not go(?: there)?|don'?t (?:navigate|go there|bother|worry about it)|no need(?: for that)?|nothing|stop talking)(?: (?:any ?more|now|please|then))?"
)
_REPEAT = r"what was the last (?:instruction|one|thing|bit|part)|(?:repeat|say|tell me|give me|read)(?: (?:that|it|this|what you said|the last (?:instruction|one|thing|bit|direction)|those|the (?:instruction|directions?|options|list)|me|them))*(?: (?:again|once more|one more time|over|back))*|(?:(?:sorry|pardon|excuse me)[, ]+)?(?:what|pardon|sorry|come again|excuse me|huh|pardon me|once more|one more time|again)(?: (?:did you (?:just )?say|was that|again))?|i (?:(?:didn't|did not|couldn't) (?:hear|catch|get|understand|make out)|can't (?:catch|get|understand|make out))(?: (?:that|you|it|what you said|the last (?:bit|part|one)))?|i missed (?:that|it|what you said)|what'?s that(?: again)?|say again|come again|pardon"
_HELP = r"(?:help|help me|what (?:can|do|could) (?:you|i) (?:do|say|ask|help with|offer|know|ask you|say to you)(?: for me)?|how (?:do|can) i use (?:this|you|it)|what are you (?:able to do|capable of|for|good for)|what(?:'s| are) your (?:features|functions|commands|skills|abilities|capabilities)|(?:give|show|tell) me (?:some help|the (?:help|commands|options)|what you can do|(?:some )?examples?)|how (?:does this|do you) work|instructions|what commands (?:are there|do you (?:know|understand)|can i use)|what else can you do|who are you and what can you do)"
_CONFIRM = r"(?:(?:yes|yeah|yep|yup|yah|aye|sure|ok|okay|correct|right|exactly|absolutely|definitely|certainly|of course|fine|great|perfect|good|sounds good|sounds great|sounds fine|go ahead|go for it|do it|do that|let'?s go|let'?s do it|let'?s do that|that'?s (?:right|it|correct|fine|the one|good|great|perfect)|that one|that works|works for me|confirm|confirmed|affirmative|please do|why not|go|start|start (?:navigation|the route|guidance|driving|navigating)|begin|alright|all right|deal|cool|uh-?huh|mm+-?(?:hmm)?|indeed|true|yes please|i do|i would|add it|take it|do so|very well|that would be (?:great|good|nice|lovely|fine)|i guess so|i think so|by all means|roger|roger that|you bet|please|it is|it'?s good|continue|carry on|keep going|switch)[\s,.!]*)+"
_DENY = r"(?:(?:no|nope|nah|no way|no thanks|no thank you|not really|not (?:that|this)(?: one)?|not now|not today|not yet|not there|wrong|that'?s (?:wrong|not (?:it|right|what i (?:said|meant|asked for|want(?:ed)?)|the one|correct))|incorrect|negative|never|don'?t|i don'?t (?:think so|want (?:that|it|this|to|any of (?:those|them)))|none of (?:those|them|these)|neither(?: of them)?|no need|i'?d rather not|maybe later|later|(?:i'?m|we'?re) (?:good|fine|okay|ok)|you (?:misheard|misunderstood|got (?:it|that) wrong)(?: me)?|(?:please )?don'?t(?: do (?:that|it|this))?|not what i meant|it'?s not|it isn'?t|i didn'?t (?:say|mean|ask for) that)[\s,.!]*)+"


def answer(text: str, context: Context) -> Parsed | None:
    """Short utterances: yes, no, the second one, stop, say that again."""
    sure = STRONG if context.expecting else GOOD
    if (chosen := _choice(text, context)) and not other_kind(chosen, text, context):
        return chosen
    if context.expecting == "yes_no" and whole(
        r"(?:yes,? )?(?:take me there|go there|let'?s go there|drive there)", text
    ):
        return one(Confirm(), sure, "en.confirm")
    if whole(_CONFIRM, text) and text.lower() not in {"right", "good", "go"}:
        return one(Confirm(), sure, "en.confirm")
    if whole(_CONFIRM, text):
        return one(Confirm(), sure if context.expecting else FAIR, "en.confirm")
    if whole(_DENY, text) or (
        context.expecting == "yes_no" and whole(rf"(?:no|nah|nope)[, ]+(?:{_CANCEL})", text)
    ):
        return one(Deny(), sure, "en.deny")
    if whole(rf"(?:(?:{_REPEAT})(?:[\s,.]+|$)){{1,2}}", text) and text.lower() not in {
        "tell me",
        "give me",
        "read",
        "say",
        "excuse me",
    }:
        return one(Repeat(), STRONG, "en.repeat")
    if whole(
        rf"(?:(?:ok(?:ay)?,? )?you can |(?:we'?re|i'?m) (?:here|there)[ ,]+)?(?:(?:{_CANCEL})(?:[\s,.]+|$)){{1,2}}",
        text,
    ):
        return one(Cancel(), STRONG, "en.cancel")
    if whole(_HELP, text):
        return one(Help(), STRONG, "en.help")
    if context.offered or context.expecting == "choice" or re.match(r"(?i)the .{2,20} one$", text):
        named = _choice_by_name(text, context)
        if named is not None:
            return named
    if whole(
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
    if found := fullmatch(rf"{_CHOICE_LEAD}(?:the\s+)?{_ORD}{_CHOICE_TAIL}", text):
        return one(Choose(index=ordinal(found[1]) or 0), sure, "en.choose.index")
    if found := fullmatch(
        rf"{_CHOICE_LEAD}(?:number|option|choice|nr\.?|no\.)\s*{_CARD}{_CHOICE_TAIL}", text
    ):
        return one(Choose(index=ordinal(found[1]) or 0), sure, "en.choose.index")
    if context.expecting == "choice" and (found := fullmatch(_CARD, text)):
        return one(Choose(index=ordinal(found[1]) or 0), GOOD, "en.choose.number")
    if (context.offered or context.expecting == "choice") and fullmatch(
        rf"{_CHOICE_LEAD}(?:the\s+)?(?:middle one|middle|one in the middle|middle option)", text
    ):
        return one(Choose(index=2), sure, "en.choose.middle")
    if fullmatch(
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
        if fullmatch(rf"{lead}{word}(?:\s+(?:please|instead|available))?", text):
            return one(Choose(by=cast("Any", by)), sure, "en.choose.by")
    if fullmatch(
        r"(?:(?:no|show me|give me|find|find me|try|any|anything|something|is that all|are there|is there|do you have|what|how about|what about|i want|i'?d like|let'?s see|got|some|see|the|tell me|have you got|suggest)[\s,]+)*(?:(?:an)?other|others|else|different|more|next)(?:\s+(?:one|ones|option|options|place|places|hotel|restaurant|choice|choices|results?|suggestions?|there|do you have|is there|nearby|instead|please))*",
        text,
    ) and text.lower() not in {"more", "next", "other", "else", "any more"}:
        return one(Choose(by="other"), sure if context.offered else FAIR, "en.choose.other")
    return None


def _choice_by_name(text: str, context: Context) -> Parsed | None:
    from agent.understanding.rules import en as rules_en

    found = fullmatch(rf"{_CHOICE_LEAD}(?:the\s+)?(.{{2,30}}?)(?P<one>\s+(?:one|place))?", text)
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
        and (rules_en.parse_whole(text, Context()) or rules_en.parse_clause(text, Context())) is None
    ):
        return one(Choose(name=name), FAIR, "en.choose.bare")
    return None


def correction(text: str, context: Context) -> Parsed | None:
    """What was meant instead: "no, the east gate", "I meant Hakaniemi"."""
    found = fullmatch(
        r"(?:no|nope|wrong|sorry|wait|actually|that'?s (?:wrong|not (?:it|right|what i (?:said|meant))))[\s,.]+(?:not .{2,30}?[\s,.]+)?(?:(?:i (?:meant|mean|said|want(?:ed)?(?: to go to)?|was talking about))(?: to)?|it'?s|make it|make that|rather)\s+(.{2,40}?)(?:\s+instead)?",
        text,
    ) or fullmatch(
        r"(?:i (?:meant|said|was talking about)|i mean)\s+(?:to )?(.{2,40}?)(?:,? not (?:the )?.{2,30}?)?",
        text,
    )
    if found is None:
        found = fullmatch(
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
