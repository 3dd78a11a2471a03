# ruff: noqa: E501 (a pattern is easier to read whole)
"""Chinese place phrases taken apart: 最近的还开着的药店 → what, pick, open now."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.understanding.moment import ZH_MOMENT, today_said
from agent.understanding.numerals import ZH_NUMBER, zh_number
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
    from agent.understanding.intent import Pick

_HERE = r"我(?:们|现在|这|这里|这儿)?(?:的位置)?|这(?:里|儿|边|一带)?|本地|当前位置|此处|眼下|就|周"
_NEAR_WORD = r"(?:附近|周围|周边|旁边|边上|跟前|一带|隔壁|对面|门口|那边|那一带|不远处)"
_STARS = {"五": 5, "四": 4, "三": 3, "二": 2, "一": 1, "两": 2, "5": 5, "4": 4, "3": 3, "2": 2, "1": 1}


def parse(text: str) -> Phrase:
    """Take a Chinese place phrase apart."""
    if re.fullmatch(r"(?:我们?的?)?(?:家|家里|公司|单位)", text):
        return Phrase(core=text)
    cutter = Cutter(text.strip(" ，,。的"))
    without = ""
    if (barred := _WITHOUT.search(cutter.text)) and is_category(barred["kind"], "zh"):
        without = barred["a"] or barred["b"]
        cutter.text = cutter.text[: barred.start()] + barred["kind"]
    phrase = replace(_filters(cutter), without=without)
    near, here = _anchor(cutter)
    if (ahead := _NEXT.fullmatch(cutter.text)) and is_category(ahead[1], "zh"):
        cutter.text, phrase = ahead[1], replace(phrase, along=True)
        pick: Pick = "nearest"
    else:
        pick = cut_pick(cutter, _PICK)
    core = _trim(cutter.text)
    told = re.fullmatch(r"(?:能|可以|带|有|不用|允许)[^的]{1,6}的(.{2,8})", core)
    if told and not is_category(core, "zh") and is_category(told[1], "zh"):
        core = told[1]
    if (counted := _COUNTED.fullmatch(core)) and is_category(counted[1], "zh"):
        core, pick = counted[1], "" if pick == "nearest" else pick
    need = need_of(core, "zh") if core else ""
    if core in {"地方", "地儿", "东西", "店", "家店"}:
        core = ""
    if need and not is_category(core, "zh"):
        core = ""
    elif need:
        need = ""
    return replace(phrase, core=core, near=near, here=here, pick=pick, need=need)


_WITHOUT = re.compile(
    r"(?:除了?(?P<a>[^，,。的除]{1,30}?)(?:以外|之外|外)|(?:不是|别是|非)(?P<b>(?![这那我你他])[^，,。的]{2,30}?))的?(?:其他|别)?的?(?P<kind>[^，,。的]{2,8})$"
)
_NEXT = re.compile(r"(?:前面|前方)?的?下一?[个家座处](.{2,8})")
_COUNTED = re.compile(r"[一二两三四五六七八九十几\d]+(?:家|个|间|所|处|座)(.{2,})")


def _filters(cutter: Cutter) -> Phrase:
    found = Phrase()
    if moment := cutter.cut(_OPEN_AT):
        at = f"到{moment['until']}" if moment["until"] else moment["at"]
        found = replace(found, open_now=today_said(at), open_at="" if today_said(at) else at)
    elif cutter.cut(
        r"(?:现在|目前|这会儿|这个点儿?|这时候|今晚|今天|半夜|晚上)?(?:还|仍|依然)*(?:在)?(?:正|正在)?(?:开着门|开着|开门|营业|没关门|不关门|开放)(?:着|中)?(?:的|吗)?"
        r"|(?:24|二十四)(?:个)?小时(?:营业)?的?|通宵(?:营业)?的?"
    ):
        found = replace(found, open_now=True)
    stars = cutter.cut(r"([一二两三四五1-5])(?:颗)?星(?:级)?(?:及)?(?:以上)?的?|([一二两三四五1-5])星级?")
    if stars:
        found = replace(found, stars=_STARS[stars[1] or stars[2]])
    within = cutter.cut(
        rf"(?:在|离我|方圆)*({ZH_NUMBER})(米|公里|千米|里地|里)(?:半径)?(?:以内|之内|范围内|范围之内|内|里)(?:的|有没有|有)?"
    )
    if within:
        value = zh_number(within[1]) or 0
        found = replace(
            found, within_m=int(value * {"米": 1, "公里": 1000, "千米": 1000}.get(within[2], 500))
        )
    if reach := cutter.cut(_REACH):
        number, unit = reach["time"], reach["unit"]
        minutes = (zh_number(number) or 0) * {"分钟": 1, "分": 1, "刻钟": 15}.get(unit, 60)
        minutes += 30 if reach["half"] else 0
        found = reachable(found, minutes, on_foot=bool(reach["foot"]))
    if cutter.cut(
        r"(?:(?:这|那)(?:条|段)?路上(?:面)?|前面(?=有)|顺路|顺道|顺便|沿途|沿路|一路上|半路上?|路上|途中|沿线|路过)(?:的|有|经过的)?(?:地方)?"
    ):
        found = replace(found, along=True)
    return found


_OPEN = r"(?:开着门|开着|开门|营业|没关门|不关门|开放)"
_OPEN_AT = (
    rf"(?:在|能|可以|会|一直|要)*(?:营业|开门|开放|开着|开)(?:时间)?到(?P<until>{ZH_MOMENT})(?:钟|之后|以后)?的?"
    rf"|(?:在|到)?(?P<at>{ZH_MOMENT})(?:钟|之后|以后)?(?:还|仍|都|也|会|能)*(?:在)?{_OPEN}(?:着|中)?的?"
)
"""Open at a moment that is said, or until it: 晚上十点还开着的, 开到十二点的."""

_REACH = (
    rf"(?:在|离我|距离|距)*(?:(?P<foot>步行|走路|走)|开车|驾车|车程)*(?:在)?"
    rf"(?P<time>{ZH_NUMBER})(?:个)?(?P<half>半)?(?P<unit>分钟|分|刻钟|小时|钟头)(?:的)?"
    r"(?:(?:车程|路程|路|开车)*(?:以内|之内|范围内|范围之内|内)(?:的|有没有|有)?(?!.{0,3}到)"
    r"|(?:(?:车程|路程|路|开车)*(?:以内|之内|范围内|范围之内|内))?(?:就|左右)?(?:能|可以|可)(?:开车)?(?:到达|开到|赶到|走到|到)(?:得了)?的"
    r"|(?:车程|路程)(?:的|有没有|有)?(?!.{0,3}到))"
)
"""Within so much time: "二十分钟以内能到的", "步行十分钟内的"."""


def _anchor(cutter: Cutter) -> tuple[str, bool]:
    if there := re.match(
        r"^(?:到了?|在)?(那(?:边|里|儿))(?:附近|周围|旁边)?(?:的|都?有(?:没有)?|能)(?=.{2})", cutter.text
    ):
        cutter.text = cutter.text[there.end() :]
        return there[1], False
    here = cutter.cut(
        rf"^(?:在|离)?(?:{_HERE})?(?:的)?{_NEAR_WORD}(?:这一带)?(?:的|有|都有|哪里有|哪有)?(?=.)"
    )
    if here or cutter.cut(r"^(?:这里|这儿|这边|这|当地|本地)(?:的|有)?(?=.)"):
        return "", True
    anchor = re.search(
        rf"^(?:在|离)?(.{{1,20}}?)(?:的)?{_NEAR_WORD}(?:一带|那里)?(?:的|有没有|有|找)?(.+)$", cutter.text
    )
    if anchor and re.fullmatch(_HERE, anchor[1]):
        cutter.text = anchor[2]
        return "", True
    if anchor:
        cutter.text = anchor[2]
        return re.sub(r"^(?:那个|这个)", "", anchor[1]), False
    anchor = re.search(
        r"^(?:离(?!得)|靠近|挨着|临近)(.{1,20}?)(?:比较|最|很)?(近)?(?:一)?(?:点儿?|些)?的(.+)$", cutter.text
    )
    if anchor and not re.fullmatch(_HERE, anchor[1]):
        cutter.text = ("最近的" if anchor[2] else "") + anchor[3]
        return anchor[1], False
    if tail := re.search(rf"^(.+?)(?:在)?(?:这|我)?(?:{_NEAR_WORD})$", cutter.text):
        cutter.text = tail[1]
        return "", True
    return "", False


_MONEY = r"(?:块钱|块|元|欧元|欧|美元|美金|刀)"
_PRICE = (
    rf"(?:人均|每人|价格|价钱|房价|预算)(?:消费)?(?:在|是)?{ZH_NUMBER}{_MONEY}?(?:一晚|每晚)?(?:以下|以内|之内|左右|上下|内)?(?:的|有没有|有)?(?!以上|起|[\d零一二两三四五六七八九十百千万])"
    rf"|{ZH_NUMBER}{_MONEY}(?:一晚上?|每晚|一个人|每人|一位)?(?:以下|以内|之内|左右|上下|内)(?:的|有没有|有)?"
)
"""A limit to the price: "人均一百以下的", "三百块以内的"."""


_NEAREST = (
    r"(?:离|距离?|距)?(?:我们?|这|这里|这儿)?(?:最近|最靠近|就近|最靠近我)(?:的|找)?(?:那)?(?:一)?(?:个|家|所|座|处)?"
    r"|离?得?(?:近(?:一)?(?:点儿?|些)|比较近|近)的"
)
_CHEAP = r"(?:最|比较|更)?(?:便宜|实惠|划算|经济|省钱)(?:一)?(?:点儿?|些)?的?|(?:最低价|价格最低)的?|(?:人均|价格|价钱)?(?:不太|不|别太)贵的"


_PICK = PickWords(
    price=_PRICE,
    nearest=_NEAREST,
    cheap=_CHEAP,
    best=r"(?:评价|口碑|评分|评论)(?:比较|很|挺)?(?:高|好|不错)的?|(?:评价|口碑|评分|评论)?(?:最好|最高|最棒|最不错|比较好|好评|不错)(?:吃)?(?:的|点的)?(?!吃)|好(?:一)?(?:点儿?|些)的",
)


def _trim(text: str) -> str:
    before = None
    while text != before:
        before = text
        text = re.sub(
            r"^(?:[ ，,。]|没有(?=.)|有没有|有什么|有啥|哪里有|哪儿有|哪有|有哪些|有|什么|哪些|哪家|哪个|哪里的|一下|一家|一个|一间|一所|两家|几家|几个|个|家(?!乐福|具|居|电|常|园|庭|长|乐|属)|间|些|点儿|"
            r"那个|这个|那家|随便|任何|一些|点(?!心)|找|卖(?=.)|(?:能|可以)(?![^的]{1,6}的.{2})|的|又(?:好吃|干净|安静|近|方便)的|(?:好吃|好喝|干净|不错|地道|正宗)的(?=.{2}))",
            "",
            text,
        )
        text = re.sub(
            r"(?:[ ，,。]|的地方|都?有(?:哪些|哪几家|什么|啥)|都?哪(?:家|个|些)|(?<=.{2})(?:好吃|好喝|好玩|最好吃)|在哪(?:里|儿)?|还?有吗|有没有|有么|吗|呢|的|那里|那儿|没|上一下|(?<=.)了)$",
            "",
            text,
        )
    return text.strip()
