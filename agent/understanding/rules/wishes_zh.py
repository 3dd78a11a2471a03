# ruff: noqa: E501 (a pattern is easier to read whole)
"""Trips in Mandarin: "到昆山玩两天，住得便宜点，想看园林" → where, days, wishes; and changes to a plan."""

from __future__ import annotations

import re

from agent.trip.dates import ZH_DATE, ZH_SHIFT
from agent.understanding.context import Context
from agent.understanding.intent import PlanChange, PlanTrip, Wishes
from agent.understanding.numerals import ZH_NUMBER, zh_number
from agent.understanding.rules.reading import FAIR, GOOD, STRONG, Parsed, one
from agent.understanding.rules.road_wishes import road_wishes
from agent.understanding.rules.wishes import (
    Changes,
    Named,
    Words,
    add_kind,
    asked_about,
    change_of,
    changed,
    clock,
    days_asked,
    length_of,
    moved_by,
    wishes_of,
)

_TRIP = re.compile(
    r"玩(?!具|偶)|旅游|旅行|游玩|自驾|[天日]游|一日游|周末(?:去|到|游|行程)|度假|行程|攻略|逛(?:个|一)?(?:[一二两三四五六七八九十\d半]+天)|待(?:个|上)?[一二两三四五六七八九十\d半]+(?:个)?(?:天|晚|礼拜|星期|周)|住(?:个|上)?[一二两三四五六七八九十\d]+(?:天|晚)|几日游|转(?:个|上)?[一二两三四五六七八九十\d半]+天|出去[一二两三四五六七八九十\d半]+天|散散?心|[一二两三四五六七八九十\d]+天(?:去|玩|逛|游|看)|逛[^，,附近]{1,8}[一二两三四五六七八九十\d]+天|(?:在|去|到)[^，,]{1,10}[一二两三四五六七八九十\d]+天(?:$|[，,。看吃带住逛]|[一二两三四五六七八九十\d][晚夜])"
)
_DAYS = re.compile(rf"({ZH_NUMBER})(?:个)?(?:天|日(?!料|本))(?:({ZH_NUMBER})(?:个)?(?:夜|晚))?")
_NOT_TRIP = re.compile(
    r"(?:不知道|没|不).{0,4}(?:哪|啥|什么).{0,3}玩|(?:附近|周围|这里|这儿|哪里|哪儿|有什么|有啥|有没有).{0,6}(?:好玩|玩的)|取消行程|结束行程|好玩的(?:地方)?(?:吗|呢|$)|第.天"
)

_BARE_DAYS = rf"(?:就|玩|大概|大约|安排)*({ZH_NUMBER})(?:个)?(?:天)?[吧呗。]*"
"""An answer to "how many days?"."""


def parse_trip(text: str, context: Context) -> Parsed | None:
    """Read a request for a trip, or a change to the plan at hand; None if it is neither."""
    if asked := asked_about(text.strip(" ，,。.!！?？"), _ASKED, day_number(text), context, "zh"):
        return asked
    if change := _change(text, context):
        return change
    if not _TRIP.search(text) or _NOT_TRIP.search(text):
        if context.expecting == "days" and (days := days_of(text)) is not None:
            return one(PlanTrip(days=days), STRONG, "zh.trip.days")
        return days_asked(text, context, "zh", _BARE_DAYS, zh_number)
    days = days_of(text)
    where = _where(text)
    if (
        not where
        and re.search(r"住(?:个|上)?(?:一|1)(?:天|晚)", text)
        and not re.search(r"玩|游|旅|行程|规划|安排", text)
    ):
        return None
    if days is None and re.search(r"(?:馆|公园|乐园|广场|商场|海滩|动物园|植物园|游乐[园场])$", where):
        return None
    planning = re.search(r"规划|安排|计划|设计|制定|行程|攻略|[天日]游|旅游|旅行|自驾|度假", text)
    if not where and days is None and not planning:
        return None
    wishes = parse_wishes(text)
    sure = STRONG if days is not None or (where and planning) else GOOD if where or planning else FAIR
    return Parsed(
        intents=(PlanTrip(where=where, days=days, wishes=wishes),), confidence=sure, pattern="zh.trip"
    )


