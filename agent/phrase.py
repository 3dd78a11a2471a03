# ruff: noqa: E501 (a pattern is easier to read whole)
"""A place phrase taken apart: "the nearest gas station that is open" → what, pick, open now.

Both languages' grammars hand their noun phrases to this module, so that "最近的还开着的药店" and "the
nearest pharmacy that is still open" fill the same slots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agent import vocabulary
from agent.moment import EN_MOMENT, ZH_MOMENT
from agent.numerals import EN_NUMBER, ZH_NUMBER, en_number, zh_number
from poi.filters import wishes_in

if TYPE_CHECKING:
    from agent.intent import Avoid, Need, Pick
    from agent.utterance import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """What a noun phrase says about a place."""

    core: str = ""
    """The name or category that is left when everything else is taken away."""
    near: str = ""
    """Anchor place, in the speaker's words."""
    need: Need = ""
    along: bool = False
    pick: Pick = ""
    open_now: bool = False
    open_at: str = ""
    """When it must be open, if not now: "on Sunday", 开到十二点 (`agent.moment`)."""
    stars: int = 0
    within_m: int = 0
    """Greatest distance, metres; 0 if none was said."""
    within_min: int = 0
    """Greatest driving time, minutes; 0 if none was said."""
    without: str = ""
    """What it must not be ("a cafe that isn't Starbucks"), in the speaker's words."""
    here: bool = False
    """"nearby", "around here" was said."""


@dataclass(slots=True)
class _Cutter:
    """Cuts what a pattern matches out of a text."""

    text: str
    cut_count: int = field(default=0)

    def cut(self, pattern: str) -> re.Match[str] | None:
        found = re.search(pattern, self.text, re.IGNORECASE)
        if found:
            self.text = self.text[: found.start()] + self.text[found.end() :]
            self.cut_count += 1
        return found


_ZH_HERE = r"我(?:们|现在|这|这里|这儿)?(?:的位置)?|这(?:里|儿|边|一带)?|本地|当前位置|此处|眼下|就|周"
_ZH_NEAR_WORD = r"(?:附近|周围|周边|旁边|边上|跟前|一带|隔壁|对面|门口|那边|那一带|不远处)"
_ZH_STARS = {"五": 5, "四": 4, "三": 3, "二": 2, "一": 1, "两": 2, "5": 5, "4": 4, "3": 3, "2": 2, "1": 1}


def parse_phrase(text: str, language: Language) -> Phrase:
    """Take a place phrase apart.

    Parameters
    ----------
    text
        The words between the verb and the end of the clause.
    language
        Grammar to use; names of the other script pass through whole.
    """
    return _parse_zh(text) if language == "zh" else _parse_en(text)


def need_of(text: str, language: Language) -> Need:
    """Return the need that a whole clause expresses ("饿了" → food), "" if none."""
    table = vocabulary.NEEDS_ZH if language == "zh" else vocabulary.NEEDS_EN
    bare = re.sub(r"死(?:我|人)了$", "死了", text.strip(" ，,。.!！?？的"))
    if language == "en" and bare.lower() in _EN_BARE:
        return _EN_BARE[bare.lower()]
    if not bare or len(bare) > 60:
        return ""
    if found := _need(table, bare):
        return found
    if language == "en":
        plain = re.sub(
            r"(?i) (?:really )?(?:soon|now|asap|right away|quickly|fast)$", "", _EN_IDLE.sub("", bare)
        ).strip(" ,")
        return _need(table, plain) if plain != bare else ""
    # "我想休息", "哪儿能停车": who it is and the question around it add nothing.
    plain = _ZH_WHO.sub("", bare, count=1)
    if plain != bare and len(plain) > 1 and (found := _need(table, plain)):
        return found
    # "没电了快找个地方充电": the same need said twice in one breath.
    for cut in range(2, min(len(bare), 20) - 1):
        if (found := _need(table, bare[:cut])) and (
            found == _need(table, bare[cut:]) or found == _need(table, _ZH_WHO.sub("", bare[cut:], count=1))
        ):
            return found
    return ""


_ZH_WHO = re.compile(
    r"^(?:我们?|咱们?|俺|大家|大伙儿?|孩子们?|小孩|娃|老婆|老公|我[爸妈]|全家|前面|前头|到了(?:之后|以后)?|一会儿|待会儿?|等会儿?|现在|突然|忽然|真的|啊|哎|就是|快|赶紧|那就|"
    r"(?:在|这|去|到|上)?(?:附近)?哪(?:里|儿|块)?(?:能|可以|好|有地方)?|有没有地方(?:能|可以)?|能不能|可以|给我|帮我|得|该|先)+"
)


