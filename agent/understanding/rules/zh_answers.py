# ruff: noqa: E501 (a pattern is easier to read whole)
"""Chinese answers to what was asked or offered: 好的, 不要, 第二家, 我说的是东门."""

from __future__ import annotations

import re
from typing import Any, cast

from agent.understanding.context import Context
from agent.understanding.intent import Cancel, Chat, Choose, Confirm, Deny, Help, Repeat
from agent.understanding.numerals import ZH_NUMBER, ordinal
from agent.understanding.rules.reading import FAIR, GOOD, STRONG, Parsed, one, other_kind
from agent.understanding.rules.sentence_zh import END, NAV_LEAD, NAV_VERB, whole
from agent.understanding.utterance import without_courtesy

_CANCEL = (
    r"(?:那就?|你|先|都|我|赶紧|快|还是|马上|现在|给我|就)*(?:取消|停止|结束|退出|终止|关闭|关掉|停掉|中止|别|不要|不用|不)(?:当前的?|这次|这个|所有的?|再|一下|掉|我的?|刚才的?|继续)*"
    r"(?:导航|路线|(?:整个)?行程(?:规划)?|计划|任务|引导|搜索|提问|操作|播报|指路|带路|说|说话|讲|问|找)?(?:了|一下|掉|啦)*"
    r"|把?(?:导航|路线|(?:整个)?行程|计划)(?:给我)?(?:取消|停|关|结束|关掉|停掉|停止|退出|删|删除|作废|不要)(?:了|掉|一下)*|算了(?:算了)?(?:不去了?|不用了?|不找了?|别找了?|不说了)?|(?:先|那|就|都|我们?)*(?:不|别)(?:去玩|去|玩|找|走|导航|开|搜)(?:了)|"
    r"(?:先)?(?:到此为止|停|停下|停停|打住|够了|闭嘴|安静|别吵|住口|别说话|没事了?|没什么(?:事)?了?|不用(?:麻烦)?了|当我没说)(?:了)?|别(?:管|导|播|念|指|说|问|讲|叫|吵|念叨|啰嗦|废话)(?:了|话了?)"
)
_REPEAT = r"(?:请|你|刚才|刚刚|把|那句话?|这句话?|上一句话?|的|再|重新|麻烦)*(?:重复|再说|重说|再讲|再念|说|再播报?|再报|重播|复述)(?:一?遍|一?次|一下|刚才的?(?:话)?|刚刚的?)+(?:刚才的?|说的?|话)*|(?:我|你|刚才|刚刚|那句话?|那段|说的)*(?:没|没有)(?:听清楚?|听见|听到|听懂|听明白)(?:楚|你?说(?:什么|啥|的))?|(?:你)?(?:刚才|刚刚)?(?:说|讲)(?:了|的)?(?:是)?(?:什么|啥)(?:来着)?|什么|啥|嗯|再来一遍|(?:再)?(?:说|讲|来)(?:一)?(?:遍|次)"
_HELP = r"(?:你|小高)?(?:都|还)?(?:能|会|可以)(?:帮我|给我|为我)?(?:做|干|些)*(?:什么|啥|嘛|哪些(?:事|事情|功能)?|些什么|些啥|点什么|点啥)(?:呢|事|事情)?|(?:你)?(?:有)?(?:什么|哪些|啥)(?:功能|本事|用|用处|技能)|(?:告诉我|教我|说说)?(?:该)?(?:怎么|如何)(?:用|使用|操作|跟你说话|和你说话)(?:你|这个|它)?|你?(?:能|会|可以)(?:帮我|给我)?干|帮助|使用说明|使用帮助|我(?:能|可以)(?:跟|对|和)?你?(?:说|问|讲)(?:什么|啥|些什么|哪些)|功能介绍|教(?:教)?我(?:怎么用|用)|说明书|你是(?:干什么|做什么|干嘛)的"
_CONFIRM = r"(?:嗯+|对+|是|好+|行+|可以|没错|对的|对对+|是的|是啊|好的|好啊|好呀|好吧|行啊|行吧|行的|可以的|可以啊|没问题|ok|OK|确定|确认|就这样|就这么办|就这么定了?|就它了?|要|要的|需要|去|去啊|去吧|走|走吧|走起|出发|开始|开始导航|开始吧|现在出发|中|成|成交|妥|得嘞|得勒|好嘞|好咧|走着|来吧|当然|当然了|当然好|同意|听你的|你说了算|正是|正确|对头|嗯哼|安排|那就去吧?|那走吧?|那好|那行|那就这样|没毛病|就去那|就去那儿|就去那里|太好了|必须的|是这个|就是这个|就(?:去)?(?:这个|这家|这里|这儿)|(?:就)?是那(?:里|儿|个|家)|是它|就是它|加上|加吧|换吧|换|继续|试试|帮我导航)"
_DENY = r"(?:不|不是|不对|不要|不用|不行|不好|不可以|不需要|不了|不用了|不要了|没有|没|否|错了|错|不去|不是这个|不是这家|不是那个|不是那家|不对不对|不是不是|别|不想|不想去|不必|不必了|先不用|先不|暂时不用|下次吧?|改天|不换|不加|不太好|不喜欢|都不是|都不对|搞错了|弄错了|你搞错了|你听错了|听错了|不是我要的|不要这个|不要这家|不要那家|不要那个|我没说这个|我不要|我不想去|我不去|不去(?:那|这)(?:里|儿|边|个|家)?|不是我(?:们)?(?:要|想)(?:去)?的(?:地方|那个|那家)?|不合适)"


