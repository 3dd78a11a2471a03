"""What the listening loop itself says and understands: few words, made beforehand."""

from __future__ import annotations

import re
from functools import cache

from languages.language import codes, load_language
from voice.asr.text import bare_text

_SAYINGS = ("called", "again", "moment", "no_voice")


def phrase(name: str, language: str, **facts: str) -> str:
    """One of the loop's own sentences.

    Parameters
    ----------
    name : str
        Key under ``listen`` in the language's replies: "called", "again", "moment", "no_voice", "meant".
    language : str
        Code; of one that is not there English is spoken.
    **facts
        What the sentence has places for.
    """
    return load_language(language if language in codes() else "en").replies.say(f"listen.{name}", **facts)


def fixed_phrases() -> list[tuple[str, str]]:
    """Those without places with their language, to be made beforehand."""
    return [(phrase(name, language), language) for name in _SAYINGS for language in codes()]


def is_stop(text: str, *, asked: bool = False) -> bool:
    """Whether the words only ask us to be quiet; 停止导航 and "cancel the navigation" ask for more.

    Parameters
    ----------
    text : str
        What was heard while we spoke.
    asked : bool
        Whether it was a question of ours: then "okay" is an answer to it.
    """
    bare = bare_text(text)
    return _stop().fullmatch(bare) is not None and not (asked and _assent().fullmatch(bare))


def is_yes(text: str) -> bool:
    """Whether the words only say yes."""
    return _whole("yes").fullmatch(bare_text(text)) is not None


def is_no(text: str) -> bool:
    """Whether the words only say no."""
    return _whole("no").fullmatch(bare_text(text)) is not None


@cache
def _stop() -> re.Pattern[str]:
    # One such word after the other, and courtesies around each: 停！停！, 请别讲了, "okay, stop please".
    # A courtesy between two words has one place only, or a long text would take forever.
    words, before, after = (_all(kind) for kind in ("stop", "courtesy_before", "courtesy_after"))
    return re.compile(rf"(?:{after})*(?:(?:{before})*(?:{words})(?:{after})*)+")


@cache
def _assent() -> re.Pattern[str]:
    return re.compile(f"(?:{_all('assent')})+")


@cache
def _whole(kind: str) -> re.Pattern[str]:
    return re.compile(f"(?:(?:{_all(kind)})(?:{_all('courtesy_after')})*)+")


def _all(kind: str) -> str:
    """An expression of a kind of word in any language; longer words first."""
    words = {word for code in codes() for word in getattr(load_language(code).speech.remarks, kind)}
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))