_EN_BARE: dict[str, Need] = {
    "eat": "food",
    "something to eat": "food",
    "sleep": "hotel",
    "stay": "hotel",
    "park": "parking",
    "refuel": "fuel",
    "charge": "charging",
    "have lunch": "food",
    "have dinner": "food",
    "have breakfast": "food",
}
"""What is left of "looking for somewhere to eat"."""

_EN_IDLE = re.compile(
    r"(?i)^(?:(?:oh(?: no)?|damn|man|gosh|wow|hmm|honestly|you know|look|i (?:think|guess|feel like|believe)|it seems(?: like)?|looks like)[\s,]+)+"
    r"|\b(?:really|badly|urgently|just|actually|definitely|seriously|desperately|kinda|totally|quite)\s+"
)


def _need(table: tuple[tuple[str, Need], ...], text: str) -> Need:
    return next((need for pattern, need in table if re.fullmatch(pattern, text, re.IGNORECASE)), "")


def is_category(text: str, language: Language) -> bool:
    """Tell a kind of place ("gas station", "a cafe with wifi") from a name ("Shell Kamppi")."""
    if _is_kind(text, language):
        return True
    rest, wishes = wishes_in(text)
    if wishes and _is_kind(rest, language):
        return True
    told = _ZH_TOLD.fullmatch(text) if language == "zh" else None
    return told is not None and _is_kind(told["kind"], "zh")


def told_of(text: str) -> str:
    """Return how a place is told to have what no filter knows: 停车场的餐厅 is 有停车场的餐厅; else the text."""
    if told := _ZH_TOLD.fullmatch(text):
        have = "能带" if told["what"].startswith("宠物") else "有"
        return f"{have}{told['what']}的{told['kind']}"
    return text


_ZH_TOLD = re.compile(
    r"(?:有|带|能带|可以带|允许带?|接受|提供|支持)?(?P<what>宠物|(?:免费|地下|儿童|室内|室外|露天|独立|私人|大)?(?:停车[场位]?|车位|包间|包厢|雅间|游泳池|泳池|健身房"
    r"|早餐|自助早餐|餐椅|座椅|儿童椅|宝宝椅|乐园|游乐区|游乐场|滑梯|母婴室|空调|投影|露台|阳台|花园|院子|海景|江景|湖景|夜景|插座|充电桩|快充|超充|电梯|厕所|卫生间|洗手间|淋浴|温泉|桑拿|厨房|洗衣机|现场音乐|驻唱))"
    r"(?:入住|进入)?的(?P<kind>[^的]{2,8})"
)
"""A kind of place and what it has, of which maps know little: 有停车场的餐厅, 能带宠物的酒店."""


def _is_kind(text: str, language: Language) -> bool:
    word = text.strip().lower()
    if language == "zh" or not word.isascii():
        return text.strip() in _ZH_CATEGORIES or text.strip().upper() in _ZH_CATEGORIES
    word = re.sub(r"^(?:an?|the|some|any|any good|good|nice|another|one of the)\s+", "", word)
    return word in _EN_CATEGORIES or (word.endswith("s") and word[:-1] in _EN_CATEGORIES)


_ZH_CATEGORIES = frozenset(vocabulary.CATEGORY_ZH)
_EN_CATEGORIES = frozenset(vocabulary.CATEGORY_EN)


def _parse_zh(text: str) -> Phrase:
    if re.fullmatch(r"(?:我们?的?)?(?:家|家里|公司|单位)", text):
        return Phrase(core=text)
    cutter = _Cutter(text.strip(" ，,。的"))
    without = ""
    if (barred := _ZH_WITHOUT.search(cutter.text)) and is_category(barred["kind"], "zh"):
        without = barred["a"] or barred["b"]
        cutter.text = cutter.text[: barred.start()] + barred["kind"]
    phrase = replace(_zh_filters(cutter), without=without)
    near, here = _zh_anchor(cutter)
    if (ahead := _ZH_NEXT.fullmatch(cutter.text)) and is_category(ahead[1], "zh"):
        cutter.text, phrase = ahead[1], replace(phrase, along=True)
        pick: Pick = "nearest"
    else:
        pick = _zh_pick(cutter)
    core = _trim_zh(cutter.text)
    told = re.fullmatch(r"(?:能|可以|带|有|不用|允许)[^的]{1,6}的(.{2,8})", core)
    if told and not is_category(core, "zh") and is_category(told[1], "zh"):
        core = told[1]
    if (counted := _ZH_COUNTED.fullmatch(core)) and is_category(counted[1], "zh"):
        core, pick = counted[1], "" if pick == "nearest" else pick
    need = need_of(core, "zh") if core else ""
    if core in {"地方", "地儿", "东西", "店", "家店"}:
        core = ""
    if need and not is_category(core, "zh"):
        core = ""
    elif need:
        need = ""
    return replace(phrase, core=core, near=near, here=here, pick=pick, need=need)


