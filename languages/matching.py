"""Whole sentences matched against templates: for what needs no model, such as "stop" or "the second one"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from languages.grammar import COUNTED, Grammar, Group
from languages.numbers import Numbers
from languages.template import EMPTY, AnyOrder, Choice, Node, Reference, Text
from languages.template import Sequence as Parts

_HAN = "\u2e80"
_OFFERED = "\N{SYMBOL FOR NULL}"
"""Stands in the plain form for words of an offered name."""


@dataclass(frozen=True, slots=True)
class _Fill:
    slot: str
    request: int
    value: Any = None
    """A closed value; None for the words themselves."""
    number: str = ""
    """Name of the range that the number said has to lie in."""


@dataclass(slots=True)
class _Pattern:
    """A group of sentences as one regular expression."""

    fills: dict[str, _Fill] = field(default_factory=dict)
    """What each named group of the expression fills."""

    def name(self, fill: _Fill) -> str:
        """Return a new name for a group that fills something."""
        name = f"f{len(self.fills)}"
        self.fills[name] = fill
        return name


@dataclass(frozen=True, slots=True)
class Plain:
    """A sentence without case, signs and, in a script without spaces, spaces."""

    text: str
    places: tuple[int, ...]
    """Where each character stands in the sentence as it was said."""
    name_length: int = 1
    """How many characters the sign for an offered name stands for."""

    @classmethod
    def of(cls, said: str, *, glued: bool) -> Plain:
        """Return the plain form of what was said."""
        chars: list[str] = []
        places: list[int] = []
        for place, char in enumerate(said):
            lower = char.lower()
            if (char.isspace() or char == "-") and not glued and chars and chars[-1] != " ":
                lower = " "
            elif not char.isalnum() or len(lower) != 1:
                continue
            chars.append(lower)
            places.append(place)
        if chars and chars[-1] == " ":
            chars.pop()
            places.pop()
        return cls("".join(chars), tuple(places))

    def naming(self, words: tuple[int, int]) -> Plain:
        """Return the form in which an offered name's words stand as one sign."""
        start, end = words
        text = self.text[:start] + _OFFERED + self.text[end:]
        return Plain(text, (*self.places[: start + 1], *self.places[end:]), end - start)

    def words(self, said: str, start: int, end: int) -> str:
        """Return the words behind a part of the plain form, as they were said."""
        if end <= start:
            return ""
        last = self.places[end - 1] + (self.name_length - 1 if self.text[end - 1] == _OFFERED else 0)
        return said[self.places[start] : last + 1].strip()


