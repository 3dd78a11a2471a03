"""What the language model is asked where the reader has no guess, what it may answer, and how that is read.

The answer is one short line, `kind slot=value …`, because every token costs 45 ms on a small computer. The
grammar is built for each turn: a slot for a place or a thing accepts only a stretch of the words that were
said, so a name cannot be invented, and nothing the model writes is ever spoken.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from agent.understanding.intent import Avoid, Need, StatusQuestion
from agent.understanding.labels import KINDS
from languages import codes, load_language

if TYPE_CHECKING:
    from agent.understanding.language_model import LanguageModel

_MAX_TOKENS = 40
_LONGEST = 120
"""Characters of an utterance that are read."""

_TASK = (
    "You read what a driver says to the car navigation and write the command. Kinds: navigate, search, "
    "plan_trip, change_route, choose, confirm, deny, status, remember, recall, cancel, repeat, volume, help, "
    "none. A place is copied from the words. What is no business of a navigator is none.\n"
)
_WORDS = {"to", "via", "what", "near", "where", "add", "drop", "name", "instead", "place"}
"""Slots that hold words of the utterance."""

_BARE = {
    "choose": ("index", "by"),
    "status": ("what",),
    "remember": ("what",),
    "recall": ("what",),
    "volume": ("change",),
    "change_route": ("prefer",),
}
"""The slot that a word without a name fills."""


@cache
def prefix() -> str:
    """Return the constant beginning of every prompt; it stays in the model's cache."""
    examples = [line for code in codes() for line in load_language(code).prompt_examples]
    return _TASK + "".join(f"{line}\n" for line in examples)


def build_prompt(text: str) -> str:
    """Return the prompt for one utterance."""
    return f"{prefix()}{text} =>"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _any_of(words: tuple[str, ...]) -> str:
    return "(" + " | ".join(_quoted(word) for word in words if word) + ")"


def _span_rules(text: str) -> list[str]:
    """Return the GBNF rules of "any stretch of these words"."""
    parts = re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:['’&.-]\w+)*", text)[:60]
    rules = []
    for i, part in enumerate(parts[:-1]):
        both = not part.isascii() and not parts[i + 1].isascii()
        gap = "" if both else '" "? ' if part.isascii() != parts[i + 1].isascii() else '" " '
        rules.append(f"w{i} ::= {_quoted(part)} ({gap}w{i + 1})?")
    if parts:
        rules.append(f"w{len(parts) - 1} ::= {_quoted(parts[-1])}")
    starts = " | ".join(f"w{i}" for i in range(len(parts))) or '"?"'
    return [f"span ::= {starts}", *rules]


def build_grammar(text: str) -> str:
    """Return the GBNF that this turn's answer must match."""
    slots = {
        "navigate": '" to=" span (" via=" span)?',
        "search": f'(" what=" span | " need=" {_any_of(get_args(Need))}) (" near=" span)?',
        "plan_trip": '(" where=" span)? (" days=" [1-9] [0-9]?)?',
        "change_route": f'(" avoid=" {_any_of(get_args(Avoid))} | " add=" span | " drop=" span | '
        '" other" | " faster" | " shorter")',
        "choose": '(" " [1-9] | " nearer" | " farther" | " better" | " cheaper" | " other" | " name=" span)',
        "deny": '(" instead=" span)?',
        "status": f'" " {_any_of(get_args(StatusQuestion))} (" place=" span)?',
        "remember": '" " ("home" | "company" | "favourite") (" place=" span)?',
        "recall": '" " ("home" | "company" | "favourites" | "destinations")',
        "volume": '" " ("up" | "down" | "mute" | "unmute" | "max" | "min")',
    }
    kinds = [f'"{kind}" {slot}' for kind, slot in slots.items()]
    kinds += [f'"{kind}"' for kind in ("confirm", "cancel", "repeat", "help", "none")]
    lines = ['root ::= " " item ("; " item)? "\\n"', "item ::= " + " | ".join(kinds), *_span_rules(text)]
    return "\n".join(lines)


def guess(model: LanguageModel, text: str, language: str, *, timeout_s: float) -> list[dict[str, Any]]:
    """Ask a language model what an utterance may mean.

    Parameters
    ----------
    model
        Any size, here or behind an endpoint.
    text
        Cleaned utterance.
    language
        Its language.
    timeout_s
        How long it may take.

    Returns
    -------
    list of dict
        Kinds with their slots; empty if it made nothing of it.

    Raises
    ------
    ModelTimeout, ModelUnavailable
        As the model raises them.
    """
    short = text[:_LONGEST]
    line = model.complete(
        build_prompt(short),
        grammar=build_grammar(short),
        max_tokens=_MAX_TOKENS,
        temperature=0.0,
        timeout_s=timeout_s,
    )
    return read_output(line, short)


def read_output(line: str, text: str) -> list[dict[str, Any]]:
    """Turn the model's line into requests; one whose words were not said is left out.

    Parameters
    ----------
    line
        What the model wrote, with or without a grammar.
    text
        The utterance.
    """
    found = [_request(part.strip(), _letters(text)) for part in line.strip().split("\n")[0].split(";")[:2]]
    return [request for request in found if request is not None]


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _request(part: str, spoken: str) -> dict[str, Any] | None:
    kind, _, rest = part.partition(" ")
    slots: dict[str, Any] = dict(re.findall(r"(\w+)=(.*?)(?=\s+\w+=|$)", rest))
    slots = {name: value.strip() for name, value in slots.items()}
    for name in _WORDS & slots.keys():
        if not _letters(slots[name]) or _letters(slots[name]) not in spoken:
            return None
    bare = re.sub(r"\w+=.*?(?=\s+\w+=|$)", "", rest).split()
    if bare and kind in _BARE:
        names = _BARE[kind]
        slots[names[0] if bare[0].isdigit() else names[-1]] = int(bare[0]) if bare[0].isdigit() else bare[0]
    if "via" in slots:
        slots["via"] = [slots["via"]]
    if "avoid" in slots:
        slots["avoid"] = [slots["avoid"]]
    if str(slots.get("days", "")).isdigit():
        slots["days"] = int(slots["days"])
    return {"kind": kind, **slots} if kind in KINDS else None