_ZH_WITHOUT = re.compile(
    r"(?:除了?(?P<a>[^，,。的除]{1,30}?)(?:以外|之外|外)|(?:不是|别是|非)(?P<b>(?![这那我你他])[^，,。的]{2,30}?))的?(?:其他|别)?的?(?P<kind>[^，,。的]{2,8})$"
)
_ZH_NEXT = re.compile(r"(?:前面|前方)?的?下一?[个家座处](.{2,8})")
_ZH_COUNTED = re.compile(r"[一二两三四五六七八九十几\d]+(?:家|个|间|所|处|座)(.{2,})")
_EN_WITHOUT = re.compile(
    r"(?i)^(?P<kind>.+?),? (?:(?:that|which)(?: is|'s| are) not|(?:that|which) (?:isn'?t|aren'?t)|other than|except(?: for)?|besides|apart from|but not)(?: an?| the)?"
    r" (?P<without>[\w'&. -]{2,30}?)(?P<where> (?:nearby|here|(?:near|around|close to|within|in|along|on)(?: .+)?))?$"
)


def _zh_filters(cutter: _Cutter) -> Phrase:
    found = Phrase()
    if moment := cutter.cut(_ZH_OPEN_AT):
        found = replace(found, open_at=f"到{moment['until']}" if moment["until"] else moment["at"])
    elif cutter.cut(
        r"(?:现在|目前|这会儿|这个点儿?|这时候|今晚|今天|半夜|晚上)?(?:还|仍|依然)*(?:在)?(?:正|正在)?(?:开着门|开着|开门|营业|没关门|不关门|开放)(?:着|中)?(?:的|吗)?"
        r"|(?:24|二十四)(?:个)?小时(?:营业)?的?|通宵(?:营业)?的?"
    ):
        found = replace(found, open_now=True)
    stars = cutter.cut(r"([一二两三四五1-5])(?:颗)?星(?:级)?(?:及)?(?:以上)?的?|([一二两三四五1-5])星级?")
    if stars:
        found = replace(found, stars=_ZH_STARS[stars[1] or stars[2]])
    within = cutter.cut(
        rf"(?:在|离我|方圆)*({ZH_NUMBER})(米|公里|千米|里地|里)(?:半径)?(?:以内|之内|范围内|范围之内|内|里)(?:的|有没有|有)?"
    )
    if within:
        value = zh_number(within[1]) or 0
        found = replace(
            found, within_m=int(value * {"米": 1, "公里": 1000, "千米": 1000}.get(within[2], 500))
        )
    if reach := cutter.cut(_ZH_REACH):
        number, unit = reach["time"], reach["unit"]
        minutes = (zh_number(number) or 0) * {"分钟": 1, "分": 1, "刻钟": 15}.get(unit, 60)
        minutes += 30 if reach["half"] else 0
        found = _reachable(found, minutes, on_foot=bool(reach["foot"]))
    if cutter.cut(
        r"(?:(?:这|那)(?:条|段)?路上(?:面)?|前面(?=有)|顺路|顺道|顺便|沿途|沿路|一路上|半路上?|路上|途中|沿线|路过)(?:的|有|经过的)?(?:地方)?"
    ):
        found = replace(found, along=True)
    return found


_ZH_OPEN = r"(?:开着门|开着|开门|营业|没关门|不关门|开放)"
_ZH_OPEN_AT = (
    rf"(?:在|能|可以|会|一直|要)*(?:营业|开门|开放|开着|开)(?:时间)?到(?P<until>{ZH_MOMENT})(?:钟|之后|以后)?的?"
    rf"|(?:在|到)?(?P<at>{ZH_MOMENT})(?:钟|之后|以后)?(?:还|仍|都|也|会|能)*(?:在)?{_ZH_OPEN}(?:着|中)?的?"
)
"""Open at a moment that is said, or until it: 晚上十点还开着的, 开到十二点的."""

