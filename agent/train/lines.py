"""Sentences written by hand to train and tune on, and their notation; nothing here is used while driving.

The held-out set of the benchmark is not read.
"""

from __future__ import annotations

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


__all__ = ["Line", "development", "hand_written", "read_line", "spoken"]


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

    A line is `words => meaning`, or words alone below a line `@ meaning`; what stands in brackets in the
    words is what `{}` in that meaning stands for. `#` begins a remark.
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