def days_of(text: str) -> int | None:
    """Return the number of days said, None if none was."""
    if found := _DAYS.search(text):
        value = zh_number(found[1])
        if value is not None:
            return max(1, round(value + 0.01)) if value > 0 else 0
    if re.search(r"周末(?:两天)?|双休", text):
        return 2
    if re.search(r"一日游|半日游|当天(?:来回|往返)|一整天", text):
        return 1
    if found := re.search(rf"({ZH_NUMBER})(?:个)?(?:星期|礼拜|周)(?![末一二三四五六日天])", text):
        return int((zh_number(found[1]) or 1) * 7)
    if found := re.search(rf"(?:住|待|玩)({ZH_NUMBER})(?:个)?(?:晚|夜)", text):
        return int(zh_number(found[1]) or 0) + 1
    return None


def _where(text: str) -> str:
    time = r"(?:今天|明天|后天|大后天|这周末|下周末|周末|这个周末|下个周末|周[一二三四五六日天]|星期[一二三四五六日天]|下周|五一|十一|国庆|暑假|寒假|元旦|春节|假期|放假|开车|自驾)*"
    patterns = (
        rf"{ZH_NUMBER}[天日](?:{ZH_NUMBER}[夜晚])?的([^，,。！!？?的]{{2,8}}?)(?:自驾|之旅|旅游|旅行|游|行程|攻略)",
        rf"{ZH_NUMBER}天(?:去|玩|逛|游)(?:遍|转)?([^，,。！!？?]{{2,10}}?)(?=$|[，,。！!？?]|玩|逛)",
        rf"逛逛?([^，,。！!？?逛]{{2,8}}?)(?:{ZH_NUMBER}天|，{ZH_NUMBER}天|,{ZH_NUMBER}天)",
        rf"(?:去|到|往|来|在|飞|想去|打算去|回){time}([^，,。！!？?]{{1,14}}?)(?:那边|那儿|那里)?(?:附近)?{time}(?:好好|痛快|尽情|随便|想|要|打算|简单)*(?:自驾|旅游|旅行|玩|逛|转|待|住|度假|过(?:个)?周末|游玩|走走|散散?心|看看|[一二两三四五六七八九十\d半]+(?:天|日)|一日游|周末)",
        rf"(?:周末|假期|国庆|五一|元旦|春节|暑假|寒假|{ZH_NUMBER}天)(?:想|要|打算|我们?|带.{{1,4}})*(?:去|到)([^，,。！!？?]{{2,8}}?)(?=[，,。！!]|$)",
        rf"(?:规划|安排|计划|设计|制定|做|来|给我|搞|排)(?:一下|一个|一份|个|份|下)?{time}(?:去|到|在)?([^，,。！!？?]{{1,12}}?)(?:的)?(?:{ZH_NUMBER}(?:天|日)|周末|旅游|旅行|自驾|行程|游玩|攻略)",
        rf"(?:^|[，, ]|想|要|来)(?:我们?|咱们?|想|要|来个|来|搞个|帮我|给我|规划|安排|计划|一个|个|做|去|到|的)*{time}([^，, 的天]{{2,8}}?)(?:的)?(?:{ZH_NUMBER}[天日](?:[一二两三四五六七八九十\d]夜)?游|一日游|半日游|周末游|自驾游|{ZH_NUMBER}日游|攻略|行程)",
        r"(?:行程|旅行|旅游)(?:目的地)?(?:是|去|到|，)([^，,。！!？?]{2,10}?)(?:[，, ]|$)",
    )
    for pattern in patterns:
        if found := re.search(pattern, text):
            where = re.sub(r"^(?:一下|一个|个|去|到)|(?:好好|开车|带.*)$", "", found[1]).strip("，, 的")
            if re.fullmatch(
                r"(?:哪(?:里|儿)?|这里|这儿|本地|附近|外面|外地|周边|市区|城里|当地|出|一个|个|半|这|自驾|旅|旅行|周末|家庭|亲子|深度|)",
                where,
            ):
                return ""
            if not re.search(rf"^{ZH_NUMBER}$|^{ZH_NUMBER}(?:天|日)|我们|周末$|行程|第", where):
                return re.sub(rf"{ZH_NUMBER}(?:个)?(?:天|日)(?:{ZH_NUMBER}夜)?$", "", where)
    return ""