_ZH_REACH = (
    rf"(?:在|离我|距离|距)*(?:(?P<foot>步行|走路|走)|开车|驾车|车程)*(?:在)?"
    rf"(?P<time>{ZH_NUMBER})(?:个)?(?P<half>半)?(?P<unit>分钟|分|刻钟|小时|钟头)(?:的)?"
    r"(?:(?:车程|路程|路|开车)*(?:以内|之内|范围内|范围之内|内)(?:的|有没有|有)?(?!.{0,3}到)"
    r"|(?:(?:车程|路程|路|开车)*(?:以内|之内|范围内|范围之内|内))?(?:就|左右)?(?:能|可以|可)(?:开车)?(?:到达|开到|赶到|走到|到)(?:得了)?的"
    r"|(?:车程|路程)(?:的|有没有|有)?(?!.{0,3}到))"
)
"""Within so much time: "二十分钟以内能到的", "步行十分钟内的"."""

_WALKED_M_PER_MIN = 75


def _reachable(phrase: Phrase, minutes: float, *, on_foot: bool) -> Phrase:
    if on_foot:
        return replace(phrase, within_m=max(1, int(minutes * _WALKED_M_PER_MIN)))
    return replace(phrase, within_min=max(1, round(minutes)))


def _zh_anchor(cutter: _Cutter) -> tuple[str, bool]:
    if there := re.match(
        r"^(?:到了?|在)?(那(?:边|里|儿))(?:附近|周围|旁边)?(?:的|都?有(?:没有)?|能)(?=.{2})", cutter.text
    ):
        cutter.text = cutter.text[there.end() :]
        return there[1], False
    here = cutter.cut(
        rf"^(?:在|离)?(?:{_ZH_HERE})?(?:的)?{_ZH_NEAR_WORD}(?:这一带)?(?:的|有|都有|哪里有|哪有)?(?=.)"
    )
    if here or cutter.cut(r"^(?:这里|这儿|这边|这|当地|本地)(?:的|有)?(?=.)"):
        return "", True
    anchor = re.search(
        rf"^(?:在|离)?(.{{1,20}}?)(?:的)?{_ZH_NEAR_WORD}(?:一带|那里)?(?:的|有没有|有|找)?(.+)$", cutter.text
    )
    if anchor and re.fullmatch(_ZH_HERE, anchor[1]):
        cutter.text = anchor[2]
        return "", True
    if anchor:
        cutter.text = anchor[2]
        return re.sub(r"^(?:那个|这个)", "", anchor[1]), False
    anchor = re.search(
        r"^(?:离(?!得)|靠近|挨着|临近)(.{1,20}?)(?:比较|最|很)?(近)?(?:一)?(?:点儿?|些)?的(.+)$", cutter.text
    )
    if anchor and not re.fullmatch(_ZH_HERE, anchor[1]):
        cutter.text = ("最近的" if anchor[2] else "") + anchor[3]
        return anchor[1], False
    if tail := re.search(rf"^(.+?)(?:在)?(?:这|我)?(?:{_ZH_NEAR_WORD})$", cutter.text):
        cutter.text = tail[1]
        return "", True
    return "", False


_ZH_MONEY = r"(?:块钱|块|元|欧元|欧|美元|美金|刀)"
_ZH_PRICE = (
    rf"(?:人均|每人|价格|价钱|房价|预算)(?:消费)?(?:在|是)?{ZH_NUMBER}{_ZH_MONEY}?(?:一晚|每晚)?(?:以下|以内|之内|左右|上下|内)?(?:的|有没有|有)?(?!以上|起|[\d零一二两三四五六七八九十百千万])"
    rf"|{ZH_NUMBER}{_ZH_MONEY}(?:一晚上?|每晚|一个人|每人|一位)?(?:以下|以内|之内|左右|上下|内)(?:的|有没有|有)?"
)
"""A limit to the price: "人均一百以下的", "三百块以内的"."""


_ZH_NEAREST = (
    r"(?:离|距离?|距)?(?:我们?|这|这里|这儿)?(?:最近|最靠近|就近|最靠近我)(?:的|找)?(?:那)?(?:一)?(?:个|家|所|座|处)?"
    r"|离?得?(?:近(?:一)?(?:点儿?|些)|比较近|近)的"
)
_ZH_CHEAP = r"(?:最|比较|更)?(?:便宜|实惠|划算|经济|省钱)(?:一)?(?:点儿?|些)?的?|(?:最低价|价格最低)的?|(?:人均|价格|价钱)?(?:不太|不|别太)贵的"


