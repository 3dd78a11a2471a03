# ruff: noqa: E501 (a pattern is easier to read whole)
"""Whether what a pattern took for a name can be one.

Recognisers write no commas. A pattern that ends in "and then a name" swallows whatever was said in the same
breath ("去火车站接我老婆", "the zoo let's go home"); such a reading is unsure, however sure its pattern is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.understanding.intent import ChangeRoute, Choose, Deny, Navigate, PlanTrip, Remember, Search, Status

if TYPE_CHECKING:
    from agent.understanding.intent import Intent

_SURNAMES = "赵钱孙李周吴郑王冯陈张刘杨黄林何高郭马罗梁宋谢韩唐许邓曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任沈姚卢傅钟姜崔谭廖范汪陆金戴贾韦夏邱方侯邹熊孟秦江阎薛尹段雷黎史陶贺顾毛郝龚邵万严"
_ZH = re.compile(
    r"我(?!们?(?:家|妈|爸|爷|奶|姥|姐|哥|弟|妹|老|朋友|公司|单位|常|最|上|收藏|住|停|的))|你|咱|了(?=.)|改去|改成|换成|不去|不要|不用|不想|直接|怎么|什么|哪(?!吒)|多少|还有|然后|"
    r"中途|途中|路上|要走|不停|停一?下|接(?:一下)?(?:我|他|她|孩|老|人)|导航|(?<=.)去(?=[^的过年]{2})|的话|(?<=.{2})(?:想要?|买)(?=.)|有没有|能不能|(?<![小好])吃(?=.{2})|看看|[快慢]一?点|"
    rf"^[小老][{_SURNAMES}]$|[，,。！!？?]"
)
_EN = re.compile(
    r"(?i)\b(?:(?<!where )(?<!that )(?:i|we)|(?:i|we|you|it|he|she|they|there|that)'(?:m|s|d|ll|re|ve)|you|he|she|they|"
    r"let'?s|don'?t|please|wanna|gotta|going|because|want|wants|said|says|instead|are|was|were|why|when|how|who|"
    r"can|could|should|then|not|destination|navigate)\b|"
    r"\b(?:and|with|or|but|to|is|the|for)$|^(?:and|with|or|but|to|is|up|we|i|collect|be|was|where)\b|[,;!?]"
)


def _names(intent: Intent) -> tuple[str, ...]:
    match intent:
        case Navigate():
            return (intent.to, intent.start, intent.near, *intent.via)
        case Search():
            return (intent.what, intent.near)
        case ChangeRoute():
            return (intent.add, intent.drop)
        case Status() | Remember():
            return (intent.place,)
        case Choose():
            return (intent.name,)
        case Deny():
            return (intent.instead,)
        case PlanTrip():
            return (intent.where,)
        case _:
            return ()


def doubtful(intents: tuple[Intent, ...]) -> bool:
    """Tell whether one of the names holds words that belong to a sentence and not to a name."""
    return any((_EN if name.isascii() else _ZH).search(name) for intent in intents for name in _names(intent))
