# ruff: noqa: E501 (a pattern is easier to read whole)
"""The words as heard, made ready for understanding: one script, no wake phrase, no courtesies."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opencc import OpenCC

Language = Literal["zh", "en"]

MAX_CHARACTERS = 400
"""Longer than any command; what follows is not looked at (a monologue, a pasted text)."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
_WAKE = re.compile(
    r"^\s*(?:(?:嘿|嗨|喂|你好|hey|hi|hello|ok(?:ay)?)[\s,，]*)?"
    r"(?:(?:[小晓肖笑校效][高糕告搞稿膏](?![庄村镇乡路街桥店山庙楼屯集湾家营沟])|"
    # As recognisers write the name in English: Shaogau, Xiao Gow, Zhao Gao, Shower Gal …
    r"(?:x|sh|s|z|zh|j|ch)[iy]?(?:ao|au|aw|ow|o)[\s-]?(?:g|k|c)(?:ao|au|aw|ow|ou)\b)[\s,，。.!！、]*)+",
    re.IGNORECASE,
)
_ZH_HEAD = re.compile(
    r"^(?:[\s,，。、!！]|嗯+|呃+|额+|啊|哎呀?|唉|喂|那个?(?:什么|啥)(?=[带去回导帮找我])|那个|这个(?=[，,])|就是说|你好|麻烦你?|劳驾|拜托|请问?你?|谢谢|"
    r"能不能|可不可以|可以(?=帮|带|给|送)|能(?=帮|带|给|送)|帮个忙|帮忙|帮我们?|帮|给我(?=找|导|搜|查|规划|安排|看|换|来|推荐|订|算|放|设|讲|说)|"
    r"替我|师傅|我说(?!的)|哥们儿?|老铁|亲爱的|(?:好的|好啊|行)[，,](?=.{3}))+"
)
_ZH_TAIL = re.compile(
    r"(?:[\s,，。、!！?？~…]|(?<![酒网茶水书啡氧])吧|呗|啊|呀|哦|喔|噢|哈|嘛|啦|咯|好吗|好不好|好么|可以吗|可以么|行吗|行不行|成不成|谢谢你?|"
    r"多谢|谢了|辛苦了|拜托了?|麻烦了)+$"
)
_EN_HEAD = re.compile(
    r"^(?:[\s,.!]|(?:um+|uh+|er+m?|well|so|hey|hi|hello|ok(?:ay)?(?=[\s,]+\w+\s+\w)|please|pls|kindly|excuse me|"
    r"sorry(?=,)|listen|alright|all right(?=,)|now|then|and|also|first(?=[\s,]+(?:to|go|take|stop|drive|we|i)\b)|"
    r"(?:can|could|would|will) you(?: please)?(?: just)?|(?:do|would) you mind|i was wondering if you could|"
    r"i(?:'d| would) (?:like|love) you to|i (?:want|need) you to|would it be possible to|"
    r"be so kind(?: as)? to|just|maybe|actually(?=,))\b)+[\s,]*",
    re.IGNORECASE,
)
_EN_TAIL = re.compile(
    r"(?:[\s,.!?…]|\b(?:please|pls|thanks(?: a lot)?|thank you(?: very much| so much)?|cheers|mate|buddy|dude|"
    r"would you|will you|could you|if you (?:can|could)|if possible|for me|(?<!\bare )(?<!\bis )(?<!'s )(?:ok|okay)|right now|now|then|"
    r"real quick|quickly)\b)+$",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Return Chinese text in simplified characters; other text as it is."""
    return _converter().convert(text) if _HAN.search(text) else text


def clean(text: str) -> str:
    """Return the text in NFKC and simplified Chinese, without control characters, wake phrase, or excess.

    Parameters
    ----------
    text
        Anything at all: lone surrogates and control characters are dropped.
    """
    text = text[: MAX_CHARACTERS * 4].encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFKC", text)
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Cs", "Co", "So"})
    text = re.sub(r"\s+", " ", text).strip()[:MAX_CHARACTERS]
    if _HAN.search(text):
        text = _converter().convert(text)
        text = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", text)
    text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return _WAKE.sub("", text, count=1).strip()


def language_of(text: str, default: Language = "zh") -> Language:
    """Tell Mandarin from English by what most of the words are; names in the other script count less."""
    han = len(_HAN.findall(text))
    latin = len(_LATIN.findall(text))
    if han == latin == 0:
        return default
    if han == 0 or latin == 0:
        return "zh" if han else "en"
    first = text.lstrip()[:1]
    if han >= 2 and _HAN.match(first):
        return "zh"
    return "zh" if han > 2.5 * latin else "en"


def without_courtesy(text: str, language: Language) -> str:
    """Strip polite words, hesitations and particles from both ends; inner words stay untouched."""
    head, tail = (_ZH_HEAD, _ZH_TAIL) if language == "zh" else (_EN_HEAD, _EN_TAIL)
    before = None
    while text != before:
        before = text
        stripped = tail.sub("", head.sub("", text, count=1), count=1).strip()
        text = stripped or text.strip(" ,，。.!！?？")
    return text