def _zh_pick(cutter: _Cutter) -> Pick:
    if cutter.cut(_ZH_PRICE):
        for said_besides in (_ZH_NEAREST, _ZH_CHEAP):  # without prices the nearest are named anyway
            cutter.cut(said_besides)
        return "cheapest"
    if cutter.cut(_ZH_NEAREST):
        return "nearest"
    if cutter.cut(_ZH_CHEAP):
        return "cheapest"
    if cutter.cut(
        r"(?:评价|口碑|评分|评论)(?:比较|很|挺)?(?:高|好|不错)的?|(?:评价|口碑|评分|评论)?(?:最好|最高|最棒|最不错|比较好|好评|不错)(?:吃)?(?:的|点的)?(?!吃)|好(?:一)?(?:点儿?|些)的"
    ):
        return "best"
    return ""


def _trim_zh(text: str) -> str:
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


_EN_HERE = (
    r"(?:(?:somewhere |anywhere |right )?(?:near|close to|around|by)(?:\s+(?:me|us|here|my (?:location|position)|where (?:i am|we are)))|"
    r"\b(?:nearby|around here|close by|near by|in the (?:area|vicinity|neighbou?rhood)|round here|hereabouts|here|in town|locally|around(?= $)|in this area))"
)


_EN_FOR = r"tonight|today|tomorrow|the (?:kids|children|night|weekend|family|car|baby|dog)|us|me|two|three|four|a (?:bit|while|night)"
"""For whom and when: no part of what is looked for."""


def _parse_en(text: str) -> Phrase:
    barred = _EN_WITHOUT.match(text.strip(" ,.?!"))
    if barred:
        phrase = _parse_en(barred["kind"] + (barred["where"] or ""))
        if is_category(phrase.core, "en"):
            return replace(phrase, without=barred["without"])
    cutter = _Cutter(" " + text.strip(" ,.?!") + " ")
    cutter.cut(r" before (?:the |we |i )[\w' ]+(?= $)")
    along = cutter.cut(
        r"\b(?:(?:that(?:'s| is| are)? )?(?:along|on|en) (?:the|our|my|this)? ?(?:way|route|road)(?: there| home| back| to (?:the )?[\w' ]{2,30}$)?|(?:coming )?up ahead|coming up(?: next)?|ahead(?: of us)?|en route|along the way|on route)\b"
    )
    open_at = cutter.cut(_EN_OPEN_AT)
    open_now = not open_at and cutter.cut(
        r"\b(?:(?:that|which)(?:'s| is|'re| are)? ?)?(?:still |currently |now |right now )*(?:open|opened)(?: (?:now|right now|at this hour|late|today|tonight|this late|at the moment|24 hours))*\b(?! air)"
        r"|\b(?:24[- ]?hours?|24/7|twenty[- ]four[- ]hours?|all[- ]night|late[- ]night)\b"
    )
    stars = cutter.cut(
        r"\b(?:with )?(?:at least |minimum )?(one|two|three|four|five|[1-5])[- ]?stars?\b(?: or (?:more|better|above|up))?"
    )
    within = cutter.cut(
        rf"\b(?:within|less than|no more than|under|not more than|in a radius of)\s+({EN_NUMBER}) ?(met(?:er|re)s?|m|kilomet(?:er|re)s?|km|kms|miles?)\b"
        r"(?: (?:of|from) (?:here|me)| away)?"
    )
    reach = cutter.cut(_EN_REACH)
    if reach and reach["of"]:
        cutter.text = f"{cutter.text[: reach.start()]} near{cutter.text[reach.start() :]}"
    here = cutter.cut(_EN_HERE)
    following = re.search(r"(?i)\bnext (?!to\b)", cutter.text)
    pick = _en_pick(cutter)
    near = "" if here else _en_anchor(cutter)
    cutter.cut(rf" (?:for (?:{_EN_FOR})|on (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?)(?=\s*$)")
    core = _trim_en(cutter.text)
    if near and (told := re.fullmatch(r"(?i)(?:that|this|those) (.+)", core)) and is_category(told[1], "en"):
        # "That sushi place near the opera" is told by where it is, not by what was spoken of.
        core = told[1]
    if not near and (found := re.fullmatch(r"(?i)(.+?) (?:in )?(downtown|midtown|uptown)", core)):
        core, near = found[1], found[2]
    if not near and not here and (found := re.fullmatch(r"(?i)(.+?) (?:in|at|on) (?:the )?(.{3,30})", core)):
        # "a hotel in the old town": only after a kind of place; "Church in the Rock" is a name.
        kind = _trim_en(found[1])
        if is_category(kind, "en") and not re.search(
            r"(?i)\b(?:minutes?|hours?|mind|time|total|case|way|foot|route)\b", found[2]
        ):
            core, near = kind, found[2]
    if (counted := re.fullmatch(r"(?i)(?:two|three|four|five|six|[2-9]) (.+s)", core)) and is_category(
        counted[1], "en"
    ):
        core, pick = counted[1], "" if pick == "nearest" else pick
    need = need_of(core, "en")
    if core.lower() in {"place", "somewhere", "anywhere", "something", "one", "ones", "spot", "anything"}:
        core = ""
    if need and not is_category(core, "en"):
        core = ""
    elif need:
        need = ""
    scale = {"m": 1.0, "k": 1000.0}
    metres = 0
    if within:
        unit = within[2].lower()
        metres = int((en_number(within[1]) or 0) * (1609.34 if unit.startswith("mi") else scale[unit[0]]))
    phrase = Phrase(
        core=core,
        near=near,
        need=need,
        along=bool(along or (following and is_category(core, "en"))),
        pick=pick,
        open_now=bool(open_now),
        open_at=open_at["moment"].strip() if open_at else "",
        stars=int(en_number(stars[1]) or 0) if stars else 0,
        within_m=metres,
        here=bool(here),
    )
    if reach is None:
        return phrase
    hours = reach["unit"].lower().startswith("h")
    minutes = 30.0 if reach["half"] else (en_number(reach["time"]) or 0) * (60 if hours else 1)
    return _reachable(phrase, minutes, on_foot="walk" in reach[0].lower() or "foot" in reach[0].lower())


