"""Sentences to train on, drawn from the language data: what people say, with what it means.

    python -m agent.train.sentences zh 20

prints twenty of them. What varies by language is data; what is here is chance: which group, which words, how
a recogniser writes them, in which state of the dialogue they are said.
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.train.held_out import fingerprint, held_out
from agent.train.spacing import spaced
from languages import Language, load_language
from languages.grammar import COUNTED, Grammar, Group
from languages.template import EMPTY, AnyOrder, Choice, Node, Reference, Text
from languages.template import Sequence as Parts

LISTS = frozenset("via avoid allow has likes dislikes must meals no_meal lodging limit time".split())
"""Slots that hold several words or values."""

_SHARES = {
    "navigate": 0.19,
    "search": 0.15,
    "none": 0.17,
    "talk": 0.13,
    "plan": 0.13,
    "road": 0.06,
    "status": 0.08,
    "answers": 0.06,
    "orders": 0.03,
    "memory": 0.04,
}
"""How often sentences of each file are drawn."""
_JOINED = 0.08
_CORRECTED = 0.025
_FRAMED = 0.55
_STATE = 0.25
_REAL_NAMES = 0.4
_OPTIONAL = 0.4

_NOT_TRAINED = {"device"}
"""Files whose sentences are read by the closed lists alone."""


@dataclass(slots=True)
class Fill:
    """What fills a slot."""

    request: int
    slot: str
    value: Any = None
    """A closed value; None for the words themselves."""


@dataclass(slots=True)
class _Draft:
    """A sentence that is being drawn: its pieces of text and what they fill."""

    pieces: list[tuple[str, int]] = field(default_factory=list)
    """Words, and the number of their fill, or -1."""
    fills: list[Fill] = field(default_factory=list)
    intents: list[dict[str, Any]] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    second: int = 0
    """Piece that the second of two joined requests begins with, joining word included; 0 if there is one."""


class Sentences:
    """Draws sentences of one language.

    Parameters
    ----------
    language
        Data to draw from.
    seed
        The same seed draws the same sentences.
    names
        Real names by the rule that they may stand for, such as `{"place": [...]}`.
    """

    def __init__(
        self, language: Language, seed: int, names: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._language = language
        self._grammar: Grammar = language.grammar
        self._random = random.Random(seed)
        self._names = names or {}
        self._weights: dict[int, list[float]] = {}
        self._digits = True
        self._given: dict[str, Callable[[_Draft, int], None]] = {}
        self._glued = language.settings.joiner == ""
        self._groups = {
            file: (groups, [g.weight * self._variety(g.templates) for g in groups])
            for file in self._grammar.files()
            if file not in _NOT_TRAINED
            if (groups := self._grammar.of_file(file))
        }
        joining = [g for g in self._grammar.groups if g.joins and g.file in _SHARES]
        self._joining = joining, [g.weight * _SHARES[g.file] * self._variety(g.templates) for g in joining]

    def draw(self) -> dict[str, Any]:
        """Return one sentence: text, language, state, intents and the spans of their slots."""
        while True:
            draft, group = self._draft()
            made = self._written(draft, question=group.frame == "question")
            if made is not None:
                return made | {"source": group.name}

    def _draft(self) -> tuple[_Draft, Group]:
        chance = self._random
        self._digits = chance.random() < 0.45
        draft = _Draft()
        if self._grammar.joined and chance.random() < _JOINED:
            group = self._draw_joined(draft)
        elif self._grammar.corrected and chance.random() < _CORRECTED:
            group = self._draw_corrected(draft)
        else:
            files = [file for file in self._groups if file in _SHARES]
            file = chance.choices(files, [_SHARES[f] for f in files])[0]
            group = chance.choices(*self._groups[file])[0]
            self._draw_group(draft, group, framed=chance.random() < _FRAMED)
        if not group.state and group.frame and chance.random() < _STATE:
            draft.state = self._any_state()
        return draft, group

    def _draw_joined(self, draft: _Draft) -> Group:
        first, second = self._random.choices(*self._joining, k=2)

        def draw_first(draft: _Draft, _: int) -> None:
            self._draw_group(draft, first, framed=False)
            draft.second = len(draft.pieces)

        self._given["first"] = draw_first
        self._given["second"] = lambda d, _: self._draw_group(d, second, framed=False)
        self._draw(draft, self._random.choice(self._grammar.joined), 1)
        return first

    def _draw_corrected(self, draft: _Draft) -> Group:
        """Draw a request that is taken back for one of the same kind."""
        first = self._random.choices(*self._joining)[0]
        alike = [g for g in self._joining[0] if g.intents[0]["kind"] == first.intents[0]["kind"]]
        second = self._random.choice(alike)

        def draw_first(draft: _Draft, _: int) -> None:
            self._draw_group(draft, first, framed=False)
            for fill in draft.fills:
                fill.request = 0
            draft.intents.clear()

        self._given["first"] = draw_first
        self._given["second"] = lambda d, _: self._draw_group(d, second, framed=False)
        self._draw(draft, self._random.choice(self._grammar.corrected), 1)
        return second

    def _draw_group(self, draft: _Draft, group: Group, *, framed: bool) -> None:
        template = self._random.choices(group.templates, self._template_weights(group))[0]
        base = len(draft.intents)
        draft.intents += [dict(intent) for intent in group.intents]
        if group.state:
            draft.state = self._state_of(group.state)
        if framed and group.frame:
            self._given["sentence"] = lambda d, _: self._draw(d, template, base + 1)
            self._draw(draft, self._grammar.frames[group.frame], 1)
        else:
            self._draw(draft, template, base + 1)

    def _template_weights(self, group: Group) -> list[float]:
        key = id(group)
        if key not in self._weights:
            self._weights[key] = [self._variety([t]) for t in group.templates]
        return self._weights[key]

    def _variety(self, templates: Sequence[Node]) -> float:
        """Return how much there is to draw, so that a rich template comes more often than a poor one."""
        return 1 + math.log2(max(sum(map(self._grammar.count, templates)), 1.0)) / 2

    def _draw(self, draft: _Draft, node: Node, request: int, fill: int = -1) -> None:
        match node:
            case Text(words=words):
                draft.pieces.append((words, fill))
            case Parts(parts=parts):
                for part in parts:
                    self._draw(draft, part, request, fill)
            case Choice(options=options):
                self._draw(draft, self._one_of(node, options), request, fill)
            case AnyOrder(parts=parts):
                for part in self._random.sample(parts, len(parts)):
                    self._draw(draft, part, request, fill)
            case Reference():
                self._draw_reference(draft, node, request, fill)

    def _one_of(self, node: Node, options: Sequence[Node]) -> Node:
        if options[-1] is EMPTY and self._random.random() > _OPTIONAL:
            return EMPTY
        key = id(node)
        weights = self._weights.get(key)
        if weights is None:
            weights = self._weights[key] = [self._variety([option]) for option in options]
        return self._random.choices(options, weights)[0]

    def _draw_reference(self, draft: _Draft, node: Reference, request: int, fill: int) -> None:
        below = request + node.request - 1 if request and node.request else 0
        if node.name in self._given:
            if node.slot and fill < 0:
                fill = self._filled(draft, below, node.slot)
            self._given[node.name](draft, fill)
            return
        if node.name in self._grammar.values:
            values = self._grammar.values[node.name]
            value = self._random.choice(list(values))
            if node.slot and fill < 0:
                fill = self._filled(draft, below, node.slot, value)
            self._draw(draft, values[value], below, fill)
        elif node.name in self._grammar.numbers:
            value, words = self._number(node.name)
            if node.slot and fill < 0:
                fill = self._filled(draft, below, node.slot, value)
            elif fill >= 0 and draft.fills[fill].value == COUNTED:
                draft.fills[fill].value = value
            draft.pieces.append((words, fill))
        else:
            if node.slot and fill < 0:
                fill = self._filled(draft, below, node.slot)
            inner = below if node.keeps else 0
            real = self._names.get(node.name)
            if real and self._random.random() < _REAL_NAMES:
                draft.pieces.append((self._random.choice(real), fill))
            else:
                self._draw(draft, self._grammar.rules[node.name], inner, fill)

    @staticmethod
    def _filled(draft: _Draft, request: int, slot: str, value: Any = None) -> int:
        draft.fills.append(Fill(request, slot, value))
        return len(draft.fills) - 1

    def _number(self, name: str) -> tuple[int, str]:
        range_ = self._grammar.numbers[name]
        steps = (range_.highest - range_.lowest) // range_.step + 1
        # Small numbers are said more often.
        value = range_.lowest + range_.step * min(int(steps * self._random.random() ** 2.2), steps - 1)
        numbers = self._language.numbers
        if range_.form == "ordinal":
            return value, numbers.ordinal(value)
        if range_.form == "each" and self._random.random() < 0.5:
            return value, numbers.digits(str(value))
        if range_.form == "digits" or self._digits:
            return value, str(value)
        return value, numbers.spell(value, counting=range_.form == "counting")

    def _state_of(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        state = {key: value for key, value in wanted.items() if key != "offered"}
        if rule := wanted.get("offered"):
            count = 1 if wanted.get("expecting") == "yes_no" else self._random.randint(2, 5)
            offered = [self._words(str(rule)) for _ in range(count)]
            state["offered"] = offered
            said = self._random.choice(offered)
            self._given["offered"] = lambda d, fill: d.pieces.append((self._part_of(said, offered), fill))
        return state

    def _words(self, rule: str) -> str:
        draft = _Draft()
        self._draw(draft, Reference(rule), 0)
        chars, _ = spaced(draft.pieces, glued=self._glued, punctuated=True)
        return "".join(chars)

    def _part_of(self, name: str, offered: Sequence[str]) -> str:
        """Return a name as it is picked: whole, or by a word that the others lack."""
        words = [w for w in re.split(r"[\s()（）·]+", name) if len(w) > 1]
        own = [w for w in words if sum(w in other for other in offered) == 1]
        return self._random.choice(own) if own and self._random.random() < 0.5 else name

    def _any_state(self) -> dict[str, Any]:
        state: dict[str, Any] = {}
        if self._random.random() < 0.6:
            state["guiding"] = True
        if self._random.random() < 0.25:
            state["planning"] = True
        if not state or self._random.random() < 0.35:
            state["expecting"] = self._random.choice(("choice", "yes_no", "place"))
            if state["expecting"] != "place":
                count = 1 if state["expecting"] == "yes_no" else self._random.randint(2, 5)
                state["offered"] = [self._words("place") for _ in range(count)]
        return state

    def _written(self, draft: _Draft, *, question: bool) -> dict[str, Any] | None:
        """Write a draft as a recogniser may, and return it with what it means; None if that went wrong."""
        punctuated = self._random.random() < 0.35
        self._hesitate(draft)
        chars, origins = spaced(draft.pieces, glued=self._glued, punctuated=punctuated)
        text = "".join(chars)
        if not text:
            return None
        if not self._glued:
            text = self._cased(text, punctuated)
        if punctuated:
            text = re.sub(r"[，,]$", "", text)
            text += ("？" if question else "。") if self._glued else ("?" if question else ".")
        owners = [draft.pieces[origin][1] for origin in origins]
        spans = self._spans(text, owners, draft.fills)
        filled = Counter((f.request, f.slot) for f, _ in spans if f.request and f.slot not in LISTS)
        if any(times > 1 for times in filled.values()):
            return None
        located = [[fill.request - 1, fill.slot, *span] for fill, span in spans if fill.request > 0]
        made: dict[str, Any] = {
            "text": text,
            "language": self._language.code,
            "state": draft.state,
            "intents": _meant(draft, spans, text),
            "spans": located,
        }
        if draft.second:
            after = [i for i, origin in enumerate(origins) if origin >= draft.second and chars[i].isalnum()]
            made["begins"] = [0, after[0]]
        return made

    def _hesitate(self, draft: _Draft) -> None:
        """Begin anew or hesitate now and then, as people do."""
        pieces = draft.pieces
        if pieces and len(pieces[0][0].strip()) > 1 and pieces[0][1] < 0 and self._random.random() < 0.03:
            self._insert(draft, 0, pieces[0][0] + " ")
        borders = [i for i in range(1, len(pieces)) if pieces[i - 1][1] != pieces[i][1]]
        if borders and "hesitation" in self._grammar.rules and self._random.random() < 0.05:
            said = _Draft()
            self._draw(said, Reference("hesitation"), 0)
            at = self._random.choice(borders)
            if pieces[at - 1][0][-1:] == " " or self._glued:
                self._insert(draft, at, "".join(words for words, _ in said.pieces) + " ")

    @staticmethod
    def _insert(draft: _Draft, at: int, words: str) -> None:
        draft.pieces.insert(at, (words, -1))
        draft.second += draft.second > at

    def _cased(self, text: str, punctuated: bool) -> str:
        if punctuated:
            return text[0].upper() + text[1:]
        lowered = text.lower()
        return lowered if len(lowered) == len(text) and self._random.random() < 0.8 else text

    def _spans(
        self, text: str, owners: Sequence[int], fills: Sequence[Fill]
    ) -> list[tuple[Fill, tuple[int, int]]]:
        found = []
        for number, fill in enumerate(fills):
            at = [i for i, owner in enumerate(owners) if owner == number]
            if not at:
                continue
            start, end = at[0], at[-1] + 1
            start += len(text[start:end]) - len(text[start:end].lstrip())
            end = start + len(text[start:end].strip())
            if fill.value is None:
                for article in self._grammar.articles:
                    if text[start:end].lower().startswith(article + " "):
                        start += len(article) + 1
            found.append((fill, (start, end)))
        return found


def _meant(draft: _Draft, spans: Sequence[tuple[Fill, tuple[int, int]]], text: str) -> list[dict[str, Any]]:
    intents = [dict(intent) for intent in draft.intents]
    for fill, (start, end) in spans:
        if fill.request == 0:
            continue
        intent = intents[fill.request - 1]
        value = text[start:end] if fill.value is None else fill.value
        if fill.slot in LISTS:
            kept = [*intent.get(fill.slot, ())]
            intent[fill.slot] = kept if value in kept else [*kept, value]
        else:
            intent[fill.slot] = value
    return intents


def generate(
    language: str, count: int, seed: int, names: Mapping[str, Sequence[str]] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield sentences of a language with what they mean, all different, none of them held out.

    Parameters
    ----------
    language
        Code of the language: "zh".
    count
        How many.
    seed
        The same seed yields the same sentences.
    names
        Real names by the rule that they may stand for, such as `{"place": [...]}`.

    Yields
    ------
    dict
        `text`, `language`, `state`, `intents`, `spans` (request from 0, slot, first character of the words
        behind each value and the one after them), `source`, the group it was drawn from, and, where two
        requests were joined, `begins`, the characters they begin at.
    """
    sentences = Sentences(load_language(language), seed, names)
    seen: set[tuple[str, str]] = set()
    misses = 0
    while len(seen) < count and misses < 50 * count:
        made = sentences.draw()
        key = made["text"], json.dumps(made["state"], sort_keys=True)
        if key in seen or fingerprint(made["text"]) in held_out():
            misses += 1
            continue
        seen.add(key)
        yield made


if __name__ == "__main__":
    for line in generate(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1):
        print(json.dumps(line, ensure_ascii=False))