_AVOIDED = r"(?:不要|不想|不去|别去?|不看|不喜欢|讨厌|避开|跳过|别安排|不逛|少去|不用(?:去|看))(?:看|去|逛|安排|任何|参观|太多)*"


_WORDS = Words(
    children=r"孩子|小孩|儿子|女儿|宝宝|娃|小朋友|亲子|一家三口|一家四口",
    elderly=r"老人|爸妈|父母|爷爷|奶奶|外公|外婆|长辈|老年|岳父|岳母|公婆|老爸|老妈|爸爸|妈妈",
    low=r"便宜|省钱|经济|实惠|穷游|预算(?:不多|有限|不高|低|紧)|性价比|别太贵|不要太贵|不贵|少花(?:点)?钱|青旅|省着|省一?点",
    high=r"豪华|高档|高级|奢华|不差钱|住(?:得)?好(?:一)?点|预算(?:充足|不限|高)|最好的酒店|好(?:一)?点的酒店|吃好住好",
    easy=r"轻松|悠闲|慢慢|别太赶|不要太赶|不赶|休闲|别太累|不要太累|不太累|慢一?点|舒服一?点|少安排|别安排太满|不要太满|别排太满|慢节奏|不想太累|不想太赶|松一?点|不累",
    full=r"紧凑|多安排|充实|尽量多|特种兵|越多越好|排满|多看(?:几|一)|满一?点|多逛",
    stars=r"([一二两三四五1-5])星",
)


_WISHING = r"(?:我们?|想|要|还|也|再|能|最好|喜欢|有|带|去|到|看看?|逛逛?|玩|蒸|泡|洗|做|一次|一?个|些|点|中午|晚上|午饭|晚饭|午餐|晚餐)*"
"""What stands before a kind of place that is wished for."""


def parse_wishes(text: str) -> Wishes:
    """Extract what a trip should be like.

    Returns
    -------
    Wishes
        Only what was said; every name is a span of the text.
    """
    roads = road_wishes(text, "zh")
    rest = roads.text
    named = Named()
    likes = named.likes
    for found in re.finditer(rf"{_AVOIDED}([^，,。！!？?]{{1,12}}?)(?:了|的地方|，|,|。|$|和|也)", rest):
        word = found[1].strip("的了 ")
        if word and not re.search(r"太|赶|累|早|贵|紧|远|满|高速|收费|酒店|走路|起|开车", word):
            named.dislikes += _items(word)
    rest = re.sub(rf"{_AVOIDED}[^，,。！!？?]{{1,12}}", "", rest)
    for found in re.finditer(
        r"(?:一定|必须|务必|肯定|必)(?:要|得)?(?:去|看|到|逛|打卡|有|包括)(?:一下)?([^，,。！!？?]{2,16}?)(?=[，,。！!？?]|$|然后|和住|还要)",
        rest,
    ):
        named.must += _items(found[1])
    rest = re.sub(
        r"(?:一定|必须|务必|肯定|必)(?:要|得)?(?:去|看|到|逛|打卡|有|包括)(?:一下)?[^，,。！!？?]{2,16}",
        "",
        rest,
    )
    for found in re.finditer(
        r"(?:吃|尝尝?|品尝)(?:点|些|一下|顿|个|一顿|当地的?|地道的?|正宗的?)*([^，,。！!？?]{1,10}?)(?=[，,。！!？?]|$|和住|再|然后|看|逛|参观)",
        rest,
    ):
        word = found[1].strip("的 ")
        if word and not re.fullmatch(
            r"饭|东西|得?好(?:一?点)?|得?便宜(?:一?点)?|的|好吃的?|点|喝|美食|特色", word
        ):
            named.meals += _items(word)
    rest = re.sub(r"(吃[^，,。看逛]{1,8}|[天晚夜])(?=看|逛|参观)", r"\1，想", rest)
    for found in re.finditer(
        r"(?:想|要|主要|喜欢|爱|多|就|最好|打算|顺便|还|也|希望|能|安排|去)+(?:去|看看?|逛逛?|参观|游览|玩|安排|有|转转?|爬|泡|拍)+(?:一下|点|些|几个|一些|个|当地的?|各种|那些|那种|很多)*([^，,。！!？?]{1,14}?)(?=[，,。！!？?]|$|多一?点|为主|什么的|之类|再)",
        rest,
    ):
        word = found[1].strip("的 ")
        if (
            word
            and not re.search(
                rf"{ZH_NUMBER}(?:天|日)|玩|旅游|周末|自驾|行程|住|吃|度假|两晚|一晚|待|礼拜|星期", word
            )
            and word not in {"我", "孩子"}
        ):
            likes += _items(word)
    for found in re.finditer(
        r"(?:想|要|去|喜欢|主要)(?:去)?(滑雪|徒步|爬山|泡温泉|露营|潜水|钓鱼|骑行|购物|赶海)", rest
    ):
        if found[1] not in likes and found[1].removeprefix("泡").removeprefix("爬") not in likes:
            likes.append(found[1])
    for found in re.finditer(
        r"(?:喜欢|爱|对|爱看)([^，,。！!？?看去逛玩]{1,10}?)(?:感兴趣|有兴趣|为主)?(?=[，,。！!？?]|$)", rest
    ):
        word = found[1].strip("的 ")
        if word and word not in likes and not re.search(r"玩|吃|安静|热闹", word):
            likes += _items(word)
    for part in re.split(r"[，,。；;、！!？?和跟]|还有|顺便|(?<=[天晚夜])(?=[看逛去])", rest):
        add_kind(named, re.sub(rf"^{_WISHING}", "", part.strip("的吧了 ")))
    return wishes_of(text, named, _WORDS, number=zh_number, avoid=roads.avoid, depart=_depart(text))


