"""The fast tier: the grammar's reading with a calibrated confidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.understanding.context import Context
from agent.understanding.rules.reading import Parsed
from agent.understanding.rules.rules import parse

if TYPE_CHECKING:
    from agent.understanding.utterance import Language


_LONGEST = 240
"""Longer than any command in one breath; patterns with many alternatives are not let loose on more."""

_STUTTER = re.compile(r"([^0-9]{1,12}?)\1{2,}")


def read(cleaned: str, language: Language, context: Context) -> Parsed | None:
    """Read an utterance without the language model.

    Parameters
    ----------
    cleaned
        Words as `agent.understanding.utterance.clean` returns them.
    language
        Language of the sentence frame; the other grammar is tried if this one makes nothing of a mixed
        utterance.
    context
        State of the dialogue.
    """
    # A stutter ("我要我要我要…") means what is said once; patterns would try every way to cut it up.
    cleaned = _STUTTER.sub(r"\1", cleaned)
    if len(cleaned) > _LONGEST:
        return None
    best = parse(cleaned, language, context)
    mixed = any("\u3400" <= char <= "\u9fff" for char in cleaned) and any(
        char.isascii() and char.isalpha() for char in cleaned
    )
    if mixed and (best is None or best.confidence < 0.9):
        other = parse(cleaned, "en" if language == "zh" else "zh", context)
        if other is not None and (best is None or other.confidence > best.confidence):
            best = other
    return best
