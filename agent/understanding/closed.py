"""What needs no model: answers to an open question, and orders such as stop and louder.

Whole sentences of `languages/<code>/sentences/answers.yaml` and `orders.yaml`, with the fillers of their
frames; everything else is the reader's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

from languages import load_language
from languages.language import CLOSED
from languages.matching import Matcher


class Dialogue(Protocol):
    """What is needed of the dialogue's state."""

    @property
    def expecting(self) -> str:
        """What was asked: "choice", "yes_no", "place", "days", or nothing."""

    @property
    def offered(self) -> Sequence[str]:
        """Names just offered."""


@cache
def _matcher(language: str) -> Matcher:
    data = load_language(language)
    groups = [group for stem in CLOSED for group in data.closed.of_file(stem)]
    return Matcher(data.closed, data.numbers, groups, glued=data.settings.joiner == "")


def match(text: str, language: str, state: Dialogue) -> list[dict[str, Any]] | None:
    """Return what a sentence of the closed lists means.

    Parameters
    ----------
    text
        What was said, without the call.
    language
        Code of the language.
    state
        What was asked, and the names that were offered.

    Returns
    -------
    list of dict or None
        Intents as JSON; None if the sentence is none of the lists, and the reader's to read.

    Raises
    ------
    LanguageError
        If there is no such language, or its data is broken.
    """
    return _matcher(language).match(text, expecting=state.expecting, offered=state.offered)
