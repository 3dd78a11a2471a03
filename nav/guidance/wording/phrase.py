"""Phrases with slots: what a language says, written as data and filled with facts.

``{road}`` is filled; ``[ onto {road}]`` is left out when one of its own slots is empty; of several lines the
first one whose slots outside brackets are all filled is said.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator

_TOKENS = re.compile(r"\{([^{}]*)\}|([\[\]])|([^{}\[\]]+)|(.)")


class _Slot(NamedTuple):
    name: str


_Part = Any
"""Text, a slot, or a tuple of parts in brackets."""


class Phrase:
    """One phrase of a language, compiled."""

    __slots__ = ("_lines", "slots")

    def __init__(self, *lines: str) -> None:
        self._lines = tuple(_parse(line) for line in lines)
        self.slots: tuple[str, ...] = tuple(dict.fromkeys(n for line in self._lines for n in _names(line)))
        """Names of the slots that it has."""

    def fill(self, slots: Mapping[str, str]) -> str:
        """Fill the slots.

        Parameters
        ----------
        slots : mapping of str to str
            A word for each of `Phrase.slots`, empty where there is none.

        Returns
        -------
        str
            The first line that can be filled; empty if none can.
        """
        for line in self._lines:
            text = _filled(line, slots)
            if text is not None:
                return text
        return ""

    def say(self, **slots: str) -> str:
        """Fill the slots, given by name; see `fill`."""
        return self.fill(slots)


def _read(value: Any) -> Phrase:
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list) or not lines or not all(isinstance(line, str) for line in lines):
        raise ValueError("a phrase is text, or a list of texts, in quotation marks")
    return Phrase(*lines)


Said = Annotated[Phrase, BeforeValidator(_read)]
"""A field of language data that holds a phrase: one line, or a list of lines to choose from."""


def _parse(line: str) -> tuple[_Part, ...]:
    stack: list[list[_Part]] = [[]]
    for slot, bracket, text, other in _TOKENS.findall(line):
        if other:
            raise ValueError(f"{line!r}: {other!r} stands alone; a slot is {{name}}")
        if bracket == "[":
            stack.append([])
        elif bracket:
            if len(stack) == 1:
                raise ValueError(f"{line!r}: ']' without '['")
            inner = tuple(stack.pop())
            stack[-1].append(inner)
        elif text:
            stack[-1].append(text)
        elif slot.isidentifier():
            stack[-1].append(_Slot(slot))
        else:
            raise ValueError(f"{line!r}: {{{slot}}} is not the name of a slot")
    if len(stack) > 1:
        raise ValueError(f"{line!r}: '[' is not closed")
    return tuple(stack[0])


def _names(parts: tuple[_Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _Slot):
            yield part.name
        elif isinstance(part, tuple):
            yield from _names(part)


def _filled(parts: tuple[_Part, ...], slots: Mapping[str, str]) -> str | None:
    found = []
    for part in parts:
        if type(part) is str:
            found.append(part)
        elif type(part) is _Slot:
            word = slots[part.name]
            if not word:
                return None
            found.append(word)
        else:
            found.append(_filled(part, slots) or "")
    return "".join(found)
