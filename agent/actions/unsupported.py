# ruff: noqa: E501 (a pattern is easier to read whole)
"""Wishes about a place that no reading keeps and no map tells: 能看书的咖啡馆, "a restaurant with a view".

They would be dropped in silence; with the words that say them the agent can tell that it cannot know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.actions.finding import NEED_WORDS
from agent.understanding.rules.phrase import is_category, need_of, told_of
from agent.understanding.rules.phrase_en import TOLD
from poi.category import load_categories
from poi.filters import wishes_in

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_ZH_KIND = r"的(?P<kind>[^的，,。？?]{2,8}?)(?:吗|么|呢|吧|[，,。？?]|$)"
_ZH = (
    r"(?P<wish>(?:不用|不需要|不必|无需)(?!花?钱|付费|交钱)[^的，,。？?我你]{2,6})",
    r"(?P<wish>(?:能|可以|允许|支持|接受)(?!去|到|找|开|走|赶|停靠|给我|帮|不能|带我|在|最|快|比)[^的，,。？?我你]{2,7})",
    r"(?P<wish>(?:有|带)[^的，,。？?我你没有]{2,6})",
)
_EN_WHO = re.compile(
    r"(?i)(?:my|our|the|some|a few)? ?(?:kids?|children|family|friends?|wife|husband|us|me|him|her|them|parents|people|good.*|great.*|best.*|nice.*|the (?:best|highest|lowest).*|.*\b(?:stars?|ratings?|reviews?|prices?)\b.*)"
)


def untold_wish(text: str, what: str, language: Language) -> str:
    """Return the kind of place with the wish that was dropped, as the speaker said them; "" if none was.

    Parameters
    ----------
    text
        The utterance.
    what
        The kind of place that was understood: "restaurant", 咖啡馆.
    language
        Language of the sentence.
    """
    if not what:
        return ""
    return _untold_zh(text, what) if language == "zh" else _untold_en(text, what)


def _untold_zh(text: str, what: str) -> str:
    found = next(filter(None, (re.search(wish + _ZH_KIND, text) for wish in _ZH)), None)
    if found is None or found["kind"] != what:
        return ""
    said = f"{found['wish']}的{what}"
    if wishes_in(said)[1] or (found["wish"][0] in "有带" and told_of(said) == said):
        return ""
    purpose = re.sub(r"^(?:能|可以|允许|支持|接受)", "", found["wish"])
    return "" if need_of(purpose, "zh") in _needs(what) else told_of(said)


def _untold_en(text: str, what: str) -> str:
    found = TOLD.search(text)
    if found is None or not re.fullmatch(rf"(?i)(?:.* )?{re.escape(what.rstrip('s'))}s?", found["kind"]):
        return ""
    if _EN_WHO.fullmatch(found["wish"]) or is_category(found[0], "en"):
        return ""
    return "" if need_of(found["wish"], "en") in _needs(what) else what + found[0][len(found["kind"]) :]


def _needs(what: str) -> set[str]:
    """Return the needs that a kind of place serves by itself: one can eat in any restaurant."""
    match = load_categories().match(what)
    kinds = set(match.categories) if match else set()
    return {
        need
        for need, words in NEED_WORDS.items()
        if any((other := load_categories().match(word)) and kinds & set(other.categories) for word in words)
    }
