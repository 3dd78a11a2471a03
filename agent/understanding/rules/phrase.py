# ruff: noqa: E501 (a pattern is easier to read whole)
"""A place phrase taken apart: "the nearest gas station that is open" → what, pick, open now.

Both languages' grammars hand their noun phrases to `parse_phrase`, so that "最近的还开着的药店" and "the
nearest pharmacy that is still open" fill the same slots (`agent.understanding.rules.phrase_zh`, `agent.understanding.rules.phrase_en`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from agent.understanding.rules import vocabulary
from poi.filters import wishes_in

if TYPE_CHECKING:
    from agent.understanding.intent import Need, Pick
    from agent.understanding.utterance import Language


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
    """When it must be open, if not now: "on Sunday", 开到十二点 (`agent.understanding.moment`)."""
    stars: int = 0
    within_m: int = 0
    """Greatest distance, metres; 0 if none was said."""
    within_min: int = 0
    """Greatest driving time, minutes; 0 if none was said."""
    without: str = ""
    """What it must not be ("a cafe that isn't Starbucks"), in the speaker's words."""
    here: bool = False
    """"nearby", "around here" was said."""

    @property
    def is_limited(self) -> bool:
        """Whether something was said that only a search knows: stars, a reach, an hour, what it must not be."""
        return bool(self.stars or self.within_m or self.within_min or self.without or self.open_at)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was said that narrows the kind or the name."""
        return bool(self.pick or self.open_now or self.is_limited)

    def filled_from(self, other: Phrase) -> Phrase:
        """Return the phrase with what it leaves open taken from another."""
        return replace(
            self,
            **{each.name: getattr(self, each.name) or getattr(other, each.name) for each in fields(self)},
        )


@dataclass(slots=True)
class Cutter:
    """Cuts what a pattern matches out of a text."""

    text: str
    cut_count: int = field(default=0)

    def cut(self, pattern: str) -> re.Match[str] | None:
        found = re.search(pattern, self.text, re.IGNORECASE)
        if found:
            self.text = self.text[: found.start()] + self.text[found.end() :]
            self.cut_count += 1
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PickWords:
    """Patterns of a language for which of several is wanted."""

    price: str
    nearest: str
    cheap: str
    best: str


def cut_pick(cutter: Cutter, words: PickWords) -> Pick:
    """Cut out which of several is wanted."""
    if cutter.cut(words.price):
        for said_besides in (words.nearest, words.cheap):  # without prices the nearest are named anyway
            cutter.cut(said_besides)
        return "cheapest"
    if cutter.cut(words.nearest):
        return "nearest"
    if cutter.cut(words.cheap):
        return "cheapest"
    return "best" if cutter.cut(words.best) else ""


_WALKED_M_PER_MIN = 75


def reachable(phrase: Phrase, minutes: float, *, on_foot: bool) -> Phrase:
    """Limit a phrase to what is so many minutes away, by car or on foot."""
    if on_foot:
        return replace(phrase, within_m=max(1, int(minutes * _WALKED_M_PER_MIN)))
    return replace(phrase, within_min=max(1, round(minutes)))


def parse_phrase(text: str, language: Language) -> Phrase:
    """Take a place phrase apart.

    Parameters
    ----------
    text
        The words between the verb and the end of the clause.
    language
        Grammar to use; names of the other script pass through whole.
    """
    from agent.understanding.rules import phrase_en, phrase_zh

    return phrase_zh.parse(text) if language == "zh" else phrase_en.parse(text)


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
