# ruff: noqa: E501 (a pattern is easier to read whole)
"""How English sentences are cut, and what the grammars of its commands share."""

from __future__ import annotations

import re
from functools import lru_cache

_END = r"[\s,.!?]*$"

HERE = r"(?:here|this(?: (?:place|location|spot|address|point|position))?|my (?:current )?(?:location|position)|the current (?:location|position)|where (?:i am|we are)(?: now)?)"
HOME = r"(?:(?:my |our )?(?:home|house|home address|home location)|(?:my|our) place)"
WORK = r"(?:my |our |the )?(?:work|office|workplace|company|job|work address|office address|work location|workplace address)"

NAV = (
    r"(?:(?:let'?s|let us|i|we|i'?d|we'?d|i'?m|we'?re|would|like|want|wanna|need|have|got|gotta|going|go|to|just|please|can|could|you|now|ok|okay|first|then|and|next|after that|finally|later|also|rather|must|should|actually|hurry|quickly|quick|straight|directly)\s+)*"
    r"(?:navigate|navigation|drive|driving|take|bring|get|go|goes|going|head|heading|guide|lead|direct|directions|route|routing|travel|return|come|carry|run|hit the road|set (?:a |the |my |our )?(?:course|route|destination|navigation|gps)|plan (?:a |the )?route|(?:show|tell|give|find|get|plot|calculate|start|begin)(?: me| us)?(?: the| a| my)? (?:way|route|directions|navigation|path|road|navigating)|"
    r"how (?:do|can|would|should) (?:i|we) (?:get|go|drive|travel)|how to (?:get|go|drive)|what(?:'s| is) the (?:best |fastest |quickest )?(?:way|route)|(?:change|switch|set) (?:the |my |our )?destination|swing|pop|drop|be(?= at\b| in\b)|make (?:it|my way)|off)"
    r"(?:\s+(?:me|us|my \w+|her|him|them|back|over|straight|directly|the kids|everyone|out|off|on))*"
)
GO = rf"{NAV}\s+(?:(?:see|visit)(?=\s)|to(?: see| visit)?|towards?|(?<=head )for|(?<=heading )for|(?<=directions )for|(?<=off )for|(?<=off )at|into|by|(?=home\b|there\b|back home\b))\s*"


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
    if re.match(rf"(?i)(?:please |can you |could you |first,? )*(?:{GO}|to )", text):
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


def whole(pattern: str, text: str) -> bool:
    """Tell whether a pattern is all of a text, but for the marks at its end."""
    return _compiled(f"(?:{pattern})").match(text) is not None


def fullmatch(pattern: str, text: str) -> re.Match[str] | None:
    """Match a pattern with all of a text, but for the marks at its end."""
    return _compiled(pattern).match(text)