def answer(text: str, context: Context) -> Parsed | None:
    """Short utterances: yes, no, the second one, stop, say that again."""
    bare = without_courtesy(text, "zh")
    if whole(rf"(?:(?:{_REPEAT})[，, 啊呀呢吧的了]*){{1,3}}", bare) and len(bare) > 1:
        return one(Repeat(), STRONG if len(bare) > 2 else GOOD, "zh.repeat")
    if (chosen := _choice(bare, context)) and not other_kind(chosen, bare, context):
        return chosen
    for candidate in (text, bare):
        if whole(rf"(?:{_CONFIRM}[，, 啊呀呢吧的了]*){{1,3}}", candidate):
            return one(Confirm(), STRONG if context.expecting else GOOD, "zh.confirm")
    if context.expecting == "yes_no":
        bare = re.sub(r"^(?:那|还是)?算了[，, ]*(?=.)", "", bare)
    if whole(rf"(?:{_DENY}[，, 啊呀呢吧的了]*){{1,3}}", bare):
        return one(Deny(), STRONG if context.expecting else GOOD, "zh.deny")
    if whole(rf"(?:(?:{_CANCEL})[，, 啊呀呢吧的了]*){{1,2}}", bare):
        return one(Cancel(), STRONG, "zh.cancel")
    if whole(_HELP, bare):
        return one(Help(), STRONG, "zh.help")
    if (context.offered or context.expecting == "choice") and (named := _choice_by_name(bare, context)):
        return named
    if re.fullmatch(
        r"(?:你好|您好|嗨|早上好|早|晚上好|谢谢你?|多谢|谢了|再见|拜拜|辛苦了|小高|啊|呀)+" + END, text
    ):
        return one(Chat(), GOOD, "zh.chat")
    return None


_CHOICE_LEAD = r"(?:就|那就|那|还是|我要|我选|选|要|去|来|到|换成?|改成?|我想去|带我去|导航去|导航到|给我|帮我|不是这个|不要这个|不是|不对|不要那个|不是那个|不是那家|不|我|想|应该是|是|[，, ])*"
_CHOICE_TAIL = r"(?:个|家|条|间|座|所|处|项)?(?:的)?(?:那个|那家|那条|酒店|店|餐厅|方案|路线|选项|加油站|停车场)?(?:就|好|行|可以|吧|了|看看|不错|比较好|听起来不错|的)*"


def _choice(text: str, context: Context) -> Parsed | None:
    sure = STRONG if context.expecting == "choice" or context.offered else GOOD
    if found := re.fullmatch(
        rf"{_CHOICE_LEAD}(?:第({ZH_NUMBER})|(?:选|要)?({ZH_NUMBER})号|(?<=选)({ZH_NUMBER})){_CHOICE_TAIL}{END}",
        text,
    ):
        number = ordinal(found[1] or found[2] or found[3])
        if number is not None and number > 0 and not re.search(r"第.{1,2}天", text):
            return one(Choose(index=number), sure, "zh.choose.index")
    if (
        re.fullmatch(
            rf"{_CHOICE_LEAD}(?:最后|末尾|最末|最下面)(?:面)?(?:的)?(?:一|那)?(?:一)?{_CHOICE_TAIL}{END}",
            text,
        )
        and "最" in text
    ):
        return one(Choose(index=-1), sure, "zh.choose.last")
    if re.fullmatch(rf"{_CHOICE_LEAD}(?:正)?(?:中间|当中)(?:的)?{_CHOICE_TAIL}{END}", text) and (
        context.offered or context.expecting == "choice"
    ):
        return one(Choose(index=2), sure, "zh.choose.middle")
    if not (context.offered or context.expecting) and re.search(r"[店馆厅站场]", text):
        return None
    relative = (
        (
            r"(?:更|最|比较|稍微|再|离我)?近(?:一|的|些|点|点儿|一点|一点儿|一些)*|离(?:我|这|这儿|这里)(?:更|最|比较)?近(?:一点|点|些)?|哪(?:个|家)(?:最|更)?近(?:就)?(?:去|选|要)哪(?:个|家)",
            "nearer",
        ),
        (r"(?:更|再|稍微)?远(?:一|些|点|点儿|一点|一点儿|一些)*", "farther"),
        (
            r"(?:更|最|比较|再|稍微)?(?:便宜|实惠|省钱)(?:一|些|点|点儿|一点|一点儿|一些)*|哪(?:个|家)(?:最|更)?便宜(?:就)?(?:去|选|要)哪(?:个|家)",
            "cheaper",
        ),
        (
            r"(?:更|最|比较|再|稍微)?(?:好|高档|高级|豪华)(?:一|些|点|点儿|一点|一点儿|一些)+|(?:更|最)(?:好|高档|高级)|(?:评分|评价|口碑)(?:更|最|比较)?(?:高|好)(?:一|些|点|点儿|一点)*",
            "better",
        ),
    )
    for pattern, by in relative:
        lead = r"(?:就|那就|那|还是|我要|我想|我选|选|要|去|来|换|找|挑|还有没有|还有|有没有|有|能不能|给我|帮我|一?(?:个|家)|不要|这个|这家|太远了?|太贵了?|再|[，, ])*"
        if re.fullmatch(
            rf"{lead}(?:{pattern})(?:的)?(?:那)?{_CHOICE_TAIL}(?:有没有|有吗|有么)?{END}", text
        ) and text not in {
            "好",
            "好的",
            "好了",
        }:
            return one(Choose(by=cast("Any", by)), sure, "zh.choose.by")
    if (
        re.fullmatch(
            r"(?:(?:都|这些)?(?:不要|不行|不好|不喜欢|不满意|不合适)[，, ]*)?(?:还有|有没有|换|要|给我|我要|我想|再|看看|找|来|推荐|有)*(?:其他|其它|别的|另外|另一|换|再换|下)(?:一|的|个|家|批|处|间|几|些|选择|选项|地方|酒店|店|餐厅|推荐|点)*(?:有吗|吗|没有)?"
            + END,
            text,
        )
        and text not in {"换", "另外", "再"}
        and not re.search(r"下个|下一个?(?:路口|弯)|路线?|^下", text)
    ):
        return one(Choose(by="other"), FAIR if not context.offered else sure, "zh.choose.other")
    return None


