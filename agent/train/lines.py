# ruff: noqa: E501 (a template is easier to read whole)
"""Sentences to train and tune on: hand-written lines and what templates make of them.

Run `python -m agent.train.understanding` to train; nothing here is used while driving. The held-out set of
the benchmark is not read.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from agent.understanding.intent import Intent, parse_intent

_LISTS = {"avoid", "allow", "via", "likes", "dislikes", "must", "meals"}
_NUMBERS = {"index", "stars", "within_m", "days", "level", "hotel_stars"}
_FLAGS = {"open": "open_now", "along": "along"}
_WISHES = {
    "likes",
    "dislikes",
    "must",
    "meals",
    "children",
    "elderly",
    "budget",
    "hotel_stars",
    "pace",
    "depart",
}


__all__ = ["Line", "development", "hand_written", "read_line", "spoken", "templated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence with what it means."""

    text: str
    intents: tuple[Intent, ...]
    context: dict[str, Any] = field(default_factory=dict)


def hand_written() -> list[Line]:
    """Return the committed lines to train on."""
    return read_lines("training_lines.txt")


def development() -> list[Line]:
    """Return the lines that are never trained on: what is tuned, is tuned on them."""
    return read_lines("dev_lines.txt")


def spoken() -> list[Line]:
    """Return the lines without commas that the grammar is tuned on; never trained on either."""
    return read_lines("spoken_lines.txt")


def read_lines(name: str) -> list[Line]:
    """Read one of the committed files.

    A line is `words => meaning`, or words alone below a line `@ meaning`; what stands in brackets in the words
    is what `{}` in that meaning stands for. `#` begins a remark.
    """
    text = files("agent").joinpath("train", name).read_text(encoding="utf-8")
    lines, shared = [], ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#"):
            continue
        if line.startswith("@ "):
            shared = line[2:]
        elif " => " in line:
            lines.append(read_line(line))
        else:
            lines.append(_below(shared, line))
    return lines


def _below(shared: str, words: str) -> Line:
    context = re.match(r"\[\w+(?::[^\]]*)?\] ", shared)
    meaning = shared[context.end() :] if context else shared
    for span in re.findall(r"\[(.+?)\]", words):
        meaning = meaning.replace("{}", re.sub(r"^(?:the|an?) ", "", span), 1)
    plain = re.sub(r"\[(.+?)\]", r"\1", words)
    return read_line(f"{context[0] if context else ''}{plain} => {meaning}")


def read_line(line: str) -> Line:
    """Read `[context] words => kind slot=value | slot=value; kind …`."""
    context: dict[str, Any] = {}
    if found := re.match(r"\[(\w+)(?::([^\]]*))?\] ", line):
        line = line[found.end() :]
        context = {"planning": True} if found[1] == "plan" else {"expecting": found[1]}
        if found[2]:
            context["offered"] = tuple(found[2].split(","))
    words, meaning = line.split(" => ")
    return Line(text=words, intents=tuple(_intent(part) for part in meaning.split("; ")), context=context)


def _intent(text: str) -> Intent:
    kind, _, rest = text.strip().partition(" ")
    slots: dict[str, Any] = {}
    wishes: dict[str, Any] = {}
    change: dict[str, Any] = {}
    for part in filter(None, (p.strip() for p in rest.split(" | "))):
        name, _, raw = part.partition("=")
        value: Any = raw.split(",") if name in _LISTS else int(raw) if name in _NUMBERS else raw
        if name in _FLAGS:
            slots[_FLAGS[name]] = True
        elif kind == "plan_trip" and name in _WISHES | {"avoid"}:
            wishes[name] = value or True
        elif kind == "plan_trip" and name == "change":
            change["action"] = raw
        elif name in {"day", "cwhat"}:
            change["day" if name == "day" else "what"] = int(raw) if name == "day" else raw
        else:
            slots[name] = value
    if wishes:
        slots["wishes"] = wishes
    if change:
        slots["change"] = change
    return parse_intent({"kind": kind, **slots})


_PLACES_ZH = [
    "东方明珠",
    "人民广场",
    "世纪公园",
    "中央美术学院",
    "北海公园",
    "西湖",
    "虹口足球场",
    "星海广场",
    "钟楼",
    "大雁塔",
    "春熙路",
    "黄鹤楼",
    "鼓浪屿",
    "文化宫",
    "工人体育馆",
    "美食街",
]
_PLACES_EN = ["Oak Street", "Union Station", "the art gallery", "Hyde Park", "the town hall", "Riverside Mall", "St Mary's Church", "the Concert House", "Lakeview Hotel", "the science museum"]  # fmt: skip
_THINGS_ZH = [
    "花店",
    "烤鱼",
    "文具",
    "蛋糕",
    "修鞋",
    "眼镜店",
    "宠物店",
    "健身房",
    "轮胎",
    "牛排",
    "理发店",
    "电影院",
]
_THINGS_EN = ["flowers", "a tailor", "batteries", "a bookshop", "donuts", "a gym", "sandwiches", "a pet shop", "an optician", "steak"]  # fmt: skip

_TEMPLATES: dict[str, list[str]] = {
    "navigate to={p}": [
        "我要去{zp}", "带我去{zp}", "有人在{zp}等我", "我跟朋友约在{zp}", "得赶到{zp}去开会", "去{zp}办点事", "想去{zp}转转", "接人去，在{zp}",
        "I'm expected at {ep}", "take me to {ep}", "we're meeting at {ep}", "let's go see {ep}", "I have an appointment at {ep}", "I must hurry to {ep}", "my friend lives near {ep}, go there", "next up is {ep}",
    ],
    "search what={t}": [
        "哪里能买到{zt}", "想找{zt}", "附近有没有{zt}", "我需要{zt}", "这儿哪有{zt}", "帮我瞅瞅{zt}",
        "where can I get {et}", "I need {et}", "I'm after {et}", "any {et} around", "we want {et}", "know where to find {et}",
    ],
    "change_route add={p}": ["路上先去一下{zp}", "中途要去{zp}拿东西", "先绕到{zp}接个人", "we have to pick someone up at {ep} on the way", "make a quick stop at {ep}", "swing by {ep} before that"],
    "change_route drop={p}": ["{zp}不用去了", "{zp}那站取消", "{ep} isn't needed any more", "no need to stop at {ep}"],
    "remember company | place={p}": ["我公司搬到{zp}了", "my new office is at {ep}"],
    "remember home | place={p}": ["我家搬到{zp}了", "I moved to {ep}, that's home now"],
    "plan_trip where={p} | days=3": ["去{zp}玩三天", "想在{zp}好好逛三天", "spend three days around {ep}", "a three day visit to {ep}"],
}  # fmt: skip


def templated(seed: int = 7, each: int = 3) -> list[Line]:
    """Return sentences made from templates, with names and things drawn at random."""
    generator = random.Random(seed)
    lines = []
    for meaning, templates in _TEMPLATES.items():
        for template in templates:
            for _ in range(each):
                chinese = "{z" in template
                place = generator.choice(_PLACES_ZH if chinese else _PLACES_EN)
                thing = generator.choice(_THINGS_ZH if chinese else _THINGS_EN)
                words = template.format(zp=place, ep=place, zt=thing, et=thing)
                bare = re.sub(r"^(?:the|an?) ", "", place), re.sub(r"^(?:the|an?) ", "", thing)
                kind = meaning.format(p=bare[0], t=bare[1])
                kind = kind.replace("remember ", "remember what=").replace("what=company |", "what=company |")
                lines.append(read_line(f"{words} => {kind}"))
    return lines
