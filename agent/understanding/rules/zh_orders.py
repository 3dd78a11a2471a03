# ruff: noqa: E501 (a pattern is easier to read whole)
"""Chinese orders about the voice and the memory: 大声点, 记住这里是我家, 我家在哪."""

from __future__ import annotations

import re
from typing import Any, cast

from agent.understanding.context import Context
from agent.understanding.intent import Recall, Remember, Volume
from agent.understanding.numerals import ZH_NUMBER, zh_number
from agent.understanding.rules.reading import GOOD, STRONG, Parsed, one
from agent.understanding.rules.sentence_zh import END, HERE, HOME, WORK, whole


def volume(text: str, context: Context) -> Parsed | None:
    """大声点, 静音, a level."""
    if re.fullmatch(r"(?:把)?(?:音量|声音)(?:调|设|开|放|改)?(?:到|为|成|至)?一半" + END, text):
        return one(Volume(change="set", level=50), STRONG, "zh.volume.set")
    if found := re.search(
        rf"(?:音量|声音)(?:调|设|开|放|改|调整|设置)?(?:到|为|成|至)?(?:百分之)?({ZH_NUMBER})(?:%|格)?" + END,
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
        if whole(pattern, text):
            return one(Volume(change=cast("Any", change)), STRONG, "zh.volume")
    return None


def remember(text: str, context: Context) -> Parsed | None:
    """Keep home, work or a favourite."""
    text = re.sub(r"[，,]?(?:帮我|给我|你)?(?:记一下|记住|记着|记好)(?:吧|啊|了)?$", "", text) or text
    lead = r"(?:把|将|记住|记一下|记|记录|保存|设置?|请记住|标记|你记着?|告诉你|存|以后)*"
    verb = r"(?:设(?:置)?|存|保存|记|标记|标|收藏|加|添加|改|定|当|记录|更新|换|作为|加入|放)(?:置|一下)?(?:成|为|到|做|作|进|作为|下来)?"
    for what, word in (("home", HOME), ("company", WORK)):
        if re.fullmatch(rf"{lead}{HERE}(?:就)?(?:{verb}|是|当|作为|成){word}{END}", text) or re.fullmatch(
            rf"{lead}{word}(?:的?(?:地址|位置))?(?:就)?(?:{verb}|是|在|就在|就是)+{HERE}{END}", text
        ):
            return one(Remember(what=cast("Any", what)), STRONG, "zh.remember.here")
        named = re.fullmatch(rf"{lead}(?!{HERE})(.{{2,24}}?)(?:就)?(?:{verb}){word}{END}", text)
        if named and not re.search(r"我要|带我|导航", named[1]):
            return one(Remember(what=cast("Any", what), place=named[1]), STRONG, "zh.remember.place")
        named = re.fullmatch(
            rf"{lead}{word}(?:的)?(?:地址|位置)?(?:就)?(?:{verb}|在|就在|住在|住|是|改到|搬到了?|搬)+(.{{2,24}}?){END}",
            text,
        )
        if named and not re.match(r"哪|什么|多|几|不是|怎么|啥|附近", named[1]):
            return one(Remember(what=cast("Any", what), place=named[1]), STRONG, "zh.remember.place")
    if found := re.fullmatch(rf"我(?:们)?(?:家)?(?:住在|住|搬到了?|搬去了?)(?!哪|的)(.{{2,24}}?){END}", text):
        return one(Remember(what="home", place=found[1]), GOOD, "zh.remember.live")
    if found := re.fullmatch(rf"我(?:们)?(?:在)(.{{2,24}}?)(?:上班|工作){END}", text):
        return one(Remember(what="company", place=found[1]), GOOD, "zh.remember.work")
    return _remember_favourite(text, lead)


def _remember_favourite(text: str, lead: str) -> Parsed | None:
    if found := re.fullmatch(
        rf"{lead}(?:{HERE}|这家店?|这家餐厅|它|这个|那里|那家)?(?:给我|帮我)?(?:叫做?|取名(?:为|叫)?|命名(?:为|成)?|标记(?:为|成|做)|保存(?:为|成)|存(?:为|成)|记(?:为|作|成))(?!什么|啥|哪|我)(.{{1,12}}?){END}",
        text,
    ):
        return one(Remember(label=found[1]), GOOD, "zh.remember.label")
    if (
        re.fullmatch(
            rf"{lead}(?:{HERE}|这家店?|这家餐厅|这家酒店|它|这个|那里|那家|刚才那个|目的地)?(?:给我|帮我|都|先)?(?:收藏|记下来|记住|保存下来|存下来|存起来|保存|存一下|记一下|加到收藏夹?|加入收藏夹?|添加到收藏夹?|放进收藏夹?)(?:一下)?(?:起来|下来|{HERE}|(?:这|那)(?:家|个|间|座)?(?:店|餐厅|饭店|酒店|地方|馆子|公园|咖啡馆)?|它|到收藏夹)?{END}",
            text,
        )
        and len(text) > 1
    ):
        return one(Remember(), STRONG, "zh.remember.favourite")
    if found := re.fullmatch(
        rf"(?:把|将)?(.{{2,20}}?)(?:给我|帮我)?(?:收藏|加到收藏夹?|加入收藏夹?|添加到收藏夹?|放进收藏夹?|记下来|存起来)(?:一下|起来|里)?{END}",
        text,
    ):
        if re.search(r"看看|打开|有(?:什么|哪些|啥)|^我的?$|^查", found[1]):
            return None
        named = "" if re.fullmatch(r"(?:这|那)(?:一?[个家间座片])?.{0,4}", found[1]) else found[1]
        return one(Remember(place=named), GOOD, "zh.remember.favourite_place")
    found = re.fullmatch(rf"(?:收藏|记住)(?!夹)(?:一下)?(?!这|那|刚才)(.{{2,20}}?){END}", text)
    if found:
        return one(Remember(place=found[1]), GOOD, "zh.remember.favourite_place")
    return None


def recall(text: str, context: Context) -> Parsed | None:
    """Ask what is kept: home, favourites, past destinations."""
    where = r"(?:的)?(?:地址|位置)?(?:存的?|设的?|设置的?|住)?(?:是|在)?(?:哪(?:里|儿)?|什么(?:地方|位置)|啥地方|多少|什么)"
    if re.fullmatch(rf"(?:你)?(?:知道|记得|还记得|查|看|告诉我)*(?:一下)?{HOME}{where}{END}", text):
        return one(Recall(what="home"), STRONG, "zh.recall.home")
    if re.fullmatch(rf"(?:你)?(?:知道|记得|还记得|查|看|告诉我)*(?:一下)?{WORK}{where}{END}", text):
        return one(Recall(what="company"), STRONG, "zh.recall.company")
    if re.fullmatch(
        r"(?:你)?(?:给我|帮我|查|看|打开|列出|列一下|念|显示|说说|告诉我)*(?:一下|看)?(?:我)?(?:的|都)?(?:收藏(?:夹|了)?|存了?|保存了?|记住?了?|喜欢的?)(?:的|了|过)?(?:些|哪些|什么|啥|都|有|里|里面|的)*(?:地方|地点|位置|店)?(?:有(?:哪些|什么|啥)|是什么)?"
        + END,
        text,
    ) and re.search(r"收藏|存了|保存了|记住?了|我的|哪些|什么", text):
        return one(Recall(what="favourites"), STRONG, "zh.recall.favourites")
    if re.fullmatch(
        r"(?:看看|打开|查看|念念|说说|列出)*(?:我的|我)(?:收藏夹?|常去的?地方|收藏的?地方)(?:都?有哪些|有什么|呢)?"
        + END,
        text,
    ):
        return one(Recall(what="favourites"), STRONG, "zh.recall.favourites")
    if re.fullmatch(
        r"(?:我|我们)?(?:上次|最近|昨天|之前|以前|上周|前几天|前天|刚才|历史|上一次|过去|上个月)+(?:我|我们)?(?:都)?(?:去|导航|去过|到过|到)(?:了|过|的)*(?:哪(?:里|儿|些地方|些)?|什么地方|啥地方|地方|记录|的地方)(?:了|来着|过|有哪些)*"
        + END
        + r"|(?:我的|看看|查看|打开|查|看|一下|列出)*(?:历史(?:目的地|记录|导航)|导航(?:历史|记录)|最近(?:的)?目的地|最近去过的地方|足迹)(?:有哪些|是什么)?"
        + END,
        text,
    ):
        return one(Recall(what="destinations"), STRONG, "zh.recall.destinations")
    return None
