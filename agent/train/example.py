"""A sentence that is trained on, with what it means."""

from __future__ import annotations

from dataclasses import dataclass

from agent.understanding.labels import Request, State

_NO_STATE = State()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One sentence with what it means."""

    text: str
    language: str
    requests: tuple[Request, ...]
    state: State = _NO_STATE
    source: str = ""
    loose: tuple[tuple[int, int], ...] = ()
    """Words that fill no slot and that others could stand for: a place in a remark."""
