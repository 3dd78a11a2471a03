# ruff: noqa: E501 (a pattern is easier to read whole)
"""How Chinese sentences are cut, and what the grammars of its commands share."""

from __future__ import annotations

import re
from functools import lru_cache

from agent.understanding.numerals import ZH_NUMBER

END = r"[ ，,。.!！?？~吧呗啊呀哦喔嘛啦咯呢了吗么的]*$"
HERE = r"(?:这|这里|这儿|这个地方|这个位置|这地方|当前位置|现在的位置|我现在的位置|此处|我现在在的地方|这个地点|这个点|现在这里)"
HOME = r"(?:我?们?家|家里|我们?家|住的地方|家的?(?:位置|地址)|我家的?(?:位置|地址)|家庭住址|我的家)"
WORK = r"(?:公司|单位|我(?:们)?(?:的)?(?:公司|单位)|上班的地方|办公室|工作的地方|我公司|公司的?(?:地址|位置))"

_CLOCK = rf"{ZH_NUMBER}点(?:半|钟|整|一刻|三刻)?(?:之前|以前|前|左右)?"
NAV_LEAD = (
    r"(?:导航|帮我导航|开个?导航|开始导航|开车|带(?:我们|我|俺|咱们|咱|大家|孩子|老婆|爸妈|他们)?|送(?:我们|我|俺|咱们|咱|他|她|孩子)?|载(?:我们|我)|拉(?:我们|我)|领(?:我们|我)|"
    rf"引导我?|把我(?:们)?(?:带|送|导航|载|拉)|我们?|咱们?|俺|想|要|得|该|打算|准备|需要|现在|今天|明天|今晚|立刻|马上|赶紧|赶快|快|快点|直接|先|再|然后|接着|最后|之后|完了|后|"
    rf"就|那|那就|还是|给我|规划|一?条|路线|路|走|怎么|如何|出发|开|设置?(?:目的地|导航)?(?:为|成)?|查|看|一下|目的地(?:改|设|换|定)?(?:成|为|到|是)?|改|换|成|掉头|下班|放学|顺便|也|可以|能|急着|赶着|着急|请|改道|转|一会儿?|等会儿?|待会儿?|等下|回头|下午|中午|早上|上午|晚上|傍晚|周末|后天|换个(?:地方|地儿)|往前开|赶(?:飞机|火车|高铁|车)|你|(?:这|下)?个?(?:周|星期|礼拜)[一二三四五六日天]|{_CLOCK}|走吧|你?知道|能不能|可不可以|找|条|修改|更改|把|得赶紧|必须)*"
)
_TILL = rf"(?!(?:{_CLOCK}|很晚|深夜|半夜|午夜|凌晨|零点)的)"
NAV_VERB = rf"(?:去往|前往|去到|开去|开到{_TILL}|导到|导去|驶向|驶往|奔赴|直奔|导航去|导航到|去|(?<![找查搜迟])到(?!现在|底){_TILL}|往|回到|回(?!来|头)|(?<![路马晚早])上(?!海|地|饶|虞|班|学|课|厕|车|次|高速|面|网|来)|奔)(?:一下|一趟|趟|下|看看|见|接)?"


def clauses(text: str) -> list[str]:
    """Cut an utterance where a new wish begins."""
    text = re.sub(r"(?<=了)(?=(?:直接|我们?|还是|就)?(?:去|回)(?!哪|的))", "，", text)
    text = re.sub(
        r"^(?:我们?|先|就|那)*不(?:去|回)[^，,]{1,10}?了[，,]?(?:改|还是|我们?|直接|就|要|想)*(?=去|回)",
        "",
        text,
    )
    text = re.sub(r"^(?:去|回)[^，,]{1,8}?的?路上(?=[有找买想要吃喝加哪看帮])", "路上", text)
    text = re.sub(
        r"^(?:我们?|在)?(去|回|到)([^，,]{1,8}?)之?前[，,]?(?:我们?|先|要|得|再|想)*(?:去|到|回)(?:一?趟|一下)?([^，,]{2,12})$",
        r"去\3，\1\2",
        text,
    )
    text = re.sub(r"(?:先)?去完(.{2,12}?)(?:再|就|之后|以后|后|然后)*(?=去|回|到)", r"去\1，", text)
    marked = re.sub(
        r"(?<=.)(?<!不用)(?<!不要)(?<!别)(?<!先)(?=(?:再|然后|接着|之后|最后|完了|随后)(?:再|就)?(?:去|到|回|带|送|导航|找|开|帮|往|顺|看))"
        r"|(?<=[^，,])(?=(?:顺便|顺路|顺道|另外|还有|同时|并且|而且)(?:帮|给|找|去|看|加|买|查|再|把|接|吃|喝|充|搜|取|问))",
        "，",
        text,
    )
    marked = re.sub(
        r"(?:，|,|。|；|;|！|!|？|\?)\s*(?:然后|接着|之后|另外|还有|同时|并且|而且|最后|完了|随后)",
        "，",
        marked,
    )
    parts = [part.strip() for part in re.split(r"[，,。；;！!？?]+", marked)]
    return [part for part in parts if part and not _FILLER.fullmatch(part)] or parts[:1]


def breaths(text: str) -> list[str]:
    """Cut after particles too: a recogniser writes no comma where the speaker took a breath."""
    return clauses(re.sub(r"(?<=.)(了|啦|啊|呀|嘛|呗|(?<![酒网茶书水氧])吧)(?=..)", r"\1，", text))


_FILLER = re.compile(
    r"(?:嗯+|呃+|啊|哦|那个|好的?|行|然后|下班了?|(?:时间)?不早了|忙完了|到点了?|放学了?|中午了?|天黑了|谢谢|走|走吧|来|快|快点|快快快|出发|拜托|求你了?|听我说|我跟你说|你听着|"
    r"(?:给我|帮我)?(?:带我去|带我过去|带路|导航过去|导过去|过去吧?|走起|导航)|(?:换|改)(?:个|一个|一下)?目的地|不等了|赶紧的?|抓紧|急|着急)"
)
"""Clauses that carry no wish of their own beside another one."""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern + END)


def whole(pattern: str, text: str) -> bool:
    """Tell whether a pattern is all of a text, but for the marks at its end."""
    return _compiled(f"(?:{pattern})").match(text) is not None
