# ruff: noqa: E501 (a pattern is easier to read whole)
"""Chinese requests for places and roads: 去, 找, 顺路, 不走高速."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast

from agent.understanding.context import Context
from agent.understanding.intent import ChangeRoute, Chat, Navigate, Search
from agent.understanding.rules.phrase import Phrase, is_category, need_of, parse_phrase
from agent.understanding.rules.reading import FAIR, GOOD, STRONG, WEAK, Parsed, navigate_of, one, search_of
from agent.understanding.rules.road_wishes import road_wishes
from agent.understanding.rules.sentence_zh import END, NAV_LEAD, NAV_VERB, whole

_PROBLEM = r"(?:太堵|好堵|堵死|堵车|很堵|这么堵|堵得|前面堵|堵)(?:了|死了|得要命|得慌|得厉害)?"


def route_change(text: str, context: Context) -> Parsed | None:
    """Change the drive under way: roads to avoid or take, another route, stops."""
    if re.fullmatch(
        r"(?:前面|前方|路上|这条路|那边|一路上?|今天|现在|去.{1,10}的?路上?|会不会|还|有没有|会|是不是)*(?:堵车?|拥堵)(?:得?厉害)?(?:了)?(?:吗|不堵|没有?|不)"
        + END,
        text,
    ):
        return one(Chat(), GOOD, "zh.chat.traffic")
    if (
        whole(
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
    if whole(
        r"(?:把|将|取消|删掉|去掉|不要)?(?:所有的?|全部的?|中间的?|途中的?|中途的?|那些|这些|[那这]?几个)*(?:途经点|经停点?|中途点|停靠点|停靠|途径点|途经的?地方|停的地方)(?:都|全|全部)?(?:删掉|去掉|取消|删除|删|不要|清空)(?:了)?|(?:删除|取消|清空|去掉|删掉)(?:所有的?|全部的?|中间的?)?(?:途经点|经停点?|停靠点|途径点)|(?:中间|途中|中途|路上)?(?:哪儿?|哪里)?都?不停(?:了)?(?:[，,]?直接(?:开)?(?:去|到|过去)(?:目的地|终点)?)?|直接(?:去|到|开(?:去|到))(?:目的地|终点)(?:[，,]?(?:中间|路上|中途|途中)?(?:都|哪(?:儿|里)?(?:都|也))?(?:不停(?:车|了)?|别停))?",
        text,
    ):
        return one(ChangeRoute(drop="*"), STRONG, "zh.change.drop_all")
    drop = re.fullmatch(
        r"(?:把|将)?(.{2,20}?)(?:这个|那个|那一?站|这一?站)?(?:途经点|经停点?)?(?:从路线(?:里|中|上)?)?(?:去掉|删掉|取消掉?|删除|拿掉|移除|跳过|省了)(?:了)?"
        + END
        + r"|(?!我|咱|今|明|那|这|都|也|就|哪)(.{2,12}?)(?:那边|那里|那儿)?(?:就|我们?|先|那就|咱)*(?:不|别|不用|甭|不想|不必)(?:去|停|绕|到)(?:了|吧)(?:[，,]?直接(?:走|开))?"
        + END
        + r"|(?:不去|不用去|先不去|别去|不到|不绕去|跳过|不经过|删除|取消去?|去掉|删掉)(?:途经点|经停点?)?(.{2,20}?)(?:了)?"
        + END,
        text,
    )
    if drop and not re.search(r"第.天|行程|计划|安排|导航|路线$|高速|收费|提醒|声音|静音", text):
        dropped = next(filter(None, drop.groups()))
        return one(ChangeRoute(drop=dropped.removesuffix("的")), GOOD, "zh.change.drop")
    text = re.sub(r"^途[经径]点(?=加|添|增)", "路上", text)
    add = re.fullmatch(
        r"(?:路上|途中|中途|中间|半路|我们?|还|再|先|顺路|顺便|想|要|得|给我|帮我|去之前|在)*(?:加|添加|增加|加上|加个|添|插)(?:一个|一下|个|一)?(?:途经点|经停点?|停靠点|途径点|中途点)(?:[:：]|到|是|为|，|在|加上?)?(.{0,20}?)"
        + END
        + r"|(?:路上|途中|中途|中间|半路|我们?|还|再|顺路|顺便|想|要|得|先|在|需要|路过)*(?:在)(.{2,20}?)(?:停|停一下|停一停|停一会儿?|停留|歇|逗留)(?:一下|一会儿?|会儿?|一脚)?"
        + END
        + r"|(?:路上|途中|中途|中间|半路|我们?|还|再|顺路|顺便|顺道|想|要|得|先|需要|能不能)*(?:经过|路过|途[经径](?!点)|绕到|绕去|绕道|绕(?=一下)|拐去|拐到|弯到|捎带去|顺路去|顺便去|顺道去)(?:一下)?(?!.*(?:再|然后|去|到).)(.{2,20}?)(?:一下|那里|那边)?"
        + END
        + r"|(?:路上|途中|中途|中间|半路上?|半道上?)(?:我们?|还|要|得|先|想|需要|再)*(?:去|到|上|拐去|拐到|停|加(?!油|气|满|点))(?:一下|一趟|趟|一?个|一站)?(.{2,16}?)(?:一下|一趟)?"
        + END
        + r"|(?:去|到|走|出发)(?:那)?之?前(?:我们?|先|要|得)*(?:去|到)(?:一下|一趟|趟)?(.{2,16}?)"
        + END
        + r"|(?:先)?去(?:一下|一趟|趟)(.{2,16}?)再(?:走|去|出发|继续)"
        + END
        + r"|(?:把|将)(.{2,20}?)(?:加|添|增)(?:到|进|入|为|成|加)?(?:路线|途经点|经停点?|导航|行程路线)?(?:里|中|上|去|里面)?"
        + END,
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


def navigate(text: str, context: Context) -> Parsed | None:
    """Drive to a place, perhaps over others, from somewhere, on certain roads."""
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
        + END,
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
        return search(target, context)
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
            rf"{NAV_LEAD}(?:送|带|把)?(?:我们?)?{NAV_VERB}(?P<to>.+?)(?:那里|那儿|那边)?(?:的)?(?:该|要|应该)?(?:(?:怎么|咋)(?:走|去|开|过去|到)|如何(?:走|去|到达?)|走?哪条(?:路|道)(?:走|去)?)",
            STRONG,
        ),
        (
            rf"{NAV_LEAD}{NAV_VERB}(?P<to>.+?)(?:去|的路(?:线)?|的导航|那里去|看看|一趟|一下|转转|逛逛|瞧瞧|坐坐)?",
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
        if found := re.fullmatch(pattern + END, body):
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

_WHAT_IS_THERE = (
    r"(?P<near>(?!附近|周围|周边|旁边|这|那|前|路上|沿|顺|半|我|你|还|现在|哪|请|帮|搜|查|看|找)[^，,\d]{2,10}?)"
    r"(?<!附近)(?<!周围)(?<!周边)(?<!旁边)(?<!一带)(?:里面?|市区|境内|那边)?都?有(?:什么|哪些|啥)(?P<what>.{2,8}?)"
)
"""What there is in a town: 昆山有什么酒店."""


def search(text: str, context: Context) -> Parsed | None:
    """Find places of a kind or for a need."""
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
        + END,
        stripped,
    )
    if where:
        phrase = parse_phrase(where["what"], "zh")
        return one(search_of(phrase), _place_confidence(phrase, GOOD), "zh.search.where")
    if there := re.fullmatch(
        r"(?P<what>[^，,吃喝玩]{2,8}?)(?:附近|这边|这里)?(?:有没有|有木有)" + END, stripped
    ):
        return one(search_of(parse_phrase(there["what"], "zh")), FAIR, "zh.search.any")
    if (
        there := re.fullmatch(
            r"(?P<near>(?!附近|周围|周边|这|那|前|路|沿|顺|半|我|你|还|现在|哪|请|帮|搜|查|看|找)[^，,\d内近旁边周]{2,8}?)(?:那边|里面?)?(?:哪(?:里|儿)?有|有没有)(?P<what>.{2,8}?)"
            + END,
            stripped,
        )
    ) and is_category(there["what"], "zh"):
        return one(Search(what=there["what"], near=there["near"]), GOOD, "zh.search.there")
    if (there := re.fullmatch(_WHAT_IS_THERE + END, stripped)) and is_category(there["what"], "zh"):
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
        phrase = replace(
            phrase.filled_from(inner),
            core="" if need_inner and not is_category(inner.core, "zh") else inner.core,
            need=phrase.need or need_inner,
        )
    if not phrase.core and not phrase.need:
        return None
    place = _PURPOSE.sub("", phrase.core)
    if place != phrase.core and is_category(place, "zh"):
        phrase = replace(phrase, core=place)
    if aside and not phrase.along and had_head:
        phrase = replace(phrase, along=True)
    if (
        cue
        or phrase.is_narrowed
        or (had_head and (is_category(phrase.core, "zh") or phrase.need or phrase.near))
    ):
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


def other(text: str, context: Context) -> Parsed | None:
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