def _choice_by_name(text: str, context: Context) -> Parsed | None:
    from agent.understanding.rules import zh as rules_zh

    found = re.fullmatch(
        r"(?:就|那就|还是|我要|我选|选|要|去|我说的是|我想去|是|到|我要去)*(?:那个|那家)?(.{1,20}?)(?:的)?(?:那个|那家|那间|那边的?|这家|这个)?"
        + END,
        text,
    )
    if found is None or not found[1]:
        return None
    name = re.sub(r"(?<=.{2})(?:好了?|就行|就好|得了?|挺好|不错)$", "", found[1])
    marked = re.search(r"那个|那家|那间|这家", text) is not None
    offered = any(name.lower() in full.lower() or full.lower() in name.lower() for full in context.offered)
    if re.fullmatch(r"(?:我)?(?:不要|不去|不|没).*|.*(?:不是|别是|除了|以外|之外).*", name) or re.search(
        r"什么|怎么|哪|多[久远少]|几点|吗|说的(?!是)|讲的|念的|提的|一半", text
    ):
        return None
    if offered or (marked and len(name) <= 8):
        return one(Choose(name=name), STRONG if offered else GOOD, "zh.choose.name")
    if (
        context.expecting == "choice"
        and not re.search(r"太|有点|贵|低|差|不|没|远|近|好|行|换|这么|都|一般", name)
        and len(name) <= 5
        and not re.match(NAV_LEAD + NAV_VERB, text)
        and (rules_zh.parse_whole(text, Context()) or rules_zh.parse_clause(text, Context())) is None
    ):
        return one(Choose(name=name), FAIR, "zh.choose.bare")
    return None


def correction(text: str, context: Context) -> Parsed | None:
    """What was meant instead: 不对，我说的是东门."""
    found = re.fullmatch(
        r"(?:错了|不对)?(?:不是|不对|错了|不(?=[，,。 ]|我(?:说|要|想))|搞错了|弄错了|你听错了|听错了|你搞错了)[，,。 啊呀的吧]*(?:不是.{0,12}?[，,])?(?:我?(?:说|要|想)?(?:的)?(?:是(?:去)?|(?:要|想)?去(?:的)?是?)|应该是|是|去的是|我要去的?是?|我要的是|改成|换成)(?:去|到)?(.{1,30}?)"
        + END,
        text,
    )
    if found is None:
        found = re.fullmatch(
            r"(?:我)(?:说|要|指|讲|问)的(?:是|可是)(.{1,30}?)(?:[，,]?(?:不是|而不是).{1,20})?" + END, text
        )
    if found is None:
        found = re.fullmatch(r"不是[^，,是]{2,12}[，,]?(?:而|应该)?是(.{2,20}?)" + END, text)
    if found is None or re.fullmatch(
        r"这个意思|这样|这个|地方|那(?:里|儿|个|家)?|(?:我)?(?:想要|要|喜欢|说)", found[1]
    ):
        return None
    if index := re.fullmatch(rf"第({ZH_NUMBER})(?:个|家|条)?", found[1]):
        return one(Choose(index=ordinal(index[1]) or 0), STRONG, "zh.correct.index")
    return one(Deny(instead=found[1]), STRONG, "zh.correct")