def _items(text: str) -> list[str]:
    parts = re.split(r"和|、|跟|与|以及|还有|或者|及|，|,", text)
    return [
        p
        for p in (
            re.sub(
                r"^(?:一些|一下|些|点|个|几个|去|看|逛)|(?:的地方|之类的?|什么的|多一点|多点|这些|啥的|吧|啊|了)$",
                "",
                p.strip("的 "),
            )
            for p in parts
        )
        if p
    ]


def _depart(text: str) -> str:
    found = re.search(
        rf"(?:(早上|上午|早晨|清晨|下午|中午)?({ZH_NUMBER})点(半|{ZH_NUMBER}分)?)(?:钟)?(?:左右)?(?:再)?(?:出发|出门|开始|走|动身)",
        text,
    )
    if not found:
        return ""
    minute = 30 if found[3] == "半" else int(zh_number((found[3] or "零").removesuffix("分")) or 0)
    return clock(int(zh_number(found[2]) or 9), minute, afternoon=found[1] == "下午")


def day_number(text: str) -> int:
    if found := re.search(rf"第({ZH_NUMBER})天", text):
        return int(zh_number(found[1]) or 0)
    if re.search(r"最后一天", text):
        return -1
    if re.search(r"首日|头一天", text):
        return 1
    return 0


_MOVED = re.compile(
    r"(?:那|就|还是|我们?|把|将|给我|帮我|能不能|可以|想)*(?:出发(?:时间|日期|的?日子)?|行程|计划|日期|时间|整个)?(?:都|就|给我)?"
    rf"(?:(?:换成|换到|换|改成|改到|改为|改|挪到|推到|推迟到|延到|提前到|定在|定到|放到|放在)(?P<when>{ZH_DATE})(?:再)?(?:出发|开始|走|去|玩)?"
    rf"|(?P<shift>{ZH_SHIFT})(?:再)?(?:出发|开始|走|去)?)(?:行吗|可以吗|好吗|行不行)?"
)


