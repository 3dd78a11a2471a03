"""What people say, written as templates: hassil's notation, parsed once, then drawn from or matched.

`(a|b)` one of several, `[a]` perhaps, `(a;b)` both in either order, `<rule>` a rule by its name,
`{source:slot}` words of a rule, a list of values or a range of numbers that fill a slot. `{source}` alone is
said and not kept.
`{source:slot@2}` and `<rule@2>` fill the second request of a sentence; `@0` is taken back and fills none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import permutations


class TemplateError(ValueError):
    """A template cannot be read; the message says where in it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they stand."""

    words: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several; an empty sequence among them makes it optional."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOrder:
    """All parts, in any order."""

    parts: tuple[Node, ...]

    def orders(self) -> list[Sequence]:
        """Return every order of the parts."""
        return [Sequence(order) for order in permutations(self.parts)]


@dataclass(frozen=True, slots=True)
class Reference:
    """A rule, a list of values or a range of numbers, by name."""

    name: str
    slot: str = ""
    """Slot that its words or its value fill; nothing if they are only said."""
    keeps: bool = True
    """Whether slots inside it are kept: `<rule>` keeps them, `{rule:slot}` is one slot as a whole."""
    request: int = 1
    """Which request of the sentence it belongs to, from 1; 0 for one that is taken back."""


Node = Text | Sequence | Choice | AnyOrder | Reference

_SPECIAL = re.compile(r"[()\[\]<>{}|;]")
_NAME = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)(?::(?P<slot>[a-z_]+))?(?:@(?P<request>\d))?")
EMPTY = Sequence(())


def parse(text: str) -> Node:
    """Parse one template.

    Raises
    ------
    TemplateError
        If brackets do not match or a name is none.
    """
    parser = _Parser(text)
    node = parser.sequence("")
    if parser.at < len(text):
        raise TemplateError(f"unexpected {text[parser.at]!r} at character {parser.at + 1} of {text!r}")
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def sequence(self, end: str) -> Node:
        """Parse up to `end`, to a bar or to a semicolon inside brackets, and stay before it."""
        parts: list[Node] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == end or (end and char in "|;"):
                break
            if char == "(":
                parts.append(self._group(")"))
            elif char == "[":
                parts.append(Choice((self._group("]"), EMPTY)))
            elif char in "<{":
                parts.append(self._reference())
            elif _SPECIAL.match(char):
                break
            else:
                parts.append(self._words())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _group(self, end: str) -> Node:
        start = self.at
        options: list[Node] = []
        separators = set()
        while True:
            self.at += 1
            options.append(self.sequence(end))
            if self.at >= len(self.text):
                raise TemplateError(
                    f"{self.text[start]!r} at character {start + 1} of {self.text!r} has no end"
                )
            if self.text[self.at] == end:
                break
            if self.text[self.at] not in "|;":
                raise TemplateError(
                    f"unexpected {self.text[self.at]!r} at character {self.at + 1} of {self.text!r}"
                )
            separators.add(self.text[self.at])
        self.at += 1
        if len(separators) > 1:
            raise TemplateError(f"'|' and ';' in the same brackets of {self.text!r}: add brackets")
        if len(options) == 1:
            return options[0]
        return AnyOrder(tuple(options)) if separators == {";"} else Choice(tuple(options))

    def _reference(self) -> Reference:
        start, braces = self.at, self.text[self.at] == "{"
        end = self.text.find("}" if braces else ">", start)
        found = _NAME.fullmatch(self.text, start + 1, end) if end > 0 else None
        if found is None or (found["slot"] and not braces):
            raise TemplateError(f"no name at character {start + 1} of {self.text!r}")
        self.at = end + 1
        request = int(found["request"] or 1)
        return Reference(found["name"], slot=found["slot"] or "", keeps=not braces, request=request)

    def _words(self) -> Text:
        found = _SPECIAL.search(self.text, self.at)
        start, self.at = self.at, found.start() if found else len(self.text)
        return Text(self.text[start : self.at])


def names_in(node: Node) -> list[str]:
    """Return the names that a template refers to."""
    match node:
        case Reference(name=name):
            return [name]
        case Sequence(parts=parts) | AnyOrder(parts=parts) | Choice(options=parts):
            return [name for part in parts for name in names_in(part)]
        case _:
            return []
