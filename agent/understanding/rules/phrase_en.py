# ruff: noqa: E501 (a pattern is easier to read whole)
"""English place phrases taken apart: "the nearest pharmacy that is still open" → what, pick, open now."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.understanding.moment import EN_MOMENT, today_said
from agent.understanding.numerals import EN_NUMBER, en_number
from agent.understanding.rules.phrase import (
    Cutter,
    Phrase,
    PickWords,
    cut_pick,
    is_category,
    need_of,
    reachable,
)

if TYPE_CHECKING:
    pass

_HERE = (
    r"(?:(?:somewhere |anywhere |right )?(?:near|close to|around|by)(?:\s+(?:me|us|here|my (?:location|position)|where (?:i am|we are)))|"
    r"\b(?:nearby|around here|close by|near by|in the (?:area|vicinity|neighbou?rhood)|round here|hereabouts|here|in town|locally|around(?= $)|in this area))"
)


_FOR = r"tonight|today|tomorrow|the (?:kids|children|night|weekend|family|car|baby|dog)|us|me|two|three|four|a (?:bit|while|night)"
"""For whom and when: no part of what is looked for."""


_WITHOUT = re.compile(
    r"(?i)^(?P<kind>.+?),? (?:(?:that|which)(?: is|'s| are) not|(?:that|which) (?:isn'?t|aren'?t)|other than|except(?: for)?|besides|apart from|but not)(?: an?| the)?"
    r" (?P<without>[\w'&. -]{2,30}?)(?P<where> (?:nearby|here|(?:near|around|close to|within|in|along|on)(?: .+)?))?$"
)
TOLD = re.compile(
    r"(?i)\b(?P<kind>[a-z][a-z' -]{1,30}?) (?:with (?!in\b)|(?:that|which) (?:has|have|allows?|accepts?|takes?|serves?|offers?|lets?) |where (?:you|i|we|one) can |where they (?:have|allow|accept|take|serve) )"
    r"(?P<wish>[a-z][a-z' -]{1,40}?)(?= *(?: (?:near|nearby|close|around|along|within|on the way|on our way|for (?:tonight|today|tomorrow)|please)\b|[,.?!]|$))"
)
"""A kind of place with what it should have or allow: "a hotel that allows dogs"."""
_COUNTED = re.compile(r"(?i)(?:two|three|four|five|six|[2-9]) (.+s)")


def parse(text: str) -> Phrase:
    """Take an English place phrase apart."""
    barred = _WITHOUT.match(text.strip(" ,.?!"))
    if barred:
        phrase = parse(barred["kind"] + (barred["where"] or ""))
        if is_category(phrase.core, "en"):
            return replace(phrase, without=barred["without"])
    cutter = Cutter(" " + text.strip(" ,.?!") + " ")
    cutter.cut(r" before (?:the |we |i )[\w' ]+(?= $)")
    phrase = _filters(cutter)
    here = cutter.cut(_HERE) is not None
    following = re.search(r"(?i)\bnext (?!to\b)", cutter.text) is not None
    pick = cut_pick(cutter, _PICK)
    if (told := TOLD.search(cutter.text)) and _is_untold(told):
        cutter.text = cutter.text[: told.end("kind")] + cutter.text[told.end() :]
    near = "" if here else _anchor(cutter)
    cutter.cut(rf" (?:for (?:{_FOR})|on (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?)(?=\s*$)")
    core, near = _placed(_trim(cutter.text), near, here=here)
    if (counted := _COUNTED.fullmatch(core)) and is_category(counted[1], "en"):
        core, pick = counted[1], "" if pick == "nearest" else pick
    need = need_of(core, "en")
    if core.lower() in {"place", "somewhere", "anywhere", "something", "one", "ones", "spot", "anything"}:
        core = ""
    if need and not is_category(core, "en"):
        core = ""
    elif need:
        need = ""
    along = phrase.along or (following and is_category(core, "en"))
    return replace(phrase, core=core, near=near, need=need, along=along, pick=pick, here=here)


def _is_untold(told: re.Match[str]) -> bool:
    """Tell a wish that no filter knows ("a restaurant with a view") from those that stay in the words."""
    return is_category(told["kind"], "en") and not is_category(told[0], "en")


def _placed(core: str, near: str, *, here: bool) -> tuple[str, str]:
    """Return what is looked for, and the place that it is in or near."""
    if near and (told := re.fullmatch(r"(?i)(?:that|this|those) (.+)", core)) and is_category(told[1], "en"):
        # "That sushi place near the opera" is told by where it is, not by what was spoken of.
        return told[1], near
    if not near and (found := re.fullmatch(r"(?i)(.+?) (?:in )?(downtown|midtown|uptown)", core)):
        return found[1], found[2]
    if not near and not here and (found := re.fullmatch(r"(?i)(.+?) (?:in|at|on) (?:the )?(.{3,30})", core)):
        # "a hotel in the old town": only after a kind of place; "Church in the Rock" is a name.
        kind = _trim(found[1])
        if is_category(kind, "en") and not re.search(
            r"(?i)\b(?:minutes?|hours?|mind|time|total|case|way|foot|route)\b", found[2]
        ):
            return kind, found[2]
    return core, near


def _filters(cutter: Cutter) -> Phrase:
    along = cutter.cut(
        r"\b(?:(?:that(?:'s| is| are)? )?(?:along|on|en) (?:the|our|my|this)? ?(?:way|route|road)(?: there| home| back| to (?:the )?[\w' ]{2,30}$)?|(?:coming )?up ahead|coming up(?: next)?|ahead(?: of us)?|en route|along the way|on route)\b"
    )
    moment = cutter.cut(_OPEN_AT)
    open_at = moment["moment"].strip() if moment else ""
    open_now = today_said(open_at) or (
        not open_at
        and cutter.cut(
            r"\b(?:(?:that|which)(?:'s| is|'re| are)? ?)?(?:still |currently |now |right now )*(?:open|opened)(?: (?:now|right now|at this hour|late|today|tonight|this late|at the moment|24 hours))*\b(?! air)"
            r"|\b(?:24[- ]?hours?|24/7|twenty[- ]four[- ]hours?|all[- ]night|late[- ]night)\b"
        )
    )
    stars = cutter.cut(
        r"\b(?:with )?(?:at least |minimum )?(one|two|three|four|five|[1-5])[- ]?stars?\b(?: or (?:more|better|above|up))?"
    )
    within = cutter.cut(
        rf"\b(?:within|less than|no more than|under|not more than|in a radius of)\s+({EN_NUMBER}) ?(met(?:er|re)s?|m|kilomet(?:er|re)s?|km|kms|miles?)\b"
        r"(?: (?:of|from) (?:here|me)| away)?"
    )
    metres = 0
    if within:
        unit = within[2].lower()
        scale = {"m": 1.0, "k": 1000.0}
        metres = int((en_number(within[1]) or 0) * (1609.34 if unit.startswith("mi") else scale[unit[0]]))
    phrase = Phrase(
        along=along is not None,
        open_now=bool(open_now),
        open_at="" if today_said(open_at) else open_at,
        stars=int(en_number(stars[1]) or 0) if stars else 0,
        within_m=metres,
    )
    reach = cutter.cut(_REACH)
    if reach is None:
        return phrase
    if reach["of"]:
        cutter.text = f"{cutter.text[: reach.start()]} near{cutter.text[reach.start() :]}"
    hours = reach["unit"].lower().startswith("h")
    minutes = 30.0 if reach["half"] else (en_number(reach["time"]) or 0) * (60 if hours else 1)
    return reachable(phrase, minutes, on_foot="walk" in reach[0].lower() or "foot" in reach[0].lower())


_OPEN_AT = (
    r"\b(?:(?:that|which)(?:'s| is|'re| are| will be|'ll be)? ?)?(?:still )?(?:open|opened|opens|stays? open|staying open|serving)"
    rf"(?P<moment> (?:(?:until|till?|past|after) )?{EN_MOMENT})(?= )"
)
"""Open at a moment that is said, or until it: "open on Sunday", "that is open until ten"."""

_REACH = (
    r"\b(?:(?:that |which )?(?:i|we|you) can (?:reach|get to|be at|drive to|walk to) |(?:that(?:'s| is| are) |which (?:is|are) )?(?:reachable )?)?"
    rf"(?:within|in less than|less than|no more than|not more than|under|in under|at most|up to) (?:about |an? )?(?:(?P<half>half an?)|(?P<time>{EN_NUMBER}))[ -]?(?P<unit>minutes?|mins?|hours?)\b'?s?"
    r"(?: (?:drive|driving|ride|by car|walk|walking|on foot|away|distance|(?:of|from) (?:here|me|us)\b))*"
    r"(?P<of> (?:of|from)(?= \w))?"
)
"""Within so much time: "within ten minutes' drive", "less than half an hour away"."""

_MONEY = r"(?:euros?|dollars?|bucks|pounds?|quid|yuan|rmb|crowns|kron[ae]r?|[€$£¥])"
_PRICE = (
    r" (?:for |that costs? |costing |priced )?(?:under|below|less than|cheaper than|no more than|not more than|at most|up to|around|about|within) "
    rf"(?:[€$£¥] ?{EN_NUMBER}(?: ?{_MONEY})?|{EN_NUMBER} ?{_MONEY})(?: (?:an?|per|each|for (?:the|one))(?: (?:night|person|head|meal|room))?)?(?= )"
)
"""A limit to the price: "under 100 euros a night", "for less than $20"."""


_NEAREST = r"\b(?:the |a |my )?(?:nearest|closest|nearer|closer|next(?! to\b))\b(?: (?:possible|available))?(?: to (?:me|us|here))?"
_CHEAP = r"\b(?:the |a |an |some )?(?:cheap(?:est|er)?|inexpensive|affordable|budget|low[- ]cost)\b"


_PICK = PickWords(
    price=_PRICE,
    nearest=_NEAREST,
    cheap=_CHEAP,
    best=r"\b(?:the |a |one of the )?(?:(?:with )?(?:good|great|excellent|the best) (?:reviews|ratings?)|(?:best|top|highest|well)[- ](?:rated|reviewed|ranked)|best)\b",
)


def _anchor(cutter: Cutter) -> str:
    found = cutter.cut(
        r"\s(?:that (?:is|are) |which (?:is|are) )?(?:(?:somewhere )?near(?: to)?|close to|next to|around|by|beside|opposite|across from|in the vicinity of|"
        r"not far from|right by)\s+((?:the |my |our )?[^,]+?)\s*$"
    )
    return re.sub(r"^the ", "", found[1].strip(), flags=re.IGNORECASE) if found else ""


def _trim(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ,.?!")
    before = None
    while text != before:
        before = text
        text = re.sub(
            r"^(?:an?|the|some|any|another|one of the|me|us|good|nice|decent|of|there|is|are|all(?: the)?|to)\s+(?=\S)",
            "",
            text,
            flags=re.IGNORECASE,
        )
        text = re.sub(
            r"\s+(?:that|which|with|is|are|there|around|to go to|i can (?:go|visit)|we can (?:go|visit)|of|in|at|for me|for us|please)$",
            "",
            text,
            flags=re.IGNORECASE,
        )
    return text