def _change(text: str, context: Context) -> Parsed | None:
    """Changes to a plan; without a plan at hand only what names a day or the plan itself."""
    body = text.strip(" ，,。.!！?？吧呗啊呀哦了嘛")
    day = day_number(body)
    clear = day != 0 or re.search(r"行程|计划|安排", body) is not None
    if moved := _MOVED.fullmatch(body):
        return moved_by(moved, context, "zh", otherwise=FAIR)
    if not (context.planning or clear) or re.search(r"导航|路线|高速", body):
        return None
    if not context.planning and day == 0 and days_of(body) is not None:
        return None
    rest = re.sub(
        rf"(?:在|把|将|那)?(?:第{ZH_NUMBER}天|最后一天|首日|头一天)(?:的|里|那天)?|(?:行程|计划|安排)(?:里|中|上)(?:面)?的?",
        "",
        body,
    )
    made = _change_of(rest, body, day)
    return None if made is None else changed(made, context, "zh", otherwise=GOOD)


_CHANGES: Changes = (
    (
        "hotel",
        r"(?:换|改)(?:一)?(?:个|家|间)?(?:别的|其他)?(?:的)?(?:酒店|宾馆|旅馆|住处|住的地方|地方住|民宿)|(?:酒店|宾馆|旅馆|住处|住的地方)(?:再)?(?:换|改)|不(?:住|喜欢)(?:这|那)(?:个|家)(?:酒店)?",
        "",
    ),
    ("shorter", r"(?:少|减)(?:玩|待|住|去|掉)?(?:一|1)天|(?:缩短|减少)(?:一|1)天", ""),
    (
        "fewer",
        r"少(?:安排|排|去|玩|逛|走|看)|(?:太|安排得?太|排得?太)(?:满|赶|累|紧|多)|轻松(?:一)?(?:点|些)|别(?:安排|排)(?:这么|那么|太)(?:多|满)|松(?:一)?点",
        "",
    ),
    (
        "more",
        r"多(?:安排|排|去|玩|逛|加)(?:一?点|一?些|几个)|(?:太|安排得?太)(?:少|空|松)|再(?:多)?安排(?:一)?点|充实|(?:紧凑|满)(?:一)?点",
        "",
    ),
    (
        "later",
        r"(?:晚|迟)(?:一)?点(?:儿)?(?:出发|出门|开始|起|走)?|(?:出发|出门|开始)(?:得)?(?:晚|迟)(?:一)?点|睡(?:个)?懒觉|太早了?",
        "",
    ),
    (
        "earlier",
        r"早(?:一)?点(?:儿)?(?:出发|出门|开始|起|走)?|(?:出发|出门|开始)(?:得)?早(?:一)?点|太晚了?",
        "",
    ),
    (
        "longer",
        rf"(?:多|再|加)(?:玩|待|住|加|留)?(?:一|1)天|(?:延长|加)(?:一|1)天|改(?:成|为)(?:{ZH_NUMBER})天",
        r"改",
    ),
)


_DAY = rf"(?:第{ZH_NUMBER}天|最后一天|首日|头一天)?(?:的)?"
_ASKED = (
    (
        "lunch",
        rf"{_DAY}(?:中午|午饭|午餐)(?:我们?)?(?:在|去)?(?:(?:吃|是)?(?:什么|啥)|(?:在|去)?哪(?:里|儿|家)?(?:吃)?|怎么(?:安排|吃))",
    ),
    (
        "dinner",
        rf"{_DAY}(?:晚上|晚饭|晚餐)(?:我们?)?(?:在|去)?(?:(?:吃|是)(?:什么|啥)|(?:在|去)?哪(?:里|儿|家)?吃|怎么吃)",
    ),
    (
        "hotel",
        rf"{_DAY}(?:晚上|夜里|我们?|都)*(?:住|睡)(?:在)?(?:哪(?:里|儿|家|个酒店)?|什么(?:地方|酒店))|{_DAY}(?:酒店|住处)是(?:哪(?:里|儿|家|个)|什么)",
    ),
    ("start", rf"{_DAY}(?:我们?)?(?:几点|什么时候)(?:钟)?(?:出发|开始|出门|走)"),
    (
        "all",
        r"(?:把|请|再)*(?:看|说|念|报|讲|重复|介绍)?(?:一?下|一?遍|看)?(?:我们?的?|这个)?(?:行程|计划|安排)(?:再)?(?:(?:说|念|报|讲|重复)(?:一?遍|一?下)|是(?:什么|怎样的?)|有(?:什么|哪些)|怎么(?:安排|样)的?|呢)?",
    ),
    (
        "day",
        rf"(?:把|请|再|那)*(?:看|说|念|报|讲|介绍)?(?:一?下|一?遍|看)?(?:第{ZH_NUMBER}天|最后一天|首日|头一天)(?:的)?(?:呢|(?:都|要|我们?)*(?:去|逛|玩|看|有|干|做)(?:哪(?:里|儿|些地方)?|什么|啥)|(?:的)?(?:安排|行程|计划)?(?:是(?:什么|怎样的?)|怎么安排的?|有(?:什么|哪些))?)",
    ),
)
_LENGTHS = (
    (
        "days",
        rf"(?:改成|改为|改到|变成|换成|缩短到|缩短成|减到|延长到|加到|(?:就|只)(?:玩|待|住|有))({ZH_NUMBER})(?:天|日)(?:吧)?$",
    ),
    ("longer", rf"(?:再加|再玩|再待|多玩|多待|多加|多|加|延长)({ZH_NUMBER})天"),
    ("shorter", rf"(?:少玩|少待|少去|少|减|缩短|减少)({ZH_NUMBER})天"),
)