_EN_OPEN_AT = (
    r"\b(?:(?:that|which)(?:'s| is|'re| are| will be|'ll be)? ?)?(?:still )?(?:open|opened|opens|stays? open|staying open|serving)"
    rf"(?P<moment> (?:(?:until|till?|past|after) )?{EN_MOMENT})(?= )"
)
"""Open at a moment that is said, or until it: "open on Sunday", "that is open until ten"."""

_EN_REACH = (
    r"\b(?:(?:that |which )?(?:i|we|you) can (?:reach|get to|be at|drive to|walk to) |(?:that(?:'s| is| are) |which (?:is|are) )?(?:reachable )?)?"
    rf"(?:within|in less than|less than|no more than|not more than|under|in under|at most|up to) (?:about |an? )?(?:(?P<half>half an?)|(?P<time>{EN_NUMBER}))[ -]?(?P<unit>minutes?|mins?|hours?)\b'?s?"
    r"(?: (?:drive|driving|ride|by car|walk|walking|on foot|away|distance|(?:of|from) (?:here|me|us)\b))*"
    r"(?P<of> (?:of|from)(?= \w))?"
)
"""Within so much time: "within ten minutes' drive", "less than half an hour away"."""

_EN_MONEY = r"(?:euros?|dollars?|bucks|pounds?|quid|yuan|rmb|crowns|kron[ae]r?|[€$£¥])"
_EN_PRICE = (
    r" (?:for |that costs? |costing |priced )?(?:under|below|less than|cheaper than|no more than|not more than|at most|up to|around|about|within) "
    rf"(?:[€$£¥] ?{EN_NUMBER}(?: ?{_EN_MONEY})?|{EN_NUMBER} ?{_EN_MONEY})(?: (?:an?|per|each|for (?:the|one))(?: (?:night|person|head|meal|room))?)?(?= )"
)
"""A limit to the price: "under 100 euros a night", "for less than $20"."""


_EN_NEAREST = r"\b(?:the |a |my )?(?:nearest|closest|nearer|closer|next(?! to\b))\b(?: (?:possible|available))?(?: to (?:me|us|here))?"
_EN_CHEAP = r"\b(?:the |a |an |some )?(?:cheap(?:est|er)?|inexpensive|affordable|budget|low[- ]cost)\b"


