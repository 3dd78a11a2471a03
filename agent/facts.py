"""Checks that a reply holds no invented name or number.

A reply is a template with facts put in. So each word of it must stand in a template, on the map, in the
region's category words, in what the driver said, or be a number that follows from the answer's own facts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from agent.reply_en import TEMPLATES as EN
from agent.reply_zh import TEMPLATES as ZH
from agent.utterance import simplified

if TYPE_CHECKING:
    from agent.agent import Agent
    from agent.answer import Answer

_UNIT_EN = {
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "point",
    "and",
    "a",
    "half",
    "metres",
    "metre",
    "kilometres",
    "kilometre",
    "minutes",
    "minute",
    "hours",
    "hour",
    "less",
    "than",
    "oh",
    "m",
    "p",
    "an",
}
_UNIT_ZH = set("零一二两三四五六七八九十百千万点半整分钟小时米公里不到凌晨早上上午中午下午晚上每时")


@lru_cache(maxsize=2)
def _template_words(language: str) -> frozenset[str]:
    table = ZH if language == "zh" else EN
    text = " ".join(re.sub(r"\{\w+\}", " ", template) for template in table.values())
    return frozenset(_words(text))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[^\W_]+", text)]


def unknown_words(agent: Agent, answer: Answer, said: str) -> list[str]:
    """Return words of the reply that come from nowhere.

    Parameters
    ----------
    agent
        The agent that answered, for the map.
    answer
        The answer.
    said
        The utterance.
    """
    if any(intent.kind in {"chat", "status", "repeat"} for intent in answer.intents):
        known_text = [said, *_map_words(answer), *_directions(answer)]
    else:
        known_text = [said, *_map_words(answer)]
    session = agent.session
    for place in (
        *session.offered,
        *session.stops,
        *session.earlier,
        *((session.topic,) if session.topic else ()),
    ):
        known_text += [place.name, place.address, place.district, *place.names.values()]
    last = session.last_answer.reply if session.last_answer else ""
    remaining = simplified(answer.reply)
    known = sorted({simplified(t) for t in (*known_text, last) if t}, key=len, reverse=True)
    if answer.language == "zh":
        return _unknown_zh(remaining, known)
    allowed = set(_template_words("en")) | _UNIT_EN
    for text in known:
        allowed |= set(_words(text))
    unknown = [word for word in _words(remaining) if word not in allowed]
    return [word for word in unknown if not _on_the_map(agent, word)]


def _map_words(answer: Answer) -> list[str]:
    texts: list[str] = []
    places = [*answer.places]
    if answer.plan is not None:
        places += [visit.place for visit in answer.plan.visits]
    for place in places:
        texts += [place.name, place.address, place.district, place.brand, *place.names.values()]
    return texts


def _directions(answer: Answer) -> list[str]:
    return [m.say(answer.language) for m in answer.route.maneuvers] if answer.route else []


def _unknown_zh(reply: str, known: list[str]) -> list[str]:
    for text in known:
        reply = reply.replace(text, " ")
    allowed = set("".join(_template_words("zh"))) | _UNIT_ZH
    latin = list(re.findall(r"[A-Za-z]{3,}", reply))
    return latin + [
        c for c in re.findall(r"[\u3400-\u9fff]", reply) if c not in allowed and c not in "".join(known)
    ]


def _on_the_map(agent: Agent, word: str) -> bool:
    """Look a word up among names, streets and category words of the region."""
    places = agent._desk.places
    if places.categories(word) or places.categories(word.rstrip("s")):
        return True
    return any(
        word in " ".join((c.place.name, *c.place.names.values())).casefold()
        for c in places.resolve(word, limit=5)
    )