def _change_of(rest: str, body: str, day: int) -> PlanChange | None:
    if day == 0 and (made := length_of(body, _LENGTHS, zh_number)):
        return made
    if made := change_of(_CHANGES, body, day):
        return made
    swap = re.fullmatch(
        r"(?:那|就|给我|帮我|我们?|还是)*(?:把|将)(.{1,14}?)(?:换成|改成|替换成|换为)(.{2,14}?)", rest
    ) or re.fullmatch(
        r"(?:那|就|给我|帮我|我们?|还是)*(?:把|将)?(.{1,14}?)(?:给)?(?:换掉|换一个|换个别的|换了)()", rest
    )
    if swap and not re.search(r"目的地|终点|路|声音|音量|时间|出发", swap[1]):
        other = "" if swap[2] == "别的" else swap[2]
        return PlanChange(action="swap", day=day, what=swap[1].strip("的 "), other=other)
    drop = re.fullmatch(
        r"(?:那|就|给我|帮我|我们?|还是)*(?:把|将)?(.{1,14}?)(?:这个|那个|的安排)?(?:都|给|全)?(?:去掉|删掉|取消掉?|换掉|删了|删除|拿掉|不要|不去|去了|划掉|移除|砍掉|跳过|就算|算)(?:了|掉)*",
        rest,
    ) or re.fullmatch(
        r"(?:那|就|给我|帮我|我们?|还是)*(?:不去|不要|不看|不想去|不想看|去掉|删掉|取消|删除|别去|别安排|跳过|不逛)(?:看|去)?(.{1,14}?)",
        rest,
    )
    if (
        drop
        and drop[1].strip("的")
        and not re.fullmatch(r"(?:它|这个|那个|行程|计划|这|那|提醒|这家|那家)", drop[1])
    ):
        return PlanChange(action="drop", day=day, what=drop[1].strip("的 "))
    add = re.fullmatch(
        r"(?:那|就|给我|帮我|我们?|还|也|再|想|要|能不能|可以)*(?:把)?(?:加|加上|增加|添加|加个|加一个|安排|安排个|安排一个|插|去|看|逛|去看看?|逛逛|去逛逛?|想去|添)(?:一个|上|个|进|入|一下|去|看看|看|下)*(.{2,14}?)(?:加进去|加上|进去|看看|一下)?",
        rest,
    ) or re.fullmatch(
        r"(?:把|将)(.{2,14}?)(?:也)?(?:加|安排|放)(?:进|到|上|进去|进来|入|里)*(?:行程|计划|安排|去)?(?:里|中)?",
        rest,
    )
    if (
        add
        and not re.fullmatch(r"(?:它|这个|那个|什么|哪|点|些|一点|一下|路线).*", add[1])
        and (day or re.search(r"加|安排|添|插|放", rest))
    ):
        return PlanChange(action="add", day=day, what=add[1].strip("的 "))
    return None