class Matcher:
    """Matches whole sentences against groups of templates.

    Rules that make up names are open: templates that need them match nothing.

    Parameters
    ----------
    grammar
        The language's rules.
    numbers
        The language's numbers.
    groups
        Groups to match, the first that fits wins.
    glued
        Whether the script writes no spaces.
    """

    def __init__(self, grammar: Grammar, numbers: Numbers, groups: Sequence[Group], *, glued: bool) -> None:
        self._grammar = grammar
        self._numbers = numbers
        self._glued = glued
        self.groups = [_Compiled(self, group) for group in groups]

    def match(self, said: str, *, expecting: str, offered: Sequence[str]) -> list[dict[str, Any]] | None:
        """Return what a sentence means in a state of the dialogue; None if no group has it."""
        plain = Plain.of(said, glued=self._glued)
        named = [plain.naming(words) for words in self._named(plain.text, offered)]
        for compiled in self.groups:
            if compiled.group.state.get("expecting", "") not in ("", expecting):
                continue
            for form in [plain, *named] if plain.text else ():
                found = compiled.match(said, form)
                if found is not None:
                    return found
        return None

    def _named(self, text: str, offered: Sequence[str]) -> list[tuple[int, int]]:
        """Return where a sentence names what was offered: by words that only one of the names has."""
        names = [Plain.of(name, glued=self._glued).text for name in offered]
        found = []
        for name in names:
            start, end = _common(text, name, whole_words=not self._glued)
            if text[start:end] in self._grammar.articles:
                continue
            few = 2 if text[start:end] >= _HAN else 3
            if end - start >= few and sum(text[start:end] in other for other in names) == 1:
                found.append((start, end))
        return found

    def expression(self, node: Node, pattern: _Pattern, request: int, sentence: str) -> str | None:
        """Return a template as a regular expression, None if it needs an open rule."""
        match node:
            case Text(words=words):
                return self._literal(words)
            case Parts(parts=parts):
                made = [self.expression(part, pattern, request, sentence) for part in parts]
                return None if None in made else "".join(filter(None, made))
            case Choice(options=options):
                return self._either(options, pattern, request, sentence)
            case AnyOrder():
                return self._either(node.orders(), pattern, request, sentence)
            case Reference():
                return self._reference(node, pattern, request, sentence)

    def _literal(self, words: str) -> str:
        plain = "".join(c.lower() for c in words if c.isalnum() or c.isspace())
        return re.sub(r"(?:\\?\s)+", "" if self._glued else " *", re.escape(plain))

    def _either(self, options: Sequence[Node], pattern: _Pattern, request: int, sentence: str) -> str | None:
        made = [self.expression(option, pattern, request, sentence) for option in options]
        known = [one for one in made if one is not None]
        if not known or (len(known) == 1 and options[-1] is EMPTY):
            return "" if options[-1] is EMPTY else None
        return f"(?:{'|'.join(known)})"

    def _reference(self, node: Reference, pattern: _Pattern, request: int, sentence: str) -> str | None:
        request = request + node.request - 1 if request and node.request else 0
        slot = node.slot if request else ""
        name = node.name
        if name == "sentence":
            return sentence
        if name == "offered":
            return f"(?P<{pattern.name(_Fill(slot, request))}>{_OFFERED})"
        if name in self._grammar.open_rules:
            return None
        if name in self._grammar.numbers:
            inner = f"(?:{self._numbers.pattern})"
            return f"(?P<{pattern.name(_Fill(slot, request, number=name))}>{inner})" if slot else inner
        if name in self._grammar.values:
            return self._values(name, slot, pattern, request)
        inside = request if node.keeps else 0
        if not slot:
            return self.expression(self._grammar.rules[name], pattern, inside, sentence)
        group = pattern.name(_Fill(slot, request))
        words = self.expression(self._grammar.rules[name], pattern, 0, sentence)
        return None if words is None else f"(?P<{group}>{words})"

    def _values(self, name: str, slot: str, pattern: _Pattern, request: int) -> str | None:
        made = []
        for value, words in self._grammar.values[name].items():
            if value == COUNTED and slot:
                one = self._counted(words, slot, pattern, request)
            else:
                one = self.expression(words, pattern, 0, "")
                if one is not None and slot:
                    one = f"(?P<{pattern.name(_Fill(slot, request, value))}>{one})"
            if one is not None:
                made.append(one)
        return f"(?:{'|'.join(made)})" if made else None

    def _counted(self, words: Node, slot: str, pattern: _Pattern, request: int) -> str | None:
        """Return words whose number is the value: its ranges fill the slot."""
        match words:
            case Reference(name=name) if name in self._grammar.numbers:
                return self._reference(Reference(name, slot, False), pattern, request, "")
            case Parts(parts=parts):
                made = [self._counted(part, slot, pattern, request) for part in parts]
                return None if None in made else "".join(filter(None, made))
            case Choice(options=options):
                known = [self._counted(option, slot, pattern, request) for option in options]
                return f"(?:{'|'.join(one for one in known if one is not None)})"
            case _:
                return self.expression(words, pattern, request, "")

    def number(self, name: str, words: str) -> int | None:
        """Return the number that words name, None if it lies outside of a range."""
        value = self._numbers.read(words)
        range_ = self._grammar.numbers[name]
        fits = value is not None and value == int(value) and range_.lowest <= value <= range_.highest
        return int(value) if fits and value is not None else None

    def without_article(self, words: str) -> str:
        """Return words without the article before them."""
        first, _, rest = words.partition(" ")
        return rest if rest and first.lower() in self._grammar.articles else words

    def frame(self, name: str) -> Node | None:
        """Return a frame by its name."""
        return self._grammar.frames.get(name)


class _Compiled:
    """One group of sentences, compiled when it is first needed."""

    def __init__(self, matcher: Matcher, group: Group) -> None:
        self.group = group
        self._matcher = matcher

    @cached_property
    def _pattern(self) -> tuple[re.Pattern[str], dict[str, _Fill]]:
        pattern = _Pattern()
        matcher = self._matcher
        made = [matcher.expression(node, pattern, 1, "") for node in self.group.templates]
        sentence = f"(?:{'|'.join(one for one in made if one is not None)})"
        frame = matcher.frame(self.group.frame)
        framed = matcher.expression(frame, pattern, 0, sentence) if frame else None
        used = framed or sentence
        return re.compile(used if any(made) else r"(?!)"), pattern.fills

    def match(self, said: str, plain: Plain) -> list[dict[str, Any]] | None:
        """Return the intents of a sentence of this group, None if it is none."""
        expression, fills = self._pattern
        found = expression.fullmatch(plain.text)
        if found is None:
            return None
        intents = [dict(intent) for intent in self.group.intents]
        for name, fill in fills.items():
            if found[name] is None:
                continue
            value = fill.value
            if fill.number:
                value = self._matcher.number(fill.number, found[name])
                if value is None:
                    return None
            elif value is None:
                value = self._matcher.without_article(plain.words(said, *found.span(name)))
            if fill.slot:
                intents[fill.request - 1][fill.slot] = value
        return intents


def _common(text: str, name: str, *, whole_words: bool) -> tuple[int, int]:
    """Return the longest part of a text that a name has too; nothing if there is none."""
    borders = [0, *(i + 1 for i, c in enumerate(text) if c == " "), len(text) + 1]
    starts = borders[:-1] if whole_words else range(len(text))
    best = (0, 0)
    for start in starts:
        ends = [b - 1 for b in borders if b > start] if whole_words else range(start + 1, len(text) + 1)
        for end in ends:
            part = f" {text[start:end]} " if whole_words else text[start:end]
            if part not in (f" {name} " if whole_words else name):
                break
            if end - start > best[1] - best[0]:
                best = (start, end)
    return best
