"""Whole sentences matched against templates: for what needs no model, such as "stop" or "the second one".

Templates are walked as they were parsed: as regular expressions they had to be compiled at every start, and
that took longer than matching all the sentences of a drive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from languages.grammar import COUNTED, Grammar, Group
from languages.numbers import Numbers
from languages.template import AnyOrder, Choice, Node, Reference, Text
from languages.template import Sequence as Parts

_HAN = "\u2e80"
_OFFERED = "\N{SYMBOL FOR NULL}"
"""Stands in the plain form for words of an offered name."""


@dataclass(frozen=True, slots=True)
class _Fill:
    """A slot, and the part of the plain form that fills it."""

    slot: str
    request: int
    start: int
    end: int
    value: Any = None
    """A closed value; None for the words themselves."""
    number: str = ""
    """Name of the range that the number said has to lie in."""


_Ends = Mapping[int, tuple[_Fill, ...]]
"""Where words of a template may end, the preferred end first, with what is filled on the way there."""

_NOWHERE: _Ends = {}


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
        self.grammar = grammar
        self.numbers = numbers
        self._groups = groups
        self._glued = glued
        self._literals: dict[str, tuple[str, ...]] = {}

    def match(self, said: str, *, expecting: str, offered: Sequence[str]) -> list[dict[str, Any]] | None:
        """Return what a sentence means in a state of the dialogue; None if no group has it."""
        plain = Plain.of(said, glued=self._glued)
        forms = [plain, *(plain.naming(words) for words in self._named(plain.text, offered))]
        for group in self._groups if plain.text else ():
            if group.state.get("expecting", "") not in ("", expecting):
                continue
            for form in forms:
                found = self._read(group, said, form)
                if found is not None:
                    return found
        return None

    def _read(self, group: Group, said: str, plain: Plain) -> list[dict[str, Any]] | None:
        """Return the intents of a sentence of a group, None if it is none."""
        walk = _Walk(self, plain.text, group)
        fills = walk.whole()
        if fills is None:
            return None
        intents = [dict(intent) for intent in group.intents]
        for fill in fills:
            value = fill.value
            if fill.number:
                value = self._number(fill.number, plain.text[fill.start : fill.end])
                if value is None:
                    return None
            elif value is None:
                value = self._without_article(plain.words(said, fill.start, fill.end))
            intents[fill.request - 1][fill.slot] = value
        return intents

    def literal(self, words: str) -> tuple[str, ...]:
        """Return words of a template in plain form, cut where a space may stand."""
        found = self._literals.get(words)
        if found is None:
            kept = "".join(c.lower() for c in words if c.isalnum() or c.isspace())
            found = ("".join(kept.split()),) if self._glued else tuple(re.split(r"\s+", kept))
            self._literals[words] = found
        return found

    def _named(self, text: str, offered: Sequence[str]) -> list[tuple[int, int]]:
        """Return where a sentence names what was offered: by words that only one of the names has."""
        names = [Plain.of(name, glued=self._glued).text for name in offered]
        found = []
        for name in names:
            start, end = _common(text, name, whole_words=not self._glued)
            if text[start:end] in self.grammar.articles:
                continue
            few = 2 if text[start:end] >= _HAN else 3
            if end - start >= few and sum(text[start:end] in other for other in names) == 1:
                found.append((start, end))
        return found

    def _number(self, name: str, words: str) -> int | None:
        """Return the number that words name, None if it lies outside of a range."""
        value = self.numbers.read(words)
        range_ = self.grammar.numbers[name]
        fits = value is not None and value == int(value) and range_.lowest <= value <= range_.highest
        return int(value) if fits and value is not None else None

    def _without_article(self, words: str) -> str:
        """Return words without the article before them."""
        first, _, rest = words.partition(" ")
        return rest if rest and first.lower() in self.grammar.articles else words


class _Walk:
    """One walk of the templates of a group over a plain form.

    Of several ways to the same end the preferred one is kept, as a regular expression would find it.

    Parameters
    ----------
    matcher
        Whose rules, values and numbers the templates refer to.
    text
        The plain form.
    group
        The group.
    """

    def __init__(self, matcher: Matcher, text: str, group: Group) -> None:
        self._grammar = matcher.grammar
        self._numbers = matcher.numbers
        self._literal = matcher.literal
        self._text = text
        self._group = group
        self._known: dict[tuple[Reference, int, int], _Ends] = {}

    def whole(self) -> tuple[_Fill, ...] | None:
        """Return what the whole text fills, None if it is no sentence of the group."""
        frame = self._grammar.frames.get(self._group.frame)
        ends = self._ends(frame, 0, 0) if frame else self._sentence(0)
        return ends.get(len(self._text))

    def _sentence(self, at: int) -> _Ends:
        return self._either(self._group.templates, at, 1)

    def _ends(self, node: Node, at: int, request: int) -> _Ends:
        """Return where a template that begins at a place may end; nowhere if it needs an open rule."""
        match node:
            case Text(words=words):
                return dict.fromkeys(self._after(words, at), ())
            case Parts(parts=parts):
                return self._in_turn(parts, at, request)
            case Choice(options=options):
                return self._either(options, at, request)
            case AnyOrder():
                return self._either(node.orders(), at, request)
            case Reference():
                known = self._known.get((node, at, request))
                if known is None:
                    known = self._known[node, at, request] = self._referred(node, at, request)
                return known

    def _after(self, words: str, at: int) -> list[int]:
        text, ends = self._text, [at]
        for number, piece in enumerate(self._literal(words)):
            if number:
                ends = [after for end in ends for after in (end + 1, end) if text[end:after] in (" ", "")]
            ends = [end + len(piece) for end in ends if text.startswith(piece, end)]
        return ends

    def _in_turn(self, parts: Sequence[Node], at: int, request: int) -> _Ends:
        ends: _Ends = {at: ()}
        for part in parts:
            further: dict[int, tuple[_Fill, ...]] = {}
            for end, fills in ends.items():
                for last, more in self._ends(part, end, request).items():
                    further.setdefault(last, fills + more)
            ends = further
        return ends

    def _either(self, options: Sequence[Node], at: int, request: int) -> _Ends:
        ends: dict[int, tuple[_Fill, ...]] = {}
        for option in options:
            for end, fills in self._ends(option, at, request).items():
                ends.setdefault(end, fills)
        return ends

    def _referred(self, node: Reference, at: int, request: int) -> _Ends:
        name = node.name
        request = request + node.request - 1 if request and node.request else 0
        filled = _Fill(node.slot, request, at, at) if node.slot and request else None
        if name == "sentence":
            return self._sentence(at)
        if name == "offered":
            return _filling(filled, [at + 1] if self._text.startswith(_OFFERED, at) else ())
        if name in self._grammar.open_rules:
            return _NOWHERE
        if name in self._grammar.numbers:
            ends = self._numbers.ends(self._text, at)
            return _filling(replace(filled, number=name) if filled else None, ends)
        if name in self._grammar.values:
            return self._values(name, at, filled)
        rule = self._grammar.rules[name]
        if filled is None:
            return self._ends(rule, at, request if node.keeps else 0)
        return _filling(filled, self._ends(rule, at, 0))

    def _values(self, name: str, at: int, filled: _Fill | None) -> _Ends:
        ends: dict[int, tuple[_Fill, ...]] = {}
        for value, words in self._grammar.values[name].items():
            if filled is None:
                found = self._ends(words, at, 0)
            elif value == COUNTED:
                found = self._ends(self._counting(words, filled.slot), at, filled.request)
            else:
                found = _filling(replace(filled, value=value), self._ends(words, at, 0))
            for end, fills in found.items():
                ends.setdefault(end, fills)
        return ends

    def _counting(self, words: Node, slot: str) -> Node:
        """Return words in which a number fills a slot."""
        match words:
            case Reference(name=name) if name in self._grammar.numbers:
                return Reference(name, slot, keeps=False)
            case Parts(parts=parts):
                return Parts(tuple(self._counting(part, slot) for part in parts))
            case Choice(options=options):
                return Choice(tuple(self._counting(option, slot) for option in options))
            case _:
                return words


def _filling(filled: _Fill | None, ends: Iterable[int]) -> _Ends:
    """Return ends at which one slot, and nothing else, has been filled up to there."""
    return {end: (replace(filled, end=end),) if filled else () for end in ends}


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
