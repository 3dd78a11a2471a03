# ruff: noqa: E501 (a pattern is easier to read whole)
"""Grammar of Mandarin commands."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

from agent.intent import (
    Cancel,
    ChangeRoute,
    Chat,
    Choose,
    Confirm,
    Deny,
    Help,
    Navigate,
    Recall,
    Remember,
    Repeat,
    Search,
    Status,
    Volume,
)
from agent.moment import ZH_MOMENT
from agent.numerals import ZH_NUMBER, ordinal, zh_number
from agent.phrase import Phrase, is_category, need_of, parse_phrase
from agent.road_wishes import road_wishes
from agent.rules import (
    FAIR,
    GOOD,
    STRONG,
    WEAK,
    Context,
    Parsed,
    home_asked,
    navigate_of,
    one,
    other_kind,
    search_of,
)
from agent.utterance import without_courtesy

_END = r"[ ，,。.!！?？~吧呗啊呀哦喔嘛啦咯呢了吗么的]*$"

_CANCEL = (
    r"(?:那就?|你|先|都|我|赶紧|快|还是|马上|现在|给我|就)*(?:取消|停止|结束|退出|终止|关闭|关掉|停掉|中止|别|不要|不用|不)(?:当前的?|这次|这个|所有的?|再|一下|掉|我的?|刚才的?|继续)*"
    r"(?:导航|路线|(?:整个)?行程(?:规划)?|计划|任务|引导|搜索|提问|操作|播报|指路|带路|说|说话|讲|问|找)?(?:了|一下|掉|啦)*"
    r"|把?(?:导航|路线|(?:整个)?行程|计划)(?:给我)?(?:取消|停|关|结束|关掉|停掉|停止|退出|删|删除|作废|不要)(?:了|掉|一下)*|算了(?:算了)?(?:不去了?|不用了?|不找了?|别找了?|不说了)?|(?:先|那|就|都|我们?)*(?:不|别)(?:去玩|去|玩|找|走|导航|开|搜)(?:了)|"
    r"(?:先)?(?:到此为止|停|停下|停停|打住|够了|闭嘴|安静|别吵|住口|别说话|没事了?|没什么(?:事)?了?|不用(?:麻烦)?了|当我没说)(?:了)?|别(?:管|导|播|念|指|说|问|讲|叫|吵|念叨|啰嗦|废话)(?:了|话了?)"
)
_STATUS: tuple[tuple[str, str], ...] = (
    (
        r"(?:现在|目前|我们?|到底|当前|咱们?|这车|车)*(?:在|是在|开到|走到|跑到|到了?)?(?:哪(?:里|儿|了|个位置|条路(?:上)?|一?条路)?|什么(?:地方|位置|路(?:上)?|街)|啥(?:地方|位置|路))(?:了|呢|啊)*"
        r"|(?:这|这里|这儿|这边|这条路|这路|这条街|这条道)(?:里)?(?:是|叫)(?:哪(?:里|儿)?|什么(?:地方|路|街|名字)?|啥(?:地方|路|名)?)|(?:我|我们|车)?(?:的)?(?:当前|现在的?)?位置(?:是|在)?(?:哪(?:里|儿)?|什么)?|(?:我们?|现在|车)*(?:正)?(?:在|走的是|走在)?哪(?:一)?(?:条|个)(?:街|路|区|镇|城市|高速)(?:道)?(?:上)?|我在(?:哪条路上|什么路)|(?:我)?(?:是不是)?迷路了?|(?:现在|我)*(?:是)?在?什么路上",
        "where_am_i",
    ),
    (
        r"(?:现在|这|这里|这儿|这条路|这段路?|当前|此路|前面|的|路段|这条|本|道路)*(?:限速|最高限速|速度限制)(?:是|多少|几|到底|公里|迈|码|多大|到|多快)*"
        r"|(?:这|这里|这儿|这条路|这段路?|现在|我|最快|最多|最高|能)*(?:能|可以|可|允许|让)(?:开|跑)(?:多快|到?多少(?:码|迈|公里)?|几十)|(?:我|现在|是不是|有没有)*超速(?:了)?(?:没(?:有)?)?",
        "speed_limit",
    ),
    (
        r"(?:现在|那|我|咱|到)*(?:下(?:一)?个?(?:路口|转弯|弯|步|出口|动作|指令|岔路口?)|前面|前方|接下来|等(?:一)?(?:下|会儿)|待会儿?|一会儿?|下面|然后|接着)(?:的?路口|那个路口|岔路口?)?"
        r"(?:该|要|是|得|应该|往|在|我|们|去|到|多远|还有)*(?:怎么(?:走|开|转|拐)?|往?哪(?:里|儿|边)?(?:走|拐|转|开|个方向)?|左(?:转|拐)还是右(?:转|拐)|什么|干嘛|干什么|做什么|转弯|拐弯|多远|走哪(?:条|边|个)?(?:路|道|出口)?|直行还是转弯|转(?:不转)?)"
        r"|(?:我)?(?:该|要|应该|现在|得)*(?:往|朝)?哪(?:边|儿|里|个方向)(?:走|拐|转|开)|还有多远(?:转弯|拐弯|出口|右转|左转|下高速)|(?:什么时候|多久|哪里|哪儿|多远)(?:后)?(?:转弯|拐弯|左转|右转|下高速|出高速)|(?:现在)?(?:该)?(?:走哪(?:条|边|个)(?:车)?(?:道|路)?|怎么走)",
        "next_turn",
    ),
    (
        r"(?:我们?|那|咱们?|大概|大约|预计|估计|现在|那里|目的地|终点)*(?:(?:几点|什么时候|啥时候|何时|几点钟|什么时间)(?:能|可以|才能|会|才|到|大概)*(?:到得了|到|抵达|到达|到达目的地|到那儿|到地方|到目的地)(?:目的地|终点|那里|那儿|家|地方)?|(?:预计|估计|大概)?(?:到达|抵达|到)(?:的)?时间(?:是)?(?:几点|多少|什么时候)?)",
        "arrival_time",
    ),
    (
        r"(?:我们?|那|咱们?|大概|大约|现在|离|距离|距|到|去|目的地|终点|地方|那里|那儿|还|剩|剩下|还有|还要|还得|总共|一共|路程|要|开|走|跑|有)*"
        r"(?:多(?:远|少公里|少千米|少米|少路|长的?路|少里)|几公里|多长距离|剩多少)(?:的?路|才到|到|才能到|能到|要走|要开|没走)?",
        "distance_left",
    ),
    (
        r"(?:我们?|那|咱们?|大概|大约|现在|离|距离|到|去|目的地|终点|地方|那里|那儿|还|剩|剩下|还有|还要|还得|总共|一共|路上|要|得|需要|开|走|跑|用|花|有)*"
        r"(?:多(?:久|会儿|长时间|少时间|少分钟|少个?小时|大会儿)|几分钟|几个?小时|(?:快)?到了?(?:没(?:有)?|吗)|(?:快|马上|就)?(?:到了?吗|到没到))(?:才到|能到|才能到|到|才能到达|能到达|到得了|到那儿|路程|到家|到目的地|路)*",
        "time_left",
    ),
    (
        r"(?:我们?|现在|咱们?|这|这是|你|到底|正|车)*(?:是|要|在|正|正在)*(?:去|往|开往|开去|导航去|带我去|导航到)(?:哪(?:里|儿)?|什么地方|啥地方)|(?:我们?的?|现在的?|当前的?)*(?:目的地|终点)(?:是|在)?(?:哪(?:里|儿)?|什么|啥)?",
        "destination",
    ),
    (
        r"(?:我的?|车|这车|现在|剩下的?|还|的|油箱|油|电|电池|电量|这些)*(?:还|能|够|可以|剩|有|剩余)*(?:能)?(?:跑|开|撑|续航)(?:里程)?(?:还)?(?:有|剩)?(?:多远|多少公里|多少|多久|几公里)?|(?:还)?(?:有|剩)(?:多少|几)(?:油|电|格油|格电)|(?:油|电|电量|油量|续航)(?:还)?(?:有|剩|是)?(?:够不够|够|能不能|能|多少|还有多少|剩多少)(?:用|跑|撑|开)?(?:开到|到)?(?:家|公司|单位|目的地|终点|那儿|那里|地方|下一?个(?:服务区|加油站|充电站))?",
        "fuel_range",
    ),
    (
        r"(?:现在|当前|这会儿)*(?:是)?(?:几点(?:钟)?|什么时间|时间)(?:了)?(?:现在)?|(?:今天|现在)(?:是)?(?:几号|星期几|周几)",
        "clock",
    ),
)
_REPEAT = r"(?:请|你|刚才|刚刚|把|那句话?|这句话?|上一句话?|的|再|重新|麻烦)*(?:重复|再说|重说|再讲|再念|说|再播报?|再报|重播|复述)(?:一?遍|一?次|一下|刚才的?(?:话)?|刚刚的?)+(?:刚才的?|说的?|话)*|(?:我|你|刚才|刚刚|那句话?|那段|说的)*(?:没|没有)(?:听清楚?|听见|听到|听懂|听明白)(?:楚|你?说(?:什么|啥|的))?|(?:你)?(?:刚才|刚刚)?(?:说|讲)(?:了|的)?(?:是)?(?:什么|啥)(?:来着)?|什么|啥|嗯|再来一遍|(?:再)?(?:说|讲|来)(?:一)?(?:遍|次)"
_HELP = r"(?:你|小高)?(?:都|还)?(?:能|会|可以)(?:帮我|给我|为我)?(?:做|干|些)*(?:什么|啥|嘛|哪些(?:事|事情|功能)?|些什么|些啥|点什么|点啥)(?:呢|事|事情)?|(?:你)?(?:有)?(?:什么|哪些|啥)(?:功能|本事|用|用处|技能)|(?:告诉我|教我|说说)?(?:该)?(?:怎么|如何)(?:用|使用|操作|跟你说话|和你说话)(?:你|这个|它)?|你?(?:能|会|可以)(?:帮我|给我)?干|帮助|使用说明|使用帮助|我(?:能|可以)(?:跟|对|和)?你?(?:说|问|讲)(?:什么|啥|些什么|哪些)|功能介绍|教(?:教)?我(?:怎么用|用)|说明书|你是(?:干什么|做什么|干嘛)的"
_CONFIRM = r"(?:嗯+|对+|是|好+|行+|可以|没错|对的|对对+|是的|是啊|好的|好啊|好呀|好吧|行啊|行吧|行的|可以的|可以啊|没问题|ok|OK|确定|确认|就这样|就这么办|就这么定了?|就它了?|要|要的|需要|去|去啊|去吧|走|走吧|走起|出发|开始|开始导航|开始吧|现在出发|中|成|成交|妥|得嘞|得勒|好嘞|好咧|走着|来吧|当然|当然了|当然好|同意|听你的|你说了算|正是|正确|对头|嗯哼|安排|那就去吧?|那走吧?|那好|那行|那就这样|没毛病|就去那|就去那儿|就去那里|太好了|必须的|是这个|就是这个|就(?:去)?(?:这个|这家|这里|这儿)|(?:就)?是那(?:里|儿|个|家)|是它|就是它|加上|加吧|换吧|换|继续|试试|帮我导航)"
_DENY = r"(?:不|不是|不对|不要|不用|不行|不好|不可以|不需要|不了|不用了|不要了|没有|没|否|错了|错|不去|不是这个|不是这家|不是那个|不是那家|不对不对|不是不是|别|不想|不想去|不必|不必了|先不用|先不|暂时不用|下次吧?|改天|不换|不加|不太好|不喜欢|都不是|都不对|搞错了|弄错了|你搞错了|你听错了|听错了|不是我要的|不要这个|不要这家|不要那家|不要那个|我没说这个|我不要|我不想去|我不去|不去(?:那|这)(?:里|儿|边|个|家)?|不是我(?:们)?(?:要|想)(?:去)?的(?:地方|那个|那家)?|不合适)"
_HERE = r"(?:这|这里|这儿|这个地方|这个位置|这地方|当前位置|现在的位置|我现在的位置|此处|我现在在的地方|这个地点|这个点|现在这里)"
_HOME = r"(?:我?们?家|家里|我们?家|住的地方|家的?(?:位置|地址)|我家的?(?:位置|地址)|家庭住址|我的家)"
_WORK = (
    r"(?:公司|单位|我(?:们)?(?:的)?(?:公司|单位)|上班的地方|办公室|工作的地方|我公司|公司的?(?:地址|位置))"
)

_CLOCK = rf"{ZH_NUMBER}点(?:半|钟|整|一刻|三刻)?(?:之前|以前|前|左右)?"
_NAV_LEAD = (
    r"(?:导航|帮我导航|开个?导航|开始导航|开车|带(?:我们|我|俺|咱们|咱|大家|孩子|老婆|爸妈|他们)?|送(?:我们|我|俺|咱们|咱|他|她|孩子)?|载(?:我们|我)|拉(?:我们|我)|领(?:我们|我)|"
    rf"引导我?|把我(?:们)?(?:带|送|导航|载|拉)|我们?|咱们?|俺|想|要|得|该|打算|准备|需要|现在|今天|明天|今晚|立刻|马上|赶紧|赶快|快|快点|直接|先|再|然后|接着|最后|之后|完了|后|"
    rf"就|那|那就|还是|给我|规划|一?条|路线|路|走|怎么|如何|出发|开|设置?(?:目的地|导航)?(?:为|成)?|查|看|一下|目的地(?:改|设|换|定)?(?:成|为|到|是)?|改|换|成|掉头|下班|放学|顺便|也|可以|能|急着|赶着|着急|请|改道|转|一会儿?|等会儿?|待会儿?|等下|回头|下午|中午|早上|上午|晚上|傍晚|周末|后天|换个(?:地方|地儿)|往前开|赶(?:飞机|火车|高铁|车)|你|(?:这|下)?个?(?:周|星期|礼拜)[一二三四五六日天]|{_CLOCK}|走吧|你?知道|能不能|可不可以|找|条|修改|更改|把|得赶紧|必须)*"
)
_TILL = rf"(?!(?:{_CLOCK}|很晚|深夜|半夜|午夜|凌晨|零点)的)"
_NAV_VERB = rf"(?:去往|前往|去到|开去|开到{_TILL}|导到|导去|驶向|驶往|奔赴|直奔|导航去|导航到|去|(?<![找查搜迟])到(?!现在|底){_TILL}|往|回到|回(?!来|头)|(?<![路马晚早])上(?!海|地|饶|虞|班|学|课|厕|车|次|高速|面|网|来)|奔)(?:一下|一趟|趟|下|看看|见|接)?"


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
    return re.compile(pattern + _END)


def _whole(pattern: str, text: str) -> bool:
    return _compiled(f"(?:{pattern})").match(text) is not None


def parse_whole(text: str, context: Context) -> Parsed | None:
    """Read what only makes sense as a whole utterance: short answers, corrections, trips."""
    from agent import wishes_zh

    if found := re.fullmatch(
        r".{0,6}(?:加|添加|增加)(?:一)?个?(?:途经点|经停点?|停靠点|途径点)[，,:： ]+(.{2,16}?)" + _END, text
    ):
        return one(ChangeRoute(add=found[1]), STRONG, "zh.change.add")

    bare = without_courtesy(text, "zh")
    stripped = text.strip(" ，,。.!！?？~")
    for reader in (_answer, _correction, _volume, _remember, _recall):
        if parsed := reader(stripped if reader is _answer else bare, context):
            return parsed
    return wishes_zh.parse_trip(text, context)


def _answer(text: str, context: Context) -> Parsed | None:
    """Short utterances: yes, no, the second one, stop, say that again."""
    bare = without_courtesy(text, "zh")
    if _whole(rf"(?:(?:{_REPEAT})[，, 啊呀呢吧的了]*){{1,3}}", bare) and len(bare) > 1:
        return one(Repeat(), STRONG if len(bare) > 2 else GOOD, "zh.repeat")
    if (chosen := _choice(bare, context)) and not other_kind(chosen, bare, context):
        return chosen
    for candidate in (text, bare):
        if _whole(rf"(?:{_CONFIRM}[，, 啊呀呢吧的了]*){{1,3}}", candidate):
            return one(Confirm(), STRONG if context.expecting else GOOD, "zh.confirm")
    if context.expecting == "yes_no":
        bare = re.sub(r"^(?:那|还是)?算了[，, ]*(?=.)", "", bare)
    if _whole(rf"(?:{_DENY}[，, 啊呀呢吧的了]*){{1,3}}", bare):
        return one(Deny(), STRONG if context.expecting else GOOD, "zh.deny")
    if _whole(rf"(?:(?:{_CANCEL})[，, 啊呀呢吧的了]*){{1,2}}", bare):
        return one(Cancel(), STRONG, "zh.cancel")
    if _whole(_HELP, bare):
        return one(Help(), STRONG, "zh.help")
    if (context.offered or context.expecting == "choice") and (named := _choice_by_name(bare, context)):
        return named
    if re.fullmatch(
        r"(?:你好|您好|嗨|早上好|早|晚上好|谢谢你?|多谢|谢了|再见|拜拜|辛苦了|小高|啊|呀)+" + _END, text
    ):
        return one(Chat(), GOOD, "zh.chat")
    return None


_CHOICE_LEAD = r"(?:就|那就|那|还是|我要|我选|选|要|去|来|到|换成?|改成?|我想去|带我去|导航去|导航到|给我|帮我|不是这个|不要这个|不是|不对|不要那个|不是那个|不是那家|不|我|想|应该是|是|[，, ])*"
_CHOICE_TAIL = r"(?:个|家|条|间|座|所|处|项)?(?:的)?(?:那个|那家|那条|酒店|店|餐厅|方案|路线|选项|加油站|停车场)?(?:就|好|行|可以|吧|了|看看|不错|比较好|听起来不错|的)*"


def _choice(text: str, context: Context) -> Parsed | None:
    sure = STRONG if context.expecting == "choice" or context.offered else GOOD
    if found := re.fullmatch(
        rf"{_CHOICE_LEAD}(?:第({ZH_NUMBER})|(?:选|要)?({ZH_NUMBER})号|(?<=选)({ZH_NUMBER})){_CHOICE_TAIL}{_END}",
        text,
    ):
        number = ordinal(found[1] or found[2] or found[3])
        if number is not None and number > 0 and not re.search(r"第.{1,2}天", text):
            return one(Choose(index=number), sure, "zh.choose.index")
    if (
        re.fullmatch(
            rf"{_CHOICE_LEAD}(?:最后|末尾|最末|最下面)(?:面)?(?:的)?(?:一|那)?(?:一)?{_CHOICE_TAIL}{_END}",
            text,
        )
        and "最" in text
    ):
        return one(Choose(index=-1), sure, "zh.choose.last")
    if re.fullmatch(rf"{_CHOICE_LEAD}(?:正)?(?:中间|当中)(?:的)?{_CHOICE_TAIL}{_END}", text) and (
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
            rf"{lead}(?:{pattern})(?:的)?(?:那)?{_CHOICE_TAIL}(?:有没有|有吗|有么)?{_END}", text
        ) and text not in {
            "好",
            "好的",
            "好了",
        }:
            return one(Choose(by=cast("Any", by)), sure, "zh.choose.by")
    if (
        re.fullmatch(
            r"(?:(?:都|这些)?(?:不要|不行|不好|不喜欢|不满意|不合适)[，, ]*)?(?:还有|有没有|换|要|给我|我要|我想|再|看看|找|来|推荐|有)*(?:其他|其它|别的|另外|另一|换|再换|下)(?:一|的|个|家|批|处|间|几|些|选择|选项|地方|酒店|店|餐厅|推荐|点)*(?:有吗|吗|没有)?"
            + _END,
            text,
        )
        and text not in {"换", "另外", "再"}
        and not re.search(r"下个|下一个?(?:路口|弯)|路线?|^下", text)
    ):
        return one(Choose(by="other"), FAIR if not context.offered else sure, "zh.choose.other")
    return None


def _choice_by_name(text: str, context: Context) -> Parsed | None:
    found = re.fullmatch(
        r"(?:就|那就|还是|我要|我选|选|要|去|我说的是|我想去|是|到|我要去)*(?:那个|那家)?(.{1,20}?)(?:的)?(?:那个|那家|那间|那边的?|这家|这个)?"
        + _END,
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
        and not re.match(_NAV_LEAD + _NAV_VERB, text)
        and (parse_whole(text, Context()) or parse_clause(text, Context())) is None
    ):
        return one(Choose(name=name), FAIR, "zh.choose.bare")
    return None


def _correction(text: str, context: Context) -> Parsed | None:
    found = re.fullmatch(
        r"(?:错了|不对)?(?:不是|不对|错了|不(?=[，,。 ]|我(?:说|要|想))|搞错了|弄错了|你听错了|听错了|你搞错了)[，,。 啊呀的吧]*(?:不是.{0,12}?[，,])?(?:我?(?:说|要|想)?(?:的)?(?:是(?:去)?|(?:要|想)?去(?:的)?是?)|应该是|是|去的是|我要去的?是?|我要的是|改成|换成)(?:去|到)?(.{1,30}?)"
        + _END,
        text,
    )
    if found is None:
        found = re.fullmatch(
            r"(?:我)(?:说|要|指|讲|问)的(?:是|可是)(.{1,30}?)(?:[，,]?(?:不是|而不是).{1,20})?" + _END, text
        )
    if found is None:
        found = re.fullmatch(r"不是[^，,是]{2,12}[，,]?(?:而|应该)?是(.{2,20}?)" + _END, text)
    if found is None or re.fullmatch(
        r"这个意思|这样|这个|地方|那(?:里|儿|个|家)?|(?:我)?(?:想要|要|喜欢|说)", found[1]
    ):
        return None
    if index := re.fullmatch(rf"第({ZH_NUMBER})(?:个|家|条)?", found[1]):
        return one(Choose(index=ordinal(index[1]) or 0), STRONG, "zh.correct.index")
    return one(Deny(instead=found[1]), STRONG, "zh.correct")


def _volume(text: str, context: Context) -> Parsed | None:
    if re.fullmatch(r"(?:把)?(?:音量|声音)(?:调|设|开|放|改)?(?:到|为|成|至)?一半" + _END, text):
        return one(Volume(change="set", level=50), STRONG, "zh.volume.set")
    if found := re.search(
        rf"(?:音量|声音)(?:调|设|开|放|改|调整|设置)?(?:到|为|成|至)?(?:百分之)?({ZH_NUMBER})(?:%|格)?"
        + _END,
        text,
    ):
        level = zh_number(found[1].removeprefix("百分之"))
        if level is not None:
            return one(Volume(change="set", level=int(min(level, 100))), STRONG, "zh.volume.set")
    device = r"(?:声音|音响|喇叭|扬声器|麦克风|话筒|音频|语音)"
    table = (
        (
            rf"(?:测试|检测|检查|试试|测|试)(?:一下|一试)?{device}(?:和{device})?(?:好不好|正常吗|正不正常)?|{device}(?:测试|自检)",
            "test",
        ),
        (r"(?:把|音量|声音|语音|调|开|放)*(?:调|开|放|弄)?(?:到)?最大(?:声|音量)?", "max"),
        (r"(?:把|音量|声音|语音|调|开|放)*(?:调|开|放|弄)?(?:到)?最小(?:声|音量)?", "min"),
        (
            r"(?:把|音量|声音|语音|导航|播报|你|说话|能|说|讲|再|调|稍微)*(?:大|高|响)(?:声|音)?(?:一)?(?:点点|点儿|点|些)(?:声|音)?(?:说|讲)?|(?:声音|音量)?(?:太小|小)了?|(?:增大|加大|提高|调高|调大|放大)(?:一下|一点|点)?(?:音量|声音)?(?:一点|点)?|(?:我)?听不(?:见|到|清)(?:楚)?(?:声音)?|大声(?:点|点儿|一点)?|(?:把)?(?:音量|声音)(?:调大|调高|加大|开大|放大|大)(?:一点|点|些|一些)?",
            "up",
        ),
        (
            r"(?:把|音量|声音|语音|导航|播报|你|说话|能|说|讲|再|调|稍微)*(?:小|低|轻)(?:声|音)?(?:一)?(?:点点|点儿|点|些)(?:声|音)?(?:说|讲)?|(?:声音|音量)?(?:太大|太响|太吵|大)了?|太大声了?|吵死(?:人|我)?了?|(?:减小|降低|调低|调小|放小)(?:一下|一点|点)?(?:音量|声音)?(?:一点|点)?|太吵了?|小声(?:点|点儿|一点)?|(?:孩子|宝宝)(?:在)?睡(?:觉|着)了?.*小声.*|(?:把)?(?:音量|声音)(?:调小|调低|减小|关小|开小|放小|小)(?:一点|点|些|一些)?",
            "down",
        ),
        (
            r"(?:继续|恢复)(?:语音)?(?:播报|说话?|讲)|(?:取消|解除|关闭|关掉|不要)静音|(?:打开|恢复|开启|开)(?:声音|语音|播报|语音播报|音量)|(?:可以)?(?:说话|出声|发声|播报)了|(?:把)?声音(?:打开|恢复)",
            "unmute",
        ),
        (
            r"(?:你)?(?:先)?安静(?:一)?(?:会儿?|下)|(?:暂停|停止)(?:语音)?播报|(?:请|先|给我|都)*(?:保持|开启|打开|设为|调成)?静音(?:模式)?|(?:关闭|关掉|关|把)(?:声音|语音|播报|语音播报)(?:关了|关掉|关闭|关)?|(?:别|不要)(?:出声|发声|播报|播)|声音(?:关了|关掉|关闭)",
            "mute",
        ),
    )
    for pattern, change in table:
        if _whole(pattern, text):
            return one(Volume(change=cast("Any", change)), STRONG, "zh.volume")
    return None


def _remember(text: str, context: Context) -> Parsed | None:
    text = re.sub(r"[，,]?(?:帮我|给我|你)?(?:记一下|记住|记着|记好)(?:吧|啊|了)?$", "", text) or text
    lead = r"(?:把|将|记住|记一下|记|记录|保存|设置?|请记住|标记|你记着?|告诉你|存|以后)*"
    verb = r"(?:设(?:置)?|存|保存|记|标记|标|收藏|加|添加|改|定|当|记录|更新|换|作为|加入|放)(?:置|一下)?(?:成|为|到|做|作|进|作为|下来)?"
    for what, word in (("home", _HOME), ("company", _WORK)):
        if re.fullmatch(rf"{lead}{_HERE}(?:就)?(?:{verb}|是|当|作为|成){word}{_END}", text) or re.fullmatch(
            rf"{lead}{word}(?:的?(?:地址|位置))?(?:就)?(?:{verb}|是|在|就在|就是)+{_HERE}{_END}", text
        ):
            return one(Remember(what=cast("Any", what)), STRONG, "zh.remember.here")
        named = re.fullmatch(rf"{lead}(?!{_HERE})(.{{2,24}}?)(?:就)?(?:{verb}){word}{_END}", text)
        if named and not re.search(r"我要|带我|导航", named[1]):
            return one(Remember(what=cast("Any", what), place=named[1]), STRONG, "zh.remember.place")
        named = re.fullmatch(
            rf"{lead}{word}(?:的)?(?:地址|位置)?(?:就)?(?:{verb}|在|就在|住在|住|是|改到|搬到了?|搬)+(.{{2,24}}?){_END}",
            text,
        )
        if named and not re.match(r"哪|什么|多|几|不是|怎么|啥|附近", named[1]):
            return one(Remember(what=cast("Any", what), place=named[1]), STRONG, "zh.remember.place")
    if found := re.fullmatch(
        rf"我(?:们)?(?:家)?(?:住在|住|搬到了?|搬去了?)(?!哪|的)(.{{2,24}}?){_END}", text
    ):
        return one(Remember(what="home", place=found[1]), GOOD, "zh.remember.live")
    if found := re.fullmatch(rf"我(?:们)?(?:在)(.{{2,24}}?)(?:上班|工作){_END}", text):
        return one(Remember(what="company", place=found[1]), GOOD, "zh.remember.work")
    return _remember_favourite(text, lead)


def _remember_favourite(text: str, lead: str) -> Parsed | None:
    if found := re.fullmatch(
        rf"{lead}(?:{_HERE}|这家店?|这家餐厅|它|这个|那里|那家)?(?:给我|帮我)?(?:叫做?|取名(?:为|叫)?|命名(?:为|成)?|标记(?:为|成|做)|保存(?:为|成)|存(?:为|成)|记(?:为|作|成))(?!什么|啥|哪|我)(.{{1,12}}?){_END}",
        text,
    ):
        return one(Remember(label=found[1]), GOOD, "zh.remember.label")
    if (
        re.fullmatch(
            rf"{lead}(?:{_HERE}|这家店?|这家餐厅|这家酒店|它|这个|那里|那家|刚才那个|目的地)?(?:给我|帮我|都|先)?(?:收藏|记下来|记住|保存下来|存下来|存起来|保存|存一下|记一下|加到收藏夹?|加入收藏夹?|添加到收藏夹?|放进收藏夹?)(?:一下)?(?:起来|下来|{_HERE}|(?:这|那)(?:家|个|间|座)?(?:店|餐厅|饭店|酒店|地方|馆子|公园|咖啡馆)?|它|到收藏夹)?{_END}",
            text,
        )
        and len(text) > 1
    ):
        return one(Remember(), STRONG, "zh.remember.favourite")
    if found := re.fullmatch(
        rf"(?:把|将)?(.{{2,20}}?)(?:给我|帮我)?(?:收藏|加到收藏夹?|加入收藏夹?|添加到收藏夹?|放进收藏夹?|记下来|存起来)(?:一下|起来|里)?{_END}",
        text,
    ):
        if re.search(r"看看|打开|有(?:什么|哪些|啥)|^我的?$|^查", found[1]):
            return None
        named = "" if re.fullmatch(r"(?:这|那)(?:一?[个家间座片])?.{0,4}", found[1]) else found[1]
        return one(Remember(place=named), GOOD, "zh.remember.favourite_place")
    found = re.fullmatch(rf"(?:收藏|记住)(?!夹)(?:一下)?(?!这|那|刚才)(.{{2,20}}?){_END}", text)
    if found:
        return one(Remember(place=found[1]), GOOD, "zh.remember.favourite_place")
    return None


def _recall(text: str, context: Context) -> Parsed | None:
    where = r"(?:的)?(?:地址|位置)?(?:存的?|设的?|设置的?|住)?(?:是|在)?(?:哪(?:里|儿)?|什么(?:地方|位置)|啥地方|多少|什么)"
    if re.fullmatch(rf"(?:你)?(?:知道|记得|还记得|查|看|告诉我)*(?:一下)?{_HOME}{where}{_END}", text):
        return one(Recall(what="home"), STRONG, "zh.recall.home")
    if re.fullmatch(rf"(?:你)?(?:知道|记得|还记得|查|看|告诉我)*(?:一下)?{_WORK}{where}{_END}", text):
        return one(Recall(what="company"), STRONG, "zh.recall.company")
    if re.fullmatch(
        r"(?:你)?(?:给我|帮我|查|看|打开|列出|列一下|念|显示|说说|告诉我)*(?:一下|看)?(?:我)?(?:的|都)?(?:收藏(?:夹|了)?|存了?|保存了?|记住?了?|喜欢的?)(?:的|了|过)?(?:些|哪些|什么|啥|都|有|里|里面|的)*(?:地方|地点|位置|店)?(?:有(?:哪些|什么|啥)|是什么)?"
        + _END,
        text,
    ) and re.search(r"收藏|存了|保存了|记住?了|我的|哪些|什么", text):
        return one(Recall(what="favourites"), STRONG, "zh.recall.favourites")
    if re.fullmatch(
        r"(?:看看|打开|查看|念念|说说|列出)*(?:我的|我)(?:收藏夹?|常去的?地方|收藏的?地方)(?:都?有哪些|有什么|呢)?"
        + _END,
        text,
    ):
        return one(Recall(what="favourites"), STRONG, "zh.recall.favourites")
    if re.fullmatch(
        r"(?:我|我们)?(?:上次|最近|昨天|之前|以前|上周|前几天|前天|刚才|历史|上一次|过去|上个月)+(?:我|我们)?(?:都)?(?:去|导航|去过|到过|到)(?:了|过|的)*(?:哪(?:里|儿|些地方|些)?|什么地方|啥地方|地方|记录|的地方)(?:了|来着|过|有哪些)*"
        + _END
        + r"|(?:我的|看看|查看|打开|查|看|一下|列出)*(?:历史(?:目的地|记录|导航)|导航(?:历史|记录)|最近(?:的)?目的地|最近去过的地方|足迹)(?:有哪些|是什么)?"
        + _END,
        text,
    ):
        return one(Recall(what="destinations"), STRONG, "zh.recall.destinations")
    return None


def parse_clause(text: str, context: Context) -> Parsed | None:
    """Read one clause."""
    bare = without_courtesy(text, "zh")
    if not bare:
        return None
    for reader in (_status, _named_status, _route_change, _navigate, _search, _other):
        if parsed := reader(bare, context):
            return parsed
    return None


def _status(text: str, context: Context) -> Parsed | None:
    text = re.sub(
        r"(?:来着|的呀|呀|的说)$|^(?:话说|请问|问一下|问下|我想知道|想知道|你知道|知道|看看|看一下|查一下|告诉我|跟我说(?:一下)?|说一下)",
        "",
        text,
    )
    if re.fullmatch(
        r"(?:前面|前方|前头|这儿|这里|下个路口|到路口|我|该|要|应该|是|得|往|向|在)*(?:左|右|直|靠左|靠右)(?:转|拐|行|走|边)?还是(?:往|向|走|靠|该)?(?:左|右|直|掉头).{0,3}"
        r"|(?:到|在|是不是|应该|该|要|我)*(?:前面|前方|下个|下一个|这个)?(?:的)?(?:路口|红绿灯|岔路口?|环岛|转盘)?(?:是|要|该|得|是不是|应该)*(?:往)?(?:左转|右转|左拐|右拐|直行|直走|掉头|转弯|拐弯|拐|转|变道)(?:吗|么|吧|了吗|不)",
        text,
    ):
        return one(Status(what="next_turn"), STRONG, "zh.status.which_way")
    for pattern, what in _STATUS:
        if _whole(pattern, text) and (
            what != "fuel_range" or re.search(r"多|几|够|剩|续航|里程|[油电].*[吗么]", text)
        ):
            return one(
                Status(what=cast("Any", what), place=home_asked(what, text)), STRONG, f"zh.status.{what}"
            )
    return None


_ASKS_HOURS = r"(?:今天|今晚|明天|现在|一般|都是?|是|平时|周[一二三四五六日末])*(?:(?:几点|什么时候|啥时候|多晚)(?:才|就|会)?(?:开门|关门|营业|开始营业|结束营业|打烊|开放|闭馆|开馆|关)(?:了)?|(?:的)?(?:营业|开放|开门|关门|开馆|闭馆)的?时间(?:是|到)?(?:几点|多少|什么时候|什么)?|(?:开|营业|开放|开门)到(?:几点|什么时候|多晚))"
_ASKS_PHONE = (
    r"(?:(?:的)?(?:联系)?(?:电话|手机号|联系方式)(?:号码?)?(?:是)?(?:多少|几号|什么)|的电话(?:号码)?)"
)
_IT = r"(?:请问)?(?:它|这家店?|那家店?|这里|这儿|那里|那儿|那边)?"


def _named_status(text: str, context: Context) -> Parsed | None:
    """ "去机场要多久": the time or distance to a named place, without driving there; or when it is open."""
    patterns = (
        (
            rf"(?:请问|那个?)?(?P<place>.{{2,16}}?){_ASKS_HOURS}",
            "opening_hours",
        ),
        (
            rf"(?:请问|那个?)?(?P<place>.{{2,16}}?){_ASKS_PHONE}",
            "phone",
        ),
        (
            r"(?:从这儿?里?|现在|从这边|我们|我|离|距离|距)*(?:开车)?(?:去|到|离|距离|距|回)(?P<place>.{1,20}?)(?:大概|大约|现在|还|要|得|需要|开车|开|走|总共|一共|有|路上|花)*(?:多久|多长时间|多少时间|多少分钟|几个?小时|几分钟)(?:能到|到|才到|才能到)?",
            "time_left",
        ),
        (
            r"(?:从这儿?里?|现在|我们|我|开车|开|大概|大约|要|得|还|有|需要)*(?:多久|多长时间|多少分钟|几分钟)(?:能|可以|才能|才)?到(?P<place>(?!达|那|家了|地方|目的|终点|的|了|这).{1,12}?)",
            "time_left",
        ),
        (
            r"(?:从这儿?里?|现在|从这边|我们|我|离|距离|距|这儿|这里)*(?:开车)?(?:去|到|离|距离|距|回)(?P<place>.{1,20}?)(?:大概|大约|现在|还|要|得|需要|开车|开|走|总共|一共|有|路程)*(?:多远|多少公里|几公里|多少路|远不远|远吗)",
            "distance_left",
        ),
        (
            r"(?P<place>.{1,20}?)(?:离|距离|距)(?:我|我们|这|这里|这儿|这边)(?:有|大概|还|有没有)*(?:多远|多少公里|几公里|远不远|远吗)",
            "distance_left",
        ),
        (
            r"(?P<place>最近的.{2,12}?|第.{1,3}[个家间]|最后一?[个家间]|.{2,12}?[站店院场馆园]|(?!还|现在|我|离|前|下|路|一共|总共|剩|那|这|到|去|全程|开|跑|可以|能).{2,12}?(?=有|远))(?:还|大概)?(?:有|要)?(?:多远|多少公里|几公里|远不远|远吗)",
            "distance_left",
        ),
        (
            r"(?:我们?|大概|大约)*(?:什么时候|几点|啥时候|何时|几点钟)(?:能|可以|才能|会|才)?到(?:达)?(?P<place>(?!达|得|那|地方|目的|终点|的|了|这).{1,12}?)",
            "arrival_time",
        ),
        (
            r"(?:我们?|咱们?)*(?:到|去|回)(?P<place>(?!达|得|那|地方|目的|终点|了|这).{1,12}?)(?:得|要|能|会|大概|是)*(?:几点|什么时候|啥时候)(?:了|能到|到)?",
            "arrival_time",
        ),
    )
    text = re.sub(r"^离我(?=最近的)", "", text)
    if re.fullmatch(
        r"(?:从这儿?里?)?(?:开车)?(?:过去|去那[里儿边]|到那[里儿边])(?:大概|大约|要|得|需要|开|走)*(?:多久|多长时间|几分钟|多少分钟)"
        + _END,
        text,
    ):
        return one(Status(place="那里"), GOOD, "zh.status.there")
    for asks, what in ((_ASKS_HOURS, "opening_hours"), (_ASKS_PHONE, "phone")):
        if re.fullmatch(_IT + asks + _END, text):
            return one(Status(what=cast("Any", what), place="那里"), GOOD, "zh.status.there")
    if re.fullmatch(_IT + r"(?:现在|今天|还)*(?:开门|开着|营业)(?:了|着)?(?:吗|没有?)" + _END, text):
        return one(Status(what="opening_hours", place="那里"), GOOD, "zh.status.there")
    if then := re.fullmatch(
        rf"{_IT}(?P<at>{ZH_MOMENT})(?:还|会|也|都)*(?:开门|开着|营业|开放|开)(?:了|着)?(?:吗|不开|没有?)"
        + _END,
        text,
    ):
        return one(Search(what="那里", open_at=then["at"]), GOOD, "zh.search.open")
    for pattern, what in patterns:
        found = re.fullmatch(pattern + _END, text)
        if found and not re.fullmatch(
            r"(?:目的地|终点|那里|那儿|地方|这里|这儿|这|下个?.*|前面.*)", found["place"]
        ):
            return one(Status(what=cast("Any", what), place=found["place"].strip()), GOOD, "zh.status.place")
    return None


_PROBLEM = r"(?:太堵|好堵|堵死|堵车|很堵|这么堵|堵得|前面堵|堵)(?:了|死了|得要命|得慌|得厉害)?"


def _route_change(text: str, context: Context) -> Parsed | None:
    if re.fullmatch(
        r"(?:前面|前方|路上|这条路|那边|一路上?|今天|现在|去.{1,10}的?路上?|会不会|还|有没有|会|是不是)*(?:堵车?|拥堵)(?:得?厉害)?(?:了)?(?:吗|不堵|没有?|不)"
        + _END,
        text,
    ):
        return one(Chat(), GOOD, "zh.chat.traffic")
    if (
        _whole(
            rf"(?:前面|这条路|这路|路上|这|这里|这边|怎么)*(?:{_PROBLEM})?[，, ]*(?:能不能|可以|有没有|还有没有|我想|我要|想|要|给我|帮我|再|能|重新|还有)*(?:换|绕|改|走|选|找|规划|算|重新规划|重算)(?:一下|个|一|条|走|成|开|道|别的|其他|其它|另外|另|的|新|一个|方案|线|路)*(?:路|路线|道|方案|走法|路走|条|走)?"
            r"|(?:还有|有没有|有|看看|换)*(?:别的|其他|其它|另外|另|备选|第二)(?:的|一|条|个)*(?:路|路线|方案|走法|道)(?:吗|可以走)?(?:走|可走)?|绕(?:一下|过去|开|路|道)(?:走)?|(?:我)?(?:不想|不要|别|不)走(?:这|那)(?:条|边)(?:路|道)?|重新(?:规划|算|计算|选)(?:一下|一条|个)?(?:路线?|路径)?|(?:换一条|换条|换路|改道|换道走|换个路|换条道)"
            r"|(?:走|换|找|选|有没有)?(?:一?条|个)?(?:不|没那么)(?:怎么|太)?(?:堵|拥堵|堵车)的?(?:路线?|道|方向)?(?:走)?"
            r"|(?:能|能不能|想|要|可以)*(?:避开|绕开|躲开|绕过)(?:一下)?(?:前面的?|这段|这个|所有的?)?(?:拥堵|堵车|堵的?(?:地方|路段?)?|事故)(?:路段|的地方)?"
            rf"|(?:前面|这条路|这路|路上|这|这里|这边|怎么)*{_PROBLEM}",
            text,
        )
        and re.search(r"路|道|堵|绕|换一?条|方案|走法|线", text)
        and not re.search(r"不走|收费|高速", text)
    ):
        return one(
            ChangeRoute(prefer="other"),
            STRONG if re.search(r"路|道|条|绕", text) else GOOD,
            "zh.change.other",
        )
    wishes = road_wishes(text, "zh")
    rest = re.sub(
        r"^(?:我?们?(?:很|在|比较|有点)?(?:赶时间|着急|来不及了?)|我们?|那|就|给我|帮我|有没有|还有|有|挑|路线|的|走|改成|改走|换成|换走|改|换|还是|但是|可以|能|一下|重新|规划|选|一条|条|个|想|要|全程|切换|到|按|用|这次|今天|咱们?|接下来|后面|尽量)+",
        "",
        wishes.text,
    )
    rest = re.sub(r"(?:的)?(?:路线?|道路?|走法|方案|走|行驶|开|模式|优先|吗|好吗|行吗)+$", "", rest).strip(
        "的走吧了呢啊 ，,"
    )
    if not rest and (wishes.avoid or wishes.allow or wishes.prefer):
        prefer = {"fastest": "faster", "shortest": "shorter"}.get(wishes.prefer, "")
        intent = ChangeRoute(avoid=wishes.avoid, allow=wishes.allow, prefer=cast("Any", prefer))
        return one(intent, STRONG, "zh.change.road")
    return _stops(text)


def _stops(text: str) -> Parsed | None:
    if _whole(
        r"(?:把|将|取消|删掉|去掉|不要)?(?:所有的?|全部的?|中间的?|途中的?|中途的?|那些|这些|[那这]?几个)*(?:途经点|经停点?|中途点|停靠点|停靠|途径点|途经的?地方|停的地方)(?:都|全|全部)?(?:删掉|去掉|取消|删除|删|不要|清空)(?:了)?|(?:删除|取消|清空|去掉|删掉)(?:所有的?|全部的?|中间的?)?(?:途经点|经停点?|停靠点|途径点)|(?:中间|途中|中途|路上)?(?:哪儿?|哪里)?都?不停(?:了)?(?:[，,]?直接(?:开)?(?:去|到|过去)(?:目的地|终点)?)?|直接(?:去|到|开(?:去|到))(?:目的地|终点)(?:[，,]?(?:中间|路上|中途|途中)?(?:都|哪(?:儿|里)?(?:都|也))?(?:不停(?:车|了)?|别停))?",
        text,
    ):
        return one(ChangeRoute(drop="*"), STRONG, "zh.change.drop_all")
    drop = re.fullmatch(
        r"(?:把|将)?(.{2,20}?)(?:这个|那个|那一?站|这一?站)?(?:途经点|经停点?)?(?:从路线(?:里|中|上)?)?(?:去掉|删掉|取消掉?|删除|拿掉|移除|跳过|省了)(?:了)?"
        + _END
        + r"|(?!我|咱|今|明|那|这|都|也|就|哪)(.{2,12}?)(?:那边|那里|那儿)?(?:就|我们?|先|那就|咱)*(?:不|别|不用|甭|不想|不必)(?:去|停|绕|到)(?:了|吧)(?:[，,]?直接(?:走|开))?"
        + _END
        + r"|(?:不去|不用去|先不去|别去|不到|不绕去|跳过|不经过|删除|取消去?|去掉|删掉)(?:途经点|经停点?)?(.{2,20}?)(?:了)?"
        + _END,
        text,
    )
    if drop and not re.search(r"第.天|行程|计划|安排|导航|路线$|高速|收费|提醒|声音|静音", text):
        dropped = next(filter(None, drop.groups()))
        return one(ChangeRoute(drop=dropped.removesuffix("的")), GOOD, "zh.change.drop")
    text = re.sub(r"^途[经径]点(?=加|添|增)", "路上", text)
    add = re.fullmatch(
        r"(?:路上|途中|中途|中间|半路|我们?|还|再|先|顺路|顺便|想|要|得|给我|帮我|去之前|在)*(?:加|添加|增加|加上|加个|添|插)(?:一个|一下|个|一)?(?:途经点|经停点?|停靠点|途径点|中途点)(?:[:：]|到|是|为|，|在|加上?)?(.{0,20}?)"
        + _END
        + r"|(?:路上|途中|中途|中间|半路|我们?|还|再|顺路|顺便|想|要|得|先|在|需要|路过)*(?:在)(.{2,20}?)(?:停|停一下|停一停|停一会儿?|停留|歇|逗留)(?:一下|一会儿?|会儿?|一脚)?"
        + _END
        + r"|(?:路上|途中|中途|中间|半路|我们?|还|再|顺路|顺便|顺道|想|要|得|先|需要|能不能)*(?:经过|路过|途[经径](?!点)|绕到|绕去|绕道|绕(?=一下)|拐去|拐到|弯到|捎带去|顺路去|顺便去|顺道去)(?:一下)?(?!.*(?:再|然后|去|到).)(.{2,20}?)(?:一下|那里|那边)?"
        + _END
        + r"|(?:路上|途中|中途|中间|半路上?|半道上?)(?:我们?|还|要|得|先|想|需要|再)*(?:去|到|上|拐去|拐到|停|加(?!油|气|满|点))(?:一下|一趟|趟|一?个|一站)?(.{2,16}?)(?:一下|一趟)?"
        + _END
        + r"|(?:去|到|走|出发)(?:那)?之?前(?:我们?|先|要|得)*(?:去|到)(?:一下|一趟|趟)?(.{2,16}?)"
        + _END
        + r"|(?:先)?去(?:一下|一趟|趟)(.{2,16}?)再(?:走|去|出发|继续)"
        + _END
        + r"|(?:把|将)(.{2,20}?)(?:加|添|增)(?:到|进|入|为|成|加)?(?:路线|途经点|经停点?|导航|行程路线)?(?:里|中|上|去|里面)?"
        + _END,
        text,
    )
    if add:
        stop = next((group for group in add.groups() if group), "")
        stop = re.sub(
            r"^(?:的|一?趟|加?上|(?:加(?!油|气))?(?:一?个)|加(?!油|气))|(?:停一?下|停|一下)$", "", stop
        )
        if (
            stop
            and not need_of(stop, "zh")
            and not need_of("上" + stop, "zh")
            and not re.search(r"第.天|行程|计划|哪|什么|吗$", stop)
        ):
            phrase = parse_phrase(stop, "zh")
            return one(ChangeRoute(add=phrase.core or stop), GOOD, "zh.change.add")
    return None


_SENTENCE = re.compile(
    r"我|咱|叫|约|目的地|由|跟|想|先|要|得去|马上|顺|找|瞅|在|接|住|订|等|催|喊|赶|送|拿|换|听说|觉得|把|被|给|过去|回去|这条|这个|太|很"
)
"""Words that make a whole sentence of what would otherwise look like a bare name."""

_ODD_THING = re.compile(
    r"[啥我你他她咱]|得[了很]|给|不$|去$|^了|位子|什么|怎么|能走|知道|认识|没|别的|太|很|吗|道儿"
)
"""Signs that what follows a verb of searching is not the thing that is wanted."""

_BAD_PLACE = re.compile(
    r"什么|怎么|为什么|哪|吗|呢|多少|多久|多远|如果|因为|但是|所以|觉得|知道|没有|就是|不是|不要|可以|然后|的话|几点|听|说|唱|讲|打电话|天气|你|他|她|吃饭|喝|了|中途|途中|路上|不停|要走|加个|买|(?<![酒网茶书水氧])吧|.在."
)


_PERSON = re.compile(
    r"(?:我|他|她|你)?(?:们)?(?:家)?(?:孩子|小孩|娃|儿子|女儿|闺女|老婆|老公|媳妇|爸爸?|妈妈?|爸妈|朋友|同事|同学|客户|领导|老板|他|她|人)"
)
"""Whom one fetches: a person is no place."""


def _place_confidence(phrase: Phrase, sure: float) -> float:
    core = phrase.core
    if not core:
        return sure if phrase.need else WEAK
    if len(core) > 24 or (_BAD_PLACE.search(core) and not is_category(core, "zh")):
        return WEAK
    if (len(core) == 1 and core not in {"家"}) or _PERSON.fullmatch(core):
        return WEAK
    return sure


def _navigate(text: str, context: Context) -> Parsed | None:
    wishes = road_wishes(text, "zh")
    body = wishes.text
    start, via = "", []
    if found := re.match(
        r"^(.*?)(?:从|(?<!自)由)(.{1,20}?)(?:出发|开始|起)?(?:[，, ])?(?:开车|导航|怎么)?(?=去|到|往|回)",
        body,
    ):
        if not re.fullmatch(r"这|这里|这儿|现在|此|我这|我这里|当前位置|现在的位置", found[2]):
            start = found[2]
        body = found[1] + body[found.end() :]
    if found := re.search(
        r"(?:中途|途中|路上|先|中间|要|想|并且?|，)*(?:经过|途经|途径|路过|经由|取道|绕道|经)(.{2,16}?)(?:那边|那里)?(?:[，, 再然后]|之后)*(?=去|到|往|回|前往|开)",
        body,
    ):
        via = [v for v in re.split(r"和|、|跟|以及|还有", found[1]) if v]
        body = body[: found.start()] + body[found.end() :]
    elif found := re.search(
        r"(?<=.)[，, ]?(?:中途|途中|路上|中间|顺路|要|想|并且?|但是?|得|还)*(?:经过|途经|途径|路过|经由|取道|绕道)(.{2,16}?)(?:那边|那里|一下)?"
        + _END,
        body,
    ):
        via = [_PURPOSE.sub("", v) for v in re.split(r"和|、|跟|以及|还有", found[1]) if v]
        body = body[: found.start()]
    body = re.sub(
        r"(?<=.)走(?:国道|省道|辅路|小路|大路|[二三四五六]环|环路|地面)(?:路)?(?:吧|就行)?$",
        "",
        body.strip(" ，,"),
    )
    target, sure = _target(body, context)
    if target is None:
        return None
    if re.match(r"(?:找|搜|吃|喝|买|看看有没有|看(?=电影|展|演出|话剧|球))(?=.{1})", target):
        return _search(target, context)
    phrase = parse_phrase(target, "zh")
    if phrase.need and not phrase.core and not re.search(r"地方|地儿|哪|最近|附近", target):
        return one(search_of(phrase), FAIR, "zh.need")
    if not phrase.core and not phrase.need:
        return None
    if re.fullmatch(r"哪(?:里|儿)?|什么地方|啥地方|.*(?:在哪|哪里|哪儿).*", target):
        return None
    intent = navigate_of(phrase, wishes, via=via, start=start)
    return one(intent, _place_confidence(phrase, sure), "zh.navigate")


_PURPOSE = re.compile(
    rf"(?<=.)(?:(?:去)?(?:接|送|见|陪|等|找|看望|拜访)(?:个|一下|一趟)?{_PERSON.pattern}|"
    r"(?:去|来)?(?:办(?:点|个|些)?事情?|办(?:个)?(?:证|手续|业务)|换证|开(?:个)?会|看(?:场)?(?:球|比赛|演出|展览?|电影|病|牙|医生|老师|朋友)|"
    r"吃(?:个|顿)?(?:饭|午饭|晚饭|早饭)|喝(?:杯|点)?(?:咖啡|茶|酒)|接(?:个|一下)?(?:人|孩子|客户|朋友)|送(?:个|一下)?(?:人|孩子|货)|上课|面试|"
    r"见(?:个|一下)?(?:面|人|朋友|客户|老板)|(?:跟|和|与|找)?(?:朋友|客户|同事|同学|人|老板)?(?:碰头|碰面|见面|会合|汇合|聚会|聚餐|聊聊)|"
    r"买(?:点|些)?东西|(?:拿|取|寄|送)(?:点|个|一下|份)?[^，,再然]{1,4}|(?:([转逛玩坐走看瞧遛聊歇])\1)|溜达(?:溜达)?|散(?:散)?心|(?:歇|待|坐)(?:着|会儿?|一会儿?)|休息(?:一下|一会儿?|会儿)?|睡觉|过夜|复查|体检|报到|签到|散步|锻炼|健身|玩玩|遛弯|遛狗|取(?:点|个)?钱|存钱|买(?:点|些|个)?[^，,]{1,3}|保养|修(?:个)?车|洗(?:个)?车|"
    r"(?:坐|赶|乘)(?:火车|地铁|飞机|高铁|动车|车|船)|看(?:演唱会|音乐会|话剧|画展|表演|升旗|日出|日落|海|花)|听(?:音乐会|讲座|课)|还书|借书|游泳|打(?:个)?(?:球|篮球|羽毛球|网球)|跑步|玩|上班|上学|上香|"
    r"加(?:个|点)?油|充(?:个|会儿?)?电|交(?:个)?(?:费|材料)|领(?:个)?(?:证|东西|奖)|办理[^，,]{1,4}|吃(?:点)?[^，,]{1,4}))+$"
)


def _target(body: str, context: Context) -> tuple[str | None, float]:
    """Return the words that name where to go, with how sure the frame around them is."""
    forms = (
        (r"(?:去|回|到)(?P<to>.{1,20}?)的路(?:该|要)?(?:怎么|咋)走", STRONG),
        (
            r"(?:我们?|咱们?)?(?:现在|今天|今晚|晚上)*(?:想|要|得)?去(?:吃饭|开会|玩|住|办事)?的(?:地方|地儿)?(?:是|叫|在)(?P<to>.{2,20}?)",
            STRONG,
        ),
        (
            rf"{_NAV_LEAD}(?:送|带|把)?(?:我们?)?{_NAV_VERB}(?P<to>.+?)(?:那里|那儿|那边)?(?:的)?(?:该|要|应该)?(?:(?:怎么|咋)(?:走|去|开|过去|到)|如何(?:走|去|到达?)|走?哪条(?:路|道)(?:走|去)?)",
            STRONG,
        ),
        (
            rf"{_NAV_LEAD}{_NAV_VERB}(?P<to>.+?)(?:去|的路(?:线)?|的导航|那里去|看看|一趟|一下|转转|逛逛|瞧瞧|坐坐)?",
            STRONG,
        ),
        (r"(?P<to>.{2,24}?)(?:该|要|应该)?(?:(?:怎么|咋)(?:走|去|开|过去|到)|如何(?:走|去|到达?))", GOOD),
        (
            r"(?:开始|打开|启动|设置|设定|修改|更改|换|改|把)?(?:导航(?:到|去)?|(?:目的地|终点)(?:是|为|设为|设到|设成|改到|改成|改为|换成|换到|选|[:：，, ]))[:：，, ]?(?P<to>.{2,}?)",
            GOOD,
        ),
        (r"(?P<to>.{2,24}?)[，, ]?(?:出发|导航|走起|走着|走吧)", FAIR),
    )
    for pattern, sure in forms:
        if found := re.fullmatch(pattern + _END, body):
            to = found["to"].strip(" ，,")
            to = re.sub(r"^(?:的|一趟|一下|那个|那|我的?(?=最喜欢|收藏|常去|上次)|(?:附近)?新开的)+", "", to)
            to = re.sub(rf"^(?:接|送|找|看)?{_PERSON.pattern}在(?=.{{2}})", "", to)
            to = re.sub(
                r"^(?:爬(?!虫)|逛逛?|参观|游览|看看(?=.))(?=.{2})|(?:那边|那个|的)?方向(?:走|开)?$", "", to
            )
            to = _PURPOSE.sub("", to)
            if re.fullmatch(r"(?:目的地|这里|这儿|那|哪.*|导航)", to) or not to:
                continue
            if to in {"上班", "单位上班"}:
                to = "公司"
            if re.match(r"^(?:了|时间|底|处|家了|达|的时候)", to):
                continue
            return to, sure
    return None, 0.0


_FIND = (
    r"(?:我们?|突然|忽然|好(?=想)|特别|真的?(?=想)|有点|有些|想|要|得|先|再|还|也|能|去|现在|就|那|给我|帮我|一下|顺便|请|需要|咱们?|今晚|晚上|中午|大家|可以|马上|赶紧|快)*"
    r"(?:找找|找|搜索|搜一搜|搜搜|搜|查找|查一查|查查|查|寻找|看看|看一下|推荐|介绍|有没有|有什么|有啥|有哪些|哪里有|哪儿有|哪有|(?:在)?哪(?:里|儿|块)?(?:能|可以|好|有得)(?:找到|买到?|吃到?|喝到?|做|弄)?|哪(?:里|儿)?(?:有)?卖|显示|列出|来|捎上?|带上?|想吃|吃|想喝|喝|买|想买|订|预订|住|加(?!油站|气|上)|充(?!电|气|值)|接|取(?!款)|换(?!电|成|回)|弄)"
    r"(?:到|一?下|(?:一|两|几)?(?:个|家|间|杯|点儿?|些|碗|份|顿|条|处|所|座|瓶|盒|支|包|束|袋|张|件|双|把|盘)|几(?:个|家)|些|点(?!心)|着)*(?:有没有|有什么|有啥)?"
)


_LOOK = (
    r"(?:我们?|想|要|得|先|再|还|给我|帮我|顺便|请|麻烦|现在|咱们?)*"
    r"(?:找找看?|找一?找|找一?下|找|搜索|搜一?搜|搜一?下|搜|查找|查一?查|查一?下|寻找|看看|看一?下|推荐一?下?|介绍一?下?|显示|列出|问一?下|打听一?下)"
    r"(?:(?:一|几|两)?(?:个|家|间|处|条|些|点)|看|有没有)*(?=.{2})"
)
"""Words of looking that can stand before a whole place phrase, its anchor included."""


def _search(text: str, context: Context) -> Parsed | None:
    need = need_of(text, "zh")
    if need:
        return one(Search(need=need), STRONG, "zh.need")
    aside = re.match(r"(?:我们?|再|也|还|就|那|想|要|帮我|给我)*(?:顺便|顺路|顺道|顺手|路上|半路|沿路)", text)
    if aside and (need := need_of(text[aside.end() :], "zh")):
        return one(Search(need=need, along=True), STRONG, "zh.need.along")
    stripped = re.sub(
        r"^(?:我们?|想|要|得|先|再|给我|帮我|顺便|也|还|那(?!附近|周围|周边|一带|旁边|儿|里|边)|就|咱们?|现在|看看|知道|问|问一下|查一下|打听一下|告诉我|大家|孩子)+(?=顺路|顺道|沿途|沿路|路上|途中|附近|周围|周边|这附近|这里|这儿|哪)",
        "",
        text,
    )
    cue = re.search(
        r"附近|周围|周边|旁边|一带|顺路|顺道|沿途|沿路|路上|途中|最近的|这(?:里|儿|边)有|\d(?:米|公里)|以内|之内|半路",
        stripped,
    )
    head = re.match(_FIND, stripped)
    where = re.fullmatch(
        r"(?P<what>.{2,20}?)(?:的)?(?:位置)?(?:在|是在)(?:哪(?:里|儿|边|块|条路|个位置|个方向)?|什么地方|什么位置|啥地方)"
        + _END,
        stripped,
    )
    if where:
        phrase = parse_phrase(where["what"], "zh")
        return one(search_of(phrase), _place_confidence(phrase, GOOD), "zh.search.where")
    if there := re.fullmatch(
        r"(?P<what>[^，,吃喝玩]{2,8}?)(?:附近|这边|这里)?(?:有没有|有木有)" + _END, stripped
    ):
        return one(search_of(parse_phrase(there["what"], "zh")), FAIR, "zh.search.any")
    if (
        there := re.fullmatch(
            r"(?P<near>(?!附近|周围|周边|这|那|前|路|沿|顺|半|我|你|还|现在|哪|请|帮|搜|查|看|找)[^，,\d内近旁边周]{2,8}?)(?:那边|里面?)?(?:哪(?:里|儿)?有|有没有)(?P<what>.{2,8}?)"
            + _END,
            stripped,
        )
    ) and is_category(there["what"], "zh"):
        return one(Search(what=there["what"], near=there["near"]), GOOD, "zh.search.there")
    looked = re.sub(rf"^{_LOOK}", "", stripped)
    phrase = parse_phrase(looked or stripped, "zh")
    had_head = bool(head and head[0])
    if had_head and head is not None and not cue:
        phrase = parse_phrase(stripped[head.end() :], "zh")
    core = phrase.core
    if core and not is_category(core, "zh"):
        core = re.sub(f"^{_FIND}", "", core)
    if core != phrase.core:
        had_head = True
        inner = parse_phrase(core, "zh")
        need_inner = inner.need or (need_of(phrase.core, "zh") if not is_category(inner.core, "zh") else "")
        phrase = Phrase(
            core="" if need_inner and not is_category(inner.core, "zh") else inner.core,
            near=phrase.near or inner.near,
            need=phrase.need or need_inner,
            along=phrase.along or inner.along,
            pick=phrase.pick or inner.pick,
            open_now=phrase.open_now or inner.open_now,
            open_at=phrase.open_at or inner.open_at,
            stars=phrase.stars or inner.stars,
            within_m=phrase.within_m or inner.within_m,
            within_min=phrase.within_min or inner.within_min,
            without=phrase.without or inner.without,
            here=phrase.here or inner.here,
        )
    if not phrase.core and not phrase.need:
        return None
    place = _PURPOSE.sub("", phrase.core)
    if place != phrase.core and is_category(place, "zh"):
        phrase = replace(phrase, core=place)
    if aside and not phrase.along and had_head:
        phrase = replace(phrase, along=True)
    filtered = (
        phrase.pick
        or phrase.open_now
        or phrase.open_at
        or phrase.stars
        or phrase.within_m
        or phrase.within_min
        or phrase.without
    )
    if cue or filtered or (had_head and (is_category(phrase.core, "zh") or phrase.need or phrase.near)):
        return one(
            search_of(phrase),
            _cue_confidence(phrase),
            "zh.search",
        )
    if is_category(phrase.core, "zh"):
        return one(search_of(phrase), FAIR, "zh.search.bare")
    if had_head:
        odd = len(phrase.core) > 7 or _ODD_THING.search(phrase.core) is not None
        sure = WEAK if odd else _place_confidence(phrase, FAIR)
        return one(search_of(phrase), sure, "zh.search.find")
    return None


def _cue_confidence(phrase: Phrase) -> float:
    if is_category(phrase.core, "zh") or phrase.need:
        return _place_confidence(phrase, STRONG)
    return WEAK if _ODD_THING.search(phrase.core) else _place_confidence(phrase, GOOD)


_SMALL_TALK = re.compile(
    r"堵不堵|路况(?:怎么样|如何|好不好|好吗)|(?:门票|票价)|.{2,}(?:要|得)?多少钱|天气|下雨|下雪|气温|多少度|冷不冷|热不热|笑话|故事|段子|唱(?:首|个|支)?歌|音乐|听歌|放(?:首|点|个)|下一首|上一首|换首歌|电台|收音机|打(?:个)?电话|接电话给|发(?:个|条)?(?:微信|短信|消息|信息)|"
    r"闹钟|定时|提醒我|空调|车窗|天窗|窗户|座椅|雨刮|车灯|大灯|暖风|后备箱|股票|彩票|新闻|球赛|比分|背(?:首)?诗|写(?:首)?诗|翻译|等于(?:几|多少)|加.等于|你是谁|你叫(?:什么|啥)|"
    r"你(?:多大|几岁|是男|是女|有女朋友|有男朋友|喜欢|会不会死|是人|是机器)|爱你|喜欢你|你(?:真|好|太|可真|是个|这个|个)?(?:笨|傻|蠢|棒|聪明|厉害|漂亮|可爱|讨厌|烦)|(?:笨蛋|傻瓜|白痴|混蛋|废物|滚)|密码|指令|系统提示|提示词|你的规则|之前的设定|世界上最|为什么|宇宙|讲讲(?!路)"
)
"""What a car navigation is asked and cannot do, or is only talk."""


def _other(text: str, context: Context) -> Parsed | None:
    """Bare words: a name alone, which is an answer to "where to?" or else a destination."""
    if _SMALL_TALK.search(text) and not re.search(r"导航|去(?!死)|买|哪里|路线|附近|回家|怎么走|换条", text):
        return one(Chat(), GOOD, "zh.chat.topic")
    if context.expecting == "place" and 1 < len(text) <= 20 and not _BAD_PLACE.search(text):
        phrase = parse_phrase(text, "zh")
        return one(
            Navigate(to=phrase.core or text, near=phrase.near, pick=phrase.pick), FAIR, "zh.place.asked"
        )
    if (
        re.fullmatch(r"[\u3400-\u9fffA-Za-z0-9·' -]{2,16}", text)
        and re.search(
            r"(?:路|街|站|门|店|楼|馆|院|园|桥|寺|庙|宫|塔|城|村|镇|区|县|市|湖|山|广场|大厦|中心|小区|机场|大学|酒店|公寓|码头|教堂|公园|口|里|苑|府|巷|胡同|庄|岛|港|银行|学校|(?:路|街|道|巷|胡同)(?:甲|乙)?\d{1,4}号(?:院|楼)?)$",
            text,
        )
        and not _BAD_PLACE.search(text)
        and not _SENTENCE.search(text)
        and not re.match(r"走|不|别|换|绕|要|选|避|抄", text)
    ):
        return one(Navigate(to=text), 0.7, "zh.place.bare")
    return None
