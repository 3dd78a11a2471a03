# ruff: noqa: E501 (a pattern is easier to read whole)
"""What was said about the road: "不走高速", "without tolls", "the fastest way"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.understanding.rules import vocabulary
from agent.understanding.rules.phrase import Cutter

if TYPE_CHECKING:
    from agent.understanding.intent import Avoid
    from agent.understanding.utterance import Language


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
    cutter = Cutter(text)
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
