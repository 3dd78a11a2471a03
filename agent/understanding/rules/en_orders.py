# ruff: noqa: E501 (a pattern is easier to read whole)
"""English orders about the voice and the memory: louder, "remember this as home", "where do I live"."""

from __future__ import annotations

import re
from typing import Any, cast

from agent.understanding.context import Context
from agent.understanding.intent import Recall, Remember, Volume
from agent.understanding.numerals import EN_NUMBER, en_number
from agent.understanding.rules.reading import FAIR, GOOD, STRONG, Parsed, one
from agent.understanding.rules.sentence_en import HERE, HOME, WORK, fullmatch, whole


def volume(text: str, context: Context) -> Parsed | None:
    """Louder, softer, mute, a level."""
    if found := fullmatch(
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
        if whole(pattern, text) and text.lower() not in {"up", "down"}:
            return one(Volume(change=cast("Any", change)), STRONG, "en.volume")
    return None


def remember(text: str, context: Context) -> Parsed | None:
    """Keep home, work or a favourite."""
    keep = r"(?:remember|save|store|set|mark|make|keep|record|note|add|bookmark|register|update|change|define|use|log)"
    for what, word in (("home", HOME), ("company", WORK)):
        if whole(
            rf"(?:{keep} )?{HERE} (?:is|as|to be|to|for)?\s*{word}|{keep} (?:this |here )?(?:as )?{word} (?:is |to |as |at |= )?{HERE}|{word} is (?:right )?{HERE}|(?:i|we) (?:live|work) {HERE}",
            text,
        ):
            kind = what
            if re.match(r"(?i)(?:i|we) work", text):
                kind = "company"
            return one(Remember(what=cast("Any", kind)), STRONG, "en.remember.here")
        found = fullmatch(
            rf"{keep} (?P<place>(?!{HERE}\b).{{2,40}}?) (?:as|to be) {word}", text
        ) or fullmatch(
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
    if found := fullmatch(
        r"(?:remember (?:that )?)?(?:i|we) (?:now )?live (?:at|on|in|near|by) (.{2,40}?)", text
    ):
        return one(Remember(what="home", place=re.sub(r"(?i)^the ", "", found[1])), GOOD, "en.remember.live")
    if found := fullmatch(
        r"(?:remember (?:that )?)?(?:i|we) (?:now )?work (?:at|on|in|for) (.{2,40}?)", text
    ):
        return one(
            Remember(what="company", place=re.sub(r"(?i)^the ", "", found[1])), GOOD, "en.remember.work"
        )
    it = r"(?:it|that|this(?: (?:place|restaurant|cafe|hotel|spot|one|location|parking spot))?|here|that (?:place|one|restaurant|hotel)|the (?:place|destination)|my (?:current )?(?:location|position)|this)"
    if whole(
        rf"(?:{keep}|favou?rite) {it}(?: (?:for later|as a favou?rite|(?:to|in) (?:my |the )?favou?rites|to (?:my )?(?:saved )?places|somewhere|in memory))?|{keep} {it}",
        text,
    ):
        return one(Remember(), STRONG, "en.remember.favourite")
    if found := fullmatch(
        rf"(?:(?:call|name) {it}|{keep} {it} (?:as|under(?: the name)?|to favou?rites as)) (.{{2,30}}?)", text
    ):
        return one(Remember(label=re.sub(r"(?i)^(?:the|a) ", "", found[1])), GOOD, "en.remember.label")
    if found := fullmatch(
        rf"{keep} (.{{2,40}}?) (?:as (?:a |my |one of my )?favou?rites?|(?:to|in) (?:my |the )?(?:favou?rites|bookmarks|saved places))",
        text,
    ):
        return one(Remember(place=re.sub(r"(?i)^the ", "", found[1])), STRONG, "en.remember.favourite_place")
    if found := fullmatch(
        rf"(?:save|remember|store|bookmark) (?P<place>(?!{it}\b).{{3,40}}?) as (?P<label>.{{2,30}}?)", text
    ):
        place, label = (re.sub(r"(?i)^(?:the|a) ", "", found[name]) for name in ("place", "label"))
        return one(Remember(place=place, label=label), GOOD, "en.remember.labelled")
    if (found := fullmatch(r"(?:bookmark|remember|save) (.{3,40}?)", text)) and not re.match(
        r"(?i)(?:when|how|what|me|to |some |money|fuel|gas|time|us )", found[1]
    ):
        return one(Remember(place=re.sub(r"(?i)^the ", "", found[1])), FAIR, "en.remember.favourite_place")
    return None


def recall(text: str, context: Context) -> Parsed | None:
    """Ask what is kept: home, favourites, past destinations."""
    ask = r"(?:(?:do you (?:know|remember)|tell me|show me|what(?:'s| is)|where(?:'s| is)|where do|what did|remind me|can you tell me|give me|list|read)\s+)?"
    if whole(
        rf"{ask}(?:where )?(?:my |our )(?:home|house|home address)(?: (?:is|address|location|located|saved|stored|set to|again))*|(?:(?:do you (?:know|remember)|tell me) )?where (?:d(?:o|id) )?(?:i|we) live(?: again)?",
        text,
    ):
        return one(Recall(what="home"), STRONG, "en.recall.home")
    if whole(
        rf"{ask}(?:where )?(?:my |our )(?:work|office|workplace|company|work address)(?: (?:is|address|location|located|saved|stored|set to|again))*|(?:(?:do you (?:know|remember)|tell me) )?where (?:d(?:o|id) )?(?:i|we) work(?: again)?",
        text,
    ):
        return one(Recall(what="company"), STRONG, "en.recall.company")
    if whole(
        r"(?:what(?:'s| is| are)|show(?: me)?|list|read(?: me)?|open|which|tell me|give me|do i have)?\s*(?:all )?(?:in |any |are )?(?:of )?(?:my |the |our )?(?:(?:saved|stored|favou?rite|bookmarked) (?:places|locations|spots|destinations|addresses)|favou?rites|bookmarks|places (?:have )?(?:i|we)(?:'ve)? (?:saved|stored|bookmarked))(?: list)?(?: do i have)?|(?:what|which) (?:places|locations) (?:have|did) (?:i|we|you) (?:saved?|stored?|bookmarked?|remember)|what (?:do you|have you) (?:remembered?|saved?|know)(?: about me)?",
        text,
    ):
        return one(Recall(what="favourites"), STRONG, "en.recall.favourites")
    if whole(
        r"(?:where|what places) (?:did|have) (?:i|we) (?:go|been|drive|driven|gone|navigate|visit|visited|travel|went)(?: to)?(?: (?:recently|last|last time|yesterday|before|last week|lately|the other day|this week|last month|today))*|(?:show(?: me)?|list|what(?:'s| is| are|'re)|read|give me|open)?\s*(?:my |our |the )?(?:recent|past|previous|last) (?:destinations?|trips|places|drives|locations)|(?:my )?(?:navigation|driving|trip|destination) history",
        text,
    ):
        return one(Recall(what="destinations"), STRONG, "en.recall.destinations")
    return None
