"""Whether two readings of a sentence are the same in all that matters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def plain(value: Any) -> Any:
    """Return a slot's value without what does not matter: articles, capitals, spaces, 的."""
    if isinstance(value, str):
        return re.sub(r"[\s的]+", "", re.sub(r"^(?:the|an?|my|our) ", "", value.strip().lower()))
    if isinstance(value, list | tuple):
        return sorted(plain(item) for item in value)
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return value


def same_intents(got: Iterable[dict[str, Any]], wanted: Iterable[dict[str, Any]]) -> bool:
    """Tell whether intents are the same in every slot; the topic of what is not ours is judged apart."""

    def judged(intents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {name: plain(value) for name, value in intent.items() if name != "topic"} for intent in intents
        ]

    return judged(got) == judged(wanted)
