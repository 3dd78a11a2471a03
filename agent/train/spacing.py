"""Pieces of words put together as a language writes them: with spaces between words, or without any."""

from __future__ import annotations

from collections.abc import Sequence

_PUNCTUATION = frozenset(",.?!;:，。？！；：、")


def spaced(
    pieces: Sequence[tuple[str, int]], *, glued: bool, punctuated: bool
) -> tuple[list[str], list[int]]:
    """Join pieces with single spaces or, in a script without them, none; drop signs unless punctuated.

    Returns the characters, and for each the number of the piece it comes from.
    """
    chars: list[str] = []
    origins: list[int] = []
    source = [(char, number) for number, (words, _) in enumerate(pieces) for char in words]
    for index, (char, origin) in enumerate(source):
        before = source[index - 1][0] if index else ""
        after = source[index + 1][0] if index + 1 < len(source) else ""
        if char in _PUNCTUATION and not punctuated and not (before.isdigit() and after.isdigit()):
            char = " " if char in "、，；," and glued is False else ""
            if not char:
                continue
        if char == " " and (not chars or chars[-1] == " "):
            continue
        if char in _PUNCTUATION and chars and chars[-1] == " ":
            chars.pop()
            origins.pop()
        if glued and chars and chars[-1] == " " and (_wide(char) or (len(chars) > 1 and _wide(chars[-2]))):
            chars.pop()
            origins.pop()
        chars.append(char)
        origins.append(origin)
    while chars and chars[-1] == " ":
        chars.pop()
        origins.pop()
    return chars, origins


def _wide(char: str) -> bool:
    return "⺀" <= char <= "鿿" or char in "，。？！；：、（）"