def _en_pick(cutter: _Cutter) -> Pick:
    if cutter.cut(_EN_PRICE):
        for said_besides in (_EN_NEAREST, _EN_CHEAP):  # without prices the nearest are named anyway
            cutter.cut(said_besides)
        return "cheapest"
    if cutter.cut(_EN_NEAREST):
        return "nearest"
    if cutter.cut(_EN_CHEAP):
        return "cheapest"
    if cutter.cut(
        r"\b(?:the |a |one of the )?(?:(?:with )?(?:good|great|excellent|the best) (?:reviews|ratings?)|(?:best|top|highest|well)[- ](?:rated|reviewed|ranked)|best)\b"
    ):
        return "best"
    return ""


def _en_anchor(cutter: _Cutter) -> str:
    found = cutter.cut(
        r"\s(?:that (?:is|are) |which (?:is|are) )?(?:(?:somewhere )?near(?: to)?|close to|next to|around|by|beside|opposite|across from|in the vicinity of|"
        r"not far from|right by)\s+((?:the |my |our )?[^,]+?)\s*$"
    )
    return re.sub(r"^the ", "", found[1].strip(), flags=re.IGNORECASE) if found else ""


def _trim_en(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ,.?!")
    before = None
    while text != before:
        before = text
        text = re.sub(
            r"^(?:an?|the|some|any|another|one of the|me|us|good|nice|decent|of|there|is|are|all(?: the)?|to)\s+(?=\S)",
            "",
            text,
            flags=re.IGNORECASE,
        )
        text = re.sub(
            r"\s+(?:that|which|with|is|are|there|around|to go to|i can (?:go|visit)|we can (?:go|visit)|of|in|at|for me|for us|please)$",
            "",
            text,
            flags=re.IGNORECASE,
        )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadWishes:
    """What was said about the road, and the text without it."""

    text: str
    avoid: tuple[Avoid, ...] = ()
    allow: tuple[Avoid, ...] = ()
    prefer: str = ""


def _kinds(text: str, table: tuple[tuple[str, Avoid], ...]) -> tuple[Avoid, ...]:
    return tuple(kind for pattern, kind in table if re.search(pattern, text, re.IGNORECASE))


def _alternation(table: tuple[tuple[str, Avoid], ...]) -> str:
    return "(?:" + "|".join(pattern for pattern, _ in table) + ")"


_ZH_ROAD = _alternation(vocabulary.AVOID_ZH)
_ZH_ROADS = rf"{_ZH_ROAD}(?:(?:和|或者?|、|跟|与|以及|还有|也(?:不|别)(?:要|想)?(?:走|坐|上)?|[，,](?:也)?(?:不|别)(?:要|想)?(?:走|坐|上)?)(?:任何)?{_ZH_ROAD})*"
_ZH_AVOID = (
    rf"(?:尽量|尽可能|最好|全程|一路|路上|但是?|而且|就是|我|一定|千万|可|也|都|那就|路线|要)*"
    rf"(?:(?:不要|不想|不愿意?|不能|不用|不|别|甭|勿|少|拒绝|禁止)(?:再|给我|去|想|导|带我|把我)*(?:走|上|坐|经过|过|开上|开|收|交|付|花)?(?:任何|有)?(?:的)?|"
    rf"(?:避开|避免|绕开|绕过|躲开|躲着|排除|不含)(?:走|所有的?|任何|掉)?)({_ZH_ROADS})(?:了|的(?:路线?|走法)?)?"
    rf"|(?:走|选|要|找)?(?:一?条)?(?:免费|不收费|不要钱|不花钱|免过路费)的?(?:路线?|道路?|走法)?"
)
_ZH_ALLOW = rf"(?:也|那就|还是|现在|改|就|又|我)*(?:可以|能|允许|恢复|走)(?:走|上|坐|用)?({_ZH_ROADS})(?:也|都)?(?:可以|行|没关系|没问题|也行)?(?:了)?|({_ZH_ROADS})(?:也|都|就)?(?:可以|行|没关系|没问题|无所谓)(?:了)?"
_ZH_PREFER = (
    (r"(?:怎么|哪条路|咋)走?(?:最|更|比较)快", "fastest"),
    (r"(?:怎么|哪条路|咋)走?(?:最|更|比较)近", "shortest"),
    (
        r"(?:走|选|挑|要|用|按|给我)*(?:一?条)?(?:(?:时间|用时|耗时)(?:最短|最少)|最快|最省时(?:间)?|更快|快(?:一)?(?:点儿?|些)(?=的?(?:路|道|走|方|那)))的?(?:路线?|走法|那条路?|方式|道)?(?:走(?!去)|去(?=$)|就行)?",
        "fastest",
    ),
    (
        r"(?:走|选|挑|要|用|按|给我)*(?:一?条)?(?:(?:距离|路程|里程)(?:最短|最近)|最短|最近|更短|(?:近|短)(?:一)?(?:点儿?|些)(?=的?(?:路|道|走|那)))的?(?:路线?|走法|那条路|道)(?:走(?!去)|去(?=$)|就行)?|抄近路|抄近道",
        "shortest",
    ),
)
_EN_ROAD = _alternation(vocabulary.AVOID_EN)
_EN_ROADS = rf"(?:the |any |all |those |a )?{_EN_ROAD}(?:(?:,? (?:and|or|nor|and no|or the|and the|and any)|,) ?(?:any |no |the )?{_EN_ROAD})*"
_EN_AVOID = (
    rf"(?:,? ?\b(?:but|and|while|and please|only)\b ?)*(?:i (?:don't|do not) (?:want to|wanna) (?:pay|take|use|drive on|go on|get on)(?: any)?|"
    rf"i'?d (?:rather|prefer to) (?:not (?:take|use|pay)|avoid)|i hate|i want to avoid|"
    rf"without (?:using |taking |paying |going on |getting on )?(?:any |the )?|avoid(?:ing)?|no|not? (?:on |via |by |over )?(?:the |any )?(?=(?:motor|high|free|express)way|toll|ferr|boat)|"
    rf"(?:don't|do not|never|not) (?:take|use|go on|drive on|get on|pay|go over|go by|taking|using|want)(?: any| the)?|"
    rf"stay(?:ing)? (?:off|away from)|keep(?:ing)? (?:off|away from|me off)|skip(?:ping)?|bypass(?:ing)?|free of|steer clear of) ?({_EN_ROADS})(?: if (?:possible|you can))?"
    rf"|\b(?:toll|motorway|highway|freeway|ferry)[- ]free(?: route| road)?"
)
_EN_ALLOW = rf"(?:,? ?\b(?:but|and)\b ?)?(?:it'?s (?:okay|ok|fine|all right) to (?:take|use|go on|pay)|(?:you|we) (?:can|may) (?:take|use|go on|pay)(?: again)?|allow|{_EN_ROADS} (?:is|are) (?:okay|ok|fine|allowed|all right)(?: now| again| (?:with|by) me)?|(?:take|use|go (?:on|via|by)) (?=(?:the )?(?:motor|high|free|express)way|the ferry|(?:the )?toll(?: roads?)?)) ?({_EN_ROADS})?(?: (?:again|now|is fine|after all))*"
_EN_PREFER = (
    (r"(?:,? ?\b(?:by|via|on|using|take|with|along|choose|use|pick|give me|i want|the)\b ?)*(?:the )?\b(?:fastest|quickest|faster|quicker)\b(?: (?:way|route|road|one|path|possible))*(?: possible)?|as (?:fast|quickly) as (?:possible|you can)", "fastest"),
    (r"(?:,? ?\b(?:by|via|on|using|take|with|along|choose|use|pick|give me|i want|the)\b ?)*(?:the )?\b(?:shortest|shorter)\b(?: (?:way|route|road|one|path|possible|distance))*", "shortest"),
)  # fmt: skip


def road_wishes(text: str, language: Language) -> RoadWishes:
    """Cut wishes about the road ("不走高速", "without tolls", "the fastest way") out of a text."""
    avoid_pattern, allow_pattern, prefer_table, kinds = (
        (_ZH_AVOID, _ZH_ALLOW, _ZH_PREFER, vocabulary.AVOID_ZH)
        if language == "zh"
        else (_EN_AVOID, _EN_ALLOW, _EN_PREFER, vocabulary.AVOID_EN)
    )
    cutter = _Cutter(text)
    avoid: list[Avoid] = []
    while found := cutter.cut(avoid_pattern):
        for kind in _kinds(found[0], kinds) or ("toll",):
            if kind not in avoid:
                avoid.append(kind)
        if len(avoid) > 3 or cutter.cut_count > 6:
            break
    allow: tuple[Avoid, ...] = ()
    if found := cutter.cut(allow_pattern):
        allow = _kinds(found[0], kinds)
    prefer = ""
    for pattern, value in prefer_table:
        if cutter.cut(pattern):
            prefer = value
            break
    return RoadWishes(text=cutter.text.strip(" ，,。"), avoid=tuple(avoid), allow=allow, prefer=prefer)
